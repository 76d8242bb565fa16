/* SPDX-License-Identifier: MIT */
#include "base/trust.h"

#include "base/users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PATH_BYTES 1024
#define LINKS_MAX  40 /* as path_resolution(7) */

/* DEFAULT_OVERFLOWUID of include/linux/highuid.h: what is not mapped is shown as this. */
#define NOT_MAPPED 65534

struct walk {
	char done[PATH_BYTES]; /* without links; "" is the root */
	char rest[PATH_BYTES]; /* what is still to be walked */
	unsigned links;
	bool sticky; /* the directory at `done` lets its files be replaced by their owners only */
	char *why;
	size_t size;
};

static int say(struct walk *w, int error, const char *path, const char *what)
{
	(void)snprintf(w->why, w->size, "%s %s", path[0] ? path : "/", what);
	return error;
}

/* The first user namespace maps every number to itself; also where there are none (before 3.8). */
static bool maps_everybody(void)
{
	char text[64] = "", *rest;
	unsigned long long inside, outside, count;
	int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		(void)close(fd);
	if (n <= 0)
		return true;
	inside = strtoull(text, &rest, 10);
	outside = strtoull(rest, &rest, 10);
	count = strtoull(rest, NULL, 10);
	return inside == 0 && outside == 0 && count >= UINT32_MAX;
}

static bool is_ours(uid_t uid)
{
	return uid == 0 || uid == geteuid() || (uid == NOT_MAPPED && !maps_everybody());
}

static bool has_acl(const char *path)
{
	return lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

static int check_owner(struct walk *w, const char *path, const struct stat *st)
{
	char what[64];

	if (is_ours(st->st_uid))
		return 0;
	(void)snprintf(what, sizeof(what), "belongs to uid %u", (unsigned)st->st_uid);
	return say(w, -EPERM, path, what);
}

/* Others may write to the directory, but not take away what is another's in it. */
static bool is_sticky(const struct stat *st)
{
	return S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) &&
	       (st->st_mode & (S_IWGRP | S_IWOTH));
}

/* What is not a link: who may write it? */
static int check_mode(struct walk *w, const char *path, const struct stat *st)
{
	unsigned mode = st->st_mode & 07777;
	char what[96];

	w->sticky = is_sticky(st);
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return 0; /* /dev/null: whoever writes to it changes nothing */
	if (w->sticky || !(mode & (S_IWGRP | S_IWOTH)))
		return 0;
	if (mode & S_IWOTH)
		(void)snprintf(what, sizeof(what), "is writable by everybody (mode %04o)", mode);
	else if (has_acl(path))
		(void)snprintf(what, sizeof(what), "is writable by others, by its ACL");
	else if (!users_group_is_ours(st->st_gid))
		(void)snprintf(what, sizeof(what), "is writable by group %u (mode %04o)",
			       (unsigned)st->st_gid, mode);
	else
		return 0;
	return say(w, -EPERM, path, what);
}

/* The rest of the way leads on from the link's target. */
static int follow(struct walk *w, const char *link)
{
	char target[PATH_BYTES], rest[PATH_BYTES];
	ssize_t n = readlink(link, target, sizeof(target) - 1);

	if (n <= 0 || ++w->links > LINKS_MAX)
		return say(w, n <= 0 ? -errno : -ELOOP, link, "is a link that leads nowhere");
	target[n] = '\0';
	(void)strcpy(rest, w->rest);
	if (target[0] == '/')
		w->done[0] = '\0';
	if (snprintf(w->rest, sizeof(w->rest), "%s/%s", target, rest) >= (int)sizeof(w->rest))
		return say(w, -ENAMETOOLONG, link, "is too long a link");
	return 0;
}

/* A step from `done` to what is called so in it. */
static int enter(struct walk *w, const char *name)
{
	char path[PATH_BYTES];
	struct stat st;
	int r = 0;

	if (snprintf(path, sizeof(path), "%s/%s", w->done, name) >= (int)sizeof(path))
		return say(w, -ENAMETOOLONG, w->done, "and what follows is too long a path");
	if (lstat(path, &st) < 0)
		return say(w, -errno, path, strerror(errno));
	/* A link itself cannot be changed, only replaced: by its owner where it is sticky. */
	if (!S_ISLNK(st.st_mode) || w->sticky)
		r = check_owner(w, path, &st);
	if (r == 0 && S_ISLNK(st.st_mode))
		return follow(w, path);
	if (r == 0)
		r = check_mode(w, path, &st);
	(void)strcpy(w->done, path);
	return r;
}

static int go_up(struct walk *w)
{
	char *slash = strrchr(w->done, '/');
	struct stat st;

	if (slash != NULL)
		*slash = '\0';
	w->sticky = stat(w->done[0] ? w->done : "/", &st) == 0 && is_sticky(&st);
	return 0;
}

/* The next name of the rest, cut off it; false: there is none. */
static bool take_name(struct walk *w, char name[PATH_BYTES])
{
	char *from = w->rest + strspn(w->rest, "/");
	size_t length = strcspn(from, "/");

	memcpy(name, from, length);
	name[length] = '\0';
	memmove(w->rest, from + length, strlen(from + length) + 1);
	return length > 0;
}

static int step(struct walk *w, const char *name)
{
	if (strcmp(name, ".") == 0)
		return 0;
	return strcmp(name, "..") == 0 ? go_up(w) : enter(w, name);
}

static int check_root(struct walk *w)
{
	struct stat st;
	int r;

	if (stat("/", &st) < 0)
		return say(w, -errno, "", strerror(errno));
	r = check_owner(w, "", &st);
	return r == 0 ? check_mode(w, "", &st) : r;
}

int trust_path(const char *path, char *why, size_t size)
{
	struct walk w = {.why = why, .size = size};
	char name[PATH_BYTES];
	int r;

	if (path[0] != '/') { /* from here on */
		if (getcwd(name, sizeof(name)) == NULL)
			return say(&w, -errno, path, strerror(errno));
		if (snprintf(w.rest, sizeof(w.rest), "%s/%s", name, path) >= (int)sizeof(w.rest))
			return say(&w, -ENAMETOOLONG, path, "is too long a path");
	} else if (snprintf(w.rest, sizeof(w.rest), "%s", path) >= (int)sizeof(w.rest)) {
		return say(&w, -ENAMETOOLONG, path, "is too long a path");
	}
	r = check_root(&w);
	while (r == 0 && take_name(&w, name))
		r = step(&w, name);
	return r;
}
