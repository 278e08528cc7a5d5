#include "tests/harness/test_certificates.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum { DAY_S = 86400 };

struct pair {
	EVP_PKEY *key;
	X509 *certificate;
};

static bool extension_add(X509 *certificate, X509 *issuer, int kind, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	bool good = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

/* issuer NULL: signs itself, as a CA. */
static bool pair_make(struct pair *pair, const char *name, const char *alternative, long serial,
					  const struct pair *issuer)
{
	pair->key = EVP_EC_gen("P-256");
	pair->certificate = X509_new();
	if (pair->key == NULL || pair->certificate == NULL)
		return false;
	X509 *c = pair->certificate;
	X509 *signer = issuer != NULL ? issuer->certificate : c;
	X509_set_version(c, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c), serial);
	X509_gmtime_adj(X509_getm_notBefore(c), -DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(c), 10L * DAY_S);
	X509_set_pubkey(c, pair->key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(c, X509_get_subject_name(signer));
	bool good = extension_add(c, signer, NID_basic_constraints, issuer == NULL ? "critical,CA:TRUE" : "CA:FALSE");
	if (alternative != NULL)
		good = good && extension_add(c, signer, NID_subject_alt_name, alternative);
	return good && X509_sign(c, issuer != NULL ? issuer->key : pair->key, EVP_sha256()) != 0;
}

static void pair_free(struct pair *pair)
{
	EVP_PKEY_free(pair->key);
	X509_free(pair->certificate);
}

static bool pair_write(const struct pair *pair, const char *directory, const char *name)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s.crt", directory, name);
	FILE *file = fopen(path, "w");
	bool good = file != NULL && PEM_write_X509(file, pair->certificate) == 1;
	if (file != NULL)
		good = fclose(file) == 0 && good;
	snprintf(path, sizeof path, "%s/%s.key", directory, name);
	file = good ? fopen(path, "w") : NULL;
	good = file != NULL && PEM_write_PrivateKey(file, pair->key, NULL, NULL, 0, NULL, NULL) == 1;
	if (file != NULL)
		good = fclose(file) == 0 && good;
	return good;
}

bool test_certificates_make(const char *directory, struct problem *why)
{
	struct pair ca = {0}, server = {0}, client = {0}, wrong = {0};
	bool good = pair_make(&ca, "Argentum test CA", NULL, 1, NULL) &&
				pair_make(&server, "Argentum test server", "IP:127.0.0.1,DNS:localhost", 2, &ca) &&
				pair_make(&client, "Argentum test client", NULL, 3, &ca) &&
				pair_make(&wrong, "Argentum test CA", NULL, 1, NULL) && pair_write(&ca, directory, "ca") &&
				pair_write(&server, directory, "server") && pair_write(&client, directory, "client") &&
				pair_write(&wrong, directory, "wrong-ca");
	pair_free(&ca);
	pair_free(&server);
	pair_free(&client);
	pair_free(&wrong);
	return good || problem_set(why, "cannot make certificates in \"%s\": %s", directory,
							   ERR_reason_error_string(ERR_peek_last_error()));
}
