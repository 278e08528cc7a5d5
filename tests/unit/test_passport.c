/* Passports: what is written is read, by a program that has nothing of the writer but the bytes; what is damaged costs its
 * own connection and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "worker/passport.h"

enum { COUNT = 3, INPUT = 37, OUTPUT = 1001 };

static uint8_t input[INPUT], output[OUTPUT];

static struct passport sample(uint32_t connection)
{
	struct passport p = {.connection = connection,
						 .generation = 0xfedcba98u,
						 .phase = PASSPORT_PLAYING,
						 .dialect = 1,
						 .charset = 2,
						 .toggles = 0x15,
						 .greeted = 1,
						 .dice_rolled = 1,
						 .dice = {18, 17, 16, 15, 14},
						 .name_length = 6,
						 .name = "Lirael",
						 .account = 4000000000u,
						 .address = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
						 .port = 65432,
						 .segment_bytes = 1400,
						 .accepted_ms = 0x0102030405060708u,
						 .input_ms = 0x1112131415161718u,
						 .sent_ms = 0x2122232425262728u,
						 .acked_base = 1,
						 .consumed = 0x3132333435363738u,
						 .sent = 0x4142434445464748u,
						 .leaving_ms = 0x5152535455565758u,
						 .piece_rest = 333,
						 .input_length = connection == 2 ? 0 : INPUT,
						 .output_length = OUTPUT,
						 .input = input,
						 .output = output};
	return p;
}

static void samples_equal(const struct passport *p, uint32_t connection)
{
	struct passport expected = sample(connection);
#define NUMBER(name, bytes, type) assert_true(p->name == expected.name);
#define BYTES(name, bytes)        assert_memory_equal(p->name, expected.name, bytes);
	PASSPORT_FIELDS(NUMBER, BYTES)
#undef NUMBER
#undef BYTES
	assert_int_equal(p->input_length, expected.input_length);
	assert_int_equal(p->output_length, expected.output_length);
	assert_memory_equal(p->input, input, p->input_length);
	assert_memory_equal(p->output, output, OUTPUT);
}

/* A file of COUNT samples, as bytes; the caller frees them. */
static uint8_t *file_make(size_t *length)
{
	struct passport_writer writer;
	struct problem why;
	struct rng rng;
	rng_seed(&rng, 7);
	for (unsigned i = 0; i < OUTPUT; i++)
		output[i] = (uint8_t)rng_range(&rng, 0, 255);
	for (unsigned i = 0; i < INPUT; i++)
		input[i] = (uint8_t)rng_range(&rng, 0, 255);
	assert_true(passport_writer_begin(&writer, &why));
	for (uint32_t i = 1; i <= COUNT; i++) {
		struct passport p = sample(i);
		passport_write(&writer, &p);
	}
	assert_false(writer.failed);
	assert_int_equal(writer.count, COUNT);
	*length = writer.length;
	return writer.bytes;
}

static void what_was_written_is_read(void **state)
{
	(void)state;
	struct passport_writer writer;
	struct passport_reader reader;
	struct passport p;
	struct problem why = {""};
	size_t length;
	free(file_make(&length));
	assert_true(passport_writer_begin(&writer, &why));
	for (uint32_t i = 1; i <= COUNT; i++) {
		p = sample(i);
		passport_write(&writer, &p);
	}
	int fd = passport_writer_end(&writer, &why);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), -1); /* sealed: nobody changes it on its way */
	assert_true(passport_reader_open(&reader, fd, &why));
	for (uint32_t i = 1; i <= COUNT; i++) {
		assert_true(passport_read(&reader, &p));
		samples_equal(&p, i);
	}
	assert_false(passport_read(&reader, &p));
	assert_int_equal(reader.damaged, 0);
	passport_reader_close(&reader);
	close(fd);
}

static void the_bytes_are_little_endian_and_of_fixed_widths(void **state)
{
	(void)state;
	size_t length;
	uint8_t *bytes = file_make(&length);
	const uint8_t *record = bytes + 32;
	static const uint8_t begins[] = {'P', 'A', 'S', 'S', 'P', 'O', 'R', 'T', 1, 0, 0, 0};
	static const uint8_t fields[] = {1,    0, 0, 0,  0x98, 0xba, 0xdc, 0xfe, 3, 1,  2,
									 0x15, 1, 1, 18, 17,   16,   15,   14,   6, 'L'};
	assert_memory_equal(bytes, "ARGPASSP\1\0\0\0", 12);
	assert_memory_equal(record, begins, sizeof begins);
	assert_memory_equal(record + 40, fields, sizeof fields);
	/* the widths of all fields together: another number is another version */
	assert_int_equal(record[24] | record[25] << 8, 138);
	free(bytes);
}

/* Reads a file of COUNT samples of which something is damaged: says which came out, as bits. */
static unsigned read_all(const uint8_t *bytes, size_t length)
{
	struct passport_reader reader;
	struct passport p;
	unsigned seen = 0;
	if (!passport_reader_from(&reader, bytes, length, NULL))
		return 0;
	while (passport_read(&reader, &p)) {
		assert_in_range(p.connection, 1, COUNT);
		samples_equal(&p, p.connection);
		assert_int_equal(seen >> p.connection & 1, 0);
		seen |= 1u << p.connection;
	}
	assert_int_equal(reader.damaged != 0, seen != 0xe);
	return seen;
}

static void any_damaged_byte_costs_its_own_passport_and_no_other(void **state)
{
	(void)state;
	enum { HEADER = 32 };
	size_t length;
	uint8_t *bytes = file_make(&length);
	assert_int_equal(read_all(bytes, length), 0xe);
	size_t record = 0, begins[COUNT + 2] = {0, HEADER};
	for (unsigned i = 1; i <= COUNT; i++) {
		record = begins[i];
		begins[i + 1] = record + (size_t)(bytes[record + 12] | bytes[record + 13] << 8);
	}
	assert_int_equal(begins[COUNT + 1], length);
	for (size_t at = 0; at < length; at++) {
		unsigned whose = 0;
		while (whose < COUNT && at >= begins[whose + 1])
			whose++;
		static const uint8_t wrong[] = {0x01, 0x80, 0xff};
		for (unsigned i = 0; i < sizeof wrong; i++) {
			bytes[at] ^= wrong[i];
			/* the file's own header belongs to all of them */
			assert_int_equal(read_all(bytes, length), whose == 0 ? 0 : 0xe & ~(1u << whose));
			bytes[at] ^= wrong[i];
		}
	}
	free(bytes);
}

static void a_file_that_was_cut_gives_what_is_whole(void **state)
{
	(void)state;
	size_t length;
	uint8_t *bytes = file_make(&length);
	unsigned before = 0;
	for (size_t cut = 0; cut < length; cut++) {
		uint8_t *copy = malloc(cut + 1); /* of that size: reading beyond it is seen */
		memcpy(copy, bytes, cut);
		struct passport_reader reader;
		struct passport p;
		unsigned seen = 0;
		if (passport_reader_from(&reader, copy, cut, NULL)) {
			while (passport_read(&reader, &p))
				seen++;
		}
		assert_true(seen >= before && seen < COUNT);
		before = seen;
		free(copy);
	}
	assert_int_equal(before, COUNT - 1);
	free(bytes);
}

/* As passport.c makes it: for a record that is whole, but not ours. */
static void checksum_again(uint8_t *bytes, size_t place, size_t length)
{
	uint64_t salt, hash;
	memcpy(&salt, bytes + 16, sizeof salt);
	hash = 0xcbf29ce484222325u ^ salt ^ (uint64_t)place << 20;
	for (size_t i = 0; i < length; i++) {
		if (i < 16 || i >= 24)
			hash = (hash ^ bytes[place + i]) * 0x100000001b3u;
	}
	hash ^= hash >> 29;
	memcpy(bytes + place + 16, &hash, sizeof hash);
}

static void whole_records_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	enum { FIRST = 32, FIELDS = FIRST + 40 };
	/* a place in the first record, and what stands there */
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{FIRST + 8, 2},    /* version */
		{FIRST + 24, 129}, /* length of the fields */
		{FIELDS + 8, 0},   /* phase */
		{FIELDS + 8, 5},   /* phase */
		{FIELDS + 9, 2},   /* dialect */
		{FIELDS + 10, 3},  /* charset */
		{FIELDS + 12, 2},  /* greeted */
		{FIELDS + 13, 2},  /* dice_rolled */
		{FIELDS + 19, 0},  /* no name */
		{FIELDS + 19, 32}, /* a name that does not end */
		{FIELDS + 19, 5},  /* a name that ends elsewhere */
		{FIELDS + 22, 0},  /* a name with a hole */
	};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		size_t length;
		uint8_t *bytes = file_make(&length);
		size_t record = (size_t)(bytes[FIRST + 12] | bytes[FIRST + 13] << 8);
		checksum_again(bytes, FIRST, record);
		assert_int_equal(read_all(bytes, length), 0xe); /* the sum of this test is right */
		bytes[wrong[i].at] = wrong[i].value;
		checksum_again(bytes, FIRST, record);
		assert_int_equal(read_all(bytes, length), 0xc);
		free(bytes);
	}
}

static void what_no_reader_would_take_is_not_written(void **state)
{
	(void)state;
	struct problem why;
	for (unsigned i = 0; i < 4; i++) {
		struct passport_writer writer;
		struct passport p = sample(1);
		assert_true(passport_writer_begin(&writer, &why));
		p.connection = i == 0 ? 0 : 1;
		p.account = i == 1 ? 0 : 1;
		p.piece_rest = i == 2 ? OUTPUT + 1 : 0;
		p.segment_bytes = i == 3 ? 0 : 1400;
		passport_write(&writer, &p);
		assert_int_equal(passport_writer_end(&writer, &why), -1);
	}
}

static void noise_is_no_file_of_passports_and_harms_nobody(void **state)
{
	(void)state;
	struct rng rng;
	size_t length;
	uint8_t *bytes = file_make(&length), *noise = malloc(length);
	rng_seed(&rng, 42);
	for (unsigned round = 0; round < 3000; round++) {
		memcpy(noise, bytes, length);
		for (int32_t wrong = rng_range(&rng, 1, 40); wrong > 0; wrong--)
			noise[rng_range(&rng, 0, (int32_t)length - 1)] = (uint8_t)rng_range(&rng, 0, 255);
		struct passport_reader reader;
		struct passport p;
		if (passport_reader_from(&reader, noise, (size_t)rng_range(&rng, 0, (int32_t)length), NULL)) {
			while (passport_read(&reader, &p))
				samples_equal(&p, p.connection); /* untouched ones */
		}
	}
	free(noise);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(the_bytes_are_little_endian_and_of_fixed_widths),
		cmocka_unit_test(any_damaged_byte_costs_its_own_passport_and_no_other),
		cmocka_unit_test(a_file_that_was_cut_gives_what_is_whole),
		cmocka_unit_test(whole_records_that_make_no_sense_are_refused),
		cmocka_unit_test(what_no_reader_would_take_is_not_written),
		cmocka_unit_test(noise_is_no_file_of_passports_and_harms_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
