/* audit_report.h - what the keeper's last audits found (struct audit_report), as JSON for whoever asks the master. */
#ifndef ARGENTUM_MASTER_AUDIT_REPORT_H
#define ARGENTUM_MASTER_AUDIT_REPORT_H

#include "common/world/world.h"

struct cJSON;

/* The number of the last request that was answered; 0 = none was. */
uint32_t audit_report_answered(const struct world *world);

/* Adds a whole report, REPORT_LAST or REPORT_ASKED. While the keeper is just writing it, or died while it did, "number" and "request" are 0 and nothing
 * else is there: ask again. */
void audit_report_add(struct cJSON *object, const struct world *world, unsigned which);

#endif
