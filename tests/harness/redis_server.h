/* redis_server.h - a test object: a real redis-server of the test's own, on a free port of 127.0.0.1 and a Unix socket, in
 * a temporary directory.
 *
 * It writes every command to disk before it answers (appendfsync always), so that a killed server comes back with what it
 * had said yes to. It dies with the process that started it; redis_server_stop removes the directory. Failures to start
 * are told in a problem; a function that answers nothing ends the test when it cannot do its work. */
#ifndef ARGENTUM_HARNESS_REDIS_SERVER_H
#define ARGENTUM_HARNESS_REDIS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/problem.h"

struct redisReply;

struct redis_server_options {
	const char *password;       /* NULL = none */
	bool tls;                   /* TLS on the port, with a certificate made for this run; the Unix socket stays plain */
	bool tls_wants_certificate; /* clients must show one */
	const char *const *extra;   /* more options, as on redis-server's command line, ended by NULL; NULL = none */
};

struct redis_server {
	pid_t pid; /* 0 = not running */
	unsigned port;
	char directory[64];
	char socket[96];
	/* files in the directory, when tls was asked for */
	char ca[96];          /* signed the server's and the client's certificate */
	char wrong_ca[96];    /* another CA of the same name */
	char certificate[96]; /* for clients */
	char key[96];
	struct redis_server_options options;
};

bool redis_server_available(void); /* whether there is a redis-server to start; if not, skip the test */

/* Starts one and waits until it answers. options may be NULL. */
struct redis_server *redis_server_start(const struct redis_server_options *options, struct problem *why);
void redis_server_stop(struct redis_server **server);

void redis_server_kill(struct redis_server *server);   /* SIGKILL, as a crash does */
void redis_server_pause(struct redis_server *server);  /* SIGSTOP: it accepts connections and does not answer */
void redis_server_resume(struct redis_server *server); /* SIGCONT */

/* After a kill: at the same port, with what it had on disk, or with nothing. Waits until it answers. */
bool redis_server_restart(struct redis_server *server, struct problem *why);
bool redis_server_restart_begin(struct redis_server *server, struct problem *why); /* does not wait */
bool redis_server_answers(const struct redis_server *server);
bool redis_server_restart_empty(struct redis_server *server, struct problem *why);

/* One command through the Unix socket, e.g. ("CONFIG SET maxmemory %d", 1). The caller frees the reply with
 * freeReplyObject. NULL: no answer. */
struct redisReply *redis_server_command(struct redis_server *server, const char *format, ...);

/* The same, for commands whose answer does not matter; false when there was none, or an error. */
bool redis_server_do(struct redis_server *server, const char *format, ...);

#endif
