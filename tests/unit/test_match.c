/* SPDX-License-Identifier: MIT */
#include "base/units.h"
#include "settings/match.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int two_users(const char *name, uint32_t *ret_uid)
{
	if (strcmp(name, "postgres") == 0)
		*ret_uid = 106;
	else if (strcmp(name, "1000") == 0)
		*ret_uid = 1000;
	else
		return -ENOENT;
	return 0;
}

static struct match_list parsed(const char *text)
{
	struct match_list list;

	assert_int_equal(match_parse(text, two_users, &list, NULL, 0), 0);
	return list;
}

static void globs(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool ignore_case, expected;
	} rows[] = {
		{"", "", false, true},
		{"", "a", false, false},
		{"a", "", false, false},
		{"*", "", false, true},
		{"**", "abc", false, true},
		{"a*", "abc", false, true},
		{"*c", "abc", false, true},
		{"a*c", "abc", false, true},
		{"a*d", "abc", false, false},
		{"*b*", "abc", false, true},
		{"*ab*ab", "abab", false, true},
		{"*ab*ab", "ababx", false, false},
		{"*aab", "aaaab", false, true},
		{"?", "a", false, true},
		{"?", "", false, false},
		{"a?c", "abc", false, true},
		{"??", "a", false, false},
		{"*/b", "/a/a/b", false, true}, /* a star crosses slashes */
		{"ABC", "abc", false, false},
		{"ABC", "abc", true, true},
		{"abc", "ABC", true, true},
		{"[A-C]", "b", true, true},
		{"[a-c]", "B", true, true},
		{"[a-c]", "B", false, false},
		{"[!a-c]", "B", true, false},
		{"[!a-c]", "d", false, true},
		{"[^a-c]", "d", false, true},
		{"[!a]", "", false, false},
		{"[]]", "]", false, true},
		{"[!]]", "]", false, false},
		{"[a-]", "-", false, true},
		{"[-a]", "-", false, true},
		{"[z-a]", "m", false, false},
		{"[\\]]", "]", false, true},
		{"[\\\\]", "\\", false, true},
		{"[*]", "*", false, true},
		{"[*]", "a", false, false},
		{"[a", "[a", false, true}, /* not closed: means itself */
		{"\\*", "*", false, true},
		{"\\*", "a", false, false},
		{"\\?\\[", "?[", false, true},
		{"\\", "\\", false, true},
		{"a\\", "a\\", false, true},
		{"*\\", "aa\\", false, true},
		{"[\x80-\xff]", "\xfe", false, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (match_glob(rows[i].pattern, rows[i].text, rows[i].ignore_case) !=
		    rows[i].expected)
			fail_msg("row %zu: '%s' over '%s'", i, rows[i].pattern, rows[i].text);
}

/* 2,000 stars over 250 bytes: a matcher that goes back to each of them would not end in this
 * century. */
static void glob_many_stars(void **state)
{
	char pattern[MATCH_TEXT_MAX], text[256];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 3);
	memcpy(pattern + 398, "b", 2);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(match_glob(pattern, text, true));
	text[254] = 'b';
	assert_true(match_glob(pattern, text, true));
}

static void parse_kinds(void **state)
{
	static const char text[] =
		" sshd ,chrom*,/usr/sbin/sshd,/opt/*,user: postgres,user:1000,unit:nginx.service,,"
		"cgroup:/docker/*, Web Content ,\t";
	static const struct {
		const char *text;
		enum entry_kind kind;
		bool is_glob;
	} rows[] = {
		{"sshd", ENTRY_NAME, false},
		{"chrom*", ENTRY_NAME, true},
		{"/usr/sbin/sshd", ENTRY_PATH, false},
		{"/opt/*", ENTRY_PATH, true},
		{"user:postgres", ENTRY_USER, false},
		{"user:1000", ENTRY_USER, false},
		{"unit:nginx.service", ENTRY_UNIT, false},
		{"cgroup:/docker/*", ENTRY_CGROUP, true},
		{"Web Content", ENTRY_NAME, false},
	};
	struct match_list list = parsed(text);
	char buf[64];

	(void)state;
	assert_string_equal(list.source, text);
	assert_int_equal(list.count, COUNT(rows));
	assert_int_equal(list.kinds, (1u << ENTRY_NAME) | (1u << ENTRY_PATH) | (1u << ENTRY_USER) |
					     (1u << ENTRY_UNIT) | (1u << ENTRY_CGROUP));
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(list.entries[i].kind, rows[i].kind);
		assert_int_equal(list.entries[i].is_glob, rows[i].is_glob);
		assert_string_equal(match_entry_text(&list, (int)i, buf, sizeof(buf)),
				    rows[i].text);
	}
	assert_int_equal(list.entries[4].uid, 106);
	assert_int_equal(list.entries[5].uid, 1000);
	assert_string_equal(match_entry_text(&list, -1, buf, sizeof(buf)), "");
	assert_string_equal(match_entry_text(&list, 9, buf, sizeof(buf)), "");
	assert_string_equal(match_entry_text(&list, 4, buf, 6), "user:");
}

static void parse_empty_lists(void **state)
{
	static const char *const rows[] = {"", ",", ",,,", " ", " , ,\t,"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct match_list list = parsed(rows[i]);
		struct match_subject subject = {.comm = "", .exe = ""};

		assert_int_equal(list.count, 0);
		assert_int_equal(list.kinds, 0);
		assert_int_equal(match_find(&list, &subject), -1);
	}
}

static void parse_refuses(void **state)
{
	static const struct {
		const char *text;
		int r;
		const char *bad;
	} rows[] = {
		{"a,user:,b", -EINVAL, "user:"},
		{"a, unit: ,b", -EINVAL, "unit:"},
		{"cgroup:", -EINVAL, "cgroup:"},
		{"a,b[c", -EINVAL, "b[c"},
		{"/usr/[", -EINVAL, "/usr/["},
		{"a[!", -EINVAL, "a[!"},
		{"[]", -EINVAL, "[]"},
		{"a[\\]", -EINVAL, "a[\\]"},
		{"user:nobody-here", -ENOENT, "user:nobody-here"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct match_list list, before;
		char bad[32] = "?";

		memset(&list, 0x5A, sizeof(list));
		before = list;
		assert_int_equal(match_parse(rows[i].text, two_users, &list, bad, sizeof(bad)),
				 rows[i].r);
		assert_string_equal(bad, rows[i].bad);
		assert_memory_equal(&list, &before, sizeof(list));
		assert_int_equal(match_parse(rows[i].text, two_users, &list, bad, 3), rows[i].r);
		assert_true(strlen(bad) == 2 && strncmp(bad, rows[i].bad, 2) == 0);
		assert_int_equal(match_parse(rows[i].text, two_users, &list, NULL, 0), rows[i].r);
	}
}

static void parse_limits(void **state)
{
	static char text[MATCH_TEXT_MAX + 1], entries[2 * MATCH_ENTRIES_MAX + 2];
	struct match_list list;

	(void)state;
	memset(text, 'a', sizeof(text) - 2);
	assert_int_equal(match_parse(text, two_users, &list, NULL, 0), 0); /* 2,047 bytes */
	assert_int_equal(strlen(list.text), MATCH_TEXT_MAX - 1);
	text[MATCH_TEXT_MAX - 1] = 'a';
	assert_int_equal(match_parse(text, two_users, &list, NULL, 0), -E2BIG);
	for (unsigned i = 0; i < MATCH_ENTRIES_MAX; i++)
		memcpy(entries + 2 * i, "a,", 2);
	assert_int_equal(match_parse(entries, two_users, &list, NULL, 0), 0);
	assert_int_equal(list.count, MATCH_ENTRIES_MAX);
	entries[2 * MATCH_ENTRIES_MAX] = 'a';
	assert_int_equal(match_parse(entries, two_users, &list, NULL, 0), -E2BIG);
}

struct row {
	const char *list;
	struct match_subject subject;
	int expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct match_list list = parsed(rows[i].list);
		struct match_subject s = rows[i].subject;
		int index;

		s.comm = s.comm ? s.comm : "";
		s.exe = s.exe ? s.exe : "";
		index = match_find(&list, &s);
		if (index != rows[i].expected)
			fail_msg("row %zu: '%s' answered %d", i, rows[i].list, index);
	}
}

static void names(void **state)
{
	static const struct row rows[] = {
		{"sshd", {.comm = "sshd"}, 0},
		{"SSHD", {.comm = "sshd"}, 0},
		{"sshd", {.comm = "SshD"}, 0},
		{"sshd", {.comm = "sshd2"}, -1},
		{"sshd", {.comm = "ssh"}, -1},
		{"a,sshd,s*", {.comm = "sshd"}, 1},
		{"java", {.comm = "thread-1", .exe = "/usr/bin/java"}, 0},
		{"java", {.comm = "thread-1", .exe = "/usr/java/x"}, -1},
		{"chrom*", {.comm = "Chromium"}, 0},
		{"Web Content", {.comm = "Web Content"}, 0},
		{"*", {.comm = ""}, -1}, /* nothing is known of it */
		{"\xc3\x9c", {.comm = "\xc3\xbc"}, -1},
		{"sshd", {.comm = "x", .exe = "/sshd/x"}, -1},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void r28_names_with_anything_in_them(void **state)
{
	static const struct row rows[] = {
		{"a\nb", {.comm = "a\nb"}, 0},   {"x)*", {.comm = "x) R 1"}, 0},
		{"?", {.comm = "\xff"}, 0},      {"sshd", {.comm = "sshd\n"}, -1},
		{"sshd", {.comm = " sshd"}, -1},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void r29_names_longer_than_the_kernel_keeps(void **state)
{
	static const struct row rows[] = {
		{"systemd-journald",
		 {.comm = "systemd-journal", .exe = "/usr/lib/systemd/systemd-journald"},
		 0},
		{"Systemd-Journald",
		 {.comm = "systemd-journal", .exe = "/usr/lib/systemd/systemd-journald"},
		 0},
		{"containerd-shim-runc-v2",
		 {.comm = "containerd-shim", .exe = "/usr/bin/containerd-shim-runc-v2"},
		 0},
		{"containerd-shim-*",
		 {.comm = "containerd-shim", .exe = "/usr/bin/containerd-shim-runc-v2"},
		 0},
		/* the executable is known to be another one */
		{"systemd-journald",
		 {.comm = "systemd-journal", .exe = "/usr/lib/systemd/systemd-journal-remote"},
		 -1},
		/* R106: a script; its executable is another program's */
		{"backup-of-the-database.py",
		 {.comm = "backup-of-the-d", .exe = "/usr/bin/python3.11"},
		 0},
		{"backup-of-the-database-*",
		 {.comm = "backup-of-the-d", .exe = "/usr/bin/python3.11"},
		 0},
		{"backup-of-the-X*", {.comm = "backup-of-the-d", .exe = "/usr/bin/python3.11"}, -1},
		{"backup-of-*-database.py",
		 {.comm = "backup-of-the-d", .exe = "/usr/bin/python3.11"},
		 -1},
		/* it is not known: the cut name is all there is */
		{"systemd-journald", {.comm = "systemd-journal"}, 0},
		{"systemd-journald", {.comm = "systemd-journa"}, -1},
		{"systemd-journald", {.comm = "systemd-journaX"}, -1},
		{"systemd-journal", {.comm = "systemd-journal"}, 0},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void r30_paths_cannot_be_faked(void **state)
{
	static const struct row rows[] = {
		{"/usr/sbin/sshd", {.comm = "x", .exe = "/usr/sbin/sshd", .exe_trusted = true}, 0},
		{"/usr/sbin/sshd",
		 {.comm = "sshd", .exe = "/usr/sbin/sshd", .exe_trusted = false},
		 -1},
		{"/usr/sbin/sshd",
		 {.comm = "sshd", .exe = "/home/x/sshd", .exe_trusted = true},
		 -1},
		{"/usr/sbin/sshd", {.comm = "/usr/sbin/sshd", .exe_trusted = true}, -1},
		{"/usr/sbin/*", {.exe = "/usr/sbin/deep/sshd", .exe_trusted = true}, 0},
		{"/usr/sbin/*", {.exe = "/usr/sbin/sshd", .exe_trusted = false}, -1},
		{"/USR/sbin/sshd", {.exe = "/usr/sbin/sshd", .exe_trusted = true}, -1},
		{"/*", {.comm = "kthreadd", .exe = "", .exe_trusted = true}, -1},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void users(void **state)
{
	static const struct row rows[] = {
		{"user:postgres", {.uid = 106}, 0},
		{"user:postgres", {.uid = 0}, -1},
		{"user:1000", {.uid = 1000}, 0},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void units_and_cgroups(void **state)
{
	static const char session[] =
		"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope";
	static const struct {
		const char *list, *path;
		int expected;
	} rows[] = {
		{"unit:app-x.scope", session, 0},
		{"unit:user@1000.service", session, 0},
		{"unit:user@*.service", session, 0},
		{"unit:app-x", session, -1},
		{"unit:APP-X.scope", session, -1},
		{"unit:pp-x.scope", session, -1},
		{"unit:app.slice/app-x.scope", session, -1}, /* a component, not two */
		{"unit:*", "/", -1},
		{"unit:*", "", -1},
		{"unit:x.scope", "//x.scope//", 0},
		{"unit:dev-disk\\x2d1.service", "/system.slice/dev-disk\\x2d1.service", 0},
		{"cgroup:/user.slice/*", session, 0},
		{"cgroup:/user.slice", session, -1},
		{"cgroup:*app-?.scope", session, 0},
		{"cgroup:*", "", -1},
		{"app-x.scope,cgroup:/a,unit:app-x.scope", session, 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct match_list list = parsed(rows[i].list);
		int index = match_find_group(&list, rows[i].path, strlen(rows[i].path),
					     strlen(rows[i].path));
		struct match_subject s = {.comm = "x", .exe = "", .group = (unsigned)(index + 1)};

		if (index != rows[i].expected || match_find(&list, &s) != rows[i].expected)
			fail_msg("row %zu: '%s' answered %d", i, rows[i].list, index);
	}
}

/* What is in front of it in the list comes first, whatever kind it is of. */
static void the_first_entry_of_any_kind(void **state)
{
	struct match_list list = parsed("a,unit:a.service,b");
	struct match_subject s = {.comm = "b", .exe = ""};

	(void)state;
	s.group = (unsigned)(match_find_group(&list, "/a.service", 10, 10) + 1);
	assert_int_equal(match_find(&list, &s), 1);
	s.comm = "a";
	assert_int_equal(match_find(&list, &s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(glob_many_stars),
		cmocka_unit_test(parse_kinds),
		cmocka_unit_test(parse_empty_lists),
		cmocka_unit_test(parse_refuses),
		cmocka_unit_test(parse_limits),
		cmocka_unit_test(names),
		cmocka_unit_test(r28_names_with_anything_in_them),
		cmocka_unit_test(r29_names_longer_than_the_kernel_keeps),
		cmocka_unit_test(r30_paths_cannot_be_faked),
		cmocka_unit_test(users),
		cmocka_unit_test(units_and_cgroups),
		cmocka_unit_test(the_first_entry_of_any_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
