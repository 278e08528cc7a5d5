/* password.h - passwords, hashed with Argon2id (libsodium). Slow on purpose: for job threads, never for a loop.
 *
 * Hashes are PHC texts ("$argon2id$v=19$m=...,t=...,p=...$salt$hash"), so those of other servers verify too. */
#ifndef ARGENTUM_BASE_PASSWORD_H
#define ARGENTUM_BASE_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/problem.h"

enum { PASSWORD_HASH_MAX = 160 }; /* bytes with the terminator */

/* Once per process, before threads. */
bool password_start(struct problem *why);

/* memory_kib and passes: the cost. false when there is no memory for it. */
bool password_hash(const char *password, size_t length, unsigned memory_kib, unsigned passes,
				   char hash[PASSWORD_HASH_MAX]);

bool password_verify(const char *hash, const char *password, size_t length);

/* Forgets a secret for good. */
void password_wipe(void *secret, size_t length);

#endif
