/* SPDX-License-Identifier: MIT */
/* Standard output: what was printed has arrived, or that it has not is said. */
#ifndef USEROOM_OUTPUT_H
#define USEROOM_OUTPUT_H

/*
 * To be called before any file is opened. Where a descriptor from 0 to 2 is closed, something that
 * can be neither read nor written gets its number: otherwise the next file that is opened would get
 * it, and what is printed would be written into that file.
 */
void output_open(void);

/*
 * Write out what stdout still holds and close it; nothing may be printed afterwards. 0, or the
 * negative errno of whatever could not be written since the start (-EIO where it is not known).
 */
int output_close(void);

#endif
