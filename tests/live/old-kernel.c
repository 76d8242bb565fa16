/* SPDX-License-Identifier: MIT */
/*
 * old-kernel VERSION PROGRAM [ARGUMENT...]: what a program finds on an older Linux, as far as
 * system calls go: each that VERSION did not have yet fails with ENOSYS, and what mlockall(2) did
 * not know with EINVAL. Not what is in /proc: that is the stage's.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __x86_64__

int main(void)
{
	(void)fprintf(stderr, "old-kernel: numbers of system calls are known of x86-64 alone\n");
	return 77;
}

#else

#define MCL_ONFAULT_BIT 4 /* 4.4 */

/* The last number of arch/x86/entry/syscalls/syscall_64.tbl at that version. */
static const struct {
	const char *version;
	unsigned last;
	int knows_onfault;
} kernels[] = {
	{"3.10", 313 /* finit_module */, 0},
	{"4.18", 334 /* rseq */, 1},
	{"4.19", 334 /* rseq */, 1},
	{"5.10", 440 /* process_madvise */, 1},
};
#define COUNT           (sizeof(kernels) / sizeof(kernels[0]))

#define LOAD(what)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define FAIL(error)  ANSWER(SECCOMP_RET_ERRNO | (SECCOMP_RET_DATA & (error)))

static int become(unsigned last, int knows_onfault)
{
	const unsigned refused = knows_onfault ? 0 : MCL_ONFAULT_BIT;
	struct sock_filter code[] = {
		LOAD(nr),      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last, 0, 1),
		FAIL(ENOSYS),  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mlockall, 0, 3),
		LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, refused, 0, 1),
		FAIL(EINVAL),  ANSWER(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < COUNT; i++) {
		if (strcmp(argv[1], kernels[i].version) != 0)
			continue;
		if (become(kernels[i].last, kernels[i].knows_onfault) < 0) {
			perror("old-kernel");
			return 77;
		}
		(void)execvp(argv[2], argv + 2);
		perror(argv[2]);
		return 127;
	}
	(void)fprintf(stderr, "usage: old-kernel 3.10|4.18|4.19|5.10 PROGRAM [ARGUMENT...]\n");
	return 2;
}

#endif
