/* SPDX-License-Identifier: MIT */
/*
 * Text of /proc -> numbers. Pure: every function takes text and its length (it need not end in
 * NUL), touches nothing else, never fails on garbage other than by saying so, and is fuzzed
 * (tests/fuzz).
 */
#ifndef USEROOM_PARSE_H
#define USEROOM_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Documentation/filesystems/proc.rst "meminfo". One bit a field, in the order in which kernels
 * print them. */
enum meminfo_field {
	MEMINFO_MEM_TOTAL,
	MEMINFO_MEM_FREE,
	MEMINFO_MEM_AVAILABLE, /* 3.14 and later */
	MEMINFO_BUFFERS,
	MEMINFO_CACHED,
	MEMINFO_SWAP_TOTAL,
	MEMINFO_SWAP_FREE,
	MEMINFO_ANON_PAGES,
	MEMINFO_MAPPED,
	MEMINFO_SHMEM,
	MEMINFO_SRECLAIMABLE,
	MEMINFO_SUNRECLAIM,
	MEMINFO_KERNEL_STACK,
	MEMINFO_PAGE_TABLES,
	MEMINFO_SEC_PAGE_TABLES, /* 6.0 */
	MEMINFO_VMALLOC_USED,
	MEMINFO_PERCPU,          /* 4.21 */
	MEMINFO_HUGEPAGES_TOTAL, /* a count, not KiB */
	MEMINFO_HUGEPAGESIZE,
	MEMINFO_HUGETLB,        /* 4.16: all sizes, with HugePages_Surp */
	MEMINFO_HUGEPAGES_SURP, /* a count */
	MEMINFO_CMA_FREE,
	MEMINFO_BALLOON, /* 6.16 */
	MEMINFO_FIELD_COUNT,
};
#define MEMINFO_BIT(field) (1u << (field))
#define MEMINFO_ALL        ((1u << MEMINFO_FIELD_COUNT) - 1)

struct meminfo {
	uint32_t have; /* MEMINFO_BIT of each field that was found */
	uint64_t kib[MEMINFO_FIELD_COUNT];
};

static inline bool meminfo_has(const struct meminfo *m, enum meminfo_field field)
{
	return (m->have & MEMINFO_BIT(field)) != 0;
}

/*
 * Read the lines until all fields of `want` are found or the text ends; the rest of the text is not
 * looked at, which is what makes an idle look cheap. A line that does not parse is passed over. A
 * last line without its newline was cut by a short read and is not believed. Fills all of *ret.
 */
void parse_meminfo(const char *text, size_t length, uint32_t want, struct meminfo *ret);

/* Where lines of a meminfo begin: one more than the offset of each; 0: not known. */
struct meminfo_places {
	uint16_t behind[MEMINFO_FIELD_COUNT];
};

/*
 * The same, for a text that is read again and again: its lines have a fixed width (8 digits) and
 * stand where they stood, so *places is looked at first, and nothing is searched: half of an idle
 * look. Where a line is not in its place all is read as above, and the places are learnt. In a text
 * that has a line twice it need not be the first that is read. Begin with all of *places 0.
 */
void parse_meminfo_again(const char *text, size_t length, uint32_t want,
			 struct meminfo_places *places, struct meminfo *ret);

/* One "name value" line of /proc/vmstat or arcstats' "name type value" (the last number of the
 * line). 0 or -ENODATA. */
int parse_counter(const char *text, size_t length, const char *name, uint64_t *ret);

/*
 * The sum of all /proc/vmstat counters whose name begins with `prefix` ("pgalloc_"). 0 or -ENODATA
 * when there is none.
 */
int parse_counter_sum(const char *text, size_t length, const char *prefix, uint64_t *ret);

/*
 * The values of several such lines in one pass, which ends when all are found. Returns a bit for
 * each that was; ret[i] of the others stays as it is. At most 32 names.
 */
uint32_t parse_counters(const char *text, size_t length, const char *const *names, unsigned count,
			uint64_t *ret);

/*
 * The same sum of a file that is read piece by piece: adds to *sum what whole lines begin with the
 * prefix, and returns how many bytes the whole lines were; the rest belongs before the next piece.
 */
size_t parse_counter_part(const char *text, size_t length, const char *prefix, uint64_t *sum);

#define SWAPS_MOST 32 /* MAX_SWAPFILES of include/linux/swap.h, at most */

/* /proc/swaps: proc(5). */
struct swaps {
	unsigned count;
	struct {
		uint64_t size_kib, used_kib;
	} each[SWAPS_MOST];
};

void parse_swaps(const char *text, size_t length, struct swaps *ret);

struct disk_time {
	uint64_t reads;   /* that were done */
	uint64_t sectors; /* of 512 bytes: what they brought */
	uint64_t ms;      /* the sum of how long each took */
};

#define DISKS_EACH      16
#define DISKS_MULTIPATH 32

/*
 * An NVMe namespace that several paths lead to: the head nvme0n1, which a file system is on, and
 * the paths nvme0c0n1, nvme0c1n1, ... The paths always count what is read; the head too since about
 * 6.3 (commit d4d957b53d91), as long as its queue/iostats is not switched off.
 */
struct disk_multipath {
	uint32_t subsystem, namespace_id;
	unsigned slot;          /* in each[] */
	bool counts;            /* the head has reads of its own */
	struct disk_time paths; /* what was added for its paths; taken off again where it counts */
};

/*
 * What the disks have read since boot: Documentation/admin-guide/iostats.rst. Whole disks only,
 * each once: no partitions, and nothing that is stacked on others (dm, md, bcache, drbd, loop; of a
 * multipath NVMe the head or its paths); zram is a disk. All zeroes before the first call; a long
 * file may be given piece by piece.
 */
struct disk_reads {
	uint64_t disks;
	struct disk_time all;
	struct disk_time each[DISKS_EACH]; /* in the order of the file; the last has all that come
					      after it too */
	char disk[32];                     /* the last whole disk: its partitions follow it */
	unsigned multipath_count;
	struct disk_multipath multipath[DISKS_MULTIPATH];
};

/* Adds the whole lines of the text. Returns how many bytes they were; the rest belongs before the
 * next piece. */
size_t parse_diskstats(const char *text, size_t length, struct disk_reads *reads);

/*
 * The total of a line of /proc/pressure/ *: us in which "some" or all ("full") waited;
 * Documentation/accounting/psi.rst. 0, or -ENODATA.
 */
int parse_pressure(const char *text, size_t length, const char *line, uint64_t *ret_us);

/* The threads that run or could of /proc/loadavg, this one with them. 0, or -EBADMSG. */
int parse_running(const char *text, size_t length, uint32_t *ret);

/* proc(5) /proc/PID/stat */
struct proc_stat {
	char comm[16]; /* as it is, hostile bytes and all: from the first '(' to the last ')' */
	char state;
	int32_t ppid;
	int32_t session; /* 0: outside of our PID namespace */
	uint32_t flags;
	uint32_t threads;
	uint64_t start_ticks;
	/*
	 * Where its code and its stack lie, as one number: each exec(2) chooses anew, fork(2) and
	 * clone(2) keep it. So two processes that have the same were one once, and two that have
	 * not share no memory that was inherited. 0: not ours to know (PTRACE_MODE_READ), or no
	 * memory.
	 */
	uint64_t layout;
};
#define PROC_FLAG_KTHREAD                                                                          \
	0x00200000u /* include/linux/sched.h PF_KTHREAD; the same value since 2.6.27 */
#define PROC_FLAG_EXITING 0x00000004u /* PF_EXITING there, as old; a zombie keeps it */

/* 0, or -EBADMSG. The name may hold ')', newlines, anything: the fields are counted from the last
 * ')'. */
int parse_stat(const char *text, size_t length, struct proc_stat *ret);

/* /proc/PID/statm: size resident shared ..., in pages. 0, or -EBADMSG. */
int parse_statm(const char *text, size_t length, uint64_t *ret_resident, uint64_t *ret_shared);

/*
 * proc(5) /proc/PID/status: the memory lines (KiB), the owner, and what becomes of a SIGTERM.
 * RssAnon etc. exist since 4.5, NSpid since 4.1.
 */
struct proc_status {
	uint32_t uid;    /* real */
	bool has_memory; /* VmRSS was there: not a kernel thread, not a zombie */
	bool has_split;  /* RssAnon, RssFile, RssShmem were there */
	uint64_t rss_kib, anon_kib, file_kib, shmem_kib, swap_kib, page_tables_kib;
	uint64_t peak_kib; /* VmHWM: the most that was ever resident */
	bool ns_first;     /* the first process of a PID namespace below ours */
	/*
	 * A SIGTERM would be thrown away: it is ignored, or there is no handler for it in the first
	 * process of a PID namespace, as in a container (sig_ignored() in kernel/signal.c). Not
	 * where it is blocked: then somebody may wait for it (sigwait(3), signalfd(2)).
	 */
	bool ignores_term;
};

enum status_field {
	STATUS_UID,
	STATUS_NS_PID, /* the innermost where there are several, else 0 */
	STATUS_VM_HWM,
	STATUS_VM_RSS,
	STATUS_RSS_ANON,
	STATUS_RSS_FILE,
	STATUS_RSS_SHMEM,
	STATUS_VM_PTE,
	STATUS_VM_PMD, /* 4.0 to 4.14; VmPTE counts it since */
	STATUS_VM_SWAP,
	STATUS_SIG_BLK, /* this and what follows: bit N - 1 is signal N */
	STATUS_SIG_IGN,
	STATUS_SIG_CGT,
	STATUS_FIELD_COUNT,
};

/* What was found so far. All zeroes before the first piece. */
struct status_text {
	uint32_t have; /* 1 << enum status_field */
	uint64_t value[STATUS_FIELD_COUNT];
};

/*
 * Take the whole lines of a piece: the groups alone can be 65,536 numbers (NGROUPS_MAX), in front
 * of the memory lines. Returns how many bytes they were; the rest belongs before the next piece. 0
 * once there is nothing more to find.
 */
size_t parse_status_part(const char *text, size_t length, struct status_text *status);

/* 0, or -EBADMSG when even Uid is missing; then *ret is untouched. "Name:" may be hostile and is
 * passed over (the kernel escapes newlines). */
int parse_status_end(const struct status_text *status, struct proc_status *ret);

/* A file that holds one decimal number and may end in a newline. 0, or -EBADMSG / -ERANGE. */
int parse_number(const char *text, size_t length, uint64_t *ret);

/* One that may be negative, e.g. oom_score, oom_score_adj. 0, or -EBADMSG / -ERANGE
 * outside int32_t. */
int parse_int(const char *text, size_t length, int32_t *ret);

/*
 * What the segments of /proc/sysvipc/shm hold in memory, KiB, without those that go with their last
 * user (SHM_DEST: shmctl(IPC_RMID) was called). Whole lines only.
 */
uint64_t parse_sysv_shm(const char *text, size_t length);

/* Numbers with a blank behind each (/proc/PID/task/TID/children), up to the first that is none.
 * Returns how many. */
unsigned parse_numbers(const char *text, size_t length, int32_t *ret, unsigned max);

/* The last field of /proc/loadavg: the pid given out last. 0, or -EBADMSG. */
int parse_last_pid(const char *text, size_t length, int32_t *ret);

/*
 * The files that a path may lead to, by proc(5) /proc/PID/mountinfo, "ID PARENT MAJOR:MINOR ROOT
 * MOUNTPOINT ...": one for each mount on the way to it, as the device and the place on it,
 * "254:0 /usr/sbin/sshd". A mount of a directory on itself gives the same file once more.
 */
#define PATH_FILES_MAX 4

struct path_files {
	unsigned count;
	bool incomplete; /* more of them, or one that is too long */
	char text[PATH_FILES_MAX][512];
};

/*
 * Take the whole lines of a piece of mountinfo. Returns how many bytes they were; the rest belongs
 * before the next piece.
 */
size_t parse_path_files(const char *text, size_t length, const char *path, struct path_files *ret);

bool path_files_have(const struct path_files *files, const char *text);

#endif
