/* A whole session against the rules, in memory: what some players send and what befalls them, in any order. Each packet takes
 * the way of a real one, from its bytes through the decoder and the dispatch table into a transaction, which is rehearsed,
 * undone and compared with the world before, and what it says must be whole packets. At the end the world must pass the
 * audit, and gold and items must be as many as the ledger says.
 *
 * The input is a script. Its first three bytes choose the dialect and the flood limits, the time of day and how many play; each step is a byte that
 * says what happens, one that says to whom, and what that needs more. The fields of a packet are filled by the packet
 * tables: a byte chooses the kind of value (a slot, a tile near the player, an amount at a border, ...), so that most
 * packets are nearly sensible. An input that ends in the middle goes on with zeros. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/protocol/packet_layout.h"
#include "common/world/realm.h"
#include "tests/harness/memory_world.h"
#include "worker/game/entering.h"
#include "worker/game/leaving.h"
#include "worker/game/move.h"
#include "worker/game/presence.h"
#include "worker/game/ruling.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const unsigned fuzz_damages;
const unsigned fuzz_damages = 20;

enum { HEROES = 4, STEPS_MAX = 100, FIELD_TEXT_MAX = 300 };

/* A character and the client that plays it. */
struct hero {
	const char *name;
	uint8_t class_id, race, gender;
	struct handle connection; /* index 0 = nobody sits at the client */
	bool stored;              /* it is not in the world: `record` is what the store has */
	struct player record;
	struct place at;
	uint8_t heading;
};

static const struct hero newcomers[HEROES] = {
	{.name = "Lirael", .class_id = CLASS_WARRIOR, .race = RACE_HUMAN, .gender = GENDER_MAN},
	{.name = "Tharn Dos", .class_id = CLASS_MAGE, .race = RACE_ELF, .gender = GENDER_WOMAN},
	{.name = "Brumo", .class_id = CLASS_CLERIC, .race = RACE_GNOME, .gender = GENDER_MAN},
	{.name = "Ylva", .class_id = CLASS_BARD, .race = RACE_DROW, .gender = GENDER_WOMAN},
};

/* A decree about one of them. */
struct wish {
	uint32_t index;
	unsigned what;
	struct stack stack;
	int64_t amount;
	struct place at;
};

static struct memory_world *world;
static struct hero heroes[HEROES], heroes_remembered[HEROES];
/* Tiles where there is something: doors, signs, exits, creatures. */
enum { SIGHTS_MAX = 256 };
static struct place sights[SIGHTS_MAX];
static unsigned sight_count;
static unsigned players; /* how many of the heroes take part */

/* What there was when everybody had come, and what the ledger has counted since. */
static uint64_t gold_at_first, items_at_first;

/* --- the script --------------------------------------------------------------------------------------------------------- */

struct script {
	const uint8_t *at, *end;
};

static uint8_t byte_take(struct script *script)
{
	return script->at < script->end ? *script->at++ : 0;
}

static unsigned word_take(struct script *script)
{
	unsigned low = byte_take(script);
	return low | (unsigned)byte_take(script) << 8;
}

/* --- the world ---------------------------------------------------------------------------------------------------------- */

static uint32_t hero_index(const struct hero *hero)
{
	return realm_find(&world->world, text_of(hero->name));
}

static enum tx_verdict purse_fill(struct tx *tx, void *context)
{
	const struct wish *wish = context;
	gold_mint(tx, in_purse(wish->index), wish->amount);
	return TX_COMMIT;
}

/* Something of everything, so that no rule lacks what it is about. */
static void hero_equip(uint32_t index, unsigned number)
{
	struct player *p = &world->world.players[index];
	struct wish wish = {.index = index, .amount = number == 2 ? GOLD_MAX - 1000 : 1000};
	memory_world_run(world, (uint32_t[2]){world->world.bodies[index].map, 0}, purse_fill, &wish);
	p->skill_points = 20;
	if (number == 2)
		memset(p->skills, 100, sizeof p->skills);
	p->thirst = p->hunger = 50;
	for (unsigned i = 0; i < 5; i++)
		p->spells[(size_t)i * 3] = (uint16_t)(i + 1);
	if (number == 1)
		memory_world_kill(world, index);
	if (number == HEROES - 1)
		p->privileges = PRIVILEGE_ADMIN;
}

static uint64_t stored_gold(const struct hero *hero)
{
	return (uint64_t)hero->record.gold + (uint64_t)hero->record.bank_gold;
}

/* Gold piles among stacks count as gold, as in the audit. */
static void stored_stacks(const struct stack *stacks, unsigned count, uint64_t *gold, uint64_t *items)
{
	for (unsigned i = 0; i < count; i++)
		*(stacks[i].item == GOLD_ITEM ? gold : items) += stacks[i].amount;
}

/* Everything there is: in the world, and in the store of who is not. */
static void all_there_is(uint64_t *gold, uint64_t *items)
{
	struct audit audit = memory_world_audit(world);
	*gold = audit.gold;
	*items = audit.items;
	for (unsigned i = 0; i < HEROES; i++) {
		if (!heroes[i].stored)
			continue;
		*gold += stored_gold(&heroes[i]);
		stored_stacks(heroes[i].record.inventory, INVENTORY_SLOTS, gold, items);
		stored_stacks(heroes[i].record.bank, BANK_SLOTS, gold, items);
	}
}

static uint64_t counted(enum counter_id minted, enum counter_id burned)
{
	return count_sum(&world->world, minted) - count_sum(&world->world, burned);
}

static void sums_check(void)
{
	uint64_t gold, items;
	all_there_is(&gold, &items);
	uint64_t gold_expected = gold_at_first + counted(COUNT_gold_minted, COUNT_gold_burned);
	uint64_t items_expected = items_at_first + counted(COUNT_items_minted, COUNT_items_burned);
	if (gold == gold_expected && items == items_expected)
		return;
	fprintf(stderr, "there are %llu gold and %llu items; the ledger says %llu and %llu\n", (unsigned long long)gold,
			(unsigned long long)items, (unsigned long long)gold_expected, (unsigned long long)items_expected);
	abort();
}

static void sight_add(uint32_t map, unsigned x, unsigned y)
{
	if (sight_count < SIGHTS_MAX)
		sights[sight_count++] = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
}

static void sights_find(void)
{
	for (uint32_t map = 1; map <= world->world.limits.maps; map++) {
		const struct map_def *def = catalog_map(world->catalog, map);
		unsigned count, kept = SIGHTS_MAX / 12; /* of each kind on each map */
		if (def == NULL)
			continue;
		const struct map_object *objects = map_objects(world->catalog, def, &count);
		for (unsigned i = 0; i < count; i++) {
			const struct item_def *item = catalog_item(world->catalog, objects[i].item);
			if (item != NULL && (item->kind == ITEM_DOOR || item->kind == ITEM_SIGN || item->kind == ITEM_FORUM))
				sight_add(map, objects[i].x, objects[i].y);
		}
		const struct map_exit *exits = map_exits(world->catalog, def, &count);
		for (unsigned i = 0; i < count && i < kept; i++)
			sight_add(map, exits[i].x, exits[i].y);
		const struct map_creature *creatures = map_creatures(world->catalog, def, &count);
		for (unsigned i = 0; i < count && i < kept; i++)
			sight_add(map, creatures[i].x, creatures[i].y);
	}
	assert(sight_count > 0);
}

static void world_open(void)
{
	setenv("CMOCKA_TEST_ABORT", "1", 1); /* what the harness finds is a crash here, with its stack */
	log_set_level(LOG_LEVEL_ERROR);
	world = memory_world_open();
	/* For speed: the one process at work changes nothing but what it holds, and what is wrong stays wrong to the end. */
	world->tx.paranoia = PARANOIA_DOMAINS;
	world->audit_at_the_end = true;
	struct place start = catalog_city(world->catalog, CITY_ULLATHORPE)->place;
	world->world.realm->start = start;
	sights_find();
	memcpy(heroes, newcomers, sizeof heroes);
	for (unsigned i = 0; i < HEROES; i++) {
		struct hero *hero = &heroes[i];
		struct place at = tile_closest_legal(&world->tx, start, WANT_LAND | WANT_NO_EXIT);
		assert(at.map != 0);
		uint32_t index = memory_world_character(world, hero->name, at, hero->class_id, hero->race, hero->gender);
		hero->connection = world->world.players[index].connection;
		hero_equip(index, i);
	}
	memcpy(heroes_remembered, heroes, sizeof heroes);
	memory_world_remember(world);
	all_there_is(&gold_at_first, &items_at_first);
	gold_at_first -= counted(COUNT_gold_minted, COUNT_gold_burned);
	items_at_first -= counted(COUNT_items_minted, COUNT_items_burned);
}

static void world_begin(struct script *script)
{
	/* Just before the wraps of 32-bit milliseconds, signed and unsigned, and in the morning. */
	static const uint64_t mornings_ms[] = {0, (UINT64_C(1) << 31) - 3000, (UINT64_C(1) << 32) - 3000,
										   (UINT64_C(1) << 33) - 3000};
	if (world == NULL)
		world_open();
	memory_world_rewind(world);
	memcpy(heroes, heroes_remembered, sizeof heroes);
	uint8_t choice = byte_take(script);
	world->tx.dialect = choice % 2 != 0 ? DIALECT_CLASSIC : DIALECT_GODOT;
	world->config.flood.limit = choice / 2 % 2 != 0;
	world->now_ms += mornings_ms[byte_take(script) % 4];
	players = 2 + byte_take(script) % (HEROES - 1);
}

/* --- what a step leaves behind -------------------------------------------------------------------------------------------- */

struct closing {
	unsigned count;
	struct handle connections[HEROES];
};

static void note_look_at(void *context, const struct note *note)
{
	struct closing *closing = context;
	const struct world_limits *limits = &world->world.limits;
	assert(note->subject <= limits->players && note->but <= limits->players + limits->creatures);
	if (note->kind == NOTE_CLOSE && closing->count < HEROES)
		closing->connections[closing->count++] = note->connection;
}

static void hero_lose_connection(struct hero *hero)
{
	struct connection *c = handle_connection(&world->world, hero->connection);
	assert(c != NULL);
	struct leaving_lost lost = {.player = c->player, .connection = hero->connection};
	uint32_t domains[2] = {world->world.bodies[lost.player.index].map, world->world.realm_domain};
	if (lost.player.index != 0)
		memory_world_run(world, domains, leaving_when_lost, &lost);
	memory_world_disconnect(world, hero->connection);
	hero->connection = (struct handle){0};
}

/* After each transaction: what was said is whole packets, and connections that it closed are closed. */
static void step_settle(void)
{
	struct closing closing = {.count = 0};
	for (uint32_t d = 1; d <= world->world.realm_domain; d++)
		memory_world_notes(world, d, note_look_at, &closing);
	for (unsigned i = 0; i < closing.count; i++) {
		for (unsigned h = 0; h < HEROES; h++) {
			if (heroes[h].connection.index == closing.connections[i].index &&
				heroes[h].connection.generation == closing.connections[i].generation)
				hero_lose_connection(&heroes[h]);
		}
	}
}

/* --- packets ------------------------------------------------------------------------------------------------------------ */

/* Runs whatever these bytes are, as a worker does: packet by packet, until they make no sense. */
static void bytes_receive(struct hero *hero, const uint8_t *bytes, size_t length)
{
	size_t used;
	for (size_t at = 0; at < length; at += used) {
		struct c2s_packet packet;
		enum packet_status status =
			c2s_read(world->tx.dialect, bytes + at, length - at, PACKET_MAX_BYTES, &used, &packet);
		if (status == PACKET_INCOMPLETE)
			return;
		uint32_t index = hero_index(hero);
		if (status != PACKET_OK || ruling_of(packet.id) == NULL) {
			hero_lose_connection(hero);
			return;
		}
		if (index == 0 || world->world.players[index].connection.index != hero->connection.index)
			return;
		memory_world_do(world, index, packet);
		step_settle();
		if (hero->connection.index == 0)
			return;
	}
}

struct wire {
	uint8_t bytes[PACKET_MAX_BYTES];
	size_t length;
};

static void wire_put(struct wire *wire, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes && wire->length < sizeof wire->bytes; i++)
		wire->bytes[wire->length++] = (uint8_t)(value >> (8 * i));
}

static void text_put(struct wire *wire, struct script *script)
{
	static const char *const phrases[] = {
		"",
		"Lirael",
		"Tharn Dos",
		"brumo",
		"Ylva",
		"hola",
		"/online",
		"/salir",
		"/est",
		"/charset utf-8",
		"/charset latin-1",
		"-",
		"/ayuda",
		"/uptime",
		"/motd",
		"/ping",
		"/",
		"  ",
		"\377\301\361",
		"~1~2~3",
	};
	uint8_t kind = byte_take(script);
	if (kind < 200) {
		const char *phrase = phrases[kind % (sizeof phrases / sizeof *phrases)];
		wire_put(wire, (uint32_t)strlen(phrase), 2);
		for (; *phrase != '\0'; phrase++)
			wire_put(wire, (uint8_t)*phrase, 1);
		return;
	}
	unsigned length = kind < 250 ? kind % 16 : word_take(script) % FIELD_TEXT_MAX;
	wire_put(wire, length, 2);
	uint8_t same = kind % 2 != 0 ? byte_take(script) : 0;
	for (unsigned i = 0; i < length; i++)
		wire_put(wire, same != 0 ? same : byte_take(script), 1);
}

/* A value as clients send it, as one byte of the script says: mostly at the borders of what is allowed. */
static uint32_t number_choose(struct script *script, const struct body *me, unsigned bytes)
{
	static const int32_t borders[] = {0,     1,     2,     4,     5,     100,       101,       255,      9999,
									  10000, 10001, 32767, 32768, -1,    -32768,    89999999,  90000000, 90000001,
									  1000,  999,   1001,  65535, 65536, INT32_MAX, INT32_MIN, 30,       31};
	uint8_t kind = byte_take(script);
	if (kind < 40)
		return kind; /* slots, headings, skills */
	if (kind < 80)   /* a tile near by, and very near */
		return (uint32_t)(me->x + (kind < 68 ? kind % 7 - 3 : kind - 74));
	if (kind < 120)
		return (uint32_t)(me->y + (kind < 108 ? kind % 7 - 3 : kind - 114));
	if (kind < 160)
		return (uint32_t)borders[(kind - 120u) % (sizeof borders / sizeof *borders)];
	uint32_t wild = byte_take(script);
	for (unsigned i = 1; i < bytes; i++)
		wild |= (uint32_t)byte_take(script) << (8 * i);
	return wild;
}

static void field_put(struct wire *wire, struct script *script, const struct packet_field *field, const struct body *me)
{
	for (unsigned i = 0; i < field->count; i++) {
		switch (field->type) {
		case FIELD_U8:
			wire_put(wire, number_choose(script, me, 1), 1);
			break;
		case FIELD_BOOL:
			wire_put(wire, byte_take(script) % 3, 1);
			break;
		case FIELD_I16:
			wire_put(wire, number_choose(script, me, 2), 2);
			break;
		case FIELD_I32:
		case FIELD_F32:
			wire_put(wire, number_choose(script, me, 4), 4);
			break;
		case FIELD_STR:
		case FIELD_LIST:
			text_put(wire, script);
			break;
		default: /* what depends on other fields: whatever comes */
			wire_put(wire, word_take(script), 2);
			break;
		}
	}
}

/* Half of the choices are ids that have a rule of their own. */
static uint8_t id_choose(uint8_t choice)
{
	static uint8_t ruled[C2S_COUNT];
	static unsigned count;
	if (count == 0) {
		for (unsigned id = 0; id < C2S_COUNT; id++) {
			if (ruling_of(id) != NULL && ruling_of(id)->fn != rule_not_yet)
				ruled[count++] = (uint8_t)id;
		}
	}
	return choice < 128 ? ruled[choice % count] : (uint8_t)(choice - 128u);
}

static void step_packet(struct script *script, struct hero *hero)
{
	struct wire wire = {.length = 0};
	uint32_t index = hero_index(hero);
	uint8_t id = id_choose(byte_take(script));
	if (hero->connection.index == 0 || index == 0)
		return;
	const struct packet_layout *layout = packet_layout(TABLE_C2S, id);
	const struct body *me = &world->world.bodies[index];
	wire_put(&wire, id, 1);
	if (id == C2S_GM_COMMANDS) {
		uint8_t sub = byte_take(script);
		wire_put(&wire, sub, 1);
		layout = packet_layout(TABLE_GM, sub);
	}
	for (unsigned f = 0; layout != NULL && f < layout->field_count; f++)
		field_put(&wire, script, &layout->fields[f], me);
	bytes_receive(hero, wire.bytes, wire.length);
}

/* Bytes as they come, with no regard to any table. */
static void step_raw(struct script *script, struct hero *hero)
{
	uint8_t bytes[256];
	unsigned length = byte_take(script);
	for (unsigned i = 0; i < length; i++)
		bytes[i] = byte_take(script);
	if (hero->connection.index != 0)
		bytes_receive(hero, bytes, length);
}

/* --- what befalls them ---------------------------------------------------------------------------------------------------- */

static void step_time(struct script *script)
{
	static const uint32_t spans_ms[] = {0, 1, 20, 100, 200, 500, 1000, 1001, 3000, 10000, 60000, 600000, 3600000};
	world->now_ms += spans_ms[byte_take(script) % (sizeof spans_ms / sizeof *spans_ms)];
	for (uint32_t map = 1; map <= world->world.limits.maps; map++) {
		uint64_t due = atomic_load(&world->world.tick_due_ms[map]);
		uint32_t domains[2] = {map, 0};
		if (due == 0 || due > world->now_ms)
			continue;
		memory_world_run(world, domains, map_tick, &map);
		step_settle();
	}
}

/* The cut with a departure is durable: the character is in the store alone (worker/keeper.c, gone_release). */
static enum tx_verdict gone_release(struct tx *tx, void *context)
{
	uint32_t index = *(const uint32_t *)context;
	if (tx->world->players[index].state != PLAYER_GONE)
		return TX_CANCEL;
	realm_release(tx, index);
	return TX_COMMIT;
}

static void step_save(struct hero *hero)
{
	uint32_t index = hero_index(hero);
	if (index == 0 || world->world.players[index].state != PLAYER_GONE)
		return;
	const struct body *body = &world->world.bodies[index];
	hero->record = world->world.players[index];
	hero->at = (struct place){.map = body->origin_map, .x = body->origin_x, .y = body->origin_y};
	hero->heading = body->heading;
	hero->stored = true;
	uint32_t domains[2] = {world->world.realm_domain, 0};
	memory_world_run(world, domains, gone_release, &index);
	step_settle();
}

static enum tx_verdict reserve(struct tx *tx, void *context)
{
	struct entering *entering = context;
	uint32_t index = realm_reserve(tx, player_name(entering->character), entering->connection);
	if (index == 0)
		return TX_CANCEL;
	entering->player = player_handle(tx->world, index);
	return TX_COMMIT;
}

/* A client logs in with this character: from the store, or taking over the one in the world. */
static void step_login(struct hero *hero)
{
	struct entering entering = {.connection = memory_world_connect(world),
								.character = &hero->record,
								.at = hero->at,
								.heading = hero->heading};
	uint32_t index = hero_index(hero), realm = world->world.realm_domain;
	struct handle before = hero->connection;
	enum tx_verdict verdict;
	hero->connection = entering.connection;
	if (index != 0) {
		entering.player = player_handle(&world->world, index);
		verdict = memory_world_run(world, (uint32_t[2]){world->world.bodies[index].map, realm}, entering_take_over,
								   &entering);
		if (verdict == TX_CANCEL && entering.refusal == TEXT_LEAVING_ELSEWHERE) {
			hero->connection = before; /* who is about to leave is let go */
			memory_world_disconnect(world, entering.connection);
			return;
		}
	} else {
		assert(hero->stored);
		verdict = memory_world_run(world, (uint32_t[2]){realm, 0}, reserve, &entering);
		assert(verdict == TX_COMMIT);
		verdict = memory_world_run(world, (uint32_t[2]){hero->at.map, realm}, entering_new, &entering);
		hero->stored = false;
	}
	assert(verdict == TX_COMMIT);
	step_settle();
	if (before.index != 0)
		memory_world_disconnect(world, before); /* who played it until now was told so */
}

/* Property by decree, through the mint. */
static enum tx_verdict grant(struct tx *tx, void *context)
{
	const struct wish *wish = context;
	struct place here = body_place(&tx->world->bodies[wish->index]);
	switch (wish->what % 5) {
	case 0:
		item_mint(tx, in_bag(wish->index), wish->stack);
		break;
	case 1:
		item_mint(tx, in_slot(wish->index, 1 + wish->what % INVENTORY_SLOTS), wish->stack);
		break;
	case 2:
		item_mint(tx, on_tile(here), wish->stack);
		break;
	case 3:
		gold_mint(tx, in_purse(wish->index), wish->amount);
		break;
	default:
		item_burn(tx, in_slot(wish->index, 1 + wish->what % INVENTORY_SLOTS), wish->amount % STACK_MAX);
		break;
	}
	return TX_COMMIT;
}

/* To another place of the world, or beside somebody of note, as a staff member would send him. */
static enum tx_verdict send(struct tx *tx, void *context)
{
	const struct wish *wish = context;
	const struct body *body = &tx->world->bodies[wish->index];
	if (catalog_map(tx->catalog, wish->at.map) == NULL || !tile_is_on_map(wish->at.x, wish->at.y))
		return TX_CANCEL;
	if (!tx_need(tx, wish->at.map))
		return TX_AGAIN;
	struct place at = tile_closest_legal(tx, wish->at, body_terrain(body));
	if (at.map == 0)
		return TX_CANCEL;
	presence_cross(tx, wish->index, at);
	return TX_COMMIT;
}

static void step_decree(struct script *script, const struct hero *hero, tx_fn *fn)
{
	struct wish wish = {.index = hero_index(hero), .what = byte_take(script)};
	unsigned item = byte_take(script);
	uint8_t x = byte_take(script), y = byte_take(script);
	static const uint16_t amounts[] = {1, 2, 100, 9999, 10000, 10001, 5000, 0};
	if (wish.index == 0 || world->world.bodies[wish.index].map == 0)
		return;
	wish.stack = (struct stack){.item = (uint16_t)item, .amount = amounts[x % 8]};
	wish.amount = (int64_t)amounts[x % 8] * (1 + y * 50);
	const struct body *body = &world->world.bodies[wish.index];
	wish.at = (struct place){.map = body->map, .x = (uint8_t)(1 + x % 100), .y = (uint8_t)(1 + y % 100)};
	if (wish.what < 192)
		wish.at = sights[(item + x * 256u) % sight_count];
	memory_world_run(world, (uint32_t[2]){body->map, 0}, fn, &wish);
	step_settle();
}

static void step_run(struct script *script)
{
	uint8_t what = byte_take(script);
	struct hero *hero = &heroes[byte_take(script) % players];
	uint32_t index = hero_index(hero);
	switch (what % 16) {
	case 0:
		step_time(script);
		break;
	case 1:
		step_login(hero);
		break;
	case 2:
		if (hero->connection.index != 0)
			hero_lose_connection(hero);
		break;
	case 3:
		step_save(hero);
		break;
	case 4:
		step_decree(script, hero, grant);
		break;
	case 5:
		step_decree(script, hero, send);
		break;
	case 6:
		step_raw(script, hero);
		break;
	case 7:
		if (index != 0 && world->world.bodies[index].map != 0 && !world->world.players[index].dead)
			memory_world_kill(world, index);
		break;
	default:
		step_packet(script, hero);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {.at = data, .end = data + size};
	world_begin(&script);
	for (unsigned step = 0; step < STEPS_MAX && script.at < script.end; step++)
		step_run(&script);
	sums_check();
	return 0;
}
