/* SPDX-License-Identifier: MIT */
#include "look/sense.h"

#include "base/clock.h"
#include "base/scratch.h"
#include "base/util.h"
#include "look/parse.h"
#include "look/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* What an idle look needs; everything after SwapFree is not even looked at. */
#define WANT_IDLE                                                                                  \
	(MEMINFO_BIT(MEMINFO_MEM_TOTAL) | MEMINFO_BIT(MEMINFO_MEM_FREE) |                          \
	 MEMINFO_BIT(MEMINFO_MEM_AVAILABLE) | MEMINFO_BIT(MEMINFO_SWAP_TOTAL) |                    \
	 MEMINFO_BIT(MEMINFO_SWAP_FREE))

/* How often the low watermarks, and what else seldom changes, are read again: somebody may set
 * them. */
#define LOW_EVERY_NS   (60 * NS_PER_S)
#define FACTS_EVERY_NS (60 * NS_PER_S)

static int open_below(int proc_fd, const char *name)
{
	int fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

/*
 * Multi-Gen LRU (6.1; Documentation/admin-guide/mm/multigen_lru.rst) counts a page as activated
 * that was there within the last generations: beside a database that has read its file once that is
 * every page.
 */
static bool has_lru_gen(void)
{
	char byte[16];
	int fd = open("/sys/kernel/mm/lru_gen/enabled", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, byte, sizeof(byte));

	if (fd >= 0)
		(void)close(fd);
	return length > 2 && byte[0] == '0' && byte[1] == 'x' && strtoul(byte, NULL, 16) & 1;
}

int sense_open(struct sense *sense, int proc_fd)
{
	int fd = open_below(proc_fd, "meminfo");

	if (fd < 0)
		return fd;
	sense->proc_fd = proc_fd;
	sense->real = process_dir_is_proc(proc_fd);
	sense->page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	sense->meminfo_fd = fd;
	sense->vmstat_fd = open_below(proc_fd, "vmstat");
	sense->zoneinfo_fd = open_below(proc_fd, "zoneinfo");
	sense->arc_fd = open_below(proc_fd, "spl/kstat/zfs/arcstats");
	sense->swaps_fd = open_below(proc_fd, "swaps");
	sense->diskstats_fd = open_below(proc_fd, "diskstats");
	sense->lru_gen = sense->real && has_lru_gen();
	sense->loadavg_fd = open_below(proc_fd, "loadavg");
	sense->memory_pressure_fd = open_below(proc_fd, "pressure/memory");
	sense->io_pressure_fd = open_below(proc_fd, "pressure/io");
	sense->trigger_fd = -1;
	sense->low_kib = sense->low_ns = sense->low_of_kib = 0;
	sense->staying = (struct staying){0};
	if (sense->real)
		staying_open(&sense->staying, proc_fd);
	sense->facts = (struct usable_facts){0};
	sense->balloon_in_total = sense->swap_leaving = false;
	sense->facts_ns = sense->facts_of_kib = sense->swap_total_kib = 0;
	sense->lines = 0;
	sense->places = (struct meminfo_places){0};
	return 0;
}

static void close_kept(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void sense_close(struct sense *sense)
{
	close_kept(&sense->meminfo_fd);
	close_kept(&sense->vmstat_fd);
	close_kept(&sense->zoneinfo_fd);
	close_kept(&sense->arc_fd);
	close_kept(&sense->swaps_fd);
	close_kept(&sense->diskstats_fd);
	close_kept(&sense->loadavg_fd);
	close_kept(&sense->memory_pressure_fd);
	close_kept(&sense->io_pressure_fd);
	close_kept(&sense->trigger_fd);
	staying_close(&sense->staying);
}

void sense_segments(struct sense *sense)
{
	if (sense->real)
		staying_read_sysv(&sense->staying);
}

int sense_arm(struct sense *sense)
{
	/*
	 * A tenth of the window: earlier than the first rule of stall.c could hold, and silent on a
	 * machine at peace.
	 */
	static const char *const triggers[] = {"some 50000 500000", "some 200000 2000000"};
	int fd = openat(sense->proc_fd, "pressure/memory", O_RDWR | O_CLOEXEC | O_NONBLOCK),
	    error = 0;

	if (fd < 0)
		return -errno;
	for (unsigned i = 0; process_dir_is_proc(fd) && i < ARRAY_SIZE(triggers); i++) {
		if (write(fd, triggers[i], strlen(triggers[i]) + 1) > 0) {
			sense->trigger_fd = fd;
			return 0;
		}
		error = -errno;
	}
	(void)close(fd);
	return error;
}

void sense_disarm(struct sense *sense)
{
	close_kept(&sense->trigger_fd);
}

static void fill_levels(const struct sense *sense, const struct meminfo *m, struct sample *s)
{
	struct usable u = usable_memory(m, &sense->facts);

	s->ram_kib = m->kib[MEMINFO_MEM_TOTAL];
	s->mem_total_kib = u.total_kib;
	s->mem_available_kib = u.available_kib;
	s->mem_free_kib = m->kib[MEMINFO_MEM_FREE];
	s->cma_free_kib = m->kib[MEMINFO_CMA_FREE];
	s->pool_kib = u.pool_kib;
	s->balloon_kib = u.foreign ? 0 : sense->facts.balloon_kib;
	s->arc_kib = u.arc_kib;
	s->swap_total_kib = m->kib[MEMINFO_SWAP_TOTAL];
	s->swap_free_kib = m->kib[MEMINFO_SWAP_FREE];
	s->have &= ~(uint32_t)(HAVE_AVAILABLE | HAVE_ARC | HAVE_FOREIGN);
	if (meminfo_has(m, MEMINFO_SWAP_TOTAL) && meminfo_has(m, MEMINFO_SWAP_FREE))
		s->have |= HAVE_SWAP;
	s->have |= (u.estimated ? 0u : HAVE_AVAILABLE) | (u.arc_kib > 0 ? HAVE_ARC : 0u) |
		   (u.foreign ? HAVE_FOREIGN : 0u);
	if (s->ram_kib > 0 && meminfo_has(m, MEMINFO_MEM_FREE))
		s->have |= HAVE_MEM;
}

static void fill_holders(const struct sense *sense, const struct meminfo *m, struct sample *s)
{
	/* In a container with a meminfo of its own, tmpfs may be another's. */
	s->tmpfs_kib = s->have & HAVE_FOREIGN ? 0 : staying_tmpfs_kib(&sense->staying);
	s->sysv_kib = sense->staying.sysv_kib;
	s->anon_kib = m->kib[MEMINFO_ANON_PAGES];
	s->mapped_kib = m->kib[MEMINFO_MAPPED];
	s->shmem_kib = m->kib[MEMINFO_SHMEM];
	s->file_kib = minus_u64(m->kib[MEMINFO_CACHED], m->kib[MEMINFO_SHMEM]);
	s->slab_kib = m->kib[MEMINFO_SUNRECLAIM];
	s->hugetlb_kib = meminfo_has(m, MEMINFO_HUGETLB)
				 ? m->kib[MEMINFO_HUGETLB]
				 : m->kib[MEMINFO_HUGEPAGES_TOTAL] * m->kib[MEMINFO_HUGEPAGESIZE];
	s->page_tables_kib = m->kib[MEMINFO_PAGE_TABLES];
	s->kernel_kib = m->kib[MEMINFO_KERNEL_STACK] + m->kib[MEMINFO_PAGE_TABLES] +
			m->kib[MEMINFO_SEC_PAGE_TABLES] + m->kib[MEMINFO_PERCPU] +
			m->kib[MEMINFO_VMALLOC_USED];
	s->have |= HAVE_DETAIL;
}

static uint64_t read_setting(const struct sense *sense, const char *name, uint64_t otherwise)
{
	ssize_t length = scratch_read_at(sense->proc_fd, name, SCRATCH_MAX);
	int32_t value;

	return length > 0 && parse_int(scratch, (size_t)length, &value) == 0 && value >= 0
		       ? (uint64_t)value
		       : otherwise;
}

/*
 * The low watermarks of all zones together, as __setup_per_zone_wmarks() of mm/page_alloc.c makes
 * them: min plus the larger of a quarter of it and watermark_scale_factor (4.6 and later)
 * ten-thousandths of memory. /proc/zoneinfo has the same sum in a file that grows with the CPUs and
 * zones.
 */
static void update_low(struct sense *sense, const struct sample *s)
{
	uint64_t min_kib, scale;

	if (sense->low_ns != 0 && s->now_ns - sense->low_ns < LOW_EVERY_NS &&
	    sense->low_of_kib == s->ram_kib)
		return;
	min_kib = read_setting(sense, "sys/vm/min_free_kbytes", 0);
	scale = read_setting(sense, "sys/vm/watermark_scale_factor", 0);
	sense->low_kib =
		min_kib > 0 ? min_kib + max_u64(min_kib / 4, s->ram_kib / 10000 * scale) : 0;
	sense->low_ns = s->now_ns;
	sense->low_of_kib = s->ram_kib;
}

static bool read_vmstat_waits(struct sense *sense, struct sample *s)
{
	size_t length = scratch_read(sense->vmstat_fd);
	uint64_t by_kswapd = 0, direct = 0;

	if (length == 0 || parse_counter(scratch, length, "pgmajfault", &s->waits.major_faults) < 0)
		return false;
	if (!sense->lru_gen &&
	    parse_counter_sum(scratch, length, "workingset_activate", &s->waits.activations) == 0)
		s->have |= HAVE_ACTIVATIONS;
	/* workingset_refault, two of them since 5.9; allocstall, one a zone since 4.8. */
	if (parse_counter_sum(scratch, length, "workingset_refault", &s->waits.refaults) == 0)
		s->have |= HAVE_REFAULTS;
	(void)parse_counter(scratch, length, "pswpin", &s->waits.swap_in_kib);
	(void)parse_counter(scratch, length, "pswpout", &s->waits.swap_out_kib);
	s->waits.swap_in_kib *= sense->page_kib;
	s->waits.swap_out_kib *= sense->page_kib;
	(void)parse_counter_sum(scratch, length, "allocstall", &s->waits.alloc_stalls);
	/* One a zone before 4.8. */
	if (parse_counter_sum(scratch, length, "pgsteal_kswapd", &by_kswapd) == 0 &&
	    parse_counter_sum(scratch, length, "pgsteal_direct", &direct) == 0)
		s->have |= HAVE_STEALS;
	s->waits.steals = by_kswapd + direct;
	return true;
}

/* A machine can have hundreds of disks: more than fits at once. */
static bool read_disks(struct sense *sense, struct sample *s)
{
	struct disk_reads reads = {0};
	off_t at = 0;

	for (;;) {
		ssize_t length = sense->diskstats_fd < 0
					 ? -1
					 : pread(sense->diskstats_fd, scratch, sizeof(scratch), at);
		size_t taken = length > 0 ? parse_diskstats(scratch, (size_t)length, &reads) : 0;

		if (taken == 0)
			break;
		at += (off_t)taken;
	}
	s->waits.disks = reads.disks;
	s->waits.disk_reads = reads.all.reads;
	s->waits.disk_read_pages = reads.all.sectors / 2 / sense->page_kib;
	s->waits.disk_read_ms = reads.all.ms;
	s->waits.disk_wait_ms =
		disks_wait_ms(&sense->disks, &reads, s->waits.major_faults,
			      s->have & HAVE_REFAULTS ? s->waits.refaults : s->waits.major_faults);
	return at > 0;
}

static uint64_t read_running(struct sense *sense)
{
	size_t length = scratch_read(sense->loadavg_fd);
	uint32_t running = 0;

	if (length > 0)
		(void)parse_running(scratch, length, &running);
	return running > 0 ? running - 1 : 0;
}

static bool read_full(int fd, uint64_t *ret_us)
{
	size_t length = scratch_read(fd);

	return length > 0 && parse_pressure(scratch, length, "full", ret_us) == 0;
}

void sense_waits(struct sense *sense, struct sample *s)
{
	update_low(sense, s);
	s->low_kib = sense->low_kib;
	if (!read_vmstat_waits(sense, s) || !read_disks(sense, s))
		return;
	s->running = read_running(sense);
	s->page_kib = sense->page_kib;
	s->have |= HAVE_WAITS;
	if (read_full(sense->memory_pressure_fd, &s->waits.pressure_full_us) &&
	    read_full(sense->io_pressure_fd, &s->waits.io_full_us))
		s->have |= HAVE_PRESSURE;
}

uint32_t sense_blindness(const struct sense *sense, const struct sample *s)
{
	uint64_t kib_in = 0, full_us, read_kib = s->waits.disk_read_pages * s->page_kib;
	uint32_t blind = read_full(sense->memory_pressure_fd, &full_us) ? 0u : BLIND_PRESSURE;
	size_t length;

	if (s->have & HAVE_FOREIGN)
		return blind | BLIND_FOREIGN;
	length = scratch_read(sense->vmstat_fd);
	if (length > 0)
		(void)parse_counter(scratch, length, "pgpgin", &kib_in);
	if (!disks_count_reads(s->waits.disk_reads, read_kib, kib_in))
		blind |= BLIND_DISKS;
	return s->have & HAVE_REFAULTS ? blind : blind | BLIND_REFAULTS;
}

/* ---- what seldom changes ---- */

/* The kernel itself, whatever stands in a container's meminfo. */
static uint64_t kernel_ram_kib(void)
{
	struct sysinfo info;

	return sysinfo(&info) < 0 ? 0 : (uint64_t)info.totalram * info.mem_unit / 1024;
}

/*
 * Huge pages of the sizes that meminfo did not count before 4.16, where it only has the default
 * one: x86 and arm64 with 4 KiB pages, POWER, s390. Documentation/admin-guide/mm/hugetlbpage.rst.
 */
static uint64_t other_pools_kib(const struct sense *sense, uint64_t default_kib)
{
	static const uint32_t sizes_kib[] = {64,    1024,   2048,    16384,
					     32768, 524288, 1048576, 2097152};
	uint64_t sum = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(sizes_kib); i++) {
		char path[80];

		(void)snprintf(path, sizeof(path),
			       "../sys/kernel/mm/hugepages/hugepages-%" PRIu32 "kB/nr_hugepages",
			       sizes_kib[i]);
		if (sizes_kib[i] != default_kib)
			sum += read_setting(sense, path, 0) * sizes_kib[i];
	}
	return sum;
}

/* The kernel's own kills, and the size of a balloon where meminfo has no line for it; pages. */
static void read_vmstat(struct sense *sense, const struct meminfo *m, bool detail, struct sample *s)
{
	enum { OOM_KILL, INFLATED, DEFLATED, COUNT };
	static const char *const names[COUNT] = {"oom_kill", "balloon_inflate", "balloon_deflate"};
	uint64_t v[COUNT] = {0}, balloon_kib;
	size_t length = scratch_read(sense->vmstat_fd);
	uint32_t found = parse_counters(scratch, length, names, COUNT, v);

	if (detail && (found & (1u << OOM_KILL))) {
		s->kernel_oom_kills = v[OOM_KILL];
		s->have |= HAVE_OOM_KILLS;
	}
	balloon_kib = meminfo_has(m, MEMINFO_BALLOON)
			      ? m->kib[MEMINFO_BALLOON]
			      : minus_u64(v[INFLATED], v[DEFLATED]) * sense->page_kib;
	sense->facts.balloon_kib = usable_balloon_kib(m, balloon_kib);
	sense->balloon_in_total = sense->facts.balloon_kib > 0;
}

/* What the kernel says beside meminfo; m was read as a whole. */
static void update_facts(struct sense *sense, const struct meminfo *m, const struct sample *s)
{
	if (sense->real)
		sense->facts.kernel_ram_kib = kernel_ram_kib();
	if (!meminfo_has(m, MEMINFO_HUGETLB) && meminfo_has(m, MEMINFO_HUGEPAGESIZE))
		sense->facts.other_pools_kib = other_pools_kib(sense, m->kib[MEMINFO_HUGEPAGESIZE]);
	sense->facts_ns = s->now_ns;
	sense->facts_of_kib = m->kib[MEMINFO_MEM_TOTAL];
}

/* What only a meminfo that was read as a whole shows. */
static void learn(struct sense *sense, const struct meminfo *m)
{
	sense->lines = usable_lines(m);
	sense->facts.foreign = false;
	sense->facts.foreign = usable_memory(m, &sense->facts).foreign;
}

static bool facts_are_old(const struct sense *sense, const struct meminfo *m,
			  const struct sample *s)
{
	return sense->facts_ns == 0 || s->now_ns - sense->facts_ns >= FACTS_EVERY_NS ||
	       sense->facts_of_kib != m->kib[MEMINFO_MEM_TOTAL];
}

/* ---- a look ---- */

/* ZFS keeps its cache outside the page cache and gives back what nobody uses of it (R07, R80). */
static void read_arc(struct sense *sense)
{
	size_t length = scratch_read(sense->arc_fd);

	sense->facts.arc_kib = length > 0 ? usable_arc_kib(scratch, length) : 0;
}

/* swapoff takes a swap away at once, but for what is in use: that is no room, it has to come back
 * into memory (R88). */
static bool may_be_leaving(const struct sense *sense, const struct sample *s)
{
	if (s->swap_total_kib == 0 || (s->have & HAVE_FOREIGN))
		return false;
	return sense->swap_leaving || sense->swap_total_kib == 0 ||
	       s->swap_total_kib < sense->swap_total_kib;
}

static void read_leaving(struct sense *sense, struct sample *s)
{
	bool look = may_be_leaving(sense, s);
	struct swaps swaps;
	size_t length;

	s->swap_leaving_kib = 0;
	sense->swap_total_kib = s->swap_total_kib;
	if (!look) {
		sense->swap_leaving = false;
		return;
	}
	length = scratch_read(sense->swaps_fd);
	parse_swaps(scratch, length, &swaps);
	s->swap_leaving_kib = usable_swap_leaving_kib(&swaps, s->swap_total_kib);
	sense->swap_leaving = s->swap_leaving_kib > 0;
	s->swap_total_kib -= s->swap_leaving_kib;
	s->swap_free_kib = min_u64(s->swap_free_kib, s->swap_total_kib);
}

/* Lines that an idle look can do without are read where they may tell more. */
static bool is_whole_needed(const struct sense *sense, const struct meminfo *m,
			    const struct sample *s)
{
	return !meminfo_has(m, MEMINFO_MEM_AVAILABLE) || facts_are_old(sense, m, s) ||
	       m->kib[MEMINFO_MEM_AVAILABLE] == m->kib[MEMINFO_MEM_FREE];
}

/* The levels of a look, and what belongs to them. Fills *ret_m: with detail all of meminfo. */
static void read_levels(struct sense *sense, bool detail, struct sample *s, struct meminfo *ret_m)
{
	size_t length = scratch_read(sense->meminfo_fd);
	bool whole = detail, old;

	if (detail)
		parse_meminfo(scratch, length, MEMINFO_ALL, ret_m);
	else
		parse_meminfo_again(scratch, length, WANT_IDLE | sense->lines, &sense->places,
				    ret_m);
	if (!whole && is_whole_needed(sense, ret_m, s)) {
		parse_meminfo(scratch, length, MEMINFO_ALL, ret_m);
		whole = true;
	}
	old = meminfo_has(ret_m, MEMINFO_MEM_TOTAL) && facts_are_old(sense, ret_m, s);
	if (old)
		update_facts(sense, ret_m, s);
	if (whole)
		learn(sense, ret_m);
	if (detail || old)
		read_vmstat(sense, ret_m, detail, s);
	else if (sense->balloon_in_total && meminfo_has(ret_m, MEMINFO_BALLOON))
		sense->facts.balloon_kib = ret_m->kib[MEMINFO_BALLOON];
	if (sense->arc_fd >= 0)
		read_arc(sense);
	fill_levels(sense, ret_m, s);
	read_leaving(sense, s);
}

void sense_read(struct sense *sense, bool detail, struct sample *ret)
{
	NOT_ZEROED struct meminfo m;

	*ret = (struct sample){.now_ns = clock_now(), .low_kib = sense->low_kib};
	read_levels(sense, detail, ret, &m);
	if (detail)
		fill_holders(sense, &m, ret);
}

void sense_detail(struct sense *sense, struct sample *s)
{
	struct sample again = *s;
	struct meminfo m;

	read_levels(sense, true, &again, &m);
	if (!(again.have & HAVE_MEM) || !meminfo_has(&m, MEMINFO_MEM_TOTAL))
		return;
	fill_holders(sense, &m, &again);
	*s = again;
}

/* zoneinfo has "count:" for the list of each CPU in each zone, and nowhere else (mm/vmstat.c,
 * zoneinfo_show_print). With 128 CPUs it is larger than what fits at once. */
uint64_t sense_lists_kib(struct sense *sense, const struct sample *sample)
{
	uint64_t pages = 0;
	off_t at = 0;

	/* The lists are the whole machine's; so must meminfo be. */
	if (sense->zoneinfo_fd < 0 || (sample->have & HAVE_FOREIGN))
		return 0;
	for (;;) {
		ssize_t length = pread(sense->zoneinfo_fd, scratch, sizeof(scratch), at);
		size_t taken = length > 0 ? parse_counter_part(scratch, (size_t)length,
							       "              count:", &pages)
					  : 0;

		if (taken == 0)
			break;
		at += (off_t)taken;
	}
	return pages * sense->page_kib;
}
