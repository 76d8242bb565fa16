/* SPDX-License-Identifier: MIT */
/* What a rerun says, as text and as JSON. */
#ifndef USEROOM_CTL_REPLAY_H
#define USEROOM_CTL_REPLAY_H

#include "ctl.h"
#include "rerun.h"

#include <json-c/json.h>
#include <stdio.h>

struct replay {
	const struct reading *reading;
	struct config recorded, other; /* the settings then, and what is asked about */
	struct rerun rerun;
};

/* Fill both settings for the recording in replay->reading. 0, or negative and it was said. */
int replay_settle(const struct ctl *ctl, struct replay *replay);

void replay_text(FILE *file, const struct replay *replay);
json_object *replay_json(const struct replay *replay);

#endif
