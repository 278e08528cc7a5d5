/* What formats.md 22 says to reject or cap, and the layouts of formats.md 21: each on a small world written by the test
 * itself, each with the message that names file and line or tile. */
#include "tests/unit/test_catalog_world.h"

#include "common/catalog/files.h"

static void a_short_map_is_refused(void **state)
{
	struct world *world = *state;
	world_write(world, "Maps/Mapa2.map", "only this");
	expect_refused(world, "Maps/Mapa2.map: 9 bytes; a map has at least 30273");
}

/* Writes map 2 with `change` bytes more or fewer than it should have. */
static void map_write_resized(struct world *world, const char *name, bool inf, const struct fixture_map *fixture,
							  int change)
{
	uint8_t *bytes = calloc(1, FIXTURE_BYTES_MAX);
	assert_non_null(bytes);
	size_t size = inf ? fixture_inf_bytes(fixture, bytes) : fixture_map_bytes(fixture, bytes);
	world_write_bytes(world, name, bytes, size + (size_t)change);
	free(bytes);
}

static void a_map_that_ends_inside_a_tile_or_goes_on_behind_the_last_is_refused(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_trigger(fixture, 100, 100, 1);
	map_write_resized(world, "Maps/Mapa2.map", false, fixture, -1);
	expect_refused(world, "Maps/Mapa2.map tile (100,100): the file of 30274 bytes ends inside this tile");
	map_write_resized(world, "Maps/Mapa2.map", false, fixture, 3);
	expect_refused(world, "Maps/Mapa2.map: 3 bytes left over behind tile (100,100)");
	free(fixture);
}

static void an_inf_that_ends_inside_a_tile_or_goes_on_behind_the_last_is_refused(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_exit(fixture, 99, 100, 1, 1, 1);
	map_write_resized(world, "Maps/Mapa2.inf", true, fixture, -4);
	expect_refused(world, "Maps/Mapa2.inf tile (99,100): the file of 10012 bytes ends inside this tile");
	map_write_resized(world, "Maps/Mapa2.inf", true, fixture, 1);
	expect_refused(world, "Maps/Mapa2.inf: 1 bytes left over behind tile (100,100)");
	world_write(world, "Maps/Mapa2.inf", "");
	expect_refused(world, "Maps/Mapa2.inf: 0 bytes; it ends inside its header");
	world_remove(world, "Maps/Mapa2.inf");
	expect_refused(world, "Maps/Mapa2.inf: this file is missing beside the .map");
	free(fixture);
}

static void unknown_flag_bits_are_refused_with_their_tile(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_tile_at(fixture, 72, 43)->flags = 0x20;
	world_write_map(world, 2, fixture);
	expect_refused(world, "Maps/Mapa2.map tile (72,43): flags with bits 5-7 set");
	fixture_tile_at(fixture, 72, 43)->flags = 0;
	fixture_tile_at(fixture, 9, 7)->inf_flags = 0x08;
	world_write_map(world, 2, fixture);
	expect_refused(world, "Maps/Mapa2.inf tile (9,7): flags with bits 3-7 set");
	free(fixture);
}

static void exits_that_lead_nowhere_are_dropped(void **state)
{
	struct world *world = *state;
	static const int destinations[][3] = {{3, 1, 1},   {0, 5, 5},  {-1, 5, 5}, {2, 0, 5},
										  {2, 101, 5}, {2, 5, -3}, {4, 5, 5}};
	struct fixture_map *fixture = fixture_map_create();
	for (unsigned i = 0; i < 7; i++)
		fixture_exit(fixture, 10 + i, 20, destinations[i][0], destinations[i][1], destinations[i][2]);
	fixture_exit(fixture, 17, 20, 2, 100, 100);
	world_write_map(world, 1, fixture);
	free(fixture);
	world_replace(world, "Dat/Map.dat", "NumMaps=2", "NumMaps=3");
	const struct catalog *cat = world_open(world);
	struct place to;
	assert_int_equal(catalog_map(cat, 1)->exit_count, 1);
	for (int x = 10; x < 17; x++)
		assert_false(map_exit_at(cat, catalog_map(cat, 1), x, 20, &to));
	assert_true(map_exit_at(cat, catalog_map(cat, 1), 17, 20, &to));
	expect_warning(world, "Maps/Mapa1.inf tile (10,20): an exit to map 3, which is not there; dropped");
	expect_warning(world, "Maps/Mapa1.inf tile (11,20): an exit to map 0 at 5,5; 1..3 and 1..100 are allowed; dropped");
	expect_warning(world, "Maps/Mapa1.inf tile (13,20): an exit to map 2 at 0,5; 1..3 and 1..100 are allowed; dropped");
}

static void amounts_and_triggers_outside_their_range_are_dropped(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_object(fixture, 10, 20, 1, 0);
	fixture_object(fixture, 11, 20, 1, -5);
	fixture_object(fixture, 12, 20, 1, 10001);
	fixture_object(fixture, 13, 20, 1, 10000);
	fixture_trigger(fixture, 14, 20, 7);
	fixture_trigger(fixture, 15, 20, -1);
	world_write_map(world, 1, fixture);
	free(fixture);
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_map(cat, 1)->object_count, 1);
	assert_int_equal(map_tile_trigger(cat, catalog_map(cat, 1), 14, 20), TRIGGER_NONE);
	assert_int_equal(map_tile_trigger(cat, catalog_map(cat, 1), 15, 20), TRIGGER_NONE);
	expect_warning(world, "Maps/Mapa1.inf tile (12,20): 10001 of object 1; 1..10000 are allowed; dropped");
	expect_warning(world, "Maps/Mapa1.map tile (14,20): a trigger outside 0..6; taken as 0 (2 such");
}

static void counts_that_are_absent_zero_negative_or_absurd_are_refused(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *file, *before, *key, *count;
		unsigned line;
	} files[] = {{"Dat/obj.dat", "NumObjs=6", "NumObjs", "6", 2},
				 {"Dat/NPCs.dat", "NumNPCs=3", "NumNPCs", "3", 2},
				 {"Dat/Hechizos.dat", "NumeroHechizos=2", "NumeroHechizos", "2", 2},
				 {"Dat/Map.dat", "NumMaps=2", "NumMaps", "2", 3}};
	static const char *const bad[] = {"0", "-1", "10001", "2147483648", "1e300", "none", ""};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char line[64], expected[128];
		const char *before = files[i].before;
		for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
			static char written[2][64]; /* the line that stands there now and the one before it */
			snprintf(written[k % 2], sizeof written[0], "%s=%s\r", files[i].key, bad[k]);
			snprintf(line, sizeof line, "%s\r", k == 0 ? before : "");
			world_replace(world, files[i].file, k == 0 ? line : written[(k + 1) % 2], written[k % 2]);
			snprintf(expected, sizeof expected, "%s line %u: %s=%s; a number from 1 to 10000 is needed", files[i].file,
					 files[i].line, files[i].key, bad[k]);
			expect_refused(world, expected);
		}
		snprintf(line, sizeof line, "%s=\r", files[i].key);
		world_replace(world, files[i].file, line, "Other=1\r");
		snprintf(expected, sizeof expected, "%s: %s is absent from [INIT]", files[i].file, files[i].key);
		expect_refused(world, expected);
		snprintf(line, sizeof line, "%s\r", before);
		world_replace(world, files[i].file, "Other=1\r", line);
	}
	world_open(world);
}

static void counts_inside_a_creature_are_capped(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/NPCs.dat", "NROITEMS=2", "NROITEMS=31");
	world_replace(world, "Dat/NPCs.dat", "LanzaSpells=1", "LanzaSpells=256");
	world_replace(world, "Dat/NPCs.dat", "Drop1=3-50", "Drop1=3-50\r\nDrop6=1-1");
	world_replace(world, "Dat/obj.dat", "CP1=MAGO", "CP1=MAGO\r\nCP2=NADIE\r\nCP3=BARDO\r\nCP5=DRUIDA\r\nCP13=LADRON");
	const struct catalog *cat = world_open(world);
	unsigned count;
	(void)creature_stock(cat, catalog_creature(cat, 2), &count);
	assert_int_equal(count, CREATURE_STOCK_MAX);
	(void)creature_spells(cat, catalog_creature(cat, 1), &count);
	assert_int_equal(count, 1);
	const struct item_def *sword = catalog_item(cat, 2);
	assert_int_equal(sword->forbidden_classes, 1 << (CLASS_MAGE - 1) | 1 << (CLASS_BARD - 1)); /* CP4 ends the list */
	expect_warning(world, "Dat/NPCs.dat line 24: NROITEMS=31 is outside 0..30; taken as 30");
	expect_warning(world, "Dat/NPCs.dat line 13: LanzaSpells=256 is outside 0..255; taken as 255");
	expect_warning(world, "Drop6; a creature has 5 drops at most; ignored");
	expect_warning(world, "CP13; there are only 12 classes; ignored");
	expect_warning(world, "CP2=NADIE is no class; ignored");
}

static void numbers_outside_their_type_are_clamped(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "GrhIndex=500", "GrhIndex=40000");
	world_replace(world, "Dat/obj.dat", "Valor=3", "Valor=-7");
	world_replace(world, "Dat/obj.dat", "ObjType=24", "ObjType=39");
	world_replace(world, "Dat/NPCs.dat", "Obj1=1-100", "Obj1=1-20000");
	world_replace(world, "Dat/NPCs.dat", "Drop1=3-50", "Drop1=3-100000\r\nDrop2=1-20000\r\nDrop3=1-0");
	const struct catalog *cat = world_open(world);
	unsigned count;
	assert_int_equal(catalog_item(cat, 1)->graphic, INT16_MAX);
	assert_int_equal(catalog_item(cat, 1)->price, 0);
	assert_int_equal(catalog_item(cat, 6)->kind, ITEM_NOTHING);
	assert_int_equal(creature_stock(cat, catalog_creature(cat, 2), &count)[0].amount, 10000);
	assert_int_equal(catalog_creature(cat, 1)->drop[0].amount, 100000); /* gold may exceed a stack */
	assert_int_equal(catalog_creature(cat, 1)->drop[1].amount, 10000);
	assert_int_equal(catalog_creature(cat, 1)->drop[2].item, 0);
	expect_warning(world, "Dat/obj.dat line 6: GrhIndex=40000 is outside 0..32767; taken as 32767");
	expect_warning(world, "Dat/obj.dat line 9: Valor=-7 is outside 0..2147483647; taken as 0");
	expect_warning(world, "ObjType 39 is unknown");
}

static void balance_without_any_one_of_its_keys_is_refused(void **state)
{
	struct world *world = *state;
	char *text = world_read(world, "Dat/Balance.dat");
	unsigned keys = 0, line = 0;
	for (char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
		char *end = strchr(at, '\n');
		line++;
		if (*at == '[' || memchr(at, '=', (size_t)(end - at)) == NULL)
			continue;
		char keep = *at, key[32];
		snprintf(key, sizeof key, "%.*s", (int)(strchr(at, '=') - at), at);
		*at = ';'; /* the key becomes a remark */
		world_write(world, "Dat/Balance.dat", text);
		*at = keep;
		expect_refused(world, "lacks the key");
		if (strstr(world->why.text, key) == NULL || strstr(world->why.text, "Dat/Balance.dat line ") == NULL)
			fail_msg("line %u: %s", line, world->why.text);
		keys++;
	}
	assert_int_equal(keys, 159);
	world_write(world, "Dat/Balance.dat", text);
	world_replace(world, "Dat/Balance.dat", "[MODVIDA]", "[OTRA]");
	expect_refused(world, "Dat/Balance.dat: there is no section [MODVIDA]");
	world_write(world, "Dat/Balance.dat", text);
	world_replace(world, "Dat/Balance.dat", "Mago=0.125", "Mago=mucho");
	expect_refused(world, "Mago=mucho of [MODEVASION] is no number");
	world_write(world, "Dat/Balance.dat", text);
	world_replace(world, "Dat/Balance.dat", "Mago=0.125", "Mago=-1");
	expect_refused(world, "is outside 0..1000");
	free(text);
}

static void cities_without_any_one_of_their_keys_are_refused(void **state)
{
	struct world *world = *state;
	char *text = world_read(world, "Dat/Ciudades.Dat");
	unsigned keys = 0;
	for (char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
		char keep = *at;
		*at = ';';
		world_write(world, "Dat/Ciudades.Dat", text);
		*at = keep;
		expect_refused(world, keep == '[' ? "every city is needed" : "lacks the key");
		keys++;
	}
	assert_int_equal(keys, 28);
	world_write(world, "Dat/Ciudades.Dat", text);
	free(text);
	world_replace(world, "Dat/Ciudades.Dat", "X=51", "X=101");
	expect_refused(world, "Dat/Ciudades.Dat line 6: X=101 of [Ullathorpe]; a number from 1 to 100 is needed");
}

static void a_city_on_an_absent_map_is_told(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/Ciudades.Dat", "MAPA=2", "MAPA=286");
	world_open(world);
	expect_warning(world, "Dat/Ciudades.Dat line 1: Nemahuak is on map 286, which is not there");
}

static void needed_files_that_are_missing_are_refused(void **state)
{
	static const char *const names[] = {"Dat/Hechizos.dat", "Dat/obj.dat", "Dat/NPCs.dat",
										"Dat/Balance.dat",  "Dat/Map.dat", "Dat/Ciudades.Dat"};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char expected[64];
		world_rename(world, names[i], "Dat/away");
		snprintf(expected, sizeof expected, "%s: this file is missing", names[i]);
		expect_refused(world, expected);
		world_rename(world, "Dat/away", names[i]);
	}
	world_open(world);
}

static void zero_bytes_and_endless_lines_are_refused_with_their_line(void **state)
{
	struct world *world = *state;
	world_write_bytes(world, "Dat/Help.dat", "[INIT]\r\nNum\0Lines=1\r\n", 21);
	expect_refused(world, "Dat/Help.dat line 2: a zero byte");
	char *text = calloc(1, 6000);
	assert_non_null(text);
	memset(text, 'x', 5000);
	world_write(world, "Dat/Help.dat", text);
	expect_refused(world, "Dat/Help.dat line 1: 5000 bytes long; at most 4096 are allowed");
	world_write(world, "Dat/Help.dat", "");
	world_write(world, "Dat/NombresInvalidos.txt", text);
	expect_refused(world, "Dat/NombresInvalidos.txt line 1: 5000 bytes long");
	world_write_bytes(world, "Dat/NombresInvalidos.txt", "a\nb\0c\n", 6);
	expect_refused(world, "Dat/NombresInvalidos.txt line 2: a zero byte");
	free(text);
}

static void a_file_over_16_megabytes_is_refused(void **state)
{
	struct world *world = *state;
	char path[512];
	world_path(world, "Maps/Mapa2.map", path);
	assert_int_equal(truncate(path, FILE_BYTES_MAX + 1), 0);
	expect_refused(world, "Maps/Mapa2.map: 16777217 bytes; a file of a world has at most 16777216");
}

static void what_is_no_regular_file_is_refused_and_does_not_hang_the_start(void **state)
{
	struct world *world = *state;
	char path[512];
	world_remove(world, "Dat/obj.dat");
	world_path(world, "Dat/obj.dat", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_refused(world, "Dat/obj.dat: cannot open it: it is not a regular file");
	world_remove(world, "Dat/obj.dat");
	assert_int_equal(mkdir(path, 0700), 0);
	expect_refused(world, "Dat/obj.dat: cannot open it: it is not a regular file");
}

static void folders_are_needed_and_stay_inside_the_root(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/Map.dat", "\\Maps\\", "\\..\\Maps\\");
	expect_refused(world, "Dat/Map.dat line 2: ..: there is no such folder");
	world_replace(world, "Dat/Map.dat", "\\..\\Maps\\", "/Otros/");
	expect_refused(world, "Dat/Map.dat line 2: Otros: there is no such folder");
	world_rename(world, "Dat", "Data");
	expect_refused(world, "Dat: there is no such folder");
	assert_int_equal(catalog_build("/nonexistent/world", &world->warnings, &world->why), -1);
	assert_non_null(strstr(world->why.text, "/nonexistent/world: cannot open this folder"));
}

static void the_map_path_may_use_either_slash(void **state)
{
	struct world *world = *state;
	uint64_t before = catalog_content_hash(world_open(world));
	world_replace(world, "Dat/Map.dat", "\\Maps\\", "./maps/");
	assert_int_equal(catalog_content_hash(world_open(world)), before);
}

/* --- layouts that are not classic (formats.md 21) --- */

static void graphics_of_32_bits_are_recognised(void **state)
{
	struct world *world = *state;
	size_t size = MAP_FILE_HEADER_BYTES + 5 * MAP_TILES + 2, at = MAP_FILE_HEADER_BYTES;
	uint8_t *bytes = calloc(1, size);
	assert_non_null(bytes);
	for (unsigned i = 0; i < MAP_TILES; i++, at += 5)
		bytes[at + 1] = 6;
	bytes[at - 5] = MAP_FILE_TRIGGER;
	world_write_bytes(world, "Maps/Mapa2.map", bytes, size);
	free(bytes);
	expect_refused(world, "Maps/Mapa2.map: graphics of 32 bits, the layout of a later branch");
}

static void the_sparse_layout_is_recognised(void **state)
{
	struct world *world = *state;
	world_rename(world, "Maps/Mapa1.map", "Maps/1.map");
	world_rename(world, "Maps/Mapa2.map", "Maps/2.map");
	world_write(world, "Maps/1.json", "{}");
	expect_refused(world, "1.map beside 1.json is the sparse layout of another server");
	world_remove(world, "Maps/1.json");
	expect_refused(world, "none of Mapa1.map to Mapa2.map is there");
}

static void english_item_keys_are_recognised(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "GrhIndex=500\r\nObjType=1", "graphic_index=500\r\nobject_type=1");
	expect_refused(
		world, "Dat/obj.dat line 4: keys like object_type and graphic_index belong to the layout of another server");
}

/* --- damage at random --- */

static void no_damage_to_a_file_brings_the_reader_down(void **state)
{
	static const char *const names[] = {"Dat/obj.dat",  "Dat/NPCs.dat",   "Dat/Hechizos.dat", "Dat/Balance.dat",
										"Dat/Map.dat",  "Maps/Mapa1.inf", "Maps/Mapa1.map",   "Maps/Mapa1.dat",
										"Dat/Help.dat", "Dat/Invokar.dat"};
	struct world *world = *state;
	uint64_t seed = 20240917;
	unsigned built = 0;
	for (unsigned round = 0; round < 300; round++) {
		const char *name = names[round % (sizeof names / sizeof *names)];
		char path[512];
		world_path(world, name, path);
		FILE *file = fopen(path, "rb");
		assert_non_null(file);
		static char good[FIXTURE_BYTES_MAX], bad[FIXTURE_BYTES_MAX]; /* large; no state kept between rounds */
		size_t size = fread(good, 1, sizeof good, file), cut = size;
		fclose(file);
		memcpy(bad, good, size);
		for (unsigned i = 0; i < 1 + round % 7; i++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			size_t at = (size_t)(seed >> 33) % size;
			bad[at] = (char)(seed >> 20);
			if (round % 5 == 0)
				cut = at;
		}
		world_write_bytes(world, name, bad, cut);
		int fd = world_build(world);
		if (fd >= 0) {
			const struct catalog *cat = catalog_attach(fd, &world->why);
			assert_non_null(cat);
			catalog_detach(&cat);
			close(fd);
			built++;
		} else {
			assert_string_not_equal(world->why.text, "");
		}
		world_write_bytes(world, name, good, size);
	}
	print_message("of 300 damaged worlds %u were built and %u refused\n", built, 300 - built);
	assert_in_range(built, 1, 299);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_short_map_is_refused),
		WORLD_TEST(a_map_that_ends_inside_a_tile_or_goes_on_behind_the_last_is_refused),
		WORLD_TEST(an_inf_that_ends_inside_a_tile_or_goes_on_behind_the_last_is_refused),
		WORLD_TEST(unknown_flag_bits_are_refused_with_their_tile),
		WORLD_TEST(exits_that_lead_nowhere_are_dropped),
		WORLD_TEST(amounts_and_triggers_outside_their_range_are_dropped),
		WORLD_TEST(counts_that_are_absent_zero_negative_or_absurd_are_refused),
		WORLD_TEST(counts_inside_a_creature_are_capped),
		WORLD_TEST(numbers_outside_their_type_are_clamped),
		WORLD_TEST(balance_without_any_one_of_its_keys_is_refused),
		WORLD_TEST(cities_without_any_one_of_their_keys_are_refused),
		WORLD_TEST(a_city_on_an_absent_map_is_told),
		WORLD_TEST(needed_files_that_are_missing_are_refused),
		WORLD_TEST(zero_bytes_and_endless_lines_are_refused_with_their_line),
		WORLD_TEST(a_file_over_16_megabytes_is_refused),
		WORLD_TEST(what_is_no_regular_file_is_refused_and_does_not_hang_the_start),
		WORLD_TEST(folders_are_needed_and_stay_inside_the_root),
		WORLD_TEST(the_map_path_may_use_either_slash),
		WORLD_TEST(graphics_of_32_bits_are_recognised),
		WORLD_TEST(the_sparse_layout_is_recognised),
		WORLD_TEST(english_item_keys_are_recognised),
		WORLD_TEST(no_damage_to_a_file_brings_the_reader_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
