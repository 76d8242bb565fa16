/* SPDX-License-Identifier: MIT */
/* Stream sockets that have a path (unix(7)). */
#ifndef USEROOM_CTL_LOCAL_H
#define USEROOM_CTL_LOCAL_H

/* A descriptor that waits, or a negative errno; -ENAMETOOLONG: 107 bytes are the most. */
int local_connect(const char *path);

/*
 * A descriptor that does not wait, to which everybody may connect; so many may be waiting for
 * accept(2). Its directory is made where it is missing. -EADDRINUSE: another one answers there;
 * -EEXIST: something else has that name. What one that crashed has left there is replaced.
 */
int local_listen(const char *path, int waiting);

#endif
