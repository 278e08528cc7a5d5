/* service_manager.h - a test object: as much of systemd as the server speaks to. A thread of its own receives what is sent
 * to $NOTIFY_SOCKET and keeps descriptors by name (FDSTORE=1, FDSTOREREMOVE=1, FDNAME=); the next start gets them by
 * $LISTEN_FDS and $LISTEN_FDNAMES. */
#ifndef ARGENTUM_HARNESS_SERVICE_MANAGER_H
#define ARGENTUM_HARNESS_SERVICE_MANAGER_H

#include <stdbool.h>

enum { SERVICE_MANAGER_FDS = 600 };

struct service_manager;

struct service_manager *service_manager_start(void);
void service_manager_stop(struct service_manager **manager); /* closes all that it keeps */

const char *service_manager_socket(const struct service_manager *manager);

/* How many descriptors it keeps whose name begins so. */
unsigned service_manager_count(struct service_manager *manager, const char *prefix);

/* Something that no server understands is among what the next one gets. */
void service_manager_plant(struct service_manager *manager, const char *name, int fd);
void service_manager_forget(struct service_manager *manager, const char *name);

/* What a start is given: a copy, since the program is started by a fork. */
struct service_manager_gift {
	unsigned count;
	int fd[SERVICE_MANAGER_FDS];
	char names[SERVICE_MANAGER_FDS * 32];
};
void service_manager_prepare(struct service_manager *manager, struct service_manager_gift *gift);

/* In the child, right before exec: descriptors to their places, variables into the environment. */
void service_manager_give(const struct service_manager *manager, const struct service_manager_gift *gift);

#endif
