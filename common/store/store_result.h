/* store_result.h - how a request to the store can end. */
#ifndef ARGENTUM_STORE_RESULT_H
#define ARGENTUM_STORE_RESULT_H

enum store_result {
	STORE_DONE,    /* done; for a commit: durable as far as the backend promises */
	STORE_AWAY,    /* it cannot be reached or does not answer: ask again later. A commit may or may not have happened */
	STORE_REFUSED, /* it answered no (read-only, out of memory, disk full, wrong password, wrong type): nothing changed */
	STORE_FENCED, /* commits and repeated claims: another writer owns the store; this one must never write again */
	STORE_LOST,   /* commits only: the store is older than what it acknowledged (restarted empty, flushed, restored from
	                  a backup). Nothing was written. Claim it again, then write everything, not only what changed */
};

/* "done", "away", "refused", "fenced", "lost". */
const char *store_result_name(enum store_result result);

#endif
