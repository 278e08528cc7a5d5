#include "worker/game/alignment.h"

#include "common/catalog/tables.h"
#include "worker/game/area.h"
#include "worker/game/effects.h"
#include "worker/game/experience.h"
#include "worker/game/inventory.h"
#include "worker/game/legality.h"
#include "worker/game/look.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

/* rules-life-combat-magic.md 1.2, 1.3. */
enum {
	REPUTATION_MOST = 6000000,
	KILLS_MOST = 65000,
	REPUTATION_ASSAULT = 100, /* also what a new criminal and a new citizen begin with */
	REPUTATION_MURDER = 1000,
	REPUTATION_GOOD_KILL = 5,
	REPUTATION_MERCY = 100,
	REPUTATION_MERCY_THIEF = 50,
	KILL_EXPERIENCE_PER_LEVEL = 2,
};

/* --- what follows from a change ---------------------------------------------------------------------------------------- */

/* What only members may wear comes off. */
static void gear_off(struct tx *tx, uint32_t index, uint32_t flag)
{
	const struct player *player = &tx->world->players[index];
	for (unsigned place = 0; place < EQUIP_COUNT; place++) {
		const struct item_def *item = player_worn_item(tx, player, (enum equipment_place)place);
		if (item != NULL && (item->flags & flag) != 0)
			equipment_take_off(tx, index, (enum equipment_place)place);
	}
}

/* Expelled by the faction of which `*member` of this player says that he is one. */
static void expel(struct tx *tx, uint32_t index, uint8_t *member, enum text_id why, uint32_t gear)
{
	if (!*member)
		return;
	SET(tx, *member, 0);
	player_changed(tx, &tx->world->players[index]);
	tell_text(tx, index, FONT_FIGHT, why);
	gear_off(tx, index, gear);
}

/* No longer attackable; says nothing. */
static void attackable_clear(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->attackable_by == 0)
		return;
	SET(tx, player->attackable_by, 0);
	effect_schedule(tx, index, EFFECT_ATTACKABLE, 0);
}

/* His points have changed: who went over to the other side is expelled and seen in its colour. */
static void side_follows(struct tx *tx, uint32_t index, bool was_criminal)
{
	struct player *player = &tx->world->players[index];
	if (player_is_criminal(player) == was_criminal)
		return;
	if (was_criminal) {
		expel(tx, index, &player->chaos_legion, TEXT_EXPELLED_CHAOS, ITEM_FOR_CHAOS);
	} else {
		expel(tx, index, &player->royal_army, TEXT_EXPELLED_ARMY, ITEM_FOR_ARMY);
		attackable_clear(tx, index);
	}
	status_show(tx, index);
}

static void points_set(struct tx *tx, struct player *player, unsigned kind, int64_t value)
{
	SET(tx, player->reputation[kind], (int32_t)clamp_i64(value, 0, REPUTATION_MOST));
	player_changed(tx, player);
}

static void points_add(struct tx *tx, struct player *player, unsigned kind, int64_t by)
{
	points_set(tx, player, kind, player->reputation[kind] + by);
}

void reputation_set(struct tx *tx, uint32_t index, unsigned kind, int32_t value)
{
	struct player *player = &tx->world->players[index];
	if (player->reputation[kind] == clamp_i64(value, 0, REPUTATION_MOST))
		return;
	bool was_criminal = player_is_criminal(player);
	points_set(tx, player, kind, value);
	side_follows(tx, index, was_criminal);
}

void reputation_add(struct tx *tx, uint32_t index, unsigned kind, int32_t by)
{
	int64_t sum = (int64_t)tx->world->players[index].reputation[kind] + by;
	reputation_set(tx, index, kind, (int32_t)clamp_i64(sum, 0, REPUTATION_MOST));
}

/* --- operations of 12.1 --------------------------------------------------------------------------------------------------- */

/* Staff above the counsellors has no side. */
static bool has_a_side(const struct player *player)
{
	return (player->privileges & PRIVILEGE_STAFF & ~(unsigned)PRIVILEGE_COUNSELLOR) == 0;
}

/* `VolverCriminal` */
void become_criminal(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (in_arena(tx, index) || !has_a_side(player))
		return;
	bool was_criminal = player_is_criminal(player);
	points_set(tx, player, REPUTATION_BOURGEOIS, 0);
	points_set(tx, player, REPUTATION_NOBLE, 0);
	points_set(tx, player, REPUTATION_PLEBEIAN, 0);
	points_add(tx, player, REPUTATION_BANDIT, REPUTATION_ASSAULT);
	side_follows(tx, index, was_criminal);
}

/* `VolverCiudadano` */
void become_citizen(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (in_arena(tx, index))
		return;
	bool was_criminal = player_is_criminal(player);
	points_set(tx, player, REPUTATION_THIEF, 0);
	points_set(tx, player, REPUTATION_BANDIT, 0);
	points_set(tx, player, REPUTATION_ASSASSIN, 0);
	points_add(tx, player, REPUTATION_PLEBEIAN, REPUTATION_ASSAULT);
	side_follows(tx, index, was_criminal);
}

/* `DisNobAuBan` */
void noble_lose(struct tx *tx, uint32_t index, int32_t noble, int32_t bandit)
{
	struct player *player = &tx->world->players[index];
	if (in_arena(tx, index))
		return;
	bool was_criminal = player_is_criminal(player);
	points_add(tx, player, REPUTATION_NOBLE, -(int64_t)noble);
	points_add(tx, player, REPUTATION_BANDIT, bandit);
	TELL_MULTI(tx, index, NOBILITY_LOST);
	side_follows(tx, index, was_criminal);
}

/* `RestarCriminalidad` */
void guard_mercy(struct tx *tx, uint32_t index)
{
	const struct player *player = &tx->world->players[index];
	if (player->reputation[REPUTATION_BANDIT] > 0)
		reputation_add(tx, index, REPUTATION_BANDIT, -REPUTATION_MERCY);
	else
		reputation_add(tx, index, REPUTATION_THIEF, -REPUTATION_MERCY_THIEF);
}

void assault_counts(struct tx *tx, uint32_t attacker, uint32_t victim)
{
	struct player *player = &tx->world->players[attacker];
	const struct player *other = &tx->world->players[victim];
	bool other_criminal = player_is_criminal(other);
	bool allowed = !other_criminal && other->attackable_by == player->id;
	if (!player_is_criminal(player) && !other_criminal && !allowed)
		become_criminal(tx, attacker);
	if (allowed && !player_is_criminal(player))
		return;
	bool was_criminal = player_is_criminal(player);
	if (other_criminal) {
		points_add(tx, player, REPUTATION_NOBLE, REPUTATION_GOOD_KILL);
	} else {
		points_add(tx, player, REPUTATION_BANDIT, REPUTATION_ASSAULT);
		points_set(tx, player, REPUTATION_NOBLE, vb_round(player->reputation[REPUTATION_NOBLE] * 0.5));
	}
	side_follows(tx, attacker, was_criminal);
}

/* --- how he is seen --------------------------------------------------------------------------------------------------------- */

void status_show(struct tx *tx, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	if (body->map == 0)
		return;
	wire_status(tx, say_begin(tx), index);
	if ((body->flags & BODY_ADMIN_INVISIBLE) != 0)
		say_one(tx, index, NOTE_FLAG_ANSWER);
	else
		say_area(tx, body->map, body->x, body->y, 0, NOTE_FLAG_VIEW);
	if (body_is_veiled(body))
		presence_veil_label(tx, index); /* the tag has overwritten it */
	if (look_update(tx, index))         /* a ship's flag */
		presence_changed(tx, index);
}

/* --- who took another's creature: 12.6 ------------------------------------------------------------------------------------------ */

bool attackable_begin(struct tx *tx, uint32_t index, uint32_t by_account, bool steals_creature)
{
	struct player *player = &tx->world->players[index];
	if ((catalog_map(tx->catalog, tx->world->bodies[index].map)->flags & MAP_SAFE) != 0) {
		tell_text(tx, index, FONT_INFO, TEXT_CREATURE_THEFT_SAFE);
		return false;
	}
	if (steals_creature && player->attackable_by != 0 && player->attackable_by != by_account) {
		tell_text(tx, index, FONT_INFO, TEXT_CREATURE_THEFT_AGAIN);
		return false;
	}
	effect_schedule(tx, index, EFFECT_ATTACKABLE, tx->now_ms + (uint64_t)tx->config->intervals.attackable_ms);
	if (player->attackable_by != 0 && (!steals_creature || player->attackable_by == by_account))
		return true; /* only for longer */
	SET(tx, player->attackable_by, by_account);
	status_show(tx, index);
	return true;
}

void attackable_end(struct tx *tx, uint32_t index)
{
	struct player *player = &tx->world->players[index];
	if (player->attackable_by == 0)
		return;
	attackable_clear(tx, index);
	status_show(tx, index);
	if (player->dead || player->safe_mode)
		return;
	SET(tx, player->safe_mode, 1);
	player_changed(tx, player);
	TELL_MULTI(tx, index, SAFE_MODE_ON);
}

/* --- kills: 12.8, `ActStats` ------------------------------------------------------------------------------------------------------ */

/* Whether he is remembered to have killed this one lately; remembers it. */
static bool killed_lately(struct tx *tx, struct player *killer, uint32_t account)
{
	uint32_t now_s = (uint32_t)(tx->now_ms / 1000);
	uint32_t memory_s = (uint32_t)tx->config->rules.frag_memory_minutes * 60;
	for (unsigned i = 0; i < VICTIMS_KEPT; i++) {
		struct victim *victim = &killer->victims[i];
		if (victim->id != account)
			continue;
		bool lately = now_s - victim->killed_s < memory_s;
		SET(tx, victim->killed_s, now_s);
		return lately;
	}
	unsigned next = killer->victim_next % VICTIMS_KEPT;
	SET(tx, killer->victims[next], ((struct victim){.id = account, .killed_s = now_s}));
	SET(tx, killer->victim_next, (uint8_t)((next + 1) % VICTIMS_KEPT));
	return false;
}

static void count_kill(struct tx *tx, int32_t *counter)
{
	SET(tx, *counter, (int32_t)clamp_i64((int64_t)*counter + 1, 0, KILLS_MOST));
}

/* `ContarMuerte` */
static void counters_count(struct tx *tx, struct player *killer, const struct player *victim)
{
	if (victim->level <= LEVEL_NEWBIE_LAST)
		return;
	if (!killed_lately(tx, killer, victim->id))
		count_kill(tx, player_is_criminal(victim) ? &killer->criminals_killed : &killer->citizens_killed);
	count_kill(tx, &killer->players_killed);
	player_changed(tx, killer);
}

static void kill_judged(struct tx *tx, uint32_t killer, uint32_t victim)
{
	struct player *player = &tx->world->players[killer];
	bool was_criminal = player_is_criminal(player);
	if (player_is_criminal(&tx->world->players[victim])) {
		points_add(tx, player, REPUTATION_NOBLE, REPUTATION_GOOD_KILL);
	} else {
		points_add(tx, player, REPUTATION_ASSASSIN, INT64_C(2) * REPUTATION_MURDER);
		points_set(tx, player, REPUTATION_BOURGEOIS, 0);
		points_set(tx, player, REPUTATION_NOBLE, 0);
		points_set(tx, player, REPUTATION_PLEBEIAN, 0);
	}
	side_follows(tx, killer, was_criminal);
}

void kill_counts(struct tx *tx, uint32_t killer, uint32_t victim)
{
	const struct player *dead = &tx->world->players[victim];
	struct player *player = &tx->world->players[killer];
	bool arena = in_arena(tx, killer) && in_arena(tx, victim);
	if (!arena && dead->attackable_by != player->id) {
		counters_count(tx, player, dead);
		kill_judged(tx, killer, victim);
	}
	int experience = dead->level * KILL_EXPERIENCE_PER_LEVEL;
	if (body_is_known_to(tx, victim, killer))
		TELL_MULTI(tx, killer, HAVE_KILLED_USER, .victim_char = (int16_t)victim, .exp = experience);
	if (body_is_known_to(tx, killer, victim))
		TELL_MULTI(tx, victim, USER_KILL, .killer_char = (int16_t)killer);
	experience_give(tx, killer, experience);
}
