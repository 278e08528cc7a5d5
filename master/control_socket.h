/* control_socket.h - making the control socket's file, and only when it is free to be made. */
#ifndef ARGENTUM_MASTER_CONTROL_SOCKET_H
#define ARGENTUM_MASTER_CONTROL_SOCKET_H

#include <sys/types.h>

#include "common/base/problem.h"

/* A listening, non-blocking Unix socket at that path; -1 with a text. See control_open. */
int control_socket_make(const char *path, mode_t mode, struct problem *why);

#endif
