/* SPDX-License-Identifier: MIT */
/*
 * What is shown on the stage. A case that covers a row of the list of known faults carries its
 * number (README.md).
 *
 * Whatever a case grows stops between the SIGTERM and the SIGKILL level, so that it does not matter
 * how fast anybody is: the usual machine has 96 MiB, of which 86 are available when nothing runs;
 * the usual hog holds 60 and leaves 26, that is 27 %.
 */
#ifndef LIVE_CASES_H
#define LIVE_CASES_H

#include "stage.h"

#define USUAL "-m 40 -mk 10 -grace 30 "
#define HOG   "grow=60@400"

struct live_case {
	const char *name;
	void (*run)(struct stage *stage);
	const struct machine_shape *shape; /* NULL: the usual machine */
	bool count_malloc;
};

/* Each ends with a row without a name. */
extern const struct live_case trigger_cases[]; /* when something is done */
extern const struct live_case choose_cases[];  /* to whom */
extern const struct live_case share_cases[];   /* and what others hold as well */
extern const struct live_case real_cases[];    /* with programs that are known for it */
extern const struct live_case group_cases[];   /* control groups at a limit of their own */
extern const struct live_case node_cases[];    /* NUMA nodes that are short */
extern const struct live_case end_cases[];     /* how */
extern const struct live_case ctl_cases[];     /* what useroomctl shows of it */
extern const struct live_case user_cases[];    /* what users write, and whose files they are */
extern const struct live_case daemon_cases[];  /* what is told, and how the daemon itself behaves */

#endif
