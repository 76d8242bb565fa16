/* SPDX-License-Identifier: MIT */
/*
 * reader: reads files again and again, or once, as servers and backups do.
 *
 *   -n NAME     its name
 *   -m          by mmap (else by read)
 *   -t THREADS  so many threads
 *   -p          pages in random order (else from the beginning to the end)
 *   -s MIB      of each file, only so much
 *   -l          for ever (else each file once)
 *   -r MIB      at most so many MiB a second
 *   -o FILE     what is read goes to a file too: a copy
 *   -d          a database: for ever, any page of any of the files, by pread
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE  ((size_t)4096)
#define BLOCK ((size_t)128 * 1024)
#define PIECE                                                                                      \
	((size_t)128 * 1024 * 1024) /* what is mapped at a time: page tables take memory too */

static struct {
	const char *name, *copy;
	unsigned threads;
	size_t part;
	double rate;
	bool mapped, random, forever, database;
	char **files;
	int count;
} o = {.name = "reader", .threads = 1};

static int out = -1;
static volatile unsigned sum;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void keep_to_rate(double began, size_t done)
{
	double wait = o.rate > 0 ? began + (double)done / (1024 * 1024) / o.rate - now() : 0;
	struct timespec t = {.tv_sec = (time_t)wait,
			     .tv_nsec = (long)((wait - (double)(time_t)wait) * 1e9)};

	if (wait > 0)
		nanosleep(&t, NULL);
}

static void by_mapping_piece(int fd, off_t from, size_t size, uint64_t *seed)
{
	const volatile unsigned char *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, from);
	double began = now();

	if (p == MAP_FAILED)
		return;
	for (size_t i = 0; i < size / PAGE; i++) {
		*seed = *seed * 6364136223846793005U + 1442695040888963407U;
		sum += p[(o.random ? (size_t)(*seed >> 33) % (size / PAGE) : i) * PAGE];
		if (i % 32 == 0)
			keep_to_rate(began, i * PAGE);
	}
	munmap((void *)p, size);
}

static void by_mapping(int fd, size_t size, uint64_t *seed)
{
	for (size_t from = 0; from < size; from += PIECE)
		by_mapping_piece(fd, (off_t)from, size - from < PIECE ? size - from : PIECE, seed);
}

static void by_reading(int fd, size_t size, uint64_t *seed)
{
	char *buffer = malloc(BLOCK);
	size_t step = o.random ? PAGE : BLOCK;
	double began = now();

	for (size_t done = 0; buffer && done < size; done += step) {
		*seed = *seed * 6364136223846793005U + 1442695040888963407U;
		off_t at = (off_t)(o.random ? (size_t)(*seed >> 33) % (size / PAGE) * PAGE : done);
		ssize_t n = pread(fd, buffer, step, at);

		if (n <= 0 || (out >= 0 && write(out, buffer, (size_t)n) != n))
			break;
		keep_to_rate(began, done);
	}
	free(buffer);
}

static void any_page(uint64_t *seed)
{
	int *fds = calloc((size_t)o.count, sizeof *fds);
	char page[PAGE];

	for (int i = 0; fds && i < o.count; i++)
		fds[i] = open(o.files[i], O_RDONLY | O_CLOEXEC);
	while (fds && o.count > 0) {
		*seed = *seed * 6364136223846793005U + 1442695040888963407U;
		int fd = fds[(*seed >> 20) % (unsigned)o.count];
		struct stat s;

		if (fstat(fd, &s) != 0 || s.st_size < (off_t)PAGE ||
		    pread(fd, page, PAGE,
			  (off_t)((*seed >> 33) % ((size_t)s.st_size / PAGE) * PAGE)) <= 0)
			break;
	}
	free(fds);
}

static size_t size_of(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END); /* of a disk too */

	return size > 0 ? (size_t)size : 0;
}

static void *work(void *argument)
{
	uint64_t seed = (uint64_t)(uintptr_t)argument * 7919 + 1;

	if (o.database)
		any_page(&seed);
	do {
		for (int i = 0; i < o.count; i++) {
			int fd = open(o.files[i], O_RDONLY | O_CLOEXEC);

			if (fd < 0)
				continue;
			size_t size = size_of(fd);

			if (o.part && o.part < size)
				size = o.part;
			if (o.mapped)
				by_mapping(fd, size, &seed);
			else
				by_reading(fd, size, &seed);
			close(fd);
		}
	} while (o.forever);
	return NULL;
}

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:t:ms:r:plo:d")) != -1)
		switch (c) {
		case 'n':
			o.name = optarg;
			break;
		case 't':
			o.threads = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'm':
			o.mapped = true;
			break;
		case 's':
			o.part = strtoul(optarg, NULL, 10) * 1024 * 1024;
			break;
		case 'r':
			o.rate = strtod(optarg, NULL);
			break;
		case 'p':
			o.random = true;
			break;
		case 'l':
			o.forever = true;
			break;
		case 'o':
			o.copy = optarg;
			break;
		case 'd':
			o.database = true;
			break;
		default:
			return 2;
		}
	o.files = argv + optind;
	o.count = argc - optind;
	prctl(PR_SET_NAME, o.name);
	if (o.copy)
		out = open(o.copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	for (unsigned i = 1; i < o.threads; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, work, (void *)(uintptr_t)i) != 0)
			return 1;
	}
	work(NULL);
	return 0;
}
