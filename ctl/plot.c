/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "rerun.h"
#include "settings/level.h"

#include <inttypes.h>
#include <string.h>

/*
 * The drawing's own units: 1000 from left to right, 100 from top to bottom, so that y is 100 minus
 * the percentage. The page stretches it; strokes keep their width.
 */
#define WIDTH  1000.0
#define HEIGHT 100.0

#define TICKS_MOST  4  /* so many times of day fit side by side on a telephone */
#define MARKS_APART 35 /* units; marks that are closer stand below each other */
#define MARK_ROWS   10
#define SPANS_LEAST 6

/* What is further apart is two times in which memory was short. */
#define PRESSURE_MOST_NS (3 * NS_PER_S)

/* What is drawn of a record; false: it has no such value. */
typedef bool (*value_fn)(const struct reading *reading, size_t index, uint64_t *ret_ns,
			 double *ret_share);

struct frame {
	const struct reading *r;
	uint64_t from, to;
};

static double x_of(const struct frame *d, uint64_t ns)
{
	return WIDTH * (double)minus_u64(ns, d->from) / (double)(d->to - d->from);
}

static bool take(uint64_t part, uint64_t whole, double *ret)
{
	*ret = whole == 0 ? 0 : (double)min_u64(part, whole) / (double)whole;
	return whole > 0;
}

static bool look_memory(const struct reading *r, size_t i, uint64_t *ret_ns, double *ret)
{
	const struct recording_look *l = &r->looks[i];

	*ret_ns = l->now_ns;
	return take(l->value[VALUE_MEM_AVAILABLE], l->value[VALUE_MEM_TOTAL], ret);
}

static bool look_swap(const struct reading *r, size_t i, uint64_t *ret_ns, double *ret)
{
	const struct recording_look *l = &r->looks[i];

	*ret_ns = l->now_ns;
	return take(l->value[VALUE_SWAP_FREE], l->value[VALUE_SWAP_TOTAL], ret);
}

/* Upside down, for draw_line takes the worst of a column for the least. */
static bool look_lost(const struct reading *r, size_t i, uint64_t *ret_ns, double *ret)
{
	const struct recording_look *l = &r->looks[i];

	*ret_ns = l->now_ns;
	*ret = 1 - (double)min_u64(l->lost_ppm, 1000000) / 1e6;
	return true;
}

/*
 * The share of time in which nobody got on for want of memory (PSI, full): between this look and
 * the last one that has it too, which are those that read what tasks wait for. Upside down as well.
 */
static bool look_pressure(const struct reading *r, size_t i, uint64_t *ret_ns, double *ret)
{
	const struct recording_look *l = &r->looks[i], *before = l;
	double share;

	*ret_ns = l->now_ns;
	while (before > r->looks && (before == l || !(before->have & HAVE_PRESSURE)))
		before--;
	if (!(l->have & HAVE_PRESSURE) || !(before->have & HAVE_PRESSURE) ||
	    before->now_ns >= l->now_ns || l->now_ns - before->now_ns > PRESSURE_MOST_NS)
		return false;
	share = (double)minus_u64(l->value[VALUE_PRESSURE_FULL_US],
				  before->value[VALUE_PRESSURE_FULL_US]) *
		1000 / (double)(l->now_ns - before->now_ns);
	*ret = share > 1 ? 0 : 1 - share;
	return true;
}

/* Drawn from the bottom up where anything was lost. */
static bool lost_anything(const struct frame *d)
{
	for (size_t i = 0; i < d->r->look_count; i++)
		if (d->r->looks[i].lost_ppm > 0 && d->r->looks[i].now_ns >= d->from &&
		    d->r->looks[i].now_ns <= d->to)
			return true;
	return false;
}

static bool span_memory(const struct reading *r, size_t i, uint64_t *ret_ns, double *ret)
{
	*ret_ns = r->spans[i].to_ns;
	return take(r->spans[i].mem_available_least, r->spans[i].mem_total, ret);
}

static bool span_swap(const struct reading *r, size_t i, uint64_t *ret_ns, double *ret)
{
	*ret_ns = r->spans[i].to_ns;
	return take(r->spans[i].swap_free_least, r->spans[i].swap_total, ret);
}

/* ---- lines ---- */

/* Of several values in one unit of width the least is drawn: a day has more looks than a screen has
 * dots. */
static bool draw_line(FILE *f, const struct frame *d, size_t count, value_fn value, bool upwards,
		      const char *class)
{
	double least = 2, share, x, column = -1;
	bool drawn = false;
	uint64_t ns;

	for (size_t i = 0; i < count; i++) {
		if (!value(d->r, i, &ns, &share) || ns < d->from || ns > d->to)
			continue;
		x = x_of(d, ns);
		if (x - column < 1 && share >= least)
			continue;
		least = share;
		column = x;
		if (!drawn)
			(void)fprintf(f, "<path class=%s d='M", class);
		(void)fprintf(f, "%s%.1f %.2f", drawn ? "L" : "", x,
			      HEIGHT * (upwards ? share : 1 - share));
		drawn = true;
	}
	if (drawn)
		(void)fputs("'/>\n", f);
	return drawn;
}

static void draw_level(FILE *f, uint32_t ppm, const char *class)
{
	(void)fprintf(f, "<path class='level %s' d='M0 %.2fH%g'/>\n", class,
		      HEIGHT * (1 - ppm / 1e6), WIDTH);
}

/* Of the machine as it was last: an amount is a share of that. */
static uint32_t level_share(const struct reading *r, enum level which)
{
	static struct config config;
	uint64_t total = r->look_count > 0 ? r->looks[r->look_count - 1].value[VALUE_MEM_TOTAL] : 0;

	rerun_recorded_config(r, &config);
	return level_ppm(&config, which, total);
}

static void draw_low_one(FILE *f, const struct frame *d, uint64_t from, uint64_t to)
{
	(void)fprintf(f, "<path class=low d='M%.1f 0H%.1fV%gH%.1fz'/>\n", x_of(d, from),
		      x_of(d, to), HEIGHT, x_of(d, from));
}

/* From each first low look to the first that was not. */
static void draw_low(FILE *f, const struct frame *d)
{
	uint64_t since = 0, last = 0;

	for (size_t i = 0; i < d->r->look_count; i++) {
		const struct recording_look *l = &d->r->looks[i];

		if (l->now_ns < d->from || l->now_ns > d->to || l->now_ns < last)
			continue;
		last = l->now_ns;
		if ((l->flags & LOOK_LOW) && since == 0)
			since = l->now_ns;
		if (!(l->flags & LOOK_LOW) && since > 0) {
			draw_low_one(f, d, since, l->now_ns);
			since = 0;
		}
	}
	if (since > 0)
		draw_low_one(f, d, since, last);
}

/* ---- marks ---- */

bool plot_is_marked(const struct recording_event *e)
{
	return e->type == EVENT_KILL || e->type == EVENT_KERNEL_KILL;
}

static bool is_drawn(const struct frame *d, const struct recording_event *e)
{
	return plot_is_marked(e) && e->now_ns >= d->from && e->now_ns <= d->to;
}

static void draw_marks(FILE *f, const struct frame *d, const struct part *part)
{
	for (size_t i = part->first_event; i < d->r->event_count; i++)
		if (is_drawn(d, &d->r->events[i]))
			(void)fprintf(f, "<path class=mark d='M%.1f 0V%g'/>\n",
				      x_of(d, d->r->events[i].now_ns), HEIGHT);
}

static void write_marks(FILE *f, const struct frame *d, const struct part *part)
{
	unsigned row = 0, number = 0;
	double last = -WIDTH;

	for (size_t i = part->first_event; i < d->r->event_count; i++) {
		double x = x_of(d, d->r->events[i].now_ns);

		number += plot_is_marked(&d->r->events[i]);
		if (!is_drawn(d, &d->r->events[i]))
			continue;
		row = x - last < MARKS_APART ? (row + 1) % MARK_ROWS : 0;
		last = x;
		(void)fprintf(
			f, "<a class=badge href='#mark-%u' style='left:%.1f%%;top:%.1fem'>%u</a>\n",
			number, x / WIDTH * 100, 0.7 + 1.6 * row, number);
	}
}

/* ---- what is written beside it ---- */

static uint64_t tick_seconds(uint64_t seconds)
{
	static const uint64_t steps[] = {1,   2,   5,    10,   15,   30,    60,    120,
					 300, 600, 1800, 3600, 7200, 21600, 43200, 86400};

	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++)
		if (seconds / steps[i] <= TICKS_MOST)
			return steps[i];
	return seconds / TICKS_MOST;
}

/*
 * Times of day at full seconds, minutes or hours; not at the very edges, where they would be cut.
 */
static void write_times(FILE *f, const struct frame *d)
{
	uint64_t step = tick_seconds((d->to - d->from) / NS_PER_S) * NS_PER_S;
	uint64_t begins = reading_realtime(d->r, d->from),
		 first = (begins / step + 1) * step - begins;
	char when[64];

	for (uint64_t at = d->from + first; at <= d->to; at += step) {
		double x = x_of(d, at) / WIDTH * 100;

		(void)ctl_clock(reading_realtime(d->r, at), when, sizeof(when));
		if (x > 4 && x < 96)
			(void)fprintf(f, "<span class=x style='left:%.1f%%'>%.*s</span>\n", x,
				      step < 60 * NS_PER_S ? 8 : 5, when);
	}
}

static void write_shares(FILE *f)
{
	for (int percent = 0; percent <= 100; percent += 25)
		(void)fprintf(f, "<span class=y style='top:%d%%'>%d %%</span>\n", 100 - percent,
			      percent);
}

static void begin(FILE *f, const char *what)
{
	(void)fprintf(f,
		      "<div class=plot><svg viewBox='0 0 %g %g' preserveAspectRatio=none role=img "
		      "aria-label='%s'>\n"
		      "<path class=grid d='M0 0H%gM0 25H%gM0 50H%gM0 75H%gM0 100H%g'/>\n",
		      WIDTH, HEIGHT, what, WIDTH, WIDTH, WIDTH, WIDTH, WIDTH);
}

static void end(FILE *f, const struct frame *d)
{
	write_shares(f);
	write_times(f, d);
	(void)fputs("</div>\n", f);
}

static void write_legend(FILE *f, const struct recording_settings *s, bool swap, bool lost,
			 bool pressure)
{
	char term[32], kill[32];

	(void)fprintf(
		f,
		"<p class=legend><span class=mem>available memory</span>%s%s%s<span "
		"class='level term'>SIGTERM at %s"
		"</span><span class='level kill'>SIGKILL at %s</span><span "
		"class=low>low</span></p>\n",
		swap ? "<span class=swap>free swap</span>" : "",
		lost ? "<span class=lost>time lost</span>" : "",
		pressure ? "<span class=pressure>memory pressure (full)</span>" : "",
		units_level(s->mem_term_ppm, s->level_kib[LEVEL_MEM_TERM], term, sizeof(term)),
		units_level(s->mem_kill_ppm, s->level_kib[LEVEL_MEM_KILL], kill, sizeof(kill)));
}

/* ---- the two timelines ---- */

static struct frame make_frame(const struct reading *r, uint64_t from, uint64_t to)
{
	struct frame d = {r, from, to};

	if (d.to < d.from + NS_PER_S)
		d.to = d.from + NS_PER_S;
	return d;
}

void plot_looks(FILE *f, const struct reading *r, const struct part *part)
{
	struct frame d;
	bool swap, lost, pressure;

	if (r->look_count == 0)
		return;
	d = make_frame(r, max_u64(part->from_ns, r->looks[0].now_ns),
		       min_u64(part->to_ns, r->looks[r->look_count - 1].now_ns));
	begin(f, "Available memory and free swap over time");
	draw_low(f, &d);
	draw_level(f, level_share(r, LEVEL_MEM_TERM), "term");
	draw_level(f, level_share(r, LEVEL_MEM_KILL), "kill");
	draw_marks(f, &d, part);
	lost = lost_anything(&d) && draw_line(f, &d, r->look_count, look_lost, true, "lost");
	pressure = draw_line(f, &d, r->look_count, look_pressure, true, "pressure");
	swap = draw_line(f, &d, r->look_count, look_swap, false, "swap");
	(void)draw_line(f, &d, r->look_count, look_memory, false, "mem");
	(void)fputs("</svg>\n", f);
	write_marks(f, &d, part);
	end(f, &d);
	write_legend(f, &r->header.settings, swap, lost, pressure);
}

void plot_spans(FILE *f, const struct reading *r)
{
	struct frame d;

	if (r->span_count < SPANS_LEAST)
		return;
	d = make_frame(r, r->spans[0].from_ns, r->spans[r->span_count - 1].to_ns);
	(void)fputs("<h2>The time before</h2>\n<p class=note>The least in each ten seconds.</p>\n",
		    f);
	begin(f, "The least available memory and free swap over the last hours");
	draw_level(f, level_share(r, LEVEL_MEM_TERM), "term");
	(void)draw_line(f, &d, r->span_count, span_swap, false, "swap");
	(void)draw_line(f, &d, r->span_count, span_memory, false, "mem");
	(void)fputs("</svg>\n", f);
	end(f, &d);
}
