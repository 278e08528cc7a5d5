#include "worker/game/wire.h"

#include <string.h>

#include "common/base/number.h"
#include "common/catalog/catalog.h"
#include "common/catalog/tables.h"
#include "common/text/texts.h"
#include "common/world/realm.h"
#include "worker/game/area.h"
#include "worker/game/inventory.h"
#include "worker/game/tile.h"

void wire_map(struct tx *tx, struct packet_writer *writer, uint32_t map)
{
	const struct map_def *def = catalog_map(tx->catalog, map);
	PUT(writer, CHANGE_MAP, .map = (int16_t)map, .version = def != NULL ? def->version : 0);
	if (def != NULL && def->music != 0)
		PUT(writer, PLAY_MIDI, .midi = (int16_t)def->music, .loops = -1);
}

/* --- characters ------------------------------------------------------------------------------------------------------------ */

/* The label over a player's head: name and clan. Into the caller's buffer. */
static struct text wire_label(struct tx *tx, uint32_t player, char *buffer, size_t capacity)
{
	struct text name = player_name(&tx->world->players[player]);
	size_t length = text_to_z(name, buffer, capacity);
	return text_bytes(buffer, length);
}

int32_t reputation_average(const struct player *player)
{
	int64_t sum = -(int64_t)player->reputation[REPUTATION_ASSASSIN] - player->reputation[REPUTATION_BANDIT] +
				  player->reputation[REPUTATION_BOURGEOIS] - player->reputation[REPUTATION_THIEF] +
				  player->reputation[REPUTATION_NOBLE] + player->reputation[REPUTATION_PLEBEIAN];
	return (int32_t)vb_round((double)sum / 6.0);
}

bool player_is_criminal(const struct player *player)
{
	return reputation_average(player) < 0;
}

static uint8_t wire_nick_color(const struct player *player)
{
	unsigned color = player_is_criminal(player) ? NICK_CRIMINAL : NICK_CITIZEN;
	return (uint8_t)(color | (player->attackable_by != 0 ? NICK_ATTACKABLE : 0u));
}

static uint8_t wire_privileges(const struct player *player)
{
	/* The highest one alone: combinations break the client's handler (protocol.md 6.7). */
	static const uint8_t staff[] = {PRIVILEGE_ROLE_MASTER, PRIVILEGE_ADMIN, PRIVILEGE_GOD, PRIVILEGE_DEMIGOD,
									PRIVILEGE_COUNSELLOR};
	for (unsigned i = 0; i < sizeof staff; i++) {
		if ((player->privileges & staff[i]) != 0)
			return staff[i];
	}
	if ((player->privileges & PRIVILEGE_CHAOS_COUNCIL) != 0)
		return PRIVILEGES_CHAOS_COUNCIL;
	if ((player->privileges & PRIVILEGE_ROYAL_COUNCIL) != 0)
		return PRIVILEGES_ROYAL_COUNCIL;
	return PRIVILEGES_NONE;
}

bool body_is_veiled(const struct body *body)
{
	return (body->flags & (BODY_INVISIBLE | BODY_HIDDEN)) != 0 && (body->flags & BODY_SAILING) == 0;
}

void wire_character(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	char label[NAME_BYTES + 40];
	struct text name = {0};
	uint8_t nick_color = 0, privileges = 0;
	if (body->kind == BODY_PLAYER) {
		name = wire_label(tx, index, label, sizeof label);
		nick_color = wire_nick_color(&tx->world->players[index]);
		privileges = wire_privileges(&tx->world->players[index]);
	}
	PUT(writer, CHARACTER_CREATE, .char_index = (int16_t)index, .body = body->look, .head = body->head,
		.heading = body->heading, .x = body->x, .y = body->y, .weapon = body->weapon, .shield = body->shield,
		.helmet = body->helmet, .fx = body->fx, .fx_loops = body->fx_loops, .name = name, .nick_color = nick_color,
		.privileges = privileges);
	if (body->fx != 0)
		PUT(writer, CREATE_FX, .char_index = (int16_t)index, .fx = body->fx, .loops = body->fx_loops);
}

void wire_character_seen_by(struct tx *tx, struct packet_writer *writer, uint32_t index, uint32_t viewer)
{
	const struct body *body = &tx->world->bodies[index];
	if ((body->flags & BODY_ADMIN_INVISIBLE) != 0 && index != viewer)
		return;
	wire_character(tx, writer, index);
	if (!body_is_veiled(body))
		return;
	bool staff = (tx->world->players[viewer].privileges & PRIVILEGE_STAFF) != 0;
	if (index == viewer ? tx->dialect == DIALECT_CLASSIC : !staff)
		PUT(writer, SET_INVISIBLE, .char_index = (int16_t)index, .invisible = true);
	else if (index != viewer)
		wire_veil_label(tx, writer, index);
}

void wire_veil_label(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	char label[NAME_BYTES + 40], veiled[sizeof label + 40];
	struct text text = wire_label(tx, index, label, sizeof label);
	if (body_is_veiled(&tx->world->bodies[index]))
		text = text_format(veiled, sizeof veiled, TEXT_LABEL_VEILED, label);
	PUT(writer, CHARACTER_CHANGE_NICK, .char_index = (int16_t)index, .name = text);
}

void wire_status(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	char label[NAME_BYTES + 40];
	PUT(writer, UPDATE_TAG_AND_STATUS, .char_index = (int16_t)index,
		.nick_color = wire_nick_color(&tx->world->players[index]), .tag = wire_label(tx, index, label, sizeof label));
}

bool body_is_known_to(const struct tx *tx, uint32_t index, uint32_t viewer)
{
	const struct body *body = &tx->world->bodies[index], *eye = &tx->world->bodies[viewer];
	if (index == viewer)
		return true;
	return body->map == eye->map && body->map != 0 && (body->flags & BODY_ADMIN_INVISIBLE) == 0 &&
		   area_tile_seen(area_cell(eye->x), area_cell(eye->y), body->x, body->y);
}

void wire_character_change(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	const struct body *body = &tx->world->bodies[index];
	PUT(writer, CHARACTER_CHANGE, .char_index = (int16_t)index, .body = body->look, .head = body->head,
		.heading = body->heading, .weapon = body->weapon, .shield = body->shield, .helmet = body->helmet,
		.fx = body->fx, .fx_loops = body->fx_loops);
}

/* --- things ------------------------------------------------------------------------------------------------------------------ */

/* What the client has in its own maps (rules-life-combat-magic.md 8.3). */
static bool item_is_scenery(const struct item_def *item)
{
	return item->kind == ITEM_TREE || item->kind == ITEM_ELVEN_TREE || item->kind == ITEM_SIGN ||
		   item->kind == ITEM_FORUM || item->kind == ITEM_ORE_DEPOSIT;
}

bool wire_ground_is_drawn(const struct tx *tx, unsigned number)
{
	const struct item_def *item = catalog_item(tx->catalog, number);
	return item != NULL && item->graphic > 0 && !item_is_scenery(item);
}

void wire_ground(struct tx *tx, struct packet_writer *writer, uint32_t map, unsigned x, unsigned y)
{
	const struct item_def *item = catalog_item(tx->catalog, tx->world->maps[map].ground[tile_index(x, y)].item);
	if (item == NULL || item_is_scenery(item))
		return;
	if (item->graphic > 0)
		PUT(writer, OBJECT_CREATE, .x = (uint8_t)x, .y = (uint8_t)y, .grh_index = item->graphic);
	if (item->kind != ITEM_DOOR)
		return;
	for (unsigned left = 0; left < 2 && x > left; left++)
		PUT(writer, BLOCK_POSITION, .x = (uint8_t)(x - left), .y = (uint8_t)y,
			.blocked = tile_is_blocked(tx->world, map, (int)(x - left), (int)y));
}

/* F-11 for one unit (rules-economy-social-admin.md 4.3). */
static float sale_price(const struct item_def *item)
{
	int32_t whole = item->price / 3;
	return (item->flags & ITEM_IS_NEWBIE) != 0 ? 0.0F : (float)whole;
}

/* Slots the client can show: 25 of the Godot client, 30 of the classic one. */
static unsigned wire_inventory_slots(enum dialect dialect)
{
	return dialect == DIALECT_GODOT ? WIRE_INVENTORY_SLOTS : WIRE_INVENTORY_SLOTS_MAX;
}

static bool slot_is_equipped(const struct player *player, unsigned slot)
{
	return memchr(player->equipment, (int)slot, sizeof player->equipment) != NULL;
}

void wire_inventory_slot(struct tx *tx, struct packet_writer *writer, uint32_t index, unsigned slot)
{
	const struct player *player = &tx->world->players[index];
	const struct stack *stack = &player->inventory[slot - 1];
	const struct item_def *item = catalog_item(tx->catalog, stack->item);
	if (slot > wire_inventory_slots(tx->dialect))
		return;
	if (item == NULL || slot > inventory_slots(tx, player)) { /* without its backpack a slot cannot be seen */
		PUT(writer, CHANGE_INVENTORY_SLOT, .slot = (uint8_t)slot);
		return;
	}
	PUT(writer, CHANGE_INVENTORY_SLOT, .slot = (uint8_t)slot, .obj_index = (int16_t)stack->item,
		.name = text_of(catalog_text(tx->catalog, item->name)), .amount = (int16_t)stack->amount,
		.equipped = slot_is_equipped(player, slot), .grh_index = item->graphic, .obj_type = (uint8_t)item->kind,
		.max_hit = item->hit_max, .min_hit = item->hit_min, .max_def = item->defence_max, .min_def = item->defence_min,
		.sale_price = sale_price(item));
}

void wire_inventory(struct tx *tx, struct packet_writer *writer, uint32_t player)
{
	for (unsigned slot = 1; slot <= wire_inventory_slots(tx->dialect); slot++)
		wire_inventory_slot(tx, writer, player, slot);
}

void wire_spell_slot(struct tx *tx, struct packet_writer *writer, uint32_t index, unsigned slot)
{
	uint16_t number = tx->world->players[index].spells[slot - 1];
	const struct spell_def *spell = catalog_spell(tx->catalog, number);
	/* The client compares with this very name before it casts (protocol.md 4.2). */
	struct text name = spell != NULL ? text_of(catalog_text(tx->catalog, spell->name)) : TEXT("(None)");
	PUT(writer, CHANGE_SPELL_SLOT, .slot = (uint8_t)slot, .spell_id = (int16_t)number, .name = name);
}

void wire_spells(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	for (unsigned slot = 1; slot <= SPELL_SLOTS; slot++)
		wire_spell_slot(tx, writer, index, slot);
}

/* --- vitals -------------------------------------------------------------------------------------------------------------------- */

void wire_stats(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	const struct player *p = &tx->world->players[index];
	PUT(writer, UPDATE_USER_STATS, .max_hp = p->hp_max, .min_hp = p->hp, .max_mana = p->mana_max, .min_mana = p->mana,
		.max_sta = p->stamina_max, .min_sta = p->stamina, .gold = p->gold, .level = p->level, .elu = p->experience_next,
		.exp = p->experience);
}

void wire_hunger_and_thirst(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	const struct player *p = &tx->world->players[index];
	PUT(writer, UPDATE_HUNGER_AND_THIRST, .max_water = p->thirst_max, .min_water = p->thirst, .max_food = p->hunger_max,
		.min_food = p->hunger);
}

void wire_strength_and_agility(struct tx *tx, struct packet_writer *writer, uint32_t index)
{
	const struct player *p = &tx->world->players[index];
	PUT(writer, UPDATE_STRENGHT_AND_DEXTERITY, .strength = p->attributes_now[ATTRIBUTE_STRENGTH - 1],
		.dexterity = p->attributes_now[ATTRIBUTE_AGILITY - 1]);
}

void wire_skills(struct packet_writer *writer, const struct player *player)
{
	struct s2c_SEND_SKILLS packet = {0};
	for (unsigned s = 0; s < SKILL_COUNT; s++) {
		unsigned value = player->skills[s];
		int64_t needed = table_skill_experience_needed(value);
		int64_t percent = needed > 0 ? (int64_t)player->skill_experience[s] * 100 / needed : 0;
		packet.skills[s].level = (uint8_t)value;
		packet.skills[s].percent = (uint8_t)clamp_i64(percent, 0, 100);
	}
	packet_put(writer, TABLE_S2C, S2C_SEND_SKILLS, &packet);
}

/* --- the message of the day ---------------------------------------------------------------------------------------------------------- */

struct text wire_plain_line(const char *line)
{
	const char *tilde = strchr(line, '~');
	return text_bytes(line, tilde != NULL ? (size_t)(tilde - line) : strlen(line));
}

void wire_message_of_the_day(struct tx *tx, struct packet_writer *writer)
{
	const struct realm *realm = tx->world->realm;
	/* The realm may not be held: its message is changed rarely, and at worst one line is a mixture once. */
	size_t length = realm->motd_length < MOTD_BYTES ? realm->motd_length : MOTD_BYTES;
	unsigned lines = catalog_motd_count(tx->catalog);
	if (length == 0 && lines == 0)
		return;
	PUT(writer, CONSOLE_MSG, .text = text_of(text_latin1(TEXT_MOTD_TITLE)), .font = FONT_INFO_BOLD);
	if (length > 0) {
		PUT(writer, CONSOLE_MSG, .text = text_bytes(realm->motd, length), .font = FONT_INFO);
		return;
	}
	for (unsigned i = 0; i < lines; i++)
		PUT(writer, CONSOLE_MSG, .text = wire_plain_line(catalog_motd(tx->catalog, i)), .font = FONT_INFO);
}
