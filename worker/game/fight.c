#include "worker/game/fight.h"

#include <stdlib.h>

#include "worker/game/alignment.h"
#include "worker/game/creature.h"
#include "worker/game/death.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/gates.h"
#include "worker/game/inventory.h"
#include "worker/game/leaving.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/move.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/sight.h"
#include "worker/game/tile.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum {
	DISARM_TOLD_BELOW = 20, /* victims of this level and more are not told (13.15) */
	SIGHT_Y = 6,            /* a shot needs somebody who can shoot back (13.11) */
};

/* --- who fights with what ---------------------------------------------------------------------------------------------- */

static unsigned skill_of(const struct player *player, enum skill skill)
{
	return player->skills[skill - 1];
}

static const struct class_def *class_of(const struct tx *tx, const struct player *player)
{
	static const struct class_def none = {0};
	const struct class_def *of = catalog_class(tx->catalog, player->class_id);
	return of != NULL ? of : &none;
}

struct arms player_arms(const struct tx *tx, const struct player *player)
{
	return (struct arms){.weapon = player_worn_item(tx, player, EQUIP_WEAPON),
						 .weapon_item = player_worn_number(player, EQUIP_WEAPON),
						 .ammunition = player_worn_item(tx, player, EQUIP_AMMUNITION),
						 .gloves = player_worn_item(tx, player, EQUIP_RING)};
}

static enum fighting player_fighting(const struct tx *tx, const struct player *player)
{
	struct arms arms = player_arms(tx, player);
	return arms_fighting(&arms);
}

int player_attack_power(const struct tx *tx, const struct player *player)
{
	enum fighting fighting = player_fighting(tx, player);
	return attack_power(skill_of(player, fighting_skill(fighting)), player->attributes_now[ATTRIBUTE_AGILITY - 1],
						fighting_hit_modifier(class_of(tx, player), fighting), player->level);
}

int player_evasion_power(const struct tx *tx, const struct player *player)
{
	const struct class_def *of = class_of(tx, player);
	int power = evasion_power(skill_of(player, SKILL_EVASION), player->attributes_now[ATTRIBUTE_AGILITY - 1],
							  of->evasion, player->level);
	if (player_worn_item(tx, player, EQUIP_SHIELD) != NULL)
		power += shield_power(skill_of(player, SKILL_SHIELDS), of->shield);
	return power;
}

/* The boat of who sails; NULL = he does not. */
static const struct item_def *boat_of(const struct tx *tx, uint32_t index)
{
	if ((tx->world->bodies[index].flags & BODY_SAILING) == 0)
		return NULL;
	return player_worn_item(tx, &tx->world->players[index], EQUIP_BOAT);
}

static int boat_attack(struct tx *tx, uint32_t index)
{
	const struct item_def *boat = boat_of(tx, index);
	return boat != NULL ? rng_range(&tx->rng, boat->hit_min, boat->hit_max) : 0;
}

/* --- what both kinds of blows share -------------------------------------------------------------------------------------- */

static int damage_base(struct tx *tx, const struct player *player)
{
	struct arms arms = player_arms(tx, player);
	struct damage_terms terms = damage_terms(
		&arms, class_of(tx, player), player->attributes_now[ATTRIBUTE_STRENGTH - 1], player->hit_min, player->hit_max);
	return damage_roll(&tx->rng, &terms);
}

static void swing_sounds(struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	show_sound(tx, body->map, body->x, body->y, SOUND_SWING);
}

static bool stamina_is_enough(struct tx *tx, const struct actor *me)
{
	if (me->player->stamina >= tx->config->rules.strike_stamina)
		return true;
	tell_text(tx, me->index, FONT_INFO, me->player->gender == GENDER_WOMAN ? TEXT_TIRED_WOMAN : TEXT_TIRED_MAN);
	return false;
}

static void stamina_pay(struct tx *tx, uint32_t index)
{
	int most = tx->config->rules.strike_stamina;
	if (most <= 0)
		return;
	vital_add(tx, index, VITAL_STAMINA, -rng_range(&tx->rng, 1, most));
	vital_tell(tx, index, VITAL_STAMINA);
}

void fight_shows(struct tx *tx, uint32_t index)
{
	SET(tx, tx->world->players[index].protected_until_ms, 0);
	effect_reveal(tx, index);
}

/* --- creatures: 13.6 --------------------------------------------------------------------------------------------------------- */

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
	unsigned stabbing = skill_of(me, SKILL_STABBING);
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
	if (creature_lives(tx, body) && may_stab(arms.weapon, skill_of(me, SKILL_STABBING), me->class_id))
		creature_stab(tx, attacker, body, base, damage);
	if (creature_lives(tx, body) && me->class_id == CLASS_BANDIT && arms.weapon_item == ITEM_VIKING_SWORD &&
		rng_chance(&tx->rng, critical_percent(skill_of(me, SKILL_WRESTLING)))) {
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
					 : damage_base(tx, me);
	return base + boat_attack(tx, attacker);
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
static bool strike_creature(struct tx *tx, uint32_t attacker, uint32_t body)
{
	struct player *me = &tx->world->players[attacker];
	const struct creature_def *def = creature_def_of(tx, body);
	if (!may_attack_creature(tx, attacker, body, ATTACK_STRIKES))
		return false;
	creature_attacked(tx, body, attacker);
	bool hit = rng_chance(&tx->rng, hit_percent(player_attack_power(tx, me), def->evasion_power));
	practice_on_creature(tx, attacker, body, fighting_skill(player_fighting(tx, me)), hit);
	if (hit) {
		creature_sound(tx, body, CREATURE_SOUND_IS_HIT);
		creature_hit(tx, attacker, body, def);
	} else {
		swing_sounds(tx, attacker);
		TELL_MULTI(tx, attacker, USER_SWING);
	}
	stamina_pay(tx, attacker);
	if (me->ignored)
		SET(tx, me->ignored, 0);
	return true;
}

/* --- players: what protects ---------------------------------------------------------------------------------------------------- */

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
	const struct item_def *boat = boat_of(tx, victim);
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
	bool blocked = rng_chance(&tx->rng, block_percent(skill_of(he, SKILL_SHIELDS), skill_of(he, SKILL_EVASION)));
	if (blocked) {
		show_sound(tx, body->map, body->x, body->y, SOUND_SHIELD);
		if (attacker != 0)
			TELL_MULTI(tx, attacker, BLOCKED_WITH_SHIELD_OTHER);
		TELL_MULTI(tx, victim, BLOCKED_WITH_SHIELD_USER);
	}
	skill_train(tx, victim, SKILL_SHIELDS, blocked);
}

/* --- players: theft gloves, 13.15 ------------------------------------------------------------------------------------------------ */

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
		!rng_chance(&tx->rng, disarm_percent(skill_of(me, SKILL_WRESTLING), me->level)))
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
		!hand_paralyses(&tx->rng, skill_of(me, SKILL_WRESTLING)))
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

/* --- players: the blow, 13.7 -------------------------------------------------------------------------------------------------------- */

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
	char name[NAME_BYTES];
	effect_poison(tx, victim);
	text_to_z(player_name(&tx->world->players[victim]), name, sizeof name);
	tell_text(tx, attacker, FONT_FIGHT, TEXT_POISONED, name);
	text_to_z(player_name(me), name, sizeof name);
	tell_text(tx, victim, FONT_POISON, TEXT_POISONED_YOU, name);
}

/* Further damage of the same blow; both are told. */
static void player_hurt_more(struct tx *tx, uint32_t attacker, uint32_t victim, int damage, enum text_id done,
							 enum text_id suffered)
{
	char name[NAME_BYTES];
	vital_add(tx, victim, VITAL_HP, -damage);
	text_to_z(player_name(&tx->world->players[victim]), name, sizeof name);
	tell_text(tx, attacker, FONT_FIGHT, done, name, damage);
	text_to_z(player_name(&tx->world->players[attacker]), name, sizeof name);
	tell_text(tx, victim, FONT_FIGHT, suffered, name, damage);
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
	unsigned stabbing = skill_of(me, SKILL_STABBING);
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
		rng_chance(&tx->rng, critical_percent(skill_of(me, SKILL_WRESTLING))))
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
	int damage = damage_base(tx, me);
	poison_try(tx, attacker, victim);
	damage += boat_attack(tx, attacker) + (weapon != NULL ? weapon->pierce : 0);
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
	skill_train(tx, attacker, fighting_skill(player_fighting(tx, me)), false);
	return false;
}

/* false: he may not be attacked, nothing happened. */
static bool strike_player(struct tx *tx, uint32_t attacker, uint32_t victim)
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
		swing_sounds(tx, attacker);
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

/* --- melee: 13.10 ---------------------------------------------------------------------------------------------------------------------- */

/* Strikes what stands before him, or the air. */
static void strike_forward(struct tx *tx, const struct actor *me)
{
	int x = me->body->x, y = me->body->y;
	tile_neighbour(me->body->heading, &x, &y);
	uint32_t other = tile_is_on_map(x, y) ? tile_occupant(tx->world, me->body->map, x, y) : 0;
	if (other != 0 && (tx->world->bodies[other].flags & BODY_ADMIN_INVISIBLE) != 0)
		other = 0; /* nobody may find him by striking */
	if (other == 0) {
		swing_sounds(tx, me->index);
		stamina_pay(tx, me->index);
	} else if (body_is_player(tx->world, other)) {
		if (strike_player(tx, me->index, other))
			stamina_pay(tx, me->index);
	} else {
		strike_creature(tx, me->index, other);
	}
	stats_tell(tx, me->index);
}

enum tx_verdict rule_attack(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if ((me->body->flags & BODY_MEDITATING) != 0)
		return TX_COMMIT;
	if (player_fighting(tx, me->player) == FIGHTING_RANGED) {
		if (message_is_new(tx, me->player, TEXT_STRIKE_WITH_BOW))
			tell_text(tx, me->index, FONT_INFO, TEXT_STRIKE_WITH_BOW);
		return TX_COMMIT;
	}
	if (player_is_staff(me->player))
		return TX_COMMIT;
	leaving_cancel(tx, me->index);
	if (!gate_strike(tx, me->index))
		return TX_COMMIT;
	fight_shows(tx, me->index);
	if (stamina_is_enough(tx, me))
		strike_forward(tx, me);
	return TX_COMMIT;
}

/* --- shots: 13.11 ------------------------------------------------------------------------------------------------------------------------ */

/* The slot from which a shot takes its arrow or knife; 0 = he cannot shoot, he was told. */
static unsigned shot_slot(struct tx *tx, const struct actor *me)
{
	struct arms arms = player_arms(tx, me->player);
	bool shoots = arms_fighting(&arms) == FIGHTING_RANGED;
	bool needs = shoots && arms.weapon != NULL && (arms.weapon->flags & ITEM_NEEDS_ARROWS) != 0;
	if (shoots && !needs)
		return me->player->equipment[EQUIP_WEAPON];
	if (needs && arms.ammunition != NULL && arms.ammunition->kind == ITEM_ARROW)
		return me->player->equipment[EQUIP_AMMUNITION];
	tell_text(tx, me->index, FONT_INFO, needs ? TEXT_SHOOT_NO_ARROWS : TEXT_SHOOT_NO_BOW);
	if (needs)
		equipment_take_off(tx, me->index, EQUIP_WEAPON);
	equipment_take_off(tx, me->index, EQUIP_AMMUNITION);
	return 0;
}

/* true: an arrow flew. */
static bool shoot_at(struct tx *tx, const struct actor *me, const struct target *target)
{
	const struct body *user = handle_body(tx->world, target->user);
	const struct body *creature = handle_body(tx->world, target->creature);
	if (user != NULL) {
		if (abs(user->y - me->body->y) > SIGHT_Y) {
			tell_text(tx, me->index, FONT_INFO, TEXT_TOO_FAR);
			return false;
		}
		return strike_player(tx, me->index, target->user.index);
	}
	if (creature != NULL) {
		const struct creature_def *def = catalog_creature(tx->catalog, creature->creature);
		if (def == NULL || (def->flags & CREATURE_ATTACKABLE) == 0)
			return true;
		return strike_creature(tx, me->index, target->creature.index);
	}
	swing_sounds(tx, me->index);
	return true;
}

void fight_shoot(struct tx *tx, const struct actor *me, int x, int y)
{
	if (player_is_staff(me->player) || !gate_shoot(tx, me->index))
		return;
	fight_shows(tx, me->index);
	unsigned slot = shot_slot(tx, me);
	if (slot == 0 || !stamina_is_enough(tx, me))
		return;
	stamina_pay(tx, me->index);
	struct target target = sight_target(tx, me->body, x, y);
	SET(tx, me->player->target, target);
	unsigned item = me->player->inventory[slot - 1].item;
	if (shoot_at(tx, me, &target) && me->player->inventory[slot - 1].item == item)
		item_burn(tx, in_slot(me->index, slot), 1);
	stats_tell(tx, me->index);
}
