/* SPDX-License-Identifier: MIT */
/*
 * An event as a sentence for people and as one JSON object (doc/events.md). Both are made from the
 * same struct, so they cannot disagree. Nothing is written here: the text goes into the caller's
 * buffer.
 */
#ifndef USEROOM_REPORT_H
#define USEROOM_REPORT_H

#include "act/event.h"
#include "base/log.h"

#include <stddef.h>

#define REPORT_MAX 4000 /* the longest event with the worst names; it fits into PIPE_BUF */

/* Both return the length; the text ends in NUL, and is cut at size (JSON is never that long). */
size_t report_text(const struct event *event, char *buf, size_t size);
size_t report_json(const struct event *event, char *buf, size_t size);

/* A line that is no event, as JSON: {"time":...,"event":"note","level":4,"message":"..."}. */
size_t report_json_note(enum log_level level, const char *line, char *buf, size_t size);

/* How important it is. */
enum log_level report_level(const struct event *event);

/* " and 63 more that are alike and began lately": who ends with the victim; "" where nobody does.
 * Returns buf. */
const char *report_together(const struct event *event, char *buf, size_t size);

/* "SIGTERM" or "SIGKILL". */
const char *report_signal_name(int signal);

#endif
