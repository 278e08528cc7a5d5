/* The packet tables against the specification's own figures: every row of protocol.tsv (ids, names, fields) and every
 * example of protocol-vectors.tsv (values as JSON, bytes as hex). Both lie beside the repository, in ../shared; without
 * them these tests are skipped, and test_protocol_tables.c still checks what we wrote down ourselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/protocol/packets.h"
#include "tests/unit/test_protocol_json.h"

#define VECTORS "../shared/protocol-vectors.tsv"
#define TABLE   "../shared/protocol.tsv"

/* --- rows of the files ------------------------------------------------------------------------------------------------ */

/* Calls `check` with the columns of each row that is no comment. Returns the number of rows; skips without the file. */
static unsigned each_row(const char *path, void (*check)(char *columns[6], void *context), void *context)
{
	FILE *file = fopen(path, "r");
	if (!file) {
		print_message("no %s here: nothing to compare with\n", path);
		skip();
		return 0;
	}
	char *line = NULL;
	size_t size = 0;
	unsigned rows = 0;
	while (getline(&line, &size, file) > 0) {
		char *columns[6] = {NULL};
		char *rest = line;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		for (unsigned i = 0; i < 6; i++)
			columns[i] = strsep(&rest, "\t");
		check(columns, context);
		rows++;
	}
	free(line);
	fclose(file);
	return rows;
}

/* The row of a table by its name. "GMCommands/X" and "MultiMessage/X" name rows of the tables behind those packets. */
static const struct packet_layout *layout_named(enum packet_table table, const char *name)
{
	const char *slash = strchr(name, '/');
	if (slash) {
		table = table == TABLE_S2C ? TABLE_MULTI : TABLE_GM;
		name = slash + 1;
	}
	for (unsigned id = 0; id < packet_table_size(table); id++) {
		const struct packet_layout *layout = packet_layout(table, id);
		if (layout && strcmp(layout->name, name) == 0)
			return layout;
	}
	fail_msg("no row is called %s", name);
	return NULL;
}

static enum packet_table table_of_direction(const char *direction)
{
	if (strcmp(direction, "S2C") == 0)
		return TABLE_S2C;
	return strcmp(direction, "C2S") == 0 ? TABLE_C2S : TABLE_GM;
}

/* --- examples ----------------------------------------------------------------------------------------------------------
 * One example, or one packet of a sequence: which row it is of, its values, its bytes. */

#define PACKET_SIZE_MAX 2048

struct example {
	const struct packet_layout *layout;
	union any_packet {
		struct c2s_packet c2s;
		struct s2c_packet s2c;
	} values;
	uint8_t bytes[PACKET_SIZE_MAX];
	size_t length;
	enum dialect dialect; /* Godot, but for what that client does not read */
	enum charset charset; /* of the bytes; Latin-1 unless the example says otherwise */
	bool layout_only;     /* the client neither sends nor reads these bytes */
};

static bool to_client(const struct packet_layout *layout)
{
	return layout->table == TABLE_S2C || layout->table == TABLE_MULTI;
}

static void *fields_of(union any_packet *packet, const struct packet_layout *layout)
{
	return to_client(layout) ? (void *)&packet->s2c.first : (void *)&packet->c2s.first;
}

static bool example_put(struct example *example, struct packet_writer *writer)
{
	return packet_put(writer, (enum packet_table)example->layout->table, example->layout->id,
					  fields_of(&example->values, example->layout));
}

/* Reads one packet of the example's direction; its row must be the example's. */
static enum packet_status example_read(const struct example *example, const uint8_t *data, size_t length, size_t *used,
									   union any_packet *packet)
{
	const struct packet_layout *layout = example->layout;
	bool sub = packet_head_size((enum packet_table)layout->table) == 2;
	enum packet_status status;
	if (to_client(layout)) {
		status = s2c_read(example->dialect, data, length, PACKET_SIZE_MAX, used, &packet->s2c);
		if (status == PACKET_OK)
			assert_int_equal(sub ? packet->s2c.sub : packet->s2c.id, layout->id);
	} else {
		status = c2s_read(example->dialect, data, length, PACKET_SIZE_MAX, used, &packet->c2s);
		if (status == PACKET_OK)
			assert_int_equal(sub ? packet->c2s.sub : packet->c2s.id, layout->id);
	}
	return status;
}

static void example_from_json(struct example *example, enum packet_table table, const char *name, const cJSON *values)
{
	memset(example, 0, sizeof *example);
	example->layout = layout_named(table, name);
	example->dialect = to_client(example->layout) && !example->layout->godot ? DIALECT_CLASSIC : DIALECT_GODOT;
	fields_from_json(example->layout, values, fields_of(&example->values, example->layout));
	const cJSON *charset = cJSON_GetObjectItemCaseSensitive(values, "_charset");
	if (charset)
		assert_true(charset_parse(charset->valuestring, &example->charset));
}

static size_t bytes_from_hex(const char *hex, uint8_t *bytes)
{
	size_t length = 0;
	for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
		assert_true(length < PACKET_SIZE_MAX);
		bytes[length++] = (uint8_t)byte;
	}
	return length;
}

/* What a test does with each example; sequences go elsewhere. */
struct visit {
	void (*example)(struct example *example, void *context);
	void (*sequence)(enum packet_table table, const cJSON *packets, const char *hex);
	void *context;
	unsigned visited;
};

static void visit_row(char *columns[6], void *context)
{
	struct visit *visit = context;
	struct example example;
	enum packet_table table = table_of_direction(columns[0]);
	cJSON *values = cJSON_Parse(columns[2]);
	assert_non_null(values);
	arena_used = 0;
	if (strncmp(columns[1], "SEQ:", 4) == 0) {
		if (visit->sequence) {
			visit->sequence(table, member_of(values, "packets", ""), columns[3]);
			visit->visited++;
		}
	} else if (visit->example) {
		example_from_json(&example, table, columns[1], values);
		example.length = bytes_from_hex(columns[3], example.bytes);
		/* The examples have the Godot client's sub-ids; from 108 on ours are those of 0.13.3, twelve higher. */
		if (table == TABLE_GM && example.layout->id >= 120) {
			assert_int_equal(example.bytes[1] + 12, example.layout->id);
			example.bytes[1] = example.layout->id;
		}
		example.layout_only = strcmp(columns[4], "layout") == 0;
		visit->example(&example, visit->context);
		visit->visited++;
	}
	cJSON_Delete(values);
}

static void each_example(void (*check)(struct example *example, void *context), void *context)
{
	struct visit visit = {.example = check, .context = context};
	each_row(VECTORS, visit_row, &visit);
	assert_true(visit.visited > 400);
}

/* --- the tests --------------------------------------------------------------------------------------------------------- */

static void check_encoding(struct example *example, void *context)
{
	uint8_t buffer[PACKET_SIZE_MAX];
	uint8_t converted[PACKET_SIZE_MAX];
	struct packet_writer writer;
	struct packet_writer out;
	(void)context;
	packet_writer_start(&writer, buffer, sizeof buffer, example->dialect);
	packet_writer_start(&out, converted, sizeof converted, example->dialect);
	assert_true(example_put(example, &writer));
	if (to_client(example->layout)) {
		assert_true(packet_recode(example->charset, buffer, writer.length, &out));
		assert_int_equal(out.length, example->length);
		assert_memory_equal(converted, example->bytes, example->length);
	}
	if (example->charset == CHARSET_LATIN1) {
		assert_int_equal(writer.length, example->length);
		assert_memory_equal(buffer, example->bytes, example->length);
	}
}

static void every_example_is_written_as_its_bytes(void **state)
{
	(void)state;
	each_example(check_encoding, NULL);
}

static void check_exact_room(struct example *example, void *context)
{
	uint8_t buffer[PACKET_SIZE_MAX];
	struct packet_writer writer;
	(void)context;
	if (example->charset != CHARSET_LATIN1)
		return;
	for (size_t room = 0; room < example->length; room++) {
		memset(buffer, 0xEE, sizeof buffer);
		packet_writer_start(&writer, buffer, room, example->dialect);
		assert_false(example_put(example, &writer));
		assert_int_equal(writer.failure, PUT_NO_ROOM);
		assert_int_equal(writer.length, 0);
		assert_int_equal(buffer[room], 0xEE);
	}
	packet_writer_start(&writer, buffer, example->length, example->dialect);
	assert_true(example_put(example, &writer));
}

static void every_example_needs_exactly_its_bytes_of_room(void **state)
{
	(void)state;
	each_example(check_exact_room, NULL);
}

static void check_refusal(struct example *example, void *context)
{
	uint8_t buffer[PACKET_SIZE_MAX];
	struct packet_writer writer;
	unsigned *refused = context;
	if (!to_client(example->layout) || example->charset != CHARSET_LATIN1)
		return;
	assert_int_equal(example->layout_only, !example->layout->godot);
	if (!example->layout_only)
		return;
	packet_writer_start(&writer, buffer, sizeof buffer, DIALECT_GODOT);
	assert_false(example_put(example, &writer));
	assert_int_equal(writer.failure, PUT_NOT_READ);
	assert_int_equal(writer.length, 0);
	packet_writer_start(&writer, buffer, sizeof buffer, DIALECT_CLASSIC);
	assert_true(example_put(example, &writer));
	(*refused)++;
}

static void what_the_godot_client_cannot_read_is_written_for_classic_clients_only(void **state)
{
	unsigned refused = 0;
	(void)state;
	each_example(check_refusal, &refused);
	assert_int_equal(refused, 18);
}

static void check_decoding(struct example *example, void *context)
{
	union any_packet packet;
	size_t used;
	(void)context;
	if (example->charset != CHARSET_LATIN1)
		return;
	/* A fresh allocation of exactly this size lets the sanitizer and valgrind see a read beyond the end. */
	for (size_t length = 0; length <= example->length; length++) {
		uint8_t *data = malloc(length > 0 ? length : 1);
		assert_non_null(data);
		memcpy(data, example->bytes, length);
		enum packet_status status = example_read(example, data, length, &used, &packet);
		if (length < example->length) {
			assert_int_equal(status, PACKET_INCOMPLETE);
			assert_int_equal(used, 0);
		} else {
			assert_int_equal(status, PACKET_OK);
			assert_int_equal(used, example->length);
			expect_same_fields(example->layout, fields_of(&packet, example->layout),
							   fields_of(&example->values, example->layout));
		}
		free(data);
	}
}

static void every_example_is_incomplete_until_its_last_byte_and_then_read_as_its_values(void **state)
{
	(void)state;
	each_example(check_decoding, NULL);
}

static void check_classic(struct example *example, void *context)
{
	uint8_t buffer[PACKET_SIZE_MAX];
	struct packet_writer writer;
	union any_packet packet;
	size_t used;
	(void)context;
	if (example->layout == packet_layout(TABLE_C2S, C2S_MOVE_ITEM))
		example->values.c2s.MOVE_ITEM.move_type = 0; /* not sent by classic clients */
	example->dialect = DIALECT_CLASSIC;
	packet_writer_start(&writer, buffer, sizeof buffer, DIALECT_CLASSIC);
	assert_true(example_put(example, &writer));
	assert_int_equal(example_read(example, buffer, writer.length, &used, &packet), PACKET_OK);
	assert_int_equal(used, writer.length);
	expect_same_fields(example->layout, fields_of(&packet, example->layout),
					   fields_of(&example->values, example->layout));
}

static void every_example_survives_the_classic_dialect(void **state)
{
	(void)state;
	each_example(check_classic, NULL);
}

/* All examples of one direction in one stream. */
struct stream {
	bool to_client;
	uint8_t bytes[1 << 15];
	size_t length;
	const struct packet_layout *layouts[512];
	unsigned count;
};

static void add_to_stream(struct example *example, void *context)
{
	struct stream *stream = context;
	if (to_client(example->layout) != stream->to_client || example->dialect != DIALECT_GODOT)
		return;
	assert_true(example->length <= sizeof stream->bytes - stream->length && stream->count < 512);
	memcpy(stream->bytes + stream->length, example->bytes, example->length);
	stream->length += example->length;
	stream->layouts[stream->count++] = example->layout;
}

static void expect_stream_of(bool towards_client, unsigned count)
{
	static struct stream stream;
	struct example one = {.dialect = DIALECT_GODOT};
	union any_packet packet;
	size_t at = 0;
	memset(&stream, 0, sizeof stream);
	stream.to_client = towards_client;
	each_example(add_to_stream, &stream);
	assert_int_equal(stream.count, count);
	for (unsigned i = 0; i < stream.count; i++) {
		size_t used;
		one.layout = stream.layouts[i];
		assert_int_equal(example_read(&one, stream.bytes + at, stream.length - at, &used, &packet), PACKET_OK);
		at += used;
	}
	assert_int_equal(at, stream.length);
	if (towards_client) {
		assert_int_equal(s2c_whole_prefix(DIALECT_GODOT, stream.bytes, stream.length, stream.length), stream.length);
		size_t piece = s2c_whole_prefix(DIALECT_GODOT, stream.bytes, stream.length, 1400);
		assert_true(piece > 1000 && piece <= 1400);
	}
}

static void all_server_packets_glued_together_are_read_one_by_one(void **state)
{
	(void)state;
	expect_stream_of(true, 119);
}

static void all_client_packets_glued_together_are_read_one_by_one(void **state)
{
	(void)state;
	expect_stream_of(false, 279);
}

static void check_sequence(enum packet_table table, const cJSON *packets, const char *hex)
{
	uint8_t wanted[PACKET_SIZE_MAX];
	uint8_t buffer[PACKET_SIZE_MAX];
	struct packet_writer writer;
	const cJSON *packet;
	packet_writer_start(&writer, buffer, sizeof buffer, DIALECT_GODOT);
	for (packet = packets->child; packet; packet = packet->next) {
		struct example example;
		const char *name = cJSON_GetArrayItem(packet, 0)->valuestring;
		example_from_json(&example, table, name, cJSON_GetArrayItem(packet, 1));
		assert_true(example_put(&example, &writer));
	}
	assert_false(writer.failed);
	assert_int_equal(writer.length, bytes_from_hex(hex, wanted));
	assert_memory_equal(buffer, wanted, writer.length);
}

static void every_sequence_is_written_as_its_bytes(void **state)
{
	struct visit visit = {.sequence = check_sequence};
	(void)state;
	each_row(VECTORS, visit_row, &visit);
	assert_int_equal(visit.visited, 7);
}

static void check_table_row(char *columns[6], void *context)
{
	unsigned *rows = context;
	unsigned id = (unsigned)strtoul(columns[1], NULL, 10);
	enum packet_table table = strcmp(columns[0], "MULTI") == 0 ? TABLE_MULTI : table_of_direction(columns[0]);
	/* From 108 on we have the numbers of 0.13.3, which stand in the rows GM133. */
	if (strcmp(columns[0], "GM") == 0 && id >= 108)
		return;
	char described[1024];
	const struct packet_layout *layout = packet_layout(table, id);
	assert_non_null(layout);
	packet_describe(table, id, described, sizeof described);
	assert_string_equal(layout->name, columns[2]);
	assert_string_equal(described, columns[3]);
	assert_string_equal(layout->godot ? "yes" : "no", columns[4]);
	assert_int_equal(layout->id, id);
	rows[table]++;
}

static void the_tables_are_those_of_the_specification(void **state)
{
	unsigned rows[TABLE_COUNT] = {0};
	(void)state;
	each_row(TABLE, check_table_row, rows);
	assert_int_equal(rows[TABLE_S2C], 107);
	assert_int_equal(rows[TABLE_C2S], 130);
	assert_int_equal(rows[TABLE_GM], 148);
	assert_int_equal(rows[TABLE_MULTI], 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_are_those_of_the_specification),
		cmocka_unit_test(every_example_is_written_as_its_bytes),
		cmocka_unit_test(every_example_needs_exactly_its_bytes_of_room),
		cmocka_unit_test(what_the_godot_client_cannot_read_is_written_for_classic_clients_only),
		cmocka_unit_test(every_example_is_incomplete_until_its_last_byte_and_then_read_as_its_values),
		cmocka_unit_test(every_example_survives_the_classic_dialect),
		cmocka_unit_test(all_server_packets_glued_together_are_read_one_by_one),
		cmocka_unit_test(all_client_packets_glued_together_are_read_one_by_one),
		cmocka_unit_test(every_sequence_is_written_as_its_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
