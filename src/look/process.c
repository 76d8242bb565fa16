/* SPDX-License-Identifier: MIT */
#include "look/process.h"

#include "base/compat.h"
#include "base/scratch.h"
#include "look/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* A dirent of /proc/PID is 24 or 32 bytes: one call lists 4,000 processes, and a small machine
 * touches few pages. */
static char dirents[128 * 1024] __attribute__((aligned(8)));

/* ---- small files below /proc ---- */

struct path {
	char text[64];
};

static char *append_number(char *end, uint64_t value)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
	} while ((value /= 10) > 0);
	while (n > 0)
		*end++ = digits[--n];
	return end;
}

/* "PID/file", or "PID/task/TID/file". */
static struct path proc_path(pid_t pid, pid_t tid, const char *file)
{
	struct path p = {.text = ""};
	char *end = append_number(p.text, (uint64_t)pid);

	if (tid > 0)
		end = append_number(stpcpy(end, "/task/"), (uint64_t)tid);
	*end++ = '/';
	(void)stpcpy(end, file);
	return p;
}

static ssize_t read_proc(int proc_fd, pid_t pid, pid_t tid, const char *file, size_t size)
{
	struct path p = proc_path(pid, tid, file);

	return scratch_read_at(proc_fd, p.text, size);
}

ssize_t process_file(int proc_fd, pid_t pid, const char *file, size_t size)
{
	return read_proc(proc_fd, pid, 0, file, size);
}

static void read_pieces(int proc_fd, const struct path *path, process_piece_fn each, void *ctx)
{
	int fd = openat(proc_fd, path->text, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t length =
		SCRATCH_MAX; /* a shorter read is the last one: proc(5) gives what it has */
	off_t at = 0;

	if (fd < 0)
		return;
	while (length == SCRATCH_MAX) {
		size_t taken;

		length = pread(fd, scratch, SCRATCH_MAX, at);
		taken = length > 0 ? each(ctx, scratch, (size_t)length) : 0;
		if (taken == 0)
			break;
		at += (off_t)taken;
	}
	(void)close(fd);
}

void process_pieces(int proc_fd, pid_t pid, const char *file, process_piece_fn each, void *ctx)
{
	struct path p = proc_path(pid, 0, file);

	read_pieces(proc_fd, &p, each, ctx);
}

int process_int(int proc_fd, pid_t pid, const char *file, int32_t *ret)
{
	ssize_t length = read_proc(proc_fd, pid, 0, file, PROCESS_NUMBERS_MAX);

	return length < 0 ? (int)length : parse_int(scratch, (size_t)length, ret);
}

/* ---- one process in full ---- */

static void fill_memory(const struct proc_status *status, struct proc *p)
{
	p->uid = status->uid;
	p->rss_kib = status->rss_kib;
	p->anon_kib = status->anon_kib;
	p->file_kib = status->file_kib;
	p->shmem_kib = status->shmem_kib;
	p->swap_kib = status->swap_kib;
	p->page_tables_kib = status->page_tables_kib;
	p->peak_kib = status->peak_kib;
}

/* Kernels before 4.5 do not split the resident memory in status; statm's third field is file and
 * shared together. */
static void split_by_statm(int proc_fd, pid_t tid, struct proc *p)
{
	uint64_t resident, shared, page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	ssize_t length = read_proc(proc_fd, p->pid, tid, "statm", PROCESS_NUMBERS_MAX);

	if (length < 0 || parse_statm(scratch, (size_t)length, &resident, &shared) < 0)
		return;
	p->file_kib = shared * page_kib;
	p->anon_kib = resident > shared ? (resident - shared) * page_kib : 0;
}

static size_t add_status(void *ctx, const char *text, size_t length)
{
	return parse_status_part(text, length, ctx);
}

static int read_memory(int proc_fd, pid_t tid, struct proc *p)
{
	struct path path = proc_path(p->pid, tid, "status");
	struct status_text text = {.have = 0};
	struct proc_status status;

	read_pieces(proc_fd, &path, add_status, &text);
	if (parse_status_end(&text, &status) < 0)
		return -ESRCH;
	fill_memory(&status, p);
	if (tid == 0) /* whose mask the kernel looks at, whichever thread lives */
		p->ignores_term = status.ignores_term;
	p->ns_first = p->ns_first || status.ns_first;
	if (status.has_memory && !status.has_split)
		split_by_statm(proc_fd, tid, p);
	return status.has_memory ? 0 : -ENODATA;
}

bool process_dir_is_proc(int proc_fd)
{
	struct statfs s;

	return fstatfs(proc_fd, &s) == 0 && s.f_type == FS_PROC;
}

/*
 * R113: RLIMIT_RTTIME counts until a real-time thread sleeps, and what it reclaims on the way is
 * counted too: 100,000 processes could take it all. And others may run meanwhile.
 */
static void catch_breath(void)
{
	const struct timespec shortest = {.tv_nsec = 1};

	(void)nanosleep(&shortest, NULL);
}

int process_list(int fd, int (*each)(void *ctx, int32_t number, int64_t next_offset), void *ctx)
{
	unsigned calls = 0;

	for (;;) {
		long length = syscall(SYS_getdents64, fd, dirents, sizeof(dirents));

		if (length <= 0)
			return length < 0 ? -errno : 0;
		if (calls++ > 0)
			catch_breath();
		for (long at = 0; at < length;) {
			const struct entry64 *d =
				(const struct entry64 *)(const void *)(dirents + at);
			int32_t number;
			int stop = 0;

			at += d->d_reclen;
			if (d->d_name[0] >= '1' && d->d_name[0] <= '9' &&
			    parse_int(d->d_name, strlen(d->d_name), &number) == 0)
				stop = each(ctx, number, d->d_off);
			if (stop != 0)
				return stop;
		}
	}
}

struct thread_search {
	int proc_fd;
	struct proc *proc;
	bool found;
};

static int try_thread(void *ctx, int32_t tid, int64_t next_offset)
{
	struct thread_search *search = ctx;
	struct proc_stat stat;
	ssize_t length;

	(void)next_offset;
	if (tid == search->proc->pid)
		return 0;
	length = read_proc(search->proc_fd, search->proc->pid, tid, "stat", PROCESS_LINES_MAX);
	if (length < 0 || parse_stat(scratch, (size_t)length, &stat) < 0 || stat.state == 'Z' ||
	    stat.state == 'X')
		return 0;
	if (read_memory(search->proc_fd, tid, search->proc) < 0)
		return 0;
	search->proc->state = stat.state;
	search->proc->layout = stat.layout;
	search->proc->leader_exited = true;
	search->found = true;
	return 1;
}

/* R26: the main thread has exited, its memory shows as nothing; another thread of the process still
 * has it. */
static void read_live_thread(int proc_fd, struct proc *p)
{
	struct thread_search search = {.proc_fd = proc_fd, .proc = p};
	struct path path = proc_path(p->pid, 0, "task");
	int fd = openat(proc_fd, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)process_list(fd, try_thread, &search);
	(void)close(fd);
}

static void read_exe(int proc_fd, struct proc *p)
{
	static const char deleted[] =
		" (deleted)"; /* the package was upgraded under the running process */
	struct path path = proc_path(p->pid, 0, "exe");
	ssize_t length = readlinkat(proc_fd, path.text, p->exe, sizeof(p->exe) - 1);
	size_t tail = sizeof(deleted) - 1;

	p->exe[0] = length <= 0 || (size_t)length >= sizeof(p->exe) - 1 ? '\0' : p->exe[0];
	if (p->exe[0] == '\0')
		return;
	p->exe[length] = '\0';
	if ((size_t)length > tail && strcmp(p->exe + length - tail, deleted) == 0)
		p->exe[(size_t)length - tail] = '\0';
}

static void fill_stat(const struct proc_stat *stat, struct proc *p)
{
	memcpy(p->comm, stat->comm, sizeof(p->comm));
	p->state = stat->state;
	p->ppid = stat->ppid;
	p->leads_session = stat->session == p->pid;
	p->flags = stat->flags;
	p->threads = stat->threads;
	p->start_ticks = stat->start_ticks;
	p->layout = stat->layout;
}

/*
 * sigtimedwait(2) takes what it waits for out of the mask as long as it sleeps (the kernel keeps it
 * in real_blocked, which status does not show): there is no other way to see it than where it
 * sleeps. "0" is what the file says where that is not ours to know.
 */
static bool may_wait_for_signals(int proc_fd, pid_t pid, char state)
{
	ssize_t length =
		state == 'S' ? read_proc(proc_fd, pid, 0, "wchan", PROCESS_NUMBERS_MAX) : 0;

	return state == 'S' && (length <= 1 || memmem(scratch, (size_t)length, "sigtimedwait",
						      strlen("sigtimedwait")) != NULL);
}

int process_read(int proc_fd, pid_t pid, struct proc *ret)
{
	struct proc_stat stat;
	ssize_t length = read_proc(proc_fd, pid, 0, "stat", PROCESS_LINES_MAX);

	memset(ret, 0, sizeof(*ret));
	ret->pid = pid;
	ret->matched = -1;
	ret->oom_score = -1;
	if (length < 0 || parse_stat(scratch, (size_t)length, &stat) < 0)
		return -ESRCH;
	fill_stat(&stat, ret);
	if (stat.flags & PROC_FLAG_KTHREAD)
		return 0;
	if (read_memory(proc_fd, 0, ret) == -ESRCH ||
	    process_int(proc_fd, pid, "oom_score_adj", &ret->oom_score_adj) < 0)
		return -ESRCH;
	ret->ignores_term = ret->ignores_term && !may_wait_for_signals(proc_fd, pid, stat.state);
	if (stat.state == 'Z' && stat.threads > 1)
		read_live_thread(proc_fd, ret);
	if (process_int(proc_fd, pid, "oom_score", &ret->oom_score) < 0)
		ret->oom_score = -1;
	read_exe(proc_fd, ret);
	return 0;
}

int process_stat(int proc_fd, pid_t pid, struct proc_stat *ret)
{
	ssize_t length = read_proc(proc_fd, pid, 0, "stat", PROCESS_LINES_MAX);

	return length < 0 || parse_stat(scratch, (size_t)length, ret) < 0 ? -ESRCH : 0;
}

uint32_t process_owner(int proc_fd, pid_t pid)
{
	struct path p = proc_path(pid, 0, ".");
	int fd = openat(proc_fd, p.text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat s;
	int r;

	if (fd < 0)
		return 0;
	r = fstat(fd, &s);
	(void)close(fd);
	return r == 0 ? s.st_uid : 0;
}

uint64_t process_layout(int proc_fd, pid_t pid)
{
	struct proc_stat stat;

	return process_stat(proc_fd, pid, &stat) == 0 ? stat.layout : 0;
}

unsigned process_children(int proc_fd, pid_t pid, int32_t *ret, unsigned max)
{
	ssize_t length = read_proc(proc_fd, pid, pid, "children", PROCESS_LINES_MAX);

	return length <= 0 ? 0 : parse_numbers(scratch, (size_t)length, ret, max);
}

static bool same_numbers(const struct proc *a, const struct proc *b)
{
	return a->rss_kib == b->rss_kib && a->file_kib == b->file_kib &&
	       a->peak_kib == b->peak_kib && a->swap_kib == b->swap_kib &&
	       a->page_tables_kib == b->page_tables_kib;
}

/*
 * kcmp(2) takes a lock that execve(2) holds while it gets rid of the old memory, for which it may
 * have to wait (fs/exec.c, exec_mmap: state D). So it does not ask about one in that state: a
 * parent in vfork(2), mostly. Its child is known by its numbers, of which a copy by fork never has
 * all: it does not inherit what the parent has mapped of files.
 */
bool process_same_memory(const struct proc *a, const struct proc *b)
{
	if (a->layout == 0 || a->layout != b->layout || a->leader_exited || b->leader_exited)
		return false;
	if (a->state == 'D' || b->state == 'D')
		return same_numbers(a, b);
	return sys_kcmp(a->pid, b->pid, KCMP_WHOLE_MEMORY) == 0;
}

/* The leader is no more, and its threads live on (R26). */
static bool is_leaderless(const struct proc_stat *stat)
{
	return stat->state == 'Z' && stat->threads > 1;
}

int process_identity(int proc_fd, pid_t pid, uint64_t *ret_start_ticks, char *ret_state)
{
	struct proc_stat stat;

	if (process_stat(proc_fd, pid, &stat) < 0)
		return -ESRCH;
	*ret_start_ticks = stat.start_ticks;
	*ret_state = is_leaderless(&stat) ? 'S' : stat.state;
	return 0;
}

bool process_is_leaving(int proc_fd, const struct process_id *id)
{
	struct proc_stat stat;

	return process_stat(proc_fd, id->pid, &stat) < 0 || stat.start_ticks != id->start_ticks ||
	       ((stat.flags & PROC_FLAG_EXITING) != 0 && !is_leaderless(&stat));
}
