/* workers.c - more or fewer workers, as a change (change.h); how it goes is in resize.h. */
#include "common/base/log.h"
#include "common/loop/loop.h"
#include "master/master.h"

static void resized(void *context, bool good)
{
	struct master *master = context;
	unsigned wanted = master->change.resize.to;
	if (good)
		master->workers = wanted;
	if (!good)
		change_end(master, false, "the new workers did not serve; there are %u as before", master->workers);
	else if (master->change.kind == CHANGE_WORKERS)
		change_end(master, true, "%u workers serve now", master->workers);
	else
		change_end(master, true, "everything that could be changed is; %u workers serve now", master->workers);
}

void workers_begin(struct master *master, unsigned workers)
{
	const struct config *config = &master->settings->config;
	const struct resize_options options = {.leave_ms = (uint64_t)config->workers.stop_timeout_ms,
										   .ready_ms = (uint64_t)config->workers.ready_timeout_ms,
										   .done = resized,
										   .context = master};
	log_notice("workers: from %u to %u", master->workers, workers);
	resize_begin(&master->change.resize, &options, master->workers, workers);
}

bool change_workers(struct master *master, unsigned workers, struct problem *why)
{
	if (!change_may_begin(master, why))
		return false;
	unsigned most = master->listeners.count < master->segments.world.limits.workers
						? master->listeners.count
						: master->segments.world.limits.workers;
	if (workers < 1 || workers > most)
		return problem_set(
			why,
			"workers %u: 1 to %u are possible in this world; workers.max says how many, and takes effect "
			"with a new one",
			workers, most);
	change_begin(master, CHANGE_WORKERS);
	if (workers == master->workers)
		change_end(master, true, "%u workers serve already", workers);
	else
		workers_begin(master, workers);
	return true;
}

void change_workers_wanted(struct master *master, int more)
{
	struct problem why;
	if (master->phase == MASTER_SERVING && master->change.running) {
		master->change.workers_wait += more;
		return;
	}
	int wanted = (int)master->workers + more;
	if (!change_workers(master, wanted < 1 ? 0 : (unsigned)wanted, &why))
		log_error("%s", why.text);
}
