/* trainer.c - trainers call creatures to fight with (rules-life-combat-magic.md 16.13). */
#include <stdlib.h>

#include "common/config/config.h"
#include "worker/game/creature.h"
#include "worker/game/gates.h"
#include "worker/game/rule.h"
#include "worker/game/tile.h"

enum { TRAINER_DISTANCE = 10, LIST_BYTES = 4096 };

/* The trainer he pointed at; 0 = none that he could speak to, and he was told so. */
static uint32_t trainer_meant(struct tx *tx, const struct actor *me)
{
	struct handle meant = me->player->target.creature;
	const struct body *body = handle_body(tx->world, meant);
	const struct creature_def *def = body != NULL ? creature_def_of(tx, meant.index) : NULL;
	enum text_id why = TEXT_ID_COUNT;
	if (def == NULL || body->map != me->body->map || def->kind != CREATURE_TRAINER)
		why = TEXT_POINT_AT_TRAINER;
	else if (abs(me->body->x - body->x) + abs(me->body->y - body->y) > TRAINER_DISTANCE)
		why = TEXT_TOO_FAR;
	if (why == TEXT_ID_COUNT)
		return meant.index;
	tell_text(tx, me->index, FONT_INFO, why);
	return 0;
}

/* Creatures of his that are still about. */
static unsigned called(const struct tx *tx, uint32_t trainer)
{
	struct handle handle = body_handle(tx->world, trainer);
	unsigned count = 0;
	uint32_t first = tx->world->maps[tx->world->bodies[trainer].map].first_creature;
	for (uint32_t i = first; i != 0; i = tx->world->bodies[i].next_on_map) {
		struct handle maker = creature_of(tx->world, i)->maker;
		count += maker.index == handle.index && maker.generation == handle.generation;
	}
	return count;
}

enum tx_verdict rule_train_list(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	(void)packet;
	char names[LIST_BYTES];
	struct text_list list;
	unsigned count = 0;
	uint32_t trainer = trainer_meant(tx, me);
	if (trainer == 0)
		return TX_COMMIT;
	const struct named_creature *trained = creature_trained(tx->catalog, creature_def_of(tx, trainer), &count);
	text_list_start(&list, names, sizeof names);
	for (unsigned i = 0; i < count; i++)
		text_list_add(&list, text_of(catalog_text(tx->catalog, trained[i].name)));
	TELL(tx, me->index, TRAINER_CREATURE_LIST, .creatures = text_list_text(&list));
	return TX_COMMIT;
}

enum tx_verdict rule_train(struct tx *tx, const struct actor *me, const struct c2s_packet *packet)
{
	unsigned count = 0, wish = packet->TRAIN.creature;
	uint32_t trainer = trainer_meant(tx, me);
	if (trainer == 0 || !gate_work(tx, me->index))
		return TX_COMMIT;
	const struct named_creature *trained = creature_trained(tx->catalog, creature_def_of(tx, trainer), &count);
	if (wish < 1 || wish > count)
		return TX_COMMIT; /* nothing that the list offers */
	if (called(tx, trainer) >= (unsigned)tx->config->rules.trainer_creatures) {
		creature_says(tx, trainer, text_of(text_latin1(TEXT_TRAINER_ENOUGH)));
		return TX_COMMIT;
	}
	uint32_t beast = creature_spawn(tx, trained[wish - 1].creature, body_place(&tx->world->bodies[trainer]), true);
	if (beast != 0)
		SET(tx, creature_at(tx, beast)->maker, body_handle(tx->world, trainer));
	return TX_COMMIT;
}
