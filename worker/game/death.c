#include "worker/game/death.h"

#include "worker/game/creature.h"
#include "worker/game/death_drop.h"
#include "worker/game/effects.h"
#include "worker/game/inventory.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/tile.h"
#include "worker/game/travel.h"
#include "worker/game/wire.h"

/* --- dying ------------------------------------------------------------------------------------------------------------ */

static void death_heard(struct tx *tx, const struct player *player, const struct body *body, uint32_t index)
{
	bool water = tile_is_water(tx->catalog, body->map, body->x, body->y);
	bool woman = player->gender == GENDER_WOMAN;
	show_sound(tx, body->map, body->x, body->y,
			   water ? (woman ? SOUND_DEATH_WATER_FEMALE : SOUND_DEATH_WATER_MALE)
					 : (woman ? SOUND_DEATH_FEMALE : SOUND_DEATH_MALE));
	PUT(say_begin(tx), REMOVE_CHAR_DIALOG, .char_index = (int16_t)index);
	say_area(tx, body->map, body->x, body->y, 0, 0);
}

/* 14.1 no. 3: in an arena friends may revive him at once. */
static void resuscitation_safe_set(struct tx *tx, uint32_t index, bool safe)
{
	SET(tx, tx->world->players[index].resuscitation_safe, safe);
	if (safe)
		TELL_MULTI(tx, index, RESUSCITATION_SAFE_ON);
	else
		TELL_MULTI(tx, index, RESUSCITATION_SAFE_OFF);
}

/* 14.1 no. 4 */
static void fights_end(struct tx *tx, uint32_t index)
{
	creatures_forget(tx, index);
	ownership_lose(tx, index);
}

/* 14.1 no. 7: the backpack stays, and so does the boat under a ghost. */
static void unequip(struct tx *tx, uint32_t index)
{
	static const enum equipment_place places[] = {EQUIP_ARMOUR, EQUIP_WEAPON,     EQUIP_HELMET,
												  EQUIP_RING,   EQUIP_AMMUNITION, EQUIP_SHIELD};
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
		equipment_take_off(tx, index, places[i]);
}

/* 14.1 no. 12: some maps do not keep their dead. The map where they go is held. */
static void expel(struct tx *tx, uint32_t index, struct place to)
{
	struct body *body = &tx->world->bodies[index];
	to = tile_closest_legal(tx, to, body_terrain(body));
	if (to.map == 0)
		return;
	tell_text(tx, index, FONT_INFO, TEXT_DEAD_MOVED);
	travel_to(tx, index, to, TRAVEL_WARPS);
}

void player_die(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	struct body *body = &tx->world->bodies[index];
	if (player->dead || body->map == 0)
		return;
	struct place elsewhere = catalog_map(tx->catalog, body->map)->death;
	if (catalog_map(tx->catalog, elsewhere.map) == NULL)
		elsewhere.map = 0;
	else if (!tx_need(tx, elsewhere.map))
		return;

	bool arena = tile_trigger(tx->catalog, body->map, body->x, body->y) == TRIGGER_ARENA;
	death_heard(tx, player, body, index);
	SET(tx, player->trading, 0); /* before anything falls (14.8) */
	vital_set(tx, index, VITAL_HP, 0);
	vital_tell(tx, index, VITAL_HP);
	vital_set(tx, index, VITAL_STAMINA, 0);
	SET(tx, player->dead, 1);
	player_changed(tx, player);
	resuscitation_safe_set(tx, index, !arena);
	fights_end(tx, index);
	effects_die(tx, index);
	look_update(tx, index); /* a ghost wears nothing: what is taken off now changes nothing for who sees him */
	if (!arena)
		death_drop(tx, index);
	unequip(tx, index);
	pets_die(tx, index);
	if (tx->wanted_count != 0)
		return;
	look_update(tx, index);
	presence_changed(tx, index);
	stats_tell(tx, index);
	wire_strength_and_agility(tx, say_begin(tx), index);
	say_one(tx, index, NOTE_FLAG_ANSWER);
	if (elsewhere.map != 0)
		expel(tx, index, elsewhere);
}

/* --- coming back ---------------------------------------------------------------------------------------------------------- */

void player_revive(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (!player->dead || tx->world->bodies[index].map == 0)
		return;
	home_cancel(tx, index);
	SET(tx, player->dead, 0);
	player_changed(tx, player);
	vital_set(tx, index, VITAL_HP, player->attributes[ATTRIBUTE_CONSTITUTION - 1]);
	look_update(tx, index);
	presence_changed(tx, index);
	effects_ground_changed(tx, index);
	stats_tell(tx, index);
}
