#include "tests/harness/memory_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/world/ledger.h"
#include "common/world/paranoid.h"
#include "common/world/populate.h"
#include "common/world/realm.h"
#include "tests/harness/decree.h"
#include "tests/harness/memory_segment.h"
#include "worker/close_reasons.h"
#include "worker/game/audience.h"
#include "worker/game/creation.h"
#include "worker/game/effects.h"
#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/ruling.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"
#include "worker/game_audit.h"

enum {
	RING_BYTES = 65536,
	UNDO_BYTES = 262144,
	MORNING_MS = 3600000, /* the world has been up for an hour */
	MORNING_S = 1700000000,
};

static const uint64_t seed = 0x5eed;

/* --- opening and closing ---------------------------------------------------------------------------------------------- */

static void config_defaults(struct config *config)
{
	struct problem why = {""};
	struct config_values *values = config_values_create();
	if (values == NULL || !config_finish(values, config, &why))
		fail_msg("defaults: %s", why.text);
	config_values_destroy(&values);
}

static void segments_open(struct memory_world *world, const char *path, uint32_t creatures)
{
	struct problem why = {""};
	world->catalog_fd = catalog_build(path, NULL, &why);
	world->catalog = world->catalog_fd >= 0 ? catalog_attach(world->catalog_fd, &why) : NULL;
	if (world->catalog == NULL)
		fail_msg("the world in %s: %s", path, why.text);
	struct world_limits limits = {
		.maps = catalog_map_max(world->catalog),
		.players = MEMORY_WORLD_PLAYERS,
		.creatures = creatures,
		.connections = MEMORY_WORLD_CONNECTIONS,
		.chunks = 64,
		.workers = 1,
		.map_ring_bytes = RING_BYTES,
		.realm_ring_bytes = RING_BYTES,
		.undo_bytes = UNDO_BYTES,
		.items = catalog_item_max(world->catalog),
	};
	world->world_fd = world_segment_create(&limits, seed, &why);
	if (world->world_fd < 0 || !world_attach(&world->world, world->world_fd, &why) ||
		!world_populate(&world->world, world->catalog, &why))
		fail_msg("the world: %s", why.text);
	assert_true(world->world.realm_domain < MEMORY_WORLD_MAPS);
	world_enter_slot(&world->world, SLOT_SPARE, getpid(), MORNING_MS);
	world_publish(&world->world);
}

struct memory_world *memory_world_open(void)
{
	char path[512];
	const char *build = getenv("ARGENTUM_BUILD");
	snprintf(path, sizeof path, "%s/world", build != NULL ? build : "build"); /* by `make world` */
	return memory_world_open_at(path, MEMORY_WORLD_CREATURES);
}

struct memory_world *memory_world_open_at(const char *path, uint32_t creatures)
{
	struct problem why = {""};
	struct memory_world *world = calloc(1, sizeof *world);
	assert_non_null(world);
	if (!text_catalog_load("", &why))
		fail_msg("texts: %s", why.text);
	config_defaults(&world->config);
	segments_open(world, path, creatures);
	assert_true(audit_room_create(&world->room, &world->world, world->catalog));
	tx_init(&world->tx, &world->world, world->catalog, &world->config);
	world->tx.dialect = (enum dialect)world->config.game.dialect;
	world->tx.paranoia = PARANOIA_WORLD;
	world->now_ms = MORNING_MS;
	return world;
}

void memory_world_close(struct memory_world **world)
{
	struct memory_world *w = *world;
	*world = NULL;
	if (w == NULL)
		return;
	tx_release(&w->tx);
	free(w->remembered);
	audit_room_destroy(&w->room);
	world_detach(&w->world);
	close(w->world_fd);
	catalog_detach(&w->catalog);
	close(w->catalog_fd);
	free(w);
}

/* --- running ------------------------------------------------------------------------------------------------------------ */

struct audit memory_world_audit(struct memory_world *world)
{
	struct audit audit;
	game_audit(&world->world, world->catalog, &world->room, &audit);
	audit_conclude(&audit);
	if (audit.findings != 0)
		fail_msg("%u findings, the first: %s", audit.findings, audit.text[0]);
	return audit;
}

static void listen(struct memory_world *world)
{
	for (uint32_t d = 1; d <= world->world.realm_domain; d++)
		world->listen_from[d] = ring_head(&world->world.domains[d].ring);
}

static enum tx_verdict run_proven(struct memory_world *world, const uint32_t domains[2], tx_fn *fn, void *context)
{
	world->tx.now_ms = world->now_ms;
	world->tx.unix_s = MORNING_S + (int64_t)(world->now_ms - MORNING_MS) / 1000;
	listen(world);
	enum tx_verdict verdict = tx_run(&world->tx, domains, 2, fn, context);
	if (world->tx.paranoid_failures != 0)
		fail_msg("written but not touched: %s", world->tx.paranoid_where);
	if (!world->audit_at_the_end)
		memory_world_audit(world);
	return verdict;
}

enum tx_verdict memory_world_run(struct memory_world *world, const uint32_t domains[2], tx_fn *fn, void *context)
{
	return run_proven(world, domains, fn, context);
}

struct deed {
	struct connection *c;
	const struct ruling *ruling;
	const struct c2s_packet *packet;
	bool flooded;
};

static enum tx_verdict packet_run(struct tx *tx, void *context)
{
	struct deed *deed = context;
	return ruling_run(tx, deed->ruling, deed->c, deed->packet, 0, &deed->flooded);
}

enum tx_verdict memory_world_do(struct memory_world *world, uint32_t player, struct c2s_packet packet)
{
	uint32_t connection = world->world.players[player].connection.index;
	const struct ruling *ruling = ruling_of(packet.id);
	assert_int_not_equal(connection, 0);
	assert_non_null(ruling);
	memory_segment_place_heard(&world->world, player);
	struct deed deed = {.c = &world->world.connections[connection], .ruling = ruling, .packet = &packet};
	uint32_t domains[2] = {world->world.bodies[player].map,
						   (ruling->needs & NEED_REALM) != 0 ? world->world.realm_domain : 0};
	return run_proven(world, domains, packet_run, &deed);
}

/* --- entering ----------------------------------------------------------------------------------------------------------- */

struct newcomer {
	struct text name;
	struct place at;
	struct handle connection;
	const struct player *image;
	uint32_t index; /* out */
};

/* As a creation enters the world (worker/session.c), but on the tile that the test names. */
static enum tx_verdict enter(struct tx *tx, void *context)
{
	struct newcomer *who = context;
	struct world *w = tx->world;
	if (!tile_is_legal(tx, who->at.map, who->at.x, who->at.y, WANT_LAND | WANT_WATER))
		return TX_CANCEL;
	who->index = realm_reserve(tx, who->name, who->connection);
	if (who->index == 0)
		return TX_CANCEL;
	struct player *player = &w->players[who->index];
	struct player image = *who->image;
	image.generation = player->generation;
	image.version = player->version + 1;
	image.name_hash = player->name_hash;
	image.name_length = player->name_length;
	memcpy(image.name, player->name, sizeof image.name);
	image.id = realm_account_id(tx);
	image.state = PLAYER_PLAYING;
	image.connection = who->connection;
	image.session_unix_s = tx->unix_s;
	image.last_active_ms = tx->now_ms;
	TOUCH(tx, *player);
	*player = image;
	ledger_add_player(tx, LEDGER_MINTED, player, 1);
	struct body *body = &w->bodies[who->index];
	SET(tx, body->heading, HEADING_SOUTH);
	look_update(tx, who->index);
	SET(tx, w->realm->players_in_world, w->realm->players_in_world + 1);
	SET(tx, w->connections[who->connection.index].player, player_handle(w, who->index));
	presence_enter(tx, who->index, who->at, 0);
	travel_arrived(tx, who->index);
	effects_enter(tx, who->index);
	return TX_COMMIT;
}

struct handle memory_world_connect(struct memory_world *world)
{
	for (uint32_t i = 1; i <= world->world.limits.connections; i++) {
		struct connection *c = &world->world.connections[i];
		if (atomic_load(&c->owner) != 0)
			continue;
		atomic_store(&c->owner, SLOT_SPARE + 1);
		c->generation++;
		c->phase = CONNECTION_PLAYING;
		c->dialect = (uint8_t)world->tx.dialect;
		return (struct handle){.index = i, .generation = c->generation};
	}
	fail_msg("no connection is free");
	return (struct handle){0};
}

void memory_world_disconnect(struct memory_world *world, struct handle connection)
{
	struct connection *c = handle_connection(&world->world, connection);
	assert_non_null(c);
	c->generation++;
	c->phase = CONNECTION_FREE;
	c->player = (struct handle){0};
	atomic_store(&c->owner, 0);
}

uint32_t memory_world_character(struct memory_world *world, const char *name, struct place at, int class_id, int race,
								int gender)
{
	static const uint8_t dice[ATTRIBUTE_COUNT] = {18, 18, 18, 18, 18};
	static const struct c2s_LOGIN_NEW_CHAR nothing;
	struct c2s_LOGIN_NEW_CHAR wish = nothing;
	wish.class = class_id;
	wish.race = race;
	wish.gender = gender;
	wish.home = CITY_ULLATHORPE;
	wish.head = 1;
	struct rng rng;
	rng_seed(&rng, seed);
	struct player *image = calloc(1, sizeof *image);
	assert_non_null(image);
	creation_fill(image, &world->config, world->catalog, &wish, dice, &rng);
	struct newcomer who = {.name = text_of(name), .at = at, .connection = memory_world_connect(world), .image = image};
	uint32_t domains[2] = {at.map, world->world.realm_domain};
	enum tx_verdict verdict = run_proven(world, domains, enter, &who);
	free(image);
	if (verdict != TX_COMMIT)
		fail_msg("%s cannot stand on map %u (%u,%u)", name, at.map, at.x, at.y);
	return who.index;
}

uint32_t memory_world_player(struct memory_world *world, const char *name, struct place at)
{
	return memory_world_character(world, name, at, CLASS_WARRIOR, RACE_HUMAN, GENDER_MAN);
}

/* --- remembering ----------------------------------------------------------------------------------------------------------- */

/* Does a transaction leave traces in it? Nobody reads a ring's bytes beyond its head. */
static bool region_is_remembered(enum region_id id)
{
	return paranoid_watches(id) || id == WORLD_REGION_PROCESSES || id == WORLD_REGION_DOMAINS;
}

static bool element_is_used(const struct memory_world *world, enum region_id id, uint64_t index)
{
	return id != WORLD_REGION_MAPS || world->world.maps[index].present != 0;
}

static void region_copy(struct memory_world *world, enum region_id id, bool back)
{
	const struct region *r = &world->world.header->regions[id];
	for (uint64_t e = 0; e < r->count; e++) {
		uint64_t at = r->offset + e * r->stride;
		uint8_t *place = world->world.base + at, *kept = world->remembered + at;
		if (element_is_used(world, id, e))
			memcpy(back ? place : kept, back ? kept : place, r->stride);
	}
}

static void regions_copy(struct memory_world *world, bool back)
{
	for (unsigned id = 0; id < WORLD_REGION_COUNT; id++) {
		if (region_is_remembered((enum region_id)id))
			region_copy(world, (enum region_id)id, back);
	}
}

void memory_world_remember(struct memory_world *world)
{
	if (world->remembered == NULL)
		world->remembered = malloc(world->world.size);
	assert_non_null(world->remembered);
	regions_copy(world, false);
	world->remembered_ms = world->now_ms;
	world->remembered_runs = world->tx.runs;
}

void memory_world_rewind(struct memory_world *world)
{
	assert_non_null(world->remembered);
	regions_copy(world, true);
	world->now_ms = world->remembered_ms;
	world->tx.runs = world->remembered_runs;
	listen(world);
}

/* --- listening ------------------------------------------------------------------------------------------------------------ */

static bool note_reaches(const struct memory_world *world, uint32_t domain, uint32_t player, const struct note *note)
{
	const struct body *body = &world->world.bodies[player];
	if (note->kind == NOTE_ONE)
		return note->subject == player;
	if (note->kind == NOTE_ALL)
		return note->but != player;
	return body->map == domain && note->kind != NOTE_DEAD_AREA &&
		   audience_of_rank(note, (world->world.players[player].privileges & PRIVILEGE_STAFF) != 0) &&
		   audience_has(note, player, area_cell(body->x), area_cell(body->y));
}

/* Goes through all that was said to him since the last run, as long as `each` says so. */
typedef bool each_packet_fn(const struct s2c_packet *packet, void *context);

static void packets_walk(struct memory_world *world, uint32_t player, each_packet_fn *each, void *context)
{
	for (uint32_t d = 1; d <= world->world.realm_domain; d++) {
		const struct ring *ring = &world->world.domains[d].ring;
		uint64_t position = world->listen_from[d];
		enum ring_read read;
		while ((read = ring_read(&world->world, ring, &position, &world->note, world->bytes)) == RING_READ) {
			if (!note_reaches(world, d, player, &world->note))
				continue;
			for (size_t at = 0, used = 0; at < world->note.bytes; at += used) {
				enum packet_status status = s2c_read(world->tx.dialect, world->bytes + at, world->note.bytes - at,
													 RING_ENTRY_MAX, &used, &world->heard);
				if (status != PACKET_OK)
					fail_msg("what was said is no packet: %s", packet_status_name(status));
				if (!each(&world->heard, context))
					return;
			}
		}
		assert_int_equal(read, RING_EMPTY);
	}
}

void memory_world_notes(struct memory_world *world, uint32_t domain, memory_world_note_fn *each, void *context)
{
	const struct ring *ring = &world->world.domains[domain].ring;
	uint64_t position = world->listen_from[domain];
	enum ring_read read;
	while ((read = ring_read(&world->world, ring, &position, &world->note, world->bytes)) == RING_READ) {
		for (size_t at = 0, used = 0; at < world->note.bytes; at += used) {
			enum packet_status status = s2c_read(world->tx.dialect, world->bytes + at, world->note.bytes - at,
												 RING_ENTRY_MAX, &used, &world->heard);
			if (status != PACKET_OK)
				fail_msg("what was said in domain %u is no packet: %s", domain, packet_status_name(status));
		}
		each(context, &world->note);
	}
	assert_int_equal(read, RING_EMPTY);
}

struct search {
	unsigned id;
	unsigned skip;
	bool found;
	unsigned count;
	const char *part;
};

static bool each_wanted(const struct s2c_packet *packet, void *context)
{
	struct search *search = context;
	if (packet->id != search->id)
		return true;
	search->found = search->skip == 0;
	search->skip -= search->found ? 0 : 1;
	return !search->found;
}

const struct s2c_packet *memory_world_heard_nth(struct memory_world *world, uint32_t player, unsigned id, unsigned nth)
{
	struct search search = {.id = id, .skip = nth};
	packets_walk(world, player, each_wanted, &search);
	return search.found ? &world->heard : NULL;
}

const struct s2c_packet *memory_world_heard(struct memory_world *world, uint32_t player, unsigned id)
{
	return memory_world_heard_nth(world, player, id, 0);
}

static bool each_counted(const struct s2c_packet *packet, void *context)
{
	struct search *search = context;
	search->count += search->id == S2C_COUNT || packet->id == search->id;
	return true;
}

unsigned memory_world_heard_count(struct memory_world *world, uint32_t player, unsigned id)
{
	struct search search = {.id = id};
	packets_walk(world, player, each_counted, &search);
	return search.count;
}

unsigned memory_world_heard_all(struct memory_world *world, uint32_t player)
{
	return memory_world_heard_count(world, player, S2C_COUNT);
}

static bool each_line(const struct s2c_packet *packet, void *context)
{
	struct search *search = context;
	if (packet->id != S2C_CONSOLE_MSG)
		return true;
	const struct text *line = &packet->CONSOLE_MSG.text;
	search->found = memmem(line->bytes, line->length, search->part, strlen(search->part)) != NULL;
	return !search->found;
}

bool memory_world_told_part(struct memory_world *world, uint32_t player, const char *part)
{
	struct search search = {.part = part};
	packets_walk(world, player, each_line, &search);
	return search.found;
}

bool memory_world_told(struct memory_world *world, uint32_t player, enum text_id id)
{
	assert_null(strchr(text_latin1(id), '%'));
	return memory_world_told_part(world, player, text_latin1(id));
}

unsigned memory_world_closed(struct memory_world *world, uint32_t player)
{
	uint64_t position = world->listen_from[world->world.realm_domain];
	const struct ring *ring = &world->world.domains[world->world.realm_domain].ring;
	while (ring_read(&world->world, ring, &position, &world->note, world->bytes) == RING_READ) {
		if (world->note.kind == NOTE_CLOSE && world->note.subject == player)
			return world->note.object;
	}
	return CLOSE_NONE;
}

/* --- arranging -------------------------------------------------------------------------------------------------------------- */

void memory_world_lay(struct memory_world *world, struct place at, unsigned item, unsigned amount)
{
	assert_true(item == 0 || catalog_item(world->catalog, item) != NULL);
	decree_stack(&world->world, &world->world.maps[at.map].ground[tile_index(at.x, at.y)], item, amount);
}

void memory_world_give(struct memory_world *world, uint32_t player, unsigned slot, unsigned item, unsigned amount)
{
	assert_true(slot >= 1 && slot <= INVENTORY_SLOTS);
	assert_true(item == 0 || catalog_item(world->catalog, item) != NULL);
	decree_stack(&world->world, &world->world.players[player].inventory[slot - 1], item, amount);
}

void memory_world_pay(struct memory_world *world, uint32_t player, int32_t gold)
{
	decree_gold(&world->world, &world->world.players[player].gold, gold);
}

void memory_world_strip(struct memory_world *world, uint32_t player)
{
	struct player *p = &world->world.players[player];
	for (unsigned slot = 0; slot < INVENTORY_SLOTS; slot++)
		decree_stack(&world->world, &p->inventory[slot], 0, 0);
	memset(p->equipment, 0, sizeof p->equipment);
}

static enum tx_verdict dies(struct tx *tx, void *context)
{
	uint32_t index = *(const uint32_t *)context;
	SET(tx, tx->world->players[index].dead, 1);
	SET(tx, tx->world->players[index].hp, 0);
	if (look_update(tx, index))
		presence_changed(tx, index);
	return TX_COMMIT;
}

void memory_world_kill(struct memory_world *world, uint32_t player)
{
	uint32_t domains[2] = {world->world.bodies[player].map, 0};
	assert_int_equal(run_proven(world, domains, dies, &player), TX_COMMIT);
}
