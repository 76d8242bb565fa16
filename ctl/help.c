/* SPDX-License-Identifier: MIT */
/* help: all commands and options, or those of one command and what the manual says of it. */
#include "ctl.h"
#include "settings/options.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 80

static void print_option(unsigned i)
{
	(void)printf("  -%-14s%-9s%s\n", ctl_options[i].name, ctl_options[i].placeholder,
		     ctl_options[i].help);
}

static void print_all(void)
{
	(void)puts("usage: useroomctl [OPTIONS] COMMAND [ARGUMENT]\n\nWhat useroom(8) saw, did and "
		   "would do.\n");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		(void)printf("  %-10s%-12s%s\n", ctl_commands[i].name, ctl_commands[i].argument,
			     ctl_commands[i].help);
	(void)puts("\noptions, before or after the command:");
	for (unsigned i = 0; i < ctl_option_count; i++)
		print_option(i);
	(void)puts("\nwhy, top, replay and capture also take the options of useroom: useroomctl "
		   "replay FILE -m 20");
}

/* In lines that end before a blank. */
static void print_paragraph(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word = strcspn(text, " ");
		bool fits = column + 1 + word <= COLUMNS;

		if (column > 0)
			(void)putchar(fits ? ' ' : '\n');
		(void)printf("%.*s", (int)word, text);
		column = column > 0 && fits ? column + 1 + word : word;
		text += word + strspn(text + word, " ");
	}
	(void)putchar('\n');
}

static void print_command(int command)
{
	const struct ctl_command_row *row = &ctl_commands[command];
	const char *blank = row->argument[0] != '\0' ? " " : "";

	(void)printf("usage: useroomctl %s%s%s%s\n\n%s\n", row->name, blank, row->argument,
		     row->options[0] != '\0' || row->settings ? " [OPTIONS]" : "", row->help);
	if (row->manual != NULL) {
		(void)putchar('\n');
		print_paragraph(row->manual);
	}
	if (row->options[0] != '\0')
		(void)putchar('\n');
	for (unsigned i = 0; i < ctl_option_count; i++) {
		if (ctl_takes(command, ctl_options[i].name))
			print_option(i);
	}
	if (row->settings)
		(void)printf("\nIt takes those of useroom too (useroom -help): useroomctl "
			     "%s%s%s -m 20\n",
			     row->name, row->argument[0] == '[' ? "" : blank,
			     row->argument[0] == '[' ? "" : row->argument);
}

void ctl_print_help(const char *name)
{
	int command = name != NULL ? ctl_find_command(name) : -1;

	if (command < 0)
		print_all();
	else
		print_command(command);
}
