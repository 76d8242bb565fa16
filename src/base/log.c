/* SPDX-License-Identifier: MIT */
/*
 * Not thread-safe: one thread speaks.
 *
 * A write to stderr may block for ever: a pipe whose reader sleeps, a terminal under Ctrl-S, the
 * journal when it waits for memory. So a pipe and a terminal are opened a second time, without
 * blocking, which leaves the description that others share as it is; a socket has MSG_DONTWAIT; and
 * where neither works poll(2) is asked first. What is left is a regular file on a disk that hangs:
 * no call but a thread of its own would help there.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_BYTES 16384

/* "<7>" before and "\n" behind. */
#define FRAME_BYTES 4

/* Up to here a write to a pipe is all or nothing, so no other writer's line gets into ours. */
#define WRITE_BYTES PIPE_BUF

static struct {
	int fd;
	bool is_socket;
	bool is_journal;
	bool is_debug;
	bool is_short;  /* there was no memory for the last write */
	bool is_broken; /* the last write failed for good: do not ask for another try until there is
			   a new line */
	size_t used;    /* bytes in kept, whole lines; only the first may have begun to go out */
	unsigned long lost; /* lines */
} out = {.fd = STDERR_FILENO};

static char kept[KEPT_BYTES]; /* apart, so that it is no initialized data: it costs nothing until it
				 is used */

/* JOURNAL_STREAM=DEVICE:INODE, set by systemd: is it (still) what stderr goes to? */
static bool names_stderr(const char *stream, const struct stat *st)
{
	uint64_t device, inode;
	char *end;

	if (!stream)
		return false;
	device = strtoull(stream, &end, 10);
	if (end == stream || *end != ':')
		return false;
	stream = end + 1;
	inode = strtoull(stream, &end, 10);
	if (end == stream || *end != '\0')
		return false;
	return (uint64_t)st->st_dev == device && (uint64_t)st->st_ino == inode;
}

/*
 * A closed stderr's number would be given to the next file that is opened, and our lines with it.
 */
static void keep_stderr_taken(void)
{
	int fd;

	if (fcntl(STDERR_FILENO, F_GETFD) >= 0)
		return;
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || fd == STDERR_FILENO)
		return;
	(void)dup2(fd, STDERR_FILENO);
	(void)close(fd);
}

static int open_again(void)
{
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? STDERR_FILENO : fd; /* another user's terminal, or no /proc */
}

void log_init(void)
{
	struct stat st;

	(void)signal(SIGPIPE, SIG_IGN); /* a reader that left must not end us */
	keep_stderr_taken();
	if (out.fd != STDERR_FILENO)
		(void)close(out.fd);
	out.fd = STDERR_FILENO;
	if (fstat(STDERR_FILENO, &st) < 0)
		return;
	out.is_socket = S_ISSOCK(st.st_mode);
	out.is_journal = names_stderr(getenv("JOURNAL_STREAM"), &st);
	if (S_ISFIFO(st.st_mode) || isatty(STDERR_FILENO))
		out.fd = open_again();
}

void log_set_debug(bool debug)
{
	out.is_debug = debug;
}

bool log_debug_enabled(void)
{
	return out.is_debug;
}

static bool may_write(void)
{
	struct pollfd p = {.fd = out.fd, .events = POLLOUT};

	return poll(&p, 1, 0) > 0; /* an error as well: the write says which */
}

/* Out of memory is what this program is there for. */
static bool may_try_again(int error)
{
	return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM;
}

/* Bytes that went out, 0 when none can now, or a negative errno. */
static ssize_t write_now(const char *text, size_t length)
{
	ssize_t n;

	if (out.is_socket)
		n = send(out.fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		n = may_write() ? write(out.fd, text, length) : 0;
	out.is_short = n < 0 && (errno == ENOMEM || errno == ENOBUFS);
	if (n < 0)
		return may_try_again(errno) ? 0 : -errno;
	return n;
}

static unsigned long count_lines(const char *text, size_t length)
{
	unsigned long lines = 0;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

/* As many whole lines as go into one write. A line is never longer than that. */
static size_t whole_lines(void)
{
	const char *newline;

	if (out.used <= WRITE_BYTES)
		return out.used;
	newline = memrchr(kept, '\n', WRITE_BYTES);
	return newline ? (size_t)(newline - kept) + 1 : WRITE_BYTES;
}

static void forget(size_t length)
{
	memmove(kept, kept + length, out.used - length);
	out.used -= length;
}

/* Nobody will ever read what is kept (disk full, reader gone): count it, so that there is room for
 * what comes. */
static void give_up(void)
{
	out.lost += count_lines(kept, out.used);
	out.used = 0;
	out.is_broken = true;
}

static void drain(void)
{
	while (out.used > 0) {
		ssize_t n = write_now(kept, whole_lines());

		if (n < 0)
			give_up();
		if (n <= 0)
			return;
		out.is_broken = false;
		forget((size_t)n);
	}
}

static bool keep(const char *text, size_t length)
{
	if (length > sizeof(kept) - out.used)
		return false;
	memcpy(kept + out.used, text, length);
	out.used += length;
	return true;
}

/* Say how many lines are missing, in the place where they are missing. */
static void tell_lost(void)
{
	unsigned long lost = out.lost;
	char line[80];
	int n = snprintf(line, sizeof(line), "%s%lu line%s lost: nobody read %s\n",
			 out.is_journal ? "<4>" : "", lost, lost == 1 ? " was" : "s were",
			 lost == 1 ? "it" : "them");

	if (!keep(line, (size_t)n))
		return;
	out.lost = 0;
	drain();
	if (out.lost > 0) /* given up: this very line was counted as well */
		out.lost += lost - 1;
}

bool log_can_wait(void)
{
	return log_pending() && !out.is_short;
}

bool log_flush(void)
{
	drain();
	if (out.lost > 0 && out.used <= sizeof(kept) / 2) /* not a note between every two lines */
		tell_lost();
	return !log_pending();
}

bool log_pending(void)
{
	return out.used > 0 || (out.lost > 0 && !out.is_broken);
}

/* Put a whole line behind what is kept, and write what can be written. */
static void put(const char *line, size_t length)
{
	(void)log_flush();
	if ((out.lost > 0 && !out.is_broken) || !keep(line, length)) {
		out.lost++;
		return;
	}
	drain();
}

/* Where to cut so that no UTF-8 sequence is cut in two. */
static size_t cut_at(const char *text, size_t length)
{
	while (length > 0 && ((unsigned char)text[length] & 0xC0u) == 0x80u)
		length--;
	return length;
}

/* Prefix, text on one line, newline. */
static void put_framed(enum log_level level, const char *text, size_t length, size_t max)
{
	static char line[WRITE_BYTES];
	size_t used = 0;
	bool cut = length > max;

	if (level == LOG_DETAIL && !out.is_debug)
		return;
	if (cut)
		length = cut_at(text, max - 3);
	if (out.is_journal) {
		line[used++] = '<';
		line[used++] = "01234567"[level];
		line[used++] = '>';
	}
	for (size_t i = 0; i < length; i++)
		line[used++] = text[i] == '\n' ? ' ' : text[i];
	if (cut) {
		memcpy(line + used, "...", 3);
		used += 3;
	}
	line[used++] = '\n';
	put(line, used);
}

void log_raw(enum log_level level, const char *text, size_t length)
{
	put_framed(level, text, length, WRITE_BYTES - FRAME_BYTES);
}

/* Unicode's Bidi_Control, and the line and paragraph separators: they make a line read as another
 * one. */
static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == '\\' || c == 0x061C || c == 0x200E ||
	       c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Bytes of the UTF-8 sequence that a byte begins; 0 when it begins none. */
static unsigned sequence_length(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xC2 && c <= 0xDF)
		return 2;
	if (c >= 0xE0 && c <= 0xEF)
		return 3;
	return c >= 0xF0 && c <= 0xF4 ? 4 : 0;
}

/* The character at s (RFC 3629), its bytes in *ret_length; false where there is none. */
static bool decode(const unsigned char *s, unsigned *ret_length, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned n = sequence_length(*s);
	uint32_t c = n == 1 ? *s : *s & (0x7Fu >> n);

	for (unsigned i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80) /* the NUL at the end is none either */
			return false;
		c = c << 6 | (s[i] & 0x3Fu);
	}
	if (n == 0 || c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return false;
	*ret_length = n;
	*ret = c;
	return true;
}

/* Write bytes as \xNN. Returns how many it has written, 0 when not all of it fits. */
static size_t escape(const unsigned char *s, unsigned n, char *to, size_t room)
{
	static const char digits[] = "0123456789abcdef";

	if (room < 4 * (size_t)n)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		*to++ = '\\';
		*to++ = 'x';
		*to++ = digits[s[i] >> 4];
		*to++ = digits[s[i] & 15];
	}
	return 4 * (size_t)n;
}

static size_t copy_sequence(const unsigned char *s, unsigned n, char *to, size_t room)
{
	if (room < n)
		return 0;
	memcpy(to, s, n);
	return n;
}

/*
 * Escape what is unsafe; in a line of ours backslashes stay, and so do line breaks, which
 * put_framed() makes blanks of. Returns what was written, without the NUL.
 */
static size_t make_safe(const char *text, bool is_line, char *buf, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t used = 0;

	while (*s) {
		unsigned n = 1;
		uint32_t c = 0;
		bool safe = decode(s, &n, &c) &&
			    (!is_unsafe(c) || (is_line && (c == '\\' || c == '\n')));
		size_t room = size - 1 - used;
		size_t wrote = safe ? copy_sequence(s, n, buf + used, room)
				    : escape(s, n, buf + used, room);

		if (wrote == 0)
			break;
		used += wrote;
		s += n;
	}
	buf[used] = '\0';
	return used;
}

const char *log_safe(const char *text, char *buf, size_t size)
{
	if (size > 0)
		(void)make_safe(text, false, buf, size);
	return buf;
}

static log_frame_fn frame;

void log_set_frame(log_frame_fn fn)
{
	frame = fn;
}

/*
 * Names in it were made safe where they were put in, and their backslashes are not escaped once
 * more. What a user wrote himself, a path or a list, was not, and must not break a line of JSON
 * either.
 */
void log_line(enum log_level level, const char *format, ...)
{
	static char text[LOG_LINE_MAX +
			 1]; /* one more than a line may have: then it is seen to be too long */
	static char safe[LOG_LINE_MAX + 4]; /* the last character may be one of four bytes */
	static char framed[WRITE_BYTES - FRAME_BYTES];
	va_list args;
	size_t length;
	int n;

	if (level == LOG_DETAIL && !out.is_debug)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return;
	length = make_safe(text, true, safe, sizeof(safe));
	if (frame != NULL)
		log_raw(level, framed, frame(level, safe, framed, sizeof(framed)));
	else
		put_framed(level, safe, length, LOG_LINE_MAX - 1);
}

void log_lines(enum log_level level, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		log_line(level, "%.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
}
