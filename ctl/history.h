/* SPDX-License-Identifier: MIT */
/* The last minutes in a few columns: what a line of sparks is drawn from. Pure. */
#ifndef USEROOM_CTL_HISTORY_H
#define USEROOM_CTL_HISTORY_H

#include "reading.h"

#include <stdint.h>

#define HISTORY_NS                                                                                 \
	UINT64_C(600000000000) /* ten minutes: as far as the looks of a quiet machine reach back   \
				*/
#define HISTORY_MOST 256       /* columns */

/* Available memory and free swap, the least of each column's time; DRAW_UNKNOWN (draw.h) where
 * nobody looked. */
struct history {
	unsigned columns;
	uint64_t now_ns; /* the end of the last column */
	uint32_t mem_ppm[HISTORY_MOST];
	uint32_t swap_ppm[HISTORY_MOST];
};

void history_begin(struct history *history, unsigned columns, uint64_t now_ns);

/* What was so from one moment to another. */
void history_add(struct history *history, uint64_t from_ns, uint64_t to_ns, uint32_t mem_ppm,
		 uint32_t swap_ppm);

/* All of a recording's spans and looks. A look holds until the next one of the same writer. */
void history_add_reading(struct history *history, const struct reading *reading);

#endif
