/* Spells that give and take points, on players and on creatures. rules-life-combat-magic.md 15.5, 15.6. */
#include "tests/unit/test_spells.h"

static const struct player *reborn(struct little_world *world, uint32_t who)
{
	struct player *player = player_of(world, who);
	player->hp = player->hp_max = 200;
	return player;
}

/* --- life --------------------------------------------------------------------------------------------------------------- */

static void helmet_and_ring_take_their_share_of_the_damage(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	give(world, beto, 1, THING_MAGIC_HELMET, 1);
	give(world, beto, 2, THING_MAGIC_RING, 1);
	wear(world, beto, 1);
	wear(world, beto, 2);
	cast_on(world, ana, CHARM_DART, beto);
	assert_int_equal(player_of(world, beto)->hp, 100 - (80 - 8));
	EXPECT_SOUND(world);
}

static void harm_is_for_whom_one_may_attack(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto"),
			 gm = ENTER(world, "Gema", .map = LAND_WILD, .x = WIZARD_X - 2, .y = WIZARD_Y, .privileges = PRIVILEGE_GOD);
	static const enum charm harmful[] = {CHARM_DART, CHARM_STARVE, CHARM_CLUMSY, CHARM_WEAK, CHARM_DRAIN, CHARM_MANY};
	player_of(world, ana)->safe_mode = 1; /* both are citizens */
	forget(world);
	for (unsigned i = 0; i < sizeof harmful / sizeof *harmful; i++) {
		struct player before = *player_of(world, beto);
		cast_on(world, ana, harmful[i], beto);
		EXPECT_REFUSED(world, ana, TEXT_ATTACK_SAFE_MODE);
		assert_memory_equal(&before, player_of(world, beto), sizeof before);
		cast_on(world, ana, harmful[i], ana);
		EXPECT_REFUSED(world, ana, TEXT_ATTACK_ONESELF);
		cast_on(world, ana, harmful[i], gm);
		EXPECT_REFUSED(world, ana, TEXT_ATTACK_STAFF);
	}
}

static void attacking_a_citizen_by_magic_makes_a_criminal(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	body_of(world, beto)->flags |= BODY_MEDITATING;
	cast_on(world, ana, CHARM_CLUMSY, beto);
	assert_true(player_of(world, ana)->reputation[REPUTATION_BANDIT] > 0);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 0);
	assert_int_equal(body_of(world, beto)->flags & BODY_MEDITATING, 0);
}

static void who_has_no_life_left_dies_and_it_counts(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	forget(world);
	cast_on(world, ana, CHARM_SLAY, beto);
	assert_true(player_of(world, beto)->dead);
	assert_int_equal(player_of(world, beto)->hp, 0);
	assert_int_equal(player_of(world, ana)->criminals_killed, 1);
	EXPECT_MULTI(world, beto, USER_KILL, .killer_char = (int16_t)ana);
	EXPECT_PAID(world, ana, 10, 0);
	cast_on(world, ana, CHARM_HEAL, beto);
	EXPECT_LINE(world, ana, TEXT_SPELL_NOT_ON_DEAD);
	cast_on(world, ana, CHARM_SLAY, beto);
	EXPECT_LINE(world, ana, TEXT_SPELL_NOT_ON_DEAD);
	assert_int_equal(player_of(world, ana)->criminals_killed, 1);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	EXPECT_SOUND(world);
}

static void the_killers_pets_come_back_to_him(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	player_of(world, beto)->id = 77;
	cast_at(world, ana, CHARM_SUMMON, WIZARD_X, WIZARD_Y + 2);
	uint32_t wolf = player_of(world, ana)->pets[0].index;
	assert_int_not_equal(wolf, 0);
	cast_on(world, ana, CHARM_CLUMSY, beto);
	assert_int_equal(creature_at(&world->tx, wolf)->target.index, beto);
	cast_on(world, ana, CHARM_SLAY, beto);
	assert_true(player_of(world, beto)->dead);
	assert_int_equal(creature_at(&world->tx, wolf)->target.index, 0);
	assert_int_equal(creature_at(&world->tx, wolf)->attacker_id, 0);
	assert_int_equal(creature_at(&world->tx, wolf)->movement, MOVEMENT_FOLLOWS);
	EXPECT_SOUND(world);
}

static void nothing_is_lost_in_an_arena(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .x = ARENA_FROM, .y = ARENA_FROM);
	uint32_t beto = ENTER(world, "Beto", .map = LAND_WILD, .x = ARENA_TO, .y = ARENA_FROM);
	player_of(world, ana)->safe_mode = 1;
	cast_on(world, ana, CHARM_SLAY, beto);
	assert_true(player_of(world, beto)->dead);
	assert_int_equal(player_of(world, beto)->resuscitation_safe, 0);
	assert_int_equal(player_of(world, ana)->citizens_killed, 0);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 1000);
}

static void healing_stops_at_the_most(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto");
	player_of(world, beto)->hp = 10;
	forget(world);
	cast_on(world, ana, CHARM_HEAL, beto);
	EXPECT(world, beto, UPDATE_HP, .hp = 90);
	EXPECT_LINE(world, ana, TEXT_SPELL_GIVES, 80, text_latin1(TEXT_SPELL_POINTS_HP), "Beto");
	EXPECT_LINE(world, beto, TEXT_SPELL_GIVEN, "Ana", 80, text_latin1(TEXT_SPELL_POINTS_HP));
	cast_on(world, ana, CHARM_HEAL, beto);
	assert_int_equal(player_of(world, beto)->hp, 100);
}

static void helping_a_criminal_costs_a_citizen_his_honour(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	player_of(world, ana)->safe_mode = 1;
	forget(world);
	cast_on(world, ana, CHARM_HEAL, beto);
	assert_int_equal(player_of(world, ana)->mana, WIZARD_MANA);
	assert_int_equal(HOW_MANY(world, beto, CHAT_OVER_HEAD) + HOW_MANY(world, beto, UPDATE_HP), 0);
	player_of(world, ana)->safe_mode = 0;
	cast_on(world, ana, CHARM_HEAL, beto);
	EXPECT_MULTI(world, ana, NOBILITY_LOST);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_NOBLE], 500);
}

/* --- the other points ---------------------------------------------------------------------------------------------------- */

static void hunger_and_thirst(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	forget(world);
	cast_on(world, ana, CHARM_STARVE, beto);
	assert_int_equal(player_of(world, beto)->hunger, 70);
	assert_int_equal(player_of(world, beto)->thirst, 0);
	EXPECT(world, beto, UPDATE_HUNGER_AND_THIRST, .max_water = 100, .min_water = 0, .max_food = 100, .min_food = 70);
	cast_on(world, ana, CHARM_FEED, beto);
	assert_int_equal(player_of(world, beto)->hunger, 100);
	assert_int_equal(player_of(world, beto)->thirst, 100);
	/* food is no help in the sense of the law */
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_BANDIT], 0);
}

static void mana_and_stamina(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	forget(world);
	cast_on(world, ana, CHARM_DRAIN, beto);
	assert_int_equal(player_of(world, beto)->mana, 85);
	assert_int_equal(player_of(world, beto)->stamina, 93);
	EXPECT(world, beto, UPDATE_MANA, .mana = 85);
	EXPECT(world, beto, UPDATE_STA, .stamina = 93);
	cast_on(world, ana, CHARM_LEND, beto);
	assert_int_equal(player_of(world, beto)->mana, 100);
	assert_int_equal(player_of(world, beto)->stamina, 100);
}

static void agility_and_strength_go_up_and_down_for_a_while(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	struct player *player = player_of(world, beto);
	const uint8_t *now = player->attributes_now;
	cast_on(world, ana, CHARM_NIMBLE, ana);
	EXPECT(world, ana, UPDATE_DEXTERITY, .dexterity = 21);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_ATTRIBUTES],
					 world->tx.now_ms + (uint64_t)world->config.intervals.raised_ms);
	forget(world);
	cast_on(world, ana, CHARM_WEAK, beto);
	EXPECT(world, beto, UPDATE_STRENGHT, .strength = 14);
	assert_int_equal(player->effect_due_ms[EFFECT_ATTRIBUTES],
					 world->tx.now_ms + (uint64_t)world->config.intervals.lowered_ms);
	for (unsigned i = 0; i < 6; i++) {
		cast_on(world, ana, CHARM_WEAK, beto);
		cast_on(world, ana, CHARM_CLUMSY, beto);
		player_of(world, ana)->mana = WIZARD_MANA;
	}
	assert_int_equal(now[ATTRIBUTE_STRENGTH - 1], 6);
	assert_int_equal(now[ATTRIBUTE_AGILITY - 1], 6);
	for (unsigned i = 0; i < 12; i++) {
		cast_on(world, ana, CHARM_STRONG, ana);
		player_of(world, ana)->mana = WIZARD_MANA;
	}
	assert_int_equal(player_of(world, ana)->attributes_now[ATTRIBUTE_STRENGTH - 1], 36); /* twice the base */
}

static void all_of_a_spell_happens_and_ends_with_death(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana"), beto = TARGET(world, "Beto", .criminal = true);
	struct player *player = player_of(world, beto);
	cast_on(world, ana, CHARM_MANY, beto);
	assert_int_equal(player->hunger, 90);
	assert_int_equal(player->attributes_now[ATTRIBUTE_AGILITY - 1], 16);
	assert_int_equal(player->hp, 84); /* 10 + 60 % */
	player->hp = 16;
	cast_on(world, ana, CHARM_MANY, beto);
	assert_true(player->dead);
	EXPECT_SOUND(world);
}

/* --- creatures ------------------------------------------------------------------------------------------------------------ */

static void a_creature_loses_life_and_pays_for_what_it_had(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	forget(world);
	cast_on(world, ana, CHARM_HUNT, bear); /* 5 + 60 % = 8 of 30, 45 points of experience */
	assert_int_equal(body_of(world, bear)->hp, 22);
	EXPECT_LINE(world, ana, TEXT_SPELL_TAKES, 8, text_latin1(TEXT_SPELL_POINTS_HP), "Oso");
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 12);
	EXPECT_PAID(world, ana, 10, 0);
	cast_on(world, ana, CHARM_SLAY, bear); /* after the subtraction nothing is left: the pool is paid at death */
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 33);
	assert_int_equal(player_of(world, ana)->experience, 45);
	assert_int_equal(player_of(world, ana)->creatures_killed, 1);
	EXPECT_SOUND(world);
}

/* Unlike blows, spells are heard only on creatures with a sound of their own (15.5 no. 6; 13.6 no. 2). */
static void a_creature_without_a_voice_bears_magic_in_silence(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t hunter = beast_call(world, BEAST_HUNTER, LAND_WILD, BEAR_X + 1, WILD_BEASTS_Y - 1);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	forget(world);
	cast_on(world, ana, CHARM_HUNT, bear);
	assert_int_equal(body_of(world, bear)->hp, 22);
	assert_int_equal(HOW_MANY(world, ana, PLAY_WAVE), 0);
	cast_on(world, ana, CHARM_HUNT, hunter);
	EXPECT(world, ana, PLAY_WAVE, .wave = 91, .x = BEAR_X + 1, .y = WILD_BEASTS_Y - 1);
}

static void a_creature_is_healed_no_further_than_whole(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	body_of(world, bear)->hp = 3;
	forget(world);
	cast_on(world, ana, CHARM_HEAL, bear);
	assert_int_equal(body_of(world, bear)->hp, 30);
	EXPECT_LINE(world, ana, TEXT_SPELL_GIVES, 80, text_latin1(TEXT_SPELL_POINTS_HP), "Oso");
	EXPECT_PAID(world, ana, 20, 3);
}

static void a_peaceful_creature_is_not_attacked_in_safe_mode(void **state)
{
	struct little_world *world = *state;
	uint32_t guard = beast_of(world, BEAST_GUARD), baker = beast_of(world, BEAST_BAKER);
	uint32_t ana = WIZARD(world, "Ana", .x = GUARD_X, .y = WILD_BEASTS_Y - 4);
	uint32_t cora = WIZARD(world, "Cora", .map = LAND_MEADOW, .x = BAKER_X, .y = BEASTS_Y - 3);
	player_of(world, ana)->safe_mode = 1;
	forget(world);
	cast_on(world, ana, CHARM_DART, guard);
	EXPECT_REFUSED(world, ana, TEXT_ATTACK_SAFE_MODE_GUARD);
	assert_int_equal(body_of(world, guard)->hp, 50);
	cast_on(world, cora, CHARM_DART, baker);
	assert_int_equal(player_of(world, cora)->mana, WIZARD_MANA);
}

static void who_looks_like_a_creature_and_strikes_one_does_not_any_more(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .class_id = CLASS_DRUID, .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	give(world, ana, 1, THING_ELVEN_FLUTE, 1);
	wear(world, ana, 1);
	cast_on(world, ana, CHARM_MIMIC, bear);
	assert_true(player_of(world, ana)->ignored);
	assert_true(player_of(world, ana)->mimicking);
	cast_on(world, ana, CHARM_CURE, ana); /* of no matter to the bear */
	assert_true(player_of(world, ana)->ignored);
	cast_on(world, ana, CHARM_HEAL, bear);
	assert_false(player_of(world, ana)->ignored);
	assert_true(player_of(world, ana)->mimicking);
}

static void damage_and_healing_vary_as_the_files_say(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = WIZARD(world, "Ana", .level = 1), beto = TARGET(world, "Beto", .criminal = true);
	unsigned seen[12] = {0};
	world->tx.paranoia = PARANOIA_OFF;
	for (unsigned i = 0; i < 400; i++) {
		const struct player *target = reborn(world, beto);
		player_of(world, ana)->mana = WIZARD_MANA;
		player_of(world, ana)->stamina = 100;
		cast_on(world, ana, CHARM_VARIES, beto);
		assert_in_range(200 - target->hp, 1, 10);
		seen[200 - target->hp]++;
		forget(world);
	}
	for (unsigned i = 1; i <= 10; i++) /* 40 expected of each; outside of 15..70 once in 100,000 seeds */
		assert_in_range(seen[i], 15, 70);
}

/* 15.8: help for a creature that somebody fights is taken from him. */
static void healing_anothers_creature(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = WIZARD(world, "Ana", .x = BEAR_X, .y = WILD_BEASTS_Y - 4);
	uint32_t beto = WIZARD(world, "Beto", .x = BEAR_X + 1, .y = WILD_BEASTS_Y - 4);
	struct player *he = player_of(world, beto), *she = player_of(world, ana);
	she->id = 101;
	he->id = 102;
	cast_on(world, ana, CHARM_HUNT, bear);
	assert_int_equal(creature_at(&world->tx, bear)->owner.index, ana);
	she->mana = WIZARD_MANA;
	cast_on(world, ana, CHARM_HEAL, bear); /* her own */
	assert_int_equal(body_of(world, bear)->hp, 30);
	body_of(world, bear)->hp = 3;
	forget(world);
	he->safe_mode = 1;
	cast_on(world, beto, CHARM_HEAL, bear);
	EXPECT_REFUSED(world, beto, TEXT_HELP_SAFE_MODE_CREATURE);
	he->safe_mode = 0;
	he->royal_army = she->royal_army = 1;
	cast_on(world, beto, CHARM_HEAL, bear);
	EXPECT_REFUSED(world, beto, TEXT_HELP_ARMY_CREATURE);
	he->royal_army = she->royal_army = 0;
	he->chaos_legion = she->chaos_legion = 1;
	cast_on(world, beto, CHARM_HEAL, bear);
	EXPECT_REFUSED(world, beto, TEXT_HELP_CHAOS_CREATURE);
	he->chaos_legion = she->chaos_legion = 0;
	assert_int_equal(body_of(world, bear)->hp, 3);
	cast_on(world, beto, CHARM_HEAL, bear);
	assert_int_equal(body_of(world, bear)->hp, 30);
	assert_int_equal(he->attackable_by, 101);
	EXPECT_PAID(world, beto, 20, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(helmet_and_ring_take_their_share_of_the_damage),
		WORLD_TEST(harm_is_for_whom_one_may_attack),
		WORLD_TEST(attacking_a_citizen_by_magic_makes_a_criminal),
		WORLD_TEST(who_has_no_life_left_dies_and_it_counts),
		WORLD_TEST(the_killers_pets_come_back_to_him),
		WORLD_TEST(nothing_is_lost_in_an_arena),
		WORLD_TEST(healing_stops_at_the_most),
		WORLD_TEST(helping_a_criminal_costs_a_citizen_his_honour),
		WORLD_TEST(hunger_and_thirst),
		WORLD_TEST(mana_and_stamina),
		WORLD_TEST(agility_and_strength_go_up_and_down_for_a_while),
		WORLD_TEST(all_of_a_spell_happens_and_ends_with_death),
		WORLD_TEST(a_creature_loses_life_and_pays_for_what_it_had),
		WORLD_TEST(a_creature_without_a_voice_bears_magic_in_silence),
		WORLD_TEST(a_creature_is_healed_no_further_than_whole),
		WORLD_TEST(a_peaceful_creature_is_not_attacked_in_safe_mode),
		WORLD_TEST(who_looks_like_a_creature_and_strikes_one_does_not_any_more),
		WORLD_TEST(damage_and_healing_vary_as_the_files_say),
		WORLD_TEST(healing_anothers_creature),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
