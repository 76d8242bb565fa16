/* SPDX-License-Identifier: MIT */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

void output_open(void)
{
	/* The other direction of each: reading or writing it fails with EBADF, as if it were
	 * closed. */
	static const int flags[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", flags[fd]); /* gets the lowest number: this one */
	}
}

/* `| head` has seen enough: nothing is wrong, and it is asked before the descriptor is closed. */
static bool reader_has_left(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* As the program would have ended that had not ignored the signal. */
static void end_like_others(void)
{
	(void)signal(SIGPIPE, SIG_DFL);
	(void)raise(SIGPIPE);
}

int output_close(void)
{
	bool failed = ferror(stdout) != 0; /* earlier, and errno is another one's by now */
	bool left = reader_has_left();
	int r = failed ? -EIO : 0;

	if (fclose(stdout) != 0)
		r = errno != 0 ? -errno : -EIO;
	if (r < 0 && left)
		end_like_others();
	return r;
}

int output_all(int fd, const char *data, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = write(fd, data, bytes);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			bytes -= (size_t)n;
		}
	}
	return 0;
}
