#include "master/ladder.h"

#include <stdio.h>
#include <string.h>

static bool is_recent(uint64_t then_ms, uint64_t now_ms, uint64_t within_ms)
{
	return then_ms != 0 && then_ms <= now_ms && now_ms - then_ms < within_ms;
}

static unsigned deaths_count(const struct ladder *ladder, uint64_t now_ms, uint64_t window_ms, uint16_t map)
{
	unsigned count = 0;
	for (unsigned i = 0; i < LADDER_DEATHS; i++) {
		const struct ladder_death *death = &ladder->deaths[i];
		count += is_recent(death->at_ms, now_ms, window_ms) && (map == 0 || death->map == map);
	}
	return count;
}

static void deaths_forget(struct ladder *ladder, uint16_t map)
{
	for (unsigned i = 0; i < LADDER_DEATHS; i++) {
		if (map == 0 || ladder->deaths[i].map == map)
			ladder->deaths[i] = (struct ladder_death){0};
	}
}

static bool was_reset(const struct ladder *ladder, uint64_t now_ms, uint64_t window_ms, uint16_t map)
{
	for (unsigned i = 0; i < LADDER_MAPS; i++) {
		if (ladder->resets[i].map == map && is_recent(ladder->resets[i].at_ms, now_ms, window_ms))
			return true;
	}
	return false;
}

static struct ladder_verdict map_verdict(struct ladder *ladder, uint64_t now_ms, uint16_t map, unsigned deaths)
{
	ladder->resets[ladder->resets_next].at_ms = now_ms;
	ladder->resets[ladder->resets_next].map = map;
	ladder->resets_next = (ladder->resets_next + 1) % LADDER_MAPS;
	deaths_forget(ladder, map);
	return (struct ladder_verdict){.rung = LADDER_RESET_MAP, .map = map, .deaths = deaths};
}

static struct ladder_verdict world_verdict(struct ladder *ladder, const struct ladder_limits *limits, uint64_t now_ms,
										   uint16_t map, unsigned deaths, bool again)
{
	bool soon = is_recent(ladder->generation_ms, now_ms, limits->exit_ms);
	deaths_forget(ladder, 0);
	memset(ladder->resets, 0, sizeof ladder->resets);
	ladder->generation_ms = now_ms;
	return (struct ladder_verdict){
		.rung = soon ? LADDER_EXIT : LADDER_FRESH_GENERATION, .map = map, .deaths = deaths, .again = again};
}

struct ladder_verdict ladder_death(struct ladder *ladder, const struct ladder_limits *limits, struct ladder_death death)
{
	uint64_t now_ms = death.at_ms;
	ladder->deaths[ladder->next] = death;
	ladder->next = (ladder->next + 1) % LADDER_DEATHS;

	unsigned here = death.map != 0 ? deaths_count(ladder, now_ms, limits->window_ms, death.map) : 0;
	unsigned all = deaths_count(ladder, now_ms, limits->window_ms, 0);
	bool map_kills = limits->map_deaths != 0 && here >= limits->map_deaths;
	/* A map may kill again before its reset had a chance; the window begins with the reset. */
	if (map_kills && limits->world_deaths != 0 && was_reset(ladder, now_ms, limits->window_ms, death.map))
		return world_verdict(ladder, limits, now_ms, death.map, here, true);
	if (limits->world_deaths != 0 && all >= limits->world_deaths)
		return world_verdict(ladder, limits, now_ms, death.map, all, false);
	if (map_kills)
		return map_verdict(ladder, now_ms, death.map, here);
	return (struct ladder_verdict){.rung = LADDER_RESPAWN, .map = death.map, .deaths = all};
}

void ladder_say(char *text, size_t size, const struct ladder_verdict *v, const struct ladder_limits *limits)
{
	unsigned long long window_s = limits->window_ms / 1000, exit_s = limits->exit_ms / 1000;
	char why[128] = "";
	snprintf(why, sizeof why, "%u crashes or hangs%s within %llu s (workers.ladder_window_s)", v->deaths,
			 v->again ? " on a map that had just been made anew" : "", window_s);
	switch (v->rung) {
	case LADDER_RESPAWN:
		snprintf(text, size, "%s: started again", why);
		break;
	case LADDER_RESET_MAP:
		snprintf(text, size, "%s on map %u: the map is made anew from the last cut (workers.ladder_map_deaths)", why,
				 v->map);
		break;
	case LADDER_FRESH_GENERATION:
		snprintf(
			text, size,
			"%s: the world is suspected to be damaged, it is made anew from the last cut, everybody stays connected "
			"(workers.ladder_world_deaths)",
			why);
		break;
	case LADDER_EXIT:
		snprintf(
			text, size,
			"%s, and the world was made anew less than %llu s ago (workers.ladder_exit_s): nothing more can be done "
			"here; this server ends, its service manager starts it anew",
			why, exit_s);
		break;
	}
}
