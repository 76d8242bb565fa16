/* SPDX-License-Identifier: MIT */
#ifndef USEROOM_DIRECTORY_H
#define USEROOM_DIRECTORY_H

#include <sys/types.h>

/*
 * Make a directory, and the one above it (0755) where that is missing too. 0 where it is there
 * afterwards; or the negative errno of the call that failed first, which says more than what comes
 * of it (R118: "Read-only file system" and not "No such file or directory").
 */
int directory_make(const char *path, mode_t mode);

/* The same for the directory in which a file shall be, 0755. */
int directory_make_for(const char *file);

#endif
