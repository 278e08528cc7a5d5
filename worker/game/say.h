/* say.h - how rules speak: packets, staged in the ring of a domain that the transaction holds.
 *
 *     TELL(tx, who, UPDATE_GOLD, .gold = player->gold);                 to one player
 *     SHOW(tx, map, x, y, OBJECT_DELETE, .x = x, .y = y);               to who sees the tile
 *     SHOW_BUT(tx, who, CHARACTER_MOVE, ...);                           to who sees him, but not to himself
 *     tell_text(tx, who, FONT_INFO, TEXT_NO_ROOM);                      a line for his console, from the text catalog
 *
 * Several packets in one note: struct packet_writer *say = say_begin(tx); PUT(say, ...); PUT(say, ...); say_one(tx, who, 0).
 * A packet that the client's dialect cannot take is left out and counted (packets_unsayable). */
#ifndef ARGENTUM_GAME_SAY_H
#define ARGENTUM_GAME_SAY_H

#include "common/protocol/packets.h"
#include "common/text/texts.h"
#include "common/world/tx.h"

/* An empty message; what was put before and not said is gone. */
struct packet_writer *say_begin(struct tx *tx);

/* Says what was put since say_begin. `flags`: enum note_flag. */
void say_one(struct tx *tx, uint32_t player, unsigned flags);
void say_area(struct tx *tx, uint32_t map, unsigned x, unsigned y, uint32_t but, unsigned flags);
void say_map(struct tx *tx, uint32_t map, unsigned flags);
void say_all(struct tx *tx, unsigned flags);   /* wants the realm */
void say_staff(struct tx *tx, unsigned flags); /* wants the realm */
void say_dead_area(struct tx *tx, uint32_t map, unsigned x, unsigned y, unsigned flags);

/* To who sees the first tile and (SECOND_TOO) or but not (SECOND_NOT) the second. */
void say_area_split(struct tx *tx, uint32_t map, unsigned x, unsigned y, unsigned second_x, unsigned second_y,
					enum note_second second, uint32_t but, unsigned flags);

/* Any note, with what was put since say_begin as its payload. */
void say_note(struct tx *tx, uint32_t domain, const struct note *note);

/* A note for the workers, about one player, in his map's ring. */
void say_control(struct tx *tx, enum note_kind kind, uint32_t player);
void say_toggle(struct tx *tx, uint32_t player, enum client_toggle toggle, bool on);
void say_toggle_all(struct tx *tx, enum client_toggle toggle, bool on); /* wants the realm */

#define TELL(tx, who, NAME, ...)                                                                                       \
	do {                                                                                                               \
		uint32_t told_ = (who);                                                                                        \
		PUT(say_begin(tx), NAME, __VA_ARGS__);                                                                         \
		say_one((tx), told_, NOTE_FLAG_ANSWER);                                                                        \
	} while (0)
#define TELL_MULTI(tx, who, NAME, ...)                                                                                 \
	do {                                                                                                               \
		uint32_t told_ = (who);                                                                                        \
		PUT_MULTI(say_begin(tx), NAME, __VA_ARGS__);                                                                   \
		say_one((tx), told_, NOTE_FLAG_ANSWER);                                                                        \
	} while (0)
#define SHOW(tx, map, x_, y_, NAME, ...)                                                                               \
	do {                                                                                                               \
		PUT(say_begin(tx), NAME, __VA_ARGS__);                                                                         \
		say_area((tx), (map), (x_), (y_), 0, NOTE_FLAG_VIEW);                                                          \
	} while (0)

/* A console line from the text catalog. */
void tell_text(struct tx *tx, uint32_t player, enum font font, enum text_id id, ...);

/* A console line that is Latin-1 already and trusted (from the catalog or the configuration). */
void tell_line(struct tx *tx, uint32_t player, enum font font, struct text line);

/* A sound at a tile, for who sees it. `wave` 0 = silence. */
void show_sound(struct tx *tx, uint32_t map, unsigned x, unsigned y, unsigned wave);

#endif
