/* SPDX-License-Identifier: MIT */
/* How a victim is ended, and what follows. */
#include "cases.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define LONG_ENOUGH_MS 700

static const struct machine_shape with_lag = {.total_kib = 96 * MIB, .lag_ms = 300};
static const struct machine_shape with_free_lists = {
	.total_kib = 96 * MIB, .lag_ms = 4000, .own_zoneinfo = true};

static void grace(struct stage *s)
{
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	watch(s, "-m 40 -mk 10 -grace 0.3");
	hog = play(s, "hog", "shrug " HOG);
	must_die(s, hog, SIGKILL);
	must_live(s, idle);
	must_log_times(s, 1, 1, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	must_log(s, "killed %d \\(hog\\) with SIGKILL", (int)hog->pid);
	must_log_times(s, 2, 2, "killed [0-9]+");
}

static void r41_grace_is_waited_for(struct stage *s)
{
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", "shrug " HOG);
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	must_live(s, idle);
	must_log_times(s, 1, 1, "killed");
}

/* R89: it would have to be read back from swap before it could leave. */
static void r89_swapped_out(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=60");

	must_hold(s, 58 * MIB);
	pretend_proc_file(
		hog, "status",
		"Name:\thog\nUid:\t0\t0\t0\t0\nVmRSS:\t 20000 kB\nRssAnon:\t 20000 kB\n"
		"RssFile:\t 0 kB\nRssShmem:\t 0 kB\nVmPTE:\t 100 kB\nVmSwap:\t 41440 kB\n");
	watch(s, USUAL);
	must_be_only_victim(s, hog, SIGKILL);
	must_log(s, "killed .*with SIGKILL, it is swapped out");
}

/*
 * Nothing but SIGKILL ends it: there is no time to lose. (One that goes to sleep or wakes while it
 * is read may wait for signals as well as not, and has SIGTERM first: here it sleeps.)
 */
static void r103_ignores_sigterm(struct stage *s)
{
	struct actor *idle = play(s, "idle", "grow=4"),
		     *hog = play(s, "hog", "ignore=term grow=60");

	must_hold(s, 64 * MIB);
	watch(s, "-m 40 -mk 10 -grace 3600");
	must_die(s, hog, SIGKILL);
	must_live(s, idle);
	must_log_times(s, 1, 1, "killed [0-9]+");
	must_log(s, "killed %d \\(hog\\) with SIGKILL, it ignores SIGTERM: ", (int)hog->pid);
}

/* The first process of a container: without a handler the kernel throws SIGTERM away. */
static void r103_first_of_a_container(struct stage *s)
{
	struct actor *hog = play(s, "parent", "init name=hog grow=60");

	must_hold(s, 60 * MIB);
	watch(s, "-m 40 -mk 10 -grace 3600");
	must_exit(s, hog, 128 + SIGKILL);
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGKILL, it ignores SIGTERM: ");
}

static void r103_first_with_a_handler(struct stage *s)
{
	struct actor *hog;

	watch(s, "-m 40 -mk 10 -grace 3600");
	hog = play(s, "parent", "init name=hog slow=1 " HOG);
	must_exit(s, hog, 0);
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGTERM: ");
	must_not_log(s, "SIGKILL,");
}

/* As systemd and small inits of containers do it: blocked, and waited for. */
static void r103_first_that_waits_for_it(struct stage *s)
{
	struct actor *hog = play(s, "parent", "init name=hog block grow=40 await");

	must_hold(s, 40 * MIB);
	watch(s, "-m 60 -mk 10 -grace 3600");
	must_exit(s, hog, 0);
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGTERM: ");
	must_not_log(s, "SIGKILL,");
}

static void r103_dry_run(struct stage *s)
{
	struct actor *hog = play(s, "hog", "ignore=term grow=60");

	must_hold(s, 60 * MIB);
	watch(s, "-m 40 -mk 10 -dry-run");
	must_log(s, "would kill %d \\(hog\\) with SIGKILL, it ignores SIGTERM: ", (int)hog->pid);
	must_live(s, hog);
}

/* A hook before the signal is asked all the same. */
static void r103_pre_kill(struct stage *s)
{
	struct actor *hog = play(s, "hog", "ignore=term grow=60");

	must_hold(s, 60 * MIB);
	write_file("/tmp/hook", 0755, "#!/bin/sh\necho asked >/tmp/asked\n");
	watch(s, "-m 40 -mk 10 -grace 3600 -pre-kill /tmp/hook -pre-kill-time 5");
	must_die(s, hog, SIGKILL);
	must_log(s, "killed %d \\(hog\\) with SIGKILL, it ignores SIGTERM: ", (int)hog->pid);
	if (access("/tmp/asked", F_OK) < 0)
		fail("the hook was not asked");
}

/* Memory falls below the SIGKILL level before the grace time is over. */
static void r41_kill_level_at_once(struct stage *s)
{
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	watch(s, "-m 40 -mk 20 -grace 60");
	hog = play(s, "hog", "shrug grow=54@400 wait=/tmp/go grow=14");
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	write_file("/tmp/go", 0644, "");
	must_die(s, hog, SIGKILL);
	must_live(s, idle);
}

/* The first takes its time to leave; what it holds is on its way, so nobody else has to go. */
static void r40_memory_comes_late(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=12"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", "slow=800 grow=48@400");
	must_exit(s, hog, 0);
	must_log(s, "%d \\(hog\\) is gone: [0-9.]+ MiB back", (int)hog->pid);
	must_live(s, second);
	must_log_times(s, 1, 1, "killed [0-9]+");
}

/* The first is gone at once, but the kernel does not say yet that its memory is free. */
static void r40_counters_lag(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=12"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", "grow=48@400");
	must_die(s, hog, SIGTERM);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, second);
	must_log_times(s, 1, 1, "killed [0-9]+");
	must_log(s, "%d \\(hog\\) is gone: [34][0-9] MiB back", (int)hog->pid);
}

/*
 * The same for longer than anybody would wait; but /proc/zoneinfo says that the memory is free. It
 * is believed only where meminfo is the machine's own: so this one has the real total, of which all
 * but the usual 96 MiB are taken.
 */
static void r40_free_lists(struct stage *s)
{
	struct actor *second, *hog;
	struct sysinfo info;
	char options[128];

	(void)sysinfo(&info);
	s->machine.shape.total_kib = (uint64_t)info.totalram * info.mem_unit / 1024;
	s->machine.shape.other_kib = s->machine.shape.total_kib - 96 * MIB;
	(void)snprintf(options, sizeof(options), "-m %.4f -mk 0 -min-victim 0 -grace 30",
		       40.0 * 96 * MIB / (double)s->machine.shape.total_kib);
	second = play(s, "second", "grow=12");
	watch(s, options);
	hog = play(s, "hog", "grow=48@400");
	must_die(s, hog, SIGTERM);
	settle(s, 3 * LONG_ENOUGH_MS);
	must_live(s, second);
	must_log_times(s, 1, 1, "killed [0-9]+");
}

static int fifo_fd;

/* The daemon has opened the file and waits for what it says. */
static bool daemon_reads(struct stage *s, const void *path)
{
	(void)s;
	fifo_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return fifo_fd >= 0;
}

/*
 * While the victim is chosen memory comes back: a file of a process makes the scan wait for as long
 * as that takes. Memory is low at once, so that nothing is read before.
 */
static void r40_back_before_the_shot(struct stage *s)
{
	struct actor *first = play(s, "first", "grow=12"), *second = play(s, "second", "grow=8");
	char path[64];

	must_hold(s, 20 * MIB);
	watch(s, "-m 20 -mk 5 -grace 30");
	pretend_proc_file(second, "oom_score", NULL);
	(void)snprintf(path, sizeof(path), "/proc/%d/oom_score", (int)second->pid);
	s->machine.shape.other_kib += 52 * MIB;
	if (!wait_for(s, daemon_reads, path, 60))
		fail("the daemon does not look for a victim");
	s->machine.shape.other_kib -= 52 * MIB;
	settle(s, 50);
	(void)umount2(path, MNT_DETACH);
	(void)!write(fifo_fd, "1\n", 2);
	(void)close(fifo_fd);
	must_log(s, "recovered: .*, 0 victims");
	must_live(s, first);
	must_live(s, second);
	must_not_log(s, "killed");
}

/* One is not enough: the next follows without waiting for its grace time. */
static void r40_two_are_needed(struct stage *s)
{
	struct actor *first = play(s, "first", "slow=300 grow=36"),
		     *second = play(s, "second", "slow=300 grow=34");

	must_hold(s, 70 * MIB);
	watch(s, "-m 75 -mk 10 -grace 60");
	must_exit(s, first, 0);
	must_exit(s, second, 0);
	must_log_times(s, 2, 2, "killed [0-9]+");
}

static void freed(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_log(s, "%d \\(hog\\) is gone: [0-9.]+ MiB back after", (int)hog->pid);
	must_log(s, "recovered: .*, 1 victim");
}

static void stopped(struct stage *s)
{
	struct actor *hog = play(s, "hog", HOG " stop");

	must_hold(s, 60 * MIB);
	watch(s, USUAL);
	must_be_only_victim(s, hog, SIGTERM);
}

static void r42_r44_before_pidfd(struct stage *s)
{
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	s->old_kernel = true;
	watch(s, "-m 40 -mk 10 -grace 0.3");
	hog = play(s, "hog", "shrug " HOG);
	must_die(s, hog, SIGKILL);
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	must_log(s, "%d \\(hog\\) is gone", (int)hog->pid);
	must_live(s, idle);
}

static void r42_r44_before_mrelease(struct stage *s)
{
	struct actor *hog;

	s->no_mrelease = true;
	watch(s, "-m 40 -mk 40");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGKILL);
	must_log(s, "%d \\(hog\\) is gone", (int)hog->pid);
}

/*
 * The victim ends while the daemon waits for the pre-kill hook, and another process gets its
 * number. Memory stays low, and that process is protected: only a signal that was meant for the
 * victim can reach it.
 */
static void pid_is_given_away(struct stage *s)
{
	struct actor *hog, *innocent;

	write_file(STAGE "/hook", 0755,
		   "#!/bin/sh\n>/tmp/asked\nwhile ! [ -e /tmp/go ]; do sleep 0.05; done\n");
	watch(s, USUAL "-protect innocent -pre-kill-time 5 -pre-kill " STAGE "/hook");
	hog = play(s, "hog", HOG);
	must_be_there(s, "/tmp/asked");
	(void)kill(hog->pid, SIGKILL);
	must_die(s, hog, SIGKILL);
	s->machine.shape.other_kib += 56 * MIB;
	set_next_pid(hog->pid);
	innocent = play(s, "innocent", "grow=4");
	if (innocent->pid != hog->pid)
		skip("the number was not given again");
	write_file("/tmp/go", 0644, "");
	settle(s, 2 * LONG_ENOUGH_MS);
	must_live(s, innocent);
	must_not_log(s, "killed");
}

static void r43_pid_reuse(struct stage *s)
{
	pid_is_given_away(s);
}

static void r43_r44_pid_reuse_before_pidfd(struct stage *s)
{
	s->old_kernel = true;
	pid_is_given_away(s);
}

/* A victim that keeps its memory after SIGKILL: the next one's turn, once, and the first is not
 * tried again. */
static void r45_stuck(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=20");

	s->no_mrelease = true;
	watch(s, "-m 40 -mk 40");
	(void)play(s, "tracer", "stuck name=hog grow=36@400");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGKILL");
	must_log(s, "\\(hog\\) has not gone away");
	s->more_fds = 1;
	must_die(s, second, SIGKILL);
	must_log_times(s, 1, 1, "killed [0-9]+ \\(hog\\)");
}

/* And where there is no second. */
static void r110_only_one_that_hangs(struct stage *s)
{
	s->no_mrelease = true;
	(void)play(s, "tracer", "stuck name=hog grow=60");
	must_hold(s, 60 * MIB);
	watch(s, "-m 40 -mk 40");
	must_log(s, "\\(hog\\) has not gone away");
	s->more_fds = 1;
	must_log(s, "nobody can be ended: those who hold memory were signalled already");
	must_log_times(s, 1, 1, "killed [0-9]+ \\(hog\\)");
}

/* The same where the kernel can take the memory of a process that does not go. */
static void r45_stuck_but_released(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=20");

	watch(s, "-m 40 -mk 40");
	(void)play(s, "tracer", "stuck name=hog grow=36@400");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGKILL");
	s->more_fds = 1;
	settle(s, 2 * LONG_ENOUGH_MS);
	must_live(s, second);
	must_log_times(s, 1, 1, "killed [0-9]+");
}

/* And where SIGTERM is enough: a second try finds that it has begun to exit. (Who is traced does
 * not at once.) */
static void r42_released_after_sigterm(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=20");

	watch(s, "-m 40 -mk 2 -grace 60");
	(void)play(s, "tracer", "stuck name=hog grow=36@400");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGTERM");
	must_log(s, "recovered: memory was short for");
	must_log(s, "\\(hog\\) has not gone away");
	s->more_fds = 1;
	must_live(s, second);
	must_log_times(s, 1, 1, "killed [0-9]+");
}

/* Refused by the kernel: said once, and the next one's turn; nobody is tried again. */
static void r46_refused(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=36"), *second = play(s, "second", "grow=20");

	must_hold(s, 56 * MIB);
	s->refuse_sigterm = true;
	watch(s, USUAL "-i 0.1");
	must_log(s, "cannot signal %d \\(hog\\): (pidfd_send_signal|kill): ", (int)hog->pid);
	must_log(s, "cannot signal %d \\(second\\)", (int)second->pid);
	must_log(s, "nobody can be ended");
	settle(s, LONG_ENOUGH_MS);
	must_log_times(s, 1, 1, "cannot signal %d ", (int)hog->pid);
	must_log_times(s, 1, 1, "cannot signal %d ", (int)second->pid);
	must_live(s, hog);
	must_live(s, second);
}

static void r46_not_permitted(struct stage *s)
{
	struct actor *hog, *second;

	if (!s->real_root)
		skip("other users can be played by root only");
	hog = play(s, "hog", "grow=36");
	second = play(s, "second", "uid=65534 grow=20");
	must_hold(s, 56 * MIB);
	s->uid = NOBODY;
	watch(s, USUAL);
	must_be_only_victim(s, second, SIGTERM);
	must_live(s, hog);
}

/* A victim's descriptor is readable for ever once it has gone; as long as no look follows it,
 * nobody may wait on it. */
static void r10_blind_while_a_victim_leaves(struct stage *s)
{
	struct actor *hog;
	unsigned before;

	watch(s, USUAL "-debug");
	hog = play(s, "hog", "slow=300 " HOG);
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	s->machine.shape.broken = true;
	must_log(s, "meminfo cannot be read");
	must_exit(s, hog, 0);
	before = log_times("^memory: ");
	settle(s, 2 * LONG_ENOUGH_MS);
	if (log_times("^memory: ") > before + 50)
		fail("%u looks at nothing", log_times("^memory: ") - before);
	s->machine.shape.broken = false;
	must_log(s, "%d \\(hog\\) is gone", (int)hog->pid);
}

/* One process goes, not its group: the parent is in the same one. */
static void r47_its_group_lives(struct stage *s)
{
	struct actor *parent;

	watch(s, USUAL);
	parent = play(s, "parent", "noreap name=hog grow=48@400");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGTERM");
	must_log(s, "\\(hog\\) is gone");
	must_live(s, parent);
}

/* 'S', 'T', ... of /proc/PID/stat. */
static char state_of(pid_t pid)
{
	char path[64], text[512];
	const char *close_paren = NULL;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file != NULL && fgets(text, sizeof(text), file) != NULL)
		close_paren = strrchr(text, ')');
	if (file != NULL)
		(void)fclose(file);
	return close_paren != NULL ? close_paren[2] : '?';
}

/* Nobody is stopped on the way: who was would stay so when the daemon dies. */
static void r69_nobody_is_frozen(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=12"), *hog;

	watch(s, "-m 40 -mk 10 -grace 0.3");
	hog = play(s, "hog", "shrug " HOG);
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	if (!hog->ended && state_of(hog->pid) == 'T')
		fail("the victim is stopped");
	must_die(s, hog, SIGKILL);
	if (state_of(second->pid) != 'S')
		fail("the bystander is in state %c", state_of(second->pid));
}

static bool hog_is_zombie(struct stage *s, const void *what)
{
	pid_t pid = pid_of("hog");

	(void)s;
	(void)what;
	return pid != 0 && is_zombie_or_gone(pid);
}

static void r48_parent_does_not_reap(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=12");

	watch(s, USUAL);
	(void)play(s, "parent", "noreap name=hog grow=48@400");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGTERM");
	must_log(s, "\\(hog\\) is gone: [0-9.]+ MiB back");
	if (!wait_for(s, hog_is_zombie, NULL, 60))
		fail("the hog is not a zombie");
	must_live(s, second);
	must_log_times(s, 1, 1, "killed [0-9]+");
}

/*
 * A service that comes back at once is ended each time, and the log says that it is the same one.
 */
static void r49_restarted_service(struct stage *s)
{
	struct actor *service;

	watch(s, USUAL);
	service = play(s, "service", "respawn=50 " HOG);
	must_log(s, "killed [0-9]+ \\(service\\).*the 3rd victim of this (name|unit)");
	must_live(s, service);
}

/*
 * It would run ahead of everything: its 400 threads have the priority of everybody else again,
 * though it has not gone.
 */
static bool hog_has_no_priority(struct stage *s, const void *what)
{
	pid_t pid = pid_of("hog");

	(void)s;
	(void)what;
	return pid != 0 && sched_getscheduler(pid) == SCHED_OTHER;
}

/* A victim that may run on one CPU only may run on any of them afterwards, so it is seen that it
 * was lifted. */
static bool hog_may_run_anywhere(struct stage *s, const void *what)
{
	pid_t pid = pid_of("hog");
	cpu_set_t set;

	(void)s;
	(void)what;
	return pid != 0 && sched_getaffinity(pid, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1;
}

static void victim_is_lifted(struct stage *s)
{
	char words[64];
	cpu_set_t set;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) < 2)
		skip("there is only one CPU");
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	(void)snprintf(words, sizeof(words), "stuck cpu=%d name=hog grow=50@400", cpu);
	watch(s, "-m 40 -mk 40");
	(void)play(s, "tracer", words);
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGKILL");
	s->more_fds = 1;
	if (!wait_for(s, hog_may_run_anywhere, NULL, 60))
		fail("the hog was not lifted");
}

static void r78_lift_is_taken_back(struct stage *s)
{
	watch(s, "-m 40 -mk 40");
	(void)play(s, "tracer", "stuck name=hog threads=400 grow=50@400");
	must_log(s, "killed [0-9]+ \\(hog\\) with SIGKILL");
	s->more_fds = 1;
	settle(s, LONG_ENOUGH_MS);
	if (!wait_for(s, hog_has_no_priority, NULL, 60))
		fail("the hog still has a real-time priority");
}

static void r78_many_threads(struct stage *s)
{
	struct actor *second = play(s, "second", "grow=12"), *hog;

	watch(s, "-m 40 -mk 40");
	hog = play(s, "hog", "threads=400 " HOG);
	must_be_only_victim(s, hog, SIGKILL);
	must_live(s, second);
}

const struct live_case end_cases[] = {
	{"r89_swapped_out", r89_swapped_out, NULL, false},
	{"r103_ignores_sigterm", r103_ignores_sigterm, NULL, false},
	{"r103_first_of_a_container", r103_first_of_a_container, NULL, false},
	{"r103_first_with_a_handler", r103_first_with_a_handler, NULL, false},
	{"r103_first_that_waits_for_it", r103_first_that_waits_for_it, NULL, false},
	{"r103_dry_run", r103_dry_run, NULL, false},
	{"r103_pre_kill", r103_pre_kill, NULL, false},
	{"grace", grace, NULL, false},
	{"freed", freed, NULL, false},
	{"stopped", stopped, NULL, false},
	{"r40_memory_comes_late", r40_memory_comes_late, NULL, false},
	{"r40_counters_lag", r40_counters_lag, &with_lag, false},
	{"r40_free_lists", r40_free_lists, &with_free_lists, false},
	{"r40_back_before_the_shot", r40_back_before_the_shot, NULL, false},
	{"r40_two_are_needed", r40_two_are_needed, NULL, false},
	{"r41_grace_is_waited_for", r41_grace_is_waited_for, NULL, false},
	{"r41_kill_level_at_once", r41_kill_level_at_once, NULL, false},
	{"r42_r44_before_pidfd", r42_r44_before_pidfd, NULL, false},
	{"r42_r44_before_mrelease", r42_r44_before_mrelease, NULL, false},
	{"r43_pid_reuse", r43_pid_reuse, NULL, false},
	{"r43_r44_pid_reuse_before_pidfd", r43_r44_pid_reuse_before_pidfd, NULL, false},
	{"r10_blind_while_a_victim_leaves", r10_blind_while_a_victim_leaves, NULL, false},
	{"r45_stuck", r45_stuck, NULL, false},
	{"r110_only_one_that_hangs", r110_only_one_that_hangs, NULL, false},
	{"r42_released_after_sigterm", r42_released_after_sigterm, NULL, false},
	{"r45_stuck_but_released", r45_stuck_but_released, NULL, false},
	{"r46_refused", r46_refused, NULL, false},
	{"r46_not_permitted", r46_not_permitted, NULL, false},
	{"r47_its_group_lives", r47_its_group_lives, NULL, false},
	{"r69_nobody_is_frozen", r69_nobody_is_frozen, NULL, false},
	{"r48_parent_does_not_reap", r48_parent_does_not_reap, NULL, false},
	{"r49_restarted_service", r49_restarted_service, NULL, false},
	{"victim_is_lifted", victim_is_lifted, NULL, false},
	{"r78_lift_is_taken_back", r78_lift_is_taken_back, NULL, false},
	{"r78_many_threads", r78_many_threads, NULL, false},
	{NULL, NULL, NULL, false},
};
