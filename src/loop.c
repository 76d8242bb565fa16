/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "lock.h"
#include "look/process.h"
#include "self.h"
#include "tell.h"
#include "tell/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* Descriptors of its own that are waited for: one for each row of fill_slots(). */
#define SLOTS_MAX 7
/* With the victims, and with the log. */
#define POLL_MAX (SLOTS_MAX + 1 + VICTIMS_MAX)

/* Nothing is to be done for so long that the machine can be called calm. */
#define LONG_WAIT_NS (NS_PER_S / 2)

/* What can be short of memory while the machine is not. */
static void watch_parts(struct useroom *u, const struct sample *s)
{
	groups_turn(u, s);
	numa_turn(u, s);
}

void loop_turn(struct useroom *u)
{
	NOT_ZEROED struct sample s;

	domain_turn(u, &u->machine, &s);
	if (s.have & HAVE_MEM)
		watch_parts(u, &s);
}

/* ---- what happens in between ---- */

/* R51: what began as a dry run holds no lock. */
static void lock_before_killing(struct useroom *u)
{
	char why[640];
	int r;

	if (u->config.dry_run || u->locked)
		return;
	r = lock_take(why, sizeof(why));
	u->locked = r == 0;
	if (r == -EBUSY) {
		u->config.dry_run = true;
		log_line(LOG_ERROR, "%s: this one stays a dry run", why);
	} else if (r < 0) {
		log_line(LOG_WARN, "%s", why);
	}
}

static bool is_protected(struct useroom *u, const struct process_id *id)
{
	static struct proc row;

	if (process_read(u->proc_fd, id->pid, &row) < 0 || !proc_is(&row, id))
		return false;
	scan_judge(&u->scan, &u->rank, &row);
	return row.skip == SKIP_PROTECTED || row.skip == SKIP_IGNORED_USER ||
	       row.skip == SKIP_CRITICAL;
}

/* R109: who is protected by the new settings must not die of the old ones. */
static void spare_protected(struct useroom *u)
{
	const struct process_id *victims;
	unsigned count = act_pending(&u->act, &victims);

	u->rank.config = &u->config;
	u->rank.pending_count = 0; /* that they are victims is no reason here */
	for (unsigned i = 0; i < count; i++) {
		if (is_protected(u, &victims[i]))
			act_spare(&u->act, &victims[i]);
	}
}

void loop_arm(struct useroom *u)
{
	bool wanted = u->config.stall_milli > 0, armed = u->sense.trigger_fd >= 0;

	if (wanted && !armed)
		(void)sense_arm(&u->sense); /* without it looks come at their time */
	else if (!wanted && armed)
		sense_disarm(&u->sense);
}

static void reload(struct useroom *u)
{
	static char errors[LOG_LINE_MAX]; /* one buffer: with mistakes there are no remarks */
	int r;

	(void)notify_send("RELOADING=1");
	r = config_reload(&u->source, &u->config, errors, sizeof(errors));
	if (r < 0) {
		log_lines(LOG_ERROR, errors);
	} else {
		domain_settings_changed(&u->machine);
		lock_before_killing(u);
		act_settings_changed(&u->act, &u->config);
		spare_protected(u);
		config_remarks(&u->config, u->rank.mem_total_kib, 0, errors, sizeof(errors));
		log_lines(LOG_WARN, errors);
		tell_configure(&u->config);
		record_settings(&u->record, &u->config, u->machine.policy.cpus, u->limits);
		scan_forget(&u->scan);
		loop_arm(u);
		groups_arm(u);
		numa_arm(u);
		loop_start_hooks(u);
		tell_debug_lists(u);
	}
	domain_tell(u, &u->machine, EVENT_RELOAD, -r);
	(void)notify_send("READY=1");
}

static void take_signals(struct useroom *u, short got)
{
	struct signalfd_siginfo info;

	(void)got;
	while (read(u->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(u);
		else
			u->quit = true;
	}
}

static void note_hook(const char *path, const struct hook_done *done)
{
	if (done->refused[0] != '\0')
		log_line(LOG_WARN, "hook %s is not run, others may change it: %s", path,
			 done->refused);
	else if (done->error)
		log_line(LOG_WARN, "hook %s: %s", path, strerror(done->error));
	else if (done->stuck)
		log_line(LOG_WARN, "hook %s hangs in the kernel and is left alone", path);
	else if (done->timed_out)
		log_line(LOG_WARN, "hook %s did not end in time and was ended", path);
	else if (done->status == HOOK_CANNOT_RUN && !done->signalled)
		log_line(LOG_WARN, "hook %s cannot be run, or a program that it runs cannot", path);
	else if (done->status != 0)
		log_line(LOG_WARN, "hook %s ended with %s %d", path,
			 done->signalled ? "signal" : "status", done->status);
}

static void note_incident(struct useroom *u, short got)
{
	int error = incident_failed(&u->incident);

	(void)got;
	if (error != 0)
		log_line(LOG_WARN, "the incident could not be kept in %s: %s", u->config.incidents,
			 strerror(error));
}

static void take_hooks(struct useroom *u, short got)
{
	struct hook_done done;

	(void)got;
	while (hook_done(&u->hook, &done))
		note_hook(u->config.hook, &done);
	while (hook_done(&u->pre_kill, &done)) {
		note_hook(u->config.pre_kill, &done);
		act_pre_kill_done(&u->act, done.victim);
	}
}

int loop_start_hooks(struct useroom *u)
{
	int r = u->config.hook[0] ? hook_start(&u->hook) : 0;

	if (r == 0 && u->config.pre_kill[0])
		r = hook_start(&u->pre_kill);
	if (r < 0)
		log_line(LOG_ERROR, "hooks cannot run: %s", strerror(-r));
	return r;
}

/* ---- waiting ---- */

/*
 * What is waited for, and what is done when it is ready. Victims only wake up: act_follow() asks
 * them at the next look; so does the log, which is written to after each wait.
 */
struct slots {
	unsigned count;
	struct pollfd fds[SLOTS_MAX];
	void (*take[SLOTS_MAX])(struct useroom *u, short got);
};

static void add_slot(struct slots *slots, int fd, short events,
		     void (*take)(struct useroom *u, short got))
{
	slots->take[slots->count] = take;
	slots->fds[slots->count++] = (struct pollfd){.fd = fd, .events = events};
}

/* A trigger that the kernel has given up would be ready for ever. */
static void take_trigger(struct useroom *u, short got)
{
	if (got & (POLLERR | POLLNVAL))
		sense_disarm(&u->sense);
	numa_wake(&u->numa);
}

static void take_released(struct useroom *u, short got)
{
	(void)got;
	act_take_results(&u->act);
}

static void take_groups(struct useroom *u, short got)
{
	if (got & POLLIN)
		groups_take_events(&u->groups);
}

/* In the order in which they are taken: a reload may arm the trigger anew. */
static void fill_slots(const struct useroom *u, struct slots *slots)
{
	slots->count = 0;
	if (u->sense.trigger_fd >= 0)
		add_slot(slots, u->sense.trigger_fd, POLLPRI, take_trigger);
	add_slot(slots, u->signal_fd, POLLIN, take_signals);
	if (u->hook.started)
		add_slot(slots, u->hook.done[0], POLLIN, take_hooks);
	if (u->pre_kill.started)
		add_slot(slots, u->pre_kill.done[0], POLLIN, take_hooks);
	if (u->incident.started)
		add_slot(slots, u->incident.done[0], POLLIN, note_incident);
	add_slot(slots, u->release.result[0], POLLIN, take_released);
	if (groups_fd(&u->groups) >= 0)
		add_slot(slots, groups_fd(&u->groups), POLLIN, take_groups);
}

/* ---- the epoll set ---- */

static void forget_set(struct useroom *u)
{
	if (u->set_count > 0)
		(void)close(u->set_fd);
	u->set_count = 0;
}

/* What it takes may close a descriptor and open another under its number: the set is stale. */
static void take_slots(struct useroom *u, struct slots *slots)
{
	if (poll(slots->fds, slots->count, 0) <= 0)
		return;
	forget_set(u);
	for (unsigned i = 0; i < slots->count; i++) {
		if (slots->fds[i].revents != 0)
			slots->take[i](u, slots->fds[i].revents);
	}
}

static bool add_to_set(int set_fd, const struct pollfd *slot)
{
	struct epoll_event event = {.events = (uint32_t)slot->events};

	return epoll_ctl(set_fd, EPOLL_CTL_ADD, slot->fd, &event) == 0;
}

/* All slots in one epoll set, of which poll() sees one descriptor that is ready when any is. */
static void make_set(struct useroom *u, const struct slots *slots)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	forget_set(u);
	if (fd < 0)
		return;
	u->set_fd = fd;
	u->set_count = slots->count;
	for (unsigned i = 0; i < slots->count; i++) {
		if (!add_to_set(fd, &slots->fds[i])) {
			forget_set(u);
			return;
		}
	}
}

/*
 * What poll() waits for. Of each descriptor that it is given the kernel touches memory that nothing
 * else keeps in a cache, so that a long wait is for the set: an idle second takes 4 to 8 % less. To
 * make one takes memory of the kernel: where looks follow each other quickly, there is none.
 */
static unsigned fill_poll(struct useroom *u, const struct slots *slots, uint64_t wait_ns,
			  struct pollfd *fds)
{
	unsigned count = 1;

	if (u->set_count != slots->count && wait_ns >= LONG_WAIT_NS)
		make_set(u, slots);
	if (u->set_count == slots->count) {
		fds[0] = (struct pollfd){.fd = u->set_fd, .events = POLLIN};
	} else {
		count = slots->count;
		memcpy(fds, slots->fds, count * sizeof(*fds));
	}
	if (log_can_wait())
		fds[count++] = (struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT};
	/* A blind look follows nobody: victims would wake it up again at once. */
	return u->machine.blind ? count : count + act_poll(&u->act, fds + count, VICTIMS_MAX);
}

static void feed_watchdog(struct useroom *u, uint64_t now)
{
	if (notify_watchdog_ns() == 0 || now < u->watchdog_ns)
		return;
	(void)notify_send("WATCHDOG=1");
	u->watchdog_ns = now + notify_watchdog_ns();
}

/* When the next thing is due that nobody wakes it for, in ns of the monotonic clock. */
static uint64_t due_ns(const struct useroom *u)
{
	uint64_t until = u->machine.wake_ns;

	if (!u->machine.blind)
		until = min_u64(min_u64(until, act_deadline(&u->act)),
				min_u64(groups_wake_ns(&u->groups), numa_wake_ns(&u->numa)));
	return notify_watchdog_ns() > 0 ? min_u64(until, u->watchdog_ns) : until;
}

void loop_wait(struct useroom *u)
{
	NOT_ZEROED struct slots slots;
	NOT_ZEROED struct pollfd fds[POLL_MAX];
	uint64_t now = clock_now(), until;
	struct timespec wait;
	unsigned count;
	bool ready;

	feed_watchdog(u, now);
	until = due_ns(u);
	until = until > now ? until - now : 0;
	fill_slots(u, &slots);
	count = fill_poll(u, &slots, until, fds);
	wait = (struct timespec){.tv_sec = (time_t)(until / NS_PER_S),
				 .tv_nsec = (long)(until % NS_PER_S)};
	ready = ppoll(fds, count, &wait, NULL) > 0;
	if (ready)
		take_slots(u, &slots);
	if (ready || log_pending())
		(void)log_flush();
}
