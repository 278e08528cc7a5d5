/* Dat/Hechizos.dat: formats.md 9. */
#include "common/catalog/source.h"

#include <stdint.h>
#include <string.h>

#include "common/catalog/fields.h"

#define NUMBER(key, member, low, high) FIELD_NUMBER(key, spell_def, member, low, high, 0)
#define STATE(key, bit)                FIELD_BIT(key, spell_def, flags, bit, 0)
#define WORDS(key, member)             FIELD_WORDS(key, spell_def, member, RECORD_TRIM_END)
#define CHANGE(word, points)                                                                                           \
	NUMBER("Sube" word, change[points].direction, 0, 2), NUMBER("Min" word, change[points].min, 0, INT16_MAX),         \
		NUMBER("Max" word, change[points].max, 0, INT16_MAX)

static const struct field fields[] = {
	WORDS("Nombre", name),
	WORDS("Desc", description),
	FIELD_WORDS("PalabrasMagicas", spell_def, words, RECORD_TRIM),
	WORDS("HechizeroMsg", caster_text),
	WORDS("TargetMsg", target_text),
	WORDS("PropioMsg", own_text),
	NUMBER("Tipo", kind, 0, UINT8_MAX),
	NUMBER("WAV", sound, 0, INT16_MAX),
	NUMBER("FXgrh", effect, 0, INT16_MAX),
	NUMBER("Loops", effect_loops, 0, UINT8_MAX),
	CHANGE("HP", SPELL_HP),
	CHANGE("Mana", SPELL_MANA),
	CHANGE("Sta", SPELL_STAMINA),
	CHANGE("Ham", SPELL_HUNGER),
	CHANGE("Sed", SPELL_THIRST),
	CHANGE("AG", SPELL_AGILITY),
	CHANGE("FU", SPELL_STRENGTH),
	CHANGE("CA", SPELL_CHARISMA),
	STATE("Invisibilidad", SPELL_INVISIBILITY),
	STATE("Paraliza", SPELL_PARALYSES),
	STATE("Inmoviliza", SPELL_IMMOBILISES),
	STATE("RemoverParalisis", SPELL_FREES),
	STATE("RemoverEstupidez", SPELL_CLEARS_STUPIDITY),
	STATE("RemueveInvisibilidadParcial", SPELL_CLEARS_INVISIBILITY),
	STATE("CuraVeneno", SPELL_CURES_POISON),
	STATE("Envenena", SPELL_POISONS),
	STATE("Maldicion", SPELL_CURSES),
	STATE("RemoverMaldicion", SPELL_CLEARS_CURSE),
	STATE("Bendicion", SPELL_BLESSES),
	STATE("Revivir", SPELL_RESURRECTS),
	STATE("Ceguera", SPELL_BLINDS),
	STATE("Estupidez", SPELL_STUPEFIES),
	STATE("Mimetiza", SPELL_MIMICS),
	STATE("Warp", SPELL_CALLS_PETS),
	STATE("Invoca", SPELL_IS_SUMMONING),
	STATE("StaffAffected", SPELL_STAFF_AFFECTED),
	NUMBER("NumNpc", summon, 0, INT16_MAX),
	NUMBER("Cant", summon_count, 0, INT16_MAX),
	NUMBER("Target", target, 0, UINT8_MAX),
	NUMBER("MinSkill", skill_needed, 0, INT16_MAX),
	NUMBER("ManaRequerido", mana, 0, INT16_MAX),
	NUMBER("StaRequerido", stamina, 0, INT16_MAX),
	NUMBER("NeedStaff", staff_needed, 0, INT16_MAX),
};

static const char *const min_keys[SPELL_POINTS] = {"MinHP",  "MinMana", "MinSta", "MinHam",
												   "MinSed", "MinAG",   "MinFU",  "MinCA"};

/* In the classic files this number holds an obscene joke. Nothing refers to it; the number stays, its texts do not. */
enum { SPELL_WITH_OTHER_TEXTS = 34 };

static void texts_replace(struct catalog_source *source, const struct record *record, struct spell_def *spell)
{
	static const char name[] = "Palabra sellada", description[] = "Ya nadie recuerda qu\xe9 despertaba esta palabra.",
					  caster[] = "Pronuncias una palabra sellada ante",
					  target[] = "pronuncia ante ti una palabra sellada.",
					  own[] = "Pronuncias para ti una palabra sellada.";
	char place[FILE_LABEL_BYTES + 24];
	spell->name = source_text(source, name, sizeof name - 1);
	spell->description = source_text(source, description, sizeof description - 1);
	spell->words = 0;
	spell->caster_text = source_text(source, caster, sizeof caster - 1);
	spell->target_text = source_text(source, target, sizeof target - 1);
	spell->own_text = source_text(source, own, sizeof own - 1);
	warnings_add(source->warnings, "%s: the texts of spell %d are replaced by our own",
				 record_place(record, "Nombre", place), SPELL_WITH_OTHER_TEXTS);
}

static void spell_read(struct catalog_source *source, const struct record *record, unsigned number)
{
	char place[FILE_LABEL_BYTES + 24];
	struct spell_def spell = {0};
	fields_read(source, record, fields, sizeof fields / sizeof *fields, 0, &spell);
	spell.flags |= SPELL_IS_DEFINED;
	if (spell.kind > SPELL_SUMMONS) {
		warnings_add(source->warnings, "%s: Tipo %u is unknown; the spell only shows itself",
					 record_place(record, "Tipo", place), spell.kind);
		spell.kind = SPELL_SHOW;
	}
	if (spell.target > TARGET_GROUND) {
		warnings_add(source->warnings, "%s: Target %u is unknown; the spell has no target",
					 record_place(record, "Target", place), spell.target);
		spell.target = TARGET_NOBODY;
	}
	for (unsigned i = 0; i < SPELL_POINTS; i++)
		fields_order(record, min_keys[i], &spell.change[i].min, &spell.change[i].max);
	if (number == SPELL_WITH_OTHER_TEXTS)
		texts_replace(source, record, &spell);
	struct spell_def *row = source_row(source, REGION_SPELLS, number);
	*row = spell;
}

bool spells_load(struct catalog_source *source, struct problem *why)
{
	unsigned count;
	if (!source_ini(source, "Hechizos.dat", true, &source->spells_ini, why) ||
		!record_count(source->spells_ini, "INIT", "NumeroHechizos", &count, why))
		return false;
	if (!source_reserve(source, REGION_SPELLS, count + 1))
		return problem_set(why, "%s: out of memory", ini_label(source->spells_ini));
	struct tally absent = {0};
	for (unsigned number = 1; number <= count; number++) {
		struct record record = record_open_numbered(source->spells_ini, source->warnings, "HECHIZO", number);
		if (record.section != NULL)
			spell_read(source, &record, number);
		else
			tally_add(&absent, "%s [HECHIZO%u]", ini_label(source->spells_ini), number);
	}
	tally_warn(&absent, source->warnings, "a number without section: no such spell");
	return true;
}

void spells_check(struct catalog_source *source)
{
	char place[FILE_LABEL_BYTES + 24];
	for (unsigned number = 1; number < source_count(source, REGION_SPELLS); number++) {
		struct spell_def *spell = source_row(source, REGION_SPELLS, number);
		if (spell->summon == 0 || source_creature_is_defined(source, spell->summon))
			continue;
		struct record record = record_open_numbered(source->spells_ini, source->warnings, "HECHIZO", number);
		warnings_add(source->warnings, "%s: spell %u summons creature %u, which is not defined; it summons nothing",
					 record_place(&record, "NumNpc", place), number, spell->summon);
		spell->summon = 0;
	}
}
