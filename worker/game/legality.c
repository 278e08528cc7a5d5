#include "worker/game/legality.h"

#include <stdlib.h>

#include "worker/game/alignment.h"
#include "worker/game/creature.h"
#include "worker/game/effects.h"
#include "worker/game/leaving.h"
#include "worker/game/pets.h"
#include "worker/game/praetorian_clan.h"
#include "worker/game/praetorians.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum { FAR_AWAY = 18 }; /* 12.7 no. 1, 13.7 no. 1 */

static bool refuse(struct tx *tx, uint32_t player, enum text_id why)
{
	tell_text(tx, player, FONT_INFO, why);
	return false;
}

bool in_arena(const struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	return body->map != 0 && tile_trigger(tx->catalog, body->map, body->x, body->y) == TRIGGER_ARENA;
}

bool in_shelter(const struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	return tile_trigger(tx->catalog, body->map, body->x, body->y) == TRIGGER_SAFE;
}

bool in_safety(const struct tx *tx, uint32_t index)
{
	return !map_is_unsafe(tx->catalog, tx->world->bodies[index].map) || in_shelter(tx, index);
}

static int distance(const struct body *a, const struct body *b)
{
	return body_distance(a, b) + 100 * abs(a->map - b->map);
}

/* --- players: 12.4, 12.5 ---------------------------------------------------------------------------------------------- */

/* What alignment and safety switch say; nos. 6 and 7. TEXT_ID_COUNT = nothing against it. */
static enum text_id side_refusal(const struct player *attacker, const struct player *victim)
{
	bool criminal = player_is_criminal(victim);
	if (criminal)
		return attacker->chaos_legion && victim->chaos_legion ? TEXT_ATTACK_CHAOS : TEXT_ID_COUNT;
	if (attacker->safe_mode)
		return TEXT_ATTACK_SAFE_MODE;
	return attacker->royal_army ? TEXT_ATTACK_ARMY_CITIZEN : TEXT_ID_COUNT;
}

bool may_attack_player(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	const struct player *me = &tx->world->players[attacker], *other = &tx->world->players[victim];
	const struct body *here = &tx->world->bodies[attacker], *there = &tx->world->bodies[victim];
	if (attacker == victim)
		return refuse(tx, attacker, TEXT_ATTACK_ONESELF);
	if (me->dead)
		return refuse(tx, attacker, TEXT_DEAD_CANNOT);
	if (other->dead)
		return refuse(tx, attacker, TEXT_ATTACK_GHOST);
	if (distance(here, there) > FAR_AWAY)
		return refuse(tx, attacker, TEXT_TOO_FAR);
	if (in_arena(tx, attacker) || in_arena(tx, victim))
		return in_arena(tx, attacker) && in_arena(tx, victim) && (there->flags & BODY_ADMIN_INVISIBLE) == 0;
	if (player_is_staff(other))
		return refuse(tx, attacker, TEXT_ATTACK_STAFF);
	if (!player_is_criminal(me) && !player_is_criminal(other)) {
		if (me->royal_army && other->royal_army)
			return refuse(tx, attacker, TEXT_ATTACK_ARMY);
		if (other->attackable_by == me->id && attackable_begin(tx, attacker, other->id, false))
			return true;
	}
	enum text_id why = side_refusal(me, other);
	if (why != TEXT_ID_COUNT)
		return refuse(tx, attacker, why);
	if (in_safety(tx, attacker) || in_safety(tx, victim))
		return refuse(tx, attacker, TEXT_ATTACK_SAFE_PLACE);
	return true;
}

void player_attacked(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	if (in_arena(tx, attacker) && in_arena(tx, victim))
		return;
	effect_meditation_end(tx, victim);
	assault_counts(tx, attacker, victim);
	pets_turn_on_player(tx, attacker, victim);
	pets_turn_on_player(tx, victim, attacker);
	leaving_disturbed(tx, victim);
}

/* --- creatures: 12.7 ---------------------------------------------------------------------------------------------------- */

enum answer { ALLOWED, REFUSED, GO_ON };

static enum answer refused(struct tx *tx, uint32_t player, enum text_id why)
{
	refuse(tx, player, why);
	return REFUSED;
}

/* No. 2: what is not hostile by itself. */
static enum answer peaceful(struct tx *tx, uint32_t attacker, const struct creature *creature,
							const struct creature_def *def)
{
	const struct player *me = &tx->world->players[attacker];
	if (def->kind == CREATURE_CHAOS_GUARD)
		return me->chaos_legion ? refused(tx, attacker, TEXT_ATTACK_CHAOS_GUARD) : GO_ON;
	if (def->kind == CREATURE_ROYAL_GUARD) {
		if (me->royal_army)
			return refused(tx, attacker, TEXT_ATTACK_ROYAL_GUARD);
		if (me->safe_mode)
			return refused(tx, attacker, TEXT_ATTACK_SAFE_MODE_GUARD);
		tell_text(tx, attacker, FONT_INFO, TEXT_ATTACKED_ROYAL_GUARD);
		become_criminal(tx, attacker);
		return ALLOWED;
	}
	if (creature->master.index != 0 || player_is_criminal(me))
		return GO_ON;
	if (me->royal_army)
		return refused(tx, attacker, TEXT_ATTACK_ARMY_PEACEFUL);
	if (me->safe_mode)
		return refused(tx, attacker, TEXT_ATTACK_SAFE_MODE_PEACEFUL);
	tell_text(tx, attacker, FONT_INFO, TEXT_ATTACKED_PEACEFUL);
	noble_lose(tx, attacker, 0, 1000);
	return ALLOWED;
}

/* No. 3: somebody's pet. */
static enum answer somebodys_pet(struct tx *tx, uint32_t attacker, const struct player *master)
{
	const struct player *me = &tx->world->players[attacker];
	if (player_is_criminal(master))
		return master->chaos_legion && me->chaos_legion ? refused(tx, attacker, TEXT_ATTACK_CHAOS_PET) : GO_ON;
	if (player_is_criminal(me))
		return me->safe_mode ? refused(tx, attacker, TEXT_ATTACK_SAFE_MODE_PET) : GO_ON;
	if (master->attackable_by == me->id && master->id != me->id) {
		attackable_begin(tx, attacker, master->id, false);
		return ALLOWED;
	}
	if (me->royal_army)
		return refused(tx, attacker, TEXT_ATTACK_ARMY_PET);
	if (me->safe_mode)
		return refused(tx, attacker, TEXT_ATTACK_SAFE_MODE_PET);
	tell_text(tx, attacker, FONT_INFO, TEXT_ATTACKED_PET);
	become_criminal(tx, attacker);
	return ALLOWED;
}

/* The player who has the right to fight it, if he is here and has not let it be for too long; 0 = nobody. */
static uint32_t owner_of(const struct tx *tx, uint32_t body, const struct creature *creature)
{
	const struct player *owner = handle_player(tx->world, creature->owner);
	if (owner == NULL || owner->owned.index != body || creature->owned_until_ms <= tx->now_ms ||
		tx->world->bodies[creature->owner.index].map != tx->world->bodies[body].map)
		return 0;
	return creature->owner.index;
}

static bool owns_something(const struct tx *tx, uint32_t index)
{
	struct handle owned = tx->world->players[index].owned;
	const struct body *body = handle_body(tx->world, owned);
	return body != NULL && body->kind == BODY_CREATURE && body->map == tx->world->bodies[index].map &&
		   owner_of(tx, owned.index, creature_of(tx->world, owned.index)) == index;
}

static bool shares_with(const struct tx *tx, const struct player *owner, uint32_t other)
{
	const struct player *friend = handle_player(tx->world, owner->shares);
	const struct player *he = &tx->world->players[other];
	return (friend == he) || (owner->guild != 0 && owner->guild == he->guild);
}

/* No. 4: another has the right to it. `held_fast`: it is paralysed or immobilised already. */
static enum answer anothers(struct tx *tx, uint32_t attacker, const struct player *owner, enum creature_attack how,
							bool held_fast)
{
	const struct player *me = &tx->world->players[attacker];
	bool paralyses = how == ATTACK_PARALYSES;
	if (paralyses && !held_fast)
		return ALLOWED;
	if (player_is_criminal(owner))
		return owner->chaos_legion && me->chaos_legion ? refused(tx, attacker, TEXT_ATTACK_CHAOS_CREATURE) : GO_ON;
	if (player_is_criminal(me)) {
		if (paralyses)
			return GO_ON;
		return me->safe_mode ? refused(tx, attacker, TEXT_ATTACK_SAFE_MODE_CREATURE) : ALLOWED;
	}
	if (me->royal_army && owner->royal_army)
		return refused(tx, attacker, TEXT_ATTACK_ARMY_CREATURE);
	if (me->safe_mode)
		return refused(tx, attacker, TEXT_ATTACK_SAFE_MODE_CREATURE);
	if (!attackable_begin(tx, attacker, owner->id, true))
		return REFUSED;
	tell_text(tx, attacker, FONT_INFO, TEXT_ATTACKED_CREATURE);
	return ALLOWED;
}

/* No. 5: nobody has the right to it yet. */
static void nobodys(struct tx *tx, uint32_t attacker, uint32_t body, const struct creature_def *def,
					enum creature_attack how)
{
	const struct player *me = &tx->world->players[attacker];
	if ((player_is_criminal(me) && !me->chaos_legion) || how == ATTACK_BY_PET || def->kind == CREATURE_PRAETORIAN ||
		def->kind == CREATURE_DRAGON)
		return;
	if (how == ATTACK_PARALYSES && owns_something(tx, attacker))
		return;
	ownership_take(tx, attacker, body);
}

/* Nos. 3 to 5, for a creature that may be attacked as such. */
static enum answer claims(struct tx *tx, uint32_t attacker, uint32_t body, const struct creature_def *def,
						  enum creature_attack how)
{
	const struct body *it = &tx->world->bodies[body];
	struct creature *creature = creature_of(tx->world, body);
	const struct player *master = handle_player(tx->world, creature->master);
	if (master != NULL)
		return tx->world->bodies[creature->master.index].map == it->map ? somebodys_pet(tx, attacker, master) : GO_ON;
	uint32_t owner = owner_of(tx, body, creature);
	bool had_owner = creature->owner.index != 0;
	if (owner == attacker) {
		SET(tx, creature->owned_until_ms, tx->now_ms + (uint64_t)tx->config->intervals.owned_ms);
		return ALLOWED;
	}
	if (owner == 0 && had_owner) {
		if (how != ATTACK_BY_PET)
			ownership_take(tx, attacker, body);
		return ALLOWED;
	}
	if (owner == 0) {
		nobodys(tx, attacker, body, def, how);
		return GO_ON;
	}
	const struct player *other = &tx->world->players[owner];
	if (shares_with(tx, other, attacker))
		return GO_ON;
	return anothers(tx, attacker, other, how, (it->flags & (BODY_PARALYSED | BODY_IMMOBILISED)) != 0);
}

/* No. 6 */
bool king_is_guarded(const struct tx *tx, uint32_t body)
{
	const struct world *w = tx->world;
	const struct creature_def *def = creature_def_of(tx, body);
	if (def == NULL || def->kind != CREATURE_PRAETORIAN || praetorian_role_of(tx, body) != PRAETORIAN_KING)
		return false;
	for (uint32_t i = w->maps[w->bodies[body].map].first_creature; i != 0; i = w->bodies[i].next_on_map) {
		if (i != body && same_clan(tx, body, i))
			return true;
	}
	return false;
}

bool may_attack_creature(struct tx *tx, uint32_t attacker, uint32_t body, enum creature_attack how)
{
	const struct player *me = &tx->world->players[attacker];
	const struct body *here = &tx->world->bodies[attacker], *it = &tx->world->bodies[body];
	const struct creature_def *def = catalog_creature(tx->catalog, it->creature);
	if (it->kind != BODY_CREATURE || def == NULL)
		return false;
	if (me->dead)
		return refuse(tx, attacker, TEXT_DEAD_CANNOT);
	if ((me->privileges & PRIVILEGE_COUNSELLOR) != 0)
		return false;
	if ((def->flags & CREATURE_ATTACKABLE) == 0)
		return refuse(tx, attacker, TEXT_ATTACK_NOT_CREATURE);
	if (distance(here, it) >= FAR_AWAY)
		return refuse(tx, attacker, TEXT_TOO_FAR);
	const struct creature *creature = creature_of(tx->world, body);
	bool safe_here = in_safety(tx, body);
	if (how == ATTACK_BY_PET && safe_here)
		return false;
	if (creature->master.index != 0 && safe_here)
		return refuse(tx, attacker, TEXT_ATTACK_PET_SAFE);
	enum answer answer = GO_ON;
	if (!creature->hostile)
		answer = peaceful(tx, attacker, creature, def);
	if (answer == GO_ON)
		answer = claims(tx, attacker, body, def, how);
	if (answer == REFUSED)
		return false;
	return !king_is_guarded(tx, body) || refuse(tx, attacker, TEXT_ATTACK_KING);
}

/* --- ownership ------------------------------------------------------------------------------------------------------------ */

static void creature_disowned(struct tx *tx, struct handle handle, struct handle owner)
{
	const struct body *body = handle_body(tx->world, handle);
	if (body == NULL || body->kind != BODY_CREATURE || !tx_holds(tx, body_domain(tx->world, handle.index)))
		return; /* it is somewhere else: there nobody takes him for its owner */
	struct creature *creature = creature_of(tx->world, handle.index);
	if (creature->owner.index != owner.index || creature->owner.generation != owner.generation)
		return;
	TOUCH(tx, *creature);
	creature->owner = (struct handle){0};
	creature->owned_until_ms = 0;
}

void ownership_lose(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->owned.index == 0)
		return;
	creature_disowned(tx, player->owned, player_handle(tx->world, index));
	TOUCH(tx, player->owned);
	player->owned = (struct handle){0};
}

/* `ApropioNpc` */
void ownership_take(struct tx *tx, uint32_t index, uint32_t body)
{
	struct player *player = &tx->world->players[index];
	const struct body *here = &tx->world->bodies[index];
	const struct map_def *map = catalog_map(tx->catalog, here->map);
	struct creature *creature = creature_of(tx->world, body);
	if (player_is_staff(player) || in_shelter(tx, index) || (map->flags & (MAP_SAFE | MAP_CREATURES_UNOWNED)) != 0)
		return;
	ownership_lose(tx, index);
	struct player *before = handle_player(tx->world, creature->owner);
	if (before != NULL && before->owned.index == body && tx_holds(tx, body_domain(tx->world, creature->owner.index))) {
		TOUCH(tx, before->owned);
		before->owned = (struct handle){0};
	}
	SET(tx, player->owned, body_handle(tx->world, body));
	TOUCH(tx, *creature);
	creature->owner = player_handle(tx->world, index);
	creature->owned_until_ms = tx->now_ms + (uint64_t)tx->config->intervals.owned_ms;
}

/* --- helping: 15.8 ---------------------------------------------------------------------------------------------------------- */

bool may_support_player(struct tx *tx, uint32_t helper, uint32_t target, bool grave)
{
	const struct player *me = &tx->world->players[helper], *other = &tx->world->players[target];
	if (helper == target || (in_arena(tx, helper) && in_arena(tx, target)))
		return true;
	bool me_criminal = player_is_criminal(me);
	if (!player_is_criminal(other)) {
		if (me->chaos_legion)
			return refuse(tx, helper, TEXT_HELP_CHAOS_CITIZEN);
		if (me_criminal || other->attackable_by == 0 || other->attackable_by == me->id)
			return true;
		if (me->royal_army)
			return refuse(tx, helper, TEXT_HELP_ARMY_ATTACKABLE);
		if (me->safe_mode)
			return refuse(tx, helper, TEXT_HELP_SAFE_MODE_ATTACKABLE);
		noble_lose(tx, helper, (int32_t)vb_round(me->reputation[REPUTATION_NOBLE] * 0.5), 10000);
		return true;
	}
	if (me_criminal)
		return true;
	if (me->royal_army)
		return refuse(tx, helper, TEXT_HELP_ARMY_CRIMINAL);
	if (me->safe_mode)
		return refuse(tx, helper, TEXT_HELP_SAFE_MODE_CRIMINAL);
	if (grave)
		become_criminal(tx, helper);
	else
		noble_lose(tx, helper, (int32_t)vb_round(me->reputation[REPUTATION_NOBLE] * 0.5), 10000);
	return true;
}

bool may_support_creature(struct tx *tx, uint32_t helper, uint32_t body)
{
	const struct player *me = &tx->world->players[helper];
	uint32_t owner = owner_of(tx, body, creature_of(tx->world, body));
	if (owner == 0 || owner == helper)
		return true;
	const struct player *other = &tx->world->players[owner];
	if (other->chaos_legion && me->chaos_legion)
		return refuse(tx, helper, TEXT_HELP_CHAOS_CREATURE);
	if (player_is_criminal(other) || player_is_criminal(me))
		return true;
	if (other->royal_army && me->royal_army)
		return refuse(tx, helper, TEXT_HELP_ARMY_CREATURE);
	if (me->safe_mode)
		return refuse(tx, helper, TEXT_HELP_SAFE_MODE_CREATURE);
	return attackable_begin(tx, helper, other->id, true);
}

/* --- sharing ------------------------------------------------------------------------------------------------------------------- */

/* Tells both that it is over; the other one if he is near enough to be told. */
static void sharing_stop(struct tx *tx, const struct actor *me)
{
	const struct player *other = handle_player(tx->world, me->player->shares);
	uint32_t index = me->player->shares.index;
	if (other != NULL && tx->world->bodies[index].map == me->body->map) {
		tell_text(tx, me->index, FONT_INFO, TEXT_SHARING_STOPPED, other->name);
		tell_text(tx, index, FONT_INFO, TEXT_SHARED_STOPPED, me->player->name);
	} else {
		tell_text(tx, me->index, FONT_INFO, TEXT_SHARING_STOPPED_ALL);
	}
	TOUCH(tx, me->player->shares);
	me->player->shares = (struct handle){0};
}

/* With whom creatures may be shared; TEXT_ID_COUNT = with this one. */
static enum text_id sharing_refusal(const struct player *me, const struct player *other)
{
	if (player_is_staff(other))
		return TEXT_SHARING_STAFF;
	if (!player_is_criminal(me))
		return player_is_criminal(other) ? TEXT_SHARING_CRIMINAL : TEXT_ID_COUNT;
	return me->chaos_legion && other->chaos_legion ? TEXT_ID_COUNT : TEXT_SHARING_FACTION;
}

enum tx_verdict rule_share_npc(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	uint32_t index = me->player->target.user.index;
	const struct body *body = handle_body(tx->world, me->player->target.user);
	if (body == NULL || index == me->index || body->map != me->body->map ||
		!tile_in_sight(me->body, body->x, body->y)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_SHARING_NOBODY);
		return TX_COMMIT;
	}
	const struct player *other = &tx->world->players[index];
	enum text_id why = sharing_refusal(me->player, other);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return TX_COMMIT;
	}
	struct handle handle = player_handle(tx->world, index);
	if (handle_player(tx->world, me->player->shares) == other)
		return TX_COMMIT;
	if (me->player->shares.index != 0)
		sharing_stop(tx, me);
	SET(tx, me->player->shares, handle);
	tell_text(tx, me->index, FONT_INFO, TEXT_SHARING, other->name);
	tell_text(tx, index, FONT_INFO, TEXT_SHARED, me->player->name);
	return TX_COMMIT;
}

enum tx_verdict rule_stop_sharing_npc(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if (me->player->shares.index != 0)
		sharing_stop(tx, me);
	return TX_COMMIT;
}
