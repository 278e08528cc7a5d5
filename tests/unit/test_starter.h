/* test_starter.h - one starter world (tests/harness/memory_world.h) for each test: what the tests of rules that want it share. */
#ifndef ARGENTUM_TEST_STARTER_H
#define ARGENTUM_TEST_STARTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/memory_world.h"

/* The world of the test that runs. */
static struct memory_world *world;

static inline int open_world(void **state)
{
	(void)state;
	world = memory_world_open();
	return 0;
}

static inline int close_world(void **state)
{
	(void)state;
	memory_world_close(&world);
	return 0;
}

#define STARTER_TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

static inline struct player *player_at(uint32_t index)
{
	return &world->world.players[index];
}

static inline struct body *body_at(uint32_t index)
{
	return &world->world.bodies[index];
}

#endif
