/* SPDX-License-Identifier: MIT */
#include "meters.h"

#include "base/units.h"
#include "base/util.h"
#include "settings/level.h"
#include "tell/report.h"

/* What is left of something that is scarce. */
static void fill_left(struct meter *m, uint64_t left_kib, uint64_t total_kib, uint32_t ppm,
		      const char *word)
{
	char left[32], total[32], share[32];

	m->have = m->scarce = true;
	m->ppm = ppm;
	(void)units_percent(ppm / PPM_PER_PERCENT * PPM_PER_PERCENT, share, sizeof(share));
	(void)snprintf(m->text, sizeof(m->text), "%s of %s %s (%s %%)",
		       units_size(left_kib, left, sizeof(left)),
		       units_size(total_kib, total, sizeof(total)), word, share);
	(void)snprintf(m->brief, sizeof(m->brief), "%s %%", share);
}

static void fill_memory(const struct view *v, struct meter *m)
{
	m->name = "memory";
	fill_left(m, v->sample.mem_available_kib, v->sample.mem_total_kib, v->decision.mem_ppm,
		  "available");
	m->term_ppm = level_ppm(&v->config, LEVEL_MEM_TERM, v->sample.mem_total_kib);
	m->kill_ppm = level_ppm(&v->config, LEVEL_MEM_KILL, v->sample.mem_total_kib);
}

static void fill_swap(const struct view *v, struct meter *m)
{
	m->name = "swap";
	if (v->sample.swap_total_kib == 0) {
		(void)snprintf(m->text, sizeof(m->text), "none");
		(void)snprintf(m->brief, sizeof(m->brief), "none");
		return;
	}
	fill_left(m, v->sample.swap_free_kib, v->sample.swap_total_kib, v->decision.swap_ppm,
		  v->decision.swap_counts ? "free" : "free, ignored");
	if (!v->decision.swap_counts)
		return;
	m->term_ppm = level_ppm(&v->config, LEVEL_SWAP_TERM, v->sample.swap_total_kib);
	m->kill_ppm = level_ppm(&v->config, LEVEL_SWAP_KILL, v->sample.swap_total_kib);
}

static void fill_pressure(const struct view *v, struct meter *m)
{
	char some[32], full[32];

	m->name = "pressure";
	if (!v->pressure.have) {
		(void)snprintf(m->text, sizeof(m->text), "not told by this kernel (no PSI)");
		(void)snprintf(m->brief, sizeof(m->brief), "no PSI");
		return;
	}
	m->have = true;
	m->ppm = v->pressure.some_ppm;
	(void)units_percent(v->pressure.some_ppm, some, sizeof(some));
	(void)units_percent(v->pressure.full_ppm, full, sizeof(full));
	(void)snprintf(m->text, sizeof(m->text), "some %s %%, full %s %% of 10 s", some, full);
	(void)snprintf(m->brief, sizeof(m->brief), "%s %%", some);
}

/* The share of time that programs which need their memory lose: the number that a stall is. */
static void fill_stall(const struct view *v, struct meter *m)
{
	char lost[32];

	m->name = "lost time";
	if (v->config.stall_milli == 0 || !v->running || !v->stall.open) {
		(void)snprintf(m->text, sizeof(m->text), "%s",
			       v->config.stall_milli == 0 ? "not looked for (-stall off)"
			       : !v->running              ? "not known: nobody watches"
							  : "none: memory is not short");
		(void)snprintf(m->brief, sizeof(m->brief), "-");
		return;
	}
	m->have = true;
	m->ppm = v->stall.lost_ppm;
	(void)units_percent(v->stall.lost_ppm / PPM_PER_PERCENT * PPM_PER_PERCENT, lost,
			    sizeof(lost));
	(void)snprintf(m->text, sizeof(m->text), "%s %%, %.1f tasks stalled", lost,
		       v->stall.waiting_milli / 1000.0);
	(void)snprintf(m->brief, sizeof(m->brief), "%s %%", lost);
}

unsigned meters_fill(const struct view *v, struct meter ret[METERS_MOST])
{
	static void (*const fills[])(const struct view *, struct meter *) = {
		fill_memory, fill_swap, fill_pressure, fill_stall};
	const unsigned count = ARRAY_SIZE(fills);

	for (unsigned i = 0; i < count; i++) {
		ret[i] = (struct meter){0};
		fills[i](v, &ret[i]);
	}
	return count;
}
