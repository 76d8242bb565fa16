/* SPDX-License-Identifier: MIT */
#include "serve.h"

#include "accept.h"
#include "base/clock.h"
#include "base/util.h"
#include "clients.h"
#include "listen.h"
#include "text.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdint.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define TEXT        "text/plain; version=0.0.4; charset=utf-8"
#define PLAIN       "text/plain; charset=utf-8"
#define HTML        "text/html; charset=utf-8"

#define REQUEST_BYTES 8192 /* the most that a request's head and its answer's may have */
#define LOOK_MS       1000 /* so often it is asked who is late */

struct server {
	const char *record;
	struct MHD_Daemon *daemons[LISTEN_MOST];
	struct clients clients;
	int count;
};

static const char landing[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<title>useroom exporter</title></head>\n<body><h1>useroom exporter</h1>\n"
	"<p><a href=\"/metrics\">Metrics</a></p>\n"
	"<p><a href=\"/-/healthy\">Health</a></p>\n"
	"<p>Version " USEROOM_VERSION "</p></body></html>\n";

/* ---- what is answered ---- */

/*
 * The connection ends with the answer: a new one each 15 seconds costs nothing, and one that is
 * kept is one that sits there.
 */
static enum MHD_Result reply(struct MHD_Connection *to, unsigned status, const char *type,
			     const char *text, size_t size)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(size, (void *)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result r;

	if (response == NULL)
		return MHD_NO;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (strcmp(type, OPENMETRICS) == 0 || strcmp(type, TEXT) == 0)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept");
	r = MHD_queue_response(to, status, response);
	MHD_destroy_response(response);
	return r;
}

static enum MHD_Result reply_text(struct MHD_Connection *to, unsigned status, const char *type,
				  const char *text)
{
	return reply(to, status, type, text, strlen(text));
}

/* A collector takes any other status than 200 as a failed scrape: nothing may look like numbers. */
static enum MHD_Result reply_metrics(struct MHD_Connection *to, const char *record)
{
	const char *accept =
		MHD_lookup_connection_value(to, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	enum families_format format = accept_format(accept);
	const char *text;
	size_t size;

	if (!text_of(record, format, &text, &size))
		return reply(to, MHD_HTTP_SERVICE_UNAVAILABLE, PLAIN, text, size);
	return reply(to, MHD_HTTP_OK, format == FAMILIES_OPENMETRICS ? OPENMETRICS : TEXT, text,
		     size);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *to, const char *path,
			      const char *method, const char *version, const char *body,
			      size_t *body_size, void **request)
{
	static char begun;
	const struct server *server = context;

	(void)version;
	(void)body;
	/* At once, whatever body comes with it: it is not read. */
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply_text(to, MHD_HTTP_METHOD_NOT_ALLOWED, PLAIN,
				  "Only GET and HEAD are answered.\n");
	/* The first call is of the head alone; an answer to it would end the connection. */
	if (*request == NULL) {
		*request = &begun;
		return MHD_YES;
	}
	*body_size = 0;
	if (strcmp(path, "/metrics") == 0)
		return reply_metrics(to, server->record);
	if (strcmp(path, "/-/healthy") == 0)
		return reply_text(to, MHD_HTTP_OK, PLAIN, "useroom-exporter is healthy.\n");
	if (strcmp(path, "/") == 0)
		return reply_text(to, MHD_HTTP_OK, HTML, landing);
	return reply_text(to, MHD_HTTP_NOT_FOUND, PLAIN, "There is /metrics and /-/healthy.\n");
}

/* ---- who is connected ---- */

static enum MHD_Result may_come(void *context, const struct sockaddr *from, socklen_t size)
{
	const struct server *server = context;

	(void)from;
	(void)size;
	return clients_full(&server->clients) ? MHD_NO : MHD_YES;
}

/* Its socket is shut, and then the library lets go of it by itself. */
static void end_who_must_go(struct server *s)
{
	struct client *client;

	while ((client = clients_next_to_go(&s->clients, clock_now())) != NULL)
		(void)shutdown(client->fd, SHUT_RDWR);
}

static void came_or_left(void *context, struct MHD_Connection *connection, void **ret_client,
			 enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*ret_client != NULL)
			clients_leave(&server->clients, *ret_client);
		*ret_client = NULL;
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	*ret_client = clients_come(&server->clients, info->connect_fd, clock_now());
	end_who_must_go(server);
}

/* ---- the loop ---- */

static struct MHD_Daemon *start(struct server *s, int fd)
{
	return MHD_start_daemon(MHD_NO_FLAG, 0, may_come, s, answer, s, MHD_OPTION_LISTEN_SOCKET,
				fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CLIENTS_ROOM,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(CLIENT_NS / NS_PER_S),
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_BYTES,
				MHD_OPTION_NOTIFY_CONNECTION, came_or_left, s, MHD_OPTION_END);
}

/* The library's, or ours, whichever comes first; NULL: until something happens. */
static struct timeval *wait_for(const struct server *s, struct timeval *buf)
{
	uint64_t most = s->clients.count > 0 ? LOOK_MS : UINT64_MAX;
	MHD_UNSIGNED_LONG_LONG asked;

	for (int i = 0; i < s->count; i++)
		if (MHD_get_timeout(s->daemons[i], &asked) == MHD_YES)
			most = min_u64(most, asked);
	*buf = (struct timeval){.tv_sec = (time_t)(most / 1000),
				.tv_usec = (suseconds_t)(most % 1000 * 1000)};
	return most == UINT64_MAX ? NULL : buf;
}

struct sets {
	fd_set in, out, error;
	int most;
};

static void fill(const struct server *s, int stop_fd, struct sets *sets)
{
	FD_ZERO(&sets->in);
	FD_ZERO(&sets->out);
	FD_ZERO(&sets->error);
	FD_SET(stop_fd, &sets->in);
	sets->most = stop_fd;
	for (int i = 0; i < s->count; i++)
		(void)MHD_get_fdset(s->daemons[i], &sets->in, &sets->out, &sets->error,
				    &sets->most);
}

/*
 * By select(2): there are few. With epoll the library (0.9.75) does not see that a client has left
 * whose last bytes and end came together.
 */
static int loop(struct server *s, int stop_fd)
{
	struct sets sets;
	struct timeval time;

	do {
		fill(s, stop_fd, &sets);
		if (select(sets.most + 1, &sets.in, &sets.out, &sets.error, wait_for(s, &time)) < 0)
			return -errno; /* no signal is handled, so it is not that */
		for (int i = 0; i < s->count; i++)
			(void)MHD_run_from_select(s->daemons[i], &sets.in, &sets.out, &sets.error);
		end_who_must_go(s);
	} while (!FD_ISSET(stop_fd, &sets.in));
	return 0;
}

int serve(const int *fds, int count, int stop_fd, const char *record)
{
	static struct server s;
	int r = 0;

	s.record = record;
	while (s.count < count && r == 0) {
		s.daemons[s.count] = start(&s, fds[s.count]);
		if (s.daemons[s.count] == NULL)
			r = -EIO; /* the library does not say more */
		else
			s.count++;
	}
	if (r == 0)
		r = loop(&s, stop_fd);
	while (s.count > 0)
		MHD_stop_daemon(s.daemons[--s.count]);
	return r;
}
