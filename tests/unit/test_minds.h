/* test_minds.h - creatures put somewhere and given their beats one by one: what the tests of minds share. */
#ifndef ARGENTUM_TESTS_MINDS_H
#define ARGENTUM_TESTS_MINDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/little_world.h"
#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/creature_move.h"
#include "worker/game/effects.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"

/* An empty map where players may fight. */
enum { MIND_MAP = LAND_BARREN, BEAT_MS = 380, STRIKE_MS = 1600 };

struct mind_deed {
	uint32_t body, other;
	unsigned number;
	struct place at;
	uint32_t result;
	bool flag;
};

static inline enum tx_verdict mind_run_spawn(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	deed->result = creature_spawn(tx, deed->number, deed->at, false);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_beat(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	creature_beat(tx, deed->body);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_strike(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	deed->result = creature_strikes_player(tx, deed->body, deed->other);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_strike_creature(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	deed->result = creature_strikes_creature(tx, deed->body, deed->other, deed->flag);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_attacked(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	creature_attacked(tx, deed->body, deed->other);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_paralyse(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	creature_paralyse(tx, deed->body, deed->flag);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_summon(struct tx *tx, void *context)
{
	struct mind_deed *deed = context;
	deed->result = pet_summon(tx, deed->other, deed->number, deed->at);
	return TX_COMMIT;
}

static inline uint32_t mind_done(struct little_world *world, uint32_t map, tx_fn *fn, struct mind_deed deed)
{
	assert_int_equal(little_world_run(world, map, fn, &deed), TX_COMMIT);
	return deed.result;
}

static inline const struct body *mind_body(const struct little_world *world, uint32_t index)
{
	return &world->world.bodies[index];
}

static inline struct creature *mind_of(struct little_world *world, uint32_t index)
{
	return creature_of(&world->world, index);
}

/* It may strike at once. */
static inline uint32_t beast_on(struct little_world *world, unsigned map, enum beast beast, unsigned x, unsigned y)
{
	struct place at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	uint32_t index = mind_done(world, map, mind_run_spawn, (struct mind_deed){.number = (unsigned)beast, .at = at});
	assert_int_not_equal(index, 0);
	assert_int_equal(mind_body(world, index)->x, x);
	assert_int_equal(mind_body(world, index)->y, y);
	mind_of(world, index)->strike_due_ms = 0;
	return index;
}

static inline uint32_t beast_put(struct little_world *world, enum beast beast, unsigned x, unsigned y)
{
	return beast_on(world, MIND_MAP, beast, x, y);
}

/* A summoned pet of his, at this tile. */
static inline uint32_t pet_put(struct little_world *world, uint32_t master, enum beast beast, unsigned x, unsigned y)
{
	uint32_t map = mind_body(world, master)->map;
	struct place at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	uint32_t pet = mind_done(world, map, mind_run_summon,
							 (struct mind_deed){.other = master, .number = (unsigned)beast, .at = at});
	assert_int_not_equal(pet, 0);
	mind_of(world, pet)->strike_due_ms = 0;
	return pet;
}

/* Players have accounts of their own here: creatures remember who attacked them by the account. */
#define SOMEBODY(world, ...)  mind_player((world), MIND_MAP, &(const struct newcomer){.name = __VA_ARGS__})
#define ON_MEADOW(world, ...) mind_player((world), LAND_MEADOW, &(const struct newcomer){.name = __VA_ARGS__})
static inline uint32_t mind_player(struct little_world *world, uint16_t map, const struct newcomer *who)
{
	struct newcomer comes = *who;
	comes.map = map;
	uint32_t player = little_world_enter(world, &comes);
	player_of(world, player)->id = 100 + player;
	player_of(world, player)->last_message = TEXT_SKILL_ASSIGN_FIRST + 1; /* learns nothing by use, and was told so */
	player_of(world, player)->hp = player_of(world, player)->hp_max = 999;
	return player;
}

/* Time passes, then it has so many beats. */
static inline void beats(struct little_world *world, uint32_t creature, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		pass_ms(world, BEAT_MS);
		mind_done(world, mind_body(world, creature)->map, mind_run_beat, (struct mind_deed){.body = creature});
	}
}

static inline void attacked_by(struct little_world *world, uint32_t creature, uint32_t player)
{
	mind_done(world, mind_body(world, creature)->map, mind_run_attacked,
			  (struct mind_deed){.body = creature, .other = player});
}

static inline void hold(struct little_world *world, uint32_t creature, bool immobilise)
{
	mind_done(world, mind_body(world, creature)->map, mind_run_paralyse,
			  (struct mind_deed){.body = creature, .flag = immobilise});
}

static inline int lost_hp(struct little_world *world, uint32_t player)
{
	return player_of(world, player)->hp_max - player_of(world, player)->hp;
}

static inline int steps_between(const struct little_world *world, uint32_t a, uint32_t b)
{
	return abs(mind_body(world, a)->x - mind_body(world, b)->x) + abs(mind_body(world, a)->y - mind_body(world, b)->y);
}

static inline void expect_at(const struct little_world *world, uint32_t index, unsigned x, unsigned y)
{
	if (mind_body(world, index)->x != x || mind_body(world, index)->y != y)
		fail_msg("body %u stands on (%u,%u) and not on (%u,%u)", index, mind_body(world, index)->x,
				 mind_body(world, index)->y, x, y);
}

#endif
