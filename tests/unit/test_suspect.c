/* SPDX-License-Identifier: MIT */
/* R106: words of a list that can match nothing, and what is said of them. */
#include "settings/foreign.h"
#include "settings/options.h"
#include "settings/suspect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int no_user(const char *name, uint32_t *ret)
{
	*ret = 1;
	return strcmp(name, "nobody-at-all") == 0 ? -2 : 0;
}

static struct match_list list;

static void parse(const char *text)
{
	char bad[64];

	if (match_parse(text, no_user, &list, bad, sizeof(bad)) != 0)
		fail_msg("'%s' is no list: %s", text, bad);
}

/* text; and what the sentence about its first entry must have in it. */
struct row {
	const char *text, *said;
};

static void each_is_said(const struct row *rows, size_t count)
{
	char buf[SUSPECT_MAX];

	for (size_t i = 0; i < count; i++) {
		const char *said;

		parse(rows[i].text);
		said = suspect_entry(&list, 0, buf, sizeof(buf));
		if (said == NULL)
			fail_msg("nothing is said of %s", rows[i].text);
		if (strstr(said, rows[i].said) == NULL)
			fail_msg("of %s is said '%s', not '%s'", rows[i].text, said, rows[i].said);
	}
}

static void r106_regular_expressions(void **state)
{
	static const struct row rows[] = {
		{"(^|/)(init|Xorg)$", "write init,Xorg"},
		{"(^|/)(init|systemd|Xorg|sshd)$", "write init,systemd,Xorg,sshd"},
		{"^(java|chromium)$", "write java,chromium"},
		{"^sshd$", "write sshd"},
		{"^sshd", "write sshd*"},
		{"sshd$", "write *sshd"},
		{"java|chrome", "write *java*,*chrome*"},
		{"^python3\\.1.*$", "write python3.1*"},
		{"^kube.*", "write kube*"},
		{".*qemu.*", "write *qemu*"},
		{"^qemu-system-.+$", "regular expression"},
		{"(chrome", "regular expression"}, /* cut at a comma in it */
		{"firefox)$", "regular expression"},
		{"^[a-z]+$", "regular expression"},
		{"chrom(e|ium)", "regular expression"},
		{"web\\d", "regular expression"},
		{"foo\\.bar", "regular expression"},
		{"(?i)chrome", "regular expression"},
		{"/usr/bin/(a|b)$", "regular expression"},
		{"a{2", "braces"},
		{"{chrome", "braces"},
	};

	(void)state;
	each_is_said(rows, COUNT(rows));
}

static void r106_quotes_and_separators(void **state)
{
	static const struct row rows[] = {
		{"'sshd'", "write sshd"},
		{"\"sshd\",\"nginx\"", "write sshd"},
		{"\"sshd", "write sshd"},
		{"sshd'", "write sshd"},
		{"`sshd`", "write sshd"},
		{"“sshd”", "write sshd"},
		{"‘sshd’", "write sshd"},
		{"«sshd»", "write sshd"},
		{"「sshd」", "write sshd"},
		{"'/usr/sbin/sshd'", "write /usr/sbin/sshd"},
		{"'unit:x.service'", "write unit:x.service"},
		{"unit:'x.service'", "write x.service"},
		{"cgroup:\"/docker/*\"", "write /docker/*"},
		{"sshd;nginx", "write sshd,nginx"},
		{"sshd，nginx", "write sshd,nginx"},
		{"sshd、nginx", "write sshd,nginx"},
		{"sshd；nginx", "write sshd,nginx"},
		{"sshd nginx",
		 "commas between them, sshd,nginx, and one that is called so is written "
		 "sshd?nginx"},
		{"Web Content", "Web?Content"},
	};

	(void)state;
	each_is_said(rows, COUNT(rows));
}

static void r106_kinds(void **state)
{
	static const struct row rows[] = {
		{"docker:abc", "write cgroup:*abc*"},
		{"container:abc", "write cgroup:*abc*"},
		{"pod:0d1e", "write cgroup:*0d1e*"},
		{"exe:/usr/bin/x", "write /usr/bin/x"},
		{"name:sshd", "write sshd"},
		{"uid:1000", "write user:1000"},
		{"service:nginx", "write unit:nginx.service"},
		{"UNIT:nginx.service", "small letters: write unit:nginx.service"},
		{"User:root", "write user:root"},
		{"pid:17", "another one's later"},
		{"cmdline:java", "command lines are not read"},
		{"frob:x", "there is no 'frob:'"},
		{"rs:main", "it is taken as a name"},
		{"unit:nginx", "write unit:nginx.service"},
		{"unit:getty@tty1", "write unit:getty@tty1.service"},
		{"unit:nginx.timer", "write unit:nginx.timer.service"},
		{"unit:/system.slice/x.service", "a unit's name has no slash"},
		{"cgroup:docker/*", "write cgroup:*/docker/*"},
		{"cgroup:/sys/fs/cgroup/docker/*", "write cgroup:*/docker/*"},
		{"!sshd", "no 'not'"},
	};

	(void)state;
	each_is_said(rows, COUNT(rows));
}

static void r106_paths(void **state)
{
	static const struct row rows[] = {
		{"~/bin/x", "write the whole path, or /*/bin/x"},
		{"$HOME/bin/x", "write the whole path, or /*/bin/x"},
		{"bin/x", "write /*/bin/x"},
		{"./x", "write /*/x"},
		{"*/java", "write /*/java"},
		{"/usr/bin/", "write /usr/bin/*"},
		{"/usr//bin/*", "no '//'"},
		{"/usr/../bin/*", "no '//'"},
	};

	(void)state;
	each_is_said(rows, COUNT(rows));
}

static void r106_everybody(void **state)
{
	static const struct row rows[] = {
		{"*", "everybody"},         {"**", "everybody"},     {"?*", "everybody"},
		{"/*", "everybody"},        {"unit:*", "everybody"}, {"cgroup:*", "everybody"},
		{"cgroup:/*", "everybody"},
	};

	(void)state;
	each_is_said(rows, COUNT(rows));
}

/* What is right, here or on another machine, is no mistake. */
static void r106_what_is_right_is_not_said(void **state)
{
	static const char *const right[] = {
		"sshd",
		"chrom*",
		"g++",
		"notepad++.exe",
		"(sd-pam)",
		"python3.*",
		"python3.11",
		"[a-c]x",
		"[!a]*",
		"Web?Content",
		"tmux:*",
		"Baldur's-Gate",
		"java[$]",
		"/usr/sbin/sshd",
		"/nowhere/at/all",
		"/opt/*/bin/x",
		"/nix/store/*-bash-*/bin/bash",
		"user:postgres",
		"user:1000",
		"unit:nginx.service",
		"unit:nginx*",
		"unit:docker-0123abc.scope",
		"unit:system.slice",
		"unit:dev-disk-by\\x2duuid.swap",
		"cgroup:/docker/*",
		"cgroup:*docker*",
		"cgroup:/kubepods/[bg]*",
		"a-name-of-more-than-fifteen-bytes",
		"中文",
	};
	char buf[SUSPECT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(right); i++) {
		parse(right[i]);
		if (suspect_entry(&list, 0, buf, sizeof(buf)) != NULL)
			fail_msg("of %s is said: %s", right[i], buf);
		assert_null(suspect_list(&list));
	}
}

static void r106_lists_of_nobody(void **state)
{
	static const char *const lists[] = {",", " ", ", ,", "none", "off", "no", "false"};

	(void)state;
	for (size_t i = 0; i < COUNT(lists); i++) {
		parse(lists[i]);
		if (suspect_list(&list) == NULL)
			fail_msg("nothing is said of '%s'", lists[i]);
	}
	parse("");
	assert_null(suspect_list(&list));
	parse("sshd,,nginx,");
	assert_null(suspect_list(&list));
}

/* However long an entry is, and whatever is in it. */
static void nothing_overflows(void **state)
{
	static const char *const beginnings[] = {"^",       "(",     "'",    "!",       "~/",
						 "docker:", "unit:", "a b",  "cgroup:", "*/",
						 "a;",      "{",     "pid:", "a\\d"};
	char text[MATCH_TEXT_MAX], buf[SUSPECT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(beginnings); i++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, beginnings[i], strlen(beginnings[i]));
		text[sizeof(text) - 1] = '\0';
		parse(text);
		if (suspect_entry(&list, 0, buf, sizeof(buf)) != NULL)
			assert_true(strlen(buf) < sizeof(buf));
	}
}

/* A word of another program that is one of ours as well would never be asked for. */
static void foreign_words_are_not_ours(void **state)
{
	static const char *const words[] = {"M",
					    "S",
					    "n",
					    "N",
					    "P",
					    "g",
					    "d",
					    "v",
					    "r",
					    "p",
					    "syslog",
					    "ignore",
					    "ignore-root-user",
					    "EARLYOOM_ARGS",
					    "c",
					    "check",
					    "tasks",
					    "SwapUsedLimit"};
	char buf[192];

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_null(options_find(words[i]));
		assert_non_null(foreign_word(words[i], buf, sizeof(buf)));
		assert_true(strlen(buf) < sizeof(buf) - 1);
	}
	for (unsigned i = 0; i < option_count; i++)
		assert_null(foreign_word(option_rows[i].name, buf, sizeof(buf)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r106_regular_expressions),
		cmocka_unit_test(r106_quotes_and_separators),
		cmocka_unit_test(r106_kinds),
		cmocka_unit_test(r106_paths),
		cmocka_unit_test(r106_everybody),
		cmocka_unit_test(r106_what_is_right_is_not_said),
		cmocka_unit_test(r106_lists_of_nobody),
		cmocka_unit_test(nothing_overflows),
		cmocka_unit_test(foreign_words_are_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
