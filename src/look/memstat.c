/* SPDX-License-Identifier: MIT */
#include "look/memstat.h"

#include "base/util.h"
#include "look/cgroup.h"
#include "look/parse.h"

#include <errno.h>
#include <string.h>

/* No machine has so much: it is what v1 shows where there is no limit, PAGE_COUNTER_MAX pages. */
#define UNLIMITED_BYTES (UINT64_C(1) << 60)

enum {
	INACTIVE,
	ACTIVE,
	FAULTS,
	REFAULTS_OLD,
	REFAULTS_ANON,
	REFAULTS_FILE,
	SLAB,
	SWAP,
	SWAP_CACHED,
	ZSWAP,
	LIMIT,
	COUNT
};

static const char *const names_v1[COUNT] = {
	[INACTIVE] = "total_inactive_file",
	[ACTIVE] = "total_active_file",
	[FAULTS] = "total_pgmajfault",
	[REFAULTS_OLD] = "total_workingset_refault",
	[REFAULTS_ANON] = "total_workingset_refault_anon",
	[REFAULTS_FILE] = "total_workingset_refault_file",
	[SLAB] = "total_slab_reclaimable",
	[SWAP] = "total_swap",
	[SWAP_CACHED] = "total_swapcached",
	[ZSWAP] = "total_zswap",
	[LIMIT] = "hierarchical_memory_limit",
};

static const char *const names_v2[COUNT] = {
	[INACTIVE] = "inactive_file",
	[ACTIVE] = "active_file",
	[FAULTS] = "pgmajfault",
	[REFAULTS_OLD] = "workingset_refault",
	[REFAULTS_ANON] = "workingset_refault_anon",
	[REFAULTS_FILE] = "workingset_refault_file",
	[SLAB] = "slab_reclaimable",
	[SWAP] = "swap", /* none: memory.swap.current */
	[SWAP_CACHED] = "swapcached",
	[ZSWAP] = "zswap",
	[LIMIT] = "hierarchical_memory_limit",
};

static uint64_t limit_kib(uint64_t bytes)
{
	return bytes >= UNLIMITED_BYTES ? UINT64_MAX : bytes / 1024;
}

int memstat_parse(const char *text, size_t length, bool v2, struct memstat *ret)
{
	static const uint32_t refaults =
		1u << REFAULTS_OLD | 1u << REFAULTS_ANON | 1u << REFAULTS_FILE;
	uint64_t v[COUNT] = {0};
	uint32_t found = parse_counters(text, length, v2 ? names_v2 : names_v1, COUNT, v);

	if (!(found & 1u << INACTIVE) || !(found & 1u << ACTIVE))
		return -EBADMSG;
	*ret = (struct memstat){
		.file_kib = (v[INACTIVE] + v[ACTIVE]) / 1024,
		.slab_kib = v[SLAB] / 1024,
		.swap_kib = v[SWAP] / 1024,
		.has_swap_cached = (found & 1u << SWAP_CACHED) != 0,
		.swap_in_memory_kib = (v[SWAP_CACHED] + v[ZSWAP]) / 1024,
		.has_refaults = (found & refaults) != 0,
		.refaults = v[REFAULTS_OLD] + v[REFAULTS_ANON] + v[REFAULTS_FILE],
		.major_faults = v[FAULTS],
		.limit_kib = found & 1u << LIMIT ? limit_kib(v[LIMIT]) : UINT64_MAX,
	};
	return 0;
}

int memstat_number(const char *text, size_t length, uint64_t *ret)
{
	if (length >= 3 && memcmp(text, "max", 3) == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	return parse_number(text, length, ret) < 0 ? -EBADMSG : 0;
}

int memstat_amount(const char *text, size_t length, uint64_t *ret_kib)
{
	uint64_t bytes;
	int r = memstat_number(text, length, &bytes);

	if (r == 0)
		*ret_kib = limit_kib(bytes);
	return r;
}

/* ---- where it is ---- */

struct word {
	const char *at;
	size_t length;
};

static bool word_is(struct word w, const char *text)
{
	return w.length == strlen(text) && memcmp(w.at, text, w.length) == 0;
}

/* The next field, up to a blank; an empty one at the end of the line. */
static struct word next_word(const char **at, const char *end)
{
	const char *blank = *at < end ? memchr(*at, ' ', (size_t)(end - *at)) : NULL;
	struct word w = {*at, (size_t)((blank ? blank : end) - *at)};

	*at = blank ? blank + 1 : end;
	return w;
}

/* A path that is too long, or has a blank (which mountinfo escapes), is none that we know. */
static void keep_point(struct word point, char *ret, size_t size)
{
	if (ret[0] != '\0' || point.length >= size || memchr(point.at, '\\', point.length))
		return;
	memcpy(ret, point.at, point.length);
	ret[point.length] = '\0';
}

/* "36 35 0:30 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory" */
static void take_mount(const char *at, const char *end, struct memstat_mount *ret)
{
	struct word root, point, type, options;

	for (int i = 0; i < 3; i++)
		(void)next_word(&at, end);
	root = next_word(&at, end);
	point = next_word(&at, end);
	while (at < end && !word_is(next_word(&at, end), "-"))
		;
	type = next_word(&at, end);
	(void)next_word(&at, end);
	options = next_word(&at, end);
	if (!word_is(root, "/"))
		return; /* a part of it: not all groups are there */
	if (word_is(type, "cgroup2"))
		keep_point(point, ret->v2, sizeof(ret->v2));
	else if (word_is(type, "cgroup") && cgroup_lists(options.at, options.length, "memory"))
		keep_point(point, ret->v1, sizeof(ret->v1));
}

size_t memstat_mounts(const char *text, size_t length, struct memstat_mount *ret)
{
	size_t at = 0;
	const char *newline;

	while (at < length && (newline = memchr(text + at, '\n', length - at)) != NULL) {
		take_mount(text + at, newline, ret);
		at = (size_t)(newline - text) + 1;
	}
	return at;
}

const char *memstat_own(const char *text, size_t length, bool v2, char *ret, size_t size)
{
	const char *at = text, *end = text + length, *newline;
	struct cgroup_line line;

	ret[0] = '\0';
	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (cgroup_parse_line(at, (size_t)(newline - at), &line) &&
		    line.order == (v2 ? CGROUP_V2 : CGROUP_MEMORY))
			keep_point((struct word){line.path, line.length}, ret, size);
		at = newline + 1;
	}
	return ret;
}
