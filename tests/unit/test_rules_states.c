/* What spells, potions and blows leave behind for a while (rules-life-combat-magic.md 7, 9.4, 10.4, 10.7, 10.8): how long it lasts,
 * what ends it, and that each flipped flag of a client is flipped once. */
#include "tests/unit/test_deeds.h"
#include "worker/game/alignment.h"
#include "worker/game/effects.h"
#include "worker/game/jail.h"
#include "worker/game/presence.h"

enum { PARALYSIS_MS = 20000, NEVER_MS = 3600000 };

static uint32_t other; /* who does it */

static void is_paralysed(struct tx *tx, uint32_t player)
{
	struct handle by = {.index = other, .generation = other != 0 ? tx->world->bodies[other].generation : 0};
	effect_paralyse(tx, player, by, false, PARALYSIS_MS);
}

static void is_immobilised(struct tx *tx, uint32_t player)
{
	effect_paralyse(tx, player, (struct handle){0}, true, PARALYSIS_MS);
}

static void is_blinded(struct tx *tx, uint32_t player)
{
	effect_blind(tx, player, 6680);
}

static void is_stupefied(struct tx *tx, uint32_t player)
{
	effect_stupefy(tx, player, 20000);
}

static void hides(struct tx *tx, uint32_t player)
{
	effect_hide(tx, player, 10000);
}

static void mimics(struct tx *tx, uint32_t player)
{
	struct looks wolf = {.look = 10, .weapon = 2, .shield = 2, .helmet = 2};
	effect_mimic(tx, player, &wolf, true);
}

static void grows_strong(struct tx *tx, uint32_t player)
{
	effect_attribute_add(tx, player, ATTRIBUTE_STRENGTH, 30, 48000);
}

static void grows_clumsy(struct tx *tx, uint32_t player)
{
	effect_attribute_add(tx, player, ATTRIBUTE_AGILITY, -30, 28000);
}

static void leaves_and_comes(struct tx *tx, uint32_t player)
{
	effects_leave(tx, player);
	effects_enter(tx, player);
}

static uint32_t enter(struct little_world *world, const struct newcomer *who)
{
	world->config.intervals.idle_minutes = 0;
	uint32_t player = little_world_enter(world, who);
	give(world, player, 1, THING_TUNIC, 1);
	wear(world, player, 1);
	other = 0;
	return player;
}
#define COMES(world, ...) enter((world), &(const struct newcomer){.name = __VA_ARGS__})

static bool has(struct little_world *world, uint32_t player, uint32_t flag)
{
	return (body_of(world, player)->flags & flag) != 0;
}

/* --- paralysis ------------------------------------------------------------------------------------------------------------------- */

static void who_is_paralysed_is_told_so_and_freed_after_20_seconds(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	act(world, ana, is_paralysed);
	assert_true(has(world, ana, BODY_PARALYSED));
	assert_false(has(world, ana, BODY_IMMOBILISED));
	assert_int_equal(player_of(world, ana)->paralysed, 1);
	EXPECT(world, ana, PARALIZE_OK);
	EXPECT(world, ana, POS_UPDATE, .x = MEADOW_X, .y = MEADOW_Y);
	EXPECT_NOTHING_ELSE(world);
	pass_ms(world, 10000);
	act(world, ana, is_paralysed); /* does not last longer by it, and is not told again */
	EXPECT_NOTHING_ELSE(world);
	live_ms(world, LAND_MEADOW, PARALYSIS_MS - 10000 - 1);
	assert_true(has(world, ana, BODY_PARALYSED));
	live_ms(world, LAND_MEADOW, 41);
	assert_false(has(world, ana, BODY_PARALYSED));
	assert_int_equal(player_of(world, ana)->paralysed, 0);
	EXPECT(world, ana, PARALIZE_OK);
	EXPECT(world, ana, POS_UPDATE, .x = MEADOW_X, .y = MEADOW_Y);
	EXPECT_NOTHING_ELSE(world);
	act(world, ana, effect_free);
	EXPECT_NOTHING_ELSE(world);
}

/* 20 no. 8 */
static void the_paralysed_fight_drink_and_talk_but_do_not_go(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	struct player *player = player_of(world, ana);
	give(world, ana, 2, THING_POTION, 3);
	player->skills[SKILL_MAGIC - 1] = 100;
	player->spell = CHARM_HEAL;
	act(world, ana, is_paralysed);
	forget(world);
	DO(world, ana, ATTACK);
	assert_true(player->stamina < 100);
	pass_ms(world, 2000);
	DO(world, ana, WORK_LEFT_CLICK, .x = MEADOW_X, .y = MEADOW_Y, .skill = SKILL_MAGIC);
	assert_true(player->mana < 100);
	DO(world, ana, USE_ITEM, .slot = 2);
	assert_int_equal(player->inventory[1].amount, 2);
	forget(world);
	DO(world, ana, TALK, .text = TEXT("hola"));
	EXPECT_ANY(world, beto, CHAT_OVER_HEAD);
	DO(world, ana, WALK, .heading = HEADING_SOUTH);
	DO(world, ana, CHANGE_HEADING, .heading = HEADING_NORTH);
	assert_int_equal(body_of(world, ana)->y, MEADOW_Y);
	assert_int_equal(body_of(world, ana)->heading, HEADING_SOUTH);
	DO(world, ana, QUIT);
	EXPECT_LINE(world, ana, TEXT_LEAVING_PARALYSED);
	assert_int_equal(player->state, PLAYER_PLAYING);
	assert_int_equal(player->logout_due_ms, 0);
}

static void who_is_immobilised_may_turn_and_is_freed_as_well(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	act(world, ana, is_immobilised);
	assert_true(has(world, ana, BODY_PARALYSED));
	assert_true(has(world, ana, BODY_IMMOBILISED));
	DO(world, ana, CHANGE_HEADING, .heading = HEADING_EAST);
	assert_int_equal(body_of(world, ana)->heading, HEADING_EAST);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	assert_int_equal(body_of(world, ana)->x, MEADOW_X);
	act(world, ana, effect_free);
	assert_false(has(world, ana, BODY_PARALYSED | BODY_IMMOBILISED));
}

static void who_comes_back_paralysed_is_so_for_the_whole_time(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	act(world, ana, is_paralysed);
	live_ms(world, LAND_MEADOW, 15000);
	act(world, ana, leaves_and_comes);
	assert_true(has(world, ana, BODY_PARALYSED));
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_PARALYSIS] - world->tx.now_ms,
					 world->config.intervals.paralysis_ms);
	forget(world);
	live_ms(world, LAND_MEADOW, PARALYSIS_MS + 40);
	EXPECT(world, ana, PARALIZE_OK);
	assert_false(has(world, ana, BODY_PARALYSED));
}

/* Ana has no mana; she is paralysed by `by`. */
static uint32_t without_mana(struct little_world *world, uint32_t by)
{
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->mana_max = player_of(world, ana)->mana = 0;
	other = by;
	act(world, ana, is_paralysed);
	forget(world);
	return ana;
}

static uint64_t paralysed_for_ms(struct little_world *world, uint32_t player)
{
	uint64_t due_ms = player_of(world, player)->effect_due_ms[EFFECT_PARALYSIS];
	return due_ms > world->tx.now_ms ? due_ms - world->tx.now_ms : 0;
}

static void a_paraliser_in_sight_keeps_a_warrior_paralysed(void **state)
{
	struct little_world *world = *state;
	uint32_t beto = COMES(world, "Beto", .x = MEADOW_X + 9, .y = MEADOW_Y + 7);
	uint32_t ana = without_mana(world, beto);
	live_ms(world, LAND_MEADOW, 10000);
	assert_true(paralysed_for_ms(world, ana) > 9000);
}

static void a_paraliser_who_walks_away_leaves_a_warrior_for_a_second_and_a_half(void **state)
{
	struct little_world *world = *state;
	uint32_t beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	uint32_t ana = without_mana(world, beto);
	live_ms(world, LAND_MEADOW, 1000);
	stand(world, beto, MEADOW_X + 10, MEADOW_Y);
	live_ms(world, LAND_MEADOW, 100);
	assert_in_range(paralysed_for_ms(world, ana), 1300, 1480);
	stand(world, beto, MEADOW_X + 1, MEADOW_Y); /* too late: it stays short */
	live_ms(world, LAND_MEADOW, 1480);
	assert_false(has(world, ana, BODY_PARALYSED));
}

static void the_other_axis_counts_too(void **state)
{
	struct little_world *world = *state;
	uint32_t beto = COMES(world, "Beto", .x = MEADOW_X, .y = MEADOW_Y + 8);
	uint32_t ana = without_mana(world, beto);
	live_ms(world, LAND_MEADOW, 100);
	assert_in_range(paralysed_for_ms(world, ana), 1, 1480);
}

static void a_paraliser_on_another_map_is_out_of_sight(void **state)
{
	struct little_world *world = *state;
	uint32_t beto = COMES(world, "Beto", .map = LAND_WILD);
	uint32_t ana = without_mana(world, beto);
	live_ms(world, LAND_MEADOW, 100);
	assert_in_range(paralysed_for_ms(world, ana), 1, 1480);
}

static void a_paraliser_who_died_or_whose_place_another_has_frees_a_warrior_at_once(void **state)
{
	struct little_world *world = *state;
	uint32_t beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	uint32_t ana = without_mana(world, beto);
	player_of(world, beto)->dead = 1;
	live_ms(world, LAND_MEADOW, 100);
	assert_false(has(world, ana, BODY_PARALYSED));
	player_of(world, beto)->dead = 0;
	other = beto;
	act(world, ana, is_paralysed);
	body_of(world, beto)->generation++;
	live_ms(world, LAND_MEADOW, 100);
	assert_false(has(world, ana, BODY_PARALYSED));
	body_of(world, beto)->generation--;
}

static void a_creature_far_away_shortens_it_too(void **state)
{
	struct little_world *world = *state;
	uint32_t wolf = beast_of(world, BEAST_WOLF);
	uint32_t ana = without_mana(world, wolf); /* far away */
	live_ms(world, LAND_MEADOW, 100);
	assert_in_range(paralysed_for_ms(world, ana), 1, 1480);
}

static void who_has_mana_must_wait_or_free_himself(void **state)
{
	struct little_world *world = *state;
	uint32_t beto = COMES(world, "Beto", .map = LAND_WILD);
	uint32_t ana = COMES(world, "Ana");
	other = beto;
	act(world, ana, is_paralysed);
	live_ms(world, LAND_MEADOW, 10000);
	assert_true(paralysed_for_ms(world, ana) > 9000);
}

/* --- blindness and stupidity ------------------------------------------------------------------------------------------------------- */

static void blindness_and_stupidity_share_their_time(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	act(world, ana, is_stupefied);
	EXPECT(world, ana, DUMB);
	pass_ms(world, 5000);
	act(world, ana, is_stupefied); /* no longer by it */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_SENSES] - world->tx.now_ms, 15000);
	act(world, ana, is_blinded);
	EXPECT(world, ana, BLIND);
	live_ms(world, LAND_MEADOW, 6679);
	assert_int_equal(player_of(world, ana)->stupid, 1);
	live_ms(world, LAND_MEADOW, 41);
	EXPECT(world, ana, BLIND_NO_MORE);
	EXPECT(world, ana, DUMB_NO_MORE);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->stupid + player_of(world, ana)->blind, 0);
}

/* --- invisible and hidden ------------------------------------------------------------------------------------------------------------ */

static void invisibility_lasts_16_to_24_seconds_and_is_told_to_who_sees_him(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	uint64_t shortest = UINT64_MAX, longest = 0;
	act(world, ana, effect_invisible); /* the first of a session */
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_INVISIBILITY] - world->tx.now_ms, 20040);
	act(world, ana, effect_visible);
	act(world, ana, effect_invisible); /* it has not run out yet */
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_INVISIBILITY] - world->tx.now_ms, 20040);
	live_ms(world, LAND_MEADOW, 20100);
	assert_false(has(world, ana, BODY_INVISIBLE));
	forget(world);
	for (int i = 0; i < 100; i++) {
		act(world, ana, effect_invisible);
		uint64_t for_ms = player_of(world, ana)->effect_due_ms[EFFECT_INVISIBILITY] - world->tx.now_ms;
		shortest = for_ms < shortest ? for_ms : shortest;
		longest = for_ms > longest ? for_ms : longest;
		EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = true);
		pass_ms(world, 1000);
		act(world, ana, effect_invisible); /* cast again: nothing */
		assert_true(player_of(world, ana)->effect_due_ms[EFFECT_INVISIBILITY] - world->tx.now_ms == for_ms - 1000);
		act(world, ana, effect_visible);
		EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
		EXPECT_LINE(world, ana, TEXT_VISIBLE_AGAIN);
		EXPECT_NOTHING_ELSE(world);
	}
	/* Of 201 lengths, 100 draws: none within a tenth of an end in 1 of 30000 runs. */
	assert_in_range(shortest, 16040, 16840);
	assert_in_range(longest, 23240, 24040);
	act(world, ana, effect_invisible);
	forget(world);
	live_ms(world, LAND_MEADOW, 24100);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
	act(world, ana, leaves_and_comes);
	act(world, ana, effect_invisible);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_INVISIBILITY] - world->tx.now_ms, 20040);
}

static void who_is_hidden_and_invisible_is_seen_when_both_have_ended(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	act(world, ana, effect_invisible);
	act(world, ana, hides);
	assert_int_equal(HOW_MANY(world, beto, SET_INVISIBLE), 1);
	forget(world);
	act(world, ana, effect_reveal);
	EXPECT_NOTHING_ELSE(world);
	assert_false(has(world, ana, BODY_HIDDEN));
	act(world, ana, effect_visible);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
}

static void who_sails_is_drawn_whatever_he_is(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	body_of(world, ana)->flags |= BODY_SAILING;
	act(world, ana, effect_invisible);
	assert_int_equal(HOW_MANY(world, beto, SET_INVISIBLE), 0);
}

static void what_runs_out_at_sea_is_seen_by_nobody(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	give(world, ana, 2, THING_BOAT, 1);
	player_of(world, ana)->equipment[EQUIP_BOAT] = 2;
	body_of(world, ana)->flags |= BODY_SAILING;
	act(world, ana, effect_invisible);
	act(world, ana, mimics);
	forget(world);
	live_ms(world, LAND_MEADOW, 20100);
	assert_false(has(world, ana, BODY_INVISIBLE));
	assert_int_equal(HOW_MANY(world, beto, SET_INVISIBLE), 0);
	EXPECT_LINE(world, ana, TEXT_VISIBLE_AGAIN);
	EXPECT_LINE(world, ana, TEXT_MIMICRY_ENDS);
	assert_int_not_equal(body_of(world, ana)->look, 10); /* a ship, and no wolf */
	assert_int_equal(body_of(world, ana)->head, 0);
}

static void only_a_classic_client_is_told_that_he_is_invisible_himself(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	act(world, ana, effect_invisible);
	if (world->tx.dialect == DIALECT_CLASSIC)
		EXPECT(world, ana, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = true);
	EXPECT_NOTHING_ELSE(world);
}

static void jumps_east(struct tx *tx, uint32_t player)
{
	const struct body *body = &tx->world->bodies[player];
	presence_jump(tx, player, body->x + 2u, body->y);
}

static void jumps_far(struct tx *tx, uint32_t player)
{
	presence_jump(tx, player, 90, 90);
}

static void jumps_near(struct tx *tx, uint32_t player)
{
	presence_jump(tx, player, MEADOW_X + 2, MEADOW_Y);
}

static void jumps_back(struct tx *tx, uint32_t player)
{
	presence_jump(tx, player, MEADOW_X, MEADOW_Y);
}

static void who_is_invisible_stays_so_wherever_he_appears(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	uint32_t eva = COMES(world, "Eva", .x = MEADOW_X - 1, .privileges = PRIVILEGE_GOD);
	static act_fn *const ways[] = {jumps_east, jumps_far, jumps_back};
	act(world, ana, effect_invisible);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = true);
	EXPECT(world, eva, CHARACTER_CHANGE_NICK, .char_index = (int16_t)ana, .name = TEXT("Ana (INVISIBLE)"));
	EXPECT_NOTHING(world, eva); /* the staff sees everybody */
	for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
		act(world, ana, ways[i]);
		assert_int_equal(HOW_MANY(world, beto, SET_INVISIBLE), HOW_MANY(world, beto, CHARACTER_CREATE));
		assert_int_equal(HOW_MANY(world, beto, CHARACTER_CHANGE_NICK), 0);
		assert_int_equal(HOW_MANY(world, eva, SET_INVISIBLE), 0);
		assert_int_equal(HOW_MANY(world, eva, CHARACTER_CHANGE_NICK), HOW_MANY(world, eva, CHARACTER_CREATE));
		forget(world);
	}
	act(world, ana, effect_visible);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
	EXPECT(world, eva, CHARACTER_CHANGE_NICK, .char_index = (int16_t)ana, .name = TEXT("Ana"));
	EXPECT_NOTHING(world, eva);
}

static void the_staff_that_comes_later_reads_who_is_invisible(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	uint32_t eva = COMES(world, "Eva", .x = 90, .y = 90, .privileges = PRIVILEGE_GOD);
	act(world, ana, hides);
	forget(world);
	act(world, eva, jumps_near);
	assert_int_equal(HOW_MANY(world, eva, SET_INVISIBLE), 0);
	EXPECT(world, eva, CHARACTER_CHANGE_NICK, .char_index = (int16_t)ana, .name = TEXT("Ana (INVISIBLE)"));
	act(world, ana, status_show); /* a tag that is told anew says nothing of it */
	EXPECT(world, eva, CHARACTER_CHANGE_NICK, .char_index = (int16_t)ana, .name = TEXT("Ana (INVISIBLE)"));
}

static void glows(struct tx *tx, uint32_t player)
{
	presence_effect(tx, player, FX_WARP, 0);
	presence_sound(tx, player, SOUND_WARP);
}

static void nobody_is_told_of_the_staff_that_nobody_sees(void **state)
{
	struct little_world *world = *state;
	uint32_t eva = COMES(world, "Eva", .privileges = PRIVILEGE_GOD);
	uint32_t beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	uint32_t cora = COMES(world, "Cora", .x = MEADOW_X + 2, .privileges = PRIVILEGE_COUNSELLOR);
	body_of(world, eva)->flags |= BODY_ADMIN_INVISIBLE;
	act(world, eva, effect_invisible);
	act(world, eva, status_show);
	act(world, eva, effect_visible);
	act(world, eva, glows);
	EXPECT(world, eva, CREATE_FX, .char_index = (int16_t)eva, .fx = FX_WARP, .loops = 0);
	EXPECT(world, eva, PLAY_WAVE, .wave = SOUND_WARP, .x = MEADOW_X, .y = MEADOW_Y);
	assert_int_equal(HOW_MANY(world, cora, CHARACTER_CHANGE_NICK), 0);
	EXPECT_NOTHING(world, beto);
}

/* --- mimicry ------------------------------------------------------------------------------------------------------------------------- */

static void mimicry_lasts_20_seconds(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .class_id = CLASS_DRUID);
	act(world, ana, mimics);
	assert_int_equal(player_of(world, ana)->mimicking, 1);
	assert_int_equal(player_of(world, ana)->ignored, 1);
	forget(world);
	live_ms(world, LAND_MEADOW, 20039);
	assert_int_equal(player_of(world, ana)->mimicking, 1);
	live_ms(world, LAND_MEADOW, 41);
	assert_int_equal(player_of(world, ana)->mimicking, 0);
	assert_int_equal(player_of(world, ana)->ignored, 0);
	assert_int_equal(body_of(world, ana)->look, 60); /* her tunic */
	EXPECT_LINE(world, ana, TEXT_MIMICRY_ENDS);
}

/* --- strength and agility --------------------------------------------------------------------------------------------------------------- */

static void attributes_are_held_and_share_their_time(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	struct player *player = player_of(world, ana);
	player->attributes[ATTRIBUTE_STRENGTH - 1] = 15; /* twice that are 30 */
	act(world, ana, grows_strong);
	assert_int_equal(player->attributes_now[ATTRIBUTE_STRENGTH - 1], 30);
	EXPECT(world, ana, UPDATE_STRENGHT, .strength = 30);
	player->attributes[ATTRIBUTE_STRENGTH - 1] = 25; /* twice that are more than 40 */
	act(world, ana, grows_strong);
	assert_int_equal(player->attributes_now[ATTRIBUTE_STRENGTH - 1], 40);
	assert_int_equal(player->effect_due_ms[EFFECT_ATTRIBUTES] - world->tx.now_ms, 48000);
	act(world, ana, grows_clumsy);
	assert_int_equal(player->attributes_now[ATTRIBUTE_AGILITY - 1], 6);
	assert_int_equal(player->effect_due_ms[EFFECT_ATTRIBUTES] - world->tx.now_ms, 28000); /* the last one counts */
	forget(world);
	live_ms(world, LAND_MEADOW, 28040);
	EXPECT(world, ana, UPDATE_STRENGHT_AND_DEXTERITY, .strength = 25, .dexterity = 18);
	assert_int_equal(player->attributes_now[ATTRIBUTE_STRENGTH - 1], 25);
	assert_int_equal(player->attributes_now[ATTRIBUTE_AGILITY - 1], 18);
}

static void coming_back_does_not_keep_what_was_raised(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	act(world, ana, grows_strong);
	act(world, ana, leaves_and_comes);
	assert_int_equal(player_of(world, ana)->attributes_now[ATTRIBUTE_STRENGTH - 1], 18);
}

/* Else who comes back soon would be so for ever: the time that it lasts ends with the stay (2.2, 12.6). */
static void who_leaves_may_be_attacked_no_more(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->attackable_by = 102;
	player_of(world, ana)->effect_due_ms[EFFECT_ATTACKABLE] = world->tx.now_ms + 60000;
	act(world, ana, leaves_and_comes);
	assert_int_equal(player_of(world, ana)->attackable_by, 0);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_ATTACKABLE], 0);
}

/* --- death and leaving --------------------------------------------------------------------------------------------------------------------- */

static void death_ends_it_all_and_each_flag_is_flipped_once(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana"), beto = COMES(world, "Beto", .x = MEADOW_X + 1);
	act(world, ana, is_immobilised);
	act(world, ana, is_blinded);
	act(world, ana, is_stupefied);
	act(world, ana, effect_invisible);
	act(world, ana, hides);
	act(world, ana, effect_poison);
	act(world, ana, grows_strong);
	act(world, ana, mimics);
	forget(world);
	player_of(world, ana)->dead = 1;
	act(world, ana, effects_die);
	EXPECT(world, ana, PARALIZE_OK);
	EXPECT(world, ana, BLIND_NO_MORE);
	EXPECT(world, ana, DUMB_NO_MORE);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
	assert_int_equal(player_of(world, ana)->effects_due_ms, 0);
	assert_int_equal(player_of(world, ana)->poisoned, 0);
	assert_int_equal(player_of(world, ana)->mimicking, 0);
	assert_int_equal(player_of(world, ana)->attributes_now[ATTRIBUTE_STRENGTH - 1], 18);
	assert_false(has(world, ana, BODY_PARALYSED | BODY_IMMOBILISED | BODY_HIDDEN | BODY_INVISIBLE));
	forget(world);
	act(world, ana, effects_die);
	EXPECT_NOTHING_ELSE(world);
}

static void what_is_done_to_the_dead_does_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->dead = 1;
	static act_fn *const deeds[] = {is_paralysed, is_blinded,    is_stupefied, effect_invisible,
									hides,        effect_poison, mimics,       grows_strong};
	forget(world);
	for (unsigned i = 0; i < sizeof deeds / sizeof *deeds; i++)
		act(world, ana, deeds[i]);
	EXPECT_NOTHING_ELSE(world);
	for (unsigned i = EFFECT_PARALYSIS; i < EFFECT_COUNT; i++)
		assert_int_equal(player_of(world, ana)->effect_due_ms[i], 0);
}

/* --- passages and jail ---------------------------------------------------------------------------------------------------------------------- */

static void who_stands_in_a_passage_is_told_so_and_counted_until_he_goes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana", .map = LAND_WILD, .x = PASSAGE_X - 1, .y = GROUNDS_Y);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	forget(world);
	live_ms(world, LAND_WILD, 18100);
	assert_int_equal(player_of(world, ana)->blocking_count, 3);
	for (int i = 0; i < 3; i++)
		EXPECT_LINE(world, ana, TEXT_BLOCKING);
	EXPECT_NOTHING_ELSE(world);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	live_ms(world, LAND_WILD, 6100);
	assert_int_equal(player_of(world, ana)->blocking_count, 0);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_BLOCKING], 0);
}

static void a_world_without_a_jail_keeps_who_blocks(void **state)
{
	struct little_world *world = *state;
	world->config.rules.blocking_checks = 2;
	uint32_t ana = COMES(world, "Ana", .map = LAND_WILD, .x = PASSAGE_X, .y = GROUNDS_Y);
	live_ms(world, LAND_WILD, 30000);
	assert_int_equal(player_of(world, ana)->jail_minutes, 0);
	assert_int_equal(body_of(world, ana)->x, PASSAGE_X);
	EXPECT_SOUND(world);
}

static void a_prisoner_s_minutes_pass_while_he_is_there_dead_or_alive(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = COMES(world, "Ana");
	player_of(world, ana)->jail_minutes = 3;
	act(world, ana, leaves_and_comes);
	uint64_t due_ms = player_of(world, ana)->effect_due_ms[EFFECT_JAIL];
	assert_int_equal(due_ms - world->tx.now_ms, 60000);
	live_ms(world, LAND_MEADOW, 60100); /* a tick follows a tick after 40 ms at least */
	assert_int_equal(player_of(world, ana)->jail_minutes, 2);
	player_of(world, ana)->dead = 1;
	act(world, ana, effects_die);
	live_ms(world, LAND_MEADOW, 60000);
	assert_int_equal(player_of(world, ana)->jail_minutes, 1);
	live_ms(world, LAND_MEADOW, 60000);
	assert_int_equal(player_of(world, ana)->jail_minutes, 0);
	assert_int_equal(player_of(world, ana)->effect_due_ms[EFFECT_JAIL], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(who_is_paralysed_is_told_so_and_freed_after_20_seconds),
		WORLD_TEST(the_paralysed_fight_drink_and_talk_but_do_not_go),
		WORLD_TEST(who_is_immobilised_may_turn_and_is_freed_as_well),
		WORLD_TEST(who_comes_back_paralysed_is_so_for_the_whole_time),
		WORLD_TEST(a_paraliser_in_sight_keeps_a_warrior_paralysed),
		WORLD_TEST(a_paraliser_who_walks_away_leaves_a_warrior_for_a_second_and_a_half),
		WORLD_TEST(the_other_axis_counts_too),
		WORLD_TEST(a_paraliser_on_another_map_is_out_of_sight),
		WORLD_TEST(a_paraliser_who_died_or_whose_place_another_has_frees_a_warrior_at_once),
		WORLD_TEST(a_creature_far_away_shortens_it_too),
		WORLD_TEST(who_has_mana_must_wait_or_free_himself),
		WORLD_TEST(blindness_and_stupidity_share_their_time),
		WORLD_TEST(invisibility_lasts_16_to_24_seconds_and_is_told_to_who_sees_him),
		WORLD_TEST(who_is_hidden_and_invisible_is_seen_when_both_have_ended),
		WORLD_TEST(who_sails_is_drawn_whatever_he_is),
		WORLD_TEST(what_runs_out_at_sea_is_seen_by_nobody),
		WORLD_TEST(only_a_classic_client_is_told_that_he_is_invisible_himself),
		CLASSIC_TEST(only_a_classic_client_is_told_that_he_is_invisible_himself),
		WORLD_TEST(who_is_invisible_stays_so_wherever_he_appears),
		WORLD_TEST(the_staff_that_comes_later_reads_who_is_invisible),
		WORLD_TEST(nobody_is_told_of_the_staff_that_nobody_sees),
		WORLD_TEST(mimicry_lasts_20_seconds),
		WORLD_TEST(attributes_are_held_and_share_their_time),
		WORLD_TEST(coming_back_does_not_keep_what_was_raised),
		WORLD_TEST(who_leaves_may_be_attacked_no_more),
		WORLD_TEST(death_ends_it_all_and_each_flag_is_flipped_once),
		WORLD_TEST(what_is_done_to_the_dead_does_nothing),
		WORLD_TEST(who_stands_in_a_passage_is_told_so_and_counted_until_he_goes),
		WORLD_TEST(a_world_without_a_jail_keeps_who_blocks),
		WORLD_TEST(a_prisoner_s_minutes_pass_while_he_is_there_dead_or_alive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
