/* hearing.c - numbered lines. Whoever is in the yard sees all of it, so he hears every number of everybody who talks there,
 * once, in order; from the first that he heard since he came. Who died goes on with the next thousand, for the living do not hear
 * ghosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/chaos/chaos.h"
#include "tests/chaos/fights.h"

/* The most numbers that somebody has not read yet: so that none leaves the lines that a bot keeps. */
enum { LEAD_MAX = BOT_LINES / TALKERS / 2 };

void player_forget_heard(struct player *player)
{
	memset(player->heard, 0, sizeof player->heard);
	player->lines_read = player->bot != NULL ? player->bot->line_count : 0;
}

static unsigned lead(const struct population *people, const struct player *speaker)
{
	unsigned most = 0;
	for (unsigned i = 0; i < people->count; i++) {
		const struct player *p = &people->player[i];
		unsigned last = p->heard[speaker->number];
		if (p->in_yard && last != 0 && last / TALK_LIFE == speaker->said / TALK_LIFE && speaker->said - last > most)
			most = speaker->said - last;
	}
	return most;
}

void player_speak(struct chaos *chaos, struct player *player)
{
	if (player->number >= TALKERS || lead(&chaos->population, player) >= LEAD_MAX)
		return;
	bot_talk(player->bot, scenario_text("soy %u y digo %u", player->number, ++player->said));
}

static void number_heard(struct chaos *chaos, struct player *player, unsigned speaker, unsigned number)
{
	unsigned *last = &player->heard[speaker];
	bool next = number == *last + 1 || number / TALK_LIFE > *last / TALK_LIFE; /* he died in between */
	PLAYERS_EXPECT(chaos, *last == 0 || next, "%s heard number %u of %s after number %u", player->name, number,
				   chaos->population.player[speaker].name, *last);
	*last = number;
	chaos->report.lines_heard++;
}

void player_listen(struct chaos *chaos, struct player *player)
{
	const struct bot *bot = player->bot;
	EXPECT(bot->line_count - player->lines_read <= BOT_LINES, "%s was not listened to for too long", player->name);
	for (; player->lines_read < bot->line_count; player->lines_read++) {
		const struct bot_line *line = &bot->lines[player->lines_read % BOT_LINES];
		unsigned speaker, number;
		if (player->in_yard && line->font < 0 && sscanf(line->text, "soy %u y digo %u", &speaker, &number) == 2 &&
			speaker < TALKERS)
			number_heard(chaos, player, speaker, number);
	}
}

void population_expect_heard(const struct chaos *chaos)
{
	const struct population *people = &chaos->population;
	for (unsigned i = 0; i < people->count; i++) {
		const struct player *p = &people->player[i];
		for (unsigned s = 0; s < TALKERS && s < people->count; s++)
			EXPECT(!p->in_yard || p->heard[s] == 0 || p->heard[s] == people->player[s].said ||
					   p->heard[s] / TALK_LIFE != people->player[s].said / TALK_LIFE,
				   "%s said %u numbers, and the last that %s heard is %u", people->player[s].name,
				   people->player[s].said, p->name, p->heard[s]);
	}
}
