/* SPDX-License-Identifier: MIT */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
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

int output_close(void)
{
	bool failed = ferror(stdout) != 0; /* earlier, and errno is another one's by now */

	if (fclose(stdout) != 0)
		return errno != 0 ? -errno : -EIO;
	return failed ? -EIO : 0;
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
