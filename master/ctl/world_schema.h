/* world_schema.h - which files, sections and keys a world's definitions have, and which values each key takes.
 *
 * Tables only, read by eye: one row a key, after formats.md 4-16. The checks that look at two places at once (an item
 * that names another) are in world_dat.c. Constant data, no state. */
#ifndef ARGENTUM_CTL_WORLD_SCHEMA_H
#define ARGENTUM_CTL_WORLD_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
	VALUE_TEXT,    /* at most `high` characters, not empty */
	VALUE_INTEGER, /* low..high */
	VALUE_DECIMAL, /* perhaps with a point; above low, at most high */
	VALUE_WORD,    /* one of `words`, a blank between two */
	VALUE_ITEM,    /* the number of an item, a creature, a spell that must be defined */
	VALUE_CREATURE,
	VALUE_SPELL,
	VALUE_STOCK,   /* item-amount */
	VALUE_PLACE,   /* map-x-y */
	VALUE_COUNTED, /* the compiler writes it: how many entries `words` there are */
};

enum key_flag {
	KEY_NEEDED = 1 << 0,
	KEY_GAPS = 1 << 1, /* a numbered key may leave numbers out */
};

/* A name that ends in '#' stands for Name1, Name2, ... Name`most`. */
struct key_rule {
	const char *name;
	enum value_kind kind;
	int32_t low, high;
	const char *words;
	unsigned flags;
	int most;
};

enum section_flag {
	SECTION_NEEDED = 1 << 0,
	SECTION_CONTIGUOUS = 1 << 1, /* numbered from 1 without gaps */
	SECTION_ALL = 1 << 2,        /* every number up to `most` is needed */
};

struct section_rule {
	const char *name; /* "OBJ#" stands for OBJ1 .. OBJ`most` */
	const struct key_rule *keys;
	size_t key_count;
	unsigned flags;
	int most;
};

/* How the number of sections is told at the top of the compiled file: [INIT] key = the highest number. */
struct file_rule {
	const char *name; /* in the source and in the compiled world */
	bool needed;
	const char *count_key; /* NULL: no [INIT] is written by the compiler */
	const char *counted;   /* the section, or the key of the first section, that is counted */
	const struct section_rule *sections;
	size_t section_count;
};

enum world_file {
	FILE_SERVER,
	FILE_ITEMS,
	FILE_CREATURES,
	FILE_SPELLS,
	FILE_BALANCE,
	FILE_CITIES,
	FILE_SMITH_WEAPONS,
	FILE_SMITH_ARMOURS,
	FILE_CARPENTER,
	FILE_FACTION_ARMOURS,
	FILE_PRAETORIANS,
	FILE_SUMMON_LIST,
	FILE_MOTD,
	FILE_HELP,
	FILE_COUNT
};

extern const struct file_rule world_file_rules[FILE_COUNT];

/* The properties and sounds of a map: section [map] of its source, [MapaN] of the compiled .dat. */
extern const struct section_rule world_map_rule;

/* The rule for a key, NULL when there is none. *number is set for a numbered one. */
const struct key_rule *schema_key(const struct section_rule *section, const char *key, int *number);

/* The rule for a section of the file, NULL when there is none. */
const struct section_rule *schema_section(const struct file_rule *file, const char *name, int *number);

/* Does `name` follow the pattern? A pattern "X#" wants X and a number from 1 to most, which is put into *number. */
bool schema_matches(const char *pattern, int most, const char *name, int *number);

/* Is `word` one of `words`? Without regard to case; *canonical points to it in `words`, of *length bytes. */
bool schema_word(const char *words, const char *word, const char **canonical, size_t *length);

/* The key that is spelled most like this one, for "did you mean"; NULL when none is near. */
const char *schema_nearest_key(const struct section_rule *section, const char *key);

/* What the classic client can show: formats.md 23. */
bool schema_client_has_head(int64_t head);
bool schema_client_has_sound(int64_t sound);

#endif
