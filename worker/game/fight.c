#include "worker/game/fight.h"

#include "worker/game/effects.h"
#include "worker/game/fight_parts.h"
#include "worker/game/gates.h"
#include "worker/game/leaving.h"
#include "worker/game/look.h"
#include "worker/game/tile.h"
#include "worker/game/vitals.h"

/* --- who fights with what ---------------------------------------------------------------------------------------------- */

unsigned fighter_skill(const struct player *player, enum skill skill)
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

enum fighting fighter_kind(const struct tx *tx, const struct player *player)
{
	struct arms arms = player_arms(tx, player);
	return arms_fighting(&arms);
}

int player_attack_power(const struct tx *tx, const struct player *player)
{
	enum fighting fighting = fighter_kind(tx, player);
	return attack_power(fighter_skill(player, fighting_skill(fighting)), player->attributes_now[ATTRIBUTE_AGILITY - 1],
						fighting_hit_modifier(class_of(tx, player), fighting), player->level);
}

int player_evasion_power(const struct tx *tx, const struct player *player)
{
	const struct class_def *of = class_of(tx, player);
	int power = evasion_power(fighter_skill(player, SKILL_EVASION), player->attributes_now[ATTRIBUTE_AGILITY - 1],
							  of->evasion, player->level);
	if (player_worn_item(tx, player, EQUIP_SHIELD) != NULL)
		power += shield_power(fighter_skill(player, SKILL_SHIELDS), of->shield);
	return power;
}

const struct item_def *fighter_boat(const struct tx *tx, uint32_t index)
{
	if ((tx->world->bodies[index].flags & BODY_SAILING) == 0)
		return NULL;
	return player_worn_item(tx, &tx->world->players[index], EQUIP_BOAT);
}

int fighter_boat_attack(struct tx *tx, uint32_t index)
{
	const struct item_def *boat = fighter_boat(tx, index);
	return boat != NULL ? rng_range(&tx->rng, boat->hit_min, boat->hit_max) : 0;
}

int fighter_damage(struct tx *tx, const struct player *player)
{
	struct arms arms = player_arms(tx, player);
	struct damage_terms terms = damage_terms(
		&arms, class_of(tx, player), player->attributes_now[ATTRIBUTE_STRENGTH - 1], player->hit_min, player->hit_max);
	return damage_roll(&tx->rng, &terms);
}

/* --- a swing ------------------------------------------------------------------------------------------------------------ */

void swing_heard(struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	show_sound(tx, body->map, body->x, body->y, SOUND_SWING);
}

void swing_stamina_pay(struct tx *tx, uint32_t index)
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

/* --- melee: 13.10 ------------------------------------------------------------------------------------------------------- */

/* Strikes what stands before him, or the air. */
static void strike_forward(struct tx *tx, const struct actor *me)
{
	int x = me->body->x, y = me->body->y;
	tile_neighbour(me->body->heading, &x, &y);
	uint32_t other = tile_is_on_map(x, y) ? tile_occupant(tx->world, me->body->map, x, y) : 0;
	if (other != 0 && (tx->world->bodies[other].flags & BODY_ADMIN_INVISIBLE) != 0)
		other = 0; /* nobody may find him by striking */
	if (other == 0) {
		swing_heard(tx, me->index);
		swing_stamina_pay(tx, me->index);
	} else if (body_is_player(tx->world, other)) {
		if (strike_player(tx, me->index, other))
			swing_stamina_pay(tx, me->index);
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
	if (fighter_kind(tx, me->player) == FIGHTING_RANGED) {
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
	if (!tired_tell(tx, me->index, tx->config->rules.strike_stamina))
		strike_forward(tx, me);
	return TX_COMMIT;
}
