/* fight_creatures.c - a player's blow or shot at a creature. rules-life-combat-magic.md 13.6, 13.12 to 13.14. */
#include "worker/game/creature.h"
#include "worker/game/experience.h"
#include "worker/game/fight_parts.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/move.h"

static bool creature_lives(const struct tx *tx, uint32_t body)
{
	return tx->world->bodies[body].hp > 0;
}

/* Further damage of the same blow; experience comes after the life is taken (16.6). */
static void creature_hurt_more(struct tx *tx, uint32_t attacker, uint32_t body, int damage)
{
	creature_hurt(tx, body, damage);
	creature_pays(tx, body, attacker, damage);
}

/* Nobody learns from his own pet (6.5). */
static void practice_on_creature(struct tx *tx, uint32_t attacker, uint32_t body, enum skill skill, bool success)
{
	if (creature_master(tx, body) != attacker)
		skill_train(tx, attacker, skill, success);
}

static void creature_stab(struct tx *tx, uint32_t attacker, uint32_t body, int base, int damage)
{
	const struct player *me = &tx->world->players[attacker];
	unsigned stabbing = fighter_skill(me, SKILL_STABBING);
	bool stabbed = rng_range(&tx->rng, 0, 100) < stab_percent(stabbing, me->class_id);
	if (stabbed) {
		int extra = stab_creature_damage(base, damage, me->class_id);
		tell_text(tx, attacker, FONT_FIGHT, TEXT_STABBED_CREATURE, extra);
		creature_hurt_more(tx, attacker, body, extra);
	} else {
		tell_text(tx, attacker, FONT_FIGHT, TEXT_STAB_FAILED);
	}
	practice_on_creature(tx, attacker, body, SKILL_STABBING, stabbed);
}

/* What is rolled once a blow has hit and the creature still lives. */
static void creature_hit_besides(struct tx *tx, uint32_t attacker, uint32_t body, int base, int damage)
{
	const struct player *me = &tx->world->players[attacker];
	struct arms arms = player_arms(tx, me);
	if (creature_lives(tx, body) && may_stab(arms.weapon, fighter_skill(me, SKILL_STABBING), me->class_id))
		creature_stab(tx, attacker, body, base, damage);
	if (creature_lives(tx, body) && me->class_id == CLASS_BANDIT && arms.weapon_item == ITEM_VIKING_SWORD &&
		rng_chance(&tx->rng, critical_percent(fighter_skill(me, SKILL_WRESTLING)))) {
		tell_text(tx, attacker, FONT_FIGHT, TEXT_CRITICAL_CREATURE, critical_damage(damage));
		creature_hurt_more(tx, attacker, body, critical_damage(damage));
	}
	if (creature_lives(tx, body) && me->class_id == CLASS_PIRATE && arms.weapon != NULL &&
		(arms.weapon->flags & ITEM_SLASHES) != 0 && rng_chance(&tx->rng, tx->config->rules.knife_percent)) {
		tell_text(tx, attacker, FONT_FIGHT, TEXT_SLASHED_CREATURE, slash_damage(damage));
		creature_hurt_more(tx, attacker, body, slash_damage(damage));
	}
}

/* Damage before the creature's defence; the dragon sword does just what is needed. */
static int creature_damage_base(struct tx *tx, uint32_t attacker, uint32_t body, const struct creature_def *def)
{
	const struct player *me = &tx->world->players[attacker];
	bool slays = def->kind == CREATURE_DRAGON && player_worn_number(me, EQUIP_WEAPON) == ITEM_DRAGON_SWORD;
	int base = slays ? (int)clamp_i64((int64_t)tx->world->bodies[body].hp + def->defence, 0, INT32_MAX / 2)
					 : fighter_damage(tx, me);
	return base + fighter_boat_attack(tx, attacker);
}

static void creature_hit(struct tx *tx, uint32_t attacker, uint32_t body, const struct creature_def *def)
{
	const struct player *me = &tx->world->players[attacker];
	int base = creature_damage_base(tx, attacker, body, def);
	int damage = base > def->defence ? base - def->defence : 0;
	TELL_MULTI(tx, attacker, USER_HIT_NPC, .damage = damage);
	creature_pays(tx, body, attacker, damage);
	if (creature_hurt(tx, body, damage))
		creature_hit_besides(tx, attacker, body, base, damage);
	if (creature_lives(tx, body))
		return;
	if (def->kind == CREATURE_DRAGON && player_worn_number(me, EQUIP_WEAPON) == ITEM_DRAGON_SWORD)
		item_burn(tx, in_slot(attacker, me->equipment[EQUIP_WEAPON]), 1);
	creature_die(tx, body, attacker);
}

/* false: it may not be attacked, nothing happened. */
bool strike_creature(struct tx *tx, uint32_t attacker, uint32_t body)
{
	struct player *me = &tx->world->players[attacker];
	const struct creature_def *def = creature_def_of(tx, body);
	if (!may_attack_creature(tx, attacker, body, ATTACK_STRIKES))
		return false;
	creature_attacked(tx, body, attacker);
	bool hit = rng_chance(&tx->rng, hit_percent(player_attack_power(tx, me), def->evasion_power));
	practice_on_creature(tx, attacker, body, fighting_skill(fighter_kind(tx, me)), hit);
	if (hit) {
		creature_sound(tx, body, CREATURE_SOUND_IS_HIT);
		creature_hit(tx, attacker, body, def);
	} else {
		swing_heard(tx, attacker);
		TELL_MULTI(tx, attacker, USER_SWING);
	}
	swing_stamina_pay(tx, attacker);
	if (me->ignored)
		SET(tx, me->ignored, 0);
	return true;
}
