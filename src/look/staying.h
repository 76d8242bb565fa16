/* SPDX-License-Identifier: MIT */
/*
 * Shared memory that stays when every process has ended: files in tmpfs, and System V segments that
 * nobody has marked to be removed. Who maps them does not give them back.
 */
#ifndef USEROOM_STAYING_H
#define USEROOM_STAYING_H

#include <stdbool.h>
#include <stdint.h>

#define STAYING_MOUNTS 3

struct staying {
	int mounts[STAYING_MOUNTS]; /* tmpfs at its usual places */
	unsigned mount_count;
	int proc_fd;
	uint64_t sysv_kib; /* at the last staying_read_sysv() */
};

/* Open tmpfs where the system has it, and read the segments: may wait. proc_fd is kept, not owned.
 */
void staying_open(struct staying *staying, int proc_fd);
void staying_close(struct staying *staying);

/*
 * What files in tmpfs hold, in memory or in swap: 1 us, waits for nobody. Files that were removed
 * and are still in use are among them; tmpfs elsewhere, as in containers, is not.
 */
uint64_t staying_tmpfs_kib(const struct staying *staying);

/*
 * Read what segments hold, into sysv_kib. Not while memory is low: shmget(2) allocates under the
 * lock that this waits for (ipc/shm.c, newseg).
 */
void staying_read_sysv(struct staying *staying);

#endif
