/* SPDX-License-Identifier: MIT */
/* useroomctl: which command, with which options. */
#include "base/arguments.h"
#include "base/log.h"
#include "base/output.h"
#include "ctl.h"
#include "names.h"
#include "share.h"
#include "words.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The words are the caller's own, but they may come from a script: escaped as everything is. */
__attribute__((format(printf, 1, 2))) static enum ctl_exit misuse(const char *format, ...)
{
	char text[256], safe[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	(void)fprintf(stderr, "useroomctl: %s\n", log_safe(text, safe, sizeof(safe)));
	return CTL_USAGE;
}

/* ---- options, as Go's flag package reads them: -x V, -x=V, --x ---- */

static bool parse_decimal(const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return end != text && *end == '\0' && *ret > 0 && *ret <= 1e8;
}

static enum ctl_exit set_number(const struct ctl_option_row *row, void *to, const char *value)
{
	double number;

	if (!parse_decimal(value, &number) || (row->kind == CTL_WHOLE && number < 1))
		return misuse("-%s: '%s' is not a number above 0", row->name, value);
	if (row->kind == CTL_DECIMAL)
		*(double *)to = number;
	else
		*(unsigned *)to = (unsigned)number;
	return CTL_OK;
}

static enum ctl_exit set_own(struct ctl *ctl, const struct ctl_option_row *row, const char *value)
{
	void *to = (char *)ctl + row->offset;
	char error[160];

	switch (row->kind) {
	case CTL_FILE:
		if (value[0] == '\0')
			return misuse("-%s: '' is not a path", row->name);
		/* fall through */
	case CTL_TEXT:
		*(const char **)to = value;
		return CTL_OK;
	case CTL_SWITCH:
		if (value == NULL)
			*(bool *)to = true;
		else if (options_parse_bool(value, to, error, sizeof(error)) < 0)
			return misuse("-%s: %s", row->name, error);
		return CTL_OK;
	case CTL_DECIMAL:
	case CTL_WHOLE:
		break;
	}
	return set_number(row, to, value);
}

static enum ctl_exit unknown_option(const char *word, const char *name)
{
	const char *nearest = ctl_nearest_option(name);

	if (nearest != NULL)
		return misuse("unknown option '%s', did you mean '-%s'?", word, nearest);
	return misuse("unknown option '%s'; all of them: useroomctl -help", word);
}

static enum ctl_exit add_setting(struct ctl *ctl, const struct option_row *row, const char *value)
{
	static struct config scratch; /* only to see whether it is a value */
	char error[320];

	value = value != NULL ? value : "true";
	if (ctl->setting_count == CTL_SETTINGS_MAX)
		return misuse("more than %d options", CTL_SETTINGS_MAX);
	if (options_set(&scratch, row, value, error, sizeof(error)) < 0)
		return misuse("-%s: %s", row->name, error);
	ctl->settings[ctl->setting_count++] = (struct ctl_setting){row, value};
	return CTL_OK;
}

/* As in settings/config.c: Go's flag package would take it for the value, and nobody means that. */
static bool swallows_option(int own, const struct option_row *row, const char *word)
{
	bool text = own >= 0
			    ? ctl_options[own].kind == CTL_TEXT || ctl_options[own].kind == CTL_FILE
			    : options_takes_text(row);
	char name[32];

	return text && (options_is_word(word) ||
			(arguments_name(word, name, sizeof(name)) && ctl_find_option(name) >= 0));
}

/* One option at argv[*at]; *at then stands on the last word that was used. */
static enum ctl_exit take_option(struct ctl *ctl, int argc, char **argv, int *at)
{
	char name[64];
	const char *word = argv[*at], *text = word + 1 + (word[1] == '-'),
		   *equals = strchr(text, '='), *value = NULL;
	const struct option_row *row;
	bool takes;
	int own;

	(void)snprintf(name, sizeof(name), "%.*s",
		       equals ? (int)(equals - text) : (int)strlen(text), text);
	own = ctl_find_option(name);
	row = own < 0 ? options_find(name) : NULL;
	if (own < 0 && (row == NULL || row->kind == OPTION_ACTION))
		return unknown_option(word, name);
	takes = own >= 0 ? ctl_options[own].kind != CTL_SWITCH : row->takes_value;
	if (equals != NULL)
		value = equals + 1;
	else if (takes && *at + 1 < argc)
		value = argv[++*at];
	if (takes && equals == NULL && value != NULL && swallows_option(own, row, value))
		return misuse("-%s needs a value, and '%s' is an option; if it is meant: -%s=%s",
			      name, value, name, value);
	if (takes && value == NULL)
		return misuse("-%s needs a value: %s", name,
			      own >= 0 ? ctl_options[own].placeholder : row->placeholder);
	if (own < 0)
		return add_setting(ctl, row, value);
	ctl->said |= 1u << own;
	return set_own(ctl, &ctl_options[own], value);
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

static enum ctl_exit unknown_command(const char *name)
{
	const char *nearest = ctl_nearest_command(name);

	if (nearest != NULL)
		return misuse("unknown command '%s', did you mean '%s'?", name, nearest);
	return misuse("unknown command '%s'; all of them: useroomctl -help", name);
}

static enum ctl_exit show_help(const struct ctl *ctl)
{
	if (ctl->argument != NULL && ctl_find_command(ctl->argument) < 0)
		return unknown_command(ctl->argument);
	ctl_print_help(ctl->argument);
	return CTL_OK;
}

/* "why, top and replay": the commands of which `takes` is true. */
static const char *list_commands(bool (*takes)(int, const char *), const char *option, char *buf,
				 size_t size)
{
	size_t length = 0;

	buf[0] = '\0';
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (takes(i, option) && length < size)
			length += (size_t)snprintf(buf + length, size - length, "%s%s",
						   length > 0 ? ", " : "", ctl_commands[i].name);
	}
	return buf;
}

static bool takes_settings(int command, const char *option)
{
	(void)option;
	return ctl_commands[command].settings;
}

/* R118: an option that a command ignores is one that somebody relies on. */
static enum ctl_exit check_options(const struct ctl *ctl, int command)
{
	const char *name = ctl_commands[command].name;
	char others[128];

	for (unsigned i = 0; i < ctl_option_count; i++) {
		if ((ctl->said & 1u << i) && !ctl_takes(command, ctl_options[i].name))
			return misuse("%s does not take -%s; these do: %s", name,
				      ctl_options[i].name,
				      list_commands(ctl_takes, ctl_options[i].name, others,
						    sizeof(others)));
	}
	if (ctl->setting_count > 0 && !ctl_commands[command].settings)
		return misuse("%s does not take -%s of useroom; these do: %s", name,
			      ctl->settings[0].row->name,
			      list_commands(takes_settings, NULL, others, sizeof(others)));
	if (ctl->json + (ctl->html != NULL) + (ctl->copy != NULL) > 1)
		return misuse("-json, -html and -copy: one of them");
	if (ctl->names_key != NULL && !ctl->without_names)
		return misuse("-names-key means something with -without-names only");
	return CTL_OK;
}

/* "Nothing else would have been done" is no answer to what is not replayed at all (R118). */
static enum ctl_exit check_replayed(const struct ctl *ctl)
{
	for (int i = 0; i < ctl->setting_count; i++) {
		const char *option = ctl->settings[i].row->name, *why = ctl_not_replayed(option);

		if (why != NULL)
			return misuse("-%s cannot be replayed: %s", option, why);
	}
	return CTL_OK;
}

static enum ctl_exit take_key(const struct ctl *ctl)
{
	char safe[512];
	int r = names_key(ctl->names_key);

	if (r == 0)
		return CTL_OK;
	return ctl_fail("%s: %s",
			ctl->names_key != NULL ? log_safe(ctl->names_key, safe, sizeof(safe))
					       : "no random key",
			r == -EINVAL ? "a key has 16 bytes or more" : strerror(-r));
}

static const ctl_command_fn runs[COMMAND_COUNT] = {
	[COMMAND_STATUS] = ctl_status,   [COMMAND_TOP] = ctl_top,
	[COMMAND_WHY] = ctl_why,         [COMMAND_DOMAINS] = ctl_domains,
	[COMMAND_EVENTS] = ctl_events,   [COMMAND_INCIDENTS] = ctl_incidents,
	[COMMAND_SHOW] = ctl_show,       [COMMAND_REPLAY] = ctl_replay,
	[COMMAND_METRICS] = ctl_metrics, [COMMAND_SHARE] = ctl_share,
	[COMMAND_CAPTURE] = ctl_capture, [COMMAND_HELP] = show_help,
};

static enum ctl_exit run_command(struct ctl *ctl)
{
	const char *name = ctl->words[0];
	int command = ctl_find_command(name);
	const char *argument = command < 0 ? "" : ctl_commands[command].argument;
	int most = argument[0] != '\0';
	enum ctl_exit result;

	if (command < 0)
		return unknown_command(name);
	if (ctl->word_count - 1 > most)
		return misuse("'%s' is one word too many", ctl->words[most + 1]);
	if (most > 0 && argument[0] != '[' && ctl->word_count < 2)
		return misuse("%s needs a word behind it: %s", name, argument);
	ctl->argument = ctl->word_count > 1 ? ctl->words[1] : NULL;
	result = check_options(ctl, command);
	if (result == CTL_OK && command == COMMAND_REPLAY)
		result = check_replayed(ctl);
	if (result == CTL_OK && ctl->without_names)
		result = take_key(ctl);
	return result == CTL_OK ? runs[command](ctl) : result;
}

static enum ctl_exit answer(struct ctl *ctl)
{
	if (ctl->version) {
		(void)printf("useroomctl %s\n", USEROOM_VERSION);
		return CTL_OK;
	}
	if (ctl->help) {
		ctl_print_help(ctl->word_count > 0 ? ctl->words[0] : NULL);
		return CTL_OK;
	}
	if (ctl->word_count == 0)
		return misuse("no command; all of them: useroomctl -help");
	/* Only how text is shown: numbers are read and written with a point everywhere. */
	(void)setlocale(LC_CTYPE, "");
	return run_command(ctl);
}

int main(int argc, char **argv)
{
	static struct ctl ctl = {
		.record = RECORD_DEFAULT, .incidents = INCIDENTS_DEFAULT, .socket = SHARE_SOCKET};
	enum ctl_exit result;
	int r;

	output_open();
	log_init();
	result = take_words(&ctl, argc, argv);
	if (result == CTL_OK)
		result = answer(&ctl);
	r = output_close();
	if (r == 0)
		return result;
	(void)ctl_fail("what was to be printed could not be written: %s", strerror(-r));
	return result == CTL_OK ? CTL_FAILED : result;
}
