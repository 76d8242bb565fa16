/* SPDX-License-Identifier: MIT */
/*
 * What strangers call themselves, in the page of an incident: strings, each ended by a NUL.
 * Whatever they are, the page has the same elements, with the same attributes, as if they were
 * ordinary.
 */
#include "act/event.h"
#include "base/log.h"
#include "base/util.h"
#include "html.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAMES     10
#define SAFE_SIZE 4096 /* of html_escape(): a longer text is cut */

/* ---- one text ---- */

static const struct {
	const char *written;
	char means;
} entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}};

/* What a browser makes of it; an unknown entity or a bare sign of HTML is a fault. */
static size_t understand(const char *from, char *to)
{
	char *begin = to;

	while (*from != '\0') {
		size_t i = 0;

		if (strchr("<>\"'", *from) != NULL)
			abort();
		if (*from != '&') {
			*to++ = *from++;
			continue;
		}
		while (i < ARRAY_SIZE(entities) &&
		       strncmp(from, entities[i].written, strlen(entities[i].written)) != 0)
			i++;
		if (i == ARRAY_SIZE(entities))
			abort();
		*to++ = entities[i].means;
		from += strlen(entities[i].written);
	}
	*to = '\0';
	return (size_t)(to - begin);
}

static void check_escape(const char *text)
{
	char safe[SAFE_SIZE], *written = NULL, *understood;
	size_t size;
	FILE *f = open_memstream(&written, &size);

	if (f == NULL)
		return;
	html_escape(f, text);
	(void)fclose(f);
	understood = malloc(size + 1);
	(void)log_safe(text, safe, sizeof(safe));
	if (understood != NULL &&
	    (understand(written, understood) != strlen(safe) || strcmp(understood, safe) != 0))
		abort();
	free(understood);
	free(written);
}

/* ---- the page ---- */

/* The names of an incident, or in their place "x" where there is one. */
static char *write_page(char *const names[NAMES], bool ordinary, size_t *ret_size)
{
	static struct recording_look looks[] = {
		{.sequence = 1, .now_ns = 4, .value = {[VALUE_MEM_TOTAL] = 1000}},
		{.sequence = 2, .now_ns = 6, .value = {[VALUE_MEM_TOTAL] = 1000}}};
	struct recording_event event = {.sequence = 1,
					.now_ns = 5,
					.type = EVENT_KILL,
					.signal = 15,
					.mem_total = 1000,
					.victim_pid = 7,
					.candidate_count = 2,
					.candidates = {{.pid = 7}, {.pid = 8}}};
	struct reading r = {.looks = looks, .look_count = 2, .events = &event, .event_count = 1};
	struct {
		char *at;
		size_t size;
	} fields[NAMES] = {
		{r.header.host, sizeof(r.header.host)},
		{r.header.kernel, sizeof(r.header.kernel)},
		{r.header.program, sizeof(r.header.program)},
		{event.victim_comm, sizeof(event.victim_comm)},
		{event.victim_exe, sizeof(event.victim_exe)},
		{event.user, sizeof(event.user)},
		{event.unit, sizeof(event.unit)},
		{event.container, sizeof(event.container)},
		{event.candidates[0].comm, sizeof(event.candidates[0].comm)},
		{event.candidates[1].comm, sizeof(event.candidates[1].comm)},
	};
	struct part part = {.to_ns = UINT64_MAX};
	char *page = NULL;
	FILE *f = open_memstream(&page, ret_size);

	for (unsigned i = 0; i < NAMES; i++)
		(void)snprintf(fields[i].at, fields[i].size, "%s",
			       ordinary && names[i][0] != '\0' ? "x" : names[i]);
	if (f == NULL)
		abort();
	html_write(f, &r, &part);
	(void)fclose(f);
	return page;
}

/* The next element's tag, as it stands there; *ret_length 0: there is none. */
static const char *next_tag(const char *page, size_t *ret_length)
{
	const char *at = strchr(page, '<'), *end = at != NULL ? strchr(at, '>') : NULL;

	*ret_length = end != NULL ? (size_t)(end + 1 - at) : 0;
	return at;
}

static void check_tags(const char *page, const char *ordinary)
{
	size_t length, expected;

	for (;;) {
		page = next_tag(page, &length);
		ordinary = next_tag(ordinary, &expected);
		if (length != expected || (length > 0 && memcmp(page, ordinary, length) != 0))
			abort();
		if (length == 0)
			return;
		page += length;
		ordinary += length;
	}
}

/* One byte that is no text is enough for a terminal, or a browser that guesses. */
static void check_bytes(const char *page, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)page[i] < 0x20 && page[i] != '\n') || page[i] == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), *at = copy, *names[NAMES], *page, *ordinary;
	size_t page_size, ordinary_size;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	for (unsigned i = 0; i < NAMES; i++) {
		names[i] = at;
		check_escape(at);
		at += strlen(at);
		at += at < copy + size;
	}
	page = write_page(names, false, &page_size);
	ordinary = write_page(names, true, &ordinary_size);
	check_bytes(page, page_size);
	check_tags(page, ordinary);
	free(page);
	free(ordinary);
	free(copy);
	return 0;
}
