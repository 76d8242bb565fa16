/* SPDX-License-Identifier: MIT */
#include "self.h"

#include "base/compat.h"
#include "look/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* 4.4; the same on all architectures but alpha, powerpc and sparc, whose libcs have it. */
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif

/* CAP_KILL of capabilities(7). */
#define CAPABILITY_KILL 5

/* A victim that was lifted runs at 1 (release.c): we must be able to run beside it. */
#define OWN_PRIORITY 2

/*
 * Running for so long without a pause at real-time priority is a fault of ours, and the kernel ends
 * us (R78). A scan of 30,000 processes that are not in the cache takes a third of a second.
 */
#define SPIN_LIMIT_US 3000000

/* PROC_PID_INIT_INO of include/linux/proc_ns.h: the number of the first pid namespace. */
#define FIRST_PID_NAMESPACE "pid:[4026531836]"

/* Whole pages of it, as a loader does; the linker lets it begin where the writable memory does. */
static int seal_program(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	char *known = (char *)info->dlpi_phdr; /* the other addresses are numbers */

	(void)size;
	(void)data;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + part->p_vaddr;
		uintptr_t to = (from + part->p_memsz) & -page;
		char *begin;

		from &= -page;
		begin = known + (ptrdiff_t)(from - (uintptr_t)known);
		if (part->p_type == PT_GNU_RELRO && to > from &&
		    mprotect(begin, to - from, PROT_READ) < 0)
			return -errno;
	}
	return 1; /* the program is the first one, and loaders see to libraries */
}

int self_seal(void)
{
	int r = dl_iterate_phdr(seal_program, NULL);

	return r < 0 ? r : 0;
}

int self_guard(int *ret_before)
{
	static const char path[] = "/proc/self/oom_score_adj";
	char text[16];
	int32_t before = 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int error;
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, text, sizeof(text));
	if (length > 0)
		(void)parse_int(text, (size_t)length, &before);
	*ret_before = before;
	error = pwrite(fd, "-1000", 5, 0) < 0 ? -errno : 0;
	(void)close(fd);
	return error;
}

const char *self_hurry(void)
{
	struct rlimit spin;

	if (getrlimit(RLIMIT_RTTIME, &spin) == 0 &&
	    (spin.rlim_max == RLIM_INFINITY || spin.rlim_max > SPIN_LIMIT_US)) {
		spin.rlim_cur = SPIN_LIMIT_US;
		(void)setrlimit(RLIMIT_RTTIME, &spin);
	}
	if (sys_sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, OWN_PRIORITY) == 0)
		return "SCHED_FIFO";
	/* No right, or a cpu cgroup without real-time share (CONFIG_RT_GROUP_SCHED). */
	if (setpriority(PRIO_PROCESS, 0, -20) == 0)
		return "nice -20";
	return NULL;
}

int self_stay_in_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
		return 0;
	/* EINVAL: a kernel before 4.4 (R64). Then everything is faulted in at once, which is more,
	 * but as safe. */
	if (errno == EINVAL && mlockall(MCL_CURRENT | MCL_FUTURE) == 0)
		return 0;
	return -errno;
}

/* proc(5), CapEff; libc has no call for it, and the kernel's header is not everywhere. */
bool self_may_kill_all(void)
{
	static const char key[] = "\nCapEff:";
	char text[2048]; /* it stands within the first kilobyte */
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *line;

	if (fd >= 0)
		(void)close(fd);
	if (length <= 0)
		return geteuid() == 0;
	text[length] = '\0';
	line = strstr(text, key);
	return line != NULL &&
	       (strtoull(line + sizeof(key) - 1, NULL, 16) & (1u << CAPABILITY_KILL)) != 0;
}

bool self_in_first_pid_namespace(void)
{
	char target[64];
	ssize_t length = readlink("/proc/self/ns/pid", target, sizeof(target) - 1);

	if (length < 0)
		return true; /* a kernel before 3.8 */
	target[length] = '\0';
	return strcmp(target, FIRST_PID_NAMESPACE) == 0;
}

uint64_t self_kernel_total_kib(void)
{
	struct sysinfo info;

	if (sysinfo(&info) < 0)
		return 0;
	return ((uint64_t)info.totalram + info.totalswap) * info.mem_unit / 1024;
}

unsigned self_cpus(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus > 0 ? (unsigned)cpus : 1;
}
