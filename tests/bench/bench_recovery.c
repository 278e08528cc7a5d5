/* bench_recovery.c - how long the players of a worker wait when it is killed: kill -9, many times, with few and with many
 * connections. Measured from the kill: until the successor says READY (the master's log tells), and until a ping that each
 * client sends at that moment is answered.
 *
 * The real daemon over TCP, one worker. The rest of the machine is idle but for this program; beside each figure stands a
 * reference that was measured in the same round: a fork and exec of /bin/true. No time is ever a failure; a client that is
 * disconnected, or an answer too many, is one. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/protocol/packets.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum {
	CLIENTS_MAX = 1000,
	AT_ONCE = 20, /* creations under way */
	KILLS = 25,
	SAMPLES_MAX = CLIENTS_MAX * KILLS,
	QUIET_MS = 60, /* nothing came for so long: everything was told */
	PATIENCE_MS = 60000,
	STEPS = 48,
	AROUND = 24, /* tiles to each side that should be free where a thousand appear */
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_recovery: %s (%s)\n", what, strerror(errno));
	game_server_show_logs();
	game_server_destroy_all();
	exit(1);
}

/* --- figures ------------------------------------------------------------------------------------------------------------------ */

struct samples {
	unsigned count;
	double ms[SAMPLES_MAX];
};

static void sample_add(struct samples *samples, double ms)
{
	if (samples->count < SAMPLES_MAX)
		samples->ms[samples->count++] = ms;
}

static int number_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Sorts them: call it last. */
static double part(struct samples *samples, unsigned percent)
{
	if (samples->count == 0)
		return 0;
	qsort(samples->ms, samples->count, sizeof *samples->ms, number_compare);
	return samples->ms[(size_t)(samples->count - 1) * percent / 100];
}

static void row_print(const char *what, unsigned clients, struct samples *samples, struct samples *reference)
{
	char name[96];
	double median = part(samples, 50), by = part(reference, 50);
	snprintf(name, sizeof name, "%s, %u connection%s", what, clients, clients == 1 ? "" : "s");
	printf("%-58s %8.2f ms %8.2f ms %8.2f ms %8.2f ms %7.1f\n", name, median, part(samples, 95), part(samples, 100), by,
		   by > 0 ? median / by : 0);
	fflush(stdout);
}

static double ms_since(uint64_t start_ns)
{
	return (double)(clock_mono_ns() - start_ns) / 1e6;
}

static double reference_ms(void)
{
	uint64_t start = clock_mono_ns();
	pid_t child = fork();
	must(child >= 0, "cannot fork");
	if (child == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(child, NULL, 0);
	return ms_since(start);
}

/* --- clients ------------------------------------------------------------------------------------------------------------------ */

static struct client {
	int fd;
	bool awaits; /* the answer to its ping */
} clients[CLIENTS_MAX];
static unsigned client_count;
static int epoll_fd;

static void client_say(const struct client *client, unsigned id, const void *fields)
{
	uint8_t bytes[512];
	struct packet_writer writer;
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	must(packet_put(&writer, TABLE_C2S, id, fields), "a packet cannot be written");
	must(send(client->fd, bytes, writer.length, MSG_NOSIGNAL) == (ssize_t)writer.length, "a client cannot send");
}

static void client_open(const struct game_server *server)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct c2s_THROW_DICES dice = {};
	const struct c2s_LOGIN_NEW_CHAR wish = bot_wish(bot_new_name());
	int on = 1;
	struct client *client = &clients[client_count];
	*client = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	must(client->fd >= 0 && connect(client->fd, (const struct sockaddr *)&at, sizeof at) == 0, "cannot connect");
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = client_count};
	must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event) == 0, "epoll refuses a client");
	client_count++;
	client_say(client, C2S_THROW_DICES, &dice);
	client_say(client, C2S_LOGIN_NEW_CHAR, &wish);
}

/* Away from where everybody appears, or there is no room for a thousand: some steps into one direction, some into another.
 * They wait in the server until the character is in the world. */
static void client_wander(const struct client *client)
{
	unsigned number = (unsigned)(client - clients);
	int first = (int)(number % 4) + HEADING_NORTH, second = first % 4 + 1;
	for (unsigned i = 0; i < STEPS; i++) {
		const struct c2s_WALK walk = {.heading = (uint8_t)(i % 4 != number / 4 % 4 ? first : second)};
		client_say(client, C2S_WALK, &walk);
	}
}

/* How many answers there are among whole packets; besides, the world tells what goes on in it. */
static unsigned pongs_in(const uint8_t *packets, size_t length)
{
	unsigned pongs = 0;
	for (size_t at = 0, size; at < length; at += size) {
		size = s2c_packet_size(DIALECT_GODOT, packets + at, length - at);
		must(size > 0, "a client was told a part of a packet");
		pongs += packets[at] == S2C_PONG;
	}
	return pongs;
}

/* Reads what comes within some time; returns how many bytes. Notes how long answers took. */
static size_t clients_read(int timeout_us, uint64_t since_ns, struct samples *answers, unsigned *awaited)
{
	static uint8_t bytes[1 << 16];
	struct epoll_event events[256];
	const struct timespec timeout = {.tv_nsec = timeout_us * 1000L};
	size_t all = 0;
	int n = epoll_pwait2(epoll_fd, events, sizeof events / sizeof *events, &timeout, NULL);
	for (int i = 0; i < n; i++) {
		struct client *client = &clients[events[i].data.u32];
		ssize_t got = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		must(got > 0 || (got < 0 && errno == EAGAIN), "a client was disconnected");
		if (got <= 0)
			continue;
		all += (size_t)got;
		if (answers == NULL)
			continue;
		unsigned pongs = pongs_in(bytes, (size_t)got);
		must(pongs <= (client->awaits ? 1 : 0), "a client was answered twice");
		if (pongs == 0)
			continue;
		client->awaits = false;
		--*awaited;
		sample_add(answers, ms_since(since_ns));
	}
	return all;
}

static void clients_settle(void)
{
	uint64_t quiet_since = clock_mono_ms();
	while (clock_mono_ms() - quiet_since < QUIET_MS) {
		if (clients_read(1000, 0, NULL, NULL) > 0)
			quiet_since = clock_mono_ms();
	}
}

static void clients_enter(const struct game_server *server, unsigned count)
{
	uint64_t until = clock_mono_ms() + PATIENCE_MS;
	while (client_count < count) {
		client_open(server);
		client_wander(&clients[client_count - 1]);
		while (client_count - (unsigned)game_server_number(server, "players") > AT_ONCE) {
			clients_read(1000, 0, NULL, NULL);
			must(clock_mono_ms() < until, "the clients do not come into the world");
		}
	}
	while (game_server_number(server, "players") < count) {
		clients_read(1000, 0, NULL, NULL);
		must(clock_mono_ms() < until, "the clients do not come into the world");
	}
	clients_settle();
}

static void clients_ping(void)
{
	const struct c2s_PING ping = {};
	for (unsigned i = 0; i < client_count; i++) {
		client_say(&clients[i], C2S_PING, &ping);
		clients[i].awaits = true;
	}
}

/* --- measuring ---------------------------------------------------------------------------------------------------------------- */

/* Whether the master has said behind `from` that a worker is ready. */
static bool log_says_ready(const struct game_server *server, off_t from)
{
	static char text[65536];
	int fd = open(server->log, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? pread(fd, text, sizeof text - 1, from) : -1;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, ") is ready after ") != NULL;
}

static off_t log_end(const struct game_server *server)
{
	struct stat status = {0};
	must(stat(server->log, &status) == 0, "the log is gone");
	return status.st_size;
}

static struct samples ready, answered, idle, reference;

static void kill_once(const struct game_server *server)
{
	uint64_t until = clock_mono_ms() + PATIENCE_MS;
	unsigned awaited = client_count;
	sample_add(&reference, reference_ms());
	uint64_t start = clock_mono_ns();
	clients_ping();
	while (awaited > 0) {
		clients_read(200, start, &idle, &awaited);
		must(clock_mono_ms() < until, "a ping is not answered");
	}

	pid_t victim = game_server_process(server, 0);
	off_t log = log_end(server);
	bool is_ready = false;
	awaited = client_count;
	start = clock_mono_ns();
	must(victim > 0 && kill(victim, SIGKILL) == 0, "cannot kill the worker");
	clients_ping();
	while (awaited > 0 || !is_ready) {
		clients_read(200, start, &answered, &awaited);
		if (!is_ready && log_says_ready(server, log)) {
			is_ready = true;
			sample_add(&ready, ms_since(start));
		}
		must(clock_mono_ms() < until, "no successor answers");
	}
	clients_settle();
}

static void measure(const struct game_server *server, unsigned count)
{
	ready.count = answered.count = idle.count = reference.count = 0;
	clients_enter(server, count);
	for (unsigned i = 0; i < KILLS; i++)
		kill_once(server);
	row_print("worker killed, its successor is ready", count, &ready, &reference);
	row_print("worker killed, pings are answered", count, &answered, &reference);
	row_print("no worker killed, pings are answered", count, &idle, &reference);
}

/* Where there is most room. */
static struct place widest(void)
{
	struct place best = {0};
	unsigned most = 0;
	for (unsigned map = 1; map <= catalog_map_max(scenario_catalog()); map++) {
		if (catalog_map(scenario_catalog(), map) == NULL || !scenario_tile_is_free(map, 50, 50))
			continue;
		unsigned free_tiles = 0;
		for (int y = 50 - AROUND; y <= 50 + AROUND; y++) {
			for (int x = 50 - AROUND; x <= 50 + AROUND; x++)
				free_tiles += scenario_tile_is_free(map, x, y);
		}
		if (free_tiles > most) {
			most = free_tiles;
			best = (struct place){.map = (uint16_t)map, .x = 50, .y = 50};
		}
	}
	must(most > 0, "the world has no room");
	return best;
}

int main(void)
{
	static const unsigned counts[] = {1, 100, CLIENTS_MAX};
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	const char *const settings[] = {scenario_start(widest()),      "workers.respawn_pause_max_ms=0",
									"limits.max_connections=1100", "world.max_players=1100",
									"intervals.idle_minutes=0",    NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .workers = 1});
	server->errors_expected = true;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	must(epoll_fd >= 0, "no epoll");
	printf("\n%-58s %11s %11s %11s %11s %7s\n", "from the kill (or the ping) on", "median", "95 %", "longest",
		   "fork+exec", "ratio");
	for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++)
		measure(server, counts[i]);
	printf("Each figure: %d kills, every client of the killed worker; fork+exec: of /bin/true, in the same rounds.\n",
		   KILLS);
	for (unsigned i = 0; i < client_count; i++)
		close(clients[i].fd);
	game_server_audit(server);
	game_server_stop(server);
	game_server_destroy_all();
	return 0;
}
