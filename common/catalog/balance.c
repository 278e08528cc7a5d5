/* Dat/Balance.dat: formats.md 10. A missing key would be 0, which for a multiplier is a silent disaster: it is refused. */
#include "common/catalog/source.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base/number.h"
#include "common/catalog/tables.h"

/* The number of [section] key; refused when absent, not a number, or outside low..high. */
static bool needed(struct ini *ini, const char *section, const char *key, double low, double high, double *number,
				   struct problem *why)
{
	struct record record = record_open(ini, NULL, section);
	const struct ini_entry *entry = ini_entry(ini, record.section, key);
	if (entry == NULL && record.section != NULL)
		return problem_set(why, "%s line %u: [%s] lacks the key %s", ini_label(ini), record.section->line, section,
						   key);
	if (entry == NULL)
		return problem_set(why, "%s: there is no section [%s]", ini_label(ini), section);
	if (!ini_number(entry->value, number, NULL))
		return problem_set(why, "%s line %u: %s=%.40s of [%s] is no number", ini_label(ini), entry->line, key,
						   entry->value, section);
	if (!(*number >= low && *number <= high))
		return problem_set(why, "%s line %u: %s=%.40s of [%s] is outside %g..%g", ini_label(ini), entry->line, key,
						   entry->value, section, low, high);
	return true;
}

static bool needed_int(struct ini *ini, const char *section, const char *key, int32_t low, int32_t high,
					   int32_t *number, struct problem *why)
{
	double value = 0;
	if (!needed(ini, section, key, low, high, &value, why))
		return false;
	*number = (int32_t)vb_round(value);
	return true;
}

static bool class_read(struct catalog_source *source, struct ini *ini, unsigned number, struct problem *why)
{
	struct class_def *row = source_row(source, REGION_CLASSES, number);
	const struct {
		const char *section;
		double *value;
	} modifiers[] = {
		{"MODEVASION", &row->evasion},
		{"MODATAQUEARMAS", &row->weapon_attack},
		{"MODATAQUEPROYECTILES", &row->ranged_attack},
		{"MODATAQUEWRESTLING", &row->wrestling_attack},
		{"MODDA\xd1OARMAS", &row->weapon_damage},
		{"MODDA\xd1OPROYECTILES", &row->ranged_damage},
		{"MODDA\xd1OWRESTLING", &row->wrestling_damage},
		{"MODESCUDO", &row->shield},
		{"MODVIDA", &row->life},
	};
	for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
		if (!needed(ini, modifiers[i].section, table_class_name(number), 0, 1000, modifiers[i].value, why))
			return false;
	}
	return true;
}

static bool race_read(struct catalog_source *source, struct ini *ini, unsigned number, struct problem *why)
{
	struct race_def *row = source_row(source, REGION_RACES, number);
	for (unsigned i = 1; i <= ATTRIBUTE_COUNT; i++) {
		char key[64];
		double value = 0;
		snprintf(key, sizeof key, "%s%s", table_race_name(number), table_attribute_name(i));
		if (!needed(ini, "MODRAZA", key, -100, 100, &value, why))
			return false;
		row->attribute[i] = (float)value;
	}
	return true;
}

/* E1..E5 or S1..S4: percentages that should sum to 100. */
static bool distribution_read(struct catalog_source *source, struct ini *ini, char letter, int16_t *percent,
							  unsigned count, struct problem *why)
{
	int32_t sum = 0;
	for (unsigned i = 0; i < count; i++) {
		char key[16];
		int32_t value = 0;
		snprintf(key, sizeof key, "%c%u", letter, i + 1);
		if (!needed_int(ini, "DISTRIBUCION", key, 0, 100, &value, why))
			return false;
		percent[i] = (int16_t)value;
		sum += value;
	}
	if (sum != 100)
		warnings_add(source->warnings, "%s: %c1..%c%u of [DISTRIBUCION] sum to %d instead of 100", ini_label(ini),
					 letter, letter, count, sum);
	return true;
}

static bool rest_read(struct catalog_source *source, struct ini *ini, struct problem *why)
{
	struct balance_def balance = {0};
	int32_t mana = 0;
	if (!distribution_read(source, ini, 'E', balance.life_whole, 5, why) ||
		!distribution_read(source, ini, 'S', balance.life_half, 4, why) ||
		!needed_int(ini, "EXTRA", "PorcentajeRecuperoMana", 0, 100, &mana, why) ||
		!needed(ini, "PARTY", "ExponenteNivelParty", 0, 10, &balance.party_level_exponent, why))
		return false;
	balance.mana_recovery_percent = (int16_t)mana;
	for (unsigned rank = 1; rank <= FACTION_RANKS; rank++) {
		char key[16];
		snprintf(key, sizeof key, "Rango%u", rank);
		if (!needed_int(ini, "RECOMPENSAFACCION", key, 0, INT32_MAX, &balance.faction_reward[rank], why))
			return false;
	}
	return source_append(source, REGION_BALANCE, &balance) || problem_set(why, "%s: out of memory", ini_label(ini));
}

static bool names_set(struct catalog_source *source)
{
	if (!source_reserve(source, REGION_CLASSES, CLASS_COUNT + 1) ||
		!source_reserve(source, REGION_RACES, RACE_COUNT + 1))
		return false;
	for (unsigned i = 1; i <= CLASS_COUNT; i++) {
		uint32_t name = source_text(source, table_class_name(i), strlen(table_class_name(i)));
		((struct class_def *)source_row(source, REGION_CLASSES, i))->name = name;
	}
	for (unsigned i = 1; i <= RACE_COUNT; i++) {
		uint32_t name = source_text(source, table_race_name(i), strlen(table_race_name(i)));
		((struct race_def *)source_row(source, REGION_RACES, i))->name = name;
	}
	return true;
}

bool balance_load(struct catalog_source *source, struct problem *why)
{
	struct ini *ini;
	if (!source_ini(source, "Balance.dat", true, &ini, why))
		return false;
	bool good = names_set(source) || problem_set(why, "%s: out of memory", ini_label(ini));
	for (unsigned i = 1; good && i <= RACE_COUNT; i++)
		good = race_read(source, ini, i, why);
	for (unsigned i = 1; good && i <= CLASS_COUNT; i++)
		good = class_read(source, ini, i, why);
	good = good && rest_read(source, ini, why);
	source_ini_done(source, &ini);
	return good;
}
