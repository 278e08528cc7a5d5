/* Each player reads in the charset he chose, whatever the others chose (protocol.md 1.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

#define SAID_LATIN1                                                                                                    \
	"\xa1"                                                                                                             \
	"A\xf1o nuevo, qu\xe9 a\xfan!"
#define SAID_UTF8                                                                                                      \
	"\xc2\xa1"                                                                                                         \
	"A\xc3\xb1o nuevo, qu\xc3\xa9 a\xc3\xban!"
#define SAID_ASCII "Ano nuevo, que aun!"

/* A line of the console with exactly these bytes. */
static bool has_line(const struct bot *bot, const char *bytes)
{
	for (unsigned i = 0; i < bot->line_count && i < BOT_LINES; i++) {
		if (bot->lines[i].font >= 0 && strcmp(bot->lines[i].text, bytes) == 0)
			return true;
	}
	return false;
}

static void each_reads_what_was_said_in_the_charset_of_his_choice(void **state)
{
	(void)state;
	struct place at = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(at), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *latin = bot_create(server, "Latina", 0), *utf = bot_create(server, "Utefe", 1),
			   *ascii = bot_create(server, "Asqui", 2);
	bot_talk(utf, "/CHARSET utf8");
	bot_expect_line(utf, TEXT_CHARSET_SET, "utf8");
	bot_talk(ascii, "/charset ASCII");
	bot_expect_line(ascii, TEXT_CHARSET_SET, "ascii");
	bot_talk(latin, SAID_LATIN1);
	bot_until(utf, bot_has_said(utf, latin->self, SAID_UTF8));
	bot_until(ascii, bot_has_said(ascii, latin->self, SAID_ASCII));
	bot_until(latin, bot_has_said(latin, latin->self, SAID_LATIN1));
	/* what they write is Latin-1 in any case */
	bot_talk(utf, SAID_LATIN1);
	bot_until(latin, bot_has_said(latin, utf->self, SAID_LATIN1));
	bot_until(utf, bot_has_said(utf, utf->self, SAID_UTF8));

	/* the server's own words too: it says that there is no such charset in all three */
	bot_talk(utf, "/charset klingon");
	bot_talk(utf, "/\xd1");
	bot_talk(ascii, "/\xd1");
	bot_until(utf, has_line(utf, "No existe el comando \xc3\x91. Us\xc3\xa1 /AYUDA."));
	bot_until(ascii, has_line(ascii, "No existe el comando N. Usa /AYUDA."));

	/* it is remembered with the character, and can be taken back */
	bot_await_durable(utf, server);
	game_server_stop(server);
	bot_close(&utf);
	bot_close(&latin);
	bot_close(&ascii);
	game_server_restart(server, NULL);
	utf = bot_login(server, "Utefe", ANY_WORKER);
	bot_talk(utf, SAID_LATIN1);
	bot_until(utf, bot_has_said(utf, utf->self, SAID_UTF8));
	bot_talk(utf, "/charset latin1");
	bot_talk(utf, "\xe9");
	bot_until(utf, bot_has_said(utf, utf->self, "\xe9"));
	bots_expect_good();
	game_server_stop(server);
}

static void the_server_may_send_utf8_to_everybody_from_the_first_word_on(void **state)
{
	(void)state;
	const char *const settings[] = {"game.charset=utf8", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *bot = bot_connect(server);
	bot_ask_login(bot, "Nadie", "una clave");
	bot_until(bot, bot->errors > 0);
	EXPECT(strcmp(bot->error, "El nombre o la contrase\xc3\xb1"
							  "a no son correctos.") == 0,
		   "it was told \"%s\"", bot->error);
	bot_close(&bot);
	bot = bot_create(server, NULL, ANY_WORKER);
	bot_talk(bot, SAID_LATIN1);
	bot_until(bot, bot_has_said(bot, bot->self, SAID_UTF8));
	bots_expect_good();
	game_server_stop(server);
}

/* Texts grow on their way: nothing that follows may get out of step. */
static void long_texts_that_grow_leave_the_stream_in_step(void **state)
{
	(void)state;
	struct place at = scenario_clearing(6, 6, true);
	const char *const settings[] = {scenario_start(at), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings});
	struct bot *speaker = bot_create(server, NULL, 0), *reader = bot_create(server, NULL, 1);
	char line[256], shown[511];
	bot_talk(reader, "/charset utf8");
	bot_expect_line(reader, TEXT_CHARSET_SET, "utf8");
	memset(line, 0xe1, 255);
	line[255] = '\0';
	for (int i = 0; i < 255; i++)
		memcpy(shown + (ptrdiff_t)2 * i, "\xc3\xa1", 2);
	shown[510] = '\0';
	for (int i = 0; i < 50; i++)
		bot_talk(speaker, line);
	bot_step(speaker, HEADING_SOUTH);
	bot_sync(speaker);
	bot_sync(reader);
	EXPECT(strncmp(reader->lines[(reader->line_count - 1) % BOT_LINES].text, shown, BOT_TEXT_MAX - 1) == 0,
		   "it reads \"%s\"", reader->lines[(reader->line_count - 1) % BOT_LINES].text);
	const struct bot_character *seen = bot_find(reader, speaker->self);
	EXPECT(seen != NULL && seen->x == bot_self(speaker)->x && seen->y == bot_self(speaker)->y, "the step got lost");
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_reads_what_was_said_in_the_charset_of_his_choice),
		SCENARIO(the_server_may_send_utf8_to_everybody_from_the_first_word_on),
		SCENARIO(long_texts_that_grow_leave_the_stream_in_step),
	};
	return SCENARIOS_RUN(tests);
}
