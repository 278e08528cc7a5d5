/* tables.h - what the rules need and no file holds: names, experience, skill ceilings, heads and bodies.
 * Plain functions over constants; nothing to own, any thread. */
#ifndef ARGENTUM_CATALOG_TABLES_H
#define ARGENTUM_CATALOG_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/catalog/kinds.h"
#include "common/catalog/place.h"

enum {
	LEVEL_LAST_REACHABLE = 47, /* held experience is capped below what level 48 needs */
	LEVEL_MAX = 255,           /* nominal */
	LEVEL_NEWBIE_LAST = 12,
	EXPERIENCE_MAX = 99999999, /* held */
	SKILL_MAX = 100,
	SKILL_POINTS_AT_START = 10,
	SKILL_POINTS_PER_LEVEL = 5,

	BODY_DEAD = 8, /* a ghost */
	HEAD_DEAD = 500,
	BODY_DEAD_AT_SEA = 87, /* its head is 0 */
	ANIMATION_NOTHING = 2, /* nothing in the hand, no shield, no helmet; not 0 */
};

/* Where prisoners are put and let go; not in any file (formats.md 11). */
extern const struct place table_jail, table_jail_release;

/* Spanish, Latin-1: "Mago", "Drow", "Fuerza", "Ullathorpe". "" for a number that does not exist. */
const char *table_class_name(unsigned class_number);
const char *table_race_name(unsigned race);
const char *table_attribute_name(unsigned attribute);
const char *table_skill_name(unsigned skill);
const char *table_city_name(unsigned city);

/* Number of the class of that name, in any case; 0 = none. `text` need not be terminated. */
unsigned table_class_number(const char *text, size_t size);

/* Experience that level `level` (1..255) needs to reach the next one (formats.md 17): starts at 300, is multiplied by
 * 1.4, 1.35, 1.3, 1.2, 1.3 or 1.375 on reaching a level and rounded half to even. Saturates at INT32_MAX, which is
 * what the wire can carry. Level 0 gives 0. */
int32_t table_experience_needed(unsigned level);

/* How high a skill may grow by use at this level (1..255); 0 for level 0. */
unsigned table_skill_ceiling(unsigned level);

/* Use-experience that a skill with this value (0..99) needs for the next point: 200 x 1.05^value, rounded; 0 from 100. */
int32_t table_skill_experience_needed(unsigned value);

/* Heads a new character may choose (rules-life-combat-magic.md 3.3). */
struct head_range {
	uint16_t first, last; /* both included; 0, 0 for a race or gender that does not exist */
};
struct head_range table_heads(unsigned race, unsigned gender);
bool table_head_is_valid(unsigned race, unsigned gender, unsigned head);

/* Clothed body at the start, and the naked one (rules-life-combat-magic.md 3.4); 0 when race or gender do not exist. */
unsigned table_start_body(unsigned race);
unsigned table_naked_body(unsigned race, unsigned gender);

/* The part (enum praetorian_role) of a praetorian who moves so (enum movement): for those whom Pretorianos.dat does not list.
 * PRAETORIAN_ROLES = none. */
enum praetorian_role table_praetorian_role(unsigned movement);

#endif
