/* SPDX-License-Identifier: MIT */
/*
 * The stage: process 1 of a private world with a pretended machine, on which the real daemon
 * watches real actors. A case is a function that says what happens and what must come of it.
 * Whatever a case waits for has a deadline; what does not come true ends the case with a sentence
 * and the daemon's log.
 */
#ifndef LIVE_STAGE_H
#define LIVE_STAGE_H

#include "machine.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define STAGE      "/run/stage"
#define CTL        STAGE "/bin/useroomctl" /* where the stage has it, and */
#define SAID       STAGE "/said"           /* what it printed at the last ask() */
#define COMPLAINED STAGE "/complained"     /* and on standard error */
#define ACTORS_MAX 64
#define NOBODY     65534

/* What the process that opened the stage exits with; the first word of its output says the same. */
enum stage_exit {
	STAGE_PASSED = 0,
	STAGE_FAILED = 1,
	STAGE_SKIPPED = 77,
};

struct actor {
	pid_t pid;
	char name[32];
	bool ended;
	int status; /* as waitpid gives it */
};

struct stage {
	struct machine machine;
	bool real_root; /* root without a user namespace: may become other users */
	struct actor actors[ACTORS_MAX];
	unsigned actor_count;

	struct actor *daemon;
	bool daemon_left; /* the case ended the daemon itself */
	unsigned uid;     /* run the daemon as this user */
	unsigned ctl_uid; /* and useroomctl as this one */
	bool count_malloc;
	bool old_kernel;     /* the daemon gets ENOSYS for pidfd_open, pidfd_send_signal and
				process_mrelease */
	bool no_mrelease;    /* only for the last */
	bool refuse_sigterm; /* the daemon gets EPERM for every SIGTERM */
	bool no_memlock;     /* RLIMIT_MEMLOCK is 0 */
	const char *wrapper; /* words before the daemon's own: valgrind and its options; or NULL */
	bool shadowed;       /* it runs under valgrind or the thread sanitizer: what it holds is
				mostly theirs, and grows */
	const char *cgroup;  /* the daemon's cgroup: a directory of cgroupfs, or NULL */
	const char *watchdog_usec;
	int notify_fd;
	char notes[16384]; /* what the daemon told systemd */
	unsigned notes_length;
	unsigned fd_count; /* of the daemon when it was ready */
	unsigned more_fds; /* that it may have in the end: a pidfd for each victim that hangs */

	uint64_t told_ns;                     /* the last time on_tick was called */
	void (*on_tick)(struct stage *stage); /* every 100 ms of waiting; NULL: none */
};

/* --- what a case says first --- */

/* Become process 1 with everything in place. Programs are taken from these paths. Leaves with a
 * skip if it cannot. */
void stage_open(struct stage *stage, const char *daemon, const char *actor, const char *preload);

/* Start the daemon with these options (cut at blanks, '' is an empty word) and wait until it says
 * READY. */
void watch(struct stage *stage, const char *options);

/* The same without waiting for READY, for a daemon that is expected to leave. */
struct actor *start_daemon(struct stage *stage, const char *options);

/*
 * Start an actor under this name (of its executable, and so its comm) doing these words (see
 * actor.c). A path is an executable that is there already.
 */
struct actor *play(struct stage *stage, const char *name, const char *words);

/*
 * Mount a file over one of /proc/PID. With no text it is a pipe that nobody writes to: whoever
 * opens it waits for ever.
 */
void pretend_proc_file(const struct actor *actor, const char *name, const char *text);

/* The nice value of the daemon and the actors. */
int nice_of_started(void);

/* The next process gets this number. */
void set_next_pid(pid_t pid);

void write_file(const char *path, unsigned mode, const char *text);

/*
 * Run useroomctl with these words until it ends, time passing, and return its exit code. Skips the
 * case where it is not beside the daemon's program.
 */
int ask(struct stage *stage, const char *words);
/* The same, and it must end with this code. */
void must_answer(struct stage *stage, const char *words, int code);

/* --- what must come of it --- */

void must_die(struct stage *stage, const struct actor *actor, int signal);
void must_exit(struct stage *stage, const struct actor *actor, int code);
void must_live(struct stage *stage, const struct actor *actor);
void must_be_there(struct stage *stage, const char *path);

/*
 * The log has a line that matches this extended regular expression (made with printf), now or soon.
 */
void must_log(struct stage *stage, const char *format, ...) __attribute__((format(printf, 2, 3)));
void must_not_log(struct stage *stage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void must_log_times(struct stage *stage, unsigned least, unsigned most, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* useroomctl has printed a line that matches. */
void must_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void must_note(struct stage *stage, const char *text); /* the daemon tells systemd this */
void must_hold(struct stage *stage,
	       uint64_t least_kib); /* processes hold at least this much together */

/* The one victim so far, by signal; "killed PID (NAME) with SIGTERM" is said exactly once. */
void must_be_only_victim(struct stage *stage, const struct actor *actor, int signal);

/* --- helpers --- */

/* Called when the case is over, however it ends: for what is left outside of this world. */
void at_leave(void (*tidy_up)(void));

/* Let time pass, the machine following. */
void settle(struct stage *stage, unsigned ms);
/* Until this returns true, at the most `seconds`. */
bool wait_for(struct stage *stage, bool (*is)(struct stage *stage, const void *what),
	      const void *what, unsigned seconds);
unsigned log_times(const char *regex);

/* How many incidents there are by now whose file ends like this (a pattern of the shell's). */
size_t incidents_kept(const char *ending);
bool is_zombie_or_gone(pid_t pid);
/* The first process with this comm, or 0. */
pid_t pid_of(const char *comm);
/* A number from /proc/PID/status, e.g. "VmRSS"; 0 if there is none. */
uint64_t status_number(pid_t pid, const char *name);
unsigned count_children(pid_t parent, char state); /* state 0: any */
unsigned count_fds(pid_t pid);
/* Of the daemon, without what it has open only for the moment, while it looks through processes. */
unsigned fewest_fds(struct stage *stage);
/* How often the daemon called malloc and the like; UINT64_MAX where that cannot be counted. */
uint64_t malloc_calls(const struct stage *stage);
bool can_lower_adj(void);

/* --- ends --- */

/* SIGTERM to the daemon: it must leave with 0, without zombies and with as many descriptors as in
 * the beginning. */
void stage_close(struct stage *stage);
_Noreturn void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void pass(void);

#endif
