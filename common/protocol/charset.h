/* charset.h - how text looks outside the server, and what Latin-1 letters are.
 *
 * Inside, text is Latin-1. A client may want another charset for what it is sent (protocol.md 1.4), and stores of
 * other servers hold UTF-8. Nothing here depends on the locale; no function writes beyond the capacity it is given, and
 * none ever leaves half a character. */
#ifndef ARGENTUM_PROTOCOL_CHARSET_H
#define ARGENTUM_PROTOCOL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/protocol/text.h"

enum charset {
	CHARSET_LATIN1, /* as it is */
	CHARSET_UTF8,   /* one or two bytes per character */
	CHARSET_ASCII,  /* accents stripped: "cañón" -> "canon"; the opening marks of ¡ and ¿ are dropped */
};
#define CHARSET_COUNT 3

/* Names: "latin1", "utf8", "ascii"; charset_parse also takes "iso-8859-1" and "utf-8", in any case. False: unknown. */
bool charset_parse(const char *word, enum charset *charset);
const char *charset_name(enum charset charset);

/* Bytes that `latin1` takes in the charset. */
size_t charset_length(enum charset charset, struct text latin1);

/* Converts as many whole characters as fit. Returns the bytes written. */
size_t charset_encode(enum charset charset, struct text latin1, char *buffer, size_t capacity);

/* The same into a terminated string: one byte of the capacity (at least 1) is the terminator's. */
size_t charset_encode_z(enum charset charset, struct text latin1, char *buffer, size_t capacity);

/* UTF-8 to Latin-1. False, with *length 0, when the bytes are not valid UTF-8 (overlong forms and surrogates are not),
 * hold a character that Latin-1 lacks, or the result does not fit. The result is never longer than the source. */
bool charset_latin1_from_utf8(const char *utf8, size_t utf8_length, char *buffer, size_t capacity, size_t *length);

/* Case of Latin-1 letters. What has no partner (ß, ÿ) and what is no letter comes back as it is. */
unsigned char latin1_lower(unsigned char byte);
unsigned char latin1_upper(unsigned char byte);
bool latin1_is_letter(unsigned char byte);

/* Text of a player made harmless for everybody's console (protocol.md 4.6, rules-economy-social-admin.md 8.4): control
 * bytes are dropped (0..31, 127, 128..159), square brackets become round ones (the Godot client reads BBCode) and '~'
 * becomes '-' (classic clients read colours). Cut at `capacity`. Returns the cleaned text, which looks at buffer; the
 * buffer may be the text's own bytes. */
struct text text_clean_player(struct text text, char *buffer, size_t capacity);

#endif
