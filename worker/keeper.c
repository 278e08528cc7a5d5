#include "worker/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/store/keys.h"
#include "common/protocol/charset.h"
#include "common/world/audit.h"
#include "common/world/realm.h"
#include "worker/ground_record.h"
#include "worker/record.h"

enum {
	SESSION_EXPIRES_S = 120,
	SESSION_REFRESH_MS = 40000,
	TROUBLE_EVERY_MS = 10000,
	QUERIES_AT_ONCE = 500,
};

bool keeper_create(struct keeper *k, struct world *world, const struct catalog *catalog, const struct config *config,
				   struct loop *loop, struct store *store, struct problem *why)
{
	*k = (struct keeper){.world = world,
						 .catalog = catalog,
						 .config = config,
						 .loop = loop,
						 .store = store,
						 .saved_connections = UINT32_MAX};
	tx_init(&k->tx, world, catalog, config);
	k->batch = store_batch_create(why);
	k->saved_players = calloc((size_t)world->limits.players + 1, sizeof *k->saved_players);
	k->saved_grounds = calloc((size_t)world->limits.maps + 1, sizeof *k->saved_grounds);
	memcpy(k->fence.boot, world->header->boot_id, sizeof k->fence.boot);
	if (k->batch == NULL || k->saved_players == NULL || k->saved_grounds == NULL)
		return problem_set(why, "keeper: out of memory");
	return true;
}

void keeper_destroy(struct keeper *k)
{
	store_batch_destroy(&k->batch);
	free(k->saved_players);
	free(k->saved_grounds);
	free(k->cut.players);
	free(k->cut.grounds);
	tx_release(&k->tx);
}

/* --- taking a cut ---------------------------------------------------------------------------------------------------------------- */

/* A character whose present state is not durable. RESERVED ones are nobody yet. */
static bool player_is_dirty(const struct keeper *k, uint32_t index)
{
	const struct player *player = &k->world->players[index];
	return (player->state == PLAYER_PLAYING || player->state == PLAYER_LINGERING || player->state == PLAYER_GONE) &&
		   player->version != k->saved_players[index];
}

static bool ground_is_dirty(const struct keeper *k, uint32_t map)
{
	return k->world->maps[map].present != 0 && k->world->maps[map].ground_version != k->saved_grounds[map];
}

unsigned keeper_unsaved(const struct keeper *k)
{
	unsigned count = 0;
	for (uint32_t p = 1; p <= k->world->limits.players; p++)
		count += player_is_dirty(k, p);
	for (uint32_t m = 1; m <= k->world->limits.maps; m++)
		count += ground_is_dirty(k, m);
	return count;
}

/* Copies what changed; every lock is held. false: there is more than there is room; the counts say how much. */
static bool everything_copy(struct keeper *k)
{
	struct world *w = k->world;
	struct cut *cut = &k->cut;
	cut->player_count = cut->ground_count = 0;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		if (!player_is_dirty(k, p))
			continue;
		if (cut->player_count < cut->player_capacity)
			cut->players[cut->player_count] =
				(struct player_copy){.index = p, .player = w->players[p], .body = w->bodies[p]};
		cut->player_count++;
	}
	for (uint32_t m = 1; m <= w->limits.maps; m++) {
		if (!ground_is_dirty(k, m))
			continue;
		if (cut->ground_count < cut->ground_capacity) {
			struct ground_copy *copy = &cut->grounds[cut->ground_count];
			copy->map = m;
			copy->version = w->maps[m].ground_version;
			memcpy(copy->ground, w->maps[m].ground, sizeof copy->ground);
		}
		cut->ground_count++;
	}
	cut->next_account_id = w->realm->next_account_id;
	cut->realm_version = w->realm->version;
	return cut->player_count <= cut->player_capacity && cut->ground_count <= cut->ground_capacity;
}

static bool cut_make_room(struct cut *cut)
{
	if (cut->player_count > cut->player_capacity) {
		uint32_t capacity = cut->player_count * 3 / 2 + 64;
		struct player_copy *grown = realloc(cut->players, capacity * sizeof *grown);
		if (grown == NULL)
			return false;
		memset(grown, 0, capacity * sizeof *grown); /* the pages are there before the locks are taken */
		cut->players = grown;
		cut->player_capacity = capacity;
	}
	if (cut->ground_count > cut->ground_capacity) {
		uint32_t capacity = cut->ground_count * 3 / 2 + 4;
		struct ground_copy *grown = realloc(cut->grounds, capacity * sizeof *grown);
		if (grown == NULL)
			return false;
		memset(grown, 0, capacity * sizeof *grown);
		cut->grounds = grown;
		cut->ground_capacity = capacity;
	}
	return true;
}

static bool cut_take(struct keeper *k)
{
	for (;;) {
		uint64_t before = clock_mono_ns();
		tx_lock_everything(&k->tx);
		uint64_t held = clock_mono_ns();
		bool whole = everything_copy(k);
		tx_unlock_everything(&k->tx);
		uint64_t us = (clock_mono_ns() - held) / 1000;
		k->cut.taken_ms = before / 1000000;
		count_set(k->world, COUNT_cut_held_us_last, us);
		if (us > atomic_load(&k->world->processes[k->world->slot].counters[COUNT_cut_held_us_max]))
			count_set(k->world, COUNT_cut_held_us_max, us);
		if (whole)
			return true;
		if (!cut_make_room(&k->cut))
			return false;
	}
}

/* --- writing it ------------------------------------------------------------------------------------------------------------------- */

static void session_write(struct store_batch *batch, const struct player *p, const struct body *body, int64_t now_s)
{
	struct store_key key;
	store_key(&key, KEY_SESSION_ACTIVE, p->id);
	if (p->state == PLAYER_GONE) {
		store_batch_delete(batch, key.text);
		store_batch_delete(batch, store_key(&key, KEY_SESSION_LAST_SEEN, p->id));
		return;
	}
	store_batch_hash_set_number(batch, key.text, "map", body->map);
	store_batch_hash_set_number(batch, key.text, "since", p->session_unix_s);
	store_batch_expire(batch, key.text, SESSION_EXPIRES_S);
	char now[24];
	int n = snprintf(now, sizeof now, "%lld", (long long)now_s);
	store_batch_set_expiring(batch, store_key(&key, KEY_SESSION_LAST_SEEN, p->id), now, (size_t)n, SESSION_EXPIRES_S);
}

/* Sessions of those who only stand around must not expire. Read without locks: at worst one is refreshed that ends. */
static void sessions_refresh(struct keeper *k, int64_t now_s)
{
	for (uint32_t p = 1; p <= k->world->limits.players; p++) {
		const struct player *player = &k->world->players[p];
		if (player->state == PLAYER_PLAYING && player->id != 0)
			session_write(k->batch, player, &k->world->bodies[p], now_s);
	}
}

static uint32_t connections_open(const struct world *w)
{
	uint32_t open = 0;
	for (uint32_t i = 1; i <= w->limits.connections; i++)
		open += atomic_load_explicit(&w->connections[i].owner, memory_order_relaxed) != 0;
	return open;
}

static void batch_build(struct keeper *k, uint32_t connections)
{
	const struct cut *cut = &k->cut;
	int64_t now_s = clock_unix_s();
	store_batch_clear(k->batch);
	if (k->sessions_ms == 0 || cut->taken_ms - k->sessions_ms >= SESSION_REFRESH_MS) {
		k->sessions_ms = cut->taken_ms;
		sessions_refresh(k, now_s);
	}
	for (uint32_t i = 0; i < cut->player_count; i++) {
		record_write(k->batch, &cut->players[i].player, &cut->players[i].body);
		session_write(k->batch, &cut->players[i].player, &cut->players[i].body, now_s);
	}
	for (uint32_t i = 0; i < cut->ground_count; i++)
		ground_write(k->batch, k->catalog, cut->grounds[i].map, cut->grounds[i].ground);
	if (cut->realm_version != k->saved_realm || k->saved_connections == UINT32_MAX)
		store_batch_set_number(k->batch, KEY_ACCOUNTS_COUNTER, cut->next_account_id);
	if (connections != k->saved_connections)
		store_batch_set_number(k->batch, KEY_CONNECTIONS_COUNT, connections);
}

/* --- what follows from the answer ----------------------------------------------------------------------------------------------------- */

struct gone {
	uint32_t index;
	uint64_t version;
};

/* The departure is durable: the slot and the name are free, unless somebody came back meanwhile. */
static enum tx_verdict gone_release(struct tx *tx, void *context)
{
	const struct gone *gone = context;
	const struct player *player = &tx->world->players[gone->index];
	if (player->state != PLAYER_GONE || player->version != gone->version)
		return TX_CANCEL;
	realm_release(tx, gone->index);
	return TX_COMMIT;
}

/* The account is in the store: it need not be written again. */
static enum tx_verdict account_written(struct tx *tx, void *context)
{
	const struct gone *who = context;
	struct player *player = &tx->world->players[who->index];
	uint32_t map = tx->world->bodies[who->index].map;
	if (!tx_need(tx, map != 0 ? map : tx->world->realm_domain))
		return TX_AGAIN;
	if (tx->world->bodies[who->index].map != map || !player->account_new)
		return TX_CANCEL;
	SET(tx, player->account_new, 0);
	return TX_COMMIT;
}

static void after_commit(struct keeper *k)
{
	struct cut *cut = &k->cut;
	k->tx.now_ms = clock_mono_ms();
	k->tx.unix_s = clock_unix_s();
	for (uint32_t i = 0; i < cut->player_count; i++) {
		const struct player_copy *copy = &cut->players[i];
		struct gone who = {.index = copy->index, .version = copy->player.version};
		k->saved_players[copy->index] = copy->player.version;
		if (copy->player.account_new) {
			uint32_t map = k->world->bodies[copy->index].map;
			uint32_t domains[2] = {map, map == 0 ? k->world->realm_domain : 0};
			tx_run(&k->tx, domains, 2, account_written, &who);
		}
		if (copy->player.state == PLAYER_GONE)
			tx_run(&k->tx, &k->world->realm_domain, 1, gone_release, &who);
	}
	for (uint32_t i = 0; i < cut->ground_count; i++)
		k->saved_grounds[cut->grounds[i].map] = cut->grounds[i].version;
	k->saved_realm = cut->realm_version;
	count_add(k->world, COUNT_cuts, 1);
	count_add(k->world, COUNT_cut_records, cut->player_count + cut->ground_count);
}

static void trouble_log(struct keeper *k, enum store_result result, const struct problem *why)
{
	uint64_t suppressed, now = clock_mono_ms();
	count_add(k->world, COUNT_cuts_failed, 1);
	if (!log_repeat_due(&k->trouble, now, TROUBLE_EVERY_MS, &suppressed))
		return;
	log_warning(
		"store: a cut was not taken (%s: %s); playing on, %u characters and maps unsaved for %llu s (repeated %llu "
		"times)",
		store_result_name(result), why != NULL ? why->text : "", keeper_unsaved(k),
		(unsigned long long)((now - k->unsaved_since_ms) / 1000), (unsigned long long)suppressed);
}

/* The store is older than what it had acknowledged: everything must be written again. */
static void forget_what_is_saved(struct keeper *k)
{
	memset(k->saved_players, 0, ((size_t)k->world->limits.players + 1) * sizeof *k->saved_players);
	for (uint32_t m = 0; m <= k->world->limits.maps; m++)
		k->saved_grounds[m] = UINT64_MAX;
	k->saved_connections = UINT32_MAX;
	k->saved_realm = UINT64_MAX;
}

static void claimed(void *context, enum store_result result, const struct store_fence *fence, const struct problem *why)
{
	struct keeper *k = context;
	k->claiming = false;
	if (result != STORE_DONE) {
		trouble_log(k, result, why);
		return;
	}
	k->fence = *fence;
	log_notice("store: claimed again; everything is written anew");
	forget_what_is_saved(k);
}

static void committed(void *context, enum store_result result, const struct problem *why)
{
	struct keeper *k = context;
	k->committing = false;
	switch (result) {
	case STORE_DONE:
		if (k->failed_in_a_row > 0)
			log_notice("store: takes cuts again after %u tries", k->failed_in_a_row);
		k->failed_in_a_row = 0;
		k->fence.acknowledged = k->fence.cut;
		k->saved_connections = k->cut_connections;
		after_commit(k);
		k->unsaved_since_ms = 0;
		count_set(k->world, COUNT_store_lag_ms, 0);
		break;
	case STORE_FENCED:
		log_error("store: another server has taken it over (%s); this one must not write any more", why->text);
		k->fenced = true;
		loop_stop(k->loop);
		break;
	case STORE_LOST:
		log_error("store: it is older than what it had acknowledged (%s); claiming it again and writing everything",
				  why->text);
		k->claiming = store_claim(k->store, &k->fence, claimed, k);
		break;
	default:
		k->failed_in_a_row++;
		trouble_log(k, result, why);
		break;
	}
}

void keeper_cut(struct keeper *k)
{
	if (k->committing || k->claiming || k->fenced)
		return;
	if (!cut_take(k)) {
		log_error("keeper: no memory for a cut of %u characters; it is tried again", k->cut.player_count);
		return;
	}
	k->cut_connections = connections_open(k->world);
	batch_build(k, k->cut_connections);
	if (store_batch_operations(k->batch) == 0) {
		k->unsaved_since_ms = 0;
		count_set(k->world, COUNT_store_lag_ms, 0);
		return;
	}
	if (k->unsaved_since_ms == 0)
		k->unsaved_since_ms = k->cut.taken_ms;
	count_set(k->world, COUNT_store_lag_ms, clock_mono_ms() - k->unsaved_since_ms);
	k->fence.cut++;
	k->committing = store_commit(k->store, k->batch, &k->fence, committed, k);
}

bool keeper_is_done(const struct keeper *k)
{
	return !k->committing && !k->claiming && keeper_unsaved(k) == 0;
}

/* --- restoring -------------------------------------------------------------------------------------------------------------------- */

struct restoring {
	struct keeper *keeper;
	uint32_t map;
	unsigned x, y;
	const char *text;
	unsigned left_out;
	bool good;
};

static enum tx_verdict ground_put(struct tx *tx, void *context)
{
	struct restoring *r = context;
	r->good = ground_restore(tx, r->map, r->text, &r->left_out);
	return r->good ? TX_COMMIT : TX_CANCEL;
}

static enum tx_verdict door_put(struct tx *tx, void *context)
{
	struct restoring *r = context;
	r->good = door_restore(tx, r->map, r->x, r->y, r->text);
	return r->good ? TX_COMMIT : TX_CANCEL;
}

/* A question whose answer goes to one place of the world. */
struct place_query {
	uint32_t map;
	uint8_t x, y; /* 0 = the ground of the map */
};

static void answer_put(struct keeper *k, const struct place_query *place, const char *text)
{
	struct restoring r = {.keeper = k, .map = place->map, .x = place->x, .y = place->y, .text = text};
	tx_run(&k->tx, &r.map, 1, place->x == 0 ? ground_put : door_put, &r);
	if (!r.good)
		log_warning("store: %s of map %u (%u,%u) cannot be read; it is as in the map's files",
					place->x == 0 ? "the ground" : "a door", place->map, place->x, place->y);
	else if (r.left_out > 0)
		log_warning("store: %u things on the ground of map %u cannot be used and are left out", r.left_out, place->map);
}

static bool places_ask(struct keeper *k, const struct place_query *places, unsigned count, struct problem *why)
{
	static struct store_query queries[QUERIES_AT_ONCE]; /* only at the start, by one thread; large for a stack */
	for (unsigned done = 0; done < count;) {
		unsigned n = count - done < QUERIES_AT_ONCE ? count - done : QUERIES_AT_ONCE;
		for (unsigned i = 0; i < n; i++) {
			const struct place_query *p = &places[done + i];
			if (p->x == 0)
				store_query(&queries[i], STORE_GET_STRING, KEY_GROUND_ITEMS, p->map);
			else
				store_query(&queries[i], STORE_GET_STRING, KEY_DOOR, p->map, (unsigned)p->x, (unsigned)p->y);
		}
		struct store_reply *reply = NULL;
		if (store_read_wait(k->store, queries, n, (uint64_t)k->config->store.start_timeout_ms, &reply, why) !=
			STORE_DONE)
			return false;
		for (unsigned i = 0; i < n; i++) {
			const char *text = store_reply_string(reply, i, NULL);
			if (text != NULL)
				answer_put(k, &places[done + i], text);
		}
		store_reply_destroy(&reply);
		done += n;
	}
	return true;
}

/* Every ground and every door of the files. The caller frees. */
static struct place_query *places_list(const struct keeper *k, unsigned *count)
{
	unsigned capacity = 64;
	struct place_query *list = malloc(capacity * sizeof *list);
	*count = 0;
	for (uint32_t map = 1; list != NULL && map <= k->world->limits.maps; map++) {
		const struct map_def *def = catalog_map(k->catalog, map);
		unsigned objects = 0;
		const struct map_object *object = def != NULL ? map_objects(k->catalog, def, &objects) : NULL;
		if (*count + objects + 1 > capacity) {
			capacity = (*count + objects + 1) * 2;
			struct place_query *grown = realloc(list, capacity * sizeof *grown);
			if (grown == NULL) {
				free(list);
				return NULL;
			}
			list = grown;
		}
		if (def != NULL)
			list[(*count)++] = (struct place_query){.map = map};
		for (unsigned i = 0; i < objects; i++) {
			const struct item_def *item = catalog_item(k->catalog, object[i].item);
			if (item != NULL && item->kind == ITEM_DOOR)
				list[(*count)++] = (struct place_query){.map = map, .x = object[i].x, .y = object[i].y};
		}
	}
	return list;
}

struct realm_values {
	uint32_t account_id;
	char motd[MOTD_BYTES];
	size_t motd_length;
};

static enum tx_verdict realm_put(struct tx *tx, void *context)
{
	const struct realm_values *values = context;
	struct realm *realm = tx->world->realm;
	if (realm->next_account_id < values->account_id)
		SET(tx, realm->next_account_id, values->account_id);
	TOUCH(tx, realm->motd);
	memcpy(realm->motd, values->motd, sizeof realm->motd);
	SET(tx, realm->motd_length, (uint16_t)values->motd_length);
	SET(tx, realm->restored, 1);
	return TX_COMMIT;
}

static void motd_take(struct realm_values *values, const struct store_reply *reply, unsigned i)
{
	size_t length;
	const char *text = store_reply_string(reply, i, &length);
	if (text == NULL ||
		!charset_latin1_from_utf8(text, length, values->motd, sizeof values->motd, &values->motd_length))
		values->motd_length = 0;
}

static bool realm_ask(struct keeper *k, struct problem *why)
{
	struct store_query queries[2];
	struct store_reply *reply = NULL;
	struct realm_values values = {0};
	int64_t number;
	store_query(&queries[0], STORE_GET_STRING, KEY_ACCOUNTS_COUNTER);
	store_query(&queries[1], STORE_GET_STRING, KEY_MOTD);
	if (store_read_wait(k->store, queries, 2, (uint64_t)k->config->store.start_timeout_ms, &reply, why) != STORE_DONE)
		return false;
	if (store_reply_number(reply, 0, &number) && number > 0 && number < UINT32_MAX)
		values.account_id = (uint32_t)number;
	motd_take(&values, reply, 1);
	store_reply_destroy(&reply);
	tx_run(&k->tx, &k->world->realm_domain, 1, realm_put, &values);
	return true;
}

bool keeper_restore(struct keeper *k, struct problem *why)
{
	uint64_t within_ms = (uint64_t)k->config->store.start_timeout_ms;
	struct store_fence taken;
	if (store_claim_wait(k->store, &k->fence, within_ms, &taken, why) != STORE_DONE)
		return false;
	k->fence = taken;
	if (k->world->realm->restored)
		return true; /* a successor: the world is newer than the store */
	unsigned count;
	struct place_query *places = places_list(k, &count);
	bool good = places != NULL && places_ask(k, places, count, why) && realm_ask(k, why);
	if (places == NULL)
		problem_set(why, "keeper: out of memory");
	free(places);
	return good;
}

/* --- the message of the day is live ------------------------------------------------------------------------------------------------- */

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

static void motd_read(void *context, enum store_result result, const struct store_reply *reply,
					  const struct problem *why)
{
	struct keeper *k = context;
	struct realm_values values = {0};
	(void)why;
	if (result != STORE_DONE)
		return; /* the cuts say that the store is away */
	motd_take(&values, reply, 0);
	tx_run(&k->tx, &k->world->realm_domain, 1, motd_put, &values);
}

void keeper_refresh(struct keeper *k)
{
	struct store_query query;
	store_query(&query, STORE_GET_STRING, KEY_MOTD);
	store_read(k->store, &query, 1, motd_read, k);
}

/* --- audit -------------------------------------------------------------------------------------------------------------------------- */

void keeper_audit(struct keeper *k)
{
	struct audit *audit = malloc(sizeof *audit);
	if (audit == NULL) {
		log_error("audit: out of memory");
		return;
	}
	tx_lock_everything(&k->tx);
	audit_world(k->world, audit);
	tx_unlock_everything(&k->tx);
	for (uint32_t i = 0; i < audit->findings && i < AUDIT_TEXTS; i++)
		log_error("audit: %s", audit->text[i]);
	log_line(audit->findings == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
			 "audit: %u findings; %u players, %u creatures, %llu gold and %llu items in the world", audit->findings,
			 audit->players, audit->creatures, (unsigned long long)audit->gold, (unsigned long long)audit->items);
	count_set(k->world, COUNT_audit_gold, audit->gold);
	count_set(k->world, COUNT_audit_items, audit->items);
	count_add(k->world, COUNT_audit_findings, audit->findings);
	count_add(k->world, COUNT_audits, 1); /* last: who waits for it looks at the others then */
	free(audit);
}
