/* The ledger in the store: each cut brings the sums of its moment, an audit compares them with what is there, and an operator
 * may accept a difference. With both stores. */
#include "tests/unit/test_keeper_world.h"

#include <signal.h>
#include <sys/wait.h>

/* --- deeds -------------------------------------------------------------------------------------------------------------------------------- */

struct deed {
	uint32_t index;
	int32_t gold, bank_gold; /* 0: stays */
	unsigned slot, vault;    /* 0: nothing */
	struct stack stack;
	struct place at; /* map 0: nothing on the ground */
	unsigned hoard;  /* there, but in the hands of the map's thieves */
};

static enum tx_verdict do_deed(struct tx *tx, void *context)
{
	const struct deed *d = context;
	struct player *player = &tx->world->players[d->index];
	struct map_state *map = &tx->world->maps[d->at.map];
	if (d->gold != 0)
		scene_gold_set(tx, &player->gold, d->gold);
	if (d->bank_gold != 0)
		scene_gold_set(tx, &player->bank_gold, d->bank_gold);
	if (d->slot != 0)
		scene_stack_set(tx, &player->inventory[d->slot - 1], d->stack.item, d->stack.amount);
	if (d->vault != 0)
		scene_stack_set(tx, &player->bank[d->vault - 1], d->stack.item, d->stack.amount);
	if (d->at.map != 0) {
		struct stack *there = &map->ground[tile_index(d->at.x, d->at.y)];
		if (d->hoard != 0) {
			SET(tx, map->hoard.x, d->at.x);
			SET(tx, map->hoard.y, d->at.y);
			there = &map->hoard.stacks[d->hoard - 1];
		}
		scene_stack_set(tx, there, d->stack.item, d->stack.amount);
		SET(tx, map->ground_version, map->ground_version + 1);
	}
	if (d->index != 0)
		SET(tx, player->version, player->version + 1);
	return TX_COMMIT;
}

static void scene_do(struct scene *s, struct deed d)
{
	uint32_t domains[2] = {d.index != 0 ? s->world->bodies[d.index].map : 0, d.at.map};
	assert_int_equal(tx_run(&s->tx, domains, 2, do_deed, &d), TX_COMMIT);
}

#define DEED(s, ...) scene_do((s), (struct deed){__VA_ARGS__})

static struct stack so_many(unsigned item, unsigned amount)
{
	return (struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount};
}

/* A character with something of everything, and bread on the ground. */
static uint32_t ana_has_things(struct scene *s)
{
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	DEED(s, .index = ana, .gold = 700, .bank_gold = 50);
	DEED(s, .index = ana, .slot = 3, .stack = so_many(SWORD, 2));
	DEED(s, .index = ana, .vault = 40, .stack = so_many(BREAD, 9));
	DEED(s, .at = {.map = 2, .x = 20, .y = 20}, .stack = so_many(BREAD, 4));
	return ana;
}

/* What somebody writes into the store behind our back. */
static void store_set(struct scene *s, const char *key, const char *field, const char *value)
{
	assert_false(s->keeper_lives && s->keeper.writing);
	struct store_fence fence = {.generation = 0};
	if (s->redis != NULL && field != NULL) {
		assert_true(redis_server_do(s->redis, "HSET %s %s %s", key, field, value));
		return;
	}
	if (s->redis != NULL) {
		assert_true(redis_server_do(s->redis, "SET %s %s", key, value));
		return;
	}
	/* the embedded store has one writer: it is the keeper's, with the keeper's fence */
	struct store_batch *batch = store_batch_create(&s->store.why);
	assert_non_null(batch);
	if (field != NULL)
		store_batch_hash_set(batch, key, field, value, strlen(value));
	else
		store_batch_set(batch, key, value, strlen(value));
	if (s->keeper_lives) {
		s->keeper.fence.cut++;
		fence = s->keeper.fence;
	} else {
		struct store_fence mine = fence_of(0x55);
		assert_int_equal(store_claim_wait(s->store.store, &mine, 2000, &fence, &s->store.why), STORE_DONE);
		fence.cut++;
	}
	assert_int_equal(store_commit_wait(s->store.store, batch, &fence, 2000, &s->store.why), STORE_DONE);
	if (s->keeper_lives)
		s->keeper.fence.acknowledged = fence.cut;
	store_batch_destroy(&batch);
}

static void expect_found(struct scene *s, unsigned findings, const char *text)
{
	const struct audit_report *report = scene_audit_reaching(s, AUDIT_STORE);
	if (report->findings != findings || report->store_findings != findings || !report->store_looked ||
		strstr(report->text[0], text) == NULL)
		fail_msg("%u findings (%u in the store), the first: %s; expected %u: %s", report->findings,
				 report->store_findings, report->text[0], findings, text);
}

static void accept_it(struct scene *s)
{
	const struct audit_report *report = scene_audit_reaching(s, AUDIT_ACCEPT);
	assert_int_equal(report->findings, 0);
	assert_int_equal(report->accepted, 1);
	scene_expect_sound(s);
}

static void expect_total(struct scene *s, const char *item, const char *total)
{
	fixture_expect_field(&s->store, KEY_LEDGER, item, total);
}

/* --- what a cut brings ------------------------------------------------------------------------------------------------------------------------ */

static void a_cut_brings_the_sums_of_its_moment(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	expect_total(s, "1", "5"); /* bread of the map files */
	expect_total(s, "5", "1"); /* a closed door */
	expect_total(s, "12", NULL);
	uint32_t ana = ana_has_things(s);
	scene_cut(s);
	expect_total(s, "1", "18");
	expect_total(s, "2", "2");
	expect_total(s, "12", "750");
	DEED(s, .index = ana, .slot = 3, .stack = so_many(0, 0));
	scene_cut(s);
	expect_total(s, "2", NULL);
	assert_int_equal(store_batch_operations(s->keeper.batch), 2); /* the slot, and that item */
	scene_expect_sound(s);
}

static void the_report_says_what_there_is(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_expect_sound(s);
	const struct audit_report *report = s->world->report;
	assert_int_equal(report->players, 1);
	assert_int_equal(report->gold, 750);
	assert_int_equal(report->items, 18 + 2 + 3); /* two doors and a sign */
	assert_int_equal(report->store_gold, 750);
	assert_int_equal(report->store_items, 23);
	assert_int_equal(report->store_characters, 1);
	assert_int_equal(report->sequence % 2, 0);
	assert_true(report->unix_s > 0 && report->store_unix_s == report->unix_s);
	scene_audit_reaching(s, AUDIT_WORLD);
	assert_int_equal(report->store_looked, 0);
	assert_int_equal(report->store_gold, 750); /* still known, and from when */
}

static void who_leaves_takes_what_he_has_into_the_store(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = ana_has_things(s);
	scene_cut_until_done(s);
	scene_depart(s, ana);
	scene_expect_sound(s);
	assert_int_equal(s->world->players[ana].state, PLAYER_FREE);
	assert_int_equal(s->world->report->gold, 0);
	assert_int_equal(s->world->report->store_gold, 750);
}

static void a_restart_begins_with_what_the_ledger_says(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_cut_until_done(s);
	for (int i = 0; i < 3; i++) {
		scene_restart(s);
		scene_expect_sound(s);
		expect_total(s, "1", "18");
		expect_total(s, "12", "750");
	}
}

static void what_thieves_hold_is_in_the_store_and_falls_at_a_restart(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	DEED(s, .at = {.map = 2, .x = 20, .y = 20}, .hoard = 20, .stack = so_many(SWORD, 1));
	DEED(s, .at = {.map = 2, .x = 20, .y = 20}, .hoard = 1, .stack = so_many(BREAD, 7));
	scene_cut_until_done(s);
	scene_expect_sound(s);
	assert_int_equal(s->world->report->items, 5 + 3 + 8); /* bread, two doors and a sign of the files */
	for (int i = 0; i < 2; i++) {
		scene_restart(s);
		scene_expect_sound(s);
		assert_int_equal(s->world->report->items, 5 + 3 + 8);
		const struct map_state *map = &s->world->maps[2];
		for (unsigned slot = 0; slot < HOARD_SLOTS; slot++)
			assert_int_equal(map->hoard.stacks[slot].amount, 0);
		assert_int_equal(map->ground[tile_index(20, 20)].item, BREAD);
		assert_int_equal(map->ground[tile_index(19, 19)].item, SWORD);
	}
}

/* --- stores that come from elsewhere ------------------------------------------------------------------------------------------------------- */

static void a_store_of_pyao_server_begins_with_what_is_in_it(void **state)
{
	struct scene *s = scene_of(state);
	store_set(s, "player:7:inventory", "slot_1", "1:30");
	store_set(s, "player:7:inventory", "slot_2", "899:3");    /* an item that this world does not have */
	store_set(s, "player:7:inventory", "slot_3", "nonsense"); /* none at all */
	store_set(s, "player:7:inventory", "slot_4", "2:20000");  /* as many as a slot can hold are taken */
	store_set(s, "player:7:user_stats", "gold", "1e3");
	store_set(s, "bank:7:vault", "slot_40", "20:1");
	store_set(s, "bank:7:gold", NULL, "99");
	store_set(s, "bank:8:gold", NULL, "-5");
	store_set(s, "player:07:inventory", "slot_1", "1:1"); /* nobody's */
	store_set(
		s, "ground_items:1", NULL,
		"{\"20,20\":[{\"item_id\":1,\"quantity\":7},{\"item_id\":2,\"quantity\":1},{\"item_id\":899,\"quantity\":1}],"
		"\"30,30\":[]}");
	store_set(s, "ground_items:99", NULL, "{\"20,20\":[{\"item_id\":1,\"quantity\":7}]}"); /* no such map */
	store_set(s, "door:1:40:40", NULL, "4:1");
	scene_keeper_born(s);
	expect_total(s, "1", "37"); /* what the files put on 30,30 is gone */
	expect_total(s, "2", "10001");
	expect_total(s, "4", "2"); /* both doors are open */
	expect_total(s, "5", NULL);
	expect_total(s, "7", "1");
	expect_total(s, "12", "1099");
	expect_total(s, "20", "1");
	expect_total(s, "899", NULL);
	scene_expect_sound(s);
	assert_int_equal(s->world->report->store_unknown, 3);
	assert_int_equal(s->world->report->store_characters, 1);
	scene_restart(s);
	scene_expect_sound(s);
}

static void a_ledger_of_another_version_of_the_world_is_counted_anew(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_cut_until_done(s);
	scene_keeper_dies(s);
	store_set(s, KEY_LEDGER, "catalog", "0123456789abcdef");
	store_set(s, KEY_LEDGER, "1", "12345");
	scene_world_end(s);
	scene_world_make(s);
	scene_keeper_born(s);
	expect_total(s, "1", "18");
	scene_expect_sound(s);
}

/* --- what foreign hands did --------------------------------------------------------------------------------------------------------------------- */

static void foreign_hands_are_seen_until_they_are_accepted(void **state)
{
	static const struct {
		const char *key, *field, *value;
		unsigned findings;
		const char *first;
	} deeds[] = {
		{"player:5:inventory", "slot_3", "2:3", 1, "store: item 2 (Espada): 3 there, its ledger says 2"},
		{"player:5:inventory", "slot_3", "20:3", 2, "store: item 2 (Espada): 0 there, its ledger says 3"},
		{"player:5:user_stats", "gold", "701", 1, "store: item 12 (gold): 751 there, its ledger says 750"},
		{"bank:5:gold", NULL, "51", 1, "store: item 12 (gold): 752 there, its ledger says 751"},
		{"bank:5:vault", "slot_1", "1:1", 1, "store: item 1 (Pan): 19 there, its ledger says 18"},
		{"bank:6:vault", "slot_1", "1:1", 1, "store: item 1 (Pan): 20 there, its ledger says 19"},
		{"ground_items:2", NULL, "{}", 1, "store: item 1 (Pan): 16 there, its ledger says 20"},
		{"door:1:50:40", NULL, "5:0", 2, "store: item 4 (Puerta abierta): 0 there, its ledger says 1"},
		{KEY_LEDGER, "7", "2", 1, "store: item 7 (Cartel): 1 there, its ledger says 2"},
	};
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	scene_depart(s, ana_has_things(s));
	scene_expect_sound(s);
	for (unsigned i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		store_set(s, deeds[i].key, deeds[i].field, deeds[i].value);
		expect_found(s, deeds[i].findings, deeds[i].first);
		expect_found(s, deeds[i].findings, deeds[i].first); /* it does not go away by itself */
		accept_it(s);
	}
	scene_restart(s);
	scene_expect_sound(s);
}

static void what_was_accepted_while_others_play_stays_right(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = ana_has_things(s);
	scene_cut_until_done(s);
	store_set(s, "bank:6:gold", NULL, "1000");
	DEED(s, .index = ana, .gold = 1); /* not durable yet when it is accepted */
	scene_audit_reaching(s, AUDIT_ACCEPT);
	DEED(s, .index = ana, .slot = 9, .stack = so_many(BREAD, 1));
	scene_expect_sound(s);
	expect_total(s, "12", "1051");
	scene_keeper_dies(s);
	scene_keeper_born(s);
	scene_expect_sound(s);
	expect_total(s, "12", "1051");
}

/* --- when things go wrong ------------------------------------------------------------------------------------------------------------------------ */

static void a_store_that_is_away_is_left_out_and_the_report_says_so(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_expect_sound(s);
	redis_server_kill(s->redis);
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (store_is_up(s->store.store) && clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 10);
	const struct audit_report *report = scene_audit_reaching(s, AUDIT_STORE);
	assert_int_equal(report->findings, 0);
	assert_int_equal(report->store_looked, 0);
	assert_int_equal(report->gold, 750);
}

static void a_store_that_takes_no_cuts_is_not_waited_for_for_ever(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = ana_has_things(s);
	scene_cut_until_done(s);
	assert_true(redis_server_do(s->redis, "CONFIG SET min-replicas-to-write 1"));
	DEED(s, .index = ana, .gold = 5);
	scene_cut(s);
	assert_false(s->keeper.saved.ledger_known);
	keeper_audit(&s->keeper, AUDIT_STORE, 1000);
	loop_turn(s->store.loop, 100);
	assert_int_equal(s->keeper.audit.reach, AUDIT_STORE); /* it waits */
	s->keeper.audit.store_since_ms = 0;
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (s->world->report->request != 1000 && clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 100);
	assert_int_equal(s->world->report->request, 1000);
	assert_int_equal(s->world->report->store_looked, 0);
	assert_true(redis_server_do(s->redis, "CONFIG SET min-replicas-to-write 0"));
	scene_expect_sound(s);
	expect_total(s, "12", "55");
}

static void a_store_that_lost_what_it_had_gets_a_new_balance(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = ana_has_things(s);
	uint32_t beto = scene_arrive(s, "Beto", 6, 2, 52, 50);
	DEED(s, .index = beto, .gold = 300);
	scene_cut_until_done(s);
	scene_depart(s, beto); /* what he has is only in the store now */
	scene_expect_sound(s);
	redis_server_kill(s->redis);
	if (!redis_server_restart_empty(s->redis, &s->store.why))
		fail_msg("%s", s->store.why.text);
	DEED(s, .index = ana, .gold = 100);
	scene_expect_sound(s);
	expect_total(s, "12", "150");
	assert_int_equal(s->world->realm->balance, BALANCE_OPEN);
}

static void a_store_that_lost_a_little_is_counted_anew_too(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_cut_until_done(s);
	assert_true(redis_server_do(s->redis, "DEL argentumd:fence argentumd:ledger player:5:inventory"));
	DEED(s, .at = {.map = 2, .x = 21, .y = 20}, .stack = so_many(BREAD, 1));
	scene_expect_sound(s);
	expect_total(s, "1", "19");
	expect_total(s, "2", "2");
}

static void cuts_wait_while_the_store_is_walked_through(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = ana_has_things(s);
	scene_cut_until_done(s);
	uint64_t cut = s->keeper.fence.cut;
	keeper_audit(&s->keeper, AUDIT_STORE, 1000);
	assert_non_null(s->keeper.audit.job);
	DEED(s, .index = ana, .gold = 5);
	keeper_cut(&s->keeper);
	assert_false(s->keeper.writing);
	assert_int_equal(s->keeper.fence.cut, cut);
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (s->keeper.audit.job != NULL && clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 10);
	assert_int_equal(s->world->report->request, 1000);
	assert_int_equal(s->world->report->findings, 0);
	scene_expect_sound(s);
	expect_total(s, "12", "55");
}

static void an_audit_that_is_called_off_leaves_no_trace(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_cut_until_done(s);
	uint32_t number = s->world->report->number;
	keeper_audit(&s->keeper, AUDIT_STORE, 1000);
	assert_non_null(s->keeper.audit.job);
	keeper_audit_end(&s->keeper);
	assert_null(s->keeper.audit.job);
	assert_int_equal(s->world->report->number, number);
	scene_expect_sound(s);
}

static void who_asked_finds_his_report_although_another_audit_came_after_it(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	scene_expect_sound(s);
	keeper_audit(&s->keeper, AUDIT_WORLD, 0); /* by itself */
	const struct audit_report *last = &s->world->report[REPORT_LAST], *asked = &s->world->report[REPORT_ASKED];
	assert_int_equal(last->store_looked, 0);
	assert_int_equal(asked->store_looked, 1);
	assert_int_equal(asked->request, last->request);
	assert_int_equal(last->number, asked->number + 1);
}

static void what_is_asked_for_meanwhile_is_done_afterwards(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	ana_has_things(s);
	scene_cut_until_done(s);
	uint32_t number = s->world->report->number;
	keeper_audit(&s->keeper, AUDIT_STORE, 1000);
	keeper_audit(&s->keeper, AUDIT_WORLD, 0);
	keeper_audit(&s->keeper, AUDIT_STORE, 1001);
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (s->world->report->request != 1001 && clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 10);
	assert_int_equal(s->world->report->number, number + 2);
	assert_int_equal(s->world->report->store_looked, 1);
}

/* --- death ------------------------------------------------------------------------------------------------------------------------------------------ */

enum { DEEDS = 40 };

static struct rng dice;

/* Something appears, disappears, changes hands, leaves or comes. */
static void random_deed(struct scene *s, uint32_t people[2])
{
	uint32_t who = people[rng_range(&dice, 0, 1)];
	unsigned item = rng_range(&dice, 0, 1) == 0 ? BREAD : SWORD;
	struct stack stack = so_many(item, (unsigned)rng_range(&dice, 1, 50));
	switch (rng_range(&dice, 0, 5)) {
	case 0:
		DEED(s, .index = who, .gold = rng_range(&dice, 1, 5000));
		break;
	case 1:
		DEED(s, .index = who, .bank_gold = rng_range(&dice, 1, 5000));
		break;
	case 2:
		DEED(s, .index = who, .slot = (unsigned)rng_range(&dice, 1, 5), .stack = stack);
		break;
	case 3:
		DEED(s, .index = who, .vault = (unsigned)rng_range(&dice, 1, 5), .stack = stack);
		break;
	case 4:
		DEED(s, .at = {.map = (uint16_t)rng_range(&dice, 1, 2), .x = (uint8_t)rng_range(&dice, 20, 25), .y = 20},
			 .hoard = (unsigned)rng_range(&dice, 1, HOARD_SLOTS), .stack = stack);
		break;
	default:
		DEED(s, .at = {.map = (uint16_t)rng_range(&dice, 1, 2), .x = (uint8_t)rng_range(&dice, 20, 25), .y = 20},
			 .stack = stack);
		break;
	}
}

/* In a child: a keeper that does its cuts until it is killed. */
static void keeper_works(struct scene *s, int told)
{
	scene_store_open(s);
	scene_keeper_born(s);
	for (;;) {
		scene_cut(s);
		assert_int_equal(write(told, "c", 1), 1);
	}
}

/* A keeper is killed in the midst of its cuts, again and again, while things happen; then the whole server is started anew.
 * Whichever cut was the last, its ledger is its own. */
static void whenever_the_keeper_is_killed_ledger_and_records_are_of_one_moment(void **state)
{
	struct scene *s = scene_of(state);
	rng_seed(&dice, 20260303);
	scene_keeper_born(s);
	uint32_t people[2] = {scene_arrive(s, "Ana", 5, 1, 50, 50), scene_arrive(s, "Beto", 6, 2, 52, 50)};
	scene_cut_until_done(s);
	for (int round = 0; round < 12; round++) {
		scene_keeper_dies(s);
		store_destroy(&s->store.store);
		store_batch_destroy(&s->store.batch);
		loop_destroy(&s->store.loop);
		int told[2];
		assert_int_equal(pipe(told), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			keeper_works(s, told[1]);
		close(told[1]);
		char byte;
		assert_int_equal(read(told[0], &byte, 1), 1); /* its first cut is durable */
		for (int i = 0; i < DEEDS; i++)
			random_deed(s, people);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		close(told[0]);

		scene_store_open(s);
		if (round % 2 == 0) { /* the world goes down with it: what the store has is all there is */
			scene_world_end(s);
			scene_world_make(s);
			scene_keeper_born(s);
			scene_expect_sound(s);
			people[0] = scene_arrive(s, "Carla", 100 + 2 * (unsigned)round, 1, 50, 50);
			people[1] = scene_arrive(s, "Diego", 101 + 2 * (unsigned)round, 2, 52, 50);
		} else {
			scene_keeper_born(s);
		}
		scene_expect_sound(s);
	}
}

#define WITH_BOTH(name)                                                                                                \
	{#name " (embedded)", name, scene_setup_embedded, scene_teardown, NULL},                                           \
	{                                                                                                                  \
#name " (redis)", name, scene_setup_redis, scene_teardown, NULL                                                \
	}
#define WITH_REDIS(name)                                                                                               \
	{                                                                                                                  \
#name " (redis)", name, scene_setup_redis, scene_teardown, NULL                                                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOTH(a_cut_brings_the_sums_of_its_moment),
		WITH_BOTH(the_report_says_what_there_is),
		WITH_BOTH(who_leaves_takes_what_he_has_into_the_store),
		WITH_BOTH(a_restart_begins_with_what_the_ledger_says),
		WITH_BOTH(what_thieves_hold_is_in_the_store_and_falls_at_a_restart),
		WITH_BOTH(a_store_of_pyao_server_begins_with_what_is_in_it),
		WITH_BOTH(a_ledger_of_another_version_of_the_world_is_counted_anew),
		WITH_BOTH(foreign_hands_are_seen_until_they_are_accepted),
		WITH_BOTH(what_was_accepted_while_others_play_stays_right),
		WITH_REDIS(a_store_that_is_away_is_left_out_and_the_report_says_so),
		WITH_REDIS(a_store_that_takes_no_cuts_is_not_waited_for_for_ever),
		WITH_REDIS(a_store_that_lost_what_it_had_gets_a_new_balance),
		WITH_REDIS(a_store_that_lost_a_little_is_counted_anew_too),
		WITH_BOTH(cuts_wait_while_the_store_is_walked_through),
		WITH_BOTH(an_audit_that_is_called_off_leaves_no_trace),
		WITH_BOTH(who_asked_finds_his_report_although_another_audit_came_after_it),
		WITH_BOTH(what_is_asked_for_meanwhile_is_done_afterwards),
		WITH_BOTH(whenever_the_keeper_is_killed_ledger_and_records_are_of_one_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
