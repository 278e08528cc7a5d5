/* Clicks: what is seen (rules-life-combat-magic.md 8.9, 16.11), doors, signs, keys (rules-economy-social-admin.md 2.10), and
 * using what lies in a slot (3.1). */
#include <stdio.h>

#include "tests/unit/test_deeds.h"
#include "worker/game/tile.h"

static unsigned door_item(struct little_world *world, unsigned x, unsigned y)
{
	return world->world.maps[LAND_MEADOW].ground[tile_index(x, y)].item;
}

static bool blocked(struct little_world *world, int x, int y)
{
	return tile_is_blocked(&world->world, LAND_MEADOW, x, y);
}

/* A console line that holds this part was told; it is taken. */
static void expect_part(struct little_world *world, uint32_t who, const char *part)
{
	const struct s2c_CONSOLE_MSG *line = HEARD(world, who, CONSOLE_MSG);
	char text[512];
	text_to_z(line->text, text, sizeof text);
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" does not hold \"%s\"", text, part);
}

/* --- looking ------------------------------------------------------------------------------------------------------------------ */

static void a_click_on_nothing_forgets_what_was_pointed_at(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 52);

	DO(world, ana, LEFT_CLICK, .x = 52, .y = 50);
	assert_int_equal(player_of(world, ana)->target.user.index, beto);
	forget(world);

	DO(world, ana, LEFT_CLICK, .x = 47, .y = 47);
	EXPECT_MULTI(world, ana, DONT_SEE_ANYTHING);
	EXPECT_NOTHING_ELSE(world);
	const struct target *target = &player_of(world, ana)->target;
	assert_int_equal(target->user.index, 0);
	assert_int_equal(target->object, 0);
	assert_int_equal(target->map, LAND_MEADOW);
	assert_int_equal(target->x, 47);
	assert_int_equal(target->y, 47);
}

static void clicks_outside_the_window_are_ignored(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	static const uint8_t wrong[][2] = {{59, 50}, {41, 50},  {50, 57},  {50, 43},
									   {0, 0},   {255, 50}, {50, 255}, {101, 101}};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		DO(world, ana, LEFT_CLICK, .x = wrong[i][0], .y = wrong[i][1]);
		DO(world, ana, DOUBLE_CLICK, .x = wrong[i][0], .y = wrong[i][1]);
	}
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->target.map, 0);
	DO(world, ana, LEFT_CLICK, .x = 58, .y = 56); /* its corner belongs to it */
	EXPECT_MULTI(world, ana, DONT_SEE_ANYTHING);
}

static void players_are_told_by_name_description_and_standing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), novice = ENTER(world, "Novato", .x = 52, .level = 3);
	ENTER(world, "Malo", .x = 53, .criminal = true);
	uint32_t soldier = ENTER(world, "Soldado", .x = 54);
	ENTER(world, "Dios", .x = 55, .privileges = PRIVILEGE_GOD);
	ENTER(world, "Alma", .x = 56, .dead = true);
	player_of(world, soldier)->royal_army = 1;
	memcpy(player_of(world, novice)->description, "busca clan", sizeof "busca clan");

	static const struct {
		uint8_t x;
		enum font font;
		const char *parts[3];
	} seen[] = {{52, FONT_CITIZEN, {"Novato", "PRINCIPIANTE", "busca clan"}},
				{53, FONT_FIGHT, {"Malo", "CRIMINAL", ""}},
				{54, FONT_CITIZEN, {"Soldado", "ARMADA REAL", ""}},
				{55, FONT_GM, {"Dios", "PERSONAL", ""}},
				{56, FONT_CITIZEN, {"Alma", "CIUDADANO", "MUERTO"}}};
	for (unsigned i = 0; i < sizeof seen / sizeof *seen; i++) {
		DO(world, ana, LEFT_CLICK, .x = seen[i].x, .y = 50);
		const struct s2c_CONSOLE_MSG *line = HEARD(world, ana, CONSOLE_MSG);
		char text[512];
		text_to_z(line->text, text, sizeof text);
		assert_int_equal(line->font, seen[i].font);
		for (unsigned k = 0; k < 3; k++)
			assert_non_null(strstr(text, seen[i].parts[k]));
		EXPECT_NOTHING_ELSE(world);
	}
}

static void a_character_is_clicked_on_its_head_too_and_the_one_below_is_meant(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), above = ENTER(world, "Arriba", .x = 52, .y = 50);
	uint32_t below = ENTER(world, "Abajo", .x = 52, .y = 51);
	DO(world, ana, LEFT_CLICK, .x = 52, .y = 49);
	assert_int_equal(player_of(world, ana)->target.user.index, above);
	DO(world, ana, LEFT_CLICK, .x = 52, .y = 50);
	assert_int_equal(player_of(world, ana)->target.user.index, below);
	DO(world, ana, LEFT_CLICK, .x = 52, .y = 51);
	assert_int_equal(player_of(world, ana)->target.user.index, below);
}

static void invisible_staff_is_not_seen_hidden_players_are(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), god = ENTER(world, "Dios", .x = 52, .privileges = PRIVILEGE_GOD);
	uint32_t thief = ENTER(world, "Sombra", .x = 54);
	body_of(world, god)->flags |= BODY_ADMIN_INVISIBLE;
	body_of(world, thief)->flags |= BODY_HIDDEN;

	DO(world, ana, LEFT_CLICK, .x = 52, .y = 50);
	EXPECT_MULTI(world, ana, DONT_SEE_ANYTHING);
	DO(world, ana, LEFT_CLICK, .x = 54, .y = 50);
	expect_part(world, ana, "Sombra");
	EXPECT_NOTHING_ELSE(world);
}

/* 8.9: the king and the legion, the demon and the army. */
static void rulers_kill_the_enemy_who_looks_at_them(void **state)
{
	struct little_world *world = *state;
	beast_call(world, BEAST_RULER, LAND_MEADOW, 52, 50);
	beast_call(world, BEAST_DEMON, LAND_MEADOW, 48, 50);
	static const struct {
		bool army, chaos, staff, dies_by_king, dies_by_demon;
	} rows[] = {
		{false, false, false, false, false}, {true, false, false, false, true}, {false, true, false, true, false},
		{true, false, true, false, false},   {false, true, true, false, false},
	};
	char name[] = "Ana";
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (unsigned demon = 0; demon < 2; demon++) {
			name[0]++;
			uint32_t ana = ENTER(world, name, .x = (uint8_t)(49 + demon), .y = (uint8_t)(52 + i),
								 .privileges = rows[i].staff ? PRIVILEGE_GOD : PRIVILEGE_USER);
			player_of(world, ana)->royal_army = rows[i].army;
			player_of(world, ana)->chaos_legion = rows[i].chaos;
			forget(world);
			DO(world, ana, LEFT_CLICK, .x = demon ? 48 : 52, .y = 50);
			bool dies = demon ? rows[i].dies_by_demon : rows[i].dies_by_king;
			assert_int_equal(player_of(world, ana)->dead, dies);
			if (dies)
				EXPECT_LINE(world, ana, TEXT_RULER_KILLS);
			forget(world);
			DO(world, ana, LEFT_CLICK, .x = demon ? 48 : 52, .y = 50); /* nobody dies twice */
			assert_int_equal(player_of(world, ana)->dead, dies);
			DO(world, ana, QUIT);
		}
	}
}

static void things_are_told_with_their_number(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 53);
	lay(world, LAND_MEADOW, 52, 50, THING_BREAD, 12);
	lay(world, LAND_MEADOW, 53, 50, THING_SWORD, 1);

	DO(world, ana, LEFT_CLICK, .x = 52, .y = 50);
	EXPECT_LINE(world, ana, TEXT_SEE_OBJECTS, "Pan", 12);
	assert_int_equal(player_of(world, ana)->target.object, THING_BREAD);
	DO(world, ana, LEFT_CLICK, .x = 53, .y = 50); /* a player stands on it: both */
	EXPECT_LINE(world, ana, TEXT_SEE_OBJECT, "Espada");
	expect_part(world, ana, "Beto");
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(player_of(world, ana)->target.object, THING_SWORD);
	assert_int_equal(player_of(world, ana)->target.user.index, beto);
}

static void a_door_is_found_from_four_tiles(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = 41, .y = 47);
	for (int dx = -1; dx <= 0; dx++) {
		for (int dy = -1; dy <= 0; dy++) {
			DO(world, ana, LEFT_CLICK, .x = DOOR_X + dx, .y = DOOR_Y + dy);
			EXPECT_LINE(world, ana, TEXT_SEE_OBJECT, "Puerta cerrada");
			assert_int_equal(player_of(world, ana)->target.object_x, DOOR_X);
			assert_int_equal(player_of(world, ana)->target.object_y, DOOR_Y);
		}
	}
	EXPECT_NOTHING_ELSE(world);
}

static void creatures_speak_or_are_named(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = 31, .y = 68), beto = ENTER(world, "Beto", .x = 31, .y = 67);
	uint32_t baker = beast_of(world, BEAST_BAKER), wolf = beast_of(world, BEAST_WOLF);
	lay(world, LAND_MEADOW, WOLF_X, BEASTS_Y, THING_BREAD, 1);

	DO(world, ana, LEFT_CLICK, .x = BAKER_X, .y = BEASTS_Y);
	EXPECT(world, ana, CHAT_OVER_HEAD, .text = TEXT("Pan caliente"), .char_index = (int32_t)baker, .r = 255, .g = 255,
		   .b = 255);
	assert_int_equal(player_of(world, ana)->target.creature.index, baker);

	DO(world, ana, LEFT_CLICK, .x = WOLF_X, .y = BEASTS_Y); /* what lies under it is not meant */
	EXPECT_LINE(world, ana, TEXT_SEE_CREATURE_STATE, "Lobo", text_latin1(TEXT_STATE_DOUBTFUL));
	assert_int_equal(player_of(world, ana)->target.creature.index, wolf);
	assert_int_equal(player_of(world, ana)->target.object, 0);
	EXPECT_NOTHING(world, beto);
	EXPECT_NOTHING_ELSE(world);
}

static void survival_tells_how_a_creature_is(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = 31, .y = 68);
	struct body *wolf = body_of(world, beast_of(world, BEAST_WOLF));
	wolf->hp_max = 1000;
	static const struct {
		uint8_t survival;
		int hp;
		enum text_id state;
	} cases[] = {
		{10, 1, TEXT_STATE_DOUBTFUL},
		{11, 499, TEXT_STATE_WOUNDED},
		{20, 500, TEXT_STATE_HEALTHY},
		{30, 499, TEXT_STATE_BADLY_WOUNDED},
		{30, 749, TEXT_STATE_WOUNDED},
		{30, 750, TEXT_STATE_HEALTHY},
		{40, 249, TEXT_STATE_VERY_BADLY_WOUNDED},
		{40, 499, TEXT_STATE_WOUNDED},
		{40, 749, TEXT_STATE_LIGHTLY_WOUNDED},
		{40, 1000, TEXT_STATE_HEALTHY},
		{59, 49, TEXT_STATE_AGONISING},
		{59, 99, TEXT_STATE_ALMOST_DEAD},
		{59, 249, TEXT_STATE_VERY_BADLY_WOUNDED},
		{41, 499, TEXT_STATE_WOUNDED},
		{41, 749, TEXT_STATE_LIGHTLY_WOUNDED},
		{41, 999, TEXT_STATE_HEALTHY},
		{41, 1000, TEXT_STATE_INTACT},
	};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		wolf->hp = cases[i].hp;
		player_of(world, ana)->skills[SKILL_SURVIVAL - 1] = cases[i].survival;
		DO(world, ana, LEFT_CLICK, .x = WOLF_X, .y = BEASTS_Y);
		EXPECT_LINE(world, ana, TEXT_SEE_CREATURE_STATE, "Lobo", text_latin1(cases[i].state));
	}
	player_of(world, ana)->skills[SKILL_SURVIVAL - 1] = 60;
	DO(world, ana, LEFT_CLICK, .x = WOLF_X, .y = BEASTS_Y);
	EXPECT_LINE(world, ana, TEXT_SEE_CREATURE_HEALTH, "Lobo", 1000, 1000);
	player_of(world, ana)->dead = 1; /* ghosts see nothing of it */
	DO(world, ana, LEFT_CLICK, .x = WOLF_X, .y = BEASTS_Y);
	EXPECT_LINE(world, ana, TEXT_SEE_CREATURE, "Lobo");
	EXPECT_NOTHING_ELSE(world);
}

/* --- doors ---------------------------------------------------------------------------------------------------------------------- */

static void a_door_opens_lets_through_and_closes(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = DOOR_X, .y = DOOR_Y + 1), far = ENTER(world, "Lejos", .x = 90);
	DO(world, ana, WALK, .heading = HEADING_NORTH);
	EXPECT(world, ana, POS_UPDATE, .x = DOOR_X, .y = DOOR_Y + 1);
	EXPECT_NOTHING_ELSE(world);

	uint64_t saved = world->world.maps[LAND_MEADOW].ground_version;
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	assert_int_equal(door_item(world, DOOR_X, DOOR_Y), THING_DOOR_OPEN);
	assert_false(blocked(world, DOOR_X, DOOR_Y) || blocked(world, DOOR_X - 1, DOOR_Y));
	assert_true(world->world.maps[LAND_MEADOW].ground_version > saved);
	EXPECT(world, ana, OBJECT_CREATE, .x = DOOR_X, .y = DOOR_Y, .grh_index = 503);
	EXPECT(world, ana, PLAY_WAVE, .wave = 5, .x = DOOR_X, .y = DOOR_Y);
	uint32_t both[] = {ana, far}; /* everybody on the map must know where he can walk */
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(world, both[i], BLOCK_POSITION, .x = DOOR_X, .y = DOOR_Y, .blocked = false);
		EXPECT(world, both[i], BLOCK_POSITION, .x = DOOR_X - 1, .y = DOOR_Y, .blocked = false);
	}
	EXPECT_NOTHING_ELSE(world);

	DO(world, ana, WALK, .heading = HEADING_NORTH);
	DO(world, ana, WALK, .heading = HEADING_NORTH);
	assert_int_equal(body_of(world, ana)->y, DOOR_Y - 1);
	forget(world);

	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	assert_int_equal(door_item(world, DOOR_X, DOOR_Y), THING_DOOR_CLOSED);
	assert_true(blocked(world, DOOR_X, DOOR_Y) && blocked(world, DOOR_X - 1, DOOR_Y));
	EXPECT(world, ana, OBJECT_CREATE, .x = DOOR_X, .y = DOOR_Y, .grh_index = 504);
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(world, both[i], BLOCK_POSITION, .x = DOOR_X, .y = DOOR_Y, .blocked = true);
		EXPECT(world, both[i], BLOCK_POSITION, .x = DOOR_X - 1, .y = DOOR_Y, .blocked = true);
	}
	EXPECT(world, ana, PLAY_WAVE, .wave = 5, .x = DOOR_X, .y = DOOR_Y);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

static void nobody_is_walled_up_in_a_door(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = DOOR_X, .y = DOOR_Y + 1), beto = ENTER(world, "Beto");
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	for (unsigned i = 0; i < 2; i++) {
		stand(world, beto, DOOR_X - i, DOOR_Y);
		DO(world, ana, DOUBLE_CLICK, .x = DOOR_X - 1, .y = DOOR_Y - 1);
		EXPECT_LINE(world, ana, TEXT_DOOR_BLOCKED);
		EXPECT_NOTHING_ELSE(world);
		assert_int_equal(door_item(world, DOOR_X, DOOR_Y), THING_DOOR_OPEN);
		assert_false(blocked(world, DOOR_X - (int)i, DOOR_Y));
	}
}

static void doors_are_turned_from_two_tiles_straight(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = DOOR_X + 2, .y = DOOR_Y + 1);
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	EXPECT_NOTHING_ELSE(world);
	stand(world, ana, DOOR_X + 2, DOOR_Y);
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	assert_int_equal(door_item(world, DOOR_X, DOOR_Y), THING_DOOR_OPEN);
}

static void locked_and_stuck_doors_do_not_move(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = LOCKED_X, .y = LOCKED_Y + 1);
	DO(world, ana, DOUBLE_CLICK, .x = LOCKED_X, .y = LOCKED_Y);
	EXPECT_LINE(world, ana, TEXT_DOOR_LOCKED);
	EXPECT_NOTHING_ELSE(world);
	stand(world, ana, STUCK_X, STUCK_Y + 1);
	DO(world, ana, DOUBLE_CLICK, .x = STUCK_X, .y = STUCK_Y);
	EXPECT_LINE(world, ana, TEXT_DOOR_STUCK);
	EXPECT_NOTHING_ELSE(world);
	assert_true(blocked(world, STUCK_X, STUCK_Y));
}

/* --- keys ------------------------------------------------------------------------------------------------------------------------ */

static void a_key_unlocks_and_locks_and_is_kept(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = LOCKED_X, .y = LOCKED_Y + 1);
	give(world, ana, 1, THING_KEY, 1);
	DO(world, ana, LEFT_CLICK, .x = LOCKED_X, .y = LOCKED_Y);
	forget(world);

	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_KEY_OPENS);
	assert_int_equal(door_item(world, LOCKED_X, LOCKED_Y), THING_DOOR_CLOSED);
	assert_true(blocked(world, LOCKED_X, LOCKED_Y)); /* unlocked is not open */
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_KEY_LOCKS);
	assert_int_equal(door_item(world, LOCKED_X, LOCKED_Y), THING_DOOR_LOCKED);
	assert_int_equal(player_of(world, ana)->inventory[0].amount, 1);
	EXPECT_SOUND(world);
}

static void a_key_needs_its_door_closed_and_near(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = LOCKED_X, .y = LOCKED_Y + 1);
	give(world, ana, 1, THING_KEY, 1);
	give(world, ana, 2, THING_OTHER_KEY, 1);

	DO(world, ana, USE_ITEM, .slot = 1); /* nothing was pointed at */
	EXPECT_LINE(world, ana, TEXT_KEY_NO_DOOR);
	DO(world, ana, LEFT_CLICK, .x = LOCKED_X, .y = LOCKED_Y);
	forget(world);
	DO(world, ana, USE_ITEM, .slot = 2);
	EXPECT_LINE(world, ana, TEXT_KEY_WRONG);
	stand(world, ana, LOCKED_X, LOCKED_Y + 3);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_TOO_FAR);
	stand(world, ana, LOCKED_X, LOCKED_Y + 1);
	lay(world, LAND_MEADOW, LOCKED_X, LOCKED_Y, THING_DOOR_OPEN, 1); /* somebody opened it meanwhile */
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_KEY_DOOR_OPEN);
	lay(world, LAND_MEADOW, LOCKED_X, LOCKED_Y, THING_BREAD, 1); /* or took it away */
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_KEY_NO_DOOR);
	EXPECT_NOTHING_ELSE(world);
}

static void a_door_of_another_map_is_not_turned(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .map = LAND_WILD, .x = LOCKED_X, .y = LOCKED_Y + 1);
	give(world, ana, 1, THING_KEY, 1);
	player_of(world, ana)->target =
		(struct target){.map = LAND_MEADOW, .object = THING_DOOR_LOCKED, .object_x = LOCKED_X, .object_y = LOCKED_Y};
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_KEY_NO_DOOR);
	assert_int_equal(door_item(world, LOCKED_X, LOCKED_Y), THING_DOOR_LOCKED);
}

/* --- signs and those who serve -------------------------------------------------------------------------------------------------- */

static void signs_open_the_window_that_the_client_has(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = 45, .y = 44);
	DO(world, ana, DOUBLE_CLICK, .x = SIGN_X, .y = SIGN_Y);
	if (world->tx.dialect == DIALECT_GODOT)
		EXPECT(world, ana, SHOW_MESSAGE_BOX, .text = TEXT("Bienvenido"));
	else
		EXPECT(world, ana, SHOW_SIGNAL, .text = TEXT("Bienvenido"), .grh_index = 508);
	DO(world, ana, DOUBLE_CLICK, .x = SIGN_X + 1, .y = SIGN_Y);
	EXPECT_LINE(world, ana, TEXT_SEE_SIGN_EMPTY);
	EXPECT_NOTHING_ELSE(world);
}

static void who_serves_says_not_yet_and_others_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana", .x = 32, .y = 68);
	DO(world, ana, DOUBLE_CLICK, .x = BAKER_X, .y = BEASTS_Y);
	EXPECT_LINE(world, ana, TEXT_NOT_YET);
	DO(world, ana, DOUBLE_CLICK, .x = WOLF_X, .y = BEASTS_Y);
	EXPECT_NOTHING_ELSE(world);
	stand(world, ana, 45, 44);
	DO(world, ana, DOUBLE_CLICK, .x = SIGN_X + 2, .y = SIGN_Y); /* the board */
	EXPECT_LINE(world, ana, TEXT_NOT_YET);
	DO(world, ana, DOUBLE_CLICK, .x = SIGN_X + 3, .y = SIGN_Y); /* a tree */
	DO(world, ana, DOUBLE_CLICK, .x = 50, .y = 48);             /* nothing */
	EXPECT_NOTHING_ELSE(world);
}

/* --- using ------------------------------------------------------------------------------------------------------------------------ */

static void gold_among_the_things_goes_into_the_purse(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 3, THING_GOLD, 500);
	give_gold(world, ana, GOLD_MAX - 200);

	DO(world, ana, USE_ITEM, .slot = 3);
	EXPECT(world, ana, UPDATE_GOLD, .gold = GOLD_MAX);
	EXPECT_SLOT(world, ana, 3, THING_GOLD, 300, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
	DO(world, ana, USE_ITEM, .slot = 3);
	EXPECT_LINE(world, ana, TEXT_PURSE_FULL);
	give_gold(world, ana, 0);
	DO(world, ana, USE_ITEM, .slot = 3);
	EXPECT(world, ana, UPDATE_GOLD, .gold = 300);
	EXPECT_SLOT(world, ana, 3, THING_NONE, 0, NOT_WORN);
	EXPECT_NOTHING_ELSE(world);
}

static void what_is_only_worn_or_read_does_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	static const enum thing silent[] = {THING_SWORD,  THING_TUNIC, THING_HELMET,     THING_SHIELD, THING_RING,
										THING_ARROWS, THING_BOOK,  THING_SMALL_PACK, THING_JEWEL};
	for (unsigned i = 0; i < sizeof silent / sizeof *silent; i++) {
		give(world, ana, 1, silent[i], 1);
		DO(world, ana, USE_ITEM, .slot = 1);
	}
	EXPECT_NOTHING_ELSE(world);
	give(world, ana, 1, THING_FISHING_ROD, 1);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_NOT_YET);
	assert_int_equal(player_of(world, ana)->inventory[0].amount, 1);
	EXPECT_NOTHING_ELSE(world);
}

static void nothing_is_used_while_meditating_nor_by_who_is_no_newbie_any_more(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_NEWBIE_DAGGER, 1);
	DO(world, ana, USE_ITEM, .slot = 1);
	EXPECT_LINE(world, ana, TEXT_EQUIP_NEWBIE);
	give(world, ana, 2, THING_BREAD, 1);
	body_of(world, ana)->flags |= BODY_MEDITATING;
	DO(world, ana, USE_ITEM, .slot = 2);
	EXPECT_NOTHING_ELSE(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_click_on_nothing_forgets_what_was_pointed_at),
		WORLD_TEST(clicks_outside_the_window_are_ignored),
		WORLD_TEST(players_are_told_by_name_description_and_standing),
		WORLD_TEST(a_character_is_clicked_on_its_head_too_and_the_one_below_is_meant),
		WORLD_TEST(invisible_staff_is_not_seen_hidden_players_are),
		WORLD_TEST(rulers_kill_the_enemy_who_looks_at_them),
		WORLD_TEST(things_are_told_with_their_number),
		WORLD_TEST(a_door_is_found_from_four_tiles),
		WORLD_TEST(creatures_speak_or_are_named),
		WORLD_TEST(survival_tells_how_a_creature_is),
		WORLD_TEST(a_door_opens_lets_through_and_closes),
		WORLD_TEST(nobody_is_walled_up_in_a_door),
		WORLD_TEST(doors_are_turned_from_two_tiles_straight),
		WORLD_TEST(locked_and_stuck_doors_do_not_move),
		WORLD_TEST(a_key_unlocks_and_locks_and_is_kept),
		WORLD_TEST(a_key_needs_its_door_closed_and_near),
		WORLD_TEST(a_door_of_another_map_is_not_turned),
		WORLD_TEST(signs_open_the_window_that_the_client_has),
		CLASSIC_TEST(signs_open_the_window_that_the_client_has),
		WORLD_TEST(who_serves_says_not_yet_and_others_nothing),
		WORLD_TEST(gold_among_the_things_goes_into_the_purse),
		WORLD_TEST(what_is_only_worn_or_read_does_nothing),
		WORLD_TEST(nothing_is_used_while_meditating_nor_by_who_is_no_newbie_any_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
