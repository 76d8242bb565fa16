/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRESH_NS NS_PER_S /* the daemon looks about as often, where nothing happens */

struct text {
	char *bytes; /* NULL: none yet */
	size_t size;
	bool good;
	uint64_t made_ns;
};

/* Once for each sentence, and once when all is well again: not at each scrape. */
static void say(const char *record, const char *why)
{
	static char said[640];
	char safe[512], sentence[640] = "";

	if (why != NULL)
		(void)snprintf(sentence, sizeof(sentence), "%s: %s",
			       log_safe(record, safe, sizeof(safe)), why);
	if (strcmp(said, sentence) == 0)
		return;
	(void)snprintf(said, sizeof(said), "%s", sentence);
	if (why != NULL)
		log_line(LOG_WARN, "%s", sentence);
	else
		log_line(LOG_NOTE, "the recording can be read again");
}

/* Nobody has recorded since the last boot: that is an answer, and no error. */
static bool write_text(const char *record, enum families_format format, FILE *to)
{
	struct reading reading;
	char why[160];
	int r = reading_open(record, &reading, why, sizeof(why));

	say(record, r == 0 || r == -ENOENT ? NULL : why);
	if (r < 0 && r != -ENOENT) {
		(void)fprintf(to, "The recording cannot be read: %s.\n", why);
		return false;
	}
	families_write(to, r == 0 ? &reading : NULL, format);
	if (r == 0)
		reading_free(&reading);
	return true;
}

static void make(struct text *text, const char *record, enum families_format format)
{
	FILE *to;

	free(text->bytes);
	*text = (struct text){.made_ns = clock_now()};
	to = open_memstream(&text->bytes, &text->size);
	if (to == NULL)
		return;
	text->good = write_text(record, format, to);
	if (fclose(to) != 0)
		text->good = false;
}

bool text_of(const char *record, enum families_format format, const char **ret, size_t *ret_size)
{
	static struct text texts[2];
	struct text *text = &texts[format];

	if (text->bytes == NULL || clock_now() - text->made_ns >= FRESH_NS)
		make(text, record, format);
	*ret = text->bytes != NULL ? text->bytes : "";
	*ret_size = text->bytes != NULL ? text->size : 0;
	return text->good;
}
