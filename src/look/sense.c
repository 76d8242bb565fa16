/* SPDX-License-Identifier: MIT */
#include "look/sense.h"

#include "base/clock.h"
#include "base/scratch.h"
#include "base/util.h"
#include "look/parse.h"
#include "look/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* What an idle look needs; everything after SwapFree is not even looked at. */
#define WANT_IDLE                                                                                  \
	(MEMINFO_BIT(MEMINFO_MEM_TOTAL) | MEMINFO_BIT(MEMINFO_MEM_FREE) |                          \
	 MEMINFO_BIT(MEMINFO_MEM_AVAILABLE) | MEMINFO_BIT(MEMINFO_SWAP_TOTAL) |                    \
	 MEMINFO_BIT(MEMINFO_SWAP_FREE))

/* How often the low watermarks are read again: somebody may set them. */
#define LOW_EVERY_NS (60 * NS_PER_S)

static int open_below(int proc_fd, const char *name)
{
	int fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

int sense_open(struct sense *sense, int proc_fd)
{
	int fd = open_below(proc_fd, "meminfo");

	if (fd < 0)
		return fd;
	sense->proc_fd = proc_fd;
	sense->meminfo_fd = fd;
	sense->vmstat_fd = open_below(proc_fd, "vmstat");
	sense->zoneinfo_fd = open_below(proc_fd, "zoneinfo");
	sense->arc_fd = open_below(proc_fd, "spl/kstat/zfs/arcstats");
	sense->diskstats_fd = open_below(proc_fd, "diskstats");
	sense->loadavg_fd = open_below(proc_fd, "loadavg");
	sense->memory_pressure_fd = open_below(proc_fd, "pressure/memory");
	sense->io_pressure_fd = open_below(proc_fd, "pressure/io");
	sense->trigger_fd = -1;
	sense->low_kib = sense->low_ns = sense->low_of_kib = 0;
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
	close_kept(&sense->diskstats_fd);
	close_kept(&sense->loadavg_fd);
	close_kept(&sense->memory_pressure_fd);
	close_kept(&sense->io_pressure_fd);
	close_kept(&sense->trigger_fd);
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

static size_t read_again(int fd)
{
	ssize_t length = fd < 0 ? -1 : pread(fd, scratch, sizeof(scratch), 0);

	return length > 0 ? (size_t)length : 0;
}

/*
 * MemAvailable for kernels before 3.14 (R02): what the page cache and the slab can give back,
 * without what only looks like cache. Lower than the kernel's own estimate would be wrong in the
 * safe direction only by the low watermarks.
 */
static uint64_t estimate_available(const struct meminfo *m)
{
	uint64_t sum = m->kib[MEMINFO_MEM_FREE] + m->kib[MEMINFO_BUFFERS] + m->kib[MEMINFO_CACHED] +
		       m->kib[MEMINFO_SRECLAIMABLE];
	uint64_t shmem = m->kib[MEMINFO_SHMEM];

	return sum > shmem ? sum - shmem : 0;
}

static bool has(const struct meminfo *m, enum meminfo_field field)
{
	return (m->have & MEMINFO_BIT(field)) != 0;
}

static void fill_levels(const struct meminfo *m, struct sample *s)
{
	s->mem_total_kib = m->kib[MEMINFO_MEM_TOTAL];
	s->mem_free_kib = m->kib[MEMINFO_MEM_FREE];
	s->swap_total_kib = m->kib[MEMINFO_SWAP_TOTAL];
	s->swap_free_kib = m->kib[MEMINFO_SWAP_FREE];
	if (has(m, MEMINFO_SWAP_TOTAL) && has(m, MEMINFO_SWAP_FREE))
		s->have |= HAVE_SWAP;
	if (has(m, MEMINFO_MEM_AVAILABLE)) {
		s->mem_available_kib = m->kib[MEMINFO_MEM_AVAILABLE];
		s->have |= HAVE_AVAILABLE;
	} else {
		s->mem_available_kib = estimate_available(m);
	}
	if (s->mem_total_kib > 0 && has(m, MEMINFO_MEM_FREE))
		s->have |= HAVE_MEM;
}

static void fill_holders(const struct meminfo *m, struct sample *s)
{
	s->anon_kib = m->kib[MEMINFO_ANON_PAGES];
	s->mapped_kib = m->kib[MEMINFO_MAPPED];
	s->shmem_kib = m->kib[MEMINFO_SHMEM];
	s->file_kib = minus_u64(m->kib[MEMINFO_CACHED], m->kib[MEMINFO_SHMEM]);
	s->slab_kib = m->kib[MEMINFO_SUNRECLAIM];
	s->hugetlb_kib = has(m, MEMINFO_HUGETLB)
				 ? m->kib[MEMINFO_HUGETLB]
				 : m->kib[MEMINFO_HUGEPAGES_TOTAL] * m->kib[MEMINFO_HUGEPAGESIZE];
	s->page_tables_kib = m->kib[MEMINFO_PAGE_TABLES];
	s->kernel_kib = m->kib[MEMINFO_KERNEL_STACK] + m->kib[MEMINFO_PAGE_TABLES] +
			m->kib[MEMINFO_SEC_PAGE_TABLES] + m->kib[MEMINFO_PERCPU] +
			m->kib[MEMINFO_VMALLOC_USED];
	s->have |= HAVE_DETAIL;
}

/* ZFS keeps its cache outside the page cache and gives it back down to c_min (R07). Bytes in the
 * file. */
static void add_arc(struct sense *sense, struct sample *s)
{
	uint64_t size = 0, c_min = 0;
	size_t length = read_again(sense->arc_fd);

	if (length == 0 || parse_counter(scratch, length, "size", &size) < 0)
		return;
	(void)parse_counter(scratch, length, "c_min", &c_min);
	if (size <= c_min)
		return;
	s->arc_kib = (size - c_min) / 1024;
	s->mem_available_kib += s->arc_kib;
	if (s->mem_available_kib > s->mem_total_kib)
		s->mem_available_kib = s->mem_total_kib;
	s->have |= HAVE_ARC;
}

static uint64_t read_setting(const struct sense *sense, const char *name, uint64_t otherwise)
{
	int fd = openat(sense->proc_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t length = read_again(fd);
	int32_t value;

	if (fd >= 0)
		(void)close(fd);
	return length > 0 && parse_int(scratch, length, &value) == 0 && value >= 0 ? (uint64_t)value
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
	    sense->low_of_kib == s->mem_total_kib)
		return;
	min_kib = read_setting(sense, "sys/vm/min_free_kbytes", 0);
	scale = read_setting(sense, "sys/vm/watermark_scale_factor", 0);
	sense->low_kib =
		min_kib > 0 ? min_kib + max_u64(min_kib / 4, s->mem_total_kib / 10000 * scale) : 0;
	sense->low_ns = s->now_ns;
	sense->low_of_kib = s->mem_total_kib;
}

static bool read_vmstat_waits(struct sense *sense, struct sample *s)
{
	size_t length = read_again(sense->vmstat_fd);
	uint64_t by_kswapd = 0, direct = 0;

	if (length == 0 || parse_counter(scratch, length, "pgmajfault", &s->major_faults) < 0)
		return false;
	/* workingset_refault, two of them since 5.9; allocstall, one a zone since 4.8. */
	if (parse_counter_sum(scratch, length, "workingset_refault", &s->refaults) == 0)
		s->have |= HAVE_REFAULTS;
	(void)parse_counter(scratch, length, "pswpin", &s->swap_in_kib);
	(void)parse_counter(scratch, length, "pswpout", &s->swap_out_kib);
	s->swap_in_kib *= (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	s->swap_out_kib *= (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	(void)parse_counter_sum(scratch, length, "allocstall", &s->alloc_stalls);
	/* One a zone before 4.8. */
	if (parse_counter_sum(scratch, length, "pgsteal_kswapd", &by_kswapd) == 0 &&
	    parse_counter_sum(scratch, length, "pgsteal_direct", &direct) == 0)
		s->have |= HAVE_STEALS;
	s->steals = by_kswapd + direct;
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
	s->disks = reads.disks;
	s->disk_reads = reads.all.reads;
	s->disk_read_pages = reads.all.sectors * 512 / (uint64_t)sysconf(_SC_PAGESIZE);
	s->disk_read_ms = reads.all.ms;
	s->disk_wait_ms = disks_wait_ms(&sense->disks, &reads, s->major_faults,
					s->have & HAVE_REFAULTS ? s->refaults : s->major_faults);
	return at > 0;
}

static uint64_t read_running(struct sense *sense)
{
	size_t length = read_again(sense->loadavg_fd);
	uint32_t running = 0;

	if (length > 0)
		(void)parse_running(scratch, length, &running);
	return running > 0 ? running - 1 : 0;
}

static bool read_full(int fd, uint64_t *ret_us)
{
	size_t length = read_again(fd);

	return length > 0 && parse_pressure(scratch, length, "full", ret_us) == 0;
}

void sense_waits(struct sense *sense, struct sample *s)
{
	update_low(sense, s);
	s->low_kib = sense->low_kib;
	if (!read_vmstat_waits(sense, s) || !read_disks(sense, s))
		return;
	s->running = read_running(sense);
	s->page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	s->have |= HAVE_WAITS;
	if (read_full(sense->memory_pressure_fd, &s->pressure_full_us) &&
	    read_full(sense->io_pressure_fd, &s->io_full_us))
		s->have |= HAVE_PRESSURE;
}

static void read_kernel_kills(struct sense *sense, struct sample *s)
{
	size_t length = read_again(sense->vmstat_fd);

	if (length > 0 && parse_counter(scratch, length, "oom_kill", &s->kernel_oom_kills) == 0)
		s->have |= HAVE_OOM_KILLS;
}

void sense_read(struct sense *sense, bool detail, struct sample *ret)
{
	struct meminfo m;
	size_t length = read_again(sense->meminfo_fd);

	*ret = (struct sample){.now_ns = clock_now(), .low_kib = sense->low_kib};
	parse_meminfo(scratch, length, detail ? MEMINFO_ALL : WANT_IDLE, &m);
	if (!detail &&
	    !has(&m, MEMINFO_MEM_AVAILABLE)) /* the estimate needs lines that come later */
		parse_meminfo(scratch, length, MEMINFO_ALL, &m);
	fill_levels(&m, ret);
	if (detail)
		fill_holders(&m, ret);
	if (sense->arc_fd >= 0)
		add_arc(sense, ret);
	if (detail)
		read_kernel_kills(sense, ret);
}

void sense_detail(struct sense *sense, struct sample *s)
{
	struct meminfo m;
	size_t length = read_again(sense->meminfo_fd);

	if (length == 0)
		return;
	parse_meminfo(scratch, length, MEMINFO_ALL, &m);
	fill_holders(&m, s);
	read_kernel_kills(sense, s);
}

/* zoneinfo has "count:" for the list of each CPU in each zone, and nowhere else (mm/vmstat.c,
 * zoneinfo_show_print). */
uint64_t sense_lists_kib(struct sense *sense, const struct sample *sample)
{
	struct sysinfo info;
	uint64_t pages;
	size_t length;

	/* The lists are the whole machine's; so must meminfo be. */
	if (sense->zoneinfo_fd < 0 || sysinfo(&info) < 0 ||
	    (uint64_t)info.totalram * info.mem_unit / 1024 != sample->mem_total_kib)
		return 0;
	length = read_again(sense->zoneinfo_fd);
	if (length == 0 || parse_counter_sum(scratch, length, "              count:", &pages) < 0)
		return 0;
	return pages * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024);
}
