/* SPDX-License-Identifier: MIT */
#include "bubble.h"

#include <libnotify/notify.h>
#include <stdio.h>
#include <string.h>

#define ICON "dialog-warning" /* of the icon naming specification */

static NotifyNotification *bubbles[BUBBLE_COUNT];

bool bubble_init(void)
{
	return notify_init("useroom");
}

bool bubble_server(char *buf, size_t size)
{
	char *name = NULL, *version = NULL;

	if (!notify_get_server_info(&name, NULL, &version, NULL)) {
		(void)snprintf(buf, size, "nobody shows notifications in this session");
		return false;
	}
	(void)snprintf(buf, size, "%s %s", name, version);
	g_free(name);
	g_free(version);
	return true;
}

/* Names come from strangers, and where there is markup they must not be it. */
static bool has_markup(void)
{
	GList *all = notify_get_server_caps();
	bool has = g_list_find_custom(all, "body-markup", (GCompareFunc)strcmp) != NULL;

	g_list_free_full(all, g_free);
	return has;
}

/* D-Bus takes nothing that is not UTF-8, and libnotify would not say so: half a letter, say. */
static char *as_body(const char *body)
{
	char *valid = g_utf8_make_valid(body, -1), *escaped;

	if (!has_markup())
		return valid;
	escaped = g_markup_escape_text(valid, -1);
	g_free(valid);
	return escaped;
}

static void make(enum bubble which, bool again, const char *title, const char *body)
{
	char *summary = g_utf8_make_valid(title, -1), *text = as_body(body);

	if (again && bubbles[which] != NULL) {
		(void)notify_notification_update(bubbles[which], summary, text, ICON);
	} else {
		if (bubbles[which] != NULL)
			g_object_unref(bubbles[which]);
		bubbles[which] = notify_notification_new(summary, text, ICON);
	}
	g_free(summary);
	g_free(text);
}

bool bubble_show(enum bubble which, bool again, bool urgent, const char *title, const char *body,
		 char *why, size_t size)
{
	GError *error = NULL;

	make(which, again, title, body);
	notify_notification_set_urgency(bubbles[which],
					urgent ? NOTIFY_URGENCY_CRITICAL : NOTIFY_URGENCY_NORMAL);
	notify_notification_set_hint(bubbles[which], "desktop-entry",
				     g_variant_new_string("useroom-notify"));
	if (notify_notification_show(bubbles[which], &error))
		return true;
	(void)snprintf(why, size, "%s", error != NULL ? error->message : "it was refused");
	g_clear_error(&error);
	return false;
}

void bubble_close(enum bubble which)
{
	if (bubbles[which] == NULL)
		return;
	(void)notify_notification_close(bubbles[which], NULL);
	g_object_unref(bubbles[which]);
	bubbles[which] = NULL;
}
