/* ruling.h - from a decoded packet to its rule, inside one transaction. rules.def is the table.
 *
 * Whatever refuses a packet before its rule runs stands here, in one order: is the connection still the one that plays
 * the character, is the character on a map, does he not send too much (flood.h), then what the table's row needs (alive, not trading, ...). It knows neither
 * sockets nor the event loop, so tests run packets through the very same code. */
#ifndef ARGENTUM_GAME_RULING_H
#define ARGENTUM_GAME_RULING_H

#include "worker/game/flood.h"
#include "worker/game/rule.h"

/* What the table says about a packet. */
struct ruling {
	rule_fn *fn;
	unsigned needs; /* enum rule_need */
	enum flood_class flood;
};

/* NULL: packets that belong before the login (0, 1, 2), and ids that no client has. */
const struct ruling *ruling_of(unsigned packet_id);

/* Checks the needs (the realm is asked for, a refusal is said) and calls the rule; for who is known to play: the lock of his
 * map is held. */
enum tx_verdict ruling_apply(struct tx *tx, const struct ruling *ruling, const struct actor *me,
							 const struct c2s_packet *packet);

/* Runs the packet for who plays this connection: takes `used` bytes from its input, notes the sign of life, checks the
 * flood limit and the needs, calls the rule. To be returned from a transaction's function; `ruling` as ruling_of said.
 * TX_CANCEL: nobody plays it (any more), or the rule wanted nothing to stay; the bytes are then still in the input.
 * *flooded: the packet was taken but not run, because the flood limit was reached. */
enum tx_verdict ruling_run(struct tx *tx, const struct ruling *ruling, struct connection *c,
						   const struct c2s_packet *packet, size_t used, bool *flooded);

#endif
