/* SPDX-License-Identifier: MIT */
#include "tell/record.h"

#include "base/clock.h"
#include "base/directory.h"
#include "base/util.h"
#include "look/parse.h"
#include "tell/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Of what the rings share: most for the looks, which are ten minutes at one a second; an event is
 * rare and large. */
#define LOOKS_PER_MILLE 520
#define SPANS_PER_MILLE 300

static const uint32_t record_bytes[RING_COUNT] = {
	[RING_LOOKS] = sizeof(struct recording_look),
	[RING_SPANS] = sizeof(struct recording_span),
	[RING_EVENTS] = sizeof(struct recording_event),
};

/* ---- the file ---- */

void record_layout(size_t bytes, struct recording_ring rings[RING_COUNT])
{
	size_t room = bytes - RECORDING_HEADER;
	size_t part[RING_COUNT] = {room * LOOKS_PER_MILLE / 1000, room * SPANS_PER_MILLE / 1000, 0};
	size_t offset = RECORDING_HEADER;

	part[RING_EVENTS] = room - part[RING_LOOKS] - part[RING_SPANS];
	for (unsigned i = 0; i < RING_COUNT; i++) {
		rings[i] = (struct recording_ring){.offset = (uint32_t)offset,
						   .record_bytes = record_bytes[i]};
		rings[i].count = (uint32_t)(part[i] / record_bytes[i]);
		offset += (size_t)rings[i].count * record_bytes[i];
	}
}

static void read_line(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

static uint64_t own_start_ticks(void)
{
	char text[1024];
	struct proc_stat stat;

	read_line("/proc/self/stat", text, sizeof(text));
	return parse_stat(text, strlen(text), &stat) == 0 ? stat.start_ticks : 0;
}

/* What does not change while the writer lives. */
static void fill_header(struct recording_header *h, size_t bytes)
{
	struct utsname name;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, RECORDING_MAGIC, sizeof(h->magic));
	h->version = RECORDING_VERSION;
	h->byte_order = RECORDING_BYTE_ORDER;
	h->file_bytes = bytes;
	record_layout(bytes, h->rings);
	(void)snprintf(h->program, sizeof(h->program), "%s", USEROOM_VERSION);
	read_line("/proc/sys/kernel/random/boot_id", h->boot_id, sizeof(h->boot_id));
	if (uname(&name) == 0) {
		(void)snprintf(h->host, sizeof(h->host), "%.63s", name.nodename);
		(void)snprintf(h->kernel, sizeof(h->kernel), "%.63s", name.release);
	}
	h->started_ns = clock_now();
	h->realtime_ns = clock_real();
	h->writer_pid = (uint64_t)getpid();
	h->writer_start_ticks = own_start_ticks();
}

/* Laid out as this program does it, in this boot: times go on from there. */
static bool goes_on(const struct recording_header *old, const struct recording_header *now)
{
	return memcmp(old->magic, now->magic, sizeof(old->magic)) == 0 &&
	       old->version == now->version && old->byte_order == now->byte_order &&
	       old->file_bytes == now->file_bytes &&
	       memcmp(old->rings, now->rings, sizeof(old->rings)) == 0 &&
	       memcmp(old->boot_id, now->boot_id, sizeof(old->boot_id)) == 0;
}

static void *slot(const struct record *r, enum recording_ring_kind kind, uint64_t index)
{
	const struct recording_ring *ring = &r->map->rings[kind];

	return (char *)r->map + ring->offset + (size_t)index * ring->record_bytes;
}

/* The number after the largest that is there. A slot that a crash left half written is 0 and is
 * written again. */
static uint64_t next_number(const struct record *r, enum recording_ring_kind kind)
{
	uint64_t largest = 0;

	for (uint64_t i = 0; i < r->map->rings[kind].count; i++)
		largest = max_u64(largest, *(const uint64_t *)slot(r, kind, i));
	return largest + 1;
}

static void *map_file(int fd, size_t bytes)
{
	int error;

	if (ftruncate(fd, (off_t)bytes) < 0)
		return NULL;
	/* Now, and not when memory is short. tmpfs before 3.5 cannot: then populating does it. */
	error = posix_fallocate(fd, 0, (off_t)bytes);
	if (error != 0 && error != EOPNOTSUPP && error != EINVAL) {
		errno = error;
		return NULL;
	}
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

/*
 * The directory may be missing: without systemd only the lock makes it, and a dry run takes none.
 */
static int open_or_make(const char *path)
{
	int r = directory_make_for(path), fd;

	/* It may be read-only and the file there, or the directory somebody else's to make. */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd >= 0)
		return fd;
	return r < 0 && errno == ENOENT ? r : -errno;
}

/*
 * A stranger must not choose where root writes: no link is followed at the last step, and the
 * directory is root's
 * (/run/useroom).
 */
static int open_file(const char *path)
{
	int fd = open_or_make(path);
	struct stat s;
	int error;

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error = errno == EWOULDBLOCK ? -EBUSY : -errno;
		(void)close(fd);
		return error;
	}
	/* Not somebody else's, who could cut it under our map; and under no other name. */
	if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode) || s.st_uid != geteuid() || s.st_nlink > 1) {
		(void)close(fd);
		return -EPERM;
	}
	(void)fchmod(
		fd,
		0640); /* it names everybody's processes: not for everybody, whatever the umask */
	return fd;
}

int record_open(struct record *r, const char *path, size_t bytes)
{
	struct recording_header header;
	int fd, error;

	*r = (struct record){.fd = -1};
	fd = open_file(path);
	if (fd < 0)
		return fd;
	r->map = map_file(fd, bytes);
	if (r->map == NULL) {
		error = -errno;
		(void)close(fd);
		return error;
	}
	r->fd = fd;
	r->bytes = bytes;
	fill_header(&header, bytes);
	if (goes_on(r->map, &header))
		header.counters = r->map->counters;
	else
		memset(r->map, 0, bytes);
	memcpy(r->map, &header, sizeof(header));
	for (unsigned i = 0; i < RING_COUNT; i++)
		r->next[i] = next_number(r, i);
	r->starts = true;
	return 0;
}

/*
 * One place says which settings bear the same name there and here; it is used in both directions.
 */
#define FOR_EACH_SETTING(DO)                                                                       \
	DO(mem_term_ppm)                                                                           \
	DO(mem_kill_ppm)                                                                           \
	DO(swap_term_ppm)                                                                          \
	DO(swap_kill_ppm)                                                                          \
	DO(warn_ppm)                                                                               \
	DO(min_victim_ppm)                                                                         \
	DO(interval_ns)                                                                            \
	DO(grace_ns)                                                                               \
	DO(stall_hold_ns)                                                                          \
	DO(stall_milli)                                                                            \
	DO(stall_below_ppm)                                                                        \
	DO(ignore_swap)                                                                            \
	DO(dry_run)                                                                                \
	DO(sort_by_rss)

void record_settings(struct record *r, const struct config *c, unsigned cpus, uint32_t limits)
{
	if (r->map == NULL)
		return;
#define TO_RECORDING(field) .field = c->field,
	r->map->settings = (struct recording_settings){
		FOR_EACH_SETTING(TO_RECORDING).trigger_or = c->trigger == TRIGGER_OR,
		.cpus = cpus,
		.limits = limits,
	};
#undef TO_RECORDING
	memcpy(r->map->settings.level_kib, c->level_kib, sizeof(c->level_kib));
}

void recording_to_config(const struct recording_settings *s, struct config *config)
{
#define TO_CONFIG(field) config->field = s->field;
	FOR_EACH_SETTING(TO_CONFIG)
#undef TO_CONFIG
	memcpy(config->level_kib, s->level_kib, sizeof(config->level_kib));
	config->trigger = s->trigger_or ? TRIGGER_OR : TRIGGER_AND;
}
_Static_assert(sizeof(((struct recording_settings *)0)->level_kib) ==
		       sizeof(((struct config *)0)->level_kib),
	       "one amount for each level");

/* ---- records ---- */

/* Whoever sees a word that was stored so sees the 0 that begin() stored before it, too. */
#define STORE(place, word) __atomic_store_n(&(place), word, __ATOMIC_RELEASE)

/* Where the next one goes, marked as being written. */
static void *begin(struct record *r, enum recording_ring_kind kind)
{
	uint64_t *record = slot(r, kind, (r->next[kind] - 1) % r->map->rings[kind].count);

	__atomic_store_n(record, 0, __ATOMIC_RELAXED);
	return record;
}

static void end(struct record *r, enum recording_ring_kind kind, uint64_t *record)
{
	STORE(*record, r->next[kind]++);
}

static void put(struct record *r, enum recording_ring_kind kind, const void *record)
{
	const uint64_t *from = record;
	uint64_t *to = begin(r, kind);

	for (size_t i = 1; i < record_bytes[kind] / sizeof(*to); i++)
		STORE(to[i], from[i]);
	end(r, kind, to);
}

static void add_to_span(struct record *r, const struct sample *s)
{
	struct recording_span *span = &r->span;

	if (span->looks > 0 && s->now_ns - span->from_ns >= RECORDING_SPAN_NS) {
		put(r, RING_SPANS, span);
		span->looks = span->kills = 0;
	}
	if (span->looks++ == 0) {
		span->from_ns = s->now_ns;
		span->mem_available_least = span->swap_free_least = UINT64_MAX;
	}
	span->to_ns = s->now_ns;
	span->mem_total = s->mem_total_kib;
	span->swap_total = s->swap_total_kib;
	span->mem_available_last = s->mem_available_kib;
	span->swap_free_last = s->swap_free_kib;
	span->mem_available_least = min_u64(span->mem_available_least, s->mem_available_kib);
	span->swap_free_least = min_u64(span->swap_free_least, s->swap_free_kib);
}

/* One place says which value is which field; it is used in both directions. */
#define FOR_EACH_VALUE(DO)                                                                         \
	DO(VALUE_MEM_TOTAL, mem_total_kib)                                                         \
	DO(VALUE_MEM_AVAILABLE, mem_available_kib)                                                 \
	DO(VALUE_MEM_FREE, mem_free_kib)                                                           \
	DO(VALUE_SWAP_TOTAL, swap_total_kib)                                                       \
	DO(VALUE_SWAP_FREE, swap_free_kib)                                                         \
	DO(VALUE_ANON, anon_kib)                                                                   \
	DO(VALUE_MAPPED, mapped_kib)                                                               \
	DO(VALUE_FILE, file_kib)                                                                   \
	DO(VALUE_SHMEM, shmem_kib)                                                                 \
	DO(VALUE_SLAB, slab_kib)                                                                   \
	DO(VALUE_HUGETLB, hugetlb_kib)                                                             \
	DO(VALUE_KERNEL, kernel_kib)                                                               \
	DO(VALUE_PAGE_TABLES, page_tables_kib)                                                     \
	DO(VALUE_ARC, arc_kib)                                                                     \
	DO(VALUE_KERNEL_OOM_KILLS, kernel_oom_kills)                                               \
	DO(VALUE_LOW, low_kib)                                                                     \
	DO(VALUE_REFAULTS, waits.refaults)                                                         \
	DO(VALUE_MAJOR_FAULTS, waits.major_faults)                                                 \
	DO(VALUE_SWAP_IN, waits.swap_in_kib)                                                       \
	DO(VALUE_SWAP_OUT, waits.swap_out_kib)                                                     \
	DO(VALUE_ALLOC_STALLS, waits.alloc_stalls)                                                 \
	DO(VALUE_DISK_READS, waits.disk_reads)                                                     \
	DO(VALUE_DISK_READ_PAGES, waits.disk_read_pages)                                           \
	DO(VALUE_DISK_READ_MS, waits.disk_read_ms)                                                 \
	DO(VALUE_DISKS, waits.disks)                                                               \
	DO(VALUE_PAGE, page_kib)                                                                   \
	DO(VALUE_RUNNING, running)                                                                 \
	DO(VALUE_PRESSURE_FULL_US, waits.pressure_full_us)                                         \
	DO(VALUE_IO_FULL_US, waits.io_full_us)                                                     \
	DO(VALUE_STEALS, waits.steals)                                                             \
	DO(VALUE_DISK_WAIT_MS, waits.disk_wait_ms)                                                 \
	DO(VALUE_RAM, ram_kib)                                                                     \
	DO(VALUE_CMA_FREE, cma_free_kib)                                                           \
	DO(VALUE_POOL, pool_kib)                                                                   \
	DO(VALUE_BALLOON, balloon_kib)                                                             \
	DO(VALUE_SWAP_LEAVING, swap_leaving_kib)                                                   \
	DO(VALUE_ACTIVATIONS, waits.activations)                                                   \
	DO(VALUE_TMPFS, tmpfs_kib)                                                                 \
	DO(VALUE_SYSV, sysv_kib)

void recording_to_sample(const struct recording_look *look, struct sample *ret_sample)
{
#define TO_SAMPLE(which, field) .field = look->value[which],
	*ret_sample = (struct sample){
		.now_ns = look->now_ns, .have = look->have, FOR_EACH_VALUE(TO_SAMPLE)};
#undef TO_SAMPLE
	if (ret_sample->waits.disk_wait_ms == 0) /* recorded before it was there */
		ret_sample->waits.disk_wait_ms = ret_sample->waits.disk_read_ms;
}

struct coming recording_to_coming(const struct recording_look *look)
{
	return (struct coming){
		.mem_kib = look->value[VALUE_PENDING_MEM],
		.swap_kib = look->value[VALUE_PENDING_SWAP],
		.victims = (uint32_t)look->value[VALUE_PENDING_COUNT],
		.unkillable_kib = look->value[VALUE_UNKILLABLE],
	};
}

struct turn recording_to_turn(const struct recording_look *look)
{
	uint32_t what = (look->flags & LOOK_TURN) >> LOOK_TURN_SHIFT;
	uint32_t pause = (look->flags & LOOK_PAUSE) >> LOOK_PAUSE_SHIFT;

	return (struct turn){.what = what < TURN_COUNT ? what : TURN_UNKNOWN,
			     .pause = pause < PAUSE_COUNT ? pause : PAUSE_NONE};
}

struct stall_view recording_to_stall(const struct recording_look *look)
{
	uint32_t rule = (look->flags & LOOK_STALL_RULE) >> LOOK_STALL_RULE_SHIFT;
	bool held_back = look->flags & LOOK_HELD_BACK;

	return (struct stall_view){
		.open = look->flags & LOOK_STALL_OPEN,
		.rule = rule < STALL_RULE_COUNT && !held_back ? rule : STALL_NONE,
		.held_back = rule < STALL_RULE_COUNT && held_back ? rule : STALL_NONE,
		.evidence = (look->flags & LOOK_EVIDENCE) >> LOOK_EVIDENCE_SHIFT,
		.reach_ns = UINT64_MAX,
		.waiting_milli = look->waiting_milli,
		.lost_ppm = look->lost_ppm,
	};
}

uint32_t recording_flags(const struct decision *d)
{
	return (uint32_t)d->action | (d->low ? LOOK_LOW : 0u) | (d->course.near ? LOOK_NEAR : 0u) |
	       (d->covered ? LOOK_COVERED : 0u) | (d->futile != HOLDER_NONE ? LOOK_FUTILE : 0u) |
	       (d->by_stall ? LOOK_BY_STALL : 0u) | (d->stall.open ? LOOK_STALL_OPEN : 0u) |
	       (d->stall.held_back != STALL_NONE ? LOOK_HELD_BACK : 0u) |
	       (uint32_t)stall_seen(&d->stall) << LOOK_STALL_RULE_SHIFT |
	       (uint32_t)d->stall.evidence << LOOK_EVIDENCE_SHIFT;
}

/* How much time programs lost in all, since the daemon was started: metrics show it. */
static void count_lost(struct record *r, const struct sample *s, const struct decision *d)
{
	if (d->stall.open && r->open_ns != 0)
		r->map->counters.lost_ns +=
			(s->now_ns - r->open_ns) / 1000 * d->stall.lost_ppm / 1000;
	r->open_ns = d->stall.open ? s->now_ns : 0;
}

/* Not through put(): it is done at each look, and twice as many instructions. */
void record_look(struct record *r, const struct sample *s, const struct coming *coming,
		 const struct decision *d, bool confirm, struct turn turn)
{
	struct recording_look *to;

	if (r->map == NULL)
		return;
	to = begin(r, RING_LOOKS);
	STORE(to->now_ns, s->now_ns);
	STORE(to->have, s->have);
	STORE(to->flags, recording_flags(d) | (confirm ? LOOK_CONFIRM : 0u) |
				 (r->starts ? LOOK_STARTS : 0u) |
				 (uint32_t)turn.what << LOOK_TURN_SHIFT |
				 (uint32_t)turn.pause << LOOK_PAUSE_SHIFT);
	STORE(to->wake_ns, d->course.wake_ns);
	STORE(to->waiting_milli, d->stall.waiting_milli);
	STORE(to->lost_ppm, d->stall.lost_ppm);
#define TO_VALUE(which, field) STORE(to->value[which], s->field);
	FOR_EACH_VALUE(TO_VALUE)
#undef TO_VALUE
	STORE(to->value[VALUE_PENDING_MEM], coming->mem_kib);
	STORE(to->value[VALUE_PENDING_SWAP], coming->swap_kib);
	STORE(to->value[VALUE_PENDING_COUNT], coming->victims);
	STORE(to->value[VALUE_UNKILLABLE], coming->unkillable_kib);
	end(r, RING_LOOKS, &to->sequence);
	r->starts = false;
	add_to_span(r, s);
	count_lost(r, s, d);
}

void record_growth(struct record *r, const struct growth *growth)
{
	const struct growth_entry *most[RECORDING_GROWN];
	unsigned count = growth_most(growth, most, RECORDING_GROWN);
	struct recording_growth *to;
	uint64_t number;

	if (r->map == NULL)
		return;
	to = &r->map->growth;
	number = to->sequence + 1;
	__atomic_store_n(&to->sequence, 0, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < RECORDING_GROWN; i++) {
		STORE(to->rows[i].pid, i < count ? most[i]->id.pid : 0);
		STORE(to->rows[i].start_ticks, i < count ? most[i]->id.start_ticks : 0);
		STORE(to->rows[i].then_ns, i < count ? most[i]->first_ns : 0);
		STORE(to->rows[i].then_kib, i < count ? most[i]->first_kib : 0);
	}
	STORE(to->since_ns, growth->first_ns);
	STORE(to->since_pid, growth->first_pid);
	STORE(to->sequence, number);
}

bool recording_to_growth(const struct recording_growth *from, struct growth *ret)
{
	*ret = (struct growth){0};
	if (from->sequence == 0)
		return false;
	for (unsigned i = 0; i < RECORDING_GROWN && from->rows[i].pid > 0; i++) {
		const struct recording_grown *row = &from->rows[i];

		ret->entries[ret->count++] = (struct growth_entry){
			.id = {.pid = row->pid, .start_ticks = row->start_ticks},
			.seen_ns = row->then_ns,
			.first_ns = row->then_ns,
			.first_kib = row->then_kib,
			.second_ns = row->then_ns,
			.second_kib = row->then_kib,
		};
	}
	ret->first_pid = ret->second_pid = from->since_pid;
	ret->first_ns = ret->second_ns = from->since_ns;
	return true;
}
_Static_assert(RECORDING_GROWN <= GROWTH_MOST, "they fit");

#define COPY_TEXT(to, from) (void)snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, from)

/* One of several that went is no candidate any more. */
static bool went_too(const struct event *e, const struct proc *p)
{
	return e->target.kind != TARGET_PROCESS && target_takes(&e->target, p);
}

static void fill_candidates(struct recording_event *to, const struct event *e,
			    const struct proc_table *t)
{
	to->candidate_count = to->candidates_listed = 0;
	if (t == NULL)
		return;
	to->candidates_listed = t->listed;
	for (unsigned i = 0; i < t->count && to->candidate_count < RECORDING_CANDIDATES; i++) {
		const struct proc *p = &t->procs[i];
		struct recording_candidate *c = &to->candidates[to->candidate_count];

		if (p->skip == SKIP_KERNEL_THREAD || p->skip == SKIP_GONE || went_too(e, p))
			continue;
		*c = (struct recording_candidate){.pid = p->pid,
						  .oom_score_adj = p->oom_score_adj,
						  .freeable = p->freeable_kib,
						  .badness = p->badness,
						  .rank = p->rank,
						  .skip = p->skip};
		memcpy(c->comm, p->comm, sizeof(c->comm));
		to->candidate_count++;
	}
}

static void fill_victim(struct recording_event *to, const struct event *e)
{
	const struct proc *v = &e->target.victim;

	to->victim_pid = v->pid;
	to->victim_uid = v->uid;
	to->victim_oom_score = v->oom_score;
	to->victim_oom_score_adj = v->oom_score_adj;
	to->victim_freeable = v->freeable_kib;
	to->victim_rss = v->rss_kib;
	to->victim_anon = v->anon_kib;
	to->victim_swap = v->swap_kib;
	to->victim_shmem = v->shmem_kib;
	to->victim_swarm = v->swarm_kib;
	to->head_pid = e->target.head.pid;
	memcpy(to->head_comm, e->target.head.comm, sizeof(to->head_comm));
	to->victim_grown = v->growing ? v->grown_kib : 0;
	to->victim_grown_ns = v->growing ? v->grown_ns : 0;
	memcpy(to->victim_comm, v->comm, sizeof(to->victim_comm));
	COPY_TEXT(to->victim_exe, v->exe);
	COPY_TEXT(to->user, e->user);
	COPY_TEXT(to->unit, e->target.victim.unit);
	COPY_TEXT(to->container, e->target.victim.container);
}

static void fill_decision(struct recording_event *to, const struct event *e)
{
	const struct decision *d = &e->decision;

	to->mem_limit_ppm = d->mem_limit_ppm;
	to->swap_limit_ppm = d->swap_limit_ppm;
	to->mem_limit_kib = d->mem_limit_kib;
	to->swap_limit_kib = d->swap_limit_kib;
	to->low = (d->mem_low ? 1u : 0u) | (d->swap_counts ? 2u : 0u) | (d->swap_low ? 4u : 0u);
	to->futile = d->futile;
	to->futile_kib = d->futile_kib;
	to->need_kib = d->need_kib;
	to->stall_rule = (uint32_t)d->stall.rule;
	to->stall_flags = (d->stall.open ? RECORDED_STALL_OPEN : 0u) |
			  (d->stall.suspicious ? RECORDED_STALL_SUSPICIOUS : 0u) |
			  (d->by_stall ? RECORDED_BY_STALL : 0u);
	to->reach_ns = d->stall.reach_ns;
	to->waiting_milli = d->stall.waiting_milli;
	to->lost_ppm = d->stall.lost_ppm;
	to->episode_ns = d->course.episode_ns;
}

static void fill_group(struct recording_event *to, const struct event *e)
{
	const struct squeeze_view *v = &e->group.view;

	to->squeeze_rule = (uint32_t)v->rule;
	to->group_limit = v->limit_kib;
	to->group_usage = v->usage_kib;
	to->group_held = v->held_kib;
	to->group_grown = v->grown_kib;
	to->group_turnover_ms = v->turnover_ms;
	to->group_room_ppm = v->room_ppm;
	to->group_waiting_milli = v->waiting_milli;
	to->group_blocked_milli = v->blocked_milli;
	to->group_hard_per_s = v->hard_per_s;
	to->group_highs_per_s = v->highs_per_s;
	COPY_TEXT(to->group, e->group.path);
}

void record_event(struct record *r, const struct event *e, const struct proc_table *table)
{
	struct recording_event to = {0};

	if (r->map == NULL)
		return;
	to.now_ns = e->now_ns;
	to.realtime_ns = e->realtime_ns;
	to.type = e->type;
	to.flags = (e->dry_run ? RECORDED_DRY_RUN : 0u) | (e->escalated ? RECORDED_ESCALATED : 0u) |
		   (e->exited_by_term ? RECORDED_BY_TERM : 0u) |
		   (e->ignores_term ? RECORDED_IGNORES_TERM : 0u) |
		   (e->target.kind == TARGET_GROUP ? RECORDED_WHOLE : 0u) |
		   (table != NULL && table->kept ? RECORDED_KEPT : 0u);
	to.signal = e->signal;
	to.error = e->error;
	to.mem_total = e->sample.mem_total_kib;
	to.mem_available = e->sample.mem_available_kib;
	to.swap_total = e->sample.swap_total_kib;
	to.swap_free = e->sample.swap_free_kib;
	to.decide_to_signal_ns = e->decide_to_signal_ns;
	to.since_signal_ns = e->since_signal_ns;
	to.came_back_kib = e->came_back_kib;
	to.kills = e->kills;
	to.together = e->target.together_count;
	to.repeat_count = e->repeat_count;
	to.nobody = e->nobody;
	fill_decision(&to, e);
	fill_victim(&to, e);
	fill_group(&to, e);
	fill_candidates(&to, e, table);
	put(r, RING_EVENTS, &to);
	counters_add(&r->map->counters, e);
	if (e->type == EVENT_KILL)
		r->span.kills += target_victims(&e->target);
}
