#include "worker/passport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/protocol/charset.h"
#include "common/protocol/dialect.h"
#include "common/world/layout.h"

_Static_assert(DIALECT_GODOT == 0 && DIALECT_CLASSIC == 1 && DIALECT_COUNT == 2, "numbers of the passport");
_Static_assert(CHARSET_LATIN1 == 0 && CHARSET_UTF8 == 1 && CHARSET_ASCII == 2, "numbers of the passport");
_Static_assert((int)PASSPORT_NAME_BYTES >= (int)NAME_BYTES && (int)PASSPORT_INPUT_MAX >= (int)INPUT_BYTES,
			   "whatever a connection has fits");

static const uint8_t file_magic[8] = "ARGPASSP", record_magic[8] = "PASSPORT";

/* The fields as they lie in a record: bytes alone, so there are no holes. */
struct fields_wire {
#define NUMBER(name, bytes, type) uint8_t name[bytes];
#define BYTES(name, bytes)        uint8_t name[bytes];
	PASSPORT_FIELDS(NUMBER, BYTES)
#undef NUMBER
#undef BYTES
};

enum {
	FIELDS_BYTES = sizeof(struct fields_wire),
	/* file: magic 8, version 4, zero 4, salt 8, checksum 8 */
	FILE_SALT = 16,
	FILE_CHECKSUM = 24,
	FILE_HEADER = 32,
	/* record: magic 8, version 4, length 4, checksum 8, bytes of fields 4, of input 4, of output 4, zero 4 */
	RECORD_VERSION = 8,
	RECORD_LENGTH = 12,
	RECORD_CHECKSUM = 16,
	RECORD_FIELDS = 24,
	RECORD_INPUT = 28,
	RECORD_OUTPUT = 32,
	RECORD_HEADER = 40,
	SEGMENT_BYTES_LEAST = 200,
	SEGMENT_BYTES_MOST = 65535,
};

/* --- bytes ---------------------------------------------------------------------------------------------------------- */

static void number_put(uint8_t *to, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t number_get(const uint8_t *from, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

static size_t padded(size_t bytes)
{
	return (bytes + 7) / 8 * 8;
}

/* FNV-1a over a stretch without its checksum, and the place, so that no record passes for another; each step depends on the
 * former and is undone by none, so a single wrong byte always shows. */
static uint64_t checksum(uint64_t salt, size_t place, const uint8_t *bytes, size_t length, size_t checksum_at)
{
	uint64_t hash = 0xcbf29ce484222325u ^ salt ^ (uint64_t)place << 20;
	for (size_t i = 0; i < length; i++) {
		if (i < checksum_at || i >= checksum_at + 8)
			hash = (hash ^ bytes[i]) * 0x100000001b3u;
	}
	return hash ^ hash >> 29;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

/* Room for more at the end, zeroed. NULL: none. */
static uint8_t *room_make(struct passport_writer *w, size_t bytes)
{
	if (w->failed)
		return NULL;
	if (w->length + bytes > w->capacity) {
		size_t capacity = (w->length + bytes) * 2;
		uint8_t *grown = realloc(w->bytes, capacity);
		if (grown == NULL) {
			w->failed = true;
			return NULL;
		}
		w->bytes = grown;
		w->capacity = capacity;
	}
	uint8_t *room = w->bytes + w->length;
	memset(room, 0, bytes);
	w->length += bytes;
	return room;
}

bool passport_writer_begin(struct passport_writer *w, struct problem *why)
{
	*w = (struct passport_writer){0};
	if (getrandom(&w->salt, sizeof w->salt, 0) != (ssize_t)sizeof w->salt)
		return problem_set(why, "passports: no randomness from the system: %s", strerror(errno));
	uint8_t *header = room_make(w, FILE_HEADER);
	if (header == NULL)
		return problem_set(why, "passports: out of memory");
	memcpy(header, file_magic, sizeof file_magic);
	number_put(header + sizeof file_magic, PASSPORT_VERSION, 4);
	number_put(header + FILE_SALT, w->salt, 8);
	number_put(header + FILE_CHECKSUM, checksum(w->salt, 0, header, FILE_HEADER, FILE_CHECKSUM), 8);
	return true;
}

static void fields_put(uint8_t *to, const struct passport *p)
{
	struct fields_wire wire;
#define NUMBER(name, bytes, type) number_put(wire.name, p->name, bytes);
#define BYTES(name, bytes)        memcpy(wire.name, p->name, bytes);
	PASSPORT_FIELDS(NUMBER, BYTES)
#undef NUMBER
#undef BYTES
	memcpy(to, &wire, sizeof wire);
}

static bool passport_makes_sense(const struct passport *p);

void passport_write(struct passport_writer *w, const struct passport *p)
{
	if (!passport_makes_sense(p)) {
		w->failed = true;
		return;
	}
	size_t place = w->length;
	size_t length = padded(RECORD_HEADER + FIELDS_BYTES + (size_t)p->input_length + p->output_length);
	uint8_t *record = room_make(w, length);
	if (record == NULL)
		return;
	memcpy(record, record_magic, sizeof record_magic);
	number_put(record + RECORD_VERSION, PASSPORT_VERSION, 4);
	number_put(record + RECORD_LENGTH, length, 4);
	number_put(record + RECORD_FIELDS, FIELDS_BYTES, 4);
	number_put(record + RECORD_INPUT, p->input_length, 4);
	number_put(record + RECORD_OUTPUT, p->output_length, 4);
	fields_put(record + RECORD_HEADER, p);
	uint8_t *parts = record + RECORD_HEADER + FIELDS_BYTES;
	if (p->input_length > 0)
		memcpy(parts, p->input, p->input_length);
	if (p->output_length > 0)
		memcpy(parts + p->input_length, p->output, p->output_length);
	number_put(record + RECORD_CHECKSUM, checksum(w->salt, place, record, length, RECORD_CHECKSUM), 8);
	w->count++;
}

static bool bytes_write(int fd, const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

int passport_writer_end(struct passport_writer *w, struct problem *why)
{
	int fd = -1;
	if (w->failed) {
		problem_set(why, "passports: out of memory for %u of them, or one that makes no sense", w->count);
	} else {
		fd = memfd_create("argentumd-passports", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (fd < 0 || !bytes_write(fd, w->bytes, w->length) ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
			problem_set(why, "passports: %zu bytes of shared memory: %s", w->length, strerror(errno));
			if (fd >= 0)
				close(fd);
			fd = -1;
		}
	}
	passport_writer_free(w);
	return fd;
}

void passport_writer_free(struct passport_writer *w)
{
	free(w->bytes);
	w->bytes = NULL;
	w->length = w->capacity = 0;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

bool passport_reader_from(struct passport_reader *r, const uint8_t *bytes, size_t length, struct problem *why)
{
	*r = (struct passport_reader){.bytes = bytes, .length = length, .at = FILE_HEADER};
	if (length < FILE_HEADER || memcmp(bytes, file_magic, sizeof file_magic) != 0)
		return problem_set(why, "passports: the descriptor holds none");
	r->salt = number_get(bytes + FILE_SALT, 8);
	if (number_get(bytes + FILE_CHECKSUM, 8) != checksum(r->salt, 0, bytes, FILE_HEADER, FILE_CHECKSUM))
		return problem_set(why, "passports: the file's header is damaged");
	uint64_t version = number_get(bytes + sizeof file_magic, 4);
	if (version != PASSPORT_VERSION)
		return problem_set(why, "passports: version %llu; this program reads %d", (unsigned long long)version,
						   PASSPORT_VERSION);
	return true;
}

bool passport_reader_open(struct passport_reader *r, int fd, struct problem *why)
{
	struct stat about;
	*r = (struct passport_reader){0};
	if (fstat(fd, &about) != 0 || about.st_size < FILE_HEADER)
		return problem_set(why, "passports: the descriptor holds none");
	size_t length = (size_t)about.st_size;
	uint8_t *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return problem_set(why, "passports: cannot map %zu bytes: %s", length, strerror(errno));
	bool good = passport_reader_from(r, bytes, length, why);
	r->mapped = true;
	if (!good)
		passport_reader_close(r);
	return good;
}

void passport_reader_close(struct passport_reader *r)
{
	if (r->mapped)
		munmap((void *)r->bytes, r->length);
	*r = (struct passport_reader){0};
}

/* What no client of ours can be in would be believed by all that follows. */
static bool passport_makes_sense(const struct passport *p)
{
	bool plays = p->phase == PASSPORT_PLAYING;
	return p->connection != 0 && p->phase >= PASSPORT_NEW && p->phase <= PASSPORT_CLOSING &&
		   p->dialect < DIALECT_COUNT && p->charset < CHARSET_COUNT && p->greeted <= 1 && p->dice_rolled <= 1 &&
		   p->name_length < PASSPORT_NAME_BYTES && p->name[p->name_length] == 0 &&
		   memchr(p->name, 0, p->name_length) == NULL && (!plays || (p->name_length > 0 && p->account != 0)) &&
		   p->segment_bytes >= SEGMENT_BYTES_LEAST && p->segment_bytes <= SEGMENT_BYTES_MOST &&
		   p->input_length <= PASSPORT_INPUT_MAX && p->output_length <= PASSPORT_OUTPUT_MAX &&
		   p->piece_rest <= p->output_length && p->consumed <= INT64_MAX && p->sent <= INT64_MAX;
}

static void fields_get(const uint8_t *from, struct passport *p)
{
	struct fields_wire wire;
	memcpy(&wire, from, sizeof wire);
#define NUMBER(name, bytes, type) p->name = (type)number_get(wire.name, bytes);
#define BYTES(name, bytes)        memcpy(p->name, wire.name, bytes);
	PASSPORT_FIELDS(NUMBER, BYTES)
#undef NUMBER
#undef BYTES
}

/* The record at this place. Returns its length, 0 = there is no good one. */
static size_t record_read(const struct passport_reader *r, size_t place, struct passport *p)
{
	const uint8_t *record = r->bytes + place;
	size_t left = r->length - place;
	if (left < RECORD_HEADER + FIELDS_BYTES || memcmp(record, record_magic, sizeof record_magic) != 0)
		return 0;
	uint64_t length = number_get(record + RECORD_LENGTH, 4);
	uint64_t input = number_get(record + RECORD_INPUT, 4), output = number_get(record + RECORD_OUTPUT, 4);
	if (length > left || length < RECORD_HEADER + FIELDS_BYTES || length % 8 != 0 || input > PASSPORT_INPUT_MAX ||
		output > PASSPORT_OUTPUT_MAX || padded(RECORD_HEADER + FIELDS_BYTES + input + output) != length)
		return 0;
	if (number_get(record + RECORD_CHECKSUM, 8) != checksum(r->salt, place, record, length, RECORD_CHECKSUM))
		return 0;
	if (number_get(record + RECORD_VERSION, 4) != PASSPORT_VERSION ||
		number_get(record + RECORD_FIELDS, 4) != FIELDS_BYTES)
		return 0;
	fields_get(record + RECORD_HEADER, p);
	p->input = record + RECORD_HEADER + FIELDS_BYTES;
	p->input_length = (uint32_t)input;
	p->output = p->input + input;
	p->output_length = (uint32_t)output;
	return passport_makes_sense(p) ? length : 0;
}

bool passport_read(struct passport_reader *r, struct passport *p)
{
	bool astray = false;
	while (r->at < r->length) {
		size_t length = record_read(r, r->at, p);
		if (length > 0) {
			r->at += length;
			return true;
		}
		r->damaged += !astray;
		astray = true;
		r->at += r->length - r->at < 8 ? r->length - r->at : 8;
	}
	return false;
}
