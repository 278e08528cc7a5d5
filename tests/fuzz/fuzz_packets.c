/* Any bytes, as a client's stream and as a server's: decoders, recoding and the texts for the log. The first byte chooses
 * dialect and charset. What was decoded must be within the bytes, and what is recoded must decode again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/protocol/packets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 4096 };

static void read_as_server(enum dialect dialect, const uint8_t *data, size_t size)
{
	size_t at = 0;
	while (at < size) {
		struct c2s_packet packet;
		size_t used;
		if (c2s_read(dialect, data + at, size - at, LIMIT, &used, &packet) != PACKET_OK)
			return;
		assert(used > 0 && used <= size - at && used <= LIMIT);
		char text[512];
		c2s_to_text(&packet, text, sizeof text);
		at += used;
	}
}

static size_t read_as_client(enum dialect dialect, const uint8_t *data, size_t size)
{
	size_t at = 0;
	while (at < size) {
		struct s2c_packet packet;
		size_t used;
		if (s2c_read(dialect, data + at, size - at, 65536, &used, &packet) != PACKET_OK)
			break;
		assert(used > 0 && used <= size - at);
		at += used;
	}
	assert(s2c_whole_prefix(dialect, data, size, size) <= size);
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 65536)
		return 0;
	enum dialect dialect = (data[0] & 1) != 0 ? DIALECT_CLASSIC : DIALECT_GODOT;
	enum charset charset = (enum charset)((data[0] >> 1) % CHARSET_COUNT);
	read_as_server(dialect, data + 1, size - 1);
	size_t whole = read_as_client(dialect, data + 1, size - 1);

	size_t capacity = whole * 2 + 16;
	uint8_t *again = malloc(capacity);
	struct packet_writer writer;
	packet_writer_start(&writer, again, capacity, dialect);
	if (packet_recode(charset, data + 1, whole, &writer))
		assert(read_as_client(dialect, again, writer.length) == writer.length);
	free(again);
	return 0;
}
