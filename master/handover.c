#include "master/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "master/master.h"
#include "master/pidfile.h"

static const char magic[8] = "ARGHANDO";

struct header {
	char magic[8];
	uint32_t version;
	uint32_t reserve;
	uint64_t length; /* of what follows */
	uint64_t checksum;
};

enum record_mode { RECORD_WRITE, RECORD_READ, RECORD_KEEP, RECORD_CROSS };

/* One walk over all fields. WRITE and READ move bytes; KEEP and CROSS only look at the descriptors: close-on-exec, or not. */
struct record {
	enum record_mode mode;
	uint32_t version;
	uint8_t *bytes;
	size_t length, capacity;
	bool bad;
	struct problem *why;
};

static uint64_t checksum_of(const uint8_t *bytes, size_t length)
{
	uint64_t sum = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ bytes[i]) * UINT64_C(1099511628211);
	return sum;
}

static void fail(struct record *r, const char *what)
{
	if (!r->bad)
		problem_set(r->why, "the record of what is handed over: %s", what);
	r->bad = true;
}

static void bytes_move(struct record *r, void *at, size_t size)
{
	if (r->bad || r->mode > RECORD_READ)
		return;
	if (r->mode == RECORD_READ) {
		if (size > r->capacity - r->length)
			fail(r, "it is too short");
		else
			memcpy(at, r->bytes + r->length, size);
		r->length += r->bad ? 0 : size;
		return;
	}
	if (r->length + size > r->capacity) {
		size_t capacity = (r->length + size) * 2;
		uint8_t *grown = realloc(r->bytes, capacity);
		if (grown == NULL) {
			fail(r, "out of memory");
			return;
		}
		r->bytes = grown;
		r->capacity = capacity;
	}
	memcpy(r->bytes + r->length, at, size);
	r->length += size;
}

/* A number of any width here, eight bytes in the record; *at stays what it is when the record is at fault. */
#define NUMBER(r, at)                                                                                                  \
	do {                                                                                                               \
		int64_t number_ = (int64_t)(at);                                                                               \
		bytes_move((r), &number_, sizeof number_);                                                                     \
		if ((r)->mode == RECORD_READ && !(r)->bad)                                                                     \
			(at) = (__typeof__(at))number_;                                                                            \
	} while (0)

static uint32_t count_move(struct record *r, uint32_t count, uint32_t most)
{
	NUMBER(r, count);
	if (r->mode == RECORD_READ && count > most)
		fail(r, "a count is out of range");
	return r->bad ? 0 : count;
}

static void text_move(struct record *r, char *text, size_t capacity)
{
	uint32_t length = r->mode == RECORD_READ ? 0 : (uint32_t)strnlen(text, capacity - 1);
	length = count_move(r, length, (uint32_t)capacity - 1);
	bytes_move(r, text, length);
	if (r->mode == RECORD_READ)
		text[length] = '\0';
}

static void fd_move(struct record *r, int *fd)
{
	NUMBER(r, *fd);
	if (r->bad || *fd < 0)
		return;
	if (r->mode == RECORD_READ && fcntl(*fd, F_GETFD) < 0)
		fail(r, "a descriptor that it names is not there");
	if (r->mode == RECORD_KEEP)
		fcntl(*fd, F_SETFD, FD_CLOEXEC);
	if (r->mode == RECORD_CROSS)
		fcntl(*fd, F_SETFD, 0);
}

/* --- the parts ---------------------------------------------------------------------------------------------------- */

static void handover_move(struct record *r, struct handover *h)
{
	fd_move(r, &h->image_fd);
	text_move(r, h->image_path, sizeof h->image_path);
	NUMBER(r, h->change_id);
	text_move(r, h->reason, sizeof h->reason);
	NUMBER(r, h->fresh);
	NUMBER(r, h->replaced);
}

static void segments_move(struct record *r, struct segments *s)
{
	fd_move(r, &s->catalog_fd);
	fd_move(r, &s->world_fd);
	uint32_t wakers = count_move(r, PROCESS_SLOTS, PROCESS_SLOTS);
	for (uint32_t i = 0; i < wakers; i++)
		fd_move(r, &s->wake_fd[i]);
	NUMBER(r, s->maps);
	NUMBER(r, s->items);
	NUMBER(r, s->creatures);
	NUMBER(r, s->spells);
	NUMBER(r, s->warnings);
	NUMBER(r, s->catalog_hash);
}

static void listeners_move(struct record *r, struct listeners *l)
{
	l->count = count_move(r, l->count, WORKERS_MAX);
	for (uint32_t i = 0; i < l->count; i++)
		fd_move(r, &l->fd[i]);
	NUMBER(r, l->port);
	text_move(r, l->address, sizeof l->address);
}

static void child_move(struct record *r, struct child *c)
{
	NUMBER(r, c->pid);
	fd_move(r, &c->channel);
	NUMBER(r, c->wanted);
	NUMBER(r, c->ready);
	NUMBER(r, c->listens);
	NUMBER(r, c->making_way);
	NUMBER(r, c->heir);
	NUMBER(r, c->given_up);
	NUMBER(r, c->inherits);
	NUMBER(r, c->inherited);
	NUMBER(r, c->blame);
	NUMBER(r, c->born_ms);
	NUMBER(r, c->due_ms);
	NUMBER(r, c->deaths_running);
	NUMBER(r, c->restarts);
}

static void vault_move(struct record *r, struct vault *v)
{
	uint32_t size = count_move(r, v->size, 1U << 24);
	if (r->mode == RECORD_READ && (r->bad || !vault_create(v, size > 0 ? size - 1 : 0, r->why))) {
		r->bad = true;
		return;
	}
	uint32_t held = count_move(r, v->held, v->size);
	for (uint32_t i = 1, n = 0; n < held && !r->bad; n++, i++) {
		while (r->mode != RECORD_READ && v->entries[i].fd < 0)
			i++;
		i = count_move(r, i, v->size - 1);
		NUMBER(r, v->slot[i]);
		NUMBER(r, v->entries[i].generation);
		fd_move(r, &v->entries[i].fd);
	}
	v->held = held;
}

static void redis_move(struct record *r, struct settings *settings)
{
	settings->redis.count = count_move(r, settings->redis.count, SETTINGS_REDIS_MAX);
	for (uint32_t i = 0; i < settings->redis.count; i++) {
		char key[128] = "", seed[300];
		const char *known;
		if (r->mode != RECORD_READ)
			snprintf(key, sizeof key, "%s", settings->redis.answer[i].key);
		text_move(r, key, sizeof key);
		text_move(r, settings->redis.answer[i].value, sizeof settings->redis.answer[i].value);
		if (r->mode != RECORD_READ)
			continue;
		settings->redis.answer[i].key = NULL;
		for (unsigned k = 0; (known = config_redis_key(settings->values, k, seed, sizeof seed)) != NULL; k++) {
			if (strcmp(known, key) == 0)
				settings->redis.answer[i].key = known;
		}
		if (settings->redis.answer[i].key == NULL) { /* this program does not ask for it */
			i--;
			settings->redis.count--;
		}
	}
}

static bool stays(enum setting_when when)
{
	return when == WHEN_RESTART || when == WHEN_WORLD;
}

/* On top of what the program that takes over reads in its files. */
static void settings_move(struct record *r, struct settings *settings)
{
	struct config_item item;
	char name[64] = "", value[300] = "";
	redis_move(r, settings);
	if (r->mode == RECORD_READ && !r->bad && !settings_apply_redis(settings, &settings->redis, r->why))
		r->bad = true;
	uint32_t count = 0;
	for (unsigned i = 0; r->mode != RECORD_READ && config_item(settings->values, i, &item); i++)
		count += stays(item.when);
	count = count_move(r, count, 10000);
	for (unsigned i = 0, n = 0; n < count && !r->bad; i++) {
		if (r->mode != RECORD_READ) {
			config_item(settings->values, i, &item);
			if (!stays(item.when))
				continue;
			snprintf(name, sizeof name, "%s", item.name);
			config_in_force(&settings->config, i, value, sizeof value);
		}
		n++;
		text_move(r, name, sizeof name);
		text_move(r, value, sizeof value);
		if (r->mode == RECORD_READ && !r->bad)
			config_set_in_force(&settings->config, name, value); /* one that this program does not know is no loss */
	}
}

static void master_move(struct record *r, struct master *master, struct handover *h)
{
	handover_move(r, h);
	NUMBER(r, master->started_ms);
	NUMBER(r, master->workers);
	NUMBER(r, master->generation.number);
	settings_move(r, master->settings);
	segments_move(r, &master->segments);
	listeners_move(r, &master->listeners);
	uint32_t children = count_move(r, CHILD_SLOTS, CHILD_SLOTS);
	for (uint32_t slot = 0; slot < children; slot++)
		child_move(r, &master->children.child[slot]);
	vault_move(r, &master->vault);
	uint32_t passports = count_move(r, WORKERS_MAX, WORKERS_MAX);
	for (uint32_t i = 0; i < passports; i++)
		fd_move(r, &master->children.start.passports[i]);
	fd_move(r, &master->control_fd);
	struct pidfile none = {.fd = -1}, *pidfile = master->daemon->pidfile != NULL ? master->daemon->pidfile : &none;
	fd_move(r, &pidfile->fd);
	text_move(r, pidfile->path, sizeof pidfile->path);
}

/* --- the record --------------------------------------------------------------------------------------------------- */

static bool all_write(int fd, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	while (length > 0) {
		ssize_t n = write(fd, at, length);
		if (n <= 0)
			return false;
		at += n;
		length -= (size_t)n;
	}
	return true;
}

static void descriptors_set(struct master *master, struct handover *h, enum record_mode mode)
{
	struct problem none;
	struct record r = {.mode = mode, .version = HANDOVER_VERSION, .why = &none};
	master_move(&r, master, h);
}

int handover_write(struct master *master, struct handover *h, struct problem *why)
{
	struct record r = {.mode = RECORD_WRITE, .version = HANDOVER_VERSION, .why = why};
	master_move(&r, master, h);
	struct header header = {.version = HANDOVER_VERSION, .length = r.length};
	memcpy(header.magic, magic, sizeof header.magic);
	header.checksum = checksum_of(r.bytes, r.length);
	int fd = r.bad ? -1 : memfd_create("argentumd hand-over", 0);
	if (fd >= 0 && (!all_write(fd, &header, sizeof header) || !all_write(fd, r.bytes, r.length))) {
		close(fd);
		fd = -1;
	}
	if (fd < 0 && !r.bad)
		problem_set(why, "the record of what is handed over: %s", strerror(errno));
	free(r.bytes);
	if (fd >= 0)
		descriptors_set(master, h, RECORD_CROSS);
	return fd;
}

bool handover_read(struct master *master, struct handover *h, int fd, struct problem *why)
{
	struct header header;
	struct stat status;
	if (fstat(fd, &status) != 0 || pread(fd, &header, sizeof header, 0) != (ssize_t)sizeof header ||
		memcmp(header.magic, magic, sizeof magic) != 0 || header.length > (1U << 30) ||
		(uint64_t)status.st_size != sizeof header + header.length)
		return problem_set(why, "descriptor %d holds no record of what is handed over", fd);
	if (header.version != HANDOVER_VERSION)
		return problem_set(why, "what is handed over is in version %u, this program knows %d", header.version,
						   HANDOVER_VERSION);
	uint8_t *bytes = malloc(header.length + 1);
	struct record r = {
		.mode = RECORD_READ, .version = header.version, .bytes = bytes, .capacity = header.length, .why = why};
	if (bytes == NULL || pread(fd, bytes, header.length, sizeof header) != (ssize_t)header.length ||
		checksum_of(bytes, header.length) != header.checksum)
		fail(&r, "it is damaged");
	if (!r.bad)
		master_move(&r, master, h);
	free(bytes);
	return !r.bad;
}

void handover_end(struct master *master, struct handover *h, int fd)
{
	descriptors_set(master, h, RECORD_KEEP);
	close(fd);
}
