/* little_land.h - scenario tests on the little land (little_catalog.h): its files stand in a folder of the test's own while it
 * runs, for a server that is started with .world = little_land. */
#ifndef ARGENTUM_HARNESS_LITTLE_LAND_H
#define ARGENTUM_HARNESS_LITTLE_LAND_H

#include "tests/harness/little_catalog.h"
#include "tests/harness/scenario.h"

struct bot;
struct bot_character;

/* A SCENARIO on the little land. */
#define LAND_SCENARIO(test) cmocka_unit_test_setup_teardown(test, little_land_setup, little_land_teardown)

extern char little_land[64]; /* the folder */

int little_land_setup(void **state);
int little_land_teardown(void **state);

/* Somebody in view with this body, but not the character `but` (0 = nobody is left out); NULL: there is none. */
const struct bot_character *bot_find_body(const struct bot *bot, int body, int but);

#endif
