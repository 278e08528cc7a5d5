#include "worker/game/creature.h"

#include "common/config/config.h"
#include "common/world/populate.h"
#include "worker/game/alignment.h"
#include "worker/game/creature_ai.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/formulas.h"
#include "worker/game/legality.h"
#include "worker/game/move.h"
#include "worker/game/pets.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/spoils.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

enum {
	/* 16.2 */
	APPEARANCE_TRIES = 60,
	NO_PLACE_RETRY_MS = 10000, /* the map is full where it may be: later */
	/* 1.2 */
	KILLS_MOST = 32000,
	/* 1.3, 12.2 */
	REPUTATION_MURDER = 1000,
	REPUTATION_GUARD = 500,
	REPUTATION_HUNTER = 5,
	REPUTATION_EVIL = 500,
};

/* --- which it is -------------------------------------------------------------------------------------------------------- */

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

static unsigned terrain_of(const struct creature_def *def, bool pet)
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
	return def != NULL ? terrain_of(def, creature_master(tx, index) != 0) : 0;
}

/* --- appearing ---------------------------------------------------------------------------------------------------------- */

/* As its kind is in the beginning, on no map; generation and origin stay, what places it too. */
static void make_anew(struct tx *tx, uint32_t index, unsigned number, const struct creature_def *def)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_of(tx->world, index);
	bool placed = creature->placed != 0;
	uint16_t origin_map = body->origin_map;
	TOUCH(tx, *body);
	TOUCH(tx, *creature);
	struct map_creature at = {.x = body->origin_x, .y = body->origin_y, .creature = (uint16_t)number};
	populate_creature(body, creature, origin_map, &at, def);
	body->map = 0;
	creature->placed = placed;
	if (!placed)
		creature->respawns = 0;
}

/* It stands on a map from now on: its first beat and its first blow come a little later. */
static void appear(struct tx *tx, uint32_t index, struct place at)
{
	struct creature *creature = creature_of(tx->world, index);
	TOUCH(tx, *creature);
	creature->act_due_ms = creature_first_beat_ms(tx, index);
	creature->strike_due_ms = tx->now_ms + (uint64_t)tx->config->intervals.creature_strike_ms;
	presence_appear(tx, index, at);
	if (tx->world->maps[at.map].players > 0)
		tick_by(tx, at.map, creature->act_due_ms);
}

static bool somebody_looks(const struct tx *tx, struct place at)
{
	for (uint32_t i = tx->world->maps[at.map].first_player; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (tile_in_sight(&tx->world->bodies[i], at.x, at.y))
			return true;
	}
	return false;
}

static bool appears_here(const struct tx *tx, struct place at)
{
	switch (tile_trigger(tx->catalog, at.map, at.x, at.y)) {
	case TRIGGER_ROOF:
	case TRIGGER_SHELTER:
	case TRIGGER_NO_CREATURES:
		return false;
	default:
		return !somebody_looks(tx, at);
	}
}

/* Anywhere on the map where nobody sees it come (16.2); else on the last tile that would do, else near the middle. */
static struct place place_at_random(struct tx *tx, uint32_t map, unsigned terrain)
{
	struct place last = {0};
	for (unsigned i = 0; i < APPEARANCE_TRIES; i++) {
		struct place at = {.map = (uint16_t)map};
		at.x = (uint8_t)rng_range(&tx->rng, MAP_FRAME_LEFT, MAP_FRAME_RIGHT);
		at.y = (uint8_t)rng_range(&tx->rng, MAP_FRAME_TOP, MAP_FRAME_BOTTOM);
		at = tile_closest_legal(tx, at, terrain);
		if (at.map == 0)
			continue;
		last = at;
		if (appears_here(tx, at))
			return at;
	}
	if (last.map != 0)
		return last;
	return tile_closest_legal(tx, (struct place){.map = (uint16_t)map, .x = MAP_SIDE / 2, .y = MAP_SIDE / 2}, terrain);
}

/* Where one that the files place appears: where they say when its kind remembers it, else anywhere on that map. */
static struct place place_to_appear(struct tx *tx, uint32_t index, const struct creature_def *def)
{
	const struct body *body = &tx->world->bodies[index];
	struct place origin = {.map = body->origin_map, .x = body->origin_x, .y = body->origin_y};
	unsigned terrain = terrain_of(def, false);
	if ((def->flags & CREATURE_REMEMBERS_ORIGIN) == 0)
		return place_at_random(tx, origin.map, terrain);
	if (tile_occupant(tx->world, origin.map, origin.x, origin.y) == 0)
		return origin; /* as the files have it, whatever it is */
	return tile_closest_legal(tx, origin, terrain);
}

static void wait_begin(struct tx *tx, uint32_t index, uint64_t for_ms)
{
	struct body *body = &tx->world->bodies[index];
	struct map_state *state = &tx->world->maps[body->origin_map];
	SET(tx, creature_of(tx->world, index)->act_due_ms, tx->now_ms + for_ms);
	SET(tx, body->next_on_map, state->first_waiting);
	SET(tx, state->first_waiting, index);
	if (state->players > 0)
		tick_by(tx, body->origin_map, tx->now_ms + for_ms);
}

/* One that is on no map and no list. */
static void appear_again(struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	struct place at = place_to_appear(tx, index, def);
	if (at.map != 0) {
		appear(tx, index, at);
		return;
	}
	tx_log(tx, LOG_LEVEL_WARNING, "map %u has no place for creature %u, which waits",
		   tx->world->bodies[index].origin_map, tx->world->bodies[index].creature);
	wait_begin(tx, index, NO_PLACE_RETRY_MS);
}

uint32_t creature_spawn(struct tx *tx, unsigned number, struct place at, bool warp)
{
	const struct creature_def *def = catalog_creature(tx->catalog, number);
	if (def == NULL || !tx_need(tx, tx->world->realm_domain))
		return 0;
	at = tile_closest_legal(tx, at, terrain_of(def, false));
	uint32_t index = at.map != 0 ? realm_creature_take(tx) : 0;
	if (index == 0)
		return 0;
	make_anew(tx, index, number, def);
	appear(tx, index, at);
	if (warp) {
		show_sound(tx, at.map, at.x, at.y, SOUND_WARP);
		presence_effect(tx, index, FX_WARP, 0);
	}
	return index;
}

/* --- leaving ------------------------------------------------------------------------------------------------------------ */

/* Its body is somebody else's from now on: no handle to it holds. false: the realm is wanted first. */
static bool take_off(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_of(tx->world, index);
	bool placed = creature->placed != 0;
	if (!placed && !tx_need(tx, tx->world->realm_domain))
		return false;
	const struct player *owner = handle_player(tx->world, creature->owner);
	if (owner != NULL && tx->world->bodies[creature->owner.index].map == body->map && owner->owned.index == index)
		ownership_lose(tx, creature->owner.index);
	pet_lost(tx, index);
	presence_vanish(tx, index);
	if (!placed) {
		realm_creature_give(tx, index);
		return true;
	}
	SET(tx, body->generation, body->generation + 1);
	make_anew(tx, index, body->creature, creature_def_of(tx, index));
	return true;
}

void creature_remove(struct tx *tx, uint32_t index)
{
	if (creature_at(tx, index) != NULL && tx->world->bodies[index].map != 0)
		take_off(tx, index);
}

/* --- being hurt --------------------------------------------------------------------------------------------------------- */

bool creature_hurt(struct tx *tx, uint32_t index, int damage)
{
	struct body *body = &tx->world->bodies[index];
	if (damage > 0)
		SET(tx, body->hp, (int32_t)clamp_i64((int64_t)body->hp - damage, 0, body->hp_max));
	return body->hp > 0;
}

/* Nobody earns with his own pet, nor with that of somebody of his guild (16.17). */
static bool is_kin(const struct tx *tx, uint32_t index, uint32_t player)
{
	uint32_t master = creature_master(tx, index);
	if (master == 0)
		return false;
	uint16_t guild = tx->world->players[player].guild;
	return master == player || (guild != 0 && tx->world->players[master].guild == guild);
}

static void earn(struct tx *tx, uint32_t player, int32_t points)
{
	int64_t paid = clamp_i64(spoils_paid(points, tx->config->rules.experience_percent), 0, INT32_MAX);
	if (paid == 0)
		return;
	tell_text(tx, player, FONT_FIGHT, TEXT_EXPERIENCE_EARNED, (int)paid);
	experience_give(tx, player, paid);
}

void creature_pays(struct tx *tx, uint32_t index, uint32_t player, int damage)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_at(tx, index);
	if (def == NULL)
		return;
	int points = hit_experience(damage, body->hp, body->hp_max, def->experience, creature->experience);
	if (points <= 0)
		return;
	SET(tx, creature->experience, creature->experience - points);
	if (!is_kin(tx, index, player))
		earn(tx, player, points);
}

void creature_attacked(struct tx *tx, uint32_t index, uint32_t attacker)
{
	const struct creature_def *def = creature_def_of(tx, index);
	struct player *player = &tx->world->players[attacker];
	struct creature *creature = creature_at(tx, index);
	if (def == NULL)
		return;
	SET(tx, creature->attacker_id, player->id);
	if (handle_body(tx->world, player->quarry) == NULL || player->quarry.index != index)
		SET(tx, player->quarry, body_handle(tx->world, index));
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
	bool was_criminal = player_is_criminal(player);
	if (def->alignment == ALIGNMENT_ANIMAL) /* 2.5 points: half of a hunter's */
		reputation_set(tx, attacker, REPUTATION_PLEBEIAN,
					   (int32_t)vb_round(player->reputation[REPUTATION_PLEBEIAN] + REPUTATION_HUNTER / 2.0));
	if (was_criminal && !player_is_criminal(player))
		become_citizen(tx, attacker); /* what he did is forgiven (12.2) */
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
	TOUCH(tx, player->quarry);
	player->hunter = player->quarry = (struct handle){0};
}

/* --- dying -------------------------------------------------------------------------------------------------------------- */

/* What killing it means for who did (12.2). */
static void kill_judged(struct tx *tx, uint32_t killer, unsigned number, const struct creature_def *def, bool wild)
{
	bool chaos = tx->world->players[killer].chaos_legion != 0;
	switch (def->alignment) {
	case ALIGNMENT_GOOD:
		if (number == CREATURE_CITIZEN_GUARD) {
			reputation_set(tx, killer, REPUTATION_NOBLE, 0);
			reputation_set(tx, killer, REPUTATION_PLEBEIAN, 0);
			reputation_add(tx, killer, REPUTATION_ASSASSIN, REPUTATION_GUARD);
		}
		if (wild)
			reputation_add(tx, killer, REPUTATION_ASSASSIN, REPUTATION_MURDER);
		break;
	case ALIGNMENT_ANIMAL:
	case ALIGNMENT_OTHER:
		if (!chaos)
			reputation_add(tx, killer, REPUTATION_PLEBEIAN, REPUTATION_HUNTER);
		break;
	case ALIGNMENT_EVIL:
		if (!chaos)
			reputation_add(tx, killer, REPUTATION_NOBLE, REPUTATION_EVIL);
		break;
	default:
		break;
	}
}

/* Somebody killed it: after it went. */
struct kill {
	uint32_t killer;
	struct handle dead;
	uint16_t number;
	const struct creature_def *def;
	struct place place;
	int32_t experience; /* left of its pool */
	bool wild, kin;
};

static void kill_told(struct tx *tx, const struct kill *kill)
{
	struct player *player = &tx->world->players[kill->killer];
	const struct body *body = &tx->world->bodies[kill->killer];
	show_sound(tx, body->map, body->x, body->y, kill->def->sound[CREATURE_SOUND_DIES]);
	if (player->target.creature.index == kill->dead.index) {
		TOUCH(tx, player->target.creature);
		player->target.creature = (struct handle){0};
	}
	if (!kill->kin)
		earn(tx, kill->killer, kill->experience);
	tell_text(tx, kill->killer, FONT_FIGHT, TEXT_CREATURE_KILLED);
	if (player->creatures_killed < KILLS_MOST)
		SET(tx, player->creatures_killed, player->creatures_killed + 1);
	if (!kill->kin)
		kill_judged(tx, kill->killer, kill->number, kill->def, kill->wild);
	if (player->paraliser.index == kill->dead.index && player->paraliser.generation == kill->dead.generation)
		effect_free(tx, kill->killer);
	player_changed(tx, player);
	stats_tell(tx, kill->killer);
}

/* On the nearest free tiles; what finds no place is lost. */
static void lay_down(struct tx *tx, struct place from, unsigned item, int64_t amount)
{
	while (amount > 0) {
		struct stack stack = {.item = (uint16_t)item, .amount = (uint16_t)clamp_i64(amount, 1, STACK_MAX)};
		struct place at = tile_for_item(tx, from, stack);
		if (at.map == 0 || item_mint(tx, on_tile(at), stack) != MOVE_DONE) {
			tx_log(tx, LOG_LEVEL_INFO, "%d of item %u that a creature left find no place on map %u", (int)amount, item,
				   from.map);
			return;
		}
		amount -= stack.amount;
	}
}

/* A praetorian leaves all it has; others one entry of their table, or nothing. */
static void leave_spoils(struct tx *tx, const struct creature_def *def, struct place from)
{
	int gold_percent = tx->config->rules.gold_percent;
	if (def->kind == CREATURE_PRAETORIAN) {
		unsigned count;
		const struct item_stack *stock = creature_stock(tx->catalog, def, &count);
		for (unsigned i = 0; i < count; i++)
			lay_down(tx, from, stock[i].item, spoils_amount(&stock[i], gold_percent));
		struct item_stack gold = {.item = GOLD_ITEM, .amount = def->gold};
		lay_down(tx, from, GOLD_ITEM, spoils_amount(&gold, gold_percent));
		return;
	}
	int entry = spoils_roll(&tx->rng, tx->config->rules.drop_percent);
	if (entry >= 0)
		lay_down(tx, from, def->drop[entry].item, spoils_amount(&def->drop[entry], gold_percent));
}

/* One that the files place and that just went. */
static void come_back(struct tx *tx, uint32_t index)
{
	if (tx->config->intervals.respawn_ms > 0)
		wait_begin(tx, index, (uint64_t)tx->config->intervals.respawn_ms);
	else
		appear_again(tx, index);
}

static bool comes_back(const struct creature *creature)
{
	return creature->placed != 0 && creature->respawns != 0;
}

uint32_t creature_leaves_the_wild(struct tx *tx, uint32_t index, bool stays)
{
	const struct body *body = &tx->world->bodies[index];
	bool back = comes_back(creature_of(tx->world, index));
	struct place at = body_place(body);
	uint16_t number = body->creature;
	uint8_t heading = body->heading;
	int32_t hp = body->hp;
	if (!tx_need(tx, tx->world->realm_domain) || !take_off(tx, index))
		return 0;
	uint32_t pet = stays ? creature_spawn(tx, number, at, false) : 0;
	if (pet != 0) {
		SET(tx, tx->world->bodies[pet].hp, hp);
		SET(tx, tx->world->bodies[pet].heading, heading);
		presence_changed(tx, pet);
	}
	if (back)
		come_back(tx, index);
	return pet;
}

void creature_die(struct tx *tx, uint32_t index, uint32_t killer)
{
	const struct body *body = &tx->world->bodies[index];
	struct creature *creature = creature_at(tx, index);
	if (creature == NULL || body->map == 0)
		return;
	if (killer != 0 && tx->world->bodies[killer].map != body->map)
		killer = 0;
	if (killer != 0)
		pets_come_back(tx, killer, index);
	bool back = comes_back(creature);
	struct kill kill = {.killer = killer,
						.dead = body_handle(tx->world, index),
						.number = body->creature,
						.def = creature_def_of(tx, index),
						.place = body_place(body),
						.experience = creature->experience,
						.wild = creature->master.index == 0,
						.kin = killer != 0 && is_kin(tx, index, killer)};
	if (killer == 0)
		show_sound(tx, body->map, body->x, body->y, kill.def->sound[CREATURE_SOUND_DIES]);
	if (!take_off(tx, index))
		return; /* the realm is wanted: all of this runs again */
	if (killer != 0)
		kill_told(tx, &kill);
	if (!kill.wild)
		return;
	leave_spoils(tx, kill.def, kill.place);
	if (back)
		come_back(tx, index);
}

/* --- with time ---------------------------------------------------------------------------------------------------------- */

/* Those whose time has come appear; who finds no place waits anew, at the head of the list. */
static void waiting_run(struct tx *tx, uint32_t map)
{
	struct map_state *state = &tx->world->maps[map];
	for (uint32_t index = state->first_waiting, before = 0, next; index != 0 && tick_has_room(tx); index = next) {
		struct body *body = &tx->world->bodies[index];
		next = body->next_on_map;
		if (creature_of(tx->world, index)->act_due_ms > tx->now_ms) {
			before = index;
			continue;
		}
		if (before != 0)
			SET(tx, tx->world->bodies[before].next_on_map, next);
		else
			SET(tx, state->first_waiting, next);
		SET(tx, body->next_on_map, 0);
		appear_again(tx, index);
		if (before == 0 && state->first_waiting == index)
			before = index;
	}
}

/* A guard that was led away is at its post again, whole and calm. */
static void guard_returns(struct tx *tx, uint32_t index)
{
	struct body *body = &tx->world->bodies[index];
	const struct creature_def *def = creature_def_of(tx, index);
	bool guard = def->kind == CREATURE_ROYAL_GUARD || def->kind == CREATURE_CHAOS_GUARD;
	if (!guard || (def->flags & CREATURE_REMEMBERS_ORIGIN) == 0 || creature_of(tx->world, index)->placed == 0 ||
		(body->x == body->origin_x && body->y == body->origin_y))
		return;
	struct place at = place_to_appear(tx, index, def);
	if (at.map == 0)
		return;
	creature_calm(tx, index);
	creature_free(tx, index);
	SET(tx, body->hp, body->hp_max);
	presence_jump(tx, index, at.x, at.y);
}

/* What is due for those that stand on the map. false: there was no room for all of them. */
static bool standing_run(struct tx *tx, uint32_t map, bool guards_return)
{
	for (uint32_t index = tx->world->maps[map].first_creature, next; index != 0; index = next) {
		const struct creature *creature = creature_of(tx->world, index);
		next = tx->world->bodies[index].next_on_map;
		if (tx->wanted_count != 0 || !tick_has_room(tx))
			return false;
		if (guards_return)
			guard_returns(tx, index);
		if (creature->freed_ms != 0 && creature->freed_ms <= tx->now_ms)
			creature_free(tx, index);
		if (creature->dies_ms != 0 && creature->dies_ms <= tx->now_ms)
			creature_die(tx, index, 0);
	}
	return true;
}

void creatures_wait_tick(struct tx *tx, uint32_t map)
{
	struct map_state *state = &tx->world->maps[map];
	uint64_t period_ms = (uint64_t)tx->config->intervals.guards_return_minutes * 60000;
	bool guards_return = period_ms != 0 && state->guards_due_ms != 0 && state->guards_due_ms <= tx->now_ms;
	if (state->first_waiting != 0)
		waiting_run(tx, map);
	bool all = standing_run(tx, map, guards_return);
	if (period_ms != 0 && (state->guards_due_ms == 0 || (guards_return && all)))
		SET(tx, state->guards_due_ms, tx->now_ms + period_ms);
}

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
