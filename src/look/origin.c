/* SPDX-License-Identifier: MIT */
#include "look/origin.h"

#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * So much of a mountinfo is read at the most. The root's line comes early, but not always first; a
 * node with 2,000 pods was seen to have 1 MiB in its first namespace, and its services as much.
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

static void read_root(int proc_fd, const struct whose *w, struct root_mount *ret)
{
	char path[40];
	off_t at = 0;
	int fd;

	*ret = (struct root_mount){.text = ""};
	(void)snprintf(path, sizeof(path), "%s/mountinfo", w->name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	while (at < MOUNTINFO_MOST) {
		ssize_t length = pread(fd, scratch, SCRATCH_MAX, at);
		size_t taken = length > 0 ? parse_root_mount(scratch, (size_t)length, ret) : 0;

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
	read_root(proc_fd, w, &o->root);
	return r == 0;
}

void origin_open(struct origin *origin, int proc_fd)
{
	const struct whose first = {.name = "1"}, self = {.name = "self"};

	if (!open_of(origin, proc_fd, &first))
		(void)open_of(origin, proc_fd, &self);
}

bool origin_is_host(const struct origin *origin, int proc_fd, pid_t pid)
{
	struct whose w = whose_pid(pid);
	char theirs[NAMESPACE_MAX];
	struct root_mount root;

	if (origin->mount_namespace[0] == '\0')
		return true;
	if (read_namespace(proc_fd, &w, "user", theirs) < 0 ||
	    strcmp(theirs, origin->user_namespace) != 0)
		return false;
	if (read_namespace(proc_fd, &w, "mnt", theirs) < 0)
		return false;
	if (strcmp(theirs, origin->mount_namespace) == 0)
		return true;
	read_root(proc_fd, &w, &root);
	return root.text[0] != '\0' && strcmp(root.text, origin->root.text) == 0;
}
