/* SPDX-License-Identifier: MIT */
#include "local.h"

#include "base/directory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int address(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", path);
	return 0;
}

int local_connect(const char *path)
{
	struct sockaddr_un to;
	int r = address(path, &to), fd;

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd < 0 ? -errno : fd;
	r = -errno;
	(void)close(fd);
	return r;
}

/* What one that crashed has left is taken away; what answers is another one. */
static int make_room(const char *path)
{
	struct stat s;
	int fd;

	if (lstat(path, &s) < 0)
		return 0;
	if (!S_ISSOCK(s.st_mode))
		return -EEXIST;
	fd = local_connect(path);
	if (fd >= 0)
		(void)close(fd);
	if (fd != -ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(path) == 0 ? 0 : -errno;
}

int local_listen(const char *path, int waiting)
{
	struct sockaddr_un at;
	int r = address(path, &at), fd;

	if (r < 0)
		return r;
	(void)directory_make_for(path);
	r = make_room(path);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Everybody may ask: what he is told is his own. */
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 && chmod(path, 0666) == 0 &&
	    listen(fd, waiting) == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}
