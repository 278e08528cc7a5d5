/* bot_view.h - the client's picture of the world: takes chunks of bytes as the Godot client takes them, and applies each packet
 * to what the bot knows. Used by bot.c alone. */
#ifndef ARGENTUM_HARNESS_BOT_VIEW_H
#define ARGENTUM_HARNESS_BOT_VIEW_H

#include "tests/harness/bot.h"

/* One buffer: all bytes that had arrived. */
void bot_view_chunk(struct bot *bot, const uint8_t *bytes, size_t length);

/* A packet in words goes into the history (and, with `received`, into the record). */
void bot_view_note(struct bot *bot, const char *direction, const char *text, bool received);

#endif
