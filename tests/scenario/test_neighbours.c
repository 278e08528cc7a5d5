/* Two players on two workers see each other come, walk, turn, talk, change maps and go: in the right order, and not a packet
 * too many. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

struct couple {
	struct game_server *server;
	struct bot *ana, *berta;
};

/* Everything either did has been seen by both. */
static void both_sync(const struct couple *c)
{
	bot_sync(c->ana);
	bot_sync(c->berta);
	bot_sync(c->ana);
}

/* Both in the world, on workers 0 and 1, near `at`; from here on everything is kept. */
static struct couple couple_make(struct place at)
{
	const char *const settings[] = {scenario_start(at), "world.paranoid=true", NULL};
	struct couple c = {.server = game_server_start(&(struct game_server_options){.settings = settings})};
	c.ana = bot_create(c.server, "Ana", 0);
	bot_record(c.ana);
	c.berta = bot_create(c.server, "Berta", 1);
	both_sync(&c);
	EXPECT(game_server_counter(c.server, 0, "logins") == 1 && game_server_counter(c.server, 1, "logins") == 1,
		   "the two are not on two workers");
	return c;
}

static void couple_part(struct couple *c)
{
	game_server_audit(c->server);
	bots_expect_good();
	game_server_stop(c->server);
}

/* A packet of an earlier list that begins so. */
static const char *recorded(const struct bot *bot, const char *words)
{
	for (unsigned i = 0; i < bot->record_count; i++) {
		if (strncmp(bot->record[i], words, strlen(words)) == 0)
			return scenario_text("%s", bot->record[i]);
	}
	scenario_fail(__FILE__, __LINE__, "%s got no %s", bot->name, words);
}

static const char *character_create_of(const struct bot *bot)
{
	const struct bot_character *c = bot_self(bot);
	/* human warrior of the classic kit: clothes and a dagger, as the catalog has them */
	return scenario_text("CharacterCreate char_index=%d body=%d head=%d heading=%d x=%d y=%d ", c->index, c->body,
						 c->head, c->heading, c->x, c->y);
}

static const char *moved(const struct bot *bot)
{
	return scenario_text("CharacterMove char_index=%d x=%d y=%d", bot->self, bot_self(bot)->x, bot_self(bot)->y);
}

static const char *removed(const struct bot *bot)
{
	return scenario_text("CharacterRemove char_index=%d", bot->self);
}

static const char *area(const struct bot *bot)
{
	return scenario_text("AreaChanged x=%d y=%d", bot_self(bot)->x, bot_self(bot)->y);
}

static void lonely_place_needed(const struct crossing *crossing)
{
	if (!crossing->lonely) {
		print_message("this world has no two maps side by side with nobody else in sight\n");
		skip();
	}
}

/* --- appearing ----------------------------------------------------------------------------------------------------------------- */

static void they_see_each_other_appear_and_leave(void **state)
{
	(void)state;
	struct crossing crossing = scenario_crossing();
	lonely_place_needed(&crossing);
	struct couple c = couple_make(crossing.here);
	const char *own = character_create_of(c.berta);
	EXPECT_EQUAL("packets when somebody appears", c.ana->record_count, 2);
	EXPECT(strncmp(c.ana->record[0], own, strlen(own)) == 0, "Ana got \"%s\", Berta stands as \"%s\"", c.ana->record[0],
		   own);
	bot_expect_record(c.ana, recorded(c.ana, own), scenario_text("CreateFX char_index=%d fx=1 loops=0", c.berta->self));
	const struct bot_character *ana = bot_find_name(c.berta, "Ana");
	EXPECT(ana != NULL && ana->index == c.ana->self && ana->x == bot_self(c.ana)->x && ana->y == bot_self(c.ana)->y &&
			   ana->heading == bot_self(c.ana)->heading && ana->nick_color == NICK_CITIZEN && ana->privileges == 0,
		   "Berta does not see Ana where and as she is");
	EXPECT_EQUAL("people that Berta sees", bot_people(c.berta), 2);
	EXPECT_EQUAL("people that Ana sees", bot_people(c.ana), 2);

	bot_quit(c.berta); /* in a second, where it is unsafe */
	bot_until(c.ana, bot_find(c.ana, c.berta->self) == NULL);
	bot_sync(c.ana);
	bot_expect_record(c.ana, removed(c.berta));
	couple_part(&c);
}

/* --- walking and turning --------------------------------------------------------------------------------------------------------- */

/* A line of tiles that crosses the border of two 9x9 cells: both neighbours see who walks there all the time. */
static void every_step_is_one_packet_for_the_other_and_none_for_oneself(void **state)
{
	(void)state;
	struct place at = scenario_clearing(12, 4, true);
	struct couple c = couple_make((struct place){.map = at.map, .x = at.x, .y = at.y});
	struct crossing lonely = scenario_crossing();
	lonely_place_needed(&lonely);
	bot_walk_to(c.ana, at.x, at.y);
	bot_walk_to(c.berta, at.x, at.y + 2);
	both_sync(&c);
	bot_record(c.ana);
	bot_record(c.berta);
	for (int i = 0; i < 11; i++) {
		bool border = bot_self(c.berta)->x % 9 == 8;
		EXPECT(bot_step(c.berta, HEADING_EAST), "Berta is stopped");
		both_sync(&c);
		bot_expect_record(c.ana, moved(c.berta));
		if (border)
			bot_expect_record(c.berta, area(c.berta));
		else
			bot_expect_record(c.berta, NULL);
	}
	struct bot_character *seen = bot_find(c.ana, c.berta->self);
	EXPECT(seen->x == at.x + 11 && seen->y == at.y + 2 && seen->heading == HEADING_EAST, "Ana sees Berta elsewhere");

	/* many at once: all of them, in their order */
	for (int i = 0; i < 6; i++)
		bot_step(c.berta, i % 2 == 0 ? HEADING_WEST : HEADING_NORTH + (i / 2 % 2) * 2);
	both_sync(&c);
	EXPECT_EQUAL("steps seen", c.ana->record_count, 6);
	EXPECT(seen->x == bot_self(c.berta)->x && seen->y == bot_self(c.berta)->y, "Ana lost sight of Berta's steps");
	couple_part(&c);
}

static void a_turn_is_shown_to_both_and_only_once(void **state)
{
	(void)state;
	struct couple c = couple_make(scenario_clearing(6, 6, true));
	bot_record(c.ana);
	bot_record(c.berta);
	for (int i = 0; i < 5; i++)
		BOT_SEND(c.berta, CHANGE_HEADING, .heading = HEADING_WEST); /* each frame until it is answered */
	both_sync(&c);
	EXPECT_EQUAL("packets for a turn", c.berta->record_count, 1);
	const char *turn = recorded(c.berta, scenario_text("CharacterChange char_index=%d ", c.berta->self));
	EXPECT(strstr(turn, " heading=4 ") != NULL, "the turn to the west is told as %s", turn);
	bot_expect_record(c.berta, turn);
	bot_expect_record(c.ana, turn);
	couple_part(&c);
}

static void a_step_against_a_neighbour_is_refused_and_nobody_else_hears_of_it(void **state)
{
	(void)state;
	struct place at = scenario_clearing(6, 6, true);
	struct couple c = couple_make(at);
	bot_walk_to(c.ana, at.x + 2, at.y + 2);
	bot_walk_to(c.berta, at.x + 3, at.y + 2);
	both_sync(&c);
	bot_record(c.ana);
	bot_record(c.berta);
	BOT_SEND(c.berta, WALK, .heading = HEADING_WEST);
	both_sync(&c);
	bot_expect_record(c.berta, scenario_text("PosUpdate x=%d y=%d", at.x + 3, at.y + 2));
	bot_expect_record(c.ana, NULL);
	couple_part(&c);
}

/* --- talking ------------------------------------------------------------------------------------------------------------------------ */

static const char *over_head(const struct bot *who, const char *text, int r, int g, int b)
{
	return scenario_text("ChatOverHead text=\"%s\" char_index=%d r=%d g=%d b=%d", text, who->self, r, g, b);
}

static const char *console(const char *text, int font)
{
	return scenario_text("ConsoleMsg text=\"%s\" font=%d", text, font);
}

static void talk_yell_and_whisper_reach_whom_they_are_for(void **state)
{
	(void)state;
	struct couple c = couple_make(scenario_clearing(6, 6, true));
	struct bot *carla = bot_create(c.server, "Carla", 2);
	both_sync(&c);
	bot_record(c.ana);
	bot_record(c.berta);
	bot_sync(carla);
	bot_record(carla);

	bot_talk(c.berta, "\xa1Hola! \xbfQu\xe9 tal?");
	BOT_SEND(c.berta, YELL, .text = TEXT("SOCORRO"));
	BOT_SEND(c.berta, WHISPER, .target_name = TEXT("ana"), .text = TEXT("un secreto"));
	BOT_SEND(c.berta, WHISPER, .target_name = TEXT("Nadie"), .text = TEXT("un secreto"));
	both_sync(&c);
	bot_sync(carla);
	bot_expect_record(c.ana, over_head(c.berta, "¡Hola! ¿Qué tal?", 255, 255, 255),
					  over_head(c.berta, "SOCORRO", 255, 0, 0), over_head(c.berta, "un secreto", 0, 0, 255));
	bot_expect_record(c.berta, over_head(c.berta, "¡Hola! ¿Qué tal?", 255, 255, 255),
					  over_head(c.berta, "SOCORRO", 255, 0, 0), over_head(c.berta, "un secreto", 0, 0, 255),
					  console("No hay nadie con ese nombre a la vista.", FONT_INFO));
	bot_expect_record(carla, over_head(c.berta, "¡Hola! ¿Qué tal?", 255, 255, 255),
					  over_head(c.berta, "SOCORRO", 255, 0, 0));
	couple_part(&c);
}

/* Two who talk at the same time from two workers: both read the lines in the same order. */
static void all_read_a_conversation_in_the_same_order(void **state)
{
	(void)state;
	struct couple c = couple_make(scenario_clearing(6, 6, true));
	bot_record(c.ana);
	bot_record(c.berta);
	for (int i = 0; i < 100; i++) {
		bot_talk(c.ana, scenario_text("a%d", i));
		bot_talk(c.berta, scenario_text("b%d", i));
	}
	both_sync(&c);
	EXPECT_EQUAL("lines read by Ana", c.ana->record_count, 200);
	EXPECT_EQUAL("lines read by Berta", c.berta->record_count, 200);
	for (unsigned i = 0; i < 200; i++)
		EXPECT(strcmp(c.ana->record[i], c.berta->record[i]) == 0, "line %u: Ana read %s, Berta %s", i + 1,
			   c.ana->record[i], c.berta->record[i]);
	couple_part(&c);
}

/* --- from map to map ------------------------------------------------------------------------------------------------------------------ */

/* What who arrives on a map gets, without the slots of bag and book, which must all be there. */
static void expect_arrival(struct bot *bot, struct place at, const char *neighbour_there)
{
	unsigned bag = 0, book = 0, n = 0, from = 0;
	const char *told[40];
	for (unsigned i = 0; i < bot->record_count; i++) {
		bool slot = strncmp(bot->record[i], "ChangeInventorySlot ", 20) == 0;
		bool spell = strncmp(bot->record[i], "ChangeSpellSlot ", 16) == 0;
		bag += slot;
		book += spell;
		if (!slot && !spell && strncmp(bot->record[i], "PlayMIDI ", 9) != 0 && n < 40)
			told[n++] = bot->record[i];
	}
	EXPECT_EQUAL("inventory slots told", bag, WIRE_INVENTORY_SLOTS);
	EXPECT_EQUAL("spell slots told", book, WIRE_SPELL_SLOTS);
	from += n > 0 && strncmp(told[0], "AreaChanged ", 12) == 0; /* the exit may be in another cell */
	const char *const order[] = {
		scenario_text("ChangeMap map=%d ", at.map),
		scenario_text("CharacterCreate char_index=%d ", bot->self),
		scenario_text("UserCharIndexInServer char_index=%d", bot->self),
		"UpdateUserStats ",
		"UpdateHungerAndThirst ",
		"UpdateStrenghtAndDexterity ",
		neighbour_there != NULL ? neighbour_there : scenario_text("PosUpdate x=%d y=%d", at.x, at.y),
		scenario_text("PosUpdate x=%d y=%d", at.x, at.y),
	};
	unsigned count = neighbour_there != NULL ? 8 : 7;
	EXPECT_EQUAL("packets on arriving, but for bag and book", n - from, count);
	for (unsigned i = 0; i < count; i++)
		EXPECT(strncmp(told[from + i], order[i], strlen(order[i])) == 0, "packet %u on arriving is %s and not %s",
			   i + 1, told[from + i], order[i]);
	bot_record(bot);
}

static void who_crosses_to_the_next_map_goes_from_one_view_and_comes_into_another(void **state)
{
	(void)state;
	struct crossing crossing = scenario_crossing();
	lonely_place_needed(&crossing);
	struct couple c = couple_make(crossing.here);
	struct bot *first =
		bot_self(c.ana)->x == crossing.here.x && bot_self(c.ana)->y == crossing.here.y ? c.ana : c.berta;
	struct bot *second = first == c.ana ? c.berta : c.ana;
	bot_record(c.ana);
	bot_record(c.berta);

	bot_step(first, crossing.out);
	const char *onto_exit = moved(first);
	bot_until(first, first->map == crossing.there.map);
	both_sync(&c);
	bot_expect_record(second, onto_exit, removed(first));
	expect_arrival(first, crossing.there, NULL);
	EXPECT_EQUAL("people that the first sees there", bot_people(first), 1);

	/* a step aside there, so that the other has a place to arrive at; nobody sees it */
	bot_step(first, crossing.out);
	both_sync(&c);
	bot_expect_record(second, NULL);
	bot_record(first);

	bot_walk_to(second, crossing.here.x, crossing.here.y);
	bot_record(second);
	bot_step(second, crossing.out);
	bot_until(second, second->map == crossing.there.map);
	both_sync(&c);
	expect_arrival(second, crossing.there, scenario_text("CharacterCreate char_index=%d ", first->self));
	const char *seen = recorded(first, scenario_text("CharacterCreate char_index=%d ", second->self));
	bot_expect_record(first, seen);

	/* and home again */
	bot_step(second, crossing.back);
	const char *back = moved(second);
	bot_until(second, second->map == crossing.here.map);
	both_sync(&c);
	bot_expect_record(first, back, removed(second));
	expect_arrival(second, crossing.home, NULL);
	couple_part(&c);
}

/* Who walks out of sight is removed, who comes into sight is created, each exactly once. */
static void who_walks_out_of_sight_is_taken_away_and_comes_back(void **state)
{
	(void)state;
	enum { WIDE = 24 };
	struct place at = scenario_clearing(WIDE, 2, true);
	struct couple c = couple_make(at);
	bot_walk_to(c.ana, at.x, at.y);
	bot_walk_to(c.berta, at.x + 1, at.y + 1);
	both_sync(&c);
	for (int way = 0; way < 2; way++) {
		for (int i = 0; i < WIDE - 2; i++) {
			bool saw = bot_sees_tile(c.ana, bot_self(c.berta)->x, bot_self(c.berta)->y);
			bot_record(c.ana);
			EXPECT(bot_step(c.berta, way == 0 ? HEADING_EAST : HEADING_WEST), "Berta is stopped");
			both_sync(&c);
			bool sees = bot_sees_tile(c.ana, bot_self(c.berta)->x, bot_self(c.berta)->y);
			bool shown = bot_find(c.ana, c.berta->self) != NULL;
			EXPECT(shown == sees, "Berta on (%d,%d) is %sshown to Ana on (%d,%d)", bot_self(c.berta)->x,
				   bot_self(c.berta)->y, shown ? "" : "not ", bot_self(c.ana)->x, bot_self(c.ana)->y);
			EXPECT((bot_find(c.berta, c.ana->self) != NULL) == sees, "sight is not mutual");
			EXPECT_EQUAL("packets for a step", c.ana->record_count, saw || sees ? 1 : 0);
			if (saw && sees)
				bot_expect_record(c.ana, moved(c.berta));
			else if (saw)
				bot_expect_record(c.ana, removed(c.berta));
			else if (sees)
				recorded(c.ana, scenario_text("CharacterCreate char_index=%d ", c.berta->self));
		}
	}
	couple_part(&c);
}

/* --- from two sides ------------------------------------------------------------------------------------------------------------ */

/* A tile of a third map from which one step leads to `to`, and the heading of that step. */
static bool other_way_find(unsigned to, unsigned not_from, struct place *before, int *heading)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	const struct catalog *catalog = scenario_catalog();
	for (unsigned map = 1; map <= catalog_map_max(catalog); map++) {
		unsigned count = 0;
		const struct map_exit *exits = NULL;
		if (map != to && map != not_from && catalog_map(catalog, map) != NULL && scenario_map_is_plain(map))
			exits = map_exits(catalog, catalog_map(catalog, map), &count);
		for (unsigned i = 0; i < count; i++) {
			if (exits[i].to.map != to || !scenario_tile_is_free(map, exits[i].x, exits[i].y) ||
				!scenario_tile_is_free(to, exits[i].to.x, exits[i].to.y))
				continue;
			for (*heading = HEADING_NORTH; *heading <= HEADING_WEST; ++*heading) {
				int x = exits[i].x - dx[*heading], y = exits[i].y - dy[*heading];
				*before = (struct place){.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
				if (tile_is_on_map(x, y) && scenario_tile_is_free(map, x, y) && !scenario_tile_is_exit(map, x, y))
					return true;
			}
		}
	}
	return false;
}

/* Both go to a map where nobody of their worker is, in one turn of its loop; it hears of the second first. */
static void two_who_come_to_one_map_from_two_sides_are_both_answered(void **state)
{
	(void)state;
	struct crossing crossing = scenario_crossing();
	struct place other = {.map = 0};
	int heading;
	if (!other_way_find(crossing.there.map, crossing.here.map, &other, &heading)) {
		print_message("this world has no third map beside the two\n");
		skip();
	}
	const char *const settings[] = {scenario_start(other), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .workers = 1});
	struct bot *berta = bot_create(server, "Berta", ANY_WORKER);
	EXPECT(berta->map == other.map, "Berta is on map %d", berta->map);
	bot_quit(berta);
	bot_close(&berta);
	game_server_stop(server);
	game_server_restart(server, (const char *const[]){scenario_start(crossing.here), NULL});
	struct bot *ana = bot_create(server, "Ana", ANY_WORKER);
	berta = bot_login(server, "Berta", ANY_WORKER);
	pid_t worker = game_server_process(server, 0);
	kill(worker, SIGSTOP);
	EVENTUALLY(game_server_process_state(worker) == 'T');
	bot_step(ana, crossing.out);
	unsigned pongs = ana->pongs + 1;
	BOT_SEND(ana, PING);
	bot_step(berta, heading);
	kill(worker, SIGCONT);
	bot_until(ana, ana->pongs == pongs);
	bot_sync(berta);
	bot_sync(ana);
	EXPECT(ana->map == crossing.there.map && berta->map == crossing.there.map, "Ana is on map %d, Berta on map %d",
		   ana->map, berta->map);
	EXPECT_EQUAL("resyncs", game_server_total(server, "resyncs"), 0);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(they_see_each_other_appear_and_leave),
		SCENARIO(every_step_is_one_packet_for_the_other_and_none_for_oneself),
		SCENARIO(a_turn_is_shown_to_both_and_only_once),
		SCENARIO(a_step_against_a_neighbour_is_refused_and_nobody_else_hears_of_it),
		SCENARIO(talk_yell_and_whisper_reach_whom_they_are_for),
		SCENARIO(all_read_a_conversation_in_the_same_order),
		SCENARIO(who_crosses_to_the_next_map_goes_from_one_view_and_comes_into_another),
		SCENARIO(two_who_come_to_one_map_from_two_sides_are_both_answered),
		SCENARIO(who_walks_out_of_sight_is_taken_away_and_comes_back),
	};
	return SCENARIOS_RUN(tests);
}
