/* SPDX-License-Identifier: MIT */
/*
 * System calls that the oldest libc we build with does not wrap, and numbers that its headers do
 * not have. All return -1 and set errno, ENOSYS on a kernel without them.
 */
#ifndef USEROOM_COMPAT_H
#define USEROOM_COMPAT_H

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* The same on every architecture but alpha, which adds 110. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424 /* 5.1 */
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* 5.3 */
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448 /* 5.15 */
#endif

static inline int sys_pidfd_open(pid_t pid, unsigned flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

static inline int sys_pidfd_send_signal(int pidfd, int signal, siginfo_t *info, unsigned flags)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, info, flags);
}

static inline int sys_process_mrelease(int pidfd, unsigned flags)
{
	return (int)syscall(SYS_process_mrelease, pidfd, flags);
}

/* kcmp(2), 3.5, where CONFIG_KCMP is on; 0: the same. Before 5.12 with CONFIG_CHECKPOINT_RESTORE.
 */
#define KCMP_WHOLE_MEMORY 1 /* linux/kcmp.h, KCMP_VM */
static inline int sys_kcmp(pid_t a, pid_t b, int type)
{
	return (int)syscall(SYS_kcmp, a, b, type, 0, 0);
}

/* musl's own sched_setscheduler(3) refuses to work: it would only be for one thread. That is what
 * we want. */
static inline int sys_sched_setscheduler(pid_t tid, int policy, int priority)
{
	struct sched_param param = {.sched_priority = priority};

	return (int)syscall(SYS_sched_setscheduler, tid, policy, &param);
}

/* statfs(2), f_type: include/uapi/linux/magic.h, which musl's headers come without. */
#define FS_PROC  0x9fa0
#define FS_TMPFS 0x01021994
#define FS_RAMFS 0x858458f6

/* struct linux_dirent64 of getdents64(2), which libc does not declare. */
struct entry64 {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

#endif
