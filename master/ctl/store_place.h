/* store_place.h - a store as the operator names it: lmdb:FOLDER, redis:HOST[:PORT][/DATABASE] or redis-socket:PATH[,DATABASE]. */
#ifndef ARGENTUM_CTL_STORE_PLACE_H
#define ARGENTUM_CTL_STORE_PLACE_H

#include "common/store/store.h"

/* The texts of the options point into `words`, and to the environment (REDISCLI_AUTH). */
struct store_place {
	struct store_options options;
	char words[512];
};

/* false with a text. */
bool store_place_parse(struct store_place *place, const char *text, struct problem *why);

#endif
