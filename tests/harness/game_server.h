/* game_server.h - a test object: the real argentumd, with an ephemeral port, a control socket, a log and a store of its own
 * in a temporary directory.
 *
 * The program is $ARGENTUM_BUILD/argentumd, "build" by default. The world is the classic one when it is there
 * ($ARGENTUM_CLASSIC, else ../shared/classic), else the starter world. Passwords are cheap, limits per address and speed
 * limits are off, leaving an unsafe place takes one second; a test's own settings beat all that.
 *
 * The caller owns it: game_server_destroy kills what still runs and removes the directory, as scenario_teardown does for
 * all that a failed test left. The server dies with the test program. Whatever cannot be done fails the test, and shows
 * the end of the log. */
#ifndef ARGENTUM_HARNESS_GAME_SERVER_H
#define ARGENTUM_HARNESS_GAME_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cJSON;
struct points;
struct service_manager;
struct redis_server;

enum {
	GAME_SERVER_WORKERS = 3,
	GAME_SERVER_PROCESSES_MAX = 40,
	GAME_SERVER_SETTINGS_MAX = 20,
	GAME_SERVER_PATIENCE_MS = 30000, /* to start, to stop, to say something */
};

struct game_server_options {
	const char *const *settings;      /* "name=value", ended by NULL; NULL = none. Copied */
	unsigned workers;                 /* 0 = GAME_SERVER_WORKERS */
	const struct redis_server *redis; /* the store; NULL = the embedded one. Outlives the server */
	const char *world;                /* folder; NULL = scenario_world() */
	const char *config;               /* text of a configuration file of its own; NULL = the shipped one */
	struct service_manager *manager;  /* who starts it; NULL = nobody. Outlives the server */
	bool workers_by_file;             /* their number is no flag */
	const char *program;              /* path of the daemon; NULL = the one that was built */
	bool armed;                       /* the daemon of the crash tests: see .points of the server */
	bool settlement_off;              /* armed only: what the dead leave half done stays so */
	uint64_t clock_ms;                /* armed only: what its monotonic clock says now; 0 = the real time */
};

struct game_server {
	pid_t pid; /* of the master; 0 = not running */
	unsigned port;
	unsigned workers;
	char directory[64];
	char log[80], control[80], data[80], config[80];
	char program[256];
	bool own_config, workers_by_file;
	struct service_manager *manager;
	char world[256];
	const struct redis_server *redis;
	uint64_t clock_ahead_ms; /* its monotonic clock is so much ahead of the real one */
	struct points *points;   /* where it shall crash on purpose; NULL = the shipped program */
	char settings[GAME_SERVER_SETTINGS_MAX][160];
	unsigned setting_count;
	size_t log_mark;          /* game_server_expect_log looks behind it */
	size_t errors_from;       /* errors in the log before this are no failure */
	bool errors_expected;     /* lines of level "error" are no failure */
	struct game_server *next; /* in the list of all */
};

/* Makes directory and server, and waits until it says that it is ready. options may be NULL. */
struct game_server *game_server_start(const struct game_server_options *options);

/* Only makes it: to be started later, by game_server_restart or game_server_begin. */
struct game_server *game_server_make(const struct game_server_options *options);

/* "name=value", from the next start on; beats what was said before. */
void game_server_set(struct game_server *server, const char *setting);

/* SIGTERM; the master must end with exit status 0, and no line of level "error" may be in the log. */
void game_server_stop(struct game_server *server);

/* SIGKILL to all its processes at once, the master first. */
void game_server_kill_all(struct game_server *server);

/* SIGKILL to the master alone; waits until its children have ended by themselves. */
void game_server_kill_master(struct game_server *server);

/* Waits until it ends by itself; returns its exit status. */
int game_server_await_end(struct game_server *server);

/* A stopped or killed one: again on the same data, on another port. Settings may be added (NULL = none). */
void game_server_restart(struct game_server *server, const char *const *settings);

/* The two halves of a restart: it is started, perhaps only to end by itself; it is waited for. */
void game_server_begin(struct game_server *server);
void game_server_await_ready(struct game_server *server);

void game_server_destroy(struct game_server **server);
void game_server_destroy_all(void);

/* --- what it says --- */

/* Waits for a line with this text behind the last one that was found. */
void game_server_expect_log(struct game_server *server, const char *text);
bool game_server_log_has(const struct game_server *server, const char *text);       /* anywhere, now */
unsigned game_server_log_count(const struct game_server *server, const char *text); /* how often, now */
unsigned game_server_log_lines(const struct game_server *server, const char *text,
							   const char *other);                           /* that have both, now */
void game_server_show_log(const struct game_server *server, unsigned lines); /* the last ones, on stderr */
void game_server_show_logs(void);                                            /* of all */

/* The answer of the control socket to a request, e.g. "status". The caller frees it with cJSON_Delete. */
struct cJSON *game_server_ask(const struct game_server *server, const char *request);

/* A connection to the control socket, for a request in pieces; the caller closes it. */
int game_server_control(const struct game_server *server);

/* A request that the server must refuse: why (scenario_text). */
const char *game_server_refusal(const struct game_server *server, const char *request);

/* Writes its configuration file anew; flags (all other settings) beat it. */
void game_server_configure(const struct game_server *server, const char *text);

/* Begins a change ("reload", "workers 2", ...), or waits for the one that a signal began (NULL); while it is under way all
 * bots receive. Waits until it is over, and it must end as `good` says. Returns its text (scenario_text). */
const char *game_server_change(const struct game_server *server, const char *request, bool good);
bool game_server_change_is_over(const struct game_server *server, int64_t id);
int64_t game_server_change_begin(const struct game_server *server, const char *request);

/* From the status: a number at the top ("connections"), a counter of one process ("transactions"), its pid. `slot`:
 * worker, or game_server_keeper(). */
int64_t game_server_number(const struct game_server *server, const char *name);
int64_t game_server_counter(const struct game_server *server, unsigned slot, const char *name);
int64_t game_server_total(const struct game_server *server, const char *name); /* a counter, over all processes */
int64_t game_server_store_number(const struct game_server *server, const char *name);
const char *game_server_store_text(const struct game_server *server, const char *name); /* as scenario_text */
pid_t game_server_process(const struct game_server *server, unsigned slot);             /* 0 = nobody lives there */
unsigned game_server_keeper(void);

/* Is this one of its processes, alive or dead and not buried yet? A number of a process may be another's soon after. */
bool game_server_has(const struct game_server *server, pid_t pid);

/* As in /proc: 'T' stopped, 'Z' dead, buried or not. */
char game_server_process_state(pid_t pid);

/* Waits until somebody struck (points.h); returns who. */
pid_t game_server_await_strike(const struct game_server *server);

/* No change is under way, and the keeper and all workers that there are to be are ready. */
bool game_server_is_whole(const struct game_server *server);

/* Waits until the process of this slot is another one than `before`, and ready. */
pid_t game_server_await_successor(const struct game_server *server, unsigned slot, pid_t before);

/* Waits until everything that happened in the world before the call is durable. */
void game_server_await_durable(const struct game_server *server);

/* Waits until so many characters are in the world. */
void game_server_await_players(const struct game_server *server, int64_t players);

/* Has the keeper look at the whole world and, if it answers, at the store: the report (the caller deletes it), as the status
 * has it in "audit". */
struct cJSON *game_server_audit_report(const struct game_server *server);

/* What the store holds is right from now on, whatever its ledger says: after a test wrote to it. */
void game_server_accept(const struct game_server *server);

/* As game_server_audit_report: nothing must be wrong. */
void game_server_audit(const struct game_server *server);

#endif
