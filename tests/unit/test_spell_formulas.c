/* The arithmetic of spells against the vectors of rules-life-combat-magic.md 15.3, 15.5 and 15.10. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/game/spell_formulas.h"

static const struct spell_def plain = {.mana = 465, .kind = SPELL_CHANGES_POINTS};
static const struct spell_def affected = {.kind = SPELL_CHANGES_POINTS, .flags = SPELL_STAFF_AFFECTED};
static const struct spell_def mimics = {.mana = 801, .kind = SPELL_CHANGES_STATES, .flags = SPELL_MIMICS};
static const struct spell_def summons = {.mana = 125, .kind = SPELL_SUMMONS};

static const struct item_def staff_30 = {.staff_bonus = 30}, staff_38 = {.staff_bonus = 38}, sword = {.hit_max = 9};

static int damage(const struct spell_def *spell, unsigned class_id, unsigned level, const struct item_def *weapon,
				  unsigned ring, int rolled)
{
	struct spell_caster caster = {.class_id = class_id, .level = level, .weapon = weapon, .ring = ring};
	return spell_damage(spell, &caster, rolled).with_instrument;
}

static void damage_grows_with_the_level(void **state)
{
	(void)state;
	assert_int_equal(damage(&plain, CLASS_CLERIC, 25, NULL, 0, 50), 88);
	assert_int_equal(damage(&plain, CLASS_CLERIC, 17, NULL, 0, 53), 80);
	assert_int_equal(damage(&plain, CLASS_CLERIC, 1, NULL, 0, 2), 2);
	assert_int_equal(damage(&plain, CLASS_CLERIC, 47, NULL, 0, 9999), 24098);
	assert_int_equal(spell_healing(50, 25), 88);
}

static void a_mage_needs_a_staff_for_what_a_staff_changes(void **state)
{
	(void)state;
	assert_int_equal(damage(&affected, CLASS_MAGE, 25, &staff_30, 0, 50), 88);
	assert_int_equal(damage(&affected, CLASS_MAGE, 25, &staff_38, 0, 50), 95);
	assert_int_equal(damage(&affected, CLASS_MAGE, 25, NULL, 0, 50), 62);
	assert_int_equal(damage(&affected, CLASS_MAGE, 25, &sword, 0, 50), 62);
	assert_int_equal(damage(&affected, CLASS_CLERIC, 25, NULL, 0, 50), 88);
	assert_int_equal(damage(&plain, CLASS_MAGE, 25, NULL, 0, 50), 88);
}

static void elven_instruments_add_to_damage(void **state)
{
	(void)state;
	assert_int_equal(damage(&plain, CLASS_BARD, 25, NULL, ELVEN_LUTE_ITEM, 50), 92);
	assert_int_equal(damage(&plain, CLASS_DRUID, 25, NULL, ELVEN_FLUTE_ITEM, 50), 92);
	assert_int_equal(damage(&plain, CLASS_BARD, 25, NULL, MAGIC_LUTE_ITEM, 50), 88);
	assert_int_equal(damage(&plain, CLASS_DRUID, 25, NULL, MAGIC_FLUTE_ITEM, 50), 88);
}

static void defence_never_heals(void **state)
{
	(void)state;
	assert_int_equal(spell_hurts(50, 20), 30);
	assert_int_equal(spell_hurts(20, 20), 0);
	assert_int_equal(spell_hurts(5, 200), 0);
}

static void a_druids_elven_flute_makes_spells_cheaper(void **state)
{
	(void)state;
	struct spell_caster druid = {.class_id = CLASS_DRUID, .ring = ELVEN_FLUTE_ITEM};
	assert_int_equal(spell_mana_cost(&plain, 7, &druid), 418); /* 418.5, to even */
	assert_int_equal(spell_mana_cost(&mimics, 42, &druid), 400);
	assert_int_equal(spell_mana_cost(&summons, 16, &druid), 88); /* 87.5 */
	assert_int_equal(spell_mana_cost(&plain, APOCALYPSE_SPELL, &druid), 465);
	druid.ring = MAGIC_FLUTE_ITEM;
	assert_int_equal(spell_mana_cost(&plain, 7, &druid), 465);
	struct spell_caster bard = {.class_id = CLASS_BARD, .ring = ELVEN_FLUTE_ITEM};
	assert_int_equal(spell_mana_cost(&plain, 7, &bard), 465);
}

static void reviving_costs_life_by_the_level_of_the_dead(void **state)
{
	(void)state;
	assert_int_equal(revival_hp_left(300, 30), 165);
	assert_int_equal(revival_hp_left(300, 66), 3);
	assert_int_equal(revival_hp_left(300, 67), 0);
	assert_int_equal(revival_hp_left(999, 255), 0);
	assert_int_equal(revival_hp_left(1, 47), 0);
	assert_int_equal(revival_hp_left(0, 1), 0);
}

static void who_revives_holds_his_instrument(void **state)
{
	(void)state;
	static const struct {
		unsigned class_id, ring;
		bool fits;
	} cases[] = {
		{CLASS_BARD, 0, false},
		{CLASS_BARD, MAGIC_LUTE_ITEM, true},
		{CLASS_BARD, ELVEN_LUTE_ITEM, true},
		{CLASS_BARD, ELVEN_FLUTE_ITEM, false},
		{CLASS_DRUID, 0, false},
		{CLASS_DRUID, MAGIC_FLUTE_ITEM, true},
		{CLASS_DRUID, ELVEN_FLUTE_ITEM, true},
		{CLASS_DRUID, MAGIC_LUTE_ITEM, false},
		{CLASS_CLERIC, 0, true},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct spell_caster caster = {.class_id = cases[i].class_id, .ring = cases[i].ring};
		assert_int_equal(revival_instrument_fits(&caster), cases[i].fits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_grows_with_the_level),
		cmocka_unit_test(a_mage_needs_a_staff_for_what_a_staff_changes),
		cmocka_unit_test(elven_instruments_add_to_damage),
		cmocka_unit_test(defence_never_heals),
		cmocka_unit_test(a_druids_elven_flute_makes_spells_cheaper),
		cmocka_unit_test(reviving_costs_life_by_the_level_of_the_dead),
		cmocka_unit_test(who_revives_holds_his_instrument),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
