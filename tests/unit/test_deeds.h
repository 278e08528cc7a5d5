/* test_deeds.h - what a rule would do with a player or a creature, done by a test in the little land
 * (tests/harness/little_world.h). */
#ifndef ARGENTUM_TEST_DEEDS_H
#define ARGENTUM_TEST_DEEDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/creature.h"
#include "worker/game/pets.h"
#include "worker/game/tick.h"

/* --- with a player ------------------------------------------------------------------------------------------------------ */

typedef void act_fn(struct tx *tx, uint32_t player);

struct act {
	act_fn *fn;
	uint32_t player;
};

static inline enum tx_verdict act_run(struct tx *tx, void *context)
{
	const struct act *act = context;
	act->fn(tx, act->player);
	return TX_COMMIT;
}

/* On the player's map, as one transaction. */
static inline void act(struct little_world *world, uint32_t player, act_fn *fn)
{
	struct act deed = {fn, player};
	little_world_run(world, body_of(world, player)->map, act_run, &deed);
}

/* --- with a creature ---------------------------------------------------------------------------------------------------- */

struct deed {
	uint32_t body, other; /* whom it is done to; the master, the striker, the enemy */
	int number;           /* a kind of creature, points of life or experience, a heading */
	struct place at;
	bool flag;
	uint32_t result;
};

static inline enum tx_verdict run_spawn(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = creature_spawn(tx, (unsigned)deed->number, deed->at, deed->flag);
	return TX_COMMIT;
}

static inline enum tx_verdict run_summon(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = pet_summon(tx, deed->other, (unsigned)deed->number, deed->at);
	return TX_COMMIT;
}

static inline enum tx_verdict run_attacked(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_attacked(tx, deed->body, deed->other);
	return TX_COMMIT;
}

static inline enum tx_verdict run_hurt(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = creature_hurt(tx, deed->body, deed->number);
	return TX_COMMIT;
}

static inline enum tx_verdict run_paralyse(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_paralyse(tx, deed->body, deed->flag);
	return TX_COMMIT;
}

static inline enum tx_verdict run_die(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_die(tx, deed->body, deed->other);
	return TX_COMMIT;
}

/* Done while the map is held, and the world is sound afterwards. */
static inline struct deed done(struct little_world *world, uint32_t map, tx_fn *fn, struct deed deed)
{
	assert_int_equal(little_world_run(world, map, fn, &deed), TX_COMMIT);
	EXPECT_SOUND(world);
	return deed;
}

/* One tick of the map, whenever it is due. */
static inline void tick(struct little_world *world, uint32_t map)
{
	world->world.tick_due_ms[map] = world->tx.now_ms;
	assert_int_equal(little_world_run(world, map, map_tick, &map), TX_COMMIT);
	EXPECT_SOUND(world);
}

/* One that the files do not place. */
static inline uint32_t beast_call(struct little_world *world, enum beast beast, unsigned map, unsigned x, unsigned y)
{
	struct deed deed = {.number = (int)beast, .at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}};
	assert_int_equal(little_world_run(world, map, run_spawn, &deed), TX_COMMIT);
	assert_int_not_equal(deed.result, 0);
	forget(world);
	return deed.result;
}

static inline const struct body *of(const struct little_world *world, uint32_t index)
{
	return &world->world.bodies[index];
}

static inline struct creature *about(struct little_world *world, uint32_t index)
{
	return creature_of(&world->world, index);
}

/* How many of this kind stand on the map. */
static inline unsigned standing(const struct little_world *world, uint32_t map, enum beast beast)
{
	unsigned count = 0;
	for (uint32_t b = world->world.maps[map].first_creature; b != 0; b = of(world, b)->next_on_map)
		count += of(world, b)->creature == (unsigned)beast;
	return count;
}

#endif
