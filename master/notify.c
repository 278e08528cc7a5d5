#include "master/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/fd_passing.h"
#include "common/base/number.h"

/* `passed` -1 = no descriptor. */
static bool message_send(int passed, char *text, size_t length)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
		return false;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* a name without a file */

	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	struct iovec iov = {.iov_base = text, .iov_len = length};
	union fd_room room;
	struct msghdr msg = {.msg_name = &to,
						 .msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)),
						 .msg_iov = &iov,
						 .msg_iovlen = 1};
	fd_passing_put(&msg, &room, &passed, passed >= 0);
	bool sent = sendmsg(fd, &msg, MSG_NOSIGNAL) == (ssize_t)length;
	close(fd);
	return sent;
}

static bool text_send(int passed, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static bool text_send(int passed, const char *format, va_list args)
{
	char text[512];
	int length = vsnprintf(text, sizeof text, format, args);
	return length > 0 && (size_t)length < sizeof text && message_send(passed, text, (size_t)length);
}

bool notify_send(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool sent = text_send(-1, format, args);
	va_end(args);
	return sent;
}

bool notify_send_fd(int fd, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	bool sent = text_send(fd, format, args);
	va_end(args);
	return sent;
}

uint64_t notify_watchdog_every_ms(void)
{
	const char *every_us = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
	int64_t us, pid;
	if (every_us == NULL || !number_parse(every_us, 1, INT64_MAX / 2, &us))
		return 0;
	if (whose != NULL && (!number_parse(whose, 1, INT32_MAX, &pid) || pid != getpid()))
		return 0;
	return us < 4000 ? 1 : (uint64_t)us / 2000;
}
