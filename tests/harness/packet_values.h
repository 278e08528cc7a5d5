/* packet_values.h - fields for every packet that a client can send, made from the packet tables: sensible ones, and those at the
 * ends of what the wire can carry. For tests that try each packet there is. */
#ifndef ARGENTUM_HARNESS_PACKET_VALUES_H
#define ARGENTUM_HARNESS_PACKET_VALUES_H

#include <stdint.h>

#include "common/protocol/packets.h"

enum packet_profile { SENSIBLE, ZERO, ONE, HIGHEST, LOWEST, ODD, PACKET_PROFILES };
extern const char *const packet_profile_names[PACKET_PROFILES];

/* As wide as any member of a packet. */
union packet_values {
	uint64_t first;
#define C2S(id, godot, NAME, ...) struct c2s_##NAME NAME;
#include "common/protocol/c2s.def"
#define GM(id, godot, NAME, ...) struct gm_##NAME gm_##NAME;
#include "common/protocol/gm.def"
};

/* The texts live as long as the program. */
void packet_values_fill(const struct packet_layout *layout, enum packet_profile profile, union packet_values *fields);

#endif
