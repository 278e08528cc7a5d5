#include "worker/game/spell_formulas.h"

#include "common/base/number.h"

enum {
	PERCENT_PER_LEVEL = 3,      /* 15.5 no. 1 */
	STAFF_PERCENT = 70,         /* no. 2: and the staff's bonus; bare hands have none */
	INSTRUMENT_PERCENT = 104,   /* no. 3: the elven instruments */
	FLUTE_MIMICRY_PERCENT = 50, /* 15.3 */
	FLUTE_SUMMON_PERCENT = 70,
	FLUTE_OTHER_PERCENT = 90,
	REVIVAL_MILLE_PER_LEVEL = 15, /* 15.10 */
};

static int with_level(int rolled, unsigned level)
{
	return rolled + (int)vb_percent(rolled, (int64_t)PERCENT_PER_LEVEL * level);
}

struct damage_steps spell_damage(const struct spell_def *spell, const struct spell_caster *caster, int rolled)
{
	struct damage_steps points = {.rolled = rolled, .with_level = with_level(rolled, caster->level)};
	points.with_staff = points.with_level;
	if ((spell->flags & SPELL_STAFF_AFFECTED) != 0 && caster->class_id == CLASS_MAGE) {
		int bonus = caster->weapon != NULL ? caster->weapon->staff_bonus : 0;
		points.with_staff = (int)vb_percent(points.with_level, bonus + STAFF_PERCENT);
	}
	points.with_instrument = points.with_staff;
	if (caster->ring == ELVEN_LUTE_ITEM || caster->ring == ELVEN_FLUTE_ITEM)
		points.with_instrument = (int)vb_percent(points.with_staff, INSTRUMENT_PERCENT);
	return points;
}

int spell_healing(int rolled, unsigned level)
{
	return with_level(rolled, level);
}

int spell_mana_percent(const struct spell_def *spell, unsigned number, const struct spell_caster *caster)
{
	if (caster->class_id != CLASS_DRUID || caster->ring != ELVEN_FLUTE_ITEM)
		return 100;
	if ((spell->flags & SPELL_MIMICS) != 0)
		return FLUTE_MIMICRY_PERCENT;
	if (spell->kind == SPELL_SUMMONS)
		return FLUTE_SUMMON_PERCENT;
	return number == APOCALYPSE_SPELL ? 100 : FLUTE_OTHER_PERCENT;
}

int spell_mana_cost(const struct spell_def *spell, unsigned number, const struct spell_caster *caster)
{
	return (int)vb_percent(spell->mana, spell_mana_percent(spell, number, caster));
}

int revival_hp_left(int hp, unsigned level)
{
	int64_t mille = 1000 - (int64_t)REVIVAL_MILLE_PER_LEVEL * level;
	return (int)clamp_i64(vb_round((double)(hp * mille) / 1000.0), 0, hp);
}

bool revival_instrument_fits(const struct spell_caster *caster)
{
	switch (caster->class_id) {
	case CLASS_BARD:
		return caster->ring == MAGIC_LUTE_ITEM || caster->ring == ELVEN_LUTE_ITEM;
	case CLASS_DRUID:
		return caster->ring == MAGIC_FLUTE_ITEM || caster->ring == ELVEN_FLUTE_ITEM;
	default:
		return true;
	}
}
