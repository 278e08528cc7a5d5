/* dialect.h - which client speaks on a connection. The ids are the same; a few layouts and many limits are not
 * (protocol.md 1.7, 7.3). The bytes of a connection do not tell: port or configuration do. */
#ifndef ARGENTUM_PROTOCOL_DIALECT_H
#define ARGENTUM_PROTOCOL_DIALECT_H

#include <stdbool.h>

enum dialect {
	DIALECT_GODOT,   /* ArgentumOnlineGodot: cannot skip what it does not know */
	DIALECT_CLASSIC, /* clients of 0.13.3 */
};
#define DIALECT_COUNT 2

/* "godot", "classic". */
const char *dialect_name(enum dialect dialect);

#endif
