/* SPDX-License-Identifier: MIT */
/*
 * gen-docs WHAT: the texts that are made from the tables of options.c and critical.c, so that they
 * cannot disagree with the program: man-options, man-critical, man-late (roff), sample
 * (useroom.conf), bash, zsh, fish (completions), readme, readme-zh; and those of gen-ctl.c.
 */
#include "docs.h"

#include "choose/critical.h"
#include "settings/options.h"

#include <stdio.h>
#include <string.h>

bool is_key(const struct option_row *row)
{
	return row->kind != OPTION_ACTION;
}

static bool has_default(const struct option_row *row)
{
	return is_key(row) && row->fallback[0] != '\0';
}

/* roff: a dash is a dash, and a line must not begin with a dot. */
void roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		(void)fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '-')
			(void)fputs("\\-", stdout);
		else if (*text == '\\')
			(void)fputs("\\e", stdout);
		else
			(void)putchar(*text);
	}
}

void sentence(const char *text)
{
	(void)putchar(*text >= 'a' && *text <= 'z' ? *text - 32 : *text);
	roff(text + 1);
}

static void man_options(void)
{
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		(void)printf(".TP\n.B \\-");
		roff(row->name);
		if (row->placeholder)
			(void)printf(" \\fI%s\\fP", row->placeholder);
		(void)putchar('\n');
		sentence(row->help);
		(void)printf(".\n");
		if (row->manual) {
			roff(row->manual);
			(void)putchar('\n');
		}
		if (has_default(row))
			(void)printf("Default: %s.\n", row->fallback);
		if (row->kind == OPTION_LEVEL)
			(void)printf("Range: %g to %g, fractions are fine; or a size.\n", row->min,
				     row->max);
		else if (row->kind == OPTION_PERCENT || row->kind == OPTION_SECONDS)
			(void)printf("Range: %g to %g, fractions are fine.\n", row->min, row->max);
		else if (row->kind == OPTION_KIB || row->kind == OPTION_COUNT)
			(void)printf("Range: %.0f to %.0f.\n", row->min, row->max);
		else if (row->kind == OPTION_TASKS)
			(void)printf("Range: %g to %g, fractions are fine; or off.\n", row->min,
				     row->max);
	}
}

static void man_built_in(bool late)
{
	for (unsigned i = 0; i < critical_count; i++) {
		const struct critical_entry *e = &critical_entries[i];

		if (e->late != late)
			continue;
		(void)printf(".TP\n.B ");
		roff(e->dir);
		roff(e->name);
		(void)putchar('\n');
		sentence(e->why);
		(void)printf("%s.\n", e->child_of_init_only ? "; only as a child of init" : "");
	}
}

static void man_critical(void)
{
	man_built_in(false);
}

static void man_late(void)
{
	man_built_in(true);
}

static void sample(void)
{
	(void)puts("# useroom.conf(5). Every line shows a default. The command line wins over this "
		   "file, and the files\n"
		   "# /etc/useroom.conf.d/*.conf, in order of their names, win over it too.\n"
		   "# Check it with: useroom -check-config. Take it over with: systemctl reload "
		   "useroom");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (is_key(row))
			(void)printf("\n# %s.\n#%s = %s\n", row->help, row->name, row->fallback);
	}
}

static void words(const char *const *choices)
{
	for (unsigned i = 0; choices[i]; i++)
		(void)printf("%s%s", i ? " " : "", choices[i]);
}

static void bash(void)
{
	(void)puts("# bash completion for useroom\n_useroom() {\n\tlocal "
		   "cur=${COMP_WORDS[COMP_CWORD]} "
		   "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		   "\tcase $prev in");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind == OPTION_CHOICE) {
			(void)printf("\t-%s) mapfile -t COMPREPLY < <(compgen -W '", row->name);
			words(row->choices);
			(void)puts("' -- \"$cur\"); return ;;");
		} else if (row->kind == OPTION_PATH || strcmp(row->name, "config") == 0) {
			(void)printf("\t-%s) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); "
				     "return ;;\n",
				     row->name);
		} else if (row->kind == OPTION_USERS) {
			(void)printf("\t-%s) mapfile -t COMPREPLY < <(compgen -u -- \"$cur\"); "
				     "return ;;\n",
				     row->name);
		} else if (row->takes_value) {
			(void)printf("\t-%s) return ;;\n", row->name);
		}
	}
	(void)printf("\tesac\n\tmapfile -t COMPREPLY < <(compgen -W '");
	for (unsigned i = 0; i < option_count; i++)
		(void)printf("%s-%s", i ? " " : "", option_rows[i].name);
	(void)puts("' -- \"$cur\")\n}\ncomplete -F _useroom useroom");
}

/* In zsh's specifications [ ] and : mean something, in quotes a quote does. */
void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '[' || *text == ']' || *text == ':')
			(void)putchar('\\');
		(void)fputs(*text == '\'' ? "'\\''" : "", stdout);
		if (*text != '\'')
			(void)putchar(*text);
	}
}

static void zsh(void)
{
	(void)puts("#compdef useroom\n_arguments \\");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		(void)printf("\t'-%s[", row->name);
		zsh_text(row->help);
		(void)printf("]");
		if (row->takes_value)
			(void)printf(":%s:", row->placeholder);
		if (row->kind == OPTION_CHOICE) {
			(void)printf("(");
			words(row->choices);
			(void)printf(")");
		} else if (row->kind == OPTION_PATH || strcmp(row->name, "config") == 0) {
			(void)printf("_files");
		} else if (row->kind == OPTION_USERS) {
			(void)printf("_users");
		}
		(void)printf("'%s\n", i + 1 < option_count ? " \\" : "");
	}
}

static void fish(void)
{
	(void)puts("# fish completion for useroom\ncomplete -c useroom -f");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		bool files = row->kind == OPTION_PATH || strcmp(row->name, "config") == 0;

		(void)printf("complete -c useroom -o %s%s", row->name,
			     files              ? " -r -F"
			     : row->takes_value ? " -x"
						: "");
		if (row->kind == OPTION_CHOICE) {
			(void)printf(" -a '");
			words(row->choices);
			(void)printf("'");
		} else if (row->kind == OPTION_USERS) {
			(void)printf(" -a '(__fish_complete_users)'");
		}
		(void)printf(" -d \"%s\"\n", row->help);
	}
}

void markdown(const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			(void)putchar('\\');
		(void)putchar(*text);
	}
}

static void readme(bool zh)
{
	(void)puts(zh ? "| 选项 | 默认值 | 含义 |\n|---|---|---|"
		      : "| option | default | meaning |\n|---|---|---|");
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		(void)printf("| `-%s` | %s%s%s | ", row->name, has_default(row) ? "`" : "",
			     has_default(row) ? row->fallback : "", has_default(row) ? "`" : "");
		markdown(zh ? row->help_zh : row->help);
		(void)puts(" |");
	}
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "man-options") == 0)
		man_options();
	else if (strcmp(what, "man-critical") == 0)
		man_critical();
	else if (strcmp(what, "man-late") == 0)
		man_late();
	else if (strcmp(what, "sample") == 0)
		sample();
	else if (strcmp(what, "bash") == 0)
		bash();
	else if (strcmp(what, "zsh") == 0)
		zsh();
	else if (strcmp(what, "fish") == 0)
		fish();
	else if (strcmp(what, "readme") == 0 || strcmp(what, "readme-zh") == 0)
		readme(what[6] != '\0');
	else
		return gen_ctl(what) ? 0 : 2;
	return 0;
}
