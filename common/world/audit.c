#include "common/world/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/world/realm.h"

__attribute__((format(printf, 2, 3))) static void finding(struct audit *audit, const char *format, ...)
{
	if (audit->findings < AUDIT_TEXTS) {
		va_list args;
		va_start(args, format);
		vsnprintf(audit->text[audit->findings], AUDIT_TEXT_BYTES, format, args);
		va_end(args);
	}
	audit->findings++;
}

static void stack_check(struct audit *audit, const struct stack *stack, const char *where, uint32_t owner,
						unsigned slot)
{
	if ((stack->item == 0) != (stack->amount == 0) || stack->amount > STACK_MAX)
		finding(audit, "%s of %u, slot %u: item %u, amount %u", where, owner, slot, stack->item, stack->amount);
	if (stack->item == GOLD_ITEM)
		audit->gold += stack->amount;
	else
		audit->items += stack->amount;
}

/* --- maps ---------------------------------------------------------------------------------------------------------------------- */

static void tiles_check(const struct world *w, uint32_t map, struct audit *audit)
{
	const struct map_state *state = &w->maps[map];
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		uint32_t occupant = state->occupant[tile];
		if (state->ground[tile].item != 0 || state->ground[tile].amount != 0)
			stack_check(audit, &state->ground[tile], "ground of map", map, tile);
		if (occupant == 0)
			continue;
		const struct body *body = &w->bodies[occupant];
		if (occupant > w->limits.players + w->limits.creatures || body->map != map ||
			tile_index(body->x, body->y) != tile)
			finding(audit, "map %u (%u,%u): body %u stands there, but it says map %u (%u,%u)", map, tile_x(tile),
					tile_y(tile), occupant, body->map, body->x, body->y);
	}
}

static void list_check(const struct world *w, uint32_t map, struct audit *audit)
{
	const struct map_state *state = &w->maps[map];
	uint32_t count = 0, before = 0;
	for (uint32_t p = state->first_player; p != 0; p = w->bodies[p].next_on_map) {
		if (p > w->limits.players || w->bodies[p].map != map || w->bodies[p].previous_on_map != before ||
			++count > w->limits.players) {
			finding(audit, "map %u: its list of players is broken at %u", map, p);
			return;
		}
		before = p;
	}
	if (count != state->players)
		finding(audit, "map %u: %u players are listed, %u are counted", map, count, state->players);
	if (count > 0 && atomic_load(&state->tick_due_ms) == 0)
		finding(audit, "map %u: asleep with %u players on it", map, count);
}

/* --- players ------------------------------------------------------------------------------------------------------------------- */

static void worn_check(const struct player *player, uint32_t index, struct audit *audit)
{
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		unsigned slot = player->equipment[place];
		if (slot > INVENTORY_SLOTS || (slot != 0 && player->inventory[slot - 1].item == 0))
			finding(audit, "player %u (%s): wears the empty slot %u at place %u", index, player->name, slot, place);
		for (unsigned other = 0; slot != 0 && other < place; other++) {
			if (player->equipment[other] == slot)
				finding(audit, "player %u (%s): wears slot %u at two places", index, player->name, slot);
		}
	}
}

static void property_check(const struct player *player, uint32_t index, struct audit *audit)
{
	for (unsigned slot = 0; slot < INVENTORY_SLOTS; slot++)
		stack_check(audit, &player->inventory[slot], "bag", index, slot + 1);
	for (unsigned slot = 0; slot < BANK_SLOTS; slot++)
		stack_check(audit, &player->bank[slot], "bank", index, slot + 1);
	if (player->gold < 0 || player->gold > GOLD_MAX || player->bank_gold < 0 || player->bank_gold > GOLD_MAX)
		finding(audit, "player %u (%s): gold %d, in the bank %d", index, player->name, player->gold, player->bank_gold);
	else
		audit->gold += (uint64_t)player->gold + (uint64_t)player->bank_gold;
	if (player->hp < 0 || player->hp > player->hp_max || player->mana > player->mana_max ||
		player->stamina > player->stamina_max)
		finding(audit, "player %u (%s): more points than the maximum", index, player->name);
}

static void place_check(const struct world *w, uint32_t index, struct audit *audit)
{
	const struct player *player = &w->players[index];
	const struct body *body = &w->bodies[index];
	bool in_world = player->state == PLAYER_PLAYING || player->state == PLAYER_LINGERING;
	if (in_world != (body->map != 0))
		finding(audit, "player %u (%s): state %u, but on map %u", index, player->name, player->state, body->map);
	else if (in_world && (body->map > w->limits.maps || !tile_is_on_map(body->x, body->y) ||
						  w->maps[body->map].occupant[tile_index(body->x, body->y)] != index))
		finding(audit, "player %u (%s): not where it says, map %u (%u,%u)", index, player->name, body->map, body->x,
				body->y);
	if (player->state == PLAYER_PLAYING) {
		const struct connection *c = handle_connection(w, player->connection);
		if (c == NULL || c->player.index != index || c->player.generation != player->generation)
			finding(audit, "player %u (%s): played by connection %u, which does not play it", index, player->name,
					player->connection.index);
	}
}

static void players_check(const struct world *w, struct audit *audit)
{
	uint32_t used = 0, in_world = 0;
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		const struct player *player = &w->players[p];
		if (player->state == PLAYER_FREE) {
			if (w->bodies[p].map != 0)
				finding(audit, "player %u: free, but its body is on map %u", p, w->bodies[p].map);
			continue;
		}
		used++;
		if (realm_find(w, player_name(player)) != p)
			finding(audit, "player %u (%s): not to be found under its name", p, player->name);
		if (player->state == PLAYER_RESERVED)
			continue;
		place_check(w, p, audit);
		worn_check(player, p, audit);
		property_check(player, p, audit);
		in_world += player->state != PLAYER_GONE;
	}
	if (used + w->realm->free_count != w->limits.players)
		finding(audit, "%u players and %u free slots, of %u", used, w->realm->free_count, w->limits.players);
	if (in_world != w->realm->players_in_world)
		finding(audit, "%u players are in the world, %u are counted", in_world, w->realm->players_in_world);
	audit->players = in_world;
}

static void creatures_check(const struct world *w, struct audit *audit)
{
	for (uint32_t b = w->limits.players + 1; b <= w->limits.players + w->limits.creatures; b++) {
		const struct body *body = &w->bodies[b];
		if (body->kind != BODY_CREATURE || body->map == 0)
			continue;
		audit->creatures++;
		if (body->map > w->limits.maps || !tile_is_on_map(body->x, body->y) ||
			w->maps[body->map].occupant[tile_index(body->x, body->y)] != b)
			finding(audit, "creature %u: not where it says, map %u (%u,%u)", b, body->map, body->x, body->y);
	}
}

void audit_world(const struct world *w, struct audit *audit)
{
	memset(audit, 0, sizeof *audit);
	for (uint32_t map = 1; map <= w->limits.maps; map++) {
		if (w->maps[map].present == 0)
			continue;
		tiles_check(w, map, audit);
		list_check(w, map, audit);
	}
	players_check(w, audit);
	creatures_check(w, audit);
}
