/* SPDX-License-Identifier: MIT */
/* R107: who else may change what is at a path. */
#include "base/trust.h"
#include "base/users.h"
#include "skip.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], why[256];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* home/ of mode 0755 with a file of mode 0644 in it. */
static int begin(void **state)
{
	char path[128];

	(void)state;
	(void)umask(0);
	(void)strcpy(dir, "/tmp/useroom-trust-XXXXXX");
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/home", dir);
	if (mkdir(path, 0755) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/home/file", dir);
	return close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static int end(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(const char *name)
{
	static char path[2][256];
	static unsigned turn;

	turn = (turn + 1) % 2;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static void trusted(const char *name)
{
	int r = trust_path(in_dir(name), why, sizeof(why));

	if (r != 0)
		fail_msg("%s: %d, %s", name, r, why);
}

static void refused(const char *name, const char *because)
{
	int r = trust_path(in_dir(name), why, sizeof(why));

	if (r != -EPERM)
		fail_msg("%s: %d instead of a refusal", name, r);
	if (strstr(why, because) == NULL)
		fail_msg("%s: '%s' does not say '%s'", name, why, because);
}

static void mode(const char *name, mode_t bits)
{
	assert_int_equal(chmod(in_dir(name), bits), 0);
}

static void r107_our_own(void **state)
{
	(void)state;
	trusted("home/file");
	trusted("home");
	trusted("home//./file");
	trusted("home/../home/file");
	assert_int_equal(trust_path("/", why, sizeof(why)), 0);
	assert_int_equal(trust_path("/dev/null", why, sizeof(why)), 0);
	assert_int_equal(chdir(in_dir("home")), 0);
	assert_int_equal(trust_path("file", why, sizeof(why)), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(trust_path(in_dir("home/nothing"), why, sizeof(why)), -ENOENT);
}

static void r107_writable_by_everybody(void **state)
{
	(void)state;
	mode("home/file", 0646);
	refused("home/file", "/home/file is writable by everybody (mode 0646)");
	mode("home/file", 0644);
	mode("home", 0757);
	refused("home/file", "/home is writable by everybody (mode 0757)");
}

/*
 * An ACL for one more user (acl(5), include/uapi/linux/posix_acl_xattr.h: little endian, whatever
 * the machine is). The group's bits of the mode show its mask then. False where the file system
 * keeps none.
 */
static bool give_acl(const char *name, uint16_t to_user, uint16_t mask)
{
	const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entry[5];
	} acl = {htole32(2),
		 {{htole16(0x01), htole16(6), UINT32_MAX}, /* ACL_USER_OBJ, rw- */
		  {htole16(0x02), htole16(to_user), htole32(4000000000u)},
		  {htole16(0x04), htole16(4), UINT32_MAX},
		  {htole16(0x10), htole16(mask), UINT32_MAX},
		  {htole16(0x20), htole16(4), UINT32_MAX}}};

	return setxattr(in_dir(name), "system.posix_acl_access", &acl, sizeof(acl), 0) == 0;
}

/* The file's group is root's alone, so without a look at the ACL it would be trusted. */
static void r107_writable_by_an_acl(void **state)
{
	(void)state;
	if (!users_group_is_ours(getegid()) || !give_acl("home/file", 6, 6))
		skip_because("there are no ACLs here, or others are in our group");
	refused("home/file", "/home/file is writable by others, by its ACL");
	/* The mask takes away what the entry gives, or the entry gives no more than to read. */
	assert_true(give_acl("home/file", 6, 4));
	trusted("home/file");
	assert_true(give_acl("home/file", 4, 4));
	trusted("home/file");
}

/* A group that others are in, or that nobody knows. */
static void r107_writable_by_a_group(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip_because("only root can give a file away");
	mode("home/file", 0664);
	assert_int_equal(chown(in_dir("home/file"), 0, 4000000000u), 0);
	refused("home/file", "/home/file is writable by group 4000000000 (mode 0664)");
	assert_int_equal(chown(in_dir("home/file"), 0, 0), 0);
	if (users_group_is_ours(0))
		trusted("home/file");
}

static void r107_somebody_elses(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip_because("only root can give a file away");
	assert_int_equal(chown(in_dir("home"), 4000000000u, 0), 0);
	refused("home/file", "/home belongs to uid 4000000000");
	assert_int_equal(chown(in_dir("home"), 0, 0), 0);
	assert_int_equal(chown(in_dir("home/file"), 4000000000u, 0), 0);
	refused("home/file", "/home/file belongs to uid 4000000000");
}

/* In /tmp, and in any other such directory, the file's owner counts. */
static void r107_sticky(void **state)
{
	(void)state;
	mode("home", 01777);
	trusted("home/file");
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(in_dir("home/file"), 4000000000u, 0), 0);
	refused("home/file", "/home/file belongs to uid 4000000000");
}

static void r107_links(void **state)
{
	(void)state;
	assert_int_equal(symlink("home/file", in_dir("relative")), 0);
	assert_int_equal(symlink(in_dir("home"), in_dir("absolute")), 0);
	assert_int_equal(symlink("round", in_dir("round")), 0);
	trusted("relative");
	trusted("absolute/file");
	assert_int_equal(trust_path(in_dir("round"), why, sizeof(why)), -ELOOP);
	/* what the link leads to, and the way there */
	mode("home", 0777);
	refused("relative", "/home is writable by everybody");
	refused("absolute/file", "/home is writable by everybody");
	mode("home", 0755);
	/* the directory of the link itself */
	mode("", 0777);
	refused("relative", "is writable by everybody");
	mode("", 0755);
	if (geteuid() != 0)
		return;
	/* a stranger's link in a sticky directory */
	mode("", 01777);
	assert_int_equal(lchown(in_dir("relative"), 4000000000u, 0), 0);
	refused("relative", "/relative belongs to uid 4000000000");
	mode("", 0755);
	trusted("relative"); /* whose it is means nothing where nobody can replace it */
}

/* ".." behind a sticky directory is judged by the directory that it leads to. */
static void r107_back_up(void **state)
{
	(void)state;
	mode("home", 01777);
	assert_int_equal(mkdir(in_dir("home/deep"), 0755), 0);
	trusted("home/deep/../file");
	trusted("home/deep/../../home/file");
}

static void r107_too_long(void **state)
{
	char path[4000];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(trust_path(path, why, sizeof(why)), -ENAMETOOLONG);
	assert_true(strlen(why) < sizeof(why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(r107_our_own, begin, end),
		cmocka_unit_test_setup_teardown(r107_writable_by_everybody, begin, end),
		cmocka_unit_test_setup_teardown(r107_writable_by_an_acl, begin, end),
		cmocka_unit_test_setup_teardown(r107_writable_by_a_group, begin, end),
		cmocka_unit_test_setup_teardown(r107_somebody_elses, begin, end),
		cmocka_unit_test_setup_teardown(r107_sticky, begin, end),
		cmocka_unit_test_setup_teardown(r107_links, begin, end),
		cmocka_unit_test_setup_teardown(r107_back_up, begin, end),
		cmocka_unit_test_setup_teardown(r107_too_long, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
