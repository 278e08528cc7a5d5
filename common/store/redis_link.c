#include "common/store/redis_link.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "common/base/clock.h"
#include "common/store/redis_link_parts.h"

enum { OUTPUT_MAX = 1 << 30 }; /* bytes waiting to be sent */

bool redis_link_is_up(const struct redis_link *link)
{
	return link->state == LINK_UP;
}

bool redis_link_takes(const struct redis_link *link)
{
	return link->state != LINK_DOWN || link->failures == 0;
}

enum store_result redis_link_trouble(const struct redis_link *link, struct problem *why)
{
	problem_set(why, "%s: %s", link->name, link->trouble.text);
	return link->trouble_result;
}

void redis_link_state_text(const struct redis_link *link, char *text, size_t size)
{
	uint64_t now = clock_mono_ms();
	if (link->state == LINK_UP) {
		snprintf(text, size, "%s up for %" PRIu64 " s", link->name, (now - link->up_since_ms) / 1000);
		return;
	}
	const char *reason = link->trouble.text[0] != '\0' ? link->trouble.text : "connecting for the first time";
	int n = snprintf(text, size, "%s %s for %" PRIu64 " s (%s)", link->name,
					 link->trouble_result == STORE_REFUSED ? "refuses us" : "unreachable",
					 (now - link->away_since_ms) / 1000, reason);
	if (n < 0 || (size_t)n >= size)
		return;
	if (link->state == LINK_DOWN)
		snprintf(text + n, size - (size_t)n, ", next try in %" PRIu64 " s",
				 link->due_ms > now ? (link->due_ms - now + 999) / 1000 : 0);
	else
		snprintf(text + n, size - (size_t)n, ", trying now");
}

bool redis_link_add(struct redis_link *link, const struct store_bytes *words, unsigned count)
{
	if (link->group_failed)
		return false;
	if (link->group_commands == 0)
		link->group_start = link->output.length;
	if (link->output.length > OUTPUT_MAX || !redis_link_encode(&link->output, words, count)) {
		link->group_failed = true;
		return false;
	}
	link->group_commands++;
	return true;
}

bool redis_link_submit(struct redis_link *link, redis_answer_fn *fn, void *context)
{
	assert(link->group_commands > 0 || link->group_failed);
	struct group *group = link->group_failed || !redis_link_takes(link) ? NULL : calloc(1, sizeof *group);
	if (group == NULL) {
		if (link->output.length > link->group_start)
			link->output.length = link->group_start;
		link->group_commands = 0;
		link->group_failed = false;
		return false;
	}
	*group = (struct group){.fn = fn, .context = context, .commands = link->group_commands};
	if (link->first == NULL) {
		link->first = group;
		link->progress_ms = clock_mono_ms();
		if (link->state == LINK_UP)
			redis_link_due(link, link->command_timeout_ms);
	} else {
		link->last->next = group;
	}
	link->last = group;
	link->group_commands = 0;
	redis_link_watch(link);
	return true;
}

enum store_result redis_link_error(const struct redisReply *reply, struct problem *why)
{
	static const char *const passing[] = {"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS"};
	problem_set(why, "%.*s", (int)(reply->len < 400 ? reply->len : 400), reply->str);
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
		size_t length = strlen(passing[i]);
		if ((size_t)reply->len > length && memcmp(reply->str, passing[i], length) == 0 && reply->str[length] == ' ')
			return STORE_AWAY;
	}
	return STORE_REFUSED;
}

/* --- birth and death --- */

static char *text_copy(const char *text)
{
	return strdup(text == NULL ? "" : text);
}

static bool options_check(const struct redis_link_options *options, struct problem *why)
{
	if (options->port > 65535)
		return problem_set(why, "redis: port %u; 1 to 65535 is allowed", options->port);
	size_t longest = sizeof(struct sockaddr_un) - offsetof(struct sockaddr_un, sun_path) - 1;
	bool local = options->socket != NULL && *options->socket != '\0';
	if (local && strlen(options->socket) > longest)
		return problem_set(why, "redis: the socket's path \"%s\" is longer than %zu bytes", options->socket, longest);
	if (local && options->tls)
		return problem_set(why, "redis: TLS is for TCP; the socket \"%s\" needs none", options->socket);
	if (options->host != NULL && strlen(options->host) > 255)
		return problem_set(why, "redis: a host name of %zu bytes; at most 255 are allowed", strlen(options->host));
	if (options->username != NULL && *options->username != '\0' &&
		(options->password == NULL || *options->password == '\0'))
		return problem_set(why, "redis: user \"%s\" has no password", options->username);
	return true;
}

static bool options_take(struct redis_link *link, const struct redis_link_options *options, struct problem *why)
{
	bool hosted = options->host != NULL && *options->host != '\0';
	link->host = text_copy(hosted ? options->host : "127.0.0.1");
	link->socket = text_copy(options->socket);
	link->username = text_copy(options->username);
	link->password = text_copy(options->password);
	if (link->host == NULL || link->socket == NULL || link->username == NULL || link->password == NULL)
		return problem_set(why, "redis: out of memory");
	link->port = options->port != 0 ? options->port : 6379;
	link->database = options->database;
	link->connect_timeout_ms = options->connect_timeout_ms != 0 ? options->connect_timeout_ms : 2000;
	link->command_timeout_ms = options->command_timeout_ms != 0 ? options->command_timeout_ms : 3000;
	link->pause_max_ms = options->pause_max_ms != 0 ? options->pause_max_ms : 5000;
	if (*link->socket != '\0')
		snprintf(link->name, sizeof link->name, "redis %s", link->socket);
	else
		snprintf(link->name, sizeof link->name, "redis %s%s:%u", options->tls ? "(TLS) " : "", link->host, link->port);
	if (!options->tls)
		return true;
	link->tls = redis_tls_create(
		options->tls_ca != NULL ? options->tls_ca : "", options->tls_cert != NULL ? options->tls_cert : "",
		options->tls_key != NULL ? options->tls_key : "", !options->tls_no_verify, link->host, why);
	return link->tls != NULL;
}

struct redis_link *redis_link_create(struct loop *loop, struct jobs *jobs, const struct redis_link_options *options,
									 bool quiet, struct problem *why)
{
	if (!options_check(options, why))
		return NULL;
	struct redis_link *link = calloc(1, sizeof *link);
	if (link == NULL) {
		problem_set(why, "redis: out of memory");
		return NULL;
	}
	link->loop = loop;
	link->jobs = jobs;
	link->quiet = quiet;
	link->stream.fd = -1;
	link->trouble_result = STORE_AWAY;
	link->away_since_ms = clock_mono_ms();
	if (!options_take(link, options, why)) {
		redis_link_destroy(&link);
		return NULL;
	}
	redis_link_due(link,
				   0); /* the first attempt begins in the loop, so that nothing is called before we have returned */
	return link;
}

void redis_link_destroy(struct redis_link **handle)
{
	struct redis_link *link = *handle;
	if (link == NULL)
		return;
	*handle = NULL;
	link->state = LINK_DOWN;
	redis_link_close(link);
	store_buffer_free(&link->greeting);
	store_buffer_free(&link->output);
	redis_tls_destroy(&link->tls);
	if (link->password != NULL)
		explicit_bzero(link->password, strlen(link->password));
	free(link->host);
	free(link->socket);
	free(link->username);
	free(link->password);
	link->doomed = true;
	if (link->busy == 0)
		free(link);
}
