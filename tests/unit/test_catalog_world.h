/* test_catalog_world.h - a small world of its own for each test: a temporary folder with the fewest files a catalog can
 * be built from, which the test then changes or damages. Written by hand from formats.md; nothing of it is copied. */
#ifndef ARGENTUM_TEST_CATALOG_WORLD_H
#define ARGENTUM_TEST_CATALOG_WORLD_H

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/catalog/catalog.h"
#include "common/catalog/map_file.h"
#include "common/catalog/tables.h"

struct world {
	char root[64];
	struct catalog_warnings warnings; /* of the last build */
	struct problem why;               /* of the last build */
	const struct catalog *catalog;    /* of the last world_open */
};

/* One map to be written: what stands in .map and .inf per tile, by tile_index. */
struct fixture_tile {
	uint8_t flags;
	int16_t layer[MAP_LAYERS], trigger;
	uint8_t inf_flags;
	int16_t exit[3], creature, object[2];
};
struct fixture_map {
	int16_t version;
	uint8_t garbage; /* fills the header behind the version */
	struct fixture_tile tile[MAP_TILES];
};

static inline void world_path(const struct world *world, const char *name, char path[512])
{
	int n = snprintf(path, 512, "%s/%s", world->root, name);
	assert_in_range(n, 1, 511);
}

static inline void world_write_bytes(struct world *world, const char *name, const void *bytes, size_t size)
{
	char path[512];
	world_path(world, name, path);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline void world_write(struct world *world, const char *name, const char *text)
{
	world_write_bytes(world, name, text, strlen(text));
}

static inline void world_remove(struct world *world, const char *name)
{
	char path[512];
	world_path(world, name, path);
	assert_int_equal(remove(path), 0);
}

static inline void world_rename(struct world *world, const char *from, const char *to)
{
	char old_path[512], new_path[512];
	world_path(world, from, old_path);
	world_path(world, to, new_path);
	assert_int_equal(rename(old_path, new_path), 0);
}

/* The file's text; the caller frees it. */
static inline char *world_read(struct world *world, const char *name)
{
	char path[512];
	world_path(world, name, path);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	char *text = calloc(1, 1 << 20);
	assert_non_null(text);
	size_t size = fread(text, 1, (1 << 20) - 1, file);
	assert_true(size < (1 << 20) - 1);
	fclose(file);
	return text;
}

/* Replaces the first `from` in a file, which must be there. */
static inline void world_replace(struct world *world, const char *name, const char *from, const char *to)
{
	char *text = world_read(world, name), *at = strstr(text, from);
	if (at == NULL)
		fail_msg("%s does not hold \"%s\"", name, from);
	size_t size = strlen(text) + strlen(to) + 1;
	char *changed = malloc(size);
	assert_non_null(changed);
	snprintf(changed, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	world_write(world, name, changed);
	free(changed);
	free(text);
}

/* --- maps --- */

/* Grass everywhere. The caller frees it. */
static inline struct fixture_map *fixture_map_create(void)
{
	struct fixture_map *map = calloc(1, sizeof *map);
	assert_non_null(map);
	map->version = 7;
	for (unsigned i = 0; i < MAP_TILES; i++)
		map->tile[i].layer[0] = 6000;
	return map;
}

static inline struct fixture_tile *fixture_tile_at(struct fixture_map *map, unsigned x, unsigned y)
{
	return &map->tile[tile_index(x, y)];
}

static inline void fixture_exit(struct fixture_map *map, unsigned x, unsigned y, int to_map, int to_x, int to_y)
{
	struct fixture_tile *tile = fixture_tile_at(map, x, y);
	tile->inf_flags |= 1;
	tile->exit[0] = (int16_t)to_map;
	tile->exit[1] = (int16_t)to_x;
	tile->exit[2] = (int16_t)to_y;
}

static inline void fixture_creature(struct fixture_map *map, unsigned x, unsigned y, int creature)
{
	fixture_tile_at(map, x, y)->inf_flags |= 2;
	fixture_tile_at(map, x, y)->creature = (int16_t)creature;
}

static inline void fixture_object(struct fixture_map *map, unsigned x, unsigned y, int item, int amount)
{
	struct fixture_tile *tile = fixture_tile_at(map, x, y);
	tile->inf_flags |= 4;
	tile->object[0] = (int16_t)item;
	tile->object[1] = (int16_t)amount;
}

static inline void fixture_trigger(struct fixture_map *map, unsigned x, unsigned y, int trigger)
{
	fixture_tile_at(map, x, y)->flags |= MAP_FILE_TRIGGER;
	fixture_tile_at(map, x, y)->trigger = (int16_t)trigger;
}

enum { FIXTURE_BYTES_MAX = 400000 };

static inline size_t put_word(uint8_t *bytes, size_t at, int16_t word)
{
	bytes[at] = (uint8_t)((uint16_t)word & 0xff);
	bytes[at + 1] = (uint8_t)((uint16_t)word >> 8);
	return at + 2;
}

/* The bytes of the .map; `bytes` has room for FIXTURE_BYTES_MAX. */
static inline size_t fixture_map_bytes(const struct fixture_map *map, uint8_t *bytes)
{
	memset(bytes, map->garbage, MAP_FILE_HEADER_BYTES);
	put_word(bytes, 0, map->version);
	size_t at = MAP_FILE_HEADER_BYTES;
	for (unsigned i = 0; i < MAP_TILES; i++) {
		const struct fixture_tile *tile = &map->tile[i];
		bytes[at++] = tile->flags;
		for (unsigned layer = 0; layer < MAP_LAYERS; layer++) {
			if (layer == 0 || (tile->flags >> layer & 1) != 0)
				at = put_word(bytes, at, tile->layer[layer]);
		}
		if ((tile->flags & MAP_FILE_TRIGGER) != 0)
			at = put_word(bytes, at, tile->trigger);
	}
	return at;
}

static inline size_t fixture_inf_bytes(const struct fixture_map *map, uint8_t *bytes)
{
	memset(bytes, 0, INF_FILE_HEADER_BYTES);
	size_t at = INF_FILE_HEADER_BYTES;
	for (unsigned i = 0; i < MAP_TILES; i++) {
		const struct fixture_tile *tile = &map->tile[i];
		bytes[at++] = tile->inf_flags;
		for (unsigned k = 0; k < 3 && (tile->inf_flags & 1) != 0; k++)
			at = put_word(bytes, at, tile->exit[k]);
		if ((tile->inf_flags & 2) != 0)
			at = put_word(bytes, at, tile->creature);
		for (unsigned k = 0; k < 2 && (tile->inf_flags & 4) != 0; k++)
			at = put_word(bytes, at, tile->object[k]);
	}
	return at;
}

/* Writes Maps/MapaN.map and Maps/MapaN.inf. */
static inline void world_write_map(struct world *world, unsigned number, const struct fixture_map *map)
{
	char name[64];
	uint8_t *bytes = malloc(FIXTURE_BYTES_MAX);
	assert_non_null(bytes);
	snprintf(name, sizeof name, "Maps/Mapa%u.map", number);
	world_write_bytes(world, name, bytes, fixture_map_bytes(map, bytes));
	snprintf(name, sizeof name, "Maps/Mapa%u.inf", number);
	world_write_bytes(world, name, bytes, fixture_inf_bytes(map, bytes));
	free(bytes);
}

/* --- the smallest world --- */

static inline void world_write_balance(struct world *world)
{
	static const char *const sections[] = {"MODEVASION",          "MODATAQUEARMAS",  "MODATAQUEPROYECTILES",
										   "MODATAQUEWRESTLING",  "MODDA\321OARMAS", "MODDA\321OPROYECTILES",
										   "MODDA\321OWRESTLING", "MODESCUDO",       "MODVIDA"};
	char text[8192];
	size_t at = 0;
#define PUT(...) at += (size_t)snprintf(text + at, sizeof text - at, __VA_ARGS__)
	PUT("[MODRAZA]\r\n");
	for (unsigned race = 1; race <= RACE_COUNT; race++) {
		for (unsigned i = 1; i <= ATTRIBUTE_COUNT; i++)
			PUT("%s%s=%+d\r\n", table_race_name(race), table_attribute_name(i), (int)i - 3);
	}
	for (unsigned i = 0; i < sizeof sections / sizeof *sections; i++) {
		PUT("\r\n[%s]\r\n", sections[i]);
		for (unsigned number = 1; number <= CLASS_COUNT; number++)
			PUT("%s=%u.%u25\r\n", table_class_name(number), i, number % 10);
	}
	PUT("[DISTRIBUCION]\r\nE1=10\r\nE2=20\r\nE3=40\r\nE4=20\r\nE5=10\r\n");
	PUT("S1=10\r\nS2=40\r\nS3=40\r\nS4=10\r\n[EXTRA]\r\nPorcentajeRecuperoMana=6\r\n");
	PUT("[PARTY]\r\nExponenteNivelParty=1.75\r\n[RECOMPENSAFACCION]\r\n");
	for (unsigned rank = 1; rank <= FACTION_RANKS; rank++)
		PUT("Rango%u=%u\r\n", rank, rank * 1000);
#undef PUT
	world_write(world, "Dat/Balance.dat", text);
}

static inline void world_write_cities(struct world *world)
{
	char text[1024];
	int at = snprintf(text, sizeof text, "[Nemahuak]\r\nX=50\r\nY=65\r\nMAPA=2\r\n");
	for (unsigned city = 1; city <= CITY_COUNT; city++)
		at += snprintf(text + at, sizeof text - (size_t)at, "[%s]\r\nX=%u\r\nY=40\r\nMAPA=1\r\n", table_city_name(city),
					   50 + city);
	world_write(world, "Dat/Ciudades.Dat", text);
}

/* Two maps of grass joined by exits, six items, three creatures, two spells. */
static inline void world_create(struct world *world)
{
	*world = (struct world){.root = "/tmp/argentum-catalog-XXXXXX"};
	char path[512];
	assert_non_null(mkdtemp(world->root));
	world_path(world, "Dat", path);
	assert_int_equal(mkdir(path, 0700), 0);
	world_path(world, "Maps", path);
	assert_int_equal(mkdir(path, 0700), 0);

	world_write(world, "Dat/Map.dat", "[INIT]\r\nMapPath=\\Maps\\\r\nNumMaps=2\r\n");
	world_write(world, "Dat/obj.dat",
				"[INIT]\r\nNumObjs=6\r\n\r\n"
				"[OBJ1]\r\nName=Pan\r\nGrhIndex=500\r\nObjType=1\r\nMinHam=10\r\nValor=3\r\n\r\n"
				"[OBJ2]\r\nName=Espada\r\nGrhIndex=501\r\nObjType=2\r\nMinHIT=2\r\nMaxHIT=7\r\nCP1=MAGO\r\n\r\n"
				"[OBJ3]\r\nName=Oro\r\nGrhIndex=502\r\nObjType=5\r\n\r\n"
				"[OBJ4]\r\nName=Puerta abierta\r\nObjType=6\r\nAbierta=0\r\nIndexAbierta=4\r\nIndexCerrada=5\r\n\r\n"
				"[OBJ5]\r\nName=Puerta cerrada\r\nObjType=6\r\nAbierta=1\r\nLlave=1\r\nIndexAbierta=4\r\n"
				"IndexCerrada=5\r\n\r\n"
				"[OBJ6]\r\nName=Pergamino\r\nObjType=24\r\nHechizoIndex=1\r\n");
	world_write(world, "Dat/NPCs.dat",
				"[INIT]\r\nNumNPCs=3\r\n\r\n"
				"[NPC1]\r\nName=Lobo\r\nBody=10\r\nHeading=3\r\nMovement=3\r\nMaxHP=20\r\nMinHP=20\r\nMinHIT=1\r\n"
				"MaxHIT=4\r\nLanzaSpells=1\r\nSp1=1\r\nDrop1=3-50\r\n\r\n"
				"[NPC2]\r\nName=Panadero\r\nBody=11\r\nHeading=3\r\nComercia=1\r\nTipoItems=1\r\nNROITEMS=2\r\n"
				"Obj1=1-100\r\nObj2=2-1 'a remark\r\n\r\n"
				"[NPC3]\r\nName=Entrenador\r\nNpcType=3\r\nHeading=3\r\nNroCriaturas=1\r\nCI1=1\r\nCN1=Lobo manso\r\n");
	world_write(world, "Dat/Hechizos.dat",
				"[INIT]\r\nNumeroHechizos=2\r\n\r\n"
				"[HECHIZO1]\r\nNombre=Dardo\r\nTipo=1\r\nTarget=3\r\nSubeHP=2\r\nMinHP=2\r\nMaxHP=5\r\n\r\n"
				"[HECHIZO2]\r\nNombre=Llamado\r\nTipo=4\r\nTarget=4\r\nInvoca=1\r\nNumNpc=1\r\nCant=2\r\n");
	world_write(world, "Dat/ArmasHerrero.dat", "[INIT]\r\nNumArmas=1\r\n[Arma1] ' Espada\r\nIndex=2\r\n");
	world_write(world, "Dat/ArmadurasHerrero.dat", "[INIT]\r\nNumArmaduras=0\r\n");
	world_write(world, "Dat/ObjCarpintero.dat", "[INIT]\r\nNumObjs=0\r\n");
	world_write(world, "Dat/ArmadurasFaccionarias.dat",
				"[CLASE1] ' Mago\r\nDefMinArmyAlto=2\r\n[CLASE2]\r\n[CLASE3]\r\n[CLASE4]\r\n[CLASE5]\r\n[CLASE6]\r\n"
				"[CLASE7]\r\n[CLASE8]\r\n[CLASE9]\r\n[CLASE10]\r\n[CLASE11]\r\n[CLASE12]\r\n");
	world_write(world, "Dat/Pretorianos.dat",
				"[MAIN]\r\nCombinaciones=1\r\n[KING]\r\nCantidad=1\r\nAlto1=1 'king\r\nBajo1=2\r\n");
	world_write(world, "Dat/Invokar.dat", "[INIT]\r\nNumNPCs=1\r\n[LIST]\r\nNI1=1\r\nNN1=Lobo\r\n");
	world_write(world, "Dat/Motd.ini", "[INIT]\r\nNumLines=1\r\n[Motd]\r\nLine1=Bienvenido~1~2~3~0~0\r\n");
	world_write(world, "Dat/Help.dat", "[INIT]\r\nNumLines=1\r\n[Help]\r\nLine1=* Ayuda\r\n");
	world_write(world, "Dat/NombresInvalidos.txt", "[otto]\r\nwww\r\n");
	world_write_balance(world);
	world_write_cities(world);

	struct fixture_map *map = fixture_map_create();
	fixture_exit(map, 9, 50, 2, 91, 50);
	fixture_creature(map, 20, 30, 1);
	fixture_object(map, 21, 30, 1, 5);
	world_write_map(world, 1, map);
	free(map);
	map = fixture_map_create();
	fixture_exit(map, 92, 50, 1, 10, 50);
	world_write_map(world, 2, map);
	free(map);
	world_write(world, "Maps/Mapa1.dat",
				"[Mapa1]\r\nName=Prado\r\nMusicNum=4-1\r\nPk=1\r\nTerreno=NIEVE\r\nZona=CIUDAD\r\nRestringir=No\r\n");
	world_write(world, "Maps/Mapa2.dat", "[MAPA2]\r\nName=Monte\r\nPk=0\r\nBackUp= 1\r\nRestringir=newbie\r\n");
}

static inline int world_remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline void world_destroy(struct world *world)
{
	catalog_detach(&world->catalog);
	nftw(world->root, world_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- building it --- */

static inline int world_build(struct world *world)
{
	world->warnings.total = world->warnings.kept = 0;
	world->why.text[0] = '\0';
	return catalog_build(world->root, &world->warnings, &world->why);
}

/* Must succeed. */
static inline const struct catalog *world_open(struct world *world)
{
	catalog_detach(&world->catalog);
	int fd = world_build(world);
	if (fd < 0)
		fail_msg("refused: %s", world->why.text);
	world->catalog = catalog_attach(fd, &world->why);
	close(fd);
	if (world->catalog == NULL)
		fail_msg("not attached: %s", world->why.text);
	return world->catalog;
}

static inline void expect_warning(const struct world *world, const char *part)
{
	for (unsigned i = 0; i < world->warnings.kept; i++) {
		if (strstr(world->warnings.text[i], part) != NULL)
			return;
	}
	for (unsigned i = 0; i < world->warnings.kept; i++)
		print_message("  warning: %s\n", world->warnings.text[i]);
	fail_msg("no warning holds \"%s\"", part);
}

static inline void expect_no_warnings(const struct world *world)
{
	if (world->warnings.total != 0)
		fail_msg("%u warnings, the first: %s", world->warnings.total, world->warnings.text[0]);
}

/* Must be refused with a text that holds `part`. */
static inline void expect_refused(struct world *world, const char *part)
{
	int fd = world_build(world);
	if (fd >= 0) {
		close(fd);
		fail_msg("built, although \"%s\" was expected", part);
	}
	if (strstr(world->why.text, part) == NULL)
		fail_msg("refused with \"%s\" instead of \"%s\"", world->why.text, part);
}

/* cmocka fixtures: a fresh world per test. The struct is large, so it lives on the heap. */
static inline int world_setup(void **state)
{
	struct world *world = malloc(sizeof *world);
	assert_non_null(world);
	world_create(world);
	*state = world;
	return 0;
}

static inline int world_teardown(void **state)
{
	world_destroy(*state);
	free(*state);
	return 0;
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

#endif
