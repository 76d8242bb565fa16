/* SPDX-License-Identifier: MIT */
/* One line of `useroomctl share`, read (doc/events.md, doc/desktop.md). */
#ifndef USEROOM_DESKTOP_HEARD_H
#define USEROOM_DESKTOP_HEARD_H

#include <stdbool.h>
#include <stdint.h>

enum heard_kind {
	HEARD_OTHER, /* what is not shown, and what this program does not know */
	HEARD_HELLO,
	HEARD_WARN,
	HEARD_NOBODY,
	HEARD_FUTILE,
	HEARD_KILL,
	HEARD_KERNEL_KILL,
	HEARD_RECOVERED,
};

struct heard {
	enum heard_kind kind;
	uint64_t sequence, realtime_ns;                  /* realtime_ns 0: it was not said */
	bool running;                                    /* HELLO: does useroom run? */
	bool own, escalated, dry_run, by_stall, at_once; /* at_once: SIGKILL */
	char name[64];                                   /* "": not his to know */
	char reason[24];                                 /* NOBODY; FUTILE: the holder */
	uint64_t held_kib, available_kib, available_ppm, total_kib, grown_kib, grown_ns, kills;
	uint64_t lost_ppm; /* time lost to thrashing */
};

/* 0, or -EINVAL: this is no event. What is not there is 0. */
int heard_parse(const char *line, struct heard *ret);

#endif
