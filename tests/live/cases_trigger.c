/* SPDX-License-Identifier: MIT */
/* When something is done, and when nothing is. */
#include "cases.h"

#include <signal.h>
#include <unistd.h>

/* A hog of 60 has 30 in memory and 30 in swap: 58 % of memory and 25 % of swap are left. */
static const struct machine_shape with_swap = {.total_kib = 96 * MIB, .swap_total_kib = 40 * MIB};
static const struct machine_shape with_cold_swap = {.total_kib = 96 * MIB,
						    .swap_total_kib = 40 * MIB,
						    .cold_swap_kib = 38 * MIB,
						    .swap_after_kib = 96 * MIB};
static const struct machine_shape without_available = {.total_kib = 96 * MIB, .no_available = true};
static const struct machine_shape with_own_vmstat = {.total_kib = 96 * MIB, .own_vmstat = true};
static const struct machine_shape roomy = {.total_kib = 64 * 1024 * MIB};

#define LONG_ENOUGH_MS 700 /* for a daemon that looks every 10 to 100 ms to do what it must not */

static void one_victim(struct stage *s, const char *options, int signal)
{
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	watch(s, options);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, signal);
	must_live(s, idle);
}

static void no_victim(struct stage *s, const char *options, const char *words, uint64_t holds_mib)
{
	struct actor *hog;

	watch(s, options);
	hog = play(s, "hog", words);
	must_hold(s, holds_mib * MIB);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	must_not_log(s, "killed");
}

static void m(struct stage *s)
{
	one_victim(s, USUAL, SIGTERM);
	must_log(s, "killed .*<= 40 %%");
}

static void mk(struct stage *s)
{
	one_victim(s, "-m 40 -mk 40", SIGKILL);
}

/* No more than all of it can ever be available: a level of half must not be taken for one that
 * nobody can reach. */
static void m_half(struct stage *s)
{
	one_victim(s, "-m 50 -mk 0 -grace 30", SIGTERM);
}

static void m_fraction(struct stage *s)
{
	one_victim(s, "-m 39.5 -mk 0.5 -grace 30", SIGTERM);
	must_log(s, "killed .*<= 39\\.5 %%");
}

/* The same in the words of those who think in amounts. */
static void m_amount(struct stage *s)
{
	one_victim(s, "-m 38M -mk 8MiB -grace 30", SIGTERM);
	must_log(s, "watching: .*SIGTERM at 38 MiB available, SIGKILL at 8 MiB");
	must_log(s, "killed .*<= 38 MiB");
}

static void s_both_low(struct stage *s)
{
	one_victim(s, "-m 70 -mk 10 -s 50 -sk 10 -grace 30", SIGTERM);
	must_log(s, "killed .*swap");
}

static void sk(struct stage *s)
{
	one_victim(s, "-m 70 -mk 70 -s 50 -sk 50", SIGKILL);
}

static void s_swap_left(struct stage *s)
{
	no_victim(s, "-m 70 -mk 10 -s 10 -sk 5", HOG, 60);
}

static void ignore_swap(struct stage *s)
{
	one_victim(s, "-m 70 -mk 10 -s 10 -sk 5 -grace 30 -ignore-swap", SIGTERM);
}

static void trigger_and(struct stage *s)
{
	no_victim(s, "-m 10 -mk 5 -s 50 -sk 10 -trigger and", HOG, 60);
}

/* The hog is in swap for the pretended machine only, so nothing in swap is expected back: the next
 * would be idle. */
static void trigger_or(struct stage *s)
{
	one_victim(s, "-m 10 -mk 5 -s 50 -sk 10 -grace 30 -trigger or -protect idle", SIGTERM);
}

static void r01_cold_swap(struct stage *s)
{
	no_victim(s, USUAL, "grow=20", 20);
}

/* The Go program's rule: full swap alone is a reason, for one victim an interval. */
static void r01_cold_swap_or(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=20"), *second = play(s, "second", "grow=8");

	must_hold(s, 28 * MIB);
	watch(s, USUAL "-i 60 -s 10 -sk 1 -trigger or");
	must_die(s, hog, SIGTERM);
	must_log(s, "%d \\(hog\\) is gone", (int)hog->pid);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, second);
}

static void r02_no_available(struct stage *s)
{
	one_victim(s, USUAL, SIGTERM);
	must_log_times(s, 1, 1, "MemAvailable");
}

static void r03_no_swap(struct stage *s)
{
	one_victim(s, USUAL "-s 0 -sk 0", SIGTERM);
	must_log(s, "no swap");
}

static void r04_swap_goes(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_hold(s, 60 * MIB);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	s->machine.shape.swap_total_kib = 0;
	must_be_only_victim(s, hog, SIGTERM);
}

static void r04_swap_comes(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL);
	s->machine.shape.swap_total_kib = 40 * MIB;
	hog = play(s, "hog", HOG);
	must_hold(s, 60 * MIB);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
}

/* Somebody fills memory in a way that ending processes does not bring back. */
static void nobody_dies_for(struct stage *s, const char *words, const char *holder)
{
	struct actor *idle = play(s, "idle", "grow=4"), *filler;

	watch(s, "-m 30 -mk 10");
	filler = play(s, "filler", words);
	must_log(s, "%s", holder);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, idle);
	must_live(s, filler);
	must_not_log(s, "killed");
	must_log_times(s, 1, 1, "%s", holder);
}

static void r05_tmpfs(struct stage *s)
{
	nobody_dies_for(s, "tmpfs=62", "Shmem");
}

static void r05_sysv(struct stage *s)
{
	nobody_dies_for(s, "sysv=62", "Shmem");
}

static void r05_slab(struct stage *s)
{
	s->machine.shape.slab_kib = 62 * MIB;
	nobody_dies_for(s, "touch=/tmp/there", "SUnreclaim");
}

static void r05_huge_pages(struct stage *s)
{
	s->machine.shape.hugetlb_kib = 62 * MIB;
	nobody_dies_for(s, "touch=/tmp/there", "Hugetlb");
}

static void r10_short_read(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL);
	s->machine.shape.broken = true;
	settle(s, LONG_ENOUGH_MS);
	must_live(s, s->daemon);
	s->machine.shape.broken = false;
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_log_times(s, 1, 2, "/proc/meminfo");
}

/* Available is 28 MiB in the end: more than 20 % of what was there at the start, less of what is
 * there now. */
static void r11_hot_plug(struct stage *s)
{
	struct actor *hog;

	watch(s, "-m 20 -mk 5 -grace 30");
	hog = play(s, "hog", "grow=50");
	must_hold(s, 50 * MIB);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	s->machine.shape.total_kib = 160 * MIB;
	s->machine.shape.slab_kib = 72 * MIB;
	must_be_only_victim(s, hog, SIGTERM);
}

static void r49_zero(struct stage *s)
{
	no_victim(s, "-m 0 -mk 0 -s 0 -sk 0", HOG, 60);
}

static void r49_kill_above_term(struct stage *s)
{
	one_victim(s, "-m 30 -mk 40", SIGKILL);
}

static void r52_kernel_was_faster(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL "-protect hog");
	hog = play(s, "hog", HOG);
	must_log(s, "nobody can be ended");
	s->machine.shape.kernel_oom_kills++;
	(void)kill(hog->pid, SIGKILL);
	must_log(s, "kernel's own killer ended 1 process");
	must_not_log(s, "killed [0-9]+ \\(hog\\) with");
}

/* What the kernel ended long before, in some container's own limit, is not what happens now. */
static void r52_old_kills_are_not_told(struct stage *s)
{
	watch(s, USUAL "-i 0.1 -protect hog");
	s->machine.shape.kernel_oom_kills += 50;
	settle(s, LONG_ENOUGH_MS);
	(void)play(s, "hog", "grow=60");
	must_log(s, "nobody can be ended");
	settle(s, LONG_ENOUGH_MS);
	must_not_log(s, "killer ended");
	s->machine.shape.kernel_oom_kills++;
	must_log(s, "kernel's own killer ended 1 process");
}

static void warn(struct stage *s)
{
	no_victim(s, USUAL "-warn 60", "grow=40", 40);
	must_log_times(s, 1, 1, "getting short");
}

static bool has_looked(struct stage *s, const void *times)
{
	return status_number(s->daemon->pid, "voluntary_ctxt_switches") >= *(const uint64_t *)times;
}

static void looks_until(struct stage *s, uint64_t more)
{
	uint64_t wanted = status_number(s->daemon->pid, "voluntary_ctxt_switches") + more;

	if (!wait_for(s, has_looked, &wanted, 60))
		fail("the daemon does not look any more");
}

static void i(struct stage *s)
{
	watch(s, "-i 0.05");
	looks_until(s, 20);
}

/* A machine with 64 GiB is not filled within a second. */
static void i_long(struct stage *s)
{
	uint64_t before;

	watch(s, "-i 60");
	settle(s, 200);
	before = status_number(s->daemon->pid, "voluntary_ctxt_switches");
	settle(s, 1000);
	if (status_number(s->daemon->pid, "voluntary_ctxt_switches") > before + 5)
		fail("the daemon looks more often than it needs to");
}

const struct live_case trigger_cases[] = {
	{"m", m, NULL, false},
	{"mk", mk, NULL, false},
	{"m_half", m_half, NULL, false},
	{"m_fraction", m_fraction, NULL, false},
	{"m_amount", m_amount, NULL, false},
	{"s_both_low", s_both_low, &with_swap, false},
	{"sk", sk, &with_swap, false},
	{"s_swap_left", s_swap_left, &with_swap, false},
	{"ignore_swap", ignore_swap, &with_swap, false},
	{"trigger_and", trigger_and, &with_swap, false},
	{"trigger_or", trigger_or, &with_swap, false},
	{"warn", warn, NULL, false},
	{"i", i, &roomy, false},
	{"i_long", i_long, &roomy, false},
	{"r01_cold_swap", r01_cold_swap, &with_cold_swap, false},
	{"r01_cold_swap_or", r01_cold_swap_or, &with_cold_swap, false},
	{"r02_no_available", r02_no_available, &without_available, false},
	{"r03_no_swap", r03_no_swap, NULL, false},
	{"r04_swap_goes", r04_swap_goes, &with_swap, false},
	{"r04_swap_comes", r04_swap_comes, NULL, false},
	{"r05_tmpfs", r05_tmpfs, NULL, false},
	{"r05_sysv", r05_sysv, NULL, false},
	{"r05_slab", r05_slab, NULL, false},
	{"r05_huge_pages", r05_huge_pages, NULL, false},
	{"r10_short_read", r10_short_read, NULL, false},
	{"r11_hot_plug", r11_hot_plug, NULL, false},
	{"r49_zero", r49_zero, NULL, false},
	{"r49_kill_above_term", r49_kill_above_term, NULL, false},
	{"r52_kernel_was_faster", r52_kernel_was_faster, &with_own_vmstat, false},
	{"r52_old_kills_are_not_told", r52_old_kills_are_not_told, &with_own_vmstat, false},
	{NULL, NULL, NULL, false},
};
