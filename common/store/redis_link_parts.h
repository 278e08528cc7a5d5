/* redis_link_parts.h - the inside of a link to Redis, shared by its two files: redis_link.c (what users call) and
 * redis_link_run.c (what the loop calls: going up and down, sending, receiving). Nobody else includes this. */
#ifndef ARGENTUM_STORE_REDIS_LINK_PARTS_H
#define ARGENTUM_STORE_REDIS_LINK_PARTS_H

#include <hiredis/hiredis.h>
#include <netdb.h>

#include "common/base/log.h"
#include "common/store/redis_link.h"
#include "common/store/redis_stream.h"

struct loop_fd;
struct loop_timer;
struct resolving;

enum link_state { LINK_DOWN, LINK_RESOLVING, LINK_CONNECTING, LINK_GREETING, LINK_UP };

struct group {
	redis_answer_fn *fn;
	void *context;
	unsigned commands, answered;
	struct group *next;
};

struct redis_link {
	struct loop *loop;
	struct jobs *jobs;
	unsigned busy;  /* entered by the loop, perhaps calling back right now */
	bool doomed;    /* destroyed by such a callback: closed already, freed when the loop leaves */
	bool quiet;     /* does not log */
	bool was_up;    /* ever */
	bool told_away; /* in the log, since it was last up */

	/* options */
	char *host, *socket, *username, *password;
	unsigned port, database;
	uint64_t connect_timeout_ms, command_timeout_ms, pause_max_ms;
	struct redis_tls *tls;
	char name[320]; /* "redis 127.0.0.1:6379" */

	/* the attempt */
	enum link_state state;
	unsigned failures; /* in a row */
	struct resolving *resolving;
	struct addrinfo *addresses, *address; /* all of the host; the one being tried */
	struct redis_stream stream;
	struct loop_fd *watch;
	struct loop_timer *timer;
	uint64_t due_ms;        /* what the timer is for; 0 = nothing */
	uint64_t away_since_ms; /* when it was last up, or began */
	uint64_t up_since_ms;
	struct log_repeat remind;
	enum store_result trouble_result;
	struct problem trouble; /* of the last attempt */

	/* talking */
	redisReader *reader;
	redisReplyObjectFunctions functions; /* hiredis' own, with a limit on arrays */
	redisReplyObjectFunctions *original;
	struct store_buffer greeting, output;
	size_t greeting_sent, output_sent;
	unsigned greeting_commands, greeting_answered;
	struct group *first, *last;
	uint64_t progress_ms;    /* when something was last heard, or a blocked output moved on */
	size_t group_start;      /* where the commands of the group being built begin */
	unsigned group_commands; /* how many it has so far */
	bool group_failed;
	bool output_blocked;
};

/* Sets what the timer is for: that moment, from now on. */
void redis_link_due(struct redis_link *link, uint64_t delay_ms);

/* Makes the loop watch for what the link waits for; after output was added. */
void redis_link_watch(struct redis_link *link);

/* Appends one command in Redis' protocol. false: out of memory. */
bool redis_link_encode(struct store_buffer *buffer, const struct store_bytes *words, unsigned count);

/* Closes whatever is open, and forgets who waits for it. */
void redis_link_close(struct redis_link *link);

#endif
