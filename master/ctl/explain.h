/* explain.h - `argentumctl explain`: the formulas of the rules with their terms, for who balances a world. The functions are
 * those the rules use; the figures are the catalog's, the settings' and those of the command line, NAME=VALUE each. Everything
 * belongs to the one run of the tool. */
#ifndef ARGENTUM_CTL_EXPLAIN_H
#define ARGENTUM_CTL_EXPLAIN_H

#include <stdbool.h>

#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "master/ctl/commands.h"

enum { EXPLAIN_TERMS = 32 };

/* What is known; a term that nobody asked for is a mistake of who wrote it. */
struct explain {
	const struct catalog *catalog;
	const struct config *config;
	unsigned count;
	struct {
		const char *name; /* up to its '=' */
		unsigned name_length;
		const char *value;
		bool used;
	} term[EXPLAIN_TERMS];
	struct problem why; /* the first thing that is wrong; "" = nothing */
};

/* The value of NAME, or `usual` when it is not given; what is no number within the bounds is a problem. */
int explain_number(struct explain *explain, const char *name, int usual, int low, int high);

/* A class by name or number; `usual` when it is not given. */
unsigned explain_class(struct explain *explain, const char *name, unsigned usual);

/* NULL = not given, or a problem: no such thing. */
const struct item_def *explain_item(struct explain *explain, const char *name, unsigned *number);
const struct creature_def *explain_creature(struct explain *explain, const char *name, unsigned *number);

const struct spell_def *explain_spell(struct explain *explain, const char *name, unsigned *number);

/* Everything was asked for that will be; true: all is well, the figures may be shown. */
bool explain_ready(struct explain *explain);

/* A text of the catalog as UTF-8; valid until the eighth call from now. */
const char *explain_text(const struct explain *explain, uint32_t text);
const char *explain_latin1(const char *latin1);

typedef void explain_fn(struct explain *explain);
explain_fn explain_hit;               /* explain_hit.c */
explain_fn explain_drop, explain_exp; /* explain_creature.c */
explain_fn explain_cast;              /* explain_cast.c */
explain_fn explain_gain;              /* explain_gain.c */

#endif
