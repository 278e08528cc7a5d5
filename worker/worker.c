#include "worker/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/point.h"
#include "common/base/password.h"
#include "worker/accept.h"
#include "worker/adopt.h"
#include "worker/arrival.h"
#include "worker/client.h"
#include "worker/departure.h"
#include "worker/game/leaving.h"
#include "worker/game/say.h"
#include "worker/game/tick.h"
#include "worker/game/weather.h"
#include "worker/master_line.h"
#include "worker/output.h"
#include "worker/reader.h"
#include "worker/session.h"
#include "worker/store_config.h"
#include "worker/vault_link.h"

enum {
	BURST_BYTES = 1 << 20, /* the largest snapshot: some 15,000 characters */
	DEADLINES_MS = 500,
	TICKS_MS = 20,
	TICK_LATE_MS = 250,   /* after that any worker runs another's tick */
	STOP_FLUSH_MS = 3000, /* for what is queued when the server stops */
	VAULT_RETRY_MS = 5,
	BACK_LOOK_MS = 2,        /* whether all are back */
	RETIRE_LOGINS_MS = 2000, /* for logins under way */
	RETIRE_OTHERS_MS = 3000, /* for the others to halt: longer than they have for their logins */
	RETIRE_TURN_MS = 2,
	HAND_OVER_MS = 5000,     /* for the master to take the passports */
	SLOW_EVERY_MS = 1000,    /* lines about what was slow */
	HEARTBEAT_MS = 1000,     /* the loop turns at least this often */
	LATE_MS = 10 * TICKS_MS, /* a turn so long after the last: this process stood still, or had too much to do */
};

enum tx_verdict worker_transaction(struct worker *w, const uint32_t *domains, unsigned count, tx_fn *fn, void *context)
{
	w->tx.now_ms = worker_now_ms(w);
	w->tx.unix_s = clock_unix_s();
	enum tx_verdict verdict = tx_run(&w->tx, domains, count, fn, context);
	w->read_urgently |= verdict == TX_COMMIT && w->tx.urgent;
	if (w->tx.paranoid_failures != w->paranoid_told) {
		w->paranoid_told = w->tx.paranoid_failures;
		log_error("paranoid: a rule wrote what it had not touched: %s", w->tx.paranoid_where);
	}
	return verdict;
}

/* --- the turn -------------------------------------------------------------------------------------------------------------------- */

static struct process_slot *own_slot(struct worker *w)
{
	return &w->world.processes[w->world.slot];
}

/* When the rings are read again by themselves: at once when there was nothing in them lately, else when the next slice of
 * time begins, so that what many players do is dealt with together. Flushes are due at the same moments (output.c). */
static uint64_t rings_due_ms(const struct worker *w)
{
	return (w->read_ms / w->pace.slice_ms + 1) * w->pace.slice_ms;
}

static void rings_read(struct worker *w)
{
	if (!w->read_urgently && worker_now_ms(w) < rings_due_ms(w))
		return;
	w->read_urgently = false;
	if (reader_pump(w))
		w->read_ms = worker_now_ms(w);
}

/* Says that we sleep, and how deep. Returns how long, ms; 0 = there is something to do. `hold`: the rings are not read now. */
static int fall_asleep(struct worker *w, int allowed_ms, bool hold)
{
	uint64_t now = worker_now_ms(w), due = rings_due_ms(w);
	bool dozing = !hold && now < due; /* the rings are looked at then, whatever comes */
	atomic_store(&own_slot(w)->asleep, dozing ? DOZING : ASLEEP);
	point("falling asleep");
	if (dozing)
		return allowed_ms >= 0 && allowed_ms < (int)(due - now) ? allowed_ms : (int)(due - now);
	/* First say that we sleep, then look once more: who publishes looks at `asleep` after publishing. */
	atomic_thread_fence(memory_order_seq_cst);
	if (hold || !reader_has_news(w))
		return allowed_ms;
	atomic_store(&own_slot(w)->asleep, AWAKE);
	return 0;
}

static int before_sleep(void *context)
{
	struct worker *w = context;
	accept_turn(w);
	bool hold = session_hold_goes_on(w);
	bool more = client_turn(w);
	if (!hold)
		rings_read(w);
	int allowed_ms = output_flush_due(w);
	point("flushed");
	vault_link_turn(w);
	atomic_store_explicit(&own_slot(w)->heartbeat_ms, worker_now_ms(w), memory_order_relaxed);
	count_add(&w->world, COUNT_turns, 1);
	if (more || w->input_first != NULL)
		return 0;
	if ((hold || w->accept_waits) && (allowed_ms < 0 || allowed_ms > BACK_LOOK_MS))
		allowed_ms = BACK_LOOK_MS;
	allowed_ms = fall_asleep(w, allowed_ms, hold);
	if (w->vault_count > 0 && (allowed_ms < 0 || allowed_ms > VAULT_RETRY_MS))
		allowed_ms = VAULT_RETRY_MS;
	return allowed_ms >= 0 && allowed_ms < HEARTBEAT_MS ? allowed_ms : HEARTBEAT_MS;
}

static void after_sleep(void *context)
{
	struct worker *w = context;
	uint64_t now = worker_now_ms(w);
	w->late = now - w->turn_ms > LATE_MS;
	w->turn_ms = now;
	if (pace_is_due(&w->pace, now))
		pace_look(&w->pace, now, pace_busy_ns(&w->pace, loop_busy_ns(w->loop)));
	/* Whoever does not see it yet wakes it once in vain. */
	atomic_store_explicit(&own_slot(w)->asleep, AWAKE, memory_order_relaxed);
}

static void woken(void *context, unsigned events)
{
	struct worker *w = context;
	uint64_t count;
	ssize_t n = read(w->start.wake_fd[w->world.slot], &count, sizeof count);
	w->read_urgently = true;
	(void)n;
	(void)events;
	count_add(&w->world, COUNT_wakeups, 1);
}

/* What to tell of us should the tick kill us: nobody's packet, but the map. */
static void tick_note(struct worker *w, uint32_t map)
{
	struct black_box *box = &own_slot(w)->black_box;
	*box = (struct black_box){.packet = UINT16_MAX, .map = (uint16_t)map};
	__atomic_store_n(&box->since_ms, worker_now_ms(w), __ATOMIC_RELEASE);
}

/* Ticks that are due: ours at once, those of others when they are late. */
static void ticks_run(void *context)
{
	struct worker *w = context;
	uint64_t now = worker_now_ms(w);
	if (w->retirement >= RETIRE_HALTED)
		return;
	if (weather_is_due(&w->world, now))
		worker_transaction(w, &w->world.realm_domain, 1, weather_tick, NULL);
	for (uint32_t map = 1; map <= w->world.limits.maps; map++) {
		uint64_t due = atomic_load_explicit(&w->world.tick_due_ms[map], memory_order_relaxed);
		if (due == 0 || due > now || (map % w->workers != w->world.slot && due + TICK_LATE_MS > now))
			continue;
		tick_note(w, map);
		w->tx.row = TRAFFIC_TICKS;
		if (worker_transaction(w, &map, 1, map_tick, &map) == TX_COMMIT)
			count_add(&w->world, COUNT_map_ticks, 1);
		__atomic_store_n(&own_slot(w)->black_box.since_ms, 0, __ATOMIC_RELEASE);
	}
}

/* Nobody of this worker was served meanwhile. The black box has what was done last in it. */
static void slow_tell(void *context, const char *name, uint64_t took_ms)
{
	static struct log_repeat repeat;
	struct worker *w = context;
	const struct black_box *box = &own_slot(w)->black_box;
	uint64_t suppressed;
	char last[200] = "nothing of anybody's", who[128];
	uint64_t now = clock_mono_ms();
	if (w->tx.slow_at_ms != 0 && now - w->tx.slow_at_ms <= took_ms)
		return; /* a transaction in it: slow.h has said which */
	if (!log_repeat_due(&repeat, now, SLOW_EVERY_MS, &suppressed))
		return;
	const struct client *client = &w->clients[box->connection];
	if (box->packet != UINT16_MAX && box->connection != 0)
		snprintf(last, sizeof last, "packet %s of %s, map %u", c2s_name(box->packet),
				 client->c != NULL ? client_describe(w, client, who, sizeof who) : "somebody who is gone", box->map);
	else if (box->map != 0)
		snprintf(last, sizeof last, "the tick of map %u", box->map);
	log_warning(
		"slow: %s took %llu ms (log.slow_ms %d); the last thing before its end was %s (%llu more since the last "
		"such line)",
		name, (unsigned long long)took_ms, w->config->log.slow_ms, last, (unsigned long long)suppressed);
}

static void deadlines_run(void *context)
{
	client_deadlines(context);
}

/* --- stopping ---------------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict leave_for_the_stop(struct tx *tx, void *context)
{
	uint32_t index = *(const uint32_t *)context;
	uint32_t map = tx->world->bodies[index].map;
	if (map == 0)
		return TX_CANCEL;
	if (!tx_need(tx, map) || !tx_need(tx, tx->world->realm_domain))
		return TX_AGAIN;
	if (tx->world->bodies[index].map != map)
		return TX_CANCEL; /* it moved on: the next round has it */
	leave_game(tx, index, CLOSE_SERVER_STOPPING, TEXT_SERVER_STOPPING);
	return TX_COMMIT;
}

static void everybody_leaves(struct worker *w)
{
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		struct client *client = &w->clients[i];
		if (client->c == NULL || client->c->phase == CONNECTION_CLOSING)
			continue;
		uint32_t player = client->c->player.index;
		if (client->c->phase != CONNECTION_PLAYING || player == 0) {
			client_close(w, client, CLOSE_SERVER_STOPPING);
			continue;
		}
		uint32_t domains[2] = {w->world.bodies[player].map, w->world.realm_domain};
		worker_transaction(w, domains, 2, leave_for_the_stop, &player);
	}
}

static void stop_finish(void *context)
{
	struct worker *w = context;
	everybody_leaves(w);
	w->leaving_since_ms = worker_now_ms(w);
}

static void stop_begin(struct worker *w, bool at_once)
{
	int countdown_s = w->config->workers.stop_countdown_s;
	atomic_store(&own_slot(w)->state, PROCESS_STOPPING);
	w->retirement = RETIRE_NOT; /* stopping is more */
	if (w->stopping) {
		if (w->leaving_since_ms == 0 && at_once)
			stop_finish(w);
		return;
	}
	w->stopping = true;
	accept_stop(w);
	if (at_once || countdown_s == 0 || w->clients_open == 0) {
		stop_finish(w);
		return;
	}
	uint8_t bytes[512];
	char text[256];
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		struct client *client = &w->clients[i];
		if (client->c == NULL || client->c->phase != CONNECTION_PLAYING)
			continue;
		struct packet_writer writer;
		packet_writer_start(&writer, bytes, sizeof bytes, (enum dialect)client->c->dialect);
		PUT(&writer, CONSOLE_MSG, .text = text_format(text, sizeof text, TEXT_SERVER_STOPS_IN, countdown_s),
			.font = FONT_SERVER);
		output_say(w, client, bytes, writer.length);
	}
	loop_timer_once(w->loop, (uint64_t)countdown_s * 1000, stop_finish, w, "stop");
}

/* --- retiring ---------------------------------------------------------------------------------------------------------------------- */

static void retire_step(struct worker *w, enum retirement step)
{
	w->retirement = step;
	w->retirement_ms = worker_now_ms(w);
}

static void retire_begin(struct worker *w)
{
	if (w->stopping || w->retirement != RETIRE_NOT)
		return;
	accept_stop(w);
	retire_step(w, RETIRE_LOGINS);
}

/* Whoever lives has halted, and whoever does not can do nothing. */
static bool all_have_halted(const struct worker *w)
{
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++) {
		uint32_t state = atomic_load(&w->world.processes[slot].state);
		if (state != PROCESS_ABSENT && state != PROCESS_STOPPING)
			return false;
	}
	return true;
}

/* What happened until all had halted is still read and told; then everything is still. */
static void retire_go_on(struct worker *w)
{
	uint64_t waited_ms = worker_now_ms(w) - w->retirement_ms;
	if (w->retirement == RETIRE_LOGINS && (w->sessions_open == 0 || waited_ms > RETIRE_LOGINS_MS)) {
		retire_step(w, RETIRE_HALTED);
		atomic_store(&own_slot(w)->state, PROCESS_STOPPING);
	} else if (w->retirement == RETIRE_HALTED && (all_have_halted(w) || waited_ms > RETIRE_OTHERS_MS)) {
		reader_pump(w);
		output_flush_due(w);
		retire_step(w, RETIRE_DONE);
	}
}

static bool hand_over(const struct worker *w, int fd, unsigned count)
{
	struct master_message body = {.kind = MASTER_PASSPORTS, .connection = count};
	uint64_t until_ms = clock_mono_ms() + HAND_OVER_MS;
	while (!vault_link_send(w->start.master, &body, fd)) {
		if (errno != EAGAIN || clock_mono_ms() >= until_ms)
			return false;
		poll(&(struct pollfd){.fd = w->start.master, .events = POLLOUT}, 1, RETIRE_TURN_MS);
	}
	return true;
}

/* Deposits and drops first: the master must have the sockets that the passports speak of. */
static bool vault_link_finish(struct worker *w)
{
	uint64_t until_ms = clock_mono_ms() + HAND_OVER_MS;
	for (vault_link_turn(w); w->vault_count > 0 && clock_mono_ms() < until_ms; vault_link_turn(w))
		poll(&(struct pollfd){.fd = w->start.master, .events = POLLOUT}, 1, RETIRE_TURN_MS);
	return w->vault_count == 0;
}

static bool passports_write(struct worker *w, struct problem *why)
{
	struct passport_writer writer;
	struct problem trouble;
	if (!passport_writer_begin(&writer, why))
		return false;
	for (uint32_t i = 1; i <= w->world.limits.connections; i++) {
		const struct client *client = &w->clients[i];
		if (client->c != NULL && !client->shut &&
			!departure_write(&w->world, i, PROCESS_SLOTS, client->c->fd, &writer, &trouble))
			log_error("%s; it cannot come along", trouble.text);
	}
	unsigned count = writer.count;
	point("passports written");
	int fd = passport_writer_end(&writer, why);
	if (fd < 0)
		return false;
	bool good = vault_link_finish(w) && hand_over(w, fd, count);
	close(fd);
	return good || problem_set(why, "the master does not take the passports");
}

/* Returns the exit status. */
static int retire_finish(struct worker *w)
{
	struct problem why;
	if (passports_write(w, &why))
		return PROCESS_EXIT_RETIRED;
	log_error("cannot retire: %s", why.text);
	return PROCESS_EXIT_CANNOT_RETIRE;
}

static void signal_came(void *context, unsigned events)
{
	struct worker *w = context;
	struct problem why;
	(void)events;
	for (int number; (number = process_signal_read(w->signals)) != 0;) {
		if (number == SIGTERM || number == SIGQUIT)
			stop_begin(w, number == SIGQUIT);
		else if (!log_reopen(&why))
			log_warning("log: %s", why.text);
	}
}

static void make_way_begin(struct worker *w)
{
	if (w->stopping || w->making_way || w->retirement != RETIRE_NOT)
		return;
	w->making_way = true;
	accept_stop(w); /* newcomers wait in the listening socket, for whoever serves it next */
}

/* Between two turns: no transaction runs, every packet is whole. What the predecessor of a slot must not leave behind is
 * done: no login hangs in the air, and the vault has every socket. */
static bool way_is_made(const struct worker *w)
{
	return w->making_way && !w->stopping && w->sessions_open == 0 && w->vault_count == 0;
}

static void master_speaks(void *context, unsigned events)
{
	struct worker *w = context;
	struct master_wishes wishes;
	(void)events;
	if (master_line_hear(w->start.master, &wishes)) {
		if (wishes.team != 0) {
			w->workers = wishes.team;
			accept_update(w);
		}
		if (wishes.retire)
			retire_begin(w);
		if (wishes.make_way)
			make_way_begin(w);
		return;
	}
	loop_fd_remove(&w->master_watch);
	w->exit = PROCESS_EXIT_MASTER_GONE;
	if (w->config->control.fd_store && !w->stopping) {
		log_error("the master died: this worker ends, its players' connections wait for the next one");
		w->retirement = RETIRE_NOT;
		make_way_begin(w);
		return;
	}
	log_error("the master died: the players' characters leave in order, then this worker ends");
	stop_begin(w, true);
}

/* Everybody left and everything was sent, or it takes too long. */
static bool stop_is_done(struct worker *w)
{
	if (!w->stopping || w->leaving_since_ms == 0)
		return false;
	return w->clients_open == 0 || worker_now_ms(w) - w->leaving_since_ms > STOP_FLUSH_MS;
}

/* --- birth -------------------------------------------------------------------------------------------------------------------------- */

static bool signals_open(struct worker *w, struct problem *why)
{
	w->signals = process_signals_open(why);
	return w->signals >= 0;
}

static bool world_join(struct worker *w, struct problem *why)
{
	if (!world_attach(&w->world, w->start.world_fd, why))
		return false;
	memcpy(w->world.wake_fd, w->start.wake_fd, sizeof w->world.wake_fd);
	w->catalog = catalog_attach(w->start.catalog_fd, why);
	if (w->catalog == NULL)
		return false;
	w->predecessor = w->world.processes[w->start.slot].black_box;
	world_enter_slot(&w->world, w->start.slot, getpid(), clock_mono_ms());
	tx_init(&w->tx, &w->world, w->catalog, w->config);
	w->tx.dialect = w->config->game.dialect;
	w->tx.paranoia = w->config->world.paranoid ? PARANOIA_DOMAINS : PARANOIA_OFF;
	w->charset = w->config->game.charset;
	rng_seed(&w->rng, w->world.header->seed ^ ((uint64_t)w->world.life << 32 | (w->world.slot + 1)));
	return true;
}

static bool tables_create(struct worker *w, struct problem *why)
{
	w->burst_capacity = BURST_BYTES;
	w->burst = malloc(BURST_BYTES);
	w->clients = calloc((size_t)w->world.limits.connections + 1, sizeof *w->clients);
	if (w->burst == NULL || w->clients == NULL)
		return problem_set(why, "out of memory for %u connections", w->world.limits.connections);
	w->connection_hint = w->world.slot * (w->world.limits.connections / w->world.limits.workers);
	return output_pool_create(w, why) && reader_create(w, why) && vault_link_create(w, why);
}

static bool loop_prepare(struct worker *w, struct problem *why)
{
	w->loop = loop_create(why);
	if (w->loop == NULL)
		return false;
	if (w->config->log.slow_ms > 0)
		loop_slow(w->loop, (uint64_t)w->config->log.slow_ms, slow_tell, w);
	pace_begin(&w->pace, worker_now_ms(w));
	loop_before_sleep(w->loop, before_sleep, w);
	loop_after_sleep(w->loop, after_sleep, w);
	w->jobs =
		jobs_create(w->loop, (unsigned)w->config->limits.jobs_threads, (unsigned)w->config->limits.jobs_queue, why);
	if (w->jobs == NULL)
		return false;
	struct store_options options = store_options_from_config(w->config);
	w->store = store_create(&options, STORE_READER, w->loop, w->jobs, why);
	if (w->store == NULL)
		return false;
	w->master_watch = loop_fd_add(w->loop, w->start.master, LOOP_READ, master_speaks, w, "master");
	if (loop_fd_add(w->loop, w->start.wake_fd[w->start.slot], LOOP_READ, woken, w, "wake-ups") == NULL ||
		loop_fd_add(w->loop, w->signals, LOOP_READ, signal_came, w, "signals") == NULL || w->master_watch == NULL)
		return problem_set(why, "epoll: %s", strerror(errno));
	loop_timer_every(w->loop, DEADLINES_MS, deadlines_run, w, "deadlines");
	loop_timer_every(w->loop, TICKS_MS, ticks_run, w, "map ticks");
	return true;
}

static bool worker_start(struct worker *w, struct problem *why)
{
	return password_start(why) && signals_open(w, why) && world_join(w, why) && loop_prepare(w, why) &&
		   tables_create(w, why);
}

static void worker_ready(struct worker *w)
{
	point("almost ready");
	atomic_store(&own_slot(w)->state, PROCESS_READY);
	point("state ready");
	master_line_say_ready(w->start.master); /* a dead master is noticed by its EOF */
}

static void worker_free(struct worker *w)
{
	store_destroy(&w->store);
	jobs_destroy(&w->jobs);
	reader_destroy(w);
	output_pool_destroy(w);
	vault_link_destroy(w);
	pace_end(&w->pace);
	loop_destroy(&w->loop);
	free(w->burst);
	free(w->clients);
	tx_release(&w->tx);
	free(w);
}

int worker_main(const struct process_start *start)
{
	struct problem why;
	struct worker *w = calloc(1, sizeof *w);
	if (w == NULL)
		return PROCESS_EXIT_CANNOT_START;
	w->start = *start;
	w->config = start->config;
	w->workers = start->workers;
	if (!worker_start(w, &why)) {
		log_error("cannot start: %s", why.text);
		free(w); /* the rest goes with the process */
		return PROCESS_EXIT_CANNOT_START;
	}
	point("born");
	session_release_leftovers(w);
	point("leftovers released");
	adopt_connections(w, &w->predecessor);
	point("adopted");
	arrival_take(w);
	session_hold_begin(w);
	point("arrived");
	adopt_close_leftovers(w);
	if (!accept_start(w, &why)) {
		log_error("cannot start: %s", why.text);
		worker_free(w);
		return PROCESS_EXIT_CANNOT_START;
	}
	worker_ready(w);
	point("ready said");
	while (!stop_is_done(w) && w->retirement != RETIRE_DONE && !way_is_made(w)) {
		loop_turn(w->loop, w->stopping || w->making_way ? 50 : w->retirement != RETIRE_NOT ? RETIRE_TURN_MS : -1);
		retire_go_on(w);
	}
	int status = w->exit;
	if (w->retirement == RETIRE_DONE)
		status = retire_finish(w);
	else if (way_is_made(w) && w->exit == PROCESS_EXIT_DONE)
		status = PROCESS_EXIT_MADE_WAY;
	atomic_store(&own_slot(w)->state, PROCESS_ABSENT);
	log_info("stopped; %llu transactions in this life", (unsigned long long)w->tx.runs);
	worker_free(w);
	return status;
}
