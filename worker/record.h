/* record.h - a character between the world and the store: the keys and fields of pyao-server, and our own beside them
 * (common/store/keys.h, pyao-compatibility.md 4).
 *
 * Reading is tolerant: a database written by another server, or damaged, opens and plays on; what had to be put right is
 * reported. Writing merges: fields we do not know stay. Texts in the store are UTF-8, in the server Latin-1. */
#ifndef ARGENTUM_WORKER_RECORD_H
#define ARGENTUM_WORKER_RECORD_H

#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/protocol/text.h"
#include "common/store/store.h"
#include "common/world/layout.h"

enum {
	RECORD_USERNAME_BYTES = NAME_BYTES * 2, /* UTF-8, terminated */
	RECORD_NAME_QUERIES = 2,
	RECORD_CHARACTER_QUERIES = 12,
	RECORD_REPORT_LINES = 16,
};

/* A private image; not in the segment. */
struct character {
	struct player player;
	struct place at;
	uint8_t heading;
};

/* What was put right while reading. */
struct record_report {
	unsigned count; /* also beyond the lines kept */
	char line[RECORD_REPORT_LINES][128];
};

/* Whose name is this? First our own index by folded name, then the account under the name as typed. */
unsigned record_ask_name(struct store_query queries[RECORD_NAME_QUERIES], struct text typed);

/* username: the account's key, UTF-8; *id as far as the answer tells it, else 0 (the account's hash has it). */
bool record_name_found(const struct store_reply *reply, struct text typed, char username[RECORD_USERNAME_BYTES],
					   uint32_t *id);

/* Everything of this account; id 0 asks for nothing but the account itself. */
unsigned record_ask_character(struct store_query queries[RECORD_CHARACTER_QUERIES], const char *username, uint32_t id);

/* false: hopeless (no password hash, another account's id), with a text. An account without a character gets a beginner's
 * values. */
bool record_read(const struct store_reply *reply, const struct catalog *catalog, const char *username, uint32_t id,
				 struct character *character, struct record_report *report, struct problem *why);

/* Puts the whole character into the batch; with account_new the account and its name too. */
void record_write(struct store_batch *batch, const struct player *player, const struct body *body);

/* A name folded for the index: lower case, UTF-8. */
void record_fold_name(struct text name, char folded[RECORD_USERNAME_BYTES]);

#endif
