/* SPDX-License-Identifier: MIT */
/* The command line of a program that has a few options: taken, and what is wrong with it said. */
#ifndef USEROOM_COMMAND_LINE_H
#define USEROOM_COMMAND_LINE_H

#include "base/arguments.h"

/* As arguments_read(). False: a word was wrong, and the log says which and why, as that program. */
bool command_line_take(const struct arguments_row *rows, unsigned row_count, int argc, char **argv,
		       const char *program);

#endif
