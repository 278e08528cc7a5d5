/* close_reasons.h - each way a connection can end: one row, from which come the enum, the log and the counters.
 *
 * CLOSE(NAME, is_fault, said to the operator). is_fault: 1 = the client did something no client should. */
#ifndef ARGENTUM_WORKER_CLOSE_REASONS_H
#define ARGENTUM_WORKER_CLOSE_REASONS_H

#define CLOSE_REASONS(CLOSE)                                                                                           \
	CLOSE(NONE, 0, "open")                                                                                             \
	CLOSE(CLIENT_LEFT, 0, "the client closed the connection")                                                          \
	CLOSE(CONNECTION_LOST, 0, "the connection broke")                                                                  \
	CLOSE(LOGGED_OUT, 0, "the player left the game")                                                                   \
	CLOSE(LOGIN_REFUSED, 0, "the login was refused")                                                                   \
	CLOSE(TAKEN_OVER, 0, "the same character logged in from elsewhere")                                                \
	CLOSE(IDLE, 0, "nothing was done for too long")                                                                    \
	CLOSE(LOGIN_SILENCE, 0, "connected but did not log in in time")                                                    \
	CLOSE(SERVER_STOPPING, 0, "the server is stopping")                                                                \
	CLOSE(SERVER_FULL, 0, "no room for more connections")                                                              \
	CLOSE(TOO_MANY_FROM_ADDRESS, 1, "too many connections from this address")                                          \
	CLOSE(TOO_FAST_FROM_ADDRESS, 1, "connections of this address follow each other too fast")                          \
	CLOSE(UNKNOWN_PACKET, 1, "a packet id that no client has")                                                         \
	CLOSE(MALFORMED, 1, "a packet that no client sends")                                                               \
	CLOSE(TOO_LONG, 1, "a packet longer than the input buffer")                                                        \
	CLOSE(OUT_OF_TURN, 1, "a packet that is not allowed in this phase")                                                \
	CLOSE(TLS_HELLO, 1, "a TLS greeting on a port without TLS")                                                        \
	CLOSE(SLOW_READER, 1, "the client does not read; its output is full")                                              \
	CLOSE(OUTPUT_POOL, 0, "this worker's output memory is used up")                                                    \
	CLOSE(SPEED_HACK, 1, "steps faster than anybody can walk, twice")                                                  \
	CLOSE(KICKED, 0, "the staff threw the player out")                                                                 \
	CLOSE(BLAMED, 1, "a packet of this player killed a worker")                                                        \
	CLOSE(LEFT_BEHIND, 0, "was being closed already when the world was made anew")                                     \
	CLOSE(INTERNAL, 0, "the server could not go on with this connection")

enum close_reason {
#define CLOSE(name, is_fault, text) CLOSE_##name,
	CLOSE_REASONS(CLOSE)
#undef CLOSE
		CLOSE_REASON_COUNT
};

const char *close_reason_text(enum close_reason reason);
int close_reason_is_fault(enum close_reason reason);

#endif
