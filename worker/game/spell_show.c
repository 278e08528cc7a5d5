/* spell_show.c - how a spell looks, sounds and reads. rules-life-combat-magic.md 15.7. */
#include "worker/game/effects.h"
#include "worker/game/magic_parts.h"
#include "worker/game/presence.h"

const char *body_name(const struct tx *tx, uint32_t index)
{
	if (body_is_player(tx->world, index))
		return tx->world->players[index].name;
	const struct creature_def *creature = catalog_creature(tx->catalog, tx->world->bodies[index].creature);
	return creature != NULL ? catalog_text(tx->catalog, creature->name) : "";
}

void spell_words(struct tx *tx, const struct spell_def *spell, uint32_t speaker)
{
	const struct body *body = &tx->world->bodies[speaker];
	const char *words = catalog_text(tx->catalog, spell->words);
	if (words[0] == '\0' || (body->flags & BODY_ADMIN_INVISIBLE) != 0)
		return;
	PUT(say_begin(tx), CHAT_OVER_HEAD, .text = text_of(words), .char_index = (int16_t)speaker, .r = 0, .g = 255,
		.b = 255);
	say_area(tx, body->map, body->x, body->y, 0, NOTE_FLAG_ANSWER);
}

void spell_show_on(struct tx *tx, const struct spell_def *spell, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	if (spell->effect > 0)
		presence_effect(tx, index, spell->effect, spell->effect_loops);
	show_sound(tx, body->map, body->x, body->y, (unsigned)spell->sound);
}

/* A line made of a spell's text and a name, in either order; nothing for spells that have none. */
static void line_told(struct tx *tx, uint32_t player, enum text_id form, const char *first, const char *second,
					  const char *spell_text)
{
	if (spell_text[0] != '\0')
		tell_text(tx, player, FONT_FIGHT, form, first, second);
}

static void lines_told(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	uint32_t me = cast->me->index;
	const char *own = catalog_text(tx->catalog, cast->spell->own_text);
	const char *of_caster = catalog_text(tx->catalog, cast->spell->caster_text);
	const char *of_target = catalog_text(tx->catalog, cast->spell->target_text);
	if (cast->target == me) {
		if (own[0] != '\0')
			tell_line(tx, me, FONT_FIGHT, text_of(own));
		return;
	}
	line_told(tx, me, TEXT_SPELL_ON, of_caster, body_name(tx, cast->target), of_caster);
	if (body_is_player(tx->world, cast->target))
		line_told(tx, cast->target, TEXT_SPELL_BY, body_name(tx, me), of_target, of_target);
}

void cast_show(const struct cast *cast)
{
	spell_words(cast->tx, cast->spell, cast->me->index);
	effect_reveal(cast->tx, cast->me->index); /* who speaks does not hide; the spell's invisibility stays */
	if (cast->target == 0)
		return;
	spell_show_on(cast->tx, cast->spell, cast->target);
	lines_told(cast);
}
