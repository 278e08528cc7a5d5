/* record_fields.h - which numbers of a character are kept in which hash of the store: one table for reading and writing
 * (record.c, record_read.c), so that nothing is written that is not read. Constant; nothing to own. */
#ifndef ARGENTUM_WORKER_RECORD_FIELDS_H
#define ARGENTUM_WORKER_RECORD_FIELDS_H

#include "common/world/layout.h"

/* The questions about a character, in their order; most are hashes. */
enum record_question {
	RECORD_ACCOUNT,
	RECORD_POSITION,
	RECORD_STATS,
	RECORD_USER_STATS,
	RECORD_HUNGER,
	RECORD_INVENTORY,
	RECORD_EQUIPMENT,
	RECORD_SKILLS,
	RECORD_SPELLBOOK,
	RECORD_VAULT,
	RECORD_BANK_GOLD,
	RECORD_OWN,
	RECORD_QUESTIONS
};

/* A number of struct player and the field that holds it. */
struct record_field {
	const char *name;
	uint8_t hash; /* enum record_question */
	uint8_t size; /* bytes in struct player */
	bool is_signed;
	bool is_choice; /* a number that stands for something: out of range it means nothing, so the usual one is taken */
	uint16_t offset;
	int64_t low, high;
};

extern const struct record_field record_fields[];
extern const unsigned record_field_count;

int64_t record_field_load(const struct player *player, const struct record_field *field);
void record_field_store(struct player *player, const struct record_field *field, int64_t value);

/* Field of a skill in RECORD_SKILLS, by enum skill; its use-experience is in the field with "_exp" behind. Those that
 * pyao-server has under its names, the others under the Spanish ones. */
extern const char *const record_skill_names[SKILL_COUNT + 1];

/* Field in RECORD_EQUIPMENT by enum equipment_place; the first four are pyao-server's. */
extern const char *const record_equipment_names[EQUIP_COUNT];

#endif
