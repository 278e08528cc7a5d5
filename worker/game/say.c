#include "worker/game/say.h"

#include <assert.h>

/* The writer lives at the front of the transaction's scratch, the packets behind it. */
enum { SCRATCH_PACKETS = 256, MESSAGE_BYTES = RING_ENTRY_MAX - (int)sizeof(struct note) };
_Static_assert(sizeof(struct packet_writer) <= SCRATCH_PACKETS, "the writer fits its place");
_Static_assert(SCRATCH_PACKETS + MESSAGE_BYTES <= (int)sizeof(((struct tx *)0)->scratch), "so do the packets");

static struct packet_writer *writer_of(struct tx *tx)
{
	return (struct packet_writer *)(void *)tx->scratch;
}

struct packet_writer *say_begin(struct tx *tx)
{
	struct packet_writer *writer = writer_of(tx);
	packet_writer_start(writer, tx->scratch + SCRATCH_PACKETS, MESSAGE_BYTES, tx->dialect);
	return writer;
}

static uint64_t say(struct tx *tx, uint32_t domain, const struct note *note)
{
	struct packet_writer *writer = writer_of(tx);
	if (writer->failed)
		count_add(tx->world, COUNT_packets_unsayable, 1);
	if (writer->length == 0)
		return 0;
	return tx_append(tx, domain, note, writer->data, writer->length);
}

void say_one(struct tx *tx, uint32_t player, unsigned flags)
{
	uint32_t map = tx->world->bodies[player].map;
	uint32_t domain = map != 0 && tx_holds(tx, map) ? map : tx->world->realm_domain;
	say(tx, domain, &(struct note){.kind = NOTE_ONE, .subject = player, .flags = (uint8_t)flags});
}

void say_area(struct tx *tx, uint32_t map, unsigned x, unsigned y, uint32_t but, unsigned flags)
{
	say(tx, map,
		&(struct note){.kind = NOTE_AREA, .x = (uint8_t)x, .y = (uint8_t)y, .but = but, .flags = (uint8_t)flags});
}

void say_area_split(struct tx *tx, uint32_t map, unsigned x, unsigned y, unsigned second_x, unsigned second_y,
					enum note_second second, uint32_t but, unsigned flags)
{
	say(tx, map,
		&(struct note){.kind = NOTE_AREA,
					   .x = (uint8_t)x,
					   .y = (uint8_t)y,
					   .second_x = (uint8_t)second_x,
					   .second_y = (uint8_t)second_y,
					   .second = (uint8_t)second,
					   .but = but,
					   .flags = (uint8_t)flags});
}

void say_dead_area(struct tx *tx, uint32_t map, unsigned x, unsigned y, unsigned flags)
{
	say(tx, map, &(struct note){.kind = NOTE_DEAD_AREA, .x = (uint8_t)x, .y = (uint8_t)y, .flags = (uint8_t)flags});
}

void say_map(struct tx *tx, uint32_t map, unsigned flags)
{
	say(tx, map, &(struct note){.kind = NOTE_MAP, .flags = (uint8_t)flags});
}

void say_all(struct tx *tx, unsigned flags)
{
	say(tx, tx->world->realm_domain, &(struct note){.kind = NOTE_ALL, .flags = (uint8_t)flags});
}

void say_staff(struct tx *tx, unsigned flags)
{
	say(tx, tx->world->realm_domain, &(struct note){.kind = NOTE_STAFF, .flags = (uint8_t)flags});
}

void say_note(struct tx *tx, uint32_t domain, const struct note *note)
{
	struct packet_writer *writer = writer_of(tx);
	tx_append(tx, domain, note, writer->data, writer->length);
}

void say_control(struct tx *tx, enum note_kind kind, uint32_t player)
{
	const struct body *body = &tx->world->bodies[player];
	assert(kind >= NOTE_CONTROL && body->map != 0);
	tx_append(tx, body->map, &(struct note){.kind = (uint16_t)kind, .subject = player, .x = body->x, .y = body->y}, "",
			  0);
}

void say_toggle(struct tx *tx, uint32_t player, enum client_toggle toggle, bool on)
{
	tx_append(tx, tx->world->bodies[player].map,
			  &(struct note){.kind = NOTE_TOGGLE, .subject = player, .object = (uint16_t)toggle, .x = on}, "", 0);
}

void say_toggle_all(struct tx *tx, enum client_toggle toggle, bool on)
{
	tx_append(tx, tx->world->realm_domain, &(struct note){.kind = NOTE_TOGGLE, .object = (uint16_t)toggle, .x = on}, "",
			  0);
}

void tell_line(struct tx *tx, uint32_t player, enum font font, struct text line)
{
	TELL(tx, player, CONSOLE_MSG, .text = line, .font = (uint8_t)font);
}

void tell_text(struct tx *tx, uint32_t player, enum font font, enum text_id id, ...)
{
	char buffer[512];
	va_list args;
	va_start(args, id);
	struct text line = text_format_list(buffer, sizeof buffer, id, args);
	va_end(args);
	tell_line(tx, player, font, line);
}

void show_sound(struct tx *tx, uint32_t map, unsigned x, unsigned y, unsigned wave)
{
	if (wave == 0 || wave > 255)
		return;
	PUT(say_begin(tx), PLAY_WAVE, .wave = (uint8_t)wave, .x = (uint8_t)x, .y = (uint8_t)y);
	say_area(tx, map, x, y, 0, 0);
}
