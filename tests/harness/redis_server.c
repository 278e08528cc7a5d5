#include "tests/harness/redis_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/harness/test_certificates.h"

enum { START_MS = 15000, LOOK_AGAIN_MS = 5, PORT_TRIES = 5, ARGUMENTS_MAX = 64 };

static void look_again(void)
{
	nanosleep(&(struct timespec){.tv_nsec = LOOK_AGAIN_MS * 1000000L}, NULL);
}

bool redis_server_available(void)
{
	const char *path = getenv("PATH");
	char copy[4096];
	snprintf(copy, sizeof copy, "%s:/usr/bin:/usr/local/bin", path != NULL ? path : "");
	char *rest = copy;
	for (char *directory; (directory = strsep(&rest, ":")) != NULL;) {
		char program[4200];
		snprintf(program, sizeof program, "%s/redis-server", directory);
		if (*directory != '\0' && access(program, X_OK) == 0)
			return true;
	}
	return false;
}

/* --- the process --- */

static unsigned port_find(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	bool good = fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 &&
				getsockname(fd, (struct sockaddr *)&address, &length) == 0;
	if (fd >= 0)
		close(fd);
	return good ? ntohs(address.sin_port) : 0;
}

static void server_exec(const struct redis_server *server)
{
	char port[16], certificate[96], key[96], log[96];
	snprintf(port, sizeof port, "%u", server->port);
	snprintf(certificate, sizeof certificate, "%s/server.crt", server->directory);
	snprintf(key, sizeof key, "%s/server.key", server->directory);
	snprintf(log, sizeof log, "%s/redis.log", server->directory);
	const struct redis_server_options *options = &server->options;

	const char *arguments[ARGUMENTS_MAX] = {"redis-server",
											"--bind",
											"127.0.0.1",
											"--dir",
											server->directory,
											"--unixsocket",
											server->socket,
											"--logfile",
											log,
											"--save",
											"",
											"--appendonly",
											"yes",
											"--appendfsync",
											"always",
											"--daemonize",
											"no",
											"--databases",
											"16"};
	unsigned n = 19;
	const char *const plain[] = {"--port", port, NULL};
	const char *const secure[] = {
		"--port",         "0", "--tls-port",         port,       "--tls-cert-file",    certificate,
		"--tls-key-file", key, "--tls-ca-cert-file", server->ca, "--tls-auth-clients", NULL};
	for (const char *const *a = options->tls ? secure : plain; *a != NULL; a++)
		arguments[n++] = *a;
	if (options->tls)
		arguments[n++] = options->tls_wants_certificate ? "yes" : "no";
	if (options->password != NULL) {
		arguments[n++] = "--requirepass";
		arguments[n++] = options->password;
	}
	for (const char *const *a = options->extra; a != NULL && *a != NULL && n < ARGUMENTS_MAX - 1; a++)
		arguments[n++] = *a;

	int null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp("redis-server", (char *const *)arguments);
	_exit(127);
}

static bool server_fork(struct redis_server *server, struct problem *why)
{
	pid_t parent = getpid();
	server->pid = fork();
	if (server->pid < 0) {
		server->pid = 0;
		return problem_set(why, "redis-server: fork: %s", strerror(errno));
	}
	if (server->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(127);
		server_exec(server);
	}
	return true;
}

static redisContext *connect_local(const struct redis_server *server)
{
	redisContext *connection = redisConnectUnixWithTimeout(server->socket, (struct timeval){.tv_sec = 5});
	if (connection != NULL && connection->err == 0) {
		redisSetTimeout(connection, (struct timeval){.tv_sec = 10});
		if (server->options.password == NULL)
			return connection;
		redisReply *reply = redisCommand(connection, "AUTH %s", server->options.password);
		bool good = reply != NULL && reply->type != REDIS_REPLY_ERROR;
		freeReplyObject(reply);
		if (good)
			return connection;
	}
	if (connection != NULL)
		redisFree(connection);
	return NULL;
}

bool redis_server_answers(const struct redis_server *server)
{
	redisContext *connection = connect_local(server);
	if (connection == NULL)
		return false;
	redisReply *reply = redisCommand(connection, "PING");
	bool good = reply != NULL && reply->type == REDIS_REPLY_STATUS;
	freeReplyObject(reply);
	redisFree(connection);
	return good;
}

/* The end of the server's own log, which says why it did not start. */
static void log_tell(const struct redis_server *server, struct problem *why)
{
	char path[96], text[400] = "";
	snprintf(path, sizeof path, "%s/redis.log", server->directory);
	FILE *file = fopen(path, "r");
	if (file != NULL) {
		if (fseek(file, -(long)(sizeof text - 1), SEEK_END) != 0)
			rewind(file);
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
	}
	problem_set(why, "redis-server does not answer; its log ends with: %s", text);
}

static bool server_begin(struct redis_server *server, struct problem *why)
{
	if (!server_fork(server, why))
		return false;
	uint64_t deadline = clock_mono_ms() + START_MS;
	while (clock_mono_ms() < deadline) {
		if (redis_server_answers(server))
			return true;
		if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
			server->pid = 0;
			break;
		}
		look_again();
	}
	log_tell(server, why);
	redis_server_kill(server);
	return false;
}

/* --- the object --- */

struct redis_server *redis_server_start(const struct redis_server_options *options, struct problem *why)
{
	struct redis_server *server = calloc(1, sizeof *server);
	if (server == NULL) {
		problem_set(why, "redis-server: out of memory");
		return NULL;
	}
	if (options != NULL)
		server->options = *options;
	snprintf(server->directory, sizeof server->directory, "/tmp/argentum-redis-XXXXXX");
	if (mkdtemp(server->directory) == NULL) {
		problem_set(why, "redis-server: cannot make \"%s\": %s", server->directory, strerror(errno));
		free(server);
		return NULL;
	}
	snprintf(server->socket, sizeof server->socket, "%s/redis.sock", server->directory);
	snprintf(server->ca, sizeof server->ca, "%s/ca.crt", server->directory);
	snprintf(server->wrong_ca, sizeof server->wrong_ca, "%s/wrong-ca.crt", server->directory);
	snprintf(server->certificate, sizeof server->certificate, "%s/client.crt", server->directory);
	snprintf(server->key, sizeof server->key, "%s/client.key", server->directory);
	bool good = !server->options.tls || test_certificates_make(server->directory, why);
	for (int i = 0; good && i < PORT_TRIES; i++) {
		server->port = port_find(); /* somebody may take it before redis-server does: then another one is tried */
		if (server_begin(server, why))
			return server;
	}
	redis_server_stop(&server);
	return NULL;
}

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

void redis_server_stop(struct redis_server **server)
{
	if (*server == NULL)
		return;
	redis_server_kill(*server);
	nftw((*server)->directory, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(*server);
	*server = NULL;
}

static void signal_send(const struct redis_server *server, int number)
{
	if (server->pid == 0 || kill(server->pid, number) != 0) {
		fprintf(stderr, "redis_server: signal %d to process %d: %s\n", number, (int)server->pid, strerror(errno));
		abort();
	}
}

void redis_server_kill(struct redis_server *server)
{
	if (server->pid == 0)
		return;
	signal_send(server, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
	unlink(server->socket); /* a killed server leaves it behind, and its successor must not be mistaken for it */
}

void redis_server_pause(struct redis_server *server)
{
	signal_send(server, SIGSTOP);
	int status;
	waitpid(server->pid, &status, WUNTRACED); /* it stands still when this returns */
}

void redis_server_resume(struct redis_server *server)
{
	signal_send(server, SIGCONT);
}

bool redis_server_restart(struct redis_server *server, struct problem *why)
{
	return server_begin(server, why);
}

bool redis_server_restart_begin(struct redis_server *server, struct problem *why)
{
	return server_fork(server, why);
}

bool redis_server_restart_empty(struct redis_server *server, struct problem *why)
{
	char path[96];
	snprintf(path, sizeof path, "%s/appendonlydir", server->directory);
	nftw(path, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
	return server_begin(server, why);
}

static redisReply *command_send(struct redis_server *server, const char *format, va_list args)
{
	redisContext *connection = connect_local(server);
	if (connection == NULL)
		return NULL;
	redisReply *reply = redisvCommand(connection, format, args);
	redisFree(connection);
	return reply;
}

struct redisReply *redis_server_command(struct redis_server *server, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = command_send(server, format, args);
	va_end(args);
	return reply;
}

bool redis_server_do(struct redis_server *server, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = command_send(server, format, args);
	va_end(args);
	bool good = reply != NULL && reply->type != REDIS_REPLY_ERROR;
	if (reply != NULL && !good)
		fprintf(stderr, "redis_server: \"%s\": %s\n", format, reply->str);
	freeReplyObject(reply);
	return good;
}
