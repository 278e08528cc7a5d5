/* Every row of formats.md 22, "tolerate or reject", and of 21, "layouts that are not classic": each on a small world
 * written by the test itself, each with the message's file and line or tile. */
#include "tests/unit/test_catalog_world.h"

#include "common/catalog/files.h"

/* --- a world without oddities --- */

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

/* --- tolerate --- */

static void files_and_folders_in_another_case_are_found_and_told(void **state)
{
	struct world *world = *state;
	world_open(world);
	uint64_t before = catalog_content_hash(world->catalog);
	world_rename(world, "Maps/Mapa2.map", "Maps/mapa2.MAP");
	world_rename(world, "Maps/Mapa2.inf", "Maps/mapa2.inf");
	world_rename(world, "Dat/obj.dat", "Dat/Obj.DAT");
	world_rename(world, "Dat", "dAt");
	world_rename(world, "Maps", "MAPS");
	world_open(world);
	assert_int_equal(catalog_content_hash(world->catalog), before);
	expect_warning(world, "dAt/Obj.DAT: named in another case than \"obj.dat\"");
	expect_warning(world, "MAPS/mapa2.MAP: named in another case than MapaN (2 such");
}

static void an_exact_name_wins_over_one_in_another_case(void **state)
{
	struct world *world = *state;
	world_write(world, "Dat/OBJ.DAT", "not this one");
	world_write(world, "Dat/oBj.dat", "nor this one");
	world_open(world);
	expect_no_warnings(world);
}

static void line_ends_and_a_missing_last_one_make_no_difference(void **state)
{
	static const char *const names[] = {"Dat/obj.dat",    "Dat/NPCs.dat", "Dat/Balance.dat", "Dat/NombresInvalidos.txt",
										"Maps/Mapa1.dat", "Dat/Help.dat"};
	struct world *world = *state;
	uint64_t before = catalog_content_hash(world_open(world));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *text = world_read(world, names[i]), *to = text;
		for (const char *from = text; *from != '\0'; from++) {
			if (*from != '\r')
				*to++ = *from;
		}
		to[-1] = '\0'; /* the last line end goes too */
		world_write(world, names[i], text);
		free(text);
	}
	assert_int_equal(catalog_content_hash(world_open(world)), before);
	expect_no_warnings(world);
}

static void remarks_make_no_difference(void **state)
{
	struct world *world = *state;
	uint64_t before = catalog_content_hash(world_open(world));
	world_replace(world, "Dat/NPCs.dat", "[INIT]", "'remark\r\n#### banner ####\r\n0 ====== COMMON\r\nprose\r\n[INIT]");
	world_replace(world, "Dat/NPCs.dat", "[NPC1]", "[NPC1] 'remark = with equals sign");
	world_replace(world, "Dat/NPCs.dat", "MaxHP=20", "MaxHP=20 'remark\r\n; remark");
	world_replace(world, "Dat/NPCs.dat", "Drop1=3-50", "Drop1=3-50\322remark");
	world_replace(world, "Dat/NPCs.dat", "Obj1=1-100", "obj1= 1-100 'Llave - con menos");
	assert_int_equal(catalog_content_hash(world_open(world)), before);
	expect_warning(world, "Dat/NPCs.dat line 3: a line that is no section, no key of a section and no remark");
}

static void unknown_keys_and_sections_are_told_once_for_each_file(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/Hechizos.dat", "Nombre=Dardo", "Nombre=Dardo\r\nResis=1\r\nMaterializa=1");
	world_replace(world, "Dat/Hechizos.dat", "[INIT]", "[OTHER]\r\nx=1\r\n[INIT]");
	world_open(world);
	expect_warning(world, "Dat/Hechizos.dat line 8 (Resis): a key that nothing reads here (2 such");
	expect_warning(world, "Dat/Hechizos.dat line 1 (OTHER): a section that nothing reads");
	assert_int_equal(world->warnings.total, 2);
}

static void the_first_of_repeated_keys_and_sections_counts(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/Hechizos.dat", "MinHP=2", "MinHP=2\r\nMinHP=0");
	world_replace(world, "Dat/Hechizos.dat", "[HECHIZO2]", "[HECHIZO1]\r\nNombre=Otro\r\n[HECHIZO2]");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_spell(cat, 1)->change[SPELL_HP].min, 2);
	assert_string_equal(catalog_text(cat, catalog_spell(cat, 1)->name), "Dardo");
	expect_warning(world, "Dat/Hechizos.dat line 10: key MinHP of [HECHIZO1] again; the one of line 9 counts");
	expect_warning(world, "Dat/Hechizos.dat line 13: section [HECHIZO1] again; the one of line 4 counts");
}

static void numbers_without_section_are_empty_entries(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "NumObjs=6", "NumObjs=9");
	world_replace(world, "Dat/NPCs.dat", "NumNPCs=3", "NumNPCs=590");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_item_max(cat), 9);
	assert_null(catalog_item(cat, 9));
	assert_null(catalog_creature(cat, 590));
	expect_warning(world, "Dat/obj.dat [OBJ7]: a number without section: an empty entry (3 such");
	expect_warning(world, "Dat/NPCs.dat [NPC4]: a number without section: no such creature (587 such");
}

static void fewer_maps_than_declared_and_an_empty_one_are_not_there(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/Map.dat", "NumMaps=2", "NumMaps=4");
	world_write(world, "Maps/Mapa3.map", "");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_map_max(cat), 4);
	assert_null(catalog_map(cat, 3));
	assert_null(catalog_map(cat, 4));
	expect_warning(world, "Maps/Mapa3.map: absent or empty: no such map, and nothing leads there (2 such");
}

static void a_map_may_lack_its_dat_and_its_name(void **state)
{
	struct world *world = *state;
	world_remove(world, "Maps/Mapa2.dat");
	world_replace(world, "Maps/Mapa1.dat", "Name=Prado", "Name=\r\nPrado");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_map(cat, 2)->flags, MAP_THERE);
	assert_int_equal(catalog_map(cat, 2)->terrain, TERRAIN_FOREST);
	assert_string_equal(catalog_text(cat, catalog_map(cat, 1)->name), "");
	expect_warning(world, "Maps/Mapa2.dat: this file is missing: the map's properties are the defaults");
	expect_warning(world, "Maps/Mapa1.dat line 2: the map has no name");
}

static void unknown_restrictions_open_the_map_to_all(void **state)
{
	struct world *world = *state;
	world_replace(world, "Maps/Mapa1.dat", "Restringir=No", "Restringir=GM");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_map(cat, 1)->restriction, RESTRICTION_NONE);
	assert_string_equal(catalog_text(cat, catalog_map(cat, 1)->restriction_text), "GM");
	expect_warning(world, "Maps/Mapa1.dat line 7 (Restringir=GM): an unknown restriction: the map is open to all");
}

static void a_stock_without_items_is_empty(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/NPCs.dat", "MaxHP=20", "MaxHP=20\r\nNROITEMS=5");
	const struct catalog *cat = world_open(world);
	unsigned count;
	(void)creature_stock(cat, catalog_creature(cat, 1), &count);
	assert_int_equal(count, 0);
	expect_warning(world, "Dat/NPCs.dat line 10 (creature 1): NROITEMS without any ObjN");
}

static void missing_and_undefined_spells_of_a_creature_are_dropped(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/NPCs.dat", "LanzaSpells=1\r\n", "LanzaSpells=3\r\nSp3=47\r\n");
	const struct catalog *cat = world_open(world);
	unsigned count;
	const uint16_t *spells = creature_spells(cat, catalog_creature(cat, 1), &count);
	assert_int_equal(count, 1);
	assert_int_equal(spells[0], 1);
	expect_warning(world, "Dat/NPCs.dat line 14: creature 1 casts spell 47, which is not defined; dropped");
	expect_warning(world, "Dat/NPCs.dat line 13 (creature 1): fewer SpN than LanzaSpells says");
}

static void a_blow_range_the_wrong_way_round_is_swapped(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/NPCs.dat", "MinHIT=1\r\n", "MinHIT=110\r\n");
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_creature(cat, 1)->hit_min, 4);
	assert_int_equal(catalog_creature(cat, 1)->hit_max, 110);
	expect_warning(world, "Dat/NPCs.dat line 11: MinHIT is 110 and above its maximum 4; swapped");
}

static void a_door_without_counterpart_does_not_move(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "Llave=1\r\nIndexAbierta=4\r\n", "Llave=1\r\n");
	const struct catalog *cat = world_open(world);
	assert_true(catalog_item(cat, 5)->flags & ITEM_DOOR_IS_STUCK);
	expect_warning(world, "Dat/obj.dat line 31 (item 5): a door without counterpart: it does not move");
}

static void odd_places_of_creatures_and_exits_are_kept_and_told(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_tile_at(fixture, 30, 10)->flags = MAP_FILE_BLOCKED;
	fixture_creature(fixture, 30, 10, 1);
	fixture_tile_at(fixture, 31, 10)->layer[0] = 1505;
	fixture_creature(fixture, 31, 10, 1);
	fixture_creature(fixture, 32, 10, 1);
	fixture_exit(fixture, 32, 10, 1, 30, 10);
	fixture_exit(fixture, 33, 10, 1, 32, 10);
	world_write_map(world, 1, fixture);
	free(fixture);
	const struct catalog *cat = world_open(world);
	assert_int_equal(catalog_map(cat, 1)->creature_count, 3);
	assert_int_equal(catalog_map(cat, 1)->exit_count, 2);
	expect_warning(world, "Maps/Mapa1.inf tile (30,10): a creature on a blocked tile; kept");
	expect_warning(world, "Maps/Mapa1.inf tile (31,10): a land creature in water; kept");
	expect_warning(world, "Maps/Mapa1.inf tile (32,10): a creature on an exit; kept");
	expect_warning(world, "map 1 tile (32,10): an exit onto a blocked tile; kept");
	expect_warning(world, "map 1 tile (33,10): an exit onto an exit; kept");
}

static void garbage_in_a_map_header_makes_no_difference(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	world_write_map(world, 2, fixture);
	uint64_t before = catalog_content_hash(world_open(world));
	fixture->garbage = 0xfe;
	world_write_map(world, 2, fixture);
	free(fixture);
	assert_int_equal(catalog_content_hash(world_open(world)), before);
	expect_no_warnings(world);
}

static void undefined_creatures_and_objects_on_a_map_are_skipped(void **state)
{
	struct world *world = *state;
	struct fixture_map *fixture = fixture_map_create();
	fixture_creature(fixture, 40, 41, 99);
	fixture_creature(fixture, 42, 41, 2);
	fixture_object(fixture, 43, 41, 77, 1);
	fixture_object(fixture, 44, 41, -1, 1);
	fixture_object(fixture, 45, 41, 1, 1);
	world_write_map(world, 1, fixture);
	free(fixture);
	const struct catalog *cat = world_open(world);
	unsigned count;
	assert_int_equal(map_creatures(cat, catalog_map(cat, 1), &count)[0].x, 42);
	assert_int_equal(count, 1);
	assert_int_equal(map_objects(cat, catalog_map(cat, 1), &count)[0].x, 45);
	assert_int_equal(count, 1);
	assert_int_equal(map_tile_flags(cat, catalog_map(cat, 1), 43, 41), 0);
	expect_warning(world, "Maps/Mapa1.inf tile (40,41): creature 99 is not defined; skipped");
	expect_warning(world, "Maps/Mapa1.inf tile (43,41): object 77 is not defined; skipped");
	expect_warning(world, "Maps/Mapa1.inf tile (44,41): object -1 is not defined; skipped");
}

static void lists_that_are_absent_are_empty(void **state)
{
	static const char *const names[] = {
		"Dat/ArmasHerrero.dat",    "Dat/ArmadurasHerrero.dat", "Dat/ObjCarpintero.dat", "Dat/ArmadurasFaccionarias.dat",
		"Dat/Pretorianos.dat",     "Dat/Invokar.dat",          "Dat/Motd.ini",          "Dat/Help.dat",
		"Dat/NombresInvalidos.txt"};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		world_remove(world, names[i]);
	const struct catalog *cat = world_open(world);
	unsigned count;
	(void)catalog_smith_weapons(cat, &count);
	assert_int_equal(count, 0);
	(void)catalog_praetorians(cat, &count);
	assert_int_equal(count, 0);
	assert_int_equal(catalog_motd_count(cat) + catalog_help_count(cat) + catalog_forbidden_name_count(cat), 0);
	expect_warning(world, "Dat/Pretorianos.dat: this file is missing; what it lists is left empty");
}

static void references_to_what_is_not_defined_are_dropped(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/obj.dat", "HechizoIndex=1", "HechizoIndex=40");
	world_replace(world, "Dat/obj.dat", "Name=Espada", "Name=Espada\r\nUpgrade=50");
	world_replace(world, "Dat/NPCs.dat", "Obj2=2-1", "Obj2=999-1");
	world_replace(world, "Dat/NPCs.dat", "CI1=1", "CI1=50");
	world_replace(world, "Dat/Hechizos.dat", "NumNpc=1", "NumNpc=60");
	world_replace(world, "Dat/ArmasHerrero.dat", "Index=2", "Index=500");
	world_replace(world, "Dat/Invokar.dat", "NI1=1", "NI1=500");
	world_replace(world, "Dat/ArmadurasFaccionarias.dat", "Alto=2", "Alto=500");
	const struct catalog *cat = world_open(world);
	unsigned count;
	assert_int_equal(catalog_item(cat, 6)->spell, 0);
	assert_int_equal(catalog_item(cat, 2)->upgrade, 0);
	assert_int_equal(creature_stock(cat, catalog_creature(cat, 2), &count)[1].item, 0);
	(void)creature_trained(cat, catalog_creature(cat, 3), &count);
	assert_int_equal(count, 0);
	assert_int_equal(catalog_spell(cat, 2)->summon, 0);
	(void)catalog_smith_weapons(cat, &count);
	assert_int_equal(count, 0);
	(void)catalog_invocations(cat, &count);
	assert_int_equal(count, 0);
	assert_int_equal(catalog_faction_armour(cat, CLASS_MAGE, DEFENCE_LOW, SIDE_ARMY, BUILD_TALL), 0);
	expect_warning(world, "HechizoIndex of item 6 names spell 40, which is not defined");
	expect_warning(world, "Upgrade of item 2 names item 50, which is not defined");
	expect_warning(world, "Obj2 names item 999, which is not defined; the slot stays empty");
	expect_warning(world, "trainer 3 summons creature 50, which is not defined");
	expect_warning(world, "spell 2 summons creature 60, which is not defined");
}

static void spell_34_keeps_its_number_and_loses_its_texts(void **state)
{
	struct world *world = *state;
	world_replace(world, "Dat/Hechizos.dat", "=2\r\n", "=34\r\n");
	world_replace(world, "Dat/Hechizos.dat", "[HECHIZO2]",
				  "[HECHIZO34]\r\nNombre=Rude\r\nDesc=Rude\r\nPalabrasMagicas=Rude\r\nHechizeroMsg=Rude\r\n"
				  "TargetMsg=Rude\r\nPropioMsg=Rude\r\nWAV=12\r\n[HECHIZO2]");
	const struct catalog *cat = world_open(world);
	const struct spell_def *spell = catalog_spell(cat, 34);
	assert_int_equal(spell->sound, 12);
	const uint32_t texts[] = {spell->name,        spell->description, spell->words,
							  spell->caster_text, spell->target_text, spell->own_text};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_null(strstr(catalog_text(cat, texts[i]), "Rude"));
	expect_warning(world, "Dat/Hechizos.dat line 13: the texts of spell 34 are replaced");
}

/* --- reject, or cap --- */

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
		WORLD_TEST(a_clean_world_is_read_without_a_single_warning),
		WORLD_TEST(items_are_read_as_written),
		WORLD_TEST(creatures_are_read_as_written),
		WORLD_TEST(spells_balance_cities_and_lists_are_read_as_written),
		WORLD_TEST(maps_are_read_as_written),
		WORLD_TEST(terrain_comes_from_graphics_and_roofs_from_triggers),
		WORLD_TEST(keys_of_another_kind_of_item_have_no_effect),
		WORLD_TEST(a_sign_keeps_its_blank_and_a_name_its_leading_one),
		WORLD_TEST(locks_count_on_closed_doors_and_wood_for_carpenters_only),
		WORLD_TEST(only_a_merchant_called_exactly_sr_or_sc_buys_faction_gear),
		WORLD_TEST(ambient_sounds_are_read_from_their_own_sections),
		WORLD_TEST(forced_places_are_kept_only_when_they_exist),
		WORLD_TEST(files_and_folders_in_another_case_are_found_and_told),
		WORLD_TEST(an_exact_name_wins_over_one_in_another_case),
		WORLD_TEST(line_ends_and_a_missing_last_one_make_no_difference),
		WORLD_TEST(remarks_make_no_difference),
		WORLD_TEST(unknown_keys_and_sections_are_told_once_for_each_file),
		WORLD_TEST(the_first_of_repeated_keys_and_sections_counts),
		WORLD_TEST(numbers_without_section_are_empty_entries),
		WORLD_TEST(fewer_maps_than_declared_and_an_empty_one_are_not_there),
		WORLD_TEST(a_map_may_lack_its_dat_and_its_name),
		WORLD_TEST(unknown_restrictions_open_the_map_to_all),
		WORLD_TEST(a_stock_without_items_is_empty),
		WORLD_TEST(missing_and_undefined_spells_of_a_creature_are_dropped),
		WORLD_TEST(a_blow_range_the_wrong_way_round_is_swapped),
		WORLD_TEST(a_door_without_counterpart_does_not_move),
		WORLD_TEST(odd_places_of_creatures_and_exits_are_kept_and_told),
		WORLD_TEST(garbage_in_a_map_header_makes_no_difference),
		WORLD_TEST(undefined_creatures_and_objects_on_a_map_are_skipped),
		WORLD_TEST(lists_that_are_absent_are_empty),
		WORLD_TEST(references_to_what_is_not_defined_are_dropped),
		WORLD_TEST(spell_34_keeps_its_number_and_loses_its_texts),
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
