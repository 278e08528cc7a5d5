/* test_minds.h - creatures put somewhere and given their beats one by one: what the tests of minds share. */
#ifndef ARGENTUM_TESTS_MINDS_H
#define ARGENTUM_TESTS_MINDS_H

#include "tests/unit/test_deeds.h"
#include "worker/game/creature_ai.h"
#include "worker/game/creature_move.h"
#include "worker/game/effects.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"

/* An empty map where players may fight. */
enum { MIND_MAP = LAND_BARREN, BEAT_MS = 380, STRIKE_MS = 1600 };

static inline enum tx_verdict mind_run_beat(struct tx *tx, void *context)
{
	struct deed *deed = context;
	creature_beat(tx, deed->body);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_strike(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = creature_strikes_player(tx, deed->body, deed->other);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_strike_creature(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = creature_strikes_creature(tx, deed->body, deed->other, deed->flag);
	return TX_COMMIT;
}

static inline enum tx_verdict mind_run_step(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->result = creature_step(tx, deed->body, deed->number);
	return TX_COMMIT;
}

static inline uint32_t mind_done(struct little_world *world, uint32_t map, tx_fn *fn, struct deed deed)
{
	assert_int_equal(little_world_run(world, map, fn, &deed), TX_COMMIT);
	return deed.result;
}

/* It may strike at once. */
static inline uint32_t beast_on(struct little_world *world, unsigned map, enum beast beast, unsigned x, unsigned y)
{
	struct place at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	uint32_t index = mind_done(world, map, run_spawn, (struct deed){.number = (int)beast, .at = at});
	assert_int_not_equal(index, 0);
	assert_int_equal(of(world, index)->x, x);
	assert_int_equal(of(world, index)->y, y);
	about(world, index)->strike_due_ms = 0;
	return index;
}

static inline uint32_t beast_put(struct little_world *world, enum beast beast, unsigned x, unsigned y)
{
	return beast_on(world, MIND_MAP, beast, x, y);
}

/* A summoned pet of his, at this tile. */
static inline uint32_t pet_put(struct little_world *world, uint32_t master, enum beast beast, unsigned x, unsigned y)
{
	uint32_t map = of(world, master)->map;
	struct place at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y};
	uint32_t pet = mind_done(world, map, run_summon, (struct deed){.other = master, .number = (int)beast, .at = at});
	assert_int_not_equal(pet, 0);
	about(world, pet)->strike_due_ms = 0;
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
		mind_done(world, of(world, creature)->map, mind_run_beat, (struct deed){.body = creature});
	}
}

static inline void attacked_by(struct little_world *world, uint32_t creature, uint32_t player)
{
	mind_done(world, of(world, creature)->map, run_attacked, (struct deed){.body = creature, .other = player});
}

static inline void hold(struct little_world *world, uint32_t creature, bool immobilise)
{
	mind_done(world, of(world, creature)->map, run_paralyse, (struct deed){.body = creature, .flag = immobilise});
}

static inline void make_invisible(struct little_world *world, uint32_t player)
{
	body_of(world, player)->flags |= BODY_INVISIBLE;
}

static inline int lost_hp(struct little_world *world, uint32_t player)
{
	return player_of(world, player)->hp_max - player_of(world, player)->hp;
}

static inline int steps_between(const struct little_world *world, uint32_t a, uint32_t b)
{
	return abs(of(world, a)->x - of(world, b)->x) + abs(of(world, a)->y - of(world, b)->y);
}

static inline void expect_at(const struct little_world *world, uint32_t index, unsigned x, unsigned y)
{
	if (of(world, index)->x != x || of(world, index)->y != y)
		fail_msg("body %u stands on (%u,%u) and not on (%u,%u)", index, of(world, index)->x, of(world, index)->y, x, y);
}

#endif
