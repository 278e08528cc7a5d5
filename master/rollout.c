#include "master/rollout.h"

#include <stdio.h>

#include "common/base/log.h"
#include "common/loop/loop.h"

static void slot_begin(struct rollout *r);
static void deadline_passed(void *context);

void rollout_init(struct rollout *r, struct children *children, struct loop *loop)
{
	*r = (struct rollout){.children = children, .loop = loop};
}

static struct child *child_now(const struct rollout *r)
{
	return &r->children->child[r->order[r->at]];
}

static void step_enter(struct rollout *r, enum rollout_step step, uint64_t within_ms)
{
	r->step = step;
	loop_timer_remove(&r->deadline);
	if (step != ROLLOUT_IDLE)
		r->deadline = loop_timer_once(r->loop, within_ms, deadline_passed, r, "replacing processes");
}

static bool on_trial(const struct rollout *r)
{
	return !r->going_back && !r->options.trusted && (r->at == 0 || r->order[r->at] == SLOT_KEEPER);
}

static void end(struct rollout *r)
{
	step_enter(r, ROLLOUT_IDLE, 0);
	r->options.done(r->options.context, !r->going_back);
}

static void next(struct rollout *r)
{
	r->at++;
	if (r->at < r->count)
		slot_begin(r);
	else
		end(r);
}

/* The slot that failed goes on with what was before; so do, from the last to the first, those that were replaced. */
static void go_back(struct rollout *r, const char *what)
{
	char name[16], why[160];
	struct child *child = child_now(r);
	snprintf(why, sizeof why, "%s %s", child_name(child->slot, name), what);
	step_enter(r, ROLLOUT_IDLE, 0);
	if (!r->options.failed(r->options.context, why))
		return;
	r->going_back = true;
	child->deaths_running = 0;
	child->due_ms = child->pid == 0 && child->wanted ? loop_now_ms(r->loop) : child->due_ms;
	if (child->pid != 0)
		child_kill(r->children, child->slot);
	r->count = r->at + 1;
	for (unsigned i = 0, last = r->at; i < last; i++, last--) {
		unsigned slot = r->order[i];
		r->order[i] = r->order[last];
		r->order[last] = slot;
	}
	r->at = 0;
	step_enter(r, ROLLOUT_STARTING, r->options.ready_ms);
}

static void deadline_passed(void *context)
{
	struct rollout *r = context;
	struct child *child = child_now(r);
	r->deadline = NULL;
	switch (r->step) {
	case ROLLOUT_LEAVING:
		child_kill(r->children, child->slot);
		step_enter(r, ROLLOUT_LEAVING, r->options.leave_ms);
		break;
	case ROLLOUT_STARTING:
		if (on_trial(r)) {
			go_back(r, "does not serve in time");
			break;
		}
		child_kill(r->children, child->slot); /* its successor is the business of the supervision */
		next(r);
		break;
	case ROLLOUT_PROBATION:
		next(r);
		break;
	default:
		break;
	}
}

/* One that just is not there need not be told: the next one that is born is a new one. */
static void slot_begin(struct rollout *r)
{
	const struct child *child = child_now(r);
	if (r->options.await_only && child_is_ready(r->children, child->slot)) {
		next(r);
		return;
	}
	if (r->options.await_only || child->pid == 0) {
		step_enter(r, ROLLOUT_STARTING, r->options.ready_ms);
		return;
	}
	if (!child_make_way(r->children, child->slot))
		child_kill(r->children, child->slot);
	step_enter(r, ROLLOUT_LEAVING, r->options.leave_ms);
}

void rollout_begin(struct rollout *r, const struct rollout_options *options, unsigned workers)
{
	rollout_begin_some(r, options, ((UINT64_C(1) << workers) - 1) | UINT64_C(1) << SLOT_KEEPER);
}

void rollout_begin_some(struct rollout *r, const struct rollout_options *options, uint64_t slots)
{
	r->options = *options;
	r->going_back = false;
	r->at = r->count = 0;
	for (unsigned i = 0; i < CHILD_SLOTS; i++) {
		unsigned slot = i == 0 ? 0 : i == 1 ? (unsigned)SLOT_KEEPER : i - 1;
		if ((slots >> slot & 1) != 0)
			r->order[r->count++] = slot;
	}
	if (r->count > 0)
		slot_begin(r);
	else
		end(r);
}

uint64_t rollout_replaced(const struct rollout *r)
{
	uint64_t slots = 0;
	for (unsigned i = 0; i < r->count && i <= r->at; i++)
		slots |= UINT64_C(1) << r->order[i];
	return slots;
}

void rollout_child(struct rollout *r, const struct child *child, enum child_event event)
{
	if (r->step == ROLLOUT_IDLE || child->slot != r->order[r->at])
		return;
	if (event == CHILD_ENDED && r->step == ROLLOUT_LEAVING) {
		step_enter(r, ROLLOUT_STARTING, r->options.ready_ms);
	} else if (event == CHILD_ENDED && on_trial(r)) {
		go_back(r, r->step == ROLLOUT_PROBATION ? "died on probation" : "died before it served");
	} else if (event == CHILD_IS_READY && r->step == ROLLOUT_STARTING) {
		if (on_trial(r) && child->slot != SLOT_KEEPER && r->options.probation_ms > 0)
			step_enter(r, ROLLOUT_PROBATION, r->options.probation_ms);
		else
			next(r);
	}
}

void rollout_cancel(struct rollout *r)
{
	step_enter(r, ROLLOUT_IDLE, 0);
}
