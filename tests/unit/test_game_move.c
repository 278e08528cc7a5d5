/* How property changes hands (worker/game/move.h), and that nothing is ever won or lost by it: a long random life of five
 * players, in paranoid mode, with an audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "tests/harness/little_world.h"
#include "worker/game/move.h"

/* One call of move.h as a transaction. */
struct transfer {
	enum { ITEM_MOVES, GOLD_MOVES, ITEM_IS_MINTED, ITEM_IS_BURNED, GOLD_IS_MINTED, GOLD_IS_BURNED } what;
	struct end from, to;
	struct stack stack;
	int64_t amount;
	bool cancelled;          /* the transaction is, afterwards */
	enum move_result result; /* out */
};

static enum tx_verdict transfer_run(struct tx *tx, void *context)
{
	struct transfer *t = context;
	switch (t->what) {
	case ITEM_MOVES:
		t->result = item_move(tx, t->from, t->to, t->amount);
		break;
	case GOLD_MOVES:
		t->result = gold_move(tx, t->from, t->to, t->amount);
		break;
	case ITEM_IS_MINTED:
		t->result = item_mint(tx, t->to, t->stack);
		break;
	case ITEM_IS_BURNED:
		t->result = item_burn(tx, t->from, t->amount);
		break;
	case GOLD_IS_MINTED:
		t->result = gold_mint(tx, t->to, t->amount);
		break;
	default:
		t->result = gold_burn(tx, t->from, t->amount);
		break;
	}
	return t->cancelled ? TX_CANCEL : TX_COMMIT;
}

static enum move_result transfer(struct little_world *world, struct transfer t)
{
	little_world_run(world, LAND_MEADOW, transfer_run, &t);
	return t.result;
}

#define MOVE(world, ...) transfer((world), (struct transfer){__VA_ARGS__})

static struct end tile(unsigned x, unsigned y)
{
	return on_tile((struct place){.map = LAND_MEADOW, .x = (uint8_t)x, .y = (uint8_t)y});
}

static struct stack slot_of(struct little_world *world, uint32_t player, unsigned slot)
{
	return player_of(world, player)->inventory[slot - 1];
}

/* --- items ---------------------------------------------------------------------------------------------------------------------- */

static void items_move_between_all_kinds_of_ends(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	give(world, ana, 1, THING_BREAD, 10);
	struct audit before = EXPECT_SOUND(world);

	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 5), .amount = 4), MOVE_DONE);
	EXPECT_SLOT(world, ana, 1, THING_BREAD, 6, NOT_WORN);
	EXPECT_SLOT(world, ana, 5, THING_BREAD, 4, NOT_WORN);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 5), in_bag(beto), .amount = 4), MOVE_DONE);
	EXPECT_SLOT(world, ana, 5, THING_NONE, 0, NOT_WORN);
	EXPECT_SLOT(world, beto, 1, THING_BREAD, 4, NOT_WORN);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(beto, 1), tile(60, 50), .amount = 1), MOVE_DONE);
	assert_int_equal(MOVE(world, ITEM_MOVES, tile(60, 50), tile(61, 50), .amount = 1), MOVE_DONE);
	assert_int_equal(MOVE(world, ITEM_MOVES, tile(61, 50), in_bag(ana), .amount = 1), MOVE_DONE);
	assert_int_equal(slot_of(world, ana, 1).amount, 7);
	struct audit after = EXPECT_SOUND(world);
	assert_int_equal(after.items, before.items);
	assert_int_equal(after.gold, before.gold);
}

static void a_move_that_cannot_be_whole_changes_nothing(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BREAD, 10);
	give(world, ana, 2, THING_SWORD, 1);
	give(world, ana, 3, THING_BREAD, 9995);
	struct player before = *player_of(world, ana);

	static const int64_t wrong[] = {0, -1, 11, 65536 + 1, INT64_MAX, INT64_MIN};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 5), .amount = wrong[i]), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 9), in_slot(ana, 5), .amount = 1), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 0), in_slot(ana, 5), .amount = 1), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 31), in_slot(ana, 5), .amount = 1), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_purse(ana), in_slot(ana, 5), .amount = 1), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 2), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 3), .amount = 6), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 0), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 21), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_purse(ana), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), tile(0, 50), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), tile(101, 50), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, ITEM_MOVES, tile(101, 50), in_bag(ana), .amount = 1), MOVE_NOTHING);
	EXPECT_NOTHING_ELSE(world);
	assert_memory_equal(&before, player_of(world, ana), sizeof before);
}

static void a_move_to_where_it_comes_from_is_none(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_BREAD, 10);
	give_gold(world, ana, 5);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_slot(ana, 1), .amount = 10), MOVE_DONE);
	assert_int_equal(MOVE(world, ITEM_MOVES, in_slot(ana, 1), in_bag(ana), .amount = 3), MOVE_DONE);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), in_purse(ana), .amount = 5), MOVE_DONE);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(slot_of(world, ana, 1).amount, 10);
}

/* --- gold ------------------------------------------------------------------------------------------------------------------------- */

static void gold_moves_between_purses_and_piles(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	give_gold(world, ana, 30000);
	struct audit before = EXPECT_SOUND(world);

	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), in_purse(beto), .amount = 12345), MOVE_DONE);
	EXPECT(world, ana, UPDATE_GOLD, .gold = 17655);
	EXPECT(world, beto, UPDATE_GOLD, .gold = 12345);
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(beto), tile(60, 50), .amount = 10000), MOVE_DONE);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(beto), tile(60, 50), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, GOLD_MOVES, tile(60, 50), in_slot(ana, 2), .amount = 400), MOVE_DONE);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), in_bag(ana), .amount = 5), MOVE_DONE);
	assert_int_equal(slot_of(world, ana, 2).amount, 405);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_slot(ana, 2), in_purse(beto), .amount = 405), MOVE_DONE);
	assert_int_equal(EXPECT_SOUND(world).gold, before.gold);
}

static void gold_that_is_not_there_or_finds_no_room_stays(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), rich = ENTER(world, "Rica", .x = 51);
	give_gold(world, ana, 100);
	give_gold(world, rich, GOLD_MAX - 10);
	lay(world, LAND_MEADOW, 60, 50, THING_BREAD, 100);
	static const int64_t wrong[] = {0, -1, 101, INT32_MAX, INT64_MAX, INT64_MIN, (INT64_C(1) << 32) + 1};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), tile(50, 50), .amount = wrong[i]), MOVE_NOTHING);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), in_purse(rich), .amount = 11), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), tile(60, 50), .amount = 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, GOLD_MOVES, tile(60, 50), in_purse(ana), .amount = 1), MOVE_NOTHING); /* bread */
	EXPECT_NOTHING_ELSE(world);
	assert_int_equal(MOVE(world, GOLD_MOVES, in_purse(ana), in_purse(rich), .amount = 10), MOVE_DONE);
}

/* --- the ledger --------------------------------------------------------------------------------------------------------------------- */

static uint64_t counted(struct little_world *world, enum counter_id id)
{
	return count_sum(&world->world, id);
}

static void what_comes_and_goes_is_counted_once(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct stack bread = {.item = THING_BREAD, .amount = 30}, pile = {.item = THING_GOLD, .amount = 70};

	assert_int_equal(MOVE(world, ITEM_IS_MINTED, .to = in_bag(ana), .stack = bread), MOVE_DONE);
	assert_int_equal(MOVE(world, ITEM_IS_BURNED, in_slot(ana, 1), .amount = 10), MOVE_DONE);
	assert_int_equal(MOVE(world, GOLD_IS_MINTED, .to = in_purse(ana), .amount = 500), MOVE_DONE);
	assert_int_equal(MOVE(world, GOLD_IS_BURNED, in_purse(ana), .amount = 200), MOVE_DONE);
	assert_int_equal(MOVE(world, ITEM_IS_MINTED, .to = tile(60, 50), .stack = pile), MOVE_DONE); /* gold is gold */
	assert_int_equal(MOVE(world, ITEM_IS_BURNED, tile(60, 50), .amount = 7), MOVE_DONE);
	assert_int_equal(counted(world, COUNT_items_minted), 30);
	assert_int_equal(counted(world, COUNT_items_burned), 10);
	assert_int_equal(counted(world, COUNT_gold_minted), 570);
	assert_int_equal(counted(world, COUNT_gold_burned), 207);
}

static void what_is_undone_or_refused_is_not_counted(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	struct stack bread = {.item = THING_BREAD, .amount = 30};
	MOVE(world, ITEM_IS_MINTED, .to = in_bag(ana), .stack = bread, .cancelled = true);
	MOVE(world, GOLD_IS_MINTED, .to = in_purse(ana), .amount = 500, .cancelled = true);
	assert_int_equal(slot_of(world, ana, 1).item, 0);

	static const struct stack wrong[] = {{THING_BREAD, 0}, {THING_BREAD, 10001}, {9999, 1}, {0, 1}};
	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(MOVE(world, ITEM_IS_MINTED, .to = in_bag(ana), .stack = wrong[i]), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_IS_MINTED, .to = in_slot(ana, 25), .stack = bread), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, GOLD_IS_MINTED, .to = in_purse(ana), .amount = (int64_t)GOLD_MAX + 1), MOVE_NO_ROOM);
	assert_int_equal(MOVE(world, GOLD_IS_MINTED, .to = in_purse(ana), .amount = -5), MOVE_NOTHING);
	assert_int_equal(MOVE(world, GOLD_IS_BURNED, in_purse(ana), .amount = 1), MOVE_NOTHING);
	assert_int_equal(MOVE(world, ITEM_IS_BURNED, in_slot(ana, 1), .amount = 1), MOVE_NOTHING);
	assert_int_equal(counted(world, COUNT_items_minted) + counted(world, COUNT_items_burned), 0);
	assert_int_equal(counted(world, COUNT_gold_minted) + counted(world, COUNT_gold_burned), 0);
	EXPECT_NOTHING_ELSE(world);
}

static void what_is_worn_and_used_up_is_taken_off(void **state)
{
	struct little_world *world = *state;
	uint32_t ana = ENTER(world, "Ana");
	give(world, ana, 1, THING_ARROWS, 2);
	wear(world, ana, 1);
	assert_int_equal(MOVE(world, ITEM_IS_BURNED, in_slot(ana, 1), .amount = 1), MOVE_DONE);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_AMMUNITION], 1);
	assert_int_equal(MOVE(world, ITEM_IS_BURNED, in_slot(ana, 1), .amount = 1), MOVE_DONE);
	assert_int_equal(player_of(world, ana)->equipment[EQUIP_AMMUNITION], 0);
	EXPECT_SOUND(world);
}

/* --- a long life ---------------------------------------------------------------------------------------------------------------------- */

enum { LIVES = 5, DEEDS = 20000, AUDIT_EVERY = 250 };

/* What a client believes it has, from nothing but what it was told. */
struct belief {
	int32_t gold;
	struct {
		int32_t item, amount;
		bool worn;
	} slot[WIRE_INVENTORY_SLOTS + 1];
};

static void belief_follow(struct little_world *world, uint32_t player, struct belief *belief)
{
	for (const struct s2c_packet *told; (told = next_told(world, player)) != NULL;) {
		if (told->id == S2C_UPDATE_GOLD)
			belief->gold = (int32_t)told->UPDATE_GOLD.gold;
		if (told->id != S2C_CHANGE_INVENTORY_SLOT)
			continue;
		const struct s2c_CHANGE_INVENTORY_SLOT *slot = &told->CHANGE_INVENTORY_SLOT;
		belief->slot[slot->slot].item = slot->obj_index;
		belief->slot[slot->slot].amount = slot->amount;
		belief->slot[slot->slot].worn = slot->equipped;
	}
}

static void belief_check(struct little_world *world, uint32_t index, const struct belief *belief)
{
	const struct player *player = player_of(world, index);
	unsigned pack = player->equipment[EQUIP_BACKPACK];
	unsigned slots = pack == 0 ? 20 : player->inventory[pack - 1].item == THING_LARGE_PACK ? 30 : 25;
	assert_int_equal(belief->gold, player->gold);
	for (unsigned slot = 1; slot <= WIRE_INVENTORY_SLOTS && slot <= slots; slot++) {
		struct stack stack = player->inventory[slot - 1];
		bool worn = memchr(player->equipment, (int)slot, sizeof player->equipment) != NULL;
		if (belief->slot[slot].item != stack.item || belief->slot[slot].amount != stack.amount ||
			belief->slot[slot].worn != worn)
			fail_msg("%s believes slot %u to hold %d x %d (worn %d), it holds %u x %u (worn %d)", player->name, slot,
					 belief->slot[slot].amount, belief->slot[slot].item, belief->slot[slot].worn, stack.amount,
					 stack.item, worn);
	}
}

static void lives_begin(struct little_world *world, uint32_t lives[LIVES], struct belief beliefs[LIVES])
{
	static const enum thing kit[] = {THING_BREAD,  THING_SWORD, THING_TUNIC,      THING_HELMET, THING_SHIELD,
									 THING_ARROWS, THING_RING,  THING_LARGE_PACK, THING_KEY,    THING_GOLD,
									 THING_BOUND,  THING_BOAT,  THING_SMALL_PACK, THING_BREAD};
	static const char *const names[LIVES] = {"Ana", "Beto", "Carla", "Dario", "Eva"};
	for (unsigned i = 0; i < LIVES; i++) {
		/* Three by the door, two by the exit. */
		lives[i] = ENTER(world, names[i], .x = (uint8_t)(i < 3 ? DOOR_X + i : EXIT_X + 2 - i),
						 .y = (uint8_t)(i < 3 ? DOOR_Y + 1 : EXIT_Y));
		for (unsigned k = 0; k < sizeof kit / sizeof *kit; k++)
			give(world, lives[i], k + 1, kit[k], k == 0 ? 9000 : kit[k] == THING_GOLD ? 700 : k % 3 + 1);
		give_gold(world, lives[i], i == 4 ? GOLD_MAX - 300 : 20000);
		beliefs[i] = (struct belief){.gold = player_of(world, lives[i])->gold};
		for (unsigned slot = 1; slot <= INVENTORY_SLOTS_NORMAL; slot++) {
			beliefs[i].slot[slot].item = slot_of(world, lives[i], slot).item;
			beliefs[i].slot[slot].amount = slot_of(world, lives[i], slot).amount;
		}
	}
}

static int32_t some_amount(struct rng *rng)
{
	static const int32_t edges[] = {0, -1, 1, 9999, 10000, 10001, -32768, 32767};
	return rng_range(rng, 0, 3) == 0 ? edges[rng_range(rng, 0, 7)] : rng_range(rng, 1, 400);
}

static void deed_of_the_hands(struct little_world *world, struct rng *rng, uint32_t who, int deed)
{
	int32_t slot = rng_range(rng, 0, 31);
	if (deed <= 3)
		DO(world, who, DROP, .slot = slot, .amount = some_amount(rng));
	else if (deed == 4)
		DO(world, who, DROP, .slot = SLOT_GOLD, .amount = some_amount(rng));
	else if (deed <= 8)
		DO(world, who, PICK_UP);
	else if (deed <= 11)
		DO(world, who, EQUIP_ITEM, .slot = slot);
	else if (deed <= 13)
		DO(world, who, MOVE_ITEM, .from_slot = slot, .to_slot = rng_range(rng, 0, 31));
	else
		DO(world, who, USE_ITEM, .slot = slot);
}

static void deed_of_the_feet_and_eyes(struct little_world *world, struct rng *rng, uint32_t who, int deed)
{
	const struct body *body = body_of(world, who);
	uint8_t x = (uint8_t)(body->x + rng_range(rng, -3, 3)), y = (uint8_t)(body->y + rng_range(rng, -3, 3));
	if (deed <= 27)
		DO(world, who, WALK, .heading = rng_range(rng, 1, 4));
	else if (deed == 28)
		DO(world, who, LEFT_CLICK, .x = x, .y = y);
	else
		DO(world, who, DOUBLE_CLICK, .x = x, .y = y);
}

/* Shops, drops and decay, until there are some. */
static void deed_of_fate(struct little_world *world, struct rng *rng, uint32_t who)
{
	struct stack stack = {.item = (uint16_t)rng_range(rng, 0, THING_NEWBIE_TUNIC + 1),
						  .amount = (uint16_t)rng_range(rng, 0, 10001)};
	unsigned slot = (unsigned)rng_range(rng, 0, 31);
	switch (rng_range(rng, 0, 3)) {
	case 0:
		MOVE(world, ITEM_IS_MINTED, .to = in_bag(who), .stack = stack);
		break;
	case 1:
		MOVE(world, ITEM_IS_BURNED, in_slot(who, slot), .amount = some_amount(rng));
		break;
	case 2:
		MOVE(world, GOLD_IS_MINTED, .to = in_purse(who), .amount = some_amount(rng));
		break;
	default:
		MOVE(world, GOLD_IS_BURNED, in_purse(who), .amount = some_amount(rng));
		break;
	}
}

static void nothing_is_won_or_lost_in_twenty_thousand_deeds(void **state)
{
	struct little_world *world = *state;
	uint32_t lives[LIVES];
	struct belief beliefs[LIVES];
	struct rng rng;
	unsigned crossings = 0;
	rng_seed(&rng, 20260101);
	lives_begin(world, lives, beliefs);
	struct audit before = EXPECT_SOUND(world);

	for (unsigned i = 1; i <= DEEDS; i++) {
		uint32_t who = lives[rng_range(&rng, 0, LIVES - 1)];
		uint32_t map = body_of(world, who)->map;
		int deed = rng_range(&rng, 0, 30);
		if (deed <= 14)
			deed_of_the_hands(world, &rng, who, deed);
		else if (deed <= 29)
			deed_of_the_feet_and_eyes(world, &rng, who, deed);
		else if (map == LAND_MEADOW) /* whose lock MOVE holds */
			deed_of_fate(world, &rng, who);
		crossings += body_of(world, who)->map != map;
		if (i % AUDIT_EVERY != 0)
			continue;
		for (unsigned k = 0; k < LIVES; k++) {
			belief_follow(world, lives[k], &beliefs[k]);
			belief_check(world, lives[k], &beliefs[k]);
		}
		forget(world);
		struct audit now = EXPECT_SOUND(world);
		assert_int_equal(now.gold + counted(world, COUNT_gold_burned), before.gold + counted(world, COUNT_gold_minted));
		assert_int_equal(now.items + counted(world, COUNT_items_burned),
						 before.items + counted(world, COUNT_items_minted));
	}
	assert_int_equal(world->resyncs, 0);
	assert_true(crossings > 0 && counted(world, COUNT_gold_burned) > 0 && counted(world, COUNT_items_burned) > 0);
	print_message(
		"  %u crossings between maps, %llu + %llu gold and items came, %llu + %llu went\n", crossings,
		(unsigned long long)counted(world, COUNT_gold_minted), (unsigned long long)counted(world, COUNT_items_minted),
		(unsigned long long)counted(world, COUNT_gold_burned), (unsigned long long)counted(world, COUNT_items_burned));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(items_move_between_all_kinds_of_ends),
		WORLD_TEST(a_move_that_cannot_be_whole_changes_nothing),
		WORLD_TEST(a_move_to_where_it_comes_from_is_none),
		WORLD_TEST(gold_moves_between_purses_and_piles),
		WORLD_TEST(gold_that_is_not_there_or_finds_no_room_stays),
		WORLD_TEST(what_comes_and_goes_is_counted_once),
		WORLD_TEST(what_is_undone_or_refused_is_not_counted),
		WORLD_TEST(what_is_worn_and_used_up_is_taken_off),
		WORLD_TEST(nothing_is_won_or_lost_in_twenty_thousand_deeds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
