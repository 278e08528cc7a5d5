#include "tests/harness/points.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/base/point.h"
#include "common/world/world.h"

static void text_put(char *to, size_t size, const char *text)
{
	memset(to, 0, size);
	memcpy(to, text, strnlen(text, size - 1));
}

static struct points *points_map(const char *path, int flags)
{
	int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	void *place = MAP_FAILED;
	if (ftruncate(fd, sizeof(struct points)) == 0)
		place = mmap(NULL, sizeof(struct points), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return place == MAP_FAILED ? NULL : place;
}

/* --- in the test -------------------------------------------------------------------------------------------------------------- */

struct points *points_create(const char *path)
{
	return points_map(path, O_CREAT | O_TRUNC);
}

void points_destroy(struct points **points)
{
	if (*points != NULL)
		munmap(*points, sizeof **points);
	*points = NULL;
}

static void points_aim(struct points *points, const char *process, const char *name)
{
	points_disarm(points);
	text_put(points->process, sizeof points->process, process);
	text_put(points->name, sizeof points->name, name);
	atomic_store(&points->records, 0);
	atomic_store(&points->struck, 0);
}

void points_arm(struct points *points, const char *process, const char *name, unsigned skip, int signal)
{
	points_arm_times(points, process, name, skip, signal, 1);
}

bool points_are_armed(const struct points *points)
{
	return atomic_load(&points->mode) == POINTS_STRIKE;
}

void points_arm_times(struct points *points, const char *process, const char *name, unsigned skip, int signal,
					  unsigned times)
{
	points_aim(points, process, name);
	points->signal = signal;
	points->skip = skip;
	atomic_store(&points->strikes, (int32_t)times);
	atomic_store(&points->countdown, (int64_t)skip);
	atomic_store(&points->mode, POINTS_STRIKE);
}

void points_disarm(struct points *points)
{
	atomic_store(&points->mode, POINTS_OFF);
}

void points_record(struct points *points, const char *process)
{
	points_aim(points, process, "");
	atomic_store(&points->mode, POINTS_RECORD);
}

unsigned points_recorded(const struct points *points, const char *name)
{
	unsigned all = atomic_load(&points->records), count = 0;
	for (unsigned i = 0; i < all && i < POINTS_RECORDS; i++)
		count += name[0] == '\0' || strncmp(points->record[i], name, POINTS_NAME - 1) == 0;
	return count;
}

pid_t points_struck(const struct points *points)
{
	return atomic_load(&points->struck);
}

/* --- in the daemon of the tests ----------------------------------------------------------------------------------------------- */

static struct points *obeyed;

static bool point_fits(const struct points *points, const char *name)
{
	char process[16] = "";
	if (points->name[0] != '\0' && strncmp(points->name, name, sizeof points->name - 1) != 0)
		return false;
	if (points->process[0] == '\0')
		return true;
	prctl(PR_GET_NAME, process);
	return strncmp(points->process, process, sizeof process - 1) == 0;
}

static void strike(struct points *points, const char *name)
{
	if (atomic_fetch_sub(&points->countdown, 1) != 0)
		return;
	if (atomic_fetch_sub(&points->strikes, 1) > 1)
		atomic_store(&points->countdown, points->skip);
	else
		atomic_store(&points->mode, POINTS_OFF);
	text_put(points->struck_at, sizeof points->struck_at, name);
	atomic_store(&points->struck, getpid());
	if (points->signal == POINTS_HANG) {
		for (;;)
			pause();
	}
	kill(getpid(), points->signal); /* not raise: that is for one thread */
}

static void point_passed(const char *name)
{
	struct points *points = obeyed;
	uint32_t mode = atomic_load_explicit(&points->mode, memory_order_relaxed);
	if (mode == POINTS_OFF || !point_fits(points, name))
		return;
	if (mode == POINTS_STRIKE) {
		strike(points, name);
		return;
	}
	uint32_t n = atomic_fetch_add(&points->records, 1);
	if (n < POINTS_RECORDS)
		text_put(points->record[n], sizeof points->record[n], name);
}

bool points_obey(void)
{
	const char *path = getenv("ARGENTUM_POINTS");
	if (path == NULL)
		return true;
	obeyed = points_map(path, 0);
	if (obeyed == NULL)
		return false;
	point_hook = point_passed;
	world_settlement_off = obeyed->settlement_off != 0;
	return true;
}
