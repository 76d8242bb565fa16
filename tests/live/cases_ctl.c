/* SPDX-License-Identifier: MIT */
/* What useroomctl says of a daemon that runs, and whether it is true. */
#include "cases.h"
#include "json.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/*
 * Far from its level of 24 of 96 MiB while some 30 are held, with room for a useroomctl with
 * sanitizers; then all but 21 go to somebody else, so that one victim is enough.
 */
#define QUIET "-m 25 -mk 2 -grace 30 "

static void become_low(struct stage *s)
{
	machine_follow(&s->machine);
	s->machine.shape.other_kib += s->machine.available_kib - 21 * MIB;
}

static void must_be_json(void)
{
	static char text[1 << 20];
	FILE *file = fopen(SAID, "re");
	size_t length = file == NULL ? 0 : fread(text, 1, sizeof(text), file);

	if (file != NULL)
		(void)fclose(file);
	if (!json_is_object(text, length))
		fail("this is not JSON: %.*s", (int)length, text);
}

static void ctl_status_running(struct stage *s)
{
	watch(s, QUIET);
	must_answer(s, "status", 0);
	must_say("^useroom .* is running: pid %d, since", (int)s->daemon->pid);
	must_say("^SIGTERM at 25 %% of memory available, SIGKILL at 2 %%");
	must_say("^memory +\\[K#+T.*of 96 MiB available");
	must_say("^nobody would be ended; available .* > 25 %%, no swap");
	must_say("^  .*useroom started");
	must_answer(s, "status -json", 0);
	must_be_json();
	must_say("\"running\": *true");
}

/* R67, R46: what it cannot do is found at the start, and shown. */
static void r67_ctl_status_limits(struct stage *s)
{
	s->uid = NOBODY;
	watch(s, QUIET "-record /tmp/record");
	must_answer(s, "status -record /tmp/record", 0);
	must_say("it is not root: only its own user's processes can be ended");
	must_answer(s, "why 1 -record /tmp/record", 0);
	must_say("^1 \\(.*\\) of .* would not be ended: init");
}

static void ctl_status_stopped(struct stage *s)
{
	must_answer(s, "status", 1);
	must_say("^useroom is not running");
	watch(s, QUIET);
	(void)kill(s->daemon->pid, SIGTERM);
	must_exit(s, s->daemon, 0);
	s->daemon_left = true;
	must_answer(s, "status", 1);
	must_say("^useroom is not running; its last look was");
	must_say("  stopping");
}

/* It names everybody's processes, so it is not for everybody; and that is one clear line. */
static void r115_ctl_no_rights(struct stage *s)
{
	static const char *const commands[] = {"status", "why", "top", "events"};

	if (!s->real_root)
		skip("other users can be played by root only"); /* R115 */
	watch(s, QUIET);
	s->ctl_uid = NOBODY;
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		must_answer(s, commands[i], 1);
		must_say("^useroomctl: /run/useroom/record may not be read: .* ask as root");
	}
}

/* A large one, a smaller one that oom_score_adj puts first, a protected one: what is said is what
 * then happens. */
static void ctl_why_names_the_victim(struct stage *s)
{
	struct actor *adjusted = play(s, "adjusted", "adj=300 grow=8"),
		     *larger = play(s, "larger", "grow=14");
	struct actor *kept = play(s, "kept", "adj=500 grow=8");

	must_hold(s, 30 * MIB);
	watch(s, QUIET "-protect kept");
	must_answer(s, "why", 0);
	must_say("^nobody would be ended; available");
	must_say("^   1 +%d .* adjusted +it grew by .*, oom_score_adj 300", (int)adjusted->pid);
	must_say("^   2 +%d .* larger +it grew by ", (int)larger->pid);
	must_say("^   - +%d .* kept +protected by 'kept'", (int)kept->pid);
	must_answer(s, "why -m 99", 0);
	must_say("^SIGTERM would go to %d \\(adjusted\\); available", (int)adjusted->pid);
	must_answer(s, "why -json", 0);
	must_be_json();
	become_low(s);
	must_be_only_victim(s, adjusted, SIGTERM);
	must_live(s, larger);
	must_live(s, kept);
}

static bool are_near_misses(struct stage *s, const void *count)
{
	(void)s;
	return incidents_kept("-near.useroom") == *(const size_t *)count;
}

static bool is_said_twice(struct stage *s, const void *text)
{
	(void)s;
	return log_times(text) == 2;
}

/* Memory is low and recovers, and nobody had to go: kept, so that other levels can be asked. */
static void ctl_keeps_near_misses(struct stage *s)
{
	struct actor *larger = play(s, "larger", "grow=20");
	const size_t one = 1;

	must_hold(s, 20 * MIB);
	watch(s, QUIET "-protect larger -incidents-kept 4");
	become_low(s);
	must_log(s, "nobody can be ended: ");
	s->machine.shape.other_kib = 0;
	must_log(s, "recovered: .*, 0 victims");
	if (!wait_for(s, are_near_misses, &one, 60))
		fail("the near miss was not kept");
	must_answer(s, "incidents", 0);
	must_say("-near.useroom +nobody was ended");
	must_answer(s, "show /run/useroom/record", 0); /* for want of another */
	must_say("recovered: .*, 0 victims");
	must_answer(s, "replay -m 5", 0);
	must_live(s, larger);
	/* not another one so soon */
	become_low(s);
	if (!wait_for(s, is_said_twice, "nobody can be ended: ", 60))
		fail("memory is not low again");
	s->machine.shape.other_kib = 0;
	if (!wait_for(s, is_said_twice, "recovered: .*, 0 victims", 60))
		fail("it does not recover again");
	settle(s, 700);
	if (!are_near_misses(s, &one))
		fail("another one was kept");
}

static void ctl_why_one(struct stage *s)
{
	struct actor *larger = play(s, "larger", "grow=16"),
		     *smaller = play(s, "smaller", "grow=8");
	char words[64];

	must_hold(s, 24 * MIB);
	watch(s, QUIET "-protect larger");
	(void)snprintf(words, sizeof(words), "why %d", (int)larger->pid);
	must_answer(s, words, 0);
	must_say("^%d \\(larger\\) of root would not be ended: protected by 'larger'\\.",
		 (int)larger->pid);
	(void)snprintf(words, sizeof(words), "why %d", (int)smaller->pid);
	must_answer(s, words, 0);
	must_say("^%d \\(smaller\\) of root would go first of ", (int)smaller->pid);
	must_answer(s, "why 1", 0);
	must_say("^1 \\(.*\\) of root would not be ended: init\\.");
	must_answer(s, "why 4000000", 1);
	must_say("^useroomctl: there is no process 4000000");
}

static const struct machine_shape without_sleepers = {.total_kib = 96 * MIB, .least_kib = 1 * MIB};

/* More that may be ended than a list has rows: what those that may not hold is known all the same.
 */
static void r91_ctl_says_the_same(struct stage *s)
{
	struct actor *hog, *crowd;

	if (s->shadowed)
		skip("the daemon is built or run so that its memory is not its own");
	hog = play(s, "hog", "grow=60");
	crowd = play(s, "crowd", "sleepers=600");
	must_hold(s, 60 * MIB);
	watch(s, USUAL "-protect hog");
	must_log(s, "nobody can be ended: those who hold memory are protected");
	must_answer(s, "status", 0);
	/* useroomctl is a process too, and not a small one here */
	must_say("^(nobody can be ended: those who hold memory are protected|ending processes "
		 "cannot help: processes that must not be ended hold [67])");
	must_live(s, hog);
	must_live(s, crowd);
}

/* R40: who was signalled and is not gone yet is not who goes next. */
static void r40_ctl_why_pending(struct stage *s)
{
	struct actor *hog = play(s, "hog", "shrug grow=20"), *other = play(s, "other", "grow=10");

	must_hold(s, 30 * MIB);
	watch(s, QUIET);
	become_low(s);
	must_log(s, "killed %d \\(hog\\) with SIGTERM", (int)hog->pid);
	must_answer(s, "why", 0);
	must_say("^   1 +%d .* other +it grew by ", (int)other->pid);
	must_say("^   - +%d .* hog +signalled already", (int)hog->pid);
	must_live(s, other);
}

/* R28: whatever a process calls itself, a terminal and JSON get it escaped. */
static void r28_ctl_hostile_names(struct stage *s)
{
	/* Enough by itself beside a useroomctl with sanitizers, which holds 14. */
	struct actor *hog = play(s, "\033[2Jx\n", "grow=24");

	must_hold(s, 24 * MIB);
	watch(s, QUIET);
	must_answer(s, "why", 0);
	must_say("^   1 +%d .* .x1b\\[2Jx.x0a +it grew by ", (int)hog->pid);
	must_answer(s, "why -json", 0);
	must_be_json();
	become_low(s);
	must_answer(s, "status -json", 0);
	must_be_json();
}

/* ---- top, in a terminal of its own ---- */

struct terminal {
	int fd;
	char text[1 << 16];
	size_t length;
};

static struct terminal terminal;

static bool open_terminal(char *ret_name, size_t size)
{
	const struct winsize window = {.ws_row = 24, .ws_col = 80};

	terminal.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (terminal.fd < 0 || grantpt(terminal.fd) < 0 || unlockpt(terminal.fd) < 0)
		return false;
	(void)snprintf(ret_name, size, "%s", ptsname(terminal.fd));
	return ioctl(terminal.fd, TIOCSWINSZ, &window) == 0 && access(ret_name, R_OK | W_OK) == 0;
}

static _Noreturn void become_top(const char *name)
{
	int fd;

	(void)setsid();
	fd = open(name, O_RDWR);
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(98);
	(void)setenv("TERM", "vt100", 1);
	(void)setenv("LC_ALL", "C", 1);
	(void)execl("/bin/sh", "sh", "-c", CTL " top; echo EXIT $?", NULL);
	_exit(97);
}

static bool shows(struct stage *s, const void *text)
{
	size_t room = sizeof(terminal.text) - 1 - terminal.length;
	ssize_t n = room < sizeof(terminal.text)
			    ? read(terminal.fd, terminal.text + terminal.length, room)
			    : 0;

	(void)s;
	if (n > 0)
		terminal.length += (size_t)n;
	terminal.text[terminal.length] = '\0';
	return strstr(terminal.text, text) != NULL;
}

static void must_show(struct stage *s, const char *text)
{
	if (!wait_for(s, shows, text, 60))
		fail("top does not show '%s', only: %s", text, terminal.text);
}

static void ctl_top_running(struct stage *s)
{
	char name[64];
	pid_t pid;

	if (access(CTL, X_OK) < 0)
		skip("useroomctl was not built beside the daemon");
	if (!open_terminal(name, sizeof(name)))
		skip("there are no pseudo terminals here");
	(void)play(s, "larger", "grow=20");
	(void)play(s, "kept", "grow=8");
	must_hold(s, 28 * MIB);
	watch(s, QUIET "-protect kept");
	pid = fork();
	if (pid == 0)
		become_top(name);
	if (pid < 0)
		fail("fork");
	must_show(s, "SIGTERM at 25 %, SIGKILL at 2 %");
	must_show(s, "larger");
	must_show(s, "it grew by ");
	must_show(s, "protected by 'kept'");
	become_low(s);
	must_log(s, "killed .*larger");
	(void)!write(terminal.fd, "q", 1);
	must_show(s, "EXIT 0");
}

/* Full swap alone ends one an interval: until then nobody goes, and nobody is named (R114). */
static void r114_ctl_why_in_a_pause(struct stage *s)
{
	struct actor *hog = play(s, "hog", "grow=20"), *second = play(s, "second", "grow=8");

	must_hold(s, 28 * MIB);
	watch(s, "-m 25 -mk 2 -i 60 -s 10 -sk 1 -grace 30 -trigger or -debug");
	must_die(s, hog, SIGTERM);
	must_log(s, "turn: end: the first of the list is to go");
	must_log(s, "turn: paused, interval: one victim an interval \\(-i\\)");
	must_answer(s, "why", 0);
	must_say("^nobody would be ended for a moment: one victim an interval \\(-i\\)");
	must_answer(s, "status -json", 0);
	must_say("\"pause\": *\"interval\"");
	must_answer(s, "show /run/useroom/record", 0);
	must_say("; nobody is ended: one victim an interval");
	must_live(s, second);
}

/* R97, R114: so many of a swarm would go, and so many are said to have gone. */
static void r114_ctl_why_of_a_swarm(struct stage *s)
{
	static const char rest[] =
		"[0-9]+ \\(bomb\\) and [0-9]+ more that are alike and began lately";
	struct actor *larger = play(s, "larger", "grow=16");

	must_hold(s, 16 * MIB);
	watch(s, "-m 40 -mk 2 -grace 30 -dry-run");
	(void)play(s, "bomb", "brood=200:256@200");
	must_log(s, "would kill %s", rest);
	must_answer(s, "why", 0);
	must_say("^(SIGTERM would go to %s, .* together, were it not a dry run|nobody would be "
		 "ended: "
		 "enough is coming back); available",
		 rest);
	must_say("^ +[0-9]+ +[0-9]+ .* bomb +a swarm: those like it that began lately hold");
	must_answer(s, "why -json -m 99", 0);
	must_be_json();
	must_say("\"would_end_pid\"");
	must_say("\"together\": *[0-9]+");
	must_say("\"would_free_kib\"");
	must_answer(s, "events", 0);
	must_say("would kill %s with SIGTERM", rest);
	must_answer(s, "events -json", 0);
	must_say("\"together\": *[0-9]+");
	must_live(s, larger);
}

static const struct machine_shape with_cold_swap = {.total_kib = 96 * MIB,
						    .swap_total_kib = 40 * MIB,
						    .cold_swap_kib = 38 * MIB,
						    .swap_after_kib = 96 * MIB};

const struct live_case ctl_cases[] = {
	{"ctl_status_running", ctl_status_running, NULL, false},
	{"ctl_status_stopped", ctl_status_stopped, NULL, false},
	{"r115_ctl_no_rights", r115_ctl_no_rights, NULL, false},
	{"ctl_why_names_the_victim", ctl_why_names_the_victim, NULL, false},
	{"ctl_keeps_near_misses", ctl_keeps_near_misses, NULL, false},
	{"ctl_why_one", ctl_why_one, NULL, false},
	{"r91_ctl_says_the_same", r91_ctl_says_the_same, &without_sleepers, false},
	{"ctl_top_running", ctl_top_running, NULL, false},
	{"r28_ctl_hostile_names", r28_ctl_hostile_names, NULL, false},
	{"r114_ctl_why_of_a_swarm", r114_ctl_why_of_a_swarm, NULL, false},
	{"r114_ctl_why_in_a_pause", r114_ctl_why_in_a_pause, &with_cold_swap, false},
	{"r40_ctl_why_pending", r40_ctl_why_pending, NULL, false},
	{"r67_ctl_status_limits", r67_ctl_status_limits, NULL, false},
	{NULL, NULL, NULL, false},
};
