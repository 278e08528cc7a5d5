/* keeper_restore.c - from the store into a new world: counters, grounds, doors, the message of the day.
 *
 * The order makes it safe to die at any line. Grounds are computed from the map's files and the store alone
 * (ground_record.h), put into the world, and what had to be arranged anew goes back to the store in one batch; only then
 * does the world count as restored. A successor that finds it is not begins again and comes to the same. */
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/base/point.h"
#include "common/protocol/charset.h"
#include "common/store/keys.h"
#include "common/world/ledger.h"
#include "worker/ground_record.h"
#include "worker/keeper_parts.h"
#include "worker/record.h"

enum { QUERIES_AT_ONCE = 500 };

/* --- what is asked ------------------------------------------------------------------------------------------------------------------ */

/* A question about a map. They are asked map by map, the ground last: then the plan can be made. */
struct map_query {
	uint32_t map;
	uint8_t x, y; /* a door; 0 = one of the two below */
	bool left;    /* argentumd:ground_left, else ground_items */
};

struct map_queries {
	struct map_query *list;
	unsigned count, capacity;
	bool out_of_memory;
};

static void query_add(struct map_queries *queries, struct map_query query)
{
	if (queries->count == queries->capacity) {
		unsigned capacity = queries->capacity * 2 + 64;
		struct map_query *grown = realloc(queries->list, capacity * sizeof *grown);
		if (grown == NULL) {
			queries->out_of_memory = true;
			return;
		}
		queries->list = grown;
		queries->capacity = capacity;
	}
	queries->list[queries->count++] = query;
}

static void map_queries_add(struct map_queries *queries, const struct catalog *catalog, uint32_t map)
{
	unsigned count;
	const struct map_object *objects = map_objects(catalog, catalog_map(catalog, map), &count);
	for (unsigned i = 0; i < count; i++) {
		const struct item_def *item = catalog_item(catalog, objects[i].item);
		if (item != NULL && item->kind == ITEM_DOOR)
			query_add(queries, (struct map_query){.map = map, .x = objects[i].x, .y = objects[i].y});
	}
	query_add(queries, (struct map_query){.map = map, .left = true});
	query_add(queries, (struct map_query){.map = map});
}

static void map_query_fill(struct store_query *query, const struct map_query *about)
{
	if (about->x != 0)
		store_query(query, STORE_GET_STRING, KEY_DOOR, about->map, (unsigned)about->x, (unsigned)about->y);
	else
		store_query(query, STORE_GET_STRING, about->left ? KEY_GROUND_LEFT : KEY_GROUND_ITEMS, about->map);
}

/* --- restoring ------------------------------------------------------------------------------------------------------------------------ */

struct restoring {
	struct keeper *keeper;
	uint64_t deadline_ms;
	struct map_queries queries;
	struct store_query *asked; /* [QUERIES_AT_ONCE] */
	struct ground_plan *plan;  /* of the map whose answers come */
	bool planned;              /* it was begun: the store says something about this map */
	bool has_items;            /* not only doors */
	char *left;                /* of this map; owned */
	unsigned next_tile;        /* of the plan that is put into the world */
	unsigned stretch_from;
	unsigned maps;   /* that the store says something about */
	int64_t *totals; /* [items + 1]: what the store's ledger says from now on */
};

static uint64_t time_left(const struct restoring *r)
{
	uint64_t now = clock_mono_ms();
	return now < r->deadline_ms ? r->deadline_ms - now : 1;
}

static enum tx_verdict plan_apply(struct tx *tx, void *context)
{
	struct restoring *r = context;
	r->next_tile = ground_plan_apply(r->plan, tx, r->stretch_from);
	return TX_COMMIT;
}

static void plan_into_world(struct restoring *r)
{
	for (r->stretch_from = 0; r->stretch_from < MAP_TILES; r->stretch_from = r->next_tile)
		tx_run(&r->keeper->tx, &r->plan->map, 1, plan_apply, r);
}

static void plan_want(struct restoring *r, uint32_t map)
{
	if (!r->planned)
		ground_plan_begin(r->plan, r->keeper->catalog, map);
	r->planned = true;
}

static void plan_tell(const struct ground_plan *plan)
{
	if (plan->moved > 0)
		log_notice("store: map %u had several stacks on a tile; %u of them lie beside it now", plan->map, plan->moved);
	if (plan->left_count > 0)
		log_warning("store: %u things cannot lie on the ground of map %u (unknown items, no room, no sense); they are "
					"kept in " KEY_GROUND_LEFT,
					plan->left_count, plan->map, plan->map);
}

/* The last answer about a map is there. */
static bool map_finish(struct restoring *r, const char *items)
{
	bool good = true;
	if (r->planned) {
		good = ground_plan_items(r->plan, items, r->left);
		if (good) {
			point("restore: ground planned");
			plan_tell(r->plan);
			plan_into_world(r);
			point("restore: ground in the world");
		}
		/* Written back although it says the same: another server's key expires. Doors alone have nothing to arrange. */
		if (good && r->has_items)
			good = ground_plan_write(r->plan, r->keeper->batch, clock_unix_s());
		r->maps++;
		ground_plan_end(r->plan);
	}
	free(r->left);
	r->left = NULL;
	r->planned = r->has_items = false;
	return good;
}

/* false: out of memory. */
static bool answer_take(struct restoring *r, const struct map_query *about, const char *text)
{
	bool is_ground = about->x == 0 && !about->left;
	if (text != NULL) {
		plan_want(r, about->map);
		r->has_items |= about->x == 0;
	}
	if (is_ground)
		return map_finish(r, text);
	if (text == NULL)
		return true;
	if (about->left) {
		free(r->left);
		r->left = strdup(text); /* the answer may be gone when the ground's comes */
		return r->left != NULL;
	}
	if (!ground_plan_door(r->plan, about->x, about->y, text))
		log_warning("store: " KEY_DOOR " is \"%.40s\", which is no state of a door; it stands as in the map's files",
					about->map, about->x, about->y, text);
	return true;
}

static bool maps_read(struct restoring *r, struct problem *why)
{
	for (unsigned done = 0; done < r->queries.count;) {
		unsigned n = r->queries.count - done < QUERIES_AT_ONCE ? r->queries.count - done : QUERIES_AT_ONCE;
		for (unsigned i = 0; i < n; i++)
			map_query_fill(&r->asked[i], &r->queries.list[done + i]);
		struct store_reply *reply = NULL;
		if (store_read_wait(r->keeper->store, r->asked, n, time_left(r), &reply, why) != STORE_DONE)
			return false;
		bool good = true;
		for (unsigned i = 0; i < n && good; i++)
			good = answer_take(r, &r->queries.list[done + i], store_reply_string(reply, i, NULL));
		store_reply_destroy(&reply);
		if (!good)
			return problem_set(why, "keeper: out of memory for what lies on map %u", r->queries.list[done].map);
		done += n;
	}
	return true;
}

/* --- the realm ------------------------------------------------------------------------------------------------------------------------ */

struct realm_values {
	uint32_t account_id;
	uint32_t players_most;
	char motd[MOTD_BYTES];
	size_t motd_length;
};

/* Bytes of the character at the front: its first, and the continuation bytes that belong to it and are there. */
static size_t character_bytes(const char *text, size_t length)
{
	unsigned char first = (unsigned char)text[0];
	size_t most = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4, n = 1;
	while (n < most && n < length && ((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* As much of it as fits; a character that Latin-1 lacks, and what is no UTF-8, as '?'. */
static void motd_take(struct realm_values *values, const char *text, size_t length)
{
	size_t n = 0;
	memset(values->motd, 0, sizeof values->motd);
	while (length > 0 && n < sizeof values->motd - 1) {
		size_t bytes = character_bytes(text, length), got;
		if (!charset_latin1_from_utf8(text, bytes, values->motd + n, 1, &got))
			values->motd[n] = '?';
		if (values->motd[n] != '\r' && values->motd[n] != '\0')
			n++;
		text += bytes;
		length -= bytes;
	}
	while (n > 0 && values->motd[n - 1] == '\n')
		n--;
	memset(values->motd + n, 0, sizeof values->motd - n);
	values->motd_length = n;
}

static void motd_from_reply(struct realm_values *values, const struct store_reply *reply, unsigned i)
{
	size_t length;
	const char *text = store_reply_string(reply, i, &length);
	motd_take(values, text != NULL ? text : "", text != NULL ? length : 0);
}

static enum tx_verdict motd_put(struct tx *tx, void *context)
{
	const struct realm_values *values = context;
	struct realm *realm = tx->world->realm;
	if (realm->motd_length == values->motd_length && memcmp(realm->motd, values->motd, values->motd_length) == 0)
		return TX_CANCEL;
	TOUCH(tx, realm->motd);
	memcpy(realm->motd, values->motd, sizeof realm->motd);
	SET(tx, realm->motd_length, (uint16_t)values->motd_length);
	return TX_COMMIT;
}

static enum tx_verdict realm_put(struct tx *tx, void *context)
{
	const struct realm_values *values = context;
	struct realm *realm = tx->world->realm;
	motd_put(tx, context);
	if (realm->next_account_id < values->account_id)
		SET(tx, realm->next_account_id, values->account_id);
	if (realm->players_most < values->players_most)
		SET(tx, realm->players_most, values->players_most);
	SET(tx, realm->restored, 1);
	return TX_COMMIT;
}

/* The highest id that any account or character has: for a store whose counter was lost. */
static bool highest_id(void *context, struct store_bytes key, const struct store_value *value)
{
	static const char account[] = "account:username:", player[] = "player:";
	int64_t *highest = context, id;
	struct store_bytes text = {0};
	if (key.length > sizeof account - 1 && memcmp(key.data, account, sizeof account - 1) == 0 &&
		value->type == STORE_STRING) {
		text = value->string;
	} else if (key.length > sizeof player - 1 && memcmp(key.data, player, sizeof player - 1) == 0) {
		text.data = key.data + sizeof player - 1;
		const char *end = memchr(text.data, ':', key.length - (sizeof player - 1));
		text.length = end != NULL ? (size_t)(end - text.data) : 0;
	}
	if (text.length > 0 && record_number(text.data, text.length, &id) && id > *highest && id < UINT32_MAX)
		*highest = id;
	return true;
}

/* Without its counter a store would give out ids that have owners, and whoever got one would get what is his. */
static bool counter_find(struct restoring *r, const struct store_reply *reply, uint32_t *counter, struct problem *why)
{
	int64_t number = 0;
	size_t length;
	const char *text = store_reply_string(reply, 0, &length);
	bool good = text != NULL && record_number(text, length, &number) && number >= 0 && number < UINT32_MAX;
	if (!good) {
		number = 0;
		if (!store_each_key(r->keeper->store, highest_id, &number, NULL, why))
			return false;
		if (number > 0)
			log_warning("store: " KEY_ACCOUNTS_COUNTER " is missing or no number; the highest id in use is %lld, "
						"counting goes on from there",
						(long long)number);
	}
	*counter = (uint32_t)number;
	return true;
}

static bool realm_read(struct restoring *r, struct realm_values *values, struct problem *why)
{
	struct store_query queries[3];
	struct store_reply *reply = NULL;
	int64_t most;
	store_query(&queries[0], STORE_GET_STRING, KEY_ACCOUNTS_COUNTER);
	store_query(&queries[1], STORE_GET_STRING, KEY_MOTD);
	store_query(&queries[2], STORE_GET_HASH, KEY_REALM);
	if (store_read_wait(r->keeper->store, queries, 3, time_left(r), &reply, why) != STORE_DONE)
		return false;
	bool good = counter_find(r, reply, &values->account_id, why);
	motd_from_reply(values, reply, 1);
	if (store_reply_hash_number(reply, 2, "players_most", &most))
		values->players_most = (uint32_t)clamp_i64(most, 0, UINT32_MAX);
	store_reply_destroy(&reply);
	return good;
}

/* --- the ledger ------------------------------------------------------------------------------------------------------------------------ */

/* The world's files are others now: what they put on maps is counted anew, what they do not know any more is not. */
static void totals_tell(const struct keeper *k, const struct store_sum *sum)
{
	unsigned told = 0;
	for (unsigned item = 1; item <= sum->items; item++) {
		if (sum->found[item] != sum->ledger[item] && told++ < AUDIT_TEXTS)
			log_notice("store: item %u (%s): the ledger said %lld, with the world's new files it is %lld", item,
					   ledger_item_name(k->catalog, item), (long long)sum->ledger[item], (long long)sum->found[item]);
	}
	log_notice("store: its ledger is of another version of the world; %u items are counted otherwise now", told);
}

/* The store has no ledger, or one of other files: one walk through all of it. */
static bool totals_count(struct restoring *r, struct problem *why)
{
	struct keeper *k = r->keeper;
	struct store_sum sum;
	bool good = store_sum_take(&sum, k->store, k->catalog, NULL, why);
	if (good && sum.has_ledger)
		totals_tell(k, &sum);
	else if (good)
		log_notice(
			"store: it has no ledger yet; it begins with %llu gold and %llu items of %u characters and on the ground",
			(unsigned long long)sum.gold, (unsigned long long)sum.units, sum.characters);
	if (good)
		memcpy(r->totals, sum.found, ((size_t)sum.items + 1) * sizeof *r->totals);
	store_sum_free(&sum);
	return good;
}

static bool totals_read(struct restoring *r, struct problem *why)
{
	struct keeper *k = r->keeper;
	struct store_query query;
	struct store_reply *reply = NULL;
	uint64_t catalog_hash = 0;
	r->totals = calloc((size_t)k->world->limits.items + 1, sizeof *r->totals);
	if (r->totals == NULL)
		return problem_set(why, "keeper: out of memory for %u items", k->world->limits.items);
	store_query(&query, STORE_GET_HASH, KEY_LEDGER);
	if (store_read_wait(k->store, &query, 1, time_left(r), &reply, why) != STORE_DONE)
		return false;
	bool there = store_sum_read_ledger(reply, 0, r->totals, k->world->limits.items, &catalog_hash);
	store_reply_destroy(&reply);
	if (there && catalog_hash == k->world->header->catalog_hash)
		return true;
	memset(r->totals, 0, ((size_t)k->world->limits.items + 1) * sizeof *r->totals);
	return totals_count(r, why);
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------------- */

static bool write_back(struct restoring *r, struct problem *why)
{
	struct keeper *k = r->keeper;
	store_batch_set_number(k->batch, KEY_UPTIME_START, k->world->header->started_unix_s);
	store_batch_set_number(k->batch, KEY_CONNECTIONS_COUNT, 0);
	store_sum_write(k->batch, r->totals, NULL, k->world->limits.items, k->world->header->catalog_hash);
	k->fence.cut++;
	point("restore: before the store is told");
	if (store_commit_wait(k->store, k->batch, &k->fence, time_left(r), why) != STORE_DONE)
		return problem_prefix(why, "the store cannot be written");
	point("restore: store told");
	k->fence.acknowledged = k->fence.cut;
	atomic_store(&k->world->keeper_note->acknowledged, k->fence.acknowledged);
	atomic_store(&k->world->keeper_note->durable_ms, k->tx.now_ms);
	k->start_told = true;
	k->saved.connections = 0;
	k->saved.ledger_known = true;
	memcpy(k->saved.ledger, r->totals, ((size_t)k->world->limits.items + 1) * sizeof *r->totals);
	return true;
}

static bool world_restore(struct restoring *r, struct problem *why)
{
	struct keeper *k = r->keeper;
	struct realm_values values = {0};
	struct store_fence taken;
	if (store_claim_wait(k->store, &k->fence, time_left(r), &taken, why) != STORE_DONE)
		return problem_prefix(why, "the store cannot be claimed");
	k->fence = taken;
	point("restore: claimed");
	atomic_store(&k->world->keeper_note->generation, taken.generation);
	for (uint32_t map = 1; map <= k->world->limits.maps; map++) {
		if (catalog_map(k->catalog, map) != NULL && k->world->maps[map].present != 0)
			map_queries_add(&r->queries, k->catalog, map);
	}
	r->plan = malloc(sizeof *r->plan);
	r->asked = malloc(QUERIES_AT_ONCE * sizeof *r->asked);
	if (r->queries.out_of_memory || r->plan == NULL || r->asked == NULL)
		return problem_set(why, "keeper: out of memory");
	store_batch_clear(k->batch);
	if (!realm_read(r, &values, why) || !totals_read(r, why) || !maps_read(r, why))
		return problem_prefix(why, "the store cannot be read");
	if (!write_back(r, why))
		return false;
	keeper_balances_set(k, r->totals);
	tx_run(&k->tx, &k->world->realm_domain, 1, realm_put, &values);
	point("restore: realm in the world");
	log_info("store: ground or doors of %u maps are as they were; last account id %u", r->maps, values.account_id);
	return true;
}

bool keeper_restore(struct keeper *k, struct problem *why)
{
	if (k->world->realm->restored) {
		const struct keeper_note *note = k->world->keeper_note;
		k->claim_wanted = true; /* a successor: the world is newer than the store */
		k->fence.acknowledged = atomic_load(&note->acknowledged);
		k->unsaved_since_ms = atomic_load(&note->unsaved_since_ms);
		if (k->unsaved_since_ms == 0)
			k->unsaved_since_ms = atomic_load(&note->durable_ms); /* it may have seen later changes, and died */
		return true;
	}
	struct restoring r = {.keeper = k, .deadline_ms = clock_mono_ms() + (uint64_t)k->config->store.start_timeout_ms};
	k->tx.now_ms = clock_mono_ms();
	k->tx.unix_s = clock_unix_s();
	bool good = world_restore(&r, why);
	if (r.planned)
		ground_plan_end(r.plan);
	free(r.queries.list);
	free(r.plan);
	free(r.asked);
	free(r.left);
	free(r.totals);
	return good;
}

/* --- one map of a world that lives ---------------------------------------------------------------------------------------------------- */

static bool plan_take(struct ground_plan *plan, const struct map_query *about, const char *text)
{
	if (text == NULL || about->left)
		return true;
	if (about->x != 0) {
		ground_plan_door(plan, about->x, about->y, text); /* a text that is none was told of at the start */
		return true;
	}
	return ground_plan_items(plan, text, NULL);
}

static bool plan_read(struct keeper *k, struct ground_plan *plan, const struct map_queries *queries,
					  struct store_query *asked, uint64_t timeout_ms, struct problem *why)
{
	for (unsigned done = 0; done < queries->count; done += QUERIES_AT_ONCE) {
		unsigned n = queries->count - done < QUERIES_AT_ONCE ? queries->count - done : QUERIES_AT_ONCE;
		struct store_reply *reply = NULL;
		for (unsigned i = 0; i < n; i++)
			map_query_fill(&asked[i], &queries->list[done + i]);
		if (store_read_wait(k->store, asked, n, timeout_ms, &reply, why) != STORE_DONE)
			return false;
		bool good = true;
		for (unsigned i = 0; i < n && good; i++)
			good = plan_take(plan, &queries->list[done + i], store_reply_string(reply, i, NULL));
		store_reply_destroy(&reply);
		if (!good)
			return problem_set(why, "keeper: out of memory for what lies on map %u", plan->map);
	}
	return true;
}

bool keeper_plan_map(struct keeper *k, uint32_t map, struct ground_plan *plan, uint64_t timeout_ms, struct problem *why)
{
	struct map_queries queries = {0};
	struct store_query *asked = malloc(QUERIES_AT_ONCE * sizeof *asked);
	ground_plan_begin(plan, k->catalog, map);
	map_queries_add(&queries, k->catalog, map);
	bool good = asked != NULL && !queries.out_of_memory ? plan_read(k, plan, &queries, asked, timeout_ms, why)
														: problem_set(why, "keeper: out of memory");
	free(asked);
	free(queries.list);
	return good;
}

/* --- what may change in the store ------------------------------------------------------------------------------------------------- */

/* false: another server has the store. */
static bool store_is_ours(const struct store_reply *reply, unsigned i, const struct store_fence *mine,
						  struct problem *why)
{
	struct stored_fence stored;
	struct problem damage;
	struct store_bytes field[3];
	for (unsigned f = 0; f < 3; f++)
		field[f].data = store_reply_hash_get(reply, i, store_fence_fields[f], &field[f].length);
	/* A damaged fence is told by the next commit. */
	return !store_fence_parse(&stored, field[0], field[1], field[2], &damage) ||
		   store_fence_may_claim(&stored, mine, why);
}

bool keeper_was_taken_over(struct store *store, const struct world *world, uint64_t within_ms, struct problem *why)
{
	struct store_fence mine = {.generation = atomic_load(&world->keeper_note->generation)};
	struct store_query query;
	struct store_reply *reply = NULL;
	struct problem away;
	memcpy(mine.boot, world->header->boot_id, sizeof mine.boot);
	memcpy(mine.kin, world->keeper_note->kin, sizeof mine.kin);
	store_query(&query, STORE_GET_HASH, KEY_FENCE);
	if (store_read_wait(store, &query, 1, within_ms, &reply, &away) != STORE_DONE)
		return false;
	bool ours = store_is_ours(reply, 0, &mine, why);
	store_reply_destroy(&reply);
	return !ours;
}

static void refresh_read(void *context, enum store_result result, const struct store_reply *reply,
						 const struct problem *why)
{
	struct keeper *k = context;
	struct realm_values values = {0};
	struct problem what;
	(void)why;
	if (result != STORE_DONE || k->fenced)
		return; /* the cuts say that the store is away */
	if (!store_is_ours(reply, 1, &k->fence, &what)) {
		keeper_fence(k, &what); /* also when nothing is to be written for long */
		return;
	}
	motd_from_reply(&values, reply, 0);
	tx_run(&k->tx, &k->world->realm_domain, 1, motd_put, &values);
}

void keeper_refresh(struct keeper *k)
{
	struct store_query queries[2];
	store_query(&queries[0], STORE_GET_STRING, KEY_MOTD);
	store_query(&queries[1], STORE_GET_HASH, KEY_FENCE);
	store_read(k->store, queries, 2, refresh_read, k);
}
