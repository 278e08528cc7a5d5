#include "worker/close_reasons.h"

static const struct {
	int is_fault;
	const char *text;
} reasons[] = {
#define CLOSE(name, is_fault, text) {is_fault, text},
	CLOSE_REASONS(CLOSE)
#undef CLOSE
};

const char *close_reason_text(enum close_reason reason)
{
	return (unsigned)reason < CLOSE_REASON_COUNT ? reasons[reason].text : "?";
}

int close_reason_is_fault(enum close_reason reason)
{
	return (unsigned)reason < CLOSE_REASON_COUNT && reasons[reason].is_fault;
}
