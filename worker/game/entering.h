/* entering.h - how a character comes into the world: with its first or next login, or taken over from the connection
 * that played it until now (rules-life-combat-magic.md 3.6, 4.1; protocol.md 2).
 *
 * The two functions are transactions, run holding the realm. Who runs them (worker/session.c) has checked who asks: they
 * know nothing of passwords and the store. Nothing here outlives the transaction. */
#ifndef ARGENTUM_GAME_ENTERING_H
#define ARGENTUM_GAME_ENTERING_H

#include "common/text/texts.h"
#include "common/world/tx.h"

struct entering {
	struct handle connection; /* who will play it: a connection of this process */
	struct handle player;     /* its slot: reserved by this process, or found in the world (realm.h) */

	/* entering_new: what was read from the store or made */
	const struct player *character; /* private memory; its generation, version, name hash and state do not count */
	struct place at;                /* where it wants to appear */
	uint8_t heading;
	bool created;            /* it gets an account id, and the address of its connection is noted for it */
	bool belongings_are_new; /* minted with it; else the store has them already */
	bool returning;          /* it never left: it comes from another generation of the world, on its open connection */

	/* told: */
	enum text_id refusal; /* cancelled: why */
	uint64_t kept_out_ms; /* TEXT_KEPT_OUT: how much longer */
	bool vanished;        /* entering_take_over: it had left the world, and was saved; read it from the store */
	uint64_t position;    /* committed: where its NOTE_ENTER is in the ring of `map` */
	uint32_t map;
};

/* A reserved slot receives the character, and it appears on its map. `context` points at a struct entering. */
enum tx_verdict entering_new(struct tx *tx, void *context);

/* A character that is in the world already, or has just left it, plays on with this connection; the one it had is
 * closed. Refused while somebody plays it who has asked to leave an unsafe place (4.1); who waits there without a connection is
 * taken over. `context` points at a struct entering. */
enum tx_verdict entering_take_over(struct tx *tx, void *context);

#endif
