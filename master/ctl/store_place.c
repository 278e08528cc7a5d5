#include "master/ctl/store_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"

enum { PLACE_MAP_MB = 65536 };

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

bool store_place_parse(struct store_place *place, const char *text, struct problem *why)
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
			place->options.map_mb = PLACE_MAP_MB;
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
