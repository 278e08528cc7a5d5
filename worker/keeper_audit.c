/* keeper_audit.c - audits: looks at the world, a walk through the store, the report.
 *
 * The walk takes a thread of its own, so that the keeper's heart goes on beating; cuts wait for it, so that one moment of the
 * store is looked at, the one of the cut that was acknowledged last. */
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/loop/jobs.h"
#include "common/world/ledger.h"
#include "worker/keeper_parts.h"

enum {
	LOOKS_MOST = 5,
	LOOK_AGAIN_MS = 60,
	BALANCES_AT_ONCE = 64,
	STORE_AGAIN_MS = 20,
	AWAY_MOST_MS = 2000,     /* a store that is away is waited for */
	SETTLES_MOST_MS = 10000, /* one that is there, for the answer to a cut; or two cuts long */
	WALK_MOST_MS = 60000,    /* so long may cuts wait */
};

struct store_walk_job {
	struct keeper *keeper;
	struct store *store;
	const struct catalog *catalog;
	atomic_bool cancel;
	bool took_too_long;
	bool good;
	struct store_sum sum;
	struct problem why;
	uint64_t began_ms;
	uint32_t took_ms;
};

static void audit_begin(struct keeper *k);

bool keeper_audit_walks(const struct keeper *k)
{
	struct store_walk_job *walk = k->audit.job;
	if (walk != NULL && clock_mono_ms() - walk->began_ms > WALK_MOST_MS) {
		walk->took_too_long = true;
		atomic_store(&walk->cancel, true);
	}
	return walk != NULL;
}

/* --- balances ---------------------------------------------------------------------------------------------------------------------- */

struct balances {
	const int64_t *values; /* to be set; NULL = none */
	unsigned from;         /* the first item of this stretch */
	uint8_t state;
	bool last;
};

/* A stretch at a time: an undo log is small. */
static enum tx_verdict balances_put(struct tx *tx, void *context)
{
	struct balances *b = context;
	struct world *w = tx->world;
	unsigned end = b->from + BALANCES_AT_ONCE < w->limits.items + 1 ? b->from + BALANCES_AT_ONCE : w->limits.items + 1;
	for (unsigned item = b->from; b->values != NULL && item < end; item++) {
		if (w->balances[item] != b->values[item])
			SET(tx, w->balances[item], b->values[item]);
	}
	b->last = b->values == NULL || end == w->limits.items + 1;
	if (b->last) {
		SET(tx, w->realm->balance, b->state);
		SET(tx, w->realm->version, w->realm->version + 1); /* so that a cut comes */
	}
	return TX_COMMIT;
}

static void balances_set(struct keeper *k, const int64_t *values, enum balance_state state)
{
	struct balances b = {.values = values, .state = (uint8_t)state};
	do {
		tx_run(&k->tx, &k->world->realm_domain, 1, balances_put, &b);
		b.from += BALANCES_AT_ONCE;
	} while (!b.last);
}

void keeper_balances_are_lost(struct keeper *k)
{
	if (k->world->realm->balance == BALANCE_OPEN)
		balances_set(k, NULL, BALANCE_ANEW);
}

void keeper_balances_set(struct keeper *k, const int64_t *totals)
{
	int64_t *values = k->audit.room.net; /* free between two looks */
	ledger_made(k->world, values);
	for (unsigned item = 0; item <= k->world->limits.items; item++)
		values[item] = totals[item] - values[item];
	balances_set(k, values, BALANCE_OPEN);
}

/* The store is right: the ledger that is written next says so. What was acknowledged last was its moment. */
static void balances_accept(struct keeper *k, const struct store_sum *sum)
{
	int64_t *values = k->audit.room.net;
	memcpy(values, k->world->balances, ((size_t)k->world->limits.items + 1) * sizeof *values);
	for (unsigned item = 1; item <= sum->items; item++) {
		int64_t more = sum->found[item] - k->saved.ledger[item];
		values[item] += more;
		if (sum->found[item] != sum->ledger[item] || more != 0)
			log_notice("audit: item %u (%s): the ledger said %lld, the store holds %lld; accepted", item,
					   ledger_item_name(k->catalog, item), (long long)sum->ledger[item], (long long)sum->found[item]);
	}
	k->saved.ledger_known = false; /* somebody may have written to the ledger itself: all of it is written anew */
	balances_set(k, values, BALANCE_OPEN);
}

/* --- the report -------------------------------------------------------------------------------------------------------------------- */

static void report_write(struct keeper *k, struct audit_report *report, const struct store_walk_job *walk,
						 uint32_t store_findings)
{
	const struct audit *audit = &k->audit.audit;
	uint32_t sequence = atomic_load(&report->sequence);
	bool looked = walk != NULL && walk->good;
	atomic_store(&report->sequence, sequence | 1); /* odd, also after a keeper that died here */
	atomic_thread_fence(memory_order_seq_cst);
	report->number++;
	if (k->audit.request != 0)
		report->request = k->audit.request;
	report->findings = audit->findings;
	report->store_findings = store_findings;
	report->unix_s = clock_unix_s();
	report->players = audit->players;
	report->creatures = audit->creatures;
	report->gold = audit->gold;
	report->items = audit->items;
	report->held_us = k->audit.held_us;
	report->store_looked = looked;
	report->accepted = looked && k->audit.reach == AUDIT_ACCEPT;
	if (looked) {
		report->store_unix_s = report->unix_s;
		report->store_gold = walk->sum.gold;
		report->store_items = walk->sum.units;
		report->store_characters = walk->sum.characters;
		report->store_unknown = walk->sum.unknown;
		report->store_ms = walk->took_ms;
	}
	memcpy(report->text, audit->text, sizeof report->text);
	atomic_store(&report->sequence, (sequence | 1) + 1);
}

static void report_log(const struct keeper *k, const struct store_walk_job *walk)
{
	const struct audit *audit = &k->audit.audit;
	bool looked = walk != NULL && walk->good;
	for (uint32_t i = 0; i < audit->findings && i < AUDIT_TEXTS; i++)
		log_error("audit: %s", audit->text[i]);
	log_line(
		audit->findings == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
		"audit: %u findings; %u players, %u creatures, %llu gold and %llu items in the world, all locks held for %u us",
		audit->findings, audit->players, audit->creatures, (unsigned long long)audit->gold,
		(unsigned long long)audit->items, k->audit.held_us);
	if (looked)
		log_info(
			"audit: %u characters, %llu gold and %llu items in the store, %u things there that this world cannot hold; "
			"walked through in %u ms",
			walk->sum.characters, (unsigned long long)walk->sum.gold, (unsigned long long)walk->sum.units,
			walk->sum.unknown, walk->took_ms);
}

static void audit_finish(struct keeper *k, const struct store_walk_job *walk)
{
	struct keeper_auditor *a = &k->audit;
	uint32_t before = a->audit.findings;
	bool accepts = walk != NULL && walk->good && a->reach == AUDIT_ACCEPT;
	if (accepts)
		balances_accept(k, &walk->sum);
	else if (walk != NULL && walk->good)
		store_sum_compare(&walk->sum, k->catalog, &a->audit);
	report_log(k, walk);
	report_write(k, &k->world->report[REPORT_LAST], walk, a->audit.findings - before);
	if (a->request != 0)
		report_write(k, &k->world->report[REPORT_ASKED], walk, a->audit.findings - before);
	count_set(k->world, COUNT_audit_gold, a->audit.gold);
	count_set(k->world, COUNT_audit_items, a->audit.items);
	count_add(k->world, COUNT_audit_findings, a->audit.findings);
	count_add(k->world, COUNT_audits, 1); /* last: who waits for it looks at the others then */
	a->reach = AUDIT_NOTHING;
	if (a->wanted != AUDIT_NOTHING)
		audit_begin(k);
}

/* --- the store ---------------------------------------------------------------------------------------------------------------------- */

static void walk_run(void *job)
{
	struct store_walk_job *walk = job;
	walk->good = store_sum_take(&walk->sum, walk->store, walk->catalog, &walk->cancel, &walk->why);
	walk->took_ms = (uint32_t)(clock_mono_ms() - walk->began_ms);
}

static void walk_done(void *job)
{
	struct store_walk_job *walk = job;
	struct keeper *k = walk->keeper;
	bool called_off = atomic_load(&walk->cancel) && !walk->took_too_long;
	k->audit.job = NULL;
	if (walk->took_too_long && !walk->good)
		problem_set(&walk->why,
					"it was not walked through within %d s, and cuts cannot wait longer; audit it while the "
					"server is stopped (argentumctl audit --store)",
					WALK_MOST_MS / 1000);
	if (!called_off && !walk->good)
		log_warning("audit: the store was not looked at: %s", walk->why.text);
	if (!called_off)
		audit_finish(k, walk);
	store_sum_free(&walk->sum);
	free(walk);
}

static bool walk_begin(struct keeper *k, struct problem *why)
{
	struct keeper_auditor *a = &k->audit;
	struct store_walk_job *walk = calloc(1, sizeof *walk);
	if (walk == NULL)
		return problem_set(why, "out of memory");
	*walk = (struct store_walk_job){.keeper = k, .store = k->store, .catalog = k->catalog, .began_ms = clock_mono_ms()};
	problem_set(&walk->why, "the keeper stops");
	if (a->jobs == NULL)
		a->jobs = jobs_create(k->loop, 1, 1, why);
	if (a->jobs == NULL || !jobs_add(a->jobs, walk_run, walk_done, walk)) {
		free(walk);
		return false;
	}
	a->job = walk;
	return true;
}

/* Nothing is on its way to the store, and it is known what its ledger must say. */
static bool store_is_settled(const struct keeper *k)
{
	return !k->writing && !k->claim_wanted && k->saved.ledger_known;
}

/* How long it is waited for: one that is away may be back in a moment; one that is there takes its next cut. */
static uint64_t store_patience_ms(const struct keeper *k)
{
	uint64_t cuts_ms = 2 * (uint64_t)k->config->store.cut_interval_ms;
	if (!store_is_up(k->store))
		return AWAY_MOST_MS;
	return cuts_ms > SETTLES_MOST_MS ? cuts_ms : SETTLES_MOST_MS;
}

static void store_look(void *context)
{
	struct keeper *k = context;
	struct keeper_auditor *a = &k->audit;
	struct problem why = {"it does not answer"};
	a->timer = NULL;
	if (k->fenced) {
		problem_set(&why, "another server has taken it over");
	} else if (store_is_up(k->store) && store_is_settled(k)) {
		if (walk_begin(k, &why))
			return;
	} else if (clock_mono_ms() - a->store_since_ms < store_patience_ms(k)) {
		a->timer = loop_timer_once(k->loop, STORE_AGAIN_MS, store_look, k, "audit of the store");
		if (a->timer != NULL)
			return;
	} else if (store_is_up(k->store)) {
		problem_set(&why, "it does not take the cuts");
	}
	log_warning("audit: the store is not looked at: %s", why.text);
	audit_finish(k, NULL);
}

void keeper_balances_look(struct keeper *k)
{
	if (k->world->realm->balance == BALANCE_ANEW && store_is_settled(k) && k->audit.reach < AUDIT_ACCEPT &&
		k->audit.wanted < AUDIT_ACCEPT) {
		log_warning("store: what it holds now is taken for the new balance of its ledger, since it lost what it had");
		keeper_audit(k, AUDIT_ACCEPT, 0);
	}
}

/* --- the world ---------------------------------------------------------------------------------------------------------------------- */

static void world_look(void *context)
{
	struct keeper *k = context;
	struct keeper_auditor *a = &k->audit;
	a->timer = NULL;
	a->before = a->audit;
	tx_lock_everything(&k->tx);
	uint64_t since_ns = clock_mono_ns();
	game_audit(k->world, k->catalog, &a->room, &a->audit);
	uint32_t held_us = (uint32_t)((clock_mono_ns() - since_ns) / 1000);
	tx_unlock_everything(&k->tx);
	a->held_us = held_us > a->held_us ? held_us : a->held_us;
	if (a->looks++ > 0)
		audit_suspect_again(&a->audit, &a->before);
	if (a->audit.suspicions > 0 && a->looks < LOOKS_MOST) {
		a->timer = loop_timer_once(k->loop, LOOK_AGAIN_MS, world_look, k, "audit");
		if (a->timer != NULL)
			return;
	}
	audit_conclude(&a->audit);
	a->store_since_ms = clock_mono_ms();
	if (a->reach == AUDIT_WORLD)
		audit_finish(k, NULL);
	else
		store_look(k);
}

static void audit_begin(struct keeper *k)
{
	struct keeper_auditor *a = &k->audit;
	a->reach = a->wanted;
	a->request = a->wanted_request;
	a->wanted = AUDIT_NOTHING;
	a->wanted_request = 0;
	a->looks = 0;
	a->held_us = 0;
	world_look(k);
}

void keeper_audit(struct keeper *k, enum audit_reach reach, uint32_t request)
{
	struct keeper_auditor *a = &k->audit;
	a->wanted = a->wanted > reach ? a->wanted : reach;
	a->wanted_request = request != 0 ? request : a->wanted_request;
	if (a->reach == AUDIT_NOTHING)
		audit_begin(k);
}

void keeper_audit_end(struct keeper *k)
{
	struct keeper_auditor *a = &k->audit;
	loop_timer_remove(&a->timer);
	if (a->job != NULL)
		atomic_store(&a->job->cancel, true);
	jobs_destroy(&a->jobs); /* waits for the walk, and hears that it is done */
	a->reach = a->wanted = AUDIT_NOTHING;
}
