#include "master/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/number.h"

bool notify_send(const char *format, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
		return false;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* a name without a file */

	char text[512];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (length <= 0 || (size_t)length >= sizeof text)
		return false;

	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	bool sent = sendto(fd, text, (size_t)length, MSG_NOSIGNAL, (struct sockaddr *)&to, size) == length;
	close(fd);
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
