/* magic_parts.h - the parts of a player's cast: for magic.c and the spell_ files alone.
 *
 * A cast is judged first (refusals say why to the caster), then shown, then done: what is refused costs nothing and is seen by
 * nobody. Each part returns whether something came of it, which is what is paid for. All of it happens under the lock of the
 * caster's map, where the target stands too. */
#ifndef ARGENTUM_GAME_MAGIC_PARTS_H
#define ARGENTUM_GAME_MAGIC_PARTS_H

#include "worker/game/look.h"
#include "worker/game/rule.h"
#include "worker/game/spell_formulas.h"

/* One spell on its way; lives as long as the rule runs. */
struct cast {
	struct tx *tx;
	const struct actor *me;
	const struct spell_def *spell;
	unsigned number;
	struct spell_caster caster;
	uint32_t target; /* body of a player or a creature; 0 = the ground is meant */
	struct place at; /* the tile that was clicked */
};

/* magic.c: the caster reads why not. Returns false. */
bool cast_refuse(const struct cast *cast, enum text_id why);

/* spell_show.c: words, light, sound and lines of a cast that succeeds (15.7). */
void cast_show(const struct cast *cast);

/* Light and sound of a spell on a body; words over a head, for who sees it. */
void spell_show_on(struct tx *tx, const struct spell_def *spell, uint32_t body);
void spell_words(struct tx *tx, const struct spell_def *spell, uint32_t speaker);

/* The name of a body, Latin-1: the player's own or the catalog's. */
const char *body_name(const struct tx *tx, uint32_t body);

/* spell_points.c */
bool cast_points_on_player(const struct cast *cast);
bool cast_points_on_creature(const struct cast *cast);

/* What helmet and ring take off a spell's damage; rolled in this order (15.5 no. 4). */
int magic_defence_roll(struct tx *tx, const struct player *victim);

/* spell_states.c, spell_creatures.c, spell_ground.c */
bool cast_states_on_player(const struct cast *cast);
bool cast_states_on_creature(const struct cast *cast);
bool cast_revival(const struct cast *cast);
bool cast_on_ground(const struct cast *cast);

/* A ring keeps a state off who wears it: he is told, and the player who cast it (0 = a creature did). */
bool ring_stops(struct tx *tx, uint32_t victim, uint32_t flag, uint32_t caster);

#endif
