/* priest.c - priests revive and heal (rules-life-combat-magic.md 14.5). The safe against resurrection is not asked: it is for
 * what players do. */
#include <stdlib.h>

#include "common/catalog/tables.h"
#include "worker/game/death.h"
#include "worker/game/vitals.h"

static bool is_priest(const struct tx *tx, const struct body *body)
{
	const struct creature_def *def = body != NULL ? catalog_creature(tx->catalog, body->creature) : NULL;
	return def != NULL && (def->kind == CREATURE_PRIEST || def->kind == CREATURE_NEWBIE_PRIEST);
}

static bool is_near(const struct tx *tx, const struct actor *me, const struct body *priest)
{
	return priest->map == me->body->map &&
		   abs(priest->x - me->body->x) + abs(priest->y - me->body->y) <= tx->config->rules.priest_distance;
}

/* Why this priest does nothing for him; TEXT_ID_COUNT = he does. */
static enum text_id priest_refusal(const struct tx *tx, const struct actor *me, const struct body *priest)
{
	if (!is_near(tx, me, priest))
		return TEXT_PRIEST_FAR;
	bool newbies_only = catalog_creature(tx->catalog, priest->creature)->kind == CREATURE_NEWBIE_PRIEST;
	return newbies_only && me->player->level > LEVEL_NEWBIE_LAST ? TEXT_PRIEST_NEWBIES : TEXT_ID_COUNT;
}

/* The priest he points at, who is near and does something for him; NULL: he was told why not. */
static const struct body *priest_asked(struct tx *tx, const struct actor *me)
{
	const struct body *priest = handle_body(tx->world, me->player->target.creature);
	enum text_id why = is_priest(tx, priest) ? priest_refusal(tx, me, priest) : TEXT_PRIEST_NONE;
	if (why == TEXT_ID_COUNT)
		return priest;
	tell_text(tx, me->index, FONT_INFO, why);
	return NULL;
}

static void heal(struct tx *tx, const struct actor *me)
{
	vital_set(tx, me->index, VITAL_HP, me->player->hp_max);
	vital_tell(tx, me->index, VITAL_HP);
	tell_text(tx, me->index, FONT_INFO, TEXT_PRIEST_HEALED);
}

static void revive(struct tx *tx, const struct actor *me)
{
	player_revive(tx, me->index);
	tell_text(tx, me->index, FONT_INFO, TEXT_PRIEST_REVIVED);
}

void priest_visit(struct tx *tx, const struct actor *me, uint32_t priest)
{
	const struct body *body = &tx->world->bodies[priest];
	if (!is_priest(tx, body))
		return;
	enum text_id why = priest_refusal(tx, me, body);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	if (me->player->dead)
		revive(tx, me);
	heal(tx, me);
}

enum tx_verdict rule_resucitate(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if (!me->player->dead)
		tell_text(tx, me->index, FONT_INFO, TEXT_NOT_DEAD);
	else if (priest_asked(tx, me) != NULL)
		revive(tx, me);
	return TX_COMMIT;
}

enum tx_verdict rule_heal(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if (priest_asked(tx, me) != NULL)
		heal(tx, me);
	return TX_COMMIT;
}
