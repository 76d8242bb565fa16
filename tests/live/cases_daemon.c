/* SPDX-License-Identifier: MIT */
/* What is told, by log, hook and systemd, and how the daemon itself behaves. */
#include "cases.h"
#include "json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_ENOUGH_MS 700
#define HOOK           STAGE "/hook"
#define CONFIG         STAGE "/useroom.conf"
#define TOLD           "/tmp/told"

static char told[65536];

static bool file_says(struct stage *s, const void *what)
{
	int fd = open(TOLD, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, told, sizeof(told) - 1);

	(void)s;
	if (fd >= 0)
		(void)close(fd);
	told[n > 0 ? n : 0] = '\0';
	return strstr(told, what) != NULL;
}

/* The hook has written this to TOLD. */
static void must_tell(struct stage *s, const char *what)
{
	if (!wait_for(s, file_says, what, 60))
		fail("the hook did not tell: %s, but: %s", what, told);
}

static void must_not_tell(struct stage *s, const char *what)
{
	if (file_says(s, what))
		fail("the hook told: %s", what);
}

/* The first child of a process, as text. */
static const char *child_of(pid_t pid)
{
	static char text[64];
	char path[64];
	int fd;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void write_hook(const char *script)
{
	write_file(HOOK, 0755, script);
}

static void dry_run(struct stage *s)
{
	struct actor *hog, *idle = play(s, "idle", "grow=4");

	watch(s, USUAL "-dry-run");
	hog = play(s, "hog", HOG);
	must_log(s, "would kill %d \\(hog\\) with SIGTERM", (int)hog->pid);
	settle(s, LONG_ENOUGH_MS);
	must_live(s, hog);
	must_live(s, idle);
	must_not_log(s, "^killed");
	must_not_log(s, "nothing is recorded");
	if (access("/run/useroom/lock", F_OK) == 0)
		fail("a dry run took the lock");
}

/* R62: one line and one call of the hook for an episode, however long it lasts; and again for the
 * next one. */
static void r62_dry_run_once(struct stage *s)
{
	struct actor *hog;

	write_hook("#!/bin/sh\necho $USEROOM_EVENT $USEROOM_DRY_RUN >>" TOLD "\n");
	watch(s, "-m 40 -mk 10 -grace 0.1 -dry-run -hook " HOOK);
	hog = play(s, "hog", HOG);
	must_log(s, "would kill %d \\(hog\\) with SIGTERM", (int)hog->pid);
	settle(s, 2 * LONG_ENOUGH_MS);
	must_log_times(s, 1, 1, "would kill .* with SIGTERM");
	must_log_times(s, 0, 2, "would kill");
	must_tell(s, "kill 1");
	(void)kill(hog->pid, SIGKILL);
	must_log(s, "recovered");
	hog = play(s, "hog", HOG);
	must_log(s, "would kill %d \\(hog\\) with SIGTERM", (int)hog->pid);
}

/* A victim of a dry run ends by itself, and the one of the next episode is still told once. */
static void r62_dry_run_twice(struct stage *s)
{
	struct actor *first, *second;

	watch(s, USUAL "-dry-run");
	first = play(s, "hog", HOG " wait=/tmp/go end");
	must_log(s, "would kill %d \\(hog\\) with SIGTERM", (int)first->pid);
	write_file("/tmp/go", 0644, "");
	must_exit(s, first, 0);
	must_log(s, "recovered");
	second = play(s, "hog", HOG);
	must_log(s, "would kill %d \\(hog\\) with SIGTERM", (int)second->pid);
	settle(s, LONG_ENOUGH_MS);
	must_log_times(s, 1, 1, "would kill %d \\(hog\\)", (int)second->pid);
}

static bool has_text(struct stage *s, const void *path)
{
	struct stat file;

	(void)s;
	return stat(path, &file) == 0 && file.st_size > 0;
}

/* R51: a dry run that becomes a real one by a reload must be the only real one. */
static void r51_dry_run_becomes_real(struct stage *s)
{
	struct actor *real, *hog;

	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\ndry-run = true\n");
	watch(s, "-record off");
	real = start_daemon(s, "-m 0 -mk 0 -dry-run=false -record off");
	if (!wait_for(s, has_text, "/run/useroom/lock", 60))
		fail("the other one has not taken the lock");
	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\n");
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, "another useroom is running \\(pid %d\\): this one stays a dry run",
		 (int)real->pid);
	hog = play(s, "hog", HOG);
	must_log(s, "would kill %d \\(hog\\)", (int)hog->pid);
	must_not_log(s, "^killed");
	(void)kill(real->pid, SIGTERM);
	must_exit(s, real, 0);
	(void)kill(s->daemon->pid, SIGHUP);
	s->more_fds = 1; /* the lock */
	must_die(s, hog, SIGTERM);
}

static void debug(struct stage *s)
{
	struct actor *hog;

	watch(s, USUAL "-debug -protect guarded");
	(void)play(s, "guarded", "grow=10");
	hog = play(s, "hog", "grow=50@400");
	must_be_only_victim(s, hog, SIGTERM);
	must_log(s, "available");
	must_log(s, "guarded.*protected");
	must_log(s, "%d \\(hog\\)", (int)hog->pid);
}

static void log_json(struct stage *s)
{
	char line[8192];
	unsigned lines = 0;
	FILE *file;
	struct actor *hog;

	watch(s, USUAL "-log json -debug -hook /no/where -protect \x01,\xff,\"\\\\");
	hog = play(s, "hog", "name=\"%0A%FF\\b%7F " HOG);
	must_die(s, hog, SIGTERM);
	must_log(s, "\"event\": *\"start\"");
	must_log(s, "\"event\": *\"kill\".*\"pid\": *%d", (int)hog->pid);
	must_log(s, "\"event\": *\"freed\".*\"pid\": *%d", (int)hog->pid);
	must_log(s, "\"event\": *\"recovered\"");
	must_log(s, "hook /no/where cannot be run, or");
	file = fopen(STAGE "/log", "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (!json_is_object(line, strlen(line)))
			fail("not JSON: %s", line);
		lines++;
	}
	if (lines < 4)
		fail("only %u lines", lines);
	(void)fclose(file);
}

static void hook(struct stage *s)
{
	struct actor *hog;
	char text[64];

	write_hook(
		"#!/bin/sh\n{ echo event=$USEROOM_EVENT pid=$USEROOM_PID name=$USEROOM_NAME "
		"signal=$USEROOM_SIGNAL;"
		" echo uid=$USEROOM_UID total=$USEROOM_MEM_TOTAL_KIB swap=$USEROOM_SWAP_TOTAL_KIB"
		" dry=$USEROOM_DRY_RUN; cat; } >>" TOLD "\n");
	watch(s, USUAL "-hook " HOOK);
	hog = play(s, "hog", HOG);
	(void)snprintf(text, sizeof(text), "event=kill pid=%d name=hog signal=SIGTERM",
		       (int)hog->pid);
	must_tell(s, text);
	must_tell(s, "uid=0 total=98304 swap=0 dry=0");
	(void)snprintf(text, sizeof(text), "event=freed pid=%d name=hog", (int)hog->pid);
	must_tell(s, text);
	must_tell(s, "event=recovered");
	must_tell(s, "\"event\":\"kill\"");
	must_be_only_victim(s, hog, SIGTERM);
}

static void warn_hook(struct stage *s)
{
	write_hook("#!/bin/sh\necho event=$USEROOM_EVENT >>" TOLD "\n");
	watch(s, USUAL "-warn 60 -hook " HOOK);
	(void)play(s, "hog", "grow=40");
	must_tell(s, "event=warn");
	must_not_tell(s, "event=kill");
}

/* A hook that hangs is ended, with what it started, and the next one runs. */
static void r61_hook_hangs(struct stage *s)
{
	struct actor *hog;

	write_hook("#!/bin/sh\necho $USEROOM_EVENT >>" TOLD
		   "\n[ $USEROOM_EVENT = kill ] || exit 0\n" STAGE "/bin/lingerer\n");
	(void)link(STAGE "/actor", STAGE "/bin/lingerer");
	watch(s, USUAL "-hook-time 0.5 -hook " HOOK);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_tell(s, "kill");
	must_tell(s, "recovered");
	if (pid_of("lingerer") != 0)
		fail("what the hook started is still there");
}

static bool has_told_twice(struct stage *s, const void *nothing)
{
	char line[64];
	unsigned times = 0;
	FILE *file = fopen(TOLD, "re");

	(void)s;
	(void)nothing;
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		times += strcmp(line, "recovered\n") == 0;
	if (file != NULL)
		(void)fclose(file);
	return times == 2;
}

/* R113: one that outlives SIGKILL is left alone, and is no zombie when it has gone at last. */
static void r113_hook_hangs_in_the_kernel(struct stage *s)
{
	struct actor *hog, *second;

	write_hook("#!/bin/sh\necho $USEROOM_EVENT >>" TOLD
		   "\n[ $USEROOM_EVENT = kill ] && ! [ -e /tmp/held ] || exit 0\nexec " STAGE
		   "/bin/lingerer held=/tmp/go touch=/tmp/held\n");
	(void)link(STAGE "/actor", STAGE "/bin/lingerer");
	watch(s, USUAL "-hook-time 2 -hook " HOOK);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_be_there(s, "/tmp/held");
	must_log(s, "hook " HOOK " hangs in the kernel and is left alone");
	if (pid_of("lingerer") == 0)
		fail("the hook has gone");
	must_tell(s, "freed");
	must_tell(s, "recovered");
	write_file("/tmp/go", 0644, "");
	second = play(s, "second", HOG); /* before its hook runs, that one is asked after */
	must_die(s, second, SIGTERM);
	if (!wait_for(s, has_told_twice, NULL, 60))
		fail("no hook runs any more");
	must_log_times(s, 1, 1, "hook " HOOK);
}

/* One at a time, and none of them a zombie: stage_close looks for those. */
static void r61_one_hook_at_a_time(struct stage *s)
{
	struct actor *hog;

	write_hook("#!/bin/sh\nmkdir /tmp/only || echo two >>" TOLD "\nsleep 0.2\nrmdir /tmp/only\n"
		   "echo $USEROOM_EVENT >>" TOLD "\n");
	watch(s, USUAL "-hook " HOOK);
	hog = play(s, "hog", HOG);
	must_die(s, hog, SIGTERM);
	must_tell(s, "recovered");
	must_not_tell(s, "two");
}

static void pre_kill(struct stage *s)
{
	struct actor *hog;

	write_hook("#!/bin/sh\n[ -d /proc/$USEROOM_PID ] && echo alive=$USEROOM_PID >>" TOLD "\n");
	watch(s, USUAL "-pre-kill-time 5 -pre-kill " HOOK);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_tell(s, "alive=");
}

/* What the hook does may help: then nobody has to go any more. */
static void pre_kill_helps(struct stage *s)
{
	struct actor *hog, *cache = play(s, "cache", "children=1:30");

	write_hook("#!/bin/sh\n[ -e /tmp/once ] && exit\n>/tmp/once\n"
		   "kill -9 $(cat /tmp/cache)\nwhile ! [ -e /tmp/go ]; do sleep 0.05; done\n");
	must_hold(s, 30 * MIB);
	write_file("/tmp/cache", 0644, child_of(cache->pid));
	watch(s, USUAL "-avoid cache -pre-kill-time 5 -pre-kill " HOOK);
	hog = play(s, "hog", "grow=30@400");
	must_be_there(s, "/tmp/once");
	settle(s, LONG_ENOUGH_MS);
	write_file("/tmp/go", 0644, "");
	must_log(s, "recovered: .*, 0 victims");
	must_live(s, hog);
	must_not_log(s, "killed");
}

static void pre_kill_time(struct stage *s)
{
	struct actor *hog;

	write_hook("#!/bin/sh\necho here >>" TOLD "\nexec sleep 1000\n");
	watch(s,
	      USUAL "-pre-kill-time 1 -pre-kill " HOOK); /* time enough to begin, on any machine */
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_tell(s, "here");
}

static void r60_injection(struct stage *s)
{
	struct actor *hog;

	write_hook("#!/bin/sh\nprintf '%s\\n' \"$USEROOM_EVENT $USEROOM_NAME\" >>" TOLD "\n");
	watch(s, USUAL "-pre-kill " HOOK " -pre-kill-time 5 -hook " HOOK);
	hog = play(s, "hog", "name=$(>/tmp/pwn);` " HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_tell(s, "kill $(>/tmp/pwn);`");
	if (access("/tmp/pwn", F_OK) == 0)
		fail("the name was run by a shell");
}

/* What the daemon takes for itself is not handed on. */
static void r65_hook_inherits_nothing(struct stage *s)
{
	char own_nice[32];
	write_hook("#!/bin/sh\n{ echo adj=$(cat /proc/self/oom_score_adj); echo "
		   "notify=$NOTIFY_SOCKET.$WATCHDOG_USEC;"
		   " grep -E '^(CapAmb|SigBlk|SigIgn)' /proc/self/status; ls /proc/self/fd "
		   ">/tmp/fds; echo fds=$(cat "
		   "/tmp/fds);"
		   " echo nice=$(cut -d' ' -f19 /proc/self/stat) policy=$(cut -d' ' -f41 "
		   "/proc/self/stat);"
		   " echo end; } >>" TOLD "\n");
	s->watchdog_usec = "20000000";
	watch(s, USUAL "-hook " HOOK);
	must_tell(s, "end");
	must_tell(s, "adj=0\n");
	must_tell(s, "notify=.\n");
	must_tell(s, "SigBlk:\t0000000000000000");
	/* posix_spawn(3) of glibc leaves its own two signals, 32 and 33, ignored. */
	if (!file_says(s, "SigIgn:\t0000000180000000"))
		must_tell(s, "SigIgn:\t0000000000000000");
	must_tell(s, "fds=0 1 2 3\n");
	must_tell(s, "CapAmb:\t0000000000000000");
	(void)snprintf(own_nice, sizeof(own_nice), "nice=%d policy=0\n", nice_of_started());
	must_tell(s, own_nice);
}

static void sighup_reload(struct stage *s)
{
	struct actor *hog;

	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\nprotect = hog\n");
	watch(s, "");
	hog = play(s, "hog", HOG);
	must_log(s, "nobody can be ended");
	must_live(s, hog);
	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\n");
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, "configuration read again");
	must_be_only_victim(s, hog, SIGTERM);
}

/* How many of the daemon's descriptors are of this file. */
static unsigned count_open(const struct stage *s, const char *file)
{
	unsigned count = 0;
	char dir[32];
	DIR *d;

	(void)snprintf(dir, sizeof(dir), "/proc/%d/fd", (int)s->daemon->pid);
	d = opendir(dir);
	for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		char target[256];
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		count += strcmp(target, file) == 0;
	}
	if (d != NULL)
		(void)closedir(d);
	return count;
}

#define PRESSURE "/proc/pressure/memory"

static bool has_open(struct stage *s, const void *count)
{
	return count_open(s, PRESSURE) == *(const unsigned *)count;
}

/* R113: the wake-up by pressure follows the settings, not only the first ones. */
static void r113_reload_arms_the_trigger(struct stage *s)
{
	unsigned off, on;

	write_file(CONFIG, 0644, "stall = off\n");
	watch(s, "");
	off = count_open(s, PRESSURE);
	if (off == 0)
		skip("this kernel has no pressure");
	on = off + 1;
	write_file(CONFIG, 0644, "stall = 2\n");
	(void)kill(s->daemon->pid, SIGHUP);
	if (!wait_for(s, has_open, &on, 60))
		fail("no trigger after -stall was turned on");
	write_file(CONFIG, 0644, "stall = off\n");
	(void)kill(s->daemon->pid, SIGHUP);
	if (!wait_for(s, has_open, &off, 60))
		fail("a trigger is left after -stall was turned off");
}

static void sighup_bad_file(struct stage *s)
{
	struct actor *hog;

	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\n");
	watch(s, "");
	write_file(CONFIG, 0644, "m = 5\nmk = 200\n");
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, "useroom\\.conf:2");
	must_log(s, "the running one stays");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

static void config_file(struct stage *s)
{
	struct actor *hog;

	write_file(CONFIG, 0644,
		   "# comment\nm = 5 # the command line wins\nmk = 40\nsort-by-rss = true\n");
	watch(s, "-m 40");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGKILL);
}

static void r51_second_instance(struct stage *s)
{
	struct actor *second, *hog;

	watch(s, USUAL);
	second = start_daemon(s, USUAL);
	must_exit(s, second, 1);
	must_log(s, "%d", (int)s->daemon->pid);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* Signals are read from a descriptor: there is no handler in which anything could go wrong. */
static void r63_no_signal_handlers(struct stage *s)
{
	const uint64_t ours = UINT64_C(0x7fffffff); /* 1 to 31: libc may have its own above */
	char path[64], line[256];
	uint64_t caught = ours;
	FILE *file;

	watch(s, USUAL);
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)s->daemon->pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "SigCgt:", 7) == 0)
			caught = strtoull(line + 7, NULL, 16);
	}
	if (file != NULL)
		(void)fclose(file);
	/* A sanitizer catches what a program dies of. */
	if (caught & ours & ~(1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1) | 1ull << (SIGFPE - 1)))
		fail("it catches signals: %llx", (unsigned long long)caught);
}

static void r64_no_locked_memory(struct stage *s)
{
	struct actor *hog;

	s->no_memlock = true;
	watch(s, USUAL);
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

static void r67_hidepid(struct stage *s)
{
	struct actor *hog;

	if (!s->real_root)
		skip("other users can be played by root only");
	if (mount("proc", "/proc", "proc", MS_REMOUNT, "hidepid=2") < 0)
		skip("hidepid: %s", strerror(errno));
	s->uid = NOBODY;
	hog = play(s, "hog", "uid=65534 " HOG);
	watch(s, USUAL);
	must_log(s, "hidepid|cannot be seen|cannot see");
	must_be_only_victim(s, hog, SIGTERM);
}

/* Nothing changes, so nothing is said. */
static void r68_silence(struct stage *s)
{
	unsigned before;

	(void)play(s, "hog", "grow=40");
	must_hold(s, 40 * MIB);
	watch(s, USUAL "-i 0.05");
	settle(s, LONG_ENOUGH_MS);
	before = log_times("^.+$");
	settle(s, 2 * LONG_ENOUGH_MS);
	if (log_times("^.+$") != before)
		fail("%u lines about nothing", log_times("^.+$") - before);
}

/* It has a terabyte of address space then. */
static bool has_sanitizers(const struct stage *s)
{
	return status_number(s->daemon->pid, "VmSize") > UINT64_C(1) << 30;
}

/*
 * Descriptors: stage_close compares them with the beginning. What a sanitizer holds is not flat:
 * with gcc 14 it was 1.5 MiB more after eight victims.
 */
static void r70_many_kills(struct stage *s)
{
	uint64_t rss = 0;

	if (s->shadowed)
		skip("the daemon is built or run so that its memory is not its own");
	write_hook("#!/bin/sh\nexit 0\n");
	watch(s, USUAL "-hook " HOOK);
	for (int i = 0; i < 12; i++) {
		struct actor *hog = play(s, "hog", "grow=60");

		must_die(s, hog, SIGTERM);
		must_log(s, "%d \\(hog\\) is gone", (int)hog->pid);
		if (i == 3)
			rss = status_number(s->daemon->pid, "VmRSS");
	}
	if (!has_sanitizers(s) && status_number(s->daemon->pid, "VmRSS") > rss + 64)
		fail("the daemon grew from %llu KiB to %llu KiB", (unsigned long long)rss,
		     (unsigned long long)status_number(s->daemon->pid, "VmRSS"));
}

static void r72_spellings(struct stage *s)
{
	struct actor *hog;

	watch(s, "--m=40 -mk 10 --grace 30 -debug=false -sort-by-rss=1 --protect ''");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

static bool oom_score_adj_is(pid_t pid, const char *wanted)
{
	char path[64], text[16] = "";
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return strcmp(text, wanted) == 0;
}

static void r74_guarded(struct stage *s)
{
	if (!can_lower_adj())
		skip("oom_score_adj may not be lowered here");
	watch(s, USUAL);
	if (!oom_score_adj_is(s->daemon->pid, "-1000\n"))
		fail("the kernel may end the daemon");
}

/* Either it is so, or it says that it cannot be. */
static void r64_locked(struct stage *s)
{
	watch(s, USUAL);
	if (log_times("cannot lock itself in memory") > 0)
		skip("memory may not be locked here");
	if (has_sanitizers(s))
		skip("what has sanitizers locks nothing");
	if (status_number(s->daemon->pid, "VmLck") == 0)
		fail("it is not locked in memory");
}

static void hurried(struct stage *s)
{
	int policy;

	watch(s, USUAL);
	if (log_times("cannot raise its priority") > 0)
		skip("priorities may not be raised here");
	policy = sched_getscheduler(s->daemon->pid);
	if ((policy & 0xff) != SCHED_FIFO && getpriority(PRIO_PROCESS, (id_t)s->daemon->pid) != -20)
		fail("it has an ordinary priority: %x", (unsigned)policy);
}

static void watchdog(struct stage *s)
{
	s->watchdog_usec = "200000";
	watch(s, USUAL);
	must_note(s, "WATCHDOG=1");
	s->notes_length = 0;
	memset(s->notes, 0, sizeof(s->notes));
	must_note(s, "WATCHDOG=1");
}

static void status_sentence(struct stage *s)
{
	watch(s, USUAL);
	must_note(s, "STATUS=");
	(void)kill(s->daemon->pid, SIGTERM);
	must_exit(s, s->daemon, 0);
	must_note(s, "STOPPING=1");
	s->daemon_left = true;
}

static void sigint(struct stage *s)
{
	watch(s, USUAL);
	(void)kill(s->daemon->pid, SIGINT);
	must_exit(s, s->daemon, 0);
	must_log(s, "stopping");
	s->daemon_left = true;
}

static void no_meminfo(struct stage *s)
{
	if (mount("tmpfs", "/proc", "tmpfs", 0, NULL) < 0)
		fail("/proc: %s", strerror(errno));
	if (!s->real_root) { /* without it all is a stranger's that root has outside (R115) */
		(void)mkdir("/proc/self", 0755);
		write_file("/proc/self/uid_map", 0444, "0 1000 1\n");
	}
	must_exit(s, start_daemon(s, USUAL), 1);
	must_log(s, "meminfo");
	s->daemon_left = true;
}

static void unprivileged(struct stage *s)
{
	struct actor *hog;

	s->uid = NOBODY;
	watch(s, USUAL);
	must_log(s, "not root: only processes of uid 65534");
	hog = play(s, "hog", s->real_root ? "uid=65534 " HOG : HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* A whole kill, with both hooks, a reload and a full scan, after which the counter stands where it
 * stood at READY. */
static void no_allocation(struct stage *s)
{
	uint64_t ready;
	struct actor *hog;

	write_hook("#!/bin/sh\nexit 0\n");
	watch(s, USUAL "-debug -hook " HOOK " -pre-kill " HOOK " -pre-kill-time 5");
	ready = malloc_calls(s);
	if (ready == UINT64_MAX)
		skip("the daemon is static, or the C library is not glibc");
	hog = play(s, "hog", "shrug " HOG " wait=/tmp/go grow=20");
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	write_file("/tmp/go", 0644, "");
	must_die(s, hog, SIGKILL);
	must_log(s, "recovered");
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, "configuration read again");
	settle(s, 200);
	if (malloc_calls(s) != ready)
		fail("%llu calls of malloc and free after READY",
		     (unsigned long long)(malloc_calls(s) - ready));
}

const struct live_case daemon_cases[] = {
	{"dry_run", dry_run, NULL, false},
	{"debug", debug, NULL, false},
	{"log_json", log_json, NULL, false},
	{"hook", hook, NULL, false},
	{"warn_hook", warn_hook, NULL, false},
	{"pre_kill", pre_kill, NULL, false},
	{"pre_kill_helps", pre_kill_helps, NULL, false},
	{"pre_kill_time", pre_kill_time, NULL, false},
	{"config_file", config_file, NULL, false},
	{"sighup_reload", sighup_reload, NULL, false},
	{"r113_reload_arms_the_trigger", r113_reload_arms_the_trigger, NULL, false},
	{"sighup_bad_file", sighup_bad_file, NULL, false},
	{"watchdog", watchdog, NULL, false},
	{"status_sentence", status_sentence, NULL, false},
	{"sigint", sigint, NULL, false},
	{"no_meminfo", no_meminfo, NULL, false},
	{"unprivileged", unprivileged, NULL, false},
	{"no_allocation", no_allocation, NULL, true},
	{"r51_second_instance", r51_second_instance, NULL, false},
	{"r51_dry_run_becomes_real", r51_dry_run_becomes_real, NULL, false},
	{"r60_injection", r60_injection, NULL, false},
	{"r61_hook_hangs", r61_hook_hangs, NULL, false},
	{"r113_hook_hangs_in_the_kernel", r113_hook_hangs_in_the_kernel, NULL, false},
	{"r61_one_hook_at_a_time", r61_one_hook_at_a_time, NULL, false},
	{"r62_dry_run_once", r62_dry_run_once, NULL, false},
	{"r62_dry_run_twice", r62_dry_run_twice, NULL, false},
	{"r63_no_signal_handlers", r63_no_signal_handlers, NULL, false},
	{"r64_locked", r64_locked, NULL, false},
	{"hurried", hurried, NULL, false},
	{"r64_no_locked_memory", r64_no_locked_memory, NULL, false},
	{"r65_hook_inherits_nothing", r65_hook_inherits_nothing, NULL, false},
	{"r67_hidepid", r67_hidepid, NULL, false},
	{"r68_silence", r68_silence, NULL, false},
	{"r70_many_kills", r70_many_kills, NULL, false},
	{"r72_spellings", r72_spellings, NULL, false},
	{"r74_guarded", r74_guarded, NULL, false},
	{NULL, NULL, NULL, false},
};
