/* The blows of creatures, at players and at each other: rules-life-combat-magic.md 13.4, 13.8, 13.9. */
#include "tests/unit/test_minds.h"
#include "worker/game/fight.h"
#include "worker/game/formulas.h"

enum { X = 40, Y = 50, TRIES = 400 };

static bool strikes(struct little_world *world, uint32_t creature, uint32_t player)
{
	return mind_done(world, MIND_MAP, mind_run_strike, (struct mind_deed){.body = creature, .other = player}) != 0;
}

/* A blow that hits: until one does; what was told of it is there, of the others not. */
static void hits(struct little_world *world, uint32_t creature, uint32_t player)
{
	for (unsigned i = 0; i < TRIES; i++) {
		mind_of(world, creature)->strike_due_ms = 0;
		forget(world);
		assert_true(strikes(world, creature, player));
		if (lost_hp(world, player) > 0 || player_of(world, player)->dead)
			return;
	}
	fail_msg("it never hits");
}

/* The same until one misses. */
static void misses(struct little_world *world, uint32_t creature, uint32_t player)
{
	for (unsigned i = 0; i < TRIES; i++) {
		mind_of(world, creature)->strike_due_ms = 0;
		player_of(world, player)->hp = player_of(world, player)->hp_max;
		forget(world);
		assert_true(strikes(world, creature, player));
		if (lost_hp(world, player) == 0)
			return;
	}
	fail_msg("it always hits");
}

/* What he was told next is such a packet. */
static const struct s2c_packet *next_is(struct little_world *world, uint32_t player, unsigned id)
{
	const struct s2c_packet *packet = next_told(world, player);
	assert_non_null(packet);
	assert_int_equal(packet->id, id);
	return packet;
}

/* --- at players ----------------------------------------------------------------------------------------------------------- */

static void a_hit_is_told_in_order(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	hits(world, wolf, ana);
	assert_int_equal(next_is(world, ana, S2C_PLAY_WAVE)->PLAY_WAVE.wave, 90);
	assert_int_equal(next_is(world, ana, S2C_PLAY_WAVE)->PLAY_WAVE.wave, SOUND_HIT);
	assert_int_equal(next_is(world, ana, S2C_CREATE_FX)->CREATE_FX.fx, FX_BLOOD);
	next_is(world, ana, S2C_MULTI_MESSAGE);
	assert_int_equal(next_is(world, ana, S2C_UPDATE_HP)->UPDATE_HP.hp, 994);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(lost_hp(world, ana), 5);
	EXPECT_SOUND(world);
}

static void who_meditates_or_sails_shows_no_blood(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	body_of(world, ana)->flags |= BODY_SAILING;
	hits(world, wolf, ana);
	assert_int_equal(HOW_MANY(world, ana, CREATE_FX), 0);
	body_of(world, ana)->flags = BODY_MEDITATING;
	player_of(world, ana)->hp = 999;
	player_of(world, ana)->skills[SKILL_MEDITATION - 1] = 100; /* is not shaken by 5 */
	hits(world, wolf, ana);
	assert_int_equal(HOW_MANY(world, ana, CREATE_FX), 0);
	assert_true((body_of(world, ana)->flags & BODY_MEDITATING) != 0);
}

static void a_miss_is_told(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	misses(world, wolf, ana);
	EXPECT(world, ana, PLAY_WAVE, .wave = 90, .x = X, .y = Y);
	EXPECT_MULTI(world, ana, NPC_SWING);
	EXPECT_NOTHING_ELSE(world);
}

/* 1000 tries of each, give or take five times the deviation, which is 16 at most; 90 in a hundred is as good as it gets. */
static void it_hits_as_often_as_its_power_says(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	player_of(world, ana)->skills[SKILL_EVASION - 1] = 100;
	uint32_t strong = beast_put(world, BEAST_HUNTER, X, Y), weak = beast_put(world, BEAST_CLUMSY, X + 1, Y + 1);
	unsigned of_strong = 0, of_weak = 0;
	world->tx.paranoia = PARANOIA_OFF;
	for (unsigned i = 0; i < 1000; i++) {
		player_of(world, ana)->hp = 999;
		mind_of(world, strong)->strike_due_ms = mind_of(world, weak)->strike_due_ms = 0;
		strikes(world, strong, ana);
		of_strong += lost_hp(world, ana) > 0;
		player_of(world, ana)->hp = 999;
		strikes(world, weak, ana);
		of_weak += lost_hp(world, ana) > 0;
	}
	int percent = hit_percent(0, player_evasion_power(&world->tx, player_of(world, ana)));
	assert_in_range(percent, 10, 30);
	assert_in_range(of_strong, 852, 948);
	assert_in_range(of_weak, percent * 10 - 80, percent * 10 + 80);
}

/* 3000 of defence: whatever hits the body leaves 1, what hits the head all. */
static void armour_leaves_one_point(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	give(world, ana, 1, THING_ARMOUR, 1);
	wear(world, ana, 1);
	unsigned ones = 0, fives = 0;
	for (unsigned i = 0; i < 60; i++) {
		player_of(world, ana)->hp = 999;
		hits(world, wolf, ana);
		ones += lost_hp(world, ana) == 1;
		fives += lost_hp(world, ana) == 5;
	}
	assert_int_equal(ones + fives, 60);
	assert_in_range(fives, 1, 25); /* one of six */
}

static void a_shield_blocks_what_would_have_missed(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t clumsy = beast_put(world, BEAST_CLUMSY, X, Y);
	give(world, ana, 1, THING_SHIELD, 1);
	wear(world, ana, 1);
	player_of(world, ana)->skills[SKILL_SHIELDS - 1] = 100; /* nine times of ten */
	unsigned blocked = 0;
	for (unsigned i = 0; i < 100; i++) {
		misses(world, clumsy, ana);
		if (HOW_MANY(world, ana, PLAY_WAVE) > 0) {
			blocked++;
			EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_SHIELD, .x = X, .y = Y + 1);
			EXPECT_MULTI(world, ana, BLOCKED_WITH_SHIELD_USER);
		}
		EXPECT_MULTI(world, ana, NPC_SWING);
		EXPECT_NOTHING_ELSE(world);
	}
	assert_in_range(blocked, 75, 100);
}

/* 29 of a hundred: 1000 hits, give or take five times 14.3. */
static void a_viper_poisons(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t viper = beast_put(world, BEAST_VIPER, X, Y), wolf = beast_put(world, BEAST_HUNTER, X + 1, Y + 1);
	unsigned hit = 0, poisoned = 0;
	world->tx.paranoia = PARANOIA_OFF;
	while (hit < 1000) {
		player_of(world, ana)->hp = 999;
		player_of(world, ana)->poisoned = 0;
		mind_of(world, viper)->strike_due_ms = 0;
		strikes(world, viper, ana);
		hit += lost_hp(world, ana) > 0;
		poisoned += player_of(world, ana)->poisoned;
		assert_true(lost_hp(world, ana) > 0 || !player_of(world, ana)->poisoned);
	}
	assert_in_range(poisoned, 219, 361);
	player_of(world, ana)->poisoned = 0;
	for (unsigned i = 0; i < 100; i++)
		hits(world, wolf, ana);
	assert_int_equal(player_of(world, ana)->poisoned, 0);
}

static void who_is_poisoned_is_told_once(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t viper = beast_put(world, BEAST_VIPER, X, Y);
	unsigned told = 0;
	for (unsigned i = 0; i < 60; i++) {
		player_of(world, ana)->hp = 999;
		hits(world, viper, ana);
		told += HOW_MANY(world, ana, CONSOLE_MSG);
	}
	assert_int_equal(player_of(world, ana)->poisoned, 1);
	assert_int_equal(told, 1);
}

/* Life 200 after the blow, 20 of intelligence, 100 of meditation: 40 to 68 points are borne (13.17). Here the blow is 5, so that
 * the life is what is changed: with 14 left the least that is borne is 2, the most 4; with 35, 7 to 12. */
static void a_hard_blow_ends_meditation(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	player_of(world, ana)->skills[SKILL_MEDITATION - 1] = 100;
	player_of(world, ana)->attributes_now[ATTRIBUTE_INTELLIGENCE - 1] = 20;
	static const struct {
		int16_t left;
		bool goes_on;
	} cases[] = {{35, true}, {14, false}};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (unsigned n = 0; n < 20; n++) {
			player_of(world, ana)->hp_max = player_of(world, ana)->hp = (int16_t)(cases[i].left + 5);
			body_of(world, ana)->flags |= BODY_MEDITATING;
			hits(world, wolf, ana);
			assert_int_equal((body_of(world, ana)->flags & BODY_MEDITATING) != 0, cases[i].goes_on);
		}
	}
}

static void staff_and_the_dead_are_not_struck(void **state)
{
	struct little_world *world = *state;
	uint32_t god = SOMEBODY(world, "Ana", .x = X, .y = Y + 1, .privileges = PRIVILEGE_GOD);
	uint32_t ghost = SOMEBODY(world, "Eva", .x = X, .y = Y - 1, .dead = true);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	for (unsigned i = 0; i < 30; i++) {
		assert_false(strikes(world, wolf, god));
		assert_false(strikes(world, wolf, ghost));
	}
	assert_int_equal(lost_hp(world, god), 0);
	assert_int_equal(mind_of(world, wolf)->strike_due_ms, 0); /* not used up */
}

static void it_waits_for_its_interval(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	assert_true(strikes(world, wolf, ana));
	pass_ms(world, STRIKE_MS - 1);
	assert_false(strikes(world, wolf, ana));
	pass_ms(world, 1);
	assert_true(strikes(world, wolf, ana));
}

static void they_know_of_each_other(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1), eva = SOMEBODY(world, "Eva", .x = X, .y = Y - 1);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y), other = beast_put(world, BEAST_HUNTER, X + 1, Y + 1);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, X - 3, Y);
	strikes(world, wolf, ana);
	assert_int_equal(mind_of(world, wolf)->target.index, ana);
	assert_int_equal(player_of(world, ana)->hunter.index, wolf);
	assert_int_equal(mind_of(world, pet)->target.index, wolf);
	assert_int_equal(mind_of(world, pet)->movement, MOVEMENT_FIGHTS_CREATURES);
	strikes(world, other, ana); /* the first remains */
	assert_int_equal(player_of(world, ana)->hunter.index, wolf);
	assert_int_equal(mind_of(world, pet)->target.index, wolf);
	mind_of(world, wolf)->strike_due_ms = 0;
	strikes(world, wolf, eva);
	assert_int_equal(mind_of(world, wolf)->target.index, ana);
	EXPECT_SOUND(world);
}

/* --- killing -------------------------------------------------------------------------------------------------------------- */

static void killed(struct little_world *world, uint32_t creature, uint32_t player)
{
	player_of(world, player)->hp = 5;
	player_of(world, player)->hp_max = 5;
	hits(world, creature, player);
	assert_int_equal(player_of(world, player)->dead, 1);
	EXPECT_MULTI(world, player, NPC_KILL_USER);
	EXPECT_SOUND(world);
}

static void a_guard_that_kills_a_criminal_has_mercy(void **state)
{
	struct little_world *world = *state;
	uint32_t eva = SOMEBODY(world, "Eva", .x = X, .y = Y + 1, .criminal = true);
	uint32_t guard = beast_put(world, BEAST_ROYAL_GUARD, X, Y);
	killed(world, guard, eva);
	assert_int_equal(player_of(world, eva)->reputation[REPUTATION_BANDIT], 900);
}

static void another_creature_has_none(void **state)
{
	struct little_world *world = *state;
	uint32_t eva = SOMEBODY(world, "Eva", .x = X, .y = Y + 1, .criminal = true);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y);
	killed(world, wolf, eva);
	assert_int_equal(player_of(world, eva)->reputation[REPUTATION_BANDIT], 1000);
	assert_int_equal(player_of(world, eva)->players_killed, 0);
}

static void a_good_creature_that_killed_is_calm(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X, .y = Y + 1);
	uint32_t goat = beast_put(world, BEAST_WANDERER, X, Y);
	attacked_by(world, goat, ana);
	assert_int_equal(mind_of(world, goat)->hostile, 1);
	killed(world, goat, ana);
	assert_int_equal(mind_of(world, goat)->hostile, 0);
	assert_int_equal(mind_of(world, goat)->attacker_id, 0);
	assert_int_equal(mind_of(world, goat)->movement, MOVEMENT_WANDERS);
}

/* Its master is not made a murderer by a blow of his pet. */
static void the_pets_of_who_was_avenged_follow_again(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 2, .y = Y), eva = SOMEBODY(world, "Eva", .x = X, .y = Y + 1);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, X, Y), other = pet_put(world, ana, BEAST_WANDERER, X - 1, Y);
	mind_of(world, other)->movement = mind_of(world, pet)->movement = MOVEMENT_DEFENDS;
	mind_of(world, other)->attacker_id = mind_of(world, pet)->attacker_id = player_of(world, eva)->id;
	const struct player before = *player_of(world, ana);
	killed(world, pet, eva);
	assert_int_equal(mind_of(world, pet)->movement, MOVEMENT_FOLLOWS);
	assert_int_equal(mind_of(world, other)->movement, MOVEMENT_FOLLOWS);
	assert_int_equal(mind_of(world, other)->attacker_id, 0);
	assert_int_equal(player_of(world, ana)->players_killed, before.players_killed);
	assert_int_equal(player_of(world, ana)->experience, before.experience);
	assert_memory_equal(player_of(world, ana)->reputation, before.reputation, sizeof before.reputation);
}

/* --- at creatures ------------------------------------------------------------------------------------------------------------- */

static bool strikes_creature(struct little_world *world, uint32_t creature, uint32_t victim, bool retaliates)
{
	struct mind_deed deed = {.body = creature, .other = victim, .flag = retaliates};
	return mind_done(world, MIND_MAP, mind_run_strike_creature, deed) != 0;
}

static void hits_creature(struct little_world *world, uint32_t creature, uint32_t victim)
{
	int32_t hp = mind_body(world, victim)->hp;
	uint32_t generation = mind_body(world, victim)->generation;
	for (unsigned i = 0; i < TRIES; i++) {
		mind_of(world, creature)->strike_due_ms = 0;
		forget(world);
		assert_true(strikes_creature(world, creature, victim, false));
		if (mind_body(world, victim)->hp != hp || mind_body(world, victim)->generation != generation)
			return;
	}
	fail_msg("it never hits");
}

static void a_blow_at_a_creature_does_not_feel_its_hide(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 2, .y = Y);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y), dragon = beast_put(world, BEAST_DRAGON, X, Y + 1);
	hits_creature(world, wolf, dragon); /* its defence is 100 */
	assert_int_equal(mind_body(world, dragon)->hp, 4995);
	EXPECT(world, ana, PLAY_WAVE, .wave = 90, .x = X, .y = Y);
	EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_HIT_CREATURE, .x = X, .y = Y + 1);
	EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_HIT, .x = X, .y = Y + 1);
	EXPECT_NOTHING_ELSE(world);
}

static void a_miss_at_a_creature_is_heard(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 2, .y = Y);
	uint32_t goat = beast_put(world, BEAST_WANDERER, X, Y), dragon = beast_put(world, BEAST_DRAGON, X, Y + 1);
	for (unsigned i = 0; mind_body(world, dragon)->hp == 5000 && i < TRIES; i++) {
		mind_of(world, goat)->strike_due_ms = 0;
		strikes_creature(world, goat, dragon, false);
		if (mind_body(world, dragon)->hp == 5000) {
			EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_SWING, .x = X, .y = Y + 1);
			EXPECT_NOTHING_ELSE(world);
			return;
		}
		assert_true(i < 100);
		body_of(world, dragon)->hp = 5000;
		forget(world);
	}
	fail_msg("it never misses");
}

static void the_victim_turns_on_who_strikes_it_unless_told_not_to(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = X - 2, .y = Y);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y), goat = beast_put(world, BEAST_WANDERER, X, Y + 1);
	assert_true(strikes_creature(world, wolf, goat, false));
	assert_int_equal(mind_of(world, goat)->movement, MOVEMENT_WANDERS);
	assert_int_equal(mind_of(world, goat)->target.index, 0);
	assert_false(strikes_creature(world, wolf, goat, true)); /* too soon: nothing of it */
	assert_int_equal(mind_of(world, goat)->target.index, 0);
	pass_ms(world, STRIKE_MS);
	assert_true(strikes_creature(world, wolf, goat, true));
	assert_int_equal(mind_of(world, goat)->movement, MOVEMENT_FIGHTS_CREATURES);
	assert_int_equal(mind_of(world, goat)->target.index, wolf);
}

static void a_pet_renews_its_master_s_claim(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 2, .y = Y);
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, X, Y), goat = beast_put(world, BEAST_WANDERER, X, Y + 1);
	mind_of(world, goat)->owner = player_handle(&world->world, ana);
	mind_of(world, goat)->owned_until_ms = world->tx.now_ms + 100;
	player_of(world, ana)->owned = body_handle(&world->world, goat);
	assert_true(strikes_creature(world, pet, goat, true));
	assert_int_equal(mind_of(world, goat)->owned_until_ms,
					 world->tx.now_ms + (uint64_t)world->config.intervals.owned_ms);
	uint32_t other = beast_put(world, BEAST_WANDERER, X + 1, Y);
	mind_of(world, pet)->strike_due_ms = 0;
	assert_true(strikes_creature(world, pet, other, true)); /* what he did not claim, it does not claim either */
	assert_int_equal(mind_of(world, other)->owner.index, 0);
}

static void what_a_wild_creature_kills_is_nobody_s(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 2, .y = Y);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y), rat = beast_put(world, BEAST_RAT, X, Y + 1);
	struct handle dead = body_handle(&world->world, rat);
	mind_of(world, wolf)->movement = MOVEMENT_FIGHTS_CREATURES;
	mind_of(world, wolf)->target = dead;
	hits_creature(world, wolf, rat);
	assert_null(handle_body(&world->world, dead));
	assert_int_equal(mind_of(world, wolf)->movement, MOVEMENT_HUNTS);
	assert_int_equal(mind_of(world, wolf)->target.index, 0);
	assert_int_equal(player_of(world, ana)->experience, 0);
	assert_int_equal(player_of(world, ana)->creatures_killed, 0);
	EXPECT_SOUND(world);
}

static void a_pet_that_dies_is_lost_to_its_master(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = X - 2, .y = Y);
	uint32_t wolf = beast_put(world, BEAST_HUNTER, X, Y), pet = pet_put(world, ana, BEAST_RAT, X, Y + 1);
	hits_creature(world, wolf, pet);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
	EXPECT_SOUND(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_hit_is_told_in_order),
		WORLD_TEST(who_meditates_or_sails_shows_no_blood),
		WORLD_TEST(a_miss_is_told),
		WORLD_TEST(it_hits_as_often_as_its_power_says),
		WORLD_TEST(armour_leaves_one_point),
		WORLD_TEST(a_shield_blocks_what_would_have_missed),
		WORLD_TEST(a_viper_poisons),
		WORLD_TEST(who_is_poisoned_is_told_once),
		WORLD_TEST(a_hard_blow_ends_meditation),
		WORLD_TEST(staff_and_the_dead_are_not_struck),
		WORLD_TEST(it_waits_for_its_interval),
		WORLD_TEST(they_know_of_each_other),
		WORLD_TEST(a_guard_that_kills_a_criminal_has_mercy),
		WORLD_TEST(another_creature_has_none),
		WORLD_TEST(a_good_creature_that_killed_is_calm),
		WORLD_TEST(the_pets_of_who_was_avenged_follow_again),
		WORLD_TEST(a_blow_at_a_creature_does_not_feel_its_hide),
		WORLD_TEST(a_miss_at_a_creature_is_heard),
		WORLD_TEST(the_victim_turns_on_who_strikes_it_unless_told_not_to),
		WORLD_TEST(a_pet_renews_its_master_s_claim),
		WORLD_TEST(what_a_wild_creature_kills_is_nobody_s),
		WORLD_TEST(a_pet_that_dies_is_lost_to_its_master),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
