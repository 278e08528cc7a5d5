#include "worker/game/praetorians.h"

void praetorian_beat(struct tx *tx, uint32_t body)
{
	(void)tx;
	(void)body;
}
