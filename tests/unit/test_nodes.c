/* SPDX-License-Identifier: MIT */
#include "base/util.h"
#include "choose/bound.h"
#include "decide/squeeze.h"
#include "look/nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB(n) ((uint64_t)(1024 * (n)))

static char fixture[512];

/* ---- text ---- */

static void lists_of_nodes(void **state)
{
	static const struct {
		const char *text;
		int r;
		node_set set;
	} rows[] = {
		{"0\n", 0, 1},
		{"0-1\n", 0, 3},
		{"0-1,4", 0, 0x13},
		{"0,2-3,63\n", 0, 0x800000000000000d},
		{"62-70\n", 0, UINT64_C(3) << 62},
		{"1000-99999999999999999999\n", 0, 0},
		{"3-1\n", 0, 0},
		{"", -EBADMSG, 0},
		{"\n", -EBADMSG, 0},
		{"0-\n", -EBADMSG, 0},
		{"0-1,\n", -EBADMSG, 0},
		{"0 1\n", -EBADMSG, 0},
		{"a", -EBADMSG, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		node_set set = 0;

		assert_int_equal(nodestat_list(rows[i].text, strlen(rows[i].text), &set),
				 rows[i].r);
		assert_true(set == rows[i].set);
	}
}

static const char whole[] = "Node 1 MemTotal:         507144 kB\n"
			    "Node 1 MemFree:           20000 kB\n"
			    "Node 1 Active(file):      30000 kB\n"
			    "Node 1 Inactive(file):    10000 kB\n"
			    "Node 1 AnonPages:        380000 kB\n"
			    "Node 1 HugePages_Total:     7\n"
			    "Node 1 SReclaimable:       9000 kB\n";

static void meminfo_of_a_node(void **state)
{
	struct node_memory m;

	(void)state;
	assert_int_equal(nodestat_parse(whole, strlen(whole), &m), 0);
	assert_int_equal(m.total_kib, 507144);
	assert_int_equal(m.free_kib, 20000);
	assert_int_equal(m.file_kib, 40000);
	assert_int_equal(m.slab_kib, 9000);
	assert_int_equal(m.anon_kib, 380000);
	assert_int_equal(m.huge_pages, 7);
	/* what is cut off, or another file's, is not believed */
	assert_int_equal(nodestat_parse(whole, strlen(whole) - 1, &m), -EBADMSG);
	assert_int_equal(nodestat_parse("MemTotal: 5 kB\n", 15, &m), -EBADMSG);
	assert_int_equal(nodestat_parse(NULL, 0, &m), -EBADMSG);
}

/* free - low + file - min(file / 2, low) + slab - min(slab / 2, low) */
static void what_is_available_in_it(void **state)
{
	struct node_memory m = {
		.total_kib = 500000, .free_kib = 20000, .file_kib = 40000, .slab_kib = 2000};
	struct memcg_sample s = {0};

	(void)state;
	nodestat_fill(&m, 5000, 2048, &s);
	assert_int_equal(s.limit_kib, 495000);
	assert_int_equal(s.file_kib, 35000);
	assert_int_equal(s.slab_kib, 1000);
	assert_int_equal(s.limit_kib - s.usage_kib, 15000);
	assert_int_equal(squeeze_room_ppm(&s), (15000 + 35000 + 1000) * UINT64_C(1000000) / 495000);
	/* reserved huge pages are no room, and no use of it either */
	m.huge_pages = 100;
	nodestat_fill(&m, 5000, 2048, &s);
	assert_int_equal(s.limit_kib, 495000 - 204800);
	m.huge_pages = UINT64_MAX;
	m.free_kib = 0;
	nodestat_fill(&m, 5000, 2048, &s);
	assert_in_range(s.limit_kib, 0, 2048);
	assert_int_equal(s.usage_kib, s.limit_kib);
}

/* ---- a machine ---- */

static void two_nodes(void **state)
{
	struct sample machine = {.low_kib = 5000, .ram_kib = 1000000};
	int proc_fd = open(fixture, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct memcg_sample s;
	struct nodes nodes;
	uint32_t blocked;
	node_set set;

	(void)state;
	machine.waits.major_faults = 77;
	assert_int_equal(nodes_open(&nodes, fixture, proc_fd), 0);
	assert_int_equal(nodes.count, 2);
	assert_true(nodes.all == 3);
	assert_int_equal(nodes.numbers[1], 1);
	assert_int_equal(nodes_read(&nodes, 1, &machine, &s), 0);
	assert_true(s.has_refaults);
	assert_int_equal(s.major_faults, 77);
	assert_in_range(squeeze_room_ppm(&s), 10000, 500000);
	assert_int_equal(nodes_read(&nodes, 0, &machine, &s), 0);
	assert_in_range(squeeze_room_ppm(&s), 500000, 1000000);
	assert_int_equal(nodes_allowed(proc_fd, 400, &set), 0);
	assert_true(set == 2);
	assert_int_equal(nodes_allowed(proc_fd, 401, &set), -ENODATA);
	assert_int_equal(nodes_blocked(proc_fd, &blocked), 0);
	nodes_close(&nodes);
	assert_int_equal(nodes.count, 0);
	(void)close(proc_fd);
}

/* Nothing is open, and nothing is looked at. */
static void one_node(void **state)
{
	char directory[] = "/tmp/useroom-nodes-XXXXXX", path[64];
	struct nodes nodes;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(nodes_open(&nodes, directory, -1), -ENOENT);
	assert_int_equal(nodes.dir_fd, -1);
	(void)snprintf(path, sizeof(path), "%s/has_memory", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "0\n", 2), 2);
	(void)close(fd);
	assert_int_equal(nodes_open(&nodes, directory, -1), 0);
	assert_int_equal(nodes.dir_fd, -1);
	assert_int_equal(nodes.count, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(nodes_open(&nodes, directory, -1), -ENOENT);
}

/* ---- whose memory is there ---- */

static struct proc_table table;
static struct bound_who who[8];
static struct bound_held held;

static void add(int32_t pid, node_set allowed, double grown_mib, bool growing)
{
	who[table.count] = (struct bound_who){pid, allowed};
	table.procs[table.count++] = (struct proc){.pid = pid,
						   .grown_kib = MIB(grown_mib),
						   .grown_ns = 10 * NS_PER_S,
						   .growing = growing};
}

/* Node 1 of two lost so much within ten seconds, and so did the other. */
static void lose(double here_mib, double elsewhere_mib)
{
	table.count = 0;
	held.count = 0;
	for (unsigned i = 0; i <= 10; i++)
		bound_note(&held, (100 + i) * NS_PER_S, MIB(200 + here_mib * i / 10),
			   MIB(100 + elsewhere_mib * i / 10));
}

/* Their number, and the first. */
static void must_choose(unsigned count, int32_t first)
{
	const struct bound_node node = {.node = 2, .all = 3, .held = &held, .grown_kib = MIB(60)};
	int32_t pids[8] = {0};

	assert_int_equal(bound_choose(&node, &table, who, table.count, pids), count);
	if (count > 0)
		assert_int_equal(pids[0], first);
}

static void who_is_bound_by_a_cpuset(void **state)
{
	(void)state;
	lose(60, 0);
	add(1, 3, 0, false);
	add(2, 2, 0, false);
	add(3, 2, 55, true);
	add(4, 1, 55, true); /* elsewhere */
	must_choose(2, 2);
	/* one that may use others too grows just so: the one that is bound is clear */
	add(5, 3, 60, true);
	must_choose(2, 2);
	/* it is none of what the node lost */
	lose(60, 0);
	add(2, 2, 6, true);
	must_choose(0, 0);
	/* longer than is known: what it lost within the minute */
	lose(60, 0);
	add(3, 2, 55, true);
	table.procs[0].grown_ns = 25 * NS_PER_S;
	must_choose(1, 3);
}

static void who_grew_by_what_it_lost(void **state)
{
	(void)state;
	lose(60, 0);
	add(1, 3, 0, false);
	add(2, 2, 0, false);
	add(3, 3, 58, true);
	must_choose(1, 3);
	/* two that did */
	add(4, 3, 50, true);
	must_choose(0, 0);
	/* too little, or too much */
	lose(60, 0);
	add(3, 3, 30, true);
	must_choose(0, 0);
	lose(60, 0);
	add(3, 3, 100, true);
	must_choose(0, 0);
	/* another node lost as much: it may be there */
	lose(60, 58);
	add(3, 3, 58, true);
	must_choose(0, 0);
	/* and one that may not use the node */
	lose(60, 0);
	add(3, 1, 58, true);
	must_choose(0, 0);
	/* it grew before anything is known of the node */
	lose(60, 0);
	add(3, 3, 58, true);
	table.procs[0].grown_ns = 25 * NS_PER_S;
	must_choose(0, 0);
	held.count = 0;
	must_choose(0, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_nodes),
		cmocka_unit_test(meminfo_of_a_node),
		cmocka_unit_test(what_is_available_in_it),
		cmocka_unit_test(two_nodes),
		cmocka_unit_test(one_node),
		cmocka_unit_test(who_is_bound_by_a_cpuset),
		cmocka_unit_test(who_grew_by_what_it_lost),
	};

	assert_true(argc > 1);
	(void)snprintf(fixture, sizeof(fixture), "%s/nodes", argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
