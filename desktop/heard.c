/* SPDX-License-Identifier: MIT */
#include "heard.h"

#include "base/util.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *text_of(json_object *o, const char *key)
{
	json_object *value = json_object_object_get(o, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static uint64_t number_of(json_object *o, const char *key)
{
	return json_object_get_uint64(json_object_object_get(o, key));
}

static bool is_true(json_object *o, const char *key)
{
	return json_object_get_boolean(json_object_object_get(o, key));
}

static uint64_t ppm_of(json_object *o, const char *key)
{
	double percent = json_object_get_double(json_object_object_get(o, key));

	return percent > 0 && percent <= 100 ? (uint64_t)(percent * 10000 + 0.5) : 0;
}

static enum heard_kind kind_of(const char *event)
{
	static const struct {
		const char *name;
		enum heard_kind kind;
	} rows[] = {
		{"hello", HEARD_HELLO},         {"warn", HEARD_WARN},
		{"nobody", HEARD_NOBODY},       {"futile", HEARD_FUTILE},
		{"kill", HEARD_KILL},           {"kernel_kill", HEARD_KERNEL_KILL},
		{"recovered", HEARD_RECOVERED},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, event) == 0)
			return rows[i].kind;
	return HEARD_OTHER;
}

/* RFC 3339, UTC, as doc/events.md has it. What nanoseconds cannot say (after 2554) was not said. */
static uint64_t time_of(const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	time_t seconds = end != NULL ? timegm(&tm) : 0;

	if (seconds <= 0 || (uint64_t)seconds > UINT64_MAX / NS_PER_S)
		return 0;
	return (uint64_t)seconds * NS_PER_S;
}

static void fill(json_object *o, struct heard *h)
{
	*h = (struct heard){
		.kind = kind_of(text_of(o, "event")),
		.sequence = number_of(o, "sequence"),
		.realtime_ns = time_of(text_of(o, "time")),
		.running = is_true(o, "running"),
		.own = is_true(o, "own"),
		.escalated = is_true(o, "escalated"),
		.dry_run = is_true(o, "dry_run"),
		.by_stall = is_true(o, "by_stall"),
		.at_once = strcmp(text_of(o, "signal"), "SIGKILL") == 0,
		.held_kib = number_of(o, "freeable_kib"),
		.available_kib = number_of(o, "mem_available_kib"),
		.available_ppm = ppm_of(o, "mem_available_percent"),
		.total_kib = number_of(o, "mem_total_kib"),
		.grown_kib = number_of(o, "grown_kib"),
		.grown_ns = number_of(o, "grown_ns"),
		.kills = number_of(o, "kills"),
		.lost_ppm = ppm_of(o, "lost_percent"),
	};
	(void)snprintf(h->name, sizeof(h->name), "%s", text_of(o, "name"));
	(void)snprintf(h->reason, sizeof(h->reason), "%s",
		       text_of(o, h->kind == HEARD_FUTILE ? "holder" : "reason"));
}

int heard_parse(const char *line, struct heard *ret)
{
	json_object *o = json_tokener_parse(line);

	if (!json_object_is_type(o, json_type_object)) {
		(void)json_object_put(o);
		return -EINVAL;
	}
	fill(o, ret);
	(void)json_object_put(o);
	return 0;
}
