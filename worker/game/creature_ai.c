#include "worker/game/creature_ai.h"
#include "worker/game/rule.h"

void creature_beat(struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
}

bool creature_strikes_player(struct tx *tx, uint32_t body, uint32_t player)
{
	(void)tx;
	(void)body;
	(void)player;
	return 0;
}

bool creature_strikes_creature(struct tx *tx, uint32_t body, uint32_t victim, bool retaliates)
{
	(void)tx;
	(void)body;
	(void)victim;
	(void)retaliates;
	return 0;
}
