/* SPDX-License-Identifier: MIT */
/* capture: the daemon's own loop in a dry run, into a file of its own: a day to try settings on
 * with `replay`. */
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "loop.h"
#include "self.h"
#include "tell.h"
#include "tell/report.h"
#include "useroom.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/*
 * A machine with much memory is looked at once a second, one near the level up to a hundred times.
 * Two looks a second are room for some of that; without an end in sight it is a day of one a
 * second. A look takes some 0.35 KiB of a file (record_layout()).
 */
#define KIB_PER_LOOK 0.35
#define DAY_S        86400.0
#define KIB_LEAST    256u
#define KIB_MOST     65536u /* of -record-size */

static bool is_said(const struct ctl *ctl, const char *option)
{
	for (int i = 0; i < ctl->setting_count; i++)
		if (strcmp(ctl->settings[i].row->name, option) == 0)
			return true;
	return false;
}

static uint32_t size_kib(const struct ctl *ctl, const struct config *config)
{
	double looks = ctl->seconds > 0 ? 2 * ctl->seconds : DAY_S;

	if (is_said(ctl, "record-size"))
		return config->record_kib;
	return (uint32_t)clamp_u64((uint64_t)(looks * KIB_PER_LOOK), KIB_LEAST, KIB_MOST);
}

/* Nothing that is there already is written over. */
static enum ctl_exit make_file(const struct ctl *ctl, struct record *record, uint32_t kib)
{
	const char *path = ctl->argument;
	char safe[1024];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640), r;

	(void)log_safe(path, safe, sizeof(safe));
	if (fd < 0 && errno == EEXIST)
		return ctl_fail("%s is there already: a capture is a new file", safe);
	if (fd < 0)
		return ctl_fail("%s: %s", safe, strerror(errno));
	(void)close(fd);
	r = record_open(record, path, (size_t)kib * 1024);
	if (r == 0)
		return CTL_OK;
	(void)unlink(path);
	return ctl_fail("%s: %s", safe, strerror(-r));
}

static int catch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What main.c does for the daemon, but for all that only a daemon needs. */
static int begin(struct useroom *u)
{
	int r;

	u->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (u->proc_fd < 0)
		return -errno;
	if ((r = sense_open(&u->sense, u->proc_fd)) < 0 ||
	    (r = scan_open(&u->scan, u->proc_fd)) < 0)
		return r;
	u->signal_fd = catch_signals();
	if (u->signal_fd < 0)
		return -errno;
	r = release_start(&u->release, u->proc_fd);
	if (r < 0)
		return r;
	act_init(&u->act, &u->scan, &u->release, tell_event, u);
	policy_init(&u->machine.policy, self_cpus());
	u->rank = (struct rank){
		.config = &u->config,
		.page_kib = u->scan.page_kib,
		.self = getpid(),
		.uid = getuid(),
		.may_kill_all = true, /* who would go if the daemon ran, which has the right */
	};
	return 0;
}

static void watch(struct useroom *u, uint64_t until_ns)
{
	record_settings(&u->record, &u->config, u->machine.policy.cpus, 0);
	while (!u->quit && clock_now() < until_ns) {
		loop_turn(u);
		u->machine.wake_ns = min_u64(u->machine.wake_ns, until_ns);
		loop_wait(u);
	}
}

/* No signal is ever sent, and no hook run. */
static int settle(const struct ctl *ctl, struct config *config)
{
	if (ctl_config(ctl, config) < 0 || ctl_settings(ctl, config) < 0)
		return -EINVAL;
	config->dry_run = true;
	config->hook[0] = config->pre_kill[0] = '\0';
	return 0;
}

enum ctl_exit ctl_capture(const struct ctl *ctl)
{
	static struct useroom u;
	uint64_t until = ctl->seconds > 0
				 ? clock_now() + (uint64_t)(ctl->seconds * (double)NS_PER_S)
				 : UINT64_MAX;
	char size[32], safe[1024];
	uint64_t looks;
	uint32_t kib;
	int r;

	if (settle(ctl, &u.config) < 0)
		return CTL_USAGE;
	kib = size_kib(ctl, &u.config);
	tell_configure(&u.config);
	r = begin(&u);
	if (r < 0)
		return ctl_fail("/proc cannot be read: %s", strerror(-r));
	if (make_file(ctl, &u.record, kib) != CTL_OK)
		return CTL_FAILED;
	(void)printf("recording into %s, %s; nobody is ended. Ctrl-C ends it.\n",
		     log_safe(ctl->argument, safe, sizeof(safe)),
		     units_size(kib, size, sizeof(size)));
	(void)fflush(stdout);
	watch(&u, until);
	(void)log_flush();
	looks = u.record.next[RING_LOOKS] - 1;
	(void)printf("%" PRIu64 " look%s. Try for instance: useroomctl replay %s -m 20\n", looks,
		     looks == 1 ? "" : "s", safe);
	return CTL_OK;
}
