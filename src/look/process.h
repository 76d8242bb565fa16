/* SPDX-License-Identifier: MIT */
/*
 * What one process is and holds: /proc/PID read into struct proc. Never reads a file that waits for
 * a process's mmap lock (R31), and walks no path of a stranger's (R92). proc_fd is a descriptor of
 * /proc, or of a tree like it.
 */
#ifndef USEROOM_PROCESS_H
#define USEROOM_PROCESS_H

#include "look/parse.h"
#include "look/proc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * No more is asked for than such a file can have: a read of 64 bytes of oom_score took 7.0 us with
 * its open and close, one of 32 KiB 8.6 (6.18, 1,000 processes).
 */
#define PROCESS_NUMBERS_MAX 128  /* oom_score, oom_score_adj, statm */
#define PROCESS_LINES_MAX   8192 /* stat, children: a page of each at most */

/* Read one process in full, about 20 us. Returns 0, or -ESRCH when it is gone. */
int process_read(int proc_fd, pid_t pid, struct proc *ret);

/* Start time and state only: is this pid still the process that was read? 0, or -ESRCH. */
int process_identity(int proc_fd, pid_t pid, uint64_t *ret_start_ticks, char *ret_state);

/* Has it begun to exit, or is it gone? What it had is back, or on its way. */
bool process_is_leaving(int proc_fd, const struct process_id *id);

/* Only what is in its stat. 0, or -ESRCH. */
int process_stat(int proc_fd, pid_t pid, struct proc_stat *ret);

/* The user whose directory of /proc it is: the effective one, or root where the program may not be
 * looked into (proc(5)); root too where it is gone. */
uint32_t process_owner(int proc_fd, pid_t pid);

/* Only proc.layout; 0 where it is gone or not ours to know. */
uint64_t process_layout(int proc_fd, pid_t pid);

/* The first children of a process's main thread (CONFIG_PROC_CHILDREN). Returns how many. */
unsigned process_children(int proc_fd, pid_t pid, int32_t *ret, unsigned max);

/* Do two processes use one and the same memory (CLONE_VM, vfork)? false where that cannot be known.
 * About 0.5 us. */
bool process_same_memory(const struct proc *a, const struct proc *b);

/* Read a small file of /proc/PID into scratch (base/scratch.h): its length, or a negative errno. */
ssize_t process_file(int proc_fd, pid_t pid, const char *file, size_t size);

/*
 * Read a file of /proc/PID piece by piece, each into scratch. `each` returns how many bytes it has
 * taken; the rest begins the next piece. Ends with the file, or where nothing is taken.
 */
typedef size_t (*process_piece_fn)(void *ctx, const char *text, size_t length);
void process_pieces(int proc_fd, pid_t pid, const char *file, process_piece_fn each, void *ctx);

/* A file that holds one number: 0, or a negative errno. */
int process_int(int proc_fd, pid_t pid, const char *file, int32_t *ret);

/* Is it the kernel's own /proc, and not a tree that looks like it? */
bool process_dir_is_proc(int proc_fd);

/*
 * Call `each` for every entry of a directory whose name is a number, with the offset behind it,
 * until it returns not 0, which is returned. 0 at the end, or a negative errno. Not reentrant:
 * there is one buffer.
 */
int process_list(int fd, int (*each)(void *ctx, int32_t number, int64_t next_offset), void *ctx);

#endif
