/* enums.h - the numbers that mean something on the wire (protocol.md 6; sounds and effects of the rules:
 * rules-life-combat-magic.md 1.4). Names here are English; what players read comes from elsewhere. */
#ifndef ARGENTUM_PROTOCOL_ENUMS_H
#define ARGENTUM_PROTOCOL_ENUMS_H

#include "common/catalog/kinds.h"

/* The wire's limits that the Godot client's own arrays set (protocol.md 4.5); ranges.def has them per dialect. */
#define TILE_MAX                 100 /* tiles are 1..100 on both axes, x to the right, y down */
#define CHAR_INDEX_MAX           32767
#define WIRE_INVENTORY_SLOTS     25
#define WIRE_INVENTORY_SLOTS_MAX 30 /* with the biggest backpack, on clients that can show it */
#define WIRE_BANK_SLOTS          40
#define WIRE_SPELL_SLOTS         35
#define WIRE_SHOP_SLOTS          50
#define SLOT_GOLD                31 /* "slot" of the gold in Drop and UserCommerceOffer */

/* 6.5: no skill of its own, only as a target to ask for. */
#define SKILL_SMELTING 88

/* 6.6: bits of nick_color. The Godot client shows red for 1, else blue, when privileges are 0 or 1. */
enum nick_color { NICK_CRIMINAL = 1, NICK_CITIZEN = 2, NICK_ATTACKABLE = 4 };

/* 6.7: what CharacterCreate may say in `privileges` to the Godot client; no other combination is safe. */
enum wire_privileges {
	PRIVILEGES_NONE = 0,
	PRIVILEGES_USER = 1,
	PRIVILEGES_COUNSELLOR = 2, /* consejero */
	PRIVILEGES_DEMIGOD = 4,
	PRIVILEGES_GOD = 8,
	PRIVILEGES_ADMIN = 16,
	PRIVILEGES_ROLE_MASTER = 32,
	PRIVILEGES_CHAOS_COUNCIL = 64 + 1,
	PRIVILEGES_ROYAL_COUNCIL = 128 + 1,
};

/* 6.8: colour and style of a console line. */
enum font {
	FONT_TALK = 0,    /* white */
	FONT_FIGHT = 1,   /* red, bold */
	FONT_WARNING = 2, /* blue, bold italic */
	FONT_INFO = 3,    /* sea green */
	FONT_INFO_BOLD = 4,
	FONT_EXECUTION = 5,  /* grey, bold */
	FONT_PARTY = 6,      /* pink */
	FONT_POISON = 7,     /* green */
	FONT_GUILD = 8,      /* white, bold */
	FONT_SERVER = 9,     /* dark green */
	FONT_GUILD_MSG = 10, /* yellow */
	FONT_COUNCIL = 11,
	FONT_CHAOS_COUNCIL = 12,
	FONT_COUNCIL_VIEW = 13,
	FONT_CHAOS_COUNCIL_VIEW = 14,
	FONT_CENTINEL = 15,
	FONT_GM_MSG = 16, /* white, italic */
	FONT_GM = 17,
	FONT_CITIZEN = 18,
	FONT_COUNSELLOR = 19,
	FONT_GOD = 20,
};

/* 6.9 */
enum body_part {
	BODY_PART_HEAD = 1,
	BODY_PART_LEFT_LEG = 2,
	BODY_PART_RIGHT_LEG = 3,
	BODY_PART_RIGHT_ARM = 4,
	BODY_PART_LEFT_ARM = 5,
	BODY_PART_TORSO = 6,
};

/* 6.11 */
enum forum_message {
	FORUM_GENERAL = 0,
	FORUM_GENERAL_STICKY = 1,
	FORUM_ROYAL = 2,
	FORUM_ROYAL_STICKY = 3,
	FORUM_CHAOS = 4,
	FORUM_CHAOS_STICKY = 5,
};
enum forum_visibility { FORUM_SEES_GENERAL = 1, FORUM_SEES_ROYAL = 2, FORUM_SEES_CHAOS = 4 }; /* bits */

/* 6.13: option of EDIT_CHAR (GM 24). */
enum edit_option {
	EDIT_GOLD = 1,
	EDIT_EXPERIENCE = 2,
	EDIT_BODY = 3,
	EDIT_HEAD = 4,
	EDIT_CITIZENS_KILLED = 5,
	EDIT_CRIMINALS_KILLED = 6,
	EDIT_LEVEL = 7,
	EDIT_CLASS = 8,
	EDIT_SKILLS = 9,
	EDIT_FREE_SKILL_POINTS = 10,
	EDIT_NOBILITY = 11,
	EDIT_ASSASSIN = 12,
	EDIT_GENDER = 13,
	EDIT_RACE = 14,
	EDIT_ADD_GOLD = 15,
	EDIT_LIFE = 16, /* from here on dakara's additions */
	EDIT_POSITION = 17,
};

/* 6.14: clan_type of GuildFundation. */
enum guild_alignment {
	GUILD_ALIGNMENT_ROYAL = 0,
	GUILD_ALIGNMENT_CHAOS = 1,
	GUILD_ALIGNMENT_NEUTRAL = 2,
	GUILD_ALIGNMENT_GAME_MASTER = 3, /* never offered to players */
	GUILD_ALIGNMENT_LEGAL = 4,
	GUILD_ALIGNMENT_CRIMINAL = 5,
};

/* 6.14: backpack_type of AddSlots; five slots each. */
enum backpack { BACKPACK_SMALL = 1, BACKPACK_BIG = 2 };

/* 6.2: effects of CreateFX; which meditation one gets goes by level. */
enum fx {
	FX_NONE = 0, /* stops what is shown */
	FX_WARP = 1,
	FX_MEDITATION_1 = 4,
	FX_MEDITATION_2 = 5,
	FX_MEDITATION_3 = 6,
	FX_BLOOD = 14,
	FX_MEDITATION_4 = 16,
	FX_MEDITATION_5 = 34,
};
#define FX_FOREVER (-1) /* loops */

/* Waves of PlayWave. */
enum sound {
	SOUND_SWING = 2,
	SOUND_WARP = 3,
	SOUND_DOOR = 5,
	SOUND_LEVEL_UP = 6,
	SOUND_EAT = 7,
	SOUND_HIT = 10,
	SOUND_DEATH_MALE = 11,
	SOUND_HIT_CREATURE = 12, /* a creature without a sound of its own */
	SOUND_EQUIP_WEAPON = 25,
	SOUND_DRAGON = 30,
	SOUND_SHIELD = 37,
	SOUND_DRINK = 46,
	SOUND_BOAT = 55,
	SOUND_ARROW = 65,
	SOUND_DEATH_FEMALE = 74,
	SOUND_APPLE = 82,
	SOUND_DEATH_WATER_FEMALE = 211,
	SOUND_DEATH_WATER_MALE = 212,
};

#endif
