/* A small world without oddities, read as it was written: formats.md 2 to 15. */
#include "tests/unit/test_catalog_world.h"

static void a_clean_world_is_read_without_a_single_warning(void **state)
{
	struct world *world = *state;
	const struct catalog *cat = world_open(world);
	expect_no_warnings(world);
	assert_int_equal(catalog_map_max(cat), 2);
	assert_int_equal(catalog_item_max(cat), 6);
	assert_int_equal(catalog_creature_max(cat), 3);
	assert_int_equal(catalog_spell_max(cat), 2);
}

static void items_are_read_as_written(void **state)
{
	const struct catalog *cat = world_open(*state);
	assert_null(catalog_item(cat, 0));
	assert_null(catalog_item(cat, 7));
	const struct item_def *bread = catalog_item(cat, 1), *sword = catalog_item(cat, 2);
	assert_string_equal(catalog_text(cat, bread->name), "Pan");
	assert_int_equal(catalog_text_bytes(cat, bread->name), 3);
	assert_int_equal(bread->kind, ITEM_FOOD);
	assert_int_equal(bread->hunger, 10);
	assert_int_equal(bread->price, 3);
	assert_int_equal(sword->hit_min, 2);
	assert_int_equal(sword->hit_max, 7);
	assert_true(item_class_forbidden(sword, CLASS_MAGE));
	assert_false(item_class_forbidden(sword, CLASS_CLERIC));
	assert_false(item_class_forbidden(sword, 0));
	assert_false(item_class_forbidden(sword, 13));
	const struct item_def *opened = catalog_item(cat, 4), *closed = catalog_item(cat, 5);
	assert_false(opened->flags & ITEM_IS_CLOSED);
	assert_true(closed->flags & ITEM_IS_CLOSED);
	assert_true(closed->flags & ITEM_IS_LOCKED);
	assert_int_equal(closed->opened, 4);
	assert_false(closed->flags & ITEM_DOOR_IS_STUCK);
	assert_int_equal(catalog_item(cat, 6)->spell, 1);
}

static void creatures_are_read_as_written(void **state)
{
	const struct catalog *cat = world_open(*state);
	unsigned count;
	const struct creature_def *wolf = catalog_creature(cat, 1), *baker = catalog_creature(cat, 2);
	assert_int_equal(wolf->hp, 20);
	assert_int_equal(wolf->movement, MOVEMENT_HUNTS);
	assert_int_equal(wolf->drop[0].item, 3);
	assert_int_equal(wolf->drop[0].amount, 50);
	assert_int_equal(wolf->drop[1].item, 0);
	const uint16_t *spells = creature_spells(cat, wolf, &count);
	assert_int_equal(count, 1);
	assert_int_equal(spells[0], 1);
	const struct item_stack *stock = creature_stock(cat, baker, &count);
	assert_int_equal(count, 2);
	assert_int_equal(stock[0].item, 1);
	assert_int_equal(stock[0].amount, 100);
	assert_int_equal(stock[1].item, 2);
	assert_int_equal(stock[1].amount, 1);
	assert_true(baker->flags & CREATURE_TRADES);
	const struct named_creature *trained = creature_trained(cat, catalog_creature(cat, 3), &count);
	assert_int_equal(count, 1);
	assert_int_equal(trained[0].creature, 1);
	assert_string_equal(catalog_text(cat, trained[0].name), "Lobo manso");
	(void)creature_phrases(cat, wolf, &count);
	assert_int_equal(count, 0);
}

/* It stays where it is, and strikes from there. */
static void a_creature_with_an_unknown_movement_has_none(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/NPCs.dat", "Movement=3", "Movement=11");
	assert_int_equal(catalog_creature(world_open(world), 1)->movement, MOVEMENT_NONE);
	expect_warning(world, "an unknown Movement");
}

static void without_their_list_praetorians_are_known_by_how_they_move(void **state)
{
	struct world *world = *state;
	unsigned count;
	world_replace(world, "Dat/NPCs.dat", "Movement=3", "NpcType=10\r\nMovement=24");
	world_remove(world, "Dat/Pretorianos.dat");
	const struct praetorian_def *list = catalog_praetorians(world_open(world), &count);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].role, PRAETORIAN_KING);
	assert_int_equal(list[0].tall, 1);
	assert_int_equal(list[0].short_, 0);
}

static void spells_balance_cities_and_lists_are_read_as_written(void **state)
{
	const struct catalog *cat = world_open(*state);
	const struct spell_def *dart = catalog_spell(cat, 1);
	assert_int_equal(dart->change[SPELL_HP].direction, SPELL_LOWERS);
	assert_int_equal(dart->change[SPELL_HP].max, 5);
	assert_int_equal(catalog_spell(cat, 2)->summon, 1);
	assert_null(catalog_spell(cat, 3));
	assert_true(catalog_class(cat, CLASS_MAGE)->evasion == 0.125);
	assert_true(catalog_class(cat, CLASS_PIRATE)->life == 8.225);
	assert_null(catalog_class(cat, 0));
	assert_null(catalog_class(cat, 13));
	assert_true(catalog_race(cat, RACE_ELF)->attribute[ATTRIBUTE_STRENGTH] == -2);
	assert_true(catalog_balance(cat)->party_level_exponent == 1.75);
	assert_int_equal(catalog_balance(cat)->life_half[1], 40);
	assert_int_equal(catalog_balance(cat)->faction_reward[15], 15000);
	assert_int_equal(catalog_city(cat, CITY_NIX)->place.x, 52);
	assert_int_equal(catalog_start_city(cat)->place.map, 2);
	assert_null(catalog_city(cat, 0));
	unsigned count;
	assert_int_equal(catalog_smith_weapons(cat, &count)[0], 2);
	assert_int_equal(count, 1);
	(void)catalog_carpentry(cat, &count);
	assert_int_equal(count, 0);
	assert_int_equal(catalog_faction_armour(cat, CLASS_MAGE, DEFENCE_LOW, SIDE_ARMY, BUILD_TALL), 2);
	assert_int_equal(catalog_faction_armour(cat, CLASS_MAGE, DEFENCE_HIGH, SIDE_ARMY, BUILD_TALL), 0);
	assert_int_equal(catalog_faction_armour(cat, 99, DEFENCE_LOW, SIDE_ARMY, BUILD_TALL), 0);
	assert_int_equal(catalog_praetorians(cat, &count)[0].tall, 1);
	assert_int_equal(catalog_invocations(cat, &count)[0].creature, 1);
	assert_int_equal(catalog_motd_count(cat), 1);
	assert_string_equal(catalog_motd(cat, 0), "Bienvenido~1~2~3~0~0");
	assert_string_equal(catalog_motd(cat, 1), "");
	assert_string_equal(catalog_help(cat, 0), "* Ayuda");
	assert_int_equal(catalog_forbidden_name_count(cat), 2);
	assert_string_equal(catalog_forbidden_name(cat, 0), "[otto]");
}

static void maps_are_read_as_written(void **state)
{
	const struct catalog *cat = world_open(*state);
	const struct map_def *map = catalog_map(cat, 1);
	unsigned count;
	struct place to;
	assert_null(catalog_map(cat, 0));
	assert_null(catalog_map(cat, 3));
	assert_string_equal(catalog_text(cat, map->name), "Prado");
	assert_int_equal(map->version, 7);
	assert_int_equal(map->music, 4);
	assert_int_equal(map->terrain, TERRAIN_SNOW);
	assert_int_equal(map->zone, ZONE_CITY);
	assert_true(map->flags & MAP_SAFE);
	assert_false(map->flags & MAP_BACKUP);
	assert_false(catalog_map(cat, 2)->flags & MAP_SAFE);
	assert_true(catalog_map(cat, 2)->flags & MAP_BACKUP);
	assert_int_equal(catalog_map(cat, 2)->restriction, RESTRICTION_NEWBIE);
	assert_true(map_exit_at(cat, map, 9, 50, &to));
	assert_int_equal(to.map, 2);
	assert_int_equal(to.x, 91);
	assert_false(map_exit_at(cat, map, 10, 50, &to));
	assert_false(map_exit_at(cat, map, 0, 0, &to));
	assert_int_equal(map_tile_flags(cat, map, 9, 50), TILE_EXIT);
	assert_int_equal(map_tile_flags(cat, map, 20, 30), TILE_CREATURE);
	assert_int_equal(map_tile_flags(cat, map, 21, 30), TILE_OBJECT);
	assert_int_equal(map_tile_flags(cat, map, 101, 1), TILE_BLOCKED);
	assert_int_equal(map_tile_flags(cat, map, 1, 0), TILE_BLOCKED);
	assert_int_equal(map_creatures(cat, map, &count)[0].creature, 1);
	assert_int_equal(count, 1);
	assert_int_equal(map_objects(cat, map, &count)[0].amount, 5);
	(void)map_sounds(cat, map, &count);
	assert_int_equal(count, 0);
}

static void terrain_comes_from_graphics_and_roofs_from_triggers(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_tile_at(fixture, 1, 1)->flags = MAP_FILE_BLOCKED;
	fixture_tile_at(fixture, 2, 1)->layer[0] = 1505;
	fixture_tile_at(fixture, 3, 1)->layer[0] = 1520;
	fixture_tile_at(fixture, 4, 1)->layer[0] = 1521;
	fixture_tile_at(fixture, 5, 1)->layer[0] = 13562;
	fixture_tile_at(fixture, 5, 1)->flags = 2; /* a bridge over it */
	fixture_tile_at(fixture, 5, 1)->layer[1] = 77;
	fixture_tile_at(fixture, 6, 1)->layer[0] = 5852;
	for (int trigger = 1; trigger <= TRIGGER_LAST; trigger++)
		fixture_trigger(fixture, (unsigned)trigger, 2, trigger);
	world_write_map(world, 1, fixture);
	free(fixture);
	const struct catalog *cat = world_open(world);
	const struct map_def *map = catalog_map(cat, 1);
	static const unsigned expected[] = {TILE_BLOCKED, TILE_WATER, TILE_WATER, 0, 0, TILE_LAVA};
	static const unsigned roofs[] = {TILE_ROOF, TILE_ROOF, 0, TILE_ROOF, 0, 0};
	for (int x = 1; x <= 6; x++) {
		assert_int_equal(map_tile_flags(cat, map, x, 1), expected[x - 1]);
		assert_int_equal(map_tile_flags(cat, map, x, 2), roofs[x - 1]);
		assert_int_equal(map_tile_trigger(cat, map, x, 2), x);
	}
}

static void keys_of_another_kind_of_item_have_no_effect(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "MinHam=10", "MinHam=10\r\nMinHIT=5\r\nAnim=3\r\nTipoPocion=6\r\nReal=1");
	const struct item_def *bread = catalog_item(world_open(world), 1);
	assert_int_equal(bread->hit_min, 0);
	assert_int_equal(bread->animation, 0);
	assert_int_equal(bread->potion, 0);
	assert_false(bread->flags & ITEM_FOR_ARMY);
	expect_warning(world, "Dat/obj.dat line 9 (MinHIT): a key that nothing reads here (4 such");
}

static void a_sign_keeps_its_blank_and_a_name_its_leading_one(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "Name=Pan\r\n", "Name= Pan  \r\nTexto= \r\n");
	const struct catalog *cat = world_open(world);
	assert_string_equal(catalog_text(cat, catalog_item(cat, 1)->name), " Pan");
	assert_string_equal(catalog_text(cat, catalog_item(cat, 1)->sign_text), " ");
	assert_int_equal(catalog_item(cat, 2)->sign_text, 0);
}

static void locks_count_on_closed_doors_and_wood_for_carpenters_only(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "Abierta=0", "Abierta=0\r\nLlave=1");
	world_replace(world, "Dat/obj.dat", "Name=Pan", "Name=Pan\r\nMadera=9");
	world_replace(world, "Dat/obj.dat", "Name=Espada", "Name=Espada\r\nMadera=9\r\nSkCarpinteria=1");
	const struct catalog *cat = world_open(world);
	assert_false(catalog_item(cat, 4)->flags & ITEM_IS_LOCKED);
	assert_int_equal(catalog_item(cat, 1)->logs, 0);
	assert_int_equal(catalog_item(cat, 2)->logs, 9);
}

static void only_a_merchant_called_exactly_sr_or_sc_buys_faction_gear(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/NPCs.dat", "Panadero", "SR");
	world_replace(world, "Dat/NPCs.dat", "Entrenador", "SCx");
	const struct catalog *cat = world_open(world);
	assert_true(catalog_creature(cat, 2)->flags & CREATURE_BUYS_ARMY_GEAR);
	assert_false(catalog_creature(cat, 3)->flags & CREATURE_BUYS_CHAOS_GEAR);
}

static void ambient_sounds_are_read_from_their_own_sections(void **state)
{
	struct world *world = *state;
	world_replace(world, "Maps/Mapa1.dat", "Restringir=No",
				  "Restringir=No\r\n[SONIDOS]\r\nCantidad=2\r\n[SONIDO1]\r\nSonido=21\r\nProbabilidad=20\r\nFlags=1");
	const struct catalog *cat = world_open(world);
	unsigned count;
	const struct map_sound *sounds = map_sounds(cat, catalog_map(cat, 1), &count);
	assert_int_equal(count, 1);
	assert_int_equal(sounds[0].sound, 21);
	assert_int_equal(sounds[0].percent, 20);
	assert_int_equal(sounds[0].when, MAP_SOUND_WHEN_DRY);
	expect_warning(world, "Maps/Mapa1.dat line 9: Cantidad=2, but there is no section [SONIDO2]");
}

static void forced_places_are_kept_only_when_they_exist(void **state)
{
	struct world *world = *state;
	world_replace(world, "Maps/Mapa1.dat", "Pk=1", "Pk=1\r\nStartPos=2-30-40\r\nOnDeathGoTo=9-1-1");
	world_replace(world, "Maps/Mapa2.dat", "Pk=0", "Pk=0\r\nStartPos=1-0-40");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_map(cat, 1)->start.map, 2);
	assert_int_equal(catalog_map(cat, 1)->start.y, 40);
	assert_int_equal(catalog_map(cat, 1)->death.map, 0);
	assert_int_equal(catalog_map(cat, 2)->start.map, 0);
	expect_warning(world, "map 1: OnDeathGoTo names map 9, which is not there");
	expect_warning(world, "Maps/Mapa2.dat line 4: StartPos is no place");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_clean_world_is_read_without_a_single_warning),
		WORLD_TEST(items_are_read_as_written),
		WORLD_TEST(creatures_are_read_as_written),
		WORLD_TEST(a_creature_with_an_unknown_movement_has_none),
		WORLD_TEST(without_their_list_praetorians_are_known_by_how_they_move),
		WORLD_TEST(spells_balance_cities_and_lists_are_read_as_written),
		WORLD_TEST(maps_are_read_as_written),
		WORLD_TEST(terrain_comes_from_graphics_and_roofs_from_triggers),
		WORLD_TEST(keys_of_another_kind_of_item_have_no_effect),
		WORLD_TEST(a_sign_keeps_its_blank_and_a_name_its_leading_one),
		WORLD_TEST(locks_count_on_closed_doors_and_wood_for_carpenters_only),
		WORLD_TEST(only_a_merchant_called_exactly_sr_or_sc_buys_faction_gear),
		WORLD_TEST(ambient_sounds_are_read_from_their_own_sections),
		WORLD_TEST(forced_places_are_kept_only_when_they_exist),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
