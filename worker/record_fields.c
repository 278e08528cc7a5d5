#include "worker/record_fields.h"

#include <stddef.h>

#include "common/catalog/tables.h"
#include "common/protocol/charset.h"

/* rules-life-combat-magic.md 1.2 */
enum { POINTS_MOST = 999, MANA_MOST = 9999, REPUTATION_MOST = 6000000, KILLS_MOST = 65000, ATTRIBUTE_MOST = 40 };

#define FIELD(in, text, field, lowest, highest, choice)                                                                \
	{                                                                                                                  \
		.name = (text), .hash = (in), .size = sizeof(((struct player *)0)->field),                                     \
		.is_signed = (__typeof__(((struct player *)0)->field))-1 < 1, .is_choice = (choice),                           \
		.offset = offsetof(struct player, field), .low = (lowest), .high = (highest)                                   \
	}
#define NUMBER(in, text, field, lowest, highest) FIELD(in, text, field, lowest, highest, false)
#define CHOICE(in, text, field, lowest, highest) FIELD(in, text, field, lowest, highest, true)

const struct record_field record_fields[] = {
	CHOICE(RECORD_ACCOUNT, "char_race", race, 1, RACE_COUNT),
	CHOICE(RECORD_ACCOUNT, "char_gender", gender, 1, GENDER_COUNT),
	CHOICE(RECORD_ACCOUNT, "char_job", class_id, 1, CLASS_COUNT),
	CHOICE(RECORD_ACCOUNT, "char_head", head, 1, INT16_MAX),
	CHOICE(RECORD_ACCOUNT, "char_home", home, 1, CITY_COUNT),
	CHOICE(RECORD_ACCOUNT, "created_at", created_unix_s, 0, INT64_MAX),

	NUMBER(RECORD_STATS, "strength", attributes[ATTRIBUTE_STRENGTH - 1], 1, ATTRIBUTE_MOST),
	NUMBER(RECORD_STATS, "agility", attributes[ATTRIBUTE_AGILITY - 1], 1, ATTRIBUTE_MOST),
	NUMBER(RECORD_STATS, "intelligence", attributes[ATTRIBUTE_INTELLIGENCE - 1], 1, ATTRIBUTE_MOST),
	NUMBER(RECORD_STATS, "charisma", attributes[ATTRIBUTE_CHARISMA - 1], 1, ATTRIBUTE_MOST),
	NUMBER(RECORD_STATS, "constitution", attributes[ATTRIBUTE_CONSTITUTION - 1], 1, ATTRIBUTE_MOST),

	NUMBER(RECORD_USER_STATS, "max_hp", hp_max, 1, POINTS_MOST),
	NUMBER(RECORD_USER_STATS, "min_hp", hp, 0, POINTS_MOST),
	NUMBER(RECORD_USER_STATS, "max_mana", mana_max, 0, MANA_MOST),
	NUMBER(RECORD_USER_STATS, "min_mana", mana, 0, MANA_MOST),
	NUMBER(RECORD_USER_STATS, "max_sta", stamina_max, 1, POINTS_MOST),
	NUMBER(RECORD_USER_STATS, "min_sta", stamina, 0, POINTS_MOST),
	NUMBER(RECORD_USER_STATS, "gold", gold, 0, GOLD_MAX),
	NUMBER(RECORD_USER_STATS, "level", level, 1, LEVEL_MAX),
	NUMBER(RECORD_USER_STATS, "elu", experience_next, 0, INT32_MAX),
	NUMBER(RECORD_USER_STATS, "experience", experience, 0, EXPERIENCE_MAX),
	NUMBER(RECORD_USER_STATS, "safe_mode", safe_mode, 0, 1),

	NUMBER(RECORD_HUNGER, "max_water", thirst_max, 1, 100),
	NUMBER(RECORD_HUNGER, "min_water", thirst, 0, 100),
	NUMBER(RECORD_HUNGER, "max_hunger", hunger_max, 1, 100),
	NUMBER(RECORD_HUNGER, "min_hunger", hunger, 0, 100),

	NUMBER(RECORD_OWN, "hit_min", hit_min, 0, 999),
	NUMBER(RECORD_OWN, "hit_max", hit_max, 0, 999),
	NUMBER(RECORD_OWN, "skill_points", skill_points, 0, INT16_MAX),
	NUMBER(RECORD_OWN, "skills_assigned", skills_assigned, 0, UINT8_MAX),
	NUMBER(RECORD_OWN, "resuscitation_safe", resuscitation_safe, 0, 1),
	NUMBER(RECORD_OWN, "dead", dead, 0, 1),
	NUMBER(RECORD_OWN, "poisoned", poisoned, 0, 1),
	NUMBER(RECORD_OWN, "paralysed", paralysed, 0, 1),
	NUMBER(RECORD_OWN, "surface_map", surface_map, 0, UINT16_MAX),
	NUMBER(RECORD_OWN, "pet_1", pet_kinds[0], 0, UINT16_MAX),
	NUMBER(RECORD_OWN, "pet_2", pet_kinds[1], 0, UINT16_MAX),
	NUMBER(RECORD_OWN, "pet_3", pet_kinds[2], 0, UINT16_MAX),
	NUMBER(RECORD_OWN, "players_killed", players_killed, 0, KILLS_MOST),
	NUMBER(RECORD_OWN, "assassin", reputation[REPUTATION_ASSASSIN], 0, REPUTATION_MOST),
	NUMBER(RECORD_OWN, "bandit", reputation[REPUTATION_BANDIT], 0, REPUTATION_MOST),
	NUMBER(RECORD_OWN, "bourgeois", reputation[REPUTATION_BOURGEOIS], 0, REPUTATION_MOST),
	NUMBER(RECORD_OWN, "thief", reputation[REPUTATION_THIEF], 0, REPUTATION_MOST),
	NUMBER(RECORD_OWN, "noble", reputation[REPUTATION_NOBLE], 0, REPUTATION_MOST),
	NUMBER(RECORD_OWN, "plebeian", reputation[REPUTATION_PLEBEIAN], 0, REPUTATION_MOST),
	NUMBER(RECORD_OWN, "citizens_killed", citizens_killed, 0, KILLS_MOST),
	NUMBER(RECORD_OWN, "criminals_killed", criminals_killed, 0, KILLS_MOST),
	NUMBER(RECORD_OWN, "creatures_killed", creatures_killed, 0, KILLS_MOST),
	NUMBER(RECORD_OWN, "jail_minutes", jail_minutes, 0, 1000000),
	NUMBER(RECORD_OWN, "royal_army", royal_army, 0, 1),
	NUMBER(RECORD_OWN, "chaos_legion", chaos_legion, 0, 1),
	NUMBER(RECORD_OWN, "guild", guild, 0, UINT16_MAX),
	NUMBER(RECORD_OWN, "privileges", privileges, 0, UINT8_MAX),
	NUMBER(RECORD_OWN, "played_s", played_s, 0, UINT32_MAX),
	CHOICE(RECORD_OWN, "charset", charset, 0, CHARSET_COUNT),
};

const unsigned record_field_count = sizeof record_fields / sizeof *record_fields;

const char *const record_skill_names[SKILL_COUNT + 1] = {
	[SKILL_MAGIC] = "magia",          [SKILL_STEALING] = "robar",         [SKILL_EVASION] = "tacticas",
	[SKILL_WEAPONS] = "armas",        [SKILL_MEDITATION] = "meditar",     [SKILL_STABBING] = "apunalar",
	[SKILL_HIDING] = "ocultarse",     [SKILL_SURVIVAL] = "supervivencia", [SKILL_WOODCUTTING] = "talar",
	[SKILL_TRADING] = "comerciar",    [SKILL_SHIELDS] = "defensa",        [SKILL_FISHING] = "pesca",
	[SKILL_MINING] = "mineria",       [SKILL_CARPENTRY] = "carpinteria",  [SKILL_SMITHING] = "herreria",
	[SKILL_LEADERSHIP] = "liderazgo", [SKILL_TAMING] = "domar",           [SKILL_RANGED] = "proyectiles",
	[SKILL_WRESTLING] = "wrestling",  [SKILL_NAVIGATION] = "navegacion",
};

const char *const record_equipment_names[EQUIP_COUNT] = {
	[EQUIP_WEAPON] = "weapon", [EQUIP_ARMOUR] = "armor",      [EQUIP_HELMET] = "helmet",
	[EQUIP_SHIELD] = "shield", [EQUIP_RING] = "ring",         [EQUIP_AMMUNITION] = "ammunition",
	[EQUIP_BOAT] = "boat",     [EQUIP_BACKPACK] = "backpack",
};

int64_t record_field_load(const struct player *player, const struct record_field *field)
{
	const void *from = (const uint8_t *)player + field->offset;
	switch (field->size) {
	case 1:
		return field->is_signed ? *(const int8_t *)from : *(const uint8_t *)from;
	case 2:
		return field->is_signed ? *(const int16_t *)from : *(const uint16_t *)from;
	case 4:
		return field->is_signed ? *(const int32_t *)from : (int64_t) * (const uint32_t *)from;
	default:
		return *(const int64_t *)from;
	}
}

void record_field_store(struct player *player, const struct record_field *field, int64_t value)
{
	void *to = (uint8_t *)player + field->offset;
	switch (field->size) {
	case 1:
		*(uint8_t *)to = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)to = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)to = (uint32_t)value;
		break;
	default:
		*(int64_t *)to = value;
		break;
	}
}
