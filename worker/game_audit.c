#include "worker/game_audit.h"

#include <string.h>

#include "common/catalog/catalog.h"
#include "common/world/ring.h"
#include "worker/game/area.h"
#include "worker/game/inventory.h"
#include "worker/output.h"
#include "worker/snapshot.h"

/* --- what is worn ----------------------------------------------------------------------------------------------------------------- */

static void worn_look(const struct player *player, uint32_t index, const struct catalog *catalog, struct audit *audit)
{
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		unsigned slot = player->equipment[place];
		if (slot == 0 || slot > INVENTORY_SLOTS || player->inventory[slot - 1].item == 0)
			continue; /* audit_world says so */
		unsigned item = player->inventory[slot - 1].item;
		if (!item_fits(catalog_item(catalog, item), (enum equipment_place)place))
			audit_find(audit, "player %u (%s): wears item %u of slot %u at place %u, where it does not fit", index,
					   player->name, item, slot, place);
	}
}

static void players_look(const struct world *w, const struct catalog *catalog, struct audit *audit)
{
	for (uint32_t p = 1; p <= w->limits.players; p++) {
		if (w->players[p].state >= PLAYER_PLAYING && w->players[p].state <= PLAYER_GONE)
			worn_look(&w->players[p], p, catalog, audit);
	}
}

/* --- how far workers have read ------------------------------------------------------------------------------------------------------ */

static bool worker_follows(const struct world *w, unsigned slot, uint32_t domain)
{
	return (atomic_load(&w->domains[domain].ring.followers) >> slot & 1) != 0;
}

static bool worker_is_at_head(const struct world *w, unsigned slot, uint32_t domain)
{
	return *world_reader_position(w, slot, domain) == ring_head(&w->domains[domain].ring);
}

/* Of all rings that it follows. */
static bool worker_is_at_all_heads(const struct world *w, unsigned slot)
{
	for (uint32_t d = 1; d <= w->realm_domain; d++) {
		if (worker_follows(w, slot, d) && !worker_is_at_head(w, slot, d))
			return false;
	}
	return true;
}

/* --- connections -------------------------------------------------------------------------------------------------------------------- */

struct connection_look {
	const struct world *w;
	struct audit_room *room;
	struct audit *audit;
	uint32_t index;
	const struct connection *c;
	unsigned slot;                   /* of its worker */
	struct connection_cursor cursor; /* as it was when the look began */
	bool caught_up;                  /* its worker has read everything */
};

static void view_look(const struct connection_look *l)
{
	const struct world *w = l->w;
	const struct body *body = &w->bodies[l->c->player.index];
	bool read = l->caught_up || (worker_follows(w, l->slot, body->map) && worker_is_at_head(w, l->slot, body->map));
	if (!read || body->map == 0)
		return;
	const struct connection_cursor *cursor = &l->cursor;
	/* Of rain the realm's ring tells. */
	unsigned sure = worker_is_at_head(w, l->slot, w->realm_domain) ? UINT8_MAX : UINT8_MAX & ~(unsigned)TOGGLE_RAIN;
	if (!cursor->greeted || cursor->view_map != body->map || cursor->view_cell_x != area_cell(body->x) ||
		cursor->view_cell_y != area_cell(body->y))
		audit_suspect(l->audit, SUSPECT_VIEW, l->index,
					  "connection %u (%s): was told map %u, cell %u,%u, but stands on map %u (%u,%u)", l->index,
					  w->players[l->c->player.index].name, cursor->view_map, cursor->view_cell_x, cursor->view_cell_y,
					  body->map, body->x, body->y);
	else if (((cursor->toggles ^ toggles_of(w, body)) & sure) != 0)
		audit_suspect(l->audit, SUSPECT_TOGGLES, l->index, "connection %u (%s): believes the toggles %#x, they are %#x",
					  l->index, w->players[l->c->player.index].name, cursor->toggles, toggles_of(w, body));
}

/* Who plays is played by him, unless the realm's ring has still to tell him that somebody else does. */
static void played_look(const struct connection_look *l)
{
	const struct connection *c = l->c;
	const struct player *player = handle_player(l->w, c->player);
	bool mutual = player != NULL && player->state == PLAYER_PLAYING && player->connection.index == l->index &&
				  player->connection.generation == c->generation;
	if (c->phase == CONNECTION_PLAYING && mutual)
		view_look(l);
	else if (c->phase == CONNECTION_PLAYING && worker_is_at_head(l->w, l->slot, l->w->realm_domain))
		audit_suspect(l->audit, SUSPECT_PLAYED, l->index,
					  "connection %u: plays player %u of generation %u, which does not know of it", l->index,
					  c->player.index, c->player.generation);
	else if (c->phase != CONNECTION_PLAYING && mutual)
		audit_suspect(l->audit, SUSPECT_PLAYED, l->index, "connection %u: in phase %u, but player %u says it plays it",
					  l->index, c->phase, c->player.index);
	if (c->phase == CONNECTION_FREE || c->phase > CONNECTION_CLOSING)
		audit_suspect(l->audit, SUSPECT_PLAYED, l->index, "connection %u: belongs to worker %u, but is in phase %u",
					  l->index, l->slot, c->phase);
}

static void input_look(const struct connection_look *l)
{
	struct input_span span;
	memcpy(&span, &l->c->input, sizeof span);
	if (span.start > span.end || span.end > INPUT_BYTES)
		audit_suspect(l->audit, SUSPECT_INPUT, l->index, "connection %u: unparsed input from byte %u to %u, of %d",
					  l->index, span.start, span.end, INPUT_BYTES);
}

/* What is wrong with the chain of chunks; NULL = nothing. Chunks are marked as seen. */
static const char *chain_trouble(const struct connection_look *l)
{
	const struct world *w = l->w;
	uint32_t share = w->limits.chunks, first = 1 + l->slot * share, count = 0;
	if (l->cursor.tail == 0)
		return NULL;
	for (uint32_t chunk = l->c->output_first;; chunk = w->chunks[chunk].next) {
		if (chunk - first >= share)
			return "a chunk is not of its worker's share";
		if (++count > share)
			return "its chain does not end";
		if (l->room->seen[chunk]++ != 0)
			return "a chunk is in two chains, or twice in one";
		const struct chunk *piece = &w->chunks[chunk];
		if (chunk == l->cursor.tail)
			return piece->position + l->cursor.tail_used == l->cursor.appended ? NULL : "its tail ends elsewhere";
		if (piece->next - first < share && w->chunks[piece->next].position != piece->position + CHUNK_BYTES)
			return "its chunks do not follow each other";
	}
}

static void output_look(const struct connection_look *l)
{
	const struct connection *c = l->c;
	const char *trouble = chain_trouble(l);
	if (trouble == NULL && c->sent > l->cursor.appended)
		trouble = "more was sent than appended";
	if (trouble == NULL && l->cursor.tail == 0 && c->sent != l->cursor.appended)
		trouble = "what was not sent is in no chunk";
	if (trouble == NULL && l->cursor.tail_used > CHUNK_BYTES)
		trouble = "its tail is more than full";
	if (trouble != NULL)
		audit_suspect(l->audit, SUSPECT_OUTPUT, l->index,
					  "connection %u: %s (first chunk %u, last %u, sent %llu of %llu bytes)", l->index, trouble,
					  c->output_first, l->cursor.tail, (unsigned long long)c->sent,
					  (unsigned long long)l->cursor.appended);
}

static void connections_look(const struct world *w, struct audit_room *room, struct audit *audit)
{
	bool caught_up[WORKERS_MAX];
	for (unsigned slot = 0; slot < w->limits.workers; slot++)
		caught_up[slot] = worker_is_at_all_heads(w, slot);
	memset(room->seen, 0, room->seen_bytes);
	for (uint32_t i = 1; i <= w->limits.connections; i++) {
		const struct connection *c = &w->connections[i];
		uint32_t owner = atomic_load(&c->owner);
		if (owner == 0 || owner > w->limits.workers || atomic_load(&w->processes[owner - 1].state) != PROCESS_READY)
			continue;
		struct connection_look look = {.w = w,
									   .room = room,
									   .audit = audit,
									   .index = i,
									   .c = c,
									   .slot = owner - 1,
									   .cursor = *cursor_now(c),
									   .caught_up = caught_up[owner - 1]};
		played_look(&look);
		input_look(&look);
		output_look(&look);
	}
}

void game_audit(const struct world *w, const struct catalog *catalog, struct audit_room *room, struct audit *audit)
{
	audit_world(w, catalog, room, audit);
	players_look(w, catalog, audit);
	connections_look(w, room, audit);
}
