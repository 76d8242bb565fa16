/* SPDX-License-Identifier: MIT */
/*
 * share: events to each user as he may know them, over a local socket. The kernel says who asks
 * (SO_PEERCRED), so there is no file that could be read by somebody else, and nothing to believe.
 */
#include "share.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "ctl.h"
#include "local.h"
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_NS (1 * NS_PER_S)
/* Whoever comes is told of the last ten minutes: his whole session may have been what was ended. */
#define RECENT_NS   (600 * NS_PER_S)
#define RECENT_MOST 32
/* No user may take the places of all others. */
#define CLIENTS_MOST        64
#define CLIENTS_OF_ONE_MOST 8
#define FIRST_OF_PEOPLE     1000 /* the first uid of people, by login.defs(5) */

struct client {
	int fd;
	uint32_t uid;
};

/* What of the header changes with each event, and with each daemon. */
struct mark {
	uint64_t events[RECORDING_TYPES];
	uint64_t writer_pid, writer_start_ticks;
};

static struct {
	struct client clients[CLIENTS_MOST];
	unsigned count;
	struct reading writer; /* its header only */
	struct mark mark;
	bool again;    /* what changed a moment ago may not have been whole */
	bool begun;    /* false: what is there happened before anybody could listen */
	uint64_t last; /* sequence number of the last event that was told */
	struct recording_event recent[RECENT_MOST];
	unsigned recent_count;
} share;

/* ---- clients ---- */

static unsigned clients_of(uint32_t uid)
{
	unsigned count = 0;

	for (unsigned i = 0; i < share.count; i++)
		count += share.clients[i].uid == uid;
	return count;
}

static void leave(unsigned i)
{
	(void)close(share.clients[i].fd);
	share.clients[i] = share.clients[--share.count];
}

/* A line, and the object is gone. A client that does not read is not waited for. */
static int send_json(int fd, json_object *object)
{
	char line[8192];
	int length = snprintf(line, sizeof(line), "%s\n",
			      json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));

	(void)json_object_put(object);
	if (length <= 0 || length >= (int)sizeof(line))
		return -EMSGSIZE;
	return send(fd, line, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) == length ? 0 : -EPIPE;
}

static int send_event(const struct client *client, const struct recording_event *e)
{
	json_object *object = owner_json(e, client->uid);

	return object == NULL ? 0 : send_json(client->fd, object);
}

static int greet(const struct client *client)
{
	json_object *hello = json_object_new_object();
	bool running = share.writer.header.writer_pid != 0 && reading_running(&share.writer);

	json_object_object_add(hello, "event", json_object_new_string("hello"));
	json_object_object_add(hello, "version", json_object_new_string(USEROOM_VERSION));
	json_object_object_add(hello, "running", json_object_new_boolean(running));
	ctl_add_number(hello, "listeners",
		       client->uid == 0 ? share.count : clients_of(client->uid));
	return send_json(client->fd, hello);
}

static int send_recent(const struct client *client)
{
	uint64_t now = clock_real();
	int r = 0;

	for (unsigned i = 0; i < share.recent_count && r == 0; i++)
		if (minus_u64(now, share.recent[i].realtime_ns) < RECENT_NS)
			r = send_event(client, &share.recent[i]);
	return r;
}

static void come(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t size = sizeof(peer);
	struct client client = {.fd = fd};

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		(void)close(fd);
		return;
	}
	client.uid = peer.uid;
	if (share.count == CLIENTS_MOST || clients_of(peer.uid) == CLIENTS_OF_ONE_MOST ||
	    greet(&client) < 0 || send_recent(&client) < 0) {
		(void)close(fd);
		return;
	}
	share.clients[share.count++] = client;
}

/* ---- events ---- */

/* A notification that nobody gets has to be missed somewhere (issues 250 and 270 of earlyoom). */
static void say_unheard(const struct recording_event *e)
{
	if (e->type != EVENT_KILL || (e->flags & (RECORDED_ESCALATED | RECORDED_DRY_RUN)))
		return;
	if (share.count == 0)
		log_line(LOG_NOTE, "nobody listens: that process %d was ended was shown to nobody",
			 e->victim_pid);
	else if (e->victim_uid >= FIRST_OF_PEOPLE && clients_of(e->victim_uid) == 0)
		log_line(LOG_NOTE,
			 "no session of user %u listens: that process %d was ended was not shown "
			 "there",
			 e->victim_uid, e->victim_pid);
}

static void keep(const struct recording_event *e)
{
	if (share.recent_count == RECENT_MOST) {
		share.recent_count--;
		memmove(share.recent, share.recent + 1, share.recent_count * sizeof(*share.recent));
	}
	share.recent[share.recent_count++] = *e;
}

static void tell(const struct recording_event *e)
{
	keep(e);
	if (!share.begun)
		return;
	say_unheard(e);
	for (unsigned i = share.count; i-- > 0;)
		if (send_event(&share.clients[i], e) < 0)
			leave(i);
}

static void take_events(const struct reading *r)
{
	/* It was begun anew: a boot in a container, or somebody removed it. */
	if (r->event_count > 0 && r->events[r->event_count - 1].sequence < share.last)
		share.last = 0;
	for (size_t i = 0; i < r->event_count; i++) {
		if (r->events[i].sequence <= share.last)
			continue;
		share.last = r->events[i].sequence;
		tell(&r->events[i]);
	}
}

/* Once for each sentence. */
static void say(const char *path, const char *why)
{
	static char said[512];
	char safe[256], sentence[512] = "";

	if (why != NULL)
		(void)snprintf(sentence, sizeof(sentence), "%s: %s",
			       log_safe(path, safe, sizeof(safe)), why);
	if (strcmp(said, sentence) != 0 && why != NULL)
		log_line(LOG_WARN, "%s", sentence);
	(void)snprintf(said, sizeof(said), "%s", sentence);
}

/* The whole of it is read only when something has happened: mostly nothing has. */
static bool has_changed(const char *path)
{
	struct recording_header h = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : pread(fd, &h, sizeof(h), 0);
	struct mark now = {.writer_pid = h.writer_pid, .writer_start_ticks = h.writer_start_ticks};
	bool changed;

	if (fd >= 0)
		(void)close(fd);
	if (n != (ssize_t)sizeof(h))
		return fd >= 0 || errno != ENOENT;
	memcpy(now.events, h.counters.events, sizeof(now.events));
	changed = memcmp(&now, &share.mark, sizeof(now)) != 0;
	share.mark = now;
	changed = changed || share.again;
	share.again = changed && !share.again;
	return changed;
}

static void look(const char *path)
{
	struct reading r;
	char why[160];
	int error;

	if (!has_changed(path)) {
		share.begun = true;
		return;
	}
	error = reading_open(path, &r, why, sizeof(why));
	say(path, error < 0 ? why : NULL);
	if (error == 0) {
		share.writer = (struct reading){.header = r.header};
		take_events(&r);
		reading_free(&r);
	}
	share.begun = true;
}

/* ---- the loop ---- */

static int catch_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A client has nothing to say: whatever can be read there is that it has left. */
static void drop_gone(const struct pollfd *slots, unsigned count)
{
	for (unsigned i = count; i-- > 0;)
		if (slots[i].revents != 0)
			leave(i);
}

static bool wait_once(int listener, int stop, uint64_t until_ns)
{
	struct pollfd slots[2 + CLIENTS_MOST] = {{.fd = stop, .events = POLLIN},
						 {.fd = listener, .events = POLLIN}};
	unsigned count = share.count;
	int ms = (int)((minus_u64(until_ns, clock_now()) + NS_PER_MS - 1) / NS_PER_MS);

	for (unsigned i = 0; i < count; i++)
		slots[2 + i] = (struct pollfd){.fd = share.clients[i].fd, .events = POLLIN};
	if (poll(slots, 2 + count, ms) <= 0)
		return true;
	drop_gone(slots + 2, count);
	if (slots[1].revents != 0)
		come(listener);
	return slots[0].revents == 0;
}

static void serve(const char *record, int listener, int stop)
{
	uint64_t next = 0;

	do {
		if (clock_now() >= next) {
			look(record);
			next = clock_now() + LOOK_NS;
		}
	} while (wait_once(listener, stop, next));
}

enum ctl_exit ctl_share(const struct ctl *ctl)
{
	char safe[256];
	int listener = local_listen(ctl->socket, CLIENTS_MOST), stop;

	(void)log_safe(ctl->socket, safe, sizeof(safe));
	if (listener < 0)
		return ctl_fail("%s: %s", safe,
				listener == -EADDRINUSE ? "another one listens there"
							: strerror(-listener));
	stop = catch_signals();
	log_line(LOG_NOTE, "useroomctl %s shares events at %s", USEROOM_VERSION, safe);
	serve(ctl->record, listener, stop);
	(void)unlink(ctl->socket);
	return CTL_OK;
}

/* ---- from the other side ---- */

int share_listeners(const char *path)
{
	const struct timeval second = {.tv_sec = 1};
	json_object *hello, *value;
	char line[1024];
	ssize_t n;
	int fd = local_connect(path), count = -EPROTO;

	if (fd < 0)
		return fd;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	n = recv(fd, line, sizeof(line) - 1, 0);
	(void)close(fd);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	hello = json_tokener_parse(line);
	if (json_object_object_get_ex(hello, "listeners", &value))
		count = json_object_get_int(value);
	(void)json_object_put(hello);
	return count;
}
