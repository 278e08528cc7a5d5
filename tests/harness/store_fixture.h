/* store_fixture.h - a test object: a store with everything around it (directory or Redis, loop, job threads, batch, a
 * claimed fence), and words to use it in one line. Functions that answer nothing fail the cmocka test with what they saw. */
#ifndef ARGENTUM_HARNESS_STORE_FIXTURE_H
#define ARGENTUM_HARNESS_STORE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/store/store.h"
#include "tests/harness/redis_server.h"

enum { FIXTURE_DEADLINE_MS = 20000 };

struct store_fixture {
	struct store_options options;
	char directory[64]; /* of the embedded store; "" = none */
	struct loop *loop;
	struct jobs *jobs;   /* NULL = none */
	struct store *store; /* a writer */
	struct store_batch *batch;
	struct store_fence fence;
	struct problem why; /* of the last request */
};

/* A new directory for the embedded store, with options for it. */
void store_fixture_embedded(struct store_fixture *f, unsigned map_mb);

/* Options for a server that was started by the caller: its port, or its socket. Time-outs are short: 500 ms. */
void store_fixture_redis(struct store_fixture *f, const struct redis_server *server, bool by_socket);

/* Makes loop, jobs (threads = 0: none), batch and the store; claims it for a boot id made of `boot`. */
void store_fixture_open(struct store_fixture *f, unsigned threads, uint8_t boot);
void store_fixture_close(struct store_fixture *f); /* and removes the directory */

/* Closes the store and makes it again, without claiming. */
void store_fixture_reopen(struct store_fixture *f);

/* Turns the loop until *done, or fails the test after FIXTURE_DEADLINE_MS. */
void fixture_turn_until(struct store_fixture *f, const bool *done);

/* Asynchronous requests, waited for by turning the loop. */
enum store_result fixture_claim(struct store_fixture *f, struct store_fence *fence);
enum store_result fixture_commit_as(struct store_fixture *f, const struct store_fence *fence);
enum store_result fixture_commit(struct store_fixture *f); /* the next cut; clears the batch when it is done */

/* Claims or commits again and again while the answer is STORE_AWAY. */
enum store_result fixture_commit_until_there(struct store_fixture *f);

/* Commits the batch and fails the test if that is not done. */
void fixture_must_commit(struct store_fixture *f);

/* Reads a bundle; with STORE_DONE the caller destroys the reply. */
enum store_result fixture_read(struct store_fixture *f, const struct store_query *queries, unsigned count,
							   struct store_reply **reply);
enum store_result fixture_read_one(struct store_fixture *f, enum store_question question, const char *key,
								   struct store_reply **reply);

/* What a key holds, compared; NULL = the key (or field) is missing. */
void fixture_expect_string(struct store_fixture *f, const char *key, const char *expected);
void fixture_expect_field(struct store_fixture *f, const char *key, const char *field, const char *expected);

/* An answer, compared; a failure tells the store's reason. */
void fixture_expect(const struct store_fixture *f, enum store_result found, enum store_result expected);

/* The text must contain the part. */
void fixture_expect_text(const char *text, const char *part);

/* A fence of a boot id that consists of this byte. */
struct store_fence fence_of(uint8_t boot);

void directory_remove(const char *path);

#endif
