/* SPDX-License-Identifier: MIT */
/*
 * The processes on the stage. Each word of the command line is one thing to do, in order; after the
 * last the actor sleeps. Memory is real, and really given back when the actor ends.
 *
 *   name=TEXT     call itself so (%XX for any byte)
 *   adj=N         write oom_score_adj
 *   uid=N         become that user
 *   ignore=term   ignore SIGTERM; "none": mind it again
 *   shrug         a handler for SIGTERM that does nothing
 *   block         block SIGTERM
 *   await         end when sigwait(3) says that a blocked one came: the last word
 *   init          the rest is done by the first process of a new PID namespace
 *   slow=MS       on SIGTERM, end MS later
 *   grow=MIB[@MIB_PER_S]
 *   file=MIB      map file pages, many times the same
 *   tmpfs=MIB     fill a file on the counted tmpfs
 *   sysv=MIB      a System V segment
 *   shared=MIB:N  N children that share a tmpfs file
 *   children=N:MIB[@MIB_PER_S]
 *   brood=N:KIB@N_PER_S[:sessions|:names|:again]
 *                 N children of so little, so many a second; each in a session of its own, or every
 *                 other of the name "other"; or others for those that have ended, without an end
 *   sleepers=N    N children that do nothing
 *   thread=MIB    hold it in a thread; main exits
 *   storm=N       keep N children that end at once
 *   threads=N     N more threads that sleep
 *   object=MIB    map a file that all actors with this word have, and write to it
 *   memfd=MIB:N   map a memfd N times, and write to all of it N times
 *   touched=MIB:N shared memory with N children, of which one alone writes to it
 *   copy          a child by fork that does nothing
 *   clones=N[:NAME]  N processes that use the same memory, and call themselves so
 *   vfork         wait for a child that never calls exec
 *   join=FILE     go into the control group whose cgroup.procs this is
 *   hot=MIB:N:FILE  make the file; N threads read any page of it through a mapping, without an end
 *   read=MIB:FILE   make it, and read it from its beginning to its end, again and again
 *   mapped=MIB:FILE the same through a mapping
 *   noreap        the rest is done by a child nobody waits for
 *   respawn=MS    the rest is done by a child; when it dies, MS later by another one
 *   zombie        leave a dead child behind
 *   stop          stop itself
 *   stuck         the rest is done by a child that a tracer holds when it dies, before its memory
 *                 is freed
 *   held=PATH     it will stay when it is ended, as if it hung in the kernel, until the file exists
 *   wait=PATH     go on when the file exists
 *   touch=PATH    make an empty file
 *   cpu=N         run on this CPU only
 *   world=KIND    go into namespaces of its own: "sandbox" as systemd makes one for a service,
 *                 "user" as any user can; "container" with a root of its own, "bind" with that of
 *                 the machine: in these two the rest is done by it as /usr/sbin/sshd, which it has
 *                 put there
 *   end           end at once
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB      (1024u * 1024u)
#define STEP     (256u * 1024u)
#define MOST_MIB 256 /* whatever a case asks for: a test must not fill the machine it runs on */
#define BIG_FILE "/tmp/big"

#define LISTED "/usr/sbin/sshd" /* what world= makes itself look like */

static int slow_ms;
static char **words_left; /* what is to be done after the word that is being done */

static void die(const char *what)
{
	(void)fprintf(stderr, "actor: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void sleep_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	(void)nanosleep(&ts, NULL);
}

static void hold(void)
{
	for (;;)
		(void)pause();
}

static char *map_anon(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

/* Touch every page, steadily: `speed` MiB a second, 0 for at once. */
static void fill(char *memory, size_t size, unsigned speed)
{
	for (size_t at = 0; at < size; at += STEP) {
		memset(memory + at, 0x55, size - at < STEP ? size - at : STEP);
		if (speed > 0)
			sleep_ms(STEP / 1024 * 1000 / (1024 * (long)speed));
	}
}

static size_t amount(const char *text)
{
	unsigned long mib = strtoul(text, NULL, 10);

	if (mib > MOST_MIB)
		die("more than a test may hold");
	return (size_t)mib * MIB;
}

static unsigned speed_of(const char *text)
{
	const char *at = strchr(text, '@');

	return at == NULL ? 0 : (unsigned)strtoul(at + 1, NULL, 10);
}

static void do_grow(const char *text)
{
	size_t size = amount(text);

	fill(map_anon(size), size, speed_of(text));
}

static void do_name(const char *text)
{
	char name[64];
	size_t n = 0;
	unsigned byte;

	for (; *text != '\0' && n < sizeof(name) - 1; text++) {
		if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1) {
			name[n++] = (char)byte;
			text += 2;
		} else {
			name[n++] = *text;
		}
	}
	name[n] = '\0';
	(void)prctl(PR_SET_NAME, name);
}

static void do_adj(const char *text)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("oom_score_adj");
	(void)close(fd);
}

static void do_uid(const char *text)
{
	unsigned uid = (unsigned)strtoul(text, NULL, 10);

	if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		die("uid");
	(void)prctl(PR_SET_DUMPABLE, 1); /* else /proc/PID belongs to root */
}

static void do_ignore(const char *text)
{
	(void)signal(SIGTERM, strcmp(text, "none") == 0 ? SIG_DFL : SIG_IGN);
}

static void do_nothing(int signal_number)
{
	(void)signal_number;
}

static void do_shrug(const char *text)
{
	(void)text;
	(void)signal(SIGTERM, do_nothing);
}

static sigset_t only_term(void)
{
	sigset_t term;

	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	return term;
}

static void do_block(const char *text)
{
	sigset_t term = only_term();

	(void)text;
	(void)sigprocmask(SIG_BLOCK, &term, NULL);
}

static void do_await(const char *text)
{
	sigset_t term = only_term();
	int got;

	(void)text;
	(void)sigwait(&term, &got);
	_exit(0);
}

static void leave_slowly(int signal_number)
{
	(void)signal_number;
	sleep_ms(slow_ms);
	_exit(0);
}

static void do_slow(const char *text)
{
	slow_ms = atoi(text);
	(void)signal(SIGTERM, leave_slowly);
}

/*
 * A file that is on a disk wherever we run: our own libraries. RssFile counts each mapping of it.
 */
static void find_file(char *path, size_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	(void)snprintf(path, size, "/bin/sh");
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		char *start = strchr(line, '/');

		if (start == NULL || strstr(start, "libc") == NULL)
			continue;
		start[strcspn(start, "\n")] = '\0';
		(void)snprintf(path, size, "%s", start);
		break;
	}
	if (maps != NULL)
		(void)fclose(maps);
}

static void do_file(const char *text)
{
	size_t wanted = amount(text);
	char path[512];
	struct stat st;
	int fd;

	find_file(path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	for (size_t mapped = 0; mapped < wanted; mapped += (size_t)st.st_size) {
		if (mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) ==
		    MAP_FAILED)
			die("mmap of a file");
	}
	(void)close(fd);
}

static int big_file(size_t size)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%d", BIG_FILE, (int)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		die(path);
	return fd;
}

static void do_tmpfs(const char *text)
{
	size_t size = amount(text);
	int fd = big_file(size);
	static char step[STEP];

	for (size_t at = 0; at < size; at += STEP) {
		if (write(fd, step, STEP) != (ssize_t)STEP)
			die("write to tmpfs");
	}
	(void)close(fd);
}

static void do_sysv(const char *text)
{
	size_t size = amount(text);
	int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	char *memory = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	if (memory == (char *)-1)
		die("System V shared memory");
	fill(memory, size, 0);
	(void)shmdt(memory);
}

/* N for "N:..."; where the rest begins in *ret_rest. */
static int many(const char *text, const char **ret_rest)
{
	const char *colon = strchr(text, ':');

	*ret_rest = colon == NULL ? "" : colon + 1;
	return atoi(text);
}

static void do_shared(const char *text)
{
	size_t size = amount(text);
	const char *rest;
	int fd = big_file(size);
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	(void)many(text, &rest);
	if (memory == MAP_FAILED)
		die("mmap of tmpfs");
	for (int i = atoi(rest); i > 0; i--) {
		if (fork() == 0) {
			fill(memory, size, 0);
			hold();
		}
	}
	fill(memory, size, 0);
}

static void do_children(const char *text)
{
	const char *rest;

	for (int i = many(text, &rest); i > 0; i--) {
		if (fork() == 0) {
			do_grow(rest);
			hold();
		}
	}
}

static void be_brood(const char *text, int number, size_t size)
{
	if (strstr(text, ":sessions") != NULL)
		(void)setsid();
	if (strstr(text, ":names") != NULL && number % 2 == 0)
		(void)prctl(PR_SET_NAME, "other");
	fill(map_anon(size), size, 0);
	hold();
}

static void do_brood(const char *text)
{
	const char *rest, *at = strchr(text, '@');
	struct timespec pause = {.tv_nsec = at != NULL ? 1000000000L / atol(at + 1) : 0};
	int count = many(text, &rest);
	size_t size = (size_t)atol(rest) * 1024;
	bool again = strstr(text, ":again") != NULL;

	if (count > 1000 || (size_t)count * size > (size_t)MOST_MIB * MIB)
		die("more than a test may hold");
	for (int i = 0, alive = 0; again || i < count;) {
		if (alive < count) {
			if (fork() == 0)
				be_brood(text, i, size);
			alive++;
			i++;
		}
		(void)nanosleep(&pause, NULL);
		while (again && waitpid(-1, NULL, WNOHANG) > 0)
			alive--;
	}
}

static void do_sleepers(const char *text)
{
	for (int i = atoi(text); i > 0; i--) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			hold();
	}
}

static void *thread_holds(void *text)
{
	do_grow(text);
	hold();
	return NULL;
}

static void do_thread(const char *text)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_holds, strdup(text)) != 0)
		die("pthread_create");
	pthread_exit(NULL);
}

static void *thread_sleeps(void *nothing)
{
	(void)nothing;
	hold();
	return NULL;
}

static void do_threads(const char *text)
{
	pthread_attr_t small;
	pthread_t thread;

	(void)pthread_attr_init(&small);
	(void)pthread_attr_setstacksize(&small, (size_t)64 * 1024);
	for (int i = atoi(text); i > 0; i--)
		if (pthread_create(&thread, &small, thread_sleeps, NULL) != 0)
			die("pthread_create");
}

static char *map_file(int fd, size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		die("mmap of shared memory");
	return memory;
}

static void do_object(const char *text)
{
	size_t size = amount(text);
	int fd = open(BIG_FILE "/object", O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		die(BIG_FILE "/object");
	fill(map_file(fd, size), size, 0);
	(void)close(fd);
}

static void do_memfd(const char *text)
{
	size_t size = amount(text);
	const char *rest;
	int fd = (int)syscall(SYS_memfd_create, "heap", 1 /* MFD_CLOEXEC */);

	(void)many(text, &rest);
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		die("memfd");
	for (int i = atoi(rest); i > 0; i--)
		fill(map_file(fd, size), size, 0);
}

/* Goes on when the last child has written to all of it. */
static void do_touched(const char *text)
{
	size_t size = amount(text);
	const char *rest;
	volatile char *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)many(text, &rest);
	if (memory == MAP_FAILED)
		die("mmap of shared memory");
	memory[0] = 1;
	for (int i = atoi(rest); i > 0; i--) {
		if (fork() != 0)
			continue;
		fill((char *)(uintptr_t)memory, i == 1 ? size : 4096, 0);
		hold();
	}
	while (memory[size - 1] == 0)
		sleep_ms(2);
}

static void do_join(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		die(path);
	(void)close(fd);
}

struct reading {
	int fd;
	size_t size;
	volatile const char *memory;
};

/* On the disk, and no page of it in memory. */
static struct reading make_file(size_t size, const char *path)
{
	static struct reading r;
	char block[65536];

	memset(block, 0x55, sizeof(block));
	r = (struct reading){.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), .size = size};
	for (size_t at = 0; at < size; at += sizeof(block))
		if (r.fd < 0 || write(r.fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			die(path);
	if (fsync(r.fd) < 0 || posix_fadvise(r.fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		die(path);
	r.memory = mmap(NULL, size, PROT_READ, MAP_SHARED, r.fd, 0);
	if (r.memory == MAP_FAILED)
		die(path);
	return r;
}

static void *read_any_page(void *ctx)
{
	const struct reading *r = ctx;
	uint64_t seed = (uint64_t)(uintptr_t)&r ^ (uint64_t)(unsigned)getpid();

	for (;;) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		(void)r->memory[(seed >> 33) % (r->size / 4096) * 4096];
	}
	return NULL;
}

static void *read_in_order(void *ctx)
{
	const struct reading *r = ctx;
	char block[65536];

	for (;;) {
		for (size_t at = 0; at < r->size; at += sizeof(block))
			if (pread(r->fd, block, sizeof(block), (off_t)at) <= 0)
				die("pread");
	}
	return NULL;
}

static void *map_in_order(void *ctx)
{
	const struct reading *r = ctx;

	for (;;) {
		for (size_t at = 0; at < r->size; at += 4096)
			(void)r->memory[at];
	}
	return NULL;
}

static void start_reading(size_t size, const char *path, int threads, void *(*run)(void *))
{
	static struct reading r;
	pthread_t thread;

	r = make_file(size, path);
	if (run == read_any_page)
		(void)madvise((void *)(uintptr_t)r.memory, size, MADV_RANDOM);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread, NULL, run, &r) != 0)
			die("pthread_create");
}

static void do_hot(const char *text)
{
	size_t size = amount(text);
	const char *rest, *path;

	(void)many(text, &rest);
	path = strchr(rest, ':');
	if (path == NULL)
		die(text);
	start_reading(size, path + 1, atoi(rest), read_any_page);
}

static void do_read(const char *text)
{
	size_t size = amount(text);
	const char *path;

	(void)many(text, &path);
	start_reading(size, path, 1, read_in_order);
}

static void do_mapped(const char *text)
{
	size_t size = amount(text);
	const char *path;

	(void)many(text, &path);
	start_reading(size, path, 1, map_in_order);
}

static void do_copy(const char *text)
{
	(void)text;
	if (fork() == 0)
		hold();
}

static int clone_sleeps(void *name)
{
	if (name != NULL)
		do_name(name);
	hold();
	return 0;
}

static void do_clones(const char *text)
{
	const size_t size = (size_t)64 * 1024;
	const char *name;

	for (int i = many(text, &name); i > 0; i--) {
		if (clone(clone_sleeps, map_anon(size) + size, CLONE_VM | SIGCHLD,
			  name[0] != '\0' ? (void *)(uintptr_t)name : NULL) < 0)
			die("clone");
	}
}

static void do_vfork(const char *text)
{
	(void)text;
	(void)clone(clone_sleeps, map_anon(STEP) + STEP, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
}

static void do_storm(const char *text)
{
	int most = atoi(text), running = 0;

	for (;;) {
		if (fork() == 0)
			_exit(0);
		if (++running >= most && wait(NULL) > 0)
			running--;
	}
}

static void do_noreap(const char *text)
{
	(void)text;
	if (fork() != 0)
		hold();
}

static void do_init(const char *text)
{
	int status = 0;
	pid_t pid = -1;

	(void)text;
	if (unshare(CLONE_NEWPID) < 0 || (pid = fork()) < 0)
		die("init");
	if (pid == 0)
		return;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void do_respawn(const char *text)
{
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			return;
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		sleep_ms(atoi(text));
	}
}

static void do_zombie(const char *text)
{
	(void)text;
	if (fork() == 0)
		_exit(0);
}

static void do_stop(const char *text)
{
	(void)text;
	(void)raise(SIGSTOP);
}

/* ptrace(2): with PTRACE_O_TRACEEXIT a task stops early in its exit, even after SIGKILL, until its
 * tracer goes on. */
static void do_stuck(const char *text)
{
	pid_t pid = fork();
	int status;

	(void)text;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			die("ptrace");
		(void)raise(SIGSTOP);
		return;
	}
	if (waitpid(pid, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT) < 0)
		die("ptrace options");
	do /* other signals reach it; a handler of its own could run */
		(void)ptrace(PTRACE_CONT, pid, NULL,
			     WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status));
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
	       status >> 16 != PTRACE_EVENT_EXIT);
	hold();
}

static void do_wait(const char *path)
{
	while (access(path, F_OK) < 0)
		sleep_ms(2);
}

/* In a session of its own, so that it is not ended with the one it holds. */
static void hold_until(pid_t held, int ready, const char *path)
{
	int status;

	(void)setsid();
	if (ptrace(PTRACE_SEIZE, held, NULL, PTRACE_O_TRACEEXIT) < 0)
		die("seize");
	(void)close(ready);
	(void)waitpid(held, &status, 0);
	do_wait(path);
	_exit(0); /* whom a tracer leaves goes on: to its end */
}

static void do_held(const char *path)
{
	pid_t pid = getpid();
	int ready[2];
	char nothing;

	if (pipe2(ready, O_CLOEXEC) < 0)
		die("pipe");
	if (fork() == 0)
		hold_until(pid, ready[1], path);
	(void)close(ready[1]);
	(void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* Yama */
	(void)!read(ready[0], &nothing, 1);
}

static void do_touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		die(path);
	(void)close(fd);
}

static void do_cpu(const char *text)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)atoi(text), &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		die("sched_setaffinity");
}

/* The machine's own mounts, but for /tmp. */
static void be_apart(int flags)
{
	if (unshare(CLONE_NEWNS | flags) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    ((mkdir("/tmp", 0777) < 0 && errno != EEXIST) ||
	     mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0))
		die("unshare");
}

/* ProtectSystem=: /usr mounted on itself. */
static void be_sandboxed(void)
{
	be_apart(0);
	if (mount("/usr", "/usr", NULL, MS_BIND | MS_REC, NULL) < 0)
		die("/usr");
}

/* The rest of the words is done by what lies there. */
static void become_listed(void)
{
	char name[] = LISTED, **argv = words_left - 1;

	argv[0] = name;
	(void)execv(LISTED, argv);
	die(LISTED);
}

/* By its name in this namespace: what /proc/self/exe leads to is of the one it was started in. */
static void put_itself_at(const char *path)
{
	char exe[256];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	exe[length < 0 ? 0 : length] = '\0';
	if (mount(exe, path, NULL, MS_BIND, NULL) < 0)
		die(path);
}

/* Root's: this program lies over one that the machine has. */
static void be_bound(void)
{
	be_apart(0);
	put_itself_at(LISTED);
	become_listed();
}

/* One below the other, as mkdir -p. */
static void make_dirs(const char *path)
{
	char part[128];

	for (const char *at = path; (at = strchr(at + 1, '/')) != NULL;) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
		(void)mkdir(part, 0755);
	}
	(void)mkdir(path, 0755);
}

/* What this program needs to run there, and the program. */
static void furnish(const char *root)
{
	static const char *const dirs[] = {"/usr/lib", "/lib", "/lib64", "/proc"};
	char path[128];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", root, dirs[i]);
		make_dirs(path);
		if (mount(dirs[i], path, NULL, MS_BIND | MS_REC, NULL) < 0 && errno != ENOENT)
			die(path);
	}
	(void)snprintf(path, sizeof(path), "%s/usr/sbin", root);
	make_dirs(path);
	(void)snprintf(path, sizeof(path), "%s" LISTED, root);
	(void)close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
	put_itself_at(path);
}

/* A root of its own, as a container's. */
static void be_contained(void)
{
	be_apart(0);
	if (mkdir("/tmp/root", 0755) < 0 || mount("tmpfs", "/tmp/root", "tmpfs", 0, NULL) < 0)
		die("root");
	furnish("/tmp/root");
	if (mkdir("/tmp/root/old", 0755) < 0 ||
	    syscall(SYS_pivot_root, "/tmp/root", "/tmp/root/old") < 0 || chdir("/") < 0)
		die("pivot_root");
	become_listed();
}

static void do_world(const char *text)
{
	if (strcmp(text, "container") == 0)
		be_contained();
	else if (strcmp(text, "bind") == 0)
		be_bound();
	else if (strcmp(text, "user") == 0)
		be_apart(CLONE_NEWUSER);
	else
		be_sandboxed();
}

static void do_end(const char *text)
{
	(void)text;
	_exit(0);
}

static const struct word {
	const char *name;
	void (*run)(const char *text);
} words[] = {
	{"name", do_name},       {"adj", do_adj},           {"uid", do_uid},
	{"ignore", do_ignore},   {"shrug", do_shrug},       {"block", do_block},
	{"await", do_await},     {"init", do_init},         {"slow", do_slow},
	{"grow", do_grow},       {"file", do_file},         {"tmpfs", do_tmpfs},
	{"sysv", do_sysv},       {"shared", do_shared},     {"children", do_children},
	{"brood", do_brood},     {"sleepers", do_sleepers}, {"thread", do_thread},
	{"threads", do_threads}, {"storm", do_storm},       {"noreap", do_noreap},
	{"respawn", do_respawn}, {"zombie", do_zombie},     {"stop", do_stop},
	{"stuck", do_stuck},     {"wait", do_wait},         {"touch", do_touch},
	{"held", do_held},       {"cpu", do_cpu},           {"world", do_world},
	{"end", do_end},         {"object", do_object},     {"memfd", do_memfd},
	{"touched", do_touched}, {"copy", do_copy},         {"clones", do_clones},
	{"vfork", do_vfork},     {"join", do_join},         {"hot", do_hot},
	{"read", do_read},       {"mapped", do_mapped},
};

static void run_word(const char *text)
{
	size_t length = strcspn(text, "=");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].name) == length && strncmp(words[i].name, text, length) == 0) {
			words[i].run(text[length] == '=' ? text + length + 1 : "");
			return;
		}
	}
	errno = EINVAL;
	die(text);
}

int main(int argc, char **argv)
{
	struct rlimit most = {(rlim_t)(2 * MOST_MIB) * MIB, (rlim_t)(2 * MOST_MIB) * MIB};

	(void)setrlimit(RLIMIT_DATA, &most);
	(void)prctl(PR_SET_THP_DISABLE, 1, 0, 0,
		    0); /* 2 MiB at a time is too coarse for a small machine */
	for (int i = 1; i < argc; i++) {
		words_left = argv + i + 1;
		run_word(argv[i]);
	}
	hold();
}
