#include "master/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/catalog/catalog.h"
#include "common/config/version.h"
#include "common/loop/loop.h"
#include "common/world/keeper_note.h"
#include "master/image.h"
#include "master/master.h"
#include "worker/passport.h"

enum { SAID_BYTES = 4096, LOOK_MS = 20 };

/* What a program says of itself in its trial: the words, and how they are read. */
#define TRIAL_MARK "argentumd-trial: "
#define TRIAL_LINE TRIAL_MARK "version %40s handover %u line %u passport %u world %" SCNx64 " catalog %" SCNx64

struct upgrade {
	struct master *master;
	pid_t pid; /* of the trial; 0 = it was buried */
	int status;
	int pipe; /* what it says, -1 = it has said all */
	struct loop_fd *watch;
	struct loop_timer *patience;
	bool timed_out;
	char said[SAID_BYTES];
	size_t said_length;

	int candidate; /* the file that is tried, -1 = none: what was found good is what the master becomes, whatever is
	                * installed in its place meanwhile */

	/* the new program at work, and what there is to go back to */
	int former_image; /* -1 = none */
	uint64_t replaced;
	char reason[HANDOVER_REASON_BYTES]; /* of going back */
};

static struct upgrade *upgrade_of(struct master *master)
{
	if (master->change.upgrade == NULL) {
		master->change.upgrade = calloc(1, sizeof *master->change.upgrade);
		if (master->change.upgrade == NULL)
			abort(); /* a few bytes, asked for once: nothing else would work either */
		*master->change.upgrade = (struct upgrade){.master = master, .pipe = -1, .candidate = -1, .former_image = -1};
	}
	return master->change.upgrade;
}

/* --- in the program that is tried ------------------------------------------------------------------------------------- */

bool upgrade_trial(const char *descriptors, struct problem *why)
{
	int world_fd, catalog_fd;
	struct world world;
	if (sscanf(descriptors, "%d:%d", &world_fd, &catalog_fd) != 2)
		return problem_set(why, IMAGE_TRIAL "=%.80s: two descriptors are needed", descriptors);
	printf(TRIAL_MARK "version %s handover %d line %d passport %d world %016" PRIx64 " catalog %016" PRIx64 "\n",
		   ARGENTUM_VERSION, HANDOVER_VERSION, HANDOVER_LINE_VERSION, PASSPORT_VERSION, world_fingerprint(),
		   catalog_fingerprint());
	struct problem other;
	if (!world_attach(&world, world_fd, &other)) {
		printf("the running world cannot be taken over as it is: %s\n", other.text);
		return true; /* with another layout; who asks knows from the line above */
	}
	const struct catalog *catalog = catalog_attach(catalog_fd, &other);
	if (catalog == NULL)
		printf("the running catalog cannot be taken over as it is: %s\n", other.text);
	return true;
}

/* --- the trial -------------------------------------------------------------------------------------------------------- */

void upgrade_stop(struct master *master)
{
	struct upgrade *u = master->change.upgrade;
	master->change.upgrade = NULL;
	if (u == NULL)
		return;
	loop_timer_remove(&u->patience);
	loop_fd_remove(&u->watch);
	if (u->pipe >= 0)
		close(u->pipe);
	if (u->pid > 0) {
		kill(u->pid, SIGKILL);
		waitpid(u->pid, NULL, 0);
	}
	if (u->candidate >= 0)
		close(u->candidate);
	if (u->former_image >= 0)
		close(u->former_image);
	free(u);
}

static void refuse(struct master *master, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void refuse(struct master *master, const char *format, ...)
{
	char text[600];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	upgrade_stop(master); /* what the text was made of may end here */
	change_end(master, false, "refused, the running program goes on: %s", text);
}

/* The last line that it said, for the log. */
static const char *last_words(struct upgrade *u)
{
	while (u->said_length > 0 && u->said[u->said_length - 1] == '\n')
		u->said[--u->said_length] = '\0';
	const char *line = strrchr(u->said, '\n');
	return line != NULL ? line + 1 : u->said;
}

/* What another program is told of the change under way; `reason` "" = it is new, else why it gets back what it had. */
static struct handover handover_of(const struct master *master, bool fresh, const char *reason)
{
	struct handover h = {.image_fd = image_fd(), .change_id = master->change.id, .fresh = fresh};
	snprintf(h.image_path, sizeof h.image_path, "%s", image_path());
	snprintf(h.reason, sizeof h.reason, "%.380s", reason);
	return h;
}

/* Does not return when it succeeds. */
static void program_become(struct master *master, struct handover *h, int program, struct problem *why)
{
	char variable[80];
	master->control_fd = control_descriptor(master->control);
	int fd = handover_write(master, h, why);
	if (fd < 0)
		return;
	snprintf(variable, sizeof variable, IMAGE_HANDOVER "=%d:%d", fd, h->image_fd);
	image_exec_fd(program, variable, why);
	handover_end(master, h, fd);
}

static void trial_passed(struct master *master, const char *version)
{
	struct problem why = {.text = ""};
	struct handover h = handover_of(master, false, "");
	log_notice("upgrade: \"%s\", version %s, was tried and found good: becoming it", image_path(), version);
	program_become(master, &h, upgrade_of(master)->candidate, &why);
	refuse(master, "%s", why.text);
}

/* --- another layout ----------------------------------------------------------------------------------------------- */

static bool hand_over(void *context, struct problem *why)
{
	struct master *master = context;
	struct handover h = handover_of(master, true, "");
	program_become(master, &h, upgrade_of(master)->candidate, why);
	return false;
}

static void not_handed_over(void *context, enum generation_outcome outcome, const struct problem *why)
{
	(void)outcome; /* to be made here is not what was planned */
	refuse(context, "%s", why->text);
}

static void another_layout(struct master *master, const char *version)
{
	const struct generation_plan plan = {
		.reason = "an upgrade", .orderly = true, .hand_over = hand_over, .done = not_handed_over, .context = master};
	struct problem why = {.text = ""};
	log_notice("upgrade: \"%s\", version %s, was tried and found good; it has another layout of the world",
			   image_path(), version);
	master->change.generation = true;
	if (!generation_begin(master, &plan, &why))
		refuse(master, "%s", why.text);
}

/* In the new program. */
static bool give_back(void *context, const struct problem *why_not, struct problem *why)
{
	struct master *master = context;
	struct handover h = handover_of(master, true, why_not->text);
	log_error("upgrade: %s: going back to the former program", why_not->text);
	program_become(master, &h, upgrade_of(master)->former_image, why);
	return false;
}

static void arrived(void *context, enum generation_outcome outcome, const struct problem *why)
{
	struct master *master = context;
	(void)why;
	upgrade_stop(master);
	change_end(master, outcome == GENERATION_MADE, "version %s serves, in a new generation of the world",
			   ARGENTUM_VERSION);
}

static bool arrive(struct master *master, struct problem *why)
{
	const struct generation_plan plan = {.reason = "an upgrade",
										 .config = &master->settings->config,
										 .give_back = give_back,
										 .done = arrived,
										 .context = master};
	master->change.generation = true;
	log_notice("upgrade: version %s has taken over %u connections", ARGENTUM_VERSION, master->vault.held);
	return generation_arrive(master, &plan, why);
}

/* In the old program again: the former generation goes on. The new one's keeper may have claimed the store. */
static void former_goes_on(struct master *master)
{
	keeper_note_begin_anew(&master->segments.world);
	children_go_on(&master->children, master->workers, loop_now_ms(master->loop));
}

static void trial_over(struct upgrade *u)
{
	struct master *master = u->master;
	char version[41];
	unsigned handover, line, passport;
	uint64_t world, catalog;
	const char *said = strstr(u->said, TRIAL_MARK);
	loop_timer_remove(&u->patience);
	if (u->timed_out || !WIFEXITED(u->status) || WEXITSTATUS(u->status) != 0) {
		refuse(master, "\"%.200s\" %s: %.300s", image_path(),
			   u->timed_out ? "took too long to check" : "fails its own check", last_words(u));
	} else if (said == NULL || sscanf(said, TRIAL_LINE, version, &handover, &line, &passport, &world, &catalog) != 6) {
		refuse(master, "\"%.200s\" is no argentumd that can take over from a running one", image_path());
	} else if (handover != HANDOVER_VERSION || line != HANDOVER_LINE_VERSION) {
		refuse(master, "version %s understands hand-over %u.%u, this is %d.%d: it needs a restart", version, handover,
			   line, HANDOVER_VERSION, HANDOVER_LINE_VERSION);
	} else if (world != world_fingerprint() || catalog != catalog_fingerprint()) {
		if (passport == PASSPORT_VERSION)
			another_layout(master, version);
		else
			refuse(master, "it has another layout of the world, and another kind of passports: it needs a restart");
	} else {
		trial_passed(master, version);
	}
}

static void trial_look(struct upgrade *u)
{
	if (u->pid > 0 && waitpid(u->pid, &u->status, WNOHANG) == u->pid)
		u->pid = 0;
	if (u->pid == 0 && u->pipe < 0)
		trial_over(u);
}

static void trial_says(void *context, unsigned events)
{
	struct upgrade *u = context;
	(void)events;
	if (u->said_length >
		sizeof u->said / 2) { /* the end counts, before it may be a hundred oddities of the world's files */
		size_t keep = sizeof u->said / 4;
		memmove(u->said, u->said + u->said_length - keep, keep);
		u->said_length = keep;
	}
	ssize_t n = read(u->pipe, u->said + u->said_length, sizeof u->said - 1 - u->said_length);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		u->said_length += (size_t)n;
		u->said[u->said_length] = '\0';
		return;
	}
	loop_fd_remove(&u->watch);
	close(u->pipe);
	u->pipe = -1;
	trial_look(u);
}

static void patience_over(void *context)
{
	struct upgrade *u = context;
	u->patience = NULL;
	u->timed_out = true;
	if (u->pid > 0)
		kill(u->pid, SIGKILL);
}

void upgrade_reap(struct master *master)
{
	if (master->change.upgrade != NULL && master->change.upgrade->pid > 0)
		trial_look(master->change.upgrade);
}

static _Noreturn void trial_run(const struct master *master, int out)
{
	char variable[80], check[] = "--check";
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	fcntl(master->segments.world_fd, F_SETFD, 0);
	fcntl(master->segments.catalog_fd, F_SETFD, 0);
	snprintf(variable, sizeof variable, IMAGE_TRIAL "=%d:%d", master->segments.world_fd, master->segments.catalog_fd);
	image_exec_trial(master->change.upgrade->candidate, variable, check);
	_exit(127);
}

static bool trial_start(struct master *master, struct problem *why)
{
	struct upgrade *u = upgrade_of(master);
	int pair[2];
	u->candidate = open(image_path(), O_RDONLY | O_CLOEXEC);
	if (u->candidate < 0)
		return problem_set(why, "\"%.200s\" cannot be opened: %s", image_path(), strerror(errno));
	if (pipe2(pair, O_CLOEXEC) != 0)
		return problem_set(why, "pipe: %s", strerror(errno));
	u->pid = fork();
	if (u->pid == 0)
		trial_run(master, pair[1]);
	int error = errno;
	close(pair[1]);
	u->pipe = pair[0];
	fcntl(u->pipe, F_SETFL, O_NONBLOCK);
	u->watch = loop_fd_add(master->loop, u->pipe, LOOP_READ, trial_says, u, "trial of a program");
	u->patience = loop_timer_once(master->loop, UPGRADE_PATIENCE_MS, patience_over, u, "trial's patience");
	if (u->pid > 0 && u->watch != NULL && u->patience != NULL)
		return true;
	u->pid = u->pid < 0 ? 0 : u->pid;
	return problem_set(why, "\"%.200s\" cannot be tried: %s", image_path(), strerror(error));
}

bool change_upgrade(struct master *master, struct problem *why)
{
	struct problem trouble;
	if (!change_may_begin(master, why))
		return false;
	change_begin(master, CHANGE_UPGRADE);
	if (image_path()[0] == '\0' || image_fd() < 0)
		refuse(master, "it is not known from which file this program was started (/proc is needed)");
	else if (access(image_path(), X_OK) != 0)
		refuse(master, "there is no program \"%.300s\": %s", image_path(), strerror(errno));
	else if (!trial_start(master, &trouble))
		refuse(master, "%s", trouble.text);
	return true;
}

void change_upgrade_wanted(struct master *master)
{
	struct problem why;
	if (master->phase == MASTER_SERVING && master->change.running)
		master->change.upgrade_waits = true;
	else if (!change_upgrade(master, &why))
		log_error("upgrade: %s", why.text);
}

/* --- after the exec ----------------------------------------------------------------------------------------------------- */

/* The new program's canary or keeper does not serve: back to the old one. */
static bool go_back(void *context, const char *why_not)
{
	struct master *master = context;
	struct upgrade *u = upgrade_of(master);
	struct problem why = {.text = ""};
	struct handover h = handover_of(master, false, why_not);
	h.replaced = rollout_replaced(&master->change.rollout);
	log_error("upgrade: %s: going back to the former program", why_not);
	program_become(master, &h, u->former_image, &why);
	log_error("upgrade: %s; this program goes on as it can", why.text);
	snprintf(u->reason, sizeof u->reason, "%s", why_not);
	return true;
}

static void replaced(void *context, bool good)
{
	struct master *master = context;
	char reason[HANDOVER_REASON_BYTES];
	snprintf(reason, sizeof reason, "%s", upgrade_of(master)->reason);
	upgrade_stop(master);
	if (reason[0] != '\0')
		change_end(master, false, "%.300s; the former program (version %s) serves as before", reason, ARGENTUM_VERSION);
	else
		change_end(master, good, "version %s serves; all processes are new", ARGENTUM_VERSION);
}

bool upgrade_go_on(struct master *master, const struct handover *h, struct problem *why)
{
	struct upgrade *u = upgrade_of(master);
	struct rollout_options options = change_rollout_options(master);
	master->change.id = h->change_id - 1;
	change_begin(master, CHANGE_UPGRADE);
	options.done = replaced;
	options.failed = go_back;
	image_set_path(h->image_path);
	if (h->reason[0] == '\0') {
		u->former_image = h->image_fd;
		if (h->fresh)
			return arrive(master, why);
		log_notice("upgrade: version %s has taken over %u processes and %u connections", ARGENTUM_VERSION,
				   children_alive_workers(&master->children) + (child_alive(&master->children, SLOT_KEEPER) ? 1 : 0),
				   master->vault.held);
		rollout_begin(&master->change.rollout, &options, master->workers);
		return true;
	}
	if (h->image_fd >= 0)
		close(h->image_fd);
	snprintf(u->reason, sizeof u->reason, "%s", h->reason);
	log_notice("upgrade: the former program is back");
	options.trusted = true;
	options.await_only = h->fresh;
	if (h->fresh) {
		former_goes_on(master);
		rollout_begin(&master->change.rollout, &options, master->workers);
	} else {
		rollout_begin_some(&master->change.rollout, &options, h->replaced);
	}
	return true;
}
