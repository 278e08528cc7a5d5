/* praetorian_clan.c - who belongs to the clan, and how its members come. rules-life-combat-magic.md 17. */
#include "worker/game/praetorian_clan.h"

#include "common/catalog/tables.h"
#include "worker/game/creature.h"
#include "worker/game/praetorians.h"
#include "worker/game/presence.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

enum { LOOK_MS = 1000 }; /* whether a clan still lives: not more often */

enum side { SIDE_NONE, SIDE_WEST, SIDE_EAST };

enum praetorian_role praetorian_role_of(const struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	unsigned count;
	const struct praetorian_def *list = catalog_praetorians(tx->catalog, &count);
	uint16_t number = tx->world->bodies[index].creature;
	for (unsigned i = 0; i < count; i++) {
		if (list[i].tall == number || list[i].short_ == number)
			return (enum praetorian_role)list[i].role;
	}
	return table_praetorian_role(def != NULL ? def->movement : MOVEMENT_NONE);
}

bool same_clan(const struct tx *tx, uint32_t index, uint32_t other)
{
	const struct creature *mine = creature_of(tx->world, index), *c = creature_of(tx->world, other);
	const struct creature_def *def = creature_def_of(tx, other);
	return def != NULL && def->kind == CREATURE_PRAETORIAN && c->center_x == mine->center_x &&
		   c->center_y == mine->center_y;
}

/* Where the nine stand around the centre; the king first, for whom room is made. */
static const struct {
	uint8_t role;
	int8_t dx, dy;
} posts[] = {
	{PRAETORIAN_KING, 0, 0},          {PRAETORIAN_HEALER, 3, 0},        {PRAETORIAN_HEALER, -3, 0},
	{PRAETORIAN_SWORDSWINGER, -3, 3}, {PRAETORIAN_SWORDSWINGER, 0, 3},  {PRAETORIAN_SWORDSWINGER, 3, 3},
	{PRAETORIAN_LONGRANGE, 2, -3},    {PRAETORIAN_SPELLCASTER, -2, -3}, {PRAETORIAN_THIEF, -2, -3},
};

/* One of the numbers that the catalog has for a part; tall and short are alike likely. 0 = it has none. */
static unsigned number_choose(struct tx *tx, unsigned role, bool *is_tall)
{
	unsigned count, fit = 0;
	const struct praetorian_def *list = catalog_praetorians(tx->catalog, &count);
	for (unsigned i = 0; i < count; i++)
		fit += list[i].role == role;
	if (fit == 0)
		return 0;
	int pick = rng_range(&tx->rng, 1, (int32_t)fit);
	bool tall = rng_range(&tx->rng, 0, 1) == 0;
	for (unsigned i = 0; i < count; i++) {
		if (list[i].role != role || --pick != 0)
			continue;
		*is_tall = list[i].short_ == 0 || (tall && list[i].tall != 0); /* one of a pair may be missing */
		return *is_tall ? list[i].tall : list[i].short_;
	}
	return 0;
}

/* Somebody of a race that is tall, or is not. */
static int16_t head_choose(struct tx *tx, bool tall)
{
	static const uint8_t tall_races[] = {RACE_HUMAN, RACE_ELF, RACE_DROW}, short_races[] = {RACE_DWARF, RACE_GNOME};
	unsigned race = tall ? tall_races[rng_range(&tx->rng, 0, 2)] : short_races[rng_range(&tx->rng, 0, 1)];
	struct head_range heads = table_heads(race, GENDER_MAN);
	return (int16_t)rng_range(&tx->rng, (int32_t)heads.first, (int32_t)heads.last);
}

static uint32_t member_call(struct tx *tx, unsigned role, struct place center, int dx, int dy)
{
	struct place at = {.map = center.map, .x = (uint8_t)(center.x + dx), .y = (uint8_t)(center.y + dy)};
	bool tall = true;
	unsigned number = number_choose(tx, role, &tall);
	uint32_t index = creature_spawn(tx, number, at, true);
	if (index == 0)
		return 0;
	SET(tx, tx->world->bodies[index].head, head_choose(tx, tall));
	presence_changed(tx, index);
	struct creature *creature = creature_of(tx->world, index);
	TOUCH(tx, *creature);
	creature->center_x = center.x;
	creature->center_y = center.y;
	return index;
}

/* Where clans stand; what stands elsewhere on the map is of none of these. */
static const struct place centers[] = {[SIDE_WEST] = {.x = 35, .y = 25}, [SIDE_EAST] = {.x = 67, .y = 25}};

static bool is_of_a_clan(const struct tx *tx, uint32_t index)
{
	const struct creature_def *def = creature_def_of(tx, index);
	const struct creature *creature = creature_of(tx->world, index);
	if (def == NULL || def->kind != CREATURE_PRAETORIAN)
		return false;
	for (unsigned side = SIDE_WEST; side <= SIDE_EAST; side++) {
		if (creature->center_x == centers[side].x && creature->center_y == centers[side].y)
			return true;
	}
	return false;
}

static bool clan_lives(const struct tx *tx, uint32_t map)
{
	for (uint32_t i = tx->world->maps[map].first_creature; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (is_of_a_clan(tx, i))
			return true;
	}
	return false;
}

/* A creature on the king's place goes to the nearest other one. */
static void creature_pushed(struct tx *tx, struct place from)
{
	uint32_t index = tile_occupant(tx->world, from.map, from.x, from.y);
	struct place to = {0};
	if (index != 0 && !body_is_player(tx->world, index))
		to = tile_closest_legal(tx, from, creature_terrain(tx, index));
	if (to.map != 0)
		presence_jump(tx, index, to.x, to.y);
}

void praetorians_tick(struct tx *tx, uint32_t map)
{
	struct map_state *state = &tx->world->maps[map];
	unsigned count;
	catalog_praetorians(tx->catalog, &count);
	if (map != (uint32_t)tx->config->rules.praetorian_map || count == 0 || tx->now_ms - state->tick_last_ms < LOOK_MS ||
		clan_lives(tx, map) || !tx_need(tx, tx->world->realm_domain))
		return;
	unsigned side = state->clan_side == SIDE_WEST ? SIDE_EAST : SIDE_WEST, came = 0;
	struct place center = centers[side];
	center.map = (uint16_t)map;
	creature_pushed(tx, center);
	for (unsigned i = 0; i < sizeof posts / sizeof *posts; i++)
		came += member_call(tx, posts[i].role, center, posts[i].dx, posts[i].dy) != 0;
	if (came > 0)
		SET(tx, state->clan_side, (uint8_t)side);
	if (came < sizeof posts / sizeof *posts)
		tx_log(tx, LOG_LEVEL_WARNING, "map %u: %u of the %u praetorians find no place", map,
			   (unsigned)(sizeof posts / sizeof *posts) - came, (unsigned)(sizeof posts / sizeof *posts));
}

void ally_call_back(struct tx *tx, uint32_t king)
{
	const struct body *body = &tx->world->bodies[king];
	const struct creature *creature = creature_of(tx->world, king);
	unsigned alive[PRAETORIAN_ROLES + 1] = {0}, full[PRAETORIAN_ROLES + 1] = {0};
	for (uint32_t i = tx->world->maps[body->map].first_creature; i != 0; i = tx->world->bodies[i].next_on_map) {
		if (same_clan(tx, king, i))
			alive[praetorian_role_of(tx, i)]++;
	}
	for (unsigned i = 0; i < sizeof posts / sizeof *posts; i++) {
		full[posts[i].role]++;
		if (full[posts[i].role] <= alive[posts[i].role])
			continue;
		struct place center = {.map = body->map, .x = creature->center_x, .y = creature->center_y};
		member_call(tx, posts[i].role, center, posts[i].dx, posts[i].dy);
		return;
	}
}
