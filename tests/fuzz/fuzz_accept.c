/* SPDX-License-Identifier: MIT */
/* A header of a stranger's: what names OpenMetrics nowhere gets the text, and the order of wishes
 * does not matter. */
#include "accept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "b,a" of "a,b": at the first comma. */
static void turn(const char *text, char *to)
{
	const char *comma = strchr(text, ',');

	if (comma == NULL)
		(void)strcpy(to, text);
	else
		(void)sprintf(to, "%s,%.*s", comma + 1, (int)(comma - text), text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *turned = malloc(size + 1);
	enum families_format format;

	if (text == NULL || turned == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	format = accept_format(text);
	if (format == FAMILIES_OPENMETRICS &&
	    strcasestr(text, "application/openmetrics-text") == NULL)
		abort();
	turn(text, turned);
	if (accept_format(turned) != format)
		abort();
	free(text);
	free(turned);
	return 0;
}
