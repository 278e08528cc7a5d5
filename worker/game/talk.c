/* talk.c - speaking: talk, yell, whisper. rules-economy-social-admin.md 8, protocol.md 4.6. */
#include <stdio.h>

#include "worker/game/commands.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/effects.h"

enum { LINE_LONGEST = 255 };

/* Control bytes would break lists and logs; an overhead text is plain otherwise. */
static struct text speech_clean(struct text text, char *buffer, size_t capacity)
{
	size_t n = 0;
	for (unsigned i = 0; i < text.length && n < capacity && n < LINE_LONGEST; i++) {
		unsigned char c = (unsigned char)text.bytes[i];
		if (c >= 32 && (c < 127 || c > 159))
			buffer[n++] = (char)c;
	}
	return text_trim(text_bytes(buffer, n));
}

static void overhead_put(struct tx *tx, const struct actor *me, struct text text, uint8_t r, uint8_t g, uint8_t b)
{
	PUT(say_begin(tx), CHAT_OVER_HEAD, .text = text, .char_index = (int16_t)me->index, .r = r, .g = g, .b = b);
}

/* What is said as a line for the console: "name> text". */
struct spoken_line {
	char bytes[LINE_LONGEST + NAME_BYTES + 8];
};

static struct text spoken_line(const struct actor *me, struct text text, struct spoken_line *line)
{
	char clean[LINE_LONGEST];
	struct text safe = text_clean_player(text, clean, sizeof clean);
	int n = snprintf(line->bytes, sizeof line->bytes, "%.*s> %.*s", me->player->name_length, me->player->name,
					 safe.length, safe.bytes);
	return text_bytes(line->bytes, n > 0 ? (size_t)n : 0);
}

/* Staff that nobody sees speaks from nowhere: a line in the console of the area. */
static void speak_unseen(struct tx *tx, const struct actor *me, struct text text)
{
	struct spoken_line line;
	PUT(say_begin(tx), CONSOLE_MSG, .text = spoken_line(me, text, &line), .font = FONT_GM);
	say_area(tx, me->body->map, me->body->x, me->body->y, 0, NOTE_FLAG_ANSWER);
}

static enum tx_verdict speak(struct tx *tx, const struct actor *me, struct text said, bool yell)
{
	char buffer[LINE_LONGEST];
	struct text text = speech_clean(said, buffer, sizeof buffer);
	bool staff = (me->player->privileges & PRIVILEGE_STAFF) != 0;
	effect_reveal(tx, me->index);
	if (text.length == 0)
		return TX_COMMIT;
	if (me->player->dead) {
		overhead_put(tx, me, text, 192, 192, 192);
		say_dead_area(tx, me->body->map, me->body->x, me->body->y, NOTE_FLAG_ANSWER);
		return TX_COMMIT;
	}
	if ((me->body->flags & BODY_ADMIN_INVISIBLE) != 0) {
		speak_unseen(tx, me, text);
		return TX_COMMIT;
	}
	if (yell && staff)
		overhead_put(tx, me, text, 255, 130, 15);
	else if (yell)
		overhead_put(tx, me, text, 255, 0, 0);
	else
		overhead_put(tx, me, text, me->player->chat_red, me->player->chat_green, me->player->chat_blue);
	say_area(tx, me->body->map, me->body->x, me->body->y, 0, NOTE_FLAG_ANSWER);
	return TX_COMMIT;
}

enum tx_verdict rule_talk(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	struct text text = text_trim(packet->TALK.text);
	if (text.length > 0 && text.bytes[0] == '/')
		return command_run(tx, me, text);
	return speak(tx, me, packet->TALK.text, false);
}

enum tx_verdict rule_yell(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return speak(tx, me, packet->YELL.text, true);
}

/* --- whispering --------------------------------------------------------------------------------------------------------------- */

/* '+' stands for the blanks of a name (rules-economy-social-admin.md 8.4). */
static struct text name_of(struct text typed, char *buffer, size_t capacity)
{
	size_t n = typed.length < capacity ? typed.length : capacity;
	for (size_t i = 0; i < n; i++)
		buffer[i] = typed.bytes[i] == '+' ? ' ' : typed.bytes[i];
	return text_trim(text_bytes(buffer, n));
}

/* TEXT_ID_COUNT = he may. */
static enum text_id whisper_refusal(const struct tx *tx, const struct actor *me, uint32_t other)
{
	const struct player *target = &tx->world->players[other];
	const struct body *body = &tx->world->bodies[other];
	bool above = (me->player->privileges & (PRIVILEGE_GOD | PRIVILEGE_ADMIN)) != 0;
	if (other == 0 || target->state != PLAYER_PLAYING)
		return TEXT_WHISPER_NOBODY;
	if ((target->privileges & PRIVILEGE_STAFF) != 0 && (me->player->privileges & PRIVILEGE_STAFF) == 0)
		return TEXT_WHISPER_STAFF;
	if (!above && (body->map != me->body->map || !tile_in_sight(me->body, body->x, body->y)))
		return TEXT_WHISPER_FAR;
	return TEXT_ID_COUNT;
}

enum tx_verdict rule_whisper(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	char buffer[LINE_LONGEST], name[NAME_BYTES];
	struct text text = speech_clean(packet->WHISPER.text, buffer, sizeof buffer);
	if (me->player->dead) {
		tell_text(tx, me->index, FONT_INFO, TEXT_WHISPER_DEAD);
		return TX_COMMIT;
	}
	struct text to = name_of(packet->WHISPER.target_name, name, sizeof name);
	uint32_t other = realm_find(tx->world, to);
	enum text_id why = whisper_refusal(tx, me, other);
	if (why != TEXT_ID_COUNT) {
		tell_text(tx, me->index, FONT_INFO, why);
		return TX_COMMIT;
	}
	if (text.length == 0)
		return TX_COMMIT;
	bool near = tx->world->bodies[other].map == me->body->map;
	if (near && (me->body->flags & BODY_ADMIN_INVISIBLE) == 0) {
		overhead_put(tx, me, text, 0, 0, 255);
		say_one(tx, me->index, NOTE_FLAG_ANSWER);
		if (other != me->index) {
			overhead_put(tx, me, text, 0, 0, 255);
			say_one(tx, other, NOTE_FLAG_ANSWER);
		}
		return TX_COMMIT;
	}
	/* From afar or unseen: lines in both consoles. */
	struct spoken_line line;
	struct text shown = spoken_line(me, text, &line);
	tell_line(tx, me->index, FONT_GM_MSG, shown);
	tell_line(tx, other, FONT_GM_MSG, shown);
	return TX_COMMIT;
}
