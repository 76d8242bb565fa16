/* SPDX-License-Identifier: MIT */
/* What the commands of useroomctl share: how they are called, and how things are shown. */
#ifndef USEROOM_CTL_H
#define USEROOM_CTL_H

#include "act/event.h"
#include "choose/rank.h"
#include "reading.h"
#include "settings/config.h"
#include "settings/options.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define INCIDENTS_DEFAULT "/var/lib/useroom/incidents"

/* Exit codes, as in the manual. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1, /* what was asked for is not there, or may not be read */
	CTL_USAGE = 2,
};

/* One option of the daemon, as it was said: for why, top, replay and capture. */
struct ctl_setting {
	const struct option_row *row;
	const char *value;
};
#define CTL_SETTINGS_MAX 64
#define CTL_WORDS_MAX    3

/* What the command line said; a command takes what it knows. */
struct ctl {
	const char *record;    /* -record PATH */
	const char *incidents; /* -incidents PATH */
	const char *socket;    /* -socket PATH */
	const char *html;      /* -html FILE */
	const char *textfile;  /* -textfile FILE */
	const char *config;    /* -config FILE */
	const char *names_key; /* -names-key FILE */
	const char *copy;      /* -copy FILE */
	bool without_names, json, version, help;
	double seconds; /* -for SECONDS; 0: not said */
	unsigned count; /* -n NUMBER; 0: not said */
	const char *argument;
	uint32_t said; /* which of ctl_options[]: bit 1 << row */
	int word_count;
	const char *words[CTL_WORDS_MAX];
	int setting_count;
	struct ctl_setting settings[CTL_SETTINGS_MAX];
};

typedef enum ctl_exit (*ctl_command_fn)(const struct ctl *ctl);

enum ctl_exit ctl_status(const struct ctl *ctl);
enum ctl_exit ctl_domains(const struct ctl *ctl);
enum ctl_exit ctl_events(const struct ctl *ctl);
enum ctl_exit ctl_incidents(const struct ctl *ctl);
enum ctl_exit ctl_show(const struct ctl *ctl);
enum ctl_exit ctl_why(const struct ctl *ctl);
enum ctl_exit ctl_replay(const struct ctl *ctl);
enum ctl_exit ctl_capture(const struct ctl *ctl);
enum ctl_exit ctl_metrics(const struct ctl *ctl);
enum ctl_exit ctl_share(const struct ctl *ctl);
enum ctl_exit ctl_top(const struct ctl *ctl);

/* One line on stderr with the program's name before it. Returns CTL_FAILED. */
enum ctl_exit ctl_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Open the recording that is meant, or say why not: the one place for those sentences. With
 * -without-names there are none in it. 0, or negative and it was said.
 */
int ctl_open(const struct ctl *ctl, const char *path, struct reading *ret);

/*
 * Which recording the argument means: a name as `incidents` lists it, a path, or nothing: the
 * newest incident. CTL_FAILED: there is none, or it cannot be known, and it was said.
 */
enum ctl_exit ctl_find_recording(const struct ctl *ctl, char *path, size_t size);

/* The settings of -config FILE, or of the daemon's own file. 0, or negative and the mistakes were
 * said. */
int ctl_config(const struct ctl *ctl, struct config *ret);

/* The same as the daemon has them that wrote this recording and runs: its files and its own command
 * line. */
int ctl_daemon_config(const struct ctl *ctl, const struct reading *reading, struct config *ret);

/* What the command line says on top. 0, or negative and it was said. */
int ctl_settings(const struct ctl *ctl, struct config *config);

/* Whom it ended. */
enum target_kind ctl_target_kind(const struct recording_event *event);

/* The event as it was told, with the sentence that was logged. */
void ctl_to_event(const struct recording_event *from, struct event *ret);
const char *ctl_sentence(const struct recording_event *from, char *buf, size_t size);

/* "2026-11-24 02:31:07.482" in local time. */
const char *ctl_time(uint64_t realtime_ns, char *buf, size_t size);

/* "02:31:07.482" of it. */
const char *ctl_clock(uint64_t realtime_ns, char *buf, size_t size);

/* JSON in one place: a document to stdout, and it is freed. */
enum ctl_exit ctl_print_json(json_object *object);
json_object *ctl_event_json(const struct reading *reading, const struct recording_event *event);
json_object *ctl_look_json(const struct reading *reading, const struct recording_look *look);

/* Bytes of a process's name as a JSON string: control characters and what is not UTF-8 escaped as
 * in the log. */
json_object *ctl_text_json(const char *text);

void ctl_add_number(json_object *to, const char *name, uint64_t value);

#endif
