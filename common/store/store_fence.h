/* store_fence.h - who may write to the store, and which batch is next: each cut is applied once, by one writer at a time.
 *
 * The fence is a hash in the store itself, key `argentumd:fence`:
 *     boot        32 hex digits: the boot id of the world that writes
 *     generation  how often the store was claimed; each claim takes the next number
 *     cut         the number of the newest batch that is in the store
 *     owner       host, process and time of the claim; for the operator's eyes only
 *
 * The protocol
 *     Claim: one atomic step reads the fence and writes {my boot, greatest generation known + 1, cut}. The cut stays when
 *         the boot id is the same (a new keeper of the same world), else it begins at 0. The claim tells what it took.
 *         A writer that claimed before shows its generation, and takes nothing when a stranger's boot id has a
 *         greater one.
 *     Commit: one atomic step reads the fence, judges it (store_fence_judge), and either writes nothing or writes the
 *         whole batch together with its cut number.
 *     "One atomic step" is a write transaction in the embedded store. In Redis it is WATCH on the fence, reading it, and
 *     MULTI ... EXEC that writes it: EXEC does nothing when anybody wrote the fence after the WATCH, and is then begun
 *     again from the reading.
 *
 * The caller's duties
 *     - One request to write at a time: the next is made when the last was answered.
 *     - After DONE, `acknowledged` becomes that cut.
 *     - After AWAY the batch may or may not be in. Either the same batch goes again with the same number, or a newer
 *       batch goes that contains everything the unanswered one contained, with a greater number. A number never stands
 *       for two contents.
 *     - After REFUSED the next try takes a new number.
 *
 * Why it holds
 *     Every step that changes the store also writes the fence, and reads it in the same atomic step. So all steps stand in
 *     one order, each judged against the fence its predecessor left. From that:
 *     1. A batch is applied at most once. Its step leaves cut = n. Generations only grow and cuts only grow within one, so
 *        a second step with the same n finds cut >= n and writes nothing (APPLIED), or finds a greater generation
 *        (FENCED). It does not matter how late it comes: a Redis that was stopped may execute an EXEC of a connection
 *        long closed, but then either the fence was written since its WATCH, and it does nothing, or it was not, and it is
 *        the first.
 *     2. A batch that was answered DONE is in: DONE is only said when the step itself was answered, or when a later step
 *        of the same generation read cut >= n. Cut numbers are not reused, and one request is under way at a time, so
 *        cut >= n means that batch n, or a newer one containing it, is in.
 *     3. After a claim was answered, no older writer changes anything: its steps find a greater generation (FENCED). A
 *        step of its that was ordered before the claim is part of what the claim found.
 *     4. A store that forgot is noticed before it is written to: it has no fence, or one of an older generation, or a cut
 *        older than the writer knows to be acknowledged (LOST). Writing only what changed since then would mix two
 *        moments, and that is how things double. (A store that went back only behind cuts nobody saw acknowledged is
 *        simply a store where those did not happen.)
 *     5. Two histories cannot be told apart by numbers alone when a backup was restored and claimed by another world that
 *        reached the same generation: the boot id differs, which is FENCED. */
#ifndef ARGENTUM_STORE_FENCE_H
#define ARGENTUM_STORE_FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/store/store_value.h"

enum { STORE_BOOT_BYTES = 16, STORE_FENCE_FIELDS = 4 };

/* What a writer shows with each commit. `cut` begins with what the claim told, plus 1. */
struct store_fence {
	uint8_t boot[STORE_BOOT_BYTES];
	uint8_t kin
		[STORE_BOOT_BYTES]; /* another boot id of the same server, which ended: what it has may be claimed; 0 = none */
	uint64_t generation;    /* from the claim; 0 = never claimed */
	uint64_t cut;           /* the number of the batch at hand */
	uint64_t acknowledged;  /* the newest cut of this boot that was answered DONE (or told by the claim) */
};

/* What the store holds. */
struct stored_fence {
	bool present;
	char boot[2 * STORE_BOOT_BYTES + 1]; /* lower-case hex */
	uint64_t generation, cut;
};

enum fence_verdict { FENCE_WRITE, FENCE_APPLIED, FENCE_FENCED, FENCE_LOST };

/* Judges a commit. For FENCED and LOST the text says what was found. */
enum fence_verdict store_fence_judge(const struct stored_fence *stored, const struct store_fence *mine,
									 struct problem *why);

/* May it be claimed? A first claim (generation 0) always; one of a writer that claimed before, unless another one (neither
 * this boot id nor its kin) took it since: the successor of a keeper must not take back what belongs to a newer server. */
bool store_fence_may_claim(const struct stored_fence *stored, const struct store_fence *mine, struct problem *why);

/* What a claim takes: from `mine` boot and generation are used (the generation this writer had before, or 0). */
struct store_fence store_fence_claimed(const struct stored_fence *stored, const struct store_fence *mine);

/* Reads the fields boot, generation, cut; a NULL .data is a field that is not there. None there: not present. Anything
 * else than a whole fence is damage, and false. */
bool store_fence_parse(struct stored_fence *stored, struct store_bytes boot, struct store_bytes generation,
					   struct store_bytes cut, struct problem *why);

/* The fields to write, as texts. A commit writes the first three, a claim all four. */
struct fence_texts {
	char boot[2 * STORE_BOOT_BYTES + 1];
	char generation[24], cut[24];
	char owner[128];
};
void store_fence_texts(const struct store_fence *fence, struct fence_texts *texts);

extern const char *const store_fence_fields[STORE_FENCE_FIELDS]; /* "boot", "generation", "cut", "owner" */

#endif
