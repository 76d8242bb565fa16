/* SPDX-License-Identifier: MIT */
/*
 * The policy once more over a recording: first with the settings it was recorded with, which must
 * give what the daemon decided, then with others. Pure: the same recording and settings always give
 * the same.
 *
 * What is known of the other settings ends where they first do something else: from there on they
 * would have seen another machine.
 */
#ifndef USEROOM_CTL_RERUN_H
#define USEROOM_CTL_RERUN_H

#include "decide/policy.h"
#include "reading.h"
#include "settings/config.h"

#include <stdbool.h>
#include <stddef.h>

enum rerun_outcome {
	RERUN_SAME,      /* nothing else would have been done */
	RERUN_SENDS,     /* a signal where none was sent */
	RERUN_ESCALATES, /* SIGKILL to whom SIGTERM was sent before, where that was not done */
	RERUN_OTHER,     /* another signal at the same look */
	RERUN_REFRAINS,  /* no signal where one was sent */
};

struct rerun {
	size_t first;  /* index of the first look that the recorded settings decided; what is before
			  is not judged */
	size_t looks;  /* so many were decided again, */
	size_t differ; /* and with the recorded settings so many not as it was recorded: */
	size_t differs; /* the first of them; what was decided: */
	struct decision differently;
	bool in_the_middle; /* it does not begin where the daemon did: what had been seen before is
			       not known */
	size_t least;       /* the look with the least available memory; only with looks > 0 */

	enum rerun_outcome outcome;         /* the first difference that other settings make */
	size_t look;                        /* where; but for RERUN_SAME */
	struct decision decision;           /* what they decide there */
	const struct recording_event *kill; /* the signal there, or the next after it; NULL: none */

	/*
	 * RERUN_REFRAINS in a dry run: no process had to do with it, so the machine would have been
	 * the same. When a signal would have been sent after all; const struct recording_look of
	 * `later` in the same way.
	 */
	bool sends_later;
	size_t later;
	struct decision later_decision;
};

/* The settings it was recorded with, over the defaults. */
void rerun_recorded_config(const struct reading *reading, struct config *ret);

void rerun(const struct reading *reading, const struct config *config, struct rerun *ret);

#endif
