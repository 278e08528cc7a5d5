#include "worker/store_sum.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"
#include "common/store/keys.h"
#include "common/world/ledger.h"
#include "worker/ground_record.h"
#include "worker/record_value.h"

#define FIELD_CATALOG "catalog"

/* --- keys that hold property ---------------------------------------------------------------------------------------------------- */

enum key_kind {
	KIND_NONE,
	KIND_PURSE,
	KIND_BAG,
	KIND_VAULT,
	KIND_ACCOUNT,
	KIND_GROUND,
	KIND_LEFT,
	KIND_DOOR,
	KIND_LEDGER
};

static const struct {
	const char *prefix, *suffix; /* a number between them */
	enum key_kind kind;
	enum store_type type;
} key_kinds[] = {
	{"player:", ":user_stats", KIND_PURSE, STORE_HASH}, {"player:", ":inventory", KIND_BAG, STORE_HASH},
	{"bank:", ":vault", KIND_VAULT, STORE_HASH},        {"bank:", ":gold", KIND_ACCOUNT, STORE_STRING},
	{"ground_items:", "", KIND_GROUND, STORE_STRING},   {"argentumd:ground_left:", "", KIND_LEFT, STORE_STRING},
};

struct key_name {
	enum key_kind kind;
	uint32_t number; /* character or map */
	uint8_t x, y;    /* doors */
};

/* Decimal as store_key writes it: no sign, no zeros before it. */
static bool number_of(const char *text, size_t length, uint32_t *number)
{
	uint64_t value = 0;
	if (length < 1 || length > 10 || (length > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	*number = (uint32_t)value;
	return value <= UINT32_MAX;
}

static bool door_parse(const char *text, struct key_name *name)
{
	unsigned map, x, y;
	int end = 0;
	if (sscanf(text, "door:%5u:%3u:%3u%n", &map, &x, &y, &end) != 3 || text[end] != '\0' ||
		!tile_is_on_map((int)x, (int)y))
		return false;
	*name = (struct key_name){.kind = KIND_DOOR, .number = map, .x = (uint8_t)x, .y = (uint8_t)y};
	return true;
}

static struct key_name key_parse(struct store_bytes key, enum store_type type)
{
	struct key_name name = {.kind = KIND_NONE};
	char text[64];
	if (key.length >= sizeof text)
		return name;
	memcpy(text, key.data, key.length);
	text[key.length] = '\0';
	if (strcmp(text, KEY_LEDGER) == 0)
		name.kind = type == STORE_HASH ? KIND_LEDGER : KIND_NONE;
	if (name.kind != KIND_NONE || (type == STORE_STRING && door_parse(text, &name)))
		return name;
	for (size_t i = 0; i < sizeof key_kinds / sizeof *key_kinds; i++) {
		size_t before = strlen(key_kinds[i].prefix), after = strlen(key_kinds[i].suffix);
		if (key_kinds[i].type == type && key.length > before + after &&
			strncmp(text, key_kinds[i].prefix, before) == 0 &&
			strcmp(text + key.length - after, key_kinds[i].suffix) == 0 &&
			number_of(text + before, key.length - before - after, &name.number)) {
			name.kind = key_kinds[i].kind;
			break;
		}
	}
	return name;
}

/* --- what was seen: Redis may show a key twice ----------------------------------------------------------------------------------------- */

struct seen {
	uint64_t *slots; /* 0 = empty; a power of two of them, at most half full */
	size_t size, count;
};

static size_t seen_place(const struct seen *seen, uint64_t key)
{
	size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (seen->size - 1);
	while (seen->slots[at] != 0 && seen->slots[at] != key)
		at = (at + 1) & (seen->size - 1);
	return at;
}

static bool seen_grow(struct seen *seen)
{
	struct seen larger = {.size = seen->size == 0 ? 4096 : seen->size * 2, .count = seen->count};
	larger.slots = calloc(larger.size, sizeof *larger.slots);
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < seen->size; i++) {
		if (seen->slots[i] != 0)
			larger.slots[seen_place(&larger, seen->slots[i])] = seen->slots[i];
	}
	free(seen->slots);
	*seen = larger;
	return true;
}

/* *again: it was there before. false: out of memory. */
static bool seen_add(struct seen *seen, const struct key_name *name, bool *again)
{
	uint64_t key = (uint64_t)name->kind << 56 | (uint64_t)name->x << 48 | (uint64_t)name->y << 40 | name->number;
	if (seen->count * 2 >= seen->size && !seen_grow(seen))
		return false;
	size_t at = seen_place(seen, key);
	*again = seen->slots[at] == key;
	seen->count += !*again;
	seen->slots[at] = key;
	return true;
}

/* --- the walk ---------------------------------------------------------------------------------------------------------------------- */

/* What the store says about a map. */
struct map_words {
	char *items, *left; /* owned, terminated */
	bool any;
};

struct door_words {
	uint32_t map;
	uint8_t x, y;
	char state[24]; /* no state is that long */
};

struct walking {
	struct store_sum *sum;
	const struct catalog *catalog;
	atomic_bool *cancel;
	struct seen seen;
	struct map_words *maps; /* [map_max + 1] */
	unsigned map_max;
	struct door_words *doors;
	size_t door_count, door_capacity;
	const char *trouble;
};

static void stack_add(struct walking *w, const char *text, size_t length)
{
	struct record_stack read = record_stack_parse(text, length, w->catalog);
	if (read.kind == RECORD_STACK_GOOD && read.stack.item <= w->sum->items)
		w->sum->found[read.stack.item] += read.stack.amount;
	else
		w->sum->unknown += read.kind == RECORD_STACK_UNKNOWN || read.kind == RECORD_STACK_NONSENSE;
}

static void stacks_add(struct walking *w, const struct store_value *value, unsigned slots)
{
	for (unsigned slot = 1; slot <= slots; slot++) {
		char field[24];
		snprintf(field, sizeof field, FIELD_SLOT, slot);
		const struct store_entry *entry = store_value_find(value, store_bytes_of(field));
		if (entry != NULL)
			stack_add(w, entry->value.data, entry->value.length);
	}
}

static void gold_add(struct walking *w, struct store_bytes text)
{
	if (w->sum->items >= GOLD_ITEM)
		w->sum->found[GOLD_ITEM] += record_gold_parse(text.data, text.length);
}

static bool hex_parse(const char *text, size_t length, uint64_t *number)
{
	char copy[17], *end;
	if (length != 16)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	*number = strtoull(copy, &end, 16);
	return *end == '\0';
}

/* One field of the ledger; what is no number of an item of this world is left out. */
static void ledger_field(struct store_bytes name, struct store_bytes value, int64_t *ledger, unsigned items,
						 uint64_t *catalog_hash)
{
	uint32_t item;
	int64_t total;
	if (store_bytes_compare(name, store_bytes_of(FIELD_CATALOG)) == 0)
		hex_parse(value.data, value.length, catalog_hash);
	else if (number_of(name.data, name.length, &item) && item >= 1 && item <= items &&
			 record_number(value.data, value.length, &total))
		ledger[item] = total;
}

static bool text_keep(struct walking *w, char **to, struct store_bytes text)
{
	*to = strndup(text.data, text.length);
	if (*to == NULL)
		w->trouble = "out of memory";
	return *to != NULL;
}

static bool map_word(struct walking *w, const struct key_name *name, struct store_bytes text)
{
	if (name->number > w->map_max || catalog_map(w->catalog, name->number) == NULL)
		return true; /* of another world */
	struct map_words *words = &w->maps[name->number];
	words->any = true;
	return text_keep(w, name->kind == KIND_GROUND ? &words->items : &words->left, text);
}

static bool door_word(struct walking *w, const struct key_name *name, struct store_bytes text)
{
	if (name->number > w->map_max || catalog_map(w->catalog, name->number) == NULL || text.length >= 24)
		return true;
	if (w->door_count == w->door_capacity) {
		size_t capacity = w->door_capacity * 2 + 64;
		struct door_words *grown = realloc(w->doors, capacity * sizeof *grown);
		if (grown == NULL) {
			w->trouble = "out of memory";
			return false;
		}
		w->doors = grown;
		w->door_capacity = capacity;
	}
	struct door_words *door = &w->doors[w->door_count++];
	*door = (struct door_words){.map = name->number, .x = name->x, .y = name->y};
	memcpy(door->state, text.data, text.length);
	w->maps[name->number].any = true;
	return true;
}

static bool key_look(void *context, struct store_bytes key, const struct store_value *value)
{
	struct walking *w = context;
	struct key_name name = key_parse(key, value->type);
	bool again = false;
	if (w->cancel != NULL && atomic_load_explicit(w->cancel, memory_order_relaxed)) {
		w->trouble = "it was called off";
		return false;
	}
	if (name.kind != KIND_NONE && !seen_add(&w->seen, &name, &again)) {
		w->trouble = "out of memory";
		return false;
	}
	if (name.kind == KIND_NONE || again)
		return true;
	const struct store_entry *gold;
	switch (name.kind) {
	case KIND_PURSE:
		w->sum->characters++;
		gold = store_value_find(value, store_bytes_of("gold"));
		if (gold != NULL)
			gold_add(w, gold->value);
		return true;
	case KIND_BAG:
		stacks_add(w, value, INVENTORY_SLOTS);
		return true;
	case KIND_VAULT:
		stacks_add(w, value, BANK_SLOTS);
		return true;
	case KIND_ACCOUNT:
		gold_add(w, value->string);
		return true;
	case KIND_DOOR:
		return door_word(w, &name, value->string);
	case KIND_LEDGER:
		w->sum->has_ledger = true;
		for (size_t i = 0; i < value->count; i++)
			ledger_field(value->entries[i].name, value->entries[i].value, w->sum->ledger, w->sum->items,
						 &w->sum->ledger_catalog);
		return true;
	default:
		return map_word(w, &name, value->string);
	}
}

/* --- grounds ---------------------------------------------------------------------------------------------------------------------------- */

static bool map_sum(struct walking *w, uint32_t map, struct ground_plan *plan)
{
	bool good = true;
	ground_plan_begin(plan, w->catalog, map);
	for (size_t i = 0; i < w->door_count && w->maps[map].any; i++) {
		if (w->doors[i].map == map)
			ground_plan_door(plan, w->doors[i].x, w->doors[i].y, w->doors[i].state);
	}
	if (w->maps[map].any)
		good = ground_plan_items(plan, w->maps[map].items, w->maps[map].left);
	ground_plan_sum(plan, w->sum->found, w->sum->items, &w->sum->unknown);
	ground_plan_end(plan);
	return good;
}

static bool maps_sum(struct walking *w)
{
	struct ground_plan *plan = malloc(sizeof *plan);
	bool good = plan != NULL;
	for (uint32_t map = 1; map <= w->map_max && good; map++) {
		if (catalog_map(w->catalog, map) != NULL)
			good = map_sum(w, map, plan);
	}
	free(plan);
	if (!good)
		w->trouble = "out of memory";
	return good;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------- */

static void walking_end(struct walking *w)
{
	for (unsigned map = 0; w->maps != NULL && map <= w->map_max; map++) {
		free(w->maps[map].items);
		free(w->maps[map].left);
	}
	free(w->maps);
	free(w->doors);
	free(w->seen.slots);
}

bool store_sum_take(struct store_sum *sum, struct store *store, const struct catalog *catalog, atomic_bool *cancel,
					struct problem *why)
{
	unsigned items = catalog_item_max(catalog);
	*sum = (struct store_sum){.items = items,
							  .found = calloc((size_t)items + 1, sizeof *sum->found),
							  .ledger = calloc((size_t)items + 1, sizeof *sum->ledger)};
	struct walking w = {.sum = sum, .catalog = catalog, .cancel = cancel, .map_max = catalog_map_max(catalog)};
	w.maps = calloc((size_t)w.map_max + 1, sizeof *w.maps);
	bool good = sum->found != NULL && sum->ledger != NULL && w.maps != NULL;
	if (!good)
		problem_set(why, "out of memory for the sums of %u items", items);
	good = good && store_each_key(store, key_look, &w, NULL, why);
	if (good && (w.trouble != NULL || !maps_sum(&w)))
		good = problem_set(why, "the store could not be summed up: %s", w.trouble);
	for (unsigned item = 1; good && item <= items; item++)
		*(item == GOLD_ITEM ? &sum->gold : &sum->units) += (uint64_t)sum->found[item];
	walking_end(&w);
	return good;
}

void store_sum_free(struct store_sum *sum)
{
	free(sum->found);
	free(sum->ledger);
	*sum = (struct store_sum){0};
}

/* --- the ledger ------------------------------------------------------------------------------------------------------------------------ */

bool store_sum_read_ledger(const struct store_reply *reply, unsigned i, int64_t *ledger, unsigned items,
						   uint64_t *catalog_hash)
{
	memset(ledger, 0, ((size_t)items + 1) * sizeof *ledger);
	for (size_t n = 0; n < store_reply_size(reply, i); n++) {
		const struct store_entry *entry = store_reply_entry(reply, i, n);
		ledger_field(entry->name, entry->value, ledger, items, catalog_hash);
	}
	return store_reply_exists(reply, i);
}

uint32_t store_sum_compare(const struct store_sum *sum, const struct catalog *catalog, struct audit *audit)
{
	uint32_t before = audit->findings;
	if (!sum->has_ledger)
		audit_find(audit, "store: it has no ledger (" KEY_LEDGER ")");
	for (unsigned item = 1; item <= sum->items && sum->has_ledger; item++) {
		if (sum->found[item] != sum->ledger[item])
			audit_find(audit, "store: item %u (%s): %lld there, its ledger says %lld", item,
					   ledger_item_name(catalog, item), (long long)sum->found[item], (long long)sum->ledger[item]);
	}
	return audit->findings - before;
}

void store_sum_write(struct store_batch *batch, const int64_t *totals, const int64_t *known, unsigned items,
					 uint64_t catalog_hash)
{
	for (unsigned item = 1; item <= items; item++) {
		char field[16];
		if (known != NULL && totals[item] == known[item])
			continue;
		snprintf(field, sizeof field, "%u", item);
		if (totals[item] != 0)
			store_batch_hash_set_number(batch, KEY_LEDGER, field, totals[item]);
		else
			store_batch_hash_delete_field(batch, KEY_LEDGER, field);
	}
	if (known == NULL)
		store_batch_hash_setf(batch, KEY_LEDGER, FIELD_CATALOG, "%016" PRIx64, catalog_hash);
}
