/* SPDX-License-Identifier: MIT */
#include "html.h"

#include "ctl.h"
#include "log.h"
#include "rank.h"
#include "report.h"
#include "util.h"

#include <inttypes.h>
#include <string.h>

/* The drawing's own units; the page scales it. */
#define WIDTH  900.0
#define HEIGHT 260.0
#define LEFT   46.0
#define RIGHT  10.0
#define TOP    12.0
#define BOTTOM 24.0

struct frame {
	const struct reading *r;
	size_t first_event;
	uint64_t from, to; /* what is drawn */
};

static void escape(FILE *f, const char *text)
{
	char safe[4096];

	for (const char *c = log_safe(text, safe, sizeof(safe)); *c; c++) {
		if (*c == '<')
			(void)fputs("&lt;", f);
		else if (*c == '&')
			(void)fputs("&amp;", f);
		else if (*c == '"')
			(void)fputs("&quot;", f);
		else
			(void)fputc(*c, f);
	}
}

static double x_of(const struct frame *d, uint64_t now)
{
	uint64_t length = d->to > d->from ? d->to - d->from : 1;

	return LEFT + (WIDTH - LEFT - RIGHT) * (double)minus_u64(now, d->from) / (double)length;
}

static double y_of(double share)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (share > 1 ? 1 : share));
}

static double share(uint64_t part, uint64_t total)
{
	return total == 0 ? 0 : (double)part / (double)total;
}

/* What is drawn is what was seen: not longer than the looks reach. */
static struct frame frame_of(const struct reading *r, size_t first_event, uint64_t from, uint64_t to)
{
	struct frame d = {r, first_event, from, to};

	if (r->look_count > 0) {
		d.from = max_u64(from, r->looks[0].now_ns);
		d.to = min_u64(to, r->looks[r->look_count - 1].now_ns);
	}
	if (d.to <= d.from)
		d.to = d.from + NS_PER_S;
	return d;
}

static void draw_grid(FILE *f, const struct frame *d)
{
	uint64_t seconds = (d->to - d->from) / NS_PER_S, step = seconds > 120 ? 30 : seconds > 40 ? 10 : seconds > 12 ? 5 : 1;

	for (int percent = 0; percent <= 100; percent += 25) {
		double y = y_of(percent / 100.0);

		(void)fprintf(f, "<path class=grid d='M%.1f %.1fH%.1f'/><text x=%.1f y=%.1f class=y>%d %%</text>\n", LEFT, y,
			      WIDTH - RIGHT, LEFT - 6, y + 4, percent);
	}
	for (uint64_t s = 0; s <= seconds; s += step)
		(void)fprintf(f, "<text x=%.1f y=%.1f class=x>%" PRIu64 " s</text>\n", x_of(d, d->from + s * NS_PER_S), HEIGHT - 6, s);
}

static void draw_level(FILE *f, uint32_t ppm, const char *what)
{
	double y = y_of(ppm / 1e6);

	(void)fprintf(f, "<path class='level %s' d='M%.1f %.1fH%.1f'><title>%s: %g %%</title></path>\n", what, LEFT, y,
		      WIDTH - RIGHT, what, ppm / 10000.0);
}

static void draw_line(FILE *f, const struct frame *d, enum recording_value part, enum recording_value whole, const char *name)
{
	bool first = true;

	(void)fprintf(f, "<path class=%s d='", name);
	for (size_t i = 0; i < d->r->look_count; i++) {
		const struct recording_look *l = &d->r->looks[i];

		if (l->now_ns < d->from || l->now_ns > d->to || l->value[whole] == 0)
			continue;
		(void)fprintf(f, "%c%.1f %.1f", first ? 'M' : 'L', x_of(d, l->now_ns), y_of(share(l->value[part], l->value[whole])));
		first = false;
	}
	(void)fputs("'/>\n", f);
}

static void draw_kills(FILE *f, const struct frame *d)
{
	char text[REPORT_MAX];

	for (size_t i = d->first_event; i < d->r->event_count; i++) {
		const struct recording_event *e = &d->r->events[i];

		if (e->type != EVENT_KILL && e->type != EVENT_KERNEL_KILL)
			continue;
		if (e->now_ns < d->from || e->now_ns > d->to)
			continue;
		(void)fprintf(f, "<g class=kill><path d='M%.1f %.1fV%.1f'/><circle cx=%.1f cy=%.1f r=5 /><title>", x_of(d, e->now_ns),
			      TOP, HEIGHT - BOTTOM, x_of(d, e->now_ns), TOP + 4);
		escape(f, ctl_sentence(e, text, sizeof(text)));
		(void)fputs("</title></g>\n", f);
	}
}

static bool has_swap(const struct frame *d)
{
	for (size_t i = 0; i < d->r->look_count; i++)
		if (d->r->looks[i].value[VALUE_SWAP_TOTAL] > 0)
			return true;
	return false;
}

static void draw(FILE *f, const struct frame *d)
{
	const struct recording_settings *s = &d->r->header.settings;

	(void)fprintf(f, "<svg viewBox='0 0 %g %g' role=img aria-label='Memory and swap over time'>\n", WIDTH, HEIGHT);
	draw_grid(f, d);
	draw_level(f, s->mem_term_ppm, "SIGTERM");
	draw_level(f, s->mem_kill_ppm, "SIGKILL");
	if (has_swap(d))
		draw_line(f, d, VALUE_SWAP_FREE, VALUE_SWAP_TOTAL, "swap");
	draw_line(f, d, VALUE_MEM_AVAILABLE, VALUE_MEM_TOTAL, "mem");
	draw_kills(f, d);
	(void)fputs("</svg>\n<p class=legend><span class=k-mem>available memory</span>", f);
	if (has_swap(d))
		(void)fputs("<span class=k-swap>free swap</span>", f);
	(void)fputs("<span class=k-term>SIGTERM level</span><span class=k-kill>SIGKILL level</span><span class=k-end>a signal"
		    "</span></p>\n",
		    f);
}

static void list_events(FILE *f, const struct frame *d)
{
	char text[REPORT_MAX], when[64];

	(void)fputs("<h2>What happened</h2>\n<ol class=events>\n", f);
	for (size_t i = d->first_event; i < d->r->event_count; i++) {
		const struct recording_event *e = &d->r->events[i];

		(void)fprintf(f, "<li class=%s><time>%s</time> ", event_name(e->type), ctl_time(e->realtime_ns, when, sizeof(when)) + 11);
		escape(f, ctl_sentence(e, text, sizeof(text)));
		(void)fputs("</li>\n", f);
	}
	(void)fputs("</ol>\n", f);
}

static void list_candidates(FILE *f, const struct recording_event *e)
{
	char size[32];

	if (e->candidate_count == 0)
		return;
	(void)fputs("<h2>Who could have gone</h2>\n<table><tr><th>process<th>would give back<th>oom_score_adj<th>why</tr>\n", f);
	for (uint32_t i = 0; i < e->candidate_count; i++) {
		const struct recording_candidate *c = &e->candidates[i];

		(void)fprintf(f, "<tr%s><td>", c->pid == e->victim_pid ? " class=victim" : "");
		escape(f, c->comm);
		(void)fprintf(f, " (%d)<td>%s<td>%d<td>%s</tr>\n", c->pid, report_size(c->freeable, size, sizeof(size)),
			      c->oom_score_adj,
			      c->pid == e->victim_pid      ? "chosen"
			      : c->rank == CLASS_NEVER ? rank_skip_text(c->skip)
						       : rank_class_text(c->rank));
	}
	(void)fprintf(f, "</table>\n<p class=note>The best of %u processes that were listed.</p>\n", e->candidates_listed);
}

static const char style[] =
	":root{color-scheme:light dark;--ink:#1c2230;--soft:#667;--line:#dde1ea;--page:#fff;--mem:#2563eb;--swap:#9333ea;"
	"--term:#d97706;--kill:#dc2626}@media(prefers-color-scheme:dark){:root{--ink:#e7eaf2;--soft:#99a2b8;--line:#343b4d;"
	"--page:#12151d;--mem:#6ea0ff;--swap:#c58bff;--term:#f0a94a;--kill:#ff6b6b}}body{font:16px/1.5 system-ui,sans-serif;"
	"margin:0 auto;max-width:60rem;padding:1rem;color:var(--ink);background:var(--page);overflow-wrap:anywhere}"
	"h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}.lead{font-size:1.1rem}"
	".note,time,.legend{color:var(--soft);font-size:.9rem}svg{width:100%;height:auto;min-height:11rem}"
	"svg text{font:12px system-ui,sans-serif;fill:var(--soft)}.y{text-anchor:end}.x{text-anchor:middle}"
	".grid{stroke:var(--line);fill:none}.mem,.swap{fill:none;stroke-width:2}.mem{stroke:var(--mem)}.swap{stroke:var(--swap)}"
	".level{fill:none;stroke-dasharray:5 4}.SIGTERM{stroke:var(--term)}.SIGKILL{stroke:var(--kill)}"
	".kill path{stroke:var(--ink);fill:none}.kill circle{fill:var(--kill)}"
	".legend span{margin-right:1.2rem;white-space:nowrap}.legend span:before{content:'';display:inline-block;width:.9rem;"
	"height:.25rem;margin-right:.4rem;vertical-align:middle;background:currentColor}.k-mem{color:var(--mem)}"
	".k-swap{color:var(--swap)}.k-term{color:var(--term)}.k-kill,.k-end{color:var(--kill)}.k-end:before{border-radius:50%;"
	"height:.6rem!important;width:.6rem!important}ol{padding:0;list-style:none}li{padding:.35rem .6rem;border-left:3px solid "
	"var(--line);margin:.3rem 0}li.kill{border-color:var(--kill)}li.recovered,li.freed{border-color:var(--mem)}"
	"time{font-variant-numeric:tabular-nums;margin-right:.5rem}table{border-collapse:collapse;width:100%}"
	"th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}.victim{font-weight:600}";

static const struct recording_event *kill_of(const struct frame *d)
{
	for (size_t i = d->first_event; i < d->r->event_count; i++)
		if (d->r->events[i].type == EVENT_KILL)
			return &d->r->events[i];
	return NULL;
}

static void head(FILE *f, const struct frame *d, const struct recording_event *kill)
{
	char when[64], text[REPORT_MAX];

	(void)fprintf(f,
		      "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\n<meta name=viewport content='width=device-width, "
		      "initial-scale=1'>\n<title>useroom: %s on ",
		      kill != NULL ? ctl_time(kill->realtime_ns, when, sizeof(when)) : "an incident");
	escape(f, d->r->header.host);
	(void)fprintf(f, "</title>\n<style>%s</style></head>\n<body>\n<h1>", style);
	escape(f, d->r->header.host);
	(void)fprintf(f, ", %s</h1>\n<p class=lead>", kill != NULL ? when : "nobody was ended");
	if (kill != NULL)
		escape(f, ctl_sentence(kill, text, sizeof(text)));
	(void)fputs("</p>\n", f);
}

static void foot(FILE *f, const struct frame *d)
{
	(void)fputs("<p class=note>Linux ", f);
	escape(f, d->r->header.kernel);
	(void)fputs(", useroom ", f);
	escape(f, d->r->header.program);
	(void)fputs("</p>\n</body></html>\n", f);
}

void html_write(FILE *f, const struct reading *r, size_t first_event, uint64_t from, uint64_t to)
{
	struct frame d = frame_of(r, first_event, from, to);
	const struct recording_event *kill = kill_of(&d);

	head(f, &d, kill);
	draw(f, &d);
	list_events(f, &d);
	if (kill != NULL)
		list_candidates(f, kill);
	foot(f, &d);
}
