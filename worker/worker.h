/* worker.h - one worker process: what it has, and in which file each part of its work is.
 *
 *   worker.c     birth, the turn of its loop, orderly end
 *   accept.c     new connections
 *   adopt.c      taking over from a dead predecessor; vault_link.c keeps the sockets alive for it
 *   client.c     a connection's life: phases, input, closing
 *   dispatch.c   from a packet to its rule (dispatch.h has the table)
 *   arrival.c    taking over from a former generation of the world; departure.c, passport.c: what is carried over
 *   session.c    login, creation, taking over, coming back: what needs the store and the password check
 *   reader.c     following the rings of its players' maps, copying what they see into their outputs
 *   gather.c     the same for entries that many see, several at once
 *   snapshot.c   everything a player sees, for who arrives or was lapped
 *   output.c     chunks of unsent output, and sending them in whole packets
 *   pace.c       for how long that is gathered first, by how busy the worker is
 *
 * Everything here is private to the process; what outlives it is in the world segment. */
#ifndef ARGENTUM_WORKER_WORKER_H
#define ARGENTUM_WORKER_WORKER_H

#include "common/catalog/catalog.h"
#include "common/config/config.h"
#include "common/loop/jobs.h"
#include "common/loop/loop.h"
#include "common/protocol/charset.h"
#include "common/store/store.h"
#include "common/world/tx.h"
#include "worker/close_reasons.h"
#include "worker/pace.h"
#include "worker/process.h"

struct session;

/* What this process keeps beside a connection of its own. */
struct client {
	/* Together, for they are looked at whenever something is told or sent. */
	struct connection *c;
	struct worker *worker;
	struct client *next_flush; /* in its bucket of the flush wheel */
	struct client *next_urgent;
	uint64_t window_end; /* position of the output up to which the peer had room when the kernel was asked last */
	uint32_t index;      /* of the connection */
	uint32_t in_map;     /* whose list of clients it is in: view_map, 0 = none */
	uint32_t in_map_at;  /* where in that list */
	bool flush_waiting;
	bool urgent;       /* answers to the player's own action: send at the end of this turn */
	bool want_write;   /* the kernel took less than there was */
	bool window_waits; /* the peer has no room for the next packet */

	struct loop_fd *watch;
	struct session *session; /* a login or creation under way, NULL = none */
	uint32_t awaits;         /* whose ring has an entry of its player that was not read yet, 0 = none */
	uint32_t early_bytes; /* of the packet before login that is being dealt with, while they are still in the input */
	bool input_left;      /* whole packets may wait in its input */
	bool input_listed;
	bool undeposited;  /* its deposit waits for the line to the master: until then nothing is read from it */
	bool window_asked; /* keep-alive probes ask whether the peer has room, more often than they do else */
	bool shut;         /* the write side is shut: waiting for the client to close */
	struct client *next_input;
	struct client *next_closing;
	uint64_t close_deadline_ms;
};

/* A client on a map, and the cell he looks from as his cursor has it: whom an entry does not concern is found out without
 * looking at his connection, which is pages away. */
struct viewer {
	struct client *client;
	uint8_t cell_x, cell_y;
};

/* A ring that this worker follows, and its clients there. */
struct follow {
	bool on;
	bool visiting; /* it is being read now */
	uint32_t domain;
	uint64_t position; /* next entry to read */
	struct viewer *viewers;
	uint32_t count, capacity;
	uint32_t awaited;   /* clients whose entry comes in this ring: it is followed for them too */
	uint32_t active_at; /* where in worker.active */
};

/* An entry of a map's ring that is told together with others (gather.h). */
struct gathered {
	struct note note;
	uint64_t position; /* behind it */
	uint32_t from;     /* where its packets are in gather_bytes */
	uint32_t told;     /* so many clients were told it as it is there, and not counted yet (traffic.h) */
};

/* What waits to be said to the master about a socket. */
struct vault_message {
	uint32_t kind; /* enum master_message_kind */
	uint32_t connection, generation;
	int fd;
};

/* A listening socket that this worker serves. */
struct acceptor {
	struct worker *w;
	int fd;
	struct loop_fd *watch;
};

enum {
	FLUSH_WHEEL = 128,
	GATHER_NOTES = 64,
};

/* Making room for a new generation of the world (worker.c). */
enum retirement {
	RETIRE_NOT,
	RETIRE_LOGINS, /* nobody new is accepted; logins under way are finished */
	RETIRE_HALTED, /* no packet and no tick is run any more: waiting until the other workers say so too */
	RETIRE_DONE,   /* everything is still; the passports may be written */
};

struct worker {
	struct process_start start;
	const struct config *config;
	struct world world;
	const struct catalog *catalog;
	struct loop *loop;
	struct jobs *jobs;
	struct store *store;
	struct tx tx;
	struct rng rng;   /* for what is no transaction (dice) */
	unsigned workers; /* how many there are */
	bool stopping;
	bool read_urgently; /* a transaction of ours said what must not wait: the rings are read in this turn */
	bool accept_waits;  /* newcomers are not let in yet: not all have come along */
	bool making_way;    /* for a successor in the same world: no login begins any more */
	enum retirement retirement;
	uint32_t coming;        /* sessions of those who come back and are not in the world yet: as in our process slot */
	uint64_t retirement_ms; /* when this step of it began */
	uint64_t hold_until_ms; /* until all are back, but no longer, what players say and do waits; 0 = it does not */
	uint64_t leaving_since_ms; /* when the players were made to leave; 0 = not yet */
	int exit;                  /* enum process_exit */
	int signals;               /* signalfd */
	struct loop_fd *master_watch;
	uint64_t paranoid_told;
	struct black_box predecessor; /* what the former process in this slot was doing last */

	struct acceptor acceptors[WORKERS_MAX];
	struct client *clients; /* [limits.connections + 1]; .c == NULL: not ours */
	uint32_t clients_open;
	uint32_t sessions_open;    /* logins, creations and returns under way */
	uint32_t connection_hint;  /* where to look for a free connection */
	enum charset charset;      /* of newcomers */
	struct client **by_player; /* [limits.players + 1]: our client that plays it */

	struct follow *follows;  /* [realm_domain + 1] */
	uint32_t *active;        /* domains followed */
	struct pace pace;        /* for how long output is gathered */
	uint64_t turn_ms;        /* of the loop */
	bool late;               /* what is read in this turn may have been waiting for long */
	uint64_t read_ms;        /* when there was last something in the rings */
	struct client *entering; /* whose entry to a map is being dealt with */
	uint8_t *note_bytes;     /* packets of the entry being read */
	struct gathered gathered[GATHER_NOTES];
	uint8_t *gather_bytes; /* their packets, and room for another entry */
	uint32_t gather_used, gather_count;
	uint8_t *gather_share;     /* what one client gets of them */
	struct client **concerned; /* those who may get some */
	struct client **due;       /* whose output is sent now */
	uint8_t *burst;            /* snapshots are encoded here */
	size_t burst_capacity;
	uint8_t *recoded; /* output in another charset */

	uint32_t *free_chunks; /* stack of chunk indices of our share */
	uint32_t active_count, free_chunk_count;
	uint8_t *send_buffer;

	struct vault_message *vault_waiting; /* a ring */
	uint32_t vault_first, vault_count, vault_capacity;

	uint32_t flush_waiting;
	struct client *urgent_first;
	struct client *flush_wheel[FLUSH_WHEEL];
	uint64_t flush_done_ms;     /* buckets up to this time were flushed */
	struct client *input_first; /* clients with input left */
	struct client *closing_first;
	struct session *waiting_sessions; /* those that wait for a time */
	struct loop_timer *waiting_timer;
};

/* Runs a transaction of this worker: with the time of this turn, real and monotonic. */
enum tx_verdict worker_transaction(struct worker *w, const uint32_t *domains, unsigned count, tx_fn *fn, void *context);

/* The time of this turn. */
static inline uint64_t worker_now_ms(const struct worker *w)
{
	return loop_now_ms(w->loop);
}

#endif
