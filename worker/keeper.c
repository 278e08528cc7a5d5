#include "worker/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/point.h"
#include "common/store/keys.h"
#include "common/world/keeper_note.h"
#include "common/world/realm.h"
#include "worker/ground_record.h"
#include "worker/keeper_parts.h"
#include "worker/record.h"

enum {
	SESSION_EXPIRES_S = 120,
	SESSION_REFRESH_MS = 40000,
	SESSION_SPREAD_MS = 16000, /* so that those who came together are not all written in one cut for ever */
	TROUBLE_EVERY_MS = 10000,
	PAUSE_INTERVALS = 5, /* of store.cut_interval_ms */
	LAST_PAUSE_MS = 200, /* when the server stops */
};

bool keeper_create(struct keeper *k, struct world *world, const struct catalog *catalog, const struct config *config,
				   struct loop *loop, struct store *store, struct problem *why)
{
	*k = (struct keeper){.world = world, .catalog = catalog, .config = config, .loop = loop, .store = store};
	tx_init(&k->tx, world, catalog, config);
	memcpy(k->fence.boot, world->header->boot_id, sizeof k->fence.boot);
	memcpy(k->fence.kin, world->keeper_note->kin, sizeof k->fence.kin);
	k->fence.generation = atomic_load(&world->keeper_note->generation);
	k->batch = store_batch_create(why);
	k->sessions = calloc((size_t)world->limits.players + 1, sizeof *k->sessions);
	if (!saved_create(&k->saved, &world->limits) || k->batch == NULL || k->sessions == NULL ||
		!audit_room_create(&k->audit.room, world, catalog))
		return problem_set(why, "keeper: out of memory for %u characters", world->limits.players);
	return true;
}

void keeper_destroy(struct keeper *k)
{
	keeper_audit_end(k);
	audit_room_destroy(&k->audit.room);
	store_batch_destroy(&k->batch);
	saved_destroy(&k->saved);
	cut_free(&k->cut);
	free(k->sessions);
	k->sessions = NULL;
	tx_release(&k->tx);
}

static uint32_t connections_open(const struct world *w)
{
	uint32_t open = 0;
	for (uint32_t i = 1; i <= w->limits.connections; i++)
		open += atomic_load_explicit(&w->connections[i].owner, memory_order_relaxed) != 0;
	return open;
}

unsigned keeper_unsaved(const struct keeper *k)
{
	unsigned count = 0;
	for (uint32_t p = 1; p <= k->world->limits.players; p++)
		count += saved_lacks_player(&k->saved, k->world, p);
	for (uint32_t m = 1; m <= k->world->limits.maps; m++)
		count += saved_lacks_ground(&k->saved, k->world, m);
	return count;
}

bool keeper_is_done(const struct keeper *k)
{
	return !k->writing && !k->claim_wanted && keeper_unsaved(k) == 0 &&
		   k->saved.realm_version == k->world->realm->version && k->saved.connections == connections_open(k->world);
}

/* --- small transactions about a character ----------------------------------------------------------------------------------------- */

struct settlement {
	uint32_t index, id;
	bool account_is_written, account_is_lost;
	uint32_t inventory_taken; /* slots */
	uint64_t bank_taken;
	bool moved; /* it went to another map while we waited for its lock */
};

static enum tx_verdict settle(struct tx *tx, void *context)
{
	struct settlement *s = context;
	struct player *player = &tx->world->players[s->index];
	const struct body *body = &tx->world->bodies[s->index];
	uint32_t map = body->map;
	if (!tx_need(tx, map != 0 ? map : tx->world->realm_domain))
		return TX_AGAIN;
	s->moved = body->map != map;
	if (s->moved || player->id != s->id || player->state == PLAYER_RESERVED)
		return TX_CANCEL;
	if (s->account_is_written || s->account_is_lost)
		SET(tx, player->account_new, s->account_is_lost);
	SET(tx, player->inventory_unknown, player->inventory_unknown & ~s->inventory_taken);
	SET(tx, player->bank_unknown, player->bank_unknown & ~s->bank_taken);
	return TX_COMMIT;
}

/* Does not move its version: it says what is in the store, not what shall be. */
static void player_settle(struct keeper *k, struct settlement *s)
{
	do
		tx_run(&k->tx, NULL, 0, settle, s);
	while (s->moved);
}

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

/* Slots whose text in the store was not ours are ours from the moment they are used: told before the batch goes out, so that
 * nobody who dies in between leaves behind a text that we wrote and do not own. */
static void slots_take(struct keeper *k)
{
	for (uint32_t i = 0; i < k->cut.player_count; i++) {
		const struct cut_player *player = &k->cut.players[i];
		if (player->record == CUT_NO_RECORD)
			continue;
		struct settlement s = {.index = player->index,
							   .id = player->id,
							   .inventory_taken = record_inventory_taken(&k->cut.records[player->record]),
							   .bank_taken = record_bank_taken(&k->cut.records[player->record])};
		if ((s.inventory_taken | s.bank_taken) != 0)
			player_settle(k, &s);
	}
}

/* --- the batch -------------------------------------------------------------------------------------------------------------------- */

static void session_write(struct keeper *k, uint32_t index, int64_t now_s)
{
	const struct player *player = &k->world->players[index];
	const struct session_mark *mark = &k->sessions[index];
	struct store_key key;
	char now[24];
	store_key(&key, KEY_SESSION_ACTIVE, mark->id);
	store_batch_hash_set_number(k->batch, key.text, "worker", mark->worker);
	store_batch_hash_set_number(k->batch, key.text, "map", mark->map);
	store_batch_hash_set_number(k->batch, key.text, "since", player->session_unix_s);
	store_batch_expire(k->batch, key.text, SESSION_EXPIRES_S);
	int n = snprintf(now, sizeof now, "%lld", (long long)now_s);
	store_batch_set_expiring(k->batch, store_key(&key, KEY_SESSION_LAST_SEEN, mark->id), now, (size_t)n,
							 SESSION_EXPIRES_S);
}

/* Who plays, on which map, since when. Read without locks, for whoever looks: at worst it tells of somebody who is just
 * leaving; the cut with his departure takes it away. */
static void sessions_write(struct keeper *k, int64_t now_s)
{
	const struct world *w = k->world;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		const struct player *player = &w->players[p];
		struct session_mark *mark = &k->sessions[p];
		if ((player->state != PLAYER_PLAYING && player->state != PLAYER_LINGERING) || player->id == 0) {
			mark->id = 0;
			continue;
		}
		uint32_t connection = player->connection.index;
		uint32_t owner = connection >= 1 && connection <= w->limits.connections
							 ? atomic_load_explicit(&w->connections[connection].owner, memory_order_relaxed)
							 : 0;
		int16_t worker = (int16_t)((int)owner - 1);
		uint16_t map = w->bodies[p].map;
		if (mark->id == player->id && mark->map == map && mark->worker == worker && k->cut.taken_ms < mark->due_ms)
			continue;
		*mark = (struct session_mark){.id = player->id,
									  .map = map,
									  .worker = worker,
									  .due_ms = k->cut.taken_ms + SESSION_REFRESH_MS + p * 997 % SESSION_SPREAD_MS};
		session_write(k, p, now_s);
	}
}

static void session_delete(struct keeper *k, uint32_t id)
{
	struct store_key key;
	store_batch_delete(k->batch, store_key(&key, KEY_SESSION_ACTIVE, id));
	store_batch_delete(k->batch, store_key(&key, KEY_SESSION_LAST_SEEN, id));
}

static void player_write(struct keeper *k, const struct cut_player *player)
{
	const struct player *known = &k->saved.player[player->index];
	bool is_known = known->id == player->id && player->id != 0;
	if (player->record != CUT_NO_RECORD)
		record_write(k->batch, &k->cut.records[player->record], is_known ? known : NULL);
	bool stand_is_known = is_known && k->saved.player_version[player->index] != 0;
	record_write_stand(k->batch, player->id, &player->stand, stand_is_known ? &k->saved.stand[player->index] : NULL);
	if (player->state == PLAYER_GONE)
		session_delete(k, player->id);
}

static void realm_write(struct keeper *k)
{
	const struct cut *cut = &k->cut;
	if (cut->realm_version != k->saved.realm_version) {
		store_batch_set_number(k->batch, KEY_ACCOUNTS_COUNTER, cut->next_account_id);
		store_batch_hash_set_number(k->batch, KEY_REALM, "players_most", cut->players_most);
	}
	if (k->cut_connections != k->saved.connections)
		store_batch_set_number(k->batch, KEY_CONNECTIONS_COUNT, k->cut_connections);
	if (!k->start_told)
		store_batch_set_number(k->batch, KEY_UPTIME_START, k->world->header->started_unix_s);
}

/* false: out of memory. */
static bool batch_build(struct keeper *k)
{
	const struct cut *cut = &k->cut;
	int64_t now_s = clock_unix_s();
	bool good = true;
	store_batch_clear(k->batch);
	sessions_write(k, now_s);
	for (uint32_t i = 0; i < cut->player_count; i++)
		player_write(k, &cut->players[i]);
	for (uint32_t i = 0; i < cut->ground_count && good; i++)
		good = ground_write(k->batch, k->catalog, cut->grounds[i].map, cut->grounds[i].ground, &cut->grounds[i].hoard,
							now_s);
	realm_write(k);
	if (cut->has_ledger)
		store_sum_write(k->batch, cut->ledger, k->saved.ledger_known ? k->saved.ledger : NULL, k->world->limits.items,
						k->world->header->catalog_hash);
	return good;
}

/* --- what follows from the answer -------------------------------------------------------------------------------------------------- */

static void lag_tell(struct keeper *k)
{
	count_set(k->world, COUNT_store_lag_ms, k->unsaved_since_ms == 0 ? 0 : clock_mono_ms() - k->unsaved_since_ms);
	atomic_store(&k->world->keeper_note->unsaved_since_ms, k->unsaved_since_ms);
}

static void everything_is_saved(struct keeper *k)
{
	k->unsaved_since_ms = 0;
	atomic_store(&k->world->keeper_note->durable_ms, k->cut.taken_ms);
}

/* While nothing changes there is nothing to write, and only the connection shows how it stands. */
static void state_tell(struct keeper *k)
{
	char text[700] = "";
	if (k->failed_in_a_row > 0 || k->fenced)
		return; /* said when it failed */
	bool up = store_is_up(k->store);
	if (!up)
		store_state_text(k->store, text, sizeof text);
	keeper_note_write(k->world, up ? STORE_UP : STORE_DOES_NOT_ANSWER, text, clock_mono_ms());
}

static void player_saved(struct keeper *k, const struct cut_player *player)
{
	uint32_t index = player->index;
	point("keeper: player to settle");
	k->saved.player_version[index] = player->version;
	k->saved.stand[index] = player->stand;
	if (player->record != CUT_NO_RECORD) {
		const struct player *record = &k->cut.records[player->record];
		k->saved.player[index] = *record;
		if (record->account_new) {
			struct settlement s = {.index = index, .id = player->id, .account_is_written = true};
			player_settle(k, &s);
		}
	}
	if (player->state != PLAYER_GONE)
		return;
	struct gone gone = {.index = index, .version = player->version};
	point("keeper: gone to release");
	if (tx_run(&k->tx, &k->world->realm_domain, 1, gone_release, &gone) == TX_COMMIT) {
		k->saved.player_version[index] = 0;
		k->saved.player[index].id = 0;
	}
}

static void cut_saved(struct keeper *k)
{
	struct cut *cut = &k->cut;
	k->tx.now_ms = clock_mono_ms();
	k->tx.unix_s = clock_unix_s();
	/* First: whatever a successor finds settled, it must know the cut that says so. */
	k->fence.acknowledged = k->fence.cut;
	atomic_store(&k->world->keeper_note->acknowledged, k->fence.acknowledged);
	for (uint32_t i = 0; i < cut->player_count; i++)
		player_saved(k, &cut->players[i]);
	for (uint32_t i = 0; i < cut->ground_count; i++)
		k->saved.ground_version[cut->grounds[i].map] = cut->grounds[i].version;
	k->saved.realm_version = cut->realm_version;
	k->saved.ledger_known = cut->has_ledger;
	memcpy(k->saved.ledger, cut->ledger, ((size_t)k->world->limits.items + 1) * sizeof *k->saved.ledger);
	k->saved.connections = k->cut_connections;
	k->start_told = true;
	everything_is_saved(k);
	count_add(k->world, COUNT_cuts, 1);
	count_add(k->world, COUNT_cut_records, cut->player_count + cut->ground_count);
}

/* The batch may be in, or not: of what it wrote the store may have the old values or the new ones. Grounds and the realm are
 * always written whole, so their versions, which never come back, say enough. */
static void cut_unanswered(struct keeper *k)
{
	for (uint32_t i = 0; i < k->cut.player_count; i++) {
		k->saved.player_version[k->cut.players[i].index] = 0;
		k->saved.player[k->cut.players[i].index].id = 0;
	}
	k->saved.ledger_known = false;
	k->saved.connections = UINT32_MAX;
	memset(k->sessions, 0, ((size_t)k->world->limits.players + 1) * sizeof *k->sessions);
}

static void trouble_log(struct keeper *k, enum store_result result, const struct problem *why)
{
	uint64_t suppressed, now = clock_mono_ms();
	k->failed_in_a_row++;
	k->was_away = result == STORE_AWAY;
	count_add(k->world, COUNT_cuts_failed, 1);
	keeper_note_write(k->world, result == STORE_AWAY ? STORE_DOES_NOT_ANSWER : STORE_REFUSES, why->text, now);
	if (!log_repeat_due(&k->trouble, now, TROUBLE_EVERY_MS, &suppressed))
		return;
	log_warning("store: a cut was not taken (%s: %s); playing on, %u characters and maps unsaved for %llu s (%llu more "
				"tries failed since the last such line)",
				store_result_name(result), why->text, keeper_unsaved(k),
				(unsigned long long)(k->unsaved_since_ms != 0 ? (now - k->unsaved_since_ms) / 1000 : 0),
				(unsigned long long)suppressed);
}

void keeper_fence(struct keeper *k, const struct problem *why)
{
	log_error("store: another server has taken it over (%s); this one must not write any more", why->text);
	k->fenced = true;
	keeper_note_write(k->world, STORE_TAKEN_OVER, why->text, clock_mono_ms());
}

/* A character without its account could not log in any more: those of all who are in the world are written with them. It is
 * noted in the world, so that a keeper that dies now does not forget it. */
static void accounts_write_again(struct keeper *k)
{
	for (uint32_t p = 1; p <= k->world->limits.players; p++) {
		struct settlement s = {.index = p, .id = k->world->players[p].id, .account_is_lost = true};
		if (s.id != 0)
			player_settle(k, &s);
	}
}

static void everything_write_again(struct keeper *k, const char *why)
{
	log_error("store: it is older than what it had acknowledged (%s); claiming it again and writing everything that is "
			  "in the world. Characters that are not are as it has them now, or gone: a backup is the only other copy",
			  why);
	accounts_write_again(k);
	keeper_balances_are_lost(k);
	k->forgot = true;
}

static void claim_take(struct keeper *k, const struct store_fence *fence)
{
	if (!k->forgot && fence->cut < k->fence.acknowledged) { /* the store went back while no keeper lived */
		struct problem what;
		problem_set(&what, "at cut %llu instead of %llu", (unsigned long long)fence->cut,
					(unsigned long long)k->fence.acknowledged);
		everything_write_again(k, what.text);
	}
	if (k->forgot)
		saved_forget(&k->saved, &k->world->limits); /* grounds that never changed, too */
	k->forgot = false;
	k->claim_wanted = false;
	k->start_told = false;
	k->fence = *fence;
	atomic_store(&k->world->keeper_note->acknowledged, fence->acknowledged);
	point("keeper: claim to be noted");
	atomic_store(&k->world->keeper_note->generation, fence->generation);
}

static void claimed(void *context, enum store_result result, const struct store_fence *fence, const struct problem *why)
{
	struct keeper *k = context;
	k->writing = false;
	point("keeper: claim answered");
	if (result == STORE_DONE)
		claim_take(k, fence);
	else if (result == STORE_FENCED)
		keeper_fence(k, why);
	else
		trouble_log(k, result, why); /* the next cut tries again */
}

/* Play goes on meanwhile, but a crash would lose so much more. */
static void slow_log(struct keeper *k)
{
	uint64_t now = clock_mono_ms(), took_ms = now - k->asked_ms, suppressed,
			 most = (uint64_t)k->config->log.slow_store_ms;
	if (most > 0 && took_ms > most && log_repeat_due(&k->slow, now, TROUBLE_EVERY_MS, &suppressed))
		log_warning(
			"slow: the store took %llu ms for a cut (log.slow_store_ms %llu) of %u characters and %u maps (%llu more "
			"since the last such line)",
			(unsigned long long)took_ms, (unsigned long long)most, k->cut.player_count, k->cut.ground_count,
			(unsigned long long)suppressed);
}

static void committed(void *context, enum store_result result, const struct problem *why)
{
	struct keeper *k = context;
	k->writing = false;
	if (result == STORE_DONE)
		slow_log(k);
	point("keeper: commit answered");
	switch (result) {
	case STORE_DONE:
		if (k->failed_in_a_row > 0)
			log_notice("store: takes cuts again, after %u tries", k->failed_in_a_row);
		k->failed_in_a_row = 0;
		cut_saved(k);
		break;
	case STORE_FENCED:
		keeper_fence(k, why);
		break;
	case STORE_LOST:
		cut_unanswered(k);
		everything_write_again(k, why->text);
		k->claim_wanted = true;
		break;
	default:
		cut_unanswered(k);
		trouble_log(k, result, why);
		break;
	}
	lag_tell(k);
	state_tell(k);
	keeper_balances_look(k);
	point("keeper: cut over");
}

/* --- the cut ------------------------------------------------------------------------------------------------------------------------ */

static void held_tell(struct keeper *k)
{
	uint64_t longest = atomic_load(&k->world->processes[k->world->slot].counters[COUNT_cut_held_us_max]);
	count_set(k->world, COUNT_cut_held_us_last, k->cut.locked_us);
	if (k->cut.locked_us > longest)
		count_set(k->world, COUNT_cut_held_us_max, k->cut.locked_us);
}

/* A store that said no three times is asked now and then, not each second with everything that is unsaved. */
static bool keeper_pauses(const struct keeper *k, uint64_t now_ms)
{
	uint64_t pause_ms = k->last ? LAST_PAUSE_MS : PAUSE_INTERVALS * (uint64_t)k->config->store.cut_interval_ms;
	return k->failed_in_a_row >= 3 && now_ms - k->tried_ms < pause_ms && (!k->was_away || !store_is_up(k->store));
}

void keeper_cut(struct keeper *k)
{
	uint64_t now_ms = clock_mono_ms();
	lag_tell(k);
	state_tell(k);
	if (k->writing || k->fenced || keeper_audit_walks(k) || keeper_pauses(k, now_ms))
		return;
	k->tried_ms = now_ms;
	if (k->claim_wanted) {
		k->writing = store_claim(k->store, &k->fence, claimed, k);
		return;
	}
	k->tx.now_ms = now_ms;
	k->tx.unix_s = clock_unix_s();
	bool whole = cut_take(&k->cut, &k->tx, &k->saved);
	held_tell(k);
	k->cut_connections = connections_open(k->world);
	point("keeper: cut taken");
	if (whole)
		slots_take(k);
	point("keeper: slots told");
	if (!whole || !batch_build(k)) {
		log_error("keeper: no memory for a cut of %u characters and %u maps; it is tried again", k->cut.player_count,
				  k->cut.ground_count);
		return;
	}
	if (store_batch_operations(k->batch) == 0) {
		everything_is_saved(k);
		return;
	}
	if (k->unsaved_since_ms == 0)
		k->unsaved_since_ms = k->cut.taken_ms;
	k->fence.cut++;
	point("keeper: batch built");
	k->asked_ms = clock_mono_ms();
	k->writing = store_commit(k->store, k->batch, &k->fence, committed, k);
	point("keeper: commit asked");
	if (!k->writing)
		cut_unanswered(k);
}
