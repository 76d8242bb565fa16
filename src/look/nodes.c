/* SPDX-License-Identifier: MIT */
#include "look/nodes.h"

#include "base/clock.h"
#include "base/scratch.h"
#include "base/util.h"
#include "look/parse.h"
#include "look/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REFAULTS "workingset_refault"

static ssize_t read_node(const struct nodes *nodes, unsigned row, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "node%u/%s", nodes->numbers[row], name);
	return scratch_read_at(nodes->dir_fd, path, SCRATCH_MAX);
}

static void list_numbers(struct nodes *nodes)
{
	nodes->count = 0;
	for (unsigned n = 0; n < NODE_SET_BITS && nodes->count < NODES_MOST; n++) {
		if (nodes->all >> n & 1)
			nodes->numbers[nodes->count++] = n;
	}
}

static bool counts_refaults(const struct nodes *nodes)
{
	ssize_t length = read_node(nodes, 0, "vmstat");
	uint64_t unused;

	return length > 0 && parse_counter_sum(scratch, (size_t)length, REFAULTS, &unused) == 0;
}

static uint64_t huge_page_kib(int proc_fd)
{
	ssize_t length = scratch_read_at(proc_fd, "meminfo", SCRATCH_MAX);
	struct meminfo m;

	if (length <= 0)
		return 0;
	parse_meminfo(scratch, (size_t)length, MEMINFO_BIT(MEMINFO_HUGEPAGESIZE), &m);
	return m.kib[MEMINFO_HUGEPAGESIZE];
}

/* 0: there are several. */
static int find_nodes(struct nodes *nodes)
{
	ssize_t length = scratch_read_at(nodes->dir_fd, "has_memory", SCRATCH_MAX);
	int r = length <= 0 ? -ENOENT : nodestat_list(scratch, (size_t)length, &nodes->all);

	if (r < 0)
		return r;
	list_numbers(nodes);
	return nodes->count < 2 || counts_refaults(nodes) ? 0 : -ENODATA;
}

int nodes_open(struct nodes *nodes, const char *directory, int proc_fd)
{
	int r;

	*nodes = (struct nodes){.dir_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC)};
	if (nodes->dir_fd < 0)
		return -errno;
	r = find_nodes(nodes);
	if (r < 0 || nodes->count < 2)
		nodes_close(nodes);
	else
		nodes->huge_page_kib = huge_page_kib(proc_fd);
	return r;
}

void nodes_close(struct nodes *nodes)
{
	if (nodes->dir_fd >= 0)
		(void)close(nodes->dir_fd);
	*nodes = NODES_CLOSED;
}

int nodes_read(const struct nodes *nodes, unsigned row, const struct sample *machine,
	       struct memcg_sample *ret)
{
	struct node_memory m;
	ssize_t length = read_node(nodes, row, "meminfo");

	*ret = (struct memcg_sample){.now_ns = clock_now()};
	if (length <= 0 || nodestat_parse(scratch, (size_t)length, &m) < 0)
		return -ENOENT;
	nodestat_fill(&m,
		      machine->low_kib * share_ppm(m.total_kib, sample_ram_kib(machine)) / 1000000,
		      nodes->huge_page_kib, ret);
	length = read_node(nodes, row, "vmstat");
	if (length <= 0 || parse_counter_sum(scratch, (size_t)length, REFAULTS, &ret->refaults) < 0)
		return -ENODATA;
	ret->has_refaults = true;
	ret->major_faults = machine->waits.major_faults;
	ret->swap_left_kib = UINT64_MAX; /* all nodes have the same */
	return 0;
}

struct allowed {
	bool found;
	node_set set;
};

/* "Mems_allowed_list:\t0-1". */
static void take_allowed(struct allowed *allowed, const char *line, size_t length)
{
	static const char name[] = "Mems_allowed_list:\t";
	const size_t behind = sizeof(name) - 1;

	if (length > behind && memcmp(line, name, behind) == 0)
		allowed->found = nodestat_list(line + behind, length - behind, &allowed->set) == 0;
}

static size_t allowed_piece(void *ctx, const char *text, size_t length)
{
	struct allowed *allowed = ctx;
	const char *at = text, *end = text + length, *newline;

	while (!allowed->found && at < end &&
	       (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		take_allowed(allowed, at, (size_t)(newline - at));
		at = newline + 1;
	}
	return allowed->found ? 0 : (size_t)(at - text);
}

int nodes_allowed(int proc_fd, pid_t pid, node_set *ret)
{
	struct allowed allowed = {0};

	process_pieces(proc_fd, pid, "status", allowed_piece, &allowed);
	*ret = allowed.set;
	return allowed.found ? 0 : -ENODATA;
}

/* Its line "intr" alone can have some KiB, and those before it one for each CPU. */
int nodes_blocked(int proc_fd, uint32_t *ret)
{
	int fd = openat(proc_fd, "stat", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint64_t blocked = 0;
	off_t at = 0;
	bool ended = false;

	for (;;) {
		ssize_t length = fd < 0 ? -1 : pread(fd, scratch, sizeof(scratch), at);
		size_t taken = length > 0 ? parse_counter_part(scratch, (size_t)length,
							       "procs_blocked", &blocked)
					  : 0;

		ended = length == 0;
		if (taken == 0)
			break;
		at += (off_t)taken;
	}
	if (fd >= 0)
		(void)close(fd);
	*ret = (uint32_t)min_u64(blocked, UINT32_MAX);
	return ended ? 0 : -ENODATA;
}
