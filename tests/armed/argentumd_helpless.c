/* A program for the upgrade tests: it passes its check, but cannot read what it is handed when it shall take over. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "master/image.h"
#include "master/program.h"

/* The record is there, but what it reads instead is nothing. */
int main(int argc, char **argv)
{
	const char *handed = getenv(IMAGE_HANDOVER);
	int record, image;
	if (handed != NULL && sscanf(handed, "%d:%d", &record, &image) == 2) {
		char variable[80];
		struct problem why;
		image_remember(argv);
		unsetenv(IMAGE_HANDOVER);
		snprintf(variable, sizeof variable, IMAGE_HANDOVER "=%d:%d:it does not know what to do with it", record, image);
		image_exec_fd(image, variable, &why);
		return 1;
	}
	return program_main(argc, argv);
}
