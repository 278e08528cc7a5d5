/* report.h - what a run of the chaos counted, and the table at its end. */
#ifndef ARGENTUM_CHAOS_REPORT_H
#define ARGENTUM_CHAOS_REPORT_H

#include <stdbool.h>
#include <stdint.h>

enum { REPORT_ROWS = 40, REPORT_LATENCIES = 32, REPORT_STRUCK = 64 };

/* Of one kind of calamity. */
struct report_row {
	const char *name;
	unsigned count;
	unsigned
		silence_ms; /* the longest that anybody waited for an answer who had asked soon after it, before the next */
};

struct report {
	const char *store;
	uint64_t began_ms, ended_ms;
	struct report_row rows[REPORT_ROWS]; /* by calamity */
	unsigned row_count;
	struct {
		uint64_t at_ms;
		unsigned row;
	} struck[REPORT_STRUCK]; /* calamity number n is n % REPORT_STRUCK */

	unsigned calamities, worker_deaths, keeper_deaths, master_deaths, store_deaths, stops;
	unsigned changes;          /* that an operator asked for: reloads, upgrades, more and fewer workers */
	unsigned disconnects;      /* of players who had not asked for it */
	unsigned blamed;           /* of these: the server said that their packet had killed a worker */
	unsigned lost_at_the_door; /* players whose connection broke before they were in the world */
	unsigned newcomers, newcomers_refused, newcomers_reset; /* who only connect */
	unsigned point_deaths;                                  /* of workers that died at a point of the code */
	unsigned upgrades, generations, resizes, put_back;      /* what became of the changes, as the log has it */
	uint64_t bytes, packets;                                /* received, all of them read as whole packets */
	uint64_t deeds, lines_heard, pings;
	unsigned fights, deaths, revivals; /* with creatures; of players */
	unsigned logins, takeovers, creations, refusals, strangers;
	uint64_t answers[REPORT_LATENCIES]; /* number i: those that took less than 2^i ms, and not less than half of it */
	unsigned silence_ms;
	unsigned rests, audits, views;
	int64_t gold_first, gold_last, items_first, items_last; /* of all characters, and what they let lie */
	unsigned characters_first, characters_last;
	bool finished;
};

void report_calamity(struct report *report, unsigned row, uint64_t now_ms);
unsigned report_last_row(const struct report *report);

/* An answer to a ping. */
void report_answer(struct report *report, uint64_t asked_ms, uint64_t answered_ms);

/* So many in a thousand were answered in less. */
unsigned report_answered_ms(const struct report *report, unsigned per_mille);

void report_progress(const struct report *report, unsigned players); /* one line */
void report_table(const struct report *report);

#endif
