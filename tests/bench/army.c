#include "tests/bench/army.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/bench/processes.h"

enum {
	ENTERING_AT_ONCE = 24, /* a worker's queue for logins holds 64 */
	EVENTS = 512,
	LOOK_EVERY_NS = 2000000,    /* at what the bots want to do */
	LAST_ARRIVE_NS = 100000000, /* for what is under way when they stop */
};

static const char *const loss_words[LOSS_COUNT] = {
#define WHY(NAME, words) words,
	ARMY_LOSSES(WHY)
#undef WHY
};

const char *army_loss_words(enum army_loss loss)
{
	return loss_words[loss];
}

void army_name(unsigned n, char name[ARMY_NAME_BYTES])
{
	snprintf(name, ARMY_NAME_BYTES, "Bot %c%c%c%c", 'A' + (int)(n / 17576 % 26), 'a' + (int)(n / 676 % 26),
			 'a' + (int)(n / 26 % 26), 'a' + (int)(n % 26));
}

static void descriptors_allow(unsigned bots)
{
	enum { OTHERS = 64 };
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= bots + OTHERS)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < bots + OTHERS) {
		fprintf(stderr, "army: %u bots need as many descriptors, %llu are allowed (ulimit -n)\n", bots,
				(unsigned long long)limit.rlim_cur);
		exit(1);
	}
}

struct army *army_create(const struct army_options *options)
{
	struct army *army = calloc(1, sizeof *army);
	if (army == NULL || options->bots > ARMY_MOST)
		abort();
	descriptors_allow(options->bots);
	army->options = *options;
	army->epoll = epoll_create1(EPOLL_CLOEXEC);
	army->bot = calloc(options->bots, sizeof *army->bot);
	if (army->bot == NULL || army->epoll < 0)
		abort();
	rng_seed(&army->rng, options->seed);
	for (unsigned i = 0; i < options->bots; i++) {
		army->bot[i].fd = -1;
		army->bot[i].pacer = options->pacers == NULL || options->pacers[i];
		army->bot[i].heading = HEADING_EAST;
	}
	return army;
}

void army_destroy(struct army **army)
{
	struct army *gone = *army;
	*army = NULL;
	if (gone == NULL)
		return;
	for (unsigned i = 0; i < gone->options.bots; i++) {
		if (gone->bot[i].fd >= 0)
			close(gone->bot[i].fd);
		free(gone->bot[i].seen);
		free(gone->bot[i].rest);
	}
	for (unsigned map = 0; map < sizeof gone->block / sizeof *gone->block; map++)
		free(gone->block[map]);
	close(gone->epoll);
	free(gone->bot);
	free(gone);
}

/* --- the loop --- */

static void wishes_look(struct army *army, uint64_t now_ns)
{
	army->look_ns = now_ns;
	for (unsigned i = 0; i < army->options.bots; i++) {
		if (army->bot[i].phase == PHASE_PLAYING)
			army_bot_act(army, &army->bot[i], now_ns);
	}
}

static void turn(struct army *army)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(army->epoll, events, EVENTS, 1);
	for (int i = 0; i < count; i++) {
		struct army_bot *bot = &army->bot[events[i].data.u32];
		if (bot->fd >= 0)
			army_bot_receive(army, bot);
	}
	uint64_t now_ns = clock_mono_ns();
	latency_add(&army->figures.turn, (now_ns - army->turn_ns) / 1000);
	army->turn_ns = now_ns;
	if (army->acting && now_ns - army->look_ns >= LOOK_EVERY_NS)
		wishes_look(army, now_ns);
}

bool army_enter(struct army *army, unsigned within_s)
{
	uint64_t until_ms = clock_mono_ms() + (uint64_t)within_s * 1000;
	/* The reference greets them when all are there. */
	unsigned scan = 0, at_once = army->options.catalog != NULL ? ENTERING_AT_ONCE : army->options.bots;
	while (army->playing < army->options.bots && clock_mono_ms() < until_ms) {
		for (unsigned looked = 0; looked < army->options.bots && army->entering < at_once; looked++) {
			struct army_bot *bot = &army->bot[scan++ % army->options.bots];
			if (bot->phase == PHASE_OUT)
				army_bot_connect(army, bot);
		}
		turn(army);
	}
	return army->playing == army->options.bots;
}

void army_play(struct army *army, double seconds)
{
	uint64_t now_ns = clock_mono_ns(), until_ns = now_ns + (uint64_t)(seconds * 1e9);
	army->turn_ns = now_ns;
	if (!army->acting) {
		army->acting = true;
		for (unsigned i = 0; i < army->options.bots; i++)
			army_bot_act_soon(army, &army->bot[i], now_ns);
	}
	while (clock_mono_ns() < until_ns)
		turn(army);
}

void army_figures_forget(struct army *army)
{
	army->figures = (struct army_figures){0};
}

void army_measure(struct army *army, double seconds)
{
	double cpu_s = process_cpu_s(getpid());
	uint64_t started_ns = clock_mono_ns();
	army_play(army, seconds);
	army->acting = false;
	for (uint64_t until_ns = clock_mono_ns() + LAST_ARRIVE_NS; clock_mono_ns() < until_ns;)
		turn(army);
	army->figures.seconds += (double)(clock_mono_ns() - started_ns) / 1e9;
	army->figures.own_cpu_s += process_cpu_s(getpid()) - cpu_s;
}

void army_leave(struct army *army, unsigned within_s)
{
	uint64_t until_ms = clock_mono_ms() + (uint64_t)within_s * 1000;
	army->acting = false;
	for (unsigned i = 0; i < army->options.bots; i++) {
		if (army->bot[i].phase == PHASE_PLAYING)
			ARMY_SEND(army, &army->bot[i], QUIT);
	}
	struct army_faults before = army->faults;
	while (army->playing > 0 && clock_mono_ms() < until_ms)
		turn(army);
	memcpy(army->faults.lost, before.lost, sizeof before.lost); /* they were asked to */
	memcpy(army->faults.first_text, before.first_text, sizeof before.first_text);
}
