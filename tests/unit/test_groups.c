/* SPDX-License-Identifier: MIT */
/*
 * Minutes of a machine with control groups that are plain files in a directory: inotify works there
 * as it does on the real ones. Time is ours, and so is what becomes of an event.
 */
#include "base/clock.h"
#include "base/util.h"
#include "groups.h"
#include "proctree.h"
#include "tell.h"
#include "useroom.h"

#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB(n)     ((uint64_t)(1024 * (n)))
#define BYTES(mib) ((uint64_t)(1048576 * (mib)))
#define BEGIN_NS   (1000 * NS_PER_S)
#define THREADS    8

static uint64_t now_ns;

uint64_t clock_now(void)
{
	return now_ns;
}

uint64_t clock_real(void)
{
	return now_ns;
}

uint64_t clock_since_boot(void)
{
	return now_ns;
}

static unsigned kills;
static struct event killed[4]; /* in a dry run: nobody is */
static unsigned told_count;
static struct event told; /* the last one */

void tell_event(void *ctx, struct event *event)
{
	(void)ctx;
	if (event->type == EVENT_KILL) {
		if (kills < ARRAY_SIZE(killed))
			killed[kills] = *event;
		kills++;
		return;
	}
	told_count++;
	told = *event;
}

void tell_debug_table(const struct useroom *of)
{
	(void)of;
}

static struct useroom u;
static struct sample machine;
static bool v1;

/* How a group lives: amounts in MiB, rates a second. */
struct life {
	double file, held, grows;
	double faults; /* all of them refaults that are read from the disk */
	double reclaims, highs;
};

static const struct life thrashes = {
	.file = 56, .held = 200, .grows = 2, .faults = 1800, .reclaims = 30};
static const struct life backs_up = {.file = 151, .held = 105, .faults = 200, .reclaims = 300};
static const struct life rests = {.file = 20, .held = 20};

#define GROUPS_MOST 256
static struct pretended {
	char path[128];
	double limit, high; /* MiB; 0: none */
	struct life life;
	double faults, reclaims, highs; /* so far */
} pretended[GROUPS_MOST];
static unsigned pretended_count;

static void put(const struct pretended *p, const char *file, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void put(const struct pretended *p, const char *file, const char *format, ...)
{
	char path[256], text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)snprintf(path, sizeof(path), "cg%s/%s", p->path, file);
	tree_write(path, "%s", text);
}

static void put_limit(const struct pretended *p, const char *file, double mib)
{
	if (mib > 0)
		put(p, file, "%" PRIu64 "\n", BYTES(mib));
	else
		put(p, file, "%s\n", v1 ? "9223372036854771712" : "max");
}

/* In force: of those around it too. */
static double limit_of(const struct pretended *p)
{
	double limit = p->limit;

	for (unsigned i = 0; i < pretended_count; i++) {
		const struct pretended *o = &pretended[i];
		size_t n = strlen(o->path);

		if (o->limit > 0 && strncmp(o->path, p->path, n) == 0 && p->path[n] == '/' &&
		    (limit == 0 || o->limit < limit))
			limit = o->limit;
	}
	return limit;
}

/* What the kernel does when a threshold is crossed. */
static void cross_threshold(const struct pretended *p)
{
	const struct memcg *m = &u.groups.memcg;

	for (unsigned i = 0; i < MEMCG_MOST; i++) {
		if (m->ids[i] != 0 && m->groups[i].state == MEMCG_ARMED && m->groups[i].fd >= 0 &&
		    strcmp(m->groups[i].path, p->path) == 0 &&
		    p->life.file + p->life.held >= limit_of(p) - 2)
			assert_int_equal(eventfd_write(m->groups[i].fd, 1), 0);
	}
}

static void put_v1(const struct pretended *p)
{
	double limit = limit_of(p);

	put(p, "memory.usage_in_bytes", "%" PRIu64 "\n", BYTES(p->life.file + p->life.held));
	put(p, "memory.failcnt", "%" PRIu64 "\n", (uint64_t)p->reclaims);
	put(p, "memory.stat",
	    "cache 1\nhierarchical_memory_limit %" PRIu64 "\ntotal_pgmajfault %" PRIu64
	    "\ntotal_inactive_file %" PRIu64 "\ntotal_active_file 0\n"
	    "total_workingset_refault_anon 0\ntotal_workingset_refault_file %" PRIu64 "\n",
	    limit > 0 ? BYTES(limit) : UINT64_C(9223372036854771712), (uint64_t)p->faults,
	    BYTES(p->life.file), (uint64_t)p->faults);
}

static void put_v2(const struct pretended *p, bool moved)
{
	put(p, "memory.current", "%" PRIu64 "\n", BYTES(p->life.file + p->life.held));
	put(p, "memory.stat",
	    "anon 1\npgmajfault %" PRIu64 "\ninactive_file %" PRIu64
	    "\nactive_file 0\nworkingset_refault_anon 0\nworkingset_refault_file %" PRIu64 "\n",
	    (uint64_t)p->faults, BYTES(p->life.file), (uint64_t)p->faults);
	if (moved) /* as the kernel tells it */
		put(p, "memory.events", "low 0\nhigh %" PRIu64 "\nmax %" PRIu64 "\noom 0\n",
		    (uint64_t)p->highs, (uint64_t)p->reclaims);
}

static void put_limits(const struct pretended *p)
{
	put_limit(p, v1 ? "memory.limit_in_bytes" : "memory.max", p->limit);
	if (!v1)
		put_limit(p, "memory.high", p->high);
}

static struct pretended *add(const char *path, double limit, const struct life *life)
{
	struct pretended *p = &pretended[pretended_count++];
	char dir[160];

	assert_true(pretended_count <= GROUPS_MOST);
	*p = (struct pretended){.limit = limit, .life = *life};
	(void)snprintf(p->path, sizeof(p->path), "%s", path);
	(void)snprintf(dir, sizeof(dir), "cg%s", path);
	tree_make_dir(dir);
	put_limits(p);
	if (v1)
		put(p, "cgroup.event_control", "%s", "");
	if (v1)
		put_v1(p);
	else
		put_v2(p, true);
	put(p, v1 ? "tasks" : "cgroup.threads", "%s", "");
	return p;
}

/* As many threads as wait, all of them in this group. */
static void put_threads(const struct pretended *p)
{
	char text[THREADS * 8] = "";

	for (unsigned i = 0; i < THREADS; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u\n", 50 + i);
	put(p, v1 ? "tasks" : "cgroup.threads", "%s", text);
}

static void live(struct pretended *p, double seconds)
{
	if (p->life.file - p->life.grows * seconds < 1) /* there is no more of it to take */
		p->life.grows = 0;
	p->life.held += p->life.grows * seconds;
	p->life.file -= p->life.grows * seconds;
	p->faults += p->life.faults * seconds;
	p->reclaims += p->life.reclaims * seconds;
	p->highs += p->life.highs * seconds;
	machine.waits.major_faults += (uint64_t)(p->life.faults * seconds);
	machine.waits.refaults += (uint64_t)(p->life.faults * seconds);
	machine.waits.disk_reads += (uint64_t)(p->life.faults * seconds);
	machine.waits.disk_wait_ms += (uint64_t)(p->life.faults * seconds * 5);
	if (v1) {
		put_v1(p);
		cross_threshold(p);
	} else {
		put_v2(p, p->life.reclaims > 0 || p->life.highs > 0);
	}
}

static void take_events(void)
{
	struct pollfd p = {.fd = groups_fd(&u.groups), .events = POLLIN};

	if (poll(&p, 1, 0) == 1)
		groups_take_events(&u.groups);
}

/* One turn of the daemon: it may come for any reason. */
static void turn(double seconds)
{
	now_ns += (uint64_t)(seconds * 1e9);
	machine.now_ns = now_ns;
	take_events();
	groups_turn(&u, &machine);
}

/* Until nothing is to be found any more, and those that are armed by a thread are. */
static void settle(void)
{
	for (unsigned i = 0; i < 200; i++)
		turn(0.02);
	assert_false(u.groups.memcg.walking);
	if (v1)
		(void)poll(NULL, 0, 50);
}

static void pass(double seconds)
{
	for (double at = 0; at < seconds; at += 0.5) {
		for (unsigned i = 0; i < pretended_count; i++)
			live(&pretended[i], 0.5);
		turn(0.5);
	}
}

enum layout { V2, V1, HYBRID };

static void mount_tree(enum layout layout)
{
	const char *root = tree_path();
	char path[64];

	(void)snprintf(path, sizeof(path), "%d", (int)getpid());
	tree_make_dir(path);
	tree_make_dir("cg");
	tree_make_dir("unified");
	(void)snprintf(path, sizeof(path), "%d/cgroup", (int)getpid());
	tree_write(path, "9:cpu,memory:/own\n0::/own\n");
	(void)snprintf(path, sizeof(path), "%d/mountinfo", (int)getpid());
	if (layout == V2)
		tree_write(path, "31 20 0:30 / %s/cg rw - cgroup2 cgroup2 rw\n", root);
	else
		tree_write(path,
			   "30 20 0:29 / %s/unified rw - cgroup2 cgroup2 rw\n"
			   "31 20 0:30 / %s/cg rw shared:9 - cgroup cgroup rw,memory\n",
			   root, root);
	tree_write("cg/cgroup.controllers", "cpu memory\n");
	tree_write("unified/cgroup.controllers", "cpu pids\n");
}

static void open_as(enum layout layout)
{
	v1 = layout != V2;
	u.proc_fd = tree_make(MIB(4000), MIB(3000));
	mount_tree(layout);
	for (unsigned i = 0; i < THREADS; i++)
		tree_add(&(struct tree_proc){.pid = (pid_t)(50 + i), .comm = "x", .state = 'D'});
	u.config.containers = ANSWER_WARN;
	machine = (struct sample){.have = HAVE_MEM | HAVE_WAITS | HAVE_REFAULTS, .page_kib = 4};
	now_ns = BEGIN_NS;
	told_count = 0;
	pretended_count = 0;
	memset(&told, 0, sizeof(told));
	memset(killed, 0, sizeof(killed));
	kills = 0;
	memset(&u.act, 0, sizeof(u.act));
	memset(&u.groups.backoff, 0, sizeof(u.groups.backoff));
	assert_int_equal(scan_open(&u.scan, u.proc_fd), 0);
	act_init(&u.act, &u.scan, &u.release, tell_event, &u);
	u.rank = (struct rank){.page_kib = 4, .may_kill_all = true, .config = &u.config};
	groups_arm(&u);
	assert_true(u.groups.open);
}

/* -containers-room 5 */
static void ask_for_room(void)
{
	u.config.containers_room_ppm = 5 * PPM_PER_PERCENT;
	groups_arm(&u);
}

static void close_all(void)
{
	u.config.containers_room_ppm = 0;
	u.machine.near = false;
	u.config.containers = ANSWER_OFF;
	groups_arm(&u);
	assert_false(u.groups.open);
	assert_int_equal(groups_fd(&u.groups), -1);
	assert_true(groups_wake_ns(&u.groups) == UINT64_MAX);
	assert_int_equal(u.act.in_use, 0);
	scan_close(&u.scan);
	tree_drop();
}

/* ---- what is told ---- */

static void by_layout(void **state)
{
	(void)state;
	for (enum layout l = V2; l <= HYBRID; l++) {
		open_as(l);
		put_threads(add("/bad", 256, &thrashes));
		put_threads(add("/backup", 256, &backs_up));
		(void)add("/rests", 256, &rests);
		(void)add("/free", 0, &thrashes); /* that is the machine's matter */
		(void)add("/own", 256, &thrashes);
		settle();
		assert_int_equal(u.groups.memcg.version, l == V2 ? MEMCG_V2 : MEMCG_V1);
		assert_int_equal(u.groups.memcg.count, 3);
		pass(20);
		assert_int_equal(told_count, 1);
		assert_int_equal(told.type, EVENT_SQUEEZED);
		assert_string_equal(told.group.path, "/bad");
		assert_int_equal(told.group.view.rule, SQUEEZE_THRASHING);
		assert_int_equal(told.group.view.limit_kib, MIB(256));
		close_all();
	}
}

/* Looks that others ask for came between the looks at it, and no rule ever had its two seconds.
 */
static void others_do_not_disturb(void **state)
{
	struct pretended *bad;

	(void)state;
	open_as(V2);
	bad = add("/bad", 256, &thrashes);
	put_threads(bad);
	for (unsigned i = 0; i < 200; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/other%u", i);
		(void)add(path, 256, &rests);
	}
	settle();
	for (unsigned i = 0; i < 200; i++) { /* twenty seconds, each tenth another one moves */
		live(bad, 0.1);
		put(&pretended[1 + i], "memory.events", "high 0\nmax %u\n", i + 1);
		turn(0.1);
	}
	assert_int_equal(told_count, 1);
	assert_string_equal(told.group.path, "/bad");
	close_all();
}

/* A pod and its container with the same limit thrash together: the container is told. */
static void the_inner_one_is_told(void **state)
{
	(void)state;
	for (enum layout l = V2; l <= V1; l++) {
		open_as(l);
		(void)add("/pod", 256, &thrashes);
		put_threads(add("/pod/container", 256, &thrashes));
		settle();
		pass(20);
		assert_int_equal(told_count, 1);
		assert_string_equal(told.group.path, "/pod/container");
		close_all();
	}
}

/* It comes to its limit three seconds after the pod, and is the one that is told all the same. */
static void the_inner_one_comes_later(void **state)
{
	struct pretended *container;

	(void)state;
	open_as(V2);
	(void)add("/pod", 256, &thrashes);
	container = add("/pod/container", 256, &rests);
	settle();
	pass(3);
	container->life = thrashes;
	put_threads(container);
	pass(25);
	assert_int_equal(told_count, 1);
	assert_string_equal(told.group.path, "/pod/container");
	close_all();
}

/* Two of them hold the pod's limit together, and neither its own: the pod is told. */
static void the_outer_one_where_no_inner_thrashes(void **state)
{
	static const struct life half = {.file = 56, .held = 70, .reclaims = 1};

	(void)state;
	open_as(V2);
	put_threads(add("/pod", 256, &thrashes));
	(void)add("/pod/a", 128, &half);
	(void)add("/pod/b", 128, &half);
	settle();
	pass(25);
	assert_int_equal(told_count, 1);
	assert_string_equal(told.group.path, "/pod");
	close_all();
}

/* The limit in force is that of a group around it. */
static void a_limit_up_the_tree(void **state)
{
	(void)state;
	for (enum layout l = V2; l <= V1; l++) {
		open_as(l);
		(void)add("/pod", 256, &thrashes);
		(void)add("/pod/between", 0, &thrashes);
		put_threads(add("/pod/between/container", 1024, &thrashes));
		settle();
		assert_int_equal(u.groups.memcg.count, 2);
		pass(20);
		assert_int_equal(told_count, 1);
		assert_int_equal(told.group.view.limit_kib, MIB(256));
		close_all();
	}
}

static void the_same_is_told_again_after_ten_minutes(void **state)
{
	(void)state;
	open_as(V2);
	put_threads(add("/bad", 256, &thrashes));
	settle();
	pass(20);
	pretended[0].life.grows = 0;
	pass(100);
	assert_int_equal(told_count, 2); /* it thrashes; it is tight */
	assert_int_equal(told.group.view.rule, SQUEEZE_TIGHT);
	pass(400);
	assert_int_equal(told_count, 2);
	pass(200);
	assert_int_equal(told_count, 3);
	close_all();
}

/* -containers-room: no event says that it fills, and nothing in it is reclaimed. */
static void one_that_fills(void **state)
{
	static const struct life fills = {.file = 200, .held = 50, .grows = 4};
	static const struct life stands = {.file = 2, .held = 250};

	(void)state;
	for (enum layout l = V2; l <= V1; l++) {
		open_as(l);
		(void)add("/fills", 256, &fills);
		(void)add("/stands", 256, &stands);
		settle();
		pass(60);
		assert_int_equal(told_count, 0);
		pretended[0].life = fills;
		ask_for_room();
		pass(60);
		assert_int_equal(told_count, 1);
		assert_string_equal(told.group.path, "/fills");
		assert_int_equal(told.group.view.rule, SQUEEZE_FULL);
		assert_in_range(told.group.view.room_ppm, 1 * PPM_PER_PERCENT, 5 * PPM_PER_PERCENT);
		u.config.containers_room_ppm = 0;
		groups_arm(&u);
		pass(40);
		if (!v1) /* that of v1 is armed by a thread */
			assert_int_equal(u.groups.memcg.groups[0].state, MEMCG_ARMED);
		close_all();
	}
}

/* 0.8 % of the limit between two readings: too little to be looked at for anything else. */
static void one_that_fills_slowly(void **state)
{
	static const struct life fills = {.file = 55, .held = 200, .grows = 1};

	(void)state;
	open_as(V2);
	(void)add("/fills", 256, &fills);
	ask_for_room();
	settle();
	pass(40);
	assert_int_equal(told_count, 0);
	pass(10); /* 12.8 MiB are left after 43 s */
	assert_int_equal(told_count, 1);
	assert_int_equal(told.group.view.rule, SQUEEZE_FULL);
	close_all();
}

/* One in it that rests does not keep it waiting: all of them are counted. */
static void one_that_fills_around_another(void **state)
{
	static const struct life fills = {.file = 200, .held = 50, .grows = 4};

	(void)state;
	open_as(V2);
	(void)add("/pod", 256, &fills);
	(void)add("/pod/side", 64, &rests);
	ask_for_room();
	settle();
	pass(50); /* 12.8 MiB are left after 48.3 s */
	assert_int_equal(told_count, 1);
	assert_string_equal(told.group.path, "/pod");
	close_all();
}

/* With a full table those with most room give way, also where all of them are counted. */
static void the_least_room_of_many_that_are_counted(void **state)
{
	static const struct life full = {.file = 2, .held = 249};
	char path[16];
	bool known = false;

	(void)state;
	open_as(V2);
	u.groups.memcg.most = 4;
	ask_for_room();
	for (unsigned i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "/g%u", i);
		(void)add(path, 256, &rests);
	}
	settle();
	pass(10);
	(void)add("/zfull", 256, &full);
	pass(20);
	for (unsigned i = 0; i < MEMCG_MOST; i++)
		known = known || (u.groups.memcg.ids[i] != 0 &&
				  strcmp(u.groups.memcg.groups[i].path, "/zfull") == 0);
	close_all();
	assert_true(known);
}

/* memory.high holds it up, and it does not wait for a disk. */
static void throttled(void **state)
{
	static const struct life held_up = {
		.file = 0.5, .held = 199.5, .highs = 500, .reclaims = 0};
	struct pretended *p;

	(void)state;
	open_as(V2);
	p = add("/held", 256, &held_up);
	p->high = 200;
	put_limits(p);
	settle();
	pass(15);
	assert_int_equal(told_count, 1);
	assert_int_equal(told.group.view.rule, SQUEEZE_THROTTLED);
	assert_int_equal(told.group.view.limit_kib, MIB(200));
	close_all();
}

/* ---- groups that come, go and change ---- */

static void one_that_comes_later(void **state)
{
	(void)state;
	open_as(V2);
	(void)add("/slice", 0, &rests);
	settle();
	assert_int_equal(u.groups.memcg.count, 0);
	put_threads(add("/slice/late", 256, &thrashes));
	settle();
	pass(20);
	assert_int_equal(told_count, 1);
	assert_string_equal(told.group.path, "/slice/late");
	close_all();
}

static void remove_group(const char *path)
{
	static const char *const files[] = {"memory.max",
					    "memory.high",
					    "memory.current",
					    "memory.stat",
					    "memory.events",
					    "cgroup.threads",
					    "cgroup.procs",
					    "tasks",
					    "memory.limit_in_bytes",
					    "memory.failcnt",
					    "memory.usage_in_bytes",
					    "cgroup.event_control",
					    ""};
	char full[400];

	for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
		(void)snprintf(full, sizeof(full), "%s/cg%s/%s", tree_path(), path, files[i]);
		(void)(files[i][0] ? unlink(full) : rmdir(full));
	}
	assert_true(access(full, F_OK) < 0);
}

/* A service that is started again has the same path. What was armed went with the old one. */
static void one_that_is_made_again(void **state)
{
	(void)state;
	for (enum layout l = V2; l <= V1; l++) {
		open_as(l);
		(void)add("/service", 256, &rests);
		settle();
		assert_int_equal(u.groups.memcg.count, 1);
		remove_group("/service");
		pretended_count = 0;
		put_threads(add("/service", 256, &thrashes));
		settle();
		assert_int_equal(u.groups.memcg.count, 1);
		pass(20);
		assert_int_equal(told_count, 1);
		remove_group("/service"); /* and once more: the same of the same path */
		pretended_count = 0;
		put_threads(add("/service", 256, &thrashes));
		settle();
		pass(20);
		assert_int_equal(told_count, 1);
		remove_group("/service");
		pretended_count = 0;
		pass(40);
		assert_int_equal(u.groups.memcg.count, 0);
		close_all();
	}
}

static void one_that_is_resized(void **state)
{
	(void)state;
	open_as(V2);
	put_threads(add("/a", 2048, &thrashes)); /* far below it */
	settle();
	pass(20);
	assert_int_equal(told_count, 0);
	pretended[0].limit = 250;
	put_limits(&pretended[0]);
	pass(20);
	assert_int_equal(told_count, 1);
	assert_int_equal(told.group.view.limit_kib, MIB(250));
	pretended[0].limit = 0; /* and it has none any more */
	put_limits(&pretended[0]);
	pretended[0].life = rests;
	pass(320);
	assert_int_equal(u.groups.memcg.count, 0);
	assert_int_equal(told_count, 1);
	close_all();
}

/* ---- how much of a turn it may take ---- */

static unsigned looked_at_now(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < MEMCG_MOST; i++)
		count += u.groups.memcg.ids[i] != 0 && u.groups.rows[i].last.now_ns == now_ns;
	return count;
}

static void a_turn_is_short(void **state)
{
	unsigned turns = 0;

	(void)state;
	open_as(V2);
	for (unsigned i = 0; i < 200; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/g%u", i);
		(void)add(path, 256, &rests);
	}
	for (; u.groups.memcg.count < 200; turns++) {
		unsigned before = u.groups.memcg.count;

		assert_true(turns < 100);
		turn(0.02);
		assert_true(u.groups.memcg.count - before <= GROUPS_WALK);
	}
	assert_true(turns >= 200 / GROUPS_WALK);
	settle();
	assert_true(groups_wake_ns(&u.groups) >
		    now_ns + 100 * NS_PER_S); /* nothing is at its limit */
	for (unsigned i = 0; i < 200; i++)    /* all of them at once */
		put(&pretended[i], "memory.events", "high 0\nmax 1\n");
	for (turns = 0; turns < 14; turns++) {
		turn(0.02);
		assert_true(looked_at_now() <= GROUPS_COUNT);
		assert_true(groups_wake_ns(&u.groups) <= now_ns + 4 * NS_PER_S);
	}
	for (unsigned i = 0; i < 200; i++)
		assert_true(u.groups.rows[i].last.now_ns != 0);
	pass(40); /* nothing more is reclaimed: they are armed again */
	assert_true(groups_wake_ns(&u.groups) > now_ns + 100 * NS_PER_S);
	close_all();
}

/* The machine has other worries: a part of a walk a second. */
static void a_walk_is_slow_while_memory_is_short(void **state)
{
	(void)state;
	open_as(V2);
	for (unsigned i = 0; i < 60; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/g%u", i);
		(void)add(path, 256, &rests);
	}
	u.machine.near = true;
	for (unsigned i = 0; i < 100; i++)
		turn(0.02);
	assert_in_range(u.groups.memcg.count, 1, 3 * GROUPS_WALK);
	for (unsigned i = 0; i < 100; i++)
		turn(0.1);
	assert_int_equal(u.groups.memcg.count, 60);
	close_all();
}

static void too_many_is_said(void **state)
{
	(void)state;
	open_as(V2);
	u.groups.memcg.most = 3;
	for (unsigned i = 1; i <= 5; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/g%u", i);
		(void)add(path, 100.0 * i, &rests);
	}
	settle();
	assert_int_equal(u.groups.memcg.count, 3);
	assert_int_equal(u.groups.memcg.left_out, 2);
	assert_true(u.groups.told_full);
	remove_group("/g1"); /* and then there is room for one of them */
	pretended_count = 0;
	pass(320);
	settle();
	assert_int_equal(u.groups.memcg.count, 3);
	assert_int_equal(u.groups.memcg.left_out, 1);
	close_all();
}

/* What a failed test leaves. */
/* ---- who is ended ---- */

/* Processes, and by how much each grows a second. */
static struct actor {
	struct tree_proc proc;
	double grows; /* MiB */
} actors[8];
static unsigned actor_count;

static void act_as(pid_t pid, double holds, double grows)
{
	struct actor *a = &actors[actor_count++];

	assert_true(actor_count <= ARRAY_SIZE(actors));
	*a = (struct actor){.proc = {.pid = pid,
				     .ppid = 2,
				     .comm = "actor",
				     .start_ticks = 100,
				     .oom_score = 666,
				     .anon_kib = MIB(holds)},
			    .grows = grows};
	tree_add(&a->proc);
}

static void pass_with_actors(double seconds)
{
	for (double at = 0; at < seconds; at += 0.5) {
		for (unsigned i = 0; i < actor_count; i++) {
			/* KiB in half a second */
			actors[i].proc.anon_kib += (uint64_t)(int64_t)(actors[i].grows * 512);
			tree_remove(actors[i].proc.pid);
			tree_add(&actors[i].proc);
		}
		pass(0.5);
	}
}

static void open_to_act(enum layout layout)
{
	open_as(layout);
	actor_count = 0;
	u.config.containers = ANSWER_ACT;
	u.config.dry_run = true;
	u.config.grace_ns = 60 * NS_PER_S;
}

/* One that stands still and holds more, one that grows, and outside one that grows faster. */
static struct pretended *play(const char *members)
{
	struct pretended *bad = add("/bad", 256, &thrashes);

	put_threads(bad);
	put(bad, "cgroup.procs", "%s", members);
	act_as(100, 120, 0);
	act_as(101, 60, 2);
	act_as(102, 500, 9);
	settle();
	return bad;
}

static void the_growing_one_is_ended(void **state)
{
	(void)state;
	for (enum layout l = V2; l <= HYBRID; l++) {
		open_to_act(l);
		(void)play("100\n101\n");
		pass_with_actors(12);
		assert_int_equal(kills, 1);
		assert_int_equal(killed[0].target.victim.pid, 101);
		assert_int_equal(killed[0].signal, SIGTERM);
		assert_true(killed[0].dry_run && killed[0].target.victim.growing);
		assert_string_equal(killed[0].group.path, "/bad");
		assert_int_equal(killed[0].group.view.rule, SQUEEZE_THRASHING);
		assert_true(killed[0].has_next && killed[0].next.pid == 100);
		assert_int_equal(u.act.kills, 0); /* none of the machine's */
		assert_int_equal(told_count, 0);
		close_all();
	}
}

/* It does not mind SIGTERM: then SIGKILL, and nobody else as long as it is there. */
static void its_time_is_up(void **state)
{
	(void)state;
	open_to_act(V2);
	u.config.grace_ns = 5 * NS_PER_S;
	(void)play("100\n101\n");
	pass_with_actors(25);
	assert_int_equal(kills, 2);
	assert_int_equal(killed[1].target.victim.pid, 101);
	assert_int_equal(killed[1].signal, SIGKILL);
	assert_true(killed[1].escalated);
	assert_true(killed[1].now_ns - killed[0].now_ns >= 5 * NS_PER_S);
	close_all();
}

/* All of its growth is somebody else's, or of what is not seen: it ends nobody, and says so. */
static void nobody_is_ended_where_none_grows(void **state)
{
	(void)state;
	open_to_act(V2);
	(void)play("100\n");
	pass_with_actors(25);
	assert_int_equal(kills, 0);
	assert_true(told_count > 0);
	assert_int_equal(told.type, EVENT_SQUEEZED);
	assert_int_equal(told.nobody, NOBODY_STILL);
	close_all();
}

static void nobody_is_ended_who_is_protected(void **state)
{
	(void)state;
	open_to_act(V2);
	(void)play("100\n101\n");
	actors[0].proc.oom_score_adj = actors[1].proc.oom_score_adj = -1000;
	pass_with_actors(25);
	assert_int_equal(kills, 0);
	assert_int_equal(told.nobody, NOBODY_PROTECTED);
	close_all();
}

/* The machine's own victims give back what the group needs, too. */
static void the_machine_goes_first(void **state)
{
	(void)state;
	open_to_act(V2);
	(void)play("100\n101\n");
	u.act.in_use = 1;
	u.act.victims[7].state = VICTIM_TERMED;
	u.act.victims[7].hold.pidfd = -1;
	pass_with_actors(20);
	assert_int_equal(kills, 0);
	u.act.in_use = 0;
	u.act.victims[7].state = VICTIM_FREE;
	pass_with_actors(2);
	assert_int_equal(kills, 1);
	close_all();
}

/* The owner wants all of it to go: the container's first process is signalled, for the whole. */
static void where_all_go_together(void **state)
{
	struct pretended *bad;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		open_to_act(V2);
		bad = play("100\n101\n");
		put(bad, "memory.oom.group", "1\n");
		if (i == 1)
			actors[0].proc.ns_first = true;
		if (i == 2)
			actors[0].proc.oom_score_adj = -1000; /* all or none */
		if (i == 3)
			put(bad, "memory.oom.group", "0\n");
		pass_with_actors(12);
		assert_int_equal(kills, i == 2 ? 0 : 1);
		if (i < 2)
			assert_int_equal(killed[0].target.kind, TARGET_GROUP);
		if (i == 0) {
			assert_int_equal(killed[0].target.victim.pid, 101);
			assert_int_equal(killed[0].target.together_count, 1);
			assert_int_equal(killed[0].target.together[0].pid, 100);
		} else if (i == 1) {
			assert_int_equal(killed[0].target.victim.pid, 100);
			assert_int_equal(killed[0].target.together_count, 0);
		} else if (i == 2) {
			assert_int_equal(told.nobody, NOBODY_PROTECTED);
		} else {
			assert_int_equal(killed[0].target.kind, TARGET_PROCESS);
		}
		close_all();
	}
}

/* It is started again each time, and grows again: the fourth is left alone, and that is said. */
static void three_in_ten_minutes(void **state)
{
	struct pretended *bad;

	(void)state;
	open_to_act(V2);
	bad = play("100\n101\n");
	for (unsigned i = 0; i < 4; i++) {
		bad->life = thrashes;
		actors[1].grows = 2;
		pass_with_actors(15);
		assert_int_equal(kills, i < 3 ? i + 1 : 3);
		bad->life = rests;
		actors[1].grows = 0;
		actors[1].proc.anon_kib = MIB(60);
		actors[1].proc.start_ticks++; /* another one */
		pass_with_actors(80);         /* what it held is forgotten */
	}
	assert_int_equal(told_count, 1);
	assert_int_equal(told.nobody, NOBODY_REPEATED);
	close_all();
}

/* A pod and its container with the same limit: the container's process is ended, once. */
static void the_inner_one_is_acted_in(void **state)
{
	struct pretended *pod, *container;

	(void)state;
	open_to_act(V2);
	pod = add("/pod", 256, &thrashes);
	container = add("/pod/container", 256, &thrashes);
	put_threads(container);
	put_threads(pod);
	put(container, "cgroup.procs", "101\n");
	put(pod, "cgroup.procs", "102\n"); /* it holds more, and grows faster */
	act_as(101, 60, 2);
	act_as(102, 100, 3);
	settle();
	pass_with_actors(20);
	assert_int_equal(kills, 1);
	assert_int_equal(killed[0].target.victim.pid, 101);
	assert_string_equal(killed[0].group.path, "/pod/container");
	close_all();
}

/* A mapped database has been at its own limit for long, and then the pod around it leaks. */
static void one_that_is_tight_hides_nothing(void **state)
{
	static const struct life tight = {.file = 20, .held = 108, .faults = 1800, .reclaims = 30};
	struct pretended *pod, *database;

	(void)state;
	open_to_act(V2);
	pod = add("/pod", 512, &(struct life){.file = 200, .held = 312, .reclaims = 30});
	database = add("/pod/database", 128, &tight);
	put_threads(pod);
	put_threads(database);
	put(database, "cgroup.procs", "100\n");
	put(pod, "cgroup.procs", "101\n");
	act_as(100, 100, 0);
	act_as(101, 250, 0);
	settle();
	pass_with_actors(80);
	pod->life.grows = 3;
	pod->life.faults = 1800;
	actors[1].grows = 3;
	pass_with_actors(64);
	assert_int_equal(kills, 1);
	assert_int_equal(killed[0].target.victim.pid, 101);
	assert_string_equal(killed[0].group.path, "/pod");
	close_all();
}

/* The pod is raised in place, and its container, which has as much, is no longer at a limit. */
static void a_limit_up_the_tree_that_is_raised(void **state)
{
	static const struct life grows = {.file = 90, .held = 150, .grows = 2, .reclaims = 1};
	struct pretended *pod, *container;

	(void)state;
	open_to_act(V2);
	pod = add("/pod", 256, &grows);
	container = add("/pod/container", 2048, &grows);
	put(container, "cgroup.procs", "100\n101\n");
	put(pod, "cgroup.procs", "%s", "");
	act_as(100, 60, 0);
	act_as(101, 80, 2);
	ask_for_room();
	settle();
	pass_with_actors(5);
	pod->limit = 2048;
	put_limits(pod);
	pod->life.file = container->life.file = 1000;
	pass_with_actors(200);
	assert_int_equal(kills, 0);
	close_all();
}

/* With its group the victims of the group are forgotten, and those of the machine are not. */
static void one_that_is_gone(void **state)
{
	(void)state;
	open_to_act(V2);
	(void)play("100\n101\n");
	pass_with_actors(10);
	assert_int_equal(kills, 1);
	assert_int_equal(u.act.in_use, 1);
	u.act.in_use++;
	u.act.victims[7] = (struct victim){.state = VICTIM_TERMED, .hold.pidfd = -1, .dry = true};
	put(&pretended[0], "cgroup.threads", "%s", "");
	remove_group("/bad");
	pretended_count = 0;
	pass(40);
	assert_int_equal(u.groups.memcg.count, 0);
	assert_int_equal(u.act.in_use, 1);
	assert_int_equal(u.act.victims[7].state, VICTIM_TERMED);
	act_episode_over(&u.act);
	close_all();
}

/* All of them have just begun, and so has the group: that is no growth, what comes after it is. */
static void one_that_starts(void **state)
{
	(void)state;
	for (int grows = 0; grows < 2; grows++) {
		open_to_act(V2);
		(void)play("100\n101\n");
		for (unsigned i = 0; i < actor_count; i++)
			actors[i].proc.start_ticks = (BEGIN_NS - 5 * NS_PER_S) / 10000000;
		actors[1].grows = 2 * grows;
		pass_with_actors(12);
		assert_int_equal(kills, grows);
		close_all();
	}
}

/*
 * It fills to 97 %, and would stay there: within a minute of its start that may be how it works,
 * and so it may be once it has come to stand. Whoever leaks there later is ended.
 */
static void one_that_starts_and_fills(void **state)
{
	static const struct life starts = {.file = 239, .held = 10, .grows = 5};
	struct pretended *p;

	(void)state;
	open_to_act(V2);
	p = add("/starts", 256, &starts);
	put(p, "cgroup.procs", "%s", "100\n");
	act_as(100, 10, 5);
	actors[0].proc.start_ticks = now_ns / NS_PER_S * 100;
	tree_remove(100);
	tree_add(&actors[0].proc);
	ask_for_room();
	settle();
	pass_with_actors(47); /* 96 % */
	p->life.grows = actors[0].grows = 0;
	pass_with_actors(60);
	assert_int_equal(kills, 0);
	assert_int_equal(told_count, 0); /* it had 5 s to come to stand */
	/* gives some back, and takes it again */
	p->life.grows = actors[0].grows = -5;
	pass_with_actors(10);
	p->life.grows = actors[0].grows = 4;
	pass_with_actors(13);
	assert_int_equal(kills, 1);
	assert_int_equal(killed[0].signal, SIGTERM);
	assert_int_equal(killed[0].group.view.rule, SQUEEZE_FULL);
	close_all();
}

/* It has given back what was asked for, by its SIGTERM, and stays: no SIGKILL. */
static void one_that_gives_back_enough(void **state)
{
	static const struct life fills = {.file = 110, .held = 140, .grows = 3};
	struct pretended *p;

	(void)state;
	open_to_act(V2);
	u.config.grace_ns = 5 * NS_PER_S;
	p = add("/fills", 256, &fills);
	put(p, "cgroup.procs", "%s", "100\n101\n");
	act_as(100, 60, 0);
	act_as(101, 80, 3);
	ask_for_room();
	settle();
	pass_with_actors(36);
	assert_int_equal(kills, 1);
	assert_int_equal(killed[0].target.victim.pid, 101);
	p->life.grows = actors[1].grows = -12;
	pass_with_actors(2);
	p->life.grows = actors[1].grows = 0; /* 12 % of room: more than 5, less than 25 */
	pass_with_actors(15);
	assert_int_equal(kills, 1);
	close_all();
}

static int drop(void **state)
{
	(void)state;
	if (u.groups.open)
		close_all();
	return 0;
}

static void without_a_controller(void **state)
{
	(void)state;
	u.proc_fd = tree_make(MIB(4000), MIB(3000));
	mount_tree(V2);
	tree_write("cg/cgroup.controllers", "cpu\n");
	u.config.containers = ANSWER_WARN;
	groups_arm(&u);
	assert_false(u.groups.open);
	assert_true(groups_wake_ns(&u.groups) == UINT64_MAX);
	tree_drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(by_layout, drop),
		cmocka_unit_test_teardown(others_do_not_disturb, drop),
		cmocka_unit_test_teardown(the_inner_one_is_told, drop),
		cmocka_unit_test_teardown(the_inner_one_comes_later, drop),
		cmocka_unit_test_teardown(the_outer_one_where_no_inner_thrashes, drop),
		cmocka_unit_test_teardown(a_limit_up_the_tree, drop),
		cmocka_unit_test_teardown(the_same_is_told_again_after_ten_minutes, drop),
		cmocka_unit_test_teardown(one_that_fills, drop),
		cmocka_unit_test_teardown(one_that_fills_slowly, drop),
		cmocka_unit_test_teardown(one_that_fills_around_another, drop),
		cmocka_unit_test_teardown(the_least_room_of_many_that_are_counted, drop),
		cmocka_unit_test_teardown(throttled, drop),
		cmocka_unit_test_teardown(one_that_comes_later, drop),
		cmocka_unit_test_teardown(one_that_is_made_again, drop),
		cmocka_unit_test_teardown(one_that_is_resized, drop),
		cmocka_unit_test_teardown(a_turn_is_short, drop),
		cmocka_unit_test_teardown(a_walk_is_slow_while_memory_is_short, drop),
		cmocka_unit_test_teardown(too_many_is_said, drop),
		cmocka_unit_test_teardown(the_growing_one_is_ended, drop),
		cmocka_unit_test_teardown(its_time_is_up, drop),
		cmocka_unit_test_teardown(nobody_is_ended_where_none_grows, drop),
		cmocka_unit_test_teardown(nobody_is_ended_who_is_protected, drop),
		cmocka_unit_test_teardown(the_machine_goes_first, drop),
		cmocka_unit_test_teardown(one_that_starts, drop),
		cmocka_unit_test_teardown(one_that_starts_and_fills, drop),
		cmocka_unit_test_teardown(one_that_gives_back_enough, drop),
		cmocka_unit_test_teardown(the_inner_one_is_acted_in, drop),
		cmocka_unit_test_teardown(one_that_is_tight_hides_nothing, drop),
		cmocka_unit_test_teardown(a_limit_up_the_tree_that_is_raised, drop),
		cmocka_unit_test_teardown(three_in_ten_minutes, drop),
		cmocka_unit_test_teardown(where_all_go_together, drop),
		cmocka_unit_test_teardown(one_that_is_gone, drop),
		cmocka_unit_test_teardown(without_a_controller, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
