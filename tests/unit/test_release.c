/* SPDX-License-Identifier: MIT */
/* Only children of this program are lifted. How a victim is released is shown live (tests/live). */
#include "act/release.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compat.h"
#include "skip.h"

static struct release release;

static pid_t a_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
	assert_true(pid > 0);
	return pid;
}

static void end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static bool may_be_lifted(pid_t pid)
{
	return sys_sched_setscheduler(pid, SCHED_FIFO, 1) == 0 &&
	       sys_sched_setscheduler(pid, SCHED_OTHER, 0) == 0;
}

/* What is asked about this number, with the pidfd of that victim, has been done. */
static void ask(pid_t pid, int pidfd)
{
	struct pollfd done = {.fd = release.result[0], .events = POLLIN};
	struct release_result result;

	release_request(&release, pid, pidfd, SIGKILL);
	assert_int_equal(poll(&done, 1, 10000), 1);
	assert_true(release_result(&release, &result));
	assert_int_equal(result.pid, pid);
}

static bool was_lifted(pid_t pid)
{
	return sched_getscheduler(pid) == SCHED_FIFO;
}

/* R113: the victim has gone, and its number is another process's. */
static void r113_nobody_else_is_lifted(void **state)
{
	pid_t victim = a_child(), other = a_child();
	int of_victim = sys_pidfd_open(victim, 0), of_other = sys_pidfd_open(other, 0);
	bool lifted, other_lifted;

	(void)state;
	if (of_victim < 0 || of_other < 0 || !may_be_lifted(other)) {
		end_child(victim);
		end_child(other);
		skip_because("there are no pidfds, or real-time priorities are not allowed");
	}
	assert_int_equal(release_start(&release, open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
			 0);
	end_child(victim);
	ask(other, of_victim);
	lifted = was_lifted(other);
	ask(other, of_other); /* the same is lifted where it is the one that is meant */
	other_lifted = was_lifted(other);
	end_child(other);
	assert_false(lifted);
	assert_true(other_lifted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r113_nobody_else_is_lifted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
