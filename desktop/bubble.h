/* SPDX-License-Identifier: MIT */
/* Notifications of this session, by libnotify: one of kills and one that warns. */
#ifndef USEROOM_DESKTOP_BUBBLE_H
#define USEROOM_DESKTOP_BUBBLE_H

#include <stdbool.h>
#include <stddef.h>

enum bubble { BUBBLE_KILL, BUBBLE_WARNING, BUBBLE_COUNT };

/* Before anything else. false: there is no libnotify to speak of. */
bool bubble_init(void);

/*
 * Who shows notifications, as "dunst 1.9.0". false, and why not in buf: no session bus, or nobody
 * there who shows any.
 */
bool bubble_server(char *buf, size_t size);

/*
 * Show it; again: what is there is changed. Plain text. urgent: it stays until it is read. false,
 * and why not in `why`.
 */
bool bubble_show(enum bubble which, bool again, bool urgent, const char *title, const char *body,
		 char *why, size_t size);

/* Take it away, where it is still there. */
void bubble_close(enum bubble which);

#endif
