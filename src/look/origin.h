/* SPDX-License-Identifier: MIT */
/*
 * Is the path of a process's executable true on this machine? The text that /proc/PID/exe gives is
 * as the process's own mount namespace has it, and whoever has a namespace of his own can put any
 * file at any path in it. It is believed of a process that
 *
 *   - is in the user namespace of pid 1: in one of his own anybody can mount, and even change what
 *     exe shows (user_namespaces(7); prctl(2), PR_SET_MM_EXE_FILE), and
 *   - is in the mount namespace of pid 1, or of one in which the path leads to the same file: the
 *     same place on the same device, whichever of the mounts on the way to it is asked. What
 *     systemd makes for a service with ProtectSystem= and the like is a copy of the machine's own
 *     mounts, some of them on themselves. A container has a root of its own, and one that root has
 *     given the machine's may have something else over a directory or a file of it.
 *
 * Nothing is walked: no file system of a stranger is asked, so that none can hold up the daemon.
 * Only the links below /proc/PID/ns and /proc/PID/mountinfo are read, which is text that the
 * kernel makes of its own tables (Documentation/filesystems/proc.rst, 3.5).
 */
#ifndef USEROOM_ORIGIN_H
#define USEROOM_ORIGIN_H

#include <stdbool.h>
#include <sys/types.h>

#define NAMESPACE_MAX 32 /* "mnt:[4026531841]" */

struct origin {
	char mount_namespace[NAMESPACE_MAX]; /* "": before Linux 3.8, or not readable */
	char user_namespace[NAMESPACE_MAX];
	bool is_own; /* they are the daemon's: those of pid 1 may not be read */
};

/*
 * Remember what pid 1 of this /proc sees; where that may not be read (a daemon that is not root),
 * what the daemon itself sees. proc_fd: a descriptor of /proc.
 */
void origin_open(struct origin *origin, int proc_fd);

/*
 * Is what this process sees at this path the machine's own file? Before Linux 3.8 there is nothing
 * to ask: yes. Two readlink(2) for most; for a service in a sandbox its mountinfo and that of pid 1
 * are read as well, 10 to 40 us each, and milliseconds where there are thousands of mounts.
 */
bool origin_is_host(const struct origin *origin, int proc_fd, pid_t pid, const char *path);

#endif
