/* SPDX-License-Identifier: MIT */
/* What this session was told already, for who starts after a crash or an upgrade. */
#ifndef USEROOM_DESKTOP_SEEN_H
#define USEROOM_DESKTOP_SEEN_H

#include "story.h"

/* In $XDG_RUNTIME_DIR, which goes with the session; without one nothing is kept. */
void seen_load(struct story *story);
void seen_save(const struct story *story);

#endif
