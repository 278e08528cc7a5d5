/* master_line.h - the child's end of its line to the master (process_start.master), for workers and the keeper.
 *
 * Messages are whole (SOCK_SEQPACKET). The child says READY once; the master may tell a child that listens which log
 * level holds from now on. A child that says READY without listening just never hears of it. All inline, so that a
 * process's code needs nothing of the master's to link. */
#ifndef ARGENTUM_WORKER_MASTER_LINE_H
#define ARGENTUM_WORKER_MASTER_LINE_H

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "common/base/log.h"
#include "worker/process.h"

/* false: the master is gone. */
static inline bool master_line_say_ready(int master)
{
	struct master_message message = {.kind = MASTER_READY, .reserve = CHILD_LISTENS};
	return send(master, &message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

/* What the master wants of this child; for it to do. */
struct master_wishes {
	bool retire, make_way;
	enum audit_reach audit; /* AUDIT_NOTHING = none */
	uint32_t audit_request;
	uint32_t reset_map; /* 0 = none */
	unsigned team;      /* so many workers serve from now on; 0 = nothing was said about it */
};

/* Call it when the line is readable: does what the master says to everybody, and tells what else he wants. false: the master
 * is gone (its end was closed). */
static inline bool master_line_hear(int master, struct master_wishes *wishes)
{
	*wishes = (struct master_wishes){0};
	for (;;) {
		struct master_message message;
		ssize_t n = recv(master, &message, sizeof message, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		if (n != (ssize_t)sizeof message)
			continue;
		if (message.kind == MASTER_LOG_LEVEL && message.reserve <= LOG_LEVEL_DEBUG)
			log_set_level((enum log_level)message.reserve);
		else if (message.kind == MASTER_TEAM && message.reserve >= 1 && message.reserve <= WORKERS_MAX)
			wishes->team = message.reserve;
		else if (message.kind == MASTER_RESET_MAP)
			wishes->reset_map = message.connection;
		if (message.kind == MASTER_AUDIT) {
			wishes->audit = (enum audit_reach)message.reserve;
			wishes->audit_request = message.connection;
		}
		wishes->retire |= message.kind == MASTER_RETIRE;
		wishes->make_way |= message.kind == MASTER_MAKE_WAY;
	}
}

#endif
