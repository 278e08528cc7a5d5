/* fight_players.c - a player's blow or shot at another: what keeps it off, what it does besides, the death.
 * rules-life-combat-magic.md 13.4, 13.7, 13.12 to 13.16. */
#include "worker/game/alignment.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/fight_parts.h"
#include "worker/game/inventory.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum { DISARM_TOLD_BELOW = 20 }; /* victims of this level and more are not told (13.15) */

/* --- what protects ------------------------------------------------------------------------------------------------------ */

/* The span of what an item keeps off; {0} = none. */
static struct span defence_of(const struct item_def *item)
{
	return item != NULL ? (struct span){item->defence_min, item->defence_max} : (struct span){0, 0};
}

int armour_absorbs(struct tx *tx, uint32_t victim, int damage, int *part)
{
	const struct player *he = &tx->world->players[victim];
	*part = rng_range(&tx->rng, BODY_PART_HEAD, BODY_PART_TORSO);
	struct span defence = defence_of(player_worn_item(tx, he, *part == BODY_PART_HEAD ? EQUIP_HELMET : EQUIP_ARMOUR));
	if (*part != BODY_PART_HEAD) {
		struct span shield = defence_of(player_worn_item(tx, he, EQUIP_SHIELD));
		defence.min += shield.min;
		defence.max += shield.max;
	}
	int64_t left = (int64_t)damage - span_roll(&tx->rng, defence);
	const struct item_def *boat = fighter_boat(tx, victim);
	if (boat != NULL)
		left -= rng_range(&tx->rng, boat->defence_min, boat->defence_max);
	return (int)clamp_i64(left, 1, INT16_MAX); /* 13.18: what the wire can carry */
}

void shield_block(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *he = &tx->world->players[victim];
	const struct body *body = &tx->world->bodies[victim];
	if (player_worn_item(tx, he, EQUIP_SHIELD) == NULL)
		return;
	bool blocked =
		rng_chance(&tx->rng, block_percent(fighter_skill(he, SKILL_SHIELDS), fighter_skill(he, SKILL_EVASION)));
	if (blocked) {
		show_sound(tx, body->map, body->x, body->y, SOUND_SHIELD);
		if (attacker != 0)
			TELL_MULTI(tx, attacker, BLOCKED_WITH_SHIELD_OTHER);
		TELL_MULTI(tx, victim, BLOCKED_WITH_SHIELD_USER);
	}
	skill_train(tx, victim, SKILL_SHIELDS, blocked);
}

/* --- theft gloves, 13.15 ------------------------------------------------------------------------------------------------ */

static const struct disarming {
	enum equipment_place place;
	enum text_id done, suffered;
} disarmings[] = {
	{EQUIP_SHIELD, TEXT_TOOK_OFF_SHIELD, TEXT_LOST_SHIELD},
	{EQUIP_WEAPON, TEXT_TOOK_OFF_WEAPON, TEXT_LOST_WEAPON},
	{EQUIP_HELMET, TEXT_TOOK_OFF_HELMET, TEXT_LOST_HELMET},
};
enum { DISARMINGS = sizeof disarmings / sizeof *disarmings };

/* One try at what is worn at one place; false: nothing is, or it stays. */
static bool disarm_try(struct tx *tx, uint32_t attacker, uint32_t victim, const struct disarming *what)
{
	const struct player *me = &tx->world->players[attacker], *he = &tx->world->players[victim];
	if (player_worn_item(tx, he, what->place) == NULL ||
		!rng_chance(&tx->rng, disarm_percent(fighter_skill(me, SKILL_WRESTLING), me->level)))
		return false;
	equipment_take_off(tx, victim, what->place);
	tell_text(tx, attacker, FONT_FIGHT, what->done);
	if (he->level < DISARM_TOLD_BELOW)
		tell_text(tx, victim, FONT_FIGHT, what->suffered);
	return true;
}

static void thief_hand(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker];
	if ((tx->world->bodies[victim].flags & BODY_PARALYSED) != 0 ||
		!hand_paralyses(&tx->rng, fighter_skill(me, SKILL_WRESTLING)))
		return;
	effect_paralyse(tx, victim, body_handle(tx->world, attacker), false,
					(uint64_t)tx->config->intervals.paralysis_ms / 2);
	tell_text(tx, attacker, FONT_FIGHT, TEXT_HAND_PARALYSED);
	tell_text(tx, victim, FONT_FIGHT, TEXT_HAND_PARALYSED_YOU);
}

/* On a hit, before the damage. */
static void gloves_hit(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker];
	if (player_worn_number(me, EQUIP_RING) != ITEM_THEFT_GLOVES)
		return;
	if (me->class_id == CLASS_THIEF)
		thief_hand(tx, attacker, victim);
	if (me->class_id != CLASS_BANDIT || player_worn(me, EQUIP_WEAPON) != NULL)
		return;
	for (unsigned i = 0; i < DISARMINGS; i++) {
		if (disarm_try(tx, attacker, victim, &disarmings[i]))
			return;
	}
}

/* After every attack, hit or miss. */
static void gloves_after(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker];
	static const struct disarming weapon = {EQUIP_WEAPON, TEXT_TOOK_OFF_WEAPON, TEXT_LOST_WEAPON};
	if (me->class_id == CLASS_THIEF && player_worn_number(me, EQUIP_RING) == ITEM_THEFT_GLOVES)
		disarm_try(tx, attacker, victim, &weapon);
}

/* --- the blow, 13.7 ----------------------------------------------------------------------------------------------------- */

/* 13.16: before armour, so that it works through armour too. */
static void poison_try(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker];
	struct arms arms = player_arms(tx, me);
	const struct item_def *point = arms.weapon;
	if (arms_fighting(&arms) == FIGHTING_RANGED && (arms.weapon->flags & ITEM_NEEDS_ARROWS) != 0)
		point = arms.ammunition;
	if (point == NULL || (point->flags & ITEM_POISONS) == 0 ||
		!rng_chance(&tx->rng, tx->config->rules.weapon_poison_percent))
		return;
	effect_poison(tx, victim);
	tell_text(tx, attacker, FONT_FIGHT, TEXT_POISONED, tx->world->players[victim].name);
	tell_text(tx, victim, FONT_POISON, TEXT_POISONED_YOU, me->name);
}

/* Further damage of the same blow; both are told. */
static void player_hurt_more(struct tx *tx, uint32_t attacker, uint32_t victim, int damage, enum text_id done,
							 enum text_id suffered)
{
	vital_add(tx, victim, VITAL_HP, -damage);
	tell_text(tx, attacker, FONT_FIGHT, done, tx->world->players[victim].name, damage);
	tell_text(tx, victim, FONT_FIGHT, suffered, tx->world->players[attacker].name, damage);
}

/* What is rolled once a blow has hit; who is hungry or thirsty has no strength for it. */
static void player_hit_besides(struct tx *tx, uint32_t attacker, uint32_t victim, int damage)
{
	const struct player *me = &tx->world->players[attacker];
	if (player_starves(me))
		return;
	struct arms arms = player_arms(tx, me);
	enum fighting fighting = arms_fighting(&arms);
	skill_train(tx, attacker, fighting_skill(fighting), true);
	if (fighting == FIGHTING_RANGED && me->class_id == CLASS_PIRATE && (arms.weapon->flags & ITEM_SLASHES) != 0 &&
		rng_chance(&tx->rng, tx->config->rules.knife_percent))
		player_hurt_more(tx, attacker, victim, slash_damage(damage), TEXT_SLASHED, TEXT_SLASHED_YOU);
	unsigned stabbing = fighter_skill(me, SKILL_STABBING);
	if (may_stab(arms.weapon, stabbing, me->class_id)) {
		bool stabbed = rng_range(&tx->rng, 0, 100) < stab_percent(stabbing, me->class_id);
		if (stabbed)
			player_hurt_more(tx, attacker, victim, stab_player_damage(damage, me->class_id), TEXT_STABBED,
							 TEXT_STABBED_YOU);
		else
			tell_text(tx, attacker, FONT_FIGHT, TEXT_STAB_FAILED);
		skill_train(tx, attacker, SKILL_STABBING, stabbed);
	}
	if (me->class_id == CLASS_BANDIT && arms.weapon_item == ITEM_VIKING_SWORD &&
		rng_chance(&tx->rng, critical_percent(fighter_skill(me, SKILL_WRESTLING))))
		player_hurt_more(tx, attacker, victim, critical_damage(damage), TEXT_CRITICAL, TEXT_CRITICAL_YOU);
}

void fight_killed(struct tx *tx, uint32_t killer, uint32_t victim)
{
	pets_come_back(tx, killer, victim);
	kill_counts(tx, killer, victim);
	player_die(tx, victim);
}

static void player_hit(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker];
	const struct item_def *weapon = player_worn_item(tx, me, EQUIP_WEAPON);
	int damage = fighter_damage(tx, me);
	poison_try(tx, attacker, victim);
	damage += fighter_boat_attack(tx, attacker) + (weapon != NULL ? weapon->pierce : 0);
	int part;
	damage = armour_absorbs(tx, victim, damage, &part);
	if (body_is_known_to(tx, victim, attacker))
		TELL_MULTI(tx, attacker, USER_HITTED_USER, .victim_char = (int16_t)victim, .body_part = (uint8_t)part,
				   .damage = (int16_t)damage);
	if (body_is_known_to(tx, attacker, victim))
		TELL_MULTI(tx, victim, USER_HITTED_BY_USER, .attacker_char = (int16_t)attacker, .body_part = (uint8_t)part,
				   .damage = (int16_t)damage);
	vital_add(tx, victim, VITAL_HP, -damage);
	player_hit_besides(tx, attacker, victim, damage);
	if (tx->world->players[victim].hp > 0)
		vital_tell(tx, victim, VITAL_HP);
}

static bool blow_hits(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker], *he = &tx->world->players[victim];
	int percent = hit_percent(player_attack_power(tx, me), player_evasion_power(tx, he));
	if ((tx->world->bodies[victim].flags & BODY_MEDITATING) != 0)
		percent = hit_percent_meditating(percent);
	if (rng_chance(&tx->rng, percent))
		return true;
	shield_block(tx, attacker, victim);
	skill_train(tx, attacker, fighting_skill(fighter_kind(tx, me)), false);
	return false;
}

/* false: he may not be attacked, nothing happened. */
bool strike_player(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct body *here = &tx->world->bodies[attacker], *there = &tx->world->bodies[victim];
	if (!may_attack_player(tx, attacker, victim))
		return false;
	player_attacked(tx, attacker, victim);
	if (blow_hits(tx, attacker, victim)) {
		show_sound(tx, here->map, here->x, here->y, SOUND_HIT);
		if ((there->flags & BODY_SAILING) == 0)
			presence_effect(tx, victim, FX_BLOOD, 0);
		gloves_hit(tx, attacker, victim);
		skill_train(tx, victim, SKILL_EVASION, false);
		player_hit(tx, attacker, victim);
	} else {
		swing_heard(tx, attacker);
		TELL_MULTI(tx, attacker, USER_SWING);
		if (body_is_known_to(tx, attacker, victim))
			TELL_MULTI(tx, victim, USER_ATTACKED_SWING, .attacker_char = (int16_t)attacker);
		skill_train(tx, victim, SKILL_EVASION, true);
	}
	if (tx->world->players[victim].hp <= 0) {
		fight_killed(tx, attacker, victim);
		return true;
	}
	gloves_after(tx, attacker, victim);
	stats_tell(tx, victim);
	return true;
}
