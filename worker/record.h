/* record.h - a character between the world and the store: the keys and fields of pyao-server, and our own beside them
 * (common/store/keys.h, pyao-compatibility.md 4, protocol.md Annex A).
 *
 * Reading (record_read.c) is tolerant: a database written by another server, or damaged, opens and plays on; what had to
 * be put right is reported. Writing (record.c) merges: fields we do not know stay, and only what differs from what the
 * store has is written. Texts in the store are UTF-8, in the server Latin-1.
 *
 * What this world cannot hold:
 *   - a slot of bag or bank whose text is no stack of an item of this world stays empty, and its text stays in the store
 *     until the slot is used (player.inventory_unknown, .bank_unknown). The keeper clears the bit as soon as it is;
 *   - a spell that this world does not have is told in the report and stays in the book, where it is no spell to anybody.
 *
 * The account (password hash, e-mail, is_gm) is written while player.account_new is set, and otherwise left to who
 * changes it in the store. A rule that changes the password or the rank sets account_new.
 *
 * Functions over private memory: no locks, any thread. */
#ifndef ARGENTUM_WORKER_RECORD_H
#define ARGENTUM_WORKER_RECORD_H

#include "common/catalog/catalog.h"
#include "common/protocol/text.h"
#include "common/store/store.h"
#include "common/world/layout.h"
#include "worker/record_value.h"

enum {
	RECORD_USERNAME_BYTES = NAME_BYTES * 2, /* UTF-8, terminated */
	RECORD_NAME_QUERIES = 4,
	RECORD_CHARACTER_QUERIES = 12,
	RECORD_REPORT_LINES = 16,
};

/* A private image; not in the segment. */
struct character {
	struct player player;
	struct place at; /* map 0: no place of this world */
	uint8_t heading;
	bool is_beginner; /* the store has an account and nothing else: his belongings are new */
};

/* What was put right while reading. */
struct record_report {
	unsigned count; /* also beyond the lines kept */
	char line[RECORD_REPORT_LINES][128];
};

/* --- names: argentumd compares them without case, pyao-server's keys with it --- */

/* Whose name is this? The account under the name as typed; our own index by folded name; the account under the name with
 * a capital first letter, and in small letters (another server's accounts enter our index when they first play here). */
unsigned record_ask_name(struct store_query queries[RECORD_NAME_QUERIES], struct text typed);

/* username: the account's key, UTF-8. false: nobody's. */
bool record_name_found(const struct store_reply *reply, struct text typed, char username[RECORD_USERNAME_BYTES],
					   uint32_t *id);

/* --- reading --- */

/* Everything of this account. */
unsigned record_ask_character(struct store_query queries[RECORD_CHARACTER_QUERIES], const char *username, uint32_t id);

/* false: hopeless (no account, no password hash, another account's id, no name for this server), with a text. An account
 * without a character gets a beginner's (rules-life-combat-magic.md 3.4, 3.5; the same at each reading). */
bool record_read(const struct store_reply *reply, const struct catalog *catalog, const char *username, uint32_t id,
				 struct character *character, struct record_report *report, struct problem *why);

/* --- writing --- */

/* How a character stands in the world: what is durable of its body. Changes at every step, so it is apart. */
struct record_stand {
	uint16_t map;
	uint8_t x, y;
	uint8_t heading;
	uint8_t meditating, sailing;
	uint8_t reserve; /* zero: compared as bytes */
};

/* Of who is on no map: where it left the world. */
struct record_stand record_stand_of(const struct body *body);
bool record_stands_equal(const struct record_stand *a, const struct record_stand *b);

/* Puts into the batch what differs from `saved`, the same character as the store is known to have it; NULL: everything. */
void record_write(struct store_batch *batch, const struct player *player, const struct player *saved);
void record_write_stand(struct store_batch *batch, uint32_t id, const struct record_stand *stand,
						const struct record_stand *saved);

/* Slots whose text was not ours, and that are used now. */
uint32_t record_inventory_taken(const struct player *player);
uint64_t record_bank_taken(const struct player *player);

#endif
