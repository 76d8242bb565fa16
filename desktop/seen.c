/* SPDX-License-Identifier: MIT */
#include "seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *open_it(const char *mode)
{
	const char *directory = getenv("XDG_RUNTIME_DIR");
	char path[1024];

	if (directory == NULL || directory[0] != '/')
		return NULL;
	if (snprintf(path, sizeof(path), "%s/useroom-notify.seen", directory) >= (int)sizeof(path))
		return NULL;
	return fopen(path, mode);
}

void seen_load(struct story *story)
{
	FILE *f = open_it("re");
	char line[64];

	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) != NULL) {
		char *end;

		story->sequence = strtoull(line, &end, 10);
		story->realtime_ns = strtoull(end, NULL, 10);
	}
	(void)fclose(f);
}

void seen_save(const struct story *story)
{
	FILE *f = open_it("we");

	if (f == NULL)
		return;
	(void)fprintf(f, "%" PRIu64 " %" PRIu64 "\n", story->sequence, story->realtime_ns);
	(void)fclose(f);
}
