/* SPDX-License-Identifier: MIT */
/* useroom-exporter: the numbers of `useroomctl metrics` by HTTP, for Prometheus to fetch. */
#include "base/command_line.h"
#include "base/log.h"
#include "base/output.h"
#include "base/util.h"
#include "listen.h"
#include "serve.h"
#include "settings/options.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Exit codes, as in the manual; 1: what was asked for could not be done. */
enum { DONE = 0, FAILED = 1, USAGE = 2 };

static struct {
	const char *listen, *record;
	bool help, version;
} said = {.listen = "127.0.0.1:19100", .record = RECORD_DEFAULT};

static const struct arguments_row options[] = {
	{"listen", &said.listen, NULL},   {"record", &said.record, NULL},
	{"help", NULL, &said.help},       {"h", NULL, &said.help},
	{"version", NULL, &said.version},
};

static const char help[] =
	"usage: useroom-exporter [option]...\n"
	"The numbers of useroom by HTTP at /metrics, for Prometheus.\n\n"
	"  -listen ADDRESS:PORT  where it listens, where systemd hands it no socket:\n"
	"                        127.0.0.1:19100 (default), [::1]:19100\n"
	"  -record PATH          the daemon's recording (default " RECORD_DEFAULT ")\n"
	"  -version, -help\n";

/* Readable once somebody wants it to end. */
static int catch_signals(void)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* How many sockets, or negative and it was said. */
static int open_sockets(int fds[LISTEN_MOST])
{
	int count = listen_inherited(fds);

	if (count < 0)
		log_line(LOG_ERROR, "the sockets that it was started with (LISTEN_FDS): %s",
			 count == -E2BIG ? "there are more than four"
					 : "one is not a stream socket that listens");
	if (count != 0)
		return count;
	fds[0] = listen_at(said.listen);
	if (fds[0] >= 0)
		return 1;
	log_line(LOG_ERROR, "-listen %s: %s", said.listen,
		 fds[0] == -EINVAL ? "not an address and a port, as 127.0.0.1:19100 or [::1]:19100"
				   : strerror(-fds[0]));
	return fds[0];
}

static int run(void)
{
	int fds[LISTEN_MOST], count = open_sockets(fds), stop_fd, r;
	char name[64];

	if (count < 0)
		return count == -EINVAL ? USAGE : FAILED;
	stop_fd = catch_signals();
	if (stop_fd < 0) {
		log_line(LOG_ERROR, "signalfd: %s", strerror(errno));
		return FAILED;
	}
	for (int i = 0; i < count; i++)
		log_line(LOG_NOTE, "useroom-exporter %s listens at %s", USEROOM_VERSION,
			 listen_name(fds[i], name, sizeof(name)));
	r = serve(fds, count, stop_fd, said.record);
	if (r < 0)
		log_line(LOG_ERROR, "it cannot go on: %s", strerror(-r));
	return r < 0 ? FAILED : DONE;
}

int main(int argc, char **argv)
{
	int result;

	output_open();
	log_init();
	result = command_line_take(options, ARRAY_SIZE(options), argc, argv, "useroom-exporter")
			 ? DONE
			 : USAGE;
	if (result == DONE && said.help)
		(void)fputs(help, stdout);
	else if (result == DONE && said.version)
		(void)printf("useroom-exporter %s\n", USEROOM_VERSION);
	else if (result == DONE)
		return run();
	return output_close() < 0 && result == DONE ? FAILED : result;
}
