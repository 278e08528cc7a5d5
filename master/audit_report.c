#include "master/audit_report.h"

#include <cjson/cJSON.h>
#include <stdatomic.h>
#include <string.h>

#include "common/protocol/charset.h"

/* false: it is being written. */
static bool report_copy(const struct world *world, unsigned which, struct audit_report *copy)
{
	enum { TRIES = 100 };
	const struct audit_report *report = &world->report[which];
	for (int i = 0; i < TRIES; i++) {
		uint32_t before = atomic_load(&report->sequence);
		memcpy(copy, report, sizeof *copy);
		atomic_thread_fence(memory_order_seq_cst);
		if (before % 2 == 0 && atomic_load(&report->sequence) == before)
			return true;
	}
	*copy = (struct audit_report){0};
	return false;
}

uint32_t audit_report_answered(const struct world *world)
{
	struct audit_report copy;
	report_copy(world, REPORT_ASKED, &copy);
	return copy.request;
}

/* Names in the texts are Latin-1. */
static void text_add(cJSON *texts, const char *text)
{
	char utf8[AUDIT_TEXT_BYTES * 2];
	charset_encode_z(CHARSET_UTF8, text_bytes(text, strnlen(text, AUDIT_TEXT_BYTES)), utf8, sizeof utf8);
	cJSON_AddItemToArray(texts, cJSON_CreateString(utf8));
}

static void world_add(cJSON *object, const struct audit_report *report)
{
	cJSON_AddNumberToObject(object, "unix_s", (double)report->unix_s);
	cJSON_AddNumberToObject(object, "findings", report->findings);
	cJSON_AddNumberToObject(object, "players", report->players);
	cJSON_AddNumberToObject(object, "creatures", report->creatures);
	cJSON_AddNumberToObject(object, "gold", (double)report->gold);
	cJSON_AddNumberToObject(object, "items", (double)report->items);
	cJSON_AddNumberToObject(object, "held_us", report->held_us);
}

static void store_add(cJSON *object, const struct audit_report *report)
{
	cJSON_AddBoolToObject(object, "looked", report->store_looked);
	cJSON_AddBoolToObject(object, "accepted", report->accepted);
	cJSON_AddNumberToObject(object, "unix_s", (double)report->store_unix_s);
	cJSON_AddNumberToObject(object, "findings", report->store_findings);
	cJSON_AddNumberToObject(object, "characters", report->store_characters);
	cJSON_AddNumberToObject(object, "gold", (double)report->store_gold);
	cJSON_AddNumberToObject(object, "items", (double)report->store_items);
	cJSON_AddNumberToObject(object, "unknown", report->store_unknown);
	cJSON_AddNumberToObject(object, "ms", report->store_ms);
}

void audit_report_add(cJSON *object, const struct world *world, unsigned which)
{
	struct audit_report report;
	bool whole = report_copy(world, which, &report);
	cJSON_AddNumberToObject(object, "number", report.number);
	cJSON_AddNumberToObject(object, "request", report.request);
	if (!whole || report.number == 0)
		return;
	world_add(object, &report);
	store_add(cJSON_AddObjectToObject(object, "store"), &report);
	cJSON *texts = cJSON_AddArrayToObject(object, "texts");
	for (uint32_t i = 0; i < report.findings && i < AUDIT_TEXTS; i++)
		text_add(texts, report.text[i]);
}
