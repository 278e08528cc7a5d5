/* record_read.c - reading a character as tolerantly as possible. First a beginner of the account's race and class is made;
 * then whatever the store has, and makes sense, takes its place. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"
#include "common/protocol/charset.h"
#include "common/store/keys.h"
#include "worker/game/creation.h"
#include "worker/game/inventory.h"
#include "worker/record.h"
#include "worker/record_fields.h"
#include "worker/record_value.h"

enum { HASH_SHORTEST = 20 /* of a password: less is no PHC text */, LEVEL_HITS_CHANGE = 35 };

struct reading {
	const struct store_reply *reply;
	const struct catalog *catalog;
	struct player *player;
	struct record_report *report;
};

__attribute__((format(printf, 2, 3))) static void put_right(struct reading *r, const char *format, ...)
{
	struct record_report *report = r->report;
	if (report->count < RECORD_REPORT_LINES) {
		va_list args;
		va_start(args, format);
		vsnprintf(report->line[report->count], sizeof report->line[0], format, args);
		va_end(args);
	}
	report->count++;
}

/* --- numbers ------------------------------------------------------------------------------------------------------------------------ */

/* false: the field is not there. A text that is no number is reported and not there either. */
static bool field_number(struct reading *r, enum record_question hash, const char *field, int64_t *number)
{
	size_t length;
	const char *text = store_reply_hash_get(r->reply, hash, field, &length);
	if (text == NULL)
		return false;
	if (record_number(text, length, number))
		return true;
	put_right(r, "%s holds \"%.40s\", which is no number; it is taken as missing", field, text);
	return false;
}

static bool field_number_within(struct reading *r, enum record_question hash, const char *field, int64_t low,
								int64_t high, int64_t *number)
{
	if (!field_number(r, hash, field, number))
		return false;
	if (*number < low || *number > high) {
		int64_t taken = clamp_i64(*number, low, high);
		put_right(r, "%s was %lld; %lld is taken", field, (long long)*number, (long long)taken);
		*number = taken;
	}
	return true;
}

/* Rows of the table that belong to this hash; what is missing stays as the beginner has it. */
static void fields_read(struct reading *r, enum record_question hash)
{
	for (unsigned i = 0; i < record_field_count; i++) {
		const struct record_field *field = &record_fields[i];
		int64_t value;
		if (field->hash != hash)
			continue;
		if (!field->is_choice) {
			if (field_number_within(r, hash, field->name, field->low, field->high, &value))
				record_field_store(r->player, field, value);
			continue;
		}
		if (!field_number(r, hash, field->name, &value))
			continue;
		if (value >= field->low && value <= field->high)
			record_field_store(r->player, field, value);
		else
			put_right(r, "%s was %lld, which means nothing; %lld is taken", field->name, (long long)value,
					  (long long)record_field_load(r->player, field));
	}
}

static void text_read(struct reading *r, enum record_question hash, const char *field, char *to, size_t capacity)
{
	size_t length, n = 0;
	const char *text = store_reply_hash_get(r->reply, hash, field, &length);
	memset(to, 0, capacity);
	if (text == NULL)
		return;
	if (!charset_latin1_from_utf8(text, length, to, capacity - 1, &n) || memchr(to, '\0', n) != NULL) {
		put_right(r, "%s is no text for this server; it is taken as empty", field);
		memset(to, 0, capacity);
	}
}

/* --- the account --------------------------------------------------------------------------------------------------------------------- */

static bool identity_read(struct reading *r, const char *username, uint32_t id, struct problem *why)
{
	struct player *p = r->player;
	int64_t user_id;
	size_t length, n;
	const char *hash = store_reply_hash_get(r->reply, RECORD_ACCOUNT, "password_hash", &length);
	if (!store_reply_exists(r->reply, RECORD_ACCOUNT))
		return problem_set(why, "account \"%s\" is named but has no data", username);
	if (hash == NULL || length < HASH_SHORTEST || length >= PASSWORD_HASH_BYTES || strlen(hash) != length)
		return problem_set(why, "account \"%s\" has no usable password_hash", username);
	if (field_number(r, RECORD_ACCOUNT, "user_id", &user_id) && user_id != id)
		return problem_set(why, "account \"%s\" is id %lld in its data and %u in the index", username,
						   (long long)user_id, id);
	if (!charset_latin1_from_utf8(username, strlen(username), p->name, NAME_BYTES - 1, &n) || n == 0)
		return problem_set(why, "account \"%s\": the name is no Latin-1 of at most %d letters", username,
						   NAME_BYTES - 1);
	memcpy(p->password_hash, hash, length);
	p->name_length = (uint8_t)n;
	p->id = id;
	return true;
}

/* Who the character is; numbers out of range mean a human man, a warrior of Ullathorpe. */
static void account_read(struct reading *r)
{
	struct player *p = r->player;
	p->race = RACE_HUMAN;
	p->gender = GENDER_MAN;
	p->class_id = CLASS_WARRIOR;
	p->home = CITY_ULLATHORPE;
	fields_read(r, RECORD_ACCOUNT);
	if (p->head == 0)
		p->head = (int16_t)table_heads(p->race, p->gender).first;
	text_read(r, RECORD_ACCOUNT, "email", p->email, sizeof p->email);
}

/* is_gm says who belongs to the staff; which rank, our own hash. pyao-server has but one. */
static void rank_put_right(struct reading *r)
{
	struct player *p = r->player;
	int64_t is_gm = 0;
	field_number(r, RECORD_ACCOUNT, "is_gm", &is_gm);
	if (is_gm == 0)
		p->privileges &= (uint8_t)~PRIVILEGE_STAFF;
	else if ((p->privileges & PRIVILEGE_STAFF) == 0)
		p->privileges |= PRIVILEGE_ADMIN;
}

/* --- the beginner ---------------------------------------------------------------------------------------------------------------------- */

/* Nothing but the account is there: another server was interrupted while it created the character. */
static bool has_no_character(const struct store_reply *reply)
{
	for (unsigned i = RECORD_POSITION; i < RECORD_QUESTIONS; i++) {
		if (store_reply_exists(reply, i))
			return false;
	}
	return true;
}

/* What a level gives to both hits (rules-life-combat-magic.md 5.4). */
static int hits_of_level(unsigned class_id, unsigned level)
{
	bool high = level > LEVEL_HITS_CHANGE;
	switch (class_id) {
	case CLASS_WARRIOR:
	case CLASS_HUNTER:
		return high ? 2 : 3;
	case CLASS_PIRATE:
		return 3;
	case CLASS_PALADIN:
	case CLASS_ASSASSIN:
	case CLASS_BANDIT:
		return high ? 1 : 3;
	case CLASS_MAGE:
		return 1;
	default:
		return 2;
	}
}

/* Another server has no hits: those that a classic character of this level has. */
static void hits_fill(struct player *p)
{
	int gained = 0;
	for (unsigned level = 2; level <= p->level; level++)
		gained =
			(int)clamp_i64(gained + hits_of_level(p->class_id, level), 0, (level <= LEVEL_HITS_CHANGE ? 99 : 999) - 2);
	p->hit_min = (int16_t)(1 + gained);
	p->hit_max = (int16_t)(2 + gained);
}

/* Dice that give the attributes which the store has; others are thrown. */
static void dice_take(struct reading *r, struct rng *rng, const struct config *config, uint8_t dice[ATTRIBUTE_COUNT])
{
	const struct race_def *race = catalog_race(r->catalog, r->player->race);
	uint8_t thrown[ATTRIBUTE_COUNT];
	dice_roll(rng, config, thrown);
	memcpy(dice, thrown, sizeof thrown);
	struct player stored = {0};
	struct reading stats = {.reply = r->reply, .catalog = r->catalog, .player = &stored, .report = r->report};
	fields_read(&stats, RECORD_STATS);
	for (int a = 1; a <= ATTRIBUTE_COUNT; a++) {
		if (stored.attributes[a - 1] != 0)
			dice[a - 1] = (uint8_t)clamp_i64(stored.attributes[a - 1] - vb_round((double)race->attribute[a]), 0, 255);
	}
}

/* The same for one account at each reading: until the first cut is durable it may be read again. */
static void beginner_fill(struct reading *r)
{
	static const struct config classic; /* all zero: classic dice, the classic kit, no gold */
	struct player *p = r->player;
	struct rng rng;
	uint8_t dice[ATTRIBUTE_COUNT];
	struct c2s_LOGIN_NEW_CHAR wish = {0};
	wish.race = p->race;
	wish.gender = p->gender;
	wish.class = p->class_id;
	wish.home = p->home;
	wish.head = p->head;
	rng_seed(&rng, p->id);
	dice_take(r, &rng, &classic, dice);
	creation_fill(p, &classic, r->catalog, &wish, dice, &rng);
	if (has_no_character(r->reply))
		return;
	memset(p->inventory, 0, sizeof p->inventory);
	memset(p->equipment, 0, sizeof p->equipment);
	if (store_reply_exists(r->reply, RECORD_OWN) || store_reply_exists(r->reply, RECORD_SPELLBOOK))
		memset(p->spells, 0, sizeof p->spells);
}

/* --- belongings ------------------------------------------------------------------------------------------------------------------------ */

/* What had to be put right is reported; *unknown: the text stays in the store. */
static struct stack stack_read(struct reading *r, enum record_question hash, const char *field, bool *unknown)
{
	size_t length = 0;
	const char *text = store_reply_hash_get(r->reply, hash, field, &length);
	struct record_stack read = record_stack_parse(text, length, r->catalog);
	*unknown = read.kind == RECORD_STACK_NONSENSE || read.kind == RECORD_STACK_UNKNOWN;
	if (read.kind == RECORD_STACK_NONSENSE)
		put_right(r, "%s holds \"%.40s\", no item:quantity; it stays in the store", field, text);
	else if (read.kind == RECORD_STACK_UNKNOWN)
		put_right(r, "%s holds item %lld, which this world does not have; it stays in the store", field,
				  (long long)read.item);
	else if (read.amount != read.stack.amount)
		put_right(r, "%s holds %lld of item %lld; %u are taken", field, (long long)read.amount, (long long)read.item,
				  read.stack.amount);
	return read.stack;
}

/* Returns a bit per slot that holds something unknown. */
static uint64_t stacks_read(struct reading *r, enum record_question hash, struct stack *stacks, unsigned count)
{
	uint64_t strange = 0;
	for (unsigned slot = 1; slot <= count; slot++) {
		char field[24];
		bool unknown;
		snprintf(field, sizeof field, FIELD_SLOT, slot);
		stacks[slot - 1] = stack_read(r, hash, field, &unknown);
		strange |= (uint64_t)unknown << (slot - 1);
	}
	return strange;
}

static void equipment_read(struct reading *r)
{
	struct player *p = r->player;
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		int64_t slot;
		const char *name = record_equipment_names[place];
		if (!field_number(r, RECORD_EQUIPMENT, name, &slot) || slot == 0)
			continue;
		if (slot >= 1 && slot <= INVENTORY_SLOTS &&
			item_fits(catalog_item(r->catalog, p->inventory[slot - 1].item), (enum equipment_place)place))
			p->equipment[place] = (uint8_t)slot;
		else
			put_right(r, "%s is slot %lld, where nothing of that kind is; nothing is worn there", name,
					  (long long)slot);
	}
}

static void skills_read(struct reading *r)
{
	for (unsigned s = 1; s <= SKILL_COUNT; s++) {
		char field[40];
		int64_t value;
		if (field_number_within(r, RECORD_SKILLS, record_skill_names[s], 0, SKILL_MAX, &value))
			r->player->skills[s - 1] = (uint8_t)value;
		snprintf(field, sizeof field, "%s_exp", record_skill_names[s]);
		if (field_number_within(r, RECORD_SKILLS, field, 0, INT32_MAX, &value))
			r->player->skill_experience[s - 1] = (int32_t)value;
	}
}

static void spells_read(struct reading *r)
{
	for (unsigned slot = 1; slot <= SPELL_SLOTS; slot++) {
		char field[16];
		int64_t spell;
		snprintf(field, sizeof field, "%u", slot);
		if (!field_number(r, RECORD_SPELLBOOK, field, &spell) || spell == 0)
			continue;
		if (spell >= 1 && spell <= UINT16_MAX)
			r->player->spells[slot - 1] = (uint16_t)spell;
		else
			put_right(r, "spell %lld in slot %u is none; it leaves the book", (long long)spell, slot);
		/* It is no spell to any rule, but its page is not free: it may be back after the next reload. */
		if (r->player->spells[slot - 1] != 0 && catalog_spell(r->catalog, (unsigned)spell) == NULL)
			put_right(r, "spell %lld in slot %u does not exist in this world; it stays in the book", (long long)spell,
					  slot);
	}
}

static void belongings_read(struct reading *r)
{
	struct player *p = r->player;
	if (store_reply_exists(r->reply, RECORD_INVENTORY))
		p->inventory_unknown = (uint32_t)stacks_read(r, RECORD_INVENTORY, p->inventory, INVENTORY_SLOTS);
	p->bank_unknown = stacks_read(r, RECORD_VAULT, p->bank, BANK_SLOTS);
	equipment_read(r);
	size_t length;
	int64_t gold;
	const char *text = store_reply_string(r->reply, RECORD_BANK_GOLD, &length);
	if (text == NULL)
		return;
	if (!record_number(text, length, &gold)) {
		put_right(r, "the gold in the bank is \"%.40s\", which is no number; none is taken", text);
		return;
	}
	p->bank_gold = record_gold_parse(text, length);
	if (p->bank_gold != gold)
		put_right(r, "the gold in the bank was %lld; %d is taken", (long long)gold, (int)p->bank_gold);
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------- */

static void cut_to(struct reading *r, const char *what, int16_t *points, int16_t most)
{
	if (*points <= most)
		return;
	put_right(r, "%d points of %s, of at most %d; %d are taken", *points, what, most, most);
	*points = most;
}

static void sums_put_right(struct reading *r)
{
	struct player *p = r->player;
	cut_to(r, "life", &p->hp, p->hp_max);
	cut_to(r, "mana", &p->mana, p->mana_max);
	cut_to(r, "stamina", &p->stamina, p->stamina_max);
	if (p->thirst > p->thirst_max)
		p->thirst = p->thirst_max;
	if (p->hunger > p->hunger_max)
		p->hunger = p->hunger_max;
	if (p->hp == 0)
		p->dead = 1;
	if (p->dead)
		p->hp = 0;
	if (p->hit_max < p->hit_min)
		p->hit_max = p->hit_min;
	int64_t needed;
	if (!field_number(r, RECORD_USER_STATS, "elu", &needed) || (needed < 1 && p->level < LEVEL_MAX))
		p->experience_next = table_experience_needed(p->level);         /* with 0 it would gain levels for ever */
	memcpy(p->attributes_now, p->attributes, sizeof p->attributes_now); /* effects end with the session */
}

static void position_read(struct reading *r, struct character *character)
{
	int64_t map = 0, x = 0, y = 0, heading = HEADING_SOUTH;
	character->at = (struct place){0};
	character->heading = HEADING_SOUTH;
	if (!store_reply_exists(r->reply, RECORD_POSITION))
		return;
	field_number(r, RECORD_POSITION, "map", &map);
	field_number(r, RECORD_POSITION, "x", &x);
	field_number(r, RECORD_POSITION, "y", &y);
	if (map >= 1 && map <= UINT16_MAX && catalog_map(r->catalog, (unsigned)map) != NULL && x >= 1 && x <= MAP_SIDE &&
		y >= 1 && y <= MAP_SIDE)
		character->at = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	else
		put_right(r, "position %lld-%lld-%lld is not in this world; the start is taken", (long long)map, (long long)x,
				  (long long)y);
	if (field_number(r, RECORD_POSITION, "heading", &heading) && heading >= HEADING_NORTH && heading <= HEADING_WEST)
		character->heading = (uint8_t)heading;
}

bool record_read(const struct store_reply *reply, const struct catalog *catalog, const char *username, uint32_t id,
				 struct character *character, struct record_report *report, struct problem *why)
{
	*character = (struct character){0};
	*report = (struct record_report){0};
	struct reading r = {.reply = reply, .catalog = catalog, .player = &character->player, .report = report};
	if (!identity_read(&r, username, id, why))
		return false;
	account_read(&r);
	beginner_fill(&r);
	fields_read(&r, RECORD_USER_STATS);
	fields_read(&r, RECORD_HUNGER);
	if (!store_reply_exists(reply, RECORD_OWN))
		hits_fill(&character->player);
	fields_read(&r, RECORD_OWN);
	rank_put_right(&r);
	skills_read(&r);
	spells_read(&r);
	belongings_read(&r);
	character->is_beginner = has_no_character(reply);
	text_read(&r, RECORD_OWN, "description", character->player.description, sizeof character->player.description);
	sums_put_right(&r);
	position_read(&r, character);
	return true;
}
