/* audit_players.c - characters: what they have, where they are, who plays them; names and free slots. */
#include <stddef.h>
#include <string.h>

#include "common/world/audit_parts.h"
#include "common/world/realm.h"

static void property_look(struct look *look, uint32_t index)
{
	const struct player *player = &look->w->players[index];
	for (unsigned slot = 0; slot < INVENTORY_SLOTS; slot++) {
		if (player->inventory[slot].item != 0 || player->inventory[slot].amount != 0)
			look_at_stack(look, &player->inventory[slot], "bag", index, slot + 1);
	}
	for (unsigned slot = 0; slot < BANK_SLOTS; slot++) {
		if (player->bank[slot].item != 0 || player->bank[slot].amount != 0)
			look_at_stack(look, &player->bank[slot], "bank", index, slot + 1);
	}
	if (player->gold < 0 || player->gold > GOLD_MAX || player->bank_gold < 0 || player->bank_gold > GOLD_MAX)
		audit_find(look->audit, "player %u (%s): gold %d, in the bank %d", index, player->name, player->gold,
				   player->bank_gold);
	else if (look->w->limits.items >= GOLD_ITEM)
		look->room->found[GOLD_ITEM] += (int64_t)player->gold + player->bank_gold;
	if (player->hp < 0 || player->hp > player->hp_max || player->mana > player->mana_max ||
		player->stamina > player->stamina_max)
		audit_find(look->audit, "player %u (%s): more points than the maximum", index, player->name);
}

static void worn_look(struct look *look, uint32_t index)
{
	const struct player *player = &look->w->players[index];
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		unsigned slot = player->equipment[place];
		if (slot > INVENTORY_SLOTS || (slot != 0 && player->inventory[slot - 1].item == 0))
			audit_find(look->audit, "player %u (%s): wears the empty slot %u at place %u", index, player->name, slot,
					   place);
		for (unsigned other = 0; slot != 0 && other < place; other++) {
			if (player->equipment[other] == slot)
				audit_find(look->audit, "player %u (%s): wears slot %u at two places", index, player->name, slot);
		}
	}
}

static void place_look(struct look *look, uint32_t index)
{
	const struct world *w = look->w;
	const struct player *player = &w->players[index];
	const struct body *body = &w->bodies[index];
	bool in_world = player->state == PLAYER_PLAYING || player->state == PLAYER_LINGERING;
	if (in_world != (body->map != 0))
		audit_find(look->audit, "player %u (%s): state %u, but on map %u", index, player->name, player->state,
				   body->map);
	else if (in_world && (body->map > w->limits.maps || !tile_is_on_map(body->x, body->y) ||
						  w->maps[body->map].occupant[tile_index(body->x, body->y)] != index))
		audit_find(look->audit, "player %u (%s): not where it says, map %u (%u,%u)", index, player->name, body->map,
				   body->x, body->y);
	if (body->kind != BODY_PLAYER || body->generation != player->generation)
		audit_find(look->audit, "player %u (%s): its body is of kind %u and generation %u, not %u", index, player->name,
				   body->kind, body->generation, player->generation);
}

static void played_look(struct look *look, uint32_t index)
{
	const struct player *player = &look->w->players[index];
	const struct connection *c = handle_connection(look->w, player->connection);
	if (player->state == PLAYER_PLAYING &&
		(c == NULL || c->player.index != index || c->player.generation != player->generation))
		audit_find(look->audit, "player %u (%s): played by connection %u, which does not play it", index, player->name,
				   player->connection.index);
	if (player->state != PLAYER_PLAYING && player->state != PLAYER_RESERVED && player->connection.index != 0)
		audit_find(look->audit, "player %u (%s): state %u, but played by connection %u", index, player->name,
				   player->state, player->connection.index);
}

/* What is with him is his, is there, and is of the kind that is noted for it. */
static void pets_look(struct look *look, uint32_t index)
{
	const struct world *w = look->w;
	const struct player *player = &w->players[index];
	for (unsigned i = 0; i < PETS_MOST; i++) {
		uint32_t pet = player->pets[i].index;
		if (pet == 0)
			continue;
		const struct body *body = pet > w->limits.players ? handle_body(w, player->pets[i]) : NULL;
		const struct creature *creature = body != NULL ? creature_of(w, pet) : NULL;
		if (creature == NULL || body->kind != BODY_CREATURE || creature->master.index != index ||
			creature->master.generation != player->generation)
			audit_find(look->audit, "player %u (%s): pet %u is not his", index, player->name, pet);
		else if (body->map == 0 || body->map != w->bodies[index].map)
			audit_find(look->audit, "player %u (%s): pet %u is on map %u, not with him", index, player->name, pet,
					   body->map);
		else if ((creature->tamed != 0) != (player->pet_kinds[i] != 0) ||
				 (creature->tamed != 0 && player->pet_kinds[i] != body->creature))
			audit_find(look->audit, "player %u (%s): pet %u is of kind %u, %u is noted", index, player->name, pet,
					   body->creature, player->pet_kinds[i]);
	}
}

static void player_look(struct look *look, uint32_t index)
{
	const struct player *player = &look->w->players[index];
	if (player->state == PLAYER_RESERVED)
		return;
	pets_look(look, index);
	place_look(look, index);
	played_look(look, index);
	worn_look(look, index);
	property_look(look, index);
	if (player->state > PLAYER_GONE)
		audit_find(look->audit, "player %u (%s): state %u, which is none", index, player->name, player->state);
	if (player->id > look->w->realm->next_account_id && player->account_new)
		audit_find(look->audit, "player %u (%s): account %u, the last given out is %u", index, player->name, player->id,
				   look->w->realm->next_account_id);
	look->audit->players += player->state != PLAYER_GONE;
}

/* --- names and free slots ------------------------------------------------------------------------------------------------------ */

/* Whether names can be looked up at all: no entry leads astray, and there is an end. */
static bool names_look(struct look *look, uint32_t used)
{
	const struct world *w = look->w;
	uint32_t entries = 0;
	bool good = true;
	memset(look->room->seen, 0, look->room->seen_bytes);
	for (uint32_t at = 0; at <= w->realm->names_mask; at++) {
		uint32_t player = w->names[at];
		if (player == 0)
			continue;
		entries++;
		good = good && player <= w->limits.players;
		if (player > w->limits.players)
			audit_find(look->audit, "names: entry %u is player %u, which there cannot be", at, player);
		else if (w->players[player].state == PLAYER_FREE)
			audit_find(look->audit, "names: entry %u is player %u, whose slot is free", at, player);
		else if (look->room->seen[player]++ != 0)
			audit_find(look->audit, "names: player %u (%s) stands there twice", player, w->players[player].name);
	}
	if (entries != used)
		audit_find(look->audit, "names: %u entries for %u players", entries, used);
	return good && entries <= w->realm->names_mask;
}

/* As realm_find would find it: from where its hash belongs there is no gap before it, and nobody of the same name. */
static void name_look(struct look *look, uint32_t index)
{
	const struct world *w = look->w;
	const struct player *player = &w->players[index];
	uint32_t mask = w->realm->names_mask, at = (uint32_t)player->name_hash & mask;
	while (w->names[at] != 0 && w->names[at] != index && w->players[w->names[at]].name_hash != player->name_hash)
		at = (at + 1) & mask;
	if (w->names[at] != index || player->name_length >= NAME_BYTES ||
		realm_name_hash(player_name(player)) != player->name_hash)
		audit_find(look->audit, "player %u (%.31s): not to be found under its name", index, player->name);
}

static void free_look(struct look *look)
{
	const struct world *w = look->w;
	const struct realm *realm = w->realm;
	memset(look->room->seen, 0, look->room->seen_bytes);
	if (realm->free_count > w->limits.players || realm->free_first >= w->limits.players) {
		audit_find(look->audit, "free slots: %u from %u on, of %u", realm->free_count, realm->free_first,
				   w->limits.players);
		return;
	}
	for (uint32_t i = 0; i < realm->free_count; i++) {
		uint32_t player = w->free_players[(realm->free_first + i) % w->limits.players];
		if (player < 1 || player > w->limits.players || w->players[player].state != PLAYER_FREE)
			audit_find(look->audit, "free slots: player %u is listed, which is none or not free", player);
		else if (look->room->seen[player]++ != 0)
			audit_find(look->audit, "free slots: player %u is listed twice", player);
	}
}

static uint32_t used_count(const struct world *w)
{
	uint32_t used = 0;
	for (uint32_t p = 1; p <= w->limits.players; p++)
		used += w->players[p].state != PLAYER_FREE;
	return used;
}

/* The structs are far apart in memory; what is looked at soon is asked for now. */
static void look_ahead(const struct world *w, uint32_t index)
{
	enum { AHEAD = 6 };
	if (index + AHEAD > w->limits.players)
		return;
	const char *player = (const char *)&w->players[index + AHEAD];
	__builtin_prefetch(player);
	__builtin_prefetch(player + offsetof(struct player, name));
	__builtin_prefetch(player + offsetof(struct player, gold));
	for (size_t at = offsetof(struct player, inventory); at <= offsetof(struct player, equipment); at += 64)
		__builtin_prefetch(player + at);
	__builtin_prefetch(&w->bodies[index + AHEAD]);
}

void look_at_players(struct look *look)
{
	const struct world *w = look->w;
	uint32_t used = used_count(w);
	bool names = names_look(look, used);
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		look_ahead(w, p);
		if (w->players[p].state != PLAYER_FREE) {
			if (names)
				name_look(look, p);
			player_look(look, p);
		} else if (w->bodies[p].map != 0 || w->bodies[p].kind != BODY_NONE) {
			audit_find(look->audit, "player %u: free, but its body is on map %u, of kind %u", p, w->bodies[p].map,
					   w->bodies[p].kind);
		}
	}
	free_look(look);
	if (used + w->realm->free_count != w->limits.players)
		audit_find(look->audit, "%u players and %u free slots, of %u", used, w->realm->free_count, w->limits.players);
	if (look->audit->players != w->realm->players_in_world)
		audit_find(look->audit, "%u players are in the world, %u are counted", look->audit->players,
				   w->realm->players_in_world);
}
