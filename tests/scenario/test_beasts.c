/* Creatures over the wire, on the little land: somebody tames a bear, commands it, leaves and comes back to it, also after the
 * server died; a trainer calls rats. Everybody else sees the same. The server runs in paranoid mode, and is audited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/little_land.h"

enum { BEAR_BODY = 14, RAT_BODY = 17, TRIES = 200 };

static struct game_server *server_start(unsigned x, unsigned y)
{
	const char *const settings[] = {"world.paranoid=true", "intervals.work_ms=0", "world.max_creatures=100",
									scenario_text("world.start=%d-%u-%u", LAND_WILD, x, y), NULL};
	return game_server_start(&(struct game_server_options){.settings = settings, .world = little_land});
}

static unsigned bodies_in_view(const struct bot *bot, int body)
{
	unsigned count = 0;
	for (unsigned i = 0; i < bot->character_count; i++)
		count += bot->characters[i].body == body;
	return count;
}

/* A bear, but not this one. */
static const struct bot_character *bear_but(const struct bot *bot, int wild)
{
	return bot_find_body(bot, BEAR_BODY, wild);
}

/* Points above its tile: whoever stands below it would be meant himself. */
static void tame(struct bot *bot, int wild)
{
	BOT_SEND(bot, MODIFY_SKILLS, .points = {[SKILL_TAMING - 1] = 10});
	for (unsigned i = 0; i < TRIES && bear_but(bot, wild) == NULL; i++) {
		BOT_SEND(bot, WORK, .skill = SKILL_TAMING);
		BOT_SEND(bot, WORK_LEFT_CLICK, .x = BEAR_X, .y = WILD_BEASTS_Y - 1, .skill = SKILL_TAMING);
		bot_sync(bot);
	}
	bot_expect_line(bot, TEXT_TAMED);
}

static void a_pet_obeys_and_waits_for_who_leaves_and_survives_the_server(void **state)
{
	(void)state;
	struct game_server *server = server_start(BEAR_X, WILD_BEASTS_Y + 2);
	struct bot *bot = bot_create(server, "Ana", ANY_WORKER), *other = bot_create(server, "Beto", ANY_WORKER);
	bot_until(bot, bear_but(bot, 0) != NULL);
	int wild = bear_but(bot, 0)->index;
	tame(bot, wild);
	const struct bot_character *bear = bear_but(bot, wild);
	int index = bear->index;
	bot_until(other, bot_find(other, index) != NULL);
	BOT_SEND(bot, LEFT_CLICK, .x = (uint8_t)bear->x, .y = (uint8_t)(bear->y - 1));
	BOT_SEND(bot, PET_STAND);
	bot_until(bot, bot_has_said(bot, index, "Grrr"));
	bot_until(other, bot_has_said(other, index, "Grrr"));

	bot_await_durable(bot, server);
	bot_quit(bot);
	bot_close(&bot);
	bot_sync(other);
	bot_until(other, bear_but(other, wild) == NULL);
	bot = bot_login(server, "Ana", ANY_WORKER);
	bot_until(bot, bear_but(bot, wild) != NULL);
	bot_until(other, bear_but(other, wild) != NULL);
	game_server_audit(server);

	bots_close_all();
	game_server_kill_all(server);
	game_server_restart(server, NULL);
	bot = bot_login(server, "Ana", ANY_WORKER);
	bot_until(bot, bear_but(bot, wild) != NULL);
	game_server_audit(server);
	bots_expect_good();
	bots_close_all();
	game_server_stop(server);
}

/* So many steps in one direction: bots find their way by themselves only in the world of the other scenarios. */
static void go(struct bot *bot, int heading, int steps)
{
	for (int i = 0; i < steps; i++)
		BOT_SEND(bot, WALK, .heading = (uint8_t)heading);
	BOT_SEND(bot, REQUEST_POSITION_UPDATE);
	bot_sync(bot);
}

static void go_to(struct bot *bot, int x, int y)
{
	struct place at = bot_place(bot);
	go(bot, at.x < x ? HEADING_EAST : HEADING_WEST, abs(at.x - x));
	go(bot, at.y < y ? HEADING_SOUTH : HEADING_NORTH, abs(at.y - y));
	EXPECT(bot_place(bot).x == x && bot_place(bot).y == y, "%s stands at (%d,%d)", bot->name, bot_place(bot).x,
		   bot_place(bot).y);
}

/* Beyond the exit lies a safe map: there pets wait outside. */
static void a_pet_waits_outside_safe_maps(void **state)
{
	(void)state;
	struct game_server *server = server_start(BEAR_X, WILD_BEASTS_Y + 2);
	struct bot *bot = bot_create(server, "Ana", 0), *other = bot_create(server, "Beto", 1);
	bot_until(bot, bear_but(bot, 0) != NULL);
	int wild = bear_but(bot, 0)->index;
	tame(bot, wild);
	go_to(other, WILD_X + 4, WILD_Y + 4);
	go_to(bot, WILD_X, WILD_Y + 1);
	go_to(bot, WILD_X, WILD_Y);
	go(bot, HEADING_EAST, 1);
	bot_until(bot, bot->map == LAND_MEADOW);
	bot_sync(bot);
	EXPECT(bear_but(bot, 0) == NULL, "a bear came along into a safe map");
	game_server_audit(server);
	go_to(bot, EXIT_X - 1, EXIT_Y);
	go(bot, HEADING_EAST, 1);
	bot_until(bot, bot->map == LAND_WILD && bear_but(bot, wild) != NULL);
	bot_until(other, bear_but(other, wild) != NULL);
	game_server_audit(server);
	bots_expect_good();
	bots_close_all();
	game_server_stop(server);
}

static void a_trainer_calls_rats_for_all_to_see(void **state)
{
	(void)state;
	struct game_server *server = server_start(TRAINER_X, WILD_BEASTS_Y + 2);
	struct bot *bot = bot_create(server, NULL, ANY_WORKER), *other = bot_create(server, NULL, ANY_WORKER);
	BOT_SEND(bot, LEFT_CLICK, .x = TRAINER_X, .y = WILD_BEASTS_Y - 1);
	BOT_SEND(bot, TRAIN_LIST);
	for (unsigned i = 0; i < 9; i++)
		BOT_SEND(bot, TRAIN, .creature = 1);
	bot_until(bot, bodies_in_view(bot, RAT_BODY) == 7);
	bot_sync(bot);
	bot_until(other, bodies_in_view(other, RAT_BODY) == 7);
	EXPECT_EQUAL("rats", bodies_in_view(bot, RAT_BODY), 7);
	game_server_audit(server);
	bots_expect_good();
	bots_close_all();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAND_SCENARIO(a_pet_obeys_and_waits_for_who_leaves_and_survives_the_server),
		LAND_SCENARIO(a_pet_waits_outside_safe_maps),
		LAND_SCENARIO(a_trainer_calls_rats_for_all_to_see),
	};
	return SCENARIOS_RUN(tests);
}
