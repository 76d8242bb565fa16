/* SPDX-License-Identifier: MIT */
/* How `top` looks: the terminal, and what stands where on it, whatever its size. */
#ifndef USEROOM_CTL_SCREEN_H
#define USEROOM_CTL_SCREEN_H

#include "history.h"
#include "order.h"
#include "view.h"

#include <stdbool.h>

/* What is shown; top.c changes it as keys are pressed. */
struct screen {
	const struct view *view;
	const struct history *history;
	enum order_key key;
	char filter[64];
	bool typing; /* the filter is being typed */
	bool help;
	unsigned help_first; /* its line that stands on top, where it is longer than the terminal */
	unsigned first; /* row of the list that stands on top; drawing keeps it within the list */
	unsigned page;  /* how many rows the last drawing had room for */
};

/* Take the terminal. 0, or -ENODEV where it is none that is known. Takes stderr away too, until
 * screen_close(). */
int screen_open(void);
void screen_close(void);

/* How many columns there are for a line of sparks. */
unsigned screen_spark_columns(void);

/* Draw all of it; only what differs from before is sent. */
void screen_draw(struct screen *screen);

#endif
