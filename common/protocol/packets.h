/* packets.h - the protocol in one include: what packets there are, writing them, reading them, showing them.
 * Where to read: s2c.def and c2s.def for the packets, packet_types.h for what the rows become. */
#ifndef ARGENTUM_PROTOCOL_PACKETS_H
#define ARGENTUM_PROTOCOL_PACKETS_H

#include "common/protocol/charset.h"
#include "common/protocol/dialect.h"
#include "common/protocol/enums.h"
#include "common/protocol/packet_layout.h"
#include "common/protocol/packet_reader.h"
#include "common/protocol/packet_text.h"
#include "common/protocol/packet_types.h"
#include "common/protocol/packet_writer.h"
#include "common/protocol/text.h"

#endif
