/* SPDX-License-Identifier: MIT */
#include "lock.h"

#include "base/directory.h"
#include "look/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each try takes one file away that everybody can read: an older useroom left it. */
#define TRIES 4

static void lock_path(char *path, size_t size)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		(void)snprintf(path, size, "/run/useroom/lock");
	else if (dir != NULL && dir[0] == '/')
		(void)snprintf(path, size, "%s/useroom.lock", dir);
	else
		(void)snprintf(path, size, "/tmp/useroom-%u.lock", (unsigned)geteuid());
}

/*
 * In /tmp anybody may have made a file of this name, or a link: it must be a plain file, ours, and
 * under no other name, because it is written to. -EPERM: it is not.
 */
static int open_own(const char *path, struct stat *ret)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	if (fstat(fd, ret) == 0 && S_ISREG(ret->st_mode) && ret->st_uid == geteuid() &&
	    ret->st_nlink <= 1)
		return fd;
	(void)close(fd);
	return -EPERM;
}

static pid_t read_holder(int fd)
{
	char text[16];
	int32_t pid;
	ssize_t length = pread(fd, text, sizeof(text), 0);

	return length > 0 && parse_int(text, (size_t)length, &pid) == 0 ? pid : 0;
}

static void read_name(const char *path, char name[32])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, name, 31);

	name[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

/* Is the process whose number is in the file one of this program? */
static bool holder_runs(int fd)
{
	char path[32], its[32], own[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)read_holder(fd));
	read_name(path, its);
	read_name("/proc/self/comm", own);
	return its[0] != '\0' && strcmp(its, own) == 0;
}

static bool is_at(const char *path, const struct stat *file)
{
	struct stat now;

	return lstat(path, &now) == 0 && now.st_dev == file->st_dev && now.st_ino == file->st_ino;
}

static void write_pid(int fd)
{
	char pid[16];

	(void)ftruncate(fd, 0);
	(void)snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	(void)!write(fd, pid, strlen(pid));
}

/* The lock of a file that everybody can read may be anybody's: it counts only while the useroom
 * that made it runs. */
static int judge(const char *path, int fd, const struct stat *file)
{
	bool is_private = (file->st_mode & 077) == 0;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return is_private && is_at(path, file) ? 0 : -EAGAIN;
	if (errno != EWOULDBLOCK)
		return -errno;
	return is_private || holder_runs(fd) ? -EBUSY : -EAGAIN;
}

static void say_who(int fd, char *why, size_t size)
{
	pid_t holder = read_holder(fd);

	if (holder > 0)
		(void)snprintf(why, size, "another useroom is running (pid %d)", (int)holder);
	else /* it has the lock, and has not written its number yet */
		(void)snprintf(why, size, "another useroom is running: it has just started");
}

/* 0: it is ours; -EAGAIN: this file was no lock, which is out of the way now. */
static int try_once(const char *path, char *why, size_t size)
{
	struct stat file = {0};
	int fd = open_own(path, &file), r;

	if (fd < 0)
		return fd;
	r = judge(path, fd, &file);
	if (r == 0) {
		write_pid(fd);
		return 0; /* the descriptor stays open: it is the lock */
	}
	if (r == -EBUSY)
		say_who(fd, why, size);
	else if (r == -EAGAIN && is_at(path, &file))
		(void)unlink(path);
	(void)close(fd);
	return r;
}

int lock_take(char *why, size_t size)
{
	char path[512];
	int r;

	lock_path(path, sizeof(path));
	r = geteuid() == 0 ? directory_make_for(path) : 0;
	for (int i = 0; i < TRIES && (r == 0 || r == -EAGAIN); i++) {
		r = try_once(path, why, size);
		if (r == 0 || r == -EBUSY)
			return r;
	}
	(void)snprintf(why, size, "there is no lock, a second useroom would not be noticed: %s: %s",
		       path, r == -EPERM ? "it is not a file of our own" : strerror(-r));
	return r;
}
