/* Spells that change states, on players and on creatures, and the spell that revives.
 * rules-life-combat-magic.md 15.9, 15.10, 15.11. */
#include "tests/unit/test_spells.h"
#include "worker/game/creature.h"

static uint64_t due_in(struct little_world *world, uint32_t who, enum effect effect)
{
	return player_of(world, who)->effect_due_ms[effect] - world->tx.now_ms;
}

/* --- holding fast and setting free ---------------------------------------------------------------------------------------- */

static void paralysis_holds_for_a_while_and_is_taken_off(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	struct player *player = player_of(world, beto);
	forget(world);
	cast_on(world, ana, CHARM_PARALYSE, beto);
	assert_int_equal(body_of(world, beto)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), BODY_PARALYSED);
	assert_int_equal(due_in(world, beto, EFFECT_PARALYSIS), world->config.intervals.paralysis_ms);
	assert_int_equal(player->paraliser.index, ana);
	EXPECT_ANY(world, beto, PARALIZE_OK);
	EXPECT(world, beto, POS_UPDATE, .x = WIZARD_X + 2, .y = WIZARD_Y);
	EXPECT_PAID(world, ana, 45, 0);
	forget(world);
	/* again: nothing happens, nothing is charged, by either spell */
	cast_on(world, ana, CHARM_PARALYSE, beto);
	cast_on(world, ana, CHARM_IMMOBILISE, beto);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	/* the paralysed one frees himself */
	player->skills[SKILL_MAGIC - 1] = 100;
	cast_on(world, beto, CHARM_FREE, beto);
	assert_int_equal(body_of(world, beto)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), 0);
	assert_int_equal(player->mana, 70);
	EXPECT_ANY(world, beto, PARALIZE_OK);
	/* who can move is not freed */
	cast_on(world, beto, CHARM_FREE, beto);
	assert_int_equal(player->mana, 70);
	EXPECT_SOUND(world);
}

static void immobility_holds_the_feet_only(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	cast_on(world, ana, CHARM_IMMOBILISE, beto);
	assert_int_equal(body_of(world, beto)->flags & (BODY_PARALYSED | BODY_IMMOBILISED),
					 BODY_PARALYSED | BODY_IMMOBILISED);
	DO(world, beto, CHANGE_HEADING, .heading = HEADING_NORTH);
	assert_int_equal(body_of(world, beto)->heading, HEADING_NORTH);
	cast_on(world, ana, CHARM_FREE, beto);
	assert_int_equal(body_of(world, beto)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), 0);
}

static void freeing_a_criminal_makes_a_criminal(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	body_of(world, beto)->flags |= BODY_PARALYSED;
	player_of(world, ana)->safe_mode = 1;
	cast_on(world, ana, CHARM_FREE, beto);
	assert_int_not_equal(body_of(world, beto)->flags & BODY_PARALYSED, 0);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	player_of(world, ana)->safe_mode = 0;
	cast_on(world, ana, CHARM_FREE, beto);
	assert_int_equal(body_of(world, beto)->flags & BODY_PARALYSED, 0);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 0);
}

static void a_ring_wards_off_and_mana_is_spent_nevertheless(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	static const struct {
		enum charm charm;
		int mana;
	} spells[] = {{CHARM_PARALYSE, 45}, {CHARM_IMMOBILISE, 30}, {CHARM_BLIND, 10}, {CHARM_STUPEFY, 10}};
	give(world, beto, 1, THING_WARDING_RING, 1);
	wear(world, beto, 1);
	for (unsigned i = 0; i < sizeof spells / sizeof *spells; i++) {
		cast_on(world, ana, spells[i].charm, beto);
		EXPECT_LINE(world, beto, TEXT_SPELL_RING_STOPS);
		EXPECT_LINE(world, ana, TEXT_SPELL_RING_STOPPED, "Beto");
		EXPECT_PAID(world, ana, spells[i].mana, 0);
	}
	assert_int_equal(body_of(world, beto)->flags & BODY_PARALYSED, 0);
	assert_false(player_of(world, beto)->blind);
	assert_false(player_of(world, beto)->stupid);
}

/* --- poison and senses ------------------------------------------------------------------------------------------------------ */

static void poison_and_its_cure(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	cast_on(world, ana, CHARM_POISON, beto);
	assert_true(player_of(world, beto)->poisoned);
	EXPECT_PAID(world, ana, 24, 0);
	cast_on(world, ana, CHARM_CURE, beto);
	assert_false(player_of(world, beto)->poisoned);
	EXPECT_PAID(world, ana, 12, 0);
	cast_on(world, ana, CHARM_CURE, beto); /* it is paid for whether he needs it or not */
	EXPECT_PAID(world, ana, 12, 0);
}

static void blindness_and_stupidity(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	forget(world);
	cast_on(world, ana, CHARM_BLIND, beto);
	EXPECT_ANY(world, beto, BLIND);
	assert_int_equal(due_in(world, beto, EFFECT_SENSES), world->config.intervals.blindness_ms);
	cast_on(world, ana, CHARM_WAKE, beto); /* not stupid */
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA - 10);
	cast_on(world, ana, CHARM_STUPEFY, beto);
	EXPECT_ANY(world, beto, DUMB);
	assert_int_equal(due_in(world, beto, EFFECT_SENSES), world->config.intervals.stupidity_ms);
	pass_ms(world, 3000);
	uint64_t due_ms = player_of(world, beto)->effect_due_ms[EFFECT_SENSES];
	cast_on(world, ana, CHARM_STUPEFY, beto); /* does not last longer by it */
	assert_int_equal(player_of(world, beto)->effect_due_ms[EFFECT_SENSES], due_ms);
	cast_on(world, ana, CHARM_WAKE, beto);
	EXPECT_ANY(world, beto, DUMB_NO_MORE);
	assert_false(player_of(world, beto)->stupid);
}

static void harm_is_not_for_oneself_nor_for_whom_one_may_not_attack(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	static const enum charm harmful[] = {CHARM_POISON, CHARM_PARALYSE, CHARM_IMMOBILISE,
										 CHARM_BLIND,  CHARM_STUPEFY,  CHARM_CURSE};
	player_of(world, ana)->safe_mode = 1;
	forget(world);
	for (unsigned i = 0; i < sizeof harmful / sizeof *harmful; i++) {
		struct player before = *player_of(world, beto);
		cast_on(world, ana, harmful[i], ana);
		EXPECT_REFUSED(world, ana, TEXT_ATTACK_ONESELF);
		cast_on(world, ana, harmful[i], beto);
		EXPECT_REFUSED(world, ana, TEXT_ATTACK_SAFE_MODE);
		assert_memory_equal(&before, player_of(world, beto), sizeof before);
	}
}

static void curses_and_blessings_are_only_seen(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	cast_on(world, ana, CHARM_CURSE, beto);
	EXPECT_PAID(world, ana, 10, 0);
	cast_on(world, ana, CHARM_BLESS, beto);
	EXPECT_PAID(world, ana, 10, 0);
}

static void nothing_is_done_to_the_dead(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .dead = true, .criminal = true);
	static const enum charm all[] = {CHARM_POISON,    CHARM_CURE,  CHARM_PARALYSE, CHARM_IMMOBILISE,
									 CHARM_INVISIBLE, CHARM_MIMIC, CHARM_BLIND,    CHARM_STUPEFY,
									 CHARM_CURSE,     CHARM_BLESS, CHARM_WAKE,     CHARM_FREE};
	forget(world);
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
		cast_on(world, ana, all[i], beto);
		EXPECT_REFUSED(world, ana, TEXT_SPELL_NOT_ON_DEAD);
	}
}

/* --- looks ---------------------------------------------------------------------------------------------------------------------- */

static void invisibility_is_shown_to_others(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	forget(world);
	cast_on(world, ana, CHARM_INVISIBLE, beto);
	assert_int_not_equal(body_of(world, beto)->flags & BODY_INVISIBLE, 0);
	EXPECT(world, ana, SET_INVISIBLE, .char_index = (int16_t)beto, .invisible = true);
	assert_in_range(due_in(world, beto, EFFECT_INVISIBILITY), 16000, 24100);
	EXPECT_PAID(world, ana, 50, 0);
	uint64_t due_ms = player_of(world, beto)->effect_due_ms[EFFECT_INVISIBILITY];
	cast_on(world, ana, CHARM_INVISIBLE, beto);
	assert_int_equal(player_of(world, beto)->effect_due_ms[EFFECT_INVISIBILITY], due_ms);
}

static void who_may_not_become_invisible(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	uint32_t gm = ENTER(world, "Gema", .map = LAND_WILD, .x = WIZARD_X - 2, .y = WIZARD_Y, .privileges = PRIVILEGE_GOD);
	uint32_t cora = WIZARD(world, "Cora", .map = LAND_BARREN);
	forget(world);
	player_of(world, beto)->logout_due_ms = world->tx.now_ms + 60000;
	cast_on(world, ana, CHARM_INVISIBLE, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_TARGET_LEAVING);
	cast_on(world, ana, CHARM_INVISIBLE, gm);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_NOT_ON_STAFF);
	cast_on(world, cora, CHARM_INVISIBLE, cora);
	EXPECT_REFUSED(world, cora, TEXT_SPELL_NO_INVISIBILITY);
}

static void mimicry_takes_over_looks(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .gender = GENDER_WOMAN);
	give(world, beto, 1, THING_DRESS, 1);
	give(world, beto, 2, THING_SHIELD, 1);
	wear(world, beto, 1);
	wear(world, beto, 2);
	int16_t look = body_of(world, ana)->look;
	cast_on(world, ana, CHARM_MIMIC, beto);
	assert_int_not_equal(look, body_of(world, ana)->look);
	assert_int_equal(body_of(world, ana)->look, body_of(world, beto)->look);
	assert_int_equal(body_of(world, ana)->shield, body_of(world, beto)->shield);
	assert_false(player_of(world, ana)->ignored);
	EXPECT_ANY(world, beto, CHARACTER_CHANGE);
	EXPECT_PAID(world, ana, 80, 0);
	forget(world);
	cast_on(world, ana, CHARM_MIMIC, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_MIMICKING);
}

static void mimicry_is_not_for_sailors_nor_of_staff(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	uint32_t gm = ENTER(world, "Gema", .map = LAND_WILD, .x = WIZARD_X - 2, .y = WIZARD_Y, .privileges = PRIVILEGE_GOD);
	forget(world);
	cast_on(world, ana, CHARM_MIMIC, gm);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_NOT_ON_STAFF);
	body_of(world, beto)->flags |= BODY_SAILING;
	cast_on(world, ana, CHARM_MIMIC, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_MIMIC_AT_SEA);
	body_of(world, beto)->flags &= ~(uint32_t)BODY_SAILING;
	body_of(world, ana)->flags |= BODY_SAILING;
	cast_on(world, ana, CHARM_MIMIC, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_MIMIC_AT_SEA);
}

/* --- reviving -------------------------------------------------------------------------------------------------------------------- */

static uint32_t ghost(struct little_world *world, bool criminal)
{
	uint32_t beto = TARGET(world, "Beto", .dead = true, .criminal = criminal, .level = 30);
	player_of(world, beto)->poisoned = 0;
	forget(world);
	return beto;
}

static void the_dead_come_back_weak_and_it_hurts_who_calls_them(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = ghost(world, false);
	struct player *player = player_of(world, beto);
	player_of(world, ana)->hp = player_of(world, ana)->hp_max = 300;
	cast_on(world, ana, CHARM_REVIVE, beto);
	assert_false(player->dead);
	assert_int_equal(player->hp, 18);
	assert_int_equal(player->mana + player->stamina + player->hunger + player->thirst, 0);
	assert_int_equal(player_of(world, ana)->hp, 165);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 1500);
	EXPECT(world, beto, UPDATE_HUNGER_AND_THIRST, .max_water = 100, .max_food = 100);
	EXPECT(world, ana, UPDATE_HP, .hp = 165);
	EXPECT_PAID(world, ana, 55, 40);
	forget(world);
	cast_on(world, ana, CHARM_REVIVE, beto); /* he lives */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	EXPECT_SOUND(world);
}

static void reviving_somebody_great_may_kill(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = ghost(world, false);
	player_of(world, beto)->level = 67;
	cast_on(world, ana, CHARM_REVIVE, beto);
	assert_true(player_of(world, ana)->dead);
	assert_false(player_of(world, beto)->dead);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	EXPECT_LINE(world, ana, TEXT_SPELL_REVIVING_KILLS);
	EXPECT_SOUND(world);
}

static void in_an_arena_reviving_costs_no_life(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .x = ARENA_FROM, .y = ARENA_FROM);
	uint32_t beto = ENTER(world, "Beto", .map = LAND_WILD, .x = ARENA_TO, .y = ARENA_FROM, .dead = true, .level = 67);
	cast_on(world, ana, CHARM_REVIVE, beto);
	assert_false(player_of(world, beto)->dead);
	assert_int_equal(player_of(world, ana)->hp, 100);
}

static void who_does_not_want_to_come_back_does_not(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = ghost(world, false);
	player_of(world, beto)->resuscitation_safe = 1;
	cast_on(world, ana, CHARM_REVIVE, beto);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_SPIRIT_UNWILLING);
	assert_true(player_of(world, beto)->dead);
}

static void what_reviving_asks_for(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = ghost(world, false);
	uint32_t cora = WIZARD(world, "Cora", .map = LAND_BARREN);
	uint32_t dina = ENTER(world, "Dina", .map = LAND_BARREN, .x = WIZARD_X + 2, .y = WIZARD_Y, .dead = true);
	struct player *player = player_of(world, ana);
	forget(world);
	player->stamina = 99;
	cast_on(world, ana, CHARM_REVIVE, beto);
	EXPECT_LINE(world, ana, TEXT_SPELL_STAMINA_FULL);
	player->stamina = 100;
	cast_on(world, cora, CHARM_REVIVE, dina);
	EXPECT_LINE(world, cora, TEXT_SPELL_NO_RESURRECTION);
	static const struct {
		uint8_t class_id;
		enum text_id without;
		enum thing with;
	} needs[] = {{CLASS_MAGE, TEXT_SPELL_STAFF_NONE, THING_STAFF},
				 {CLASS_BARD, TEXT_SPELL_LUTE, THING_MAGIC_LUTE},
				 {CLASS_BARD, TEXT_SPELL_LUTE, THING_ELVEN_LUTE},
				 {CLASS_DRUID, TEXT_SPELL_FLUTE, THING_MAGIC_FLUTE},
				 {CLASS_DRUID, TEXT_SPELL_FLUTE, THING_ELVEN_FLUTE}};
	for (unsigned i = 0; i < sizeof needs / sizeof *needs; i++) {
		player->class_id = needs[i].class_id;
		player->hp = 100;
		player->stamina = 100;
		memset(player->equipment, 0, sizeof player->equipment);
		forget(world);
		cast_on(world, ana, CHARM_REVIVE, beto);
		EXPECT_LINE(world, ana, needs[i].without);
		EXPECT_NOTHING_ELSE(world);
		give(world, ana, 1, needs[i].with, 1);
		wear(world, ana, 1);
		cast_on(world, ana, CHARM_REVIVE, beto);
		assert_false(player_of(world, beto)->dead);
		player_of(world, beto)->dead = 1;
		player_of(world, beto)->hp = 0;
	}
}

static void reviving_a_criminal_makes_a_criminal(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = ghost(world, true);
	cast_on(world, ana, CHARM_REVIVE, beto);
	assert_false(player_of(world, beto)->dead);
	assert_true(player_of(world, ana)->reputation[REPUTATION_BANDIT] > 0);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 0);
}

/* --- creatures ------------------------------------------------------------------------------------------------------------------- */

static struct creature *creature_state(struct little_world *world, uint32_t beast)
{
	return creature_at(&world->tx, beast);
}

static void creatures_are_held_fast(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	cast_on(world, ana, CHARM_PARALYSE, bear);
	assert_int_equal(body_of(world, bear)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), BODY_PARALYSED);
	uint64_t free_ms = creature_state(world, bear)->freed_ms;
	assert_int_equal(free_ms, world->tx.now_ms + (uint64_t)world->config.intervals.creature_paralysis_ms);
	EXPECT_PAID(world, ana, 45, 0);
	cast_on(world, ana, CHARM_IMMOBILISE, bear); /* anew, and otherwise */
	assert_int_equal(body_of(world, bear)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), BODY_IMMOBILISED);
	assert_true(creature_state(world, bear)->freed_ms > free_ms);
	EXPECT_PAID(world, ana, 30, 0);
	forget(world);
	cast_on(world, ana, CHARM_FREE, bear); /* somebody else's, or nobody's */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	EXPECT_SOUND(world);
}

static void some_creatures_are_never_held(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana");
	uint32_t dragon = beast_call(world, BEAST_DRAGON, LAND_WILD, WIZARD_X + 3, WIZARD_Y);
	forget(world);
	cast_on(world, ana, CHARM_PARALYSE, dragon);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_CREATURE_IMMUNE);
	cast_on(world, ana, CHARM_IMMOBILISE, dragon);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_CREATURE_IMMUNE);
}

static void guards_are_freed_by_their_own(void **state)
{
	struct little_world *world = *state;
	uint32_t guard = beast_of(world, BEAST_GUARD);
	uint32_t ana = WIZARD(world, "Ana", .x = GUARD_X, .y = WILD_BEASTS_Y - 4);
	forget(world);
	cast_on(world, ana, CHARM_FREE, guard);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_CREATURE_MOVES);
	creature_state(world, guard)->freed_ms = world->tx.now_ms + 100000;
	body_of(world, guard)->flags |= BODY_IMMOBILISED;
	cast_on(world, ana, CHARM_FREE, guard);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_GUARD_NOT_YOURS);
	player_of(world, ana)->royal_army = 1;
	cast_on(world, ana, CHARM_FREE, guard);
	assert_int_equal(body_of(world, guard)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), 0);
	EXPECT_PAID(world, ana, 30, 0);
}

static void what_is_only_seen_on_creatures(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	static const struct {
		enum charm charm;
		int mana;
		bool attacks;
	} seen[] = {{CHARM_BLESS, 10, false}, {CHARM_POISON, 24, true}, {CHARM_CURSE, 10, true}};
	for (unsigned i = 0; i < sizeof seen / sizeof *seen; i++) {
		cast_on(world, ana, seen[i].charm, bear);
		EXPECT_PAID(world, ana, seen[i].mana, 0);
		assert_int_equal(creature_state(world, bear)->attacker_id != 0, seen[i].attacks);
		assert_int_equal(creature_state(world, bear)->poisoned, seen[i].charm != CHARM_BLESS);
	}
	assert_int_equal(body_of(world, bear)->hp, 30);
}

static void druids_take_on_the_looks_of_creatures(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	forget(world);
	cast_on(world, ana, CHARM_MIMIC, bear);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_MIMIC_DRUIDS);
	player_of(world, ana)->class_id = CLASS_DRUID;
	cast_on(world, ana, CHARM_MIMIC, bear);
	assert_int_equal(body_of(world, ana)->look, body_of(world, bear)->look);
	assert_int_equal(body_of(world, ana)->head, body_of(world, bear)->head);
	assert_false(player_of(world, ana)->ignored); /* not without the elven flute */
	EXPECT_PAID(world, ana, 80, 0);
	forget(world);
	cast_on(world, ana, CHARM_MIMIC, bear);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_MIMICKING);
}

/* Its master frees it, and nobody else (15.11); both flags end. */
static void a_pet_is_freed_by_its_master(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = WIZARD(world, "Beto", .x = WIZARD_X + 2);
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X, WIZARD_Y + 3);
	uint32_t wolf = player_of(world, ana)->pets[0].index;
	player_of(world, ana)->mana = WIZARD_MANA;
	creature_state(world, wolf)->freed_ms = world->tx.now_ms + 100000;
	body_of(world, wolf)->flags |= BODY_PARALYSED | BODY_IMMOBILISED;
	forget(world);
	cast_on(world, beto, CHARM_FREE, wolf);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, beto)->mana, WIZARD_MANA);
	cast_on(world, ana, CHARM_FREE, wolf);
	assert_int_equal(body_of(world, wolf)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), 0);
	assert_int_equal(creature_state(world, wolf)->freed_ms, 0);
	EXPECT_PAID(world, ana, 30, 0);
	EXPECT_SOUND(world);
}

static void guards_of_chaos_are_freed_by_the_legion(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .criminal = true);
	uint32_t guard = beast_call(world, BEAST_CHAOS_GUARD, LAND_WILD, WIZARD_X + 3, WIZARD_Y);
	creature_state(world, guard)->freed_ms = world->tx.now_ms + 100000;
	body_of(world, guard)->flags |= BODY_PARALYSED;
	player_of(world, ana)->royal_army = 1;
	cast_on(world, ana, CHARM_FREE, guard);
	EXPECT_REFUSED(world, ana, TEXT_SPELL_GUARD_NOT_YOURS);
	player_of(world, ana)->royal_army = 0;
	player_of(world, ana)->chaos_legion = 1;
	cast_on(world, ana, CHARM_FREE, guard);
	assert_int_equal(body_of(world, guard)->flags & BODY_PARALYSED, 0);
	EXPECT_PAID(world, ana, 30, 0);
}

/* What holds fast takes another's creature from him only when it is held fast already (12.7 no. 4). */
static void paralysing_twice_takes_anothers_creature(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	uint32_t beto = WIZARD(world, "Beto", .x = BEAR_X + 1, .y = WILD_BEASTS_Y - 4);
	player_of(world, ana)->id = 101;
	player_of(world, beto)->id = 102;
	player_of(world, beto)->safe_mode = 1;
	cast_on(world, ana, CHARM_PARALYSE, bear);
	assert_int_equal(creature_state(world, bear)->owner.index, ana);
	forget(world);
	cast_on(world, beto, CHARM_IMMOBILISE, bear);
	EXPECT_REFUSED(world, beto, TEXT_ATTACK_SAFE_MODE_CREATURE);
	assert_int_equal(body_of(world, bear)->flags & (BODY_PARALYSED | BODY_IMMOBILISED), BODY_PARALYSED);
	player_of(world, beto)->safe_mode = 0;
	cast_on(world, beto, CHARM_IMMOBILISE, bear);
	assert_int_equal(player_of(world, beto)->attackable_by, 101);
	assert_int_equal(creature_state(world, bear)->owner.index, ana);
	EXPECT_PAID(world, beto, 30, 0);
}

static void who_comes_back_to_life_does_not_go_home(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = ghost(world, false);
	player_of(world, beto)->travelling = 1;
	player_of(world, beto)->effect_due_ms[EFFECT_HOME] = world->tx.now_ms + 30000;
	cast_on(world, ana, CHARM_REVIVE, beto);
	assert_int_equal(player_of(world, beto)->travelling, 0);
	assert_int_equal(player_of(world, beto)->effect_due_ms[EFFECT_HOME], 0);
	EXPECT_MULTI(world, beto, CANCEL_HOME);
}

/* 500 points are enough for some criminals to be citizens again, which is seen at once (15.10). */
static void reviving_a_citizen_may_make_a_criminal_one(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .criminal = true), beto = ghost(world, false);
	struct player *player = player_of(world, ana);
	memset(player->reputation, 0, sizeof player->reputation);
	player->reputation[REPUTATION_BANDIT] = 100;
	player->chaos_legion = 0;
	cast_on(world, ana, CHARM_REVIVE, beto);
	assert_int_equal(player->reputation[REPUTATION_NOBLE], 500);
	EXPECT(world, beto, UPDATE_TAG_AND_STATUS, .char_index = (int16_t)ana, .nick_color = NICK_CITIZEN,
		   .tag = text_of("Ana"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(paralysis_holds_for_a_while_and_is_taken_off),
		WORLD_TEST(immobility_holds_the_feet_only),
		WORLD_TEST(freeing_a_criminal_makes_a_criminal),
		WORLD_TEST(a_ring_wards_off_and_mana_is_spent_nevertheless),
		WORLD_TEST(poison_and_its_cure),
		WORLD_TEST(blindness_and_stupidity),
		WORLD_TEST(harm_is_not_for_oneself_nor_for_whom_one_may_not_attack),
		WORLD_TEST(curses_and_blessings_are_only_seen),
		WORLD_TEST(nothing_is_done_to_the_dead),
		WORLD_TEST(invisibility_is_shown_to_others),
		WORLD_TEST(who_may_not_become_invisible),
		WORLD_TEST(mimicry_takes_over_looks),
		WORLD_TEST(mimicry_is_not_for_sailors_nor_of_staff),
		WORLD_TEST(the_dead_come_back_weak_and_it_hurts_who_calls_them),
		WORLD_TEST(reviving_somebody_great_may_kill),
		WORLD_TEST(in_an_arena_reviving_costs_no_life),
		WORLD_TEST(who_does_not_want_to_come_back_does_not),
		WORLD_TEST(what_reviving_asks_for),
		WORLD_TEST(reviving_a_criminal_makes_a_criminal),
		WORLD_TEST(creatures_are_held_fast),
		WORLD_TEST(some_creatures_are_never_held),
		WORLD_TEST(guards_are_freed_by_their_own),
		WORLD_TEST(what_is_only_seen_on_creatures),
		WORLD_TEST(druids_take_on_the_looks_of_creatures),
		WORLD_TEST(a_pet_is_freed_by_its_master),
		WORLD_TEST(guards_of_chaos_are_freed_by_the_legion),
		WORLD_TEST(paralysing_twice_takes_anothers_creature),
		WORLD_TEST(who_comes_back_to_life_does_not_go_home),
		WORLD_TEST(reviving_a_citizen_may_make_a_criminal_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
