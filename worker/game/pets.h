/* pets.h - creatures with a master: tamed and summoned ones, their orders, and what becomes of them when the master travels, dies
 * or leaves (rules-life-combat-magic.md 15.13, 16.8 to 16.10).
 *
 * Whose they are stands twice, in the creature (master) and in the player (pets, pet_kinds), always both or none. One place of
 * pets and pet_kinds is: empty (0, 0); a tamed pet that is with him (handle, kind) or waits outside (0, kind); a summoned one
 * (handle, 0). pet_kinds is durable, the rest is not. Pets are always on their master's map. What takes or gives back bodies
 * asks for the realm. */
#ifndef ARGENTUM_GAME_PETS_H
#define ARGENTUM_GAME_PETS_H

#include "worker/game/rule.h"

/* How many he has, those that wait outside included. */
unsigned pets_count(const struct player *player);

/* A summoned creature beside the tile; 0 = it could not be (as creature_spawn), or he has three. */
uint32_t pet_summon(struct tx *tx, uint32_t player, unsigned number, struct place at);

/* Spell 46: the farthest tamed pet comes to the tile, free of what held it and after nobody. false: nothing came of it. */
bool pet_call(struct tx *tx, uint32_t player, struct place at);

/* Taming who stands there (16.10). */
void tame_try(struct tx *tx, const struct actor *me, int x, int y);

/* What taming needs with this in his ring slot (F-29): the creature's points, fewer with a druid's flute. */
int taming_needed(int taming_points, unsigned ring);

/* The master attacks or is attacked by a player: attacker_id and target of his pets, which defend (16.8). Nothing that a pet does
 * hurts anybody in a safe place (16.17). */
void pets_turn_on_player(struct tx *tx, uint32_t master, uint32_t enemy);

/* The master is hit by a creature: who of his pets does not fight one yet goes for it, if he may attack it; not so the elementals of
 * fire and earth. */
void pets_turn_on_creature(struct tx *tx, uint32_t master, uint32_t enemy);

/* No enemy any more, back to the master: one of them, all of them, those that are after this one (who is about to die). */
void pet_follows(struct tx *tx, uint32_t pet);
void pets_follow(struct tx *tx, uint32_t master);
void pets_come_back(struct tx *tx, uint32_t master, uint32_t enemy);

/* The master comes into the game or to another map (on it already); is about to leave his map or the game; died. Between
 * pets_depart to another map and pets_arrive, which must follow in the same transaction, his tamed pets stand nowhere. */
void pets_arrive(struct tx *tx, uint32_t master);
void pets_depart(struct tx *tx, uint32_t master, bool out_of_game);
void pets_die(struct tx *tx, uint32_t master);

/* It dies or disappears: its master has one less. */
void pet_lost(struct tx *tx, uint32_t pet);

#endif
