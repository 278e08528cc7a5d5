/* Dying, what is dropped, being dead and coming back, in the little land: rules-life-combat-magic.md 14. */
#include "common/catalog/tables.h"
#include "tests/unit/test_deeds.h"
#include "worker/game/death.h"
#include "worker/game/death_drop.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/rule.h"
#include "worker/game/ruling.h"

/* --- by hand ------------------------------------------------------------------------------------------------------------- */

/* Units of a thing on the ground of a map. */
static int64_t lies(const struct little_world *world, unsigned map, enum thing thing)
{
	int64_t sum = 0;
	for (unsigned i = 0; i < MAP_TILES; i++) {
		const struct stack *stack = &world->world.maps[map].ground[i];
		sum += stack->item == (unsigned)thing ? stack->amount : 0;
	}
	return sum;
}

static unsigned slot_item(struct little_world *world, uint32_t who, unsigned slot)
{
	return player_of(world, who)->inventory[slot - 1].item;
}

/* Ana in the wild, who can be robbed of all she has. */
#define IN_THE_WILD .map = LAND_WILD, .x = 40, .y = 40

/* --- dying ----------------------------------------------------------------------------------------------------------------- */

static void who_dies_becomes_a_ghost(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD), beto = ENTER(world, "Beto", .map = LAND_WILD, .x = 42, .y = 40);
	give(world, ana, 1, THING_HELMET, 1);
	wear(world, ana, 1);
	player_of(world, ana)->poisoned = 1;
	player_of(world, ana)->trading = 1;
	forget(world);
	act(world, ana, player_die);

	const struct player *player = player_of(world, ana);
	assert_int_equal(player->dead, 1);
	assert_int_equal(player->hp, 0);
	assert_int_equal(player->stamina, 0);
	assert_int_equal(player->mana, 100);
	assert_int_equal(player->hunger, 100);
	assert_int_equal(player->poisoned, 0);
	assert_int_equal(player->trading, 0);
	assert_int_equal(player->resuscitation_safe, 1);
	assert_int_equal(player->equipment[EQUIP_HELMET], 0);
	assert_int_equal(body_of(world, ana)->look, BODY_DEAD);
	assert_int_equal(body_of(world, ana)->head, HEAD_DEAD);
	EXPECT_MULTI(world, ana, RESUSCITATION_SAFE_ON);
	EXPECT(world, ana, UPDATE_HP, .hp = 0);
	EXPECT_ANY(world, ana, UPDATE_STRENGHT_AND_DEXTERITY);
	assert_int_equal(HEARD(world, ana, UPDATE_USER_STATS)->min_hp, 0);

	EXPECT(world, beto, PLAY_WAVE, .wave = SOUND_DEATH_MALE, .x = 40, .y = 40);
	EXPECT(world, beto, REMOVE_CHAR_DIALOG, .char_index = (int16_t)ana);
	assert_int_equal(HOW_MANY(world, beto, CHARACTER_CHANGE), 1); /* however much she wore */
	const struct s2c_CHARACTER_CHANGE *ghost = HEARD(world, beto, CHARACTER_CHANGE);
	assert_int_equal(ghost->body, BODY_DEAD);
	assert_int_equal(ghost->helmet, ANIMATION_NOTHING);
	EXPECT_SOUND(world);
}

static void nobody_dies_twice(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	act(world, ana, player_die);
	give(world, ana, 1, THING_BREAD, 5);
	forget(world);
	act(world, ana, player_die);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(lies(world, LAND_WILD, THING_BREAD), 0);
}

static void women_and_swimmers_sound_different(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .gender = GENDER_WOMAN);
	act(world, ana, player_die);
	assert_int_equal(HEARD(world, ana, PLAY_WAVE)->wave, SOUND_DEATH_FEMALE);
	uint32_t beto = ENTER(world, "Beto", .x = 30, .y = 30);
	give(world, beto, 1, THING_BOAT, 1);
	body_of(world, beto)->flags |= BODY_SAILING;
	player_of(world, beto)->equipment[EQUIP_BOAT] = 1;
	stand(world, beto, WATER_FROM, WATER_FROM);
	act(world, beto, player_die);
	assert_int_equal(HEARD(world, beto, PLAY_WAVE)->wave, SOUND_DEATH_WATER_MALE);
	assert_int_equal(body_of(world, beto)->look, BODY_DEAD_AT_SEA);
	assert_int_equal(body_of(world, beto)->head, 0);
	assert_int_equal(player_of(world, beto)->equipment[EQUIP_BOAT], 1);
	EXPECT_SOUND(world);
}

static void what_clouds_the_living_leaves_the_dead(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD), beto = ENTER(world, "Beto", .map = LAND_WILD, .x = 42, .y = 40);
	struct player *player = player_of(world, ana);
	player->attributes_now[ATTRIBUTE_STRENGTH - 1] = 30;
	player->blind = player->stupid = 1;
	body_of(world, ana)->flags |= BODY_PARALYSED | BODY_INVISIBLE | BODY_HIDDEN;
	player->paralysed = 1;
	forget(world);
	act(world, ana, player_die);
	assert_int_equal(player->attributes_now[ATTRIBUTE_STRENGTH - 1], 18);
	assert_int_equal(body_of(world, ana)->flags & (BODY_PARALYSED | BODY_INVISIBLE | BODY_HIDDEN), 0);
	assert_int_equal(player->blind + player->stupid + player->paralysed, 0);
	EXPECT_ANY(world, ana, BLIND_NO_MORE);
	EXPECT_ANY(world, ana, DUMB_NO_MORE);
	EXPECT(world, beto, SET_INVISIBLE, .char_index = (int16_t)ana, .invisible = false);
	assert_int_equal(HEARD(world, ana, UPDATE_STRENGHT_AND_DEXTERITY)->strength, 18);
}

/* --- what falls ---------------------------------------------------------------------------------------------------------------- */

static void everything_that_drops_falls_and_the_rest_stays(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	static const enum thing falls[] = {THING_BREAD, THING_SWORD, THING_HELMET, THING_JEWEL};
	static const enum thing stays[] = {THING_KEY,      THING_BOAT,  THING_HEIRLOOM,
									   THING_KEEPSAKE, THING_BOUND, THING_NEWBIE_DAGGER};
	unsigned slot = 1;
	for (unsigned i = 0; i < sizeof falls / sizeof *falls; i++)
		give(world, ana, slot++, falls[i], 1);
	wear(world, ana, 2);
	unsigned first_kept = slot;
	for (unsigned i = 0; i < sizeof stays / sizeof *stays; i++)
		give(world, ana, slot++, stays[i], 1);
	act(world, ana, player_die);
	for (unsigned i = 0; i < sizeof falls / sizeof *falls; i++) {
		assert_int_equal(lies(world, LAND_WILD, falls[i]), 1);
		assert_int_equal(slot_item(world, ana, i + 1), THING_NONE);
	}
	for (unsigned i = 0; i < sizeof stays / sizeof *stays; i++) {
		assert_int_equal(lies(world, LAND_WILD, stays[i]), 0);
		assert_int_equal(slot_item(world, ana, first_kept + i), stays[i]);
	}
	assert_int_equal(HOW_MANY(world, ana, OBJECT_CREATE), 4);
	EXPECT_SOUND(world);
}

static void what_cannot_be_dropped_is_said_to_stay(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD, .level = 12);
	give(world, ana, 1, THING_KEEPSAKE, 1);
	give(world, ana, 2, THING_NEWBIE_DAGGER, 1);
	forget(world);
	act(world, ana, player_die);
	EXPECT_LINE(world, ana, TEXT_DROP_BOUND);
	assert_int_equal(HOW_MANY(world, ana, CONSOLE_MSG), 0); /* of newbies' things nothing is said */
	assert_int_equal(slot_item(world, ana, 1), THING_KEEPSAKE);
}

static void gold_above_the_level_falls_in_piles(void **state)
{
	struct little_world *world = *state;
	assert_int_equal(death_gold_lost(250000, 20, 10000), 50000);
	assert_int_equal(death_gold_lost(200000, 20, 10000), 0);
	assert_int_equal(death_gold_lost(90000000, 12, 10000), 0); /* newbies keep it */
	assert_int_equal(death_gold_lost(90000000, 255, 1000000), 0);
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	give_gold(world, ana, 223456);
	act(world, ana, player_die);
	assert_int_equal(player_of(world, ana)->gold, 200000);
	assert_int_equal(lies(world, LAND_WILD, THING_GOLD), 23456);
	assert_int_equal(HOW_MANY(world, ana, OBJECT_CREATE), 3);
	EXPECT_SOUND(world);
}

static void a_fortune_is_partly_lost(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	give_gold(world, ana, GOLD_MAX);
	act(world, ana, player_die);
	assert_int_equal(player_of(world, ana)->gold, 200000);
	assert_int_equal(lies(world, LAND_WILD, THING_GOLD), 500000);
	EXPECT_SOUND(world);
}

static void newbies_keep_their_gold_and_newbie_things(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD, .level = LEVEL_NEWBIE_LAST);
	give(world, ana, 1, THING_NEWBIE_TUNIC, 1);
	give(world, ana, 2, THING_BREAD, 7);
	give_gold(world, ana, 800000);
	act(world, ana, player_die);
	assert_int_equal(slot_item(world, ana, 1), THING_NEWBIE_TUNIC);
	assert_int_equal(player_of(world, ana)->gold, 800000);
	assert_int_equal(lies(world, LAND_WILD, THING_BREAD), 7);
}

static void nothing_falls_in_an_arena_nor_from_staff(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = ARENA_FROM, .y = ARENA_FROM);
	uint32_t beto = ENTER(world, "Beto", IN_THE_WILD, .privileges = PRIVILEGE_GOD);
	for (unsigned i = 0; i < 2; i++) {
		uint32_t who = i == 0 ? ana : beto;
		give(world, who, 1, THING_BREAD, 7);
		give_gold(world, who, 800000);
		act(world, who, player_die);
		assert_int_equal(slot_item(world, who, 1), THING_BREAD);
		assert_int_equal(player_of(world, who)->gold, 800000);
	}
	EXPECT_MULTI(world, ana, RESUSCITATION_SAFE_OFF);
	assert_int_equal(player_of(world, ana)->resuscitation_safe, 0);
}

static void safe_maps_are_spared_unless_told_otherwise(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 54),
			 carla = ENTER(world, "Carla", IN_THE_WILD);
	give(world, ana, 1, THING_BREAD, 7);
	give(world, beto, 1, THING_BREAD, 7);
	give(world, carla, 1, THING_BREAD, 7);
	act(world, ana, player_die);
	assert_int_equal(lies(world, LAND_MEADOW, THING_BREAD), 0);
	world->config.rules.death_drops = CONFIG_DROPS_ALWAYS;
	act(world, beto, player_die);
	assert_int_equal(lies(world, LAND_MEADOW, THING_BREAD), 7);
	world->config.rules.death_drops = CONFIG_DROPS_NEVER;
	act(world, carla, player_die);
	assert_int_equal(lies(world, LAND_WILD, THING_BREAD), 0);
}

static void a_backpack_falls_with_what_was_in_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	give(world, ana, 1, THING_LARGE_PACK, 1);
	wear(world, ana, 1);
	give(world, ana, 25, THING_BREAD, 3);
	act(world, ana, player_die);
	assert_int_equal(lies(world, LAND_WILD, THING_BREAD), 3);
	assert_int_equal(lies(world, LAND_WILD, THING_LARGE_PACK), 1);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_BACKPACK], 0);
	EXPECT_SOUND(world);
}

static void what_finds_no_room_stays(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	for (unsigned y = 20; y <= 60; y++) {
		for (unsigned x = 20; x <= 60; x++) {
			if (x != 40 || y != 40)
				lay(world, LAND_WILD, x, y, THING_TREE, 1);
		}
	}
	give(world, ana, 1, THING_LARGE_PACK, 1);
	wear(world, ana, 1);
	give(world, ana, 2, THING_JEWEL, 2);
	give(world, ana, 25, THING_BREAD, 3);
	give_gold(world, ana, 90000000);
	act(world, ana, player_die);
	assert_int_equal(slot_item(world, ana, 2), THING_JEWEL);
	assert_int_equal(slot_item(world, ana, 25), THING_BREAD);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_BACKPACK], 1); /* it is not empty */
	assert_int_equal(player_of(world, ana)->gold, 90000000);
	EXPECT_SOUND(world);
}

/* --- maps that do not keep their dead --------------------------------------------------------------------------------------------- */

static void a_map_may_expel_its_dead(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_SCHOOL, .x = 50, .y = 50, .level = 5);
	uint32_t beto = ENTER(world, "Beto", .x = 55, .y = 55); /* stands where they appear */
	world->config.rules.death_drops = CONFIG_DROPS_ALWAYS;
	give(world, ana, 1, THING_BREAD, 7);
	act(world, ana, player_die);
	EXPECT_LINE(world, ana, TEXT_DEAD_MOVED);
	assert_int_equal(body_of(world, ana)->map, LAND_MEADOW);
	assert_in_range(body_of(world, ana)->x, 54, 56);
	assert_int_equal(lies(world, LAND_SCHOOL, THING_BREAD), 7); /* where she died */
	assert_int_equal(HEARD(world, beto, CHARACTER_CREATE)->body, BODY_DEAD);
	EXPECT_SOUND(world);
}

static void who_dies_on_an_exit_leaves_his_things_beside_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_SCHOOL, .x = 50, .y = 50, .level = 5);
	world->config.rules.death_drops = CONFIG_DROPS_ALWAYS;
	give(world, ana, 1, THING_BREAD, 7);
	stand(world, ana, 50, 60); /* leads to the meadow */
	act(world, ana, player_die);
	assert_int_equal(body_of(world, ana)->map, LAND_MEADOW);
	assert_in_range(body_of(world, ana)->x, 54, 56); /* where the dead appear, not where the exit leads */
	assert_int_equal(lies(world, LAND_SCHOOL, THING_BREAD), 7);
	assert_int_equal(world->world.maps[LAND_SCHOOL].ground[tile_index(50, 60)].item, 0);
	EXPECT_SOUND(world);
}

static void from_some_maps_ghosts_do_not_go_home(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_SCHOOL, .x = 50, .y = 50, .level = 5, .dead = true);
	DO(world, ana, HOME);
	EXPECT_LINE(world, ana, TEXT_HOME_NOT_HERE);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->travelling, 0);
}

struct award {
	uint32_t player;
	int64_t amount;
};

static enum tx_verdict awards(struct tx *tx, void *context)
{
	const struct award *award = context;
	experience_give(tx, award->player, award->amount);
	return TX_COMMIT;
}

static void who_outgrows_the_school_leaves_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_SCHOOL, .x = 50, .y = 50, .level = 12);
	struct award award = {.player = ana, .amount = 300};
	little_world_run(world, LAND_SCHOOL, awards, &award);
	assert_int_equal(player_of(world, ana)->level, 13);
	assert_int_equal(body_of(world, ana)->map, LAND_SCHOOL); /* not in the middle of whatever gave it */
	live_ms(world, LAND_SCHOOL, 1000);
	assert_int_not_equal(body_of(world, ana)->map, LAND_SCHOOL);
	EXPECT_SOUND(world);
}

/* --- coming back ------------------------------------------------------------------------------------------------------------------- */

static void who_is_revived_stands_there_naked(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD), beto = ENTER(world, "Beto", .map = LAND_WILD, .x = 42, .y = 40);
	act(world, ana, player_die);
	forget(world);
	act(world, ana, player_revive);
	assert_int_equal(player_of(world, ana)->dead, 0);
	assert_int_equal(player_of(world, ana)->hp, 18); /* the constitution */
	assert_int_equal(player_of(world, ana)->stamina, 0);
	assert_int_equal(body_of(world, ana)->look, 21);
	assert_int_equal(body_of(world, ana)->head, 1);
	assert_int_equal(HEARD(world, beto, CHARACTER_CHANGE)->body, 21);
	assert_int_equal(HEARD(world, ana, UPDATE_USER_STATS)->min_hp, 18);
	forget(world);
	act(world, ana, player_revive); /* the living are left alone */
	EXPECT_NOTHING_ELSE(world);
	player_of(world, ana)->hp_max = 10;
	act(world, ana, player_die);
	act(world, ana, player_revive);
	assert_int_equal(player_of(world, ana)->hp, 10);
}

static void a_priest_revives_and_heals_who_asks(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = PRIEST_X, .y = BEASTS_Y - 3);
	act(world, ana, player_die);
	forget(world);
	DO(world, ana, RESUCITATE);
	EXPECT_LINE(world, ana, TEXT_PRIEST_NONE); /* nobody was pointed at */
	DO(world, ana, LEFT_CLICK, .x = PRIEST_X, .y = BEASTS_Y);
	DO(world, ana, RESUCITATE);
	EXPECT_LINE(world, ana, TEXT_PRIEST_REVIVED);
	assert_int_equal(player_of(world, ana)->hp, 18);
	DO(world, ana, RESUCITATE);
	EXPECT_LINE(world, ana, TEXT_NOT_DEAD);
	DO(world, ana, HEAL);
	EXPECT_LINE(world, ana, TEXT_PRIEST_HEALED);
	EXPECT(world, ana, UPDATE_HP, .hp = 100);
	act(world, ana, player_die);
	DO(world, ana, HEAL);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	assert_int_equal(player_of(world, ana)->dead, 1);
	DO(world, ana, DOUBLE_CLICK, .x = PRIEST_X, .y = BEASTS_Y); /* both at once, whatever the safe says */
	assert_int_equal(player_of(world, ana)->dead, 0);
	assert_int_equal(player_of(world, ana)->hp, 100);
}

static void a_priest_does_not_reach_far(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = PRIEST_X - 5, .y = BEASTS_Y - 5);
	act(world, ana, player_die);
	forget(world);
	DO(world, ana, LEFT_CLICK, .x = PRIEST_X, .y = BEASTS_Y);
	stand(world, ana, PRIEST_X - 6, BEASTS_Y - 5); /* 11 tiles */
	DO(world, ana, RESUCITATE);
	EXPECT_LINE(world, ana, TEXT_PRIEST_FAR);
	DO(world, ana, DOUBLE_CLICK, .x = PRIEST_X, .y = BEASTS_Y);
	EXPECT_LINE(world, ana, TEXT_PRIEST_FAR);
	stand(world, ana, PRIEST_X - 5, BEASTS_Y - 5);
	DO(world, ana, RESUCITATE);
	EXPECT_LINE(world, ana, TEXT_PRIEST_REVIVED);
	DO(world, ana, LEFT_CLICK, .x = PRIEST_X - 2, .y = BEASTS_Y); /* the baker does not heal */
	forget(world);
	DO(world, ana, HEAL);
	EXPECT_LINE(world, ana, TEXT_PRIEST_NONE);
}

static void a_newbies_priest_serves_newbies(void **state)
{
	struct little_world *world = *state;
	beast_call(world, BEAST_SCHOOL_PRIEST, LAND_MEADOW, 52, 50);
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51, .y = 52, .level = LEVEL_NEWBIE_LAST);
	act(world, ana, player_die);
	act(world, beto, player_die);
	DO(world, ana, DOUBLE_CLICK, .x = 52, .y = 50);
	assert_int_equal(player_of(world, ana)->dead, 1);
	DO(world, ana, RESUCITATE);
	assert_int_equal(player_of(world, ana)->dead, 1);
	DO(world, beto, DOUBLE_CLICK, .x = 52, .y = 50);
	assert_int_equal(player_of(world, beto)->dead, 0);
	act(world, ana, player_revive);
	forget(world);
	DO(world, ana, HEAL);
	EXPECT_LINE(world, ana, TEXT_PRIEST_NEWBIES);
}

static void the_way_home_is_announced(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD);
	act(world, ana, player_die);
	forget(world);
	DO(world, ana, HOME); /* no way along the borders leads here: half a minute */
	EXPECT_MULTI(world, ana, HOME, .distance_maps = 0, .seconds = 30, .home_name = TEXT("Prado"));
	EXPECT_NOTHING_ELSE(world);
	live_ms(world, LAND_WILD, 31000);
	EXPECT_MULTI(world, ana, FINISH_HOME);
	assert_int_equal(body_of(world, ana)->map, LAND_MEADOW);
	stand(world, ana, MEADOW_X, MEADOW_Y);
	DO(world, ana, HOME);
	EXPECT_LINE(world, ana, TEXT_HOME_HERE);
	EXPECT_SOUND(world);
}

static void who_may_be_attacked_is_forgiven_in_death(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", IN_THE_WILD), beto = ENTER(world, "Beto", .map = LAND_WILD, .x = 42, .y = 40);
	player_of(world, ana)->attackable_by = 77;
	player_of(world, ana)->safe_mode = 0;
	forget(world);
	act(world, ana, player_die);
	assert_int_equal(player_of(world, ana)->attackable_by, 0);
	assert_int_equal(player_of(world, ana)->safe_mode, 0);
	EXPECT(world, beto, UPDATE_TAG_AND_STATUS, .char_index = (int32_t)ana, .nick_color = NICK_CITIZEN,
		   .tag = text_of("Ana"));
}

/* --- being dead ---------------------------------------------------------------------------------------------------------------------- */

static void the_dead_may_do_little(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = 40, .y = 46);
	act(world, ana, player_die);
	give(world, ana, 1, THING_BREAD, 5);
	give(world, ana, 2, THING_SWORD, 1);
	lay(world, LAND_MEADOW, 40, 46, THING_JEWEL, 1);
	forget(world);
	DO(world, ana, PICK_UP);
	DO(world, ana, DROP, .slot = 1, .amount = 1);
	DO(world, ana, EQUIP_ITEM, .slot = 2);
	DO(world, ana, USE_ITEM, .slot = 1);
	DO(world, ana, ATTACK);
	DO(world, ana, CAST_SPELL, .slot = 1);
	DO(world, ana, WORK, .skill = SKILL_HIDING);
	DO(world, ana, WORK_LEFT_CLICK, .x = 41, .y = 46, .skill = SKILL_TAMING);
	DO(world, ana, REST);
	DO(world, ana, MEDITATE);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT); /* said once */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->inventory[0].amount, 5);
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	EXPECT_LINE(world, ana, TEXT_DEAD_CANNOT);
	EXPECT_NOTHING_ELSE(world);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	assert_int_equal(body_of(world, ana)->x, 41);
	DO(world, ana, TALK, .text = TEXT("/resucitar"));
	EXPECT_LINE(world, ana, TEXT_PRIEST_NONE);
}

static void ghosts_speak_to_ghosts_and_staff(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .dead = true), beto = ENTER(world, "Beto", .x = 51);
	uint32_t cora = ENTER(world, "Cora", .x = 52, .dead = true);
	uint32_t eva = ENTER(world, "Eva", .x = 53, .privileges = PRIVILEGE_GOD);
	uint32_t heard_by[] = {ana, cora, eva};
	for (unsigned yells = 0; yells < 2; yells++) {
		forget(world);
		if (yells)
			DO(world, ana, YELL, .text = TEXT("uuh"));
		else
			DO(world, ana, TALK, .text = TEXT("uuh"));
		for (unsigned i = 0; i < 3; i++)
			EXPECT(world, heard_by[i], CHAT_OVER_HEAD, .text = TEXT("uuh"), .char_index = (int16_t)ana, .r = 0xC0,
				   .g = 0xC0, .b = 0xC0);
		EXPECT_NOTHING_ELSE(world);
	}
	DO(world, ana, WHISPER, .target_name = TEXT("Beto"), .text = TEXT("uuh"));
	EXPECT_LINE(world, ana, TEXT_WHISPER_DEAD);
	EXPECT_NOTHING_ELSE(world);
	DO(world, beto, TALK, .text = TEXT("hola"));
	EXPECT_ANY(world, ana, CHAT_OVER_HEAD); /* they hear the living */
}

/* Of every rule that the dead are not kept from by the table it is known why: a new one has to be thought about (20 no. 7). */
static void what_the_dead_may_do_stands_in_a_list(void **state)
{
	static const uint8_t listed[] = {
		C2S_WALK,
		C2S_CHANGE_HEADING,
		C2S_REQUEST_POSITION_UPDATE,
		C2S_LEFT_CLICK,
		C2S_RESUCITATE,
		C2S_HOME,
		C2S_QUIT,
		C2S_PING, /* ghosts among themselves; a whisper is refused by its rule: */
		C2S_TALK,
		C2S_YELL,
		C2S_WHISPER, /* questions: */
		C2S_REQUEST_ATRIBUTES,
		C2S_REQUEST_FAME,
		C2S_REQUEST_SKILLS,
		C2S_REQUEST_MINI_STATS,
		C2S_REQUEST_STATS,
		C2S_SPELL_INFO,
		C2S_ONLINE,
		C2S_HELP,
		C2S_REQUEST_MOTD,
		C2S_UPTIME, /* switches, windows, one's own lists: */
		C2S_SAFE_TOGGLE,
		C2S_RESUSCITATION_SAFE_TOGGLE,
		C2S_COMMERCE_END,
		C2S_BANK_END,
		C2S_MODIFY_SKILLS,
		C2S_MOVE_SPELL,
		C2S_MOVE_ITEM,
		C2S_STOP_SHARING_NPC, /* rules that refuse the dead by themselves, but for priests and boats: */
		C2S_DOUBLE_CLICK,
		C2S_USE_ITEM, /* does nothing; the staff's: */
		C2S_USE_SPELL_MACRO,
		C2S_GM_COMMANDS};
	(void)state;
	for (unsigned id = 0; id < C2S_COUNT; id++) {
		const struct ruling *ruling = ruling_of(id);
		if (ruling == NULL || ruling->fn == rule_not_yet || (ruling->needs & NEED_ALIVE) != 0)
			continue;
		if (memchr(listed, (int)id, sizeof listed) == NULL)
			fail_msg("packet %u may be sent by the dead, and nobody has said so", id);
	}
}

/* The same of who has a shop, bank or trade window open (20 no. 6). */
static void what_who_trades_may_do_stands_in_a_list(void **state)
{
	static const uint8_t listed[] = {C2S_CHANGE_HEADING,
									 C2S_REQUEST_POSITION_UPDATE,
									 C2S_LEFT_CLICK,
									 C2S_PING,
									 C2S_TALK,
									 C2S_YELL,
									 C2S_WHISPER,
									 C2S_REQUEST_ATRIBUTES,
									 C2S_REQUEST_FAME,
									 C2S_REQUEST_SKILLS,
									 C2S_REQUEST_MINI_STATS,
									 C2S_REQUEST_STATS,
									 C2S_SPELL_INFO,
									 C2S_ONLINE,
									 C2S_HELP,
									 C2S_REQUEST_MOTD,
									 C2S_UPTIME,
									 C2S_SAFE_TOGGLE,
									 C2S_RESUSCITATION_SAFE_TOGGLE,
									 C2S_COMMERCE_END,
									 C2S_BANK_END,
									 C2S_MODIFY_SKILLS,
									 C2S_MOVE_SPELL,
									 C2S_STOP_SHARING_NPC,
									 C2S_SHARE_NPC,
									 C2S_USE_SPELL_MACRO,
									 C2S_GM_COMMANDS,
									 C2S_CHANGE_DESCRIPTION,
									 /* only chooses: */ C2S_CAST_SPELL,
									 /* refuse by themselves: */ C2S_WALK,
									 C2S_MOVE_ITEM,
									 /* ends the trade: */ C2S_QUIT,
									 /* is for the dead, who do not trade: */ C2S_RESUCITATE,
									 C2S_HOME,
									 /* move nothing that could be traded: */ C2S_HEAL,
									 C2S_TRAIN,
									 C2S_TRAIN_LIST,
									 C2S_PET_STAND,
									 C2S_PET_FOLLOW,
									 C2S_RELEASE_PET};
	(void)state;
	for (unsigned id = 0; id < C2S_COUNT; id++) {
		const struct ruling *ruling = ruling_of(id);
		if (ruling == NULL || ruling->fn == rule_not_yet || (ruling->needs & NEED_NOT_TRADING) != 0)
			continue;
		if (memchr(listed, (int)id, sizeof listed) == NULL)
			fail_msg("packet %u may be sent by who trades, and nobody has said so", id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(who_dies_becomes_a_ghost),
		WORLD_TEST(nobody_dies_twice),
		WORLD_TEST(women_and_swimmers_sound_different),
		WORLD_TEST(what_clouds_the_living_leaves_the_dead),
		WORLD_TEST(everything_that_drops_falls_and_the_rest_stays),
		WORLD_TEST(what_cannot_be_dropped_is_said_to_stay),
		WORLD_TEST(gold_above_the_level_falls_in_piles),
		WORLD_TEST(a_fortune_is_partly_lost),
		WORLD_TEST(newbies_keep_their_gold_and_newbie_things),
		WORLD_TEST(nothing_falls_in_an_arena_nor_from_staff),
		WORLD_TEST(safe_maps_are_spared_unless_told_otherwise),
		WORLD_TEST(a_backpack_falls_with_what_was_in_it),
		WORLD_TEST(what_finds_no_room_stays),
		WORLD_TEST(a_map_may_expel_its_dead),
		WORLD_TEST(who_dies_on_an_exit_leaves_his_things_beside_it),
		WORLD_TEST(from_some_maps_ghosts_do_not_go_home),
		WORLD_TEST(who_outgrows_the_school_leaves_it),
		WORLD_TEST(who_is_revived_stands_there_naked),
		WORLD_TEST(a_priest_revives_and_heals_who_asks),
		WORLD_TEST(a_priest_does_not_reach_far),
		WORLD_TEST(a_newbies_priest_serves_newbies),
		WORLD_TEST(the_way_home_is_announced),
		WORLD_TEST(who_may_be_attacked_is_forgiven_in_death),
		WORLD_TEST(the_dead_may_do_little),
		WORLD_TEST(ghosts_speak_to_ghosts_and_staff),
		cmocka_unit_test(what_the_dead_may_do_stands_in_a_list),
		cmocka_unit_test(what_who_trades_may_do_stands_in_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
