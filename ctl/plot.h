/* SPDX-License-Identifier: MIT */
/*
 * A timeline as inline SVG, with its words beside it in HTML: those keep their size on a telephone.
 */
#ifndef USEROOM_CTL_PLOT_H
#define USEROOM_CTL_PLOT_H

#include "show.h"

#include <stdio.h>

/* Every look of the part: memory, swap, the levels, when it was low, and a numbered mark for each
 * signal (a link to #mark-N). */
void plot_looks(FILE *file, const struct reading *reading, const struct part *part);

/* The hours before, in steps of ten seconds; nothing where too little is recorded. */
void plot_spans(FILE *file, const struct reading *reading);

/* Does it have a mark? They are numbered in their order, from 1. */
bool plot_is_marked(const struct recording_event *event);

#endif
