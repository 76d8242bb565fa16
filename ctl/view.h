/* SPDX-License-Identifier: MIT */
/* This machine now, seen with the daemon's eyes: its settings, its rights, its own code for looking
 * and ranking. */
#ifndef USEROOM_CTL_VIEW_H
#define USEROOM_CTL_VIEW_H

#include "act/event.h"
#include "act/turn.h"
#include "choose/growth.h"
#include "choose/scan.h"
#include "ctl.h"
#include "decide/policy.h"
#include "look/sense.h"

#define VIEW_PENDING_MAX 64

/* /proc/pressure/memory: the share of the last ten seconds in which some, or all, waited for
 * memory. */
struct pressure {
	bool have;
	uint32_t some_ppm, full_ppm;
};

struct view {
	bool recorded; /* reading is there */
	bool running;  /* and its writer too */
	struct reading reading;
	struct config config;
	int proc_fd;
	struct sense sense;
	struct scan scan;
	struct rank rank;
	struct process_id pending[VIEW_PENDING_MAX]; /* who was signalled and is not gone yet */
	struct sample sample;
	struct coming coming;     /* what the daemon waits for to come back */
	uint32_t blind;           /* enum sense_blind */
	struct decision decision; /* what this look alone says: levels, without a history; the stall
				     is the recording's */
	struct stall_view stall;  /* as the daemon saw it just now; not open: it is not looked for,
				     or nobody does */
	struct pauses pauses;     /* the one that the daemon was in just now */
	struct turn turn;         /* and what would be done about it */
	unsigned shots;           /* how often some of a swarm were ended in this episode */
	bool growth_known;        /* by the daemon, or from a look before: */
	struct growth growth;     /* who grew */
	struct pressure pressure;
	struct proc_table table; /* all processes, or those that hold most, best victim first; no
				    kernel threads */
};

/*
 * Open it: the daemon's settings where one runs, those of its file otherwise, and what the command
 * line says on top. Where nobody records at the usual place that is no mistake: nobody runs. 0, or
 * negative and it was said. view_close() in both cases.
 */
int view_open(const struct ctl *ctl, struct view *view);
void view_close(struct view *view);

/* Look again, and list who would go, best first. */
void view_refresh(struct view *view);

/*
 * What shows over seconds only, as the daemon saw it last, where one runs: a stall, whether it was
 * still waiting for what its last victim gave back, and that nobody took what is missing. For
 * policy_confirm(). Pure.
 */
struct decision view_history(const struct view *view);

/* How often the daemon has ended some of a swarm since memory is short (act.h), by its events.
 * Pure. */
unsigned view_shots(const struct view *view);

/* The same once; and a second time a moment later, which is said but with -json, where somebody
 * would go now and nobody knows yet who grows. */
void view_take(const struct ctl *ctl, struct view *view);

/* The recording again: what has happened meanwhile, and the settings if they have changed. */
void view_read_again(const struct ctl *ctl, struct view *view);

/* Why a process is where it is in the order: "protected by 'sshd'", "small", "largest"; a static
 * buffer. */
const char *view_reason(const struct view *view, const struct proc *proc);

/* How many of the table may be ended at all: the rows before the first that may not. */
unsigned view_candidates(const struct view *view);

/* What it would do now: "nobody would be ended", "SIGTERM would go to 4711 (java)". Returns buf. */
const char *view_verdict(const struct view *view, char *buf, size_t size);

/* And because of what: "available 5.1 GiB (66 %) > 10 %, no swap". Returns buf. */
const char *view_levels(const struct view *view, char *buf, size_t size);

/* What would be told of who would get a signal now, or NULL: nobody. A static buffer. */
const struct event *view_kill(const struct view *view);

/* Is it one of those? */
bool view_goes(const struct view *view, const struct proc *proc);

/* The user's name of a uid, or its number. Writes into buf and returns it. */
const char *view_user(uint32_t uid, char *buf, size_t size);

/* The text of /proc/pressure/memory. Pure. */
struct pressure view_parse_pressure(const char *text);

#endif
