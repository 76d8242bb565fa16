/* SPDX-License-Identifier: MIT */
/*
 * Real control groups with a real limit, and real files on a real disk: what thrashes in one, and
 * what does not. All of them are below one of our own, which a cgroup namespace makes the root of
 * what the daemon sees.
 */
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTER       "/sys/fs/cgroup/memory"
#define ROOT        "/run/memory" /* of what is seen from inside the namespace */
#define LIMIT       "100663296"   /* 96 MiB */
#define TMPFS_MAGIC 0x01021994

/* The machine itself has plenty. */
static const struct machine_shape large = {.total_kib = 2048 * MIB};

/* In the order in which they can be removed. */
static const char *const boxes[] = {"leak", "read", "mapped", "pod/container", "pod"};
#define BOXES (sizeof(boxes) / sizeof(boxes[0]))

static char own[] = OUTER "/useroom-test-XXXXXX";
static char files[] = "/var/tmp/useroom-test-XXXXXX";
static int outer_fd = -1;      /* cgroup.procs of the group that we were in, */
static int outer_root_fd = -1; /* and the root of the hierarchy, which the namespace hides */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	(void)close(fd);
}

static void put_box(const char *box, const char *file, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof(path), ROOT "/%s/%s", box, file);
	put(path, text);
}

static const char *name_of(const char *box)
{
	const char *slash = strrchr(box, '/');

	return slash != NULL ? slash + 1 : box;
}

/* Everybody in it is in our PID namespace, whose first process we are. */
static void tidy_up(void)
{
	char path[128];

	if (getpid() == 1)
		(void)kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		continue;
	for (unsigned i = 0; i < BOXES; i++) {
		(void)snprintf(path, sizeof(path), ROOT "/%s", boxes[i]);
		(void)rmdir(path);
		(void)snprintf(path, sizeof(path), "%s/%s", files, name_of(boxes[i]));
		(void)unlink(path);
	}
	(void)rmdir(files);
	if (write(outer_fd, "0", 1) == 1)
		(void)unlinkat(outer_root_fd, own + sizeof(OUTER), AT_REMOVEDIR);
}

static void open_outer(void)
{
	char line[512] = "", path[640];
	FILE *file = fopen("/proc/self/cgroup", "re");
	char *at = NULL;

	while (file != NULL && at == NULL && fgets(line, sizeof(line), file) != NULL)
		at = strstr(line, ":memory:");
	if (file != NULL)
		(void)fclose(file);
	if (at == NULL)
		skip("the memory controller is not one of cgroup v1 here");
	at[strcspn(at, "\n")] = '\0';
	(void)snprintf(path, sizeof(path), OUTER "%s/cgroup.procs", at + strlen(":memory:"));
	outer_fd = open(path, O_WRONLY | O_CLOEXEC);
	outer_root_fd = open(OUTER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (outer_fd < 0 || outer_root_fd < 0)
		skip("%s: %s", path, strerror(errno));
}

/* A group of our own, without a limit, and us in it. */
static void enter_own(void)
{
	char path[128];

	if (mkdtemp(own) == NULL)
		skip("no memory cgroup can be made here: %s", strerror(errno));
	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", own);
	at_leave(tidy_up);
	put(path, "0");
	if (mkdir(ROOT, 0755) < 0 || unshare(CLONE_NEWCGROUP) < 0 ||
	    mount("cgroup", ROOT, "cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "memory") < 0)
		skip("no cgroup namespace can be made here: %s", strerror(errno));
}

/*
 * As Docker does it, in those that are to thrash: then the limit of both is the only one that is
 * ever come to, and memory.failcnt stays 0. The others have that of memory alone.
 */
static void limit_swap_too(const char *box)
{
	char path[128];

	(void)snprintf(path, sizeof(path), ROOT "/%s/memory.memsw.limit_in_bytes", box);
	if (access(path, W_OK) == 0 && strcmp(name_of(box), "read") != 0 &&
	    strcmp(name_of(box), "mapped") != 0)
		put(path, LIMIT);
}

static void make_box(const char *box)
{
	char path[128];

	(void)snprintf(path, sizeof(path), ROOT "/%s", box);
	if (mkdir(path, 0755) < 0)
		fail("%s: %s", path, strerror(errno));
	put_box(box, "memory.limit_in_bytes", LIMIT);
	put_box(box, "memory.swappiness", "0");
	limit_swap_too(box);
}

static void remove_box(const char *box)
{
	char path[128];

	(void)snprintf(path, sizeof(path), ROOT "/%s", box);
	if (rmdir(path) < 0)
		fail("%s: %s", path, strerror(errno));
}

static void make_world(struct stage *s)
{
	struct statfs fs;

	if (!s->real_root)
		skip("no memory cgroup can be made here: that takes root");
	if (statfs("/var/tmp", &fs) < 0 || fs.f_type == TMPFS_MAGIC)
		skip("/var/tmp is no disk");
	open_outer();
	enter_own();
	if (mkdtemp(files) == NULL)
		fail("%s: %s", files, strerror(errno));
}

static unsigned long reclaims_of(const char *box)
{
	char path[128], text[32] = "";
	int fd;

	(void)snprintf(path, sizeof(path), ROOT "/%s/memory.failcnt", box);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		fail("%s: %s", path, strerror(errno));
	(void)close(fd);
	return strtoul(text, NULL, 10);
}

static bool all_reclaim(struct stage *s, const void *nothing)
{
	(void)s;
	(void)nothing;
	return reclaims_of("read") > 1000 && reclaims_of("mapped") > 1000;
}

/* reading: what it does with a file of its own; and then. */
static struct actor *play_in(struct stage *s, const char *box, const char *reading,
			     const char *then)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "join=" ROOT "/%s/cgroup.procs %s:%s/%s %s", box,
		       reading, files, name_of(box), then);
	return play(s, name_of(box), text);
}

static bool is_told(struct stage *s, const void *regex)
{
	(void)s;
	return log_times(regex) > 0;
}

/*
 * Of a disk that answers within 0.1 ms 10,000 refaults a second keep one task waiting (6.18, a
 * virtual disk), and so does the rule: looked at twice a second, it was too few in all but some.
 */
static void must_be_told(struct stage *s, const char *regex)
{
	if (wait_for(s, is_told, regex, 60))
		return;
	if (log_times("at its limit: ") < 20)
		fail("it was not looked at");
	if (log_times("at its limit: .*, waiting ([2-9]|[0-9]{2,})[0-9]{3}, ") < 20)
		skip("the disk is so fast that fewer than two tasks wait for it");
	must_log(s, "%s", regex);
}

/*
 * A leak takes the page cache from files that sixteen threads use all the time, and stops with a
 * sixth of the limit left: it is told, and nobody is ended. Two backups at their limit, and one of
 * them through a mapping, are not, though they wait for the same disk and reclaim all the time.
 */
static void group_thrashes(struct stage *s)
{
	struct actor *leak, *read, *mapped;

	make_world(s);
	make_box("leak");
	make_box("read");
	make_box("mapped");
	s->more_fds = 2 * BOXES; /* of the groups that are watched */
	watch(s, "-m 1 -mk 0.5 -containers warn -debug");
	read = play_in(s, "read", "read=160", "grow=30");
	mapped = play_in(s, "mapped", "mapped=160", "grow=30");
	if (!wait_for(s, all_reclaim, NULL, 60))
		fail("the backups are not at their limit");
	leak = play_in(s, "leak", "hot=48:16", "grow=80@6");
	must_be_told(s, "/leak.* thrashes at its own limit of 96 MiB: .*nobody is ended for it");
	must_not_log(s, "/(read|mapped).* (thrashes|is held)");
	must_answer(s, "domains", 0);
	must_say("^3 control groups have a memory limit of their own \\(cgroup v1\\)$");
	must_say("^ +[0-9]+ %% +[0-9.]+ MiB +96 MiB +[0-9.]+ +[0-9]+  /leak: told as thrashing at "
		 "20");
	must_say("  /mapped$");
	must_live(s, leak);
	must_live(s, read);
	must_live(s, mapped);
}

/* In a box, without a file. */
static struct actor *join(struct stage *s, const char *box, const char *name, const char *then)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "join=" ROOT "/%s/cgroup.procs %s", box, then);
	return play(s, name, text);
}

static bool is_kept(struct stage *s, const void *nothing)
{
	(void)s;
	(void)nothing;
	return incidents_kept("[0-9].useroom") == 1;
}

/* A group's victim has an incident of its own, though the machine was never low. */
static void must_be_kept(struct stage *s)
{
	if (!wait_for(s, is_kept, NULL, 60))
		fail("the incident was not kept");
	must_answer(s, "incidents", 0);
	must_say("[0-9].useroom +20.* leaks \\([0-9]+\\), .* with room for [0-9.]+ %% in /leak$");
	must_answer(s, "show", 0);
	must_say("killed [0-9]+ \\(leaks\\) with SIGTERM: .* thrashes at its own limit");
	must_say("\\(leaks\\) is gone");
}

/*
 * -containers act: in one box a leak beside a service whose hot files it squeezes out, and one that
 * stands still and holds more; in the next a healthy one at its limit; outside one that grows
 * faster. The leak is ended, and nobody else.
 */
static void group_acts(struct stage *s)
{
	struct actor *leak, *hot, *still, *read, *outside;
	char words[32];

	make_world(s);
	make_box("leak");
	make_box("read");
	s->more_fds = 2 * BOXES;
	watch(s, "-m 1 -mk 0.5 -containers act -debug");
	read = play_in(s, "read", "read=160", "grow=30");
	still = join(s, "leak", "still", "grow=40");
	hot = play_in(s, "leak", "hot=32:16", "grow=1");
	settle(s, 2000);
	outside = play(s, "outside", "grow=200@20");
	leak = join(s, "leak", "leaks", "grow=52@4");
	must_be_told(
		s, "killed [0-9]+ \\(leaks\\) with SIGTERM: .*/leak.* thrashes at its own limit of "
		   "96 MiB: ");
	must_die(s, leak, SIGTERM);
	settle(s, 3000);
	must_log_times(s, 1, 1, "killed ");
	must_live(s, hot);
	must_live(s, still);
	must_live(s, read);
	must_live(s, outside);
	must_answer(s, "domains", 0);
	must_say(" /leak: ended [0-9]+ \\(leaks\\), thrashing, at 20");
	(void)snprintf(words, sizeof(words), "why %d", (int)still->pid);
	must_answer(s, words, 0);
	must_say("^Its control group /leak has a limit of its own, 96 MiB, of which [0-9]+ %% are "
		 "free "
		 "or page cache: should it thrash there, the one that grew is ended\\.$");
	(void)snprintf(words, sizeof(words), "why -json %d", (int)still->pid);
	must_answer(s, words, 0);
	must_say("^ *\"path\":\"/leak\",$");
	must_say("^ *\"limit_kib\":98304,$");
	must_answer(s, "status -json", 0);
	must_say("^ *\"containers\":\"act\",$");
	must_answer(s, "status", 0);
	must_say("^of control groups that thrash at .* the process that grew gets SIGTERM");
	must_be_kept(s);
}

/*
 * -containers-room: nothing waits, and no page is read: the leak goes before the kernel ends
 * somebody. One that has stood near its limit all the time stays, and so does its own beside it.
 * Below that one all began within the last minute, and nobody is ended there: it may be a start.
 */
static void group_fills(struct stage *s)
{
	struct actor *leak, *beside, *stands, *starts;

	make_world(s);
	make_box("leak");
	make_box("read");
	make_box("mapped");
	s->more_fds = 2 * BOXES;
	beside = join(s, "leak", "beside", "grow=30");
	stands = join(s, "read", "stands", "grow=91");
	must_hold(s, 91 * MIB);
	watch(s, "-m 1 -mk 0.5 -containers act -containers-room 10 -debug");
	starts = join(s, "mapped", "starts", "grow=91@5");
	settle(s, 62000);
	leak = join(s, "leak", "leaks", "grow=70@5");
	must_log(s,
		 "killed %d \\(leaks\\) with SIGTERM: .*/leak.* fills up to its own limit of 96 "
		 "MiB: [0-9] %% of it is page cache or free; it grew by ",
		 (int)leak->pid);
	must_die(s, leak, SIGTERM);
	settle(s, 2000);
	must_log_times(s, 1, 1, "killed ");
	must_live(s, beside);
	must_live(s, stands);
	must_live(s, starts);
}

/*
 * In doubt nobody: hot files that do not fit beside one that took what it holds at once and has
 * stood still since. The group has grown, and nobody in it is seen to.
 */
static void group_in_doubt(struct stage *s)
{
	struct actor *still, *hot;

	make_world(s);
	make_box("leak");
	s->more_fds = 2 * BOXES;
	watch(s, "-m 1 -mk 0.5 -containers act -debug");
	settle(s, 3000);
	still = join(s, "leak", "still", "grow=90");
	settle(s, 2000);
	hot = play_in(s, "leak", "hot=48:16", "grow=1");
	must_be_told(s, "/leak.* thrashes at its own limit of 96 MiB: .*; nobody is ended for it");
	must_not_log(s, "killed ");
	must_live(s, still);
	must_live(s, hot);
}

/*
 * A pod and its container with the same limit, and the container is made again under the same path
 * before it thrashes: it is told, and the pod is not.
 */
static void group_made_again(struct stage *s)
{
	struct actor *leak;

	make_world(s);
	make_box("pod");
	make_box("pod/container");
	s->more_fds = 2 * BOXES;
	watch(s, "-m 1 -mk 0.5 -containers warn -debug");
	settle(s, 3000); /* both are armed */
	remove_box("pod/container");
	make_box("pod/container");
	leak = play_in(s, "pod/container", "hot=48:16", "grow=80@6");
	must_be_told(s, "/pod/container.* thrashes at its own limit of 96 MiB: ");
	must_not_log(s, "/pod\\)? (thrashes|is held)");
	must_live(s, leak);
}

const struct live_case group_cases[] = {
	/* the longest one first: others go on beside it */
	{"group_fills", group_fills, &large, false},
	{"group_acts", group_acts, &large, false},
	{"group_in_doubt", group_in_doubt, &large, false},
	{"group_made_again", group_made_again, &large, false},
	{"group_thrashes", group_thrashes, &large, false},
	{NULL, NULL, NULL, false},
};
