/* SPDX-License-Identifier: MIT */
#include "clients.h"

#include <stddef.h>

struct client *clients_come(struct clients *c, int fd, uint64_t now_ns)
{
	for (unsigned i = 0; i < CLIENTS_ROOM; i++) {
		if (c->rows[i].there)
			continue;
		c->rows[i] = (struct client){.there = true, .fd = fd, .since_ns = now_ns};
		c->count++;
		return &c->rows[i];
	}
	return NULL;
}

void clients_leave(struct clients *c, struct client *client)
{
	c->count--;
	c->ending -= client->ending;
	*client = (struct client){0};
}

struct client *clients_next_to_go(struct clients *c, uint64_t now_ns)
{
	bool many = c->count - c->ending > CLIENTS_MOST, late;
	struct client *first = NULL;

	for (unsigned i = 0; i < CLIENTS_ROOM; i++) {
		struct client *row = &c->rows[i];

		late = minus_u64(now_ns, row->since_ns) >= CLIENT_NS;
		if (!row->there || row->ending || !(many || late))
			continue;
		if (first == NULL || row->since_ns < first->since_ns)
			first = row;
	}
	if (first != NULL) {
		first->ending = true;
		c->ending++;
	}
	return first;
}
