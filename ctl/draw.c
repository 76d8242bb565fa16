/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include "base/util.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

static unsigned cell_of(uint32_t ppm, unsigned width)
{
	return (unsigned)min_u64((uint64_t)ppm * width / PPM, width);
}

void draw_gauge(uint32_t ppm, uint32_t term_ppm, uint32_t kill_ppm, unsigned width, enum cell *ret)
{
	unsigned full = cell_of(ppm, width), last = width > 0 ? width - 1 : 0;
	unsigned term = (unsigned)min_u64(cell_of(term_ppm, width), last);
	unsigned kill = (unsigned)min_u64(cell_of(kill_ppm, width), last);

	if (width == 0)
		return;
	for (unsigned i = 0; i < width; i++)
		ret[i] = i < full ? CELL_FULL : CELL_EMPTY;
	if (kill == term && term_ppm > 0 && kill > 0)
		kill--;
	if (kill_ppm > 0)
		ret[kill] = CELL_KILL;
	if (term_ppm > 0)
		ret[term] = CELL_TERM;
}

const char *draw_cell(enum cell cell, bool utf8)
{
	static const char *const ascii[] = {"#", ".", "T", "K"}, *const wide[] = {"█", "░", "T",
										  "K"};

	return utf8 ? wide[cell] : ascii[cell];
}

const char *draw_spark(uint32_t ppm, bool utf8)
{
	static const char *const ascii[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
	static const char *const wide[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

	if (ppm == DRAW_UNKNOWN)
		return " ";
	return (utf8 ? wide : ascii)[min_u64((uint64_t)ppm * ARRAY_SIZE(wide) / PPM,
					     ARRAY_SIZE(wide) - 1)];
}

const char *draw_fit(const char *text, unsigned columns, char *buf, size_t size)
{
	mbstate_t state = {0};
	size_t used = 0;

	while (*text != '\0' && columns > 0) {
		wchar_t wide;
		size_t bytes = mbrtowc(&wide, text, strlen(text), &state);
		bool broken = bytes == (size_t)-1 || bytes == (size_t)-2;
		int width = broken ? -1 : wcwidth(wide);
		const char *shown = width > 0 ? text : "?";

		if (broken) {
			bytes = 1;
			memset(&state, 0, sizeof(state));
		}
		if (width > 0 && (unsigned)width > columns)
			break;
		columns -= width > 0 ? (unsigned)width : 1;
		if (used + bytes + 1 > size)
			break;
		memcpy(buf + used, shown, width > 0 ? bytes : 1);
		used += width > 0 ? bytes : 1;
		text += bytes;
	}
	for (; columns > 0 && used + 1 < size; columns--)
		buf[used++] = ' ';
	buf[used] = '\0';
	return buf;
}

bool draw_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
