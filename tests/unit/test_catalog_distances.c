/* How far each map is from each city: rules-life-combat-magic.md 14.6. */
#include "tests/unit/test_catalog_world.h"

/* An exit of a map. */
struct way {
	unsigned from, x, y, to;
};

static void maps_write(struct world *world, unsigned maps, const struct way *ways, unsigned count)
{
	char text[128];
	snprintf(text, sizeof text, "[INIT]\r\nMapPath=\\Maps\\\r\nNumMaps=%u\r\n", maps);
	world_write(world, "Dat/Map.dat", text);
	for (unsigned number = 1; number <= maps; number++) {
		struct fixture_map *map = fixture_map_create();
		for (unsigned i = 0; i < count; i++) {
			if (ways[i].from == number)
				fixture_exit(map, ways[i].x, ways[i].y, (int)ways[i].to, 50, 50);
		}
		world_write_map(world, number, map);
		free(map);
	}
}

/* All cities are on map 1 (world_write_cities). */
static unsigned distance(const struct catalog *catalog, unsigned map)
{
	return catalog_city_distance(catalog, CITY_NIX, map);
}

static void the_shortest_way_along_the_borders_counts(void **state)
{
	/* A ring 1-2-3-4-5-1, in which a search that goes deep first would find 4 maps from 1 to 5. */
	static const struct way ways[] = {{1, 50, 7, 2}, {2, 50, 7, 3},  {3, 92, 50, 4}, {4, 92, 50, 5},
									  {1, 9, 50, 5}, {5, 15, 94, 4}, {2, 50, 94, 1}, {6, 50, 7, 1}};
	struct world *world = *state;
	maps_write(world, 6, ways, sizeof ways / sizeof *ways);
	const struct catalog *catalog = world_open(world);
	assert_int_equal(distance(catalog, 1), 0);
	assert_int_equal(distance(catalog, 2), 1);
	assert_int_equal(distance(catalog, 3), 2);
	assert_int_equal(distance(catalog, 4), 2);
	assert_int_equal(distance(catalog, 5), 1);
	assert_int_equal(distance(catalog, 6), CITY_UNREACHED); /* no way leads there from the city */
	assert_int_equal(distance(catalog, 7), CITY_UNREACHED);
	assert_int_equal(catalog_city_distance(catalog, 0, 1), CITY_UNREACHED);
	assert_int_equal(catalog_city_distance(catalog, CITY_COUNT + 1, 1), CITY_UNREACHED);
}

static void only_borders_are_followed(void **state)
{
	static const struct way ways[] = {
		{1, 50, 11, 2}, /* a cave in the middle of the map */
		{1, 14, 7, 3},  /* beside the strip, in the corner */
		{1, 87, 10, 4}, /* its last tile */
		{1, 12, 15, 5}, /* and the first of the west, as deep as it goes */
		{1, 88, 50, 6}, /* one step too deep for the east */
	};
	struct world *world = *state;
	maps_write(world, 6, ways, sizeof ways / sizeof *ways);
	const struct catalog *catalog = world_open(world);
	assert_int_equal(distance(catalog, 2), CITY_UNREACHED);
	assert_int_equal(distance(catalog, 3), CITY_UNREACHED);
	assert_int_equal(distance(catalog, 4), 1);
	assert_int_equal(distance(catalog, 5), 1);
	assert_int_equal(distance(catalog, 6), CITY_UNREACHED);
}

static void the_first_exit_of_a_side_counts(void **state)
{
	static const struct way ways[] = {{1, 60, 7, 2}, {1, 20, 9, 3}, {1, 20, 10, 4}};
	struct world *world = *state;
	maps_write(world, 4, ways, sizeof ways / sizeof *ways);
	const struct catalog *catalog = world_open(world);
	assert_int_equal(distance(catalog, 3), 1);
	assert_int_equal(distance(catalog, 2), CITY_UNREACHED);
	assert_int_equal(distance(catalog, 4), CITY_UNREACHED);
}

static void a_city_on_a_map_that_is_not_there_is_nowhere(void **state)
{
	static const struct way ways[] = {{1, 50, 7, 2}};
	struct world *world = *state;
	maps_write(world, 2, ways, 1);
	world_replace(world, "Dat/Ciudades.Dat", "[Nix]\r\nX=52\r\nY=40\r\nMAPA=1", "[Nix]\r\nX=52\r\nY=40\r\nMAPA=9");
	const struct catalog *catalog = world_open(world);
	assert_int_equal(distance(catalog, 1), CITY_UNREACHED);
	assert_int_equal(catalog_city_distance(catalog, CITY_LINDOS, 2), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_shortest_way_along_the_borders_counts, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(only_borders_are_followed, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(the_first_exit_of_a_side_counts, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(a_city_on_a_map_that_is_not_there_is_nowhere, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
