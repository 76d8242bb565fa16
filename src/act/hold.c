/* SPDX-License-Identifier: MIT */
#include "act/hold.h"

#include "base/compat.h"
#include "look/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

void hold_drop(struct hold *h)
{
	if (h->pidfd >= 0)
		(void)close(h->pidfd);
	h->pidfd = -1;
}

static bool lives(int proc_fd, const struct process_id *id, char *ret_state)
{
	uint64_t start_ticks;

	return process_identity(proc_fd, id->pid, &start_ticks, ret_state) == 0 &&
	       start_ticks == id->start_ticks && *ret_state != 'Z' && *ret_state != 'X';
}

bool hold_take(struct hold *h, int proc_fd, const struct process_id *id, char *ret_state)
{
	h->id = *id;
	h->pidfd = sys_pidfd_open(id->pid, 0); /* from here on the number is nobody else's */
	if (lives(proc_fd, id, ret_state))
		return true;
	hold_drop(h);
	return false;
}

static bool has_exited(const struct hold *h, int proc_fd)
{
	struct pollfd fd = {.fd = h->pidfd, .events = POLLIN};
	char state;

	return h->pidfd >= 0 ? poll(&fd, 1, 0) == 1 : !lives(proc_fd, &h->id, &state);
}

bool hold_all_exited(struct hold *h, int proc_fd, const struct target *t)
{
	struct hold other;
	char state;

	if (!has_exited(h, proc_fd))
		return false;
	for (unsigned i = 0; i < t->together_count; i++) {
		if (!hold_take(&other, proc_fd, &t->together[i], &state))
			continue;
		hold_drop(h);
		*h = other;
		return false;
	}
	return true;
}

/* ---- signals: these are all there are ---- */

/* R43, R44 */
static int send_to(const struct hold *h, int signal)
{
	int r = h->pidfd >= 0 ? sys_pidfd_send_signal(h->pidfd, signal, NULL, 0)
			      : kill(h->id.pid, signal);

	return r < 0 ? -errno : 0;
}

int hold_signal(const struct hold *h, int proc_fd, const struct target *t, int signal)
{
	int r = send_to(h, signal);
	struct hold other;
	char state;

	/* From the last on, who may start others for those that go. */
	for (unsigned i = t->together_count; r == 0 && i-- > 0;) {
		if (t->together[i].pid == h->id.pid ||
		    !hold_take(&other, proc_fd, &t->together[i], &state))
			continue;
		(void)send_to(&other, signal);
		hold_drop(&other);
	}
	return r;
}

void hold_end_child(pid_t child)
{
	(void)kill(-child, SIGKILL); /* its process group, made when it was spawned */
	(void)kill(child, SIGKILL);
}
