#include "master/resume.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/socket_address.h"
#include "master/limits.h"
#include "master/master.h"

/* --- processes of the dead ---------------------------------------------------------------------------------------- */

/* A process of this program, by its name: a number may be somebody else's by now. One that nobody has buried yet is dead. */
static bool lives(pid_t pid)
{
	char path[64], text[128] = "";
	if (pid <= 0)
		return false;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	const char *end = strrchr(text, ')');
	return strstr(text, "(argentumd:") != NULL && end != NULL && end[1] == ' ' && end[2] != 'Z' && end[2] != 'X';
}

/* false: one is still there, killed as it is. */
static bool children_await(const struct world *world)
{
	uint64_t until_ms = clock_mono_ms() + RESUME_WAIT_MS;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		const struct process_slot *process = &world->processes[slot];
		pid_t pid = atomic_load(&process->pid);
		bool killed = false;
		while (lives(pid)) {
			uint64_t now_ms = clock_mono_ms();
			if (now_ms >= until_ms && killed)
				return false;
			if (now_ms >= until_ms) {
				log_warning("start: process %d of the former master does not end: killing it", (int)pid);
				kill(pid, SIGKILL);
				killed = true;
				until_ms = now_ms + 1000;
			}
			poll(NULL, 0, 5);
		}
	}
	return true;
}

/* --- listening sockets, world ----------------------------------------------------------------------------------------- */

bool resume_listeners(struct master *master, struct leftover *leftover)
{
	const struct config *config = &master->settings->config;
	struct problem why;
	if (leftover->listeners == 0)
		return false;
	if (!listeners_take(&master->listeners, leftover->listener, leftover->listeners, config->listen.host,
						(uint16_t)config->listen.port, &why)) {
		log_warning("start: the listening sockets that were kept are not taken: %s", why.text);
		return false;
	}
	for (unsigned i = 0; i < leftover->listeners; i++)
		leftover->listener[i] = -1;
	unsigned most = limits_workers_most(config, master->workers);
	if (most > master->listeners.count && !listeners_grow(&master->listeners, most, config->listen.backlog, &why))
		log_warning("start: %s", why.text);
	return true;
}

static bool world_fits(struct master *master, struct leftover *leftover, struct problem *why)
{
	struct segments *segments = &master->segments;
	segments->world_fd = leftover->world_fd;
	segments->catalog_fd = leftover->catalog_fd;
	leftover->world_fd = leftover->catalog_fd = -1;
	if (!segments_resume(segments, &master->settings->config, why))
		return false;
	if (!children_await(&segments->world))
		return problem_set(why, "a process of the former master does not end");
	return true;
}

bool resume_world(struct master *master, struct leftover *leftover)
{
	struct problem why = {.text = ""};
	if (leftover->world_fd < 0 || leftover->catalog_fd < 0)
		return false;
	if (!world_fits(master, leftover, &why)) {
		log_warning("start: the world that was kept is not taken: %s; starting from the store", why.text);
		segments_destroy(&master->segments);
		return false;
	}
	if (master->workers > master->segments.world.limits.workers)
		master->workers = master->segments.world.limits.workers;
	return true;
}

/* --- clients ------------------------------------------------------------------------------------------------------ */

/* Is the other end of this socket the one that the connection is with? */
static bool peer_is(int fd, const struct peer *peer, uint16_t port)
{
	struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
	socklen_t length = sizeof from;
	uint8_t address[16];
	uint16_t from_port;
	if (getpeername(fd, (struct sockaddr *)&from, &length) != 0)
		return false;
	socket_address_take(&from, address, &from_port);
	return from_port == port && memcmp(address, peer->address, sizeof address) == 0;
}

static bool client_take(struct master *master, uint32_t index, int fd)
{
	const struct world *world = &master->segments.world;
	if (index > world->limits.connections || fd < 0)
		return false;
	const struct connection *c = &world->connections[index];
	uint32_t owner = atomic_load(&c->owner);
	return owner >= 1 && owner <= WORKERS_MAX && peer_is(fd, &world->peers[index], c->port) &&
		   vault_deposit(&master->vault, owner - 1, index, c->generation, fd);
}

void resume_clients(struct master *master, struct leftover *leftover)
{
	unsigned taken = 0, strange = 0;
	fdstore_base_is_kept(&master->fdstore,
						 leftover->listeners < master->listeners.count ? leftover->listeners : master->listeners.count);
	for (uint32_t i = 1; i < leftover->clients; i++) {
		if (leftover->client[i] < 0)
			continue;
		fdstore_client_is_kept(&master->fdstore, i);
		if (client_take(master, i, leftover->client[i])) {
			leftover->client[i] = -1;
			taken++;
		} else {
			fdstore_client(&master->fdstore, i, -1);
			strange++;
		}
	}
	/* Connections of slots that are not used this time go to their heirs. */
	vault_spread(&master->vault, master->workers);
	for (unsigned slot = master->workers; slot < WORKERS_MAX; slot++)
		master->children.child[slot_heir(slot, master->workers)].inherits |= UINT64_C(1) << slot;
	log_notice("start: the world of the master that died goes on; %u connections were kept, %u sockets are nobody's",
			   taken, strange);
}
