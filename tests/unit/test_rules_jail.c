/* Blocking passages and going to jail for it (rules-life-combat-magic.md 10.8, 14.8): the little land with a jail, which is a map
 * known by number. */
#include <sys/stat.h>

#include "common/catalog/tables.h"
#include "tests/harness/little_catalog.h"
#include "tests/unit/test_starter.h"
#include "worker/game/death.h"
#include "worker/game/jail.h"
#include "worker/game/rule.h"
#include "worker/game/tick.h"

enum { CREATURES = 60, CHECK_MS = 6000, MINUTE_MS = 60000, FILE_MOST = 1 << 20 };

static char folder[64];

static void file_copy(const char *from, const char *to)
{
	static char bytes[FILE_MOST];
	char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, from);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t size = fread(bytes, 1, sizeof bytes, file);
	assert_true(size > 0 && size < sizeof bytes);
	fclose(file);
	snprintf(path, sizeof path, "%s/%s", folder, to);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void file_write(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The jail is a wild place. */
static int open_jail(void **state)
{
	(void)state;
	assert_int_equal(table_jail.map, 66);
	little_catalog_write(folder);
	file_copy("Maps/Mapa2.map", "Maps/Mapa66.map");
	file_copy("Maps/Mapa2.inf", "Maps/Mapa66.inf");
	file_write("Maps/Mapa66.dat", "[MAPA66]\r\nName=Calabozo\r\nPk=0\r\n");
	file_write("Dat/Map.dat", "[INIT]\r\nMapPath=\\Maps\\\r\nNumMaps=66\r\n");
	world = memory_world_open_at(folder, CREATURES);
	world->config.intervals.idle_minutes = 0;
	return 0;
}

static int close_jail(void **state)
{
	little_catalog_remove(folder);
	return close_world(state);
}

static const struct place passage = {.map = LAND_WILD, .x = PASSAGE_X, .y = GROUNDS_Y};

/* So many ticks of a second each, of the map where he is. */
static void live_s(uint32_t who, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		uint32_t map = body_at(who)->map;
		world->now_ms += 1000;
		memory_world_run(world, (uint32_t[2]){map, 0}, map_tick, &map);
	}
}

static enum tx_verdict dies(struct tx *tx, void *context)
{
	player_die(tx, *(const uint32_t *)context);
	return TX_COMMIT;
}

static enum tx_verdict is_jailed(struct tx *tx, void *context)
{
	if (!tx_need(tx, table_jail.map))
		return TX_AGAIN;
	assert_true(jail_send(tx, *(const uint32_t *)context, 2));
	return TX_COMMIT;
}

static void run(uint32_t who, tx_fn *fn)
{
	memory_world_run(world, (uint32_t[2]){body_at(who)->map, 0}, fn, &who);
}

static bool stands_at(uint32_t who, struct place at)
{
	const struct body *body = body_at(who);
	return body->map == at.map && body->x == at.x && body->y == at.y;
}

static void who_blocks_for_too_long_is_jailed_and_set_free(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", passage);
	live_s(ana, 23 * CHECK_MS / 1000);
	assert_int_equal(player_at(ana)->blocking_count, 23);
	assert_true(stands_at(ana, passage));
	live_s(ana, CHECK_MS / 1000);
	assert_true(stands_at(ana, table_jail));
	assert_int_equal(player_at(ana)->jail_minutes, 10);
	assert_int_equal(player_at(ana)->blocking_count, 0);
	live_s(ana, 540);
	assert_int_equal(player_at(ana)->jail_minutes, 1);
	assert_int_equal(body_at(ana)->map, table_jail.map);
	live_s(ana, 60);
	assert_int_equal(player_at(ana)->jail_minutes, 0);
	assert_true(stands_at(ana, table_jail_release));
	assert_true(memory_world_told(world, ana, TEXT_JAIL_OVER));
}

static void who_steps_aside_before_the_check_is_counted_anew(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", passage);
	live_s(ana, 20 * CHECK_MS / 1000);
	assert_int_equal(player_at(ana)->blocking_count, 20);
	DO(world, ana, WALK, .heading = HEADING_NORTH);
	live_s(ana, CHECK_MS / 1000);
	assert_int_equal(player_at(ana)->blocking_count, 0);
	world->now_ms += 1000;
	DO(world, ana, WALK, .heading = HEADING_SOUTH);
	live_s(ana, 10 * CHECK_MS / 1000);
	assert_int_equal(player_at(ana)->blocking_count, 10);
	assert_true(stands_at(ana, passage));
}

static void ghosts_and_staff_block_nothing(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", passage);
	run(ana, dies);
	live_s(ana, 30 * CHECK_MS / 1000);
	assert_int_equal(player_at(ana)->jail_minutes, 0);
	assert_true(stands_at(ana, passage));
	uint32_t eva =
		memory_world_player(world, "Eva", (struct place){.map = LAND_WILD, .x = PASSAGE_X + 1, .y = GROUNDS_Y});
	player_at(eva)->privileges = PRIVILEGE_GOD;
	DO(world, eva, WALK, .heading = HEADING_WEST); /* changes places with the ghost */
	live_s(eva, 30 * CHECK_MS / 1000);
	assert_int_equal(player_at(eva)->jail_minutes, 0);
}

static void the_way_home_does_not_lead_out_of_jail(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", (struct place){.map = LAND_WILD, .x = 40, .y = 40});
	run(ana, dies);
	DO(world, ana, HOME);
	assert_int_equal(player_at(ana)->travelling, 1);
	run(ana, is_jailed); /* from the way, too */
	assert_true(stands_at(ana, table_jail));
	assert_int_equal(player_at(ana)->travelling, 0);
	DO(world, ana, HOME);
	assert_true(memory_world_told(world, ana, TEXT_HOME_NOT_HERE));
	assert_int_equal(player_at(ana)->travelling, 0);
	live_s(ana, 125); /* the dead sit it out like the living */
	assert_int_equal(player_at(ana)->jail_minutes, 0);
	assert_true(stands_at(ana, table_jail_release));
}

static void who_is_led_away_rests_and_meditates_no_longer(void **state)
{
	(void)state;
	uint32_t ana = memory_world_player(world, "Ana", (struct place){.map = LAND_WILD, .x = 40, .y = 40});
	body_at(ana)->flags |= BODY_RESTING | BODY_MEDITATING;
	run(ana, is_jailed);
	assert_int_equal(body_at(ana)->flags & (BODY_RESTING | BODY_MEDITATING), 0);
	assert_int_equal(player_at(ana)->jail_minutes, 2);
}

#define JAIL_TEST(name) cmocka_unit_test_setup_teardown(name, open_jail, close_jail)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JAIL_TEST(who_blocks_for_too_long_is_jailed_and_set_free),
		JAIL_TEST(who_steps_aside_before_the_check_is_counted_anew),
		JAIL_TEST(ghosts_and_staff_block_nothing),
		JAIL_TEST(the_way_home_does_not_lead_out_of_jail),
		JAIL_TEST(who_is_led_away_rests_and_meditates_no_longer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
