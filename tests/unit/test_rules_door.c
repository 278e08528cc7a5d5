/* Doors, keys and clicks, in the starter world: rules-economy-social-admin.md 2.10, rules-life-combat-magic.md 8.9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/harness/memory_world.h"
#include "worker/game/tile.h"

enum { OPEN = 7, CLOSED = 8, HOUSE_OPEN = 70, HOUSE_CLOSED = 71, HOUSE_LOCKED = 72, LOGS = 58 };

/* A shop's door in Ullathorpe and who stands before it; a house that is locked. A door fills the tile to the west too. */
static const struct place shop = {.map = 1, .x = 74, .y = 37};
static const struct place shop_front = {.map = 1, .x = 74, .y = 38};
static const struct place house = {.map = 1, .x = 42, .y = 31};
static const struct place house_front = {.map = 1, .x = 42, .y = 32};

static struct memory_world *world;

static int open_world(void **state)
{
	(void)state;
	world = memory_world_open();
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	memory_world_close(&world);
	return 0;
}

static unsigned item_at(struct place at)
{
	return world->world.maps[at.map].ground[tile_index(at.x, at.y)].item;
}

static void assert_door(struct place at, unsigned item, bool blocked)
{
	assert_int_equal(item_at(at), item);
	assert_int_equal(tile_is_blocked(&world->world, at.map, at.x, at.y), blocked);
	assert_int_equal(tile_is_blocked(&world->world, at.map, at.x - 1, at.y), blocked);
}

static void double_click(uint32_t who, struct place at)
{
	DO(world, who, DOUBLE_CLICK, .x = at.x, .y = at.y);
}

static void left_click(uint32_t who, int x, int y)
{
	DO(world, who, LEFT_CLICK, .x = x, .y = y);
}

/* Both tiles of the door, as the packets say it. */
static void assert_told_of_both_tiles(uint32_t who, struct place at, bool blocked)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct s2c_packet *block = memory_world_heard_nth(world, who, S2C_BLOCK_POSITION, i);
		assert_non_null(block);
		assert_int_equal(block->BLOCK_POSITION.y, at.y);
		assert_true(block->BLOCK_POSITION.x == at.x || block->BLOCK_POSITION.x == at.x - 1);
		assert_int_equal(block->BLOCK_POSITION.blocked, blocked);
	}
}

/* Somebody new on a free tile near there. */
static uint32_t player_near(const char *name, unsigned map, unsigned x, unsigned y)
{
	struct place near = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	return memory_world_player(world, name, tile_closest_legal(&world->tx, near, WANT_LAND | WANT_NO_EXIT));
}

/* --- doors ------------------------------------------------------------------------------------------------------------ */

static void a_door_opens_and_closes_with_both_its_tiles(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", shop_front);
	uint32_t far_off = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 20, .y = 92});
	assert_door(shop, CLOSED, true);
	uint64_t ground = world->world.maps[1].ground_version;
	double_click(me, shop);
	assert_door(shop, OPEN, false);
	assert_true(world->world.maps[1].ground_version > ground);
	assert_told_of_both_tiles(far_off, shop, false); /* the whole map */
	assert_non_null(memory_world_heard(world, me, S2C_OBJECT_CREATE));
	assert_null(memory_world_heard(world, far_off, S2C_OBJECT_CREATE));
	world->now_ms += 1000;
	DO(world, me, WALK, .heading = HEADING_NORTH);
	assert_int_equal(world->world.bodies[me].y, shop.y);
	world->now_ms += 1000;
	DO(world, me, WALK, .heading = HEADING_SOUTH);
	double_click(me, shop);
	assert_door(shop, CLOSED, true);
	assert_told_of_both_tiles(far_off, shop, true);
	world->now_ms += 1000;
	DO(world, me, WALK, .heading = HEADING_NORTH);
	assert_non_null(memory_world_heard(world, me, S2C_POS_UPDATE));
}

static void who_stands_before_a_door_is_not_told_first_how_it_was(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", shop_front);
	double_click(me, shop);
	assert_told_of_both_tiles(me, shop, false);
	double_click(me, shop);
	assert_told_of_both_tiles(me, shop, true);
}

static void a_door_is_found_by_the_tiles_its_picture_covers(void **state)
{
	(void)state;
	static const int8_t dx[] = {-1, -1, 0}, dy[] = {0, -1, -1};
	uint32_t me = memory_world_player(world, "Bruno", shop_front);
	for (unsigned i = 0; i < 3; i++) {
		unsigned before = item_at(shop);
		double_click(me, (struct place){.map = 1, .x = (uint8_t)(shop.x + dx[i]), .y = (uint8_t)(shop.y + dy[i])});
		assert_int_not_equal(item_at(shop), before);
	}
}

static void a_door_more_than_two_tiles_away_does_not_move(void **state)
{
	(void)state;
	uint32_t near = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 74, .y = 39});
	uint32_t far_off = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 74, .y = 40});
	uint32_t askew = memory_world_player(world, "Dario", (struct place){.map = 1, .x = 73, .y = 39});
	double_click(far_off, shop);
	assert_true(memory_world_told(world, far_off, TEXT_TOO_FAR));
	double_click(askew, shop); /* 1 and 2: the root of 5 is more than two */
	assert_true(memory_world_told(world, askew, TEXT_TOO_FAR));
	assert_door(shop, CLOSED, true);
	double_click(near, shop);
	assert_door(shop, OPEN, false);
}

static void a_door_does_not_close_on_somebody(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", shop_front);
	double_click(me, shop);
	for (unsigned i = 0; i < 2; i++) {
		const struct place in_it = {.map = 1, .x = (uint8_t)(shop.x - i), .y = shop.y};
		uint32_t other = memory_world_player(world, i == 0 ? "Carla" : "Dario", in_it);
		double_click(me, shop);
		assert_true(memory_world_told(world, me, TEXT_DOOR_BLOCKED));
		assert_door(shop, OPEN, false);
		world->now_ms += 1000;
		DO(world, other, WALK, .heading = HEADING_NORTH);
		assert_int_equal(world->world.bodies[other].y, shop.y - 1);
	}
	double_click(me, shop);
	assert_door(shop, CLOSED, true);
}

static void a_creature_before_a_door_does_not_keep_it_shut(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 74, .y = 39});
	uint32_t creature = MEMORY_WORLD_PLAYERS + 1;
	while (world->world.bodies[creature].kind != BODY_CREATURE || world->world.bodies[creature].map != 1)
		creature++;
	struct body *body = &world->world.bodies[creature];
	uint16_t *occupant = world->world.maps[1].occupant;
	occupant[tile_index(body->x, body->y)] = 0;
	body->x = shop_front.x;
	body->y = shop_front.y;
	occupant[tile_index(body->x, body->y)] = (uint16_t)creature;
	double_click(me, shop);
	assert_door(shop, OPEN, false);
}

/* --- keys ------------------------------------------------------------------------------------------------------------- */

static unsigned key_with(bool right)
{
	const struct item_def *door = catalog_item(world->catalog, HOUSE_LOCKED);
	for (unsigned number = 1; number <= catalog_item_max(world->catalog); number++) {
		const struct item_def *item = catalog_item(world->catalog, number);
		if (item != NULL && item->kind == ITEM_KEY && (item->lock == door->lock) == right)
			return number;
	}
	fail_msg("no such key");
	return 0;
}

static void use(uint32_t who, int slot)
{
	world->now_ms += 1000; /* things are used one after the other */
	DO(world, who, USE_ITEM, .slot = slot);
}

static void the_right_key_unlocks_and_locks_and_is_kept(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", house_front);
	memory_world_give(world, me, 10, key_with(true), 1);
	double_click(me, house);
	assert_true(memory_world_told(world, me, TEXT_DOOR_LOCKED));
	assert_door(house, HOUSE_LOCKED, true);
	use(me, 10);
	assert_true(memory_world_told(world, me, TEXT_KEY_OPENS));
	assert_door(house, HOUSE_CLOSED, true);
	double_click(me, house);
	assert_door(house, HOUSE_OPEN, false);
	use(me, 10);
	assert_true(memory_world_told(world, me, TEXT_KEY_DOOR_OPEN));
	assert_door(house, HOUSE_OPEN, false);
	double_click(me, house);
	use(me, 10);
	assert_true(memory_world_told(world, me, TEXT_KEY_LOCKS));
	assert_door(house, HOUSE_LOCKED, true);
	assert_int_equal(world->world.players[me].inventory[9].amount, 1);
}

static void a_wrong_key_no_door_and_a_door_far_away_change_nothing(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", house_front);
	uint32_t far_off = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 42, .y = 34});
	memory_world_give(world, me, 10, key_with(false), 1);
	memory_world_give(world, me, 11, key_with(true), 1);
	memory_world_give(world, far_off, 11, key_with(true), 1);
	use(me, 11);
	assert_true(memory_world_told(world, me, TEXT_KEY_NO_DOOR));
	left_click(me, house.x, house.y);
	use(me, 10);
	assert_true(memory_world_told(world, me, TEXT_KEY_WRONG));
	left_click(far_off, house.x, house.y);
	use(far_off, 11);
	assert_true(memory_world_told(world, far_off, TEXT_TOO_FAR));
	assert_door(house, HOUSE_LOCKED, true);
}

static void a_door_pointed_at_long_ago_is_looked_at_again(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", house_front);
	memory_world_give(world, me, 11, key_with(true), 1);
	left_click(me, house.x, house.y);
	memory_world_lay(world, house, LOGS, 1); /* the door is gone */
	use(me, 11);
	assert_true(memory_world_told(world, me, TEXT_KEY_NO_DOOR));
	assert_int_equal(item_at(house), LOGS);
}

/* --- the click -------------------------------------------------------------------------------------------------------- */

static void a_click_tells_who_a_player_is(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 60, .y = 92});
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 62, .y = 92});
	left_click(me, 62, 92);
	assert_true(memory_world_told_part(world, me, "Carla"));
	assert_true(memory_world_told_part(world, me, text_latin1(TEXT_SEE_NEWBIE)));
	assert_true(memory_world_told_part(world, me, text_latin1(TEXT_SEE_CITIZEN)));
	assert_int_equal(world->world.players[me].target.user.index, other);
	assert_int_equal(memory_world_heard_all(world, other), 0);
	left_click(me, 62, 91); /* his head is above his tile */
	assert_true(memory_world_told_part(world, me, "Carla"));
	memory_world_kill(world, other);
	left_click(me, 62, 92);
	assert_true(memory_world_told_part(world, me, text_latin1(TEXT_SEE_DEAD)));
}

static void a_click_does_not_find_the_invisible_staff(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 60, .y = 92});
	uint32_t other = memory_world_player(world, "Carla", (struct place){.map = 1, .x = 62, .y = 92});
	world->world.players[other].privileges = PRIVILEGE_GOD;
	world->world.bodies[other].flags |= BODY_ADMIN_INVISIBLE;
	left_click(me, 62, 92);
	assert_false(memory_world_told_part(world, me, "Carla"));
	assert_int_equal(world->world.players[me].target.user.index, 0);
}

/* A creature on map 1 that has (not) something to say. */
static uint32_t creature_that(bool speaks)
{
	for (uint32_t b = MEMORY_WORLD_PLAYERS + 1; b <= MEMORY_WORLD_PLAYERS + MEMORY_WORLD_CREATURES; b++) {
		const struct body *body = &world->world.bodies[b];
		const struct creature_def *def = catalog_creature(world->catalog, body->creature);
		if (body->kind == BODY_CREATURE && body->map == 1 && def != NULL &&
			(catalog_text(world->catalog, def->description)[0] != '\0') == speaks)
			return b;
	}
	fail_msg("no such creature");
	return 0;
}

static void a_click_lets_townsfolk_speak_and_names_beasts(void **state)
{
	(void)state;
	uint32_t folk = creature_that(true), beast = creature_that(false);
	const struct body *at = &world->world.bodies[folk];
	uint32_t me = player_near("Bruno", 1, at->x, at->y);
	left_click(me, at->x, at->y);
	const struct s2c_packet *chat = memory_world_heard(world, me, S2C_CHAT_OVER_HEAD);
	assert_non_null(chat);
	assert_int_equal(chat->CHAT_OVER_HEAD.char_index, folk);
	assert_int_equal(world->world.players[me].target.creature.index, folk);
	at = &world->world.bodies[beast];
	me = player_near("Carla", 1, at->x, at->y);
	left_click(me, at->x, at->y);
	const struct creature_def *def = catalog_creature(world->catalog, at->creature);
	assert_true(memory_world_told_part(world, me, catalog_text(world->catalog, def->name)));
	assert_true(memory_world_told_part(world, me, text_latin1(TEXT_STATE_DOUBTFUL)));
	world->world.players[me].skills[SKILL_SURVIVAL - 1] = 60;
	left_click(me, at->x, at->y);
	char health[32];
	snprintf(health, sizeof health, "(%d/%d)", at->hp, at->hp_max);
	assert_true(memory_world_told_part(world, me, health));
}

static void a_click_names_what_lies_there_and_how_many(void **state)
{
	(void)state;
	uint32_t me = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 60, .y = 92});
	memory_world_lay(world, (struct place){.map = 1, .x = 63, .y = 91}, LOGS, 250);
	left_click(me, 63, 91);
	const struct item_def *logs = catalog_item(world->catalog, LOGS);
	assert_true(memory_world_told_part(world, me, catalog_text(world->catalog, logs->name)));
	assert_true(memory_world_told_part(world, me, "250"));
	assert_int_equal(world->world.players[me].target.object, LOGS);
	left_click(me, 64, 90);
	const struct s2c_packet *nothing = memory_world_heard(world, me, S2C_MULTI_MESSAGE);
	assert_non_null(nothing);
	assert_int_equal(nothing->sub, MULTI_DONT_SEE_ANYTHING);
	assert_int_equal(world->world.players[me].target.object, 0);
	assert_int_equal(world->world.players[me].target.x, 64);
}

static void a_click_out_of_sight_or_off_the_map_does_nothing(void **state)
{
	(void)state;
	static const int x[] = {69, 51, 60, 0, 255, 60, 60}, y[] = {92, 92, 85, 0, 255, 0, 101};
	uint32_t me = memory_world_player(world, "Bruno", (struct place){.map = 1, .x = 60, .y = 92});
	for (unsigned i = 0; i < sizeof x / sizeof *x; i++) {
		left_click(me, x[i], y[i]);
		assert_int_equal(memory_world_heard_all(world, me), 0);
		DO(world, me, DOUBLE_CLICK, .x = x[i], .y = y[i]);
		assert_int_equal(memory_world_heard_all(world, me), 0);
	}
	assert_int_equal(world->world.players[me].target.map, 0);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_door_opens_and_closes_with_both_its_tiles),
		SCENE(who_stands_before_a_door_is_not_told_first_how_it_was),
		SCENE(a_door_is_found_by_the_tiles_its_picture_covers),
		SCENE(a_door_more_than_two_tiles_away_does_not_move),
		SCENE(a_door_does_not_close_on_somebody),
		SCENE(a_creature_before_a_door_does_not_keep_it_shut),
		SCENE(the_right_key_unlocks_and_locks_and_is_kept),
		SCENE(a_wrong_key_no_door_and_a_door_far_away_change_nothing),
		SCENE(a_door_pointed_at_long_ago_is_looked_at_again),
		SCENE(a_click_tells_who_a_player_is),
		SCENE(a_click_does_not_find_the_invisible_staff),
		SCENE(a_click_lets_townsfolk_speak_and_names_beasts),
		SCENE(a_click_names_what_lies_there_and_how_many),
		SCENE(a_click_out_of_sight_or_off_the_map_does_nothing),
	};
	return cmocka_run_group_tests_name("rules: doors and clicks", tests, NULL, NULL);
}
