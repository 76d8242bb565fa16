/* SPDX-License-Identifier: MIT */
#include "proctree.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];
static int root_fd = -1;

void tree_write(const char *path, const char *format, ...)
{
	int fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	va_list args;

	assert(fd >= 0);
	va_start(args, format);
	assert(vdprintf(fd, format, args) >= 0);
	va_end(args);
	assert(close(fd) == 0);
}

void tree_link(const char *path, const char *target)
{
	assert(symlinkat(target, root_fd, path) == 0);
}

int tree_make(uint64_t total_kib, uint64_t available_kib)
{
	/* In memory where there is a place for that: some trees have thousands of files. */
	(void)snprintf(root, sizeof(root), "%s/useroom-tree-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert(mkdtemp(root) != NULL);
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(root_fd >= 0);
	tree_write("meminfo",
		   "MemTotal:       %8" PRIu64 " kB\nMemFree:        %8" PRIu64
		   " kB\nMemAvailable:   %8" PRIu64
		   " kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n",
		   total_kib, available_kib, available_kib);
	tree_write("vmstat", "pgalloc_dma 0\npgalloc_normal 1000\noom_kill 0\n");
	tree_write("loadavg", "0.00 0.00 0.00 1/100 99999\n");
	return root_fd;
}

static void write_stat(const char *dir, const struct tree_proc *p, pid_t pid, char state)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/stat", dir);
	tree_write(path,
		   "%d (%s) %c %d 0 0 0 -1 %u 0 0 0 0 0 0 0 0 20 0 %u 0 %" PRIu64
		   " 0 0 18446744073709551615 %u 0 %u 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n",
		   (int)pid, p->comm, state, (int)p->ppid, p->flags, p->threads ? p->threads : 1,
		   p->start_ticks, p->layout, p->layout);
}

static void write_status(const char *dir, const struct tree_proc *p, bool memory)
{
	uint64_t rss = p->anon_kib + p->file_kib + p->shmem_kib;
	char path[96], split[128] = "", all[320] = "";

	if (!p->no_split)
		(void)snprintf(split, sizeof(split),
			       "RssAnon:\t%" PRIu64 " kB\nRssFile:\t%" PRIu64
			       " kB\nRssShmem:\t%" PRIu64 " kB\n",
			       p->anon_kib, p->file_kib, p->shmem_kib);
	if (memory)
		(void)snprintf(all, sizeof(all),
			       "VmHWM:\t%" PRIu64 " kB\nVmRSS:\t%" PRIu64
			       " kB\n%sVmPTE:\t4 kB\nVmSwap:\t%" PRIu64 " kB\n",
			       p->peak_kib ? p->peak_kib : rss, rss, split, p->swap_kib);
	(void)snprintf(path, sizeof(path), "%s/status", dir);
	tree_write(path, "Name:\tx\nUid:\t%u\t%u\t%u\t%u\nNSpid:\t%d%s\n%sThreads:\t1\n", p->uid,
		   p->uid, p->uid, p->uid, (int)p->pid, p->ns_first ? "\t1" : "", all);
	(void)snprintf(path, sizeof(path), "%s/statm", dir);
	tree_write(path, "0 %" PRIu64 " %" PRIu64 " 0 0 0 0\n", memory ? rss / 4 : 0,
		   memory ? (p->file_kib + p->shmem_kib) / 4 : 0);
}

void tree_make_dir(const char *path)
{
	assert(mkdirat(root_fd, path, 0755) == 0);
}

static void add_live_thread(const struct tree_proc *p)
{
	char dir[64];

	(void)snprintf(dir, sizeof(dir), "%d/task/%d", (int)p->pid, (int)p->live_tid);
	tree_make_dir(dir);
	write_stat(dir, p, p->live_tid, 'S');
	write_status(dir, p, true);
}

void tree_add(const struct tree_proc *p)
{
	bool memory = p->live_tid == 0 && !(p->flags & 0x00200000u);
	char dir[32], path[64];

	(void)snprintf(dir, sizeof(dir), "%d", (int)p->pid);
	tree_make_dir(dir);
	write_stat(dir, p, p->pid, p->live_tid ? 'Z' : p->state ? p->state : 'S');
	write_status(dir, p, memory);
	(void)snprintf(path, sizeof(path), "%d/oom_score", (int)p->pid);
	tree_write(path, "%d\n", p->oom_score);
	(void)snprintf(path, sizeof(path), "%d/oom_score_adj", (int)p->pid);
	tree_write(path, "%d\n", p->oom_score_adj);
	(void)snprintf(path, sizeof(path), "%d/cgroup", (int)p->pid);
	tree_write(path, "%s\n", p->cgroup ? p->cgroup : "0::/");
	(void)snprintf(path, sizeof(path), "%d/task", (int)p->pid);
	tree_make_dir(path);
	(void)snprintf(path, sizeof(path), "%d/exe", (int)p->pid);
	if (p->exe)
		assert(symlinkat(p->exe, root_fd, path) == 0);
	if (p->live_tid)
		add_live_thread(p);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_remove(pid_t pid)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%d", root, (int)pid);
	assert(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

const char *tree_path(void)
{
	return root;
}

void tree_drop(void)
{
	assert(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	(void)close(root_fd);
	root_fd = -1;
}
