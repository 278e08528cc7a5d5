/* The listening sockets, and the pid file: who may serve at a place, and that a second server is told so. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "master/listeners.h"
#include "master/pidfile.h"

static uint16_t port_of(int fd)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof at;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	return ntohs(at.sin_port);
}

static int client_connect(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* Waits for a client in any queue and takes it. Returns which listener had it. */
static unsigned client_take(const struct listeners *listeners)
{
	struct pollfd polls[WORKERS_MAX];
	for (unsigned i = 0; i < listeners->count; i++)
		polls[i] = (struct pollfd){.fd = listeners->fd[i], .events = POLLIN};
	assert_int_equal(poll(polls, listeners->count, 10000), 1);
	for (unsigned i = 0; i < listeners->count; i++) {
		if (polls[i].revents != 0) {
			int fd = accept(listeners->fd[i], NULL, NULL);
			assert_true(fd >= 0);
			close(fd);
			return i;
		}
	}
	fail();
	return 0;
}

static void with_port_0_all_listeners_get_the_same_free_port(void **state)
{
	struct listeners listeners;
	struct problem why;
	char expected[LISTENERS_ADDRESS_BYTES];
	(void)state;
	assert_true(listeners_open(&listeners, "127.0.0.1", 0, 4, 16, &why));
	assert_int_equal(listeners.count, 4);
	assert_int_not_equal(listeners.port, 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(port_of(listeners.fd[i]), listeners.port);
	snprintf(expected, sizeof expected, "127.0.0.1:%u", listeners.port);
	assert_string_equal(listeners.address, expected);
	listeners_close(&listeners);
}

static void the_listeners_are_non_blocking_and_are_not_inherited_by_other_programs(void **state)
{
	struct listeners listeners;
	struct problem why;
	(void)state;
	assert_true(listeners_open(&listeners, "127.0.0.1", 0, 2, 16, &why));
	for (unsigned i = 0; i < 2; i++) {
		assert_true((fcntl(listeners.fd[i], F_GETFL) & O_NONBLOCK) != 0);
		assert_true((fcntl(listeners.fd[i], F_GETFD) & FD_CLOEXEC) != 0);
		assert_int_equal(accept(listeners.fd[i], NULL, NULL), -1);
		assert_int_equal(errno, EAGAIN);
	}
	listeners_close(&listeners);
}

/* One after the other; counts which listener had each. */
static void clients_come(const struct listeners *listeners, unsigned count, unsigned *took)
{
	for (unsigned i = 0; i < count; i++) {
		int client = client_connect(listeners->port);
		took[client_take(listeners)]++;
		close(client);
	}
}

static void clients_are_spread_over_the_group(void **state)
{
	enum { CLIENTS = 200 };
	struct listeners listeners;
	struct problem why;
	unsigned took[2] = {0};
	(void)state;
	assert_true(listeners_open(&listeners, "127.0.0.1", 0, 2, 16, &why));
	clients_come(&listeners, CLIENTS, took);
	assert_int_equal(took[0] + took[1], CLIENTS);
	/* by hash: 50 of 200 or fewer on one side has a chance of less than one in a thousand million */
	assert_true(took[0] > 50 && took[1] > 50);
	listeners_close(&listeners);
}

/* From that port of ours; it can be used again at once. Returns which listener had it. */
static unsigned client_visit_from(const struct listeners *listeners, uint16_t port)
{
	const struct linger abrupt = {.l_onoff = 1};
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in at = from;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	at.sin_port = htons(listeners->port);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	unsigned took = client_take(listeners);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
	close(fd);
	return took;
}

static uint16_t free_port(void)
{
	struct listeners other;
	struct problem why;
	assert_true(listeners_open(&other, "127.0.0.1", 0, 1, 1, &why));
	listeners_close(&other);
	return other.port;
}

/* Also when they were fewer workers for a while. */
static void with_a_worker_for_each_listener_a_port_leads_to_the_same_one_every_time(void **state)
{
	enum { VISITS = 30 };
	struct listeners listeners;
	struct problem why;
	uint16_t port = free_port();
	(void)state;
	assert_true(listeners_open(&listeners, "127.0.0.1", 0, 4, 16, &why));
	unsigned took = client_visit_from(&listeners, port);
	for (int round = 0; round < 2; round++) {
		assert_true(listeners_spread(&listeners, 4));
		for (unsigned i = 0; i < VISITS; i++)
			assert_int_equal(client_visit_from(&listeners, port), took);
		assert_true(listeners_spread(&listeners, 1));
	}
	listeners_close(&listeners);
}

static void with_fewer_workers_newcomers_go_evenly_to_the_first_listeners(void **state)
{
	enum { CLIENTS = 200 };
	struct listeners listeners;
	struct problem why;
	unsigned took[4] = {0};
	(void)state;
	assert_true(listeners_open(&listeners, "127.0.0.1", 0, 4, 16, &why));
	assert_false(listeners_spread(&listeners, 0));
	assert_false(listeners_spread(&listeners, 5));
	assert_true(listeners_spread(&listeners, 2));
	clients_come(&listeners, CLIENTS, took);
	assert_int_equal(took[0] + took[1], CLIENTS);
	assert_true(took[0] > 50 && took[1] > 50);
	listeners_close(&listeners);
}

static void a_busy_port_is_told_with_address_port_and_reason(void **state)
{
	struct listeners first, second;
	struct problem why = {.text = ""};
	char place[LISTENERS_ADDRESS_BYTES];
	(void)state;
	/* the same user, and a group that would let us in: still refused */
	assert_true(listeners_open(&first, "127.0.0.1", 0, 2, 16, &why));
	assert_false(listeners_open(&second, "127.0.0.1", first.port, 2, 16, &why));
	assert_int_equal(second.count, 0);
	snprintf(place, sizeof place, "127.0.0.1:%u", first.port);
	assert_non_null(strstr(why.text, place));
	assert_non_null(strstr(why.text, strerror(EADDRINUSE)));
	assert_non_null(strstr(why.text, "errno 98"));
	assert_non_null(strstr(why.text, "another server"));

	/* on all addresses, too */
	assert_false(listeners_open(&second, "0.0.0.0", first.port, 1, 16, &why));
	listeners_close(&first);
	assert_true(listeners_open(&second, "127.0.0.1", first.port, 2, 16, &why));
	listeners_close(&second);
}

static void a_restart_gets_its_port_back_while_old_connections_fade(void **state)
{
	struct listeners listeners;
	struct problem why = {.text = ""};
	(void)state;
	assert_true(listeners_open(&listeners, "127.0.0.1", 0, 1, 16, &why));
	uint16_t port = listeners.port;
	int client = client_connect(port);
	int served = accept(listeners.fd[0], NULL, NULL);
	assert_true(served >= 0);
	close(served); /* the server closes first: its side waits in TIME_WAIT */
	close(client);
	listeners_close(&listeners);
	if (!listeners_open(&listeners, "127.0.0.1", port, 1, 16, &why))
		fail_msg("%s", why.text);
	listeners_close(&listeners);
}

static void ipv6_is_served_and_takes_ipv4_clients_on_all_addresses(void **state)
{
	struct listeners listeners;
	struct problem why = {.text = ""};
	(void)state;
	if (!listeners_open(&listeners, "::", 0, 2, 16, &why)) {
		print_message("skipped: this machine has no IPv6: %s\n", why.text);
		skip();
	}
	assert_memory_equal(listeners.address, "[::]:", 5);
	int client = client_connect(listeners.port);
	client_take(&listeners);
	close(client);
	listeners_close(&listeners);
}

static void an_impossible_address_is_told(void **state)
{
	struct listeners listeners;
	struct problem why = {.text = ""};
	(void)state;
	assert_false(
		listeners_open(&listeners, "192.0.2.1", 7666, 1, 16, &why)); /* kept for documentation: nobody has it */
	assert_non_null(strstr(why.text, "192.0.2.1:7666"));
	assert_non_null(strstr(why.text, "listen.host"));
	assert_false(listeners_open(&listeners, "no address at all", 0, 1, 16, &why));
	assert_non_null(strstr(why.text, "\"no address at all\""));
	assert_false(listeners_open(&listeners, "127.0.0.1", 0, WORKERS_MAX + 1, 16, &why));
	assert_false(listeners_open(&listeners, "127.0.0.1", 0, 0, 16, &why));
}

/* --- the pid file ------------------------------------------------------------------------------------------------- */

struct folder {
	char path[64], file[96];
};

static int folder_make(void **state)
{
	struct folder *folder = calloc(1, sizeof *folder);
	if (folder == NULL)
		return -1;
	*state = folder;
	snprintf(folder->path, sizeof folder->path, "/tmp/argentum-pidfile-XXXXXX");
	if (mkdtemp(folder->path) == NULL)
		return -1;
	snprintf(folder->file, sizeof folder->file, "%s/argentumd.pid", folder->path);
	return 0;
}

static int folder_remove(void **state)
{
	struct folder *folder = *state;
	unlink(folder->file);
	rmdir(folder->path);
	free(folder);
	return 0;
}

static int file_pid(const char *path)
{
	int pid = 0;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1); /* NOLINT(cert-err34-c): our own file */
	fclose(file);
	return pid;
}

static void a_second_start_is_refused_with_the_pid_of_the_first(void **state)
{
	struct folder *folder = *state;
	struct pidfile first, second;
	struct problem why = {.text = ""};
	char expected[32];
	assert_true(pidfile_take(&first, folder->file, &why));
	assert_int_equal(file_pid(folder->file), getpid());
	assert_false(pidfile_take(&second, folder->file, &why));
	snprintf(expected, sizeof expected, "with pid %d", (int)getpid());
	assert_non_null(strstr(why.text, expected));
	assert_non_null(strstr(why.text, folder->file));

	pidfile_give_back(&first);
	pidfile_give_back(&first); /* harmless */
	assert_int_equal(access(folder->file, F_OK), -1);
	assert_true(pidfile_take(&second, folder->file, &why));
	pidfile_give_back(&second);
}

static void the_file_of_a_killed_server_is_taken_over(void **state)
{
	struct folder *folder = *state;
	struct pidfile mine;
	struct problem why = {.text = ""};
	pid_t child = fork();
	if (child == 0) {
		if (pidfile_take(&mine, folder->file, &why))
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(file_pid(folder->file), child);
	assert_true(pidfile_take(&mine, folder->file, &why));
	assert_int_equal(file_pid(folder->file), getpid());
	pidfile_give_back(&mine);
}

static void a_pid_file_that_cannot_be_written_is_told(void **state)
{
	struct folder *folder = *state;
	struct pidfile mine;
	struct problem why = {.text = ""};
	char path[128];
	snprintf(path, sizeof path, "%s/not/there", folder->path);
	assert_false(pidfile_take(&mine, path, &why));
	assert_non_null(strstr(why.text, path));
	assert_false(pidfile_take(&mine, "", &why));
	pidfile_give_back(&mine); /* harmless: none is held */

	/* a link somebody put there is not followed */
	snprintf(path, sizeof path, "%s/elsewhere", folder->path);
	assert_int_equal(symlink(path, folder->file), 0);
	assert_false(pidfile_take(&mine, folder->file, &why));
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_port_0_all_listeners_get_the_same_free_port),
		cmocka_unit_test(the_listeners_are_non_blocking_and_are_not_inherited_by_other_programs),
		cmocka_unit_test(clients_are_spread_over_the_group),
		cmocka_unit_test(with_a_worker_for_each_listener_a_port_leads_to_the_same_one_every_time),
		cmocka_unit_test(with_fewer_workers_newcomers_go_evenly_to_the_first_listeners),
		cmocka_unit_test(a_busy_port_is_told_with_address_port_and_reason),
		cmocka_unit_test(a_restart_gets_its_port_back_while_old_connections_fade),
		cmocka_unit_test(ipv6_is_served_and_takes_ipv4_clients_on_all_addresses),
		cmocka_unit_test(an_impossible_address_is_told),
		cmocka_unit_test_setup_teardown(a_second_start_is_refused_with_the_pid_of_the_first, folder_make,
										folder_remove),
		cmocka_unit_test_setup_teardown(the_file_of_a_killed_server_is_taken_over, folder_make, folder_remove),
		cmocka_unit_test_setup_teardown(a_pid_file_that_cannot_be_written_is_told, folder_make, folder_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
