/* SPDX-License-Identifier: MIT */
/*
 * One look at the machine: the system's files, opened once and read again into a struct sample.
 */
#ifndef USEROOM_SENSE_H
#define USEROOM_SENSE_H

#include "look/disks.h"
#include "look/sample.h"
#include "look/staying.h"
#include "look/usable.h"

#include <stdbool.h>
#include <stdint.h>

struct sense {
	int proc_fd;
	int meminfo_fd;
	struct meminfo_places places;
	int vmstat_fd;   /* -1: not there */
	int zoneinfo_fd; /* -1: not there */
	int arc_fd;      /* -1: no ZFS */
	int swaps_fd;    /* -1: not there */
	/* What is waited for; -1: not there. */
	int diskstats_fd;
	struct disks disks;
	bool lru_gen; /* activations mean something else */
	int loadavg_fd;
	int memory_pressure_fd;
	int io_pressure_fd;
	int trigger_fd;      /* readable (POLLPRI) when tasks begin to wait for memory; -1: none */
	uint64_t low_kib;    /* see struct sample; read again now and then, for it can be set */
	uint64_t low_ns;     /* when */
	uint64_t low_of_kib; /* of so much memory */

	struct staying staying;

	/* What seldom changes, or can only be seen in a meminfo that is read as a whole. */
	bool real; /* this is /proc and no tree that looks like it: the kernel can be asked too */
	uint64_t page_kib;
	struct usable_facts facts;
	bool balloon_in_total;
	uint32_t lines;          /* of meminfo, which idle looks need here beside the usual ones */
	uint64_t facts_ns;       /* when; 0: never */
	uint64_t facts_of_kib;   /* of so much memory */
	uint64_t swap_total_kib; /* at the last look: it falls when swapoff begins */
	bool swap_leaving;       /* and one was under way */
};

/* Nothing is open. */
#define SENSE_CLOSED                                                                               \
	((struct sense){.proc_fd = -1,                                                             \
			.meminfo_fd = -1,                                                          \
			.vmstat_fd = -1,                                                           \
			.zoneinfo_fd = -1,                                                         \
			.arc_fd = -1,                                                              \
			.swaps_fd = -1,                                                            \
			.diskstats_fd = -1,                                                        \
			.loadavg_fd = -1,                                                          \
			.memory_pressure_fd = -1,                                                  \
			.io_pressure_fd = -1,                                                      \
			.trigger_fd = -1})

/*
 * Open what is read at every look, below a descriptor of /proc (or of a tree that looks like it).
 * The descriptor is kept, not owned. Returns 0, or the negative errno of opening meminfo; what else
 * is missing is simply not in `have`.
 */
int sense_open(struct sense *sense, int proc_fd);
void sense_close(struct sense *sense);

/*
 * Take a look. Cannot fail: ret->have says what was read. With detail also who holds the memory and
 * the kernel's own kills: about five times the cost, so only while memory is short.
 */
void sense_read(struct sense *sense, bool detail, struct sample *ret);

/* Add the detail to a sample that was just read without it; the levels are read again with it. */
void sense_detail(struct sense *sense, struct sample *sample);

/*
 * Read what tasks wait for into a sample that was just read: about ten times the cost of a look, so
 * only while memory is short. What could not be read is not in sample->have.
 */
void sense_waits(struct sense *sense, struct sample *sample);

/* Read what System V segments hold. Only while memory is not low: it may wait (staying.h). */
void sense_segments(struct sense *sense);

/* What cannot be seen of this machine. */
enum sense_blind {
	BLIND_FOREIGN = 1 << 0,  /* meminfo is a container's own, and all else the host's */
	BLIND_DISKS = 1 << 1,    /* no disk counts what is read */
	BLIND_REFAULTS = 1 << 2, /* the kernel counts no refaults (before 3.15) */
	BLIND_PRESSURE = 1 << 3, /* or no pressure */
};

/* Of a sample that sense_waits() has added to: enum sense_blind. Reads vmstat once more. */
uint32_t sense_blindness(const struct sense *sense, const struct sample *sample);

/*
 * Ask the kernel to wake us when tasks begin to wait for memory (a PSI trigger,
 * Documentation/accounting/psi.rst): trigger_fd is then to be polled. At most one wake-up in half a
 * second; in two seconds without CAP_SYS_RESOURCE (6.5 and later). Where the kernel has no such
 * thing the next look simply comes at its time. Returns 0 or a negative errno.
 */
int sense_arm(struct sense *sense);
void sense_disarm(struct sense *sense);

/*
 * What is free but waits in lists of each CPU, which MemFree and MemAvailable do not count: freed
 * pages go there first. 0 where it cannot be known, as in a container whose meminfo is its own. As
 * dear as a look with detail.
 */
uint64_t sense_lists_kib(struct sense *sense, const struct sample *sample);

#endif
