/* magic.c - casting a spell: choosing it, what it needs, whom it is for, what it costs (rules-life-combat-magic.md 15.1 to
 * 15.3). What spells do is in the spell_ files. */
#include "worker/game/magic.h"

#include "worker/game/experience.h"
#include "worker/game/gates.h"
#include "worker/game/magic_parts.h"
#include "worker/game/pets.h"
#include "worker/game/sight.h"
#include "worker/game/tile.h"
#include "worker/game/vitals.h"

/* --- choosing ----------------------------------------------------------------------------------------------------------- */

/* Nothing is cast yet: that is the click that follows. A slot that is none, or holds what this world does not have, is empty. */
enum tx_verdict rule_cast_spell(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = packet->CAST_SPELL.slot;
	uint16_t spell = slot >= 1 && slot <= SPELL_SLOTS ? me->player->spells[slot - 1] : 0;
	SET(tx, me->player->spell, catalog_spell(tx->catalog, spell) != NULL ? spell : 0);
	SET(tx, me->player->protected_until_ms, 0);
	return TX_COMMIT;
}

/* A client says that it repeats spells by itself. The gates hold for it as for everybody. Once is enough for the log, which he
 * could fill otherwise. */
enum tx_verdict rule_use_spell_macro(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	if (me->player->macro_logged)
		return TX_COMMIT;
	SET(tx, me->player->macro_logged, 1);
	tx_log(tx, LOG_LEVEL_NOTICE, "%s says that a macro casts its spells", me->player->name);
	return TX_COMMIT;
}

/* --- what it needs (15.3) --------------------------------------------------------------------------------------------------- */

bool cast_refuse(const struct cast *cast, enum text_id why)
{
	tell_text(cast->tx, cast->me->index, FONT_INFO, why);
	return false;
}

/* TEXT_ID_COUNT = the staff will do, or none is needed. */
static enum text_id staff_refusal(const struct cast *cast)
{
	if (cast->spell->staff_needed <= 0 || cast->caster.class_id != CLASS_MAGE)
		return TEXT_ID_COUNT;
	if (cast->caster.weapon == NULL)
		return TEXT_SPELL_STAFF_NONE;
	return cast->caster.weapon->staff_power < cast->spell->staff_needed ? TEXT_SPELL_STAFF_WEAK : TEXT_ID_COUNT;
}

static enum text_id cast_refusal(const struct cast *cast)
{
	const struct player *player = cast->me->player;
	const struct spell_def *spell = cast->spell;
	enum text_id staff = staff_refusal(cast);
	if (staff != TEXT_ID_COUNT)
		return staff;
	if (player->skills[SKILL_MAGIC - 1] < spell->skill_needed)
		return TEXT_SPELL_SKILL;
	if (player->stamina < spell->stamina)
		return TEXT_SPELL_TIRED;
	if ((spell->flags & SPELL_CALLS_PETS) != 0) { /* asked of every class (15.3) */
		if (player->mana < player->mana_max)
			return TEXT_SPELL_MANA_FULL;
		if (pets_count(player) == 0)
			return TEXT_SPELL_PET_NONE;
	}
	return player->mana < spell_mana_cost(spell, cast->number, &cast->caster) ? TEXT_SPELL_MANA : TEXT_ID_COUNT;
}

/* --- whom it is for (15.4) -------------------------------------------------------------------------------------------------- */

static enum text_id target_refusal(const struct cast *cast)
{
	const struct body *body = &cast->tx->world->bodies[cast->target];
	switch (cast->spell->target) {
	case TARGET_GROUND:
		return TEXT_ID_COUNT;
	case TARGET_NOBODY:
		return TEXT_SPELL_NO_TARGET;
	case TARGET_PLAYERS:
		if (cast->target == 0 || body->kind != BODY_PLAYER)
			return TEXT_SPELL_FOR_PLAYERS;
		break;
	case TARGET_CREATURES:
		if (cast->target == 0 || body->kind != BODY_CREATURE)
			return TEXT_SPELL_FOR_CREATURES;
		break;
	default:
		if (cast->target == 0)
			return TEXT_SPELL_NO_TARGET;
		break;
	}
	/* Who was clicked on the head stands a tile further south than the click. */
	return tile_in_sight(cast->me->body, body->x, body->y) ? TEXT_ID_COUNT : TEXT_TOO_FAR;
}

static bool cast_on_player(const struct cast *cast)
{
	switch (cast->spell->kind) {
	case SPELL_SHOW:
		cast_show(cast);
		return true;
	case SPELL_CHANGES_POINTS:
		return cast_points_on_player(cast);
	case SPELL_CHANGES_STATES:
		return (cast->spell->flags & SPELL_RESURRECTS) != 0 ? cast_revival(cast) : cast_states_on_player(cast);
	default:
		return false;
	}
}

/* The druid who was taken for a creature is so no longer, unless it is by this very spell (15.11). */
static void disguise_ends(const struct cast *cast)
{
	if (cast->me->player->ignored && (cast->spell->flags & SPELL_MIMICS) == 0)
		SET(cast->tx, cast->me->player->ignored, 0);
}

static bool cast_on_creature(const struct cast *cast)
{
	bool done = false;
	switch (cast->spell->kind) {
	case SPELL_SHOW:
		cast_show(cast);
		done = true;
		break;
	case SPELL_CHANGES_POINTS:
		done = cast_points_on_creature(cast);
		break;
	case SPELL_CHANGES_STATES:
		done = cast_states_on_creature(cast);
		break;
	default:
		break;
	}
	if (done)
		disguise_ends(cast);
	return done;
}

static bool cast_on_target(const struct cast *cast)
{
	enum text_id why = target_refusal(cast);
	if (why != TEXT_ID_COUNT)
		return cast_refuse(cast, why);
	if (cast->spell->target == TARGET_GROUND)
		return cast_on_ground(cast);
	return cast->tx->world->bodies[cast->target].kind == BODY_PLAYER ? cast_on_player(cast) : cast_on_creature(cast);
}

/* --- the sequence (15.2) ------------------------------------------------------------------------------------------------------ */

static void cast_pay(const struct cast *cast)
{
	struct tx *tx = cast->tx;
	const struct actor *me = cast->me;
	int mana = (cast->spell->flags & SPELL_CALLS_PETS) != 0 ? me->player->mana
															: spell_mana_cost(cast->spell, cast->number, &cast->caster);
	skill_train(tx, me->index, SKILL_MAGIC, true);
	vital_add(tx, me->index, VITAL_MANA, -mana);
	vital_add(tx, me->index, VITAL_STAMINA, -cast->spell->stamina);
	stats_tell(tx, me->index);
	if (cast->target != me->index && body_is_player(tx->world, cast->target))
		stats_tell(tx, cast->target);
	TOUCH(tx, me->player->target);
	me->player->target.user = me->player->target.creature = (struct handle){0};
}

static struct spell_caster caster_of(const struct tx *tx, const struct player *player)
{
	return (struct spell_caster){.class_id = player->class_id,
								 .level = player->level,
								 .weapon = player_worn_item(tx, player, EQUIP_WEAPON),
								 .ring = player_worn_number(player, EQUIP_RING)};
}

void magic_cast(struct tx *tx, const struct actor *me, int x, int y)
{
	const struct map_def *map = catalog_map(tx->catalog, me->body->map);
	if (map == NULL)
		return;
	if ((map->flags & MAP_NO_MAGIC) != 0) {
		tell_text(tx, me->index, FONT_FIGHT, TEXT_SPELL_NOT_HERE);
		return;
	}
	struct target target = sight_target(tx, me->body, x, y);
	SET(tx, me->player->target, target);
	if (!gate_cast(tx, me->index))
		return;
	SET(tx, me->player->protected_until_ms, 0); /* he may have chosen it before he arrived (11.4) */
	struct cast cast = {.tx = tx,
						.me = me,
						.number = me->player->spell,
						.spell = catalog_spell(tx->catalog, me->player->spell),
						.caster = caster_of(tx, me->player),
						.target = target.creature.index != 0 ? target.creature.index : target.user.index,
						.at = {.map = me->body->map, .x = (uint8_t)x, .y = (uint8_t)y}};
	SET(tx, me->player->spell, 0); /* each cast is chosen anew, whatever comes of it */
	if (cast.spell == NULL) {
		cast_refuse(&cast, TEXT_SPELL_CHOOSE);
		return;
	}
	if (cast.spell->target == TARGET_GROUND)
		cast.target = 0; /* whoever stands there is not meant */
	enum text_id why = cast_refusal(&cast);
	if (why != TEXT_ID_COUNT)
		cast_refuse(&cast, why);
	else if (cast_on_target(&cast))
		cast_pay(&cast);
}
