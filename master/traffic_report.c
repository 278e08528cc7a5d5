#include "master/traffic_report.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "common/protocol/packet_layout.h"
#include "common/world/traffic.h"
#include "master/json_number.h"

struct line {
	unsigned id;
	uint64_t weight; /* by which they are sorted */
	struct traffic_sum sum;
};

enum { LINES_MOST = TRAFFIC_ROWS };
_Static_assert((int)TRAFFIC_TOLD <= (int)LINES_MOST, "room for both");

/* What is equal otherwise stands in the order of the ids. */
static int heaviest_first(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = (x->weight < y->weight) - (x->weight > y->weight);
	return order != 0 ? order : (int)x->id - (int)y->id;
}

static cJSON *line_add(cJSON *lines, const struct line *line, const char *name, bool packet)
{
	cJSON *object = cJSON_CreateObject();
	cJSON_AddItemToArray(lines, object);
	cJSON_AddStringToObject(object, "name", name);
	if (packet)
		number_add(object, "id", line->id);
	number_add(object, "count", line->sum.count);
	number_add(object, "bytes", line->sum.bytes);
	return object;
}

/* Buckets up to the last that has something. */
static void held_add(cJSON *object, const struct traffic_sum *sum)
{
	unsigned count = TRAFFIC_BUCKETS;
	while (count > 0 && sum->held[count - 1] == 0)
		count--;
	number_add(object, "transactions", sum->helds);
	number_add(object, "held_ns", sum->held_ns);
	number_add(object, "mean_ns", sum->helds > 0 ? sum->held_ns / sum->helds : 0);
	number_add(object, "within_50_ns", traffic_within_ns(sum, 50));
	number_add(object, "within_99_ns", traffic_within_ns(sum, 99));
	number_add(object, "longest_ns", sum->longest_ns);
	cJSON *buckets = cJSON_AddArrayToObject(object, "buckets");
	for (unsigned b = 0; b < count; b++)
		cJSON_AddItemToArray(buckets, cJSON_CreateNumber((double)sum->held[b]));
}

static void received_add(cJSON *object, const struct world *world)
{
	struct line lines[LINES_MOST];
	unsigned count = 0;
	for (unsigned row = 0; row < TRAFFIC_ROWS; row++) {
		struct line *line = &lines[count];
		line->id = row;
		traffic_sum_row(world, row, &line->sum);
		line->weight = line->sum.held_ns;
		count += line->sum.count > 0 || line->sum.helds > 0;
	}
	qsort(lines, count, sizeof *lines, heaviest_first);
	cJSON *array = cJSON_AddArrayToObject(object, "received");
	for (unsigned i = 0; i < count; i++) {
		bool packet = lines[i].id < TRAFFIC_PACKETS;
		held_add(line_add(array, &lines[i], traffic_row_name(lines[i].id), packet), &lines[i].sum);
	}
}

static void told_add(cJSON *object, const struct world *world)
{
	struct line lines[LINES_MOST];
	unsigned count = 0;
	for (unsigned id = 0; id < TRAFFIC_TOLD; id++) {
		struct line *line = &lines[count];
		line->id = id;
		traffic_sum_told(world, id, &line->sum);
		line->weight = line->sum.bytes;
		count += line->sum.count > 0;
	}
	qsort(lines, count, sizeof *lines, heaviest_first);
	cJSON *array = cJSON_AddArrayToObject(object, "told");
	for (unsigned i = 0; i < count; i++)
		line_add(array, &lines[i], s2c_name(lines[i].id), true);
}

void traffic_report_add(cJSON *object, const struct world *world)
{
	cJSON *buckets = cJSON_AddArrayToObject(object, "bucket_ns");
	for (unsigned b = 0; b + 1 < TRAFFIC_BUCKETS; b++)
		cJSON_AddItemToArray(buckets, cJSON_CreateNumber((double)traffic_bucket_ns(b)));
	received_add(object, world);
	told_add(object, world);
}
