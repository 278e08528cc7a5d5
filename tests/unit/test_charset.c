/* Text and charsets: Latin-1 inside, other charsets at the edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "common/protocol/charset.h"
#include "common/protocol/text.h"

#define EXPECT_TEXT(found, literal) assert_true(text_equal((found), TEXT(literal)))

static struct text encoded(enum charset charset, struct text text)
{
	static char buffer[1024];
	size_t length = charset_encode(charset, text, buffer, sizeof buffer);
	assert_int_equal(length, charset_length(charset, text));
	return text_bytes(buffer, length);
}

static void names_are_known_in_any_case(void **state)
{
	enum charset charset;
	(void)state;
	for (int i = 0; i < CHARSET_COUNT; i++) {
		assert_true(charset_parse(charset_name((enum charset)i), &charset));
		assert_int_equal(charset, i);
	}
	assert_true(charset_parse("UTF-8", &charset));
	assert_int_equal(charset, CHARSET_UTF8);
	assert_true(charset_parse("ISO-8859-1", &charset));
	assert_int_equal(charset, CHARSET_LATIN1);
	assert_false(charset_parse("cp1252", &charset));
	assert_false(charset_parse("", &charset));
}

static void latin1_becomes_utf8(void **state)
{
	(void)state;
	EXPECT_TEXT(encoded(CHARSET_UTF8, TEXT("\xA1"
										   "Feliz a\xF1o, \xD1"
										   "and\xFA!")),
				"\xC2\xA1"
				"Feliz a\xC3\xB1o, \xC3\x91"
				"and\xC3\xBA!");
	EXPECT_TEXT(encoded(CHARSET_UTF8, TEXT("\x7F\x80\xBF\xC0\xFF")), "\x7F\xC2\x80\xC2\xBF\xC3\x80\xC3\xBF");
	EXPECT_TEXT(encoded(CHARSET_UTF8, TEXT("")), "");
}

static void ascii_strips_accents_and_drops_opening_marks(void **state)
{
	(void)state;
	EXPECT_TEXT(encoded(CHARSET_ASCII, TEXT("\xA1\xC1"
											"rbol! \xBFPing\xFCino? \xD1"
											"and\xFA 1\xBA")),
				"Arbol! Pinguino? Nandu 1o");
	EXPECT_TEXT(encoded(CHARSET_ASCII, TEXT("(None) [x] ~")), "(None) [x] ~");
}

static void every_byte_becomes_plain_ascii(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char latin1 = (char)byte;
		struct text ascii = encoded(CHARSET_ASCII, text_bytes(&latin1, 1));
		assert_true(ascii.length <= 1);
		if (ascii.length == 1)
			assert_true((unsigned char)ascii.bytes[0] < 0x80 && (byte >= 0x80 || ascii.bytes[0] == latin1));
		else
			assert_true(byte == 0xA1 || byte == 0xBF);
	}
}

static void every_byte_survives_utf8_and_back(void **state)
{
	char all[256];
	char utf8[512];
	char back[256];
	size_t length;
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++)
		all[byte] = (char)byte;
	size_t size = charset_encode(CHARSET_UTF8, text_bytes(all, 256), utf8, sizeof utf8);
	assert_int_equal(size, 384);
	assert_true(charset_latin1_from_utf8(utf8, size, back, sizeof back, &length));
	assert_int_equal(length, 256);
	assert_memory_equal(back, all, 256);
}

static void a_short_buffer_never_holds_half_a_character(void **state)
{
	char buffer[8];
	(void)state;
	memset(buffer, 'x', sizeof buffer);
	assert_int_equal(charset_encode(CHARSET_UTF8, TEXT("a\xF1\xF1"), buffer, 4), 3);
	assert_memory_equal(buffer, "a\xC3\xB1xxxxx", 8);
	assert_int_equal(charset_encode(CHARSET_UTF8, TEXT("\xF1"), buffer, 1), 0);
	assert_int_equal(charset_encode(CHARSET_ASCII, TEXT("\xA1hola"), buffer, 2), 2);
	assert_memory_equal(buffer, "ho", 2);
	assert_int_equal(charset_encode(CHARSET_LATIN1, TEXT("hola"), buffer, 3), 3);
	assert_int_equal(charset_encode(CHARSET_LATIN1, TEXT("hola"), buffer, 0), 0);
	memset(buffer, 'x', sizeof buffer);
	assert_int_equal(charset_encode_z(CHARSET_UTF8, TEXT("a\xF1\xF1"), buffer, 5), 3);
	assert_memory_equal(buffer, "a\xC3\xB1\0xxxx", 8);
	assert_int_equal(charset_encode_z(CHARSET_UTF8, TEXT("a"), buffer, 1), 0);
	assert_string_equal(buffer, "");
}

static bool is_latin1_in_utf8(const char *bytes, size_t length)
{
	char buffer[16];
	size_t written = 99;
	bool fine = charset_latin1_from_utf8(bytes, length, buffer, sizeof buffer, &written);
	assert_true(fine || written == 0);
	return fine;
}

static void only_valid_utf8_within_latin1_is_taken(void **state)
{
	(void)state;
	assert_true(is_latin1_in_utf8("", 0));
	assert_true(is_latin1_in_utf8("\xC3\xB1", 2));
	assert_false(is_latin1_in_utf8("\xC3", 1)); /* cut */
	assert_false(is_latin1_in_utf8("\xC3"
								   "a",
								   2));                       /* no continuation */
	assert_false(is_latin1_in_utf8("\xB1", 1));               /* continuation alone */
	assert_false(is_latin1_in_utf8("\xC0\x80", 2));           /* overlong */
	assert_false(is_latin1_in_utf8("\xC1\xBF", 2));           /* overlong */
	assert_false(is_latin1_in_utf8("\xE0\x83\xB1", 3));       /* overlong */
	assert_false(is_latin1_in_utf8("\xC4\x80", 2));           /* U+0100 */
	assert_false(is_latin1_in_utf8("\xE2\x82\xAC", 3));       /* the euro sign */
	assert_false(is_latin1_in_utf8("\xED\xA0\x80", 3));       /* a surrogate */
	assert_false(is_latin1_in_utf8("\xF0\x9F\x98\x80", 4));   /* a smiley */
	assert_false(is_latin1_in_utf8("12345678901234567", 17)); /* does not fit */
}

static void latin1_letters_have_two_cases(void **state)
{
	(void)state;
	assert_int_equal(latin1_lower('A'), 'a');
	assert_int_equal(latin1_upper('z'), 'Z');
	assert_int_equal(latin1_lower(0xD1), 0xF1);
	assert_int_equal(latin1_upper(0xFA), 0xDA);
	assert_int_equal(latin1_lower(0xD7), 0xD7); /* multiplication sign */
	assert_int_equal(latin1_upper(0xF7), 0xF7); /* division sign */
	assert_int_equal(latin1_upper(0xFF), 0xFF); /* y with diaeresis: its capital is not in Latin-1 */
	assert_int_equal(latin1_lower(0xDF), 0xDF);
	assert_int_equal(latin1_lower('@'), '@');
	assert_int_equal(latin1_upper('{'), '{');
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned char lower = latin1_lower((unsigned char)byte);
		unsigned char upper = latin1_upper((unsigned char)byte);
		assert_int_equal(latin1_lower(lower), lower);
		assert_int_equal(latin1_upper(upper), upper);
		if (lower != byte || upper != byte)
			assert_true(latin1_is_letter((unsigned char)byte));
	}
	assert_true(latin1_is_letter(0xDF));
	assert_false(latin1_is_letter('1'));
	assert_false(latin1_is_letter(0xD7));
}

static void names_are_equal_whatever_their_case(void **state)
{
	(void)state;
	assert_true(text_equal_fold(TEXT("\xD1"
									 "AND\xDA"),
								TEXT("\xF1"
									 "and\xFA")));
	assert_false(text_equal_fold(TEXT("Nandu"), TEXT("\xD1"
													 "andu")));
	assert_false(text_equal_fold(TEXT("Pepe"), TEXT("Pepes")));
	assert_true(text_equal_fold(TEXT(""), TEXT("")));
}

static void what_a_player_says_cannot_format_the_console(void **state)
{
	char buffer[64];
	(void)state;
	EXPECT_TEXT(text_clean_player(TEXT("[url=x]hola[/url]"), buffer, sizeof buffer), "(url=x)hola(/url)");
	EXPECT_TEXT(text_clean_player(TEXT("rojo~255~0~0~1~0"), buffer, sizeof buffer), "rojo-255-0-0-1-0");
	EXPECT_TEXT(text_clean_player(TEXT("a\n\r\t\0b\x1F\x7F\x80\x9F"
									   "c"),
								  buffer, sizeof buffer),
				"abc");
	EXPECT_TEXT(text_clean_player(TEXT("\xA1"
									   "a\xF1o!"),
								  buffer, sizeof buffer),
				"\xA1"
				"a\xF1o!");
	EXPECT_TEXT(text_clean_player(TEXT("largo"), buffer, 3), "lar");
	EXPECT_TEXT(text_clean_player(TEXT(""), buffer, sizeof buffer), "");
}

static void cleaning_works_in_place(void **state)
{
	char bytes[] = "\x01[\x02]";
	(void)state;
	EXPECT_TEXT(text_clean_player(text_bytes(bytes, 4), bytes, 4), "()");
}

static void lists_keep_empty_elements_in_the_middle_and_lose_one_at_the_end(void **state)
{
	char buffer[32];
	struct text_list list;
	struct text element;
	(void)state;
	text_list_start(&list, buffer, sizeof buffer);
	assert_true(text_list_add(&list, TEXT("Uno")));
	assert_true(text_list_add(&list, TEXT("")));
	assert_true(text_list_add(&list, TEXT("D\0os")));
	assert_true(text_list_add(&list, TEXT("")));
	EXPECT_TEXT(text_list_text(&list), "Uno\0\0Dos\0");
	struct text rest = text_list_text(&list);
	assert_true(text_list_next(&rest, &element));
	EXPECT_TEXT(element, "Uno");
	assert_true(text_list_next(&rest, &element));
	EXPECT_TEXT(element, "");
	assert_true(text_list_next(&rest, &element));
	EXPECT_TEXT(element, "Dos");
	assert_false(text_list_next(&rest, &element));
	assert_int_equal(list.count, 4);
}

static void a_full_list_takes_no_more(void **state)
{
	char buffer[8] = "xxxxxxxx";
	struct text_list list;
	(void)state;
	text_list_start(&list, buffer, 7);
	assert_true(text_list_add(&list, TEXT("abc")));
	assert_false(text_list_add(&list, TEXT("defg")));
	assert_true(text_list_add(&list, TEXT("def")));
	assert_false(text_list_add(&list, TEXT("")));
	EXPECT_TEXT(text_list_text(&list), "abc\0def");
	assert_int_equal(buffer[7], 'x');
}

static void texts_are_cut_trimmed_and_terminated(void **state)
{
	char z[4];
	(void)state;
	EXPECT_TEXT(text_cut(TEXT("hola"), 2), "ho");
	EXPECT_TEXT(text_cut(TEXT("hola"), 9), "hola");
	EXPECT_TEXT(text_trim(TEXT("  ho la ")), "ho la");
	EXPECT_TEXT(text_trim(TEXT("   ")), "");
	EXPECT_TEXT(text_of(NULL), "");
	EXPECT_TEXT(text_of("hola"), "hola");
	assert_int_equal(text_to_z(TEXT("hola"), z, sizeof z), 3);
	assert_string_equal(z, "hol");
	assert_int_equal(text_to_z(TEXT("a\0b"), z, sizeof z), 2);
	assert_string_equal(z, "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_known_in_any_case),
		cmocka_unit_test(latin1_becomes_utf8),
		cmocka_unit_test(ascii_strips_accents_and_drops_opening_marks),
		cmocka_unit_test(every_byte_becomes_plain_ascii),
		cmocka_unit_test(every_byte_survives_utf8_and_back),
		cmocka_unit_test(a_short_buffer_never_holds_half_a_character),
		cmocka_unit_test(only_valid_utf8_within_latin1_is_taken),
		cmocka_unit_test(latin1_letters_have_two_cases),
		cmocka_unit_test(names_are_equal_whatever_their_case),
		cmocka_unit_test(what_a_player_says_cannot_format_the_console),
		cmocka_unit_test(cleaning_works_in_place),
		cmocka_unit_test(lists_keep_empty_elements_in_the_middle_and_lose_one_at_the_end),
		cmocka_unit_test(a_full_list_takes_no_more),
		cmocka_unit_test(texts_are_cut_trimmed_and_terminated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
