/* commands.h - what players type with a slash that their client does not know: it arrives as Talk (protocol.md 3.4). */
#ifndef ARGENTUM_GAME_COMMANDS_H
#define ARGENTUM_GAME_COMMANDS_H

#include "worker/game/rule.h"

/* Runs a line that begins with '/'. The first word is looked for in the table, without regard to case. */
enum tx_verdict command_run(struct tx *tx, const struct actor *me, struct text line);

#endif
