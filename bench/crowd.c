/* SPDX-License-Identifier: MIT */
/*
 * crowd N MEMINFO COMMAND...: in a PID and mount namespace of its own, with a /proc of its own over
 * whose meminfo the file MEMINFO is mounted: N processes that sleep, and a command beside them.
 * Prints the command's pid as it is outside, and leaves with its status. As root. All of them end
 * with this program.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	(void)fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void make_stage(const char *meminfo)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0)
		die("namespace");
	if (mount("proc", "/proc", "proc", 0, NULL) < 0 ||
	    mount(meminfo, "/proc/meminfo", NULL, MS_BIND, NULL) < 0)
		die("meminfo");
}

static int run(int count, char **argv)
{
	pid_t command;
	int status = 0;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			(void)pause();
			_exit(0);
		}
	}
	make_stage(argv[0]);
	command = fork();
	if (command == 0) {
		(void)execvp(argv[1], argv + 1);
		die(argv[1]);
	}
	while (waitpid(-1, &status, 0) != command)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	pid_t init;
	int status = 0;

	if (argc < 4)
		return 2;
	if (unshare(CLONE_NEWPID) < 0)
		die("unshare");
	init = fork();
	if (init == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(run(atoi(argv[1]), argv + 2));
	}
	(void)waitpid(init, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
