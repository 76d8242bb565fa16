/* SPDX-License-Identifier: MIT */
/* The command line of a program that has a few options, as the daemon's: -x V, -x=V, --x. Pure. */
#ifndef USEROOM_ARGUMENTS_H
#define USEROOM_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

struct arguments_row {
	const char *name;   /* without its dash */
	const char **value; /* set to the word behind it; NULL: a switch */
	bool *is_on;        /* of a switch; NULL: it takes a value */
};

/* The name in "-name" or "--name=value". False: it is no such word, or there is no room for it. */
bool arguments_name(const char *word, char *ret, size_t size);

/*
 * Set what the words behind argv[0] say; of an option that stands there twice the last one counts.
 * Returns NULL; or the first word that is wrong, with the reason in *ret_why ("needs a value"): it
 * is the caller's own and not escaped, and what stands before it has been set. A value is not
 * empty. One in a word of its own may begin with a dash, but is no option: that stands behind `=`.
 */
const char *arguments_read(const struct arguments_row *rows, unsigned row_count, int argc,
			   char **argv, const char **ret_why);

#endif
