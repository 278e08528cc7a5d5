/* All maps of the classic world: a character that the store has on a map comes back there, and the way out leads where the
 * files say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "common/store/keys.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum {
	MAPS_MAX = 400,
	BATCH = 40, /* characters that are created at once */
	BOAT_SLOT = 20,
	LEGAL_RADIUS = 12,   /* how far the server looks for a free tile (tile.h) */
	CREATURE_REACH = 15, /* creatures that see somebody come nearer: tiles that are farther off stay free */
};

enum { ON_LAND = 1, ON_WATER = 2 };

/* Where somebody, on foot or in a boat, is put on a map, and the step with which he leaves it; heading 0 = the map has no way out. */
struct stand {
	struct place at, exit, to;
	int heading;
	unsigned terrain;
	int scatter; /* tiles around `to`, both ways, of a teleport */
};

/* One map and its visitor; they come one after another. */
struct visit {
	struct stand stand;
	char name[40];
};

static struct visit visits[MAPS_MAX]; /* by map */

static void needs_the_classic_world(void)
{
	if (!scenario_world_is_classic()) {
		print_message("the classic world is not there\n");
		skip();
	}
	EXPECT(catalog_map_max(scenario_catalog()) < MAPS_MAX, "more maps than this test has room for");
}

/* --- tiles -------------------------------------------------------------------------------------------------------------------- */

static unsigned flags_at(unsigned map, int x, int y)
{
	return map_tile_flags(scenario_catalog(), catalog_map(scenario_catalog(), map), x, y);
}

static bool tile_is_legal(unsigned map, int x, int y, unsigned terrain)
{
	unsigned flags = flags_at(map, x, y);
	return tile_is_in_frame(x, y) && (flags & (TILE_BLOCKED | TILE_CREATURE)) == 0 &&
		   (terrain & ((flags & TILE_WATER) != 0 ? ON_WATER : ON_LAND)) != 0;
}

static int distance(int x, int y, int other_x, int other_y)
{
	return abs(x - other_x) + abs(y - other_y);
}

static int distance_to_legal(struct place from, unsigned terrain, unsigned but_with)
{
	int best = LEGAL_RADIUS + 1;
	for (int y = from.y - LEGAL_RADIUS; y <= from.y + LEGAL_RADIUS; y++) {
		for (int x = from.x - LEGAL_RADIUS; x <= from.x + LEGAL_RADIUS; x++) {
			int off = distance(x, y, from.x, from.y);
			if (off < best && tile_is_legal(from.map, x, y, terrain) && (flags_at(from.map, x, y) & but_with) == 0)
				best = off;
		}
	}
	return best;
}

/* How many steps the nearest legal tile is off, an exit only if there is no other; more than LEGAL_RADIUS: none is near. */
static int legal_distance(struct place from, unsigned terrain)
{
	int best = distance_to_legal(from, terrain, TILE_EXIT);
	return best <= LEGAL_RADIUS ? best : distance_to_legal(from, terrain, 0);
}

static int creature_distance(unsigned map, int x, int y)
{
	unsigned count;
	const struct map_creature *creatures =
		map_creatures(scenario_catalog(), catalog_map(scenario_catalog(), map), &count);
	int nearest = CREATURE_REACH;
	for (unsigned i = 0; i < count; i++) {
		int off = distance(x, y, creatures[i].x, creatures[i].y);
		nearest = off < nearest ? off : nearest;
	}
	return nearest;
}

static int teleport_radius_at(unsigned map, int x, int y)
{
	unsigned count;
	const struct map_object *objects = map_objects(scenario_catalog(), catalog_map(scenario_catalog(), map), &count);
	for (unsigned i = 0; i < count; i++) {
		const struct item_def *item = catalog_item(scenario_catalog(), objects[i].item);
		if (objects[i].x == x && objects[i].y == y && item->kind == ITEM_TELEPORT)
			return item->teleport_radius;
	}
	return 0;
}

/* --- a place on each map -------------------------------------------------------------------------------------------------------- */

static bool tile_is_plain(unsigned map, int x, int y, unsigned terrain)
{
	return tile_is_legal(map, x, y, terrain) && (flags_at(map, x, y) & (TILE_EXIT | TILE_OBJECT)) == 0;
}

/* Beside an exit that leads to terrain of the same kind if there is one, with creatures as far away as can be. */
static bool stand_beside_exit(unsigned map, unsigned terrain, struct stand *stand)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	unsigned count;
	int best = -1;
	const struct map_exit *exits = map_exits(scenario_catalog(), catalog_map(scenario_catalog(), map), &count);
	for (unsigned i = 0; i < count; i++) {
		const struct map_exit *exit = &exits[i];
		if (!tile_is_legal(map, exit->x, exit->y, terrain))
			continue;
		int leads = legal_distance(exit->to, terrain) <= LEGAL_RADIUS ? CREATURE_REACH + 1 : 0;
		for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
			int x = exit->x - dx[heading], y = exit->y - dy[heading];
			if (!tile_is_plain(map, x, y, terrain) || leads + creature_distance(map, x, y) <= best)
				continue;
			best = leads + creature_distance(map, x, y);
			*stand = (struct stand){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y},
									.exit = {.map = (uint16_t)map, .x = exit->x, .y = exit->y},
									.to = exit->to,
									.heading = heading,
									.terrain = terrain,
									.scatter = teleport_radius_at(map, exit->x, exit->y)};
		}
	}
	return best >= 0;
}

static bool stand_anywhere(unsigned map, unsigned terrain, struct stand *stand)
{
	int best = -1;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		int x = tile_x(tile), y = tile_y(tile);
		if (!tile_is_plain(map, x, y, terrain) || creature_distance(map, x, y) <= best)
			continue;
		best = creature_distance(map, x, y);
		*stand = (struct stand){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}, .terrain = terrain};
	}
	return best >= 0;
}

/* --- before the stop, and while the server is down ------------------------------------------------------------------------------- */

static void batch_await_and_leave(struct bot **batch, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		bot_until(batch[i], bot_in_world(batch[i]));
	for (unsigned i = 0; i < count; i++)
		bot_quit(batch[i]);
	bots_expect_good();
	for (unsigned i = 0; i < count; i++)
		bot_close(&batch[i]);
}

static void visitors_create(const struct game_server *server)
{
	struct bot *batch[BATCH];
	unsigned count = 0;
	for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
		struct visit *visit = &visits[map];
		*visit = (struct visit){0};
		if (catalog_map(scenario_catalog(), map) == NULL)
			continue;
		snprintf(visit->name, sizeof visit->name, "%s", bot_new_name());
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(visit->name);
		struct bot *bot = bot_connect(server);
		bot_roll(bot);
		bot_ask_creation(bot, &wish);
		batch[count++] = bot;
		if (count == BATCH) {
			batch_await_and_leave(batch, count);
			count = 0;
		}
	}
	batch_await_and_leave(batch, count);
}

static unsigned account_id(struct redis_server *redis, const char *name)
{
	redisReply *reply = redis_server_command(redis, "GET " KEY_ACCOUNT_ID, name);
	unsigned id = reply != NULL && reply->type == REDIS_REPLY_STRING ? (unsigned)strtoul(reply->str, NULL, 10) : 0;
	freeReplyObject(reply);
	EXPECT(id != 0, "the store does not know \"%s\"", name);
	return id;
}

static void place_write(struct redis_server *redis, const char *name, struct place at)
{
	EXPECT(redis_server_do(redis, "HSET " KEY_PLAYER_POSITION " map %u x %u y %u", account_id(redis, name), at.map,
						   at.x, at.y),
		   "the place of \"%s\" cannot be written", name);
}

static void boat_write(struct redis_server *redis, const char *name)
{
	unsigned id = account_id(redis, name), boat = 1;
	while (boat <= catalog_item_max(scenario_catalog()) && (catalog_item(scenario_catalog(), boat) == NULL ||
															catalog_item(scenario_catalog(), boat)->kind != ITEM_BOAT))
		boat++;
	EXPECT(boat <= catalog_item_max(scenario_catalog()), "the world has no boats");
	EXPECT(redis_server_do(redis, "HSET " KEY_PLAYER_INVENTORY " " FIELD_SLOT " %u:1", id, BOAT_SLOT, boat) &&
			   redis_server_do(redis, "HSET " KEY_PLAYER_EQUIPMENT " boat %u", id, BOAT_SLOT),
		   "the boat of \"%s\" cannot be written", name);
}

/* --- the visit -------------------------------------------------------------------------------------------------------------------- */

/* Creatures that the files place anywhere stand somewhere else each time. */
static bool is_taken(const struct bot *bot, struct place at)
{
	for (unsigned i = 0; i < bot->character_count; i++) {
		const struct bot_character *other = &bot->characters[i];
		if (other->index != bot->self && other->x == at.x && other->y == at.y)
			return true;
	}
	return false;
}

/* On that map, and no farther from the tile than the nearest that is legal. `off` was found before he came. */
static void expect_place(const struct bot *bot, struct place wanted, int off, const char *what)
{
	struct place is = bot_place(bot);
	off += is_taken(bot, wanted) ? 1 : 0;
	EXPECT(is.map == wanted.map && distance(is.x, is.y, wanted.x, wanted.y) <= off,
		   "%s: %s is on map %u (%u,%u), and should be on map %u (%u,%u) or %d tiles from there", bot->name, what,
		   is.map, is.x, is.y, wanted.map, wanted.x, wanted.y, off);
}

/* The words for who is new and in no army. */
static bool entry_is_restricted(unsigned map, enum text_id *words)
{
	switch (catalog_map(scenario_catalog(), map)->restriction) {
	case RESTRICTION_ARMY:
		*words = TEXT_MAP_ARMY_ONLY;
		return true;
	case RESTRICTION_CHAOS:
		*words = TEXT_MAP_CHAOS_ONLY;
		return true;
	case RESTRICTION_FACTION:
		*words = TEXT_MAP_FACTION_ONLY;
		return true;
	default:
		return false;
	}
}

/* Where exits that lead onto exits lead in the end. */
static struct place followed(struct place to)
{
	enum text_id words;
	struct place next;
	for (int more = 3;
		 more > 0 && map_exit_at(scenario_catalog(), catalog_map(scenario_catalog(), to.map), to.x, to.y, &next) &&
		 !entry_is_restricted(next.map, &words);
		 more--)
		to = next;
	return to;
}

static bool expect_arrival(struct bot *bot, const struct stand *stand)
{
	enum text_id words;
	struct place to = followed(stand->to);
	int off = legal_distance(to, stand->terrain);
	EXPECT(bot_step(bot, stand->heading), "%s cannot step from map %u (%u,%u) to the exit", bot->name, stand->at.map,
		   stand->at.x, stand->at.y);
	bot_sync(bot);
	if (entry_is_restricted(stand->to.map, &words)) {
		bot_expect_line(bot, words);
		expect_place(bot, stand->exit, 1, "after a refusal");
		EXPECT(!scenario_tile_is_exit(stand->at.map, bot_self(bot)->x, bot_self(bot)->y),
			   "%s is left on the exit he may not take", bot->name);
		return false;
	}
	if (off > LEGAL_RADIUS && stand->scatter == 0) { /* nothing to stand on over there */
		bot_expect_line(bot, TEXT_EXIT_CLOSED);
		expect_place(bot, stand->exit, 0, "on an exit that is closed");
		return false;
	}
	expect_place(bot, to, stand->scatter > 0 ? 2 * stand->scatter + LEGAL_RADIUS : off, "after the exit");
	return true;
}

struct visited {
	unsigned maps, crossed, refused, without_exit, moved, at_sea;
};

static void visit_make(const struct game_server *server, unsigned map, struct visited *tally)
{
	struct visit *visit = &visits[map];
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	struct place at = visit->stand.at;
	if (def->start.map != 0)
		at = def->start;
	int off = legal_distance(at, visit->stand.terrain);
	struct bot *bot = bot_login(server, visit->name, ANY_WORKER);
	expect_place(bot, at, off, "after the login");
	tally->maps++;
	EXPECT_EQUAL("sails", bot->sailing, visit->stand.terrain == ON_WATER);
	tally->at_sea += bot->sailing;
	if (def->start.map != 0)
		tally->moved++;
	else if (visit->stand.heading == 0)
		tally->without_exit++;
	else if (expect_arrival(bot, &visit->stand))
		tally->crossed++;
	else
		tally->refused++;
	bot_quit(bot);
	bots_expect_good();
	bot_close(&bot);
}

static void on_each_map_a_character_comes_back_where_the_store_has_him_and_the_exit_leads_where_the_files_say(
	void **state)
{
	(void)state;
	needs_the_classic_world();
	struct redis_server *redis = scenario_redis();
	struct place start = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(start), "intervals.logout_s=0", NULL};
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .redis = redis, .workers = 3});
	unsigned map_max = catalog_map_max(scenario_catalog());
	struct visited tally = {0};

	visitors_create(server);
	game_server_stop(server);
	for (unsigned map = 1; map <= map_max; map++) {
		struct stand *stand = &visits[map].stand;
		if (catalog_map(scenario_catalog(), map) == NULL)
			continue;
		EXPECT(stand_beside_exit(map, ON_LAND, stand) || stand_beside_exit(map, ON_WATER, stand) ||
				   stand_anywhere(map, ON_LAND, stand) || stand_anywhere(map, ON_WATER, stand),
			   "map %u has no tile where anybody could be", map);
		place_write(redis, visits[map].name, stand->at);
		if (stand->terrain == ON_WATER)
			boat_write(redis, visits[map].name);
	}
	game_server_restart(server, NULL);
	game_server_accept(server); /* the boats, which nobody minted */

	for (unsigned map = 1; map <= map_max; map++) {
		if (catalog_map(scenario_catalog(), map) != NULL)
			visit_make(server, map, &tally);
	}
	game_server_await_players(server, 0);
	game_server_audit(server);
	game_server_stop(server);
	print_message(
		"%u maps: %u exits crossed, %u refused or closed; %u maps without an exit, %u with a place of their own for "
		"who logs in, %u visited in a boat\n",
		tally.maps, tally.crossed, tally.refused, tally.without_exit, tally.moved, tally.at_sea);
	EXPECT(tally.crossed > tally.maps / 2, "only %u of %u maps have an exit that leads somewhere", tally.crossed,
		   tally.maps);
}

/* --- the files ---------------------------------------------------------------------------------------------------------------------- */

static void each_exit_leads_to_a_map_that_exists_with_a_legal_tile_near(void **state)
{
	(void)state;
	needs_the_classic_world();
	unsigned bad = 0, all = 0, other_terrain = 0;
	for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
		const struct map_def *def = catalog_map(scenario_catalog(), map);
		unsigned count = 0;
		const struct map_exit *exits = def != NULL ? map_exits(scenario_catalog(), def, &count) : NULL;
		all += count;
		for (unsigned i = 0; i < count; i++) {
			struct place to = exits[i].to;
			unsigned flags = flags_at(map, exits[i].x, exits[i].y);
			EXPECT(catalog_map(scenario_catalog(), to.map) != NULL && tile_is_on_map(to.x, to.y),
				   "map %u (%u,%u) leads to map %u (%u,%u), which is nowhere", map, exits[i].x, exits[i].y, to.map,
				   to.x, to.y);
			if ((flags & TILE_BLOCKED) != 0 || !tile_is_in_frame(exits[i].x, exits[i].y))
				continue; /* nobody can step on it */
			if (legal_distance(to, (flags & TILE_WATER) != 0 ? ON_WATER : ON_LAND) <= LEGAL_RADIUS)
				continue;
			other_terrain++;
			if (legal_distance(to, ON_LAND | ON_WATER) <= LEGAL_RADIUS)
				continue;
			print_message("map %u (%u,%u) leads to map %u (%u,%u), where nobody can be\n", map, exits[i].x, exits[i].y,
						  to.map, to.x, to.y);
			bad++;
		}
	}
	print_message("%u exits, of which %u lead from land to where is only water, or from water to land\n", all,
				  other_terrain - bad);
	EXPECT(all > 0, "the world has no exits");
	EXPECT_EQUAL("exits to where nobody can be", bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_exit_leads_to_a_map_that_exists_with_a_legal_tile_near),
		SCENARIO(on_each_map_a_character_comes_back_where_the_store_has_him_and_the_exit_leads_where_the_files_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
