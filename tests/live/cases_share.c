/* SPDX-License-Identifier: MIT */
/* What a process would give back, and what others hold as well. */
#include "cases.h"

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

/* Each page counts once here, and what is freed is counted. */
static const struct machine_shape exact = {
	.total_kib = 96 * MIB, .shares = true, .mapped_shmem = true, .own_vmstat = true};

#define SOME_SECONDS_MS 3000

/* What they do before this is done: whoever is still filling his memory is not what the case is of.
 */
#define READY      " touch=/tmp/ready"
#define READY_TOO  " touch=/tmp/ready-too"
#define READY_ALSO " touch=/tmp/ready-also"

static void all_are_ready(struct stage *s, unsigned count)
{
	static const char *const paths[] = {"/tmp/ready", "/tmp/ready-too", "/tmp/ready-also"};

	for (unsigned i = 0; i < count; i++)
		must_be_there(s, paths[i]);
}

/* One segment, two programs. The leak is the largest that can be had. */
static void r93_one_object_two_programs(struct stage *s)
{
	struct actor *monitor = play(s, "monitor", "object=34" READY),
		     *writer = play(s, "writer", "object=34" READY_TOO),
		     *leak = play(s, "leak", "grow=26" READY_ALSO);

	all_are_ready(s, 3);
	watch(s, USUAL);
	must_be_only_victim(s, leak, SIGTERM);
	must_live(s, monitor);
	must_live(s, writer);
}

/* A child has touched it all. It is its parent's and its siblings' as well. */
static void r93_who_touched_it(struct stage *s)
{
	struct actor *server = play(s, "server", "touched=34:3" READY),
		     *leak = play(s, "leak", "grow=26" READY_TOO);

	all_are_ready(s, 2);
	watch(s, USUAL);
	must_be_only_victim(s, leak, SIGTERM);
	must_live(s, server);
	if (count_children(server->pid, 'Z') > 0)
		fail("a child of the server has ended");
}

/* Nobody gives back a segment that stays, and what holds the memory is said. */
static void r93_a_segment_stays(struct stage *s)
{
	struct actor *filler = play(s, "filler", "sysv=62" READY),
		     *idle = play(s, "idle", "grow=4" READY_TOO);

	all_are_ready(s, 2);
	watch(s, "-m 30 -mk 10");
	must_log(s, "Shmem\\) hold 62 MiB, 62 MiB in System V segments");
	must_live(s, filler);
	must_live(s, idle);
	must_not_log(s, "killed");
}

static void r94_a_copy_is_no_hog(struct stage *s)
{
	struct actor *server = play(s, "server", "grow=40 copy" READY),
		     *hog = play(s, "hog", "grow=20" READY_TOO);

	all_are_ready(s, 2);
	watch(s, USUAL);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, server);
	if (count_children(server->pid, 'Z') > 0)
		fail("the copy has ended");
}

/* There is nobody else: the copy goes, gives nothing, and its parent does not go for that at once.
 */
static void r94_the_copy_before_its_parent(struct stage *s)
{
	struct actor *server = play(s, "server", "grow=60 copy" READY);

	all_are_ready(s, 1);
	watch(s, USUAL);
	must_log(s, "is gone: .* back after .*, of 6[01].* MiB that it held: others hold it too");
	must_log(s, "nobody can be ended: .*like one that has just given nothing back");
	settle(s, SOME_SECONDS_MS);
	must_live(s, server);
	must_log_times(s, 1, 1, "killed [0-9]+ ");
	must_log(s, "killed [0-9]+ .* and shares 60.* MiB with others");
}

static void r95_mapped_three_times(struct stage *s)
{
	struct actor *java = play(s, "java", "memfd=25:3" READY),
		     *hog = play(s, "hog", "grow=36" READY_TOO);

	all_are_ready(s, 2);
	watch(s, USUAL);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, java);
}

/* And what it is said to have held is what there was. */
static void r95_it_held_what_there_was(struct stage *s)
{
	struct actor *java = play(s, "java", "memfd=60:3" READY);

	(void)play(s, "idle", "grow=4" READY_TOO);
	all_are_ready(s, 2);
	watch(s, USUAL);
	must_be_only_victim(s, java, SIGTERM);
	must_log(s, "killed .*it held (59|6[0-3])(\\.[0-9])? MiB, "); /* with what clang's
									 sanitizers add */
	must_log(s, "is gone: (4[5-9]|5[0-9]|6[0-3])(\\.[0-9])? MiB back");
}

static bool none_left(struct stage *s, const void *name)
{
	(void)s;
	return pid_of(name) == 0 || is_zombie_or_gone(pid_of(name));
}

static void r96_one_memory_is_one_victim(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=60 clones=30:worker" READY),
		     *idle = play(s, "idle", "grow=4" READY_TOO);

	all_are_ready(s, 2);
	watch(s, USUAL);
	must_die(s, hog, SIGTERM);
	if (!wait_for(s, none_left, "worker", 60))
		fail("one that uses its memory lives on");
	must_log(s, "killed %d \\(hog\\) and 30 more that use its memory with SIGTERM",
		 (int)hog->pid);
	must_log(s, "is gone: (4[5-9]|5[0-9]|6[0-3])(\\.[0-9])? MiB back");
	must_log_times(s, 1, 1, "killed [0-9]+ ");
	must_live(s, idle);
}

/* None of them minds SIGTERM: then SIGKILL is for all, too. */
static void r96_all_are_ended_after_the_grace(struct stage *s)
{
	struct actor *hog = play(s, "hog", "shrug grow=60 clones=5:worker" READY);

	all_are_ready(s, 1);
	watch(s, "-m 40 -mk 10 -grace 0.2");
	must_die(s, hog, SIGKILL);
	if (!wait_for(s, none_left, "worker", 60))
		fail("one that uses its memory lives on");
	must_log_times(s, 1, 1, "killed .* with SIGTERM");
	must_log_times(s, 1, 1, "killed .* with SIGKILL");
}

/* The owner ends at once, another does not mind. As long as it lives, nothing has come back. */
static void r96_one_stays_behind(struct stage *s)
{
	struct actor *hog = play(s, "hog", "shrug grow=60 clones=1 ignore=none" READY);

	all_are_ready(s, 1);
	watch(s, "-m 40 -mk 10 -grace 0.5");
	must_die(s, hog, SIGTERM);
	must_log(s, "is gone: (4[5-9]|5[0-9]|6[0-3])(\\.[0-9])? MiB back");
	must_log_times(s, 1, 1, "killed .* with SIGTERM:");
	must_log_times(s, 1, 1, "killed .* with SIGKILL, SIGTERM did not end it");
}

/* R103: one that ignores SIGTERM keeps all of it. */
static void r96_r103_one_ignores_sigterm(struct stage *s)
{
	struct actor *hog = play(s, "hog", "ignore=term grow=60 clones=1 ignore=none" READY);

	all_are_ready(s, 1);
	watch(s, "-m 40 -mk 10 -grace 3600");
	must_die(s, hog, SIGKILL);
	must_log(s, "is gone: [0-9.]+ MiB back"); /* all of them are */
	must_log_times(s, 1, 1, "killed [0-9]+ .* with SIGKILL, it ignores SIGTERM");
}

static void r96_a_parent_in_vfork(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=60" READY " vfork"),
		     *idle = play(s, "idle", "grow=4" READY_TOO);

	all_are_ready(s, 2);
	watch(s, USUAL);
	must_die(s, hog, SIGTERM);
	must_log(s, "killed %d \\(hog\\) and 1 more that use its memory with SIGTERM",
		 (int)hog->pid);
	must_log_times(s, 1, 1, "killed [0-9]+ ");
	must_live(s, idle);
}

static void r96_a_protected_one_protects_all(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=40 clones=2:precious" READY),
		     *other = play(s, "other", "grow=20" READY_TOO);

	all_are_ready(s, 2);
	watch(s, USUAL "-protect precious");
	must_be_only_victim(s, other, SIGTERM);
	must_live(s, hog);
}

const struct live_case share_cases[] = {
	{"r93_one_object_two_programs", r93_one_object_two_programs, &exact, false},
	{"r93_who_touched_it", r93_who_touched_it, &exact, false},
	{"r93_a_segment_stays", r93_a_segment_stays, NULL, false},
	{"r94_a_copy_is_no_hog", r94_a_copy_is_no_hog, &exact, false},
	{"r94_the_copy_before_its_parent", r94_the_copy_before_its_parent, &exact, false},
	{"r95_mapped_three_times", r95_mapped_three_times, &exact, false},
	{"r95_it_held_what_there_was", r95_it_held_what_there_was, &exact, false},
	{"r96_one_memory_is_one_victim", r96_one_memory_is_one_victim, &exact, false},
	{"r96_all_are_ended_after_the_grace", r96_all_are_ended_after_the_grace, &exact, false},
	{"r96_one_stays_behind", r96_one_stays_behind, &exact, false},
	{"r96_r103_one_ignores_sigterm", r96_r103_one_ignores_sigterm, &exact, false},
	{"r96_a_parent_in_vfork", r96_a_parent_in_vfork, &exact, false},
	{"r96_a_protected_one_protects_all", r96_a_protected_one_protects_all, &exact, false},
	{NULL, NULL, NULL, false},
};
