#include "common/world/realm.h"

#include <assert.h>
#include <string.h>

#include "common/protocol/charset.h"
#include "common/world/ledger.h"

uint64_t realm_name_hash(struct text name)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (unsigned i = 0; i < name.length; i++)
		hash = (hash ^ latin1_lower((unsigned char)name.bytes[i])) * 0x100000001b3u;
	return hash;
}

struct text player_name(const struct player *player)
{
	return (struct text){.bytes = player->name, .length = player->name_length};
}

struct handle player_handle(const struct world *world, uint32_t player)
{
	return (struct handle){.index = player, .generation = world->players[player].generation};
}

uint32_t realm_find(const struct world *world, struct text name)
{
	uint64_t hash = realm_name_hash(name);
	uint32_t mask = world->realm->names_mask;
	for (uint32_t at = (uint32_t)hash & mask; world->names[at] != 0; at = (at + 1) & mask) {
		const struct player *player = &world->players[world->names[at]];
		if (player->name_hash == hash && text_equal_fold(player_name(player), name))
			return world->names[at];
	}
	return 0;
}

static void names_add(struct tx *tx, uint32_t player, uint64_t hash)
{
	struct world *w = tx->world;
	uint32_t mask = w->realm->names_mask;
	uint32_t at = (uint32_t)hash & mask;
	while (w->names[at] != 0) /* the table is at most half full */
		at = (at + 1) & mask;
	SET(tx, w->names[at], player);
}

/* Linear probing without tombstones: what stood behind the hole moves up if it may. */
static void names_remove(struct tx *tx, uint32_t player)
{
	struct world *w = tx->world;
	uint32_t mask = w->realm->names_mask;
	uint32_t hole = (uint32_t)w->players[player].name_hash & mask;
	while (w->names[hole] != player) {
		assert(w->names[hole] != 0);
		hole = (hole + 1) & mask;
	}
	for (uint32_t at = (hole + 1) & mask; w->names[at] != 0; at = (at + 1) & mask) {
		uint32_t home = (uint32_t)w->players[w->names[at]].name_hash & mask;
		if (((at - home) & mask) >= ((at - hole) & mask)) {
			SET(tx, w->names[hole], w->names[at]);
			hole = at;
		}
	}
	SET(tx, w->names[hole], 0);
}

uint32_t realm_reserve(struct tx *tx, struct text name, struct handle connection)
{
	struct world *w = tx->world;
	struct realm *realm = w->realm;
	assert(tx_holds(tx, w->realm_domain) && name.length > 0 && name.length < NAME_BYTES && realm_find(w, name) == 0);
	if (realm->free_count == 0)
		return 0;
	uint32_t index = w->free_players[realm->free_first];
	SET(tx, realm->free_first, (realm->free_first + 1) % w->limits.players);
	SET(tx, realm->free_count, realm->free_count - 1);

	struct player *player = &w->players[index];
	TOUCH(tx, *player);
	*player = (struct player){.generation = player->generation + 1,
							  .state = PLAYER_RESERVED,
							  .connection = connection,
							  .reserver = w->slot + 1,
							  .reserver_life = w->life,
							  .name_length = (uint8_t)name.length,
							  .name_hash = realm_name_hash(name),
							  .version = player->version + 1};
	memcpy(player->name, name.bytes, name.length);

	struct body *body = &w->bodies[index];
	TOUCH(tx, *body);
	*body = (struct body){.generation = player->generation, .kind = BODY_PLAYER};
	names_add(tx, index, player->name_hash);
	return index;
}

void realm_release(struct tx *tx, uint32_t index)
{
	struct world *w = tx->world;
	struct realm *realm = w->realm;
	struct player *player = &w->players[index];
	assert(tx_holds(tx, w->realm_domain) && player->state != PLAYER_FREE && w->bodies[index].map == 0);

	names_remove(tx, index);
	ledger_add_player(tx, LEDGER_RESTORED, player, -1); /* nothing while it is reserved */
	TOUCH(tx, *player);
	/* The record goes, secrets too; generation and version stay, so that no stale handle and no stale cut match. */
	*player = (struct player){.generation = player->generation + 1, .version = player->version + 1};
	SET(tx, w->bodies[index].kind, BODY_NONE);
	SET(tx, w->bodies[index].generation, player->generation);

	uint32_t last = (realm->free_first + realm->free_count) % w->limits.players;
	SET(tx, w->free_players[last], index);
	SET(tx, realm->free_count, realm->free_count + 1);
}

/* Everything zero, under a new generation. */
static void creature_clear(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_of(tx->world, index);
	TOUCH(tx, *body);
	*body = (struct body){.generation = body->generation + 1};
	TOUCH(tx, *creature);
	*creature = (struct creature){0};
}

uint32_t realm_creature_take(struct tx *tx)
{
	struct world *w = tx->world;
	struct realm *realm = w->realm;
	assert(tx_holds(tx, w->realm_domain));
	if (realm->free_creature_count == 0)
		return 0;
	uint32_t index = w->free_creatures[realm->free_creature_first];
	SET(tx, realm->free_creature_first, (realm->free_creature_first + 1) % w->limits.creatures);
	SET(tx, realm->free_creature_count, realm->free_creature_count - 1);
	creature_clear(tx, index);
	SET(tx, w->bodies[index].kind, BODY_CREATURE);
	return index;
}

void realm_creature_give(struct tx *tx, uint32_t index)
{
	struct world *w = tx->world;
	struct realm *realm = w->realm;
	assert(tx_holds(tx, w->realm_domain) && w->bodies[index].map == 0 &&
		   realm->free_creature_count < w->limits.creatures);
	creature_clear(tx, index);
	uint32_t last = (realm->free_creature_first + realm->free_creature_count) % w->limits.creatures;
	SET(tx, w->free_creatures[last], index);
	SET(tx, realm->free_creature_count, realm->free_creature_count + 1);
}

uint32_t realm_account_id(struct tx *tx)
{
	struct realm *realm = tx->world->realm;
	assert(tx_holds(tx, tx->world->realm_domain));
	if (realm->next_account_id >= UINT32_MAX - 1)
		return 0;
	SET(tx, realm->next_account_id, realm->next_account_id + 1);
	SET(tx, realm->version, realm->version + 1);
	return realm->next_account_id;
}
