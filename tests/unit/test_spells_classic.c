/* Every spell of the classic data is cast once on each kind of target: oneself, somebody else, a creature, the ground. What
 * comes of it and what it costs follows from its figures in the catalog (rules-life-combat-magic.md 15). Skipped when the data
 * is not there: $ARGENTUM_CLASSIC, else ../shared/classic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/harness/memory_world.h"
#include "worker/game/creature.h"
#include "worker/game/spell_formulas.h"
#include "worker/game/tile.h"

enum {
	ROOM_FOR_CREATURES = 4000,
	CLASSIC_SPELLS = 46,
	BAT = 500,   /* rules-life-combat-magic.md 16.16 */
	SPACE = 4,   /* free tiles to each side of the scene */
	MANA = 9999, /* as much as there can be */
	STAMINA = 999,
	LIFE = 999,
	BAT_LIFE = 30000,
};

enum aim { AIM_SELF, AIM_OTHER, AIM_DEAD, AIM_CREATURE, AIM_GROUND, AIMS };
static const char *const aim_names[AIMS] = {"himself", "somebody", "somebody dead", "a creature", "the ground"};

static struct {
	struct memory_world *world;
	struct place at; /* the caster; the other to the east, the creature to the west */
	uint32_t caster, other, bat;
} scene;

/* --- the scene ------------------------------------------------------------------------------------------------------------ */

static bool place_is_open(const struct tx *tx, unsigned map, int x, int y)
{
	for (int dy = -SPACE; dy <= SPACE; dy++) {
		for (int dx = -SPACE; dx <= SPACE; dx++) {
			if (!tile_is_legal(tx, map, x + dx, y + dy, WANT_LAND | WANT_NO_EXIT) ||
				tile_trigger(tx->catalog, map, x + dx, y + dy) != TRIGGER_NONE)
				return false;
		}
	}
	return true;
}

static struct place place_find(const struct tx *tx)
{
	for (unsigned map = 1; map <= catalog_map_max(tx->catalog); map++) {
		const struct map_def *def = catalog_map(tx->catalog, map);
		if (def == NULL || (def->flags & (MAP_SAFE | MAP_NO_MAGIC | MAP_NO_INVISIBILITY | MAP_NO_RESURRECTION |
										  MAP_NO_SUMMONING)) != 0)
			continue;
		for (uint8_t y = 30; y <= 70; y++) {
			for (uint8_t x = 30; x <= 70; x++) {
				if (place_is_open(tx, map, x, y))
					return (struct place){.map = (uint16_t)map, .x = x, .y = y};
			}
		}
	}
	fail_msg("the classic world has no open field");
	return (struct place){0};
}

static enum tx_verdict bat_comes(struct tx *tx, void *context)
{
	struct place at = scene.at;
	(void)context;
	at.x = (uint8_t)(at.x - 2);
	scene.bat = creature_spawn(tx, BAT, at, false);
	return TX_COMMIT;
}

static struct player *player_at(uint32_t index)
{
	return &scene.world->world.players[index];
}

static int scene_open(void **state)
{
	const char *root = getenv("ARGENTUM_CLASSIC");
	(void)state;
	root = root != NULL ? root : "../shared/classic";
	if (access(root, R_OK) != 0) {
		print_message("the classic world is not at %s (set ARGENTUM_CLASSIC): skipping\n", root);
		return 0;
	}
	struct memory_world *world = memory_world_open_at(root, ROOM_FOR_CREATURES);
	scene.world = world;
	world->tx.paranoia = PARANOIA_DOMAINS;
	world->audit_at_the_end = true;
	scene.at = place_find(&world->tx);
	struct place east = scene.at;
	east.x = (uint8_t)(east.x + 2);
	scene.caster = memory_world_character(world, "Ana", scene.at, CLASS_DRUID, RACE_ELF, GENDER_WOMAN);
	scene.other = memory_world_character(world, "Beto", east, CLASS_WARRIOR, RACE_HUMAN, GENDER_MAN);
	uint32_t domains[2] = {scene.at.map, world->world.realm_domain};
	memory_world_run(world, domains, bat_comes, NULL);
	assert_int_not_equal(scene.bat, 0);
	return 0;
}

static int scene_close(void **state)
{
	(void)state;
	memory_world_close(&scene.world);
	return 0;
}

static void player_prepare(uint32_t index)
{
	struct player *player = player_at(index);
	player->level = 30;
	player->hp = player->hp_max = LIFE;
	player->mana = player->mana_max = MANA;
	player->stamina = player->stamina_max = STAMINA;
	player->hunger = player->thirst = 50;
	player->skills[SKILL_MAGIC - 1] = 101; /* what only creatures cast is tried too */
	player->skills_assigned = 10;
	player->safe_mode = player->resuscitation_safe = 0;
	memset(player->reputation, 0, sizeof player->reputation);
	player->reputation[REPUTATION_BANDIT] = 100000; /* criminals: everybody may harm and help them */
}

/* As the spell needs the target to be, so that it has something to do. */
static void target_prepare(const struct spell_def *spell, uint32_t index, bool dead)
{
	struct body *body = &scene.world->world.bodies[index];
	if ((spell->flags & SPELL_FREES) != 0)
		body->flags |= BODY_PARALYSED;
	if (index == scene.bat) {
		body->hp = body->hp_max = BAT_LIFE;
		if ((spell->flags & SPELL_FREES) != 0)
			creature_at(&scene.world->tx, index)->freed_ms = UINT64_MAX;
		if (spell->change[SPELL_HP].direction == SPELL_RAISES)
			body->hp = 1;
		return;
	}
	struct player *player = player_at(index);
	if ((spell->flags & SPELL_CLEARS_STUPIDITY) != 0)
		player->stupid = 1;
	if ((spell->flags & SPELL_CURES_POISON) != 0)
		player->poisoned = 1;
	if (spell->change[SPELL_HP].direction == SPELL_RAISES)
		player->hp = 1;
	if (dead) {
		player->dead = 1;
		player->hp = 0;
		body->flags |= BODY_GHOST;
	}
}

/* --- what is expected -------------------------------------------------------------------------------------------------------- */

static bool harms(const struct spell_def *spell)
{
	for (unsigned i = 0; i < SPELL_POINTS; i++) {
		if (spell->kind == SPELL_CHANGES_POINTS && spell->change[i].direction == SPELL_LOWERS)
			return true;
	}
	return spell->kind == SPELL_CHANGES_STATES &&
		   (spell->flags & (SPELL_PARALYSES | SPELL_IMMOBILISES | SPELL_POISONS | SPELL_BLINDS | SPELL_STUPEFIES)) != 0;
}

static bool something_comes_of(const struct spell_def *spell, enum aim aim)
{
	bool revives = (spell->flags & SPELL_RESURRECTS) != 0;
	switch (aim) {
	case AIM_SELF:
		return (spell->target == TARGET_PLAYERS || spell->target == TARGET_BOTH) && !harms(spell) && !revives;
	case AIM_OTHER:
		return (spell->target == TARGET_PLAYERS || spell->target == TARGET_BOTH) && !revives;
	case AIM_DEAD:
		return revives;
	case AIM_CREATURE: /* a wild one is freed by nobody */
		return (spell->target == TARGET_CREATURES || spell->target == TARGET_BOTH) && (spell->flags & SPELL_FREES) == 0;
	default:
		return spell->target == TARGET_GROUND;
	}
}

/* Whom a cast at this tile means: ground spells do not mind who stands there. */
static uint32_t target_of(enum aim aim)
{
	switch (aim) {
	case AIM_SELF:
		return scene.caster;
	case AIM_OTHER:
	case AIM_DEAD:
		return scene.other;
	case AIM_CREATURE:
		return scene.bat;
	default:
		return 0;
	}
}

static void life_is_as_expected(const struct spell_def *spell, int lost, int most, int defence)
{
	const struct spell_change *change = &spell->change[SPELL_HP];
	struct spell_caster caster = {.class_id = CLASS_DRUID, .level = 30};
	int low = spell_hurts(spell_damage(spell, &caster, change->min).with_instrument, defence);
	int high = spell_hurts(spell_damage(spell, &caster, change->max).with_instrument, defence);
	assert_in_range(lost, low < most ? low : most, high < most ? high : most);
}

static void points_are_as_expected(const struct spell_def *spell, enum aim aim)
{
	const struct body *bat = &scene.world->world.bodies[scene.bat];
	enum spell_direction hp = (enum spell_direction)spell->change[SPELL_HP].direction;
	if (aim == AIM_CREATURE) {
		if (hp == SPELL_LOWERS)
			life_is_as_expected(spell, BAT_LIFE - bat->hp, BAT_LIFE,
								catalog_creature(scene.world->catalog, BAT)->magic_defence);
		else
			assert_true(bat->hp > 1);
		return;
	}
	const struct player *player = player_at(target_of(aim));
	if (hp == SPELL_LOWERS)
		life_is_as_expected(spell, LIFE - player->hp, LIFE, 0);
	if (hp == SPELL_RAISES)
		assert_true(player->hp > 1);
	if (spell->change[SPELL_HUNGER].direction == SPELL_LOWERS)
		assert_true(player->hunger < 50);
	static const unsigned changed[][2] = {{SPELL_AGILITY, ATTRIBUTE_AGILITY}, {SPELL_STRENGTH, ATTRIBUTE_STRENGTH}};
	for (unsigned i = 0; i < 2; i++) {
		int by = player->attributes_now[changed[i][1] - 1] - player->attributes[changed[i][1] - 1];
		if (spell->change[changed[i][0]].direction == SPELL_RAISES)
			assert_true(by > 0);
		if (spell->change[changed[i][0]].direction == SPELL_LOWERS)
			assert_true(by < 0);
	}
}

static void states_are_as_expected(const struct spell_def *spell, enum aim aim)
{
	const struct body *body = &scene.world->world.bodies[target_of(aim)];
	uint32_t flags = spell->flags;
	if ((flags & SPELL_MIMICS) != 0)
		assert_true(player_at(scene.caster)->mimicking);
	if ((flags & SPELL_PARALYSES) != 0)
		assert_int_not_equal(body->flags & BODY_PARALYSED, 0);
	if ((flags & SPELL_IMMOBILISES) != 0)
		assert_int_not_equal(body->flags & BODY_IMMOBILISED, 0);
	if (aim == AIM_CREATURE)
		return;
	const struct player *player = player_at(target_of(aim));
	if ((flags & SPELL_FREES) != 0)
		assert_int_equal(body->flags & BODY_PARALYSED, 0);
	if ((flags & SPELL_INVISIBILITY) != 0)
		assert_int_not_equal(body->flags & BODY_INVISIBLE, 0);
	if ((flags & (SPELL_POISONS | SPELL_CURES_POISON)) != 0)
		assert_int_equal(player->poisoned, (flags & SPELL_POISONS) != 0);
	if ((flags & (SPELL_STUPEFIES | SPELL_CLEARS_STUPIDITY)) != 0)
		assert_int_equal(player->stupid, (flags & SPELL_STUPEFIES) != 0);
	if ((flags & SPELL_BLINDS) != 0)
		assert_true(player->blind);
	if ((flags & SPELL_RESURRECTS) != 0)
		assert_false(player->dead);
}

static unsigned creatures_with(uint32_t who)
{
	unsigned count = 0;
	for (unsigned i = 0; i < PETS_MOST; i++)
		count += player_at(who)->pets[i].index != 0;
	return count;
}

static void ground_is_as_expected(const struct spell_def *spell)
{
	if (spell->kind == SPELL_SUMMONS && (spell->flags & SPELL_CALLS_PETS) == 0)
		assert_int_equal(creatures_with(scene.caster), spell->summon_count);
}

/* --- casting ------------------------------------------------------------------------------------------------------------------- */

static void cast(unsigned number, int x, int y)
{
	player_at(scene.caster)->spells[0] = (uint16_t)number;
	scene.world->now_ms += 2000;
	DO(scene.world, scene.caster, CAST_SPELL, .slot = 1);
	DO(scene.world, scene.caster, WORK_LEFT_CLICK, .x = (uint8_t)x, .y = (uint8_t)y, .skill = SKILL_MAGIC);
}

/* A pet that can be called: one that was summoned is taken for a tamed one. */
static void pet_prepare(const struct spell_def *spell)
{
	enum { SUMMONING = 16 };
	if ((spell->flags & SPELL_CALLS_PETS) == 0)
		return;
	cast(SUMMONING, scene.at.x, scene.at.y + 2);
	struct player *player = player_at(scene.caster);
	uint32_t pet = player->pets[0].index;
	assert_int_not_equal(pet, 0);
	creature_at(&scene.world->tx, pet)->tamed = 1;
	player->pet_kinds[0] = scene.world->world.bodies[pet].creature;
	player_prepare(scene.caster);
}

static void cast_is_as_expected(unsigned number, enum aim aim)
{
	const struct spell_def *spell = catalog_spell(scene.world->catalog, number);
	const struct player *caster = player_at(scene.caster);
	memory_world_rewind(scene.world);
	player_prepare(scene.caster);
	player_prepare(scene.other);
	pet_prepare(spell);
	if ((spell->flags & SPELL_RESURRECTS) != 0)
		player_at(scene.caster)->class_id = CLASS_CLERIC; /* who needs no instrument */
	const struct body *target = &scene.world->world.bodies[target_of(aim)];
	if (aim != AIM_GROUND)
		target_prepare(spell, target_of(aim), aim == AIM_DEAD);
	cast(number, aim == AIM_GROUND ? scene.at.x + 1 : target->x, aim == AIM_GROUND ? scene.at.y + 3 : target->y);
	if (spell->target == TARGET_GROUND)
		aim = AIM_GROUND; /* it does not matter who stands there */
	int mana = (spell->flags & SPELL_CALLS_PETS) != 0 ? MANA : spell->mana;
	bool done = something_comes_of(spell, aim);
	print_message(", on %s %s", aim_names[aim], done ? "cast" : "not");
	assert_int_equal(MANA - caster->mana, done ? mana : 0);
	assert_int_equal(STAMINA - caster->stamina, done ? spell->stamina : 0);
	if (!done)
		return;
	if (spell->target == TARGET_GROUND)
		ground_is_as_expected(spell);
	else if (spell->kind == SPELL_CHANGES_POINTS)
		points_are_as_expected(spell, aim);
	else
		states_are_as_expected(spell, aim);
	if (catalog_text(scene.world->catalog, spell->words)[0] != '\0' && !caster->dead)
		assert_non_null(memory_world_heard(scene.world, scene.other, S2C_CHAT_OVER_HEAD));
	memory_world_audit(scene.world);
}

static void every_spell_on_every_kind_of_target(void **state)
{
	(void)state;
	if (scene.world == NULL) {
		skip();
		return;
	}
	assert_int_equal(catalog_spell_max(scene.world->catalog), CLASSIC_SPELLS);
	memory_world_remember(scene.world);
	for (unsigned number = 1; number <= CLASSIC_SPELLS; number++) {
		assert_non_null(catalog_spell(scene.world->catalog, number));
		print_message("spell %2u", number);
		for (enum aim aim = 0; aim < AIMS; aim++)
			cast_is_as_expected(number, aim);
		print_message("\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_spell_on_every_kind_of_target, scene_open, scene_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
