/* SPDX-License-Identifier: MIT */
#include "listen.h"

#include "base/util.h"
#include "look/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

/* -1 where it is no number. */
static int32_t number(const char *text)
{
	int32_t value;

	return text != NULL && parse_int(text, strlen(text), &value) == 0 ? value : -1;
}

/* Is it a stream socket that listens? Then it will not wait, nor be inherited. */
static bool take(int fd)
{
	int listens = 0, type = 0;
	socklen_t size = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || !listens)
		return false;
	size = sizeof(int);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
		return false;
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int listen_inherited(int fds[LISTEN_MOST])
{
	int32_t count = number(getenv("LISTEN_FDS"));

	/* They are meant for a process: a child that inherits the words is another. */
	if (count <= 0 || number(getenv("LISTEN_PID")) != getpid())
		return 0;
	if (count > LISTEN_MOST)
		return -E2BIG;
	for (int i = 0; i < count; i++) {
		fds[i] = FIRST_FD + i;
		if (!take(fds[i]))
			return -EINVAL;
	}
	return (int)count;
}

static int parse(const char *text, union address *ret, socklen_t *ret_size)
{
	const char *colon = strrchr(text, ':');
	int32_t port = colon != NULL ? number(colon + 1) : -1;
	char host[INET6_ADDRSTRLEN + 2];
	size_t length = colon != NULL ? (size_t)(colon - text) : 0;

	if (port < 0 || port > UINT16_MAX || length < 2 || length >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	*ret = (union address){0};
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)port);
		*ret_size = sizeof(ret->v4);
		return 0;
	}
	if (host[0] != '[' || host[length - 1] != ']')
		return -EINVAL;
	host[length - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) != 1)
		return -EINVAL;
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons((uint16_t)port);
	*ret_size = sizeof(ret->v6);
	return 0;
}

int listen_at(const char *text)
{
	static const int yes = 1;
	union address address;
	socklen_t size;
	int fd, r = parse(text, &address, &size);

	if (r < 0)
		return r;
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* It can be started again at once. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, &address.any, size) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}

const char *listen_name(int fd, char *buf, size_t size)
{
	union address address = {0};
	socklen_t length = sizeof(address);
	char host[INET6_ADDRSTRLEN] = "";

	(void)snprintf(buf, size, "a local socket");
	if (getsockname(fd, &address.any, &length) < 0)
		return buf;
	if (address.any.sa_family == AF_INET &&
	    inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof(host)) != NULL)
		(void)snprintf(buf, size, "%s:%u", host, ntohs(address.v4.sin_port));
	if (address.any.sa_family == AF_INET6 &&
	    inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof(host)) != NULL)
		(void)snprintf(buf, size, "[%s]:%u", host, ntohs(address.v6.sin6_port));
	return buf;
}
