/* kinds.h - the kinds and flags of the classic data. The numbers are those of the files and of the wire; names are
 * ours. Sources are named behind each group. */
#ifndef ARGENTUM_CATALOG_KINDS_H
#define ARGENTUM_CATALOG_KINDS_H

/* rules-life-combat-magic.md 1.1 */
enum class_id {
	CLASS_MAGE = 1,
	CLASS_CLERIC,
	CLASS_WARRIOR,
	CLASS_ASSASSIN,
	CLASS_THIEF,
	CLASS_BARD,
	CLASS_DRUID,
	CLASS_BANDIT,
	CLASS_PALADIN,
	CLASS_HUNTER,
	CLASS_WORKER,
	CLASS_PIRATE,
	CLASS_COUNT = CLASS_PIRATE
};

enum race_id { RACE_HUMAN = 1, RACE_ELF, RACE_DROW, RACE_GNOME, RACE_DWARF, RACE_COUNT = RACE_DWARF };
enum gender { GENDER_MAN = 1, GENDER_WOMAN, GENDER_COUNT = GENDER_WOMAN };
enum heading { HEADING_NORTH = 1, HEADING_EAST, HEADING_SOUTH, HEADING_WEST };

enum attribute {
	ATTRIBUTE_STRENGTH = 1,
	ATTRIBUTE_AGILITY,
	ATTRIBUTE_INTELLIGENCE,
	ATTRIBUTE_CHARISMA,
	ATTRIBUTE_CONSTITUTION,
	ATTRIBUTE_COUNT = ATTRIBUTE_CONSTITUTION
};

enum skill {
	SKILL_MAGIC = 1,
	SKILL_STEALING,
	SKILL_EVASION,
	SKILL_WEAPONS,
	SKILL_MEDITATION,
	SKILL_STABBING,
	SKILL_HIDING,
	SKILL_SURVIVAL,
	SKILL_WOODCUTTING,
	SKILL_TRADING,
	SKILL_SHIELDS,
	SKILL_FISHING,
	SKILL_MINING,
	SKILL_CARPENTRY,
	SKILL_SMITHING,
	SKILL_LEADERSHIP,
	SKILL_TAMING,
	SKILL_RANGED,
	SKILL_WRESTLING,
	SKILL_NAVIGATION,
	SKILL_COUNT = SKILL_NAVIGATION
};

enum city_id {
	CITY_ULLATHORPE = 1,
	CITY_NIX,
	CITY_BANDERBILL,
	CITY_LINDOS,
	CITY_ARGHAL,
	CITY_ARKHEIN,
	CITY_COUNT = CITY_ARKHEIN
};

/* --- maps: formats.md 2-4 --- */

/* Bits of a tile in the catalog. */
enum tile_flag {
	TILE_BLOCKED = 1 << 0,
	TILE_WATER = 1 << 1,
	TILE_LAVA = 1 << 2,
	TILE_EXIT = 1 << 3,     /* map_exit_at tells where to */
	TILE_OBJECT = 1 << 4,   /* the map file puts an object here */
	TILE_CREATURE = 1 << 5, /* the map file puts a creature here */
	TILE_ROOF = 1 << 6,     /* trigger 1, 2 or 4: no weather */
};

enum trigger {
	TRIGGER_NONE,
	TRIGGER_ROOF,          /* no rain, no fishing from here, creatures do not appear here */
	TRIGGER_SHELTER,       /* the second kind of roof */
	TRIGGER_NO_CREATURES,  /* creatures may not step here, pets may */
	TRIGGER_SAFE,          /* no fighting, no stealing */
	TRIGGER_ANTI_BLOCKING, /* who stays too long is jailed */
	TRIGGER_ARENA,         /* fighting allowed, nothing is lost */
	TRIGGER_LAST = TRIGGER_ARENA
};

enum terrain { TERRAIN_FOREST, TERRAIN_SNOW, TERRAIN_DESERT, TERRAIN_CITY, TERRAIN_FIELD, TERRAIN_DUNGEON };
enum zone { ZONE_OTHER, ZONE_FIELD, ZONE_CITY, ZONE_DUNGEON };
enum restriction { RESTRICTION_NONE, RESTRICTION_NEWBIE, RESTRICTION_ARMY, RESTRICTION_CHAOS, RESTRICTION_FACTION };

enum map_flag {
	MAP_THERE = 1 << 0, /* a row without it is a number without a map */
	MAP_SAFE = 1 << 1,  /* Pk not 0: no fighting between players */
	MAP_NO_MAGIC = 1 << 2,
	MAP_NO_INVISIBILITY = 1 << 3,
	MAP_NO_RESURRECTION = 1 << 4,
	MAP_NO_HIDING = 1 << 5,
	MAP_NO_SUMMONING = 1 << 6,
	MAP_CREATURES_UNOWNED = 1 << 7, /* RoboNpcsPermitido */
	MAP_BACKUP = 1 << 8,            /* part of the world save */
};

/* Ambient sounds of a map. */
enum map_sound_when { MAP_SOUND_WHILE_RAINING = 0, MAP_SOUND_WHEN_DRY = 1 };

/* --- items: formats.md 6 --- */

enum item_kind {
	ITEM_NOTHING,
	ITEM_FOOD,
	ITEM_WEAPON,
	ITEM_ARMOUR,
	ITEM_TREE,
	ITEM_GOLD,
	ITEM_DOOR,
	ITEM_CONTAINER,
	ITEM_SIGN,
	ITEM_KEY,
	ITEM_FORUM,
	ITEM_POTION,
	ITEM_BOOK,
	ITEM_DRINK,
	ITEM_FIREWOOD,
	ITEM_BONFIRE,
	ITEM_SHIELD,
	ITEM_HELMET,
	ITEM_RING,
	ITEM_TELEPORT,
	ITEM_FURNITURE,
	ITEM_JEWEL,
	ITEM_ORE_DEPOSIT,
	ITEM_ORE,
	ITEM_SCROLL,
	ITEM_AURA,
	ITEM_INSTRUMENT,
	ITEM_ANVIL,
	ITEM_FORGE,
	ITEM_GEM,
	ITEM_FLOWER,
	ITEM_BOAT,
	ITEM_ARROW,
	ITEM_EMPTY_BOTTLE,
	ITEM_FULL_BOTTLE,
	ITEM_STAIN,
	ITEM_ELVEN_TREE,
	ITEM_BACKPACK,
	ITEM_FISH_SHOAL,
	ITEM_KIND_LAST = ITEM_FISH_SHOAL,
	ITEM_KIND_ANY = 1000, /* what a merchant who buys everything has in creature_def.buys_kind */
};

enum { GOLD_ITEM = 12 }; /* gold that lies about is so many of this item (rules-economy-social-admin.md 1.2) */

/* Instruments that druids and bards wear as a ring, known by number (rules-life-combat-magic.md 1.4). */
enum { MAGIC_FLUTE_ITEM = 208, MAGIC_LUTE_ITEM = 696, ELVEN_LUTE_ITEM = 1049, ELVEN_FLUTE_ITEM = 1050 };

enum potion_kind {
	POTION_NONE,
	POTION_AGILITY,
	POTION_STRENGTH,
	POTION_LIFE,
	POTION_MANA,
	POTION_ANTIDOTE,
	POTION_DEATH
};

enum item_flag {
	ITEM_IS_DEFINED = 1 << 0,
	ITEM_IS_NEWBIE = 1 << 1,       /* for newbies only, taken away on growing up */
	ITEM_IS_LOGGED = 1 << 2,       /* Log: its moves are always logged */
	ITEM_IS_NOT_LOGGED = 1 << 3,   /* NoLog */
	ITEM_FOR_WOMEN = 1 << 4,       /* women only */
	ITEM_FOR_MEN = 1 << 5,         /* men only */
	ITEM_FOR_SHORT_RACES = 1 << 6, /* worn items: set = dwarves and gnomes only, not set = tall races only */
	ITEM_FOR_DROW = 1 << 7,
	ITEM_IS_RESTOCKED = 1 << 8,    /* Crucial: a merchant refills it when it runs out */
	ITEM_IS_CLOSED = 1 << 9,       /* Abierta=1, an inverted name */
	ITEM_IS_LOCKED = 1 << 10,      /* Llave, only with ITEM_IS_CLOSED */
	ITEM_IS_FIXED = 1 << 11,       /* Agarrable=1, inverted: can not be picked up */
	ITEM_SLASHES = 1 << 12,        /* Acuchilla: the bandit's blade */
	ITEM_IS_THIEF_GLOVE = 1 << 13, /* Guante */
	ITEM_STAYS_ON_DEATH = 1 << 14, /* NoSeCae */
	ITEM_STABS = 1 << 15,
	ITEM_POISONS = 1 << 16,
	ITEM_SHOOTS = 1 << 17,           /* Proyectil */
	ITEM_NEEDS_ARROWS = 1 << 18,     /* Municiones */
	ITEM_PARALYSES = 1 << 19,        /* arrows */
	ITEM_FOR_ARMY = 1 << 20,         /* Real: the royal army only */
	ITEM_FOR_CHAOS = 1 << 21,        /* Caos: the legion only */
	ITEM_DOOR_IS_STUCK = 1 << 22,    /* a door without counterpart: it does not move */
	ITEM_STAYS_IN_BAG = 1 << 23,     /* NoSeTira (later data): not dropped on purpose */
	ITEM_IS_NOT_STEALABLE = 1 << 24, /* NoRobable (later data) */
	ITEM_IS_NOT_TRADED = 1 << 25,    /* NoComerciable (later data) */
	ITEM_IS_BOUND = 1 << 26,         /* Intransferible (later data) */
	ITEM_STOPS_PARALYSIS = 1 << 27,  /* ImpideParalizar ... ImpideCegar (later data): immunities of a ring */
	ITEM_STOPS_IMMOBILITY = 1 << 28,
	ITEM_STOPS_STUPIDITY = 1 << 29,
	ITEM_STOPS_BLINDNESS = 1 << 30,
};

/* --- creatures: formats.md 7 --- */

enum creature_kind {
	CREATURE_COMMON,
	CREATURE_PRIEST,
	CREATURE_ROYAL_GUARD,
	CREATURE_TRAINER,
	CREATURE_BANKER,
	CREATURE_NOBLE,
	CREATURE_DRAGON,
	CREATURE_GAMBLER,
	CREATURE_CHAOS_GUARD,
	CREATURE_NEWBIE_PRIEST,
	CREATURE_PRAETORIAN,
	CREATURE_GOVERNOR
};

/* Who has none stays where it is, and strikes from there; who stands does nothing at all (rules-life-combat-magic.md 16.3). The loader
 * turns unknown values into MOVEMENT_NONE. */
enum movement {
	MOVEMENT_NONE,
	MOVEMENT_STANDS,
	MOVEMENT_WANDERS,
	MOVEMENT_HUNTS,
	MOVEMENT_DEFENDS,
	MOVEMENT_GUARDS,
	MOVEMENT_OBJECT,
	MOVEMENT_FOLLOWS = 8,
	MOVEMENT_FIGHTS_CREATURES,
	MOVEMENT_FINDS_PATHS,
	MOVEMENT_PRAETORIAN_HEALER = 20,
	MOVEMENT_PRAETORIAN_SWORD,
	MOVEMENT_PRAETORIAN_MAGE,
	MOVEMENT_PRAETORIAN_ARCHER,
	MOVEMENT_PRAETORIAN_KING
};

enum alignment { ALIGNMENT_GOOD, ALIGNMENT_ANIMAL, ALIGNMENT_EVIL, ALIGNMENT_OTHER = 4 };
enum noble_faction { NOBLE_KING, NOBLE_DEMON };

enum creature_flag {
	CREATURE_IS_DEFINED = 1 << 0,
	CREATURE_ATTACKABLE = 1 << 1,
	CREATURE_HOSTILE = 1 << 2,
	CREATURE_TRADES = 1 << 3,
	CREATURE_SHOP_IS_NOT_REFILLED = 1 << 4, /* InvReSpawn=1, inverted */
	CREATURE_POISONS = 1 << 5,
	CREATURE_ENTERS_WATER = 1 << 6,       /* AguaValida */
	CREATURE_STAYS_IN_WATER = 1 << 7,     /* TierraInvalida */
	CREATURE_STRIKES_TWICE = 1 << 8,      /* AtacaDoble: casts and strikes */
	CREATURE_IS_NOT_PARALYSED = 1 << 9,   /* AfectaParalisis=1, inverted */
	CREATURE_IS_GONE_FOR_GOOD = 1 << 10,  /* ReSpawn=1, inverted: does not appear again */
	CREATURE_STOCK_IS_SAVED = 1 << 11,    /* BackUp */
	CREATURE_REMEMBERS_ORIGIN = 1 << 12,  /* PosOrig */
	CREATURE_RETURNS_TO_ORIGIN = 1 << 13, /* OrigPos */
	CREATURE_BUYS_ARMY_GEAR = 1 << 14,    /* named exactly "SR" */
	CREATURE_BUYS_CHAOS_GEAR = 1 << 15,   /* named exactly "SC" */
};

enum { CREATURE_DROPS = 5, CREATURE_STOCK_MAX = 30, CREATURE_SOUNDS = 3 };
enum creature_sound { CREATURE_SOUND_ATTACKS, CREATURE_SOUND_IS_HIT, CREATURE_SOUND_DIES };

/* --- spells: formats.md 9 --- */

enum spell_kind { SPELL_SHOW, SPELL_CHANGES_POINTS, SPELL_CHANGES_STATES, SPELL_UNUSED, SPELL_SUMMONS };
enum spell_target { TARGET_NOBODY, TARGET_PLAYERS, TARGET_CREATURES, TARGET_BOTH, TARGET_GROUND };
enum spell_direction { SPELL_LEAVES, SPELL_RAISES, SPELL_LOWERS };
enum spell_points {
	SPELL_HP,
	SPELL_MANA,
	SPELL_STAMINA,
	SPELL_HUNGER,
	SPELL_THIRST,
	SPELL_AGILITY,
	SPELL_STRENGTH,
	SPELL_CHARISMA,
	SPELL_POINTS
};

enum spell_flag {
	SPELL_IS_DEFINED = 1 << 0,
	SPELL_INVISIBILITY = 1 << 1,
	SPELL_PARALYSES = 1 << 2,
	SPELL_IMMOBILISES = 1 << 3,
	SPELL_FREES = 1 << 4, /* RemoverParalisis */
	SPELL_CLEARS_STUPIDITY = 1 << 5,
	SPELL_CLEARS_INVISIBILITY = 1 << 6, /* RemueveInvisibilidadParcial */
	SPELL_CURES_POISON = 1 << 7,
	SPELL_POISONS = 1 << 8,
	SPELL_CURSES = 1 << 9,
	SPELL_CLEARS_CURSE = 1 << 10,
	SPELL_BLESSES = 1 << 11,
	SPELL_RESURRECTS = 1 << 12,
	SPELL_BLINDS = 1 << 13,
	SPELL_STUPEFIES = 1 << 14,
	SPELL_MIMICS = 1 << 15,
	SPELL_CALLS_PETS = 1 << 16,     /* Warp */
	SPELL_IS_SUMMONING = 1 << 17,   /* Invoca */
	SPELL_STAFF_AFFECTED = 1 << 18, /* a staff changes the damage */
};

enum { APOCALYPSE_SPELL = 25 }; /* known by number: the elven flute does not make it cheaper (15.3) */

/* --- factions: formats.md 13 --- */

enum faction_defence { DEFENCE_LOW, DEFENCE_MIDDLE, DEFENCE_HIGH, FACTION_DEFENCES };
enum faction_side { SIDE_ARMY, SIDE_CHAOS, FACTION_SIDES };
enum faction_build { BUILD_TALL, BUILD_SHORT, FACTION_BUILDS };
enum { FACTION_RANKS = 15 };

enum praetorian_role {
	PRAETORIAN_KING,
	PRAETORIAN_HEALER,
	PRAETORIAN_SPELLCASTER,
	PRAETORIAN_SWORDSWINGER,
	PRAETORIAN_LONGRANGE,
	PRAETORIAN_THIEF,
	PRAETORIAN_ROLES
};

#endif
