/* walk.c - steps, turning, exits. rules-life-combat-magic.md 8.5 to 8.9, protocol.md 5.2. */
#include "common/catalog/tables.h"
#include "worker/game/bucket.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/leaving.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"
#include "worker/game/wire.h"

enum {
	TELEPORT_TRIES = 5,
	EXITS_IN_A_ROW = 4, /* 8.8: exits that lead onto exits */
};

/* --- speed ---------------------------------------------------------------------------------------------------------------------- */

/* The classic check: 30 steps faster than 5800 ms are an offence, a second within 30 s is told the operator. The classic server
 * ends the connection then; so does this one when it is told to. It is not by itself, for a line that twice stutters for
 * three seconds looks the same; the steps that are too many are refused either way. */
static bool speed_is_offending(struct tx *tx, struct player *player)
{
	bool offending = false;
	if (player->speed_steps >= (uint32_t)tx->config->intervals.speedcheck_steps) {
		if (player->speed_batch_ms != 0 &&
			tx->now_ms - player->speed_batch_ms < (uint64_t)tx->config->intervals.speedcheck_ms) {
			offending = player->speed_offence_ms != 0 &&
						tx->now_ms - player->speed_offence_ms <= (uint64_t)tx->config->intervals.speedcheck_memory_ms;
			SET(tx, player->speed_offence_ms, tx->now_ms);
		}
		SET(tx, player->speed_steps, 0);
	}
	if (player->speed_steps == 0)
		SET(tx, player->speed_batch_ms, tx->now_ms);
	SET(tx, player->speed_steps, player->speed_steps + 1);
	return offending;
}

/* The realm is held. */
static void staff_hears_of_speed(struct tx *tx, const struct player *player)
{
	char line[160];
	PUT(say_begin(tx), CONSOLE_MSG, .text = text_format(line, sizeof line, TEXT_SPEED_SEEN, player->name),
		.font = FONT_SERVER);
	say_staff(tx, 0);
}

/* --- exits --------------------------------------------------------------------------------------------------------------------- */

/* TEXT_ID_COUNT = he may enter. */
static enum text_id entry_refusal(const struct map_def *map, const struct player *player)
{
	if (player->dead && map->death.map != 0)
		return TEXT_MAP_NOT_FOR_DEAD;
	if ((player->privileges & PRIVILEGE_STAFF) != 0)
		return TEXT_ID_COUNT;
	if (map->restriction == RESTRICTION_NEWBIE && player->level > LEVEL_NEWBIE_LAST)
		return TEXT_MAP_NEWBIES_ONLY;
	if (map->restriction == RESTRICTION_ARMY && !player->royal_army)
		return TEXT_MAP_ARMY_ONLY;
	if (map->restriction == RESTRICTION_CHAOS && !player->chaos_legion)
		return TEXT_MAP_CHAOS_ONLY;
	if (map->restriction == RESTRICTION_FACTION && !player->royal_army && !player->chaos_legion)
		return TEXT_MAP_FACTION_ONLY;
	return TEXT_ID_COUNT;
}

/* F-06: a teleport with a radius scatters; the result must not be an exit again. */
static struct place exit_scatter(struct tx *tx, struct place to, int radius)
{
	const struct map_def *map = catalog_map(tx->catalog, to.map);
	for (int i = 0; i < TELEPORT_TRIES && radius > 0; i++) {
		int x = (int)clamp_i64(to.x + rng_range(&tx->rng, -radius, radius), MAP_FRAME_LEFT, MAP_FRAME_RIGHT);
		int y = (int)clamp_i64(to.y + rng_range(&tx->rng, -radius, radius), MAP_FRAME_TOP, MAP_FRAME_BOTTOM);
		if ((map_tile_flags(tx->catalog, map, x, y) & TILE_EXIT) == 0)
			return (struct place){.map = to.map, .x = (uint8_t)x, .y = (uint8_t)y};
	}
	return to;
}

/* Where an exit that leads onto an exit leads in the end: as far as he may go. */
static struct place exit_followed(const struct tx *tx, struct place to, const struct player *player)
{
	struct place next;
	for (int exits = 1; exits < EXITS_IN_A_ROW; exits++) {
		if (!map_exit_at(tx->catalog, catalog_map(tx->catalog, to.map), to.x, to.y, &next) ||
			entry_refusal(catalog_map(tx->catalog, next.map), player) != TEXT_ID_COUNT)
			break;
		to = next;
	}
	return to;
}

/* The tile that an exit leads to, or the nearest to it; another exit only when there is nothing else. */
static struct place exit_landing(const struct tx *tx, struct place to, unsigned terrain)
{
	struct place at = tile_closest_legal(tx, to, terrain | WANT_NO_EXIT);
	return at.map != 0 ? at : tile_closest_legal(tx, to, terrain);
}

static void step_aside(struct tx *tx, const struct actor *me)
{
	struct place here = body_place(me->body);
	struct place to = tile_closest_legal(tx, here, body_terrain(me->body) | WANT_NO_EXIT);
	if (to.map != 0)
		presence_jump(tx, me->index, to.x, to.y);
}

/* What the tile does to who has just stepped on it (rules-life-combat-magic.md 8.7). TX_AGAIN: the other map is needed. */
static enum tx_verdict tile_events(struct tx *tx, const struct actor *me)
{
	struct body *body = me->body;
	const struct map_def *map = catalog_map(tx->catalog, body->map);
	struct place to;
	if (!map_exit_at(tx->catalog, map, body->x, body->y, &to))
		return TX_COMMIT;
	const struct item_def *marker =
		catalog_item(tx->catalog, tx->world->maps[body->map].ground[tile_index(body->x, body->y)].item);
	bool teleport = marker != NULL && marker->kind == ITEM_TELEPORT;

	enum text_id why = entry_refusal(catalog_map(tx->catalog, to.map), me->player);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		step_aside(tx, me);
		return TX_COMMIT;
	}
	if (teleport)
		to = exit_scatter(tx, to, marker->teleport_radius);
	to = exit_followed(tx, to, me->player);
	if (!tx_need(tx, to.map))
		return TX_AGAIN;
	to = exit_landing(tx, to, body_terrain(body));
	if (to.map == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_EXIT_CLOSED);
		return TX_COMMIT; /* he stays on the exit */
	}
	travel_to(tx, me->index, to, teleport ? TRAVEL_WARPS : TRAVEL_WALKS);
	return TX_COMMIT;
}

/* --- the step ---------------------------------------------------------------------------------------------------------------------- */

static bool swap_is_allowed(const struct tx *tx, const struct actor *me, uint32_t other)
{
	const struct body *ghost = &tx->world->bodies[other];
	if ((me->body->flags & BODY_ADMIN_INVISIBLE) != 0 || !body_is_player(tx->world, other))
		return false;
	/* The classic server moves a ghost from the water to the shore; both tiles must be alike (8.6). */
	return tile_is_water(tx->catalog, me->body->map, me->body->x, me->body->y) ==
		   tile_is_water(tx->catalog, ghost->map, ghost->x, ghost->y);
}

/* His client has moved him already. */
static enum tx_verdict step_refused(struct tx *tx, const struct actor *me)
{
	presence_tell_place(tx, me->index);
	return TX_COMMIT;
}

static enum tx_verdict step(struct tx *tx, const struct actor *me, int heading)
{
	int x = me->body->x, y = me->body->y;
	tile_neighbour(heading, &x, &y);
	if (!tile_is_legal(tx, me->body->map, x, y, body_terrain(me->body) | WANT_PUSHABLE))
		return step_refused(tx, me);
	uint32_t other = tile_occupant(tx->world, me->body->map, x, y);
	if (other != 0 && !swap_is_allowed(tx, me, other))
		return step_refused(tx, me);
	if (other != 0) {
		ghost_push(tx, me->index, other, heading);
	} else {
		presence_step(tx, me->index, heading);
	}
	effects_ground_changed(tx, me->index);
	return tile_events(tx, me);
}

/* Who rests or meditates only gets up: his client has not moved him, and goes on asking in each frame until it hears of it
 * (protocol.md 5.2 no. 4). */
static bool gets_up(struct tx *tx, const struct actor *me)
{
	uint64_t up_ms = me->player->got_up_ms;
	if ((me->body->flags & (BODY_RESTING | BODY_MEDITATING)) == 0)
		return up_ms != 0 && tx->now_ms - up_ms < (uint64_t)tx->config->intervals.walk_ms;
	effect_rest_end(tx, me->index);
	effect_meditation_end(tx, me->index);
	SET(tx, me->player->got_up_ms, tx->now_ms);
	return true;
}

static void stops_hiding(struct tx *tx, const struct actor *me)
{
	if (me->player->class_id != CLASS_THIEF && me->player->class_id != CLASS_BANDIT)
		effect_reveal(tx, me->index);
}

/* May his client have taken this step before it heard where it is? What was said of it is still in the rings, or on its way. */
static bool place_is_doubtful(const struct tx *tx, const struct actor *me)
{
	const struct connection *c = handle_connection(tx->world, me->player->connection);
	return c != NULL && (tx->place_doubtful || cursor_now(c)->place_tells != me->player->place_tells);
}

enum tx_verdict rule_walk(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int heading = packet->WALK.heading;
	if (heading < HEADING_NORTH || heading > HEADING_WEST || me->player->trading != 0)
		return step_refused(tx, me);
	leaving_cancel(tx, me->index);
	if (me->player->travelling)
		return step_refused(tx, me);
	if ((me->body->flags & (BODY_PARALYSED | BODY_IMMOBILISED)) != 0) {
		if (message_is_new(tx, me->player, TEXT_CANNOT_MOVE_PARALYSED))
			tell_text(tx, me->index, FONT_INFO, TEXT_CANNOT_MOVE_PARALYSED);
		SET(tx, me->player->speed_offence_ms, 0);
		return step_refused(tx, me);
	}
	if (gets_up(tx, me))
		return step_refused(tx, me);
	if (speed_is_offending(tx, me->player)) {
		if (!tx_need(tx, tx->world->realm_domain))
			return TX_AGAIN;
		bool out = tx->config->intervals.speedcheck_disconnects;
		tx_log(tx, LOG_LEVEL_NOTICE, "%s walks faster than possible: %d steps in less than %d ms, twice%s",
			   me->player->name, tx->config->intervals.speedcheck_steps, tx->config->intervals.speedcheck_ms,
			   out ? "; disconnected" : "");
		staff_hears_of_speed(tx, me->player);
		if (out) {
			leave_game(tx, me->index, CLOSE_SPEED_HACK, TEXT_SPEED_OUT);
			return TX_COMMIT;
		}
	}
	/* protocol.md 5.1 */
	if (!bucket_pay_tx(tx, &me->player->walk_credit_ms, tx->config->intervals.walk_ms,
					   tx->config->intervals.walk_burst))
		return step_refused(tx, me);
	struct place before = body_place(me->body);
	bool doubtful = place_is_doubtful(tx, me);
	enum tx_verdict verdict = step(tx, me, heading);
	if (verdict != TX_COMMIT)
		return verdict;
	stops_hiding(tx, me);
	if (doubtful && me->body->map == before.map)
		presence_tell_place(tx, me->index);
	return TX_COMMIT;
}

enum tx_verdict rule_change_heading(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int heading = packet->CHANGE_HEADING.heading;
	if (heading < HEADING_NORTH || heading > HEADING_WEST || heading == me->body->heading)
		return TX_COMMIT; /* the client repeats it each frame until it is answered (protocol.md 5.2 no. 3) */
	if ((me->body->flags & BODY_PARALYSED) != 0 && (me->body->flags & BODY_IMMOBILISED) == 0) {
		int x = me->body->x, y = me->body->y;
		tile_neighbour(heading, &x, &y);
		if (tile_is_legal(tx, me->body->map, x, y, body_terrain(me->body)))
			return TX_COMMIT; /* he must not find out which tiles are free (8.9) */
	}
	SET(tx, me->body->heading, (uint8_t)heading);
	presence_changed(tx, me->index);
	return TX_COMMIT;
}

enum tx_verdict rule_request_position(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	uint64_t pause_ms = (uint64_t)tx->config->intervals.position_request_ms;
	if (me->player->position_request_ms != 0 && tx->now_ms - me->player->position_request_ms < pause_ms)
		return TX_COMMIT;
	SET(tx, me->player->position_request_ms, tx->now_ms);
	presence_tell_place(tx, me->index);
	return TX_COMMIT;
}
