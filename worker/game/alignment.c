#include "worker/game/alignment.h"
#include "worker/game/rule.h"

void reputation_add(struct tx *tx, uint32_t player, unsigned kind, int32_t by)
{
	(void)tx;
	(void)player;
	(void)kind;
	(void)by;
}

void reputation_set(struct tx *tx, uint32_t player, unsigned kind, int32_t value)
{
	(void)tx;
	(void)player;
	(void)kind;
	(void)value;
}

void become_criminal(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void become_citizen(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void noble_lose(struct tx *tx, uint32_t player, int32_t noble, int32_t bandit)
{
	(void)tx;
	(void)player;
	(void)noble;
	(void)bandit;
}

void guard_mercy(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void status_show(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

bool attackable_begin(struct tx *tx, uint32_t player, uint32_t by_account, bool steals_creature)
{
	(void)tx;
	(void)player;
	(void)by_account;
	(void)steals_creature;
	return 0;
}

void attackable_end(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void kill_counts(struct tx *tx, uint32_t killer, uint32_t victim)
{
	(void)tx;
	(void)killer;
	(void)victim;
}
