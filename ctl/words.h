/* SPDX-License-Identifier: MIT */
/*
 * THE table of what useroomctl can be told: a row is the word on the command line, -help, the
 * manual and the completions.
 */
#ifndef USEROOM_CTL_WORDS_H
#define USEROOM_CTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum ctl_command {
	COMMAND_STATUS,
	COMMAND_TOP,
	COMMAND_WHY,
	COMMAND_DOMAINS,
	COMMAND_EVENTS,
	COMMAND_INCIDENTS,
	COMMAND_SHOW,
	COMMAND_REPLAY,
	COMMAND_METRICS,
	COMMAND_SHARE,
	COMMAND_CAPTURE,
	COMMAND_HELP,
	COMMAND_COUNT,
};

struct ctl_command_row {
	const char *name;
	const char *argument; /* "FILE" must be there, "[PID]" may be, "" must not */
	const char
		*options; /* the names of ours that it takes: "json n"; all take -version, -help */
	bool settings;    /* it takes those of the daemon */
	const char *help; /* one line */
	const char *help_zh; /* for the README */
	const char *manual;  /* what the manual adds; NULL: nothing */
};

enum ctl_option_kind {
	CTL_TEXT,
	CTL_FILE, /* a text that names a file or directory: for the completions */
	CTL_SWITCH,
	CTL_DECIMAL,
	CTL_WHOLE,
};

struct ctl_option_row {
	const char *name;
	enum ctl_option_kind kind;
	size_t offset; /* in struct ctl */
	const char *placeholder;
	const char *help;
	const char *help_zh;
	const char *manual;
};

extern const struct ctl_command_row ctl_commands[COMMAND_COUNT];
extern const struct ctl_option_row ctl_options[];
extern const unsigned ctl_option_count;

/* The row's number, or -1. */
int ctl_find_command(const char *name);
int ctl_find_option(const char *name);

/* Does this command take this option of ours? One that it does not take would be ignored. */
bool ctl_takes(int command, const char *option);

/*
 * Why replay cannot answer an option of the daemon; NULL: it does. What decides when a signal is
 * sent is decided again, and nothing else.
 */
const char *ctl_not_replayed(const char *option);

/* The one that looks most like this, or NULL: of the commands; of our options and the daemon's. */
const char *ctl_nearest_command(const char *name);
const char *ctl_nearest_option(const char *name);

/* Of this command, or of all of them where there is none of this name (NULL). */
void ctl_print_help(const char *name);

#endif
