/* SPDX-License-Identifier: MIT */
#include "look/staying.h"

#include "base/compat.h"
#include "base/scratch.h"
#include "look/parse.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Not those that come and go, as /run/user/UID: a descriptor would keep them from being unmounted.
 */
static const char *const places[STAYING_MOUNTS] = {"/dev/shm", "/tmp", "/run"};

static uint64_t used_kib(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || fs.f_blocks < fs.f_bfree)
		return 0;
	return (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize / 1024;
}

/* One directory of a file system is enough. */
static bool is_new_tmpfs(const struct staying *staying, int fd)
{
	struct stat st, other;
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0 || (unsigned long)fs.f_type != FS_TMPFS || fstat(fd, &st) < 0)
		return false;
	for (unsigned i = 0; i < staying->mount_count; i++) {
		if (fstat(staying->mounts[i], &other) == 0 && other.st_dev == st.st_dev)
			return false;
	}
	return true;
}

void staying_open(struct staying *staying, int proc_fd)
{
	*staying = (struct staying){.proc_fd = proc_fd};
	for (unsigned i = 0; i < STAYING_MOUNTS; i++) {
		int fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && is_new_tmpfs(staying, fd))
			staying->mounts[staying->mount_count++] = fd;
		else if (fd >= 0)
			(void)close(fd);
	}
	staying_read_sysv(staying);
}

void staying_close(struct staying *staying)
{
	while (staying->mount_count > 0)
		(void)close(staying->mounts[--staying->mount_count]);
}

uint64_t staying_tmpfs_kib(const struct staying *staying)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < staying->mount_count; i++)
		sum += used_kib(staying->mounts[i]);
	return sum;
}

void staying_read_sysv(struct staying *staying)
{
	ssize_t length = scratch_read_at(staying->proc_fd, "sysvipc/shm", SCRATCH_MAX);

	staying->sysv_kib = length > 0 ? parse_sysv_shm(scratch, (size_t)length) : 0;
}
