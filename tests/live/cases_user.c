/* SPDX-License-Identifier: MIT */
/* What users meet: reasons that are said, files that are somebody else's, words that mean nothing.
 */
#include "cases.h"
#include "json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>
#include <unistd.h>

#define CONFIG  STAGE "/useroom.conf"
#define LOCK    "/run/useroom/lock"
#define TMPLOCK "/tmp/useroom-65534.lock"

/* What it says when it leaves is as true as what it says before. */
static void r118_stop_tells_memory(struct stage *s)
{
	watch(s, USUAL "-log json");
	(void)kill(s->daemon->pid, SIGTERM);
	must_exit(s, s->daemon, 0);
	s->daemon_left = true;
	must_log(s, "\"event\":\"stop\",\"mem_total_kib\":98304,\"mem_available_kib\":[1-9]");
}

static void r118_no_swap_is_said(struct stage *s)
{
	watch(s, USUAL "-debug");
	must_log(s, "available \\([0-9.]+ %%\\), no swap; next look");
	must_not_log(s, "swap: 0 KiB");
}

/* Another /run, in which the stage is where it was. */
static void make_run_read_only(void)
{
	char path[64];
	int fd = open(STAGE, O_PATH | O_CLOEXEC);

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (mount("tmpfs", "/run", "tmpfs", 0, "mode=755") < 0 || mkdir(STAGE, 0755) < 0 ||
	    mount(path, STAGE, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, "/run", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		skip("/run cannot be made read-only: %s", strerror(errno));
	(void)close(fd);
}

/* Of a mkdir(2) that failed comes "No such file or directory" later, which is true and no help. */
static void r118_read_only_run(struct stage *s)
{
	make_run_read_only();
	watch(s, USUAL "-incidents /run/somewhere/incidents");
	must_log(s, "no lock.*: " LOCK ": Read-only file system");
	must_log(s, "nothing is recorded: /run/useroom/record: Read-only file system");
	(void)kill(s->daemon->pid, SIGTERM);
	must_exit(s, s->daemon, 0);
	memset(s->notes, 0, sizeof(s->notes));
	s->notes_length = 0;
	watch(s, USUAL "-record /tmp/record -incidents /run/somewhere/incidents");
	must_log(s, "no incidents are kept: /run/somewhere/incidents: Read-only file system");
}

/* "There is none" and "it may not be seen" are two things. */
static void r118_incidents_that_may_not_be_seen(struct stage *s)
{
	static const char *const words[] = {"incidents", "show", "replay",
					    "show 20260101-000000-000001.useroom"};

	if (!s->real_root)
		skip("other users can be played by root only");
	watch(s, USUAL);
	s->ctl_uid = NOBODY;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		must_answer(s, words[i], 1);
		must_say("^useroomctl: /var/lib/useroom/incidents may not be read: .* ask as root");
	}
}

/* ---- the lock ---- */

/* Holds the lock of the file until it is closed. */
static int hold(const char *path, mode_t mode, const char *text)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, mode) < 0 || write(fd, text, strlen(text)) < 0 ||
	    flock(fd, LOCK_EX | LOCK_NB) < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

static void r111_lock_is_private(struct stage *s)
{
	struct stat st;

	watch(s, USUAL);
	if (stat(LOCK, &st) < 0 || (st.st_mode & 0777) != 0600)
		fail("others may open the lock: mode %o", (unsigned)st.st_mode);
	must_exit(s, start_daemon(s, USUAL), 1);
	must_log(s, "another useroom is running \\(pid %d\\)", (int)s->daemon->pid);
}

/* An older useroom left a file that everybody can read: whoever has it open can hold its lock. */
static void r111_lock_that_anybody_holds(struct stage *s)
{
	struct actor *hog;

	(void)mkdir("/run/useroom", 0755);
	(void)hold(LOCK, 0644, "1\n"); /* of a process that runs, but is no useroom */
	r111_lock_is_private(s);
	must_not_log(s, "no lock");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* And while the older one still runs, it has the lock. */
static void r111_lock_of_an_older_one(struct stage *s)
{
	char pid[16];
	struct actor *older;

	watch(s, USUAL);
	(void)chmod(LOCK, 0644);
	older = start_daemon(s, USUAL);
	must_exit(s, older, 1);
	(void)snprintf(pid, sizeof(pid), "%d", (int)s->daemon->pid);
	must_log(s, "another useroom is running \\(pid %s\\)", pid);
}

/* The other one has not written its number yet. */
static void lock_without_a_number(struct stage *s)
{
	(void)mkdir("/run/useroom", 0755);
	(void)hold(LOCK, 0600, "");
	must_exit(s, start_daemon(s, USUAL), 1);
	must_log(s, "another useroom is running: it has just started");
}

static void must_start_without_lock(struct stage *s, const char *why)
{
	struct actor *hog;

	watch(s, USUAL);
	must_log(s, "no lock, a second useroom would not be noticed: " TMPLOCK ": %s", why);
	hog = play(s, "hog", s->real_root ? "uid=65534 " HOG : HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* In /tmp the file may be a stranger's, who then decides who gets its lock. */
static void r111_lock_in_tmp_of_a_stranger(struct stage *s)
{
	if (!s->real_root)
		skip("other users can be played by root only");
	(void)unsetenv("XDG_RUNTIME_DIR");
	s->uid = NOBODY;
	(void)hold(TMPLOCK, 0666, "");
	must_start_without_lock(s, "(it is not a file of our own|Permission denied)");
}

/* Or a link to a file that would be cut. */
static void link_is_no_lock(struct stage *s, int (*make)(const char *, const char *),
			    const char *why)
{
	char text[16] = "";
	int fd;

	(void)unsetenv("XDG_RUNTIME_DIR");
	s->uid = NOBODY;
	write_file("/tmp/dear", 0666, "dear");
	if (s->real_root && chown("/tmp/dear", NOBODY, NOBODY) < 0)
		fail("chown: %s", strerror(errno));
	if (make("/tmp/dear", TMPLOCK) < 0)
		fail("link: %s", strerror(errno));
	must_start_without_lock(s, why);
	fd = open("/tmp/dear", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text)) != 4)
		fail("what the link pointed to was written to");
	(void)close(fd);
}

static void r111_lock_is_no_symbolic_link(struct stage *s)
{
	link_is_no_lock(s, symlink, "Too many levels of symbolic links");
}

static void r111_lock_is_no_hard_link(struct stage *s)
{
	link_is_no_lock(s, link, "it is not a file of our own");
}

/* ---- files that others may change ---- */

#define HOOK STAGE "/hook"
#define TOLD "/tmp/told"

static void must_refuse(struct stage *s, const char *why)
{
	s->daemon = start_daemon(s, "");
	must_exit(s, s->daemon, 2);
	must_log(s, "^useroom: " CONFIG "[^ ]* is not read, others may change it: %s", why);
	s->daemon_left = true;
}

static void r107_configuration_of_everybody(struct stage *s)
{
	write_file(CONFIG, 0666, "m = 40\nmk = 10\n");
	(void)chmod(CONFIG, 0666);
	must_refuse(s, CONFIG " is writable by everybody \\(mode 0666\\)");
}

static void r107_drop_ins_of_everybody(struct stage *s)
{
	write_file(CONFIG, 0644, "m = 40\nmk = 10\n");
	(void)mkdir(CONFIG ".d", 0755);
	(void)chmod(CONFIG ".d", 0777);
	write_file(CONFIG ".d/1.conf", 0644, "m = 30\n");
	must_refuse(s, CONFIG ".d is writable by everybody \\(mode 0777\\)");
}

static void r107_configuration_of_a_stranger(struct stage *s)
{
	if (!s->real_root)
		skip("other users can be played by root only");
	write_file(CONFIG, 0644, "m = 40\nmk = 10\n");
	if (chown(CONFIG, NOBODY, NOBODY) < 0)
		fail("chown: %s", strerror(errno));
	must_refuse(s, CONFIG " belongs to uid 65534");
}

/* A reload that would take one over keeps what runs. */
static void r107_reload_refuses(struct stage *s)
{
	struct actor *hog;

	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\n");
	watch(s, "");
	write_file(CONFIG, 0644, "m = 0\nmk = 0\n");
	(void)chmod(CONFIG, 0666);
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, CONFIG " is not read, others may change it: ");
	must_log(s, "the running one stays");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
}

/* The machine without its daemon would be worse: it runs, and the hook does not. */
static void r107_hook_of_everybody(struct stage *s)
{
	struct actor *hog;

	write_file(HOOK, 0755, "#!/bin/sh\necho $USEROOM_EVENT >>" TOLD "\n");
	(void)chmod(HOOK, 0777);
	watch(s, USUAL "-hook " HOOK " -pre-kill " HOOK " -pre-kill-time 5");
	must_log(s, "^-hook " HOOK " is not run, others may change it: " HOOK
		    " is writable by everybody");
	must_log(s, "^-pre-kill " HOOK " is not run, others may change it: ");
	hog = play(s, "hog", HOG);
	must_be_only_victim(s, hog, SIGTERM);
	must_log(s, "recovered");
	must_log(s, "^hook " HOOK " is not run, others may change it: " HOOK " is writable by");
	if (access(TOLD, F_OK) == 0)
		fail("the hook was run");
}

/* Made safe while the daemon runs, and then not safe any more. */
static void r107_hook_is_asked_each_time(struct stage *s)
{
	struct actor *hog;

	write_file(HOOK, 0755, "#!/bin/sh\necho $USEROOM_EVENT >>" TOLD "\n");
	watch(s, USUAL "-hook " HOOK);
	must_be_there(s, TOLD);
	(void)unlink(TOLD);
	(void)chmod(HOOK, 0777);
	hog = play(s, "hog", HOG);
	must_die(s, hog, SIGTERM);
	must_log(s, "^hook " HOOK " is not run, others may change it");
	must_log(s, "recovered");
	if (access(TOLD, F_OK) == 0)
		fail("the hook was run");
}

static void r107_hook_is_a_directory(struct stage *s)
{
	watch(s, USUAL "-hook /run/stage");
	must_log(s, "^-hook /run/stage cannot be run: it is a directory");
}

/* ---- words ---- */

static void r106_reload_says_it_too(struct stage *s)
{
	write_file(CONFIG, 0644, "m = 40\nmk = 10\n");
	watch(s, "");
	must_not_log(s, "regular expression");
	write_file(CONFIG, 0644, "m = 40\nmk = 10\nprotect = ^sshd$\n");
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, "^-protect '.sshd.': it looks like a regular expression.* write sshd$");
}

/* ---- the largest recording, in the memory that the service has ---- */

#define SERVICE_BYTES "104857600" /* MemoryMax= of useroom.service */

/* Several suites may run on one machine: neither name is fixed (R115). */
static char kept[] = "/var/tmp/useroom-test-XXXXXX";

static bool put(const char *directory, const char *name, const char *text)
{
	char path[256];
	int fd;
	bool written;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		(void)close(fd);
	return written;
}

/* A memory cgroup of the service's size, v1 or v2. */
static const char *make_cgroup(void)
{
	static char places[][48] = {"/sys/fs/cgroup/memory/useroom-test-XXXXXX",
				    "/sys/fs/cgroup/useroom-test-XXXXXX"};

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (mkdtemp(places[i]) == NULL)
			continue;
		(void)put(places[i], "memory.swap.max", "0");
		if (put(places[i], "memory.limit_in_bytes", SERVICE_BYTES) ||
		    put(places[i], "memory.max", SERVICE_BYTES))
			return places[i];
		(void)rmdir(places[i]);
	}
	skip("no memory cgroup can be made here: that takes root");
}

static bool is_kept(struct stage *s, const void *what)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(kept);
	bool whole = false;

	(void)s;
	(void)what;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0)
			whole = st.st_size == 65536 * 1024 &&
				unlinkat(dirfd(dir), entry->d_name, 0) == 0;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return whole;
}

static void r112_the_largest_recording(struct stage *s)
{
	struct statfs fs;
	struct actor *hog;
	char options[256];

	if (s->shadowed)
		skip("the daemon is built or run so that its memory is not its own");
	if (!s->real_root)
		skip("no memory cgroup can be made here: that takes root");
	if (statfs("/var/tmp", &fs) < 0 || fs.f_type == 0x01021994)
		skip("/var/tmp is no disk");
	s->cgroup = make_cgroup();
	if (mkdtemp(kept) == NULL)
		fail("%s: %s", kept, strerror(errno));
	(void)snprintf(options, sizeof(options), USUAL "-record-size 65536 -incidents %s", kept);
	watch(s, options);
	hog = play(s, "hog", HOG);
	must_die(s, hog, SIGTERM);
	must_log(s, "%d \\(hog\\) is gone", (int)hog->pid);
	if (!wait_for(s, is_kept, NULL, 180))
		fail("the incident was not kept");
	if (s->daemon->ended)
		fail("the daemon was ended");
	must_not_log(s, "could not be kept");
	(void)kill(s->daemon->pid, SIGTERM);
	must_exit(s, s->daemon, 0);
	s->daemon_left = true;
	(void)rmdir(kept);
	(void)rmdir(s->cgroup);
}

/* What is kept in memory is the service's own memory too. */
static void r112_incidents_in_memory(struct stage *s)
{
	watch(s, USUAL "-record-size 2048");
	must_log(s,
		 "/var/lib/useroom/incidents is in memory \\(tmpfs\\): only 8 incidents are kept");
	(void)kill(s->daemon->pid, SIGTERM);
	must_exit(s, s->daemon, 0);
	s->notes_length = 0;
	memset(s->notes, 0, sizeof(s->notes));
	watch(s, USUAL "-record /tmp/large -record-size 32768");
	must_log(s,
		 "no incidents are kept: /var/lib/useroom/incidents: it is in memory \\(tmpfs\\)");
}

/* ---- a reload while somebody is on its way out ---- */

#define RELOADED "m = 40\nmk = 10\ngrace = 1\n"

static void reload_with(struct stage *s, const char *more)
{
	char text[256];

	(void)snprintf(text, sizeof(text), RELOADED "%s", more);
	write_file(CONFIG, 0644, text);
	(void)kill(s->daemon->pid, SIGHUP);
	must_log(s, "configuration read again");
}

static struct actor *terminate_one(struct stage *s)
{
	struct actor *hog;

	write_file(CONFIG, 0644, "m = 40\nmk = 10\ngrace = 30\n");
	watch(s, "");
	hog = play(s, "hog", "shrug " HOG);
	must_log(s, "^killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	return hog;
}

static void r109_reload_into_a_dry_run(struct stage *s)
{
	struct actor *hog = terminate_one(s), *second;

	reload_with(s, "dry-run = true\n");
	(void)kill(s->daemon->pid, SIGHUP);
	/* The time of the SIGTERM was that of the old settings: below the level it is not waited
	 * for. */
	second = play(s, "second", "grow=20");
	must_log(s, "^would kill %d \\(hog\\) with SIGKILL", (int)hog->pid);
	settle(s, 700);
	must_live(s, hog);
	must_live(s, second);
	must_log_times(s, 1, 1, "would kill %d .* with SIGKILL", (int)hog->pid);
	must_not_log(s, "^killed .* with SIGKILL");
	reload_with(s, "");
	must_die(s, hog, SIGKILL);
}

static void r109_reload_protects(struct stage *s)
{
	struct actor *hog = terminate_one(s);

	reload_with(s, "protect = hog\n");
	(void)play(s, "second", "grow=20");
	must_log(s, "nobody can be ended|cannot help|killed [0-9]+ \\(second\\)");
	settle(s, 700);
	must_live(s, hog);
	must_not_log(s, "kill(ed)? %d \\(hog\\) with SIGKILL", (int)hog->pid);
}

const struct live_case user_cases[] = {
	{"r107_configuration_of_everybody", r107_configuration_of_everybody, NULL, false},
	{"r107_drop_ins_of_everybody", r107_drop_ins_of_everybody, NULL, false},
	{"r107_configuration_of_a_stranger", r107_configuration_of_a_stranger, NULL, false},
	{"r107_reload_refuses", r107_reload_refuses, NULL, false},
	{"r107_hook_of_everybody", r107_hook_of_everybody, NULL, false},
	{"r107_hook_is_asked_each_time", r107_hook_is_asked_each_time, NULL, false},
	{"r107_hook_is_a_directory", r107_hook_is_a_directory, NULL, false},
	{"r106_reload_says_it_too", r106_reload_says_it_too, NULL, false},
	{"r112_the_largest_recording", r112_the_largest_recording, NULL, false},
	{"r112_incidents_in_memory", r112_incidents_in_memory, NULL, false},
	{"r109_reload_into_a_dry_run", r109_reload_into_a_dry_run, NULL, false},
	{"r109_reload_protects", r109_reload_protects, NULL, false},
	{"r118_stop_tells_memory", r118_stop_tells_memory, NULL, false},
	{"r118_no_swap_is_said", r118_no_swap_is_said, NULL, false},
	{"r118_read_only_run", r118_read_only_run, NULL, false},
	{"r118_incidents_that_may_not_be_seen", r118_incidents_that_may_not_be_seen, NULL, false},
	{"lock_without_a_number", lock_without_a_number, NULL, false},
	{"r111_lock_is_private", r111_lock_is_private, NULL, false},
	{"r111_lock_that_anybody_holds", r111_lock_that_anybody_holds, NULL, false},
	{"r111_lock_of_an_older_one", r111_lock_of_an_older_one, NULL, false},
	{"r111_lock_in_tmp_of_a_stranger", r111_lock_in_tmp_of_a_stranger, NULL, false},
	{"r111_lock_is_no_symbolic_link", r111_lock_is_no_symbolic_link, NULL, false},
	{"r111_lock_is_no_hard_link", r111_lock_is_no_hard_link, NULL, false},
	{NULL, NULL, NULL, false},
};
