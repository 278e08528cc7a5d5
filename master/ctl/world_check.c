/* What must hold between the definitions: an item has what its kind needs, ranges are in order, doors have their other
 * half, a trainer has creatures. Single values were checked before, in world_dat.c; here they can be trusted. */
#include <stdio.h>
#include <string.h>

#include "master/ctl/world_model.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

enum item_type {
	TYPE_FOOD = 1,
	TYPE_WEAPON = 2,
	TYPE_ARMOUR = 3,
	TYPE_KEY = 9,
	TYPE_SHIELD = 16,
	TYPE_HELMET = 17,
};

enum creature_type { TYPE_TRAINER = 3, TYPE_GOVERNOR = 11 };

/* --- items ----------------------------------------------------------------------------------------------------------- */

/* What a kind of item can not do without: formats.md 6. */
static const struct {
	int type;
	const char *key;
} item_needs[] = {
	{TYPE_FOOD, "MinHam"},
	{TYPE_WEAPON, "MaxHIT"},
	{TYPE_ARMOUR, "NumRopaje"},
	{8, "Texto"}, /* sign */
	{TYPE_KEY, "Clave"},
	{10, "ID"},         /* forum */
	{11, "TipoPocion"}, /* potion */
	{13, "MinAgu"},     /* drink */
	{TYPE_SHIELD, "Anim"},
	{TYPE_HELMET, "Anim"},
	{22, "MineralIndex"}, /* ore deposit */
	{23, "LingoteIndex"}, /* ore */
	{24, "HechizoIndex"}, /* scroll */
	{31, "NumRopaje"},    /* boat */
	{33, "IndexAbierta"}, /* empty bottle */
	{34, "IndexCerrada"}, /* full bottle */
	{37, "MochilaType"},  /* backpack */
};

/* Items that the rules name by number; `newbie` ones are given to every new character of some class or race
 * (rules-life-combat-magic.md 1.4, 3.5). */
static const struct {
	int number, type;
	bool newbie;
} fixed_items[] = {
	{12, 5, false},   {58, 14, false},  {63, 15, false}, {136, 14, false}, {139, 1, false}, {386, 29, false},
	{387, 29, false}, {388, 29, false}, {460, 2, true},  {463, 3, true},   {464, 3, true},  {465, 3, true},
	{466, 3, true},   {467, 1, true},   {468, 13, true}, {561, 2, true},   {562, 2, true},  {563, 2, true},
	{564, 2, true},   {565, 2, true},   {855, 11, true}, {856, 11, true},  {857, 11, true}, {858, 11, true},
	{859, 2, true},   {860, 32, true},
};

static const char *const item_ranges[][2] = {
	{"MinDef", "MaxDef"},
	{"MinHIT", "MaxHIT"},
	{"DefensaMagicaMin", "DefensaMagicaMax"},
	{"MinModificador", "MaxModificador"},
};

/* Where a key stands, or else its section. */
static int line_of(const struct source *source, const struct source_section *section, const char *key)
{
	const struct source_entry *entry = source_entry(source, section, key);
	return entry == NULL ? section->line : entry->line;
}

static bool ranges_check(const struct world *world, enum world_file which, const struct source_section *section,
						 const char *const (*ranges)[2], size_t count, struct problem *why)
{
	for (size_t i = 0; i < count; i++) {
		int64_t low = world_number(world, which, section, ranges[i][0]);
		int64_t high = world_number(world, which, section, ranges[i][1]);
		if (low > high)
			return source_problem(&world->files[which], line_of(&world->files[which], section, ranges[i][0]), why,
								  "[%s]: %s = %d is above %s = %d", section->name, ranges[i][0], (int)low, ranges[i][1],
								  (int)high);
	}
	return true;
}

/* A door is two or three items: open, closed, locked. Those that have no other half do not move. */
static bool door_check(const struct world *world, const struct source_section *item, struct problem *why)
{
	static const char *const halves[] = {"IndexAbierta", "IndexCerrada", "IndexCerradaLlave"};
	const struct source *source = &world->files[FILE_ITEMS];
	for (size_t i = 0; i < LENGTH(halves); i++) {
		int64_t number = world_number(world, FILE_ITEMS, item, halves[i]);
		const struct source_section *half = world_item(world, number);
		if (half == NULL)
			return source_problem(source, item->line, why, "[%s]: a door needs the key %s", item->name, halves[i]);
		if (world_number(world, FILE_ITEMS, half, "ObjType") != WORLD_TYPE_DOOR ||
			world_number(world, FILE_ITEMS, half, "Abierta") != (i == 0 ? 0 : 1))
			return source_problem(source, line_of(source, item, halves[i]), why,
								  "[%s]: %s = %d; a door with Abierta = %d is needed there", item->name, halves[i],
								  (int)number, i == 0 ? 0 : 1);
	}
	if (world_number(world, FILE_ITEMS, item, "Llave") == 1 && world_number(world, FILE_ITEMS, item, "Clave") == 0)
		return source_problem(source, item->line, why, "[%s]: a locked door needs the key Clave", item->name);
	return true;
}

/* Does an item of the other kind, key or door, have the same lock? */
static bool lock_has_partner(const struct world *world, int64_t lock, int type)
{
	const struct source *source = &world->files[FILE_ITEMS];
	for (size_t i = 0; i < source->section_count; i++) {
		const struct source_section *other = &source->sections[i];
		if (world_number(world, FILE_ITEMS, other, "ObjType") == type &&
			world_number(world, FILE_ITEMS, other, "Clave") == lock)
			return true;
	}
	return false;
}

static bool animation_check(const struct world *world, const struct source_section *item, int64_t type,
							struct problem *why)
{
	int64_t most = type == TYPE_SHIELD ? 10 : type == TYPE_HELMET ? 16 : 76;
	int64_t animation = world_number(world, FILE_ITEMS, item, "Anim");
	if (animation > most)
		return source_problem(&world->files[FILE_ITEMS], line_of(&world->files[FILE_ITEMS], item, "Anim"), why,
							  "[%s]: Anim = %d; the client has animations 1 to %d for this kind of item", item->name,
							  (int)animation, (int)most);
	return true;
}

static bool item_check(struct world *world, const struct source_section *item, struct problem *why)
{
	const struct source *source = &world->files[FILE_ITEMS];
	int64_t type = world_number(world, FILE_ITEMS, item, "ObjType");
	int64_t lock = world_number(world, FILE_ITEMS, item, "Clave");
	if (type == 25)
		return source_problem(source, line_of(source, item, "ObjType"), why, "[%s]: ObjType = 25 is no kind of item",
							  item->name);
	for (size_t i = 0; i < LENGTH(item_needs); i++) {
		if (item_needs[i].type == type && source_entry(source, item, item_needs[i].key) == NULL)
			return source_problem(source, item->line, why, "[%s]: an item with ObjType = %d needs the key %s",
								  item->name, (int)type, item_needs[i].key);
	}
	if (type == TYPE_KEY && !lock_has_partner(world, lock, WORLD_TYPE_DOOR))
		world_warn(world, "%s line %d: the key [%s] fits no door: none has Clave = %d", source->path, item->line,
				   item->name, (int)lock);
	if (type == WORLD_TYPE_DOOR && world_number(world, FILE_ITEMS, item, "Llave") == 1 &&
		!lock_has_partner(world, lock, TYPE_KEY))
		world_warn(world, "%s line %d: no key opens the door [%s]: none has Clave = %d", source->path, item->line,
				   item->name, (int)lock);
	return ranges_check(world, FILE_ITEMS, item, item_ranges, LENGTH(item_ranges), why) &&
		   animation_check(world, item, type, why) && (type != WORLD_TYPE_DOOR || door_check(world, item, why));
}

static bool fixed_items_check(const struct world *world, struct problem *why)
{
	const struct source *source = &world->files[FILE_ITEMS];
	for (size_t i = 0; i < LENGTH(fixed_items); i++) {
		const struct source_section *item = world_item(world, fixed_items[i].number);
		if (item == NULL)
			return problem_set(why, "%s: [OBJ%d] is needed, the rules name it by its number", source->path,
							   fixed_items[i].number);
		if (world_number(world, FILE_ITEMS, item, "ObjType") != fixed_items[i].type)
			return source_problem(source, line_of(source, item, "ObjType"), why,
								  "[%s] must have ObjType = %d, the rules name it by its number", item->name,
								  fixed_items[i].type);
		if (fixed_items[i].newbie && world_number(world, FILE_ITEMS, item, "Newbie") != 1)
			return source_problem(source, line_of(source, item, "Newbie"), why,
								  "[%s] must have Newbie = 1, new characters get it", item->name);
	}
	return true;
}

/* --- creatures and spells -------------------------------------------------------------------------------------------- */

static const char *const creature_ranges[][2] = {{"MinHP", "MaxHP"}, {"MinHIT", "MaxHIT"}};

static bool sounds_check(const struct world *world, enum world_file which, const struct source_section *section,
						 const char *const *keys, size_t count, struct problem *why)
{
	for (size_t i = 0; i < count; i++) {
		int64_t sound = world_number(world, which, section, keys[i]);
		if (!schema_client_has_sound(sound))
			return source_problem(&world->files[which], line_of(&world->files[which], section, keys[i]), why,
								  "[%s]: %s = %d is no sound of the client", section->name, keys[i], (int)sound);
	}
	return true;
}

static bool creature_check(const struct world *world, const struct source_section *creature, struct problem *why)
{
	static const char *const sounds[] = {"Snd1", "Snd2", "Snd3"};
	const struct source *source = &world->files[FILE_CREATURES];
	const char *name = creature->name;
	int64_t type = world_number(world, FILE_CREATURES, creature, "NpcType");
	bool trades = world_number(world, FILE_CREATURES, creature, "Comercia") == 1;
	bool attackable = world_number(world, FILE_CREATURES, creature, "Attackable") == 1;
	if (!schema_client_has_head(world_number(world, FILE_CREATURES, creature, "Head")))
		return source_problem(source, line_of(source, creature, "Head"), why,
							  "[%s]: Head is none of the client's heads", name);
	if (attackable && world_number(world, FILE_CREATURES, creature, "MinHP") == 0)
		return source_problem(source, creature->line, why, "[%s] can be attacked: it needs MinHP and MaxHP", name);
	if (trades &&
		(source_entry(source, creature, "TipoItems") == NULL || source_entry(source, creature, "Obj1") == NULL))
		return source_problem(source, creature->line, why, "[%s] trades: it needs TipoItems and at least Obj1", name);
	if (!trades && source_entry(source, creature, "Obj1") != NULL)
		return source_problem(source, line_of(source, creature, "Obj1"), why,
							  "[%s] has goods, Obj1: it needs Comercia = 1", name);
	if (type == TYPE_TRAINER && source_entry(source, creature, "CI1") == NULL)
		return source_problem(source, creature->line, why, "[%s] is a trainer: it needs CI1 and CN1", name);
	if (type == TYPE_GOVERNOR && source_entry(source, creature, "Ciudad") == NULL)
		return source_problem(source, creature->line, why, "[%s] is a governor: it needs Ciudad", name);
	if (world_number(world, FILE_CREATURES, creature, "TierraInvalida") == 1 &&
		world_number(world, FILE_CREATURES, creature, "AguaValida") == 0)
		return source_problem(source, creature->line, why, "[%s] may go neither on land nor into water", name);
	return ranges_check(world, FILE_CREATURES, creature, creature_ranges, LENGTH(creature_ranges), why) &&
		   sounds_check(world, FILE_CREATURES, creature, sounds, LENGTH(sounds), why);
}

static const char *const spell_ranges[][2] = {
	{"MinHP", "MaxHP"},   {"MinMana", "MaxMana"}, {"MinSta", "MaxSta"}, {"MinHam", "MaxHam"},
	{"MinSed", "MaxSed"}, {"MinAG", "MaxAG"},     {"MinFU", "MaxFU"},   {"MinCA", "MaxCA"},
};

static bool spell_check(const struct world *world, const struct source_section *spell, struct problem *why)
{
	static const char *const sounds[] = {"WAV"};
	const struct source *source = &world->files[FILE_SPELLS];
	int64_t kind = world_number(world, FILE_SPELLS, spell, "Tipo");
	if (kind != 0 && world_number(world, FILE_SPELLS, spell, "Target") == 0)
		return source_problem(source, line_of(source, spell, "Tipo"), why,
							  "[%s] has an effect, Tipo = %d: it needs a Target from 1 to 4", spell->name, (int)kind);
	if (world_number(world, FILE_SPELLS, spell, "Invoca") == 1 &&
		(kind != 4 || source_entry(source, spell, "NumNpc") == NULL || source_entry(source, spell, "Cant") == NULL))
		return source_problem(source, line_of(source, spell, "Invoca"), why,
							  "[%s] summons: it needs Tipo = 4, NumNpc and Cant", spell->name);
	return ranges_check(world, FILE_SPELLS, spell, spell_ranges, LENGTH(spell_ranges), why) &&
		   sounds_check(world, FILE_SPELLS, spell, sounds, LENGTH(sounds), why);
}

/* --- the other files ------------------------------------------------------------------------------------------------- */

/* Two numbered keys go together: as many of the one as of the other. */
static bool pairs_check(const struct source *source, const struct source_section *section, const char *first,
						const char *second, struct problem *why)
{
	int counts[2] = {0, 0}, number = 0;
	for (size_t i = 0; i < section->count; i++) {
		const char *key = source->entries[section->first + i].key;
		counts[0] += schema_matches(first, 1000, key, &number);
		counts[1] += schema_matches(second, 1000, key, &number);
	}
	if (counts[0] != counts[1])
		return source_problem(source, section->line, why,
							  "[%s] has %d keys %s and %d keys %s; as many of both are needed", section->name,
							  counts[0], first, counts[1], second);
	return true;
}

static bool all_pairs_check(const struct world *world, enum world_file which, const char *first, const char *second,
							struct problem *why)
{
	const struct source *source = &world->files[which];
	for (size_t i = 0; i < source->section_count; i++) {
		if (!pairs_check(source, &source->sections[i], first, second, why))
			return false;
	}
	return true;
}

static bool sum_is_100(const struct world *world, char letter, int count, struct problem *why)
{
	const struct source *source = &world->files[FILE_BALANCE];
	const struct source_section *section = source_section(source, "DISTRIBUCION");
	int64_t sum = 0;
	for (int i = 1; i <= count; i++) {
		char key[16];
		snprintf(key, sizeof key, "%c%d", letter, i);
		sum += world_number(world, FILE_BALANCE, section, key);
	}
	if (sum != 100)
		return source_problem(source, section->line, why, "%c1 to %c%d are percents and add up to %d; 100 is needed",
							  letter, letter, count, (int)sum);
	return true;
}

static bool cities_check(const struct world *world, struct problem *why)
{
	const struct source *source = &world->files[FILE_CITIES];
	for (size_t i = 0; i < source->section_count; i++) {
		const struct source_section *city = &source->sections[i];
		int64_t map = world_number(world, FILE_CITIES, city, "Mapa");
		int x = (int)world_number(world, FILE_CITIES, city, "X"), y = (int)world_number(world, FILE_CITIES, city, "Y");
		if (world->maps[map] == NULL)
			return source_problem(source, line_of(source, city, "Mapa"), why, "[%s]: map %d is not in Maps/",
								  city->name, (int)map);
		const struct world_tile *tile = world_tile(world->maps[map], x, y);
		if (tile->blocked || world_is_water(tile))
			return source_problem(source, line_of(source, city, "X"), why,
								  "[%s]: tile (%d,%d) of map %d is %s; people arrive there", city->name, x, y, (int)map,
								  tile->blocked ? "blocked" : "water");
	}
	return true;
}

/* A recipe's item says what it costs. */
static bool recipes_check(const struct world *world, enum world_file which, const char *skill, const char *const *costs,
						  size_t count, struct problem *why)
{
	const struct source *source = &world->files[which];
	for (size_t i = 0; i < source->section_count; i++) {
		const struct source_section *recipe = &source->sections[i];
		int64_t number = world_number(world, which, recipe, "Index");
		const struct source_section *item = world_item(world, number);
		int64_t cost = 0;
		for (size_t j = 0; j < count; j++)
			cost += world_number(world, FILE_ITEMS, item, costs[j]);
		if (cost == 0 || world_number(world, FILE_ITEMS, item, skill) == 0)
			return source_problem(source, line_of(source, recipe, "Index"), why,
								  "[%s]: item %d can not be made: in obj.dat it needs %s and a cost such as %s",
								  recipe->name, (int)number, skill, costs[0]);
	}
	return true;
}

/* A line of the welcome may end in ~red~green~blue~bold~italic: formats.md 15. */
static bool motd_check(const struct world *world, struct problem *why)
{
	const struct source *source = &world->files[FILE_MOTD];
	for (size_t i = 0; i < source->entry_count; i++) {
		const char *c = strchr(source->entries[i].value, '~');
		int fields = 0;
		bool fine = true;
		while (c != NULL && *c == '~' && fine) {
			int64_t number = 0;
			const char *end = NULL;
			fine = source_number(c + 1, &number, &end) && number >= 0 && number <= (fields < 3 ? 255 : 1);
			fields++;
			c = end;
		}
		if (!fine || (c != NULL && (*c != '\0' || fields != 5)))
			return source_problem(
				source, source->entries[i].line, why,
				"a '~' begins the colour, ~red~green~blue~bold~italic: three numbers from 0 to 255, two of "
				"0 or 1, and nothing behind");
	}
	return true;
}

/* Staff lists: as many names as Server.ini counts, or more. */
static bool staff_check(const struct world *world, struct problem *why)
{
	static const char *const lists[] = {"Admines", "Dioses", "Especiales", "SemiDioses", "Consejeros", "RolesMasters"};
	const struct source *source = &world->files[FILE_SERVER];
	const struct source_section *init = source_section(source, "INIT");
	for (size_t i = 0; i < LENGTH(lists); i++) {
		const struct source_section *list = source_section(source, lists[i]);
		int64_t count = world_number(world, FILE_SERVER, init, lists[i]);
		int64_t names = list == NULL ? 0 : (int64_t)list->count;
		if (count > names)
			return source_problem(source, line_of(source, init, lists[i]), why, "%s = %d, but [%s] has %d names",
								  lists[i], (int)count, lists[i], (int)names);
	}
	return true;
}

/* Clients send their version as three numbers, and it must be this one. */
static bool version_check(const struct world *world, struct problem *why)
{
	const struct source *source = &world->files[FILE_SERVER];
	const struct source_entry *entry = source_entry(source, source_section(source, "INIT"), "Version");
	const char *c = entry->value;
	int64_t number = 0;
	bool fine = true;
	for (int i = 0; i < 3 && fine; i++) {
		fine = source_number(c, &number, &c) && number >= 0 && number <= 255 && *c == (i < 2 ? '.' : '\0');
		c += i < 2;
	}
	return fine || source_problem(source, entry->line, why, "Version = '%s'; three numbers such as 0.13.0 are allowed",
								  source_show(entry->value).text);
}

bool world_definitions_check(struct world *world, struct problem *why)
{
	static const char *const ingots[] = {"LingH", "LingP", "LingO"};
	static const char *const wood[] = {"Madera", "MaderaElfica"};
	const struct source *items = &world->files[FILE_ITEMS], *creatures = &world->files[FILE_CREATURES],
						*spells = &world->files[FILE_SPELLS];
	for (size_t i = 0; i < items->section_count; i++) {
		if (!item_check(world, &items->sections[i], why))
			return false;
	}
	for (size_t i = 0; i < creatures->section_count; i++) {
		if (!creature_check(world, &creatures->sections[i], why))
			return false;
	}
	for (size_t i = 0; i < spells->section_count; i++) {
		if (!spell_check(world, &spells->sections[i], why))
			return false;
	}
	return fixed_items_check(world, why) && all_pairs_check(world, FILE_CREATURES, "CI#", "CN#", why) &&
		   all_pairs_check(world, FILE_PRAETORIANS, "Alto#", "Bajo#", why) &&
		   all_pairs_check(world, FILE_SUMMON_LIST, "NI#", "NN#", why) && sum_is_100(world, 'E', 5, why) &&
		   sum_is_100(world, 'S', 4, why) && cities_check(world, why) &&
		   recipes_check(world, FILE_SMITH_WEAPONS, "SkHerreria", ingots, LENGTH(ingots), why) &&
		   recipes_check(world, FILE_SMITH_ARMOURS, "SkHerreria", ingots, LENGTH(ingots), why) &&
		   recipes_check(world, FILE_CARPENTER, "SkCarpinteria", wood, LENGTH(wood), why) && motd_check(world, why) &&
		   staff_check(world, why) && version_check(world, why);
}
