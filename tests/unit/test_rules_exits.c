/* Exits and teleports, who may take them and what goes along: rules-life-combat-magic.md 5.6, 8.6 to 8.8. */
#include "tests/unit/test_deeds.h"
#include "worker/game/death.h"
#include "worker/game/experience.h"

enum { BESIDE_X = EXIT_X - 1, EASTWARDS = HEADING_EAST };

/* On the meadow, before the exit of this row. */
#define BEFORE(world, name, row, ...) ENTER(world, name, .map = LAND_MEADOW, .x = BESIDE_X, .y = (row), __VA_ARGS__)

static void assert_stands(struct little_world *world, uint32_t who, unsigned map, unsigned x, unsigned y)
{
	const struct body *body = body_of(world, who);
	assert_int_equal(body->map, map);
	assert_int_equal(body->x, x);
	assert_int_equal(body->y, y);
	EXPECT_SOUND(world);
}

/* Beside that tile, and on no exit. */
static void assert_is_turned_away(struct little_world *world, uint32_t who, unsigned x, unsigned y)
{
	const struct body *body = body_of(world, who);
	struct place to;
	assert_int_equal(body->map, LAND_MEADOW);
	assert_in_range(abs(body->x - (int)x) + abs(body->y - (int)y), 1, 2);
	assert_false(map_exit_at(world->catalog, catalog_map(world->catalog, body->map), body->x, body->y, &to));
	EXPECT_SOUND(world);
}

/* --- who may ------------------------------------------------------------------------------------------------------------ */

static void only_newbies_enter_the_school(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y + 2, .level = 13);
	DO(world, ana, WALK, .heading = EASTWARDS);
	EXPECT_LINE(world, ana, TEXT_MAP_NEWBIES_ONLY);
	EXPECT(world, ana, POS_UPDATE, .x = body_of(world, ana)->x, .y = body_of(world, ana)->y);
	assert_is_turned_away(world, ana, EXIT_X, EXIT_Y + 2);

	uint32_t beto = BEFORE(world, "Beto", EXIT_Y + 1, .level = 12);
	DO(world, beto, WALK, .heading = EASTWARDS);
	DO(world, beto, WALK, .heading = HEADING_SOUTH);
	assert_stands(world, beto, LAND_SCHOOL, 50, 50);

	uint32_t god = BEFORE(world, "Zeus", EXIT_Y + 3, .level = 40, .privileges = PRIVILEGE_GOD);
	DO(world, god, WALK, .heading = EASTWARDS);
	DO(world, god, WALK, .heading = HEADING_NORTH);
	assert_int_equal(body_of(world, god)->map, LAND_SCHOOL); /* the staff always passes */
	EXPECT_SOUND(world);
}

static void the_dead_do_not_enter_a_map_that_expels_them(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y + 2, .level = 5, .dead = true);
	DO(world, ana, WALK, .heading = EASTWARDS);
	EXPECT_LINE(world, ana, TEXT_MAP_NOT_FOR_DEAD);
	assert_is_turned_away(world, ana, EXIT_X, EXIT_Y + 2);
	uint32_t beto = BEFORE(world, "Beto", EXIT_Y, .level = 5, .dead = true);
	DO(world, beto, WALK, .heading = EASTWARDS);
	assert_stands(world, beto, LAND_WILD, WILD_X, WILD_Y); /* this one takes them */
}

static void armies_have_maps_of_their_own(void **state)
{
	struct little_world *world = *state;
	static const struct {
		unsigned row, map;
		bool army, chaos; /* who enters */
		enum text_id why;
	} rows[] = {
		{MUTE_Y, LAND_MUTE, true, false, TEXT_MAP_ARMY_ONLY},
		{BARREN_Y, LAND_BARREN, false, true, TEXT_MAP_CHAOS_ONLY},
		{SNOW_Y, LAND_SNOW, true, true, TEXT_MAP_FACTION_ONLY},
	};
	char name[] = "Ana";
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (unsigned side = 0; side < 3; side++) { /* nobody's, the army's, the legion's */
			name[0]++;
			uint32_t ana = BEFORE(world, name, (uint8_t)rows[i].row);
			player_of(world, ana)->royal_army = side == 1;
			player_of(world, ana)->chaos_legion = side == 2;
			DO(world, ana, WALK, .heading = EASTWARDS);
			bool enters = (side == 1 && rows[i].army) || (side == 2 && rows[i].chaos);
			assert_int_equal(body_of(world, ana)->map, enters ? rows[i].map : LAND_MEADOW);
			if (!enters) {
				EXPECT_LINE(world, ana, rows[i].why);
				assert_is_turned_away(world, ana, EXIT_X, rows[i].row);
				stand(world, ana, 10 + 3 * side, 60 + i);
			}
		}
	}
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

/* 5.6: Ullathorpe, Banderbill and Lindos take in their own, Nix all others; once, and nowhere else. The city is a tile here. */
static void who_has_outgrown_the_school_comes_to_his_city(void **state)
{
	struct little_world *world = *state;
	static const uint8_t comes_to[CITY_COUNT + 1] = {
		[CITY_ULLATHORPE] = CITY_ULLATHORPE, [CITY_NIX] = CITY_NIX,    [CITY_BANDERBILL] = CITY_BANDERBILL,
		[CITY_LINDOS] = CITY_LINDOS,         [CITY_ARGHAL] = CITY_NIX, [CITY_ARKHEIN] = CITY_NIX};
	static const char *const names[] = {"", "Ana", "Beto", "Caco", "Dora", "Elba", "Fito"};
	for (unsigned home = 1; home <= CITY_COUNT; home++) {
		uint32_t who = ENTER(world, names[home], .map = LAND_SCHOOL, .x = 40, .y = 40, .level = 12);
		player_of(world, who)->home = (uint8_t)home;
		struct award award = {.player = who, .amount = 300};
		little_world_run(world, LAND_SCHOOL, awards, &award);
		forget(world);
		live_ms(world, LAND_SCHOOL, 1000);
		assert_int_equal(body_of(world, who)->map, LAND_MEADOW);
		struct place city = catalog_city(world->catalog, comes_to[home])->place;
		int off = abs(body_of(world, who)->x - city.x) + abs(body_of(world, who)->y - city.y);
		assert_in_range(off, 0, 2); /* others may stand there already */
		assert_int_equal(HOW_MANY(world, who, CREATE_FX), 1);
		live_ms(world, LAND_MEADOW, 2000);
		assert_int_equal(HOW_MANY(world, who, CREATE_FX), 1);
		stand(world, who, 20 + home, 90);
	}
}

/* --- where they lead ------------------------------------------------------------------------------------------------------ */

static void an_exit_onto_an_exit_leads_on(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", CHAIN_Y);
	DO(world, ana, WALK, .heading = EASTWARDS);
	assert_stands(world, ana, LAND_MEADOW, EXIT_X - 1, EXIT_Y); /* to the wild's exit, and back by it */
}

static void exits_in_a_circle_end_somewhere(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", LOOP_Y);
	DO(world, ana, WALK, .heading = EASTWARDS);
	struct place to;
	const struct body *body = body_of(world, ana);
	assert_int_equal(body->map, LAND_MEADOW);
	assert_in_range(body->y, LOOP_Y - 1, LOOP_Y + 3);
	assert_false(map_exit_at(world->catalog, catalog_map(world->catalog, body->map), body->x, body->y, &to));
	EXPECT_SOUND(world);
}

static void a_taken_end_never_throws_anybody_out(void **state)
{
	struct little_world *world = *state;
	uint32_t there = ENTER(world, "Caco", .map = LAND_WILD, .x = WILD_X, .y = WILD_Y);
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y);
	DO(world, ana, WALK, .heading = EASTWARDS);
	assert_stands(world, there, LAND_WILD, WILD_X, WILD_Y);
	assert_stands(world, ana, LAND_WILD, WILD_X - 1, WILD_Y);
	assert_int_equal(closed_for(world, there), 0);
	/* West and north are taken now, and to the east there is the exit back: the south is left. */
	uint32_t dora = ENTER(world, "Dora", .map = LAND_WILD, .x = WILD_X, .y = WILD_Y - 1);
	uint32_t beto = BEFORE(world, "Beto", EXIT_Y);
	DO(world, beto, WALK, .heading = EASTWARDS);
	assert_stands(world, beto, LAND_WILD, WILD_X, WILD_Y + 1);
	assert_stands(world, dora, LAND_WILD, WILD_X, WILD_Y - 1);
}

static void a_teleport_scatters_within_its_radius(void **state)
{
	enum { TIMES = 60, RADIUS = 3 };
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", TELEPORT_Y);
	uint32_t eve = ENTER(world, "Eve", .map = LAND_WILD, .x = SCATTER_X + 6, .y = SCATTER_Y);
	unsigned columns = 0, rows = 0;
	for (int i = 0; i < TIMES; i++) {
		forget(world);
		DO(world, ana, WALK, .heading = EASTWARDS);
		const struct body *body = body_of(world, ana);
		assert_int_equal(body->map, LAND_WILD);
		int dx = body->x - SCATTER_X, dy = body->y - SCATTER_Y;
		assert_in_range(dx + RADIUS, 0, 2 * RADIUS);
		assert_in_range(dy + RADIUS, 0, 2 * RADIUS);
		columns |= 1u << (dx + RADIUS);
		rows |= 1u << (dy + RADIUS);
		EXPECT(world, eve, CREATE_FX, .char_index = (int16_t)ana, .fx = FX_WARP);
		EXPECT(world, eve, PLAY_WAVE, .wave = SOUND_WARP, .x = body->x, .y = body->y);
		act(world, ana, player_die);
		act(world, ana, player_revive);
		/* back by hand: over the wild's own exit */
		stand(world, ana, WILD_X, WILD_Y);
		DO(world, ana, WALK, .heading = EASTWARDS);
		assert_int_equal(body_of(world, ana)->map, LAND_MEADOW);
		stand(world, ana, BESIDE_X, TELEPORT_Y);
	}
	assert_int_equal(columns, 0x7f);
	assert_int_equal(rows, 0x7f);
	EXPECT_SOUND(world);
}

static void an_exit_is_walked_through_in_silence(void **state)
{
	struct little_world *world = *state;
	uint32_t eve = ENTER(world, "Eve", .map = LAND_WILD, .x = WILD_X + 3, .y = WILD_Y);
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y);
	forget(world);
	DO(world, ana, WALK, .heading = EASTWARDS);
	EXPECT_ANY(world, eve, CHARACTER_CREATE);
	EXPECT_NOTHING(world, eve);
}

static void only_who_sails_is_led_over_water(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y);
	body_of(world, ana)->flags |= BODY_SAILING; /* as by a decree: there is no water beside this exit */
	DO(world, ana, WALK, .heading = EASTWARDS);
	assert_stands(world, ana, LAND_MEADOW, BESIDE_X, EXIT_Y); /* a sailor steps on no land */
	EXPECT(world, ana, POS_UPDATE, .x = BESIDE_X, .y = EXIT_Y);
}

/* --- what goes along ------------------------------------------------------------------------------------------------------- */

static void who_was_hunted_is_forgotten_behind_the_exit(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = WILD_X, .y = WILD_Y);
	uint32_t goat = beast_call(world, BEAST_WANDERER, LAND_WILD, WILD_X, WILD_Y + 2);
	done(world, LAND_WILD, run_attacked, (struct deed){.body = goat, .other = ana});
	player_of(world, ana)->hunter = (struct handle){.index = goat, .generation = of(world, goat)->generation};
	assert_int_equal(about(world, goat)->hostile, 1);
	DO(world, ana, WALK, .heading = EASTWARDS);
	assert_int_equal(body_of(world, ana)->map, LAND_MEADOW);
	assert_int_equal(about(world, goat)->hostile, 0);
	assert_int_equal(about(world, goat)->movement, MOVEMENT_WANDERS);
	assert_int_equal(about(world, goat)->attacker_id, 0);
	assert_int_equal(player_of(world, ana)->hunter.index, 0);
}

static void who_hides_is_seen_where_the_map_forbids_it(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y), beto = BEFORE(world, "Beto", BARREN_Y);
	uint32_t eve = ENTER(world, "Eve", .map = LAND_BARREN, .x = 52, .y = 50);
	const uint32_t both = BODY_HIDDEN | BODY_INVISIBLE;
	player_of(world, beto)->class_id = CLASS_THIEF; /* who may walk hidden */
	player_of(world, ana)->class_id = CLASS_THIEF;
	player_of(world, beto)->chaos_legion = 1;
	body_of(world, ana)->flags |= both;
	body_of(world, beto)->flags |= both;
	DO(world, ana, WALK, .heading = EASTWARDS);
	assert_int_equal(body_of(world, ana)->map, LAND_WILD);
	assert_int_equal(body_of(world, ana)->flags & both, both);
	forget(world);
	DO(world, beto, WALK, .heading = EASTWARDS);
	assert_int_equal(body_of(world, beto)->map, LAND_BARREN);
	assert_int_equal(body_of(world, beto)->flags & both, 0);
	EXPECT_LINE(world, beto, TEXT_VISIBLE_AGAIN);
	EXPECT(world, eve, SET_INVISIBLE, .char_index = (int16_t)beto, .invisible = true);
	EXPECT(world, eve, SET_INVISIBLE, .char_index = (int16_t)beto, .invisible = false);
}

static void a_classic_client_wipes_the_words_of_who_goes(void **state)
{
	struct little_world *world = *state;
	bool classic = world->tx.dialect == DIALECT_CLASSIC;
	uint32_t ana = BEFORE(world, "Ana", EXIT_Y);
	uint32_t eve = ENTER(world, "Eve", .map = LAND_MEADOW, .x = BESIDE_X - 3, .y = EXIT_Y);
	forget(world);
	DO(world, ana, WALK, .heading = EASTWARDS);
	EXPECT(world, eve, CHARACTER_MOVE, .char_index = (int16_t)ana, .x = EXIT_X, .y = EXIT_Y);
	if (classic)
		EXPECT(world, eve, REMOVE_CHAR_DIALOG, .char_index = (int16_t)ana);
	EXPECT(world, eve, CHARACTER_REMOVE, .char_index = (int16_t)ana);
	assert_int_equal(HOW_MANY(world, ana, REMOVE_DIALOGS), classic ? 1 : 0);
	EXPECT_NOTHING(world, eve);
}

/* --- ghosts in the way ------------------------------------------------------------------------------------------------------ */

static void nobody_is_pushed_between_land_and_water(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_MEADOW, .x = WATER_FROM - 1, .y = WATER_FROM);
	uint32_t ghost = ENTER(world, "Beto", .map = LAND_MEADOW, .x = WATER_FROM - 2, .y = WATER_FROM, .dead = true);
	DO(world, ana, WALK, .heading = HEADING_WEST);
	assert_stands(world, ghost, LAND_MEADOW, WATER_FROM - 1, WATER_FROM); /* ashore they change places */
	stand(world, ghost, WATER_FROM, WATER_FROM);
	stand(world, ana, WATER_FROM - 1, WATER_FROM);
	body_of(world, ghost)->flags |= BODY_SAILING;
	DO(world, ana, WALK, .heading = HEADING_EAST);
	EXPECT(world, ana, POS_UPDATE, .x = WATER_FROM - 1, .y = WATER_FROM);
	assert_stands(world, ghost, LAND_MEADOW, WATER_FROM, WATER_FROM);
	/* nor the other way round: a sailor and a ghost on the shore */
	stand(world, ana, MEADOW_X, MEADOW_Y);
	stand(world, ghost, WATER_FROM - 1, WATER_FROM);
	stand(world, ana, WATER_FROM, WATER_FROM);
	body_of(world, ghost)->flags &= ~(uint32_t)BODY_SAILING;
	body_of(world, ana)->flags |= BODY_SAILING;
	DO(world, ana, WALK, .heading = HEADING_WEST);
	EXPECT(world, ana, POS_UPDATE, .x = WATER_FROM, .y = WATER_FROM);
	assert_stands(world, ghost, LAND_MEADOW, WATER_FROM - 1, WATER_FROM);
}

static void the_invisible_staff_gives_way_and_pushes_nobody(void **state)
{
	struct little_world *world = *state;
	uint32_t god = ENTER(world, "Zeus", .x = 51, .privileges = PRIVILEGE_GOD);
	uint32_t ghost = ENTER(world, "Beto", .x = 52, .dead = true);
	uint32_t ana = ENTER(world, "Ana");
	body_of(world, god)->flags |= BODY_ADMIN_INVISIBLE;
	DO(world, god, WALK, .heading = HEADING_EAST);
	EXPECT(world, god, POS_UPDATE, .x = 51, .y = MEADOW_Y);
	assert_stands(world, ghost, LAND_MEADOW, 52, MEADOW_Y);
	forget(world);
	DO(world, ana, WALK, .heading = HEADING_EAST);
	EXPECT(world, god, FORCE_CHAR_MOVE, .heading = HEADING_WEST);
	assert_stands(world, ana, LAND_MEADOW, 51, MEADOW_Y);
	assert_stands(world, god, LAND_MEADOW, MEADOW_X, MEADOW_Y);
	assert_int_equal(HOW_MANY(world, ana, CHARACTER_MOVE), 0); /* of whom she does not see she is told nothing */
}

/* 8.6 no. 2: nobody is to be revived where he did not want to be. */
static void a_ghost_pushed_over_the_border_of_an_arena_is_safe(void **state)
{
	struct little_world *world = *state;
	uint32_t ghost = ENTER(world, "Beto", .map = LAND_WILD, .x = ARENA_FROM, .y = 52, .dead = true);
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = ARENA_FROM + 1, .y = 52);
	player_of(world, ghost)->resuscitation_safe = 0;
	forget(world);
	DO(world, ana, WALK, .heading = HEADING_WEST); /* both inside */
	assert_int_equal(player_of(world, ghost)->resuscitation_safe, 0);
	stand(world, ghost, ARENA_FROM - 1, 52);
	DO(world, ana, WALK, .heading = HEADING_WEST); /* in he goes */
	assert_stands(world, ghost, LAND_WILD, ARENA_FROM, 52);
	assert_int_equal(player_of(world, ghost)->resuscitation_safe, 1);
	EXPECT_MULTI(world, ghost, RESUSCITATION_SAFE_ON);
	forget(world);
	DO(world, ana, WALK, .heading = EASTWARDS); /* and out again */
	assert_stands(world, ghost, LAND_WILD, ARENA_FROM - 1, 52);
	assert_int_equal(HOW_MANY(world, ghost, MULTI_MESSAGE), 0); /* he is safe already */
}

/* 20 no. 29 */
static void nobody_hears_or_sees_the_invisible_staff_arrive(void **state)
{
	struct little_world *world = *state;
	uint32_t eve = ENTER(world, "Eve", .map = LAND_WILD, .x = SCATTER_X + 6, .y = SCATTER_Y);
	uint32_t god = BEFORE(world, "Zeus", TELEPORT_Y, .privileges = PRIVILEGE_GOD);
	body_of(world, god)->flags |= BODY_ADMIN_INVISIBLE;
	forget(world);
	DO(world, god, WALK, .heading = EASTWARDS);
	assert_int_equal(body_of(world, god)->map, LAND_WILD);
	assert_int_equal(HOW_MANY(world, god, CREATE_FX), 1);
	assert_int_equal(HOW_MANY(world, god, PLAY_WAVE), 1);
	EXPECT_NOTHING(world, eve);
}

static void a_pushed_ghost_takes_no_exit(void **state)
{
	struct little_world *world = *state;
	uint32_t ghost = BEFORE(world, "Beto", EXIT_Y, .dead = true);
	uint32_t ana = ENTER(world, "Ana", .map = LAND_MEADOW, .x = BESIDE_X - 1, .y = EXIT_Y);
	stand(world, ana, EXIT_X, EXIT_Y); /* as by a decree: nobody stays on an exit */
	DO(world, ana, WALK, .heading = HEADING_WEST);
	assert_stands(world, ana, LAND_MEADOW, BESIDE_X, EXIT_Y);
	assert_stands(world, ghost, LAND_MEADOW, EXIT_X, EXIT_Y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(only_newbies_enter_the_school),
		WORLD_TEST(the_dead_do_not_enter_a_map_that_expels_them),
		WORLD_TEST(armies_have_maps_of_their_own),
		WORLD_TEST(who_has_outgrown_the_school_comes_to_his_city),
		WORLD_TEST(an_exit_onto_an_exit_leads_on),
		WORLD_TEST(exits_in_a_circle_end_somewhere),
		WORLD_TEST(a_taken_end_never_throws_anybody_out),
		WORLD_TEST(a_teleport_scatters_within_its_radius),
		WORLD_TEST(an_exit_is_walked_through_in_silence),
		WORLD_TEST(only_who_sails_is_led_over_water),
		WORLD_TEST(who_was_hunted_is_forgotten_behind_the_exit),
		WORLD_TEST(who_hides_is_seen_where_the_map_forbids_it),
		WORLD_TEST(a_classic_client_wipes_the_words_of_who_goes),
		CLASSIC_TEST(a_classic_client_wipes_the_words_of_who_goes),
		WORLD_TEST(nobody_is_pushed_between_land_and_water),
		WORLD_TEST(the_invisible_staff_gives_way_and_pushes_nobody),
		WORLD_TEST(a_ghost_pushed_over_the_border_of_an_arena_is_safe),
		WORLD_TEST(nobody_hears_or_sees_the_invisible_staff_arrive),
		WORLD_TEST(a_pushed_ghost_takes_no_exit),
	};
	return cmocka_run_group_tests_name("rules: exits", tests, NULL, NULL);
}
