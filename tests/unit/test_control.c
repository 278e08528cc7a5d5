/* The control socket: what is asked is answered as JSON, and nobody can make the master wait or believe nonsense. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "common/config/version.h"
#include "common/protocol/packet_types.h"
#include "common/loop/loop.h"
#include "common/world/traffic.h"
#include "master/control.h"
#include "master/master.h"
#include "master/orders.h"
#include "tests/harness/memory_segment.h"

enum { PATIENCE_MS = 150, LONG_PATIENCE_MS = 60000 };

struct fixture {
	char folder[64], path[100];
	struct loop *loop;
	struct memory_segment segment;
	struct settings settings;
	struct daemon daemon;
	struct master master; /* never started: only what the orders look at */
	struct control *control;
};

static void control_start(struct fixture *f, uint64_t patience_ms, control_fn *answer)
{
	struct problem why = {.text = ""};
	const struct control_options options = {
		.path = f->path, .mode = 0600, .patience_ms = patience_ms, .answer = answer, .context = &f->master};
	f->control = control_open(f->loop, &options, &why);
	if (f->control == NULL)
		fail_msg("%s", why.text);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct problem why;
	if (f == NULL)
		return -1;
	*state = f;
	snprintf(f->folder, sizeof f->folder, "/tmp/argentum-control-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->path, sizeof f->path, "%s/run/sock", f->folder);
	memory_segment_open(&f->segment);
	f->loop = loop_create(&why);
	f->settings.values = config_values_create();
	if (f->loop == NULL || f->settings.values == NULL ||
		!config_set_flag(f->settings.values, "--set", "store.redis_password", "very secret", &why) ||
		!config_set_flag(f->settings.values, "--port", "listen.port", "7777", &why) ||
		!config_finish(f->settings.values, &f->settings.config, &why))
		return -1;
	f->daemon.report = -1;
	f->master = (struct master){.settings = &f->settings,
								.daemon = &f->daemon,
								.phase = MASTER_SERVING,
								.workers = 2,
								.started_ms = loop_now_ms(f->loop),
								.loop = f->loop};
	f->master.segments.world = f->segment.world;
	f->master.segments.maps = 4;
	f->master.segments.catalog_hash = 0xabcdef;
	snprintf(f->master.listeners.address, sizeof f->master.listeners.address, "127.0.0.1:7777");
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++)
		f->master.children.child[slot] = (struct child){.children = &f->master.children, .slot = slot, .channel = -1};
	log_set_level(LOG_LEVEL_ERROR);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char run[100];
	control_close(&f->control);
	loop_destroy(&f->loop);
	config_values_destroy(&f->settings.values);
	memory_segment_close(&f->segment);
	snprintf(run, sizeof run, "%s/run", f->folder);
	unlink(f->path);
	rmdir(run);
	rmdir(f->folder);
	log_set_level(LOG_LEVEL_INFO);
	free(f);
	return 0;
}

/* --- a client in the same thread ---------------------------------------------------------------------------------- */

static int client_open(const struct fixture *f)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	memcpy(at.sun_path, f->path, strlen(f->path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void client_send(int fd, const void *bytes, size_t length)
{
	assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* Everything up to the end of the connection, while the master's loop turns. The caller frees. */
static char *client_read_all(struct fixture *f, int fd, size_t *length)
{
	size_t capacity = 1 << 16;
	char *text = malloc(capacity);
	uint64_t deadline = clock_mono_ms() + 20000;
	*length = 0;
	assert_non_null(text);
	for (;;) {
		assert_true(clock_mono_ms() < deadline);
		ssize_t n = recv(fd, text + *length, capacity - *length - 1, 0);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			break;
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			loop_turn(f->loop, 20);
			continue;
		}
		*length += (size_t)n;
		if (capacity - *length < 4096) {
			capacity *= 2;
			char *larger = realloc(text, capacity);
			assert_non_null(larger);
			text = larger;
		}
	}
	text[*length] = '\0';
	close(fd);
	return text;
}

static cJSON *ask_bytes(struct fixture *f, const void *bytes, size_t size)
{
	size_t length;
	int fd = client_open(f);
	client_send(fd, bytes, size);
	char *text = client_read_all(f, fd, &length);
	assert_true(length > 0);
	assert_int_equal(text[length - 1], '\n');
	assert_ptr_equal(strchr(text, '\n'), text + length - 1); /* one line */
	cJSON *reply = cJSON_Parse(text);
	assert_non_null(reply);
	free(text);
	return reply;
}

static cJSON *ask(struct fixture *f, const char *line)
{
	return ask_bytes(f, line, strlen(line));
}

static bool is_ok(const cJSON *reply)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply, "ok"));
}

static double number(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	if (!cJSON_IsNumber(item))
		fail_msg("\"%s\" is no number", name);
	return item->valuedouble;
}

static const char *text_in(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	if (!cJSON_IsString(item))
		fail_msg("\"%s\" is no text", name);
	return item->valuestring;
}

static void assert_refused(struct fixture *f, const char *line, const char *words)
{
	cJSON *reply = ask(f, line);
	assert_false(is_ok(reply));
	if (strstr(text_in(reply, "error"), words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text_in(reply, "error"), words);
	cJSON_Delete(reply);
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

static void ping_is_answered(void **state)
{
	struct fixture *f = *state;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	cJSON *reply = ask(f, "ping\n");
	assert_true(is_ok(reply));
	assert_true(number(reply, "pid") == getpid());
	assert_string_equal(text_in(reply, "state"), "serving");
	cJSON_Delete(reply);
}

/* As the keeper leaves it behind. */
static struct audit_report *report_fill(struct fixture *f, unsigned which)
{
	struct audit_report *report = &f->segment.world.report[which];
	report->number = 3;
	report->request = 7;
	report->findings = 2;
	report->store_findings = 1;
	report->unix_s = 1700000000;
	report->gold = 50000000000;
	report->store_looked = 1;
	report->store_gold = 60000000000;
	snprintf(report->text[0], sizeof report->text[0], "player 1 (A\xf1o): gold -1");
	snprintf(report->text[1], sizeof report->text[1], "store: item 1");
	return report;
}

static void the_last_audit_is_told_in_whole_and_in_utf8(void **state)
{
	struct fixture *f = *state;
	report_fill(f, REPORT_LAST);
	struct audit_report *report = report_fill(f, REPORT_ASKED);
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	cJSON *reply = ask(f, "status\n");
	const cJSON *audit = cJSON_GetObjectItemCaseSensitive(reply, "audit");
	const cJSON *store = cJSON_GetObjectItemCaseSensitive(audit, "store");
	const cJSON *texts = cJSON_GetObjectItemCaseSensitive(audit, "texts");
	assert_true(number(audit, "findings") == 2 && number(audit, "unix_s") == 1700000000 &&
				number(audit, "gold") == 5e10);
	assert_true(number(store, "findings") == 1 && number(store, "gold") == 6e10);
	assert_int_equal(cJSON_GetArraySize(texts), 2);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(texts, 0)), "player 1 (A\xc3\xb1o): gold -1");
	cJSON_Delete(reply);

	reply = ask(f, "audit report\n");
	assert_true(number(reply, "request") == 7 && number(reply, "findings") == 2);
	cJSON_Delete(reply);

	atomic_store(&report->sequence, 1); /* it is just being written: nothing of it counts */
	reply = ask(f, "audit report\n");
	assert_true(is_ok(reply) && number(reply, "request") == 0);
	assert_null(cJSON_GetObjectItemCaseSensitive(reply, "texts"));
	cJSON_Delete(reply);
}

static void an_audit_needs_a_keeper_and_a_word_that_it_knows(void **state)
{
	struct fixture *f = *state;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	static const char *const words[][2] = {{"audit\n", "keeper is not there"},
										   {"audit accept\n", "keeper is not there"},
										   {"audit everything\n", "world, accept or report"}};
	for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
		cJSON *reply = ask(f, words[i][0]);
		if (is_ok(reply) || strstr(text_in(reply, "error"), words[i][1]) == NULL)
			fail_msg("\"%s\" is answered \"%s\"", words[i][0], text_in(reply, "error"));
		cJSON_Delete(reply);
	}
}

static void status_shows_the_server_its_processes_and_counters(void **state)
{
	struct fixture *f = *state;
	struct process_slot *slot = &f->segment.world.processes[1];
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	f->master.children.child[1].pid = 4711;
	f->master.children.child[1].restarts = 3;
	f->master.children.child[1].born_ms = f->master.started_ms;
	atomic_store(&slot->state, PROCESS_READY);
	atomic_store(&slot->life, 4);
	atomic_store(&slot->counters[COUNT_transactions], 1000);
	atomic_store(&f->segment.world.processes[0].counters[COUNT_transactions], 234);
	f->segment.world.realm->connections = 7;
	f->segment.world.realm->players_in_world = 5;
	f->segment.world.realm->players_most = 6;

	cJSON *reply = ask(f, "status\n");
	assert_true(is_ok(reply));
	assert_string_equal(text_in(reply, "version"), ARGENTUM_VERSION);
	assert_string_equal(text_in(reply, "listen"), "127.0.0.1:7777");
	assert_string_equal(text_in(reply, "state"), "serving");
	assert_true(number(reply, "players") == 5 && number(reply, "players_most") == 6);
	assert_true(number(reply, "connections") == 7);
	const cJSON *world = cJSON_GetObjectItemCaseSensitive(reply, "world");
	assert_true(number(world, "maps") == 4 && number(world, "players_max") == MEMORY_SEGMENT_PLAYERS);
	assert_string_equal(text_in(world, "catalog_hash"), "0000000000abcdef");
	assert_int_equal(strlen(text_in(world, "layout_fingerprint")), 16);
	const cJSON *store = cJSON_GetObjectItemCaseSensitive(reply, "store");
	assert_string_equal(text_in(store, "backend"), "lmdb");
	assert_true(number(store, "cuts") == 0);

	const cJSON *processes = cJSON_GetObjectItemCaseSensitive(reply, "processes");
	assert_int_equal(cJSON_GetArraySize(processes), 3);
	const cJSON *worker = cJSON_GetArrayItem(processes, 1), *keeper = cJSON_GetArrayItem(processes, 2);
	assert_string_equal(text_in(worker, "name"), "worker 1");
	assert_true(number(worker, "pid") == 4711 && number(worker, "life") == 4 && number(worker, "restarts") == 3);
	assert_string_equal(text_in(worker, "state"), "ready");
	assert_true(number(cJSON_GetObjectItemCaseSensitive(worker, "counters"), "transactions") == 1000);
	assert_string_equal(text_in(keeper, "name"), "keeper");
	assert_string_equal(text_in(keeper, "state"), "absent");

	const cJSON *counters = cJSON_GetObjectItemCaseSensitive(reply, "counters"), *counter;
	assert_int_equal(cJSON_GetArraySize(counters), COUNTER_COUNT);
	bool found = false;
	cJSON_ArrayForEach(counter, counters)
	{
		if (strcmp(text_in(counter, "name"), "transactions") != 0)
			continue;
		found = true;
		assert_true(number(counter, "total") == 1234);
		assert_string_equal(text_in(counter, "what"), count_what(COUNT_transactions));
	}
	assert_true(found);
	cJSON_Delete(reply);
}

static void memory_shows_every_region_what_one_player_takes_and_the_processes(void **state)
{
	struct fixture *f = *state;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	f->master.children.child[1].pid = getpid();

	cJSON *reply = ask(f, "memory\n");
	assert_true(is_ok(reply));
	const cJSON *segment = cJSON_GetObjectItemCaseSensitive(reply, "segment"), *region;
	double sum = 0;
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(segment, "regions")), WORLD_REGION_COUNT);
	cJSON_ArrayForEach(region, cJSON_GetObjectItemCaseSensitive(segment, "regions"))
	{
		assert_string_not_equal(text_in(region, "name"), "?");
		sum += (double)number(region, "bytes");
	}
	/* the header, and less than a page behind each region */
	double size = (double)f->segment.world.size;
	assert_true(number(segment, "bytes") == size && sum < size && sum + 4096.0 * (WORLD_REGION_COUNT + 1) >= size);

	const cJSON *each = cJSON_GetObjectItemCaseSensitive(reply, "each");
	assert_true(number(each, "player_bytes") > sizeof(struct player) + sizeof(struct body));
	assert_true(number(each, "map_bytes") > sizeof(struct map_state) + f->segment.world.limits.map_ring_bytes);
	assert_true(number(each, "creature_bytes") > sizeof(struct body));

	const cJSON *processes = cJSON_GetObjectItemCaseSensitive(reply, "processes");
	assert_int_equal(cJSON_GetArraySize(processes), 2); /* the others do not run */
	const cJSON *worker = cJSON_GetArrayItem(processes, 1);
	assert_string_equal(text_in(worker, "name"), "worker 1");
	assert_true(number(worker, "pid") == getpid() && number(worker, "resident_kib") > 0);
	assert_true(number(worker, "private_kib") <= number(worker, "resident_kib"));
	cJSON_Delete(reply);
}

static const cJSON *row_of(const cJSON *reply, const char *table, int at)
{
	const cJSON *row = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply, table), at);
	assert_non_null(row);
	return row;
}

static void traffic_shows_what_came_and_what_was_told_the_heaviest_first(void **state)
{
	static const uint8_t told[] = {S2C_PONG, S2C_PONG, S2C_POS_UPDATE, 1, 2};
	struct fixture *f = *state;
	struct world *world = &f->segment.world, other = *world;
	other.slot = 1;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	cJSON *reply = ask(f, "traffic\n");
	assert_true(is_ok(reply));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(reply, "received")), 0);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(reply, "told")), 0);
	const cJSON *ends = cJSON_GetObjectItemCaseSensitive(reply, "bucket_ns");
	assert_int_equal(cJSON_GetArraySize(ends), TRAFFIC_BUCKETS - 1);
	assert_true(cJSON_GetArrayItem(ends, 1)->valuedouble == 512);
	cJSON_Delete(reply);

	traffic_received(world, C2S_TALK, 10); /* never run: refused, or it comes just now */
	for (unsigned i = 0; i < 99; i++) {
		traffic_received(i % 2 == 0 ? world : &other, C2S_WALK, 2);
		traffic_held(i % 2 == 0 ? world : &other, C2S_WALK, 1000);
	}
	traffic_received(world, C2S_WALK, 2);
	traffic_held(world, C2S_WALK, 50000);
	traffic_ran(&other, TRAFFIC_TICKS);
	traffic_held(&other, TRAFFIC_TICKS, 1000000);
	traffic_tell(world, DIALECT_GODOT, told, sizeof told, 4);

	reply = ask(f, "traffic\n");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(reply, "received")), 3);
	const cJSON *row = row_of(reply, "received", 0);
	assert_string_equal(text_in(row, "name"), "map tick");
	assert_null(cJSON_GetObjectItemCaseSensitive(row, "id"));
	assert_true(number(row, "count") == 1 && number(row, "held_ns") == 1e6 && number(row, "longest_ns") == 1e6);
	row = row_of(reply, "received", 1);
	assert_string_equal(text_in(row, "name"), "Walk");
	assert_true(number(row, "id") == C2S_WALK && number(row, "count") == 100 && number(row, "bytes") == 200);
	assert_true(number(row, "transactions") == 100 && number(row, "held_ns") == 149000);
	assert_true(number(row, "mean_ns") == 1490 && number(row, "longest_ns") == 50000);
	assert_true(number(row, "within_50_ns") == 1024 && number(row, "within_99_ns") == 1024);
	const cJSON *buckets = cJSON_GetObjectItemCaseSensitive(row, "buckets");
	assert_int_equal(cJSON_GetArraySize(buckets), (int)traffic_bucket(50000) + 1);
	assert_true(cJSON_GetArrayItem(buckets, (int)traffic_bucket(1000))->valuedouble == 99);
	row = row_of(reply, "received", 2);
	assert_string_equal(text_in(row, "name"), "Talk");
	assert_true(number(row, "count") == 1 && number(row, "bytes") == 10 && number(row, "transactions") == 0 &&
				number(row, "mean_ns") == 0 && number(row, "within_99_ns") == 0);

	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(reply, "told")), 2);
	row = row_of(reply, "told", 0);
	assert_string_equal(text_in(row, "name"), "PosUpdate");
	assert_true(number(row, "count") == 4 && number(row, "bytes") == 12);
	row = row_of(reply, "told", 1);
	assert_string_equal(text_in(row, "name"), "Pong");
	assert_true(number(row, "count") == 8 && number(row, "bytes") == 8);
	cJSON_Delete(reply);
	assert_refused(f, "traffic now\n", "takes no argument");
}

static void config_shows_every_setting_but_no_secret(void **state)
{
	struct fixture *f = *state;
	bool port = false, password = false;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	cJSON *reply = ask(f, "config\n");
	const cJSON *setting;
	assert_true(is_ok(reply));
	cJSON_ArrayForEach(setting, cJSON_GetObjectItemCaseSensitive(reply, "settings"))
	{
		assert_null(strstr(text_in(setting, "value"), "secret"));
		if (strcmp(text_in(setting, "name"), "listen.port") == 0) {
			port = true;
			assert_string_equal(text_in(setting, "value"), "7777");
			assert_non_null(strstr(text_in(setting, "source"), "--port"));
			assert_string_equal(text_in(setting, "change"), "restart");
		}
		if (strcmp(text_in(setting, "name"), "store.redis_password") == 0) {
			password = true;
			assert_string_equal(text_in(setting, "value"), "****");
		}
	}
	assert_true(port && password);
	cJSON_Delete(reply);
}

static void the_log_level_is_changed_and_nonsense_is_refused(void **state)
{
	struct fixture *f = *state;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	cJSON *reply = ask(f, "log-level warning\n");
	assert_true(is_ok(reply));
	assert_string_equal(text_in(reply, "level"), "warning");
	assert_int_equal(log_current_level(), LOG_LEVEL_WARNING);
	cJSON_Delete(reply);
	assert_refused(f, "log-level loud\n", "\"loud\"");
	assert_refused(f, "log-level\n", "allowed is error");
	assert_int_equal(log_current_level(), LOG_LEVEL_WARNING);
}

static void stop_starts_the_orderly_end(void **state)
{
	struct fixture *f = *state;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	assert_refused(f, "stop tomorrow\n", "only \"now\"");
	assert_int_equal(f->master.phase, MASTER_SERVING);
	f->master.start_failed = true; /* without workers and keeper there is nothing to wait for, and no last cut */
	cJSON *reply = ask(f, "stop\n");
	assert_true(is_ok(reply));
	cJSON_Delete(reply);
	assert_int_equal(f->master.phase, MASTER_STOPPED);
}

/* --- nonsense ----------------------------------------------------------------------------------------------------- */

static void unknown_and_malformed_requests_get_an_error_line(void **state)
{
	static const unsigned char binary[] = {0, 1, 2, 0xff, 0xfe, '"', '\\', '\n'};
	struct fixture *f = *state;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	assert_refused(f, "\n", "unknown request \"\"");
	assert_refused(f, "   \r\n", "unknown request \"\"");
	assert_refused(f, "reboot please\n", "unknown request \"reboot\"");
	assert_refused(f, "ping pong\n", "takes no argument");
	assert_refused(f, "statuses\n", "\"statuses\"");
	cJSON *reply = ask_bytes(f, binary, sizeof binary);
	assert_false(is_ok(reply));
	cJSON_Delete(reply);
	reply = ask(f, "ping  \r\n"); /* telnet */
	assert_true(is_ok(reply));
	cJSON_Delete(reply);
}

static void a_request_without_end_is_refused_when_it_is_too_long(void **state)
{
	struct fixture *f = *state;
	char bytes[CONTROL_LINE_MAX + 100];
	memset(bytes, 'a', sizeof bytes);
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	cJSON *reply = ask_bytes(f, bytes, sizeof bytes);
	assert_false(is_ok(reply));
	assert_non_null(strstr(text_in(reply, "error"), "too long"));
	cJSON_Delete(reply);
}

static void a_request_may_come_byte_by_byte_and_end_with_the_stream(void **state)
{
	struct fixture *f = *state;
	size_t length;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	int fd = client_open(f);
	for (const char *c = "ping"; *c != '\0'; c++) {
		client_send(fd, c, 1);
		loop_turn(f->loop, 0);
	}
	shutdown(fd, SHUT_WR);
	char *text = client_read_all(f, fd, &length);
	assert_non_null(strstr(text, "\"ok\":true"));
	free(text);
}

static void who_connects_and_says_nothing_is_disconnected_in_time(void **state)
{
	struct fixture *f = *state;
	size_t length;
	control_start(f, PATIENCE_MS, orders_answer);
	uint64_t began = clock_mono_ms();
	int fd = client_open(f);
	client_send(fd, "pin", 3); /* and never the rest */
	char *text = client_read_all(f, fd, &length);
	assert_int_equal(length, 0);
	assert_true(clock_mono_ms() - began >= PATIENCE_MS - 1);
	free(text);
}

/* A reply that no socket buffer takes. */
static void answer_long(void *context, const struct control_request *request, cJSON *reply)
{
	enum { BYTES = 4 << 20 };
	char *text = malloc(BYTES + 1);
	(void)context;
	(void)request;
	assert_non_null(text);
	memset(text, 'x', BYTES);
	text[BYTES] = '\0';
	cJSON_AddStringToObject(reply, "long", text);
	free(text);
}

static void while_one_does_not_read_others_are_served(void **state)
{
	struct fixture *f = *state;
	size_t length;
	control_start(f, LONG_PATIENCE_MS, answer_long);
	int slow = client_open(f);
	client_send(slow, "anything\n", 9);
	for (int i = 0; i < 10; i++)
		loop_turn(f->loop, 0); /* were the master to wait, this test would never end */

	int quick = client_open(f);
	client_send(quick, "anything\n", 9);
	char *text = client_read_all(f, quick, &length);
	assert_true(length > 4 << 20);
	free(text);
	text = client_read_all(f, slow, &length);
	assert_true(length > 4 << 20); /* he was slow, and is served all the same */
	free(text);
}

static void who_does_not_read_is_disconnected_in_time(void **state)
{
	struct fixture *f = *state;
	size_t length;
	control_start(f, PATIENCE_MS, answer_long);
	int slow = client_open(f);
	client_send(slow, "anything\n", 9);
	uint64_t deadline = clock_mono_ms() + LONG_PATIENCE_MS;
	struct pollfd end = {.fd = slow, .events = POLLRDHUP};
	while (poll(&end, 1, 0) == 0) {
		assert_true(clock_mono_ms() < deadline);
		loop_turn(f->loop, 10);
	}
	char *text = client_read_all(f, slow, &length); /* what was in the socket, then the end */
	assert_true(length > 0 && length < 4 << 20);
	free(text);
}

static void answer_too_long(void *context, const struct control_request *request, cJSON *reply)
{
	for (int i = 0; i < 3; i++)
		answer_long(context, request, reply);
}

static void a_reply_beyond_all_bounds_is_not_sent(void **state)
{
	struct fixture *f = *state;
	size_t length;
	log_set_level(LOG_LEVEL_ERROR);
	control_start(f, LONG_PATIENCE_MS, answer_too_long);
	int fd = client_open(f);
	client_send(fd, "x\n", 2);
	char *text = client_read_all(f, fd, &length);
	assert_int_equal(length, 0);
	free(text);
}

static void one_client_too_many_is_turned_away_and_the_others_stay(void **state)
{
	struct fixture *f = *state;
	int fds[CONTROL_CLIENTS_MAX];
	size_t length;
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		fds[i] = client_open(f);
		loop_turn(f->loop, 0);
	}
	char *text = client_read_all(f, client_open(f), &length);
	assert_int_equal(length, 0);
	free(text);
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		client_send(fds[i], "ping\n", 5);
		text = client_read_all(f, fds[i], &length);
		assert_non_null(strstr(text, "\"ok\":true"));
		free(text);
	}
}

/* --- the socket's file -------------------------------------------------------------------------------------------- */

static void the_socket_has_its_mode_and_goes_with_the_server(void **state)
{
	struct fixture *f = *state;
	struct stat status;
	mode_t before = umask(0);
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	umask(before);
	assert_int_equal(stat(f->path, &status), 0); /* its directory was made, too */
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 0777, 0600);
	control_close(&f->control);
	assert_int_equal(stat(f->path, &status), -1);
	control_close(&f->control); /* harmless */
}

static void a_socket_that_answers_is_left_alone_and_a_stale_one_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct problem why = {.text = ""};
	const struct control_options options = {.path = f->path, .mode = 0600, .answer = orders_answer};
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	assert_null(control_open(f->loop, &options, &why));
	assert_non_null(strstr(why.text, "a server answers"));
	cJSON *reply = ask(f, "ping\n"); /* and it still does */
	assert_true(is_ok(reply));
	cJSON_Delete(reply);
	control_close(&f->control);

	/* a server that was killed leaves its socket */
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	memcpy(at.sun_path, f->path, strlen(f->path) + 1);
	int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(dead, (struct sockaddr *)&at, sizeof at), 0);
	close(dead);
	assert_int_equal(access(f->path, F_OK), 0);
	control_start(f, LONG_PATIENCE_MS, orders_answer);
	reply = ask(f, "ping\n");
	assert_true(is_ok(reply));
	cJSON_Delete(reply);
}

static void a_path_that_is_no_socket_is_not_touched(void **state)
{
	struct fixture *f = *state;
	struct problem why = {.text = ""};
	char folder[100], longer[300];
	snprintf(folder, sizeof folder, "%s/run", f->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	int fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	struct control_options options = {.path = f->path, .mode = 0600, .answer = orders_answer};
	assert_null(control_open(f->loop, &options, &why));
	assert_non_null(strstr(why.text, "is no socket"));
	assert_int_equal(access(f->path, F_OK), 0);

	memset(longer, 'a', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	options.path = longer;
	assert_null(control_open(f->loop, &options, &why));
	assert_non_null(strstr(why.text, "1 to 107 bytes"));
}

#define WITH_CONTROL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CONTROL(ping_is_answered),
		WITH_CONTROL(status_shows_the_server_its_processes_and_counters),
		WITH_CONTROL(memory_shows_every_region_what_one_player_takes_and_the_processes),
		WITH_CONTROL(traffic_shows_what_came_and_what_was_told_the_heaviest_first),
		WITH_CONTROL(the_last_audit_is_told_in_whole_and_in_utf8),
		WITH_CONTROL(an_audit_needs_a_keeper_and_a_word_that_it_knows),
		WITH_CONTROL(config_shows_every_setting_but_no_secret),
		WITH_CONTROL(the_log_level_is_changed_and_nonsense_is_refused),
		WITH_CONTROL(stop_starts_the_orderly_end),
		WITH_CONTROL(unknown_and_malformed_requests_get_an_error_line),
		WITH_CONTROL(a_request_without_end_is_refused_when_it_is_too_long),
		WITH_CONTROL(a_request_may_come_byte_by_byte_and_end_with_the_stream),
		WITH_CONTROL(who_connects_and_says_nothing_is_disconnected_in_time),
		WITH_CONTROL(while_one_does_not_read_others_are_served),
		WITH_CONTROL(who_does_not_read_is_disconnected_in_time),
		WITH_CONTROL(a_reply_beyond_all_bounds_is_not_sent),
		WITH_CONTROL(one_client_too_many_is_turned_away_and_the_others_stay),
		WITH_CONTROL(the_socket_has_its_mode_and_goes_with_the_server),
		WITH_CONTROL(a_socket_that_answers_is_left_alone_and_a_stale_one_is_replaced),
		WITH_CONTROL(a_path_that_is_no_socket_is_not_touched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
