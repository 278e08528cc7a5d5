/* argentumctl traffic: what clients send and how long it holds locks, and what they are told. */
#include <cjson/cJSON.h>
#include <stdio.h>

#include "master/ctl/remote.h"
#include "master/ctl/show.h"

enum { TIME_BYTES = 24 };

/* Three digits and a unit. */
static const char *time_write(char text[TIME_BYTES], double ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	unsigned unit = 0;
	while (ns >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
		ns /= 1000;
		unit++;
	}
	snprintf(text, TIME_BYTES, "%.*f %s", unit == 0 || ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2, ns, units[unit]);
	return text;
}

static void received_show(const cJSON *reply)
{
	const cJSON *row;
	printf("%-26s %12s %14s %10s %10s %10s %10s %10s\n", "received", "count", "bytes", "held", "mean", "50 %", "99 %",
		   "longest");
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "received"))
	{
		static const char *const times[] = {"held_ns", "mean_ns", "within_50_ns", "within_99_ns", "longest_ns"};
		char text[TIME_BYTES];
		printf("%-26s %12.0f %14.0f", remote_text(row, "name"), remote_number(row, "count"),
			   remote_number(row, "bytes"));
		for (unsigned i = 0; i < sizeof times / sizeof *times; i++)
			printf(" %10s",
				   remote_number(row, "transactions") > 0 ? time_write(text, remote_number(row, times[i])) : "-");
		putchar('\n');
	}
	puts("\nHeld: how long locks were held, since the start of the world. So many % were no longer than that: the end "
		 "of a\n"
		 "bucket that is twice as long as the one before. Of ticks and of everything else (logins, leaving, snapshots "
		 "...)\n"
		 "transactions are counted.");
}

static void told_show(const cJSON *reply)
{
	const cJSON *row;
	double count = 0, bytes = 0;
	printf("\n%-26s %12s %14s\n", "told", "count", "bytes");
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "told"))
	{
		printf("%-26s %12.0f %14.0f\n", remote_text(row, "name"), remote_number(row, "count"),
			   remote_number(row, "bytes"));
		count += remote_number(row, "count");
		bytes += remote_number(row, "bytes");
	}
	printf("%-26s %12.0f %14.0f\n", "together", count, bytes);
}

static void traffic_show(const cJSON *reply)
{
	received_show(reply);
	told_show(reply);
}

int traffic_command(const struct ctl *ctl, int argc, char **argv)
{
	return show_reply(ctl, argc, argv, "traffic", traffic_show);
}
