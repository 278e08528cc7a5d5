#include "common/config/config_text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The look-through at one point of the text. */
struct look {
	const char *path;
	const char *at;
	unsigned line;
	char *out; /* where the copy goes on; there is room for the letters added */
	struct config_text *text;
	unsigned depth;
	struct {
		char kind;     /* the bracket that opened it */
		unsigned line; /* where */
		size_t prefix; /* bytes of `group` before it */
	} open[CONFIG_TEXT_DEPTH_MAX];
	char group[CONFIG_TEXT_NAME_BYTES]; /* names of the open groups, "store." */
	char name[CONFIG_TEXT_NAME_BYTES];  /* of the setting whose value comes next, "listen.port"; "" = none */
	char word[CONFIG_TEXT_NAME_BYTES];  /* the last name read, "port" */
	unsigned word_line;
	unsigned lists;     /* that are open */
	bool text_may_come; /* after = : ( [ and another text, and between the elements of a list */
};

static bool trouble(const struct look *look, unsigned line, struct problem *why, const char *what)
{
	return problem_set(why, "%s line %u: %s", look->path, line, what);
}

static void copy(struct look *look, size_t n)
{
	memcpy(look->out, look->at, n);
	look->out += n;
	look->at += n;
}

/* Comments are copied too, so that lines stay the same. */
static bool comment_pass(struct look *look, struct problem *why)
{
	unsigned start = look->line;
	if (look->at[0] == '#' || look->at[1] == '/') {
		copy(look, strcspn(look->at, "\n"));
		return true;
	}
	const char *end = strstr(look->at + 2, "*/");
	if (end == NULL)
		return trouble(look, start, why, "the comment that begins here has no end: */ is missing");
	for (const char *c = look->at; c < end; c++)
		look->line += *c == '\n';
	copy(look, (size_t)(end + 2 - look->at));
	return true;
}

/* A text where none may be would be a syntax error for libconfig, which then loses the memory of the text. */
static bool string_pass(struct look *look, struct problem *why)
{
	if (!look->text_may_come)
		return trouble(look, look->line, why, "a text in quotes belongs behind a name and a sign: host = \"0.0.0.0\";");
	const char *c = look->at + 1;
	for (; *c != '"'; c++) {
		if (*c == '\\' && strncmp(c, "\\x00", 4) == 0)
			return trouble(look, look->line, why, "a text may not hold \\x00");
		if (*c == '\\' && c[1] != '\0' && c[1] != '\n')
			c++;
		else if (*c == '\0' || *c == '\n')
			return trouble(look, look->line, why, "the text that begins here has no end: a quote (\") is missing");
	}
	copy(look, (size_t)(c + 1 - look->at));
	return true;
}

/* Bytes of a number with a fraction or an exponent; 0: it has neither. */
static size_t fraction_length(const char *at)
{
	size_t n = strspn(at, "+-");
	size_t whole = n + strspn(at + n, "0123456789");
	n = whole;
	if (at[n] == '.')
		n += 1 + strspn(at + n + 1, "0123456789");
	if (at[n] == 'e' || at[n] == 'E') {
		n += 1 + strspn(at + n + 1, "+-");
		n += strspn(at + n, "0123456789");
	}
	return n > whole ? n : 0;
}

/* Marks what does not fit into 32 bits with the L that makes libconfig read 64. */
static bool number_pass(struct look *look, struct problem *why)
{
	look->text_may_come = false;
	size_t n = fraction_length(look->at);
	if (n > 0) {
		copy(look, n);
		return true;
	}
	const char *digits = look->at + (*look->at == '+' || *look->at == '-');
	bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	n = (size_t)(digits - look->at) + strspn(digits, hexadecimal ? "0123456789abcdefABCDEFxX" : "0123456789");
	errno = 0;
	long long value = strtoll(look->at, NULL, hexadecimal ? 16 : 10);
	if (errno == ERANGE)
		return problem_set(why, "%s line %u: %s = %.*s is beyond any number that is allowed", look->path, look->line,
						   look->name[0] != '\0' ? look->name : "a number", (int)(n < 60 ? n : 60), look->at);
	copy(look, n);
	if (*look->at == 'L')
		copy(look, strspn(look->at, "L"));
	else if (value > INT32_MAX || value < INT32_MIN)
		*look->out++ = 'L';
	return true;
}

static void word_pass(struct look *look)
{
	size_t n = 0;
	while (isalnum((unsigned char)look->at[n]) || (look->at[n] != '\0' && strchr("*-_", look->at[n]) != NULL))
		n++;
	snprintf(look->word, sizeof look->word, "%.*s", (int)(n < sizeof look->word ? n : sizeof look->word - 1), look->at);
	look->word_line = look->line;
	look->text_may_come = false;
	copy(look, n);
}

/* "port =": remembers where the setting is, and refuses to have it twice. Lists have no names of ours in them. */
static bool assignment_pass(struct look *look, struct problem *why)
{
	struct config_text *text = look->text;
	look->text_may_come = true;
	copy(look, 1);
	if (look->word[0] == '\0' || look->lists > 0)
		return true;
	int n = snprintf(look->name, sizeof look->name, "%s%s", look->group, look->word);
	look->word[0] = '\0';
	if (n < 0 || (size_t)n >= sizeof look->name - 1)
		return trouble(look, look->word_line, why, "the name is longer than that of any setting");
	for (unsigned i = 0; i < text->count; i++) {
		if (strcmp(text->names[i].name, look->name) == 0)
			return problem_set(why, "%s line %u: %s is there twice; the first is in line %u", look->path,
							   look->word_line, look->name, text->names[i].line);
	}
	if (text->count == CONFIG_TEXT_NAMES_MAX)
		return trouble(look, look->word_line, why, "there are more settings than exist");
	struct config_text_name *name = &text->names[text->count++];
	memcpy(name->name, look->name, sizeof name->name);
	name->line = look->word_line;
	return true;
}

static bool bracket_open(struct look *look, struct problem *why)
{
	if (look->depth == CONFIG_TEXT_DEPTH_MAX)
		return trouble(look, look->line, why, "too many brackets within each other");
	look->open[look->depth].kind = *look->at;
	look->open[look->depth].line = look->line;
	look->open[look->depth].prefix = strlen(look->group);
	look->depth++;
	look->text_may_come = *look->at != '{';
	if (*look->at != '{') {
		look->lists++;
	} else if (look->lists == 0) {
		size_t n = strlen(look->name);
		memcpy(look->group, look->name, n);
		look->group[n] = n > 0 ? '.' : '\0';
		look->group[n + (n > 0)] = '\0';
	}
	look->name[0] = look->word[0] = '\0';
	copy(look, 1);
	return true;
}

static bool bracket_close(struct look *look, struct problem *why)
{
	static const char pairs[] = "{}()[]";
	if (look->depth == 0)
		return problem_set(why, "%s line %u: '%c' closes nothing", look->path, look->line, *look->at);
	const char opened = look->open[look->depth - 1].kind;
	if (strchr(pairs, opened)[1] != *look->at)
		return problem_set(why, "%s line %u: '%c' does not close the '%c' of line %u", look->path, look->line,
						   *look->at, opened, look->open[look->depth - 1].line);
	look->depth--;
	look->group[look->open[look->depth].prefix] = '\0';
	look->lists -= opened != '{';
	look->text_may_come = false;
	look->name[0] = look->word[0] = '\0';
	copy(look, 1);
	return true;
}

/* One piece: a comment, a text, a number, a name, a sign. */
static bool piece_pass(struct look *look, struct problem *why)
{
	char c = *look->at;
	if (c == '#' || (c == '/' && (look->at[1] == '/' || look->at[1] == '*')))
		return comment_pass(look, why);
	if (c == '"')
		return string_pass(look, why);
	if (isdigit((unsigned char)c) || ((c == '-' || c == '+' || c == '.') && isdigit((unsigned char)look->at[1])))
		return number_pass(look, why);
	if (c == '=' || c == ':')
		return assignment_pass(look, why);
	if (c == '{' || c == '(' || c == '[')
		return bracket_open(look, why);
	if (c == '}' || c == ')' || c == ']')
		return bracket_close(look, why);
	if (c == '@')
		return trouble(look, look->line, why, "'@' means nothing here: other files cannot be included");
	if (isalpha((unsigned char)c) || c == '*') {
		word_pass(look);
		return true;
	}
	if (c == '.' && look->word[0] != '\0')
		return problem_set(why, "%s line %u: a setting is written inside its group: %s = { ... };", look->path,
						   look->line, look->word);
	if (!isspace((unsigned char)c))
		look->text_may_come = c == ',' && look->lists > 0;
	look->line += c == '\n';
	copy(look, 1);
	return true;
}

static bool look_through(struct config_text *text, const char *path, const char *file, struct problem *why)
{
	struct look look = {.path = path, .at = file, .line = 1, .out = text->text, .text = text};
	while (*look.at != '\0') {
		if (!piece_pass(&look, why))
			return false;
	}
	*look.out = '\0';
	if (look.depth == 0)
		return true;
	look.group[look.group[0] != '\0' ? strlen(look.group) - 1 : 0] = '\0';
	return problem_set(why, "%s line %u: the '%c' that begins %s here is not closed", path,
					   look.open[look.depth - 1].line, look.open[look.depth - 1].kind,
					   look.group[0] != '\0' ? look.group : "a list or group");
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

/* The whole file with a zero behind it; the caller frees it. */
static char *open_file_read(int fd, const char *path, struct problem *why)
{
	struct stat about;
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
		problem_set(why, "%s: the configuration must be a regular file", path);
		return NULL;
	}
	if (about.st_size > CONFIG_TEXT_BYTES_MAX) {
		problem_set(why, "%s: the configuration has %lld bytes; %d are allowed", path, (long long)about.st_size,
					CONFIG_TEXT_BYTES_MAX);
		return NULL;
	}
	size_t size = (size_t)about.st_size, got = 0;
	char *file = malloc(size + 1);
	while (file != NULL && got < size) {
		ssize_t n = read(fd, file + got, size - got);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	if (file == NULL || got < size) {
		problem_set(why, "%s: the configuration cannot be read: %s", path,
					file == NULL ? "out of memory" : "it ends early");
		free(file);
		return NULL;
	}
	file[size] = '\0';
	if (strlen(file) < size) {
		problem_set(why, "%s: the configuration holds a zero byte; it must be text", path);
		free(file);
		return NULL;
	}
	return file;
}

static char *file_read(const char *path, struct problem *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		problem_set(why, "%s: the configuration cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	char *file = open_file_read(fd, path, why);
	close(fd);
	return file;
}

static void file_wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text)); /* there may be a password in it */
	free(text);
}

bool config_text_read(struct config_text *text, const char *path, struct problem *why)
{
	*text = (struct config_text){0};
	char *file = file_read(path, why);
	if (file == NULL)
		return false;
	/* Numbers above 32 bits have nine letters or more and get one more. */
	text->text = calloc(1, strlen(file) * 3 / 2 + 2);
	text->names = calloc(CONFIG_TEXT_NAMES_MAX, sizeof *text->names);
	bool good = text->text != NULL && text->names != NULL;
	if (!good)
		problem_set(why, "%s: out of memory", path);
	good = good && look_through(text, path, file, why);
	file_wipe(file);
	if (!good)
		config_text_destroy(text);
	return good;
}

void config_text_destroy(struct config_text *text)
{
	file_wipe(text->text);
	free(text->names);
	*text = (struct config_text){0};
}

const struct config_text_name *config_text_before(const struct config_text *text, unsigned line)
{
	const struct config_text_name *name = NULL;
	for (unsigned i = 0; i < text->count && text->names[i].line <= line; i++)
		name = &text->names[i];
	return name;
}
