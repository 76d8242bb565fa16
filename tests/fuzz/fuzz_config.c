/* SPDX-License-Identifier: MIT */
/*
 * A configuration file, and behind its first NUL the words of a command line, each ended by a NUL:
 * the file's parser, the reader of Go's flags, and the setter of every option.
 */
#include "base/util.h"
#include "settings/config.h"
#include "settings/options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS 16

static char errors[512];

/* Something is said exactly when something is wrong, in whole lines. */
static void check_errors(bool wrong)
{
	const char *end = memchr(errors, '\0', sizeof(errors));

	if (end == NULL || wrong != (end > errors) || (end > errors && end[-1] != '\n'))
		abort();
}

static void check_ranges(const struct config *c)
{
	const uint32_t percent[] = {c->mem_term_ppm,  c->mem_kill_ppm, c->swap_term_ppm,
				    c->swap_kill_ppm, c->warn_ppm,     c->min_victim_ppm};

	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++) {
		if (percent[i] > 100 * PPM_PER_PERCENT)
			abort();
	}
	if (c->interval_ns < UINT64_C(10000000) || c->interval_ns > UINT64_C(3600000000000) ||
	    c->pre_kill_time_ns > UINT64_C(5000000000) || c->hook_time_ns > UINT64_C(600000000000))
		abort();
	if ((c->hook[0] && c->hook[0] != '/') || !memchr(c->hook, '\0', sizeof(c->hook)))
		abort();
	if (c->ignore_user.kinds & ~(1u << ENTRY_USER))
		abort();
}

/* By what they show: what lies behind the end of a string may differ. */
static void check_same(const struct config *one, const struct config *other)
{
	char a[64], b[64];

	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind != OPTION_ACTION &&
		    strcmp(options_get(one, row, a, sizeof(a)),
			   options_get(other, row, b, sizeof(b))) != 0)
			abort();
	}
}

/* What an option shows can be set, and shows the same. */
static void check_texts(const struct config *config)
{
	static struct config again;
	char error[256], a[64];

	again = *config;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind != OPTION_ACTION &&
		    options_set(&again, row, options_get(config, row, a, sizeof(a)), error,
				sizeof(error)) < 0)
			abort();
	}
	check_same(config, &again);
}

static void check_config(const struct config *config)
{
	char remarks[1024];

	check_ranges(config);
	check_texts(config);
	config_remarks(config, 1048576, 0, remarks, sizeof(remarks));
}

/* `name` must not open a file: "-config" is the only word that would. */
static void run_words(char *words, const char *end)
{
	static char program[] = "useroom", flag[] = "-config", none[] = "/dev/null";
	static struct config config, before;
	static struct config_source source;
	char *argv[WORDS + 1] = {program, flag, none};
	int argc = 3, r;

	for (; words < end && argc < WORDS; words += strlen(words) + 1) {
		if (strstr(words, "config") == NULL)
			argv[argc++] = words;
	}
	r = config_load(argc, argv, &config, &source, errors, sizeof(errors));
	check_errors(r < 0);
	if (r < 0)
		return;
	check_config(&config);
	before = config;
	if (config_reload(&source, &config, errors, sizeof(errors)) < 0)
		abort();
	check_same(&before, &config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config;
	char *copy = malloc(size + 1);
	size_t length;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	length = strlen(copy); /* it is cut at its newlines by the next call */
	check_errors(config_parse_text("f", copy, &config, errors, sizeof(errors)) > 0);
	check_config(&config);
	if (length < size)
		run_words(copy + length + 1, copy + size);
	free(copy);
	return 0;
}
