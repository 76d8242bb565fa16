/* SPDX-License-Identifier: MIT */
#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define OWN_WORLD (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC)

/* ENOSPC is how user_namespaces(7) says that user.max_user_namespaces is reached, or 0. */
static int explain(char *why, size_t size, const char *what, int error)
{
	(void)snprintf(why, size, "%s: %s", what,
		       error == ENOSPC ? "user.max_user_namespaces is reached" : strerror(error));
	return -error;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	(void)close(fd);
	return written < 0 ? -errno : 0;
}

/* user_namespaces(7): a single id may be mapped without privilege, the group only after setgroups
 * is given up. */
static int map_us(unsigned inside, unsigned uid, unsigned gid)
{
	char line[32];
	int r = write_text("/proc/self/setgroups", "deny");

	if (r < 0 && r != -ENOENT) /* the file is there since 3.19 */
		return r;
	(void)snprintf(line, sizeof(line), "%u %u 1", inside, gid);
	r = write_text("/proc/self/gid_map", line);
	if (r < 0)
		return r;
	(void)snprintf(line, sizeof(line), "%u %u 1", inside, uid);
	return write_text("/proc/self/uid_map", line);
}

int namespaces_enter(bool *ret_real_root, char *why, size_t size)
{
	unsigned uid = geteuid(), gid = getegid();
	int r;

	if (uid == 0 && unshare(OWN_WORLD) == 0) {
		*ret_real_root = true;
		return 0;
	}
	if (unshare(CLONE_NEWUSER | OWN_WORLD) < 0)
		return explain(why, size, "user namespaces are not allowed here", errno);
	r = map_us(0, uid, gid);
	if (r < 0)
		return explain(why, size, "user namespaces are restricted here", -r);
	*ret_real_root = false;
	return 0;
}

int namespaces_become(unsigned uid)
{
	unsigned outer_uid = geteuid(), outer_gid = getegid();

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	return map_us(uid, outer_uid, outer_gid);
}

int namespaces_for_users(void)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		_exit(unshare(CLONE_NEWUSER) < 0 ? errno : 0);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int namespaces_mount(char *why, size_t size)
{
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return explain(why, size, "private mounts are not allowed here", errno);
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return explain(why, size, "a private /proc is not allowed here", errno);
	if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return explain(why, size, "a private /run is not allowed here", errno);
	if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
		return explain(why, size, "a private /tmp is not allowed here", errno);
	/* Where incidents are kept by default: those of a test are nobody's. */
	if (mount("tmpfs", "/var/lib", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return explain(why, size, "a private /var/lib is not allowed here", errno);
	return 0;
}
