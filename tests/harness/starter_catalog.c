#include "tests/harness/starter_catalog.h"

#include <stdio.h>
#include <stdlib.h>

const struct catalog *starter_catalog(void)
{
	static const struct catalog *catalog;
	if (catalog == NULL) {
		char root[300];
		const char *build = getenv("ARGENTUM_BUILD");
		struct problem why;
		snprintf(root, sizeof root, "%s/world", build != NULL ? build : "build");
		int fd = catalog_build(root, NULL, &why);
		catalog = fd >= 0 ? catalog_attach(fd, &why) : NULL;
		if (catalog == NULL) {
			fprintf(stderr, "no compiled world (make world): %s\n", why.text);
			abort();
		}
	}
	return catalog;
}
