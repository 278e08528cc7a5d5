/* What formats.md 22 says to tolerate, each on a small world written by the test itself, each with the warning that names
 * file and line or tile. What is to be refused is in test_catalog_refusals.c. */
#include "tests/unit/test_catalog_world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
