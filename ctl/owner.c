/* SPDX-License-Identifier: MIT */
#include "owner.h"

#include "base/util.h"
#include "ctl.h"
#include "tell/report.h"

/* Lists of what is said, never of what is not: a field that comes later is not said by itself. */
static const char *const everybodys[] = {
	"time",
	"event",
	"mem_total_kib",
	"mem_available_kib",
	"mem_available_percent",
	"swap_total_kib",
	"swap_free_kib",
	"swap_free_percent",
	"mem_limit_percent",
	"swap_limit_percent",
	"mem_limit_kib",
	"swap_limit_kib",
	"stall_rule",
	"stall_evidence",
	"by_stall",
	"stalled_millitasks",
	"lost_percent",
	"signal",
	"escalated",
	"dry_run",
	"reason",
	"holder",
	"holder_kib",
	"episode_ns",
	"kills",
	"exited_by_term",
};

static const char *const owners[] = {
	"pid",
	"name",
	"exe",
	"uid",
	"unit",
	"container",
	"rss_kib",
	"anon_kib",
	"swap_kib",
	"freeable_kib",
	"shared_kib",
	"grown_kib",
	"grown_ns",
	"oom_score",
	"oom_score_adj",
	"swapped_out",
	"ignores_sigterm",
	"since_signal_ns",
	"came_back_kib",
	"repeat_count",
	"error",
};

static bool has_victim(const struct recording_event *e)
{
	return e->type == EVENT_KILL || e->type == EVENT_FREED || e->type == EVENT_STUCK ||
	       e->type == EVENT_FAILED;
}

/* The others: another's control group, and what only who looks after the daemon needs. */
static bool is_for_users(const struct recording_event *e)
{
	static const enum event_type types[] = {EVENT_START,     EVENT_STOP,   EVENT_WARN,
						EVENT_NOBODY,    EVENT_FUTILE, EVENT_KERNEL_KILL,
						EVENT_RECOVERED, EVENT_LOW};

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		if (e->type == types[i])
			return true;
	return has_victim(e);
}

static void copy(json_object *to, json_object *from, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		json_object *value = json_object_object_get(from, names[i]);

		if (value != NULL)
			json_object_object_add(to, names[i], json_object_get(value));
	}
}

bool owner_has(const struct recording_event *event, uint32_t uid)
{
	return has_victim(event) && event->victim_uid == uid;
}

json_object *owner_json(const struct recording_event *event, uint32_t uid)
{
	static char text[REPORT_MAX];
	static struct event e;
	json_object *all, *o;

	if (!is_for_users(event))
		return NULL;
	ctl_to_event(event, &e);
	(void)report_json(&e, text, sizeof(text));
	all = json_tokener_parse(text);
	if (all == NULL)
		return NULL;
	o = json_object_new_object();
	ctl_add_number(o, "sequence", event->sequence);
	copy(o, all, everybodys, ARRAY_SIZE(everybodys));
	if (has_victim(event))
		json_object_object_add(o, "own", json_object_new_boolean(owner_has(event, uid)));
	if (has_victim(event) && (uid == 0 || owner_has(event, uid)))
		copy(o, all, owners, ARRAY_SIZE(owners));
	(void)json_object_put(all);
	return o;
}
