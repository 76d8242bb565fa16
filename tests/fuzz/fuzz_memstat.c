/* SPDX-License-Identifier: MIT */
/*
 * A control group's memory files, mountinfo, and a NUMA node's files; the first byte says which. No
 * amount is larger than what a limit can be, a mount is taken once and is the same however the text
 * is cut into pieces, a path ends where its room does, and a node has no more room than memory.
 */
#include "look/memstat.h"
#include "look/nodestat.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNLIMITED_KIB ((UINT64_C(1) << 60) / 1024)

static void check_limit(uint64_t kib)
{
	if (kib >= UNLIMITED_KIB && kib != UINT64_MAX)
		abort();
}

static void check_stat(const char *text, size_t length, bool v2)
{
	struct memstat stat = {.limit_kib = 7};

	if (memstat_parse(text, length, v2, &stat) < 0) {
		if (stat.limit_kib != 7)
			abort();
		return;
	}
	check_limit(stat.limit_kib);
	if (!stat.has_refaults && stat.refaults != 0)
		abort();
}

static void check_amount(const char *text, size_t length)
{
	uint64_t number = 7, kib = 7;
	int r = memstat_number(text, length, &number);

	if (memstat_amount(text, length, &kib) != r)
		abort();
	if (r < 0 && (number != 7 || kib != 7))
		abort();
	if (r == 0 && kib != UINT64_MAX && kib != number / 1024)
		abort();
	check_limit(r == 0 ? kib : 0);
}

static void check_point(const char *point, size_t size)
{
	if (memchr(point, '\0', size) == NULL)
		abort();
	if (strchr(point, '\\') != NULL || strchr(point, '\n') != NULL)
		abort();
}

static void check_mounts(const char *text, size_t length, size_t piece)
{
	struct memstat_mount whole = {"", ""}, cut = {"", ""};
	size_t taken = memstat_mounts(text, length, &whole);

	if (taken > length || (taken > 0 && text[taken - 1] != '\n'))
		abort();
	check_point(whole.v1, sizeof(whole.v1));
	check_point(whole.v2, sizeof(whole.v2));
	for (size_t at = 0, end = piece; at < length; end += piece) {
		size_t n = (end < length ? end : length) - at;

		at += memstat_mounts(text + at, n, &cut);
		if (end >= length)
			break;
	}
	if (strcmp(whole.v1, cut.v1) != 0 || strcmp(whole.v2, cut.v2) != 0)
		abort();
}

static void check_own(const char *text, size_t length, bool v2)
{
	char path[32], longer[4096];

	memset(path, 'x', sizeof(path));
	if (memstat_own(text, length, v2, path, sizeof(path)) != path)
		abort();
	check_point(path, sizeof(path));
	(void)memstat_own(text, length, v2, longer, sizeof(longer));
	check_point(longer, sizeof(longer));
}

static void check_node(const char *text, size_t length, uint64_t low_kib)
{
	struct memcg_sample s = {0};
	struct node_memory m;

	if (nodestat_parse(text, length, &m) < 0)
		return;
	nodestat_fill(&m, low_kib, 2048, &s);
	if (s.limit_kib > m.total_kib || s.usage_kib > s.limit_kib || s.file_kib > m.file_kib ||
	    s.slab_kib > m.slab_kib)
		abort();
}

static void check_list(const char *text, size_t length)
{
	node_set set = 7, first = 0;
	int r = nodestat_list(text, length, &set);

	if (r < 0 ? set != 7 : length == 0)
		abort();
	/* what stands behind the line does not matter, and neither does its end */
	if (r == 0 && length > 1 && text[length - 1] == '\n' &&
	    (nodestat_list(text, length - 1, &first) < 0 || first != set))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (size < 1)
		return 0;
	if (data[0] == 'n' || data[0] == 'l') {
		if (data[0] == 'n')
			check_node(text, size - 1, size * 64);
		else
			check_list(text, size - 1);
		return 0;
	}
	switch (data[0] % 4) {
	case 0:
		check_stat(text, size - 1, (data[0] & 4) != 0);
		break;
	case 1:
		check_amount(text, size - 1);
		break;
	case 2:
		check_mounts(text, size - 1, 1 + data[0] / 4u);
		break;
	default:
		check_own(text, size - 1, (data[0] & 4) != 0);
		break;
	}
	return 0;
}
