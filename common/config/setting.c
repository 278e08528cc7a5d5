#include "common/config/setting.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/number.h"

/* The table's words. */
#define RESTART WHEN_RESTART
#define WORLD   WHEN_WORLD
#define LIVE    WHEN_LIVE
#define NOW     WHEN_NOW

/* NOLINTBEGIN(bugprone-macro-parentheses): a member's name cannot have any */
#define ROW(g, n, sort, moment, text)                                                                                  \
	.id = SETTING_##g##_##n, .name = #g "." #n, .kind = (sort), .when = (moment),                                      \
	.offset = offsetof(struct config, g.n), .about = (text)
/* NOLINTEND(bugprone-macro-parentheses) */
#define ROW_NUMBER(g, n, sort, value, lowest, highest, units, when, text)                                              \
	{ROW(g, n, sort, when, text), .usual = #value, .low = (lowest), .high = (highest), .unit = (units)},
#define ROW_STRING(g, n, sort, hide, value, longest, when, text)                                                       \
	{ROW(g, n, sort, when, text), .usual = (value), .high = (longest), .secret = (hide), .unit = ""},

static const struct setting settings[SETTING_COUNT] = {
#define NUMBER(g, n, value, lowest, highest, units, when, text)                                                        \
	ROW_NUMBER(g, n, SETTING_NUMBER, value, lowest, highest, units, when, text)
#define POWER(g, n, value, lowest, highest, units, when, text)                                                         \
	ROW_NUMBER(g, n, SETTING_POWER, value, lowest, highest, units, when, text)
#define SWITCH(g, n, value, when, text)           {ROW(g, n, SETTING_SWITCH, when, text), .usual = #value, .unit = ""},
#define STRING(g, n, value, longest, when, text)  ROW_STRING(g, n, SETTING_STRING, false, value, longest, when, text)
#define FILLED(g, n, value, longest, when, text)  ROW_STRING(g, n, SETTING_FILLED, false, value, longest, when, text)
#define TILE(g, n, value, longest, when, text)    ROW_STRING(g, n, SETTING_TILE, false, value, longest, when, text)
#define VERSION(g, n, value, longest, when, text) ROW_STRING(g, n, SETTING_VERSION, false, value, longest, when, text)
#define SECRET(g, n, value, longest, when, text)  ROW_STRING(g, n, SETTING_STRING, true, value, longest, when, text)
#define MODE(g, n, value, when, text)             {ROW(g, n, SETTING_MODE, when, text), .usual = #value, .unit = ""},
#define CHOICE(g, n, value, list, when, text)                                                                          \
	{ROW(g, n, SETTING_CHOICE, when, text), .usual_choice = (value), .words = (list), .unit = ""},
#include "common/config/settings.def"
};

/* Each row is at its own index, since the enum and the table come from the same lines. */
const struct setting *setting_at(enum setting_id id)
{
	assert(id < SETTING_COUNT);
	return &settings[id];
}

static const char *const group_names[] = {
#define GROUP(g, text) #g,
#include "common/config/settings.def"
};

const char *setting_group_at(unsigned i)
{
	return i < sizeof group_names / sizeof *group_names ? group_names[i] : NULL;
}

bool setting_group_is_known(const char *name)
{
	for (unsigned i = 0; setting_group_at(i) != NULL; i++) {
		if (strcmp(setting_group_at(i), name) == 0)
			return true;
	}
	return false;
}

const struct setting *setting_find(const char *name)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	}
	return NULL;
}

const struct setting *setting_of_variable(const char *name, size_t length)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const char *s = settings[i].name;
		size_t k = 0;
		while (k < length && s[k] != '\0' && (s[k] == '.' ? '_' : toupper((unsigned char)s[k])) == name[k])
			k++;
		if (k == length && s[k] == '\0')
			return &settings[i];
	}
	return NULL;
}

/* --- from text and back ----------------------------------------------------------------------------------------- */

static int word_index(const char *words, const char *word)
{
	size_t n = strlen(word);
	int index = 0;
	for (const char *w = words; n > 0 && *w != '\0'; index++) {
		size_t length = strcspn(w, "|");
		if (length == n && strncmp(w, word, n) == 0)
			return index;
		w += length;
		w += *w == '|';
	}
	return -1;
}

static void word_at(const char *words, int index, char *word, size_t capacity)
{
	const char *w = words;
	while (index-- > 0) {
		w += strcspn(w, "|");
		w += *w == '|';
	}
	snprintf(word, capacity, "%.*s", (int)strcspn(w, "|"), w);
}

static bool switch_parse(const char *text, bool *on)
{
	*on = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	return *on || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

/* One to four octal digits, at most 0777. */
static bool mode_parse(const char *text, int *mode)
{
	size_t n = strlen(text);
	if (n == 0 || n > 4 || strspn(text, "01234567") != n)
		return false;
	*mode = (int)strtol(text, NULL, 8);
	return *mode <= 0777;
}

/* Reads `count` numbers of at most `digits` digits with `between` between them, and nothing else. */
static bool numbers_parse(const char *text, unsigned count, char between, unsigned digits, int *numbers)
{
	for (unsigned i = 0; i < count; i++) {
		size_t n = strspn(text, "0123456789");
		if (n == 0 || n > digits)
			return false;
		numbers[i] = (int)strtol(text, NULL, 10);
		text += n;
		if (i + 1 < count && *text++ != between)
			return false;
	}
	return *text == '\0';
}

static bool tile_is_good(const char *text)
{
	int n[3];
	return *text == '\0' || (numbers_parse(text, 3, '-', 5, n) && n[0] >= 1 && n[0] <= INT16_MAX && n[1] >= 1 &&
							 n[1] <= 100 && n[2] >= 1 && n[2] <= 100);
}

static bool version_is_good(const char *text)
{
	int n[3];
	return *text == '\0' || (numbers_parse(text, 3, '.', 3, n) && n[0] <= 255 && n[1] <= 255 && n[2] <= 255);
}

/* Control bytes have no business in a path, an address or a password; they would also forge lines in lists. */
static bool string_is_good(const struct setting *s, const char *text)
{
	if (strlen(text) > (size_t)s->high || (s->kind == SETTING_FILLED && *text == '\0'))
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (iscntrl((unsigned char)*c))
			return false;
	}
	return (s->kind != SETTING_TILE || tile_is_good(text)) && (s->kind != SETTING_VERSION || version_is_good(text));
}

bool setting_parse(const struct setting *s, const char *text, char *canonical)
{
	int64_t number;
	int mode;
	bool on;
	switch (s->kind) {
	case SETTING_NUMBER:
	case SETTING_POWER:
		if (!number_parse(text, s->low, s->high, &number) || (s->kind == SETTING_POWER && (number & (number - 1)) != 0))
			return false;
		snprintf(canonical, SETTING_TEXT_BYTES, "%lld", (long long)number);
		return true;
	case SETTING_SWITCH:
		if (!switch_parse(text, &on))
			return false;
		snprintf(canonical, SETTING_TEXT_BYTES, "%s", on ? "true" : "false");
		return true;
	case SETTING_MODE:
		if (!mode_parse(text, &mode))
			return false;
		snprintf(canonical, SETTING_TEXT_BYTES, "%04o", (unsigned)mode);
		return true;
	case SETTING_STRING:
	case SETTING_FILLED:
	case SETTING_TILE:
	case SETTING_VERSION:
		if (!string_is_good(s, text))
			return false;
		snprintf(canonical, SETTING_TEXT_BYTES, "%s", text);
		return true;
	case SETTING_CHOICE:
		if (word_index(s->words, text) < 0)
			return false;
		snprintf(canonical, SETTING_TEXT_BYTES, "%s", text);
		return true;
	}
	return false;
}

static void words_text(const char *words, char *text, size_t capacity)
{
	size_t n = 0;
	for (const char *w = words; *w != '\0' && n + 40 < capacity;) {
		size_t length = strcspn(w, "|");
		bool last = w[length] == '\0';
		n += (size_t)snprintf(text + n, capacity - n, "%s\"%.*s\"", n == 0 ? "" : last ? " or " : ", ", (int)length, w);
		w += length + !last;
	}
}

void setting_allowed(const struct setting *s, char *text, size_t capacity)
{
	const char *space = *s->unit != '\0' ? " " : "";
	switch (s->kind) {
	case SETTING_NUMBER:
		snprintf(text, capacity, "%d to %d%s%s", s->low, s->high, space, s->unit);
		break;
	case SETTING_POWER:
		snprintf(text, capacity, "a power of two from %d to %d%s%s", s->low, s->high, space, s->unit);
		break;
	case SETTING_SWITCH:
		snprintf(text, capacity, "true or false");
		break;
	case SETTING_STRING:
		snprintf(text, capacity, "a text of at most %d bytes", s->high);
		break;
	case SETTING_FILLED:
		snprintf(text, capacity, "a text of 1 to %d bytes", s->high);
		break;
	case SETTING_TILE:
		snprintf(text, capacity, "\"map-x-y\" with x and y from 1 to 100, or an empty text");
		break;
	case SETTING_VERSION:
		snprintf(text, capacity, "three numbers up to 255 like \"0.13.0\", or an empty text");
		break;
	case SETTING_MODE:
		snprintf(text, capacity, "octal permissions from \"0000\" to \"0777\"");
		break;
	case SETTING_CHOICE:
		words_text(s->words, text, capacity);
		break;
	}
}

void setting_usual(const struct setting *s, char *text)
{
	if (s->kind == SETTING_CHOICE)
		word_at(s->words, s->usual_choice, text, SETTING_TEXT_BYTES);
	else
		snprintf(text, SETTING_TEXT_BYTES, "%s", s->usual);
}

/* --- struct config ---------------------------------------------------------------------------------------------- */

void setting_store(const struct setting *s, const char *text, struct config *config)
{
	void *place = (uint8_t *)config + s->offset;
	int64_t number = 0;
	switch (s->kind) {
	case SETTING_NUMBER:
	case SETTING_POWER:
		number_parse(text, s->low, s->high, &number);
		*(int *)place = (int)number;
		break;
	case SETTING_SWITCH:
		switch_parse(text, place);
		break;
	case SETTING_MODE:
		mode_parse(text, place);
		break;
	case SETTING_STRING:
	case SETTING_FILLED:
	case SETTING_TILE:
	case SETTING_VERSION:
		snprintf(place, (size_t)s->high + 1, "%s", text);
		break;
	case SETTING_CHOICE:
		*(int *)place = word_index(s->words, text);
		break;
	}
}

void setting_show(const struct setting *s, const struct config *config, char *text, size_t capacity)
{
	const void *place = (const uint8_t *)config + s->offset;
	switch (s->kind) {
	case SETTING_NUMBER:
	case SETTING_POWER:
		snprintf(text, capacity, "%d", *(const int *)place);
		break;
	case SETTING_SWITCH:
		snprintf(text, capacity, "%s", *(const bool *)place ? "true" : "false");
		break;
	case SETTING_MODE:
		snprintf(text, capacity, "%04o", *(const unsigned *)place);
		break;
	case SETTING_STRING:
	case SETTING_FILLED:
	case SETTING_TILE:
	case SETTING_VERSION:
		snprintf(text, capacity, "%s", s->secret && *(const char *)place != '\0' ? "****" : (const char *)place);
		break;
	case SETTING_CHOICE:
		word_at(s->words, *(const int *)place, text, capacity);
		break;
	}
}

bool setting_same(const struct setting *s, const struct config *a, const struct config *b)
{
	const void *x = (const uint8_t *)a + s->offset, *y = (const uint8_t *)b + s->offset;
	switch (s->kind) {
	case SETTING_SWITCH:
		return *(const bool *)x == *(const bool *)y;
	case SETTING_STRING:
	case SETTING_FILLED:
	case SETTING_TILE:
	case SETTING_VERSION:
		return strcmp(x, y) == 0;
	default:
		return *(const int *)x == *(const int *)y;
	}
}

void setting_copy(const struct setting *s, const struct config *from, struct config *to)
{
	const void *x = (const uint8_t *)from + s->offset;
	void *y = (uint8_t *)to + s->offset;
	switch (s->kind) {
	case SETTING_SWITCH:
		memcpy(y, x, sizeof(bool));
		break;
	case SETTING_STRING:
	case SETTING_FILLED:
	case SETTING_TILE:
	case SETTING_VERSION:
		memcpy(y, x, (size_t)s->high + 1);
		break;
	default:
		memcpy(y, x, sizeof(int));
	}
}

const char *setting_when_word(enum setting_when when)
{
	static const char *const words[] = {
		[WHEN_RESTART] = "restart", [WHEN_WORLD] = "new world", [WHEN_LIVE] = "live", [WHEN_NOW] = "live"};
	return words[when];
}
