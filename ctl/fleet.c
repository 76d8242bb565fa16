/* SPDX-License-Identifier: MIT */
#include "fleet.h"

#include "base/log.h"
#include "base/units.h"
#include "base/util.h"
#include "names.h"
#include "replay.h"
#include "tell/report.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS_MOST 64
#define HOSTS_SHOWN  10
#define BAD_SHOWN    3

/* What became of one recording. */
enum fate {
	FATE_SAME,
	FATE_EARLIER,   /* the signal that was sent, sooner */
	FATE_LATER,     /* later: known in a dry run only */
	FATE_NEW,       /* a signal where none was sent */
	FATE_STRONGER,  /* SIGKILL in place of SIGTERM, or for whom had SIGTERM */
	FATE_WEAKER,    /* SIGTERM in place of SIGKILL */
	FATE_NOT,       /* no signal where one was sent: what would have come then is not known */
	FATE_UNCERTAIN, /* this program decides otherwise with the recorded settings too */
	FATE_EMPTY,     /* nothing in it that can be judged */
	FATE_UNREADABLE,
	FATE_COUNT,
};

static const struct {
	const char *name, *text;
} fates[FATE_COUNT] = {
	[FATE_SAME] = {"same", "the same"},
	[FATE_EARLIER] = {"earlier", "the signal earlier"},
	[FATE_LATER] = {"later", "the signal later (dry runs)"},
	[FATE_NEW] = {"sends", "a signal where none was sent"},
	[FATE_STRONGER] = {"stronger", "SIGKILL in place of SIGTERM, or after it"},
	[FATE_WEAKER] = {"weaker", "SIGTERM in place of SIGKILL"},
	[FATE_NOT] = {"refrains", "no signal where one was sent"},
	[FATE_UNCERTAIN] = {"uncertain", "uncertain: decided otherwise even as it was set"},
	[FATE_EMPTY] = {"empty", "nothing that can be judged"},
	[FATE_UNREADABLE] = {"unreadable", "unreadable, or no recordings"},
};

/* A worker's answer. Written to a pipe as a whole. */
struct answer {
	uint32_t file;
	uint8_t fate;
	bool in_the_middle;
	uint64_t apart_ns; /* FATE_EARLIER, FATE_LATER */
	char host[64];
	char victim[16];
};
_Static_assert(sizeof(struct answer) <= PIPE_BUF, "answers of several workers must not mix");

static struct {
	char **paths;
	struct answer *answers;
	uint32_t count, room;
	bool without_names;
} files;

/* ---- which ---- */

static int add_path(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	if (type != FTW_F || !S_ISREG(st->st_mode) || path[ftw->base] == '.')
		return 0;
	if (files.count == files.room) {
		uint32_t room = 2 * files.room + 256;
		char **more = realloc(files.paths, room * sizeof(*more));

		if (more == NULL)
			return ENOMEM;
		files.paths = more;
		files.room = room;
	}
	files.paths[files.count] = strdup(path);
	return files.paths[files.count] == NULL ? ENOMEM : (files.count++, 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int find(const char *directory)
{
	int r = nftw(directory, add_path, 16, FTW_PHYS);

	if (r != 0)
		return r < 0 ? -errno : -r;
	if (files.count > 0) /* qsort(3) of nothing at NULL is undefined */
		qsort(files.paths, files.count, sizeof(*files.paths), by_name);
	files.answers = calloc(files.count + 1u, sizeof(*files.answers));
	return files.answers == NULL ? -ENOMEM : 0;
}

/* ---- one recording ---- */

static enum fate fate_of(const struct rerun *u)
{
	if (u->looks == 0)
		return FATE_EMPTY;
	if (u->differ > 0)
		return FATE_UNCERTAIN;
	switch (u->outcome) {
	case RERUN_SAME:
		break;
	case RERUN_SENDS:
		return u->kill != NULL ? FATE_EARLIER : FATE_NEW;
	case RERUN_ESCALATES:
		return FATE_STRONGER;
	case RERUN_OTHER:
		return u->decision.action == ACTION_KILL ? FATE_STRONGER : FATE_WEAKER;
	case RERUN_REFRAINS:
		return u->sends_later ? FATE_LATER : FATE_NOT;
	}
	return FATE_SAME;
}

static void fill_answer(const struct reading *r, const struct rerun *u, struct answer *a)
{
	uint64_t at = u->looks > 0 ? r->looks[u->look].now_ns : 0;

	a->fate = (uint8_t)fate_of(u);
	a->in_the_middle = u->in_the_middle;
	memcpy(a->host, r->header.host, sizeof(a->host) - 1);
	if (u->kill != NULL)
		memcpy(a->victim, u->kill->victim_comm, sizeof(a->victim) - 1);
	if (a->fate == FATE_EARLIER && u->kill != NULL)
		a->apart_ns = minus_u64(u->kill->now_ns, at);
	else if (a->fate == FATE_LATER)
		a->apart_ns = minus_u64(r->looks[u->later].now_ns, at);
}

static void answer(const struct ctl *ctl, uint32_t file, struct answer *ret)
{
	static struct replay p;
	struct reading reading;
	char why[160];

	*ret = (struct answer){.file = file, .fate = FATE_UNREADABLE};
	if (reading_open(files.paths[file], &reading, why, sizeof(why)) < 0)
		return;
	if (ctl->without_names)
		names_hide(&reading);
	p.reading = &reading;
	if (replay_settle(ctl, &p) == 0) {
		rerun(&reading, &p.other, &p.rerun);
		fill_answer(&reading, &p.rerun, ret);
	}
	reading_free(&reading);
}

/* ---- all of them ---- */

/* Every so-many-th one: files of one machine, which are alike, are shared out. */
static void work(const struct ctl *ctl, uint32_t first, uint32_t step, int to)
{
	struct answer a;

	for (uint32_t file = first; file < files.count; file += step) {
		answer(ctl, file, &a);
		if (write(to, &a, sizeof(a)) != (ssize_t)sizeof(a))
			_exit(1);
	}
	_exit(0);
}

static void show_progress(uint32_t done, bool last)
{
	static uint32_t shown;

	if (!isatty(STDERR_FILENO) || (!last && done - shown < files.count / 100 + 1))
		return;
	shown = done;
	if (last)
		(void)fputs("\r\033[K", stderr);
	else
		(void)fprintf(stderr, "\r%" PRIu32 " of %" PRIu32, done, files.count);
	(void)fflush(stderr);
}

static uint32_t collect(int from)
{
	struct answer a;
	uint32_t done = 0;

	while (read(from, &a, sizeof(a)) == (ssize_t)sizeof(a)) {
		files.answers[a.file] = a;
		show_progress(++done, false);
	}
	show_progress(done, true);
	return done;
}

static uint32_t workers(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return (uint32_t)clamp_u64(cpus > 0 ? (uint64_t)cpus : 1, 1,
				   min_u64(WORKERS_MOST, max_u64(files.count, 1)));
}

/* 0, or negative: some of it is missing, and it was said. */
static int replay_all(const struct ctl *ctl)
{
	uint32_t count = workers(), done;
	int ends[2];

	if (pipe(ends) < 0)
		return ctl_fail("%s", strerror(errno)), -1;
	(void)fflush(NULL);
	for (uint32_t i = 0; i < count; i++) {
		if (fork() != 0)
			continue; /* one that cannot be started is missed below */
		(void)close(ends[0]);
		work(ctl, i, count, ends[1]);
	}
	(void)close(ends[1]);
	done = collect(ends[0]);
	(void)close(ends[0]);
	while (wait(NULL) > 0)
		continue;
	if (done < files.count)
		return ctl_fail("%" PRIu32 " of %" PRIu32 " recordings were not replayed",
				files.count - done, files.count),
		       -1;
	return 0;
}

/* ---- what came out ---- */

static uint32_t count_fate(enum fate fate)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < files.count; i++)
		count += files.answers[i].fate == fate;
	return count;
}

static bool is_change(const struct answer *a)
{
	return a->fate != FATE_SAME && a->fate < FATE_UNCERTAIN;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Smallest, median and largest time between the two signals; false: there is none. */
static bool times_of(enum fate fate, uint64_t ret[3])
{
	uint64_t *times = calloc(files.count + 1u, sizeof(*times));
	uint32_t count = 0;

	for (uint32_t i = 0; times != NULL && i < files.count; i++) {
		if (files.answers[i].fate == fate)
			times[count++] = files.answers[i].apart_ns;
	}
	if (count > 0) {
		qsort(times, count, sizeof(*times), by_number);
		ret[0] = times[0];
		ret[1] = times[count / 2];
		ret[2] = times[count - 1];
	}
	free(times);
	return count > 0;
}

struct host {
	const char *name;
	uint32_t changes, recordings;
};

static int by_host(const void *a, const void *b)
{
	const struct host *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static int by_changes(const void *a, const void *b)
{
	const struct host *left = a, *right = b;

	if (left->changes != right->changes)
		return left->changes > right->changes ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* Each machine once, those with most changes first; NULL: no memory. To be freed. */
static struct host *find_hosts(uint32_t *ret_count)
{
	struct host *hosts = calloc(files.count + 1u, sizeof(*hosts));
	uint32_t count = 0, kept = 0;

	*ret_count = 0;
	if (hosts == NULL)
		return NULL;
	for (uint32_t i = 0; i < files.count; i++) {
		const struct answer *a = &files.answers[i];

		if (a->fate != FATE_UNREADABLE)
			hosts[count++] = (struct host){a->host, is_change(a), 1};
	}
	qsort(hosts, count, sizeof(*hosts), by_host);
	for (uint32_t i = 0; i < count; i++) {
		if (kept > 0 && strcmp(hosts[kept - 1].name, hosts[i].name) == 0) {
			hosts[kept - 1].changes += hosts[i].changes;
			hosts[kept - 1].recordings++;
		} else {
			hosts[kept++] = hosts[i];
		}
	}
	qsort(hosts, kept, sizeof(*hosts), by_changes);
	*ret_count = kept;
	return hosts;
}

static void print_fates(void)
{
	char least[32], median[32], most[32];
	uint64_t times[3];

	for (enum fate fate = 0; fate < FATE_COUNT; fate++) {
		uint32_t count = count_fate(fate);

		if (count == 0)
			continue;
		(void)printf("%8" PRIu32 "  %5.1f %%  %s", count,
			     100.0 * (double)count / (double)files.count, fates[fate].text);
		if ((fate == FATE_EARLIER || fate == FATE_LATER) && times_of(fate, times))
			(void)printf(": by %s to %s, half of them by less than %s",
				     units_time(times[0], least, sizeof(least)),
				     units_time(times[2], most, sizeof(most)),
				     units_time(times[1], median, sizeof(median)));
		(void)putchar('\n');
	}
}

static void print_hosts(const struct host *hosts, uint32_t count)
{
	char safe[256];

	if (count == 0 || hosts[0].changes == 0)
		return;
	(void)puts("\nmachines where most would have changed");
	for (uint32_t i = 0; i < count && i < HOSTS_SHOWN && hosts[i].changes > 0; i++)
		(void)printf("%8" PRIu32 " of %" PRIu32 "  %s\n", hosts[i].changes,
			     hosts[i].recordings, log_safe(hosts[i].name, safe, sizeof(safe)));
}

/* Paths have machines' names in them. */
static const char *path_of(uint32_t file, char *buf, size_t size)
{
	if (files.without_names)
		return names_hidden("recording", files.paths[file], buf, size);
	(void)snprintf(buf, size, "%s", files.paths[file]);
	return buf;
}

static void print_bad(void)
{
	char safe[4096], path[1024];
	unsigned shown = 0;

	for (uint32_t i = 0; i < files.count && shown < BAD_SHOWN; i++) {
		if (files.answers[i].fate != FATE_UNREADABLE)
			continue;
		if (shown++ == 0)
			(void)puts("\nunreadable");
		(void)printf("  %s\n",
			     log_safe(path_of(i, path, sizeof(path)), safe, sizeof(safe)));
	}
}

static void print_text(void)
{
	uint32_t count, middle = 0;
	struct host *hosts = find_hosts(&count);

	for (uint32_t i = 0; i < files.count; i++)
		middle += files.answers[i].in_the_middle;
	(void)printf("%" PRIu32 " recording%s of %" PRIu32 " machine%s\n\n", files.count,
		     files.count == 1 ? "" : "s", count, count == 1 ? "" : "s");
	print_fates();
	if (middle > 0)
		(void)printf("\n%" PRIu32 " of them begin in the middle: what useroom had seen "
			     "before is not in them\n",
			     middle);
	if (hosts != NULL)
		print_hosts(hosts, count);
	print_bad();
	free(hosts);
}

static json_object *change_json(uint32_t file)
{
	const struct answer *a = &files.answers[file];
	json_object *o = json_object_new_object();
	char path[1024];

	json_object_object_add(o, "recording", ctl_text_json(path_of(file, path, sizeof(path))));
	json_object_object_add(o, "host", ctl_text_json(a->host));
	json_object_object_add(o, "outcome", json_object_new_string(fates[a->fate].name));
	if (a->victim[0] != '\0')
		json_object_object_add(o, "victim", ctl_text_json(a->victim));
	if (a->fate == FATE_EARLIER || a->fate == FATE_LATER)
		json_object_object_add(o, "apart_ns", json_object_new_uint64(a->apart_ns));
	json_object_object_add(o, "begins_in_the_middle",
			       json_object_new_boolean(a->in_the_middle));
	return o;
}

static enum ctl_exit print_json(void)
{
	json_object *all = json_object_new_object(), *totals = json_object_new_object(),
		    *changes = json_object_new_array();
	uint32_t count;

	free(find_hosts(&count));
	json_object_object_add(all, "recordings", json_object_new_uint64(files.count));
	json_object_object_add(all, "hosts", json_object_new_uint64(count));
	for (enum fate fate = 0; fate < FATE_COUNT; fate++)
		json_object_object_add(totals, fates[fate].name,
				       json_object_new_uint64(count_fate(fate)));
	json_object_object_add(all, "outcomes", totals);
	for (uint32_t i = 0; i < files.count; i++) {
		if (files.answers[i].fate != FATE_SAME)
			(void)json_object_array_add(changes, change_json(i));
	}
	json_object_object_add(all, "changes", changes);
	return ctl_print_json(all);
}

static void release(void)
{
	for (uint32_t i = 0; i < files.count; i++)
		free(files.paths[i]);
	free(files.paths);
	free(files.answers);
	memset(&files, 0, sizeof(files));
}

enum ctl_exit fleet_replay(const struct ctl *ctl, const char *directory)
{
	static struct config asked; /* a mistake in a file is said once, not for each recording */
	enum ctl_exit result = CTL_OK;
	char safe[1024];
	int r;

	if (ctl->config != NULL && ctl_config(ctl, &asked) < 0)
		return CTL_USAGE;
	files.without_names = ctl->without_names;
	r = find(directory);
	(void)log_safe(directory, safe, sizeof(safe));
	if (r < 0)
		result = ctl_fail("%s: %s", safe, strerror(-r));
	else if (files.count == 0)
		result = ctl_fail("%s has no recordings in it", safe);
	else if (replay_all(ctl) < 0 || count_fate(FATE_UNREADABLE) == files.count)
		result = CTL_FAILED;
	if (r == 0 && files.count > 0)
		ctl->json ? (void)print_json() : print_text();
	release();
	return result;
}
