#include "master/fdstore.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "master/notify.h"
#include "master/vault.h"

enum { LISTEN_FDS_START = 3, SAID_PER_TURN = 512, CLIENTS_MAX = 1 << 20, FORGET_MS = 1000 };

#define PREFIX "argentumd-"

/* --- what was left ------------------------------------------------------------------------------------------------ */

static void fd_put(int *place, int fd)
{
	if (*place >= 0)
		close(*place);
	*place = fd;
}

static bool client_put(struct leftover *l, uint32_t index, int fd)
{
	if (index >= l->clients) {
		uint32_t clients = index + 1024;
		int *grown = realloc(l->client, clients * sizeof *grown);
		if (grown == NULL)
			return false;
		for (uint32_t i = l->clients; i < clients; i++)
			grown[i] = -1;
		l->client = grown;
		l->clients = clients;
	}
	/* The later of two with the same name is the newer one. */
	fd_put(&l->client[index], fd);
	return true;
}

static void one_take(struct leftover *l, const char *name, int fd)
{
	int64_t number = 0;
	l->count++;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (strcmp(name, PREFIX "world") == 0)
		fd_put(&l->world_fd, fd);
	else if (strcmp(name, PREFIX "catalog") == 0)
		fd_put(&l->catalog_fd, fd);
	else if (strncmp(name, PREFIX "listener-", 19) == 0 && number_parse(name + 19, 0, WORKERS_MAX - 1, &number))
		fd_put(&l->listener[number], fd);
	else if (strncmp(name, PREFIX "client-", 17) == 0 && number_parse(name + 17, 1, CLIENTS_MAX, &number) &&
			 client_put(l, (uint32_t)number, fd))
		;
	else
		close(fd);
}

bool leftover_take(struct leftover *l)
{
	const char *whose = getenv("LISTEN_PID"), *how_many = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
	int64_t pid, count = 0;
	*l = (struct leftover){.world_fd = -1, .catalog_fd = -1};
	memset(l->listener, 0xff, sizeof l->listener);
	bool ours = whose != NULL && how_many != NULL && number_parse(whose, 1, INT32_MAX, &pid) && pid == getpid() &&
				number_parse(how_many, 1, CLIENTS_MAX, &count);
	char *copy = ours && names != NULL ? strdup(names) : NULL;
	char *rest = copy;
	for (int64_t i = 0; ours && i < count; i++) {
		const char *name = rest != NULL ? strsep(&rest, ":") : NULL;
		one_take(l, name != NULL ? name : "", LISTEN_FDS_START + (int)i);
	}
	free(copy);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	while (l->listeners < WORKERS_MAX && l->listener[l->listeners] >= 0)
		l->listeners++;
	return l->count > 0;
}

void leftover_drop(struct leftover *l)
{
	fd_put(&l->world_fd, -1);
	fd_put(&l->catalog_fd, -1);
	for (unsigned i = 0; i < WORKERS_MAX; i++)
		fd_put(&l->listener[i], -1);
	for (uint32_t i = 0; i < l->clients; i++) {
		if (l->client[i] >= 0)
			shutdown(l->client[i], SHUT_RDWR); /* the manager may still have a duplicate */
		fd_put(&l->client[i], -1);
	}
	free(l->client);
	l->client = NULL;
	l->clients = 0;
}

/* --- what is kept ------------------------------------------------------------------------------------------------- */

bool fdstore_create(struct fdstore *store, bool on, uint32_t connections, struct problem *why)
{
	*store = (struct fdstore){.on = on && getenv("NOTIFY_SOCKET") != NULL};
	if (!store->on)
		return true;
	store->size = connections + 1;
	store->client = calloc(store->size, 1);
	return store->client != NULL || problem_set(why, "out of memory");
}

void fdstore_destroy(struct fdstore *store)
{
	free(store->client);
	*store = (struct fdstore){.on = false};
}

void fdstore_base_is_new(struct fdstore *store)
{
	store->base_said = 0;
}

void fdstore_base_is_kept(struct fdstore *store, unsigned listeners)
{
	store->base_said = 2 * (2 + listeners);
}

/* The manager's socket may take a few messages at a time: goes on where it stopped. */
static void base_say(struct fdstore *store, const struct segments *segments, const struct listeners *listeners)
{
	char name[32];
	while (store->base_said < 2 * (2 + listeners->count)) {
		unsigned item = store->base_said / 2;
		int fd = item == 0 ? segments->world_fd : item == 1 ? segments->catalog_fd : listeners->fd[item - 2];
		if (item < 2)
			snprintf(name, sizeof name, "%s", item == 0 ? "world" : "catalog");
		else
			snprintf(name, sizeof name, "listener-%u", item - 2);
		bool said = store->base_said % 2 == 0 ? notify_send("FDSTOREREMOVE=1\nFDNAME=" PREFIX "%s", name)
											  : notify_send_fd(fd, "FDSTORE=1\nFDNAME=" PREFIX "%s", name);
		if (!said)
			return;
		store->base_said++;
	}
}

static void client_set(struct fdstore *store, uint32_t connection, uint8_t state)
{
	bool waited = store->client[connection] > FDSTORE_KEPT, waits = state > FDSTORE_KEPT;
	store->client[connection] = state;
	store->waiting += (uint32_t)waits - (uint32_t)waited;
}

/* Room for at least this connection. */
static bool client_fits(struct fdstore *store, uint32_t connection)
{
	if (connection < store->size)
		return true;
	uint8_t *grown = realloc(store->client, connection + 1);
	if (grown == NULL)
		return false;
	memset(grown + store->size, FDSTORE_ABSENT, connection + 1 - store->size);
	store->client = grown;
	store->size = connection + 1;
	return true;
}

/* false: the manager's socket takes no more just now. */
static bool client_say(struct fdstore *store, uint32_t i, int fd)
{
	if (store->client[i] == FDSTORE_TO_FORGET || store->client[i] == FDSTORE_TO_REPLACE) {
		if (!notify_send("FDSTOREREMOVE=1\nFDNAME=" PREFIX "client-%u", i))
			return false;
		client_set(store, i, store->client[i] == FDSTORE_TO_REPLACE ? FDSTORE_TO_KEEP : FDSTORE_ABSENT);
	}
	if (store->client[i] != FDSTORE_TO_KEEP)
		return true;
	if (fd >= 0 && !notify_send_fd(fd, "FDSTORE=1\nFDNAME=" PREFIX "client-%u", i))
		return false;
	client_set(store, i, fd >= 0 ? FDSTORE_KEPT : FDSTORE_ABSENT);
	return true;
}

void fdstore_client(struct fdstore *store, uint32_t connection, int fd)
{
	if (!store->on || !client_fits(store, connection))
		return;
	uint8_t state = store->client[connection];
	bool known = state == FDSTORE_KEPT || state == FDSTORE_TO_REPLACE || state == FDSTORE_TO_FORGET;
	if (fd >= 0)
		client_set(store, connection, known ? FDSTORE_TO_REPLACE : FDSTORE_TO_KEEP);
	else
		client_set(store, connection, known ? FDSTORE_TO_FORGET : FDSTORE_ABSENT);
	if (store->waiting == 1 && store->client[connection] > FDSTORE_KEPT)
		client_say(store, connection, fd);
}

void fdstore_client_is_kept(struct fdstore *store, uint32_t connection)
{
	if (store->on && client_fits(store, connection))
		client_set(store, connection, FDSTORE_KEPT);
}

void fdstore_turn(struct fdstore *store, const struct vault *vault, const struct segments *segments,
				  const struct listeners *listeners)
{
	if (!store->on)
		return;
	base_say(store, segments, listeners);
	unsigned said = 0;
	for (uint32_t n = 0; n < store->size && store->waiting > 0 && said < SAID_PER_TURN; n++) {
		uint32_t i = store->next = (store->next + 1) % store->size;
		if (store->client[i] <= FDSTORE_KEPT)
			continue;
		said++;
		if (!client_say(store, i, i < vault->size ? vault->entries[i].fd : -1))
			return;
	}
}

/* Until `until_ms`, as long as the manager's socket is full. */
static void forget_say(const char *name, unsigned number, uint64_t until_ms)
{
	char whole[40];
	if (number == UINT_MAX)
		snprintf(whole, sizeof whole, "%s", name);
	else
		snprintf(whole, sizeof whole, "%s-%u", name, number);
	while (!notify_send("FDSTOREREMOVE=1\nFDNAME=" PREFIX "%s", whole)) {
		if (clock_mono_ms() >= until_ms)
			return;
		poll(NULL, 0, 1);
	}
}

static void base_forget(unsigned listeners, uint64_t until_ms)
{
	forget_say("world", UINT_MAX, until_ms);
	forget_say("catalog", UINT_MAX, until_ms);
	for (unsigned i = 0; i < listeners; i++)
		forget_say("listener", i, until_ms);
}

void fdstore_forget_all(const struct fdstore *store, unsigned listeners)
{
	uint64_t until_ms = clock_mono_ms() + FORGET_MS;
	if (!store->on)
		return;
	base_forget(listeners, until_ms);
	for (uint32_t i = 1; i < store->size; i++) {
		if (store->client[i] != FDSTORE_ABSENT)
			forget_say("client", i, until_ms);
	}
}

void leftover_forget(const struct leftover *l)
{
	uint64_t until_ms = clock_mono_ms() + FORGET_MS;
	if (getenv("NOTIFY_SOCKET") == NULL)
		return;
	base_forget(WORKERS_MAX, until_ms);
	for (uint32_t i = 1; i < l->clients; i++) {
		if (l->client[i] >= 0)
			forget_say("client", i, until_ms);
	}
}
