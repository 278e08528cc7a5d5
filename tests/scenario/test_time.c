/* Time passes for who plays: rain, hunger, meditation, hiding; seen by clients on several workers, while workers die. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalog/tables.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

static void worker_kill(struct game_server *server, unsigned slot)
{
	pid_t before = game_server_process(server, slot);
	server->errors_expected = true;
	EXPECT(before > 0 && kill(before, SIGKILL) == 0, "worker %u cannot be killed", slot);
	game_server_await_successor(server, slot, before);
}

static struct bot *mage_create(const struct game_server *server, unsigned worker)
{
	struct bot *bot = bot_connect_to_worker(server, worker);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish(bot_new_name());
	wish.class = CLASS_MAGE;
	bot_roll(bot);
	bot_ask_creation(bot, &wish);
	bot_until(bot, bot_in_world(bot));
	return bot;
}

/* --- rain --------------------------------------------------------------------------------------------------------------------------- */

static void rain_is_told_once_to_everybody_and_to_who_comes_later(void **state)
{
	(void)state;
	struct crossing way = scenario_crossing();
	const char *const settings[] = {scenario_start(way.here),
									"intervals.weather_ms=2000",
									"rules.rain_start_percent=100",
									"rules.rain_stop_percent=0",
									"rules.rain_minutes_max=1440",
									"rules.dry_minutes_min=0",
									NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bots[3];
	for (unsigned i = 0; i < 2; i++)
		bots[i] = bot_create(server, NULL, (int)i);
	for (unsigned i = 0; i < 2; i++)
		bot_until(bots[i], bots[i]->raining);
	bots[2] = bot_create(server, NULL, 2);
	bot_until(bots[2], bots[2]->raining);

	/* Neither a way to another map nor the death of a worker flips it again. */
	bot_walk_to(bots[0], way.here.x, way.here.y);
	bot_step(bots[0], way.out);
	bot_until(bots[0], bots[0]->map == way.there.map);
	worker_kill(server, 0);
	for (unsigned i = 0; i < 3; i++) {
		bot_sync(bots[i]);
		EXPECT(bots[i]->raining, "%s believes that it is dry", bots[i]->name);
	}
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* --- hunger and thirst ------------------------------------------------------------------------------------------------------------------ */

static void hunger_and_thirst_grow_and_stay_with_who_comes_back(void **state)
{
	(void)state;
	const char *const settings[] = {"intervals.thirst_ms=300", "intervals.hunger_ms=3600000", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, NULL, 1);
	const char *name = scenario_text("%s", bot->name);
	bot_until(bot, bot->water == 70);
	worker_kill(server, 1);
	bot_until(bot, bot->water == 0);
	EXPECT_EQUAL("food", bot->food, 100);
	bot_quit(bot);
	bot_close(&bot);
	bot = bot_login(server, name, 2);
	EXPECT_EQUAL("water", bot->water, 0);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* --- meditating --------------------------------------------------------------------------------------------------------------------------- */

static void meditation_ends_by_itself_and_by_a_step_whoever_serves(void **state)
{
	(void)state;
	struct place at = scenario_clearing(5, 5, true);
	const char *const settings[] = {scenario_start(at), "intervals.meditation_ms=1500", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *mage = mage_create(server, 0), *other = bot_create(server, NULL, 1);
	bot_until(other, bot_find(other, mage->self) != NULL);

	BOT_SEND(mage, MEDITATE);
	bot_until(mage, mage->meditating);
	worker_kill(server, 0); /* the tick is anybody's */
	bot_expect_line(mage, TEXT_MEDITATION_DONE);
	bot_until(mage, !mage->meditating);
	BOT_SEND(mage, MEDITATE);
	bot_until(mage, mage->meditating);
	int x = bot_self(mage)->x, y = bot_self(mage)->y;
	BOT_SEND(mage, WALK, .heading = HEADING_EAST);
	bot_expect_line(mage, TEXT_STOPPED_MEDITATING);
	bot_until(mage, !mage->meditating);
	bot_sync(other);
	EXPECT_EQUAL("x seen by the other", bot_find(other, mage->self)->x, x);
	EXPECT_EQUAL("y seen by the other", bot_find(other, mage->self)->y, y);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* --- hiding --------------------------------------------------------------------------------------------------------------------------------- */

static void who_hides_vanishes_for_others_and_comes_back(void **state)
{
	(void)state;
	struct place at = scenario_clearing(5, 5, true);
	const char *const settings[] = {scenario_start(at), "intervals.work_ms=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *thief = bot_create(server, NULL, 0), *other = bot_create(server, NULL, 1);
	bot_until(other, bot_find(other, thief->self) != NULL);
	bot_record(other);
	bool hidden = false;
	for (int i = 0; i < 300 && !hidden; i++) { /* one in nine tries: all fail in 1 of 10^15 runs */
		BOT_SEND(thief, WORK, .skill = SKILL_HIDING);
		bot_sync(thief);
		bot_sync(other);
		for (unsigned p = 0; p < other->record_count; p++)
			hidden = hidden || strstr(other->record[p], "SetInvisible") != NULL;
	}
	EXPECT(hidden, "nobody ever saw him vanish");
	EXPECT(!bot_self(thief)->invisible, "he does not see himself any more");
	bot_until(other, !bot_find(other, thief->self)->invisible); /* without any skill it lasts no time at all */
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* --- passages ------------------------------------------------------------------------------------------------------------------------------- */

/* A tile where nobody may stand for long, in a world that has a jail; false: there is none. */
static bool passage_find(struct place *at)
{
	const struct catalog *catalog = scenario_catalog();
	if (catalog_map(catalog, table_jail.map) == NULL)
		return false;
	for (unsigned number = 1; number <= catalog_map_max(catalog); number++) {
		const struct map_def *map = catalog_map(catalog, number);
		for (int tile = 0; map != NULL && scenario_map_is_plain(number) && tile < MAP_TILES; tile++) {
			int x = tile % 100 + 1, y = tile / 100 + 1;
			if (map_tile_trigger(catalog, map, x, y) == TRIGGER_ANTI_BLOCKING && scenario_tile_is_free(number, x, y) &&
				!scenario_tile_is_exit(number, x, y)) {
				*at = (struct place){.map = (uint16_t)number, .x = (uint8_t)x, .y = (uint8_t)y};
				return true;
			}
		}
	}
	return false;
}

static void who_blocks_a_passage_goes_to_jail(void **state)
{
	(void)state;
	struct place at = {0};
	if (!passage_find(&at))
		skip();
	const char *const settings[] = {scenario_start(at), "intervals.blocking_ms=300", "rules.blocking_checks=2",
									"rules.blocking_jail_minutes=1", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, NULL, 0);
	for (int i = 0; i < 3; i++)
		bot_expect_line(bot, TEXT_BLOCKING);
	bot_until(bot, bot->map == table_jail.map);
	bot_expect_line(bot, TEXT_BLOCKING_JAIL, 1);
	bot_sync(bot);
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(rain_is_told_once_to_everybody_and_to_who_comes_later),
		SCENARIO(hunger_and_thirst_grow_and_stay_with_who_comes_back),
		SCENARIO(meditation_ends_by_itself_and_by_a_step_whoever_serves),
		SCENARIO(who_hides_vanishes_for_others_and_comes_back),
		SCENARIO(who_blocks_a_passage_goes_to_jail),
	};
	return SCENARIOS_RUN(tests);
}
