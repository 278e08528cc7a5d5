/* Changes of a running server: each is begun, and waited for until it is over. */
#include <cjson/cJSON.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/number.h"
#include "master/ctl/commands.h"
#include "master/ctl/remote.h"

enum {
	POLL_MS = 50,
	PATIENCE_MS = 600000, /* for a change to be over */
	SILENCE_MS = 30000,   /* for a server that does not answer: it may just become another program */
};

static const char *text_member(const cJSON *object, const char *name)
{
	const char *text = remote_text(object, name);
	return *text == '\0' ? "\"\"" : text;
}

static void settings_show(const cJSON *details)
{
	const cJSON *setting;
	cJSON_ArrayForEach(setting, cJSON_GetObjectItemCaseSensitive(details, "settings"))
	{
		const char *change = remote_text(setting, "change");
		printf("setting %s: %s becomes %s (%s)\n", remote_text(setting, "name"), text_member(setting, "before"),
			   text_member(setting, "after"),
			   strcmp(change, "restart") == 0     ? "not by a reload: at the next start"
			   : strcmp(change, "new world") == 0 ? "by a new generation of the world"
												  : "at the reload");
	}
}

static void details_show(const cJSON *details)
{
	const cJSON *line, *world = cJSON_GetObjectItemCaseSensitive(details, "world");
	settings_show(details);
	cJSON_ArrayForEach(line, world)
	{
		puts(cJSON_IsString(line) ? line->valuestring : "?");
	}
	double all = remote_number(details, "world_lines");
	if (all > cJSON_GetArraySize(world))
		printf("... and %.0f more differences of the world's data\n", all - cJSON_GetArraySize(world));
	if (all == 0 && cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(details, "settings")) == 0)
		puts("nothing differs");
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(details, "redis_silent")))
		puts("Redis does not answer; what it said before counts");
}

/* Until change `id` is over. */
static int change_await(const struct ctl *ctl, const char *name, double id)
{
	uint64_t until_ms = clock_mono_ms() + PATIENCE_MS, heard_ms = clock_mono_ms();
	struct problem why = {.text = ""};
	while (clock_mono_ms() < until_ms) {
		cJSON *reply = remote_ask(ctl->socket, "change", &why);
		if (reply == NULL && clock_mono_ms() - heard_ms > SILENCE_MS)
			return command_problem(name, &why);
		heard_ms = reply != NULL ? clock_mono_ms() : heard_ms;
		const char *state = remote_text(reply, "state");
		bool over = reply != NULL && (remote_number(reply, "id") != id || strcmp(state, "running") != 0);
		if (over) {
			bool good = remote_number(reply, "id") == id && strcmp(state, "done") == 0;
			const cJSON *details = cJSON_GetObjectItemCaseSensitive(reply, "details");
			if (details != NULL)
				details_show(details);
			if (remote_number(reply, "id") != id)
				problem_set(&why, "another change followed; the log says how this one ended");
			else
				problem_set(&why, "%s", remote_text(reply, "text"));
			cJSON_Delete(reply);
			if (!good)
				return command_problem(name, &why);
			printf("%s: %s\n", name, why.text);
			return CTL_DONE;
		}
		cJSON_Delete(reply);
		poll(NULL, 0, POLL_MS);
	}
	problem_set(&why, "not over after %d s; the log says more", PATIENCE_MS / 1000);
	return command_problem(name, &why);
}

static int change_run(const struct ctl *ctl, const char *name, const char *line)
{
	struct problem why;
	cJSON *reply = remote_ask(ctl->socket, line, &why);
	if (reply == NULL)
		return command_problem(name, &why);
	double id = remote_number(reply, "change");
	cJSON_Delete(reply);
	return change_await(ctl, name, id);
}

int reload_command(const struct ctl *ctl, int argc, char **argv)
{
	bool dry_run = argc == 2 && strcmp(argv[1], "--dry-run") == 0;
	if (argc > 1 && !dry_run)
		return command_usage(argv[0], "only --dry-run may follow");
	return change_run(ctl, argv[0], dry_run ? "reload dry-run" : "reload");
}

int workers_command(const struct ctl *ctl, int argc, char **argv)
{
	char line[64];
	int64_t count;
	if (argc != 2 || !number_parse(argv[1], 1, 1000, &count))
		return command_usage(argv[0], "how many there shall be must follow");
	snprintf(line, sizeof line, "workers %d", (int)count);
	return change_run(ctl, argv[0], line);
}

int upgrade_command(const struct ctl *ctl, int argc, char **argv)
{
	if (argc > 1)
		return command_usage(argv[0], "nothing may follow");
	return change_run(ctl, argv[0], "upgrade");
}
