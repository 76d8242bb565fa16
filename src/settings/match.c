/* SPDX-License-Identifier: MIT */
#include "settings/match.h"

#include "base/util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * A longer name than this is cut in comm: TASK_COMM_LEN of include/linux/sched.h without its NUL.
 */
#define COMM_BYTES 15

struct text {
	const char *at;
	size_t length;
};

static struct text text_of(const char *s)
{
	return (struct text){s, strlen(s)};
}

/* ASCII only: what a byte above 127 means depends on a locale that a daemon does not have. */
static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned char upper(char c)
{
	return (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

static bool is_not(char c)
{
	return c == '!' || c == '^';
}

/* One member of a set, backslash taken off; moves *p behind it. */
static unsigned char set_member(const char **p)
{
	if (**p == '\\' && (*p)[1] != '\0')
		(*p)++;
	return (unsigned char)*(*p)++;
}

/* The ']' that ends the set which begins at p (its '['), or NULL. A ']' that comes first is a
 * member. */
static const char *set_end(const char *p)
{
	p++;
	if (is_not(*p))
		p++;
	if (*p == ']')
		p++;
	while (*p != '\0' && *p != ']')
		p += *p == '\\' && p[1] != '\0' ? 2 : 1;
	return *p == ']' ? p : NULL;
}

static bool set_has(const char *p, const char *end, char c, bool ignore_case)
{
	unsigned char a = ignore_case ? lower(c) : (unsigned char)c;
	unsigned char b = ignore_case ? upper(c) : (unsigned char)c;

	while (p < end) {
		unsigned char first = set_member(&p), last = first;

		if (*p == '-' && p + 1 < end) {
			p++;
			last = set_member(&p);
		}
		if ((first <= a && a <= last) || (first <= b && b <= last))
			return true;
	}
	return false;
}

static bool same(char a, char b, bool ignore_case)
{
	return ignore_case ? lower(a) == lower(b) : a == b;
}

/* Does what stands at *p, which is no star, match c? Moves *p behind it if so. */
static bool match_one(const char **p, char c, bool ignore_case)
{
	const char *at = *p, *end = *at == '[' ? set_end(at) : NULL;
	bool hit;

	if (end) {
		bool negated = is_not(at[1]);

		hit = set_has(at + 1 + negated, end, c, ignore_case) != negated;
		at = end;
	} else if (*at == '?') {
		hit = true;
	} else {
		if (*at == '\\' && at[1] != '\0')
			at++;
		hit = *at != '\0' && same(*at, c, ignore_case);
	}
	if (hit)
		*p = at + 1;
	return hit;
}

/*
 * Only the last star is ever gone back to: an earlier one that took less would leave the later ones
 * more to do, never less. So the cost is at most the product of both lengths.
 */
static bool glob_text(const char *p, struct text text, bool ignore_case)
{
	const char *star = NULL;
	size_t i = 0, taken = 0;

	while (i < text.length) {
		if (*p == '*') {
			star = ++p;
			taken = i;
		} else if (*p != '\0' && match_one(&p, text.at[i], ignore_case)) {
			i++;
		} else if (star) {
			p = star;
			i = ++taken;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return *p == '\0';
}

bool match_glob(const char *pattern, const char *text, bool ignore_case)
{
	return glob_text(pattern, text_of(text), ignore_case);
}

static bool equal_text(const char *pattern, struct text text, bool ignore_case)
{
	size_t i = 0;

	while (i < text.length && pattern[i] != '\0' && same(pattern[i], text.at[i], ignore_case))
		i++;
	return i == text.length && pattern[i] == '\0';
}

static const struct {
	const char *prefix;
	size_t length;
	uint8_t kind;
} prefixes[] = {
	{"user:", 5, ENTRY_USER},
	{"unit:", 5, ENTRY_UNIT},
	{"cgroup:", 7, ENTRY_CGROUP},
};
#define PREFIX_COUNT ARRAY_SIZE(prefixes)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct text trim(struct text t)
{
	while (t.length > 0 && is_blank(t.at[0])) {
		t.at++;
		t.length--;
	}
	while (t.length > 0 && is_blank(t.at[t.length - 1]))
		t.length--;
	return t;
}

/* Take the kind's prefix off an entry. */
static uint8_t take_kind(struct text *t)
{
	for (size_t i = 0; i < PREFIX_COUNT; i++) {
		if (t->length < prefixes[i].length ||
		    memcmp(t->at, prefixes[i].prefix, prefixes[i].length) != 0)
			continue;
		t->at += prefixes[i].length;
		t->length -= prefixes[i].length;
		*t = trim(*t);
		return prefixes[i].kind;
	}
	return t->length > 0 && t->at[0] == '/' ? ENTRY_PATH : ENTRY_NAME;
}

/* A pattern without * ? [ is compared as it is, so that a unit's own \x2d needs no second
 * backslash. */
static bool looks_like_glob(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

static bool sets_are_closed(const char *p)
{
	while (*p != '\0') {
		if (*p == '[') {
			p = set_end(p);
			if (!p)
				return false;
			p++;
		} else {
			p += *p == '\\' && p[1] != '\0' ? 2 : 1;
		}
	}
	return true;
}

struct builder {
	struct match_list list;
	size_t used; /* of list.text */
	match_user_fn user;
};

static int fill_entry(struct builder *b, struct match_entry *entry, const char *pattern)
{
	if (*pattern == '\0')
		return -EINVAL;
	if (entry->kind == ENTRY_USER)
		return b->user && b->user(pattern, &entry->uid) == 0 ? 0 : -ENOENT;
	entry->is_glob = looks_like_glob(pattern);
	return entry->is_glob && !sets_are_closed(pattern) ? -EINVAL : 0;
}

static int add_entry(struct builder *b, struct text t)
{
	struct match_list *list = &b->list;
	struct match_entry *entry;
	char *pattern = list->text + b->used;
	int r;

	if (list->count == MATCH_ENTRIES_MAX)
		return -E2BIG;
	entry = &list->entries[list->count];
	entry->kind = take_kind(&t);
	entry->offset = (uint16_t)b->used;
	memcpy(pattern, t.at, t.length);
	pattern[t.length] = '\0';
	r = fill_entry(b, entry, pattern);
	if (r < 0)
		return r;
	b->used += t.length + 1;
	list->kinds |= 1u << entry->kind;
	list->count++;
	return 0;
}

static void copy_text(struct text t, char *buf, size_t size)
{
	size_t n;

	if (!buf || size == 0)
		return;
	n = t.length < size - 1 ? t.length : size - 1;
	memcpy(buf, t.at, n);
	buf[n] = '\0';
}

/* Only what is used: the rest of a list then costs no memory. */
static void copy_list(const struct builder *b, size_t source_length, struct match_list *ret)
{
	ret->count = b->list.count;
	ret->kinds = b->list.kinds;
	memcpy(ret->entries, b->list.entries, b->list.count * sizeof(ret->entries[0]));
	memcpy(ret->text, b->list.text, b->used);
	memcpy(ret->source, b->list.source, source_length + 1);
}

static int add_path(struct builder *b, const char *path)
{
	struct match_list *list = &b->list;
	size_t length = strlen(path) + 1;

	if (list->count == MATCH_ENTRIES_MAX || length > sizeof(list->text) - b->used)
		return -E2BIG;
	memcpy(list->text + b->used, path, length);
	list->entries[list->count++] =
		(struct match_entry){.offset = (uint16_t)b->used, .kind = ENTRY_PATH};
	b->used += length;
	return 0;
}

static int add_links(struct builder *b, match_link_fn link)
{
	unsigned written = link ? b->list.count : 0;
	char target[MATCH_TEXT_MAX / 8];
	int r = 0;

	for (unsigned i = 0; i < written && r == 0; i++) {
		const struct match_entry *entry = &b->list.entries[i];

		if (entry->kind == ENTRY_PATH && !entry->is_glob &&
		    link(b->list.text + entry->offset, target, sizeof(target)))
			r = add_path(b, target);
	}
	return r;
}

static int add_entries(struct builder *b, const char *text, char *ret_bad, size_t bad_size)
{
	for (const char *at = text;; at += 1) {
		size_t n = strcspn(at, ",");
		struct text entry = trim((struct text){at, n});
		int r = entry.length > 0 ? add_entry(b, entry) : 0;

		if (r < 0) {
			copy_text(entry, ret_bad, bad_size);
			return r;
		}
		at += n;
		if (*at == '\0')
			return 0;
	}
}

int match_parse_links(const char *text, match_user_fn user, match_link_fn link,
		      struct match_list *ret, char *ret_bad, size_t bad_size)
{
	static struct builder
		b; /* 5 KiB that need not be on a locked stack; the parser is not for threads */
	size_t length = strlen(text);
	int r;

	if (length >= MATCH_TEXT_MAX) {
		copy_text((struct text){text, length}, ret_bad, bad_size);
		return -E2BIG;
	}
	b.user = user;
	b.used = b.list.count = b.list.kinds = 0;
	memcpy(b.list.source, text, length + 1);
	r = add_entries(&b, text, ret_bad, bad_size);
	if (r == 0)
		r = add_links(&b, link);
	if (r == 0)
		copy_list(&b, length, ret);
	return r;
}

int match_parse(const char *text, match_user_fn user, struct match_list *ret, char *ret_bad,
		size_t bad_size)
{
	return match_parse_links(text, user, NULL, ret, ret_bad, bad_size);
}

static bool match_text(const struct match_entry *entry, const char *pattern, struct text text,
		       bool ignore_case)
{
	return entry->is_glob ? glob_text(pattern, text, ignore_case)
			      : equal_text(pattern, text, ignore_case);
}

/*
 * "systemd-journald" is "systemd-journal" to the kernel. That is all there is where the executable
 * is unreadable, or is another program's: a script's process has the script's name, and its
 * interpreter as the executable. Of a glob the letters before its first sign must fill the name.
 */
static bool match_cut_name(const struct match_entry *entry, const char *pattern, const char *comm)
{
	struct text t = text_of(comm);
	size_t letters = entry->is_glob ? strcspn(pattern, "*?[\\") : strlen(pattern);
	char cut[COMM_BYTES + 1];

	if (t.length != COMM_BYTES || letters < COMM_BYTES + (entry->is_glob ? 0u : 1u))
		return false;
	copy_text((struct text){pattern, COMM_BYTES}, cut, sizeof(cut));
	return equal_text(cut, t, true);
}

/* Is the name that the kernel keeps the beginning of the executable's? Then that one is the whole
 * name. */
static bool is_cut_of(const char *comm, const char *base)
{
	return strncmp(comm, base, strlen(comm)) == 0;
}

static bool match_name(const struct match_entry *entry, const char *pattern,
		       const struct match_subject *subject)
{
	const char *slash = strrchr(subject->exe, '/');
	const char *base = slash ? slash + 1 : subject->exe;

	if (*subject->comm != '\0' && match_text(entry, pattern, text_of(subject->comm), true))
		return true;
	if ((*base == '\0' || !is_cut_of(subject->comm, base)) &&
	    match_cut_name(entry, pattern, subject->comm))
		return true;
	return *base != '\0' && match_text(entry, pattern, text_of(base), true);
}

static bool match_unit(const struct match_entry *entry, const char *pattern, struct text path)
{
	while (path.length > 0) {
		const char *slash = memchr(path.at, '/', path.length);
		size_t n = slash ? (size_t)(slash - path.at) : path.length;

		if (n > 0 && match_text(entry, pattern, (struct text){path.at, n}, false))
			return true;
		n += slash != NULL;
		path.at += n;
		path.length -= n;
	}
	return false;
}

#define GROUP_KINDS (1u << ENTRY_UNIT | 1u << ENTRY_CGROUP)

static bool match_group(const struct match_list *list, const struct match_entry *entry,
			struct text path)
{
	const char *pattern = list->text + entry->offset;

	if (entry->kind == ENTRY_UNIT)
		return match_unit(entry, pattern, path);
	return entry->kind == ENTRY_CGROUP && match_text(entry, pattern, path, false);
}

int match_find_group(const struct match_list *list, const char *path, size_t length,
		     size_t unit_length)
{
	struct text text = {path, length}, units = {path, unit_length};

	if (!(list->kinds & GROUP_KINDS) || length == 0)
		return -1;
	for (unsigned i = 0; i < list->count; i++) {
		bool unit = list->entries[i].kind == ENTRY_UNIT;

		if (match_group(list, &list->entries[i], unit ? units : text))
			return (int)i;
	}
	return -1;
}

static bool match_entry(const struct match_list *list, const struct match_entry *entry,
			const struct match_subject *subject)
{
	const char *pattern = list->text + entry->offset;

	switch ((enum entry_kind)entry->kind) {
	case ENTRY_NAME:
		return match_name(entry, pattern, subject);
	case ENTRY_PATH:
		return subject->exe_trusted && *subject->exe != '\0' &&
		       match_text(entry, pattern, text_of(subject->exe), false);
	case ENTRY_USER:
		return subject->uid == entry->uid;
	case ENTRY_UNIT:
	case ENTRY_CGROUP:
		return subject->group == 1 + (unsigned)(entry - list->entries);
	}
	return false;
}

bool match_asks_path(const struct match_list *list, const char *exe)
{
	if (!(list->kinds & 1u << ENTRY_PATH) || *exe == '\0')
		return false;
	for (unsigned i = 0; i < list->count; i++) {
		const struct match_entry *entry = &list->entries[i];

		if (entry->kind == ENTRY_PATH &&
		    match_text(entry, list->text + entry->offset, text_of(exe), false))
			return true;
	}
	return false;
}

int match_find(const struct match_list *list, const struct match_subject *subject)
{
	for (unsigned i = 0; i < list->count; i++)
		if (match_entry(list, &list->entries[i], subject))
			return (int)i;
	return -1;
}

const char *match_entry_text(const struct match_list *list, int index, char *buf, size_t size)
{
	const struct match_entry *entry;
	const char *prefix = "";

	if (size == 0)
		return buf;
	buf[0] = '\0';
	if (index < 0 || (unsigned)index >= list->count)
		return buf;
	entry = &list->entries[index];
	for (size_t i = 0; i < PREFIX_COUNT; i++)
		if (prefixes[i].kind == entry->kind)
			prefix = prefixes[i].prefix;
	(void)snprintf(buf, size, "%s%s", prefix, list->text + entry->offset);
	return buf;
}
