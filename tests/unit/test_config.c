/* SPDX-License-Identifier: MIT */
#include "settings/config.h"
#include "settings/options.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORDS        16

/* ---- every allocation is counted: with glibc, and without a sanitizer that has its own malloc
 * ---- */

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
#define COUNTS_ALLOCATIONS 1
static unsigned allocations;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}
#else
#define COUNTS_ALLOCATIONS 0
#endif

/* ---- a directory of our own, and a command line ---- */

static char dir[64], main_file[128];
static struct config config;
static struct config_source source;
static char errors[4096];
static char *arguments[WORDS + 4]; /* config_load keeps argv for the reload */

static int make_dir(void **state)
{
	(void)state;
	(void)strcpy(dir, "/tmp/useroom-test-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(main_file, sizeof(main_file), "%s/u.conf", dir);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_dir(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_dir(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_bytes(const char *name, const char *text, size_t length)
{
	int fd = open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	assert_int_equal(close(fd), 0);
}

static void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static int load_arguments(int argc)
{
	arguments[argc] = NULL;
	memset(errors, 'x', sizeof(errors));
	return config_load(argc, arguments, &config, &source, errors, sizeof(errors));
}

/* useroom -config OUR_FILE WORD...; words ends in NULL. */
static int load_words(const char *const *words)
{
	static char name[] = "useroom", flag[] = "-config";
	int argc = 3;

	arguments[0] = name;
	arguments[1] = flag;
	arguments[2] = main_file;
	while (*words)
		arguments[argc++] = (char *)*words++;
	return load_arguments(argc);
}

static int load_file(const char *text)
{
	static const char *const none[] = {NULL};

	write_file("u.conf", text);
	return load_words(none);
}

static const char *value(const char *name)
{
	static char buf[64];

	return options_get(&config, options_find(name), buf, sizeof(buf));
}

/* What was said, without our directory's name. */
static const char *said(void)
{
	static char text[sizeof(errors)];
	const char *from = errors, *hit;

	text[0] = '\0';
	for (; (hit = strstr(from, dir)); from = hit + strlen(dir) + 1)
		(void)strncat(text, from, (size_t)(hit - from));
	return strcat(text, from);
}

/* ---- the command line ---- */

static void r72_spellings(void **state)
{
	static const struct {
		const char *words[WORDS];
		const char *name, *expected;
	} rows[] = {
		{{"-m", "20"}, "m", "20"},
		{{"--m", "20"}, "m", "20"},
		{{"-m=20"}, "m", "20"},
		{{"--m=20"}, "m", "20"},
		{{"-m", "7.5"}, "m", "7.5"},
		{{"-m=30", "-m", "20"}, "m", "20"}, /* the last one wins */
		{{"-debug"}, "debug", "true"},
		{{"--debug"}, "debug", "true"},
		{{"-debug=true"}, "debug", "true"},
		{{"-debug", "-debug=false"}, "debug", "false"},
		{{"-debug=1", "-debug=F"}, "debug", "false"},
		{{"-dry-run=T"}, "dry-run", "true"},
		{{"-dry-run=TRUE"}, "dry-run", "true"},
		{{"-ignore-swap=0"}, "ignore-swap", "false"},
		{{"-protect", ""}, "protect", ""},
		{{"-protect="}, "protect", ""},
		{{"-protect", "a,b"}, "protect", "a,b"},
		{{"-protect=a=b"}, "protect", "a=b"}, /* only the first = ends the name */
		{{"-protect", "-x"},
		 "protect",
		 "-x"}, /* a value may begin with a dash, as in Go; an option is none (R106) */
		{{"-protect=-m"}, "protect", "-m"},
		{{"-protect", "--", "-m", "3"}, "m", "3"}, /* even -- */
		{{"-m", "3", "--"}, "m", "3"},
		{{"-debug", "-m", "4"}, "m", "4"},
		{{"-s", "1", "-sk", "2", "-mk", "3", "-i", "4"}, "sk", "2"},
		{{"-sort-by-rss", "-ignore-swap"}, "sort-by-rss", "true"},
	};

	(void)state;
	write_file("u.conf", "");
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (load_words(rows[k].words) != 0)
			fail_msg("row %zu, %s: %s", k, rows[k].words[0], errors);
		assert_string_equal(errors, "");
		assert_string_equal(value(rows[k].name), rows[k].expected);
		assert_int_equal(source.mode, CONFIG_RUN);
	}
}

static void bad_command_lines(void **state)
{
	static const struct {
		const char *words[WORDS];
		const char *expected;
	} rows[] = {
		{{"-m", "101"},
		 "-m: '101' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{{"-m", "-1"}, "-m: '-1' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{{"-m", "--", "5"},
		 "-m: '--' is not a percentage from 0 to 100 or a size such as 2G\n"
		 "'5' is not an option; a switch takes its value as in -debug=false\n"},
		{{"-i=0"}, "-i: '0' is not a number of seconds from 0.01 to 3600\n"},
		{{"-m"}, "-m: needs a value: PERCENT|SIZE\n"},
		{{"-m="}, "-m: '' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{{"-debug=2"}, "-debug: '2' is not true or false\n"},
		{{"-debug="}, "-debug: '' is not true or false\n"},
		{{"-debug", "false"},
		 "'false' is not an option; a switch takes its value as in -debug=false\n"},
		{{"20"}, "'20' is not an option; a switch takes its value as in -debug=false\n"},
		{{"help"}, "'help' is not an option; did you mean '-help'?\n"},
		{{"-debug", "m", "20"}, "'m' is not an option; did you mean '-m'?\n"},
		{{""}, "'' is not an option; a switch takes its value as in -debug=false\n"},
		{{"-"}, "'-' is not an option; a switch takes its value as in -debug=false\n"},
		{{"--", "-m", "5"},
		 "'-m' is not an option; a switch takes its value as in -debug=false\n"},
		{{"---m"}, "'---m' is not an option\n"},
		{{"-=5"}, "'-=5' is not an option\n"},
		{{"--=5"}, "'--=5' is not an option\n"},
		{{"-protcet", "x"}, "unknown option '-protcet', did you mean '-protect'?\n"},
		{{"--dryrun"}, "unknown option '-dryrun', did you mean '-dry-run'?\n"},
		{{"-sort"}, "unknown option '-sort', did you mean '-sort-by-rss'?\n"},
		{{"-M=5"},
		 "unknown option '-M': it is earlyoom's; here it is -m and -mk with an amount, -m "
		 "1G -mk 512M\n"},
		{{"-x", "-m", "5"}, "unknown option '-x'; all of them: useroom -help\n"},
		{{"-m=a\nb\033"},
		 "-m: 'a\\x0ab\\x1b' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{{"---\n-m=5"}, "'---\\x0a-m=5' is not an option\n"},
		{{"-\n"}, "unknown option '-\\x0a'; all of them: useroom -help\n"},
		{{"-version=2"}, "-version: '2' is not true or false\n"},
		{{"-check-config=2"}, "-check-config: '2' is not true or false\n"},
		{{"-config", ""}, "-config: '' is not a path\n"},
		{{"-m", "x", "-mk", "y", "-z"},
		 "-m: 'x' is not a percentage from 0 to 100 or a size such as 2G\n"
		 "-mk: 'y' is not a percentage from 0 to 100 or a size such as 2G\n"
		 "unknown option '-z'; all of them: useroom -help\n"},
	};

	(void)state;
	write_file("u.conf", "");
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (load_words(rows[k].words) != -EINVAL)
			fail_msg("row %zu, %s: taken", k, rows[k].words[0]);
		assert_string_equal(errors, rows[k].expected);
	}
}

/* An empty variable in a unit's file: `-protect $LIST -dry-run` must not watch in earnest. */
static void r106_an_option_is_no_value(void **state)
{
	static const char *const texts[] = {"protect",  "ignore-user", "prefer",    "avoid", "hook",
					    "pre-kill", "record",      "incidents", "config"};
	static const char format[] = "-%s: needs a value, and '--check-config=true' is an option; "
				     "if it is meant: -%s=--check-config=true\n";

	(void)state;
	write_file("u.conf", "");
	for (size_t k = 0; k < COUNT(texts); k++) {
		char option[32], expected[160];
		const char *words[WORDS] = {option, "--check-config=true", "-m", "20"};

		(void)snprintf(option, sizeof(option), "-%s", texts[k]);
		(void)snprintf(expected, sizeof(expected), format, texts[k], texts[k]);
		assert_int_equal(load_words(words), -EINVAL);
		assert_string_equal(errors, expected);
		assert_string_equal(value("m"), "20"); /* what stands behind is read on */
		assert_int_equal(source.mode, CONFIG_RUN);
	}
}

static void modes(void **state)
{
	static const struct {
		const char *words[WORDS];
		enum config_mode expected;
	} rows[] = {
		{{NULL}, CONFIG_RUN},
		{{"-h"}, CONFIG_HELP},
		{{"--h"}, CONFIG_HELP},
		{{"-help"}, CONFIG_HELP},
		{{"--help"}, CONFIG_HELP},
		{{"-m", "101", "-help"}, CONFIG_HELP}, /* who asks for help gets it */
		{{"-help", "-version"}, CONFIG_HELP},
		{{"-version"}, CONFIG_VERSION},
		{{"-version", "-check-config"}, CONFIG_VERSION},
		{{"-check-config"}, CONFIG_CHECK},
		{{"-check-config=true"}, CONFIG_CHECK},
		{{"-check-config=false"}, CONFIG_RUN},
		{{"-version=false"}, CONFIG_RUN},
	};

	(void)state;
	write_file("u.conf", "");
	for (size_t k = 0; k < COUNT(rows); k++) {
		assert_int_equal(load_words(rows[k].words), 0);
		assert_int_equal(source.mode, rows[k].expected);
	}
}

static void no_arguments_at_all(void **state)
{
	(void)state;
	/*
	 * argc may be 0; the machine's own file may have mistakes, so only the source is looked at
	 */
	(void)load_arguments(0);
	assert_string_equal(source.file, CONFIG_DEFAULT_FILE);
	assert_false(source.file_given);
}

/* ---- the file ---- */

static void file_values(void **state)
{
	static const struct {
		const char *text, *name, *expected;
	} rows[] = {
		{"", "m", "10"},
		{"\n\n  \n\t\n", "m", "10"},
		{"# m = 3\n  # m = 4\n#\n", "m", "10"},
		{"m = 20\n", "m", "20"},
		{"m = 20", "m", "20"}, /* no last newline */
		{"m=20", "m", "20"},
		{"\t m\t=\t20 \t\n", "m", "20"},
		{"m = 20\r\ns = 30\r\n", "m", "20"},
		{"m = 20\r\ns = 30\r", "s", "30"},
		{"m = 20\nm = 30\n", "m", "30"},
		{"m = 20 # twenty\n", "m", "20"},
		{"m = 20\t# twenty\n", "m", "20"},
		{"m = \"20\"\n", "m", "20"},
		{"m = '20'   # twenty\n", "m", "20"},
		{"m = \"20\"# twenty\n", "m", "20"},
		{"debug = true\n", "debug", "true"},
		{"debug = yes\n", "debug", "true"},
		{"debug = on\ndebug = off\n", "debug", "false"},
		{"protect = \n", "protect", ""},
		{"protect = # nobody\n", "protect", ""},
		{"protect = ''\n", "protect", ""},
		{"protect = \"\"", "protect", ""},
		{"protect = a#b, c\n", "protect", "a#b, c"}, /* a # inside a word is none */
		{"protect = \"a #b\"\n", "protect", "a #b"},
		{"protect = 'say \"x\"'\n", "protect", "say \"x\""},
		{"protect = \" a \"\n", "protect", " a "},
		{"protect = a=b\n", "protect", "a=b"},
		{"protect = it's\n", "protect", "it's"}, /* only at the beginning */
		{"trigger = or\n", "trigger", "or"},
		{"hook = /usr/local/bin/tell us\n", "hook", "/usr/local/bin/tell us"},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (load_file(rows[k].text) != 0)
			fail_msg("'%s': %s", rows[k].text, errors);
		assert_string_equal(value(rows[k].name), rows[k].expected);
	}
}

static void file_mistakes(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"m = 101",
		 "u.conf:1: m: '101' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{"\n\nm = nan\n",
		 "u.conf:3: m: 'nan' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{"m =\n",
		 "u.conf:1: m: '' is not a percentage from 0 to 100 or a size such as 2G\n"},
		{"m = 5,9",
		 "u.conf:1: m: '5,9' is not a percentage from 0 to 100 or a size such as 2G; two "
		 "levels are two options: -m 5 -mk 9\n"},
		{"soft_threshold_min_mem = 5 %",
		 "u.conf:1: unknown key 'soft_threshold_min_mem': it is nohang's; here it is -m\n"},
		{"[OOM]\nSwapUsedLimit=90%",
		 "u.conf:1: a section, as systemd's files have them; here there are none\n"
		 "u.conf:2: unknown key 'SwapUsedLimit': it is systemd-oomd's; here it is -s, of "
		 "free "
		 "swap: 10 for 90%\n"},
		{"@BADNESS_ADJ_RE_NAME -500 /// ^sshd$",
		 "u.conf:1: a line of nohang's; here prefer, avoid and protect are lists of "
		 "names\n"},
		/* R108: it looks like m, so it is shown */
		{"m\u200d = 10",
		 "u.conf:1: unknown key 'm\\xe2\\x80\\x8d'; all of them: useroom -help\n"},
		{"i = 0", "u.conf:1: i: '0' is not a number of seconds from 0.01 to 3600\n"},
		{"m 10", "u.conf:1: this is not `key = value`\n"},
		{"-m = 10", "u.conf:1: unknown key '-m', did you mean 'm'?\n"},
		{"= 10", "u.conf:1: unknown key ''; all of them: useroom -help\n"},
		{"M = 10", "u.conf:1: unknown key 'M': it is earlyoom's; here it is -m and -mk "
			   "with an amount, -m 1G -mk 512M\n"},
		{"prtect = x", "u.conf:1: unknown key 'prtect', did you mean 'protect'?\n"},
		{"dry run = true", "u.conf:1: unknown key 'dry run', did you mean 'dry-run'?\n"},
		{"config = /x", "u.conf:1: unknown key 'config'; all of them: useroom -help\n"},
		{"check-config = true",
		 "u.conf:1: unknown key 'check-config'; all of them: useroom -help\n"},
		{"version = true", "u.conf:1: unknown key 'version'; all of them: useroom -help\n"},
		{"help = true", "u.conf:1: unknown key 'help'; all of them: useroom -help\n"},
		{"m = \"12", "u.conf:1: m: a quote is not closed, or something stands behind it\n"},
		{"m = '12\"",
		 "u.conf:1: m: a quote is not closed, or something stands behind it\n"},
		{"m = \"1\" 2",
		 "u.conf:1: m: a quote is not closed, or something stands behind it\n"},
		{"debug = maybe", "u.conf:1: debug: 'maybe' is not true or false\n"},
		{"log = xml", "u.conf:1: log: 'xml' is not one of text|json\n"},
		{"hook = bin/x", "u.conf:1: hook: 'bin/x' is not an absolute path\n"},
		{"ignore-user = no-such-user",
		 "u.conf:1: ignore-user: there is no user 'no-such-user'\n"},
		{"m\033 = 1", "u.conf:1: unknown key 'm\\x1b', did you mean 'm'?\n"},
		{"m = 1\r\nmk = x\r\n",
		 "u.conf:2: mk: 'x' is not a percentage from 0 to 100 or a size such as 2G\n"},
		/* all of them, and in order */
		{"m = x\nmk = 3\ns = y\nfoo\n",
		 "u.conf:1: m: 'x' is not a percentage from 0 to 100 or a size such as 2G\n"
		 "u.conf:3: s: 'y' is not a percentage from 0 to 100 or a size such as 2G\n"
		 "u.conf:4: this is not `key = value`\n"},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		if (load_file(rows[k].text) != -EINVAL)
			fail_msg("'%s' was taken", rows[k].text);
		assert_string_equal(said(), rows[k].expected);
	}
}

static void files_that_cannot_be_read(void **state)
{
	static char big[65537];
	static const char *const none[] = {NULL};

	(void)state;
	assert_int_equal(load_words(none), -EINVAL);
	assert_string_equal(said(), "u.conf: No such file or directory\n");

	assert_int_equal(mkfifo(main_file, 0600), 0);
	assert_int_equal(load_words(none), -EINVAL); /* and does not wait for somebody to write */
	assert_string_equal(said(), "u.conf: a pipe, not a file\n");
	assert_int_equal(unlink(main_file), 0);

	assert_int_equal(mkdir(main_file, 0700), 0);
	assert_int_equal(load_words(none), -EINVAL);
	assert_string_equal(said(), "u.conf: Is a directory\n");
	assert_int_equal(rmdir(main_file), 0);

	write_bytes("u.conf", "m = 5\0mk = 3\n", 13);
	assert_int_equal(load_words(none), -EINVAL);
	assert_string_equal(said(), "u.conf: not a text file\n");

	memset(big, '\n', sizeof(big));
	write_bytes("u.conf", big, sizeof(big));
	assert_int_equal(load_words(none), -EINVAL);
	assert_string_equal(said(), "u.conf: larger than 64 KiB\n");
	write_bytes("u.conf", big, sizeof(big) - 1);
	assert_int_equal(load_words(none), 0);
}

/* A path that were cut would be another file, or lose the number of its line. */
static void long_paths(void **state)
{
	static char path[1024];
	static const char *words[] = {"-config", path, NULL};

	(void)state;
	write_file("u.conf", "m = 101\n");
	(void)strcpy(path, dir);
	while (strlen(path) + strlen("/u.conf") < 511)
		(void)strcat(path, "/");
	(void)strcat(path, "/u.conf");
	assert_int_equal(load_words(words), -EINVAL);
	assert_non_null(strstr(
		errors,
		"/u.conf:1: m: '101' is not a percentage from 0 to 100 or a size such as 2G\n"));
	memmove(path + 1, path, strlen(path) + 1);
	assert_int_equal(strlen(path), 512);
	assert_int_equal(load_words(words), -EINVAL);
	assert_non_null(strstr(errors, "/u.conf: the path is longer than 511 bytes\n"));
	assert_null(strstr(errors, "101"));
}

/* ---- drop-ins, and who wins ---- */

static void who_wins(void **state)
{
	static const char *const none[] = {NULL}, *const words[] = {"-s", "4", NULL};

	(void)state;
	assert_int_equal(mkdir(in_dir("u.conf.d"), 0700), 0);
	write_file("u.conf", "m = 1\nmk = 1\ns = 1\nsk = 1\n");
	write_file("u.conf.d/9.conf", "mk = 2");
	write_file("u.conf.d/10.conf", "mk = 3\ns = 3\n"); /* by name, not by number: before 9 */
	write_file("u.conf.d/.hidden.conf", "sk = 9");
	write_file("u.conf.d/x.conf.bak", "sk = 9");
	write_file("u.conf.d/x.conf~", "sk = 9");
	write_file("u.conf.d/README", "not a configuration");
	write_file("u.conf.d/.conf", "sk = 9");
	assert_int_equal(load_words(none), 0);
	assert_string_equal(value("m"), "1");
	assert_string_equal(value("mk"), "2");
	assert_string_equal(value("s"), "3");
	assert_string_equal(value("sk"), "1");
	assert_int_equal(load_words(words), 0);
	assert_string_equal(value("s"), "4");
	assert_string_equal(value("i"), "1"); /* nobody said anything: the default */
}

static void mistakes_in_drop_ins(void **state)
{
	static const char *const words[] = {"-sk", "z", NULL};

	(void)state;
	assert_int_equal(mkdir(in_dir("u.conf.d"), 0700), 0);
	assert_int_equal(mkdir(in_dir("u.conf.d/d.conf"), 0700), 0);
	write_file("u.conf", "m = w\n");
	write_file("u.conf.d/b.conf", "\nmk = y\n");
	write_file("u.conf.d/a.conf", "s = x\n");
	assert_int_equal(load_words(words), -EINVAL);
	assert_string_equal(
		said(),
		"u.conf:1: m: 'w' is not a percentage from 0 to 100 or a size such as 2G\n"
		"u.conf.d/a.conf:1: s: 'x' is not a percentage from 0 to 100 or a size such as 2G\n"
		"u.conf.d/b.conf:2: mk: 'y' is not a percentage from 0 to 100 or a size such as "
		"2G\n"
		"u.conf.d/d.conf: Is a directory\n"
		"-sk: 'z' is not a percentage from 0 to 100 or a size such as 2G\n");
}

static void drop_in_directories(void **state)
{
	char name[64];

	(void)state;
	write_file("u.conf.d", "this is a file");
	assert_int_equal(load_file(""), -EINVAL);
	assert_string_equal(said(), "u.conf.d: Not a directory\n");
	assert_int_equal(unlink(in_dir("u.conf.d")), 0);

	assert_int_equal(symlink("u.conf.d", in_dir("u.conf.d")), 0);
	assert_int_equal(load_file(""), -EINVAL);
	assert_int_equal(unlink(in_dir("u.conf.d")), 0);

	assert_int_equal(mkdir(in_dir("u.conf.d"), 0700), 0);
	for (int i = 0; i < 65; i++) {
		assert_int_equal(load_file("m = 7"), 0);
		(void)snprintf(name, sizeof(name), "u.conf.d/%d.conf", i);
		write_file(name, "");
	}
	assert_int_equal(load_file("m = 7"), -EINVAL);
	assert_string_equal(said(), "u.conf.d: more than 64 files\n");
}

/* ---- what is printed ---- */

static char printed[16384];

static void print_config(void)
{
	int out, fd = open(in_dir("printed"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	assert_true(fd >= 0);
	(void)fflush(stdout);
	out = dup(1);
	assert_true(dup2(fd, 1) == 1);
	config_print(&config, &source);
	(void)fflush(stdout);
	assert_true(dup2(out, 1) == 1);
	(void)close(out);
	n = pread(fd, printed, sizeof(printed) - 1, 0);
	assert_true(n > 0);
	printed[n] = '\0';
	(void)close(fd);
}

/* Somewhere a line begins so, and goes on with our directory and `path`, where there is one. */
static void line_is(const char *begin, const char *path)
{
	char expected[512];

	(void)snprintf(expected, sizeof(expected), "\n%s%s%s", begin, path ? dir : "",
		       path ? path : "");
	if (strstr(printed, expected) == NULL)
		fail_msg("no line '%s' in:\n%s", expected, printed);
}

static void origins(void **state)
{
	static const char *const words[] = {"-s", "4", "-debug", "-i=1", NULL};

	(void)state;
	assert_int_equal(mkdir(in_dir("u.conf.d"), 0700), 0);
	write_file("u.conf", "# one\nm = 20\ns = 5\nprotect = a b\n");
	write_file("u.conf.d/x.conf", "mk = 3\n");
	assert_int_equal(load_words(words), 0);
	print_config();
	line_is("m                = 20             # ", "/u.conf:2\n");
	line_is("mk               = 3              # ", "/u.conf.d/x.conf:1\n");
	line_is("s                = 4              # command line\n", NULL);
	line_is("sk               = 5              # default\n", NULL);
	line_is("i                = 1              # command line\n",
		NULL); /* though it is the default */
	line_is("debug            = true           # command line\n", NULL);
	line_is("protect          = \"a b\"          # ", "/u.conf:4\n");
	line_is("prefer           = \"\"             # default\n", NULL);
}

/* What -check-config prints can be taken as the file. */
static void what_is_printed_reads_back(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{"m", "7.5"},
		{"i", "0.05"},
		{"debug", "true"},
		{"trigger", "or"},
		{"protect", "a b"},
		{"prefer", "x # y"},
		{"avoid", "say \"x\""},
		{"ignore-user", "root,1"},
		{"hook", "/a 'b'"},
		{"pre-kill", "/x=y#z"},
		{"protect-critical", "off"},
	};
	static struct config before;
	char error[128], a[64], b[64];

	(void)state;
	assert_int_equal(load_file(""), 0);
	for (size_t k = 0; k < COUNT(rows); k++)
		assert_int_equal(options_set(&config, options_find(rows[k].name), rows[k].text,
					     error, sizeof(error)),
				 0);
	before = config;
	print_config();
	if (load_file(printed) != 0)
		fail_msg("%s\n%s", errors, printed);
	for (unsigned i = 0; i < option_count; i++) {
		if (option_rows[i].kind != OPTION_ACTION)
			assert_string_equal(options_get(&config, &option_rows[i], a, sizeof(a)),
					    options_get(&before, &option_rows[i], b, sizeof(b)));
	}
}

/* There is nothing to escape with in a file: such a value is shown, but not as a line of one. */
static void what_no_file_can_hold(void **state)
{
	static const char *const values[] = {"a\nm = 50", "a\"b'c", "\033]2J"};

	(void)state;
	write_file("u.conf", "");
	for (size_t k = 0; k < COUNT(values); k++) {
		const char *words[] = {"-protect", values[k], NULL};

		assert_int_equal(load_words(words), 0);
		print_config();
		line_is("# protect        = ", NULL);
		assert_null(strchr(printed, '\033'));
		write_file("u.conf", "");
		assert_int_equal(load_file(printed), 0);
		assert_string_equal(value("m"), "10");
		assert_string_equal(value("protect"), "");
		write_file("u.conf", "");
	}
}

/* ---- reload ---- */

static void reload(void **state)
{
	static const char *const words[] = {"-s", "33", NULL};
	static struct config before;

	(void)state;
	write_file("u.conf", "m = 20\ns = 1\n");
	assert_int_equal(load_words(words), 0);
	before = config;

	write_file("u.conf", "m = 30\nm = x\n");
	assert_int_equal(config_reload(&source, &config, errors, sizeof(errors)), -EINVAL);
	assert_string_equal(
		said(),
		"u.conf:2: m: 'x' is not a percentage from 0 to 100 or a size such as 2G\n");
	assert_memory_equal(&config, &before,
			    sizeof(config)); /* the running values stay in force */

	write_file("u.conf", "mk = 4\ns = 2\n");
	assert_int_equal(config_reload(&source, &config, errors, sizeof(errors)), 0);
	assert_string_equal(errors, "");
	assert_string_equal(value("m"), "10"); /* no longer said: the default */
	assert_string_equal(value("mk"), "4");
	assert_string_equal(value("s"), "33"); /* the command line still wins */

	assert_int_equal(unlink(main_file), 0);
	before = config;
	assert_int_equal(config_reload(&source, &config, errors, sizeof(errors)), -EINVAL);
	assert_memory_equal(&config, &before, sizeof(config));
}

#if COUNTS_ALLOCATIONS
static void a_reload_allocates_nothing(void **state)
{
	unsigned before;
	int good, bad;

	(void)state;
	before = allocations;
	free(malloc(1));
	assert_true(allocations > before); /* it is our malloc that is called */
	assert_int_equal(mkdir(in_dir("u.conf.d"), 0700), 0);
	write_file("u.conf.d/b.conf", "mk = 2\n");
	write_file("u.conf.d/a.conf", "ignore-user = root\nprotect = user:0,/usr/bin/x*,unit:y\n");
	assert_int_equal(load_file("m = 20\nhook = /x\ni = 0.5\n"), 0);
	before = allocations;
	good = config_reload(&source, &config, errors, sizeof(errors));
	write_file("u.conf", "m = 101\ni = 9999\nfoo = x\nprotect = a[\n");
	bad = config_reload(&source, &config, errors, sizeof(errors));
	assert_int_equal(allocations, before);
	assert_int_equal(good, 0);
	assert_int_equal(bad, -EINVAL);
}

#endif

/* ---- the buffer of mistakes ---- */

static void mistakes_stay_in_their_buffer(void **state)
{
	static const char text[] = "m = 101\nfoo = bar\nmk = 102\njust words\n";
	char copy[sizeof(text)], buf[512], whole[512];

	(void)state;
	memcpy(copy, text, sizeof(text));
	assert_int_equal(config_parse_text("x", copy, &config, whole, sizeof(whole)), 4);
	for (unsigned size = 1; size < sizeof(buf); size++) {
		memcpy(copy, text, sizeof(text));
		memset(buf, '#', sizeof(buf));
		assert_int_equal(config_parse_text("x", copy, &config, buf, size), 4);
		assert_true(strlen(buf) < size);
		for (unsigned k = size; k < sizeof(buf); k++)
			assert_int_equal(buf[k], '#');
		/* All of it, or a sign that there was more. */
		if (strcmp(buf, whole) != 0 && size > 16)
			assert_string_equal(buf + strlen(buf) - 4, "...\n");
	}
	assert_string_equal(buf, whole);
}

/* ---- remarks ---- */

static void remarks(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", ""},
		{"mk = 9.9", ""},
		{"m = 0\nmk = 0", "-m 0 and -mk 0: memory is never low\n"},
		{"mk = 10",
		 "-mk 10 is not below -m 10: SIGKILL is sent at once, and never SIGTERM\n"},
		{"mk = 20",
		 "-mk 20 is not below -m 10: SIGKILL is sent at once, and never SIGTERM\n"},
		{"containers-room = 5", "-containers-room does nothing: -containers is off\n"},
		{"containers-room = 5\ncontainers = warn", ""},
		{"m = 0", "-mk 5 is not below -m 0: SIGKILL is sent at once, and never SIGTERM\n"},
		{"mk = 0", ""},
		{"sk = 10", ""},
		{"sk = 12.5",
		 "-sk 12.5 is above -s 10: where swap decides, SIGKILL is sent at once\n"},
		{"m = 49.99", ""},
		{"m = 50",
		 "-m 50: a process is ended as long as that much memory is not available\n"},
		{"warn = 10", "-warn 10 is not above -m 10: the warning comes with the signal\n"},
		{"warn = 10.01", ""},
		{"trigger = or", "-trigger or: swap at -s 10 alone ends processes, however much "
				 "memory is available\n"},
		{"trigger = or\nignore-swap = true", ""},
		{"trigger = or\ns = 0\nsk = 0", ""},
		{"hook = /bin/sh", ""},
		{"hook = /nowhere/x",
		 "-hook /nowhere/x cannot be run: No such file or directory\n"},
		{"pre-kill = /dev/null", "-pre-kill /dev/null cannot be run: Permission denied\n"},
	};
	char buf[2048];

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		assert_int_equal(load_file(rows[k].text), 0);
		config_remarks(&config, 0, 0, buf, sizeof(buf));
		assert_string_equal(buf, rows[k].expected);
	}
}

/* Amounts beside shares: compared where the total is known, here 24 GiB and 2 GiB of swap. */
static void remarks_on_amounts(void **state)
{
	static const struct {
		const char *text, *known, *unknown;
	} rows[] = {
		{"m = 4G\nmk = 2G", "", ""},
		{"m = 2G\nmk = 2G",
		 "-mk 2G is not below -m 2G: SIGKILL is sent at once, and never SIGTERM\n",
		 "-mk 2G is not below -m 2G: SIGKILL is sent at once, and never SIGTERM\n"},
		{"mk = 4G",
		 "-mk 4G is not below -m 10: SIGKILL is sent at once, and never SIGTERM\n", ""},
		{"m = 1G", "", ""}, /* then -mk is half of it */
		{"m = 1G\nmk = 5",
		 "-mk 5 is not below -m 1G: SIGKILL is sent at once, and never SIGTERM\n", ""},
		{"m = 3G", "", ""},
		{"warn = 2G", "-warn 2G is not above -m 10: the warning comes with the signal\n",
		 ""},
		{"m = 14G",
		 "-m 14G: a process is ended as long as that much memory is not available\n", ""},
		{"m = 64G",
		 "-m 64G: a process is ended as long as that much memory is not available\n"
		 "-m 64G is as much as there is, 24 GiB: memory is always low\n"
		 "-mk 32G is as much as there is, 24 GiB: memory is always low\n",
		 ""},
		{"s = 2G", "-s 2G is as much as there is, 2 GiB: swap is always low\n", ""},
		{"sk = 512M",
		 "-sk 512M is above -s 10: where swap decides, SIGKILL is sent at once\n", ""},
		{"m = 0M\nmk = 0", "-m 0 and -mk 0: memory is never low\n",
		 "-m 0 and -mk 0: memory is never low\n"},
	};
	char buf[2048];

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		assert_int_equal(load_file(rows[k].text), 0);
		config_remarks(&config, 24 * UINT64_C(1048576), 2 * UINT64_C(1048576), buf,
			       sizeof(buf));
		assert_string_equal(buf, rows[k].known);
		config_remarks(&config, 0, 0, buf, sizeof(buf));
		assert_string_equal(buf, rows[k].unknown);
	}
}

/* 2 TiB: ten percent are 205 GiB. Who wrote an amount has thought of it. */
static void remarks_on_a_huge_machine(void **state)
{
	static const struct {
		const char *text;
		uint64_t total_gib;
		const char *expected;
	} rows[] = {
		{"", 2048,
		 "-m 10 is 205 GiB here: a process is ended with so much available; an amount may "
		 "be meant (-m 32G -mk 16G)\n"},
		{"m = 3\nmk = 1", 2048, ""},
		{"m = 100G\nmk = 50G", 2048, ""},
		{"", 512, ""},
		{"", 0, ""},
	};
	char buf[2048];

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		assert_int_equal(load_file(rows[k].text), 0);
		config_remarks(&config, rows[k].total_gib * UINT64_C(1048576), 0, buf, sizeof(buf));
		assert_string_equal(buf, rows[k].expected);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(r72_spellings),
		TEST(bad_command_lines),
		TEST(r106_an_option_is_no_value),
		TEST(modes),
		TEST(no_arguments_at_all),
		TEST(file_values),
		TEST(file_mistakes),
		TEST(files_that_cannot_be_read),
		TEST(long_paths),
		TEST(who_wins),
		TEST(mistakes_in_drop_ins),
		TEST(drop_in_directories),
		TEST(origins),
		TEST(what_is_printed_reads_back),
		TEST(what_no_file_can_hold),
		TEST(reload),
#if COUNTS_ALLOCATIONS
		TEST(a_reload_allocates_nothing),
#endif
		TEST(mistakes_stay_in_their_buffer),
		TEST(remarks),
		TEST(remarks_on_amounts),
		TEST(remarks_on_a_huge_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
