/* SPDX-License-Identifier: MIT */
#include "base/arguments.h"

#include <string.h>

bool arguments_name(const char *word, char *ret, size_t size)
{
	const char *name = word + 1;
	size_t length;

	if (word[0] != '-')
		return false;
	name += name[0] == '-';
	length = strcspn(name, "=");
	if (length == 0 || length >= size)
		return false;
	memcpy(ret, name, length);
	ret[length] = '\0';
	return true;
}

/* The option that a word of the command line names; NULL: none. */
static const struct arguments_row *find(const struct arguments_row *rows, unsigned row_count,
					const char *word)
{
	char name[32];
	bool is_name = arguments_name(word, name, sizeof(name));

	for (unsigned i = 0; is_name && i < row_count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* NULL, or what is wrong with argv[*at]; *at then stands on the last word that was used. */
static const char *take(const struct arguments_row *rows, unsigned row_count, int argc, char **argv,
			int *at)
{
	const char *word = argv[*at], *equals = strchr(word, '='), *given;
	const struct arguments_row *row = find(rows, row_count, word);

	if (word[0] != '-')
		return "one word too many";
	if (row == NULL)
		return "unknown option";
	if (row->value == NULL && equals != NULL)
		return "takes no value";
	if (row->value == NULL) {
		*row->is_on = true;
		return NULL;
	}
	given = equals != NULL ? equals + 1 : *at + 1 < argc ? argv[*at + 1] : "";
	if (given[0] == '\0')
		return "needs a value";
	/* R106: -socket $EMPTY -check would take "-check" for the path, and check nothing. */
	if (equals == NULL && find(rows, row_count, given) != NULL)
		return "needs a value, and what follows is an option; if it is meant, write it "
		       "behind an =";
	*row->value = given;
	*at += equals == NULL;
	return NULL;
}

const char *arguments_read(const struct arguments_row *rows, unsigned row_count, int argc,
			   char **argv, const char **ret_why)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *why = take(rows, row_count, argc, argv, &i);

		if (why != NULL) {
			*ret_why = why;
			return word;
		}
	}
	return NULL;
}
