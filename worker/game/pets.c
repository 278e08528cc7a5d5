#include "worker/game/pets.h"
#include "worker/game/rule.h"

unsigned pets_count(const struct player *player)
{
	(void)player;
	return 0;
}

bool pet_call(struct tx *tx, uint32_t player, struct place at)
{
	(void)tx;
	(void)player;
	(void)at;
	return 0;
}

void tame_try(struct tx *tx, const struct actor *me, int x, int y)
{
	(void)tx;
	(void)me;
	(void)x;
	(void)y;
}

void pets_turn_on_player(struct tx *tx, uint32_t master, uint32_t enemy)
{
	(void)tx;
	(void)master;
	(void)enemy;
}

void pets_turn_on_creature(struct tx *tx, uint32_t master, uint32_t enemy)
{
	(void)tx;
	(void)master;
	(void)enemy;
}

void pets_follow(struct tx *tx, uint32_t master)
{
	(void)tx;
	(void)master;
}

void pet_follows(struct tx *tx, uint32_t pet)
{
	(void)tx;
	(void)pet;
}

void pets_arrive(struct tx *tx, uint32_t master)
{
	(void)tx;
	(void)master;
}

void pets_depart(struct tx *tx, uint32_t master, bool out_of_game)
{
	(void)tx;
	(void)master;
	(void)out_of_game;
}

void pets_die(struct tx *tx, uint32_t master)
{
	(void)tx;
	(void)master;
}

void pet_lost(struct tx *tx, uint32_t pet)
{
	(void)tx;
	(void)pet;
}

enum tx_verdict rule_pet_stand(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_pet_follow(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}

enum tx_verdict rule_release_pet(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	return rule_not_yet(tx, me, packet);
}
