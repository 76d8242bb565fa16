/* SPDX-License-Identifier: MIT */
/*
 * A recording as a stranger may have written it, and all that useroomctl makes of it: text, JSON, a
 * page, a replay. A recording's header is followed by an empty rest of its page, which an input
 * leaves out: it would only be slow.
 */
#include "ctl.h"
#include "html.h"
#include "replay.h"
#include "show.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)65536)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything is written, to nowhere. */
static FILE *nowhere(void)
{
	static FILE *file;

	if (file == NULL)
		file = fopen("/dev/null", "we");
	if (file == NULL)
		abort();
	return file;
}

static void print(json_object *object)
{
	if (object == NULL || json_object_to_json_string(object) == NULL)
		abort();
	(void)json_object_put(object);
}

static void check_order(const struct reading *r)
{
	for (size_t i = 1; i < r->look_count; i++)
		if (r->looks[i - 1].sequence >= r->looks[i].sequence)
			abort();
	for (size_t i = 1; i < r->event_count; i++)
		if (r->events[i - 1].sequence >= r->events[i].sequence)
			abort();
}

/* The recorded settings, and others. */
static const struct replay *run_replay(const struct reading *r)
{
	static struct replay p;

	p = (struct replay){.reading = r};
	rerun_recorded_config(r, &p.recorded);
	p.other = p.recorded;
	p.other.mem_term_ppm = 1000000 - p.other.mem_term_ppm;
	p.other.mem_kill_ppm = p.other.mem_term_ppm / 2;
	rerun(r, &p.other, &p.rerun);
	if (p.rerun.looks > r->look_count || p.rerun.differ > p.rerun.looks)
		abort();
	return &p;
}

#define VIEWS 5

static void run_view(const struct reading *r, unsigned view)
{
	struct part part = show_part(r);

	switch (view % VIEWS) {
	case 0:
		show_text(nowhere(), r, &part);
		break;
	case 1:
		html_write(nowhere(), r, &part);
		break;
	case 2:
		print(show_json(r, &part));
		break;
	case 3:
		replay_text(nowhere(), run_replay(r));
		break;
	default:
		print(replay_json(run_replay(r)));
	}
}

/* A fuzzer makes one view of each input, which follows from the input, and so five times as many
 * inputs. */
static void run_reading(const struct reading *r, const uint8_t *data, size_t size)
{
	unsigned view = 0, last = VIEWS - 1;

	check_order(r);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* clang's, with -fsanitize=fuzzer */
	for (size_t i = 0; i < size; i++)
		view += data[i];
	last = view;
#else
	(void)data;
	(void)size;
#endif
	for (; view <= last; view++)
		run_view(r, view);
}

/* A file that is in no directory; it is opened by its path below /proc. */
static const char *make_file(const uint8_t *data, size_t size)
{
	size_t head =
		size < sizeof(struct recording_header) ? size : sizeof(struct recording_header);
	size_t bytes = size > head ? RECORDING_HEADER + size - head : size;
	static char path[64];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("recording", MFD_CLOEXEC);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || ftruncate(fd, 0) < 0 || ftruncate(fd, (off_t)bytes) < 0 ||
	    pwrite(fd, data, head, 0) != (ssize_t)head ||
	    pwrite(fd, data + head, size - head, RECORDING_HEADER) != (ssize_t)(size - head))
		abort();
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading r;
	char why[160];

	if (size > INPUT_MAX || reading_open(make_file(data, size), &r, why, sizeof(why)) < 0)
		return 0;
	run_reading(&r, data, size);
	reading_free(&r);
	return 0;
}
