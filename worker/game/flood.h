/* flood.h - how many packets of each class a player may send: token buckets, so that nobody floods the others, and nobody
 * with a bad line is punished.
 *
 * rules.def gives each packet its class; settings.def (group flood) each class its price and its burst, and says where the
 * figures come from: above what a hand, a held key or the classic client's macros can do, with room for what a line that
 * stutters holds back for two seconds and delivers at once. What a packet does in the game has intervals of its own (steps:
 * walk.c); this is about packets. Too much is refused and nothing else: the packet is taken and forgotten, and the player
 * is told now and then.
 *
 * The accounts are in struct player, so they stay with the character when he comes back on another connection, and when a
 * worker dies. They are written under the lock of his map. */
#ifndef ARGENTUM_GAME_FLOOD_H
#define ARGENTUM_GAME_FLOOD_H

#include "worker/game/rule.h"

/* CLASS(NAME, name of its settings and of its counter, what he is told) */
#define FLOOD_CLASSES(CLASS)                                                                                           \
	CLASS(MOVE, move, TEXT_TOO_FAST)                                                                                   \
	CLASS(TALK, talk, TEXT_TALK_TOO_FAST)                                                                              \
	CLASS(ACT, act, TEXT_TOO_FAST)                                                                                     \
	CLASS(USE, use, TEXT_TOO_FAST)                                                                                     \
	CLASS(GOODS, goods, TEXT_TOO_FAST)                                                                                 \
	CLASS(CLICK, click, TEXT_TOO_FAST)                                                                                 \
	CLASS(TRADE, trade, TEXT_TOO_FAST)                                                                                 \
	CLASS(ASK, ask, TEXT_TOO_FAST)                                                                                     \
	CLASS(SOCIAL, social, TEXT_TOO_FAST)                                                                               \
	CLASS(COMMAND, command, TEXT_TOO_FAST)                                                                             \
	CLASS(PING, ping, TEXT_TOO_FAST)

enum flood_class {
#define CLASS(NAME, name, text) FLOOD_##NAME,
	FLOOD_CLASSES(CLASS)
#undef CLASS
		FLOOD_CLASS_COUNT
};
_Static_assert((int)FLOOD_CLASS_COUNT <= (int)FLOOD_ROOM, "more room for flood limits is needed");

enum { FLOOD_TELL_MS = 3000 }; /* he is told at most once within this time */

/* Pays for one packet of this class. false: there were too many; he was told so, if it is time. Wants the lock of his map. */
bool flood_pay(struct tx *tx, const struct actor *me, enum flood_class class);

/* Which counter counts its refusals. */
enum counter_id flood_counter(enum flood_class class);

#endif
