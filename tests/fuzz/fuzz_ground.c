/* Any texts as what the store says of a map's doors and ground: what makes no sense is left over, and what the map shall look
 * like is possible. Input: lines of "x y value" for the doors up to an empty one, the list of what lies there, a zero byte, the
 * list of what was left over before. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/starter_catalog.h"
#include "worker/ground_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const unsigned fuzz_damages;
const unsigned fuzz_damages = 100;

enum { MAP = 1, NOW_UNIX_S = 1700000000 };

/* Returns what follows the lines. */
static char *doors_read(struct ground_plan *plan, char *text)
{
	while (*text != '\0' && *text != '\n') {
		char *end = strchrnul(text, '\n');
		char *next = *end == '\n' ? end + 1 : end;
		unsigned x, y;
		int value = 0;
		*end = '\0';
		if (sscanf(text, "%3u %3u %n", &x, &y, &value) == 2 && value > 0 && tile_is_on_map((int)x, (int)y))
			ground_plan_door(plan, x, y, text + value);
		text = next;
	}
	return *text == '\n' ? text + 1 : text;
}

static void check(const struct ground_plan *plan)
{
	for (unsigned tile = 0; tile < MAP_TILES; tile++) {
		const struct stack *stack = &plan->ground[tile];
		assert((stack->item == 0) == (stack->amount == 0) && stack->amount <= STACK_MAX);
		assert(stack->item == 0 || catalog_item(plan->catalog, stack->item) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem why;
	if (size > 65536)
		return 0;
	struct ground_plan *plan = malloc(sizeof *plan);
	struct store_batch *batch = store_batch_create(&why);
	char *text = malloc(size + 2);
	assert(plan != NULL && batch != NULL && text != NULL);
	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';

	ground_plan_begin(plan, starter_catalog(), MAP);
	char *items = doors_read(plan, text);
	char *left = items + strlen(items) + 1;
	if (left > text + size)
		left = text + size;
	bool good = ground_plan_items(plan, items, *left != '\0' ? left : NULL);
	assert(good);
	check(plan);
	good = ground_plan_write(plan, batch, NOW_UNIX_S);
	assert(good);
	ground_plan_end(plan);
	store_batch_destroy(&batch);
	free(text);
	free(plan);
	return 0;
}
