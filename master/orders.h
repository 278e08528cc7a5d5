/* orders.h - what argentumctl may ask of the running master: one table of verbs. */
#ifndef ARGENTUM_MASTER_ORDERS_H
#define ARGENTUM_MASTER_ORDERS_H

#include "master/control.h"

/* A control_fn; the context is the struct master. */
void orders_answer(void *context, const struct control_request *request, struct cJSON *reply);

#endif
