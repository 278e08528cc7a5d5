/* A crowd on three workers walks to and fro between two maps: nobody's client gets out of step, and in the end all see the
 * same world. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/base/rng.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum { CROWD = 30, PLAYERS_MAX = 1000 };

struct crowd {
	struct game_server *server;
	struct bot *bots[CROWD];
	unsigned count;
};

static struct crowd crowd_make(struct place at, unsigned count, const char *setting)
{
	const char *const settings[] = {scenario_start(at), setting, NULL};
	struct crowd c = {.server = game_server_start(&(struct game_server_options){.settings = settings}), .count = count};
	for (unsigned i = 0; i < count; i++)
		c.bots[i] = bot_create(c.server, NULL, i < GAME_SERVER_WORKERS ? (int)i : ANY_WORKER);
	for (unsigned w = 0; w < GAME_SERVER_WORKERS; w++)
		EXPECT(game_server_counter(c.server, w, "logins") > 0, "worker %u has none of the crowd", w);
	return c;
}

/* --- seeing the same ------------------------------------------------------------------------------------------------------------ */

/* Twice: after the first round everything anybody did is done, after the second everybody was told. */
static void everybody_syncs(const struct crowd *c)
{
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < c->count; i++) {
			if (!c->bots[i]->closed)
				bot_sync(c->bots[i]);
		}
	}
}

static const struct bot *bot_of(const struct crowd *c, int index)
{
	for (unsigned i = 0; i < c->count; i++) {
		if (!c->bots[i]->closed && c->bots[i]->self == index)
			return c->bots[i];
	}
	return NULL;
}

/* What one sees of another is what the other is; and nobody is seen who is not there. */
static void expect_true_view(const struct crowd *c, const struct bot *viewer)
{
	for (unsigned i = 0; i < c->count; i++) {
		const struct bot *other = c->bots[i];
		if (other->closed || other == viewer)
			continue;
		const struct bot_character *seen = bot_find(viewer, other->self), *is = bot_self(other);
		bool should = other->map == viewer->map && bot_sees_tile(viewer, is->x, is->y);
		EXPECT((seen != NULL) == should, "%s on %d (%d,%d) is %sseen by %s on %d (%d,%d)", other->name, other->map,
			   is->x, is->y, seen != NULL ? "" : "not ", viewer->name, viewer->map, bot_self(viewer)->x,
			   bot_self(viewer)->y);
		EXPECT(seen == NULL || (seen->x == is->x && seen->y == is->y && strcmp(seen->name, is->name) == 0),
			   "%s is on (%d,%d); %s sees %s on (%d,%d)", other->name, is->x, is->y, viewer->name, seen->name, seen->x,
			   seen->y);
	}
	for (unsigned i = 0; i < viewer->character_count; i++) {
		int index = viewer->characters[i].index;
		EXPECT(index > PLAYERS_MAX || bot_of(c, index) != NULL, "%s sees %s, who is not there", viewer->name,
			   viewer->characters[i].name);
	}
}

static void expect_one_world(const struct crowd *c)
{
	everybody_syncs(c);
	for (unsigned i = 0; i < c->count; i++) {
		if (!c->bots[i]->closed)
			expect_true_view(c, c->bots[i]);
	}
	game_server_audit(c->server);
	bots_expect_good();
}

/* --- walking -------------------------------------------------------------------------------------------------------------------- */

/* Mostly towards the border, so that many cross; sometimes anywhere, so that they get into each other's way. One step at a
 * time: a Walk that is under way when another is refused, or when the map changes, is taken from where the server has the
 * player, and his client does not learn of it. The client's own pace sees to that with any usual delay of the line. */
static void wander(struct bot *bot, const struct crossing *crossing, struct rng *rng)
{
	if (bot->pings > bot->pongs)
		return;
	bool at_home = bot->map == crossing->here.map;
	int towards = at_home ? crossing->out : crossing->back;
	int heading = rng_range(rng, 0, 9) < 6 ? towards : rng_range(rng, HEADING_NORTH, HEADING_WEST);
	bot_step(bot, heading);
	BOT_SEND(bot, PING);
}

/* Each takes so many steps. */
static void everybody_wanders(const struct crowd *c, const struct crossing *crossing, struct rng *rng, unsigned steps)
{
	for (unsigned i = 0; i < steps; i++) {
		for (unsigned b = 0; b < c->count; b++) {
			bot_until(c->bots[b], c->bots[b]->pings == c->bots[b]->pongs);
			wander(c->bots[b], crossing, rng);
		}
	}
}

static void a_crowd_crosses_between_two_maps_and_sees_one_world(void **state)
{
	(void)state;
	enum { ROUNDS = 6, STEPS = 60 };
	struct crossing crossing = scenario_crossing();
	struct crowd c = crowd_make(crossing.here, CROWD, NULL);
	struct rng rng;
	unsigned steps = 0, crossings = 0, corrections = 0;
	rng_seed(&rng, 5);
	for (int round = 0; round < ROUNDS; round++) {
		everybody_wanders(&c, &crossing, &rng, STEPS);
		steps += STEPS * c.count;
		expect_one_world(&c);
	}
	for (unsigned b = 0; b < c.count; b++) {
		crossings += c.bots[b]->maps_entered - 1;
		corrections += c.bots[b]->corrections;
	}
	print_message("          %u steps, %u crossings, %u steps corrected\n", steps, crossings, corrections);
	EXPECT(crossings > 200, "only %u crossings: this tested little", crossings);
	EXPECT_EQUAL("players who were sent their surroundings anew", game_server_total(c.server, "resyncs"), 0);
	game_server_stop(c.server);
}

/* Who arrives while the other is still there is put beside him. */
static void walk_to_the_border(struct bot *bot, const struct crossing *crossing)
{
	struct place at = bot->map == crossing->here.map ? crossing->here : crossing->there;
	bot_walk_to(bot, at.x, at.y);
}

/* Pairs that change places between the maps all the time: the one leaves a ring while the other enters it. */
static void two_who_change_maps_with_each_other_never_go_blind(void **state)
{
	(void)state;
	enum { EXCHANGES = 150 };
	struct crossing crossing = scenario_crossing();
	const char *const settings[] = {scenario_start(crossing.here), NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .workers = 1});
	struct bot *east = bot_create(server, NULL, ANY_WORKER), *west = bot_create(server, NULL, ANY_WORKER);
	bot_walk_to(east, crossing.here.x, crossing.here.y);
	bot_step(east, crossing.out);
	bot_until(east, east->map == crossing.there.map);
	bot_walk_to(west, crossing.here.x, crossing.here.y);
	for (int i = 0; i < EXCHANGES; i++) {
		walk_to_the_border(east, &crossing);
		walk_to_the_border(west, &crossing);
		unsigned before[2] = {east->maps_entered, west->maps_entered};
		bot_step(east, east->map == crossing.here.map ? crossing.out : crossing.back);
		bot_step(west, west->map == crossing.here.map ? crossing.out : crossing.back);
		bot_until(east, east->maps_entered > before[0]);
		bot_until(west, west->maps_entered > before[1]);
		bot_sync(east);
		bot_sync(west);
	}
	bots_expect_good();
	game_server_audit(server);
	game_server_stop(server);
}

/* People come, walk and go all the time, some in order and some by pulling the plug. */
static void people_who_come_and_go_leave_no_ghosts_behind(void **state)
{
	(void)state;
	enum { TURNS = 250, FEW = 12 };
	struct crossing crossing = scenario_crossing();
	struct crowd c = crowd_make(crossing.here, FEW, "intervals.logout_s=0");
	struct rng rng;
	unsigned came = 0;
	rng_seed(&rng, 6);
	for (int turn = 0; turn < TURNS; turn++) {
		unsigned i = (unsigned)rng_range(&rng, 0, FEW - 1);
		char name[40];
		snprintf(name, sizeof name, "%s", c.bots[i]->name);
		if (rng_range(&rng, 0, 9) == 0) {
			if (rng_range(&rng, 0, 1) == 0)
				bot_quit(c.bots[i]);
			bot_close(&c.bots[i]);
			c.bots[i] = bot_login(c.server, name, ANY_WORKER);
			came++;
		}
		for (unsigned b = 0; b < c.count; b++)
			wander(c.bots[b], &crossing, &rng);
		bots_receive(1);
	}
	expect_one_world(&c);
	print_message("          %u came and went\n", came);
	game_server_await_players(c.server, FEW);
	game_server_stop(c.server);
}

/* Answers may be lost with a ring that was lapped, and a walk that was refused meanwhile with them: asks for the position and
 * says something new, until it hears itself. */
static void heard_again(struct bot *bot)
{
	static unsigned number; /* no line is said twice */
	uint64_t until = bots_deadline();
	for (bool heard = false; !heard;) {
		const char *line = scenario_text("fin %u", ++number);
		uint64_t patience = clock_mono_ms() + 1000;
		BOT_SEND(bot, REQUEST_POSITION_UPDATE);
		bot_talk(bot, line);
		while (!(heard = bot_has_said(bot, bot->self, line)) && clock_mono_ms() < patience)
			bots_turn(bot, until, __FILE__, __LINE__, "hears itself");
	}
	bot->pings = bot->pongs;
}

/* A ring that is too small for what happens is lapped: the players are sent their surroundings anew, and see one world. */
static void who_was_lapped_is_told_everything_anew(void **state)
{
	(void)state;
	enum { TURNS = 40, LINES = 3 };
	struct crossing crossing = scenario_crossing();
	char line[250];
	struct crowd c = crowd_make(crossing.here, CROWD, "world.ring_kb=16");
	struct rng rng;
	rng_seed(&rng, 7);
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	for (int turn = 0; turn < TURNS; turn++) {
		for (unsigned b = 0; b < c.count; b++) {
			c.bots[b]->pings = c.bots[b]->pongs;
			wander(c.bots[b], &crossing, &rng);
			for (int i = 0; i < LINES; i++)
				bot_talk(c.bots[b], line);
		}
		bots_receive(0);
	}
	for (int round = 0; round < 2; round++) {
		for (unsigned b = 0; b < c.count; b++)
			heard_again(c.bots[b]);
	}
	int64_t laps = game_server_total(c.server, "ring_laps"), resyncs = game_server_total(c.server, "resyncs");
	print_message("          %lld laps, %lld players told anew\n", (long long)laps, (long long)resyncs);
	EXPECT(laps > 0 && resyncs > 0, "nobody was lapped: this tested nothing");
	expect_one_world(&c);
	game_server_stop(c.server);
}

static unsigned segments_received(const struct bot *bot)
{
	struct tcp_info info = {0};
	socklen_t length = sizeof info;
	EXPECT(getsockopt(bot->fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0, "no TCP_INFO of %s", bot->name);
	return info.tcpi_segs_in;
}

/* His computer hangs: the window of his connection fills up, but for a part that is shorter than a packet. A kernel that has
 * a packet to send puts as much of it there as fits, after a while. */
static void who_stands_still_for_a_while_is_told_the_rest_in_whole_packets(void **state)
{
	(void)state;
	enum { BATCH = 25, BATCHES_MOST = 400, FULL_BATCHES = 5, WINDOW = 16384, STILL_MS = 2500 };
	const char *const settings[] = {scenario_start(scenario_clearing(4, 4, true)), "limits.output_kb=8192",
									"world.ring_kb=4096", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .workers = 2});
	bots_keep(WINDOW);
	struct bot *berta = bot_create(server, "Berta", 1);
	bots_keep(0);
	struct bot *ana = bot_create(server, "Ana", 0);
	bot_sync(berta);
	bot_record(berta);
	berta->deaf = true;
	unsigned said = 0;
	int before = 0, there = 0;
	unsigned full = 0; /* so many batches nothing more has come */
	for (unsigned batch = 0; full < FULL_BATCHES; batch++) {
		EXPECT(batch < BATCHES_MOST, "%u lines, and Berta's computer takes them all", said);
		for (unsigned i = 0; i < BATCH; i++, said++)
			bot_talk(ana, scenario_text("%0*u", 150 + (int)(said % 50), said));
		bot_sync(ana);
		bot_sync(ana);
		EXPECT(ioctl(berta->fd, FIONREAD, &there) == 0, "how much Berta has not read is not known");
		full = there > 0 && there == before ? full + 1 : 0;
		before = there;
	}
	unsigned asked = segments_received(berta);
	for (uint64_t until = clock_mono_ms() + STILL_MS; clock_mono_ms() < until;)
		bots_receive(100);
	EXPECT(segments_received(berta) > asked, "nobody asks Berta's computer whether it has room again");
	berta->deaf = false;
	bot_sync(berta);
	unsigned heard = 0;
	for (unsigned i = 0; i < berta->record_count; i++)
		heard += strncmp(berta->record[i], "ChatOverHead", 12) == 0;
	EXPECT_EQUAL("lines that Berta heard", heard, said);
	print_message("          %u lines, %d bytes of them at once\n", said, there);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_crowd_crosses_between_two_maps_and_sees_one_world),
		SCENARIO(two_who_change_maps_with_each_other_never_go_blind),
		SCENARIO(people_who_come_and_go_leave_no_ghosts_behind),
		SCENARIO(who_was_lapped_is_told_everything_anew),
		SCENARIO(who_stands_still_for_a_while_is_told_the_rest_in_whole_packets),
	};
	return SCENARIOS_RUN(tests);
}
