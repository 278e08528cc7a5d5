/* Dat/NPCs.dat: formats.md 7. */
#include "common/catalog/source.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/catalog/fields.h"

#define NUMBER(key, member, low, high) FIELD_NUMBER(key, creature_def, member, low, high, 0)
#define FLAG(key, bit)                 FIELD_BIT(key, creature_def, flags, bit, 0)

static const struct field fields[] = {
	FIELD_WORDS("Name", creature_def, name, RECORD_TRIM_END),
	FIELD_WORDS("Desc", creature_def, description, RECORD_TRIM_END),
	NUMBER("NpcType", kind, 0, UINT8_MAX),
	NUMBER("Body", body, 0, INT16_MAX),
	NUMBER("Head", head, 0, INT16_MAX),
	NUMBER("Heading", heading, 0, UINT8_MAX),
	NUMBER("Movement", movement, 0, UINT8_MAX),
	NUMBER("TipoItems", buys_kind, 0, INT16_MAX),
	NUMBER("GiveEXP", experience, 0, INT32_MAX),
	NUMBER("GiveGLD", gold, 0, INT32_MAX),
	NUMBER("MaxHP", hp_max, 0, INT32_MAX),
	NUMBER("MinHP", hp, 0, INT32_MAX),
	NUMBER("MaxHIT", hit_max, 0, INT16_MAX),
	NUMBER("MinHIT", hit_min, 0, INT16_MAX),
	NUMBER("DEF", defence, 0, INT16_MAX),
	NUMBER("DEFm", magic_defence, 0, INT16_MAX),
	NUMBER("PoderAtaque", attack_power, 0, INT32_MAX),
	NUMBER("PoderEvasion", evasion_power, 0, INT32_MAX),
	NUMBER("Alineacion", alignment, INT16_MIN, INT16_MAX),
	NUMBER("Domable", taming_points, 0, INT16_MAX),
	NUMBER("Faccion", faction, 0, UINT8_MAX),
	NUMBER("Ciudad", city, 0, CITY_COUNT),
	NUMBER("Snd1", sound[CREATURE_SOUND_ATTACKS], 0, INT16_MAX),
	NUMBER("Snd2", sound[CREATURE_SOUND_IS_HIT], 0, INT16_MAX),
	NUMBER("Snd3", sound[CREATURE_SOUND_DIES], 0, INT16_MAX),
	FLAG("Attackable", CREATURE_ATTACKABLE),
	FLAG("Hostile", CREATURE_HOSTILE),
	FLAG("Comercia", CREATURE_TRADES),
	FLAG("InvReSpawn", CREATURE_SHOP_IS_NOT_REFILLED),
	FLAG("Veneno", CREATURE_POISONS),
	FLAG("AguaValida", CREATURE_ENTERS_WATER),
	FLAG("TierraInvalida", CREATURE_STAYS_IN_WATER),
	FLAG("AtacaDoble", CREATURE_STRIKES_TWICE),
	FLAG("AfectaParalisis", CREATURE_IS_NOT_PARALYSED),
	FLAG("ReSpawn", CREATURE_IS_GONE_FOR_GOOD),
	FLAG("BackUp", CREATURE_STOCK_IS_SAVED),
	FLAG("PosOrig", CREATURE_REMEMBERS_ORIGIN),
	FLAG("OrigPos", CREATURE_RETURNS_TO_ORIGIN),
};

enum { AMOUNT_MAX = 10000, TRAINED_MAX = 100 };

/* What is told once for the whole file. */
struct oddities {
	struct tally absent, no_items, few_spells, movement;
};

/* "item-amount". An empty slot when the key is absent; also, with a warning, when the item is not defined or the
 * amount is none. Only gold (item 12) may exceed a stack. */
static struct item_stack stack_read(struct catalog_source *source, const struct record *record, const char *key)
{
	if (!record_has(record, key))
		return (struct item_stack){0};
	char place[FILE_LABEL_BYTES + 24];
	int64_t item = record_list(record, key, 0), amount = record_list(record, key, 1);
	if (item == 0 && amount == 0)
		return (struct item_stack){0};
	if (!source_item_is_defined(source, item)) {
		warnings_add(source->warnings, "%s: %s names item %lld, which is not defined; the slot stays empty",
					 record_place(record, key, place), key, (long long)item);
		return (struct item_stack){0};
	}
	const struct item_def *def = source_row(source, REGION_ITEMS, (uint32_t)item);
	int64_t most = def->kind == ITEM_GOLD ? INT32_MAX : AMOUNT_MAX;
	if (amount < 1) {
		warnings_add(source->warnings, "%s: %s has an amount of %lld; the slot stays empty",
					 record_place(record, key, place), key, (long long)amount);
		return (struct item_stack){0};
	}
	if (amount > most) {
		warnings_add(source->warnings, "%s: %s has an amount of %lld; taken as %lld", record_place(record, key, place),
					 key, (long long)amount, (long long)most);
		amount = most;
	}
	return (struct item_stack){.item = (uint16_t)item, .amount = (int32_t)amount};
}

static void stock_read(struct catalog_source *source, const struct record *record, struct creature_def *creature,
					   unsigned number, struct tally *no_items)
{
	char key[16];
	int32_t count = record_int(record, "NROITEMS", 0, CREATURE_STOCK_MAX);
	bool any = false;
	creature->first_stock = source_count(source, REGION_STOCK);
	for (int32_t i = 1; i <= count; i++) {
		snprintf(key, sizeof key, "Obj%d", i);
		any = any || record_has(record, key);
	}
	if (count > 0 && !any)
		tally_add(no_items, "%s line %u (creature %u)", ini_label(record->ini), record_line(record, "NROITEMS"),
				  number);
	for (int32_t i = 1; any && i <= count; i++) {
		snprintf(key, sizeof key, "Obj%d", i);
		struct item_stack stack = stack_read(source, record, key);
		if (source_append(source, REGION_STOCK, &stack))
			creature->stock_count++;
	}
}

static void drops_read(struct catalog_source *source, const struct record *record, struct creature_def *creature)
{
	char key[16], place[FILE_LABEL_BYTES + 24];
	for (unsigned i = 0; i < CREATURE_DROPS; i++) {
		snprintf(key, sizeof key, "Drop%u", i + 1);
		creature->drop[i] = stack_read(source, record, key);
	}
	snprintf(key, sizeof key, "Drop%d", CREATURE_DROPS + 1);
	if (record_has(record, key))
		warnings_add(source->warnings, "%s: %s; a creature has %d drops at most; ignored",
					 record_place(record, key, place), key, CREATURE_DROPS);
}

static void spells_read(struct catalog_source *source, const struct record *record, struct creature_def *creature,
						unsigned number, struct tally *few)
{
	char key[16], place[FILE_LABEL_BYTES + 24];
	int32_t count = record_int(record, "LanzaSpells", 0, UINT8_MAX);
	creature->first_spell = source_count(source, REGION_CREATURE_SPELLS);
	for (int32_t i = 1; i <= count; i++) {
		snprintf(key, sizeof key, "Sp%d", i);
		if (!record_has(record, key)) {
			tally_add(few, "%s line %u (creature %u)", ini_label(record->ini), record_line(record, "LanzaSpells"),
					  number);
			continue;
		}
		int32_t spell = record_int(record, key, 0, INT16_MAX);
		if (!source_spell_is_defined(source, spell)) {
			warnings_add(source->warnings, "%s: creature %u casts spell %d, which is not defined; dropped",
						 record_place(record, key, place), number, spell);
			continue;
		}
		uint16_t row = (uint16_t)spell;
		if (source_append(source, REGION_CREATURE_SPELLS, &row))
			creature->spell_count++;
	}
}

/* The sparring partners of a trainer. Whether they are defined is checked when all creatures are read. */
static void trained_read(struct catalog_source *source, const struct record *record, struct creature_def *creature)
{
	char key[16];
	creature->first_trained = source_count(source, REGION_TRAINED);
	if (creature->kind != CREATURE_TRAINER)
		return;
	int32_t count = record_int(record, "NroCriaturas", 0, TRAINED_MAX);
	for (int32_t i = 1; i <= count; i++) {
		struct named_creature row = {0};
		snprintf(key, sizeof key, "CI%d", i);
		row.creature = (uint16_t)record_int(record, key, 0, INT16_MAX);
		snprintf(key, sizeof key, "CN%d", i);
		row.name = source_record_text(source, record, key, RECORD_TRIM_END);
		if (source_append(source, REGION_TRAINED, &row))
			creature->trained_count++;
	}
}

static void phrases_read(struct catalog_source *source, const struct record *record, struct creature_def *creature)
{
	char key[16];
	int32_t count = record_int(record, "NROEXP", 0, UINT8_MAX);
	creature->first_phrase = source_count(source, REGION_PHRASES);
	for (int32_t i = 1; i <= count; i++) {
		snprintf(key, sizeof key, "Exp%d", i);
		uint32_t text = source_record_text(source, record, key, RECORD_TRIM_END);
		if (text != 0 && source_append(source, REGION_PHRASES, &text))
			creature->phrase_count++;
	}
}

static bool movement_is_known(unsigned movement)
{
	return movement <= MOVEMENT_OBJECT || (movement >= MOVEMENT_FOLLOWS && movement <= MOVEMENT_FINDS_PATHS) ||
		   (movement >= MOVEMENT_PRAETORIAN_HEALER && movement <= MOVEMENT_PRAETORIAN_KING);
}

/* Brings what was read into the ranges the rules rely on. */
static void creature_tidy(struct catalog_source *source, const struct record *record, struct creature_def *creature,
						  unsigned number, struct oddities *odd)
{
	char place[FILE_LABEL_BYTES + 24];
	if (creature->kind > CREATURE_GOVERNOR) {
		warnings_add(source->warnings, "%s: NpcType %u is unknown; a common creature",
					 record_place(record, "NpcType", place), creature->kind);
		creature->kind = CREATURE_COMMON;
	}
	if (creature->heading < HEADING_NORTH || creature->heading > HEADING_WEST) {
		if (record_has(record, "Heading"))
			warnings_add(source->warnings, "%s: Heading %u is none (1..4); it looks south",
						 record_place(record, "Heading", place), creature->heading);
		creature->heading = HEADING_SOUTH;
	}
	if (!movement_is_known(creature->movement)) {
		tally_add(&odd->movement, "%s line %u (creature %u, Movement %u)", ini_label(record->ini),
				  record_line(record, "Movement"), number, creature->movement);
		creature->movement = MOVEMENT_NONE;
	}
	fields_order(record, "MinHIT", &creature->hit_min, &creature->hit_max);
	if (creature->hp > creature->hp_max) {
		warnings_add(source->warnings, "%s: MinHP is above MaxHP; taken as MaxHP",
					 record_place(record, "MinHP", place));
		creature->hp = creature->hp_max;
	}
	/* Only the two merchants with exactly these names buy faction gear (formats.md 7). */
	struct record_text name = record_text(record, "Name", RECORD_TRIM_END);
	if (name.size == 2 && memcmp(name.text, "SR", 2) == 0)
		creature->flags |= CREATURE_BUYS_ARMY_GEAR;
	if (name.size == 2 && memcmp(name.text, "SC", 2) == 0)
		creature->flags |= CREATURE_BUYS_CHAOS_GEAR;
}

static void creature_read(struct catalog_source *source, const struct record *record, unsigned number,
						  struct oddities *odd)
{
	struct creature_def creature = {0};
	fields_read(source, record, fields, sizeof fields / sizeof *fields, 0, &creature);
	creature.flags |= CREATURE_IS_DEFINED;
	creature_tidy(source, record, &creature, number, odd);
	stock_read(source, record, &creature, number, &odd->no_items);
	drops_read(source, record, &creature);
	spells_read(source, record, &creature, number, &odd->few_spells);
	trained_read(source, record, &creature);
	phrases_read(source, record, &creature);
	struct creature_def *row = source_row(source, REGION_CREATURES, number);
	*row = creature;
}

/* Takes out the sparring partners that do not exist; the others move up. */
static void trained_check(struct catalog_source *source, unsigned number)
{
	struct creature_def *creature = source_row(source, REGION_CREATURES, number);
	unsigned kept = 0;
	for (unsigned i = 0; i < creature->trained_count; i++) {
		struct named_creature *from = source_row(source, REGION_TRAINED, creature->first_trained + i);
		struct named_creature *to = source_row(source, REGION_TRAINED, creature->first_trained + kept);
		if (source_creature_is_defined(source, from->creature)) {
			*to = *from;
			kept++;
			continue;
		}
		char place[FILE_LABEL_BYTES + 24], key[16];
		snprintf(key, sizeof key, "CI%u", i + 1);
		struct record record = record_open_numbered(source->creatures_ini, source->warnings, "NPC", number);
		warnings_add(source->warnings, "%s: trainer %u summons creature %u, which is not defined; dropped",
					 record_place(&record, key, place), number, from->creature);
	}
	creature->trained_count = kept;
}

bool creatures_load(struct catalog_source *source, struct problem *why)
{
	unsigned count;
	if (!source_ini(source, "NPCs.dat", true, &source->creatures_ini, why) ||
		!record_count(source->creatures_ini, "INIT", "NumNPCs", &count, why))
		return false;
	if (!source_reserve(source, REGION_CREATURES, count + 1))
		return problem_set(why, "%s: out of memory", ini_label(source->creatures_ini));
	struct oddities odd = {0};
	for (unsigned number = 1; number <= count; number++) {
		struct record record = record_open_numbered(source->creatures_ini, source->warnings, "NPC", number);
		if (record.section != NULL)
			creature_read(source, &record, number, &odd);
		else
			tally_add(&odd.absent, "%s [NPC%u]", ini_label(source->creatures_ini), number);
	}
	for (unsigned number = 1; number <= count; number++)
		trained_check(source, number);
	tally_warn(&odd.absent, source->warnings, "a number without section: no such creature");
	tally_warn(&odd.no_items, source->warnings, "NROITEMS without any ObjN: the stock is empty");
	tally_warn(&odd.few_spells, source->warnings, "fewer SpN than LanzaSpells says: those that are there count");
	tally_warn(&odd.movement, source->warnings,
			   "an unknown Movement: it stands still, but strikes who comes beside it");
	return true;
}
