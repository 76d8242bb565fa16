/* SPDX-License-Identifier: MIT */
/*
 * hog: takes memory, in the ways that programs do. Only ever run inside a virtual machine.
 *
 *   -n NAME     its name, as the kernel shows it
 *   -r MIB      so many MiB a second (else as fast as it can)
 *   -u MIB      until it holds so much
 *   -a PERCENT  until so much of the machine is available
 *   -k KIND     anon, shm, thread (the main thread exits, another one takes the memory), or
 *               file:PATH (tmpfs)
 *   -c COUNT    by so many children, each at its part of the speed
 *   -i          SIGTERM is ignored
 *   -z          keep what it holds compressible
 *   -o          page out what it holds, once it does
 *   -w FILE     then wait until this file is there
 *   -t THREADS  then so many threads touch all of it, for ever
 *   -b FILE     a thread writes to FILE for ever
 *   -q          quits once it holds it
 *   -N NODE     by set_mempolicy(MPOL_BIND), from this NUMA node only
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEP       ((size_t)1024 * 1024)
#define PAGE       4096
#define STEPS_MOST 65536
#define BIND       2 /* MPOL_BIND of <linux/mempolicy.h> */

static struct {
	const char *name, *kind, *blocked_on, *wait_for;
	double rate;
	size_t until_mib;
	double until_available;
	unsigned children, threads;
	bool ignores, plain, paged_out, quits;
} o = {.name = "hog", .kind = "anon", .until_mib = STEPS_MOST};

static unsigned char *steps[STEPS_MOST];
static size_t held;
static int file = -1;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void rest(double seconds)
{
	struct timespec t = {.tv_sec = (time_t)seconds,
			     .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

	if (seconds > 0)
		nanosleep(&t, NULL);
}

static double available_percent(void)
{
	static char text[4096];
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof text - 1);
	const char *total = strstr(text, "MemTotal:"), *available = strstr(text, "MemAvailable:");

	close(fd);
	if (n <= 0 || !total || !available)
		return 100;
	return 100 * strtod(available + 13, NULL) / strtod(total + 9, NULL);
}

/*
 * Half of a page does not compress, the other half does: programs' memory shrinks to about a half.
 */
static void fill(unsigned char *p)
{
	static uint64_t s = 88172645463325252U;

	if (o.plain) {
		memset(p, 1, STEP);
		return;
	}
	for (size_t at = 0; at < STEP; at += PAGE)
		for (size_t i = 0; i < PAGE / 2; i += sizeof s) {
			s ^= s << 13;
			s ^= s >> 7;
			s ^= s << 17;
			memcpy(p + at + i, &s, sizeof s);
		}
}

static bool take_one(void)
{
	int flags = strcmp(o.kind, "shm") == 0 ? MAP_SHARED | MAP_ANONYMOUS
					       : MAP_PRIVATE | MAP_ANONYMOUS;

	if (file >= 0) {
		static unsigned char buffer[STEP];

		fill(buffer);
		return write(file, buffer, STEP) == (ssize_t)STEP && ++held;
	}
	unsigned char *p = mmap(NULL, STEP, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (p == MAP_FAILED)
		return false;
	fill(p);
	steps[held++] = p;
	return true;
}

static void grow(void)
{
	double began = now();
	size_t first = held;

	while (held < o.until_mib && held < STEPS_MOST) {
		if (o.until_available > 0 && available_percent() <= o.until_available)
			break;
		if (!take_one())
			rest(0.1);
		else if (o.rate > 0)
			rest(began + (double)(held - first) / o.rate - now());
	}
}

static void *touch(void *unused)
{
	(void)unused;
	for (;;)
		for (size_t i = 0; i < held; i++)
			for (size_t at = 0; at < STEP; at += PAGE)
				((volatile unsigned char *)steps[i])[at]++;
	return NULL;
}

static void *write_for_ever(void *unused)
{
	int fd = open(o.blocked_on, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)unused;
	while (fd >= 0 && pwrite(fd, "x", 1, 0) == 1)
		;
	return NULL;
}

static void go_on_in(void *(*function)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, function, NULL) == 0)
		pthread_detach(thread);
}

static void work(void)
{
	grow();
	if (o.quits)
		exit(0);
	for (size_t i = 0; o.paged_out && i < held; i++)
		(void)madvise(steps[i], STEP, MADV_PAGEOUT);
	while (o.wait_for && access(o.wait_for, F_OK) != 0)
		rest(0.1);
	if (o.blocked_on)
		go_on_in(write_for_ever);
	for (unsigned i = 0; i < o.threads && file < 0; i++)
		go_on_in(touch);
	for (;;)
		pause();
}

static void *work_thread(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, o.name);
	work();
	return NULL;
}

static void bind_to(unsigned node)
{
	unsigned long nodes = 1UL << node;

	if (syscall(SYS_set_mempolicy, BIND, &nodes, 8 * sizeof nodes) != 0)
		exit(3);
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:r:u:a:k:c:it:zob:w:qN:")) != -1)
		switch (c) {
		case 'n':
			o.name = optarg;
			break;
		case 'r':
			o.rate = strtod(optarg, NULL);
			break;
		case 'u':
			o.until_mib = strtoul(optarg, NULL, 10);
			break;
		case 'a':
			o.until_available = strtod(optarg, NULL);
			break;
		case 'k':
			o.kind = optarg;
			break;
		case 'c':
			o.children = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'i':
			o.ignores = true;
			break;
		case 't':
			o.threads = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'z':
			o.plain = true;
			break;
		case 'o':
			o.paged_out = true;
			break;
		case 'q':
			o.quits = true;
			break;
		case 'b':
			o.blocked_on = optarg;
			break;
		case 'w':
			o.wait_for = optarg;
			break;
		case 'N':
			bind_to((unsigned)strtoul(optarg, NULL, 10));
			break;
		default:
			exit(2);
		}
}

int main(int argc, char **argv)
{
	options(argc, argv);
	prctl(PR_SET_NAME, o.name);
	if (o.ignores)
		signal(SIGTERM, SIG_IGN);
	if (strncmp(o.kind, "file:", 5) == 0) {
		file = open(o.kind + 5, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (file < 0) {
			perror(o.kind + 5);
			return 1;
		}
	}
	if (o.children)
		o.rate /= o.children;
	for (unsigned i = 0; i < o.children; i++)
		if (fork() == 0)
			work();
	if (o.children)
		for (;;)
			if (wait(NULL) < 0 && errno == ECHILD)
				return 0;
	if (strcmp(o.kind, "thread") == 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, work_thread, NULL) != 0)
			return 1;
		pthread_exit(NULL);
	}
	work();
}
