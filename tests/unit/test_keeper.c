/* The keeper's promises: each cut is one moment the world had, nothing counts as saved before the store said so, and after
 * whatever happened to the store or to the keeper the next cut brings everything. With both stores. */
#include "common/base/point.h"
#include "tests/unit/test_keeper_world.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "common/world/keeper_note.h"
#include "worker/record.h"

/* --- small changes ------------------------------------------------------------------------------------------------------------------------ */

struct change {
	uint32_t index;
	int32_t gold;
	struct place to; /* map 0: stays */
	struct stack ground;
	struct place ground_at; /* map 0: nothing is laid down */
};

static enum tx_verdict change(struct tx *tx, void *context)
{
	const struct change *c = context;
	struct world *w = tx->world;
	if (c->index != 0 && c->gold != 0) {
		scene_gold_set(tx, &w->players[c->index].gold, c->gold);
		SET(tx, w->players[c->index].version, w->players[c->index].version + 1);
	}
	if (c->to.map != 0)
		presence_jump(tx, c->index, c->to.x, c->to.y); /* within the map; moves no version */
	if (c->ground_at.map != 0) {
		struct map_state *map = &w->maps[c->ground_at.map];
		scene_stack_set(tx, &map->ground[tile_index(c->ground_at.x, c->ground_at.y)], c->ground.item, c->ground.amount);
		SET(tx, map->ground_version, map->ground_version + 1);
	}
	return TX_COMMIT;
}

static void scene_change(struct scene *s, struct change c)
{
	uint32_t map = c.ground_at.map != 0 ? c.ground_at.map : s->world->bodies[c.index].map;
	assert_int_equal(tx_run(&s->tx, &map, 1, change, &c), TX_COMMIT);
}

static void gold_set(struct scene *s, uint32_t index, int32_t gold)
{
	scene_change(s, (struct change){.index = index, .gold = gold});
}

static void lay_down(struct scene *s, unsigned map, unsigned x, unsigned y, unsigned item, unsigned amount)
{
	scene_change(s, (struct change){.ground = {.item = (uint16_t)item, .amount = (uint16_t)amount},
									.ground_at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}});
}

static void expect_kept_field(struct scene *s, const char *key, const char *field, const char *value)
{
	fixture_expect_field(&s->store, key, field, value);
}

static void expect_kept(struct scene *s, const char *key, const char *value)
{
	fixture_expect_string(&s->store, key, value);
}

static uint64_t counter(const struct scene *s, enum counter_id id)
{
	return atomic_load(&s->world->processes[SLOT_KEEPER].counters[id]);
}

/* --- what a cut writes -------------------------------------------------------------------------------------------------------------------- */

static void a_cut_writes_who_is_there_and_what_lies_there(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	gold_set(s, ana, 700);
	lay_down(s, 2, 20, 20, SWORD, 1);
	scene_cut(s);
	expect_kept_field(s, "player:5:user_stats", "gold", "700");
	expect_kept_field(s, "player:5:position", "map", "1");
	expect_kept_field(s, "player:5:position", "x", "50");
	expect_kept(s, "argentumd:name:ana", "5 Ana");
	expect_kept_field(s, "session:5:active", "map", "1");
	expect_kept_field(s, "session:5:active", "worker", "-1");
	expect_kept(s, "server:connections:count", "0");
	char started[32];
	snprintf(started, sizeof started, "%lld", (long long)s->world->header->started_unix_s);
	expect_kept(s, "server:uptime:start", started);
	assert_true(keeper_is_done(&s->keeper));
	assert_int_equal(counter(s, COUNT_cuts), 1);
	assert_int_equal(counter(s, COUNT_store_lag_ms), 0);
	scene_expect_sound(s);
}

static void a_step_is_saved_although_it_moves_no_version(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	scene_cut_until_done(s);
	scene_change(s, (struct change){.index = ana, .to = {.map = 1, .x = 51, .y = 52}});
	assert_false(keeper_is_done(&s->keeper));
	scene_cut(s);
	assert_int_equal(s->keeper.cut.record_count, 0);
	expect_kept_field(s, "player:5:position", "x", "51");
	expect_kept_field(s, "player:5:position", "y", "52");
	scene_cut(s);
	assert_int_equal(store_batch_operations(s->keeper.batch), 0); /* nothing more to say */
	scene_expect_sound(s);
}

static enum tx_verdict connection_give(struct tx *tx, void *context)
{
	const uint32_t *index = context;
	SET(tx, tx->world->players[*index].connection.index, 3);
	SET(tx, tx->world->players[*index].version, tx->world->players[*index].version + 1);
	return TX_COMMIT;
}

static void sessions_tell_the_worker_and_expire(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50), map = 1;
	atomic_store(&s->world->connections[3].owner, 2);
	assert_int_equal(tx_run(&s->tx, &map, 1, connection_give, &ana), TX_COMMIT);
	scene_cut_until_done(s);
	expect_kept_field(s, "session:5:active", "worker", "1");
	expect_kept(s, "server:connections:count", "1");
	atomic_store(&s->world->connections[3].owner, 0);
	scene_cut_until_done(s);
	expect_kept(s, "server:connections:count", "0");
	if (s->redis != NULL) {
		struct redisReply *reply = redis_server_command(s->redis, "TTL session:5:active");
		assert_non_null(reply);
		assert_in_range(reply->integer, 100, 120);
		freeReplyObject(reply);
	}
	scene_depart(s, ana);
	scene_cut_until_done(s);
	expect_kept_field(s, "session:5:active", "map", NULL);
	expect_kept(s, "session:5:last_seen", NULL);
}

static void a_new_account_is_written_with_its_character_and_then_known_to_be(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	struct arrival a = {.name = "Nuevo", .at = {.map = 1, .x = 50, .y = 50}, .is_new = true};
	uint32_t domains[] = {1, s->world->realm_domain};
	assert_int_equal(tx_run(&s->tx, domains, 2, arrive, &a), TX_COMMIT);
	scene_cut(s);
	expect_kept(s, "accounts:counter", "1");
	expect_kept(s, "account:username:Nuevo", "1");
	expect_kept(s, "argentumd:name:nuevo", "1 Nuevo");
	expect_kept_field(s, "account:Nuevo:data", "user_id", "1");
	expect_kept_field(s, "account:Nuevo:data", "is_gm", "0");
	expect_kept_field(s, "player:1:user_stats", "level", "1");
	assert_int_equal(s->world->players[a.index].account_new, 0);
	scene_expect_sound(s);
}

/* --- one moment --------------------------------------------------------------------------------------------------------------------------- */

enum { ALL_GOLD = 1000, ALL_BREAD = 100 };

struct pair {
	uint32_t from, to;
};

/* Gold and bread go from one to the other, on two maps. */
static enum tx_verdict give(struct tx *tx, void *context)
{
	const struct pair *pair = context;
	struct player *from = &tx->world->players[pair->from], *to = &tx->world->players[pair->to];
	if (!tx_need(tx, tx->world->bodies[pair->from].map) || !tx_need(tx, tx->world->bodies[pair->to].map))
		return TX_AGAIN;
	int32_t gold = rng_range(&tx->rng, 0, from->gold);
	uint16_t bread = (uint16_t)rng_range(&tx->rng, 0, from->inventory[0].amount);
	TOUCH(tx, *from);
	TOUCH(tx, *to);
	from->gold -= gold;
	to->gold += gold;
	from->inventory[0].amount = (uint16_t)(from->inventory[0].amount - bread);
	from->inventory[0].item = from->inventory[0].amount > 0 ? BREAD : 0;
	to->inventory[0].amount = (uint16_t)(to->inventory[0].amount + bread);
	to->inventory[0].item = to->inventory[0].amount > 0 ? BREAD : 0;
	from->version++;
	to->version++;
	return TX_COMMIT;
}

static enum tx_verdict rich(struct tx *tx, void *context)
{
	struct player *player = &tx->world->players[*(const uint32_t *)context];
	TOUCH(tx, *player);
	scene_gold_set(tx, &player->gold, ALL_GOLD);
	scene_stack_set(tx, &player->inventory[0], BREAD, ALL_BREAD);
	player->version++;
	return TX_COMMIT;
}

/* Another process of the world: gives back and forth until it is killed. */
static pid_t givers_start(struct scene *s, uint32_t ana, uint32_t beto)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
	struct world world;
	static struct tx tx;
	memory_segment_join(&s->segment, &world, 0);
	tx_init(&tx, &world, s->catalog, &s->config);
	for (;;) {
		struct pair there = {ana, beto}, back = {beto, ana};
		tx_run(&tx, NULL, 0, give, &there);
		tx_run(&tx, NULL, 0, give, &back);
	}
}

static int64_t number_in(struct scene *s, struct store_reply *reply, unsigned i, const char *field)
{
	size_t length;
	int64_t number = 0;
	const char *text = store_reply_hash_get(reply, i, field, &length);
	(void)s;
	if (text == NULL || length == 0)
		return 0;
	const char *colon = strchr(text, ':');
	if (colon != NULL) {
		length -= (size_t)(colon + 1 - text);
		text = colon + 1;
	}
	assert_true(record_number(text, length, &number));
	return number;
}

static void expect_sums(struct scene *s)
{
	struct store_query queries[4];
	struct store_reply *reply;
	for (unsigned i = 0; i < 2; i++) {
		store_query(&queries[i], STORE_GET_HASH, KEY_PLAYER_USER_STATS, 5 + i);
		store_query(&queries[2 + i], STORE_GET_HASH, KEY_PLAYER_INVENTORY, 5 + i);
	}
	assert_int_equal(fixture_read(&s->store, queries, 4, &reply), STORE_DONE);
	int64_t gold = number_in(s, reply, 0, "gold") + number_in(s, reply, 1, "gold");
	int64_t bread = number_in(s, reply, 2, "slot_1") + number_in(s, reply, 3, "slot_1");
	store_reply_destroy(&reply);
	if (gold != ALL_GOLD || bread != ALL_BREAD)
		fail_msg("the store holds %lld of %d gold and %lld of %d bread", (long long)gold, ALL_GOLD, (long long)bread,
				 ALL_BREAD);
}

static void what_goes_from_one_to_another_is_never_seen_half(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50), beto = scene_arrive(s, "Beto", 6, 2, 50, 50), map = 1;
	assert_int_equal(tx_run(&s->tx, &map, 1, rich, &ana), TX_COMMIT);
	scene_cut(s);
	pid_t giver = givers_start(s, ana, beto);
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	for (unsigned written = 1; written <= 100; written++) {
		while (counter(s, COUNT_cuts) <= written && clock_mono_ms() < deadline)
			scene_cut(s); /* until the giver has done something */
		expect_sums(s);
		if (written % 20 != 0)
			continue;
		kill(giver, SIGKILL); /* in the middle of something: the keeper is who finds its locks */
		waitpid(giver, NULL, 0);
		scene_cut(s);
		expect_sums(s);
		if (written < 100)
			giver = givers_start(s, ana, beto);
	}
	assert_true(counter(s, COUNT_cuts) > 100);
	scene_expect_sound(s);
}

/* --- after a restart ---------------------------------------------------------------------------------------------------------------------- */

struct door {
	uint8_t x, y;
	uint16_t item;
	bool blocked;
};

static enum tx_verdict door_turn(struct tx *tx, void *context)
{
	const struct door *d = context;
	struct map_state *map = &tx->world->maps[1];
	for (unsigned i = 0; i < 2; i++) {
		unsigned tile = tile_index(d->x, d->y) - i;
		uint8_t bit = (uint8_t)(1u << (tile % 8));
		SET(tx, map->blocked[tile / 8],
			(uint8_t)(d->blocked ? map->blocked[tile / 8] | bit : map->blocked[tile / 8] & ~bit));
	}
	struct stack *there = &map->ground[tile_index(d->x, d->y)];
	ledger_turn(tx, there->item, d->item, there->amount);
	SET(tx, there->item, d->item);
	SET(tx, map->ground_version, map->ground_version + 1);
	return TX_COMMIT;
}

static void a_restart_neither_loses_nor_doubles_grounds_doors_and_counters(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t map = 1;
	struct door opens = {40, 40, DOOR_OPEN, false}, closes = {50, 40, DOOR_CLOSED, true};
	lay_down(s, 1, 20, 20, SWORD, 2);
	lay_down(s, 1, 30, 30, 0, 0); /* the bread of the files is eaten */
	lay_down(s, 2, 60, 60, GOLD_PILE, 10000);
	assert_int_equal(tx_run(&s->tx, &map, 1, door_turn, &opens), TX_COMMIT);
	assert_int_equal(tx_run(&s->tx, &map, 1, door_turn, &closes), TX_COMMIT);
	struct arrival a = {.name = "Nuevo", .at = {.map = 1, .x = 55, .y = 50}, .is_new = true};
	uint32_t domains[] = {1, s->world->realm_domain};
	tx_run(&s->tx, domains, 2, arrive, &a);
	scene_cut_until_done(s);

	static struct map_state before[3];
	memcpy(before, s->world->maps, sizeof before);
	for (unsigned restart = 0; restart < 3; restart++) {
		scene_restart(s);
		assert_int_equal(s->world->realm->restored, 1);
		assert_int_equal(s->world->realm->next_account_id, 1);
		for (unsigned m = 1; m <= 2; m++) {
			assert_memory_equal(s->world->maps[m].ground, before[m].ground, sizeof before[m].ground);
			assert_memory_equal(s->world->maps[m].blocked, before[m].blocked, sizeof before[m].blocked);
		}
		scene_cut_until_done(s);
	}
	scene_expect_sound(s);
}

static void what_pyao_server_left_on_the_ground_does_not_expire_any_more(void **state)
{
	struct scene *s = scene_of(state);
	assert_true(redis_server_do(s->redis, "SETEX ground_items:1 3600 %s",
								"{\"20,20\":[{\"item_id\":2,\"quantity\":1,\"grh_index\":501,\"owner_id\":3,"
								"\"spawn_time\":17.5},{\"item_id\":1,\"quantity\":4}]}"));
	assert_true(redis_server_do(s->redis, "SET accounts:counter 41"));
	scene_keeper_born(s);
	assert_int_equal(s->world->maps[1].ground[tile_index(20, 20)].item, SWORD);
	assert_int_equal(s->world->maps[1].ground[tile_index(19, 19)].item, BREAD);
	assert_int_equal(s->world->realm->next_account_id, 41);
	struct redisReply *reply = redis_server_command(s->redis, "TTL ground_items:1");
	assert_non_null(reply);
	assert_int_equal(reply->integer, -1);
	freeReplyObject(reply);
	/* the two lie where they lie, also after the next start */
	scene_cut_until_done(s);
	scene_restart(s);
	assert_int_equal(s->world->maps[1].ground[tile_index(20, 20)].item, SWORD);
	assert_int_equal(s->world->maps[1].ground[tile_index(19, 19)].amount, 4);
	assert_int_equal(s->world->maps[1].ground[tile_index(20, 19)].item, 0);
	scene_expect_sound(s);
}

/* Puts keys into the store before a keeper is born. */
static void store_prepare(struct scene *s, const char *const (*strings)[2], unsigned count)
{
	struct store_fence mine = fence_of(0x77), taken;
	assert_int_equal(store_claim_wait(s->store.store, &mine, 5000, &taken, &s->store.why), STORE_DONE);
	for (unsigned i = 0; i < count; i++)
		store_batch_set(s->store.batch, strings[i][0], strings[i][1], strlen(strings[i][1]));
	taken.cut++;
	assert_int_equal(store_commit_wait(s->store.store, s->store.batch, &taken, 5000, &s->store.why), STORE_DONE);
	store_batch_clear(s->store.batch);
}

static void a_store_without_its_counter_gives_out_no_id_twice(void **state)
{
	struct scene *s = scene_of(state);
	static const char *const keys[][2] = {{"account:username:Ana", "17"}, {"bank:90:gold", "1"}, {"player:23:x", "1"}};
	store_prepare(s, keys, 3);
	scene_keeper_born(s);
	assert_int_equal(s->world->realm->next_account_id, 23);
}

static void the_message_of_the_day_comes_from_the_store_and_is_live(void **state)
{
	struct scene *s = scene_of(state);
	static const char *const keys[][2] = {{"server:motd", "Hola, \xc3\xb1"
														  "and\xc3\xba\r\n\xe2\x82\xac\xff fin\n\n"}};
	store_prepare(s, keys, 1);
	scene_keeper_born(s);
	assert_string_equal(s->world->realm->motd, "Hola, \xf1"
											   "and\xfa\n?? fin");
	assert_int_equal(s->world->realm->motd_length, strlen(s->world->realm->motd));
	if (s->redis == NULL)
		return; /* nobody else can write to it */
	assert_true(redis_server_do(s->redis, "SET server:motd nuevo"));
	keeper_refresh(&s->keeper);
	for (unsigned i = 0; i < 200 && strcmp(s->world->realm->motd, "nuevo") != 0; i++)
		loop_turn(s->store.loop, 50);
	assert_string_equal(s->world->realm->motd, "nuevo");
	assert_true(redis_server_do(s->redis, "DEL server:motd"));
	keeper_refresh(&s->keeper);
	for (unsigned i = 0; i < 200 && s->world->realm->motd_length != 0; i++)
		loop_turn(s->store.loop, 50);
	assert_int_equal(s->world->realm->motd_length, 0);
}

/* --- leaving -------------------------------------------------------------------------------------------------------------------------------- */

static void who_left_keeps_slot_and_name_until_the_cut_is_acknowledged(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	gold_set(s, ana, 123);
	scene_depart(s, ana);
	assert_int_equal(realm_find(s->world, TEXT("ana")), ana);
	keeper_cut(&s->keeper);
	if (s->keeper.writing) { /* asked, not answered */
		assert_int_equal(s->world->players[ana].state, PLAYER_GONE);
		assert_int_equal(realm_find(s->world, TEXT("ana")), ana);
	}
	scene_answer_await(s);
	assert_int_equal(realm_find(s->world, TEXT("ana")), 0);
	assert_int_equal(s->world->players[ana].state, PLAYER_FREE);
	expect_kept_field(s, "player:5:user_stats", "gold", "123");
	expect_kept_field(s, "player:5:position", "x", "50"); /* where it left */

	/* the next one in that slot is nobody's heir */
	while (scene_arrive(s, "Otro", 6, 1, 50, 50) != ana) {
		scene_depart(s, realm_find(s->world, TEXT("Otro")));
		scene_cut_until_done(s);
	}
	scene_cut_until_done(s);
	expect_kept_field(s, "player:6:user_stats", "gold", "0");
	expect_kept_field(s, "player:6:inventory", "slot_1", "");
	scene_expect_sound(s);
}

static enum tx_verdict come_back(struct tx *tx, void *context)
{
	uint32_t index = *(const uint32_t *)context;
	SET(tx, tx->world->players[index].state, PLAYER_LINGERING);
	SET(tx, tx->world->realm->players_in_world, tx->world->realm->players_in_world + 1);
	SET(tx, tx->world->players[index].version, tx->world->players[index].version + 1);
	presence_enter(tx, index, (struct place){.map = 1, .x = 60, .y = 60}, 0);
	return TX_COMMIT;
}

/* Her departure is on its way to the store when she is there again. */
static uint32_t ana_comes_back_before_the_answer(struct scene *s)
{
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	scene_cut_until_done(s);
	scene_depart(s, ana);
	keeper_cut(&s->keeper);
	uint32_t domains[] = {1, s->world->realm_domain};
	assert_true(s->keeper.writing);
	assert_int_equal(tx_run(&s->tx, domains, 2, come_back, &ana), TX_COMMIT);
	return ana;
}

static void who_comes_back_before_the_answer_stays(void **state)
{
	struct scene *s = scene_of(state);
	uint32_t ana = ana_comes_back_before_the_answer(s);
	scene_answer_await(s);
	assert_int_equal(s->world->players[ana].state, PLAYER_LINGERING);
	assert_int_equal(realm_find(s->world, TEXT("Ana")), ana);
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:position", "x", "60");
	expect_kept_field(s, "session:5:active", "map", "1");
	scene_expect_sound(s);
}

static void who_comes_back_and_leaves_again_before_the_answer_waits_for_the_next_one(void **state)
{
	struct scene *s = scene_of(state);
	uint32_t ana = ana_comes_back_before_the_answer(s);
	gold_set(s, ana, 77);
	scene_depart(s, ana);
	scene_answer_await(s);
	assert_int_equal(s->world->players[ana].state, PLAYER_GONE);
	scene_cut_until_done(s);
	assert_int_equal(s->world->players[ana].state, PLAYER_FREE);
	expect_kept_field(s, "player:5:user_stats", "gold", "77");
	scene_expect_sound(s);
}

static enum tx_verdict slots_strange(struct tx *tx, void *context)
{
	struct player *player = &tx->world->players[*(const uint32_t *)context];
	TOUCH(tx, *player);
	player->inventory_unknown = 1 << 4 | 1 << 6;
	player->bank_unknown = 1ull << 39;
	player->version++;
	return TX_COMMIT;
}

static enum tx_verdict slot_fill(struct tx *tx, void *context)
{
	struct player *player = &tx->world->players[*(const uint32_t *)context];
	TOUCH(tx, *player);
	bool filled = player->inventory[4].item != 0;
	scene_stack_set(tx, &player->inventory[4], filled ? 0 : BREAD, filled ? 0 : 3);
	player->version++;
	return TX_COMMIT;
}

static void a_slot_with_a_strange_text_becomes_ours_when_it_is_used(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50), map = 1;
	tx_run(&s->tx, &map, 1, slots_strange, &ana);
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:inventory", "slot_5", NULL); /* whatever stood there was left alone */
	expect_kept_field(s, "player:5:inventory", "slot_6", "");
	tx_run(&s->tx, &map, 1, slot_fill, &ana);
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:inventory", "slot_5", "1:3");
	assert_int_equal(s->world->players[ana].inventory_unknown, 1 << 6);
	assert_int_equal(s->world->players[ana].bank_unknown, 1ull << 39);
	/* a keeper that knows nothing of it clears it all the same */
	scene_keeper_dies(s);
	tx_run(&s->tx, &map, 1, slot_fill, &ana);
	scene_keeper_born(s);
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:inventory", "slot_5", "");
	expect_kept_field(s, "player:5:inventory", "slot_7", NULL);
	scene_expect_sound(s);
}

/* --- a store that is away --------------------------------------------------------------------------------------------------------------------- */

static void the_world_goes_on_while_the_store_is_away_and_the_next_cut_catches_up(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50), beto = scene_arrive(s, "Beto", 6, 1, 52, 50);
	gold_set(s, ana, 10);
	scene_cut_until_done(s);
	redis_server_kill(s->redis);
	gold_set(s, ana, 20);
	scene_depart(s, beto);
	lay_down(s, 1, 20, 20, SWORD, 1);
	for (unsigned i = 0; i < 3; i++)
		scene_cut(s);
	assert_true(counter(s, COUNT_cuts_failed) >= 1);
	assert_int_equal(s->world->players[beto].state, PLAYER_GONE); /* its name stays taken */
	assert_int_equal(keeper_unsaved(&s->keeper), 3);
	gold_set(s, ana, 30);
	if (!redis_server_restart(s->redis, &s->store.why))
		fail_msg("%s", s->store.why.text);
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:user_stats", "gold", "30");
	assert_int_equal(realm_find(s->world, TEXT("Beto")), 0);
	fixture_expect_field(&s->store, "player:6:position", "x", "52");
	assert_int_equal(counter(s, COUNT_store_lag_ms), 0);
	scene_expect_sound(s);
}

static void a_batch_that_was_not_answered_may_be_in_and_the_next_one_puts_it_right(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	gold_set(s, ana, 10);
	scene_cut_until_done(s);
	/* the server takes the batch, and does not say so: the same as when somebody else wrote what is in it */
	redis_server_pause(s->redis);
	gold_set(s, ana, 99);
	lay_down(s, 1, 20, 20, SWORD, 1);
	scene_change(s, (struct change){.index = ana, .to = {.map = 1, .x = 51, .y = 50}});
	scene_cut(s);
	assert_true(counter(s, COUNT_cuts_failed) >= 1);
	redis_server_resume(s->redis);
	assert_true(redis_server_do(s->redis, "HSET player:5:user_stats gold 99"));
	assert_true(redis_server_do(s->redis, "HSET player:5:position x 51"));
	assert_true(redis_server_do(s->redis, "SET ground_items:1 {}"));
	/* meanwhile all is as it was when it was last known to be saved */
	gold_set(s, ana, 10);
	lay_down(s, 1, 20, 20, 0, 0);
	scene_change(s, (struct change){.index = ana, .to = {.map = 1, .x = 50, .y = 50}});
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:user_stats", "gold", "10");
	expect_kept_field(s, "player:5:position", "x", "50");
	expect_kept(s, "ground_items:1", NULL);
	scene_expect_sound(s);
}

static void a_step_whose_batch_was_not_answered_is_written_again_when_it_was_taken_back(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	scene_cut_until_done(s);
	redis_server_pause(s->redis);
	scene_change(s, (struct change){.index = ana, .to = {.map = 1, .x = 51, .y = 50}});
	scene_cut(s);
	redis_server_resume(s->redis);
	assert_true(redis_server_do(s->redis, "HSET player:5:position x 51"));
	scene_change(s, (struct change){.index = ana, .to = {.map = 1, .x = 50, .y = 50}});
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:position", "x", "50");
	scene_expect_sound(s);
}

static void a_store_that_forgot_gets_everything_again(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	scene_arrive(s, "Beto", 6, 2, 52, 50);
	gold_set(s, ana, 10);
	lay_down(s, 2, 20, 20, SWORD, 1);
	scene_cut_until_done(s);
	redis_server_kill(s->redis);
	if (!redis_server_restart_empty(s->redis, &s->store.why))
		fail_msg("%s", s->store.why.text);
	gold_set(s, ana, 20);
	scene_cut_until_done(s);
	expect_kept_field(s, "player:5:user_stats", "gold", "20");
	expect_kept_field(s, "player:6:position", "x", "52"); /* nothing of Beto changed since */
	expect_kept_field(s, "player:6:user_stats", "level", "1");
	expect_kept(s, "accounts:counter", "0");
	struct redisReply *reply = redis_server_command(s->redis, "EXISTS ground_items:2");
	assert_int_equal(reply->integer, 1);
	freeReplyObject(reply);
	scene_expect_sound(s);
}

static void a_store_that_another_server_took_is_left_alone(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	gold_set(s, ana, 10);
	scene_cut_until_done(s);
	struct store_fence other = fence_of(0x55), taken;
	assert_int_equal(store_claim_wait(s->store.store, &other, 5000, &taken, &s->store.why), STORE_DONE);
	gold_set(s, ana, 20);
	scene_cut(s);
	assert_true(s->keeper.fenced);
	expect_kept_field(s, "player:5:user_stats", "gold", "10");
	keeper_cut(&s->keeper);
	assert_false(s->keeper.writing);
}

/* --- a keeper that is killed -------------------------------------------------------------------------------------------------------------------- */

static void a_successor_goes_on_with_the_cuts_and_restores_nothing(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	lay_down(s, 1, 20, 20, SWORD, 1);
	gold_set(s, ana, 10);
	scene_cut_until_done(s);
	uint64_t cut = s->keeper.fence.cut, generation = s->keeper.fence.generation;
	scene_keeper_dies(s);
	gold_set(s, ana, 20);
	lay_down(s, 1, 20, 20, 0, 0); /* picked up: what the store says of it is old */
	scene_keeper_born(s);
	assert_int_equal(s->world->maps[1].ground[tile_index(20, 20)].item, 0);
	scene_cut_until_done(s);
	assert_true(s->keeper.fence.generation > generation);
	assert_true(s->keeper.fence.cut > cut);
	expect_kept_field(s, "player:5:user_stats", "gold", "20");
	expect_kept(s, "ground_items:1", NULL);
	scene_expect_sound(s);
}

static void fenced_fence_expect(struct scene *s, uint64_t generation)
{
	char text[24];
	snprintf(text, sizeof text, "%llu", (unsigned long long)generation);
	expect_kept_field(s, KEY_FENCE, "boot", "55555555555555555555555555555555");
	expect_kept_field(s, KEY_FENCE, "generation", text);
}

static void a_successor_does_not_take_back_what_another_server_took(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	gold_set(s, ana, 10);
	scene_cut_until_done(s);
	struct store_fence other = fence_of(0x55), taken;
	assert_int_equal(store_claim_wait(s->store.store, &other, 5000, &taken, &s->store.why), STORE_DONE);
	gold_set(s, ana, 20);
	scene_keeper_dies(s); /* it had not noticed */
	scene_keeper_born(s);
	for (unsigned i = 0; i < 3; i++)
		scene_cut(s);
	assert_true(s->keeper.fenced);
	assert_int_equal(atomic_load(&s->world->keeper_note->state), STORE_TAKEN_OVER);
	expect_kept_field(s, "player:5:user_stats", "gold", "10");
	fenced_fence_expect(s, taken.generation);
}

static void a_world_takes_back_what_the_next_one_of_its_server_claimed_and_no_stranger(void **state)
{
	struct scene *s = scene_of(state);
	struct memory_segment next;
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	scene_cut_until_done(s);
	memory_segment_open(&next);
	struct store_fence canary = {.generation = 0}, taken;
	memcpy(canary.boot, next.world.header->boot_id, sizeof canary.boot);
	assert_int_equal(store_claim_wait(s->store.store, &canary, 5000, &taken, &s->store.why), STORE_DONE);
	scene_keeper_dies(s);
	keeper_note_follow(s->world, &next.world);
	gold_set(s, ana, 20);
	scene_keeper_born(s);
	scene_cut_until_done(s);
	assert_int_equal(s->world->players[ana].account_new, 0); /* nothing was forgotten */
	expect_kept_field(s, "player:5:user_stats", "gold", "20");
	struct store_fence stranger = fence_of(0x55);
	assert_int_equal(store_claim_wait(s->store.store, &stranger, 5000, &taken, &s->store.why), STORE_DONE);
	scene_keeper_dies(s);
	scene_keeper_born(s);
	scene_cut(s);
	assert_true(s->keeper.fenced);
	fenced_fence_expect(s, taken.generation);
	memory_segment_close(&next);
}

static void a_server_that_writes_nothing_notices_too_that_another_took_the_store(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	scene_cut_until_done(s);
	keeper_refresh(&s->keeper);
	uint64_t deadline = clock_mono_ms() + 300;
	while (clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 20);
	assert_false(s->keeper.fenced);
	struct store_fence other = fence_of(0x55), taken;
	assert_int_equal(store_claim_wait(s->store.store, &other, 5000, &taken, &s->store.why), STORE_DONE);
	keeper_refresh(&s->keeper);
	deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (!s->keeper.fenced && clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 20);
	assert_true(s->keeper.fenced);
	fenced_fence_expect(s, taken.generation);
}

static void a_successor_notices_that_the_store_forgot_while_no_keeper_lived(void **state)
{
	struct scene *s = scene_of(state);
	scene_keeper_born(s);
	struct arrival ana = {.name = "Ana", .at = {1, 50, 50}, .is_new = true};
	uint32_t domains[] = {1, s->world->realm_domain};
	assert_int_equal(tx_run(&s->tx, domains, 2, arrive, &ana), TX_COMMIT);
	lay_down(s, 2, 20, 20, SWORD, 1);
	scene_cut_until_done(s);
	assert_int_equal(s->world->players[ana.index].account_new, 0);
	scene_keeper_dies(s);
	redis_server_kill(s->redis);
	if (!redis_server_restart_empty(s->redis, &s->store.why))
		fail_msg("%s", s->store.why.text);
	scene_keeper_born(s);
	scene_cut_until_done(s);
	expect_kept(s, "account:username:Ana", "1");
	expect_kept(s, "accounts:counter", "1");
	expect_kept_field(s, "account:Ana:data", "password_hash", "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA");
	struct redisReply *reply = redis_server_command(s->redis, "EXISTS ground_items:2");
	assert_int_equal(reply->integer, 1);
	freeReplyObject(reply);
}

static void the_age_of_what_is_not_saved_outlives_the_keeper(void **state)
{
	struct scene *s = scene_of(state);
	struct keeper_news news;
	scene_keeper_born(s);
	uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
	scene_cut_until_done(s);
	scene_cut(s);
	keeper_note_read(s->world, clock_mono_ms(), &news);
	assert_int_equal(news.state, STORE_UP);
	assert_string_equal(news.reason, "");
	assert_int_equal(news.lag_ms, 0);
	redis_server_kill(s->redis);
	gold_set(s, ana, 20);
	scene_cut(s);
	uint64_t since = atomic_load(&s->world->keeper_note->unsaved_since_ms);
	assert_true(since != 0);
	keeper_note_read(s->world, since + 5000, &news);
	assert_int_equal(news.state, STORE_DOES_NOT_ANSWER);
	assert_true(news.reason[0] != '\0');
	assert_int_equal(news.lag_ms, 5000);
	scene_keeper_dies(s);
	scene_keeper_born(s);
	scene_cut(s);
	assert_int_equal(atomic_load(&s->world->keeper_note->unsaved_since_ms), since);
	if (!redis_server_restart(s->redis, &s->store.why))
		fail_msg("%s", s->store.why.text);
	scene_cut_until_done(s);
	keeper_note_read(s->world, clock_mono_ms(), &news);
	assert_int_equal(news.state, STORE_UP);
	assert_int_equal(news.lag_ms, 0);
}

static unsigned points_left; /* of the child, until it is killed */

static void count_down_and_die(const char *point)
{
	(void)point;
	if (points_left-- == 0)
		raise(SIGKILL);
}

/* The life of a keeper that is killed at the given point: birth, restoring, cuts. In a child. */
static void keeper_live(struct scene *s, unsigned points)
{
	points_left = points;
	point_hook = count_down_and_die;
	scene_store_open(s);
	scene_keeper_born(s);
	for (unsigned i = 0; i < 3; i++)
		scene_cut(s);
	_exit(0); /* it was born, and lived to the end */
}

static struct scene *scene_for_killing(void)
{
	struct scene *s = scene_open(false);
	static const char *const keys[][2] = {{"ground_items:1",
										   "{\"20,20\":[{\"item_id\":1,\"quantity\":7},{\"item_id\":2,\"quantity\":1},"
										   "{\"item_id\":899,\"quantity\":1}],\"30,30\":[]}"},
										  {"door:1:40:40", "4:1"},
										  {"accounts:counter", "7"}};
	scene_store_open(s);
	store_prepare(s, keys, 3);
	store_fixture_reopen(&s->store); /* so that the child is alone with it */
	store_destroy(&s->store.store);
	return s;
}

static void whatever_kills_the_keeper_its_successor_makes_it_whole(void **state)
{
	(void)state;
	bool survived = false;
	unsigned points;
	for (points = 0; !survived && points < 1000; points += 1 + points / 16) {
		struct scene *s = scene_for_killing();
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			keeper_live(s, points);
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		survived = WIFEXITED(status);
		store_batch_destroy(&s->store.batch);
		loop_destroy(&s->store.loop);

		scene_store_open(s);
		scene_keeper_born(s);
		uint32_t ana = scene_arrive(s, "Ana", 5, 1, 50, 50);
		gold_set(s, ana, 10);
		scene_cut_until_done(s);
		const struct stack *ground = s->world->maps[1].ground;
		assert_int_equal(s->world->realm->next_account_id, 7);
		assert_int_equal(ground[tile_index(20, 20)].amount, 7);
		assert_int_equal(ground[tile_index(19, 19)].item, SWORD);
		assert_int_equal(ground[tile_index(20, 19)].item, 0);
		assert_int_equal(ground[tile_index(30, 30)].item, 0);
		assert_int_equal(ground[tile_index(40, 40)].item, DOOR_OPEN);
		expect_kept_field(s, "player:5:user_stats", "gold", "10");
		expect_kept(s, "argentumd:ground_left:1", "{\"20,20\":[{\"item_id\":899,\"quantity\":1}]}");
		scene_expect_sound(s);
		scene_close(s);
	}
	print_message("killed at points up to %u\n", points);
	assert_true(survived);
	assert_true(points > 20);
}

/* --- how long the locks are held ------------------------------------------------------------------------------------------------------------------ */

enum { CROWD = 10000 };

static enum tx_verdict crowd_change(struct tx *tx, void *context)
{
	(void)context;
	for (uint32_t p = 1; p <= CROWD; p++) { /* not touched: nobody else is at work */
		tx->world->players[p].version++;
		tx->world->players[p].gold++;
	}
	return TX_COMMIT;
}

static enum tx_verdict crowd_steps(struct tx *tx, void *context)
{
	(void)context;
	for (uint32_t p = 1; p <= CROWD; p++)
		tx->world->bodies[p].x = (uint8_t)(tx->world->bodies[p].x % 90 + 1);
	return TX_COMMIT;
}

static uint32_t held_us(struct scene *s, tx_fn *what, uint32_t *best)
{
	uint32_t map = 1, worst = 0;
	*best = UINT32_MAX;
	for (unsigned i = 0; i < 5; i++) {
		tx_run(&s->tx, &map, 1, what, NULL);
		scene_cut(s);
		worst = s->keeper.cut.locked_us > worst ? s->keeper.cut.locked_us : worst;
		*best = s->keeper.cut.locked_us < *best ? s->keeper.cut.locked_us : *best;
	}
	return worst;
}

static void a_crowd_of_ten_thousand_is_copied_in_a_moment(void **state)
{
	(void)state;
	struct scene *s = scene_open(false);
	s->store.options.map_mb = 256;
	scene_world_end(s);
	struct problem why;
	struct world_limits limits = memory_segment_limits();
	limits.maps = 2;
	limits.players = CROWD;
	memory_segment_open_with(&s->segment, &limits);
	s->world = &s->segment.world;
	if (!world_populate(s->world, s->catalog, &why))
		fail_msg("%s", why.text);
	tx_init(&s->tx, s->world, s->catalog, &s->config);
	scene_store_open(s);
	scene_keeper_born(s);
	for (uint32_t p = 1; p <= CROWD; p++) { /* only as far as the keeper looks */
		s->world->players[p] = (struct player){.id = p, .state = PLAYER_PLAYING, .version = 1, .level = 1};
		s->world->players[p].name_length = (uint8_t)snprintf(s->world->players[p].name, NAME_BYTES, "Crowd %u", p);
		s->world->bodies[p] = (struct body){.map = 1, .x = 50, .y = 50, .heading = 1, .kind = BODY_PLAYER};
	}
	scene_cut_until_done(s);
	uint32_t best, worst = held_us(s, crowd_steps, &best);
	print_message("locks held with %d characters who stepped: %u to %u us\n", CROWD, best, worst);
	assert_in_range(best, 0, 20000);
	worst = held_us(s, crowd_change, &best);
	print_message("locks held with %d characters who changed: %u to %u us\n", CROWD, best, worst);
	assert_in_range(best, 0, 50000);                                  /* loose: sanitizers and a busy machine */
	assert_int_equal(store_batch_operations(s->keeper.batch), CROWD); /* one field each */
	scene_close(s);
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
		WITH_BOTH(a_cut_writes_who_is_there_and_what_lies_there),
		WITH_BOTH(a_step_is_saved_although_it_moves_no_version),
		WITH_BOTH(sessions_tell_the_worker_and_expire),
		WITH_BOTH(a_new_account_is_written_with_its_character_and_then_known_to_be),
		WITH_BOTH(what_goes_from_one_to_another_is_never_seen_half),
		WITH_BOTH(a_restart_neither_loses_nor_doubles_grounds_doors_and_counters),
		WITH_REDIS(what_pyao_server_left_on_the_ground_does_not_expire_any_more),
		WITH_BOTH(a_store_without_its_counter_gives_out_no_id_twice),
		WITH_BOTH(the_message_of_the_day_comes_from_the_store_and_is_live),
		WITH_BOTH(who_left_keeps_slot_and_name_until_the_cut_is_acknowledged),
		WITH_BOTH(who_comes_back_before_the_answer_stays),
		WITH_BOTH(who_comes_back_and_leaves_again_before_the_answer_waits_for_the_next_one),
		WITH_BOTH(a_slot_with_a_strange_text_becomes_ours_when_it_is_used),
		WITH_REDIS(the_world_goes_on_while_the_store_is_away_and_the_next_cut_catches_up),
		WITH_REDIS(a_batch_that_was_not_answered_may_be_in_and_the_next_one_puts_it_right),
		WITH_REDIS(a_step_whose_batch_was_not_answered_is_written_again_when_it_was_taken_back),
		WITH_REDIS(a_store_that_forgot_gets_everything_again),
		WITH_BOTH(a_store_that_another_server_took_is_left_alone),
		WITH_BOTH(a_successor_goes_on_with_the_cuts_and_restores_nothing),
		WITH_BOTH(a_successor_does_not_take_back_what_another_server_took),
		WITH_BOTH(a_world_takes_back_what_the_next_one_of_its_server_claimed_and_no_stranger),
		WITH_BOTH(a_server_that_writes_nothing_notices_too_that_another_took_the_store),
		WITH_REDIS(a_successor_notices_that_the_store_forgot_while_no_keeper_lived),
		WITH_REDIS(the_age_of_what_is_not_saved_outlives_the_keeper),
		cmocka_unit_test(whatever_kills_the_keeper_its_successor_makes_it_whole),
		cmocka_unit_test(a_crowd_of_ten_thousand_is_copied_in_a_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
