/* little_spells.h - the spells of the little land (little_catalog.h, enum charm), for who writes its files. */
#ifndef ARGENTUM_TESTS_LITTLE_SPELLS_H
#define ARGENTUM_TESTS_LITTLE_SPELLS_H

struct world; /* of test_catalog_world.h: a folder with files */

/* Writes Dat/Hechizos.dat. */
void little_spells_write(struct world *files);

#endif
