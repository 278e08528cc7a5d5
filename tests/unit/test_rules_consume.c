/* Potions, food, drink, bottles and boats, in the starter world: rules-life-combat-magic.md 9.6 and 10.5,
 * rules-economy-social-admin.md 3. */
#include "tests/unit/test_starter.h"
#include "worker/game/consume.h"
#include "worker/game/effects.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

enum {
	YELLOW = 36,
	BLUE = 37,
	RED = 38,
	GREEN = 39,
	VIOLET = 166,
	BLACK = 645,
	RED_NEWBIE = 857,
	APPLE = 1,
	CHICKEN = 26,
	WATER = 43,
	SKIN_FULL = 533,
	SKIN_EMPTY = 534,
	BOAT = 474,
	SLOT = 15, /* beyond the kit of newcomers */
};

/* At the lake: the last tile of the shore, and the water to its east. */
static const struct place shore = {.map = 77, .x = 50, .y = 33};
static const struct place shallows = {.map = 77, .x = 51, .y = 33};
static const struct place inland = {.map = 77, .x = 45, .y = 33};

static int open_lake(void **state)
{
	open_world(state);
	assert_false(tile_is_water(world->catalog, shore.map, shore.x, shore.y));
	assert_true(tile_is_water(world->catalog, shallows.map, shallows.x, shallows.y));
	return 0;
}

static void use(uint32_t who, unsigned slot)
{
	world->now_ms += 2000;
	DO(world, who, USE_ITEM, .slot = (int)slot);
}

static void use_one(uint32_t who, unsigned item, unsigned amount)
{
	memory_world_give(world, who, SLOT, item, amount);
	use(who, SLOT);
}

static unsigned amount_in(uint32_t who, unsigned slot)
{
	return player_at(who)->inventory[slot - 1].amount;
}

static unsigned item_in(uint32_t who, unsigned slot)
{
	return player_at(who)->inventory[slot - 1].item;
}

static unsigned sound_heard(uint32_t who)
{
	const struct s2c_packet *packet = memory_world_heard(world, who, S2C_PLAY_WAVE);
	return packet != NULL ? packet->PLAY_WAVE.wave : 0;
}

/* Somebody of level 30 with points to win. */
static uint32_t veteran(int class_id)
{
	uint32_t ana = memory_world_character(world, "Ana", shore, class_id, RACE_HUMAN, GENDER_WOMAN);
	struct player *player = player_at(ana);
	player->level = 30;
	player->hp_max = 300;
	player->hp = 10;
	player->mana_max = 1000;
	player->mana = 100;
	return ana;
}

/* --- potions ------------------------------------------------------------------------------------------------------------ */

static void a_red_potion_heals(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_MAGE);
	use_one(ana, RED, 3);
	assert_int_equal(player_at(ana)->hp, 40);
	assert_int_equal(amount_in(ana, SLOT), 2);
	assert_int_equal(sound_heard(ana), SOUND_DRINK);
	assert_int_equal(memory_world_heard(world, ana, S2C_UPDATE_USER_STATS)->UPDATE_USER_STATS.min_hp, 40);
	player_at(ana)->hp = 290;
	use(ana, SLOT);
	use(ana, SLOT);
	assert_int_equal(player_at(ana)->hp, 300);
	assert_int_equal(item_in(ana, SLOT), 0);
}

static void a_blue_potion_gives_what_the_classic_formula_says(void **state)
{
	(void)state;
	/* F-10: max 1000, level 30: 40 + 15 + 1.33 -> 56.33, rounded once with the mana that was there. */
	assert_int_equal(potion_mana(100, 1000, 30), 156);
	assert_int_equal(potion_mana(0, 50, 1), 42);   /* 2 + 0 + 40 */
	assert_int_equal(potion_mana(0, 100, 16), 14); /* 4 + 8 + 2.5 = 14.5: to the even one */
	assert_int_equal(potion_mana(1, 100, 16), 16); /* 15.5: to the even one */
	assert_int_equal(potion_mana(990, 1000, 30), 1000);
	assert_int_equal(potion_mana(0, 0, 30), 0);
	assert_int_equal(potion_mana(0, 1000, 0), 80); /* a level of 0 divides nothing */
	uint32_t ana = veteran(CLASS_MAGE);
	use_one(ana, BLUE, 1);
	assert_int_equal(player_at(ana)->mana, 156);
}

static void yellow_and_green_raise_for_a_while(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_MAGE);
	struct player *player = player_at(ana);
	player->attributes[ATTRIBUTE_AGILITY - 1] = player->attributes_now[ATTRIBUTE_AGILITY - 1] = 18;
	player->attributes[ATTRIBUTE_STRENGTH - 1] = player->attributes_now[ATTRIBUTE_STRENGTH - 1] = 18;
	use_one(ana, YELLOW, 1);
	int agility = player->attributes_now[ATTRIBUTE_AGILITY - 1];
	assert_in_range(agility, 21, 23);
	assert_int_equal(memory_world_heard(world, ana, S2C_UPDATE_DEXTERITY)->UPDATE_DEXTERITY.dexterity, agility);
	assert_int_equal(player->effect_due_ms[EFFECT_ATTRIBUTES], world->now_ms + 40000); /* 1000 ticks */
	use_one(ana, GREEN, 20);
	for (int i = 0; i < 19; i++)
		use(ana, SLOT);
	assert_int_equal(player->attributes_now[ATTRIBUTE_STRENGTH - 1], 36); /* twice the base */
	assert_int_equal(player->attributes_now[ATTRIBUTE_AGILITY - 1], agility);
	assert_int_equal(player->attributes[ATTRIBUTE_STRENGTH - 1], 18);
}

static void a_violet_potion_cures_and_a_black_one_kills(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_MAGE);
	player_at(ana)->poisoned = 1;
	use_one(ana, VIOLET, 1);
	assert_int_equal(player_at(ana)->poisoned, 0);
	assert_true(memory_world_told(world, ana, TEXT_POTION_CURED));

	player_at(ana)->privileges = PRIVILEGE_GOD;
	use_one(ana, BLACK, 2);
	assert_int_equal(amount_in(ana, SLOT), 2);
	assert_int_equal(player_at(ana)->dead, 0);
	player_at(ana)->privileges = PRIVILEGE_USER;
	use(ana, SLOT);
	assert_int_equal(player_at(ana)->dead, 1);
	assert_true(memory_world_told(world, ana, TEXT_POTION_KILLED));
	assert_int_not_equal(sound_heard(ana), SOUND_DRINK); /* it is drunk in silence */
	assert_int_equal(memory_world_heard_count(world, ana, S2C_UPDATE_USER_STATS), 1);
}

static void potions_wait_for_their_intervals(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_MAGE);
	memory_world_give(world, ana, SLOT, RED, 5);
	use(ana, SLOT);
	DO(world, ana, USE_ITEM, .slot = SLOT); /* at once */
	assert_int_equal(amount_in(ana, SLOT), 4);
	player_at(ana)->gates.strike_ms = world->now_ms;
	world->now_ms += 1000;
	DO(world, ana, USE_ITEM, .slot = SLOT);
	assert_int_equal(amount_in(ana, SLOT), 4);
	assert_true(memory_world_told(world, ana, TEXT_POTION_TOO_SOON));
	memory_world_give(world, ana, SLOT + 1, APPLE, 1);
	DO(world, ana, USE_ITEM, .slot = SLOT + 1); /* food may be eaten */
	assert_int_equal(item_in(ana, SLOT + 1), 0);
	world->now_ms += 300;
	DO(world, ana, USE_ITEM, .slot = SLOT);
	assert_int_equal(amount_in(ana, SLOT), 3);
}

static void who_may_not_use_loses_nothing(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_MAGE);
	use_one(ana, RED_NEWBIE, 2);
	assert_true(memory_world_told(world, ana, TEXT_EQUIP_NEWBIE));
	assert_int_equal(amount_in(ana, SLOT), 2);
	memory_world_give(world, ana, SLOT, RED, 2);
	body_at(ana)->flags |= BODY_MEDITATING;
	use(ana, SLOT);
	assert_int_equal(amount_in(ana, SLOT), 2);
	body_at(ana)->flags &= ~(uint32_t)BODY_MEDITATING;
	memory_world_kill(world, ana);
	use(ana, SLOT);
	assert_int_equal(amount_in(ana, SLOT), 2);
	static const uint8_t wrong[] = {0, SLOT + 1, 21, 30, 31, 255};
	for (unsigned i = 0; i < sizeof wrong; i++)
		use(ana, wrong[i]);
	assert_int_equal(amount_in(ana, SLOT), 2);
}

/* --- food, drink, bottles ------------------------------------------------------------------------------------------------ */

static void food_and_drink_still_hunger_and_thirst(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_WARRIOR);
	struct player *player = player_at(ana);
	player->hunger = player->thirst = 0;
	use_one(ana, APPLE, 2);
	assert_int_equal(player->hunger, 10);
	assert_int_equal(sound_heard(ana), SOUND_APPLE);
	const struct s2c_packet *told = memory_world_heard(world, ana, S2C_UPDATE_HUNGER_AND_THIRST);
	assert_int_equal(told->UPDATE_HUNGER_AND_THIRST.min_food, 10);
	assert_int_equal(amount_in(ana, SLOT), 1);
	use_one(ana, CHICKEN, 2);
	assert_int_equal(player->hunger, 85);
	assert_int_equal(sound_heard(ana), SOUND_EAT);
	use(ana, SLOT);
	assert_int_equal(player->hunger, 100);
	use_one(ana, WATER, 1);
	assert_int_equal(player->thirst, 30);
	assert_int_equal(sound_heard(ana), SOUND_DRINK);
}

static void a_bottle_is_emptied_and_filled_again(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_WARRIOR);
	player_at(ana)->thirst = 0;
	use_one(ana, SKIN_FULL, 1);
	assert_int_equal(player_at(ana)->thirst, 90);
	unsigned slot = 1;
	while (item_in(ana, slot) != SKIN_EMPTY)
		assert_true(slot++ <= INVENTORY_SLOTS_NORMAL);
	use(ana, slot);
	assert_true(memory_world_told(world, ana, TEXT_BOTTLE_NO_WATER)); /* nothing was pointed at */
	DO(world, ana, LEFT_CLICK, .x = shallows.x + 2, .y = shallows.y);
	use(ana, slot);
	assert_true(memory_world_told(world, ana, TEXT_BOTTLE_NO_WATER)); /* too far away */
	DO(world, ana, LEFT_CLICK, .x = shore.x - 1, .y = shore.y);
	use(ana, slot);
	assert_true(memory_world_told(world, ana, TEXT_BOTTLE_NO_WATER)); /* dry */
	DO(world, ana, LEFT_CLICK, .x = shallows.x, .y = shallows.y);
	use(ana, slot);
	assert_int_equal(item_in(ana, slot), SKIN_FULL);
}

static void a_full_bag_lets_the_empty_bottle_fall(void **state)
{
	(void)state;
	uint32_t ana = veteran(CLASS_WARRIOR);
	memory_world_strip(world, ana);
	for (unsigned slot = 1; slot <= INVENTORY_SLOTS_NORMAL; slot++)
		memory_world_give(world, ana, slot, APPLE, 10000);
	memory_world_give(world, ana, SLOT, SKIN_FULL, 2);
	use(ana, SLOT);
	assert_int_equal(amount_in(ana, SLOT), 1);
	assert_int_equal(memory_world_heard_count(world, ana, S2C_OBJECT_CREATE), 1);
	use(ana, SLOT); /* the last makes room for itself */
	assert_int_equal(item_in(ana, SLOT), SKIN_EMPTY);
}

/* --- boats ------------------------------------------------------------------------------------------------------------------ */

static uint32_t sailor(int class_id, int level, int navigation, int fishing)
{
	uint32_t ana = memory_world_character(world, "Ana", shore, class_id, RACE_HUMAN, GENDER_WOMAN);
	struct player *player = player_at(ana);
	player->level = (uint8_t)level;
	player->skills[SKILL_NAVIGATION - 1] = (uint8_t)navigation;
	player->skills[SKILL_FISHING - 1] = (uint8_t)fishing;
	memory_world_give(world, ana, SLOT, BOAT, 1);
	return ana;
}

static bool sails(uint32_t who)
{
	return (body_at(who)->flags & BODY_SAILING) != 0;
}

static void boats_ask_for_skill_by_class(void **state)
{
	(void)state;
	assert_int_equal(boat_skill_needed(CLASS_PIRATE, 0, 35), 35);
	assert_int_equal(boat_skill_needed(CLASS_WARRIOR, 100, 35), 70);
	assert_int_equal(boat_skill_needed(CLASS_WORKER, 99, 35), 70);
	assert_int_equal(boat_skill_needed(CLASS_WORKER, 100, 35), 60);
	assert_int_equal(boat_skill_needed(CLASS_WORKER, 100, 55), 94);
	assert_int_equal(boat_skill_needed(CLASS_WORKER, 100, 65), 111);
	assert_int_equal(boat_skill_needed(CLASS_MAGE, 0, 55), 110);
}

static void who_may_board(void **state)
{
	(void)state;
	static const struct {
		int class_id, level, navigation, fishing;
		enum text_id why; /* TEXT_ID_COUNT: he boards */
		int needed;
	} rows[] = {
		{CLASS_WARRIOR, 25, 70, 0, TEXT_ID_COUNT, 0},
		{CLASS_WARRIOR, 24, 70, 0, TEXT_BOAT_LEVEL, 25},
		{CLASS_WARRIOR, 25, 69, 0, TEXT_BOAT_SKILL, 70},
		{CLASS_PIRATE, 20, 35, 0, TEXT_ID_COUNT, 0},
		{CLASS_PIRATE, 19, 35, 0, TEXT_BOAT_LEVEL, 20},
		{CLASS_PIRATE, 20, 34, 0, TEXT_BOAT_SKILL, 35},
		{CLASS_WORKER, 20, 60, 100, TEXT_ID_COUNT, 0},
		{CLASS_WORKER, 19, 60, 100, TEXT_BOAT_LEVEL, 20},
		{CLASS_WORKER, 20, 100, 99, TEXT_BOAT_LEVEL_FISHING, 25},
		{CLASS_WORKER, 24, 100, 99, TEXT_BOAT_LEVEL_FISHING, 25},
		{CLASS_WORKER, 25, 70, 0, TEXT_ID_COUNT, 0},
		{CLASS_WORKER, 25, 69, 99, TEXT_BOAT_SKILL, 70},
	};
	uint32_t ana = sailor(CLASS_WARRIOR, 25, 70, 0);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct player *player = player_at(ana);
		player->class_id = (uint8_t)rows[i].class_id;
		player->level = (uint8_t)rows[i].level;
		player->skills[SKILL_NAVIGATION - 1] = (uint8_t)rows[i].navigation;
		player->skills[SKILL_FISHING - 1] = (uint8_t)rows[i].fishing;
		use(ana, SLOT);
		assert_int_equal(sails(ana), rows[i].why == TEXT_ID_COUNT);
		if (!sails(ana)) {
			char line[256];
			struct text said = text_format(line, sizeof line, rows[i].why, rows[i].needed);
			assert_true(text_equal(memory_world_heard(world, ana, S2C_CONSOLE_MSG)->CONSOLE_MSG.text, said));
		}
		if (sails(ana))
			use(ana, SLOT);
		assert_false(sails(ana));
	}
}

static void a_ship_is_boarded_and_left(void **state)
{
	(void)state;
	uint32_t ana = sailor(CLASS_WARRIOR, 30, 100, 0);
	uint32_t beto = memory_world_player(world, "Beto", inland);
	use(ana, SLOT);
	assert_true(sails(ana));
	assert_int_equal(body_at(ana)->look, 395); /* a citizen's boat */
	assert_int_equal(body_at(ana)->head, 0);
	assert_int_equal(body_at(ana)->weapon, 2);
	assert_int_equal(player_at(ana)->equipment[EQUIP_BOAT], SLOT);
	assert_int_equal(memory_world_heard(world, beto, S2C_CHARACTER_CHANGE)->CHARACTER_CHANGE.body, 395);
	world->now_ms += 1000;
	DO(world, ana, WALK, .heading = HEADING_EAST);
	assert_int_equal(body_at(ana)->x, shallows.x);
	world->now_ms += 1000;
	DO(world, ana, WALK, .heading = HEADING_WEST); /* a ship does not go ashore */
	assert_int_equal(body_at(ana)->x, shallows.x);
	DO(world, ana, DROP, .slot = SLOT, .amount = 1);
	assert_int_equal(amount_in(ana, SLOT), 1);

	use(ana, SLOT); /* beside the shore */
	assert_false(sails(ana));
	assert_int_equal(player_at(ana)->equipment[EQUIP_BOAT], 0);
	assert_int_equal(body_at(ana)->head, player_at(ana)->head);
	world->now_ms += 1000;
	DO(world, ana, WALK, .heading = HEADING_WEST);
	assert_int_equal(body_at(ana)->x, shore.x);
}

static void there_is_no_leaving_a_ship_in_open_water(void **state)
{
	(void)state;
	uint32_t ana = sailor(CLASS_WARRIOR, 30, 100, 0);
	use(ana, SLOT);
	for (int i = 0; i < 3; i++) {
		world->now_ms += 1000;
		DO(world, ana, WALK, .heading = HEADING_EAST);
	}
	assert_int_equal(body_at(ana)->x, shallows.x + 2);
	use(ana, SLOT);
	assert_true(sails(ana));
	assert_true(memory_world_told(world, ana, TEXT_BOAT_NO_LAND));
}

static void there_is_no_boarding_away_from_the_water(void **state)
{
	(void)state;
	uint32_t ana = memory_world_character(world, "Ana", inland, CLASS_PIRATE, RACE_HUMAN, GENDER_MAN);
	player_at(ana)->level = 20;
	player_at(ana)->skills[SKILL_NAVIGATION - 1] = 100;
	memory_world_give(world, ana, SLOT, BOAT, 1);
	use(ana, SLOT);
	assert_false(sails(ana));
	assert_true(memory_world_told(world, ana, TEXT_BOAT_NO_WATER));
}

static void ships_show_whose_they_are(void **state)
{
	(void)state;
	uint32_t ana = sailor(CLASS_PIRATE, 30, 100, 0);
	static const struct {
		bool criminal, army, chaos, attackable;
		int look;
	} rows[] = {{false, false, false, false, 395}, {true, false, false, false, 396}, {false, true, false, false, 550},
				{true, false, true, false, 551},   {false, false, false, true, 552}, {false, true, false, true, 553}};
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct player *player = player_at(ana);
		player->reputation[REPUTATION_BANDIT] = rows[i].criminal ? 50000 : 0;
		player->royal_army = rows[i].army;
		player->chaos_legion = rows[i].chaos;
		player->attackable_by = rows[i].attackable ? 99 : 0;
		use(ana, SLOT);
		assert_int_equal(body_at(ana)->look, rows[i].look);
		use(ana, SLOT);
	}
}

static void an_invisible_sailor_is_seen_at_sea(void **state)
{
	(void)state;
	uint32_t ana = sailor(CLASS_PIRATE, 30, 100, 0);
	uint32_t beto = memory_world_player(world, "Beto", inland);
	body_at(ana)->flags |= BODY_INVISIBLE;
	player_at(ana)->effect_due_ms[EFFECT_INVISIBILITY] = world->now_ms + 1000000;
	use(ana, SLOT);
	assert_int_equal(memory_world_heard(world, beto, S2C_SET_INVISIBLE)->SET_INVISIBLE.invisible, 0);
	assert_true((body_at(ana)->flags & BODY_INVISIBLE) != 0);
	use(ana, SLOT);
	assert_int_equal(memory_world_heard(world, beto, S2C_SET_INVISIBLE)->SET_INVISIBLE.invisible, 1);
}

static void ghosts_sail_too(void **state)
{
	(void)state;
	uint32_t ana = sailor(CLASS_PIRATE, 30, 100, 0);
	memory_world_kill(world, ana);
	use(ana, SLOT);
	assert_true(sails(ana));
	assert_int_equal(body_at(ana)->look, 87);
	assert_int_equal(body_at(ana)->head, 0);
	use(ana, SLOT);
	assert_int_equal(body_at(ana)->look, 8);
}

#define CONSUME_TEST(name) cmocka_unit_test_setup_teardown(name, open_lake, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONSUME_TEST(a_red_potion_heals),
		CONSUME_TEST(a_blue_potion_gives_what_the_classic_formula_says),
		CONSUME_TEST(yellow_and_green_raise_for_a_while),
		CONSUME_TEST(a_violet_potion_cures_and_a_black_one_kills),
		CONSUME_TEST(potions_wait_for_their_intervals),
		CONSUME_TEST(who_may_not_use_loses_nothing),
		CONSUME_TEST(food_and_drink_still_hunger_and_thirst),
		CONSUME_TEST(a_bottle_is_emptied_and_filled_again),
		CONSUME_TEST(a_full_bag_lets_the_empty_bottle_fall),
		CONSUME_TEST(boats_ask_for_skill_by_class),
		CONSUME_TEST(who_may_board),
		CONSUME_TEST(a_ship_is_boarded_and_left),
		CONSUME_TEST(there_is_no_leaving_a_ship_in_open_water),
		CONSUME_TEST(there_is_no_boarding_away_from_the_water),
		CONSUME_TEST(ships_show_whose_they_are),
		CONSUME_TEST(an_invisible_sailor_is_seen_at_sea),
		CONSUME_TEST(ghosts_sail_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
