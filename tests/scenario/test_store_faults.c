/* Everything that can happen to the store while people play: it is killed, stands still, comes back empty, refuses to write
 * for every reason it has, is slow, loses connections in the middle of a word, has no room. The game goes on, who needs
 * the store is told, the status says how it stands, and afterwards nothing is missing. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/store/store.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/relay.h"
#include "tests/harness/scenario.h"
#include "tests/harness/small_disk.h"
#include "tests/harness/store_fixture.h"
#include "tests/harness/town.h"

/* Dosa comes and goes, Cinco is away for the whole time: only the store knows her. */
enum { COMER = 1, ABSENT = 4, EXIT_CANNOT_START = 1, EXIT_NOT_IN_ORDER = 3 };

struct fault {
	struct town t;
	struct redis_server *redis;
	struct town_wealth wealth; /* with everybody there */
	struct town_story *story;
};

static void plays(struct fault *f, int actions)
{
	for (int i = 0; i < actions; i++) {
		town_act(&f->t, i % TOWN_PEOPLE);
		if (f->story->count < TOWN_MOMENTS)
			town_story_add(&f->t, f->story);
	}
}

/* --- how it stands ----------------------------------------------------------------------------------------------------------------- */

static bool store_is(const struct fault *f, const char *state, const char *reason)
{
	return strcmp(game_server_store_text(f->t.server, "state"), state) == 0 &&
		   strstr(game_server_store_text(f->t.server, "reason"), reason) != NULL;
}

/* Plays until the status says so, and that something is not saved. */
static void await_trouble(struct fault *f, const char *state, const char *reason)
{
	uint64_t until = scenario_deadline();
	while (!store_is(f, state, reason) || game_server_store_number(f->t.server, "lag_ms") == 0) {
		plays(f, 1);
		scenario_look_again(until, __FILE__, __LINE__, reason);
	}
}

static void await_no_trouble(struct fault *f)
{
	EVENTUALLY(store_is(f, "up", "") && game_server_store_number(f->t.server, "lag_ms") == 0);
	EXPECT(game_server_store_text(f->t.server, "reason")[0] == '\0', "the store is up, and there is a reason");
}

/* A store that finds room in itself notices nothing: newcomers need some. */
static void await_no_room(struct fault *f, const char *reason)
{
	uint64_t until = scenario_deadline();
	while (!store_is(f, "refuses", reason)) {
		struct bot *bot = bot_create(f->t.server, NULL, ANY_WORKER);
		bot_quit(bot);
		bot_close(&bot);
		scenario_look_again(until, __FILE__, __LINE__, reason);
	}
	plays(f, 1);
}

/* Whoever can be found in the world alone; and everybody goes on, comes and goes. */
static void life_goes_on(struct fault *f)
{
	plays(f, 30);
	town_leave(&f->t, COMER);
	town_story_add(&f->t, f->story);
	plays(f, 10);
	town_return(&f->t, COMER); /* gone, but not saved: she is still there */
	town_story_add(&f->t, f->story);
	plays(f, 10);
	bots_expect_good();
}

static void absent_is_told_to_wait(const struct fault *f)
{
	struct bot *bot = bot_connect(f->t.server);
	bot_ask_login(bot, town_names[ABSENT], BOT_PASSWORD);
	bot_expect_error(bot, TEXT_STORE_AWAY);
	bot_close(&bot);
	bot = bot_connect(f->t.server);
	struct c2s_LOGIN_NEW_CHAR wish = bot_wish("Nacida Tarde");
	bot_roll(bot);
	bot_ask_creation(bot, &wish);
	bot_expect_error(bot, TEXT_STORE_AWAY);
	bot_close(&bot);
}

static void absent_comes_and_leaves(struct fault *f)
{
	town_return(&f->t, ABSENT);
	town_leave(&f->t, ABSENT);
}

/* Everything was caught up with: after kill -9 to all of it the last moment is there, for all. */
static void nothing_is_missing(struct fault *f)
{
	await_no_trouble(f);
	town_story_begin(&f->t, f->story);
	town_crash(&f->t, f->story, &f->wealth, NULL, NULL);
}

static struct fault fault_begin(struct redis_server *redis, const char *const *settings, uint64_t seed)
{
	struct fault f = {.redis = redis, .story = malloc(sizeof *f.story)};
	EXPECT(f.story != NULL, "out of memory");
	f.t = town_make(&(struct game_server_options){.redis = redis, .settings = settings}, seed);
	f.wealth = town_wealth_of(f.t.server);
	town_live(&f.t, 20);
	town_leave(&f.t, ABSENT);
	town_story_begin(&f.t, f.story);
	game_server_await_players(f.t.server, TOWN_PEOPLE - 1); /* her slot is free: the store alone knows her */
	return f;
}

static void fault_end(struct fault *f)
{
	game_server_stop(f->t.server);
	free(f->story);
}

/* --- a Redis that says no ------------------------------------------------------------------------------------------------------------ */

/* `fails` or heals. */
typedef void trouble_fn(struct redis_server *redis, bool fails);

struct refusal {
	const char *name;
	trouble_fn *trouble;
	const char *state, *reason; /* in the status */
	bool can_be_read;
};

#define REDIS_MUST(redis, ...) EXPECT(redis_server_do((redis), __VA_ARGS__), "Redis does not take a command")

static void read_only(struct redis_server *redis, bool fails)
{
	REDIS_MUST(redis, "REPLICAOF %s %s", fails ? "127.0.0.1" : "NO", fails ? "1" : "ONE");
}

static void without_replicas(struct redis_server *redis, bool fails)
{
	REDIS_MUST(redis, "CONFIG SET min-replicas-to-write %d", fails ? 1 : 0);
}

static void without_memory(struct redis_server *redis, bool fails)
{
	REDIS_MUST(redis, "CONFIG SET maxmemory-policy noeviction");
	REDIS_MUST(redis, "CONFIG SET maxmemory %d", fails ? 1 : 0);
}

/* Those who are there know the old one no more. */
static void another_password(struct redis_server *redis, bool fails)
{
	REDIS_MUST(redis, "CONFIG SET requirepass %s", fails ? "another" : "");
	redis->options.password = fails ? "another" : NULL;
	REDIS_MUST(redis, "CLIENT KILL TYPE normal");
}

static bool redis_says(struct redis_server *redis, const char *text)
{
	redisReply *reply = redis_server_command(redis, "INFO");
	bool found = reply != NULL && reply->str != NULL && strstr(reply->str, text) != NULL;
	freeReplyObject(reply);
	return found;
}

/* A folder is where the file should go. And all must connect anew: then even PING is refused. */
static void without_snapshot(struct redis_server *redis, bool fails)
{
	const char *in_the_way = scenario_text("%s/dump.rdb", redis->directory);
	const char *inside = scenario_text("%s/dump.rdb/inside", redis->directory);
	REDIS_MUST(redis, "CONFIG SET save %s", "3600 1000000");
	if (fails) {
		unlink(in_the_way);
		EXPECT(mkdir(in_the_way, 0700) == 0 && mkdir(inside, 0700) == 0, "no folder in the way of the snapshot");
	} else {
		rmdir(inside);
		rmdir(in_the_way);
	}
	REDIS_MUST(redis, "BGSAVE");
	EVENTUALLY(redis_says(redis, fails ? "rdb_last_bgsave_status:err" : "rdb_last_bgsave_status:ok"));
	REDIS_MUST(redis, "CLIENT KILL TYPE normal");
}

static void redis_refuses(struct fault *f, const struct refusal *refusal)
{
	unsigned told = game_server_log_count(f->t.server, "a cut was not taken");
	town_story_begin(&f->t, f->story);
	refusal->trouble(f->redis, true);
	await_trouble(f, refusal->state, refusal->reason);
	life_goes_on(f);
	if (refusal->can_be_read)
		absent_comes_and_leaves(f);
	else
		absent_is_told_to_wait(f);
	plays(f, 10);
	EXPECT(store_is(f, refusal->state, refusal->reason), "%s: the status says \"%s\" (%s)", refusal->name,
		   game_server_store_text(f->t.server, "state"), game_server_store_text(f->t.server, "reason"));
	refusal->trouble(f->redis, false);
	await_no_trouble(f);
	told = game_server_log_count(f->t.server, "a cut was not taken") - told;
	EXPECT(told <= 3, "%s: told %u times in the log", refusal->name, told);
}

static void whatever_redis_refuses_for_people_play_on_and_all_is_saved_afterwards(void **state)
{
	(void)state;
	static const struct refusal refusals[] = {
		{"read-only", read_only, "refuses", "READONLY", true},
		{"too few replicas", without_replicas, "does not answer", "NOREPLICAS", true},
		{"out of memory", without_memory, "refuses", "OOM", false},
		{"a snapshot that failed", without_snapshot, "refuses", "MISCONF", true},
		{"another password", another_password, "refuses", "NOAUTH", false},
	};
	struct fault f = fault_begin(scenario_redis(), NULL, 31);
	for (unsigned i = 0; i < sizeof refusals / sizeof *refusals; i++)
		redis_refuses(&f, &refusals[i]);
	nothing_is_missing(&f);
	fault_end(&f);
}

/* --- a Redis that is not there ----------------------------------------------------------------------------------------------------------- */

static void redis_stops(struct redis_server *redis, bool fails)
{
	struct problem why;
	if (fails)
		redis_server_kill(redis);
	else
		EXPECT(redis_server_restart(redis, &why), "Redis does not start again: %s", why.text);
}

static void redis_stands_still(struct redis_server *redis, bool fails)
{
	if (fails)
		redis_server_pause(redis);
	else
		redis_server_resume(redis);
}

/* Also when everything dies before it is back: then the world is as it was at one moment before. */
static void redis_goes_away(trouble_fn *trouble, uint64_t seed)
{
	const char *const settings[] = {"store.redis_command_timeout_ms=300", NULL};
	struct fault f = fault_begin(scenario_redis(), settings, seed);
	redis_refuses(&f, &(struct refusal){"away", trouble, "does not answer", "redis", false});
	nothing_is_missing(&f);
	town_leave(&f.t, ABSENT);
	town_story_begin(&f.t, f.story);
	trouble(f.redis, true);
	await_trouble(&f, "does not answer", "redis");
	life_goes_on(&f);
	game_server_kill_all(f.t.server);
	town_forget(&f.t);
	trouble(f.redis, false);
	game_server_restart(f.t.server, NULL);
	town_enter(&f.t);
	struct moment now = town_look(&f.t);
	town_moment_find(f.story->moments, f.story->count, &now);
	town_expect_wealth(f.t.server, &f.wealth);
	fault_end(&f);
}

static void while_redis_is_dead_people_play_on_and_all_is_saved_afterwards(void **state)
{
	(void)state;
	redis_goes_away(redis_stops, 32);
}

static void while_redis_stands_still_people_play_on_and_all_is_saved_afterwards(void **state)
{
	(void)state;
	redis_goes_away(redis_stands_still, 33);
}

/* A login that has read its character needs the store no more. */
static long long reads_of(struct redis_server *redis)
{
	redisReply *reply = redis_server_command(redis, "INFO commandstats");
	const char *at = reply == NULL || reply->str == NULL ? NULL : strstr(reply->str, "cmdstat_hgetall:calls=");
	long long calls = at == NULL ? 0 : strtoll(at + strlen("cmdstat_hgetall:calls="), NULL, 10);
	freeReplyObject(reply);
	return calls;
}

static void who_was_read_before_redis_died_comes_in(void **state)
{
	(void)state;
	const char *const settings[] = {"game.password_memory_kib=65536", "game.password_passes=2", NULL};
	struct redis_server *redis = scenario_redis();
	struct fault f = fault_begin(redis, settings, 34);
	long long reads = reads_of(redis);
	struct bot *bot = bot_connect(f.t.server);
	bot_ask_login(bot, town_names[ABSENT], BOT_PASSWORD);
	EVENTUALLY(reads_of(redis) > reads);
	redis_server_kill(redis);
	bot_until(bot, bot_in_world(bot) || bot->errors > 0);
	EXPECT(bot_in_world(bot), "refused, although nothing more was to be read: %s", bot->error);
	f.t.people[ABSENT] = bot;
	life_goes_on(&f);
	redis_stops(redis, false);
	nothing_is_missing(&f);
	fault_end(&f);
}

/* --- a Redis that forgot ------------------------------------------------------------------------------------------------------------------ */

static void redis_comes_back_empty(bool keeper_dies, uint64_t seed)
{
	struct problem why;
	struct fault f = fault_begin(scenario_redis(), NULL, seed);
	redis_server_kill(f.redis);
	plays(&f, 10);
	if (keeper_dies) {
		pid_t keeper = game_server_process(f.t.server, game_server_keeper());
		kill(keeper, SIGKILL);
		game_server_await_successor(f.t.server, game_server_keeper(), keeper);
	}
	EXPECT(redis_server_restart_empty(f.redis, &why), "Redis does not start: %s", why.text);
	f.t.server->errors_expected = true; /* that is one */
	plays(&f, 10);
	game_server_expect_log(f.t.server, "it is older than what it had acknowledged");
	await_no_trouble(&f);
	town_story_begin(&f.t, f.story);
	game_server_kill_all(f.t.server);
	town_forget(&f.t);
	game_server_restart(f.t.server, NULL);
	/* who was in the world is there, whole, with password and all; who was not is gone, and her name is free */
	for (int i = 0; i < TOWN_PEOPLE; i++) {
		if (i != ABSENT)
			town_return(&f.t, i);
		else
			f.t.people[i] = bot_create(f.t.server, town_names[ABSENT], ANY_WORKER);
	}
	struct moment now = town_look(&f.t);
	memcpy(&now.person[ABSENT], &f.story->moments[0].person[ABSENT], sizeof now.person[ABSENT]);
	town_moment_find(f.story->moments, f.story->count, &now);
	game_server_audit(f.t.server);
	fault_end(&f);
}

static void a_redis_that_comes_back_empty_gets_everything_that_is_in_the_world(void **state)
{
	(void)state;
	redis_comes_back_empty(false, 35);
}

static void a_redis_that_comes_back_empty_to_another_keeper_gets_everything_too(void **state)
{
	(void)state;
	redis_comes_back_empty(true, 36);
}

/* --- a bad line ----------------------------------------------------------------------------------------------------------------------------- */

static void a_redis_half_a_second_away_keeps_nobody_waiting(void **state)
{
	(void)state;
	struct redis_server *redis = scenario_redis();
	struct relay *relay = relay_start(redis->socket);
	const char *const settings[] = {scenario_text("store.redis_socket=%s", relay->socket),
									"store.redis_command_timeout_ms=5000", "log.slow_store_ms=400", NULL};
	struct fault f = fault_begin(redis, settings, 37);
	atomic_store(&relay->orders->delay_ms, 250); /* each way */
	/* a cut takes two answers, a second: meanwhile many things are done */
	int64_t cuts = game_server_store_number(f.t.server, "cuts");
	unsigned done = 0;
	while (game_server_store_number(f.t.server, "cuts") < cuts + 2) {
		plays(&f, 1);
		done++;
	}
	EXPECT(game_server_log_has(f.t.server, "slow: the store took "), "the log does not say that the store is slow");
	EXPECT(done > 40, "people did only %u things during two slow cuts", done);
	EXPECT(store_is(&f, "up", ""), "a slow store is not up: %s", game_server_store_text(f.t.server, "reason"));
	town_return(&f.t, ABSENT);
	plays(&f, 20);
	town_story_begin(&f.t, f.story);
	atomic_store(&relay->orders->delay_ms, 0);
	town_crash(&f.t, f.story, &f.wealth, NULL, NULL);
	fault_end(&f);
	relay_stop(&relay);
}

static bool line_was_cut(const struct relay *relay, uint32_t before)
{
	return atomic_load(&relay->orders->cuts) > before;
}

static void connections_that_break_in_the_middle_of_a_word_lose_nothing(void **state)
{
	(void)state;
	static const int64_t bytes[] = {0, 1, 100, 300, 900, 2600, 5000};
	struct redis_server *redis = scenario_redis();
	struct relay *relay = relay_start(redis->socket);
	const char *const settings[] = {scenario_text("store.redis_socket=%s", relay->socket), NULL};
	struct fault f = fault_begin(redis, settings, 38);
	for (unsigned i = 0; i < 2 * sizeof bytes / sizeof *bytes; i++) {
		bool answers = i % 2 == 1;
		uint32_t before = atomic_load(&relay->orders->cuts);
		atomic_store(answers ? &relay->orders->cut_answers : &relay->orders->cut_requests, bytes[i / 2]);
		uint64_t until = scenario_deadline();
		while (!line_was_cut(relay, before)) {
			plays(&f, 1);
			scenario_look_again(until, __FILE__, __LINE__, "a connection is cut");
		}
		plays(&f, 5);
		if (i % 5 == 4) {
			town_story_begin(&f.t, f.story);
			plays(&f, 10);
			town_crash(&f.t, f.story, &f.wealth, NULL, NULL);
		}
		town_story_begin(&f.t, f.story);
	}
	nothing_is_missing(&f);
	fault_end(&f);
	relay_stop(&relay);
}

/* --- starting and stopping without a store ------------------------------------------------------------------------------------------------- */

static void a_stop_without_the_store_says_what_is_lost_and_one_with_it_in_time_loses_nothing(void **state)
{
	(void)state;
	const char *const settings[] = {"store.start_timeout_ms=400", NULL};
	struct fault f = fault_begin(scenario_redis(), settings, 39);
	redis_server_kill(f.redis);
	await_trouble(&f, "does not answer", "redis");
	plays(&f, 20);
	kill(f.t.server->pid, SIGTERM);
	EXPECT_EQUAL("exit status of a stop without the store", game_server_await_end(f.t.server), EXIT_NOT_IN_ORDER);
	EXPECT(game_server_log_has(f.t.server, "did not take the last cut within 400 ms"), "the log does not say it");
	f.t.server->errors_expected = true; /* that was one */
	town_forget(&f.t);
	redis_stops(f.redis, false);
	game_server_set(f.t.server, "store.start_timeout_ms=20000");
	game_server_restart(f.t.server, NULL);
	town_enter(&f.t);
	struct moment now = town_look(&f.t);
	town_moment_find(f.story->moments, f.story->count, &now); /* a moment: what was not saved is lost as a whole */
	town_expect_wealth(f.t.server, &f.wealth);

	/* again; this time it comes back while the keeper waits */
	town_story_begin(&f.t, f.story);
	redis_server_kill(f.redis);
	await_trouble(&f, "does not answer", "redis");
	f.story->count = 0;
	plays(&f, 20);
	kill(f.t.server->pid, SIGTERM);
	game_server_expect_log(f.t.server, "stopped in order"); /* the workers */
	redis_stops(f.redis, false);
	EXPECT_EQUAL("exit status of a stop in time", game_server_await_end(f.t.server), 0);
	town_forget(&f.t);
	game_server_restart(f.t.server, NULL);
	town_enter(&f.t);
	now = town_look(&f.t);
	town_expect_same(&f.story->moments[f.story->count - 1], &now);
	town_expect_wealth(f.t.server, &f.wealth);
	fault_end(&f);
}

static void a_start_without_the_store_waits_and_then_says_why_not(void **state)
{
	(void)state;
	const char *const settings[] = {"store.start_timeout_ms=300", NULL};
	struct redis_server *redis = scenario_redis();
	redis_server_kill(redis);
	struct game_server *server = game_server_make(&(struct game_server_options){.redis = redis, .settings = settings});
	server->errors_expected = true;
	game_server_begin(server);
	int status = game_server_await_end(server);
	EXPECT(status != 0 && status != EXIT_NOT_IN_ORDER, "a start without a store ended with %d", status);
	EXPECT(game_server_log_has(server, "redis.sock") && game_server_log_has(server, "no answer within 300 ms"),
		   "the log does not say why it did not start");
	game_server_set(server, "store.start_timeout_ms=20000");
	game_server_begin(server);
	struct problem why;
	EXPECT(redis_server_restart(redis, &why), "Redis does not start: %s", why.text);
	game_server_await_ready(server);
	struct bot *bot = bot_create(server, NULL, ANY_WORKER);
	bot_sync(bot);
	game_server_stop(server);
}

/* --- an embedded store without room ----------------------------------------------------------------------------------------------------------- */

static void while_the_disk_is_full_people_play_on_and_all_is_saved_afterwards(void **state)
{
	(void)state;
	const char *disk = small_disk_mount(24);
	const char *const settings[] = {scenario_text("store.path=%s", disk), NULL};
	struct fault f = fault_begin(NULL, settings, 40);
	small_disk_fill(disk);
	await_no_room(&f, "No space left on device");
	life_goes_on(&f);
	for (int worker = 0; worker < (int)f.t.server->workers; worker++) { /* reading needs no room */
		f.t.people[ABSENT] = bot_login(f.t.server, town_names[ABSENT], worker);
		town_leave(&f.t, ABSENT);
	}
	plays(&f, 10);
	small_disk_empty(disk);
	nothing_is_missing(&f);
	fault_end(&f);
	small_disk_unmount();
}

static void a_file_that_may_not_grow_does_not_kill_the_keeper(void **state)
{
	(void)state;
	const struct rlimit small = {.rlim_cur = 1, .rlim_max = RLIM_INFINITY};
	const struct rlimit large = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
	struct fault f = fault_begin(NULL, NULL, 41);
	pid_t keeper = game_server_process(f.t.server, game_server_keeper());
	EXPECT(prlimit(keeper, RLIMIT_FSIZE, &small, NULL) == 0, "the limit cannot be set");
	await_trouble(&f, "refuses", "File too large");
	life_goes_on(&f);
	EXPECT(prlimit(keeper, RLIMIT_FSIZE, &large, NULL) == 0, "the limit cannot be lifted");
	await_no_trouble(&f);
	EXPECT_EQUAL("the keeper's pid", game_server_process(f.t.server, game_server_keeper()), keeper);
	nothing_is_missing(&f);
	fault_end(&f);
}

/* Fills the store of a server that does not run, but for a few pages of one MiB. */
static void store_fill(const char *path)
{
	struct problem why;
	struct store_options options = {.backend = STORE_EMBEDDED, .path = path, .map_mb = 1};
	struct store *store = store_create(&options, STORE_WRITER, NULL, NULL, &why);
	EXPECT(store != NULL, "the store does not open: %s", why.text);
	struct store_batch *batch = store_batch_create(&why);
	struct store_fence fence = fence_of(9), taken;
	static char ballast[8000];
	memset(ballast, 'x', sizeof ballast);
	EXPECT(store_claim_wait(store, &fence, 1000, &taken, &why) == STORE_DONE, "no claim: %s", why.text);
	enum store_result result = STORE_DONE;
	for (int i = 0; result == STORE_DONE && i < 200; i++) {
		store_batch_clear(batch);
		store_batch_set(batch, scenario_text("ballast:%d", i), ballast, sizeof ballast);
		taken.cut++;
		result = store_commit_wait(store, batch, &taken, 1000, &why);
		if (result == STORE_DONE)
			taken.acknowledged = taken.cut;
	}
	EXPECT(result == STORE_REFUSED && strstr(why.text, "raise store.map_mb") != NULL, "not full: %s", why.text);
	for (int i = 0; i < 14; i++) { /* for the claim and the restoring of the server */
		store_batch_clear(batch);
		store_batch_delete(batch, scenario_text("ballast:%d", i));
		taken.cut++;
		EXPECT(store_commit_wait(store, batch, &taken, 1000, &why) == STORE_DONE, "cannot delete: %s", why.text);
		taken.acknowledged = taken.cut;
	}
	store_batch_destroy(&batch);
	store_destroy(&store);
}

static void a_store_that_is_full_says_so_and_the_last_cut_gets_its_room(void **state)
{
	(void)state;
	struct fault f = fault_begin(NULL, NULL, 42);
	game_server_stop(f.t.server);
	town_forget(&f.t);
	store_fill(f.t.server->data);
	game_server_set(f.t.server, "store.map_mb=1");
	game_server_restart(f.t.server, NULL);
	for (int i = 0; i < TOWN_PEOPLE; i++)
		town_return(&f.t, i);
	await_no_room(&f, "raise store.map_mb");
	f.story->count = 0;
	plays(&f, 30);
	town_leave(&f.t, COMER);
	town_return(&f.t, COMER);
	struct moment before = town_look(&f.t);
	bots_expect_good();
	game_server_stop(f.t.server);
	town_forget(&f.t);
	game_server_set(f.t.server, "store.map_mb=64");
	game_server_restart(f.t.server, NULL);
	town_enter(&f.t);
	struct moment after = town_look(&f.t);
	town_expect_same(&before, &after);
	fault_end(&f);
}

/* --- kill -9 to all, again and again --------------------------------------------------------------------------------------------------------- */

/* What must be kept: all up to a moment that the store had acknowledged before the crash. */
static void everything_is_killed_again_and_again(struct redis_server *redis, uint64_t seed)
{
	enum { CRASHES = 4 };
	struct fault f = fault_begin(redis, NULL, seed);
	struct rng rng;
	rng_seed(&rng, seed);
	for (int crash = 0; crash < CRASHES; crash++) {
		town_story_begin(&f.t, f.story);
		int kept_at_least = 0, actions = rng_range(&rng, 1, 300);
		for (int i = 0; i < actions; i++) {
			plays(&f, 1);
			if (rng_range(&rng, 0, 39) == 0) {
				town_await_durable(&f.t);
				kept_at_least = f.story->count - 1;
			}
		}
		int which = town_crash(&f.t, f.story, &f.wealth, NULL, NULL);
		EXPECT(which >= kept_at_least, "moment %d came back, and %d was durable", which, kept_at_least);
		town_leave(&f.t, rng_range(&rng, 1, TOWN_PEOPLE - 1));
	}
	fault_end(&f);
}

static void kill_all_at_any_instant_leads_to_one_durable_moment_in_lmdb(void **state)
{
	(void)state;
	everything_is_killed_again_and_again(NULL, 43);
}

static void kill_all_at_any_instant_leads_to_one_durable_moment_in_redis(void **state)
{
	(void)state;
	everything_is_killed_again_and_again(scenario_redis(), 44);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(whatever_redis_refuses_for_people_play_on_and_all_is_saved_afterwards),
		SCENARIO(while_redis_is_dead_people_play_on_and_all_is_saved_afterwards),
		SCENARIO(while_redis_stands_still_people_play_on_and_all_is_saved_afterwards),
		SCENARIO(who_was_read_before_redis_died_comes_in),
		SCENARIO(a_redis_that_comes_back_empty_gets_everything_that_is_in_the_world),
		SCENARIO(a_redis_that_comes_back_empty_to_another_keeper_gets_everything_too),
		SCENARIO(a_redis_half_a_second_away_keeps_nobody_waiting),
		SCENARIO(connections_that_break_in_the_middle_of_a_word_lose_nothing),
		SCENARIO(a_stop_without_the_store_says_what_is_lost_and_one_with_it_in_time_loses_nothing),
		SCENARIO(a_start_without_the_store_waits_and_then_says_why_not),
		SCENARIO(while_the_disk_is_full_people_play_on_and_all_is_saved_afterwards),
		SCENARIO(a_file_that_may_not_grow_does_not_kill_the_keeper),
		SCENARIO(a_store_that_is_full_says_so_and_the_last_cut_gets_its_room),
		SCENARIO(kill_all_at_any_instant_leads_to_one_durable_moment_in_lmdb),
		SCENARIO(kill_all_at_any_instant_leads_to_one_durable_moment_in_redis),
	};
	return SCENARIOS_RUN(tests);
}
