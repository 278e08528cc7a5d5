#include "worker/game/pets.h"

#include "common/config/config.h"
#include "worker/game/creature.h"
#include "worker/game/experience.h"
#include "worker/game/gates.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/sight.h"
#include "worker/game/tick.h"
#include "worker/game/tile.h"

enum {
	ORDER_DISTANCE = 10, /* 16.8 */
	TAMING_DISTANCE = 2, /* 16.10 */
	TAMING_CHANCE = 5,   /* one in so many */
	ARRIVAL_SPREAD = 3,  /* 16.9 */
};

static const double magic_flute_part = 0.89, elven_flute_part = 0.8;

/* --- whose they are ----------------------------------------------------------------------------------------------------- */

static bool place_is_taken(const struct player *player, unsigned place)
{
	return player->pets[place].index != 0 || player->pet_kinds[place] != 0;
}

unsigned pets_count(const struct player *player)
{
	unsigned count = 0;
	for (unsigned i = 0; i < PETS_MOST; i++)
		count += place_is_taken(player, i);
	return count;
}

/* PETS_MOST: he has as many as one may. */
static unsigned place_free(const struct player *player)
{
	unsigned place = 0;
	while (place < PETS_MOST && place_is_taken(player, place))
		place++;
	return place;
}

static void kind_set(struct tx *tx, struct player *player, unsigned place, uint16_t kind)
{
	if (player->pet_kinds[place] == kind)
		return;
	SET(tx, player->pet_kinds[place], kind);
	player_changed(tx, player);
}

/* The creature is his from now on; its kind is noted by who tames it. */
static void bind(struct tx *tx, uint32_t master, unsigned place, uint32_t pet, bool tamed)
{
	struct creature *creature = creature_at(tx, pet);
	SET(tx, tx->world->players[master].pets[place], body_handle(tx->world, pet));
	TOUCH(tx, *creature);
	creature->master = player_handle(tx->world, master);
	creature->tamed = tamed;
	pet_follows(tx, pet);
}

/* No body belongs to this place any more. */
static void unbind(struct tx *tx, struct player *player, unsigned place)
{
	TOUCH(tx, player->pets[place]);
	player->pets[place] = (struct handle){0};
}

void pet_lost(struct tx *tx, uint32_t pet)
{
	uint32_t master = creature_master(tx, pet);
	if (master == 0)
		return;
	struct player *player = &tx->world->players[master];
	for (unsigned i = 0; i < PETS_MOST; i++) {
		if (player->pets[i].index != pet)
			continue;
		unbind(tx, player, i);
		kind_set(tx, player, i, 0);
	}
}

/* Its body goes; a tamed one waits outside, a summoned one is no more. Wants the realm. */
static void put_away(struct tx *tx, struct player *player, unsigned place)
{
	uint32_t pet = player->pets[place].index;
	unbind(tx, player, place);
	if (tx->world->bodies[pet].map != 0)
		presence_vanish(tx, pet);
	realm_creature_give(tx, pet);
}

/* --- what they do ------------------------------------------------------------------------------------------------------- */

void pet_follows(struct tx *tx, uint32_t pet)
{
	struct creature *creature = creature_at(tx, pet);
	if (creature == NULL)
		return;
	TOUCH(tx, *creature);
	creature->movement = MOVEMENT_FOLLOWS;
	creature->hostile = 0;
	creature->target = (struct handle){0};
	creature->attacker_id = 0;
	creature->path_length = creature->path_next = 0;
}

/* As if it were made anew, which is what its master's magic and ways do with it (15.13, 16.9): nothing holds it, and it is after
 * nobody. Its health stays as it was. */
static void begin_anew(struct tx *tx, uint32_t pet)
{
	creature_free(tx, pet);
	pet_follows(tx, pet);
}

void pets_follow(struct tx *tx, uint32_t master)
{
	for (unsigned i = 0; i < PETS_MOST; i++)
		pet_follows(tx, tx->world->players[master].pets[i].index);
}

void pets_come_back(struct tx *tx, uint32_t master, uint32_t enemy)
{
	const struct world *w = tx->world;
	for (unsigned i = 0; i < PETS_MOST; i++) {
		uint32_t pet = w->players[master].pets[i].index;
		const struct creature *creature = creature_at(tx, pet);
		if (creature != NULL && w->bodies[pet].map == w->bodies[master].map &&
			(creature->target.index == enemy ||
			 (body_is_player(w, enemy) && creature->attacker_id == w->players[enemy].id)))
			pet_follows(tx, pet);
	}
}

void pets_turn_on_player(struct tx *tx, uint32_t master, uint32_t enemy)
{
	const struct player *player = &tx->world->players[master];
	if (master == enemy || in_safety(tx, enemy))
		return;
	for (unsigned i = 0; i < PETS_MOST; i++) {
		struct creature *creature = creature_at(tx, player->pets[i].index);
		if (creature == NULL || in_safety(tx, player->pets[i].index))
			continue;
		TOUCH(tx, *creature);
		creature->attacker_id = tx->world->players[enemy].id;
		creature->target = body_handle(tx->world, enemy);
		creature->movement = MOVEMENT_DEFENDS;
		creature->hostile = 1;
	}
}

/* Not one that keeps out of it. */
static bool would_turn(struct tx *tx, uint32_t pet, uint32_t enemy)
{
	const struct creature *creature = creature_at(tx, pet);
	if (creature == NULL || pet == enemy || in_safety(tx, pet))
		return false;
	unsigned number = tx->world->bodies[pet].creature;
	return number != CREATURE_FIRE_ELEMENTAL && number != CREATURE_EARTH_ELEMENTAL;
}

void pets_turn_on_creature(struct tx *tx, uint32_t master, uint32_t enemy)
{
	const struct player *player = &tx->world->players[master];
	bool asked = false;
	for (unsigned i = 0; i < PETS_MOST; i++) {
		uint32_t pet = player->pets[i].index;
		if (creature_master(tx, enemy) == master || !would_turn(tx, pet, enemy))
			continue;
		if (!asked && !may_attack_creature(tx, master, enemy, ATTACK_BY_PET))
			return;
		asked = true;
		struct creature *creature = creature_at(tx, pet);
		const struct body *other = handle_body(tx->world, creature->target);
		if (other == NULL || other->kind != BODY_CREATURE) /* a creature that it fights already comes first */
			SET(tx, creature->target, body_handle(tx->world, enemy));
		SET(tx, creature->movement, MOVEMENT_FIGHTS_CREATURES);
	}
}

/* --- coming by ---------------------------------------------------------------------------------------------------------- */

uint32_t pet_summon(struct tx *tx, uint32_t master, unsigned number, struct place at)
{
	unsigned place = place_free(&tx->world->players[master]);
	uint32_t pet = place < PETS_MOST ? creature_spawn(tx, number, at, true) : 0;
	if (pet == 0)
		return 0;
	struct creature *creature = creature_at(tx, pet);
	TOUCH(tx, *creature);
	creature->experience = 0; /* nobody earns with what was called up */
	creature->dies_ms = tx->now_ms + (uint64_t)tx->config->intervals.summon_ms;
	bind(tx, master, place, pet, false);
	tick_by(tx, at.map, creature->dies_ms);
	return pet;
}

/* PETS_MOST: none is with him. */
static unsigned farthest_tamed(struct tx *tx, uint32_t master)
{
	const struct player *player = &tx->world->players[master];
	unsigned farthest = PETS_MOST;
	int far = -1;
	for (unsigned i = 0; i < PETS_MOST; i++) {
		if (player->pets[i].index == 0 || player->pet_kinds[i] == 0)
			continue;
		int away = body_distance(&tx->world->bodies[master], &tx->world->bodies[player->pets[i].index]);
		if (away > far) {
			far = away;
			farthest = i;
		}
	}
	return farthest;
}

bool pet_call(struct tx *tx, uint32_t master, struct place at)
{
	struct player *player = &tx->world->players[master];
	unsigned place = farthest_tamed(tx, master);
	if (place == PETS_MOST)
		return false;
	uint32_t pet = player->pets[place].index;
	at = tile_closest_legal(tx, at, creature_terrain(tx, pet));
	if (at.map == 0) {
		if (!tx_need(tx, tx->world->realm_domain))
			return false;
		put_away(tx, player, place);
		tell_text(tx, master, FONT_INFO, TEXT_PET_CANNOT_COME);
		return true;
	}
	begin_anew(tx, pet);
	presence_jump(tx, pet, at.x, at.y);
	show_sound(tx, at.map, at.x, at.y, SOUND_WARP);
	presence_effect(tx, pet, FX_WARP, 0);
	return true;
}

/* --- travelling --------------------------------------------------------------------------------------------------------- */

static bool has_bodies(const struct player *player)
{
	for (unsigned i = 0; i < PETS_MOST; i++) {
		if (player->pets[i].index != 0)
			return true;
	}
	return false;
}

void pets_depart(struct tx *tx, uint32_t master, bool out_of_game)
{
	struct player *player = &tx->world->players[master];
	bool summoned = false;
	if (!has_bodies(player) || !tx_need(tx, tx->world->realm_domain))
		return;
	for (unsigned i = 0; i < PETS_MOST; i++) {
		uint32_t pet = player->pets[i].index;
		if (pet == 0)
			continue;
		if (out_of_game || player->pet_kinds[i] == 0) {
			summoned = summoned || player->pet_kinds[i] == 0;
			put_away(tx, player, i);
		} else {
			begin_anew(tx, pet);
			presence_vanish(tx, pet); /* it goes along: pets_arrive */
		}
	}
	if (summoned && !out_of_game)
		tell_text(tx, master, FONT_INFO, TEXT_SUMMONED_LOST);
}

/* Near its master, somewhere. */
static struct place place_beside(struct tx *tx, uint32_t master)
{
	struct place at = body_place(&tx->world->bodies[master]);
	at.x = (uint8_t)(at.x + rng_range(&tx->rng, -ARRIVAL_SPREAD, ARRIVAL_SPREAD));
	at.y = (uint8_t)(at.y + rng_range(&tx->rng, -ARRIVAL_SPREAD, ARRIVAL_SPREAD));
	return at;
}

/* One that came along finds a tile, keeping its health; one that waited is there again. */
static bool arrives(struct tx *tx, uint32_t master, unsigned place)
{
	struct player *player = &tx->world->players[master];
	uint32_t pet = player->pets[place].index;
	struct place at = place_beside(tx, master);
	if (pet == 0) {
		pet = creature_spawn(tx, player->pet_kinds[place], at, false);
		if (pet != 0)
			bind(tx, master, place, pet, true);
		return pet != 0;
	}
	at = tile_closest_legal(tx, at, creature_terrain(tx, pet));
	if (at.map != 0)
		presence_appear(tx, pet, at);
	return at.map != 0;
}

void pets_arrive(struct tx *tx, uint32_t master)
{
	struct player *player = &tx->world->players[master];
	bool unsafe = map_is_unsafe(tx->catalog, tx->world->bodies[master].map);
	bool some_wait = false, came = has_bodies(player);
	if (pets_count(player) == 0 || (!unsafe && !came) || !tx_need(tx, tx->world->realm_domain))
		return;
	for (unsigned i = 0; i < PETS_MOST; i++) {
		if (!place_is_taken(player, i) || (unsafe && arrives(tx, master, i)))
			continue;
		some_wait = true;
		if (player->pets[i].index != 0)
			put_away(tx, player, i);
	}
	if (some_wait)
		tell_text(tx, master, FONT_INFO, unsafe ? TEXT_PET_CANNOT_COME : TEXT_PETS_WAIT_OUTSIDE);
}

void pets_die(struct tx *tx, uint32_t master)
{
	struct player *player = &tx->world->players[master];
	for (unsigned i = 0; i < PETS_MOST; i++) {
		creature_die(tx, player->pets[i].index, 0);
		kind_set(tx, player, i, 0);
	}
}

/* --- taming ------------------------------------------------------------------------------------------------------------- */

int taming_needed(int taming_points, unsigned ring)
{
	if (ring == ELVEN_FLUTE_ITEM)
		return (int)vb_round(taming_points * elven_flute_part);
	if (ring == MAGIC_FLUTE_ITEM)
		return (int)vb_round(taming_points * magic_flute_part);
	return taming_points;
}

static bool is_fought(const struct tx *tx, uint32_t me, const struct creature *creature)
{
	bool owned = creature->owner.index != 0 && creature->owner.index != me && creature->owned_until_ms > tx->now_ms &&
				 handle_player(tx->world, creature->owner) != NULL;
	return creature->attacker_id != 0 || owned;
}

static unsigned of_this_kind(const struct player *player, uint16_t kind)
{
	unsigned count = 0;
	for (unsigned i = 0; i < PETS_MOST; i++)
		count += player->pet_kinds[i] == kind;
	return count;
}

/* TEXT_ID_COUNT: nothing speaks against it. */
static enum text_id taming_refusal(struct tx *tx, const struct actor *me, uint32_t beast)
{
	const struct creature_def *def = creature_def_of(tx, beast);
	const struct creature *creature = creature_at(tx, beast);
	if (def == NULL || creature == NULL)
		return TEXT_TAME_NOBODY;
	if (def->taming_points <= 0)
		return TEXT_TAME_NOT_THIS;
	if (body_distance(me->body, &tx->world->bodies[beast]) > TAMING_DISTANCE)
		return TEXT_TOO_FAR;
	if (creature->master.index != 0)
		return creature->master.index == me->index ? TEXT_TAME_YOURS : TEXT_TAME_HAS_MASTER;
	if (creature->maker.index != 0 && handle_body(tx->world, creature->maker) != NULL)
		return TEXT_TAME_HAS_MASTER;
	if (is_fought(tx, me->index, creature))
		return TEXT_TAME_FIGHTS;
	if (pets_count(me->player) >= PETS_MOST)
		return TEXT_TAME_ENOUGH;
	if (of_this_kind(me->player, tx->world->bodies[beast].creature) >= (unsigned)tx->config->rules.pets_of_a_kind)
		return TEXT_TAME_ENOUGH_OF_KIND;
	return TEXT_ID_COUNT;
}

static bool taming_succeeds(struct tx *tx, const struct actor *me, const struct creature_def *def)
{
	int needed = taming_needed(def->taming_points, player_worn_number(me->player, EQUIP_RING));
	int points = me->player->attributes_now[ATTRIBUTE_CHARISMA - 1] * me->player->skills[SKILL_TAMING - 1];
	return needed <= points && rng_range(&tx->rng, 1, TAMING_CHANCE) == 1;
}

/* The wild one is his; another appears in its place, as when it dies. */
static void tamed(struct tx *tx, const struct actor *me, uint32_t beast)
{
	unsigned place = place_free(me->player);
	uint16_t kind = tx->world->bodies[beast].creature;
	bool stays = map_is_unsafe(tx->catalog, me->body->map);
	if (!tx_need(tx, tx->world->realm_domain))
		return;
	uint32_t pet = creature_leaves_the_wild(tx, beast, stays);
	kind_set(tx, me->player, place, kind);
	if (pet != 0)
		bind(tx, me->index, place, pet, true);
	tell_text(tx, me->index, FONT_INFO, TEXT_TAMED);
	if (pet == 0)
		tell_text(tx, me->index, FONT_INFO, TEXT_PETS_WAIT_OUTSIDE);
}

void tame_try(struct tx *tx, const struct actor *me, int x, int y)
{
	struct target target = sight_target(tx, me->body, x, y);
	uint32_t beast = target.creature.index;
	if (!gate_work(tx, me->index))
		return;
	SET(tx, me->player->target, target);
	enum text_id why = taming_refusal(tx, me, beast);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	bool success = taming_succeeds(tx, me, creature_def_of(tx, beast));
	if (success)
		tamed(tx, me, beast);
	else if (message_is_new(tx, me->player, TEXT_TAME_FAILED))
		tell_text(tx, me->index, FONT_INFO, TEXT_TAME_FAILED);
	skill_train(tx, me->index, SKILL_TAMING, success);
}

/* --- orders ------------------------------------------------------------------------------------------------------------- */

/* His own pet that he pointed at; 0 = he was told what is wrong. */
static uint32_t pet_meant(struct tx *tx, const struct actor *me)
{
	const struct body *body = handle_body(tx->world, me->player->target.creature);
	enum text_id why = TEXT_ID_COUNT;
	if (body == NULL || body->map != me->body->map)
		why = TEXT_POINT_FIRST;
	else if (body_distance(me->body, body) > ORDER_DISTANCE)
		why = TEXT_TOO_FAR;
	else if (creature_master(tx, me->player->target.creature.index) != me->index)
		why = TEXT_PET_NOT_YOURS;
	if (why == TEXT_ID_COUNT)
		return me->player->target.creature.index;
	tell_text(tx, me->index, FONT_INFO, why);
	return 0;
}

enum tx_verdict rule_pet_stand(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	uint32_t pet = pet_meant(tx, me);
	if (pet == 0)
		return TX_COMMIT;
	pet_follows(tx, pet);
	SET(tx, creature_at(tx, pet)->movement, MOVEMENT_STANDS);
	creature_speaks(tx, pet);
	return TX_COMMIT;
}

enum tx_verdict rule_pet_follow(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	uint32_t pet = pet_meant(tx, me);
	if (pet == 0)
		return TX_COMMIT;
	pet_follows(tx, pet);
	creature_speaks(tx, pet);
	return TX_COMMIT;
}

enum tx_verdict rule_release_pet(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	uint32_t pet = pet_meant(tx, me);
	if (pet == 0)
		return TX_COMMIT;
	creature_remove(tx, pet);
	tell_text(tx, me->index, FONT_INFO, TEXT_PET_RELEASED);
	return TX_COMMIT;
}
