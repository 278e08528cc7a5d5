#include "worker/stream.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/base/point.h"
#include "worker/output.h"

enum { SAMPLES_MOST = 100 };

/* tcpi_state; <netinet/tcp.h> has the names but not the whole tcp_info. */
enum { STATE_TIME_WAIT = 6, STATE_CLOSE = 7, STATE_CLOSE_WAIT = 8, STATE_LAST_ACK = 9, STATE_CLOSING = 11 };

struct stream {
	uint64_t read;    /* bytes the former owner has taken out of the socket */
	uint64_t written; /* bytes it has put in */
};

static bool fin_came(uint8_t state)
{
	return state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING || state == STATE_TIME_WAIT;
}

/* Both positions of a living socket; taken again until nothing moved in between. */
static bool stream_ask(int fd, uint64_t acked_base, struct stream *stream)
{
	for (int i = 0; i < SAMPLES_MOST; i++) {
		struct tcp_info before = {0}, after = {0};
		socklen_t length = sizeof before;
		int unread = 0, unsent = 0;
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &before, &length) != 0 || ioctl(fd, SIOCINQ, &unread) != 0 ||
			ioctl(fd, SIOCOUTQ, &unsent) != 0)
			return false;
		length = sizeof after;
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &after, &length) != 0)
			return false;
		if (before.tcpi_bytes_received != after.tcpi_bytes_received ||
			before.tcpi_bytes_acked != after.tcpi_bytes_acked || before.tcpi_state != after.tcpi_state)
			continue;
		/* A FIN counts as a byte received but never as one to read. */
		stream->read = after.tcpi_bytes_received - (fin_came(after.tcpi_state) ? 1 : 0) - (uint64_t)unread;
		stream->written = after.tcpi_bytes_acked - acked_base + (uint64_t)unsent;
		return true;
	}
	return false;
}

bool stream_repair(struct connection *c, int fd)
{
	struct stream stream;
	if (!stream_ask(fd, c->acked_base, &stream))
		return false;
	uint64_t known = c->consumed + (c->input.end - c->input.start);
	uint64_t queued = cursor_now(c)->appended;
	if (stream.read < known || stream.read - known > INPUT_BYTES - c->input.end || stream.written < c->sent ||
		stream.written > queued)
		return false;
	c->input.end += (uint32_t)(stream.read - known); /* the kernel has copied these bytes into the buffer */
	point("input repaired");
	c->sent = stream.written;
	point("output repaired");
	return true;
}

void stream_repair_last(struct connection *c, int fd)
{
	struct stream stream;
	uint64_t queued = cursor_now(c)->appended;
	bool known = stream_ask(fd, c->acked_base, &stream) && stream.written >= c->sent && stream.written <= queued;
	c->sent = known ? stream.written : queued;
}

uint64_t stream_received(const struct connection *c)
{
	int unread = 0;
	uint64_t buffered = c->input.end - c->input.start;
	return c->consumed + buffered + (ioctl(c->fd, SIOCINQ, &unread) == 0 && unread > 0 ? (uint64_t)unread : 0);
}

bool stream_has_arrived(const struct connection *c, uint64_t position)
{
	int waiting = 0;
	return c->sent >= position && ioctl(c->fd, SIOCOUTQ, &waiting) == 0 && waiting >= 0 &&
		   c->sent - (uint64_t)waiting >= position;
}

uint64_t stream_window_end(const struct connection *c, int fd)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
		length < offsetof(struct tcp_info, tcpi_snd_wnd) + sizeof info.tcpi_snd_wnd)
		return UINT64_MAX;
	return info.tcpi_bytes_acked - c->acked_base + info.tcpi_snd_wnd;
}

bool stream_is_reset(int fd)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_state == STATE_CLOSE;
}
