/* The classic 0.13 world against the cross-check facts made by an independent reader: every row of them, and a row that
 * is not understood is a failure. Skipped when the data is not there: $ARGENTUM_CLASSIC, else ../shared/classic; the
 * facts lie beside that folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/catalog/catalog.h"
#include "common/catalog/files.h"
#include "common/catalog/ini.h"
#include "common/catalog/map_file.h"
#include "common/catalog/record.h"
#include "common/catalog/server_ini.h"

enum { FIELDS_MAX = 64, MAP_COLUMNS = 43 };

/* What this test computes about one map, to be summed up and compared. */
struct map_facts {
	int64_t blocked, water, lava, layer[3], exits, creatures, objects, amounts, trigger[8];
};

/* One classic world for all tests of this program. */
static struct {
	char root[400], facts[432];
	bool there;
	struct folder *folder, *dat, *maps;
	struct ini *items, *creatures, *spells;
	const struct catalog *cat;
	struct catalog_warnings warnings;
	struct problem why;
	double build_ms, attach_ms;
	struct map_file *file;
} classic;

/* --- helpers --- */

static uint32_t crc32_more(uint32_t crc, const void *bytes, size_t size)
{
	static uint32_t table[256]; /* computed once */
	if (table[1] == 0) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;
			for (int k = 0; k < 8; k++)
				c = (c & 1) != 0 ? 0xedb88320u ^ c >> 1 : c >> 1;
			table[i] = c;
		}
	}
	crc = ~crc;
	for (const unsigned char *at = bytes; size > 0; at++, size--)
		crc = table[(crc ^ *at) & 0xff] ^ crc >> 8;
	return ~crc;
}

static uint32_t crc32_word(uint32_t crc, int value)
{
	const unsigned char bytes[2] = {(unsigned char)(value & 0xff), (unsigned char)(value >> 8 & 0xff)};
	return crc32_more(crc, bytes, 2);
}

static void expect_number(const char *what, const char *expected, int64_t found)
{
	char *end;
	long long number = strtoll(expected, &end, 10);
	if (*expected == '\0' || *end != '\0')
		fail_msg("%s: the facts say \"%s\", which is no number", what, expected);
	if (number != found)
		fail_msg("%s: the facts say %s, read was %lld", what, expected, (long long)found);
}

static void expect_crc(const char *what, const char *expected, uint32_t found)
{
	char text[16];
	snprintf(text, sizeof text, "%08x", found);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: the facts say %s, read was %s", what, expected, text);
}

static void expect_text(const char *what, const char *expected, const char *found)
{
	if (strcmp(expected, found) != 0)
		fail_msg("%s: the facts say \"%s\", read was \"%s\"", what, expected, found);
}

static void latin1_to_utf8(const char *from, char *to, size_t size)
{
	size_t at = 0;
	for (; *from != '\0' && at + 3 < size; from++) {
		unsigned char c = (unsigned char)*from;
		if (c < 0x80) {
			to[at++] = (char)c;
		} else {
			to[at++] = (char)(0xc0 | c >> 6);
			to[at++] = (char)(0x80 | (c & 0x3f));
		}
	}
	to[at] = '\0';
}

static struct ini *ini_open(struct folder *folder, const char *name)
{
	struct file_bytes file;
	if (folder_read(folder, name, &file, &classic.why) != FILE_READ)
		fail_msg("%s cannot be read", name);
	struct ini *ini = ini_parse(&file, NULL, &classic.why);
	if (ini == NULL)
		fail_msg("%s", classic.why.text);
	return ini;
}

static int64_t raw_number(struct ini *ini, const char *prefix, unsigned number, const char *key)
{
	struct record record = record_open_numbered(ini, NULL, prefix, number);
	return record_int(&record, key, INT32_MIN, INT32_MAX);
}

/* --- set up --- */

static int classic_open(void **state)
{
	(void)state;
	const char *given = getenv("ARGENTUM_CLASSIC");
	snprintf(classic.root, sizeof classic.root, "%s", given != NULL ? given : "../shared/classic");
	snprintf(classic.facts, sizeof classic.facts, "%s/../classic-facts.tsv", classic.root);
	classic.there = access(classic.root, R_OK) == 0 && access(classic.facts, R_OK) == 0;
	if (!classic.there) {
		print_message("the classic world is not at %s (set ARGENTUM_CLASSIC): skipping\n", classic.root);
		return 0;
	}
	uint64_t start = clock_mono_ns();
	int fd = catalog_build(classic.root, &classic.warnings, &classic.why);
	uint64_t built = clock_mono_ns();
	if (fd >= 0)
		classic.cat = catalog_attach(fd, &classic.why);
	classic.build_ms = (double)(built - start) / 1e6;
	classic.attach_ms = (double)(clock_mono_ns() - built) / 1e6;
	if (classic.cat == NULL) {
		print_error("the classic world was refused: %s\n", classic.why.text);
		return -1;
	}
	close(fd);
	classic.folder = folder_open(classic.root, &classic.why);
	classic.dat = folder_open_inside(classic.folder, "Dat", &classic.why);
	classic.maps = folder_open_inside(classic.folder, "Maps", &classic.why);
	classic.items = ini_open(classic.dat, "obj.dat");
	classic.creatures = ini_open(classic.dat, "NPCs.dat");
	classic.spells = ini_open(classic.dat, "Hechizos.dat");
	classic.file = malloc(sizeof *classic.file);
	return classic.file != NULL ? 0 : -1;
}

static int classic_close(void **state)
{
	(void)state;
	catalog_detach(&classic.cat);
	ini_free(&classic.items);
	ini_free(&classic.creatures);
	ini_free(&classic.spells);
	folder_close(&classic.maps);
	folder_close(&classic.dat);
	folder_close(&classic.folder);
	free(classic.file);
	return 0;
}

static void need_classic(void)
{
	if (!classic.there)
		skip();
}

/* --- values of definitions, by the key of the file --- */

struct column {
	const char *key;
	size_t offset, size;
	uint32_t flag;
};
#define COLUMN(key_, s, member)                                                                                        \
	{                                                                                                                  \
		.key = (key_), .offset = offsetof(struct s, member), .size = sizeof(((struct s *)0)->member)                   \
	}
#define COLUMN_BIT(key_, s, flag_)                                                                                     \
	{                                                                                                                  \
		.key = (key_), .offset = offsetof(struct s, flags), .size = 4, .flag = (flag_)                                 \
	}

static const struct column item_columns[] = {
	COLUMN("ObjType", item_def, kind),
	COLUMN("GrhIndex", item_def, graphic),
	COLUMN("Valor", item_def, price),
	COLUMN("NumRopaje", item_def, body),
	COLUMN("HechizoIndex", item_def, spell),
	COLUMN("MINDEF", item_def, defence_min),
	COLUMN("MAXDEF", item_def, defence_max),
	COLUMN("MinHam", item_def, hunger),
	COLUMN("MinAgu", item_def, thirst),
	COLUMN("Clave", item_def, lock),
	COLUMN_BIT("Crucial", item_def, ITEM_IS_RESTOCKED),
	COLUMN_BIT("Agarrable", item_def, ITEM_IS_FIXED),
	COLUMN_BIT("Newbie", item_def, ITEM_IS_NEWBIE),
	COLUMN_BIT("NoSeCae", item_def, ITEM_STAYS_ON_DEATH),
	COLUMN_BIT("Real", item_def, ITEM_FOR_ARMY),
	COLUMN_BIT("Caos", item_def, ITEM_FOR_CHAOS),
	COLUMN_BIT("Log", item_def, ITEM_IS_LOGGED),
	COLUMN_BIT("NoLog", item_def, ITEM_IS_NOT_LOGGED),
	{.key = NULL},
};
static const struct column creature_columns[] = {
	COLUMN("NpcType", creature_def, kind),
	COLUMN("Body", creature_def, body),
	COLUMN("Head", creature_def, head),
	COLUMN("Heading", creature_def, heading),
	COLUMN("Movement", creature_def, movement),
	COLUMN("TipoItems", creature_def, buys_kind),
	COLUMN("MaxHP", creature_def, hp_max),
	COLUMN("MinHP", creature_def, hp),
	COLUMN("MaxHIT", creature_def, hit_max),
	COLUMN("MinHIT", creature_def, hit_min),
	COLUMN("DEF", creature_def, defence),
	COLUMN("DEFm", creature_def, magic_defence),
	COLUMN("PoderAtaque", creature_def, attack_power),
	COLUMN("PoderEvasion", creature_def, evasion_power),
	COLUMN("GiveEXP", creature_def, experience),
	COLUMN("GiveGLD", creature_def, gold),
	COLUMN("Domable", creature_def, taming_points),
	COLUMN("Alineacion", creature_def, alignment),
	COLUMN("LanzaSpells", creature_def, spell_count),
	COLUMN_BIT("Attackable", creature_def, CREATURE_ATTACKABLE),
	COLUMN_BIT("Hostile", creature_def, CREATURE_HOSTILE),
	COLUMN_BIT("Comercia", creature_def, CREATURE_TRADES),
	COLUMN_BIT("ReSpawn", creature_def, CREATURE_IS_GONE_FOR_GOOD),
	COLUMN_BIT("AguaValida", creature_def, CREATURE_ENTERS_WATER),
	COLUMN_BIT("AfectaParalisis", creature_def, CREATURE_IS_NOT_PARALYSED),
	COLUMN_BIT("Veneno", creature_def, CREATURE_POISONS),
	{.key = NULL},
};
static const struct column spell_columns[] = {
	COLUMN("Tipo", spell_def, kind),
	COLUMN("Target", spell_def, target),
	COLUMN("WAV", spell_def, sound),
	COLUMN("FXgrh", spell_def, effect),
	COLUMN("Loops", spell_def, effect_loops),
	COLUMN("SubeHP", spell_def, change[SPELL_HP].direction),
	COLUMN("MaxHP", spell_def, change[SPELL_HP].max),
	COLUMN("ManaRequerido", spell_def, mana),
	COLUMN("StaRequerido", spell_def, stamina),
	COLUMN("MinSkill", spell_def, skill_needed),
	COLUMN("NumNpc", spell_def, summon),
	COLUMN("Cant", spell_def, summon_count),
	COLUMN("NeedStaff", spell_def, staff_needed),
	COLUMN_BIT("Paraliza", spell_def, SPELL_PARALYSES),
	COLUMN_BIT("Inmoviliza", spell_def, SPELL_IMMOBILISES),
	COLUMN_BIT("Invisibilidad", spell_def, SPELL_INVISIBILITY),
	COLUMN_BIT("Revivir", spell_def, SPELL_RESURRECTS),
	{.key = NULL},
};

static int64_t column_value(const struct column *columns, const void *row, const char *key)
{
	const struct column *column = columns;
	while (column->key != NULL && strcmp(column->key, key) != 0)
		column++;
	if (column->key == NULL)
		fail_msg("a key this test does not know: \"%s\"", key);
	const char *at = (const char *)row + column->offset;
	uint8_t byte;
	int16_t word;
	int32_t number;
	switch (column->size) {
	case 1:
		memcpy(&byte, at, sizeof byte);
		return byte;
	case 2:
		memcpy(&word, at, sizeof word);
		return word;
	default:
		memcpy(&number, at, sizeof number);
		return column->flag != 0 ? ((uint32_t)number & column->flag) != 0 : number;
	}
}

/* A kind of definitions: how the facts name it, how the catalog gives it. */
struct family {
	const char *file, *name_key, *prefix;
	const struct column *columns;
	const void *(*get)(unsigned number);
	unsigned (*max)(const struct catalog *);
	struct ini **ini;
	bool gaps_are_entries; /* a missing number is an empty entry of type 0 and not "no such" */
};

static const void *item_get(unsigned number)
{
	return catalog_item(classic.cat, number);
}

static const void *creature_get(unsigned number)
{
	return catalog_creature(classic.cat, number);
}

static const void *spell_get(unsigned number)
{
	return catalog_spell(classic.cat, number);
}

static const struct family families[] = {
	{"obj.dat", "Name", "OBJ", item_columns, item_get, catalog_item_max, &classic.items, true},
	{"NPCs.dat", "Name", "NPC", creature_columns, creature_get, catalog_creature_max, &classic.creatures, false},
	{"Hechizos.dat", "Nombre", "HECHIZO", spell_columns, spell_get, catalog_spell_max, &classic.spells, false},
};

static const struct family *family_find(const char *file)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		if (strcmp(families[i].file, file) == 0)
			return &families[i];
	}
	return NULL;
}

/* The value as the file has it. Where the catalog deliberately differs, that it differs in the right way is checked
 * here, and the file's number returned. */
static int64_t family_value(const struct family *family, unsigned number, const char *key)
{
	const void *row = family->get(number);
	if (row == NULL)
		return 0;
	int64_t value = column_value(family->columns, row, key);
	int64_t raw = raw_number(*family->ini, family->prefix, number, key);
	if (value == raw)
		return value;
	if (strcmp(key, "Movement") == 0 && raw == 11) {
		assert_int_equal(value, MOVEMENT_NONE);
	} else if (strcmp(key, "MinHIT") == 0 || strcmp(key, "MaxHIT") == 0) {
		const struct creature_def *creature = row;
		assert_int_equal(creature->hit_min, raw_number(*family->ini, family->prefix, number, "MaxHIT"));
		assert_int_equal(creature->hit_max, raw_number(*family->ini, family->prefix, number, "MinHIT"));
	} else if (strcmp(key, "LanzaSpells") == 0) {
		assert_true(number == 922 || number == 923); /* spell 47 does not exist */
		assert_int_equal(value, raw - 1);
	} else {
		fail_msg("%s %u: %s is %lld in the file and %lld in the catalog", family->file, number, key, (long long)raw,
				 (long long)value);
	}
	return raw;
}

/* --- rows: file, digest, names --- */

static void file_row(char **field, unsigned count)
{
	assert_int_equal(count, 4);
	struct file_bytes file;
	char name[64];
	const char *slash = strchr(field[1], '/');
	snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : field[1]);
	if (folder_read(slash != NULL ? classic.dat : classic.folder, name, &file, &classic.why) != FILE_READ)
		fail_msg("%s cannot be read", field[1]);
	expect_number(field[1], field[2], (int64_t)file.size);
	expect_crc(field[1], field[3], crc32_more(0, file.bytes, file.size));
	free(file.bytes);
}

static void digest_row(char **field, unsigned count)
{
	assert_int_equal(count, 4);
	const struct family *family = family_find(field[1]);
	assert_non_null(family);
	assert_int_equal(strncmp(field[2], "id,", 3), 0);
	uint32_t crc = 0;
	for (unsigned number = 1; number <= family->max(classic.cat); number++) {
		if (family->get(number) == NULL && !family->gaps_are_entries)
			continue;
		char line[1024], keys[512];
		int at = snprintf(line, sizeof line, "%u", number);
		snprintf(keys, sizeof keys, "%s", field[2] + 3);
		char *rest = keys;
		for (char *key; (key = strsep(&rest, ",")) != NULL;)
			at += snprintf(line + at, sizeof line - (size_t)at, ",%lld", (long long)family_value(family, number, key));
		at += snprintf(line + at, sizeof line - (size_t)at, "\n");
		crc = crc32_more(crc, line, (size_t)at);
	}
	expect_crc(field[1], field[3], crc);
}

static void names_row(char **field, unsigned count)
{
	assert_int_equal(count, 4);
	const struct family *family = family_find(field[1]);
	assert_non_null(family);
	assert_string_equal(field[2], family->name_key);
	uint32_t crc = 0;
	for (unsigned number = 1; number <= family->max(classic.cat); number++) {
		const uint32_t *row = family->get(number); /* the name is the first field of all three */
		if (row == NULL && !family->gaps_are_entries)
			continue;
		char line[512];
		int at = snprintf(line, sizeof line, "%u=%s\n", number, row != NULL ? catalog_text(classic.cat, *row) : "");
		if (family->columns == spell_columns && number == 34) { /* replaced: the file's own text goes into the sum */
			struct record record = record_open_numbered(classic.spells, NULL, "HECHIZO", number);
			struct record_text text = record_text(&record, "Nombre", RECORD_TRIM_END);
			assert_int_not_equal(strlen(catalog_text(classic.cat, *row)), text.size);
			at = snprintf(line, sizeof line, "%u=%.*s\n", number, (int)text.size, text.text);
		}
		crc = crc32_more(crc, line, (size_t)at);
	}
	expect_crc(field[1], field[3], crc);
}

/* --- rows: total --- */

static int64_t family_count(const struct family *family, const char *key, int64_t wanted)
{
	int64_t found = 0;
	for (unsigned number = 1; number <= family->max(classic.cat); number++) {
		if (family->get(number) != NULL || family->gaps_are_entries)
			found += family_value(family, number, key) == wanted;
	}
	return found;
}

static int64_t family_sum(const struct family *family, const char *key, bool count_only)
{
	int64_t sum = 0;
	for (unsigned number = 1; number <= family->max(classic.cat); number++) {
		int64_t value = family_value(family, number, key);
		sum += count_only ? value != 0 : value;
	}
	return sum;
}

static int64_t family_sections(const struct family *family, const char *key)
{
	int64_t all = 0, low = 0, high = 0, below = 0, named = 0;
	for (unsigned number = 1; number <= family->max(classic.cat); number++) {
		const uint32_t *row = family->get(number);
		if (row == NULL)
			continue;
		all++;
		low = low == 0 ? number : low;
		high = number;
		below += number < 500;
		named += *catalog_text(classic.cat, *row) != '\0';
	}
	if (strcmp(key, "within 1..NumObjs") == 0 || strcmp(key, "distinct NPCn") == 0)
		return all;
	if (strcmp(key, "named") == 0)
		return named;
	if (strcmp(key, "lowest") == 0)
		return low;
	if (strcmp(key, "highest") == 0)
		return high;
	if (strcmp(key, "below 500") == 0)
		return below;
	if (strcmp(key, "500 and above") == 0)
		return all - below;
	fail_msg("a count of sections this test does not know: \"%s\"", key);
	return -1;
}

static int64_t family_total(const struct family *family, const char *group, const char *key)
{
	if (strcmp(group, "declared") == 0)
		return family->max(classic.cat);
	if (strcmp(group, "sections") == 0)
		return family_sections(family, key);
	if (strcmp(group, "nonzero") == 0)
		return family_sum(family, key, true);
	if (strcmp(group, "sum") == 0)
		return family_sum(family, key, false);
	char *end;
	long long wanted = strtoll(key, &end, 10);
	if (*key == '\0' || *end != '\0')
		fail_msg("a total this test does not know: %s %s %s", family->file, group, key);
	return family_count(family, group, wanted); /* the group is the key whose values are counted */
}

static int64_t list_total(const char *file, const char *group)
{
	unsigned count;
	int64_t sum = 0;
	if (strcmp(file, "Invokar.dat") == 0) {
		const struct named_creature *list = catalog_invocations(classic.cat, &count);
		for (unsigned i = 0; i < count; i++)
			sum += list[i].creature;
	} else {
		const uint16_t *list = strcmp(file, "ArmasHerrero.dat") == 0       ? catalog_smith_weapons(classic.cat, &count)
							   : strcmp(file, "ArmadurasHerrero.dat") == 0 ? catalog_smith_armours(classic.cat, &count)
																		   : catalog_carpentry(classic.cat, &count);
		for (unsigned i = 0; i < count; i++)
			sum += list[i];
	}
	return strcmp(group, "declared") == 0 ? count : sum;
}

static void city_row(const char *name, const char *expected)
{
	char found[64] = "";
	for (unsigned number = 0; number <= CITY_COUNT; number++) {
		const struct city_def *city = number == 0 ? catalog_start_city(classic.cat) : catalog_city(classic.cat, number);
		if (strcmp(catalog_text(classic.cat, city->name), name) == 0)
			snprintf(found, sizeof found, "%u-%u-%u", city->place.map, city->place.x, city->place.y);
	}
	expect_text(name, expected, found);
}

static void total_row(char **field, unsigned count)
{
	static const char *const lists[] = {"ArmasHerrero.dat", "ArmadurasHerrero.dat", "ObjCarpintero.dat", "Invokar.dat"};
	assert_int_equal(count, 5);
	char what[128];
	snprintf(what, sizeof what, "%s %s %s", field[1], field[2], field[3]);
	const struct family *family = family_find(field[1]);
	if (family != NULL) {
		expect_number(what, field[4], family_total(family, field[2], field[3]));
		return;
	}
	if (strcmp(field[1], "Ciudades.dat") == 0 && strcmp(field[2], "city") == 0) {
		city_row(field[3], field[4]);
		return;
	}
	if (strcmp(field[1], "Map.dat") == 0 && strcmp(field[2], "declared") == 0) {
		expect_number(what, field[4], catalog_map_max(classic.cat));
		return;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (strcmp(field[1], lists[i]) == 0 && (strcmp(field[2], "declared") == 0 || strcmp(field[2], "sum") == 0)) {
			expect_number(what, field[4], list_total(field[1], field[2]));
			return;
		}
	}
	fail_msg("a row this test does not understand: %s", what);
}

/* --- rows: map, maptotal, mapskip --- */

static struct file_bytes map_bytes(unsigned number, const char *suffix)
{
	char name[32];
	struct file_bytes file;
	snprintf(name, sizeof name, "Mapa%u.%s", number, suffix);
	if (folder_read(classic.maps, name, &file, &classic.why) != FILE_READ)
		fail_msg("%s cannot be read", name);
	return file;
}

/* Counts from the catalog, layers from the file. */
static struct map_facts facts_of(unsigned number, const struct map_def *map)
{
	struct map_facts facts = {0};
	for (int y = 1; y <= MAP_SIDE; y++) {
		for (int x = 1; x <= MAP_SIDE; x++) {
			unsigned flags = map_tile_flags(classic.cat, map, x, y);
			facts.blocked += (flags & TILE_BLOCKED) != 0;
			facts.water += (flags & TILE_WATER) != 0;
			facts.lava += (flags & TILE_LAVA) != 0;
			facts.trigger[map_tile_trigger(classic.cat, map, x, y)]++;
		}
	}
	struct file_bytes file = map_bytes(number, "map");
	assert_true(map_file_read_map(classic.file, file.label, file.bytes, file.size, NULL, &classic.why));
	free(file.bytes);
	for (unsigned i = 0; i < MAP_TILES; i++) {
		for (unsigned layer = 0; layer < 3; layer++)
			facts.layer[layer] += classic.file->layer[layer + 1][i] != 0;
	}
	facts.exits = map->exit_count;
	facts.creatures = map->creature_count;
	facts.objects = map->object_count;
	unsigned count;
	const struct map_object *objects = map_objects(classic.cat, map, &count);
	for (unsigned i = 0; i < count; i++)
		facts.amounts += objects[i].amount;
	return facts;
}

/* Packs one flag of every tile as the facts do. */
static uint32_t flag_crc(const struct map_def *map, unsigned flag)
{
	unsigned char bits[MAP_TILES / 8] = {0};
	for (unsigned i = 0; i < MAP_TILES; i++) {
		if ((map_tile_flags(classic.cat, map, tile_x(i), tile_y(i)) & flag) != 0)
			bits[i >> 3] |= (unsigned char)(1u << (i & 7));
	}
	return crc32_more(0, bits, sizeof bits);
}

static uint32_t trigger_crc(const struct map_def *map)
{
	unsigned char triggers[MAP_TILES];
	for (unsigned i = 0; i < MAP_TILES; i++)
		triggers[i] = (unsigned char)map_tile_trigger(classic.cat, map, tile_x(i), tile_y(i));
	return crc32_more(0, triggers, sizeof triggers);
}

static uint32_t exits_crc(const struct map_def *map)
{
	unsigned count;
	uint32_t crc = 0;
	const struct map_exit *rows = map_exits(classic.cat, map, &count);
	for (unsigned i = 0; i < count; i++) {
		struct place to;
		assert_true(map_exit_at(classic.cat, map, rows[i].x, rows[i].y, &to));
		const int words[] = {rows[i].x, rows[i].y, to.map, to.x, to.y};
		for (unsigned k = 0; k < 5; k++)
			crc = crc32_word(crc, words[k]);
	}
	return crc;
}

static uint32_t creatures_crc(const struct map_def *map)
{
	unsigned count;
	uint32_t crc = 0;
	const struct map_creature *rows = map_creatures(classic.cat, map, &count);
	for (unsigned i = 0; i < count; i++)
		crc = crc32_word(crc32_word(crc32_word(crc, rows[i].x), rows[i].y), rows[i].creature);
	return crc;
}

static uint32_t objects_crc(const struct map_def *map)
{
	unsigned count;
	uint32_t crc = 0;
	const struct map_object *rows = map_objects(classic.cat, map, &count);
	for (unsigned i = 0; i < count; i++) {
		crc = crc32_word(crc32_word(crc, rows[i].x), rows[i].y);
		crc = crc32_word(crc32_word(crc, rows[i].item), rows[i].amount);
	}
	return crc;
}

/* A key of the map's .dat as stored, against the facts; and whether its number agrees with the catalog's flag. */
static void dat_flag(const struct record *record, const char *key, const char *expected, bool in_catalog)
{
	char found[64];
	struct record_text text = record_text(record, key, RECORD_TRIM);
	snprintf(found, sizeof found, "%.*s", (int)text.size, text.text);
	expect_text(key, expected, found);
	assert_int_equal(atoi(expected) != 0, in_catalog);
}

static void map_dat_columns(unsigned number, const struct map_def *map, char **field)
{
	struct file_bytes file = map_bytes(number, "dat");
	struct ini *ini = ini_parse(&file, NULL, &classic.why);
	assert_non_null(ini);
	struct record record = record_open_numbered(ini, NULL, "Mapa", number);
	dat_flag(&record, "Pk", field[30], (map->flags & MAP_SAFE) != 0);
	expect_text("Zona", field[31], catalog_text(classic.cat, map->zone_text));
	static const char *const terrains[] = {"BOSQUE", "NIEVE", "DESIERTO", "CIUDAD", "CAMPO", "DUNGEON"};
	expect_text("Terreno", field[32], terrains[map->terrain]);
	expect_text("Restringir", field[33], catalog_text(classic.cat, map->restriction_text));
	static const char *const restrictions[] = {"No", "NEWBIE", "ARMADA", "CAOS", "FACCION"};
	if (strcmp(field[33], "GM") != 0)
		expect_text("Restringir", field[33], restrictions[map->restriction]);
	else
		assert_int_equal(map->restriction, RESTRICTION_NONE);
	expect_number("MusicNum", field[34], map->music);
	dat_flag(&record, "MagiaSinEfecto", field[35], (map->flags & MAP_NO_MAGIC) != 0);
	dat_flag(&record, "InviSinEfecto", field[36], (map->flags & MAP_NO_INVISIBILITY) != 0);
	dat_flag(&record, "ResuSinEfecto", field[37], (map->flags & MAP_NO_RESURRECTION) != 0);
	dat_flag(&record, "RoboNpcsPermitido", field[38], (map->flags & MAP_CREATURES_UNOWNED) != 0);
	dat_flag(&record, "BackUp", field[39], (map->flags & MAP_BACKUP) != 0);
	expect_number("ambient sounds", field[40], map->sound_count);
	ini_free(&ini);
}

static void map_file_column(unsigned number, const char *suffix, const char *bytes, const char *crc)
{
	struct file_bytes file = map_bytes(number, suffix);
	if (bytes != NULL)
		expect_number(file.label, bytes, (int64_t)file.size);
	expect_crc(file.label, crc, crc32_more(0, file.bytes, file.size));
	free(file.bytes);
}

static void map_row(char **field, unsigned count)
{
	if (count != MAP_COLUMNS + 1)
		fail_msg("a map row of %u fields; %d are known", count, MAP_COLUMNS + 1);
	unsigned number = (unsigned)atoi(field[1]);
	const struct map_def *map = catalog_map(classic.cat, number);
	assert_non_null(map);
	char name[256], what[32];
	latin1_to_utf8(catalog_text(classic.cat, map->name), name, sizeof name);
	expect_text("map name", field[2], name);
	expect_number("map version", field[3], map->version);
	struct map_facts facts = facts_of(number, map);
	const int64_t counts[] = {facts.blocked,  facts.water, facts.lava,      facts.layer[0], facts.layer[1],
							  facts.layer[2], facts.exits, facts.creatures, facts.objects,  facts.amounts};
	for (unsigned i = 0; i < 10; i++) {
		snprintf(what, sizeof what, "map %u, column %u", number, 6 + i);
		expect_number(what, field[6 + i], counts[i]);
	}
	for (unsigned i = 0; i < 8; i++) {
		snprintf(what, sizeof what, "map %u, trigger %u", number, i);
		expect_number(what, field[16 + i], facts.trigger[i]);
	}
	expect_crc("blocked", field[24], flag_crc(map, TILE_BLOCKED));
	expect_crc("water", field[25], flag_crc(map, TILE_WATER));
	expect_crc("trigger", field[26], trigger_crc(map));
	expect_crc("exits", field[27], exits_crc(map));
	expect_crc("creatures", field[28], creatures_crc(map));
	expect_crc("objects", field[29], objects_crc(map));
	map_dat_columns(number, map, field);
	map_file_column(number, "map", field[4], field[41]);
	map_file_column(number, "inf", field[5], field[42]);
	map_file_column(number, "dat", NULL, field[43]);
}

static int64_t files_count(const char *suffix)
{
	int64_t found = 0;
	for (unsigned number = 1; number <= catalog_map_max(classic.cat); number++) {
		char name[32];
		snprintf(name, sizeof name, "Mapa%u.%s", number, suffix);
		found += folder_find(classic.maps, name) != NULL;
	}
	return found;
}

/* Sums over every map that is there. */
static void world_sum(struct map_facts *all, int64_t *there, int64_t *skipped)
{
	for (unsigned number = 1; number <= catalog_map_max(classic.cat); number++) {
		const struct map_def *map = catalog_map(classic.cat, number);
		if (map == NULL) {
			(*skipped)++;
			continue;
		}
		(*there)++;
		struct map_facts facts = facts_of(number, map);
		int64_t *sum = (int64_t *)all;
		const int64_t *one = (const int64_t *)&facts;
		for (size_t i = 0; i < sizeof facts / sizeof *sum; i++)
			sum[i] += one[i];
	}
}

static void maptotal_row(char **field, unsigned count)
{
	static struct map_facts all; /* computed once for all 24 rows */
	static int64_t there, skipped;
	assert_int_equal(count, 3);
	if (there == 0)
		world_sum(&all, &there, &skipped);
	unsigned total_creatures = classic.cat->region[REGION_MAP_CREATURES].count;
	unsigned total_objects = classic.cat->region[REGION_MAP_OBJECTS].count;
	const struct {
		const char *key;
		int64_t value;
	} totals[] = {
		{"blocked", all.blocked},
		{"water", all.water},
		{"lava", all.lava},
		{"layer2", all.layer[0]},
		{"layer3", all.layer[1]},
		{"layer4", all.layer[2]},
		{"exits", all.exits},
		{"npcs", all.creatures},
		{"objs", all.objects},
		{"obj_amount_sum", all.amounts},
		{"trigger0", all.trigger[0]},
		{"trigger1", all.trigger[1]},
		{"trigger2", all.trigger[2]},
		{"trigger3", all.trigger[3]},
		{"trigger4", all.trigger[4]},
		{"trigger5", all.trigger[5]},
		{"trigger6", all.trigger[6]},
		{"trigger7", all.trigger[7]},
		{"maps", there},
		{"maps_with_inf", files_count("inf")},
		{"maps_with_dat", files_count("dat")},
		{"maps_skipped", skipped},
		/* undefined ones would have been skipped, and the sums would fall short */
		{"npcs_undefined", all.creatures - total_creatures},
		{"objs_undefined", all.objects - total_objects},
	};
	for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
		if (strcmp(totals[i].key, field[1]) == 0) {
			expect_number(field[1], field[2], totals[i].value);
			return;
		}
	}
	fail_msg("a sum this test does not know: %s", field[1]);
}

static void mapskip_row(char **field, unsigned count)
{
	assert_true(count >= 2);
	assert_null(catalog_map(classic.cat, (unsigned)atoi(field[1])));
}

/* --- the tests --- */

static const struct {
	const char *kind;
	void (*compare)(char **field, unsigned count);
} row_kinds[] = {{"file", file_row}, {"digest", digest_row},     {"names", names_row},    {"total", total_row},
				 {"map", map_row},   {"maptotal", maptotal_row}, {"mapskip", mapskip_row}};

static void row_compare(char *line, unsigned counts[])
{
	char *field[FIELDS_MAX], *rest = line;
	unsigned count = 0;
	while (rest != NULL && count < FIELDS_MAX)
		field[count++] = strsep(&rest, "\t");
	assert_null(rest);
	for (size_t i = 0; i < sizeof row_kinds / sizeof *row_kinds; i++) {
		if (strcmp(field[0], row_kinds[i].kind) == 0) {
			row_kinds[i].compare(field, count);
			counts[i]++;
			return;
		}
	}
	fail_msg("a kind of row this test does not understand: \"%s\"", field[0]);
}

static void every_row_of_the_facts_agrees(void **state)
{
	static const char header[] =
		"#map\tnumber\tname\tversion\tmap_bytes\tinf_"
		"bytes\tblocked\twater\tlava\tlayer2\tlayer3\tlayer4\texits\tnpcs\tobjs\t"
		"obj_amount_sum\ttrigger0\ttrigger1\ttrigger2\ttrigger3\ttrigger4\ttrigger5\ttrigger6\ttrigger7\tblocked_"
		"crc32\t"
		"water_crc32\ttrigger_crc32\texits_crc32\tnpcs_crc32\tobjs_crc32\tpk_"
		"key\tzone\tterrain\trestrict\tmusic\tnomagic\t"
		"noinvis\tnores\tsteal\tbackup\tambient_sounds\tmap_crc32\tinf_crc32\tdat_crc32";
	(void)state;
	need_classic();
	FILE *facts = fopen(classic.facts, "r");
	assert_non_null(facts);
	unsigned counts[sizeof row_kinds / sizeof *row_kinds] = {0}, all = 0;
	char *line = NULL;
	size_t room = 0;
	for (ssize_t size; (size = getline(&line, &room, facts)) >= 0;) {
		while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
			line[--size] = '\0';
		if (strncmp(line, "#map\t", 5) == 0)
			assert_string_equal(line, header);
		if (size == 0 || *line == '#')
			continue;
		row_compare(line, counts);
		all++;
	}
	free(line);
	fclose(facts);
	print_message("%u rows compared:", all);
	for (size_t i = 0; i < sizeof row_kinds / sizeof *row_kinds; i++) {
		print_message(" %u %s", counts[i], row_kinds[i].kind);
		assert_true(counts[i] > 0);
	}
	print_message("\n");
}

static void loading_290_maps_takes_well_under_a_second(void **state)
{
	(void)state;
	need_classic();
	print_message("built in %.1f ms, attached in %.1f ms, %zu bytes, %u warnings\n", classic.build_ms,
				  classic.attach_ms, catalog_size_bytes(classic.cat), classic.warnings.total);
	assert_true(classic.build_ms + classic.attach_ms < 1000);
}

static bool warned(const char *part)
{
	for (unsigned i = 0; i < classic.warnings.kept; i++) {
		if (strstr(classic.warnings.text[i], part) != NULL)
			return true;
	}
	return false;
}

static void the_known_oddities_are_told_with_their_counts(void **state)
{
	static const char *const parts[] = {
		"an exit onto a blocked tile; kept (150 such",
		"an exit onto an exit; kept, exits are not chained (138 such",
		"a creature on a blocked tile; kept (19 such",
		"a land creature in water; kept (6 such",
		"a creature on an exit; kept (15 such",
		"a door without counterpart: it does not move (4 such",
		"NROITEMS without any ObjN: the stock is empty (111 such",
		"no such creature (587 such",
		"an empty entry (3 such",
		"the map has no name (2 such",
		"the map is open to all (9 such",
		"named in another case than MapaN (5 such",
		"Maps/Mapa291.map: absent or empty",
		"creature 922 casts spell 47",
		"key MinHP of [HECHIZO35] again",
		"section [HECHIZO44] again",
		"the texts of spell 34 are replaced",
		"Dat/Motd.ini: the message of the classic release mocks people and is not shown",
	};
	(void)state;
	need_classic();
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!warned(parts[i]))
			fail_msg("no warning holds \"%s\"", parts[i]);
	}
	assert_true(classic.warnings.total < 100);
}

static void the_worked_bytes_are_where_the_description_says(void **state)
{
	(void)state;
	need_classic();
	const struct map_def *map = catalog_map(classic.cat, 1);
	struct place to;
	unsigned count;
	assert_int_equal(map_tile_flags(classic.cat, map, 72, 43), TILE_BLOCKED | TILE_ROOF);
	assert_int_equal(map_tile_trigger(classic.cat, map, 72, 43), TRIGGER_ROOF);
	assert_true(map_exit_at(classic.cat, map, 9, 7, &to));
	assert_int_equal(to.map, 5);
	assert_int_equal(to.x, 9);
	assert_int_equal(to.y, 93);
	assert_true(map_exit_at(classic.cat, map, 82, 27, &to));
	assert_int_equal(to.map, 286);
	assert_false(map_exit_at(classic.cat, map, 50, 50, &to));
	const struct map_object *objects = map_objects(classic.cat, map, &count);
	assert_int_equal(objects[0].x, 15);
	assert_int_equal(objects[0].item, 148);
	const struct map_creature *creatures = map_creatures(classic.cat, map, &count);
	assert_int_equal(creatures[0].x, 73);
	assert_int_equal(creatures[0].creature, 536);
	assert_null(catalog_map(classic.cat, 291));
	assert_null(catalog_item(classic.cat, 237));
	assert_int_equal(catalog_text_bytes(classic.cat, catalog_item(classic.cat, 987)->sign_text), 1);
}

static void the_other_files_are_read_whole(void **state)
{
	(void)state;
	need_classic();
	unsigned count;
	const struct praetorian_def *praetorians = catalog_praetorians(classic.cat, &count);
	assert_int_equal(count, 12); /* pairs of 900..923 */
	assert_int_equal(praetorians[0].tall, 900);
	assert_int_equal(praetorians[count - 1].short_, 923);
	assert_int_equal(catalog_help_count(classic.cat), 6);
	assert_int_equal(catalog_motd_count(classic.cat), 0);
	assert_int_equal(catalog_forbidden_name_count(classic.cat), 45);
	for (unsigned i = 1; i <= CLASS_COUNT; i++) {
		for (unsigned k = 0; k < 12; k++) {
			unsigned item = catalog_faction_armour(classic.cat, i, k / 4, k / 2 % 2, k % 2);
			assert_int_equal(catalog_item(classic.cat, item)->kind, ITEM_ARMOUR);
		}
	}
	assert_true(catalog_class(classic.cat, CLASS_BARD)->evasion == 1.075);
	assert_true(catalog_class(classic.cat, CLASS_BANDIT)->wrestling_damage == 1.05);
	assert_true(catalog_race(classic.cat, RACE_DROW)->attribute[ATTRIBUTE_CHARISMA] == -3);
	assert_int_equal(catalog_balance(classic.cat)->faction_reward[15], 340000);
	assert_true(catalog_creature(classic.cat, 114)->flags & CREATURE_BUYS_ARMY_GEAR);
	assert_true(catalog_creature(classic.cat, 160)->flags & CREATURE_BUYS_CHAOS_GEAR);
	assert_true(catalog_item(classic.cat, 460)->flags & ITEM_STABS);
	assert_int_equal(catalog_creature(classic.cat, 586)->drop[3].amount, 100000);
}

static void server_ini_is_read_whole(void **state)
{
	(void)state;
	need_classic();
	struct server_ini *ini = malloc(sizeof *ini);
	assert_non_null(ini);
	assert_true(server_ini_read(classic.root, ini, NULL, &classic.why));
	assert_string_equal(ini->version, "0.13.0");
	for (unsigned i = 0; i < SERVER_INI_NUMBER_COUNT; i++) { /* it is the release our defaults come from */
		assert_true(server_ini_has(ini, i));
		assert_int_equal(ini->number[i], server_ini_keys[i].classic);
	}
	assert_int_equal(ini->start.y, 45);
	assert_int_equal(ini->name_count[SERVER_INI_ADMINS], 1);
	assert_int_equal(ini->name_count[SERVER_INI_GODS], 1); /* nine are listed, one counts */
	assert_int_equal(ini->name_count[SERVER_INI_DEMIGODS], 0);
	free(ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loading_290_maps_takes_well_under_a_second),
		cmocka_unit_test(every_row_of_the_facts_agrees),
		cmocka_unit_test(the_known_oddities_are_told_with_their_counts),
		cmocka_unit_test(the_worked_bytes_are_where_the_description_says),
		cmocka_unit_test(the_other_files_are_read_whole),
		cmocka_unit_test(server_ini_is_read_whole),
	};
	return cmocka_run_group_tests(tests, classic_open, classic_close);
}
