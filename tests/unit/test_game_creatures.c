/* Whatever happens to creatures, in whatever order: each stays on a map, waiting or free, and pets and masters know each other. The
 * same deeds each time (seeded); each is rehearsed in paranoid mode, and the world is audited after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "tests/harness/little_world.h"
#include "worker/game/creature.h"
#include "worker/game/pets.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"

enum { DEEDS = 3000, PEOPLE = 4 };

static const uint16_t kinds[] = {BEAST_WOLF, BEAST_GUARD,  BEAST_BEAR, BEAST_GOBLIN,
								 BEAST_RAT,  BEAST_SPIRIT, BEAST_FISH};
static const uint16_t lands[] = {LAND_WILD, LAND_MEADOW, LAND_BARREN};

/* Somebody and something, at random. */
struct deed {
	uint32_t player, body;
	struct place at;
	unsigned number;
	bool flag;
};

static struct rng dice;
static uint32_t people[PEOPLE];

static unsigned pick(unsigned count)
{
	return (unsigned)rng_range(&dice, 0, (int32_t)count - 1);
}

/* false: no creature stands there (any more). */
static bool body_held(struct tx *tx, const struct deed *deed)
{
	uint32_t map = tx->world->bodies[deed->body].map;
	return map != 0 && tx_need(tx, map);
}

static bool player_held(struct tx *tx, const struct deed *deed)
{
	return tx_need(tx, tx->world->bodies[deed->player].map);
}

static enum tx_verdict dies(struct tx *tx, void *context)
{
	const struct deed *deed = context;
	if (body_held(tx, deed))
		creature_die(tx, deed->body, deed->flag ? deed->player : 0);
	return TX_COMMIT;
}

static enum tx_verdict goes(struct tx *tx, void *context)
{
	const struct deed *deed = context;
	if (body_held(tx, deed) && creature_at(tx, deed->body)->placed == 0)
		creature_remove(tx, deed->body);
	return TX_COMMIT;
}

static enum tx_verdict is_called(struct tx *tx, void *context)
{
	const struct deed *deed = context;
	if (tx_need(tx, deed->at.map))
		creature_spawn(tx, deed->number, deed->at, deed->flag);
	return TX_COMMIT;
}

static enum tx_verdict is_summoned(struct tx *tx, void *context)
{
	const struct deed *deed = context;
	if (player_held(tx, deed))
		pet_summon(tx, deed->player, deed->number, body_place(&tx->world->bodies[deed->player]));
	return TX_COMMIT;
}

/* As taming that succeeds, but from afar: the beast is put beside him and he tries until it is his. */
static enum tx_verdict is_tamed(struct tx *tx, void *context)
{
	const struct deed *deed = context;
	const struct body *body = &tx->world->bodies[deed->player];
	struct actor me = {
		.index = deed->player, .player = &tx->world->players[deed->player], .body = &tx->world->bodies[deed->player]};
	if (!player_held(tx, deed))
		return TX_AGAIN;
	uint32_t beast = creature_spawn(tx, BEAST_BEAR, body_place(body), false);
	if (beast == 0)
		return TX_COMMIT;
	for (unsigned i = 0; i < 20; i++) {
		const struct body *it = &tx->world->bodies[beast];
		SET(tx, me.player->gates.work_ms, 0);
		if (it->map != 0)
			tame_try(tx, &me, it->x, it->y - 1);
	}
	return TX_COMMIT;
}

static enum tx_verdict travels(struct tx *tx, void *context)
{
	struct deed *deed = context;
	bool held = player_held(tx, deed);
	if (!tx_need(tx, deed->at.map) || !held)
		return TX_AGAIN;
	struct place at = tile_closest_legal(tx, deed->at, WANT_LAND | WANT_NO_EXIT);
	if (at.map != 0)
		travel_to(tx, deed->player, at, deed->flag ? TRAVEL_WALKS : TRAVEL_WARPS);
	return TX_COMMIT;
}

static enum tx_verdict calls_pet(struct tx *tx, void *context)
{
	struct deed *deed = context;
	deed->at.map = tx->world->bodies[deed->player].map;
	if (player_held(tx, deed))
		pet_call(tx, deed->player, deed->at);
	return TX_COMMIT;
}

static enum tx_verdict loses_all(struct tx *tx, void *context)
{
	const struct deed *deed = context;
	if (player_held(tx, deed))
		pets_die(tx, deed->player);
	return TX_COMMIT;
}

static enum tx_verdict time_passes(struct tx *tx, void *context)
{
	struct deed *deed = context;
	uint32_t map = deed->at.map;
	if (!tx_need(tx, map))
		return TX_AGAIN;
	SET(tx, tx->world->tick_due_ms[map], tx->now_ms);
	return map_tick(tx, &map);
}

/* With how often it is done, of the whole. */
static const struct {
	tx_fn *fn;
	unsigned weight;
} what[] = {
	{dies, 6},    {goes, 1},      {is_called, 3}, {is_summoned, 3}, {is_tamed, 3},
	{travels, 5}, {calls_pet, 2}, {loses_all, 1}, {time_passes, 4},
};

static tx_fn *deed_pick(void)
{
	unsigned total = 0;
	for (unsigned i = 0; i < sizeof what / sizeof *what; i++)
		total += what[i].weight;
	unsigned at = pick(total), i = 0;
	while (at >= what[i].weight)
		at -= what[i++].weight;
	return what[i].fn;
}

static struct deed deed_make(struct little_world *world)
{
	struct deed deed = {.player = people[pick(PEOPLE)], .flag = pick(2) == 0, .number = kinds[pick(sizeof kinds / 2)]};
	deed.body = world->world.limits.players + 1 + pick(world->world.limits.creatures);
	deed.at = (struct place){
		.map = lands[pick(sizeof lands / 2)], .x = (uint8_t)(20 + pick(60)), .y = (uint8_t)(20 + pick(60))};
	return deed;
}

static void creatures_and_pets_stay_in_order(void **state)
{
	struct little_world *world = *state;
	static const char *const names[PEOPLE] = {"Ana", "Beto", "Caro", "Dora"};
	unsigned most_pets = 0, waited = 0;
	rng_seed(&dice, 13);
	world->config.intervals.idle_minutes = 0;
	for (unsigned i = 0; i < PEOPLE; i++) {
		people[i] = ENTER(world, names[i], .map = LAND_WILD, .x = (uint8_t)(40 + i), .y = 40);
		player_of(world, people[i])->skills[SKILL_TAMING - 1] = 100;
	}
	for (unsigned i = 0; i < DEEDS; i++) {
		struct deed deed = deed_make(world);
		tx_fn *fn = deed_pick();
		world->config.intervals.respawn_ms = pick(2) == 0 ? 0 : 3000;
		pass_ms(world, pick(3000));
		little_world_run(world, 0, fn, &deed);
		EXPECT_SOUND(world);
		forget(world);
		for (unsigned p = 0; p < PEOPLE; p++) {
			unsigned count = pets_count(player_of(world, people[p]));
			most_pets = count > most_pets ? count : most_pets;
			assert_true(count <= PETS_MOST);
			player_of(world, people[p])->hp = 100; /* whoever bites them */
		}
		waited += world->world.maps[LAND_WILD].first_waiting != 0;
	}
	assert_int_equal(most_pets, PETS_MOST);
	assert_true(waited > 0);
	printf("  %d deeds; %u creatures are about\n", DEEDS, EXPECT_SOUND(world).creatures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {WORLD_TEST(creatures_and_pets_stay_in_order)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
