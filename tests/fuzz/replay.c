/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over the files given, and over the files in the directories given: the corpus
 * as a plain test, for every compiler. Every file is also run cut at each of its first 256 bytes.
 * Fails when there was nothing to run.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX 65536
#define CUTS     256

static unsigned ran;

/* In memory of exactly that size: a sanitizer or valgrind then sees a byte too many. */
static void run_bytes(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int run_file(const char *path)
{
	static uint8_t data[FILE_MAX];
	FILE *f = fopen(path, "rbe");
	size_t size;

	if (!f) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	run_bytes(data, size);
	for (size_t cut = 0; cut < size && cut < CUTS; cut++)
		run_bytes(data, cut);
	ran++;
	return 0;
}

static int run_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	char file[4096];
	int failed = 0;

	if (!dir) {
		perror(path);
		return 1;
	}
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
		failed |= run_file(file);
	}
	(void)closedir(dir);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			failed |= run_directory(argv[i]);
		else
			failed |= run_file(argv[i]);
	}
	printf("%u files\n", ran);
	return failed || ran == 0;
}
