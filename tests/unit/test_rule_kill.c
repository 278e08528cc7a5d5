/* Whatever a player does is done wholly or not at all, whenever its process is killed: for every rule that changes something,
 * for a character that comes, is taken over or goes, and for a map's tick. Each is killed at each of its points; then those
 * who settle it are killed at each of theirs. The world is as before or as after, to the byte; what is told agrees with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/catalog/tables.h"
#include "common/world/realm.h"
#include "tests/harness/killing.h"
#include "tests/harness/little_world.h"
#include "worker/game/carry.h"
#include "worker/game/creature.h"
#include "worker/game/hoard.h"
#include "worker/game/death.h"
#include "worker/game/entering.h"
#include "worker/game/experience.h"
#include "worker/game/inventory.h"
#include "worker/game/leaving.h"
#include "worker/game/pets.h"
#include "worker/game/ruling.h"
#include "worker/game/tick.h"
#include "worker/game_audit.h"

#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 9 }; /* a fork takes ten times as long */
#else
enum { STRIDE = 1 };
#endif

enum { NEWCOMERS = LITTLE_WORLD_PLAYERS - 1 }; /* whose connection has this number */

/* --- what is done --------------------------------------------------------------------------------------------------------------- */

static struct little_world *world;
static uint32_t ana, beto, caro;

static void walk_east(void)
{
	DO(world, ana, WALK, .heading = HEADING_EAST);
}

static void stand_in_cell(void)
{
	stand(world, ana, 46, 50);
}

static void stand_at_edge(void)
{
	stand(world, ana, 53, 50); /* cells are nine tiles wide */
}

static void stand_before_exit(void)
{
	stand(world, ana, EXIT_X - 1, EXIT_Y);
}

static void stand_before_way_back(void)
{
	stand(world, ana, EXIT_X - 1, EXIT_Y);
	walk_east(); /* she is in the wild now: the way back leads to a lower map, which is asked for out of order */
}

static void stand_before_ghost(void)
{
	stand(world, ana, caro != 0 ? (unsigned)body_of(world, caro)->x - 1 : 0, body_of(world, caro)->y);
}

static void turn(void)
{
	DO(world, ana, CHANGE_HEADING, .heading = HEADING_WEST);
}

static void lay_bread(void)
{
	lay(world, LAND_MEADOW, MEADOW_X, MEADOW_Y, THING_BREAD, 5);
}

static void lay_gold(void)
{
	lay(world, LAND_MEADOW, MEADOW_X, MEADOW_Y, THING_GOLD, 500);
}

static void pick_up(void)
{
	DO(world, ana, PICK_UP);
}

static void carry_things(void)
{
	give(world, ana, 1, THING_BREAD, 5);
	give(world, ana, 2, THING_SWORD, 1);
	give(world, ana, 3, THING_HELMET, 1);
	give(world, ana, 4, THING_GOLD, 300);
	give(world, ana, 5, THING_KEY, 1);
	give(world, ana, 6, THING_JEWEL, 1);
	give_gold(world, ana, 1000);
}

static void wear_things(void)
{
	carry_things();
	wear(world, ana, 2);
	wear(world, ana, 3);
}

static void drop_some(void)
{
	DO(world, ana, DROP, .slot = 1, .amount = 2);
}

static void drop_the_worn(void)
{
	DO(world, ana, DROP, .slot = 2, .amount = 1);
}

static void drop_the_dear(void)
{
	DO(world, ana, DROP, .slot = 6, .amount = 1);
}

static void drop_gold(void)
{
	DO(world, ana, DROP, .slot = SLOT_GOLD, .amount = 400);
}

static void equip(void)
{
	DO(world, ana, EQUIP_ITEM, .slot = 2);
}

static void use_gold(void)
{
	DO(world, ana, USE_ITEM, .slot = 4);
}

static void stand_at_locked_door(void)
{
	carry_things();
	stand(world, ana, LOCKED_X, LOCKED_Y + 1);
	DO(world, ana, LEFT_CLICK, .x = LOCKED_X, .y = LOCKED_Y);
}

static void use_key(void)
{
	DO(world, ana, USE_ITEM, .slot = 5);
}

static void stand_at_door(void)
{
	stand(world, ana, DOOR_X, DOOR_Y + 1);
}

static void stand_at_open_door(void)
{
	stand_at_door();
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
}

static void work_door(void)
{
	DO(world, ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
}

static void look_at(void)
{
	DO(world, ana, LEFT_CLICK, .x = MEADOW_X + 1, .y = MEADOW_Y);
}

static void learn(void)
{
	player_of(world, ana)->spells[0] = 1;
	player_of(world, ana)->spells[1] = 0;
	player_of(world, ana)->skill_points = 10;
}

static void move_spell(void)
{
	DO(world, ana, MOVE_SPELL, .upwards = false, .slot = 1);
}

static void modify_skills(void)
{
	DO(world, ana, MODIFY_SKILLS, .points = {1, 2, 3});
}

static void move_item(void)
{
	DO(world, ana, MOVE_ITEM, .from_slot = 2, .to_slot = 7);
}

static void talk(void)
{
	DO(world, ana, TALK, .text = TEXT("hola"));
}

static void yell(void)
{
	DO(world, ana, YELL, .text = TEXT("hola"));
}

static void whisper(void)
{
	DO(world, ana, WHISPER, .target_name = TEXT("Beto"), .text = TEXT("hola"));
}

static void describe(void)
{
	DO(world, ana, CHANGE_DESCRIPTION, .text = TEXT("panadera"));
}

static void change_charset(void)
{
	DO(world, ana, TALK, .text = TEXT("/charset utf-8"));
}

static void quit(void)
{
	DO(world, ana, QUIT);
}

static void quit_in_the_wild(void)
{
	DO(world, beto, QUIT);
}

/* --- ... by no packet ------------------------------------------------------------------------------------------------------- */

static void map_ticks(unsigned map)
{
	uint32_t which = map;
	uint32_t domains[1] = {map};
	tx_run(&world->tx, domains, 1, map_tick, &which);
}

static void tick_comes(void)
{
	pass_ms(world, 10000);
}

static void tick(void)
{
	map_ticks(LAND_MEADOW);
}

static void countdown_is_over(void)
{
	quit_in_the_wild();
	pass_ms(world, 60000);
}

static void countdown_runs(void)
{
	quit_in_the_wild();
	pass_ms(world, 3000);
}

static void tick_in_the_wild(void)
{
	map_ticks(LAND_WILD);
}

static void idle_for_long(void)
{
	pass_ms(world, UINT64_C(3600000));
}

static void connection_is_lost(uint32_t who)
{
	struct leaving_lost lost = {.player = player_handle(&world->world, who),
								.connection = player_of(world, who)->connection};
	little_world_run(world, body_of(world, who)->map, leaving_when_lost, &lost);
}

static void lose_ana(void)
{
	connection_is_lost(ana);
}

static void lose_beto(void)
{
	connection_is_lost(beto);
}

/* Creatures: who takes a body, or gives one back, asks for the realm in the middle of it. */
static uint32_t bear, pet;

static enum tx_verdict have_pets(struct tx *tx, void *context)
{
	struct player *player = &tx->world->players[ana];
	struct place at = {.map = LAND_WILD, .x = WILD_X + 1, .y = WILD_Y + 2};
	(void)context;
	pet = creature_spawn(tx, BEAST_BEAR, at, false);
	TOUCH(tx, *player);
	player->pets[0] = body_handle(tx->world, pet);
	player->pet_kinds[0] = BEAST_BEAR;
	TOUCH(tx, *creature_at(tx, pet));
	creature_at(tx, pet)->master = player_handle(tx->world, ana);
	creature_at(tx, pet)->tamed = 1;
	pet_summon(tx, ana, BEAST_SPIRIT, at);
	player->target.creature = player->pets[0];
	return TX_COMMIT;
}

static void bear_lives(void)
{
	stand_before_way_back();
	bear = beast_of(world, BEAST_BEAR);
	world->config.rules.drop_percent = 1000;
}

static void pets_come(void)
{
	stand_before_way_back();
	little_world_run(world, LAND_WILD, have_pets, NULL);
	EXPECT_SOUND(world);
}

static enum tx_verdict bear_falls(struct tx *tx, void *context)
{
	(void)context;
	creature_die(tx, bear, ana);
	return TX_COMMIT;
}

static enum tx_verdict bear_joins(struct tx *tx, void *context)
{
	(void)context;
	creature_leaves_the_wild(tx, bear, true);
	return TX_COMMIT;
}

static enum tx_verdict pet_falls(struct tx *tx, void *context)
{
	(void)context;
	creature_die(tx, pet, 0);
	return TX_COMMIT;
}

/* A thief of the praetorians steals, and dies with what he has. */
static uint32_t thief;

static enum tx_verdict thief_steals(struct tx *tx, void *context)
{
	(void)context;
	hoard_steal(tx, beto, 1);
	hoard_steal(tx, beto, 2);
	return TX_COMMIT;
}

static enum tx_verdict thief_comes(struct tx *tx, void *context)
{
	(void)context;
	thief = creature_spawn(tx, BEAST_THIEF, (struct place){.map = LAND_WILD, .x = WILD_X + 6, .y = WILD_Y}, false);
	return TX_COMMIT;
}

static enum tx_verdict thief_falls(struct tx *tx, void *context)
{
	(void)context;
	creature_die(tx, thief, ana);
	return TX_COMMIT;
}

static void beto_has_things(void)
{
	give(world, beto, 1, THING_BREAD, 7);
	give(world, beto, 2, THING_SWORD, 1);
}

static void thief_is_rich(void)
{
	stand_before_way_back();
	beto_has_things();
	little_world_run(world, LAND_WILD, thief_comes, NULL);
	little_world_run(world, LAND_WILD, thief_steals, NULL);
	EXPECT_SOUND(world);
}

static void in_the_wild(tx_fn *fn)
{
	uint32_t domains[1] = {LAND_WILD};
	tx_run(&world->tx, domains, 1, fn, NULL);
}

static void kill_bear(void)
{
	in_the_wild(bear_falls);
}

static void rob_beto(void)
{
	in_the_wild(thief_steals);
}

static void kill_thief(void)
{
	in_the_wild(thief_falls);
}

static void tame_bear(void)
{
	in_the_wild(bear_joins);
}

static void kill_pet(void)
{
	in_the_wild(pet_falls);
}

static void release_pet(void)
{
	DO(world, ana, RELEASE_PET);
}

static void spirit_is_due(void)
{
	pets_come();
	pass_ms(world, 60000);
}

static void at_a_trainer(void)
{
	stand_before_way_back();
	stand(world, ana, TRAINER_X, WILD_BEASTS_Y + 2);
	player_of(world, ana)->target.creature = body_handle(&world->world, beast_of(world, BEAST_TRAINER));
}

static void train(void)
{
	DO(world, ana, TRAIN, .creature = 1);
}

static void spell_chosen(enum charm charm)
{
	stand_before_way_back();
	player_of(world, ana)->spell = (uint16_t)charm;
	player_of(world, ana)->skills[SKILL_MAGIC - 1] = 100;
	player_of(world, ana)->safe_mode = 0;
	give(world, beto, 1, THING_BREAD, 5);
}

static void slaying_chosen(void)
{
	spell_chosen(CHARM_SLAY);
}

static void summoning_chosen(void)
{
	spell_chosen(CHARM_SUMMON);
}

static void cast_at_beto(void)
{
	const struct body *body = body_of(world, beto);
	DO(world, ana, WORK_LEFT_CLICK, .x = body->x, .y = body->y, .skill = SKILL_MAGIC);
}

/* As worker/session.c does it: the name is reserved, and when the record is there the character enters. */
static struct player record;
static struct entering entering;

static void newcomer_connects(void)
{
	struct connection *c = &world->world.connections[NEWCOMERS];
	c->generation = 7;
	c->phase = CONNECTION_CHECKING;
	atomic_store(&c->owner, 1);
	record = *player_of(world, ana);
	record.connection = (struct handle){0};
	memcpy(record.name, "Dora", 5);
	record.name_length = 4;
	record.account_new = 1;
	entering = (struct entering){.connection = {NEWCOMERS, 7},
								 .character = &record,
								 .at = {.map = LAND_MEADOW, .x = MEADOW_X + 2, .y = MEADOW_Y},
								 .heading = HEADING_SOUTH,
								 .created = true};
}

static enum tx_verdict reserve(struct tx *tx, void *context)
{
	struct entering *who = context;
	uint32_t index = realm_reserve(tx, TEXT("Dora"), who->connection);
	who->player = player_handle(tx->world, index);
	return TX_COMMIT;
}

static enum tx_verdict release(struct tx *tx, void *context)
{
	const struct entering *who = context;
	realm_release(tx, who->player.index);
	return TX_COMMIT;
}

static void create(void)
{
	uint32_t realm = world->world.realm_domain;
	tx_run(&world->tx, &realm, 1, reserve, &entering);
	tx_run(&world->tx, &realm, 1, entering_new, &entering);
}

static void reserve_in_vain(void)
{
	uint32_t realm = world->world.realm_domain;
	tx_run(&world->tx, &realm, 1, reserve, &entering);
	tx_run(&world->tx, &realm, 1, release, &entering);
}

static void somebody_logs_in_as(uint32_t who)
{
	newcomer_connects();
	entering.player = player_handle(&world->world, who);
}

static void somebody_is_ana_too(void)
{
	somebody_logs_in_as(ana);
}

static void ana_lingers(void)
{
	stand_before_way_back();
	connection_is_lost(ana);
	somebody_logs_in_as(ana);
}

static void ana_has_just_left(void)
{
	quit();
	somebody_logs_in_as(ana);
}

static void take_over(void)
{
	uint32_t domains[2] = {body_of(world, ana)->map, world->world.realm_domain};
	tx_run(&world->tx, domains, 2, entering_take_over, &entering);
}

/* --- the list ------------------------------------------------------------------------------------------------------------------- */

static enum tx_verdict death(struct tx *tx, void *context)
{
	(void)context;
	player_die(tx, ana);
	return TX_COMMIT;
}

static void stand_rich_in_the_wild(void)
{
	wear_things();
	give_gold(world, ana, 900000);
	stand_before_way_back();
}

static void die(void)
{
	uint32_t map = body_of(world, ana)->map;
	tx_run(&world->tx, &map, 1, death, NULL);
}

static enum tx_verdict growth(struct tx *tx, void *context)
{
	(void)context;
	experience_give(tx, ana, 5000);
	return TX_COMMIT;
}

static void be_a_newbie_with_things(void)
{
	player_of(world, ana)->level = LEVEL_NEWBIE_LAST;
	give(world, ana, 1, THING_NEWBIE_DAGGER, 1);
	wear(world, ana, 1);
}

static void grow(void)
{
	uint32_t map = body_of(world, ana)->map;
	tx_run(&world->tx, &map, 1, growth, NULL);
}

static void stand_at_the_pond(void)
{
	player_of(world, ana)->level = 30;
	player_of(world, ana)->skills[SKILL_NAVIGATION - 1] = SKILL_MAX;
	give(world, ana, 1, THING_BOAT, 1);
	stand(world, ana, WATER_FROM - 1, WATER_FROM);
}

static void use_first(void)
{
	DO(world, ana, USE_ITEM, .slot = 1);
}

struct deed {
	const char *name;
	void (*prepare)(void); /* NULL = nothing */
	void (*act)(void);
	unsigned packet; /* act is NULL: this packet with nothing in it */
};

static const struct deed deeds[] = {
	{.name = "a step", .prepare = stand_in_cell, .act = walk_east},
	{.name = "a step into another cell", .prepare = stand_at_edge, .act = walk_east},
	{.name = "a step to another map", .prepare = stand_before_exit, .act = walk_east},
	{.name = "a step to a lower map", .prepare = stand_before_way_back, .act = walk_east},
	{.name = "a step into a ghost", .prepare = stand_before_ghost, .act = walk_east},
	{.name = "a turn", .act = turn},
	{.name = "picking up", .prepare = lay_bread, .act = pick_up},
	{.name = "picking up gold", .prepare = lay_gold, .act = pick_up},
	{.name = "dropping some", .prepare = carry_things, .act = drop_some},
	{.name = "dropping what is worn", .prepare = wear_things, .act = drop_the_worn},
	{.name = "dropping what is dear", .prepare = carry_things, .act = drop_the_dear},
	{.name = "dropping gold", .prepare = carry_things, .act = drop_gold},
	{.name = "putting on", .prepare = carry_things, .act = equip},
	{.name = "taking off", .prepare = wear_things, .act = equip},
	{.name = "pocketing a pile of gold", .prepare = carry_things, .act = use_gold},
	{.name = "unlocking a door", .prepare = stand_at_locked_door, .act = use_key},
	{.name = "opening a door", .prepare = stand_at_door, .act = work_door},
	{.name = "closing a door", .prepare = stand_at_open_door, .act = work_door},
	{.name = "dying with much", .prepare = stand_rich_in_the_wild, .act = die},
	{.name = "many levels at once", .prepare = be_a_newbie_with_things, .act = grow},
	{.name = "boarding a boat", .prepare = stand_at_the_pond, .act = use_first},
	{.name = "a look", .act = look_at},
	{.name = "moving a spell", .prepare = learn, .act = move_spell},
	{.name = "spending skill points", .prepare = learn, .act = modify_skills},
	{.name = "moving an item", .prepare = wear_things, .act = move_item},
	{.name = "talk", .act = talk},
	{.name = "a yell", .act = yell},
	{.name = "a whisper", .act = whisper},
	{.name = "a description", .act = describe},
	{.name = "another charset", .act = change_charset},
	{.name = "leaving a safe place", .act = quit},
	{.name = "leaving the wild", .act = quit_in_the_wild},
	{.name = "a tick", .prepare = tick_comes, .act = tick},
	{.name = "a tick of a countdown", .prepare = countdown_runs, .act = tick_in_the_wild},
	{.name = "the end of a countdown", .prepare = countdown_is_over, .act = tick_in_the_wild},
	{.name = "a tick that finds them idle", .prepare = idle_for_long, .act = tick},
	{.name = "a creature's death", .prepare = bear_lives, .act = kill_bear},
	{.name = "a creature's theft", .prepare = beto_has_things, .act = rob_beto},
	{.name = "a thief's death", .prepare = thief_is_rich, .act = kill_thief},
	{.name = "a creature that becomes a pet", .prepare = bear_lives, .act = tame_bear},
	{.name = "a pet's death", .prepare = pets_come, .act = kill_pet},
	{.name = "a pet set free", .prepare = pets_come, .act = release_pet},
	{.name = "a step to another map with pets", .prepare = pets_come, .act = walk_east},
	{.name = "a tick that ends a summoning", .prepare = spirit_is_due, .act = tick_in_the_wild},
	{.name = "a trainer's call", .prepare = at_a_trainer, .act = train},
	{.name = "a spell that kills", .prepare = slaying_chosen, .act = cast_at_beto},
	{.name = "a summoning", .prepare = summoning_chosen, .act = cast_at_beto},
	{.name = "a connection lost", .act = lose_ana},
	{.name = "a connection lost in the wild", .act = lose_beto},
	{.name = "a creation", .prepare = newcomer_connects, .act = create},
	{.name = "a reservation in vain", .prepare = newcomer_connects, .act = reserve_in_vain},
	{.name = "taking over who plays", .prepare = somebody_is_ana_too, .act = take_over},
	{.name = "taking over who lingers", .prepare = ana_lingers, .act = take_over},
	{.name = "taking over who has just left", .prepare = ana_has_just_left, .act = take_over},
};

enum { CROSSING = 2, DROPPING = 8 }; /* in the list above */

/* All fields 0 or empty; as wide as any packet. */
static const union {
	struct c2s_MODIFY_SKILLS skills;
	uint8_t room[1024];
} nothing;

static bool packet_may_be_empty(unsigned id)
{
	uint8_t bytes[1024];
	struct packet_writer writer;
	struct c2s_packet packet;
	size_t used;
	packet_writer_start(&writer, bytes, sizeof bytes, DIALECT_GODOT);
	return packet_put(&writer, TABLE_C2S, id, &nothing) &&
		   c2s_read(DIALECT_GODOT, bytes, writer.length, sizeof bytes, &used, &packet) == PACKET_OK;
}

static void deed_do(const void *context)
{
	const struct deed *deed = context;
	world->tx.paranoia = PARANOIA_OFF; /* the points of a rehearsal are no others */
	if (deed->act != NULL)
		deed->act();
	else
		little_world_do(world, ana, deed->packet, &nothing, HERE);
}

/* --- before and after ----------------------------------------------------------------------------------------------------------- */

/* What the world is like when so many transactions of a deed are done. */
static struct moment stage[KILLING_COMMITS + 1];
static unsigned stages;
static uint32_t points_in_all;
static uint32_t before_commit; /* number of the last point before the last commit */
static struct moment start;    /* before anything */
static struct audit_room room;
static uint8_t *told[LAND_COUNT + 2];

static void crowd_enter(void)
{
	ana = ENTER(world, "Ana");
	beto = ENTER(world, "Beto", .map = LAND_WILD, .x = WILD_X + 4, .y = WILD_Y + 4);
	caro = ENTER(world, "Caro", .x = MEADOW_X + 1, .y = MEADOW_Y + 1, .dead = true);
	ENTER(world, "Eva", .x = MEADOW_X - 3, .y = MEADOW_Y);
	for (uint32_t p = ana; p <= caro; p++)
		player_of(world, p)->session_unix_s = world->tx.unix_s;
}

/* What the deed says, ring by ring. */
static void told_remember(void)
{
	for (uint32_t d = 1; d <= world->world.realm_domain; d++) {
		const struct ring *ring = &world->world.domains[d].ring;
		uint64_t from = moment_head(&world->world, &stage[0], d), to = ring_head(ring);
		assert_true(to <= ring->size); /* these worlds are young: no ring has come round */
		told[d] = malloc(to - from + 1);
		assert_non_null(told[d]);
		memcpy(told[d], ring_bytes(&world->world, ring) + from, to - from);
	}
}

static bool told_as_remembered(unsigned commits, char *where, size_t size)
{
	for (uint32_t d = 1; d <= world->world.realm_domain; d++) {
		uint64_t from = moment_head(&world->world, &stage[0], d), to = moment_head(&world->world, &stage[commits], d);
		if (memcmp(told[d], ring_bytes(&world->world, &world->world.domains[d].ring) + from, to - from) == 0)
			continue;
		snprintf(where, size, "the ring of domain %u says something else", d);
		return false;
	}
	return true;
}

/* A fresh world in which the deed can be done, and what it comes to: before it, after each of its transactions. */
static void deed_begin(const struct deed *deed)
{
	struct killing_shared *s = killing_shared();
	world = little_world_open(DIALECT_GODOT);
	log_set_level(LOG_LEVEL_ERROR);
	crowd_enter();
	if (deed->prepare != NULL)
		deed->prepare();
	forget(world);
	assert_true(audit_room_create(&room, &world->world, world->catalog));
	start = moment_take(&world->world);

	if (killing_run(deed_do, deed, KILLING_NEVER))
		fail_msg("%s: was killed by somebody else", deed->name);
	points_in_all = atomic_load(&s->points);
	stages = atomic_load(&s->commits);
	assert_in_range(stages, 0, KILLING_COMMITS);
	before_commit = stages > 0 ? s->commit_at[stages] : points_in_all;
	uint32_t idle_at[KILLING_COMMITS + 1];
	memcpy(idle_at, s->idle_at, sizeof idle_at);
	for (unsigned commits = 1; commits < stages; commits++) {
		moment_restore(&world->world, &start);
		assert_true(killing_run(deed_do, deed, idle_at[commits]));
		stage[commits] = moment_take(&world->world);
	}
	moment_restore(&world->world, &start);
	assert_true(killing_run(deed_do, deed, 0)); /* its packet has come, nothing is touched yet */
	stage[0] = moment_take(&world->world);
	moment_restore(&world->world, &start);
	assert_false(killing_run(deed_do, deed, KILLING_NEVER));
	if (stages > 0)
		stage[stages] = moment_take(&world->world);
	told_remember();
}

static void deed_end(void)
{
	for (unsigned i = 0; i <= stages; i++)
		moment_free(&stage[i]);
	for (uint32_t d = 1; d <= world->world.realm_domain; d++) {
		free(told[d]);
		told[d] = NULL;
	}
	moment_free(&start);
	audit_room_destroy(&room);
	little_world_close(world);
}

static void expect_whole(const struct deed *deed, unsigned commits, uint32_t point, const char *name, const char *who)
{
	char where[200] = "";
	static struct audit audit; /* large */
	if (!settled_wholly(&world->world, where, sizeof where) ||
		!moment_is(&world->world, &stage[commits], where, sizeof where) ||
		!told_as_remembered(commits, where, sizeof where))
		fail_msg("%s, killed at point %u (%s) with %u of %u transactions done, settled by %s: %s", deed->name, point,
				 name, commits, stages, who, where);
	game_audit(&world->world, world->catalog, &room, &audit);
	audit_conclude(&audit);
	if (audit.findings != 0)
		fail_msg("%s, killed at point %u (%s), settled by %s: the audit found: %s", deed->name, point, name, who,
				 audit.text[0]);
}

/* --- one death -------------------------------------------------------------------------------------------------------------------- */

static unsigned deaths, as_before, as_after;

static void deed_dies_everywhere(const struct deed *deed)
{
	struct killing_shared *s = killing_shared();
	for (uint32_t point = 0; point < points_in_all; point += STRIDE) {
		enum settler who = point / STRIDE % SETTLER_COUNT;
		moment_restore(&world->world, &start);
		assert_true(killing_run(deed_do, deed, point));
		unsigned commits = atomic_load(&s->commits);
		char name[KILLING_NAME];
		memcpy(name, s->last, sizeof name);
		settler_come(&world->world, who);
		settlers_finish(&world->world);
		expect_whole(deed, commits, point, name, settler_names[who]);
		deaths++;
		as_before += commits == 0;
		as_after += commits == stages;
	}
}

static void killed_at_every_point_every_deed_is_done_or_not(void **state)
{
	(void)state;
	deaths = as_before = as_after = 0;
	for (unsigned i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		deed_begin(&deeds[i]);
		if (stages == 0 || (moment_is(&world->world, &stage[0], (char[200]){0}, 200)))
			fail_msg("%s changes nothing: it proves nothing", deeds[i].name);
		deed_dies_everywhere(&deeds[i]);
		deed_end();
	}
	print_message("%zu deeds, %u deaths: %u times as before, %u times as after\n", sizeof deeds / sizeof *deeds, deaths,
				  as_before, as_after);
	assert_true(as_before > 0 && as_after > 0);
}

/* The whole table, so that a rule that somebody adds is not forgotten: each packet with nothing in its fields. */
static void killed_at_every_point_every_row_of_the_dispatch_table_is_run_or_not(void **state)
{
	(void)state;
	unsigned rows = 0;
	deaths = 0;
	for (unsigned packet = 0; packet < C2S_COUNT; packet++) {
		if (ruling_of(packet) == NULL || !packet_may_be_empty(packet))
			continue;
		struct deed deed = {.name = c2s_name(packet), .prepare = carry_things, .packet = packet};
		deed_begin(&deed);
		deed_dies_everywhere(&deed);
		deed_end();
		rows++;
	}
	print_message("%u rows, %u deaths\n", rows, deaths);
	assert_true(rows > 100);
}

/* --- who settles dies as well --------------------------------------------------------------------------------------------------- */

/* The victim dies at this point; its settler at each of its own; then another comes and finishes. */
static void settlers_die_everywhere(const struct deed *deed, uint32_t point)
{
	struct killing_shared *s = killing_shared();
	moment_restore(&world->world, &start);
	assert_true(killing_run(deed_do, deed, point));
	unsigned commits = atomic_load(&s->commits);
	char name[KILLING_NAME];
	memcpy(name, s->last, sizeof name);
	struct moment death = moment_take(&world->world);
	for (unsigned who = 0; who < SETTLER_COUNT; who++) {
		bool died = true;
		for (uint32_t at = 0; died; at += STRIDE) {
			char whose[120];
			moment_restore(&world->world, &death);
			died = settler_dies_at(&world->world, who, at);
			snprintf(whose, sizeof whose, "%s, killed at %u (%s), and others after him", settler_names[who], at,
					 s->last);
			settler_come(&world->world, (at / STRIDE + who) % SETTLER_COUNT);
			settlers_finish(&world->world);
			expect_whole(deed, commits, point, name, whose);
			deaths += died;
		}
	}
	moment_free(&death);
}

static void a_settlement_killed_at_every_point_of_it_is_finished_by_the_next(void **state)
{
	(void)state;
	static const unsigned wholly[] = {CROSSING, DROPPING};
	deaths = 0;
	for (unsigned i = 0; i < sizeof wholly / sizeof *wholly; i++) {
		const struct deed *deed = &deeds[wholly[i]];
		deed_begin(deed);
		for (uint32_t point = 0; point < points_in_all; point += STRIDE)
			settlers_die_everywhere(deed, point);
		deed_end();
	}
	print_message("%u settlers killed\n", deaths);
	assert_true(deaths > 500 / STRIDE);
}

/* From just before the commit on: there most is to be undone, and everything is to be published. */
static void the_settlement_of_every_deed_may_be_killed_anywhere(void **state)
{
	(void)state;
	deaths = 0;
	for (unsigned i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		deed_begin(&deeds[i]);
		for (uint32_t point = before_commit; point < points_in_all; point += STRIDE)
			settlers_die_everywhere(&deeds[i], point);
		deed_end();
	}
	print_message("%u settlers killed\n", deaths);
	assert_true(deaths > 1000 / STRIDE / STRIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_point_every_deed_is_done_or_not),
		cmocka_unit_test(killed_at_every_point_every_row_of_the_dispatch_table_is_run_or_not),
		cmocka_unit_test(a_settlement_killed_at_every_point_of_it_is_finished_by_the_next),
		cmocka_unit_test(the_settlement_of_every_deed_may_be_killed_anywhere),
	};
	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("rule kill", tests, NULL, NULL);
}
