/* SPDX-License-Identifier: MIT */
/*
 * The text of /proc/PID/cgroup; the first byte also chooses how small the buffers are, and where
 * one piece of the text ends.
 */
#include "choose/place.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly `size` bytes, so that one too many is seen. */
static void run_path(const char *path, size_t length, size_t size)
{
	char *buf = malloc(size);

	if (buf && strnlen(cgroup_unit(path, length, buf, size), size) == size)
		abort();
	if (buf && strnlen(cgroup_container(path, length, buf, size), size) == size)
		abort();
	free(buf);
}

/* The same process comes of a text that is read in one piece and in two. */
static void run_pieces(const char *text, size_t length, size_t first)
{
	static struct config config;
	static struct proc whole, pieces;
	struct place a, b;
	size_t taken;

	place_begin(&a, &config, &whole);
	place_begin(&b, &config, &pieces);
	if (place_add(&a, text, length) > length)
		abort();
	taken = place_add(&b, text, first);
	(void)place_add(&b, text + taken, length - taken);
	if (whole.place != pieces.place || strcmp(whole.unit, pieces.unit) != 0 ||
	    strcmp(whole.container, pieces.container) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	run_path(text, size, 256);
	if (size == 0)
		return 0;
	run_path(text, size, 1u + data[0] % 96u);
	run_pieces(text, size, data[0] % size);
	return 0;
}
