/* notify.h - what the service manager is told (systemd's sd_notify protocol: one datagram to $NOTIFY_SOCKET).
 *
 * Without $NOTIFY_SOCKET everything here does nothing. Never blocks, never fails aloud: the server does not depend on
 * who started it. */
#ifndef ARGENTUM_MASTER_NOTIFY_H
#define ARGENTUM_MASTER_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Lines "NAME=value" separated by line ends, e.g. "READY=1\nSTATUS=412 players". true: it was sent. */
bool notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with a descriptor, which the manager duplicates. */
bool notify_send_fd(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How often the service manager wants WATCHDOG=1, ms: half of what $WATCHDOG_USEC allows. 0 = it does not. */
uint64_t notify_watchdog_every_ms(void);

#endif
