/* Coming into the game and leaving it, in the starter world: rules-life-combat-magic.md 4. */
#include "common/catalog/tables.h"
#include "common/world/realm.h"
#include "tests/unit/test_starter.h"
#include "worker/game/creation.h"
#include "worker/game/death.h"
#include "worker/game/entering.h"
#include "worker/game/leaving.h"
#include "worker/game/rule.h"
#include "worker/game/tick.h"

/* Ullathorpe has its exits in the north, from (9,7) to (91,7). */
static const struct place square = {.map = 1, .x = 50, .y = 40};
static const struct place gateway = {.map = 1, .x = 50, .y = 7};
static const struct place wood = {.map = 2, .x = 30, .y = 40};

/* --- coming ---------------------------------------------------------------------------------------------------------------- */

/* A character of level 1 as the store would have it, to be changed by a test. */
static struct player *record(void)
{
	static const uint8_t dice[ATTRIBUTE_COUNT] = {18, 18, 18, 18, 18};
	static struct player image;
	static const struct c2s_LOGIN_NEW_CHAR nothing;
	struct c2s_LOGIN_NEW_CHAR wish = nothing;
	wish.class = CLASS_WARRIOR;
	wish.race = wish.gender = wish.home = wish.head = 1;
	struct rng rng;
	rng_seed(&rng, 5);
	image = (struct player){.id = 77};
	creation_fill(&image, &world->config, world->catalog, &wish, dice, &rng);
	snprintf(image.name, sizeof image.name, "Dora");
	image.name_length = 4;
	return &image;
}

static enum tx_verdict reserve(struct tx *tx, void *context)
{
	struct entering *entering = context;
	uint32_t index = realm_reserve(tx, player_name(entering->character), entering->connection);
	entering->player = player_handle(tx->world, index);
	return index != 0 ? TX_COMMIT : TX_CANCEL;
}

/* She logs in where her record says. */
static uint32_t log_in(const struct player *character, struct place at)
{
	struct entering entering = {.connection = memory_world_connect(world),
								.character = character,
								.at = at,
								.heading = HEADING_SOUTH,
								.created = true,
								.belongings_are_new = true};
	uint32_t realm = world->world.realm_domain;
	assert_int_equal(memory_world_run(world, (uint32_t[2]){realm, 0}, reserve, &entering), TX_COMMIT);
	assert_int_equal(memory_world_run(world, (uint32_t[2]){at.map, realm}, entering_new, &entering), TX_COMMIT);
	return entering.player.index;
}

static void the_safes_are_as_alignment_and_life_have_them(void **state)
{
	(void)state;
	struct player *dora = record();
	dora->safe_mode = 0;
	dora->resuscitation_safe = 1;
	uint32_t index = log_in(dora, square);
	assert_int_equal(player_at(index)->safe_mode, 1);
	assert_int_equal(player_at(index)->resuscitation_safe, 0);

	dora = record();
	snprintf(dora->name, sizeof dora->name, "Caco");
	dora->reputation[REPUTATION_BANDIT] = 50000;
	dora->safe_mode = 1;
	dora->dead = 1;
	dora->hp = 0;
	index = log_in(dora, (struct place){.map = 1, .x = 52, .y = 40});
	assert_int_equal(player_at(index)->safe_mode, 0);
	assert_int_equal(player_at(index)->resuscitation_safe, 1);
	assert_int_equal(world->world.bodies[index].look, BODY_DEAD);
}

static void nobody_appears_on_an_exit(void **state)
{
	(void)state;
	struct place to;
	const struct map_def *map = catalog_map(world->catalog, gateway.map);
	assert_true(map_exit_at(world->catalog, map, gateway.x, gateway.y, &to));
	uint32_t index = log_in(record(), gateway);
	const struct body *body = &world->world.bodies[index];
	assert_int_equal(body->map, gateway.map);
	assert_false(map_exit_at(world->catalog, map, body->x, body->y, &to));
}

static void a_boat_is_worn_at_sea_only(void **state)
{
	(void)state;
	struct player *dora = record();
	dora->inventory[14] = (struct stack){.item = 474, .amount = 1};
	dora->equipment[EQUIP_BOAT] = 15;
	uint32_t index = log_in(dora, square);
	assert_int_equal(player_at(index)->equipment[EQUIP_BOAT], 0);

	dora = record();
	snprintf(dora->name, sizeof dora->name, "Caco");
	dora->inventory[14] = (struct stack){.item = 474, .amount = 1};
	dora->equipment[EQUIP_BOAT] = 15;
	index = log_in(dora, (struct place){.map = 77, .x = 55, .y = 33});
	assert_int_equal(player_at(index)->equipment[EQUIP_BOAT], 15);
	assert_true((world->world.bodies[index].flags & BODY_SAILING) != 0);
	assert_int_equal(world->world.bodies[index].look, 395);
}

static void levels_that_wait_are_given(void **state)
{
	(void)state;
	struct player *dora = record();
	dora->experience = 800;
	uint32_t index = log_in(dora, square);
	assert_int_equal(player_at(index)->level, 3);
	assert_int_equal(player_at(index)->experience, 80);
}

/* --- leaving ----------------------------------------------------------------------------------------------------------------- */

static void who_leaves_the_wild_is_seen(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	uint32_t beto = memory_world_player(world, "Beto", (struct place){.map = 2, .x = 31, .y = 40});
	world->world.bodies[ana].flags |= BODY_INVISIBLE | BODY_HIDDEN;
	player_at(ana)->trading = 1;
	DO(world, ana, QUIT);
	assert_int_equal(world->world.bodies[ana].flags & (BODY_INVISIBLE | BODY_HIDDEN), 0);
	assert_int_equal(memory_world_heard_count(world, beto, S2C_SET_INVISIBLE), 1);
	assert_int_equal(player_at(ana)->trading, 0);
	assert_int_equal(player_at(ana)->logout_due_ms, world->now_ms + 10000);

	world->now_ms += 1000;
	DO(world, ana, WORK, .skill = SKILL_STEALING); /* whoever does something stays */
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
	assert_true(memory_world_told(world, ana, TEXT_LEAVING_CANCELLED));
}

static enum tx_verdict dies(struct tx *tx, void *context)
{
	player_die(tx, *(const uint32_t *)context);
	return TX_COMMIT;
}

static enum tx_verdict is_disturbed(struct tx *tx, void *context)
{
	leaving_disturbed(tx, *(const uint32_t *)context);
	return TX_COMMIT;
}

static void who_pulls_the_plug_can_still_be_killed(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	memory_world_give(world, ana, 15, 38, 7);
	struct handle connection = player_at(ana)->connection;
	struct leaving_lost lost = {.player = player_handle(&world->world, ana), .connection = connection};
	memory_world_run(world, (uint32_t[2]){wood.map, world->world.realm_domain}, leaving_when_lost, &lost);
	memory_world_disconnect(world, connection);
	assert_int_equal(player_at(ana)->state, PLAYER_LINGERING);

	world->now_ms += 8000;
	uint64_t due_ms = player_at(ana)->logout_due_ms;
	memory_world_run(world, (uint32_t[2]){wood.map, 0}, is_disturbed, &ana);
	assert_int_equal(player_at(ana)->logout_due_ms, due_ms + 8000); /* it begins anew */
	memory_world_run(world, (uint32_t[2]){wood.map, 0}, dies, &ana);
	assert_int_equal(player_at(ana)->dead, 1);
	assert_int_equal(player_at(ana)->inventory[14].item, 0);
	world->now_ms += 10000;
	uint32_t map = wood.map;
	memory_world_run(world, (uint32_t[2]){map, 0}, map_tick, &map);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
	assert_int_equal(player_at(ana)->dead, 1);
}

/* Who was gone for a moment only has not been read from the store again: nothing of what was going on may have stayed. */
static void who_comes_right_back_begins_anew(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	uint32_t beto = memory_world_player(world, "Beto", (struct place){.map = 1, .x = 52, .y = 40});
	struct handle before = player_at(ana)->connection;
	player_at(ana)->attackable_by = 4711;
	player_at(ana)->shares = player_handle(&world->world, beto);
	DO(world, ana, QUIT);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
	memory_world_disconnect(world, before);
	struct entering again = {.connection = memory_world_connect(world), .player = player_handle(&world->world, ana)};
	assert_int_equal(
		memory_world_run(world, (uint32_t[2]){square.map, world->world.realm_domain}, entering_take_over, &again),
		TX_COMMIT);
	assert_int_equal(player_at(ana)->state, PLAYER_PLAYING);
	assert_int_equal(player_at(ana)->attackable_by, 0);
	assert_int_equal(player_at(ana)->shares.index, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STARTER_TEST(the_safes_are_as_alignment_and_life_have_them),
		STARTER_TEST(nobody_appears_on_an_exit),
		STARTER_TEST(a_boat_is_worn_at_sea_only),
		STARTER_TEST(levels_that_wait_are_given),
		STARTER_TEST(who_leaves_the_wild_is_seen),
		STARTER_TEST(who_pulls_the_plug_can_still_be_killed),
		STARTER_TEST(who_comes_right_back_begins_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
