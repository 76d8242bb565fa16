/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "act/event.h"
#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define KEY_LEAST 16
#define KEY_MOST  4096 /* what is behind it does not matter */

static uint64_t key[2];

/* ---- SipHash-2-4, as its authors have it (Aumasson and Bernstein, 2012) ---- */

static uint64_t turn(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], unsigned count)
{
	while (count-- > 0) {
		v[0] += v[1];
		v[1] = turn(v[1], 13) ^ v[0];
		v[0] = turn(v[0], 32);
		v[2] += v[3];
		v[3] = turn(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = turn(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = turn(v[1], 17) ^ v[2];
		v[2] = turn(v[2], 32);
	}
}

static void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

static uint64_t siphash(const uint64_t k[2], const unsigned char *bytes, size_t length)
{
	uint64_t v[4] = {k[0] ^ UINT64_C(0x736f6d6570736575), k[1] ^ UINT64_C(0x646f72616e646f6d),
			 k[0] ^ UINT64_C(0x6c7967656e657261), k[1] ^ UINT64_C(0x7465646279746573)};
	uint64_t word = 0;

	for (size_t i = 0; i < length; i++) {
		word |= (uint64_t)bytes[i] << (i % 8 * 8);
		if (i % 8 == 7) {
			absorb(v, word);
			word = 0;
		}
	}
	absorb(v, word | (uint64_t)length << 56);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- the key ---- */

static int read_file(const char *file, unsigned char *bytes, size_t *ret_length)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	for (*ret_length = 0; n > 0 && *ret_length < KEY_MOST;
	     *ret_length += (size_t)max_u64(n, 0)) {
		n = read(fd, bytes + *ret_length, KEY_MOST - *ret_length);
		if (n < 0) {
			error = -errno;
			break;
		}
	}
	(void)close(fd);
	return error;
}

int names_key(const char *file)
{
	static const uint64_t halves[2][2] = {{1, 0}, {2, 0}};
	unsigned char bytes[KEY_MOST];
	size_t length = 0;
	int r;

	if (file == NULL)
		return getrandom(key, sizeof(key), 0) == sizeof(key) ? 0 : -EIO;
	r = read_file(file, bytes, &length);
	if (r < 0)
		return r;
	if (length < KEY_LEAST)
		return -EINVAL;
	for (unsigned i = 0; i < ARRAY_SIZE(key); i++)
		key[i] = siphash(halves[i], bytes, length);
	return 0;
}

/* ---- pseudonyms ---- */

/* 40 bits: of ten thousand names two are taken for one once in twenty thousand times. */
static uint64_t hidden_number(const char *name)
{
	return siphash(key, (const unsigned char *)name, strlen(name)) >> 24;
}

const char *names_hidden(const char *kind, const char *name, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s-%010" PRIx64, kind, hidden_number(name));
	return buf;
}

/* The whole field, with what may lie behind its end; nothing stays nothing. */
static void hide(const char *kind, const char *ending, char *text, size_t size)
{
	char name[320] = "", hidden[64];

	(void)snprintf(name, sizeof(name), "%.*s", (int)size, text);
	memset(text, 0, size);
	if (name[0] != '\0')
		(void)snprintf(text, size, "%s%s", names_hidden(kind, name, hidden, sizeof(hidden)),
			       ending);
}

/* What kind of unit it is, is no name: a session scope is not a service. */
static const char *unit_type(const char *name, size_t size)
{
	static const char *const types[] = {".service", ".scope", ".slice"};
	size_t length = strnlen(name, size);

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		size_t n = strlen(types[i]);

		if (length > n && memcmp(name + length - n, types[i], n) == 0)
			return types[i];
	}
	return "";
}

static void hide_unit(char *text, size_t size)
{
	hide("unit", unit_type(text, size), text, size);
}

static void hide_event(struct recording_event *e)
{
	char uid[16];

	hide("proc", "", e->victim_comm, sizeof(e->victim_comm));
	hide("proc", "", e->head_comm, sizeof(e->head_comm));
	hide("path", "", e->victim_exe, sizeof(e->victim_exe));
	hide("user", "", e->user, sizeof(e->user));
	hide_unit(e->unit, sizeof(e->unit));
	hide("container", "", e->container, sizeof(e->container));
	if (!event_is_node(e->group))
		hide("group", "", e->group, sizeof(e->group));
	for (unsigned i = 0; i < RECORDING_CANDIDATES; i++)
		hide("proc", "", e->candidates[i].comm, sizeof(e->candidates[i].comm));
	/* A number is as good as a name, where one knows the machine; that it is root is none. */
	(void)snprintf(uid, sizeof(uid), "%u", e->victim_uid);
	if (e->victim_uid != 0)
		e->victim_uid = 1 + (uint32_t)(hidden_number(uid) % INT32_MAX);
}

void names_hide(struct reading *r)
{
	struct recording_header *h = &r->header;

	hide("host", "", h->host, sizeof(h->host));
	hide("boot", "", h->boot_id, sizeof(h->boot_id));
	for (unsigned i = 0; i < RECORDING_UNITS; i++)
		hide_unit(h->counters.units[i].name, sizeof(h->counters.units[i].name));
	for (size_t i = 0; i < r->event_count; i++)
		hide_event(&r->events[i]);
}
