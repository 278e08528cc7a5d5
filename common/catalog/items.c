/* Dat/obj.dat: formats.md 6, rules-economy-social-admin.md 1.1. */
#include "common/catalog/source.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/catalog/fields.h"
#include "common/catalog/fold.h"
#include "common/catalog/tables.h"

#define KIND(name)    (UINT64_C(1) << ITEM_##name)
#define FORGED        (KIND(WEAPON) | KIND(ARMOUR) | KIND(SHIELD) | KIND(HELMET) | KIND(RING))
#define FACTION_GEAR  (KIND(WEAPON) | KIND(ARMOUR) | KIND(SHIELD) | KIND(HELMET) | KIND(INSTRUMENT))
#define STRIKES       (KIND(WEAPON) | KIND(RING) | KIND(BOAT) | KIND(ARROW))
#define CHANGES_STATE (KIND(DOOR) | KIND(EMPTY_BOTTLE) | KIND(FULL_BOTTLE))

#define NUMBER(key, member, high)           FIELD_NUMBER(key, item_def, member, 0, high, 0)
#define NUMBER_OF(kinds, key, member, high) FIELD_NUMBER(key, item_def, member, 0, high, kinds)
#define FLAG(key, bit)                      FIELD_BIT(key, item_def, flags, bit, 0)
#define FLAG_OF(kinds, key, bit)            FIELD_BIT(key, item_def, flags, bit, kinds)

static const struct field fields[] = {
	/* for every kind */
	FIELD_WORDS("Name", item_def, name, RECORD_TRIM_END),
	FIELD_WORDS("Texto", item_def, sign_text, RECORD_RAW),
	FIELD_WORDS("ID", item_def, forum, RECORD_TRIM),
	NUMBER("GrhIndex", graphic, INT16_MAX),
	NUMBER("NumRopaje", body, INT16_MAX),
	NUMBER("HechizoIndex", spell, INT16_MAX),
	NUMBER("LingoteIndex", ingot, INT16_MAX),
	NUMBER("MineralIndex", mineral, INT16_MAX),
	NUMBER("MaxHP", hp_max, INT16_MAX),
	NUMBER("MinHP", hp_min, INT16_MAX),
	NUMBER("MinHam", hunger, INT16_MAX),
	NUMBER("MinAgu", thirst, INT16_MAX),
	NUMBER("MinST", stamina, INT16_MAX),
	NUMBER("MINDEF", defence_min, INT16_MAX),
	NUMBER("MAXDEF", defence_max, INT16_MAX),
	NUMBER("DefensaMagicaMin", magic_defence_min, INT16_MAX),
	NUMBER("DefensaMagicaMax", magic_defence_max, INT16_MAX),
	NUMBER("Valor", price, INT32_MAX),
	NUMBER("Clave", lock, INT32_MAX),
	NUMBER("VGrande", sign_graphic, INT16_MAX),
	NUMBER("SkCarpinteria", carpentry_skill, INT16_MAX),
	NUMBER("MaderaElfica", elven_logs, INT16_MAX),
	NUMBER("Upgrade", upgrade, INT16_MAX),
	FLAG("Newbie", ITEM_IS_NEWBIE),
	FLAG("Log", ITEM_IS_LOGGED),
	FLAG("NoLog", ITEM_IS_NOT_LOGGED),
	FLAG("Mujer", ITEM_FOR_WOMEN),
	FLAG("Hombre", ITEM_FOR_MEN),
	FLAG("RazaEnana", ITEM_FOR_SHORT_RACES),
	FLAG("RazaDrow", ITEM_FOR_DROW),
	FLAG("Crucial", ITEM_IS_RESTOCKED),
	FLAG("Abierta", ITEM_IS_CLOSED),
	FLAG("Llave", ITEM_IS_LOCKED),
	FLAG("Agarrable", ITEM_IS_FIXED),
	FLAG("Acuchilla", ITEM_SLASHES),
	FLAG("Guante", ITEM_IS_THIEF_GLOVE),
	FLAG("NoSeCae", ITEM_STAYS_ON_DEATH),
	/* later data sets of the same lineage */
	FLAG("NoSeTira", ITEM_STAYS_IN_BAG),
	FLAG("NoRobable", ITEM_IS_NOT_STEALABLE),
	FLAG("NoComerciable", ITEM_IS_NOT_TRADED),
	FLAG("Intransferible", ITEM_IS_BOUND),
	FLAG("ImpideParalizar", ITEM_STOPS_PARALYSIS),
	FLAG("ImpideInmobilizar", ITEM_STOPS_IMMOBILITY),
	FLAG("ImpideAturdir", ITEM_STOPS_STUPIDITY),
	FLAG("ImpideCegar", ITEM_STOPS_BLINDNESS),
	/* for some kinds only: on any other the key has no effect */
	NUMBER_OF(KIND(WEAPON) | KIND(SHIELD) | KIND(HELMET), "Anim", animation, INT16_MAX),
	NUMBER_OF(KIND(WEAPON), "RazaEnanaAnim", short_animation, INT16_MAX),
	NUMBER_OF(STRIKES, "MinHIT", hit_min, INT16_MAX),
	NUMBER_OF(STRIKES, "MaxHIT", hit_max, INT16_MAX),
	NUMBER_OF(KIND(WEAPON), "StaffPower", staff_power, INT16_MAX),
	NUMBER_OF(KIND(WEAPON), "StaffDamageBonus", staff_bonus, INT16_MAX),
	NUMBER_OF(KIND(WEAPON), "Refuerzo", pierce, INT16_MAX),
	FLAG_OF(KIND(WEAPON), "Apu\361ala", ITEM_STABS),
	FLAG_OF(KIND(WEAPON), "Proyectil", ITEM_SHOOTS),
	FLAG_OF(KIND(WEAPON), "Municiones", ITEM_NEEDS_ARROWS),
	FLAG_OF(KIND(WEAPON) | KIND(ARROW), "Envenena", ITEM_POISONS),
	FLAG_OF(KIND(ARROW), "Paraliza", ITEM_PARALYSES),
	NUMBER_OF(FORGED, "LingH", iron_ingots, INT16_MAX),
	NUMBER_OF(FORGED, "LingP", silver_ingots, INT16_MAX),
	NUMBER_OF(FORGED, "LingO", gold_ingots, INT16_MAX),
	NUMBER_OF(FORGED, "SkHerreria", smithing_skill, INT16_MAX),
	FLAG_OF(FACTION_GEAR, "Real", ITEM_FOR_ARMY),
	FLAG_OF(FACTION_GEAR, "Caos", ITEM_FOR_CHAOS),
	NUMBER_OF(KIND(INSTRUMENT), "SND1", sound[0], INT16_MAX),
	NUMBER_OF(KIND(INSTRUMENT), "SND2", sound[1], INT16_MAX),
	NUMBER_OF(KIND(INSTRUMENT), "SND3", sound[2], INT16_MAX),
	NUMBER_OF(KIND(ORE) | KIND(BOAT), "MinSkill", skill_needed, INT16_MAX),
	NUMBER_OF(CHANGES_STATE, "IndexAbierta", opened, INT16_MAX),
	NUMBER_OF(CHANGES_STATE, "IndexCerrada", closed, INT16_MAX),
	NUMBER_OF(CHANGES_STATE, "IndexCerradaLlave", locked, INT16_MAX),
	NUMBER_OF(KIND(POTION), "TipoPocion", potion, UINT8_MAX),
	NUMBER_OF(KIND(POTION), "MinModificador", modifier_min, INT16_MAX),
	NUMBER_OF(KIND(POTION), "MaxModificador", modifier_max, INT16_MAX),
	NUMBER_OF(KIND(POTION), "DuracionEfecto", effect_ticks, INT32_MAX),
	NUMBER_OF(KIND(TELEPORT), "Radio", teleport_radius, MAP_SIDE),
	NUMBER_OF(KIND(BACKPACK), "MochilaType", backpack, 2),
};

/* CP1, CP2, ... until the first empty one: classes that may not use the item. */
static uint16_t classes_read(const struct record *record)
{
	uint16_t forbidden = 0;
	char key[16], place[FILE_LABEL_BYTES + 24];
	for (unsigned i = 1; i <= CLASS_COUNT; i++) {
		snprintf(key, sizeof key, "CP%u", i);
		struct record_text text = record_text(record, key, RECORD_TRIM);
		if (text.size == 0)
			break;
		unsigned number = table_class_number(text.text, text.size);
		if (number != 0)
			forbidden |= (uint16_t)(1u << (number - 1));
		else
			warnings_add(record->warnings, "%s: %s=%.40s is no class; ignored", record_place(record, key, place), key,
						 text.text);
	}
	snprintf(key, sizeof key, "CP%d", CLASS_COUNT + 1);
	if (record_has(record, key))
		warnings_add(record->warnings, "%s: %s; there are only %d classes; ignored", record_place(record, key, place),
					 key, CLASS_COUNT);
	return forbidden;
}

static uint16_t kind_read(const struct record *record)
{
	char place[FILE_LABEL_BYTES + 24];
	int32_t kind = record_int(record, "ObjType", 0, INT16_MAX);
	if (kind <= ITEM_KIND_LAST)
		return (uint16_t)kind;
	warnings_add(record->warnings, "%s: ObjType %d is unknown (0..%d); the item does nothing",
				 record_place(record, "ObjType", place), kind, ITEM_KIND_LAST);
	return ITEM_NOTHING;
}

static void item_read(struct catalog_source *source, const struct record *record, unsigned number)
{
	struct item_def item = {.kind = kind_read(record)};
	fields_read(source, record, fields, sizeof fields / sizeof *fields, item.kind, &item);
	item.flags |= ITEM_IS_DEFINED;
	item.forbidden_classes = classes_read(record);
	if (item.carpentry_skill > 0)
		item.logs = (int16_t)record_int(record, "Madera", 0, INT16_MAX);
	if ((item.flags & ITEM_IS_CLOSED) == 0)
		item.flags &= ~(uint32_t)ITEM_IS_LOCKED;
	fields_order(record, "MinHIT", &item.hit_min, &item.hit_max);
	fields_order(record, "MINDEF", &item.defence_min, &item.defence_max);
	fields_order(record, "DefensaMagicaMin", &item.magic_defence_min, &item.magic_defence_max);
	fields_order(record, "MinModificador", &item.modifier_min, &item.modifier_max);
	struct item_def *row = source_row(source, REGION_ITEMS, number);
	*row = item;
}

/* A rewrite in another language renamed the keys and renumbered the creatures: its files only look like these. */
static bool layout_check(struct ini *ini, struct problem *why)
{
	for (unsigned i = 0; i < ini_section_count(ini); i++) {
		struct record record = {.ini = ini, .section = ini_section_at(ini, i)};
		if (record_has(&record, "object_type") || record_has(&record, "graphic_index"))
			return problem_set(why,
							   "%s line %u: keys like object_type and graphic_index belong to the layout of another "
							   "server, whose creature numbers do not match these maps; the classic keys are needed",
							   ini_label(ini), record.section->line);
	}
	return true;
}

bool items_load(struct catalog_source *source, struct problem *why)
{
	unsigned count;
	if (!source_ini(source, "obj.dat", true, &source->items_ini, why) || !layout_check(source->items_ini, why) ||
		!record_count(source->items_ini, "INIT", "NumObjs", &count, why))
		return false;
	if (!source_reserve(source, REGION_ITEMS, count + 1))
		return problem_set(why, "%s: out of memory", ini_label(source->items_ini));
	struct tally absent = {0};
	for (unsigned number = 1; number <= count; number++) {
		struct record record = record_open_numbered(source->items_ini, source->warnings, "OBJ", number);
		if (record.section != NULL)
			item_read(source, &record, number);
		else
			tally_add(&absent, "%s [OBJ%u]", ini_label(source->items_ini), number);
	}
	tally_warn(&absent, source->warnings, "a number without section: an empty entry");
	return true;
}

/* --- cross checks --- */

static void reference_check(struct catalog_source *source, unsigned number, const char *key, bool spell,
							uint16_t *reference)
{
	if (*reference == 0 ||
		(spell ? source_spell_is_defined(source, *reference) : source_item_is_defined(source, *reference)))
		return;
	char place[FILE_LABEL_BYTES + 24];
	struct record record = record_open_numbered(source->items_ini, source->warnings, "OBJ", number);
	warnings_add(source->warnings, "%s: %s of item %u names %s %u, which is not defined; ignored",
				 record_place(&record, key, place), key, number, spell ? "spell" : "item", *reference);
	*reference = 0;
}

void items_check(struct catalog_source *source)
{
	struct tally stuck = {0};
	for (unsigned number = 1; number < source_count(source, REGION_ITEMS); number++) {
		struct item_def *item = source_row(source, REGION_ITEMS, number);
		reference_check(source, number, "HechizoIndex", true, &item->spell);
		reference_check(source, number, "LingoteIndex", false, &item->ingot);
		reference_check(source, number, "MineralIndex", false, &item->mineral);
		reference_check(source, number, "Upgrade", false, &item->upgrade);
		reference_check(source, number, "IndexAbierta", false, &item->opened);
		reference_check(source, number, "IndexCerrada", false, &item->closed);
		reference_check(source, number, "IndexCerradaLlave", false, &item->locked);
		if (item->kind != ITEM_DOOR || ((item->flags & ITEM_IS_CLOSED) != 0 ? item->opened : item->closed) != 0)
			continue;
		item->flags |= ITEM_DOOR_IS_STUCK;
		struct record record = record_open_numbered(source->items_ini, source->warnings, "OBJ", number);
		tally_add(&stuck, "%s line %u (item %u)", ini_label(source->items_ini), record_line(&record, ""), number);
	}
	tally_warn(&stuck, source->warnings, "a door without counterpart: it does not move");
}
