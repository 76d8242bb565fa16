/* SPDX-License-Identifier: MIT */
/*
 * Lines to stderr, for people and for the journal. Never blocks and never allocates: what cannot be
 * written now is kept in a small buffer and written later; what does not fit is counted and said.
 */
#ifndef USEROOM_LOG_H
#define USEROOM_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* syslog(3) levels: written as the <N> prefix of sd-daemon(3) when stderr is the journal
 * (JOURNAL_STREAM). */
enum log_level {
	LOG_ERROR = 3,
	LOG_WARN = 4,
	LOG_NOTE = 5,
	LOG_INFO = 6,
	LOG_DETAIL = 7, /* only with -debug */
};

#define LOG_LINE_MAX 2048 /* a longer line is cut and ends in "..." */

/* Find out where stderr goes. Before that, lines go out plainly. */
void log_init(void);
void log_set_debug(bool debug);
bool log_debug_enabled(void);

/* How log_line frames its text from now on, e.g. as JSON: fills buf and returns the length. NULL:
 * as it is. */
typedef size_t (*log_frame_fn)(enum log_level level, const char *line, char *buf, size_t size);
void log_set_frame(log_frame_fn frame);

/* printf to one line; without the newline. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each line of a text that may have several; nothing for an empty one. */
void log_lines(enum log_level level, const char *text);

/* A line that is already whole (JSON), without prefix handling other than the journal's. */
void log_raw(enum log_level level, const char *text, size_t length);

/* Write what is kept. Returns true when nothing is left. */
bool log_flush(void);
bool log_pending(void);

/*
 * Is it worth waiting until stderr can be written to? Not where it could, and there was no memory
 * for it (R113): it would be so at once again. Then it is tried at the next look.
 */
bool log_can_wait(void);

/*
 * Text from outside (a process's name) made safe to print: control characters, backslash, bytes
 * that are not UTF-8 and C1 controls become \xNN. Writes at most size - 1 bytes and a NUL; returns
 * buf. size 4 * strlen + 1 always suffices.
 */
const char *log_safe(const char *text, char *buf, size_t size);

#endif
