#include "master/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct endpoint {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t size;
};

static void endpoint_set_port(struct endpoint *endpoint, uint16_t port)
{
	if (endpoint->any.sa_family == AF_INET6)
		endpoint->v6.sin6_port = htons(port);
	else
		endpoint->v4.sin_port = htons(port);
}

static bool endpoint_resolve(struct endpoint *endpoint, const char *host, uint16_t port, struct problem *why)
{
	const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int error = getaddrinfo(host, NULL, &hints, &found);
	if (error != 0)
		return problem_set(why, "listen.host: \"%s\" is no address of this machine and no name of one: %s", host,
						   error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
	bool good =
		(found->ai_family == AF_INET || found->ai_family == AF_INET6) && found->ai_addrlen <= sizeof endpoint->v6;
	if (good) {
		memcpy(&endpoint->any, found->ai_addr, found->ai_addrlen);
		endpoint->size = found->ai_addrlen;
		endpoint_set_port(endpoint, port);
	} else {
		problem_set(why, "listen.host: \"%s\" is neither an IPv4 nor an IPv6 address", host);
	}
	freeaddrinfo(found);
	return good;
}

static void endpoint_text(const struct endpoint *endpoint, char text[LISTENERS_ADDRESS_BYTES])
{
	char host[INET6_ADDRSTRLEN] = "?";
	if (endpoint->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &endpoint->v6.sin6_addr, host, sizeof host);
		snprintf(text, LISTENERS_ADDRESS_BYTES, "[%s]:%u", host, ntohs(endpoint->v6.sin6_port));
	} else {
		inet_ntop(AF_INET, &endpoint->v4.sin_addr, host, sizeof host);
		snprintf(text, LISTENERS_ADDRESS_BYTES, "%s:%u", host, ntohs(endpoint->v4.sin_port));
	}
}

static bool bind_trouble(const struct endpoint *endpoint, int error, struct problem *why)
{
	char text[LISTENERS_ADDRESS_BYTES];
	endpoint_text(endpoint, text);
	const char *advice = error == EADDRINUSE ? "; another server listens there: stop it, or choose another listen.port"
						 : error == EACCES   ? "; ports below 1024 need the right CAP_NET_BIND_SERVICE"
						 : error == EADDRNOTAVAIL
							 ? "; listen.host must be an address of this machine, or 0.0.0.0 or :: for all"
							 : "";
	return problem_set(why, "cannot listen on %s: %s (errno %d)%s", text, strerror(error), error, advice);
}

/* One listener, or -1 with the errno in *error. */
static int listener_open(const struct endpoint *endpoint, bool shared, int backlog, int *error)
{
	const int on = 1, off = 0;
	int fd = socket(endpoint->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* "::" takes IPv4 clients too, whatever net.ipv6.bindv6only says */
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		(!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
		(endpoint->any.sa_family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0) &&
		bind(fd, &endpoint->any, endpoint->size) == 0 && listen(fd, backlog) == 0)
		return fd;
	*error = errno;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A second server of the same user could join our group silently, and each would get half of the clients. So first one
 * listener that does not share: it is refused where anybody listens. Nobody connects in the moment that it lives:
 * its queue is empty when it is closed, or its client tries again. */
static bool endpoint_is_free(const struct endpoint *endpoint, struct problem *why)
{
	int error = 0;
	int fd = listener_open(endpoint, false, 1, &error);
	if (fd < 0)
		return bind_trouble(endpoint, error, why);
	close(fd);
	return true;
}

/* The kernel chose a port for the first: the others ask for the same. */
static bool port_learn(struct endpoint *endpoint, int fd)
{
	struct endpoint real = {.size = sizeof real.v6};
	if (getsockname(fd, &real.any, &real.size) != 0)
		return false;
	endpoint_set_port(endpoint, ntohs(real.any.sa_family == AF_INET6 ? real.v6.sin6_port : real.v4.sin_port));
	return true;
}

bool listeners_open(struct listeners *listeners, const char *host, uint16_t port, unsigned count, int backlog,
					struct problem *why)
{
	struct endpoint endpoint = {.size = 0};
	*listeners = (struct listeners){.count = 0};
	if (count < 1 || count > WORKERS_MAX)
		return problem_set(why, "listeners: %u asked for, 1 to %d are possible", count, WORKERS_MAX);
	if (!endpoint_resolve(&endpoint, host, port, why) || (port != 0 && !endpoint_is_free(&endpoint, why)))
		return false;

	for (unsigned i = 0; i < count; i++) {
		int error = 0;
		int fd = listener_open(&endpoint, true, backlog, &error);
		if (fd < 0) {
			listeners_close(listeners);
			return bind_trouble(&endpoint, error, why);
		}
		listeners->fd[listeners->count++] = fd;
		if (i == 0 && !port_learn(&endpoint, fd)) {
			listeners_close(listeners);
			return problem_set(why, "cannot ask a listening socket for its port: %s", strerror(errno));
		}
	}
	endpoint_text(&endpoint, listeners->address);
	listeners->port = ntohs(endpoint.any.sa_family == AF_INET6 ? endpoint.v6.sin6_port : endpoint.v4.sin_port);
	return true;
}

/* Does this socket listen there? */
static bool listens_on(int fd, const struct endpoint *wanted, struct endpoint *real)
{
	int listens = 0;
	socklen_t size = sizeof listens;
	*real = (struct endpoint){.size = sizeof real->v6};
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens ||
		getsockname(fd, &real->any, &real->size) != 0 || real->any.sa_family != wanted->any.sa_family)
		return false;
	bool same_port = wanted->v4.sin_port == 0 || wanted->v4.sin_port == real->v4.sin_port; /* at one place in both */
	bool same_host = wanted->any.sa_family == AF_INET6
						 ? memcmp(&wanted->v6.sin6_addr, &real->v6.sin6_addr, sizeof wanted->v6.sin6_addr) == 0
						 : wanted->v4.sin_addr.s_addr == real->v4.sin_addr.s_addr;
	return same_port && same_host;
}

bool listeners_take(struct listeners *listeners, const int *fds, unsigned count, const char *host, uint16_t port,
					struct problem *why)
{
	struct endpoint wanted = {.size = 0}, real = {.size = 0};
	*listeners = (struct listeners){.count = 0};
	if (!endpoint_resolve(&wanted, host, port, why))
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (!listens_on(fds[i], &wanted, &real)) {
			listeners->count = 0;
			return problem_set(why, "they do not listen on listen.host and listen.port");
		}
		listeners->fd[listeners->count++] = fds[i];
	}
	endpoint_text(&real, listeners->address);
	listeners->port = ntohs(real.any.sa_family == AF_INET6 ? real.v6.sin6_port : real.v4.sin_port);
	return true;
}

bool listeners_grow(struct listeners *listeners, unsigned count, int backlog, struct problem *why)
{
	struct endpoint endpoint = {.size = sizeof endpoint.v6};
	unsigned before = listeners->count;
	if (count > WORKERS_MAX || getsockname(listeners->fd[0], &endpoint.any, &endpoint.size) != 0)
		return problem_set(why, "listeners: %u are not possible", count);
	while (listeners->count < count) {
		int error = 0;
		int fd = listener_open(&endpoint, true, backlog, &error);
		if (fd < 0) {
			while (listeners->count > before) /* nobody serves them yet, and the kernel gives them nobody */
				close(listeners->fd[--listeners->count]);
			return bind_trouble(&endpoint, error, why);
		}
		listeners->fd[listeners->count++] = fd;
	}
	return true;
}

bool listeners_spread(const struct listeners *listeners, unsigned workers)
{
	if (workers < 1 || workers > listeners->count)
		return false;
	int fd = listeners->fd[0], ignored = 0;
	if (workers == listeners->count) /* ENOENT: the group has no program */
		return setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &ignored, sizeof ignored) == 0 || errno == ENOENT;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (__u32)SKF_AD_OFF + SKF_AD_RANDOM),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers),
		BPF_STMT(BPF_RET | BPF_A, 0), /* which socket of the group, in the order of their listen() */
	};
	const struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

void listeners_set_backlog(const struct listeners *listeners, int backlog)
{
	for (unsigned i = 0; i < listeners->count; i++)
		listen(listeners->fd[i], backlog);
}

void listeners_close(struct listeners *listeners)
{
	for (unsigned i = 0; i < listeners->count; i++)
		close(listeners->fd[i]);
	listeners->count = 0;
}
