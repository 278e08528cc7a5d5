#include "tests/harness/packet_values.h"

#include <string.h>

#include "tests/harness/scenario.h"

const char *const packet_profile_names[PACKET_PROFILES] = {"sensible", "zero", "one", "highest", "lowest", "odd"};

static int64_t number_for(enum packet_profile profile, const char *field, int64_t low, int64_t high, int64_t sensible)
{
	switch (profile) {
	case ZERO:
		return 0;
	case ONE:
		return 1;
	case HIGHEST:
		return high;
	case LOWEST:
		return low;
	case ODD:
		return high / 3 + 1;
	default:
		return strcmp(field, "heading") == 0 ? HEADING_WEST : strcmp(field, "map") == 0 ? 1 : sensible;
	}
}

static struct text text_for(enum packet_profile profile, const char *field)
{
	static char letters[256], bytes[256]; /* the same for all */
	for (int i = 0; i < 256; i++) {
		letters[i] = (char)('a' + i % 26);
		bytes[i] = (char)i;
	}
	switch (profile) {
	case ZERO:
		return TEXT("");
	case ONE:
		return TEXT("x");
	case HIGHEST:
		return text_bytes(letters, 250);
	case LOWEST:
		return TEXT(" ");
	case ODD:
		return text_bytes(bytes, 256); /* NUL, line feeds, brackets, everything */
	default:
		return strstr(field, "name") != NULL || strstr(field, "nick") != NULL ? TEXT("Vecina") : TEXT("hola a todos");
	}
}

static void element_fill(uint8_t *member, const struct packet_field *field, unsigned i, enum packet_profile profile)
{
	switch ((enum field_type)field->type) {
	case FIELD_U8:
		((int32_t *)(void *)member)[i] = (int32_t)number_for(profile, field->name, 0, 255, 3);
		break;
	case FIELD_BOOL:
		((bool *)member)[i] = profile == ONE || profile == HIGHEST;
		break;
	case FIELD_I16:
		((int32_t *)(void *)member)[i] = (int32_t)number_for(profile, field->name, INT16_MIN, INT16_MAX, 5);
		break;
	case FIELD_I32:
		((int64_t *)(void *)member)[i] = number_for(profile, field->name, INT32_MIN, INT32_MAX, 10);
		break;
	case FIELD_STR:
	case FIELD_LIST:
		((struct text *)(void *)member)[i] = text_for(profile, field->name);
		break;
	case FIELD_IP_OR_STR:
		*(struct packet_address *)(void *)member =
			(struct packet_address){.ip = {127, 0, 0, 1}, .text = text_for(profile, field->name)};
		break;
	default:
		scenario_fail(__FILE__, __LINE__, "a client's packet with a field of type %u", field->type);
	}
}

void packet_values_fill(const struct packet_layout *layout, enum packet_profile profile, union packet_values *fields)
{
	memset(fields, 0, sizeof *fields);
	for (unsigned f = 0; f < layout->field_count; f++) {
		const struct packet_field *field = &layout->fields[f];
		for (unsigned i = 0; i < field->count; i++)
			element_fill((uint8_t *)fields + field->offset, field, i, profile);
	}
}
