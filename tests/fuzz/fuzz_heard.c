/* SPDX-License-Identifier: MIT */
/*
 * Lines as useroomctl share may send them, or somebody who listens in its place: each is an event
 * or refused, and all of them make a story whose words fit.
 */
#include "base/util.h"
#include "heard.h"
#include "story.h"
#include "words.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW  (1000 * NS_PER_S)
#define REAL (UINT64_C(1767225600) * NS_PER_S) /* 2026-01-01T00:00:00Z */

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Both have room for all that is said, as in desktop/main.c: nothing is cut. */
static void check_words(const struct story *s, const struct heard *h)
{
	char title[256], body[1024];

	for (enum language language = ENGLISH; language <= CHINESE; language++) {
		words_kill(s, language, title, sizeof(title), body, sizeof(body));
		must(strlen(title) < sizeof(title) - 1 && strlen(body) < sizeof(body) - 1);
		words_warning(h, language, title, sizeof(title), body, sizeof(body));
		must(strlen(title) < sizeof(title) - 1 && strlen(body) < sizeof(body) - 1);
	}
}

static void check_heard(const struct heard *h)
{
	must(h->kind <= HEARD_RECOVERED);
	must(strnlen(h->name, sizeof(h->name)) < sizeof(h->name));
	must(strnlen(h->reason, sizeof(h->reason)) < sizeof(h->reason));
	must(h->available_ppm <= 1000000 && h->lost_ppm <= 1000000);
	must(h->realtime_ns % NS_PER_S == 0);
}

static bool hear(const char *line, struct heard *h)
{
	struct heard before = *h;
	int r = heard_parse(line, h);

	must(r == 0 || (r == -EINVAL && memcmp(h, &before, sizeof(before)) == 0));
	return r == 0;
}

/* What was heard is not told again, and no more are told of than were ended. */
static void tell(struct story *s, const struct heard *h, unsigned lines)
{
	uint64_t now = NOW + lines * NS_PER_S;
	enum story_what what = story_take(s, h, now, REAL);

	must(s->own + s->others <= lines && s->row_count <= s->own && s->row_count <= STORY_ROWS);
	must(what == STORY_NOTHING || story_take(s, h, now, REAL) == STORY_NOTHING);
	check_words(s, h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *rest = text, *line;
	struct heard h = {0};
	struct story story = {0};

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	for (unsigned lines = 1; (line = strsep(&rest, "\n")) != NULL; lines++) {
		if (!hear(line, &h))
			continue;
		check_heard(&h);
		tell(&story, &h, lines);
	}
	free(text);
	return 0;
}
