/* control.h - the control socket: how argentumctl talks to a running server.
 *
 * A client connects, sends one line "VERB ARGUMENT\n", gets one line of JSON, and is disconnected. Nobody can make the
 * master wait: everything is non-blocking, a request has CONTROL_LINE_MAX bytes, a reply CONTROL_REPLY_MAX, a client the
 * time that the options allow, and there are at most CONTROL_CLIENTS_MAX at a time. Who may connect is a matter of the
 * socket's file permissions. */
#ifndef ARGENTUM_MASTER_CONTROL_H
#define ARGENTUM_MASTER_CONTROL_H

#include <stdint.h>
#include <sys/types.h>

#include "common/base/problem.h"

struct loop;
struct control;
struct cJSON;

enum {
	CONTROL_LINE_MAX = 512,
	CONTROL_REPLY_MAX = 8 << 20,
	CONTROL_CLIENTS_MAX = 16,
	CONTROL_PATIENCE_MS = 5000, /* for a request to be complete and its reply to be read */
};

struct control_request {
	const char *verb;     /* "" for an empty line */
	const char *argument; /* what follows it, "" = nothing */
	uid_t user;           /* who asks */
	pid_t process;
};

/* Answers a request by adding to the object `reply`; "ok": true is added unless "error" is there. */
typedef void control_fn(void *context, const struct control_request *request, struct cJSON *reply);

struct control_options {
	const char *path;     /* of the socket; missing parent directories are made */
	mode_t mode;          /* permissions of the socket */
	int inherited;        /* a socket that listens at the path already, from another program (handover.h); 0 = none */
	uint64_t patience_ms; /* 0 = CONTROL_PATIENCE_MS */
	control_fn *answer;
	void *context;
};

/* A socket left behind by a dead server is replaced; one that answers, or a path that is something else, is refused.
 * NULL with a text. */
struct control *control_open(struct loop *loop, const struct control_options *options, struct problem *why);

/* The socket that listens, for another program. */
int control_descriptor(const struct control *control);

/* Forgets it: the socket stays where it is, for another program. */
void control_abandon(struct control **control);

/* Disconnects everybody and removes the socket. */
void control_close(struct control **control);

#endif
