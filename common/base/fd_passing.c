#include "common/base/fd_passing.h"

#include <stddef.h>
#include <string.h>

void fd_passing_put(struct msghdr *message, union fd_room *room, const int *fds, unsigned count)
{
	if (count == 0)
		return;
	*room = (union fd_room){.bytes = {0}};
	message->msg_control = room->bytes;
	message->msg_controllen = CMSG_SPACE(count * sizeof *fds);
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof *fds);
	memcpy(CMSG_DATA(header), fds, count * sizeof *fds);
}

void fd_passing_expect(struct msghdr *message, union fd_room *room)
{
	message->msg_control = room->bytes;
	message->msg_controllen = sizeof room->bytes;
}

unsigned fd_passing_take(struct msghdr *message, int *fds, unsigned most)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
		header->cmsg_len < CMSG_LEN(0) || header->cmsg_len > CMSG_LEN(most * sizeof *fds))
		return 0;
	size_t bytes = header->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(header), bytes);
	return (unsigned)(bytes / sizeof *fds);
}
