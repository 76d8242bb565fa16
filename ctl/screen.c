/* SPDX-License-Identifier: MIT */
#define NCURSES_WIDECHAR 1
#include "screen.h"

#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "draw.h"
#include "meters.h"
#include "settings/level.h"
#include "tell/report.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * ncurses 6.6 keeps 3,584 bytes of a screen until the end, and has no call that frees them. Asked
 * by the leak sanitizer where the program is built with it (compiler-rt's lsan_interface.h), by
 * nobody else.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libncurses";
}

#define LABEL_COLUMNS  10
#define LEAST_BAR      4
#define LINE_MAX_BYTES 2048

/* Each line is there where the terminal has so many rows: the smaller it is, the less stands above
 * the list. */
enum needs {
	NEEDS_TITLE = 3,
	NEEDS_VERDICT = 4,
	NEEDS_KEYS = 5,
	NEEDS_TITLES = 6,
	NEEDS_METERS = 8,
	NEEDS_HISTORY = 10,
	NEEDS_ALL_METERS = 16, /* also those that have no bar */
};

enum pair {
	PAIR_FINE = 1,
	PAIR_TERM,
	PAIR_KILL,
};

static SCREEN *terminal;
static bool colors;
static int own_stderr = -1;

/* ---- the terminal ---- */

/* A library that says something now would say it in the middle of the picture. */
static void hide_stderr(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	own_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (null >= 0 && own_stderr >= 0)
		(void)dup2(null, STDERR_FILENO);
	if (null >= 0)
		(void)close(null);
}

/* https://no-color.org: set, and not empty */
static bool wants_color(void)
{
	const char *no = getenv("NO_COLOR");

	return (no == NULL || no[0] == '\0') && has_colors();
}

static void start_colors(void)
{
	colors = wants_color() && start_color() == OK && use_default_colors() == OK;
	if (!colors)
		return;
	(void)init_pair(PAIR_FINE, COLOR_GREEN, -1);
	(void)init_pair(PAIR_TERM, COLOR_YELLOW, -1);
	(void)init_pair(PAIR_KILL, COLOR_RED, -1);
}

int screen_open(void)
{
	terminal = newterm(NULL, stdout, stdin);
	if (terminal == NULL)
		return -ENODEV;
	hide_stderr();
	start_colors();
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(25); /* ms: who presses Escape does not want to wait for a sequence that
				   does not come */
	(void)curs_set(0);
	return 0;
}

void screen_close(void)
{
	(void)endwin();
	delscreen(terminal);
	if (own_stderr >= 0)
		(void)dup2(own_stderr, STDERR_FILENO);
}

unsigned screen_spark_columns(void)
{
	return COLS > LABEL_COLUMNS
		       ? (unsigned)min_u64((uint64_t)COLS - LABEL_COLUMNS, HISTORY_MOST)
		       : 0;
}

/* ---- lines ---- */

static attr_t color(enum pair pair, attr_t without)
{
	return colors ? COLOR_PAIR(pair) : without;
}

/* A whole line, cut or filled up to the width. */
__attribute__((format(printf, 3, 4))) static void line(int row, attr_t attributes,
						       const char *format, ...)
{
	char text[LINE_MAX_BYTES], fitted[LINE_MAX_BYTES];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	(void)attrset(attributes);
	(void)mvaddstr(row, 0, draw_fit(text, (unsigned)COLS, fitted, sizeof(fitted)));
	(void)attrset(A_NORMAL);
}

static void draw_title(const struct view *v, int row)
{
	char term[32], kill[32], version[4 * 32 + 1];

	(void)level_text(&v->config, LEVEL_MEM_TERM, term, sizeof(term));
	(void)level_text(&v->config, LEVEL_MEM_KILL, kill, sizeof(kill));
	if (COLS < 64)
		line(row, A_BOLD, "%s: SIGTERM %s, SIGKILL %s",
		     v->running ? "useroom" : "not running", term, kill);
	else if (v->running)
		line(row, A_BOLD, "useroom %s, pid %" PRIu64 ": SIGTERM at %s, SIGKILL at %s%s",
		     log_safe(v->reading.header.program, version, sizeof(version)),
		     v->reading.header.writer_pid, term, kill,
		     v->config.dry_run ? ", dry run" : "");
	else
		line(row, A_BOLD,
		     "useroom is not running; it would send SIGTERM at %s %%, SIGKILL at %s %%",
		     term, kill);
}

static attr_t meter_color(const struct meter *m)
{
	if (!m->scarce)
		return A_NORMAL;
	if (m->ppm <= m->kill_ppm)
		return color(PAIR_KILL, A_NORMAL);
	return color(m->ppm <= m->term_ppm ? PAIR_TERM : PAIR_FINE, A_NORMAL);
}

static attr_t cell_color(const struct meter *m, enum cell cell)
{
	if (cell == CELL_KILL)
		return color(PAIR_KILL, A_NORMAL) | A_BOLD;
	if (cell == CELL_TERM)
		return color(PAIR_TERM, A_NORMAL) | A_BOLD;
	return cell == CELL_FULL ? meter_color(m) : A_NORMAL;
}

static void draw_bar(const struct meter *m, unsigned width)
{
	enum cell cells[CELLS_MOST];
	bool utf8 = draw_utf8();

	draw_gauge(m->ppm, m->term_ppm, m->kill_ppm, width, cells);
	(void)addch('[');
	for (unsigned i = 0; i < width; i++) {
		(void)attrset(cell_color(m, cells[i]));
		(void)addstr(draw_cell(cells[i], utf8));
	}
	(void)attrset(A_NORMAL);
	(void)addstr("] ");
}

/* room: for the text; bars are as long as the longest text leaves them, so that one can be held
 * against the other. */
static void draw_meter(const struct meter *m, int row, bool brief, int room)
{
	int width = (int)min_u64((uint64_t)(COLS - LABEL_COLUMNS - 3 - room), CELLS_MOST);
	char fitted[256];

	line(row, A_NORMAL, "%-*s", LABEL_COLUMNS, COLS > LABEL_COLUMNS ? m->name : m->brief);
	if (COLS <= LABEL_COLUMNS)
		return;
	(void)move(row, LABEL_COLUMNS);
	if (m->have && width >= LEAST_BAR)
		draw_bar(m, (unsigned)width);
	if (getcurx(stdscr) < COLS)
		(void)addstr(draw_fit(brief ? m->brief : m->text,
				      (unsigned)(COLS - getcurx(stdscr)), fitted, sizeof(fitted)));
}

static int longest_text(const struct meter *meters, unsigned count, bool brief)
{
	uint64_t longest = 0;

	for (unsigned i = 0; i < count; i++) {
		if (meters[i].have)
			longest =
				max_u64(longest, strlen(brief ? meters[i].brief : meters[i].text));
	}
	return (int)longest;
}

/* Returns the next row. */
static int draw_meters(const struct view *v, int row)
{
	struct meter meters[METERS_MOST];
	unsigned count = meters_fill(v, meters);
	bool brief = COLS - LABEL_COLUMNS - 3 - longest_text(meters, count, false) < LEAST_BAR;
	int room = longest_text(meters, count, brief);

	for (unsigned i = 0; i < count; i++) {
		if (i == 0 ||
		    (LINES >= NEEDS_METERS && (meters[i].have || LINES >= NEEDS_ALL_METERS)))
			draw_meter(&meters[i], row++, brief, room);
	}
	return row;
}

static void draw_history(const struct history *h, int row)
{
	bool utf8 = draw_utf8();

	line(row, A_NORMAL, "10 min");
	(void)move(row, LABEL_COLUMNS);
	for (unsigned i = 0; i < h->columns && LABEL_COLUMNS + (int)i < COLS; i++)
		(void)addstr(draw_spark(h->mem_ppm[i], utf8));
}

/* ---- the list ---- */

struct column {
	const char *title;
	int width;  /* 0: what is left */
	int needs;  /* it is there where the terminal has so many columns */
	bool right; /* numbers */
	const char *(*text)(const struct view *view, unsigned row);
};

static char text_buffer[512];

static const char *place_text(const struct view *v, unsigned row)
{
	if (v->table.procs[row].rank == CLASS_NEVER)
		return "-";
	(void)snprintf(text_buffer, sizeof(text_buffer), "%u", row + 1);
	return text_buffer;
}

static const char *pid_text(const struct view *v, unsigned row)
{
	(void)snprintf(text_buffer, sizeof(text_buffer), "%d", v->table.procs[row].pid);
	return text_buffer;
}

static const char *user_text(const struct view *v, unsigned row)
{
	char user[64];

	return log_safe(view_user(v->table.procs[row].uid, user, sizeof(user)), text_buffer,
			sizeof(text_buffer));
}

static const char *size_text(const struct view *v, unsigned row)
{
	return units_size(v->table.procs[row].freeable_kib, text_buffer, sizeof(text_buffer));
}

static const char *swap_text(const struct view *v, unsigned row)
{
	return units_size(v->table.procs[row].swap_kib, text_buffer, sizeof(text_buffer));
}

static const char *adj_text(const struct view *v, unsigned row)
{
	(void)snprintf(text_buffer, sizeof(text_buffer), "%d", v->table.procs[row].oom_score_adj);
	return text_buffer;
}

static const char *name_text(const struct view *v, unsigned row)
{
	return log_safe(v->table.procs[row].comm, text_buffer, sizeof(text_buffer));
}

static const char *why_text(const struct view *v, unsigned row)
{
	return view_reason(v, &v->table.procs[row]);
}

/* In 80 columns there are 33 for the reason; in 40 there are 19. */
static const struct column columns[] = {
	{"#", 3, 30, true, place_text},     {"PID", 7, 0, true, pid_text},
	{"USER", 8, 70, false, user_text},  {"HOLDS", 8, 50, true, size_text},
	{"SWAP", 8, 96, true, swap_text},   {"ADJ", 5, 96, true, adj_text},
	{"NAME", 15, 60, false, name_text}, {"NAME", 9, -60, false, name_text},
	{"WHY", 0, 36, false, why_text},
};

static bool has_room(const struct column *c)
{
	return c->needs >= 0 ? COLS >= c->needs : COLS < -c->needs;
}

/* row: of the table; -1: the titles */
static void draw_columns(const struct view *v, int y, int row, attr_t attributes)
{
	char aligned[600], fitted[600];
	int x = 0;

	line(y, attributes, "%s", "");
	(void)attrset(attributes);
	for (unsigned i = 0; i < ARRAY_SIZE(columns) && x < COLS; i++) {
		const struct column *c = &columns[i];
		int width = c->width > 0 && x + c->width < COLS ? c->width : COLS - x;

		if (!has_room(c))
			continue;
		(void)snprintf(aligned, sizeof(aligned), "%*s", c->right ? width : 0,
			       row < 0 ? c->title : c->text(v, (unsigned)row));
		(void)mvaddstr(y, x, draw_fit(aligned, (unsigned)width, fitted, sizeof(fitted)));
		x += width + 1;
	}
	(void)attrset(A_NORMAL);
}

static attr_t row_color(const struct view *v, unsigned row)
{
	const struct proc *p = &v->table.procs[row];

	if (view_goes(v, p))
		return color(PAIR_KILL, A_NORMAL) | A_BOLD;
	return p->rank == CLASS_NEVER ? A_DIM : A_NORMAL;
}

static void draw_list(struct screen *s, int y, int end)
{
	static unsigned rows[SCAN_READ_MAX];
	unsigned count = order_rows(&s->view->table, s->key, s->filter, rows);

	s->page = end > y ? (unsigned)(end - y) : 0;
	if (s->first + s->page > count)
		s->first = count > s->page ? count - s->page : 0;
	for (unsigned i = 0; i < s->page && s->first + i < count; i++) {
		unsigned row = rows[s->first + i];

		draw_columns(s->view, y + (int)i, (int)row, row_color(s->view, row));
	}
	if (count == 0 && s->page > 0)
		line(y, A_NORMAL, "no process matches");
}

static const char *const help_lines[] = {
	"b m p n  sort: order, memory, pid, name",
	"s        the next of these",
	"/        show only what has this text",
	"         Enter keeps it, Escape drops it",
	"arrows, Page Up, Page Down, Home",
	"h        this help",
	"q        quit",
	"T and K in a bar: SIGTERM and SIGKILL",
	"-: would not be ended",
};
#define HELP_LINES ((int)ARRAY_SIZE(help_lines))

/* The whole terminal where there is no room below the head; and where that is not enough, it
 * scrolls. */
static void draw_help(struct screen *s, int y, int end)
{
	if (end - y < HELP_LINES) {
		(void)erase();
		y = 0;
		end = LINES;
	}
	s->help_first =
		(unsigned)min_u64(s->help_first, minus_u64(HELP_LINES, (uint64_t)(end - y)));
	for (int i = (int)s->help_first; i < HELP_LINES && y < end; i++)
		line(y++, A_NORMAL, "%s", help_lines[i]);
}

static void draw_keys(const struct screen *s, int row)
{
	char safe[4 * sizeof(s->filter) + 1];

	(void)log_safe(s->filter, safe, sizeof(safe));
	if (s->typing)
		line(row, A_REVERSE, "filter: %s_", safe);
	else if (s->filter[0] != '\0')
		line(row, A_REVERSE, "q quit  h help  s sort: %s  / filter: %s", order_text(s->key),
		     safe);
	else
		line(row, A_REVERSE, "q quit  h help  s sort: %s  / filter", order_text(s->key));
}

/* ---- all of it ---- */

static int draw_head(const struct screen *s)
{
	char verdict[320];
	int y = 0;

	if (LINES >= NEEDS_TITLE)
		draw_title(s->view, y++);
	y = draw_meters(s->view, y);
	if (LINES >= NEEDS_HISTORY)
		draw_history(s->history, y++);
	if (LINES >= NEEDS_VERDICT)
		line(y++, A_NORMAL, "%s", view_verdict(s->view, verdict, sizeof(verdict)));
	return y;
}

void screen_draw(struct screen *s)
{
	int y, end = LINES >= NEEDS_KEYS ? LINES - 1 : LINES;

	(void)erase();
	y = draw_head(s);
	if (LINES >= NEEDS_KEYS)
		draw_keys(s, end);
	if (s->help) {
		draw_help(s, y, end);
	} else {
		if (LINES >= NEEDS_TITLES)
			draw_columns(s->view, y++, -1, A_REVERSE);
		draw_list(s, y, end);
	}
	(void)refresh();
}
