/* SPDX-License-Identifier: MIT */
/*
 * Entries of -protect, -prefer, -avoid and -ignore-user that can match nothing, or everybody: what
 * people write who think of another program, another shell or another language (R106). Nobody is
 * told when such a word protects nothing, until it is too late. Pure.
 *
 * What is right on another machine is no mistake: a path that is not there, a user without
 * processes, a unit that is not installed.
 */
#ifndef USEROOM_SUSPECT_H
#define USEROOM_SUSPECT_H

#include "settings/match.h"

#include <stddef.h>

/* Room for any of the sentences, with two entries in it. */
#define SUSPECT_MAX 512

/*
 * What is wrong with an entry, and what to write instead: "the quotes are taken as part of it:
 * write sshd". NULL: nothing is. The sentence begins behind the entry, which is not part of it, but
 * what to write may be made of its bytes: to be escaped (log_safe).
 */
const char *suspect_entry(const struct match_list *list, unsigned index, char *buf, size_t size);

/* The same for a list that has no entry, or a single one that says so ("none"). NULL: nothing. */
const char *suspect_list(const struct match_list *list);

/*
 * Rewrite a regular expression, as grep(1) would search it in a name, as globs with commas between
 * them: "^(java|chromium)$" is "java,chromium". Returns buf, or NULL where it is not that simple.
 */
const char *suspect_rewrite(const char *expression, char *buf, size_t size);

#endif
