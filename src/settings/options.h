/* SPDX-License-Identifier: MIT */
/*
 * THE table of options. A row is the flag, the key in the file, -help, the manual, the sample file,
 * the completions, the READMEs' table and the message when a value is wrong.
 */
#ifndef USEROOM_OPTIONS_H
#define USEROOM_OPTIONS_H

#include "settings/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Where the daemon records (-record), and where the other programs look for it. */
#define RECORD_DEFAULT "/run/useroom/record"

enum option_kind {
	OPTION_LEVEL,   /* uint32_t, parts per million; or an amount: enum level of config.h */
	OPTION_PERCENT, /* uint32_t, parts per million */
	OPTION_SECONDS, /* uint64_t, ns */
	OPTION_BOOL,
	OPTION_LIST,   /* struct match_list */
	OPTION_USERS,  /* struct match_list of users only */
	OPTION_PATH,   /* char[256] */
	OPTION_KIB,    /* uint32_t, KiB */
	OPTION_COUNT,  /* uint32_t */
	OPTION_TASKS,  /* uint32_t, thousandths; "off" is 0 */
	OPTION_CHOICE, /* enum: index into choices */
	OPTION_ACTION, /* -help, -version, -check-config, -config: no value in struct config, no key
			  in the file */
};

struct option_row {
	const char *name; /* without the dash */
	enum option_kind kind;
	bool takes_value;           /* false: a switch, whose value can only stand behind `=` */
	size_t offset;              /* in struct config */
	const char *fallback;       /* the default, as it would be written */
	double min, max;            /* percent or seconds */
	const char *const *choices; /* ends in NULL */
	const char *placeholder;
	const char *help;    /* one line */
	const char *help_zh; /* this and the next only with USEROOM_DOCS */
	const char *manual;  /* what the manual adds; NULL: nothing */
};

extern const struct option_row option_rows[];
extern const unsigned option_count;

/* The row of a name, exactly as it is written; NULL when there is none. */
const struct option_row *options_find(const char *name);

/* Is a word of a command line one of them, as "-debug", "--debug" or "-debug=false"? */
bool options_is_word(const char *word);

/* Is its value a text, which any word could be: a list, a path, the file of -config? */
bool options_takes_text(const struct option_row *row);

/*
 * The known name that looks most like this one (few letters differ, or it begins so), or NULL when
 * none does. keys_only: leave out what is no key.
 */
const char *options_nearest(const char *name, bool keys_only);

/* How many letters must be added, left out or changed to make one word of the other; many where one
 * is very long. */
unsigned options_distance(const char *a, const char *b);

/*
 * Set one option from text. Returns 0; or -EINVAL, and writes one sentence to error: the value and
 * the range, e.g.
 * "'101' is not a percentage from 0 to 100".
 */
int options_set(struct config *config, const struct option_row *row, const char *text, char *error,
		size_t size);

/*
 * Go's strconv.ParseBool, and yes, no, on, off. Returns 0; or -EINVAL with one sentence in error.
 */
int options_parse_bool(const char *text, bool *ret, char *error, size_t size);

/* All defaults. */
void options_defaults(struct config *config);

/* What is in force, as it would be written. Returns buf. */
const char *options_get(const struct config *config, const struct option_row *row, char *buf,
			size_t size);

void options_print_help(FILE *file);

#endif
