/* SPDX-License-Identifier: MIT */
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

char scratch[SCRATCH_MAX];

size_t scratch_read(int fd)
{
	ssize_t length = fd < 0 ? -1 : pread(fd, scratch, sizeof(scratch), 0);

	return length > 0 ? (size_t)length : 0;
}

ssize_t scratch_read_at(int dir_fd, const char *path, size_t size)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, scratch, size);
	if (length < 0)
		length = -errno;
	(void)close(fd);
	return length;
}
