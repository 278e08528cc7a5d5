/* difference.h - how one catalog differs from another, in lines for operators.
 *
 * Pure; reads two attached catalogs. */
#ifndef ARGENTUM_CATALOG_DIFFERENCE_H
#define ARGENTUM_CATALOG_DIFFERENCE_H

#include <stdio.h>

#include "common/catalog/catalog.h"

/* A line for each item, creature, spell and map that was changed, added or removed: "item 12 \"Manzana\": changed".
 * Names are in UTF-8. What is neither (balance, classes, cities, lists) is one line, "other data: changed". Returns how
 * many lines. */
unsigned catalog_difference(const struct catalog *before, const struct catalog *after, FILE *out);

#endif
