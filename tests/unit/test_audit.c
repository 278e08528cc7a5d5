/* Audits see what is not as it must be: each test breaks one thing in a sound world, and it is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/world/ledger.h"
#include "common/world/realm.h"
#include "tests/harness/decree.h"
#include "tests/harness/little_world.h"
#include "worker/game/area.h"
#include "worker/game_audit.h"
#include "worker/output.h"

/* Ana and Beto on the meadow, with what people have. */
struct scene {
	struct little_world *land;
	struct world *w;
	uint32_t ana, beto;
	struct player *player; /* Ana */
	struct body *body;     /* hers */
	struct connection *c;  /* hers */
};

static struct scene scene;

static void audit_take(struct audit *audit)
{
	struct audit_room room;
	assert_true(audit_room_create(&room, scene.w, scene.land->catalog));
	game_audit(scene.w, scene.land->catalog, &room, audit);
	audit_room_destroy(&room);
}

static void expect_clean(void)
{
	struct audit audit;
	audit_take(&audit);
	audit_conclude(&audit);
	if (audit.findings != 0)
		fail_msg("the world is not sound to begin with: %s", audit.text[0]);
}

/* One finding or more, and one of them says this. */
static void expect_found(const char *part)
{
	struct audit audit;
	audit_take(&audit);
	audit_conclude(&audit);
	for (uint32_t i = 0; i < audit.findings && i < AUDIT_TEXTS; i++) {
		if (strstr(audit.text[i], part) != NULL)
			return;
	}
	fail_msg("\"%s\" is not among the %u findings, the first is: %s", part, audit.findings,
			 audit.findings > 0 ? audit.text[0] : "none");
}

/* Her connection as her worker would have it: it was told where she is, and has something to send. */
static void connection_dress(uint32_t player)
{
	struct connection *c = &scene.w->connections[player];
	const struct body *body = &scene.w->bodies[player];
	struct ring *ring = &scene.w->domains[body->map].ring;
	atomic_store(&scene.w->processes[0].state, PROCESS_READY);
	atomic_fetch_or(&ring->followers, 1);
	scene.w->reader_positions[body->map] = ring_head(ring);
	atomic_fetch_or(&scene.w->domains[scene.w->realm_domain].ring.followers, 1);
	scene.w->reader_positions[scene.w->realm_domain] = ring_head(&scene.w->domains[scene.w->realm_domain].ring);
	uint32_t first = player * 2, last = player * 2 + 1; /* of the worker's share, which begins with 1 */
	scene.w->chunks[first] = (struct chunk){.next = last, .position = 0};
	scene.w->chunks[last].position = CHUNK_BYTES;
	c->output_first = first;
	c->sent = 100;
	struct connection_cursor cursor = {.view_map = body->map,
									   .view_cell_x = area_cell(body->x),
									   .view_cell_y = area_cell(body->y),
									   .greeted = 1,
									   .tail = last,
									   .tail_used = 10,
									   .appended = CHUNK_BYTES + 10};
	cursor_commit(c, &cursor);
	c->input = (struct input_span){.start = 0, .end = 0};
}

static int setup(void **state)
{
	struct little_world *land = little_world_open(DIALECT_GODOT);
	*state = land;
	scene = (struct scene){.land = land, .w = &land->world};
	scene.ana = ENTER(land, "Ana");
	scene.beto = ENTER(land, "Beto", .x = 51);
	scene.player = player_of(land, scene.ana);
	scene.body = body_of(land, scene.ana);
	scene.c = &scene.w->connections[scene.ana];
	give(land, scene.ana, 1, THING_BREAD, 5);
	give(land, scene.ana, 2, THING_SWORD, 1);
	give_gold(land, scene.ana, 100);
	lay(land, LAND_MEADOW, 60, 50, THING_BREAD, 3);
	wear(land, scene.ana, 2);
	connection_dress(scene.ana);
	connection_dress(scene.beto);
	expect_clean();
	return 0;
}

static struct connection_cursor *cursor_of_hers(void)
{
	return &scene.c->cursor[atomic_load(&scene.c->cursor_active)];
}

static struct map_state *meadow(void)
{
	return &scene.w->maps[LAND_MEADOW];
}

/* --- the ledger ----------------------------------------------------------------------------------------------------------------------- */

static void a_loaf_too_many_is_named_with_both_numbers(void **state)
{
	(void)state;
	scene.player->inventory[0].amount++;
	expect_found("item 1 (Pan): 9 in the world, the ledger says 8");
}

static void a_loaf_that_vanished_from_the_ground_is_named(void **state)
{
	(void)state;
	meadow()->ground[tile_index(60, 50)].amount--;
	expect_found("item 1 (Pan): 7 in the world, the ledger says 8");
}

static void gold_counts_in_purse_and_bank_and_pile_alike(void **state)
{
	(void)state;
	decree_stack(scene.w, &meadow()->ground[tile_index(61, 50)], GOLD_ITEM, 50);
	decree_gold(scene.w, &scene.player->bank_gold, 20);
	expect_clean();
	scene.player->bank_gold++;
	expect_found("item 12 (gold): 171 in the world, the ledger says 170");
}

static void a_bank_is_looked_into(void **state)
{
	(void)state;
	scene.player->bank[39] = (struct stack){.item = THING_BREAD, .amount = 1};
	expect_found("item 1 (Pan): 9 in the world, the ledger says 8");
}

static void an_entry_that_nothing_belongs_to_is_seen(void **state)
{
	(void)state;
	scene.w->ledger[THING_BREAD].burned++; /* of slot 0 */
	expect_found("item 1 (Pan): 8 in the world, the ledger says 7");
}

static void what_turned_into_another_thing_is_seen_on_both_sides(void **state)
{
	(void)state;
	scene.player->inventory[0].item = THING_SWORD;
	scene.player->inventory[0].amount = 5;
	expect_found("item 1 (Pan): 3 in the world, the ledger says 8");
}

/* --- stacks and players -------------------------------------------------------------------------------------------------------------- */

static void a_stack_of_too_many_is_none(void **state)
{
	(void)state;
	scene.player->inventory[0].amount = STACK_MAX + 1;
	expect_found("bag of 1, slot 1: item 1, amount 10001");
}

static void nothing_has_no_amount(void **state)
{
	(void)state;
	scene.player->inventory[5] = (struct stack){.item = 0, .amount = 3};
	expect_found("bag of 1, slot 6: item 0, amount 3");
}

static void an_item_beyond_all_numbers_is_none(void **state)
{
	(void)state;
	meadow()->ground[tile_index(10, 10)] = (struct stack){.item = UINT16_MAX, .amount = 1};
	expect_found("item 65535, amount 1");
}

static void a_debt_is_seen(void **state)
{
	(void)state;
	scene.player->gold = -1;
	expect_found("gold -1, in the bank 0");
}

static void more_life_than_the_most_is_seen(void **state)
{
	(void)state;
	scene.player->hp = (int16_t)(scene.player->hp_max + 1);
	expect_found("more points than the maximum");
}

static void what_is_worn_must_be_there(void **state)
{
	(void)state;
	scene.player->equipment[EQUIP_HELMET] = 7;
	expect_found("wears the empty slot 7");
}

static void what_is_worn_must_fit(void **state)
{
	(void)state;
	scene.player->equipment[EQUIP_ARMOUR] = 1; /* bread */
	expect_found("wears item 1 of slot 1 at place 1, where it does not fit");
}

static void nothing_is_worn_twice(void **state)
{
	(void)state;
	scene.player->equipment[EQUIP_SHIELD] = 2;
	expect_found("wears slot 2 at two places");
}

/* --- where bodies stand ----------------------------------------------------------------------------------------------------------------- */

static void a_body_without_a_tile_is_seen(void **state)
{
	(void)state;
	meadow()->occupant[tile_index(scene.body->x, scene.body->y)] = 0;
	expect_found("not where it says");
}

static void a_tile_with_somebody_elses_body_is_seen(void **state)
{
	(void)state;
	meadow()->occupant[tile_index(80, 80)] = (uint16_t)scene.ana;
	expect_found("map 1 (80,80): body 1 stands there, but it says map 1 (50,50)");
}

static void a_tile_with_a_body_that_cannot_be_is_seen(void **state)
{
	(void)state;
	meadow()->occupant[tile_index(80, 80)] = 999;
	expect_found("body 999 stands there, which is none");
}

static void a_creature_that_is_not_where_it_says_is_seen(void **state)
{
	(void)state;
	scene.w->bodies[beast_of(scene.land, BEAST_WOLF)].x++;
	expect_found("creature");
}

static void creatures_are_counted(void **state)
{
	(void)state;
	meadow()->creatures++;
	expect_found("creatures are on the maps");
}

static void a_broken_list_of_creatures_is_seen(void **state)
{
	(void)state;
	scene.w->bodies[beast_of(scene.land, BEAST_WOLF)].previous_on_map = 5;
	expect_found("its list of creatures is broken at");
}

static void creatures_in_a_circle_end(void **state)
{
	(void)state;
	scene.w->bodies[beast_of(scene.land, BEAST_WOLF)].next_on_map = beast_of(scene.land, BEAST_PRIEST);
	expect_found("its list of creatures is broken at");
}

static void a_creature_on_no_list_is_seen(void **state)
{
	(void)state;
	uint32_t second = scene.w->bodies[meadow()->first_creature].next_on_map;
	scene.w->bodies[second].previous_on_map = 0;
	meadow()->first_creature = second;
	expect_found("on no list");
}

/* As many as the files place live or wait to come back, but for those whose kind does not. */
static void a_creature_that_is_gone_for_good_is_seen_when_its_kind_comes_back(void **state)
{
	(void)state;
	uint32_t gone = meadow()->first_creature;
	struct body *body = &scene.w->bodies[gone];
	meadow()->first_creature = body->next_on_map;
	meadow()->creatures--;
	scene.w->bodies[body->next_on_map].previous_on_map = 0;
	meadow()->occupant[tile_index(body->x, body->y)] = 0;
	body->map = 0;
	body->next_on_map = 0;
	creature_of(scene.w, gone)->act_due_ms = 0;
	creature_of(scene.w, gone)->respawns = 0;
	expect_clean();
	creature_of(scene.w, gone)->respawns = 1;
	expect_found("on no list");
}

static void a_creature_in_a_wall_is_seen(void **state)
{
	(void)state;
	uint32_t wolf = beast_of(scene.land, BEAST_WOLF);
	struct body *body = &scene.w->bodies[wolf];
	meadow()->occupant[tile_index(body->x, body->y)] = 0;
	body->x = 50;
	body->y = WALL_Y;
	meadow()->occupant[tile_index(body->x, body->y)] = (uint16_t)wolf;
	expect_found("stands in a wall, map 1 (50,30)");
	body->origin_x = body->x; /* as if the files had put it there */
	body->origin_y = body->y;
	expect_clean();
}

static void who_waits_is_looked_at(void **state)
{
	(void)state;
	uint32_t wolf = beast_of(scene.land, BEAST_WOLF);
	meadow()->first_waiting = wolf; /* and stands on the map */
	expect_found("its list of creatures that wait is broken at");
	meadow()->first_waiting = scene.ana;
	expect_found("its list of creatures that wait is broken at 1");
	meadow()->first_waiting = UINT32_MAX;
	expect_found("its list of creatures that wait is broken at");
}

static void the_free_creatures_are_looked_at(void **state)
{
	(void)state;
	struct realm *realm = scene.w->realm;
	uint32_t first = scene.w->free_creatures[realm->free_creature_first];
	scene.w->bodies[first].kind = BODY_CREATURE;
	expect_found("is listed, which is none or not free");
	scene.w->bodies[first].kind = BODY_NONE;
	expect_clean();
	scene.w->free_creatures[realm->free_creature_first + 1] = first;
	expect_found("is listed twice");
	expect_found("on no list");
	realm->free_creature_count = UINT32_MAX;
	expect_found("free creatures:");
}

static void who_is_placed_is_as_the_files_say(void **state)
{
	(void)state;
	creature_of(scene.w, beast_of(scene.land, BEAST_WOLF))->placed = 0;
	expect_found("not placed, as the map files do not say");
}

static void a_pet_and_its_master_know_each_other(void **state)
{
	(void)state;
	uint32_t wolf = beast_of(scene.land, BEAST_WOLF);
	struct creature *creature = creature_of(scene.w, wolf);
	creature->master = player_handle(scene.w, scene.ana);
	expect_found("a pet of player 1, who does not have it");
	scene.player->pets[1] = body_handle(scene.w, wolf);
	expect_clean();
	creature->tamed = 1;
	expect_found("is of kind 1, 0 is noted");
	scene.player->pet_kinds[1] = BEAST_WOLF;
	expect_clean();
	creature->master = player_handle(scene.w, scene.beto);
	expect_found("is not his");
	creature->master = player_handle(scene.w, scene.ana);
	scene.player->pets[1].generation++;
	expect_found("is not his");
	scene.player->pets[1] = body_handle(scene.w, scene.beto);
	expect_found("is not his");
	scene.player->pets[1] = body_handle(scene.w, beast_of(scene.land, BEAST_BEAR));
	expect_found("is not his");
}

static void a_pet_is_on_its_masters_map(void **state)
{
	(void)state;
	uint32_t bear = beast_of(scene.land, BEAST_BEAR);
	creature_of(scene.w, bear)->master = player_handle(scene.w, scene.ana);
	scene.player->pets[0] = body_handle(scene.w, bear);
	expect_found("is on map 2, not with him");
}

static void a_broken_list_of_players_is_seen(void **state)
{
	(void)state;
	scene.w->bodies[scene.ana].previous_on_map = 5;
	expect_found("its list of players is broken at 1");
}

static void a_list_in_a_circle_ends(void **state)
{
	(void)state;
	scene.w->bodies[scene.ana].next_on_map = scene.beto;
	expect_found("its list of players is broken");
}

static void players_of_a_map_are_counted(void **state)
{
	(void)state;
	meadow()->players = 3;
	expect_found("map 1: 2 players are listed, 3 are counted");
}

static void a_map_with_players_does_not_sleep(void **state)
{
	(void)state;
	atomic_store(&scene.w->tick_due_ms[1], 0);
	expect_found("map 1: asleep with 2 players on it");
}

static void the_realm_counts_who_is_there(void **state)
{
	(void)state;
	scene.w->realm->players_in_world = 3;
	expect_found("2 players are in the world, 3 are counted");
}

static void a_gone_player_stands_nowhere(void **state)
{
	(void)state;
	scene.player->state = PLAYER_GONE;
	expect_found("state 4, but on map 1");
}

static void a_body_is_of_its_players_generation(void **state)
{
	(void)state;
	scene.body->generation++;
	expect_found("its body is of kind 1 and generation");
}

static void a_free_players_body_is_nowhere(void **state)
{
	(void)state;
	scene.w->bodies[7].kind = BODY_PLAYER;
	expect_found("player 7: free, but its body is on map 0, of kind 1");
}

/* --- names and free slots ------------------------------------------------------------------------------------------------------------- */

static uint32_t *name_entry(uint32_t player)
{
	uint32_t at = 0;
	while (scene.w->names[at] != player)
		at++;
	return &scene.w->names[at];
}

static void who_has_no_entry_is_not_found_by_name(void **state)
{
	(void)state;
	*name_entry(scene.ana) = 0;
	expect_found("player 1 (Ana): not to be found under its name");
}

static void a_name_that_was_changed_behind_the_table_is_not_found(void **state)
{
	(void)state;
	scene.player->name[0] = 'E';
	expect_found("not to be found under its name");
}

static void two_players_of_one_name_are_seen(void **state)
{
	(void)state;
	struct player *beto = player_of(scene.land, scene.beto);
	uint32_t at = (uint32_t)scene.player->name_hash & scene.w->realm->names_mask;
	*name_entry(scene.beto) = 0;
	while (scene.w->names[at] != 0)
		at = (at + 1) & scene.w->realm->names_mask;
	scene.w->names[at] = scene.beto;
	memcpy(beto->name, scene.player->name, sizeof beto->name);
	beto->name_length = scene.player->name_length;
	beto->name_hash = scene.player->name_hash;
	expect_found("player 2 (Ana): not to be found under its name");
}

static void a_stale_name_is_seen(void **state)
{
	(void)state;
	uint32_t at = 0;
	while (scene.w->names[at] != 0)
		at++;
	scene.w->names[at] = 7;
	expect_found("is player 7, whose slot is free");
}

static void a_name_that_leads_out_of_the_table_is_seen(void **state)
{
	(void)state;
	*name_entry(scene.ana) = 4000000;
	expect_found("is player 4000000, which there cannot be");
}

static void a_player_with_two_entries_is_seen(void **state)
{
	(void)state;
	uint32_t at = 0;
	while (scene.w->names[at] != 0)
		at++;
	scene.w->names[at] = scene.ana;
	expect_found("player 1 (Ana) stands there twice");
}

static void a_slot_that_is_free_twice_is_seen(void **state)
{
	(void)state;
	const struct realm *realm = scene.w->realm;
	scene.w->free_players[realm->free_first] = scene.w->free_players[(realm->free_first + 1) % scene.w->limits.players];
	expect_found("is listed twice");
}

static void a_slot_that_is_used_and_free_is_seen(void **state)
{
	(void)state;
	scene.w->free_players[scene.w->realm->free_first] = scene.ana;
	expect_found("player 1 is listed, which is none or not free");
}

static void a_slot_that_is_neither_is_seen(void **state)
{
	(void)state;
	scene.w->realm->free_count--;
	expect_found("2 players and 7 free slots, of 10");
}

static void a_free_list_out_of_bounds_is_seen(void **state)
{
	(void)state;
	scene.w->realm->free_first = 4000;
	expect_found("free slots: 8 from 4000 on");
}

/* --- doors ----------------------------------------------------------------------------------------------------------------------------- */

static void block(unsigned x, unsigned y, bool blocked)
{
	uint8_t *byte = &meadow()->blocked[tile_index(x, y) / 8], bit = (uint8_t)(1u << (tile_index(x, y) % 8));
	*byte = (uint8_t)(blocked ? *byte | bit : *byte & ~bit);
}

static void a_tile_that_is_blocked_for_no_reason_is_seen(void **state)
{
	(void)state;
	block(55, 55, true);
	expect_found("map 1 (55,55): blocked, as neither the terrain nor a door says");
}

static void a_wall_with_a_hole_is_seen(void **state)
{
	(void)state;
	block(45, WALL_Y, false);
	expect_found("map 1 (45,30): not blocked");
}

static void a_closed_door_that_lets_through_is_seen(void **state)
{
	(void)state;
	block(DOOR_X, DOOR_Y, false);
	expect_found("map 1 (40,45): the door is closed, its tiles are not blocked and blocked");
}

static void a_door_that_turned_without_its_tiles_is_seen(void **state)
{
	(void)state;
	stand(scene.land, scene.ana, DOOR_X, DOOR_Y + 1);
	DO(scene.land, scene.ana, DOUBLE_CLICK, .x = DOOR_X, .y = DOOR_Y);
	forget(scene.land);
	connection_dress(scene.ana);
	connection_dress(scene.beto);
	expect_clean();
	block(DOOR_X - 1, DOOR_Y, true);
	expect_found("map 1 (40,45): the door is open, its tiles are not blocked and blocked");
}

/* --- rings and logs --------------------------------------------------------------------------------------------------------------------- */

static void a_ring_published_beyond_what_was_announced_is_seen(void **state)
{
	(void)state;
	struct ring *ring = &scene.w->domains[LAND_WILD].ring;
	atomic_store(&ring->announced, 0);
	atomic_store(&ring->head, 64);
	expect_found("ring of domain 2: published up to 64, announced up to 0");
}

static void a_reader_ahead_of_its_ring_is_seen(void **state)
{
	(void)state;
	scene.w->reader_positions[LAND_WILD] = 1 << 20;
	expect_found("worker 0 has read up to 1048576");
}

static void a_log_that_nobody_settled_is_seen(void **state)
{
	(void)state;
	struct undo_log *log = world_undo(scene.w, 3);
	atomic_store(&log->state, UNDO_COMMITTED);
	expect_found("process slot 3: its undo log is in state 2");
}

static void a_log_with_changes_is_seen_and_an_empty_one_is_not(void **state)
{
	(void)state;
	struct undo_log *log = world_undo(scene.w, SLOT_KEEPER);
	atomic_store(&log->used, 0);
	atomic_store(&log->state, UNDO_ACTIVE); /* somebody begins, and waits for his first lock */
	expect_clean();
	atomic_store(&log->used, 40);
	expect_found("its undo log is in state 1, 40 bytes used");
}

/* --- addresses ------------------------------------------------------------------------------------------------------------------------- */

/* Her connection is counted, and she is just logging in. */
static void address_count(void)
{
	struct address *address = &scene.w->addresses[5];
	scene.w->peers[scene.ana].record = 5;
	scene.c->attempt = 1;
	address->connections = address->attempts = 1;
	scene.w->realm->connections = scene.w->realm->attempts = 1;
	expect_clean();
}

static void an_address_that_counts_too_many_is_seen(void **state)
{
	(void)state;
	address_count();
	scene.w->addresses[5].connections++;
	expect_found("address record 5: counts 2 connections and 1 logins under way, there are 1 and 1");
}

static void a_login_that_was_not_given_back_is_seen(void **state)
{
	(void)state;
	address_count();
	scene.c->attempt = 0;
	expect_found("address record 5: counts 1 connections and 1 logins under way, there are 1 and 0");
	expect_found("the realm counts 1 connections and 1 logins under way, there are 1 and 0");
}

static void a_connection_that_nobody_counts_is_seen(void **state)
{
	(void)state;
	address_count();
	scene.w->peers[scene.ana].record = 0;
	expect_found("connection 1: a login is under way, but no address counts it");
}

static void a_record_beyond_the_table_is_seen(void **state)
{
	(void)state;
	address_count();
	scene.w->peers[scene.ana].record = 1 << 30;
	expect_found("connection 1: counted by address record 1073741824, which there cannot be");
}

/* --- connections ------------------------------------------------------------------------------------------------------------------------ */

static void who_is_played_by_nobody_is_seen(void **state)
{
	(void)state;
	scene.player->connection.index = scene.beto;
	expect_found("player 1 (Ana): played by connection 2, which does not play it");
}

static void a_lingering_player_has_no_connection(void **state)
{
	(void)state;
	scene.player->state = PLAYER_LINGERING;
	expect_found("state 3, but played by connection 1");
}

static void a_connection_whose_player_knows_nothing_of_it_is_seen(void **state)
{
	(void)state;
	scene.c->player.generation++;
	expect_found("connection 1: plays player 1");
}

static void the_phase_says_who_plays(void **state)
{
	(void)state;
	scene.c->phase = CONNECTION_NEW;
	expect_found("connection 1: in phase 1, but player 1 says it plays it");
}

static void a_connection_with_an_owner_is_not_free(void **state)
{
	(void)state;
	scene.c->phase = CONNECTION_FREE;
	expect_found("connection 1: belongs to worker 0, but is in phase 0");
}

static void a_client_that_was_told_another_map_is_seen(void **state)
{
	(void)state;
	cursor_of_hers()->view_map = LAND_WILD;
	expect_found("connection 1 (Ana): was told map 2, cell 5,5, but stands on map 1 (50,50)");
}

static void a_client_that_was_told_another_cell_is_seen(void **state)
{
	(void)state;
	cursor_of_hers()->view_cell_y = 6;
	expect_found("was told map 1, cell 5,6");
}

static void a_client_that_was_told_nothing_is_seen(void **state)
{
	(void)state;
	cursor_of_hers()->greeted = 0;
	expect_found("connection 1 (Ana): was told map");
}

static void a_client_on_a_map_that_its_worker_does_not_read_is_seen(void **state)
{
	(void)state;
	atomic_fetch_and(&scene.w->domains[LAND_MEADOW].ring.followers, ~UINT64_C(1));
	expect_clean(); /* what it was told is right */
	cursor_of_hers()->view_map = 0;
	expect_found("was told map 0");
}

static void what_the_ring_still_has_to_tell_is_no_finding(void **state)
{
	(void)state;
	scene.w->reader_positions[LAND_MEADOW]--;
	cursor_of_hers()->view_cell_x = 1;
	cursor_of_hers()->toggles = TOGGLE_REST;
	expect_clean();
}

static void a_worker_that_is_just_born_is_left_alone(void **state)
{
	(void)state;
	atomic_store(&scene.w->processes[0].state, PROCESS_STARTING);
	cursor_of_hers()->view_map = 0;
	expect_clean();
}

static void a_toggle_that_the_client_believes_wrongly_is_seen(void **state)
{
	(void)state;
	scene.body->flags |= BODY_MEDITATING;
	expect_found("connection 1 (Ana): believes the toggles 0, they are 0x8");
}

static void input_beyond_its_buffer_is_seen(void **state)
{
	(void)state;
	scene.c->input = (struct input_span){.start = 10, .end = INPUT_BYTES + 1};
	expect_found("connection 1: unparsed input from byte 10 to 8193");
	scene.c->input = (struct input_span){.start = 10, .end = 9};
	expect_found("connection 1: unparsed input from byte 10 to 9");
}

static void output_in_a_circle_is_seen(void **state)
{
	(void)state;
	scene.w->chunks[scene.c->output_first].next = scene.c->output_first;
	expect_found("connection 1: its chunks do not follow each other");
}

static void output_in_two_chains_is_seen(void **state)
{
	(void)state;
	scene.c->output_first = scene.w->connections[scene.beto].output_first;
	expect_found("a chunk is in two chains, or twice in one");
}

static void output_of_another_worker_is_seen(void **state)
{
	(void)state;
	scene.c->output_first = scene.w->limits.chunks + 1; /* the share of the second, if there were one */
	expect_found("connection 1: a chunk is not of its worker's share");
}

static void output_with_a_gap_is_seen(void **state)
{
	(void)state;
	scene.w->chunks[cursor_of_hers()->tail].position++;
	expect_found("connection 1: its chunks do not follow each other");
}

static void output_that_ends_elsewhere_is_seen(void **state)
{
	(void)state;
	cursor_of_hers()->tail_used++;
	expect_found("connection 1: its tail ends elsewhere");
}

static void output_that_was_sent_before_it_was_there_is_seen(void **state)
{
	(void)state;
	scene.c->sent = 1 << 20;
	expect_found("connection 1: more was sent than appended");
}

static void output_without_a_chunk_is_seen(void **state)
{
	(void)state;
	cursor_of_hers()->tail = 0;
	expect_found("connection 1: what was not sent is in no chunk");
}

/* --- suspicions --------------------------------------------------------------------------------------------------------------------------- */

static void a_suspicion_counts_only_when_a_second_look_has_it_too(void **state)
{
	(void)state;
	struct audit first, second;
	cursor_of_hers()->view_cell_x = 1;
	audit_take(&first);
	assert_int_equal(first.findings, 0);
	assert_int_equal(first.suspicions, 1);

	audit_take(&second);
	audit_suspect_again(&second, &first);
	assert_int_equal(second.suspicions, 1);
	audit_conclude(&second);
	assert_int_equal(second.findings, 1);

	cursor_of_hers()->view_cell_x = area_cell(scene.body->x); /* it was just changing */
	scene.w->connections[scene.beto].input.end = INPUT_BYTES + 1;
	audit_take(&second);
	assert_int_equal(second.suspicions, 1);
	audit_suspect_again(&second, &first);
	assert_int_equal(second.suspicions, 0);
}

static void more_findings_than_are_kept_are_counted(void **state)
{
	(void)state;
	for (unsigned x = 1; x <= 60; x++)
		meadow()->occupant[tile_index(x, 90)] = 999;
	struct audit audit;
	audit_take(&audit);
	assert_int_equal(audit.findings, 60);
}

#define SEEN(name) cmocka_unit_test_setup_teardown(name, setup, little_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SEEN(a_loaf_too_many_is_named_with_both_numbers),
		SEEN(a_loaf_that_vanished_from_the_ground_is_named),
		SEEN(gold_counts_in_purse_and_bank_and_pile_alike),
		SEEN(a_bank_is_looked_into),
		SEEN(an_entry_that_nothing_belongs_to_is_seen),
		SEEN(what_turned_into_another_thing_is_seen_on_both_sides),
		SEEN(a_stack_of_too_many_is_none),
		SEEN(nothing_has_no_amount),
		SEEN(an_item_beyond_all_numbers_is_none),
		SEEN(a_debt_is_seen),
		SEEN(more_life_than_the_most_is_seen),
		SEEN(what_is_worn_must_be_there),
		SEEN(what_is_worn_must_fit),
		SEEN(nothing_is_worn_twice),
		SEEN(a_body_without_a_tile_is_seen),
		SEEN(a_tile_with_somebody_elses_body_is_seen),
		SEEN(a_tile_with_a_body_that_cannot_be_is_seen),
		SEEN(a_creature_that_is_not_where_it_says_is_seen),
		SEEN(creatures_are_counted),
		SEEN(a_broken_list_of_creatures_is_seen),
		SEEN(creatures_in_a_circle_end),
		SEEN(a_creature_on_no_list_is_seen),
		SEEN(a_creature_that_is_gone_for_good_is_seen_when_its_kind_comes_back),
		SEEN(a_creature_in_a_wall_is_seen),
		SEEN(who_waits_is_looked_at),
		SEEN(the_free_creatures_are_looked_at),
		SEEN(who_is_placed_is_as_the_files_say),
		SEEN(a_pet_and_its_master_know_each_other),
		SEEN(a_pet_is_on_its_masters_map),
		SEEN(a_broken_list_of_players_is_seen),
		SEEN(a_list_in_a_circle_ends),
		SEEN(players_of_a_map_are_counted),
		SEEN(a_map_with_players_does_not_sleep),
		SEEN(the_realm_counts_who_is_there),
		SEEN(a_gone_player_stands_nowhere),
		SEEN(a_body_is_of_its_players_generation),
		SEEN(a_free_players_body_is_nowhere),
		SEEN(who_has_no_entry_is_not_found_by_name),
		SEEN(a_name_that_was_changed_behind_the_table_is_not_found),
		SEEN(two_players_of_one_name_are_seen),
		SEEN(a_stale_name_is_seen),
		SEEN(a_name_that_leads_out_of_the_table_is_seen),
		SEEN(a_player_with_two_entries_is_seen),
		SEEN(a_slot_that_is_free_twice_is_seen),
		SEEN(a_slot_that_is_used_and_free_is_seen),
		SEEN(a_slot_that_is_neither_is_seen),
		SEEN(a_free_list_out_of_bounds_is_seen),
		SEEN(a_tile_that_is_blocked_for_no_reason_is_seen),
		SEEN(a_wall_with_a_hole_is_seen),
		SEEN(a_closed_door_that_lets_through_is_seen),
		SEEN(a_door_that_turned_without_its_tiles_is_seen),
		SEEN(a_ring_published_beyond_what_was_announced_is_seen),
		SEEN(a_reader_ahead_of_its_ring_is_seen),
		SEEN(a_log_that_nobody_settled_is_seen),
		SEEN(a_log_with_changes_is_seen_and_an_empty_one_is_not),
		SEEN(an_address_that_counts_too_many_is_seen),
		SEEN(a_login_that_was_not_given_back_is_seen),
		SEEN(a_connection_that_nobody_counts_is_seen),
		SEEN(a_record_beyond_the_table_is_seen),
		SEEN(who_is_played_by_nobody_is_seen),
		SEEN(a_lingering_player_has_no_connection),
		SEEN(a_connection_whose_player_knows_nothing_of_it_is_seen),
		SEEN(the_phase_says_who_plays),
		SEEN(a_connection_with_an_owner_is_not_free),
		SEEN(a_client_that_was_told_another_map_is_seen),
		SEEN(a_client_that_was_told_another_cell_is_seen),
		SEEN(a_client_that_was_told_nothing_is_seen),
		SEEN(a_client_on_a_map_that_its_worker_does_not_read_is_seen),
		SEEN(what_the_ring_still_has_to_tell_is_no_finding),
		SEEN(a_worker_that_is_just_born_is_left_alone),
		SEEN(a_toggle_that_the_client_believes_wrongly_is_seen),
		SEEN(input_beyond_its_buffer_is_seen),
		SEEN(output_in_a_circle_is_seen),
		SEEN(output_in_two_chains_is_seen),
		SEEN(output_of_another_worker_is_seen),
		SEEN(output_with_a_gap_is_seen),
		SEEN(output_that_ends_elsewhere_is_seen),
		SEEN(output_that_was_sent_before_it_was_there_is_seen),
		SEEN(output_without_a_chunk_is_seen),
		SEEN(a_suspicion_counts_only_when_a_second_look_has_it_too),
		SEEN(more_findings_than_are_kept_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
