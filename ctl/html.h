/* SPDX-License-Identifier: MIT */
/* An incident as one page that needs nothing else: no script, no font, no other file. */
#ifndef USEROOM_CTL_HTML_H
#define USEROOM_CTL_HTML_H

#include "reading.h"

#include <stdio.h>

/* The looks between two moments (CLOCK_MONOTONIC, ns) and the events from one on, drawn and listed. */
void html_write(FILE *file, const struct reading *reading, size_t first_event, uint64_t from_ns, uint64_t to_ns);

#endif
