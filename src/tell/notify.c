/* SPDX-License-Identifier: MIT */
#include "tell/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
	int fd;
	socklen_t length; /* of address; 0: nobody to tell */
	struct sockaddr_un address;
	uint64_t watchdog_ns;
} notify = {.fd = -1};

/* A path, or '@' and a name of the abstract namespace. "vsock:..." is for virtual machines' pid 1
 * and not for us. */
static socklen_t fill_address(const char *text, struct sockaddr_un *address)
{
	size_t n = strlen(text);

	if (n < 2 || (text[0] != '/' && text[0] != '@'))
		return 0;
	if (n + (text[0] == '/') > sizeof(address->sun_path))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, text, n);
	if (text[0] == '@')
		address->sun_path[0] = '\0'; /* its length ends an abstract name, not a NUL */
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (text[0] == '/'));
}

static bool parse_env(const char *name, uint64_t *ret)
{
	const char *text = getenv(name);
	char *end;
	unsigned long long value;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*ret = value;
	return true;
}

/* sd_watchdog_enabled(3): WATCHDOG_PID says whom it is meant for; a shell in between would inherit
 * it otherwise. */
static uint64_t read_watchdog(void)
{
	uint64_t usec = 0, pid = 0;

	if (!parse_env("WATCHDOG_USEC", &usec) || usec == 0 || usec > UINT64_MAX / 1000)
		return 0;
	if (getenv("WATCHDOG_PID") &&
	    (!parse_env("WATCHDOG_PID", &pid) || pid != (uint64_t)getpid()))
		return 0;
	return usec * 1000 / 2;
}

/* The socket is made now: later there may be no memory for one. */
void notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (notify.fd >= 0)
		(void)close(notify.fd);
	notify.fd = -1;
	notify.length = path ? fill_address(path, &notify.address) : 0;
	if (notify.length > 0)
		notify.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	notify.watchdog_ns = notify.fd >= 0 ? read_watchdog() : 0;
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

int notify_send(const char *text)
{
	ssize_t n;

	if (notify.fd < 0)
		return -ENOTCONN;
	n = sendto(notify.fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
		   (struct sockaddr *)&notify.address, notify.length);
	return n < 0 ? -errno : 0;
}

uint64_t notify_watchdog_ns(void)
{
	return notify.watchdog_ns;
}
