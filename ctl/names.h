/* SPDX-License-Identifier: MIT */
/*
 * A recording without the names in it (-without-names), for who hands it on: processes, paths,
 * users, units, containers, control groups, the machine. Each is a pseudonym instead, the same
 * wherever that name stands, and nobody finds the name without the key, not even by trying all
 * names that there are (SipHash-2-4).
 */
#ifndef USEROOM_CTL_NAMES_H
#define USEROOM_CTL_NAMES_H

#include "reading.h"

#include <stddef.h>

/*
 * Before the first pseudonym: the key is what is in the file, at least 16 bytes. NULL: one that
 * nobody has, and the next run has another. 0, or a negative errno; -EINVAL: the file is too short.
 */
int names_key(const char *file);

/* "host-3f9a0c71b2" of a name that is of this kind, e.g. "host". Returns buf. */
const char *names_hidden(const char *kind, const char *name, char *buf, size_t size);

/* Everything in it that names somebody. What is left: times, amounts, process numbers, kernel and
 * version. */
void names_hide(struct reading *reading);

#endif
