#include "worker/game/effects.h"
#include "worker/game/rule.h"

void effect_schedule(struct tx *tx, uint32_t player, enum effect effect, uint64_t due_ms)
{
	(void)tx;
	(void)player;
	(void)effect;
	(void)due_ms;
}

void effects_tick(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effects_enter(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effects_leave(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effects_die(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effects_vital_changed(struct tx *tx, uint32_t player, enum vital vital)
{
	(void)tx;
	(void)player;
	(void)vital;
}

void effects_ground_changed(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_paralyse(struct tx *tx, uint32_t player, struct handle by, bool immobilise, uint64_t for_ms)
{
	(void)tx;
	(void)player;
	(void)by;
	(void)immobilise;
	(void)for_ms;
}

void effect_free(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_poison(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_cure(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_blind(struct tx *tx, uint32_t player, uint64_t for_ms)
{
	(void)tx;
	(void)player;
	(void)for_ms;
}

void effect_stupefy(struct tx *tx, uint32_t player, uint64_t for_ms)
{
	(void)tx;
	(void)player;
	(void)for_ms;
}

void effect_senses_clear(struct tx *tx, uint32_t player, bool blindness, bool stupidity)
{
	(void)tx;
	(void)player;
	(void)blindness;
	(void)stupidity;
}

void effect_invisible(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_visible(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_hide(struct tx *tx, uint32_t player, uint64_t for_ms)
{
	(void)tx;
	(void)player;
	(void)for_ms;
}

void effect_reveal(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_mimic(struct tx *tx, uint32_t player, const struct looks *looks, bool ignored_by_creatures)
{
	(void)tx;
	(void)player;
	(void)looks;
	(void)ignored_by_creatures;
}

void effect_mimic_end(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_attribute_add(struct tx *tx, uint32_t player, unsigned attribute, int by, uint64_t for_ms)
{
	(void)tx;
	(void)player;
	(void)attribute;
	(void)by;
	(void)for_ms;
}

void effect_attributes_end(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_rest_end(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

void effect_meditation_end(struct tx *tx, uint32_t player)
{
	(void)tx;
	(void)player;
}

bool is_outdoors(const struct tx *tx, const struct body *body)
{
	(void)tx;
	(void)body;
	return 0;
}
