/* SPDX-License-Identifier: MIT */
#include "history.h"

#include "base/util.h"
#include "draw.h"

static uint32_t share(uint64_t part, uint64_t whole)
{
	return whole == 0 ? DRAW_UNKNOWN
			  : (uint32_t)((double)min_u64(part, whole) / (double)whole * 1e6);
}

void history_begin(struct history *h, unsigned columns, uint64_t now_ns)
{
	h->columns = columns < HISTORY_MOST ? columns : HISTORY_MOST;
	h->now_ns = now_ns;
	for (unsigned i = 0; i < h->columns; i++)
		h->mem_ppm[i] = h->swap_ppm[i] = DRAW_UNKNOWN;
}

static void keep_least(uint32_t *value, uint32_t other)
{
	if (other < *value) /* DRAW_UNKNOWN is more than any share */
		*value = other;
}

void history_add(struct history *h, uint64_t from_ns, uint64_t to_ns, uint32_t mem_ppm,
		 uint32_t swap_ppm)
{
	uint64_t begin = minus_u64(h->now_ns, HISTORY_NS),
		 step = HISTORY_NS / (h->columns > 0 ? h->columns : 1);

	if (to_ns < begin || from_ns > h->now_ns || from_ns > to_ns)
		return;
	for (uint64_t i = minus_u64(from_ns, begin) / step;
	     i < h->columns && begin + i * step <= to_ns; i++) {
		keep_least(&h->mem_ppm[i], mem_ppm);
		keep_least(&h->swap_ppm[i], swap_ppm);
	}
}

static void add_look(struct history *h, const struct recording_look *look, uint64_t to_ns)
{
	history_add(h, look->now_ns, to_ns,
		    share(look->value[VALUE_MEM_AVAILABLE], look->value[VALUE_MEM_TOTAL]),
		    share(look->value[VALUE_SWAP_FREE], look->value[VALUE_SWAP_TOTAL]));
}

static uint64_t holds_until(const struct reading *r, size_t i)
{
	uint64_t now_ns = r->looks[i].now_ns;

	if (i + 1 == r->look_count || (r->looks[i + 1].flags & LOOK_STARTS) ||
	    r->looks[i + 1].now_ns <= now_ns)
		return now_ns;
	return r->looks[i + 1].now_ns - 1;
}

void history_add_reading(struct history *h, const struct reading *r)
{
	for (size_t i = 0; i < r->span_count; i++) {
		const struct recording_span *s = &r->spans[i];

		history_add(h, s->from_ns, s->to_ns, share(s->mem_available_least, s->mem_total),
			    share(s->swap_free_least, s->swap_total));
	}
	for (size_t i = 0; i < r->look_count; i++)
		add_look(h, &r->looks[i], holds_until(r, i));
}
