/* The praetorian clan: rules-life-combat-magic.md 17. On an empty map of the little land; its parts have one kind each. */
#include "tests/unit/test_minds.h"
#include "worker/game/legality.h"
#include "worker/game/magic.h"
#include "worker/game/praetorians.h"

enum { WEST_X = 35, EAST_X = 67, CENTER_Y = 25, CLAN = 9 };

/* --- the clan ------------------------------------------------------------------------------------------------------------- */

static void second_passes(struct little_world *world)
{
	pass_ms(world, 1000);
	tick(world, MIND_MAP);
}

static unsigned members(struct little_world *world)
{
	return world->world.maps[MIND_MAP].creatures;
}

/* The first member of the clan with this part. */
static uint32_t member(struct little_world *world, enum beast beast)
{
	for (uint32_t i = world->world.maps[MIND_MAP].first_creature; i != 0; i = of(world, i)->next_on_map) {
		if (of(world, i)->creature == (unsigned)beast)
			return i;
	}
	fail_msg("nobody of the clan is a %u", (unsigned)beast);
	return 0;
}

static void slay(struct little_world *world, uint32_t creature)
{
	mind_done(world, MIND_MAP, run_die, (struct deed){.body = creature});
}

/* All but this one; 0 = all. */
static void slay_others(struct little_world *world, uint32_t one)
{
	for (uint32_t i = world->world.maps[MIND_MAP].first_creature, next; i != 0; i = next) {
		next = of(world, i)->next_on_map;
		if (i != one)
			slay(world, i);
	}
}

/* A clan in the west, and somebody far away who watches. */
static uint32_t clan_comes(struct little_world *world)
{
	uint32_t ana = SOMEBODY(world, "Ana", .x = 80, .y = 80);
	world->config.rules.praetorian_map = MIND_MAP;
	second_passes(world);
	assert_int_equal(members(world), CLAN);
	return ana;
}

/* A member on its own: its centre is where it stands. */
static uint32_t alone(struct little_world *world, enum beast beast)
{
	uint32_t index = beast_put(world, beast, WEST_X, CENTER_Y);
	about(world, index)->center_x = WEST_X;
	about(world, index)->center_y = CENTER_Y;
	return index;
}

/* Another of the same clan, which has no beats here. */
static uint32_t ally(struct little_world *world, enum beast beast, unsigned x, unsigned y)
{
	uint32_t index = beast_put(world, beast, x, y);
	about(world, index)->center_x = WEST_X;
	about(world, index)->center_y = CENTER_Y;
	return index;
}

/* Where it was before it walked. */
static void put_back(struct little_world *world, uint32_t body, unsigned x, unsigned y)
{
	if (of(world, body)->x != x || of(world, body)->y != y)
		stand(world, body, x, y);
}

static bool is_held(struct little_world *world, uint32_t body)
{
	return (of(world, body)->flags & (BODY_PARALYSED | BODY_IMMOBILISED)) != 0;
}

static void nine_come_around_their_center_and_only_once(void **state)
{
	struct little_world *world = *state;
	static const struct {
		enum beast beast;
		uint8_t x, y;
	} posts[] = {
		{BEAST_KING, WEST_X, CENTER_Y},           {BEAST_HEALER, WEST_X + 3, CENTER_Y},
		{BEAST_HEALER, WEST_X - 3, CENTER_Y},     {BEAST_SWORD, WEST_X - 3, CENTER_Y + 3},
		{BEAST_SWORD, WEST_X, CENTER_Y + 3},      {BEAST_SWORD, WEST_X + 3, CENTER_Y + 3},
		{BEAST_ARCHER, WEST_X + 2, CENTER_Y - 3}, {BEAST_MAGE, WEST_X - 2, CENTER_Y - 3},
		{BEAST_THIEF, WEST_X - 3, CENTER_Y - 3}}; /* the mage stands there already: the west is looked at first */
	clan_comes(world);
	for (unsigned i = 0; i < CLAN; i++) {
		uint32_t who = tile_occupant(&world->world, MIND_MAP, posts[i].x, posts[i].y);
		assert_int_not_equal(who, 0);
		assert_int_equal(of(world, who)->creature, (unsigned)posts[i].beast);
		assert_int_equal(about(world, who)->center_x, WEST_X);
		assert_int_equal(about(world, who)->center_y, CENTER_Y);
		assert_int_not_equal(of(world, who)->head, 0);
	}
	for (unsigned i = 0; i < 5; i++)
		second_passes(world);
	assert_int_equal(members(world), CLAN);
	EXPECT_SOUND(world);
}

static void the_next_clan_comes_on_the_other_side_when_all_are_dead(void **state)
{
	struct little_world *world = *state;
	clan_comes(world);
	slay_others(world, member(world, BEAST_THIEF));
	for (unsigned i = 0; i < 3; i++)
		second_passes(world);
	assert_int_equal(members(world), 1);
	slay_others(world, 0);
	second_passes(world);
	assert_int_equal(members(world), CLAN);
	assert_int_equal(about(world, member(world, BEAST_KING))->center_x, EAST_X);
	slay_others(world, 0);
	second_passes(world);
	assert_int_equal(about(world, member(world, BEAST_KING))->center_x, WEST_X);
	EXPECT_SOUND(world);
}

/* Not so a player: beside him the king finds a place. */
static void a_creature_on_the_king_s_place_makes_room(void **state)
{
	struct little_world *world = *state;
	uint32_t goat = beast_put(world, BEAST_WANDERER, WEST_X, CENTER_Y);
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	uint32_t eva = SOMEBODY(world, "Eva", .x = EAST_X, .y = CENTER_Y, .privileges = PRIVILEGE_GOD);
	world->config.rules.praetorian_map = MIND_MAP;
	about(world, goat)->act_due_ms = UINT64_MAX;
	second_passes(world);
	assert_int_equal(members(world), CLAN + 1);
	assert_int_equal(of(world, tile_occupant(&world->world, MIND_MAP, WEST_X, CENTER_Y))->creature, BEAST_KING);
	assert_int_equal(abs(of(world, goat)->x - WEST_X) + abs(of(world, goat)->y - CENTER_Y), 1);
	slay_others(world, 0);
	second_passes(world);
	expect_at(world, eva, EAST_X, CENTER_Y);
	assert_int_equal(steps_between(world, member(world, BEAST_KING), eva), 1);
	EXPECT_SOUND(world);
}

static void other_maps_have_no_clan(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	world->config.rules.praetorian_map = LAND_WILD;
	for (unsigned i = 0; i < 5; i++)
		second_passes(world);
	assert_int_equal(members(world), 0);
	world->config.rules.praetorian_map = 0;
	second_passes(world);
	assert_int_equal(members(world), 0);
}

static enum tx_verdict run_may_attack(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = may_attack_creature(tx, deed->other, deed->body, ATTACK_STRIKES);
	return TX_COMMIT;
}

static bool may_attack(struct little_world *world, uint32_t player, uint32_t creature)
{
	return mind_done(world, MIND_MAP, run_may_attack, (struct deed){.body = creature, .other = player}) != 0;
}

static void nobody_touches_the_king_while_another_lives(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = clan_comes(world), king = member(world, BEAST_KING);
	stand(world, ana, WEST_X, CENTER_Y + 1);
	assert_false(may_attack(world, ana, king));
	EXPECT_LINE(world, ana, TEXT_ATTACK_KING);
	assert_true(may_attack(world, ana, member(world, BEAST_SWORD)));
	assert_int_equal(player_of(world, ana)->owned.index, 0); /* they are nobody's */
	uint32_t pet = pet_put(world, ana, BEAST_HUNTER, WEST_X + 1, CENTER_Y);
	about(world, pet)->movement = MOVEMENT_FIGHTS_CREATURES;
	about(world, pet)->target = body_handle(&world->world, king);
	beats(world, pet, 1);
	EXPECT_LINE(world, ana, TEXT_ATTACK_KING);
	assert_int_equal(about(world, pet)->movement, MOVEMENT_FOLLOWS);
	slay_others(world, king); /* the pet too */
	assert_true(may_attack(world, ana, king));
}

/* One that the staff called, or that the files place: it guards no king, and no clan waits for its death. */
static void a_stray_praetorian_is_of_no_clan(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = clan_comes(world), king = member(world, BEAST_KING);
	stand(world, ana, WEST_X, CENTER_Y + 1);
	slay_others(world, king);
	uint32_t stray = beast_put(world, BEAST_SWORD, 60, 80);
	beats(world, stray, 1);
	assert_true(may_attack(world, ana, king));
	slay(world, king);
	second_passes(world);
	assert_int_equal(members(world), CLAN + 1);
}

static void they_leave_all_they_have(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = 80, .y = 80), king = alone(world, BEAST_KING);
	(void)ana;
	int64_t gold = expect_sound(world, HERE).gold;
	slay(world, king);
	assert_int_equal(expect_sound(world, HERE).gold, gold + 500);
	unsigned bread = 0;
	for (unsigned tile = 0; tile < MAP_TILES; tile++)
		bread += world->world.maps[MIND_MAP].ground[tile].item == THING_BREAD
					 ? world->world.maps[MIND_MAP].ground[tile].amount
					 : 0;
	assert_int_equal(bread, 3);
}

/* --- the king ------------------------------------------------------------------------------------------------------------- */

static void a_king_heals_and_frees_his_men(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	uint32_t king = alone(world, BEAST_KING), sword = ally(world, BEAST_SWORD, WEST_X + 4, CENTER_Y);
	body_of(world, sword)->hp = 900;
	beats(world, king, 1);
	assert_int_equal(of(world, sword)->hp, 950);
	beats(world, king, 4); /* his interval */
	assert_int_equal(of(world, sword)->hp, 950);
	beats(world, king, 1);
	assert_int_equal(of(world, sword)->hp, 1000);
	hold(world, sword, false);
	unsigned turns = 0;
	while (is_held(world, sword) && turns++ < 100)
		beats(world, king, 5);
	assert_in_range(turns, 0, 60); /* one time of five */
	expect_at(world, king, WEST_X, CENTER_Y);
}

static enum tx_verdict run_cast(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = creature_casts(tx, deed->body, (unsigned)deed->number, deed->other);
	return TX_COMMIT;
}

/* Who is poisoned comes before who is hurt: the one thing that poison does to a creature. */
static void a_king_cures_before_he_heals(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	uint32_t king = alone(world, BEAST_KING), sword = ally(world, BEAST_SWORD, WEST_X + 4, CENTER_Y);
	uint32_t other = ally(world, BEAST_SWORD, WEST_X + 20, CENTER_Y); /* he does not see that one */
	for (unsigned i = 0; i < 2; i++)
		mind_done(world, MIND_MAP, run_cast,
				  (struct deed){.body = king, .other = i == 0 ? sword : other, .number = CHARM_POISON});
	assert_int_equal(about(world, sword)->poisoned, 1);
	about(world, king)->strike_due_ms = 0;
	body_of(world, sword)->hp = 900;
	beats(world, king, 1);
	assert_int_equal(about(world, sword)->poisoned, 0);
	assert_int_equal(of(world, sword)->hp, 900);
	beats(world, king, 5);
	assert_int_equal(of(world, sword)->hp, 950);
	assert_int_equal(about(world, other)->poisoned, 1);
}

static void a_king_alone_goes_for_who_is_near_and_strikes_all_around(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 4, .y = CENTER_Y);
	uint32_t king = alone(world, BEAST_KING);
	beats(world, king, 3);
	assert_int_equal(steps_between(world, king, ana), 1);
	uint32_t eva = SOMEBODY(world, "Eva", .x = of(world, king)->x, .y = CENTER_Y + 1);
	player_of(world, ana)->hp = 999;
	unsigned both = 0;
	for (unsigned i = 0; i < 20; i++) {
		player_of(world, ana)->hp = player_of(world, eva)->hp = 999;
		beats(world, king, 1);
		both += lost_hp(world, ana) == 5 && lost_hp(world, eva) == 5;
		assert_true(lost_hp(world, ana) <= 5 && lost_hp(world, eva) <= 5);
	}
	assert_in_range(both, 1, 4); /* four turns in twenty beats */
}

/* Both spells and the blows around him are one turn. */
static void a_king_alone_blinds_who_stands_out_of_reach(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 16, .y = CENTER_Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = WEST_X + 9, .y = CENTER_Y);
	uint32_t king = alone(world, BEAST_KING);
	stand(world, king, WEST_X + 10, CENTER_Y);
	player_of(world, eva)->blind = 1; /* he does not look for her, but feels her */
	unsigned both = 0;
	forget(world);
	beats(world, king, 1);
	EXPECT_LINE(world, ana, TEXT_PRAETORIAN_STUPEFIES);
	EXPECT_LINE(world, ana, TEXT_PRAETORIAN_BLINDS);
	both += lost_hp(world, eva) == 5;
	assert_int_equal(player_of(world, ana)->blind, 1);
	assert_int_equal(player_of(world, ana)->stupid, 1);
	assert_int_equal(lost_hp(world, ana), 0);
	for (unsigned i = 0; i < 10; i++) { /* one turn may miss */
		player_of(world, ana)->blind = player_of(world, ana)->stupid = 0;
		player_of(world, eva)->hp = 999;
		put_back(world, king, WEST_X + 10, CENTER_Y);
		beats(world, king, 4);
		assert_int_equal(player_of(world, ana)->blind, 0); /* not yet */
		put_back(world, king, WEST_X + 10, CENTER_Y);
		beats(world, king, 1);
		assert_int_equal(player_of(world, ana)->blind, 1);
		both += lost_hp(world, eva) == 5;
	}
	assert_true(both > 5);
}

static void a_king_in_peace_goes_home_and_heals_himself(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	uint32_t king = alone(world, BEAST_KING);
	stand(world, king, WEST_X + 3, CENTER_Y - 2);
	body_of(world, king)->hp = 100;
	beats(world, king, 5);
	expect_at(world, king, WEST_X, CENTER_Y);
	beats(world, king, 25);
	assert_in_range(of(world, king)->hp, 300, 500); /* 50 each 5 beats */
}

static void a_king_in_peace_for_long_calls_one_of_his_dead_back(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	uint32_t king = alone(world, BEAST_KING);
	about(world, king)->counter = 1999;
	beats(world, king, 1);
	assert_int_equal(members(world), 1);
	beats(world, king, 3);
	assert_int_equal(members(world), 2);
	uint32_t healer = member(world, BEAST_HEALER);
	expect_at(world, healer, WEST_X + 3, CENTER_Y);
	assert_int_equal(about(world, healer)->center_x, WEST_X);
	assert_in_range(about(world, king)->counter, 0, 3);
	EXPECT_SOUND(world);
}

/* --- the healers ---------------------------------------------------------------------------------------------------------------- */

static void a_healer_frees_then_holds_then_hurts_then_heals(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 5, .y = CENTER_Y);
	uint32_t healer = alone(world, BEAST_HEALER), sword = ally(world, BEAST_SWORD, WEST_X + 3, CENTER_Y + 2);
	uint32_t pet = pet_put(world, ana, BEAST_WANDERER, WEST_X + 6, CENTER_Y);
	hold(world, sword, false);
	body_of(world, sword)->hp = 900;
	beats(world, healer, 1);
	assert_false(is_held(world, sword));
	assert_false(is_held(world, pet));
	beats(world, healer, 5);
	assert_true(is_held(world, pet));
	assert_false(is_held(world, ana));
	beats(world, healer, 5);
	assert_true(is_held(world, ana));
	assert_int_equal(lost_hp(world, ana), 0);
	body_of(world, ana)->flags |= BODY_INVISIBLE; /* that does not help her now */
	beats(world, healer, 5);
	assert_int_equal(lost_hp(world, ana), 50);
	assert_int_equal(of(world, sword)->hp, 900);
	stand(world, ana, 80, 80);
	beats(world, healer, 5);
	assert_int_equal(of(world, sword)->hp, 950);
}

static void a_healer_goes_to_who_is_held_and_home_when_pressed_twice_as_fast(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = 80, .y = 80, .privileges = PRIVILEGE_GOD);
	uint32_t healer = alone(world, BEAST_HEALER), sword = ally(world, BEAST_SWORD, WEST_X + 14, CENTER_Y);
	hold(world, sword, false);
	about(world, healer)->strike_due_ms = world->tx.now_ms + 1000000; /* it may do nothing but walk */
	beats(world, healer, 3);
	expect_at(world, healer, WEST_X + 3, CENTER_Y);
	stand(world, sword, 80, 70);
	beats(world, healer, 1);
	expect_at(world, healer, WEST_X + 2, CENTER_Y);
	player_of(world, ana)->privileges = PRIVILEGE_USER;
	stand(world, healer, WEST_X + 6, CENTER_Y);
	stand(world, ana, WEST_X + 7, CENTER_Y);
	beats(world, healer, 1);
	expect_at(world, healer, WEST_X + 4, CENTER_Y);
}

/* --- the mage ----------------------------------------------------------------------------------------------------------------------- */

static void a_mage_strikes_the_held_first_and_unveils(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 2, .y = CENTER_Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = WEST_X + 6, .y = CENTER_Y);
	uint32_t mage = alone(world, BEAST_MAGE);
	body_of(world, eva)->flags |= BODY_PARALYSED;
	beats(world, mage, 6);
	assert_int_equal(lost_hp(world, eva), 100);
	assert_int_equal(lost_hp(world, ana), 0);
	stand(world, eva, 80, 80);
	beats(world, mage, 5);
	assert_int_equal(lost_hp(world, ana), 50);
	body_of(world, ana)->flags |= BODY_HIDDEN;
	unsigned turns = 0;
	while ((of(world, ana)->flags & BODY_HIDDEN) != 0 && turns++ < 100)
		beats(world, mage, 5);
	assert_in_range(turns, 0, 30); /* 35 of a hundred */
	assert_int_equal(lost_hp(world, ana), 50);
}

/* He unveils who hides, and does nothing else to him, held or not. */
static void a_mage_hurts_nobody_whom_he_does_not_see(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 2, .y = CENTER_Y);
	uint32_t mage = alone(world, BEAST_MAGE);
	body_of(world, ana)->flags |= BODY_PARALYSED;
	unsigned hidden = 0;
	for (unsigned i = 0; i < 100; i++) {
		body_of(world, ana)->flags |= BODY_HIDDEN;
		about(world, mage)->strike_due_ms = 0;
		put_back(world, mage, WEST_X, CENTER_Y);
		beats(world, mage, 1);
		hidden += (of(world, ana)->flags & BODY_HIDDEN) != 0;
	}
	assert_int_equal(lost_hp(world, ana), 0);
	assert_in_range(hidden, 41, 89); /* 65, give or take five times 4.8 */
}

static void the_wand_s_blast_grows_less_with_the_distance(void **state)
{
	(void)state;
	assert_int_equal(praetorian_blast(0), 880);
	assert_int_equal(praetorian_blast(1), 880);
	assert_int_equal(praetorian_blast(2), 653);
	assert_int_equal(praetorian_blast(10), 328); /* 880 / 2.6827 */
	assert_int_equal(praetorian_blast(128), 110);
}

static void a_mage_with_little_life_breaks_his_wand(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 8, .y = CENTER_Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = WEST_X + 1, .y = CENTER_Y);
	uint32_t god = SOMEBODY(world, "Ira", .x = WEST_X - 1, .y = CENTER_Y, .privileges = PRIVILEGE_GOD);
	uint32_t mage = alone(world, BEAST_MAGE), pet = pet_put(world, ana, BEAST_RAT, WEST_X, CENTER_Y + 5);
	struct handle dead = body_handle(&world->world, mage), rat = body_handle(&world->world, pet);
	player_of(world, eva)->hp = player_of(world, eva)->hp_max = 880;
	body_of(world, mage)->hp = 750;
	forget(world);
	beats(world, mage, 1);
	EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_DRAGON, .x = WEST_X, .y = CENTER_Y);
	assert_int_equal(HEARD(world, ana, CHAT_OVER_HEAD)->char_index, mage);
	assert_int_equal(HEARD(world, ana, CREATE_FX)->loops, FX_FOREVER);
	assert_int_equal(of(world, mage)->fx, FX_MEDITATION_5); /* for who comes later */
	forget(world);
	beats(world, mage, 26); /* from 6 to 1: five intervals more, and not yet the seventh */
	assert_int_equal(HOW_MANY(world, ana, CHAT_OVER_HEAD), 5);
	assert_non_null(handle_body(&world->world, dead));
	assert_int_equal(lost_hp(world, ana), 0);
	forget(world);
	beats(world, mage, 4);
	EXPECT(world, ana, PLAY_WAVE, .wave = SOUND_DRAGON, .x = WEST_X, .y = CENTER_Y);
	assert_int_equal(HEARD(world, ana, CHAT_OVER_HEAD)->char_index, mage); /* 0 */
	assert_null(handle_body(&world->world, dead));
	assert_int_equal(lost_hp(world, ana), 360);
	EXPECT_LINE(world, ana, TEXT_PRAETORIAN_BLAST, 360);
	assert_int_equal(player_of(world, eva)->dead, 1);
	assert_int_equal(lost_hp(world, god), 0);
	assert_null(handle_body(&world->world, rat));
	assert_int_equal(player_of(world, ana)->creatures_killed, 0);
	EXPECT_SOUND(world);
}

static void a_mage_who_is_healed_thinks_again(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = WEST_X + 8, .y = CENTER_Y);
	uint32_t mage = alone(world, BEAST_MAGE);
	body_of(world, mage)->hp = 750;
	beats(world, mage, 21);
	assert_int_equal(about(world, mage)->stage, 2);
	body_of(world, mage)->hp = 751;
	beats(world, mage, 1);
	assert_int_equal(about(world, mage)->stage, 0);
	assert_int_equal(of(world, mage)->fx, FX_NONE);
	body_of(world, mage)->hp = 700;
	beats(world, mage, 5);
	assert_int_equal(about(world, mage)->stage, 6); /* from the beginning */
}

/* --- swords, bows, thieves ---------------------------------------------------------------------------------------------------------------- */

static void a_sword_fights_within_reach_and_feels_the_unseen(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 14, .y = CENTER_Y);
	uint32_t sword = alone(world, BEAST_SWORD);
	beats(world, sword, 4);
	expect_at(world, sword, WEST_X, CENTER_Y); /* 14 is too far */
	stand(world, ana, WEST_X + 13, CENTER_Y);
	beats(world, sword, 12);
	expect_at(world, sword, WEST_X + 12, CENTER_Y);
	beats(world, sword, 15);
	assert_true(lost_hp(world, ana) >= 5);
	body_of(world, ana)->flags |= BODY_INVISIBLE;
	player_of(world, ana)->hp = 999;
	stand(world, ana, WEST_X + 10, CENTER_Y); /* where his way home leads past */
	for (unsigned i = 0; i < 20; i++) {
		put_back(world, sword, WEST_X + 12, CENTER_Y);
		beats(world, sword, 1);
	}
	assert_true(lost_hp(world, ana) >= 5);
	stand(world, sword, WEST_X + 20, CENTER_Y);
	stand(world, ana, WEST_X + 20, CENTER_Y + 9);
	beats(world, sword, 1);
	expect_at(world, sword, WEST_X + 19, CENTER_Y);
}

static void an_archer_prefers_who_casts_and_stays_near_the_center(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 2, .y = CENTER_Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = WEST_X + 7, .y = CENTER_Y, .class_id = CLASS_MAGE);
	uint32_t archer = alone(world, BEAST_ARCHER);
	beats(world, archer, 6);
	assert_int_equal(lost_hp(world, eva), 100);
	assert_int_equal(lost_hp(world, ana), 0);
	stand(world, ana, WEST_X + 30, CENTER_Y);
	for (unsigned i = 0; i < 30; i++) {
		player_of(world, eva)->hp = 999;
		beats(world, archer, 1);
		assert_in_range(of(world, archer)->x, WEST_X - 4, WEST_X + 4);
	}
	assert_in_range(of(world, archer)->x, WEST_X + 2, WEST_X + 4); /* half way */
}

static unsigned on_the_ground(struct little_world *world, enum thing thing)
{
	unsigned count = 0;
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		const struct stack *stack = &world->world.maps[MIND_MAP].ground[tile];
		count += stack->item == (unsigned)thing ? stack->amount : 0;
	}
	return count;
}

static unsigned in_the_hoard(struct little_world *world, enum thing thing)
{
	unsigned count = 0;
	for (unsigned i = 0; i < HOARD_SLOTS; i++) {
		const struct stack *stack = &world->world.maps[MIND_MAP].hoard.stacks[i];
		count += stack->item == (unsigned)thing ? stack->amount : 0;
	}
	return count;
}

static void a_thief_throws_weapons_down_and_keeps_what_he_steals_until_he_dies(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 1, .y = CENTER_Y);
	uint32_t thief = alone(world, BEAST_THIEF);
	give(world, ana, 1, THING_SWORD, 1);
	give(world, ana, 2, THING_BREAD, 7);
	give(world, ana, 3, THING_NEWBIE_DAGGER, 1); /* is not stolen */
	wear(world, ana, 1);
	for (unsigned i = 0; i < 150; i++)
		beats(world, thief, 5);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], 0);
	assert_int_equal(player_of(world, ana)->inventory[0].amount, 0);
	assert_int_equal(player_of(world, ana)->inventory[1].amount, 0);
	assert_int_equal(player_of(world, ana)->inventory[2].amount, 1);
	assert_int_equal(on_the_ground(world, THING_SWORD), 1);
	assert_int_equal(on_the_ground(world, THING_BREAD), 0);
	assert_int_equal(in_the_hoard(world, THING_BREAD), 7);
	assert_int_equal(lost_hp(world, ana), 0);
	EXPECT_SOUND(world);
	uint32_t sword = ally(world, BEAST_SWORD, WEST_X + 5, CENTER_Y); /* another's death is no thief's */
	slay(world, sword);
	assert_int_equal(in_the_hoard(world, THING_BREAD), 7);
	slay(world, thief);
	assert_int_equal(in_the_hoard(world, THING_BREAD), 0);
	assert_int_equal(on_the_ground(world, THING_BREAD), 7);
	EXPECT_SOUND(world);
	slay(world, alone(world, BEAST_THIEF)); /* nobody dies with it twice */
	assert_int_equal(on_the_ground(world, THING_BREAD), 7);
}

/* Twenty slots; what more he takes falls at his victim's feet. */
static void a_thief_whose_hands_are_full_throws_things_down(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 1, .y = CENTER_Y);
	uint32_t thief = alone(world, BEAST_THIEF);
	struct hoard *hoard = &world->world.maps[MIND_MAP].hoard;
	for (unsigned slot = 1; slot < HOARD_SLOTS; slot++)
		hoard->stacks[slot] = (struct stack){.item = THING_JEWEL, .amount = 1};
	hoard->stacks[0] = (struct stack){.item = THING_BREAD, .amount = STACK_MAX - 3};
	give(world, ana, 1, THING_BREAD, 7);
	for (unsigned i = 0; i < 150; i++)
		beats(world, thief, 5);
	assert_int_equal(player_of(world, ana)->inventory[0].amount, 0);
	assert_int_equal(on_the_ground(world, THING_BREAD), 7);
	assert_int_equal(in_the_hoard(world, THING_BREAD), STACK_MAX - 3);
	give(world, ana, 1, THING_BREAD, 3); /* but these are more of what he has */
	for (unsigned i = 0; i < 150; i++)
		beats(world, thief, 5);
	assert_int_equal(in_the_hoard(world, THING_BREAD), STACK_MAX);
}

/* Where nothing can lie it is not lost. */
static void what_a_dead_thief_had_waits_for_room(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = 80, .y = 80);
	uint32_t thief = alone(world, BEAST_THIEF);
	struct map_state *map = &world->world.maps[MIND_MAP];
	map->hoard.stacks[4] = (struct stack){.item = THING_BREAD, .amount = 7};
	uint8_t open[sizeof map->blocked];
	memcpy(open, map->blocked, sizeof open);
	memset(map->blocked, 0xff, sizeof map->blocked);
	struct deed deed = {.body = thief};
	assert_int_equal(little_world_run(world, MIND_MAP, run_die, &deed), TX_COMMIT);
	assert_int_equal(in_the_hoard(world, THING_BREAD), 7);
	memcpy(map->blocked, open, sizeof open);
	slay(world, alone(world, BEAST_THIEF));
	assert_int_equal(in_the_hoard(world, THING_BREAD), 0);
	assert_int_equal(on_the_ground(world, THING_BREAD), 7);
}

/* 15 of a hundred turns throw the weapon away: 400 turns, 60, give or take five times 7.1. */
static void a_thief_disarms_fifteen_times_of_a_hundred(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 1, .y = CENTER_Y);
	uint32_t thief = alone(world, BEAST_THIEF);
	unsigned thrown = 0;
	for (unsigned i = 0; i < 400; i++) {
		give(world, ana, 1, THING_SWORD, 1);
		wear(world, ana, 1);
		about(world, thief)->strike_due_ms = 0;
		beats(world, thief, 1);
		thrown += player_of(world, ana)->equipment[EQUIP_WEAPON] == 0;
		player_of(world, ana)->equipment[EQUIP_WEAPON] = 0;
	}
	assert_in_range(thrown, 25, 95);
}

static void a_thief_leaves_what_nobody_may_steal(void **state)
{
	struct little_world *world = *state;
	static const enum thing things[] = {THING_NEWBIE_DAGGER, THING_DRAGON_SWORD};
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 1, .y = CENTER_Y);
	uint32_t thief = alone(world, BEAST_THIEF);
	for (unsigned n = 0; n < 4; n++) {
		give(world, ana, 1, things[n % 2], 1);
		player_of(world, ana)->equipment[EQUIP_WEAPON] = n < 2 ? 1 : 0;
		for (unsigned i = 0; i < 100; i++) {
			about(world, thief)->strike_due_ms = 0;
			beats(world, thief, 1);
		}
		assert_int_equal(player_of(world, ana)->inventory[0].item, things[n % 2]);
		assert_int_equal(player_of(world, ana)->equipment[EQUIP_WEAPON], n < 2 ? 1 : 0);
	}
}

static void a_thief_from_afar_shoots_and_holds_or_disarms(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 8, .y = CENTER_Y);
	uint32_t thief = alone(world, BEAST_THIEF);
	unsigned shots = 0, held = 0, disarmed = 0;
	give(world, ana, 1, THING_SWORD, 1);
	body_of(world, ana)->flags |= BODY_INVISIBLE; /* he sees her */
	for (unsigned i = 0; i < 200; i++) {
		player_of(world, ana)->hp = 999;
		player_of(world, ana)->equipment[EQUIP_WEAPON] = 1;
		put_back(world, thief, WEST_X, CENTER_Y);
		about(world, thief)->strike_due_ms = 0;
		beats(world, thief, 1);
		shots += lost_hp(world, ana) == 50;
		held += is_held(world, ana);
		disarmed += player_of(world, ana)->equipment[EQUIP_WEAPON] == 0;
		body_of(world, ana)->flags &= ~(uint32_t)BODY_PARALYSED;
		player_of(world, ana)->paralysed = 0;
	}
	assert_int_equal(shots, 200);
	assert_in_range(held, 5, 40);      /* 18 */
	assert_in_range(disarmed, 10, 70); /* 38 */
}

/* 24 of a hundred beats hide him when he is seen, 12 show him again: two thirds of the time nobody sees him. */
static void a_thief_comes_and_goes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = SOMEBODY(world, "Ana", .x = WEST_X + 8, .y = CENTER_Y + 8);
	uint32_t thief = alone(world, BEAST_THIEF);
	unsigned unseen = 0, changes = 0;
	forget(world);
	for (unsigned i = 0; i < 600; i++) {
		uint32_t before = of(world, thief)->flags;
		player_of(world, ana)->hp = 999;
		beats(world, thief, 1);
		unseen += (of(world, thief)->flags & BODY_INVISIBLE) != 0;
		if (of(world, thief)->flags != before) {
			changes++;
			EXPECT(world, ana, SET_INVISIBLE, .char_index = (int16_t)thief,
				   .invisible = (of(world, thief)->flags & BODY_INVISIBLE) != 0);
		}
	}
	assert_in_range(unseen, 250, 550);
	assert_in_range(changes, 50, 150);
	assert_int_equal(steps_between(world, thief, ana), 1);
}

/* To who comes by, and to whom he comes, he appears unseen; the staff sees everybody. */
static void a_thief_nobody_sees_is_shown_so_to_newcomers(void **state)
{
	struct little_world *world = *state;
	enum { BORDER_X = 36 }; /* between two cells of nine tiles */
	uint32_t ana = SOMEBODY(world, "Ana", .x = BORDER_X + 12, .y = CENTER_Y);
	uint32_t god = SOMEBODY(world, "Ira", .x = BORDER_X + 12, .y = CENTER_Y + 2, .privileges = PRIVILEGE_GOD);
	uint32_t thief = beast_put(world, BEAST_THIEF, BORDER_X - 1, CENTER_Y);
	body_of(world, thief)->flags |= BODY_INVISIBLE;
	forget(world);
	mind_done(world, MIND_MAP, mind_run_step, (struct deed){.body = thief, .number = HEADING_EAST});
	EXPECT_ANY(world, ana, CHARACTER_CREATE);
	EXPECT(world, ana, SET_INVISIBLE, .char_index = (int16_t)thief, .invisible = true);
	EXPECT_ANY(world, god, CHARACTER_CREATE);
	assert_int_equal(HOW_MANY(world, god, SET_INVISIBLE), 0);
	stand(world, thief, BORDER_X - 1, CENTER_Y);
	stand(world, ana, BORDER_X + 9, CENTER_Y);
	forget(world);
	DO(world, ana, WALK, .heading = HEADING_WEST);
	EXPECT(world, ana, SET_INVISIBLE, .char_index = (int16_t)thief, .invisible = true);
	stand(world, god, BORDER_X + 2, CENTER_Y + 2);
	forget(world);
	beats(world, thief, 100); /* he comes and goes */
	assert_true(HOW_MANY(world, ana, SET_INVISIBLE) > 5);
	assert_int_equal(HOW_MANY(world, god, SET_INVISIBLE), 0);
}

static void a_thief_prefers_hunters(void **state)
{
	struct little_world *world = *state;
	SOMEBODY(world, "Ana", .x = WEST_X + 3, .y = CENTER_Y);
	uint32_t eva = SOMEBODY(world, "Eva", .x = WEST_X - 8, .y = CENTER_Y, .class_id = CLASS_HUNTER);
	uint32_t thief = alone(world, BEAST_THIEF);
	beats(world, thief, 7);
	assert_int_equal(steps_between(world, thief, eva), 1);
}

/* --- all of them --------------------------------------------------------------------------------------------------------------------------- */

/* A clan among players, and some minutes: what they do is sound, whatever it is. */
static void a_clan_fights(void **state)
{
	struct little_world *world = *state;
	static const char *const names[] = {"Bea", "Cid", "Dora", "Eva", "Fito"};
	uint32_t players[5];
	clan_comes(world);
	for (unsigned i = 0; i < 5; i++) {
		players[i] = SOMEBODY(world, names[i], .x = (uint8_t)(WEST_X + i), .y = CENTER_Y + 6);
		give(world, players[i], 1, THING_BREAD, 5);
	}
	for (unsigned minute = 0; minute < 3; minute++) {
		for (unsigned i = 0; i < 5; i++) {
			if (!player_of(world, players[i])->dead)
				player_of(world, players[i])->hp = 999;
		}
		live_ms(world, MIND_MAP, 60000);
		forget(world);
		EXPECT_SOUND(world);
	}
	unsigned dead = 0;
	for (unsigned i = 0; i < 5; i++)
		dead += player_of(world, players[i])->dead;
	assert_true(dead > 0);
	assert_int_equal(members(world), CLAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(nine_come_around_their_center_and_only_once),
		WORLD_TEST(the_next_clan_comes_on_the_other_side_when_all_are_dead),
		WORLD_TEST(a_creature_on_the_king_s_place_makes_room),
		WORLD_TEST(other_maps_have_no_clan),
		WORLD_TEST(nobody_touches_the_king_while_another_lives),
		WORLD_TEST(a_stray_praetorian_is_of_no_clan),
		WORLD_TEST(they_leave_all_they_have),
		WORLD_TEST(a_king_heals_and_frees_his_men),
		WORLD_TEST(a_king_cures_before_he_heals),
		WORLD_TEST(a_king_alone_goes_for_who_is_near_and_strikes_all_around),
		WORLD_TEST(a_king_alone_blinds_who_stands_out_of_reach),
		WORLD_TEST(a_king_in_peace_goes_home_and_heals_himself),
		WORLD_TEST(a_king_in_peace_for_long_calls_one_of_his_dead_back),
		WORLD_TEST(a_healer_frees_then_holds_then_hurts_then_heals),
		WORLD_TEST(a_healer_goes_to_who_is_held_and_home_when_pressed_twice_as_fast),
		WORLD_TEST(a_mage_strikes_the_held_first_and_unveils),
		WORLD_TEST(a_mage_hurts_nobody_whom_he_does_not_see),
		WORLD_TEST(the_wand_s_blast_grows_less_with_the_distance),
		WORLD_TEST(a_mage_with_little_life_breaks_his_wand),
		WORLD_TEST(a_mage_who_is_healed_thinks_again),
		WORLD_TEST(a_sword_fights_within_reach_and_feels_the_unseen),
		WORLD_TEST(an_archer_prefers_who_casts_and_stays_near_the_center),
		WORLD_TEST(a_thief_throws_weapons_down_and_keeps_what_he_steals_until_he_dies),
		WORLD_TEST(a_thief_whose_hands_are_full_throws_things_down),
		WORLD_TEST(what_a_dead_thief_had_waits_for_room),
		WORLD_TEST(a_thief_disarms_fifteen_times_of_a_hundred),
		WORLD_TEST(a_thief_leaves_what_nobody_may_steal),
		WORLD_TEST(a_thief_from_afar_shoots_and_holds_or_disarms),
		WORLD_TEST(a_thief_comes_and_goes),
		WORLD_TEST(a_thief_nobody_sees_is_shown_so_to_newcomers),
		WORLD_TEST(a_thief_prefers_hunters),
		WORLD_TEST(a_clan_fights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
