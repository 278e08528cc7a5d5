#include "tests/harness/little_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/world/populate.h"
#include "common/world/realm.h"
#include "tests/harness/decree.h"
#include "tests/harness/memory_segment.h"
#include "worker/game/audience.h"
#include "worker/game/effects.h"
#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/ruling.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"
#include "worker/game_audit.h"
#include "worker/snapshot.h"

enum { RING_BYTES = 1 << 18, UNDO_BYTES = 1 << 18, CONTROL_ROOM = 16 };

/* One packet told to a player. */
struct told {
	struct told *next;
	bool taken;
	struct s2c_packet packet; /* its texts look into bytes */
	size_t length;
	uint8_t bytes[];
};

/* A player's client, as worker/reader.c sees it. */
struct listener {
	uint32_t in_map; /* 0 = sees nothing */
	uint8_t cell_x, cell_y;
	uint64_t view_from;
	uint8_t toggles;
	unsigned closed; /* enum close_reason */
	struct told *first, **last;
};

__attribute__((noreturn, format(printf, 2, 3))) static void fail_at(struct where where, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	print_error("%s\n", text);
	_fail(where.file, where.line);
	abort(); /* not reached: _fail jumps back into cmocka */
}

/* --- the world ------------------------------------------------------------------------------------------------------ */

static void config_load(struct config *config)
{
	struct problem why = {""};
	struct config_values *values = config_values_create();
	assert_non_null(values);
	if (!config_finish(values, config, &why))
		fail_msg("the default configuration: %s", why.text);
	config_values_destroy(&values);
}

/* Built once per program: it never changes. */
static int catalog_descriptor(void)
{
	static int fd = -1;
	if (fd < 0) {
		struct problem why = {""};
		if (!text_catalog_load(NULL, &why))
			fail_msg("texts: %s", why.text);
		fd = little_catalog_build();
	}
	return fd;
}

static void segment_open(struct little_world *world)
{
	struct problem why = {""};
	struct world_limits limits = {.maps = LAND_COUNT,
								  .players = LITTLE_WORLD_PLAYERS,
								  .creatures = LITTLE_WORLD_CREATURES,
								  .connections = LITTLE_WORLD_PLAYERS,
								  .chunks = 16,
								  .workers = 1,
								  .map_ring_bytes = RING_BYTES,
								  .realm_ring_bytes = RING_BYTES,
								  .undo_bytes = UNDO_BYTES,
								  .items = catalog_item_max(world->catalog)};
	world->fd = world_segment_create(&limits, 0x5eed, &why);
	if (world->fd < 0 || !world_attach(&world->world, world->fd, &why))
		fail_msg("the segment: %s", why.text);
	world_enter_slot(&world->world, 0, getpid(), 1);
	if (!world_populate(&world->world, world->catalog, &why))
		fail_msg("the land in the segment: %s", why.text);
	world->world.realm->start = (struct place){.map = LAND_MEADOW, .x = MEADOW_X, .y = MEADOW_Y};
	world_publish(&world->world);
}

struct little_world *little_world_open(enum dialect dialect)
{
	struct problem why = {""};
	struct little_world *world = calloc(1, sizeof *world);
	assert_non_null(world);
	log_set_level(LOG_LEVEL_ERROR); /* what rules leave for the log is noise here */
	world->listeners = calloc(LITTLE_WORLD_PLAYERS + 1, sizeof *world->listeners);
	assert_non_null(world->listeners);
	for (unsigned i = 0; i <= LITTLE_WORLD_PLAYERS; i++)
		world->listeners[i].last = &world->listeners[i].first;
	config_load(&world->config);
	world->catalog = catalog_attach(catalog_descriptor(), &why);
	if (world->catalog == NULL)
		fail_msg("the little land: %s", why.text);
	segment_open(world);
	tx_init(&world->tx, &world->world, world->catalog, &world->config);
	world->tx.dialect = dialect;
	world->tx.paranoia = PARANOIA_WORLD;
	world->tx.now_ms = 1000000;
	world->tx.unix_s = 1500000000;
	return world;
}

static void listener_clear(struct listener *listener)
{
	while (listener->first != NULL) {
		struct told *told = listener->first;
		listener->first = told->next;
		free(told);
	}
	listener->last = &listener->first;
}

void forget(struct little_world *world)
{
	for (unsigned i = 0; i <= LITTLE_WORLD_PLAYERS; i++)
		listener_clear(&world->listeners[i]);
}

void little_world_close(struct little_world *world)
{
	forget(world);
	tx_release(&world->tx);
	world_detach(&world->world);
	close(world->fd);
	catalog_detach(&world->catalog);
	free(world->listeners);
	free(world);
}

int little_world_setup(void **state)
{
	*state = little_world_open(DIALECT_GODOT);
	return 0;
}

int little_world_setup_classic(void **state)
{
	*state = little_world_open(DIALECT_CLASSIC);
	return 0;
}

int little_world_teardown(void **state)
{
	little_world_close(*state);
	return 0;
}

/* --- listening -------------------------------------------------------------------------------------------------------- */

static void listener_tell(struct little_world *world, uint32_t player, const uint8_t *bytes, size_t length)
{
	struct listener *listener = &world->listeners[player];
	for (size_t at = 0; at < length;) {
		size_t used;
		struct told *told = calloc(1, sizeof *told + (length - at));
		assert_non_null(told);
		memcpy(told->bytes, bytes + at, length - at);
		enum packet_status status =
			s2c_read(world->tx.dialect, told->bytes, length - at, length - at, &used, &told->packet);
		if (status != PACKET_OK)
			fail_msg("player %u was told bytes that are no packet (%s), id %u", player, packet_status_name(status),
					 bytes[at]);
		told->length = used;
		*listener->last = told;
		listener->last = &told->next;
		at += used;
	}
}

static void ring_listen(struct little_world *world, uint32_t domain);

static void note_enter(struct little_world *world, uint32_t domain, const struct note *note)
{
	struct listener *listener = &world->listeners[note->subject];
	if (listener->in_map != 0 && listener->in_map != domain)
		ring_listen(world, listener->in_map); /* what his old map still had to tell comes first */
	listener->in_map = domain;
	listener->cell_x = area_cell(note->x);
	listener->cell_y = area_cell(note->y);
	/* He is sent a snapshot, later than all that stands in the ring now. */
	listener->view_from = ring_head(&world->world.domains[domain].ring);
}

static void note_toggle(struct little_world *world, const struct note *note, uint32_t player)
{
	struct listener *listener = &world->listeners[player];
	uint8_t bytes[CONTROL_ROOM];
	if (((listener->toggles & note->object) != 0) == (note->x != 0))
		return;
	listener->toggles ^= (uint8_t)note->object;
	size_t length = toggle_packet((enum client_toggle)note->object, world->tx.dialect, bytes, sizeof bytes);
	listener_tell(world, player, bytes, length);
}

static bool hears_the_dead(const struct little_world *world, uint32_t player)
{
	const struct player *who = &world->world.players[player];
	return who->dead != 0 || (who->privileges & PRIVILEGE_STAFF) != 0;
}

static void map_note(struct little_world *world, uint32_t domain, const struct note *note, uint64_t at,
					 const uint8_t *bytes)
{
	for (uint32_t player = 1; player <= LITTLE_WORLD_PLAYERS; player++) {
		const struct listener *listener = &world->listeners[player];
		bool mine = note->kind == NOTE_ONE ? note->subject == player
										   : audience_has(note, player, listener->cell_x, listener->cell_y);
		if (listener->in_map != domain || !mine || ((note->flags & NOTE_FLAG_VIEW) != 0 && at <= listener->view_from) ||
			(note->kind == NOTE_DEAD_AREA && !hears_the_dead(world, player)) ||
			!audience_of_rank(note, player_is_staff(&world->world.players[player])))
			continue;
		listener_tell(world, player, bytes, note->bytes);
	}
}

static void realm_note(struct little_world *world, const struct note *note, const uint8_t *bytes)
{
	for (uint32_t player = 1; player <= LITTLE_WORLD_PLAYERS; player++) {
		const struct player *who = &world->world.players[player];
		bool mine = false;
		if (note->kind == NOTE_ONE || note->kind == NOTE_CLOSE)
			mine = note->subject == player;
		else if (note->kind == NOTE_TOGGLE && world->listeners[player].in_map != 0)
			note_toggle(world, note, player);
		else if (world->listeners[player].in_map != 0 && note->but != player)
			mine = note->kind == NOTE_ALL || (note->kind == NOTE_GUILD && who->guild == note->object) ||
				   (note->kind == NOTE_STAFF && (who->privileges & PRIVILEGE_STAFF) != 0);
		if (!mine)
			continue;
		listener_tell(world, player, bytes, note->bytes);
		if (note->kind == NOTE_CLOSE)
			world->listeners[player].closed = note->object;
	}
}

static void note_listen(struct little_world *world, uint32_t domain, const struct note *note, uint64_t at,
						const uint8_t *bytes)
{
	struct listener *subject = &world->listeners[note->subject];
	if (domain == world->world.realm_domain) {
		realm_note(world, note, bytes);
		return;
	}
	switch (note->kind) {
	case NOTE_ENTER:
		note_enter(world, domain, note);
		break;
	case NOTE_LEAVE:
		if (subject->in_map == domain)
			subject->in_map = 0;
		break;
	case NOTE_VIEW:
		subject->cell_x = area_cell(note->x);
		subject->cell_y = area_cell(note->y);
		break;
	case NOTE_TOGGLE:
		note_toggle(world, note, note->subject);
		break;
	case NOTE_RESYNC:
	case NOTE_RESYNC_ALL:
		world->resyncs++;
		break;
	default:
		map_note(world, domain, note, at, bytes);
		break;
	}
}

static void ring_listen(struct little_world *world, uint32_t domain)
{
	static uint8_t bytes[RING_ENTRY_MAX]; /* every entry is dealt with before the next is read, but for note_enter's */
	struct note note;
	for (;;) {
		uint64_t at = world->positions[domain];
		enum ring_read got = ring_read(&world->world, &world->world.domains[domain].ring, &at, &note, bytes);
		if (got == RING_EMPTY)
			return;
		assert_int_equal(got, RING_READ);
		world->positions[domain] = at;
		note_listen(world, domain, &note, at, bytes);
	}
}

static void listen_to_all(struct little_world *world)
{
	for (uint32_t domain = 1; domain <= world->world.realm_domain; domain++)
		ring_listen(world, domain);
}

/* --- doing -------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict run(struct little_world *world, const uint32_t domains[2], tx_fn *fn, void *context)
{
	enum tx_verdict verdict = tx_run(&world->tx, domains, 2, fn, context);
	if (world->tx.paranoid_failures != 0)
		fail_msg("a rule wrote what it had not touched: %s", world->tx.paranoid_where);
	listen_to_all(world);
	return verdict;
}

enum tx_verdict little_world_run(struct little_world *world, uint32_t map, tx_fn *fn, void *context)
{
	uint32_t domains[2] = {map, world->world.realm_domain};
	return run(world, domains, fn, context);
}

void pass_ms(struct little_world *world, uint64_t ms)
{
	world->tx.now_ms += ms;
	world->tx.unix_s = 1500000000 + (int64_t)(world->tx.now_ms / 1000);
}

unsigned live_ms(struct little_world *world, uint32_t map, uint64_t ms)
{
	uint64_t until_ms = world->tx.now_ms + ms;
	unsigned ticks = 0;
	for (;;) {
		uint64_t due_ms = atomic_load(&world->world.tick_due_ms[map]);
		if (due_ms == 0 || due_ms > until_ms)
			break;
		if (due_ms > world->tx.now_ms)
			pass_ms(world, due_ms - world->tx.now_ms);
		uint32_t domains[2] = {map, 0};
		run(world, domains, map_tick, &map);
		ticks++;
	}
	pass_ms(world, until_ms - world->tx.now_ms);
	return ticks;
}

struct deed {
	struct connection *c;
	const struct ruling *ruling;
	const struct c2s_packet *packet;
	size_t used;
	bool flooded;
};

static enum tx_verdict packet_run(struct tx *tx, void *context)
{
	struct deed *deed = context;
	return ruling_run(tx, deed->ruling, deed->c, deed->packet, deed->used, &deed->flooded);
}

enum tx_verdict little_world_do(struct little_world *world, uint32_t player, unsigned id, const void *fields,
								struct where where)
{
	struct connection *c = &world->world.connections[player];
	struct packet_writer writer;
	struct c2s_packet packet;
	size_t used;

	memory_segment_place_heard(&world->world, player);
	packet_writer_start(&writer, c->input_bytes, sizeof c->input_bytes, world->tx.dialect);
	if (!packet_put(&writer, TABLE_C2S, id, fields)) {
		struct problem why;
		packet_writer_explain(&writer, &why);
		fail_at(where, "no client can send this: %s", why.text);
	}
	enum packet_status status =
		c2s_read(world->tx.dialect, c->input_bytes, writer.length, PACKET_MAX_BYTES, &used, &packet);
	if (status != PACKET_OK || used != writer.length)
		fail_at(where, "the server does not read this: %s", packet_status_name(status));
	c->input = (struct input_span){.start = 0, .end = (uint32_t)used};

	pass_ms(world, LITTLE_WORLD_STEP_MS);
	const struct ruling *ruling = ruling_of(id);
	if (ruling == NULL)
		fail_at(where, "packet %u has no row in rules.def", id);
	struct deed deed = {.c = c, .ruling = ruling, .packet = &packet, .used = used};
	uint32_t domains[2] = {world->world.bodies[player].map,
						   (ruling->needs & NEED_REALM) != 0 ? world->world.realm_domain : 0};
	enum tx_verdict verdict = run(world, domains, packet_run, &deed);
	if (verdict == TX_COMMIT && c->input.start != used)
		fail_at(where, "the packet is still in the input");
	return verdict;
}

/* --- players ------------------------------------------------------------------------------------------------------------- */

struct player *player_of(struct little_world *world, uint32_t player)
{
	return &world->world.players[player];
}

struct body *body_of(struct little_world *world, uint32_t player)
{
	return &world->world.bodies[player];
}

uint32_t beast_of(struct little_world *world, enum beast beast)
{
	for (uint32_t b = LITTLE_WORLD_PLAYERS + 1; b <= LITTLE_WORLD_PLAYERS + LITTLE_WORLD_CREATURES; b++) {
		if (world->world.bodies[b].kind == BODY_CREATURE && world->world.bodies[b].creature == (unsigned)beast)
			return b;
	}
	fail_msg("there is no creature %u in the land", (unsigned)beast);
	return 0;
}

static uint8_t or_else(uint8_t value, uint8_t usual)
{
	return value != 0 ? value : usual;
}

static void player_fill(struct player *player, const struct newcomer *who)
{
	player->id = 1;
	player->class_id = or_else(who->class_id, CLASS_WARRIOR);
	player->race = or_else(who->race, RACE_HUMAN);
	player->gender = or_else(who->gender, GENDER_MAN);
	player->level = or_else(who->level, 20);
	player->privileges = or_else(who->privileges, PRIVILEGE_USER);
	player->home = CITY_ULLATHORPE;
	player->head = 1;
	player->hp_max = player->stamina_max = player->mana_max = 100;
	player->hp = who->dead ? 0 : 100;
	player->mana = player->stamina = 100;
	player->hunger = player->hunger_max = player->thirst = player->thirst_max = 100;
	player->experience_next = 300;
	player->dead = who->dead;
	player->safe_mode = 1;
	player->reputation[who->criminal ? REPUTATION_BANDIT : REPUTATION_NOBLE] = 1000;
	memset(player->attributes, 18, sizeof player->attributes);
	memset(player->attributes_now, 18, sizeof player->attributes_now);
}

struct arrival {
	const struct newcomer *who;
	struct place at;
	uint32_t player;
};

static enum tx_verdict arrive(struct tx *tx, void *context)
{
	struct arrival *arrival = context;
	struct world *w = tx->world;
	/* The connection is the player's number, which is the first that is free: it is known before. */
	uint32_t index = w->free_players[w->realm->free_first];
	struct connection *c = &w->connections[index];
	struct handle connection = {.index = index, .generation = c->generation};
	arrival->player = realm_reserve(tx, text_of(arrival->who->name), connection);
	if (arrival->player != index)
		return TX_CANCEL;
	struct player *player = &w->players[index];
	TOUCH(tx, *player);
	player_fill(player, arrival->who);
	player->state = PLAYER_PLAYING;
	player->reserver = 0;
	player->session_unix_s = tx->unix_s;
	player->last_active_ms = tx->now_ms;
	player->chat_red = player->chat_green = player->chat_blue = 255;
	SET(tx, w->bodies[index].heading, HEADING_SOUTH);
	look_update(tx, index);
	SET(tx, w->realm->players_in_world, w->realm->players_in_world + 1);
	SET(tx, c->player, player_handle(w, index));
	SET(tx, c->phase, CONNECTION_PLAYING);
	TOUCH(tx, c->owner);
	atomic_store(&c->owner, w->slot + 1);
	presence_enter(tx, index, arrival->at, 0);
	effects_enter(tx, index);
	return TX_COMMIT;
}

uint32_t little_world_enter(struct little_world *world, const struct newcomer *who)
{
	struct arrival arrival = {.who = who,
							  .at = {.map = who->map != 0 ? who->map : LAND_MEADOW,
									 .x = or_else(who->x, MEADOW_X),
									 .y = or_else(who->y, MEADOW_Y)}};
	if (tile_occupant(&world->world, arrival.at.map, arrival.at.x, arrival.at.y) != 0)
		fail_msg("%s cannot enter: somebody stands on map %u (%u,%u)", who->name, arrival.at.map, arrival.at.x,
				 arrival.at.y);
	if (little_world_run(world, arrival.at.map, arrive, &arrival) != TX_COMMIT)
		fail_msg("%s cannot enter: the world is full", who->name);
	forget(world);
	return arrival.player;
}

void give(struct little_world *world, uint32_t player, unsigned slot, enum thing thing, unsigned amount)
{
	decree_stack(&world->world, &player_of(world, player)->inventory[slot - 1], (unsigned)thing, amount);
}

void give_gold(struct little_world *world, uint32_t player, int32_t gold)
{
	decree_gold(&world->world, &player_of(world, player)->gold, gold);
}

void lay(struct little_world *world, unsigned map, unsigned x, unsigned y, enum thing thing, unsigned amount)
{
	decree_stack(&world->world, &world->world.maps[map].ground[tile_index(x, y)], (unsigned)thing, amount);
}

void wear(struct little_world *world, uint32_t player, unsigned slot)
{
	DO(world, player, EQUIP_ITEM, .slot = (int32_t)slot);
	const struct player *who = player_of(world, player);
	if (memchr(who->equipment, (int)slot, sizeof who->equipment) == NULL)
		fail_msg("%s does not wear what is in slot %u", who->name, slot);
	forget(world);
}

struct jump {
	uint32_t player;
	unsigned x, y;
};

static enum tx_verdict jump(struct tx *tx, void *context)
{
	const struct jump *to = context;
	presence_jump(tx, to->player, to->x, to->y);
	return TX_COMMIT;
}

void stand(struct little_world *world, uint32_t player, unsigned x, unsigned y)
{
	struct jump to = {.player = player, .x = x, .y = y};
	uint32_t map = body_of(world, player)->map;
	if (tile_occupant(&world->world, map, (int)x, (int)y) != 0)
		fail_msg("somebody stands on (%u,%u)", x, y);
	little_world_run(world, map, jump, &to);
	forget(world);
}

/* --- what was told ------------------------------------------------------------------------------------------------------ */

static void told_print(const struct little_world *world, uint32_t player)
{
	char text[400];
	bool any = false;
	for (const struct told *told = world->listeners[player].first; told != NULL; told = told->next) {
		if (told->taken)
			continue;
		any = true;
		s2c_to_text(&told->packet, text, sizeof text);
		print_error("  %s was told %s\n", world->world.players[player].name, text);
	}
	if (!any)
		print_error("  %s was told nothing else\n", world->world.players[player].name);
}

void expect_packet(struct little_world *world, uint32_t player, enum packet_table table, unsigned id,
				   const void *fields, struct where where)
{
	static uint8_t bytes[RING_ENTRY_MAX];
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, sizeof bytes, world->tx.dialect);
	if (!packet_put(&writer, table, id, fields)) {
		struct problem why;
		packet_writer_explain(&writer, &why);
		fail_at(where, "this client is never told that: %s", why.text);
	}
	for (struct told *told = world->listeners[player].first; told != NULL; told = told->next) {
		if (!told->taken && told->length == writer.length && memcmp(told->bytes, bytes, told->length) == 0) {
			told->taken = true;
			return;
		}
	}
	char text[400];
	packet_to_text(table, id, fields, text, sizeof text);
	told_print(world, player);
	fail_at(where, "%s was not told %s", world->world.players[player].name, text);
}

const struct s2c_packet *heard(struct little_world *world, uint32_t player, unsigned id, struct where where)
{
	for (struct told *told = world->listeners[player].first; told != NULL; told = told->next) {
		if (!told->taken && told->packet.id == id) {
			told->taken = true;
			return &told->packet;
		}
	}
	told_print(world, player);
	fail_at(where, "%s was told no packet %u", world->world.players[player].name, id);
}

const struct s2c_packet *next_told(struct little_world *world, uint32_t player)
{
	for (struct told *told = world->listeners[player].first; told != NULL; told = told->next) {
		if (!told->taken) {
			told->taken = true;
			return &told->packet;
		}
	}
	return NULL;
}

unsigned how_many(struct little_world *world, uint32_t player, unsigned id)
{
	unsigned count = 0;
	for (const struct told *told = world->listeners[player].first; told != NULL; told = told->next)
		count += !told->taken && told->packet.id == id;
	return count;
}

void expect_line(struct little_world *world, uint32_t player, struct where where, enum text_id id, ...)
{
	char buffer[512];
	va_list args;
	va_start(args, id);
	struct text line = text_format_list(buffer, sizeof buffer, id, args);
	va_end(args);
	for (struct told *told = world->listeners[player].first; told != NULL; told = told->next) {
		if (!told->taken && told->packet.id == S2C_CONSOLE_MSG && text_equal(told->packet.CONSOLE_MSG.text, line)) {
			told->taken = true;
			return;
		}
	}
	told_print(world, player);
	fail_at(where, "%s did not read the line \"%s\"", world->world.players[player].name, buffer);
}

void expect_slot(struct little_world *world, uint32_t player, unsigned slot, enum thing thing, unsigned amount,
				 bool worn, struct where where)
{
	for (struct told *told = world->listeners[player].first; told != NULL; told = told->next) {
		const struct s2c_CHANGE_INVENTORY_SLOT *said = &told->packet.CHANGE_INVENTORY_SLOT;
		if (told->taken || told->packet.id != S2C_CHANGE_INVENTORY_SLOT || said->slot != (int32_t)slot ||
			said->obj_index != (int32_t)thing || said->amount != (int32_t)amount || said->equipped != worn)
			continue;
		told->taken = true;
		return;
	}
	told_print(world, player);
	fail_at(where, "%s was not told that slot %u holds %u x item %u, %s", world->world.players[player].name, slot,
			amount, (unsigned)thing, worn ? "worn" : "not worn");
}

void expect_nothing(struct little_world *world, uint32_t player, struct where where)
{
	for (uint32_t i = 1; i <= LITTLE_WORLD_PLAYERS; i++) {
		if (player != 0 && player != i)
			continue;
		for (const struct told *told = world->listeners[i].first; told != NULL; told = told->next) {
			if (!told->taken) {
				told_print(world, i);
				fail_at(where, "%s was told more than expected", world->world.players[i].name);
			}
		}
	}
	forget(world);
}

unsigned closed_for(const struct little_world *world, uint32_t player)
{
	return world->listeners[player].closed;
}

struct audit expect_sound(struct little_world *world, struct where where)
{
	struct audit audit;
	struct audit_room room;
	assert_true(audit_room_create(&room, &world->world, world->catalog));
	game_audit(&world->world, world->catalog, &room, &audit);
	audit_conclude(&audit);
	audit_room_destroy(&room);
	if (audit.findings != 0)
		fail_at(where, "%u findings, the first: %s", audit.findings, audit.text[0]);
	return audit;
}
