/* record_value.h - single values as other programs, and we, write them into the store: numbers and stacks. For who reads a
 * character (record_read.c) and for who only sums up what characters have (store_sum.c): both must come to the same.
 *
 * Functions over private memory: no locks, any thread. */
#ifndef ARGENTUM_WORKER_RECORD_VALUE_H
#define ARGENTUM_WORKER_RECORD_VALUE_H

#include "common/catalog/catalog.h"
#include "common/world/layout.h"

/* A number as other programs write it: "12", "12.75" (cut), "1e3", "True". false: it is none. */
bool record_number(const char *text, size_t length, int64_t *number);

enum record_stack_kind {
	RECORD_STACK_NONE,     /* an empty slot, or an amount of 0 or less */
	RECORD_STACK_GOOD,     /* perhaps of another amount than the text says */
	RECORD_STACK_UNKNOWN,  /* an item that this world does not have */
	RECORD_STACK_NONSENSE, /* no item:quantity */
};

struct record_stack {
	enum record_stack_kind kind;
	struct stack stack;   /* GOOD */
	int64_t item, amount; /* as the text says; not with NONSENSE */
};

/* "item:quantity"; NULL and "" are an empty slot. */
struct record_stack record_stack_parse(const char *text, size_t length, const struct catalog *catalog);

/* Gold of a purse or an account; what is no number is none. */
int32_t record_gold_parse(const char *text, size_t length);

#endif
