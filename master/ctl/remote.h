/* remote.h - one question to a running server, over its control socket. */
#ifndef ARGENTUM_CTL_REMOTE_H
#define ARGENTUM_CTL_REMOTE_H

#include "common/base/problem.h"

struct cJSON;

/* Sends the line, waits for the reply. NULL with a text when there is no server, it does not answer within some seconds,
 * or it refuses. The caller deletes the reply (cJSON_Delete). */
struct cJSON *remote_ask(const char *socket, const char *line, struct problem *why);

/* Members of a reply; 0 and "" when they are missing. */
double remote_number(const struct cJSON *object, const char *name);
const char *remote_text(const struct cJSON *object, const char *name);

#endif
