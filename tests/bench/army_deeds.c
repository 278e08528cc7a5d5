/* army_deeds.c - what the bots do, and how often. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "tests/bench/army.h"

void army_send(struct army *army, struct army_bot *bot, enum packet_table table, unsigned id, const void *fields)
{
	uint8_t bytes[1024];
	struct packet_writer writer;
	if (bot->fd < 0)
		return;
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	if (!packet_put(&writer, table, id, fields))
		abort(); /* the army sends only what it wrote itself */
	army->figures.actions++;
	ssize_t n = send(bot->fd, bytes, writer.length, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n == (ssize_t)writer.length || (n < 0 && (errno == EPIPE || errno == ECONNRESET)))
		return; /* that the server closed is seen when receiving */
	army_bot_lose(army, bot, LOSS_FULL, army_loss_words(LOSS_FULL));
}

/* --- when --- */

static uint64_t pause_ns(struct army *army, unsigned mean_ms, unsigned spread_percent)
{
	int spread_us = (int)(mean_ms * 10 * spread_percent);
	return (uint64_t)mean_ms * 1000000 + (uint64_t)(int64_t)rng_range(&army->rng, -spread_us, spread_us) * 1000;
}

/* Is it time? Then the next time is set; who is late does not make up for it. */
static bool is_due(struct army *army, uint64_t *due_ns, unsigned mean_ms, unsigned spread_percent, uint64_t now_ns)
{
	if (mean_ms == 0 || now_ns < *due_ns)
		return false;
	*due_ns += pause_ns(army, mean_ms, spread_percent);
	if (*due_ns < now_ns)
		*due_ns = now_ns + pause_ns(army, mean_ms, spread_percent);
	return true;
}

static uint64_t first_due(struct army *army, unsigned mean_ms, uint64_t now_ns)
{
	return now_ns + (uint64_t)rng_range(&army->rng, 0, (int)mean_ms * 1000) * 1000;
}

void army_bot_act_soon(struct army *army, struct army_bot *bot, uint64_t now_ns)
{
	const struct army_pace *pace = &army->options.pace;
	bot->step_due = first_due(army, pace->step_ms, now_ns);
	bot->talk_due = first_due(army, pace->talk_ms, now_ns);
	bot->item_due = first_due(army, pace->item_ms, now_ns);
	bot->other_due = first_due(army, pace->other_ms, now_ns);
	bot->ping_due = first_due(army, pace->ping_ms, now_ns);
}

/* --- walking --- */

static void neighbour(int heading, int *x, int *y)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	*x += dx[heading];
	*y += dy[heading];
}

/* The client's own check: blocked bit, water, other characters (protocol.md 5.2). Exits are taken now and then. */
static bool tile_is_open(struct army *army, const struct army_bot *bot, int x, int y)
{
	enum { EXIT_CHANCE = 8 };
	const struct map_def *def = catalog_map(army->options.catalog, bot->map);
	if (def == NULL || !tile_is_in_frame(x, y))
		return false;
	unsigned flags = map_tile_flags(army->options.catalog, def, x, y);
	const int8_t *doors = bot->map < sizeof army->block / sizeof *army->block ? army->block[bot->map] : NULL;
	int8_t told = doors != NULL ? doors[tile_index((unsigned)x, (unsigned)y)] : 0;
	bool blocked = told != 0 ? told > 0 : (flags & TILE_BLOCKED) != 0;
	if (blocked || ((flags & TILE_WATER) != 0) != bot->sailing)
		return false;
	if ((flags & TILE_EXIT) != 0 && rng_range(&army->rng, 1, EXIT_CHANCE) > 1)
		return false;
	return !army_bot_sees_somebody_on(bot, x, y);
}

static void step_take(struct army *army, struct army_bot *bot, int heading, uint64_t now_ns)
{
	int x = bot->x, y = bot->y;
	neighbour(heading, &x, &y);
	bot->x = (uint8_t)x;
	bot->y = (uint8_t)y;
	bot->heading = (uint8_t)heading;
	bot->step[bot->steps++ % STEPS_KEPT] = (struct step){.ns = now_ns, .x = bot->x, .y = bot->y};
	army->figures.steps++;
	ARMY_SEND(army, bot, WALK, .heading = heading);
}

static void pacer_step(struct army *army, struct army_bot *bot)
{
	int heading = bot->east ? HEADING_WEST : HEADING_EAST, x = bot->x, y = bot->y;
	if (army->options.catalog != NULL) {
		neighbour(heading, &x, &y);
		if (!tile_is_open(army, bot, x, y))
			return;
	}
	bot->east = !bot->east;
	step_take(army, bot, heading, clock_mono_ns());
}

/* Straight on, a turn now and then; against an obstacle it turns, and says so as the client does. */
static void wanderer_step(struct army *army, struct army_bot *bot)
{
	enum { TURN_CHANCE = 12 };
	if (bot->wait > 0) {
		bot->wait--;
		return;
	}
	int heading =
		rng_range(&army->rng, 1, TURN_CHANCE) == 1 ? rng_range(&army->rng, HEADING_NORTH, HEADING_WEST) : bot->heading;
	int x = bot->x, y = bot->y;
	neighbour(heading, &x, &y);
	if (tile_is_open(army, bot, x, y)) {
		step_take(army, bot, heading, clock_mono_ns());
		return;
	}
	bot->heading = (uint8_t)(heading % 4 + 1);
	ARMY_SEND(army, bot, CHANGE_HEADING, .heading = bot->heading);
}

/* --- the rest --- */

static void talk(struct army *army, struct army_bot *bot)
{
	static const char *const lines[] = {"hola",    "alguien vende pociones?", "vamos al bosque",
										"jaja",    "cuidado con el lobo",     "donde queda el banco",
										"gracias!"};
	int line = rng_range(&army->rng, 0, sizeof lines / sizeof *lines - 1);
	if (rng_range(&army->rng, 1, 20) == 1)
		ARMY_SEND(army, bot, YELL, .text = text_of(lines[line]));
	else
		ARMY_SEND(army, bot, TALK, .text = text_of(lines[line]));
}

/* Drops one of what he has and does not wear, and picks it up again the next time, if he still stands there. */
static void item_move(struct army *army, struct army_bot *bot)
{
	bool drop = !bot->dropped;
	bot->dropped = !bot->dropped;
	for (int slot = 1; drop && slot <= WIRE_INVENTORY_SLOTS; slot++) {
		if (bot->item[slot] == 0)
			continue;
		ARMY_SEND(army, bot, DROP, .slot = slot, .amount = 1);
		return;
	}
	ARMY_SEND(army, bot, PICK_UP);
}

static void other_do(struct army *army, struct army_bot *bot)
{
	int slot = rng_range(&army->rng, 1, WIRE_INVENTORY_SLOTS);
	int x = bot->x + rng_range(&army->rng, -5, 5), y = bot->y + rng_range(&army->rng, -5, 5);
	switch (rng_range(&army->rng, 1, 8)) {
	case 1:
		ARMY_SEND(army, bot, LEFT_CLICK, .x = x, .y = y);
		break;
	case 2:
		ARMY_SEND(army, bot, LEFT_CLICK, .x = x, .y = y);
		ARMY_SEND(army, bot, DOUBLE_CLICK, .x = x, .y = y);
		break;
	case 3:
		ARMY_SEND(army, bot, EQUIP_ITEM, .slot = slot);
		break;
	case 4:
		ARMY_SEND(army, bot, USE_ITEM, .slot = slot);
		break;
	case 5: /* the statistics button */
		ARMY_SEND(army, bot, REQUEST_ATRIBUTES);
		ARMY_SEND(army, bot, REQUEST_SKILLS);
		ARMY_SEND(army, bot, REQUEST_MINI_STATS);
		ARMY_SEND(army, bot, REQUEST_FAME);
		break;
	case 6:
		ARMY_SEND(army, bot, REQUEST_POSITION_UPDATE);
		break;
	case 7:
		ARMY_SEND(army, bot, ATTACK);
		break;
	default:
		ARMY_SEND(army, bot, SAFE_TOGGLE);
		break;
	}
}

void army_bot_act(struct army *army, struct army_bot *bot, uint64_t now_ns)
{
	const struct army_pace *pace = &army->options.pace;
	if (is_due(army, &bot->step_due, pace->step_ms, 10, now_ns)) {
		if (bot->pacer)
			pacer_step(army, bot);
		else
			wanderer_step(army, bot);
	}
	if (is_due(army, &bot->talk_due, pace->talk_ms, 50, now_ns))
		talk(army, bot);
	if (is_due(army, &bot->item_due, pace->item_ms, 50, now_ns))
		item_move(army, bot);
	if (is_due(army, &bot->other_due, pace->other_ms, 50, now_ns))
		other_do(army, bot);
	if (bot->pinged_ns == 0 && is_due(army, &bot->ping_due, pace->ping_ms, 50, now_ns)) {
		bot->pinged_ns = clock_mono_ns();
		ARMY_SEND(army, bot, PING);
	}
}
