/* Reloads: settings and world data change under people who walk and talk. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "tests/harness/crowd.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/stream_of_newcomers.h"

static const char *const settings[] = {"workers.probation_ms=50", NULL};

enum { PLAYERS = 6 };

static struct game_server *reload_start(const char *config, const struct redis_server *redis)
{
	return crowd_start_with(PLAYERS, 41,
							&(struct game_server_options){.settings = settings, .config = config, .redis = redis});
}

/* All play while it is reloaded. */
static const char *reload_playing(const char *config, bool good)
{
	game_server_configure(crowd.server, config);
	int64_t id = game_server_change_begin(crowd.server, "reload");
	CROWD_UNTIL(game_server_change_is_over(crowd.server, id));
	cJSON *reply = game_server_ask(crowd.server, "change");
	static char text[600];
	snprintf(text, sizeof text, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(reply, "text")));
	bool done = strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(reply, "state")), "done") == 0;
	cJSON_Delete(reply);
	EXPECT(done == good, "the reload ended with: %s", text);
	crowd_play(15);
	return text;
}

static void expect_nobody_was_lost(void)
{
	crowd_expect_good();
	EXPECT_EQUAL("connections", game_server_number(crowd.server, "connections"), PLAYERS);
	game_server_audit(crowd.server);
}

/* argentumctl, as an operator would call it: its exit status, and what it says. */
static int ctl(const struct game_server *server, const char *command, char *said, size_t capacity)
{
	const char *build = getenv("ARGENTUM_BUILD");
	FILE *pipe = popen(
		scenario_text("%s/argentumctl --socket %s %s 2>&1", build != NULL ? build : "build", server->control, command),
		"r");
	EXPECT(pipe != NULL, "argentumctl: %s", strerror(errno));
	size_t n = fread(said, 1, capacity - 1, pipe);
	said[n] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

static int64_t gold_of_a_newcomer(const struct game_server *server)
{
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	int64_t gold = bot->gold;
	bot_close(&bot);
	EVENTUALLY(game_server_number(server, "connections") == PLAYERS);
	return gold;
}

static void new_settings_are_in_force_and_nobody_is_disconnected(void **state)
{
	(void)state;
	struct game_server *server = reload_start("game: { start_gold = 5; };", NULL);
	EXPECT_EQUAL("gold before", gold_of_a_newcomer(server), 5);
	pid_t before[GAME_SERVER_WORKERS + 1];
	for (unsigned i = 0; i < GAME_SERVER_WORKERS; i++)
		before[i] = game_server_process(server, i);
	before[GAME_SERVER_WORKERS] = game_server_process(server, game_server_keeper());
	reload_playing("game: { start_gold = 77; }; limits: { jobs_threads = 2; };", true);
	for (unsigned i = 0; i < GAME_SERVER_WORKERS; i++)
		EXPECT(game_server_process(server, i) != before[i], "worker %u is still the old one", i);
	EXPECT(game_server_process(server, game_server_keeper()) != before[GAME_SERVER_WORKERS],
		   "the keeper is the old one");
	EXPECT_EQUAL("gold afterwards", gold_of_a_newcomer(server), 77);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void many_reloads_in_a_row_lose_nothing(void **state)
{
	(void)state;
	struct game_server *server = reload_start("game: { start_gold = 5; };", scenario_redis());
	for (int gold = 6; gold < 14; gold++)
		reload_playing(scenario_text("game: { start_gold = %d; };", gold), true);
	EXPECT_EQUAL("gold", gold_of_a_newcomer(server), 13);
	expect_nobody_was_lost();
	game_server_stop(server);
}

/* Logins and creations are finished by who began them, or wait for his successor. */
static void people_come_and_go_meanwhile(void **state)
{
	(void)state;
	struct game_server *server = reload_start("game: { start_gold = 5; };", NULL);
	char name[40];
	snprintf(name, sizeof name, "%s", bot_new_name());
	struct bot *bot = bot_create(server, name, ANY_WORKER);
	for (int gold = 6; gold < 10; gold++) {
		game_server_configure(server, scenario_text("game: { start_gold = %d; };", gold));
		int64_t id = game_server_change_begin(server, "reload");
		do {
			bot_quit(bot);
			bot_close(&bot);
			bot = bot_connect(server);
			bot_ask_login(bot, name, BOT_PASSWORD);
			bot_until(bot, bot_in_world(bot) || bot->closed);
			EXPECT(!bot->closed, "the login was refused: %s", bot->error);
		} while (!game_server_change_is_over(server, id));
	}
	bot_close(&bot);
	EVENTUALLY(game_server_number(server, "connections") == PLAYERS);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_mistake_leaves_everything_as_it_is_and_is_told_with_its_line(void **state)
{
	(void)state;
	char said[32768];
	struct game_server *server = reload_start("game: { start_gold = 5; };", NULL);
	server->errors_expected = true;
	pid_t before = game_server_process(server, 0);
	const char *text = reload_playing("game: {\n start_gold = 6;\n};\nlog: { level = \"loud\"; };\n", false);
	EXPECT(strstr(text, "line 4") != NULL && strstr(text, "loud") != NULL, "it says: %s", text);
	EXPECT_EQUAL("exit status of argentumctl", ctl(server, "reload", said, sizeof said), 1);
	EXPECT(strstr(said, "line 4") != NULL, "argentumctl says: %s", said);
	EXPECT_EQUAL("exit status of a dry run", ctl(server, "reload --dry-run", said, sizeof said), 1);
	EXPECT_EQUAL("worker 0", game_server_process(server, 0), before);
	EXPECT_EQUAL("gold", gold_of_a_newcomer(server), 5);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void what_needs_a_restart_is_named_and_the_rest_takes_effect(void **state)
{
	(void)state;
	char said[32768];
	struct game_server *server = reload_start("game: { start_gold = 5; };", NULL);
	static const char config[] =
		"game: { start_gold = 9; dialect = \"classic\"; }; workers: { stop_timeout_ms = 9000; };";
	game_server_configure(server, config);
	EXPECT_EQUAL("exit status of a dry run", ctl(server, "reload --dry-run", said, sizeof said), 0);
	EXPECT(strstr(said, "game.dialect: godot becomes classic (not by a reload: at the next start)") != NULL, "%s",
		   said);
	EXPECT(strstr(said, "game.start_gold: 5 becomes 9 (at the reload)") != NULL, "%s", said);
	EXPECT_EQUAL("gold after a dry run", gold_of_a_newcomer(server), 5);
	reload_playing(config, true);
	game_server_expect_log(server, "game.dialect: \"godot\" is now \"classic\": not applied, needs a restart");
	EXPECT_EQUAL("exit status of config", ctl(server, "config", said, sizeof said), 0);
	EXPECT(strstr(said, "until a restart godot is in force") != NULL, "%s", said);
	EXPECT_EQUAL("gold", gold_of_a_newcomer(server), 9);
	expect_nobody_was_lost();
	game_server_stop(server);
}

/* The log leads nowhere: no process can be born with these settings. */
static void settings_with_which_no_worker_starts_are_put_back(void **state)
{
	(void)state;
	struct game_server *server = reload_start("game: { start_gold = 5; };", NULL);
	server->errors_expected = true;
	const char *text =
		reload_playing("game: { start_gold = 6; }; log: { target = \"file\"; file = \"/nonexistent/log\"; };", false);
	EXPECT(strstr(text, "worker 0 died before it served") != NULL, "it says: %s", text);
	EXPECT_EQUAL("gold", gold_of_a_newcomer(server), 5);
	reload_playing("game: { start_gold = 6; };", true);
	EXPECT_EQUAL("gold", gold_of_a_newcomer(server), 6);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void a_canary_that_dies_on_probation_brings_the_old_settings_back(void **state)
{
	(void)state;
	static const char *const long_probation[] = {"workers.probation_ms=20000", NULL};
	struct game_server *server = crowd_start_with(
		PLAYERS, 42, &(struct game_server_options){.settings = long_probation, .config = "game: { start_gold = 5; };"});
	server->errors_expected = true;
	pid_t before = game_server_process(server, 0), other = game_server_process(server, 1);
	game_server_configure(server, "game: { start_gold = 6; };");
	kill(server->pid, SIGHUP);
	CROWD_UNTIL(game_server_process(server, 0) != before && game_server_process(server, 0) != 0);
	pid_t canary = game_server_await_successor(server, 0, before);
	kill(canary, SIGKILL);
	CROWD_UNTIL(game_server_change_is_over(server, 1));
	const char *text = game_server_change(server, NULL, false);
	EXPECT(strstr(text, "worker 0 died on probation") != NULL, "it says: %s", text);
	EXPECT_EQUAL("worker 1", game_server_process(server, 1), other);
	EXPECT_EQUAL("gold", gold_of_a_newcomer(server), 5);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void the_number_of_workers_follows_the_file(void **state)
{
	(void)state;
	static const char *const more[] = {"workers.max=6", "workers.probation_ms=50", NULL};
	struct game_server *server = crowd_start_with(
		PLAYERS, 43,
		&(struct game_server_options){.settings = more, .config = "workers: { count = 3; };", .workers_by_file = true});
	reload_playing("workers: { count = 2; };", true);
	EXPECT_EQUAL("workers", game_server_number(server, "workers"), 2);
	reload_playing("workers: { count = 5; }; game: { start_gold = 6; };", true);
	EXPECT_EQUAL("workers", game_server_number(server, "workers"), 5);
	expect_nobody_was_lost();
	game_server_stop(server);
}

static void settings_in_redis_are_asked_for_again(void **state)
{
	(void)state;
	struct redis_server *redis = scenario_redis();
	struct game_server *server = reload_start("game: { dice = \"range\"; };", redis);
	EXPECT(redis_server_do(redis, "SET server:dice:min_value 17"), "Redis");
	EXPECT(redis_server_do(redis, "SET server:dice:max_value 17"), "Redis");
	reload_playing("game: { dice = \"range\"; };", true);
	struct bot *bot = bot_connect(server);
	bot_roll(bot);
	for (unsigned i = 0; i < 5; i++)
		EXPECT_EQUAL("a die", bot->dice[i], 17);
	bot_close(&bot);
	EVENTUALLY(game_server_number(server, "connections") == PLAYERS);
	expect_nobody_was_lost();
	game_server_stop(server);
}

/* --- other world data ---------------------------------------------------------------------------------------------- */

enum { RED_APPLE = 1, APPLE = 467, WATER = 468 };

/* A copy of the starter world that may be changed. */
static const char *world_copy(void)
{
	static char folder[64];
	const char *build = getenv("ARGENTUM_BUILD");
	snprintf(folder, sizeof folder, "/tmp/argentum-world-XXXXXX");
	EXPECT(mkdtemp(folder) != NULL, "mkdtemp");
	EXPECT(system(scenario_text("cp -R %s/world/. %s", build != NULL ? build : "build", folder)) == 0,
		   "no world to copy");
	return folder;
}

/* sed on its items. */
static void items_change(const char *folder, const char *how)
{
	EXPECT(system(scenario_text("sed -i '%s' %s/Dat/obj.dat", how, folder)) == 0, "sed %s", how);
}

static const struct bot_slot *slot_with(const struct bot *bot, int item)
{
	for (unsigned i = 1; i <= WIRE_INVENTORY_SLOTS; i++) {
		if (bot->inventory[i].item == item)
			return &bot->inventory[i];
	}
	return NULL;
}

static void new_world_data_come_under_the_players_and_lose_nothing(void **state)
{
	(void)state;
	enum { BOTS = 3 };
	char said[32768];
	const char *folder = world_copy();
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .world = folder});
	struct bot *bots[BOTS];
	for (int i = 0; i < BOTS; i++)
		bots[i] = bot_create(server, NULL, i);
	int apples = slot_with(bots[0], APPLE)->amount, waters = slot_with(bots[0], WATER)->amount;

	/* the apple is a pear now, and there is no water */
	items_change(folder, "s/Manzana (novato)/Pera (novato)/; /^\\[OBJ468\\]/,/^\\[OBJ561\\]/{/^\\[OBJ561\\]/!d}");
	EXPECT_EQUAL("exit status of a dry run", ctl(server, "reload --dry-run", said, sizeof said), 0);
	EXPECT(strstr(said, "item 467 \"Pera (novato)\": changed") != NULL, "%s", said);
	EXPECT(strstr(said, "item 468 \"Botella de agua (novato)\": removed") != NULL, "%s", said);
	EXPECT(strstr(said, "with a new generation of the world") != NULL, "%s", said);
	EXPECT_EQUAL("exit status of the reload", ctl(server, "reload", said, sizeof said), 0);
	for (int i = 0; i < BOTS; i++) {
		bot_until(bots[i], slot_with(bots[i], WATER) == NULL);
		bot_sync(bots[i]);
		EXPECT(!bots[i]->closed, "%s was disconnected", bots[i]->name);
		EXPECT(slot_with(bots[i], APPLE) != NULL && strcmp(slot_with(bots[i], APPLE)->name, "Pera (novato)") == 0,
			   "%s has no pears", bots[i]->name);
		EXPECT_EQUAL("pears", slot_with(bots[i], APPLE)->amount, apples);
	}
	game_server_audit(server);

	/* the water comes back, and what he had of it was kept */
	EXPECT(system(scenario_text("printf '\\r\\n[OBJ468]\\r\\nName=Botella de agua (novato)\\r\\nObjType=13\\r\\n"
								"GrhIndex=537\\r\\nMinAgu=30\\r\\nNewbie=1\\r\\n' >>%s/Dat/obj.dat",
								folder)) == 0,
		   "printf");
	EXPECT_EQUAL("exit status of the reload", ctl(server, "reload", said, sizeof said), 0);
	for (int i = 0; i < BOTS; i++) {
		bot_until(bots[i], slot_with(bots[i], WATER) != NULL);
		bot_sync(bots[i]);
		EXPECT_EQUAL("waters", slot_with(bots[i], WATER)->amount, waters);
	}
	game_server_audit(server);
	bots_expect_good();

	/* a damaged file changes nothing */
	EXPECT(system(scenario_text("truncate -s 1000 %s/Maps/Mapa1.map", folder)) == 0, "truncate");
	EXPECT_EQUAL("exit status of the reload", ctl(server, "reload", said, sizeof said), 1);
	EXPECT(strstr(said, "Mapa1.map") != NULL && strstr(said, "everything stays as it is") != NULL, "%s", said);
	bot_sync(bots[0]);
	server->errors_expected = true;
	game_server_stop(server);
	EXPECT(system(scenario_text("rm -r %s", folder)) == 0, "rm");
}

/* A folder of its own for the starter world's text, which `place_wall` and rm may change, and for what it compiles into. */
struct sources {
	char folder[64];
};

/* With five red apples at the start. */
static void sources_restore(const struct sources *s)
{
	EXPECT(system(scenario_text("rm -rf %s/text && cp -R etc/world %s/text && "
								"sed -i '/^\\[objects\\]/a 58,45 = 1-5 Manzana roja' %s/text/Maps/Mapa1.txt",
								s->folder, s->folder, s->folder)) == 0,
		   "no text to copy");
}

static struct sources sources_copy(void)
{
	struct sources s = {"/tmp/argentum-sources-XXXXXX"};
	EXPECT(mkdtemp(s.folder) != NULL, "mkdtemp");
	sources_restore(&s);
	return s;
}

static const char *sources_compile(const struct sources *s)
{
	const char *build = getenv("ARGENTUM_BUILD");
	EXPECT(system(scenario_text("%s/argentumctl world-compile %s/text %s/world >%s/said 2>&1",
								build != NULL ? build : "build", s->folder, s->folder, s->folder)) == 0,
		   "the world does not compile: see %s/said", s->folder);
	return scenario_text("%s/world", s->folder);
}

static void sources_remove(const struct sources *s)
{
	EXPECT(system(scenario_text("rm -r %s", s->folder)) == 0, "rm");
}

/* A tile of a map's drawing is a wall. */
static void place_wall(const struct sources *s, struct place at)
{
	EXPECT(system(scenario_text("line=$(grep -n -m1 '^####' %s/text/Maps/Mapa%u.txt | cut -d: -f1) && "
								"sed -i \"$((line + %u - 1))s/./#/%u\" %s/text/Maps/Mapa%u.txt",
								s->folder, at.map, at.y, at.x, s->folder, at.map)) == 0,
		   "sed");
}

static int grh_at(const struct bot *bot, struct place at)
{
	return bot->ground[(at.y - 1) * MAP_SIDE + at.x - 1];
}

static unsigned distance(struct place a, struct place b)
{
	return (unsigned)(abs(a.x - b.x) + abs(a.y - b.y));
}

static void new_world_data_that_contradict_what_is_there_lose_nothing(void **state)
{
	(void)state;
	char said[32768];
	const struct place start = {1, 58, 45};
	struct sources sources = sources_copy();
	const char *folder = sources_compile(&sources);
	struct game_server *server = game_server_start(&(struct game_server_options){
		.settings = settings, .world = folder, .config = "world: { start = \"5-50-85\"; };"});
	struct bot *berta = bot_create(server, "Berta", 1);
	EXPECT_EQUAL("Berta's map", bot_place(berta).map, 5);
	game_server_configure(server, "world: { start = \"1-58-45\"; };");
	EXPECT_EQUAL("exit status of the reload", ctl(server, "reload", said, sizeof said), 0);
	bot_sync(berta);
	EXPECT_EQUAL("Berta's map", bot_place(berta).map, 5);

	struct bot *ana = bot_create(server, "Ana", 0);
	EXPECT_EQUAL("Ana's map", bot_place(ana).map, 1);
	bot_walk_to(ana, start.x, start.y);
	BOT_SEND(ana, PICK_UP);
	bot_until(ana, slot_with(ana, RED_APPLE) != NULL);
	bot_walk_to(ana, start.x - 3, start.y);
	struct place lies = bot_place(ana);
	int slot = (int)(slot_with(ana, RED_APPLE) - ana->inventory), apples = ana->inventory[slot].amount;
	BOT_SEND(ana, DROP, .slot = (uint8_t)slot, .amount = 2);
	bot_until(ana, grh_at(ana, lies) != 0);
	int grh = grh_at(ana, lies);
	bot_walk_to(ana, lies.x + 2, lies.y);
	struct place stood = bot_place(ana);
	bot_await_durable(ana, server);
	game_server_audit(server);
	int64_t gold = game_server_total(server, "audit_gold");

	/* a wall where Ana stands, no apples, and the land of map 5 has sunk into the sea */
	place_wall(&sources, stood);
	EXPECT(system(scenario_text("rm %s/text/Maps/Mapa5.txt && sed -i '/ = 5 [0-9]/d' %s/text/Maps/*.txt",
								sources.folder, sources.folder)) == 0,
		   "rm, sed");
	sources_compile(&sources);
	items_change(folder, "/^\\[OBJ1\\]/,/^\\[/{/^\\[OBJ1\\]/d;/^\\[/!d}");
	EXPECT_EQUAL("exit status of a dry run", ctl(server, "reload --dry-run", said, sizeof said), 0);
	EXPECT(strstr(said, "map 5 ") != NULL && strstr(said, "map 1 ") != NULL && strstr(said, "item 1 ") != NULL, "%s",
		   said);
	unsigned entered_ana = ana->maps_entered, entered_berta = berta->maps_entered;
	EXPECT_EQUAL("exit status of the reload", ctl(server, "reload", said, sizeof said), 0);
	bot_until(ana, ana->maps_entered > entered_ana);
	bot_until(berta, berta->maps_entered > entered_berta);
	bot_sync(ana);
	bot_sync(berta);
	struct place now = bot_place(ana), refuge = bot_place(berta);
	EXPECT(now.map == 1 && distance(now, stood) == 1, "Ana was on %u,%u and is on map %u at %u,%u", stood.x, stood.y,
		   now.map, now.x, now.y);
	EXPECT(refuge.map == 1 && distance(refuge, start) <= 4, "Berta is on map %u at %u,%u", refuge.map, refuge.x,
		   refuge.y);
	EXPECT(slot_with(ana, RED_APPLE) == NULL && grh_at(ana, lies) == 0, "there are apples");
	EXPECT(game_server_log_has(server, "cannot lie on the ground of map 1") &&
			   game_server_log_has(server, "holds item 1, which this world does not have") &&
			   game_server_log_has(server, "is not in this world; the start is taken") &&
			   game_server_log_has(server, scenario_text("cannot stand at 1-%u-%u, appears at 1-%u-%u", stood.x,
														 stood.y, now.x, now.y)),
		   "the log does not tell what did not fit");
	game_server_audit(server);
	EXPECT_EQUAL("gold", game_server_total(server, "audit_gold"), gold);

	/* everything is back */
	sources_restore(&sources);
	sources_compile(&sources);
	EXPECT_EQUAL("exit status of the reload", ctl(server, "reload", said, sizeof said), 0);
	bot_until(ana, slot_with(ana, RED_APPLE) != NULL);
	bot_sync(ana);
	EXPECT_EQUAL("apples", slot_with(ana, RED_APPLE)->amount, apples - 2);
	EXPECT_EQUAL("picture on the ground", grh_at(ana, lies), grh);
	bot_walk_to(ana, lies.x, lies.y);
	BOT_SEND(ana, PICK_UP);
	bot_until(ana, slot_with(ana, RED_APPLE)->amount == apples);
	game_server_audit(server);
	EXPECT_EQUAL("gold", game_server_total(server, "audit_gold"), gold);
	bots_expect_good();
	game_server_stop(server);
	sources_remove(&sources);
}

static void sizes_change_with_a_new_generation(void **state)
{
	(void)state;
	struct game_server *server = reload_start("limits: { max_connections = 100; };", NULL);
	game_server_configure(server, "limits: { max_connections = 300; }; workers: { max = 8; };");
	game_server_change(server, "reload", true);
	crowd_rest();
	EXPECT_EQUAL("connections", game_server_number(server, "connections"), PLAYERS);
	game_server_change(server, "workers 8", true);
	crowd_rest();
	game_server_audit(server);
	game_server_stop(server);
}

static void newcomers_are_neither_refused_nor_reset(void **state)
{
	(void)state;
	struct game_server *server =
		game_server_start(&(struct game_server_options){.settings = settings, .config = "game: { start_gold = 5; };"});
	struct newcomers newcomers = newcomers_begin(server);
	for (int gold = 6; newcomers.count < 400; gold++) {
		game_server_configure(server, scenario_text("game: { start_gold = %d; };", gold));
		int64_t id = game_server_change_begin(server, "reload");
		do
			newcomers_connect(&newcomers, 5);
		while (!game_server_change_is_over(server, id));
	}
	newcomers_expect_all_served(&newcomers);
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(new_settings_are_in_force_and_nobody_is_disconnected),
		SCENARIO(many_reloads_in_a_row_lose_nothing),
		SCENARIO(people_come_and_go_meanwhile),
		SCENARIO(a_mistake_leaves_everything_as_it_is_and_is_told_with_its_line),
		SCENARIO(what_needs_a_restart_is_named_and_the_rest_takes_effect),
		SCENARIO(settings_with_which_no_worker_starts_are_put_back),
		SCENARIO(a_canary_that_dies_on_probation_brings_the_old_settings_back),
		SCENARIO(the_number_of_workers_follows_the_file),
		SCENARIO(settings_in_redis_are_asked_for_again),
		SCENARIO(new_world_data_come_under_the_players_and_lose_nothing),
		SCENARIO(new_world_data_that_contradict_what_is_there_lose_nothing),
		SCENARIO(sizes_change_with_a_new_generation),
		SCENARIO(newcomers_are_neither_refused_nor_reset),
	};
	return SCENARIOS_RUN(tests);
}
