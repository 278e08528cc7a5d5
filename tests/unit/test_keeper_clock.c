/* The keeper while its clock passes a power of two: cuts go on, and the keys of who plays are written again before they
 * expire, neither at each cut nor never. */
#include <hiredis/hiredis.h>

#include "tests/unit/test_keeper_world.h"

enum { REFRESHED_WITHIN_MS = 56000, PLAYER_ID = 5, SAVE_EVERY_MS = 1000 };

static struct scene *scene;

static int setup(void **state)
{
	*state = NULL;
	if (!redis_server_available())
		return 0;
	*state = scene = scene_open(true);
	scene_store_open(scene);
	return 0;
}

static int teardown(void **state)
{
	clock_test_offset_ms = 0;
	if (*state != NULL)
		scene_close(*state);
	return 0;
}

/* A keeper is born so many milliseconds before that number; skips when there is no redis-server to test with. */
static void keeper_born_before(void *const *state, uint64_t wrap, uint64_t ms)
{
	if (*state == NULL) {
		print_message("skipped: there is no redis-server\n");
		skip();
	}
	clock_test_offset_ms = wrap - ms - clock_mono_ms();
	scene_keeper_born(scene);
}

/* Takes the key out of the store; the next cut that writes it puts it back. */
static void session_key_remove(void)
{
	struct redisReply *reply = redis_server_command(scene->redis, "DEL session:%d:active", PLAYER_ID);
	assert_non_null(reply);
	freeReplyObject(reply);
}

static bool session_key_is_there(void)
{
	struct redisReply *reply = redis_server_command(scene->redis, "EXISTS session:%d:active", PLAYER_ID);
	assert_non_null(reply);
	bool there = reply->integer == 1;
	freeReplyObject(reply);
	return there;
}

/* A cut each second, from before the wrap to behind it. */
static void the_keys_of_who_plays_are_refreshed_in_time_on_both_sides_of_a_wrap(void **state)
{
	static const uint64_t wraps[] = {UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 33};
	keeper_born_before(state, wraps[0], 60000);
	scene_arrive(scene, "Ana", PLAYER_ID, 1, 50, 50);
	scene_cut_until_done(scene);
	for (unsigned i = 0; i < sizeof wraps / sizeof *wraps; i++) {
		clock_test_offset_ms += wraps[i] - 60000 - clock_mono_ms();
		scene_cut(scene); /* whatever was due while the clock jumped */
		session_key_remove();
		uint64_t since_ms = clock_mono_ms();
		unsigned refreshed = 0;
		while (clock_mono_ms() < wraps[i] + 120000) {
			clock_test_offset_ms += SAVE_EVERY_MS;
			scene_cut(scene);
			if (session_key_is_there()) {
				refreshed++;
				session_key_remove();
				since_ms = clock_mono_ms();
			}
			assert_true(clock_mono_ms() - since_ms <= REFRESHED_WITHIN_MS + 2 * SAVE_EVERY_MS);
		}
		assert_in_range(refreshed, 3, 5);
		assert_int_equal(0, count_sum(scene->world, COUNT_cuts_failed));
	}
}

/* What is not durable yet has an age, whatever the clock passed since. */
static void what_is_unsaved_ages_and_is_saved_on_the_other_side(void **state)
{
	keeper_born_before(state, UINT64_C(1) << 32, 2000);
	scene_arrive(scene, "Ana", PLAYER_ID, 1, 50, 50);
	redis_server_pause(scene->redis);
	keeper_cut(&scene->keeper);
	clock_test_offset_ms += 5000;
	keeper_cut(&scene->keeper);
	assert_in_range(count_sum(scene->world, COUNT_store_lag_ms), 5000, 5000 + FIXTURE_DEADLINE_MS);
	redis_server_resume(scene->redis);
	scene_answer_await(scene);
	scene_cut_until_done(scene);
	keeper_cut(&scene->keeper);
	assert_int_equal(0, count_sum(scene->world, COUNT_store_lag_ms));
	assert_true(session_key_is_there());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_keys_of_who_plays_are_refreshed_in_time_on_both_sides_of_a_wrap, setup,
										teardown),
		cmocka_unit_test_setup_teardown(what_is_unsaved_ages_and_is_saved_on_the_other_side, setup, teardown),
	};
	return cmocka_run_group_tests_name("the keeper's clock", tests, NULL, NULL);
}
