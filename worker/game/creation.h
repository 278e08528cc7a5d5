/* creation.h - a new character: dice, checks, initial values (rules-life-combat-magic.md 3). */
#ifndef ARGENTUM_GAME_CREATION_H
#define ARGENTUM_GAME_CREATION_H

#include "common/base/rng.h"
#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/protocol/packets.h"
#include "common/text/texts.h"
#include "common/world/layout.h"

/* Five attributes before race, in the order of enum attribute (3.1; game.dice "range" rolls evenly between two values). */
void dice_roll(struct rng *rng, const struct config *config, uint8_t dice[ATTRIBUTE_COUNT]);

/* All checks that need nothing but the packet, in the classic order (3.3). true = may be created; else why not, in
 * words for the player. */
bool creation_check(const struct config *config, const struct catalog *catalog, const struct c2s_LOGIN_NEW_CHAR *wish,
					bool dice_rolled, char *refusal, size_t capacity);

/* Fills in everything but identity and account (name, hash, e-mail, id): 3.4, 3.5. The player is a private image. */
void creation_fill(struct player *player, const struct config *config, const struct catalog *catalog,
				   const struct c2s_LOGIN_NEW_CHAR *wish, const uint8_t dice[ATTRIBUTE_COUNT], struct rng *rng);

#endif
