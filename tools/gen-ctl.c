/* SPDX-License-Identifier: MIT */
/*
 * What gen-docs makes from the tables of ctl/words.c: ctl-man-commands, ctl-man-options (roff),
 * ctl-bash, ctl-zsh, ctl-fish (completions), ctl-readme, ctl-readme-zh.
 */
#include "docs.h"

#include "words.h"

#include <stdio.h>
#include <string.h>

#define INCIDENTS "/var/lib/useroom/incidents"

/* ---- the manual ---- */

static void man_row(const char *name, const char *argument, const char *help, const char *manual)
{
	roff(name);
	if (argument[0] != '\0')
		(void)printf(" \\fI%s\\fP", argument);
	(void)putchar('\n');
	roff(help); /* it may begin with the name of a command: no capital letter */
	(void)printf(manual != NULL ? ".\n" : "\n");
	if (manual == NULL)
		return;
	roff(manual);
	(void)putchar('\n');
}

static void man_commands(void)
{
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		(void)printf(".TP\n.B ");
		man_row(ctl_commands[i].name, ctl_commands[i].argument, ctl_commands[i].help,
			ctl_commands[i].manual);
	}
}

static void man_options(void)
{
	for (unsigned i = 0; i < ctl_option_count; i++) {
		(void)printf(".TP\n.B \\-");
		man_row(ctl_options[i].name, ctl_options[i].placeholder, ctl_options[i].help,
			ctl_options[i].manual);
	}
}

/* ---- completions ---- */

enum argument {
	ARGUMENT_NONE,
	ARGUMENT_PID,
	ARGUMENT_INCIDENT,
	ARGUMENT_FILE,
	ARGUMENT_COMMAND,
};

static enum argument argument_of(const struct ctl_command_row *row)
{
	if (row->argument[0] == '\0')
		return ARGUMENT_NONE;
	if (strstr(row->argument, "PID") != NULL)
		return ARGUMENT_PID;
	if (strstr(row->argument, "COMMAND") != NULL)
		return ARGUMENT_COMMAND;
	return strcmp(row->argument, "FILE") == 0 ? ARGUMENT_FILE : ARGUMENT_INCIDENT;
}

static void all_commands(void)
{
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		(void)printf("%s%s", i ? " " : "", ctl_commands[i].name);
}

static void bash_values(void)
{
	(void)puts("\tcase $prev in");
	for (unsigned i = 0; i < ctl_option_count; i++) {
		if (ctl_options[i].kind == CTL_FILE)
			(void)printf("\t-%s) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); "
				     "return ;;\n",
				     ctl_options[i].name);
		else if (ctl_options[i].kind != CTL_SWITCH)
			(void)printf("\t-%s) return ;;\n", ctl_options[i].name);
	}
	(void)puts("\tesac");
}

static void bash_options(void)
{
	(void)printf("\tif [[ $cur == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (unsigned i = 0; i < ctl_option_count; i++)
		(void)printf("%s-%s", i ? " " : "", ctl_options[i].name);
	for (unsigned i = 0; i < option_count; i++) {
		if (is_key(&option_rows[i]) && ctl_find_option(option_rows[i].name) < 0)
			(void)printf(" -%s", option_rows[i].name);
	}
	(void)puts("' -- \"$cur\")\n\t\treturn\n\tfi");
}

static void bash_arguments(void)
{
	static const char *const words[] = {
		[ARGUMENT_NONE] = "return",
		[ARGUMENT_PID] = "mapfile -t COMPREPLY < <(compgen -W \"$(cd /proc && echo "
				 "[0-9]*)\" -- \"$cur\"); return",
		[ARGUMENT_INCIDENT] =
			"mapfile -t COMPREPLY < <(compgen -W \"$(ls " INCIDENTS
			" 2>/dev/null)\" -- \"$cur\")\n"
			"\t\t\t[[ ${#COMPREPLY[@]} = 0 ]] && mapfile -t COMPREPLY < <(compgen -f "
			"-- \"$cur\"); return",
		[ARGUMENT_FILE] = "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return",
		[ARGUMENT_COMMAND] = "break", /* to where the first word is completed */
	};

	(void)puts("\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $word in");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		(void)printf("\t\t%s) %s ;;\n", ctl_commands[i].name,
			     words[argument_of(&ctl_commands[i])]);
	(void)puts("\t\tesac\n\tdone");
}

static void bash(void)
{
	(void)puts("# bash completion for useroomctl\n_useroomctl() {\n\tlocal word "
		   "cur=${COMP_WORDS[COMP_CWORD]} "
		   "prev=${COMP_WORDS[COMP_CWORD-1]}");
	bash_values();
	bash_options();
	bash_arguments();
	(void)printf("\tmapfile -t COMPREPLY < <(compgen -W '");
	all_commands();
	(void)puts("' -- \"$cur\")\n}\ncomplete -F _useroomctl useroomctl");
}

static void zsh_options(void)
{
	for (unsigned i = 0; i < ctl_option_count; i++) {
		(void)printf("\t\t'-%s[", ctl_options[i].name);
		zsh_text(ctl_options[i].help);
		(void)putchar(']');
		if (ctl_options[i].kind != CTL_SWITCH)
			(void)printf(":%s:%s", ctl_options[i].placeholder,
				     ctl_options[i].kind == CTL_FILE ? "_files" : "");
		(void)puts("' \\");
	}
}

static void zsh_arguments(void)
{
	static const char *const words[] = {
		[ARGUMENT_NONE] = NULL,
		[ARGUMENT_PID] = "_pids",
		[ARGUMENT_INCIDENT] =
			("compadd -- ${(f)\"$(ls " INCIDENTS " 2>/dev/null)\"} || _files"),
		[ARGUMENT_FILE] = "_files",
		[ARGUMENT_COMMAND] = NULL, /* below */
	};

	(void)puts("\t[[ $state = argument ]] || return\n\tcase $line[1] in");
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		if (words[argument_of(&ctl_commands[i])] != NULL)
			(void)printf("\t%s) %s ;;\n", ctl_commands[i].name,
				     words[argument_of(&ctl_commands[i])]);
	}
	(void)printf("\thelp) compadd -- ");
	all_commands();
	(void)puts(" ;;\n\tesac");
}

static void zsh(void)
{
	(void)puts("#compdef useroomctl\n_useroomctl() {\n\tlocal context state line\n"
		   "\ttypeset -A opt_args\n\t_arguments \\");
	zsh_options();
	(void)printf("\t\t'1:command:(");
	all_commands();
	(void)puts(")' \\\n\t\t'2:argument:->argument'");
	zsh_arguments();
	(void)puts("}\n_useroomctl \"$@\"");
}

static void fish_command(const struct ctl_command_row *row)
{
	static const char *const words[] = {
		[ARGUMENT_NONE] = NULL,
		[ARGUMENT_PID] = "-a '(__fish_complete_pids)'",
		[ARGUMENT_INCIDENT] = ("-F -a '(ls " INCIDENTS " 2>/dev/null)'"),
		[ARGUMENT_FILE] = "-F",
		[ARGUMENT_COMMAND] = NULL, /* below */
	};

	(void)printf("complete -c useroomctl -n __fish_use_subcommand -a %s -d \"%s\"\n", row->name,
		     row->help);
	if (words[argument_of(row)] != NULL)
		(void)printf("complete -c useroomctl -n '__fish_seen_subcommand_from %s' %s\n",
			     row->name, words[argument_of(row)]);
	if (argument_of(row) != ARGUMENT_COMMAND)
		return;
	(void)printf("complete -c useroomctl -n '__fish_seen_subcommand_from %s' -a '", row->name);
	all_commands();
	(void)puts("'");
}

static void fish(void)
{
	(void)puts("# fish completion for useroomctl\ncomplete -c useroomctl -f");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		fish_command(&ctl_commands[i]);
	for (unsigned i = 0; i < ctl_option_count; i++) {
		enum ctl_option_kind kind = ctl_options[i].kind;

		(void)printf("complete -c useroomctl -o %s%s -d \"%s\"\n", ctl_options[i].name,
			     kind == CTL_FILE     ? " -r -F"
			     : kind != CTL_SWITCH ? " -x"
						  : "",
			     ctl_options[i].help);
	}
}

/* ---- the READMEs ---- */

static void readme(bool zh)
{
	(void)puts(zh ? "| 命令 | 含义 |\n|---|---|" : "| command | what it shows |\n|---|---|");
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		(void)printf("| `%s%s%s` | ", ctl_commands[i].name,
			     ctl_commands[i].argument[0] ? " " : "", ctl_commands[i].argument);
		markdown(zh ? ctl_commands[i].help_zh : ctl_commands[i].help);
		(void)puts(" |");
	}
}

bool gen_ctl(const char *what)
{
	if (strcmp(what, "ctl-man-commands") == 0)
		man_commands();
	else if (strcmp(what, "ctl-man-options") == 0)
		man_options();
	else if (strcmp(what, "ctl-bash") == 0)
		bash();
	else if (strcmp(what, "ctl-zsh") == 0)
		zsh();
	else if (strcmp(what, "ctl-fish") == 0)
		fish();
	else if (strcmp(what, "ctl-readme") == 0 || strcmp(what, "ctl-readme-zh") == 0)
		readme(strcmp(what, "ctl-readme-zh") == 0);
	else
		return false;
	return true;
}
