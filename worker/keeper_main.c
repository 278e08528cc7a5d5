/* keeper_main.c - the keeper as a process (worker/process.h): birth, its timers and signals, the last cut. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/loop/jobs.h"
#include "worker/keeper.h"
#include "worker/master_line.h"
#include "worker/process.h"
#include "worker/store_config.h"

enum {
	OWN_PAGES_BYTES = 128 * 1024, /* allocations from here on have pages of their own */
	REFRESH_MS = 10000,
	HEARTBEAT_MS = 500,
	SLOW_EVERY_MS = 1000,
	OPEN_RETRY_MS = 100,
	LAST_CUT_RETRY_MS = 20,
	LAST_ROOM_MB = 16
};

struct keeper_process {
	struct process_start start;
	struct world world;
	const struct catalog *catalog;
	struct loop *loop;
	struct jobs *jobs;
	struct store *store;
	struct keeper keeper;
	int signals;
	struct loop_fd *master_watch;
	bool stopping;
	bool making_way;
	uint64_t stop_until_ms;
	int exit;
};

static void heartbeat(void *context)
{
	struct keeper_process *p = context;
	atomic_store_explicit(&p->world.processes[p->world.slot].heartbeat_ms, clock_mono_ms(), memory_order_relaxed);
}

static void slow_tell(void *context, const char *name, uint64_t took_ms)
{
	static struct log_repeat repeat;
	const struct keeper_process *p = context;
	uint64_t suppressed;
	if (log_repeat_due(&repeat, clock_mono_ms(), SLOW_EVERY_MS, &suppressed))
		log_warning("slow: %s took %llu ms (log.slow_ms %d; %llu more since the last such line)", name,
					(unsigned long long)took_ms, p->start.config->log.slow_ms, (unsigned long long)suppressed);
}

static void cut_due(void *context)
{
	struct keeper_process *p = context;
	if (!p->making_way)
		keeper_cut(&p->keeper);
}

static void audit_due(void *context)
{
	struct keeper_process *p = context;
	keeper_audit(&p->keeper, AUDIT_WORLD, 0);
}

static void refresh_due(void *context)
{
	struct keeper_process *p = context;
	keeper_refresh(&p->keeper);
}

static void stop_begin(struct keeper_process *p, int status)
{
	if (p->stopping)
		return;
	p->stopping = true;
	p->exit = status;
	p->stop_until_ms = clock_mono_ms() + (uint64_t)p->start.config->store.start_timeout_ms;
	atomic_store(&p->world.processes[p->world.slot].state, PROCESS_STOPPING);
}

static void signal_came(void *context, unsigned events)
{
	struct keeper_process *p = context;
	struct problem why;
	(void)events;
	for (int number; (number = process_signal_read(p->signals)) != 0;) {
		if (number != SIGUSR1)
			stop_begin(p, PROCESS_EXIT_DONE);
		else if (!log_reopen(&why))
			log_warning("log: %s", why.text);
	}
}

static void master_speaks(void *context, unsigned events)
{
	struct keeper_process *p = context;
	(void)events;
	struct master_wishes wishes;
	if (master_line_hear(p->start.master, &wishes)) {
		if (wishes.audit >= AUDIT_WORLD && wishes.audit <= AUDIT_ACCEPT)
			keeper_audit(&p->keeper, wishes.audit, wishes.audit_request);
		if (wishes.reset_map != 0)
			keeper_reset_map(&p->keeper, wishes.reset_map);
		p->making_way |= wishes.make_way;
		return;
	}
	log_error("the master died: writing a last cut, then this keeper ends");
	loop_fd_remove(&p->master_watch);
	stop_begin(p, PROCESS_EXIT_MASTER_GONE);
}

/* Another server's writer has the embedded store open. Is it a newer one? Then our world is over. */
static bool writer_took_it_over(struct keeper_process *p, const struct store_options *options, struct problem *why)
{
	struct problem ignored;
	if (!p->world.realm->restored)
		return false;
	struct store *reader = store_create(options, STORE_READER, NULL, NULL, &ignored);
	bool taken = reader != NULL && keeper_was_taken_over(reader, &p->world, 0, why);
	store_destroy(&reader);
	return taken;
}

/* Another writer in the embedded store may be the keeper of a server that is just ending: its last cut is waited for. */
static void store_open(struct keeper_process *p, struct problem *why)
{
	struct store_options options = store_options_from_config(p->start.config);
	uint64_t until_ms = clock_mono_ms() + (uint64_t)p->start.config->store.start_timeout_ms;
	for (bool told = false;; told = true) {
		p->store = store_create(&options, STORE_WRITER, p->loop, p->jobs, why);
		if (p->store != NULL)
			return;
		struct problem taken;
		if (writer_took_it_over(p, &options, &taken)) {
			log_error("store: another server has taken it over (%s); this one must not write any more", taken.text);
			p->exit = PROCESS_EXIT_FENCED;
			return;
		}
		if (clock_mono_ms() >= until_ms)
			return;
		heartbeat(p);
		if (!told)
			log_notice("%s; trying for %d ms (store.start_timeout_ms)", why->text,
					   p->start.config->store.start_timeout_ms);
		nanosleep(&(struct timespec){.tv_nsec = OPEN_RETRY_MS * 1000000L}, NULL);
	}
}

static bool process_start(struct keeper_process *p, struct problem *why)
{
	p->signals = process_signals_open(why);
	if (p->signals < 0)
		return false;
	p->loop = loop_create(why);
	if (p->loop == NULL || !world_attach(&p->world, p->start.world_fd, why))
		return false;
	memcpy(p->world.wake_fd, p->start.wake_fd, sizeof p->world.wake_fd);
	p->catalog = catalog_attach(p->start.catalog_fd, why);
	if (p->catalog == NULL)
		return false;
	world_enter_slot(&p->world, SLOT_KEEPER, getpid(), clock_mono_ms());
	p->jobs = jobs_create(p->loop, 1, 64, why);
	if (p->jobs == NULL)
		return false;
	store_open(p, why);
	if (p->store == NULL || !keeper_create(&p->keeper, &p->world, p->catalog, p->start.config, p->loop, p->store, why))
		return false;
	p->master_watch = loop_fd_add(p->loop, p->start.master, LOOP_READ, master_speaks, p, "master");
	return loop_fd_add(p->loop, p->signals, LOOP_READ, signal_came, p, "signals") != NULL && p->master_watch != NULL;
}

static bool worker_lives(const struct keeper_process *p, unsigned slot)
{
	const struct process_slot *process = &p->world.processes[slot];
	pid_t pid = atomic_load(&process->pid);
	/* It says itself when it is done: nobody may be there to bury it. */
	return pid > 0 && atomic_load(&process->state) != PROCESS_ABSENT && (kill(pid, 0) == 0 || errno == EPERM);
}

/* The master is dead: nobody else waits for the workers, whose players are just leaving. One that hangs is killed, so that
 * it does not keep the port. */
static void workers_await(struct keeper_process *p)
{
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++) {
		while (worker_lives(p, slot) && clock_mono_ms() < p->stop_until_ms)
			loop_turn(p->loop, 20);
		if (worker_lives(p, slot))
			kill(atomic_load(&p->world.processes[slot].pid), SIGKILL);
	}
	p->stop_until_ms = clock_mono_ms() + (uint64_t)p->start.config->store.start_timeout_ms;
}

/* An embedded store that has no room for the last cut gets some: how large it may grow is for the time when there is a choice. */
static void room_make(struct keeper_process *p)
{
	struct problem why;
	unsigned map_mb = (unsigned)p->start.config->store.map_mb;
	if (p->start.config->store.backend != CONFIG_BACKEND_LMDB)
		return;
	if (!store_set_map_mb(p->store, map_mb + map_mb / 2 + LAST_ROOM_MB, &why))
		log_warning("%s", why.text);
}

/* Cuts until everything is durable, or the time is over. */
static void last_cut(struct keeper_process *p)
{
	unsigned failed_before = p->keeper.failed_in_a_row;
	bool has_room = false;
	p->keeper.last = true;
	keeper_audit_end(&p->keeper); /* cuts would wait for it */
	while (!p->keeper.fenced) {
		if (keeper_is_done(&p->keeper))
			return;
		if (clock_mono_ms() >= p->stop_until_ms) {
			log_error(
				"the store did not take the last cut within %d ms (store.start_timeout_ms): %u characters and maps "
				"are not known to be saved; the world goes back to the last cut that the store has",
				p->start.config->store.start_timeout_ms, keeper_unsaved(&p->keeper));
			p->exit = PROCESS_EXIT_STORE_LOST;
			return;
		}
		if (!has_room && p->keeper.failed_in_a_row > failed_before && !p->keeper.was_away && !p->keeper.writing) {
			room_make(p);
			has_room = true;
		}
		keeper_cut(&p->keeper);
		loop_turn(p->loop, LAST_CUT_RETRY_MS);
	}
}

int keeper_main(const struct process_start *start)
{
	static struct keeper_process process; /* one keeper a process */
	struct keeper_process *p = &process;
	struct problem why = {""};
	p->start = *start;
	/* Copies and batches come and go, and grow. When its threshold is fixed the C library gives back what they leave; else it
	 * keeps half as much again as is used. */
	mallopt(M_MMAP_THRESHOLD, OWN_PAGES_BYTES);
	if (!process_start(p, &why)) {
		if (p->exit == PROCESS_EXIT_FENCED)
			return p->exit;
		log_error("cannot start: %s", why.text);
		return PROCESS_EXIT_CANNOT_START;
	}
	if (!keeper_restore(&p->keeper, &why)) {
		log_error("cannot start: %s", why.text);
		return PROCESS_EXIT_CANNOT_START;
	}
	if (start->config->log.slow_ms > 0)
		loop_slow(p->loop, (uint64_t)start->config->log.slow_ms, slow_tell, p);
	loop_timer_every(p->loop, HEARTBEAT_MS, heartbeat, p, "heartbeat");
	loop_timer_every(p->loop, (uint64_t)start->config->store.cut_interval_ms, cut_due, p, "cut");
	loop_timer_every(p->loop, REFRESH_MS, refresh_due, p, "refresh");
	if (start->config->store.audit_interval_s > 0)
		loop_timer_every(p->loop, (uint64_t)start->config->store.audit_interval_s * 1000, audit_due, p, "audit");
	atomic_store(&p->world.processes[SLOT_KEEPER].state, PROCESS_READY);
	master_line_say_ready(start->master);
	/* To make way: not in the middle of a batch, whose answer would be lost. The successor writes what is not durable. */
	while (!p->stopping && !p->keeper.fenced && !(p->making_way && !p->keeper.writing)) {
		loop_turn(p->loop, -1);
		keeper_reset_go_on(&p->keeper);
	}
	if (!p->stopping && !p->keeper.fenced)
		p->exit = PROCESS_EXIT_MADE_WAY;
	if (p->exit == PROCESS_EXIT_MASTER_GONE)
		workers_await(p);
	if (!p->keeper.fenced && p->exit != PROCESS_EXIT_MADE_WAY)
		last_cut(p);
	int status = p->keeper.fenced ? PROCESS_EXIT_FENCED : p->exit;
	keeper_audit_end(&p->keeper);
	store_destroy(&p->store);
	keeper_destroy(&p->keeper);
	jobs_destroy(&p->jobs);
	loop_destroy(&p->loop);
	return status;
}
