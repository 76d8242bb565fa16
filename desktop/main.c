/* SPDX-License-Identifier: MIT */
/*
 * useroom-notify: shows in a graphical session what useroom ended, and warns. It runs as the user
 * and hears what `useroomctl share` lets him know.
 */
#include "base/clock.h"
#include "base/command_line.h"
#include "base/log.h"
#include "base/output.h"
#include "base/util.h"
#include "bubble.h"
#include "local.h"
#include "seen.h"
#include "share.h"
#include "story.h"
#include "words.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RETRY_SECONDS 5
#define LINE_MOST     8192 /* ctl/share.c sends none that is longer */
#define NAME          "useroom.Notify"

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static struct {
	const char *socket;
	bool check, test, help, version;
	GMainLoop *loop;
	enum language language;
	struct story story;
	int fd; /* or -1: not connected */
	bool missed;
	char line[LINE_MOST];
	size_t length;
} now = {.socket = SHARE_SOCKET, .fd = -1};

/* ---- showing ---- */

/* Where nobody shows it, at least the journal has it. */
static void show(enum bubble which, bool again, bool urgent, const char *title, const char *body)
{
	char why[256], safe[512];

	if (bubble_show(which, again, urgent, title, body, why, sizeof(why)))
		return;
	log_line(LOG_WARN, "nobody shows notifications in this session (%s): %s", why,
		 log_safe(title, safe, sizeof(safe)));
}

static void act_on(enum story_what what)
{
	const struct story *s = &now.story;
	char title[256] = "", body[1024] = "";

	switch (what) {
	case STORY_KILL:
	case STORY_KILL_AGAIN:
		words_kill(s, now.language, title, sizeof(title), body, sizeof(body));
		show(BUBBLE_KILL, what == STORY_KILL_AGAIN, s->own > 0, title, body);
		break;
	case STORY_WARNING:
		words_warning(&s->warning, now.language, title, sizeof(title), body, sizeof(body));
		show(BUBBLE_WARNING, true, false, title, body);
		break;
	case STORY_OVER:
		bubble_close(BUBBLE_WARNING);
		break;
	case STORY_NOTHING:
		break;
	}
}

static void take_line(const char *line)
{
	struct heard heard;

	if (heard_parse(line, &heard) < 0)
		return;
	if (heard.kind == HEARD_HELLO && !heard.running)
		log_line(LOG_WARN, "useroom does not run: nothing is ended, and nothing shown");
	act_on(story_take(&now.story, &heard, clock_now(), clock_real()));
	seen_save(&now.story);
}

/* ---- listening ---- */

static gboolean connect_again(gpointer unused);

static gboolean lose(void)
{
	(void)close(now.fd);
	now.fd = -1;
	now.length = 0;
	(void)g_timeout_add_seconds(RETRY_SECONDS, connect_again, NULL);
	return G_SOURCE_REMOVE;
}

static void take_lines(void)
{
	char *end;

	now.line[now.length] = '\0';
	while ((end = memchr(now.line, '\n', now.length)) != NULL) {
		*end = '\0';
		take_line(now.line);
		now.length -= (size_t)(end + 1 - now.line);
		memmove(now.line, end + 1, now.length + 1);
	}
}

static gboolean hear(gint fd, GIOCondition condition, gpointer unused)
{
	ssize_t n = read(fd, now.line + now.length, sizeof(now.line) - 1 - now.length);

	(void)condition;
	(void)unused;
	if (n <= 0)
		return lose(); /* and so where a line has no end: no room is no byte */
	now.length += (size_t)n;
	take_lines();
	return G_SOURCE_CONTINUE;
}

/* Once, and once when it is well again. */
static void say_connected(int r)
{
	if (r < 0 && !now.missed)
		log_line(
			LOG_WARN,
			"%s: %s: useroomctl share does not run (useroom-share.service), so nothing "
			"is heard; it is tried again",
			now.socket, strerror(-r));
	else if (r >= 0)
		log_line(LOG_NOTE, "useroom-notify %s listens at %s", USEROOM_VERSION, now.socket);
	now.missed = r < 0;
}

static gboolean connect_again(gpointer unused)
{
	int fd = local_connect(now.socket);

	(void)unused;
	say_connected(fd);
	if (fd < 0 && now.fd == -1)
		return G_SOURCE_CONTINUE;
	now.fd = fd;
	(void)g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, hear, NULL);
	return G_SOURCE_REMOVE;
}

/* ---- the session ---- */

/* One a session: the desktop may start it by its unit and by its autostart entry. 0, -EEXIST, or
 * -EIO: there is no bus. */
static int take_name(GError **error)
{
	GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, error);
	GVariant *answer;
	guint32 result = 0;

	if (bus == NULL)
		return -EIO;
	answer = g_dbus_connection_call_sync(
		bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
		"RequestName", g_variant_new("(su)", NAME, 4u), /* do not queue */
		G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
	if (answer == NULL)
		return -EIO;
	g_variant_get(answer, "(u)", &result);
	g_variant_unref(answer);
	return result == 1 || result == 4 ? 0 : -EEXIST;
}

static gboolean stop(gpointer unused)
{
	(void)unused;
	g_main_loop_quit(now.loop);
	return G_SOURCE_REMOVE;
}

static int run(void)
{
	GError *error = NULL;
	int r = take_name(&error);
	char server[256];

	if (r == -EEXIST)
		log_line(LOG_NOTE, "another one shows them in this session");
	else if (r < 0)
		log_line(LOG_ERROR, "no session bus: %s", error->message);
	g_clear_error(&error);
	if (r < 0)
		return r == -EEXIST ? DONE : FAILED;
	if (!bubble_server(server, sizeof(server)))
		log_line(LOG_WARN, "%s: what is ended is written here only, until somebody does",
			 server);
	seen_load(&now.story);
	now.loop = g_main_loop_new(NULL, FALSE);
	(void)g_unix_signal_add(SIGTERM, stop, NULL);
	(void)g_unix_signal_add(SIGINT, stop, NULL);
	if (connect_again(NULL) == G_SOURCE_CONTINUE)
		(void)g_timeout_add_seconds(RETRY_SECONDS, connect_again, NULL);
	g_main_loop_run(now.loop);
	return DONE;
}

/* ---- asking ---- */

static int check(void)
{
	char server[256];
	bool shown = bubble_server(server, sizeof(server));
	int count = share_listeners(now.socket);

	(void)printf("notifications: %s\n", server);
	if (count < 0)
		(void)printf("useroomctl share: %s: %s\n", now.socket, strerror(-count));
	else
		(void)printf("useroomctl share: answers; %d of your sessions listen\n", count);
	return shown && count > 0 ? DONE : FAILED;
}

static int test(void)
{
	struct story s = {.own = 1, .row_count = 1};
	char title[256], body[1024], why[256], text[1100];

	s.rows[0] = s.last = (struct heard){.kind = HEARD_KILL,
					    .own = true,
					    .name = "example",
					    .held_kib = UINT64_C(3) << 20,
					    .available_kib = UINT64_C(800) << 10,
					    .available_ppm = 100000,
					    .total_kib = UINT64_C(8) << 20,
					    .realtime_ns = clock_real()};
	words_kill(&s, now.language, title, sizeof(title), body, sizeof(body));
	(void)snprintf(text, sizeof(text), "%s\n%s",
		       now.language == CHINESE ? "（这是测试，没有结束任何进程。）"
					       : "(This is a test: nothing was ended.)",
		       body);
	if (bubble_show(BUBBLE_KILL, false, true, title, text, why, sizeof(why)))
		return DONE;
	log_line(LOG_ERROR, "nobody shows notifications in this session: %s", why);
	return FAILED;
}

static const struct arguments_row options[] = {
	{"check", NULL, &now.check}, {"test", NULL, &now.test}, {"socket", &now.socket, NULL},
	{"help", NULL, &now.help},   {"h", NULL, &now.help},    {"version", NULL, &now.version},
};

static const char help[] =
	"usage: useroom-notify [option]...\n"
	"Shows in this graphical session what useroom ended, and warns.\n\n"
	"  -check                who shows notifications, who is listened to; 0: all is there\n"
	"  -test                 show an example\n"
	"  -socket PATH          of useroomctl share (default " SHARE_SOCKET ")\n"
	"  -version, -help\n";

static int answer(void)
{
	if (now.help)
		(void)fputs(help, stdout);
	else if (now.version)
		(void)printf("useroom-notify %s\n", USEROOM_VERSION);
	else if (!bubble_init())
		return FAILED;
	else if (now.check)
		return check();
	else
		return now.test ? test() : run();
	return DONE;
}

int main(int argc, char **argv)
{
	int result;

	output_open();
	log_init();
	(void)setlocale(LC_ALL, "");
	now.language = words_language(g_get_language_names());
	result = command_line_take(options, ARRAY_SIZE(options), argc, argv, "useroom-notify")
			 ? DONE
			 : USAGE;
	if (result == DONE)
		result = answer();
	return output_close() < 0 && result == DONE ? FAILED : result;
}
