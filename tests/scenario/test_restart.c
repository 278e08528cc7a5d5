/* A restart keeps everything, on both stores; a crash of everything takes the whole world back to one earlier moment, by no
 * more than what was not durable yet, and doubles nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"
#include "tests/harness/town.h"

/* --- an orderly restart -------------------------------------------------------------------------------------------------------------- */

static void restart_keeps_all(const struct redis_server *redis)
{
	struct town t = town_make(&(struct game_server_options){.redis = redis}, 11);
	struct town_wealth wealth = town_wealth_of(t.server);
	for (int turn = 0; turn < 2; turn++) {
		town_live(&t, 150);
		town_expect_wealth(t.server, &wealth);
		struct moment before = town_look(&t);
		bots_expect_good();
		game_server_stop(t.server);
		town_forget(&t);
		game_server_restart(t.server, NULL);
		town_enter(&t);
		struct moment after = town_look(&t);
		town_expect_same(&before, &after);
		town_expect_wealth(t.server, &wealth);
	}
	bots_expect_good();
	game_server_stop(t.server);
}

static void a_restart_keeps_people_bags_and_ground_on_the_embedded_store(void **state)
{
	(void)state;
	restart_keeps_all(NULL);
}

static void a_restart_keeps_people_bags_and_ground_on_redis(void **state)
{
	(void)state;
	restart_keeps_all(scenario_redis());
}

/* --- doors ------------------------------------------------------------------------------------------------------------------------- */

struct door {
	struct place at, stand; /* a tile from which it can be reached */
	bool open;              /* in the files */
};

/* A door that moves, on a safe map, with a place to stand beside it. */
static bool door_find(struct door *door)
{
	const struct catalog *c = scenario_catalog();
	for (unsigned map = 1; map <= catalog_map_max(c); map++) {
		unsigned count;
		const struct map_def *def = catalog_map(c, map);
		if (def == NULL || (def->flags & MAP_SAFE) == 0 || def->restriction != RESTRICTION_NONE)
			continue;
		const struct map_object *objects = map_objects(c, def, &count);
		for (unsigned i = 0; i < count; i++) {
			const struct item_def *item = catalog_item(c, objects[i].item);
			int x = objects[i].x, y = objects[i].y;
			if (item->kind != ITEM_DOOR || (item->flags & (ITEM_IS_LOCKED | ITEM_DOOR_IS_STUCK)) != 0 ||
				!scenario_tile_is_free(map, x, y + 1) || scenario_tile_is_exit(map, x, y + 1))
				continue;
			*door = (struct door){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y},
								  .stand = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)(y + 1)},
								  .open = (item->flags & ITEM_IS_CLOSED) == 0};
			return true;
		}
	}
	return false;
}

static int block_of(const struct bot *bot, struct place at)
{
	return bot->block[tile_index(at.x, at.y)];
}

static void doors_stay_as_they_were_left(const struct redis_server *redis)
{
	struct door door = {.open = false};
	if (!door_find(&door)) {
		print_message("this world has no door that moves on a safe map\n");
		skip();
	}
	const char *const settings[] = {scenario_start(door.stand), "intervals.logout_s=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .redis = redis});
	struct bot *bot = bot_create(server, "Portera", 0);
	struct bot *witness = bot_create(server, NULL, 1);
	int open = -1, shut = 1, usual = door.open ? open : shut, turned = -usual;
	EXPECT_EQUAL("the door's tile", block_of(bot, door.at), usual);
	BOT_SEND(bot, DOUBLE_CLICK, .x = door.at.x, .y = door.at.y);
	bot_until(bot, block_of(bot, door.at) == turned);
	bot_until(witness, block_of(witness, door.at) == turned);
	bot_sync(bot);
	int grh = bot->ground[tile_index(door.at.x, door.at.y)];

	game_server_stop(server);
	bot_close(&bot);
	bot_close(&witness);
	game_server_restart(server, NULL);
	bot = bot_login(server, "Portera", ANY_WORKER);
	EXPECT_EQUAL("the door's tile after a restart", block_of(bot, door.at), turned);
	EXPECT_EQUAL("the door's picture after a restart", bot->ground[tile_index(door.at.x, door.at.y)], grh);
	BOT_SEND(bot, DOUBLE_CLICK, .x = door.at.x, .y = door.at.y);
	bot_until(bot, block_of(bot, door.at) == usual);

	/* and a crash after that is durable keeps it too */
	bot_await_durable(bot, server);
	game_server_kill_all(server);
	bot_close(&bot);
	game_server_restart(server, NULL);
	bot = bot_login(server, "Portera", ANY_WORKER);
	EXPECT_EQUAL("the door's tile after a crash", block_of(bot, door.at), usual);
	bots_expect_good();
	game_server_stop(server);
}

static void a_restart_keeps_doors_on_the_embedded_store(void **state)
{
	(void)state;
	doors_stay_as_they_were_left(NULL);
}

static void a_restart_keeps_doors_on_redis(void **state)
{
	(void)state;
	doors_stay_as_they_were_left(scenario_redis());
}

/* --- a crash of everything ------------------------------------------------------------------------------------------------------------ */

static void redis_dies_too(void *context)
{
	struct problem why;
	struct redis_server *redis = context;
	redis_server_kill(redis);
	EXPECT(redis_server_restart(redis, &why), "Redis does not come back: %s", why.text);
}

/* Each action is answered before the next, so that the world goes through the moments in order; then all is killed. */
static void crash_takes_back_to_one_moment(struct redis_server *redis)
{
	enum { ACTIONS = 400 };
	struct town t = town_make(&(struct game_server_options){.redis = redis}, 11);
	struct town_wealth wealth = town_wealth_of(t.server);
	struct town_story *story = malloc(sizeof *story);
	EXPECT(story != NULL, "out of memory");
	for (int crash = 0; crash < 3; crash++) {
		town_live(&t, 40);
		town_story_begin(&t, story);
		while (story->count <= ACTIONS - crash * 70) { /* not always the same time after a cut */
			town_act(&t, story->count % TOWN_PEOPLE);
			town_story_add(&t, story);
		}
		int which = town_crash(&t, story, &wealth, redis != NULL && crash == 1 ? redis_dies_too : NULL, redis);
		print_message("          crash %d: %d of %d actions kept\n", crash + 1, which, story->count - 1);
	}
	free(story);
	game_server_stop(t.server);
}

static void a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_the_embedded_store(void **state)
{
	(void)state;
	crash_takes_back_to_one_moment(NULL);
}

static void a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_redis(void **state)
{
	(void)state;
	crash_takes_back_to_one_moment(scenario_redis());
}

/* --- characters made just before --------------------------------------------------------------------------------------------------- */

static void a_character_made_just_before_the_crash_is_there_whole_or_not_at_all(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *old = bot_create(server, "Vieja", ANY_WORKER);
	bot_await_durable(old, server);
	struct bot *young = bot_create(server, "Nueva", ANY_WORKER);
	game_server_kill_all(server);
	bot_close(&old);
	bot_close(&young);
	game_server_restart(server, NULL);
	old = bot_login(server, "Vieja", ANY_WORKER);
	young = bot_connect(server);
	bot_ask_login(young, "Nueva", BOT_PASSWORD);
	bot_until(young, bot_in_world(young) || young->errors > 0);
	if (!bot_in_world(young)) {
		bot_expect_error(young, TEXT_WRONG_PASSWORD);
		bot_close(&young);
		young = bot_create(server, "Nueva", ANY_WORKER); /* so its name is free */
	}
	bot_await_durable(young, server);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_restart_keeps_people_bags_and_ground_on_the_embedded_store),
		SCENARIO(a_restart_keeps_people_bags_and_ground_on_redis),
		SCENARIO(a_restart_keeps_doors_on_the_embedded_store),
		SCENARIO(a_restart_keeps_doors_on_redis),
		SCENARIO(a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_the_embedded_store),
		SCENARIO(a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_redis),
		SCENARIO(a_character_made_just_before_the_crash_is_there_whole_or_not_at_all),
	};
	return SCENARIOS_RUN(tests);
}
