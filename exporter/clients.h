/* SPDX-License-Identifier: MIT */
/*
 * Who is connected, since when, and who has to go: whoever is slow, or sits there, must not keep
 * Prometheus from its numbers. Pure: time comes in, and ending is the caller's.
 */
#ifndef USEROOM_EXPORTER_CLIENTS_H
#define USEROOM_EXPORTER_CLIENTS_H

#include "base/util.h"

#include <stdbool.h>
#include <stdint.h>

/* Prometheus' own default for a scrape: whoever needs longer has given up. */
#define CLIENT_NS (10 * NS_PER_S)

/* From so many on, one goes for each that comes. A handful of collectors is what there is. */
#define CLIENTS_MOST 64
/* Who has to go is still there until its socket says so; more than this are not let in. */
#define CLIENTS_ROOM (2 * CLIENTS_MOST)

struct client {
	bool there, ending;
	int fd;
	uint64_t since_ns;
};

struct clients {
	struct client rows[CLIENTS_ROOM]; /* zeroed: nobody */
	unsigned count, ending;
};

static inline bool clients_full(const struct clients *c)
{
	return c->count == CLIENTS_ROOM;
}

/* The row of who has come, or NULL: full. */
struct client *clients_come(struct clients *clients, int fd, uint64_t now_ns);
void clients_leave(struct clients *clients, struct client *client);

/*
 * Who has to go next, once each: whoever is late; and while there are too many, whoever came, or
 * was answered, longest ago: who has just come gets an answer, however many sit there. NULL:
 * nobody.
 */
struct client *clients_next_to_go(struct clients *clients, uint64_t now_ns);

#endif
