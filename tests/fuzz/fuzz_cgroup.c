/* SPDX-License-Identifier: MIT */
/* The text of /proc/PID/cgroup; the first byte also chooses how small the buffers are. */
#include "look/cgroup.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly `size` bytes, so that one too many is seen. */
static void run(const char *text, size_t length, size_t size)
{
	char *path = malloc(size), *buf = malloc(size);

	if (path && buf && size > 0) {
		if (cgroup_parse(text, length, path, size) < 0 && path[0] != '\0')
			abort();
		if (strnlen(path, size) == size)
			abort();
		if (strnlen(cgroup_unit(path, buf, size), size) == size)
			abort();
		if (strnlen(cgroup_container(path, buf, size), size) == size)
			abort();
	}
	free(path);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run((const char *)data, size, 256);
	if (size > 0)
		run((const char *)data, size, 1u + data[0] % 96u);
	return 0;
}
