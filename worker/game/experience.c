#include "worker/game/experience.h"

#include <math.h>

#include "common/catalog/tables.h"
#include "worker/game/effects.h"
#include "worker/game/home.h"
#include "worker/game/move.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"

/* rules-life-combat-magic.md 1.2, 5.4 and 6.1 */
enum {
	HP_MOST = 999,
	STAMINA_MOST = 999,
	MANA_MOST = 9999,
	HIT_MOST_BELOW = 99, /* below HIT_LEVEL */
	HIT_MOST = 999,
	HIT_LEVEL = 36,
	HIT_SLOW_ABOVE = 35, /* fighters gain less above it */
	CONSTITUTION_NEUTRAL = 21,
	ASSIGNED_FIRST = 10, /* points that a player gives out by hand before anything is learnt by use */
	SKILL_POINTS_FIRST = 10,
};

/* --- what a level gives --------------------------------------------------------------------------------------------- */

/* Which bracket of a distribution in percent a roll of 0..100 falls into; the last takes what is left (5.3). */
static int bracket_of(const int16_t *percent, int count, int roll)
{
	int sum = 0;
	for (int i = 0; i < count - 1; i++) {
		sum += percent[i];
		if (roll <= sum)
			return i;
	}
	return count - 1;
}

/* 5.3. The life of a class whose mean is neither whole nor ends in .5 is rounded. */
static int hp_gain_roll(const struct balance_def *balance, struct rng *rng, double class_life, unsigned constitution)
{
	double mean = class_life - ((double)CONSTITUTION_NEUTRAL - (double)constitution) * 0.5;
	bool half = fabs(mean - floor(mean) - 0.5) < 1e-9;
	int roll = rng_range(rng, 0, 100);
	double gain = half ? mean + 1.5 - bracket_of(balance->life_half, 4, roll)
					   : mean + 2 - bracket_of(balance->life_whole, 5, roll);
	return (int)clamp_i64(vb_round(gain), 0, HP_MOST);
}

/* 5.4: points of blows, by the level that is reached. */
static int hit_gain(unsigned class_id, unsigned level)
{
	switch (class_id) {
	case CLASS_WARRIOR:
	case CLASS_HUNTER:
		return level > HIT_SLOW_ABOVE ? 2 : 3;
	case CLASS_PALADIN:
	case CLASS_ASSASSIN:
	case CLASS_BANDIT:
		return level > HIT_SLOW_ABOVE ? 1 : 3;
	case CLASS_PIRATE:
		return 3;
	case CLASS_MAGE:
		return 1;
	default:
		return 2;
	}
}

static int mana_gain(unsigned class_id, unsigned intelligence)
{
	switch (class_id) {
	case CLASS_MAGE:
		return (int)vb_round(2.8 * intelligence);
	case CLASS_CLERIC:
	case CLASS_DRUID:
	case CLASS_BARD:
		return (int)(2 * intelligence);
	case CLASS_PALADIN:
	case CLASS_ASSASSIN:
		return (int)intelligence;
	case CLASS_BANDIT:
		return (int)vb_round((double)intelligence / 3 * 2);
	default:
		return 0;
	}
}

static int stamina_gain(unsigned class_id)
{
	switch (class_id) {
	case CLASS_BANDIT:
	case CLASS_THIEF:
		return 18;
	case CLASS_MAGE:
		return 14;
	case CLASS_WORKER:
		return 40;
	default:
		return 15;
	}
}

struct level_gain level_gain_roll(const struct catalog *catalog, struct rng *rng, unsigned class_id, unsigned level,
								  unsigned constitution, unsigned intelligence)
{
	const struct class_def *class = catalog_class(catalog, class_id);
	if (class == NULL)
		return (struct level_gain){0};
	return (struct level_gain){
		.hp = hp_gain_roll(catalog_balance(catalog), rng, class->life, constitution),
		.mana = mana_gain(class_id, intelligence),
		.stamina = stamina_gain(class_id),
		.hit = hit_gain(class_id, level),
	};
}

/* --- levels ---------------------------------------------------------------------------------------------------------- */

static int16_t raised(int now, int by, int most)
{
	return (int16_t)(now >= most ? now : clamp_i64((int64_t)now + by, 0, most));
}

static void gain_tell(struct tx *tx, uint32_t index, int gain, enum text_id text)
{
	if (gain > 0)
		tell_text(tx, index, FONT_INFO, text, gain);
}

/* The player is touched. The dead grow too, but stay dead (5.7). */
static void level_gains(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	const struct player before = *player;
	struct level_gain gain = level_gain_roll(tx->catalog, &tx->rng, player->class_id, player->level,
											 player->attributes[ATTRIBUTE_CONSTITUTION - 1],
											 player->attributes_now[ATTRIBUTE_INTELLIGENCE - 1]);
	int hit_most = player->level < HIT_LEVEL ? HIT_MOST_BELOW : HIT_MOST;
	player->hp_max = raised(player->hp_max, gain.hp, HP_MOST);
	player->mana_max = raised(player->mana_max, gain.mana, MANA_MOST);
	player->stamina_max = raised(player->stamina_max, gain.stamina, STAMINA_MOST);
	player->hit_min = raised(player->hit_min, gain.hit, hit_most);
	player->hit_max = raised(player->hit_max, gain.hit, hit_most);

	gain_tell(tx, index, player->hp_max - before.hp_max, TEXT_LEVEL_HP);
	gain_tell(tx, index, player->stamina_max - before.stamina_max, TEXT_LEVEL_STAMINA);
	gain_tell(tx, index, player->mana_max - before.mana_max, TEXT_LEVEL_MANA);
	gain_tell(tx, index, player->hit_max - before.hit_max, TEXT_LEVEL_HIT);
}

static void level_reached(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	presence_sound(tx, index, SOUND_LEVEL_UP);
	TOUCH(tx, *player);
	player->level++;
	player->experience -= player->experience_next;
	player->experience_next = table_experience_needed(player->level);
	tell_text(tx, index, FONT_INFO, TEXT_LEVEL_REACHED, player->level);
	level_gains(tx, index);
	if (!player->dead)
		vital_set(tx, index, VITAL_HP, player->hp_max);
	effects_vital_changed(tx, index, VITAL_MANA);
	effects_vital_changed(tx, index, VITAL_STAMINA);
}

/* Who is no newbie any more keeps nothing that only newbies may have, and leaves their maps when the map ticks: here he may
 * be in the middle of a fight (5.6). */
static void newbie_grows_up(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	if (player->level <= LEVEL_NEWBIE_LAST || player_is_staff(player))
		return;
	for (unsigned slot = 1; slot <= INVENTORY_SLOTS; slot++) {
		struct stack stack = player->inventory[slot - 1];
		const struct item_def *item = catalog_item(tx->catalog, stack.item);
		if (item != NULL && (item->flags & ITEM_IS_NEWBIE) != 0)
			item_burn(tx, in_slot(index, slot), stack.amount);
	}
	home_outgrown(tx, index);
}

static void points_give(struct tx *tx, uint32_t index, int points, bool entering)
{
	struct player *player = &tx->world->players[index];
	SET(tx, player->skill_points, (int16_t)clamp_i64((int64_t)player->skill_points + points, 0, INT16_MAX));
	/* protocol.md 6: the Godot client stores what it is told, classic ones add it */
	if (!entering)
		TELL(tx, index, LEVEL_UP,
			 .skill_points = tx->dialect == DIALECT_GODOT ? player->skill_points : (int16_t)points);
	tell_text(tx, index, FONT_INFO, TEXT_LEVEL_POINTS, points);
}

/* `entering`: his client has not been told anything yet, and is about to be told everything. */
static void levels_settle(struct tx *tx, uint32_t index, bool entering)
{
	struct player *player = &tx->world->players[index];
	bool was_newbie = player->level <= LEVEL_NEWBIE_LAST;
	int points = 0;
	while (player->level < LEVEL_MAX && player->experience >= player->experience_next) {
		if (player->experience_next <= 0) { /* a record says nothing sensible about it */
			SET(tx, player->experience_next, table_experience_needed(player->level));
			continue;
		}
		points = player->level == 1 ? SKILL_POINTS_FIRST : points + SKILL_POINTS_PER_LEVEL;
		level_reached(tx, index);
	}
	if (player->level >= LEVEL_MAX && (player->experience != 0 || player->experience_next != 0)) {
		SET(tx, player->experience, 0);
		SET(tx, player->experience_next, 0);
	}
	if (was_newbie)
		newbie_grows_up(tx, index);
	if (points > 0)
		points_give(tx, index, points, entering);
	player_changed(tx, player);
}

void experience_settle(struct tx *tx, uint32_t index)
{
	levels_settle(tx, index, true);
}

static void experience_add(struct tx *tx, uint32_t index, int64_t amount)
{
	struct player *player = &tx->world->players[index];
	int64_t sum = clamp_i64(amount, 0, EXPERIENCE_MAX) + player->experience;
	SET(tx, player->experience, (int32_t)clamp_i64(sum, 0, EXPERIENCE_MAX));
}

void experience_give(struct tx *tx, uint32_t index, int64_t amount)
{
	if (amount <= 0)
		return;
	experience_add(tx, index, amount);
	levels_settle(tx, index, false);
	stats_tell(tx, index);
}

/* --- skills ------------------------------------------------------------------------------------------------------------- */

/* The player is touched: one more point, for which the character grows as well. */
static void skill_reached(struct tx *tx, uint32_t index, enum skill skill)
{
	struct player *player = &tx->world->players[index];
	int amount = tx->config->rules.skill_point_experience;
	tell_text(tx, index, FONT_INFO, TEXT_SKILL_REACHED, table_skill_name(skill), player->skills[skill - 1]);
	if (amount <= 0)
		return;
	experience_add(tx, index, amount);
	tell_text(tx, index, FONT_FIGHT, TEXT_EXPERIENCE_GAINED, amount);
	TELL(tx, index, UPDATE_EXP, .exp = player->experience);
	levels_settle(tx, index, false);
	stats_tell(tx, index);
}

void skill_train(struct tx *tx, uint32_t index, enum skill skill, bool success)
{
	struct player *player = &tx->world->players[index];
	if (player_starves(player))
		return;
	if (player->skills_assigned < ASSIGNED_FIRST) {
		if (message_is_new(tx, player, TEXT_SKILL_ASSIGN_FIRST))
			tell_text(tx, index, FONT_INFO, TEXT_SKILL_ASSIGN_FIRST, (int)ASSIGNED_FIRST);
		return;
	}
	unsigned value = player->skills[skill - 1];
	if (value >= SKILL_MAX || value >= table_skill_ceiling(player->level))
		return;
	int32_t needed = table_skill_experience_needed(value);
	int64_t learnt = player->skill_experience[skill - 1];
	learnt += success ? tx->config->rules.skill_success_experience : tx->config->rules.skill_failure_experience;
	player_changed(tx, player);
	if (learnt < needed) {
		SET(tx, player->skill_experience[skill - 1], (int32_t)learnt);
		return;
	}
	learnt = value + 1 < SKILL_MAX ? learnt - needed : 0;
	SET(tx, player->skill_experience[skill - 1], (int32_t)clamp_i64(learnt, 0, INT32_MAX));
	SET(tx, player->skills[skill - 1], (uint8_t)(value + 1));
	skill_reached(tx, index, skill);
}
