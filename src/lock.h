/* SPDX-License-Identifier: MIT */
/*
 * Only one useroom ends processes at a time (R51): two would end two where one is enough.
 *
 * The lock is flock(2) on a file that only its owner can open, for whoever can open a file can hold
 * its lock (R111): /run/useroom/lock of root, and of a user $XDG_RUNTIME_DIR/useroom.lock or
 * /tmp/useroom-UID.lock.
 */
#ifndef USEROOM_LOCK_H
#define USEROOM_LOCK_H

#include <stddef.h>

/*
 * Take it, until the program ends. 0; -EBUSY when another useroom has it; or another negative
 * errno: then nobody has it, and a second one would not be noticed. On failure `why` is a sentence
 * that says so.
 */
int lock_take(char *why, size_t size);

#endif
