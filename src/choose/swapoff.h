/* SPDX-License-Identifier: MIT */
/*
 * Who empties a swap into memory? Asked only while one is being emptied (usable.h), and what is in
 * it does not fit: SIGTERM makes swapoff(2) give up, and the swap stays in use (try_to_unuse() of
 * mm/swapfile.c looks for signals between one process and the next).
 */
#ifndef USEROOM_SWAPOFF_H
#define USEROOM_SWAPOFF_H

#include "choose/rank.h"
#include "choose/scan.h"
#include "look/proc.h"

#include <stdbool.h>

/*
 * A process of root's that is called swapoff (util-linux, busybox, what systemd starts) and may be
 * ended. Reads one small file of each process, about 5 us. False: there is none.
 */
bool swapoff_find(struct scan *scan, struct rank *rank, struct proc *ret);

#endif
