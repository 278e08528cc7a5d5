/* little_catalog.h - the little land that rules are tested in: six maps, a few of every kind of thing, some creatures.
 * Written by hand as classic files into a temporary folder, built by catalog_build like any world, and removed again. */
#ifndef ARGENTUM_TESTS_LITTLE_CATALOG_H
#define ARGENTUM_TESTS_LITTLE_CATALOG_H

/* Items by number. Prices and figures are in little_catalog.c. */
enum thing {
	THING_NONE,
	THING_BREAD,
	THING_SWORD,         /* not for mages; dwarves and gnomes hold it otherwise */
	THING_NEWBIE_DAGGER, /* for newbies */
	THING_DOOR_OPEN,
	THING_DOOR_CLOSED,
	THING_DOOR_LOCKED,
	THING_KEY, /* of that door */
	THING_OTHER_KEY,
	THING_SIGN, /* says "Bienvenido" */
	THING_EMPTY_SIGN,
	THING_TUNIC, /* men, tall races */
	THING_GOLD = 12,
	THING_DRESS,       /* women, tall races */
	THING_SHORT_TUNIC, /* dwarves and gnomes */
	THING_DROW_TUNIC,
	THING_HELMET,
	THING_ARMY_HELMET,
	THING_SHIELD,
	THING_CHAOS_SHIELD,
	THING_RING,
	THING_ARROWS,
	THING_SMALL_PACK,
	THING_LARGE_PACK,
	THING_BOAT,
	THING_TREE,     /* cannot be picked up */
	THING_KEEPSAKE, /* NoSeTira: is not dropped on purpose */
	THING_BOUND,    /* Intransferible */
	THING_HEIRLOOM, /* NoSeCae: stays on death */
	THING_JEWEL,    /* dear: its moves are logged */
	THING_STUCK_DOOR,
	THING_FORUM,
	THING_POTION,
	THING_BOOK, /* does nothing when used */
	THING_NEWBIE_TUNIC,
	THING_CAMP_FIRE = 63,
	THING_FISHING_ROD = 138, /* tools are known by number (rules-economy-social-admin.md 7.1) */
	THING_STAFF,             /* power 2, bonus 38 */
	THING_WEAK_STAFF,        /* power 1 */
	THING_MAGIC_HELMET,      /* takes 5 off a spell's damage */
	THING_MAGIC_RING,        /* takes 3 */
	THING_WARDING_RING,      /* keeps off paralysis, immobility, blindness and stupidity */
	THING_DART_SCROLL,
	THING_BLANK_SCROLL,        /* of a spell that does not exist */
	THING_MAGIC_FLUTE = 208,   /* instruments too (rules-life-combat-magic.md 1.4) */
	THING_HUNTER_ARMOUR = 360, /* keeps a hunter hidden (rules-life-combat-magic.md 9.5) */
	THING_GALLEY = 475,
	THING_GALLEON = 476, /* keeps what a pirate has out of the water (rules-life-combat-magic.md 14.2) */
	/* for fights; the first three are known by number (rules-life-combat-magic.md 1.4) */
	THING_VIKING_SWORD = 123,
	THING_DRAGON_SWORD = 402, /* is not stolen */
	THING_THEFT_GLOVES = 873,
	THING_BOW = 201,
	THING_POISON_ARROWS,
	THING_KNIFE, /* is thrown, and slashes */
	THING_DAGGER,
	THING_POISON_SWORD,
	THING_ARMOUR,        /* for everybody tall */
	THING_TELEPORT,      /* scatters by up to 3 tiles each way */
	THING_WARSHIP = 210, /* strikes for 500, takes 300 off */
	THING_LANCE,         /* strikes for 1; pierces 3000 points of armour */
	THING_MACE,          /* strikes for more than the wire can carry */
	THING_RELIC,         /* NoRobable: is not stolen */
	THING_COUNT = 1100,  /* above all of them */
	THING_MAGIC_LUTE = 696,
	THING_ELVEN_LUTE = 1049,
	THING_ELVEN_FLUTE = 1050,
};

enum beast {
	BEAST_WOLF = 1,
	BEAST_BAKER,
	BEAST_PRIEST,
	BEAST_GUARD = 6, /* the rules know its number; it returns to its post */
	BEAST_BEAR = 10, /* an animal that can be tamed, and leaves things; appears anywhere */
	BEAST_GOBLIN,    /* evil; appears where it was placed */
	BEAST_TRAINER,
	BEAST_RAT,    /* a trainer's */
	BEAST_SPIRIT, /* summoned */
	BEAST_FISH,   /* stays in the water */
	/* placed nowhere, as all that follow: */
	BEAST_SCHOOL_PRIEST = 29, /* for newbies */
	BEAST_DRAGON,             /* answers a fire elemental with a spell */
	/* Minds: each hits for 5, and does so nine times of ten. */
	BEAST_WANDERER,    /* peaceful; walks about, defends itself */
	BEAST_HUNTER,      /* evil */
	BEAST_CASTER,      /* the same, casts the dart */
	BEAST_DOUBLE,      /* the same, casts or strikes */
	BEAST_VIPER,       /* poisonous, good */
	BEAST_CLUMSY,      /* has no power to strike with */
	BEAST_ROYAL_GUARD, /* walks */
	BEAST_CHAOS_GUARD,
	BEAST_TURRET, /* evil, casts the dart */
	BEAST_SEEKER, /* evil, finds ways */
	BEAST_FROG,   /* hunts on land and in the water */
	BEAST_FIXED,  /* hostile, but stands still */
	BEAST_RULER,  /* of the army */
	BEAST_DEMON,  /* of the legion */
	/* Praetorians; one kind of each part, tall or short. */
	BEAST_KING = 61,
	BEAST_HEALER,
	BEAST_MAGE,
	BEAST_ARCHER,
	BEAST_SWORD,
	BEAST_THIEF,
	/* known by number */
	BEAST_WATER_ELEMENTAL = 92,
	BEAST_FIRE_ELEMENTAL, /* casts the dart */
};

enum {
	LAND_MEADOW = 1, /* safe */
	LAND_WILD,       /* players may fight */
	LAND_SCHOOL,     /* newbies only; its dead appear on the meadow, at (55,55) */
	LAND_SNOW,       /* both armies'; cold, safe; it has sounds: 50 when it is dry, 51 while it rains */
	LAND_MUTE,       /* the army's; as the wild, but magic does not work; who logs in appears at (60,60) */
	LAND_BARREN,     /* the legion's; as the wild, but without invisibility, hiding, resurrection and summoning */
	LAND_COUNT = LAND_BARREN,

	/* On the meadow. (50,50) and 5 tiles around it are empty grass. */
	MEADOW_X = 50,
	MEADOW_Y = 50,
	DOOR_X = 40, /* closed; fills (39,45) as well */
	DOOR_Y = 45,
	LOCKED_X = 40,
	LOCKED_Y = 58,
	STUCK_X = 40,
	STUCK_Y = 62,
	SIGN_X = 44, /* the empty sign, the forum and the tree follow to the east */
	SIGN_Y = 42,
	WATER_FROM = 20, /* a square pond, both ways */
	WATER_TO = 25,
	WALL_Y = 30, /* blocked from x = 40 to 60 */
	WOLF_X = 30,
	BAKER_X = 32,
	PRIEST_X = 34,
	BEASTS_Y = 70,
	EXIT_X = 70, /* (70,50) leads to the wild, (70,52) to the school */
	EXIT_Y = 50,
	CHAIN_Y = 54,    /* (70,54) leads onto the exit of the wild */
	LOOP_Y = 56,     /* (70,56) and (70,58) lead onto each other */
	TELEPORT_Y = 60, /* (70,60) is a teleport to (60,20) in the wild */
	SCATTER_X = 60,
	SCATTER_Y = 20,
	MUTE_Y = 62, /* exits to (50,50) of the maps of one army and of both */
	BARREN_Y = 64,
	SNOW_Y = 66,
	/* In the wild: who comes arrives at (30,30); (31,30) leads back. An arena from (50,50) to (55,55). */
	WILD_X = 30,
	WILD_Y = 30,
	ARENA_FROM = 50,
	ARENA_TO = 55,
	/* Also there, each with open ground around it: */
	SHELTER_X = 68, /* trigger 4: nobody fights there */
	ROOF_X = 70,
	NO_BEASTS_X = 66, /* trigger 3: pets may step there, other creatures not */
	PASSAGE_X = 73,   /* where nobody may stand for long */
	LAVA_X = 76,      /* and the tile to the east of it */
	GROUNDS_Y = 70,
	GUARD_X = 80, /* in a row: a guard, a bear, a goblin, a trainer */
	BEAR_X = 82,
	GOBLIN_X = 84,
	TRAINER_X = 86,
	WILD_BEASTS_Y = 80,
};

/* Spells by number: little_spells.c. Damage and healing are 50, without dice. */
enum charm {
	CHARM_NONE,
	CHARM_DART,  /* damage; skill 6, mana 10, stamina 2 */
	CHARM_STORM, /* damage, more with a staff; a mage needs power 2 */
	CHARM_HEAL,
	CHARM_POISON,
	CHARM_CURE,
	CHARM_PARALYSE,
	CHARM_IMMOBILISE,
	CHARM_FREE,
	CHARM_INVISIBLE,
	CHARM_MIMIC,
	CHARM_REVIVE, /* a mage needs power 2 */
	CHARM_BLIND,
	CHARM_STUPEFY,
	CHARM_WAKE, /* clears stupidity */
	CHARM_STARVE,
	CHARM_FEED,
	CHARM_NIMBLE,
	CHARM_CLUMSY,
	CHARM_STRONG,
	CHARM_WEAK,
	CHARM_DRAIN, /* takes mana and stamina */
	CHARM_LEND,  /* gives them */
	CHARM_SLAY,
	CHARM_APOCALYPSE = 25, /* known by number */
	CHARM_CURSE,
	CHARM_BLESS,
	CHARM_SUMMON, /* two wolves */
	CHARM_CALL,   /* a pet */
	CHARM_EYE,
	CHARM_HUNT,   /* damage to creatures only */
	CHARM_MANY,   /* takes food, agility and life */
	CHARM_LIGHT,  /* is only seen */
	CHARM_UNREAL, /* summons what does not exist */
	CHARM_BEYOND, /* needs more skill than there is */
	CHARM_VARIES, /* damage of 1 to 10 */
	CHARM_COUNT
};

/* Its sealed memfd; the caller closes it. Ends the test with a message when it cannot be built. */
int little_catalog_build(void);

/* Its files in a new temporary folder, for a server of the test's own; and away with them. */
void little_catalog_write(char folder[64]);
void little_catalog_remove(const char *folder);

#endif
