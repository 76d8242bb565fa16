/* SPDX-License-Identifier: MIT */
/*
 * Who else may change what is at a path? A program that root runs, and a file that says which, are
 * only as safe as the file, each link on the way to it and each directory above it (R107).
 *
 * Thread-safe, and allocates nothing. It walks the path, so it may wait for a file server.
 */
#ifndef USEROOM_TRUST_H
#define USEROOM_TRUST_H

#include <stddef.h>

/*
 * 0: nobody but root and the user that we run as. -EPERM: somebody else, and `why` says who and
 * where: "/srv/useroom is writable by everybody (mode 0777)". Another negative errno: the path
 * leads nowhere, or that cannot be known; `why` says so.
 *
 * - Each file and directory must be owned by root or us, and not be writable by everybody.
 * - A group may write where nobody but root and us is in it (/etc/group, /etc/passwd) and there is
 *   no access control list: users' private groups, umask 002.
 * - In a directory that is sticky (/tmp) only the owner of a file can replace it: there the file
 *   counts.
 * - In a user namespace whoever is not mapped is an owner like root: that is how root's own files
 *   look from within.
 */
int trust_path(const char *path, char *why, size_t size);

#endif
