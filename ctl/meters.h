/* SPDX-License-Identifier: MIT */
/* Which gauges there are, what they show, and where their marks stand: for `status` and `top`. */
#ifndef USEROOM_CTL_METERS_H
#define USEROOM_CTL_METERS_H

#include "view.h"

struct meter {
	const char *name;
	bool have;                   /* there is a bar; else only a text that says why not */
	bool scarce;                 /* the less, the worse, as with what is free */
	uint32_t ppm;                /* what the bar shows */
	uint32_t term_ppm, kill_ppm; /* its marks; 0: none */
	char text[96];               /* "5.1 GiB of 7.7 GiB available (66 %)" */
	char brief[40];              /* "66 %": where there is no room */
};
#define METERS_MOST 4

/* From the last view_refresh(). Returns how many. */
unsigned meters_fill(const struct view *view, struct meter ret[METERS_MOST]);

#endif
