/* SPDX-License-Identifier: MIT */
/* Lines: the list, then comm, executable, a path of a control group. */
#include "settings/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int any_user(const char *name, uint32_t *ret_uid)
{
	*ret_uid = (uint32_t)strlen(name);
	return name[0] == 'x' ? -2 : 0;
}

/* What a list prints of itself must parse again, and match the same. */
static void check_texts(const struct match_list *list)
{
	char text[MATCH_TEXT_MAX + 16];
	static struct match_list again;

	for (unsigned i = 0; i < list->count; i++) {
		match_entry_text(list, (int)i, text, sizeof(text));
		if (strlen(text) >= MATCH_TEXT_MAX)
			continue;
		if (match_parse(text, any_user, &again, NULL, 0) < 0 || again.count != 1)
			abort();
		if (again.entries[0].kind != list->entries[i].kind)
			abort();
	}
}

static char *next_line(char **rest)
{
	char *line = strsep(rest, "\n");

	return line ? line : (char *)"";
}

static void run(char *copy)
{
	static struct match_list list;
	struct match_subject subject = {.exe_trusted = true, .uid = 3};
	const char *text = next_line(&copy), *group;
	char bad[16];
	int index;

	subject.comm = next_line(&copy);
	subject.exe = next_line(&copy);
	group = next_line(&copy);
	(void)match_glob(text, subject.comm, true);
	(void)match_glob(group, subject.exe, false);
	if (match_parse(text, any_user, &list, bad, sizeof(bad)) < 0) {
		if (!memchr(bad, '\0', sizeof(bad)))
			abort();
		return;
	}
	index = match_find_group(&list, group, strlen(group), strlen(group));
	if (index >= (int)list.count || index < -1)
		abort();
	subject.group = (unsigned)(index + 1);
	index = match_find(&list, &subject);
	if (index >= (int)list.count || index < -1)
		abort();
	check_texts(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	run(copy);
	free(copy);
	return 0;
}
