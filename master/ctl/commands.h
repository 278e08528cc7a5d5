/* commands.h - argentumctl's commands. Each gets the tool's settings and its own arguments (argv[0] is its name), and
 * returns the exit code: 0 done, 1 a problem, 2 wrong use. A new command is a function here and a row in main.c. */
#ifndef ARGENTUM_CTL_COMMANDS_H
#define ARGENTUM_CTL_COMMANDS_H

#include "common/base/problem.h"

enum { CTL_DONE, CTL_PROBLEM, CTL_USAGE };

struct ctl {
	const char *socket; /* of the server to talk to */
};

typedef int command_fn(const struct ctl *ctl, int argc, char **argv);

command_fn status_command, config_command;                               /* show_status.c, show_config.c */
command_fn traffic_command;                                              /* show_traffic.c */
command_fn ping_command, stop_command, log_level_command, renew_command; /* order.c */
command_fn reload_command, workers_command, upgrade_command;             /* change.c */
command_fn audit_command;                                                /* audit.c */
command_fn world_compile_command, check_world_command;                   /* data.c */
command_fn explain_command;                                              /* explain.c */
command_fn store_copy_command;                                           /* store_copy.c */

/* The settings of the installed configuration, as the server itself would find them. */
struct config;
bool ctl_config(struct config *config, struct problem *why);

/* "argentumctl: NAME: text" on stderr; returns the code. */
int command_usage(const char *name, const char *text);
int command_problem(const char *name, const struct problem *why);

#endif
