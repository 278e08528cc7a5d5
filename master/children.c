#include "master/children.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/fd_passing.h"
#include "common/loop/loop.h"
#include "worker/master_line.h"
#include "master/child_start.h"
#include "master/duration.h"
#include "master/obituary.h"
#include "master/vault.h"

enum { MESSAGES_PER_TURN = 512 }; /* of one child, before others have their turn */

const char *child_name(unsigned slot, char buffer[16])
{
	if (slot == SLOT_KEEPER)
		return "keeper";
	snprintf(buffer, 16, "worker %u", slot % 1000);
	return buffer;
}

uint64_t child_pause_ms(unsigned deaths_running, uint64_t max_ms)
{
	if (deaths_running <= 1)
		return 0;
	unsigned doublings = deaths_running - 2 < 20 ? deaths_running - 2 : 20;
	uint64_t pause_ms = (uint64_t)CHILD_PAUSE_FIRST_MS << doublings;
	return pause_ms < max_ms ? pause_ms : max_ms;
}

void children_init(struct children *children, struct loop *loop, struct world *world,
				   const struct children_options *options, const struct process_start *start, struct vault *vault,
				   const int *listeners, unsigned listener_count)
{
	*children = (struct children){.options = *options,
								  .loop = loop,
								  .world = world,
								  .start = *start,
								  .vault = vault,
								  .listeners = listeners,
								  .listener_count = listener_count};
	children->start.former_world_fd = -1;
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++)
		children->start.passports[slot] = -1;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++)
		children->child[slot] = (struct child){.children = children, .slot = slot, .channel = -1};
}

/* --- the channel -------------------------------------------------------------------------------------------------- */

static void channel_close(struct child *child)
{
	loop_fd_remove(&child->watch);
	if (child->channel >= 0)
		close(child->channel);
	child->channel = -1;
}

static void ready_take(struct child *child, uint32_t flags)
{
	char name[16];
	if (child->ready)
		return;
	child->ready = true;
	child->blame = false; /* it was told, and has done what follows from it */
	child->inherits &= ~child->inherited;
	child->inherited = 0;
	child->listens = (flags & CHILD_LISTENS) != 0;
	uint64_t took_ms = loop_now_ms(child->children->loop) - child->born_ms;
	/* The first ones are summed up by the line that says that the server is ready. */
	log_line(child->restarts > 0 ? LOG_LEVEL_NOTICE : LOG_LEVEL_DEBUG, "%s (pid %d) is ready after %llu ms",
			 child_name(child->slot, name), (int)child->pid, (unsigned long long)took_ms);
	child->children->options.event(child->children->options.context, child, CHILD_IS_READY);
}

/* One message and the descriptor that came with it, -1 = none. As recv: 0 = the child closed its end. */
static ssize_t message_receive(int channel, struct master_message *message, int *fd, bool *truncated)
{
	struct iovec iov = {.iov_base = message, .iov_len = sizeof *message};
	union fd_room room;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	*fd = -1;
	fd_passing_expect(&msg, &room);
	ssize_t n = recvmsg(channel, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return n;
	fd_passing_take(&msg, fd, 1);
	*truncated = (msg.msg_flags & MSG_CTRUNC) != 0;
	return n;
}

static void deposit_take(struct child *child, const struct master_message *message, int fd, bool truncated)
{
	struct children *children = child->children;
	uint64_t suppressed;
	bool good = fd >= 0 && children->vault != NULL &&
				vault_deposit(children->vault, child->slot, message->connection, message->generation, fd);
	if (!good && log_repeat_due(&children->vault_trouble, loop_now_ms(children->loop), 60000, &suppressed))
		log_error(
			"vault: the socket of connection %u could not be kept%s; it would not survive the death of its worker "
			"(%llu more since the last such line)",
			message->connection, truncated ? ", the master has no descriptor left" : "",
			(unsigned long long)suppressed);
}

static void passports_take(struct child *child, int fd)
{
	int *kept = &child->children->start.passports[child->slot % WORKERS_MAX];
	if (*kept >= 0)
		close(*kept);
	*kept = fd;
}

static void message_take(struct child *child, const struct master_message *message, int fd, bool truncated)
{
	switch (message->kind) {
	case MASTER_DEPOSIT:
		deposit_take(child, message, fd, truncated);
		return;
	case MASTER_PASSPORTS:
		passports_take(child, fd);
		return;
	case MASTER_DROP:
		if (child->children->vault != NULL)
			vault_drop(child->children->vault, message->connection, message->generation);
		break;
	case MASTER_READY:
		ready_take(child, message->reserve);
		break;
	default:
		break;
	}
	if (fd >= 0)
		close(fd); /* nobody asked for it */
}

/* What the child said, at most so many messages. Closes the channel when it closed its end: its death is told by
 * SIGCHLD. */
static void channel_drain(struct child *child, unsigned messages)
{
	while (child->channel >= 0 && messages-- > 0) {
		struct master_message message;
		int fd;
		bool truncated = false;
		ssize_t n = message_receive(child->channel, &message, &fd, &truncated);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			channel_close(child);
			return;
		}
		if (n == (ssize_t)sizeof message)
			message_take(child, &message, fd, truncated);
		else if (fd >= 0)
			close(fd);
	}
}

static void channel_read(void *context, unsigned events)
{
	(void)events;
	channel_drain(context, MESSAGES_PER_TURN);
}

static bool child_tell(const struct child *child, struct master_message message)
{
	return child->pid != 0 && child->channel >= 0 &&
		   send(child->channel, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

unsigned children_set_log_level(struct children *children, enum log_level level)
{
	const struct master_message message = {.kind = MASTER_LOG_LEVEL, .reserve = level};
	unsigned deaf = 0;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		const struct child *child = &children->child[slot];
		deaf += child->pid != 0 && !(child->listens && child_tell(child, message));
	}
	return deaf;
}

static bool keeper_tell(struct children *children, struct master_message message)
{
	const struct child *keeper = &children->child[SLOT_KEEPER];
	return keeper->ready && child_tell(keeper, message);
}

bool child_make_way(struct children *children, unsigned slot)
{
	struct child *child = &children->child[slot];
	if (!child_tell(child, (struct master_message){.kind = MASTER_MAKE_WAY}))
		return false;
	child->making_way = true;
	return true;
}

bool child_give_up(struct children *children, unsigned slot, unsigned heir)
{
	struct child *child = &children->child[slot];
	child->given_up = true;
	child->heir = heir;
	return child_make_way(children, slot);
}

void child_keep(struct children *children, unsigned slot)
{
	children->child[slot].given_up = false;
}

void children_set_team(struct children *children, unsigned workers)
{
	children->start.workers = workers;
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++)
		child_tell(&children->child[slot], (struct master_message){.kind = MASTER_TEAM, .reserve = workers});
}

void child_abandon(struct children *children, unsigned slot)
{
	struct child *child = &children->child[slot];
	child->wanted = false;
	child->due_ms = 0;
	child_kill(children, slot);
}

void child_kill(struct children *children, unsigned slot)
{
	struct child *child = &children->child[slot];
	char name[16];
	if (child->pid == 0)
		return;
	log_error("%s (pid %d) takes too long: killing it", child_name(slot, name), (int)child->pid);
	child->overdue = true;
	kill(child->pid, SIGKILL);
}

bool children_ask_audit(struct children *children, enum audit_reach reach, uint32_t request)
{
	return keeper_tell(children,
					   (struct master_message){.kind = MASTER_AUDIT, .connection = request, .reserve = reach});
}

bool children_ask_map_reset(struct children *children, uint32_t map)
{
	return keeper_tell(children, (struct master_message){.kind = MASTER_RESET_MAP, .connection = map});
}

/* --- birth -------------------------------------------------------------------------------------------------------- */

/* In the child; does not return. */
static _Noreturn void child_run(struct children *children, unsigned slot, int channel, pid_t master)
{
	char name[16];
	struct problem why = {.text = ""};
	bool master_gone;
	struct process_start start = children->start;
	start.slot = slot;
	start.master = channel;
	start.listeners = 0;
	start.blame = children->child[slot].blame;
	start.inherits = children->child[slot].inherits;
	while (slot < WORKERS_MAX && start.listeners < children->listener_count) {
		start.listener[start.listeners] = children->listeners[start.listeners];
		start.listeners++;
	}
	if (slot < WORKERS_MAX && children->vault != NULL) {
		vault_forget_others(children->vault, slot); /* in this process's copy */
		start.vault = children->vault->entries;
		start.vault_size = children->vault->size;
	}

	const struct child_start beginning = {.name = child_name(slot, name),
										  .master = master,
										  .log_target = children->options.log_target,
										  .log_path = children->options.log_path};
	if (!child_start(&beginning, &start, &master_gone, &why)) {
		if (!master_gone)
			log_error("%s could not start: %s", beginning.name, why.text);
		_exit(master_gone ? PROCESS_EXIT_MASTER_GONE : PROCESS_EXIT_CANNOT_START);
	}
	/* _exit: what the master had in its buffers and its exit handlers is not the child's. */
	_exit(slot == SLOT_KEEPER ? children->options.keeper_main(&start) : children->options.worker_main(&start));
}

/* Until the child has entered its slot, the slot shows a birth and a fresh heartbeat. */
static void slot_prepare(struct children *children, unsigned slot, uint64_t now_ms)
{
	struct process_slot *process = &children->world->processes[slot];
	atomic_store(&process->heartbeat_ms, now_ms);
	atomic_store(&process->born_ms, now_ms);
	atomic_store(&process->state, PROCESS_STARTING);
}

static void slot_clear(struct children *children, unsigned slot)
{
	struct process_slot *process = &children->world->processes[slot];
	atomic_store(&process->state, PROCESS_ABSENT);
	atomic_store(&process->pid, 0);
}

/* Plans the next try. Returns the pause in ms. */
static uint64_t successor_plan(struct child *child, uint64_t now_ms)
{
	uint64_t pause_ms = child_pause_ms(child->deaths_running, child->children->options.pause_ms_max);
	child->due_ms = now_ms + pause_ms;
	return pause_ms;
}

static bool birth_fails(struct child *child, uint64_t now_ms, const char *what, int error)
{
	char name[16];
	slot_clear(child->children, child->slot);
	child->deaths_running = child->deaths_running < 2 ? 2 : child->deaths_running + 1; /* never at once again */
	if (child->children->keep_up && child->wanted) {
		uint64_t pause_ms = successor_plan(child, now_ms);
		log_error("%s cannot be started: %s: %s; next try in %llu ms", child_name(child->slot, name), what,
				  strerror(error), (unsigned long long)pause_ms);
	} else {
		log_error("%s cannot be started: %s: %s", child_name(child->slot, name), what, strerror(error));
	}
	return false;
}

bool child_spawn(struct children *children, unsigned slot, uint64_t now_ms)
{
	struct child *child = &children->child[slot];
	int pair[2];
	if (child->pid != 0)
		return true;
	child->wanted = true;
	child->due_ms = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return birth_fails(child, now_ms, "socketpair", errno);
	slot_prepare(children, slot, now_ms);
	pid_t master = getpid();
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before); /* what comes while the child has our handlers waits for its own mask */
	pid_t pid = fork();
	if (pid == 0)
		child_run(children, slot, pair[1], master);
	int error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return birth_fails(child, now_ms, "fork", error);
	}

	child->pid = pid;
	child->channel = pair[0];
	child->ready = child->listens = child->told_to_stop = child->overdue = child->clean_end = false;
	child->making_way = child->put_down = child->retiring = false;
	child->hung_ms = 0;
	child->inherited = child->inherits;
	child->born_ms = now_ms;
	child->watch = loop_fd_add(children->loop, child->channel, LOOP_READ, channel_read, child, "channel of a child");
	if (child->watch == NULL) { /* deaf to its READY: better dead, and counted as such */
		log_error("master: cannot watch the channel of pid %d: %s", (int)pid, strerror(errno));
		kill(pid, SIGKILL);
	}
	return true;
}

bool children_take_over(struct children *children, const struct child *others, struct problem *why)
{
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		struct child *child = &children->child[slot];
		*child = others[slot];
		child->children = children;
		child->slot = slot;
		child->watch = NULL;
		if (child->channel < 0)
			continue;
		child->watch =
			loop_fd_add(children->loop, child->channel, LOOP_READ, channel_read, child, "channel of a child");
		if (child->watch == NULL)
			return problem_set(why, "cannot watch the channel of pid %d: %s", (int)child->pid, strerror(errno));
	}
	children->keep_up = true;
	return true;
}

/* --- death -------------------------------------------------------------------------------------------------------- */

static void obituary_log(const struct child *child, const struct obituary *o)
{
	char text[768];
	char lived[DURATION_BYTES];
	if (child->clean_end) {
		const char *how = child->making_way                                ? "made way for its successor"
						  : child_exited_with(child, PROCESS_EXIT_RETIRED) ? "retired in order"
																		   : "stopped in order";
		log_info("%s (pid %d) %s, after %s", o->who, (int)o->pid, how, duration_write(lived, o->lived_ms));
		return;
	}
	if (child->put_down) {
		log_info("%s (pid %d) was put down, after %s: the world is made anew", o->who, (int)o->pid,
				 duration_write(lived, o->lived_ms));
		return;
	}
	obituary_write(text, sizeof text, o);
	log_error("%s", text);
}

bool child_exited_with(const struct child *child, enum process_exit code)
{
	return WIFEXITED(child->status) && WEXITSTATUS(child->status) == (int)code;
}

/* What is done about it, in words, and planned: the caller starts who is due. */
static void successor_decide(struct child *child, uint64_t now_ms, char *text, size_t size)
{
	struct children *children = child->children;
	if (child_exited_with(child, PROCESS_EXIT_FENCED)) {
		child->wanted = false; /* the store is another server's: a successor must not take it back */
		snprintf(text, size, "not started again");
		return;
	}
	if (children->changing && (!child->wanted || !children->keep_up)) {
		snprintf(text, size, "the generation of the world is changing, who follows it is decided there");
		return;
	}
	if (!child->wanted || !children->keep_up) {
		snprintf(text, size, "not started again, the server is %s", children->keep_up ? "stopping" : "not up yet");
		return;
	}
	uint64_t pause_ms = successor_plan(child, now_ms);
	child->restarts++;
	int n;
	if (pause_ms == 0)
		n = snprintf(text, size, "starting again at once (restart %u)", child->restarts);
	else
		n = snprintf(text, size, "starting again in %llu ms (restart %u; death %u in a row)",
					 (unsigned long long)pause_ms, child->restarts, child->deaths_running);
	if (child->slot < WORKERS_MAX && children->vault != NULL && n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, ", %u connections kept for it", vault_count(children->vault, child->slot));
}

/* A crash or a hang is the process's own fault; SIGKILL comes from outside (the host's memory, an operator). */
static bool died_by_own_fault(const struct child *child, int status)
{
	if (child->hung_ms > 0)
		return true;
	return WIFSIGNALED(status) && !child->overdue && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGTERM;
}

/* It made way. Its successor is due at once; or there is none, and its heir gets what it had. */
static void way_made(struct child *child, uint64_t now_ms)
{
	struct children *children = child->children;
	child->deaths_running = 0;
	child->due_ms = child->wanted ? now_ms : 0;
	if (!child->given_up)
		return;
	child->wanted = false;
	child->due_ms = 0;
	if (children->vault != NULL)
		vault_give(children->vault, child->slot, child->heir);
	children->child[child->heir].inherits |= UINT64_C(1) << child->slot | child->inherits;
	child->inherits = child->inherited = 0;
}

static void child_bury(struct child *child, int status, uint64_t now_ms)
{
	struct children *children = child->children;
	char name[16], what_is_done[160];
	if (child->channel >= 0)
		channel_drain(child, UINT32_MAX); /* what it said before it died counts: READY, and sockets for the vault */
	channel_close(child);

	struct obituary o = {.who = child_name(child->slot, name),
						 .pid = child->pid,
						 .status = status,
						 .hung_ms = child->hung_ms,
						 .overdue = child->overdue,
						 .lived_ms = now_ms > child->born_ms ? now_ms - child->born_ms : 0,
						 .box = children->world->processes[child->slot].black_box,
						 .what_is_done = what_is_done};
	slot_clear(children, child->slot);
	child->pid = 0;
	child->status = status;
	bool made_way = child->making_way && child_exited_with(child, PROCESS_EXIT_MADE_WAY);
	child->own_fault = false;
	child->clean_end = made_way || (child->told_to_stop && (child_exited_with(child, PROCESS_EXIT_DONE) ||
															child_exited_with(child, PROCESS_EXIT_RETIRED)));
	if (made_way) {
		way_made(child, now_ms);
		obituary_log(child, &o);
		children->options.event(children->options.context, child, CHILD_ENDED);
		return;
	}
	child->deaths_running = o.lived_ms >= CHILD_SETTLED_MS ? 1 : child->deaths_running + 1;
	child->own_fault = died_by_own_fault(child, status);
	child->map = o.box.since_ms != 0 ? o.box.map : 0;
	child->blame |= child->own_fault;
	child->due_ms = 0;
	if (!child->wanted && children->vault != NULL && !children->changing)
		vault_drop_slot(children->vault, child->slot);
	successor_decide(child, now_ms, what_is_done, sizeof what_is_done);
	obituary_log(child, &o);
	children->options.event(children->options.context, child, CHILD_ENDED);
}

static void due_spawn(struct children *children, uint64_t now_ms)
{
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		struct child *child = &children->child[slot];
		if (child->pid == 0 && child->wanted && child->due_ms != 0 && child->due_ms <= now_ms)
			child_spawn(children, slot, now_ms);
	}
}

void children_reap(struct children *children, uint64_t now_ms)
{
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		struct child *child = &children->child[slot];
		int status;
		if (child->pid != 0 && waitpid(child->pid, &status, WNOHANG) == child->pid)
			child_bury(child, status, now_ms);
	}
	due_spawn(children, now_ms);
}

/* --- watching ----------------------------------------------------------------------------------------------------- */

/* The later of the two, without trusting a heartbeat from the future. */
static uint64_t age_ms(uint64_t now_ms, uint64_t heartbeat_ms, uint64_t not_before_ms)
{
	uint64_t since = heartbeat_ms > not_before_ms ? heartbeat_ms : not_before_ms;
	return now_ms > since ? now_ms - since : 0;
}

static void heartbeat_check(struct child *child, uint64_t now_ms)
{
	struct children *children = child->children;
	char name[16], age_text[DURATION_BYTES], limit_text[DURATION_BYTES];
	if (child->pid == 0 || (child->told_to_stop && !child->retiring) || child->hung_ms != 0)
		return; /* how long stopping may take is the business of who told it to; while one retires all players wait */
	uint64_t not_before = children->grace_ms > child->born_ms ? children->grace_ms : child->born_ms;
	uint64_t age = age_ms(now_ms, atomic_load(&children->world->processes[child->slot].heartbeat_ms), not_before);
	uint64_t limit = children->options.heartbeat_timeout_ms, birth = CHILD_START_MS;
	/* A keeper may have to wait for its store; a worker that is born has players who wait for it. */
	if (child->slot != SLOT_KEEPER && children->options.ready_timeout_ms < birth)
		birth = children->options.ready_timeout_ms;
	if (!child->ready && limit < birth)
		limit = birth;
	if (age <= limit)
		return;
	log_error("%s (pid %d) gives no sign of life for %s (allowed: %s): killing it", child_name(child->slot, name),
			  (int)child->pid, duration_write(age_text, age), duration_write(limit_text, limit));
	child->hung_ms = age;
	kill(child->pid, SIGKILL);
}

void children_tick(struct children *children, uint64_t now_ms)
{
	/* When the whole machine or the whole group of processes was stopped, or has no time for us, everybody's heartbeat is
	 * old, and nobody is hung: all get their time anew. */
	uint64_t most_ms = children->options.heartbeat_timeout_ms / 2;
	if (children->ticked_ms != 0 && now_ms - children->ticked_ms > (most_ms < 2000 ? most_ms : 2000))
		children->grace_ms = now_ms;
	children->ticked_ms = now_ms;
	due_spawn(children, now_ms);
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++)
		heartbeat_check(&children->child[slot], now_ms);
}

/* --- stopping ----------------------------------------------------------------------------------------------------- */

static void child_stop(struct child *child, int number)
{
	child->wanted = false;
	child->due_ms = 0;
	if (child->pid == 0)
		return;
	child->told_to_stop = true;
	kill(child->pid, number);
}

void children_stop_workers(struct children *children, int number)
{
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++)
		child_stop(&children->child[slot], number);
}

void children_stop_keeper(struct children *children, bool again, uint64_t now_ms)
{
	struct child *keeper = &children->child[SLOT_KEEPER];
	if (again && keeper->pid == 0)
		child_spawn(children, SLOT_KEEPER, now_ms); /* TERM waits, blocked, until it reads its signals */
	child_stop(keeper, SIGTERM);
}

/* --- a change of generation ------------------------------------------------------------------------------------------ */

void children_put_down(struct children *children, bool keeper_too)
{
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		struct child *child = &children->child[slot];
		if (slot == SLOT_KEEPER && !keeper_too)
			continue;
		child->wanted = false;
		child->due_ms = 0;
		if (child->pid == 0)
			continue;
		child->put_down = true;
		kill(child->pid, SIGKILL);
	}
}

bool children_retire(struct children *children)
{
	for (unsigned slot = 0; slot < children->start.workers; slot++) {
		struct child *child = &children->child[slot];
		if (!child->listens || !child_tell(child, (struct master_message){.kind = MASTER_RETIRE}))
			return false;
		child->wanted = false;
		child->told_to_stop = child->retiring = true;
	}
	return true;
}

void children_move(struct children *children, const struct process_start *start)
{
	children->start = *start;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		children->child[slot].deaths_running = 0;
		children->child[slot].due_ms = 0;
		children->child[slot].inherits = children->child[slot].inherited = 0;
		children->child[slot].given_up = false;
	}
}

void children_forget_former(struct children *children)
{
	children->start.former_world_fd = -1;
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++) {
		if (children->start.passports[slot] >= 0)
			close(children->start.passports[slot]);
		children->start.passports[slot] = -1;
	}
}

void children_go_on(struct children *children, unsigned workers, uint64_t now_ms)
{
	children_forget_former(children);
	children->keep_up = true;
	child_spawn(children, SLOT_KEEPER, now_ms);
	for (unsigned slot = 0; slot < workers; slot++)
		child_spawn(children, slot, now_ms);
}

bool child_is_ready(const struct children *children, unsigned slot)
{
	return child_alive(children, slot) && children->child[slot].ready;
}

bool children_all_ready(const struct children *children, unsigned workers)
{
	bool ready = child_is_ready(children, SLOT_KEEPER);
	for (unsigned slot = 0; slot < workers; slot++)
		ready = ready && child_is_ready(children, slot);
	return ready;
}

bool children_ending(const struct children *children)
{
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		const struct child *child = &children->child[slot];
		if (child->pid != 0 && (child->told_to_stop || child->put_down))
			return true;
	}
	return false;
}

unsigned children_alive(const struct children *children)
{
	return children_alive_workers(children) + (children->child[SLOT_KEEPER].pid != 0);
}

unsigned children_kill_overdue(struct children *children)
{
	char name[16];
	unsigned killed = 0;
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		struct child *child = &children->child[slot];
		if (child->pid == 0 || !child->told_to_stop || child->overdue)
			continue;
		log_error("%s (pid %d) has not stopped in time: killing it", child_name(slot, name), (int)child->pid);
		child->overdue = true;
		kill(child->pid, SIGKILL);
		killed++;
	}
	return killed;
}

unsigned children_alive_workers(const struct children *children)
{
	unsigned alive = 0;
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++)
		alive += children->child[slot].pid != 0;
	return alive;
}

void children_signal(struct children *children, int number)
{
	for (unsigned slot = 0; slot < CHILD_SLOTS; slot++) {
		if (children->child[slot].pid != 0)
			kill(children->child[slot].pid, number);
	}
}
