/* SPDX-License-Identifier: MIT */
#include "limited.h"

#include <string.h>

static void forgotten(void *ctx, unsigned row, bool made_again)
{
	(void)ctx;
	(void)row;
	(void)made_again;
}

int limited_open(struct memcg *memcg, int proc_fd)
{
	int r = memcg_open_to_look(memcg, proc_fd);

	if (r < 0 || memcg->version == MEMCG_NONE)
		return r;
	memcg_walk_begin(memcg);
	while (!memcg_walk(memcg, MEMCG_MOST, forgotten, NULL))
		continue;
	return 0;
}

void limited_find(int proc_fd, pid_t pid, struct limited_by *ret)
{
	static struct memcg memcg;
	int row = -1;

	*ret = (struct limited_by){0};
	if (limited_open(&memcg, proc_fd) == 0 && memcg.version != MEMCG_NONE)
		row = memcg_row_of(&memcg, proc_fd, pid);
	ret->known = row >= 0 && memcg_read(&memcg, (unsigned)row, &ret->seen) == 0;
	if (ret->known)
		(void)strcpy(ret->path, memcg.groups[row].path);
	memcg_close(&memcg);
}
