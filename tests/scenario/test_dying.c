/* Dying, the way home and coming back, as clients on several workers see it, while workers die. */
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

/* Where the start kit of the other server has its potions, and which they are. */
enum { SLOT_YELLOW = 1, SLOT_BLACK = 6, KIT_SLOTS = 6 };

static void worker_kill(struct game_server *server, unsigned slot)
{
	pid_t before = game_server_process(server, slot);
	server->errors_expected = true;
	EXPECT(before > 0 && kill(before, SIGKILL) == 0, "worker %u cannot be killed", slot);
	game_server_await_successor(server, slot, before);
}

static bool is_ghost(const struct bot *bot, int character)
{
	const struct bot_character *seen = bot_find(bot, character);
	return seen != NULL && seen->body == BODY_DEAD && seen->head == HEAD_DEAD;
}

static void use(struct bot *bot, int slot)
{
	BOT_SEND(bot, USE_ITEM, .slot = slot);
}

static unsigned things_seen(const struct bot *bot)
{
	unsigned count = 0;
	for (unsigned i = 0; i < MAP_TILES; i++)
		count += bot->ground[i] != 0;
	return count;
}

static void a_poisoner_of_himself_loses_what_he_had_and_goes_home(void **state)
{
	(void)state;
	const char *const settings[] = {scenario_start(scenario_clearing(9, 9, false)),
									"game.start_kit=pyao",
									"intervals.use_ms=0",
									"intervals.logout_s=0",
									"rules.home_seconds_min=2",
									"rules.home_seconds_max=2",
									NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, NULL, 0), *other = bot_create(server, NULL, 1);
	const char *name = scenario_text("%s", bot->name);
	int self = bot->self, home = scenario_catalog() != NULL ? catalog_city(scenario_catalog(), 1)->place.map : 0;
	bot_until(other, bot_find(other, self) != NULL);
	unsigned lay_there = things_seen(other);

	int dexterity = bot->dexterity;
	use(bot, SLOT_YELLOW);
	bot_until(bot, bot->dexterity > dexterity);
	bot_until(bot, bot->inventory[SLOT_YELLOW].amount == 29);
	use(bot, SLOT_BLACK);
	bot_until(bot, bot->hp == 0);
	bot_until(bot, bot->dexterity == dexterity && bot->inventory[SLOT_BLACK].item == 0);
	bot_until(other, is_ghost(other, self));
	bot_until(other, things_seen(other) >= lay_there + KIT_SLOTS);
	for (int slot = 1; slot <= KIT_SLOTS; slot++)
		EXPECT_EQUAL("item that is left", bot->inventory[slot].item, 0);
	game_server_audit(server);

	BOT_SEND(bot, PICK_UP);
	bot_expect_line(bot, TEXT_DEAD_CANNOT);
	BOT_SEND(bot, HOME);
	worker_kill(server, 0); /* who goes on knows that he is on his way */
	bot_until(bot, bot->map == home);
	bot_until(bot, is_ghost(bot, bot->self));

	bot_quit(bot);
	bot_close(&bot);
	bot = bot_login(server, name, 2);
	EXPECT_EQUAL("life of who comes back", bot->hp, 0);
	EXPECT(is_ghost(bot, bot->self), "who comes back is no ghost");
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

/* A priest whom anybody can stand beside. */
static bool priest_find(struct place *priest)
{
	const struct catalog *catalog = scenario_catalog();
	for (unsigned number = 1; number <= catalog_map_max(catalog); number++) {
		const struct map_def *map = catalog_map(catalog, number);
		unsigned count = 0;
		const struct map_creature *placed = map != NULL ? map_creatures(catalog, map, &count) : NULL;
		for (unsigned i = 0; i < count && scenario_map_is_plain(number); i++) {
			const struct creature_def *def = catalog_creature(catalog, placed[i].creature);
			if (def->kind != CREATURE_PRIEST || !scenario_tile_is_free(number, placed[i].x, placed[i].y + 2))
				continue;
			*priest = (struct place){.map = (uint16_t)number, .x = placed[i].x, .y = placed[i].y};
			return true;
		}
	}
	return false;
}

static void a_priest_brings_back_who_asks(void **state)
{
	(void)state;
	struct place priest = {0};
	if (!priest_find(&priest))
		skip();
	const struct place beside = {.map = priest.map, .x = priest.x, .y = (uint8_t)(priest.y + 2)};
	const char *const settings[] = {scenario_start(beside), "game.start_kit=pyao", "intervals.use_ms=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_create(server, NULL, 0), *other = bot_create(server, NULL, 1);
	bot_until(other, bot_find(other, bot->self) != NULL);
	int hp_max = bot->hp_max;

	use(bot, SLOT_BLACK);
	bot_until(other, is_ghost(other, bot->self));
	worker_kill(server, 0);
	bot_until(bot, bot->hp == 0 && is_ghost(bot, bot->self));
	BOT_SEND(bot, LEFT_CLICK, .x = priest.x, .y = priest.y);
	BOT_SEND(bot, RESUCITATE);
	bot_expect_line(bot, TEXT_PRIEST_REVIVED);
	bot_until(bot, bot->hp > 0);
	bot_until(other, !is_ghost(other, bot->self));
	BOT_SEND(bot, HEAL);
	bot_expect_line(bot, TEXT_PRIEST_HEALED);
	bot_until(bot, bot->hp == hp_max);
	EXPECT(bot->inventory[SLOT_BLACK].amount > 0, "a safe map took what he had");
	game_server_audit(server);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_poisoner_of_himself_loses_what_he_had_and_goes_home),
		SCENARIO(a_priest_brings_back_who_asks),
	};
	return SCENARIOS_RUN(tests);
}
