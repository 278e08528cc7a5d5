/* spellbook.c - reading and ordering the spells one has learnt. protocol.md 3.2; rules-life-combat-magic.md 15. */
#include "worker/game/rule.h"
#include "worker/game/wire.h"

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
