/* test_army.c - would the army of the bench notice that a server is wrong? A child plays the server and says what it is told
 * to; and the army's histogram, and the places where its bots begin. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/text/texts.h"
#include "tests/bench/army.h"
#include "tests/bench/posts.h"
#include "tests/bench/reference.h"
#include "tests/harness/little_catalog.h"
#include "worker/game/area.h"

enum { PATIENCE_S = 20, SELF = 7, OTHER = 8, STRANGER = 9, OUTPUT_BYTES = 4096 };

struct fixture {
	const struct catalog *catalog;
	struct army *army;
	pid_t child;
	uint8_t bytes[OUTPUT_BYTES]; /* what the server says */
	struct packet_writer says;
};

static int setup(void **state)
{
	struct problem why;
	static struct fixture fixture; /* of the one test that runs */
	struct fixture *f = &fixture;
	*f = (struct fixture){.child = 0};
	*state = f;
	assert_true(text_catalog_load(NULL, &why));
	int fd = little_catalog_build();
	f->catalog = catalog_attach(fd, &why);
	close(fd);
	packet_writer_start(&f->says, f->bytes, sizeof f->bytes, DIALECT_GODOT);
	PUT(&f->says, LOGGED, .class = CLASS_WARRIOR);
	PUT(&f->says, USER_CHAR_INDEX_IN_SERVER, .char_index = SELF);
	PUT(&f->says, CHANGE_MAP, .map = LAND_MEADOW);
	PUT(&f->says, CHARACTER_CREATE, .char_index = SELF, .heading = HEADING_EAST, .x = 50, .y = 50);
	PUT(&f->says, CHARACTER_CREATE, .char_index = OTHER, .heading = HEADING_EAST, .x = 52, .y = 50);
	assert_false(f->says.failed);
	return f->catalog != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	army_destroy(&f->army);
	if (f->child > 0) {
		kill(f->child, SIGKILL);
		waitpid(f->child, NULL, 0);
	}
	catalog_detach(&f->catalog);
	return 0;
}

/* In the child: says it in two pieces, `first` bytes and, when somebody spoke again, the rest; closes when `closes`. */
static void server_play(const struct fixture *f, int listener, size_t first, bool closes)
{
	uint8_t heard[256];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int fd = accept(listener, NULL, NULL);
	ssize_t n = recv(fd, heard, sizeof heard, 0);
	if (send(fd, f->bytes, first, MSG_NOSIGNAL) < 0)
		_exit(1);
	if (first < f->says.length)
		n = recv(fd, heard, sizeof heard, 0); /* the bot's ping */
	if (n > 0 && first < f->says.length && send(fd, f->bytes + first, f->says.length - first, MSG_NOSIGNAL) < 0)
		_exit(1);
	if (!closes)
		pause(); /* until it is killed */
	_exit(0);
}

/* One bot comes in; then he plays until `done` counts something, or the test fails. */
static void army_meets(struct fixture *f, size_t first, bool closes)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0 && bind(listener, (const struct sockaddr *)&at, sizeof at) == 0 &&
				listen(listener, 1) == 0 && getsockname(listener, (struct sockaddr *)&at, &size) == 0);
	f->child = fork();
	assert_true(f->child >= 0);
	if (f->child == 0)
		server_play(f, listener, first, closes);
	close(listener);
	f->army = army_create(&(struct army_options){
		.catalog = f->catalog, .port = ntohs(at.sin_port), .bots = 1, .pace.ping_ms = 5, .seed = 1});
	assert_true(army_enter(f->army, PATIENCE_S));
}

#define play_until(f, condition)                                                                                       \
	do {                                                                                                               \
		uint64_t until_ = clock_mono_ms() + (uint64_t)PATIENCE_S * 1000;                                               \
		while (!(condition) && clock_mono_ms() < until_)                                                               \
			army_play((f)->army, 0.01);                                                                                \
		assert_true(condition);                                                                                        \
	} while (0)

static void a_server_that_is_right_is_not_blamed(void **state)
{
	struct fixture *f = *state;
	PUT(&f->says, CHARACTER_MOVE, .char_index = OTHER, .x = 53, .y = 50);
	PUT(&f->says, CHARACTER_REMOVE, .char_index = OTHER);
	PUT(&f->says, POS_UPDATE, .x = 50, .y = 50);
	army_meets(f, f->says.length, false);
	army_play(f->army, 0.01);
	assert_true(f->army->faults.desyncs == 0 && f->army->faults.protocol_errors == 0);
	assert_string_equal(f->army->faults.first_text, "");
	assert_true(f->army->bot[0].seen_count == 0 && f->army->bot[0].x == 50);
}

static void every_desync_is_counted(void **state)
{
	struct fixture *f = *state;
	PUT(&f->says, CHARACTER_MOVE, .char_index = STRANGER, .x = 53, .y = 50);
	PUT(&f->says, CHARACTER_MOVE, .char_index = OTHER, .x = 54, .y = 50);
	PUT(&f->says, CHARACTER_MOVE, .char_index = SELF, .x = 51, .y = 50); /* his own, and of somebody not in view */
	PUT(&f->says, CHARACTER_REMOVE, .char_index = SELF);
	PUT(&f->says, PONG);
	army_meets(f, f->says.length, false);
	play_until(f, f->army->faults.desyncs == 6);
	assert_non_null(strstr(f->army->faults.first_text, "a step of somebody unknown"));
}

static void a_step_back_is_a_correction_and_no_desync(void **state)
{
	struct fixture *f = *state;
	PUT(&f->says, POS_UPDATE, .x = 49, .y = 50);
	army_meets(f, f->says.length, false);
	play_until(f, f->army->figures.corrections == 1);
	assert_true(f->army->faults.desyncs == 0 && f->army->bot[0].x == 49);
}

static void bytes_that_are_no_packet_end_the_connection_as_a_protocol_error(void **state)
{
	struct fixture *f = *state;
	f->bytes[f->says.length++] = 250;
	army_meets(f, f->says.length - 1, false);
	play_until(f, f->army->faults.lost[LOSS_ERROR] == 1);
	assert_int_equal(f->army->faults.protocol_errors, 1);
	assert_int_equal(f->army->playing, 0);
}

static void a_packet_that_is_cut_is_counted_and_put_together(void **state)
{
	struct fixture *f = *state;
	PUT(&f->says, CHARACTER_MOVE, .char_index = OTHER, .x = 53, .y = 50);
	army_meets(f, f->says.length - 2, false);
	play_until(f, f->army->faults.cut_packets == 1 && f->army->bot[0].rest_length == 0);
	assert_true(f->army->faults.desyncs == 0 && f->army->faults.protocol_errors == 0);
	assert_true(army_bot_sees_somebody_on(&f->army->bot[0], 53, 50));
}

static void a_connection_that_the_server_closes_is_counted_by_its_reason(void **state)
{
	struct fixture *f = *state;
	PUT(&f->says, ERROR_MSG, .text = TEXT("se acabo"));
	army_meets(f, f->says.length - 11, true);
	play_until(f, f->army->playing == 0);
	assert_int_equal(f->army->faults.lost[LOSS_TOLD], 1);
	assert_non_null(strstr(f->army->faults.first_text, "se acabo"));
}

/* As if the server said this to the first bot. */
static void server_says(struct fixture *f, const struct packet_writer *says)
{
	int ends[2];
	assert_false(says->failed);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	dup2(ends[0], f->army->bot[0].fd);
	assert_int_equal(write(ends[1], says->data, says->length), says->length);
	army_bot_receive(f->army, &f->army->bot[0]);
	close(ends[0]);
	close(ends[1]);
}

static void to_and_fro_each_step_is_the_one_that_was_not_seen_yet(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[64];
	struct packet_writer says;
	army_meets(f, f->says.length, false);
	struct army_bot *mover = &f->army->bot[0]; /* he is the other too: what he stepped is known by his number */
	f->army->owner[OTHER] = 1;
	for (unsigned i = 0; i < 3; i++)
		mover->step[mover->steps++ % STEPS_KEPT] = (struct step){
			.ns = clock_mono_ns() - (60 - i * 20) * UINT64_C(1000000000), .x = i % 2 == 0 ? 53 : 52, .y = 50};
	packet_writer_start(&says, bytes, sizeof bytes, DIALECT_GODOT);
	PUT(&says, CHARACTER_MOVE, .char_index = OTHER, .x = 53, .y = 50);
	server_says(f, &says);
	assert_int_equal(f->army->figures.step.count, 1);
	assert_true(latency_max_ms(&f->army->figures.step) >= 60000);
	packet_writer_start(&says, bytes, sizeof bytes, DIALECT_GODOT);
	PUT(&says, CHARACTER_MOVE, .char_index = OTHER, .x = 52, .y = 50);
	PUT(&says, CHARACTER_MOVE, .char_index = OTHER, .x = 53, .y = 50);
	PUT(&says, CHARACTER_MOVE, .char_index = OTHER, .x = 52, .y = 50); /* pushed */
	server_says(f, &says);
	assert_int_equal(f->army->figures.deliveries, 4);
	assert_int_equal(f->army->figures.step.count, 3);
	const struct latency two = f->army->figures.step;
	assert_in_range(latency_ms(&two, 0.3), 20000, 39000);
	assert_in_range(latency_ms(&two, 0.6), 40000, 59000);
	assert_int_equal(f->army->faults.desyncs, 0);
}

static void whoever_comes_and_goes_is_found_as_long_as_he_is_there(void **state)
{
	enum { MANY = 300 };
	struct fixture *f = *state;
	static uint8_t bytes[MANY * 64];
	struct packet_writer says;
	army_meets(f, f->says.length, false);
	packet_writer_start(&says, bytes, sizeof bytes, DIALECT_GODOT);
	for (int i = 1; i <= MANY; i++)
		PUT(&says, CHARACTER_CREATE, .char_index = i * 100, .heading = HEADING_EAST, .x = 1 + i % 99, .y = 1 + i / 99);
	for (int i = 1; i <= MANY; i += 2)
		PUT(&says, CHARACTER_REMOVE, .char_index = i * 100);
	for (int i = 2; i <= MANY; i += 2)
		PUT(&says, CHARACTER_MOVE, .char_index = i * 100, .x = 1 + i % 99, .y = 2 + i / 99);
	server_says(f, &says);
	assert_int_equal(f->army->bot[0].seen_count, MANY / 2 + 1); /* and the one of the beginning */
	assert_int_equal(f->army->faults.desyncs, 0);
}

static void the_reference_shows_each_step_to_so_many_observers(void **state)
{
	enum { SOCKETS = 12, OBSERVERS = 5 };
	struct fixture *f = *state;
	for (unsigned mode = 0; mode < 4; mode++) {
		struct reference reference;
		reference_start(&reference, &(struct reference_options){.sockets = SOCKETS,
																.observers = OBSERVERS,
																.processes = 1 + mode % 2,
																.flush_ms = mode < 2 ? 0 : 20});
		f->army = army_create(
			&(struct army_options){.port = reference.port, .bots = SOCKETS, .pace.step_ms = 20, .pace.ping_ms = 20});
		assert_true(army_enter(f->army, PATIENCE_S));
		play_until(f, f->army->figures.steps > 50 && f->army->figures.ping.count > 10);
		f->army->options.pace.step_ms = 0; /* the last steps arrive */
		play_until(f, f->army->figures.deliveries >= f->army->figures.steps * OBSERVERS);
		assert_int_equal(f->army->figures.deliveries, f->army->figures.steps * OBSERVERS);
		assert_int_equal(f->army->figures.step.count, f->army->figures.deliveries);
		assert_string_equal(f->army->faults.first_text, "");
		army_destroy(&f->army);
		reference_stop(&reference);
	}
}

static void percentiles_are_at_most_three_percent_too_high(void **state)
{
	static struct latency latency;
	(void)state;
	for (unsigned us = 1; us <= 100000; us++)
		latency_add(&latency, us);
	const double shares[] = {0.5, 0.95, 0.99};
	for (unsigned i = 0; i < 3; i++) {
		double exact_ms = shares[i] * 100, found_ms = latency_ms(&latency, shares[i]);
		if (found_ms < exact_ms || found_ms > exact_ms * 1.04)
			fail_msg("%.0f %%: %.3f ms instead of %.3f", shares[i] * 100, found_ms, exact_ms);
	}
	assert_true(latency_max_ms(&latency) == 100 && latency_ms(&latency, 1) == 100);
}

static void pacers_stand_apart_and_see_only_their_group(void **state)
{
	enum { SIZE = 20, MOST = 200 };
	struct fixture *f = *state;
	static struct post posts[MOST];
	unsigned count = posts_groups(f->catalog, SIZE, posts, MOST);
	assert_true(count >= 2 * SIZE && count % SIZE == 0);
	for (unsigned i = 0; i < count; i++) {
		const struct place *a = &posts[i].at;
		assert_int_equal(area_cell(a->x), area_cell(a->x + 1U)); /* to and fro within one cell */
		for (unsigned j = 0; j < i; j++) {
			const struct place *b = &posts[j].at;
			bool sees = a->map == b->map && area_tile_seen(area_cell(a->x), area_cell(a->y), b->x, b->y);
			assert_int_equal(sees, i / SIZE == j / SIZE);
			assert_false(a->map == b->map && a->y == b->y && abs(a->x - b->x) < 2);
		}
	}
}

int main(void)
{
#define WITH_ARMY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_ARMY(a_server_that_is_right_is_not_blamed),
		WITH_ARMY(every_desync_is_counted),
		WITH_ARMY(a_step_back_is_a_correction_and_no_desync),
		WITH_ARMY(bytes_that_are_no_packet_end_the_connection_as_a_protocol_error),
		WITH_ARMY(a_packet_that_is_cut_is_counted_and_put_together),
		WITH_ARMY(a_connection_that_the_server_closes_is_counted_by_its_reason),
		WITH_ARMY(to_and_fro_each_step_is_the_one_that_was_not_seen_yet),
		WITH_ARMY(whoever_comes_and_goes_is_found_as_long_as_he_is_there),
		WITH_ARMY(the_reference_shows_each_step_to_so_many_observers),
		cmocka_unit_test(percentiles_are_at_most_three_percent_too_high),
		WITH_ARMY(pacers_stand_apart_and_see_only_their_group),
	};
	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
