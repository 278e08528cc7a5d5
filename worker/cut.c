#include "worker/cut.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/world/ledger.h"

/* --- what is saved --------------------------------------------------------------------------------------------------------------- */

bool saved_create(struct saved *saved, const struct world_limits *limits)
{
	size_t players = (size_t)limits->players + 1, maps = (size_t)limits->maps + 1;
	*saved = (struct saved){
		.player_version = calloc(players, sizeof *saved->player_version),
		.stand = calloc(players, sizeof *saved->stand),
		.player = calloc(players, sizeof *saved->player),
		.ground_version = calloc(maps, sizeof *saved->ground_version),
		.realm_version = UINT64_MAX,
		.ledger = calloc((size_t)limits->items + 1, sizeof *saved->ledger),
		.connections = UINT32_MAX,
	};
	return saved->player_version != NULL && saved->stand != NULL && saved->player != NULL &&
		   saved->ground_version != NULL && saved->ledger != NULL;
}

void saved_destroy(struct saved *saved)
{
	free(saved->player_version);
	free(saved->stand);
	free(saved->player);
	free(saved->ground_version);
	free(saved->ledger);
	*saved = (struct saved){0};
}

void saved_forget(struct saved *saved, const struct world_limits *limits)
{
	for (uint32_t p = 0; p <= limits->players; p++) {
		saved->player_version[p] = 0;
		saved->player[p].id = 0;
	}
	for (uint32_t m = 0; m <= limits->maps; m++)
		saved->ground_version[m] = UINT64_MAX;
	saved->realm_version = UINT64_MAX;
	saved->ledger_known = false;
	saved->connections = UINT32_MAX;
}

static bool state_is_durable(uint8_t state)
{
	return state == PLAYER_PLAYING || state == PLAYER_LINGERING || state == PLAYER_GONE;
}

bool saved_lacks_player(const struct saved *saved, const struct world *world, uint32_t index)
{
	const struct player *player = &world->players[index];
	if (!state_is_durable(player->state))
		return false;
	if (player->version != saved->player_version[index])
		return true;
	struct record_stand stand = record_stand_of(&world->bodies[index]);
	return !record_stands_equal(&stand, &saved->stand[index]);
}

bool saved_lacks_ground(const struct saved *saved, const struct world *world, uint32_t map)
{
	return world->maps[map].present != 0 && world->maps[map].ground_version != saved->ground_version[map];
}

/* --- copying, under every lock ---------------------------------------------------------------------------------------------------- */

/* The structs are far apart in memory; what is looked at soon is asked for now. */
static void look_ahead(const struct world *w, uint32_t index)
{
	enum { AHEAD = 8 };
	if (index + AHEAD <= w->limits.players) {
		__builtin_prefetch(&w->players[index + AHEAD]);
		__builtin_prefetch(&w->bodies[index + AHEAD]);
	}
}

static void player_copy(struct cut *cut, const struct world *w, const struct saved *saved, uint32_t index)
{
	const struct player *player = &w->players[index];
	struct cut_player copy = {.index = index,
							  .id = player->id,
							  .version = player->version,
							  .stand = record_stand_of(&w->bodies[index]),
							  .record = CUT_NO_RECORD,
							  .state = player->state};
	if (player->version != saved->player_version[index]) {
		if (cut->record_count < cut->record_capacity)
			cut->records[cut->record_count] = *player;
		copy.record = cut->record_count++;
	}
	if (cut->player_count < cut->player_capacity)
		cut->players[cut->player_count] = copy;
	cut->player_count++;
}

static void ground_copy(struct cut *cut, const struct world *w, uint32_t map)
{
	if (cut->ground_count < cut->ground_capacity) {
		struct cut_ground *copy = &cut->grounds[cut->ground_count];
		copy->map = map;
		copy->version = w->maps[map].ground_version;
		memcpy(copy->ground, w->maps[map].ground, sizeof copy->ground);
		copy->hoard = w->maps[map].hoard;
	}
	cut->ground_count++;
}

/* A newborn world has no balances until it was restored. */
static void ledger_copy(struct cut *cut, const struct world *w)
{
	cut->has_ledger = w->realm->balance != BALANCE_NONE;
	ledger_made(w, cut->ledger);
	for (unsigned item = 0; item <= w->limits.items; item++)
		cut->ledger[item] += w->balances[item];
}

/* false: there is more than there is room; the counts say how much. */
static bool everything_copy(struct cut *cut, const struct world *w, const struct saved *saved)
{
	cut->player_count = cut->record_count = cut->ground_count = 0;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		look_ahead(w, p);
		if (saved_lacks_player(saved, w, p))
			player_copy(cut, w, saved, p);
	}
	for (uint32_t m = 1; m <= w->limits.maps; m++) {
		if (saved_lacks_ground(saved, w, m))
			ground_copy(cut, w, m);
	}
	ledger_copy(cut, w);
	cut->next_account_id = w->realm->next_account_id;
	cut->players_most = w->realm->players_most;
	cut->realm_version = w->realm->version;
	return cut->player_count <= cut->player_capacity && cut->record_count <= cut->record_capacity &&
		   cut->ground_count <= cut->ground_capacity;
}

/* --- room --------------------------------------------------------------------------------------------------------------------------- */

/* Grows an array that need not keep its content. Its pages are touched here, so that no lock is held while the kernel
 * finds them. */
static bool room_make(void **array, uint32_t *capacity, uint32_t count, uint32_t spare, size_t element_bytes)
{
	if (count <= *capacity)
		return true;
	uint32_t wanted = count + count / 2 + spare;
	void *grown = malloc(wanted * element_bytes);
	if (grown == NULL)
		return false;
	memset(grown, 0xff, wanted * element_bytes); /* not zero: that might become untouched pages again */
	free(*array);
	*array = grown;
	*capacity = wanted;
	return true;
}

static bool cut_make_room(struct cut *cut)
{
	return room_make((void **)&cut->players, &cut->player_capacity, cut->player_count, 64, sizeof *cut->players) &&
		   room_make((void **)&cut->records, &cut->record_capacity, cut->record_count, 64, sizeof *cut->records) &&
		   room_make((void **)&cut->grounds, &cut->ground_capacity, cut->ground_count, 4, sizeof *cut->grounds);
}

bool cut_take(struct cut *cut, struct tx *tx, const struct saved *saved)
{
	bool whole;
	if (cut->ledger == NULL)
		cut->ledger = calloc((size_t)tx->world->limits.items + 1, sizeof *cut->ledger);
	if (cut->ledger == NULL)
		return false;
	do {
		cut->taken_ms = clock_mono_ms();
		tx_lock_everything(tx);
		uint64_t since_ns = clock_mono_ns();
		whole = everything_copy(cut, tx->world, saved);
		tx_unlock_everything(tx);
		cut->locked_us = (uint32_t)((clock_mono_ns() - since_ns) / 1000);
	} while (!whole && cut_make_room(cut));
	return whole;
}

void cut_free(struct cut *cut)
{
	free(cut->players);
	free(cut->records);
	free(cut->grounds);
	free(cut->ledger);
	*cut = (struct cut){0};
}
