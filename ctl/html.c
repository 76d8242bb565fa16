/* SPDX-License-Identifier: MIT */
#include "html.h"

#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "decide/squeeze.h"
#include "plot.h"
#include "tell/report.h"

#include <inttypes.h>

static const char style[] =
	":root{color-scheme:light "
	"dark;--ink:#1c2230;--soft:#5b6478;--line:#dde1ea;--page:#fff;--box:#f5f6fa;"
	"--mem:#2563eb;--swap:#9333ea;--term:#d97706;--kill:#dc2626;--lost:#0d9488;--pressure:#"
	"be185d;--low:#f59e0b26}"
	"\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e7eaf2;--soft:#a0a9bd;--line:#333a4c;--"
	"page:#12151d;"
	"--box:#1b202c;--mem:#6ea0ff;--swap:#c58bff;--term:#f0a94a;--kill:#ff6b6b;--lost:#2dd4bf;--"
	"pressure:#f472b6;--"
	"low:#f0a94a22}}\n"
	"body{font:16px/1.5 system-ui,sans-serif;margin:0 "
	"auto;max-width:60rem;padding:1rem;color:var(--ink);"
	"background:var(--page);overflow-wrap:anywhere}\n"
	"h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.1rem;margin:1.8rem 0 "
	".5rem}\n"
	".note,time,.legend,dt{color:var(--soft);font-size:.875rem}.note{margin:.2rem 0}\n"
	"dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.5rem;"
	"margin:1rem 0}\n"
	"dl div{background:var(--box);border-radius:.5rem;padding:.5rem "
	".75rem}dd{margin:0;font-weight:600}\n"
	".plot{position:relative;height:17rem;margin:1rem .25rem 2rem 3rem}\n"
	".plot svg{position:absolute;width:100%;height:100%;overflow:visible}\n"
	".plot span{position:absolute;font-size:.75rem;color:var(--soft);white-space:nowrap}\n"
	".y{right:calc(100% + .4rem);transform:translateY(-50%)}.x{top:calc(100% + .3rem);"
	"transform:translateX(-50%)}\n"
	"svg path{fill:none;vector-effect:non-scaling-stroke}.grid{stroke:var(--line)}\n"
	"svg .mem,svg .swap{stroke-width:2;stroke-linejoin:round}svg .mem{stroke:var(--mem)}"
	"svg .swap{stroke:var(--swap);stroke-dasharray:7 3}svg "
	".lost{stroke:var(--lost);stroke-width:1.5}"
	"svg .pressure{stroke:var(--pressure);stroke-dasharray:2 2}\n"
	"svg .level{stroke-dasharray:3 3}svg .term{stroke:var(--term)}svg .kill{stroke:var(--kill)}"
	"svg .low{fill:var(--low)}svg .mark{stroke:var(--ink);stroke-opacity:.6}\n"
	".badge{background:var(--kill);color:var(--page);border-radius:1em;font-size:.8rem;font-"
	"weight:700;"
	"line-height:1.5em;min-width:1.5em;text-align:center;text-decoration:none;display:inline-"
	"block}\n"
	".plot .badge{position:absolute;transform:translate(-50%,-50%)}li "
	".badge{margin-right:.4rem}\n"
	".legend{margin:0}.legend span{margin-right:1.2rem;white-space:nowrap}.legend "
	"span:before{content:'';"
	"display:inline-block;width:1.2rem;margin-right:.4rem;vertical-align:middle;border-top:3px "
	"solid}\n"
	".legend .mem:before{color:var(--mem)}.legend "
	".swap:before{color:var(--swap);border-top-style:dashed}"
	".legend .lost:before{color:var(--lost)}"
	".legend .pressure:before{color:var(--pressure);border-top-style:dotted}"
	".legend .level:before{border-top-style:dotted}.legend .term:before{color:var(--term)}"
	".legend .kill:before{color:var(--kill)}.legend "
	".low:before{border:0;height:.9rem;background:var(--low)}\n"
	"ol{padding:0;list-style:none}li{padding:.35rem .6rem;border-left:3px solid "
	"var(--line);margin:.3rem 0}"
	"li.kill,li.kernel_kill{border-color:var(--kill)}li.recovered,li.freed{border-color:var(--"
	"mem)}"
	"li:target{background:var(--box)}time{font-variant-numeric:tabular-nums;margin-right:.5rem}"
	"\n"
	"table{border-collapse:collapse;width:100%}th{color:var(--soft);font-size:.875rem;font-"
	"weight:400}"
	"th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px "
	"solid var(--line)}"
	".number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.victim{"
	"font-weight:600}\n";

void html_escape(FILE *f, const char *text)
{
	char safe[4096];

	for (const char *c = log_safe(text, safe, sizeof(safe)); *c; c++) {
		if (*c == '<')
			(void)fputs("&lt;", f);
		else if (*c == '>')
			(void)fputs("&gt;", f);
		else if (*c == '&')
			(void)fputs("&amp;", f);
		else if (*c == '"')
			(void)fputs("&quot;", f);
		else if (*c == '\'')
			(void)fputs("&#39;", f);
		else
			(void)fputc(*c, f);
	}
}

/* ---- what is known at once ---- */

static void write_fact(FILE *f, const char *what, const char *value)
{
	if (value[0] == '\0')
		return;
	(void)fprintf(f, "<div><dt>%s</dt><dd>", what);
	html_escape(f, value);
	(void)fputs("</dd></div>\n", f);
}

/* "26.3 MiB (27.4 %), level 40 %" */
static void write_level(FILE *f, const char *what, uint64_t part, uint64_t total,
			uint32_t limit_ppm, uint64_t limit_kib)
{
	char text[128], size[32], percent[32], limit[32];

	(void)snprintf(text, sizeof(text), "%s (%s\u00a0%%), level\u00a0%s",
		       units_size(part, size, sizeof(size)),
		       units_percent(share_ppm(part, total), percent, sizeof(percent)),
		       units_level(limit_ppm, limit_kib, limit, sizeof(limit)));
	write_fact(f, what, text);
}

static const struct recording_event *freed_after(const struct reading *r,
						 const struct recording_event *kill)
{
	for (const struct recording_event *e = kill; e < r->events + r->event_count; e++)
		if (e->type == EVENT_FREED && e->victim_pid == kill->victim_pid)
			return e;
	return NULL;
}

static void write_freed(FILE *f, const struct recording_event *freed)
{
	char text[96], size[32], time[32];

	if (freed == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%s after %s",
		       units_size(freed->came_back_kib, size, sizeof(size)),
		       units_time(freed->since_signal_ns, time, sizeof(time)));
	write_fact(f, "memory back", text);
}

static void write_lost(FILE *f, const struct recording_event *kill)
{
	char text[96];

	if (!(kill->stall_flags & RECORDED_STALL_OPEN) || kill->lost_ppm == 0)
		return;
	(void)snprintf(text, sizeof(text), "%u\u00a0%%, %.1f tasks stalled",
		       kill->lost_ppm / PPM_PER_PERCENT, kill->waiting_milli / 1000.0);
	write_fact(f, "time lost then", text);
}

/* What was short: a control group's memory, */
static void write_group(FILE *f, const struct recording_event *kill)
{
	char text[64], size[32];

	bool is_node = event_is_node(kill->group);

	write_fact(f, is_node ? "NUMA node" : "control group",
		   kill->group + (is_node ? sizeof(EVENT_NODE) - 1 : 0));
	write_fact(f, is_node ? "its memory" : "its limit",
		   units_size(kill->group_limit, size, sizeof(size)));
	(void)snprintf(text, sizeof(text), "%" PRIu32 "\u00a0%%, %.1f tasks stalled",
		       kill->group_room_ppm / PPM_PER_PERCENT, kill->group_waiting_milli / 1000.0);
	write_fact(f, "room in it then", text);
}

/* or the machine's. */
static void write_machine(FILE *f, const struct recording_event *kill)
{
	write_level(f, "available then", kill->mem_available, kill->mem_total, kill->mem_limit_ppm,
		    kill->mem_limit_kib);
	if (kill->swap_total > 0)
		write_level(f, "swap free then", kill->swap_free, kill->swap_total,
			    kill->swap_limit_ppm, kill->swap_limit_kib);
	write_lost(f, kill);
}

static void write_facts(FILE *f, const struct reading *r, const struct recording_event *kill)
{
	char size[32], user[32], more[32], name[4 * COMM_MAX + 1], head[96];

	(void)fputs("<dl>\n", f);
	if (kill->together > 0) {
		(void)snprintf(more, sizeof(more), "%" PRIu32, kill->together);
		write_fact(f, "ended with it", more);
	}
	if (kill->head_pid > 0) {
		(void)snprintf(head, sizeof(head), "%" PRId32 " (%s)", kill->head_pid,
			       log_safe(kill->head_comm, name, sizeof(name)));
		write_fact(f, "among them who started them", head);
	}
	write_fact(f, ctl_target_kind(kill) == TARGET_PROCESS ? "it held" : "they held",
		   units_size(kill->victim_freeable, size, sizeof(size)));
	if (kill->squeeze_rule != SQUEEZE_NONE)
		write_group(f, kill);
	else
		write_machine(f, kill);
	write_freed(f, freed_after(r, kill));
	(void)snprintf(user, sizeof(user), "%" PRIu32, kill->victim_uid);
	write_fact(f, "user", kill->user[0] ? kill->user : user);
	write_fact(f, "unit", kill->unit);
	write_fact(f, "container", kill->container);
	write_fact(f, "program", kill->victim_exe);
	(void)fputs("</dl>\n", f);
}

/* ---- lists ---- */

static void write_event(FILE *f, const struct reading *r, const struct recording_event *e,
			unsigned mark)
{
	char text[REPORT_MAX], when[64];

	(void)fprintf(f, "<li class=%s", event_name(e->type));
	if (mark > 0)
		(void)fprintf(f, " id=mark-%u><span class=badge>%u</span", mark, mark);
	(void)fprintf(f, "><time>%s</time>",
		      ctl_clock(reading_realtime(r, e->now_ns), when, sizeof(when)));
	html_escape(f, ctl_sentence(e, text, sizeof(text)));
	(void)fputs("</li>\n", f);
}

static void write_events(FILE *f, const struct reading *r, const struct part *part)
{
	unsigned marks = 0;

	if (part->first_event == r->event_count)
		return;
	(void)fputs("<h2>What happened</h2>\n<ol>\n", f);
	for (size_t i = part->first_event; i < r->event_count; i++) {
		bool marked = plot_is_marked(&r->events[i]);

		marks += marked;
		write_event(f, r, &r->events[i], marked ? marks : 0);
	}
	(void)fputs("</ol>\n", f);
}

static void write_candidates(FILE *f, const struct recording_event *e)
{
	char size[32];

	if (e->candidate_count == 0)
		return;
	(void)fputs("<h2>Who could have gone</h2>\n<table>\n<tr><th>process<th class=number>would "
		    "give back<th "
		    "class=number>adj<th>why</tr>\n",
		    f);
	for (uint32_t i = 0; i < e->candidate_count; i++) {
		const struct recording_candidate *c = &e->candidates[i];

		(void)fprintf(f, "<tr%s><td>", c->pid == e->victim_pid ? " class=victim" : "");
		html_escape(f, c->comm);
		(void)fprintf(f,
			      " (%" PRId32 ")<td class=number>%s<td class=number>%" PRId32
			      "<td>%s</tr>\n",
			      c->pid, units_size(c->freeable, size, sizeof(size)), c->oom_score_adj,
			      show_reason(e, c));
	}
	(void)fprintf(f,
		      "</table>\n<p class=note>The first of %" PRIu32
		      " processes, at the first signal. adj is oom_score_adj.</p>\n",
		      e->candidates_listed);
}

/* ---- the page ---- */

static void write_title(FILE *f, const struct recording_event *kill)
{
	if (kill == NULL) {
		(void)fputs("What useroom saw", f);
		return;
	}
	html_escape(f, kill->victim_comm);
	(void)fprintf(f, " (%" PRId32 ") %s with %s", kill->victim_pid,
		      kill->flags & RECORDED_DRY_RUN ? "would have been ended" : "was ended",
		      report_signal_name(kill->signal));
}

static void write_head(FILE *f, const struct reading *r, const struct part *part,
		       const struct recording_event *kill)
{
	uint64_t from = max_u64(part->from_ns,
				r->look_count > 0 ? r->looks[0].now_ns : r->header.started_ns);
	char when[64];

	(void)fputs(
		"<!doctype html>\n<html lang=en><head><meta charset=utf-8>\n<meta name=viewport "
		"content='width=device-width, initial-scale=1'>\n<title>",
		f);
	write_title(f, kill);
	(void)fprintf(f, "</title>\n<style>\n%s</style></head>\n<body>\n<h1>", style);
	write_title(f, kill);
	(void)fputs("</h1>\n<p class=note>", f);
	html_escape(f, r->header.host);
	(void)fprintf(f, ", %s</p>\n",
		      ctl_time(reading_realtime(r, kill != NULL ? kill->now_ns : from), when,
			       sizeof(when)));
}

static void write_foot(FILE *f, const struct reading *r)
{
	(void)fputs("<p class=note>Linux ", f);
	html_escape(f, r->header.kernel);
	(void)fputs(", useroom ", f);
	html_escape(f, r->header.program);
	(void)fputs("</p>\n</body></html>\n", f);
}

void html_write(FILE *f, const struct reading *r, const struct part *part)
{
	const struct recording_event *kill = show_first_kill(r, part);

	write_head(f, r, part, kill);
	if (kill != NULL)
		write_facts(f, r, kill);
	plot_looks(f, r, part);
	write_events(f, r, part);
	if (kill != NULL)
		write_candidates(f, kill);
	plot_spans(f, r);
	write_foot(f, r);
}
