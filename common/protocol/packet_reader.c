#include "common/protocol/packet_reader.h"

#include <string.h>

#include "common/protocol/packet_layout.h"

/* Where reading stands. `needed` is how long the packet is at least, as far as it is known: the id bytes, the smallest
 * size of every field, and the bytes of each text met so far. It never exceeds `length` or `limit` while fields are
 * read, and what is still to be read of fixed size is always part of it; so only a text or a list has to ask. */
struct lens {
	const uint8_t *at;
	size_t needed;
	size_t length;
	size_t limit;
	enum dialect dialect;
	bool from_client; /* a negative length is an error; what servers send is read as clients do, as 0 */
	bool odd_bool;
};

static enum packet_status lens_need(struct lens *lens, size_t more)
{
	lens->needed += more;
	if (lens->needed > lens->limit)
		return PACKET_TOO_LONG;
	return lens->needed > lens->length ? PACKET_INCOMPLETE : PACKET_OK;
}

static uint8_t read_u8(struct lens *lens)
{
	return *lens->at++;
}

static int16_t read_i16(struct lens *lens)
{
	uint16_t value = (uint16_t)(lens->at[0] | lens->at[1] << 8);
	lens->at += 2;
	return (int16_t)value;
}

static uint32_t read_u32(struct lens *lens)
{
	uint32_t value =
		(uint32_t)lens->at[0] | (uint32_t)lens->at[1] << 8 | (uint32_t)lens->at[2] << 16 | (uint32_t)lens->at[3] << 24;
	lens->at += 4;
	return value;
}

static float read_f32(struct lens *lens)
{
	uint32_t bits = read_u32(lens);
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static bool read_bool(struct lens *lens)
{
	uint8_t byte = read_u8(lens);
	if (byte > 1)
		lens->odd_bool = true;
	return byte != 0;
}

static enum packet_status read_text(struct lens *lens, struct text *text)
{
	int16_t length = read_i16(lens);
	if (length < 0) {
		if (lens->from_client)
			return PACKET_BAD_LENGTH;
		length = 0;
	}
	enum packet_status status = lens_need(lens, (size_t)length);
	if (status != PACKET_OK)
		return status;
	*text = text_bytes((const char *)lens->at, (size_t)length);
	lens->at += length;
	return PACKET_OK;
}

/* One str16 of a classic client, taken apart at its NUL bytes. Lines beyond the array are dropped, missing ones empty. */
static enum packet_status read_joined(struct lens *lens, const struct packet_field *field, struct text *texts)
{
	struct text rest;
	enum packet_status status = read_text(lens, &rest);
	if (status != PACKET_OK)
		return status;
	for (unsigned i = 0; i < field->count; i++) {
		if (!text_list_next(&rest, &texts[i]))
			texts[i] = (struct text){NULL, 0};
	}
	return PACKET_OK;
}

static enum packet_status read_address(struct lens *lens, struct packet_address *address, bool by_ip)
{
	memset(address, 0, sizeof *address);
	if (!by_ip)
		return read_text(lens, &address->text);
	enum packet_status status = lens_need(lens, 2); /* an empty text's two bytes are counted */
	if (status != PACKET_OK)
		return status;
	memcpy(address->ip, lens->at, 4);
	lens->at += 4;
	return PACKET_OK;
}

static enum packet_status read_fields(struct lens *lens, const struct packet_layout *layout, void *values);

/* Walks over the records to find where they end, and leaves them where they are. */
static enum packet_status read_records(struct lens *lens, const struct packet_field *field,
									   struct packet_records *records, int32_t count)
{
	const struct packet_layout *layout = record_layout((enum record_id)field->record);
	*records = (struct packet_records){.wire = lens->at};
	if (count <= 0)
		return count < 0 && lens->from_client ? PACKET_BAD_LENGTH : PACKET_OK;

	enum packet_status status = lens_need(lens, (size_t)count * layout->min_size[lens->dialect]);
	for (int32_t i = 0; i < count && status == PACKET_OK; i++) {
		union any_record record;
		status = read_fields(lens, layout, &record);
	}
	records->wire_size = (size_t)(lens->at - records->wire);
	return status;
}

/* Element `i` of a field; plain fields have one. */
static enum packet_status read_element(struct lens *lens, const struct packet_field *field, void *member, unsigned i)
{
	switch ((enum field_type)field->type) {
	case FIELD_U8:
		((int32_t *)member)[i] = read_u8(lens);
		return PACKET_OK;
	case FIELD_BOOL:
		((bool *)member)[i] = read_bool(lens);
		return PACKET_OK;
	case FIELD_I16:
		((int32_t *)member)[i] = read_i16(lens);
		return PACKET_OK;
	case FIELD_I32:
		((int64_t *)member)[i] = (int32_t)read_u32(lens);
		return PACKET_OK;
	case FIELD_F32:
		((float *)member)[i] = read_f32(lens);
		return PACKET_OK;
	case FIELD_STR:
	case FIELD_LIST:
		return read_text(lens, &((struct text *)member)[i]);
	case FIELD_RECORD_ARRAY: {
		const struct packet_layout *layout = record_layout((enum record_id)field->record);
		return read_fields(lens, layout, (uint8_t *)member + (size_t)i * layout->struct_size);
	}
	case FIELD_RECORDS:
	case FIELD_IP_OR_STR:
	case FIELD_BY:
		break;
	}
	return PACKET_UNKNOWN_ID;
}

static enum packet_status read_special(struct lens *lens, const struct packet_field *field, uint8_t *values)
{
	void *member = values + field->offset;
	const void *governor = values + field->governor;
	if (field->type == FIELD_RECORDS)
		return read_records(lens, field, member, *(const int32_t *)governor);
	if (field->type == FIELD_IP_OR_STR)
		return read_address(lens, member, *(const bool *)governor);
	if (lens->dialect == DIALECT_CLASSIC && (field->marks & FIELD_JOINED))
		return read_joined(lens, field, member);
	if (lens->dialect == DIALECT_CLASSIC && (field->marks & FIELD_GODOT_ONLY)) {
		*(int32_t *)member = 0;
		return PACKET_OK;
	}
	enum packet_status status = PACKET_OK;
	for (unsigned i = 0; i < field->count && status == PACKET_OK; i++)
		status = read_element(lens, field, member, i);
	return status;
}

static enum packet_status read_fields(struct lens *lens, const struct packet_layout *layout, void *values)
{
	uint8_t *base = values;
	enum packet_status status = PACKET_OK;
	for (unsigned i = 0; i < layout->field_count && status == PACKET_OK; i++) {
		const struct packet_field *field = &layout->fields[i];
		status = field->plain ? read_element(lens, field, base + field->offset, 0) : read_special(lens, field, base);
	}
	return status;
}

/* A packet read so far: which row it is, and how long it was. */
struct reading {
	unsigned id, sub;
	size_t used;
	bool odd_bool;
};

/* Reads one packet of `table`; where its rest belongs to `sub_table`, on along that one's row. */
static enum packet_status read_packet(enum packet_table table, enum packet_table sub_table, enum dialect dialect,
									  const uint8_t *data, size_t length, size_t limit, void *values,
									  struct reading *reading)
{
	struct lens lens = {
		.at = data, .length = length, .limit = limit, .dialect = dialect, .from_client = table == TABLE_C2S};
	enum packet_status status = lens_need(&lens, 1);
	if (status != PACKET_OK)
		return status;
	reading->id = read_u8(&lens);
	reading->sub = 0;
	unsigned by_table_id = table == TABLE_C2S ? (unsigned)C2S_GM_COMMANDS : (unsigned)S2C_MULTI_MESSAGE;
	const struct packet_layout *layout = packet_layout(table, reading->id);

	if (reading->id == by_table_id) {
		status = lens_need(&lens, 1);
		if (status != PACKET_OK)
			return status;
		reading->sub = read_u8(&lens);
		layout = packet_layout(sub_table, reading->sub);
	}
	if (!layout || (table == TABLE_S2C && dialect == DIALECT_GODOT && !layout->godot))
		return PACKET_UNKNOWN_ID;

	status = lens_need(&lens, layout->min_size[dialect]);
	if (status == PACKET_OK)
		status = read_fields(&lens, layout, values);
	reading->used = (size_t)(lens.at - data);
	reading->odd_bool = lens.odd_bool;
	return status;
}

enum packet_status c2s_read(enum dialect dialect, const uint8_t *data, size_t length, size_t limit, size_t *used,
							struct c2s_packet *packet)
{
	struct reading reading;
	*used = 0;
	enum packet_status status =
		read_packet(TABLE_C2S, TABLE_GM, dialect, data, length, limit, &packet->first, &reading);
	if (status != PACKET_OK)
		return status;
	packet->id = (uint8_t)reading.id;
	packet->sub = (uint8_t)reading.sub;
	packet->odd_bool = reading.odd_bool;
	*used = reading.used;
	return PACKET_OK;
}

enum packet_status s2c_read(enum dialect dialect, const uint8_t *data, size_t length, size_t limit, size_t *used,
							struct s2c_packet *packet)
{
	struct reading reading;
	*used = 0;
	enum packet_status status =
		read_packet(TABLE_S2C, TABLE_MULTI, dialect, data, length, limit, &packet->first, &reading);
	if (status != PACKET_OK)
		return status;
	packet->id = (uint8_t)reading.id;
	packet->sub = (uint8_t)reading.sub;
	packet->odd_bool = reading.odd_bool;
	*used = reading.used;
	return PACKET_OK;
}

size_t s2c_packet_size(enum dialect dialect, const uint8_t *packets, size_t length)
{
	if (length == 0)
		return 0;
	const struct packet_layout *layout = packet_layout(TABLE_S2C, packets[0]);
	bool read_by_client = layout && (layout->godot || dialect != DIALECT_GODOT);
	if (read_by_client && !layout->varies) {
		size_t size = packet_head_size(TABLE_S2C) + (size_t)layout->min_size[dialect];
		return size <= length ? size : 0;
	}
	struct s2c_packet packet;
	size_t used;
	return s2c_read(dialect, packets, length, SIZE_MAX, &used, &packet) == PACKET_OK ? used : 0;
}

size_t s2c_whole_prefix(enum dialect dialect, const uint8_t *packets, size_t length, size_t max)
{
	size_t whole = 0;
	if (max > length)
		max = length;
	while (whole < max) {
		size_t size = s2c_packet_size(dialect, packets + whole, max - whole);
		if (size == 0)
			break;
		whole += size;
	}
	return whole;
}

bool packet_record_next(enum record_id record, const uint8_t **wire, size_t *size, void *fields)
{
	const struct packet_layout *layout = record_layout(record);
	struct lens lens = {.at = *wire, .length = *size, .limit = SIZE_MAX};
	if (*size == 0 || lens_need(&lens, layout->min_size[lens.dialect]) != PACKET_OK ||
		read_fields(&lens, layout, fields) != PACKET_OK)
		return false;
	*size -= (size_t)(lens.at - *wire);
	*wire = lens.at;
	return true;
}

const char *packet_status_name(enum packet_status status)
{
	static const char *const names[] = {[PACKET_OK] = "ok",
										[PACKET_INCOMPLETE] = "incomplete",
										[PACKET_UNKNOWN_ID] = "unknown id",
										[PACKET_BAD_LENGTH] = "bad length",
										[PACKET_TOO_LONG] = "too long"};
	return names[status];
}
