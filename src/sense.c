/* SPDX-License-Identifier: MIT */
#include "sense.h"

#include "parse.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

/* What an idle look needs; everything after SwapFree is not even looked at. */
#define WANT_IDLE                                                                                                      \
	(MEMINFO_BIT(MEMINFO_MEM_TOTAL) | MEMINFO_BIT(MEMINFO_MEM_FREE) | MEMINFO_BIT(MEMINFO_MEM_AVAILABLE) |         \
	 MEMINFO_BIT(MEMINFO_SWAP_TOTAL) | MEMINFO_BIT(MEMINFO_SWAP_FREE))

char sense_scratch[SENSE_SCRATCH_MAX];
#define text sense_scratch

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
}

static size_t read_again(int fd)
{
	ssize_t length = fd < 0 ? -1 : pread(fd, text, sizeof(text), 0);

	return length > 0 ? (size_t)length : 0;
}

uint64_t sense_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/*
 * MemAvailable for kernels before 3.14 (R02): what the page cache and the slab can give back, without what only looks
 * like cache. Lower than the kernel's own estimate would be wrong in the safe direction only by the low watermarks.
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
	s->hugetlb_kib = has(m, MEMINFO_HUGETLB) ? m->kib[MEMINFO_HUGETLB]
						 : m->kib[MEMINFO_HUGEPAGES_TOTAL] * m->kib[MEMINFO_HUGEPAGESIZE];
	s->page_tables_kib = m->kib[MEMINFO_PAGE_TABLES];
	s->kernel_kib = m->kib[MEMINFO_KERNEL_STACK] + m->kib[MEMINFO_PAGE_TABLES] + m->kib[MEMINFO_SEC_PAGE_TABLES] +
			m->kib[MEMINFO_PERCPU] + m->kib[MEMINFO_VMALLOC_USED];
	s->have |= HAVE_DETAIL;
}

/* ZFS keeps its cache outside the page cache and gives it back down to c_min (R07). Bytes in the file. */
static void add_arc(struct sense *sense, struct sample *s)
{
	uint64_t size = 0, c_min = 0;
	size_t length = read_again(sense->arc_fd);

	if (length == 0 || parse_counter(text, length, "size", &size) < 0)
		return;
	(void)parse_counter(text, length, "c_min", &c_min);
	if (size <= c_min)
		return;
	s->arc_kib = (size - c_min) / 1024;
	s->mem_available_kib += s->arc_kib;
	if (s->mem_available_kib > s->mem_total_kib)
		s->mem_available_kib = s->mem_total_kib;
	s->have |= HAVE_ARC;
}

void sense_read(struct sense *sense, bool detail, struct sample *ret)
{
	struct meminfo m;
	size_t length = read_again(sense->meminfo_fd);

	*ret = (struct sample){.now_ns = sense_now()};
	parse_meminfo(text, length, detail ? MEMINFO_ALL : WANT_IDLE, &m);
	if (!detail && !has(&m, MEMINFO_MEM_AVAILABLE)) /* the estimate needs lines that come later */
		parse_meminfo(text, length, MEMINFO_ALL, &m);
	fill_levels(&m, ret);
	if (detail)
		fill_holders(&m, ret);
	if (sense->arc_fd >= 0)
		add_arc(sense, ret);
	length = detail ? read_again(sense->vmstat_fd) : 0;
	if (length > 0 && parse_counter(text, length, "oom_kill", &ret->kernel_oom_kills) == 0)
		ret->have |= HAVE_OOM_KILLS;
}

/* zoneinfo has "count:" for the list of each CPU in each zone, and nowhere else (mm/vmstat.c, zoneinfo_show_print). */
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
	if (length == 0 || parse_counter_sum(text, length, "              count:", &pages) < 0)
		return 0;
	return pages * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024);
}
