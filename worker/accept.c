#include "worker/accept.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/point.h"
#include "common/base/log.h"
#include "worker/client.h"

enum { ACCEPTS_PER_EVENT = 64 };

static void address_of(const struct sockaddr_storage *from, uint8_t address[16], uint16_t *port)
{
	memset(address, 0, 16);
	*port = 0;
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
		memcpy(address, &six->sin6_addr, 16);
		*port = ntohs(six->sin6_port);
	} else if (from->ss_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)from;
		address[10] = address[11] = 0xff;
		memcpy(address + 12, &four->sin_addr, 4);
		*port = ntohs(four->sin_port);
	}
}

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
		address_of(&from, address, &port);
		client_open(a->w, fd, address, port);
	}
}

bool accept_start(struct worker *w, struct problem *why)
{
	for (unsigned i = 0; i < w->start.listeners; i++) {
		struct acceptor *a = &w->acceptors[i];
		*a = (struct acceptor){.w = w, .fd = w->start.listener[i]};
		a->watch = loop_fd_add(w->loop, a->fd, LOOP_READ, newcomers, a, "listening socket");
		if (a->watch == NULL)
			return problem_set(why, "epoll refuses the listening socket: %s", strerror(errno));
	}
	return true;
}

void accept_stop(struct worker *w)
{
	for (unsigned i = 0; i < w->start.listeners; i++)
		loop_fd_remove(&w->acceptors[i].watch);
}
