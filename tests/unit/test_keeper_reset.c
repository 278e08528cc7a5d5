/* The keeper makes a map anew from the store, against a real one: what the last cut says comes back, and nothing that a rule
 * did is lost or doubled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/world/audit.h"
#include "common/world/ledger.h"
#include "tests/unit/test_keeper_world.h"

static int keeper_born(void **state)
{
	if (*state != NULL)
		scene_keeper_born(*state);
	return 0;
}

static int setup_embedded(void **state)
{
	return scene_setup_embedded(state) + keeper_born(state);
}

static int setup_redis(void **state)
{
	return scene_setup_redis(state) + keeper_born(state);
}

/* A rule lays something down, or opens a door. */
struct laying {
	unsigned x, y;
	struct stack stack;
};

static enum tx_verdict lay_down(struct tx *tx, void *context)
{
	const struct laying *l = context;
	struct map_state *map = &tx->world->maps[1];
	struct stack *there = &map->ground[tile_index(l->x, l->y)];
	if (there->item != 0)
		ledger_add(tx, LEDGER_BURNED, there->item, there->amount);
	if (l->stack.item != 0)
		ledger_add(tx, LEDGER_MINTED, l->stack.item, l->stack.amount);
	SET(tx, *there, l->stack);
	SET(tx, map->ground_version, map->ground_version + 1);
	return TX_COMMIT;
}

static void lay(struct scene *s, unsigned x, unsigned y, unsigned item, unsigned amount)
{
	struct laying l = {x, y, {(uint16_t)item, (uint16_t)amount}};
	assert_int_equal(tx_run(&s->tx, &(uint32_t){1}, 1, lay_down, &l), TX_COMMIT);
}

static struct stack *ground(struct scene *s, unsigned x, unsigned y)
{
	return &s->world->maps[1].ground[tile_index(x, y)];
}

static void lies_there(struct scene *s, unsigned x, unsigned y, unsigned item, unsigned amount)
{
	assert_int_equal(ground(s, x, y)->item, item);
	assert_int_equal(ground(s, x, y)->amount, amount);
}

static void blocked_is(struct scene *s, unsigned x, unsigned y, bool blocked)
{
	unsigned tile = tile_index(x, y);
	assert_int_equal(s->world->maps[1].blocked[tile / 8] >> (tile % 8) & 1, blocked);
}

static void reset_until_done(struct scene *s)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (s->keeper.reset_map != 0 && clock_mono_ms() < deadline) {
		keeper_reset_go_on(&s->keeper);
		scene_answer_await(s);
	}
	assert_int_equal(s->keeper.reset_map, 0);
}

static void sound(struct scene *s, struct audit *audit)
{
	struct audit_room room;
	assert_true(audit_room_create(&room, s->world, s->catalog));
	audit_world(s->world, s->catalog, &room, audit);
	audit_conclude(audit);
	audit_room_destroy(&room);
	/* players of the scene have no connection and are not counted, which is no business of the map */
	for (unsigned i = 0; i < audit->findings && i < AUDIT_TEXTS; i++) {
		if (strstr(audit->text[i], "connection") == NULL && strstr(audit->text[i], "are counted") == NULL)
			fail_msg("%s", audit->text[i]);
	}
}

static void the_ground_comes_back_as_the_last_cut_has_it(void **state)
{
	struct scene *s = scene_of(state);
	struct audit before, after;
	s->tx.now_ms = clock_mono_ms(); /* a map with people ticks */
	uint32_t ana = scene_arrive(s, "Ana", 7, 1, 20, 20);
	lay(s, 21, 20, BREAD, 12);
	lay(s, 30, 30, 0, 0); /* the files' bread was picked up */
	lay(s, 40, 40, DOOR_OPEN, 1);
	s->world->maps[1].blocked[tile_index(40, 40) / 8] &= (uint8_t) ~(1u << tile_index(40, 40) % 8);
	s->world->maps[1].blocked[tile_index(39, 40) / 8] &= (uint8_t) ~(1u << tile_index(39, 40) % 8);
	scene_cut_until_done(s);
	sound(s, &before);

	/* no rule did this */
	memset(ground(s, 1, 30), 0x33, 800 * sizeof(struct stack));
	*ground(s, 21, 20) = (struct stack){GOLD_PILE, 10000};
	*ground(s, 40, 40) = (struct stack){DOOR_CLOSED, 1};
	memset(s->world->maps[1].blocked, 0xff, sizeof s->world->maps[1].blocked);
	s->world->maps[1].occupant[tile_index(20, 20)] = 0;
	s->world->maps[1].first_player = 0;
	keeper_reset_map(&s->keeper, 1);
	reset_until_done(s);

	lies_there(s, 21, 20, BREAD, 12);
	lies_there(s, 30, 30, 0, 0);
	lies_there(s, 40, 40, DOOR_OPEN, 1);
	lies_there(s, 60, 60, SIGN, 1);
	blocked_is(s, 40, 40, false);
	blocked_is(s, 39, 40, false);
	blocked_is(s, 41, 40, false);
	assert_int_equal(s->world->maps[1].occupant[tile_index(20, 20)], ana);
	sound(s, &after);
	assert_int_equal(after.gold, before.gold);
	assert_int_equal(after.items, before.items);

	/* and it is what a restart finds */
	scene_cut_until_done(s);
	scene_restart(s);
	lies_there(s, 21, 20, BREAD, 12);
	lies_there(s, 30, 30, 0, 0);
	lies_there(s, 40, 40, DOOR_OPEN, 1);
}

static void what_a_rule_lays_down_before_the_reset_is_in_a_cut_first(void **state)
{
	struct scene *s = scene_of(state);
	scene_arrive(s, "Ana", 7, 1, 20, 20);
	scene_cut_until_done(s);
	lay(s, 22, 20, BREAD, 3); /* not durable yet */
	uint64_t cuts = s->keeper.fence.acknowledged;
	keeper_reset_map(&s->keeper, 1);
	keeper_reset_go_on(&s->keeper);
	lies_there(s, 22, 20, BREAD, 3);
	assert_true(s->keeper.writing); /* the cut comes first */
	lay(s, 23, 20, BREAD, 4);       /* while it is written: another is needed */
	reset_until_done(s);
	assert_true(s->keeper.fence.acknowledged >= cuts + 2);
	lies_there(s, 22, 20, BREAD, 3);
	lies_there(s, 23, 20, BREAD, 4);
}

static void what_cannot_lie_there_stays_in_the_store_and_is_not_doubled(void **state)
{
	struct scene *s = scene_of(state);
	static const char left[] = "{\"25,25\":[{\"item_id\":1,\"quantity\":5}]}";
	struct store_key key;
	store_batch_clear(s->keeper.batch);
	store_batch_set(s->keeper.batch, store_key(&key, KEY_GROUND_LEFT, 1u), left, sizeof left - 1);
	s->keeper.fence.cut++;
	struct problem why;
	assert_int_equal(store_commit_wait(s->store.store, s->keeper.batch, &s->keeper.fence, 2000, &why), STORE_DONE);
	s->keeper.fence.acknowledged = s->keeper.fence.cut;
	*ground(s, 30, 30) = (struct stack){0};
	keeper_reset_map(&s->keeper, 1);
	reset_until_done(s);
	lies_there(s, 30, 30, BREAD, 5);
	lies_there(s, 25, 25, 0, 0); /* it waits for the next start, in the store alone */
}

static void a_map_that_is_not_there_is_refused(void **state)
{
	struct scene *s = scene_of(state);
	static const uint32_t maps[] = {0, 3, UINT32_MAX};
	for (unsigned i = 0; i < sizeof maps / sizeof *maps; i++) {
		keeper_reset_map(&s->keeper, maps[i]);
		assert_int_equal(s->keeper.reset_map, 0);
	}
}

#define EMBEDDED(test) cmocka_unit_test_setup_teardown(test, setup_embedded, scene_teardown)
#define REDIS(test)                                                                                                    \
	{                                                                                                                  \
#test "_in_redis", test, setup_redis, scene_teardown, NULL                                                     \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EMBEDDED(the_ground_comes_back_as_the_last_cut_has_it),
		REDIS(the_ground_comes_back_as_the_last_cut_has_it),
		EMBEDDED(what_a_rule_lays_down_before_the_reset_is_in_a_cut_first),
		REDIS(what_a_rule_lays_down_before_the_reset_is_in_a_cut_first),
		EMBEDDED(what_cannot_lie_there_stays_in_the_store_and_is_not_doubled),
		EMBEDDED(a_map_that_is_not_there_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
