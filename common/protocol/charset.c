#include "common/protocol/charset.h"

#include <string.h>
#include <strings.h>

static const char *const charset_names[CHARSET_COUNT] = {
	[CHARSET_LATIN1] = "latin1",
	[CHARSET_UTF8] = "utf8",
	[CHARSET_ASCII] = "ascii",
};

bool charset_parse(const char *word, enum charset *charset)
{
	for (unsigned i = 0; i < CHARSET_COUNT; i++) {
		if (strcasecmp(word, charset_names[i]) == 0) {
			*charset = (enum charset)i;
			return true;
		}
	}
	if (strcasecmp(word, "iso-8859-1") == 0)
		*charset = CHARSET_LATIN1;
	else if (strcasecmp(word, "utf-8") == 0)
		*charset = CHARSET_UTF8;
	else
		return false;
	return true;
}

const char *charset_name(enum charset charset)
{
	return charset_names[charset];
}

/* What becomes of 0xA0..0xFF in ASCII: one byte each, so that text never grows; a blank means "dropped". */
/* clang-format off */
static const char ascii_of[6][17] = {
	/*           0123456789ABCDEF */
	/* 0xA0 */ "_ cL?Y|?\"ca\"--r-",
	/* 0xB0 */ "o?23'uP.,1o\"??? ",
	/* 0xC0 */ "AAAAAAACEEEEIIII",
	/* 0xD0 */ "DNOOOOOxOUUUUYTs",
	/* 0xE0 */ "aaaaaaaceeeeiiii",
	/* 0xF0 */ "dnooooo/ouuuuyty",
};
/* clang-format on */

/* The ASCII byte for a Latin-1 byte; '\0' when it is dropped. */
static char ascii_from_latin1(unsigned char byte)
{
	if (byte < 0x80)
		return (char)byte;
	if (byte < 0xA0)
		return '?';
	if (byte == 0xA0) /* the blank that does not break */
		return ' ';
	char ascii = ascii_of[(byte - 0xA0) / 16][byte % 16];
	return ascii == ' ' ? '\0' : ascii;
}

size_t charset_length(enum charset charset, struct text latin1)
{
	size_t length = latin1.length;
	if (charset == CHARSET_LATIN1)
		return length;
	for (unsigned i = 0; i < latin1.length; i++) {
		unsigned char byte = (unsigned char)latin1.bytes[i];
		if (charset == CHARSET_UTF8)
			length += byte >= 0x80;
		else
			length -= byte != 0 && ascii_from_latin1(byte) == '\0';
	}
	return length;
}

static size_t encode_utf8(struct text latin1, char *buffer, size_t capacity)
{
	size_t length = 0;
	for (unsigned i = 0; i < latin1.length; i++) {
		unsigned char byte = (unsigned char)latin1.bytes[i];
		size_t size = byte < 0x80 ? 1 : 2;
		if (size > capacity - length)
			break;
		if (size == 2)
			buffer[length++] = (char)(0xC0 | byte >> 6);
		buffer[length++] = (char)(size == 1 ? byte : 0x80 | (byte & 0x3F));
	}
	return length;
}

static size_t encode_ascii(struct text latin1, char *buffer, size_t capacity)
{
	size_t length = 0;
	for (unsigned i = 0; i < latin1.length && length < capacity; i++) {
		unsigned char byte = (unsigned char)latin1.bytes[i];
		char ascii = ascii_from_latin1(byte);
		if (ascii != '\0' || byte == 0)
			buffer[length++] = ascii;
	}
	return length;
}

size_t charset_encode(enum charset charset, struct text latin1, char *buffer, size_t capacity)
{
	if (charset == CHARSET_UTF8)
		return encode_utf8(latin1, buffer, capacity);
	if (charset == CHARSET_ASCII)
		return encode_ascii(latin1, buffer, capacity);
	size_t length = latin1.length < capacity ? latin1.length : capacity;
	if (length > 0)
		memcpy(buffer, latin1.bytes, length);
	return length;
}

size_t charset_encode_z(enum charset charset, struct text latin1, char *buffer, size_t capacity)
{
	size_t length = charset_encode(charset, latin1, buffer, capacity - 1);
	buffer[length] = '\0';
	return length;
}

bool charset_latin1_from_utf8(const char *utf8, size_t utf8_length, char *buffer, size_t capacity, size_t *length)
{
	size_t written = 0;
	*length = 0;
	for (size_t i = 0; i < utf8_length; i++) {
		unsigned char byte = (unsigned char)utf8[i];
		if (byte >= 0x80) {
			/* Latin-1 ends at U+00FF, so the only lead bytes are C2 and C3; C0 and C1 would be overlong. */
			if (byte != 0xC2 && byte != 0xC3)
				return false;
			if (++i == utf8_length || ((unsigned char)utf8[i] & 0xC0) != 0x80)
				return false;
			byte = (unsigned char)(byte << 6 | ((unsigned char)utf8[i] & 0x3F));
		}
		if (written == capacity)
			return false;
		buffer[written++] = (char)byte;
	}
	*length = written;
	return true;
}

static bool has_case(unsigned char upper)
{
	return (upper >= 'A' && upper <= 'Z') || (upper >= 0xC0 && upper <= 0xDE && upper != 0xD7);
}

unsigned char latin1_lower(unsigned char byte)
{
	return has_case(byte) ? (unsigned char)(byte + 0x20) : byte;
}

unsigned char latin1_upper(unsigned char byte)
{
	return byte >= 0x20 && has_case((unsigned char)(byte - 0x20)) ? (unsigned char)(byte - 0x20) : byte;
}

bool latin1_is_letter(unsigned char byte)
{
	return has_case(latin1_upper(byte)) || byte == 0xDF || byte == 0xFF;
}

struct text text_clean_player(struct text text, char *buffer, size_t capacity)
{
	size_t length = 0;
	for (unsigned i = 0; i < text.length && length < capacity; i++) {
		unsigned char byte = (unsigned char)text.bytes[i];
		if (byte < 0x20 || (byte >= 0x7F && byte < 0xA0))
			continue;
		if (byte == '[')
			byte = '(';
		else if (byte == ']')
			byte = ')';
		else if (byte == '~')
			byte = '-';
		buffer[length++] = (char)byte;
	}
	return text_bytes(buffer, length);
}
