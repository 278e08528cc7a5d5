#include "master/ctl/show.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "master/ctl/remote.h"

int show_reply(const struct ctl *ctl, int argc, char **argv, const char *line, void (*show)(const cJSON *reply))
{
	struct problem why;
	bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
	if (argc > 1 && !json)
		return command_usage(argv[0], "only --json may follow");
	cJSON *reply = remote_ask(ctl->socket, line, &why);
	if (reply == NULL)
		return command_problem(argv[0], &why);
	char *text = json ? cJSON_Print(reply) : NULL;
	if (json)
		puts(text == NULL ? "" : text);
	else
		show(reply);
	cJSON_free(text);
	cJSON_Delete(reply);
	return CTL_DONE;
}
