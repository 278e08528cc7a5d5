/* Thirty players among the creatures of the classic world for some minutes of seeded time: whatever creatures do, no one of them
 * stands where its kind may not, none is lost, and the world stays sound (rules-life-combat-magic.md 8.1, 16.3, 16.4, 16.12, 16.17,
 * 17). Skipped when the data is not there: $ARGENTUM_CLASSIC, else ../shared/classic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/memory_world.h"
#include "worker/game/creature.h"
#include "worker/game/creature_ai.h"
#include "worker/game/death.h"
#include "worker/game/praetorians.h"
#include "worker/game/presence.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"

enum {
	ROOM_FOR_CREATURES = 4000,
	MAPS = 10,
	PLAYERS_OF_MAP = 3,
	PLAYERS = MAPS * PLAYERS_OF_MAP,
	CROWD = MEMORY_WORLD_PLAYERS,
	FORT = 163, /* of the praetorians */
	CLASSIC_THIEF = 922,
	TICKS = 20000,
	PROVEN_EACH = 16, /* one run of so many is compared byte for byte */
	DEEDS_EACH = 3,   /* somebody does something after so many ticks */
	LIFE = 999,
	RED_POTION = 38,
	FULL_BAG = 20,
};

static struct {
	struct memory_world *world;
	uint32_t maps[MAPS], players[CROWD];
	unsigned deaths, kills;
	uint64_t undo_most;
	struct rng rng; /* what players do */
} soak;

static bool classic_is_there(char *root, size_t size)
{
	const char *given = getenv("ARGENTUM_CLASSIC");
	snprintf(root, size, "%s", given != NULL ? given : "../shared/classic");
	return access(root, R_OK) == 0;
}

/* --- who is where --------------------------------------------------------------------------------------------------------- */

static struct world *here(void)
{
	return &soak.world->world;
}

/* The maps with most creatures, the fort first. */
static void maps_choose(void)
{
	soak.maps[0] = FORT;
	for (unsigned n = 1; n < MAPS; n++) {
		for (uint32_t map = 1; map <= here()->limits.maps; map++) {
			bool taken = false;
			for (unsigned i = 0; i < n; i++)
				taken = taken || soak.maps[i] == map;
			if (!taken && (soak.maps[n] == 0 || here()->maps[map].creatures > here()->maps[soak.maps[n]].creatures))
				soak.maps[n] = map;
		}
	}
}

/* A free tile, near the middle of the clan on its map. */
static struct place place_choose(uint32_t map)
{
	for (unsigned i = 0; i < 10000; i++) {
		struct place at = {.map = (uint16_t)map};
		at.x = (uint8_t)rng_range(&soak.rng, map == FORT ? 28 : MAP_FRAME_LEFT, map == FORT ? 42 : MAP_FRAME_RIGHT);
		at.y = (uint8_t)rng_range(&soak.rng, map == FORT ? 20 : MAP_FRAME_TOP, map == FORT ? 32 : MAP_FRAME_BOTTOM);
		if (tile_is_legal(&soak.world->tx, map, at.x, at.y, WANT_LAND | WANT_NO_EXIT))
			return at;
	}
	fail_msg("map %u has no place", map);
	return (struct place){0};
}

static void players_enter(unsigned count)
{
	static const uint8_t classes[] = {CLASS_WARRIOR, CLASS_HUNTER, CLASS_MAGE};
	for (unsigned i = 0; i < count; i++) {
		char name[8] = {'S', 'o', 'a', 'k', (char)('A' + i / 26), (char)('A' + i % 26)};
		uint32_t map = soak.maps[i / PLAYERS_OF_MAP % MAPS];
		soak.players[i] = memory_world_character(soak.world, name, place_choose(map), classes[i % PLAYERS_OF_MAP],
												 RACE_HUMAN, GENDER_MAN);
		struct player *player = &here()->players[soak.players[i]];
		player->hp = player->hp_max = LIFE;
		player->stamina = player->stamina_max = LIFE;
		player->hit_min = player->hit_max = 99;
		player->level = 30;
		player->skills[SKILL_WEAPONS - 1] = player->skills[SKILL_WRESTLING - 1] = 100;
		player->protected_until_ms = 0;
	}
}

/* --- what is always true ------------------------------------------------------------------------------------------------------ */

static void expect_creature_stands_well(uint32_t index)
{
	const struct body *body = &here()->bodies[index];
	const struct catalog *catalog = soak.world->catalog;
	const struct creature_def *def = creature_def_of(&soak.world->tx, index);
	const struct map_def *map = catalog_map(catalog, body->map);
	const struct creature *creature = creature_of(here(), index);
	assert_non_null(def);
	if (creature->placed != 0 && body->map != body->origin_map)
		fail_msg("creature %u of map %u is on map %u", index, body->origin_map, body->map);
	if (tile_occupant(here(), body->map, body->x, body->y) != index)
		fail_msg("creature %u is not where it says: map %u (%u,%u)", index, body->map, body->x, body->y);
	if (creature->placed != 0 && body->x == body->origin_x && body->y == body->origin_y)
		return; /* as the files have it, whatever it is */
	unsigned flags = map_tile_flags(catalog, map, body->x, body->y);
	const char *why = NULL;
	if (tile_is_blocked(here(), body->map, body->x, body->y))
		why = "in a wall";
	else if (body->x < MAP_FRAME_LEFT || body->x > MAP_FRAME_RIGHT || body->y < MAP_FRAME_TOP ||
			 body->y > MAP_FRAME_BOTTOM)
		why = "outside";
	else if ((flags & TILE_EXIT) != 0)
		why = "on an exit";
	else if ((flags & TILE_WATER) != 0 && (def->flags & CREATURE_ENTERS_WATER) == 0)
		why = "in the water";
	else if ((flags & TILE_WATER) == 0 && (def->flags & CREATURE_STAYS_IN_WATER) != 0)
		why = "on land";
	else if (creature->master.index == 0 && map_tile_trigger(catalog, map, body->x, body->y) == TRIGGER_NO_CREATURES)
		why = "where creatures may not be";
	if (why != NULL)
		fail_msg("creature %u (%u) stands %s: map %u (%u,%u)", index, body->creature, why, body->map, body->x, body->y);
}

/* Those that the files place: they stand on their map, or wait there, or are gone for good. */
static unsigned population(unsigned *gone)
{
	unsigned standing = 0, waiting = 0;
	*gone = 0;
	for (uint32_t i = here()->limits.players + 1; i <= here()->limits.players + here()->limits.creatures; i++) {
		const struct body *body = &here()->bodies[i];
		const struct creature *creature = creature_of(here(), i);
		if (body->kind != BODY_CREATURE || creature->placed == 0)
			continue;
		if (body->map != 0)
			standing++;
		else if (creature->act_due_ms != 0)
			waiting++;
		else if (creature->respawns == 0)
			++*gone;
	}
	return standing + waiting + *gone;
}

static void expect_all_well(void)
{
	for (uint32_t map = 1; map <= here()->limits.maps; map++) {
		for (uint32_t i = here()->maps[map].first_creature; i != 0; i = here()->bodies[i].next_on_map)
			expect_creature_stands_well(i);
	}
	memory_world_audit(soak.world);
}

/* --- time passes -------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict run_tick(struct tx *tx, void *context)
{
	enum tx_verdict verdict = map_tick(tx, context);
	uint64_t used = tx->world->limits.undo_bytes - tx_room(tx);
	if (used > soak.undo_most)
		soak.undo_most = used;
	return verdict;
}

static enum tx_verdict run_revive(struct tx *tx, void *context)
{
	player_revive(tx, *(const uint32_t *)context);
	return TX_COMMIT;
}

/* The next tick of all the maps: some do not keep their dead, so that players get about. */
static void tick_next(void)
{
	uint32_t next = 0;
	uint64_t due_ms = UINT64_MAX;
	for (uint32_t map = 1; map <= here()->limits.maps; map++) {
		uint64_t other_ms = atomic_load(&here()->tick_due_ms[map]);
		if (other_ms == 0 || other_ms >= due_ms)
			continue;
		next = map;
		due_ms = other_ms;
	}
	assert_int_not_equal(next, 0);
	if (due_ms > soak.world->now_ms)
		soak.world->now_ms = due_ms;
	uint32_t domains[2] = {next, 0};
	assert_int_equal(memory_world_run(soak.world, domains, run_tick, &next), TX_COMMIT);
}

/* Where a creature stands beside him; 0 = nowhere. */
static int heading_of_neighbour(const struct body *body)
{
	for (int heading = HEADING_NORTH; heading <= HEADING_WEST; heading++) {
		int x = body->x, y = body->y;
		tile_neighbour(heading, &x, &y);
		uint32_t other = tile_is_on_map(x, y) ? tile_occupant(here(), body->map, x, y) : 0;
		if (other != 0 && !body_is_player(here(), other))
			return heading;
	}
	return 0;
}

/* He walks and strikes; who died lives again. */
static void somebody_acts(void)
{
	unsigned which = (unsigned)rng_range(&soak.rng, 0, PLAYERS - 1);
	uint32_t index = soak.players[which];
	struct player *player = &here()->players[index];
	uint32_t domains[2] = {here()->bodies[index].map, here()->realm_domain};
	if (player->dead) {
		soak.deaths++;
		memory_world_run(soak.world, domains, run_revive, &index);
	}
	if (player->hp < LIFE / 2 && rng_range(&soak.rng, 1, 20) == 1)
		player->hp = LIFE;
	player->stamina = LIFE;
	player->hunger = player->thirst = 100;
	player->safe_mode = 0;
	unsigned before = (unsigned)player->creatures_killed;
	int heading = heading_of_neighbour(&here()->bodies[index]);
	if (heading == 0)
		DO(soak.world, index, WALK, .heading = (uint8_t)rng_range(&soak.rng, HEADING_NORTH, HEADING_WEST));
	else
		DO(soak.world, index, CHANGE_HEADING, .heading = (uint8_t)heading);
	DO(soak.world, index, ATTACK);
	soak.kills += (unsigned)player->creatures_killed - before;
}

static uint32_t checksum_of_places(void)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < MAPS; i++) {
		for (uint32_t b = here()->maps[soak.maps[i]].first_creature; b != 0; b = here()->bodies[b].next_on_map)
			sum = sum * 31 + here()->bodies[b].x * 101u + here()->bodies[b].y;
	}
	return sum;
}

static int soak_open(void **state)
{
	char root[400];
	(void)state;
	if (!classic_is_there(root, sizeof root)) {
		print_message("the classic world is not at %s (set ARGENTUM_CLASSIC): skipping\n", root);
		return 0;
	}
	memset(&soak, 0, sizeof soak);
	soak.world = memory_world_open_at(root, ROOM_FOR_CREATURES);
	soak.world->audit_at_the_end = true;
	soak.world->tx.paranoia = PARANOIA_OFF;
	rng_seed(&soak.rng, 2024);
	maps_choose();
	return 0;
}

static int soak_close(void **state)
{
	(void)state;
	memory_world_close(&soak.world);
	return 0;
}

static void creatures_live_soundly_among_players(void **state)
{
	unsigned gone, gone_before;
	(void)state;
	if (soak.world == NULL)
		skip();
	players_enter(PLAYERS);
	unsigned before = population(&gone_before);
	uint32_t places = checksum_of_places();
	uint64_t start_ms = soak.world->now_ms;
	for (unsigned i = 0; i < TICKS; i++) {
		soak.world->tx.paranoia = i % PROVEN_EACH == 0 ? PARANOIA_DOMAINS : PARANOIA_OFF;
		tick_next();
		if (i % DEEDS_EACH == 0)
			somebody_acts();
		if (i % 2000 == 0)
			expect_all_well();
	}
	expect_all_well();
	assert_int_equal(population(&gone), before);
	assert_true(gone - gone_before <= soak.kills);
	assert_true(checksum_of_places() != places); /* they do move */
	assert_true(soak.deaths > 0 && soak.kills > 0);
	assert_true(soak.undo_most > 0 && soak.undo_most < 65536); /* no tick here comes near a quarter of the log */
	print_message("%u ticks, %u s: %u deaths, %u kills, %u gone for good, at most %u bytes of undo log in a tick\n",
				  TICKS, (unsigned)((soak.world->now_ms - start_ms) / 1000), soak.deaths, soak.kills,
				  gone - gone_before, (unsigned)soak.undo_most);
}

/* The one praetorian with this part that stands in the fort; 0 = none. */
static uint32_t mage_find(void)
{
	for (uint32_t i = here()->maps[FORT].first_creature; i != 0; i = here()->bodies[i].next_on_map) {
		if (praetorian_role_of(&soak.world->tx, i) == PRAETORIAN_SPELLCASTER)
			return i;
	}
	return 0;
}

/* More die at once than one transaction has room for: the ticks that follow see to the others. */
static void a_mage_breaks_his_wand_in_a_crowd(void **state)
{
	(void)state;
	if (soak.world == NULL)
		skip();
	for (unsigned i = 1; i < MAPS; i++)
		soak.maps[i] = FORT;
	players_enter(CROWD);
	for (unsigned i = 0; i < CROWD * FULL_BAG; i++)
		memory_world_give(soak.world, soak.players[i / FULL_BAG], i % FULL_BAG + 1, RED_POTION, 10);
	for (unsigned i = 0; mage_find() == 0 && i < 100; i++)
		tick_next();
	uint32_t mage = mage_find();
	assert_int_not_equal(mage, 0);
	struct handle wand = body_handle(here(), mage);
	here()->bodies[mage].hp = 700;
	for (unsigned n = 0; handle_body(here(), wand) != NULL && n < 2000; n++) {
		bool last = creature_of(here(), mage)->stage == 1;
		for (unsigned i = 0; i < CROWD; i++) {
			uint32_t domains[2] = {FORT, here()->realm_domain};
			if (here()->players[soak.players[i]].dead)
				memory_world_run(soak.world, domains, run_revive, &soak.players[i]);
			here()->players[soak.players[i]].hp = last ? 50 : LIFE;
		}
		tick_next();
	}
	assert_null(handle_body(here(), wand));
	unsigned at_once = 0; /* enough that the log's last quarter is all that is left */
	for (unsigned i = 0; i < CROWD; i++)
		at_once += here()->players[soak.players[i]].dead;
	assert_in_range(at_once, 1, CROWD - 1);
	uint64_t gone_ms = soak.world->now_ms;
	while (soak.world->now_ms < gone_ms + 1000)
		tick_next();
	for (unsigned i = 0; i < CROWD; i++)
		assert_int_equal(here()->players[soak.players[i]].dead, 1);
	memory_world_audit(soak.world);
	print_message("%u of %u died at once, %u bytes of undo log\n", at_once, CROWD, (unsigned)soak.undo_most);
}

struct turn {
	uint32_t thief, victim;
	struct place at;
};

static enum tx_verdict run_call(struct tx *tx, void *context)
{
	struct turn *turn = context;
	turn->thief = creature_spawn(tx, CLASSIC_THIEF, turn->at, false);
	return TX_COMMIT;
}

/* He may do something at once, and stands where he began. */
static enum tx_verdict run_turn(struct tx *tx, void *context)
{
	const struct turn *turn = context;
	struct body *body = &tx->world->bodies[turn->thief];
	SET(tx, creature_of(tx->world, turn->thief)->strike_due_ms, 0);
	if (body->x != turn->at.x || body->y != turn->at.y)
		presence_jump(tx, turn->thief, turn->at.x, turn->at.y);
	creature_beat(tx, turn->thief);
	return TX_COMMIT;
}

/* The arrow that the classic files name for him is no spell of theirs: from afar he holds people fast all the same, nine times of a
 * hundred. */
static void a_thief_without_his_arrow_still_holds_people_from_afar(void **state)
{
	(void)state;
	if (soak.world == NULL)
		skip();
	struct turn turn = {.at = {.map = FORT, .x = 35, .y = 25}};
	struct place far = {.map = FORT, .x = 40, .y = 25};
	uint32_t domains[2] = {FORT, here()->realm_domain};
	turn.victim = memory_world_character(soak.world, "Soak", far, CLASS_WARRIOR, RACE_HUMAN, GENDER_MAN);
	struct player *player = &here()->players[turn.victim];
	player->protected_until_ms = 0;
	player->hp = player->hp_max = LIFE;
	assert_int_equal(memory_world_run(soak.world, domains, run_call, &turn), TX_COMMIT);
	assert_int_not_equal(turn.thief, 0);
	turn.at.x = here()->bodies[turn.thief].x;
	turn.at.y = here()->bodies[turn.thief].y;
	unsigned held = 0;
	for (unsigned i = 0; i < 400; i++) {
		here()->bodies[turn.victim].flags &= ~(uint32_t)BODY_PARALYSED;
		player->paralysed = 0;
		assert_int_equal(memory_world_run(soak.world, domains, run_turn, &turn), TX_COMMIT);
		held += (here()->bodies[turn.victim].flags & BODY_PARALYSED) != 0;
	}
	assert_in_range(held, 8, 64); /* 36, give or take five times 5.7 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(creatures_live_soundly_among_players, soak_open, soak_close),
		cmocka_unit_test_setup_teardown(a_mage_breaks_his_wand_in_a_crowd, soak_open, soak_close),
		cmocka_unit_test_setup_teardown(a_thief_without_his_arrow_still_holds_people_from_afar, soak_open, soak_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
