/* Blows and shots between players: rules-life-combat-magic.md 13. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/fight.h"
#include "worker/game/wire.h"

enum { X = 40, Y = 40 /* in the wild */, LIFE = 10000 };

static uint32_t ana, beto;

/* Ana looks at Beto, who is beside her in the wild; her safety is off. Both live long. */
static void face_to_face(struct little_world *world)
{
	ana = ENTER(world, "Ana", .map = LAND_WILD, .x = X, .y = Y);
	beto = ENTER(world, "Beto", .map = LAND_WILD, .x = X, .y = Y + 1);
	player_of(world, ana)->id = 101;
	player_of(world, beto)->id = 102;
	player_of(world, ana)->safe_mode = 0;
	player_of(world, ana)->hit_min = player_of(world, ana)->hit_max = 10;
	player_of(world, ana)->experience_next = player_of(world, beto)->experience_next = 90000000;
	player_of(world, ana)->skills_assigned = player_of(world, beto)->skills_assigned = 0;
	player_of(world, beto)->hp = player_of(world, beto)->hp_max = LIFE;
	body_of(world, ana)->heading = HEADING_SOUTH;
}

static void rested(struct little_world *world, uint32_t who)
{
	player_of(world, who)->stamina = 100;
	pass_ms(world, 2000);
	forget(world);
}

static void strike(struct little_world *world)
{
	rested(world, ana);
	DO(world, ana, ATTACK);
}

static void shoot(struct little_world *world, unsigned x, unsigned y)
{
	rested(world, ana);
	DO(world, ana, WORK_LEFT_CLICK, .x = (int32_t)x, .y = (int32_t)y, .skill = SKILL_RANGED);
}

/* A short message told to him, taken off; NULL = no such. */
static const struct s2c_packet *multi(struct little_world *world, uint32_t who, unsigned id)
{
	const struct s2c_packet *packet;
	while ((packet = next_told(world, who)) != NULL) {
		if (packet->id == S2C_MULTI_MESSAGE && packet->sub == id)
			return packet;
	}
	return NULL;
}

static int lost(struct little_world *world)
{
	int by = LIFE - player_of(world, beto)->hp;
	player_of(world, beto)->hp = LIFE;
	return by;
}

/* Strikes until a blow hits; what was told about it waits. Returns what Beto lost. */
static int strike_until_it_hits(struct little_world *world)
{
	for (int i = 0; i < 500; i++) {
		strike(world);
		int by = lost(world);
		if (by > 0)
			return by;
	}
	fail_msg("no blow of 500 hits");
	return 0;
}

static void arm(struct little_world *world, uint32_t who, unsigned slot, enum thing thing, unsigned amount)
{
	give(world, who, slot, thing, amount);
	wear(world, who, slot);
}

static unsigned amount_in(struct little_world *world, uint32_t who, unsigned slot)
{
	return player_of(world, who)->inventory[slot - 1].amount;
}

/* --- what everybody is told ----------------------------------------------------------------------------------------------- */

static void a_hit_is_told_to_both_and_seen_by_all(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	uint32_t carla = ENTER(world, "Carla", .map = LAND_WILD, .x = X + 1, .y = Y);
	int by = strike_until_it_hits(world);
	EXPECT(world, carla, PLAY_WAVE, .wave = 10, .x = X, .y = Y);
	EXPECT(world, carla, CREATE_FX, .char_index = (int32_t)beto, .fx = 14, .loops = 0);
	EXPECT_ANY(world, ana, UPDATE_STA);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT(world, beto, UPDATE_HP, .hp = LIFE - by);
	EXPECT_ANY(world, beto, UPDATE_USER_STATS);
	const struct s2c_packet *mine = multi(world, ana, MULTI_USER_HITTED_USER);
	const struct s2c_packet *his = multi(world, beto, MULTI_USER_HITTED_BY_USER);
	assert_non_null(mine);
	assert_non_null(his);
	assert_int_equal(mine->multi.USER_HITTED_USER.victim_char, beto);
	assert_int_equal(mine->multi.USER_HITTED_USER.damage, by);
	assert_int_equal(his->multi.USER_HITTED_BY_USER.attacker_char, ana);
	assert_int_equal(his->multi.USER_HITTED_BY_USER.damage, by);
	assert_int_equal(his->multi.USER_HITTED_BY_USER.body_part, mine->multi.USER_HITTED_USER.body_part);
	assert_true(player_is_criminal(player_of(world, ana)));
}

static void a_miss_is_told_to_both_and_heard(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	do
		strike(world);
	while (lost(world) != 0);
	EXPECT(world, beto, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT_MULTI(world, ana, USER_SWING);
	EXPECT_MULTI(world, beto, USER_ATTACKED_SWING, .attacker_char = (int32_t)ana);
	assert_true(player_of(world, ana)->stamina < 100);
}

static void as_many_blows_hit_as_the_formula_says(void **state)
{
	struct little_world *world = *state;
	enum { BLOWS = 400 };
	face_to_face(world);
	player_of(world, beto)->skills[SKILL_EVASION - 1] = 20;
	int percent = hit_percent(player_attack_power(&world->tx, player_of(world, ana)),
							  player_evasion_power(&world->tx, player_of(world, beto)));
	int hits = 0;
	for (int i = 0; i < BLOWS; i++) {
		strike(world);
		hits += lost(world) > 0;
		player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 0; /* what he learns would change the odds */
		player_of(world, beto)->skills[SKILL_EVASION - 1] = 20;
	}
	/* five standard deviations, of 10 at most */
	assert_in_range(hits, BLOWS * percent / 100 - 50, BLOWS * percent / 100 + 50);
}

/* --- gates and refusals ------------------------------------------------------------------------------------------------------- */

static void the_air_is_struck_at_a_price(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->heading = HEADING_NORTH;
	strike(world);
	EXPECT(world, ana, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT(world, beto, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT_ANY(world, ana, UPDATE_STA);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT_NOTHING_ELSE(world);
	assert_in_range(player_of(world, ana)->stamina, 90, 99);
}

static void too_soon_is_nothing_at_all(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->heading = HEADING_NORTH;
	strike(world);
	forget(world);
	body_of(world, ana)->flags |= BODY_HIDDEN;
	DO(world, ana, ATTACK); /* a second later: half a second too soon */
	EXPECT_NOTHING_ELSE(world);
	assert_true((body_of(world, ana)->flags & BODY_HIDDEN) != 0);
	DO(world, ana, ATTACK);
	EXPECT_ANY(world, ana, PLAY_WAVE);
	assert_true((body_of(world, ana)->flags & BODY_HIDDEN) == 0);
}

static void the_tired_do_not_strike_nor_shoot(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->stamina = 9;
	pass_ms(world, 2000);
	DO(world, ana, ATTACK);
	EXPECT_LINE(world, ana, TEXT_TIRED_MAN);
	EXPECT_NOTHING_ELSE(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y + 1, .skill = SKILL_RANGED);
	EXPECT_LINE(world, ana, TEXT_TIRED_MAN);
	assert_int_equal(amount_in(world, ana, 2), 5);
}

static void who_may_not_strike_at_all(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	body_of(world, ana)->flags |= BODY_MEDITATING;
	strike(world);
	EXPECT_NOTHING_ELSE(world);
	body_of(world, ana)->flags &= ~(uint32_t)BODY_MEDITATING;
	arm(world, ana, 1, THING_BOW, 1);
	strike(world);
	EXPECT_LINE(world, ana, TEXT_STRIKE_WITH_BOW);
	EXPECT_NOTHING_ELSE(world);
	player_of(world, ana)->dead = 1;
	strike(world);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	player_of(world, ana)->dead = 0;
	player_of(world, ana)->trading = 1;
	strike(world);
	EXPECT_LINE(world, ana, TEXT_NOT_NOW_TRADING);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(lost(world), 0);
}

static void beyond_the_edge_there_is_only_air(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	static const struct {
		unsigned x, y, heading;
	} edges[] = {{1, 50, HEADING_WEST}, {100, 51, HEADING_EAST}, {50, 1, HEADING_NORTH}, {51, 100, HEADING_SOUTH}};
	for (unsigned i = 0; i < sizeof edges / sizeof *edges; i++) {
		stand(world, ana, edges[i].x, edges[i].y);
		body_of(world, ana)->heading = (uint8_t)edges[i].heading;
		strike(world);
		EXPECT_ANY(world, ana, PLAY_WAVE);
	}
}

static void a_refused_blow_costs_nothing(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->safe_mode = 1;
	strike(world);
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_MODE);
	assert_int_equal(player_of(world, ana)->stamina, 100);
	assert_int_equal(lost(world), 0);
	assert_false(player_is_criminal(player_of(world, ana)));
}

static void nobody_is_found_by_striking_where_he_is_invisible(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, beto)->privileges = PRIVILEGE_GOD;
	body_of(world, beto)->flags |= BODY_ADMIN_INVISIBLE;
	strike(world);
	EXPECT(world, ana, PLAY_WAVE, .wave = 2, .x = X, .y = Y);
	EXPECT_ANY(world, ana, UPDATE_STA);
	EXPECT_ANY(world, ana, UPDATE_USER_STATS);
	EXPECT_NOTHING(world, ana);
}

static void arrival_protection_ends_with_the_first_blow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->protected_until_ms = world->tx.now_ms + 60000;
	strike(world);
	assert_int_equal(player_of(world, ana)->protected_until_ms, 0);
}

/* --- armour --------------------------------------------------------------------------------------------------------------------- */

static void armour_takes_all_but_one(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_ARMOUR, 1);
	bool parts[7] = {false};
	for (int i = 0; i < 80; i++) {
		int by = strike_until_it_hits(world);
		const struct s2c_packet *told = multi(world, ana, MULTI_USER_HITTED_USER);
		assert_non_null(told);
		int part = told->multi.USER_HITTED_USER.body_part;
		assert_in_range(part, BODY_PART_HEAD, BODY_PART_TORSO);
		parts[part] = true;
		if (part == BODY_PART_HEAD)
			assert_true(by > 1);
		else
			assert_int_equal(by, 1);
	}
	for (int part = BODY_PART_HEAD; part <= BODY_PART_TORSO; part++)
		assert_true(parts[part]);
}

static void a_shield_is_heard_only_when_the_blow_missed(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_SHIELD, 1);
	player_of(world, beto)->skills[SKILL_SHIELDS - 1] = 100;
	bool blocked = false;
	for (int i = 0; i < 100 && !blocked; i++) {
		strike(world);
		bool hit = lost(world) > 0;
		blocked = multi(world, beto, MULTI_BLOCKED_WITH_SHIELD_USER) != NULL;
		assert_false(blocked && hit);
	}
	assert_true(blocked);
	EXPECT_MULTI(world, ana, BLOCKED_WITH_SHIELD_OTHER);
	EXPECT(world, ana, PLAY_WAVE, .wave = 37, .x = X, .y = Y + 1);
}

/* --- to the death --------------------------------------------------------------------------------------------------------------- */

static void the_last_blow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	for (int i = 0; i < 100 && !player_of(world, beto)->dead; i++) {
		player_of(world, beto)->hp = 1;
		strike(world);
	}
	assert_int_equal(player_of(world, beto)->dead, 1);
	assert_int_equal(player_of(world, beto)->hp, 0);
	EXPECT_MULTI(world, ana, HAVE_KILLED_USER, .victim_char = (int32_t)beto, .exp = 40);
	EXPECT_MULTI(world, beto, USER_KILL, .killer_char = (int32_t)ana);
	assert_int_equal(player_of(world, ana)->citizens_killed, 1);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_ASSASSIN], 2000);
	forget(world);
	strike(world); /* his ghost is safe */
	EXPECT_LINE(world, ana, TEXT_ATTACK_GHOST);
	EXPECT_SOUND(world);
}

/* --- shots ------------------------------------------------------------------------------------------------------------------------ */

static void each_shot_takes_an_arrow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 3);
	shoot(world, X, Y + 1);
	EXPECT_SLOT(world, ana, 2, THING_ARROWS, 2, WORN);
	assert_true(player_of(world, ana)->stamina < 100);
	shoot(world, X, Y - 5); /* into the air */
	EXPECT_SLOT(world, ana, 2, THING_ARROWS, 1, WORN);
	shoot(world, X, Y + 1);
	EXPECT_SLOT(world, ana, 2, THING_NONE, 0, NOT_WORN);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_AMMUNITION], 0);
	shoot(world, X, Y + 1);
	EXPECT_LINE(world, ana, TEXT_SHOOT_NO_ARROWS);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], 0);
	shoot(world, X, Y + 1);
	EXPECT_LINE(world, ana, TEXT_SHOOT_NO_BOW);
	EXPECT_SOUND(world);
}

static void a_refused_shot_keeps_its_arrow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 3);
	shoot(world, X, Y - 1); /* his head */
	EXPECT_LINE(world, ana, TEXT_ATTACK_ONESELF);
	player_of(world, ana)->safe_mode = 1;
	shoot(world, X, Y + 1);
	EXPECT_LINE(world, ana, TEXT_ATTACK_SAFE_MODE);
	assert_int_equal(amount_in(world, ana, 2), 3);
	shoot(world, X + 9, Y);
	EXPECT(world, ana, POS_UPDATE, .x = X, .y = Y);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(amount_in(world, ana, 2), 3);
}

static void shots_wait_for_shots_and_for_blows(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, ana, 1, THING_BOW, 1);
	arm(world, ana, 2, THING_ARROWS, 5);
	shoot(world, X, Y + 1);
	DO(world, ana, WORK_LEFT_CLICK, .x = X, .y = Y + 1, .skill = SKILL_RANGED); /* after a second */
	assert_int_equal(amount_in(world, ana, 2), 4);
	DO(world, ana, EQUIP_ITEM, .slot = 1); /* takes it off: bare hands must wait for the bow too */
	forget(world);
	player_of(world, ana)->stamina = 100;
	world->tx.now_ms = player_of(world, ana)->gates.shot_ms + 300;
	DO(world, ana, ATTACK);
	EXPECT_NOTHING(world, ana);
}

static void a_knife_is_thrown_away(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->class_id = CLASS_PIRATE;
	world->config.rules.knife_percent = 100;
	arm(world, ana, 1, THING_KNIFE, 300);
	unsigned thrown = 0;
	do {
		shoot(world, X, Y + 1);
		thrown++;
	} while (lost(world) == 0);
	assert_int_equal(amount_in(world, ana, 1), 300 - thrown);
	bool slashed = false;
	const struct s2c_packet *told;
	while ((told = next_told(world, beto)) != NULL)
		slashed |= told->id == S2C_CONSOLE_MSG && told->CONSOLE_MSG.text.length > 0;
	assert_true(slashed);
}

/* --- besides ------------------------------------------------------------------------------------------------------------------------ */

static void poison_goes_through_armour_and_comes_from_the_arrow(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	arm(world, beto, 1, THING_ARMOUR, 1);
	arm(world, ana, 1, THING_POISON_SWORD, 1);
	world->config.rules.weapon_poison_percent = 100;
	strike_until_it_hits(world);
	assert_int_equal(player_of(world, beto)->poisoned, 1);
	EXPECT_LINE(world, beto, TEXT_POISONED_YOU, "Ana");
	EXPECT_LINE(world, ana, TEXT_POISONED, "Beto");

	player_of(world, beto)->poisoned = 0;
	arm(world, ana, 2, THING_BOW, 1);
	arm(world, ana, 3, THING_ARROWS, 100);
	do
		shoot(world, X, Y + 1);
	while (lost(world) == 0);
	assert_int_equal(player_of(world, beto)->poisoned, 0);
	arm(world, ana, 4, THING_POISON_ARROWS, 100);
	do
		shoot(world, X, Y + 1);
	while (lost(world) == 0);
	assert_int_equal(player_of(world, beto)->poisoned, 1);
}

static void daggers_stab_and_the_hungry_do_not(void **state)
{
	struct little_world *world = *state;
	enum { BLOWS = 300 };
	face_to_face(world);
	player_of(world, ana)->class_id = CLASS_ASSASSIN;
	player_of(world, ana)->skills[SKILL_STABBING - 1] = 100;
	player_of(world, ana)->hunger = 0;
	arm(world, ana, 1, THING_DAGGER, 1);
	int lines = 0, hits = 0;
	for (int i = 0; i < 20; i++)
		strike_until_it_hits(world), lines += HOW_MANY(world, ana, CONSOLE_MSG);
	assert_int_equal(lines, 0);
	player_of(world, ana)->hunger = 100;
	int plain = strike_until_it_hits(world), most = plain;
	for (int i = 0; i < BLOWS; i++) {
		int by = strike_until_it_hits(world);
		most = by > most ? by : most;
		plain = by < plain ? by : plain;
		hits += by > plain * 2;
	}
	assert_int_equal(most, plain + stab_player_damage(plain, CLASS_ASSASSIN)); /* one damage: all ends are the same */
	/* 24 of 101; five standard deviations of 7.4 */
	assert_in_range(hits, 71 - 37, 71 + 37);
}

static void theft_gloves(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	struct player *he = player_of(world, beto);
	player_of(world, ana)->class_id = CLASS_BANDIT;
	player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 100;
	player_of(world, ana)->level = 47;
	arm(world, ana, 1, THING_THEFT_GLOVES, 1);
	arm(world, beto, 1, THING_SHIELD, 1);
	arm(world, beto, 2, THING_SWORD, 1);
	arm(world, beto, 3, THING_HELMET, 1);
	he->level = 19;
	for (int i = 0; i < 200 && he->equipment[EQUIP_SHIELD] + he->equipment[EQUIP_WEAPON] + he->equipment[EQUIP_HELMET];
		 i++) {
		unsigned before = (he->equipment[EQUIP_SHIELD] != 0) + (he->equipment[EQUIP_WEAPON] != 0) +
						  (he->equipment[EQUIP_HELMET] != 0);
		strike_until_it_hits(world);
		unsigned after = (he->equipment[EQUIP_SHIELD] != 0) + (he->equipment[EQUIP_WEAPON] != 0) +
						 (he->equipment[EQUIP_HELMET] != 0);
		assert_true(before - after <= 1);
	}
	assert_int_equal(he->equipment[EQUIP_SHIELD], 0);
	assert_int_equal(he->equipment[EQUIP_WEAPON], 0);
	assert_int_equal(he->equipment[EQUIP_HELMET], 0);

	player_of(world, ana)->class_id = CLASS_THIEF;
	for (int i = 0; i < 200 && (body_of(world, beto)->flags & BODY_PARALYSED) == 0; i++)
		strike_until_it_hits(world);
	assert_true((body_of(world, beto)->flags & BODY_PARALYSED) != 0);
	EXPECT_LINE(world, beto, TEXT_HAND_PARALYSED_YOU);
	EXPECT_SOUND(world);
}

static void thieves_disarm_even_who_wears_nothing(void **state)
{
	struct little_world *world = *state;
	face_to_face(world);
	player_of(world, ana)->class_id = CLASS_THIEF;
	player_of(world, ana)->skills[SKILL_WRESTLING - 1] = 100;
	arm(world, ana, 1, THING_THEFT_GLOVES, 1);
	for (int i = 0; i < 30; i++) {
		strike(world);
		lost(world);
	}
	EXPECT_SOUND(world);
	arm(world, beto, 2, THING_SWORD, 1);
	for (int i = 0; i < 100 && player_of(world, beto)->equipment[EQUIP_WEAPON] != 0; i++) {
		strike(world);
		lost(world);
	}
	assert_int_equal(player_of(world, beto)->equipment[EQUIP_WEAPON], 0);
	EXPECT_SLOT(world, beto, 2, THING_SWORD, 1, NOT_WORN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_hit_is_told_to_both_and_seen_by_all),
		WORLD_TEST(a_miss_is_told_to_both_and_heard),
		WORLD_TEST(as_many_blows_hit_as_the_formula_says),
		WORLD_TEST(the_air_is_struck_at_a_price),
		WORLD_TEST(too_soon_is_nothing_at_all),
		WORLD_TEST(the_tired_do_not_strike_nor_shoot),
		WORLD_TEST(who_may_not_strike_at_all),
		WORLD_TEST(beyond_the_edge_there_is_only_air),
		WORLD_TEST(a_refused_blow_costs_nothing),
		WORLD_TEST(nobody_is_found_by_striking_where_he_is_invisible),
		WORLD_TEST(arrival_protection_ends_with_the_first_blow),
		WORLD_TEST(armour_takes_all_but_one),
		WORLD_TEST(a_shield_is_heard_only_when_the_blow_missed),
		WORLD_TEST(the_last_blow),
		WORLD_TEST(each_shot_takes_an_arrow),
		WORLD_TEST(a_refused_shot_keeps_its_arrow),
		WORLD_TEST(shots_wait_for_shots_and_for_blows),
		WORLD_TEST(a_knife_is_thrown_away),
		WORLD_TEST(poison_goes_through_armour_and_comes_from_the_arrow),
		WORLD_TEST(daggers_stab_and_the_hungry_do_not),
		WORLD_TEST(theft_gloves),
		WORLD_TEST(thieves_disarm_even_who_wears_nothing),
	};
	return cmocka_run_group_tests_name("rules_fight", tests, NULL, NULL);
}
