/* rest.c - a moment in which nobody does anything. Then everybody must see everybody else where he is, and the same things on
 * the ground; whoever is connected is known; and of gold and items there is as much as the characters brought. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "common/catalog/catalog.h"
#include "tests/chaos/chaos.h"
#include "tests/harness/game_server.h"
#include "tests/harness/scenario.h"

enum { CELL = 9, PLAYERS_HIGHEST = 1000, VIEWS_TRIES = 10 };

/* --- seeing the same ---------------------------------------------------------------------------------------------- */

/* Creatures go on while players rest: one may just have killed somebody or pushed a ghost, and not all have read of it yet. So a
 * difference is noted, and counts when it stays. */
#define AGREE(chaos, condition, ...)                                                                                   \
	do {                                                                                                               \
		if (!(condition)) {                                                                                            \
			snprintf((chaos)->difference, sizeof(chaos)->difference, __VA_ARGS__);                                     \
			return false;                                                                                              \
		}                                                                                                              \
	} while (0)

static bool pair_agrees_on_sight(struct chaos *chaos, const struct player *viewer, const struct player *other)
{
	const struct bot *a = viewer->bot, *b = other->bot;
	const struct bot_character *seen = bot_find(a, b->self), *is = bot_self(b);
	bool should = a->map == b->map && bot_sees_tile(a, is->x, is->y);
	AGREE(chaos, (seen != NULL) == should, "%s on map %d (%d,%d) is %sseen by %s on map %d (%d,%d)", other->name,
		  b->map, is->x, is->y, seen != NULL ? "" : "not ", viewer->name, a->map, bot_self(a)->x, bot_self(a)->y);
	if (seen == NULL)
		return true;
	AGREE(chaos, seen->x == is->x && seen->y == is->y && strcmp(seen->name, is->name) == 0,
		  "%s is on (%d,%d); %s sees \"%s\" on (%d,%d)", other->name, is->x, is->y, viewer->name, seen->name, seen->x,
		  seen->y);
	AGREE(chaos, seen->body == is->body && seen->head == is->head, "%s looks like %d and %d, and for %s like %d and %d",
		  other->name, is->body, is->head, viewer->name, seen->body, seen->head);
	return true;
}

static bool tile_is_blocked(const struct bot *bot, const struct map_def *def, unsigned tile)
{
	int8_t told = bot->block[tile];
	return told != 0 ? told > 0
					 : (map_tile_flags(scenario_catalog(), def, tile_x(tile), tile_y(tile)) & TILE_BLOCKED) != 0;
}

/* Of the tiles that both see. */
static bool pair_agrees_on_ground(struct chaos *chaos, const struct player *one, const struct player *two)
{
	const struct bot *a = one->bot, *b = two->bot;
	const struct map_def *def = catalog_map(scenario_catalog(), (unsigned)a->map);
	struct place at = bot_place(a);
	for (int y = at.y - 2 * CELL; y <= at.y + 2 * CELL; y++) {
		for (int x = at.x - 2 * CELL; x <= at.x + 2 * CELL; x++) {
			if (!tile_is_on_map(x, y) || !bot_sees_tile(a, x, y) || !bot_sees_tile(b, x, y))
				continue;
			unsigned tile = tile_index((unsigned)x, (unsigned)y);
			AGREE(chaos, a->ground[tile] == b->ground[tile], "on map %d (%d,%d) %s sees picture %d, and %s sees %d",
				  a->map, x, y, one->name, a->ground[tile], two->name, b->ground[tile]);
			AGREE(chaos, tile_is_blocked(a, def, tile) == tile_is_blocked(b, def, tile),
				  "for one of %s and %s map %d (%d,%d) is blocked, and not for the other", one->name, two->name, a->map,
				  x, y);
		}
	}
	return true;
}

static bool is_somebody(const struct population *people, int index)
{
	for (unsigned i = 0; i < people->count; i++) {
		if (people->player[i].bot->self == index)
			return true;
	}
	return false;
}

static bool views_agree(struct chaos *chaos)
{
	const struct population *people = &chaos->population;
	for (unsigned i = 0; i < people->count; i++) {
		const struct player *viewer = &people->player[i];
		for (unsigned k = 0; k < people->count; k++) {
			const struct player *other = &people->player[k];
			if (k == i)
				continue;
			if (!pair_agrees_on_sight(chaos, viewer, other) ||
				(k > i && viewer->bot->map == other->bot->map && !pair_agrees_on_ground(chaos, viewer, other)))
				return false;
			chaos->report.views++;
		}
		for (unsigned c = 0; c < viewer->bot->character_count; c++) {
			const struct bot_character *seen = &viewer->bot->characters[c];
			AGREE(chaos, seen->index > PLAYERS_HIGHEST || is_somebody(people, seen->index),
				  "%s sees %s, who is not there", viewer->name, seen->name);
		}
	}
	return true;
}

/* --- property ----------------------------------------------------------------------------------------------------- */

/* Nobody writes to the store while all rest, so it is looked at as soon as the keeper has it again. */
static bool store_is_audited(const struct game_server *server)
{
	cJSON *report = game_server_audit_report(server);
	bool looked = cJSON_IsTrue(cJSON_GetObjectItem(cJSON_GetObjectItem(report, "store"), "looked"));
	cJSON_Delete(report);
	return looked;
}

/* Gold and items in the world, as the audit counts them; it must find nothing, in world and store. */
static void audit(struct chaos *chaos, int64_t *gold, int64_t *items)
{
	EVENTUALLY(store_is_audited(chaos->server));
	game_server_audit(chaos->server);
	chaos->report.audits++;
	*gold = game_server_total(chaos->server, "audit_gold");
	*items = game_server_total(chaos->server, "audit_items");
}

/* Is it the world of the last time? A new one begins its counting anew, with what the store had. */
static bool same_world(struct chaos *chaos)
{
	char before[sizeof chaos->boot_id];
	cJSON *status = game_server_ask(chaos->server, "status");
	const cJSON *world = cJSON_GetObjectItem(status, "world");
	memcpy(before, chaos->boot_id, sizeof before);
	snprintf(chaos->boot_id, sizeof chaos->boot_id, "%s", cJSON_GetStringValue(cJSON_GetObjectItem(world, "boot_id")));
	cJSON_Delete(status);
	return strcmp(before, chaos->boot_id) == 0;
}

/* What there is but for what the server says that came into the world and left it (characters with what they brought, what
 * creatures left, what was used up): it stays the same as long as that world lives. */
static void made_expect_right(struct chaos *chaos, int64_t gold, int64_t items)
{
	int64_t old_gold =
		gold - game_server_total(chaos->server, "gold_minted") + game_server_total(chaos->server, "gold_burned");
	int64_t old_items =
		items - game_server_total(chaos->server, "items_minted") + game_server_total(chaos->server, "items_burned");
	if (same_world(chaos)) {
		EXPECT_EQUAL("gold that was there before", old_gold, chaos->old_gold);
		EXPECT_EQUAL("items that were there before", old_items, chaos->old_items);
	}
	chaos->old_gold = old_gold;
	chaos->old_items = old_items;
}

void chaos_measure_without(struct chaos *chaos)
{
	audit(chaos, &chaos->gold_without, &chaos->items_without);
	made_expect_right(chaos, chaos->gold_without, chaos->items_without);
}

static void property_expect_right(struct chaos *chaos)
{
	struct report *report = &chaos->report;
	int64_t gold, items, count = chaos->population.count;
	audit(chaos, &gold, &items);
	made_expect_right(chaos, gold, items);
	gold -= chaos->gold_without;
	items -= chaos->items_without;
	if (chaos->gold_each == 0) {
		chaos->gold_each = gold / count;
		chaos->items_each = items / count;
		report->gold_first = gold;
		report->items_first = items;
		report->characters_first = (unsigned)count;
		EXPECT(chaos->gold_each > 0 && chaos->items_each > 0, "new characters bring nothing");
	}
	/* Creatures leave gold, and nobody can spend it here. */
	EXPECT(gold >= count * chaos->gold_each, "%u characters had %lld gold each when they came, and it is %lld now",
		   (unsigned)count, (long long)chaos->gold_each, (long long)gold);
	report->gold_last = gold;
	report->items_last = items;
	report->characters_last = (unsigned)count;
}

/* Everybody plays at the pace of people: no limit on floods may have ignored a deed of his. Strangers are another matter. */
static void nobody_expect_refused(struct chaos *chaos)
{
	static const char *const counters[] = {"refused_move",  "refused_talk",  "refused_act", "refused_use",
										   "refused_goods", "refused_click", "refused_ask", "refused_ping"};
	for (unsigned i = 0; i < sizeof counters / sizeof *counters; i++)
		EXPECT_EQUAL(counters[i], game_server_total(chaos->server, counters[i]), 0);
}

/* --- resting ------------------------------------------------------------------------------------------------------ */

/* Twice: after the first round everything anybody did is done, after the second everybody was told. */
static void everybody_syncs(struct chaos *chaos)
{
	CHAOS_UNTIL(chaos, population_is_settled(chaos));
	for (int round = 0; round < 2; round++) {
		population_ping(chaos);
		CHAOS_UNTIL(chaos, population_is_settled(chaos));
	}
}

static void everybody_asks_where_he_is(struct chaos *chaos)
{
	const struct population *people = &chaos->population;
	for (unsigned i = 0; i < people->count; i++)
		BOT_SEND(people->player[i].bot, REQUEST_POSITION_UPDATE);
	everybody_syncs(chaos);
}

static void views_expect_same(struct chaos *chaos)
{
	for (unsigned tries = 1; !views_agree(chaos); tries++) {
		if (tries == VIEWS_TRIES) { /* who is wrong: who walks, or who looks on? */
			char first[sizeof chaos->difference];
			memcpy(first, chaos->difference, sizeof first);
			everybody_asks_where_he_is(chaos);
			bool asked = views_agree(chaos);
			scenario_fail(__FILE__, __LINE__, "%s; when everybody has asked where he is: %s", first,
						  asked ? "all agree" : chaos->difference);
		}
		everybody_syncs(chaos);
	}
}

void chaos_rest(struct chaos *chaos)
{
	CHAOS_UNTIL(chaos, game_server_is_whole(chaos->server)); /* while they play */
	unsigned count = chaos->population.count;
	chaos->resting = true;
	CHAOS_UNTIL(chaos, calamities_are_over(chaos));
	strangers_leave(chaos);
	calamities_forget(chaos);
	CHAOS_UNTIL(chaos, calamities_are_noticed(chaos));
	CHAOS_UNTIL(chaos, game_server_is_whole(chaos->server) && stream_is_answered(chaos));
	stream_expect_served(chaos);
	everybody_syncs(chaos);
	/* Who lost a connection where it is unsafe lingers; who was killed in the door is noticed. */
	game_server_await_players(chaos->server, count);
	EVENTUALLY(game_server_number(chaos->server, "connections") == count);
	everybody_syncs(chaos);
	population_expect_heard(chaos);
	views_expect_same(chaos);
	property_expect_right(chaos);
	nobody_expect_refused(chaos);
	EXPECT_EQUAL("rings that were lapped, with answers lost (world.ring_kb is too small for this chaos)",
				 game_server_total(chaos->server, "ring_laps"), 0);
	chaos->calamities.blamable = false;
	population_rested(chaos);
	population_count_bytes(chaos);
	chaos->report.rests++;
	chaos->resting = false;
}
