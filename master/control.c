#include "master/control.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/loop/loop.h"
#include "master/control_socket.h"

enum { ACCEPT_PAUSE_MS = 1000 };

/* Somebody connected. */
struct control_client {
	struct control *control;
	int fd; /* -1 = this place is free */
	struct loop_fd *watch;
	struct loop_timer *patience;
	char line[CONTROL_LINE_MAX];
	size_t line_length;
	char *reply; /* NULL until the request was answered */
	size_t reply_length, sent;
};

struct control {
	struct loop *loop;
	struct control_options options;
	char path[128];
	int fd;
	struct loop_fd *watch;
	struct loop_timer *resume; /* after accept failed for want of descriptors */
	struct control_client client[CONTROL_CLIENTS_MAX];
};

static void client_drop(struct control_client *client)
{
	loop_timer_remove(&client->patience);
	loop_fd_remove(&client->watch);
	if (client->fd >= 0)
		close(client->fd);
	free(client->reply);
	*client = (struct control_client){.control = client->control, .fd = -1};
}

static void patience_over(void *context)
{
	struct control_client *client = context;
	client->patience = NULL; /* fired: the loop forgets it */
	log_info("control: a client that %s was disconnected",
			 client->reply == NULL ? "sent no whole request" : "did not read its reply");
	client_drop(client);
}

/* --- answering ---------------------------------------------------------------------------------------------------- */

/* Sends what the socket takes; done or broken: the client is gone. */
static void reply_send(struct control_client *client)
{
	while (client->sent < client->reply_length) {
		ssize_t n = send(client->fd, client->reply + client->sent, client->reply_length - client->sent,
						 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			loop_fd_want(client->watch, LOOP_WRITE);
			return;
		}
		if (n < 0)
			break;
		client->sent += (size_t)n;
	}
	client_drop(client);
}

/* Divides the line into verb and argument, in place; bytes that no request has become '?'. */
static void request_divide(char *line, struct control_request *request)
{
	for (char *c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = *c == '\r' ? ' ' : '?';
	}
	for (size_t n = strlen(line); n > 0 && line[n - 1] == ' '; n--)
		line[n - 1] = '\0';
	char *argument = strchr(line, ' ');
	request->verb = line;
	request->argument = "";
	if (argument != NULL) {
		*argument++ = '\0';
		request->argument = argument + strspn(argument, " ");
	}
}

static struct control_request request_make(struct control_client *client)
{
	struct control_request request = {.verb = "", .user = (uid_t)-1};
	struct ucred who;
	socklen_t size = sizeof who;
	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0) {
		request.user = who.uid;
		request.process = who.pid;
	}
	request_divide(client->line, &request);
	return request;
}

/* The document as one line, ended; NULL when it is too long or memory is short. */
static char *reply_print(cJSON *reply, size_t *length)
{
	char *text = reply == NULL ? NULL : cJSON_PrintUnformatted(reply);
	if (text == NULL)
		return NULL;
	*length = strlen(text) + 1;
	char *line = *length <= CONTROL_REPLY_MAX ? malloc(*length) : NULL;
	if (line != NULL) {
		memcpy(line, text, *length - 1);
		line[*length - 1] = '\n';
	}
	cJSON_free(text);
	return line;
}

static void request_answer(struct control_client *client, const char *refusal)
{
	struct control *control = client->control;
	cJSON *reply = cJSON_CreateObject();
	if (refusal != NULL) {
		cJSON_AddStringToObject(reply, "error", refusal);
	} else {
		struct control_request request = request_make(client);
		control->options.answer(control->options.context, &request, reply);
	}
	cJSON_AddBoolToObject(reply, "ok", cJSON_GetObjectItemCaseSensitive(reply, "error") == NULL);
	client->reply = reply_print(reply, &client->reply_length);
	cJSON_Delete(reply);
	if (client->reply == NULL) {
		log_error("control: a reply was too long, or memory is short");
		client_drop(client);
		return;
	}
	reply_send(client);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static void request_read(struct control_client *client)
{
	for (;;) {
		ssize_t n = recv(client->fd, client->line + client->line_length, sizeof client->line - client->line_length,
						 MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 || (n == 0 && client->line_length == 0)) {
			client_drop(client);
			return;
		}
		size_t before = client->line_length;
		client->line_length += (size_t)n;
		char *end = memchr(client->line + before, '\n', (size_t)n);
		if (end == NULL && client->line_length == sizeof client->line) {
			request_answer(client, "the request is too long");
			return;
		}
		if (end == NULL && n > 0)
			continue;
		if (end == NULL)
			end = client->line + client->line_length; /* the end of what it sends ends the line too */
		*end = '\0';
		for (char *c = client->line; c < end; c++)
			*c = *c == '\0' ? '?' : *c;
		request_answer(client, NULL);
		return;
	}
}

static void client_ready(void *context, unsigned events)
{
	struct control_client *client = context;
	if (client->reply != NULL) {
		if ((events & (LOOP_WRITE | LOOP_HANGUP)) != 0)
			reply_send(client); /* after a hang-up it fails, and the client is dropped */
		return;
	}
	request_read(client);
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

static struct control_client *place_find(struct control *control)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->client[i].fd < 0)
			return &control->client[i];
	}
	return NULL;
}

static void client_accept(struct control *control, int fd)
{
	struct control_client *client = place_find(control);
	if (client == NULL) {
		close(fd);
		return;
	}
	client->fd = fd;
	client->watch = loop_fd_add(control->loop, fd, LOOP_READ, client_ready, client, "control client");
	client->patience =
		loop_timer_once(control->loop, control->options.patience_ms, patience_over, client, "control client's time");
	if (client->watch == NULL || client->patience == NULL)
		client_drop(client);
}

static void accept_resume(void *context)
{
	struct control *control = context;
	control->resume = NULL;
	loop_fd_want(control->watch, LOOP_READ);
}

static void accept_ready(void *context, unsigned events)
{
	struct control *control = context;
	(void)events;
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			client_accept(control, fd);
			continue;
		}
		if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
			return;
		log_warning("control: accept: %s; trying again in %d ms", strerror(errno), ACCEPT_PAUSE_MS);
		loop_fd_want(control->watch, 0);
		if (control->resume == NULL)
			control->resume =
				loop_timer_once(control->loop, ACCEPT_PAUSE_MS, accept_resume, control, "control accepts again");
		return;
	}
}

struct control *control_open(struct loop *loop, const struct control_options *options, struct problem *why)
{
	int fd = options->inherited > 0 ? options->inherited : control_socket_make(options->path, options->mode, why);
	if (fd < 0)
		return NULL;
	struct control *control = calloc(1, sizeof *control);
	if (control == NULL) {
		close(fd);
		problem_set(why, "control: out of memory");
		return NULL;
	}
	control->loop = loop;
	control->options = *options;
	control->fd = fd;
	if (control->options.patience_ms == 0)
		control->options.patience_ms = CONTROL_PATIENCE_MS;
	snprintf(control->path, sizeof control->path, "%s", options->path);
	control->options.path = control->path;
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->client[i] = (struct control_client){.control = control, .fd = -1};
	control->watch = loop_fd_add(loop, fd, LOOP_READ, accept_ready, control, "control socket");
	if (control->watch == NULL) {
		problem_set(why, "control: %s", strerror(errno));
		control_close(&control);
	}
	return control;
}

int control_descriptor(const struct control *control)
{
	return control->fd;
}

static void control_free(struct control *c)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (c->client[i].fd >= 0)
			client_drop(&c->client[i]);
	}
	loop_timer_remove(&c->resume);
	loop_fd_remove(&c->watch);
	free(c);
}

void control_abandon(struct control **control)
{
	if (*control != NULL)
		control_free(*control);
	*control = NULL;
}

void control_close(struct control **control)
{
	struct control *c = *control;
	if (c == NULL)
		return;
	*control = NULL;
	int fd = c->fd;
	unlink(c->path);
	control_free(c);
	close(fd);
}
