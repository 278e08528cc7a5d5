/* etc/argentumd.conf, the file that is shipped, is the documentation of all settings: it must be complete and true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/config/config.h"

static const char path[] = "etc/argentumd.conf";
static char *lines[4000]; /* from 1, without line ends */
static unsigned line_count;
static struct config_values *values;

static int begin(void **state)
{
	(void)state;
	char line[300];
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return -1;
	while (fgets(line, sizeof line, file) != NULL && line_count + 1 < sizeof lines / sizeof *lines) {
		line[strcspn(line, "\n")] = '\0';
		lines[++line_count] = strdup(line);
	}
	fclose(file);
	values = config_values_create();
	return values == NULL;
}

static int end(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= line_count; i++)
		free(lines[i]);
	config_values_destroy(&values);
	return 0;
}

static void load(void)
{
	struct problem why;
	if (!config_load_file(values, path, &why))
		fail_msg("%s", why.text);
}

/* The line of a setting, from its source. */
static unsigned line_of(const struct config_item *item)
{
	unsigned line = 0;
	if (sscanf(item->source, "etc/argentumd.conf line %u", &line) != 1)
		fail_msg("%s is missing in %s", item->name, path);
	assert_in_range(line, 1, line_count);
	return line;
}

/* That none is there twice is the loader's promise (test_config_file.c). */
static void every_setting_is_there_once(void **state)
{
	(void)state;
	struct config_item item;
	load();
	for (unsigned i = 0; config_item(values, i, &item); i++)
		line_of(&item);
}

static void differ(void *context, const char *name, const char *before, const char *after, enum setting_when when)
{
	(void)when;
	/* The build may have another PREFIX than the file; the comment says so (see below). */
	if (strcmp(name, "world.path") != 0)
		snprintf(context, 300, "%s is \"%s\" in the file; the default is \"%s\"", name, after, before);
}

static void every_value_is_the_default(void **state)
{
	(void)state;
	struct config_values *defaults = config_values_create();
	struct config usual, shipped;
	struct problem why;
	char told[300] = "";
	load();
	assert_true(config_finish(defaults, &usual, &why));
	assert_true(config_finish(values, &shipped, &why));
	config_diff(&usual, &shipped, differ, told);
	config_values_destroy(&defaults);
	if (told[0] != '\0')
		fail_msg("%s", told);
}

/* The comment that ends right above a line, its lines joined with blanks. */
static void comment_above(unsigned line, char *text, size_t capacity)
{
	unsigned first = line;
	size_t n = 0;
	while (first > 1 && strncmp(lines[first - 1], "    # ", 6) == 0)
		first--;
	text[0] = '\0';
	for (; first < line && n < capacity; first++)
		n += (size_t)snprintf(text + n, capacity - n, "%s%s", n > 0 ? " " : "", lines[first] + 6);
}

static void every_comment_says_what_is_so(void **state)
{
	(void)state;
	struct config_item item;
	load();
	for (unsigned i = 0; config_item(values, i, &item); i++) {
		char comment[600], expected[600];
		comment_above(line_of(&item), comment, sizeof comment);
		snprintf(expected, sizeof expected, "%s (%s; %s%s%s)", item.about, item.allowed, setting_when_word(item.when),
				 item.redis != NULL ? "; Redis " : "", item.redis != NULL ? item.redis : "");
		assert_string_equal(comment, expected);
	}
}

static void units_are_in_the_names_or_the_comments(void **state)
{
	(void)state;
	static const struct {
		const char *ending, *unit;
	} endings[] = {{"_ms", "ms"},   {"_s", "s"},    {"_kb", "KiB"},
				   {"_kib", "KiB"}, {"_mb", "MiB"}, {"_minutes", "minutes"}};
	struct config_item item;
	for (unsigned i = 0; config_item(values, i, &item); i++) {
		for (unsigned k = 0; k < sizeof endings / sizeof *endings; k++) {
			size_t n = strlen(item.name), m = strlen(endings[k].ending);
			if (n > m && strcmp(item.name + n - m, endings[k].ending) == 0)
				assert_string_equal(item.unit, endings[k].unit);
		}
	}
}

static void no_line_is_too_long_to_read(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= line_count; i++) {
		if (strlen(lines[i]) > 120)
			fail_msg("%s line %u has %zu bytes", path, i, strlen(lines[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_there_once),   cmocka_unit_test(every_value_is_the_default),
		cmocka_unit_test(every_comment_says_what_is_so), cmocka_unit_test(units_are_in_the_names_or_the_comments),
		cmocka_unit_test(no_line_is_too_long_to_read),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
