/* SPDX-License-Identifier: MIT */
#include "tell/notify.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char directory[] = "/tmp/useroom-test-notify-XXXXXX";
static char path[sizeof(directory) + 8];

/* Bind a receiver, as pid 1 does. */
static int receiver(const char *name, size_t length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, name, length);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
			 0);
	return fd;
}

static int path_receiver(void)
{
	(void)unlink(path);
	return receiver(path, strlen(path) + 1);
}

/* A datagram to a local socket is there when the sender has returned. */
static void check_received(int fd, const char *expected)
{
	char buf[256];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	assert_int_equal(n, strlen(expected));
	assert_memory_equal(buf, expected, strlen(expected));
}

static void init_with(const char *socket_name, const char *usec, const char *pid)
{
	assert_int_equal(setenv("NOTIFY_SOCKET", socket_name, 1), 0);
	(void)(usec ? setenv("WATCHDOG_USEC", usec, 1) : unsetenv("WATCHDOG_USEC"));
	(void)(pid ? setenv("WATCHDOG_PID", pid, 1) : unsetenv("WATCHDOG_PID"));
	notify_open();
}

static void without_systemd(void **state)
{
	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	(void)setenv("WATCHDOG_USEC", "1000000", 1);
	notify_open();
	assert_int_equal(notify_send("READY=1"), -ENOTCONN);
	assert_int_equal(notify_watchdog_ns(), 0);
}

static void to_a_path(void **state)
{
	int fd = path_receiver();

	(void)state;
	init_with(path, NULL, NULL);
	assert_int_equal(notify_send("READY=1\nSTATUS=watching"), 0);
	assert_int_equal(notify_send("WATCHDOG=1"), 0);
	check_received(fd, "READY=1\nSTATUS=watching");
	check_received(fd, "WATCHDOG=1");
	assert_int_equal(notify_watchdog_ns(), 0);
	(void)close(fd);
}

static void to_an_abstract_name(void **state)
{
	char name[64];
	int n = snprintf(name, sizeof(name), "@useroom-test-notify-%ld", (long)getpid());
	int fd;

	(void)state;
	name[0] = '\0';
	fd = receiver(name, (size_t)n);
	name[0] = '@';
	init_with(name, NULL, NULL);
	assert_int_equal(notify_send("READY=1"), 0);
	check_received(fd, "READY=1");
	(void)close(fd);
}

/* Hooks must not speak for us. */
static void the_environment_is_cleared(void **state)
{
	(void)state;
	init_with(path, "1000000", "1");
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
}

/* systemd is restarted: a new socket at the same path. */
static void a_receiver_that_comes_back(void **state)
{
	int fd = path_receiver();

	(void)state;
	init_with(path, NULL, NULL);
	(void)close(fd);
	assert_int_equal(notify_send("WATCHDOG=1"), -ECONNREFUSED);
	(void)unlink(path);
	assert_int_equal(notify_send("WATCHDOG=1"), -ENOENT);
	fd = path_receiver();
	assert_int_equal(notify_send("WATCHDOG=1"), 0);
	check_received(fd, "WATCHDOG=1");
	(void)close(fd);
}

/* Nobody reads: the queue fills, and then it is an error and not a wait (the alarm would end the
 * test). */
static void a_full_queue_does_not_block(void **state)
{
	int fd = path_receiver(), r = 0;

	(void)state;
	init_with(path, NULL, NULL);
	(void)alarm(60);
	for (unsigned i = 0; i < 1000000 && r == 0; i++)
		r = notify_send("WATCHDOG=1");
	(void)alarm(0);
	assert_true(r == -EAGAIN || r == -ENOBUFS);
	check_received(fd, "WATCHDOG=1");
	(void)close(fd);
}

static void bad_addresses(void **state)
{
	static char long_name[200];
	const char *const rows[] = {"", "/", "@", "relative", "vsock:2:1234", long_name};

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[0] = '/';
	for (size_t i = 0; i < COUNT(rows); i++) {
		init_with(rows[i], "1000000", NULL);
		assert_int_equal(notify_send("READY=1"), -ENOTCONN);
		assert_int_equal(notify_watchdog_ns(), 0);
	}
}

static void watchdog(void **state)
{
	char self[32], other[32];
	const struct {
		const char *usec, *pid;
		uint64_t ns;
	} rows[] = {
		{"30000000", NULL, 15000000000u},
		{"30000000", self, 15000000000u},
		{"30000000", other, 0},
		{"30000000", "x", 0},
		{"30000000", "", 0},
		{NULL, self, 0},
		{"0", NULL, 0},
		{"", NULL, 0},
		{"-1", NULL, 0},
		{"1s", NULL, 0},
		{"18446744073709551615", NULL, 0},
		{"18446744073709551616", NULL, 0},
		{"18446744073709551", NULL, 9223372036854775500u},
	};

	(void)state;
	(void)snprintf(self, sizeof(self), "%ld", (long)getpid());
	(void)snprintf(other, sizeof(other), "%ld", (long)getpid() + 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		init_with(path, rows[i].usec, rows[i].pid);
		if (notify_watchdog_ns() != rows[i].ns)
			fail_msg("row %zu: %llu", i, (unsigned long long)notify_watchdog_ns());
	}
}

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/notify", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_systemd),
		cmocka_unit_test(to_a_path),
		cmocka_unit_test(to_an_abstract_name),
		cmocka_unit_test(the_environment_is_cleared),
		cmocka_unit_test(a_receiver_that_comes_back),
		cmocka_unit_test(a_full_queue_does_not_block),
		cmocka_unit_test(bad_addresses),
		cmocka_unit_test(watchdog),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
