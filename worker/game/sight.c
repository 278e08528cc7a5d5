/* sight.c - what is under a click: objects, doors, characters. It is told and remembered as the player's target, which
 * whoever uses it looks up again (rules-economy-social-admin.md 0.4; rules-life-combat-magic.md 8.9 and 16.11). */
#include "worker/game/sight.h"

#include "common/catalog/tables.h"
#include "worker/game/death.h"
#include "worker/game/ground.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"
#include "worker/game/wire.h"

enum { LINE_BYTES = 320 };

/* A console line that grows piece by piece. */
struct line {
	char bytes[LINE_BYTES];
	size_t length;
};

/* Adds a text of the catalog; `latin1` is what its %s stands for, if it has one. */
static void line_add(struct line *line, enum text_id id, const char *latin1)
{
	line->length += text_format(line->bytes + line->length, sizeof line->bytes - line->length, id, latin1).length;
}

/* --- objects --------------------------------------------------------------------------------------------------------- */

/* Doors are taller and wider than their tile: they are found from three more. */
void sight_object(const struct tx *tx, uint32_t map, int x, int y, struct target *target)
{
	static const struct {
		int8_t dx, dy;
	} from[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
	for (unsigned i = 0; i < sizeof from / sizeof from[0]; i++) {
		int at_x = x + from[i].dx, at_y = y + from[i].dy;
		if (!tile_is_on_map(at_x, at_y))
			continue;
		unsigned item = ground_at(tx->world, map, (unsigned)at_x, (unsigned)at_y).item;
		const struct item_def *def = catalog_item(tx->catalog, item);
		if (def == NULL || (i > 0 && def->kind != ITEM_DOOR))
			continue;
		target->object = (uint16_t)item;
		target->object_x = (uint8_t)at_x;
		target->object_y = (uint8_t)at_y;
		return;
	}
}

static void object_told(struct tx *tx, const struct actor *me, const struct target *target)
{
	const struct item_def *item = catalog_item(tx->catalog, target->object);
	struct stack stack = ground_at(tx->world, me->body->map, target->object_x, target->object_y);
	const char *name = catalog_text(tx->catalog, item->name);
	if (stack.amount > 1)
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_OBJECTS, name, stack.amount);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_OBJECT, name);
}

/* --- characters ------------------------------------------------------------------------------------------------------ */

/* Pictures are taller than a tile: the character below is the one that is meant. 0 = nobody. */
static uint32_t character_under(const struct tx *tx, uint32_t map, int x, int y)
{
	for (int below = 1; below >= 0; below--) {
		uint32_t index = tile_occupant(tx->world, map, x, y + below);
		if (index != 0 && (tx->world->bodies[index].flags & BODY_ADMIN_INVISIBLE) == 0)
			return index;
	}
	return 0;
}

static enum font player_font(const struct player *player)
{
	if ((player->privileges & PRIVILEGE_STAFF) != 0)
		return FONT_GM;
	return player_is_criminal(player) ? FONT_FIGHT : FONT_CITIZEN;
}

static enum text_id player_standing(const struct player *player)
{
	if ((player->privileges & PRIVILEGE_STAFF) != 0)
		return TEXT_SEE_STAFF;
	if (player->royal_army)
		return TEXT_SEE_ARMY;
	if (player->chaos_legion)
		return TEXT_SEE_CHAOS;
	return player_is_criminal(player) ? TEXT_SEE_CRIMINAL : TEXT_SEE_CITIZEN;
}

static void player_told(struct tx *tx, const struct actor *me, uint32_t index)
{
	const struct player *other = &tx->world->players[index];
	struct line line = {.length = 0};
	line_add(&line, TEXT_SEE_PLAYER, other->name);
	if (other->level <= LEVEL_NEWBIE_LAST)
		line_add(&line, TEXT_SEE_NEWBIE, "");
	if (other->description[0] != '\0')
		line_add(&line, TEXT_SEE_DESCRIPTION, other->description);
	line_add(&line, player_standing(other), "");
	if (other->dead)
		line_add(&line, TEXT_SEE_DEAD, "");
	tell_line(tx, me->index, player_font(other), text_bytes(line.bytes, line.length));
}

/* How it looks to who knows this much of survival; rules-life-combat-magic.md 16.11. Per mille of its health, so that
 * the thresholds are exact. */
static enum text_id creature_state(unsigned survival, int hp, int hp_max)
{
	int64_t mille = hp_max > 0 ? (int64_t)hp * 1000 / hp_max : 1000;
	if (survival <= 10)
		return TEXT_STATE_DOUBTFUL;
	if (survival <= 20)
		return mille < 500 ? TEXT_STATE_WOUNDED : TEXT_STATE_HEALTHY;
	if (survival <= 30)
		return mille < 500 ? TEXT_STATE_BADLY_WOUNDED : mille < 750 ? TEXT_STATE_WOUNDED : TEXT_STATE_HEALTHY;
	if (survival > 40 && mille < 50)
		return TEXT_STATE_AGONISING;
	if (survival > 40 && mille < 100)
		return TEXT_STATE_ALMOST_DEAD;
	if (mille < 250)
		return TEXT_STATE_VERY_BADLY_WOUNDED;
	if (mille < 500)
		return TEXT_STATE_WOUNDED;
	if (mille < 750)
		return TEXT_STATE_LIGHTLY_WOUNDED;
	return survival > 40 && hp >= hp_max ? TEXT_STATE_INTACT : TEXT_STATE_HEALTHY;
}

/* Its name, and whose it is: a pet's master, or who has the right to fight it. */
static void creature_named(const struct tx *tx, uint32_t index, const struct creature_def *def, struct line *line)
{
	const struct creature *creature = creature_of(tx->world, index);
	const struct player *master = handle_player(tx->world, creature->master);
	const struct player *owner = handle_player(tx->world, creature->owner);
	line_add(line, TEXT_SEE_CREATURE, catalog_text(tx->catalog, def->name));
	if (master != NULL)
		line_add(line, TEXT_SEE_PET_OF, master->name);
	else if (owner != NULL && owner->owned.index == index && creature->owned_until_ms > tx->now_ms)
		line_add(line, TEXT_SEE_OWNED_BY, owner->name);
}

/* It says what it has to say over its head; the others are named, with how they are. */
static void creature_told(struct tx *tx, const struct actor *me, uint32_t index)
{
	enum { SURVIVAL_EXACT = 60 };
	const struct body *body = &tx->world->bodies[index];
	const struct creature_def *creature = catalog_creature(tx->catalog, body->creature);
	if (creature == NULL)
		return;
	struct text words = text_of(catalog_text(tx->catalog, creature->description));
	if (words.length > 1) {
		TELL(tx, me->index, CHAT_OVER_HEAD, .text = words, .char_index = (int16_t)index, .r = 255, .g = 255, .b = 255);
		return;
	}
	struct line name = {.length = 0};
	creature_named(tx, index, creature, &name);
	unsigned survival = me->player->skills[SKILL_SURVIVAL - 1];
	if (me->player->dead)
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_CREATURE, name.bytes);
	else if (survival >= SURVIVAL_EXACT || (me->player->privileges & PRIVILEGE_STAFF) != 0)
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_CREATURE_HEALTH, name.bytes, body->hp, body->hp_max);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_SEE_CREATURE_STATE, name.bytes,
				  text_latin1(creature_state(survival, body->hp, body->hp_max)));
}

/* --- the click --------------------------------------------------------------------------------------------------------- */

struct target sight_target(const struct tx *tx, const struct body *from, int x, int y)
{
	struct target target = {.map = from->map, .x = (uint8_t)x, .y = (uint8_t)y};
	uint32_t index = character_under(tx, from->map, x, y);
	const struct body *body = &tx->world->bodies[index];
	struct handle handle = {.index = index, .generation = body->generation};
	if (index != 0 && body->kind == BODY_CREATURE) {
		target.creature = handle; /* what lies under it is not meant */
		return target;
	}
	sight_object(tx, from->map, x, y, &target);
	if (index != 0)
		target.user = handle;
	return target;
}

/* 8.9: the king does not bear to be looked at by the legion, nor the demon by the army. */
static bool looks_at_his_enemy(const struct tx *tx, const struct actor *me, struct handle creature)
{
	const struct body *body = handle_body(tx->world, creature);
	const struct creature_def *def = body != NULL ? catalog_creature(tx->catalog, body->creature) : NULL;
	if (def == NULL || def->kind != CREATURE_NOBLE || me->player->dead || player_is_staff(me->player))
		return false;
	return (def->faction == NOBLE_KING && me->player->chaos_legion) ||
		   (def->faction == NOBLE_DEMON && me->player->royal_army);
}

enum tx_verdict rule_left_click(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	int x = packet->LEFT_CLICK.x, y = packet->LEFT_CLICK.y;
	if (!tile_is_on_map(x, y) || !tile_in_sight(me->body, x, y))
		return TX_COMMIT;
	struct target target = sight_target(tx, me->body, x, y);
	SET(tx, me->player->target, target);
	if (target.object != 0)
		object_told(tx, me, &target);
	if (target.creature.index != 0)
		creature_told(tx, me, target.creature.index);
	else if (target.user.index != 0)
		player_told(tx, me, target.user.index);
	else if (target.object == 0)
		TELL_MULTI(tx, me->index, DONT_SEE_ANYTHING);
	if (looks_at_his_enemy(tx, me, target.creature)) {
		tell_text(tx, me->index, FONT_FIGHT, TEXT_RULER_KILLS);
		player_die(tx, me->index);
	}
	return TX_COMMIT;
}
