/* SPDX-License-Identifier: MIT */
/* events, incidents, show: what happened. */
#include "ctl.h"
#include "html.h"

#include "log.h"
#include "report.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Around an incident: what was seen from so long before its first event to so long after its last. */
#define BEFORE_NS (10 * NS_PER_S)
#define AFTER_NS  (3 * NS_PER_S)

static void print_event(const struct recording_event *e)
{
	char text[REPORT_MAX], when[64];

	(void)printf("%s  %s\n", ctl_time(e->realtime_ns, when, sizeof(when)), ctl_sentence(e, text, sizeof(text)));
}

enum ctl_exit ctl_events(const struct ctl *ctl)
{
	struct reading r;
	json_object *list;
	size_t first;

	if (ctl_open(ctl->record, &r) < 0)
		return CTL_FAILED;
	first = ctl->count > 0 && ctl->count < r.event_count ? r.event_count - ctl->count : 0;
	if (ctl->json) {
		list = json_object_new_array();
		for (size_t i = first; i < r.event_count; i++)
			json_object_array_add(list, ctl_event_json(&r.events[i]));
		(void)ctl_print_json(list);
	} else {
		for (size_t i = first; i < r.event_count; i++)
			print_event(&r.events[i]);
	}
	reading_free(&r);
	return CTL_OK;
}

/* ---- incidents ---- */

static int is_incident(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 8 && strcmp(entry->d_name + length - 8, ".useroom") == 0;
}

/* The events of the incident itself: from the one it was kept for, else all. */
static size_t first_event(const struct reading *r)
{
	size_t i = 0;

	while (i < r->event_count && r->events[i].sequence < r->header.kept_because)
		i++;
	return i < r->event_count ? i : 0;
}

static const struct recording_event *first_kill(const struct reading *r)
{
	for (size_t i = first_event(r); i < r->event_count; i++)
		if (r->events[i].type == EVENT_KILL)
			return &r->events[i];
	return NULL;
}

static json_object *incident_json(const char *name, const struct recording_event *kill)
{
	json_object *one = json_object_new_object();

	json_object_object_add(one, "incident", json_object_new_string(name));
	json_object_object_add(one, "kill", kill != NULL ? ctl_event_json(kill) : NULL);
	return one;
}

static void print_incident(const char *name, const struct recording_event *kill)
{
	char when[64], comm[80], size[32], percent[32];

	if (kill == NULL) {
		(void)printf("%s  nobody was ended\n", name);
		return;
	}
	(void)printf("%s  %s  %s (%d), %s, at %s %% available\n", name, ctl_time(kill->realtime_ns, when, sizeof(when)),
		     log_safe(kill->victim_comm, comm, sizeof(comm)), kill->victim_pid,
		     report_size(kill->victim_freeable, size, sizeof(size)),
		     report_percent(kill->mem_total ? (uint32_t)((double)kill->mem_available / (double)kill->mem_total * 1e6) : 0,
				    percent, sizeof(percent)));
}

static void list_one(const struct ctl *ctl, const char *name, json_object *list)
{
	char path[1024];
	struct reading r;

	(void)snprintf(path, sizeof(path), "%s/%s", ctl->incidents, name);
	if (ctl_open(path, &r) < 0)
		return;
	if (ctl->json)
		json_object_array_add(list, incident_json(name, first_kill(&r)));
	else
		print_incident(name, first_kill(&r));
	reading_free(&r);
}

enum ctl_exit ctl_incidents(const struct ctl *ctl)
{
	struct dirent **names;
	json_object *list = ctl->json ? json_object_new_array() : NULL;
	int count = scandir(ctl->incidents, &names, is_incident, alphasort);

	if (count < 0 && errno != ENOENT)
		return ctl_fail("%s: %s", ctl->incidents, strerror(errno));
	for (int i = 0; i < count; i++) {
		list_one(ctl, names[i]->d_name, list);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	if (ctl->json)
		return ctl_print_json(list);
	if (count <= 0)
		(void)printf("no incidents in %s\n", ctl->incidents);
	return CTL_OK;
}

/* ---- show ---- */

/* A name as `incidents` lists it, a path, or nothing: the newest. */
static bool find_incident(const struct ctl *ctl, char *path, size_t size)
{
	struct dirent **names;
	int count;

	if (ctl->argument != NULL) {
		bool named = strchr(ctl->argument, '/') == NULL;

		(void)snprintf(path, size, "%s%s%s", named ? ctl->incidents : "", named ? "/" : "", ctl->argument);
		return true;
	}
	count = scandir(ctl->incidents, &names, is_incident, alphasort);
	if (count > 0)
		(void)snprintf(path, size, "%s/%s", ctl->incidents, names[count - 1]->d_name);
	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);
	return count > 0;
}

static void bounds(const struct reading *r, uint64_t *ret_from, uint64_t *ret_to)
{
	size_t first = first_event(r);

	*ret_from = 0;
	*ret_to = UINT64_MAX;
	if (r->event_count == 0)
		return;
	*ret_from = minus_u64(r->events[first].now_ns, BEFORE_NS);
	*ret_to = r->events[r->event_count - 1].now_ns + AFTER_NS;
}

/* One line a second, and each event where it happened. */
static void show_text(const struct reading *r, uint64_t from, uint64_t to)
{
	char when[64], mem[32], swap[32], percent[32];
	size_t event = first_event(r);
	uint64_t next = 0;

	for (size_t i = 0; i < r->look_count; i++) {
		const struct recording_look *l = &r->looks[i];
		uint64_t total = l->value[VALUE_MEM_TOTAL], available = l->value[VALUE_MEM_AVAILABLE];

		if (l->now_ns < from || l->now_ns > to)
			continue;
		for (; event < r->event_count && r->events[event].now_ns <= l->now_ns; event++)
			print_event(&r->events[event]);
		if (l->now_ns < next)
			continue;
		next = l->now_ns + NS_PER_S;
		(void)printf("%s  available %s (%s %%)", ctl_time(reading_realtime(r, l->now_ns), when, sizeof(when)),
			     report_size(available, mem, sizeof(mem)),
			     report_percent(total ? (uint32_t)((double)available / (double)total * 1e6) : 0, percent,
					    sizeof(percent)));
		if (l->value[VALUE_SWAP_TOTAL] > 0)
			(void)printf(", swap free %s", report_size(l->value[VALUE_SWAP_FREE], swap, sizeof(swap)));
		if (l->value[VALUE_PENDING_MEM] > 0)
			(void)printf(", %s coming back", report_size(l->value[VALUE_PENDING_MEM], mem, sizeof(mem)));
		(void)putchar('\n');
	}
	for (; event < r->event_count; event++)
		print_event(&r->events[event]);
}

static enum ctl_exit show_json(const struct reading *r, uint64_t from, uint64_t to)
{
	json_object *all = json_object_new_object(), *looks = json_object_new_array(), *events = json_object_new_array();
	const struct recording_header *h = &r->header;

	json_object_object_add(all, "host", ctl_text_json(h->host));
	json_object_object_add(all, "kernel", ctl_text_json(h->kernel));
	json_object_object_add(all, "useroom", ctl_text_json(h->program));
	json_object_object_add(all, "mem_term_ppm", json_object_new_uint64(h->settings.mem_term_ppm));
	json_object_object_add(all, "mem_kill_ppm", json_object_new_uint64(h->settings.mem_kill_ppm));
	json_object_object_add(all, "swap_term_ppm", json_object_new_uint64(h->settings.swap_term_ppm));
	json_object_object_add(all, "swap_kill_ppm", json_object_new_uint64(h->settings.swap_kill_ppm));
	for (size_t i = 0; i < r->look_count; i++)
		if (r->looks[i].now_ns >= from && r->looks[i].now_ns <= to)
			json_object_array_add(looks, ctl_look_json(r, &r->looks[i]));
	for (size_t i = first_event(r); i < r->event_count; i++)
		json_object_array_add(events, ctl_event_json(&r->events[i]));
	json_object_object_add(all, "looks", looks);
	json_object_object_add(all, "events", events);
	return ctl_print_json(all);
}

static enum ctl_exit show_html(const struct ctl *ctl, const struct reading *r, uint64_t from, uint64_t to)
{
	FILE *file = strcmp(ctl->html, "-") == 0 ? stdout : fopen(ctl->html, "we");

	if (file == NULL)
		return ctl_fail("%s: %s", ctl->html, strerror(errno));
	html_write(file, r, first_event(r), from, to);
	if (file != stdout && fclose(file) != 0)
		return ctl_fail("%s: %s", ctl->html, strerror(errno));
	return CTL_OK;
}

enum ctl_exit ctl_show(const struct ctl *ctl)
{
	char path[1024];
	struct reading r;
	uint64_t from, to;
	enum ctl_exit result = CTL_OK;

	if (!find_incident(ctl, path, sizeof(path)))
		return ctl_fail("there is no incident in %s", ctl->incidents);
	if (ctl_open(path, &r) < 0)
		return CTL_FAILED;
	bounds(&r, &from, &to);
	if (ctl->html != NULL)
		result = show_html(ctl, &r, from, to);
	else if (ctl->json)
		result = show_json(&r, from, to);
	else
		show_text(&r, from, to);
	reading_free(&r);
	return result;
}
