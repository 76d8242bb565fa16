/* SPDX-License-Identifier: MIT */
/* init: the first program of a test's virtual machine. Loads the modules that its initramfs brings,
 * in their order, mounts the root disk, takes /lab over to it and goes on with the program that
 * /lab/init names. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
	(void)sleep(1);
	exit(1); /* the kernel panics, the machine ends: that is meant */
}

static void load_modules(void)
{
	char path[512];
	FILE *list = fopen("/modules/list", "r");

	while (list && fgets(path, sizeof path, list)) {
		path[strcspn(path, "\n")] = '\0';
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST))
			fprintf(stderr, "init: %s: %s\n", path, strerror(errno));
		close(fd);
		unlink(path);
	}
	if (list)
		fclose(list);
}

static void mount_root(void)
{
	for (int i = 0; i < 100; i++) {
		if (mount("/dev/vda", "/root", "ext4", MS_NOATIME, NULL) == 0)
			return;
		usleep(50000);
	}
	fail("mounting /dev/vda");
}

static void copy(const char *from, const char *to)
{
	struct stat s;
	int in = open(from, O_RDONLY | O_CLOEXEC), out;

	if (in < 0 || fstat(in, &s) != 0 || !S_ISREG(s.st_mode)) {
		close(in);
		return;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, s.st_mode & 0777);
	for (off_t done = 0; done < s.st_size;)
		if (sendfile(out, in, &done, (size_t)(s.st_size - done)) <= 0)
			fail(to);
	close(in);
	close(out);
	unlink(from);
}

static void copy_lab(void)
{
	char from[600], to[600];
	DIR *dir = opendir("/lab");
	struct dirent *entry;

	mkdir("/root/lab", 0755);
	while (dir && (entry = readdir(dir))) {
		snprintf(from, sizeof from, "/lab/%s", entry->d_name);
		snprintf(to, sizeof to, "/root/lab/%s", entry->d_name);
		copy(from, to);
	}
	if (dir)
		closedir(dir);
}

int main(void)
{
	static char program[256];
	char *arguments[] = {program, NULL};

	mount("dev", "/dev", "devtmpfs", 0, NULL);
	load_modules();
	mount_root();
	copy_lab();
	if (chdir("/root") != 0 || mount("/dev", "dev", NULL, MS_MOVE, NULL) != 0 ||
	    mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0)
		fail("changing the root");
	int fd = open("/lab/init", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, program, sizeof program - 1);
	if (n <= 0)
		fail("/lab/init");
	close(fd);
	program[strcspn(program, "\n")] = '\0';
	execv(program, arguments);
	fail(program);
}
