/* A program for the upgrade tests: it fails whatever it is asked to do, --check included. */
#include <stdio.h>

int main(void)
{
	fputs("argentumd: this build is broken\n", stderr);
	return 1;
}
