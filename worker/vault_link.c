#include "worker/vault_link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/base/fd_passing.h"
#include "common/base/log.h"
#include "common/base/point.h"
#include "worker/client.h"

/* Two messages per connection can wait at most: a drop behind its deposit, and then the slot's next deposit waits for
 * nothing else. One to spare. */
bool vault_link_create(struct worker *w, struct problem *why)
{
	w->vault_capacity = w->world.limits.connections * 3 + 16;
	w->vault_waiting = calloc(w->vault_capacity, sizeof *w->vault_waiting);
	return w->vault_waiting != NULL || problem_set(why, "out of memory for the line to the vault");
}

void vault_link_destroy(struct worker *w)
{
	free(w->vault_waiting);
}

bool vault_link_send(int master, const struct master_message *message, int fd)
{
	struct iovec iov = {.iov_base = (void *)message, .iov_len = sizeof *message};
	union fd_room room;
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	fd_passing_put(&msg, &room, &fd, fd >= 0);
	ssize_t n;
	point("telling the vault");
	do
		n = sendmsg(master, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

static bool message_send(struct worker *w, const struct vault_message *message)
{
	struct master_message body = {
		.kind = message->kind, .connection = message->connection, .generation = message->generation};
	if (vault_link_send(w->start.master, &body, message->kind == MASTER_DEPOSIT ? message->fd : -1))
		return true;
	/* A dead master is noticed by its EOF; then nothing needs to be deposited any more. */
	return errno != EAGAIN && errno != EWOULDBLOCK && errno != ETOOMANYREFS && errno != ENOBUFS;
}

/* false: it waits its turn. */
static bool message_add(struct worker *w, const struct vault_message *message)
{
	if (w->vault_count == 0 && message_send(w, message))
		return true;
	if (w->vault_count == w->vault_capacity) {
		log_error("the line to the master's vault is full: connection %u would not survive this worker",
				  message->connection);
		return true;
	}
	w->vault_waiting[(w->vault_first + w->vault_count++) % w->vault_capacity] = *message;
	return false;
}

void vault_link_deposit(struct worker *w, struct client *client)
{
	client->undeposited = !message_add(w, &(struct vault_message){.kind = MASTER_DEPOSIT,
																  .connection = client->index,
																  .generation = client->c->generation,
																  .fd = client->c->fd});
}

void vault_link_drop(struct worker *w, const struct client *client)
{
	/* A deposit that still waits must not be sent: its descriptor is about to be closed. */
	for (uint32_t i = 0; i < w->vault_count; i++) {
		struct vault_message *waiting = &w->vault_waiting[(w->vault_first + i) % w->vault_capacity];
		if (waiting->connection == client->index && waiting->generation == client->c->generation)
			waiting->kind = MASTER_NOTHING;
	}
	message_add(w,
				&(struct vault_message){
					.kind = MASTER_DROP, .connection = client->index, .generation = client->c->generation, .fd = -1});
}

void vault_link_forget(struct worker *w, struct handle connection)
{
	message_add(
		w, &(struct vault_message){
			   .kind = MASTER_DROP, .connection = connection.index, .generation = connection.generation, .fd = -1});
}

void vault_link_turn(struct worker *w)
{
	while (w->vault_count > 0) {
		const struct vault_message *message = &w->vault_waiting[w->vault_first];
		if (message->kind != MASTER_NOTHING && !message_send(w, message))
			return;
		if (message->kind == MASTER_DEPOSIT)
			client_deposited(&w->clients[message->connection]); /* who was closed meanwhile waits as MASTER_NOTHING */
		w->vault_first = (w->vault_first + 1) % w->vault_capacity;
		w->vault_count--;
	}
}
