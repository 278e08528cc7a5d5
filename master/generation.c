#include "master/generation.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/loop/loop.h"
#include "common/world/keeper_note.h"
#include "master/master.h"

static void steps_go_on(struct master *master);

void generation_init(struct generation *g)
{
	*g = (struct generation){.number = 1, .other = {.catalog_fd = -1, .world_fd = -1}};
	memset(g->other.wake_fd, 0xff, sizeof g->other.wake_fd);
}

const char *generation_step_name(enum generation_step step)
{
	static const char *const names[] = {"settled", "retiring", "last cut", "putting down",
										"keeper",  "canary",   "workers",  "going back"};
	return (unsigned)step < sizeof names / sizeof *names ? names[step] : "?";
}

static void step_enter(struct master *master, enum generation_step step)
{
	log_debug("generation: %s", generation_step_name(step));
	master->generation.step = step;
	master->generation.until_ms =
		loop_now_ms(master->loop) + (uint64_t)master->settings->config.workers.generation_timeout_s * 1000;
}

/* --- where children are born ------------------------------------------------------------------------------------------ */

static struct process_start start_into(const struct master *master, const struct config *config)
{
	struct process_start start = master->children.start;
	start.config = config;
	start.world_fd = master->segments.world_fd;
	start.catalog_fd = master->segments.catalog_fd;
	start.workers = master->workers;
	memcpy(start.wake_fd, master->segments.wake_fd, sizeof start.wake_fd);
	return start;
}

static void segments_swap(struct master *master)
{
	/* In place: who holds a pointer to the master's world sees the other one from here on. */
	struct segments here = master->segments;
	master->segments = master->generation.other;
	master->generation.other = here;
}

/* After a swap: what the keeper of the other one claimed is not a stranger's. A world of another layout cannot be asked. */
static void worlds_relate(struct master *master)
{
	const struct world *other = &master->generation.other.world;
	if (other->header != NULL && master->segments.world.header != NULL)
		keeper_note_follow(&master->segments.world, other);
}

static bool vault_move(struct master *master, struct problem *why)
{
	struct generation *g = &master->generation;
	if (!vault_fit(&master->vault, master->segments.world.limits.connections, why))
		return false;
	g->former_slots = malloc(master->vault.size);
	if (g->former_slots == NULL)
		return problem_set(why, "out of memory");
	memcpy(g->former_slots, master->vault.slot, master->vault.size);
	vault_spread(&master->vault, master->workers);
	vault_world_is_new(&master->vault);
	return true;
}

/* --- the end, one way or another -------------------------------------------------------------------------------------- */

static void luggage_drop(struct master *master)
{
	struct generation *g = &master->generation;
	segments_destroy(&g->other);
	children_forget_former(&master->children);
	master->children.changing = false;
	free(g->former_slots);
	g->former_slots = NULL;
	g->moved = false;
}

static void settle(struct master *master, enum generation_outcome outcome)
{
	struct generation *g = &master->generation;
	const struct generation_plan plan = g->plan;
	struct problem why = g->trouble;
	g->step = GENERATION_SETTLED;
	if (outcome == GENERATION_MADE) {
		g->number++;
		fdstore_base_is_new(&master->fdstore);
		log_notice("generation %u of the world serves, %llu ms after it was begun (%s); %u connections came along",
				   g->number, (unsigned long long)(clock_mono_ms() - g->began_ms), plan.reason, master->vault.held);
	} else {
		log_error("the next generation of the world was not made (%s): %s; the former one goes on, nobody was "
				  "disconnected",
				  plan.reason, why.text);
	}
	luggage_drop(master); /* last: giving back a world takes a moment */
	if (plan.done != NULL)
		plan.done(plan.context, outcome, &why);
}

/* Nobody can serve any more. */
static void give_up(struct master *master, const char *what)
{
	master->generation.suspect = true; /* no cut of whatever is there */
	log_error("the world cannot be made anew: %s; this server ends, the store holds the last cut", what);
	master_give_up(master);
}

/* --- going back ------------------------------------------------------------------------------------------------------- */

static void go_back(struct master *master, const struct problem *why)
{
	struct generation *g = &master->generation;
	if (g->step == GENERATION_GOING_BACK)
		return;
	g->trouble = *why;
	step_enter(master, GENERATION_GOING_BACK);
	if (g->moved)
		children_put_down(&master->children, true); /* in the next generation's world nothing has happened yet */
	steps_go_on(master);
}

/* Out of the next one, whose processes are dead. */
static void move_back(struct master *master)
{
	struct generation *g = &master->generation;
	segments_swap(master);
	worlds_relate(master);
	master->workers = g->former_workers;
	if (g->former_slots != NULL)
		memcpy(master->vault.slot, g->former_slots, master->vault.size);
	children_move(&master->children, &g->former_start);
	g->moved = false;
}

static void give_back(struct master *master)
{
	struct generation *g = &master->generation;
	struct problem why = {""};
	if (!g->plan.give_back(g->plan.context, &g->trouble, &why))
		give_up(master, why.text);
}

static void former_start(struct master *master)
{
	if (master->generation.moved)
		move_back(master);
	if (master->generation.plan.give_back != NULL)
		give_back(master);
	else
		children_go_on(&master->children, master->workers, loop_now_ms(master->loop));
}

/* --- the next generation ---------------------------------------------------------------------------------------------- */

static void fail(struct master *master, const char *what)
{
	struct problem why;
	problem_set(&why, "%s", what);
	if (master->generation.plan.orderly && master->generation.step != GENERATION_WORKERS)
		go_back(master, &why);
	else
		give_up(master, what);
}

/* Into the next one, where nobody lives yet. */
static void move_in(struct master *master)
{
	struct generation *g = &master->generation;
	struct problem why = {""};
	g->former_start = master->children.start;
	g->former_start.former_world_fd = -1;
	g->former_workers = master->workers;
	segments_swap(master);
	worlds_relate(master);
	g->moved = true;
	g->suspect = false;
	if (g->plan.workers != 0)
		master->workers = g->plan.workers;
	struct process_start start = start_into(master, g->plan.config);
	start.former_world_fd = g->plan.orderly ? -1 : g->other.world_fd;
	children_move(&master->children, &start);
	/* Put down, there is nothing but to go on trying; orderly, the first failure leads back. */
	master->children.keep_up = !g->plan.orderly;
	step_enter(master, GENERATION_KEEPER);
	if (!vault_move(master, &why)) {
		fail(master, why.text);
	} else if (!child_spawn(&master->children, SLOT_KEEPER, loop_now_ms(master->loop)) && g->plan.orderly) {
		fail(master, "the keeper cannot be started");
	}
}

/* The former generation has ended. */
static void move(struct master *master)
{
	struct generation *g = &master->generation;
	struct problem why = {""};
	if (g->plan.hand_over == NULL)
		move_in(master);
	else if (!g->plan.hand_over(g->plan.context, &why))
		go_back(master, &why);
}

/* The canary serves: from here on there is only forward. */
static void others_start(struct master *master)
{
	step_enter(master, GENERATION_WORKERS);
	master->children.keep_up = true;
	for (unsigned slot = 1; slot < master->workers; slot++)
		child_spawn(&master->children, slot, loop_now_ms(master->loop));
}

/* As far as it can be gone now. */
static void steps_go_on(struct master *master)
{
	struct generation *g = &master->generation;
	struct children *children = &master->children;
	if (g->step == GENERATION_RETIRING && children_alive_workers(children) == 0) {
		step_enter(master, GENERATION_LAST_CUT);
		children_stop_keeper(children, false, loop_now_ms(master->loop));
	}
	if ((g->step == GENERATION_LAST_CUT || g->step == GENERATION_PUTTING_DOWN) && children_alive(children) == 0)
		move(master);
	if (g->step == GENERATION_KEEPER && child_is_ready(children, SLOT_KEEPER)) {
		step_enter(master, GENERATION_CANARY);
		if (!child_spawn(children, 0, loop_now_ms(master->loop)) && g->plan.orderly)
			fail(master, "the first worker cannot be started");
	}
	if (g->step == GENERATION_CANARY && child_is_ready(children, 0))
		others_start(master);
	if (g->step == GENERATION_WORKERS && children_all_ready(children, master->workers))
		settle(master, GENERATION_MADE);
	/* Who was told to end, and is still ready, does not serve any more. */
	if (g->step != GENERATION_GOING_BACK || children_ending(children))
		return;
	former_start(master);
	if (!g->moved && children_all_ready(children, master->workers))
		settle(master, GENERATION_WENT_BACK);
}

static void ended_too_soon(struct master *master, const struct child *child)
{
	struct problem why;
	char name[16];
	problem_set(&why, "%s ended before its time; the lines before this one say why", child_name(child->slot, name));
	go_back(master, &why);
}

void generation_child(struct master *master, const struct child *child, enum child_event event)
{
	const struct generation *g = &master->generation;
	struct problem why;
	bool ended = event == CHILD_ENDED, keeper = child->slot == SLOT_KEEPER;
	bool too_soon = g->step == GENERATION_RETIRING
						? keeper || !child_exited_with(child, PROCESS_EXIT_RETIRED)
						: g->plan.orderly && (g->step == GENERATION_KEEPER || g->step == GENERATION_CANARY);
	if (ended && too_soon)
		ended_too_soon(master, child);
	else if (ended && g->step == GENERATION_LAST_CUT && keeper && !child->clean_end)
		go_back(master,
				(problem_set(&why, "the last cut was not acknowledged; see the keeper's lines before this one"), &why));
	steps_go_on(master);
}

void generation_tick(struct master *master, uint64_t now_ms)
{
	struct generation *g = &master->generation;
	if (!generation_changes(g) || now_ms < g->until_ms)
		return;
	switch (g->step) {
	case GENERATION_RETIRING: /* their ends lead back */
		children_put_down(&master->children, false);
		break;
	case GENERATION_LAST_CUT:
		children_put_down(&master->children, true);
		break;
	case GENERATION_WORKERS:    /* it serves, if not with all its workers: children.c and the ladder see to those */
	case GENERATION_GOING_BACK: /* so does the former one */
		step_enter(master, g->step);
		break;
	default:
		fail(master, "it does not serve within workers.generation_timeout_s");
		break;
	}
}

/* --- beginning -------------------------------------------------------------------------------------------------------- */

static bool may_begin(const struct master *master, const struct generation_plan *plan, struct problem *why)
{
	if (master->phase != MASTER_SERVING)
		return problem_set(why, "the server is %s", master_phase_name(master->phase));
	if (generation_changes(&master->generation))
		return problem_set(why, "a change of the generation is under way (%s)",
						   generation_step_name(master->generation.step));
	if (plan->workers > master->listeners.count)
		return problem_set(why, "%u workers, but only %u listening sockets", plan->workers, master->listeners.count);
	if (plan->orderly && !children_all_ready(&master->children, master->workers))
		return problem_set(why, "a process is just being started again; try again in a moment");
	return true;
}

bool generation_begin(struct master *master, const struct generation_plan *plan, struct problem *why)
{
	struct generation *g = &master->generation;
	if (!may_begin(master, plan, why))
		return false;
	g->began_ms = loop_now_ms(master->loop);
	g->plan = *plan;
	if (g->plan.config == NULL)
		g->plan.config = master->children.start.config;
	if (g->plan.reason == NULL)
		g->plan.reason = "no reason given";
	unsigned workers = plan->workers != 0 ? plan->workers : master->workers;
	if (plan->hand_over == NULL && !segments_renew(&g->other, &master->segments, g->plan.config, workers,
												   plan->same_catalog ? &master->segments : plan->catalog_of, why))
		return false;
	log_notice("the world is made anew (%s), %s; %u connections stay open", g->plan.reason,
			   plan->orderly ? "in order: nothing is lost" : "from the last cut", master->vault.held);
	g->trouble.text[0] = '\0';
	g->moved = false;
	g->suspect = !plan->orderly;
	master->children.changing = true;
	master->children.keep_up = false;
	if (plan->orderly) {
		step_enter(master, GENERATION_RETIRING);
		if (!children_retire(&master->children))
			go_back(master, (problem_set(why, "a worker could not be told to retire"), why));
	} else {
		step_enter(master, GENERATION_PUTTING_DOWN);
		children_put_down(&master->children, true);
		steps_go_on(master); /* all may be dead already */
	}
	return true;
}

bool generation_arrive(struct master *master, const struct generation_plan *plan, struct problem *why)
{
	struct generation *g = &master->generation;
	struct problem other;
	const struct segments *former = &master->segments;
	g->began_ms = loop_now_ms(master->loop);
	g->plan = *plan;
	g->plan.orderly = true;
	/* The catalog is taken as it is when this program has the same layout of it. */
	if (!segments_renew(&g->other, former, plan->config, master->workers, former, &other) &&
		!segments_renew(&g->other, former, plan->config, master->workers, NULL, why))
		return false;
	g->trouble.text[0] = '\0';
	g->moved = g->suspect = false;
	master->children.changing = true;
	move_in(master);
	return true;
}

void generation_abandon(struct master *master)
{
	if (generation_changes(&master->generation))
		log_notice("the change of the generation ends here (%s): the server stops",
				   generation_step_name(master->generation.step));
	master->generation.step = GENERATION_SETTLED;
	master->children.changing = false;
}

void generation_release(struct master *master)
{
	luggage_drop(master);
}
