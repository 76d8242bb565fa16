/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes, pretended: their files, and those of the machine that say that tasks wait. Node 0 has
 * what the actors hold, node 1 plenty; and every process may use node 0 only, as it is on a real
 * machine that has no other.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODES    "/sys/devices/system/node"
#define FILES    STAGE "/nodes"
#define NODE_KIB (256 * MIB)
#define FILE_KIB (24 * MIB) /* page cache of node 0, which is what is read again */

/* A second: so many pages come back, from a disk that takes 5 ms for each. */
#define FAULTS      1200
#define MS_A_READ   5
#define PAGE_KIB    4
#define TICKS_A_SEC 10

#define LEAK "grow=10 wait=" STAGE "/go grow=40@4"

/* The machine itself has plenty; and it is no container's, for which nodes are not looked at. */
static const struct machine_shape large = {.as_large = true};

static uint64_t faults; /* since the beginning */
static const struct actor *on_node[ACTORS_MAX];
static unsigned on_node_count;
static uint64_t kernel_kib, kernel_takes_kib; /* what no process has of node 0; and takes a tick */

/* Over what is there, in one write of the same length: who reads sees one or the other. */
static void put(const char *name, const char *text)
{
	char path[96];
	int fd;

	(void)snprintf(path, sizeof(path), FILES "/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	(void)close(fd);
}

static void put_node(unsigned node, uint64_t anon_kib, uint64_t file_kib, uint64_t refaults)
{
	char name[32], text[512];

	(void)snprintf(name, sizeof(name), "node%u/meminfo", node);
	(void)snprintf(text, sizeof(text),
		       "Node %u MemTotal:       %8u kB\nNode %u MemFree:        %8" PRIu64 " kB\n"
		       "Node %u Active(file):   %8" PRIu64 " kB\nNode %u Inactive(file): %8u kB\n"
		       "Node %u AnonPages:      %8" PRIu64 " kB\nNode %u SReclaimable:   %8u kB\n"
		       "Node %u HugePages_Total:     0\n",
		       node, NODE_KIB, node, (uint64_t)NODE_KIB - anon_kib - file_kib, node,
		       file_kib, node, 0, node, anon_kib, node, 0, node);
	put(name, text);
	(void)snprintf(name, sizeof(name), "node%u/vmstat", node);
	(void)snprintf(text, sizeof(text),
		       "workingset_refault_anon 0\nworkingset_refault_file %012" PRIu64 "\n",
		       refaults);
	put(name, text);
}

static uint64_t held_kib(void)
{
	uint64_t sum = kernel_kib;

	for (unsigned i = 0; i < on_node_count; i++)
		sum += status_number(on_node[i]->pid, "RssAnon");
	return sum < NODE_KIB - FILE_KIB ? sum : NODE_KIB - FILE_KIB;
}

/* Every 100 ms. */
static void follow(struct stage *s)
{
	char text[512];

	(void)s;
	faults += FAULTS / TICKS_A_SEC;
	kernel_kib = kernel_kib < 40 * MIB ? kernel_kib + kernel_takes_kib : kernel_kib;
	put_node(0, held_kib(), FILE_KIB, faults);
	put_node(1, 8 * MIB, 8 * MIB, 0);
	(void)snprintf(text, sizeof(text),
		       "pgpgin %012" PRIu64 "\npgmajfault %012" PRIu64
		       "\nworkingset_refault_file %012" PRIu64 "\n",
		       faults * PAGE_KIB, faults, faults);
	put("machine-vmstat", text);
	(void)snprintf(text, sizeof(text),
		       "   8       0 sda %012" PRIu64 " 0 %012" PRIu64 " %012" PRIu64
		       " 0 0 0 0 0 0 0\n",
		       faults, faults * PAGE_KIB * 2, faults * MS_A_READ);
	put("machine-diskstats", text);
}

static void mount_over(const char *path, const char *over)
{
	if (mount(path, over, NULL, MS_BIND, NULL) < 0)
		skip("%s: %s", over, strerror(errno));
}

static struct actor *play_on_node(struct stage *s, const char *name, const char *words)
{
	struct actor *a = play(s, name, words);

	on_node[on_node_count++] = a;
	return a;
}

/* The files in place, and a server on node 0 that stands still. */
static struct actor *begin(struct stage *s)
{
	struct actor *server;

	if (mkdir(FILES, 0755) < 0 || mkdir(FILES "/node0", 0755) < 0 ||
	    mkdir(FILES "/node1", 0755) < 0)
		fail(FILES ": %s", strerror(errno));
	put("has_memory", "0-1\n");
	put("machine-stat",
	    "cpu  1 0 1 9 0 0 0 0 0 0\nbtime 1\nprocs_running 1\nprocs_blocked 6\n");
	follow(s);
	mount_over(FILES, NODES);
	mount_over(FILES "/machine-vmstat", "/proc/vmstat");
	mount_over(FILES "/machine-diskstats", "/proc/diskstats");
	mount_over(FILES "/machine-stat", "/proc/stat");
	s->on_tick = follow;
	s->more_fds = 2;
	server = play_on_node(s, "server", "grow=170");
	must_hold(s, 170 * MIB);
	follow(s); /* a node with room for all is looked at every half minute only */
	return server;
}

/*
 * The one that grows is ended, and not the larger one that stands still: once, and what it held
 * was enough.
 */
static void node_acts(struct stage *s)
{
	struct actor *server, *leak;

	server = begin(s);
	watch(s, "-m 1 -mk 0.5 -nodes act -debug");
	leak = play_on_node(s, "leaks", LEAK);
	settle(s, 6000);
	must_not_log(s, "killed ");
	write_file(STAGE "/go", 0644, "");
	must_die(s, leak, SIGTERM);
	must_log(s,
		 "killed %d \\(leaks\\) with SIGTERM: NUMA node 0 thrashes with its [0-9]+ MiB: ",
		 (int)leak->pid);
	settle(s, 4000);
	must_log_times(s, 1, 1, "killed ");
	must_live(s, server);
	must_answer(s, "domains", 0);
	must_say("^2 NUMA nodes have memory$");
	must_say("^ +[0-9]+ %% +[0-9.]+ MiB +[0-9]+ MiB +[0-9.]+ +[0-9]+  node0: ended %d "
		 "\\(leaks\\), "
		 "thrashing, at 20",
		 (int)leak->pid);
	must_say("  node1$");
	must_answer(s, "domains -json", 0);
	must_say("^ *\"path\":\"node1\",$");
}

/* It is said, and nobody is ended: that is what -nodes does at first. */
static void node_is_told(struct stage *s)
{
	struct actor *server, *leak;

	server = begin(s);
	watch(s, "-m 1 -mk 0.5 -debug");
	leak = play_on_node(s, "leaks", LEAK);
	settle(s, 6000);
	write_file(STAGE "/go", 0644, "");
	must_log(s, "NUMA node 0 thrashes with its [0-9]+ MiB: .*nobody is ended for it");
	must_not_log(s, "killed ");
	must_live(s, leak);
	must_live(s, server);
}

/* In doubt nobody: what the node lost went to no process that is seen. */
static void node_in_doubt(struct stage *s)
{
	struct actor *server;

	server = begin(s);
	watch(s, "-m 1 -mk 0.5 -nodes act -debug");
	settle(s, 6000);
	kernel_takes_kib = 5 * MIB / TICKS_A_SEC;
	must_log(s, "NUMA node 0 thrashes with its [0-9]+ MiB: .*; nobody is ended for it: ");
	must_not_log(s, "killed ");
	must_live(s, server);
}

const struct live_case node_cases[] = {
	{"node_acts", node_acts, &large, false},
	{"node_is_told", node_is_told, &large, false},
	{"node_in_doubt", node_in_doubt, &large, false},
	{NULL, NULL, NULL, false},
};
