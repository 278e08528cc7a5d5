#include "tests/chaos/population.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/chaos/chaos.h"
#include "tests/chaos/fights.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum {
	PATIENCE_MS = 60000, /* for anything that the server has to do; processes stand still and die meanwhile */
	UNANSWERED_MS = 500,
	RETRY_MS = 200,
	GROWTH_MS = 3000,
	RESTS_UNTIL_DURABLE = 2,
	AWAY_MOST_MS = 1500,
};

/* --- coming in ---------------------------------------------------------------------------------------------------- */

static void player_add(struct chaos *chaos)
{
	struct population *people = &chaos->population;
	struct player *p = &people->player[people->count];
	static const enum role roles[] = {ROLE_BORDERER, ROLE_TRAVELLER, ROLE_HUNTER, ROLE_TRAVELLER, ROLE_HUNTER};
	memset(p, 0, sizeof *p);
	p->number = people->count;
	p->role = chaos->options->hunters ? ROLE_HUNTER : roles[p->number % 5];
	if (p->number < TALKERS)
		p->role = ROLE_TALKER;
	if (p->role == ROLE_TRAVELLER && people->porters < chaos->region.door_count && people->porters < 3) {
		p->role = ROLE_PORTER;
		people->porters++;
	}
	snprintf(p->name, sizeof p->name, "%s", bot_new_name());
	people->count++;
}

void population_make(struct chaos *chaos)
{
	struct population *people = &chaos->population;
	memset(people, 0, sizeof *people);
	rng_seed(&people->rng, chaos->options->seed + 1);
	people->most = chaos->options->players + chaos->options->players / 4;
	for (unsigned i = 0; i < chaos->options->players; i++)
		player_add(chaos);
	people->growth_ms = clock_mono_ms() + GROWTH_MS;
}

/* What it got was read to the last byte, and nothing was wrong with it. */
static void bot_check(const struct chaos *chaos, const struct player *p, const struct bot *bot)
{
	PLAYERS_EXPECT(chaos, bot->cut_packets == 0, "%s got %u packets that were cut", p->name, bot->cut_packets);
	PLAYERS_EXPECT(chaos, bot->desyncs == 0, "%s was out of step %u times", p->name, bot->desyncs);
}

static void bot_retire(struct chaos *chaos, const struct player *p, struct bot **bot)
{
	bot_check(chaos, p, *bot);
	chaos->population.bytes_before += (*bot)->bytes;
	chaos->population.packets_before += (*bot)->packets;
	bot_close(bot);
}

void population_count_bytes(struct chaos *chaos)
{
	const struct population *people = &chaos->population;
	chaos->report.bytes = people->bytes_before;
	chaos->report.packets = people->packets_before;
	for (unsigned i = 0; i < people->count; i++) {
		const struct player *p = &people->player[i];
		const struct bot *const bots[] = {p->bot, p->comer, p->former};
		for (unsigned b = 0; b < 3; b++) {
			chaos->report.bytes += bots[b] != NULL ? bots[b]->bytes : 0;
			chaos->report.packets += bots[b] != NULL ? bots[b]->packets : 0;
		}
	}
}

static void comer_begin(struct chaos *chaos, struct player *p)
{
	p->comer = bot_connect(chaos->server);
	p->comer_ms = clock_mono_ms();
	if (p->created) {
		bot_ask_login(p->comer, p->name, BOT_PASSWORD);
		return;
	}
	p->comer->screen = BOT_CREATION_SCREEN;
	snprintf(p->comer->name, sizeof p->comer->name, "%s", p->name);
	BOT_SEND(p->comer, THROW_DICES);
}

static bool error_is(const struct bot *bot, enum text_id id)
{
	return strcmp(bot->error, text_latin1(id)) == 0;
}

/* What he was told instead of being let in. */
static void refusal_take(struct chaos *chaos, struct player *p)
{
	const struct bot *comer = p->comer;
	chaos->report.refusals++;
	if (error_is(comer, TEXT_BUSY) || error_is(comer, TEXT_BEING_LOADED) || error_is(comer, TEXT_STORE_AWAY))
		return;
	if (error_is(comer, TEXT_NAME_TAKEN) && !p->created && p->asked)
		p->created = true; /* by the try before, whose answer was lost with its worker */
	else if (error_is(comer, TEXT_WRONG_PASSWORD) && p->created && p->rests < RESTS_UNTIL_DURABLE)
		p->created = false; /* all was taken back to a moment before */
	else
		EXPECT(p->blamed > 0, "%s is refused: \"%s\"", p->name, comer->error);
}

static void comer_failed(struct chaos *chaos, struct player *p)
{
	if (p->comer->errors > 0)
		refusal_take(chaos, p);
	else
		chaos->report.lost_at_the_door++;
	if (p->bot != NULL)
		player_forget_left(p); /* he plays on */
	bot_retire(chaos, p, &p->comer);
	p->due_ms = clock_mono_ms() + (uint64_t)rng_range(&chaos->population.rng, 20, RETRY_MS);
}

/* All he did was answered, so this is what the server has of him. */
static void left_remember(struct player *p)
{
	p->left.known = true;
	p->left.dead = player_is_dead(p);
	p->left.gold = p->bot->gold;
	memcpy(p->left.slots, p->bot->inventory, sizeof p->left.slots);
	p->left.at = (struct place){.map = 0};
}

void player_forget_left(struct player *p)
{
	p->left.known = false;
}

static void left_expect(const struct chaos *chaos, const struct player *p)
{
	const struct bot *bot = p->bot;
	if (!p->left.known || chaos->options->settlement_off || p->left.dead != player_is_dead(p))
		return;
	EXPECT(bot->gold == p->left.gold, "%s left with %d gold and came back with %d", p->name, p->left.gold, bot->gold);
	for (int slot = 1; slot <= WIRE_INVENTORY_SLOTS; slot++) {
		const struct bot_slot *was = &p->left.slots[slot], *is = &bot->inventory[slot];
		EXPECT(was->item == is->item && was->amount == is->amount && was->equipped == is->equipped,
			   "%s left with %d of item %d in slot %d (worn: %d), and came back with %d of %d (%d)", p->name,
			   was->amount, was->item, slot, was->equipped, is->amount, is->item, is->equipped);
	}
	struct place at = bot_place(bot), was = p->left.at;
	EXPECT(was.map == 0 || p->left.dead || (at.map == was.map && at.x == was.x && at.y == was.y),
		   "%s was on map %u (%u,%u) when he was taken over, and is on map %u (%u,%u)", p->name, was.map, was.x, was.y,
		   at.map, at.x, at.y);
}

static void comer_arrives(struct chaos *chaos, struct player *p)
{
	if (p->bot != NULL) {
		p->former = p->bot;
		p->former_ms = clock_mono_ms();
		chaos->report.takeovers++;
	}
	chaos->report.logins++;
	if (!p->created) {
		chaos->report.creations++;
		p->rests = 0;
	}
	p->bot = p->comer;
	p->comer = NULL;
	p->created = true;
	p->in_yard = false;
	p->way_length = p->way_done = 0;
	p->answered = p->bot->pongs;
	p->left_to_check = true;
	player_forget_heard(p);
	player_ping(p);
}

static void comer_turn(struct chaos *chaos, struct player *p)
{
	struct bot *comer = p->comer;
	if (bot_in_world(comer)) {
		comer_arrives(chaos, p);
	} else if (comer->errors > 0 || comer->closed) {
		comer_failed(chaos, p);
	} else if (comer->rolled && comer->pings == 0) {
		struct c2s_LOGIN_NEW_CHAR wish = bot_wish(p->name);
		wish.class = p->number % 3 == 1 ? CLASS_MAGE : CLASS_WARRIOR;
		comer->rolled = false;
		p->asked = true;
		bot_ask_creation(comer, &wish);
	} else {
		EXPECT(clock_mono_ms() - p->comer_ms < PATIENCE_MS, "%s waits to be let in", p->name);
	}
}

/* --- going out ---------------------------------------------------------------------------------------------------- */

static uint64_t return_ms(struct chaos *chaos)
{
	return clock_mono_ms() + (uint64_t)rng_range(&chaos->population.rng, 0, AWAY_MOST_MS);
}

static void player_is_out(struct chaos *chaos, struct player *p)
{
	bot_retire(chaos, p, &p->bot);
	p->leaving_ms = 0;
	p->in_yard = false;
	p->due_ms = return_ms(chaos);
}

void player_quit(struct chaos *chaos, struct player *p)
{
	(void)chaos;
	left_remember(p);
	BOT_SEND(p->bot, QUIT);
	p->leaving_ms = clock_mono_ms();
}

void player_cut(struct chaos *chaos, struct player *p)
{
	left_remember(p);
	player_is_out(chaos, p);
}

void player_elsewhere(struct chaos *chaos, struct player *p)
{
	left_remember(p);
	p->left.at = bot_place(p->bot);
	comer_begin(chaos, p);
}

/* His number that was not run is missing for good. */
static void number_is_lost(struct population *people, const struct player *speaker)
{
	for (unsigned i = 0; i < people->count && speaker->number < TALKERS; i++)
		people->player[i].heard[speaker->number] = 0;
}

/* While he logs in elsewhere. The words with which it closes may be lost with their worker; the log has them. */
static bool was_taken_over(const struct chaos *chaos, const struct player *p)
{
	return p->comer != NULL && (error_is(p->bot, TEXT_TAKEN_OVER) ||
								game_server_log_lines(chaos->server, scenario_text("%s (", p->name),
													  "the same character logged in from elsewhere") > 0);
}

/* The server closed his connection. */
static void player_is_closed(struct chaos *chaos, struct player *p)
{
	if (p->leaving_ms != 0 || was_taken_over(chaos, p)) {
		player_is_out(chaos, p);
		return;
	}
	unsigned blamed =
		game_server_log_lines(chaos->server, scenario_text("%s (", p->name), "a packet of this player killed a worker");
	chaos->report.disconnects++;
	PLAYERS_EXPECT(chaos, blamed > p->blamed && chaos->calamities.blamable, "%s was disconnected (last error \"%s\")",
				   p->name, p->bot->error);
	p->blamed = blamed;
	chaos->report.blamed++;
	number_is_lost(&chaos->population, p);
	player_is_out(chaos, p);
}

static void former_turn(struct chaos *chaos, struct player *p)
{
	if (p->former->closed)
		bot_retire(chaos, p, &p->former);
	else
		EXPECT(clock_mono_ms() - p->former_ms < PATIENCE_MS, "the connection from which %s was taken over stays open",
			   p->name);
}

/* --- being there -------------------------------------------------------------------------------------------------- */

void player_ping(struct player *p)
{
	p->pinged_ms = clock_mono_ms();
	BOT_SEND(p->bot, PING);
}

static bool is_answered(const struct player *p)
{
	return p->bot->pongs == p->bot->pings;
}

static void answer_take(struct chaos *chaos, struct player *p)
{
	const struct bot *bot = p->bot;
	PLAYERS_EXPECT(chaos, bot->pongs <= bot->pings, "%s pinged %u times and got %u answers", p->name, bot->pings,
				   bot->pongs);
	if (!is_answered(p)) {
		if (chaos->options->settlement_off && clock_mono_ms() - p->pinged_ms > UNANSWERED_MS)
			p->bot->pings = p->bot->pongs; /* lost with what was half done; he goes on */
		EXPECT(clock_mono_ms() - p->pinged_ms < PATIENCE_MS, "%s gets no answer for %d s", p->name, PATIENCE_MS / 1000);
		return;
	}
	if (p->answered == bot->pongs)
		return;
	p->answered = bot->pongs;
	report_answer(&chaos->report, p->pinged_ms, bot->received_ms);
	if (p->left_to_check)
		left_expect(chaos, p);
	p->left_to_check = p->left.known = false;
	p->in_yard = region_in_yard(&chaos->region, bot_place(bot));
	if (!p->in_yard)
		player_forget_heard(p);
}

static void playing_turn(struct chaos *chaos, struct player *p)
{
	bot_check(chaos, p, p->bot);
	player_watch_life(chaos, p);
	player_listen(chaos, p);
	if (p->bot->closed) {
		player_is_closed(chaos, p);
		return;
	}
	if (p->leaving_ms != 0) {
		EXPECT(clock_mono_ms() - p->leaving_ms < PATIENCE_MS, "%s wants to leave, and is not let out", p->name);
		return;
	}
	answer_take(chaos, p);
	if (p->comer != NULL || p->former != NULL || chaos->resting || !is_answered(p) || clock_mono_ms() < p->due_ms)
		return;
	bot_hear(p->bot); /* the others' turns took their time */
	if (!p->bot->closed)
		player_act(chaos, p);
}

static void player_turn(struct chaos *chaos, struct player *p)
{
	if (p->former != NULL)
		former_turn(chaos, p);
	if (p->bot != NULL)
		playing_turn(chaos, p);
	if (p->comer != NULL)
		comer_turn(chaos, p);
	else if (p->bot == NULL && clock_mono_ms() >= p->due_ms)
		comer_begin(chaos, p);
}

void population_turn(struct chaos *chaos)
{
	struct population *people = &chaos->population;
	uint64_t now = clock_mono_ms();
	for (unsigned i = 0; i < people->count; i++)
		player_turn(chaos, &people->player[i]);
	if (!chaos->resting && people->count < people->most && now >= people->growth_ms) {
		player_add(chaos);
		people->growth_ms = now + (uint64_t)rng_range(&people->rng, GROWTH_MS / 2, GROWTH_MS * 3 / 2);
	}
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

bool population_is_settled(const struct chaos *chaos)
{
	const struct population *people = &chaos->population;
	for (unsigned i = 0; i < people->count; i++) {
		const struct player *p = &people->player[i];
		if (p->bot == NULL || p->comer != NULL || p->former != NULL || p->leaving_ms != 0 || !is_answered(p) ||
			p->answered != p->bot->pongs)
			return false;
	}
	return true;
}

unsigned population_playing(const struct population *people)
{
	unsigned count = 0;
	for (unsigned i = 0; i < people->count; i++)
		count += people->player[i].bot != NULL;
	return count;
}

void population_ping(struct chaos *chaos)
{
	for (unsigned i = 0; i < chaos->population.count; i++)
		player_ping(&chaos->population.player[i]);
}

void population_rested(struct chaos *chaos)
{
	for (unsigned i = 0; i < chaos->population.count; i++)
		chaos->population.player[i].rests++;
}

void population_abandoned(struct chaos *chaos)
{
	for (unsigned i = 0; i < chaos->population.count; i++) {
		struct player *p = &chaos->population.player[i];
		struct bot **const bots[] = {&p->bot, &p->comer, &p->former};
		for (unsigned b = 0; b < 3; b++) {
			if (*bots[b] != NULL)
				bot_retire(chaos, p, bots[b]);
		}
		p->leaving_ms = 0;
		p->in_yard = p->left.known = false;
		p->blamed = 0;
		p->due_ms = return_ms(chaos);
	}
}
