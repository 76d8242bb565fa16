/* SPDX-License-Identifier: MIT */
/* Where it listens: on sockets that systemd hands over, or on one of its own. */
#ifndef USEROOM_EXPORTER_LISTEN_H
#define USEROOM_EXPORTER_LISTEN_H

#include <stddef.h>

#define LISTEN_MOST 4 /* an address of each kind, and as many again */

/*
 * The listening sockets that this process was started with, by the protocol of sd_listen_fds(3).
 * Returns how many; 0 where it was started without; -EINVAL where one is no such socket, -E2BIG
 * where there are more than LISTEN_MOST.
 */
int listen_inherited(int fds[LISTEN_MOST]);

/*
 * A socket of our own at "127.0.0.1:19100" or "[::1]:19100"; port 0: one that is free. Returns it,
 * or a negative errno; -EINVAL: that is no address.
 */
int listen_at(const char *address);

/* Where a socket listens, in the same words. Returns buf. */
const char *listen_name(int fd, char *buf, size_t size);

#endif
