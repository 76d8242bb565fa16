/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TEXT_SIZE 4096

/* What a machine that does nothing holds anyway. */
#define KERNEL_KIB (4 * MIB)
#define STACK_KIB  (1 * MIB)
#define TABLES_KIB (1 * MIB)
#define CACHE_KIB  (8 * MIB)

/* Processes that hold less are read in turn, so many each round: 3,000 sleepers would slow every
 * round down. */
#define LARGE_KIB      1024
#define SMALL_A_ROUND  100
#define PID_COUNT      65536
#define DIGITS         8 /* of a number in meminfo: up to 95 GiB */
#define SHORT_READ_LEN 40

#define AGREE_TIMES 8 /* 3 ms apart */

enum row {
	ROW_TOTAL,
	ROW_FREE,
	ROW_AVAILABLE,
	ROW_BUFFERS,
	ROW_CACHED,
	ROW_SWAP_CACHED,
	ROW_SWAP_TOTAL,
	ROW_SWAP_FREE,
	ROW_ANON,
	ROW_MAPPED,
	ROW_SHMEM,
	ROW_SRECLAIMABLE,
	ROW_SUNRECLAIM,
	ROW_KERNEL_STACK,
	ROW_PAGE_TABLES,
	ROW_PERCPU,
	ROW_HUGETLB,
	ROW_COUNT,
};

static const char *const row_names[ROW_COUNT] = {
	"MemTotal",   "MemFree",     "MemAvailable", "Buffers", "Cached",  "SwapCached",
	"SwapTotal",  "SwapFree",    "AnonPages",    "Mapped",  "Shmem",   "SReclaimable",
	"SUnreclaim", "KernelStack", "PageTables",   "Percpu",  "Hugetlb",
};

static unsigned row_offset[ROW_COUNT]; /* of its digits in the text; 0: no such row */
static uint32_t held_kib[PID_COUNT];   /* what each process held when it was last read */
static uint32_t round_of[PID_COUNT];   /* when it was last seen */

/*
 * A reader must see whole numbers although we write while it reads. So the digits of each row stand
 * in 8 bytes that are aligned to 8, and one store puts them there; and the file is written through
 * a mapping.
 */
static void put(struct machine *m, enum row row, uint64_t kib)
{
	char digits[DIGITS + 1];
	uint64_t word;

	if (row_offset[row] == 0)
		return;
	(void)snprintf(digits, sizeof(digits), "%8" PRIu64, kib > 99999999 ? 99999999 : kib);
	memcpy(&word, digits, sizeof(word));
	__atomic_store_n((uint64_t *)(void *)(m->text + row_offset[row]), word, __ATOMIC_RELAXED);
}

/* "MemTotal:       ........ kB\n", each with its digits at the next multiple of 8 that leaves room
 * for the name. */
static void lay_out(struct machine *m, char *text)
{
	unsigned at = 0;

	for (unsigned row = 0; row < ROW_COUNT; row++) {
		unsigned digits;

		if (row == ROW_AVAILABLE && m->shape.no_available)
			continue;
		digits = (at + (unsigned)strlen(row_names[row]) + 2 + 7) / 8 * 8;
		(void)snprintf(text + at, TEXT_SIZE - at, "%s:%*s%8u kB\n", row_names[row],
			       (int)(digits - at - strlen(row_names[row]) - 1), "", 0u);
		row_offset[row] = digits;
		at = digits + DIGITS + 4;
	}
	m->length = at + (unsigned)snprintf(text + at, TEXT_SIZE - at,
					    "HugePages_Total:       0\n"
					    "Hugepagesize:       2048 kB\n");
}

static int mount_over(const char *path, const char *over)
{
	return mount(path, over, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static int start_meminfo(struct machine *m, const char *dir)
{
	static char text[TEXT_SIZE];
	char path[256];

	lay_out(m, text);
	(void)snprintf(path, sizeof(path), "%s/meminfo", dir);
	m->meminfo_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (m->meminfo_fd < 0 || write(m->meminfo_fd, text, m->length) != (ssize_t)m->length)
		return -errno;
	m->text = mmap(NULL, TEXT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, m->meminfo_fd, 0);
	if (m->text == MAP_FAILED)
		return -errno;
	return mount_over(path, "/proc/meminfo");
}

static void drop_row(char *text, size_t *length, const char *name)
{
	char *row = strstr(text, name), *next = row == NULL ? NULL : strchr(row + 1, '\n');

	if (next == NULL)
		return;
	memmove(row, next, strlen(next) + 1);
	*length = strlen(text);
}

/* The real machine's, except for what is freed and the kernel's own kills: others may be doing that
 * out there. */
static void write_vmstat(struct machine *m)
{
	static char text[32768];
	static size_t length;
	char out[sizeof(text) + 64];
	const char *row;
	int used;

	if (length == 0) {
		int fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, text, sizeof(text) - 1);

		(void)close(fd);
		length = n > 0 ? (size_t)n : 0;
	}
	drop_row(text, &length, "\npgfree ");
	row = strstr(text, "\noom_kill ");
	if (row == NULL)
		row = text + length - (length > 0);
	used = snprintf(out, sizeof(out), "%.*s\npgfree %012" PRIu64 "\noom_kill %08" PRIu64 "%s",
			(int)(row - text), text,
			m->freed_kib * 1024 / (uint64_t)sysconf(_SC_PAGESIZE) + 1,
			m->shape.kernel_oom_kills,
			strchr(row + 1, '\n') != NULL ? strchr(row + 1, '\n') : "\n");
	(void)!pwrite(m->vmstat_fd, out, (size_t)used, 0);
}

static int start_vmstat(struct machine *m, const char *dir)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/vmstat", dir);
	m->vmstat_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (m->vmstat_fd < 0)
		return -errno;
	write_vmstat(m);
	return mount_over(path, "/proc/vmstat");
}

/* As in mm/vmstat.c, as far as the lists go. */
static void write_zoneinfo(struct machine *m, uint64_t lagging_kib)
{
	char text[256];
	int used = snprintf(
		text, sizeof(text),
		"Node 0, zone   Normal\n  pagesets\n    cpu: 0\n              count:    %-10llu\n"
		"              high:     48307\n",
		(unsigned long long)lagging_kib /
			(unsigned long long)(sysconf(_SC_PAGESIZE) / 1024));

	(void)!pwrite(m->zoneinfo_fd, text, (size_t)used, 0);
}

static int start_zoneinfo(struct machine *m, const char *dir)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/zoneinfo", dir);
	m->zoneinfo_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (m->zoneinfo_fd < 0)
		return -errno;
	write_zoneinfo(m, 0);
	return mount_over(path, "/proc/zoneinfo");
}

int machine_start(struct machine *m, const char *dir)
{
	int r;

	m->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->proc_fd < 0 || mkdir(MACHINE_TMPFS, 01777) < 0)
		return -errno;
	if (mount("tmpfs", MACHINE_TMPFS, "tmpfs", 0, "mode=1777,size=256m") < 0)
		return -errno;
	if (m->shape.shares && access("/proc/self/smaps_rollup", R_OK) < 0)
		return -EPERM;
	r = m->shape.own_vmstat ? start_vmstat(m, dir) : 0;
	if (r == 0 && m->shape.own_zoneinfo)
		r = start_zoneinfo(m, dir);
	if (r < 0)
		return r;
	r = start_meminfo(m, dir);
	if (r < 0)
		return r;
	machine_follow(m);
	return 0;
}

/* A small file of /proc as text; false: it cannot be read, or is empty. */
static bool read_text(int proc_fd, const char *path, char *text, size_t size)
{
	int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool read_statm(int proc_fd, const char *path, uint64_t *ret_resident, uint64_t *ret_anon)
{
	char text[128];
	unsigned long long size, resident, shared;

	if (!read_text(proc_fd, path, text, sizeof(text)) ||
	    sscanf(text, "%llu %llu %llu", &size, &resident, &shared) != 3)
		return false;
	*ret_resident = resident;
	*ret_anon = resident > shared ? resident - shared
				      : 0; /* shared is file pages and shared memory */
	return true;
}

/* proc(5) lists no memory for a main thread that has exited; the other threads' lines still have
 * it. */
static uint64_t anon_of_threads(int proc_fd, int pid)
{
	uint64_t resident, anon = 0;
	char path[64];

	for (int tid = pid + 1; tid < pid + 8 && anon == 0; tid++) {
		(void)snprintf(path, sizeof(path), "%d/task/%d/statm", pid, tid);
		if (!read_statm(proc_fd, path, &resident, &anon))
			anon = 0;
	}
	return anon;
}

static uint32_t anon_kib(int proc_fd, int pid)
{
	uint64_t resident = 0, anon = 0;
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/statm", pid);
	if (!read_statm(proc_fd, path, &resident, &anon))
		return 0;
	if (resident == 0)
		anon = anon_of_threads(proc_fd, pid);
	return (uint32_t)(anon * (uint64_t)(sysconf(_SC_PAGESIZE) / 1024));
}

/* A line of smaps_rollup (4.14; Pss_Anon and Pss_Shmem 5.4). */
static uint64_t pss_kib(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line == NULL ? 0 : strtoull(line + strlen(name), NULL, 10);
}

static bool read_rollup(int proc_fd, int pid, char *text, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/smaps_rollup", pid);
	return read_text(proc_fd, path, text, size);
}

/* Does it use the memory of one that was counted already? */
static bool was_counted(int pid, const int *counted, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (syscall(SYS_kcmp, pid, counted[i], KCMP_VM, 0, 0) == 0)
			return true;
	}
	return false;
}

/* Has it begun to exit, and is no zombie yet? PF_EXITING of include/linux/sched.h, proc(5). */
static bool is_leaving(int proc_fd, int pid)
{
	char path[64], text[512], state = 'Z';
	const char *end;
	unsigned flags = 0;

	(void)snprintf(path, sizeof(path), "%d/stat", pid);
	(void)read_text(proc_fd, path, text, sizeof(text));
	end = strrchr(text, ')');
	return end != NULL && sscanf(end, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) == 2 &&
	       state != 'Z' && state != 'X' && (flags & 0x4) != 0;
}

/*
 * What all hold, each page once: a process's share of it, and one memory once. While one leaves,
 * that is not known: it shows nothing, and of what it shared the others still show their part.
 */
static uint64_t share_of_all(struct machine *m, uint64_t *ret_shmem, bool *ret_known)
{
	static int counted[PID_COUNT];
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	uint64_t sum = 0;
	unsigned count = 0;
	char text[2048];

	*ret_shmem = 0;
	*ret_known = true;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		int pid = atoi(entry->d_name);

		if (pid <= 1 || pid == m->daemon_pid || was_counted(pid, counted, count))
			continue;
		if (!read_rollup(m->proc_fd, pid, text, sizeof(text))) {
			*ret_known = *ret_known && !is_leaving(m->proc_fd, pid);
			continue;
		}
		counted[count++] = pid;
		sum += pss_kib(text, "\nPss_Anon:");
		*ret_shmem += pss_kib(text, "\nPss_Shmem:");
	}
	if (dir != NULL)
		(void)closedir(dir);
	return sum;
}

/* What runs a hook is /proc/self/exe first, and called so until it is the hook. */
static bool is_useroom(const struct machine *m, int pid)
{
	char path[64], name[16];

	(void)snprintf(path, sizeof(path), "%d/comm", pid);
	return read_text(m->proc_fd, path, name, sizeof(name)) &&
	       (strcmp(name, "useroom\n") == 0 || strcmp(name, "exe\n") == 0);
}

/*
 * A second daemon holds as much as the first where it has sanitizers, and so does what it starts,
 * before that is another program: it is asked for its name first.
 */
static uint32_t counted_kib(const struct machine *m, int pid)
{
	return is_useroom(m, pid) ? 0 : anon_kib(m->proc_fd, pid);
}

/* What all hold, except process 1, which is us, and the daemon, which holds much where it has
 * sanitizers. */
static uint64_t anon_of_all(struct machine *m)
{
	static DIR *dir;
	static uint32_t round;
	const struct dirent *entry;
	uint64_t sum = 0;
	int small = 0, first = m->cursor, last = 0;

	if (dir == NULL)
		dir = opendir("/proc");
	rewinddir(dir);
	round++;
	while ((entry = readdir(dir)) != NULL) {
		int pid = atoi(entry->d_name);

		if (pid <= 1 || pid >= PID_COUNT || pid == m->daemon_pid)
			continue;
		if (round_of[pid] + 1 != round || /* new, or the number is used again */
		    held_kib[pid] >= LARGE_KIB)
			held_kib[pid] = counted_kib(m, pid);
		else if (pid > first && small++ < SMALL_A_ROUND)
			held_kib[last = pid] = counted_kib(m, pid);
		round_of[pid] = round;
		if (held_kib[pid] >= m->shape.least_kib)
			sum += held_kib[pid];
	}
	m->cursor = small > SMALL_A_ROUND ? last : 0;
	return sum;
}

static uint64_t tmpfs_kib(void)
{
	struct statvfs fs;

	if (statvfs(MACHINE_TMPFS, &fs) < 0)
		return 0;
	return (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize / 1024;
}

/* The column "rss" of /proc/sysvipc/shm, which is per IPC namespace. */
static uint64_t sysv_kib(void)
{
	FILE *file = fopen("/proc/sysvipc/shm", "re");
	char line[512];
	unsigned long long rss, sum = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
			   &rss) == 1)
			sum += rss;
	}
	if (file != NULL)
		(void)fclose(file);
	return sum / 1024;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t swapped_kib(const struct machine_shape *shape, uint64_t anon)
{
	uint64_t room = minus(shape->swap_total_kib, shape->cold_swap_kib);
	uint64_t beyond = minus(anon, shape->swap_after_kib);

	return beyond < room ? beyond : room;
}

static void put_all(struct machine *m, uint64_t swapped)
{
	const struct machine_shape *s = &m->shape;
	uint64_t anon = m->anon_kib - swapped;
	uint64_t held =
		KERNEL_KIB + STACK_KIB + TABLES_KIB + CACHE_KIB + s->slab_kib + s->hugetlb_kib;
	uint64_t free_kib = minus(s->total_kib, held + anon + m->shmem_kib);

	m->available_kib = free_kib + CACHE_KIB / 2;
	put(m, ROW_TOTAL, s->total_kib);
	put(m, ROW_FREE, free_kib);
	put(m, ROW_AVAILABLE, m->available_kib);
	put(m, ROW_CACHED, CACHE_KIB + m->shmem_kib);
	put(m, ROW_SWAP_TOTAL, s->swap_total_kib);
	put(m, ROW_SWAP_FREE, minus(s->swap_total_kib, swapped + s->cold_swap_kib));
	put(m, ROW_ANON, anon);
	put(m, ROW_MAPPED, CACHE_KIB / 4 + (s->mapped_shmem ? m->shmem_kib : 0));
	put(m, ROW_SHMEM, m->shmem_kib);
	put(m, ROW_SUNRECLAIM, KERNEL_KIB + s->slab_kib);
	put(m, ROW_KERNEL_STACK, STACK_KIB);
	put(m, ROW_PAGE_TABLES, TABLES_KIB);
	put(m, ROW_HUGETLB, s->hugetlb_kib);
}

/* Going back to whole: the pages behind the mapping were dropped with the file's end, so lay
 * everything out again. */
static void make_whole(struct machine *m)
{
	static char text[TEXT_SIZE];

	lay_out(m, text);
	(void)!pwrite(m->meminfo_fd, text, m->length, 0);
	m->is_broken = false;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/*
 * Freed pages go to lists of the CPU that freed them, which MemFree and MemAvailable do not count.
 * On 6.18 with 24 GiB and 2 CPUs 100 MiB of a killed process showed after 0.5 to 8 seconds.
 */
static uint64_t shown_anon(struct machine *m, uint64_t anon)
{
	if (anon >= m->anon_kib) {
		m->fell_ns = 0;
		return anon;
	}
	if (m->fell_ns == 0)
		m->fell_ns = now_ns();
	return now_ns() - m->fell_ns < m->shape.lag_ms * 1000000ull ? m->anon_kib : anon;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * The processes are read one after the other: what is shared may be missing, or be there twice. So
 * only what some looks agree on is shown, and nothing new while one leaves: on a busy machine that
 * takes longer than all of them (R115).
 */
static uint64_t agreed(struct machine_seen *seen, uint64_t now, bool known)
{
	uint64_t apart = now > seen->before ? now - seen->before : seen->before - now;

	seen->times = known && apart <= MIB ? seen->times + 1 : 0;
	seen->before = now;
	if (seen->times >= AGREE_TIMES)
		seen->shown = now;
	return seen->shown;
}

static void note_freed(struct machine *m, uint64_t held)
{
	m->freed_kib += minus(m->held_kib, held);
	m->held_kib = held;
}

void machine_follow(struct machine *m)
{
	static uint64_t told_kills, told_freed;
	uint64_t anon, shmem = 0;
	bool known;

	if (m->shape.shares) {
		uint64_t share = share_of_all(m, &shmem, &known);

		anon = agreed(&m->anon_seen, share, known);
		shmem = agreed(&m->shmem_seen, shmem, known);
	} else {
		anon = anon_of_all(m);
	}
	anon += m->shape.other_kib;
	m->anon_kib = shown_anon(m, anon);
	if (m->shape.own_zoneinfo)
		write_zoneinfo(m, m->anon_kib - anon);
	shmem = larger(shmem, tmpfs_kib() + sysv_kib());
	note_freed(m, anon + shmem);
	m->shmem_kib = shmem;
	if (m->shape.own_vmstat &&
	    (told_kills != m->shape.kernel_oom_kills || told_freed != m->freed_kib))
		write_vmstat(m);
	told_kills = m->shape.kernel_oom_kills;
	told_freed = m->freed_kib;
	if (m->shape.broken && !m->is_broken)
		m->is_broken = ftruncate(m->meminfo_fd, SHORT_READ_LEN) == 0;
	if (m->is_broken && m->shape.broken)
		return;
	if (m->is_broken)
		make_whole(m);
	put_all(m, swapped_kib(&m->shape, m->anon_kib));
}
