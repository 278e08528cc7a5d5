/* magic.h - spells cast by players and creatures (rules-life-combat-magic.md 15). What a spell does is in the catalog
 * (struct spell_def); nothing here knows a spell by its number but those that the rules name. Everything wants the lock of the
 * map on which all concerned stand. */
#ifndef ARGENTUM_GAME_MAGIC_H
#define ARGENTUM_GAME_MAGIC_H

#include "worker/game/rule.h"

/* The chosen spell is cast at a tile in sight (15.2): all checks and gates are its own. */
void magic_cast(struct tx *tx, const struct actor *me, int x, int y);

/* A scroll in a slot is read (15.1). */
void scroll_read(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *scroll);

/* A creature casts on a player or on another creature (15.14). The caller has seen that it may strike now, and that the spell is
 * one of its own; false: nothing came of it, and the permission is not used up. */
bool creature_casts(struct tx *tx, uint32_t creature, unsigned spell, uint32_t target);

#endif
