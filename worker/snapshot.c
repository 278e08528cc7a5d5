#include "worker/snapshot.h"

#include "worker/game/area.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"
#include "worker/output.h"

struct request {
	struct worker *w;
	struct client *client;
	uint32_t map; /* 0 = wherever he is */
	struct snapshot *shot;
};

size_t toggle_packet(enum client_toggle toggle, enum dialect dialect, uint8_t *bytes, size_t capacity)
{
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, capacity, dialect);
	switch (toggle) {
	case TOGGLE_NAVIGATE:
		PUT(&writer, NAVIGATE_TOGGLE);
		break;
	case TOGGLE_PAUSE:
		PUT(&writer, PAUSE_TOGGLE);
		break;
	case TOGGLE_REST:
		PUT(&writer, REST_OK);
		break;
	case TOGGLE_MEDITATE:
		PUT(&writer, MEDITATE_TOGGLE);
		break;
	case TOGGLE_PARALYSED:
		PUT(&writer, PARALIZE_OK);
		break;
	case TOGGLE_RAIN:
		PUT(&writer, RAIN_TOGGLE);
		break;
	}
	return writer.length;
}

uint8_t toggles_of(const struct world *world, const struct body *body)
{
	return (uint8_t)(((body->flags & BODY_SAILING) != 0 ? TOGGLE_NAVIGATE : 0) |
					 ((body->flags & BODY_RESTING) != 0 ? TOGGLE_REST : 0) |
					 ((body->flags & BODY_MEDITATING) != 0 ? TOGGLE_MEDITATE : 0) |
					 ((body->flags & BODY_PARALYSED) != 0 ? TOGGLE_PARALYSED : 0) |
					 (world->realm->raining ? TOGGLE_RAIN : 0));
}

static void toggles_put(struct packet_writer *writer, uint8_t believed, uint8_t wanted)
{
	for (unsigned bit = TOGGLE_NAVIGATE; bit <= TOGGLE_RAIN; bit <<= 1) {
		if (((believed ^ wanted) & bit) == 0)
			continue;
		writer->length += toggle_packet((enum client_toggle)bit, writer->dialect, writer->data + writer->length,
										writer->capacity - writer->length);
	}
}

/* The two switches that a client cannot ask for. */
static void safes_put(struct packet_writer *writer, const struct player *player)
{
	if (player->safe_mode)
		PUT_MULTI(writer, SAFE_MODE_ON);
	else
		PUT_MULTI(writer, SAFE_MODE_OFF);
	if (player->resuscitation_safe)
		PUT_MULTI(writer, RESUSCITATION_SAFE_ON);
	else
		PUT_MULTI(writer, RESUSCITATION_SAFE_OFF);
}

/* Everybody and everything in the window, but not oneself. */
static void surroundings_put(struct tx *tx, struct packet_writer *writer, uint32_t map, uint32_t self)
{
	const struct body *body = &tx->world->bodies[self];
	struct area window = area_window(area_cell(body->x), area_cell(body->y));
	for (int y = window.y_from; y <= window.y_to; y++) {
		for (int x = window.x_from; x <= window.x_to; x++)
			wire_tile(tx, writer, map, (unsigned)x, (unsigned)y, self);
	}
}

static enum tx_verdict take(struct tx *tx, void *context)
{
	struct request *request = context;
	struct worker *w = request->w;
	struct snapshot *shot = request->shot;
	const struct connection *c = request->client->c;
	const struct connection_cursor *cursor = cursor_now(c);
	uint32_t self = c->player.index;
	const struct player *player = &tx->world->players[self];
	const struct body *body = &tx->world->bodies[self];

	*shot = (struct snapshot){0};
	uint32_t map = request->map != 0 ? request->map : body->map;
	if (map == 0)
		return TX_CANCEL;
	if (!tx_need(tx, map))
		return TX_AGAIN;
	if (body->map != map) {
		if (request->map != 0 || body->map == 0)
			return TX_CANCEL;
		return tx_need(tx, body->map) ? TX_CANCEL : TX_AGAIN;
	}
	if (player->generation != c->player.generation || player->state != PLAYER_PLAYING ||
		handle_connection(tx->world, player->connection) != c)
		return TX_CANCEL;

	struct packet_writer writer;
	packet_writer_start(&writer, w->burst, w->burst_capacity, (enum dialect)c->dialect);
	if (cursor->greeted == GREETED_NOT)
		PUT(&writer, LOGGED, .class = player->class_id);
	if (cursor->greeted == GREETED_NOT && c->dialect == DIALECT_CLASSIC)
		PUT(&writer, USER_INDEX_IN_SERVER, .user_index = (int16_t)self);
	wire_map(tx, &writer, map);
	wire_character_seen_by(tx, &writer, self, self);
	PUT(&writer, USER_CHAR_INDEX_IN_SERVER, .char_index = (int16_t)self);
	wire_stats(tx, &writer, self);
	wire_hunger_and_thirst(tx, &writer, self);
	wire_strength_and_agility(tx, &writer, self);
	wire_inventory(tx, &writer, self);
	wire_spells(tx, &writer, self);
	if (cursor->greeted == GREETED_NOT)
		wire_skills(&writer, player);
	if (cursor->greeted == GREETED_NOT || (cursor->greeted == GREETED_BEFORE && c->dialect == DIALECT_GODOT))
		PUT(&writer, LEVEL_UP, .skill_points = player->skill_points); /* classic clients add it to what they know */
	if (cursor->greeted != GREETED_HERE)
		safes_put(&writer, player);
	if (tx->world->realm->night ? cursor->greeted != GREETED_HERE : cursor->greeted == GREETED_BEFORE)
		PUT(&writer, SEND_NIGHT, .night = tx->world->realm->night != 0);
	if (player->blind)
		PUT(&writer, BLIND);
	if (player->stupid)
		PUT(&writer, DUMB);
	shot->toggles = toggles_of(tx->world, body);
	toggles_put(&writer, cursor->greeted != GREETED_NOT ? cursor->toggles : 0, shot->toggles);
	surroundings_put(tx, &writer, map, self);
	PUT(&writer, POS_UPDATE, .x = body->x, .y = body->y);
	if (cursor->greeted == GREETED_NOT)
		wire_message_of_the_day(tx, &writer);

	request->map = map;
	shot->taken = true;
	shot->position = ring_head(&tx->world->domains[map].ring);
	shot->length = writer.length;
	shot->place_tells = player->place_tells;
	shot->cell_x = area_cell(body->x);
	shot->cell_y = area_cell(body->y);
	return TX_CANCEL; /* nothing was changed: nothing to commit */
}

void snapshot_take(struct worker *w, struct client *client, uint32_t map, struct snapshot *shot)
{
	struct request request = {.w = w, .client = client, .map = map, .shot = shot};
	tx_run(&w->tx, &map, 1, take, &request);
}

bool snapshot_take_anywhere(struct worker *w, struct client *client, uint32_t *map, struct snapshot *shot)
{
	struct request request = {.w = w, .client = client, .map = 0, .shot = shot};
	uint32_t guess = w->world.bodies[client->c->player.index].map; /* looked at again under the lock */
	tx_run(&w->tx, &guess, guess != 0 ? 1 : 0, take, &request);
	*map = request.map;
	return shot->taken;
}
