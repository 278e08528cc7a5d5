/* The corner cases of the ini dialect (formats.md 1.3 to 1.6), and of its numbers. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalog/ini.h"
#include "common/catalog/record.h"

static struct catalog_warnings warnings; /* 64 KB, too much for a stack frame; reset by parse() */
static struct problem why;

static struct ini *parse_bytes(const char *text, size_t size)
{
	struct file_bytes file = {.label = "Dat/test.dat", .bytes = malloc(size + 1), .size = size};
	assert_non_null(file.bytes);
	memcpy(file.bytes, text, size);
	file.bytes[size] = '\0';
	memset(&warnings, 0, sizeof warnings);
	why.text[0] = '\0';
	return ini_parse(&file, &warnings, &why);
}

static struct ini *parse(const char *text)
{
	struct ini *ini = parse_bytes(text, strlen(text));
	assert_non_null(ini);
	return ini;
}

static const char *value(struct ini *ini, const char *section, const char *key)
{
	const struct ini_entry *entry = ini_entry(ini, ini_section(ini, section), key);
	return entry != NULL ? entry->value : NULL;
}

static void sections_and_keys_are_found_in_any_case(void **state)
{
	(void)state;
	struct ini *ini = parse("[Obj1]\r\nName=Uno\r\nApu\361ala=1\r\n");
	assert_string_equal(value(ini, "OBJ1", "NAME"), "Uno");
	assert_string_equal(value(ini, "obj1", "name"), "Uno");
	assert_string_equal(value(ini, "OBJ1", "APU\321ALA"), "1");
	assert_null(value(ini, "OBJ1", "Nombre"));
	assert_null(value(ini, "OBJ2", "Name"));
	assert_int_equal(warnings.total, 0);
	ini_free(&ini);
	assert_null(ini);
}

/* Forks write it in Latin-1, in UTF-8 or as a plain N (rules-life-combat-magic.md 13.1). */
static void an_enye_is_found_however_the_file_spells_it(void **state)
{
	(void)state;
	static const char *const spellings[] = {"\321", "\361", "\303\221", "\303\261", "N", "n"};
	for (unsigned i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		char text[128];
		snprintf(text, sizeof text, "[MODDA%sOARMAS]\r\nApu%sala=1\r\n", spellings[i], spellings[i]);
		struct ini *ini = parse(text);
		assert_string_equal(value(ini, "MODDA\321OARMAS", "Apu\361ala"), "1");
		assert_string_equal(value(ini, "MODDANOARMAS", "Apunala"), "1");
		assert_null(value(ini, "MODDAOARMAS", "Apuala"));
		ini_free(&ini);
	}
	struct ini *ini = parse("[A]\r\nA\303o=1\r\n[B\303]\r\n"); /* half a letter is a letter of its own */
	assert_null(value(ini, "A", "ANo"));
	assert_string_equal(value(ini, "A", "A\343o"), "1");
	assert_non_null(ini_section(ini, "b\343"));
	ini_free(&ini);
	ini = parse("[A]\r\nApu\361ala=1\r\nApunala=0\r\n");
	assert_string_equal(value(ini, "A", "Apunala"), "1");
	assert_int_equal(warnings.total, 1);
	ini_free(&ini);
}

static void both_line_ends_and_a_missing_last_one_are_the_same(void **state)
{
	(void)state;
	static const char *const texts[] = {"[A]\r\nx=1\r\n[B]\r\ny=2\r\n", "[A]\nx=1\n[B]\ny=2\n", "[A]\r\nx=1\n[B]\ny=2"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct ini *ini = parse(texts[i]);
		assert_string_equal(value(ini, "A", "x"), "1");
		assert_string_equal(value(ini, "B", "y"), "2");
		assert_int_equal(ini_entry(ini, ini_section(ini, "B"), "y")->line, 4);
		ini_free(&ini);
	}
}

static void what_follows_a_section_name_is_ignored_even_with_an_equals_sign(void **state)
{
	(void)state;
	struct ini *ini = parse("[NPC114] 'buys = royal gear\nName=SR\n  [ NPC115 ]x=1\nName=SC\n");
	assert_string_equal(value(ini, "NPC114", "Name"), "SR");
	assert_string_equal(value(ini, "NPC115", "Name"), "SC");
	assert_null(value(ini, "NPC115", "x"));
	ini_free(&ini);
}

static void values_stay_raw_and_keys_are_trimmed(void **state)
{
	(void)state;
	struct ini *ini = parse("[A]\nTexto= \n  Clave uno = 379 'remark\nx=a=b\nempty=\n");
	assert_string_equal(value(ini, "A", "Texto"), " ");
	assert_string_equal(value(ini, "A", "Clave uno"), " 379 'remark");
	assert_string_equal(value(ini, "A", "x"), "a=b");
	assert_string_equal(value(ini, "A", "empty"), "");
	ini_free(&ini);
}

static void remarks_prose_and_keys_before_any_section_are_ignored(void **state)
{
	(void)state;
	struct ini *ini = parse("0 ====== COMMON\n;a=1\n'b=2\n#c=3\n[broken\n[A]\n  ; d=4\nbare prose\nMinHIT6\nx=1\n");
	struct ini_section *section = ini_section(ini, "A");
	assert_non_null(section);
	assert_int_equal(section->count, 1);
	assert_int_equal(ini_section_count(ini), 1);
	/* The four odd lines are told once: the legend, the broken section, the prose, the key without '='. */
	assert_int_equal(warnings.total, 1);
	assert_non_null(strstr(warnings.text[0], "Dat/test.dat line 1: "));
	assert_non_null(strstr(warnings.text[0], "4 such"));
	ini_free(&ini);
}

static void the_first_section_and_the_first_key_win_and_repetitions_are_told(void **state)
{
	(void)state;
	struct ini *ini = parse("[H35]\nMinHP=40\nMaxHP=60\nminhp=0\n[h35]\nMinHP=7\nOther=1\n");
	assert_string_equal(value(ini, "H35", "MinHP"), "40");
	assert_null(value(ini, "H35", "Other"));
	assert_int_equal(warnings.total, 2);
	assert_string_equal(warnings.text[0], "Dat/test.dat line 5: section [h35] again; the one of line 1 counts");
	assert_string_equal(warnings.text[1], "Dat/test.dat line 4: key minhp of [H35] again; the one of line 2 counts");
	ini_free(&ini);
}

static void an_empty_file_has_nothing(void **state)
{
	(void)state;
	struct ini *ini = parse("");
	assert_null(ini_section(ini, "INIT"));
	assert_null(ini_entry(ini, NULL, "x"));
	assert_null(ini_section_at(ini, 0));
	ini_free(&ini);
}

static void a_byte_order_mark_does_not_hide_the_first_section(void **state)
{
	(void)state;
	struct ini *ini = parse("\357\273\277[INIT]\nx=1\n");
	assert_string_equal(value(ini, "INIT", "x"), "1");
	ini_free(&ini);
}

static void a_zero_byte_is_refused_with_its_line(void **state)
{
	(void)state;
	static const char text[] = "[A]\nx=1\ny=\0002\n";
	assert_null(parse_bytes(text, sizeof text - 1));
	assert_non_null(strstr(why.text, "Dat/test.dat line 3: a zero byte"));
}

static void a_line_of_4096_bytes_is_read_and_a_longer_one_refused_with_its_line(void **state)
{
	(void)state;
	char text[5000] = "[A]\nx=";
	memset(text + 6, 'v', 4094);
	struct ini *ini = parse_bytes(text, 6 + 4094);
	assert_non_null(ini);
	assert_int_equal(strlen(value(ini, "A", "x")), 4094);
	ini_free(&ini);
	memset(text + 6, 'v', 4095);
	assert_null(parse_bytes(text, 6 + 4095));
	assert_non_null(strstr(why.text, "Dat/test.dat line 2: 4097 bytes"));
}

static void a_million_lines_are_refused_and_many_equal_keys_do_not_take_long(void **state)
{
	(void)state;
	static const char section[] = {'[', 'A', ']', '\n'}, entry[] = {'k', '=', '1', '\n'};
	size_t lines = INI_LINES_MAX + 1, size = sizeof section + lines * sizeof entry;
	char *text = malloc(size);
	assert_non_null(text);
	memcpy(text, section, sizeof section);
	for (size_t i = 0; i < lines; i++)
		memcpy(text + sizeof section + i * sizeof entry, entry, sizeof entry);
	assert_null(parse_bytes(text, size));
	assert_non_null(strstr(why.text, "more than"));
	struct ini *ini = parse_bytes(text, sizeof section + 200000 * sizeof entry);
	assert_non_null(ini);
	assert_int_equal(warnings.total, 199999);
	assert_int_equal(warnings.kept, CATALOG_WARNINGS_KEPT);
	ini_free(&ini);
	free(text);
}

static void what_nobody_asked_for_is_tallied(void **state)
{
	(void)state;
	struct ini *ini = parse("[A]\nread=1\nfirst=2\nsecond=3\n[B]\nx=1\n");
	struct tally keys = {0}, sections = {0};
	(void)value(ini, "A", "read");
	ini_tally_unread(ini, &keys, &sections);
	assert_int_equal(keys.count, 2);
	assert_string_equal(keys.first, "Dat/test.dat line 3 (first)");
	assert_int_equal(sections.count, 1);
	assert_string_equal(sections.first, "Dat/test.dat line 5 (B)");
	ini_free(&ini);
}

static void numbers_are_the_longest_numeric_beginning(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double number;
		bool found;
	} cases[] = {
		{"12", 12, true},
		{" 12", 12, true},
		{"\t-5", -5, true},
		{"+1", 1, true},
		{"1.075", 1.075, true},
		{".5", 0.5, true},
		{"5.", 5, true},
		{"1e3", 1000, true},
		{"1E-2x", 0.01, true},
		{"3 'text", 3, true},
		{"180 'text", 180, true},
		{"1000\322ro", 1000, true},
		{"0x10", 0, true},
		{"", 0, false},
		{"abc", 0, false},
		{"-", 0, false},
		{".", 0, false},
		{"2e", 2, true},
		{"2e+", 2, true},
		{"1.2.3", 1.2, true},
		{"1,5", 1, true},
		{"0.925", 0.925, true},
		{"20000000", 2e7, true},
		{"--1", 0, false},
		{"123456789012345678901", 123456789012345678901.0, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double number = -1;
		assert_int_equal(ini_number(cases[i].text, &number, NULL), cases[i].found);
		if (number != cases[i].number)
			fail_msg("\"%s\" gave %.17g", cases[i].text, number);
	}
	double number;
	const char *end;
	assert_true(ini_number(" 12 rest", &number, &end));
	assert_string_equal(end, " rest");
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
	(void)state;
	double number;
	if (setlocale(LC_NUMERIC, "es_AR.UTF-8") == NULL && setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL)
		print_message("no locale with a decimal comma here; checked with the C locale only\n");
	assert_true(ini_number("1.75", &number, NULL));
	assert_true(number == 1.75);
	setlocale(LC_NUMERIC, "C");
}

static void absurd_numbers_saturate_instead_of_overflowing(void **state)
{
	(void)state;
	struct ini *ini = parse("[A]\nbig=1e999\nsmall=-1e999\nlong=99999999999999999999999999\ntiny=1e-99999\n");
	struct record record = record_open(ini, &warnings, "A");
	assert_int_equal(record_int(&record, "big", 0, 255), 255);
	assert_int_equal(record_int(&record, "small", -5, 255), -5);
	assert_int_equal(record_int(&record, "long", 0, INT32_MAX), INT32_MAX);
	assert_int_equal(record_int(&record, "tiny", 0, 255), 0);
	assert_int_equal(warnings.total, 3);
	assert_string_equal(warnings.text[0], "Dat/test.dat line 2: big=1e999 is outside 0..255; taken as 255");
	ini_free(&ini);
}

static void fractions_round_half_to_even(void **state)
{
	(void)state;
	struct ini *ini = parse("[A]\na=0.5\nb=1.5\nc=2.5\nd=2.51\n");
	struct record record = record_open(ini, &warnings, "A");
	assert_int_equal(record_int(&record, "a", 0, 9), 0);
	assert_int_equal(record_int(&record, "b", 0, 9), 2);
	assert_int_equal(record_int(&record, "c", 0, 9), 2);
	assert_int_equal(record_int(&record, "d", 0, 9), 3);
	ini_free(&ini);
}

static void lists_are_joined_by_a_minus(void **state)
{
	(void)state;
	double number;
	assert_true(ini_list_number("103-1 'a-b-c", 0, &number) && number == 103);
	assert_true(ini_list_number("103-1 'a-b-c", 1, &number) && number == 1);
	assert_true(ini_list_number("1-58-45", 2, &number) && number == 45);
	assert_false(ini_list_number("7", 1, &number));
	assert_true(number == 0);
	assert_false(ini_list_number("-3", 0, &number));
	assert_true(ini_list_number("1e-5", 0, &number) && number == 1);
	assert_true(ini_list_number("12-1000\322", 1, &number) && number == 1000);
}

static void texts_are_trimmed_as_asked(void **state)
{
	(void)state;
	struct ini *ini = parse("[A]\nx=  Bosque \nq= \"cita\" \n");
	struct record record = record_open(ini, &warnings, "A");
	struct record_text text = record_text(&record, "x", RECORD_RAW);
	assert_int_equal(text.size, 9);
	text = record_text(&record, "x", RECORD_TRIM_END);
	assert_int_equal(text.size, 8);
	assert_memory_equal(text.text, "  Bosque", 8);
	text = record_text(&record, "x", RECORD_TRIM);
	assert_int_equal(text.size, 6);
	text = record_text(&record, "q", RECORD_TRIM);
	assert_int_equal(text.size, 4);
	assert_memory_equal(text.text, "cita", 4);
	assert_int_equal(record_text(&record, "absent", RECORD_RAW).size, 0);
	ini_free(&ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_keys_are_found_in_any_case),
		cmocka_unit_test(an_enye_is_found_however_the_file_spells_it),
		cmocka_unit_test(both_line_ends_and_a_missing_last_one_are_the_same),
		cmocka_unit_test(what_follows_a_section_name_is_ignored_even_with_an_equals_sign),
		cmocka_unit_test(values_stay_raw_and_keys_are_trimmed),
		cmocka_unit_test(remarks_prose_and_keys_before_any_section_are_ignored),
		cmocka_unit_test(the_first_section_and_the_first_key_win_and_repetitions_are_told),
		cmocka_unit_test(an_empty_file_has_nothing),
		cmocka_unit_test(a_byte_order_mark_does_not_hide_the_first_section),
		cmocka_unit_test(a_zero_byte_is_refused_with_its_line),
		cmocka_unit_test(a_line_of_4096_bytes_is_read_and_a_longer_one_refused_with_its_line),
		cmocka_unit_test(a_million_lines_are_refused_and_many_equal_keys_do_not_take_long),
		cmocka_unit_test(what_nobody_asked_for_is_tallied),
		cmocka_unit_test(numbers_are_the_longest_numeric_beginning),
		cmocka_unit_test(numbers_do_not_depend_on_the_locale),
		cmocka_unit_test(absurd_numbers_saturate_instead_of_overflowing),
		cmocka_unit_test(fractions_round_half_to_even),
		cmocka_unit_test(lists_are_joined_by_a_minus),
		cmocka_unit_test(texts_are_trimmed_as_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
