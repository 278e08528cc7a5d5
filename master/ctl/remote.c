#include "master/ctl/remote.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { REPLY_MAX = 16 << 20, PATIENCE_S = 10 };

static int server_connect(const char *path, struct problem *why)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	if (*path == '\0' || strlen(path) >= sizeof at.sun_path) {
		problem_set(why, "a socket's path has 1 to %zu bytes, \"%.120s\" has %zu", sizeof at.sun_path - 1, path,
					strlen(path));
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
		connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (error == ENOENT || error == ECONNREFUSED)
		problem_set(why, "no server is running at \"%s\" (--socket FILE names another one)", path);
	else if (error == EACCES)
		problem_set(why, "this user may not talk to the server at \"%s\"", path);
	else
		problem_set(why, "\"%s\": %s", path, strerror(error));
	return -1;
}

static bool line_send(int fd, const char *line, struct problem *why)
{
	char request[512];
	int length = snprintf(request, sizeof request, "%s\n", line);
	if (length < 0 || (size_t)length >= sizeof request)
		return problem_set(why, "the request is too long");
	if (send(fd, request, (size_t)length, MSG_NOSIGNAL) != length)
		return problem_set(why, "the server does not take the request: %s", strerror(errno));
	return true;
}

/* Everything up to the end, terminated; the caller frees. */
static char *reply_read(int fd, struct problem *why)
{
	size_t capacity = 65536, length = 0;
	char *text = malloc(capacity);
	while (text != NULL) {
		ssize_t n = recv(fd, text + length, capacity - length - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0) {
			text[length] = '\0';
			return text;
		}
		if (n < 0) {
			problem_set(why, "the server does not answer: %s",
						errno == EAGAIN ? "no reply within 10 s" : strerror(errno));
			break;
		}
		length += (size_t)n;
		if (capacity - length < 4096) {
			char *larger = capacity < REPLY_MAX ? realloc(text, capacity * 2) : NULL;
			if (larger == NULL) {
				problem_set(why, "the server's reply is too long");
				break;
			}
			text = larger;
			capacity *= 2;
		}
	}
	free(text);
	return NULL;
}

static cJSON *reply_parse(const char *text, struct problem *why)
{
	cJSON *reply = cJSON_Parse(text);
	const char *error = remote_text(reply, "error");
	if (*error == '\0' && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply, "ok")))
		return reply;
	if (*error != '\0')
		problem_set(why, "the server refuses: %s", error);
	else
		problem_set(why, "the server disconnected without a reply that makes sense");
	cJSON_Delete(reply);
	return NULL;
}

cJSON *remote_ask(const char *socket, const char *line, struct problem *why)
{
	int fd = server_connect(socket, why);
	if (fd < 0)
		return NULL;
	char *text = line_send(fd, line, why) ? reply_read(fd, why) : NULL;
	close(fd);
	cJSON *reply = text == NULL ? NULL : reply_parse(text, why);
	free(text);
	return reply;
}

double remote_number(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

const char *remote_text(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	return cJSON_IsString(item) ? item->valuestring : "";
}
