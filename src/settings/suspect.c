/* SPDX-License-Identifier: MIT */
#include "settings/suspect.h"

#include "base/util.h"

#include <stdio.h>
#include <string.h>

struct entry {
	const char *text;  /* behind the kind's prefix */
	const char *whole; /* as it was written */
	enum entry_kind kind;
	bool is_glob;
};

/* Each writes one sentence and returns true where it is about this entry. */
typedef bool (*check_fn)(const struct entry *e, char *buf, size_t size);

static bool is_name(const struct entry *e)
{
	return e->kind == ENTRY_NAME;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
	size_t length = strlen(text), n = strlen(with);

	return length >= n && strcmp(text + length - n, with) == 0;
}

static bool is_any(const char *text, const char *const *of)
{
	while (*of != NULL && strcmp(text, *of) != 0)
		of++;
	return *of != NULL;
}

/* ---- quotes and separators ---- */

/* In UTF-8. A pair of quotes around a list is taken off by the shell or the file; these were in it.
 */
static const char *const quotes[] = {"\"",     "'",      "`",      "\u201c", "\u201d", "\u201e",
				     "\u2018", "\u2019", "\u201a", "\u00ab", "\u00bb", "\u300c",
				     "\u300d", "\uff02", "\uff07", NULL};

/* Bytes of the quote that the text begins (or ends) with, or 0. */
static size_t quote_at(const char *text, bool (*is)(const char *, const char *))
{
	for (unsigned i = 0; quotes[i] != NULL; i++) {
		if (is(text, quotes[i]))
			return strlen(quotes[i]);
	}
	return 0;
}

static bool quoted(const struct entry *e, char *buf, size_t size)
{
	/* Around the entry, or behind the prefix of its kind. */
	const char *text = quote_at(e->text, begins) > 0 ? e->text : e->whole;
	size_t before = quote_at(text, begins), behind = quote_at(text, ends);
	size_t length = strlen(text);

	if (before + behind == 0 || before + behind >= length)
		return false;
	(void)snprintf(buf, size, "the quotes are taken as part of it: write %.*s",
		       (int)(length - before - behind), text + before);
	return true;
}

static bool separated(const struct entry *e, char *buf, size_t size)
{
	/* ; and the commas of Chinese and Arabic */
	static const char *const others[] = {";", "\uff0c", "\u3001", "\uff1b", "\u060c", NULL};

	for (unsigned i = 0; others[i] != NULL; i++) {
		const char *at = strstr(e->whole, others[i]);

		if (at == NULL || at == e->whole)
			continue;
		(void)snprintf(buf, size, "a comma (,) stands between entries: write %.*s,%s",
			       (int)(at - e->whole), e->whole, at + strlen(others[i]));
		return true;
	}
	return false;
}

/* ---- regular expressions ---- */

/* What is meant in one, and has no use in a glob or a name. Brackets are the same in both. */
static bool is_expression(const char *p)
{
	static const char *const signs[] = {"|",  ".+", "]+", ")?",  ")*", ")+",
					    ")$", "(?", "(^", ".*)", NULL};
	const char *star = strstr(p, ".*");

	if (p[0] == '^' || (strlen(p) > 1 && ends(p, "$")))
		return true;
	for (unsigned i = 0; signs[i] != NULL; i++) {
		if (strstr(p, signs[i]) != NULL)
			return true;
	}
	/* python3.* is a glob of versions, and .foo* one of hidden files. */
	return star != NULL && (star == p || !(star[-1] >= '0' && star[-1] <= '9'));
}

/* "\.", "\d": a glob takes the backslash off and leaves an ordinary letter, a name keeps it. */
static bool has_escape(const char *p)
{
	const char *at = strchr(p, '\\');

	return at != NULL && at[1] != '\0' && strchr(".dwsbDWSB+()|^$-/", at[1]) != NULL;
}

static bool unbalanced(const char *p)
{
	int depth = 0;

	for (; *p != '\0' && depth >= 0; p++)
		depth += (*p == '(') - (*p == ')');
	return depth != 0;
}

struct rewriting {
	char *buf;
	size_t size, length;
	bool failed;
};

static void put(struct rewriting *w, char c)
{
	if (c == '*' && w->length > 0 && w->buf[w->length - 1] == '*')
		return;
	w->failed |= w->length + 1 >= w->size;
	if (!w->failed)
		w->buf[w->length++] = c;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("_-@:", c) != NULL;
}

/* One alternative, up to any of `stops`. Returns where it ends. */
static const char *put_branch(struct rewriting *w, const char *p, const char *stops)
{
	size_t before = w->length;

	for (; *p != '\0' && strchr(stops, *p) == NULL; p++) {
		if ((p[0] == '.' && p[1] == '*') ||
		    (p[0] == '\\' && p[1] != '\0' && strchr(".-+", p[1])))
			put(w, *++p);
		else if (*p == '.')
			put(w, '?');
		else if (is_plain(*p))
			put(w, *p);
		else
			w->failed = true;
	}
	w->failed |= w->length == before;
	return p;
}

const char *suspect_rewrite(const char *p, char *buf, size_t size)
{
	struct rewriting w = {.buf = buf, .size = size};
	bool from_start = begins(p, "(^|/)") || *p == '^', group, at_end = ends(p, "$");

	p += begins(p, "(^|/)") ? 5 : *p == '^';
	group = *p == '(';
	p += group;
	do {
		if (!from_start)
			put(&w, '*');
		p = put_branch(&w, p, group ? "|)" : "|$");
		if (!at_end)
			put(&w, '*');
		if (*p == '|')
			put(&w, ',');
	} while (*p++ == '|' && !w.failed);
	p--;
	p += group && *p == ')';
	p += at_end && *p == '$';
	if (w.failed || *p != '\0')
		return NULL;
	buf[w.length] = '\0';
	return buf;
}

static bool expression(const struct entry *e, char *buf, size_t size)
{
	char instead[MATCH_TEXT_MAX / 8];

	if (e->kind == ENTRY_USER || e->kind == ENTRY_UNIT)
		return false;
	if (!is_expression(e->text) && !unbalanced(e->text) && !(is_name(e) && has_escape(e->text)))
		return false;
	if (is_name(e) && suspect_rewrite(e->text, instead, sizeof(instead)) != NULL)
		(void)snprintf(buf, size,
			       "it looks like a regular expression, as earlyoom and nohang take "
			       "them; here "
			       "names and globs stand: write %s",
			       instead);
	else
		(void)snprintf(
			buf, size,
			"it looks like a regular expression; here names and globs stand, with * "
			"for anything, and commas between them");
	return true;
}

static bool braces(const struct entry *e, char *buf, size_t size)
{
	if (strchr(e->text, '{') == NULL && strchr(e->text, '}') == NULL)
		return false;
	(void)snprintf(buf, size, "braces are not expanded: write each word by itself");
	return true;
}

/* ---- kinds ---- */

static const struct {
	const char *prefix;
	const char *why;
	const char *before, *behind; /* what to write around the rest; NULL: nothing helps */
} prefixes[] = {
	{"docker", "a container is found by its id", "cgroup:*", "*"},
	{"container", "a container is found by its id", "cgroup:*", "*"},
	{"containerd", "a container is found by its id", "cgroup:*", "*"},
	{"podman", "a container is found by its id", "cgroup:*", "*"},
	{"pod", "a pod is found by its uid", "cgroup:*", "*"},
	{"exe", "a path or a name stands by itself", "", ""},
	{"path", "a path stands by itself", "", ""},
	{"file", "a path stands by itself", "", ""},
	{"name", "a name stands by itself", "", ""},
	{"comm", "a name stands by itself", "", ""},
	{"process", "a name stands by itself", "", ""},
	{"uid", "the owner is named or numbered with user:", "user:", ""},
	{"users", "the owner is named or numbered with user:", "user:", ""},
	{"owner", "the owner is named or numbered with user:", "user:", ""},
	{"units", "units are named with unit:", "unit:", ""},
	{"service", "units are named with unit:", "unit:", ".service"},
	{"slice", "units are named with unit:", "unit:", ".slice"},
	{"cgroups", "control groups are named with cgroup:", "cgroup:", ""},
	{"user", "the kinds are written in small letters", "user:", ""},
	{"unit", "the kinds are written in small letters", "unit:", ""},
	{"cgroup", "the kinds are written in small letters", "cgroup:", ""},
	{"pid", "its number is another one's later: write its name", NULL, NULL},
	{"cmd", "command lines are not read: write the program's name", NULL, NULL},
	{"cmdline", "command lines are not read: write the program's name", NULL, NULL},
	{"args", "command lines are not read: write the program's name", NULL, NULL},
};

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The word before a colon, in small letters, and its length; 0: there is none, or a blank or
 * nothing else behind it ("tmux: server" is a name). */
static size_t prefix_of(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	for (; n + 1 < size && small(text[n]) >= 'a' && small(text[n]) <= 'z'; n++)
		ret[n] = small(text[n]);
	ret[n] = '\0';
	return n > 1 && text[n] == ':' && strchr(" *?", text[n + 1]) == NULL ? n : 0;
}

static bool kind(const struct entry *e, char *buf, size_t size)
{
	char prefix[16];
	size_t n = is_name(e) ? prefix_of(e->text, prefix, sizeof(prefix)) : 0;

	if (n == 0)
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strcmp(prefix, prefixes[i].prefix) != 0)
			continue;
		if (prefixes[i].before == NULL)
			(void)snprintf(buf, size, "%s", prefixes[i].why);
		else
			(void)snprintf(buf, size, "%s: write %s%s%s", prefixes[i].why,
				       prefixes[i].before, e->text + n + 1, prefixes[i].behind);
		return true;
	}
	(void)snprintf(
		buf, size,
		"there is no '%s:'; the kinds are user:, unit: and cgroup:, and it is taken as a "
		"name",
		prefix);
	return true;
}

static bool unit(const struct entry *e, char *buf, size_t size)
{
	static const char *const types[] = {".service", ".scope", ".slice", ".socket",
					    ".mount",   ".swap",  NULL};
	const char *dot = strrchr(e->text, '.');

	if (e->kind != ENTRY_UNIT)
		return false;
	if (strchr(e->text, '/') != NULL) {
		(void)snprintf(buf, size,
			       "a unit's name has no slash: write the unit alone, or cgroup:*%s",
			       e->text);
		return true;
	}
	if (e->is_glob || (dot != NULL && is_any(dot, types)))
		return false;
	(void)snprintf(buf, size,
		       "units that have processes end in their type: write unit:%s.service",
		       e->text);
	return true;
}

static bool cgroup(const struct entry *e, char *buf, size_t size)
{
	static const char mount[] = "/sys/fs/cgroup";

	if (e->kind != ENTRY_CGROUP)
		return false;
	if (begins(e->text, mount))
		(void)snprintf(buf, size,
			       "a control group's path begins below %s: write cgroup:*%s", mount,
			       e->text + strlen(mount));
	else if (e->text[0] != '/' && e->text[0] != '*' && e->text[0] != '?' && e->text[0] != '[')
		(void)snprintf(
			buf, size,
			"the whole path is compared, which begins with a slash: write cgroup:*/%s",
			e->text);
	else
		return false;
	return true;
}

/* ---- names and paths ---- */

static bool everybody(const struct entry *e, char *buf, size_t size)
{
	const char *text =
		e->text + (e->kind == ENTRY_PATH || e->kind == ENTRY_CGROUP ? *e->text == '/' : 0);

	if (e->kind == ENTRY_USER || strchr(text, '*') == NULL || text[strspn(text, "*?")] != '\0')
		return false;
	(void)snprintf(buf, size, "that is everybody, among whom none can be told from another");
	return true;
}

static bool negated(const struct entry *e, char *buf, size_t size)
{
	if (!is_name(e) || e->text[0] != '!')
		return false;
	(void)snprintf(buf, size, "a list has no 'not', and it is taken as a name");
	return true;
}

/* "~/bin/x", "$HOME/bin/x", "bin/x", a star and then a slash. */
static bool no_path(const struct entry *e, char *buf, size_t size)
{
	const char *slash = strchr(e->text, '/');

	if (!is_name(e) || slash == NULL)
		return false;
	if (e->text[0] == '~' || e->text[0] == '$')
		(void)snprintf(buf, size, "it is not expanded: write the whole path, or /*%s",
			       slash);
	else
		(void)snprintf(buf, size,
			       "a name has no slash, and a path begins with one: write /*%s%s",
			       e->text[0] == '*' || e->text[0] == '.' ? "" : "/",
			       e->text[0] == '*' || e->text[0] == '.' ? slash : e->text);
	return true;
}

static bool path(const struct entry *e, char *buf, size_t size)
{
	if (e->kind != ENTRY_PATH)
		return false;
	if (ends(e->text, "/"))
		(void)snprintf(buf, size, "a directory is no program: write %.*s*", MATCH_TEXT_MAX,
			       e->text);
	else if (e->is_glob &&
		 (strstr(e->text, "//") || strstr(e->text, "/./") || strstr(e->text, "/../")))
		(void)snprintf(buf, size, "a program's path has no '//', '/./' or '/../' in it");
	else
		return false;
	return true;
}

/* Right for "Web Content", wrong for "sshd nginx": it says how to write each of them. */
static bool blank(const struct entry *e, char *buf, size_t size)
{
	char commas[128], marks[128];
	size_t length = strlen(e->text);

	if (!is_name(e) || strpbrk(e->text, " \t") == NULL || length >= sizeof(commas))
		return false;
	for (size_t i = 0; i <= length; i++) {
		bool is = e->text[i] == ' ' || e->text[i] == '\t';

		commas[i] = is ? ',' : e->text[i];
		marks[i] = is ? '?' : e->text[i];
	}
	(void)snprintf(
		buf, size,
		"it is one name with a blank in it; several have commas between them, %s, and one "
		"that is called so is written %s",
		commas, marks);
	return true;
}

/* ---- all of them ---- */

const char *suspect_entry(const struct match_list *list, unsigned index, char *buf, size_t size)
{
	/* What makes a word another one first: what is said of it would be said of the quotes. */
	static const check_fn checks[] = {quoted, separated, everybody, negated, expression, braces,
					  kind,   unit,      cgroup,    no_path, path,       blank};
	const struct match_entry *row = &list->entries[index];
	char whole[MATCH_TEXT_MAX];
	struct entry e = {.text = list->text + row->offset,
			  .whole = match_entry_text(list, (int)index, whole, sizeof(whole)),
			  .kind = row->kind,
			  .is_glob = row->is_glob};

	for (unsigned i = 0; i < ARRAY_SIZE(checks); i++) {
		if (e.kind != ENTRY_USER && checks[i](&e, buf, size))
			return buf;
	}
	return NULL;
}

const char *suspect_list(const struct match_list *list)
{
	static const char *const nothing[] = {"none", "off", "no", "false", "null", "nil", NULL};
	const struct match_entry *only = &list->entries[0];

	if (list->count == 0 && list->source[0] != '\0')
		return "it has no entry: '' is the list of nobody";
	if (list->count == 1 && only->kind == ENTRY_NAME &&
	    is_any(list->text + only->offset, nothing))
		return "it is taken as a name: '' is the list of nobody";
	return NULL;
}
