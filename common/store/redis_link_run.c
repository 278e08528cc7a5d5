/* One timer serves the state the link is in: the deadline of the attempt, the longest silence while answers are awaited,
 * or the pause. It is set lazily and looks at the real clock when it fires: a loop's timers start from the time at which
 * its turn began, which is long ago when the loop was not turned for a while. */
#include "common/store/redis_link_parts.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "common/base/clock.h"
#include "common/base/point.h"
#include "common/loop/jobs.h"
#include "common/loop/loop.h"

enum {
	READ_BYTES = 64 * 1024,
	READS_PER_EVENT = 64,   /* then others get their turn; the event comes again */
	ELEMENTS_MAX = 1 << 24, /* of one answer; more is not believed */
	KEEP_BYTES = 1 << 20,   /* of an empty output */
	PAUSE_FIRST_MS = 100,
	STEADY_MS = 1000,  /* up this long: the next loss is a new one, not the same trouble going on */
	REMIND_MS = 60000, /* how often a lasting absence is logged again */
};

/* Work of a job thread; outlives the link if need be. */
struct resolving {
	struct redis_link *link; /* NULL: nobody waits any more */
	char host[256], port[8];
	int error;
	struct addrinfo *found;
};

static void attempt_begin(struct redis_link *link);
static void address_try(struct redis_link *link);
static void link_event(void *context, unsigned events);
static void link_down(struct redis_link *link, enum store_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* --- in and out: the loop enters through three doors (event, timer, resolved name) --- */

static void link_enter(struct redis_link *link)
{
	link->busy++;
}

static void link_leave(struct redis_link *link)
{
	if (--link->busy == 0 && link->doomed)
		free(link);
}

/* --- the timer --- */

static void timer_fired(void *context);

static void timer_arm(struct redis_link *link)
{
	if (link->timer != NULL || link->due_ms == 0)
		return;
	uint64_t now = clock_mono_ms();
	uint64_t delay = link->due_ms > now ? link->due_ms - now : 0;
	link->timer = loop_timer_once(link->loop, delay, timer_fired, link, "redis link");
}

void redis_link_due(struct redis_link *link, uint64_t delay_ms)
{
	uint64_t due = clock_mono_ms() + delay_ms;
	if (link->timer != NULL && due < link->due_ms)
		loop_timer_remove(&link->timer);
	link->due_ms = due;
	timer_arm(link);
}

static void timer_run(struct redis_link *link)
{
	uint64_t now = clock_mono_ms();
	if (link->state == LINK_UP) {
		link->due_ms = link->first == NULL ? 0 : link->progress_ms + link->command_timeout_ms;
		if (link->due_ms != 0 && now >= link->due_ms) {
			link_down(link, STORE_AWAY, "no answer for %" PRIu64 " ms", now - link->progress_ms);
			return;
		}
	}
	if (link->due_ms != 0 && now >= link->due_ms) {
		if (link->state == LINK_DOWN)
			attempt_begin(link);
		else
			link_down(link, STORE_AWAY, "no %s within %" PRIu64 " ms",
					  link->state == LINK_GREETING ? "greeting" : "connection", link->connect_timeout_ms);
		return;
	}
	timer_arm(link);
}

static void timer_fired(void *context)
{
	struct redis_link *link = context;
	link->timer = NULL;
	link_enter(link);
	timer_run(link);
	link_leave(link);
}

/* --- reader --- */

static void *array_create(const redisReadTask *task, int elements)
{
	const struct redis_link *link = task->privdata;
	return elements > ELEMENTS_MAX ? NULL : link->original->createArray(task, elements);
}

static bool reader_open(struct redis_link *link)
{
	link->reader = redisReaderCreate();
	if (link->reader == NULL)
		return false;
	link->original = link->reader->fn;
	link->functions = *link->original;
	link->functions.createArray = array_create;
	link->reader->fn = &link->functions;
	link->reader->privdata = link;
	return true;
}

static void reader_close(struct redis_link *link)
{
	if (link->reader != NULL)
		redisReaderFree(link->reader);
	link->reader = NULL;
}

/* --- going down --- */

static void transport_close(struct redis_link *link)
{
	loop_fd_remove(&link->watch); /* before the close: traps.md, Descriptors */
	redis_stream_close(&link->stream);
	reader_close(link);
	link->greeting.length = link->greeting_sent = 0;
}

static void addresses_free(struct redis_link *link)
{
	if (link->addresses != NULL)
		freeaddrinfo(link->addresses);
	link->addresses = link->address = NULL;
	if (link->resolving != NULL)
		link->resolving->link = NULL; /* its job frees it */
	link->resolving = NULL;
}

void redis_link_close(struct redis_link *link)
{
	loop_timer_remove(&link->timer);
	transport_close(link);
	addresses_free(link);
	while (link->first != NULL) {
		struct group *next = link->first->next;
		free(link->first);
		link->first = next;
	}
	link->last = NULL;
}

static uint64_t pause_ms(const struct redis_link *link)
{
	if (link->failures == 0)
		return 0;
	uint64_t pause = PAUSE_FIRST_MS;
	for (unsigned i = 1; i < link->failures && pause < link->pause_max_ms; i++)
		pause *= 2;
	return pause < link->pause_max_ms ? pause : link->pause_max_ms;
}

static void log_away(struct redis_link *link)
{
	uint64_t repeated;
	if (link->quiet || link->failures == 0 || !log_repeat_due(&link->remind, clock_mono_ms(), REMIND_MS, &repeated))
		return;
	char text[700];
	redis_link_state_text(link, text, sizeof text);
	log_warning("store: %s", text);
	link->told_away = true;
}

/* Tells everybody who waits that nothing will come. A callback may ask again (goes to the next connection) or destroy the
 * link (then nobody else is told). */
static void groups_fail(struct redis_link *link)
{
	struct problem why;
	enum store_result result = redis_link_trouble(link, &why);
	struct group *group = link->first;
	link->first = link->last = NULL;
	while (group != NULL) {
		struct group *next = group->next;
		if (!link->doomed) {
			struct redis_answer answer = {.index = group->answered, .last = true, .result = result, .why = &why};
			group->fn(group->context, &answer);
		}
		free(group);
		group = next;
	}
}

/* Whatever went wrong ends here. With another address of the host left, that one is tried first. */
static void link_down(struct redis_link *link, enum store_result result, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(link->trouble.text, sizeof link->trouble.text, format, args);
	va_end(args);
	link->trouble_result = result;

	bool was_up = link->state == LINK_UP;
	bool was_connecting = link->state == LINK_CONNECTING;
	transport_close(link);
	if (was_connecting && link->address != NULL && link->address->ai_next != NULL) {
		link->address = link->address->ai_next;
		address_try(link);
		return;
	}
	addresses_free(link);
	link->state = LINK_DOWN;
	link->output.length = link->output_sent = 0;
	link->output_blocked = false;
	assert(link->group_commands == 0); /* groups are built in one go, and nothing fails meanwhile */
	uint64_t now = clock_mono_ms();
	link->failures = was_up && now - link->up_since_ms >= STEADY_MS ? 0 : link->failures + 1;
	if (was_up)
		link->away_since_ms = now;
	loop_timer_remove(&link->timer);
	redis_link_due(link, pause_ms(link));
	log_away(link);
	groups_fail(link);
}

/* --- coming up --- */

static void resolve_run(void *job)
{
	struct resolving *r = job;
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	r->error = getaddrinfo(r->host, r->port, &hints, &r->found);
	if (r->error != 0)
		r->found = NULL;
}

static void resolved_take(struct redis_link *link, struct resolving *r)
{
	link->resolving = NULL;
	int error = r->error;
	link->addresses = link->address = r->found;
	free(r);
	if (link->addresses == NULL)
		link_down(link, STORE_AWAY, "cannot resolve the name: %s", gai_strerror(error));
	else
		address_try(link);
}

static void resolve_done(void *job)
{
	struct resolving *r = job;
	struct redis_link *link = r->link;
	if (link == NULL) {
		if (r->found != NULL)
			freeaddrinfo(r->found);
		free(r);
		return;
	}
	link_enter(link);
	resolved_take(link, r);
	link_leave(link);
}

static void name_resolve(struct redis_link *link)
{
	struct resolving *r = calloc(1, sizeof *r);
	if (r == NULL) {
		link_down(link, STORE_AWAY, "out of memory");
		return;
	}
	snprintf(r->host, sizeof r->host, "%s", link->host);
	snprintf(r->port, sizeof r->port, "%u", link->port);
	r->error = EAI_AGAIN;
	r->link = link;
	link->resolving = r;
	/* An address as text needs no name server and is read at once. */
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	if (getaddrinfo(r->host, r->port, &hints, &r->found) == 0) {
		resolved_take(link, r);
	} else if (link->jobs == NULL) {
		resolve_run(r);
		resolved_take(link, r);
	} else if (!jobs_add(link->jobs, resolve_run, resolve_done, r)) {
		link->resolving = NULL;
		free(r);
		link_down(link, STORE_AWAY, "no job thread is free to resolve the name");
	}
}

static void attempt_begin(struct redis_link *link)
{
	link->state = LINK_RESOLVING;
	redis_link_due(link, link->connect_timeout_ms);
	if (*link->socket != '\0')
		address_try(link);
	else
		name_resolve(link);
}

static void address_try(struct redis_link *link)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	const struct sockaddr *address = (const struct sockaddr *)&local;
	socklen_t length = sizeof local;
	if (*link->socket != '\0') {
		memcpy(local.sun_path, link->socket, strlen(link->socket) + 1); /* the length was checked at creation */
	} else {
		address = link->address->ai_addr;
		length = link->address->ai_addrlen;
	}
	link->state = LINK_CONNECTING;
	redis_link_due(link, link->connect_timeout_ms);
	struct problem why;
	if (!redis_stream_open(&link->stream, address, length, link->tls, &why)) {
		link_down(link, STORE_AWAY, "%s", why.text);
		return;
	}
	link->watch = loop_fd_add(link->loop, link->stream.fd, LOOP_READ | LOOP_WRITE, link_event, link, "redis link");
	if (link->watch == NULL || !reader_open(link))
		link_down(link, STORE_AWAY, "%s", strerror(errno));
}

bool redis_link_encode(struct store_buffer *buffer, const struct store_bytes *words, unsigned count)
{
	enum { FEW = 16 };
	const char *few_texts[FEW] = {0};
	size_t few_lengths[FEW] = {0};
	const char **texts = count <= FEW ? few_texts : malloc(count * sizeof(char *));
	size_t *lengths = count <= FEW ? few_lengths : malloc(count * sizeof *lengths);
	char *command = NULL;
	int length = -1;
	if (texts != NULL && lengths != NULL) {
		for (unsigned i = 0; i < count; i++) {
			texts[i] = words[i].data == NULL ? "" : words[i].data;
			lengths[i] = words[i].length;
		}
		length = redisFormatCommandArgv(&command, (int)count, texts, lengths);
	}
	if (count > FEW) {
		free(texts);
		free(lengths);
	}
	bool good = length >= 0 && store_buffer_append(buffer, command, (size_t)length);
	if (length >= 0)
		redisFreeCommand(command);
	return good;
}

static bool greeting_add(struct redis_link *link, const char *a, const char *b, const char *c)
{
	struct store_bytes words[3];
	unsigned count = 0;
	const char *const given[] = {a, b, c};
	for (unsigned i = 0; i < 3; i++) {
		if (given[i] != NULL)
			words[count++] = store_bytes_of(given[i]);
	}
	link->greeting_commands++;
	return redis_link_encode(&link->greeting, words, count);
}

static void greeting_begin(struct redis_link *link)
{
	link->state = LINK_GREETING;
	link->greeting.length = link->greeting_sent = 0;
	link->greeting_commands = link->greeting_answered = 0;
	char database[16];
	snprintf(database, sizeof database, "%u", link->database);
	bool named = *link->username != '\0';
	bool good = *link->password == '\0' ||
				greeting_add(link, "AUTH", named ? link->username : link->password, named ? link->password : NULL);
	good = good && (link->database == 0 || greeting_add(link, "SELECT", database, NULL));
	good = good && greeting_add(link, "PING", NULL, NULL);
	if (!good)
		link_down(link, STORE_AWAY, "out of memory");
}

static void came_up(struct redis_link *link)
{
	uint64_t now = clock_mono_ms();
	if (!link->quiet && link->was_up && link->told_away)
		log_notice("store: %s answers again after %" PRIu64 " s", link->name, (now - link->away_since_ms) / 1000);
	else if (!link->quiet && link->told_away)
		log_notice("store: %s answers", link->name);
	link->state = LINK_UP;
	link->told_away = false;
	link->remind = (struct log_repeat){0};
	link->was_up = true;
	link->up_since_ms = link->progress_ms = now;
	addresses_free(link);
	loop_timer_remove(&link->timer);
	link->due_ms = 0;
	if (link->first != NULL)
		redis_link_due(link, link->command_timeout_ms);
}

static void greeting_answer(struct redis_link *link, const redisReply *reply)
{
	/* Once it could not save its snapshot, Redis refuses even PING, and answers reads as ever. */
	static const char cannot_save[] = "MISCONF ";
	bool can_be_read = reply->type == REDIS_REPLY_ERROR && reply->len >= sizeof cannot_save - 1 &&
					   memcmp(reply->str, cannot_save, sizeof cannot_save - 1) == 0;
	if (reply->type == REDIS_REPLY_ERROR && !can_be_read) {
		struct problem why;
		enum store_result result = redis_link_error(reply, &why);
		link_down(link, result, "%s", why.text);
		return;
	}
	if (++link->greeting_answered == link->greeting_commands)
		came_up(link);
}

/* --- talking --- */

void redis_link_watch(struct redis_link *link)
{
	if (link->watch == NULL)
		return;
	bool sending = link->state == LINK_CONNECTING
					   ? !link->stream.connected
					   : link->greeting_sent < link->greeting.length ||
							 (link->state == LINK_UP && link->output_sent < link->output.length);
	loop_fd_want(link->watch, LOOP_READ | (sending || link->stream.wants_write ? LOOP_WRITE : 0u));
}

/* false: the link went down. */
static bool buffer_flush(struct redis_link *link, struct store_buffer *buffer, size_t *sent)
{
	while (*sent < buffer->length) {
		struct problem why;
		size_t left = buffer->length - *sent;
		/* A test that steps in sees it go out in parts, as a slow network may take it. */
		size_t part = point_hook == NULL ? left : (left + 1) / 2;
		point("redis: sending a part");
		long n = redis_stream_write(&link->stream, buffer->bytes + *sent, part, &why);
		if (n < 0) {
			link_down(link, STORE_AWAY, "%s", why.text);
			return false;
		}
		if (n == 0) {
			link->output_blocked = true;
			return true;
		}
		/* Small commands always fit into the kernel's buffer, whether Redis lives or not: only an output that was
		 * stuck and moves on shows that the other side reads. */
		if (link->output_blocked)
			link->progress_ms = clock_mono_ms();
		link->output_blocked = false;
		*sent += (size_t)n;
	}
	buffer->length = *sent = 0;
	if (buffer->capacity > KEEP_BYTES)
		store_buffer_free(buffer); /* a large batch is no reason to hold its size for ever */
	return true;
}

static bool link_flush(struct redis_link *link)
{
	if (!buffer_flush(link, &link->greeting, &link->greeting_sent))
		return false;
	return link->state != LINK_UP || buffer_flush(link, &link->output, &link->output_sent);
}

/* Hands one reply to whom it belongs. false: the link is down. */
static bool reply_deliver(struct redis_link *link, redisReply *reply)
{
	if (link->state == LINK_GREETING) {
		greeting_answer(link, reply);
		return link->state != LINK_DOWN;
	}
	struct group *group = link->first;
	if (group == NULL) {
		link_down(link, STORE_AWAY, "an answer that nobody asked for");
		return false;
	}
	struct redis_answer answer = {.reply = reply, .index = group->answered++, .result = STORE_DONE};
	answer.last = group->answered == group->commands;
	redis_answer_fn *fn = group->fn;
	void *context = group->context;
	if (answer.last) {
		link->first = group->next;
		if (link->first == NULL)
			link->last = NULL;
		free(group);
	}
	fn(context, &answer);
	return link->state == LINK_UP; /* a destroyed link is down */
}

static bool replies_deliver(struct redis_link *link)
{
	for (;;) {
		void *reply = NULL;
		if (redisReaderGetReply(link->reader, &reply) != REDIS_OK) {
			link_down(link, STORE_AWAY, "an answer that is not Redis' protocol (%s)", link->reader->errstr);
			return false;
		}
		if (reply == NULL)
			return true;
		bool going_on = reply_deliver(link, reply);
		freeReplyObject(reply);
		if (!going_on)
			return false;
	}
}

static void link_receive(struct redis_link *link)
{
	char bytes[READ_BYTES];
	for (int i = 0; i < READS_PER_EVENT || link->stream.ssl != NULL; i++) {
		struct problem why;
		long n = redis_stream_read(&link->stream, bytes, sizeof bytes, &why);
		if (n == 0)
			return;
		if (n < 0) {
			link_down(link, STORE_AWAY, "%s", why.text);
			return;
		}
		link->progress_ms = clock_mono_ms();
		if (redisReaderFeed(link->reader, bytes, (size_t)n) != REDIS_OK) {
			link_down(link, STORE_AWAY, "%s", link->reader->errstr);
			return;
		}
		if (!replies_deliver(link))
			return;
	}
}

static bool link_connect_on(struct redis_link *link)
{
	struct problem why;
	switch (redis_stream_advance(&link->stream, &why)) {
	case STREAM_WAITING:
		redis_link_watch(link);
		return false;
	case STREAM_FAILED:
		link_down(link, link->stream.certificate_bad ? STORE_REFUSED : STORE_AWAY, "%s", why.text);
		return false;
	case STREAM_READY:
		break;
	}
	greeting_begin(link);
	return link->state == LINK_GREETING;
}

/* Reads whatever it was that woke us: with TLS, writing may have waited for reading, and a hang-up shows itself as the
 * end of the stream. */
static void link_event(void *context, unsigned events)
{
	struct redis_link *link = context;
	(void)events;
	link_enter(link);
	if ((link->state != LINK_CONNECTING || link_connect_on(link)) && link_flush(link)) {
		link_receive(link);
		if (link->watch != NULL && link->state != LINK_CONNECTING && link_flush(link))
			redis_link_watch(link);
	}
	link_leave(link);
}
