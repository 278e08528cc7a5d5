/* ground_parts.h - what ground_record.c (writing) and ground_plan.c (reading) share; for them only. */
#ifndef ARGENTUM_WORKER_GROUND_PARTS_H
#define ARGENTUM_WORKER_GROUND_PARTS_H

#include "worker/ground_record.h"

bool ground_item_is_door(const struct catalog *catalog, unsigned item);

/* Doors, and what can not be picked up: it belongs to the map and does not give way to what is laid down. */
bool ground_item_is_furniture(const struct catalog *catalog, unsigned item);

/* argentumd:ground_left as the plan has it, or its deletion. false: out of memory. */
bool ground_plan_left_write(const struct ground_plan *plan, struct store_batch *batch);

#endif
