#include "tests/harness/crowd.h"

#include <string.h>

enum {
	LEAD_MAX = BOT_LINES / CROWD_MAX / 2, /* numbers that somebody has not heard yet: so none leaves the lines kept */
	TURN_MS = 2,                          /* the longest that a turn waits for answers */
};

struct crowd crowd; /* too large for the stack */

static bool is_in_yard(int x, int y)
{
	return x >= crowd.yard.x && x < crowd.yard.x + YARD_WIDTH && y >= crowd.yard.y && y < crowd.yard.y + YARD_HEIGHT;
}

static void footprint_leave(struct member *m)
{
	struct place at = bot_place(m->bot);
	EXPECT(at.map == crowd.yard.map && is_in_yard(at.x, at.y), "%s left the yard: he is on map %u at (%u,%u)", m->name,
		   at.map, at.x, at.y);
	m->been[tile_index(at.x, at.y)] = 1;
}

static void member_walk(struct member *m)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	const struct bot_character *self = bot_self(m->bot);
	int heading = rng_range(&crowd.rng, HEADING_NORTH, HEADING_WEST);
	if (is_in_yard(self->x + dx[heading], self->y + dy[heading]))
		bot_step(m->bot, heading);
	footprint_leave(m);
}

/* How far they lag behind him who hear him from a dead worker. */
static unsigned lead(const struct member *m)
{
	unsigned most = 0;
	for (unsigned i = 0; i < crowd.count; i++) {
		unsigned behind = m->said - crowd.member[i].heard[m - crowd.member];
		most = behind > most ? behind : most;
	}
	return most;
}

static void member_act(struct member *m)
{
	EXPECT(!m->bot->closed, "%s was disconnected (last error \"%s\")", m->name, m->bot->error);
	EXPECT(m->bot->pongs <= m->pings, "%s pinged %u times and got %u answers", m->name, m->pings, m->bot->pongs);
	if (m->bot->pongs < m->pings)
		return;
	footprint_leave(m);
	member_walk(m);
	if (lead(m) < LEAD_MAX)
		bot_talk(m->bot, scenario_text("numero %u", ++m->said));
	m->pings++;
	BOT_SEND(m->bot, PING);
}

static struct member *member_of(int character)
{
	for (unsigned i = 0; i < crowd.count; i++) {
		if (crowd.member[i].bot->self == character)
			return &crowd.member[i];
	}
	return NULL;
}

/* Numbers come without a gap and in order. */
static void member_listen(struct member *m)
{
	struct bot *bot = m->bot;
	EXPECT(bot->line_count - m->lines_heard <= BOT_LINES, "%s was not listened to for too long", m->name);
	for (; m->lines_heard < bot->line_count; m->lines_heard++) {
		const struct bot_line *line = &bot->lines[m->lines_heard % BOT_LINES];
		struct member *speaker = line->font < 0 ? member_of(line->character) : NULL;
		if (speaker == NULL)
			continue;
		unsigned *last = &m->heard[speaker - crowd.member];
		EXPECT(strcmp(line->text, scenario_text("numero %u", *last + 1)) == 0,
			   "%s heard \"%s\" from %s after number %u", m->name, line->text, speaker->name, *last);
		++*last;
	}
}

static void crowd_listen(void)
{
	for (unsigned i = 0; i < crowd.count; i++)
		member_listen(&crowd.member[i]);
}

void crowd_turn(void)
{
	for (unsigned i = 0; i < crowd.count; i++)
		member_act(&crowd.member[i]);
	bots_receive(TURN_MS);
	crowd_listen();
	crowd.turns++;
}

void crowd_play(unsigned times)
{
	unsigned goal[CROWD_MAX] = {0};
	for (unsigned i = 0; i < crowd.count; i++)
		goal[i] = crowd.member[i].pings + times;
	for (unsigned i = 0; i < crowd.count; i++) {
		uint64_t until = scenario_deadline();
		while (crowd.member[i].pings < goal[i]) {
			crowd_turn();
			if (crowd.member[i].pings < goal[i])
				scenario_look_again(until, __FILE__, __LINE__, crowd.member[i].name);
		}
	}
}

static bool crowd_is_answered(void)
{
	for (unsigned i = 0; i < crowd.count; i++) {
		if (crowd.member[i].bot->pongs < crowd.member[i].pings)
			return false;
	}
	return true;
}

void crowd_rest(void)
{
	EVENTUALLY(crowd_is_answered());
	for (unsigned i = 0; i < crowd.count; i++) {
		crowd.member[i].pings++;
		bot_sync(crowd.member[i].bot);
		footprint_leave(&crowd.member[i]);
	}
	crowd_listen();
}

static void pair_expect_good(const struct member *m, const struct member *other)
{
	const struct bot_character *seen = bot_find(m->bot, other->bot->self);
	const struct bot_character *self = bot_self(other->bot);
	EXPECT(seen != NULL, "%s does not see %s", m->name, other->name);
	EXPECT(seen->x == self->x && seen->y == self->y, "%s sees %s on (%d,%d), and he is on (%d,%d)", m->name,
		   other->name, seen->x, seen->y, self->x, self->y);
	EXPECT(m->heard[other - crowd.member] == other->said, "%s said %u numbers, and %s heard %u", other->name,
		   other->said, m->name, m->heard[other - crowd.member]);
}

void crowd_expect_good(void)
{
	crowd_rest();
	for (unsigned i = 0; i < crowd.count; i++) {
		const struct member *m = &crowd.member[i];
		EXPECT(!m->bot->closed, "%s was disconnected (last error \"%s\")", m->name, m->bot->error);
		EXPECT_EQUAL("answers to pings", m->bot->pongs, m->pings);
		for (unsigned k = 0; k < crowd.count; k++)
			pair_expect_good(m, &crowd.member[k]);
	}
	bots_expect_good();
}

static void member_take(struct member *m, struct bot *bot)
{
	m->bot = bot;
	m->pings = bot->pongs;
	m->lines_heard = bot->line_count;
	memcpy(m->name, bot->name, sizeof m->name);
}

struct game_server *crowd_start_with(unsigned count, uint64_t seed, const struct game_server_options *options)
{
	const char *settings[GAME_SERVER_SETTINGS_MAX + 1] = {NULL};
	unsigned n = 0;
	memset(&crowd, 0, sizeof crowd);
	crowd.yard = scenario_clearing(YARD_WIDTH, YARD_HEIGHT, true);
	rng_seed(&crowd.rng, seed);
	struct place start = crowd.yard;
	start.x += YARD_WIDTH / 2;
	start.y += YARD_HEIGHT / 2;
	/* Killed processes come back soon, however often they die; and the rings hold what happens meanwhile, as this crowd
	 * does in a moment what players do in a minute. */
	settings[n++] = scenario_start(start);
	settings[n++] = "workers.respawn_pause_max_ms=100";
	settings[n++] = "world.ring_kb=512";
	for (const char *const *more = options->settings; more != NULL && *more != NULL; more++) {
		EXPECT(n < GAME_SERVER_SETTINGS_MAX, "too many settings");
		settings[n++] = *more;
	}
	struct game_server_options all = *options;
	all.settings = settings;
	crowd.server = game_server_start(&all);
	for (; crowd.count < count; crowd.count++) {
		struct bot *bot = bot_create(crowd.server, NULL, (int)(crowd.count % crowd.server->workers));
		member_take(&crowd.member[crowd.count], bot);
	}
	crowd_rest();
	return crowd.server;
}

struct game_server *crowd_start(unsigned count, uint64_t seed, const struct redis_server *redis)
{
	return crowd_start_with(count, seed, &(struct game_server_options){.redis = redis});
}

void crowd_forget_the_way(void)
{
	for (unsigned i = 0; i < crowd.count; i++) {
		memset(crowd.member[i].been, 0, sizeof crowd.member[i].been);
		footprint_leave(&crowd.member[i]);
	}
}

void crowd_await_durable(void)
{
	int64_t cuts = game_server_store_number(crowd.server, "cuts");
	CROWD_UNTIL(game_server_store_number(crowd.server, "cuts") >= cuts + 2);
}

void crowd_close(void)
{
	for (unsigned i = 0; i < crowd.count; i++)
		bot_close(&crowd.member[i].bot);
}

void crowd_login(void)
{
	for (unsigned i = 0; i < crowd.count; i++) {
		struct member *m = &crowd.member[i];
		member_take(m, bot_login(crowd.server, m->name, ANY_WORKER));
		m->said = 0;
		memset(m->heard, 0, sizeof m->heard);
	}
}

void crowd_remember(struct place places[CROWD_MAX])
{
	for (unsigned i = 0; i < crowd.count; i++)
		places[i] = bot_place(crowd.member[i].bot);
}

void crowd_expect_places(const struct place places[CROWD_MAX])
{
	for (unsigned i = 0; i < crowd.count; i++) {
		struct place at = bot_place(crowd.member[i].bot);
		EXPECT(at.map == places[i].map && at.x == places[i].x && at.y == places[i].y,
			   "%s is on map %u at (%u,%u), and was on map %u at (%u,%u)", crowd.member[i].name, at.map, at.x, at.y,
			   places[i].map, places[i].x, places[i].y);
	}
}
