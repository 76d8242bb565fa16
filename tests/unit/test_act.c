/* SPDX-License-Identifier: MIT */
/* Signals go to children of this program and to nobody else. The steps over time are shown live
 * (tests/live). */
#include "act/act.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "look/parse.h"
#include "look/process.h"
#include "proctree.h"
#include "skip.h"

static struct act act;
static struct scan scan;
static struct release release;
static struct config config;
static struct event e;
static pid_t child;
static unsigned told;
static enum event_type told_last;
static struct event last;
static bool told_by_term;

static void tell(void *ctx, struct event *event)
{
	(void)ctx;
	told++;
	told_last = event->type;
	last = *event;
	told_by_term = event->exited_by_term;
}

/* A child that sleeps, chosen as the victim. */
static int begin(void **state)
{
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	memset(&act, 0, sizeof(act));
	memset(&config, 0, sizeof(config));
	memset(&e, 0, sizeof(e));
	told = 0;
	assert_int_equal(scan_open(&scan, proc_fd), 0);
	(void)close(proc_fd);
	act_init(&act, &scan, &release, tell, NULL);
	child = fork();
	if (child == 0) {
		for (;;)
			(void)pause();
	}
	assert_true(child > 0);
	assert_int_equal(process_read(scan.proc_fd, child, &e.target.victim), 0);
	e.type = EVENT_KILL;
	e.signal = SIGTERM;
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (child > 0) {
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	scan_close(&scan);
	return 0;
}

/* What it ended by, or 0: it lives. */
static int ended_by(void)
{
	siginfo_t info = {0};

	(void)poll(NULL, 0, 50);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == child ? info.si_status : 0;
}

static void must_end_by(int signal)
{
	siginfo_t info = {0};

	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_status, signal);
}

static void the_victim_gets_the_signal(void **state)
{
	(void)state;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	must_end_by(SIGTERM);
	assert_int_equal(told, 1);
	assert_int_equal(told_last, EVENT_KILL);
	assert_int_equal(act.in_use, 1);
}

/* R83: while nobody looked the victim may have stood still as well: its time goes on afterwards. */
static void r83_a_gap_is_no_time_to_leave_in(void **state)
{
	struct sample s = {.have = HAVE_MEM, .mem_total_kib = 1000};
	struct decision low = {.low = true};

	(void)state;
	config.grace_ns = 5 * NS_PER_S;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	s.now_ns = act.victims[0].signal_ns + 300 * NS_PER_S;
	act_gap(&act, 299 * NS_PER_S);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(act.victims[0].state, VICTIM_TERMED);
	s.now_ns += 5 * NS_PER_S;
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(act.victims[0].state, VICTIM_KILLED);
}

/* Between the scan and the signal the number was given to another process. */
static void r43_another_process_by_now(void **state)
{
	(void)state;
	e.target.victim.start_ticks--;
	assert_int_equal(act_on(&act, &config, &e, false), -ESRCH);
	assert_int_equal(ended_by(), 0);
	assert_int_equal(told, 0);
	assert_int_equal(act.in_use, 0);
}

#define NO_FILTERS 255 /* no errno */

/* As a kernel before 5.3 answers. */
static void deny_pidfds(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (ENOSYS & SECCOMP_RET_DATA)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_SIZE(code), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(NO_FILTERS);
}

/* What act_on() answers to a process that has no pidfds. */
static int act_without_pidfds(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		deny_pidfds();
		_exit(-act_on(&act, &config, &e, false));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_FILTERS)
		skip_because("no system call can be denied: no seccomp, or an emulated processor");
	return -WEXITSTATUS(status);
}

static void r43_r44_the_same_without_pidfds(void **state)
{
	(void)state;
	e.target.victim.start_ticks--;
	assert_int_equal(act_without_pidfds(), -ESRCH);
	assert_int_equal(ended_by(), 0);
	e.target.victim.start_ticks++;
	assert_int_equal(act_without_pidfds(), 0);
	must_end_by(SIGTERM);
}

static pid_t another_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
	return pid;
}

/* The victim goes by SIGTERM, and one that goes with it ignores that, and is followed now. */
static struct process_id one_that_stays(struct sample *sample)
{
	static struct proc p;
	pid_t other;

	(void)signal(SIGTERM, SIG_IGN);
	other = another_child();
	(void)signal(SIGTERM, SIG_DFL);
	assert_int_equal(process_read(scan.proc_fd, other, &p), 0);
	e.target.together[0] = (struct process_id){other, p.start_ticks};
	e.target.together_count = 1;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	must_end_by(SIGTERM);
	(void)act_follow(&act, sample);
	assert_int_equal(act.victims[0].state, VICTIM_TERMED);
	assert_int_equal(act.victims[0].hold.id.pid, other);
	return e.target.together[0];
}

/* R96: who uses its memory gets its signal, and it is not gone before they all are. */
static void r96_all_get_the_signal(void **state)
{
	static struct proc p;
	struct sample s = {.have = HAVE_MEM, .now_ns = 1};
	pid_t other = another_child(), reused = another_child();
	siginfo_t info = {0};

	(void)state;
	assert_int_equal(process_read(scan.proc_fd, other, &p), 0);
	e.target.together[0] = (struct process_id){other, p.start_ticks};
	assert_int_equal(process_read(scan.proc_fd, reused, &p), 0);
	e.target.together[1] = (struct process_id){reused, p.start_ticks - 1}; /* its number only */
	e.target.together_count = 2;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	assert_int_equal(waitid(P_PID, (id_t)other, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_status, SIGTERM);
	assert_int_equal(told, 1);
	must_end_by(SIGTERM);
	(void)act_follow(&act, &s);
	assert_int_equal(told_last, EVENT_FREED);
	info.si_pid = 0;
	assert_int_equal(waitid(P_PID, (id_t)reused, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	assert_int_equal(info.si_pid, 0);
	(void)kill(reused, SIGKILL); /* our own children, not yet waited for */
	(void)waitpid(reused, NULL, 0);
	(void)waitpid(other, NULL, 0);
}

/* The victim has ended, one with its memory has not: that one is followed on. */
static void r96_not_gone_before_the_last(void **state)
{
	struct sample s = {.have = HAVE_MEM, .now_ns = 1};
	pid_t other;

	(void)state;
	other = one_that_stays(&s).pid;
	(void)kill(other, SIGKILL); /* our own child, not yet waited for */
	(void)waitpid(other, NULL, 0);
	(void)act_follow(&act, &s);
	assert_int_equal(told_last, EVENT_FREED);
}

/* R48: dead, and nobody has waited for it. */
static void r48_a_zombie_is_gone(void **state)
{
	siginfo_t info = {0};

	(void)state;
	(void)kill(child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(act_on(&act, &config, &e, false), -ESRCH);
	assert_int_equal(told, 0);
}

static void r62_a_dry_run_sends_nothing(void **state)
{
	(void)state;
	config.dry_run = true;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	assert_int_equal(ended_by(), 0);
	assert_int_equal(told, 1);
}

static void now_is(struct sample *s, uint64_t after_ns)
{
	*s = (struct sample){.have = HAVE_MEM,
			     .mem_total_kib = 1000,
			     .now_ns = act.victims[0].signal_ns + after_ns};
}

/* The reload came between SIGTERM and SIGKILL: the second is told once, and not sent. */
static void r109_a_dry_run_ends_nobody_any_more(void **state)
{
	struct sample s;
	const struct decision low = {.low = true, .kill_level = true};

	(void)state;
	config.grace_ns = NS_PER_S;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	assert_int_equal(told, 1);
	config.dry_run = true;
	act_settings_changed(&act, &config);
	now_is(&s, 2 * NS_PER_S);
	act_escalate(&act, &config, &s, &low);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(told, 2);
	assert_true(last.dry_run && last.escalated && last.signal == SIGKILL);
	assert_int_equal(act.victims[0].state, VICTIM_TERMED);
	config.dry_run = false;
	act_settings_changed(&act, &config);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(told, 3);
	assert_true(!last.dry_run && last.escalated);
	assert_int_equal(act.victims[0].state, VICTIM_KILLED);
}

/* And one that waits for its pre-kill hook gets nothing at all. */
static void r109_a_dry_run_after_the_hook(void **state)
{
	struct sample s;
	const struct decision low = {.low = true};

	(void)state;
	assert_int_equal(act_on(&act, &config, &e, true), 0);
	config.dry_run = true;
	act_settings_changed(&act, &config);
	now_is(&s, NS_PER_S);
	act_pre_kill_done(&act, child);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(told, 1);
	assert_true(last.dry_run);
	assert_int_equal(ended_by(), 0);
}

/* Protected by a reload: not even at the SIGKILL level, and then it is no victim any more. */
static void r109_a_spared_one_gets_nothing_more(void **state)
{
	struct sample s;
	const struct decision low = {.low = true, .kill_level = true};
	const struct process_id id = {e.target.victim.pid, e.target.victim.start_ticks};

	(void)state;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	act_spare(&act, &id);
	now_is(&s, NS_PER_S);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(told, 1);
	assert_int_equal(act.in_use, 0);
}

/* Nor does one that is not the victim, but goes with it; and who is left to follow is another. */
static void r109_one_that_went_with_it_is_spared(void **state)
{
	struct sample s = {.have = HAVE_MEM, .now_ns = 1};
	const struct decision low = {.low = true, .kill_level = true};
	struct process_id other;

	(void)state;
	other = one_that_stays(&s);
	act_spare(&act, &other);
	now_is(&s, NS_PER_S);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(act.in_use, 0);
	assert_int_equal(waitpid(other.pid, NULL, WNOHANG), 0); /* it lives */
	(void)kill(other.pid, SIGKILL);                         /* our own child */
	(void)waitpid(other.pid, NULL, 0);
}

static void r62_rows_are_given_back_once(void **state)
{
	struct sample s = {.have = HAVE_MEM, .now_ns = 1};

	(void)state;
	config.dry_run = true;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	child = 0; /* the number may be anybody's now */
	(void)act_follow(&act, &s);
	assert_int_equal(act.in_use, 0);
	act_episode_over(&act);
	act_episode_over(&act);
	assert_int_equal(act.in_use, 0);
}

/* What a victim holds counts as coming (R40), and so does one that waits for its hook. */
static void r40_a_victim_is_counted(void **state)
{
	struct sample s = {
		.have = HAVE_MEM, .mem_total_kib = 1000, .mem_available_kib = 100, .now_ns = 1};
	struct coming coming;

	(void)state;
	config.pre_kill_time_ns = 1;
	assert_int_equal(act_on(&act, &config, &e, true), 0);
	assert_int_equal(ended_by(), 0);
	coming = act_follow(&act, &s);
	assert_int_equal(coming.victims, 1);
	assert_true(coming.mem_kib > 0);
}

static void a_hook_that_helped(void **state)
{
	const struct decision high = {.low = false};
	struct sample s = {.have = HAVE_MEM, .now_ns = UINT64_MAX};

	(void)state;
	assert_int_equal(act_on(&act, &config, &e, true), 0);
	act_escalate(&act, &config, &s, &high);
	assert_int_equal(ended_by(), 0);
	assert_int_equal(told, 0);
	assert_int_equal(act.in_use, 0);
}

/* The victim is another child, which ignores SIGTERM; it has had it. */
static struct victim *termed(void)
{
	end(NULL);
	(void)signal(SIGTERM, SIG_IGN);
	(void)begin(NULL);
	(void)signal(SIGTERM, SIG_DFL);
	assert_int_equal(pipe2(release.request, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(pipe2(release.result, O_CLOEXEC | O_NONBLOCK), 0);
	config.grace_ns = 60 * NS_PER_S;
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	assert_int_equal(act.victims[0].state, VICTIM_TERMED);
	return &act.victims[0];
}

static void follow_after(const struct victim *v, uint64_t ms)
{
	struct sample s = {.have = HAVE_MEM, .now_ns = v->first_ns + ms * NS_PER_MS};

	(void)act_follow(&act, &s);
}

/*
 * R45, for one that had SIGTERM: it is told once, not forgotten before, and that it ends later is
 * no work of SIGKILL.
 */
static void r45_released_but_still_there(void **state)
{
	struct victim *v = termed();

	(void)state;
	v->gone_ns = v->first_ns;
	follow_after(v, 500);
	act_episode_over(&act);
	assert_int_equal(v->state, VICTIM_TERMED);
	assert_int_equal(told, 1);
	follow_after(v, 1100);
	assert_int_equal(told_last, EVENT_STUCK);
	follow_after(v, 3000);
	assert_int_equal(told, 2);
	(void)kill(child, SIGKILL);
	must_end_by(SIGKILL);
	follow_after(v, 4000);
	follow_after(v, 5000);
	assert_int_equal(told, 3);
	assert_int_equal(told_last, EVENT_FREED);
	assert_true(told_by_term);
	assert_int_equal(act.in_use, 0);
}

/* Only what has not begun to exit is an ordinary process again. */
static void a_nudge_is_forgotten(void **state)
{
	struct victim *v = termed();

	(void)state;
	follow_after(v, 500);
	act_episode_over(&act);
	assert_int_equal(v->state, VICTIM_FREE);
}

static unsigned coming_after(const struct victim *v, uint64_t s)
{
	struct sample sample = {.have = HAVE_MEM, .now_ns = v->first_ns + s * NS_PER_S};

	return act_follow(&act, &sample).victims;
}

/*
 * A group has room again, and its victim lives: the machine does not wait for it for ever, and
 * where it is short itself it goes before anybody else.
 */
static void who_stays_in_its_group_is_not_coming(void **state)
{
	struct victim *v = termed();
	const struct decision low = {.low = true};
	struct sample s = {.have = HAVE_MEM};

	(void)state;
	v->event.group.id = 7;
	assert_int_equal(coming_after(v, 60), 1); /* now its group sends SIGKILL, if it is short */
	s.now_ns = v->first_ns + 60 * NS_PER_S;
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(v->state, VICTIM_TERMED);
	assert_int_equal(coming_after(v, 62), 0);
	s.now_ns = v->first_ns + 62 * NS_PER_S;
	act_escalate(&act, &config, &s, &(struct decision){.low = false});
	assert_int_equal(v->state, VICTIM_TERMED);
	act_escalate(&act, &config, &s, &low);
	assert_int_equal(v->state, VICTIM_KILLED);
	must_end_by(SIGKILL);
}

/* One of the machine's gets SIGKILL at its time, and is waited for. */
static void who_stays_is_coming(void **state)
{
	struct victim *v = termed();

	(void)state;
	assert_int_equal(coming_after(v, 62), 1);
}

/* The episode ends while /proc/PID/stat shows this of the victim. */
static void episode_over_with(struct tree_proc p)
{
	int proc_fd = scan.proc_fd;

	p.pid = child;
	p.comm = "java";
	p.start_ticks = act.victims[0].hold.id.start_ticks;
	scan.proc_fd = tree_make(1000, 500);
	tree_add(&p);
	act_episode_over(&act);
	tree_drop();
	scan.proc_fd = proc_fd;
}

static void must_be_told_when_gone(struct victim *v)
{
	assert_int_equal(v->state, VICTIM_TERMED);
	(void)kill(child, SIGKILL);
	must_end_by(SIGKILL);
	follow_after(v, 3000);
	follow_after(v, 4000);
	assert_int_equal(told, 2);
	assert_int_equal(told_last, EVENT_FREED);
	assert_int_equal(act.in_use, 0);
}

/* Memory was back before it had exited. */
static void still_in_its_exit(void **state)
{
	struct victim *v = termed();

	(void)state;
	follow_after(v, 500);
	episode_over_with((struct tree_proc){.flags = PROC_FLAG_EXITING});
	must_be_told_when_gone(v);
}

/* And it may have exited since the look at which its episode is over. */
static void a_zombie_by_now(void **state)
{
	struct victim *v = termed();

	(void)state;
	follow_after(v, 500);
	(void)kill(child, SIGKILL);
	must_end_by(SIGKILL);
	act_episode_over(&act);
	must_be_told_when_gone(v);
}

/* The main thread has exited, and the others do not mind a SIGTERM: it is not leaving. */
static void r26_only_its_leader_has_exited(void **state)
{
	struct victim *v = termed();

	(void)state;
	follow_after(v, 500);
	episode_over_with(
		(struct tree_proc){.state = 'Z', .flags = PROC_FLAG_EXITING, .threads = 2});
	assert_int_equal(v->state, VICTIM_FREE);
}

static void released_and_memory_still_low(void **state)
{
	struct victim *v = termed();
	struct sample s = {.have = HAVE_MEM, .now_ns = v->first_ns + NS_PER_MS};
	struct decision d = {.low = true, .kill_level = true};

	(void)state;
	v->gone_ns = v->first_ns;
	act_escalate(&act, &config, &s, &d);
	assert_int_equal(v->state, VICTIM_KILLED);
	must_end_by(SIGKILL);
}

static bool was_asked(void)
{
	char request[256];

	return read(release.request[0], request, sizeof(request)) > 0;
}

static void answer(int error)
{
	struct release_result result = {.pid = child, .error = error};

	assert_int_equal(write(release.result[1], &result, sizeof(result)), sizeof(result));
	act_take_results(&act);
}

/* R42: after a while, again while it is refused, one question at a time, and never where there is
 * no such call. */
static void r42_release_is_asked_again(void **state)
{
	struct victim *v = termed();

	(void)state;
	follow_after(v, 400);
	assert_false(was_asked());
	follow_after(v, 600);
	assert_true(was_asked());
	follow_after(v, 5000);
	assert_false(was_asked());
	answer(-EINVAL);
	follow_after(v, 5100);
	assert_true(was_asked());
	answer(-ENOSYS);
	follow_after(v, 20000);
	assert_false(was_asked());
}

#define WITH_CHILD(test) cmocka_unit_test_setup_teardown(test, begin, end)

static bool is_pending(pid_t pid)
{
	const struct process_id *ids;
	unsigned count = act_pending(&act, &ids);

	for (unsigned i = 0; i < count; i++) {
		if (ids[i].pid == pid)
			return true;
	}
	return false;
}

/* Chosen at such a time; nothing is sent, and it hangs from then on. */
static void let_hang(pid_t pid, uint64_t now_ns)
{
	static struct event other;

	other = e;
	other.target.victim.pid = pid;
	other.target.victim.start_ticks = (uint64_t)pid;
	other.sample.now_ns = other.decided_ns = now_ns;
	config.dry_run = true;
	assert_int_equal(act_on(&act, &config, &other, false), 0);
	config.dry_run = false;
	for (unsigned i = 0; i < VICTIMS_MAX; i++) {
		if (act.victims[i].event.target.victim.pid == pid)
			act.victims[i].state = VICTIM_STUCK;
	}
}

/* As many hang as can be followed: the next one is ended all the same, and none of them is a
 * candidate again. */
static void r110_those_that_hang_give_way(void **state)
{
	siginfo_t info = {0};

	(void)state;
	for (int i = 0; i < VICTIMS_MAX; i++)
		let_hang(-1000 - i, 100u - (unsigned)i); /* the last was chosen first */
	assert_int_equal(act.in_use, VICTIMS_MAX);
	assert_int_equal(act_on(&act, &config, &e, false), 0);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_status, SIGTERM);
	assert_int_equal(act.in_use, VICTIMS_MAX);
	assert_true(is_pending(child));
	for (int i = 0; i < VICTIMS_MAX; i++)
		assert_true(is_pending(-1000 - i));
	assert_int_equal(act.given_up_count, 1);
	assert_int_equal(act.given_up[0].pid, -1000 - (VICTIMS_MAX - 1));
}

/* Who is still on the way does not give way. */
static void r110_those_on_the_way_are_waited_for(void **state)
{
	(void)state;
	for (int i = 0; i < VICTIMS_MAX; i++) {
		let_hang(-1000 - i, 1);
		act.victims[i].state = VICTIM_KILLED;
	}
	assert_int_equal(act_on(&act, &config, &e, false), -EBUSY);
	assert_int_equal(act.given_up_count, 0);
}

/* However many hang, the latest are remembered, and those that used their memory too. */
static void r110_the_latest_that_hang_are_remembered(void **state)
{
	int most = VICTIMS_MAX + 2 * GIVEN_UP_MAX;

	(void)state;
	for (int i = 0; i <= most; i++) {
		e.target.together_count = 1;
		e.target.together[0] = (struct process_id){-100000 - i, 1};
		let_hang(-1000 - i, (uint64_t)i);
	}
	for (int i = most - VICTIMS_MAX - GIVEN_UP_MAX / 2 + 1; i <= most; i++) {
		assert_true(is_pending(-1000 - i));
		assert_true(is_pending(-100000 - i));
	}
	assert_false(is_pending(-1000));
	e.target.together_count = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHILD(the_victim_gets_the_signal),
		WITH_CHILD(r83_a_gap_is_no_time_to_leave_in),
		WITH_CHILD(r43_another_process_by_now),
		WITH_CHILD(r43_r44_the_same_without_pidfds),
		WITH_CHILD(r96_all_get_the_signal),
		WITH_CHILD(r96_not_gone_before_the_last),
		WITH_CHILD(r48_a_zombie_is_gone),
		WITH_CHILD(r62_a_dry_run_sends_nothing),
		WITH_CHILD(r109_a_dry_run_ends_nobody_any_more),
		WITH_CHILD(r110_those_that_hang_give_way),
		WITH_CHILD(r110_those_on_the_way_are_waited_for),
		WITH_CHILD(r110_the_latest_that_hang_are_remembered),
		WITH_CHILD(r109_a_dry_run_after_the_hook),
		WITH_CHILD(r109_a_spared_one_gets_nothing_more),
		WITH_CHILD(r109_one_that_went_with_it_is_spared),
		WITH_CHILD(r62_rows_are_given_back_once),
		WITH_CHILD(r40_a_victim_is_counted),
		WITH_CHILD(a_hook_that_helped),
		WITH_CHILD(r45_released_but_still_there),
		WITH_CHILD(a_nudge_is_forgotten),
		WITH_CHILD(who_stays_in_its_group_is_not_coming),
		WITH_CHILD(who_stays_is_coming),
		WITH_CHILD(still_in_its_exit),
		WITH_CHILD(a_zombie_by_now),
		WITH_CHILD(r26_only_its_leader_has_exited),
		WITH_CHILD(released_and_memory_still_low),
		WITH_CHILD(r42_release_is_asked_again),
	};

	return cmocka_run_group_tests_name("act", tests, NULL, NULL);
}
