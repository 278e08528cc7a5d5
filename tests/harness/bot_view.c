#include "tests/harness/bot_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/catalog/place.h"
#include "tests/harness/scenario.h"

enum { HEX_BYTES = 96 };

/* --- telling ------------------------------------------------------------------------------------------------------------------ */

static const char *hex(const uint8_t *bytes, size_t length)
{
	static char text[HEX_BYTES * 3 + 8]; /* shown at once, by the one thread of a test */
	size_t n = 0;
	for (size_t i = 0; i < length && i < HEX_BYTES; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%02x ", bytes[i]);
	snprintf(text + n, sizeof text - n, "%s", length > HEX_BYTES ? "..." : "");
	return text;
}

void bot_view_note(struct bot *bot, const char *direction, const char *text, bool received)
{
	if (strcmp(text, "Ping") != 0 && strcmp(text, "Pong") != 0)
		snprintf(bot->history[bot->history_count++ % BOT_HISTORY], BOT_TEXT_MAX, "%s %s", direction, text);
	if (!received || bot->record == NULL || strcmp(text, "Pong") == 0)
		return;
	char **grown = realloc(bot->record, (bot->record_count + 2) * sizeof *grown);
	if (grown == NULL)
		abort();
	bot->record = grown;
	bot->record[bot->record_count++] = strdup(text);
}

static void desync(struct bot *bot, const char *why)
{
	bot->desyncs++;
	bot_view_note(bot, "!!", scenario_text("out of step: %s", why), false);
}

/* --- characters ----------------------------------------------------------------------------------------------------------------- */

static struct bot_character *character_add(struct bot *bot, int index)
{
	struct bot_character *there = bot_find(bot, index);
	if (there != NULL)
		return there;
	if (bot->character_count == bot->character_capacity) {
		unsigned capacity = bot->character_capacity * 2 + 32;
		struct bot_character *grown = realloc(bot->characters, capacity * sizeof *grown);
		if (grown == NULL)
			abort();
		bot->characters = grown;
		bot->character_capacity = capacity;
	}
	return &bot->characters[bot->character_count++];
}

static void character_create(struct bot *bot, const struct s2c_CHARACTER_CREATE *p)
{
	if (bot->map == 0)
		desync(bot, "a character before any map");
	struct bot_character *c = character_add(bot, p->char_index);
	*c = (struct bot_character){.index = p->char_index,
								.x = p->x,
								.y = p->y,
								.heading = p->heading,
								.body = p->body,
								.head = p->head,
								.nick_color = p->nick_color,
								.privileges = p->privileges};
	text_to_z(p->name, c->name, sizeof c->name);
}

static void character_remove(struct bot *bot, int index)
{
	struct bot_character *c = bot_find(bot, index);
	if (index == bot->self)
		desync(bot, "the own character is removed");
	if (c != NULL)
		*c = bot->characters[--bot->character_count];
}

/* The client goes one tile in the direction of the difference, x first. */
static void character_move(struct bot *bot, const struct s2c_CHARACTER_MOVE *p)
{
	struct bot_character *c = bot_find(bot, p->char_index);
	if (c == NULL) {
		desync(bot, "a step of somebody unknown");
		return;
	}
	int dx = p->x - c->x, dy = p->y - c->y;
	if (p->char_index == bot->self)
		desync(bot, "a step of the own character, which has gone already");
	if (abs(dx) + abs(dy) != 1)
		desync(bot, scenario_text("a step from (%d,%d) to (%d,%d)", c->x, c->y, p->x, p->y));
	c->heading = dx > 0 ? HEADING_EAST : dx < 0 ? HEADING_WEST : dy < 0 ? HEADING_NORTH : HEADING_SOUTH;
	c->x = p->x;
	c->y = p->y;
}

static void character_change(struct bot *bot, const struct s2c_CHARACTER_CHANGE *p)
{
	struct bot_character *c = bot_find(bot, p->char_index);
	if (c == NULL)
		return; /* the client ignores it */
	c->body = p->body;
	c->head = p->head;
	c->heading = p->heading;
}

static void character_status(struct bot *bot, int index, int nick_color)
{
	struct bot_character *c = bot_find(bot, index);
	if (c == NULL)
		desync(bot, "the status of a character that is not there");
	else
		c->nick_color = nick_color;
}

static void own_position(struct bot *bot, int x, int y)
{
	struct bot_character *self = bot_find(bot, bot->self);
	if (self == NULL) {
		desync(bot, "a position before there is a character");
		return;
	}
	bot->corrections += self->x != x || self->y != y;
	self->x = x;
	self->y = y;
}

static void pushed(struct bot *bot, int heading)
{
	static const int dx[] = {0, 0, 1, 0, -1}, dy[] = {0, -1, 0, 1, 0};
	struct bot_character *self = bot_find(bot, bot->self);
	if (self == NULL) {
		desync(bot, "a push before there is a character");
		return;
	}
	self->x += dx[heading];
	self->y += dy[heading];
	self->heading = heading;
}

static void invisible_set(struct bot *bot, int index, bool invisible)
{
	struct bot_character *c = bot_find(bot, index);
	if (c != NULL)
		c->invisible = invisible;
}

/* The handlers of these messages fail when the client does not have the character (protocol.md 4.4). */
static void multi_message(struct bot *bot, const struct s2c_packet *p)
{
	int about = -1;
	switch (p->sub) {
	case MULTI_SAFE_MODE_ON:
		bot->safe_mode = 1;
		break;
	case MULTI_SAFE_MODE_OFF:
		bot->safe_mode = 0;
		break;
	case MULTI_USER_ATTACKED_SWING:
		about = p->multi.USER_ATTACKED_SWING.attacker_char;
		break;
	case MULTI_USER_HITTED_BY_USER:
		about = p->multi.USER_HITTED_BY_USER.attacker_char;
		break;
	case MULTI_USER_HITTED_USER:
		about = p->multi.USER_HITTED_USER.victim_char;
		break;
	case MULTI_HAVE_KILLED_USER:
		about = p->multi.HAVE_KILLED_USER.victim_char;
		break;
	case MULTI_USER_KILL:
		about = p->multi.USER_KILL.killer_char;
		break;
	default:
		break;
	}
	if (about >= 0 && bot_find(bot, about) == NULL)
		desync(bot, "a message about a character that is not there");
}

/* --- the map ---------------------------------------------------------------------------------------------------------------------- */

static void map_change(struct bot *bot, int map)
{
	bot->map = map;
	bot->maps_entered++;
	bot->character_count = 0;
	memset(bot->ground, 0, sizeof bot->ground);
	memset(bot->block, 0, sizeof bot->block);
}

static void map_needed(struct bot *bot)
{
	if (bot->map == 0)
		desync(bot, "something on the map before any map");
}

/* --- lines ------------------------------------------------------------------------------------------------------------------------ */

static void line_add(struct bot *bot, struct text text, int font, int character)
{
	struct bot_line *line = &bot->lines[bot->line_count++ % BOT_LINES];
	line->length = text.length < sizeof line->text - 1 ? text.length : sizeof line->text - 1;
	memcpy(line->text, text.bytes, line->length);
	line->text[line->length] = '\0';
	line->font = font;
	line->character = character;
}

/* --- applying ----------------------------------------------------------------------------------------------------------------------- */

static void inventory_slot(struct bot *bot, const struct s2c_CHANGE_INVENTORY_SLOT *p)
{
	struct bot_slot *slot = &bot->inventory[p->slot]; /* 1..25, or 30: the writer's ranges were checked */
	*slot = (struct bot_slot){.item = p->obj_index, .amount = p->amount, .kind = p->obj_type, .equipped = p->equipped};
	text_to_z(p->name, slot->name, sizeof slot->name);
}

static void stats(struct bot *bot, const struct s2c_UPDATE_USER_STATS *p)
{
	bot->hp = p->min_hp;
	bot->hp_max = p->max_hp;
	bot->mana = p->min_mana;
	bot->mana_max = p->max_mana;
	bot->stamina = p->min_sta;
	bot->stamina_max = p->max_sta;
	bot->gold = (int)p->gold;
	bot->level = p->level;
	bot->experience = (int)p->exp;
	bot->experience_next = (int)p->elu;
}

static void dice(struct bot *bot, const struct s2c_DICE_ROLL *p)
{
	const int rolled[5] = {p->strength, p->agility, p->intelligence, p->charisma, p->constitution};
	if (bot->screen != BOT_CREATION_SCREEN)
		scenario_fail(__FILE__, __LINE__, "%s got a DiceRoll outside the creation screen", bot->name);
	memcpy(bot->dice, rolled, sizeof rolled);
	bot->rolled = true;
}

static void error(struct bot *bot, struct text text)
{
	bot->errors++;
	text_to_z(text, bot->error, sizeof bot->error);
}

/* What is about the player himself. false: something else. */
static bool apply_own(struct bot *bot, const struct s2c_packet *p)
{
	switch (p->id) {
	case S2C_UPDATE_STA:
		bot->stamina = p->UPDATE_STA.stamina;
		return true;
	case S2C_UPDATE_MANA:
		bot->mana = p->UPDATE_MANA.mana;
		return true;
	case S2C_UPDATE_HP:
		bot->hp = p->UPDATE_HP.hp;
		return true;
	case S2C_UPDATE_GOLD:
		bot->gold = (int)p->UPDATE_GOLD.gold;
		return true;
	case S2C_UPDATE_EXP:
		bot->experience = (int)p->UPDATE_EXP.exp;
		return true;
	case S2C_UPDATE_USER_STATS:
		stats(bot, &p->UPDATE_USER_STATS);
		return true;
	case S2C_CHANGE_INVENTORY_SLOT:
		inventory_slot(bot, &p->CHANGE_INVENTORY_SLOT);
		return true;
	case S2C_CHANGE_SPELL_SLOT:
		bot->spells[p->CHANGE_SPELL_SLOT.slot] = p->CHANGE_SPELL_SLOT.spell_id;
		return true;
	case S2C_UPDATE_HUNGER_AND_THIRST:
		bot->water = p->UPDATE_HUNGER_AND_THIRST.min_water;
		bot->food = p->UPDATE_HUNGER_AND_THIRST.min_food;
		return true;
	case S2C_UPDATE_STRENGHT:
		bot->strength = p->UPDATE_STRENGHT.strength;
		return true;
	case S2C_UPDATE_DEXTERITY:
		bot->dexterity = p->UPDATE_DEXTERITY.dexterity;
		return true;
	case S2C_UPDATE_STRENGHT_AND_DEXTERITY:
		bot->strength = p->UPDATE_STRENGHT_AND_DEXTERITY.strength;
		bot->dexterity = p->UPDATE_STRENGHT_AND_DEXTERITY.dexterity;
		return true;
	case S2C_LEVEL_UP:
		bot->skill_points = p->LEVEL_UP.skill_points;
		return true;
	case S2C_USER_CHAR_INDEX_IN_SERVER:
		bot->self = p->USER_CHAR_INDEX_IN_SERVER.char_index;
		return true;
	case S2C_POS_UPDATE:
		own_position(bot, p->POS_UPDATE.x, p->POS_UPDATE.y);
		return true;
	case S2C_FORCE_CHAR_MOVE:
		pushed(bot, p->FORCE_CHAR_MOVE.heading);
		return true;
	default:
		return false;
	}
}

/* Flags that are flipped, and answers. false: something else. */
static bool apply_flags(struct bot *bot, const struct s2c_packet *p)
{
	switch (p->id) {
	case S2C_LOGGED:
		bot->greeted = true;
		bot->class_id = p->LOGGED.class;
		return true;
	case S2C_NAVIGATE_TOGGLE:
		bot->sailing = !bot->sailing;
		return true;
	case S2C_PAUSE_TOGGLE:
		bot->paused = !bot->paused;
		return true;
	case S2C_REST_OK:
		bot->resting = !bot->resting;
		return true;
	case S2C_MEDITATE_TOGGLE:
		bot->meditating = !bot->meditating;
		return true;
	case S2C_PARALIZE_OK:
		bot->paralysed = !bot->paralysed;
		return true;
	case S2C_RAIN_TOGGLE:
		bot->raining = !bot->raining;
		return true;
	case S2C_PONG:
		bot->pongs++;
		return true;
	case S2C_ERROR_MSG:
		error(bot, p->ERROR_MSG.text);
		return true;
	case S2C_DICE_ROLL:
		dice(bot, &p->DICE_ROLL);
		return true;
	case S2C_MULTI_MESSAGE:
		multi_message(bot, p);
		return true;
	case S2C_CONSOLE_MSG:
		line_add(bot, p->CONSOLE_MSG.text, p->CONSOLE_MSG.font, 0);
		return true;
	case S2C_CHAT_OVER_HEAD:
		line_add(bot, p->CHAT_OVER_HEAD.text, -1, p->CHAT_OVER_HEAD.char_index);
		return true;
	default:
		return false;
	}
}

/* What is on the map. */
static void apply_map(struct bot *bot, const struct s2c_packet *p)
{
	switch (p->id) {
	case S2C_CHANGE_MAP:
		map_change(bot, p->CHANGE_MAP.map);
		break;
	case S2C_CHARACTER_CREATE:
		character_create(bot, &p->CHARACTER_CREATE);
		break;
	case S2C_CHARACTER_REMOVE:
		character_remove(bot, p->CHARACTER_REMOVE.char_index);
		break;
	case S2C_CHARACTER_MOVE:
		character_move(bot, &p->CHARACTER_MOVE);
		break;
	case S2C_CHARACTER_CHANGE:
		character_change(bot, &p->CHARACTER_CHANGE);
		break;
	case S2C_UPDATE_TAG_AND_STATUS:
		character_status(bot, p->UPDATE_TAG_AND_STATUS.char_index, p->UPDATE_TAG_AND_STATUS.nick_color);
		break;
	case S2C_SET_INVISIBLE:
		invisible_set(bot, p->SET_INVISIBLE.char_index, p->SET_INVISIBLE.invisible);
		break;
	case S2C_OBJECT_CREATE:
		map_needed(bot);
		bot->ground[tile_index((unsigned)p->OBJECT_CREATE.x, (unsigned)p->OBJECT_CREATE.y)] =
			(int16_t)p->OBJECT_CREATE.grh_index;
		break;
	case S2C_OBJECT_DELETE:
		map_needed(bot);
		bot->ground[tile_index((unsigned)p->OBJECT_DELETE.x, (unsigned)p->OBJECT_DELETE.y)] = 0;
		break;
	case S2C_BLOCK_POSITION:
		map_needed(bot);
		bot->block[tile_index((unsigned)p->BLOCK_POSITION.x, (unsigned)p->BLOCK_POSITION.y)] =
			p->BLOCK_POSITION.blocked ? 1 : -1;
		break;
	default:
		break;
	}
}

/* --- parsing ------------------------------------------------------------------------------------------------------------------------ */

/* Could the real client take these values, and are these the bytes of that packet? Writing it again tells. */
static void packet_check(const struct bot *bot, const struct s2c_packet *p, const uint8_t *bytes, size_t used)
{
	static uint8_t again[BOT_INPUT]; /* used at once, by the one thread of a test */
	struct packet_writer writer;
	struct problem why;
	bool multi = p->id == S2C_MULTI_MESSAGE;
	packet_writer_start(&writer, again, sizeof again, bots_dialect());
	if (!packet_put(&writer, multi ? TABLE_MULTI : TABLE_S2C, multi ? p->sub : p->id, &p->first)) {
		packet_writer_explain(&writer, &why);
		scenario_fail(__FILE__, __LINE__, "%s got what the client cannot take: %s; bytes %s", bot->name, why.text,
					  hex(bytes, used));
	}
	if (p->odd_bool || writer.length != used || memcmp(again, bytes, used) != 0)
		scenario_fail(__FILE__, __LINE__, "%s got bytes that are not quite a packet: %s", bot->name, hex(bytes, used));
}

/* The login screen understands one ErrorMsg, the creation screen DiceRoll too; any other first byte opens the world screen,
 * which gets the whole buffer (protocol.md 2.1, 2.2). */
static void screen_choose(struct bot *bot, const uint8_t *bytes, size_t length)
{
	bool stays = bytes[0] == S2C_ERROR_MSG || (bot->screen == BOT_CREATION_SCREEN && bytes[0] == S2C_DICE_ROLL);
	if (bot->screen == BOT_WORLD_SCREEN)
		return;
	if (!stays) {
		bot->screen = BOT_WORLD_SCREEN;
		return;
	}
	struct s2c_packet packet;
	size_t used;
	if (bytes[0] == S2C_ERROR_MSG && s2c_read(bots_dialect(), bytes, length, BOT_INPUT, &used, &packet) == PACKET_OK &&
		used != length)
		scenario_fail(__FILE__, __LINE__, "%s got more than one ErrorMsg in a screen that reads nothing else: %s",
					  bot->name, hex(bytes, length));
}

static size_t packets_apply(struct bot *bot, const uint8_t *bytes, size_t length)
{
	size_t at = 0;
	while (at < length) {
		struct s2c_packet packet;
		size_t used;
		enum packet_status status = s2c_read(bots_dialect(), bytes + at, length - at, BOT_INPUT, &used, &packet);
		if (status == PACKET_INCOMPLETE)
			break;
		if (status != PACKET_OK)
			scenario_fail(__FILE__, __LINE__, "%s cannot read what came, %s at byte %zu of %zu: %s", bot->name,
						  packet_status_name(status), at, length, hex(bytes + at, length - at));
		packet_check(bot, &packet, bytes + at, used);
		char text[BOT_TEXT_MAX];
		s2c_to_text(&packet, text, sizeof text);
		bot_view_note(bot, "<-", text, true);
		bot->packets++;
		if (!apply_own(bot, &packet) && !apply_flags(bot, &packet))
			apply_map(bot, &packet);
		at += used;
	}
	return at;
}

void bot_view_chunk(struct bot *bot, const uint8_t *bytes, size_t length)
{
	uint8_t *whole = malloc(bot->input_length + length);
	if (whole == NULL)
		abort();
	if (bot->input_length > 0)
		memcpy(whole, bot->input, bot->input_length);
	memcpy(whole + bot->input_length, bytes, length);
	size_t all = bot->input_length + length;
	bot->chunks++;
	bot->longest_chunk = length > bot->longest_chunk ? (unsigned)length : bot->longest_chunk;

	screen_choose(bot, whole, all);
	size_t used = packets_apply(bot, whole, all);
	if (used < all) {
		bot->cut_packets++;
		bot_view_note(bot, "!!", scenario_text("a packet was cut after %zu bytes", all - used), false);
	}
	free(bot->input);
	bot->input_length = all - used;
	bot->input = malloc(bot->input_length + 1);
	if (bot->input == NULL)
		abort();
	memcpy(bot->input, whole + used, bot->input_length);
	free(whole);
}
