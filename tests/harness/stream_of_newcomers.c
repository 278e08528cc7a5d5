#include "tests/harness/stream_of_newcomers.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/protocol/packets.h"
#include "tests/harness/scenario.h"

struct newcomers newcomers_begin(const struct game_server *server)
{
	return (struct newcomers){.server = server};
}

void newcomers_look(struct newcomers *n, int timeout_ms)
{
	struct pollfd wait[NEWCOMERS_WAITING];
	for (unsigned i = 0; i < n->waiting_count; i++)
		wait[i] = (struct pollfd){.fd = n->waiting[i], .events = POLLIN};
	if (poll(wait, n->waiting_count, timeout_ms) <= 0)
		return;
	unsigned left = 0;
	for (unsigned i = 0; i < n->waiting_count; i++) {
		uint8_t bytes[64];
		ssize_t got = wait[i].revents != 0 ? recv(wait[i].fd, bytes, sizeof bytes, MSG_DONTWAIT) : -1;
		if (wait[i].revents == 0 || (got < 0 && errno == EAGAIN)) {
			n->waiting[left++] = wait[i].fd;
			continue;
		}
		n->served += got > 0 && bytes[0] == S2C_DICE_ROLL;
		n->reset += got <= 0;
		close(wait[i].fd);
	}
	n->waiting_count = left;
}

static void connect_one(struct newcomers *n)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)n->server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static const uint8_t roll[] = {C2S_THROW_DICES};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	n->count++;
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
		send(fd, roll, sizeof roll, MSG_NOSIGNAL) != (ssize_t)sizeof roll) {
		n->refused++;
		if (fd >= 0)
			close(fd);
		return;
	}
	n->waiting[n->waiting_count++] = fd;
}

void newcomers_connect(struct newcomers *n, unsigned count)
{
	uint64_t until = scenario_deadline();
	while (count > 0) {
		newcomers_look(n, 0);
		while (n->waiting_count == NEWCOMERS_WAITING) {
			newcomers_look(n, 5);
			if (n->waiting_count == NEWCOMERS_WAITING)
				scenario_look_again(until, __FILE__, __LINE__, "newcomers are answered");
		}
		connect_one(n);
		count--;
	}
}

void newcomers_abandon(struct newcomers *n)
{
	for (unsigned i = 0; i < n->waiting_count; i++)
		close(n->waiting[i]);
	n->count -= n->waiting_count;
	n->waiting_count = 0;
}

void newcomers_expect_all_served(struct newcomers *n)
{
	uint64_t until = scenario_deadline();
	for (newcomers_look(n, 5); n->waiting_count > 0; newcomers_look(n, 5))
		scenario_look_again(until, __FILE__, __LINE__, "newcomers are answered");
	EXPECT(n->served == n->count, "of %u newcomers %u were served, %u refused, %u reset", n->count, n->served,
		   n->refused, n->reset);
}
