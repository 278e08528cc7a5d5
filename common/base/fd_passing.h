/* fd_passing.h - descriptors that go along with a message on a Unix socket (SCM_RIGHTS, unix(7)).
 *
 * Nothing here owns anything: the room is the caller's, and lives until sendmsg or recvmsg has returned. */
#ifndef ARGENTUM_BASE_FD_PASSING_H
#define ARGENTUM_BASE_FD_PASSING_H

#include <sys/socket.h>

enum { FD_PASSING_MAX = 2 }; /* with one message */

union fd_room {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(FD_PASSING_MAX * sizeof(int))];
};

/* Before sendmsg: fds[count] go along; the sender's stay its own. `count` 0 .. FD_PASSING_MAX; with 0 the message is as it
 * was. */
void fd_passing_put(struct msghdr *message, union fd_room *room, const int *fds, unsigned count);

/* Before recvmsg (call it with MSG_CMSG_CLOEXEC). */
void fd_passing_expect(struct msghdr *message, union fd_room *room);

/* After recvmsg: the descriptors that came along, now the caller's, and how many; 0 when there are none, or more than
 * `most`. */
unsigned fd_passing_take(struct msghdr *message, int *fds, unsigned most);

#endif
