#include "worker/game/creature.h"

#include "common/config/config.h"
#include "worker/game/alignment.h"
#include "worker/game/creature_parts.h"
#include "worker/game/pets.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum { REPUTATION_HUNTER = 5 }; /* 1.3, 12.2 */

/* --- which it is -------------------------------------------------------------------------------------------------- */

static bool is_creature(const struct tx *tx, uint32_t index)
{
	const struct world *w = tx->world;
	return index > w->limits.players && index <= w->limits.players + w->limits.creatures &&
		   w->bodies[index].kind == BODY_CREATURE;
}

const struct creature_def *creature_def_of(const struct tx *tx, uint32_t index)
{
	return is_creature(tx, index) ? catalog_creature(tx->catalog, tx->world->bodies[index].creature) : NULL;
}

struct creature *creature_at(struct tx *tx, uint32_t index)
{
	return is_creature(tx, index) ? creature_of(tx->world, index) : NULL;
}

uint32_t creature_master(const struct tx *tx, uint32_t index)
{
	return is_creature(tx, index) ? creature_of(tx->world, index)->master.index : 0;
}

unsigned creature_kind_terrain(const struct creature_def *def, bool pet)
{
	unsigned want = WANT_NO_EXIT;
	if ((def->flags & CREATURE_ENTERS_WATER) != 0)
		want |= WANT_WATER;
	if ((def->flags & CREATURE_STAYS_IN_WATER) == 0)
		want |= WANT_LAND;
	return pet ? want : want | WANT_FOR_CREATURES;
}

unsigned creature_terrain(const struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	return def != NULL ? creature_kind_terrain(def, creature_master(tx, index) != 0) : 0;
}

bool creature_is_kin(const struct tx *tx, uint32_t index, uint32_t player)
{
	uint32_t master = creature_master(tx, index);
	if (master == 0)
		return false;
	uint16_t guild = tx->world->players[player].guild;
	return master == player || (guild != 0 && tx->world->players[master].guild == guild);
}

/* --- being hurt --------------------------------------------------------------------------------------------------- */

bool creature_hurt(struct tx *tx, uint32_t index, int damage)
{
	struct body *body = &tx->world->bodies[index];
	if (damage > 0)
		SET(tx, body->hp, (int32_t)clamp_i64((int64_t)body->hp - damage, 0, body->hp_max));
	return body->hp > 0;
}

/* 2.5 points, half of a hunter's: which may be what was missing for a citizen (12.2). */
static void animal_hunted(struct tx *tx, uint32_t attacker)
{
	const struct player *player = &tx->world->players[attacker];
	bool was_criminal = player_is_criminal(player);
	reputation_set(tx, attacker, REPUTATION_PLEBEIAN,
				   (int32_t)vb_round(player->reputation[REPUTATION_PLEBEIAN] + REPUTATION_HUNTER / 2.0));
	if (was_criminal && !player_is_criminal(player))
		become_citizen(tx, attacker);
}

void creature_attacked(struct tx *tx, uint32_t index, uint32_t attacker)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct player *player = &tx->world->players[attacker];
	struct creature *creature = creature_at(tx, index);
	if (def == NULL)
		return;
	SET(tx, creature->attacker_id, player->id);
	uint32_t master = creature->master.index;
	if (master == attacker)
		return;
	if (master != 0) {
		pets_turn_on_player(tx, master, attacker);
		if (!player_is_criminal(&tx->world->players[master])) {
			tell_text(tx, master, FONT_FIGHT, TEXT_PET_ATTACKED);
			become_criminal(tx, attacker);
		}
	}
	if (def->kind == CREATURE_ROYAL_GUARD)
		become_criminal(tx, attacker);
	if (def->alignment == ALIGNMENT_ANIMAL && !creature_is_kin(tx, index, attacker))
		animal_hunted(tx, attacker);
	SET(tx, creature->movement, MOVEMENT_DEFENDS);
	SET(tx, creature->hostile, 1);
}

void creature_paralyse(struct tx *tx, uint32_t index, bool immobilise)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_at(tx, index);
	if (creature == NULL)
		return;
	uint32_t flags = body->flags & ~(uint32_t)(BODY_PARALYSED | BODY_IMMOBILISED);
	SET(tx, body->flags, flags | (immobilise ? BODY_IMMOBILISED : BODY_PARALYSED));
	SET(tx, creature->freed_ms, tx->now_ms + (uint64_t)tx->config->intervals.creature_paralysis_ms);
}

void creature_free(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_at(tx, index);
	if (creature == NULL || creature->freed_ms == 0)
		return;
	SET(tx, body->flags, body->flags & ~(uint32_t)(BODY_PARALYSED | BODY_IMMOBILISED));
	SET(tx, creature->freed_ms, 0);
}

void creature_poison(struct tx *tx, uint32_t index, bool poisoned)
{
	struct creature *creature = creature_at(tx, index);
	if (creature != NULL && (creature->poisoned != 0) != poisoned)
		SET(tx, creature->poisoned, poisoned);
}

void creature_calm(struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	struct creature *creature = creature_at(tx, index);
	if (def == NULL)
		return;
	if (creature->master.index != 0) {
		pet_follows(tx, index);
		return;
	}
	TOUCH(tx, *creature);
	creature->movement = def->movement;
	creature->hostile = (def->flags & CREATURE_HOSTILE) != 0;
	creature->target = (struct handle){0};
	creature->attacker_id = 0;
	creature->path_length = creature->path_next = 0;
}

void creatures_forget(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	uint32_t hunter = player->hunter.index;
	if (handle_body(tx->world, player->hunter) != NULL && creature_at(tx, hunter) != NULL &&
		tx->world->bodies[hunter].map == tx->world->bodies[index].map)
		creature_calm(tx, hunter);
	TOUCH(tx, player->hunter);
	player->hunter = (struct handle){0};
}

/* --- what is heard of it ------------------------------------------------------------------------------------------ */

void creature_sound(struct tx *tx, uint32_t index, enum creature_sound which)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct body *body = &tx->world->bodies[index];
	if (def == NULL || body->map == 0)
		return;
	unsigned wave = def->sound[which];
	if (wave == 0 && which == CREATURE_SOUND_IS_HIT)
		wave = SOUND_HIT_CREATURE;
	show_sound(tx, body->map, body->x, body->y, wave);
}

void creature_says(struct tx *tx, uint32_t index, struct text words)
{
	const struct body *body = &tx->world->bodies[index];
	SHOW(tx, body->map, body->x, body->y, CHAT_OVER_HEAD, .text = words, .char_index = (int16_t)index, .r = 255,
		 .g = 255, .b = 255);
}

void creature_speaks(struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	unsigned count = 0;
	const uint32_t *phrases = def != NULL ? creature_phrases(tx->catalog, def, &count) : NULL;
	if (count > 0)
		creature_says(tx, index,
					  text_of(catalog_text(tx->catalog, phrases[rng_range(&tx->rng, 1, (int32_t)count) - 1])));
}
