#include "worker/accept.h"

#include <errno.h>
#include <sys/socket.h>

#include "common/base/log.h"
#include "common/base/point.h"
#include "common/base/socket_address.h"
#include "worker/client.h"

enum { ACCEPTS_PER_EVENT = 64 };

static void newcomers(void *context, unsigned events)
{
	struct acceptor *a = context;
	(void)events;
	for (int i = 0; i < ACCEPTS_PER_EVENT; i++) {
		struct sockaddr_storage from = {0};
		socklen_t length = sizeof from;
		int fd = accept4(a->fd, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0) {
			static struct log_repeat repeat;
			uint64_t suppressed;
			if (errno != EAGAIN && errno != EWOULDBLOCK &&
				log_repeat_due(&repeat, worker_now_ms(a->w), 10000, &suppressed))
				log_error("cannot accept connections: %s (repeated %llu times); RLIMIT_NOFILE may be too low",
						  strerror(errno), (unsigned long long)suppressed);
			return;
		}
		point("accepted");
		uint8_t address[16];
		uint16_t port;
		socket_address_take(&from, address, &port);
		client_open(a->w, fd, address, port);
	}
}

/* false: epoll refuses one. */
static bool acceptors_set(struct worker *w)
{
	bool good = true;
	/* Who comes along keeps the number of his connection, so nobody new gets one before all have theirs. */
	w->accept_waits = __atomic_load_n(&w->world.realm->returning, __ATOMIC_RELAXED) != 0;
	if (w->accept_waits)
		return true;
	for (unsigned i = 0; i < w->start.listeners; i++) {
		struct acceptor *a = &w->acceptors[i];
		if (!listener_is_of(i, w->world.slot, w->workers)) {
			loop_fd_remove(&a->watch);
			continue;
		}
		if (a->watch != NULL)
			continue;
		*a = (struct acceptor){.w = w, .fd = w->start.listener[i]};
		a->watch = loop_fd_add(w->loop, a->fd, LOOP_READ, newcomers, a, "listening socket");
		good &= a->watch != NULL;
	}
	return good;
}

bool accept_start(struct worker *w, struct problem *why)
{
	return acceptors_set(w) || problem_set(why, "epoll refuses a listening socket: %s", strerror(errno));
}

void accept_update(struct worker *w)
{
	if (!w->stopping && !w->making_way && w->retirement == RETIRE_NOT && !acceptors_set(w))
		log_error("epoll refuses a listening socket: %s; who connects there waits for this worker's successor",
				  strerror(errno));
}

void accept_turn(struct worker *w)
{
	if (w->accept_waits)
		accept_update(w);
}

void accept_stop(struct worker *w)
{
	w->accept_waits = false;
	for (unsigned i = 0; i < w->start.listeners; i++)
		loop_fd_remove(&w->acceptors[i].watch);
}
