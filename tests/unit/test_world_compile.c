/* The compiler of worlds and the starter world of etc/world: what is compiled follows formats.md byte for byte, mistakes
 * are told with file and line, and the maps agree with the ones that the client carries.
 *
 * argentumctl's sources are in no library, so they are taken in here as they are. */
/* NOLINTBEGIN(bugprone-suspicious-include) */
#include "master/ctl/world_check.c"
#include "master/ctl/world_compile.c"
#include "master/ctl/world_dat.c"
#include "master/ctl/world_map.c"
#include "master/ctl/world_output.c"
#include "master/ctl/world_place.c"
#include "master/ctl/world_schema.c"
#include "master/ctl/world_source.c"
#include "master/ctl/world_words.c"
#include "master/ctl/world_write.c"
/* NOLINTEND(bugprone-suspicious-include) */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STARTER "etc/world"

/* A folder of one's own: a copy of the starter world to spoil, and a place for the compiled one. */
struct fixture {
	char base[64], source[80], target[80];
	struct world_summary summary;
	struct problem why;
	char warnings[4096];
};

static void hear(void *context, const char *text)
{
	struct fixture *fixture = context;
	size_t at = strlen(fixture->warnings);
	snprintf(fixture->warnings + at, sizeof fixture->warnings - at, "%s\n", text);
}

/* --- files ----------------------------------------------------------------------------------------------------------- */

struct blob {
	char *bytes; /* one zero byte stands behind them */
	size_t size;
};

static struct blob slurp(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct blob blob = {NULL, 0};
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("%s is not there", path);
	blob.bytes = calloc(1, SOURCE_FILE_BYTES + 1);
	assert_non_null(blob.bytes);
	blob.size = fread(blob.bytes, 1, SOURCE_FILE_BYTES, file);
	fclose(file);
	return blob;
}

static void spill(const char *folder, const char *name, const char *bytes, size_t size)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static bool there(const char *folder, const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void copy_folder(const char *from, const char *to)
{
	assert_int_equal(mkdir(to, 0755), 0);
	struct dirent **names = NULL;
	int count = scandir(from, &names, NULL, alphasort);
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		char deeper_from[PATH_MAX], deeper_to[PATH_MAX];
		struct stat status;
		const char *name = names[i]->d_name;
		snprintf(deeper_from, sizeof deeper_from, "%s/%s", from, name);
		snprintf(deeper_to, sizeof deeper_to, "%s/%s", to, name);
		assert_int_equal(stat(deeper_from, &status), 0);
		if (name[0] != '.' && S_ISDIR(status.st_mode)) {
			copy_folder(deeper_from, deeper_to);
		} else if (name[0] != '.') {
			struct blob blob = slurp(from, name);
			spill(to, name, blob.bytes, blob.size);
			free(blob.bytes);
		}
		free(names[i]);
	}
	free(names);
}

/* How many names a folder has. */
static int names_in(const char *path)
{
	struct dirent **names = NULL;
	int count = scandir(path, &names, NULL, alphasort);
	assert_true(count >= 2);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return count - 2; /* without . and .. */
}

/* Puts `to` in the place of the first `from` in a file of the copied source. Returns the line where it begins. */
static int edit(const struct fixture *fixture, const char *name, const char *from, const char *to)
{
	struct blob blob = slurp(fixture->source, name);
	char *place = strstr(blob.bytes, from);
	if (place == NULL) {
		fail_msg("'%s' is not in %s", from, name);
		return 0;
	}
	int line = 1;
	for (const char *c = blob.bytes; c < place; c++)
		line += *c == '\n';
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", fixture->source, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	size_t before = (size_t)(place - blob.bytes), after = before + strlen(from);
	assert_int_equal(fwrite(blob.bytes, 1, before, file), before);
	assert_true(fputs(to, file) >= 0);
	assert_int_equal(fwrite(blob.bytes + after, 1, blob.size - after, file), blob.size - after);
	assert_int_equal(fclose(file), 0);
	free(blob.bytes);
	return line;
}

static bool compile_copy(struct fixture *fixture)
{
	struct world_hearer hearer = {.warning = hear, .context = fixture};
	fixture->warnings[0] = '\0';
	return world_compile(fixture->source, fixture->target, &hearer, &fixture->summary, &fixture->why);
}

static void compile_well(struct fixture *fixture)
{
	if (!compile_copy(fixture))
		fail_msg("%s", fixture->why.text);
}

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	assert_non_null(fixture);
	snprintf(fixture->base, sizeof fixture->base, "/tmp/test-world-XXXXXX");
	assert_non_null(mkdtemp(fixture->base));
	snprintf(fixture->source, sizeof fixture->source, "%s/source", fixture->base);
	snprintf(fixture->target, sizeof fixture->target, "%s/world", fixture->base);
	copy_folder(STARTER, fixture->source);
	*state = fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;
	remove_tree(fixture->base);
	free(fixture);
	return 0;
}

/* --- a reader of maps, written from formats.md 2 and 3 alone ----------------------------------------------------------- */

struct read_tile {
	int blocked, layer1, layer2, trigger;
	int exit_map, exit_x, exit_y;
	int creature, object, amount;
};

struct read_map {
	int version;
	struct read_tile tiles[101][101]; /* [y][x], from 1 */
};

static int int16_at(const struct blob *blob, size_t *at)
{
	assert_true(*at + 2 <= blob->size);
	const unsigned char *bytes = (const unsigned char *)blob->bytes + *at;
	*at += 2;
	return (int16_t)(bytes[0] | bytes[1] << 8);
}

static int byte_at(const struct blob *blob, size_t *at)
{
	assert_true(*at < blob->size);
	return (unsigned char)blob->bytes[(*at)++];
}

static void terrain_read(struct read_map *map, const struct blob *blob)
{
	size_t at = 0;
	map->version = int16_at(blob, &at);
	at = 273;
	for (int y = 1; y <= 100; y++) {
		for (int x = 1; x <= 100; x++) {
			struct read_tile *tile = &map->tiles[y][x];
			int flags = byte_at(blob, &at);
			assert_int_equal(flags & ~31, 0);
			tile->blocked = flags & 1;
			tile->layer1 = int16_at(blob, &at);
			tile->layer2 = (flags & 2) != 0 ? int16_at(blob, &at) : 0;
			if ((flags & 4) != 0)
				(void)int16_at(blob, &at);
			if ((flags & 8) != 0)
				(void)int16_at(blob, &at);
			tile->trigger = (flags & 16) != 0 ? int16_at(blob, &at) : 0;
			assert_true(tile->layer1 > 0);
			assert_true((flags & 16) == 0 || (tile->trigger >= 1 && tile->trigger <= 6));
		}
	}
	assert_int_equal(at, blob->size);
}

static void things_read(struct read_map *map, const struct blob *blob)
{
	size_t at = 10;
	for (int y = 1; y <= 100; y++) {
		for (int x = 1; x <= 100; x++) {
			struct read_tile *tile = &map->tiles[y][x];
			int flags = byte_at(blob, &at);
			assert_int_equal(flags & ~7, 0);
			if ((flags & 1) != 0) {
				tile->exit_map = int16_at(blob, &at);
				tile->exit_x = int16_at(blob, &at);
				tile->exit_y = int16_at(blob, &at);
			}
			if ((flags & 2) != 0)
				tile->creature = int16_at(blob, &at);
			if ((flags & 4) != 0) {
				tile->object = int16_at(blob, &at);
				tile->amount = int16_at(blob, &at);
				assert_in_range(tile->amount, 1, 10000);
			}
		}
	}
	assert_int_equal(at, blob->size);
}

static struct read_map *map_from(const char *root, int number)
{
	char name[64];
	struct read_map *map = calloc(1, sizeof *map);
	assert_non_null(map);
	snprintf(name, sizeof name, "Maps/Mapa%d.map", number);
	struct blob blob = slurp(root, name);
	terrain_read(map, &blob);
	free(blob.bytes);
	snprintf(name, sizeof name, "Maps/Mapa%d.inf", number);
	blob = slurp(root, name);
	things_read(map, &blob);
	free(blob.bytes);
	return map;
}

static bool is_water(const struct read_tile *tile)
{
	int g = tile->layer1;
	return tile->layer2 == 0 && ((g >= 1505 && g <= 1520) || (g >= 5665 && g <= 5680) || (g >= 13547 && g <= 13562));
}

static const int starter_maps[] = {1, 2, 5, 77};

/* --- the shipped world ------------------------------------------------------------------------------------------------- */

static void the_starter_world_compiles_without_a_warning(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	assert_string_equal(fixture->warnings, "");
	assert_int_equal(fixture->summary.warnings, 0);
	assert_int_equal(fixture->summary.maps, 4);
	assert_true(fixture->summary.items >= 40);
	assert_true(fixture->summary.creatures >= 20);
	assert_true(fixture->summary.spells >= 12);
	assert_int_equal(names_in(fixture->base), 2); /* source and world, no leftovers */
}

static void every_map_reads_back_to_its_last_byte(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	for (size_t i = 0; i < LENGTH(starter_maps); i++)
		free(map_from(fixture->target, starter_maps[i])); /* the readers assert */
}

static void map_1_says_byte_by_byte_what_its_drawing_says(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct blob terrain = slurp(fixture->target, "Maps/Mapa1.map");
	const unsigned char *bytes = (const unsigned char *)terrain.bytes;
	assert_int_equal(bytes[0] | bytes[1] << 8, 25); /* Version */
	assert_memory_equal(bytes + 2, "Compiled by argentumctl", 23);
	assert_int_equal(bytes[256], ' ');
	for (size_t i = 257; i < 273; i++)
		assert_int_equal(bytes[i], 0);
	/* Tile (1,1), '#': blocked, ground 6000. Tile (2,1): the pattern's next picture, 6001 = 0x1771. */
	assert_memory_equal(bytes + 273, "\x01\x70\x17\x01\x71\x17", 6);
	free(terrain.bytes);
	struct read_map *map = map_from(fixture->target, 1);
	const struct read_tile *north = &map->tiles[7][9], *chest = &map->tiles[63][77], *sign = &map->tiles[68][29];
	assert_int_equal(north->exit_map, 5);
	assert_int_equal(north->exit_x, 9);
	assert_int_equal(north->exit_y, 93);
	assert_int_equal(chest->creature, 5); /* the priest, under a roof */
	assert_int_equal(chest->trigger, 1);
	assert_int_equal(sign->object, 13);
	assert_int_equal(sign->amount, 1);
	assert_int_equal(map->tiles[5][6].layer1, 6000 + 0 * 4 + 1);
	free(map);
}

static void a_newcomer_starts_on_free_ground_beside_people(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct read_map *map = map_from(fixture->target, 1);
	assert_false(map->tiles[45][58].blocked);
	assert_int_equal(map->tiles[45][58].exit_map, 0);
	bool banker = false, merchant = false, priest = false, trainer = false, guard = false;
	for (int y = 1; y <= 100; y++) {
		for (int x = 1; x <= 100; x++) {
			banker |= map->tiles[y][x].creature == 24;
			merchant |= map->tiles[y][x].creature == 80;
			priest |= map->tiles[y][x].creature == 5;
			trainer |= map->tiles[y][x].creature == 60;
			guard |= map->tiles[y][x].creature == 6;
		}
	}
	assert_true(banker && merchant && priest && trainer && guard);
	free(map);
}

static void closed_doors_block_two_tiles_and_the_open_one_none(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct read_map *map = map_from(fixture->target, 1);
	assert_int_equal(map->tiles[37][74].object, 8);
	assert_true(map->tiles[37][74].blocked && map->tiles[37][73].blocked);
	assert_int_equal(map->tiles[38][29].object, 7);
	assert_false(map->tiles[38][29].blocked || map->tiles[38][28].blocked);
	assert_int_equal(map->tiles[31][62].object, 53); /* locked, the key is item 54 */
	free(map);
}

static void from_each_map_one_can_walk_to_the_next_and_back(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	int reached[291][291] = {{0}};
	struct read_map *maps[291] = {NULL};
	for (size_t i = 0; i < LENGTH(starter_maps); i++)
		maps[starter_maps[i]] = map_from(fixture->target, starter_maps[i]);
	for (size_t i = 0; i < LENGTH(starter_maps); i++) {
		int from = starter_maps[i];
		for (int y = 1; y <= 100; y++) {
			for (int x = 1; x <= 100; x++) {
				const struct read_tile *tile = &maps[from]->tiles[y][x];
				if (tile->exit_map == 0)
					continue;
				assert_non_null(maps[tile->exit_map]);
				const struct read_tile *arrival = &maps[tile->exit_map]->tiles[tile->exit_y][tile->exit_x];
				assert_false(arrival->blocked || arrival->exit_map != 0);
				reached[from][tile->exit_map]++;
			}
		}
	}
	assert_true(reached[1][2] > 50 && reached[2][1] > 50 && reached[1][5] > 50 && reached[5][1] > 50);
	assert_true(reached[5][77] > 50 && reached[77][5] > 50);
	for (size_t i = 0; i < LENGTH(starter_maps); i++)
		free(maps[starter_maps[i]]);
}

static void definitions_are_latin_1_with_cr_lf_and_no_remarks(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct blob blob = slurp(fixture->target, "Dat/obj.dat");
	assert_null(strstr(blob.bytes, "\n;"));
	assert_memory_equal(blob.bytes, "[INIT]\r\nNumObjs=1033\r\n\r\n", 24);
	assert_non_null(strstr(blob.bytes, "[OBJ38]\r\nName=Poci\xF3n roja\r\nObjType=11\r\n"));
	assert_non_null(strstr(blob.bytes, "\r\nApu\xF1"
									   "ala=1\r\n"));
	for (size_t i = 0; i < blob.size; i++)
		assert_true(blob.bytes[i] != '\n' || blob.bytes[i - 1] == '\r');
	free(blob.bytes);
	blob = slurp(fixture->target, "Dat/NPCs.dat");
	assert_non_null(strstr(blob.bytes, "[INIT]\r\nNumNPCs=566\r\n"));
	assert_non_null(strstr(blob.bytes, "\r\nObj1=534-1000\r\n"));
	assert_non_null(strstr(blob.bytes, "\r\nNROITEMS=11\r\n"));
	assert_non_null(strstr(blob.bytes, "\r\nNroCriaturas=4\r\n"));
	free(blob.bytes);
	blob = slurp(fixture->target, "Dat/Map.dat");
	assert_string_equal(blob.bytes, "[INIT]\r\nNumMaps=77\r\nMapPath=\\Maps\\\r\n");
	free(blob.bytes);
	blob = slurp(fixture->target, "Dat/Balance.dat");
	assert_non_null(strstr(blob.bytes, "[MODDA\xD1OARMAS]\r\n"));
	int keys = 0;
	for (const char *c = strchr(blob.bytes, '='); c != NULL; c = strchr(c + 1, '='))
		keys++;
	assert_int_equal(keys, 159);
	free(blob.bytes);
}

static void all_46_spells_are_there_and_the_forgotten_ones_harm_nobody(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct blob blob = slurp(fixture->target, "Dat/Hechizos.dat");
	assert_non_null(strstr(blob.bytes, "[INIT]\r\nNumeroHechizos=46\r\n"));
	for (int i = 1; i <= 46; i++) {
		char heading[32];
		snprintf(heading, sizeof heading, "[HECHIZO%d]\r\nNombre=", i);
		assert_non_null(strstr(blob.bytes, heading));
	}
	assert_non_null(strstr(blob.bytes, "[HECHIZO34]\r\nNombre=Hechizo olvidado\r\n"));
	assert_non_null(strstr(blob.bytes, "[HECHIZO2]\r\nNombre=Dardo m\xE1gico\r\n"));
	free(blob.bytes);
}

static void compiling_twice_gives_the_same_bytes(void **state)
{
	static const char *const files[] = {"Server.ini",      "Dat/obj.dat",     "Dat/NPCs.dat",
										"Maps/Mapa77.map", "Maps/Mapa77.inf", "Maps/Mapa77.dat"};
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct blob first[LENGTH(files)];
	for (size_t i = 0; i < LENGTH(files); i++)
		first[i] = slurp(fixture->target, files[i]);
	compile_well(fixture);
	for (size_t i = 0; i < LENGTH(files); i++) {
		struct blob second = slurp(fixture->target, files[i]);
		assert_int_equal(first[i].size, second.size);
		assert_memory_equal(first[i].bytes, second.bytes, second.size);
		free(first[i].bytes);
		free(second.bytes);
	}
}

/* --- mistakes ---------------------------------------------------------------------------------------------------------- */

/* What is changed in the starter world, in which line the mistake is told (counted from where the change begins; NO_LINE
 * for a mistake of the whole file), and words that the message must have. */
#define NO_LINE (-100)

struct mistake {
	const char *file, *from, *to;
	int line;
	const char *words;
};

static const struct mistake mistakes[] = {
	/* the text itself */
	{"Dat/obj.dat", "Name = Daga\n", "Name = Dag\xE1\n", 0, "byte 0xE1 at column 11"},
	{"Dat/obj.dat", "Name = Daga\n", "Name = Daga \xE2\x82\xAC\n", 0, "no character that the client can show"},
	{"Dat/obj.dat", "Name = Daga\n", "Name = Da\x01ga\n", 0, "byte 0x01"},
	{"Dat/obj.dat", "Name = Daga\n", "Name Daga\n", 0, "'Name Daga' is neither a [section], nor key = value"},
	{"Dat/obj.dat", "[OBJ12]", "[OBJ12", 0, "needs its ']'"},
	{"Dat/obj.dat", "[OBJ12]", "[OBJ12] gold", 0, "after the section"},
	{"Dat/obj.dat", "[OBJ12]", "Valor = 1\n[OBJ12]", 0, "'Valor' stands before the first [section]"},
	{"Dat/obj.dat", "[OBJ136]", "[OBJ58]", 0, "[OBJ58] is already in line"},
	{"Dat/obj.dat", "Name = Daga\n", "Name = Daga\nNAME = Espada\n", 1, "'NAME' is already in line"},
	/* keys and values */
	{"Dat/obj.dat", "GrhIndex = 511", "GrhIdnex = 511", 0, "did you mean 'GrhIndex'? etc/world/README.md"},
	{"Dat/obj.dat", "GrhIndex = 511", "", -3, "[OBJ12] needs the key GrhIndex"},
	{"Dat/obj.dat", "GrhIndex = 511", "GrhIndex = 51l", 0, "GrhIndex = '51l'; a whole number from 0 to 32767"},
	{"Dat/obj.dat", "ObjType = 5\n", "ObjType = 99\n", 0, "from 1 to 38"},
	{"Dat/obj.dat", "[OBJ12]", "[OBJ99999]", 0, "[OBJ99999] is no section of this file; [OBJ#] is allowed"},
	{"Dat/obj.dat", "Name = Daga\n", "Name =\n", 0, "Name has 0 characters; 1 to 40"},
	{"Dat/obj.dat", "Name = Daga\n", "Name = \"Daga\"\n", 0, "quotation mark"},
	{"Dat/obj.dat", "CP1 = MAGO\n", "CP1 = MAGA\n", 0, "one of these is allowed: MAGO CLERIGO"},
	{"Dat/obj.dat", "CP1 = MAGO\n", "CP3 = MAGO\n", -12, "[OBJ859]: the keys CP# are numbered 1, 2, 3"},
	{"Dat/obj.dat", "LingoteIndex = 386", "LingoteIndex = 9999", 0, "item 9999 is not defined in Dat/obj.dat"},
	{"Dat/obj.dat", "HechizoIndex = 2\n", "HechizoIndex = 40\n", 0, "spell 40 is not defined in Dat/Hechizos.dat"},
	{"Dat/NPCs.dat", "Obj1 = 534-1000", "Obj1 = 534", 0, "item-amount is allowed"},
	{"Dat/NPCs.dat", "Obj1 = 534-1000", "Obj1 = 534-0", 0, "an amount from 1 to 10000"},
	{"Dat/NPCs.dat", "Obj1 = 534-1000", "Obj1 = 535-10", 0, "item 535 is not defined"},
	{"Dat/NPCs.dat", "Comercia = 1\n", "Comercia = 1\nNROITEMS = 3\n", 1, "counted by the compiler"},
	{"Dat/NPCs.dat", "CI1 = 566", "CI1 = 567", 0, "creature 567 is not defined in Dat/NPCs.dat"},
	{"Dat/Balance.dat", "Guerrero = 1.1\n", "Guerrero = 1,1\n", 0, "a number such as 0.85"},
	{"Dat/Balance.dat", "Guerrero = 1.1\n", "Guerrero = 0\n", 0, "above 0 and at most 100"},
	{"Dat/Ciudades.Dat", "Mapa = 1\n", "", -1, "[Ullathorpe] needs the key Mapa"},
	{"Server.ini", "StartPos = 1-58-45", "StartPos = 1-5845", 0, "map-x-y is allowed"},
	{"Server.ini", "StartPos = 1-58-45", "StartPos = 3-58-45", 0, "map 3 is not in Maps/"},
	{"Server.ini", "StartPos = 1-58-45", "StartPos = 1-1-1", 0, "nobody can stand on tile (1,1) of map 1"},
	{"Server.ini", "Version = 0.13.0", "Version = 0.13", 0, "three numbers such as 0.13.0"},
	{"Server.ini", "Admines = 0", "Admines = 1", 0, "Admines = 1, but [Admines] has 0 names"},
	/* what must hold between definitions */
	{"Dat/obj.dat", "TipoPocion = 3\n", "", -4, "ObjType = 11 needs the key TipoPocion"},
	{"Dat/obj.dat", "[OBJ460]", "[OBJ461]\nName = x\n", NO_LINE, "is already in line"},
	{"Dat/NPCs.dat", "MinHP = 1000", "MinHP = 2000", 0, "MinHP = 2000 is above MaxHP = 1000"},
	{"Dat/NPCs.dat", "Head = 503", "Head = 60", 0, "none of the client's heads"},
	{"Dat/NPCs.dat", "CN4 = Goblin\n", "", -18, "4 keys CI# and 3 keys CN#"},
	{"Dat/NPCs.dat", "TipoItems = 1000\n", "", -12, "it needs TipoItems"},
	{"Dat/NPCs.dat", "Ciudad = 1\n", "", -9, "is a governor: it needs Ciudad"},
	{"Dat/Hechizos.dat", "WAV = 16", "WAV = 199", 0, "WAV = 199 is no sound of the client"},
	{"Dat/Hechizos.dat", "FXgrh = 2\n", "FXgrh = 36\n", 0, "from 0 to 35"},
	{"Dat/Balance.dat", "E1 = 10", "E1 = 11", -1, "add up to 101; 100 is needed"},
	{"Dat/Balance.dat", "[MODESCUDO]", "[MODESCUDOS]", NO_LINE, "the section [MODESCUDO] is needed"},
	{"Dat/Ciudades.Dat", "X = 58\nY = 45", "X = 15\nY = 12", 0, "tile (15,12) of map 1 is blocked"},
	{"Dat/ArmasHerrero.dat", "Index = 15 ; Daga", "Index = 12", 0, "item 12 can not be made"},
	{"Dat/ArmasHerrero.dat", "[Arma2]", "[Arma20]", NO_LINE, "numbered 1, 2, 3 ... without gaps"},
	{"Dat/ArmadurasFaccionarias.dat", "[CLASE12]", "[CLASE13]", NO_LINE, "all 12 sections [CLASE#] are needed"},
	{"Dat/Motd.ini", "~255~220~120~1~0", "~255~220~120~1~7", 0, "~red~green~blue~bold~italic"},
	{"Dat/NombresInvalidos.txt", "[words]", "[worts]", 1, "neither"},
	/* maps */
	{"Maps/Mapa1.txt", "[creatures]", "[npcs]", 0, "[npcs] is no section of a map"},
	{"Maps/Mapa1.txt", "Pk = 1", "Pk = 2", 0, "from 0 to 1"},
	{"Maps/Mapa1.txt", "Terreno = BOSQUE", "Terreno = PANTANO", 0, "BOSQUE NIEVE DESIERTO"},
	{"Maps/Mapa1.txt", "blocked trigger 1", "blocked triger 1", 0, "ground N, ground N-M, blocked"},
	{"Maps/Mapa1.txt", "ground 6000-6015 trigger 1", "trigger 1", 0, "the sign 'r' needs its ground"},
	{"Maps/Mapa1.txt", "ground 6000-6015 trigger 1", "ground 6000-6010 trigger 1", 0, "sixteen"},
	{"Maps/Mapa1.txt", "trigger 5 item", "trigger 9 item", 0, "a number from 0 to 6"},
	{"Maps/Mapa1.txt", "item 147", "item 8888", 0, "the number of an item"},
	{"Maps/Mapa1.txt", "item 147", "item 8", 0, "doors stand in [objects]"},
	{"Maps/Mapa1.txt", "\nw = ", "\nww = ", 1, "one sign is allowed"},
	{"Maps/Mapa1.txt", "########......t", "########.....?t", 0, "(14,12) is '?', which the [legend] does not explain"},
	{"Maps/Mapa1.txt", "########......t", "########.....t", 0, "has 99 tiles; 100 are needed"},
	{"Maps/Mapa1.txt", "= 5 9-", "= 6 9-", 0, "exit to map 6, which is not in Maps/"},
	{"Maps/Mapa1.txt", "= 5 9-", "to 5 9-", 0, "is neither"},
	{"Maps/Mapa1.txt", "9-91,7 = 5 9-91,93", "9-91,7 = 5 9-90,93", 0, "leads from 83 x 1 tiles to 82 x 1"},
	{"Maps/Mapa1.txt", "9-91,7 = 5 9-91,93", "9-91,7 = 5 9-91,96", 0, "beyond the walking area"},
	{"Maps/Mapa1.txt", "9-91,7 = 5 9-91,93", "50,7 = 5 50,94", 0, "which is an exit itself"},
	{"Maps/Mapa1.txt", "9-91,7 = 5 9-91,93", "8-90,7 = 5 9-91,93", 0, "(8,7) can not be reached: the tile is beyond"},
	{"Maps/Mapa1.txt", "9-91,7 = 5 9-91,93", "9-91,7 = 5 9-91,93 x", 0, "is no exit"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "65,46 = 24 Banquera", 0, "followed by the name, here 'Banquero'"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "65,46 = 25 Banquero", 0, "the number of a creature"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "65,146 = 24 Banquero", 0, "'65,146' is no tile"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "9,9 = 24 Banquero\n9,9 = 6 Guardia", 1, "'9,9' is already"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "9,7 = 24 Banquero", 0, "is an exit"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "1,1 = 24 Banquero", 0, "beyond the walking area"},
	{"Maps/Mapa1.txt", "65,46 = 24 Banquero", "15,12 = 24 Banquero", 0, "is blocked"},
	{"Maps/Mapa77.txt", "65,45 = 530 Bandido", "52,30 = 530 Bandido", 0, "is water, and it does not swim"},
	{"Maps/Mapa1.txt", "= 13 Cartel", "= 14 Cartel", 0, "the number of an item"},
	{"Maps/Mapa1.txt", "= 13 Cartel", "= 13-0 Cartel", 0, "an amount from 1 to 10000"},
	{"Maps/Mapa1.txt", "29,68 = 13", "15,12 = 13", 0, "(15,12) already has item 148"},
	{"Maps/Mapa1.txt", "74,37 = 8 ", "20,50 = 8 ", 0, "is closed: tiles (19,50) and (20,50) must both be blocked"},
	{"Maps/Mapa1.txt", "29,38 = 7 ", "25,38 = 7 ", 0, "is open: tiles (24,38) and (25,38) must not be blocked"},
	{"Maps/Mapa2.txt", "21 = 20 dry", "21 = 20 wet", 0, "sound = percent dry"},
	{"Maps/Mapa2.txt", "21 = 20 dry", "107 = 20 dry", 0, "with a sound that the client has"},
};

static void each_mistake_is_told_with_file_line_and_what_is_allowed(void **state)
{
	struct fixture *fixture = *state;
	int wrong = 0;
	for (size_t i = 0; i < LENGTH(mistakes); i++) {
		const struct mistake *mistake = &mistakes[i];
		char place[256];
		struct blob good = slurp(fixture->source, mistake->file);
		int line = edit(fixture, mistake->file, mistake->from, mistake->to) + mistake->line;
		if (mistake->line == NO_LINE)
			snprintf(place, sizeof place, "%s/%s", fixture->source, mistake->file);
		else
			snprintf(place, sizeof place, "%s/%s line %d: ", fixture->source, mistake->file, line);
		fixture->why.text[0] = '\0';
		bool compiled = compile_copy(fixture);
		if (compiled || strncmp(fixture->why.text, place, strlen(place)) != 0 ||
			strstr(fixture->why.text, mistake->words) == NULL) {
			print_error("%s: '%s' -> '%s'\n  expected: %s... %s\n  told:     %s\n", mistake->file, mistake->from,
						mistake->to, place, mistake->words, compiled ? "(compiled)" : fixture->why.text);
			wrong++;
		}
		assert_false(there(fixture->base, "world"));
		spill(fixture->source, mistake->file, good.bytes, good.size);
		free(good.bytes);
	}
	assert_int_equal(wrong, 0);
	compile_well(fixture); /* all is repaired */
}

static void a_missing_file_is_named(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/Dat/Balance.dat", fixture->source);
	assert_int_equal(remove(path), 0);
	assert_false(compile_copy(fixture));
	assert_non_null(strstr(fixture->why.text, "Dat/Balance.dat: cannot open: No such file"));
}

static void lists_and_the_welcome_may_be_left_out(void **state)
{
	static const char *const optional[] = {"Dat/Motd.ini", "Dat/Help.dat", "Dat/NombresInvalidos.txt",
										   "Dat/Invokar.dat", "Dat/Pretorianos.dat"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < LENGTH(optional); i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s/%s", fixture->source, optional[i]);
		assert_int_equal(remove(path), 0);
	}
	compile_well(fixture);
	assert_false(there(fixture->target, "Dat/Motd.ini"));
}

static void an_item_that_the_rules_name_can_not_be_left_out(void **state)
{
	struct fixture *fixture = *state;
	edit(fixture, "Dat/obj.dat", "[OBJ857]", "[OBJ900]");
	assert_false(compile_copy(fixture));
	assert_non_null(strstr(fixture->why.text, "[OBJ857] is needed, the rules name it by its number"));
}

static void a_locked_door_without_a_key_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	edit(fixture, "Dat/obj.dat", "ObjType = 9\nGrhIndex = 509\nClave = 2\n",
		 "ObjType = 9\nGrhIndex = 509\nClave = 999\n");
	compile_well(fixture);
	assert_int_equal(fixture->summary.warnings, 2);
	assert_non_null(strstr(fixture->warnings, "the key [OBJ54] fits no door: none has Clave = 999"));
	assert_non_null(strstr(fixture->warnings, "no key opens the door [OBJ53]: none has Clave = 2"));
}

static void a_map_that_the_client_lacks_is_refused(void **state)
{
	struct fixture *fixture = *state;
	spill(fixture->source, "Maps/Mapa291.txt", "", 0);
	assert_false(compile_copy(fixture));
	assert_non_null(strstr(fixture->why.text, "Maps/Mapa291.txt: Mapa1.txt to Mapa290.txt are allowed"));
}

static void a_source_from_windows_compiles_as_well(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct blob unix_ends = slurp(fixture->source, "Dat/Motd.ini");
	struct blob before = slurp(fixture->target, "Dat/Motd.ini");
	char *text = calloc(2, unix_ends.size + 4);
	assert_non_null(text);
	size_t size = (size_t)snprintf(text, 4, "\xEF\xBB\xBF");
	for (size_t i = 0; i < unix_ends.size; i++) {
		if (unix_ends.bytes[i] == '\n')
			text[size++] = '\r';
		text[size++] = unix_ends.bytes[i];
	}
	spill(fixture->source, "Dat/Motd.ini", text, size);
	compile_well(fixture);
	struct blob after = slurp(fixture->target, "Dat/Motd.ini");
	assert_string_equal(before.bytes, after.bytes);
	free(text);
	free(unix_ends.bytes);
	free(before.bytes);
	free(after.bytes);
}

/* --- the target -------------------------------------------------------------------------------------------------------- */

static void a_failed_compile_leaves_the_old_world_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	struct blob before = slurp(fixture->target, "Dat/obj.dat");
	edit(fixture, "Dat/obj.dat", "GrhIndex = 511", "GrhIndex = gold");
	assert_false(compile_copy(fixture));
	struct blob after = slurp(fixture->target, "Dat/obj.dat");
	assert_string_equal(before.bytes, after.bytes);
	assert_int_equal(names_in(fixture->base), 2);
	free(before.bytes);
	free(after.bytes);
}

static void a_new_compile_replaces_the_world_as_a_whole(void **state)
{
	struct fixture *fixture = *state;
	compile_well(fixture);
	spill(fixture->target, "Maps/Mapa9.map", "old", 3);
	spill(fixture->target, ".compiled", "", 0);
	edit(fixture, "Dat/obj.dat", "Name = Daga\n", "Name = Cuchillo\n");
	compile_well(fixture);
	assert_false(there(fixture->target, "Maps/Mapa9.map"));
	struct blob items = slurp(fixture->target, "Dat/obj.dat");
	assert_non_null(strstr(items.bytes, "[OBJ15]\r\nName=Cuchillo\r\n"));
	assert_int_equal(names_in(fixture->base), 2);
	free(items.bytes);
}

static void a_folder_that_holds_something_else_is_never_replaced(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(mkdir(fixture->target, 0755), 0);
	spill(fixture->target, "letters.txt", "dear", 4);
	assert_false(compile_copy(fixture));
	assert_non_null(strstr(fixture->why.text, "holds 'letters.txt', which no compiled world has"));
	assert_true(there(fixture->target, "letters.txt"));
	assert_int_equal(names_in(fixture->target), 1);
}

static void the_old_world_steps_aside_where_folders_can_not_be_exchanged(void **state)
{
	struct fixture *fixture = *state;
	char fresh[100];
	compile_well(fixture);
	spill(fixture->target, "old", "", 0);
	snprintf(fresh, sizeof fresh, "%s.new", fixture->target);
	assert_int_equal(mkdir(fresh, 0755), 0);
	spill(fresh, "new", "", 0);
	assert_true(swap_in_two_steps(fresh, fixture->target, &fixture->why));
	assert_true(there(fixture->target, "new"));
	assert_int_equal(names_in(fixture->target), 1);
	assert_int_equal(names_in(fixture->base), 2);
}

static void the_command_tells_by_its_exit_code(void **state)
{
	struct fixture *fixture = *state;
	char name[] = "world-compile", missing[] = "/nowhere/at/all";
	char *none[] = {name, NULL};
	char *good[] = {name, fixture->source, fixture->target, NULL};
	char *bad[] = {name, missing, fixture->target, NULL};
	assert_int_equal(world_compile_main(1, none), 2);
	assert_int_equal(world_compile_main(3, bad), 1);
	assert_int_equal(world_compile_main(3, good), 0);
	assert_true(there(fixture->target, "Maps/Mapa1.map"));
}

/* --- agreement with the client ------------------------------------------------------------------------------------------ */

static const char *classic_folder(void)
{
	const char *folder = getenv("ARGENTUM_CLASSIC");
	if (folder == NULL)
		folder = "../shared/classic";
	if (there(folder, "Maps/Mapa1.map"))
		return folder;
	print_message("the classic world is not at %s (ARGENTUM_CLASSIC): nothing to compare with\n", folder);
	skip();
	return NULL;
}

/* No difference is allowed: exits to maps that the starter world lacks are left out, not blocked, so that the client and
 * the server always agree on where one can step. */
static void walls_and_water_are_where_the_client_has_them(void **state)
{
	struct fixture *fixture = *state;
	const char *classic = classic_folder();
	int different = 0;
	compile_well(fixture);
	for (size_t i = 0; i < LENGTH(starter_maps); i++) {
		struct read_map *ours = map_from(fixture->target, starter_maps[i]);
		struct read_map *theirs = map_from(classic, starter_maps[i]);
		for (int y = 1; y <= 100; y++) {
			for (int x = 1; x <= 100; x++) {
				const struct read_tile *a = &ours->tiles[y][x], *b = &theirs->tiles[y][x];
				if (a->blocked == b->blocked && is_water(a) == is_water(b) && a->trigger == b->trigger)
					continue;
				print_error("map %d tile (%d,%d): ours blocked %d water %d trigger %d, client's %d %d %d\n",
							starter_maps[i], x, y, a->blocked, is_water(a), a->trigger, b->blocked, is_water(b),
							b->trigger);
				different++;
			}
		}
		free(ours);
		free(theirs);
	}
	assert_int_equal(different, 0);
}

static void exits_doors_and_trees_are_where_the_client_expects_them(void **state)
{
	struct fixture *fixture = *state;
	const char *classic = classic_folder();
	int different = 0;
	compile_well(fixture);
	for (size_t i = 0; i < LENGTH(starter_maps); i++) {
		struct read_map *ours = map_from(fixture->target, starter_maps[i]);
		struct read_map *theirs = map_from(classic, starter_maps[i]);
		for (int y = 1; y <= 100; y++) {
			for (int x = 1; x <= 100; x++) {
				const struct read_tile *a = &ours->tiles[y][x], *b = &theirs->tiles[y][x];
				bool exit_differs = a->exit_map != 0 &&
									(a->exit_map != b->exit_map || a->exit_x != b->exit_x || a->exit_y != b->exit_y);
				bool object_differs = a->object != 0 && a->object != b->object;
				if (!exit_differs && !object_differs)
					continue;
				print_error("map %d tile (%d,%d): our exit %d %d,%d and object %d, client's %d %d,%d and %d\n",
							starter_maps[i], x, y, a->exit_map, a->exit_x, a->exit_y, a->object, b->exit_map, b->exit_x,
							b->exit_y, b->object);
				different++;
			}
		}
		free(ours);
		free(theirs);
	}
	assert_int_equal(different, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_starter_world_compiles_without_a_warning),
		TEST(every_map_reads_back_to_its_last_byte),
		TEST(map_1_says_byte_by_byte_what_its_drawing_says),
		TEST(a_newcomer_starts_on_free_ground_beside_people),
		TEST(closed_doors_block_two_tiles_and_the_open_one_none),
		TEST(from_each_map_one_can_walk_to_the_next_and_back),
		TEST(definitions_are_latin_1_with_cr_lf_and_no_remarks),
		TEST(all_46_spells_are_there_and_the_forgotten_ones_harm_nobody),
		TEST(compiling_twice_gives_the_same_bytes),
		TEST(each_mistake_is_told_with_file_line_and_what_is_allowed),
		TEST(a_missing_file_is_named),
		TEST(lists_and_the_welcome_may_be_left_out),
		TEST(an_item_that_the_rules_name_can_not_be_left_out),
		TEST(a_locked_door_without_a_key_is_a_warning),
		TEST(a_map_that_the_client_lacks_is_refused),
		TEST(a_source_from_windows_compiles_as_well),
		TEST(a_failed_compile_leaves_the_old_world_as_it_was),
		TEST(a_new_compile_replaces_the_world_as_a_whole),
		TEST(a_folder_that_holds_something_else_is_never_replaced),
		TEST(the_old_world_steps_aside_where_folders_can_not_be_exchanged),
		TEST(the_command_tells_by_its_exit_code),
		TEST(walls_and_water_are_where_the_client_has_them),
		TEST(exits_doors_and_trees_are_where_the_client_expects_them),
	};
	return cmocka_run_group_tests_name("world_compile", tests, NULL, NULL);
}
