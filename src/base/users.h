/* SPDX-License-Identifier: MIT */
/*
 * User names and numbers, from /etc/passwd (passwd(5)) read by hand into static memory: the daemon
 * names a victim's owner while memory is short, when NSS may block on a network and allocates. Not
 * thread-safe.
 */
#ifndef USEROOM_USERS_H
#define USEROOM_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Number of a name: /etc/passwd, then a plain decimal number, then NSS (getpwnam_r). Returns 0 or
 * -ENOENT. */
int users_uid(const char *name, uint32_t *ret_uid);

/* Name of a number: /etc/passwd only. Returns buf: the name, or "" when it is not listed. */
const char *users_name(uint32_t uid, char *buf, size_t size);

/*
 * Is nobody in this group but root and the user that we run as? By /etc/group and /etc/passwd: of
 * whom only a directory service knows, it is not known, and false. Thread-safe, unlike the others.
 */
bool users_group_is_ours(uint32_t gid);

#endif
