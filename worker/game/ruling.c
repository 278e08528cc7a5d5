#include "worker/game/ruling.h"

static const struct ruling rulings[C2S_COUNT] = {
#define RULE(PACKET, function, class, needs) [C2S_##PACKET] = {rule_##function, (needs), FLOOD_##class},
#include "worker/rules.def"
#undef RULE
};

const struct ruling *ruling_of(unsigned packet_id)
{
	return packet_id < C2S_COUNT && rulings[packet_id].fn != NULL ? &rulings[packet_id] : NULL;
}

/* Says why not, or that all is well. */
static bool needs_are_met(struct tx *tx, const struct actor *me, unsigned needs)
{
	if ((needs & NEED_STAFF) != 0 && (me->player->privileges & PRIVILEGE_STAFF) == 0)
		return false;
	if ((needs & NEED_ALIVE) != 0 && me->player->dead) {
		if (message_is_new(tx, me->player, TEXT_DEAD_CANNOT))
			tell_text(tx, me->index, FONT_INFO, TEXT_DEAD_CANNOT);
		return false;
	}
	if ((needs & NEED_NOT_TRADING) != 0 && me->player->trading != 0) {
		if (message_is_new(tx, me->player, TEXT_NOT_NOW_TRADING))
			tell_text(tx, me->index, FONT_INFO, TEXT_NOT_NOW_TRADING);
		return false;
	}
	return true;
}

enum tx_verdict ruling_apply(struct tx *tx, const struct ruling *ruling, const struct actor *me,
							 const struct c2s_packet *packet)
{
	if ((ruling->needs & NEED_REALM) != 0 && !tx_need(tx, tx->world->realm_domain))
		return TX_AGAIN;
	return needs_are_met(tx, me, ruling->needs) ? ruling->fn(tx, me, packet) : TX_COMMIT;
}

enum tx_verdict ruling_run(struct tx *tx, const struct ruling *ruling, struct connection *c,
						   const struct c2s_packet *packet, size_t used, bool *flooded)
{
	struct player *player = handle_player(tx->world, c->player);
	*flooded = false;
	if (player == NULL)
		return TX_CANCEL; /* a note of the realm is on its way that closes this connection */
	struct actor me = {
		.index = c->player.index, .player = player, .body = &tx->world->bodies[c->player.index], .connection = c};
	if (me.body->map == 0)
		return TX_CANCEL;
	if (!tx_need(tx, me.body->map))
		return TX_AGAIN;
	if (me.body->map == 0 || !tx_holds(tx, me.body->map) || player->generation != c->player.generation ||
		handle_connection(tx->world, player->connection) != c)
		return me.body->map != 0 && !tx_need(tx, me.body->map) ? TX_AGAIN : TX_CANCEL;

	SET(tx, c->input.start, c->input.start + (uint32_t)used);
	SET(tx, c->consumed, c->consumed + used);
	if ((ruling->needs & NEED_IDLE_OK) == 0)
		SET(tx, player->last_active_ms, tx->now_ms);
	if (!flood_pay(tx, &me, ruling->flood)) {
		*flooded = true;
		return TX_COMMIT;
	}
	return ruling_apply(tx, ruling, &me, packet);
}

enum tx_verdict rule_not_yet(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	tell_text(tx, me->index, FONT_INFO, TEXT_NOT_YET);
	return TX_COMMIT;
}
