#include "worker/game/vitals.h"

#include "common/base/number.h"
#include "worker/game/effects.h"
#include "worker/game/rule.h"
#include "worker/game/wire.h"

int vital_now(const struct player *player, enum vital vital)
{
	switch (vital) {
	case VITAL_HP:
		return player->hp;
	case VITAL_MANA:
		return player->mana;
	case VITAL_STAMINA:
		return player->stamina;
	case VITAL_HUNGER:
		return player->hunger;
	default:
		return player->thirst;
	}
}

int vital_max(const struct player *player, enum vital vital)
{
	switch (vital) {
	case VITAL_HP:
		return player->hp_max;
	case VITAL_MANA:
		return player->mana_max;
	case VITAL_STAMINA:
		return player->stamina_max;
	case VITAL_HUNGER:
		return player->hunger_max;
	default:
		return player->thirst_max;
	}
}

void vital_set(struct tx *tx, uint32_t index, enum vital vital, int value)
{
	struct player *player = &tx->world->players[index];
	value = (int)clamp_i64(value, 0, vital_max(player, vital));
	if (value == vital_now(player, vital))
		return;
	switch (vital) {
	case VITAL_HP:
		SET(tx, player->hp, (int16_t)value);
		break;
	case VITAL_MANA:
		SET(tx, player->mana, (int16_t)value);
		break;
	case VITAL_STAMINA:
		SET(tx, player->stamina, (int16_t)value);
		break;
	case VITAL_HUNGER:
		SET(tx, player->hunger, (uint8_t)value);
		break;
	case VITAL_THIRST:
		SET(tx, player->thirst, (uint8_t)value);
		break;
	}
	player_changed(tx, player);
	effects_vital_changed(tx, index, vital);
}

int vital_add(struct tx *tx, uint32_t index, enum vital vital, int by)
{
	int before = vital_now(&tx->world->players[index], vital);
	vital_set(tx, index, vital, (int)clamp_i64((int64_t)before + by, 0, INT16_MAX));
	return vital_now(&tx->world->players[index], vital) - before;
}

void vital_tell(struct tx *tx, uint32_t index, enum vital vital)
{
	const struct player *player = &tx->world->players[index];
	switch (vital) {
	case VITAL_HP:
		TELL(tx, index, UPDATE_HP, .hp = player->hp);
		break;
	case VITAL_MANA:
		TELL(tx, index, UPDATE_MANA, .mana = player->mana);
		break;
	case VITAL_STAMINA:
		TELL(tx, index, UPDATE_STA, .stamina = player->stamina);
		break;
	default:
		wire_hunger_and_thirst(tx, say_begin(tx), index);
		say_one(tx, index, NOTE_FLAG_ANSWER);
		break;
	}
}

void stats_tell(struct tx *tx, uint32_t index)
{
	wire_stats(tx, say_begin(tx), index);
	say_one(tx, index, NOTE_FLAG_ANSWER);
}

bool tired_tell(struct tx *tx, uint32_t index, int needed)
{
	const struct player *player = &tx->world->players[index];
	if (player->stamina >= needed)
		return false;
	tell_text(tx, index, FONT_INFO, player->gender == GENDER_WOMAN ? TEXT_TIRED_WOMAN : TEXT_TIRED_MAN);
	return true;
}
