#include "tests/harness/town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/scenario.h"

const char *const town_names[TOWN_PEOPLE] = {"Uno", "Dosa", "Tresa", "Cuatro", "Cinco"};

/* --- coming and going ------------------------------------------------------------------------------------------------------------ */

struct town town_make(const struct game_server_options *wanted, uint64_t seed)
{
	struct town t = {.field = scenario_clearing(TOWN_FIELD, TOWN_FIELD, true)};
	struct game_server_options options = {0};
	const char *settings[GAME_SERVER_SETTINGS_MAX + 1] = {scenario_start(t.field), "game.start_kit=pyao",
														  "game.start_gold=5000", "intervals.logout_s=0",
														  "store.cut_interval_ms=50"};
	unsigned n = 5;
	if (wanted != NULL)
		options = *wanted;
	for (const char *const *own = options.settings; own != NULL && *own != NULL; own++) {
		EXPECT(n < GAME_SERVER_SETTINGS_MAX, "too many settings");
		settings[n++] = *own;
	}
	options.settings = settings;
	t.server = game_server_start(&options);
	rng_seed(&t.rng, seed);
	for (int i = 0; i < TOWN_PEOPLE; i++)
		t.people[i] = bot_create(t.server, town_names[i], i % (int)t.server->workers);
	for (int slot = 1; slot <= WIRE_INVENTORY_SLOTS && t.carried == 0; slot++) {
		const struct item_def *item = catalog_item(scenario_catalog(), (unsigned)t.people[0]->inventory[slot].item);
		if (item != NULL && (item->flags & (ITEM_IS_NEWBIE | ITEM_IS_BOUND | ITEM_STAYS_IN_BAG)) == 0 &&
			t.people[0]->inventory[slot].amount > 1)
			t.carried = slot;
	}
	EXPECT(t.carried != 0, "the kit has nothing that can be dropped");
	return t;
}

static void everybody_syncs(const struct town *t)
{
	for (int i = 0; i < TOWN_PEOPLE; i++) {
		if (t->people[i] != NULL)
			bot_sync(t->people[i]);
	}
	bot_sync(t->people[0]);
}

void town_enter(struct town *t)
{
	for (int i = 0; i < TOWN_PEOPLE; i++) {
		if (t->people[i] == NULL)
			t->people[i] = bot_login(t->server, town_names[i], ANY_WORKER);
	}
	everybody_syncs(t);
}

void town_forget(struct town *t)
{
	for (int i = 0; i < TOWN_PEOPLE; i++) {
		if (t->people[i] != NULL)
			bot_close(&t->people[i]);
	}
}

static void person_note(struct town *t, int who)
{
	const struct bot *bot = t->people[who];
	struct person_state *known = &t->known[who];
	memset(known, 0, sizeof *known);
	known->at = bot_place(bot);
	known->heading = bot_self(bot)->heading;
	known->gold = bot->gold;
	memcpy(known->inventory, bot->inventory, sizeof known->inventory);
}

void town_leave(struct town *t, int who)
{
	EXPECT(who != 0, "the first one stays");
	bot_sync(t->people[who]);
	person_note(t, who);
	bot_quit(t->people[who]);
	bot_close(&t->people[who]);
	bot_sync(t->people[0]);
}

void town_return(struct town *t, int who)
{
	t->people[who] = bot_login(t->server, town_names[who], ANY_WORKER);
	bot_sync(t->people[0]);
}

/* --- living ---------------------------------------------------------------------------------------------------------------------- */

/* Within the field, and not where somebody will come back to. */
static bool may_step_to(const struct town *t, int x, int y)
{
	for (int i = 0; i < TOWN_PEOPLE; i++) {
		if (t->people[i] == NULL && t->known[i].at.x == x && t->known[i].at.y == y)
			return false;
	}
	return x >= t->field.x && x < t->field.x + TOWN_FIELD && y >= t->field.y && y < t->field.y + TOWN_FIELD;
}

void town_act(struct town *t, int who)
{
	struct bot *bot = t->people[who];
	int what = rng_range(&t->rng, 0, 9);
	int slot = rng_range(&t->rng, 1, 20), other = rng_range(&t->rng, 1, 20);
	if (bot == NULL)
		return;
	bot_sync(bot); /* who steps where somebody went meanwhile is sent back, and looks where he wanted to go */
	if (what < 5) {
		int heading = rng_range(&t->rng, HEADING_NORTH, HEADING_WEST);
		int x = bot_self(bot)->x, y = bot_self(bot)->y;
		x += (heading == HEADING_EAST) - (heading == HEADING_WEST);
		y += (heading == HEADING_SOUTH) - (heading == HEADING_NORTH);
		if (may_step_to(t, x, y))
			bot_step(bot, heading);
	} else if (what == 5) {
		BOT_SEND(bot, DROP, .slot = t->carried, .amount = rng_range(&t->rng, 1, 3));
	} else if (what == 6) {
		BOT_SEND(bot, DROP, .slot = SLOT_GOLD, .amount = rng_range(&t->rng, 1, 99));
	} else if (what == 7) {
		BOT_SEND(bot, MOVE_ITEM, .from_slot = slot, .to_slot = other);
	} else {
		BOT_SEND(bot, PICK_UP);
	}
	bot_sync(bot);
	bot_sync(t->people[0]); /* he is the one who looks at the ground */
}

void town_live(struct town *t, int actions)
{
	for (int i = 0; i < actions; i++)
		town_act(t, i % TOWN_PEOPLE);
}

void town_await_durable(struct town *t)
{
	bot_await_durable(t->people[0], t->server);
	everybody_syncs(t);
}

/* --- looking --------------------------------------------------------------------------------------------------------------------- */

struct moment town_look(struct town *t)
{
	struct moment m;
	memset(&m, 0, sizeof m);
	for (int i = 0; i < TOWN_PEOPLE; i++) {
		if (t->people[i] != NULL)
			person_note(t, i);
		memcpy(&m.person[i], &t->known[i], sizeof m.person[i]);
	}
	for (int i = 0; i < TOWN_FIELD * TOWN_FIELD; i++)
		m.ground[i] =
			t->people[0]
				->ground[tile_index((unsigned)(t->field.x + i % TOWN_FIELD), (unsigned)(t->field.y + i / TOWN_FIELD))];
	return m;
}

static void person_tell(const char *name, const struct person_state *was, const struct person_state *is)
{
	if (memcmp(&was->at, &is->at, sizeof was->at) != 0 || was->heading != is->heading || was->gold != is->gold)
		fprintf(stderr, "%s: was on %u (%u,%u) heading %d with %d gold, is on %u (%u,%u) heading %d with %d\n", name,
				was->at.map, was->at.x, was->at.y, was->heading, was->gold, is->at.map, is->at.x, is->at.y, is->heading,
				is->gold);
	for (int s = 1; s <= WIRE_INVENTORY_SLOTS; s++) {
		if (memcmp(&was->inventory[s], &is->inventory[s], sizeof was->inventory[s]) != 0)
			fprintf(stderr, "%s: slot %d held %d of %d, holds %d of %d\n", name, s, was->inventory[s].amount,
					was->inventory[s].item, is->inventory[s].amount, is->inventory[s].item);
	}
}

void town_expect_same(const struct moment *was, const struct moment *is)
{
	if (memcmp(was, is, sizeof *was) == 0)
		return;
	for (int i = 0; i < TOWN_PEOPLE; i++)
		person_tell(town_names[i], &was->person[i], &is->person[i]);
	for (int i = 0; i < TOWN_FIELD * TOWN_FIELD; i++) {
		if (was->ground[i] != is->ground[i])
			fprintf(stderr, "the ground at +%d,+%d showed %d, shows %d\n", i % TOWN_FIELD, i / TOWN_FIELD,
					was->ground[i], is->ground[i]);
	}
	scenario_fail(__FILE__, __LINE__, "the world is not as it was");
}

static void closest_tell(const struct moment *moments, int count, const struct moment *now)
{
	int best = 0, most = -1;
	for (int i = 0; i < count; i++) {
		int same = 0;
		for (int p = 0; p < TOWN_PEOPLE; p++)
			same += memcmp(&moments[i].person[p], &now->person[p], sizeof now->person[p]) == 0;
		if (same >= most) {
			most = same;
			best = i;
		}
	}
	fprintf(stderr, "the closest moment is number %d of %d, with %d of %d people as they were:\n", best, count, most,
			TOWN_PEOPLE);
	for (int p = 0; p < TOWN_PEOPLE; p++)
		person_tell(town_names[p], &moments[best].person[p], &now->person[p]);
}

int town_moment_find(const struct moment *moments, int count, const struct moment *now)
{
	for (int i = count - 1; i >= 0; i--) {
		if (memcmp(&moments[i], now, sizeof *now) == 0)
			return i;
	}
	closest_tell(moments, count, now);
	scenario_fail(__FILE__, __LINE__, "the world is as it never was since the last durable moment");
}

void town_story_begin(struct town *t, struct town_story *story)
{
	town_await_durable(t);
	story->count = 0;
	town_story_add(t, story);
}

void town_story_add(struct town *t, struct town_story *story)
{
	EXPECT(story->count < TOWN_MOMENTS, "too long a story");
	story->moments[story->count++] = town_look(t);
}

int town_crash(struct town *t, const struct town_story *story, const struct town_wealth *wealth,
			   void (*between)(void *context), void *context)
{
	game_server_kill_all(t->server);
	bots_expect_good();
	town_forget(t);
	if (between != NULL)
		between(context);
	game_server_restart(t->server, NULL);
	town_enter(t);
	struct moment now = town_look(t);
	int which = town_moment_find(story->moments, story->count, &now);
	town_expect_wealth(t->server, wealth);
	return which;
}

struct town_wealth town_wealth_of(const struct game_server *server)
{
	game_server_audit(server);
	return (struct town_wealth){.gold = game_server_total(server, "audit_gold"),
								.items = game_server_total(server, "audit_items")};
}

void town_expect_wealth(const struct game_server *server, const struct town_wealth *was)
{
	struct town_wealth is = town_wealth_of(server);
	EXPECT_EQUAL("gold in the world", is.gold, was->gold);
	EXPECT_EQUAL("items in the world", is.items, was->items);
}
