#include "tests/harness/little_land.h"

#include "tests/harness/bot.h"

char little_land[64];

int little_land_setup(void **state)
{
	little_catalog_write(little_land);
	return scenario_setup(state);
}

int little_land_teardown(void **state)
{
	int result = scenario_teardown(state);
	little_catalog_remove(little_land);
	return result;
}

const struct bot_character *bot_find_body(const struct bot *bot, int body, int but)
{
	for (unsigned i = 0; i < bot->character_count; i++) {
		if (bot->characters[i].body == body && bot->characters[i].index != but)
			return &bot->characters[i];
	}
	return NULL;
}
