/* SPDX-License-Identifier: MIT */
#include "look/tree.h"

#include "base/compat.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The last one: its descriptor, or -1 where it is gone meanwhile. */
static int open_last(const struct tree *t)
{
	char path[TREE_PATH_MAX + 1];

	(void)snprintf(path, sizeof(path), ".%s", t->path);
	return openat(t->root_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static void enter(struct tree *t, int fd)
{
	struct tree_level *level = &t->levels[t->depth];

	level->fd = fd;
	level->length = (unsigned)strlen(t->path);
	level->at = level->filled = 0;
	t->depth++;
}

static void leave(struct tree *t)
{
	(void)close(t->levels[--t->depth].fd);
}

/* NULL: there are no more in this directory. */
static const struct entry64 *next_entry(struct tree_level *l)
{
	const struct entry64 *e;

	if (l->at == l->filled) {
		long n = syscall(SYS_getdents64, l->fd, l->entries, sizeof(l->entries));

		l->at = 0;
		l->filled = n > 0 ? (unsigned)n : 0;
		if (l->filled == 0)
			return NULL;
	}
	e = (const struct entry64 *)(l->entries + l->at);
	l->at += e->d_reclen;
	return e;
}

static bool append(struct tree *t, unsigned length, const char *name)
{
	size_t n = strlen(name);

	if (length + 1 + n >= sizeof(t->path)) {
		t->too_long++;
		return false;
	}
	t->path[length] = '/';
	memcpy(t->path + length + 1, name, n + 1);
	return true;
}

/* Two links say that there are no directories in it, which saves to list its 40 to 70 files. */
static bool take(struct tree *t)
{
	struct stat st;
	int fd = open_last(t);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0) {
		(void)close(fd);
		return false;
	}
	t->inode = st.st_ino;
	t->enter = st.st_nlink != 2 && t->depth < TREE_DEPTH_MOST;
	t->entered_fd = fd;
	if (!t->enter)
		(void)close(fd);
	return true;
}

void tree_begin(struct tree *t, int root_fd, const char *path)
{
	int fd;

	t->root_fd = root_fd;
	t->depth = 0;
	t->too_long = 0;
	t->enter = false;
	(void)snprintf(t->path, sizeof(t->path), "%s", path);
	fd = open_last(t);
	if (fd >= 0)
		enter(t, fd);
}

bool tree_next(struct tree *t)
{
	if (t->enter)
		enter(t, t->entered_fd);
	t->enter = false;
	while (t->depth > 0) {
		struct tree_level *level = &t->levels[t->depth - 1];
		const struct entry64 *e = next_entry(level);

		if (!e)
			leave(t);
		else if (e->d_type == DT_DIR && e->d_name[0] != '.' &&
			 append(t, level->length, e->d_name) && take(t))
			return true;
	}
	return false;
}

void tree_end(struct tree *t)
{
	if (t->enter)
		(void)close(t->entered_fd);
	t->enter = false;
	while (t->depth > 0)
		leave(t);
}
