/* spellbook.c - learning spells from scrolls, reading and ordering those one has learnt. protocol.md 3.2;
 * rules-life-combat-magic.md 15.1; rules-economy-social-admin.md 3.4. */
#include "worker/game/magic.h"
#include "worker/game/move.h"
#include "worker/game/vitals.h"
#include "worker/game/wire.h"

/* The first slot, from 1, with this spell (0 = an empty one); 0 = there is none. */
static unsigned slot_with(const struct player *player, unsigned spell)
{
	for (unsigned slot = 1; slot <= SPELL_SLOTS; slot++) {
		if (player->spells[slot - 1] == spell)
			return slot;
	}
	return 0;
}

/* TEXT_ID_COUNT = he learns. */
static enum text_id scroll_refusal(const struct tx *tx, const struct player *player, unsigned spell)
{
	if (player->mana_max <= 0)
		return TEXT_SCROLL_NO_MANA;
	if (player_starves(player))
		return TEXT_SCROLL_STARVING;
	if (catalog_spell(tx->catalog, spell) == NULL)
		return TEXT_SCROLL_BLANK;
	if (slot_with(player, spell) != 0)
		return TEXT_SCROLL_KNOWN;
	return slot_with(player, 0) == 0 ? TEXT_SCROLL_FULL : TEXT_ID_COUNT;
}

void scroll_read(struct tx *tx, const struct actor *me, unsigned slot, const struct item_def *scroll)
{
	enum text_id why = scroll_refusal(tx, me->player, scroll->spell);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return;
	}
	if (item_burn(tx, in_slot(me->index, slot), 1) != MOVE_DONE)
		return;
	unsigned free_slot = slot_with(me->player, 0);
	SET(tx, me->player->spells[free_slot - 1], scroll->spell);
	player_changed(tx, me->player);
	wire_spell_slot(tx, say_begin(tx), me->index, free_slot);
	say_one(tx, me->index, NOTE_FLAG_ANSWER);
}

enum tx_verdict rule_spell_info(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = packet->SPELL_INFO.slot;
	const struct spell_def *spell =
		slot >= 1 && slot <= SPELL_SLOTS ? catalog_spell(tx->catalog, me->player->spells[slot - 1]) : NULL;
	if (spell == NULL) {
		tell_text(tx, me->index, FONT_INFO, TEXT_SPELL_NONE);
		return TX_COMMIT;
	}
	tell_text(tx, me->index, FONT_INFO, TEXT_SPELL_TITLE, catalog_text(tx->catalog, spell->name));
	tell_text(tx, me->index, FONT_INFO, TEXT_SPELL_DESCRIPTION, catalog_text(tx->catalog, spell->description));
	tell_text(tx, me->index, FONT_INFO, TEXT_SPELL_NEEDS, spell->skill_needed, spell->mana, spell->stamina);
	return TX_COMMIT;
}

enum tx_verdict rule_move_spell(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned slot = packet->MOVE_SPELL.slot;
	if (slot < 1 || slot > SPELL_SLOTS)
		return TX_COMMIT; /* the client sends 0 when nothing is selected */
	unsigned other = packet->MOVE_SPELL.upwards ? slot - 1 : slot + 1;
	if (other < 1 || other > SPELL_SLOTS) {
		tell_text(tx, me->index, FONT_INFO, TEXT_SPELL_MOVE_NOT);
		return TX_COMMIT;
	}
	uint16_t spell = me->player->spells[slot - 1];
	SET(tx, me->player->spells[slot - 1], me->player->spells[other - 1]);
	SET(tx, me->player->spells[other - 1], spell);
	player_changed(tx, me->player);
	struct packet_writer *say = say_begin(tx);
	wire_spell_slot(tx, say, me->index, slot);
	wire_spell_slot(tx, say, me->index, other);
	say_one(tx, me->index, NOTE_FLAG_ANSWER);
	return TX_COMMIT;
}
