/* A program for the upgrade tests: the shipped one, but its world looks as if it had another layout. */
#include "common/world/layout.h"
#include "master/program.h"

int main(int argc, char **argv)
{
	world_fingerprint_salt = 1;
	return program_main(argc, argv);
}
