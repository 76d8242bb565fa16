/* SPDX-License-Identifier: MIT */
/* A recording that was read, written again: show -copy. */
#ifndef USEROOM_CTL_WRITING_H
#define USEROOM_CTL_WRITING_H

#include "reading.h"

/*
 * Into a new file, in this machine's byte order, and only what this program knows: bytes between
 * and behind that are 0. Returns 0, or a negative errno and nothing is left; -EEXIST: it is there
 * already.
 */
int writing_copy(const struct reading *reading, const char *path);

#endif
