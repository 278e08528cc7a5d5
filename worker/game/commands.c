#include "worker/game/commands.h"

#include "worker/game/ruling.h"

typedef enum tx_verdict command_fn(struct tx *tx, const struct actor *me, struct text rest);

static enum tx_verdict command_charset(struct tx *tx, const struct actor *me, struct text rest);

/* A row: the word without its slash, and what it does. Words that name a packet are ruled as that packet is: classic
 * players type them with a client that does not translate them. */
static const struct {
	const char *word;
	command_fn *fn; /* NULL = a packet without fields */
	enum c2s_id packet;
} commands[] = {
	{"charset", command_charset, 0},     {"ayuda", NULL, C2S_HELP},
	{"est", NULL, C2S_REQUEST_STATS},    {"motd", NULL, C2S_REQUEST_MOTD},
	{"uptime", NULL, C2S_UPTIME},        {"online", NULL, C2S_ONLINE},
	{"salir", NULL, C2S_QUIT},           {"ping", NULL, C2S_PING},
	{"hogar", NULL, C2S_HOME},           {"curar", NULL, C2S_HEAL},
	{"resucitar", NULL, C2S_RESUCITATE},
};

/* The server's own charsets by their names; remembered with the character. */
static enum tx_verdict command_charset(struct tx *tx, const struct actor *me, struct text rest)
{
	char word[16];
	enum charset charset;
	text_to_z(rest, word, sizeof word);
	if (!charset_parse(word, &charset)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_CHARSET_HELP);
		return TX_COMMIT;
	}
	SET(tx, me->connection->charset, (uint8_t)charset);
	SET(tx, me->player->charset, (uint8_t)(charset + 1));
	player_changed(tx, me->player);
	tell_text(tx, me->index, FONT_INFO, TEXT_CHARSET_SET, charset_name(charset));
	return TX_COMMIT;
}

static struct text word_take(struct text *line)
{
	unsigned n = 1; /* behind the slash */
	while (n < line->length && line->bytes[n] != ' ')
		n++;
	struct text word = text_bytes(line->bytes + 1, n - 1);
	*line = text_trim(text_bytes(line->bytes + n, line->length - n));
	return word;
}

enum tx_verdict command_run(struct tx *tx, const struct actor *me, struct text line)
{
	struct text rest = line;
	struct text word = word_take(&rest);
	for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (!text_equal_fold(word, text_of(commands[i].word)))
			continue;
		if (commands[i].fn != NULL)
			return commands[i].fn(tx, me, rest);
		return ruling_apply(tx, ruling_of(commands[i].packet), me, &(struct c2s_packet){.id = commands[i].packet});
	}
	char shown[40], clean[40];
	text_to_z(text_clean_player(text_cut(word, 30), clean, sizeof clean), shown, sizeof shown);
	tell_text(tx, me->index, FONT_INFO, TEXT_COMMAND_UNKNOWN, shown);
	return TX_COMMIT;
}

/* GM sub-commands: without privileges they are ignored silently, since any player's client can emit some of them by a
 * click (protocol.md 3.3). Their rules come with the administration of the game. */
enum tx_verdict rule_gm_commands(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	if ((me->player->privileges & PRIVILEGE_STAFF) == 0)
		return TX_COMMIT;
	return rule_not_yet(tx, me, packet);
}
