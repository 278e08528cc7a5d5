/* Coming into the game and leaving it, in the starter world: rules-life-combat-magic.md 4. */
#include "common/catalog/tables.h"
#include "common/world/realm.h"
#include "tests/harness/little_catalog.h"
#include "tests/unit/test_starter.h"
#include "worker/game/creation.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
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
	assert_int_equal(player_at(index)->skill_points, 25);
	/* What is told on entering has all of them; a classic client would add these to it (protocol.md 7.2). */
	assert_int_equal(memory_world_heard_count(world, index, S2C_LEVEL_UP), 0);
}

/* 4.1 no. 4, in the little land, which has such a map. */
static void a_map_may_say_where_who_logs_in_appears(void **state)
{
	char folder[64];
	(void)state;
	memory_world_close(&world);
	little_catalog_write(folder);
	world = memory_world_open_at(folder, MEMORY_WORLD_CREATURES);
	little_catalog_remove(folder);
	uint32_t dora = log_in(record(), (struct place){.map = LAND_MUTE, .x = 20, .y = 20});
	assert_int_equal(body_at(dora)->map, LAND_MUTE);
	assert_int_equal(body_at(dora)->x, 60);
	assert_int_equal(body_at(dora)->y, 60);
	struct player *caco = record();
	snprintf(caco->name, sizeof caco->name, "Caco");
	uint32_t index = log_in(caco, (struct place){.map = LAND_WILD, .x = 20, .y = 20});
	assert_int_equal(body_at(index)->x, 20);
	assert_int_equal(body_at(index)->y, 20);
}

static void who_comes_where_somebody_stands_appears_beside_him(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	uint32_t dora = log_in(record(), square);
	assert_int_equal(body_at(ana)->x, square.x);
	assert_int_equal(player_at(ana)->state, PLAYER_PLAYING); /* nobody is thrown out for her */
	assert_int_equal(body_at(dora)->map, square.map);
	assert_int_equal(abs(body_at(dora)->x - square.x) + abs(body_at(dora)->y - square.y), 1);
}

/* --- twice ------------------------------------------------------------------------------------------------------------------- */

/* The same character is asked for from another connection. */
static enum tx_verdict log_in_again(uint32_t index, struct entering *entering)
{
	*entering =
		(struct entering){.connection = memory_world_connect(world), .player = player_handle(&world->world, index)};
	uint32_t map = world->world.bodies[index].map;
	return memory_world_run(world, (uint32_t[2]){map, world->world.realm_domain}, entering_take_over, entering);
}

static void lose_the_line(uint32_t index)
{
	struct handle connection = player_at(index)->connection;
	struct leaving_lost lost = {.player = player_handle(&world->world, index), .connection = connection};
	uint32_t map = world->world.bodies[index].map;
	memory_world_run(world, (uint32_t[2]){map, world->world.realm_domain}, leaving_when_lost, &lost);
	memory_world_disconnect(world, connection);
}

static void who_is_asked_for_again_plays_on_there(void **state)
{
	(void)state;
	struct entering entering;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	player_at(ana)->trading = 1;
	assert_int_equal(log_in_again(ana, &entering), TX_COMMIT);
	assert_int_equal(player_at(ana)->connection.index, entering.connection.index);
	assert_int_equal(player_at(ana)->trading, 0);
	assert_int_equal(memory_world_audit(world).players, 1);
}

/* 4.1 */
static void who_is_about_to_leave_the_wild_is_let_go(void **state)
{
	(void)state;
	struct entering entering;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	struct handle first = player_at(ana)->connection;
	DO(world, ana, QUIT);
	uint64_t due_ms = player_at(ana)->logout_due_ms;
	assert_int_not_equal(due_ms, 0);
	assert_int_equal(log_in_again(ana, &entering), TX_CANCEL);
	assert_int_equal(entering.refusal, TEXT_LEAVING_ELSEWHERE);
	assert_false(entering.vanished);
	assert_int_equal(player_at(ana)->logout_due_ms, due_ms);
	assert_int_equal(player_at(ana)->connection.index, first.index);
	memory_world_disconnect(world, entering.connection);

	world->now_ms = due_ms;
	uint32_t map = wood.map;
	memory_world_run(world, (uint32_t[2]){map, 0}, map_tick, &map);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
	memory_world_disconnect(world, first);
	assert_int_equal(log_in_again(ana, &entering), TX_COMMIT); /* now it is a return */
	assert_int_equal(player_at(ana)->state, PLAYER_PLAYING);
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
}

static void who_thinks_better_of_it_may_be_asked_for_again(void **state)
{
	(void)state;
	struct entering entering;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	DO(world, ana, QUIT);
	DO(world, ana, WALK, .heading = HEADING_NORTH);
	assert_int_equal(log_in_again(ana, &entering), TX_COMMIT);
}

static void whose_line_was_lost_is_played_on_at_once(void **state)
{
	(void)state;
	struct entering entering;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	DO(world, ana, QUIT);
	lose_the_line(ana);
	assert_int_equal(player_at(ana)->state, PLAYER_LINGERING);
	assert_int_equal(log_in_again(ana, &entering), TX_COMMIT);
	assert_int_equal(player_at(ana)->state, PLAYER_PLAYING);
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
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
	lose_the_line(ana);
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

static void who_leaves_a_safe_place_is_gone_at_once(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	DO(world, ana, QUIT);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
	uint32_t beto = memory_world_player(world, "Beto", square);
	lose_the_line(beto);
	assert_int_equal(player_at(beto)->state, PLAYER_GONE);
}

static void the_paralysed_stay_wherever_they_are(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", square);
	body_at(ana)->flags |= BODY_PARALYSED;
	player_at(ana)->paralysed = 1;
	DO(world, ana, QUIT);
	assert_true(memory_world_told(world, ana, TEXT_LEAVING_PARALYSED));
	assert_int_equal(player_at(ana)->state, PLAYER_PLAYING);
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
	lose_the_line(ana); /* nor does the plug help, on a safe map either */
	assert_int_equal(player_at(ana)->state, PLAYER_LINGERING);
	assert_int_equal(player_at(ana)->logout_due_ms, world->now_ms + 10000);
	world->now_ms += 10000;
	uint32_t map = square.map;
	memory_world_run(world, (uint32_t[2]){map, 0}, map_tick, &map);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
	assert_int_equal(player_at(ana)->paralysed, 1); /* and comes back so */
}

static void whoever_leaves_is_on_no_way_home_and_trades_no_more(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	memory_world_run(world, (uint32_t[2]){wood.map, 0}, dies, &ana);
	DO(world, ana, HOME);
	assert_int_equal(player_at(ana)->travelling, 1);
	player_at(ana)->trading = 1;
	lose_the_line(ana);
	assert_int_equal(player_at(ana)->state, PLAYER_LINGERING);
	assert_int_equal(player_at(ana)->travelling, 0);
	assert_int_equal(player_at(ana)->trading, 0);
	assert_int_equal(player_at(ana)->effect_due_ms[EFFECT_HOME], 0);
}

static void a_step_ends_the_countdown_even_on_the_way_home(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", wood);
	memory_world_run(world, (uint32_t[2]){wood.map, 0}, dies, &ana);
	DO(world, ana, QUIT);
	DO(world, ana, HOME);
	assert_int_not_equal(player_at(ana)->logout_due_ms, 0);
	DO(world, ana, WALK, .heading = HEADING_NORTH);
	assert_int_equal(player_at(ana)->logout_due_ms, 0);
	assert_int_equal(body_at(ana)->y, wood.y); /* who travels does not walk */
}

static void each_deed_ends_the_countdown_and_looking_does_not(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", wood);
#define STAYS(stays, ...)                                                                                              \
	world->now_ms += 5000;                                                                                             \
	DO(world, ana, QUIT);                                                                                              \
	assert_int_not_equal(player_at(ana)->logout_due_ms, 0);                                                            \
	DO(world, ana, __VA_ARGS__);                                                                                       \
	assert_int_equal(player_at(ana)->logout_due_ms == 0, stays);                                                       \
	player_at(ana)->logout_due_ms = 0
	STAYS(true, WALK, .heading = HEADING_NORTH);
	STAYS(true, ATTACK);
	STAYS(true, WORK, .skill = SKILL_STEALING);
	STAYS(true, WORK_LEFT_CLICK, .x = 30, .y = 40, .skill = SKILL_MAGIC);
	STAYS(false, LEFT_CLICK, .x = 30, .y = 40);
	STAYS(false, CHANGE_HEADING, .heading = HEADING_WEST);
	STAYS(false, TALK, .text = TEXT("Adios"));
	STAYS(false, REQUEST_POSITION_UPDATE);
#undef STAYS
}

struct last_words {
	bool told, disconnected;
};

static void last_words_take(void *context, const struct note *note)
{
	struct last_words *words = context;
	struct s2c_packet packet;
	if (note->kind != NOTE_CLOSE)
		return;
	for (size_t at = 0, used = 0; at < note->bytes; at += used) {
		assert_int_equal(
			s2c_read(world->tx.dialect, world->bytes + at, note->bytes - at, RING_ENTRY_MAX, &used, &packet),
			PACKET_OK);
		words->told = words->told || packet.id == S2C_CONSOLE_MSG;
		words->disconnected = packet.id == S2C_DISCONNECT; /* the last word */
	}
}

/* 4.2: the Godot client does not know the packet, and is content with the end of the connection. */
static void a_classic_client_is_told_that_it_is_over(void **state)
{
	(void)state;
	static const enum dialect dialects[] = {DIALECT_GODOT, DIALECT_CLASSIC};
	for (unsigned i = 0; i < 2; i++) {
		world->tx.dialect = dialects[i];
		uint32_t ana = memory_world_player(world, i == 0 ? "Ana" : "Beto", square);
		struct last_words words = {false, false};
		DO(world, ana, QUIT);
		memory_world_notes(world, world->world.realm_domain, last_words_take, &words);
		assert_true(words.told);
		assert_int_equal(words.disconnected, dialects[i] == DIALECT_CLASSIC);
	}
}

static enum tx_verdict looks_like_another(struct tx *tx, void *context)
{
	static const struct looks beast = {.look = 10, .head = 0, .weapon = 2, .shield = 2, .helmet = 2};
	effect_mimic(tx, *(const uint32_t *)context, &beast, true);
	return TX_COMMIT;
}

/* 4.3, 20 no. 22 and 24 */
static void who_comes_back_is_himself(void **state)
{
	(void)state;
	struct entering entering;
	uint32_t ana = memory_world_player(world, "Ana", square);
	struct body before = *body_at(ana);
	memory_world_run(world, (uint32_t[2]){square.map, 0}, looks_like_another, &ana);
	assert_int_equal(body_at(ana)->look, 10);
	player_at(ana)->attributes_now[ATTRIBUTE_STRENGTH - 1] += 5;
	struct handle connection = player_at(ana)->connection;
	DO(world, ana, QUIT);
	assert_int_equal(player_at(ana)->state, PLAYER_GONE);
	assert_int_equal(player_at(ana)->head, before.head); /* what is saved */
	memory_world_disconnect(world, connection);
	assert_int_equal(log_in_again(ana, &entering), TX_COMMIT);
	assert_int_equal(body_at(ana)->look, before.look);
	assert_int_equal(body_at(ana)->head, before.head);
	assert_int_equal(player_at(ana)->mimicking, 0);
	assert_int_equal(player_at(ana)->ignored, 0);
	assert_memory_equal(player_at(ana)->attributes_now, player_at(ana)->attributes, ATTRIBUTE_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STARTER_TEST(the_safes_are_as_alignment_and_life_have_them),
		STARTER_TEST(nobody_appears_on_an_exit),
		STARTER_TEST(a_boat_is_worn_at_sea_only),
		STARTER_TEST(levels_that_wait_are_given),
		STARTER_TEST(a_map_may_say_where_who_logs_in_appears),
		STARTER_TEST(who_comes_where_somebody_stands_appears_beside_him),
		STARTER_TEST(who_is_asked_for_again_plays_on_there),
		STARTER_TEST(who_is_about_to_leave_the_wild_is_let_go),
		STARTER_TEST(who_thinks_better_of_it_may_be_asked_for_again),
		STARTER_TEST(whose_line_was_lost_is_played_on_at_once),
		STARTER_TEST(who_leaves_the_wild_is_seen),
		STARTER_TEST(who_pulls_the_plug_can_still_be_killed),
		STARTER_TEST(who_comes_right_back_begins_anew),
		STARTER_TEST(who_leaves_a_safe_place_is_gone_at_once),
		STARTER_TEST(the_paralysed_stay_wherever_they_are),
		STARTER_TEST(whoever_leaves_is_on_no_way_home_and_trades_no_more),
		STARTER_TEST(a_step_ends_the_countdown_even_on_the_way_home),
		STARTER_TEST(each_deed_ends_the_countdown_and_looking_does_not),
		STARTER_TEST(a_classic_client_is_told_that_it_is_over),
		STARTER_TEST(who_comes_back_is_himself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
