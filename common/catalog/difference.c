#include "common/catalog/difference.h"

#include <string.h>

#include "common/protocol/charset.h"

static void name_write(FILE *out, const char *latin1)
{
	for (; *latin1 != '\0'; latin1++) {
		char utf8[2];
		if ((unsigned char)*latin1 < ' ' || *latin1 == '"')
			continue;
		size_t n = charset_encode(CHARSET_UTF8, text_bytes(latin1, 1), utf8, sizeof utf8);
		fwrite(utf8, 1, n, out);
	}
}

static unsigned line_write(FILE *out, const char *kind, unsigned number, const char *name, const char *what)
{
	fprintf(out, "%s %u \"", kind, number);
	name_write(out, name);
	fprintf(out, "\": %s\n", what);
	return 1;
}

/* Two catalogs, and what is compared of them. Texts are compared as texts: their places in the pool differ. */
struct pair {
	const struct catalog *a, *b;
};

static bool text_same(const struct pair *p, uint32_t a, uint32_t b)
{
	return strcmp(catalog_text(p->a, a), catalog_text(p->b, b)) == 0;
}

/* Rows of a table that belong to a definition. */
static bool rows_same(const struct pair *p, enum catalog_region_id region, uint32_t first_a, uint32_t count_a,
					  uint32_t first_b, uint32_t count_b)
{
	size_t stride = p->a->region[region].stride_bytes;
	const uint8_t *a = catalog_region_start(p->a, region), *b = catalog_region_start(p->b, region);
	return count_a == count_b && memcmp(a + first_a * stride, b + first_b * stride, count_a * stride) == 0;
}

static bool named_same(const struct pair *p, uint32_t first_a, uint32_t first_b, uint32_t count)
{
	const struct named_creature *a = catalog_region_start(p->a, REGION_TRAINED);
	const struct named_creature *b = catalog_region_start(p->b, REGION_TRAINED);
	for (uint32_t i = 0; i < count; i++) {
		if (a[first_a + i].creature != b[first_b + i].creature ||
			!text_same(p, a[first_a + i].name, b[first_b + i].name))
			return false;
	}
	return true;
}

static bool phrases_same(const struct pair *p, uint32_t first_a, uint32_t first_b, uint32_t count)
{
	const uint32_t *a = catalog_region_start(p->a, REGION_PHRASES), *b = catalog_region_start(p->b, REGION_PHRASES);
	for (uint32_t i = 0; i < count; i++) {
		if (!text_same(p, a[first_a + i], b[first_b + i]))
			return false;
	}
	return true;
}

static bool item_same(const struct pair *p, const struct item_def *a, const struct item_def *b)
{
	struct item_def x = *a, y = *b;
	x.name = x.sign_text = x.forum = y.name = y.sign_text = y.forum = 0;
	return memcmp(&x, &y, sizeof x) == 0 && text_same(p, a->name, b->name) &&
		   text_same(p, a->sign_text, b->sign_text) && text_same(p, a->forum, b->forum);
}

static bool creature_same(const struct pair *p, const struct creature_def *a, const struct creature_def *b)
{
	struct creature_def x = *a, y = *b;
	x.name = x.description = x.first_stock = x.first_spell = x.first_trained = x.first_phrase = 0;
	y.name = y.description = y.first_stock = y.first_spell = y.first_trained = y.first_phrase = 0;
	return memcmp(&x, &y, sizeof x) == 0 && text_same(p, a->name, b->name) &&
		   text_same(p, a->description, b->description) &&
		   rows_same(p, REGION_STOCK, a->first_stock, a->stock_count, b->first_stock, b->stock_count) &&
		   rows_same(p, REGION_CREATURE_SPELLS, a->first_spell, a->spell_count, b->first_spell, b->spell_count) &&
		   named_same(p, a->first_trained, b->first_trained, a->trained_count) &&
		   phrases_same(p, a->first_phrase, b->first_phrase, a->phrase_count);
}

static bool spell_same(const struct pair *p, const struct spell_def *a, const struct spell_def *b)
{
	struct spell_def x = *a, y = *b;
	x.name = x.description = x.words = x.caster_text = x.target_text = x.own_text = 0;
	y.name = y.description = y.words = y.caster_text = y.target_text = y.own_text = 0;
	return memcmp(&x, &y, sizeof x) == 0 && text_same(p, a->name, b->name) &&
		   text_same(p, a->description, b->description) && text_same(p, a->words, b->words) &&
		   text_same(p, a->caster_text, b->caster_text) && text_same(p, a->target_text, b->target_text) &&
		   text_same(p, a->own_text, b->own_text);
}

static bool map_same(const struct pair *p, const struct map_def *a, const struct map_def *b)
{
	struct map_def x = *a, y = *b;
	x.name = x.zone_text = x.restriction_text = x.first_tile = 0;
	y.name = y.zone_text = y.restriction_text = y.first_tile = 0;
	x.first_exit = x.first_creature = x.first_object = x.first_sound = 0;
	y.first_exit = y.first_creature = y.first_object = y.first_sound = 0;
	memset(x.city_distance, 0, sizeof x.city_distance); /* follow from the exits of all maps */
	memset(y.city_distance, 0, sizeof y.city_distance);
	return memcmp(&x, &y, sizeof x) == 0 && text_same(p, a->name, b->name) &&
		   text_same(p, a->zone_text, b->zone_text) && text_same(p, a->restriction_text, b->restriction_text) &&
		   rows_same(p, REGION_TILES, a->first_tile, MAP_TILES, b->first_tile, MAP_TILES) &&
		   rows_same(p, REGION_EXITS, a->first_exit, a->exit_count, b->first_exit, b->exit_count) &&
		   rows_same(p, REGION_MAP_CREATURES, a->first_creature, a->creature_count, b->first_creature,
					 b->creature_count) &&
		   rows_same(p, REGION_MAP_OBJECTS, a->first_object, a->object_count, b->first_object, b->object_count) &&
		   rows_same(p, REGION_MAP_SOUNDS, a->first_sound, a->sound_count, b->first_sound, b->sound_count);
}

#define KIND_COMPARE(kind)                                                                                             \
	static unsigned kind##s_compare(const struct pair *p, FILE *out)                                                   \
	{                                                                                                                  \
		unsigned most_a = catalog_##kind##_max(p->a), most_b = catalog_##kind##_max(p->b), lines = 0;                  \
		for (unsigned number = 1; number <= most_a || number <= most_b; number++) {                                    \
			const struct kind##_def *a = catalog_##kind(p->a, number), *b = catalog_##kind(p->b, number);              \
			if (a != NULL && b == NULL)                                                                                \
				lines += line_write(out, #kind, number, catalog_text(p->a, a->name), "removed");                       \
			else if (a == NULL && b != NULL)                                                                           \
				lines += line_write(out, #kind, number, catalog_text(p->b, b->name), "added");                         \
			else if (a != NULL && !kind##_same(p, a, b))                                                               \
				lines += line_write(out, #kind, number, catalog_text(p->b, b->name), "changed");                       \
		}                                                                                                              \
		return lines;                                                                                                  \
	}

KIND_COMPARE(item)
KIND_COMPARE(creature)
KIND_COMPARE(spell)
KIND_COMPARE(map)

unsigned catalog_difference(const struct catalog *before, const struct catalog *after, FILE *out)
{
	const struct pair p = {.a = before, .b = after};
	if (catalog_content_hash(before) == catalog_content_hash(after))
		return 0;
	unsigned lines =
		items_compare(&p, out) + creatures_compare(&p, out) + spells_compare(&p, out) + maps_compare(&p, out);
	if (lines > 0)
		return lines;
	fputs("other data: changed\n", out);
	return 1;
}
