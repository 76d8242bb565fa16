/* SPDX-License-Identifier: MIT */
/* Which of our two formats a client would rather have (RFC 9110, 12.5.1). Pure. */
#ifndef USEROOM_EXPORTER_ACCEPT_H
#define USEROOM_EXPORTER_ACCEPT_H

#include "families.h"

/*
 * accept: the header Accept as it came, NULL where there was none. OpenMetrics goes only to who
 * names it in a version that is ours, and likes nothing of the older text better; everything else,
 * a browser or curl, gets the text, which all can read.
 */
enum families_format accept_format(const char *accept);

#endif
