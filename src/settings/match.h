/* SPDX-License-Identifier: MIT */
/*
 * The language of -protect, -prefer, -avoid and -ignore-user: a comma-separated list of entries.
 *
 *   sshd                  a name: comm, or the base name of the executable; in any case of letters
 *   chrom*                a glob (* ? [..]) over the same two names
 *   /usr/sbin/sshd        a path (or a glob that begins with a slash): the executable itself
 *   user:postgres         the owner: a name or a number
 *   unit:nginx.service    a systemd unit (glob) anywhere in one of the process's cgroup paths
 *   cgroup:/docker/...    a glob over one whole cgroup path, v1 or v2; * crosses slashes
 *
 * Pure: it touches nothing but its arguments. User names are resolved by a function that the caller
 * passes in.
 */
#ifndef USEROOM_MATCH_H
#define USEROOM_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum entry_kind {
	ENTRY_NAME, /* name or glob over comm and the executable's base name */
	ENTRY_PATH,
	ENTRY_USER,
	ENTRY_UNIT,
	ENTRY_CGROUP,
};

#define MATCH_TEXT_MAX    2048 /* bytes of one list as written, with its NUL */
#define MATCH_ENTRIES_MAX 128

struct match_entry {
	uint16_t offset; /* of the pattern in text, NUL-terminated there */
	uint8_t kind;    /* enum entry_kind */
	bool is_glob;
	uint32_t uid; /* ENTRY_USER */
};

/* What an empty list touches stands together at its beginning: a page of memory instead of two. */
struct match_list {
	unsigned count;
	/* bit 1 << kind for every kind in the list: what must be read of a process */
	uint32_t kinds;
	char source[MATCH_TEXT_MAX]; /* as the user wrote it */
	struct match_entry entries[MATCH_ENTRIES_MAX];
	char text[2 * MATCH_TEXT_MAX]; /* cut at the commas, blanks around entries removed */
};

/* What is known of a process when it is matched. A string may be "" when it could not be read. */
struct match_subject {
	const char *comm;
	const char *exe;  /* as readlink(/proc/PID/exe) gives it, " (deleted)" removed */
	bool exe_trusted; /* that path is the machine's own (origin.h) */
	uint32_t uid;     /* real uid */
	/* the first entry unit: or cgroup: that is about it, counted from 1 (match_find_group());
	 * 0: none */
	unsigned group;
};

/* Name -> uid. Returns 0, or -ENOENT. */
typedef int (*match_user_fn)(const char *name, uint32_t *ret_uid);

/*
 * Parse a list as it was written. Empty entries are ignored, so "" and "," are empty lists.
 * Returns 0; -E2BIG when it is longer than MATCH_TEXT_MAX or has more than MATCH_ENTRIES_MAX
 * entries; -EINVAL for an empty pattern after a prefix or a bracket that is not closed; -ENOENT for
 * an unknown user. On failure *ret is untouched and, where ret_bad is not NULL, at most bad_size
 * bytes of the offending entry are copied there.
 */
int match_parse(const char *text, match_user_fn user, struct match_list *ret, char *ret_bad,
		size_t bad_size);

/* Where a link points to in the end. Returns false where it is no link, or cannot be followed. */
typedef bool (*match_link_fn)(const char *path, char *ret, size_t size);

/* The same; a path that is a link means what it points to as well: one more entry, not in source.
 */
int match_parse_links(const char *text, match_user_fn user, match_link_fn link,
		      struct match_list *ret, char *ret_bad, size_t bad_size);

/* Does an entry hang on whether the path of the executable is the machine's own? */
bool match_asks_path(const struct match_list *list, const char *exe);

/*
 * The index of the first entry unit: or cgroup: that this control group's path matches, or -1. A
 * path is up to 4 KiB long and a process has several of them: none is kept (place.h).
 */
int match_find_group(const struct match_list *list, const char *path, size_t length,
		     size_t unit_length);

/* The index of the first entry that matches, or -1. */
int match_find(const struct match_list *list, const struct match_subject *subject);

/* The entry as it was written, for messages: "user:postgres". Copies into buf and returns it. */
const char *match_entry_text(const struct match_list *list, int index, char *buf, size_t size);

/* A shell glob (* ? [set] [!set] and backslash) over the whole of text. Linear in practice, never
 * exponential. */
bool match_glob(const char *pattern, const char *text, bool ignore_case);

#endif
