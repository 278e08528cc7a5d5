/* Every map of the world is entered once, by a real client; and every exit leads to a place where one can stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/config/config.h"
#include "common/store/keys.h"
#include "common/world/audit.h"
#include "common/world/populate.h"
#include "common/world/realm.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"
#include "tests/harness/store_fixture.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

enum { MAPS_MOST = 512 };

/* --- entering all maps --------------------------------------------------------------------------------------------------------- */

struct visitor {
	char name[40];
	struct place at;
	bool sails; /* the map is all water: he has a boat */
};

enum { BOAT_SLOT = 20 };

static bool is_water(unsigned map, int x, int y)
{
	return tile_is_water(scenario_catalog(), map, x, y);
}

static bool place_is_good(unsigned map, int x, int y, bool water)
{
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	unsigned flags = map_tile_flags(scenario_catalog(), def, x, y);
	return tile_is_in_frame(x, y) && (flags & (TILE_BLOCKED | TILE_CREATURE | TILE_EXIT)) == 0 &&
		   is_water(map, x, y) == water;
}

/* Somewhere to be, as near to the middle as there is. */
static bool place_on(unsigned map, bool water, struct place *at)
{
	for (int radius = 0; radius < 45; radius++) {
		for (int y = 50 - radius; y <= 50 + radius; y++) {
			for (int x = 50 - radius; x <= 50 + radius; x++) {
				bool rim = abs(x - 50) == radius || abs(y - 50) == radius;
				if (!rim || !place_is_good(map, x, y, water))
					continue;
				*at = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
				return true;
			}
		}
	}
	return false;
}

static unsigned visitors_plan(struct visitor *visitors)
{
	unsigned count = 0;
	for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
		if (catalog_map(scenario_catalog(), map) == NULL)
			continue;
		EXPECT(count < MAPS_MOST, "more than %d maps", MAPS_MOST);
		struct visitor *visitor = &visitors[count++];
		visitor->sails = !place_on(map, false, &visitor->at);
		EXPECT(!visitor->sails || place_on(map, true, &visitor->at), "nobody can be anywhere on map %u", map);
		snprintf(visitor->name, sizeof visitor->name, "%s", bot_new_name());
	}
	return count;
}

static unsigned boat_find(void)
{
	for (unsigned item = 1; item <= catalog_item_max(scenario_catalog()); item++) {
		const struct item_def *def = catalog_item(scenario_catalog(), item);
		if (def != NULL && def->kind == ITEM_BOAT)
			return item;
	}
	return 0;
}

/* Between two lives of the server, with the store alone. The accounts were made in this order, from 1. */
static void visitors_place(const struct game_server *server, const struct visitor *visitors, unsigned count)
{
	struct store_fixture f = {.options = store_options_default()};
	f.options.path = server->data;
	store_fixture_open(&f, 1, 7);
	for (unsigned i = 0; i < count; i++) {
		struct store_key key;
		store_key(&key, KEY_PLAYER_POSITION, i + 1);
		store_batch_hash_set_number(f.batch, key.text, "map", visitors[i].at.map);
		store_batch_hash_set_number(f.batch, key.text, "x", visitors[i].at.x);
		store_batch_hash_set_number(f.batch, key.text, "y", visitors[i].at.y);
		if (!visitors[i].sails)
			continue;
		store_batch_hash_setf(f.batch, store_key(&key, KEY_PLAYER_INVENTORY, i + 1),
							  scenario_text(FIELD_SLOT, BOAT_SLOT), "%u:1", boat_find());
		store_batch_hash_set_number(f.batch, store_key(&key, KEY_PLAYER_EQUIPMENT, i + 1), "boat", BOAT_SLOT);
	}
	fixture_must_commit(&f);
	store_fixture_close(&f);
}

/* Who enters there is on that map and tile, or where the map sends everybody; sees the map's creatures and things; and may
 * walk. */
static void map_visit(const struct game_server *server, const struct visitor *visitor)
{
	const struct map_def *def = catalog_map(scenario_catalog(), visitor->at.map);
	bool sent_on = def->start.map != 0 && catalog_map(scenario_catalog(), def->start.map) != NULL;
	struct place expected = sent_on ? def->start : visitor->at;
	struct bot *bot = bot_login(server, visitor->name, ANY_WORKER);
	struct place at = bot_place(bot);
	EXPECT(at.map == expected.map && (sent_on || (at.x == expected.x && at.y == expected.y)),
		   "%s, who was left on %u (%u,%u), enters on %u (%u,%u)", visitor->name, visitor->at.map, visitor->at.x,
		   visitor->at.y, at.map, at.x, at.y);
	EXPECT_EQUAL("sailing", bot->sailing, visitor->sails && !sent_on);
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		unsigned before = bot->corrections, maps = bot->maps_entered;
		if (!bot_step(bot, heading))
			continue;
		bot_sync(bot);
		EXPECT(bot->corrections == before || bot->maps_entered > maps,
			   "the server refuses a step to heading %d from (%u,%u) of map %u, which the client's map allows", heading,
			   at.x, at.y, at.map);
		break;
	}
	bots_expect_good();
	bot_close(&bot);
}

static void each_map_of_the_world_is_entered_once(void **state)
{
	(void)state;
	static struct visitor visitors[MAPS_MOST];
	const char *const settings[] = {"intervals.logout_s=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	unsigned count = visitors_plan(visitors);
	for (unsigned i = 0; i < count; i++) {
		struct bot *bot = bot_create(server, visitors[i].name, ANY_WORKER);
		bot_close(&bot);
	}
	game_server_stop(server);
	visitors_place(server, visitors, count);
	game_server_restart(server, NULL);
	for (unsigned i = 0; i < count; i++)
		map_visit(server, &visitors[i]);
	print_message("          %u maps entered\n", count);
	EXPECT(scenario_world_is_classic() ? count == 290 : count >= 4, "%u maps", count);
	EXPECT_EQUAL("packets that could not be said", game_server_total(server, "packets_unsayable"), 0);
	game_server_audit(server);
	game_server_stop(server);
}

/* --- every exit, in memory -------------------------------------------------------------------------------------------------------- */

/* The world of the scenarios in this process, with one player who belongs to nobody. */
struct stage {
	struct config config;
	struct world world;
	struct tx tx;
	int fd;
	uint32_t walker;
};

static enum tx_verdict walker_make(struct tx *tx, void *context)
{
	struct stage *s = context;
	s->walker = realm_reserve(tx, TEXT("Caminante"), (struct handle){0});
	struct player *player = &tx->world->players[s->walker];
	SET(tx, player->state, PLAYER_LINGERING);
	SET(tx, player->level, 1);
	SET(tx, player->privileges, PRIVILEGE_ADMIN); /* goes everywhere */
	return TX_COMMIT;
}

static struct stage *stage_open(void)
{
	static struct stage stage; /* large; one at a time */
	struct problem why;
	struct stage *s = &stage;
	memset(s, 0, sizeof *s);
	struct config_values *values = config_values_create();
	EXPECT(values != NULL && config_finish(values, &s->config, &why), "no configuration");
	config_values_destroy(&values);
	const struct world_limits limits = {.maps = catalog_map_max(scenario_catalog()),
										.players = 10,
										.creatures = 12000,
										.connections = 10,
										.chunks = 64,
										.workers = 1,
										.map_ring_bytes = 65536,
										.realm_ring_bytes = 65536,
										.undo_bytes = 262144};
	s->fd = world_segment_create(&limits, 1, &why);
	EXPECT(s->fd >= 0 && world_attach(&s->world, s->fd, &why) && world_populate(&s->world, scenario_catalog(), &why),
		   "no world: %s", why.text);
	world_enter_slot(&s->world, SLOT_SPARE, getpid(), 1);
	world_publish(&s->world);
	tx_init(&s->tx, &s->world, scenario_catalog(), &s->config);
	s->tx.now_ms = 1000000;
	EXPECT(tx_run(&s->tx, &s->world.realm_domain, 1, walker_make, s) == TX_COMMIT && s->walker != 0, "no walker");
	return s;
}

static void stage_close(struct stage *s)
{
	tx_release(&s->tx);
	world_detach(&s->world);
	close(s->fd);
}

struct step {
	struct stage *stage;
	struct place from;
	int heading;
};

/* Puts him there, whoever stands there, without a word. */
static enum tx_verdict walker_place(struct tx *tx, void *context)
{
	struct step *step = context;
	struct world *w = tx->world;
	uint32_t walker = step->stage->walker;
	struct body *body = &w->bodies[walker];
	if (body->map != 0) {
		if (!tx_need(tx, body->map))
			return TX_AGAIN;
		presence_leave(tx, walker, 0);
	}
	SET(tx, body->flags, tile_is_water(tx->catalog, step->from.map, step->from.x, step->from.y) ? BODY_SAILING : 0u);
	presence_enter(tx, walker, step->from, 0);
	return TX_COMMIT;
}

static enum tx_verdict walker_walk(struct tx *tx, void *context)
{
	struct step *step = context;
	uint32_t walker = step->stage->walker;
	struct actor me = {.index = walker,
					   .player = &tx->world->players[walker],
					   .body = &tx->world->bodies[walker],
					   .connection = &tx->world->connections[1]};
	struct c2s_packet packet = {.id = C2S_WALK, .WALK = {.heading = step->heading}};
	return rule_walk(tx, &me, &packet);
}

/* A tile beside the exit from which one can step onto it, on foot or by boat. */
static bool approach_find(struct stage *s, unsigned map, const struct map_exit *exit, struct step *step)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		static const int opposite[] = {0, HEADING_SOUTH, HEADING_WEST, HEADING_NORTH, HEADING_EAST};
		int x = exit->x, y = exit->y;
		tile_neighbour(opposite[heading], &x, &y);
		bool water = is_water(map, exit->x, exit->y);
		unsigned terrain = water ? WANT_WATER : WANT_LAND;
		if (!tile_is_legal(&s->tx, map, exit->x, exit->y, terrain) ||
			!tile_is_legal(&s->tx, map, x, y, terrain | WANT_NO_EXIT))
			continue;
		*step = (struct step){
			.stage = s, .from = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}, .heading = heading};
		return true;
	}
	return false;
}

struct exits_tally {
	unsigned exits, walked, unreachable, closed;
};

static void exit_try(struct stage *s, unsigned map, const struct map_exit *exit, struct exits_tally *tally)
{
	struct step step;
	const struct body *body = &s->world.bodies[s->walker];
	tally->exits++;
	EXPECT(catalog_map(scenario_catalog(), exit->to.map) != NULL && tile_is_on_map(exit->to.x, exit->to.y),
		   "the exit on map %u (%u,%u) leads to %u (%u,%u)", map, exit->x, exit->y, exit->to.map, exit->to.x,
		   exit->to.y);
	if (!approach_find(s, map, exit, &step)) {
		tally->unreachable++;
		return;
	}
	uint32_t domains[3] = {map, body->map != map ? body->map : 0, s->world.realm_domain};
	tx_run(&s->tx, domains, 3, walker_place, &step);
	s->tx.now_ms += 1000;
	EXPECT(tx_run(&s->tx, &domains[0], 1, walker_walk, &step) == TX_COMMIT, "the step onto an exit is cancelled");
	tally->walked++;
	if (body->map == map && body->x == exit->x && body->y == exit->y) {
		tally->closed++; /* nowhere to stand over there: he is told so, and stays */
		return;
	}
	EXPECT(body->map == exit->to.map, "the exit on map %u (%u,%u) leads to map %u and not to %u", map, exit->x, exit->y,
		   body->map, exit->to.map);
	EXPECT(!tile_is_blocked(&s->world, body->map, body->x, body->y) && tile_is_in_frame(body->x, body->y) &&
			   tile_occupant(&s->world, body->map, body->x, body->y) == s->walker,
		   "who takes the exit on map %u (%u,%u) stands on %u (%u,%u), where nobody can", map, exit->x, exit->y,
		   body->map, body->x, body->y);
}

static void every_exit_leads_to_a_place_where_one_can_stand(void **state)
{
	(void)state;
	struct stage *s = stage_open();
	struct exits_tally tally = {0};
	for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
		unsigned count;
		const struct map_def *def = catalog_map(scenario_catalog(), map);
		if (def == NULL)
			continue;
		const struct map_exit *exits = map_exits(scenario_catalog(), def, &count);
		for (unsigned i = 0; i < count; i++)
			exit_try(s, map, &exits[i], &tally);
	}
	static struct audit audit; /* large */
	tx_lock_everything(&s->tx);
	audit_world(&s->world, &audit);
	tx_unlock_everything(&s->tx);
	EXPECT(audit.findings <= 1, "the audit finds %u things, the first: %s", audit.findings, audit.text[0]);
	print_message("          %u exits: %u walked through, %u of them closed; %u cannot be reached on foot or by boat\n",
				  tally.exits, tally.walked, tally.closed, tally.unreachable);
	EXPECT(tally.walked > tally.exits / 2, "most exits cannot be reached");
	stage_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_map_of_the_world_is_entered_once),
		SCENARIO(every_exit_leads_to_a_place_where_one_can_stand),
	};
	return SCENARIOS_RUN(tests);
}
