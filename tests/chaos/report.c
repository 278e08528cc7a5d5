#include "tests/chaos/report.h"

#include <stdio.h>

#include "common/base/clock.h"

/* Who asked so shortly before a calamity was caught by it all the same. */
enum { CAUGHT_MS = 100 };

void report_calamity(struct report *report, unsigned row, uint64_t now_ms)
{
	unsigned n = report->calamities++ % REPORT_STRUCK;
	report->struck[n].at_ms = now_ms;
	report->struck[n].row = row;
	report->rows[row].count++;
}

unsigned report_last_row(const struct report *report)
{
	return report->calamities > 0 ? report->struck[(report->calamities - 1) % REPORT_STRUCK].row : 0;
}

/* The calamity that was the last when somebody asked. NULL: that is too long ago, or there was none. */
static struct report_row *row_at(struct report *report, uint64_t ms)
{
	for (unsigned back = 1; back <= report->calamities && back <= REPORT_STRUCK; back++) {
		unsigned n = (report->calamities - back) % REPORT_STRUCK;
		if (report->struck[n].at_ms <= ms)
			return &report->rows[report->struck[n].row];
	}
	return NULL;
}

void report_answer(struct report *report, uint64_t asked_ms, uint64_t answered_ms)
{
	uint64_t waited_ms = answered_ms > asked_ms ? answered_ms - asked_ms : 0;
	struct report_row *row = row_at(report, asked_ms + (waited_ms < CAUGHT_MS ? waited_ms : CAUGHT_MS));
	unsigned ms = waited_ms < UINT32_MAX ? (unsigned)waited_ms : UINT32_MAX, bucket = 0;
	while (bucket < REPORT_LATENCIES - 1 && (1u << bucket) <= ms)
		bucket++;
	report->answers[bucket]++;
	report->pings++;
	if (ms > report->silence_ms)
		report->silence_ms = ms;
	if (row != NULL && ms > row->silence_ms)
		row->silence_ms = ms;
}

unsigned report_answered_ms(const struct report *report, unsigned per_mille)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < REPORT_LATENCIES; i++) {
		sum += report->answers[i];
		if (sum * 1000 >= report->pings * per_mille)
			return 1u << i;
	}
	return 1u << (REPORT_LATENCIES - 1);
}

static unsigned seconds(const struct report *report)
{
	uint64_t end = report->ended_ms != 0 ? report->ended_ms : clock_mono_ms();
	return (unsigned)((end - report->began_ms) / 1000);
}

static unsigned deaths(const struct report *report)
{
	return report->worker_deaths + report->keeper_deaths + report->master_deaths + report->store_deaths;
}

void report_progress(const struct report *report, unsigned players)
{
	printf("%6u s on %s: %u players, %u calamities, %u kills, %u disconnects (%u blamed), %.1f MB checked, "
		   "silence up to %u ms, %u rests, %u audits\n",
		   seconds(report), report->store, players, report->calamities, deaths(report), report->disconnects,
		   report->blamed, (double)report->bytes / 1e6, report->silence_ms, report->rests, report->audits);
	fflush(stdout);
}

static void row(const char *what, unsigned long long number, const char *more)
{
	printf("  %-42s %12llu  %s\n", what, number, more);
}

static void deeds_tell(const struct report *r)
{
	row("characters before", r->characters_first, "");
	row("characters after", r->characters_last, "");
	row("deeds (steps, drops, lines, ...)", r->deeds, "");
	row("deeds of these that were fights", r->fights, "");
	row("deaths of players", r->deaths, "");
	row("  of whom lived again", r->revivals, "");
	row("logins", r->logins, "");
	row("  taken over from a living connection", r->takeovers, "");
	row("characters created", r->creations, "");
	row("refusals to come again in a moment", r->refusals, "");
	row("strangers (wrong passwords, noise)", r->strangers, "");
}

static void property_tell(const char *what, int64_t first, int64_t last, const struct report *r)
{
	if (r->characters_first == 0 || r->characters_last == 0)
		return;
	printf("  %-42s %12lld  before = %lld each, %lld after = %lld each\n", what, (long long)first,
		   (long long)(first / r->characters_first), (long long)last, (long long)(last / r->characters_last));
}

static void checks_tell(const struct report *r)
{
	row("disconnects", r->disconnects, "");
	row("  of which blamed for a crash", r->blamed, "");
	row("players lost before they were in", r->lost_at_the_door, "");
	row("newcomers who only connect", r->newcomers, "");
	row("  refused", r->newcomers_refused, "");
	row("  reset", r->newcomers_reset, r->newcomers_reset > 0 ? "by deaths at a point of the code" : "");
	row("bytes checked", r->bytes, "");
	row("packets checked", r->packets, "");
	row("numbered lines heard, each once, in order", r->lines_heard, "");
	row("pings, each answered once", r->pings, "");
	row("half of the answers within", report_answered_ms(r, 500), "ms");
	row("99 % of the answers within", report_answered_ms(r, 990), "ms");
	row("longest silence", r->silence_ms, "ms");
	row("rests in which all views agreed", r->rests, "");
	row("  pairs of views compared", r->views, "");
	row("audits passed", r->audits, "");
	property_tell("gold", r->gold_first, r->gold_last, r);
	property_tell("items", r->items_first, r->items_last, r);
}

void report_table(const struct report *r)
{
	printf("\nchaos on %s, %u s: %s\n", r->store, seconds(r), r->finished ? "nothing found" : "ENDED BY WHAT IT FOUND");
	row("kills", deaths(r), "");
	row("  of workers", r->worker_deaths, "");
	row("  of the keeper", r->keeper_deaths, "");
	row("  of everything or the master", r->master_deaths, "");
	row("  of Redis", r->store_deaths, "");
	row("stops (SIGSTOP)", r->stops, "");
	row("changes asked for (HUP, USR2, TTIN, TTOU)", r->changes, "");
	row("  upgrades that serve", r->upgrades, "");
	row("  new generations of the world", r->generations, "");
	row("  other numbers of workers", r->resizes, "");
	row("  refused or taken back", r->put_back, "");
	deeds_tell(r);
	checks_tell(r);
	printf("\n  %-42s %12s  %s\n", "calamity", "times", "longest silence, ms");
	for (unsigned i = 0; i < r->row_count; i++) {
		if (r->rows[i].count > 0)
			printf("  %-42s %12u  %u\n", r->rows[i].name, r->rows[i].count, r->rows[i].silence_ms);
	}
	printf("\n");
	fflush(stdout);
}
