/* SPDX-License-Identifier: MIT */
/*
 * What the main thread reads small files into, one at a time: there is one such buffer, because
 * each has its own locked pages. meminfo is 1.5 KiB and vmstat 5 KiB on 6.18; both grow with the
 * kernel.
 */
#ifndef USEROOM_SCRATCH_H
#define USEROOM_SCRATCH_H

#define SCRATCH_MAX 32768
extern char scratch[SCRATCH_MAX];

#endif
