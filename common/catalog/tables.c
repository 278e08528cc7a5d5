#include "common/catalog/tables.h"

#include <math.h>
#include <string.h>

#include "common/base/number.h"
#include "common/catalog/fold.h"

const struct place table_jail = {66, 75, 47}, table_jail_release = {66, 75, 65};

static const char *const class_names[CLASS_COUNT + 1] = {"",        "Mago",       "Clerigo", "Guerrero", "Asesino",
														 "Ladron",  "Bardo",      "Druida",  "Bandido",  "Paladin",
														 "Cazador", "Trabajador", "Pirata"};
static const char *const race_names[RACE_COUNT + 1] = {"", "Humano", "Elfo", "Drow", "Gnomo", "Enano"};
static const char *const attribute_names[ATTRIBUTE_COUNT + 1] = {"",        "Fuerza",      "Agilidad", "Inteligencia",
																 "Carisma", "Constitucion"};
static const char *const skill_names[SKILL_COUNT + 1] = {"",
														 "Magia",
														 "Robar",
														 "Evasi\363n en combate",
														 "Combate con armas",
														 "Meditar",
														 "Apu\361alar",
														 "Ocultarse",
														 "Supervivencia",
														 "Talar",
														 "Comercio",
														 "Defensa con escudos",
														 "Pesca",
														 "Miner\355a",
														 "Carpinter\355a",
														 "Herrer\355a",
														 "Liderazgo",
														 "Domar animales",
														 "Combate a distancia",
														 "Combate sin armas",
														 "Navegaci\363n"};
static const char *const city_names[CITY_COUNT + 1] = {"",       "Ullathorpe", "Nix",    "Banderbill",
													   "Lindos", "Arghal",     "Arkhein"};

const char *table_class_name(unsigned class_number)
{
	return class_number <= CLASS_COUNT ? class_names[class_number] : "";
}

const char *table_race_name(unsigned race)
{
	return race <= RACE_COUNT ? race_names[race] : "";
}

const char *table_attribute_name(unsigned attribute)
{
	return attribute <= ATTRIBUTE_COUNT ? attribute_names[attribute] : "";
}

const char *table_skill_name(unsigned skill)
{
	return skill <= SKILL_COUNT ? skill_names[skill] : "";
}

const char *table_city_name(unsigned city)
{
	return city <= CITY_COUNT ? city_names[city] : "";
}

unsigned table_class_number(const char *text, size_t size)
{
	for (unsigned number = 1; number <= CLASS_COUNT; number++) {
		const char *name = class_names[number];
		size_t i = 0;
		while (i < size && name[i] != '\0' && fold_upper((unsigned char)name[i]) == fold_upper((unsigned char)text[i]))
			i++;
		if (i == size && name[i] == '\0')
			return number;
	}
	return 0;
}

/* --- experience --- */

static double level_factor(unsigned level)
{
	static const struct {
		unsigned below;
		double factor;
	} steps[] = {{15, 1.4}, {21, 1.35}, {26, 1.3}, {35, 1.2}, {40, 1.3}};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (level < steps[i].below)
			return steps[i].factor;
	}
	return 1.375;
}

int32_t table_experience_needed(unsigned level)
{
	if (level == 0)
		return 0;
	int64_t needed = 300;
	for (unsigned reached = 2; reached <= level && needed < INT32_MAX; reached++)
		needed = vb_round((double)needed * level_factor(reached));
	return (int32_t)clamp_i64(needed, 0, INT32_MAX);
}

unsigned table_skill_ceiling(unsigned level)
{
	static const uint8_t ceilings[] = {0,  3,  5,  7,  10, 13, 15, 17, 20, 23, 25, 27, 30, 33, 35, 37, 40, 43, 45, 47,
									   50, 53, 55, 57, 60, 63, 65, 67, 70, 73, 75, 77, 80, 83, 85, 87, 90, 93, 95, 97};
	return level < sizeof ceilings ? ceilings[level] : SKILL_MAX;
}

int32_t table_skill_experience_needed(unsigned value)
{
	return value < SKILL_MAX ? (int32_t)vb_round(200 * pow(1.05, value)) : 0;
}

/* --- looks --- */

static bool exists(unsigned race, unsigned gender)
{
	return race >= 1 && race <= RACE_COUNT && gender >= 1 && gender <= GENDER_COUNT;
}

struct head_range table_heads(unsigned race, unsigned gender)
{
	static const struct head_range heads[RACE_COUNT + 1][GENDER_COUNT + 1] = {
		[RACE_HUMAN] = {{0, 0}, {1, 40}, {70, 89}},      [RACE_ELF] = {{0, 0}, {101, 122}, {170, 188}},
		[RACE_DROW] = {{0, 0}, {201, 221}, {270, 288}},  [RACE_GNOME] = {{0, 0}, {401, 416}, {470, 484}},
		[RACE_DWARF] = {{0, 0}, {301, 319}, {370, 384}},
	};
	return exists(race, gender) ? heads[race][gender] : (struct head_range){0, 0};
}

bool table_head_is_valid(unsigned race, unsigned gender, unsigned head)
{
	struct head_range range = table_heads(race, gender);
	return head != 0 && head >= range.first && head <= range.last;
}

unsigned table_start_body(unsigned race)
{
	static const uint16_t bodies[RACE_COUNT + 1] = {0, 1, 2, 3, 300, 300};
	return race <= RACE_COUNT ? bodies[race] : 0;
}

unsigned table_naked_body(unsigned race, unsigned gender)
{
	static const uint16_t bodies[RACE_COUNT + 1][GENDER_COUNT + 1] = {
		[RACE_HUMAN] = {0, 21, 39},   [RACE_ELF] = {0, 210, 259}, [RACE_DROW] = {0, 32, 40},
		[RACE_GNOME] = {0, 222, 260}, [RACE_DWARF] = {0, 53, 60},
	};
	return exists(race, gender) ? bodies[race][gender] : 0;
}

/* --- praetorians --- */

enum praetorian_role table_praetorian_role(unsigned movement)
{
	switch (movement) {
	case MOVEMENT_PRAETORIAN_HEALER:
		return PRAETORIAN_HEALER;
	case MOVEMENT_PRAETORIAN_SWORD:
		return PRAETORIAN_SWORDSWINGER;
	case MOVEMENT_PRAETORIAN_MAGE:
		return PRAETORIAN_SPELLCASTER;
	case MOVEMENT_PRAETORIAN_ARCHER:
		return PRAETORIAN_LONGRANGE;
	case MOVEMENT_PRAETORIAN_KING:
		return PRAETORIAN_KING;
	default:
		return PRAETORIAN_ROLES;
	}
}
