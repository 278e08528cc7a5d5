/* leaving.h - how a character leaves the world: at once in safe places, after a countdown elsewhere, and when the
 * connection is lost (rules-life-combat-magic.md 4.2, rules-economy-social-admin.md 16.4).
 *
 * A character that left is GONE: it waits in its slot, its name taken, until the keeper's cut with its departure is
 * durable. A login meanwhile takes it from there. */
#ifndef ARGENTUM_GAME_LEAVING_H
#define ARGENTUM_GAME_LEAVING_H

#include "common/text/texts.h"
#include "common/world/tx.h"
#include "worker/close_reasons.h"

struct worker;

/* Leaves now: off its map, GONE; its connection, if it has one, is closed for this reason with these last words. Wants
 * the lock of its map and the realm's. */
void leave_game(struct tx *tx, uint32_t player, enum close_reason reason, enum text_id last_words);

/* Something was done that ends a countdown (a step, a blow, work). */
void leaving_cancel(struct tx *tx, uint32_t player);

/* He was attacked or robbed: his countdown ends too; that of a character without connection begins anew. */
void leaving_disturbed(struct tx *tx, uint32_t player);

/* He has done nothing for too long: he is told so, and leaves as if he had asked to. Asks for the realm. */
void leaving_idle(struct tx *tx, uint32_t player);

/* The countdown of one player on a map, once a second; false when it needs the realm and could not take it. */
bool leaving_tick(struct tx *tx, uint32_t player);

/* The connection of the player was lost: in an unsafe place the character stays for the countdown. A transaction, run
 * holding the realm; harmless when the player is not his (any more). `context` points at a struct leaving_lost. */
struct leaving_lost {
	struct handle player, connection;
};
enum tx_verdict leaving_when_lost(struct tx *tx, void *context);

/* The worker lost this connection: runs the above. */
void leaving_connection_lost(struct worker *w, struct handle player, struct handle connection);

#endif
