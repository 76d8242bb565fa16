/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc that are read piece by piece, because they have no largest size: zoneinfo and
 * vmstat (sums of counters), status, mountinfo. The first byte says how large a piece is; the same
 * must come of it as of the whole.
 */
#include "base/util.h"
#include "look/parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes what it can of a piece and adds it to *to; returns how much that was. */
typedef size_t (*part_fn)(const char *text, size_t length, void *to);

/* As sense.c and process.c read: what was not taken comes again, before the next piece. */
static size_t read_pieces(part_fn part, const char *text, size_t length, size_t piece, void *to)
{
	size_t at = 0, end = 0;

	while (end < length) {
		size_t taken;

		end = min_size(end + piece, length);
		taken = part(text + at, end - at, to);
		if (taken > end - at)
			abort();
		at += taken;
	}
	return at;
}

static size_t add_counts(const char *text, size_t length, void *to)
{
	return parse_counter_part(text, length, "              count:", to);
}

static size_t add_faults(const char *text, size_t length, void *to)
{
	return parse_counter_part(text, length, "workingset_refault", to);
}

static void check_sum(part_fn part, const char *prefix, const char *text, size_t length,
		      size_t piece)
{
	uint64_t whole = 0, pieces = 0, other = 0;
	size_t taken = part(text, length, &whole);

	if (taken > 0 && text[taken - 1] != '\n')
		abort();
	if (read_pieces(part, text, length, piece, &pieces) != taken || pieces != whole)
		abort();
	if (parse_counter_sum(text, length, prefix, &other) == 0 ? other != whole : whole != 0)
		abort();
}

/* A value that is found among others is the one that is found alone. */
static void check_counters(const char *text, size_t length)
{
	static const char *const names[] = {"oom_kill", "pgmajfault", "c_min",
					    "mfu_evictable_data"};
	uint64_t together[ARRAY_SIZE(names)], alone;
	uint32_t found = parse_counters(text, length, names, ARRAY_SIZE(names), together);

	if (found >> ARRAY_SIZE(names))
		abort();
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		int r = parse_counter(text, length, names[i], &alone);

		if (found & (1u << i) && (r < 0 || alone != together[i]))
			abort();
	}
}

static size_t add_status(const char *text, size_t length, void *to)
{
	return parse_status_part(text, length, to);
}

/* A line longer than a piece is passed over, as those of groups are: no line that is wanted may be.
 */
static void check_status(const char *text, size_t length, size_t piece)
{
	struct status_text whole = {0}, pieces = {0};
	struct proc_status s, again;
	int r;

	(void)add_status(text, length, &whole);
	(void)read_pieces(add_status, text, length, piece, &pieces);
	if (pieces.have >> STATUS_FIELD_COUNT || whole.have >> STATUS_FIELD_COUNT)
		abort();
	r = parse_status_end(&whole, &s);
	if (r == 0 && !s.has_memory && s.rss_kib != 0)
		abort();
	(void)parse_status_end(&pieces, &again);
}

static size_t add_mounts(const char *text, size_t length, void *to)
{
	return parse_path_files(text, length, "/usr/sbin/sshd", to);
}

static void check_mounts(const char *text, size_t length, size_t piece)
{
	struct path_files whole = {0}, pieces = {0};
	size_t taken = add_mounts(text, length, &whole);

	if (read_pieces(add_mounts, text, length, piece, &pieces) != taken)
		abort();
	if (whole.count > PATH_FILES_MAX || whole.count != pieces.count ||
	    whole.incomplete != pieces.incomplete)
		abort();
	for (unsigned i = 0; i < whole.count; i++)
		if (memchr(whole.text[i], '\0', sizeof(whole.text[i])) == NULL ||
		    strcmp(whole.text[i], pieces.text[i]) != 0)
			abort();
	/* Device and place; the kernel writes no NUL. */
	if (memchr(text, '\0', length) == NULL && whole.count > 0 &&
	    strchr(whole.text[0], ' ') == NULL)
		abort();
}

/* Pids are positive, and no more of them are given than there is room for. */
static void check_numbers(const char *text, size_t length, unsigned room)
{
	int32_t *ret = malloc(room * sizeof(*ret));
	unsigned count = ret != NULL ? parse_numbers(text, length, ret, room) : 0;

	if (count > room)
		abort();
	for (unsigned i = 0; i < count; i++)
		if (ret[i] < 0)
			abort();
	free(ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	size_t piece;

	if (size == 0)
		return 0;
	piece = data[0] + 1u;
	check_sum(add_counts, "              count:", text, size - 1, piece);
	check_sum(add_faults, "workingset_refault", text, size - 1, piece);
	check_counters(text, size - 1);
	check_status(text, size - 1, piece);
	check_mounts(text, size - 1, piece);
	check_numbers(text, size - 1, data[0] % 8u);
	return 0;
}
