/* Copies a whole store into another one, e.g. from the embedded one to Redis. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "common/store/store.h"
#include "master/ctl/commands.h"

enum { COPY_MAP_MB = 65536 };

/* A store as the operator names it. The texts point into `words`. */
struct place_name {
	struct store_options options;
	char words[512];
};

/* "/DB" at the end; without it database 0. */
static bool database_cut(char *text, unsigned *database)
{
	int64_t number;
	char *slash = strrchr(text, '/');
	if (slash == NULL)
		return true;
	*slash = '\0';
	if (!number_parse(slash + 1, 0, 1023, &number))
		return false;
	*database = (unsigned)number;
	return true;
}

/* "HOST", "HOST:PORT", "[IPv6]:PORT". */
static bool host_parse(char *text, struct redis_link_options *link)
{
	int64_t port = 6379;
	char *colon = strrchr(text, ':');
	if (*text == '[') {
		char *end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
		*end = '\0';
		text++;
	} else if (colon != NULL) {
		*colon = '\0';
	}
	if (*text == '\0' || (colon != NULL && !number_parse(colon + 1, 1, 65535, &port)))
		return false;
	link->host = text;
	link->port = (unsigned)port;
	return true;
}

/* A socket's path has slashes: the database follows a comma. */
static bool socket_parse(char *text, struct redis_link_options *link)
{
	int64_t number = 0;
	char *comma = strrchr(text, ',');
	if (comma != NULL)
		*comma = '\0';
	if (comma != NULL && !number_parse(comma + 1, 0, 1023, &number))
		return false;
	link->socket = text;
	link->database = (unsigned)number;
	return *text != '\0';
}

static bool place_parse(struct place_name *place, const char *text, struct problem *why)
{
	const char *colon = strchr(text, ':');
	size_t kind = colon == NULL ? 0 : (size_t)(colon - text);
	place->options = store_options_default();
	place->options.link.password = getenv("REDISCLI_AUTH");
	if (colon != NULL && strlen(colon + 1) < sizeof place->words) {
		snprintf(place->words, sizeof place->words, "%s", colon + 1);
		place->options.backend = STORE_REDIS;
		if (kind == 4 && strncmp(text, "lmdb", kind) == 0 && place->words[0] != '\0') {
			place->options.backend = STORE_EMBEDDED;
			place->options.path = place->words;
			place->options.map_mb = COPY_MAP_MB;
			return true;
		}
		if (kind == 5 && strncmp(text, "redis", kind) == 0 &&
			database_cut(place->words, &place->options.link.database) && host_parse(place->words, &place->options.link))
			return true;
		if (kind == 12 && strncmp(text, "redis-socket", kind) == 0 && socket_parse(place->words, &place->options.link))
			return true;
	}
	return problem_set(why,
					   "\"%.200s\" names no store; allowed is lmdb:FOLDER, redis:HOST[:PORT][/DATABASE] or "
					   "redis-socket:PATH[,DATABASE]",
					   text);
}

static bool copy(const struct place_name *from_name, const struct place_name *to_name, struct store_walk *walk,
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
	struct place_name from, to;
	struct store_walk walk = {0};
	struct problem why;
	(void)ctl;
	if (argc != 3)
		return command_usage(argv[0], "two stores must follow: FROM and TO");
	if (!place_parse(&from, argv[1], &why) || !place_parse(&to, argv[2], &why))
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
