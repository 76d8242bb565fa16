/* SPDX-License-Identifier: MIT */
#include "settings/level.h"
#include "settings/options.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct config config, before;
static char error[256];

static int fresh(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	options_defaults(&config);
	before = config;
	return 0;
}

static const struct option_row *row_of(const char *name)
{
	const struct option_row *row = options_find(name);

	if (row == NULL)
		fail_msg("there is no option '%s'", name);
	return row;
}

static int set(const char *name, const char *text)
{
	return options_set(&config, row_of(name), text, error, sizeof(error));
}

static const char *get(const char *name)
{
	static char buf[64];

	return options_get(&config, row_of(name), buf, sizeof(buf));
}

/* Refused, with exactly this sentence, and nothing in the configuration has changed. */
static void refused(const char *name, const char *text, const char *expected)
{
	error[0] = '\0';
	if (set(name, text) != -EINVAL)
		fail_msg("-%s '%s' was taken, as %s", name, text, get(name));
	assert_string_equal(error, expected);
	assert_memory_equal(&config, &before, sizeof(config));
}

static void accepted(const char *name, const char *text, const char *shown)
{
	if (set(name, text) != 0)
		fail_msg("-%s '%s': %s", name, text, error);
	assert_string_equal(get(name), shown);
}

/* ---- numbers ---- */

static const char *const no_number[] = {
	"",
	" ",
	"-1",
	"-0",
	"+5",
	"nan",
	"NaN",
	"inf",
	"Infinity",
	"1e1",
	"1e9",
	"1E1",
	"0x10",
	"5,9",
	"5 9",
	" 5",
	"5 ",
	"5\n",
	"5s",
	"5ms",
	".",
	"..",
	"1..",
	"1.2.3",
	"..5",
	"five",
	"5.x",
	"x5",
	"1_0",
	"١",
	"５",
	"0b1",
	"5\xc2\xa0",
	"--5",
	"5-",
	"'5'",
	"\"5\"",
	"18446744073709551616",
	"18446744073709551617",
	"99999999999999999999999999999999999999999",
	"1000000001",
};

/* R108: as the log writes it, and other programs' files. */
static void r108_a_percent_sign(void **state)
{
	static const char *const none[] = {"%",
					   " %",
					   "10%%",
					   "10  %",
					   "10 % ",
					   "% 10",
					   "1%0",
					   "101%",
					   "nan%",
					   "2G%",
					   "0000000000000000000000000000000010%"};

	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		if (option_rows[i].kind != OPTION_PERCENT && option_rows[i].kind != OPTION_LEVEL)
			continue;
		(void)fresh(state);
		accepted(option_rows[i].name, "7.5%", "7.5");
		accepted(option_rows[i].name, "10 %", "10");
		if (option_rows[i].max >= 100)
			accepted(option_rows[i].name, "100%", "100");
		before = config;
		for (size_t k = 0; k < COUNT(none); k++) {
			assert_int_equal(set(option_rows[i].name, none[k]), -EINVAL);
			assert_memory_equal(&config, &before, sizeof(config));
		}
	}
	assert_int_equal(set("i", "5%"), -EINVAL);
	assert_int_equal(set("record-size", "64%"), -EINVAL);
}

static void r08_no_percentage(void **state)
{
	char range[64];

	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		(void)snprintf(range, sizeof(range), "' is not a percentage from 0 to %g",
			       option_rows[i].max);
		for (size_t k = 0; (option_rows[i].kind == OPTION_PERCENT ||
				    option_rows[i].kind == OPTION_LEVEL) &&
				   k < COUNT(no_number);
		     k++) {
			assert_int_equal(set(option_rows[i].name, no_number[k]), -EINVAL);
			assert_non_null(strstr(error, range));
			assert_null(strchr(error, '\n'));
			assert_memory_equal(&config, &before, sizeof(config));
		}
	}
}

static void r08_outside_0_to_100(void **state)
{
	(void)state;
	refused("m", "101", "'101' is not a percentage from 0 to 100 or a size such as 2G");
	refused("m", "-1", "'-1' is not a percentage from 0 to 100 or a size such as 2G");
	refused("mk", "100.0001",
		"'100.0001' is not a percentage from 0 to 100 or a size such as 2G");
	refused("s", "1000", "'1000' is not a percentage from 0 to 100 or a size such as 2G");
	refused("sk", "4294967297",
		"'4294967297' is not a percentage from 0 to 100 or a size such as 2G"); /* 2^32 + 1
											 */
	refused("warn", "5,9", "'5,9' is not a percentage from 0 to 100 or a size such as 2G");
	refused("min-victim", "nan", "'nan' is not a percentage from 0 to 100");
}

static void r71_seconds(void **state)
{
	static const struct {
		const char *name, *text, *range;
	} rows[] = {
		{"i", "0", "0.01 to 3600"},           {"i", "0.0", "0.01 to 3600"},
		{"i", "0.009999", "0.01 to 3600"},    {"i", "-1", "0.01 to 3600"},
		{"i", "3600.000001", "0.01 to 3600"}, {"i", "3601", "0.01 to 3600"},
		{"i", "1s", "0.01 to 3600"},          {"i", "1m", "0.01 to 3600"},
		{"grace", "-1", "0 to 3600"},         {"grace", "3601", "0 to 3600"},
		{"hook-time", "0", "0.1 to 600"},     {"hook-time", "601", "0.1 to 600"},
		{"pre-kill-time", "0", "0.01 to 5"},  {"pre-kill-time", "5.1", "0.01 to 5"},
	};
	char expected[96];

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		(void)snprintf(expected, sizeof(expected),
			       "'%s' is not a number of seconds from %s", rows[k].text,
			       rows[k].range);
		refused(rows[k].name, rows[k].text, expected);
	}
	for (size_t k = 0; k < COUNT(no_number); k++) {
		assert_int_equal(set("i", no_number[k]), -EINVAL);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

/* An amount is printed as one, in the largest unit in which it is whole; a share takes it back. */
static void amounts(void **state)
{
	static const struct {
		const char *text, *shown;
		uint64_t kib;
	} rows[] = {
		{"2G", "2G", 2097152},
		{"2GiB", "2G", 2097152},
		{"512M", "512M", 524288},
		{"1.5G", "1536M", 1572864},
		{"1024K", "1M", 1024},
		{"1k", "1K", 1},
		{"1T", "1T", 1073741824},
		{".5G", "512M", 524288},
		{"1000K", "1000K", 1000},
		{"2048m", "2G", 2097152},
		{"1024T", "1024T", UINT64_C(1) << 40},
	};
	static const char *const none[] = {
		"2GB",  "G",   "2 G",    "2Gi",   "2GiBs",
		"-2G",  "2G2", "1.2.3G", "1025T", "2P",
		"2B",   "2iB", "%",      "10%%",  "99999999999999999999G",
		"0x2G", "2G "};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		accepted("m", rows[i].text, rows[i].shown);
		assert_int_equal(config.level_kib[LEVEL_MEM_TERM], rows[i].kib);
		assert_int_equal(config.mem_term_ppm, 0);
	}
	accepted("mk", "1G", "1G");
	accepted("s", "512M", "512M");
	accepted("sk", "256M", "256M");
	accepted("warn", "4G", "4G");
	assert_int_equal(config.level_kib[LEVEL_MEM_KILL], 1048576);
	assert_int_equal(config.level_kib[LEVEL_SWAP_TERM], 524288);
	assert_int_equal(config.level_kib[LEVEL_SWAP_KILL], 262144);
	assert_int_equal(config.level_kib[LEVEL_WARN], 4194304);
	accepted("m", "12.5", "12.5");
	assert_int_equal(config.level_kib[LEVEL_MEM_TERM], 0);
	assert_int_equal(config.mem_term_ppm, 125000);
	accepted("m", "0M", "0"); /* off, as 0 is */
	(void)fresh(state);
	for (size_t i = 0; i < COUNT(none); i++) {
		assert_int_equal(set("m", none[i]), -EINVAL);
		assert_non_null(strstr(error, "or a size such as 2G"));
		assert_memory_equal(&config, &before, sizeof(config));
	}
	assert_int_equal(set("min-victim", "2G"), -EINVAL);
}

/* Of the total as a share, rounded up; and never more than all. */
static void amounts_are_shares_of_the_total(void **state)
{
	char buf[32];

	(void)state;
	accepted("m", "2G", "2G");
	assert_int_equal(level_ppm(&config, LEVEL_MEM_TERM, 8 * UINT64_C(1048576)), 250000);
	assert_int_equal(level_ppm(&config, LEVEL_MEM_TERM, 24677000), 84985);
	assert_int_equal(level_ppm(&config, LEVEL_MEM_TERM, 1048576), 1000000);
	assert_int_equal(level_ppm(&config, LEVEL_MEM_TERM, 0), 0);
	assert_string_equal(level_text(&config, LEVEL_MEM_TERM, buf, sizeof(buf)), "2 GiB");
	assert_string_equal(level_text(&config, LEVEL_SWAP_KILL, buf, sizeof(buf)), "5 %");
}

/* 5 % of a large machine is more than 2 GiB: SIGTERM would never be sent. */
static void a_kill_level_that_nobody_wrote_follows_an_amount(void **state)
{
	(void)fresh(state);
	accepted("m", "2G", "2G");
	assert_string_equal(get("mk"), "1G");
	assert_string_equal(get("sk"), "5");
	accepted("s", "1G", "1G");
	assert_string_equal(get("sk"), "512M");
	accepted("m", "10", "10"); /* a share behind it takes that back */
	assert_string_equal(get("mk"), "5");
	accepted("mk", "3", "3");
	accepted("m", "2G", "2G");
	assert_string_equal(get("mk"), "3"); /* somebody wrote it */
	(void)fresh(state);
	accepted("mk", "5", "5");
	accepted("m", "2G", "2G");
	assert_string_equal(get("mk"), "5");
}

/* A recording does not say which levels were written: what writing nothing gives was not. */
static void what_was_written_is_guessed(void **state)
{
	struct config defaults;

	(void)fresh(state);
	defaults = config;
	accepted("m", "2G", "2G");
	memset(config.level_said, 0, sizeof(config.level_said));
	level_guess_said(&config, &defaults);
	accepted("m", "4G", "4G");
	assert_string_equal(get("mk"), "2G");
	config.level_kib[LEVEL_MEM_KILL] = UINT64_C(1048576);
	level_guess_said(&config, &defaults);
	accepted("m", "6G", "6G");
	assert_string_equal(get("mk"), "1G");
}

static void percentages(void **state)
{
	static const struct {
		const char *text;
		uint32_t ppm;
		const char *shown;
	} rows[] = {
		{"0", 0, "0"},
		{"0.0", 0, "0"},
		{"00", 0, "0"},
		{"10", 100000, "10"},
		{"010", 100000, "10"}, /* not octal */
		{"7.5", 75000, "7.5"},
		{"7.50", 75000, "7.5"},
		{".5", 5000, "0.5"},
		{"5.", 50000, "5"},
		{"0.0001", 1, "0.0001"},
		{"0.00001", 0, "0"}, /* below a millionth: less than a page of 4 GiB */
		{"33.3333", 333333, "33.3333"},
		{"33.33333333333333333333", 333333, "33.3333"},
		{"99.9999", 999999, "99.9999"},
		{"100", 1000000, "100"},
		{"100.0000", 1000000, "100"},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		accepted("m", rows[k].text, rows[k].shown);
		assert_int_equal(config.mem_term_ppm, rows[k].ppm);
	}
}

static void seconds(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
		const char *shown;
	} rows[] = {
		{"1", 1000000000, "1"},
		{"0.2", 200000000, "0.2"},
		{"0.01", 10000000, "0.01"},
		{"0.123456", 123456000, "0.123456"},
		{"0.1234567", 123456000, "0.123456"},
		{"3600", UINT64_C(3600000000000), "3600"},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		accepted("i", rows[k].text, rows[k].shown);
		assert_true(config.interval_ns == rows[k].ns);
	}
	accepted("grace", "0", "0");
	assert_true(config.grace_ns == 0);
}

/* What libc's own functions would read depends on the locale: they stand here, and must not be
 * called. */
static unsigned libc_calls;

double strtod(const char *text, char **ret_end)
{
	(void)text;
	(void)ret_end;
	libc_calls++;
	return 5;
}

float strtof(const char *text, char **ret_end)
{
	return (float)strtod(text, ret_end);
}

double atof(const char *text)
{
	return strtod(text, NULL);
}

/* The daemon sets no locale; a program that links these files may. Where none has a comma, the
 * calls alone are seen. */
static void r08_comma_locale(void **state)
{
	static const char *const comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
					    "fr_FR.utf8",  "de_DE",      "fr_FR"};

	(void)state;
	for (size_t k = 0; k < COUNT(comma) && setlocale(LC_ALL, comma[k]) == NULL; k++)
		;
	libc_calls = 0;
	accepted("m", "7.5", "7.5");
	assert_int_equal(set("m", "5,9"), -EINVAL);
	assert_string_equal(get("m"), "7.5");
	assert_int_equal(libc_calls, 0);
	(void)setlocale(LC_ALL, "C");
}

/* ---- other kinds ---- */

static void switches(void **state)
{
	/* The first six of each are all that Go's strconv.ParseBool takes. */
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", "yes", "on"};
	static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False", "no", "off"};
	static const char *const neither[] = {"",      "2",     "-1",    "tRUE", "y",
					      "truee", " true", "true ", "00",   "maybe"};

	(void)state;
	for (size_t k = 0; k < COUNT(neither); k++) {
		assert_int_equal(set("debug", neither[k]), -EINVAL);
		assert_non_null(strstr(error, "' is not true or false"));
		assert_memory_equal(&config, &before, sizeof(config));
	}
	for (size_t k = 0; k < COUNT(yes); k++) {
		accepted("dry-run", yes[k], "true");
		assert_true(config.dry_run);
		accepted("dry-run", no[k], "false");
		assert_false(config.dry_run);
	}
}

static void choices(void **state)
{
	(void)state;
	refused("trigger", "", "'' is not one of and|or");
	refused("trigger", "And", "'And' is not one of and|or");
	refused("trigger", "and|or", "'and|or' is not one of and|or");
	refused("log", "xml", "'xml' is not one of text|json");
	accepted("trigger", "or", "or");
	assert_int_equal(config.trigger, TRIGGER_OR);
	accepted("trigger", "and", "and");
	assert_int_equal(config.trigger, TRIGGER_AND);
	accepted("log", "json", "json");
	assert_int_equal(config.log_format, LOG_FORMAT_JSON);
}

static void paths(void **state)
{
	char path[300];

	(void)state;
	refused("hook", "notify", "'notify' is not an absolute path");
	refused("pre-kill", "./x", "'./x' is not an absolute path");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[256] = '\0';
	assert_int_equal(set("hook", path), -EINVAL);
	assert_non_null(strstr(error, "' is not a path of at most 255 bytes"));
	assert_memory_equal(&config, &before, sizeof(config));
	path[255] = '\0';
	accepted("hook", path, path);
	accepted("hook", "/usr/local/bin/tell us", "/usr/local/bin/tell us");
	accepted("hook", "", "");
}

static void lists(void **state)
{
	static char many[MATCH_TEXT_MAX + 2];

	(void)state;
	refused("protect", "a,user:no-such-user", "there is no user 'no-such-user'");
	refused("protect",
		"user:", "'user:' is not a name, a path, user:NAME, unit:NAME or cgroup:GLOB");
	refused("avoid", "a[b", "'a[b' is not a name, a path, user:NAME, unit:NAME or cgroup:GLOB");
	for (size_t k = 0; k < MATCH_ENTRIES_MAX + 1; k++)
		memcpy(many + 2 * k, "a,", 3);
	refused("prefer", many, "the list is longer than 128 entries or 2047 bytes");
	memset(many, 'a', MATCH_TEXT_MAX);
	many[MATCH_TEXT_MAX] = '\0';
	refused("prefer", many, "the list is longer than 128 entries or 2047 bytes");
	for (size_t k = 0; k < MATCH_ENTRIES_MAX / 2 + 1; k++) /* each is two: it leads elsewhere */
		memcpy(many + 16 * k, "/proc/self/exe, ", 17);
	refused("prefer", many, "the list is longer than 128 entries or 2047 bytes");
	accepted("protect", "sshd, Nginx,/usr/bin/x*,unit:a.service",
		 "sshd, Nginx,/usr/bin/x*,unit:a.service");
	assert_int_equal(config.protect.count, 4);
	accepted("protect", "", ""); /* `-protect ''` empties it */
	assert_int_equal(config.protect.count, 0);
	accepted("protect", ",,", ",,");
	assert_int_equal(config.protect.count, 0);
}

static void users(void **state)
{
	(void)state;
	refused("ignore-user", "no-such-user", "there is no user 'no-such-user'");
	refused("ignore-user", "root,unit:x", "there is no user 'unit:x'");
	assert_int_equal(set("ignore-user", "root, 4711 ,user:12"), 0);
	assert_int_equal(config.ignore_user.count, 3);
	assert_int_equal(config.ignore_user.kinds, 1u << ENTRY_USER);
	assert_int_equal(config.ignore_user.entries[0].uid, 0);
	assert_int_equal(config.ignore_user.entries[1].uid, 4711);
	assert_int_equal(config.ignore_user.entries[2].uid, 12);
	assert_int_equal(set("ignore-user", ""), 0);
	assert_int_equal(config.ignore_user.count, 0);
}

/* Whatever a value holds, it cannot write to the terminal or begin a second line of the log. */
static void errors_are_one_safe_line(void **state)
{
	static const char hostile[] = "\033[2J\n\r\t\x7f\xff'\\";

	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		/* Any bytes are a name, and any but a relative path a path. */
		if (row->kind == OPTION_ACTION || row->kind == OPTION_LIST)
			continue;
		assert_int_equal(options_set(&config, row, hostile, error, sizeof(error)), -EINVAL);
		for (const char *c = error; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
	}
}

static void errors_stay_in_their_buffer(void **state)
{
	char small[64];

	(void)state;
	for (size_t size = 1; size < sizeof(small); size++) {
		memset(small, '#', sizeof(small));
		assert_int_equal(options_set(&config, row_of("m"), "a long value that is no number",
					     small, size),
				 -EINVAL);
		assert_true(strlen(small) < size);
		for (size_t k = size; k < sizeof(small); k++)
			assert_int_equal(small[k], '#');
	}
}

static void an_action_is_no_value(void **state)
{
	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		if (option_rows[i].kind == OPTION_ACTION)
			assert_int_equal(
				options_set(&config, &option_rows[i], "true", error, sizeof(error)),
				-EINVAL);
	}
	assert_memory_equal(&config, &before, sizeof(config));
}

/* ---- names ---- */

static void names_are_exact(void **state)
{
	static const char *const none[] = {"",   "M",  "mkk", "sort",  "sort-by-rs",
					   "-m", "m ", "h",   "Debug", "dry_run"};

	(void)state;
	for (size_t k = 0; k < COUNT(none); k++)
		assert_null(options_find(none[k]));
	for (unsigned i = 0; i < option_count; i++)
		assert_ptr_equal(options_find(option_rows[i].name), &option_rows[i]);
}

static void nearest_names(void **state)
{
	static const struct {
		const char *name, *option, *key;
	} rows[] = {
		{"protcet", "protect", "protect"},
		{"dryrun", "dry-run", "dry-run"},
		{"dry_run", "dry-run", "dry-run"},
		{"Debug", "debug", "debug"},
		{"sort-by-rrs", "sort-by-rss", "sort-by-rss"},
		{"ignoreswap", "ignore-swap", "ignore-swap"},
		{"sort", "sort-by-rss", "sort-by-rss"}, /* how a name begins */
		{"min", "min-victim", "min-victim"},
		{"check", "check-config", NULL},
		{"ignore", NULL, NULL}, /* two begin so */
		{"confg", "config", NULL},
		{"versoin", "version", NULL},
		{"x", NULL, NULL}, /* one letter says nothing about -m, -s, -i */
		{"M", NULL, NULL},
		{"", NULL, NULL},
		{"frobnicate", NULL, NULL},
		{"a-name-that-is-much-longer-than-any-that-we-know", NULL, NULL},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		const char *option = options_nearest(rows[k].name, false),
			   *key = options_nearest(rows[k].name, true);

		if (strcmp(option ? option : "", rows[k].option ? rows[k].option : "") != 0 ||
		    strcmp(key ? key : "", rows[k].key ? rows[k].key : "") != 0)
			fail_msg("'%s': option %s, key %s", rows[k].name, option ? option : "-",
				 key ? key : "-");
	}
}

/* ---- the table itself ---- */

static void the_go_programs_ten_flags(void **state)
{
	static const struct {
		const char *name;
		bool takes_value;
	} rows[] = {
		{"m", true},
		{"mk", true},
		{"s", true},
		{"sk", true},
		{"i", true},
		{"debug", false},
		{"dry-run", false},
		{"sort-by-rss", false},
		{"ignore-swap", false},
		{"protect", true},
	};

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++)
		assert_int_equal(row_of(rows[k].name)->takes_value, rows[k].takes_value);
}

static void defaults(void **state)
{
	static const char *const rows[][2] = {
		{"m", "10"},
		{"mk", "5"},
		{"s", "10"},
		{"sk", "5"},
		{"i", "1"},
		{"debug", "false"},
		{"dry-run", "false"},
		{"sort-by-rss", "false"},
		{"protect", ""},
		{"prefer", ""},
		{"avoid", ""},
		{"ignore-user", ""},
		{"trigger", "and"},
		{"grace", "5"},
		{"min-victim", "1"},
		{"warn", "0"},
		{"hook", ""},
		{"log", "text"},
		{"pre-kill", ""},
		{"ignore-swap", "false"},
		{"hook-time", "30"},
		{"pre-kill-time", "0.2"},
		{"protect-critical", "true"},
		{"record", "/run/useroom/record"},
		{"record-size", "256"},
		{"incidents", "/var/lib/useroom/incidents"},
		{"incidents-kept", "20"},
		{"stall", "2"},
		{"stall-hold", "7"},
		{"stall-below", "25"},
		{"containers", "off"},
		{"containers-room", "0"},
		{"nodes", "warn"},
	};
	unsigned values = 0;

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++)
		assert_string_equal(get(rows[k][0]), rows[k][1]);
	for (unsigned i = 0; i < option_count; i++)
		values += option_rows[i].kind != OPTION_ACTION;
	assert_int_equal(values, COUNT(rows)); /* a new option is a new row here */
}

/* Every field is set by one row, and by no other. */
static void each_row_has_its_own_field(void **state)
{
	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		for (unsigned j = 0; j < i; j++) {
			assert_string_not_equal(option_rows[i].name, option_rows[j].name);
			if (option_rows[i].kind != OPTION_ACTION &&
			    option_rows[j].kind != OPTION_ACTION)
				assert_true(option_rows[i].offset != option_rows[j].offset);
		}
	}
}

static void rows_are_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		assert_int_equal(row->takes_value, row->placeholder != NULL);
		assert_int_equal(row->kind == OPTION_CHOICE, row->choices != NULL);
		assert_true(row->kind != OPTION_BOOL || !row->takes_value);
		assert_true(row->min <= row->max);
		assert_true(row->help[0] != '\0' && row->help[strlen(row->help) - 1] != '.');
		/* It stands in quotes in three shells' completions, and in one line of -help. */
		assert_null(strpbrk(row->help, "\"$`\\\n\t"));
	}
}

/* The tables of the pages and the comments of useroom.conf have this text and no placeholder. */
static void help_says_the_unit(void **state)
{
	static const char *const units[] = {[OPTION_LEVEL] = "percent",
					    [OPTION_PERCENT] = "percent",
					    [OPTION_SECONDS] = "seconds",
					    [OPTION_KIB] = "KiB",
					    [OPTION_TASKS] = "tasks"};

	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		const char *unit = row->kind < COUNT(units) ? units[row->kind] : NULL;

		if (unit != NULL && strncmp(row->help, "the same as ", 12) != 0)
			assert_non_null(strstr(row->help, unit));
	}
}

static void help_names_every_option(void **state)
{
	char *text = NULL, line[64];
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_non_null(file);
	options_print_help(file);
	assert_int_equal(fclose(file), 0);
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		(void)snprintf(line, sizeof(line), "\n  -%s%s%s ", row->name,
			       row->placeholder ? " " : "",
			       row->placeholder ? row->placeholder : "");
		assert_non_null(strstr(text, line));
		assert_non_null(strstr(text, row->help));
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(r108_a_percent_sign, fresh),
		cmocka_unit_test_setup(r08_no_percentage, fresh),
		cmocka_unit_test_setup(r08_outside_0_to_100, fresh),
		cmocka_unit_test_setup(r08_comma_locale, fresh),
		cmocka_unit_test_setup(r71_seconds, fresh),
		cmocka_unit_test_setup(amounts, fresh),
		cmocka_unit_test_setup(amounts_are_shares_of_the_total, fresh),
		cmocka_unit_test_setup(a_kill_level_that_nobody_wrote_follows_an_amount, fresh),
		cmocka_unit_test_setup(what_was_written_is_guessed, fresh),
		cmocka_unit_test_setup(percentages, fresh),
		cmocka_unit_test_setup(seconds, fresh),
		cmocka_unit_test_setup(switches, fresh),
		cmocka_unit_test_setup(choices, fresh),
		cmocka_unit_test_setup(paths, fresh),
		cmocka_unit_test_setup(lists, fresh),
		cmocka_unit_test_setup(users, fresh),
		cmocka_unit_test_setup(errors_are_one_safe_line, fresh),
		cmocka_unit_test_setup(errors_stay_in_their_buffer, fresh),
		cmocka_unit_test_setup(an_action_is_no_value, fresh),
		cmocka_unit_test_setup(names_are_exact, fresh),
		cmocka_unit_test_setup(nearest_names, fresh),
		cmocka_unit_test_setup(the_go_programs_ten_flags, fresh),
		cmocka_unit_test_setup(defaults, fresh),
		cmocka_unit_test_setup(each_row_has_its_own_field, fresh),
		cmocka_unit_test_setup(rows_are_whole, fresh),
		cmocka_unit_test_setup(help_says_the_unit, fresh),
		cmocka_unit_test_setup(help_names_every_option, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
