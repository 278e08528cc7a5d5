#include "tests/harness/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/text/texts.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/small_disk.h"

enum { LOOK_AGAIN_MS = 5, EVENTUALLY_MS = 30000, TEXTS = 64, TEXT_BYTES = 640, SERVERS_OF_REDIS = 4 };

/* One test runs at a time in a program; these belong to it. */
static struct redis_server *redis_servers[SERVERS_OF_REDIS];
static unsigned redis_count;
static const struct catalog *catalog; /* loaded once, kept until the program ends */

/* --- failing ------------------------------------------------------------------------------------------------------------------ */

void scenario_fail(const char *file, int line, const char *format, ...)
{
	char text[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	bots_show(text);
	game_server_show_logs();
	fprintf(stderr, "\n%s:%d: %s\n", file, line, text);
	_fail(file, line);
	abort(); /* _fail does not return */
}

int scenario_setup(void **state)
{
	struct problem why;
	(void)state;
	if (!text_catalog_load(NULL, &why))
		fail_msg("the texts do not load: %s", why.text);
	return 0;
}

int scenario_teardown(void **state)
{
	(void)state;
	bots_close_all();
	game_server_destroy_all();
	small_disk_unmount();
	while (redis_count > 0)
		redis_server_stop(&redis_servers[--redis_count]);
	return 0;
}

uint64_t scenario_deadline(void)
{
	return clock_mono_ms() + EVENTUALLY_MS;
}

void scenario_look_again(uint64_t until_ms, const char *file, int line, const char *condition)
{
	if (clock_mono_ms() >= until_ms)
		scenario_fail(file, line, "after %d s still not: %s", EVENTUALLY_MS / 1000, condition);
	bots_receive(LOOK_AGAIN_MS);
}

struct redis_server *scenario_redis(void)
{
	struct problem why;
	if (!redis_server_available()) {
		print_message("there is no redis-server\n");
		skip();
	}
	EXPECT(redis_count < SERVERS_OF_REDIS, "more than %d Redis servers in one test", SERVERS_OF_REDIS);
	struct redis_server *server = redis_server_start(NULL, &why);
	EXPECT(server != NULL, "no Redis: %s", why.text);
	redis_servers[redis_count++] = server;
	return server;
}

const char *scenario_text(const char *format, ...)
{
	static char texts[TEXTS][TEXT_BYTES]; /* a ring: no test needs more at a time */
	static unsigned next;
	char *text = texts[next++ % TEXTS];
	va_list args;
	va_start(args, format);
	vsnprintf(text, TEXT_BYTES, format, args);
	va_end(args);
	return text;
}

/* --- the world ------------------------------------------------------------------------------------------------------------------ */

static bool is_world(const char *folder)
{
	return access(scenario_text("%s/Maps", folder), R_OK | X_OK) == 0;
}

static const char *classic_folder(void)
{
	const char *named = getenv("ARGENTUM_CLASSIC");
	return named != NULL && *named != '\0' ? named : "../shared/classic";
}

bool scenario_world_is_classic(void)
{
	return is_world(classic_folder());
}

const char *scenario_world(void)
{
	static char starter[256];
	if (scenario_world_is_classic())
		return classic_folder();
	const char *build = getenv("ARGENTUM_BUILD");
	snprintf(starter, sizeof starter, "%s/world", build != NULL ? build : "build");
	if (!is_world(starter)) {
		print_message("there is neither a classic world (\"%s\") nor the starter world (\"%s\": make world)\n",
					  classic_folder(), starter);
		skip();
	}
	return starter;
}

const struct catalog *scenario_catalog(void)
{
	struct problem why;
	if (catalog != NULL)
		return catalog;
	int fd = catalog_build(scenario_world(), NULL, &why);
	if (fd >= 0)
		catalog = catalog_attach(fd, &why);
	EXPECT(catalog != NULL, "the world \"%s\" does not load: %s", scenario_world(), why.text);
	close(fd);
	return catalog;
}

/* --- places ----------------------------------------------------------------------------------------------------------------------- */

bool scenario_tile_is_free(unsigned map, int x, int y)
{
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	return def != NULL && tile_is_in_frame(x, y) &&
		   (map_tile_flags(catalog, def, x, y) & (TILE_BLOCKED | TILE_WATER | TILE_CREATURE)) == 0;
}

bool scenario_tile_is_exit(unsigned map, int x, int y)
{
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	return def != NULL && (map_tile_flags(catalog, def, x, y) & TILE_EXIT) != 0;
}

static bool tile_is_plain(unsigned map, int x, int y)
{
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	return scenario_tile_is_free(map, x, y) &&
		   (map_tile_flags(catalog, def, x, y) & (TILE_EXIT | TILE_OBJECT | TILE_LAVA)) == 0;
}

static bool rectangle_is_plain(unsigned map, int left, int top, int width, int height)
{
	for (int y = top; y < top + height; y++) {
		for (int x = left; x < left + width; x++) {
			if (!tile_is_plain(map, x, y))
				return false;
		}
	}
	return true;
}

/* Scenery is in the client's own map (rules-life-combat-magic.md 8.3). */
static bool object_is_told(unsigned item)
{
	const struct item_def *def = catalog_item(catalog, item);
	return def != NULL && def->kind != ITEM_TREE && def->kind != ITEM_ELVEN_TREE && def->kind != ITEM_SIGN &&
		   def->kind != ITEM_FORUM && def->kind != ITEM_ORE_DEPOSIT;
}

/* Nothing that the client is told of in the window, so that who moves a little comes to see nothing either. */
static bool surroundings_are_empty(unsigned map, int x, int y)
{
	enum { FAR = 26 }; /* a window's radius is 17 at most */
	unsigned count;
	const struct map_def *def = catalog_map(catalog, map);
	const struct map_creature *creatures = map_creatures(catalog, def, &count);
	for (unsigned i = 0; i < count; i++) {
		if (abs(creatures[i].x - x) < FAR && abs(creatures[i].y - y) < FAR)
			return false;
	}
	const struct map_object *objects = map_objects(catalog, def, &count);
	for (unsigned i = 0; i < count; i++) {
		if (abs(objects[i].x - x) < FAR && abs(objects[i].y - y) < FAR && object_is_told(objects[i].item))
			return false;
	}
	return true;
}

bool scenario_map_is_plain(unsigned map)
{
	const struct map_def *def = catalog_map(scenario_catalog(), map);
	return def != NULL && def->start.map == 0 && def->death.map == 0 && def->restriction == RESTRICTION_NONE;
}

static bool map_is_safe(unsigned map)
{
	return (catalog_map(scenario_catalog(), map)->flags & MAP_SAFE) != 0;
}

/* Rings around the middle of the map, the nearest first. */
static bool clearing_on(unsigned map, int width, int height, bool lonely, struct place *at)
{
	for (int radius = 0; radius < 40; radius++) {
		for (int i = -radius; i <= radius; i++) {
			const int tries[4][2] = {
				{50 + i, 50 - radius}, {50 + i, 50 + radius}, {50 - radius, 50 + i}, {50 + radius, 50 + i}};
			for (unsigned t = 0; t < 4; t++) {
				int x = tries[t][0], y = tries[t][1];
				if (!rectangle_is_plain(map, x, y, width, height) || (lonely && !surroundings_are_empty(map, x, y)))
					continue;
				*at = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
				return true;
			}
		}
	}
	return false;
}

bool scenario_clearing_on(unsigned map, int width, int height, struct place *at)
{
	return clearing_on(map, width, height, true, at) || clearing_on(map, width, height, false, at);
}

struct place scenario_clearing(int width, int height, bool safe)
{
	struct place at;
	for (int lonely = 1; lonely >= 0; lonely--) {
		for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
			if (scenario_map_is_plain(map) && map_is_safe(map) == safe &&
				clearing_on(map, width, height, lonely == 1, &at))
				return at;
		}
	}
	scenario_fail(__FILE__, __LINE__, "the world \"%s\" has no clearing of %d by %d on %s map", scenario_world(), width,
				  height, safe ? "a safe" : "an unsafe");
}

static void neighbour(int heading, int *x, int *y)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	*x += dx[heading];
	*y += dy[heading];
}

/* Three tiles on the way to the exit, and beside it, are plain. */
static bool approach_is_plain(struct place at, int away)
{
	int x = at.x, y = at.y;
	for (int i = 0; i < 3; i++) {
		bool along = away == HEADING_EAST || away == HEADING_WEST;
		for (int side = -1; side <= 1; side++) {
			if (!tile_is_plain(at.map, along ? x : x + side, along ? y + side : y))
				return false;
		}
		neighbour(away, &x, &y);
	}
	return true;
}

/* Is this exit one of a pair that leads to and fro? */
static bool crossing_at(unsigned map, const struct map_exit *exit, int out, struct crossing *crossing)
{
	static const int opposite[] = {0, HEADING_SOUTH, HEADING_WEST, HEADING_NORTH, HEADING_EAST};
	int x = exit->x, y = exit->y, back = opposite[out];
	const struct map_def *other = catalog_map(catalog, exit->to.map);
	neighbour(back, &x, &y);
	if (other == NULL || exit->to.map == map || !scenario_map_is_plain(exit->to.map) ||
		!scenario_tile_is_free(map, exit->x, exit->y) || !tile_is_on_map(x, y))
		return false;
	*crossing = (struct crossing){
		.here = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}, .there = exit->to, .out = out, .back = back};
	x = exit->to.x;
	y = exit->to.y;
	neighbour(back, &x, &y);
	return approach_is_plain(crossing->here, back) && approach_is_plain(crossing->there, out) &&
		   scenario_tile_is_free(exit->to.map, x, y) && map_exit_at(catalog, other, x, y, &crossing->home) &&
		   crossing->home.map == map && tile_is_plain(map, crossing->home.x, crossing->home.y);
}

static bool crossing_on(unsigned map, bool lonely, struct crossing *crossing)
{
	unsigned count;
	const struct map_exit *exits = map_exits(catalog, catalog_map(catalog, map), &count);
	for (unsigned i = 0; i < count; i++) {
		for (int out = HEADING_NORTH; out <= HEADING_WEST; out++) {
			if (!crossing_at(map, &exits[i], out, crossing))
				continue;
			crossing->lonely = surroundings_are_empty(map, crossing->here.x, crossing->here.y) &&
							   surroundings_are_empty(crossing->there.map, crossing->there.x, crossing->there.y);
			if (crossing->lonely || !lonely)
				return true;
		}
	}
	return false;
}

struct crossing scenario_crossing(void)
{
	struct crossing crossing;
	for (int lonely = 1; lonely >= 0; lonely--) {
		for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
			if (scenario_map_is_plain(map) && crossing_on(map, lonely == 1, &crossing))
				return crossing;
		}
	}
	scenario_fail(__FILE__, __LINE__, "the world \"%s\" has no two maps side by side", scenario_world());
}

const char *scenario_start(struct place at)
{
	return scenario_text("world.start=%u-%u-%u", at.map, at.x, at.y);
}
