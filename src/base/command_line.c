/* SPDX-License-Identifier: MIT */
#include "base/command_line.h"

#include "base/log.h"

/* The words are the caller's own, but they may come from a script: escaped. */
bool command_line_take(const struct arguments_row *rows, unsigned row_count, int argc, char **argv,
		       const char *program)
{
	const char *why, *wrong = arguments_read(rows, row_count, argc, argv, &why);
	char safe[512];

	if (wrong != NULL)
		log_line(LOG_ERROR, "%s: %s: %s; all options: %s -help", program,
			 log_safe(wrong, safe, sizeof(safe)), why, program);
	return wrong == NULL;
}
