#include "master/obituary.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/protocol/charset.h"
#include "common/protocol/packet_layout.h"
#include "master/duration.h"
#include "worker/process.h"

enum { NOT_A_PACKET = 0xffff };

static const char *exit_sentence(int code)
{
	static const struct {
		int code;
		const char *sentence;
	} sentences[] = {
#define EXIT_CODE(name, value, sentence) {value, sentence},
		PROCESS_EXITS(EXIT_CODE)
#undef EXIT_CODE
	};
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		if (sentences[i].code == code)
			return sentences[i].sentence;
	}
	return "no exit code of ours: a library ended the process";
}

/* What the signal usually means; "" when its name says it. */
static const char *signal_hint(int number)
{
	switch (number) {
	case SIGKILL:
		return " (by hand, or by the kernel for want of memory: see its log)";
	case SIGABRT:
		return " (an assertion failed: its own last line says which)";
	case SIGBUS:
		return " (memory that is not there: is the host out of it?)";
	case SIGXCPU:
	case SIGXFSZ:
		return " (a limit of the account it runs under: see ulimit)";
	default:
		return "";
	}
}

static bool signal_dumps_core(int number)
{
	return number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGFPE || number == SIGILL ||
		   number == SIGQUIT || number == SIGTRAP || number == SIGSYS;
}

static const char *core_sentence(int status)
{
	struct rlimit limit;
	if (!signal_dumps_core(WTERMSIG(status)))
		return "";
	if (WCOREDUMP(status))
		return ", core dumped";
	if (getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0)
		return ", no core (the limit of core sizes is 0: ulimit -c, or LimitCORE= of the service)";
	return ", no core";
}

static void end_write(char *text, size_t size, const struct obituary *o)
{
	char hung[DURATION_BYTES];
	if (o->hung_ms > 0) {
		snprintf(text, size, "hung for %s and was killed", duration_write(hung, o->hung_ms));
	} else if (o->overdue) {
		snprintf(text, size, "did not stop in time and was killed");
	} else if (WIFSIGNALED(o->status)) {
		int number = WTERMSIG(o->status);
		const char *name = sigabbrev_np(number);
		snprintf(text, size, "killed by SIG%s%s%s", name == NULL ? "?" : name, signal_hint(number),
				 core_sentence(o->status));
	} else {
		snprintf(text, size, "ended with status %d, %s", WEXITSTATUS(o->status), exit_sentence(WEXITSTATUS(o->status)));
	}
}

void obituary_write(char *text, size_t size, const struct obituary *o)
{
	char end[200], doing[160], lived[DURATION_BYTES];
	end_write(end, sizeof end, o);
	black_box_write(doing, sizeof doing, &o->box);
	snprintf(text, size, "%s (pid %d) %s%s, after %s: %s", o->who, (int)o->pid, end, doing,
			 duration_write(lived, o->lived_ms), o->what_is_done);
}

/* The log is UTF-8; names are Latin-1, and after a crash anything. */
static void name_write(char text[2 * NAME_BYTES + 1], const char name[NAME_BYTES])
{
	char clean[NAME_BYTES];
	struct text latin1 = {.bytes = name, .length = (uint16_t)strnlen(name, NAME_BYTES)};
	latin1 = text_clean_player(latin1, clean, sizeof clean);
	charset_encode_z(CHARSET_UTF8, latin1, text, 2 * (size_t)NAME_BYTES + 1);
}

void black_box_write(char *text, size_t size, const struct black_box *box)
{
	char name[2 * NAME_BYTES + 1], packet[40] = "", of[2 * NAME_BYTES + 8] = "", map[16] = "";
	text[0] = '\0';
	if (box->since_ms == 0)
		return;
	if (box->packet == NOT_A_PACKET)
		snprintf(packet, sizeof packet, "work of its own");
	else if (packet_layout(TABLE_C2S, box->packet) != NULL)
		snprintf(packet, sizeof packet, "packet %s", c2s_name(box->packet));
	else
		snprintf(packet, sizeof packet, "packet %u", box->packet);
	name_write(name, box->player_name);
	if (name[0] != '\0')
		snprintf(of, sizeof of, " of %s", name);
	else if (box->connection != 0)
		snprintf(of, sizeof of, " of connection %u", box->connection);
	if (box->map != 0)
		snprintf(map, sizeof map, ", map %u", box->map);
	snprintf(text, size, " in %s%s%s", packet, of, map);
}
