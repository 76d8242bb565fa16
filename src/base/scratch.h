/* SPDX-License-Identifier: MIT */
/*
 * What the main thread reads small files into, one at a time: there is one such buffer, because
 * each has its own locked pages. meminfo is 1.5 KiB and vmstat 5 KiB on 6.18; both grow with the
 * kernel.
 */
#ifndef USEROOM_SCRATCH_H
#define USEROOM_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

#define SCRATCH_MAX 32768
extern char scratch[SCRATCH_MAX];

/* A file that is kept open, from its beginning: how many bytes; 0 where there are none, it cannot
 * be read, or fd is negative. */
size_t scratch_read(int fd);

/* At most `size` bytes of the file with this path below dir_fd: how many, or a negative errno. */
ssize_t scratch_read_at(int dir_fd, const char *path, size_t size);

#endif
