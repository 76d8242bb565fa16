/* SPDX-License-Identifier: MIT */
/* What a rerun says, as text and as JSON. */
#ifndef USEROOM_CTL_REPLAY_H
#define USEROOM_CTL_REPLAY_H

#include "rerun.h"

#include <json-c/json.h>
#include <stdio.h>

struct replay {
	const struct reading *reading;
	struct config recorded, other; /* the settings then, and what is asked about */
	struct rerun rerun;
};

void replay_text(FILE *file, const struct replay *replay);
json_object *replay_json(const struct replay *replay);

#endif
