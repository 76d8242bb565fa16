/* SPDX-License-Identifier: MIT */
#include "settings/config.h"

#include "base/compat.h"
#include "base/log.h"
#include "base/trust.h"
#include "base/units.h"
#include "base/util.h"
#include "settings/foreign.h"
#include "settings/level.h"
#include "settings/options.h"
#include "settings/suspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE_MAX 65536
#define FILES_MAX     65  /* the file and its drop-ins */
#define FILE_NAME_MAX 256 /* one name in a directory, with its NUL: NAME_MAX of Linux and one */
#define PATH_TEXT_MAX 512 /* a longer path is refused: cut, it would be another file's */
#define OPTIONS_MAX   64
/* doc/rollout.md: from 1 TiB on even where memory is not meant to be full -m 32G is early. */
#define SHARE_MOST_KIB (UINT64_C(64) * 1024 * 1024)

/* Where a value came from, for -check-config. */
enum origin_kind { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_COMMAND_LINE };

struct origin {
	enum origin_kind kind;
	bool again; /* it stands there more than once, and the last one counts */
	unsigned file, line;
};

/* What is touched together stands together: each page that is touched stays resident. */
static struct {
	struct origin of[OPTIONS_MAX];
	unsigned file_count;
	char file_names[FILES_MAX][PATH_TEXT_MAX];
} origins;

/* First the names in a directory are listed, then one file after the other is read. */
static union {
	char text[FILE_SIZE_MAX + 1];
	char entries[16384] __attribute__((aligned(8)));
} scratch;

/* ---- mistakes ---- */

struct mistakes {
	char *buf;
	unsigned size, length, count;
	bool cut;
};

/* The last bytes of buf are kept for the sign that there was more. */
#define CUT_SIGN "...\n"

__attribute__((format(printf, 2, 3))) static void mistake(struct mistakes *m, const char *format,
							  ...)
{
	unsigned room;
	va_list args;
	int n;

	m->count++;
	if (m->cut || m->size <= m->length + sizeof(CUT_SIGN))
		return;
	room = m->size - m->length - (unsigned)sizeof(CUT_SIGN);
	va_start(args, format);
	n = vsnprintf(m->buf + m->length, room, format, args);
	va_end(args);
	if (n < 0)
		return;
	m->cut = (unsigned)n + 1 >= room;
	m->length += m->cut ? room - 1 : (unsigned)n;
	(void)strcpy(m->buf + m->length, m->cut ? CUT_SIGN : "\n");
	m->length += m->cut ? (unsigned)sizeof(CUT_SIGN) - 1 : 1;
}

/* Our names are ASCII: of another one each byte that is not is shown, or it could look like ours.
 */
static const char *all_visible(const char *text, char *buf, size_t size)
{
	size_t length = 0;

	(void)log_safe(text, buf, size);
	if (strpbrk(buf, "\\") != NULL)
		return buf;
	for (; *text != '\0' && length + sizeof("\\xff") <= size; text++)
		length += (size_t)snprintf(buf + length, size - length,
					   (unsigned char)*text > 126 ? "\\x%02x" : "%c",
					   (unsigned char)*text);
	return buf;
}

static void unknown(struct mistakes *m, const char *where, const char *dash, const char *name,
		    bool key)
{
	const char *nearest = options_nearest(name, key);
	char safe[128], own[192];
	const char *foreign = foreign_word(name, own, sizeof(own));

	(void)all_visible(name, safe, sizeof(safe));
	if (foreign)
		mistake(m, "%s%sunknown %s '%s%s': %s", where, where[0] ? ": " : "",
			key ? "key" : "option", dash, safe, foreign);
	else if (nearest)
		mistake(m, "%s%sunknown %s '%s%s', did you mean '%s%s'?", where,
			where[0] ? ": " : "", key ? "key" : "option", dash, safe, dash, nearest);
	else
		mistake(m, "%s%sunknown %s '%s%s'; all of them: useroom -help", where,
			where[0] ? ": " : "", key ? "key" : "option", dash, safe);
}

static void set_origin(const struct option_row *row, enum origin_kind kind, unsigned file,
		       unsigned line)
{
	struct origin *o = &origins.of[row - option_rows];
	bool again = o->kind == kind && o->file == file;

	*o = (struct origin){kind, again, file, line};
}

/* ---- files ---- */

/*
 * What looks like nothing is nothing: a byte order mark at the beginning of a file, and the blanks
 * that come from a web page or a Chinese keyboard. As part of a word they would be a riddle (R108).
 */
static const char *const blanks[] = {" ",      "\t",     "\r",     "\u00a0", "\u3000",
				     "\u200b", "\u2060", "\ufeff", NULL};

/* Bytes of the blank that `end` stands behind (begin: the text's first byte), or 0. */
static size_t blank_before(const char *begin, const char *end)
{
	for (unsigned i = 0; blanks[i] != NULL; i++) {
		size_t n = strlen(blanks[i]);

		if ((size_t)(end - begin) >= n && memcmp(end - n, blanks[i], n) == 0)
			return n;
	}
	return 0;
}

static size_t blank_at(const char *text)
{
	for (unsigned i = 0; blanks[i] != NULL; i++) {
		if (strncmp(text, blanks[i], strlen(blanks[i])) == 0)
			return strlen(blanks[i]);
	}
	return 0;
}

static char *trim(char *text)
{
	char *end;

	for (size_t n; (n = blank_at(text)) > 0;)
		text += n;
	end = text + strlen(text);
	for (size_t n; (n = blank_before(text, end)) > 0;)
		*(end -= n) = '\0';
	return text;
}

/* A # at the beginning or behind a blank; NULL where there is none. */
static char *find_comment(char *text)
{
	for (char *at = strchr(text, '#'); at; at = strchr(at + 1, '#')) {
		if (at == text || at[-1] == ' ' || at[-1] == '\t')
			return at;
	}
	return NULL;
}

/* A value may stand in quotes of either kind; what is behind the closing one must be a comment. */
static int unquote(char **value)
{
	char quote = **value, *end;

	if (quote != '"' && quote != '\'') {
		end = find_comment(*value);
		if (end)
			*end = '\0';
		*value = trim(*value);
		return 0;
	}
	end = strchr(*value + 1, quote);
	if (end == NULL)
		return -EINVAL;
	*end = '\0';
	end = trim(end + 1);
	if (*end != '\0' && *end != '#')
		return -EINVAL;
	(*value)++;
	return 0;
}

static void take_key(struct config *config, const char *where, char *key, char *value,
		     unsigned file, unsigned line, struct mistakes *m)
{
	const struct option_row *row = options_find(key);
	char error[256];

	if (row == NULL || row->kind == OPTION_ACTION)
		unknown(m, where, "", key, true);
	else if (unquote(&value) < 0)
		mistake(m, "%s: %s: a quote is not closed, or something stands behind it", where,
			key);
	else if (options_set(config, row, value, error, sizeof(error)) < 0)
		mistake(m, "%s: %s: %s", where, key, error);
	else
		set_origin(row, ORIGIN_FILE, file, line);
}

static void take_line(struct config *config, const char *name, char *text, unsigned file,
		      unsigned line, struct mistakes *m)
{
	char where[PATH_TEXT_MAX + 16], *equals;
	const char *foreign;

	text = trim(text);
	if (*text == '\0' || *text == '#')
		return;
	(void)snprintf(where, sizeof(where), "%.*s:%u", PATH_TEXT_MAX, name, line);
	equals = strchr(text, '=');
	foreign = foreign_line(text);
	if (equals == NULL || foreign) {
		mistake(m, "%s: %s", where, foreign ? foreign : "this is not `key = value`");
		return;
	}
	*equals = '\0';
	take_key(config, where, trim(text), trim(equals + 1), file, line, m);
}

static void take_text(struct config *config, const char *name, char *text, unsigned file,
		      struct mistakes *m)
{
	for (unsigned line = 1; text != NULL; line++) {
		char *next = strchr(text, '\n');

		if (next)
			*next++ = '\0';
		take_line(config, name, text, file, line, m);
		text = next;
	}
}

unsigned config_parse_text(const char *name, char *text, struct config *config, char *errors,
			   unsigned errors_size)
{
	struct mistakes m = {.buf = errors, .size = errors_size};

	errors[0] = '\0';
	options_defaults(config);
	take_text(config, name, text, 0, &m);
	return m.count;
}

/* A pipe would hold the daemon up, and a reload would find it empty: every value a default without
 * a word. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && !S_ISFIFO(st.st_mode))
		return fd;
	(void)close(fd);
	return -ESPIPE;
}

static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open_file(path);
	size_t length = 0;
	ssize_t n = 0;

	if (fd < 0)
		return fd;
	while (length < size && (n = read(fd, buf + length, size - length)) > 0)
		length += (size_t)n;
	if (n < 0)
		n = -errno;
	(void)close(fd);
	return n < 0 ? n : (ssize_t)length;
}

/* What is wrong with a file that was read, or NULL. */
static const char *file_fault(const char *path, const char *text, ssize_t length)
{
	if (strlen(path) >= PATH_TEXT_MAX)
		return "the path is longer than 511 bytes";
	if (length < 0)
		return length == -ESPIPE ? "a pipe, not a file" : strerror((int)-length);
	if (length > FILE_SIZE_MAX)
		return "larger than 64 KiB";
	if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return "UTF-16; it must be UTF-8";
	if (memchr(text, '\0', (size_t)length) != NULL)
		return "not a text file";
	return origins.file_count == FILES_MAX ? "one file too many" : NULL;
}
_Static_assert(PATH_TEXT_MAX == 512 && FILE_SIZE_MAX == 65536, "file_fault says these numbers");

static void take_file(struct config *config, const char *path, bool must_exist, struct mistakes *m)
{
	char *text = scratch.text;
	ssize_t length = read_file(path, text, sizeof(scratch.text));
	const char *fault = file_fault(path, text, length);

	if (length == -ENOENT && !must_exist)
		return;
	if (fault) {
		mistake(m, "%s: %s", path, fault);
		return;
	}
	text[length] = '\0';
	(void)strcpy(origins.file_names[origins.file_count], path);
	take_text(config, path, text, origins.file_count++, m);
}

/* ---- drop-ins: PATH.d, every *.conf, by name ---- */

struct names {
	unsigned count;
	char text[FILES_MAX][FILE_NAME_MAX];
};

static bool is_drop_in(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 5 && length < FILE_NAME_MAX &&
	       strcmp(name + length - 5, ".conf") == 0;
}

/* False: there is no room for one more. */
static bool keep_drop_in(struct names *names, const char *name)
{
	if (!is_drop_in(name))
		return true;
	if (names->count == FILES_MAX - 1)
		return false;
	(void)strcpy(names->text[names->count++], name);
	return true;
}

/* opendir(3) would allocate, and a reload may come when memory is short. Returns 0 or -errno. */
static int list_drop_ins(int fd, struct names *names)
{
	long length;

	while ((length = syscall(SYS_getdents64, fd, scratch.entries, sizeof(scratch.entries))) >
	       0) {
		for (long at = 0; at < length;) {
			const struct entry64 *d =
				(const struct entry64 *)(const void *)(scratch.entries + at);

			at += d->d_reclen;
			if (!keep_drop_in(names, d->d_name))
				return -E2BIG;
		}
	}
	return length < 0 ? -errno : 0;
}

static void sort_names(struct names *names)
{
	static char row[FILE_NAME_MAX];

	for (unsigned i = 1; i < names->count; i++) { /* qsort(3) may allocate */
		for (unsigned j = i; j > 0 && strcmp(names->text[j], names->text[j - 1]) < 0; j--) {
			memcpy(row, names->text[j], FILE_NAME_MAX);
			memcpy(names->text[j], names->text[j - 1], FILE_NAME_MAX);
			memcpy(names->text[j - 1], row, FILE_NAME_MAX);
		}
	}
}

/* Returns 0 with their names in order; or -errno, which is -ENOENT where there is no such
 * directory. */
static int find_drop_ins(const char *dir, struct names *names)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	names->count = 0;
	r = list_drop_ins(fd, names);
	(void)close(fd);
	sort_names(names);
	return r;
}

static void take_drop_ins(struct config *config, const char *file, struct mistakes *m)
{
	static struct names names;
	char dir[PATH_TEXT_MAX + 2], path[PATH_TEXT_MAX + 2 + FILE_NAME_MAX];
	int r;

	if (snprintf(dir, sizeof(dir), "%s.d", file) >= (int)sizeof(dir))
		return; /* take_file has said that the path is too long */
	r = find_drop_ins(dir, &names);
	if (r == -E2BIG)
		mistake(m, "%s: more than %d files", dir, FILES_MAX - 1);
	else if (r < 0 && r != -ENOENT)
		mistake(m, "%s: %s", dir, strerror(-r));
	for (unsigned i = 0; r == 0 && i < names.count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names.text[i]);
		take_file(config, path, true, m);
	}
}

/* ---- the command line, as Go's flag package reads it ---- */

struct argument {
	char name[64];
	const char *value; /* behind `=`, or NULL */
};

/* 1: a flag; 0: the end of the flags; -EINVAL: neither ("-=5", "---m"). */
static int split_argument(const char *text, struct argument *ret)
{
	const char *equals;
	size_t length;

	if (text[0] != '-' || text[1] == '\0' || strcmp(text, "--") == 0)
		return 0;
	text += text[1] == '-' ? 2 : 1;
	equals = strchr(text, '=');
	length = equals ? (size_t)(equals - text) : strlen(text);
	if (length == 0 || text[0] == '-')
		return -EINVAL;
	(void)snprintf(ret->name, sizeof(ret->name), "%.*s",
		       (int)min_u64(length, sizeof(ret->name) - 1), text);
	ret->value = equals ? equals + 1 : NULL;
	return 1;
}

static void take_path(const char *value, struct config_source *source, struct mistakes *m)
{
	if (value[0] == '\0') {
		mistake(m, "-config: '' is not a path");
		return;
	}
	source->file = value;
	source->file_given = true;
}

/*
 * -version and -check-config are switches like others: `=false` leaves them off. -help wins
 * whatever stands behind it.
 */
static void take_action(const struct option_row *row, const char *value,
			struct config_source *source, struct mistakes *m)
{
	bool help = strcmp(row->name, "help") == 0, on = help;
	char error[256];

	if (strcmp(row->name, "config") == 0)
		take_path(value, source, m);
	else if (!help && options_parse_bool(value, &on, error, sizeof(error)) < 0)
		mistake(m, "-%s: %s", row->name, error);
	else if (help)
		source->mode = CONFIG_HELP;
	else if (on && strcmp(row->name, "version") == 0 && source->mode != CONFIG_HELP)
		source->mode = CONFIG_VERSION;
	else if (on && source->mode == CONFIG_RUN)
		source->mode = CONFIG_CHECK;
}

static void take_flag(struct config *config, const struct option_row *row, const char *value,
		      struct config_source *source, struct mistakes *m)
{
	char error[256];

	if (row->kind == OPTION_ACTION)
		take_action(row, value, source, m);
	else if (options_set(config, row, value, error, sizeof(error)) < 0)
		mistake(m, "-%s: %s", row->name, error);
	else
		set_origin(row, ORIGIN_COMMAND_LINE, 0, 0);
}

static void no_option(const char *text, const char *more, struct mistakes *m)
{
	char safe[128];

	mistake(m, "'%s' is not an option%s", log_safe(text, safe, sizeof(safe)), more);
}

static void leftover(int argc, char **argv, int i, struct mistakes *m)
{
	char more[64] = "; a switch takes its value as in -debug=false";

	if (i < argc && strcmp(argv[i], "--") == 0)
		i++;
	/* Go's flag package ends here, and the Go program then ran with the rest unread. */
	if (i < argc && options_find(argv[i]) != NULL)
		(void)snprintf(more, sizeof(more), "; did you mean '-%s'?", argv[i]);
	if (i < argc)
		no_option(argv[i], more, m);
}

/* The word behind argument i, when it is the next argument's value and not an option. */
static bool value_follows(const struct config_source *source, int i)
{
	return i + 1 < source->argc && source->argv[i + 1][0] != '-';
}

/*
 * Go's flag package takes whatever word follows for the value. Here an option is none (R106): with
 * an empty variable `-protect $LIST -dry-run` would protect "-dry-run" and send signals. A number
 * or a choice is no option's name anyway.
 */
static bool swallows_option(const struct option_row *row, const char *word)
{
	return options_takes_text(row) && options_is_word(word);
}

/* Takes argument i, and the value behind it where it has one. Returns the index of the last one
 * taken. */
static int take_argument(struct config *config, struct config_source *source, int i,
			 struct argument *a, struct mistakes *m)
{
	const struct option_row *row = options_find(strcmp(a->name, "h") == 0 ? "help" : a->name);
	char safe[128];

	if (row == NULL) {
		unknown(m, "", "-", a->name, false);
		return a->value == NULL && value_follows(source, i) ? i + 1
								    : i; /* one mistake, one line */
	}
	if (row->takes_value && a->value == NULL && i + 1 >= source->argc) {
		mistake(m, "-%s: needs a value: %s", row->name, row->placeholder);
		return i;
	}
	if (row->takes_value && a->value == NULL && swallows_option(row, source->argv[i + 1])) {
		(void)log_safe(source->argv[i + 1], safe, sizeof(safe));
		mistake(m, "-%s: needs a value, and '%s' is an option; if it is meant: -%s=%s",
			row->name, safe, row->name, safe);
		return i + 1;
	}
	if (a->value == NULL)
		a->value = row->takes_value ? source->argv[++i] : "true";
	take_flag(config, row, a->value, source, m);
	return i;
}

static void take_command_line(struct config *config, struct config_source *source,
			      struct mistakes *m)
{
	int i = 1;

	for (; i < source->argc; i++) {
		struct argument a;
		int r = split_argument(source->argv[i], &a);

		if (r == 0)
			break;
		if (r < 0)
			no_option(source->argv[i], "", m);
		else
			i = take_argument(config, source, i, &a, m);
	}
	leftover(source->argc, source->argv, i, m);
}

/* ---- all of it ---- */

/* Fills *config whether or not there are mistakes. */
static int load(struct config_source *source, struct config *config, char *errors,
		unsigned errors_size)
{
	static char scrap[64];
	struct mistakes m = {.buf = errors, .size = errors_size},
			unheard = {.buf = scrap, .size = sizeof(scrap)};

	errors[0] = '\0';
	origins.file_count = 0;
	take_command_line(config, source, &unheard); /* which file? */
	memset(origins.of, 0, sizeof(origins.of));
	options_defaults(config);
	if (source->mode == CONFIG_HELP || source->mode == CONFIG_VERSION)
		return 0;
	take_file(config, source->file, source->file_given, &m);
	take_drop_ins(config, source->file, &m);
	take_command_line(config, source, &m);
	return m.count > 0 ? -EINVAL : 0;
}

int config_load(int argc, char **argv, struct config *ret_config, struct config_source *ret_source,
		char *errors, unsigned errors_size)
{
	*ret_source =
		(struct config_source){.argc = argc, .argv = argv, .file = CONFIG_DEFAULT_FILE};
	return load(ret_source, ret_config, errors, errors_size);
}

int config_check_files(char *errors, unsigned errors_size)
{
	struct mistakes m = {.buf = errors, .size = errors_size};
	char why[256];

	errors[0] = '\0';
	for (unsigned i = 0; i < origins.file_count; i++) {
		if (trust_path(origins.file_names[i], why, sizeof(why)) == -EPERM)
			mistake(&m, "%s is not read, others may change it: %s",
				origins.file_names[i], why);
	}
	return m.count > 0 ? -EPERM : 0;
}

int config_reload(const struct config_source *source, struct config *ret_config, char *errors,
		  unsigned errors_size)
{
	struct config_source again = {
		.argc = source->argc, .argv = source->argv, .file = CONFIG_DEFAULT_FILE};

	static struct config config; /* the running one stays as it is until this one is whole */
	int r = load(&again, &config, errors, errors_size);

	if (r == 0)
		r = config_check_files(errors, errors_size);
	if (r == 0)
		*ret_config = config;
	return r;
}

/* value: what is in force; a default that is not the table's is a level that follows another. */
static void print_origin(const struct option_row *row, const struct origin *o, const char *value)
{
	if (o->kind == ORIGIN_FILE)
		(void)printf("%s:%u\n", origins.file_names[o->file], o->line);
	else if (o->kind == ORIGIN_COMMAND_LINE)
		(void)puts("command line");
	else if (row->kind == OPTION_LEVEL && strcmp(value, row->fallback) != 0)
		(void)printf("default: half of %.1s\n", row->name);
	else
		(void)puts("default");
}

/* Is there a way to write it into a file? There are quotes of two kinds, and nothing to escape
 * with. */
static bool can_be_written(const char *value)
{
	for (const char *c = value; *c; c++) {
		if ((unsigned char)*c < ' ' && *c != '\t')
			return false;
	}
	return strchr(value, '"') == NULL || strchr(value, '\'') == NULL;
}

/* In quotes where it could be read otherwise without them. */
static void print_value(const char *name, const char *value)
{
	static char safe[4 * MATCH_TEXT_MAX + 1];
	bool plain = value[0] != '\0' && strpbrk(value, " #\"'\t") == NULL;
	const char *quote = plain ? "" : strchr(value, '"') ? "'" : "\"";
	int width = 14 - (int)strlen(value) - 2 * (int)strlen(quote);

	if (can_be_written(value))
		(void)printf("%-16s = %s%s%s%*s # ", name, quote, value, quote,
			     width > 0 ? width : 0, "");
	else
		(void)printf("# %-14s = %s # not as a line of a file; ", name,
			     log_safe(value, safe, sizeof(safe)));
}

void config_print(const struct config *config, const struct config_source *source)
{
	char buf[64];

	(void)printf("# %s%s\n", source->file,
		     origins.file_count == 0 ? ": not there, defaults are used" : "");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const char *value;

		if (row->kind == OPTION_ACTION)
			continue;
		value = options_get(config, row, buf, sizeof(buf));
		print_value(row->name, value);
		print_origin(row, &origins.of[i], value);
	}
}

/* ---- allowed, but surprising ---- */

static void remark_program(struct mistakes *m, const char *option, const char *path)
{
	char safe[1024], why[256];
	struct stat st;

	if (path[0] == '\0')
		return;
	(void)log_safe(path, safe, sizeof(safe));
	if (access(path, X_OK) < 0)
		mistake(m, "-%s %s cannot be run: %s", option, safe, strerror(errno));
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		mistake(m, "-%s %s cannot be run: it is %s", option, safe,
			S_ISDIR(st.st_mode) ? "a directory" : "no file");
	else if (trust_path(path, why, sizeof(why)) == -EPERM)
		mistake(m, "-%s %s is not run, others may change it: %s", option, safe, why);
}

/*
 * It is made at the start, for /run is empty after a boot; but whoever mistyped a path shall read
 * it once. bytes: of the path, up to the end of the directory.
 */
static void remark_directory(struct mistakes *m, const char *option, const char *path, size_t bytes)
{
	char directory[256], safe[1024];

	if (bytes == 0 || bytes >= sizeof(directory) ||
	    strcmp(path, options_find(option)->fallback) == 0)
		return;
	memcpy(directory, path, bytes);
	directory[bytes] = '\0';
	if (access(directory, F_OK) < 0 && errno == ENOENT)
		mistake(m, "-%s: there is no directory %s: useroom makes it if it can", option,
			log_safe(directory, safe, sizeof(safe)));
}

static void remark_directories(struct mistakes *m, const struct config *c)
{
	const char *slash = strrchr(c->record, '/');

	if (slash != NULL)
		remark_directory(m, "record", c->record, (size_t)(slash - c->record));
	remark_directory(m, "incidents", c->incidents, strlen(c->incidents));
}

/* What a path of a list is, where it is there: a path is compared with that of the executable. */
static const char *not_executed(const char *path, char *buf, size_t size)
{
	const char *name = strrchr(path, '/') + 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char begins[2] = "";

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0 || (S_ISREG(st.st_mode) && read(fd, begins, 2) < 2))
		begins[0] = '\0';
	(void)close(fd);
	if (S_ISDIR(st.st_mode))
		(void)snprintf(buf, size, "it is a directory: write %s/*", path);
	else if (begins[0] == '#' && begins[1] == '!')
		(void)snprintf(
			buf, size,
			"it is a script, and what runs is its interpreter: write %s, the name "
			"that it runs under",
			name);
	else
		return NULL;
	return buf;
}

static void remark_entry(struct mistakes *m, const char *option, const struct match_list *list,
			 unsigned i)
{
	const struct match_entry *entry = &list->entries[i];
	char buf[SUSPECT_MAX], safe[4 * SUSPECT_MAX], whole[128], shown[512];
	const char *wrong = suspect_entry(list, i, buf, sizeof(buf));

	if (wrong == NULL && entry->kind == ENTRY_PATH && !entry->is_glob)
		wrong = not_executed(list->text + entry->offset, buf, sizeof(buf));
	if (wrong == NULL)
		return;
	(void)match_entry_text(list, (int)i, whole, sizeof(whole));
	mistake(m, "-%s '%s': %s", option, log_safe(whole, shown, sizeof(shown)),
		log_safe(wrong, safe, sizeof(safe)));
}

/* R106: a word that can match nothing protects nobody, and is not found out until it is too late.
 */
static void remark_list(struct mistakes *m, const struct option_row *row,
			const struct match_list *list)
{
	const char *wrong = suspect_list(list);
	char shown[512];

	if (wrong)
		mistake(m, "-%s '%s': %s", row->name, log_safe(list->source, shown, sizeof(shown)),
			wrong);
	for (unsigned i = 0; i < list->count && wrong == NULL; i++)
		remark_entry(m, row->name, list, i);
}

/* Each -protect of earlyoom's kind would add to the one before. */
static void remark_again(struct mistakes *m, const struct option_row *row, const struct origin *o)
{
	if (o->again && o->kind == ORIGIN_COMMAND_LINE)
		mistake(m,
			"-%s stands there more than once, and the last one replaces the others: "
			"write one, with commas",
			row->name);
	else if (o->again && o->kind == ORIGIN_FILE)
		mistake(m,
			"%s:%u: %s stands there more than once, and the last one replaces the "
			"others: write one, with commas",
			origins.file_names[o->file], o->line, row->name);
}

static void remark_lists(struct mistakes *m, const struct config *c)
{
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind != OPTION_LIST && row->kind != OPTION_USERS)
			continue;
		remark_again(m, row, &origins.of[i]);
		remark_list(
			m, row,
			(const struct match_list *)(const void *)((const char *)c + row->offset));
	}
}

/* As it was written. */
static const char *level(const struct config *c, enum level which)
{
	static char text[2][32];
	static unsigned turn;

	turn = (turn + 1) % 2;
	return c->level_kib[which] > 0
		       ? level_print_size(c->level_kib[which], text[turn], sizeof(text[turn]))
		       : units_percent(level_ppm(c, which, 0), text[turn], sizeof(text[turn]));
}

/* Amounts and shares can only be compared where the total is known. */
static bool comparable(const struct config *c, enum level a, enum level b, uint64_t total_kib)
{
	return total_kib > 0 || (c->level_kib[a] == 0) == (c->level_kib[b] == 0);
}

/* Where nothing is known of the total, one as large as can be keeps the order of two amounts. */
static bool is_below(const struct config *c, enum level a, enum level b, uint64_t total_kib)
{
	if (c->level_kib[a] > 0 && c->level_kib[b] > 0)
		return c->level_kib[a] < c->level_kib[b];
	return level_ppm(c, a, total_kib) < level_ppm(c, b, total_kib);
}

/* A is not below B. */
static bool not_below(const struct config *c, enum level a, enum level b, uint64_t total_kib)
{
	return comparable(c, a, b, total_kib) && !is_below(c, a, b, total_kib);
}

static bool is_off(const struct config *c, enum level which)
{
	return c->level_kib[which] == 0 && level_ppm(c, which, 0) == 0;
}

/* A share of a huge machine is more than anybody means by "short". */
static void remark_share(struct mistakes *m, const struct config *c, uint64_t mem_total_kib)
{
	uint64_t kib = mem_total_kib / 1000 * level_ppm(c, LEVEL_MEM_TERM, mem_total_kib) / 1000;
	char size[32];

	if (c->level_kib[LEVEL_MEM_TERM] == 0 && kib > SHARE_MOST_KIB)
		mistake(m,
			"-m %s is %s here: a process is ended with so much available; an amount "
			"may be meant (-m 32G -mk 16G)",
			level(c, LEVEL_MEM_TERM), units_size(kib, size, sizeof(size)));
}

static void remark_amounts(struct mistakes *m, const struct config *c, uint64_t mem_total_kib,
			   uint64_t swap_total_kib)
{
	static const struct {
		enum level level;
		const char *option;
		bool swap;
	} rows[] = {{LEVEL_MEM_TERM, "m", false},
		    {LEVEL_MEM_KILL, "mk", false},
		    {LEVEL_SWAP_TERM, "s", true},
		    {LEVEL_SWAP_KILL, "sk", true}};
	char total[32];

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t all = rows[i].swap ? swap_total_kib : mem_total_kib;

		if (all > 0 && c->level_kib[rows[i].level] >= all)
			mistake(m, "-%s %s is as much as there is, %s: %s is always low",
				rows[i].option, level(c, rows[i].level),
				units_size(all, total, sizeof(total)),
				rows[i].swap ? "swap" : "memory");
	}
}

void config_remarks(const struct config *c, uint64_t mem_total_kib, uint64_t swap_total_kib,
		    char *buf, unsigned size)
{
	struct mistakes m = {.buf = buf, .size = size};

	buf[0] = '\0';
	if (not_below(c, LEVEL_MEM_KILL, LEVEL_MEM_TERM, mem_total_kib) &&
	    !is_off(c, LEVEL_MEM_KILL))
		mistake(&m, "-mk %s is not below -m %s: SIGKILL is sent at once, and never SIGTERM",
			level(c, LEVEL_MEM_KILL), level(c, LEVEL_MEM_TERM));
	if (comparable(c, LEVEL_SWAP_TERM, LEVEL_SWAP_KILL, swap_total_kib) &&
	    is_below(c, LEVEL_SWAP_TERM, LEVEL_SWAP_KILL, swap_total_kib))
		mistake(&m, "-sk %s is above -s %s: where swap decides, SIGKILL is sent at once",
			level(c, LEVEL_SWAP_KILL), level(c, LEVEL_SWAP_TERM));
	if (is_off(c, LEVEL_MEM_TERM) && is_off(c, LEVEL_MEM_KILL))
		mistake(&m, "-m 0 and -mk 0: memory is never low");
	if (level_ppm(c, LEVEL_MEM_TERM, mem_total_kib) >= PPM / 2)
		mistake(&m,
			"-m %s: a process is ended as long as that much memory is not available",
			level(c, LEVEL_MEM_TERM));
	if (!is_off(c, LEVEL_WARN) && comparable(c, LEVEL_MEM_TERM, LEVEL_WARN, mem_total_kib) &&
	    !is_below(c, LEVEL_MEM_TERM, LEVEL_WARN, mem_total_kib))
		mistake(&m, "-warn %s is not above -m %s: the warning comes with the signal",
			level(c, LEVEL_WARN), level(c, LEVEL_MEM_TERM));
	if (c->trigger == TRIGGER_OR && !c->ignore_swap && !is_off(c, LEVEL_SWAP_TERM))
		mistake(&m,
			"-trigger or: swap at -s %s alone ends processes, however much memory is "
			"available",
			level(c, LEVEL_SWAP_TERM));
	if (c->containers == ANSWER_OFF && c->containers_room_ppm > 0)
		mistake(&m, "-containers-room does nothing: -containers is off");
	remark_share(&m, c, mem_total_kib);
	remark_amounts(&m, c, mem_total_kib, swap_total_kib);
	remark_lists(&m, c);
	remark_program(&m, "hook", c->hook);
	remark_program(&m, "pre-kill", c->pre_kill);
	remark_directories(&m, c);
}
