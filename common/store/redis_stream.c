#include "common/store/redis_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- TLS: what is trusted --- */

struct redis_tls {
	SSL_CTX *context;
	BIO_METHOD *socket; /* a socket BIO whose writes do not raise SIGPIPE */
	bool verify;
	char host[256];
	bool host_is_address;
};

/* OpenSSL's own word for what went wrong last; empties its queue. */
static const char *tls_reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
	ERR_clear_error();
	return reason != NULL ? reason : "no reason given";
}

static int bio_write(BIO *bio, const char *bytes, int length)
{
	BIO_clear_retry_flags(bio);
	const struct redis_stream *stream = BIO_get_data(bio);
	ssize_t sent = send(stream->fd, bytes, (size_t)length, MSG_NOSIGNAL);
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	return (int)sent;
}

static int bio_read(BIO *bio, char *bytes, int size)
{
	BIO_clear_retry_flags(bio);
	const struct redis_stream *stream = BIO_get_data(bio);
	ssize_t got = recv(stream->fd, bytes, (size_t)size, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	return (int)got;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static bool certificates_load(SSL_CTX *context, const char *ca, const char *cert, const char *key, bool verify,
							  struct problem *why)
{
	if (*ca != '\0' && SSL_CTX_load_verify_locations(context, ca, NULL) != 1)
		return problem_set(why, "redis TLS: cannot load the CA certificates from \"%s\": %s", ca, tls_reason());
	if (*ca == '\0' && verify && SSL_CTX_set_default_verify_paths(context) != 1)
		return problem_set(why, "redis TLS: cannot load the system's CA certificates: %s", tls_reason());
	if ((*cert == '\0') != (*key == '\0'))
		return problem_set(why, "redis TLS: a client certificate and its key are needed together; only the %s is given",
						   *cert == '\0' ? "key" : "certificate");
	if (*cert == '\0')
		return true;
	if (SSL_CTX_use_certificate_chain_file(context, cert) != 1)
		return problem_set(why, "redis TLS: cannot load the client certificate from \"%s\": %s", cert, tls_reason());
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1)
		return problem_set(why, "redis TLS: cannot use the client key from \"%s\": %s", key, tls_reason());
	return true;
}

struct redis_tls *redis_tls_create(const char *ca, const char *cert, const char *key, bool verify, const char *host,
								   struct problem *why)
{
	struct redis_tls *tls = calloc(1, sizeof *tls);
	if (tls == NULL) {
		problem_set(why, "redis TLS: out of memory");
		return NULL;
	}
	ERR_clear_error();
	tls->context = SSL_CTX_new(TLS_client_method());
	tls->socket = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
	if (tls->context == NULL || tls->socket == NULL) {
		problem_set(why, "redis TLS: %s", tls_reason());
		redis_tls_destroy(&tls);
		return NULL;
	}
	BIO_meth_set_write(tls->socket, bio_write);
	BIO_meth_set_read(tls->socket, bio_read);
	BIO_meth_set_ctrl(tls->socket, bio_control);
	BIO_meth_set_create(tls->socket, bio_create);
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(tls->context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	tls->verify = verify;
	snprintf(tls->host, sizeof tls->host, "%s", host);
	struct in6_addr ignored;
	tls->host_is_address = inet_pton(AF_INET, host, &ignored) == 1 || inet_pton(AF_INET6, host, &ignored) == 1;
	if (!certificates_load(tls->context, ca, cert, key, verify, why))
		redis_tls_destroy(&tls);
	return tls;
}

void redis_tls_destroy(struct redis_tls **tls)
{
	if (*tls == NULL)
		return;
	SSL_CTX_free((*tls)->context);
	BIO_meth_free((*tls)->socket);
	free(*tls);
	*tls = NULL;
}

static bool tls_begin(struct redis_stream *stream, struct redis_tls *tls, struct problem *why)
{
	ERR_clear_error();
	stream->ssl = SSL_new(tls->context);
	BIO *bio = BIO_new(tls->socket);
	if (stream->ssl == NULL || bio == NULL) {
		BIO_free(bio);
		return problem_set(why, "TLS: %s", tls_reason());
	}
	BIO_set_data(bio, stream);
	SSL_set_bio(stream->ssl, bio, bio); /* ssl owns it now */
	SSL_set_connect_state(stream->ssl);
	if (tls->host_is_address) {
		if (tls->verify && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream->ssl), tls->host) != 1)
			return problem_set(why, "TLS: %s", tls_reason());
		return true;
	}
	if (SSL_set_tlsext_host_name(stream->ssl, tls->host) != 1 ||
		(tls->verify && SSL_set1_host(stream->ssl, tls->host) != 1))
		return problem_set(why, "TLS: %s", tls_reason());
	return true;
}

/* --- the stream --- */

static void options_set(int fd, int family)
{
	int on = 1;
	if (family == AF_INET || family == AF_INET6) {
		/* Best effort: without them it is slower, or finds a dead peer later. */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	}
}

bool redis_stream_open(struct redis_stream *stream, const struct sockaddr *address, socklen_t length,
					   struct redis_tls *tls, struct problem *why)
{
	*stream = (struct redis_stream){.fd = -1};
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return problem_set(why, "socket: %s", strerror(errno));
	stream->fd = fd;
	options_set(fd, address->sa_family);
	if (connect(fd, address, length) != 0 && errno != EINPROGRESS) {
		problem_set(why, "%s", strerror(errno));
		redis_stream_close(stream);
		return false;
	}
	stream->shaken = tls == NULL;
	if (tls != NULL && !tls_begin(stream, tls, why)) {
		redis_stream_close(stream);
		return false;
	}
	return true;
}

void redis_stream_close(struct redis_stream *stream)
{
	if (stream->ssl != NULL) {
		if (stream->shaken) {
			ERR_clear_error();
			SSL_shutdown(stream->ssl); /* says goodbye if there is room; nobody waits for the answer */
		}
		SSL_free(stream->ssl);
		ERR_clear_error();
	}
	if (stream->fd >= 0)
		close(stream->fd);
	*stream = (struct redis_stream){.fd = -1};
}

/* What an unsuccessful call of OpenSSL means: 0 = not now, -1 = broken, with a text. `saved` is errno after the call. */
static long tls_outcome(struct redis_stream *stream, int result, int saved, struct problem *why)
{
	switch (SSL_get_error(stream->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return 0;
	case SSL_ERROR_WANT_WRITE:
		stream->wants_write = true;
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		problem_set(why, "closed by the server");
		return -1;
	case SSL_ERROR_SYSCALL:
		problem_set(why, "%s", saved != 0 ? strerror(saved) : "closed by the server");
		return -1;
	default:
		problem_set(why, "TLS: %s", tls_reason());
		return -1;
	}
}

static enum stream_state handshake(struct redis_stream *stream, struct problem *why)
{
	ERR_clear_error();
	errno = 0;
	stream->wants_write = false;
	int result = SSL_do_handshake(stream->ssl);
	int saved = errno;
	if (result == 1) {
		stream->shaken = true;
		return STREAM_READY;
	}
	long verified = SSL_get_verify_result(stream->ssl);
	if (tls_outcome(stream, result, saved, why) == 0)
		return STREAM_WAITING;
	if (verified != X509_V_OK && SSL_get_verify_mode(stream->ssl) != SSL_VERIFY_NONE) {
		stream->certificate_bad = true;
		problem_set(why, "TLS: the server's certificate is refused: %s", X509_verify_cert_error_string(verified));
	}
	return STREAM_FAILED;
}

enum stream_state redis_stream_advance(struct redis_stream *stream, struct problem *why)
{
	if (!stream->connected) {
		int error = 0;
		socklen_t size = sizeof error;
		if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
			error = errno;
		if (error != 0) {
			problem_set(why, "%s", strerror(error));
			return STREAM_FAILED;
		}
		stream->connected = true;
	}
	return stream->shaken ? STREAM_READY : handshake(stream, why);
}

long redis_stream_read(struct redis_stream *stream, void *bytes, size_t size, struct problem *why)
{
	if (stream->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		int got = SSL_read(stream->ssl, bytes, size > 1 << 20 ? 1 << 20 : (int)size);
		int saved = errno;
		return got > 0 ? got : tls_outcome(stream, got, saved, why);
	}
	ssize_t got = recv(stream->fd, bytes, size, 0);
	if (got > 0)
		return got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	problem_set(why, "%s", got == 0 ? "closed by the server" : strerror(errno));
	return -1;
}

long redis_stream_write(struct redis_stream *stream, const void *bytes, size_t size, struct problem *why)
{
	if (stream->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		stream->wants_write = false;
		int sent = SSL_write(stream->ssl, bytes, size > 1 << 20 ? 1 << 20 : (int)size);
		int saved = errno;
		return sent > 0 ? sent : tls_outcome(stream, sent, saved, why);
	}
	ssize_t sent = send(stream->fd, bytes, size, MSG_NOSIGNAL);
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	problem_set(why, "%s", strerror(errno));
	return -1;
}
