/* SPDX-License-Identifier: MIT */
/* Pictures made of characters, and text that fits into columns. Pure: what is drawn is what is
 * given. */
#ifndef USEROOM_CTL_DRAW_H
#define USEROOM_CTL_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell {
	CELL_FULL,
	CELL_EMPTY,
	CELL_TERM, /* the SIGTERM level is here */
	CELL_KILL, /* the SIGKILL level */
};

#define CELL_BYTES 4 /* of one character, with its NUL */
#define CELLS_MOST 256

/*
 * A bar of `width` cells for a share, with its levels marked; a level of 0 is none. The bar never
 * passes a mark whose level it is not above. Where both levels fall on one cell SIGKILL's is drawn
 * one to the left, if there is room.
 */
void draw_gauge(uint32_t ppm, uint32_t term_ppm, uint32_t kill_ppm, unsigned width, enum cell *ret);

/* One character for a cell; for a share in a line of them: the higher the more. DRAW_UNKNOWN is a
 * blank. */
#define DRAW_UNKNOWN UINT32_MAX
const char *draw_cell(enum cell cell, bool utf8);
const char *draw_spark(uint32_t ppm, bool utf8);

/*
 * As much of a text as fits into so many columns, filled up with blanks: wide characters count two,
 * and what a terminal does not show, or shows over something else, becomes "?". In the characters
 * of the locale. Returns buf.
 */
const char *draw_fit(const char *text, unsigned columns, char *buf, size_t size);

/* Is this a terminal's locale that has the characters of UTF-8? */
bool draw_utf8(void);

#endif
