/* SPDX-License-Identifier: MIT */
/* top: the same as why and status, live. Here is what time and keys do; how it looks is in
 * screen.c. */
#define NCURSES_WIDECHAR 1
#include "base/clock.h"
#include "base/util.h"
#include "ctl.h"
#include "history.h"
#include "screen.h"
#include "view.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 1000
/* Looking takes at most one part in this of the time, however many processes there are. */
#define LOOK_COST 10
#define OWN_LOOKS 700 /* more than ten minutes */

#define ESCAPE    27
#define BACKSPACE 127

static struct view view;
static struct history history;
static volatile sig_atomic_t interrupted;

/* What was seen here: all there is where nothing is recorded. A ring. */
static struct own_look {
	uint64_t now_ns;
	uint32_t mem_ppm, swap_ppm;
} own[OWN_LOOKS];
static unsigned own_count;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

/* Leave as with q, so that the terminal is as it was. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
}

/* ---- looking ---- */

static void fill_history(void)
{
	history_begin(&history, screen_spark_columns(), view.sample.now_ns);
	if (view.recorded)
		history_add_reading(&history, &view.reading);
	for (unsigned i = 0; i < own_count && i < OWN_LOOKS; i++)
		history_add(&history, own[i].now_ns, own[i].now_ns + NS_PER_S, own[i].mem_ppm,
			    own[i].swap_ppm);
}

/* Returns when to look again. */
static uint64_t look(const struct ctl *ctl)
{
	uint64_t began = clock_now(), took;

	view_read_again(ctl, &view);
	view_refresh(&view);
	own[own_count++ % OWN_LOOKS] = (struct own_look){view.sample.now_ns, view.decision.mem_ppm,
							 view.decision.swap_ppm};
	took = clock_now() - began;
	return began + max_u64(LOOK_MS * NS_PER_MS, took * LOOK_COST);
}

/* ---- keys ---- */

static void rub_out(char *text)
{
	size_t length = strlen(text);

	while (length > 0 &&
	       (text[length - 1] & 0xC0) == 0x80) /* the rest of a character of several bytes */
		length--;
	text[length > 0 ? length - 1 : 0] = '\0';
}

static void type(struct screen *s, int key)
{
	size_t length = strlen(s->filter);

	if (key == ESCAPE)
		s->filter[0] = '\0';
	if (key == ESCAPE || key == '\r' || key == '\n' || key == KEY_ENTER)
		s->typing = false;
	else if (key == KEY_BACKSPACE || key == BACKSPACE || key == '\b')
		rub_out(s->filter);
	else if (key >= ' ' && key <= 0xFF && length + 1 < sizeof(s->filter))
		memcpy(s->filter + length, (char[]){(char)key, '\0'}, 2);
	s->first = 0;
}

static void sort_by(struct screen *s, enum order_key key)
{
	s->key = key;
	s->first = 0;
}

static void move_first(unsigned *first, unsigned page, int key)
{
	unsigned step = page > 1 ? page - 1 : 1;

	if (key == KEY_DOWN || key == KEY_NPAGE)
		*first += key == KEY_DOWN ? 1 : step; /* drawing stops it at the end */
	else if (key == KEY_UP || key == KEY_PPAGE)
		*first = (unsigned)minus_u64(*first, key == KEY_UP ? 1 : step);
	else if (key == KEY_HOME)
		*first = 0;
}

/* false: quit */
static bool press(struct screen *s, int key)
{
	static const char sorts[ORDER_COUNT + 1] = "bmpn";
	const char *sort = key > 0 && key < 128 ? strchr(sorts, key) : NULL;

	if (s->typing) {
		type(s, key);
		return true;
	}
	if (sort != NULL)
		sort_by(s, (enum order_key)(sort - sorts));
	else if (key == 's')
		sort_by(s, (s->key + 1) % ORDER_COUNT);
	else if (key == '/')
		s->typing = true;
	else if (key == 'h' || key == '?')
		s->help = !s->help;
	else if (key == ESCAPE && s->help)
		s->help = false;
	else if (key == ESCAPE)
		s->filter[0] = '\0';
	else
		move_first(s->help ? &s->help_first : &s->first, s->page, key);
	return key != 'q';
}

/* All that were pressed. false: quit. */
static bool take_keys(struct screen *s, bool *ret_any)
{
	*ret_any = false;
	for (int key; (key = getch()) != ERR; *ret_any = true) {
		if (!press(s, key))
			return false;
	}
	return !interrupted;
}

/* Wait until it is time to look, or a key, or the terminal has another size. false: the terminal is
 * gone. */
static bool wait_for_keys(uint64_t until_ns, bool *ret_readable)
{
	struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
	uint64_t ms = minus_u64(until_ns, clock_now()) / NS_PER_MS;
	int ready = poll(&terminal, 1, (int)min_u64(ms + 1, 60000));

	*ret_readable = ready > 0;
	return ready <= 0 || !(terminal.revents & (POLLERR | POLLHUP | POLLNVAL));
}

static void run(const struct ctl *ctl)
{
	struct screen screen = {.view = &view, .history = &history};
	uint64_t next = look(ctl);
	bool readable = false, any;

	do {
		if (clock_now() >= next)
			next = look(ctl);
		fill_history();
		screen_draw(&screen);
	} while (wait_for_keys(next, &readable) && take_keys(&screen, &any) && (any || !readable));
}

enum ctl_exit ctl_top(const struct ctl *ctl)
{
	enum ctl_exit result = CTL_FAILED;

	if (view_open(ctl, &view) < 0) {
		view_close(&view);
		return CTL_FAILED;
	}
	catch_signals();
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		(void)ctl_fail("top needs a terminal; status and why have -json for programs");
	} else if (screen_open() < 0) {
		(void)ctl_fail("the terminal is not known here: TERM is '%s'",
			       getenv("TERM") ? getenv("TERM") : "");
	} else {
		run(ctl);
		screen_close();
		result = CTL_OK;
	}
	view_close(&view);
	return result;
}
