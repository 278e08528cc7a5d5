#include "worker/game/weather.h"
#include "worker/game/rule.h"

bool weather_is_due(const struct tx *tx)
{
	(void)tx;
	return 0;
}

enum tx_verdict weather_tick(struct tx *tx, void *context)
{
	(void)tx;
	(void)context;
	return TX_COMMIT;
}
