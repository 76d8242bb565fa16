/* SPDX-License-Identifier: MIT */
#include "base/arguments.h"
#include "base/util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 6

static struct {
	const char *path, *listen;
	bool check, help;
} said;

static const struct arguments_row options[] = {
	{"path", &said.path, NULL},   {"listen", &said.listen, NULL}, {"check", NULL, &said.check},
	{"checks", NULL, &said.help}, {"h", NULL, &said.help},
};

static char path[64]; /* what -path was set to */

/* What is wrong with the words behind the program's name, as "word: why", or "". */
static const char *read_words(const char *const *words)
{
	static char text[128];
	char *argv[WORDS_MAX + 2] = {(char[]){"program"}};
	const char *wrong, *why = "";
	int argc = 1;

	memset(&said, 0, sizeof(said));
	said.path = "default";
	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = strdup(words[argc - 1]); /* so that a byte too many is seen */
	wrong = arguments_read(options, ARRAY_SIZE(options), argc, argv, &why);
	(void)snprintf(path, sizeof(path), "%s", said.path);
	(void)snprintf(text, sizeof(text), "%s%s%s", wrong != NULL ? wrong : "",
		       wrong != NULL ? ": " : "", why);
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	return text;
}

static void what_is_understood(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *path;
		bool check, help;
	} rows[] = {
		{{NULL}, "default", false, false},
		{{"-path", "x"}, "x", false, false},
		{{"--path", "x"}, "x", false, false},
		{{"-path=x"}, "x", false, false},
		{{"--path=x=y"}, "x=y", false, false},
		{{"-path", "-chec"}, "-chec", false, false}, /* a value may begin with a dash */
		{{"-path=-check"}, "-check", false, false},
		{{"-path", "check"}, "check", false, false},
		{{"-path", "---check"}, "---check", false, false},
		{{"-path", "x", "-check", "-path=y"}, "y", true, false},
		{{"-check"}, "default", true, false},
		{{"--check", "-check"}, "default", true, false},
		{{"-checks"}, "default", false, true},
		{{"-h"}, "default", false, true},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(read_words(rows[i].words), "");
		assert_string_equal(path, rows[i].path);
		assert_int_equal(said.check, rows[i].check);
		assert_int_equal(said.help, rows[i].help);
		assert_null(said.listen);
	}
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *text;
	} rows[] = {
		{{"-path"}, "-path: needs a value"},
		{{"-path="}, "-path=: needs a value"},
		{{"-path", "", "-check"}, "-path: needs a value"},
		{{"-check", "--path"}, "--path: needs a value"},
		{{"-check=true"}, "-check=true: takes no value"},
		{{"-check="}, "-check=: takes no value"},
		{{"-nowhere"}, "-nowhere: unknown option"},
		{{"-pat=x"}, "-pat=x: unknown option"},
		{{"-paths=x"}, "-paths=x: unknown option"},
		{{"---path", "x"}, "---path: unknown option"},
		{{"-"}, "-: unknown option"},
		{{"--"}, "--: unknown option"},
		{{"-="}, "-=: unknown option"},
		{{"path"}, "path: one word too many"},
		{{"-path", "x", "y"}, "y: one word too many"},
		{{""}, ": one word too many"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(read_words(rows[i].words), rows[i].text);
	}
}

static void r106_an_option_is_no_value(void **state)
{
	static const char *const options_of_it[] = {"-check", "--check",  "-check=true",
						    "-path",  "--path=x", "-h"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(options_of_it); i++) {
		const char *const words[] = {"-path", options_of_it[i], "-checks", NULL};

		assert_string_equal(read_words(words),
				    "-path: needs a value, and what follows is an option; if it is "
				    "meant, write it behind an =");
		assert_string_equal(path, "default");
		assert_false(said.check || said.help);
	}
}

static void names_of_words(void **state)
{
	static const struct {
		const char *word, *name;
	} rows[] = {
		{"-a", "a"},
		{"--a", "a"},
		{"-a=b", "a"},
		{"--abcdefg", "abcdefg"},
		{"-abcdefg=x=y", "abcdefg"},
		{"---a", "-a"},
		{"-abcdefgh", NULL},
		{"-", NULL},
		{"--", NULL},
		{"-=a", NULL},
		{"--=a", NULL},
		{"", NULL},
		{"a", NULL},
		{"a=-b", NULL},
	};
	char name[8];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(arguments_name(rows[i].word, name, sizeof(name)),
				 rows[i].name != NULL);
		if (rows[i].name != NULL)
			assert_string_equal(name, rows[i].name);
	}
}

/* What stands before it holds, and nothing behind it does. */
static void the_first_that_is_wrong(void **state)
{
	static const char *const words[] = {"-path=x", "word", "-check", NULL};

	(void)state;
	assert_string_equal(read_words(words), "word: one word too many");
	assert_string_equal(path, "x");
	assert_false(said.check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_understood),         cmocka_unit_test(what_is_refused),
		cmocka_unit_test(r106_an_option_is_no_value), cmocka_unit_test(names_of_words),
		cmocka_unit_test(the_first_that_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
