#include "master/resize.h"

#include "common/base/log.h"
#include "common/loop/loop.h"

enum { FAILURES_MOST = 3 }; /* of new ones, before the enlargement is given up */

static void deadline_passed(void *context);

void resize_init(struct resize *r, struct children *children, struct listeners *listeners, struct loop *loop)
{
	*r = (struct resize){.children = children, .listeners = listeners, .loop = loop};
}

static void step_enter(struct resize *r, enum resize_step step, uint64_t within_ms)
{
	r->step = step;
	loop_timer_remove(&r->deadline);
	if (step != RESIZE_IDLE)
		r->deadline = loop_timer_once(r->loop, within_ms, deadline_passed, r, "changing the number of workers");
}

static void end(struct resize *r)
{
	step_enter(r, RESIZE_IDLE, 0);
	r->options.done(r->options.context, !r->undone);
}

/* --- fewer -------------------------------------------------------------------------------------------------------- */

static void heirs_replace(struct resize *r)
{
	r->inheriting = 0;
	for (unsigned slot = r->to; slot < r->from; slot++)
		r->inheriting |= UINT64_C(1) << slot_heir(slot, r->to);
	step_enter(r, RESIZE_INHERITING, r->options.leave_ms);
	for (unsigned slot = 0; slot < r->to; slot++) {
		/* One that is just being born may have been forked before all had ended: it makes way at once. */
		if ((r->inheriting >> slot & 1) != 0 && child_alive(r->children, slot) && !child_make_way(r->children, slot))
			child_kill(r->children, slot);
	}
}

static void given_up_look(struct resize *r)
{
	for (unsigned slot = r->to; slot < r->from; slot++) {
		if (r->children->child[slot].wanted || child_alive(r->children, slot))
			return;
	}
	heirs_replace(r);
}

static void shrink(struct resize *r)
{
	listeners_spread(r->listeners, r->to);
	children_set_team(r->children, r->to);
	step_enter(r, RESIZE_GIVING_UP, r->options.leave_ms);
	for (unsigned slot = r->to; slot < r->from; slot++) {
		if (r->undone && (r->served >> slot & 1) == 0)
			child_abandon(r->children, slot);
		else if (!child_give_up(r->children, slot, slot_heir(slot, r->to)) && child_alive(r->children, slot))
			child_kill(r->children, slot);
	}
	given_up_look(r);
}

/* --- more --------------------------------------------------------------------------------------------------------- */

static void grown_look(struct resize *r)
{
	for (unsigned slot = r->from; slot < r->to; slot++) {
		if (!child_is_ready(r->children, slot))
			return;
	}
	children_set_team(r->children, r->to);
	listeners_spread(r->listeners, r->to);
	end(r);
}

static void grow(struct resize *r)
{
	/* Who is born serves its share at once; the former server of that listening socket does too, until all are told. */
	unsigned before = r->children->start.workers;
	r->children->start.workers = r->to;
	step_enter(r, RESIZE_STARTING, r->options.ready_ms);
	for (unsigned slot = r->from; slot < r->to; slot++) {
		child_keep(r->children, slot);
		child_spawn(r->children, slot, loop_now_ms(r->loop));
	}
	r->children->start.workers = before;
}

/* Some of the new ones may have players already: so it is a shrinking. */
static void grow_undo(struct resize *r)
{
	unsigned to = r->to;
	r->undone = true;
	r->to = r->from;
	r->from = to;
	log_error("workers: the new ones do not serve: going back to %u", r->to);
	shrink(r);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static void deadline_passed(void *context)
{
	struct resize *r = context;
	r->deadline = NULL;
	if (r->step == RESIZE_STARTING) {
		grow_undo(r);
		return;
	}
	/* Who does not make way is killed: what it had goes to its successor, who is told again. */
	for (unsigned slot = 0; slot < WORKERS_MAX; slot++) {
		bool late = r->step == RESIZE_GIVING_UP ? slot >= r->to && slot < r->from : (r->inheriting >> slot & 1) != 0;
		if (late && child_alive(r->children, slot))
			child_kill(r->children, slot);
	}
	step_enter(r, r->step, r->options.leave_ms);
}

static bool is_leaving(const struct resize *r, unsigned slot)
{
	return slot >= r->to && slot < r->from;
}

void resize_begin(struct resize *r, const struct resize_options *options, unsigned from, unsigned to)
{
	r->options = *options;
	r->from = from;
	r->to = to;
	r->failures = 0;
	r->undone = false;
	r->served = 0;
	if (to > from)
		grow(r);
	else
		shrink(r);
}

void resize_child(struct resize *r, const struct child *child, enum child_event event)
{
	switch (r->step) {
	case RESIZE_STARTING:
		if (event == CHILD_IS_READY) {
			r->served |= child->slot < WORKERS_MAX ? UINT64_C(1) << child->slot : 0;
			grown_look(r);
		} else if (child->slot >= r->from && child->slot < r->to && ++r->failures >= FAILURES_MOST)
			grow_undo(r);
		break;
	case RESIZE_GIVING_UP:
		if (event == CHILD_ENDED)
			given_up_look(r);
		else if (is_leaving(r, child->slot)) /* it died instead: its successor is asked to go as well */
			child_give_up(r->children, child->slot, slot_heir(child->slot, r->to));
		break;
	case RESIZE_INHERITING:
		if (event == CHILD_IS_READY && child->slot < WORKERS_MAX && child->inherits == 0)
			r->inheriting &= ~(UINT64_C(1) << child->slot);
		if (r->inheriting == 0)
			end(r);
		break;
	default:
		break;
	}
}

void resize_cancel(struct resize *r)
{
	step_enter(r, RESIZE_IDLE, 0);
}
