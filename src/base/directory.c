/* SPDX-License-Identifier: MIT */
#include "base/directory.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 512

/* The directory that `path` is in; false: there is none to make. */
static bool above(const char *path, char ret[PATH_BYTES])
{
	const char *slash = strrchr(path, '/');
	size_t length = slash != NULL ? (size_t)(slash - path) : 0;

	if (length == 0 || length >= PATH_BYTES)
		return false;
	memcpy(ret, path, length);
	ret[length] = '\0';
	return true;
}

static int make_one(const char *path, mode_t mode)
{
	return mkdir(path, mode) < 0 && errno != EEXIST ? -errno : 0;
}

int directory_make(const char *path, mode_t mode)
{
	char parent[PATH_BYTES];
	int r = make_one(path, mode);

	if (r != -ENOENT || !above(path, parent))
		return r;
	r = make_one(parent, 0755);
	return r < 0 ? r : make_one(path, mode);
}

int directory_make_for(const char *file)
{
	char parent[PATH_BYTES];

	return above(file, parent) ? make_one(parent, 0755) : 0;
}
