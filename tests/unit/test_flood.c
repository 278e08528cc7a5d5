/* Flood limits (worker/game/flood.h), in virtual time with the real table: who plays is never refused, however his line
 * stutters; who floods is, with one line now and then, and keeps what the limit allows. */
#include "common/base/rng.h"
#include "tests/unit/test_starter.h"
#include "worker/close_reasons.h"
#include "worker/game/ruling.h"

static uint32_t me;

static int setup(void **state)
{
	open_world(state);
	world->now_ms = 1000000;
	me = memory_world_player(world, "Ana", (struct place){.map = 1, .x = 60, .y = 92});
	return 0;
}

/* --- sending, as the server takes it ----------------------------------------------------------------------------------- */

struct sending {
	struct c2s_packet packet;
	struct connection *c;
	size_t used;
	bool flooded;
};

static enum tx_verdict sending_run(struct tx *tx, void *context)
{
	struct sending *s = context;
	return ruling_run(tx, ruling_of(s->packet.id), s->c, &s->packet, s->used, &s->flooded);
}

/* The packet with this first field (a byte), all others 0; true: it was not refused by the flood limit. Without the proofs of
 * memory_world_do, which take their time. */
static bool sent(unsigned id, uint8_t first)
{
	uint8_t bytes[256] = {(uint8_t)id, first};
	size_t used;
	struct sending s = {.c = &world->world.connections[world->world.players[me].connection.index]};
	enum packet_status status = c2s_read(world->tx.dialect, bytes, sizeof bytes, PACKET_MAX_BYTES, &used, &s.packet);
	if (status != PACKET_OK)
		fail_msg("packet %u: %s", id, packet_status_name(status));
	uint32_t domains[2] = {world->world.bodies[me].map, world->world.realm_domain};
	world->tx.now_ms = world->now_ms;
	world->tx.paranoia = PARANOIA_OFF;
	tx_run(&world->tx, domains, 2, sending_run, &s);
	return !s.flooded;
}

static const struct player *player(void)
{
	return &world->world.players[me];
}

/* --- who plays ------------------------------------------------------------------------------------------------------------ */

/* What a hand, a held key, the client's pictures and the classic client's macros send, all at their fastest and all at once. */
static const struct habit {
	const char *what;
	unsigned period_us;
	unsigned offset_us;
	uint8_t id, first;
} habits[] = {
	{"steps", 267000, 0, C2S_WALK, 0},
	{"turning against a wall, each picture of a fast screen", 1000000 / 144, 0, C2S_CHANGE_HEADING, 1},
	{"a fast typist's lines", 900000, 0, C2S_TALK, 0},
	{"a held attack key", 1000000 / 30, 0, C2S_ATTACK, 0},
	{"the spell macro: cast", 2788000, 0, C2S_CAST_SPELL, 1},
	{"the spell macro: work", 2788000, 0, C2S_WORK, 1},
	{"the spell macro: cast again", 2788000, 100000, C2S_CAST_SPELL, 1},
	{"the spell macro: click", 2788000, 100000, C2S_WORK_LEFT_CLICK, 50},
	{"the work macro", 700000, 0, C2S_WORK_LEFT_CLICK, 50},
	{"a macro that drinks as fast as the classic server lets it", 125000, 0, C2S_USE_ITEM, 30},
	{"a held pick-up key", 1000000 / 30, 0, C2S_PICK_UP, 0},
	{"a mad clicker's first clicks", 1000000 / 12, 0, C2S_LEFT_CLICK, 50},
	{"a mad clicker's second clicks", 1000000 / 12, 1000, C2S_DOUBLE_CLICK, 0},
	{"buying piece by piece", 1000000 / 12, 0, C2S_COMMERCE_BUY, 1},
	{"the statistics button: attributes", 250000, 0, C2S_REQUEST_ATRIBUTES, 0},
	{"the statistics button: skills", 250000, 0, C2S_REQUEST_SKILLS, 0},
	{"the statistics button: small stats", 250000, 0, C2S_REQUEST_MINI_STATS, 0},
	{"the statistics button: fame", 250000, 0, C2S_REQUEST_FAME, 0},
	{"a guild's windows", 200000, 0, C2S_GUILD_OPEN_ELECTIONS, 0},
	{"clicks with Shift", 1000000 / 12, 0, C2S_GM_COMMANDS, 10},
	{"the ping button", 1000000 / 12, 0, C2S_PING, 0},
};
enum { HABITS = sizeof habits / sizeof *habits, PLAYED_MS = 60000, STALL_MS = 2000 };

/* A line that holds everything back for up to two seconds, now and then, and delays it a little otherwise. Arrivals keep the
 * order of sending. */
struct line {
	struct rng rng;
	uint64_t stall_from_ms, stall_to_ms, last_ms;
};

static uint64_t line_arrival(struct line *line, uint64_t sent_ms)
{
	if (sent_ms >= line->stall_to_ms) {
		line->stall_from_ms = sent_ms + (uint64_t)rng_range(&line->rng, 0, 3000);
		line->stall_to_ms = line->stall_from_ms + STALL_MS;
	}
	uint64_t arrival = sent_ms + (uint64_t)rng_range(&line->rng, 0, 50);
	if (sent_ms >= line->stall_from_ms)
		arrival = line->stall_to_ms;
	line->last_ms = arrival > line->last_ms ? arrival : line->last_ms;
	return line->last_ms;
}

/* The habit that is due next. */
static unsigned habit_next(const uint64_t due_us[HABITS])
{
	unsigned next = 0;
	for (unsigned i = 1; i < HABITS; i++) {
		if (due_us[i] < due_us[next])
			next = i;
	}
	return next;
}

static void habit_do(const struct habit *habit, unsigned *steps)
{
	unsigned x = world->world.bodies[me].x;
	uint8_t first = habit->first;
	if (habit->id == C2S_WALK)
		first = (uint8_t)((*steps)++ % 2 == 0 ? HEADING_EAST : HEADING_WEST);
	if (!sent(habit->id, first))
		fail_msg("%s: refused at %llu ms", habit->what, (unsigned long long)world->now_ms);
	if (habit->id == C2S_WALK && world->world.bodies[me].x == x)
		fail_msg("step %u was not taken, at %llu ms", *steps, (unsigned long long)world->now_ms);
}

static void who_plays_is_never_refused_however_his_line_stutters(void **state)
{
	(void)state;
	enum { EVENINGS = 20 };
	unsigned steps = 0;
	for (uint64_t seed = 1; seed <= EVENINGS; seed++) {
		uint64_t begin_ms = world->now_ms + 10000, due_us[HABITS];
		struct line line = {.last_ms = begin_ms, .stall_to_ms = begin_ms};
		rng_seed(&line.rng, seed);
		for (unsigned i = 0; i < HABITS; i++)
			due_us[i] = habits[i].offset_us;
		for (unsigned i = 0; due_us[i = habit_next(due_us)] < (uint64_t)PLAYED_MS * 1000;
			 due_us[i] += habits[i].period_us) {
			world->now_ms = line_arrival(&line, begin_ms + due_us[i] / 1000);
			habit_do(&habits[i], &steps);
		}
	}
	assert_int_equal(steps, EVENINGS * (PLAYED_MS / 267 + 1));
	assert_int_equal(player()->flood_told_ms, 0);
	assert_int_equal(player()->speed_offence_ms, 0);
	assert_int_equal(player()->state, PLAYER_PLAYING);
}

/* --- who floods ---------------------------------------------------------------------------------------------------------- */

static void each_packet_is_refused_beyond_its_burst_and_nobody_is_thrown_out(void **state)
{
	(void)state;
	enum { MOST = 2000 };
	unsigned classes_seen = 0, packets = 0;
	for (unsigned id = 0; id < C2S_COUNT; id++) {
		const struct ruling *ruling = ruling_of(id);
		if (ruling == NULL || id == C2S_QUIT)
			continue;
		world->now_ms += 100000;
		unsigned taken = 0;
		for (int i = 0; i < MOST; i++)
			taken += sent(id, id == C2S_GM_COMMANDS ? 10 : 0);
		static const unsigned bursts[] = {
			[FLOOD_MOVE] = 1000, [FLOOD_TALK] = 8,      [FLOOD_ACT] = 120,  [FLOOD_USE] = 32,
			[FLOOD_GOODS] = 120, [FLOOD_CLICK] = 120,   [FLOOD_TRADE] = 60, [FLOOD_ASK] = 80,
			[FLOOD_SOCIAL] = 40, [FLOOD_COMMAND] = 120, [FLOOD_PING] = 60};
		if (taken != bursts[ruling->flood])
			fail_msg("%s: %u of %d were taken, %u may be", c2s_name(id), taken, MOST, bursts[ruling->flood]);
		classes_seen |= 1u << ruling->flood;
		packets++;
		assert_int_equal(player()->state, PLAYER_PLAYING);
	}
	assert_int_equal(classes_seen, (1u << FLOOD_CLASS_COUNT) - 1);
	assert_int_equal(packets, C2S_COUNT - 4);
}

static void the_limit_of_one_class_leaves_the_others_alone(void **state)
{
	(void)state;
	while (sent(C2S_TALK, 0)) {}
	assert_true(sent(C2S_PING, 0));
	assert_true(sent(C2S_WALK, HEADING_EAST));
	assert_false(sent(C2S_YELL, 0)); /* the same class */
	world->now_ms += (uint64_t)world->config.flood.talk_ms;
	assert_true(sent(C2S_YELL, 0));
	assert_false(sent(C2S_TALK, 0));
}

static void who_is_refused_is_told_so_once_in_a_while_and_where_he_stands(void **state)
{
	(void)state;
	for (int i = 0; i < world->config.flood.talk_burst; i++) {
		DO(world, me, TALK, .text = TEXT("hola"));
		assert_non_null(memory_world_heard(world, me, S2C_CHAT_OVER_HEAD));
	}
	DO(world, me, TALK, .text = TEXT("hola"));
	assert_true(memory_world_told(world, me, TEXT_TALK_TOO_FAST));
	assert_null(memory_world_heard(world, me, S2C_CHAT_OVER_HEAD));
	DO(world, me, TALK, .text = TEXT("hola"));
	assert_int_equal(memory_world_heard_all(world, me), 0);
	while (sent(C2S_WALK, 0)) {}
	world->now_ms += FLOOD_TELL_MS;
	for (int i = 0; i < FLOOD_TELL_MS / world->config.flood.move_ms; i++)
		sent(C2S_WALK, 0);
	DO(world, me, WALK, .heading = HEADING_EAST);
	assert_true(memory_world_told(world, me, TEXT_TOO_FAST));
	assert_int_equal(memory_world_heard(world, me, S2C_POS_UPDATE)->POS_UPDATE.x, 60);
	DO(world, me, WALK, .heading = HEADING_EAST); /* his client has moved him each time */
	assert_int_equal(memory_world_heard_all(world, me), 1);
	assert_int_equal(memory_world_heard(world, me, S2C_POS_UPDATE)->POS_UPDATE.x, 60);
	assert_int_equal(memory_world_closed(world, me), CLOSE_NONE);
}

static void a_refused_packet_is_taken_and_is_a_sign_of_life(void **state)
{
	(void)state;
	while (sent(C2S_REQUEST_FAME, 0)) {}
	world->now_ms += 1;
	struct connection *c = &world->world.connections[player()->connection.index];
	uint64_t consumed = c->consumed;
	struct sending s = {.c = c, .used = 1, .packet = {.id = C2S_REQUEST_FAME}};
	uint32_t domains[2] = {world->world.bodies[me].map, world->world.realm_domain};
	world->tx.now_ms = world->now_ms;
	assert_int_equal(tx_run(&world->tx, domains, 2, sending_run, &s), TX_COMMIT);
	assert_true(s.flooded);
	assert_int_equal(c->consumed, consumed + 1);
	assert_int_equal(player()->last_active_ms, world->now_ms);
}

static void the_operator_may_switch_the_limits_off(void **state)
{
	(void)state;
	world->config.flood.limit = false;
	for (int i = 0; i < 3000; i++)
		assert_true(sent(C2S_REQUEST_FAME, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_plays_is_never_refused_however_his_line_stutters, setup, close_world),
		cmocka_unit_test_setup_teardown(each_packet_is_refused_beyond_its_burst_and_nobody_is_thrown_out, setup,
										close_world),
		cmocka_unit_test_setup_teardown(the_limit_of_one_class_leaves_the_others_alone, setup, close_world),
		cmocka_unit_test_setup_teardown(who_is_refused_is_told_so_once_in_a_while_and_where_he_stands, setup,
										close_world),
		cmocka_unit_test_setup_teardown(a_refused_packet_is_taken_and_is_a_sign_of_life, setup, close_world),
		cmocka_unit_test_setup_teardown(the_operator_may_switch_the_limits_off, setup, close_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
