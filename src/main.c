/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/log.h"
#include "base/output.h"
#include "base/units.h"
#include "lock.h"
#include "loop.h"
#include "self.h"
#include "settings/options.h"
#include "tell.h"
#include "tell/notify.h"
#include "tell/report.h"
#include "useroom.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Zeroed memory that costs nothing until it is used. */
static struct useroom useroom;

/* Mistakes in the settings, and then what the rehearsal tells. */
static char scratch[4096];
_Static_assert(sizeof(scratch) >= REPORT_MAX, "the rehearsal's report must fit");

static int fail(const char *what, int error)
{
	log_line(LOG_ERROR, "%s: %s", what, strerror(-error));
	return error;
}

/* ---- what is opened and started once ---- */

static int take_lock(struct useroom *u)
{
	char why[640];
	int r;

	if (u->config.dry_run) /* sends nothing, so it may run beside the real one */
		return 0;
	r = lock_take(why, sizeof(why));
	u->locked = r == 0;
	if (r == -EBUSY)
		log_line(LOG_ERROR, "%s: only one may, or two processes would die instead of one",
			 why);
	else if (r < 0)
		log_line(LOG_WARN, "%s", why);
	return r == -EBUSY ? r : 0;
}

static int open_machine(struct useroom *u)
{
	int r;

	u->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (u->proc_fd < 0)
		return fail("cannot open /proc", -errno);
	r = sense_open(&u->sense, u->proc_fd);
	if (r < 0)
		return fail("cannot open /proc/meminfo", r);
	loop_arm(u);
	r = scan_open(&u->scan, u->proc_fd);
	return r < 0 ? fail("cannot list /proc", r) : 0;
}

static int catch_signals(struct useroom *u)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	u->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return u->signal_fd < 0 ? fail("signalfd", -errno) : 0;
}

static int start_workers(struct useroom *u)
{
	int r = release_start(&u->release, u->proc_fd);

	if (r < 0)
		return fail("cannot start a thread", r);
	act_init(&u->act, &u->scan, &u->release, tell_event, u);
	return loop_start_hooks(u);
}

/* A second one, in a dry run beside the real one, records nothing: the file is the first one's. */
static void start_recording(struct useroom *u)
{
	int r;

	if (u->config.record[0] == '\0')
		return;
	r = record_open(&u->record, u->config.record, (size_t)u->config.record_kib * 1024);
	if (r == -EBUSY)
		log_line(LOG_NOTE, "another useroom records into %s: this one does not record",
			 u->config.record);
	else if (r < 0)
		log_line(u->rank.may_kill_all ? LOG_WARN : LOG_DETAIL,
			 "nothing is recorded: %s: %s", u->config.record, strerror(-r));
	if (r < 0 || u->config.incidents[0] == '\0')
		return;
	r = incident_start(&u->incident, &u->record, u->config.incidents, u->config.incidents_kept);
	if (r < 0)
		log_line(u->rank.may_kill_all ? LOG_WARN : LOG_DETAIL,
			 "no incidents are kept: %s: %s", u->config.incidents,
			 r == -EFBIG
				 ? "it is in memory (tmpfs), and so large a -record-size has no "
				   "room there"
				 : strerror(-r));
	else if (u->incident.kept < u->config.incidents_kept)
		log_line(LOG_NOTE, "%s is in memory (tmpfs): only %u incidents are kept",
			 u->config.incidents, u->incident.kept);
}

static void init_decisions(struct useroom *u)
{
	policy_init(&u->machine.policy, self_cpus());
	/* The first look is with detail: who took memory is known from it on. */
	u->machine.near = true;
	u->rank = (struct rank){
		.config = &u->config,
		.page_kib = u->scan.page_kib,
		.self = getpid(),
		.uid = getuid(),
		.may_kill_all = self_may_kill_all(),
	};
	u->watchdog_ns = 0;
}

/* ---- what is worth knowing at the start ---- */

static void note_limits(struct useroom *u)
{
	char remarks[LOG_LINE_MAX];
	struct sample s;

	sense_read(&u->sense, false, &s);
	config_remarks(&u->config, s.mem_total_kib, s.swap_total_kib, remarks, sizeof(remarks));
	log_lines(LOG_WARN, remarks);
	if (!u->rank.may_kill_all) {
		u->limits |= LIMIT_NOT_ROOT;
		log_line(LOG_WARN, "not root: only processes of uid %u can be ended",
			 (unsigned)u->rank.uid);
	}
	if (!scan_sees_everyone(&u->scan)) {
		u->limits |= LIMIT_HIDDEN;
		log_line(LOG_WARN, "/proc hides other users' processes (hidepid or ProtectProc): "
				   "they cannot be chosen");
	} else if (!self_in_first_pid_namespace()) {
		u->limits |= LIMIT_NAMESPACE;
		log_line(LOG_NOTE,
			 "only the processes of this pid namespace can be seen and ended");
	}
}

static void note_estimate(struct useroom *u, const struct sample *s)
{
	if ((s->have & HAVE_MEM) && !(s->have & HAVE_AVAILABLE)) {
		u->limits |= LIMIT_NO_AVAILABLE;
		log_line(LOG_WARN, "%s: available memory is estimated from free memory and caches",
			 s->have & HAVE_FOREIGN
				 ? "MemAvailable is only what is free (lxcfs before 3.0)"
				 : "the kernel has no MemAvailable (before 3.14)");
	}
	if (s->have & HAVE_ARC)
		log_line(LOG_NOTE, "ZFS: what its cache can give back at once counts as available");
}

static void say_taken_off(uint64_t kib, const struct sample *s, const char *what)
{
	char size[32], total[32];

	if (kib > 0)
		log_line(LOG_NOTE,
			 "%s hold %s of memory, processes cannot use it: levels are of %s", what,
			 units_size(kib, size, sizeof(size)),
			 units_size(s->mem_total_kib, total, sizeof(total)));
}

/* What it cannot see is said, or somebody would rely on it. */
static void note_blindness(struct useroom *u, const struct sample *s)
{
	uint32_t blind = sense_blindness(&u->sense, s);

	u->limits |= (blind & BLIND_FOREIGN ? LIMIT_FOREIGN : 0u) |
		     (blind & BLIND_DISKS ? LIMIT_NO_DISK : 0u) |
		     (blind & BLIND_REFAULTS ? LIMIT_NO_REFAULTS : 0u);
	if (blind & BLIND_FOREIGN)
		log_line(LOG_NOTE, "meminfo is a container's own: only its levels count, and "
				   "near-OOM is not looked for");
	if (u->config.stall_milli == 0)
		return;
	if (blind & BLIND_DISKS)
		log_line(LOG_WARN, "no disk counts what is read (queue/iostats is 0, or there is "
				   "no disk): near-OOM can hardly be seen");
	if (blind & BLIND_REFAULTS)
		log_line(LOG_NOTE, "the kernel counts no refaults (before 3.15): only the worst "
				   "near-OOM is seen");
	if (blind & BLIND_PRESSURE)
		log_line(LOG_DETAIL, "the kernel tells no memory pressure (CONFIG_PSI, or psi=1 "
				     "at boot)");
}

static void note_machine(struct useroom *u, const struct sample *s)
{
	note_estimate(u, s);
	say_taken_off(s->pool_kib, s, "reserved huge pages");
	say_taken_off(s->balloon_kib, s, "balloons of the host");
	note_blindness(u, s);
}

/* ---- rehearsal: everything is done once before it matters ---- */

/*
 * Make every page and every system call of the path to a kill come up now: the code is then in
 * memory and stays there (R64, R76), and a sandbox that forbids one of the calls shows at the start
 * and not when memory runs out (R66).
 */
static int rehearse(struct useroom *u, struct sample *s)
{
	static struct event e;
	pid_t child;

	sense_read(&u->sense, true, s);
	sense_waits(&u->sense, s);
	(void)sense_lists_kib(&u->sense, s);
	u->machine.kernel_kills = s->kernel_oom_kills;
	u->machine.kernel_kills_ns = s->now_ns;
	rank_of_machine(&u->rank, s, self_kernel_total_kib());
	scan_full(&u->scan, &u->rank, clock_now(), &u->table);
	(void)scan_kept(&u->scan, &u->rank, clock_now(), &u->table);
	scan_forget(&u->scan);
	e.type = EVENT_KILL;
	e.sample = *s;
	if (u->table.count > 0)
		e.target.victim = u->table.procs[0];
	event_describe(&e);
	(void)report_text(&e, scratch, sizeof(scratch));
	(void)report_json(&e, scratch, sizeof(scratch));
	if (u->config.dry_run)
		return 0;
	child = hook_spawn("-", NULL, NULL, environ);
	return child < 0 ? child : act_rehearse(&u->act, child);
}

static void protect_self(struct useroom *u)
{
	int before = 0;
	int r = self_guard(&before);
	const char *hurry;

	hook_set_oom_score_adj(before);
	if (r < 0) {
		u->limits |= LIMIT_UNGUARDED;
		log_line(LOG_NOTE,
			 "cannot protect itself from the kernel's own killer (oom_score_adj "
			 "-1000): %s%s",
			 strerror(-r), r == -EROFS ? "" : "; it needs CAP_SYS_RESOURCE");
	}
	r = self_stay_in_memory();
	if (r < 0) {
		u->limits |= LIMIT_NOT_LOCKED;
		log_line(LOG_NOTE,
			 "cannot lock itself in memory, it may be slow when memory is short: %s; "
			 "it needs CAP_IPC_LOCK",
			 strerror(-r));
	}
	hurry = self_hurry();
	if (hurry == NULL) {
		u->limits |= LIMIT_NOT_HURRIED;
		log_line(LOG_NOTE, "cannot raise its priority, it may be late on a busy machine; "
				   "it needs CAP_SYS_NICE");
	}
	log_line(LOG_DETAIL, "priority: %s", hurry ? hurry : "ordinary");
}

static int begin(struct useroom *u)
{
	struct sample s;
	int r;

	if ((r = take_lock(u)) < 0 || (r = open_machine(u)) < 0 || (r = catch_signals(u)) < 0 ||
	    (r = start_workers(u)) < 0)
		return r;
	notify_open();
	init_decisions(u);
	note_limits(u);
	start_recording(u);
	r = rehearse(u, &s);
	if (r < 0)
		return fail("the rehearsal of a kill failed", r);
	note_machine(u, &s);
	protect_self(u);
	groups_arm(u);
	numa_arm(u);
	record_settings(&u->record, &u->config, u->machine.policy.cpus, u->limits);
	tell_debug_lists(u);
	domain_tell(u, &u->machine, EVENT_START, 0);
	(void)notify_send("READY=1");
	return 0;
}

static void finish(struct useroom *u)
{
	(void)notify_send("STOPPING=1");
	domain_tell(u, &u->machine, EVENT_STOP, 0);
	(void)log_flush();
}

static int watch(struct useroom *u)
{
	if (begin(u) < 0)
		return EXIT_FAILURE;
	while (!u->quit) {
		loop_turn(u);
		loop_wait(u);
	}
	finish(u);
	return EXIT_SUCCESS;
}

/* This machine, to compare amounts with; nothing where it cannot be read. */
static void look_once(struct sample *ret)
{
	struct sense sense = SENSE_CLOSED;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret = (struct sample){0};
	if (fd >= 0 && sense_open(&sense, fd) == 0)
		sense_read(&sense, false, ret);
	sense_close(&sense);
	if (fd >= 0)
		(void)close(fd);
}

/* Nobody shall take half of it for the whole: a full disk, or a descriptor that is closed. */
static int printed(void)
{
	int r = output_close();

	if (r < 0)
		(void)fail("useroom: what was to be printed could not be written", r);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int check(struct useroom *u)
{
	char remarks[LOG_LINE_MAX];
	struct sample s;

	config_print(&u->config, &u->source);
	look_once(&s);
	config_remarks(&u->config, s.mem_total_kib, s.swap_total_kib, remarks, sizeof(remarks));
	(void)fputs(remarks, stderr);
	return printed();
}

/* Each line with the program's name before it, as every command does. */
static void say_mistakes(char *errors)
{
	for (char *line = strtok(errors, "\n"); line; line = strtok(NULL, "\n"))
		log_line(LOG_ERROR, "useroom: %s", line);
}

int main(int argc, char **argv)
{
	struct useroom *u = &useroom;
	int r;

	if (argc > 0 && strcmp(argv[0], HOOK_ARGV0) == 0)
		return hook_main(argc, argv);
	output_open();
	log_init();
	r = self_seal();
	if (r < 0)
		log_line(LOG_NOTE, "its addresses stay writable: %s", strerror(-r));
	if (config_load(argc, argv, &u->config, &u->source, scratch, sizeof(scratch)) < 0) {
		say_mistakes(scratch);
		return 2;
	}
	if (u->source.mode != CONFIG_HELP && u->source.mode != CONFIG_VERSION &&
	    config_check_files(scratch, sizeof(scratch)) < 0) {
		say_mistakes(scratch);
		return 2;
	}
	tell_configure(&u->config);
	switch (u->source.mode) {
	case CONFIG_HELP:
		options_print_help(stdout);
		return printed();
	case CONFIG_VERSION:
		(void)printf("useroom %s\n", USEROOM_VERSION);
		return printed();
	case CONFIG_CHECK:
		return check(u);
	case CONFIG_RUN:
		break;
	}
	return watch(u);
}
