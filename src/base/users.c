/* SPDX-License-Identifier: MIT */
#include "base/users.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#ifndef USERS_FILE /* the tests bring their own */
#define USERS_FILE "/etc/passwd"
#endif
#ifndef GROUPS_FILE
#define GROUPS_FILE "/etc/group"
#endif

/* A line of passwd(5): name:password:uid:gid:gecos:home:shell. One that is longer than this is
 * passed over. */
#define LINE_BYTES 4096

struct reader {
	int fd;
	size_t used;  /* bytes in text */
	size_t taken; /* of which were handed out */
	bool at_end;
	bool skipping; /* inside a line that does not fit */
	char text[LINE_BYTES];
};

static struct reader reader;

static int reader_open(struct reader *r, const char *path)
{
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	r->used = r->taken = 0;
	r->at_end = r->skipping = false;
	return r->fd < 0 ? -errno : 0;
}

/* Move what is left to the front and read more behind it. false at the end of the file. */
static bool reader_fill(struct reader *r)
{
	ssize_t n;

	memmove(r->text, r->text + r->taken, r->used - r->taken);
	r->used -= r->taken;
	r->taken = 0;
	if (r->used == sizeof(r->text)) {
		r->used = 0;
		r->skipping = true;
	}
	do
		n = read(r->fd, r->text + r->used, sizeof(r->text) - r->used);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	r->used += (size_t)n;
	return true;
}

/* The next line without its newline, NUL-terminated in place; NULL at the end. */
static char *reader_line(struct reader *r)
{
	for (;;) {
		char *line = r->text + r->taken;
		char *newline = memchr(line, '\n', r->used - r->taken);

		if (newline) {
			bool skip = r->skipping;

			*newline = '\0';
			r->taken = (size_t)(newline - r->text) + 1;
			r->skipping = false;
			if (!skip)
				return line;
		} else if (r->at_end || !reader_fill(r)) {
			bool last = !r->at_end && !r->skipping && r->used > r->taken &&
				    r->used < sizeof(r->text);

			r->at_end = true;
			if (!last)
				return NULL;
			r->text[r->used] = '\0'; /* a last line without a newline is a line to
						    passwd's readers */
			r->taken = r->used;
			return r->text;
		}
	}
}

/* Digits and nothing else. (uid_t)-1 is nobody's: chown(2) and setreuid(2) take it for "leave it
 * alone". */
static bool decimal(const char *s, uint32_t *ret)
{
	uint64_t value = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		value = value * 10 + (unsigned)(*s - '0');
		if (value >= UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)value;
	return true;
}

/* Cut a line at its colons: name and number. "+..." and "-..." lines are NIS's, '#' lines some
 * people's comments. */
static bool split_line(char *line, char **ret_name, uint32_t *ret_uid)
{
	char *password = strchr(line, ':');
	char *uid = password ? strchr(password + 1, ':') : NULL;
	char *end = uid ? strchr(uid + 1, ':') : NULL;

	if (!end || password == line || strchr("+-#", *line))
		return false;
	*password = *end = '\0';
	*ret_name = line;
	return decimal(uid + 1, ret_uid);
}

/* Walk the file until a line has this name (or, where name is NULL, this number). */
static int find_line(const char *name, uint32_t *uid, char **ret_name)
{
	char *line, *found_name;
	uint32_t found_uid = 0;
	int r = reader_open(&reader, USERS_FILE);

	if (r < 0)
		return r;
	r = -ENOENT;
	while (r < 0 && (line = reader_line(&reader))) {
		if (!split_line(line, &found_name, &found_uid))
			continue;
		if (name ? strcmp(found_name, name) != 0 : found_uid != *uid)
			continue;
		*uid = found_uid;
		*ret_name = found_name;
		r = 0;
	}
	(void)close(reader.fd);
	return r;
}

#ifdef __GLIBC__
/* Users that a directory service knows. musl has no NSS: it would only read /etc/passwd again. */
static int ask_nss(const char *name, uint32_t *ret_uid)
{
	static char buf[16384]; /* sysconf(_SC_GETPW_R_SIZE_MAX) says 1,024 with glibc */
	struct passwd pw, *found = NULL;

	if (getpwnam_r(name, &pw, buf, sizeof(buf), &found) != 0 || !found)
		return -ENOENT;
	*ret_uid = (uint32_t)pw.pw_uid;
	return 0;
}
#else
static int ask_nss(const char *name, uint32_t *ret_uid)
{
	(void)name;
	(void)ret_uid;
	return -ENOENT;
}
#endif

int users_uid(const char *name, uint32_t *ret_uid)
{
	uint32_t uid = 0;
	char *ignored;

	if (*name == '\0')
		return -ENOENT;
	if (find_line(name, &uid, &ignored) == 0 || decimal(name, &uid)) {
		*ret_uid = uid;
		return 0;
	}
	return ask_nss(name, ret_uid);
}

const char *users_name(uint32_t uid, char *buf, size_t size)
{
	char *name;

	if (size == 0)
		return buf;
	buf[0] = '\0';
	if (find_line(NULL, &uid, &name) == 0) {
		size_t n = strnlen(name, size - 1);

		memcpy(buf, name, n);
		buf[n] = '\0';
	}
	return buf;
}

/* ---- groups ---- */

static bool is_us(uint32_t uid)
{
	return uid == 0 || uid == geteuid();
}

/* Does any user but us have this as the group of passwd(5)? */
static bool is_group_of_others(uint32_t gid)
{
	struct reader r = {0};
	char *line, *name, *end;
	uint32_t uid, its_gid;
	bool others = reader_open(&r, USERS_FILE) < 0;

	if (others)
		return true;
	while (!others && (line = reader_line(&r))) {
		char *group;

		if (!split_line(line, &name, &uid))
			continue;
		group = strchr(name, '\0') + 1; /* password:uid, then a NUL */
		group = strchr(group, '\0') + 1;
		end = strchr(group, ':');
		if (end != NULL)
			*end = '\0';
		others = decimal(group, &its_gid) && its_gid == gid && !is_us(uid);
	}
	(void)close(r.fd);
	return others;
}

static bool is_our_name(const char *name)
{
	struct reader r = {0};
	char *line, *found;
	uint32_t uid;
	bool ours = false;

	if (reader_open(&r, USERS_FILE) < 0)
		return false;
	while (!ours && (line = reader_line(&r)))
		ours = split_line(line, &found, &uid) && strcmp(found, name) == 0 && is_us(uid);
	(void)close(r.fd);
	return ours;
}

/* The last field of a line of group(5), cut at its commas. */
static bool are_our_names(char *members)
{
	for (char *name = members, *next; name != NULL; name = next) {
		next = strchr(name, ',');
		if (next != NULL)
			*next++ = '\0';
		if (*name != '\0' && !is_our_name(name))
			return false;
	}
	return true;
}

bool users_group_is_ours(uint32_t gid)
{
	struct reader r = {0};
	char *line, *name;
	uint32_t its_gid;
	bool known = false, ours = true;

	if (is_group_of_others(gid) || reader_open(&r, GROUPS_FILE) < 0)
		return false;
	while (ours && (line = reader_line(&r))) {
		if (!split_line(line, &name, &its_gid) || its_gid != gid)
			continue;
		known = true;
		/* name, NUL, password:gid, NUL, members */
		ours = are_our_names(strchr(strchr(name, '\0') + 1, '\0') + 1);
	}
	(void)close(r.fd);
	return known && ours;
}
