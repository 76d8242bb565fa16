/* SPDX-License-Identifier: MIT */
#include "look/nodestat.h"

#include "base/util.h"

#include <errno.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes a number; false: there is none. What is too large is somewhere above all nodes. */
static bool take_number(const char **at, const char *end, unsigned *ret)
{
	const char *begin = *at;

	*ret = 0;
	for (; *at < end && is_digit(**at); (*at)++)
		*ret = *ret < 1000000 ? *ret * 10 + (unsigned)(**at - '0') : *ret;
	return *at > begin;
}

static bool take(const char **at, const char *end, char c)
{
	bool there = *at < end && **at == c;

	*at += there;
	return there;
}

int nodestat_list(const char *text, size_t length, node_set *ret)
{
	const char *at = text, *end = text + length;
	node_set set = 0;

	do {
		unsigned first, last;

		if (!take_number(&at, end, &first))
			return -EBADMSG;
		last = first;
		if (take(&at, end, '-') && !take_number(&at, end, &last))
			return -EBADMSG;
		for (unsigned n = first; n <= last && n < NODE_SET_BITS; n++)
			set |= (node_set)1 << n;
	} while (take(&at, end, ','));
	if (at < end && *at != '\n')
		return -EBADMSG;
	*ret = set;
	return 0;
}

/* One line, behind "Node N ": is it this one? */
static bool take_amount(const char *line, const char *end, const char *name, uint64_t *ret)
{
	size_t length = strlen(name);
	const char *at = line + length;
	uint64_t value = 0;

	if ((size_t)(end - line) <= length || memcmp(line, name, length) != 0)
		return false;
	while (at < end && *at == ' ')
		at++;
	if (at == end || !is_digit(*at))
		return false;
	for (; at < end && is_digit(*at); at++)
		value = value > UINT64_MAX / 16 ? value : value * 10 + (uint64_t)(*at - '0');
	*ret += value;
	return true;
}

/* Behind "Node 1 "; NULL: it begins otherwise. */
static const char *behind_node(const char *line, const char *end)
{
	unsigned number;

	if (end - line < 6 || memcmp(line, "Node ", 5) != 0)
		return NULL;
	line += 5;
	return take_number(&line, end, &number) && take(&line, end, ' ') ? line : NULL;
}

int nodestat_parse(const char *text, size_t length, struct node_memory *ret)
{
	const struct {
		const char *name;
		uint64_t *value;
	} wanted[] = {
		{"MemTotal:", &ret->total_kib},         {"MemFree:", &ret->free_kib},
		{"Active(file):", &ret->file_kib},      {"Inactive(file):", &ret->file_kib},
		{"SReclaimable:", &ret->slab_kib},      {"AnonPages:", &ret->anon_kib},
		{"HugePages_Total:", &ret->huge_pages}, /* not without CONFIG_HUGETLBFS */
	};
	const char *line = text, *end = text + length, *newline;
	unsigned found = 0;

	*ret = (struct node_memory){0};
	for (; line < end && (newline = memchr(line, '\n', (size_t)(end - line))) != NULL;
	     line = newline + 1) {
		const char *at = behind_node(line, newline);

		for (unsigned i = 0; at && i < ARRAY_SIZE(wanted); i++) {
			if (take_amount(at, newline, wanted[i].name, wanted[i].value))
				found |= 1u << i;
		}
	}
	return (found & 0x3f) == 0x3f ? 0 : -EBADMSG;
}

/* What the kernel gives back of a cache before it thrashes. */
static uint64_t given_back(uint64_t cache_kib, uint64_t low_kib)
{
	return cache_kib - min_u64(cache_kib / 2, low_kib);
}

void nodestat_fill(const struct node_memory *m, uint64_t low_kib, uint64_t huge_page_kib,
		   struct memcg_sample *ret)
{
	uint64_t kept_kib = low_kib;

	if (m->huge_pages > 0 && huge_page_kib > 0)
		kept_kib += min_u64(m->huge_pages, m->total_kib / huge_page_kib) * huge_page_kib;
	ret->limit_kib = minus_u64(m->total_kib, kept_kib);
	ret->usage_kib = minus_u64(ret->limit_kib, minus_u64(m->free_kib, low_kib));
	ret->file_kib = given_back(m->file_kib, low_kib);
	ret->slab_kib = given_back(m->slab_kib, low_kib);
}
