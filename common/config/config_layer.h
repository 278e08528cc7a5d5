/* config_layer.h - what one source (the file, the environment, ...) says about the settings. Used by config*.c only.
 *
 * Owner of its texts; secrets are wiped when they go. Texts are canonical (setting_parse). */
#ifndef ARGENTUM_CONFIG_CONFIG_LAYER_H
#define ARGENTUM_CONFIG_CONFIG_LAYER_H

#include "common/config/setting.h"

struct config_layer {
	struct {
		char *value;  /* NULL: this source says nothing about it */
		char *source; /* "etc/argentumd.conf line 12", "flag --port" */
	} at[SETTING_COUNT];
};

struct config_layer *config_layer_create(void); /* NULL: out of memory */
void config_layer_destroy(struct config_layer **layer);

/* Takes a text from `where`, or refuses it with "<where>: <name> = <shown>; allowed is ..." and changes nothing. `shown`
 * is what the operator wrote, NULL: the text in quotes; secrets are not shown. */
bool config_layer_set(struct config_layer *layer, const struct setting *setting, const char *text, const char *shown,
					  const char *where, struct problem *why);

/* The refusal alone; false. */
bool config_layer_refuse(const struct setting *setting, const char *shown, const char *allowed, const char *where,
						 struct problem *why);

struct config_values {
	struct config_layer *layer[CONFIG_SOURCES]; /* later beats earlier */
};

/* The layer that decides about a setting, of those up to `most`. */
enum config_source config_values_source(const struct config_values *values, enum setting_id id,
										enum config_source most);

/* What is in force, and where it comes from. */
const char *config_values_text(const struct config_values *values, enum setting_id id);
const char *config_values_place(const struct config_values *values, enum setting_id id);

#endif
