/* A restart keeps everything, on both stores; a crash of everything takes the whole world back to one earlier moment, by no
 * more than what was not durable yet, and doubles nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "tests/harness/bot.h"
#include "tests/harness/game_server.h"
#include "tests/harness/redis_server.h"
#include "tests/harness/scenario.h"

enum { PEOPLE = 5, FIELD = 8 };

/* What can be told of one player from outside. */
struct person_state {
	struct place at;
	int heading, gold;
	struct bot_slot inventory[WIRE_INVENTORY_SLOTS + 1];
};

/* One moment of the little world: everybody, and the ground of the field as the first of them sees it. */
struct moment {
	struct person_state person[PEOPLE];
	int16_t ground[FIELD * FIELD];
};

struct town {
	struct game_server *server;
	struct place field; /* its north-west corner */
	struct bot *people[PEOPLE];
	struct rng rng;
	int carried; /* the slot whose things are dropped */
};

static const char *const names[PEOPLE] = {"Uno", "Dosa", "Tresa", "Cuatro", "Cinco"};

/* --- the town ------------------------------------------------------------------------------------------------------------------- */

static struct town town_make(const struct redis_server *redis)
{
	struct town t = {.field = scenario_clearing(FIELD, FIELD, true)};
	const char *const settings[] = {scenario_start(t.field), "game.start_kit=pyao",      "game.start_gold=5000",
									"intervals.logout_s=0",  "store.cut_interval_ms=50", NULL};
	t.server = game_server_start(&(struct game_server_options){.settings = settings, .redis = redis});
	rng_seed(&t.rng, 11);
	for (int i = 0; i < PEOPLE; i++)
		t.people[i] = bot_create(t.server, names[i], i % GAME_SERVER_WORKERS);
	for (int slot = 1; slot <= WIRE_INVENTORY_SLOTS && t.carried == 0; slot++) {
		const struct item_def *item = catalog_item(scenario_catalog(), (unsigned)t.people[0]->inventory[slot].item);
		if (item != NULL && (item->flags & (ITEM_IS_NEWBIE | ITEM_IS_BOUND | ITEM_STAYS_IN_BAG)) == 0 &&
			t.people[0]->inventory[slot].amount > 1)
			t.carried = slot;
	}
	EXPECT(t.carried != 0, "the kit has nothing that can be dropped");
	return t;
}

static void town_enter(struct town *t)
{
	for (int i = 0; i < PEOPLE; i++)
		t->people[i] = bot_login(t->server, names[i], ANY_WORKER);
}

static void town_forget(struct town *t)
{
	for (int i = 0; i < PEOPLE; i++)
		bot_close(&t->people[i]);
}

static struct moment town_look(const struct town *t)
{
	struct moment m;
	memset(&m, 0, sizeof m);
	for (int i = 0; i < PEOPLE; i++) {
		const struct bot *bot = t->people[i];
		m.person[i].at = bot_place(bot);
		m.person[i].heading = bot_self(bot)->heading;
		m.person[i].gold = bot->gold;
		memcpy(m.person[i].inventory, bot->inventory, sizeof bot->inventory);
	}
	for (int i = 0; i < FIELD * FIELD; i++)
		m.ground[i] =
			t->people[0]->ground[tile_index((unsigned)(t->field.x + i % FIELD), (unsigned)(t->field.y + i / FIELD))];
	return m;
}

static void everybody_syncs(const struct town *t)
{
	for (int i = 0; i < PEOPLE; i++)
		bot_sync(t->people[i]);
	bot_sync(t->people[0]);
}

/* One person does one thing: steps, drops something or some gold, picks up, swaps two slots. */
static void town_act(struct town *t, int who)
{
	struct bot *bot = t->people[who];
	int what = rng_range(&t->rng, 0, 9);
	int slot = rng_range(&t->rng, 1, 20), other = rng_range(&t->rng, 1, 20);
	bot_sync(bot); /* who steps where somebody went meanwhile is sent back, and looks where he wanted to go */
	if (what < 5) {
		int heading = rng_range(&t->rng, HEADING_NORTH, HEADING_WEST);
		int x = bot_self(bot)->x, y = bot_self(bot)->y;
		x += (heading == HEADING_EAST) - (heading == HEADING_WEST);
		y += (heading == HEADING_SOUTH) - (heading == HEADING_NORTH);
		if (x >= t->field.x && x < t->field.x + FIELD && y >= t->field.y && y < t->field.y + FIELD)
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

/* --- comparing -------------------------------------------------------------------------------------------------------------------- */

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

static void expect_same(const struct moment *was, const struct moment *is)
{
	if (memcmp(was, is, sizeof *was) == 0)
		return;
	for (int i = 0; i < PEOPLE; i++)
		person_tell(names[i], &was->person[i], &is->person[i]);
	for (int i = 0; i < FIELD * FIELD; i++) {
		if (was->ground[i] != is->ground[i])
			fprintf(stderr, "the ground at +%d,+%d showed %d, shows %d\n", i % FIELD, i / FIELD, was->ground[i],
					is->ground[i]);
	}
	scenario_fail(__FILE__, __LINE__, "the world is not as it was");
}

struct wealth {
	int64_t gold, items;
};

/* The audit counts what is in the world. */
static struct wealth wealth_of(const struct game_server *server)
{
	game_server_audit(server);
	return (struct wealth){.gold = game_server_total(server, "audit_gold"),
						   .items = game_server_total(server, "audit_items")};
}

static void expect_wealth(const struct game_server *server, const struct wealth *was)
{
	struct wealth is = wealth_of(server);
	EXPECT_EQUAL("gold in the world", is.gold, was->gold);
	EXPECT_EQUAL("items in the world", is.items, was->items);
}

/* --- an orderly restart -------------------------------------------------------------------------------------------------------------- */

static void restart_keeps_all(const struct redis_server *redis)
{
	struct town t = town_make(redis);
	struct wealth wealth = wealth_of(t.server);
	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 150; i++)
			town_act(&t, i % PEOPLE);
		everybody_syncs(&t);
		expect_wealth(t.server, &wealth);
		struct moment before = town_look(&t);
		bots_expect_good();
		game_server_stop(t.server);
		town_forget(&t);
		game_server_restart(t.server, NULL);
		town_enter(&t);
		everybody_syncs(&t);
		struct moment after = town_look(&t);
		expect_same(&before, &after);
		expect_wealth(t.server, &wealth);
	}
	bots_expect_good();
	game_server_stop(t.server);
}

static void a_restart_keeps_people_bags_and_ground_on_the_embedded_store(void **state)
{
	(void)state;
	restart_keeps_all(NULL);
}

static void a_restart_keeps_people_bags_and_ground_on_redis(void **state)
{
	(void)state;
	restart_keeps_all(scenario_redis());
}

/* --- doors ------------------------------------------------------------------------------------------------------------------------- */

struct door {
	struct place at, stand; /* a tile from which it can be reached */
	bool open;              /* in the files */
};

/* A door that moves, on a safe map, with a place to stand beside it. */
static bool door_find(struct door *door)
{
	const struct catalog *c = scenario_catalog();
	for (unsigned map = 1; map <= catalog_map_max(c); map++) {
		unsigned count;
		const struct map_def *def = catalog_map(c, map);
		if (def == NULL || (def->flags & MAP_SAFE) == 0 || def->restriction != RESTRICTION_NONE)
			continue;
		const struct map_object *objects = map_objects(c, def, &count);
		for (unsigned i = 0; i < count; i++) {
			const struct item_def *item = catalog_item(c, objects[i].item);
			int x = objects[i].x, y = objects[i].y;
			if (item->kind != ITEM_DOOR || (item->flags & (ITEM_IS_LOCKED | ITEM_DOOR_IS_STUCK)) != 0 ||
				!scenario_tile_is_free(map, x, y + 1) || scenario_tile_is_exit(map, x, y + 1))
				continue;
			*door = (struct door){.at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y},
								  .stand = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)(y + 1)},
								  .open = (item->flags & ITEM_IS_CLOSED) == 0};
			return true;
		}
	}
	return false;
}

static int block_of(const struct bot *bot, struct place at)
{
	return bot->block[tile_index(at.x, at.y)];
}

static void doors_stay_as_they_were_left(const struct redis_server *redis)
{
	struct door door = {.open = false};
	if (!door_find(&door)) {
		print_message("this world has no door that moves on a safe map\n");
		skip();
	}
	const char *const settings[] = {scenario_start(door.stand), "intervals.logout_s=0", NULL};
	struct game_server *server = game_server_start(&(struct game_server_options){.settings = settings, .redis = redis});
	struct bot *bot = bot_create(server, "Portera", 0);
	struct bot *witness = bot_create(server, NULL, 1);
	int open = -1, shut = 1, usual = door.open ? open : shut, turned = -usual;
	EXPECT_EQUAL("the door's tile", block_of(bot, door.at), usual);
	BOT_SEND(bot, DOUBLE_CLICK, .x = door.at.x, .y = door.at.y);
	bot_until(bot, block_of(bot, door.at) == turned);
	bot_until(witness, block_of(witness, door.at) == turned);
	bot_sync(bot);
	int grh = bot->ground[tile_index(door.at.x, door.at.y)];

	game_server_stop(server);
	bot_close(&bot);
	bot_close(&witness);
	game_server_restart(server, NULL);
	bot = bot_login(server, "Portera", ANY_WORKER);
	EXPECT_EQUAL("the door's tile after a restart", block_of(bot, door.at), turned);
	EXPECT_EQUAL("the door's picture after a restart", bot->ground[tile_index(door.at.x, door.at.y)], grh);
	BOT_SEND(bot, DOUBLE_CLICK, .x = door.at.x, .y = door.at.y);
	bot_until(bot, block_of(bot, door.at) == usual);

	/* and a crash after that is durable keeps it too */
	bot_await_durable(bot, server);
	game_server_kill_all(server);
	bot_close(&bot);
	game_server_restart(server, NULL);
	bot = bot_login(server, "Portera", ANY_WORKER);
	EXPECT_EQUAL("the door's tile after a crash", block_of(bot, door.at), usual);
	bots_expect_good();
	game_server_stop(server);
}

static void a_restart_keeps_doors_on_the_embedded_store(void **state)
{
	(void)state;
	doors_stay_as_they_were_left(NULL);
}

static void a_restart_keeps_doors_on_redis(void **state)
{
	(void)state;
	doors_stay_as_they_were_left(scenario_redis());
}

/* --- a crash of everything ------------------------------------------------------------------------------------------------------------ */

enum { ACTIONS = 400 };

/* Which of the moments is this? -1 = none. The last that fits, since an action may change nothing. */
static int moment_find(const struct moment *moments, int count, const struct moment *now)
{
	for (int i = count - 1; i >= 0; i--) {
		if (memcmp(&moments[i], now, sizeof *now) == 0)
			return i;
	}
	return -1;
}

static void closest_tell(const struct moment *moments, int count, const struct moment *now)
{
	int best = 0, most = -1;
	for (int i = 0; i < count; i++) {
		int same = 0;
		for (int p = 0; p < PEOPLE; p++)
			same += memcmp(&moments[i].person[p], &now->person[p], sizeof now->person[p]) == 0;
		if (same >= most) {
			most = same;
			best = i;
		}
	}
	fprintf(stderr, "the closest moment is number %d of %d, with %d of %d people as they were:\n", best, count, most,
			PEOPLE);
	for (int p = 0; p < PEOPLE; p++)
		person_tell(names[p], &moments[best].person[p], &now->person[p]);
}

/* Each action is answered before the next, so that the world goes through the moments in order; then all is killed. */
static void crash_takes_back_to_one_moment(struct redis_server *redis)
{
	struct town t = town_make(redis);
	struct wealth wealth = wealth_of(t.server);
	struct moment *moments = calloc(ACTIONS + 1, sizeof *moments);
	EXPECT(moments != NULL, "out of memory");
	for (int crash = 0; crash < 3; crash++) {
		for (int i = 0; i < 40; i++)
			town_act(&t, i % PEOPLE);
		bot_await_durable(t.people[0], t.server);
		everybody_syncs(&t);
		int count = 0;
		moments[count++] = town_look(&t);
		while (count <= ACTIONS - crash * 70) { /* not always the same time after a cut */
			town_act(&t, count % PEOPLE);
			moments[count++] = town_look(&t);
		}
		game_server_kill_all(t.server);
		if (redis != NULL && crash == 1) {
			struct problem why;
			redis_server_kill(redis);
			EXPECT(redis_server_restart(redis, &why), "Redis does not come back: %s", why.text);
		}
		bots_expect_good();
		town_forget(&t);
		game_server_restart(t.server, NULL);
		town_enter(&t);
		everybody_syncs(&t);
		struct moment now = town_look(&t);
		int which = moment_find(moments, count, &now);
		if (which < 0)
			closest_tell(moments, count, &now);
		EXPECT(which >= 0, "after crash %d the world is as it never was since the last durable moment", crash + 1);
		print_message("          crash %d: %d of %d actions kept\n", crash + 1, which, count - 1);
		expect_wealth(t.server, &wealth);
	}
	free(moments);
	game_server_stop(t.server);
}

static void a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_the_embedded_store(void **state)
{
	(void)state;
	crash_takes_back_to_one_moment(NULL);
}

static void a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_redis(void **state)
{
	(void)state;
	crash_takes_back_to_one_moment(scenario_redis());
}

/* --- characters made just before --------------------------------------------------------------------------------------------------- */

static void a_character_made_just_before_the_crash_is_there_whole_or_not_at_all(void **state)
{
	(void)state;
	struct game_server *server = game_server_start(NULL);
	struct bot *old = bot_create(server, "Vieja", ANY_WORKER);
	bot_await_durable(old, server);
	struct bot *young = bot_create(server, "Nueva", ANY_WORKER);
	game_server_kill_all(server);
	bot_close(&old);
	bot_close(&young);
	game_server_restart(server, NULL);
	old = bot_login(server, "Vieja", ANY_WORKER);
	young = bot_connect(server);
	bot_ask_login(young, "Nueva", BOT_PASSWORD);
	bot_until(young, bot_in_world(young) || young->errors > 0);
	if (!bot_in_world(young)) {
		bot_expect_error(young, TEXT_WRONG_PASSWORD);
		bot_close(&young);
		young = bot_create(server, "Nueva", ANY_WORKER); /* so its name is free */
	}
	bot_await_durable(young, server);
	bots_expect_good();
	game_server_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENARIO(a_restart_keeps_people_bags_and_ground_on_the_embedded_store),
		SCENARIO(a_restart_keeps_people_bags_and_ground_on_redis),
		SCENARIO(a_restart_keeps_doors_on_the_embedded_store),
		SCENARIO(a_restart_keeps_doors_on_redis),
		SCENARIO(a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_the_embedded_store),
		SCENARIO(a_crash_of_all_processes_takes_the_whole_world_back_to_one_moment_on_redis),
		SCENARIO(a_character_made_just_before_the_crash_is_there_whole_or_not_at_all),
	};
	return SCENARIOS_RUN(tests);
}
