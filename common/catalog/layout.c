/* The fingerprint: name, place and size of every field of every record. A field forgotten below fails to compile,
 * because the listed sizes must add up to the struct's: no holes, nothing left out. */
#include "common/catalog/catalog.h"

#include <assert.h>
#include <stddef.h>

/* clang-format off */
#define HEADER_FIELDS(F, s)                                                                                            \
	F(s, magic) F(s, layout_version) F(s, state) F(s, fingerprint) F(s, size_bytes) F(s, content_hash)                 \
	F(s, header_bytes) F(s, regions) F(s, region)
#define REGION_FIELDS(F, s) F(s, offset_bytes) F(s, stride_bytes) F(s, count) F(s, reserve)
#define PLACE_FIELDS(F, s) F(s, map) F(s, x) F(s, y)
#define TILE_FIELDS(F, s) F(s, flags) F(s, trigger)
#define MAP_EXIT_FIELDS(F, s) F(s, x) F(s, y) F(s, to)
#define MAP_CREATURE_FIELDS(F, s) F(s, x) F(s, y) F(s, creature)
#define MAP_OBJECT_FIELDS(F, s) F(s, x) F(s, y) F(s, item) F(s, amount)
#define MAP_SOUND_FIELDS(F, s) F(s, sound) F(s, percent) F(s, when)
#define MAP_FIELDS(F, s)                                                                                               \
	F(s, name) F(s, zone_text) F(s, restriction_text) F(s, first_tile) F(s, first_exit) F(s, exit_count)               \
	F(s, first_creature) F(s, creature_count) F(s, first_object) F(s, object_count) F(s, first_sound)                  \
	F(s, sound_count) F(s, start) F(s, death) F(s, flags) F(s, version) F(s, music) F(s, terrain) F(s, zone)           \
	F(s, restriction) F(s, city_distance) F(s, reserve)
#define ITEM_FIELDS(F, s)                                                                                              \
	F(s, name) F(s, sign_text) F(s, forum) F(s, flags) F(s, price) F(s, lock) F(s, effect_ticks) F(s, kind)            \
	F(s, forbidden_classes) F(s, graphic) F(s, sign_graphic) F(s, body) F(s, animation) F(s, short_animation)          \
	F(s, hit_min) F(s, hit_max) F(s, defence_min) F(s, defence_max) F(s, magic_defence_min)                            \
	F(s, magic_defence_max) F(s, pierce) F(s, staff_power) F(s, staff_bonus) F(s, hunger) F(s, thirst)                 \
	F(s, stamina) F(s, hp_min) F(s, hp_max) F(s, modifier_min) F(s, modifier_max) F(s, teleport_radius)                \
	F(s, skill_needed) F(s, smithing_skill) F(s, iron_ingots) F(s, silver_ingots) F(s, gold_ingots)                    \
	F(s, carpentry_skill) F(s, logs) F(s, elven_logs) F(s, spell) F(s, ingot) F(s, mineral) F(s, upgrade)              \
	F(s, opened) F(s, closed) F(s, locked) F(s, sound) F(s, potion) F(s, backpack) F(s, reserve)
#define STACK_FIELDS(F, s) F(s, item) F(s, reserve) F(s, amount)
#define NAMED_CREATURE_FIELDS(F, s) F(s, name) F(s, creature) F(s, reserve)
#define CREATURE_FIELDS(F, s)                                                                                          \
	F(s, name) F(s, description) F(s, flags) F(s, experience) F(s, gold) F(s, hp) F(s, hp_max)                         \
	F(s, attack_power) F(s, evasion_power) F(s, first_stock) F(s, stock_count) F(s, first_spell)                       \
	F(s, spell_count) F(s, first_trained) F(s, trained_count) F(s, first_phrase) F(s, phrase_count) F(s, drop)         \
	F(s, hit_min) F(s, hit_max) F(s, defence) F(s, magic_defence) F(s, alignment) F(s, taming_points) F(s, body)       \
	F(s, head) F(s, buys_kind) F(s, sound) F(s, kind) F(s, heading) F(s, movement) F(s, faction) F(s, city)            \
	F(s, reserve)
#define SPELL_CHANGE_FIELDS(F, s) F(s, direction) F(s, reserve) F(s, min) F(s, max)
#define SPELL_FIELDS(F, s)                                                                                             \
	F(s, name) F(s, description) F(s, words) F(s, caster_text) F(s, target_text) F(s, own_text) F(s, flags)            \
	F(s, change) F(s, sound) F(s, effect) F(s, skill_needed) F(s, mana) F(s, stamina) F(s, summon_count)               \
	F(s, staff_needed) F(s, summon) F(s, kind) F(s, target) F(s, effect_loops) F(s, reserve)
#define CLASS_FIELDS(F, s)                                                                                             \
	F(s, name) F(s, reserve) F(s, evasion) F(s, weapon_attack) F(s, ranged_attack) F(s, wrestling_attack)              \
	F(s, weapon_damage) F(s, ranged_damage) F(s, wrestling_damage) F(s, shield) F(s, life) F(s, faction_armour)
#define RACE_FIELDS(F, s) F(s, name) F(s, attribute)
#define CITY_FIELDS(F, s) F(s, name) F(s, place)
#define PRAETORIAN_FIELDS(F, s) F(s, tall) F(s, short_) F(s, role) F(s, reserve)
#define BALANCE_FIELDS(F, s)                                                                                           \
	F(s, party_level_exponent) F(s, faction_reward) F(s, life_whole) F(s, life_half) F(s, mana_recovery_percent)       \
	F(s, reserve)
/* clang-format on */

#define STRUCTS(S)                                                                                                     \
	S(catalog, HEADER_FIELDS)                                                                                          \
	S(catalog_region, REGION_FIELDS)                                                                                   \
	S(place, PLACE_FIELDS)                                                                                             \
	S(tile, TILE_FIELDS)                                                                                               \
	S(map_exit, MAP_EXIT_FIELDS)                                                                                       \
	S(map_creature, MAP_CREATURE_FIELDS)                                                                               \
	S(map_object, MAP_OBJECT_FIELDS)                                                                                   \
	S(map_sound, MAP_SOUND_FIELDS)                                                                                     \
	S(map_def, MAP_FIELDS)                                                                                             \
	S(item_def, ITEM_FIELDS)                                                                                           \
	S(item_stack, STACK_FIELDS)                                                                                        \
	S(named_creature, NAMED_CREATURE_FIELDS)                                                                           \
	S(creature_def, CREATURE_FIELDS)                                                                                   \
	S(spell_change, SPELL_CHANGE_FIELDS)                                                                               \
	S(spell_def, SPELL_FIELDS)                                                                                         \
	S(class_def, CLASS_FIELDS)                                                                                         \
	S(race_def, RACE_FIELDS)                                                                                           \
	S(city_def, CITY_FIELDS)                                                                                           \
	S(praetorian_def, PRAETORIAN_FIELDS)                                                                               \
	S(balance_def, BALANCE_FIELDS)

/* --- every field is listed, and there are no holes --- */

#define SIZE_OF(s, field) +sizeof(((struct s *)0)->field)
#define CHECK(s, FIELDS)                                                                                               \
	static_assert(sizeof(struct s) == 0 FIELDS(SIZE_OF, s), #s ": a field is not listed, or a hole");
STRUCTS(CHECK)

/* --- the number --- */

static uint64_t mix(uint64_t hash, const char *name, size_t offset, size_t size)
{
	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211); /* FNV-1a */
	hash = (hash ^ offset) * UINT64_C(1099511628211);
	return (hash ^ size) * UINT64_C(1099511628211);
}

#define MIX_FIELD(s, field) hash = mix(hash, #field, offsetof(struct s, field), sizeof(((struct s *)0)->field));
#define MIX_STRUCT(s, FIELDS)                                                                                          \
	hash = mix(hash, #s, 0, sizeof(struct s));                                                                         \
	FIELDS(MIX_FIELD, s)

uint64_t catalog_fingerprint(void)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	hash = mix(hash, "regions", CATALOG_REGIONS, MAP_TILES);
	STRUCTS(MIX_STRUCT)
	return hash;
}
