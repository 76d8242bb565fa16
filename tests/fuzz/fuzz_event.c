/* SPDX-License-Identifier: MIT */
/*
 * Events as somebody may have written them into a recording: the bytes of each without its number,
 * one after the other. What useroomctl and the JSON log make of them must hold to doc/events.md:
 * one object in one line, that any reader of JSON takes, and sentences without control characters.
 */
#include "base/log.h"
#include "base/util.h"
#include "ctl.h"
#include "tell/record.h"
#include "tell/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EVENT_BYTES (sizeof(struct recording_event) - sizeof(uint64_t))
#define EVENTS_MAX  3

static void check_line(const char *text, size_t length)
{
	if (strnlen(text, length + 1) != length)
		abort();
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			abort();
}

/* In memory of exactly that size. A cut sentence is the beginning of the whole. */
static void check_cut(const struct event *e, const char *whole, size_t size)
{
	char *cut = malloc(size);
	size_t length;

	if (cut == NULL)
		return;
	length = report_text(e, cut, size);
	if (length >= size || strlen(cut) != length)
		abort();
	if (length + 1 < size && strcmp(cut, whole) != 0)
		abort();
	length = report_json(e, cut, size);
	if (length >= size || strlen(cut) != length)
		abort();
	free(cut);
}

static void must_be(json_object *o, const char *key, const char *value)
{
	char safe[1024];
	json_object *found;

	if (json_object_object_get_ex(o, key, &found) &&
	    strcmp(json_object_get_string(found), log_safe(value, safe, sizeof(safe))) != 0)
		abort();
}

static void check_json(const struct event *e)
{
	char text[REPORT_MAX];
	size_t length = report_json(e, text, sizeof(text));
	json_object *o, *name;

	check_line(text, length);
	o = json_tokener_parse(text);
	if (o == NULL || !json_object_object_get_ex(o, "event", &name) ||
	    strcmp(json_object_get_string(name), event_name(e->type)) != 0)
		abort();
	must_be(o, "name", e->target.victim.comm);
	must_be(o, "exe", e->target.victim.exe);
	must_be(o, "user", e->user);
	must_be(o, "unit", e->target.victim.unit);
	must_be(o, "container", e->target.victim.container);
	(void)json_object_put(o);
}

/* What useroomctl prints is read back as the same. */
static void check_ctl_json(const struct reading *r, const struct recording_event *event)
{
	json_object *o = ctl_event_json(r, event), *again, *name;

	if (!json_object_object_get_ex(o, "event", &name))
		abort();
	again = json_tokener_parse(json_object_to_json_string(o));
	if (!json_object_equal(o, again))
		abort();
	(void)json_object_put(again);
	(void)json_object_put(o);
}

static void check_event(const struct reading *r, const struct recording_event *event, size_t cut)
{
	char text[REPORT_MAX];
	struct event e;

	ctl_to_event(event, &e);
	check_line(text, report_text(&e, text, sizeof(text)));
	check_cut(&e, text, cut);
	check_json(&e);
	check_ctl_json(r, event);
	(void)ctl_sentence(event, text, sizeof(text));
	check_line(text, strlen(text));
}

/* A recording that has nothing but these events. */
static size_t make_recording(const uint8_t *data, size_t size, char *to)
{
	struct recording_header h = {.version = RECORDING_VERSION,
				     .byte_order = RECORDING_BYTE_ORDER,
				     .file_bytes = RECORD_BYTES_LEAST};

	memcpy(h.magic, RECORDING_MAGIC, sizeof(h.magic));
	record_layout(RECORD_BYTES_LEAST, h.rings);
	memset(to, 0, RECORD_BYTES_LEAST);
	memcpy(to, &h, sizeof(h));
	for (uint64_t n = 1; n <= EVENTS_MAX && size > 0; n++) {
		char *slot = to + h.rings[RING_EVENTS].offset +
			     (n - 1) * h.rings[RING_EVENTS].record_bytes;
		size_t bytes = min_size(size, EVENT_BYTES);

		memcpy(slot, &n, sizeof(n));
		memcpy(slot + sizeof(n), data, bytes);
		data += bytes;
		size -= bytes;
	}
	return RECORD_BYTES_LEAST;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char file[RECORD_BYTES_LEAST];
	struct reading r;
	char why[160];
	size_t cut = size > 0 ? 1 + data[0] * 2u : 1;

	if (reading_parse(file, make_recording(data, size, file), &r, why, sizeof(why)) < 0)
		abort();
	for (size_t i = 0; i < r.event_count; i++)
		check_event(&r, &r.events[i], cut);
	reading_free(&r);
	return 0;
}
