/* The step from texts to one typed, checked configuration. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/config/config_layer.h"

/* The name of the place to go to when two settings do not fit together: that of the one from the stronger source, since
 * it is the one that somebody wrote last. */
static const char *place_of(const struct config_values *values, enum setting_id a, enum setting_id b)
{
	enum config_source from_a = config_values_source(values, a, CONFIG_FROM_FLAG);
	enum config_source from_b = config_values_source(values, b, CONFIG_FROM_FLAG);
	return config_values_place(values, from_b > from_a ? b : a);
}

/* Pairs of a lowest and a highest. */
static bool bounds_check(const struct config_values *v, const struct config *c, struct problem *why)
{
	const struct {
		enum setting_id low, high;
		int least, most;
	} pairs[] = {
		{SETTING_game_name_min, SETTING_game_name_max, c->game.name_min, c->game.name_max},
		{SETTING_game_password_min, SETTING_game_password_max, c->game.password_min, c->game.password_max},
		{SETTING_game_dice_min, SETTING_game_dice_max, c->game.dice_min, c->game.dice_max},
	};
	for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (pairs[i].least > pairs[i].most)
			return problem_set(why, "%s: %s = %d is more than %s = %d", place_of(v, pairs[i].low, pairs[i].high),
							   setting_at(pairs[i].low)->name, pairs[i].least, setting_at(pairs[i].high)->name,
							   pairs[i].most);
	}
	return true;
}

static bool redis_check(const struct config_values *v, const struct config *c, struct problem *why)
{
	if (c->store.redis_socket[0] != '\0' && c->store.redis_tls)
		return problem_set(why, "%s: store.redis_socket and store.redis_tls exclude each other",
						   place_of(v, SETTING_store_redis_tls, SETTING_store_redis_socket));
	if (c->store.redis_password[0] != '\0' && c->store.redis_password_file[0] != '\0')
		return problem_set(why, "%s: store.redis_password and store.redis_password_file exclude each other",
						   place_of(v, SETTING_store_redis_password_file, SETTING_store_redis_password));
	if (c->store.redis_username[0] != '\0' && c->store.redis_password[0] == '\0' &&
		c->store.redis_password_file[0] == '\0')
		return problem_set(why, "%s: store.redis_username needs store.redis_password or store.redis_password_file",
						   config_values_place(v, SETTING_store_redis_username));
	if ((c->store.redis_tls_cert[0] == '\0') != (c->store.redis_tls_key[0] == '\0'))
		return problem_set(why, "%s: store.redis_tls_cert and store.redis_tls_key go together",
						   place_of(v, SETTING_store_redis_tls_cert, SETTING_store_redis_tls_key));
	if (c->store.backend == CONFIG_BACKEND_REDIS && c->store.redis_socket[0] == '\0' && c->store.redis_host[0] == '\0')
		return problem_set(why, "%s: store.backend = \"redis\" needs store.redis_host or store.redis_socket",
						   place_of(v, SETTING_store_redis_host, SETTING_store_redis_socket));
	return true;
}

static bool log_check(const struct config_values *v, const struct config *c, struct problem *why)
{
	return c->log.target != LOG_TO_FILE || c->log.file[0] != '\0' ||
		   problem_set(why, "%s: log.target = \"file\" needs a path in log.file",
					   place_of(v, SETTING_log_target, SETTING_log_file));
}

/* Reads the first line of an open file. The text is that of a trouble, NULL when there is none. */
static const char *first_line_read(int fd, char *line, size_t capacity)
{
	struct stat about;
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
		return "is no regular file";
	ssize_t n = pread(fd, line, capacity - 1, 0);
	if (n < 0)
		return strerror(errno);
	line[n] = '\0';
	if (memchr(line, '\0', (size_t)n) != NULL)
		return "holds a zero byte";
	size_t end = strcspn(line, "\r\n");
	if (line[end] == '\0' && (size_t)n == capacity - 1)
		return "has a first line that is too long for a password; 256 bytes are allowed";
	line[end] = '\0';
	return end > 0 ? NULL : "has an empty first line";
}

static bool password_file_read(const struct config_values *v, struct config *c, struct problem *why)
{
	const char *path = c->store.redis_password_file;
	const char *place = config_values_place(v, SETTING_store_redis_password_file);
	char line[sizeof c->store.redis_password + 1]; /* and a line end */
	if (*path == '\0')
		return true;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return problem_set(why, "%s: store.redis_password_file = \"%s\": %s", place, path, strerror(errno));
	const char *trouble = first_line_read(fd, line, sizeof line);
	close(fd);
	if (trouble == NULL)
		memcpy(c->store.redis_password, line, strlen(line) + 1); /* fits: see `line` and first_line_read */
	explicit_bzero(line, sizeof line);
	return trouble == NULL || problem_set(why, "%s: store.redis_password_file: \"%s\" %s", place, path, trouble);
}

bool config_finish(const struct config_values *values, struct config *config, struct problem *why)
{
	struct config c;
	memset(&c, 0, sizeof c); /* holes too: two equal generations are equal byte for byte */
	for (unsigned i = 0; i < SETTING_COUNT; i++)
		setting_store(setting_at(i), config_values_text(values, i), &c);
	bool good = bounds_check(values, &c, why) && redis_check(values, &c, why) && log_check(values, &c, why) &&
				password_file_read(values, &c, why);
	if (good)
		memcpy(config, &c, sizeof c);
	explicit_bzero(c.store.redis_password, sizeof c.store.redis_password);
	return good;
}
