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

typedef const char *(*name_fn)(const char *path, size_t length, char *ret, size_t size);

/* Exactly `size` bytes, so that one too many is seen. What is cut is the beginning of the whole. */
static void run_name(name_fn name, const char *path, size_t length, size_t size)
{
	char *cut = malloc(size), *whole = malloc(2 * length + 256);

	if (cut && whole) {
		(void)name(path, length, cut, size);
		(void)name(path, length, whole, 2 * length + 256);
		if (strnlen(cut, size) == size || strncmp(cut, whole, strlen(cut)) != 0)
			abort();
	}
	free(cut);
	free(whole);
}

/* What the machine's manager made is whole components from the front, and it made all of that. */
static void run_owned(const char *path, size_t length)
{
	size_t owned = cgroup_owned(path, length);

	if (owned > length || (owned < length && path[owned] != '/'))
		abort();
	if (cgroup_owned(path, owned) != owned)
		abort();
}

static void run_path(const char *path, size_t length, size_t size)
{
	run_name(cgroup_unit, path, length, size);
	run_name(cgroup_container, path, length, size);
	run_owned(path, length);
}

/* A line's path is in the line, and is absolute. */
static void run_line(const char *text, size_t length)
{
	struct cgroup_line line;

	if (!cgroup_parse_line(text, length, &line))
		return;
	if (line.path < text || line.path + line.length > text + length || line.length == 0 ||
	    line.path[0] != '/' || line.says > CGROUP_CONTAINER)
		abort();
	run_path(line.path, line.length, 64);
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

	if (size == 0)
		return 0;
	run_path(text, size, 256);
	run_line(text, size);
	run_path(text, size, 1u + data[0] % 96u);
	run_pieces(text, size, data[0] % size);
	return 0;
}
