/* SPDX-License-Identifier: MIT */
#include "reading.h"

#include "act/event.h"
#include "base/util.h"
#include "byteorder.h"
#include "look/parse.h"
#include "tell/incident.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No recording is larger (-record-size); what claims to be is none. */
#define BYTES_MOST ((size_t)128 * 1024 * 1024)

#define RECORD_BYTES_MOST 65536u
#define PIECE_BYTES       8192u

/* What the first program with this version of the format wrote. Later ones added at the end: what
 * is missing is 0. */
static const size_t least_bytes[RING_COUNT] = {
	[RING_LOOKS] = 184,
	[RING_SPANS] = 80,
	[RING_EVENTS] = 768,
};
_Static_assert(sizeof(struct recording_look) >= 184, "what was recorded once can be read for ever");
_Static_assert(sizeof(struct recording_span) >= 80, "what was recorded once can be read for ever");
_Static_assert(sizeof(struct recording_event) >= 768,
	       "what was recorded once can be read for ever");

/* No machine has 8 PiB or is up for a hundred years: larger is damage, and must not overflow in
 * what is counted. */
#define VALUE_MOST   (UINT64_C(1) << 43)
#define COUNTER_MOST (UINT64_C(1) << 60)
#define TIME_MOST    (UINT64_C(1) << 62)

static int refuse(char *why, size_t size, const char *text, int error)
{
	(void)snprintf(why, size, "%s", text);
	return error;
}

/* Is it of a machine of the other byte order? */
static bool is_turned(const void *data)
{
	uint32_t byte_order;

	memcpy(&byte_order, (const char *)data + offsetof(struct recording_header, byte_order),
	       sizeof(byte_order));
	return byte_order != RECORDING_BYTE_ORDER;
}

/* In this machine's byte order, whatever the writer's was. */
static int take_header(const void *data, size_t bytes, struct recording_header *h, char *why,
		       size_t size)
{
	if (bytes < RECORDING_HEADER || memcmp(data, RECORDING_MAGIC, sizeof(h->magic)) != 0)
		return refuse(why, size, "this is not a recording of useroom", -EINVAL);
	memcpy(h, data, sizeof(*h));
	if (is_turned(data))
		byteorder_header(h);
	if (h->byte_order != RECORDING_BYTE_ORDER)
		return refuse(why, size, "its byte order is none that there is", -EINVAL);
	if (h->version != RECORDING_VERSION) {
		(void)snprintf(why, size,
			       "it has version %u of the format, this program reads version %d",
			       h->version, RECORDING_VERSION);
		return -EINVAL;
	}
	for (unsigned i = 0; i < RING_COUNT; i++) {
		const struct recording_ring *r = &h->rings[i];

		if (r->record_bytes < least_bytes[i] || r->record_bytes % 8 != 0 ||
		    r->record_bytes > RECORD_BYTES_MOST || r->offset < RECORDING_HEADER ||
		    r->offset % 8 != 0 || r->count == 0 || r->count > BYTES_MOST / least_bytes[i])
			return refuse(why, size, "its header is damaged", -EINVAL);
	}
	return 0;
}

/* How many of a ring's records lie whole within the file: it may have been cut. */
static size_t whole_records(const struct recording_ring *r, size_t bytes)
{
	size_t there = bytes <= r->offset ? 0 : (bytes - r->offset) / r->record_bytes;

	return there < r->count ? there : r->count;
}

/*
 * The records that are there, each of the size this program knows. A number in a slot that is not
 * its own is damage.
 */
static void *take_ring(const char *data, size_t bytes, const struct recording_ring *r, size_t size,
		       size_t *ret_count, struct reading *ret)
{
	size_t whole = whole_records(r, bytes), count = 0;
	char *records = calloc(whole + 1, size);
	bool turned = is_turned(data);

	ret->cut |= whole < r->count;
	for (size_t i = 0; records != NULL && i < whole; i++) {
		const char *from = data + r->offset + i * r->record_bytes;
		uint64_t number;

		memcpy(&number, from, sizeof(number));
		if (turned)
			number = __builtin_bswap64(number);
		if (number != 0 && (number - 1) % r->count != i)
			ret->damaged++;
		if (number == 0 || (number - 1) % r->count != i)
			continue;
		memcpy(records + count++ * size, from, min_size(r->record_bytes, size));
	}
	*ret_count = records != NULL ? count : 0;
	return records;
}

static void turn_records(struct reading *r)
{
	for (size_t i = 0; i < r->look_count; i++)
		byteorder_look(&r->looks[i]);
	for (size_t i = 0; i < r->span_count; i++)
		byteorder_span(&r->spans[i]);
	for (size_t i = 0; i < r->event_count; i++)
		byteorder_event(&r->events[i]);
}

static int by_sequence(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void sort_records(struct reading *r)
{
	qsort(r->looks, r->look_count, sizeof(*r->looks), by_sequence);
	qsort(r->spans, r->span_count, sizeof(*r->spans), by_sequence);
	qsort(r->events, r->event_count, sizeof(*r->events), by_sequence);
}

static void end_text(char *text, size_t size)
{
	text[size - 1] = '\0';
}

static bool look_holds(const struct recording_look *l)
{
	for (unsigned i = 0; i < VALUE_COUNT; i++)
		if (l->value[i] > (i <= VALUE_SWAP_FREE ? VALUE_MOST : COUNTER_MOST))
			return false;
	return l->now_ns < TIME_MOST && (l->flags & LOOK_ACTION) <= ACTION_KILL;
}

static bool span_holds(const struct recording_span *s)
{
	return s->from_ns <= s->to_ns && s->to_ns < TIME_MOST && s->mem_total <= VALUE_MOST &&
	       s->mem_available_least <= VALUE_MOST && s->mem_available_last <= VALUE_MOST &&
	       s->swap_total <= VALUE_MOST && s->swap_free_least <= VALUE_MOST &&
	       s->swap_free_last <= VALUE_MOST;
}

static bool event_holds(const struct recording_event *e)
{
	return e->now_ns < TIME_MOST && e->type < EVENT_TYPE_COUNT && e->futile < HOLDER_COUNT &&
	       e->mem_total <= VALUE_MOST && e->mem_available <= VALUE_MOST &&
	       e->swap_total <= VALUE_MOST && e->swap_free <= VALUE_MOST &&
	       e->candidate_count <= RECORDING_CANDIDATES && e->stall_rule < STALL_RULE_COUNT &&
	       e->victim_swarm <= VALUE_MOST && e->lost_ppm <= 1000000 &&
	       e->squeeze_rule < SQUEEZE_RULE_COUNT;
}

/* Leaves out what cannot have been written. */
static void drop_damaged(struct reading *r)
{
	size_t looks = 0, spans = 0, events = 0;

	for (size_t i = 0; i < r->look_count; i++)
		if (look_holds(&r->looks[i]))
			r->looks[looks++] = r->looks[i];
	for (size_t i = 0; i < r->span_count; i++)
		if (span_holds(&r->spans[i]))
			r->spans[spans++] = r->spans[i];
	for (size_t i = 0; i < r->event_count; i++)
		if (event_holds(&r->events[i]))
			r->events[events++] = r->events[i];
	r->damaged += r->look_count - looks + r->span_count - spans + r->event_count - events;
	r->look_count = looks;
	r->span_count = spans;
	r->event_count = events;
}

static void end_candidates(struct recording_event *e)
{
	for (uint32_t k = 0; k < RECORDING_CANDIDATES; k++) {
		struct recording_candidate *c = &e->candidates[k];

		end_text(c->comm, sizeof(c->comm));
		if (c->rank > CLASS_NEVER)
			c->rank = CLASS_NEVER;
		if (c->skip >= SKIP_COUNT)
			c->skip = SKIP_NONE;
	}
}

static void make_growth_safe(struct recording_growth *growth)
{
	for (unsigned i = 0; i < RECORDING_GROWN; i++) {
		struct recording_grown *row = &growth->rows[i];

		if (row->pid < 0 || row->then_ns >= TIME_MOST || row->then_kib > VALUE_MOST)
			*growth = (struct recording_growth){0};
	}
	if (growth->since_pid < 0 || growth->since_ns >= TIME_MOST)
		*growth = (struct recording_growth){0};
}

/* Text that ends, numbers for which this program has a name, and shares of the whole. */
static void make_safe(struct reading *r)
{
	struct recording_header *h = &r->header;
	uint32_t *shares[] = {&h->settings.mem_term_ppm,  &h->settings.mem_kill_ppm,
			      &h->settings.swap_term_ppm, &h->settings.swap_kill_ppm,
			      &h->settings.warn_ppm,      &h->settings.min_victim_ppm};

	for (unsigned i = 0; i < ARRAY_SIZE(shares); i++)
		*shares[i] = (uint32_t)min_u64(*shares[i], 1000000);
	h->settings.interval_ns = min_u64(h->settings.interval_ns, 3600 * NS_PER_S);
	make_growth_safe(&h->growth);
	end_text(h->program, sizeof(h->program));
	end_text(h->boot_id, sizeof(h->boot_id));
	end_text(h->host, sizeof(h->host));
	end_text(h->kernel, sizeof(h->kernel));
	for (size_t i = 0; i < r->event_count; i++) {
		struct recording_event *e = &r->events[i];

		end_text(e->victim_comm, sizeof(e->victim_comm));
		end_text(e->victim_exe, sizeof(e->victim_exe));
		end_text(e->user, sizeof(e->user));
		end_text(e->unit, sizeof(e->unit));
		end_text(e->container, sizeof(e->container));
		end_text(e->group, sizeof(e->group));
		end_text(e->head_comm, sizeof(e->head_comm));
		e->together = (uint32_t)min_u64(e->together, TOGETHER_MAX);
		end_candidates(e);
	}
}

int reading_parse(const void *data, size_t bytes, struct reading *ret, char *why, size_t why_size)
{
	struct recording_header *h = &ret->header;
	int r;

	*ret = (struct reading){0};
	r = take_header(data, bytes, h, why, why_size);
	if (r < 0)
		return r;
	ret->looks = take_ring(data, bytes, &h->rings[RING_LOOKS], sizeof(*ret->looks),
			       &ret->look_count, ret);
	ret->spans = take_ring(data, bytes, &h->rings[RING_SPANS], sizeof(*ret->spans),
			       &ret->span_count, ret);
	ret->events = take_ring(data, bytes, &h->rings[RING_EVENTS], sizeof(*ret->events),
				&ret->event_count, ret);
	if (ret->looks == NULL || ret->spans == NULL || ret->events == NULL) {
		reading_free(ret);
		return refuse(why, why_size, "not enough memory to read it", -ENOMEM);
	}
	if (is_turned(data))
		turn_records(ret);
	sort_records(ret);
	drop_damaged(ret);
	make_safe(ret);
	return 0;
}

/* As much as there is; the rest is 0. */
static void read_bytes(int fd, char *to, size_t bytes, size_t at)
{
	size_t done = 0;
	ssize_t n;

	while (done < bytes && (n = pread(fd, to + done, bytes - done, (off_t)(at + done))) > 0)
		done += (size_t)n;
	memset(to + done, 0, bytes - done);
}

/*
 * Whole records twice, one right after the other. One that was being written during the first shows
 * another number, or other bytes, at the second: it is left out. The pieces are small, so that a
 * writer is met in few of them.
 */
static void read_piece(int fd, char *data, size_t at, size_t count, size_t record_bytes)
{
	static char again[RECORD_BYTES_MOST + PIECE_BYTES];

	read_bytes(fd, data + at, count * record_bytes, at);
	read_bytes(fd, again, count * record_bytes, at);
	for (size_t i = 0; i < count; i++)
		if (memcmp(data + at + i * record_bytes, again + i * record_bytes, record_bytes) !=
		    0)
			memset(data + at + i * record_bytes, 0, record_bytes);
}

static void read_ring(int fd, char *data, size_t bytes, const struct recording_ring *r)
{
	size_t whole = whole_records(r, bytes), step = 1 + PIECE_BYTES / r->record_bytes;

	for (size_t i = 0; i < whole; i += step)
		read_piece(fd, data, r->offset + i * r->record_bytes, min_size(step, whole - i),
			   r->record_bytes);
}

/* It is read, not mapped: a file that is cut under a mapping would end this program. */
static int read_file(int fd, size_t bytes, struct reading *ret, char *why, size_t why_size)
{
	char *data = calloc(1, bytes);
	struct recording_header header;
	int r;

	if (data == NULL)
		return refuse(why, why_size, "not enough memory to read it", -ENOMEM);
	read_bytes(fd, data, RECORDING_HEADER, 0);
	read_piece(fd, data, offsetof(struct recording_header, growth), 1,
		   sizeof(struct recording_growth));
	r = take_header(data, bytes, &header, why, why_size);
	if (r == 0) {
		for (unsigned i = 0; i < RING_COUNT; i++)
			read_ring(fd, data, bytes, &header.rings[i]);
		r = reading_parse(data, bytes, ret, why, why_size);
	}
	free(data);
	return r;
}

int reading_open(const char *path, struct reading *ret, char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r;
	struct stat s;

	if (fd < 0) {
		r = -errno;
		return refuse(why, why_size, strerror(-r), r);
	}
	if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode) || s.st_size > (off_t)BYTES_MOST)
		r = refuse(why, why_size, "this is not a recording of useroom", -EINVAL);
	else if ((size_t)s.st_size < RECORDING_HEADER)
		r = refuse(why, why_size,
			   s.st_size == 0 ? "the file is empty"
					  : "the file is cut: not even its header is there",
			   -EINVAL);
	else
		r = read_file(fd, (size_t)s.st_size, ret, why, why_size);
	(void)close(fd);
	return r;
}

void reading_free(struct reading *r)
{
	free(r->looks);
	free(r->spans);
	free(r->events);
	*r = (struct reading){0};
}

uint64_t reading_realtime(const struct reading *r, uint64_t monotonic_ns)
{
	if (r->event_count > 0) {
		const struct recording_event *last = &r->events[r->event_count - 1];

		return last->realtime_ns + (monotonic_ns - last->now_ns);
	}
	return r->header.realtime_ns + (monotonic_ns - r->header.started_ns);
}

bool reading_running(const struct reading *r)
{
	char path[64], text[1024];
	struct proc_stat stat;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", r->header.writer_pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	if (n <= 0 || parse_stat(text, (size_t)n, &stat) < 0 ||
	    stat.start_ticks != r->header.writer_start_ticks)
		return false;
	return stat.state != 'Z' &&
	       stat.state != 'X'; /* R48: it is dead, whoever has not noticed */
}
