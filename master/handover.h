/* handover.h - everything that crosses the exec when the master becomes another program, in one record.
 *
 * The record is a memfd with a header (magic, version, length, checksum) and fields of fixed widths in one order, written
 * and read by one and the same function. It names every descriptor that crosses: the segments, the wakers, the listening
 * sockets, the clients' sockets, the children's channels, the control socket, the pid file, the program's own file.
 * Close-on-exec is taken off those just before the exec, and set again when they were taken over, or when the exec failed:
 * nothing else crosses. Pid, children, signals that wait and the locks of open files stay by themselves.
 *
 * With it go the settings that must stay as they are (those that need a restart or a new world), and what Redis said.
 * What is not in it begins anew: log, timers, who is connected to the control socket.
 *
 * A later version adds fields behind those that there are, raises HANDOVER_VERSION, and asks record.version when it reads.
 * A program whose version the other does not know is not started (upgrade.c asks it first). */
#ifndef ARGENTUM_MASTER_HANDOVER_H
#define ARGENTUM_MASTER_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"

struct master;

enum {
	HANDOVER_VERSION = 1,
	HANDOVER_REASON_BYTES = 400,
	/* What master and children say to each other (worker/process.h): an old child must understand a new master. */
	HANDOVER_LINE_VERSION = 1,
};

/* What is said about the exec itself. */
struct handover {
	int image_fd;                       /* of the program that hands over; the receiver goes back to it when it must */
	char image_path[512];               /* where the operator puts programs */
	uint32_t change_id;                 /* of the upgrade */
	char reason[HANDOVER_REASON_BYTES]; /* "" = forward; else why the program that was tried goes back */
	bool fresh;        /* nobody lives: retired with passports, the last cut is written (generation.h) */
	uint64_t replaced; /* back: bit per child (keeper: 32) that the program that was tried has started */
};

/* Writes it, and takes close-on-exec off all that it names. Returns the memfd, which crosses too, or -1. */
int handover_write(struct master *master, struct handover *handover, struct problem *why);

/* Fills in what a master has: segments (without mapping), listeners, vault, children, and so on; its settings must be loaded.
 * false: it is no such record, or one of its descriptors is not there. Either way another program could take over as well. */
bool handover_read(struct master *master, struct handover *handover, int fd, struct problem *why);

/* It was taken over, or the exec failed: the descriptors stay in this program. Closes the record. */
void handover_end(struct master *master, struct handover *handover, int fd);

#endif
