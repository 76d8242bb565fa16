/* SPDX-License-Identifier: MIT */
/*
 * What is in a recording, byte for byte: doc/recorder-format.md is the contract. Plain data;
 * record.c writes it, useroomctl and the tests read it.
 *
 * A header, then three rings of records of a fixed size. Each record begins with its sequence
 * number, counted from 1 in its ring; number n is in slot (n - 1) % count. 0 means that the slot is
 * empty or being written: the writer stores 0, fills the record, and stores the number; a reader
 * copies the record and takes it only if the number was the same before and after. So nobody waits
 * for anybody. Numbers are in the byte order of the machine; amounts are KiB, times are ns.
 */
#ifndef USEROOM_RECORDING_H
#define USEROOM_RECORDING_H

#include <stdint.h>

#define RECORDING_MAGIC      "useroom\n" /* 8 bytes, without the NUL */
#define RECORDING_VERSION    1
#define RECORDING_BYTE_ORDER 0x01020304u
#define RECORDING_HEADER     4096u /* bytes: the rings begin on the next page */
#define RECORDING_CANDIDATES 6
#define RECORDING_SPAN_NS    UINT64_C(10000000000) /* what one record of the coarse ring covers */

enum recording_ring_kind {
	RING_LOOKS,  /* struct recording_look: every look */
	RING_SPANS,  /* struct recording_span: ten seconds each */
	RING_EVENTS, /* struct recording_event */
	RING_COUNT,
};

struct recording_ring {
	uint32_t offset; /* of the first record from the beginning of the file */
	uint32_t record_bytes;
	uint32_t count;
	uint32_t reserved;
};

/* What the writer cannot do here: bits of recording_settings.limits. */
enum recording_limits {
	LIMIT_NOT_ROOT = 1 << 0,     /* only its own user's processes can be ended */
	LIMIT_HIDDEN = 1 << 1,       /* hidepid or ProtectProc hide other users' processes */
	LIMIT_NAMESPACE = 1 << 2,    /* only the processes of a pid namespace are seen */
	LIMIT_UNGUARDED = 1 << 3,    /* the kernel's own killer may take it */
	LIMIT_NOT_LOCKED = 1 << 4,   /* not locked in memory */
	LIMIT_NOT_HURRIED = 1 << 5,  /* ordinary priority */
	LIMIT_NO_AVAILABLE = 1 << 6, /* no MemAvailable: it is estimated */
	LIMIT_FOREIGN = 1 << 7,      /* meminfo is a container's own: only its levels count */
	LIMIT_NO_DISK = 1 << 8,      /* no disk counts what is read: waiting for it is not seen */
	LIMIT_NO_REFAULTS = 1 << 9,  /* the kernel counts no refaults: only the worst is seen */
	LIMIT_COUNT = 10,
};

/* What decided, as it was when the writer began or reloaded; enough to run the policy again. */
struct recording_settings {
	uint32_t mem_term_ppm, mem_kill_ppm, swap_term_ppm, swap_kill_ppm, warn_ppm, min_victim_ppm;
	uint64_t interval_ns, grace_ns, stall_hold_ns;
	uint32_t stall_milli, stall_below_ppm;
	uint32_t trigger_or, ignore_swap, dry_run, sort_by_rss;
	uint32_t cpus;
	uint32_t limits; /* enum recording_limits */
	/* -m, -mk, -s, -sk, -warn as amounts (enum level); 0: the share above counts */
	uint64_t level_kib[5];
};

/*
 * What has happened since the recording was begun, by whomever it was written: a restart of the
 * writer goes on, a boot begins at 0. Each number only ever rises.
 */
#define RECORDING_REASONS      16 /* 0: the levels; others: enum stall_rule, and: */
#define RECORDING_REASON_GROUP 15 /* a control group at a limit of its own */
#define RECORDING_TYPES        32 /* enum event_type */
#define RECORDING_WHY_NOBODY   16 /* enum nobody */
#define RECORDING_UNITS        32 /* the first so many that lost a process; further ones together */

struct recording_unit {
	char name[56]; /* "": not used; cut where it is longer */
	uint64_t kills;
};

struct recording_counters {
	uint64_t kills[RECORDING_REASONS][2][2]; /* victims by reason, [SIGKILL], [dry run] */
	uint64_t events[RECORDING_TYPES];
	uint64_t nobody[RECORDING_WHY_NOBODY];
	uint64_t escalations;                /* SIGKILL to who had SIGTERM before */
	uint64_t kernel_kills;               /* by the kernel while memory was low */
	uint64_t near_misses;                /* episodes that ended without a victim */
	uint64_t freed_kib, freed_ns, freed; /* what victims gave back, until they were gone */
	uint64_t reloads_failed, last_reload_failed;
	uint64_t lost_ns;     /* time lost to thrashing */
	uint64_t other_units; /* kills in units that have no row */
	struct recording_unit units[RECORDING_UNITS];
};

/*
 * Who has grown most, as the writer knew it when it looked through all processes last: what each
 * held when it was read first. Written and read as a record of a ring is.
 */
#define RECORDING_GROWN 16

struct recording_grown {
	int32_t pid; /* 0: not used */
	uint32_t reserved;
	uint64_t start_ticks;
	uint64_t then_ns, then_kib;
};

struct recording_growth {
	uint64_t sequence; /* 0: nothing is known yet, or it is being written */
	struct recording_grown rows[RECORDING_GROWN];
	/* Who has a higher pid began since then; 0: not known, or from before it was there. */
	uint64_t since_ns;
	int32_t since_pid;
	uint32_t reserved;
};

struct recording_header {
	char magic[8];
	uint32_t version;
	uint32_t byte_order;
	uint64_t file_bytes;
	struct recording_ring rings[RING_COUNT];
	char program[32];     /* version of the writer */
	char boot_id[40];     /* /proc/sys/kernel/random/boot_id */
	char host[64];        /* nodename of uname(2) */
	char kernel[64];      /* release of uname(2) */
	uint64_t started_ns;  /* CLOCK_MONOTONIC and */
	uint64_t realtime_ns; /* CLOCK_REALTIME of one moment: the rest is monotonic */
	uint64_t writer_pid;
	uint64_t writer_start_ticks; /* with the pid: is it still the same process? */
	uint64_t kept_because; /* an incident's copy: sequence number of its first event, else 0 */
	struct recording_settings settings;
	struct recording_counters counters; /* this and the next: 0 in an incident's copy */
	struct recording_growth growth;
};
_Static_assert(sizeof(struct recording_header) <= RECORDING_HEADER, "it fits before the rings");

/* The values of a sample, in this order. A later version adds at the end. */
enum recording_value {
	VALUE_MEM_TOTAL,
	VALUE_MEM_AVAILABLE,
	VALUE_MEM_FREE,
	VALUE_SWAP_TOTAL,
	VALUE_SWAP_FREE,
	VALUE_ANON,
	VALUE_MAPPED,
	VALUE_FILE,
	VALUE_SHMEM,
	VALUE_SLAB,
	VALUE_HUGETLB,
	VALUE_KERNEL,
	VALUE_PAGE_TABLES,
	VALUE_ARC,
	VALUE_UNKILLABLE,
	VALUE_KERNEL_OOM_KILLS,
	VALUE_PENDING_MEM,
	VALUE_PENDING_SWAP,
	VALUE_PENDING_COUNT,
	VALUE_LOW, /* this and what follows: what tasks wait for, only with HAVE_WAITS */
	VALUE_REFAULTS,
	VALUE_MAJOR_FAULTS,
	VALUE_SWAP_IN,
	VALUE_SWAP_OUT,
	VALUE_ALLOC_STALLS,
	VALUE_DISK_READS,
	VALUE_DISK_READ_PAGES,
	VALUE_DISK_READ_MS,
	VALUE_DISKS,
	VALUE_PAGE,
	VALUE_RUNNING,
	VALUE_PRESSURE_FULL_US,
	VALUE_IO_FULL_US,
	VALUE_STEALS,
	VALUE_DISK_WAIT_MS, /* 0 in recordings from before it was there: VALUE_DISK_READ_MS says it
			       then */
	VALUE_RAM,          /* this and what follows: 0 in recordings from before it was there */
	VALUE_CMA_FREE,
	VALUE_POOL,
	VALUE_BALLOON,
	VALUE_SWAP_LEAVING,
	VALUE_ACTIVATIONS,
	VALUE_TMPFS,
	VALUE_SYSV,
	VALUE_COUNT,
};

enum recording_look_flags {
	LOOK_ACTION = 3,       /* mask: enum action */
	LOOK_CONFIRM = 1 << 2, /* asked again before the shot: no look of its own in the history */
	LOOK_LOW = 1 << 3,
	LOOK_NEAR = 1 << 4,
	LOOK_COVERED = 1 << 5,
	LOOK_FUTILE = 1 << 6,
	LOOK_STARTS = 1 << 7,   /* the first of a writer: nothing before it belongs to it */
	LOOK_BY_STALL = 1 << 8, /* the levels alone would do nothing */
	LOOK_STALL_OPEN = 1 << 9,
	LOOK_HELD_BACK = 1 << 10,   /* the rule holds, but nothing says that memory was taken */
	LOOK_STALL_RULE = 15 << 12, /* mask: enum stall_rule */
	LOOK_STALL_RULE_SHIFT = 12,
	LOOK_TURN = 15 << 16, /* mask: enum turn_what; with LOOK_CONFIRM: what was done about it */
	LOOK_TURN_SHIFT = 16,
	LOOK_EVIDENCE = 3 << 20, /* mask: enum stall_evidence */
	LOOK_EVIDENCE_SHIFT = 20,
	LOOK_PAUSE = 7 << 22, /* mask: enum pause, where the turn is paused */
	LOOK_PAUSE_SHIFT = 22,
};

struct recording_look {
	uint64_t sequence;
	uint64_t now_ns;
	uint32_t have;                    /* enum sample_have */
	uint32_t flags;                   /* enum recording_look_flags */
	uint64_t wake_ns;                 /* when it meant to look again */
	uint32_t waiting_milli, lost_ppm; /* struct stall_view */
	uint64_t value[VALUE_COUNT];
};

struct recording_span {
	uint64_t sequence;
	uint64_t from_ns, to_ns;
	uint32_t looks, kills;
	uint64_t mem_total, mem_available_least, mem_available_last;
	uint64_t swap_total, swap_free_least, swap_free_last;
};

struct recording_candidate {
	int32_t pid;
	int32_t oom_score_adj;
	char comm[16];
	uint64_t freeable;
	int64_t badness;
	uint8_t rank; /* enum rank_class */
	uint8_t skip; /* enum skip */
	uint8_t reserved[6];
};

enum recording_event_flags {
	RECORDED_DRY_RUN = 1 << 0,
	RECORDED_ESCALATED = 1 << 1,
	RECORDED_BY_TERM = 1 << 2,
	RECORDED_KEPT = 1 << 3,         /* chosen from the kept candidates */
	RECORDED_IGNORES_TERM = 1 << 4, /* SIGKILL in place of SIGTERM */
	RECORDED_WHOLE = 1 << 5,        /* with it all of its control group */
};

enum recorded_stall_flags {
	RECORDED_STALL_OPEN = 1 << 0,
	RECORDED_STALL_SUSPICIOUS = 1 << 1,
	RECORDED_BY_STALL = 1 << 2, /* the levels alone would have done nothing */
};

struct recording_event {
	uint64_t sequence;
	uint64_t now_ns, realtime_ns;
	uint32_t type; /* enum event_type */
	uint32_t flags;
	int32_t signal, error;
	uint64_t mem_total, mem_available, swap_total, swap_free;
	uint32_t mem_limit_ppm, swap_limit_ppm; /* what was compared */
	uint32_t low;                           /* 1: memory, 2: swap took part, 4: swap was low */
	uint32_t futile;                        /* enum holder */
	uint64_t futile_kib, need_kib;
	uint64_t decide_to_signal_ns, since_signal_ns, episode_ns;
	uint64_t came_back_kib;
	uint32_t kills, repeat_count;
	uint32_t stall_rule, stall_flags; /* enum stall_rule, enum recorded_stall_flags */
	uint32_t waiting_milli, lost_ppm; /* this and the next: struct stall_view */
	uint64_t reach_ns;
	int32_t victim_pid;
	uint32_t victim_uid;
	int32_t victim_oom_score, victim_oom_score_adj;
	uint64_t victim_freeable, victim_rss, victim_anon, victim_swap, victim_shmem;
	uint64_t victim_grown, victim_grown_ns;
	char victim_comm[16];
	char victim_exe[64];
	char user[32];
	char unit[64];
	char container[96];
	uint32_t candidate_count, candidates_listed;
	struct recording_candidate candidates[RECORDING_CANDIDATES];
	uint64_t mem_limit_kib, swap_limit_kib; /* not 0: the limit was written as an amount */
	uint32_t nobody;                        /* enum nobody */
	/* EVENT_SQUEEZED, and where somebody was ended for a group: struct squeeze_view, and its
	 * path */
	uint32_t squeeze_rule; /* enum squeeze_rule */
	uint64_t group_limit, group_usage, group_held, group_grown, group_turnover_ms;
	uint32_t group_room_ppm, group_waiting_milli, group_blocked_milli;
	uint32_t group_hard_per_s, group_highs_per_s;
	uint32_t together; /* so many more got the victim's signal with it */
	char group[256];
	uint64_t victim_swarm; /* what its swarm held; 0: it was of none */
	int32_t head_pid;      /* the last of those together started most of them; 0: it did not */
	uint32_t unused;       /* 0 */
	char head_comm[16];
};

#endif
