/* info.c - questions about oneself and the server. rules-economy-social-admin.md 9.1 to 9.3. */
#include <string.h>

#include "worker/game/look.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

enum { DESCRIPTION_LONGEST = 100 };

enum tx_verdict rule_ping(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	TELL(tx, me->index, PONG);
	return TX_COMMIT;
}

enum tx_verdict rule_online(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	tell_text(tx, me->index, FONT_INFO, TEXT_ONLINE_COUNT, (int)tx->world->realm->players_in_world);
	tell_text(tx, me->index, FONT_INFO, TEXT_ONLINE_MOST, (int)tx->world->realm->players_most);
	return TX_COMMIT;
}

enum tx_verdict rule_uptime(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	int64_t s = clamp_i64(tx->unix_s - tx->world->header->started_unix_s, 0, INT32_MAX);
	tell_text(tx, me->index, FONT_INFO, TEXT_UPTIME, (int)(s / 86400), (int)(s / 3600 % 24), (int)(s / 60 % 60),
			  (int)(s % 60));
	return TX_COMMIT;
}

enum tx_verdict rule_request_motd(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	struct packet_writer *say = say_begin(tx);
	wire_message_of_the_day(tx, say);
	if (say->length == 0)
		tell_text(tx, me->index, FONT_INFO, TEXT_MOTD_NONE);
	else
		say_one(tx, me->index, NOTE_FLAG_ANSWER);
	return TX_COMMIT;
}

enum tx_verdict rule_help(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	unsigned lines = catalog_help_count(tx->catalog);
	if (lines == 0) {
		tell_text(tx, me->index, FONT_INFO, TEXT_HELP_NONE);
		return TX_COMMIT;
	}
	struct packet_writer *say = say_begin(tx);
	for (unsigned i = 0; i < lines; i++)
		PUT(say, CONSOLE_MSG, .text = wire_plain_line(catalog_help(tx->catalog, i)), .font = FONT_INFO);
	say_one(tx, me->index, NOTE_FLAG_ANSWER);
	return TX_COMMIT;
}

/* --- oneself ------------------------------------------------------------------------------------------------------------------ */

enum tx_verdict rule_request_attributes(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	const uint8_t *now = me->player->attributes_now;
	TELL(tx, me->index, ATRIBUTES, .strength = now[ATTRIBUTE_STRENGTH - 1], .agility = now[ATTRIBUTE_AGILITY - 1],
		 .intelligence = now[ATTRIBUTE_INTELLIGENCE - 1], .charisma = now[ATTRIBUTE_CHARISMA - 1],
		 .constitution = now[ATTRIBUTE_CONSTITUTION - 1]);
	return TX_COMMIT;
}

enum tx_verdict rule_request_fame(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	const int32_t *r = me->player->reputation;
	TELL(tx, me->index, FAME, .assassin = r[REPUTATION_ASSASSIN], .bandit = r[REPUTATION_BANDIT],
		 .bourgeois = r[REPUTATION_BOURGEOIS], .thief = r[REPUTATION_THIEF], .noble = r[REPUTATION_NOBLE],
		 .plebeian = r[REPUTATION_PLEBEIAN], .average = reputation_average(me->player));
	return TX_COMMIT;
}

enum tx_verdict rule_request_mini_stats(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	const struct player *p = me->player;
	TELL(tx, me->index, MINI_STATS, .citizens_killed = p->citizens_killed, .criminals_killed = p->criminals_killed,
		 .users_killed = p->players_killed, .npcs_killed = (int16_t)clamp_i64(p->creatures_killed, 0, INT16_MAX),
		 .class = p->class_id, .jail_minutes = p->jail_minutes);
	return TX_COMMIT;
}

static void defence_told(struct tx *tx, const struct actor *me, enum equipment_place place, enum text_id with,
						 enum text_id without)
{
	const struct item_def *item = player_worn_item(tx, me->player, place);
	if (item != NULL)
		tell_text(tx, me->index, FONT_INFO, with, item->defence_min, item->defence_max);
	else if (without != TEXT_ID_COUNT)
		tell_text(tx, me->index, FONT_INFO, without);
}

static void time_told(struct tx *tx, const struct actor *me)
{
	int64_t session_s = clamp_i64(tx->unix_s - me->player->session_unix_s, 0, INT32_MAX);
	int64_t all_s = session_s + me->player->played_s;
	tell_text(tx, me->index, FONT_INFO, TEXT_STATS_TIME, (int)(session_s / 3600), (int)(session_s / 60 % 60),
			  (int)(all_s / 86400), (int)(all_s / 3600 % 24), (int)(all_s / 60 % 60));
}

enum tx_verdict rule_request_stats(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	const struct player *p = me->player;
	const struct map_def *map = catalog_map(tx->catalog, me->body->map);
	const struct item_def *weapon = player_worn_item(tx, p, EQUIP_WEAPON);
	const uint8_t *a = p->attributes_now;
	tell_text(tx, me->index, FONT_INFO_BOLD, TEXT_STATS_TITLE, p->name);
	tell_text(tx, me->index, FONT_INFO, TEXT_STATS_LEVEL, p->level, p->experience, p->experience_next);
	tell_text(tx, me->index, FONT_INFO, TEXT_STATS_HEALTH, p->hp, p->hp_max, p->mana, p->mana_max, p->stamina,
			  p->stamina_max);
	if (weapon != NULL)
		tell_text(tx, me->index, FONT_INFO, TEXT_STATS_HIT_WEAPON, p->hit_min, p->hit_max, weapon->hit_min,
				  weapon->hit_max);
	else
		tell_text(tx, me->index, FONT_INFO, TEXT_STATS_HIT, p->hit_min, p->hit_max);
	defence_told(tx, me, EQUIP_ARMOUR, TEXT_STATS_ARMOUR, TEXT_STATS_NO_ARMOUR);
	defence_told(tx, me, EQUIP_HELMET, TEXT_STATS_HELMET, TEXT_STATS_NO_HELMET);
	defence_told(tx, me, EQUIP_SHIELD, TEXT_STATS_SHIELD, TEXT_ID_COUNT);
	tell_text(tx, me->index, FONT_INFO, TEXT_STATS_GOLD, p->gold, p->bank_gold);
	tell_text(tx, me->index, FONT_INFO, TEXT_STATS_PLACE, map != NULL ? catalog_text(tx->catalog, map->name) : "",
			  me->body->map, me->body->x, me->body->y);
	tell_text(tx, me->index, FONT_INFO, TEXT_STATS_ATTRIBUTES, a[ATTRIBUTE_STRENGTH - 1], a[ATTRIBUTE_AGILITY - 1],
			  a[ATTRIBUTE_INTELLIGENCE - 1], a[ATTRIBUTE_CHARISMA - 1], a[ATTRIBUTE_CONSTITUTION - 1]);
	time_told(tx, me);
	return TX_COMMIT;
}

static bool description_is_good(struct text text)
{
	for (unsigned i = 0; i < text.length; i++) {
		unsigned char c = latin1_lower((unsigned char)text.bytes[i]);
		if (c != ' ' && (c < 'a' || c > 'z'))
			return false;
	}
	return true;
}

enum tx_verdict rule_change_description(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	struct text text = text_trim(text_cut(packet->CHANGE_DESCRIPTION.text, DESCRIPTION_LONGEST));
	if (!description_is_good(text)) {
		tell_text(tx, me->index, FONT_INFO, TEXT_DESCRIPTION_WRONG);
		return TX_COMMIT;
	}
	TOUCH(tx, me->player->description);
	memset(me->player->description, 0, sizeof me->player->description);
	text_to_z(text, me->player->description, sizeof me->player->description);
	player_changed(tx, me->player);
	tell_text(tx, me->index, FONT_INFO, TEXT_DESCRIPTION_SET);
	return TX_COMMIT;
}
