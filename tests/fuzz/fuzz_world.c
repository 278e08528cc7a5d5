/* Any bytes as one of the files of a whole world: the first byte chooses which (a table of things, the settings, a map's file,
 * a translation of the texts); the others are as the starter world has them. The world is refused with a text, or it can be
 * attached and every definition in it looked at. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/catalog/catalog.h"
#include "common/catalog/server_ini.h"
#include "common/text/texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const unsigned fuzz_damages;
const unsigned fuzz_damages = 40;

enum { ORIGINAL_MAX = 65536, PATH_BYTES = 400 };

static const char *const files[] = {
	"Dat/obj.dat",
	"Dat/NPCs.dat",
	"Dat/Hechizos.dat",
	"Dat/Balance.dat",
	"Dat/Ciudades.Dat",
	"Dat/ArmasHerrero.dat",
	"Dat/ArmadurasHerrero.dat",
	"Dat/ObjCarpintero.dat",
	"Dat/ArmadurasFaccionarias.dat",
	"Dat/Pretorianos.dat",
	"Dat/Invokar.dat",
	"Dat/Map.dat",
	"Dat/Help.dat",
	"Dat/Motd.ini",
	"Dat/NombresInvalidos.txt",
	"Maps/Mapa1.dat",
	"Maps/Mapa1.map",
	"Maps/Mapa1.inf",
	"Server.ini",
	"texts", /* not of a world, but read at start as well */
};
enum { FILES = sizeof files / sizeof *files };

static char root[64];
static struct original {
	uint8_t *bytes;
	size_t size;
} originals[FILES];

static void file_write(unsigned file, const uint8_t *bytes, size_t size)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/%s", root, files[file]);
	FILE *to = fopen(path, "we");
	if (to == NULL || fwrite(bytes, 1, size, to) != size) {
		perror(path);
		abort();
	}
	fclose(to);
}

static void original_read(unsigned file)
{
	char path[PATH_BYTES];
	const char *build = getenv("ARGENTUM_BUILD");
	snprintf(path, sizeof path, "%s/world/%s", build != NULL ? build : "build", files[file]);
	FILE *from = fopen(path, "re");
	if (from == NULL)
		return;
	originals[file].bytes = malloc(ORIGINAL_MAX);
	originals[file].size = fread(originals[file].bytes, 1, ORIGINAL_MAX, from);
	fclose(from);
}

static void root_remove(void)
{
	char path[PATH_BYTES];
	for (unsigned file = 0; file < FILES; file++) {
		snprintf(path, sizeof path, "%s/%s", root, files[file]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/Dat", root);
	rmdir(path);
	snprintf(path, sizeof path, "%s/Maps", root);
	rmdir(path);
	rmdir(root);
}

/* A copy of the starter world with the one map that is quick to read. */
static void root_make(void)
{
	static const char one_map[] = "[INIT]\r\nMapPath=\\Maps\\\r\nNumMaps=1\r\n";
	char path[PATH_BYTES];
	for (unsigned file = 0; file < FILES; file++)
		original_read(file);
	if (originals[0].bytes == NULL) {
		fprintf(stderr, "no compiled world (make world)\n");
		abort();
	}
	snprintf(root, sizeof root, "/tmp/argentum-fuzz-world-XXXXXX");
	if (mkdtemp(root) == NULL) {
		perror(root);
		abort();
	}
	atexit(root_remove);
	snprintf(path, sizeof path, "%s/Dat", root);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/Maps", root);
	mkdir(path, 0700);
	for (unsigned file = 0; file < FILES; file++) {
		if (strcmp(files[file], "Dat/Map.dat") == 0) {
			memcpy(originals[file].bytes, one_map, sizeof one_map - 1);
			originals[file].size = sizeof one_map - 1;
		}
		if (originals[file].bytes != NULL)
			file_write(file, originals[file].bytes, originals[file].size);
	}
}

static void texts_look_at(const struct catalog *catalog)
{
	for (unsigned n = 0; n <= catalog_item_max(catalog); n++) {
		const struct item_def *item = catalog_item(catalog, n);
		assert(item == NULL || strlen(catalog_text(catalog, item->name)) == catalog_text_bytes(catalog, item->name));
	}
	for (unsigned n = 0; n <= catalog_spell_max(catalog); n++) {
		const struct spell_def *spell = catalog_spell(catalog, n);
		assert(spell == NULL || strlen(catalog_text(catalog, spell->name)) == catalog_text_bytes(catalog, spell->name));
	}
	for (unsigned i = 0; i < catalog_motd_count(catalog); i++)
		assert(strlen(catalog_motd(catalog, i)) <= UINT16_MAX);
	for (unsigned i = 0; i < catalog_help_count(catalog); i++)
		assert(strlen(catalog_help(catalog, i)) <= UINT16_MAX);
}

/* What is referred to is there: items in stock, spells, creatures, things and people on maps, where exits lead. */
static void references_look_at(const struct catalog *catalog)
{
	unsigned count;
	for (unsigned n = 0; n <= catalog_creature_max(catalog); n++) {
		const struct creature_def *creature = catalog_creature(catalog, n);
		if (creature == NULL)
			continue;
		const struct item_stack *stock = creature_stock(catalog, creature, &count);
		for (unsigned i = 0; i < count; i++)
			assert(stock[i].item == 0 || catalog_item(catalog, stock[i].item) != NULL);
		const uint16_t *spells = creature_spells(catalog, creature, &count);
		for (unsigned i = 0; i < count; i++)
			assert(spells[i] == 0 || catalog_spell(catalog, spells[i]) != NULL);
	}
	for (unsigned n = 0; n <= catalog_map_max(catalog); n++) {
		const struct map_def *map = catalog_map(catalog, n);
		if (map == NULL)
			continue;
		const struct map_object *objects = map_objects(catalog, map, &count);
		for (unsigned i = 0; i < count; i++)
			assert(catalog_item(catalog, objects[i].item) != NULL && tile_is_on_map(objects[i].x, objects[i].y) &&
				   objects[i].amount >= 1 && objects[i].amount <= 10000);
		const struct map_creature *creatures = map_creatures(catalog, map, &count);
		for (unsigned i = 0; i < count; i++)
			assert(catalog_creature(catalog, creatures[i].creature) != NULL &&
				   tile_is_on_map(creatures[i].x, creatures[i].y));
		const struct map_exit *exits = map_exits(catalog, map, &count);
		for (unsigned i = 0; i < count; i++)
			assert(tile_is_on_map(exits[i].x, exits[i].y));
	}
}

static void world_read(void)
{
	struct problem why = {""};
	struct catalog_warnings *warnings = calloc(1, sizeof *warnings);
	struct server_ini *ini = calloc(1, sizeof *ini);
	bool good = server_ini_read(root, ini, warnings, &why);
	assert(good || why.text[0] != '\0');
	why.text[0] = '\0';
	int fd = catalog_build(root, warnings, &why);
	assert(fd >= 0 || why.text[0] != '\0');
	if (fd >= 0) {
		const struct catalog *catalog = catalog_attach(fd, &why);
		assert(catalog != NULL);
		texts_look_at(catalog);
		references_look_at(catalog);
		catalog_detach(&catalog);
		close(fd);
	}
	free(ini);
	free(warnings);
}

static void texts_read(void)
{
	struct problem why = {""};
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/texts", root);
	bool good = text_catalog_load(path, &why);
	assert(good || why.text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (root[0] == '\0')
		root_make();
	if (size < 1)
		return 0;
	unsigned file = data[0] % FILES;
	file_write(file, data + 1, size - 1);
	if (strcmp(files[file], "texts") == 0)
		texts_read();
	else
		world_read();
	if (originals[file].bytes != NULL)
		file_write(file, originals[file].bytes, originals[file].size);
	return 0;
}
