/* A character between the world and the store: nothing of it is lost on the way, only what changed is written, and what
 * another server wrote, or nobody can have meant, opens and plays. */
#include "tests/unit/test_keeper_world.h"

#include "common/catalog/tables.h"
#include "worker/record.h"

static const char hash_text[] = "$argon2id$v=19$m=64000,t=3,p=4$c29tZXNhbHQ$c29tZWhhc2g";

/* A store, a catalog; no keeper. */
static int setup(void **state)
{
	struct scene *s = scene_open(false);
	store_fixture_open(&s->store, 0, 1);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	scene_close(*state);
	return 0;
}

static void hash_put(struct scene *s, const char *key, const char *field, const char *value)
{
	assert_true(store_batch_hash_set(s->store.batch, key, field, value, strlen(value)));
}

static void string_put(struct scene *s, const char *key, const char *value)
{
	assert_true(store_batch_set(s->store.batch, key, value, strlen(value)));
}

/* What another server's creation of an account leaves behind. */
static void account_put(struct scene *s, const char *name, const char *id)
{
	struct store_key key;
	store_key(&key, KEY_ACCOUNT_DATA, name);
	hash_put(s, key.text, "user_id", id);
	hash_put(s, key.text, "username", name);
	hash_put(s, key.text, "password_hash", hash_text);
	hash_put(s, key.text, "email", "ana@example.org");
	hash_put(s, key.text, "is_gm", "0");
	hash_put(s, key.text, "char_race", "1");
	hash_put(s, key.text, "char_gender", "2");
	hash_put(s, key.text, "char_job", "1");
	hash_put(s, key.text, "char_head", "71");
	hash_put(s, key.text, "char_home", "3");
	string_put(s, store_key(&key, KEY_ACCOUNT_ID, name), id);
}

struct opened {
	struct character character;
	struct record_report report;
	struct problem why;
	bool good;
};

/* Reads it as a login does. The result is overwritten by the next. */
static struct opened *record_open(struct scene *s, const char *username, uint32_t id)
{
	static struct opened opened; /* large; tests run one after the other */
	struct store_query queries[RECORD_CHARACTER_QUERIES];
	struct store_reply *reply;
	unsigned count = record_ask_character(queries, username, id);
	assert_int_equal(fixture_read(&s->store, queries, count, &reply), STORE_DONE);
	opened.why.text[0] = '\0';
	opened.good = record_read(reply, s->catalog, username, id, &opened.character, &opened.report, &opened.why);
	store_reply_destroy(&reply);
	return &opened;
}

static struct opened *record_must_open(struct scene *s, const char *username, uint32_t id)
{
	struct opened *opened = record_open(s, username, id);
	if (!opened->good)
		fail_msg("refused: %s", opened->why.text);
	return opened;
}

static void expect_report(const struct opened *opened, const char *part)
{
	for (unsigned i = 0; i < opened->report.count && i < RECORD_REPORT_LINES; i++) {
		if (strstr(opened->report.line[i], part) != NULL)
			return;
	}
	for (unsigned i = 0; i < opened->report.count && i < RECORD_REPORT_LINES; i++)
		print_message("  report: %s\n", opened->report.line[i]);
	fail_msg("nothing in the report says \"%s\"", part);
}

static void expect_no_report(const struct opened *opened)
{
	if (opened->report.count > 0)
		fail_msg("%u lines of report, the first: %s", opened->report.count, opened->report.line[0]);
}

/* --- a whole character ------------------------------------------------------------------------------------------------------------------ */

/* Every durable field has a value of its own. */
static struct player full_player(void)
{
	struct player p = {.id = 77,
					   .race = RACE_GNOME,
					   .gender = GENDER_WOMAN,
					   .class_id = CLASS_BARD,
					   .home = CITY_LINDOS,
					   .privileges = PRIVILEGE_DEMIGOD | PRIVILEGE_ROYAL_COUNCIL,
					   .account_new = 1,
					   .created_unix_s = 1700000000,
					   .experience = 123456,
					   .experience_next = 187287,
					   .gold = 89999999,
					   .bank_gold = 1234567,
					   .hp = 200,
					   .hp_max = 301,
					   .mana = 1500,
					   .mana_max = 2002,
					   .stamina = 333,
					   .stamina_max = 444,
					   .hit_min = 51,
					   .hit_max = 52,
					   .level = 21,
					   .thirst = 80,
					   .hunger = 0,
					   .thirst_max = 99,
					   .hunger_max = 98,
					   .charset = 2,
					   .skill_points = 35,
					   .skills_assigned = 9,
					   .safe_mode = 0,
					   .resuscitation_safe = 1,
					   .head = 471,
					   .citizens_killed = 11,
					   .criminals_killed = 12,
					   .creatures_killed = 13,
					   .jail_minutes = 14,
					   .guild = 15,
					   .royal_army = 1,
					   .played_s = 86400,
					   .poisoned = 1};
	static const char name[] = "\xd1"
							   "and\xfa Real";
	p.name_length = sizeof name - 1;
	memcpy(p.name, name, sizeof name);
	memcpy(p.password_hash, hash_text, sizeof hash_text);
	snprintf(p.email, sizeof p.email, "nandu@example.org");
	snprintf(p.description, sizeof p.description,
			 "Due\xf1"
			 "a de la monta\xf1"
			 "a");
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		p.attributes[i] = p.attributes_now[i] = (uint8_t)(15 + i);
	for (unsigned i = 0; i < SKILL_COUNT; i++) {
		p.skills[i] = (uint8_t)(80 + i);
		p.skill_experience[i] = (int32_t)(1000 + i);
	}
	for (unsigned i = 0; i < REPUTATION_COUNT; i++)
		p.reputation[i] = (int32_t)(5000 + i);
	p.spells[0] = 1;
	p.spells[34] = 2;
	static const uint16_t worn[EQUIP_COUNT] = {SWORD, ARMOUR, HELMET, SHIELD, RING, ARROW, BOAT, BACKPACK};
	for (unsigned i = 0; i < EQUIP_COUNT; i++) {
		p.inventory[i] = (struct stack){.item = worn[i], .amount = (uint16_t)(i + 1)};
		p.equipment[i] = (uint8_t)(i + 1);
	}
	p.inventory[29] = (struct stack){.item = BREAD, .amount = STACK_MAX};
	p.bank[0] = (struct stack){.item = BREAD, .amount = 7};
	p.bank[39] = (struct stack){.item = SWORD, .amount = 1};
	return p;
}

static void expect_same_character(const struct player *a, const struct player *b)
{
#define SAME(field) assert_memory_equal(&a->field, &b->field, sizeof a->field)
	SAME(id);
	SAME(race);
	SAME(gender);
	SAME(class_id);
	SAME(home);
	SAME(privileges);
	SAME(name_length);
	SAME(name);
	SAME(password_hash);
	SAME(email);
	SAME(description);
	SAME(created_unix_s);
	SAME(experience);
	SAME(experience_next);
	SAME(gold);
	SAME(bank_gold);
	SAME(hp);
	SAME(hp_max);
	SAME(mana);
	SAME(mana_max);
	SAME(stamina);
	SAME(stamina_max);
	SAME(hit_min);
	SAME(hit_max);
	SAME(level);
	SAME(thirst);
	SAME(hunger);
	SAME(thirst_max);
	SAME(hunger_max);
	SAME(charset);
	SAME(skill_points);
	SAME(attributes);
	SAME(attributes_now);
	SAME(skills);
	SAME(skills_assigned);
	SAME(safe_mode);
	SAME(resuscitation_safe);
	SAME(dead);
	SAME(skill_experience);
	SAME(spells);
	SAME(head);
	SAME(inventory);
	SAME(bank);
	SAME(equipment);
	SAME(reputation);
	SAME(citizens_killed);
	SAME(criminals_killed);
	SAME(creatures_killed);
	SAME(jail_minutes);
	SAME(guild);
	SAME(royal_army);
	SAME(chaos_legion);
	SAME(played_s);
	SAME(poisoned);
	SAME(inventory_unknown);
	SAME(bank_unknown);
#undef SAME
}

static const char nandu[] = "\xc3\x91"
							"and\xc3\xba Real"; /* as the store has the name */

static void every_field_of_a_character_survives_the_store(void **state)
{
	struct scene *s = *state;
	struct player p = full_player();
	struct body body = {.map = 2, .x = 33, .y = 44, .heading = HEADING_WEST, .flags = BODY_MEDITATING};
	struct record_stand stand = record_stand_of(&body);
	record_write(s->store.batch, &p, NULL);
	record_write_stand(s->store.batch, p.id, &stand, NULL);
	fixture_must_commit(&s->store);

	struct opened *opened = record_must_open(s, nandu, 77);
	expect_no_report(opened);
	expect_same_character(&opened->character.player, &p);
	assert_int_equal(opened->character.at.map, 2);
	assert_int_equal(opened->character.at.x, 33);
	assert_int_equal(opened->character.at.y, 44);
	assert_int_equal(opened->character.heading, HEADING_WEST);
}

static void the_store_has_the_names_and_types_of_pyao_server(void **state)
{
	struct scene *s = *state;
	struct player p = full_player();
	struct record_stand stand = {.map = 2, .x = 33, .y = 44, .heading = HEADING_WEST, .sailing = 1};
	record_write(s->store.batch, &p, NULL);
	record_write_stand(s->store.batch, p.id, &stand, NULL);
	fixture_must_commit(&s->store);

	struct store_fixture *f = &s->store;
	char key[128];
	snprintf(key, sizeof key, "account:%s:data", nandu);
	fixture_expect_field(f, key, "user_id", "77");
	fixture_expect_field(f, key, "username", nandu);
	fixture_expect_field(f, key, "password_hash", hash_text);
	fixture_expect_field(f, key, "is_gm", "1");
	fixture_expect_field(f, key, "char_race", "4");
	fixture_expect_field(f, key, "char_job", "6");
	fixture_expect_field(f, key, "char_head", "471");
	fixture_expect_field(f, key, "created_at", "1700000000");
	snprintf(key, sizeof key, "account:username:%s", nandu);
	fixture_expect_string(f, key, "77");
	fixture_expect_field(f, "player:77:position", "map", "2");
	fixture_expect_field(f, "player:77:position", "heading", "4");
	fixture_expect_field(f, "player:77:stats", "constitution", "19");
	fixture_expect_field(f, "player:77:user_stats", "min_hp", "200");
	fixture_expect_field(f, "player:77:user_stats", "gold", "89999999");
	fixture_expect_field(f, "player:77:user_stats", "elu", "187287");
	fixture_expect_field(f, "player:77:user_stats", "sailing", "1");
	fixture_expect_field(f, "player:77:user_stats", "meditating", "0");
	fixture_expect_field(f, "player:77:user_stats", "safe_mode", "0");
	fixture_expect_field(f, "player:77:hunger_thirst", "min_water", "80");
	fixture_expect_field(f, "player:77:hunger_thirst", "thirst_flag", "0");
	fixture_expect_field(f, "player:77:hunger_thirst", "hunger_flag", "1");
	fixture_expect_field(f, "player:77:inventory", "slot_1", "2:1");
	fixture_expect_field(f, "player:77:inventory", "slot_15", "");
	fixture_expect_field(f, "player:77:inventory", "slot_30", "1:10000");
	fixture_expect_field(f, "player:77:equipment", "armor", "2");
	fixture_expect_field(f, "player:77:equipment", "backpack", "8");
	fixture_expect_field(f, "player:77:skills", "magia", "80");
	fixture_expect_field(f, "player:77:skills", "talar", "88");
	fixture_expect_field(f, "player:77:skills", "herreria", "94");
	fixture_expect_field(f, "player:77:skills", "navegacion_exp", "1019");
	fixture_expect_field(f, "player:77:spellbook", "35", "2");
	fixture_expect_field(f, "player:77:spellbook", "2", NULL);
	fixture_expect_field(f, "bank:77:vault", "slot_40", "2:1");
	fixture_expect_string(f, "bank:77:gold", "1234567");
	fixture_expect_field(f, "argentumd:player:77", "description",
						 "Due\xc3\xb1"
						 "a de la monta\xc3\xb1"
						 "a");
	fixture_expect_string(f,
						  "argentumd:name:\xc3\xb1"
						  "and\xc3\xba real",
						  "77 \xc3\x91"
						  "and\xc3\xba Real");
}

static void only_what_changed_is_written(void **state)
{
	struct scene *s = *state;
	struct store_batch *batch = s->store.batch;
	struct player before = full_player();
	before.account_new = 0;
	struct player after = before;
	struct record_stand stand = {.map = 1, .x = 50, .y = 50, .heading = 1};
	record_write(batch, &after, &before);
	record_write_stand(batch, after.id, &stand, &stand);
	assert_int_equal(store_batch_operations(batch), 0);

	struct record_stand step = stand;
	step.x++;
	record_write_stand(batch, after.id, &step, &stand);
	assert_int_equal(store_batch_operations(batch), 1);

	store_batch_clear(batch);
	after.gold -= 10;
	after.inventory[29].amount--;
	after.bank[39] = (struct stack){0};
	after.spells[34] = 0;
	after.hunger = 1; /* and its flag */
	record_write(batch, &after, &before);
	assert_int_equal(store_batch_operations(batch), 6);
}

static void the_dead_and_the_new_account_s_rank_are_kept(void **state)
{
	struct scene *s = *state;
	struct player p = full_player();
	p.dead = 1;
	p.hp = 0;
	p.privileges = 0;
	record_write(s->store.batch, &p, NULL);
	fixture_must_commit(&s->store);
	struct opened *opened = record_must_open(s, nandu, 77);
	assert_int_equal(opened->character.player.dead, 1);
	assert_int_equal(opened->character.player.hp, 0);
	assert_int_equal(opened->character.player.privileges, 0);
}

/* --- a database of pyao-server ---------------------------------------------------------------------------------------------------------- */

static void pyao_character_put(struct scene *s)
{
	account_put(s, "Ana", "5");
	hash_put(s, "account:Ana:data", "is_gm", "1");
	hash_put(s, "player:5:position", "map", "1");
	hash_put(s, "player:5:position", "x", "60");
	hash_put(s, "player:5:position", "y", "61");
	hash_put(s, "player:5:position", "heading", "2");
	const char *stats[] = {"strength", "agility", "intelligence", "charisma", "constitution"};
	for (unsigned i = 0; i < 5; i++)
		hash_put(s, "player:5:stats", stats[i], "17");
	hash_put(s, "player:5:stats", "strength_modifier_until", "1750000000.25");
	static const char *const user_stats[][2] = {
		{"max_hp", "180"},     {"min_hp", "95"},          {"max_mana", "170"},   {"min_mana", "12"},
		{"max_sta", "100"},    {"min_sta", "100"},        {"gold", "1234.0"},    {"level", "9"},
		{"elu", "4425"},       {"experience", "100.75"},  {"meditating", "0"},   {"sailing", "0"},
		{"safe_mode", "True"}, {"poisoned_until", "0.0"}, {"morphed_body", "0"}, {"dumb_until", "17.5"}};
	for (unsigned i = 0; i < sizeof user_stats / sizeof *user_stats; i++)
		hash_put(s, "player:5:user_stats", user_stats[i][0], user_stats[i][1]);
	hash_put(s, "player:5:hunger_thirst", "max_water", "100");
	hash_put(s, "player:5:hunger_thirst", "min_water", "70");
	hash_put(s, "player:5:hunger_thirst", "max_hunger", "100");
	hash_put(s, "player:5:hunger_thirst", "min_hunger", "60");
	hash_put(s, "player:5:hunger_thirst", "water_counter", "33");
	hash_put(s, "player:5:inventory", "slot_1", "1:20");
	hash_put(s, "player:5:inventory", "slot_2", "1:10");
	hash_put(s, "player:5:inventory", "slot_3", "2:1");
	hash_put(s, "player:5:inventory", "slot_4", "");
	hash_put(s, "player:5:inventory", "slot_5", "899:3"); /* no item of this world */
	hash_put(s, "player:5:equipment", "weapon", "3");
	hash_put(s, "player:5:equipment", "armor", "1"); /* bread */
	hash_put(s, "player:5:skills", "magia", "40");
	hash_put(s, "player:5:skills", "robustez", "12");
	hash_put(s, "player:5:skills", "agilidad", "13");
	hash_put(s, "player:5:skills", "liderazgo", "100");
	hash_put(s, "player:5:spellbook", "1", "2");
	hash_put(s, "player:5:spellbook", "2", "40"); /* no spell of this world */
	hash_put(s, "bank:5:vault", "slot_1", "2:3");
	hash_put(s, "bank:5:vault", "slot_2", "");
	string_put(s, "bank:5:gold", "5000");
	string_put(s, "accounts:counter", "5");
	fixture_must_commit(&s->store);
}

static void a_character_of_pyao_server_opens_and_plays(void **state)
{
	struct scene *s = *state;
	pyao_character_put(s);
	struct opened *opened = record_must_open(s, "Ana", 5);
	const struct player *p = &opened->character.player;
	assert_string_equal(p->name, "Ana");
	assert_string_equal(p->password_hash, hash_text);
	assert_string_equal(p->email, "ana@example.org");
	assert_int_equal(p->privileges & PRIVILEGE_STAFF, PRIVILEGE_ADMIN);
	assert_int_equal(p->class_id, CLASS_MAGE);
	assert_int_equal(p->head, 71);
	assert_int_equal(p->hp, 95);
	assert_int_equal(p->hp_max, 180);
	assert_int_equal(p->gold, 1234);
	assert_int_equal(p->experience, 100);
	assert_int_equal(p->safe_mode, 1);
	assert_int_equal(p->attributes[0], 17);
	assert_int_equal(p->thirst, 70);
	assert_int_equal(p->inventory[0].item, BREAD);
	assert_int_equal(p->inventory[0].amount, 20);
	assert_int_equal(p->inventory[1].amount, 10);
	assert_int_equal(p->inventory[4].item, 0);
	assert_int_equal(p->inventory_unknown, 1 << 4);
	assert_int_equal(p->equipment[EQUIP_WEAPON], 3);
	assert_int_equal(p->equipment[EQUIP_ARMOUR], 0);
	assert_int_equal(p->skills[SKILL_MAGIC - 1], 40);
	assert_int_equal(p->skills[SKILL_LEADERSHIP - 1], 100);
	assert_int_equal(p->spells[0], 2);
	assert_int_equal(p->spells[1], 40);
	assert_int_equal(p->bank[0].item, SWORD);
	assert_int_equal(p->bank_gold, 5000);
	/* what it lacks is as a classic character has it: a mage of level 9 gained a hit each level */
	assert_int_equal(p->hit_min, 9);
	assert_int_equal(p->hit_max, 10);
	assert_int_equal(p->reputation[REPUTATION_NOBLE], 1000);
	assert_int_equal(opened->character.at.map, 1);
	assert_int_equal(opened->character.at.x, 60);
	assert_int_equal(opened->character.heading, HEADING_EAST);
	expect_report(opened, "item 899");
	expect_report(opened, "armor is slot 1");
	expect_report(opened, "spell 40");
}

static void what_we_do_not_understand_stays_in_the_store(void **state)
{
	struct scene *s = *state;
	pyao_character_put(s);
	struct player p = record_must_open(s, "Ana", 5)->character.player;
	record_write(s->store.batch, &p, NULL); /* the first cut after the login */
	fixture_must_commit(&s->store);
	struct store_fixture *f = &s->store;
	fixture_expect_field(f, "player:5:skills", "robustez", "12");
	fixture_expect_field(f, "player:5:user_stats", "dumb_until", "17.5");
	fixture_expect_field(f, "player:5:stats", "strength_modifier_until", "1750000000.25");
	fixture_expect_field(f, "player:5:hunger_thirst", "water_counter", "33");
	fixture_expect_field(f, "player:5:inventory", "slot_5", "899:3");
	fixture_expect_field(f, "player:5:spellbook", "2", "40");
	fixture_expect_field(f, "account:Ana:data", "is_gm", "1");
	fixture_expect_string(f, "argentumd:name:ana", "5 Ana");

	/* once the slot is used it is ours: what comes into it, and that it is empty again */
	struct player used = p;
	used.inventory[4] = (struct stack){.item = BREAD, .amount = 2};
	assert_int_equal(record_inventory_taken(&used), 1 << 4);
	record_write(f->batch, &used, &p);
	fixture_must_commit(f);
	fixture_expect_field(f, "player:5:inventory", "slot_5", "1:2");
	struct player emptied = used;
	emptied.inventory[4] = (struct stack){0};
	record_write(f->batch, &emptied, &used);
	fixture_must_commit(f);
	fixture_expect_field(f, "player:5:inventory", "slot_5", "");
}

static void an_account_without_a_character_gets_a_beginner_the_same_at_each_reading(void **state)
{
	struct scene *s = *state;
	account_put(s, "Beto", "9");
	fixture_must_commit(&s->store);
	struct opened first = *record_must_open(s, "Beto", 9);
	const struct player *p = &first.character.player;
	expect_no_report(&first);
	assert_int_equal(p->level, 1);
	assert_int_equal(p->experience_next, 300);
	assert_in_range(p->hp, 16, 30);
	assert_int_equal(p->hp, p->hp_max);
	assert_int_equal(p->mana, 3 * p->attributes[ATTRIBUTE_INTELLIGENCE - 1]); /* a mage */
	assert_int_equal(p->skill_points, SKILL_POINTS_AT_START);
	assert_int_equal(p->inventory[0].item, POTION_KIT);
	assert_int_equal(p->inventory[0].amount, 200);
	assert_int_equal(p->inventory[p->equipment[EQUIP_WEAPON] - 1].item, DAGGER_KIT);
	assert_int_equal(p->spells[0], 2);
	assert_int_equal(first.character.at.map, 0); /* the start of the world */
	assert_int_equal(first.character.heading, HEADING_SOUTH);
	const struct opened *second = record_must_open(s, "Beto", 9);
	assert_memory_equal(&second->character, &first.character, sizeof first.character);
}

static void a_character_with_an_empty_bag_gets_no_second_kit(void **state)
{
	struct scene *s = *state;
	account_put(s, "Beto", "9");
	hash_put(s, "player:9:user_stats", "level", "2");
	fixture_must_commit(&s->store);
	const struct player *p = &record_must_open(s, "Beto", 9)->character.player;
	for (unsigned i = 0; i < INVENTORY_SLOTS; i++)
		assert_int_equal(p->inventory[i].item, 0);
	for (unsigned i = 0; i < EQUIP_COUNT; i++)
		assert_int_equal(p->equipment[i], 0);
	assert_int_equal(p->level, 2);
	assert_int_equal(p->experience_next, table_experience_needed(2));
}

/* --- damage ------------------------------------------------------------------------------------------------------------------------------- */

static void damaged_values_are_put_right_and_told(void **state)
{
	struct scene *s = *state;
	static const char *const damage[][3] = {
		{"player:5:user_stats", "min_hp", "9999"},
		{"player:5:user_stats", "max_hp", "250"},
		{"player:5:user_stats", "gold", "999999999"},
		{"player:5:user_stats", "level", "-3"},
		{"player:5:user_stats", "elu", "0"},
		{"player:5:user_stats", "experience", "much"},
		{"player:5:user_stats", "min_mana", "1e300"},
		{"player:5:user_stats", "max_mana", "nan"},
		{"player:5:position", "map", "777"},
		{"player:5:position", "x", "0"},
		{"player:5:stats", "strength", "0x20"},
		{"player:5:stats", "agility", "200"},
		{"player:5:inventory", "slot_1", "1:70000"},
		{"player:5:inventory", "slot_2", "1:-4"},
		{"player:5:inventory", "slot_3", "70000:1"},
		{"player:5:inventory", "slot_4", "sword"},
		{"player:5:inventory", "slot_5", "1:0"},
		{"player:5:equipment", "weapon", "31"},
		{"player:5:equipment", "shield", "-1"},
		{"player:5:spellbook", "3", "99999999999"},
		{"account:Ana:data", "char_race", "17"},
		{"account:Ana:data", "char_job", "0"},
		{"argentumd:player:5", "description", "\xff\xfe"},
		{"argentumd:player:5", "charset", "9"},
	};
	account_put(s, "Ana", "5");
	for (unsigned i = 0; i < sizeof damage / sizeof *damage; i++)
		hash_put(s, damage[i][0], damage[i][1], damage[i][2]);
	string_put(s, "bank:5:gold", "-17");
	fixture_must_commit(&s->store);
	struct opened *opened = record_must_open(s, "Ana", 5);
	const struct player *p = &opened->character.player;
	assert_int_equal(p->hp, 250);
	assert_int_equal(p->gold, GOLD_MAX);
	assert_int_equal(p->level, 1);
	assert_int_equal(p->experience_next, 300);
	assert_int_equal(p->experience, 0);
	assert_int_equal(p->mana, p->mana_max);
	assert_int_equal(opened->character.at.map, 0);
	assert_in_range(p->attributes[0], 6, 40);
	assert_int_equal(p->attributes[1], 40);
	assert_int_equal(p->inventory[0].amount, STACK_MAX);
	assert_int_equal(p->inventory[1].item, 0);
	assert_int_equal(p->inventory[2].item, 0);
	assert_int_equal(p->inventory_unknown, 1 << 2 | 1 << 3);
	assert_int_equal(p->inventory[4].item, 0);
	assert_int_equal(p->equipment[EQUIP_WEAPON], 0);
	assert_int_equal(p->spells[2], 0);
	assert_int_equal(p->race, RACE_HUMAN);
	assert_int_equal(p->class_id, CLASS_WARRIOR);
	assert_string_equal(p->description, "");
	assert_int_equal(p->charset, 0);
	assert_int_equal(p->bank_gold, 0);
	assert_in_range(opened->report.count, 20, 30);
}

static void hopeless_records_are_refused_with_the_reason(void **state)
{
	struct scene *s = *state;
	account_put(s, "Ana", "5");
	hash_put(s, "account:Sin:data", "user_id", "6");
	account_put(s, "\xd0\x9b\xd0\xb5\xd0\xbd\xd0\xb0", "8"); /* Cyrillic */
	fixture_must_commit(&s->store);
	struct opened *opened = record_open(s, "Ana", 7);
	assert_false(opened->good);
	assert_non_null(strstr(opened->why.text, "id 5 in its data and 7 in the index"));
	opened = record_open(s, "Sin", 6);
	assert_false(opened->good);
	assert_non_null(strstr(opened->why.text, "no usable password_hash"));
	opened = record_open(s, "Nadie", 4);
	assert_false(opened->good);
	assert_non_null(strstr(opened->why.text, "has no data"));
	opened = record_open(s, "\xd0\x9b\xd0\xb5\xd0\xbd\xd0\xb0", 8);
	assert_false(opened->good);
	assert_non_null(strstr(opened->why.text, "Latin-1"));
}

static void numbers_of_other_programs_are_understood(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t number;
	} cases[] = {{"12", true, 12},
				 {"-3", true, -3},
				 {"12.99", true, 12},
				 {"1e3", true, 1000},
				 {"True", true, 1},
				 {"false", true, 0},
				 {"", false, 0},
				 {"1 2", false, 0},
				 {"0x10", false, 0},
				 {"inf", false, 0},
				 {"nan", false, 0},
				 {"--1", false, 0},
				 {"1e999", true, INT64_MAX},
				 {"-1e999", true, INT64_MIN},
				 {"9223372036854775808", true, INT64_MAX},
				 {"1234567890123456789012345678901234567890123456789", false, 0}};
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t number = 0;
		if (record_number(cases[i].text, strlen(cases[i].text), &number) != cases[i].good || number != cases[i].number)
			fail_msg("\"%s\" gave %lld", cases[i].text, (long long)number);
	}
}

/* --- names -------------------------------------------------------------------------------------------------------------------------------- */

static void expect_name(struct scene *s, const char *typed_latin1, const char *username, uint32_t id)
{
	struct store_query queries[RECORD_NAME_QUERIES];
	struct store_reply *reply;
	char found[RECORD_USERNAME_BYTES] = "";
	uint32_t found_id = 0;
	struct text typed = text_of(typed_latin1);
	unsigned count = record_ask_name(queries, typed);
	assert_int_equal(fixture_read(&s->store, queries, count, &reply), STORE_DONE);
	bool good = record_name_found(reply, typed, found, &found_id);
	store_reply_destroy(&reply);
	const char *expected = username != NULL ? username : "";
	if (good != (username != NULL) || (good && (strcmp(found, expected) != 0 || found_id != id)))
		fail_msg("\"%s\" finds \"%s\" %u, expected \"%s\" %u", typed_latin1, good ? found : "", found_id, expected, id);
}

static void a_name_is_found_however_it_is_typed(void **state)
{
	struct scene *s = *state;
	struct player p = full_player();
	record_write(s->store.batch, &p, NULL);
	fixture_must_commit(&s->store);
	expect_name(s,
				"\xd1"
				"and\xfa Real",
				nandu, 77);
	expect_name(s,
				"\xf1"
				"AND\xda rEAL",
				nandu, 77);
	expect_name(s, "Nandu Real", NULL, 0);
	expect_name(s, "", NULL, 0);
}

static void names_of_another_server_are_found_in_their_usual_spellings(void **state)
{
	struct scene *s = *state;
	account_put(s, "Lirael", "3");
	account_put(s, "thorn", "4");
	account_put(s, "ana", "5");
	account_put(s, "Ana", "6"); /* two accounts for pyao-server */
	string_put(s, "account:username:Roto", "no id");
	string_put(s, "argentumd:name:torcido", "nonsense");
	fixture_must_commit(&s->store);
	expect_name(s, "Lirael", "Lirael", 3);
	expect_name(s, "LIRAEL", "Lirael", 3);
	expect_name(s, "lirael", "Lirael", 3);
	expect_name(s, "THORN", "thorn", 4);
	expect_name(s, "ana", "ana", 5);
	expect_name(s, "Ana", "Ana", 6);
	expect_name(s, "Roto", NULL, 0);
	expect_name(s, "Torcido", NULL, 0);
	/* the one who plays here enters our index; the other is still found by the exact spelling */
	string_put(s, "argentumd:name:ana", "6 Ana");
	fixture_must_commit(&s->store);
	expect_name(s, "ANA", "Ana", 6);
	expect_name(s, "ana", "ana", 5);
}

#define RECORD_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RECORD_TEST(every_field_of_a_character_survives_the_store),
		RECORD_TEST(the_store_has_the_names_and_types_of_pyao_server),
		RECORD_TEST(only_what_changed_is_written),
		RECORD_TEST(the_dead_and_the_new_account_s_rank_are_kept),
		RECORD_TEST(a_character_of_pyao_server_opens_and_plays),
		RECORD_TEST(what_we_do_not_understand_stays_in_the_store),
		RECORD_TEST(an_account_without_a_character_gets_a_beginner_the_same_at_each_reading),
		RECORD_TEST(a_character_with_an_empty_bag_gets_no_second_kit),
		RECORD_TEST(damaged_values_are_put_right_and_told),
		RECORD_TEST(hopeless_records_are_refused_with_the_reason),
		cmocka_unit_test(numbers_of_other_programs_are_understood),
		RECORD_TEST(a_name_is_found_however_it_is_typed),
		RECORD_TEST(names_of_another_server_are_found_in_their_usual_spellings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
