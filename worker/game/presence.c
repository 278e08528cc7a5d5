#include "worker/game/presence.h"

#include <assert.h>

#include "worker/game/area.h"
#include "worker/game/say.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

/* --- tiles and lists --------------------------------------------------------------------------------------------------------- */

static uint16_t *occupant_of(struct tx *tx, uint32_t map, unsigned x, unsigned y)
{
	return &tx->world->maps[map].occupant[tile_index(x, y)];
}

/* The list of a map's players, or of its creatures, and how many they are. */
static uint32_t *list_of(struct tx *tx, uint32_t index, uint32_t map, uint32_t **count)
{
	struct map_state *state = &tx->world->maps[map];
	bool player = body_is_player(tx->world, index);
	*count = player ? &state->players : &state->creatures;
	return player ? &state->first_player : &state->first_creature;
}

static void list_link(struct tx *tx, uint32_t index, uint32_t map)
{
	uint32_t *count, *first = list_of(tx, index, map, &count);
	struct body *body = &tx->world->bodies[index];
	SET(tx, body->next_on_map, *first);
	SET(tx, body->previous_on_map, 0);
	if (*first != 0)
		SET(tx, tx->world->bodies[*first].previous_on_map, index);
	SET(tx, *first, index);
	SET(tx, *count, *count + 1);
}

static void list_unlink(struct tx *tx, uint32_t index, uint32_t map)
{
	uint32_t *count, *first = list_of(tx, index, map, &count);
	struct body *body = &tx->world->bodies[index];
	if (body->previous_on_map != 0)
		SET(tx, tx->world->bodies[body->previous_on_map].next_on_map, body->next_on_map);
	else
		SET(tx, *first, body->next_on_map);
	if (body->next_on_map != 0)
		SET(tx, tx->world->bodies[body->next_on_map].previous_on_map, body->previous_on_map);
	SET(tx, *count, *count - 1);
}

/* It stands on this free tile from now on. */
static void stand(struct tx *tx, uint32_t index, struct place at)
{
	struct body *body = &tx->world->bodies[index];
	uint16_t *occupant = occupant_of(tx, at.map, at.x, at.y);
	assert(body->map == 0 && *occupant == 0);
	TOUCH(tx, *body);
	body->map = at.map;
	body->x = at.x;
	body->y = at.y;
	SET(tx, *occupant, (uint16_t)index);
	list_link(tx, index, at.map);
}

/* It stands nowhere from now on; its body is touched. */
static void stand_no_more(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	uint16_t *occupant = occupant_of(tx, body->map, body->x, body->y);
	assert(body->map != 0 && *occupant == index);
	SET(tx, *occupant, 0);
	list_unlink(tx, index, body->map);
	TOUCH(tx, *body);
	body->map = 0;
	body->next_on_map = 0;
	body->previous_on_map = 0;
}

static bool shown_to_others(const struct tx *tx, uint32_t body)
{
	return (tx->world->bodies[body].flags & BODY_ADMIN_INVISIBLE) == 0;
}

/* Whom something that appears is shown to: who sees the first tile and, as `second` says, the second. */
struct onlookers {
	unsigned x, y, second_x, second_y;
	enum note_second second;
	bool saw_it; /* they lose it first */
};

/* It appears for them, and not for itself. Who is invisible appears so, but the staff sees everybody. */
static void create_for_others(struct tx *tx, uint32_t index, const struct onlookers *who)
{
	const struct body *body = &tx->world->bodies[index];
	struct packet_writer *say = say_begin(tx);
	if (who->saw_it)
		PUT(say, CHARACTER_REMOVE, .char_index = (int16_t)index);
	wire_character(tx, say, index);
	say_area_split(tx, body->map, who->x, who->y, who->second_x, who->second_y, who->second, index, NOTE_FLAG_VIEW);
	if (!body_is_veiled(body))
		return;
	PUT(say_begin(tx), SET_INVISIBLE, .char_index = (int16_t)index, .invisible = true);
	say_area_split(tx, body->map, who->x, who->y, who->second_x, who->second_y, who->second, index,
				   NOTE_FLAG_VIEW | NOTE_FLAG_NOT_STAFF);
}

/* --- coming and going ---------------------------------------------------------------------------------------------------------- */

uint64_t presence_enter(struct tx *tx, uint32_t index, struct place at, uint32_t from_map)
{
	struct world *w = tx->world;
	stand(tx, index, at);
	if (atomic_load_explicit(&w->maps[at.map].tick_due_ms, memory_order_relaxed) == 0) {
		TOUCH(tx, w->maps[at.map].tick_due_ms); /* somebody is here: the map wakes */
		atomic_store_explicit(&w->maps[at.map].tick_due_ms, tx->now_ms, memory_order_relaxed);
	}

	uint64_t position = tx_append(tx, at.map,
								  &(struct note){.kind = NOTE_ENTER,
												 .subject = index,
												 .x = at.x,
												 .y = at.y,
												 .object = (uint16_t)from_map,
												 .connection = w->players[index].connection},
								  "", 0);
	if (shown_to_others(tx, index))
		create_for_others(tx, index, &(struct onlookers){.x = at.x, .y = at.y});
	return position;
}

void presence_leave(struct tx *tx, uint32_t index, uint32_t to_map)
{
	struct world *w = tx->world;
	struct body *body = &w->bodies[index];
	uint32_t map = body->map;
	assert(map != 0);

	if (shown_to_others(tx, index)) {
		PUT(say_begin(tx), CHARACTER_REMOVE, .char_index = (int16_t)index);
		say_area(tx, map, body->x, body->y, index, NOTE_FLAG_VIEW);
	}
	struct note leave = {.kind = NOTE_LEAVE, .subject = index, .object = (uint16_t)to_map};
	if (to_map == map)
		leave.position = tx_staged(tx, map); /* the note itself: what comes back comes later */
	else if (to_map != 0)
		leave.position = tx_staged(tx, to_map);
	tx_append(tx, map, &leave, "", 0);

	stand_no_more(tx, index);
	body->origin_map = (uint16_t)map; /* where he left: the keeper saves it, who returns at once appears there */
	body->origin_x = body->x;
	body->origin_y = body->y;
}

void presence_appear(struct tx *tx, uint32_t index, struct place at)
{
	assert(tx->world->bodies[index].kind == BODY_CREATURE);
	stand(tx, index, at);
	create_for_others(tx, index, &(struct onlookers){.x = at.x, .y = at.y});
}

void presence_vanish(struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	assert(body->map != 0 && body->kind == BODY_CREATURE);
	PUT(say_begin(tx), CHARACTER_REMOVE, .char_index = (int16_t)index);
	say_area(tx, body->map, body->x, body->y, 0, NOTE_FLAG_VIEW);
	stand_no_more(tx, index);
}

void presence_cross(struct tx *tx, uint32_t index, struct place to)
{
	uint32_t from_map = tx->world->bodies[index].map;
	presence_leave(tx, index, to.map);
	presence_enter(tx, index, to, from_map);
}

/* --- moving on a map -------------------------------------------------------------------------------------------------------------- */

/* Tells a player what came into his window and what left it, after his cell changed. */
static void window_moved(struct tx *tx, uint32_t index, unsigned old_x, unsigned old_y)
{
	const struct world *w = tx->world;
	const struct body *body = &w->bodies[index];
	int old_cx = area_cell(old_x), old_cy = area_cell(old_y);
	int new_cx = area_cell(body->x), new_cy = area_cell(body->y);
	const struct map_state *state = &w->maps[body->map];

	say_control(tx, NOTE_VIEW, index);
	struct packet_writer *say = say_begin(tx);
	PUT(say, AREA_CHANGED, .x = body->x, .y = body->y);

	struct area gone = area_window(old_cx, old_cy);
	for (int y = gone.y_from; y <= gone.y_to; y++) {
		for (int x = gone.x_from; x <= gone.x_to; x++) {
			if (area_tile_seen(new_cx, new_cy, (unsigned)x, (unsigned)y))
				continue;
			unsigned tile = tile_index((unsigned)x, (unsigned)y);
			uint32_t occupant = state->occupant[tile];
			if (occupant != 0 && occupant != index && shown_to_others(tx, occupant))
				PUT(say, CHARACTER_REMOVE, .char_index = (int16_t)occupant);
			if (state->ground[tile].item != 0 && wire_ground_is_drawn(tx, state->ground[tile].item))
				PUT(say, OBJECT_DELETE, .x = (uint8_t)x, .y = (uint8_t)y);
		}
	}
	struct area come = area_window(new_cx, new_cy);
	for (int y = come.y_from; y <= come.y_to; y++) {
		for (int x = come.x_from; x <= come.x_to; x++) {
			if (area_tile_seen(old_cx, old_cy, (unsigned)x, (unsigned)y))
				continue;
			wire_tile(tx, say, body->map, (unsigned)x, (unsigned)y, index);
			if (say->length > RING_ENTRY_MAX / 2) {
				say_one(tx, index, NOTE_FLAG_VIEW | NOTE_FLAG_ANSWER);
				say = say_begin(tx);
			}
		}
	}
	say_one(tx, index, NOTE_FLAG_VIEW | NOTE_FLAG_ANSWER);
}

/* To those who lost sight of it and those who gained it, after it went from a cell to another. */
static void crossing_shown(struct tx *tx, uint32_t index, unsigned old_x, unsigned old_y)
{
	const struct body *body = &tx->world->bodies[index];
	PUT(say_begin(tx), CHARACTER_REMOVE, .char_index = (int16_t)index);
	say_area_split(tx, body->map, old_x, old_y, body->x, body->y, SECOND_NOT, index, NOTE_FLAG_VIEW);
	create_for_others(
		tx, index,
		&(struct onlookers){.x = body->x, .y = body->y, .second_x = old_x, .second_y = old_y, .second = SECOND_NOT});
}

static bool same_cell(unsigned ax, unsigned ay, unsigned bx, unsigned by)
{
	return area_cell(ax) == area_cell(bx) && area_cell(ay) == area_cell(by);
}

/* Puts the body on its new tile and tells everybody who did not see it coming: all but what is said to who sees both. */
static void body_put(struct tx *tx, uint32_t index, unsigned x, unsigned y)
{
	struct body *body = &tx->world->bodies[index];
	TOUCH(tx, *body);
	body->x = (uint8_t)x;
	body->y = (uint8_t)y;
	SET(tx, *occupant_of(tx, body->map, x, y), (uint16_t)index);
}

/* After body_put: who saw the old and sees the new tile is told of a step; others of coming and going. */
static void step_shown(struct tx *tx, uint32_t index, unsigned old_x, unsigned old_y)
{
	const struct body *body = &tx->world->bodies[index];
	bool crossed = !same_cell(old_x, old_y, body->x, body->y);
	if (shown_to_others(tx, index)) {
		PUT(say_begin(tx), CHARACTER_MOVE, .char_index = (int16_t)index, .x = body->x, .y = body->y);
		if (crossed)
			say_area_split(tx, body->map, old_x, old_y, body->x, body->y, SECOND_TOO, index, NOTE_FLAG_VIEW);
		else
			say_area(tx, body->map, body->x, body->y, index, NOTE_FLAG_VIEW);
		if (crossed)
			crossing_shown(tx, index, old_x, old_y);
	}
	if (crossed && body->kind == BODY_PLAYER)
		window_moved(tx, index, old_x, old_y);
}

void presence_step(struct tx *tx, uint32_t index, int heading)
{
	struct body *body = &tx->world->bodies[index];
	unsigned old_x = body->x, old_y = body->y;
	int x = body->x, y = body->y;
	tile_neighbour(heading, &x, &y);
	assert(tile_occupant(tx->world, body->map, x, y) == 0);

	SET(tx, *occupant_of(tx, body->map, old_x, old_y), 0);
	body_put(tx, index, (unsigned)x, (unsigned)y);
	body->heading = (uint8_t)heading; /* touched with the body */
	step_shown(tx, index, old_x, old_y);
}

void presence_swap(struct tx *tx, uint32_t walker, uint32_t ghost, int heading)
{
	static const uint8_t opposite[] = {0, HEADING_SOUTH, HEADING_WEST, HEADING_NORTH, HEADING_EAST};
	struct body *mover = &tx->world->bodies[walker];
	struct body *pushed = &tx->world->bodies[ghost];
	unsigned walker_x = mover->x, walker_y = mover->y, ghost_x = pushed->x, ghost_y = pushed->y;

	body_put(tx, walker, ghost_x, ghost_y);
	mover->heading = (uint8_t)heading;
	body_put(tx, ghost, walker_x, walker_y);
	pushed->heading = opposite[heading];
	TELL(tx, ghost, FORCE_CHAR_MOVE, .heading = opposite[heading]);
	step_shown(tx, ghost, ghost_x, ghost_y);
	step_shown(tx, walker, walker_x, walker_y);
}

void presence_jump(struct tx *tx, uint32_t index, unsigned x, unsigned y)
{
	struct body *body = &tx->world->bodies[index];
	unsigned old_x = body->x, old_y = body->y;
	assert(tile_occupant(tx->world, body->map, (int)x, (int)y) == 0);

	SET(tx, *occupant_of(tx, body->map, old_x, old_y), 0);
	body_put(tx, index, x, y);
	bool crossed = !same_cell(old_x, old_y, x, y);
	if (shown_to_others(tx, index)) {
		/* A step cannot jump: who sees both tiles loses it and gets it again. */
		create_for_others(
			tx, index,
			&(struct onlookers){
				.x = old_x, .y = old_y, .second_x = x, .second_y = y, .second = SECOND_TOO, .saw_it = true});
		if (crossed)
			crossing_shown(tx, index, old_x, old_y);
	}
	if (body->kind != BODY_PLAYER)
		return;
	if (crossed)
		window_moved(tx, index, old_x, old_y);
	TELL(tx, index, POS_UPDATE, .x = body->x, .y = body->y);
}

/* --- looks --------------------------------------------------------------------------------------------------------------------------- */

void presence_changed(struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	wire_character_change(tx, say_begin(tx), index);
	if (!shown_to_others(tx, index))
		say_one(tx, index, NOTE_FLAG_ANSWER);
	else
		say_area(tx, body->map, body->x, body->y, 0, NOTE_FLAG_VIEW);
}

void presence_effect(struct tx *tx, uint32_t index, int fx, int loops)
{
	const struct body *body = &tx->world->bodies[index];
	PUT(say_begin(tx), CREATE_FX, .char_index = (int16_t)index, .fx = (int16_t)fx, .loops = (int16_t)loops);
	if (shown_to_others(tx, index))
		say_area(tx, body->map, body->x, body->y, 0, 0);
	else
		say_one(tx, index, NOTE_FLAG_ANSWER);
}

void presence_sound(struct tx *tx, uint32_t index, unsigned wave)
{
	const struct body *body = &tx->world->bodies[index];
	if (shown_to_others(tx, index))
		show_sound(tx, body->map, body->x, body->y, wave);
	else
		TELL(tx, index, PLAY_WAVE, .wave = (uint8_t)wave, .x = body->x, .y = body->y);
}
