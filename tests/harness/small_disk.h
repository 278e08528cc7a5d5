/* small_disk.h - a test object: a small file system in memory, which can be filled to the last byte. It is mounted in a mount
 * namespace of the test program's own, which the servers it starts from then on share; nobody else sees it. */
#ifndef ARGENTUM_HARNESS_SMALL_DISK_H
#define ARGENTUM_HARNESS_SMALL_DISK_H

/* Mounts one of so many MiB and returns its folder; skips the test where that is not allowed. One at a time;
 * scenario_teardown unmounts what a failed test left. */
const char *small_disk_mount(unsigned size_mb);
void small_disk_unmount(void);

void small_disk_fill(const char *disk);  /* no byte is left */
void small_disk_empty(const char *disk); /* of what filled it */

#endif
