/* How soon one deed may follow another (rules-life-combat-magic.md 11.4, 11.5): every sequence of the document, that a refusal
 * changes nothing and says nothing, and what ends the protection of who has just arrived. */
#include "tests/unit/test_spells.h"
#include "worker/game/gates.h"

/* --- by hand ------------------------------------------------------------------------------------------------------------- */

static bool opened;

static void gate_strikes(struct tx *tx, uint32_t player)
{
	opened = gate_strike(tx, player);
}

static void gate_casts(struct tx *tx, uint32_t player)
{
	opened = gate_cast(tx, player);
}

static void gate_shoots(struct tx *tx, uint32_t player)
{
	opened = gate_shoot(tx, player);
}

static void gate_uses(struct tx *tx, uint32_t player)
{
	opened = gate_use(tx, player);
}

static void gate_works(struct tx *tx, uint32_t player)
{
	opened = gate_work(tx, player);
}

enum { START_MS = 1000000 };

/* The gate at this time since the beginning. Who is refused has lost and gained nothing, and is told nothing. */
static bool open_at(struct little_world *world, uint32_t who, act_fn *gate, uint64_t ms)
{
	const struct gates before = player_of(world, who)->gates;
	world->tx.now_ms = START_MS + ms;
	act(world, who, gate);
	if (!opened)
		assert_memory_equal(&before, &player_of(world, who)->gates, sizeof before);
	EXPECT_NOTHING_ELSE(world);
	return opened;
}

static uint32_t fresh(struct little_world *world)
{
	return ENTER(world, "Ana");
}

/* --- sequences ----------------------------------------------------------------------------------------------------------- */

static void a_blow_follows_a_blow_and_a_spell_a_spell(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = fresh(world);
	assert_true(open_at(world, ana, gate_strikes, 0));
	assert_false(open_at(world, ana, gate_strikes, 1499));
	assert_true(open_at(world, ana, gate_strikes, 1500));
	assert_true(open_at(world, ana, gate_casts, 10000));
	assert_false(open_at(world, ana, gate_casts, 11399));
	assert_true(open_at(world, ana, gate_casts, 11400));
}

static void who_fights_with_both_alternates_each_second(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = fresh(world);
	assert_true(open_at(world, ana, gate_strikes, 0));
	assert_true(open_at(world, ana, gate_casts, 1000));
	assert_true(open_at(world, ana, gate_strikes, 2000));
	assert_true(open_at(world, ana, gate_casts, 3000));
	assert_false(open_at(world, ana, gate_strikes, 3499));
	assert_true(open_at(world, ana, gate_strikes, 4000));
}

static void the_combination_is_had_once_for_each_deed_of_the_other_kind(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = fresh(world);
	assert_true(open_at(world, ana, gate_casts, 0));
	assert_true(open_at(world, ana, gate_strikes, 100));
	assert_true(open_at(world, ana, gate_strikes, 1000)); /* for the spell */
	assert_false(open_at(world, ana, gate_strikes, 2000));
	assert_false(open_at(world, ana, gate_strikes, 2499));
	assert_true(open_at(world, ana, gate_strikes, 2500)); /* like everybody */
	assert_true(open_at(world, ana, gate_casts, 10000));
	assert_true(open_at(world, ana, gate_strikes, 10000));
	assert_true(open_at(world, ana, gate_casts, 11000)); /* for the blow */
	assert_false(open_at(world, ana, gate_casts, 12000));
	assert_true(open_at(world, ana, gate_casts, 12400));
}

static void arrows_wait_for_all_and_all_wait_for_arrows(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = fresh(world);
	assert_true(open_at(world, ana, gate_shoots, 0));
	assert_false(open_at(world, ana, gate_shoots, 1399));
	assert_false(open_at(world, ana, gate_strikes, 1399));
	assert_false(open_at(world, ana, gate_casts, 1399));
	assert_true(open_at(world, ana, gate_strikes, 1400));
	assert_false(open_at(world, ana, gate_shoots, 2899));
	assert_true(open_at(world, ana, gate_shoots, 2900));
	assert_true(open_at(world, ana, gate_casts, 10000));
	assert_false(open_at(world, ana, gate_shoots, 11399));
	assert_true(open_at(world, ana, gate_shoots, 11400));
}

static void use_and_work_have_their_own(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = fresh(world);
	assert_true(open_at(world, ana, gate_strikes, 0));
	assert_true(open_at(world, ana, gate_uses, 0));
	assert_true(open_at(world, ana, gate_works, 0));
	assert_false(open_at(world, ana, gate_uses, 124));
	assert_true(open_at(world, ana, gate_uses, 125));
	assert_false(open_at(world, ana, gate_works, 699));
	assert_true(open_at(world, ana, gate_works, 700));
	world->tx.now_ms = START_MS + 1199;
	assert_false(gate_potion_open(&world->tx, player_of(world, ana)));
	world->tx.now_ms = START_MS + 1200;
	assert_true(gate_potion_open(&world->tx, player_of(world, ana)));
	assert_true(open_at(world, ana, gate_strikes, 1500)); /* the potion has changed nothing */
}

static void a_worker_whose_clock_is_late_gives_nothing_away(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = fresh(world);
	assert_true(open_at(world, ana, gate_strikes, 10));
	assert_true(open_at(world, ana, gate_uses, 10));
	assert_false(open_at(world, ana, gate_strikes, 9));
	assert_false(open_at(world, ana, gate_uses, 9));
}

/* --- a refused spell ------------------------------------------------------------------------------------------------------- */

static void a_spell_that_is_refused_has_used_its_interval(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	player_of(world, ana)->mana = 0;
	cast_on(world, ana, CHARM_DART, beto);
	EXPECT_LINE(world, ana, TEXT_SPELL_MANA);
	player_of(world, ana)->mana = WIZARD_MANA;
	player_of(world, ana)->spell = CHARM_DART;
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X + 2, .y = WIZARD_Y, .skill = SKILL_MAGIC); /* a second later */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
}

/* --- arrival --------------------------------------------------------------------------------------------------------------- */

/* A spell chosen before the journey is cast after it. */
static void who_casts_is_protected_no_longer_whenever_he_chose(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	player_of(world, ana)->spell = CHARM_DART;
	player_of(world, ana)->protected_until_ms = world->tx.now_ms + 60000;
	DO(world, ana, WALK, .heading = HEADING_SOUTH);
	DO(world, ana, TALK, .text = TEXT("hola"));
	assert_int_not_equal(player_of(world, ana)->protected_until_ms, 0); /* these are no attacks */
	DO(world, ana, WORK_LEFT_CLICK, .x = WIZARD_X + 2, .y = WIZARD_Y, .skill = SKILL_MAGIC);
	assert_true(player_of(world, beto)->hp < 100);
	assert_int_equal(player_of(world, ana)->protected_until_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_blow_follows_a_blow_and_a_spell_a_spell),
		WORLD_TEST(who_fights_with_both_alternates_each_second),
		WORLD_TEST(the_combination_is_had_once_for_each_deed_of_the_other_kind),
		WORLD_TEST(arrows_wait_for_all_and_all_wait_for_arrows),
		WORLD_TEST(use_and_work_have_their_own),
		WORLD_TEST(a_worker_whose_clock_is_late_gives_nothing_away),
		WORLD_TEST(a_spell_that_is_refused_has_used_its_interval),
		WORLD_TEST(who_casts_is_protected_no_longer_whenever_he_chose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
