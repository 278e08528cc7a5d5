/* rule.h - what a rule is: a plain function over the world (design: "rules are plain functions over the world").
 *
 * It gets the transaction, the actor and the decoded packet; it reads the catalog, changes the world, emits messages. It
 * never sees a socket, the store, the event loop or the clock. The lock of the actor's map is held. It returns TX_COMMIT
 * (also when it only refused with words), TX_CANCEL (nothing may stay, not even the words) or TX_AGAIN (after tx_need
 * said false).
 *
 * Where things are in this folder (rules.def says which packet calls what):
 *   the frame     ruling (from packet to rule), flood, gates (how soon after each other), tick (time), say, wire
 *   being there   entering, leaving, presence, travel, walk, tile, area, sight, look
 *   property      move (the only way it changes hands), inventory, ground, carry, equip, use, consume, boat, door
 *   life          creation, vitals, effects (with survival, states), stance, weather, jail, experience, skill, death, priest, home
 *   fighting      alignment, legality, fight (with fight_*), steal, formulas
 *   magic         magic, spell_*, spellbook, creature_magic
 *   creatures     creature (with appear, death, tick), spoils, creature_ai (with move, sense, strike), pets, trainer, hoard,
 *                 praetorians (with clan, mage, thief)
 *   the rest      talk, commands, info, switches, work (clicks of skills), double_click */
#ifndef ARGENTUM_GAME_RULE_H
#define ARGENTUM_GAME_RULE_H

#include "common/base/log.h"
#include "common/base/number.h"
#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/protocol/packets.h"
#include "common/world/realm.h"
#include "common/world/tx.h"
#include "worker/game/say.h"

/* The player who does something. */
struct actor {
	uint32_t index; /* of player and body; his char_index */
	struct player *player;
	struct body *body;
	struct connection *connection; /* of this worker; what changes in it is touched too */
};

typedef enum tx_verdict rule_fn(struct tx *tx, const struct actor *me, const struct c2s_packet *packet);

/* What a row of the table needs before its rule runs. */
enum rule_need {
	NEED_NOTHING = 0,
	NEED_ALIVE = 1 << 0,       /* the dead are told so */
	NEED_NOT_TRADING = 1 << 1, /* while a shop, bank or trade window is open: told so */
	NEED_REALM = 1 << 2,       /* the realm is held too */
	NEED_STAFF = 1 << 3,       /* others are ignored silently (protocol.md 3.3) */
	NEED_IDLE_OK = 1 << 4,     /* not a sign of life for the idle time-out */
};

static inline bool player_is_staff(const struct player *player)
{
	return (player->privileges & PRIVILEGE_STAFF) != 0;
}

/* Something durable of this player changed: the keeper is to save it. Not needed for where and how his body stands (place,
 * heading, meditating, sailing): that the keeper compares by itself (cut.h), so that a step does not copy a player. */
static inline void player_changed(struct tx *tx, struct player *player)
{
	SET(tx, player->version, player->version + 1);
}

/* Ground or doors of this map changed. */
static inline void ground_changed(struct tx *tx, uint32_t map)
{
	SET(tx, tx->world->maps[map].ground_version, tx->world->maps[map].ground_version + 1);
}

/* A rule that is repeated each frame says its refusal once: true when it was not the last thing said. */
static inline bool message_is_new(struct tx *tx, struct player *player, enum text_id id)
{
	if (player->last_message == (uint16_t)id + 1)
		return false;
	SET(tx, player->last_message, (uint16_t)((unsigned)id + 1));
	return true;
}

/* All rules; the table names them (rules.def). */
#define RULE(PACKET, function, class, needs) rule_fn rule_##function;
#include "worker/rules.def"
#undef RULE

/* GM sub-commands and slash commands have tables of their own (game/commands.c). */

#endif
