/* Generations: the world is made anew under the players, in order or because its processes keep dying, and they stay. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/points.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum {
	YARD = 8,
	PLAYERS = 4, /* one on each worker, and the deaf one */
	LINES = 300, /* what the deaf one is told */
	OTHERS_MAX = 6,
};

struct property {
	struct place at;
	int gold, hp, level;
	struct bot_slot inventory[WIRE_INVENTORY_SLOTS + 1];
};

/* Who is there when the world is made anew. */
struct party {
	struct game_server *server;
	struct place yard;
	struct bot *player[PLAYERS]; /* 0..2 on that worker; 3 does not read */
	struct property had[PLAYERS];
	unsigned maps_entered[PLAYERS];
	struct bot *stranger; /* at the creation screen, with dice */
	uint8_t half[64];     /* of a line of player 2: the rest, which is not sent yet */
	size_t half_length;
	int64_t generation, gold, items;
};

static struct party party;

static void property_note(const struct bot *bot, struct property *p)
{
	*p = (struct property){.at = bot_place(bot), .gold = bot->gold, .hp = bot->hp, .level = bot->level};
	memcpy(p->inventory, bot->inventory, sizeof p->inventory);
}

static void property_expect(const struct bot *bot, const struct property *had)
{
	struct place at = bot_place(bot);
	EXPECT(memcmp(&at, &had->at, sizeof at) == 0, "%s is on map %u at (%u,%u), and was on map %u at (%u,%u)", bot->name,
		   at.map, at.x, at.y, had->at.map, had->at.x, had->at.y);
	EXPECT_EQUAL("gold", bot->gold, had->gold);
	EXPECT_EQUAL("points of life", bot->hp, had->hp);
	EXPECT_EQUAL("level", bot->level, had->level);
	for (unsigned slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++) {
		const struct bot_slot *now = &bot->inventory[slot], *before = &had->inventory[slot];
		EXPECT(now->item == before->item && now->amount == before->amount && now->equipped == before->equipped,
			   "%s has %d of item %d in slot %u, and had %d of item %d", bot->name, now->amount, now->item, slot,
			   before->amount, before->item);
	}
}

static void sums_note(void)
{
	game_server_audit(party.server);
	party.gold = game_server_total(party.server, "audit_gold");
	party.items = game_server_total(party.server, "audit_items");
}

static void sums_expect(void)
{
	game_server_audit(party.server);
	EXPECT_EQUAL("gold in the world", game_server_total(party.server, "audit_gold"), party.gold);
	EXPECT_EQUAL("items in the world", game_server_total(party.server, "audit_items"), party.items);
}

/* A line of which only the beginning is sent. */
static void half_line(struct bot *bot, const char *text)
{
	uint8_t bytes[sizeof party.half];
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	packet_put(&writer, TABLE_C2S, C2S_TALK, &(const struct c2s_TALK){.text = text_of(text)});
	size_t first = writer.length / 2;
	bot_send(bot, bytes, first);
	party.half_length = writer.length - first;
	memcpy(party.half, bytes + first, party.half_length);
}

static int first_carried(const struct bot *bot)
{
	for (int slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++) {
		if (bot->inventory[slot].amount > 1 && !bot->inventory[slot].equipped)
			return slot;
	}
	scenario_fail(__FILE__, __LINE__, "%s carries nothing to lay down", bot->name);
}

static struct game_server *server_start(const struct redis_server *redis, bool armed, const char *const *more)
{
	const char *settings[GAME_SERVER_SETTINGS_MAX] = {NULL};
	unsigned n = 0;
	party = (struct party){.yard = scenario_clearing(YARD, YARD, true)};
	settings[n++] = scenario_start((struct place){party.yard.map, party.yard.x + 3, party.yard.y + 3});
	settings[n++] = "workers.respawn_pause_max_ms=100";
	settings[n++] = "limits.output_kb=8192";
	settings[n++] =
		"world.ring_kb=1024"; /* nobody is lapped by what the deaf one is told, however busy the machine is */
	settings[n++] = "store.cut_interval_ms=200";
	for (; more != NULL && *more != NULL; more++)
		settings[n++] = *more;
	party.server =
		game_server_start(&(struct game_server_options){.settings = settings, .redis = redis, .armed = armed});
	party.generation = game_server_number(party.server, "generation");
	return party.server;
}

/* Everybody comes, walks, lays something down; it becomes durable; then half of something is under way everywhere. */
static void party_meet(void)
{
	static const char *const names[PLAYERS] = {"Anahi", "Bernabe", "Carola", "Dorotea"};
	for (unsigned i = 0; i < PLAYERS; i++) {
		bots_keep(i == 3 ? 8192 : 0);
		party.player[i] = bot_create(party.server, names[i], (int)(i % GAME_SERVER_WORKERS));
		bot_walk_to(party.player[i], party.yard.x + 1 + 2 * (int)(i % 3), party.yard.y + 1 + (int)(i / 3) * 3);
	}
	BOT_SEND(party.player[0], DROP, .slot = (uint8_t)first_carried(party.player[0]), .amount = 1);
	for (unsigned i = 0; i < PLAYERS; i++)
		bot_sync(party.player[i]);
	bot_await_durable(party.player[0], party.server);
	sums_note();
	for (unsigned i = 0; i < PLAYERS; i++) {
		bot_sync(party.player[i]);
		property_note(party.player[i], &party.had[i]);
		party.maps_entered[i] = party.player[i]->maps_entered;
	}
	party.stranger = bot_connect(party.server);
	bot_roll(party.stranger);

	party.player[3]->deaf = true;
	char line[200];
	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	for (unsigned i = 0; i < LINES; i++)
		bot_talk(party.player[0], line);
	bot_sync(party.player[0]);
	half_line(party.player[2], "una frase partida");
}

/* It serves, all are in it, and all who listen have seen it. */
static void generation_await(int64_t number)
{
	EVENTUALLY(game_server_number(party.server, "generation") >= number);
	game_server_await_players(party.server, PLAYERS);
	for (unsigned i = 0; i < PLAYERS; i++) {
		if (!party.player[i]->deaf)
			bot_until(party.player[i], party.player[i]->maps_entered > party.maps_entered[i]);
		party.maps_entered[i] = party.player[i]->maps_entered;
	}
}

static void generation_renew(void)
{
	cJSON *reply = game_server_ask(party.server, "renew");
	EXPECT(cJSON_GetObjectItem(reply, "error") == NULL, "no fresh generation: %s",
		   cJSON_GetStringValue(cJSON_GetObjectItem(reply, "error")));
	cJSON_Delete(reply);
}

static void all_see_each_other(void)
{
	for (unsigned i = 0; i < PLAYERS; i++) {
		for (unsigned k = 0; k < PLAYERS; k++) {
			const struct bot_character *seen = bot_find_name(party.player[i], party.player[k]->name);
			struct place at = bot_place(party.player[k]);
			EXPECT(seen != NULL, "%s does not see %s", party.player[i]->name, party.player[k]->name);
			EXPECT(seen->x == at.x && seen->y == at.y, "%s sees %s on (%d,%d) instead of (%u,%u)",
				   party.player[i]->name, party.player[k]->name, seen->x, seen->y, at.x, at.y);
		}
		EXPECT_EQUAL("people in view", bot_people(party.player[i]), PLAYERS);
	}
}

/* The rest of the line; it is heard as if it had come in one piece. */
static void half_line_finish(void)
{
	if (party.half_length == 0)
		return;
	bot_send(party.player[2], party.half, party.half_length);
	party.half_length = 0;
	bot_until(party.player[0], bot_has_said(party.player[0], party.player[2]->self, "una frase partida"));
}

static void all_sync(void)
{
	half_line_finish();
	for (unsigned i = 0; i < PLAYERS; i++) {
		EXPECT(!party.player[i]->closed, "%s was disconnected (last error \"%s\")", party.player[i]->name,
			   party.player[i]->error);
		bot_sync(party.player[i]);
	}
	for (unsigned i = 0; i < PLAYERS; i++)
		bot_sync(party.player[i]); /* what the others did until theirs was answered */
}

/* Again when her worker cannot reach the store yet. */
static void stranger_enters(void)
{
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Estela");
	uint64_t until = bots_deadline();
	while (!bot_in_world(party.stranger)) {
		unsigned errors = party.stranger->errors;
		bot_ask_creation(party.stranger, &wish);
		bot_until(party.stranger, bot_in_world(party.stranger) || party.stranger->errors > errors);
		if (bot_in_world(party.stranger))
			return;
		EXPECT(strcmp(party.stranger->error, text_latin1(TEXT_STORE_AWAY)) == 0 && clock_mono_ms() < until,
			   "Estela is told: %s", party.stranger->error);
		bot_roll(party.stranger);
	}
}

/* The world is another one, and nobody was disconnected: each has what he had, and what was under way goes on. */
static void party_expect_whole(void)
{
	party.player[3]->deaf = false;
	all_sync();
	for (unsigned i = 0; i < PLAYERS; i++) {
		property_expect(party.player[i], &party.had[i]);
	}
	all_see_each_other();
	sums_expect();

	EXPECT(!party.stranger->closed, "who was at the creation screen was disconnected");
	stranger_enters();
	bot_quit(party.stranger);
	bot_close(&party.stranger);
}

/* They walk on, are durable again, and a worker that dies is followed as ever. */
static void party_goes_on(void)
{
	party.server->errors_expected = true; /* of the worker that dies below */
	for (unsigned i = 0; i < PLAYERS; i++)
		party.player[i]->corrections = 0;
	for (unsigned i = 0; i < PLAYERS; i++) {
		bot_step(party.player[i], HEADING_SOUTH);
		bot_sync(party.player[i]);
		EXPECT_EQUAL("steps that were put right", party.player[i]->corrections, 0);
	}
	pid_t before = game_server_process(party.server, 1);
	kill(before, SIGKILL);
	game_server_await_successor(party.server, 1, before);
	all_sync();
	all_see_each_other();
	bot_await_durable(party.player[0], party.server);
	game_server_audit(party.server);
	bots_expect_good();
}

/* --- in order ------------------------------------------------------------------------------------------------------------------------ */

static void made_anew_in_order(const struct redis_server *redis)
{
	server_start(redis, false, NULL);
	party_meet();
	generation_renew();
	generation_await(party.generation + 1);
	party_expect_whole();
	party_goes_on();
	game_server_stop(party.server);
}

static void the_world_is_made_anew_in_order_and_nobody_notices_in_lmdb(void **state)
{
	(void)state;
	made_anew_in_order(NULL);
}

static void the_world_is_made_anew_in_order_and_nobody_notices_in_redis(void **state)
{
	(void)state;
	made_anew_in_order(scenario_redis());
}

static void steps_that_are_under_way_count_when_the_world_is_made_anew_in_order(void **state)
{
	(void)state;
	enum { ROUNDS = 4, STEPS = 2 };
	server_start(NULL, false, NULL);
	party_meet();
	party.player[3]->deaf = false;
	all_sync();
	int south = bot_place(party.player[0]).y;
	for (unsigned round = 0; round < ROUNDS; round++) {
		int there = round % 2 == 0 ? HEADING_SOUTH : HEADING_NORTH;
		generation_renew();
		unsigned taken = 0;
		while (game_server_number(party.server, "generation") < party.generation + 1 + (int)round) {
			for (unsigned i = 0; i < PLAYERS - 1 && taken < STEPS; i++)
				bot_step(party.player[i], there);
			taken++;
			bots_receive(5);
		}
		generation_await(party.generation + 1 + (int)round);
		all_sync();
		all_see_each_other();
		for (unsigned i = 0; i < PLAYERS - 1; i++)
			EXPECT_EQUAL("the row where he is", bot_place(party.player[i]).y,
						 south + (there == HEADING_SOUTH ? STEPS : 0));
	}
	game_server_audit(party.server);
	bots_expect_good();
	game_server_stop(party.server);
}

/* --- what may go wrong in order: the former generation goes on ------------------------------------------------------------------------ */

static void went_back_expect(void)
{
	game_server_expect_log(party.server, "the former one goes on");
	EXPECT_EQUAL("generation", game_server_number(party.server, "generation"), party.generation);
	game_server_await_players(party.server, PLAYERS);
	party_expect_whole();
	EXPECT(!game_server_log_has(party.server, "older than what it had acknowledged"),
		   "the former generation takes its own store for one that lost writes");
	/* and now it can be done */
	generation_renew();
	generation_await(party.generation + 1);
	party_goes_on();
	party.server->errors_expected = true;
	game_server_stop(party.server);
}

static void a_canary_that_dies_leads_back_and_nobody_notices(void **state)
{
	(void)state;
	server_start(NULL, true, NULL);
	party_meet();
	points_arm(party.server->points, "argentumd:w0", "all arrived", 0, SIGSEGV);
	generation_renew();
	went_back_expect();
}

static void a_worker_that_dies_while_it_retires_leads_back_and_nobody_notices(void **state)
{
	(void)state;
	server_start(NULL, true, NULL);
	party_meet();
	points_arm(party.server->points, "argentumd:w1", "passports written", 0, SIGKILL);
	generation_renew();
	went_back_expect();
}

/* Killed, and not buried yet when the generation is begun: its death and the request come in one turn of the master's loop. */
static void a_worker_that_is_dead_when_it_is_told_to_retire_leads_back_and_nobody_notices(void **state)
{
	(void)state;
	struct game_server *server = server_start(NULL, false, NULL);
	party_meet();
	pid_t second = game_server_process(server, 1);
	int control = game_server_control(server);
	EXPECT(send(control, "ren", 3, MSG_NOSIGNAL) == 3, "the control socket takes nothing");
	cJSON_Delete(game_server_ask(server, "ping")); /* behind it: it was accepted */
	kill(server->pid, SIGSTOP);
	EVENTUALLY(game_server_process_state(server->pid) == 'T');
	EXPECT(send(control, "ew\n", 3, MSG_NOSIGNAL) == 3, "the control socket takes nothing");
	kill(second, SIGKILL);
	EVENTUALLY(game_server_process_state(second) == 'Z');
	kill(server->pid, SIGCONT);
	game_server_expect_log(server, "could not be told to retire");
	close(control);
	party_expect_whole();
	party_goes_on();
	game_server_stop(server);
}

/* Everybody waits for it; the watchdog does not let them wait as long as a whole new world may take. */
static void a_worker_that_hangs_while_it_retires_leads_back_and_nobody_notices(void **state)
{
	(void)state;
	server_start(NULL, true, (const char *const[]){"workers.heartbeat_timeout_ms=800", NULL});
	party_meet();
	points_arm(party.server->points, "argentumd:w1", "passports written", 0, SIGSTOP);
	generation_renew();
	went_back_expect();
}

static void a_last_cut_that_the_store_does_not_take_leads_back_and_nobody_notices(void **state)
{
	(void)state;
	static const char *const settings[] = {"store.start_timeout_ms=1000", "store.redis_command_timeout_ms=500", NULL};
	struct redis_server *redis = scenario_redis();
	server_start(redis, false, settings);
	party_meet();
	bot_step(party.player[1], HEADING_SOUTH); /* something to save */
	bot_step(party.player[1], HEADING_NORTH);
	redis_server_pause(redis);
	generation_renew();
	game_server_expect_log(party.server, "last cut was not acknowledged");
	redis_server_resume(redis);
	went_back_expect();
}

static void a_second_worker_that_dies_while_it_takes_over_is_followed(void **state)
{
	(void)state;
	static const char *const points[] = {"connection restored", "connection arrived", "all arrived"};
	server_start(NULL, true, NULL);
	party_meet();
	party.server->errors_expected = true;
	for (unsigned i = 0; i < sizeof points / sizeof *points; i++) {
		points_arm(party.server->points, "argentumd:w1", points[i], 0, SIGKILL);
		generation_renew();
		generation_await(party.generation + 1 + (int)i);
		EXPECT(points_struck(party.server->points) != 0, "nobody died at \"%s\"", points[i]);
		party.player[3]->deaf = false;
		all_sync();
		all_see_each_other();
	}
	party_expect_whole();
	party_goes_on();
	game_server_stop(party.server);
}

/* --- the ladder ----------------------------------------------------------------------------------------------------------------------- */

/* A worker crashes by its own fault, as far as its master can tell. */
static void worker_crash(unsigned slot, bool and_wait)
{
	pid_t before = game_server_process(party.server, slot);
	EXPECT(before > 0 && kill(before, SIGSEGV) == 0, "worker %u does not live", slot);
	if (and_wait)
		game_server_await_successor(party.server, slot, before);
}

static void crashes_make_the_world_anew(const struct redis_server *redis)
{
	static const char *const settings[] = {"workers.ladder_world_deaths=3", NULL};
	server_start(redis, false, settings);
	party.server->errors_expected = true;
	party_meet();
	worker_crash(1, true);
	worker_crash(2, true);
	EXPECT_EQUAL("generation", game_server_number(party.server, "generation"), party.generation);
	worker_crash(0, false);
	game_server_expect_log(party.server, "the world is suspected to be damaged");
	generation_await(party.generation + 1);
	party_expect_whole();
	party_goes_on();
	game_server_stop(party.server);
}

static void crash_after_crash_the_world_is_made_anew_and_all_stay_connected_in_lmdb(void **state)
{
	(void)state;
	crashes_make_the_world_anew(NULL);
}

static void crash_after_crash_the_world_is_made_anew_and_all_stay_connected_in_redis(void **state)
{
	(void)state;
	crashes_make_the_world_anew(scenario_redis());
}

static void the_store_is_away_when_the_world_is_made_anew_and_it_is_waited_for(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.ladder_world_deaths=1", "store.redis_command_timeout_ms=500", NULL};
	struct redis_server *redis = scenario_redis();
	server_start(redis, false, settings);
	party.server->errors_expected = true;
	party_meet();
	redis_server_kill(redis);
	worker_crash(1, false);
	game_server_expect_log(party.server, "the world is made anew");
	EVENTUALLY(game_server_process(party.server, game_server_keeper()) > 0);
	for (unsigned i = 0; i < PLAYERS; i++)
		EXPECT(!party.player[i]->closed, "%s was disconnected", party.player[i]->name);
	struct problem why;
	EXPECT(redis_server_restart(redis, &why), "Redis does not start again: %s", why.text);
	generation_await(party.generation + 1);
	party_expect_whole();
	party_goes_on();
	game_server_stop(party.server);
}

/* One packet is enough, and its change was half done: it is not run again in the next world, and its player is out. */
static void a_packet_that_kills_does_not_come_along(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.ladder_world_deaths=1", NULL};
	server_start(NULL, true, settings);
	party.server->errors_expected = true;
	party_meet();
	points_arm(party.server->points, "argentumd:w1", "touched", 3, SIGSEGV);
	bot_step(party.player[1], HEADING_SOUTH);
	game_server_await_strike(party.server);
	game_server_expect_log(party.server, "it is not run again, he is disconnected");
	bot_expect_error(party.player[1], TEXT_BLAMED);
	bot_expect_closed(party.player[1]);
	bot_close(&party.player[1]);
	party.player[1] = bot_login(party.server, "Bernabe", ANY_WORKER);
	game_server_await_players(party.server, PLAYERS);
	EVENTUALLY(game_server_number(party.server, "generation") == party.generation + 1);
	party_expect_whole();
	party_goes_on();
	game_server_stop(party.server);
}

/* Worker 1 of the next generation stands still at a point; returns its pid. */
static pid_t second_worker_stop_at(const char *point)
{
	points_arm(party.server->points, "argentumd:w1", point, 0, SIGSTOP);
	generation_renew();
	return game_server_await_strike(party.server);
}

static void the_store_goes_away_while_they_come_back_and_it_is_waited_for(void **state)
{
	(void)state;
	static const char *const settings[] = {"store.redis_command_timeout_ms=300", NULL};
	struct redis_server *redis = scenario_redis();
	server_start(redis, true, settings);
	party_meet();
	pid_t second = second_worker_stop_at("all arrived");
	EVENTUALLY(game_server_number(party.server, "players") >= PLAYERS - 2);
	redis_server_pause(redis);
	kill(second, SIGCONT);
	EVENTUALLY(game_server_number(party.server, "generation") == party.generation + 1);
	EVENTUALLY(game_server_log_has(party.server, "no answer for"));
	EXPECT(!party.player[1]->closed, "he was disconnected though the store may come back");
	redis_server_resume(redis);
	generation_await(party.generation + 1);
	party_expect_whole();
	party_goes_on();
	game_server_stop(party.server);
}

/* A worker whose store was away hears after a while that it is there again. */
static void player_login_at_last(unsigned i)
{
	char name[sizeof party.player[i]->name];
	memcpy(name, party.player[i]->name, sizeof name);
	for (uint64_t until = scenario_deadline();;) {
		bot_close(&party.player[i]);
		party.player[i] = bot_connect(party.server);
		bot_ask_login(party.player[i], name, BOT_PASSWORD);
		bot_until(party.player[i], bot_in_world(party.player[i]) || party.player[i]->closed);
		if (!party.player[i]->closed)
			return;
		scenario_look_again(until, __FILE__, __LINE__, party.player[i]->error);
	}
}

static void who_cannot_be_loaded_in_time_is_told_why_and_loses_nothing(void **state)
{
	(void)state;
	static const char *const settings[] = {"store.redis_command_timeout_ms=300", "workers.return_timeout_s=1", NULL};
	struct redis_server *redis = scenario_redis();
	server_start(redis, true, settings);
	party_meet();
	half_line_finish();
	pid_t second = second_worker_stop_at("all arrived");
	EVENTUALLY(game_server_number(party.server, "players") >= PLAYERS - 2);
	redis_server_pause(redis);
	kill(second, SIGCONT);
	bot_expect_error(party.player[1], TEXT_RETURN_STORE_AWAY);
	bot_expect_closed(party.player[1]);
	redis_server_resume(redis);
	/* The store has something to say again to each of them, in its own time. */
	for (unsigned i = 1; i <= 2; i++) { /* Carola may have been as late as he */
		bot_sync(party.player[0]);
		if (party.player[i]->closed)
			player_login_at_last(i);
	}
	game_server_await_players(party.server, PLAYERS);
	party_expect_whole();
	game_server_stop(party.server);
}

/* Whoever stood beside him when the world was made anew hears him, although he is not back yet himself. */
static void what_is_said_before_all_are_back_is_heard_by_all(void **state)
{
	(void)state;
	server_start(NULL, true, NULL);
	party_meet();
	half_line_finish();
	struct bot *other = bot_connect_to_worker(party.server, 0);
	other->screen = BOT_CREATION_SCREEN;
	pid_t second = second_worker_stop_at("connection restored");
	EVENTUALLY(game_server_number(party.server, "players") == PLAYERS - 1);
	bot_talk(party.player[0], "ya estoy de vuelta");
	BOT_SEND(other, THROW_DICES);
	bot_until(other, other->rolled); /* on that worker too: it has read what was said */
	kill(second, SIGCONT);
	bot_until(party.player[1], bot_has_said(party.player[1], party.player[0]->self, "ya estoy de vuelta"));
	bot_close(&other);
	party_expect_whole();
	game_server_stop(party.server);
}

/* Who came along keeps the number of his connection: nobody else gets it before he is there. */
static void newcomers_take_nothing_from_those_who_are_coming_back(void **state)
{
	(void)state;
	enum { NEWCOMERS = 40 };
	struct bot *newcomer[NEWCOMERS];
	server_start(NULL, true, (const char *const[]){"limits.max_connections=20", NULL});
	party_meet();
	half_line_finish();
	struct bot *other = bot_connect_to_worker(party.server, 0);
	other->screen = BOT_CREATION_SCREEN;
	pid_t second = second_worker_stop_at("adopted");
	for (unsigned i = 0; i < NEWCOMERS; i++)
		newcomer[i] = bot_connect(party.server);
	BOT_SEND(other, THROW_DICES);
	bot_until(other, other->rolled); /* on that worker, which has seen the newcomers */
	kill(second, SIGCONT);
	EVENTUALLY(game_server_number(party.server, "generation") == party.generation + 1);
	for (unsigned i = 0; i < NEWCOMERS; i++)
		bot_close(&newcomer[i]);
	bot_close(&other);
	game_server_await_players(party.server, PLAYERS);
	party_expect_whole();
	game_server_stop(party.server);
}

static void nobody_gets_into_an_account_whose_player_is_coming_back(void **state)
{
	(void)state;
	server_start(NULL, true, NULL);
	party_meet();
	half_line_finish();
	struct bot *other = bot_connect_to_worker(party.server, 0);  /* comes along, at its login screen */
	pid_t second = second_worker_stop_at("connection restored"); /* his name is not reserved yet */
	bot_ask_login(other, "Bernabe", BOT_PASSWORD);
	bot_until(party.player[0], party.player[0]->maps_entered > party.maps_entered[0]);
	bot_sync(party.player[0]); /* on that worker too: it has read the login */
	EXPECT(!bot_in_world(other) && !other->closed, "the login was answered before all were back");
	kill(second, SIGCONT);
	EVENTUALLY(game_server_number(party.server, "generation") == party.generation + 1);
	/* Who has the password may take over who is there, as ever; never are there two. */
	bot_until(other, bot_in_world(other) || other->closed);
	if (bot_in_world(other)) {
		bot_expect_closed(party.player[1]);
		bot_close(&party.player[1]);
		party.player[1] = other;
		other = NULL;
	} else {
		bot_close(&other);
	}
	game_server_await_players(party.server, PLAYERS);
	party_expect_whole();
	game_server_stop(party.server);
}

static void soon_after_the_world_was_made_anew_the_server_ends_for_its_service_manager(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.ladder_world_deaths=1", NULL};
	server_start(NULL, false, settings);
	party.server->errors_expected = true;
	party_meet();
	worker_crash(1, false);
	generation_await(party.generation + 1);
	worker_crash(2, false);
	int status = game_server_await_end(party.server);
	EXPECT(status != 0 && status != 2, "it ended with status %d: the service manager would not start it anew", status);
	EXPECT(game_server_log_has(party.server, "its service manager starts it anew"), "the log does not say why");
	for (unsigned i = 0; i < PLAYERS; i++)
		bot_close(&party.player[i]);
	game_server_restart(party.server, NULL);
	struct bot *ana = bot_login(party.server, "Anahi", ANY_WORKER);
	bot_sync(ana);
	property_expect(ana, &party.had[0]);
}

/* A packet of his kills each worker that runs it: three times on one map. */
static void packet_kills(struct bot *bot, unsigned slot)
{
	pid_t before = game_server_process(party.server, slot);
	points_arm(party.server->points, scenario_text("argentumd:w%u", slot), "before commit", 0, SIGSEGV);
	half_line_finish();
	bot_step(bot, HEADING_SOUTH);
	EXPECT(game_server_await_strike(party.server) == before, "another worker died");
	game_server_await_successor(party.server, slot, before);
	bot_expect_error(bot, TEXT_BLAMED);
	bot_expect_closed(bot);
}

static void a_map_on_which_packets_kill_is_made_anew_while_the_others_stay(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.ladder_map_deaths=2", "workers.ladder_world_deaths=10", NULL};
	server_start(NULL, true, settings);
	party.server->errors_expected = true;
	party_meet();
	packet_kills(party.player[1], 1);
	EXPECT(!game_server_log_has(party.server, "made anew from the last cut"), "one death is no reason");
	packet_kills(party.player[2], 2);
	game_server_expect_log(party.server, "was made anew from the last cut");
	EXPECT_EQUAL("generation", game_server_number(party.server, "generation"), party.generation);
	party.player[3]->deaf = false;
	bot_sync(party.player[0]);
	bot_sync(party.player[3]);
	property_expect(party.player[0], &party.had[0]);
	property_expect(party.player[3], &party.had[3]);
	for (unsigned i = 1; i <= 2; i++) {
		bot_close(&party.player[i]);
		party.player[i] = bot_login(party.server, i == 1 ? "Bernabe" : "Carola", (int)i);
	}
	all_sync();
	sums_expect();
	bots_expect_good();
	game_server_stop(party.server);
}

static void whose_packets_kill_again_is_kept_out(void **state)
{
	(void)state;
	static const char *const settings[] = {"workers.ladder_map_deaths=0", "workers.ladder_world_deaths=0",
										   "workers.kept_out_s=3600", NULL};
	server_start(NULL, true, settings);
	party.server->errors_expected = true;
	party_meet();
	packet_kills(party.player[1], 1);
	bot_close(&party.player[1]);
	party.player[1] = bot_login(party.server, "Bernabe", 1); /* once may be bad luck */
	packet_kills(party.player[1], 1);
	game_server_expect_log(party.server, "he is kept out for 3600 s");
	bot_close(&party.player[1]);
	party.player[1] = bot_connect(party.server);
	bot_ask_login(party.player[1], "Bernabe", BOT_PASSWORD);
	bot_expect_error(party.player[1], TEXT_KEPT_OUT, 60);
	bot_expect_closed(party.player[1]);
	bot_close(&party.player[1]);
	bot_sync(party.player[0]);

	/* also of another world */
	generation_renew();
	EVENTUALLY(game_server_number(party.server, "generation") > party.generation);
	game_server_await_players(party.server, PLAYERS - 1);
	party.player[1] = bot_connect(party.server);
	bot_ask_login(party.player[1], "Bernabe", BOT_PASSWORD);
	bot_expect_error(party.player[1], TEXT_KEPT_OUT, 60);
	bot_expect_closed(party.player[1]);
	game_server_audit(party.server);
	game_server_stop(party.server);
}

int main(void)
{
	const struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	const struct CMUnitTest tests[] = {
		SCENARIO(the_world_is_made_anew_in_order_and_nobody_notices_in_lmdb),
		SCENARIO(the_world_is_made_anew_in_order_and_nobody_notices_in_redis),
		SCENARIO(steps_that_are_under_way_count_when_the_world_is_made_anew_in_order),
		SCENARIO(a_canary_that_dies_leads_back_and_nobody_notices),
		SCENARIO(a_worker_that_dies_while_it_retires_leads_back_and_nobody_notices),
		SCENARIO(a_worker_that_is_dead_when_it_is_told_to_retire_leads_back_and_nobody_notices),
		SCENARIO(a_worker_that_hangs_while_it_retires_leads_back_and_nobody_notices),
		SCENARIO(a_last_cut_that_the_store_does_not_take_leads_back_and_nobody_notices),
		SCENARIO(a_second_worker_that_dies_while_it_takes_over_is_followed),
		SCENARIO(crash_after_crash_the_world_is_made_anew_and_all_stay_connected_in_lmdb),
		SCENARIO(crash_after_crash_the_world_is_made_anew_and_all_stay_connected_in_redis),
		SCENARIO(the_store_is_away_when_the_world_is_made_anew_and_it_is_waited_for),
		SCENARIO(a_packet_that_kills_does_not_come_along),
		SCENARIO(the_store_goes_away_while_they_come_back_and_it_is_waited_for),
		SCENARIO(who_cannot_be_loaded_in_time_is_told_why_and_loses_nothing),
		SCENARIO(what_is_said_before_all_are_back_is_heard_by_all),
		SCENARIO(newcomers_take_nothing_from_those_who_are_coming_back),
		SCENARIO(nobody_gets_into_an_account_whose_player_is_coming_back),
		SCENARIO(soon_after_the_world_was_made_anew_the_server_ends_for_its_service_manager),
		SCENARIO(a_map_on_which_packets_kill_is_made_anew_while_the_others_stay),
		SCENARIO(whose_packets_kill_again_is_kept_out),
	};
	return SCENARIOS_RUN(tests);
}
