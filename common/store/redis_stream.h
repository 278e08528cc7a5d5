/* redis_stream.h - a non-blocking stream of bytes: TCP, Unix socket, or TLS over TCP.
 *
 * It belongs to one thread and knows nothing of Redis or of the event loop: its owner watches `fd`, calls
 * redis_stream_advance until the stream is ready, then reads and writes. Never raises SIGPIPE. */
#ifndef ARGENTUM_STORE_REDIS_STREAM_H
#define ARGENTUM_STORE_REDIS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "common/base/problem.h"

struct ssl_st;
struct redis_tls; /* what is trusted and who we are; may serve many streams */

/* ca: file, "" = the system's; cert and key: files, both or none; host: the name or address that the certificate must
 * carry. NULL with a text that names the file. */
struct redis_tls *redis_tls_create(const char *ca, const char *cert, const char *key, bool verify, const char *host,
								   struct problem *why);
void redis_tls_destroy(struct redis_tls **tls);

enum stream_state { STREAM_FAILED, STREAM_WAITING, STREAM_READY };

struct redis_stream {
	int fd; /* -1 = closed */
	bool connected;
	bool shaken;          /* the TLS handshake is done, or not needed */
	bool wants_write;     /* TLS must write before it can go on */
	bool certificate_bad; /* why it failed: the server's certificate, or ours */
	struct ssl_st *ssl;   /* NULL = plain */
};

/* Begins to connect. tls may be NULL. On false nothing is open. The struct must stay where it is until it is closed. */
bool redis_stream_open(struct redis_stream *stream, const struct sockaddr *address, socklen_t length,
					   struct redis_tls *tls, struct problem *why);
void redis_stream_close(struct redis_stream *stream);

/* Called when the descriptor has an event, until it answers READY. */
enum stream_state redis_stream_advance(struct redis_stream *stream, struct problem *why);

/* Bytes moved, 0 = not now, -1 = closed or failed, with a text. */
long redis_stream_read(struct redis_stream *stream, void *bytes, size_t size, struct problem *why);
long redis_stream_write(struct redis_stream *stream, const void *bytes, size_t size, struct problem *why);

#endif
