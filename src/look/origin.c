/* SPDX-License-Identifier: MIT */
#include "look/origin.h"

#include "base/scratch.h"
#include "look/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * So much of a mountinfo is read at the most. A node with 2,000 pods was seen to have 1 MiB in its
 * first namespace, and its services as much.
 */
#define MOUNTINFO_MOST ((off_t)4 * 1024 * 1024)

/* "self", or the number of a process. */
struct whose {
	char name[16];
};

static struct whose whose_pid(pid_t pid)
{
	struct whose w;

	(void)snprintf(w.name, sizeof(w.name), "%d", (int)pid);
	return w;
}

/* 0; or a negative errno, then *ret is "". */
static int read_namespace(int proc_fd, const struct whose *w, const char *kind,
			  char ret[NAMESPACE_MAX])
{
	char path[40];
	ssize_t length;

	ret[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/ns/%s", w->name, kind);
	length = readlinkat(proc_fd, path, ret, NAMESPACE_MAX);
	if (length < 0)
		return -errno;
	if (length == NAMESPACE_MAX)
		length--;
	ret[length] = '\0';
	return 0;
}

static void read_files(int proc_fd, const struct whose *w, const char *path, struct path_files *ret)
{
	char mounts[40];
	off_t at = 0;
	int fd;

	ret->count = 0;
	ret->incomplete = false;
	(void)snprintf(mounts, sizeof(mounts), "%s/mountinfo", w->name);
	fd = openat(proc_fd, mounts, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	while (at < MOUNTINFO_MOST) {
		ssize_t length = pread(fd, scratch, SCRATCH_MAX, at);
		size_t taken =
			length > 0 ? parse_path_files(scratch, (size_t)length, path, ret) : 0;

		ret->incomplete |= length != 0 && taken == 0;
		if (taken == 0)
			break;
		at += (off_t)taken;
	}
	(void)close(fd);
}

static bool open_of(struct origin *o, int proc_fd, const struct whose *w)
{
	int r = read_namespace(proc_fd, w, "mnt", o->mount_namespace);

	(void)read_namespace(proc_fd, w, "user", o->user_namespace);
	return r == 0;
}

static const struct whose first = {.name = "1"}, self = {.name = "self"};

void origin_open(struct origin *origin, int proc_fd)
{
	origin->is_own = !open_of(origin, proc_fd, &first);
	if (origin->is_own)
		(void)open_of(origin, proc_fd, &self);
}

/*
 * Every one of them: which covers which is not looked for. A mount of the machine's that lies
 * hidden below another one must not make the path true.
 */
static bool sees_same_file(const struct origin *o, int proc_fd, const struct whose *w,
			   const char *path)
{
	static struct path_files theirs, ours; /* not on a stack that is locked in memory */

	read_files(proc_fd, w, path, &theirs);
	if (theirs.count == 0 || theirs.incomplete)
		return false;
	read_files(proc_fd, o->is_own ? &self : &first, path, &ours);
	for (unsigned i = 0; i < theirs.count; i++) {
		if (!path_files_have(&ours, theirs.text[i]))
			return false;
	}
	return true;
}

bool origin_is_host(const struct origin *origin, int proc_fd, pid_t pid, const char *path)
{
	struct whose w = whose_pid(pid);
	char theirs[NAMESPACE_MAX];

	if (origin->mount_namespace[0] == '\0')
		return true;
	if (read_namespace(proc_fd, &w, "user", theirs) < 0 ||
	    strcmp(theirs, origin->user_namespace) != 0)
		return false;
	if (read_namespace(proc_fd, &w, "mnt", theirs) < 0)
		return false;
	return strcmp(theirs, origin->mount_namespace) == 0 ||
	       sees_same_file(origin, proc_fd, &w, path);
}
