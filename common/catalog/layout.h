/* layout.h - the catalog's segment, byte by byte: a header, tables addressed by index, and a pool of texts.
 *
 * No pointers: a `text` is a 32-bit offset into the pool (0 = the empty text), a `first`/`count` pair names rows of
 * another table, and index 0 of a definition table means "none". Written once by the builder, then sealed; read by
 * everybody without locks. Sizes and places of all fields go into the fingerprint (layout.c), and a test pins it. */
#ifndef ARGENTUM_CATALOG_LAYOUT_H
#define ARGENTUM_CATALOG_LAYOUT_H

#include <stdint.h>

#include "common/catalog/kinds.h"
#include "common/catalog/place.h"

enum { CATALOG_LAYOUT_VERSION = 1 };
#define CATALOG_MAGIC UINT64_C(0x474f4c4154414341) /* "ACATALOG" in memory */

enum catalog_region_id {
	REGION_TEXTS,           /* bytes: a 16-bit length, the text in Latin-1, a zero byte */
	REGION_BALANCE,         /* one struct balance_def */
	REGION_MAPS,            /* struct map_def, by map number; 0 unused */
	REGION_TILES,           /* struct tile, MAP_TILES per map that is there */
	REGION_EXITS,           /* struct map_exit, per map in tile order */
	REGION_MAP_CREATURES,   /* struct map_creature, per map in tile order */
	REGION_MAP_OBJECTS,     /* struct map_object, per map in tile order */
	REGION_MAP_SOUNDS,      /* struct map_sound */
	REGION_ITEMS,           /* struct item_def, by number; 0 unused */
	REGION_CREATURES,       /* struct creature_def, by number; 0 unused */
	REGION_STOCK,           /* struct item_stack: what creatures sell */
	REGION_CREATURE_SPELLS, /* uint16_t spell */
	REGION_TRAINED,         /* struct named_creature: what a trainer summons */
	REGION_PHRASES,         /* uint32_t text: what creatures say */
	REGION_SPELLS,          /* struct spell_def, by number; 0 unused */
	REGION_CLASSES,         /* struct class_def, by enum class_id; 0 unused */
	REGION_RACES,           /* struct race_def, by enum race_id; 0 unused */
	REGION_CITIES,          /* struct city_def, by enum city_id; 0 is Nemahuak, the start of new characters */
	REGION_SMITH_WEAPONS,   /* uint16_t item, in the order shown to players */
	REGION_SMITH_ARMOURS,   /* uint16_t item */
	REGION_CARPENTRY,       /* uint16_t item */
	REGION_PRAETORIANS,     /* struct praetorian_def */
	REGION_INVOCATIONS,     /* struct named_creature: offered to game masters */
	REGION_MOTD,            /* uint32_t text */
	REGION_HELP,            /* uint32_t text */
	REGION_FORBIDDEN_NAMES, /* uint32_t text */
	CATALOG_REGIONS
};

/* Where a table is: row i of it begins at offset_bytes + i * stride_bytes from the segment's start. */
struct catalog_region {
	uint32_t offset_bytes; /* a multiple of 64 */
	uint32_t stride_bytes; /* size of a row */
	uint32_t count;        /* rows */
	uint32_t reserve;
};

/* Publishing: the builder stores CATALOG_PUBLISHED last, with release. */
enum catalog_state { CATALOG_BUILDING, CATALOG_PUBLISHED = 0x5055424c };

/* The segment begins with it. */
struct catalog {
	uint64_t magic;
	uint32_t layout_version;
	uint32_t state;        /* enum catalog_state */
	uint64_t fingerprint;  /* of the layout the builder was compiled with */
	uint64_t size_bytes;   /* of the whole segment */
	uint64_t content_hash; /* of all bytes behind this header */
	uint32_t header_bytes; /* sizeof(struct catalog) */
	uint32_t regions;      /* CATALOG_REGIONS */
	struct catalog_region region[CATALOG_REGIONS];
};

struct tile {
	uint8_t flags;   /* enum tile_flag */
	uint8_t trigger; /* enum trigger */
};

struct map_exit {
	uint8_t x, y;
	struct place to;
};

struct map_creature {
	uint8_t x, y;
	uint16_t creature; /* always defined */
};

struct map_object {
	uint8_t x, y;
	uint16_t item;   /* always defined */
	uint16_t amount; /* 1..10000 */
};

struct map_sound {
	uint16_t sound;
	uint8_t percent; /* chance each time it is tried */
	uint8_t when;    /* enum map_sound_when */
};

struct map_def {
	uint32_t name;             /* text, shown on entry; leading blanks belong to it, trailing ones are cut */
	uint32_t zone_text;        /* text: Zona as written */
	uint32_t restriction_text; /* text: Restringir as written, also the words that open the map to all ("GM") */
	uint32_t first_tile;
	uint32_t first_exit, exit_count;
	uint32_t first_creature, creature_count;
	uint32_t first_object, object_count;
	uint32_t first_sound, sound_count;
	struct place start;                /* who logs in here is moved there; map 0 = nobody is */
	struct place death;                /* the dead are moved there and may not enter; map 0 = they may */
	uint16_t flags;                    /* enum map_flag */
	int16_t version;                   /* sent to the client on a change of map */
	uint16_t music;                    /* midi number, 0 = none */
	uint8_t terrain;                   /* enum terrain */
	uint8_t zone;                      /* enum zone */
	uint8_t restriction;               /* enum restriction */
	uint8_t city_distance[CITY_COUNT]; /* maps between here and each city (enum city_id - 1), along the borders */
	uint8_t reserve;
};
enum { CITY_UNREACHED = 255 }; /* no way along the borders leads from the city to this map: a dungeon, an island */

struct item_def {
	uint32_t name;              /* text; trailing blanks are cut */
	uint32_t sign_text;         /* text of a sign, untrimmed: a sign opens only if this is not empty */
	uint32_t forum;             /* text: name of a forum board, compared exactly */
	uint32_t flags;             /* enum item_flag */
	int32_t price;              /* gold */
	int32_t lock;               /* Clave: the key with the same number fits */
	int32_t effect_ticks;       /* of a potion, 40 ms each */
	uint16_t kind;              /* enum item_kind */
	uint16_t forbidden_classes; /* bit (class - 1): that class may not use it */
	int16_t graphic;            /* in the inventory and on the floor; 0 = nothing is drawn */
	int16_t sign_graphic;       /* the large picture beside a sign's text */
	int16_t body;               /* worn with it, also of boats */
	int16_t animation;          /* of weapon, shield or helmet */
	int16_t short_animation;    /* weapon on short races; 0 = as `animation` */
	int16_t hit_min, hit_max;
	int16_t defence_min, defence_max;
	int16_t magic_defence_min, magic_defence_max;
	int16_t pierce; /* armour points a weapon pierces */
	int16_t staff_power, staff_bonus;
	int16_t hunger, thirst, stamina;                                 /* points restored */
	int16_t hp_min, hp_max;                                          /* in the files; no rule uses them */
	int16_t modifier_min, modifier_max;                              /* what a potion gives */
	int16_t teleport_radius;                                         /* tiles around the destination, 0 = exact */
	int16_t skill_needed;                                            /* ore: mining to melt it; boat: navigation */
	int16_t smithing_skill, iron_ingots, silver_ingots, gold_ingots; /* to forge one; skill 0 = is not forged */
	int16_t carpentry_skill, logs, elven_logs;                       /* to build one; skill 0 = is not built */
	uint16_t spell;                                                  /* a scroll teaches */
	uint16_t ingot;                                                  /* an ore melts into */
	uint16_t mineral;                                                /* a deposit yields */
	uint16_t upgrade;                                                /* can be improved into */
	uint16_t opened, closed, locked; /* item it becomes when opened/filled, closed/emptied, locked; 0 = none */
	uint16_t sound[3];               /* of an instrument */
	uint8_t potion;                  /* enum potion_kind */
	uint8_t backpack;                /* 1 = 5 more slots, 2 = 10 more */
	uint8_t reserve[2];
};

struct item_stack {
	uint16_t item; /* 0 = an empty slot */
	uint16_t reserve;
	int32_t amount;
};

struct named_creature {
	uint32_t name; /* text */
	uint16_t creature;
	uint16_t reserve;
};

struct creature_def {
	uint32_t name, description; /* texts */
	uint32_t flags;             /* enum creature_flag */
	int32_t experience, gold;   /* given by its death */
	int32_t hp, hp_max;         /* at the start; hp <= hp_max */
	int32_t attack_power, evasion_power;
	uint32_t first_stock, stock_count;      /* REGION_STOCK, at most CREATURE_STOCK_MAX; slots may be empty */
	uint32_t first_spell, spell_count;      /* REGION_CREATURE_SPELLS; all are defined */
	uint32_t first_trained, trained_count;  /* REGION_TRAINED; all are defined */
	uint32_t first_phrase, phrase_count;    /* REGION_PHRASES */
	struct item_stack drop[CREATURE_DROPS]; /* one at most is dropped; item 0 = nothing */
	int16_t hit_min, hit_max;               /* ordered */
	int16_t defence, magic_defence;
	int16_t alignment;     /* enum alignment */
	int16_t taming_points; /* 0 = can not be tamed */
	uint16_t body, head;
	uint16_t buys_kind;              /* enum item_kind, ITEM_KIND_ANY = all */
	uint16_t sound[CREATURE_SOUNDS]; /* wave by enum creature_sound, 0 = none */
	uint8_t kind;                    /* enum creature_kind */
	uint8_t heading;                 /* enum heading */
	uint8_t movement;                /* enum movement */
	uint8_t faction;                 /* nobles: enum noble_faction */
	uint8_t city;                    /* governors: enum city_id, 0 = none */
	uint8_t reserve[3];
};

/* What a spell does to one kind of points. */
struct spell_change {
	uint8_t direction; /* enum spell_direction */
	uint8_t reserve;
	int16_t min, max; /* min <= max */
};

struct spell_def {
	uint32_t name, description; /* texts */
	uint32_t words;             /* text, shouted; may be empty */
	uint32_t caster_text;       /* text; a blank and the target's name are appended (trailing blanks are cut here) */
	uint32_t target_text;       /* text; the caster's name and a blank go before it */
	uint32_t own_text;          /* text for who casts on himself */
	uint32_t flags;             /* enum spell_flag */
	struct spell_change change[SPELL_POINTS];
	int16_t sound, effect;
	int16_t skill_needed;  /* magic; 101 = beyond what a player can have */
	int16_t mana, stamina; /* cost */
	int16_t summon_count;
	int16_t staff_needed; /* staff power a mage needs */
	uint16_t summon;      /* creature, 0 = none */
	uint8_t kind;         /* enum spell_kind */
	uint8_t target;       /* enum spell_target */
	uint8_t effect_loops;
	uint8_t reserve;
};

struct class_def {
	uint32_t name; /* text */
	uint32_t reserve;
	double evasion, weapon_attack, ranged_attack, wrestling_attack, weapon_damage, ranged_damage, wrestling_damage,
		shield;                                                               /* multipliers */
	double life;                                                              /* mean points gained per level */
	uint16_t faction_armour[FACTION_DEFENCES][FACTION_SIDES][FACTION_BUILDS]; /* item, 0 = none */
};

struct race_def {
	uint32_t name;                        /* text */
	float attribute[ATTRIBUTE_COUNT + 1]; /* added at creation, by enum attribute; 0 unused */
};

struct city_def {
	uint32_t name; /* text */
	struct place place;
};

struct praetorian_def {
	uint16_t tall, short_; /* creatures of the two builds */
	uint8_t role;          /* enum praetorian_role */
	uint8_t reserve;
};

struct balance_def {
	double party_level_exponent;
	int32_t faction_reward[FACTION_RANKS + 1]; /* experience, by rank; 0 unused */
	int16_t life_whole[5];                     /* percent: the gain is the mean +2 +1 0 -1 -2 */
	int16_t life_half[4];                      /* percent, where the mean ends in .5: +1.5 +0.5 -0.5 -1.5 */
	int16_t mana_recovery_percent;
	int16_t reserve[2];
};

#endif
