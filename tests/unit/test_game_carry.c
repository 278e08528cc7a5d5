#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/harness/memory_world.h"

static void who_drops_a_part_keeps_the_rest_and_everybody_sees_it(void **state)
{
	struct memory_world *world = *state;
	uint32_t ana = ENTER(world, "Ana"), beto = ENTER(world, "Beto", .x = 51);
	give(world, ana, 1, THING_BREAD, 5);

	DO(world, ana, DROP, .slot = 1, .amount = 2);
	EXPECT_SLOT(world, ana, 1, THING_BREAD, 3, NOT_WORN);
	EXPECT(world, ana, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 500);
	EXPECT(world, beto, OBJECT_CREATE, .x = 50, .y = 50, .grh_index = 500);
	EXPECT_NOTHING_ELSE(world);
	EXPECT_SOUND(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(who_drops_a_part_keeps_the_rest_and_everybody_sees_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
