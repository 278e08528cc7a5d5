/* The lists of formats.md 12 and 13: what smiths and carpenters make, the armours of the armies, the praetorians, and
 * what game masters may summon. Each file may be absent; the list is then empty, but for the praetorians'. */
#include "common/catalog/source.h"

#include <stdint.h>
#include <stdio.h>

#include "common/catalog/tables.h"

/* --- crafting --- */

static bool craft_load(struct catalog_source *source, const char *file, const char *count_key, const char *prefix,
					   enum catalog_region_id id, struct problem *why)
{
	struct ini *ini;
	unsigned count;
	if (!source_ini(source, file, false, &ini, why))
		return false;
	if (ini == NULL)
		return true;
	bool good = record_count_optional(ini, "INIT", count_key, &count, why);
	struct tally absent = {0};
	for (unsigned i = 1; good && i <= count; i++) {
		struct record record = record_open_numbered(ini, source->warnings, prefix, i);
		if (record.section == NULL) {
			tally_add(&absent, "%s [%s%u]", ini_label(ini), prefix, i);
			continue;
		}
		uint16_t item = (uint16_t)record_int(&record, "Index", 0, INT16_MAX);
		if (source_item_is_defined(source, item))
			source_append(source, id, &item);
		else
			warnings_add(source->warnings, "%s line %u: item %u is not defined; dropped", ini_label(ini),
						 record_line(&record, "Index"), item);
	}
	tally_warn(&absent, source->warnings, "a number without section; skipped");
	source_ini_done(source, &ini);
	return good;
}

bool crafting_load(struct catalog_source *source, struct problem *why)
{
	return craft_load(source, "ArmasHerrero.dat", "NumArmas", "Arma", REGION_SMITH_WEAPONS, why) &&
		   craft_load(source, "ArmadurasHerrero.dat", "NumArmaduras", "Armadura", REGION_SMITH_ARMOURS, why) &&
		   craft_load(source, "ObjCarpintero.dat", "NumObjs", "Obj", REGION_CARPENTRY, why);
}

/* --- the armies' armours --- */

static void faction_class_read(struct catalog_source *source, const struct record *record, struct class_def *class_def)
{
	static const char *const defences[] = {"Min", "Med", "Alta"}, *const sides[] = {"Army", "Caos"},
							 *const builds[] = {"Alto", "Bajo"};
	for (unsigned d = 0; d < FACTION_DEFENCES; d++) {
		for (unsigned s = 0; s < FACTION_SIDES; s++) {
			for (unsigned b = 0; b < FACTION_BUILDS; b++) {
				char key[32];
				snprintf(key, sizeof key, "Def%s%s%s", defences[d], sides[s], builds[b]);
				int32_t item = record_int(record, key, 0, INT16_MAX);
				if (item != 0 && !source_item_is_defined(source, item)) {
					warnings_add(source->warnings, "%s line %u: %s names item %d, which is not defined; none",
								 ini_label(record->ini), record_line(record, key), key, item);
					item = 0;
				}
				class_def->faction_armour[d][s][b] = (uint16_t)item;
			}
		}
	}
}

bool factions_load(struct catalog_source *source, struct problem *why)
{
	struct ini *ini;
	if (!source_ini(source, "ArmadurasFaccionarias.dat", false, &ini, why))
		return false;
	if (ini == NULL)
		return true;
	struct tally absent = {0};
	for (unsigned i = 1; i <= CLASS_COUNT; i++) {
		struct record record = record_open_numbered(ini, source->warnings, "CLASE", i);
		if (record.section != NULL)
			faction_class_read(source, &record, source_row(source, REGION_CLASSES, i));
		else
			tally_add(&absent, "%s [CLASE%u]", ini_label(ini), i);
	}
	tally_warn(&absent, source->warnings, "a class without section gets no armour");
	source_ini_done(source, &ini);
	return true;
}

/* --- praetorians --- */

enum { PRAETORIANS_PER_ROLE = 100 };

/* The creature of one key; 0, with a warning, when it is not defined. */
static uint16_t creature_read(struct catalog_source *source, const struct record *record, const char *key)
{
	int32_t creature = record_int(record, key, 0, INT16_MAX);
	if (source_creature_is_defined(source, creature))
		return (uint16_t)creature;
	warnings_add(source->warnings, "%s line %u: %s names creature %d, which is not defined; none",
				 ini_label(record->ini), record_line(record, key), key, creature);
	return 0;
}

/* Older folders have the creatures and not the list: then who plays which part is said by how he moves (rules-life-combat-magic.md
 * 17). */
static void praetorians_find(struct catalog_source *source)
{
	for (uint32_t number = 1; number < source_count(source, REGION_CREATURES); number++) {
		const struct creature_def *creature = source_row(source, REGION_CREATURES, number);
		enum praetorian_role role = table_praetorian_role(creature->movement);
		struct praetorian_def row = {.role = (uint8_t)role, .tall = (uint16_t)number};
		if ((creature->flags & CREATURE_IS_DEFINED) != 0 && creature->kind == CREATURE_PRAETORIAN &&
			role != PRAETORIAN_ROLES)
			source_append(source, REGION_PRAETORIANS, &row);
	}
}

bool praetorians_load(struct catalog_source *source, struct problem *why)
{
	static const char *const roles[PRAETORIAN_ROLES] = {"KING",         "HEALER",    "SPELLCASTER",
														"SWORDSWINGER", "LONGRANGE", "THIEF"};
	struct ini *ini;
	if (!source_ini(source, "Pretorianos.dat", false, &ini, why))
		return false;
	if (ini == NULL) {
		praetorians_find(source);
		return true;
	}
	struct record main_record = record_open(ini, source->warnings, "MAIN");
	(void)record_has(&main_record, "Combinaciones"); /* follows from the roles; nothing depends on it */
	for (unsigned role = 0; role < PRAETORIAN_ROLES; role++) {
		struct record record = record_open(ini, source->warnings, roles[role]);
		int32_t count = record_int(&record, "Cantidad", 0, PRAETORIANS_PER_ROLE);
		for (int32_t i = 1; i <= count; i++) {
			char tall[16], small[16];
			snprintf(tall, sizeof tall, "Alto%d", i);
			snprintf(small, sizeof small, "Bajo%d", i);
			struct praetorian_def row = {.role = (uint8_t)role,
										 .tall = creature_read(source, &record, tall),
										 .short_ = creature_read(source, &record, small)};
			if (row.tall != 0 || row.short_ != 0)
				source_append(source, REGION_PRAETORIANS, &row);
		}
	}
	source_ini_done(source, &ini);
	return true;
}

/* --- what game masters may summon --- */

bool invocations_load(struct catalog_source *source, struct problem *why)
{
	struct ini *ini;
	unsigned count;
	if (!source_ini(source, "Invokar.dat", false, &ini, why))
		return false;
	if (ini == NULL)
		return true;
	bool good = record_count_optional(ini, "INIT", "NumNPCs", &count, why);
	struct record record = record_open(ini, source->warnings, "LIST");
	for (unsigned i = 1; good && i <= count; i++) {
		char key[16];
		struct named_creature row = {0};
		snprintf(key, sizeof key, "NI%u", i);
		row.creature = creature_read(source, &record, key);
		snprintf(key, sizeof key, "NN%u", i);
		row.name = source_record_text(source, &record, key, RECORD_TRIM);
		if (row.creature != 0)
			source_append(source, REGION_INVOCATIONS, &row);
	}
	source_ini_done(source, &ini);
	return good;
}
