/* store_config.h - the store's options from the configuration; one place for workers, keeper and master. */
#ifndef ARGENTUM_WORKER_STORE_CONFIG_H
#define ARGENTUM_WORKER_STORE_CONFIG_H

#include "common/config/config.h"
#include "common/store/store.h"

/* The texts stay the configuration's. */
struct store_options store_options_from_config(const struct config *config);

#endif
