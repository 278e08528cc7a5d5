#include "tests/harness/relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/harness/scenario.h"

enum { LINES_MAX = 64, PIECE_BYTES = 16384, TURN_MS = 20 };

/* Bytes on their way. */
struct piece {
	struct piece *next;
	uint64_t due_ms;
	size_t length, passed;
	char bytes[PIECE_BYTES];
};

/* One direction of a connection. */
struct way {
	int from, to;
	struct piece *first, *last;
	_Atomic int64_t *cut;
	_Atomic uint64_t *passed; /* NULL = not counted */
};

struct line {
	bool open;
	struct way way[2]; /* requests, answers */
};

/* Of the relay's process. */
static struct line lines[LINES_MAX];
static struct relay_orders *orders;

static int socket_at(const char *path, bool listens)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	int failed = listens ? bind(fd, (const struct sockaddr *)&at, sizeof at) || listen(fd, LINES_MAX)
						 : connect(fd, (const struct sockaddr *)&at, sizeof at);
	if (failed == 0)
		return fd;
	close(fd);
	return -1;
}

static void line_close(struct line *line)
{
	for (int w = 0; w < 2; w++) {
		close(line->way[w].from);
		while (line->way[w].first != NULL) {
			struct piece *next = line->way[w].first->next;
			free(line->way[w].first);
			line->way[w].first = next;
		}
	}
	line->open = false;
}

/* A server that is away: the caller sees his connection closed. */
static void line_open(int client, const char *server_socket)
{
	int server = socket_at(server_socket, false);
	struct line *line = NULL;
	for (int i = 0; i < LINES_MAX && line == NULL; i++)
		line = lines[i].open ? NULL : &lines[i];
	if (server < 0 || line == NULL) {
		close(client);
		if (server >= 0)
			close(server);
		return;
	}
	*line =
		(struct line){.open = true,
					  .way = {{.from = client, .to = server, .cut = &orders->cut_requests, .passed = &orders->requests},
							  {.from = server, .to = client, .cut = &orders->cut_answers}}};
}

static bool way_read(struct way *way)
{
	struct piece *piece = calloc(1, sizeof *piece);
	if (piece == NULL)
		abort();
	ssize_t n = recv(way->from, piece->bytes, sizeof piece->bytes, MSG_DONTWAIT);
	if (n <= 0) {
		free(piece);
		return n < 0 && errno == EAGAIN;
	}
	piece->length = (size_t)n;
	piece->due_ms = clock_mono_ms() + atomic_load(&orders->delay_ms);
	if (way->first == NULL)
		way->first = piece;
	else
		way->last->next = piece;
	way->last = piece;
	return true;
}

/* How many of them may pass. */
static size_t before_the_cut(const struct way *way, size_t wanted, bool *cut)
{
	int64_t left = atomic_load(way->cut);
	*cut = left >= 0 && (int64_t)wanted > left;
	return *cut ? (size_t)left : wanted;
}

/* false: the connection is over. */
static bool way_pass(struct way *way)
{
	while (way->first != NULL && way->first->due_ms <= clock_mono_ms()) {
		struct piece *piece = way->first;
		bool cut;
		size_t wanted = before_the_cut(way, piece->length - piece->passed, &cut);
		ssize_t n = wanted == 0 ? 0 : send(way->to, piece->bytes + piece->passed, wanted, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN;
		piece->passed += (size_t)n;
		if (way->passed != NULL)
			atomic_fetch_add(way->passed, (uint64_t)n);
		if (cut && (size_t)n == wanted) {
			atomic_store(way->cut, RELAY_NO_CUT);
			atomic_fetch_add(&orders->cuts, 1);
			return false;
		}
		if (atomic_load(way->cut) >= 0)
			atomic_fetch_sub(way->cut, n);
		if (piece->passed < piece->length)
			return true;
		way->first = piece->next;
		free(piece);
	}
	return true;
}

static void lines_turn(int listener, const char *server_socket)
{
	struct pollfd polled[1 + 2 * LINES_MAX] = {{.fd = listener, .events = POLLIN}};
	for (int i = 0; i < LINES_MAX; i++) {
		for (int w = 0; w < 2; w++)
			polled[1 + 2 * i + w] = (struct pollfd){.fd = lines[i].open ? lines[i].way[w].from : -1, .events = POLLIN};
	}
	uint32_t delay = atomic_load(&orders->delay_ms);
	poll(polled, 1 + 2 * LINES_MAX, delay == 0 ? TURN_MS : 2); /* what is due is looked for by the clock */
	for (int i = 0; i < LINES_MAX; i++) {
		bool good = lines[i].open;
		for (int w = 0; good && w < 2; w++) {
			if (polled[1 + 2 * i + w].revents != 0)
				good = way_read(&lines[i].way[w]);
			good = way_pass(&lines[i].way[w]) && good;
		}
		if (lines[i].open && !good)
			line_close(&lines[i]);
	}
	if (polled[0].revents != 0) {
		int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (client >= 0)
			line_open(client, server_socket);
	}
}

struct relay *relay_start(const char *server_socket)
{
	struct relay *relay = calloc(1, sizeof *relay);
	EXPECT(relay != NULL, "out of memory");
	snprintf(relay->socket, sizeof relay->socket, "%.85s.relay", server_socket);
	/* cppcheck-suppress invalidFunctionArg; -1 goes with MAP_ANONYMOUS */
	relay->orders = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	EXPECT(relay->orders != MAP_FAILED, "mmap: %s", strerror(errno));
	*relay->orders = (struct relay_orders){.cut_requests = RELAY_NO_CUT, .cut_answers = RELAY_NO_CUT};
	unlink(relay->socket);
	int listener = socket_at(relay->socket, true);
	EXPECT(listener >= 0, "the relay cannot listen at %s: %s", relay->socket, strerror(errno));
	pid_t parent = getpid();
	relay->pid = fork();
	EXPECT(relay->pid >= 0, "fork: %s", strerror(errno));
	if (relay->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		orders = relay->orders;
		for (;;)
			lines_turn(listener, server_socket);
	}
	close(listener);
	return relay;
}

void relay_stop(struct relay **relay)
{
	if (*relay == NULL)
		return;
	kill((*relay)->pid, SIGKILL);
	waitpid((*relay)->pid, NULL, 0);
	unlink((*relay)->socket);
	munmap((*relay)->orders, sizeof *orders);
	free(*relay);
	*relay = NULL;
}
