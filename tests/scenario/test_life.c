/* The life of a player: created after every refusal there is, in the world, talking, leaving, coming back as he was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

/* --- creation ----------------------------------------------------------------------------------------------------------------- */

/* What is wrong with a wish, and what the player reads. NULL or 0 = as it should be. */
static const struct {
	const char *what, *name, *password, *email;
	int race, gender, class, head, home;
	enum text_id answer;
} refusals[] = {
	{"a name with digits", .name = "Vecino99", .answer = TEXT_NAME_LETTERS},
	{"a name with two blanks", .name = "Don  Juan", .answer = TEXT_NAME_LETTERS},
	{"a name with an accent", .name = "Andr\xe9s", .answer = TEXT_NAME_LETTERS},
	{"a short password", .password = "ab", .answer = TEXT_PASSWORD_LENGTH},
	{"a long password", .password = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop", .answer = TEXT_PASSWORD_LENGTH},
	{"the name as password", .name = "Secreto", .password = "sECRETO", .answer = TEXT_PASSWORD_IS_NAME},
	{"an e-mail without @", .email = "vecino.example.org", .answer = TEXT_EMAIL_WRONG},
	{"a race that does not exist", .race = 6, .answer = TEXT_WRONG_RACE},
	{"a gender that does not exist", .gender = 3, .answer = TEXT_WRONG_GENDER},
	{"a class that does not exist", .class = 13, .answer = TEXT_WRONG_CLASS},
	{"a home that does not exist", .home = 77, .answer = TEXT_WRONG_HOME},
	{"a woman's head on a man", .head = 70, .answer = TEXT_WRONG_HEAD},
	{"an elf's head on a human", .head = 101, .answer = TEXT_WRONG_HEAD},
};

static struct c2s_LOGIN_NEW_CHAR wish_wrong(unsigned i, const char *name)
{
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(refusals[i].name != NULL ? refusals[i].name : name);
	if (refusals[i].password != NULL)
		wish.password = text_of(refusals[i].password);
	if (refusals[i].email != NULL)
		wish.email = text_of(refusals[i].email);
	wish.race = refusals[i].race != 0 ? refusals[i].race : wish.race;
	wish.gender = refusals[i].gender != 0 ? refusals[i].gender : wish.gender;
	wish.class = refusals[i].class != 0 ? refusals[i].class : wish.class;
	wish.head = refusals[i].head != 0 ? refusals[i].head : wish.head;
	wish.home = refusals[i].home != 0 ? refusals[i].home : wish.home;
	return wish;
}

static void expect_refusal(struct bot *bot, unsigned i)
{
	if (refusals[i].answer == TEXT_PASSWORD_LENGTH)
		bot_expect_error(bot, TEXT_PASSWORD_LENGTH, 3, 32);
	else
		bot_expect_error(bot, refusals[i].answer);
}

static void each_wrong_creation_is_refused_and_the_next_try_may_be_right(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *first = bot_create(server, "Fulano", ANY_WORKER);
	struct bot *bot = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Mengana");

	bot_ask_creation(bot, &wish);
	bot_expect_error(bot, TEXT_NO_DICE);
	bot_roll(bot);
	for (unsigned i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		wish = wish_wrong(i, "Mengana");
		bot_ask_creation(bot, &wish);
		expect_refusal(bot, i);
	}
	wish = bot_wish("Ab");
	bot_ask_creation(bot, &wish);
	bot_expect_error(bot, TEXT_NAME_LENGTH, 3, 15);
	wish = bot_wish("Un nombre largo de verdad");
	bot_ask_creation(bot, &wish);
	bot_expect_error(bot, TEXT_NAME_LENGTH, 3, 15);
	wish = bot_wish("fULANO");
	bot_ask_creation(bot, &wish);
	bot_expect_error(bot, TEXT_NAME_TAKEN);

	/* a roll is for one creation that got as far as asking for the name */
	wish = bot_wish("Mengana");
	bot_ask_creation(bot, &wish);
	bot_expect_error(bot, TEXT_NO_DICE);
	bot_roll(bot);
	EXPECT(!bot->closed, "the connection is closed");
	wish = bot_wish("Mengana");
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	EXPECT_EQUAL("strength", bot->strength, bot->dice[0] + 1); /* a human's: rules-life-combat-magic.md 3.2 */
	EXPECT_EQUAL("agility", bot->dexterity, bot->dice[1] + 1);
	bots_expect_good();
	bot_close(&first);
	game_server_stop(server);
}

static void names_that_the_world_forbids_are_refused(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_connect(server);
	unsigned count = catalog_forbidden_name_count(scenario_catalog()), tried = 0;
	bot_roll(bot);
	for (unsigned i = 0; i < count && tried < 10; i++) {
		const char *name = catalog_forbidden_name(scenario_catalog(), i);
		size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (letters != strlen(name) || letters < 3 || letters > 15)
			continue;
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(name);
		bot_ask_creation(bot, &wish);
		bot_expect_error(bot, TEXT_NAME_FORBIDDEN);
		tried++;
	}
	EXPECT(tried > 0, "this world forbids no name at all");
	game_server_stop(server);
}

static void dice_may_be_thrown_again_and_again(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_connect(server);
	unsigned different = 0;
	int before[5] = {0};
	for (int i = 0; i < 40; i++) {
		bot_roll(bot);
		different += memcmp(before, bot->dice, sizeof before) != 0;
		memcpy(before, bot->dice, sizeof before);
		for (int a = 0; a < 5; a++) {
			int low = a == 2 || a == 4 ? 16 : 15; /* protocol.md 2.2 */
			EXPECT(bot->dice[a] >= low && bot->dice[a] <= 18, "attribute %d is %d", a + 1, bot->dice[a]);
		}
	}
	EXPECT(different > 10, "only %u of 40 throws differ from the one before", different);
	game_server_stop(server);
}

/* --- entering ------------------------------------------------------------------------------------------------------------------ */

static bool record_begins(const struct bot *bot, unsigned i, const char *words)
{
	return i < bot->record_count && strncmp(bot->record[i], words, strlen(words)) == 0;
}

static unsigned record_count_of(const struct bot *bot, const char *words)
{
	unsigned count = 0;
	for (unsigned i = 0; i < bot->record_count; i++)
		count += record_begins(bot, i, words);
	return count;
}

/* protocol.md 2.3: the five packets that open a usable screen, in this order; then all slots, and no toggle unasked. */
static void expect_entry_burst(const struct bot *bot)
{
	unsigned at = 0;
	static const char *const order[] = {"Logged class=3", "ChangeMap ", "CharacterCreate ", "UserCharIndexInServer ",
										"UpdateUserStats "};
	for (unsigned i = 0; i < 5; i++) {
		at += record_begins(bot, at, "PlayMIDI ");
		EXPECT(record_begins(bot, at, order[i]), "packet %u on entering is \"%s\" and not %s", at + 1,
			   at < bot->record_count ? bot->record[at] : "", order[i]);
		at++;
	}
	EXPECT_EQUAL("inventory slots told", record_count_of(bot, "ChangeInventorySlot "), WIRE_INVENTORY_SLOTS);
	EXPECT_EQUAL("spell slots told", record_count_of(bot, "ChangeSpellSlot "), WIRE_SPELL_SLOTS);
	EXPECT_EQUAL("hunger told", record_count_of(bot, "UpdateHungerAndThirst "), 1);
	EXPECT_EQUAL("strength told", record_count_of(bot, "UpdateStrenghtAndDexterity "), 1);
	EXPECT_EQUAL("skills told", record_count_of(bot, "SendSkills "), 1);
	EXPECT_EQUAL("skill points told", record_count_of(bot, "LevelUp "), 1);
	EXPECT_EQUAL("maps entered", bot->maps_entered, 1);
	EXPECT_EQUAL("windows opened unasked",
				 record_count_of(bot, "Atributes ") + record_count_of(bot, "GuildList ") +
					 record_count_of(bot, "TrainerCreatureList "),
				 0);
	EXPECT(!bot->sailing && !bot->paused && !bot->resting && !bot->meditating && !bot->paralysed,
		   "a flag was flipped on entering");
	EXPECT(bot->longest_chunk <= 70000, "a chunk of %u bytes", bot->longest_chunk);
}

static void the_entry_is_told_in_order_and_in_whole_packets(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *bot = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Zutana");
	bot_roll(bot);
	bot_record(bot);
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	bot_sync(bot);
	expect_entry_burst(bot);
	EXPECT_EQUAL("safe mode", bot->safe_mode, 1);
	EXPECT(bot->inventory[1].item != 0 && bot->inventory[1].amount > 0, "the new character carries nothing");
	bot_quit(bot);
	bot_close(&bot);

	bot = bot_connect(server);
	bot_record(bot);
	bot_ask_login(bot, "zutana", BOT_PASSWORD); /* case does not matter */
	bot_until(bot, bot_in_world(bot));
	bot_sync(bot);
	expect_entry_burst(bot);
	EXPECT(strcmp(bot_self(bot)->name, "Zutana") == 0, "the name is shown as \"%s\"", bot_self(bot)->name);
	bots_expect_good();
	game_server_stop(server);
}

/* A classic client wants to know its number, has more slots, and waits to be told that it is over. */
static void a_classic_client_is_told_what_it_waits_for(void **state)
{
	(void)state;
	const char *const settings[] = {"game.dialect=classic", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	bots_speak(DIALECT_CLASSIC);
	struct bot *bot = bot_connect(server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Clasica");
	bot_roll(bot);
	bot_record(bot);
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	bot_sync(bot);
	EXPECT(record_begins(bot, 0, "Logged ") && record_begins(bot, 1, "UserIndexInServer "),
		   "it begins with \"%s\", \"%s\"", bot->record[0], bot->record[1]);
	EXPECT_EQUAL("inventory slots told", record_count_of(bot, "ChangeInventorySlot "), WIRE_INVENTORY_SLOTS_MAX);
	EXPECT_EQUAL("skills told", record_count_of(bot, "SendSkills "), 1);
	EXPECT_EQUAL("disconnected", record_count_of(bot, "Disconnect"), 0);
	BOT_SEND(bot, QUIT);
	bot_expect_closed(bot);
	EXPECT_EQUAL("disconnected", record_count_of(bot, "Disconnect"), 1);
	bots_expect_good();
	game_server_stop(server);
}

/* --- leaving and coming back ------------------------------------------------------------------------------------------------------ */

struct memory {
	struct place at;
	int heading, hp, mana, stamina, gold, level, skill_points, strength, dexterity;
	struct bot_slot inventory[WIRE_INVENTORY_SLOTS + 1];
	int spells[WIRE_SPELL_SLOTS + 1];
};

static struct memory remember(const struct bot *bot)
{
	struct memory m = {.at = bot_place(bot),
					   .heading = bot_self(bot)->heading,
					   .hp = bot->hp,
					   .mana = bot->mana,
					   .stamina = bot->stamina,
					   .gold = bot->gold,
					   .level = bot->level,
					   .skill_points = bot->skill_points,
					   .strength = bot->strength,
					   .dexterity = bot->dexterity};
	memcpy(m.inventory, bot->inventory, sizeof m.inventory);
	memcpy(m.spells, bot->spells, sizeof m.spells);
	return m;
}

static void expect_as_it_was(const struct bot *bot, const struct memory *m)
{
	struct memory now = remember(bot);
	EXPECT_EQUAL("map", now.at.map, m->at.map);
	EXPECT_EQUAL("x", now.at.x, m->at.x);
	EXPECT_EQUAL("y", now.at.y, m->at.y);
	EXPECT_EQUAL("heading", now.heading, m->heading);
	EXPECT_EQUAL("hp", now.hp, m->hp);
	EXPECT_EQUAL("mana", now.mana, m->mana);
	EXPECT_EQUAL("stamina", now.stamina, m->stamina);
	EXPECT_EQUAL("gold", now.gold, m->gold);
	EXPECT_EQUAL("level", now.level, m->level);
	EXPECT_EQUAL("skill points", now.skill_points, m->skill_points);
	EXPECT_EQUAL("strength", now.strength, m->strength);
	EXPECT_EQUAL("agility", now.dexterity, m->dexterity);
	for (int slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++)
		EXPECT(memcmp(&now.inventory[slot], &m->inventory[slot], sizeof now.inventory[slot]) == 0,
			   "slot %d holds %d of item %d, and held %d of item %d", slot, now.inventory[slot].amount,
			   now.inventory[slot].item, m->inventory[slot].amount, m->inventory[slot].item);
	EXPECT(memcmp(now.spells, m->spells, sizeof now.spells) == 0, "the spells are other ones");
}

static void who_leaves_a_safe_place_is_gone_at_once_and_comes_back_as_he_was(void **state)
{
	(void)state;
	struct place clearing = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(clearing), "game.start_gold=321", "intervals.logout_s=60",
									"world.paranoid=true", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, "Perengano", ANY_WORKER);
	struct bot *witness = bot_create(server, NULL, ANY_WORKER);
	EXPECT_EQUAL("gold", bot->gold, 321);
	bot_walk_to(bot, clearing.x + 4, clearing.y + 3);
	bot_step(bot, HEADING_WEST);
	bot_sync(bot);
	bot_talk(bot, "Me voy a dormir");
	bot_until(witness, bot_has_said(witness, bot->self, "Me voy a dormir"));
	struct memory m = remember(bot);
	int index = bot->self;

	bot_quit(bot);
	bot_until(witness, bot_find(witness, index) == NULL);
	bot_close(&bot);

	bot = bot_connect(server);
	bot_ask_login(bot, "Perengano", "otra clave");
	bot_expect_error(bot, TEXT_WRONG_PASSWORD);
	bot_expect_closed(bot);
	EXPECT_EQUAL("maps entered with a wrong password", bot->maps_entered, 0);
	bot_close(&bot);
	bot = bot_connect(server);
	bot_ask_login(bot, "Nadie", "una clave");
	bot_expect_error(bot, TEXT_WRONG_PASSWORD); /* the same words: nobody learns which names exist */
	bot_expect_closed(bot);
	bot_close(&bot);

	bot = bot_login(server, "Perengano", ANY_WORKER);
	expect_as_it_was(bot, &m);
	bot_await_durable(bot, server);
	bot_quit(bot);
	game_server_await_players(server, 1);
	bot_close(&bot);
	bot = bot_login(server, "Perengano", ANY_WORKER); /* now from the store */
	expect_as_it_was(bot, &m);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* With many cuts a second the departure is often saved just while the password of the next login is checked. */
static void who_comes_back_at_once_is_never_refused(void **state)
{
	enum { TIMES = 60 };
	(void)state;
	const char *const settings[] = {scenario_start(scenario_clearing(2, 2, true)), "store.cut_interval_ms=50",
									"game.password_memory_kib=16384", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, "Ansiosa", ANY_WORKER);
	for (int i = 0; i < TIMES; i++) {
		bot_quit(bot);
		bot_close(&bot);
		bot = bot_login(server, "Ansiosa", ANY_WORKER);
	}
	game_server_audit(server);
	game_server_stop(server);
}

static void who_leaves_an_unsafe_place_waits_and_may_think_better_of_it(void **state)
{
	(void)state;
	struct place clearing = scenario_clearing(4, 4, false);
	const char *const settings[] = {scenario_start(clearing), "intervals.logout_s=2", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, "Valiente", ANY_WORKER);
	BOT_SEND(bot, QUIT);
	bot_expect_line(bot, TEXT_LEAVING_IN, 2);
	bot_step(bot, HEADING_SOUTH);
	bot_expect_line(bot, TEXT_LEAVING_CANCELLED);
	BOT_SEND(bot, QUIT);
	bot_expect_line(bot, TEXT_LEAVING_IN, 2);
	bot_expect_line(bot, TEXT_LEAVING_IN, 1);
	bot_expect_line(bot, TEXT_LEAVING_NOW);
	bot_expect_closed(bot);
	struct place at = bot_place(bot);
	bot_close(&bot);
	bot = bot_login(server, "Valiente", ANY_WORKER);
	EXPECT(bot_self(bot)->x == at.x && bot_self(bot)->y == at.y, "he is somewhere else");
	bots_expect_good();
	game_server_stop(server);
}

static void who_waits_to_be_let_out_is_not_taken_over(void **state)
{
	(void)state;
	struct place clearing = scenario_clearing(4, 4, false);
	const char *const settings[] = {scenario_start(clearing), "intervals.logout_s=3", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, "Apurada", ANY_WORKER);
	BOT_SEND(bot, QUIT);
	bot_expect_line(bot, TEXT_LEAVING_IN, 3);
	struct bot *second = bot_connect(server);
	bot_ask_login(second, "Apurada", BOT_PASSWORD);
	bot_expect_error(second, TEXT_LEAVING_ELSEWHERE);
	bot_expect_closed(second);
	bot_close(&second);
	bot_expect_line(bot, TEXT_LEAVING_NOW);
	bot_expect_closed(bot);
	bot_close(&bot);
	bot = bot_login(server, "Apurada", ANY_WORKER);
	bots_expect_good();
	game_server_audit(server);
	game_server_stop(server);
}

static void who_loses_the_line_in_an_unsafe_place_stays_a_while_and_is_taken_over(void **state)
{
	(void)state;
	struct place clearing = scenario_clearing(4, 4, false);
	const char *const settings[] = {scenario_start(clearing), "intervals.logout_s=3", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *witness = bot_create(server, NULL, ANY_WORKER);
	struct bot *bot = bot_create(server, "Sin Luz", ANY_WORKER);
	int index = bot->self;
	bot_close(&bot); /* the cable */
	bot_sync(witness);
	EXPECT(bot_find(witness, index) != NULL, "the character is gone at once");
	bot = bot_login(server, "Sin Luz", ANY_WORKER);
	EXPECT_EQUAL("the character that was taken over", bot->self, index);
	EXPECT(bot_find(witness, index) != NULL, "the character went although it was taken over");
	bot_close(&bot);
	bot_until(witness, bot_find(witness, index) == NULL); /* and nobody comes: it leaves by itself */
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_wrong_creation_is_refused_and_the_next_try_may_be_right),
		SCENARIO(names_that_the_world_forbids_are_refused),
		SCENARIO(dice_may_be_thrown_again_and_again),
		SCENARIO(the_entry_is_told_in_order_and_in_whole_packets),
		SCENARIO(a_classic_client_is_told_what_it_waits_for),
		SCENARIO(who_leaves_a_safe_place_is_gone_at_once_and_comes_back_as_he_was),
		SCENARIO(who_comes_back_at_once_is_never_refused),
		SCENARIO(who_leaves_an_unsafe_place_waits_and_may_think_better_of_it),
		SCENARIO(who_waits_to_be_let_out_is_not_taken_over),
		SCENARIO(who_loses_the_line_in_an_unsafe_place_stays_a_while_and_is_taken_over),
	};
	return SCENARIOS_RUN(tests);
}
