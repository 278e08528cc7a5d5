/* Server.ini as the configuration sees it (formats.md 16). */
#include "tests/unit/test_catalog_world.h"

#include "common/catalog/server_ini.h"

static struct server_ini *read_good(struct world *world)
{
	struct server_ini *ini = malloc(sizeof *ini);
	assert_non_null(ini);
	world->warnings.total = world->warnings.kept = 0;
	if (!server_ini_read(world->root, ini, &world->warnings, &world->why))
		fail_msg("refused: %s", world->why.text);
	return ini;
}

static void an_absent_file_gives_the_classic_values_and_says_so(void **state)
{
	struct server_ini *ini = read_good(*state);
	assert_false(ini->found);
	assert_true(ini->present == 0);
	assert_int_equal(ini->number[SERVER_INI_STRIKE], 1500);
	assert_int_equal(ini->number[SERVER_INI_PORT], 7666);
	assert_string_equal(ini->version, "");
	assert_false(ini->has_start);
	free(ini);
}

static void each_value_says_whether_it_stands_in_the_file(void **state)
{
	struct world *world = *state;
	world_write(
		world, "Server.ini",
		"[INIT]\r\nVersion=0.13.0\r\nMaxUsers = 77\r\nIdleLimit=5\r\nPuedeCrearPersonajes=0\r\nStartPos=1-58-45\r\n"
		"Encriptar=1\r\n[AOSSLib]\r\nlogdir=logs\r\n[INTERVALOS]\r\nIntervaloWS=180 'minutes\r\nIntervaloSed= "
		"4000\r\n");
	struct server_ini *ini = read_good(world);
	assert_true(ini->found);
	assert_string_equal(ini->version, "0.13.0");
	assert_true(server_ini_has(ini, SERVER_INI_MAX_USERS));
	assert_int_equal(ini->number[SERVER_INI_MAX_USERS], 77);
	assert_true(server_ini_has(ini, SERVER_INI_CREATION));
	assert_int_equal(ini->number[SERVER_INI_CREATION], 0);
	assert_int_equal(ini->number[SERVER_INI_WORLD_SAVE], 180);
	assert_int_equal(ini->number[SERVER_INI_THIRST], 4000);
	assert_false(server_ini_has(ini, SERVER_INI_HUNGER));
	assert_int_equal(ini->number[SERVER_INI_HUNGER], 6500);
	assert_true(ini->has_start);
	assert_int_equal(ini->start.x, 58);
	expect_warning(world, "Server.ini line 7 (Encriptar): a key that this server does not use");
	expect_warning(world, "Server.ini line 8 (AOSSLib): a section that this server does not use");
	free(ini);
}

static void only_the_first_counted_names_are_real(void **state)
{
	struct world *world = *state;
	world_write(
		world, "Server.ini",
		"[INIT]\r\nDioses=2\r\nConsejeros=0\r\nAdmines=2\r\n"
		"[Dioses]\r\nDios1=*gandalf\r\nDios2=+Radagast \361and\372\r\nDios3=sauron\r\n"
		"[Consejeros]\r\nConsejero1=grima\r\n[Admines]\r\nAdmin2=una persona con un nombre demasiado largo\r\n");
	struct server_ini *ini = read_good(world);
	assert_int_equal(ini->name_count[SERVER_INI_GODS], 2);
	assert_string_equal(ini->name[SERVER_INI_GODS][0], "GANDALF");
	assert_string_equal(ini->name[SERVER_INI_GODS][1], "RADAGAST \321AND\332");
	assert_int_equal(ini->name_count[SERVER_INI_COUNSELLORS], 0);
	assert_int_equal(ini->name_count[SERVER_INI_ADMINS], 0);
	assert_int_equal(ini->lists_present, 1 << SERVER_INI_GODS | 1 << SERVER_INI_COUNSELLORS | 1 << SERVER_INI_ADMINS);
	expect_warning(world,
				   "(Admin1 of [Admines]): a name that is absent, empty, or longer than 31 bytes; skipped (2 such");
	free(ini);
}

static void numbers_outside_their_range_are_clamped_and_damage_is_refused(void **state)
{
	struct world *world = *state;
	world_write(world, "Server.ini", "[INIT]\r\nMaxUsers=99999\r\nDioses=100000\r\nStartPort=0\r\n");
	struct server_ini *ini = read_good(world);
	assert_int_equal(ini->number[SERVER_INI_MAX_USERS], INT16_MAX);
	assert_int_equal(ini->number[SERVER_INI_PORT], 1);
	assert_int_equal(ini->name_count[SERVER_INI_GODS], 0);
	expect_warning(world, "Server.ini line 2: MaxUsers=99999 is outside 0..32767; taken as 32767");
	world_write_bytes(world, "Server.ini", "[INIT]\n\0", 8);
	assert_false(server_ini_read(world->root, ini, &world->warnings, &world->why));
	assert_non_null(strstr(world->why.text, "Server.ini line 2: a zero byte"));
	free(ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(an_absent_file_gives_the_classic_values_and_says_so),
		WORLD_TEST(each_value_says_whether_it_stands_in_the_file),
		WORLD_TEST(only_the_first_counted_names_are_real),
		WORLD_TEST(numbers_outside_their_range_are_clamped_and_damage_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
