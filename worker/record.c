#include "worker/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"
#include "common/protocol/charset.h"
#include "common/store/keys.h"

/* Order of the questions about a character. */
enum {
	ASK_ACCOUNT,
	ASK_POSITION,
	ASK_STATS,
	ASK_USER_STATS,
	ASK_HUNGER,
	ASK_INVENTORY,
	ASK_EQUIPMENT,
	ASK_SKILLS,
	ASK_SPELLBOOK,
	ASK_VAULT,
	ASK_BANK_GOLD,
	ASK_OWN,
	ASK_COUNT
};
_Static_assert((int)ASK_COUNT <= (int)RECORD_CHARACTER_QUERIES, "room for all questions");

/* --- tables: fields and where they are in the struct ---------------------------------------------------------------------------- */

/* Numbers of one hash. size: bytes of the field in struct player (all are integers). */
struct number_field {
	const char *name;
	uint16_t offset;
	uint8_t size;
	bool is_signed;
	int64_t low, high;
	int64_t usual; /* when the hash lacks it */
};

#define NUMBER(name, field, low, high, usual)                                                                          \
	{                                                                                                                  \
		(name), (uint16_t)offsetof(struct player, field), (uint8_t)sizeof(((struct player *)0)->field),                \
			(__typeof__(((struct player *)0)->field))-1 < 1, (low), (high), (usual)                                    \
	}

enum { HP_MOST = 999, MANA_MOST = 9999, REPUTATION_MOST = 6000000, KILLS_MOST = 65000 };

static const struct number_field stats_fields[] = {
	NUMBER("strength", attributes[ATTRIBUTE_STRENGTH - 1], 1, 40, 15),
	NUMBER("agility", attributes[ATTRIBUTE_AGILITY - 1], 1, 40, 15),
	NUMBER("intelligence", attributes[ATTRIBUTE_INTELLIGENCE - 1], 1, 40, 15),
	NUMBER("charisma", attributes[ATTRIBUTE_CHARISMA - 1], 1, 40, 15),
	NUMBER("constitution", attributes[ATTRIBUTE_CONSTITUTION - 1], 1, 40, 15),
};

static const struct number_field user_stats_fields[] = {
	NUMBER("max_hp", hp_max, 1, HP_MOST, 20),
	NUMBER("min_hp", hp, 0, HP_MOST, 20),
	NUMBER("max_mana", mana_max, 0, MANA_MOST, 0),
	NUMBER("min_mana", mana, 0, MANA_MOST, 0),
	NUMBER("max_sta", stamina_max, 1, HP_MOST, 40),
	NUMBER("min_sta", stamina, 0, HP_MOST, 40),
	NUMBER("gold", gold, 0, GOLD_MAX, 0),
	NUMBER("level", level, 1, LEVEL_MAX, 1),
	NUMBER("elu", experience_next, 1, INT32_MAX, 300),
	NUMBER("experience", experience, 0, EXPERIENCE_MAX, 0),
	NUMBER("safe_mode", safe_mode, 0, 1, 1),
};

static const struct number_field hunger_fields[] = {
	NUMBER("max_water", thirst_max, 1, 100, 100),
	NUMBER("min_water", thirst, 0, 100, 100),
	NUMBER("max_hunger", hunger_max, 1, 100, 100),
	NUMBER("min_hunger", hunger, 0, 100, 100),
};

static const struct number_field own_fields[] = {
	NUMBER("hit_min", hit_min, 0, 999, 1),
	NUMBER("hit_max", hit_max, 0, 999, 2),
	NUMBER("skill_points", skill_points, 0, INT16_MAX, SKILL_POINTS_AT_START),
	NUMBER("skills_assigned", skills_assigned, 0, 255, 0),
	NUMBER("resuscitation_safe", resuscitation_safe, 0, 1, 0),
	NUMBER("dead", dead, 0, 1, 0),
	NUMBER("assassin", reputation[REPUTATION_ASSASSIN], 0, REPUTATION_MOST, 0),
	NUMBER("bandit", reputation[REPUTATION_BANDIT], 0, REPUTATION_MOST, 0),
	NUMBER("bourgeois", reputation[REPUTATION_BOURGEOIS], 0, REPUTATION_MOST, 0),
	NUMBER("thief", reputation[REPUTATION_THIEF], 0, REPUTATION_MOST, 0),
	NUMBER("noble", reputation[REPUTATION_NOBLE], 0, REPUTATION_MOST, 1000),
	NUMBER("plebeian", reputation[REPUTATION_PLEBEIAN], 0, REPUTATION_MOST, 30),
	NUMBER("citizens_killed", citizens_killed, 0, KILLS_MOST, 0),
	NUMBER("criminals_killed", criminals_killed, 0, KILLS_MOST, 0),
	NUMBER("creatures_killed", creatures_killed, 0, KILLS_MOST, 0),
	NUMBER("jail_minutes", jail_minutes, 0, 1000000, 0),
	NUMBER("royal_army", royal_army, 0, 1, 0),
	NUMBER("chaos_legion", chaos_legion, 0, 1, 0),
	NUMBER("played_s", played_s, 0, INT32_MAX, 0),
	NUMBER("charset", charset, 0, CHARSET_COUNT, 0),
	NUMBER("poisoned", poisoned, 0, UINT16_MAX, 0),
};

/* Skills by number, under the names pyao-server has for them; ours for those it lacks. */
static const char *const skill_names[SKILL_COUNT + 1] = {
	NULL,          "magia",         "robar",     "tacticas",  "armas",       "meditar",   "apunalar",
	"ocultarse",   "supervivencia", "talar",     "comerciar", "defensa",     "pesca",     "mineria",
	"carpinteria", "herreria",      "liderazgo", "domar",     "proyectiles", "wrestling", "navegacion"};

static const char *const equipment_names[EQUIP_COUNT] = {"weapon", "armor",      "helmet", "shield",
														 "ring",   "ammunition", "boat",   "backpack"};

/* --- names ------------------------------------------------------------------------------------------------------------------------ */

static void name_utf8(struct text name, char utf8[RECORD_USERNAME_BYTES])
{
	size_t n = charset_encode(CHARSET_UTF8, name, utf8, RECORD_USERNAME_BYTES - 1);
	utf8[n] = '\0';
}

void record_fold_name(struct text name, char folded[RECORD_USERNAME_BYTES])
{
	char lower[NAME_BYTES];
	size_t n = name.length < sizeof lower ? name.length : sizeof lower;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)latin1_lower((unsigned char)name.bytes[i]);
	name_utf8(text_bytes(lower, n), folded);
}

unsigned record_ask_name(struct store_query queries[RECORD_NAME_QUERIES], struct text typed)
{
	char folded[RECORD_USERNAME_BYTES], exact[RECORD_USERNAME_BYTES];
	record_fold_name(typed, folded);
	name_utf8(typed, exact);
	store_query(&queries[0], STORE_GET_STRING, KEY_NAME, folded);
	store_query(&queries[1], STORE_GET_STRING, KEY_ACCOUNT_ID, exact);
	return 2;
}

bool record_name_found(const struct store_reply *reply, struct text typed, char username[RECORD_USERNAME_BYTES],
					   uint32_t *id)
{
	const char *indexed = store_reply_string(reply, 0, NULL);
	int64_t number = 0;
	*id = 0;
	if (indexed != NULL) {
		/* "id username": the name may hold blanks. */
		const char *blank = strchr(indexed, ' ');
		char digits[16];
		if (blank == NULL || (size_t)(blank - indexed) >= sizeof digits)
			return false;
		memcpy(digits, indexed, (size_t)(blank - indexed));
		digits[blank - indexed] = '\0';
		if (!number_parse(digits, 1, UINT32_MAX, &number))
			return false;
		snprintf(username, RECORD_USERNAME_BYTES, "%s", blank + 1);
	} else {
		if (!store_reply_number(reply, 1, &number) || number < 1 || number > UINT32_MAX)
			return false;
		name_utf8(typed, username);
	}
	*id = (uint32_t)number;
	return true;
}

unsigned record_ask_character(struct store_query q[RECORD_CHARACTER_QUERIES], const char *username, uint32_t id)
{
	store_query(&q[ASK_ACCOUNT], STORE_GET_HASH, KEY_ACCOUNT_DATA, username);
	store_query(&q[ASK_POSITION], STORE_GET_HASH, KEY_PLAYER_POSITION, id);
	store_query(&q[ASK_STATS], STORE_GET_HASH, KEY_PLAYER_STATS, id);
	store_query(&q[ASK_USER_STATS], STORE_GET_HASH, KEY_PLAYER_USER_STATS, id);
	store_query(&q[ASK_HUNGER], STORE_GET_HASH, KEY_PLAYER_HUNGER_THIRST, id);
	store_query(&q[ASK_INVENTORY], STORE_GET_HASH, KEY_PLAYER_INVENTORY, id);
	store_query(&q[ASK_EQUIPMENT], STORE_GET_HASH, KEY_PLAYER_EQUIPMENT, id);
	store_query(&q[ASK_SKILLS], STORE_GET_HASH, KEY_PLAYER_SKILLS, id);
	store_query(&q[ASK_SPELLBOOK], STORE_GET_HASH, KEY_PLAYER_SPELLBOOK, id);
	store_query(&q[ASK_VAULT], STORE_GET_HASH, KEY_BANK_VAULT, id);
	store_query(&q[ASK_BANK_GOLD], STORE_GET_STRING, KEY_BANK_GOLD, id);
	store_query(&q[ASK_OWN], STORE_GET_HASH, KEY_CHARACTER, id);
	return ASK_COUNT;
}

/* --- reading -------------------------------------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void report(struct record_report *r, const char *format, ...)
{
	va_list args;
	if (r->count < RECORD_REPORT_LINES) {
		va_start(args, format);
		vsnprintf(r->line[r->count], sizeof r->line[0], format, args);
		va_end(args);
	}
	r->count++;
}

static void field_store(struct player *p, const struct number_field *f, int64_t value)
{
	void *to = (uint8_t *)p + f->offset;
	switch (f->size) {
	case 1:
		*(uint8_t *)to = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)to = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)to = (uint32_t)value;
		break;
	default:
		*(uint64_t *)to = (uint64_t)value;
		break;
	}
}

static int64_t field_load(const struct player *p, const struct number_field *f)
{
	const void *from = (const uint8_t *)p + f->offset;
	switch (f->size) {
	case 1:
		return f->is_signed ? *(const int8_t *)from : *(const uint8_t *)from;
	case 2:
		return f->is_signed ? *(const int16_t *)from : *(const uint16_t *)from;
	case 4:
		return f->is_signed ? *(const int32_t *)from : (int64_t) * (const uint32_t *)from;
	default:
		return *(const int64_t *)from;
	}
}

static void numbers_read(const struct store_reply *reply, unsigned i, const struct number_field *fields, unsigned count,
						 struct player *p, struct record_report *r)
{
	for (unsigned k = 0; k < count; k++) {
		int64_t value;
		if (!store_reply_hash_number(reply, i, fields[k].name, &value)) {
			if (store_reply_hash_get(reply, i, fields[k].name, NULL) != NULL)
				report(r, "%s is no number; %lld is taken", fields[k].name, (long long)fields[k].usual);
			value = fields[k].usual;
		} else if (value < fields[k].low || value > fields[k].high) {
			int64_t put_right = clamp_i64(value, fields[k].low, fields[k].high);
			report(r, "%s was %lld; %lld is taken", fields[k].name, (long long)value, (long long)put_right);
			value = put_right;
		}
		field_store(p, &fields[k], value);
	}
}

#define NUMBERS_READ(reply, i, fields, p, r) numbers_read(reply, i, fields, sizeof(fields) / sizeof *(fields), p, r)

/* "item:quantity"; "" and a missing field are an empty slot. */
static struct stack stack_read(const struct store_reply *reply, unsigned i, const char *field,
							   const struct catalog *catalog, struct record_report *r, bool *unknown)
{
	unsigned item, amount;
	*unknown = false;
	const char *text = store_reply_hash_get(reply, i, field, NULL);
	if (text == NULL || *text == '\0')
		return (struct stack){0};
	if (sscanf(text, "%7u:%7u", &item, &amount) != 2) {
		report(r, "%s holds \"%.20s\", no item:quantity; left out", field, text);
		*unknown = true;
		return (struct stack){0};
	}
	if (catalog_item(catalog, item) == NULL) {
		report(r, "%s holds item %u, which this world does not have; left out", field, item);
		*unknown = true;
		return (struct stack){0};
	}
	if (amount < 1 || amount > STACK_MAX) {
		report(r, "%s holds %u of item %u; 1 to %d are possible", field, amount, item, STACK_MAX);
		amount = (unsigned)clamp_i64(amount, 0, STACK_MAX);
	}
	if (amount == 0)
		item = 0;
	return (struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount};
}

/* Returns a bit per slot that holds something unknown. */
static uint64_t stacks_read(const struct store_reply *reply, unsigned i, const struct catalog *catalog,
							struct stack *stacks, unsigned count, struct record_report *r)
{
	uint64_t strange = 0;
	for (unsigned slot = 1; slot <= count; slot++) {
		char field[24];
		bool unknown;
		snprintf(field, sizeof field, FIELD_SLOT, slot);
		stacks[slot - 1] = stack_read(reply, i, field, catalog, r, &unknown);
		strange |= (uint64_t)unknown << (slot - 1);
	}
	return strange;
}

static bool fits_place(const struct item_def *item, enum equipment_place place)
{
	static const uint16_t kinds[EQUIP_COUNT] = {ITEM_WEAPON, ITEM_ARMOUR, ITEM_HELMET, ITEM_SHIELD,
												ITEM_RING,   ITEM_ARROW,  ITEM_BOAT,   ITEM_BACKPACK};
	return item != NULL && item->kind == kinds[place];
}

static void equipment_read(const struct store_reply *reply, const struct catalog *catalog, struct player *p,
						   struct record_report *r)
{
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		int64_t slot;
		if (!store_reply_hash_number(reply, ASK_EQUIPMENT, equipment_names[place], &slot) || slot == 0)
			continue;
		if (slot < 1 || slot > INVENTORY_SLOTS ||
			!fits_place(catalog_item(catalog, p->inventory[slot - 1].item), (enum equipment_place)place)) {
			report(r, "%s was slot %lld, where nothing of that kind is; nothing is worn there", equipment_names[place],
				   (long long)slot);
			continue;
		}
		p->equipment[place] = (uint8_t)slot;
	}
}

static void skills_read(const struct store_reply *reply, struct player *p)
{
	for (unsigned s = 1; s <= SKILL_COUNT; s++) {
		char field[40];
		int64_t value;
		if (store_reply_hash_number(reply, ASK_SKILLS, skill_names[s], &value))
			p->skills[s - 1] = (uint8_t)clamp_i64(value, 0, SKILL_MAX);
		snprintf(field, sizeof field, "%s_exp", skill_names[s]);
		if (store_reply_hash_number(reply, ASK_SKILLS, field, &value))
			p->skill_experience[s - 1] = (int32_t)clamp_i64(value, 0, INT32_MAX);
	}
}

static void spells_read(const struct store_reply *reply, const struct catalog *catalog, struct player *p,
						struct record_report *r)
{
	for (unsigned slot = 1; slot <= SPELL_SLOTS; slot++) {
		char field[16];
		int64_t spell;
		snprintf(field, sizeof field, "%u", slot);
		if (!store_reply_hash_number(reply, ASK_SPELLBOOK, field, &spell) || spell == 0)
			continue;
		if (spell < 0 || spell > UINT16_MAX || catalog_spell(catalog, (unsigned)spell) == NULL)
			report(r, "spell %lld does not exist; left out", (long long)spell);
		else
			p->spells[slot - 1] = (uint16_t)spell;
	}
}

static void text_read(const struct store_reply *reply, unsigned i, const char *field, char *to, size_t capacity)
{
	size_t length, n = 0;
	const char *text = store_reply_hash_get(reply, i, field, &length);
	if (text == NULL || !charset_latin1_from_utf8(text, length, to, capacity - 1, &n))
		n = 0;
	memset(to + n, 0, capacity - n);
}

static int64_t small(const struct store_reply *reply, unsigned i, const char *field, int64_t low, int64_t high,
					 int64_t usual)
{
	int64_t value;
	return store_reply_hash_number(reply, i, field, &value) && value >= low && value <= high ? value : usual;
}

static bool account_read(const struct store_reply *reply, const char *username, uint32_t id, struct player *p,
						 struct problem *why)
{
	int64_t user_id;
	const char *hash = store_reply_hash_get(reply, ASK_ACCOUNT, "password_hash", NULL);
	if (!store_reply_exists(reply, ASK_ACCOUNT))
		return problem_set(why, "account \"%s\" is named but has no data", username);
	if (hash == NULL || strlen(hash) < 20 || strlen(hash) >= PASSWORD_HASH_BYTES)
		return problem_set(why, "account \"%s\" has no usable password_hash", username);
	if (store_reply_hash_number(reply, ASK_ACCOUNT, "user_id", &user_id) && user_id != id)
		return problem_set(why, "account \"%s\" is id %lld in its data and %u in the index", username,
						   (long long)user_id, id);
	memcpy(p->password_hash, hash, strlen(hash));
	size_t n;
	if (!charset_latin1_from_utf8(username, strlen(username), p->name, NAME_BYTES - 1, &n) || n == 0)
		return problem_set(why, "account \"%s\": the name is no Latin-1 of at most %d letters", username,
						   NAME_BYTES - 1);
	p->name_length = (uint8_t)n;
	p->id = id;
	text_read(reply, ASK_ACCOUNT, "email", p->email, sizeof p->email);
	p->privileges = small(reply, ASK_ACCOUNT, "is_gm", 0, 1, 0) != 0 ? PRIVILEGE_ADMIN : 0;
	p->race = (uint8_t)small(reply, ASK_ACCOUNT, "char_race", 1, RACE_COUNT, RACE_HUMAN);
	p->gender = (uint8_t)small(reply, ASK_ACCOUNT, "char_gender", 1, GENDER_COUNT, GENDER_MAN);
	p->class_id = (uint8_t)small(reply, ASK_ACCOUNT, "char_job", 1, CLASS_COUNT, CLASS_WARRIOR);
	p->home = (uint8_t)small(reply, ASK_ACCOUNT, "char_home", 1, CITY_COUNT, CITY_ULLATHORPE);
	p->head = (int16_t)small(reply, ASK_ACCOUNT, "char_head", 1, INT16_MAX, table_heads(p->race, p->gender).first);
	p->created_unix_s = small(reply, ASK_ACCOUNT, "created_at", 0, INT64_MAX, 0);
	return true;
}

static void sums_put_right(struct player *p, struct record_report *r)
{
	if (p->hp > p->hp_max || p->mana > p->mana_max || p->stamina > p->stamina_max)
		report(r, "points above their maximum; cut");
	p->hp = p->hp > p->hp_max ? p->hp_max : p->hp;
	p->mana = p->mana > p->mana_max ? p->mana_max : p->mana;
	p->stamina = p->stamina > p->stamina_max ? p->stamina_max : p->stamina;
	if (p->hp == 0)
		p->dead = 1;
	if (p->hit_max < p->hit_min)
		p->hit_max = p->hit_min;
	memcpy(p->attributes_now, p->attributes, sizeof p->attributes_now);
}

bool record_read(const struct store_reply *reply, const struct catalog *catalog, const char *username, uint32_t id,
				 struct character *character, struct record_report *r, struct problem *why)
{
	*character = (struct character){0};
	*r = (struct record_report){0};
	struct player *p = &character->player;
	if (!account_read(reply, username, id, p, why))
		return false;
	NUMBERS_READ(reply, ASK_STATS, stats_fields, p, r);
	NUMBERS_READ(reply, ASK_USER_STATS, user_stats_fields, p, r);
	NUMBERS_READ(reply, ASK_HUNGER, hunger_fields, p, r);
	NUMBERS_READ(reply, ASK_OWN, own_fields, p, r);
	p->inventory_unknown = (uint32_t)stacks_read(reply, ASK_INVENTORY, catalog, p->inventory, INVENTORY_SLOTS, r);
	p->bank_unknown = stacks_read(reply, ASK_VAULT, catalog, p->bank, BANK_SLOTS, r);
	equipment_read(reply, catalog, p, r);
	skills_read(reply, p);
	spells_read(reply, catalog, p, r);
	text_read(reply, ASK_OWN, "description", p->description, sizeof p->description);
	int64_t gold;
	if (store_reply_number(reply, ASK_BANK_GOLD, &gold))
		p->bank_gold = (int32_t)clamp_i64(gold, 0, GOLD_MAX);
	sums_put_right(p, r);

	character->at.map = (uint16_t)small(reply, ASK_POSITION, "map", 1, UINT16_MAX, 0);
	character->at.x = (uint8_t)small(reply, ASK_POSITION, "x", 1, MAP_SIDE, 0);
	character->at.y = (uint8_t)small(reply, ASK_POSITION, "y", 1, MAP_SIDE, 0);
	character->heading = (uint8_t)small(reply, ASK_POSITION, "heading", HEADING_NORTH, HEADING_WEST, HEADING_SOUTH);
	return true;
}

/* --- writing -------------------------------------------------------------------------------------------------------------------------- */

static void numbers_write(struct store_batch *batch, const char *key, const struct number_field *fields, unsigned count,
						  const struct player *p)
{
	for (unsigned k = 0; k < count; k++)
		store_batch_hash_set_number(batch, key, fields[k].name, field_load(p, &fields[k]));
}

#define NUMBERS_WRITE(batch, key, fields, p) numbers_write(batch, key, fields, sizeof(fields) / sizeof *(fields), p)

static void stacks_write(struct store_batch *batch, const char *key, const struct stack *stacks, unsigned count,
						 uint64_t unknown)
{
	for (unsigned slot = 1; slot <= count; slot++) {
		char field[24];
		snprintf(field, sizeof field, FIELD_SLOT, slot);
		if (stacks[slot - 1].item == 0 && (unknown >> (slot - 1) & 1) != 0)
			continue; /* not ours to throw away */
		if (stacks[slot - 1].item == 0)
			store_batch_hash_set(batch, key, field, "", 0);
		else
			store_batch_hash_setf(batch, key, field, "%u:%u", stacks[slot - 1].item, stacks[slot - 1].amount);
	}
}

static void text_write(struct store_batch *batch, const char *key, const char *field, const char *latin1)
{
	char utf8[EMAIL_BYTES * 2];
	size_t n = charset_encode(CHARSET_UTF8, text_of(latin1), utf8, sizeof utf8);
	store_batch_hash_set(batch, key, field, utf8, n);
}

static void account_write(struct store_batch *batch, const struct player *p, const char *username)
{
	struct store_key key;
	const char *data = store_key(&key, KEY_ACCOUNT_DATA, username);
	store_batch_hash_set_number(batch, data, "user_id", p->id);
	store_batch_hash_set(batch, data, "username", username, strlen(username));
	store_batch_hash_set(batch, data, "password_hash", p->password_hash, strlen(p->password_hash));
	text_write(batch, data, "email", p->email);
	store_batch_hash_set_number(batch, data, "is_gm", 0);
	store_batch_hash_set_number(batch, data, "char_race", p->race);
	store_batch_hash_set_number(batch, data, "char_gender", p->gender);
	store_batch_hash_set_number(batch, data, "char_job", p->class_id);
	store_batch_hash_set_number(batch, data, "char_head", p->head);
	store_batch_hash_set_number(batch, data, "char_home", p->home);
	store_batch_hash_set_number(batch, data, "created_at", p->created_unix_s);
	store_batch_set_number(batch, store_key(&key, KEY_ACCOUNT_ID, username), p->id);
}

/* The index by folded name; written again for accounts of another server when they first play here. */
static void index_write(struct store_batch *batch, const struct player *p, const char *username)
{
	struct store_key key;
	char folded[RECORD_USERNAME_BYTES];
	record_fold_name(text_bytes(p->name, p->name_length), folded);
	store_batch_setf(batch, store_key(&key, KEY_NAME, folded), "%u %s", p->id, username);
}

static void skills_write(struct store_batch *batch, const struct player *p)
{
	struct store_key key;
	store_key(&key, KEY_PLAYER_SKILLS, p->id);
	for (unsigned s = 1; s <= SKILL_COUNT; s++) {
		char field[40];
		store_batch_hash_set_number(batch, key.text, skill_names[s], p->skills[s - 1]);
		snprintf(field, sizeof field, "%s_exp", skill_names[s]);
		store_batch_hash_set_number(batch, key.text, field, p->skill_experience[s - 1]);
	}
}

static void position_write(struct store_batch *batch, const struct player *p, const struct body *body)
{
	struct store_key key;
	bool here = body->map != 0;
	store_key(&key, KEY_PLAYER_POSITION, p->id);
	store_batch_hash_set_number(batch, key.text, "map", here ? body->map : body->origin_map);
	store_batch_hash_set_number(batch, key.text, "x", here ? body->x : body->origin_x);
	store_batch_hash_set_number(batch, key.text, "y", here ? body->y : body->origin_y);
	store_batch_hash_set_number(batch, key.text, "heading", body->heading);
}

void record_write(struct store_batch *batch, const struct player *p, const struct body *body)
{
	struct store_key key;
	char username[RECORD_USERNAME_BYTES];
	name_utf8(text_bytes(p->name, p->name_length), username);
	if (p->account_new)
		account_write(batch, p, username);
	index_write(batch, p, username);
	position_write(batch, p, body);

	store_key(&key, KEY_PLAYER_STATS, p->id);
	NUMBERS_WRITE(batch, key.text, stats_fields, p);
	store_key(&key, KEY_PLAYER_USER_STATS, p->id);
	NUMBERS_WRITE(batch, key.text, user_stats_fields, p);
	store_batch_hash_set_number(batch, key.text, "meditating", (body->flags & BODY_MEDITATING) != 0);
	store_batch_hash_set_number(batch, key.text, "sailing", (body->flags & BODY_SAILING) != 0);
	store_key(&key, KEY_PLAYER_HUNGER_THIRST, p->id);
	NUMBERS_WRITE(batch, key.text, hunger_fields, p);
	store_batch_hash_set_number(batch, key.text, "thirst_flag", p->thirst == 0);
	store_batch_hash_set_number(batch, key.text, "hunger_flag", p->hunger == 0);
	stacks_write(batch, store_key(&key, KEY_PLAYER_INVENTORY, p->id), p->inventory, INVENTORY_SLOTS,
				 p->inventory_unknown);
	store_key(&key, KEY_PLAYER_EQUIPMENT, p->id);
	for (unsigned place = 0; place < EQUIP_COUNT; place++)
		store_batch_hash_set_number(batch, key.text, equipment_names[place], p->equipment[place]);
	skills_write(batch, p);
	store_key(&key, KEY_PLAYER_SPELLBOOK, p->id);
	for (unsigned slot = 1; slot <= SPELL_SLOTS; slot++) {
		char field[16];
		snprintf(field, sizeof field, "%u", slot);
		if (p->spells[slot - 1] != 0)
			store_batch_hash_set_number(batch, key.text, field, p->spells[slot - 1]);
		else
			store_batch_hash_delete_field(batch, key.text, field);
	}
	stacks_write(batch, store_key(&key, KEY_BANK_VAULT, p->id), p->bank, BANK_SLOTS, p->bank_unknown);
	store_batch_set_number(batch, store_key(&key, KEY_BANK_GOLD, p->id), p->bank_gold);
	store_key(&key, KEY_CHARACTER, p->id);
	NUMBERS_WRITE(batch, key.text, own_fields, p);
	text_write(batch, key.text, "description", p->description);
}
