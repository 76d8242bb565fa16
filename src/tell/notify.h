/* SPDX-License-Identifier: MIT */
/*
 * sd_notify(3) and the watchdog, without libsystemd: a datagram to $NOTIFY_SOCKET. Never blocks.
 */
#ifndef USEROOM_NOTIFY_H
#define USEROOM_NOTIFY_H

#include <stdint.h>

/*
 * Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and forget them (hooks must not inherit them).
 */
void notify_open(void);

/* Send "READY=1\nSTATUS=..." and the like. Returns 0, or a negative errno (-ENOTCONN without
 * systemd). */
int notify_send(const char *text);

/* How often WATCHDOG=1 must be sent, ns (half of what systemd allows); 0: no watchdog. */
uint64_t notify_watchdog_ns(void);

#endif
