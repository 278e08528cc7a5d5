#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "master/ctl/remote.h"
#include "master/ctl/show.h"
#include "master/duration.h"

static const cJSON *part(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void audit_show(const cJSON *audit, double now_s)
{
	char ago[DURATION_BYTES];
	const cJSON *store = part(audit, "store");
	if (remote_number(audit, "number") == 0) {
		puts("audit        none yet");
		return;
	}
	double seconds = now_s - remote_number(audit, "unix_s");
	printf("audit        %.0f findings %s ago; %.0f gold and %.0f items in the world", remote_number(audit, "findings"),
		   duration_write(ago, (uint64_t)(seconds > 0 ? seconds * 1000 : 0)), remote_number(audit, "gold"),
		   remote_number(audit, "items"));
	if (remote_number(store, "unix_s") > 0)
		printf(", %.0f and %.0f in the store", remote_number(store, "gold"), remote_number(store, "items"));
	putchar('\n');
}

static void server_show(const cJSON *reply)
{
	char up[DURATION_BYTES];
	const cJSON *world = part(reply, "world"), *store = part(reply, "store");
	printf("argentumd %s, pid %.0f, %s on %s for %s\n\n", remote_text(reply, "version"), remote_number(reply, "pid"),
		   remote_text(reply, "state"), remote_text(reply, "listen"),
		   duration_write(up, (uint64_t)remote_number(reply, "uptime_ms")));
	printf("players      %.0f online, %.0f most at a time, %.0f fit\n", remote_number(reply, "players"),
		   remote_number(reply, "players_most"), remote_number(world, "players_max"));
	printf("connections  %.0f open, %.0f allowed, %.0f sockets in the vault\n", remote_number(reply, "connections"),
		   remote_number(world, "connections_max"), remote_number(reply, "sockets_in_vault"));
	printf("world        %.0f maps from %s (%.0f warnings), %.0f MiB of shared memory\n", remote_number(world, "maps"),
		   remote_text(world, "path"), remote_number(world, "file_warnings"),
		   remote_number(world, "bytes") / (1024 * 1024));
	printf("             catalog %s, layout %.0f %s\n", remote_text(world, "catalog_hash"),
		   remote_number(world, "layout_version"), remote_text(world, "layout_fingerprint"));
	printf(
		"store        %s, %.0f cuts (%.0f failed at first), locks held %.0f us by the last, %.0f us by the longest\n",
		remote_text(store, "backend"), remote_number(store, "cuts"), remote_number(store, "cuts_failed"),
		remote_number(store, "cut_held_us_last"), remote_number(store, "cut_held_us_max"));
	char state[DURATION_BYTES], age[DURATION_BYTES], lag[DURATION_BYTES];
	const char *reason = remote_text(store, "reason");
	printf("             %s for %s%s%s\n", remote_text(store, "state"),
		   duration_write(state, (uint64_t)remote_number(store, "state_ms")), *reason != '\0' ? ": " : "", reason);
	printf("             oldest change that is not durable: %s; all that is older than %s is durable\n",
		   remote_number(store, "lag_ms") > 0 ? duration_write(lag, (uint64_t)remote_number(store, "lag_ms")) : "none",
		   duration_write(age, (uint64_t)remote_number(store, "durable_age_ms")));
	audit_show(part(reply, "audit"), (double)clock_unix_s());
	printf("log level    %s\n", remote_text(reply, "log_level"));
}

static void processes_show(const cJSON *reply)
{
	const cJSON *process;
	printf("\n%-10s %8s %-9s %5s %9s %10s %9s %13s %12s\n", "process", "pid", "state", "life", "age", "heartbeat",
		   "restarts", "transactions", "packets in");
	cJSON_ArrayForEach(process, part(reply, "processes"))
	{
		char age[DURATION_BYTES], heartbeat[DURATION_BYTES];
		const cJSON *counters = part(process, "counters");
		printf("%-10s %8.0f %-9s %5.0f %9s %10s %9.0f %13.0f %12.0f\n", remote_text(process, "name"),
			   remote_number(process, "pid"), remote_text(process, "state"), remote_number(process, "life"),
			   duration_write(age, (uint64_t)remote_number(process, "age_ms")),
			   duration_write(heartbeat, (uint64_t)remote_number(process, "heartbeat_age_ms")),
			   remote_number(process, "restarts"), remote_number(counters, "transactions"),
			   remote_number(counters, "packets_in"));
	}
}

/* What never happened is left out. */
static void counters_show(const cJSON *reply)
{
	const cJSON *counter;
	bool any = false;
	cJSON_ArrayForEach(counter, part(reply, "counters"))
	{
		if (remote_number(counter, "total") == 0)
			continue;
		if (!any)
			printf("\n%18s  since the start of the world\n", "counted");
		any = true;
		printf("%18.0f  %s\n", remote_number(counter, "total"), remote_text(counter, "what"));
	}
}

static void status_show(const cJSON *reply)
{
	server_show(reply);
	processes_show(reply);
	counters_show(reply);
}

/* --- memory --- */

static void bytes_show(const char *what, double bytes)
{
	if (bytes < 1024.0 * 1024)
		printf("%-24s %10.1f KiB", what, bytes / 1024);
	else
		printf("%-24s %10.1f MiB", what, bytes / (1024.0 * 1024));
}

static void memory_show(const cJSON *reply)
{
	const cJSON *each = part(reply, "each"), *segment = part(reply, "segment"), *item;
	static const char *const kinds[][2] = {{"player_bytes", "one player"},
										   {"connection_bytes", "one connection"},
										   {"map_bytes", "one map, ring included"},
										   {"creature_bytes", "one creature"}};
	bytes_show("world segment", remote_number(segment, "bytes"));
	puts(", reserved at the start; of it");
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		bytes_show(kinds[i][1], remote_number(each, kinds[i][0]));
		putchar('\n');
	}
	printf("\n%-24s %14s %12s %16s\n", "region", "bytes", "count", "bytes of each");
	cJSON_ArrayForEach(item, part(segment, "regions"))
	{
		printf("%-24s %14.0f %12.0f %16.0f\n", remote_text(item, "name"), remote_number(item, "bytes"),
			   remote_number(item, "count"), remote_number(item, "each_bytes"));
	}
	double together_kib = 0;
	printf("\n%-12s %8s %14s %14s %14s\n", "process", "pid", "resident KiB", "its share KiB", "private KiB");
	cJSON_ArrayForEach(item, part(reply, "processes"))
	{
		printf("%-12s %8.0f %14.0f %14.0f %14.0f\n", remote_text(item, "name"), remote_number(item, "pid"),
			   remote_number(item, "resident_kib"), remote_number(item, "share_kib"),
			   remote_number(item, "private_kib"));
		together_kib += remote_number(item, "share_kib");
	}
	bytes_show("\nall of them together", together_kib * 1024);
	puts(", with what they touched of the segment so far");
}

int status_command(const struct ctl *ctl, int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "--memory") == 0) {
		argv[1] = argv[0];
		return show_reply(ctl, argc - 1, argv + 1, "memory", memory_show);
	}
	return show_reply(ctl, argc, argv, "status", status_show);
}
