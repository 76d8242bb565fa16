/* SPDX-License-Identifier: MIT */
/*
 * Which numbers there are for Prometheus, and how they are written (doc/metrics.md). useroomctl and
 * useroom-exporter have the same text from here.
 */
#ifndef USEROOM_CTL_FAMILIES_H
#define USEROOM_CTL_FAMILIES_H

#include "reading.h"

#include <stdio.h>

enum families_format {
	FAMILIES_TEXT,        /* 0.0.4, which node_exporter reads too */
	FAMILIES_OPENMETRICS, /* 1.0 */
};

/*
 * Everything that a recording counts and that is known of its writer now. NULL: nobody has recorded
 * since the last boot, which is an answer too (useroom_up 0). Errors are the stream's.
 */
void families_write(FILE *to, const struct reading *reading, enum families_format format);

#endif
