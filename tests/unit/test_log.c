/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* More lines than a pipe (64 KiB), a socket's queue (208 KiB) and the log's own 16 KiB hold
 * together. */
#define MANY 20000

static int real_stderr = -1;
static int reader = -1;
static char got[4 * 1024 * 1024];
static size_t got_bytes;

static int refused; /* errno of every send, 0: none */

/* The log's calls come here: there is no other way to have no memory for one. */
ssize_t send(int fd, const void *text, size_t length, int flags)
{
	if (refused == 0)
		return syscall(SYS_sendto, fd, text, length, flags, NULL, 0);
	errno = refused;
	return -1;
}

static void put_on_stderr(int fd)
{
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(fd), 0);
}

static void never_wait_for(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

static void make_pipe(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	reader = fds[0];
	never_wait_for(reader);
	put_on_stderr(fds[1]);
}

static void make_socket(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	reader = fds[0];
	never_wait_for(reader);
	put_on_stderr(fds[1]);
}

static void read_all(void)
{
	ssize_t n;

	while ((n = read(reader, got + got_bytes, sizeof(got) - 1 - got_bytes)) > 0)
		got_bytes += (size_t)n;
	got[got_bytes] = '\0';
}

static void expect(const char *text)
{
	read_all();
	assert_string_equal(got, text);
	got_bytes = 0;
}

/* Read and flush in turns until all is here. */
static void catch_up(void)
{
	do
		read_all();
	while (!log_flush());
	read_all();
}

/* If anything waits, this ends the test instead of leaving it hanging. */
static int begin(void **state)
{
	(void)state;
	(void)alarm(120);
	(void)unsetenv("JOURNAL_STREAM");
	got_bytes = 0;
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	return real_stderr < 0 ? -1 : 0;
}

static int end(void **state)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	(void)dup2(null, STDERR_FILENO);
	(void)close(null);
	log_init();
	log_set_debug(false);
	(void)log_flush();
	(void)log_flush();
	if (reader >= 0)
		(void)close(reader);
	reader = -1;
	(void)dup2(real_stderr, STDERR_FILENO);
	(void)close(real_stderr);
	(void)alarm(0);
	return 0;
}

static void say_many(void)
{
	for (unsigned i = 0; i < MANY; i++)
		log_line(LOG_NOTE, "line %06u with some text behind it to fill the pipe", i);
}

/* Lines 0 to k in order, then how many are missing, and nothing else; then the log speaks again. */
static void check_many(void)
{
	char *line = got, *newline;
	unsigned next = 0, number = 0;
	unsigned long lost = 0;

	catch_up();
	for (; (newline = strchr(line, '\n')); line = newline + 1) {
		if (sscanf(line, "line %6u with", &number) == 1) {
			assert_int_equal(number, next);
			assert_int_equal(newline - line, 53);
			next++;
		} else {
			assert_int_equal(
				sscanf(line, "%lu lines were lost: nobody read them", &lost), 1);
			assert_string_equal(newline + 1, "");
		}
	}
	assert_string_equal(line, "");
	assert_int_equal(next + lost, MANY);
	assert_true(next > 16384 / 54); /* what was kept has arrived as well */
	assert_true(lost > 0);
	got_bytes = 0;
	log_line(LOG_NOTE, "again");
	expect("again\n");
	assert_false(log_pending());
}

/* Must be the first test: nothing was initialised yet. */
static void before_init_nothing_waits(void **state)
{
	(void)state;
	make_pipe();
	say_many();
	assert_true(log_pending());
	check_many();
}

static void a_full_pipe_does_not_wait(void **state)
{
	(void)state;
	make_pipe();
	log_init();
	say_many();
	assert_true(log_pending());
	assert_false(log_flush());
	check_many();
}

/* Others have the same description of stderr: it must stay as it is. */
static void stderr_stays_blocking(void **state)
{
	(void)state;
	make_pipe();
	log_init();
	say_many();
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
}

static void a_full_socket_does_not_wait(void **state)
{
	(void)state;
	make_socket();
	log_init();
	say_many();
	assert_true(log_pending());
	check_many();
}

/* A slow reader: what is lost is told in the place where it is missing, and later lines follow. */
static void lost_lines_are_told_in_their_place(void **state)
{
	char *note;

	(void)state;
	make_pipe();
	log_init();
	say_many();
	read_all();
	log_line(LOG_NOTE, "later");
	catch_up();
	note = strstr(got, " lines were lost: nobody read them\n");
	assert_non_null(note);
	assert_string_equal(strchr(note, '\n'), "\nlater\n");
}

static void a_reader_that_left(void **state)
{
	(void)state;
	make_pipe();
	log_init();
	(void)close(reader);
	reader = -1;
	log_line(LOG_NOTE, "one"); /* SIGPIPE would end us here */
	log_line(LOG_NOTE, "two");
	assert_false(log_pending()); /* asking again would not help, and a loop must not spin */
	make_pipe();
	log_init();
	log_line(LOG_NOTE, "three");
	expect("2 lines were lost: nobody read them\nthree\n");
}

static void a_socket_whose_reader_left(void **state)
{
	(void)state;
	make_socket();
	log_init();
	(void)close(reader);
	log_line(LOG_NOTE, "one");
	assert_false(log_pending());
	make_socket();
	log_init();
	log_line(LOG_NOTE, "two");
	expect("1 line was lost: nobody read it\ntwo\n");
}

/*
 * R113: a socket that has room, and no memory for a line: poll(2) would say at once that it can be
 * written to, again and again.
 */
static void r113_no_memory_is_not_waited_for(void **state)
{
	static const struct {
		int error;
		bool can_wait;
	} rows[] = {{ENOMEM, false}, {ENOBUFS, false}, {EAGAIN, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_socket();
		log_init();
		refused = rows[i].error;
		log_line(LOG_NOTE, "one");
		log_line(LOG_NOTE, "two");
		refused = 0;
		assert_true(log_pending());
		if (log_can_wait() != rows[i].can_wait)
			fail_msg("%s", strerror(rows[i].error));
		assert_true(log_flush()); /* as the next look does */
		assert_false(log_can_wait());
		expect("one\ntwo\n");
		(void)close(reader);
	}
	reader = -1;
}

/* What was short of memory once is waited for again when it is full. */
static void r113_a_full_socket_is_waited_for_again(void **state)
{
	(void)state;
	make_socket();
	log_init();
	refused = ENOMEM;
	log_line(LOG_NOTE, "line 000000 with some text behind it to fill the pipe");
	refused = 0;
	assert_false(log_can_wait());
	say_many();
	assert_true(log_can_wait());
}

static void a_closed_stderr(void **state)
{
	int fd;

	(void)state;
	(void)close(STDERR_FILENO);
	log_init();
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(fd, STDERR_FILENO); /* its number was not given away */
	(void)close(fd);
	log_line(LOG_NOTE, "nobody hears this");
	assert_false(log_pending());
}

static void journal_prefix(void **state)
{
	struct stat st;
	char stream[64];

	(void)state;
	make_socket();
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
		       (uintmax_t)st.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
	log_init();
	log_line(LOG_ERROR, "error");
	log_line(LOG_INFO, "info");
	log_raw(LOG_WARN, "{\"a\":1}", 7);
	expect("<3>error\n<6>info\n<4>{\"a\":1}\n");
}

/* JOURNAL_STREAM is inherited, also by a shell that sends stderr somewhere else. */
static void journal_is_elsewhere(void **state)
{
	static const char *const streams[] = {"1:1",   "", ":", "x", "18446744073709551615:1",
					      "1:1:1", "1"};

	(void)state;
	make_pipe();
	for (size_t i = 0; i < COUNT(streams); i++) {
		(void)setenv("JOURNAL_STREAM", streams[i], 1);
		log_init();
		log_line(LOG_ERROR, "plain");
		expect("plain\n");
	}
}

static void debug_lines_only_with_debug(void **state)
{
	(void)state;
	make_pipe();
	log_init();
	assert_false(log_debug_enabled());
	log_line(LOG_DETAIL, "hidden");
	log_raw(LOG_DETAIL, "hidden", 6);
	log_set_debug(true);
	assert_true(log_debug_enabled());
	log_line(LOG_DETAIL, "shown %d", 1);
	expect("shown 1\n");
}

static void one_line_is_one_line(void **state)
{
	(void)state;
	make_pipe();
	log_init();
	log_line(LOG_NOTE, "a\nb\n%s", "c\n");
	log_raw(LOG_NOTE, "d\ne", 3);
	log_line(LOG_NOTE, "%s", "");
	expect("a b c \nd e\n\n");
}

static void long_lines_are_cut(void **state)
{
	static char text[8192];
	size_t length;

	(void)state;
	make_pipe();
	log_init();
	memset(text, 'x', LOG_LINE_MAX - 1);
	log_line(LOG_NOTE, "%s", text);
	read_all();
	assert_int_equal(got_bytes, LOG_LINE_MAX); /* fits to the byte */
	assert_null(strstr(got, "..."));
	for (unsigned shift = 0; shift < 4;
	     shift++) { /* a character of 4 bytes at each place of the cut */
		text[0] = '\0';
		memset(text, 'x', shift);
		text[shift] = '\0';
		while (strlen(text) < 5000)
			(void)strcat(text, "\xf0\x9f\xa6\xa6");
		got_bytes = 0;
		log_line(LOG_NOTE, "%s", text);
		read_all();
		length = strlen(got);
		assert_true(length <= LOG_LINE_MAX && length > LOG_LINE_MAX - 5);
		assert_string_equal(got + length - 4, "...\n");
		assert_int_equal((length - 4 - shift) % 4, 0);
	}
}

static void raw_lines_up_to_a_page(void **state)
{
	static char text[8192];

	(void)state;
	make_pipe();
	log_init();
	memset(text, 'x', sizeof(text));
	log_raw(LOG_NOTE, text, 4092);
	read_all();
	assert_int_equal(got_bytes, 4093);
	assert_null(strstr(got, "..."));
	got_bytes = 0;
	log_raw(LOG_NOTE, text, sizeof(text));
	read_all();
	assert_int_equal(got_bytes, 4093);
	assert_string_equal(got + 4088, "x...\n");
}

static void a_file_gets_all(void **state)
{
	char name[] = "/tmp/useroom-test-log-XXXXXX";
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	reader = open(name, O_RDONLY | O_CLOEXEC);
	(void)unlink(name);
	put_on_stderr(fd);
	log_init();
	log_line(LOG_NOTE, "one");
	log_line(LOG_NOTE, "two");
	expect("one\ntwo\n");
}

struct safe_row {
	const char *text, *safe;
};

static void check_safe(const struct safe_row *rows, size_t count)
{
	char buf[256];

	for (size_t i = 0; i < count; i++) {
		log_safe(rows[i].text, buf, sizeof(buf));
		if (strcmp(buf, rows[i].safe) != 0)
			fail_msg("row %zu: '%s'", i, buf);
	}
}

static void r28_safe_text(void **state)
{
	static const struct safe_row rows[] = {
		{"", ""},
		{"bash", "bash"},
		{"a b)c(", "a b)c("},
		{"\x1b[2J", "\\x1b[2J"},
		{"\t\r\x7f\x01", "\\x09\\x0d\\x7f\\x01"},
		{"\\", "\\x5c"},
		{"\\x41", "\\x5cx41"},
		{"Gr\xc3\xbc\xc3\x9f"
		 "e",
		 "Gr\xc3\xbc\xc3\x9f"
		 "e"},
		{"\xe2\x82\xac\xf0\x9f\xa6\xa6", "\xe2\x82\xac\xf0\x9f\xa6\xa6"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"\x80", "\\x80"},
		{"\xc2\x85\xc2\x9b", "\\xc2\\x85\\xc2\\x9b"}, /* C1 */
		{"\xc2\xa0", "\xc2\xa0"},                     /* the first after them */
		{"\xc0\xaf\xc1\xbf", "\\xc0\\xaf\\xc1\\xbf"}, /* longer than needed */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
		{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},     /* U+10FFFF */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above it */
		{"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
		{"\xe2\x82", "\\xe2\\x82"}, /* cut */
		{"\xe2\x82x", "\\xe2\\x82x"},
		{"\xf0\x9f\xa6", "\\xf0\\x9f\\xa6"},
		{"a\xe2\x80\xae"
		 "b",
		 "a\\xe2\\x80\\xae"
		 "b"},                                                          /* U+202E */
		{"\xe2\x80\xaa", "\\xe2\\x80\\xaa"},                            /* U+202A */
		{"\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"}, /* U+2028, U+2029 */
		{"\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"}, /* U+2066, U+2069 */
		{"\xe2\x81\xa5\xe2\x81\xaa", "\xe2\x81\xa5\xe2\x81\xaa"}, /* their neighbours */
		{"\xe2\x80\x8f\xd8\x9c", "\\xe2\\x80\\x8f\\xd8\\x9c"},    /* U+200F, U+061C */
	};

	(void)state;
	check_safe(rows, COUNT(rows));
}

static void r75_newline_in_a_name(void **state)
{
	static const struct safe_row rows[] = {
		{"\n", "\\x0a"},
		{"a\nkilled 1 (init)", "a\\x0akilled 1 (init)"},
	};

	(void)state;
	check_safe(rows, COUNT(rows));
}

/* Never half an escape, never half a character, always a NUL. */
static void safe_text_in_small_buffers(void **state)
{
	static const char text[] = "a\x01\xe2\x82\xac\xe2\x80\xae"
				   "b";
	static const size_t lengths[] = {0, 0, 1, 1, 1, 1, 5, 5, 5, 8,  8,  8,
					 8, 8, 8, 8, 8, 8, 8, 8, 8, 20, 21, 21};
	char full[64], buf[64];

	(void)state;
	log_safe(text, full, sizeof(full));
	for (size_t size = 1; size < COUNT(lengths); size++) {
		memset(buf, 'y', sizeof(buf));
		assert_ptr_equal(log_safe(text, buf, size), buf);
		assert_int_equal(strlen(buf), lengths[size]);
		assert_int_equal(strncmp(buf, full, strlen(buf)), 0);
		assert_int_equal(buf[size], 'y');
	}
	buf[0] = 'y';
	log_safe(text, buf, 0);
	assert_int_equal(buf[0], 'y');
}

/* What a user wrote, a path or a list: it was not made safe before, and a backslash of ours is not
 * escaped again. */
static void r28_lines_are_safe(void **state)
{
	(void)state;
	make_pipe();
	log_init();
	log_line(LOG_NOTE, "hook /a\tb\033[31m\xff \xc3\xa4 a\\x0ab: no");
	expect("hook /a\\x09b\\x1b[31m\\xff \xc3\xa4 a\\x0ab: no\n");
}

#define WITH_STDERR(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STDERR(before_init_nothing_waits),
		WITH_STDERR(a_full_pipe_does_not_wait),
		WITH_STDERR(stderr_stays_blocking),
		WITH_STDERR(a_full_socket_does_not_wait),
		WITH_STDERR(lost_lines_are_told_in_their_place),
		WITH_STDERR(a_reader_that_left),
		WITH_STDERR(a_socket_whose_reader_left),
		WITH_STDERR(r113_no_memory_is_not_waited_for),
		WITH_STDERR(r113_a_full_socket_is_waited_for_again),
		WITH_STDERR(a_closed_stderr),
		WITH_STDERR(journal_prefix),
		WITH_STDERR(journal_is_elsewhere),
		WITH_STDERR(debug_lines_only_with_debug),
		WITH_STDERR(one_line_is_one_line),
		WITH_STDERR(r28_lines_are_safe),
		WITH_STDERR(long_lines_are_cut),
		WITH_STDERR(raw_lines_up_to_a_page),
		WITH_STDERR(a_file_gets_all),
		cmocka_unit_test(r28_safe_text),
		cmocka_unit_test(r75_newline_in_a_name),
		cmocka_unit_test(safe_text_in_small_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
