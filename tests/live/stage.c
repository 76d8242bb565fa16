/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include "namespaces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOG         STAGE "/log"
#define PRELOAD     STAGE "/malloc_count.so"
#define CALLS       STAGE "/malloc_calls"
#define CONFIG      STAGE "/useroom.conf"
#define WORDS       64
#define TICK_MS     3
#define SHOWN_LINES 40
#define MOST_FDS    1024
#define PATIENCE    60 /* seconds; only a case that fails waits so long */

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif

/* --- ends --- */

__attribute__((format(printf, 2, 0))) static void tell(const char *word, const char *format,
						       va_list args)
{
	char text[1024];

	(void)vsnprintf(text, sizeof(text), format, args);
	(void)printf("%s %s\n", word, text);
}

static void (*tidy_up)(void);

void at_leave(void (*tidy)(void))
{
	tidy_up = tidy;
}

static _Noreturn void leave(enum stage_exit code)
{
	if (tidy_up != NULL)
		tidy_up();
	(void)fflush(stdout);
	_exit(code);
}

/* The beginning is what explains; a debug log is long. */
static void show_file(const char *path, const char *prefix)
{
	FILE *file = fopen(path, "re");
	char line[2048];
	unsigned lines = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (++lines <= SHOWN_LINES)
			(void)printf("%s%s", prefix, line);
	}
	if (lines > SHOWN_LINES)
		(void)printf("%s... and %u lines more\n", prefix, lines - SHOWN_LINES);
	if (file != NULL)
		(void)fclose(file);
}

void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("SKIP", format, args);
	va_end(args);
	leave(STAGE_SKIPPED);
}

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("FAIL", format, args);
	va_end(args);
	show_file(LOG, "log: ");
	show_file(STAGE "/actors", "actors: ");
	show_file(SAID, "said: ");
	show_file(COMPLAINED, "complained: ");
	show_file("/proc/meminfo", "meminfo: ");
	leave(STAGE_FAILED);
}

void pass(void)
{
	(void)printf("PASS\n");
	show_file(LOG, "log: ");
	leave(STAGE_PASSED);
}

/* --- putting things in place --- */

/* Copies, because the mounts to come may hide where they were built. */
static int open_program(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

/* useroomctl, where it was built too: a static daemon stands alone. */
static int open_beside(const char *daemon)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%sctl", daemon);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void copy_program(int from, const char *path)
{
	static char buf[65536];
	int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t n;

	if (to < 0)
		fail("%s: %s", path, strerror(errno));
	while ((n = read(from, buf, sizeof(buf))) > 0) {
		if (write(to, buf, (size_t)n) != n)
			fail("%s: %s", path, strerror(errno));
	}
	(void)close(to);
	(void)close(from);
}

/* Its memory is mostly shadow of what it touches, four times as much and never given back. */
static bool is_thread_sanitized(const char *path)
{
	static const char name[] = "__tsan_init";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	void *map = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	bool found = map != MAP_FAILED && memmem(map, (size_t)size, name, sizeof(name)) != NULL;

	if (map != MAP_FAILED)
		(void)munmap(map, (size_t)size);
	if (fd >= 0)
		(void)close(fd);
	return found;
}

void write_file(const char *path, unsigned mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	(void)close(fd);
	(void)chmod(path, mode);
}

void pretend_proc_file(const struct actor *actor, const char *name, const char *text)
{
	char file[128], over[128];

	(void)snprintf(file, sizeof(file), STAGE "/%d.%s", (int)actor->pid, name);
	(void)snprintf(over, sizeof(over), "/proc/%d/%s", (int)actor->pid, name);
	if (text != NULL)
		write_file(file, 0644, text);
	else if (mkfifo(file, 0644) < 0)
		fail("%s: %s", file, strerror(errno));
	if (mount(file, over, NULL, MS_BIND, NULL) < 0)
		fail("%s: %s", over, strerror(errno));
}

/* CONFIG_CHECKPOINT_RESTORE */
void set_next_pid(pid_t pid)
{
	static const char path[] = "/proc/sys/kernel/ns_last_pid";
	char text[16];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	(void)snprintf(text, sizeof(text), "%d", (int)pid - 1);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		skip("%s: %s", path, strerror(errno));
	(void)close(fd);
}

static int open_notify(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = STAGE "/notify"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("notify socket: %s", strerror(errno));
	(void)chmod(address.sun_path, 0666);
	return fd;
}

/* The rest of the world is gone after this; the parent only waits for what we print. */
static void become_process_1(struct stage *stage)
{
	char why[256];
	int status = 0;
	pid_t pid;

	if (namespaces_enter(&stage->real_root, why, sizeof(why)) < 0)
		skip("%s", why);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid = fork();
	if (pid < 0)
		skip("fork: %s", strerror(errno));
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : STAGE_FAILED);
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (namespaces_mount(why, sizeof(why)) < 0)
		skip("%s", why);
}

static void make_places(void)
{
	static const char *const places[] = {STAGE, STAGE "/bin", "/run/user", "/run/useroom"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		(void)mkdir(places[i], 0755);
	(void)rmdir("/run/useroom"); /* the daemon makes it itself, as without systemd */
	(void)chmod("/run/user", 01777);
	write_file(CONFIG, 0644, "");
	write_file(LOG, 0666, "");
	write_file(STAGE "/actors", 0666, "");
	write_file(SAID, 0666, "");
	write_file(COMPLAINED, 0666, "");
}

static int ordinary_nice;

int nice_of_started(void)
{
	return ordinary_nice;
}

/*
 * The machine must show what the processes hold also when it is busy outside: else the daemon,
 * which has a real-time priority where that may be, takes a second victim for memory that was back
 * long ago. What is started has none of it; and where nobody may be hurried, it is held back.
 */
static void hurry(void)
{
	struct sched_param param = {.sched_priority = 1};

	ordinary_nice = getpriority(PRIO_PROCESS, 0);
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		ordinary_nice = 19;
}

static uint64_t real_total_kib(void)
{
	struct sysinfo info;

	return sysinfo(&info) < 0 ? 0 : (uint64_t)info.totalram * info.mem_unit / 1024;
}

static void fill_shape(struct machine_shape *shape)
{
	if (shape->as_large)
		shape->total_kib = real_total_kib();
	if (shape->total_kib == 0)
		shape->total_kib = 96 * MIB;
	if (shape->swap_after_kib == 0)
		shape->swap_after_kib = 30 * MIB;
}

void stage_open(struct stage *stage, const char *daemon, const char *actor, const char *preload)
{
	int daemon_fd = open_program(daemon), actor_fd = open_program(actor);
	int preload_fd = preload == NULL ? -1 : open_program(preload);
	int ctl_fd = open_beside(daemon);
	int r;

	become_process_1(stage);
	hurry();
	(void)umask(022);
	(void)setenv("XDG_RUNTIME_DIR", "/run/user", 1);
	make_places();
	copy_program(daemon_fd, STAGE "/bin/useroom");
	stage->shadowed = stage->wrapper != NULL || is_thread_sanitized(STAGE "/bin/useroom");
	copy_program(actor_fd, STAGE "/actor");
	if (preload_fd >= 0)
		copy_program(preload_fd, PRELOAD);
	if (ctl_fd >= 0)
		copy_program(ctl_fd, CTL);
	fill_shape(&stage->machine.shape);
	r = machine_start(&stage->machine, STAGE);
	if (r == -EPERM || r == -EACCES)
		skip("nothing may be mounted over /proc/meminfo here: %s", strerror(-r));
	if (r < 0)
		fail("pretended machine: %s", strerror(-r));
	stage->notify_fd = open_notify();
}

/* --- time passes --- */

static uint64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void reap(struct stage *stage)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < stage->actor_count; i++) {
			if (stage->actors[i].pid != pid || stage->actors[i].ended)
				continue;
			stage->actors[i].ended = true;
			stage->actors[i].status = status;
		}
	}
}

static void listen_to_notes(struct stage *stage)
{
	char text[1024];
	ssize_t n;

	while ((n = recv(stage->notify_fd, text, sizeof(text), 0)) > 0) {
		if (stage->notes_length + (size_t)n + 2 > sizeof(stage->notes))
			continue;
		memcpy(stage->notes + stage->notes_length, text, (size_t)n);
		stage->notes_length += (unsigned)n;
		stage->notes[stage->notes_length++] = '\n';
	}
}

static void tick(struct stage *stage)
{
	struct timespec ts = {0, TICK_MS * 1000000};

	machine_follow(&stage->machine);
	reap(stage);
	listen_to_notes(stage);
	if (stage->on_tick != NULL && now_ns() - stage->told_ns > 100000000u) {
		stage->told_ns = now_ns();
		stage->on_tick(stage);
	}
	(void)nanosleep(&ts, NULL);
}

void settle(struct stage *stage, unsigned ms)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000u;

	while (now_ns() < end)
		tick(stage);
}

bool wait_for(struct stage *stage, bool (*is)(struct stage *stage, const void *what),
	      const void *what, unsigned seconds)
{
	uint64_t end = now_ns() + (uint64_t)seconds * 1000000000u;

	while (!is(stage, what)) {
		if (now_ns() >= end)
			return is(stage, what);
		tick(stage);
	}
	return true;
}

/* --- starting --- */

static unsigned cut(char *text, char **words)
{
	unsigned n = 0;

	for (char *word = strtok(text, " "); word != NULL && n < WORDS - 1;
	     word = strtok(NULL, " "))
		words[n++] = strcmp(word, "''") == 0 ? text + strlen(text) : word;
	words[n] = NULL;
	return n;
}

static void redirect(const char *path)
{
	int null = open("/dev/null", O_RDONLY);
	int out = open(path, O_WRONLY | O_APPEND);

	if (null < 0 || out < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(98);
	for (int fd = 3; fd < MOST_FDS;
	     fd++) /* what whoever started us has left open is nobody's business here */
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static struct actor *add_actor(struct stage *stage, pid_t pid, const char *name)
{
	struct actor *actor = &stage->actors[stage->actor_count++];

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	*actor = (struct actor){.pid = pid};
	(void)snprintf(actor->name, sizeof(actor->name), "%s",
		       strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
	return actor;
}

/*
 * Like fork, but the parent goes on when the child has called exec or has ended: until then the
 * child holds a copy of what this process holds, and a machine that followed now would count that
 * too.
 */
static pid_t fork_until_exec(void)
{
	int ends[2];
	char nothing;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		(void)setpriority(PRIO_PROCESS, 0, ordinary_nice);
		return 0;
	}
	(void)close(ends[1]);
	while (read(ends[0], &nothing, 1) < 0 && errno == EINTR)
		;
	(void)close(ends[0]);
	return pid;
}

struct actor *play(struct stage *stage, const char *name, const char *words)
{
	char path[128], text[1024], *argv[WORDS + 1];
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s%s", name[0] == '/' ? "" : STAGE "/bin/", name);
	if (name[0] != '/' && link(STAGE "/actor", path) < 0 && errno != EEXIST)
		fail("%s: %s", path, strerror(errno));
	pid = fork_until_exec();
	if (pid == 0) {
		redirect(STAGE "/actors");
		(void)snprintf(text, sizeof(text), "%s", words);
		argv[0] = path;
		(void)cut(text, argv + 1);
		(void)execv(path, argv);
		_exit(97);
	}
	return add_actor(stage, pid, name);
}

#define DENY(call)                                                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (ENOSYS & SECCOMP_RET_DATA))

/* What a kernel before 5.3 says (or before 5.15, for the last). The daemon is of our own
 * architecture. */
static void become_old(bool only_mrelease)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		DENY(SYS_process_mrelease),
		DENY(only_mrelease ? SYS_process_mrelease : SYS_pidfd_open),
		DENY(only_mrelease ? SYS_process_mrelease : SYS_pidfd_send_signal),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(96);
}

/* A process that may not be signalled although nothing shows that: what a security module does. The
 * second argument. */
static void refuse_sigterm(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_send_signal, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGTERM, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(96);
}

static void daemon_environment(const struct stage *stage)
{
	(void)unsetenv("JOURNAL_STREAM");
	(void)unsetenv("WATCHDOG_PID");
	(void)setenv("NOTIFY_SOCKET", STAGE "/notify", 1);
	if (stage->watchdog_usec != NULL)
		(void)setenv("WATCHDOG_USEC", stage->watchdog_usec, 1);
	else
		(void)unsetenv("WATCHDOG_USEC");
	if (stage->count_malloc)
		(void)setenv("LD_PRELOAD", PRELOAD, 1);
}

static int become(const struct stage *stage, unsigned uid)
{
	if (!stage->real_root)
		return namespaces_become(uid);
	return setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0 ? -errno : 0;
}

static void enter_cgroup(const char *directory)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(93);
	(void)close(fd);
}

static void daemon_rights(const struct stage *stage)
{
	const struct rlimit none = {0, 0};

	if (stage->cgroup != NULL)
		enter_cgroup(stage->cgroup);
	if (stage->no_memlock && setrlimit(RLIMIT_MEMLOCK, &none) < 0)
		_exit(95);
	if (stage->uid != 0 && become(stage, stage->uid) < 0)
		_exit(94);
	if (stage->old_kernel || stage->no_mrelease)
		become_old(!stage->old_kernel);
	if (stage->refuse_sigterm)
		refuse_sigterm();
}

/* Always with a configuration file of our own: the machine's must not change what a test does. */
struct actor *start_daemon(struct stage *stage, const char *options)
{
	char text[1024], wrapper[512], *argv[2 * WORDS + 3];
	unsigned n;
	pid_t pid = fork_until_exec();

	if (pid == 0) {
		redirect(LOG);
		(void)snprintf(wrapper, sizeof(wrapper), "%s",
			       stage->wrapper ? stage->wrapper : "");
		(void)snprintf(text, sizeof(text), "%s", options);
		n = cut(wrapper, argv);
		argv[n++] = STAGE "/bin/useroom";
		argv[n++] = "-config";
		argv[n++] = CONFIG;
		(void)cut(text, argv + n);
		daemon_environment(stage);
		daemon_rights(stage);
		(void)execvp(argv[0], argv);
		_exit(97);
	}
	stage->machine.daemon_pid = pid;
	return add_actor(stage, pid, "useroom");
}

static bool is_ready_or_ended(struct stage *stage, const void *what)
{
	(void)what;
	return stage->daemon->ended || strstr(stage->notes, "READY=1") != NULL;
}

unsigned fewest_fds(struct stage *stage)
{
	unsigned fewest = UINT_MAX;

	for (unsigned i = 0; i < 5; i++) {
		unsigned n = count_fds(stage->daemon->pid);

		fewest = n < fewest ? n : fewest;
		tick(stage);
	}
	return fewest;
}

void watch(struct stage *stage, const char *options)
{
	stage->daemon = start_daemon(stage, options);
	if (!wait_for(stage, is_ready_or_ended, NULL, PATIENCE))
		fail("the daemon does not say that it is ready");
	if (stage->daemon->ended && stage->count_malloc &&
	    log_times("ASan runtime does not come first") > 0)
		skip("a sanitizer and a counter of malloc do not go together");
	if (stage->daemon->ended)
		fail("the daemon left at once, status 0x%x", stage->daemon->status);
	stage->fd_count = fewest_fds(stage);
}

/* --- what must come of it --- */

static bool has_ended(struct stage *stage, const void *what)
{
	(void)stage;
	return ((const struct actor *)what)->ended;
}

static void must_end(struct stage *stage, const struct actor *actor)
{
	if (!wait_for(stage, has_ended, actor, PATIENCE))
		fail("%d (%s) did not end", (int)actor->pid, actor->name);
}

void must_die(struct stage *stage, const struct actor *actor, int signal)
{
	must_end(stage, actor);
	if (!WIFSIGNALED(actor->status) || WTERMSIG(actor->status) != signal)
		fail("%d (%s) ended with status 0x%x instead of by %s", (int)actor->pid,
		     actor->name, actor->status, strsignal(signal));
}

void must_exit(struct stage *stage, const struct actor *actor, int code)
{
	must_end(stage, actor);
	if (!WIFEXITED(actor->status) || WEXITSTATUS(actor->status) != code)
		fail("%d (%s) ended with status 0x%x instead of exit %d", (int)actor->pid,
		     actor->name, actor->status, code);
}

void must_live(struct stage *stage, const struct actor *actor)
{
	tick(stage);
	if (actor->ended)
		fail("%d (%s) should have lived, but ended with status 0x%x", (int)actor->pid,
		     actor->name, actor->status);
}

static bool is_there(struct stage *stage, const void *path)
{
	(void)stage;
	return access(path, F_OK) == 0;
}

void must_be_there(struct stage *stage, const char *path)
{
	if (!wait_for(stage, is_there, path, PATIENCE))
		fail("%s did not appear", path);
}

static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, size - 1);

	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
}

static unsigned times_in(const char *path, const char *regex)
{
	static char text[1 << 20];
	regmatch_t match;
	regex_t compiled;
	unsigned times = 0;
	const char *at = text;

	read_text(path, text, sizeof(text));
	if (regcomp(&compiled, regex, REG_EXTENDED | REG_NEWLINE) != 0)
		fail("bad pattern: %s", regex);
	while (regexec(&compiled, at, 1, &match, at == text ? 0 : REG_NOTBOL) == 0) {
		at += match.rm_eo;
		times++;
		if (match.rm_eo == 0)
			break;
	}
	regfree(&compiled);
	return times;
}

unsigned log_times(const char *regex)
{
	return times_in(LOG, regex);
}

size_t incidents_kept(const char *ending)
{
	char pattern[128];
	glob_t found;
	size_t count;

	(void)snprintf(pattern, sizeof(pattern), "/var/lib/useroom/incidents/*%s", ending);
	count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	globfree(&found);
	return count;
}

static bool is_logged(struct stage *stage, const void *regex)
{
	(void)stage;
	return log_times(regex) > 0;
}

#define FORMAT(text, format)                                                                       \
	do {                                                                                       \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		(void)vsnprintf(text, sizeof(text), format, args);                                 \
		va_end(args);                                                                      \
	} while (0)

void must_log(struct stage *stage, const char *format, ...)
{
	char regex[512];

	FORMAT(regex, format);
	if (!wait_for(stage, is_logged, regex, PATIENCE))
		fail("no log line matches: %s", regex);
}

void must_not_log(struct stage *stage, const char *format, ...)
{
	char regex[512];

	FORMAT(regex, format);
	tick(stage);
	if (log_times(regex) > 0)
		fail("a log line matches: %s", regex);
}

void must_log_times(struct stage *stage, unsigned least, unsigned most, const char *format, ...)
{
	char regex[512];
	unsigned times;

	FORMAT(regex, format);
	tick(stage);
	times = log_times(regex);
	if (times < least || times > most)
		fail("%u log lines instead of %u..%u match: %s", times, least, most, regex);
}

void must_say(const char *format, ...)
{
	char regex[512];

	FORMAT(regex, format);
	if (times_in(SAID, regex) > 0 || times_in(COMPLAINED, regex) > 0)
		return;
	fail("useroomctl prints no line that matches: %s", regex);
}

static bool is_noted(struct stage *stage, const void *text)
{
	return strstr(stage->notes, text) != NULL;
}

void must_note(struct stage *stage, const char *text)
{
	if (!wait_for(stage, is_noted, text, PATIENCE))
		fail("the daemon does not tell systemd %s, only: %s", text, stage->notes);
}

static bool is_held(struct stage *stage, const void *kib)
{
	return stage->machine.anon_kib + stage->machine.shmem_kib >= *(const uint64_t *)kib;
}

void must_hold(struct stage *stage, uint64_t least_kib)
{
	if (!wait_for(stage, is_held, &least_kib, PATIENCE))
		fail("the processes hold only %llu KiB",
		     (unsigned long long)stage->machine.anon_kib);
}

void must_be_only_victim(struct stage *stage, const struct actor *actor, int signal)
{
	const char *name = signal == SIGTERM ? "SIGTERM" : "SIGKILL";

	must_die(stage, actor, signal);
	must_log(stage, "killed %d \\(.*\\) with %s", (int)actor->pid, name);
	must_log_times(stage, 1, 1, "killed [0-9]+ \\(");
}

int ask(struct stage *stage, const char *words)
{
	char text[1024], *argv[WORDS + 1] = {CTL};
	struct actor *asked;
	pid_t pid;

	if (access(CTL, X_OK) < 0)
		skip("useroomctl was not built beside the daemon");
	write_file(SAID, 0666, "");
	write_file(COMPLAINED, 0666, "");
	pid = fork_until_exec();
	if (pid == 0) {
		redirect(SAID);
		if (dup2(open(COMPLAINED, O_WRONLY | O_APPEND | O_CLOEXEC), 2) < 0)
			_exit(98);
		(void)snprintf(text, sizeof(text), "%s", words);
		(void)cut(text, argv + 1);
		(void)setenv("LC_ALL", "C", 1);
		if (stage->ctl_uid != 0 && become(stage, stage->ctl_uid) < 0)
			_exit(94);
		(void)execv(CTL, argv);
		_exit(97);
	}
	asked = add_actor(stage, pid, "useroomctl");
	must_end(stage, asked);
	return WIFEXITED(asked->status) ? WEXITSTATUS(asked->status) : -WTERMSIG(asked->status);
}

void must_answer(struct stage *stage, const char *words, int code)
{
	int got = ask(stage, words);

	if (got != code)
		fail("useroomctl %s: exit %d instead of %d", words, got, code);
}

/* --- looking at processes --- */

static bool read_stat(pid_t pid, char *ret_state, pid_t *ret_parent, char *ret_comm, size_t size)
{
	char path[64], text[512], *open_at, *close_at;
	int fd;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	open_at = strchr(text, '(');
	close_at = strrchr(text, ')');
	if (open_at == NULL || close_at == NULL)
		return false;
	*close_at = '\0';
	(void)snprintf(ret_comm, size, "%s", open_at + 1);
	return sscanf(close_at + 1, " %c %d", ret_state, ret_parent) == 2;
}

bool is_zombie_or_gone(pid_t pid)
{
	char state, comm[32];
	pid_t parent;

	return !read_stat(pid, &state, &parent, comm, sizeof(comm)) || state == 'Z' || state == 'X';
}

static pid_t next_pid(DIR *dir)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]))
			return atoi(entry->d_name);
	}
	return 0;
}

pid_t pid_of(const char *wanted)
{
	DIR *dir = opendir("/proc");
	pid_t pid, parent;
	char state, comm[32];

	while ((pid = next_pid(dir)) != 0) {
		if (read_stat(pid, &state, &parent, comm, sizeof(comm)) &&
		    strcmp(comm, wanted) == 0)
			break;
	}
	(void)closedir(dir);
	return pid;
}

unsigned count_children(pid_t wanted, char wanted_state)
{
	DIR *dir = opendir("/proc");
	pid_t pid, parent;
	char state, comm[32];
	unsigned n = 0;

	while ((pid = next_pid(dir)) != 0) {
		if (read_stat(pid, &state, &parent, comm, sizeof(comm)) && parent == wanted)
			n += wanted_state == 0 || state == wanted_state;
	}
	(void)closedir(dir);
	return n;
}

unsigned count_fds(pid_t pid)
{
	char path[64];
	const struct dirent *entry;
	DIR *dir;
	unsigned n = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		n += isdigit((unsigned char)entry->d_name[0]) != 0;
	(void)closedir(dir);
	return n;
}

uint64_t status_number(pid_t pid, const char *name)
{
	char path[64], line[256];
	unsigned long long value = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			(void)sscanf(line + strlen(name) + 1, "%llu", &value);
	}
	if (file != NULL)
		(void)fclose(file);
	return value;
}

/* malloc_count.c writes its counter there; UINT64_MAX when it is not at work (a static binary). */
uint64_t malloc_calls(const struct stage *stage)
{
	uint64_t words[2] = {0, 0}; /* calls, and whose */
	int fd = open(CALLS, O_RDONLY | O_CLOEXEC);
	bool fine = fd >= 0 && read(fd, words, sizeof(words)) == (ssize_t)sizeof(words);

	if (fd >= 0)
		(void)close(fd);
	return fine && words[1] == (uint64_t)stage->daemon->pid ? words[0] : UINT64_MAX;
}

/* Lowering it takes CAP_SYS_RESOURCE in the first user namespace (proc(5)). */
bool can_lower_adj(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	bool can = fd >= 0 && write(fd, "-1000", 5) == 5;

	if (can)
		(void)!write(fd, "0", 1);
	if (fd >= 0)
		(void)close(fd);
	return can;
}

/* --- leaving --- */

static bool is_clean(struct stage *stage, const void *what)
{
	pid_t pid = stage->daemon->pid;

	(void)what;
	return count_children(pid, 'Z') == 0 && count_fds(pid) <= stage->fd_count;
}

static void show_fds(pid_t pid)
{
	char path[64], link[256];

	for (int fd = 0; fd < MOST_FDS; fd++) {
		ssize_t n;

		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(path, link, sizeof(link));
		if (n > 0)
			(void)printf("fd %d: %.*s\n", fd, (int)n, link);
	}
}

static void check_daemon(struct stage *stage)
{
	pid_t pid = stage->daemon->pid;

	if (wait_for(stage, is_clean, NULL, PATIENCE))
		return;
	if (count_children(pid, 'Z') > 0)
		fail("the daemon left a child unreaped");
	if (count_fds(pid) > stage->fd_count + stage->more_fds) {
		show_fds(pid);
		fail("the daemon has %u descriptors instead of %u", count_fds(pid),
		     stage->fd_count + stage->more_fds);
	}
}

/* On a busy machine what has ended may be waited for late (R115). */
static bool is_tidy(struct stage *stage, const void *what)
{
	pid_t pid = stage->daemon->pid;

	(void)what;
	return stage->daemon->ended ||
	       (count_children(pid, 0) == 0 && count_fds(pid) <= stage->fd_count + stage->more_fds);
}

void stage_close(struct stage *stage)
{
	if (stage->daemon == NULL || stage->daemon_left)
		return;
	(void)wait_for(stage, is_tidy, NULL, 3);
	must_live(stage, stage->daemon);
	check_daemon(stage);
	(void)kill(stage->daemon->pid, SIGTERM);
	must_exit(stage, stage->daemon, 0);
}
