/* test_certificates.h - certificates made for one run of a test: nothing secret lies in the repository, nothing expires. */
#ifndef ARGENTUM_HARNESS_TEST_CERTIFICATES_H
#define ARGENTUM_HARNESS_TEST_CERTIFICATES_H

#include <stdbool.h>

#include "common/base/problem.h"

/* Writes into the directory, as PEM: ca.crt; server.crt and server.key, signed by it, for 127.0.0.1 and localhost;
 * client.crt and client.key, signed by it; wrong-ca.crt, another CA of the same name, which signed nothing. */
bool test_certificates_make(const char *directory, struct problem *why);

#endif
