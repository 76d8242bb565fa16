/* SPDX-License-Identifier: MIT */
/* events, incidents, show: what happened. */
#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "ctl.h"
#include "decide/squeeze.h"
#include "html.h"
#include "show.h"
#include "tell/incident.h"
#include "tell/report.h"
#include "writing.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_event(const struct recording_event *e)
{
	char text[REPORT_MAX], when[64];

	(void)printf("%s  %s\n", ctl_time(e->realtime_ns, when, sizeof(when)),
		     ctl_sentence(e, text, sizeof(text)));
}

enum ctl_exit ctl_events(const struct ctl *ctl)
{
	struct reading r;
	json_object *list;
	size_t first;

	if (ctl_open(ctl, ctl->record, &r) < 0)
		return CTL_FAILED;
	first = ctl->count > 0 && ctl->count < r.event_count ? r.event_count - ctl->count : 0;
	if (ctl->json) {
		list = json_object_new_array();
		for (size_t i = first; i < r.event_count; i++)
			(void)json_object_array_add(list, ctl_event_json(&r, &r.events[i]));
		(void)ctl_print_json(list);
	} else {
		for (size_t i = first; i < r.event_count; i++)
			print_event(&r.events[i]);
	}
	reading_free(&r);
	return CTL_OK;
}

/* ---- incidents ---- */

static bool ends_in(const char *name, const char *ending)
{
	size_t length = strlen(name), n = strlen(ending);

	return length > n && strcmp(name + length - n, ending) == 0;
}

static int is_incident(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends_in(entry->d_name, INCIDENT_ENDING);
}

static json_object *incident_json(const char *name, const struct reading *r,
				  const struct recording_event *kill)
{
	json_object *one = json_object_new_object();

	json_object_object_add(one, "incident", ctl_text_json(name));
	json_object_object_add(one, "kill", kill != NULL ? ctl_event_json(r, kill) : NULL);
	return one;
}

/* How short it was, the group's memory or the machine's. */
static const char *shortage(const struct recording_event *kill, char *buf, size_t size)
{
	char percent[32], group[4 * sizeof(kill->group)];

	if (kill->squeeze_rule != SQUEEZE_NONE)
		(void)snprintf(buf, size, "with room for %s %% in %s",
			       units_percent(kill->group_room_ppm, percent, sizeof(percent)),
			       log_safe(kill->group, group, sizeof(group)));
	else
		(void)snprintf(buf, size, "at %s %% available",
			       units_percent(share_ppm(kill->mem_available, kill->mem_total),
					     percent, sizeof(percent)));
	return buf;
}

static void print_incident(const char *name, const struct recording_event *kill)
{
	char when[64], comm[80], size[32], more[32] = "", how[1200];

	if (kill == NULL) {
		(void)printf("%s  nobody was ended\n", name);
		return;
	}
	if (kill->together > 0)
		(void)snprintf(more, sizeof(more), " and %u more", kill->together);
	(void)printf("%s  %s  %s (%d)%s, %s, %s\n", name,
		     ctl_time(kill->realtime_ns, when, sizeof(when)),
		     log_safe(kill->victim_comm, comm, sizeof(comm)), kill->victim_pid, more,
		     units_size(kill->victim_freeable, size, sizeof(size)),
		     shortage(kill, how, sizeof(how)));
}

static void list_one(const struct ctl *ctl, const char *name, json_object *list)
{
	const struct recording_event *kill;
	char path[1024];
	struct reading r;
	struct part part;

	(void)snprintf(path, sizeof(path), "%s/%s", ctl->incidents, name);
	if (ctl_open(ctl, path, &r) < 0)
		return;
	part = show_part(&r);
	kill = show_first_kill(&r, &part);
	if (ctl->json)
		(void)json_object_array_add(list, incident_json(name, &r, kill));
	else
		print_incident(name, kill);
	reading_free(&r);
}

/* Why there is nothing to list, which is not the same as that there is nothing. */
static enum ctl_exit cannot_list(const struct ctl *ctl, int error)
{
	char safe[1024];

	(void)log_safe(ctl->incidents, safe, sizeof(safe));
	if (error == EACCES)
		return ctl_fail("%s may not be read: what is in it names everybody's processes, so "
				"ask as root",
				safe);
	return ctl_fail("%s: %s", safe, strerror(error));
}

enum ctl_exit ctl_incidents(const struct ctl *ctl)
{
	struct dirent **names;
	json_object *list = ctl->json ? json_object_new_array() : NULL;
	int count = scandir(ctl->incidents, &names, is_incident, alphasort);

	if (count < 0 && errno != ENOENT)
		return cannot_list(ctl, errno);
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

/* One of a near miss only where nothing else is there. */
static enum ctl_exit newest(const struct ctl *ctl, char *path, size_t size)
{
	struct dirent **names;
	int count = scandir(ctl->incidents, &names, is_incident, alphasort);
	int shown = count - 1;

	if (count < 0 && errno != ENOENT)
		return cannot_list(ctl, errno);
	while (shown >= 0 && ends_in(names[shown]->d_name, NEAR_MISS_ENDING))
		shown--;
	if (shown < 0)
		shown = count - 1; /* nothing else is there */
	if (count > 0)
		(void)snprintf(path, size, "%s/%s", ctl->incidents, names[shown]->d_name);
	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);
	return count > 0 ? CTL_OK : ctl_fail("there is no incident in %s", ctl->incidents);
}

enum ctl_exit ctl_find_recording(const struct ctl *ctl, char *path, size_t size)
{
	int error;

	if (ctl->argument == NULL)
		return newest(ctl, path, size);
	(void)snprintf(path, size, "%s/%s", ctl->incidents, ctl->argument);
	if (strchr(ctl->argument, '/') == NULL && access(path, F_OK) == 0)
		return CTL_OK;
	error = errno;
	(void)snprintf(path, size, "%s", ctl->argument);
	if (strchr(ctl->argument, '/') == NULL && error == EACCES && access(path, F_OK) < 0)
		return cannot_list(ctl, error);
	return CTL_OK;
}

static enum ctl_exit show_page(const struct ctl *ctl, const struct reading *r,
			       const struct part *part)
{
	FILE *file = strcmp(ctl->html, "-") == 0 ? stdout : fopen(ctl->html, "we");
	bool failed;

	if (file == NULL)
		return ctl_fail("%s: %s", ctl->html, strerror(errno));
	html_write(file, r, part);
	if (file == stdout)
		return CTL_OK;
	failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed)
		return ctl_fail("%s: %s", ctl->html, strerror(errno));
	return CTL_OK;
}

static enum ctl_exit copy(const struct ctl *ctl, const struct reading *r)
{
	char safe[1024];
	int error = writing_copy(r, ctl->copy);

	if (error == 0)
		return CTL_OK;
	return ctl_fail("%s: %s", log_safe(ctl->copy, safe, sizeof(safe)), strerror(-error));
}

enum ctl_exit ctl_show(const struct ctl *ctl)
{
	char path[1024];
	struct reading r;
	struct part part;
	enum ctl_exit result = CTL_OK;

	if (ctl_find_recording(ctl, path, sizeof(path)) != CTL_OK)
		return CTL_FAILED;
	if (ctl_open(ctl, path, &r) < 0)
		return CTL_FAILED;
	part = show_part(&r);
	if (ctl->html != NULL)
		result = show_page(ctl, &r, &part);
	else if (ctl->copy != NULL)
		result = copy(ctl, &r);
	else if (ctl->json)
		result = ctl_print_json(show_json(&r, &part));
	else
		show_text(stdout, &r, &part);
	reading_free(&r);
	return result;
}
