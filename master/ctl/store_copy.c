/* Copies a whole store into another one, e.g. from the embedded one to Redis. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/clock.h"
#include "master/ctl/commands.h"
#include "master/ctl/store_place.h"

static bool copy(const struct store_place *from_name, const struct store_place *to_name, struct store_walk *walk,
				 struct problem *why)
{
	uint8_t boot[STORE_BOOT_BYTES];
	if (getrandom(boot, sizeof boot, 0) != (ssize_t)sizeof boot)
		return problem_set(why, "no random numbers");
	struct store *from = store_create(&from_name->options, STORE_READER, NULL, NULL, why);
	if (from == NULL)
		return problem_prefix(why, "from");
	struct store *to = store_create(&to_name->options, STORE_WRITER, NULL, NULL, why);
	bool good = to != NULL ? store_copy(from, to, boot, walk, why) : problem_prefix(why, "to");
	store_destroy(&to);
	store_destroy(&from);
	return good;
}

int store_copy_command(const struct ctl *ctl, int argc, char **argv)
{
	struct store_place from, to;
	struct store_walk walk = {0};
	struct problem why;
	(void)ctl;
	if (argc != 3)
		return command_usage(argv[0], "two stores must follow: FROM and TO");
	if (!store_place_parse(&from, argv[1], &why) || !store_place_parse(&to, argv[2], &why))
		return command_usage(argv[0], why.text);
	if (strcmp(argv[1], argv[2]) == 0)
		return command_usage(argv[0], "FROM and TO are the same store");
	uint64_t began_ms = clock_mono_ms();
	if (!copy(&from, &to, &walk, &why))
		return command_problem(argv[0], &why);
	printf("%llu keys copied in %llu ms", (unsigned long long)walk.keys,
		   (unsigned long long)(clock_mono_ms() - began_ms));
	if (walk.skipped > 0)
		printf("; %llu keys of other types skipped", (unsigned long long)walk.skipped);
	putchar('\n');
	return CTL_DONE;
}
