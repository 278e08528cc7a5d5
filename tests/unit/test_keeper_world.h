/* test_keeper_world.h - a test object for what stands between the world and the store: a small catalog of its own (two maps
 * with doors, a sign, bread; items of every kind that can be worn), a world made of it, and words to put characters into
 * it. The store is a store_fixture. Everything is removed by scene_close. */
#ifndef ARGENTUM_TEST_KEEPER_WORLD_H
#define ARGENTUM_TEST_KEEPER_WORLD_H

/* The files of a catalog are called a world there, too. */
#define world catalog_files
#include "tests/unit/test_catalog_world.h"
#undef world

#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/store/keys.h"
#include "common/world/ledger.h"
#include "common/world/populate.h"
#include "common/world/realm.h"
#include "tests/harness/memory_segment.h"
#include "tests/harness/store_fixture.h"
#include "worker/game/presence.h"
#include "worker/keeper.h"

/* Items of the catalog below; the numbers of the classic kit are the classic ones. */
enum {
	BREAD = 1,
	SWORD = 2,
	GOLD_PILE = 12,
	DOOR_OPEN = 4,
	DOOR_CLOSED = 5,
	SIGN = 7,
	ARMOUR = 20,
	HELMET,
	SHIELD,
	RING,
	ARROW,
	BOAT,
	BACKPACK,
	POTION_KIT = 857,
	DAGGER_KIT = 460,
	NO_ITEM = 899, /* a number without an item */
};

struct scene {
	struct catalog_files files;
	const struct catalog *catalog;
	struct memory_segment segment; /* the test's own process: SLOT_SPARE */
	struct world *world;           /* of that process */
	struct tx tx;
	struct store_fixture store;
	struct redis_server *redis;
	struct world keeper_world; /* as the keeper sees it */
	struct keeper keeper;
	struct config config;
	bool keeper_lives;
};

static inline void scene_files_write(struct catalog_files *files)
{
	world_create(files);
	world_write(files, "Dat/obj.dat",
				"[INIT]\r\nNumObjs=900\r\n\r\n"
				"[OBJ1]\r\nName=Pan\r\nGrhIndex=500\r\nObjType=1\r\nMinHam=10\r\n\r\n"
				"[OBJ2]\r\nName=Espada\r\nGrhIndex=501\r\nObjType=2\r\nMinHIT=2\r\nMaxHIT=7\r\n\r\n"
				"[OBJ4]\r\nName=Puerta abierta\r\nGrhIndex=7\r\nObjType=6\r\nAbierta=0\r\nIndexAbierta=4\r\n"
				"IndexCerrada=5\r\nAgarrable=1\r\n\r\n"
				"[OBJ5]\r\nName=Puerta cerrada\r\nGrhIndex=8\r\nObjType=6\r\nAbierta=1\r\nIndexAbierta=4\r\n"
				"IndexCerrada=5\r\nAgarrable=1\r\n\r\n"
				"[OBJ6]\r\nName=Pergamino\r\nObjType=24\r\nHechizoIndex=1\r\n\r\n"
				"[OBJ7]\r\nName=Cartel\r\nGrhIndex=9\r\nObjType=8\r\nAgarrable=1\r\n\r\n"
				"[OBJ12]\r\nName=Oro\r\nGrhIndex=502\r\nObjType=5\r\n\r\n"
				"[OBJ20]\r\nName=Armadura\r\nObjType=3\r\n\r\n[OBJ21]\r\nName=Casco\r\nObjType=17\r\n\r\n"
				"[OBJ22]\r\nName=Escudo\r\nObjType=16\r\n\r\n[OBJ23]\r\nName=Anillo\r\nObjType=18\r\n\r\n"
				"[OBJ24]\r\nName=Flecha\r\nObjType=32\r\n\r\n[OBJ25]\r\nName=Barca\r\nObjType=31\r\n\r\n"
				"[OBJ26]\r\nName=Mochila\r\nObjType=37\r\n\r\n"
				"[OBJ460]\r\nName=Daga\r\nObjType=2\r\n\r\n[OBJ463]\r\nName=Ropa\r\nObjType=3\r\n\r\n"
				"[OBJ857]\r\nName=Pocion\r\nObjType=11\r\n\r\n");
	world_write(files, "Dat/NPCs.dat",
				"[INIT]\r\nNumNPCs=2\r\n\r\n[NPC1]\r\nName=Lobo\r\nHeading=3\r\nMaxHP=20\r\n"
				"MinHP=20\r\n\r\n[NPC2]\r\nName=Otro\r\nHeading=3\r\nMaxHP=20\r\nMinHP=20\r\n");
	world_write(files, "Dat/ArmadurasFaccionarias.dat",
				"[CLASE1]\r\n[CLASE2]\r\n[CLASE3]\r\n[CLASE4]\r\n[CLASE5]\r\n[CLASE6]\r\n[CLASE7]\r\n[CLASE8]\r\n"
				"[CLASE9]\r\n[CLASE10]\r\n[CLASE11]\r\n[CLASE12]\r\n");
	struct fixture_map *map = fixture_map_create();
	fixture_exit(map, 9, 50, 2, 90, 50);
	fixture_object(map, 30, 30, BREAD, 5);
	fixture_object(map, 40, 40, DOOR_CLOSED, 1);
	fixture_tile_at(map, 40, 40)->flags |= 1; /* blocked, as closed doors are */
	fixture_tile_at(map, 39, 40)->flags |= 1;
	fixture_object(map, 50, 40, DOOR_OPEN, 1);
	fixture_object(map, 60, 60, SIGN, 1);
	world_write_map(files, 1, map);
	free(map);
}

static inline void scene_config(struct config *config)
{
	struct problem why;
	struct config_values *values = config_values_create();
	assert_non_null(values);
	assert_true(config_set_flag(values, "--set", "store.start_timeout_ms", "2000", &why));
	if (!config_finish(values, config, &why))
		fail_msg("%s", why.text);
	config_values_destroy(&values);
}

static inline void scene_world_make(struct scene *s)
{
	struct problem why;
	struct world_limits limits = memory_segment_limits();
	limits.maps = 2;
	memory_segment_open_with(&s->segment, &limits);
	s->world = &s->segment.world;
	if (!world_populate(s->world, s->catalog, &why))
		fail_msg("%s", why.text);
	s->world->realm->start = (struct place){.map = 1, .x = 50, .y = 50};
	tx_init(&s->tx, s->world, s->catalog, &s->config);
	s->tx.now_ms = clock_mono_ms();
}

static inline void scene_world_end(struct scene *s)
{
	tx_release(&s->tx);
	memory_segment_close(&s->segment);
}

/* A catalog and an embedded store, or one in a Redis of its own; no keeper yet. */
static inline struct scene *scene_open(bool with_redis)
{
	struct scene *s = calloc(1, sizeof *s);
	assert_non_null(s);
	scene_files_write(&s->files);
	s->catalog = world_open(&s->files);
	scene_config(&s->config);
	scene_world_make(s);
	if (with_redis) {
		struct problem why;
		s->redis = redis_server_start(NULL, &why);
		if (s->redis == NULL)
			fail_msg("%s", why.text);
		store_fixture_redis(&s->store, s->redis, false);
	} else {
		store_fixture_embedded(&s->store, 64);
	}
	return s;
}

static inline void scene_close(struct scene *s)
{
	if (s->keeper_lives) {
		keeper_destroy(&s->keeper);
		world_detach(&s->keeper_world);
	}
	scene_world_end(s);
	store_fixture_close(&s->store);
	if (s->redis != NULL)
		redis_server_stop(&s->redis);
	world_destroy(&s->files);
	free(s);
}

/* --- characters --------------------------------------------------------------------------------------------------------------------- */

struct arrival {
	const char *name;
	uint32_t id;
	struct place at;
	uint32_t index;
	bool is_new;
};

static inline enum tx_verdict arrive(struct tx *tx, void *context)
{
	struct arrival *a = context;
	if (!tx_need(tx, tx->world->realm_domain))
		return TX_AGAIN;
	a->index = realm_reserve(tx, text_of(a->name), (struct handle){0});
	struct player *p = &tx->world->players[a->index];
	p->state = PLAYER_LINGERING; /* touched by realm_reserve, as its body; nobody plays here */
	p->connection = (struct handle){0};
	SET(tx, tx->world->realm->players_in_world, tx->world->realm->players_in_world + 1);
	p->id = a->is_new ? realm_account_id(tx) : a->id;
	p->account_new = a->is_new;
	p->race = p->gender = p->class_id = p->home = 1;
	p->head = 5;
	p->hp = p->hp_max = 20;
	p->level = 1;
	p->experience_next = 300;
	p->stamina = p->stamina_max = 40;
	p->thirst = p->thirst_max = p->hunger = p->hunger_max = 100;
	memset(p->attributes, 18, sizeof p->attributes);
	memset(p->attributes_now, 18, sizeof p->attributes_now);
	snprintf(p->password_hash, sizeof p->password_hash, "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA");
	tx->world->bodies[a->index].heading = HEADING_SOUTH;
	presence_enter(tx, a->index, a->at, 0);
	return TX_COMMIT;
}

/* A character enters the world of the test; its account is said to be in the store already. */
static inline uint32_t scene_arrive(struct scene *s, const char *name, uint32_t id, unsigned map, unsigned x,
									unsigned y)
{
	struct arrival a = {.name = name, .id = id, .at = {.map = (uint16_t)map, .x = (uint8_t)x, .y = (uint8_t)y}};
	uint32_t domains[] = {map, s->world->realm_domain};
	assert_int_equal(tx_run(&s->tx, domains, 2, arrive, &a), TX_COMMIT);
	return a.index;
}

static inline enum tx_verdict depart(struct tx *tx, void *context)
{
	uint32_t index = *(const uint32_t *)context;
	presence_leave(tx, index, 0);
	SET(tx, tx->world->realm->players_in_world, tx->world->realm->players_in_world - 1);
	SET(tx, tx->world->players[index].state, PLAYER_GONE);
	SET(tx, tx->world->players[index].version, tx->world->players[index].version + 1);
	return TX_COMMIT;
}

static inline void scene_depart(struct scene *s, uint32_t index)
{
	uint32_t domains[] = {s->world->bodies[index].map, s->world->realm_domain};
	assert_int_equal(tx_run(&s->tx, domains, 2, depart, &index), TX_COMMIT);
}

/* --- property: what appears is minted, what disappears is burned ------------------------------------------------------------------- */

static inline void scene_ledger(struct tx *tx, unsigned item, int64_t more)
{
	if (more != 0)
		ledger_add(tx, more > 0 ? LEDGER_MINTED : LEDGER_BURNED, item, more > 0 ? more : -more);
}

/* Touches what it changes. */
static inline void scene_stack_set(struct tx *tx, struct stack *place, unsigned item, unsigned amount)
{
	if (place->item != 0)
		scene_ledger(tx, place->item, -(int64_t)place->amount);
	if (item != 0)
		scene_ledger(tx, item, (int64_t)amount);
	SET(tx, *place, ((struct stack){.item = (uint16_t)item, .amount = (uint16_t)amount}));
}

static inline void scene_gold_set(struct tx *tx, int32_t *purse, int32_t gold)
{
	scene_ledger(tx, GOLD_ITEM, (int64_t)gold - *purse);
	SET(tx, *purse, gold);
}

/* --- the keeper --------------------------------------------------------------------------------------------------------------------- */

/* Opens the store of the fixture without claiming it: that is the keeper's business. */
static inline void scene_store_open(struct scene *s)
{
	struct store_fixture *f = &s->store;
	f->loop = loop_create(&f->why);
	assert_non_null(f->loop);
	f->batch = store_batch_create(&f->why);
	f->store = store_create(&f->options, STORE_WRITER, f->loop, NULL, &f->why);
	if (f->store == NULL)
		fail_msg("%s", f->why.text);
}

/* A keeper is born into its slot. */
static inline void scene_keeper_born(struct scene *s)
{
	struct problem why = {""};
	memory_segment_join(&s->segment, &s->keeper_world, SLOT_KEEPER);
	if (!keeper_create(&s->keeper, &s->keeper_world, s->catalog, &s->config, s->store.loop, s->store.store, &why) ||
		!keeper_restore(&s->keeper, &why))
		fail_msg("%s", why.text);
	s->keeper_lives = true;
}

static inline void scene_keeper_dies(struct scene *s)
{
	keeper_destroy(&s->keeper);
	world_detach(&s->keeper_world);
	s->keeper_lives = false;
}

/* Lets the loop turn until no request of the keeper is under way. */
static inline void scene_answer_await(struct scene *s)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (s->keeper.writing && clock_mono_ms() < deadline)
		loop_turn(s->store.loop, 50);
	if (s->keeper.writing)
		fail_msg("the store does not answer");
}

static inline void scene_cut(struct scene *s)
{
	keeper_cut(&s->keeper);
	scene_answer_await(s);
}

/* Cuts until everything is durable. */
static inline void scene_cut_until_done(struct scene *s)
{
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	while (!keeper_is_done(&s->keeper) && clock_mono_ms() < deadline) {
		s->keeper.tried_ms = 0; /* it need not pause for us */
		scene_cut(s);
		loop_turn(s->store.loop, 10);
	}
	if (!keeper_is_done(&s->keeper))
		fail_msg("%u characters and maps are still unsaved", keeper_unsaved(&s->keeper));
}

/* World and store are looked at. The caller deletes nothing: the report stands in the world. */
static inline const struct audit_report *scene_audit_reaching(struct scene *s, enum audit_reach reach)
{
	static uint32_t request;
	uint64_t deadline = clock_mono_ms() + FIXTURE_DEADLINE_MS;
	keeper_audit(&s->keeper, reach, ++request);
	while (s->world->report->request != request && clock_mono_ms() < deadline) {
		keeper_cut(&s->keeper); /* it may wait for one */
		loop_turn(s->store.loop, 10);
	}
	if (s->world->report->request != request)
		fail_msg("the audit does not end");
	return s->world->report;
}

/* Everything durable, and nothing wrong in world and store. */
static inline void scene_expect_sound(struct scene *s)
{
	scene_cut_until_done(s);
	const struct audit_report *report = scene_audit_reaching(s, AUDIT_STORE);
	if (report->findings != 0 || !report->store_looked)
		fail_msg("%u findings, the first: %s", report->findings,
				 report->store_looked ? report->text[0] : "the store was not looked at");
}

/* --- of a cmocka test: with either store, which is open; no keeper yet --- */

static inline int scene_setup(void **state, bool with_redis)
{
	struct scene *s = scene_open(with_redis);
	scene_store_open(s);
	*state = s;
	return 0;
}

static inline int scene_setup_embedded(void **state)
{
	return scene_setup(state, false);
}

static inline int scene_setup_redis(void **state)
{
	*state = NULL;
	return redis_server_available() ? scene_setup(state, true) : 0;
}

static inline int scene_teardown(void **state)
{
	if (*state != NULL)
		scene_close(*state);
	return 0;
}

/* The scene; skips when there is no redis-server to test with. */
static inline struct scene *scene_of(void **state)
{
	if (*state == NULL) {
		print_message("skipped: there is no redis-server\n");
		skip();
	}
	return *state;
}

/* A new world from the same store, as after the end of the whole server. */
static inline void scene_restart(struct scene *s)
{
	scene_keeper_dies(s);
	scene_world_end(s);
	scene_world_make(s);
	scene_keeper_born(s);
}

#endif
