/* SPDX-License-Identifier: MIT */
/* What is written has arrived, or that it has not is said: standard output, and files. */
#ifndef USEROOM_OUTPUT_H
#define USEROOM_OUTPUT_H

#include <stddef.h>

/*
 * To be called before any file is opened. Where a descriptor from 0 to 2 is closed, something that
 * can be neither read nor written gets its number: otherwise the next file that is opened would get
 * it, and what is printed would be written into that file.
 */
void output_open(void);

/*
 * Write out what stdout still holds and close it; nothing may be printed afterwards. 0, or the
 * negative errno of whatever could not be written since the start (-EIO where it is not known).
 * Where it was a pipe whose reader has left (`| head`), the process ends by SIGPIPE without a word,
 * as other programs do.
 */
int output_close(void);

/* Write all of it, however many calls that takes. 0, or a negative errno. */
int output_all(int fd, const char *data, size_t bytes);

#endif
