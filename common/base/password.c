#include "common/base/password.h"

#include <sodium.h>
#include <string.h>

_Static_assert((int)crypto_pwhash_STRBYTES <= (int)PASSWORD_HASH_MAX, "a hash fits");

bool password_start(struct problem *why)
{
	return sodium_init() >= 0 || problem_set(why, "libsodium cannot be initialised");
}

bool password_hash(const char *password, size_t length, unsigned memory_kib, unsigned passes,
				   char hash[PASSWORD_HASH_MAX])
{
	return crypto_pwhash_str_alg(hash, password, length, passes, (size_t)memory_kib * 1024,
								 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_verify(const char *hash, const char *password, size_t length)
{
	/* The verifier wants the whole buffer, zero behind the text. */
	char padded[crypto_pwhash_STRBYTES] = {0};
	size_t n = strnlen(hash, sizeof padded);
	if (n == 0 || n == sizeof padded)
		return false;
	memcpy(padded, hash, n);
	return crypto_pwhash_str_verify(padded, password, length) == 0;
}

void password_wipe(void *secret, size_t length)
{
	sodium_memzero(secret, length);
}
