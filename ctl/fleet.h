/* SPDX-License-Identifier: MIT */
/* Many recordings, of one machine or of thousands: what other settings would have done in all of
 * them. */
#ifndef USEROOM_CTL_FLEET_H
#define USEROOM_CTL_FLEET_H

#include "ctl.h"

/* Replay every recording below a directory, on all processors, and say it as one table or as JSON.
 */
enum ctl_exit fleet_replay(const struct ctl *ctl, const char *directory);

#endif
