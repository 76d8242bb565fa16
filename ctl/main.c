/* SPDX-License-Identifier: MIT */
/* useroomctl: which command, with which options. */
#include "ctl.h"

#include "log.h"
#include "util.h"

#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	ctl_command_fn run;
	const char *arguments;
	int most; /* arguments */
	const char *help;
} commands[] = {
	{"events", ctl_events, "", 0, "what happened since the last boot"},
	{"incidents", ctl_incidents, "", 0, "the kept recordings of kills"},
	{"show", ctl_show, "[INCIDENT]", 1, "one of them (the newest), second by second"},
};

enum value_kind {
	VALUE_TEXT,
	VALUE_SWITCH,
	VALUE_DECIMAL,
	VALUE_WHOLE,
};

static const struct {
	const char *name;
	enum value_kind kind;
	size_t offset; /* in struct ctl */
	const char *placeholder;
	const char *help;
} own_options[] = {
	{"json", VALUE_SWITCH, offsetof(struct ctl, json), "",
	 "print JSON (status, why, events, incidents, show, replay)"},
	{"html", VALUE_TEXT, offsetof(struct ctl, html), "FILE",
	 "show: write one self-contained page; - is standard output"},
	{"n", VALUE_WHOLE, offsetof(struct ctl, count), "NUMBER", "events, why: so many"},
	{"for", VALUE_DECIMAL, offsetof(struct ctl, seconds), "SECONDS", "capture: stop after this time"},
	{"record", VALUE_TEXT, offsetof(struct ctl, record), "PATH", "the daemon's recording (" RECORD_DEFAULT ")"},
	{"incidents", VALUE_TEXT, offsetof(struct ctl, incidents), "PATH",
	 "where incidents are (" INCIDENTS_DEFAULT ")"},
	{"config", VALUE_TEXT, offsetof(struct ctl, config), "FILE",
	 "why, top, replay, capture: the settings of this file"},
	{"version", VALUE_SWITCH, offsetof(struct ctl, version), "", "print the version"},
	{"help", VALUE_SWITCH, offsetof(struct ctl, help), "", "print this help"},
};

static void print_help(void)
{
	(void)puts("usage: useroomctl [OPTIONS] COMMAND [ARGUMENT]\n\nWhat useroom(8) saw, did and would do.\n");
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
		(void)printf("  %-10s%-12s%s\n", commands[i].name, commands[i].arguments, commands[i].help);
	(void)puts("\noptions, before or after the command:");
	for (unsigned i = 0; i < ARRAY_SIZE(own_options); i++)
		(void)printf("  -%-10s%-9s%s\n", own_options[i].name, own_options[i].placeholder, own_options[i].help);
	(void)puts("\nwhy, top, replay and capture also take the options of useroom: useroomctl replay FILE -m 20");
}

/* The words are the caller's own, but they may come from a script: escaped as everything is. */
__attribute__((format(printf, 1, 2))) static enum ctl_exit misuse(const char *format, ...)
{
	char text[256], safe[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	(void)fprintf(stderr, "useroomctl: %s; see useroomctl -help\n", log_safe(text, safe, sizeof(safe)));
	return CTL_USAGE;
}

/* ---- options, as Go's flag package reads them: -x V, -x=V, --x ---- */

static bool parse_decimal(const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return end != text && *end == '\0' && *ret > 0 && *ret <= 1e8;
}

static enum ctl_exit set_own(struct ctl *ctl, unsigned row, const char *value)
{
	void *to = (char *)ctl + own_options[row].offset;
	char error[160];
	double number;

	switch (own_options[row].kind) {
	case VALUE_TEXT:
		*(const char **)to = value;
		return CTL_OK;
	case VALUE_SWITCH:
		if (value == NULL)
			*(bool *)to = true;
		else if (options_parse_bool(value, to, error, sizeof(error)) < 0)
			return misuse("%s", error);
		return CTL_OK;
	case VALUE_DECIMAL:
	case VALUE_WHOLE:
		if (!parse_decimal(value, &number) || (own_options[row].kind == VALUE_WHOLE && number < 1))
			return misuse("'%s' is not a number above 0", value);
		if (own_options[row].kind == VALUE_DECIMAL)
			*(double *)to = number;
		else
			*(unsigned *)to = (unsigned)number;
		return CTL_OK;
	}
	return CTL_USAGE;
}

static int find_own(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(own_options); i++)
		if (strcmp(own_options[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* One option at argv[*at]; *at then stands on the last word that was used. */
static enum ctl_exit take_option(struct ctl *ctl, int argc, char **argv, int *at)
{
	char name[64];
	const char *text = argv[*at] + 1 + (argv[*at][1] == '-'), *equals = strchr(text, '='), *value = NULL;
	const struct option_row *row;
	bool takes;
	int own;

	(void)snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - text) : (int)strlen(text), text);
	own = find_own(name);
	row = own < 0 ? options_find(name) : NULL;
	if (own < 0 && (row == NULL || row->kind == OPTION_ACTION))
		return misuse("there is no option '%s'", argv[*at]);
	takes = own >= 0 ? own_options[own].kind != VALUE_SWITCH : row->takes_value;
	if (equals != NULL)
		value = equals + 1;
	else if (takes && *at + 1 < argc)
		value = argv[++*at];
	if (takes && value == NULL)
		return misuse("option -%s needs a value", name);
	if (own >= 0)
		return set_own(ctl, (unsigned)own, value);
	if (ctl->setting_count == CTL_SETTINGS_MAX)
		return misuse("too many options, at %s", argv[*at]);
	ctl->settings[ctl->setting_count++] = (struct ctl_setting){row, value != NULL ? value : "true"};
	return CTL_OK;
}

static enum ctl_exit take_words(struct ctl *ctl, int argc, char **argv)
{
	bool options = true;

	for (int i = 1; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
			enum ctl_exit r = take_option(ctl, argc, argv, &i);

			if (r != CTL_OK)
				return r;
		} else if (ctl->word_count == CTL_WORDS_MAX) {
			return misuse("'%s' is one word too many", argv[i]);
		} else {
			ctl->words[ctl->word_count++] = argv[i];
		}
	}
	return CTL_OK;
}

static enum ctl_exit run_command(struct ctl *ctl)
{
	const char *name = ctl->words[0];

	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (ctl->word_count - 1 > commands[i].most)
			return misuse("'%s' is one word too many", ctl->words[commands[i].most + 1]);
		if (commands[i].arguments[0] != '\0' && commands[i].arguments[0] != '[' && ctl->word_count < 2)
			return misuse("%s needs the name of a file", name);
		ctl->argument = ctl->word_count > 1 ? ctl->words[1] : NULL;
		return commands[i].run(ctl);
	}
	return misuse("there is no command '%s'", name);
}

int main(int argc, char **argv)
{
	static struct ctl ctl = {.record = RECORD_DEFAULT, .incidents = INCIDENTS_DEFAULT};
	enum ctl_exit r;

	log_init();
	r = take_words(&ctl, argc, argv);
	if (r != CTL_OK)
		return r;
	if (ctl.version)
		return printf("useroomctl %s\n", USEROOM_VERSION) < 0;
	if (ctl.help) {
		print_help();
		return CTL_OK;
	}
	if (ctl.word_count == 0)
		return misuse("no command was given");
	/* Only how text is shown: numbers are read and written with a point everywhere. */
	(void)setlocale(LC_CTYPE, "");
	r = run_command(&ctl);
	if (fflush(stdout) != 0 && r == CTL_OK)
		return ctl_fail("what was to be printed could not be written");
	return r;
}
