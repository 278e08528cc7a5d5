/* What to tell somebody who wrote the name of a setting that does not exist. */
#include <stdio.h>
#include <string.h>

#include "common/config/nearest.h"
#include "common/config/setting.h"

/* "; there are listen, workers, ..." */
static void groups_text(char *text, size_t capacity)
{
	size_t n = 0;
	for (unsigned i = 0; setting_group_at(i) != NULL && n + 40 < capacity; i++)
		n += (size_t)snprintf(text + n, capacity - n, "%s%s", i > 0 ? ", " : "", setting_group_at(i));
}

/* The names of a group's settings, without the group, as many as fit whole. */
static void members_text(const char *group, size_t length, char *text, size_t capacity)
{
	size_t n = 0;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const char *name = setting_at(i)->name;
		if (strncmp(name, group, length) != 0 || name[length] != '.')
			continue;
		if (n + strlen(name) + 8 >= capacity) {
			snprintf(text + n, capacity - n, ", ...");
			return;
		}
		n += (size_t)snprintf(text + n, capacity - n, "%s%s", n > 0 ? ", " : "", name + length + 1);
	}
}

/* A setting whose last part is the word: "port" for "listen.port". NULL: none, or several groups have it. */
static const char *only_member_called(const char *word)
{
	const char *found = NULL;
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const char *name = setting_at(i)->name;
		if (strcmp(strchr(name, '.') + 1, word) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = name;
	}
	return found;
}

static const char *nearest_setting(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *same = only_member_called(dot != NULL ? dot + 1 : name);
	if (same != NULL)
		return same;
	struct nearest nearest = nearest_start(name);
	for (unsigned i = 0; i < SETTING_COUNT; i++)
		nearest_offer(&nearest, setting_at(i)->name);
	return nearest.word;
}

bool setting_unknown(const char *where, const char *name, struct problem *why)
{
	char list[300] = "";
	size_t group = strcspn(name, ".");
	const char *like = nearest_setting(name);
	if (like != NULL)
		return problem_set(why, "%s: there is no setting \"%.80s\"; did you mean \"%s\"?", where, name, like);
	members_text(name, group, list, sizeof list);
	if (list[0] != '\0')
		return problem_set(why, "%s: there is no setting \"%.80s\"; the group has %s", where, name, list);
	groups_text(list, sizeof list);
	return problem_set(why, "%s: there is no setting \"%.80s\"; the groups are %s", where, name, list);
}
