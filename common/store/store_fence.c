#include "common/store/store_fence.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/store/keys.h"

const char *const store_fence_fields[STORE_FENCE_FIELDS] = {"boot", "generation", "cut", "owner"};

static void boot_hex(const uint8_t boot[STORE_BOOT_BYTES], char hex[2 * STORE_BOOT_BYTES + 1])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < STORE_BOOT_BYTES; i++) {
		hex[2 * i] = digits[boot[i] >> 4];
		hex[2 * i + 1] = digits[boot[i] & 15];
	}
	hex[(size_t)2 * STORE_BOOT_BYTES] = '\0';
}

enum fence_verdict store_fence_judge(const struct stored_fence *stored, const struct store_fence *mine,
									 struct problem *why)
{
	char boot[2 * STORE_BOOT_BYTES + 1];
	boot_hex(mine->boot, boot);
	if (!stored->present) {
		problem_set(why, "the store has no key " KEY_FENCE " any more: it was emptied after this server claimed it");
		return FENCE_LOST;
	}
	if (stored->generation < mine->generation) {
		problem_set(why,
					"the store is at generation %" PRIu64 ", older than this server's %" PRIu64
					": it was restored from before the claim",
					stored->generation, mine->generation);
		return FENCE_LOST;
	}
	if (stored->generation > mine->generation || strcmp(stored->boot, boot) != 0) {
		problem_set(why,
					"the store belongs to another writer: generation %" PRIu64 ", boot %.8s...; this one has %" PRIu64
					", %.8s...",
					stored->generation, stored->boot, mine->generation, boot);
		return FENCE_FENCED;
	}
	if (stored->cut < mine->acknowledged) {
		problem_set(why,
					"the store is at cut %" PRIu64 ", but had acknowledged cut %" PRIu64
					": it lost writes (restarted from an older snapshot?)",
					stored->cut, mine->acknowledged);
		return FENCE_LOST;
	}
	return stored->cut >= mine->cut ? FENCE_APPLIED : FENCE_WRITE;
}

bool store_fence_may_claim(const struct stored_fence *stored, const struct store_fence *mine, struct problem *why)
{
	char boot[2 * STORE_BOOT_BYTES + 1], kin[2 * STORE_BOOT_BYTES + 1];
	boot_hex(mine->boot, boot);
	boot_hex(mine->kin, kin);
	if (mine->generation == 0 || !stored->present || stored->generation <= mine->generation ||
		strcmp(stored->boot, boot) == 0 || strcmp(stored->boot, kin) == 0)
		return true;
	return problem_set(why,
					   "the store belongs to another writer: generation %" PRIu64
					   ", boot %.8s...; this one had %" PRIu64 ", %.8s...",
					   stored->generation, stored->boot, mine->generation, boot);
}

struct store_fence store_fence_claimed(const struct stored_fence *stored, const struct store_fence *mine)
{
	struct store_fence taken = {.generation = mine->generation};
	memcpy(taken.boot, mine->boot, sizeof taken.boot);
	memcpy(taken.kin, mine->kin, sizeof taken.kin);
	if (stored->present && stored->generation > taken.generation)
		taken.generation = stored->generation;
	taken.generation++;
	char boot[2 * STORE_BOOT_BYTES + 1];
	boot_hex(mine->boot, boot);
	if (stored->present && strcmp(stored->boot, boot) == 0)
		taken.cut = taken.acknowledged = stored->cut;
	return taken;
}

static bool count_parse(struct store_bytes bytes, uint64_t *count)
{
	char text[24];
	int64_t number;
	if (bytes.data == NULL || bytes.length >= sizeof text)
		return false;
	memcpy(text, bytes.data, bytes.length);
	text[bytes.length] = '\0';
	if (strlen(text) != bytes.length || !number_parse(text, 0, INT64_MAX - 1, &number))
		return false;
	*count = (uint64_t)number;
	return true;
}

bool store_fence_parse(struct stored_fence *stored, struct store_bytes boot, struct store_bytes generation,
					   struct store_bytes cut, struct problem *why)
{
	*stored = (struct stored_fence){0};
	if (boot.data == NULL && generation.data == NULL && cut.data == NULL)
		return true;
	bool good = boot.data != NULL && boot.length == sizeof stored->boot - 1 &&
				count_parse(generation, &stored->generation) && count_parse(cut, &stored->cut);
	for (size_t i = 0; good && i < boot.length; i++) {
		good = isxdigit((unsigned char)boot.data[i]) != 0;
		stored->boot[i] = boot.data[i];
	}
	if (!good)
		return problem_set(why, "key " KEY_FENCE " is damaged: boot (32 hex digits), generation and cut (numbers) are "
								"needed; delete the key when no server uses this store");
	stored->present = true;
	return true;
}

void store_fence_texts(const struct store_fence *fence, struct fence_texts *texts)
{
	boot_hex(fence->boot, texts->boot);
	snprintf(texts->generation, sizeof texts->generation, "%" PRIu64, fence->generation);
	snprintf(texts->cut, sizeof texts->cut, "%" PRIu64, fence->cut);
	char host[64] = "?";
	gethostname(host, sizeof host);
	host[sizeof host - 1] = '\0';
	snprintf(texts->owner, sizeof texts->owner, "%s, process %d, since Unix time %" PRId64, host, (int)getpid(),
			 clock_unix_s());
}
