/* child_channel.h - the child's end of its channel to the master (process_start.master), for workers and the keeper.
 *
 * Messages are whole (SOCK_SEQPACKET). The child says READY once; the master may tell a child that listens which log
 * level holds from now on. A child that says READY without listening just never hears of it. All inline, so that a
 * process's code needs nothing of the master's to link. */
#ifndef ARGENTUM_MASTER_CHILD_CHANNEL_H
#define ARGENTUM_MASTER_CHILD_CHANNEL_H

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "common/base/log.h"
#include "worker/process.h"

enum {
	MASTER_LOG_LEVEL = 100, /* kind, master to child: .reserve is the enum log_level */

	CHILD_LISTENS = 1, /* .reserve of MASTER_READY: this child reads its channel with child_channel_hear */
};

/* false: the master is gone. */
static inline bool child_channel_say_ready(int master)
{
	struct master_message message = {.kind = MASTER_READY, .reserve = CHILD_LISTENS};
	return send(master, &message, sizeof message, MSG_NOSIGNAL) == (ssize_t)sizeof message;
}

/* Call it when the channel is readable: does what the master says. false: the master is gone (its end was closed). */
static inline bool child_channel_hear(int master)
{
	for (;;) {
		struct master_message message;
		ssize_t n = recv(master, &message, sizeof message, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		if (n == (ssize_t)sizeof message && message.kind == MASTER_LOG_LEVEL && message.reserve <= LOG_LEVEL_DEBUG)
			log_set_level((enum log_level)message.reserve);
	}
}

#endif
