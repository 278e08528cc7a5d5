/* Pets and trainers: taming, orders, enemies, travelling, dying, and who is called to fight: rules-life-combat-magic.md 10.9, 15.13,
 * 16.8 to 16.11, 16.13, 16.17. */
#include "tests/unit/test_deeds.h"
#include "worker/close_reasons.h"
#include "worker/game/leaving.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"

enum { MAP = LAND_WILD, TRIES = 400, RING_SLOT = 5 };

/* --- doing -------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict run_call(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = pet_call(tx, deed->other, deed->at);
	return TX_COMMIT;
}

static enum tx_verdict run_turn_on_player(struct tx *tx, void *context)
{
	struct deed *deed = context;
	pets_turn_on_player(tx, deed->other, deed->body);
	return TX_COMMIT;
}

static enum tx_verdict run_turn_on_creature(struct tx *tx, void *context)
{
	struct deed *deed = context;
	pets_turn_on_creature(tx, deed->other, deed->body);
	return TX_COMMIT;
}

static enum tx_verdict run_follow(struct tx *tx, void *context)
{
	struct deed *deed = context;
	pets_follow(tx, deed->other);
	return TX_COMMIT;
}

static enum tx_verdict run_master_dies(struct tx *tx, void *context)
{
	struct deed *deed = context;
	pets_die(tx, deed->other);
	return TX_COMMIT;
}

static enum tx_verdict run_travel(struct tx *tx, void *context)
{
	struct deed *deed = context;
	bool held = tx_need(tx, tx->world->bodies[deed->other].map);
	if (!tx_need(tx, deed->at.map) || !held)
		return TX_AGAIN;
	travel_to(tx, deed->other, deed->at, TRAVEL_WALKS);
	return TX_COMMIT;
}

static enum tx_verdict run_leave(struct tx *tx, void *context)
{
	struct deed *deed = context;
	leave_game(tx, deed->other, CLOSE_IDLE, TEXT_LEAVING_NOW);
	return TX_COMMIT;
}

#define DONE(world, fn, ...) done((world), MAP, (fn), (struct deed){__VA_ARGS__})

static uint32_t tamer(struct little_world *world, const char *name, unsigned x)
{
	uint32_t who = ENTER(world, name, .map = MAP, .x = (uint8_t)x, .y = 70);
	player_of(world, who)->skills[SKILL_TAMING - 1] = 100;
	player_of(world, who)->skills_assigned = 10; /* who has some left to spend learns nothing by use */
	player_of(world, who)->id = who;
	return who;
}

static uint32_t beast_at(struct little_world *world, unsigned number, unsigned x, unsigned y)
{
	return DONE(world, run_spawn, .number = number, .at = {.map = MAP, .x = (uint8_t)x, .y = (uint8_t)y}).result;
}

static uint32_t summoned(struct little_world *world, uint32_t master)
{
	return DONE(world, run_summon, .other = master, .number = BEAST_SPIRIT, .at = body_place(of(world, master))).result;
}

static void tame_at(struct little_world *world, uint32_t who, unsigned x, unsigned y)
{
	DO(world, who, WORK_LEFT_CLICK, .x = (uint8_t)x, .y = (uint8_t)y, .skill = SKILL_TAMING);
}

/* Tries until the beast there is his; its number afterwards. */
static uint32_t tamed(struct little_world *world, uint32_t who, unsigned x, unsigned y)
{
	unsigned had = pets_count(player_of(world, who)), tries = 0;
	while (pets_count(player_of(world, who)) == had && ++tries < TRIES)
		tame_at(world, who, x, y);
	EXPECT_SOUND(world);
	assert_int_equal(pets_count(player_of(world, who)), had + 1);
	forget(world);
	return player_of(world, who)->pets[had].index;
}

static uint32_t bear_of(struct little_world *world, uint32_t who)
{
	const struct body *body = of(world, who);
	unsigned x = body->x, y = body->y + 1u;
	beast_at(world, BEAST_BEAR, x, y);
	return tamed(world, who, x, y);
}

static void point_at(struct little_world *world, uint32_t who, uint32_t beast)
{
	player_of(world, who)->target.creature = body_handle(&world->world, beast);
}

/* --- taming --------------------------------------------------------------------------------------------------------------- */

static void flutes_make_taming_easier(void **state)
{
	(void)state;
	assert_int_equal(taming_needed(1000, 0), 1000);
	assert_int_equal(taming_needed(1000, 208), 890);
	assert_int_equal(taming_needed(1000, 1050), 800);
	assert_int_equal(taming_needed(50, 208), 44); /* 44.5, half to even */
	assert_int_equal(taming_needed(55, 1050), 44);
}

/* 2000 tries at one in five: 400, give or take five times 17.9. */
static void one_try_in_five_succeeds(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50);
	unsigned successes = 0;
	world->world.players[ana].attributes_now[ATTRIBUTE_CHARISMA - 1] = 1; /* just enough: 1 x 50 */
	world->world.players[ana].skills[SKILL_TAMING - 1] = 50;
	beast_at(world, BEAST_BEAR, 50, 71);
	for (unsigned i = 0; i < 2000; i++) {
		tame_at(world, ana, 50, 71);
		if (pets_count(player_of(world, ana)) == 0)
			continue;
		successes++;
		point_at(world, ana, player_of(world, ana)->pets[0].index);
		DO(world, ana, RELEASE_PET);
		beast_at(world, BEAST_BEAR, 50, 71);
		forget(world);
	}
	assert_in_range(successes, 310, 490);
	world->world.players[ana].skills[SKILL_TAMING - 1] = 49; /* not enough */
	for (unsigned i = 0; i < 100; i++)
		tame_at(world, ana, 50, 71);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
}

static void who_is_tamed_follows_and_a_wild_one_takes_its_place(void **state)
{
	struct little_world *world = *state;
	uint32_t bear = beast_of(world, BEAST_BEAR);
	uint32_t ana = ENTER(world, "Ana", .map = MAP, .x = BEAR_X, .y = WILD_BEASTS_Y + 1);
	player_of(world, ana)->skills[SKILL_TAMING - 1] = 100;
	DONE(world, run_hurt, .body = bear, .number = 9);
	uint32_t pet = tamed(world, ana, BEAR_X, WILD_BEASTS_Y - 1); /* its head: below it she would mean herself */
	assert_int_not_equal(pet, bear);
	assert_int_equal(of(world, pet)->hp, 21);
	assert_int_equal(of(world, pet)->x, BEAR_X);
	assert_int_equal(of(world, pet)->y, WILD_BEASTS_Y);
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS);
	assert_int_equal(about(world, pet)->hostile, 0);
	assert_int_equal(about(world, pet)->master.index, ana);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], BEAST_BEAR);
	assert_int_equal(of(world, bear)->hp, 30);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 2);
}

/* 50 points of practice for a success, 20 for a try that fails; a refusal teaches nothing. */
static void taming_is_learnt_by_trying(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50);
	struct player *player = player_of(world, ana);
	int32_t *learnt = &player->skill_experience[SKILL_TAMING - 1];
	beast_at(world, BEAST_BEAR, 50, 71);
	player->skills[SKILL_TAMING - 1] = 0;
	*learnt = 0;
	tame_at(world, ana, 50, 71); /* hopeless */
	assert_int_equal(*learnt, world->config.rules.skill_failure_experience);
	tame_at(world, ana, 48, 75);
	assert_int_equal(*learnt, world->config.rules.skill_failure_experience);
	beast_at(world, BEAST_RAT, 49, 70);
	player->skills[SKILL_TAMING - 1] = 1;
	for (unsigned i = 0; pets_count(player) == 0 && i < TRIES; i++) {
		*learnt = 0;
		tame_at(world, ana, 49, 70);
	}
	assert_int_equal(*learnt, world->config.rules.skill_success_experience);
}

static void a_failure_is_told_once(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50);
	player_of(world, ana)->attributes_now[ATTRIBUTE_CHARISMA - 1] = 0; /* hopeless */
	beast_at(world, BEAST_BEAR, 50, 71);
	forget(world);
	for (unsigned i = 0; i < 3; i++)
		tame_at(world, ana, 50, 71);
	EXPECT_LINE(world, ana, TEXT_TAME_FAILED);
	assert_int_equal(HOW_MANY(world, ana, CONSOLE_MSG), 0);
}

static void taming_has_the_interval_of_work(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50);
	forget(world);
	tame_at(world, ana, 52, 71);
	EXPECT_LINE(world, ana, TEXT_TAME_NOBODY);
	world->tx.now_ms -= LITTLE_WORLD_STEP_MS - 699;
	tame_at(world, ana, 52, 71);
	EXPECT_NOTHING_ELSE(world);
	world->tx.now_ms -= LITTLE_WORLD_STEP_MS - 1;
	tame_at(world, ana, 52, 71);
	EXPECT_LINE(world, ana, TEXT_TAME_NOBODY);
}

static void expect_refused(struct little_world *world, uint32_t who, unsigned x, unsigned y, enum text_id why)
{
	unsigned had = pets_count(player_of(world, who));
	forget(world);
	for (unsigned i = 0; i < 30; i++) {
		tame_at(world, who, x, y);
		expect_line(world, who, HERE, why);
	}
	assert_int_equal(pets_count(player_of(world, who)), had);
}

static void who_may_not_be_tamed_is_not(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), beto = tamer(world, "Beto", 51);
	uint32_t bear = beast_at(world, BEAST_BEAR, 50, 72);
	beast_at(world, BEAST_SPIRIT, 49, 70);
	expect_refused(world, ana, 49, 70, TEXT_TAME_NOT_THIS);
	expect_refused(world, ana, 48, 75, TEXT_TAME_NOBODY);

	stand(world, ana, 49, 71); /* 2 tiles away: near enough */
	stand(world, ana, 49, 73);
	stand(world, ana, 48, 71);
	expect_refused(world, ana, 50, 72, TEXT_TOO_FAR);
	stand(world, ana, 50, 70);

	about(world, bear)->attacker_id = beto;
	expect_refused(world, ana, 50, 72, TEXT_TAME_FIGHTS);
	about(world, bear)->attacker_id = 0;
	about(world, bear)->owner = player_handle(&world->world, beto);
	about(world, bear)->owned_until_ms = world->tx.now_ms + 1000000;
	player_of(world, beto)->owned = body_handle(&world->world, bear);
	expect_refused(world, ana, 50, 72, TEXT_TAME_FIGHTS);

	stand(world, beto, 51, 72);
	tamed(world, beto, 50, 72); /* the owner may */
	expect_refused(world, ana, 50, 72, TEXT_TAME_HAS_MASTER);
	expect_refused(world, beto, 50, 72, TEXT_TAME_YOURS);
}

static void nobody_has_more_than_three_nor_more_than_two_of_a_kind(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50);
	bear_of(world, ana);
	stand(world, ana, 54, 70);
	bear_of(world, ana);
	stand(world, ana, 58, 70);
	beast_at(world, BEAST_BEAR, 58, 71);
	expect_refused(world, ana, 58, 71, TEXT_TAME_ENOUGH_OF_KIND);
	beast_at(world, BEAST_RAT, 57, 70);
	tamed(world, ana, 57, 70);
	beast_at(world, BEAST_RAT, 59, 70);
	expect_refused(world, ana, 59, 70, TEXT_TAME_ENOUGH);
	assert_int_equal(summoned(world, ana), 0);
}

static void in_a_safe_place_the_pet_waits_outside(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	player_of(world, ana)->skills[SKILL_TAMING - 1] = 100;
	struct deed deed = {.number = BEAST_BEAR, .at = {.map = LAND_MEADOW, .x = MEADOW_X, .y = MEADOW_Y}};
	uint32_t bear = done(world, LAND_MEADOW, run_spawn, deed).result;
	unsigned before = world->world.realm->free_creature_count;
	tamed(world, ana, of(world, bear)->x, of(world, bear)->y);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], BEAST_BEAR);
	assert_int_equal(player_of(world, ana)->pets[0].index, 0);
	assert_int_equal(world->world.realm->free_creature_count, before + 1);
}

/* --- orders ----------------------------------------------------------------------------------------------------------------- */

static void pets_obey_their_master_only(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), beto = tamer(world, "Beto", 54);
	uint32_t bear = bear_of(world, ana);
	DO(world, ana, PET_STAND);
	EXPECT_LINE(world, ana, TEXT_POINT_FIRST);
	point_at(world, ana, bear);
	point_at(world, beto, bear);
	DO(world, beto, PET_STAND);
	EXPECT_LINE(world, beto, TEXT_PET_NOT_YOURS);
	DO(world, beto, RELEASE_PET);
	EXPECT_LINE(world, beto, TEXT_PET_NOT_YOURS);
	EXPECT_NOTHING_ELSE(world);

	DO(world, ana, PET_STAND);
	EXPECT(world, ana, CHAT_OVER_HEAD, .text = text_of("Grrr"), .char_index = (int16_t)bear, .r = 255, .g = 255,
		   .b = 255);
	EXPECT_ANY(world, beto, CHAT_OVER_HEAD);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_STANDS);
	DO(world, ana, PET_FOLLOW);
	EXPECT_ANY(world, ana, CHAT_OVER_HEAD);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);

	stand(world, ana, 40, 70);
	forget(world);
	DO(world, ana, PET_STAND);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	stand(world, ana, 41, 71);
	forget(world);
	DO(world, ana, RELEASE_PET);
	EXPECT_LINE(world, ana, TEXT_PET_RELEASED);
	EXPECT_SOUND(world);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
	DO(world, ana, PET_STAND);
	EXPECT_LINE(world, ana, TEXT_POINT_FIRST);
}

static void a_pet_is_seen_to_be_somebodys(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), bear = bear_of(world, ana);
	player_of(world, ana)->skills[SKILL_SURVIVAL - 1] = 60;
	DO(world, ana, LEFT_CLICK, .x = of(world, bear)->x, .y = of(world, bear)->y);
	EXPECT_LINE(world, ana, TEXT_SEE_CREATURE_HEALTH, "Oso, mascota de Ana", 30, 30);
}

/* --- enemies ------------------------------------------------------------------------------------------------------------------ */

static void pets_turn_on_who_fights_their_master(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), beto = tamer(world, "Beto", 54);
	uint32_t bear = bear_of(world, ana);
	DONE(world, run_turn_on_player, .other = ana, .body = beto);
	assert_int_equal(about(world, bear)->attacker_id, beto);
	assert_int_equal(about(world, bear)->target.index, beto);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_DEFENDS);
	assert_int_equal(about(world, bear)->hostile, 1);
	DONE(world, run_follow, .other = ana);
	assert_int_equal(about(world, bear)->attacker_id, 0);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);
	DONE(world, run_turn_on_player, .other = ana, .body = ana);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);
}

static void who_attacks_a_citizens_pet_is_a_criminal_and_all_pets_turn(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), beto = tamer(world, "Beto", 54);
	uint32_t bear = bear_of(world, ana), spirit = summoned(world, ana);
	DONE(world, run_attacked, .body = bear, .other = beto);
	EXPECT_LINE(world, ana, TEXT_PET_ATTACKED);
	assert_true(player_of(world, beto)->reputation[REPUTATION_BANDIT] > 0);
	assert_int_equal(about(world, spirit)->attacker_id, beto);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_DEFENDS);
	forget(world);
	DONE(world, run_follow, .other = ana);
	DONE(world, run_attacked, .body = bear, .other = ana); /* her own */
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_BANDIT], 0);
}

static void pets_turn_on_a_creature_unless_they_have_an_enemy(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), bear = bear_of(world, ana), spirit = summoned(world, ana);
	uint32_t rat = beast_at(world, BEAST_RAT, 52, 72), other = beast_at(world, BEAST_RAT, 54, 72);
	about(world, spirit)->target = body_handle(&world->world, other);
	DONE(world, run_turn_on_player, .other = ana, .body = tamer(world, "Beto", 54)); /* an enemy of another kind */
	about(world, spirit)->target = body_handle(&world->world, other);
	DONE(world, run_turn_on_creature, .other = ana, .body = rat);
	assert_int_equal(about(world, bear)->target.index, rat);
	assert_int_equal(about(world, spirit)->target.index, other);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FIGHTS_CREATURES);
	DONE(world, run_follow, .other = ana);
	DONE(world, run_turn_on_creature, .other = ana, .body = bear); /* not on each other */
	assert_int_equal(about(world, spirit)->movement, MOVEMENT_FOLLOWS);
}

static void nobody_earns_with_his_own_pet(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), bear = bear_of(world, ana);
	DONE(world, run_die, .body = bear, .other = ana);
	EXPECT_LINE(world, ana, TEXT_CREATURE_KILLED);
	assert_int_equal(HOW_MANY(world, ana, CONSOLE_MSG), 0);
	assert_int_equal(player_of(world, ana)->reputation[REPUTATION_PLEBEIAN], 0);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 1); /* nothing comes in its place */

	stand(world, ana, 60, 70);
	uint32_t beto = tamer(world, "Beto", 64);
	bear = bear_of(world, ana);
	player_of(world, ana)->guild = player_of(world, beto)->guild = 3;
	player_of(world, ana)->reputation[REPUTATION_BANDIT] = 1000; /* who attacks her pet is no criminal for it */
	DONE(world, run_attacked, .body = bear, .other = beto);
	assert_int_equal(player_of(world, beto)->reputation[REPUTATION_PLEBEIAN], 0);
	forget(world);
	DONE(world, run_die, .body = bear, .other = beto);
	EXPECT_LINE(world, beto, TEXT_CREATURE_KILLED);
	assert_int_equal(HOW_MANY(world, beto, CONSOLE_MSG), 0);
}

/* 6.5 */
static void nobody_learns_from_his_own_pet(void **state)
{
	enum { STRIKES = 10 };
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), pet = summoned(world, ana);
	struct player *player = player_of(world, ana);
	give(world, ana, 1, THING_DAGGER, 1);
	wear(world, ana, 1);
	player->safe_mode = 0;
	player->reputation[REPUTATION_BANDIT] = 100000; /* his own: a citizen would first become a criminal by it */
	player->skills[SKILL_STABBING - 1] = 50;
	stand(world, ana, of(world, pet)->x - 1u, of(world, pet)->y);
	body_of(world, ana)->heading = HEADING_EAST;
	for (int i = 0; i < STRIKES; i++) {
		body_of(world, pet)->hp = body_of(world, pet)->hp_max = 10000; /* it bears them all */
		player->stamina = player->stamina_max;
		pass_ms(world, 3000);
		DO(world, ana, ATTACK);
		assert_true(player->stamina < player->stamina_max); /* she struck */
	}
	for (unsigned s = 0; s < SKILL_COUNT; s++)
		assert_int_equal(player->skill_experience[s], 0);
	/* the same blows at one that is nobody's */
	uint32_t wild = beast_at(world, BEAST_WANDERER, 60, 60);
	stand(world, ana, of(world, wild)->x - 1u, of(world, wild)->y);
	body_of(world, ana)->heading = HEADING_EAST;
	pass_ms(world, 3000);
	player->stamina = player->stamina_max;
	DO(world, ana, ATTACK);
	assert_int_not_equal(player->skill_experience[SKILL_WEAPONS - 1], 0);
}

static void anothers_pet_gives_experience_and_leaves_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), beto = tamer(world, "Beto", 54), bear = bear_of(world, ana);
	world->config.rules.drop_percent = 1000;
	DONE(world, run_die, .body = bear, .other = beto);
	EXPECT_LINE(world, beto, TEXT_EXPERIENCE_EARNED, 45);
	for (unsigned tile = 0; tile < MAP_TILES; tile++)
		assert_int_equal(world->world.maps[MAP].ground[tile].item, 0);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], 0);
}

/* --- summoned ------------------------------------------------------------------------------------------------------------------ */

static void summoned_creatures_leave_after_their_time(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), spirit = summoned(world, ana);
	world->config.rules.drop_percent = 1000;
	assert_int_equal(about(world, spirit)->experience, 0);
	assert_int_equal(about(world, spirit)->movement, MOVEMENT_FOLLOWS);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], 0);
	pass_ms(world, 40039);
	tick(world, MAP);
	assert_int_equal(pets_count(player_of(world, ana)), 1);
	pass_ms(world, 1);
	tick(world, MAP);
	EXPECT(world, ana, CHARACTER_REMOVE, .char_index = (int16_t)spirit);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
	assert_int_equal(standing(world, MAP, BEAST_SPIRIT), 0);
}

static void the_farthest_tamed_pet_is_called(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), near = bear_of(world, ana);
	stand(world, ana, 60, 70);
	uint32_t bear = bear_of(world, ana), spirit = summoned(world, ana);
	stand(world, ana, 52, 71);
	DONE(world, run_hurt, .body = bear, .number = 9);
	DONE(world, run_turn_on_player, .other = ana, .body = tamer(world, "Beto", 54));
	DONE(world, run_paralyse, .body = bear);
	assert_true(DONE(world, run_call, .other = ana, .at = {.map = MAP, .x = 48, .y = 72}).result);
	assert_int_equal(of(world, bear)->flags, 0); /* it comes as if it were new: free, and after nobody */
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);
	assert_int_equal(of(world, bear)->x, 48);
	assert_int_equal(of(world, bear)->hp, 21);
	assert_int_equal(of(world, near)->x, 50);
	assert_true(of(world, spirit)->x >= 58);
	DONE(world, run_master_dies, .other = ana);
	assert_false(DONE(world, run_call, .other = ana, .at = {.map = MAP, .x = 48, .y = 72}).result);
}

/* --- travelling ------------------------------------------------------------------------------------------------------------------ */

static void tamed_pets_wait_outside_safe_maps_and_summoned_ones_are_lost(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50);
	uint32_t free = world->world.realm->free_creature_count;
	bear_of(world, ana);
	summoned(world, ana);
	forget(world);
	DONE(world, run_travel, .other = ana, .at = {.map = LAND_MEADOW, .x = 50, .y = 50});
	EXPECT_LINE(world, ana, TEXT_SUMMONED_LOST);
	EXPECT_LINE(world, ana, TEXT_PETS_WAIT_OUTSIDE);
	assert_int_equal(pets_count(player_of(world, ana)), 1);
	assert_int_equal(world->world.realm->free_creature_count, free);
	DONE(world, run_travel, .other = ana, .at = {.map = LAND_SCHOOL, .x = 40, .y = 50});
	forget(world);
	DONE(world, run_travel, .other = ana, .at = {.map = MAP, .x = 40, .y = 40});
	uint32_t bear = player_of(world, ana)->pets[0].index;
	assert_int_equal(of(world, bear)->creature, BEAST_BEAR);
	assert_int_equal(of(world, bear)->map, MAP);
	assert_in_range(of(world, bear)->x, 36, 44);
	assert_in_range(of(world, bear)->y, 36, 44);
	assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);
}

static void between_unsafe_maps_they_keep_their_health(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), bear = bear_of(world, ana);
	DONE(world, run_hurt, .body = bear, .number = 9);
	DONE(world, run_turn_on_player, .other = ana, .body = tamer(world, "Beto", 54));
	static const struct place places[] = {{.map = MAP, .x = 30, .y = 40}, {.map = LAND_BARREN, .x = 30, .y = 40}};
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		done(world, of(world, bear)->map, run_paralyse, (struct deed){.body = bear, .flag = true});
		DONE(world, run_travel, .other = ana, .at = places[i]);
		assert_int_equal(of(world, bear)->flags, 0);
		assert_int_equal(player_of(world, ana)->pets[0].index, bear);
		assert_int_equal(of(world, bear)->map, places[i].map);
		assert_int_equal(of(world, bear)->hp, 21);
		assert_int_equal(about(world, bear)->movement, MOVEMENT_FOLLOWS);
		assert_in_range(of(world, bear)->x, 26, 34);
	}
}

static struct {
	uint8_t blocked[sizeof((struct map_state *)0)->blocked];
} as_it_was;

/* Nobody can stand anywhere on this map, until it is opened. */
static void wall_up(struct little_world *world, uint32_t map)
{
	memcpy(as_it_was.blocked, world->world.maps[map].blocked, sizeof as_it_was.blocked);
	memset(world->world.maps[map].blocked, 0xff, sizeof as_it_was.blocked);
}

static void open_up(struct little_world *world, uint32_t map)
{
	memcpy(world->world.maps[map].blocked, as_it_was.blocked, sizeof as_it_was.blocked);
	EXPECT_SOUND(world);
}

/* It comes at the next place that suits it; its master is told. */
static void a_pet_that_finds_no_place_waits_outside(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), free = world->world.realm->free_creature_count;
	bear_of(world, ana);
	struct deed deed = {.other = ana, .at = {.map = LAND_BARREN, .x = 30, .y = 40}};
	wall_up(world, LAND_BARREN);
	assert_int_equal(little_world_run(world, MAP, run_travel, &deed), TX_COMMIT);
	EXPECT_LINE(world, ana, TEXT_PET_CANNOT_COME);
	open_up(world, LAND_BARREN);
	assert_int_equal(player_of(world, ana)->pets[0].index, 0);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], BEAST_BEAR);
	assert_int_equal(world->world.realm->free_creature_count, free);
	deed.at = (struct place){.map = MAP, .x = 50, .y = 70};
	assert_int_equal(little_world_run(world, LAND_BARREN, run_travel, &deed), TX_COMMIT);
	assert_int_equal(of(world, player_of(world, ana)->pets[0].index)->map, MAP);
	EXPECT_SOUND(world);
}

static void a_pet_that_cannot_stand_where_it_is_called_waits_outside(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), free = world->world.realm->free_creature_count;
	bear_of(world, ana);
	struct deed deed = {.other = ana, .at = {.map = MAP, .x = 48, .y = 72}};
	wall_up(world, MAP);
	assert_int_equal(little_world_run(world, MAP, run_call, &deed), TX_COMMIT);
	assert_true(deed.result);
	EXPECT_LINE(world, ana, TEXT_PET_CANNOT_COME);
	open_up(world, MAP);
	assert_int_equal(player_of(world, ana)->pets[0].index, 0);
	assert_int_equal(pets_count(player_of(world, ana)), 1);
	assert_int_equal(world->world.realm->free_creature_count, free);
}

static void who_leaves_the_game_keeps_what_he_tamed(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), free = world->world.realm->free_creature_count;
	bear_of(world, ana);
	summoned(world, ana);
	uint32_t rat = beast_at(world, BEAST_RAT, 52, 72);
	about(world, rat)->movement = MOVEMENT_DEFENDS;
	about(world, rat)->attacker_id = ana;
	player_of(world, ana)->hunter = body_handle(&world->world, rat);
	DONE(world, run_leave, .other = ana);
	assert_int_equal(about(world, rat)->movement, MOVEMENT_STANDS); /* who fought with her lets it be */
	assert_int_equal(about(world, rat)->attacker_id, 0);
	free--;
	assert_int_equal(world->world.realm->free_creature_count, free);
	assert_int_equal(standing(world, MAP, BEAST_SPIRIT), 0);
	assert_int_equal(player_of(world, ana)->pet_kinds[0], BEAST_BEAR);
	assert_int_equal(pets_count(player_of(world, ana)), 1);
}

static void with_their_master_they_all_die(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = tamer(world, "Ana", 50), free = world->world.realm->free_creature_count;
	bear_of(world, ana);
	summoned(world, ana);
	player_of(world, ana)->pet_kinds[2] = BEAST_RAT; /* waits outside */
	world->config.rules.drop_percent = 1000;
	DONE(world, run_master_dies, .other = ana);
	assert_int_equal(pets_count(player_of(world, ana)), 0);
	assert_int_equal(world->world.realm->free_creature_count, free);
	assert_int_equal(standing(world, MAP, BEAST_BEAR), 1);
}

/* --- trainers ---------------------------------------------------------------------------------------------------------------------- */

static uint32_t pupil(struct little_world *world)
{
	uint32_t ana = ENTER(world, "Ana", .map = MAP, .x = TRAINER_X, .y = WILD_BEASTS_Y + 2);
	point_at(world, ana, beast_of(world, BEAST_TRAINER));
	forget(world);
	return ana;
}

static void a_trainer_says_whom_he_has(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = pupil(world);
	DO(world, ana, TRAIN_LIST);
	struct text rest = HEARD(world, ana, TRAINER_CREATURE_LIST)->creatures, name;
	assert_true(text_list_next(&rest, &name));
	assert_memory_equal(name.bytes, "Rata", 4);
	assert_true(text_list_next(&rest, &name));
	assert_memory_equal(name.bytes, "Goblin", 6);
	assert_false(text_list_next(&rest, &name));
	stand(world, ana, TRAINER_X, WILD_BEASTS_Y + 11);
	DO(world, ana, TRAIN_LIST);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	DO(world, ana, TRAIN, .creature = 1);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	point_at(world, ana, beast_of(world, BEAST_BEAR));
	DO(world, ana, TRAIN_LIST);
	EXPECT_LINE(world, ana, TEXT_POINT_AT_TRAINER);
	EXPECT_NOTHING_ELSE(world);
}

static void a_trainer_calls_seven_at_a_time(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = pupil(world), trainer = beast_of(world, BEAST_TRAINER);
	for (unsigned i = 0; i < 9; i++)
		DO(world, ana, TRAIN, .creature = 1);
	EXPECT_SOUND(world);
	assert_int_equal(standing(world, MAP, BEAST_RAT), 7);
	assert_int_equal(HEARD(world, ana, CHAT_OVER_HEAD)->char_index, trainer);
	uint32_t rat = beast_of(world, BEAST_RAT);
	assert_int_equal(about(world, rat)->maker.index, trainer);
	DONE(world, run_die, .body = rat, .other = ana);
	EXPECT_LINE(world, ana, TEXT_EXPERIENCE_EARNED, 5);
	assert_int_equal(standing(world, MAP, BEAST_RAT), 6);
	DO(world, ana, TRAIN, .creature = 2);
	assert_int_equal(standing(world, MAP, BEAST_GOBLIN), 2);
	DO(world, ana, TRAIN, .creature = 1);
	assert_int_equal(standing(world, MAP, BEAST_RAT), 6);
	EXPECT_SOUND(world);
}

static void a_trainer_has_no_others_and_does_not_hurry(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = pupil(world);
	DO(world, ana, TRAIN, .creature = 0);
	DO(world, ana, TRAIN, .creature = 3);
	DO(world, ana, TRAIN, .creature = 255);
	EXPECT_NOTHING_ELSE(world);
	DO(world, ana, TRAIN, .creature = 1);
	world->tx.now_ms -= LITTLE_WORLD_STEP_MS - 100;
	DO(world, ana, TRAIN, .creature = 1);
	assert_int_equal(standing(world, MAP, BEAST_RAT), 1);
	player_of(world, ana)->dead = 1;
	DO(world, ana, TRAIN, .creature = 1);
	DO(world, ana, TRAIN_LIST);
	assert_int_equal(standing(world, MAP, BEAST_RAT), 1);
	assert_int_equal(HOW_MANY(world, ana, TRAINER_CREATURE_LIST), 0);
}

static void a_trainers_creature_is_not_tamed(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = pupil(world);
	player_of(world, ana)->skills[SKILL_TAMING - 1] = 100;
	DO(world, ana, TRAIN, .creature = 1);
	const struct body *rat = of(world, beast_of(world, BEAST_RAT));
	stand(world, ana, rat->x + 1u, rat->y + 1u);
	expect_refused(world, ana, rat->x, rat->y, TEXT_TAME_HAS_MASTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flutes_make_taming_easier),
		WORLD_TEST(one_try_in_five_succeeds),
		WORLD_TEST(who_is_tamed_follows_and_a_wild_one_takes_its_place),
		WORLD_TEST(taming_is_learnt_by_trying),
		WORLD_TEST(a_failure_is_told_once),
		WORLD_TEST(taming_has_the_interval_of_work),
		WORLD_TEST(who_may_not_be_tamed_is_not),
		WORLD_TEST(nobody_has_more_than_three_nor_more_than_two_of_a_kind),
		WORLD_TEST(in_a_safe_place_the_pet_waits_outside),
		WORLD_TEST(pets_obey_their_master_only),
		WORLD_TEST(a_pet_is_seen_to_be_somebodys),
		WORLD_TEST(pets_turn_on_who_fights_their_master),
		WORLD_TEST(who_attacks_a_citizens_pet_is_a_criminal_and_all_pets_turn),
		WORLD_TEST(pets_turn_on_a_creature_unless_they_have_an_enemy),
		WORLD_TEST(nobody_earns_with_his_own_pet),
		WORLD_TEST(nobody_learns_from_his_own_pet),
		WORLD_TEST(anothers_pet_gives_experience_and_leaves_nothing),
		WORLD_TEST(summoned_creatures_leave_after_their_time),
		WORLD_TEST(the_farthest_tamed_pet_is_called),
		WORLD_TEST(tamed_pets_wait_outside_safe_maps_and_summoned_ones_are_lost),
		WORLD_TEST(between_unsafe_maps_they_keep_their_health),
		WORLD_TEST(a_pet_that_finds_no_place_waits_outside),
		WORLD_TEST(a_pet_that_cannot_stand_where_it_is_called_waits_outside),
		WORLD_TEST(who_leaves_the_game_keeps_what_he_tamed),
		WORLD_TEST(with_their_master_they_all_die),
		WORLD_TEST(a_trainer_says_whom_he_has),
		WORLD_TEST(a_trainer_calls_seven_at_a_time),
		WORLD_TEST(a_trainer_has_no_others_and_does_not_hurry),
		WORLD_TEST(a_trainers_creature_is_not_tamed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
