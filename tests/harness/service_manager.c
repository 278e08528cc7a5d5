#include "tests/harness/service_manager.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/fd_passing.h"

struct service_manager {
	char folder[64], path[80];
	int socket;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	unsigned count;
	struct {
		char name[32];
		int fd;
	} kept[SERVICE_MANAGER_FDS];
};

static void keep(struct service_manager *m, const char *name, int fd)
{
	if (m->count == SERVICE_MANAGER_FDS) {
		close(fd);
		return;
	}
	snprintf(m->kept[m->count].name, sizeof m->kept[0].name, "%s", name);
	m->kept[m->count++].fd = fd;
}

static void forget(struct service_manager *m, const char *name)
{
	for (unsigned i = m->count; i-- > 0;) {
		if (strcmp(m->kept[i].name, name) != 0)
			continue;
		close(m->kept[i].fd);
		m->kept[i] = m->kept[--m->count];
	}
}

static void message_take(struct service_manager *m, char *text, int fd)
{
	char *name = strstr(text, "FDNAME=");
	if (name != NULL) {
		name += 7;
		name[strcspn(name, "\n")] = '\0';
	}
	pthread_mutex_lock(&m->lock);
	if (name != NULL && strncmp(text, "FDSTORE=1", 9) == 0 && fd >= 0) {
		keep(m, name, fd);
		fd = -1;
	} else if (name != NULL && strncmp(text, "FDSTOREREMOVE=1", 15) == 0) {
		forget(m, name);
	}
	pthread_mutex_unlock(&m->lock);
	if (fd >= 0)
		close(fd);
}

/* Until an empty message comes. */
static void *run(void *context)
{
	struct service_manager *m = context;
	for (;;) {
		char text[1024];
		struct iovec iov = {.iov_base = text, .iov_len = sizeof text - 1};
		union fd_room room;
		struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
		fd_passing_expect(&msg, &room);
		ssize_t n = recvmsg(m->socket, &msg, MSG_CMSG_CLOEXEC);
		if (n <= 0)
			return NULL;
		int fd = -1;
		fd_passing_take(&msg, &fd, 1);
		text[n] = '\0';
		message_take(m, text, fd);
	}
}

struct service_manager *service_manager_start(void)
{
	struct service_manager *m = calloc(1, sizeof *m);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (m == NULL)
		abort();
	snprintf(m->folder, sizeof m->folder, "/tmp/argentum-manager-XXXXXX");
	if (mkdtemp(m->folder) == NULL)
		abort();
	snprintf(m->path, sizeof m->path, "%s/notify", m->folder);
	memcpy(at.sun_path, m->path, strlen(m->path) + 1);
	m->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pthread_mutex_init(&m->lock, NULL);
	if (m->socket < 0 || bind(m->socket, (const struct sockaddr *)&at, sizeof at) != 0 ||
		pthread_create(&m->thread, NULL, run, m) != 0)
		abort();
	return m;
}

void service_manager_stop(struct service_manager **manager)
{
	struct service_manager *m = *manager;
	*manager = NULL;
	if (m == NULL)
		return;
	shutdown(m->socket, SHUT_RDWR);
	pthread_join(m->thread, NULL);
	for (unsigned i = 0; i < m->count; i++)
		close(m->kept[i].fd);
	close(m->socket);
	unlink(m->path);
	rmdir(m->folder);
	free(m);
}

const char *service_manager_socket(const struct service_manager *m)
{
	return m->path;
}

unsigned service_manager_count(struct service_manager *m, const char *prefix)
{
	unsigned count = 0;
	pthread_mutex_lock(&m->lock);
	for (unsigned i = 0; i < m->count; i++)
		count += strncmp(m->kept[i].name, prefix, strlen(prefix)) == 0;
	pthread_mutex_unlock(&m->lock);
	return count;
}

void service_manager_plant(struct service_manager *m, const char *name, int fd)
{
	pthread_mutex_lock(&m->lock);
	keep(m, name, fd);
	pthread_mutex_unlock(&m->lock);
}

void service_manager_forget(struct service_manager *m, const char *name)
{
	pthread_mutex_lock(&m->lock);
	forget(m, name);
	pthread_mutex_unlock(&m->lock);
}

void service_manager_prepare(struct service_manager *m, struct service_manager_gift *gift)
{
	size_t n = 0;
	pthread_mutex_lock(&m->lock);
	gift->count = m->count;
	gift->names[0] = '\0';
	for (unsigned i = 0; i < m->count; i++) {
		gift->fd[i] = m->kept[i].fd;
		n += (size_t)snprintf(gift->names + n, sizeof gift->names - n, "%s%s", i > 0 ? ":" : "", m->kept[i].name);
	}
	pthread_mutex_unlock(&m->lock);
}

void service_manager_give(const struct service_manager *m, const struct service_manager_gift *gift)
{
	enum { FIRST = 3, OUT_OF_THE_WAY = 3000 };
	char text[16];
	setenv("NOTIFY_SOCKET", m->path, 1);
	if (gift->count == 0)
		return;
	for (unsigned i = 0; i < gift->count; i++)
		fcntl(gift->fd[i], F_DUPFD_CLOEXEC, OUT_OF_THE_WAY); /* ascending: the i-th lands at OUT_OF_THE_WAY + i */
	for (unsigned i = 0; i < gift->count; i++)
		dup2(OUT_OF_THE_WAY + (int)i, FIRST + (int)i);
	snprintf(text, sizeof text, "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof text, "%u", gift->count);
	setenv("LISTEN_FDS", text, 1);
	setenv("LISTEN_FDNAMES", gift->names, 1);
}
