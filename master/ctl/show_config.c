#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "master/ctl/remote.h"
#include "master/ctl/show.h"

/* Value and unit as one text. */
static void value_write(const cJSON *setting, char *text, size_t size)
{
	const char *value = remote_text(setting, "value"), *unit = remote_text(setting, "unit");
	snprintf(text, size, "%s%s%s", *value == '\0' ? "\"\"" : value, *unit == '\0' ? "" : " ", unit);
}

static int wider(int width, const char *text)
{
	int length = (int)strlen(text);
	return length > width ? length : width;
}

static void config_show(const cJSON *reply)
{
	enum { WIDEST = 44 };
	const cJSON *setting, *settings = cJSON_GetObjectItemCaseSensitive(reply, "settings");
	int names = 7, values = 5;
	char value[400];
	cJSON_ArrayForEach(setting, settings)
	{
		value_write(setting, value, sizeof value);
		names = wider(names, remote_text(setting, "name"));
		values = wider(values, value);
	}
	if (values > WIDEST)
		values = WIDEST; /* a longer one moves its line to the right, not all lines */
	printf("%-*s  %-*s  %-9s  %s\n", names, "setting", values, "value", "change", "from");
	cJSON_ArrayForEach(setting, settings)
	{
		const char *in_force = remote_text(setting, "in_force");
		value_write(setting, value, sizeof value);
		printf("%-*s  %-*s  %-9s  %s", names, remote_text(setting, "name"), values, value,
			   remote_text(setting, "change"), remote_text(setting, "source"));
		if (*in_force != '\0')
			printf("; until a restart %s is in force", in_force);
		putchar('\n');
	}
}

int config_command(const struct ctl *ctl, int argc, char **argv)
{
	return show_reply(ctl, argc, argv, "config", config_show);
}
