/* SPDX-License-Identifier: MIT */
/*
 * Everything a user can set, as plain data, and how it is put together: defaults, then the file and
 * its drop-ins, then the command line. The rows themselves are in options.c.
 */
#ifndef USEROOM_CONFIG_H
#define USEROOM_CONFIG_H

#include "settings/match.h"

#include <stdbool.h>
#include <stdint.h>

enum trigger {
	TRIGGER_AND, /* memory and swap must both be low */
	TRIGGER_OR,  /* either is enough: the Go program's rule */
};

/* To a control group at its own limit (-containers), or a NUMA node that is short (-nodes). */
enum squeeze_answer {
	ANSWER_OFF,
	ANSWER_WARN, /* say it, and end nobody */
	ANSWER_ACT,  /* end one process in it, where it is sure that this helps */
};

enum log_format {
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON,
};

/* What may be written as an amount too; in this order the shares stand in struct config. */
enum level {
	LEVEL_MEM_TERM,
	LEVEL_MEM_KILL,
	LEVEL_SWAP_TERM,
	LEVEL_SWAP_KILL,
	LEVEL_WARN,
	LEVEL_COUNT,
};

struct config {
	/* -m -mk -s -sk: SIGTERM and SIGKILL at or below this share of the total: level_ppm() */
	uint32_t mem_term_ppm;
	uint32_t mem_kill_ppm;
	uint32_t swap_term_ppm;
	uint32_t swap_kill_ppm;
	uint32_t warn_ppm;    /* -warn; 0: never */
	uint32_t stall_milli; /* -stall: so many thousandths of a task wait for memory; 0: off */
	uint32_t stall_below_ppm; /* -stall-below: only while no more than this is available */
	uint64_t
		level_kib[LEVEL_COUNT]; /* the amount, where one was written; 0: the share counts */
	bool level_said[LEVEL_COUNT];   /* somebody wrote it: level_follow() */
	uint32_t min_victim_ppm; /* -min-victim: a candidate below this share of MemTotal comes
				    after bigger ones */

	uint64_t interval_ns; /* -i: never look later than this */
	/* -grace: SIGKILL this long after a SIGTERM that did not end the victim */
	uint64_t grace_ns;
	uint64_t stall_hold_ns;    /* -stall-hold: while swap is roomy, a stall must last so long */
	uint64_t hook_time_ns;     /* -hook-time: a hook is ended after this */
	uint64_t pre_kill_time_ns; /* -pre-kill-time: the signal waits no longer than this for
				      -pre-kill */

	enum trigger trigger;
	enum log_format log_format;
	enum squeeze_answer containers;
	uint32_t containers_room_ppm; /* -containers-room; 0: never */
	enum squeeze_answer nodes;
	bool debug;
	bool dry_run;
	bool sort_by_rss;
	bool ignore_swap;
	/* -protect-critical: the built-in list of system-critical processes */
	bool protect_critical;

	struct match_list protect;
	struct match_list prefer;
	struct match_list avoid;
	struct match_list ignore_user; /* -ignore-user: only ENTRY_USER rows */

	char hook[256];     /* "": none */
	char pre_kill[256]; /* "": none */

	char record[256];        /* -record; "": none */
	char incidents[256];     /* -incidents; "": none */
	uint32_t record_kib;     /* -record-size */
	uint32_t incidents_kept; /* -incidents-kept */
};

/* What the command line asks for besides setting values. */
enum config_mode {
	CONFIG_RUN,
	CONFIG_HELP,
	CONFIG_VERSION,
	CONFIG_CHECK,
};

/* Where the values come from; kept for a reload. The strings point into argv or are literals. */
struct config_source {
	int argc;
	char **argv;
	const char *file; /* -config PATH, or the default path */
	bool file_given;  /* -config was said: then the file must exist */
	enum config_mode mode;
};

#define CONFIG_DEFAULT_FILE "/etc/useroom.conf"

/*
 * Read defaults, file, drop-ins (FILE.d/ *.conf in order of name) and command line, in that order
 * of increasing authority. A default file that does not exist is fine; one named by -config must
 * exist.
 *
 * Returns 0 and fills *ret_config and *ret_source; or -EINVAL when anything is wrong, with one line
 * for each mistake written to `errors` (a NUL-terminated string of at most errors_size bytes; cut
 * lines end in "..."); then *ret_config is scrap. It works in static memory and allocates nothing
 * itself, so that a reload may happen while memory is short; only a `user:` entry that /etc/passwd
 * does not know goes through NSS, which may.
 */
int config_load(int argc, char **argv, struct config *ret_config, struct config_source *ret_source,
		char *errors, unsigned errors_size);

/*
 * Could anybody but root and us have written the files that the last config_load read (trust.h)?
 * They say what root runs, and whom it ends. 0, or -EPERM with one line for each of them. For the
 * daemon; useroomctl reads anybody's.
 */
int config_check_files(char *errors, unsigned errors_size);

/* The same with the source of an earlier config_load, and config_check_files(): what SIGHUP does.
 * On failure *ret_config is untouched. */
int config_reload(const struct config_source *source, struct config *ret_config, char *errors,
		  unsigned errors_size);

/*
 * Parse one file's text into a configuration, as config_load does with each file: for tests and
 * fuzzing. `name` stands before the line number in messages. Returns the number of mistakes.
 */
unsigned config_parse_text(const char *name, char *text, struct config *config, char *errors,
			   unsigned errors_size);

/*
 * Print every option with its value and where it came from (default, FILE:LINE, command line) to
 * stdout, in a form that is itself a configuration file. Both are what the last config_load gave.
 */
void config_print(const struct config *config, const struct config_source *source);

/*
 * Sentences about values that are allowed but surprising, e.g. -mk above -m or a hook that cannot
 * be run. One line each into buf; "" if none. The totals, KiB, are what amounts are compared with;
 * 0: there is none, or it is not known. It asks the file system for the hooks and for paths
 * in lists: at the start, and when the files are read again.
 */
void config_remarks(const struct config *config, uint64_t mem_total_kib, uint64_t swap_total_kib,
		    char *buf, unsigned size);

#endif
