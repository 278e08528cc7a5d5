#include "master/limits.h"

#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	/* Newcomers beyond max_connections get a slot to be told that the server is full. */
	CONNECTIONS_SPARE = 64,

	/* The kernel spreads connections by hash: with N of them on W workers one has N/W +- sqrt(N/W). Half as many again
	 * covers that, and a chunk is what a connection with a quiet client needs. */
	CHUNKS_SHARE_PERCENT = 150,
	/* On top, this many clients of one worker may fill their outputs (limits.output_kb) at the same time. */
	CHUNKS_FULL_OUTPUTS = 32,
	CHUNKS_MIN = 2048, /* 4 MiB: room for a crowd's logins with the smallest settings */

	WORKERS_MOST_MIN = 4, /* so many slots at least, when nothing is said */

	UNDO_BYTES = 256 * 1024, /* one transaction's old bytes */
	BODIES_MAX = 32767,      /* a char index is a signed 16-bit number on the wire */

	/* Listeners, eventfds, epoll, the log, the store, the control socket, ... */
	DESCRIPTORS_SPARE = 256,
};

unsigned limits_workers(const struct config *config)
{
	cpu_set_t cpus;
	long cores = config->workers.count;
	if (cores == 0)
		cores = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : sysconf(_SC_NPROCESSORS_ONLN);
	return cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (unsigned)cores;
}

unsigned limits_workers_most(const struct config *config, unsigned workers)
{
	unsigned most = (unsigned)config->workers.max;
	if (most == 0)
		most = workers < WORKERS_MOST_MIN / 2 ? WORKERS_MOST_MIN : 2 * workers;
	return most < workers ? workers : most > WORKERS_MAX ? WORKERS_MAX : most;
}

static uint32_t chunks_of_a_worker(const struct config *config, unsigned workers)
{
	uint64_t share = ((uint64_t)config->limits.max_connections * CHUNKS_SHARE_PERCENT / 100 + workers - 1) / workers;
	uint64_t full = ((uint64_t)config->limits.output_kb * 1024 + CHUNK_BYTES - 1) / CHUNK_BYTES;
	uint64_t chunks = share + full * CHUNKS_FULL_OUTPUTS;
	return (uint32_t)(chunks < CHUNKS_MIN ? CHUNKS_MIN : chunks);
}

bool limits_world(struct world_limits *limits, const struct config *config, unsigned workers, unsigned maps,
				  struct problem *why)
{
	if (config->world.max_players + config->world.max_creatures > BODIES_MAX)
		return problem_set(why, "world.max_players = %d and world.max_creatures = %d are more than %d together",
						   config->world.max_players, config->world.max_creatures, BODIES_MAX);
	*limits = (struct world_limits){
		.maps = maps,
		.players = (uint32_t)config->world.max_players,
		.creatures = (uint32_t)config->world.max_creatures,
		.connections = (uint32_t)config->limits.max_connections + CONNECTIONS_SPARE,
		.chunks = chunks_of_a_worker(config, workers),
		.workers = limits_workers_most(config, workers),
		.map_ring_bytes = (uint32_t)config->world.ring_kb * 1024,
		.realm_ring_bytes = (uint32_t)config->world.realm_ring_kb * 1024,
		.undo_bytes = UNDO_BYTES,
	};
	return true;
}

unsigned limits_descriptors(const struct config *config)
{
	return (unsigned)config->limits.max_connections + DESCRIPTORS_SPARE;
}

bool descriptors_raise(unsigned needed, struct problem *why)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
		return true;
	struct rlimit wanted = {.rlim_cur = needed, .rlim_max = limit.rlim_max < needed ? needed : limit.rlim_max};
	if (setrlimit(RLIMIT_NOFILE, &wanted) == 0)
		return true;
	wanted = (struct rlimit){.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
	setrlimit(RLIMIT_NOFILE, &wanted);
	return problem_set(why,
					   "limits.max_connections needs %u open files, but this account may have %llu; connections beyond "
					   "that will fail: raise the limit (LimitNOFILE= of the service, ulimit -n) or lower the setting",
					   needed, (unsigned long long)limit.rlim_max);
}
