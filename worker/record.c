#include "worker/record.h"

#include <stdio.h>
#include <string.h>

#include "common/base/number.h"
#include "common/protocol/charset.h"
#include "common/store/keys.h"
#include "worker/record_fields.h"

_Static_assert((int)RECORD_QUESTIONS == (int)RECORD_CHARACTER_QUERIES, "room for all questions");

/* --- names ------------------------------------------------------------------------------------------------------------------------ */

enum name_question { NAME_TYPED, NAME_INDEX, NAME_CAPITAL, NAME_SMALL };

static void name_utf8(struct text name, char utf8[RECORD_USERNAME_BYTES])
{
	charset_encode_z(CHARSET_UTF8, name, utf8, RECORD_USERNAME_BYTES);
}

/* A name folded for the index: lower case, UTF-8. */
static void record_fold_name(struct text name, char folded[RECORD_USERNAME_BYTES])
{
	char lower[NAME_BYTES];
	size_t n = name.length < sizeof lower ? name.length : sizeof lower;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)latin1_lower((unsigned char)name.bytes[i]);
	name_utf8(text_bytes(lower, n), folded);
}

/* "lirael" and "LIRAEL" as "Lirael". */
static void name_capitalised(struct text name, char capitalised[RECORD_USERNAME_BYTES])
{
	char letters[NAME_BYTES];
	size_t n = name.length < sizeof letters ? name.length : sizeof letters;
	for (size_t i = 0; i < n; i++)
		letters[i] =
			(char)(i == 0 ? latin1_upper((unsigned char)name.bytes[i]) : latin1_lower((unsigned char)name.bytes[i]));
	name_utf8(text_bytes(letters, n), capitalised);
}

unsigned record_ask_name(struct store_query queries[RECORD_NAME_QUERIES], struct text typed)
{
	char name[RECORD_USERNAME_BYTES];
	name_utf8(typed, name);
	store_query(&queries[NAME_TYPED], STORE_GET_STRING, KEY_ACCOUNT_ID, name);
	name_capitalised(typed, name);
	store_query(&queries[NAME_CAPITAL], STORE_GET_STRING, KEY_ACCOUNT_ID, name);
	record_fold_name(typed, name);
	store_query(&queries[NAME_SMALL], STORE_GET_STRING, KEY_ACCOUNT_ID, name);
	store_query(&queries[NAME_INDEX], STORE_GET_STRING, KEY_NAME, name);
	return RECORD_NAME_QUERIES;
}

/* "id name"; the name may hold blanks. */
static bool index_entry_read(const char *entry, char username[RECORD_USERNAME_BYTES], int64_t *id)
{
	const char *blank = entry != NULL ? strchr(entry, ' ') : NULL;
	if (blank == NULL || !record_number(entry, (size_t)(blank - entry), id))
		return false;
	int n = snprintf(username, RECORD_USERNAME_BYTES, "%s", blank + 1);
	return n > 0 && n < RECORD_USERNAME_BYTES;
}

bool record_name_found(const struct store_reply *reply, struct text typed, char username[RECORD_USERNAME_BYTES],
					   uint32_t *id)
{
	/* The exact spelling first: another server may have two accounts that differ in nothing but case. */
	for (unsigned i = 0; i < RECORD_NAME_QUERIES; i++) {
		int64_t number;
		size_t length;
		const char *text = store_reply_string(reply, i, &length);
		if (text == NULL)
			continue;
		if (i == NAME_INDEX ? !index_entry_read(text, username, &number) : !record_number(text, length, &number))
			continue;
		if (number < 1 || number > UINT32_MAX)
			continue;
		if (i == NAME_TYPED)
			name_utf8(typed, username);
		else if (i == NAME_CAPITAL)
			name_capitalised(typed, username);
		else if (i == NAME_SMALL)
			record_fold_name(typed, username);
		*id = (uint32_t)number;
		return true;
	}
	return false;
}

unsigned record_ask_character(struct store_query q[RECORD_CHARACTER_QUERIES], const char *username, uint32_t id)
{
	store_query(&q[RECORD_ACCOUNT], STORE_GET_HASH, KEY_ACCOUNT_DATA, username);
	store_query(&q[RECORD_POSITION], STORE_GET_HASH, KEY_PLAYER_POSITION, id);
	store_query(&q[RECORD_STATS], STORE_GET_HASH, KEY_PLAYER_STATS, id);
	store_query(&q[RECORD_USER_STATS], STORE_GET_HASH, KEY_PLAYER_USER_STATS, id);
	store_query(&q[RECORD_HUNGER], STORE_GET_HASH, KEY_PLAYER_HUNGER_THIRST, id);
	store_query(&q[RECORD_INVENTORY], STORE_GET_HASH, KEY_PLAYER_INVENTORY, id);
	store_query(&q[RECORD_EQUIPMENT], STORE_GET_HASH, KEY_PLAYER_EQUIPMENT, id);
	store_query(&q[RECORD_SKILLS], STORE_GET_HASH, KEY_PLAYER_SKILLS, id);
	store_query(&q[RECORD_SPELLBOOK], STORE_GET_HASH, KEY_PLAYER_SPELLBOOK, id);
	store_query(&q[RECORD_VAULT], STORE_GET_HASH, KEY_BANK_VAULT, id);
	store_query(&q[RECORD_BANK_GOLD], STORE_GET_STRING, KEY_BANK_GOLD, id);
	store_query(&q[RECORD_OWN], STORE_GET_HASH, KEY_CHARACTER, id);
	return RECORD_QUESTIONS;
}

/* --- writing -------------------------------------------------------------------------------------------------------------------------- */

/* A character on its way into a batch. */
struct writing {
	struct store_batch *batch;
	const struct player *now;
	const struct player *saved; /* NULL: the store may have anything */
	char username[RECORD_USERNAME_BYTES];
	struct store_key key; /* of the hash that is being written */
};

static const char *key_take(struct writing *w, enum record_question hash)
{
	uint32_t id = w->now->id;
	switch (hash) {
	case RECORD_ACCOUNT:
		return store_key(&w->key, KEY_ACCOUNT_DATA, w->username);
	case RECORD_STATS:
		return store_key(&w->key, KEY_PLAYER_STATS, id);
	case RECORD_USER_STATS:
		return store_key(&w->key, KEY_PLAYER_USER_STATS, id);
	case RECORD_HUNGER:
		return store_key(&w->key, KEY_PLAYER_HUNGER_THIRST, id);
	case RECORD_INVENTORY:
		return store_key(&w->key, KEY_PLAYER_INVENTORY, id);
	case RECORD_EQUIPMENT:
		return store_key(&w->key, KEY_PLAYER_EQUIPMENT, id);
	case RECORD_SKILLS:
		return store_key(&w->key, KEY_PLAYER_SKILLS, id);
	case RECORD_SPELLBOOK:
		return store_key(&w->key, KEY_PLAYER_SPELLBOOK, id);
	case RECORD_VAULT:
		return store_key(&w->key, KEY_BANK_VAULT, id);
	case RECORD_OWN:
		return store_key(&w->key, KEY_CHARACTER, id);
	default:
		return store_key(&w->key, KEY_PLAYER_POSITION, id);
	}
}

static void number_write(struct writing *w, const char *field, int64_t now, int64_t saved)
{
	if (w->saved == NULL || now != saved)
		store_batch_hash_set_number(w->batch, w->key.text, field, now);
}

/* Everything in the table; its rows stand together by hash. */
static void fields_write(struct writing *w)
{
	int hash = -1;
	for (unsigned i = 0; i < record_field_count; i++) {
		const struct record_field *field = &record_fields[i];
		if (field->hash != hash)
			key_take(w, (enum record_question)field->hash);
		hash = field->hash;
		number_write(w, field->name, record_field_load(w->now, field),
					 w->saved != NULL ? record_field_load(w->saved, field) : 0);
	}
}

static void text_write(struct writing *w, const char *field, const char *latin1)
{
	char utf8[EMAIL_BYTES * 2];
	size_t n = charset_encode(CHARSET_UTF8, text_of(latin1), utf8, sizeof utf8);
	store_batch_hash_set(w->batch, w->key.text, field, utf8, n);
}

static void account_write(struct writing *w)
{
	const struct player *p = w->now;
	struct store_key key;
	const char *data = key_take(w, RECORD_ACCOUNT);
	store_batch_hash_set_number(w->batch, data, "user_id", p->id);
	store_batch_hash_set(w->batch, data, "username", w->username, strlen(w->username));
	store_batch_hash_set(w->batch, data, "password_hash", p->password_hash, strlen(p->password_hash));
	text_write(w, "email", p->email);
	store_batch_hash_set_number(w->batch, data, "is_gm", (p->privileges & PRIVILEGE_STAFF) != 0);
	store_batch_set_number(w->batch, store_key(&key, KEY_ACCOUNT_ID, w->username), p->id);
}

static void index_write(struct writing *w)
{
	char folded[RECORD_USERNAME_BYTES];
	record_fold_name(text_bytes(w->now->name, w->now->name_length), folded);
	store_batch_setf(w->batch, store_key(&w->key, KEY_NAME, folded), "%u %s", w->now->id, w->username);
}

/* The flags that pyao-server keeps beside the values they follow from. */
static void hunger_flags_write(struct writing *w)
{
	key_take(w, RECORD_HUNGER);
	number_write(w, "thirst_flag", w->now->thirst == 0, w->saved != NULL && w->saved->thirst == 0);
	number_write(w, "hunger_flag", w->now->hunger == 0, w->saved != NULL && w->saved->hunger == 0);
}

static void stacks_write(struct writing *w, const struct stack *now, const struct stack *saved, unsigned count,
						 uint64_t unknown)
{
	for (unsigned slot = 1; slot <= count; slot++) {
		char field[24];
		struct stack stack = now[slot - 1];
		if (saved != NULL && stack.item == saved[slot - 1].item && stack.amount == saved[slot - 1].amount)
			continue;
		bool ours = (unknown >> (slot - 1) & 1) == 0 || (saved != NULL && saved[slot - 1].item != 0);
		if (stack.item == 0 && !ours)
			continue; /* what stands there is not ours to throw away */
		snprintf(field, sizeof field, FIELD_SLOT, slot);
		if (stack.item == 0)
			store_batch_hash_set(w->batch, w->key.text, field, "", 0);
		else
			store_batch_hash_setf(w->batch, w->key.text, field, "%u:%u", stack.item, stack.amount);
	}
}

static void equipment_write(struct writing *w)
{
	key_take(w, RECORD_EQUIPMENT);
	for (unsigned place = 0; place < EQUIP_COUNT; place++)
		number_write(w, record_equipment_names[place], w->now->equipment[place],
					 w->saved != NULL ? w->saved->equipment[place] : 0);
}

static void skills_write(struct writing *w)
{
	key_take(w, RECORD_SKILLS);
	for (unsigned s = 0; s < SKILL_COUNT; s++) {
		char field[40];
		snprintf(field, sizeof field, "%s_exp", record_skill_names[s + 1]);
		number_write(w, record_skill_names[s + 1], w->now->skills[s], w->saved != NULL ? w->saved->skills[s] : 0);
		number_write(w, field, w->now->skill_experience[s], w->saved != NULL ? w->saved->skill_experience[s] : 0);
	}
}

static void spells_write(struct writing *w)
{
	key_take(w, RECORD_SPELLBOOK);
	for (unsigned slot = 0; slot < SPELL_SLOTS; slot++) {
		char field[16];
		if (w->saved != NULL && w->now->spells[slot] == w->saved->spells[slot])
			continue;
		snprintf(field, sizeof field, "%u", slot + 1);
		if (w->now->spells[slot] != 0)
			store_batch_hash_set_number(w->batch, w->key.text, field, w->now->spells[slot]);
		else
			store_batch_hash_delete_field(w->batch, w->key.text, field);
	}
}

void record_write(struct store_batch *batch, const struct player *now, const struct player *saved)
{
	struct writing w = {.batch = batch, .now = now, .saved = saved};
	name_utf8(text_bytes(now->name, now->name_length), w.username);
	if (now->account_new)
		account_write(&w);
	if (saved == NULL)
		index_write(&w);
	fields_write(&w);
	hunger_flags_write(&w);
	key_take(&w, RECORD_INVENTORY);
	stacks_write(&w, now->inventory, saved != NULL ? saved->inventory : NULL, INVENTORY_SLOTS, now->inventory_unknown);
	equipment_write(&w);
	skills_write(&w);
	spells_write(&w);
	key_take(&w, RECORD_VAULT);
	stacks_write(&w, now->bank, saved != NULL ? saved->bank : NULL, BANK_SLOTS, now->bank_unknown);
	if (saved == NULL || now->bank_gold != saved->bank_gold)
		store_batch_set_number(batch, store_key(&w.key, KEY_BANK_GOLD, now->id), now->bank_gold);
	key_take(&w, RECORD_OWN);
	if (saved == NULL || strcmp(now->description, saved->description) != 0)
		text_write(&w, "description", now->description);
}

struct record_stand record_stand_of(const struct body *body)
{
	bool here = body->map != 0;
	return (struct record_stand){.map = here ? body->map : body->origin_map,
								 .x = here ? body->x : body->origin_x,
								 .y = here ? body->y : body->origin_y,
								 .heading = body->heading,
								 .meditating = (body->flags & BODY_MEDITATING) != 0,
								 .sailing = (body->flags & BODY_SAILING) != 0};
}

bool record_stands_equal(const struct record_stand *a, const struct record_stand *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

void record_write_stand(struct store_batch *batch, uint32_t id, const struct record_stand *now,
						const struct record_stand *saved)
{
	struct store_key key;
	store_key(&key, KEY_PLAYER_POSITION, id);
	if (saved == NULL || now->map != saved->map)
		store_batch_hash_set_number(batch, key.text, "map", now->map);
	if (saved == NULL || now->x != saved->x)
		store_batch_hash_set_number(batch, key.text, "x", now->x);
	if (saved == NULL || now->y != saved->y)
		store_batch_hash_set_number(batch, key.text, "y", now->y);
	if (saved == NULL || now->heading != saved->heading)
		store_batch_hash_set_number(batch, key.text, "heading", now->heading);
	store_key(&key, KEY_PLAYER_USER_STATS, id);
	if (saved == NULL || now->meditating != saved->meditating)
		store_batch_hash_set_number(batch, key.text, "meditating", now->meditating);
	if (saved == NULL || now->sailing != saved->sailing)
		store_batch_hash_set_number(batch, key.text, "sailing", now->sailing);
}

uint32_t record_inventory_taken(const struct player *player)
{
	uint32_t taken = 0;
	for (unsigned slot = 0; slot < INVENTORY_SLOTS && player->inventory_unknown != 0; slot++)
		taken |= (uint32_t)(player->inventory[slot].item != 0) << slot;
	return taken & player->inventory_unknown;
}

uint64_t record_bank_taken(const struct player *player)
{
	uint64_t taken = 0;
	for (unsigned slot = 0; slot < BANK_SLOTS && player->bank_unknown != 0; slot++)
		taken |= (uint64_t)(player->bank[slot].item != 0) << slot;
	return taken & player->bank_unknown;
}
