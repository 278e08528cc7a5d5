/* army_bot.c - one client: coming in, receiving, following what it sees. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/text/texts.h"
#include "tests/bench/army.h"
#include "tests/bench/reference.h"

enum { INPUT_BYTES = 1 << 18, SEEN_FIRST = 64 };

static unsigned number_of(const struct army *army, const struct army_bot *bot)
{
	return (unsigned)(bot - army->bot);
}

/* Only the first is kept: it is the one that explains. */
static void fault_tell(struct army *army, const struct army_bot *bot, const char *text)
{
	if (army->faults.first_text[0] == '\0')
		snprintf(army->faults.first_text, sizeof army->faults.first_text, "bot %u on map %u (%u,%u): %s",
				 number_of(army, bot), bot->map, bot->x, bot->y, text);
}

static void desync(struct army *army, const struct army_bot *bot, const char *text)
{
	army->faults.desyncs++;
	fault_tell(army, bot, text);
}

/* --- coming and going --- */

static void bot_close(struct army *army, struct army_bot *bot, enum army_phase phase)
{
	army->playing -= bot->phase == PHASE_PLAYING;
	army->entering -= bot->phase == PHASE_DICE || bot->phase == PHASE_ENTERING;
	close(bot->fd);
	bot->fd = -1;
	free(bot->rest);
	bot->rest = NULL;
	bot->rest_length = 0;
	bot->phase = (uint8_t)phase;
}

void army_bot_lose(struct army *army, struct army_bot *bot, enum army_loss loss, const char *text)
{
	army->faults.lost[loss]++;
	fault_tell(army, bot, text);
	bot_close(army, bot, PHASE_LOST);
}

static void login_ask(struct army *army, struct army_bot *bot)
{
	char name[ARMY_NAME_BYTES];
	army_name(army->options.first + number_of(army, bot), name);
	bot->phase = PHASE_ENTERING;
	bot->asked_ns = clock_mono_ns();
	if (army->options.create)
		ARMY_SEND(army, bot, LOGIN_NEW_CHAR, .username = text_of(name), .password = text_of(ARMY_PASSWORD),
				  .ver_major = 0, .ver_minor = 13, .ver_patch = 0, .race = RACE_HUMAN, .gender = GENDER_MAN,
				  .class = CLASS_WARRIOR, .head = 1, .email = text_of("bot@example.org"), .home = CITY_ULLATHORPE);
	else
		ARMY_SEND(army, bot, LOGIN_EXISTING_CHAR, .username = text_of(name), .password = text_of(ARMY_PASSWORD),
				  .ver_major = 0, .ver_minor = 13, .ver_patch = 0);
}

void army_bot_connect(struct army *army, struct army_bot *bot)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
							 .sin_port = htons((uint16_t)army->options.port),
							 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = number_of(army, bot)};
	int on = 1;
	bot->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bot->fd < 0 || connect(bot->fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
		epoll_ctl(army->epoll, EPOLL_CTL_ADD, bot->fd, &event) != 0) {
		fprintf(stderr, "army: bot %u cannot connect to port %u: %s\n", number_of(army, bot), army->options.port,
				strerror(errno));
		exit(1);
	}
	setsockopt(bot->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	bot->map = bot->self = 0;
	bot->x = bot->y = 0;
	bot->greeted = bot->sailing = false;
	bot->seen_count = 0;
	if (bot->seen_size > 0)
		memset(bot->seen, 0, bot->seen_size * sizeof *bot->seen);
	army->entering++;
	bot->phase = PHASE_DICE;
	if (army->options.catalog == NULL)
		bot->asked_ns = clock_mono_ns(); /* the reference greets him */
	else if (army->options.create)
		ARMY_SEND(army, bot, THROW_DICES);
	else
		login_ask(army, bot);
}

static void refused(struct army *army, struct army_bot *bot, struct text text)
{
	char words[300];
	text_to_z(text, words, sizeof words);
	bool again = bot->phase != PHASE_PLAYING &&
				 (strcmp(words, text_latin1(TEXT_BUSY)) == 0 || strcmp(words, text_latin1(TEXT_BEING_LOADED)) == 0);
	if (again) {
		army->faults.refusals++;
		bot_close(army, bot, PHASE_OUT);
	} else {
		army_bot_lose(army, bot, LOSS_TOLD, words);
	}
}

static void arrived(struct army *army, struct army_bot *bot)
{
	uint64_t now_ns = clock_mono_ns();
	latency_add(&army->login, (now_ns - bot->asked_ns) / 1000);
	bot->phase = PHASE_PLAYING;
	army->entering--;
	army->playing++;
	army_bot_act_soon(army, bot, now_ns);
}

/* --- who is in view --- */

static unsigned seen_home(const struct army_bot *bot, uint16_t index)
{
	return index * 40503U & (bot->seen_size - 1);
}

/* His place, or the free one where he would go. */
static struct seen *seen_place(const struct army_bot *bot, uint16_t index)
{
	unsigned i = seen_home(bot, index);
	while (bot->seen[i].index != 0 && bot->seen[i].index != index)
		i = (i + 1) & (bot->seen_size - 1);
	return &bot->seen[i];
}

static struct seen *seen_find(const struct army_bot *bot, uint16_t index)
{
	struct seen *place = bot->seen_size > 0 ? seen_place(bot, index) : NULL;
	return place != NULL && place->index != 0 ? place : NULL;
}

static void seen_grow(struct army_bot *bot)
{
	struct seen *old = bot->seen;
	unsigned old_size = bot->seen_size;
	bot->seen_size = old_size > 0 ? old_size * 2 : SEEN_FIRST;
	bot->seen = calloc(bot->seen_size, sizeof *bot->seen);
	if (bot->seen == NULL)
		abort();
	for (unsigned i = 0; i < old_size; i++) {
		if (old[i].index != 0)
			*seen_place(bot, old[i].index) = old[i];
	}
	free(old);
}

static struct seen *seen_set(struct army_bot *bot, int index, int x, int y)
{
	if (bot->seen_count * 2 >= bot->seen_size)
		seen_grow(bot);
	struct seen *place = seen_place(bot, (uint16_t)index);
	bot->seen_count += place->index == 0;
	*place = (struct seen){.index = (uint16_t)index, .x = (uint8_t)x, .y = (uint8_t)y};
	return place;
}

/* Those behind it that would not be found any more move up. */
static void seen_remove(struct army_bot *bot, uint16_t index)
{
	struct seen *gone = seen_find(bot, index);
	if (gone == NULL)
		return;
	unsigned mask = bot->seen_size - 1, hole = (unsigned)(gone - bot->seen);
	for (unsigned i = (hole + 1) & mask; bot->seen[i].index != 0; i = (i + 1) & mask) {
		unsigned home = seen_home(bot, bot->seen[i].index);
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		bot->seen[hole] = bot->seen[i];
		hole = i;
	}
	bot->seen[hole].index = 0;
	bot->seen_count--;
}

bool army_bot_sees_somebody_on(const struct army_bot *bot, int x, int y)
{
	for (unsigned i = 0; i < bot->seen_size; i++) {
		if (bot->seen[i].index != 0 && bot->seen[i].x == x && bot->seen[i].y == y)
			return true;
	}
	return false;
}

/* --- following --- */

/* The step to there that this mover made, behind number `after`: the first one, or the last. NULL = none that is kept. */
static const struct step *step_find(const struct army_bot *mover, int x, int y, uint32_t after, bool first,
									uint32_t *number)
{
	const struct step *found = NULL;
	after = after > mover->strayed ? after : mover->strayed;
	for (uint32_t n = mover->steps; n > after && n + STEPS_KEPT > mover->steps; n--) {
		const struct step *step = &mover->step[(n - 1) % STEPS_KEPT];
		if (step->x != x || step->y != y)
			continue;
		found = step;
		*number = n;
		if (!first)
			break;
	}
	return found;
}

/* `seen`: what the observer knows of the mover, NULL = he keeps no account. */
static void delivery(struct army *army, struct seen *seen, uint16_t index, int x, int y)
{
	if (army->owner[index] == 0)
		return; /* a creature */
	uint32_t number;
	const struct step *step =
		step_find(&army->bot[army->owner[index] - 1], x, y, seen != NULL ? seen->step : 0, seen != NULL, &number);
	army->figures.deliveries++;
	if (step == NULL)
		return;
	latency_add(&army->figures.step, (clock_mono_ns() - step->ns) / 1000);
	if (seen != NULL)
		seen->step = number;
}

static void character_move(struct army *army, struct army_bot *bot, const struct s2c_CHARACTER_MOVE *p)
{
	uint16_t index = (uint16_t)p->char_index;
	struct seen *seen = army->options.catalog == NULL ? NULL : seen_find(bot, index);
	delivery(army, seen, index, p->x, p->y);
	if (army->options.catalog == NULL)
		return;
	if (index == bot->self)
		desync(army, bot, "a step of the own character, which has gone already");
	if (seen == NULL) {
		desync(army, bot, "a step of somebody unknown");
		return;
	}
	if (abs(p->x - seen->x) + abs(p->y - seen->y) != 1)
		desync(army, bot, "a step of more or less than one tile");
	seen->x = (uint8_t)p->x;
	seen->y = (uint8_t)p->y;
}

static void character_create(struct army *army, struct army_bot *bot, const struct s2c_CHARACTER_CREATE *p)
{
	if (bot->map == 0)
		desync(army, bot, "a character before any map");
	if (p->char_index == bot->self) {
		bot->x = (uint8_t)p->x;
		bot->y = (uint8_t)p->y;
		return;
	}
	struct seen *seen = seen_set(bot, p->char_index, p->x, p->y);
	uint32_t owner = army->owner[seen->index];
	if (owner != 0)
		step_find(&army->bot[owner - 1], p->x, p->y, 0, false, &seen->step); /* he came here by that one */
}

static void character_remove(struct army *army, struct army_bot *bot, int index)
{
	if (index == bot->self)
		desync(army, bot, "the own character is removed");
	else
		seen_remove(bot, (uint16_t)index);
}

static void own_position(struct army *army, struct army_bot *bot, int x, int y)
{
	if (bot->x != 0 && (bot->x != x || bot->y != y)) {
		army->figures.corrections++;
		bot->wait = 1;
		bot->strayed = bot->steps; /* where he comes now says nothing about those */
		bot->east = bot->x == x ? bot->east : !bot->east;
	}
	bot->x = (uint8_t)x;
	bot->y = (uint8_t)y;
}

static void map_change(struct army_bot *bot, int map)
{
	bot->map = (uint16_t)map;
	bot->x = bot->y = 0; /* he is told where he is there */
	bot->seen_count = 0;
	if (bot->seen_size > 0)
		memset(bot->seen, 0, bot->seen_size * sizeof *bot->seen);
}

static void door(struct army *army, const struct army_bot *bot, const struct s2c_BLOCK_POSITION *p)
{
	if (bot->map >= sizeof army->block / sizeof *army->block)
		return;
	int8_t **block = &army->block[bot->map];
	if (*block == NULL && (*block = calloc(MAP_TILES, 1)) == NULL)
		abort();
	(*block)[tile_index((unsigned)p->x, (unsigned)p->y)] = p->blocked ? 1 : -1;
}

static void own_index(struct army *army, struct army_bot *bot, int index)
{
	bot->self = (uint16_t)index;
	seen_remove(bot, bot->self); /* he may have been told of before he was told that this is he */
	army->owner[bot->self] = (uint16_t)(number_of(army, bot) + 1);
	if (army->options.catalog == NULL) {
		bot->x = bot->y = REFERENCE_START;
		arrived(army, bot);
	}
}

static void pushed(struct army_bot *bot, int heading)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	bot->x = (uint8_t)(bot->x + dx[heading]);
	bot->y = (uint8_t)(bot->y + dy[heading]);
	bot->strayed = bot->steps; /* what others see of him now was no step of his */
}

static void pong(struct army *army, struct army_bot *bot)
{
	if (bot->pinged_ns == 0) {
		desync(army, bot, "a Pong without a Ping");
		return;
	}
	latency_add(&army->figures.ping, (clock_mono_ns() - bot->pinged_ns) / 1000);
	bot->pinged_ns = 0;
}

/* What a client that is here only to walk has to know. */
static void packet_apply(struct army *army, struct army_bot *bot, const struct s2c_packet *p)
{
	switch (p->id) {
	case S2C_CHARACTER_MOVE:
		character_move(army, bot, &p->CHARACTER_MOVE);
		break;
	case S2C_PONG:
		pong(army, bot);
		break;
	case S2C_CHARACTER_CREATE:
		character_create(army, bot, &p->CHARACTER_CREATE);
		break;
	case S2C_CHARACTER_REMOVE:
		character_remove(army, bot, p->CHARACTER_REMOVE.char_index);
		break;
	case S2C_POS_UPDATE:
		own_position(army, bot, p->POS_UPDATE.x, p->POS_UPDATE.y);
		break;
	case S2C_FORCE_CHAR_MOVE:
		pushed(bot, p->FORCE_CHAR_MOVE.heading);
		break;
	case S2C_CHANGE_MAP:
		map_change(bot, p->CHANGE_MAP.map);
		break;
	case S2C_BLOCK_POSITION:
		door(army, bot, &p->BLOCK_POSITION);
		break;
	case S2C_USER_CHAR_INDEX_IN_SERVER:
		own_index(army, bot, p->USER_CHAR_INDEX_IN_SERVER.char_index);
		break;
	case S2C_NAVIGATE_TOGGLE:
		bot->sailing = !bot->sailing;
		break;
	case S2C_CHANGE_INVENTORY_SLOT:
		bot->item[p->CHANGE_INVENTORY_SLOT.slot] =
			(uint16_t)(p->CHANGE_INVENTORY_SLOT.equipped || p->CHANGE_INVENTORY_SLOT.obj_index == 0
						   ? 0
						   : p->CHANGE_INVENTORY_SLOT.amount);
		break;
	case S2C_LOGGED:
		bot->greeted = true;
		break;
	case S2C_DICE_ROLL:
		if (bot->phase == PHASE_DICE)
			login_ask(army, bot);
		break;
	case S2C_ERROR_MSG:
		refused(army, bot, p->ERROR_MSG.text);
		break;
	default:
		break;
	}
	if (bot->phase == PHASE_ENTERING && bot->greeted && bot->map != 0 && bot->self != 0 && bot->x != 0)
		arrived(army, bot);
}

/* --- receiving --- */

/* Whole packets; returns the bytes used. The bot may be gone afterwards. */
static size_t packets_take(struct army *army, struct army_bot *bot, const uint8_t *bytes, size_t length)
{
	size_t at = 0, used;
	struct s2c_packet packet;
	while (at < length && bot->fd >= 0) {
		enum packet_status status = s2c_read(DIALECT_GODOT, bytes + at, length - at, INPUT_BYTES, &used, &packet);
		if (status == PACKET_INCOMPLETE)
			return at;
		if (status != PACKET_OK || packet.odd_bool) {
			char text[120];
			snprintf(text, sizeof text, "cannot read packet %u: %s", bytes[at], packet_status_name(status));
			army->faults.protocol_errors++;
			army_bot_lose(army, bot, LOSS_ERROR, text);
			return at;
		}
		army->figures.packets++;
		packet_apply(army, bot, &packet);
		at += used;
	}
	return at;
}

static void rest_keep(struct army *army, struct army_bot *bot, const uint8_t *bytes, size_t length, bool all_read)
{
	if (all_read) {
		char text[80];
		snprintf(text, sizeof text, "packet %u was cut after %zu bytes", bytes[0], length);
		army->faults.cut_packets++;
		fault_tell(army, bot, text);
	}
	uint8_t *rest = malloc(length);
	if (rest == NULL)
		abort();
	memcpy(rest, bytes, length);
	free(bot->rest);
	bot->rest = rest;
	bot->rest_length = length;
}

void army_bot_receive(struct army *army, struct army_bot *bot)
{
	static uint8_t bytes[INPUT_BYTES * 2]; /* used at once, by the one thread of the army */
	size_t before = bot->rest_length;
	if (before > 0)
		memcpy(bytes, bot->rest, before);
	ssize_t n = recv(bot->fd, bytes + before, sizeof bytes - before, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		army_bot_lose(army, bot, n == 0 ? LOSS_CLOSED : LOSS_RESET, army_loss_words(n == 0 ? LOSS_CLOSED : LOSS_RESET));
		return;
	}
	bool all_read = before + (size_t)n < sizeof bytes;
	size_t length = before + (size_t)n;
	army->figures.reads++;
	army->figures.bytes += (uint64_t)n;
	size_t used = packets_take(army, bot, bytes, length);
	if (bot->fd < 0)
		return;
	if (used < length) {
		rest_keep(army, bot, bytes + used, length - used, all_read);
	} else if (before > 0) {
		free(bot->rest);
		bot->rest = NULL;
		bot->rest_length = 0;
	}
}
