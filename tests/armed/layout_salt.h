/* layout_salt.h - the programs of the upgrade tests: which layout of the world they pretend to have.
 *
 * One that says so tells those that replace it, by its environment; one that is to look like what runs takes that. */
#ifndef ARGENTUM_ARMED_LAYOUT_SALT_H
#define ARGENTUM_ARMED_LAYOUT_SALT_H

#include <stdint.h>
#include <stdlib.h>

#include "common/world/layout.h"

#define LAYOUT_SALT_VARIABLE "ARGENTUM_LAYOUT_SALT"

static inline void layout_salt_set(const char *salt)
{
	setenv(LAYOUT_SALT_VARIABLE, salt, 1);
	world_fingerprint_salt = (uint32_t)strtoul(salt, NULL, 10);
}

static inline void layout_salt_as_before(void)
{
	const char *salt = getenv(LAYOUT_SALT_VARIABLE);
	world_fingerprint_salt = salt != NULL ? (uint32_t)strtoul(salt, NULL, 10) : 0;
}

#endif
