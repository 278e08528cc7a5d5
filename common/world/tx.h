/* tx.h - a transaction: whatever changes the world, all of it or nothing.
 *
 * A transaction holds domains (maps, the realm), changes what belongs to them, stages in their rings what players are
 * told, and commits. Rules for who writes one:
 *   - touch before you write: tx_touch (or the macros TOUCH and SET) puts the old bytes into the process's undo log;
 *   - a domain not held is asked for with tx_need; when that says false, leave off, as deep as you are: whatever the handler
 *     returns (but TX_CANCEL), everything is undone and run again holding what was asked for. So a handler may run twice, and
 *     keeps no state outside the world;
 *   - check first, then touch: TX_CANCEL undoes everything, but a refusal that only talks is a TX_COMMIT;
 *   - nothing slow: no system call, no store, no log line, no allocation.
 *
 * The commit is one store, of UNDO_COMMITTED into the log's state; publishing the ring heads follows. Whoever settles
 * the log of a process that died rolls ACTIVE back and COMMITTED forward (world_settle). Robust locks tell who must.
 *
 * One struct tx belongs to one process (or test thread) and is used again and again. */
#ifndef ARGENTUM_WORLD_TX_H
#define ARGENTUM_WORLD_TX_H

#include "common/base/log.h"
#include "common/base/rng.h"
#include "common/protocol/dialect.h"
#include "common/world/ring.h"

struct catalog;
struct config;

enum tx_verdict {
	TX_COMMIT,
	TX_CANCEL, /* undo everything: nothing happened */
	TX_AGAIN,  /* undo everything and run again, holding what tx_need asked for */
};

/* Run each handler, undo it, compare the world with the world before byte for byte, run it again: finds every write
 * that was not touched and every handler that is not re-runnable. */
enum tx_paranoia {
	PARANOIA_OFF,
	PARANOIA_DOMAINS, /* compare what belongs to the held domains: with other processes at work */
	PARANOIA_WORLD,   /* compare everything: when nobody else is at work */
};

struct tx_domain {
	uint32_t index;
	bool overflowed; /* what was said did not fit; everybody there is resynced instead */
	uint8_t order;   /* in which domains were first said something; 0 = nothing yet */
	uint64_t staged; /* next position in its ring */
};

struct tx {
	struct world *world;
	const struct catalog *catalog;
	const struct config *config;
	enum dialect dialect; /* of what is staged: one for all clients (protocol.md 1.7) */
	bool urgent;          /* something that was staged must not wait until the rings are read anyway */
	bool place_doubtful;  /* who steps may have stepped before he heard where he is: he is told where he came to */
	uint16_t row; /* enum traffic_row_id of the next run, for who runs it to set; tx_run sets it back to OTHER */

	/* what rules know of the outside */
	uint64_t now_ms; /* monotonic */
	int64_t unix_s;
	struct rng rng; /* seeded for this run; the same again when it is run again */

	/* held, ascending */
	struct tx_domain held[TX_DOMAINS_MAX];
	unsigned held_count;
	unsigned spoken_count;           /* domains in whose ring something is staged */
	uint32_t wanted[TX_DOMAINS_MAX]; /* asked for in vain in this run */
	unsigned wanted_count;

	/* how long it takes (traffic.h) */
	uint64_t began_ns;   /* before its first lock; 0 = it took none */
	uint64_t waited_ns;  /* of the time since: waiting for locks */
	uint64_t apart_ns;   /* of that: while it held none, so that nobody waited for it */
	uint64_t slow_at_ms; /* when the last one ended that was over log.slow_ms; real time */
	struct log_repeat slow;

	void *paranoid_copy;                    /* owned; made at first use */
	uint32_t paranoid_held[TX_DOMAINS_MAX]; /* what was held when it was made */
	unsigned paranoid_held_count;
	enum tx_paranoia paranoia;
	uint64_t paranoid_failures;
	char paranoid_where[160]; /* the last difference, for the log */

	uint64_t runs;                                      /* seeds the rng */
	_Alignas(16) uint8_t scratch[RING_ENTRY_MAX + 256]; /* packets are encoded here before they are staged */
	char log_text[256]; /* what the caller is to log after the commit; "" = nothing (tx_log) */
	int log_level;
};

typedef enum tx_verdict tx_fn(struct tx *tx, void *context);

void tx_init(struct tx *tx, struct world *world, const struct catalog *catalog, const struct config *config);
void tx_release(struct tx *tx); /* gives back what tx_init and its use allocated */

/* Runs fn as one transaction that holds `domains` (any order, 0 = none; at most TX_DOMAINS_MAX) and whatever it asks
 * for. Returns TX_COMMIT or TX_CANCEL. Settles dead processes it meets. How long it held locks is counted under tx->row; when
 * it took longer than log.slow_ms, that is logged once nothing is held any more. */
enum tx_verdict tx_run(struct tx *tx, const uint32_t *domains, unsigned count, tx_fn *fn, void *context);

bool tx_holds(const struct tx *tx, uint32_t domain);

/* Holds the domain from here on, or says false: this run will be undone, so what is done until it ends does not matter, as
 * long as it touches before it writes. Return as soon as you can; TX_AGAIN and TX_COMMIT are the same then. */
bool tx_need(struct tx *tx, uint32_t domain);

/* Saves the old bytes of a place in the segment. There is room for so many bytes in one transaction; who needs more has a bug
 * and its process ends. */
void tx_touch(struct tx *tx, void *place, size_t bytes);

/* How many bytes of old ones still find room: for who does a great many things in one transaction and can leave off. */
uint64_t tx_room(const struct tx *tx);

#define TOUCH(tx, object) tx_touch((tx), &(object), sizeof(object))
#define SET(tx, place, value)                                                                                          \
	do {                                                                                                               \
		tx_touch((tx), &(place), sizeof(place));                                                                       \
		(place) = (value);                                                                                             \
	} while (0)

/* Stages an entry in a held domain's ring. The payload is whole packets (at most RING_ENTRY_MAX - sizeof(struct note)),
 * or nothing. If the transaction says more than half a ring, its packets there are dropped and everybody on that map
 * is resynced instead; control notes are always kept. Returns the position of the entry. */
uint64_t tx_append(struct tx *tx, uint32_t domain, const struct note *note, const void *bytes, size_t length);

/* Where the next entry in a held domain's ring will stand. */
uint64_t tx_staged(const struct tx *tx, uint32_t domain);

/* Holds everything: every map that is there, then the realm; for a look at one moment of the whole world (the keeper's cut).
 * Nothing may be changed, and no transaction run, before tx_unlock_everything. Settles dead processes it meets. */
void tx_lock_everything(struct tx *tx);
void tx_unlock_everything(struct tx *tx);

/* Leaves a line for the log: written after the commit, when nothing is held. The last one counts. */
void tx_log(struct tx *tx, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
