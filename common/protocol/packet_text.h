/* packet_text.h - packets in words, for debug logs, tests and documentation. */
#ifndef ARGENTUM_PROTOCOL_PACKET_TEXT_H
#define ARGENTUM_PROTOCOL_PACKET_TEXT_H

#include <stddef.h>

#include "common/protocol/packet_layout.h"
#include "common/protocol/packet_reader.h"

/* A packet with its fields, e.g. `ConsoleMsg text="¡hola!" font=3`, in UTF-8 and on one line: control bytes are shown as
 * \x07, texts longer than 80 bytes are cut with "...", secret fields show as ***. `fields` is the struct of that id.
 * Always terminated (capacity at least 1); cut when it does not fit. Returns the bytes written. */
size_t packet_to_text(enum packet_table table, unsigned id, const void *fields, char *buffer, size_t capacity);
size_t c2s_to_text(const struct c2s_packet *packet, char *buffer, size_t capacity);
size_t s2c_to_text(const struct s2c_packet *packet, char *buffer, size_t capacity);

/* The fields of a row as protocol.md writes them, e.g. "text:str16 font:u8". Empty when there is none or no such id. */
size_t packet_describe(enum packet_table table, unsigned id, char *buffer, size_t capacity);

#endif
