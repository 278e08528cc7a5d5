/* wire.h - how things of the world look on the wire: characters, items, vitals. One place for each look, used by the
 * rules and by the snapshots alike. Everything wants the lock of the map (or realm) that the thing belongs to. */
#ifndef ARGENTUM_GAME_WIRE_H
#define ARGENTUM_GAME_WIRE_H

#include "common/protocol/packets.h"
#include "common/world/tx.h"

/* ChangeMap and the map's music. */
void wire_map(struct tx *tx, struct packet_writer *writer, uint32_t map);

/* Hidden or invisible, and not at sea: clients are told to draw nothing. */
bool body_is_veiled(const struct body *body);

/* CharacterCreate of a body, as everybody sees it. */
void wire_character(struct tx *tx, struct packet_writer *writer, uint32_t body);

/* The same as this player sees it: nothing of an invisible member of the staff, unless he is it himself. The staff sees who is
 * veiled, and reads it in his label. */
void wire_character_seen_by(struct tx *tx, struct packet_writer *writer, uint32_t body, uint32_t viewer);

/* CharacterChangeNick: the label that the staff reads over a player, which says whether others do not see him (9.4). */
void wire_veil_label(struct tx *tx, struct packet_writer *writer, uint32_t player);

/* UpdateTagAndStatus: the colour of a player's name, and the name. */
void wire_status(struct tx *tx, struct packet_writer *writer, uint32_t player);

/* Does the client of `viewer` have this body on its screen? Messages that name a character are for who has it (protocol.md 6.1). */
bool body_is_known_to(const struct tx *tx, uint32_t body, uint32_t viewer);

/* CharacterChange: new look or heading. */
void wire_character_change(struct tx *tx, struct packet_writer *writer, uint32_t body);

int32_t reputation_average(const struct player *player); /* F-45 of rules-economy-social-admin.md 12.1 */
bool player_is_criminal(const struct player *player);

/* ObjectCreate of what lies on a tile, and BlockPosition of a door's two tiles; nothing for scenery that the client
 * draws itself, for items without a picture and for an empty tile. */
void wire_ground(struct tx *tx, struct packet_writer *writer, uint32_t map, unsigned x, unsigned y);

/* All that comes into this player's view with a tile: who stands there, but not himself, and what lies there. Called for
 * hundreds of tiles, most of them empty. */
static inline void wire_tile(struct tx *tx, struct packet_writer *writer, uint32_t map, unsigned x, unsigned y,
							 uint32_t viewer)
{
	const struct map_state *state = &tx->world->maps[map];
	unsigned tile = tile_index(x, y);
	if (state->occupant[tile] != 0 && state->occupant[tile] != viewer)
		wire_character_seen_by(tx, writer, state->occupant[tile], viewer);
	if (state->ground[tile].item != 0)
		wire_ground(tx, writer, map, x, y);
}

/* Does the client have to be told to draw (and to delete) this item on the ground? */
bool wire_ground_is_drawn(const struct tx *tx, unsigned item);

void wire_stats(struct tx *tx, struct packet_writer *writer, uint32_t player);
void wire_hunger_and_thirst(struct tx *tx, struct packet_writer *writer, uint32_t player);
void wire_strength_and_agility(struct tx *tx, struct packet_writer *writer, uint32_t player);
void wire_skills(struct packet_writer *writer, const struct player *player);
void wire_inventory_slot(struct tx *tx, struct packet_writer *writer, uint32_t player, unsigned slot); /* 1.. */
void wire_inventory(struct tx *tx, struct packet_writer *writer, uint32_t player);
void wire_spell_slot(struct tx *tx, struct packet_writer *writer, uint32_t player, unsigned slot); /* 1.. */
void wire_spells(struct tx *tx, struct packet_writer *writer, uint32_t player);

/* Console lines: the store's message if there is one, else the catalog's. */
void wire_message_of_the_day(struct tx *tx, struct packet_writer *writer);

/* A line of the classic files without its `~r~g~b~bold~italic`. */
struct text wire_plain_line(const char *line);

#endif
