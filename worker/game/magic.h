/* magic.h - spells cast by players and creatures (rules-life-combat-magic.md 15). What a spell does is in the catalog
 * (struct spell_def); nothing here knows a spell by its number but those that the rules name. Everything wants the lock of the
 * map on which all concerned stand. */
#ifndef ARGENTUM_GAME_MAGIC_H
#define ARGENTUM_GAME_MAGIC_H

#include "worker/game/rule.h"

/* The chosen spell is cast at a tile in sight, inside the frame (15.2): all other checks and the gates are its own. */
void magic_cast(struct tx *tx, const struct actor *me, int x, int y);

/* A scroll in a slot is read (15.1). */
void scroll_read(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *scroll);

/* A creature casts on a player or on another creature (15.14). The caller has seen that it may strike now, and that the spell is
 * one of its own: the permission is used up, from now on its interval runs. false: nothing came of it, and it is not. Who is
 * hidden or invisible is safe from all but praetorians, who choose themselves whom they see (17). */
bool creature_casts(struct tx *tx, uint32_t creature, unsigned spell, uint32_t target);

/* A creature paralyses a player, without a spell of its own for it; a ring may keep it off. */
void creature_holds_player(struct tx *tx, uint32_t creature, uint32_t player);

#endif
