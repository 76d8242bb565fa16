/* SPDX-License-Identifier: MIT */
/* Who is chosen, and who is not. */
#include "cases.h"
#include "namespaces.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct machine_shape with_mapped_shmem = {.total_kib = 96 * MIB, .mapped_shmem = true};
static const struct machine_shape without_sleepers = {.total_kib = 96 * MIB, .least_kib = 1 * MIB};

#define LONG_ENOUGH_MS 700

/* What one word of an actor's, grow= or shared=, makes it hold in the end, MiB. */
static uint64_t amount_mib(const char *words, const char *word)
{
	const char *at = strstr(words, word);

	return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

static uint64_t holds_mib(const char *words)
{
	return amount_mib(words, "grow=") + amount_mib(words, "shared=");
}

/* Two processes, holding 56 MiB and more, are there before the daemon; only one of them may go. */
static void of_two(struct stage *s, const char *options, const char *dies, const char *its_words,
		   const char *lives, const char *other_words)
{
	struct actor *victim = play(s, dies, its_words), *other = play(s, lives, other_words);

	must_hold(s, (holds_mib(its_words) + holds_mib(other_words)) * MIB);
	watch(s, options);
	must_be_only_victim(s, victim, SIGTERM);
	must_live(s, other);
}

static void score(struct stage *s)
{
	of_two(s, USUAL, "adjusted", "adj=300 grow=24", "larger", "grow=36");
}

static void sort_by_rss(struct stage *s)
{
	of_two(s, USUAL "-sort-by-rss", "larger", "grow=36", "adjusted", "adj=300 grow=24");
}

static void protect(struct stage *s)
{
	of_two(s, USUAL "-protect larger", "smaller", "grow=20", "larger", "grow=36");
}

static void protect_glob(struct stage *s)
{
	of_two(s, USUAL "-protect other,LARG*", "smaller", "grow=20", "larger", "grow=36");
}

static void protect_path(struct stage *s)
{
	of_two(s, USUAL "-protect " STAGE "/bin/larger", "smaller", "grow=20", "larger", "grow=36");
}

static void protect_nobody(struct stage *s)
{
	of_two(s, USUAL "-protect ''", "larger", "grow=36", "smaller", "grow=20");
}

static void prefer(struct stage *s)
{
	of_two(s, USUAL "-prefer smaller", "smaller", "grow=20", "larger", "grow=36");
}

static void avoid(struct stage *s)
{
	of_two(s, USUAL "-avoid larger", "smaller", "grow=20", "larger", "grow=36");
}

/* Nobody else is left. */
static void avoid_last(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL "-avoid hog");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

static void ignore_user_root(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL "-ignore-user root");
	hog = play(s, "hog", HOG);
	must_hold(s, 60 * MIB);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	must_not_log(s, "killed");
}

/* Two processes of which the larger is at this place. */
static void of_two_at(struct stage *s, const char *options, const char *place, bool larger_dies)
{
	struct actor *larger = play(s, "larger", "grow=36"),
		     *smaller = play(s, "smaller", "grow=20");

	must_hold(s, 56 * MIB);
	pretend_proc_file(larger, "cgroup", place);
	watch(s, options);
	must_be_only_victim(s, larger_dies ? larger : smaller, SIGTERM);
	must_live(s, larger_dies ? smaller : larger);
}

static void protect_unit(struct stage *s)
{
	of_two_at(s, USUAL "-protect unit:shop.service", "0::/system.slice/shop.service\n", false);
}

static void avoid_cgroup(struct stage *s)
{
	of_two_at(s, USUAL "-avoid cgroup:/docker/*",
		  "3:memory:/docker/0123\n2:cpu,cpuacct:/\n1:name=systemd:/docker/0123\n", false);
}

/* Docker's lines of Ubuntu 20.04: v2 only says who started the container. */
#define HYBRID                                                                                     \
	"3:memory:/docker/" ID64 "\n2:cpu,cpuacct:/docker/" ID64 "\n1:name=systemd:/docker/" ID64  \
	"\n0::/system.slice/containerd.service\n"
#define ID64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void r101_container_in_v1_only(struct stage *s)
{
	of_two_at(s, USUAL "-protect cgroup:/docker/*", HYBRID, false);
}

static void r101_not_the_unit_that_started_it(struct stage *s)
{
	of_two_at(s, USUAL "-protect unit:containerd.service", HYBRID, true);
	must_log(s, "killed .*container docker 0123456789ab");
	must_not_log(s, "unit containerd");
}

static void r102_deep_path(struct stage *s)
{
	of_two_at(s, USUAL "-protect unit:shop.service",
		  "0::/shops.slice/shops-of-somebody-with-a-long-name.slice/x" ID64 "/x" ID64
		  "/x" ID64 "/x" ID64 "/x" ID64 "/shop.service\n",
		  false);
}

static void unit_is_named(struct stage *s)
{
	of_two_at(s, USUAL, "0::/system.slice/shop.service\n", true);
	must_log(s, "killed .*unit shop\\.service");
}

static void r50_container_is_named(struct stage *s)
{
	of_two_at(s, USUAL,
		  "0::/system.slice/"
		  "docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope\n",
		  true);
	must_log(s, "killed .*container docker 0123456789ab");
}

static void needs_two_users(struct stage *s)
{
	if (!s->real_root)
		skip("other users can be played by root only");
}

static void ignore_user(struct stage *s)
{
	needs_two_users(s);
	of_two(s, USUAL "-ignore-user 65534", "smaller", "grow=20", "larger", "uid=65534 grow=36");
}

static void protect_user(struct stage *s)
{
	needs_two_users(s);
	of_two(s, USUAL "-protect user:65534", "smaller", "grow=20", "larger", "uid=65534 grow=36");
}

/* As in "score", but the adjusted one is small now. */
static void min_victim(struct stage *s)
{
	of_two(s, USUAL "-min-victim 30", "larger", "grow=36", "adjusted", "adj=300 grow=24");
}

/* An executable at the place of one that the daemon knows: ours, mounted over the machine's. */
static void be_sshd(void)
{
	(void)mkdir(STAGE "/sbin", 0755);
	if (link(STAGE "/actor", STAGE "/sbin/sshd") < 0 ||
	    mount(STAGE "/sbin", "/usr/sbin", NULL, MS_BIND, NULL) < 0)
		fail("/usr/sbin: %s", strerror(errno));
}

static void protect_critical(struct stage *s)
{
	be_sshd();
	of_two(s, USUAL, "smaller", "grow=20", "/usr/sbin/sshd", "grow=36");
}

static void protect_critical_off(struct stage *s)
{
	be_sshd();
	of_two(s, USUAL "-protect-critical=false", "/usr/sbin/sshd", "grow=36", "smaller",
	       "grow=20");
}

/* R90: twenty sleepers with the adj of BestEffort pods. */
static void r90_sleepers_with_a_raised_adj(struct stage *s)
{
	struct actor *hog;

	for (unsigned i = 0; i < 20; i++)
		(void)play(s, "pod", "adj=1000");
	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* R91: more of them than a table has rows. */
static void r91_600_protected_sleepers(struct stage *s)
{
	struct actor *hog;

	(void)play(s, "postgres", "sleepers=600");
	watch(s, USUAL "-protect postgres");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* R97: the workers of one parent hold more together than the larger program beside them. */
static void r97_a_pool_gives_one_of_its_own(struct stage *s)
{
	struct actor *larger = play(s, "larger", "grow=18");

	(void)play(s, "worker", "children=8:5");
	must_hold(s, 58 * MIB);
	watch(s, USUAL);
	must_log(s, "killed [0-9]+ \\(worker\\) with SIGTERM");
	settle(s, LONG_ENOUGH_MS);
	must_live(s, larger);
}

/* R97: a bomb of many small ones, which the larger one beside them would have died for. */
static void swarm_goes(struct stage *s, const char *options, const char *bomb, const char *words,
		       const char *killed)
{
	struct actor *larger = play(s, "larger", words);

	must_hold(s, holds_mib(words) * MIB);
	watch(s, options);
	(void)play(s, "bomb", bomb);
	must_log(s, "%s", killed);
	must_log(s,
		 "%s and [0-9]+ more that are alike and began lately with SIGTERM: .*; "
		 "together they held .* of all that are like them",
		 killed);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, larger);
}

static void of_a_swarm(struct stage *s, const char *options, const char *bomb, const char *words,
		       const char *killed)
{
	swarm_goes(s, options, bomb, words, killed);
	must_not_log(s, "kill(ed)? [0-9]+ \\(larger\\)");
}

static void r97_a_swarm_gives_of_its_own(struct stage *s)
{
	of_a_swarm(s, USUAL, "brood=200:256@200", "grow=16", "killed [0-9]+ \\(bomb\\)");
}

static void r97_a_swarm_of_sessions(struct stage *s)
{
	of_a_swarm(s, USUAL, "brood=200:256@200:sessions", "grow=16", "killed [0-9]+ \\(bomb\\)");
}

static void r97_a_swarm_of_two_names(struct stage *s)
{
	of_a_swarm(s, USUAL, "brood=200:256@200:names", "grow=16",
		   "killed [0-9]+ \\((bomb|other)\\)");
}

/*
 * Every other one is protected: the others still go. They are more than the larger one as long as
 * memory is low, which it is not any more when 14 of their 19 MiB are left.
 */
static void r97_a_swarm_half_protected(struct stage *s)
{
	if (s->shadowed)
		skip("what the daemon itself holds counts as protected, and there is too much of "
		     "it");
	of_a_swarm(s, USUAL "-protect other", "brood=230:128@200:names", "grow=8",
		   "killed [0-9]+ \\(bomb\\)");
	must_not_log(s, "killed [0-9]+ \\(other\\)");
}

/* Whoever starts others for those that went goes with them in the end, and that is the end of it:
 * 36 times 65 shells went, and then the program beside them. */
static void r97_who_starts_a_swarm(struct stage *s)
{
	of_a_swarm(s, USUAL, "brood=200:256@400:again", "grow=16", "killed [0-9]+ \\(bomb\\)");
	must_log(s, "killed [0-9]+ \\(bomb\\) and [0-9]+ more that are alike and began lately, and "
		    "[0-9]+ \\(bomb\\) that starts them with SIGTERM: ");
	must_log(s, "recovered: ");
	must_not_log(s, "kill(ed)? [0-9]+ \\(larger\\)");
}

/* What would be done is said, and done to nobody. Nothing comes back from those, so the larger one
 * may be said to be next. */
static void r97_a_swarm_in_a_dry_run(struct stage *s)
{
	swarm_goes(s, USUAL "-dry-run", "brood=200:256@200", "grow=16",
		   "would kill [0-9]+ \\(bomb\\)");
}

/*
 * R92: any user can run a program of the list with code of his own in it (LD_PRELOAD), as a child
 * of init by forking twice.
 */
static void r92_a_users_sshd(struct stage *s)
{
	needs_two_users(s);
	be_sshd();
	of_two(s, USUAL, "/usr/sbin/sshd", "uid=65534 grow=36", "smaller", "grow=20");
}

/* R92: in namespaces of his own anything can lie at any path. */
static void r92_r115_a_path_in_a_users_namespace(struct stage *s)
{
	int r = namespaces_for_users();

	if (r < 0)
		skip("user namespaces are not allowed here: %s", strerror(-r));
	be_sshd();
	of_two(s, USUAL "-protect /usr/sbin/sshd", "/usr/sbin/sshd", "world=user grow=36",
	       "smaller", "grow=20");
}

/* R92: root in a container is not the machine's. */
static void r92_a_path_in_a_container(struct stage *s)
{
	be_sshd();
	of_two(s, USUAL "-protect /usr/sbin/sshd", "/usr/sbin/sshd", "world=container grow=36",
	       "smaller", "grow=20");
}

/* R92: nor is root in a container that another container has made. */
static void r92_a_path_in_a_container_in_a_container(struct stage *s)
{
	struct actor *outer, *smaller = play(s, "smaller", "grow=20");

	be_sshd();
	outer = play(s, "outer", "world=container init world=container grow=36");
	must_hold(s, 56 * MIB);
	watch(s, USUAL "-protect /usr/sbin/sshd");
	must_log(s, "killed [0-9]+ \\(sshd\\) with SIG(TERM|KILL)"); /* R103: it is a first one */
	must_exit(s, outer, 128 + SIGKILL);
	must_live(s, smaller);
}

/* R92: the machine's own root directory, and one file of it covered by another. */
static void r92_a_path_that_is_covered(struct stage *s)
{
	be_sshd();
	of_two(s, USUAL "-protect /usr/sbin/sshd", "hog", "world=bind grow=36", "smaller",
	       "grow=20");
}

/* R92: but a service that systemd has put into a sandbox is. */
static void r92_a_path_in_a_sandbox(struct stage *s)
{
	be_sshd();
	of_two(s, USUAL, "smaller", "grow=20", "/usr/sbin/sshd", "world=sandbox grow=36");
}

/* R92: what a package upgrade has replaced is still what it was. */
static void r92_a_path_after_an_upgrade(struct stage *s)
{
	struct actor *larger = play(s, "larger", "grow=36"),
		     *smaller = play(s, "smaller", "grow=20");

	must_hold(s, 56 * MIB);
	if (unlink(STAGE "/bin/larger") < 0)
		fail("unlink: %s", strerror(errno));
	write_file(STAGE "/bin/larger", 0755, "the next version\n");
	watch(s, USUAL "-protect " STAGE "/bin/larger");
	must_be_only_victim(s, smaller, SIGTERM);
	must_live(s, larger);
}

/* R92: /usr/bin/java and /usr/bin/python3 are links. */
static void r92_a_link(struct stage *s)
{
	(void)mkdir(STAGE "/bin", 0755);
	if (symlink("bin/larger", STAGE "/link") < 0 || symlink("link", STAGE "/link2") < 0)
		fail("symlink: %s", strerror(errno));
	(void)link(STAGE "/actor", STAGE "/bin/larger");
	of_two(s, USUAL "-protect " STAGE "/link2", "smaller", "grow=20", "larger", "grow=36");
}

/* R92: a directory that the daemon's own sandbox does not let it look into. */
static void r92_a_directory_that_may_not_be_entered(struct stage *s)
{
	struct actor *larger, *smaller = play(s, "smaller", "grow=20");

	(void)mkdir(STAGE "/home", 0755);
	(void)mkdir(STAGE "/empty", 0755);
	(void)link(STAGE "/actor", STAGE "/home/larger");
	larger = play(s, STAGE "/home/larger", "grow=36");
	must_hold(s, 56 * MIB);
	if (mount(STAGE "/empty", STAGE "/home", NULL, MS_BIND, NULL) < 0)
		fail("mount: %s", strerror(errno));
	watch(s, USUAL "-protect " STAGE "/home/larger");
	must_be_only_victim(s, smaller, SIGTERM);
	must_live(s, larger);
}

/* R98: a terminal multiplexer comes late, however large it is beside the rest. */
static void r98_a_session_comes_late(struct stage *s)
{
	(void)mkdir(STAGE "/sbin", 0755);
	if (link(STAGE "/actor", STAGE "/sbin/tmux") < 0 ||
	    mount(STAGE "/sbin", "/usr/sbin", NULL, MS_BIND, NULL) < 0)
		fail("/usr/sbin: %s", strerror(errno));
	of_two(s, USUAL, "smaller", "grow=37", "/usr/sbin/tmux", "adj=200 grow=20");
}

/* R30: the name alone makes nobody critical. */
static void r30_only_called_sshd(struct stage *s)
{
	of_two(s, USUAL, "sshd", "name=sshd grow=36", "smaller", "grow=20");
}

static void r20_right_numbers(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=48"), *second = play(s, "second", "grow=12");

	must_hold(s, 60 * MIB);
	watch(s, USUAL);
	must_be_only_victim(s, hog, SIGTERM);
	must_log(s,
		 "killed %d \\(hog\\) .*it held 48(\\.[0-9])? MiB.*next: %d \\(second\\) "
		 "12(\\.[0-9])? MiB",
		 (int)hog->pid, (int)second->pid);
}

/* The hook is the hog. */
static void r21_helpers(struct stage *s)
{
	pid_t helper;

	write_file(STAGE "/hook", 0755,
		   "#!/bin/sh\n[ -e /tmp/once ] && exit\n>/tmp/once\nexec " STAGE
		   "/bin/helper grow=60\n");
	(void)link(STAGE "/actor", STAGE "/bin/helper");
	watch(s, USUAL "-hook " STAGE "/hook");
	must_hold(s, 60 * MIB);
	settle(s, LONG_ENOUGH_MS);
	helper = pid_of("helper");
	if (helper == 0 || is_zombie_or_gone(helper))
		fail("the daemon's own hook was chosen");
	must_not_log(s, "killed [0-9]+ \\((helper|useroom)\\)");
	(void)kill(helper, SIGKILL);
}

static void r22_nobody(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL "-protect hog");
	hog = play(s, "hog", HOG);
	must_hold(s, 60 * MIB);
	must_log(s, "nobody can be ended: those who hold memory are protected");
	settle(s, 2 * LONG_ENOUGH_MS);
	must_live(s, hog);
	must_log_times(s, 1, 1, "nobody can be ended");
}

/* R110: a small one beside it is not the reason, and no help. */
static void r110_a_small_one_beside_a_protected_one(struct stage *s)
{
	struct actor *idle, *hog;

	watch(s, USUAL "-log json -protect hog");
	idle = play(s, "idle", "");
	hog = play(s, "hog", HOG);
	must_log(s, "\"event\":\"nobody\".*\"reason\":\"protected\"");
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	must_live(s, idle);
}

/*
 * An hour between two looks, and nobody could be ended: who comes then, and whose end is enough to
 * be above -mk, is found soon.
 */
static void r82_soon_again_below_the_level(struct stage *s)
{
	struct actor *held, *hog;

	watch(s, USUAL "-i 3600 -protect held");
	held = play(s, "held", "grow=60");
	must_log(s, "nobody can be ended");
	hog = play(s, "hog", "grow=60");
	must_die(s, hog, SIGKILL);
	must_live(s, held);
}

/*
 * And who was there all the time, once the one that must not be ended has gone by itself: before,
 * it would not have been enough to be above -mk.
 */
static void r82_soon_again_when_the_protected_one_has_gone(struct stage *s)
{
	struct actor *held = play(s, "held", "grow=60"), *other = play(s, "other", "grow=20");

	must_hold(s, 80 * MIB);
	watch(s, "-m 75 -mk 30 -grace 30 -i 3600 -protect held");
	must_log(s, "nobody can be ended|ending processes cannot help");
	settle(s, LONG_ENOUGH_MS);
	must_live(s, other);
	(void)kill(held->pid, SIGKILL);
	must_be_only_victim(s, other, SIGTERM);
}

/* Lowering it for real takes CAP_SYS_RESOURCE. The score is what the kernel would make of it. */
static void of_two_adjusted(struct stage *s, const char *options, const char *adj,
			    const char *score)
{
	struct actor *larger = play(s, "larger", "grow=36"),
		     *smaller = play(s, "smaller", "grow=22");

	must_hold(s, 58 * MIB);
	pretend_proc_file(larger, "oom_score_adj", adj);
	pretend_proc_file(larger, "oom_score", score);
	watch(s, options);
	must_be_only_victim(s, smaller, SIGTERM);
	must_live(s, larger);
}

static void r23_unkillable(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=60");

	must_hold(s, 60 * MIB);
	pretend_proc_file(hog, "oom_score_adj", "-1000\n");
	pretend_proc_file(hog, "oom_score", "0\n");
	watch(s, USUAL);
	must_log(s, "nobody can be ended");
	must_live(s, hog);
}

static void r23_unkillable_by_rss(struct stage *s)
{
	of_two_adjusted(s, USUAL "-sort-by-rss", "-1000\n", "0\n");
}

static void r24_preferred_but_negative(struct stage *s)
{
	of_two_adjusted(s, USUAL "-prefer larger", "-500\n", "334\n");
}

static void r25_avoided_by_rss(struct stage *s)
{
	of_two(s, USUAL "-sort-by-rss -avoid larger", "smaller", "grow=20", "larger", "grow=36");
}

static void r26_zombie_leader(struct stage *s)
{
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", "thread=60@400");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, idle);
	must_log(s, "killed .*it held [456][0-9](\\.[0-9])? MiB");
}

/* Below one step of it all have the same oom_score: 666. */
static void r27_same_score(struct stage *s)
{
	static const char *const words[] = {"grow=9", "grow=10", "grow=13", "grow=11", "grow=8"};
	struct actor *actors[5];

	for (unsigned i = 0; i < 5; i++)
		actors[i] = play(s, "worker", words[i]);
	must_hold(s, 51 * MIB);
	watch(s, USUAL);
	must_be_only_victim(s, actors[2], SIGTERM);
}

/*
 * In a container whose /proc/meminfo is its own (lxcfs) oom_score is still of the whole machine's
 * memory: then a hog has the score of its smallest neighbours, however large it is for the
 * container.
 */
static void r27_meminfo_of_a_container(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=22 touch=/tmp/grown"),
		     *others = play(s, "others", "children=40:1");

	must_be_there(s, "/tmp/grown");
	must_hold(s, 62 * MIB);
	watch(s, USUAL);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, others);
}

static void hostile(struct stage *s, const char *name, const char *logged)
{
	char words[128];
	struct actor *idle = play(s, "idle", "grow=4"), *hog;

	(void)snprintf(words, sizeof(words), "name=%s " HOG, name);
	watch(s, USUAL);
	hog = play(s, "hog", words);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, idle);
	must_log(s, "^killed %d \\(%s\\) with SIGTERM: ", (int)hog->pid, logged);
}

static void r28_bracket(struct stage *s)
{
	hostile(s, "a)%20Z%201%201", "a\\) Z 1 1");
}

static void r28_r75_newline(struct stage *s)
{
	hostile(s, "a%0Akilled%201", "a\\\\x0[aA]killed 1");
}

static void r28_bad_utf8(struct stage *s)
{
	hostile(s, "a%FF%C3(b", "a\\\\x[fF][fF]\\\\x[cC]3\\(b");
}

static void r28_terminal_codes(struct stage *s)
{
	hostile(s, "%1B%5B31mred%5C", "\\\\x1[bB]\\[31mred\\\\x5[cC]");
}

static void r28_no_name(struct stage *s)
{
	hostile(s, "", "");
}

static void r29_long_name(struct stage *s)
{
	of_two(s, USUAL "-protect a-very-long-service-name", "smaller", "grow=20",
	       "a-very-long-service-name", "grow=36");
}

static void r30_not_sshd(struct stage *s)
{
	of_two(s, USUAL "-protect /usr/sbin/sshd", "sshd", "name=sshd grow=36", "smaller",
	       "grow=20");
}

/*
 * Files that wait for the victim's mmap lock, which a process that is stuck never gives back. Among
 * them are its command line and its environment: they are nobody's business (R73).
 */
static void r31_r73_never_waits_for_a_process(struct stage *s)
{
	static const char *const files[] = {"cmdline", "environ", "maps", "smaps", "smaps_rollup"};
	struct actor *hog = play(s, "hog", "grow=48"), *second = play(s, "second", "grow=12");

	must_hold(s, 60 * MIB);
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)hog->pid, files[i]);
		if (access(path, F_OK) == 0) /* smaps_rollup came with 4.14 */
			pretend_proc_file(hog, files[i], NULL);
	}
	watch(s, USUAL "-debug");
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, second);
}

/* A hundred programs come and go at any time; each look at /proc finds some of them dead. */
static void r35_busy_build_host(struct stage *s)
{
	struct actor *build = play(s, "build", "storm=30"), *idle = play(s, "idle", "grow=4"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, build);
	must_live(s, idle);
}

static bool has_room(struct stage *s, const void *what)
{
	(void)what;
	return s->machine.available_kib > s->machine.shape.total_kib * 40 / 100;
}

/* 30 times 2 MiB: seven of them are enough, and nobody else is touched. */
static void r36_r54_many_small(struct stage *s)
{
	struct actor *parent;
	unsigned left;

	watch(s, USUAL);
	parent = play(s, "parent", "children=30:2");
	must_log(s, "killed");
	if (!wait_for(s, has_room, NULL, 60))
		fail("memory is still low");
	settle(s, LONG_ENOUGH_MS);
	must_live(s, parent);
	left = 30 - log_times("killed [0-9]+ \\(parent\\)");
	if (left < 15)
		fail("%u of 30 children are left", left);
}

static void r37_small_but_adjusted(struct stage *s)
{
	struct actor *small = play(s, "small", "adj=1000"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, small);
}

static void r38_file_pages(struct stage *s)
{
	of_two(s, USUAL, "leak", "grow=56", "mapper", "file=200");
}

static void r38_file_pages_by_rss(struct stage *s)
{
	of_two(s, USUAL "-sort-by-rss", "leak", "grow=56", "mapper", "file=200");
}

/* Four database backends that share 34 MiB are not 136; the leak of 24 is the largest that can be
 * had. */
static void r39_family(struct stage *s)
{
	of_two(s, "-m 30 -mk 5 -grace 30", "leak", "grow=26", "database", "shared=34:3");
}

static void sleepers_3000(struct stage *s)
{
	struct actor *sleepers = play(s, "sleepers", "sleepers=3000 touch=/tmp/asleep"), *hog;

	must_be_there(s, "/tmp/asleep");
	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, sleepers);
	if (count_children(sleepers->pid, 0) != 3000)
		fail("%u sleepers are left", count_children(sleepers->pid, 0));
}

/* The one that eats the memory must not be ended: two hundred that are too small to help do not go
 * in its place. */
static void r05_protected_hog(struct stage *s)
{
	struct actor *sleepers = play(s, "sleepers", "sleepers=200 touch=/tmp/asleep"), *hog;

	must_be_there(s, "/tmp/asleep");
	watch(s, USUAL "-protect hog");
	hog = play(s, "hog", HOG);
	must_hold(s, 60 * MIB);
	must_log(s, "nobody can be ended|ending processes cannot help: processes that must not be "
		    "ended hold");
	settle(s, 2 * LONG_ENOUGH_MS);
	must_live(s, hog);
	must_live(s, sleepers);
	if (count_children(sleepers->pid, 0) != 200)
		fail("%u sleepers are left", count_children(sleepers->pid, 0));
	must_log_times(s, 0, 0, "killed [0-9]+");
}

static void zombies(struct stage *s)
{
	struct actor *parent = play(s, "parent", "zombie zombie zombie"), *hog;

	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_live(s, parent);
}

const struct live_case choose_cases[] = {
	{"score", score, NULL, false},
	{"sort_by_rss", sort_by_rss, NULL, false},
	{"protect", protect, NULL, false},
	{"protect_glob", protect_glob, NULL, false},
	{"protect_path", protect_path, NULL, false},
	{"protect_nobody", protect_nobody, NULL, false},
	{"protect_user", protect_user, NULL, false},
	{"protect_critical", protect_critical, NULL, false},
	{"protect_critical_off", protect_critical_off, NULL, false},
	{"prefer", prefer, NULL, false},
	{"avoid", avoid, NULL, false},
	{"avoid_last", avoid_last, NULL, false},
	{"ignore_user", ignore_user, NULL, false},
	{"ignore_user_root", ignore_user_root, NULL, false},
	{"min_victim", min_victim, NULL, false},
	{"protect_unit", protect_unit, NULL, false},
	{"avoid_cgroup", avoid_cgroup, NULL, false},
	{"r101_container_in_v1_only", r101_container_in_v1_only, NULL, false},
	{"r101_not_the_unit_that_started_it", r101_not_the_unit_that_started_it, NULL, false},
	{"r102_deep_path", r102_deep_path, NULL, false},
	{"unit_is_named", unit_is_named, NULL, false},
	{"r20_right_numbers", r20_right_numbers, NULL, false},
	{"r21_helpers", r21_helpers, NULL, false},
	{"r22_nobody", r22_nobody, NULL, false},
	{"r110_a_small_one_beside_a_protected_one", r110_a_small_one_beside_a_protected_one, NULL,
	 false},
	{"r82_soon_again_below_the_level", r82_soon_again_below_the_level, NULL, false},
	{"r82_soon_again_when_the_protected_one_has_gone",
	 r82_soon_again_when_the_protected_one_has_gone, NULL, false},
	{"r23_unkillable", r23_unkillable, NULL, false},
	{"r23_unkillable_by_rss", r23_unkillable_by_rss, NULL, false},
	{"r24_preferred_but_negative", r24_preferred_but_negative, NULL, false},
	{"r25_avoided_by_rss", r25_avoided_by_rss, NULL, false},
	{"r26_zombie_leader", r26_zombie_leader, NULL, false},
	{"r27_same_score", r27_same_score, NULL, false},
	{"r27_meminfo_of_a_container", r27_meminfo_of_a_container, NULL, false},
	{"r28_bracket", r28_bracket, NULL, false},
	{"r28_r75_newline", r28_r75_newline, NULL, false},
	{"r28_bad_utf8", r28_bad_utf8, NULL, false},
	{"r28_terminal_codes", r28_terminal_codes, NULL, false},
	{"r28_no_name", r28_no_name, NULL, false},
	{"r29_long_name", r29_long_name, NULL, false},
	{"r30_not_sshd", r30_not_sshd, NULL, false},
	{"r30_only_called_sshd", r30_only_called_sshd, NULL, false},
	{"r90_sleepers_with_a_raised_adj", r90_sleepers_with_a_raised_adj, NULL, false},
	{"r91_600_protected_sleepers", r91_600_protected_sleepers, &without_sleepers, false},
	{"r97_a_pool_gives_one_of_its_own", r97_a_pool_gives_one_of_its_own, NULL, false},
	{"r97_a_swarm_gives_of_its_own", r97_a_swarm_gives_of_its_own, NULL, false},
	{"r97_a_swarm_of_sessions", r97_a_swarm_of_sessions, NULL, false},
	{"r97_a_swarm_of_two_names", r97_a_swarm_of_two_names, NULL, false},
	{"r97_a_swarm_half_protected", r97_a_swarm_half_protected, NULL, false},
	{"r97_who_starts_a_swarm", r97_who_starts_a_swarm, NULL, false},
	{"r97_a_swarm_in_a_dry_run", r97_a_swarm_in_a_dry_run, NULL, false},
	{"r92_a_directory_that_may_not_be_entered", r92_a_directory_that_may_not_be_entered, NULL,
	 false},
	{"r92_a_link", r92_a_link, NULL, false},
	{"r92_a_path_after_an_upgrade", r92_a_path_after_an_upgrade, NULL, false},
	{"r92_a_path_in_a_container", r92_a_path_in_a_container, NULL, false},
	{"r92_a_path_in_a_container_in_a_container", r92_a_path_in_a_container_in_a_container, NULL,
	 false},
	{"r92_a_path_that_is_covered", r92_a_path_that_is_covered, NULL, false},
	{"r92_a_path_in_a_sandbox", r92_a_path_in_a_sandbox, NULL, false},
	{"r92_r115_a_path_in_a_users_namespace", r92_r115_a_path_in_a_users_namespace, NULL, false},
	{"r92_a_users_sshd", r92_a_users_sshd, NULL, false},
	{"r98_a_session_comes_late", r98_a_session_comes_late, NULL, false},
	{"r31_r73_never_waits_for_a_process", r31_r73_never_waits_for_a_process, NULL, false},
	{"r35_busy_build_host", r35_busy_build_host, NULL, false},
	{"r36_r54_many_small", r36_r54_many_small, NULL, false},
	{"r37_small_but_adjusted", r37_small_but_adjusted, NULL, false},
	{"r38_file_pages", r38_file_pages, NULL, false},
	{"r38_file_pages_by_rss", r38_file_pages_by_rss, NULL, false},
	{"r39_family", r39_family, &with_mapped_shmem, false},
	{"r50_container_is_named", r50_container_is_named, NULL, false},
	{"r05_protected_hog", r05_protected_hog, &without_sleepers, false},
	{"sleepers_3000", sleepers_3000, &without_sleepers, false},
	{"zombies", zombies, NULL, false},
	{NULL, NULL, NULL, false},
};
