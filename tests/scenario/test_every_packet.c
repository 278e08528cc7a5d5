/* Every packet that a client can send, with every kind of value in its fields, from a player and from the staff: nothing
 * breaks, the answer can be read, and the stream stays in step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/packet_values.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

/* --- sending ----------------------------------------------------------------------------------------------------------------------- */

static unsigned answers, silences, not_yet; /* of one run, to be told */

/* One packet; what came back before the answer to a ping is its answer. */
static unsigned packet_try(struct bot *bot, enum packet_table table, const struct packet_layout *layout,
						   enum packet_profile profile)
{
	union packet_values fields;
	packet_values_fill(layout, profile, &fields);
	bot_record(bot);
	bot_send_packet(bot, table, layout->id, &fields);
	BOT_SEND(bot, PING);
	uint64_t until = bots_deadline();
	while (bot->pongs != bot->pings) {
		EXPECT(!bot->closed, "%s with %s values closed the connection: %s", layout->name, packet_profile_names[profile],
			   bot->error);
		bots_turn(bot, until, __FILE__, __LINE__, layout->name);
	}
	EXPECT_EQUAL(layout->name, bot->errors, 0);
	answers += bot->record_count > 0;
	silences += bot->record_count == 0;
	not_yet += bot->record_count > 0 && strstr(bot->record[0], "no se puede hacer en este servidor") != NULL;
	return bot->record_count;
}

static bool is_for_later(unsigned id)
{
	return id <= C2S_LOGIN_NEW_CHAR || id == C2S_QUIT || id == C2S_GM_COMMANDS || id == C2S_PING;
}

static void all_packets_try(struct bot *bot)
{
	unsigned tried = 0;
	answers = silences = not_yet = 0;
	for (unsigned profile = 0; profile < PACKET_PROFILES; profile++) {
		for (unsigned id = 0; id < packet_table_size(TABLE_C2S); id++) {
			const struct packet_layout *layout = packet_layout(TABLE_C2S, id);
			EXPECT(layout != NULL, "there is no packet %u", id);
			if (is_for_later(id))
				continue;
			packet_try(bot, TABLE_C2S, layout, (enum packet_profile)profile);
			tried++;
		}
	}
	print_message("          %u packets: %u answered (%u of them: not yet), %u with silence\n", tried, answers, not_yet,
				  silences);
	EXPECT_EQUAL("packets tried", tried, (C2S_COUNT - 6) * PACKET_PROFILES);
}

/* --- tests --------------------------------------------------------------------------------------------------------------------------- */

struct scene {
	struct game_server *server;
	struct bot *bot, *witness;
};

static struct scene scene_make(const struct redis_server *redis)
{
	struct place at = scenario_clearing(8, 8, true);
	/* They have nothing to wear; the cold would be told in between. */
	const char *const settings[] = {scenario_start(at),     "world.paranoid=true",          "game.start_kit=pyao",
									"game.start_gold=1000", "intervals.climate_ms=3600000", NULL};
	struct scene s = {.server = game_server_start(&(struct game_server_options){.settings = settings, .redis = redis})};
	s.witness = bot_create(s.server, "Vecina", 1);
	s.bot = bot_create(s.server, "Curioso", 0);
	return s;
}

static void scene_end(struct scene *s)
{
	bot_sync(s->bot);
	bot_sync(s->witness);
	const struct bot_character *seen = bot_find(s->witness, s->bot->self), *is = bot_self(s->bot);
	EXPECT(s->witness->map != s->bot->map || seen == NULL || (seen->x == is->x && seen->y == is->y),
		   "the witness sees him elsewhere");
	EXPECT_EQUAL("packets that could not be said", game_server_total(s->server, "packets_unsayable"), 0);
	game_server_audit(s->server);
	bots_expect_good();
	game_server_stop(s->server);
}

static void each_packet_with_each_kind_of_value_is_borne(void **state)
{
	(void)state;
	struct scene s = scene_make(NULL);
	all_packets_try(s.bot);
	bot_quit(s.bot);
	bot_close(&s.bot);
	s.bot = bot_login(s.server, "Curioso", 2);
	scene_end(&s);
}

static void commands_of_game_masters_from_a_player_are_ignored_in_silence(void **state)
{
	(void)state;
	struct scene s = scene_make(NULL);
	bot_sync(s.witness);
	bot_record(s.witness);
	for (unsigned profile = 0; profile < PACKET_PROFILES; profile++) {
		for (unsigned id = 1; id < packet_table_size(TABLE_GM); id++) {
			const struct packet_layout *layout = packet_layout(TABLE_GM, id);
			if (layout == NULL)
				continue;
			unsigned told = packet_try(s.bot, TABLE_GM, layout, (enum packet_profile)profile);
			EXPECT(told == 0, "%s of a player was answered with %s", layout->name, s.bot->record[0]);
		}
	}
	bot_sync(s.witness);
	bot_expect_record(s.witness, NULL);
	scene_end(&s);
}

/* Commands that end the server, or the presence of the one who gives them: not all at once. */
static bool ends_the_show(unsigned id)
{
	return id == GM_TURN_OFF_SERVER || id == GM_RESTART || id == GM_KICK_ALL_CHARS ||
		   id == GM_SERVER_OPEN_TO_USERS_TOGGLE;
}

static void commands_of_game_masters_from_the_staff_are_borne(void **state)
{
	(void)state;
	struct redis_server *redis = scenario_redis();
	struct scene s = scene_make(redis);
	bot_await_durable(s.bot, s.server);
	game_server_stop(s.server);
	bot_close(&s.bot);
	bot_close(&s.witness);
	EXPECT(redis_server_do(redis, "HSET account:Curioso:data is_gm 1"), "Redis refuses");
	game_server_restart(s.server, NULL);
	s.witness = bot_login(s.server, "Vecina", 1);
	s.bot = bot_login(s.server, "Curioso", 0);
	EXPECT(bot_self(s.bot)->privileges > 1, "Curioso has privileges %d", bot_self(s.bot)->privileges);
	answers = silences = not_yet = 0;
	for (unsigned profile = 0; profile < PACKET_PROFILES; profile++) {
		for (unsigned id = 1; id < packet_table_size(TABLE_GM); id++) {
			const struct packet_layout *layout = packet_layout(TABLE_GM, id);
			if (layout != NULL && !ends_the_show(id))
				packet_try(s.bot, TABLE_GM, layout, (enum packet_profile)profile);
		}
	}
	print_message("          %u answered (%u of them: not yet), %u with silence\n", answers, not_yet, silences);
	all_packets_try(s.bot);
	scene_end(&s);
}

/* What a player may type, and what nobody would. */
static void each_slash_line_is_answered_or_ignored(void **state)
{
	(void)state;
	static const char *const lines[] = {

		"/est",
		"/ayuda",
		"/online",
		"/motd",
		"/uptime",
		"/informacion",
		"/recompensa",
		"/enlistar",
		"/meditar",
		"/descansar",
		"/entrenar",
		"/resucitar",
		"/curar",
		"/hogar",
		"/desc hola",
		"/boveda",
		"/comerciar",
		"/balance",
		"/depositar 5",
		"/retirar 5",
		"/apostar 5",
		"/quieto",
		"/liberar",
		"/consulta",
		"/gm",
		"/salirclan",
		"/onlineclan",
		"/fundarclan",
		"/voto Vecina",
		"/cmsg hola",
		"/pmsg hola",
		"/crearparty",
		"/party",
		"/salirparty",
		"/onlineparty",
		"/echarparty Ana",
		"/partylider A",
		"/encuesta",
		"/bmsg hola",
		"/rol hola",
		"/_bug hola",
		"/denunciar hola",
		"/centinela 1",
		"/penas Vecina",
		"/telep YO 1 50 50",
		"/teleploc",
		"/invisible",
		"/ping",
		"/charset",
		"/charset klingon",
		"/",
		"/ ",
		"//",
		"/\xd1u\xfa",
		"/%s%n%d",
		"/[url=x]y[/url]",
		"/ira Vecina",
		"/sum Vecina",
		"/echar Vecina",
	};
	struct scene s = scene_make(NULL);
	for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
		s.bot->pings += strcmp(lines[i], "/ping") == 0; /* it is answered as the packet is */
		bot_talk(s.bot, lines[i]);
		bot_sync(s.bot);
		EXPECT(!bot_has_said(s.bot, s.bot->self, lines[i]), "\"%s\" was said aloud", lines[i]);
	}
	scene_end(&s);
}

/* What a player writes cannot make another's client read tags or lines (protocol.md 4.6). */
static void what_players_write_is_made_harmless_for_the_console(void **state)
{
	(void)state;
	struct scene s = scene_make(NULL);
	bot_talk(s.bot, "/[url=x]\x01\n");
	bot_sync(s.bot);
	for (unsigned i = 0; i < s.bot->line_count && i < BOT_LINES; i++) {
		const struct bot_line *line = &s.bot->lines[i];
		EXPECT(line->font < 0 || strchr(line->text, '[') == NULL, "a console line says %s", line->text);
	}
	bot_talk(s.bot, "uno\ndos\x01tres\x9f");
	bot_until(s.witness, bot_has_said(s.witness, s.bot->self, "unodostres"));
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(each_packet_with_each_kind_of_value_is_borne),
		SCENARIO(commands_of_game_masters_from_a_player_are_ignored_in_silence),
		SCENARIO(commands_of_game_masters_from_the_staff_are_borne),
		SCENARIO(each_slash_line_is_answered_or_ignored),
		SCENARIO(what_players_write_is_made_harmless_for_the_console),
	};
	return SCENARIOS_RUN(tests);
}
