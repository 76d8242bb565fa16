/* SPDX-License-Identifier: MIT */
#include "choose/swapoff.h"

#include "base/scratch.h"
#include "look/process.h"

#include <string.h>
#include <unistd.h>

struct search {
	struct scan *scan;
	struct rank *rank;
	struct proc *ret;
};

/* The name alone could be anybody's; root's can be only root's. */
static int is_it(void *ctx, int32_t pid, int64_t next_offset)
{
	static const char name[] = "swapoff\n";
	struct search *search = ctx;
	ssize_t length = process_file(search->scan->proc_fd, pid, "comm", PROCESS_NUMBERS_MAX);

	(void)next_offset;
	if (length != sizeof(name) - 1 || memcmp(scratch, name, sizeof(name) - 1) != 0 ||
	    process_read(search->scan->proc_fd, pid, search->ret) < 0 || search->ret->uid != 0)
		return 0;
	scan_judge(search->scan, search->rank, search->ret);
	return search->ret->skip == SKIP_NONE;
}

bool swapoff_find(struct scan *scan, struct rank *rank, struct proc *ret)
{
	struct search search = {scan, rank, ret};

	return lseek(scan->proc_fd, 0, SEEK_SET) == 0 &&
	       process_list(scan->proc_fd, is_it, &search) == 1;
}
