#include "master/master.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/loop/loop.h"
#include "common/text/texts.h"
#include "master/duration.h"
#include "master/limits.h"
#include "master/notify.h"
#include "master/orders.h"
#include "master/privileges.h"
#include "master/resume.h"
#include "master/status.h"

enum {
	TICK_MS = 200,    /* watchdog and respawns */
	TELL_MS = 5000,   /* the service manager's status line */
	CHILD_SPARE = 50, /* a stop needs no patience beyond the time-out but this, ms */
};

const char *master_phase_name(enum master_phase phase)
{
	return phase < MASTER_SERVING ? "starting" : phase == MASTER_SERVING ? "serving" : "stopping";
}

/* --- stopping ----------------------------------------------------------------------------------------------------- */

static void phase_advance(struct master *master);

static void deadline_passed(void *context)
{
	struct master *master = context;
	master->stop_deadline = NULL;
	if (children_kill_overdue(&master->children) > 0)
		master->disorder = true;
}

static void deadline_set(struct master *master, uint64_t within_ms)
{
	loop_timer_remove(&master->stop_deadline);
	master->stop_deadline =
		loop_timer_once(master->loop, within_ms + CHILD_SPARE, deadline_passed, master, "time to stop");
}

static void stop_begin(struct master *master, bool at_once)
{
	generation_abandon(master);
	const struct config *config = &master->settings->config;
	bool was_serving = master->phase == MASTER_SERVING;
	uint64_t countdown_ms = at_once || !was_serving ? 0 : (uint64_t)config->workers.stop_countdown_s * 1000;
	notify_send("STOPPING=1\nSTATUS=stopping");
	change_give_up(master);
	log_notice("stopping: %u workers, %u characters in the world%s", children_alive_workers(&master->children),
			   status_players(&master->segments.world), countdown_ms > 0 ? ", after the countdown" : "");
	master->phase = MASTER_STOPPING_WORKERS;
	children_stop_workers(&master->children, at_once || !was_serving ? SIGQUIT : SIGTERM);
	deadline_set(master, countdown_ms + (uint64_t)config->workers.stop_timeout_ms);
	phase_advance(master);
}

void master_give_up(struct master *master)
{
	generation_abandon(master);
	master->disorder = true;
	master->phase = MASTER_STOPPING_WORKERS;
	notify_send("STOPPING=1\nSTATUS=giving up");
	children_put_down(&master->children, true);
	deadline_set(master, (uint64_t)master->settings->config.workers.stop_timeout_ms);
	phase_advance(master);
}

void master_stop(struct master *master, bool at_once)
{
	if (master->phase < MASTER_STOPPING_WORKERS) {
		stop_begin(master, at_once);
	} else if (master->phase == MASTER_STOPPING_WORKERS && at_once) {
		children_stop_workers(&master->children, SIGQUIT);
		deadline_set(master, (uint64_t)master->settings->config.workers.stop_timeout_ms);
	} else {
		log_notice("stopping already; who needs too long is killed");
	}
}

/* The keeper has as long as a process may need to stop, and the store as long as it may be away. */
static void keeper_stop(struct master *master)
{
	const struct config *config = &master->settings->config;
	bool fenced = child_exited_with(&master->children.child[SLOT_KEEPER], PROCESS_EXIT_FENCED);
	master->phase = MASTER_STOPPING_KEEPER;
	children_stop_keeper(&master->children, !master->start_failed && !fenced && !master->generation.suspect,
						 loop_now_ms(master->loop));
	deadline_set(master, (uint64_t)config->workers.stop_timeout_ms + (uint64_t)config->store.start_timeout_ms);
}

/* --- phases ------------------------------------------------------------------------------------------------------- */

static void ready_say(struct master *master)
{
	char text[256];
	snprintf(text, sizeof text, "ready: listening on %s (%u workers, %u maps, %u items, %u creatures, %u spells)",
			 master->listeners.address, master->workers, master->segments.maps, master->segments.items,
			 master->segments.creatures, master->segments.spells);
	log_notice("%s", text);
	notify_send("READY=1\nSTATUS=%s\nMAINPID=%d", text, (int)getpid());
	daemon_report(master->daemon, DAEMON_EXIT_OK, text);
}

static void workers_start(struct master *master)
{
	for (unsigned slot = 0; slot < master->workers && master->phase == MASTER_STARTING_WORKERS; slot++) {
		if (!child_spawn(&master->children, slot, loop_now_ms(master->loop))) {
			master->start_failed = true;
			stop_begin(master, true);
		}
	}
}

/* Goes on as far as it can; called whenever a child became ready or ended. */
static void phase_advance(struct master *master)
{
	if (master->phase == MASTER_STARTING_KEEPER && child_is_ready(&master->children, SLOT_KEEPER)) {
		master->phase = MASTER_STARTING_WORKERS;
		workers_start(master);
	}
	if (master->phase == MASTER_STARTING_WORKERS && children_all_ready(&master->children, master->workers)) {
		master->phase = MASTER_SERVING;
		master->children.keep_up = true;
		ready_say(master);
	}
	if (master->phase == MASTER_STOPPING_WORKERS && children_alive_workers(&master->children) == 0)
		keeper_stop(master);
	if (master->phase == MASTER_STOPPING_KEEPER && !child_alive(&master->children, SLOT_KEEPER)) {
		master->phase = MASTER_STOPPED;
		loop_timer_remove(&master->stop_deadline);
		loop_stop(master->loop);
	}
}

/* --- the ladder --------------------------------------------------------------------------------------------------- */

static struct ladder_limits ladder_limits_of(const struct config *config)
{
	return (struct ladder_limits){.window_ms = (uint64_t)config->workers.ladder_window_s * 1000,
								  .map_deaths = (unsigned)config->workers.ladder_map_deaths,
								  .world_deaths = (unsigned)config->workers.ladder_world_deaths,
								  .exit_ms = (uint64_t)config->workers.ladder_exit_s * 1000};
}

static void fresh_generation(struct master *master)
{
	const struct generation_plan plan = {.reason = "the ladder", .same_catalog = true};
	struct problem why = {""};
	change_interrupt(master);
	if (generation_begin(master, &plan, &why))
		return;
	log_error("ladder: %s; this server ends, its service manager starts it anew", why.text);
	master->generation.suspect = true;
	master_give_up(master);
}

/* A process died by its own fault. Its successor is planned already; it may never be born. */
static void ladder_climb(struct master *master, const struct child *child)
{
	const struct ladder_limits limits = ladder_limits_of(&master->settings->config);
	const struct ladder_death death = {.at_ms = loop_now_ms(master->loop), .map = child->map};
	struct ladder_verdict verdict = ladder_death(&master->ladder, &limits, death);
	char text[512];
	if (verdict.rung == LADDER_RESPAWN)
		return; /* the obituary says it */
	ladder_say(text, sizeof text, &verdict, &limits);
	log_error("ladder: %s", text);
	switch (verdict.rung) {
	case LADDER_RESPAWN:
		break;
	case LADDER_RESET_MAP:
		master->reset_map = verdict.map;
		break;
	case LADDER_FRESH_GENERATION:
		fresh_generation(master);
		break;
	case LADDER_EXIT:
		master->generation.suspect = true;
		master_give_up(master);
		break;
	}
}

/* The keeper may just be on its way: asked again until it hears. */
static void map_reset_ask(struct master *master)
{
	if (master->reset_map != 0 && master->phase == MASTER_SERVING &&
		children_ask_map_reset(&master->children, master->reset_map))
		master->reset_map = 0;
}

bool master_renew(struct master *master, struct problem *why)
{
	const struct generation_plan plan = {.reason = "an operator's order", .orderly = true, .same_catalog = true};
	return change_may_begin(master, why) && generation_begin(master, &plan, why);
}

/* ------------------------------------------------------------------------------------------------------------------ */

static void child_ended(struct master *master, const struct child *child)
{
	if (child_exited_with(child, PROCESS_EXIT_FENCED)) {
		log_error("store: another server writes to it now; this one stops, since nothing played here can be kept");
		master->disorder = true;
		if (master->phase < MASTER_STOPPING_WORKERS)
			stop_begin(master, true);
	} else if (master->phase < MASTER_SERVING) {
		master->start_failed = true;
		stop_begin(master, true);
	} else if (master->phase > MASTER_SERVING && !child->clean_end) {
		master->disorder = true;
	} else if (master->phase == MASTER_SERVING && child->own_fault) {
		ladder_climb(master, child);
	}
}

static void child_event(void *context, struct child *child, enum child_event event)
{
	struct master *master = context;
	if (event == CHILD_ENDED)
		child_ended(master, child);
	if (master->phase == MASTER_SERVING && generation_changes(&master->generation))
		generation_child(master, child, event);
	phase_advance(master);
	if (master->phase == MASTER_SERVING)
		change_child(master, child, event);
}

/* --- signals ------------------------------------------------------------------------------------------------------ */

unsigned master_set_log_level(struct master *master, enum log_level level)
{
	log_set_level(level);
	return children_set_log_level(&master->children, level);
}

static void on_stop(void *context)
{
	master_stop(context, false);
}

static void on_stop_at_once(void *context)
{
	master_stop(context, true);
}

static void on_child(void *context)
{
	struct master *master = context;
	children_reap(&master->children, loop_now_ms(master->loop));
	upgrade_reap(master);
}

static void on_reopen(void *context)
{
	struct master *master = context;
	struct problem why;
	if (!log_reopen(&why))
		log_error("log: %s", why.text);
	children_signal(&master->children, SIGUSR1);
}

static void on_reload(void *context)
{
	change_reload_wanted(context);
}

static void on_more(void *context)
{
	change_workers_wanted(context, 1);
}

static void on_fewer(void *context)
{
	change_workers_wanted(context, -1);
}

static void on_upgrade(void *context)
{
	change_upgrade_wanted(context);
}

static const struct signal_row signal_rows[] = {
	{"TERM", SIGTERM, true, "stopping in order", on_stop},
	{"INT", SIGINT, true, "stopping in order", on_stop},
	{"QUIT", SIGQUIT, true, "stopping at once, without countdown", on_stop_at_once},
	{"HUP", SIGHUP, true, "reading configuration and world again", on_reload},
	{"USR1", SIGUSR1, true, "opening the log again", on_reopen},
	{"USR2", SIGUSR2, true, "becoming the program that is installed now", on_upgrade},
	{"TTIN", SIGTTIN, true, "one worker more", on_more},
	{"TTOU", SIGTTOU, true, "one worker less", on_fewer},
	{"CHLD", SIGCHLD, false, "", on_child},
};

/* --- now and then ------------------------------------------------------------------------------------------------- */

static void on_tick(void *context)
{
	struct master *master = context;
	children_tick(&master->children, loop_now_ms(master->loop));
	generation_tick(master, loop_now_ms(master->loop));
	fdstore_turn(&master->fdstore, &master->vault, &master->segments, &master->listeners);
	map_reset_ask(master);
}

static void on_tell(void *context)
{
	struct master *master = context;
	if (master->phase == MASTER_SERVING)
		notify_send("STATUS=%u players, %llu connections on %s", status_players(&master->segments.world),
					(unsigned long long)status_connections(&master->segments.world), master->listeners.address);
}

static void on_watchdog(void *context)
{
	(void)context;
	notify_send("WATCHDOG=1");
}

static bool timers_start(struct master *master, struct problem *why)
{
	uint64_t watchdog_ms = notify_watchdog_every_ms();
	bool good = loop_timer_every(master->loop, TICK_MS, on_tick, master, "watching the children") != NULL &&
				loop_timer_every(master->loop, TELL_MS, on_tell, master, "service manager's status") != NULL;
	if (good && watchdog_ms > 0)
		good = loop_timer_every(master->loop, watchdog_ms, on_watchdog, master, "service manager's watchdog") != NULL;
	return good || problem_set(why, "master: out of memory");
}

/* --- start and end ------------------------------------------------------------------------------------------------ */

void master_take_settings(struct master *master)
{
	const struct config *config = &master->settings->config;
	struct children_options *options = &master->children.options;
	options->pause_ms_max = (uint64_t)config->workers.respawn_pause_max_ms;
	options->heartbeat_timeout_ms = (uint64_t)config->workers.heartbeat_timeout_ms;
	options->ready_timeout_ms = (uint64_t)config->workers.ready_timeout_ms;
	options->log_target = (enum log_target)config->log.target;
	options->log_path = config->log.file;
}

static void children_prepare(struct master *master, child_main_fn *run_worker, child_main_fn *run_keeper)
{
	const struct children_options options = {
		.worker_main = run_worker, .keeper_main = run_keeper, .event = child_event, .context = master};
	struct process_start start = {.config = &master->settings->config,
								  .world_fd = master->segments.world_fd,
								  .catalog_fd = master->segments.catalog_fd,
								  .workers = master->workers};
	memcpy(start.wake_fd, master->segments.wake_fd, sizeof start.wake_fd);
	children_init(&master->children, master->loop, &master->segments.world, &options, &start, &master->vault,
				  master->listeners.fd, master->listeners.count);
	master_take_settings(master);
}

/* What the master hears: signals, the control socket, its timers. */
static bool outlets_open(struct master *master, int control_fd, struct problem *why)
{
	const struct config *config = &master->settings->config;
	change_init(master);
	master->signals = signals_open(master->loop, signal_rows, sizeof signal_rows / sizeof *signal_rows, master, why);
	if (master->signals == NULL)
		return false;
	const struct control_options control = {.path = config->control.socket,
											.mode = (mode_t)config->control.mode,
											.inherited = control_fd,
											.answer = orders_answer,
											.context = master};
	master->control = control_open(master->loop, &control, why);
	return master->control != NULL && timers_start(master, why);
}

/* Everything up to the first fork. */
static bool master_prepare(struct master *master, child_main_fn *run_worker, child_main_fn *run_keeper,
						   struct leftover *leftover, struct problem *why)
{
	const struct config *config = &master->settings->config;
	struct problem short_of;
	if (!descriptors_raise(limits_descriptors(config), &short_of))
		log_warning("%s", short_of.text);
	/* Cheap things first: a second server started by mistake is told so before it reads a world. */
	bool left = leftover_take(leftover);
	if (!resume_listeners(master, leftover) &&
		!listeners_open(&master->listeners, config->listen.host, (uint16_t)config->listen.port,
						limits_workers_most(config, master->workers), config->listen.backlog, why))
		return false;
	if (!privileges_drop(config, why))
		return false;
	master->resumed = resume_world(master, leftover);
	if (left && !master->resumed)
		leftover_forget(leftover);
	listeners_spread(&master->listeners, master->workers);
	if ((!master->resumed && !segments_create(&master->segments, config, master->workers, why)) ||
		!vault_create(&master->vault, master->segments.world.limits.connections, why) ||
		!fdstore_create(&master->fdstore, config->control.fd_store, master->segments.world.limits.connections, why))
		return false;
	master->loop = loop_create(why);
	if (master->loop == NULL)
		return false;
	children_prepare(master, run_worker, run_keeper);
	if (master->resumed)
		resume_clients(master, leftover);
	master->vault.store = &master->fdstore;
	fdstore_turn(&master->fdstore, &master->vault, &master->segments, &master->listeners);
	return outlets_open(master, 0, why);
}

static void master_release(struct master *master)
{
	change_destroy(master);
	control_close(&master->control);
	signals_close(&master->signals);
	loop_destroy(&master->loop);
	generation_release(master);
	segments_close(&master->segments);
	fdstore_forget_all(&master->fdstore, master->listeners.count);
	vault_destroy(&master->vault);
	fdstore_destroy(&master->fdstore);
	segments_destroy(&master->segments);
	listeners_close(&master->listeners);
}

static int master_end(struct master *master)
{
	if (master->start_failed) {
		const char *text = "could not start; the lines before this one say why";
		log_error("%s", text);
		daemon_report(master->daemon, DAEMON_EXIT_CANNOT_START, "could not start; the log says why");
		return DAEMON_EXIT_CANNOT_START;
	}
	char lived[DURATION_BYTES];
	duration_write(lived, loop_now_ms(master->loop) - master->started_ms);
	if (master->disorder) {
		log_error("stopped after %s, but not all was in order; the lines before this one say what", lived);
		return DAEMON_EXIT_NOT_IN_ORDER;
	}
	log_notice("stopped in order after %s", lived);
	return DAEMON_EXIT_OK;
}

static void master_begin(struct master *master, struct settings *settings, struct daemon *daemon)
{
	*master = (struct master){.settings = settings,
							  .daemon = daemon,
							  .workers = limits_workers(&settings->config),
							  .segments = {.catalog_fd = -1, .world_fd = -1},
							  .control_fd = -1};
	memset(master->segments.wake_fd, 0xff, sizeof master->segments.wake_fd);
	generation_init(&master->generation);
}

int master_run(struct settings *settings, struct daemon *daemon, child_main_fn *run_worker, child_main_fn *run_keeper)
{
	struct master master;
	struct leftover leftover;
	struct problem why = {.text = ""};
	master_begin(&master, settings, daemon);
	bool prepared = master_prepare(&master, run_worker, run_keeper, &leftover, &why);
	leftover_drop(&leftover);
	if (!prepared) {
		log_error("cannot start: %s", why.text);
		daemon_report(daemon, DAEMON_EXIT_CANNOT_START, why.text);
		master_release(&master);
		return DAEMON_EXIT_CANNOT_START;
	}
	master.started_ms = loop_now_ms(master.loop);
	log_notice("starting: %u maps, %llu MiB of shared memory, %u workers", master.segments.maps,
			   (unsigned long long)(master.segments.world.size >> 20), master.workers);
	if (child_spawn(&master.children, SLOT_KEEPER, master.started_ms)) {
		loop_run(master.loop);
	} else {
		master.start_failed = true;
	}
	int status = master_end(&master);
	master_release(&master);
	return status;
}

/* --- another program ---------------------------------------------------------------------------------------------- */

static bool take_over(struct master *master, struct handover *h, child_main_fn *run_worker, child_main_fn *run_keeper,
					  int record, const char *reason, struct problem *why)
{
	struct child others[CHILD_SLOTS];
	int passports[WORKERS_MAX];
	struct problem short_of;
	const struct config *config = &master->settings->config;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++)
		master->children.child[slot].channel = -1;
	if (!handover_read(master, h, record, why) ||
		(!(h->fresh && *reason == '\0' && h->reason[0] == '\0') && !segments_take_over(&master->segments, why)) ||
		!text_catalog_load(config->game.texts, why))
		return false;
	if (master->segments.world.base == NULL)
		master->segments.world.limits.connections = master->vault.size - 1; /* all that is known of it, and needed */
	memcpy(passports, master->children.start.passports, sizeof passports);
	if (!descriptors_raise(limits_descriptors(config), &short_of))
		log_warning("%s", short_of.text);
	master->loop = loop_create(why);
	if (master->loop == NULL)
		return false;
	if (!fdstore_create(&master->fdstore, config->control.fd_store, master->vault.size - 1, why))
		return false;
	for (uint32_t i = 1; i < master->vault.size; i++) {
		if (master->vault.entries[i].fd >= 0)
			fdstore_client_is_kept(&master->fdstore, i);
	}
	master->vault.store = &master->fdstore;
	fdstore_base_is_kept(&master->fdstore, master->listeners.count);
	memcpy(others, master->children.child, sizeof others);
	children_prepare(master, run_worker, run_keeper);
	memcpy(master->children.start.passports, passports, sizeof passports);
	return children_take_over(&master->children, others, why) && outlets_open(master, master->control_fd, why);
}

int master_take_over(struct settings *settings, struct daemon *daemon, child_main_fn *run_worker,
					 child_main_fn *run_keeper, int record, const char *reason, struct problem *why)
{
	static struct handover h; /* large */
	struct master master;
	master_begin(&master, settings, daemon);
	if (!take_over(&master, &h, run_worker, run_keeper, record, reason, why))
		return -1; /* nothing is given back: another program takes it */
	if (*reason != '\0')
		snprintf(h.reason, sizeof h.reason, "%s", reason);
	master.phase = MASTER_SERVING;
	if (!upgrade_go_on(&master, &h, why)) {
		control_abandon(&master.control);
		return -1;
	}
	handover_end(&master, &h, record);
	on_child(&master); /* who died meanwhile */
	loop_run(master.loop);
	int status = master_end(&master);
	master_release(&master);
	return status;
}
