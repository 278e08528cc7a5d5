/* starter_catalog.h - the catalog of the starter world ($ARGENTUM_BUILD/world, else build/world; `make world` makes it), for
 * fuzz targets: built at the first call, and there until the program ends. */
#ifndef ARGENTUM_HARNESS_STARTER_CATALOG_H
#define ARGENTUM_HARNESS_STARTER_CATALOG_H

#include "common/catalog/catalog.h"

/* Without such a world the program ends. */
const struct catalog *starter_catalog(void);

#endif
