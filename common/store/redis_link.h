/* redis_link.h - one connection to Redis that keeps itself up: TCP, Unix socket or TLS, authentication, time-outs,
 * reconnection with growing pauses. Commands in, answers out, all in an event loop; nothing blocks.
 *
 * hiredis does what it is good at (redisFormatCommandArgv, redisReader); the transport is ours, since its version 0.14
 * has no TLS and no non-blocking connect with time-outs.
 *
 * A link belongs to the thread of its loop. When its process dies, Redis closes the connection; what was sent but not
 * answered may or may not have been executed.
 *
 * States: DOWN (pausing) -> RESOLVING -> CONNECTING -> GREETING (AUTH, SELECT, PING) -> UP, and DOWN from anywhere. The
 * first attempt after a loss comes at once, then pauses double from 100 ms to pause_max_ms. */
#ifndef ARGENTUM_STORE_REDIS_LINK_H
#define ARGENTUM_STORE_REDIS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/store/store_result.h"
#include "common/store/store_value.h"

struct loop;
struct jobs;
struct redisReply;
struct redis_link;

struct redis_link_options {
	const char *host;     /* name or address; not used with a socket. NULL = 127.0.0.1 */
	unsigned port;        /* 1 to 65535; 0 = 6379 */
	const char *socket;   /* path of a Unix socket; NULL or "" = TCP */
	const char *username; /* of Redis' ACL; NULL or "" = the default user */
	const char *password; /* NULL or "" = none */
	unsigned database;    /* number for SELECT */
	bool tls;             /* TCP only */
	bool tls_no_verify;   /* accept any certificate */
	const char *tls_ca;   /* file with the CAs that are trusted; NULL or "" = the system's */
	const char *tls_cert; /* client certificate and its key, both or none */
	const char *tls_key;
	unsigned connect_timeout_ms; /* from the first packet to the end of the greeting; 0 = 2,000 */
	unsigned command_timeout_ms; /* longest silence while an answer is awaited; 0 = 3,000 */
	unsigned pause_max_ms;       /* longest pause between attempts; 0 = 5,000 */
};

/* One answer to one command of a group. When the connection broke, it comes once, without `reply`, instead of the rest
 * of the group. */
struct redis_answer {
	const struct redisReply *reply; /* NULL: none will come; result and why tell the reason */
	unsigned index;                 /* of the command within its group */
	bool last;                      /* nothing follows for this group */
	enum store_result result;       /* STORE_AWAY or STORE_REFUSED, when there is no reply */
	const struct problem *why;
};
typedef void redis_answer_fn(void *context, const struct redis_answer *answer);

/* Checks the options and loads the certificates (NULL with a text when that fails), then begins to connect; the options
 * are copied. jobs: a thread to resolve host names; NULL resolves blocking. `quiet`: does not log changes of state. */
struct redis_link *redis_link_create(struct loop *loop, struct jobs *jobs, const struct redis_link_options *options,
									 bool quiet, struct problem *why);
void redis_link_destroy(struct redis_link **link); /* unanswered groups are forgotten: nothing is called any more */

bool redis_link_is_up(const struct redis_link *link);

/* Whether commands are taken now: UP, or on the way there without a pause. */
bool redis_link_takes(const struct redis_link *link);

/* Why it is not up: STORE_REFUSED when Redis answered and said no (password, certificate), else STORE_AWAY. */
enum store_result redis_link_trouble(const struct redis_link *link, struct problem *why);

/* "redis 127.0.0.1:6379 unreachable for 12 s (connection refused), next try in 4 s". */
void redis_link_state_text(const struct redis_link *link, char *text, size_t size);

/* A group of commands: add them one by one, then submit. Answers come in order; fn is not called from inside these
 * functions. add: false when memory is short; submit then takes nothing and answers false, as it does when the link
 * takes no commands. Groups of several callers do not mix. */
bool redis_link_add(struct redis_link *link, const struct store_bytes *words, unsigned count);
bool redis_link_submit(struct redis_link *link, redis_answer_fn *fn, void *context);

/* What an error answer means: STORE_AWAY for those that pass by themselves (LOADING, MASTERDOWN, ...), else
 * STORE_REFUSED; the text is Redis' own. */
enum store_result redis_link_error(const struct redisReply *reply, struct problem *why);

#endif
