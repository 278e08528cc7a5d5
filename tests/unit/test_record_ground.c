/* What lies on the ground and how the doors stand, to the store and back: nothing is lost, nothing doubled, whoever wrote
 * it. */
#include "tests/unit/test_keeper_world.h"

#include <cjson/cJSON.h>

#include "worker/ground_record.h"

struct ground_test {
	struct scene *s;
	struct stack ground[MAP_TILES]; /* of map 1: what is written */
	struct hoard hoard;             /* the same */
	struct ground_plan plan;        /* what is read */
};

static int setup(void **state)
{
	struct ground_test *t = calloc(1, sizeof *t);
	assert_non_null(t);
	t->s = scene_open(false);
	store_fixture_open(&t->s->store, 0, 1);
	ground_original(t->s->catalog, 1, t->ground);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct ground_test *t = *state;
	ground_plan_end(&t->plan);
	scene_close(t->s);
	free(t);
	return 0;
}

static struct stack *tile(struct ground_test *t, unsigned x, unsigned y)
{
	return &t->ground[tile_index(x, y)];
}

static struct stack planned(const struct ground_test *t, unsigned x, unsigned y)
{
	return t->plan.ground[tile_index(x, y)];
}

static bool planned_blocked(const struct ground_test *t, unsigned x, unsigned y)
{
	unsigned at = tile_index(x, y);
	return (t->plan.blocked[at / 8] >> (at % 8) & 1) != 0;
}

static void expect_planned(const struct ground_test *t, unsigned x, unsigned y, unsigned item, unsigned amount)
{
	struct stack found = planned(t, x, y);
	if (found.item != item || found.amount != amount)
		fail_msg("tile %u,%u has %u of item %u, expected %u of item %u", x, y, found.amount, found.item, amount, item);
}

static void ground_save(struct ground_test *t)
{
	assert_true(ground_write(t->s->store.batch, t->s->catalog, 1, t->ground, &t->hoard, 1700000000));
	fixture_must_commit(&t->s->store);
}

/* Makes the plan of map 1 as a start of the server does. */
static void ground_load(struct ground_test *t)
{
	static const uint8_t doors[][2] = {{40, 40}, {50, 40}};
	struct store_query queries[4];
	struct store_reply *reply;
	for (unsigned i = 0; i < 2; i++)
		store_query(&queries[i], STORE_GET_STRING, KEY_DOOR, 1u, (unsigned)doors[i][0], (unsigned)doors[i][1]);
	store_query(&queries[2], STORE_GET_STRING, KEY_GROUND_ITEMS, 1u);
	store_query(&queries[3], STORE_GET_STRING, KEY_GROUND_LEFT, 1u);
	assert_int_equal(fixture_read(&t->s->store, queries, 4, &reply), STORE_DONE);
	ground_plan_end(&t->plan);
	ground_plan_begin(&t->plan, t->s->catalog, 1);
	for (unsigned i = 0; i < 2; i++) {
		const char *value = store_reply_string(reply, i, NULL);
		if (value != NULL)
			assert_true(ground_plan_door(&t->plan, doors[i][0], doors[i][1], value));
	}
	assert_true(ground_plan_items(&t->plan, store_reply_string(reply, 2, NULL), store_reply_string(reply, 3, NULL)));
	store_reply_destroy(&reply);
}

/* Only the text of another server. */
static void ground_load_text(struct ground_test *t, const char *items, const char *left)
{
	ground_plan_end(&t->plan);
	ground_plan_begin(&t->plan, t->s->catalog, 1);
	assert_true(ground_plan_items(&t->plan, items, left));
}

static uint64_t units(const struct stack *ground, unsigned item)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < MAP_TILES; i++)
		sum += ground[i].item == item ? ground[i].amount : 0;
	return sum;
}

static void an_untouched_map_needs_no_key(void **state)
{
	struct ground_test *t = *state;
	ground_save(t);
	fixture_expect_string(&t->s->store, "ground_items:1", NULL);
	fixture_expect_string(&t->s->store, "door:1:40:40", NULL);
	ground_load(t);
	assert_memory_equal(t->plan.ground, t->ground, sizeof t->ground);
}

static void what_was_dropped_and_taken_comes_back_as_it_was(void **state)
{
	struct ground_test *t = *state;
	*tile(t, 20, 20) = (struct stack){.item = SWORD, .amount = 1};
	*tile(t, 92, 94) = (struct stack){.item = GOLD_PILE, .amount = STACK_MAX};
	*tile(t, 30, 30) = (struct stack){0}; /* the bread of the files was taken */
	*tile(t, 31, 30) = (struct stack){.item = BREAD, .amount = 5};
	ground_save(t);
	ground_load(t);
	assert_memory_equal(t->plan.ground, t->ground, sizeof t->ground);
	assert_null(t->plan.left);

	/* and when all is as in the files again, the key goes */
	ground_original(t->s->catalog, 1, t->ground);
	ground_save(t);
	fixture_expect_string(&t->s->store, "ground_items:1", NULL);
}

static void the_text_is_the_one_of_pyao_server(void **state)
{
	struct ground_test *t = *state;
	*tile(t, 20, 21) = (struct stack){.item = BREAD, .amount = 3};
	*tile(t, 30, 30) = (struct stack){0};
	ground_save(t);
	fixture_expect_string(&t->s->store, "ground_items:1",
						  "{\"20,21\":[{\"item_id\":1,\"quantity\":3,\"grh_index\":500,\"owner_id\":null,"
						  "\"spawn_time\":1700000000}],\"30,30\":[]}");
}

static void doors_are_kept_with_both_their_tiles_and_forgotten_when_they_stand_as_in_the_files(void **state)
{
	struct ground_test *t = *state;
	tile(t, 40, 40)->item = DOOR_OPEN;
	tile(t, 50, 40)->item = DOOR_CLOSED;
	ground_save(t);
	fixture_expect_string(&t->s->store, "door:1:40:40", "4:1");
	fixture_expect_string(&t->s->store, "door:1:50:40", "5:0");
	fixture_expect_string(&t->s->store, "ground_items:1", NULL);
	ground_load(t);
	assert_memory_equal(t->plan.ground, t->ground, sizeof t->ground);
	assert_false(planned_blocked(t, 40, 40));
	assert_false(planned_blocked(t, 39, 40));
	assert_true(planned_blocked(t, 50, 40));
	assert_true(planned_blocked(t, 49, 40));

	tile(t, 40, 40)->item = DOOR_CLOSED;
	ground_save(t);
	fixture_expect_string(&t->s->store, "door:1:40:40", NULL);
	ground_load(t);
	assert_true(planned_blocked(t, 40, 40));
	assert_true(planned_blocked(t, 39, 40));
}

static void a_door_of_another_server_is_understood_by_its_state(void **state)
{
	struct ground_test *t = *state;
	ground_plan_begin(&t->plan, t->s->catalog, 1);
	assert_true(ground_plan_door(&t->plan, 40, 40, "5:1")); /* the closed door's item, and open */
	assert_int_equal(planned(t, 40, 40).item, DOOR_OPEN);
	assert_false(planned_blocked(t, 39, 40));
	static const char *const senseless[] = {"", "4", "1:1", "899:0", "4:7", "4:1x", "open"};
	for (unsigned i = 0; i < sizeof senseless / sizeof *senseless; i++)
		assert_false(ground_plan_door(&t->plan, 50, 40, senseless[i]));
	assert_false(ground_plan_door(&t->plan, 20, 20, "4:1")); /* no door there */
	assert_int_equal(planned(t, 50, 40).item, DOOR_OPEN);
}

static void several_stacks_of_a_tile_find_places_beside_it_and_none_is_lost(void **state)
{
	struct ground_test *t = *state;
	static const char items[] = "{\"20,20\":[{\"item_id\":1,\"quantity\":7},{\"item_id\":2,\"quantity\":1},"
								"{\"item_id\":1,\"quantity\":3},{\"item_id\":12,\"quantity\":25000}]}";
	ground_load_text(t, items, NULL);
	expect_planned(t, 20, 20, BREAD, 10); /* the same item joins */
	expect_planned(t, 19, 19, SWORD, 1);
	expect_planned(t, 20, 19, GOLD_PILE, 10000);
	expect_planned(t, 21, 19, GOLD_PILE, 10000);
	expect_planned(t, 19, 20, GOLD_PILE, 5000);
	assert_int_equal(t->plan.moved, 4);
	assert_null(t->plan.left);

	/* what is written then says the same when it is read again */
	memcpy(t->ground, t->plan.ground, sizeof t->ground);
	assert_true(ground_plan_write(&t->plan, t->s->store.batch, 1700000000));
	fixture_must_commit(&t->s->store);
	ground_load(t);
	assert_memory_equal(t->plan.ground, t->ground, sizeof t->ground);
	assert_int_equal(t->plan.moved, 0);
}

static void stacks_do_not_fall_on_exits_walls_or_what_the_store_says_lies_elsewhere(void **state)
{
	struct ground_test *t = *state;
	/* beside the exit at 9,50 and beside a tile that is named later */
	ground_load_text(t,
					 "{\"10,50\":[{\"item_id\":1,\"quantity\":1},{\"item_id\":2,\"quantity\":1},"
					 "{\"item_id\":20,\"quantity\":1}],\"9,49\":[{\"item_id\":12,\"quantity\":5}]}",
					 NULL);
	expect_planned(t, 9, 49, GOLD_PILE, 5);
	expect_planned(t, 10, 49, SWORD, 1);
	expect_planned(t, 11, 49, ARMOUR, 1);
	expect_planned(t, 9, 50, 0, 0);
	/* in a wall */
	ground_load_text(t, "{\"39,40\":[{\"item_id\":1,\"quantity\":1},{\"item_id\":2,\"quantity\":1}]}", NULL);
	expect_planned(t, 39, 40, BREAD, 1); /* where it was said to be */
	expect_planned(t, 38, 39, SWORD, 1);
}

static void what_lies_on_a_door_or_a_sign_is_put_beside_it(void **state)
{
	struct ground_test *t = *state;
	ground_load_text(t,
					 "{\"60,60\":[{\"item_id\":1,\"quantity\":4}],\"50,40\":[{\"item_id\":2,\"quantity\":1}],"
					 "\"40,40\":[]}",
					 NULL);
	assert_int_equal(planned(t, 60, 60).item, SIGN);
	expect_planned(t, 59, 59, BREAD, 4);
	assert_int_equal(planned(t, 50, 40).item, DOOR_OPEN);
	expect_planned(t, 49, 39, SWORD, 1);
	assert_int_equal(planned(t, 40, 40).item, DOOR_CLOSED);
}

static void furniture_that_was_removed_stays_removed(void **state)
{
	struct ground_test *t = *state;
	*tile(t, 60, 60) = (struct stack){0};
	*tile(t, 40, 40) = (struct stack){.item = SWORD, .amount = 1};
	*tile(t, 70, 70) = (struct stack){.item = DOOR_CLOSED, .amount = 1}; /* a new door */
	ground_save(t);
	fixture_expect_string(&t->s->store, "door:1:40:40", NULL);
	ground_load(t);
	assert_memory_equal(t->plan.ground, t->ground, sizeof t->ground);
	assert_true(planned_blocked(t, 70, 70));
	assert_true(planned_blocked(t, 69, 70));
	assert_null(t->plan.left);
}

static void what_this_world_cannot_hold_is_kept_until_one_can(void **state)
{
	struct ground_test *t = *state;
	static const char items[] =
		"{\"20,20\":[{\"item_id\":899,\"quantity\":3,\"owner_id\":7},{\"item_id\":1,\"quantity\":2}],"
		"\"200,5\":[{\"item_id\":1,\"quantity\":1}],\"21,20\":[{\"item_id\":1,\"quantity\":0}],"
		"\"22,20\":\"nothing\"}";
	ground_load_text(t, items, NULL);
	expect_planned(t, 20, 20, BREAD, 2);
	assert_int_equal(t->plan.left_count, 4);
	assert_true(ground_plan_write(&t->plan, t->s->store.batch, 1));
	fixture_must_commit(&t->s->store);
	char left[512] = "{\"20,20\":[{\"item_id\":899,\"quantity\":3,\"owner_id\":7}],"
					 "\"200,5\":[[{\"item_id\":1,\"quantity\":1}]],\"21,20\":[{\"item_id\":1,\"quantity\":0}],"
					 "\"22,20\":[\"nothing\"]}";
	fixture_expect_string(&t->s->store, "argentumd:ground_left:1", left);

	/* it stays the same over restarts */
	ground_load(t);
	assert_int_equal(t->plan.left_count, 4);
	assert_true(ground_plan_write(&t->plan, t->s->store.batch, 1));
	fixture_must_commit(&t->s->store);
	fixture_expect_string(&t->s->store, "argentumd:ground_left:1", left);

	/* and when the item exists, it lies there again, once */
	ground_load_text(t, "{\"20,20\":[{\"item_id\":1,\"quantity\":2}]}", "{\"20,20\":[{\"item_id\":2,\"quantity\":3}]}");
	expect_planned(t, 19, 19, SWORD, 3);
	assert_null(t->plan.left);
	assert_true(ground_plan_write(&t->plan, t->s->store.batch, 1));
	fixture_must_commit(&t->s->store);
	fixture_expect_string(&t->s->store, "argentumd:ground_left:1", NULL);
}

static void a_text_that_is_no_json_is_kept_for_a_person(void **state)
{
	struct ground_test *t = *state;
	ground_load_text(t, "{\"20,20\":[{\"item_id\":1,", NULL);
	assert_memory_equal(t->plan.ground, t->plan.original, sizeof t->plan.ground);
	assert_true(ground_plan_write(&t->plan, t->s->store.batch, 1));
	fixture_must_commit(&t->s->store);
	fixture_expect_string(&t->s->store, "argentumd:ground_left:1", "{\"?\":[\"{\\\"20,20\\\":[{\\\"item_id\\\":1,\"]}");
	ground_load_text(t, "[1,2]", "17");
	assert_int_equal(t->plan.left_count, 2);
}

/* Who held it is no more after a restart: it lies there. */
static void what_thieves_hold_lies_where_it_was_taken(void **state)
{
	struct ground_test *t = *state;
	t->hoard = (struct hoard){.x = 20, .y = 20};
	t->hoard.stacks[3] = (struct stack){.item = SWORD, .amount = 1};
	t->hoard.stacks[19] = (struct stack){.item = BREAD, .amount = 7};
	ground_save(t);
	ground_load(t);
	expect_planned(t, 20, 20, SWORD, 1);
	assert_int_equal(units(t->plan.ground, BREAD), units(t->ground, BREAD) + 7);
	assert_null(t->plan.left);

	*tile(t, 20, 20) = (struct stack){.item = GOLD_PILE, .amount = 5}; /* what lies there stays */
	ground_save(t);
	ground_load(t);
	expect_planned(t, 20, 20, GOLD_PILE, 5);
	assert_int_equal(units(t->plan.ground, SWORD), 1);
	assert_int_equal(units(t->plan.ground, BREAD), units(t->ground, BREAD) + 7);

	t->hoard = (struct hoard){0};
	*tile(t, 20, 20) = (struct stack){0};
	ground_save(t);
	fixture_expect_string(&t->s->store, "ground_items:1", NULL);
}

/* On a tile of the files: bread that did not change, bread that was taken, a door that was turned, a sign, a sign that is gone. */
static void what_thieves_hold_takes_nothing_from_where_it_was_taken(void **state)
{
	struct ground_test *t = *state;
	static const struct {
		uint8_t x, y;
		enum { AS_IT_IS, TAKEN, TURNED } now;
	} cases[] = {{30, 30, AS_IT_IS}, {30, 30, TAKEN}, {40, 40, AS_IT_IS}, {40, 40, TURNED},
				 {60, 60, AS_IT_IS}, {60, 60, TAKEN}, {0, 0, AS_IT_IS}};
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		ground_original(t->s->catalog, 1, t->ground);
		if (cases[i].now == TAKEN)
			*tile(t, cases[i].x, cases[i].y) = (struct stack){0};
		else if (cases[i].now == TURNED)
			tile(t, cases[i].x, cases[i].y)->item = DOOR_OPEN;
		t->hoard = (struct hoard){.x = cases[i].x, .y = cases[i].y};
		t->hoard.stacks[0] = (struct stack){.item = SWORD, .amount = 1};
		ground_save(t);
		ground_load(t);
		assert_int_equal(units(t->plan.ground, SWORD), 1);
		assert_int_equal(units(t->plan.ground, BREAD), units(t->ground, BREAD));
		assert_int_equal(units(t->plan.ground, SIGN), units(t->ground, SIGN));
		assert_int_equal(units(t->plan.ground, DOOR_OPEN), units(t->ground, DOOR_OPEN));
		assert_null(t->plan.left);
	}
}

static void a_crowded_place_loses_nothing(void **state)
{
	struct ground_test *t = *state;
	char items[256];
	/* more gold than the tiles around can hold: the rest is left over, to the last coin */
	const int64_t gold = INT64_C(33) * 33 * STACK_MAX + 123456;
	snprintf(items, sizeof items, "{\"50,50\":[{\"item_id\":12,\"quantity\":%lld}]}", (long long)gold);
	ground_load_text(t, items, NULL);
	int64_t laid = (int64_t)units(t->plan.ground, GOLD_PILE);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(t->plan.left, "50,50");
	assert_int_equal(cJSON_GetArraySize(list), 1);
	const cJSON *quantity = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(list, 0), "quantity");
	assert_int_equal(laid + (int64_t)quantity->valuedouble, gold);
	assert_true(laid > 0);
}

static void a_map_full_of_things_fits_into_a_value(void **state)
{
	struct ground_test *t = *state;
	for (unsigned i = 0; i < MAP_TILES; i++)
		t->ground[i] = (struct stack){.item = POTION_KIT, .amount = STACK_MAX};
	ground_save(t);
	ground_load(t);
	assert_memory_equal(t->plan.ground, t->ground, sizeof t->ground);
}

static enum tx_verdict apply(struct tx *tx, void *context)
{
	struct ground_test *t = ((void **)context)[0];
	unsigned *next = ((void **)context)[1];
	*next = ground_plan_apply(&t->plan, tx, *(unsigned *)((void **)context)[2]);
	return TX_COMMIT;
}

static void a_plan_goes_into_the_world_in_stretches_that_fit_the_undo_log(void **state)
{
	struct ground_test *t = *state;
	for (unsigned i = 0; i < MAP_TILES; i++)
		t->ground[i] = (struct stack){.item = BREAD, .amount = (uint16_t)(i % 100 + 1)};
	ground_save(t);
	ground_load(t);
	unsigned stretches = 0, next = 0, from = 0;
	uint32_t map = 1;
	void *context[] = {t, &next, &from};
	for (; from < MAP_TILES; from = next, stretches++)
		assert_int_equal(tx_run(&t->s->tx, &map, 1, apply, context), TX_COMMIT);
	assert_true(stretches > 1);
	assert_memory_equal(t->s->world->maps[1].ground, t->ground, sizeof t->ground);
	assert_memory_equal(t->s->world->maps[1].blocked, t->plan.blocked, sizeof t->plan.blocked);
}

#define GROUND_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUND_TEST(an_untouched_map_needs_no_key),
		GROUND_TEST(what_was_dropped_and_taken_comes_back_as_it_was),
		GROUND_TEST(the_text_is_the_one_of_pyao_server),
		GROUND_TEST(doors_are_kept_with_both_their_tiles_and_forgotten_when_they_stand_as_in_the_files),
		GROUND_TEST(a_door_of_another_server_is_understood_by_its_state),
		GROUND_TEST(several_stacks_of_a_tile_find_places_beside_it_and_none_is_lost),
		GROUND_TEST(stacks_do_not_fall_on_exits_walls_or_what_the_store_says_lies_elsewhere),
		GROUND_TEST(what_lies_on_a_door_or_a_sign_is_put_beside_it),
		GROUND_TEST(furniture_that_was_removed_stays_removed),
		GROUND_TEST(what_this_world_cannot_hold_is_kept_until_one_can),
		GROUND_TEST(a_text_that_is_no_json_is_kept_for_a_person),
		GROUND_TEST(what_thieves_hold_lies_where_it_was_taken),
		GROUND_TEST(what_thieves_hold_takes_nothing_from_where_it_was_taken),
		GROUND_TEST(a_crowded_place_loses_nothing),
		GROUND_TEST(a_map_full_of_things_fits_into_a_value),
		GROUND_TEST(a_plan_goes_into_the_world_in_stretches_that_fit_the_undo_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
