/* A hunt over the wire, on the little land: somebody strikes a bear until it dies, while his worker is killed under him; who looks
 * on from another worker sees it go and what it leaves; the hunter has grown, and what he picks up is his when he comes back.
 * The server runs in paranoid mode, and is audited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/little_land.h"

enum { BEAR_BODY = 14, BEAR_EXPERIENCE = 45, BLOWS_MOST = 400 };

static const struct bot_character *bear_of(const struct bot *bot)
{
	return bot_find_body(bot, BEAR_BODY, 0);
}

/* A tile in view on which something lies now and did not before. */
static bool spoils_find(const struct bot *bot, const int16_t *before, struct place *at)
{
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		if (bot->ground[tile] == 0 || before[tile] == bot->ground[tile])
			continue;
		*at = (struct place){.map = (uint16_t)bot->map, .x = (uint8_t)tile_x(tile), .y = (uint8_t)tile_y(tile)};
		return true;
	}
	return false;
}

static int carried(const struct bot *bot)
{
	int amount = bot->gold;
	for (unsigned slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++)
		amount += bot->inventory[slot].amount;
	return amount;
}

/* Until it lies dead; half way his worker dies. */
static void hunt(struct game_server *server, struct bot *hunter)
{
	for (unsigned blow = 0; blow < BLOWS_MOST && bear_of(hunter) != NULL; blow++) {
		BOT_SEND(hunter, ATTACK);
		bot_sync(hunter);
		if (blow == 1)
			game_server_kill_worker(server, 0);
	}
	EXPECT(bear_of(hunter) == NULL, "the bear lives after %d blows", BLOWS_MOST);
}

static void a_bear_is_hunted_down_and_leaves_something(void **state)
{
	(void)state;
	const char *const settings[] = {"world.paranoid=true",
									"intervals.strike_ms=0",
									"rules.strike_stamina=0",
									"intervals.respawn_ms=600000",
									"rules.experience_percent=2000",
									"rules.drop_percent=1000",
									"workers.respawn_pause_max_ms=100",
									"world.max_creatures=100",
									scenario_text("world.start=%d-%d-%d", LAND_WILD, BEAR_X, WILD_BEASTS_Y + 1),
									NULL};
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .world = little_land, .workers = 2});
	struct bot *hunter = bot_create(server, "Ana", 0), *onlooker = bot_create(server, "Beto", 1);
	bot_until(onlooker, bear_of(onlooker) != NULL);
	EXPECT(bot_place(hunter).x == BEAR_X && bot_place(hunter).y == WILD_BEASTS_Y + 1, "Ana is somewhere else");
	static int16_t before[MAP_TILES];
	memcpy(before, onlooker->ground, sizeof before);
	BOT_SEND(hunter, CHANGE_HEADING, .heading = HEADING_NORTH);

	hunt(server, hunter);
	bot_until(onlooker, bear_of(onlooker) == NULL);
	bot_until(hunter, hunter->level > 1);
	EXPECT(hunter->skill_points > 0, "she has no point to spend");
	/* 900 points in all: 300 for the second level, 420 for the third. */
	EXPECT_EQUAL("level", hunter->level, 3);
	EXPECT_EQUAL("experience", hunter->experience, BEAR_EXPERIENCE * 20 - 300 - 420);

	struct place spoils = {0};
	bot_until(onlooker, spoils_find(onlooker, before, &spoils));
	int had = carried(hunter);
	bot_walk_to(hunter, spoils.x, spoils.y);
	BOT_SEND(hunter, PICK_UP);
	bot_sync(hunter);
	int has = carried(hunter);
	EXPECT(has > had, "she picked up nothing of what lies at (%d,%d)", spoils.x, spoils.y);

	bot_await_durable(hunter, server);
	bots_close_all();
	game_server_kill_all(server);
	game_server_restart(server, NULL);
	hunter = bot_login(server, "Ana", ANY_WORKER);
	EXPECT_EQUAL("what she carries after the crash", carried(hunter), has);
	EXPECT_EQUAL("level after the crash", hunter->level, 3);
	game_server_audit(server);
	bots_expect_good();
	bots_close_all();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAND_SCENARIO(a_bear_is_hunted_down_and_leaves_something),
	};
	return SCENARIOS_RUN(tests);
}
