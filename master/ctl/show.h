/* show.h - what the commands that show something have in common. */
#ifndef ARGENTUM_CTL_SHOW_H
#define ARGENTUM_CTL_SHOW_H

#include "master/ctl/commands.h"

struct cJSON;

/* Asks `line`; prints the reply as JSON when the only argument is --json, else hands it to `show`. */
int show_reply(const struct ctl *ctl, int argc, char **argv, const char *line, void (*show)(const struct cJSON *reply));

#endif
