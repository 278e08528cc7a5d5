#include "tests/bench/reference.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/protocol/packets.h"
#include "tests/bench/processes.h"

enum {
	RING = 1 << 16, /* steps; a reader that is so far behind has lost, and says so */
	OUT_BYTES = 1 << 16,
	EVENTS = 512,
	STEP_BYTES = 5, /* CharacterMove */
	OTHERS_WAKE = 0xffffffff,
};

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "reference: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Shared with the children. */
static void *shared_memory(size_t bytes)
{
	/* cppcheck-suppress invalidFunctionArg; -1 is what an anonymous mapping wants */
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(memory != MAP_FAILED, "shared memory");
	return memory;
}

/* Written by one process, read by all. */
struct ring {
	_Alignas(64) atomic_uint_fast64_t head;
	struct moved {
		uint16_t who;
		uint8_t x, y;
	} moved[RING];
};

struct peer {
	int fd; /* -1 = gone */
	bool dirty;
	uint8_t x, y;
	unsigned length;
	uint64_t flushed_ns;
	uint8_t *out;
};

struct server {
	struct reference_options options;
	unsigned self;
	int epoll;
	int *wake; /* eventfds, by process */
	struct ring *rings;
	uint64_t read[REFERENCE_PROCESSES_MAX];
	struct peer *peer;
	unsigned *dirty, dirty_count; /* those that have something to be sent */
	unsigned mine;                /* sockets still open */
};

/* --- a peer's output --- */

static void peer_close(struct server *s, struct peer *peer)
{
	close(peer->fd);
	peer->fd = -1;
	peer->length = 0;
	s->mine--;
}

static void peer_flush(struct server *s, struct peer *peer, uint64_t now_ns)
{
	ssize_t n = send(peer->fd, peer->out, peer->length, MSG_NOSIGNAL | MSG_DONTWAIT);
	peer->flushed_ns = now_ns;
	if (n < 0 && errno != EAGAIN) {
		peer_close(s, peer);
	} else if (n > 0) {
		peer->length -= (unsigned)n;
		memmove(peer->out, peer->out + n, peer->length);
	}
}

static void peer_say(struct server *s, unsigned number, const uint8_t *bytes, unsigned length)
{
	struct peer *peer = &s->peer[number];
	if (peer->fd < 0)
		return;
	if (peer->length + length > OUT_BYTES) {
		peer_close(s, peer); /* it does not read */
		return;
	}
	memcpy(peer->out + peer->length, bytes, length);
	peer->length += length;
	if (!peer->dirty) {
		peer->dirty = true;
		s->dirty[s->dirty_count++] = number;
	}
}

/* Returns how long the loop may sleep, ms; -1 = until something comes. */
static int flush_all(struct server *s)
{
	uint64_t now_ns = clock_mono_ns(), pause_ns = (uint64_t)s->options.flush_ms * 1000000, next_ns = UINT64_MAX;
	unsigned kept = 0;
	for (unsigned i = 0; i < s->dirty_count; i++) {
		struct peer *peer = &s->peer[s->dirty[i]];
		if (peer->fd >= 0 && now_ns >= peer->flushed_ns + pause_ns)
			peer_flush(s, peer, now_ns);
		peer->dirty = peer->fd >= 0 && peer->length > 0;
		if (!peer->dirty)
			continue;
		s->dirty[kept++] = s->dirty[i];
		next_ns = peer->flushed_ns + pause_ns < next_ns ? peer->flushed_ns + pause_ns : next_ns;
	}
	s->dirty_count = kept;
	if (kept == 0)
		return -1;
	return next_ns <= now_ns ? 1 : (int)((next_ns - now_ns) / 1000000 + 1);
}

/* --- steps --- */

static void stepped(struct server *s, unsigned who, unsigned heading)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	struct ring *ring = &s->rings[s->self];
	struct peer *peer = &s->peer[who];
	if (heading < HEADING_NORTH || heading > HEADING_WEST)
		return;
	peer->x = (uint8_t)(peer->x + dx[heading]);
	peer->y = (uint8_t)(peer->y + dy[heading]);
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	ring->moved[head % RING] = (struct moved){.who = (uint16_t)who, .x = peer->x, .y = peer->y};
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
}

static void fan_out(struct server *s, const struct moved *moved)
{
	uint16_t index = (uint16_t)(moved->who + 1);
	const uint8_t bytes[STEP_BYTES] = {S2C_CHARACTER_MOVE, (uint8_t)index, (uint8_t)(index >> 8), moved->x, moved->y};
	for (unsigned i = 1; i <= s->options.observers; i++) {
		unsigned who = (moved->who + i) % s->options.sockets;
		if (who % s->options.processes == s->self)
			peer_say(s, who, bytes, sizeof bytes);
	}
}

static void rings_read(struct server *s)
{
	for (unsigned p = 0; p < s->options.processes; p++) {
		uint64_t head = atomic_load_explicit(&s->rings[p].head, memory_order_acquire);
		must(head - s->read[p] <= RING, "a process is too far behind");
		while (s->read[p] < head)
			fan_out(s, &s->rings[p].moved[s->read[p]++ % RING]);
	}
}

static void others_wake(const struct server *s)
{
	const uint64_t one = 1;
	for (unsigned p = 0; p < s->options.processes; p++) {
		if (p != s->self && write(s->wake[p], &one, sizeof one) < 0)
			must(errno == EAGAIN, "wake");
	}
}

/* Walk is two bytes, Ping one; the army sends each with one call, and they come whole. */
static void peer_read(struct server *s, unsigned who)
{
	static const uint8_t pong = S2C_PONG;
	uint8_t bytes[4096];
	ssize_t n = recv(s->peer[who].fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		peer_close(s, &s->peer[who]);
		return;
	}
	for (ssize_t at = 0; at < n;) {
		if (bytes[at] == C2S_WALK && at + 1 < n) {
			stepped(s, who, bytes[at + 1]);
			at += 2;
		} else {
			if (bytes[at] == C2S_PING)
				peer_say(s, who, &pong, 1);
			at++;
		}
	}
}

/* --- a process --- */

static void serve(struct server *s)
{
	int sleep_ms = -1;
	while (s->mine > 0) {
		struct epoll_event events[EVENTS];
		uint64_t before = atomic_load_explicit(&s->rings[s->self].head, memory_order_relaxed), woken;
		int count = epoll_wait(s->epoll, events, EVENTS, sleep_ms);
		for (int i = 0; i < count; i++) {
			if (events[i].data.u32 == OTHERS_WAKE)
				must(read(s->wake[s->self], &woken, sizeof woken) > 0 || errno == EAGAIN, "wake");
			else if (s->peer[events[i].data.u32].fd >= 0)
				peer_read(s, events[i].data.u32);
		}
		if (atomic_load_explicit(&s->rings[s->self].head, memory_order_relaxed) != before)
			others_wake(s);
		rings_read(s);
		sleep_ms = flush_all(s);
	}
}

static void process_run(struct server *s, pid_t *pids)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = OTHERS_WAKE};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "reference");
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->dirty = calloc(s->options.sockets, sizeof *s->dirty);
	must(s->epoll >= 0 && s->dirty != NULL, "memory");
	must(epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake[s->self], &event) == 0, "epoll");
	for (unsigned i = 0; i < s->options.sockets; i++) {
		if (i % s->options.processes != s->self) {
			close(s->peer[i].fd);
			s->peer[i].fd = -1;
			continue;
		}
		uint16_t index = (uint16_t)(i + 1);
		const uint8_t greeting[] = {S2C_USER_CHAR_INDEX_IN_SERVER, (uint8_t)index, (uint8_t)(index >> 8)};
		s->mine++;
		s->peer[i].out = malloc(OUT_BYTES);
		must(s->peer[i].out != NULL, "memory");
		event.data.u32 = i;
		must(epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->peer[i].fd, &event) == 0, "epoll");
		peer_say(s, i, greeting, sizeof greeting);
	}
	flush_all(s);
	pids[s->self] = getpid();
	serve(s);
	_exit(0);
}

/* Accepts them all, then each process takes its share. */
static void acceptor_run(const struct reference_options *options, int listener, pid_t *pids, pid_t parent)
{
	struct server s = {.options = *options};
	int wake[REFERENCE_PROCESSES_MAX] = {0}, on = 1;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	s.wake = wake;
	s.rings = shared_memory(options->processes * sizeof *s.rings);
	s.peer = calloc(options->sockets, sizeof *s.peer);
	must(s.peer != NULL, "memory");
	for (unsigned p = 0; p < options->processes; p++)
		must((wake[p] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) >= 0, "eventfd");
	for (unsigned i = 0; i < options->sockets; i++) {
		s.peer[i] = (struct peer){
			.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), .x = REFERENCE_START, .y = REFERENCE_START};
		must(s.peer[i].fd >= 0, "accept");
		setsockopt(s.peer[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	for (s.self = 0; s.self < options->processes; s.self++) {
		pid_t pid = fork();
		must(pid >= 0, "fork");
		if (pid == 0)
			process_run(&s, pids);
	}
	for (unsigned i = 0; i < options->sockets; i++)
		close(s.peer[i].fd);
	while (wait(NULL) > 0)
		;
	_exit(0);
}

void reference_start(struct reference *reference, const struct reference_options *options)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listener >= 0 && bind(listener, (const struct sockaddr *)&at, sizeof at) == 0 && listen(listener, 4096) == 0 &&
			 getsockname(listener, (struct sockaddr *)&at, &size) == 0,
		 "listen");
	*reference = (struct reference){.port = ntohs(at.sin_port), .processes = options->processes};
	reference->pids = shared_memory(REFERENCE_PROCESSES_MAX * sizeof(pid_t));
	must(options->processes >= 1 && options->processes <= REFERENCE_PROCESSES_MAX, "so many processes");
	fflush(NULL);
	pid_t parent = getpid();
	reference->acceptor = fork();
	must(reference->acceptor >= 0, "fork");
	if (reference->acceptor == 0)
		acceptor_run(options, listener, reference->pids, parent);
	close(listener);
}

void reference_stop(struct reference *reference)
{
	kill(reference->acceptor, SIGKILL); /* those it made die with it */
	waitpid(reference->acceptor, NULL, 0);
	munmap(reference->pids, REFERENCE_PROCESSES_MAX * sizeof(pid_t));
	reference->pids = NULL;
}

double reference_cpu_s(const struct reference *reference)
{
	double sum = 0;
	for (unsigned p = 0; p < reference->processes; p++)
		sum += process_cpu_s(reference->pids[p]);
	return sum;
}
