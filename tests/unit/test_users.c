/* SPDX-License-Identifier: MIT */
/* Includes the module, so that it reads a file of the test's own instead of /etc/passwd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char passwd_path[] = "/tmp/useroom-test-users-XXXXXX";
static char group_path[] = "/tmp/useroom-test-group-XXXXXX";
#define USERS_FILE  passwd_path
#define GROUPS_FILE group_path
#include "../../src/base/users.c"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void write_passwd(const char *text, size_t length)
{
	FILE *f = fopen(passwd_path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
}

static void check_name(uint32_t uid, const char *expected)
{
	char buf[32] = "?";

	assert_string_equal(users_name(uid, buf, sizeof(buf)), expected);
}

static void check_uid(const char *name, int r, uint32_t expected)
{
	uint32_t uid = 77;

	assert_int_equal(users_uid(name, &uid), r);
	assert_int_equal(uid, r == 0 ? expected : 77);
}

static const char plain[] = "root:x:0:0:root:/root:/bin/bash\n"
			    "toor:x:0:0:root:/root:/bin/bash\n"
			    "# a comment:x:5:5::/:\n"
			    "+nis:x:6:6::/:\n"
			    "-nis:x:7:7::/:\n"
			    ":x:8:8::/:\n"
			    "no-number:x:abc:8::/:\n"
			    "minus:x:-9:8::/:\n"
			    "big:x:4294967296:8::/:\n"
			    "nobody-at-all:x:4294967295:8::/:\n"
			    "short:x:9\n"
			    "4242:x:1042:1042::/:\n"
			    "a-user-whose-name-is-longer-than-31-bytes:x:1043:1::/:\n"
			    "last:x:1044:1044::/:"; /* no newline */

static void plain_lookups(void **state)
{
	(void)state;
	write_passwd(plain, sizeof(plain) - 1);
	check_name(0, "root"); /* the first one */
	check_name(1042, "4242");
	check_name(1043, "a-user-whose-name-is-longer-tha");
	check_name(1044, "last");
	check_uid("root", 0, 0);
	check_uid("toor", 0, 0);
	check_uid("last", 0, 1044);
	check_uid("4242", 0, 1042); /* a name goes before a number */
	check_uid("31337", 0, 31337);
	check_uid("4294967294", 0, 4294967294u);
}

static void hostile_lines(void **state)
{
	static const uint32_t absent[] = {5, 6, 7, 8, 9, 4294967295u, 4294967294u, 1};
	static const char *const unknown[] = {
		"",   "nobody-at-all",           "4294967295", "4294967296", "99999999999999999999",
		"-1", "useroom-has-no-such-user"};

	(void)state;
	write_passwd(plain, sizeof(plain) - 1);
	for (size_t i = 0; i < COUNT(absent); i++)
		check_name(absent[i], "");
	for (size_t i = 0; i < COUNT(unknown); i++)
		check_uid(unknown[i], -ENOENT, 0);
}

/* Lines at every place relative to the buffer's edge, and one that does not fit into it at all. */
static void lines_across_the_buffer(void **state)
{
	static char text[4 * LINE_BYTES];

	(void)state;
	for (size_t gecos = LINE_BYTES - 80; gecos < LINE_BYTES + 80; gecos++) {
		size_t n = (size_t)sprintf(text, "long:x:1:1:");

		memset(text + n, 'g', gecos);
		n += gecos;
		n += (size_t)sprintf(text + n,
				     ":/:/bin/sh\nafter:x:1001:1::/:\nlast:x:1002:1::/:\n");
		write_passwd(text, n);
		check_name(1001, "after");
		check_name(1002, "last");
	}
	memset(text, 'g', sizeof(text));
	memcpy(text + sizeof(text) - 20, "\nend:x:1003:1::/:\n\n\n", 20);
	write_passwd(text, sizeof(text));
	check_name(1003, "end");
	memcpy(text + LINE_BYTES, "forged:x:1005:1::/:\n",
	       20); /* the rest of a line is not a line */
	write_passwd(text, sizeof(text));
	check_name(1005, "");
	memset(text, 'g', sizeof(text)); /* not a newline in sight */
	write_passwd(text, sizeof(text));
	check_name(1003, "");
}

static void empty_or_absent_file(void **state)
{
	(void)state;
	write_passwd("", 0);
	check_name(0, "");
	check_uid("12", 0, 12);
	assert_int_equal(unlink(passwd_path), 0);
	check_name(0, "");
	check_uid("12", 0, 12);
	write_passwd("", 0);
}

static void small_buffers(void **state)
{
	char buf[3] = "xy";

	(void)state;
	write_passwd(plain, sizeof(plain) - 1);
	assert_string_equal(users_name(0, buf, sizeof(buf)), "ro");
	assert_string_equal(users_name(0, buf, 1), "");
	buf[0] = 'q';
	users_name(0, buf, 0);
	assert_int_equal(buf[0], 'q');
}

static int make_file(void **state)
{
	int fd = mkstemp(passwd_path), group = mkstemp(group_path);

	(void)state;
	if (fd < 0 || group < 0)
		return -1;
	return close(fd) | close(group);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(passwd_path);
}

static void write_group(const char *text)
{
	FILE *f = fopen(group_path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* R107: umask 002 and a group of one's own is how many distributions begin. */
static void r107_groups_with_nobody_else(void **state)
{
	char users[256];
	static const struct {
		const char *group;
		bool ours;
	} rows[] = {
		{"mine:x:500:\n", true},
		{"mine:x:500:me\n", true},
		{"mine:x:500:root,me\n", true},
		{"mine:x:500:me,other\n", false},
		{"mine:x:500:unknown\n", false},
		{"mine:x:500:\nmine-too:x:500:other\n", false},
		{"another:x:501:\n", false}, /* who is in it is not known */
		{"", false},
		{"mine:x:500", false},
	};

	(void)state;
	(void)snprintf(users, sizeof(users),
		       "root:x:0:0::/:\nme:x:%u:500::/:\nother:x:4000:4000::/:\n",
		       (unsigned)geteuid());
	write_passwd(users, strlen(users));
	for (size_t i = 0; i < COUNT(rows); i++) {
		write_group(rows[i].group);
		if (users_group_is_ours(500) != rows[i].ours)
			fail_msg("row %zu: %s", i, rows[i].group);
	}
	/* somebody else's group of passwd(5) */
	write_group("theirs:x:4000:\n");
	assert_false(users_group_is_ours(4000));
	(void)unlink(group_path);
	assert_false(users_group_is_ours(500));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r107_groups_with_nobody_else),
		cmocka_unit_test(plain_lookups),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(lines_across_the_buffer),
		cmocka_unit_test(empty_or_absent_file),
		cmocka_unit_test(small_buffers),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
