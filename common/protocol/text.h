/* text.h - a piece of text as the protocol knows it: Latin-1 bytes and their number, no terminator.
 *
 * A struct text is a view: it owns nothing and is valid as long as the bytes it looks at. All text inside the server
 * is Latin-1 (ISO-8859-1); other charsets exist only at the edges (charset.h). */
#ifndef ARGENTUM_PROTOCOL_TEXT_H
#define ARGENTUM_PROTOCOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	const char *bytes; /* may be NULL when length is 0 */
	uint16_t length;   /* bytes; a packet carries at most TEXT_WIRE_MAX of them */
};

/* The wire counts bytes in a signed 16-bit number (protocol.md 1.4). */
#define TEXT_WIRE_MAX 32767

/* A literal. Source files are UTF-8, so write accents as escapes: TEXT("Nandú") would carry UTF-8, "Nand\xFA" is right. */
#define TEXT(literal) ((struct text){.bytes = (literal), .length = (uint16_t)(sizeof(literal) - 1)})

/* A terminated string; NULL is the empty text. What lies beyond 65535 bytes is not seen. */
struct text text_of(const char *z);

/* `length` bytes; more than 65535 are cut. */
struct text text_bytes(const char *bytes, size_t length);

bool text_equal(struct text a, struct text b);

/* Names are compared like this: Latin-1 letters without regard to case. */
bool text_equal_fold(struct text a, struct text b);

/* At most `length` bytes from the front. */
struct text text_cut(struct text text, size_t length);

/* Without the blanks at both ends. */
struct text text_trim(struct text text);

/* Copies into a terminated string, cut when capacity (at least 1) is too small. Returns the bytes copied. NUL bytes
 * are left out, so that the string ends where it seems to end. */
size_t text_to_z(struct text text, char *buffer, size_t capacity);

/* --- lists (strz16): one text whose elements are separated by NUL bytes, protocol.md 1.4 ---
 * n elements have n-1 separators; no element at all is the empty text. One single empty element looks the same as no
 * element: the wire cannot tell them apart. */

/* Collects elements into the caller's buffer. */
struct text_list {
	char *bytes;
	size_t length, capacity; /* bytes; capacity above TEXT_WIRE_MAX is not used */
	size_t count;            /* elements */
};
void text_list_start(struct text_list *list, char *buffer, size_t capacity);

/* False when there is no room: the list stays as it was. NUL bytes inside the element are left out. */
bool text_list_add(struct text_list *list, struct text element);

struct text text_list_text(const struct text_list *list);

/* Reading: takes the first element off `*rest`. False when nothing is left. As in the client, an empty element at the
 * very end is not seen, one in the middle is.
 *     for (struct text rest = packet->GUILD_LIST.guilds, name; text_list_next(&rest, &name);) ... */
bool text_list_next(struct text *rest, struct text *element);

#endif
