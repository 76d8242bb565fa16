/* SPDX-License-Identifier: MIT */
/* This machine now, seen with the daemon's eyes: its settings, its rights, its own code for looking and ranking. */
#ifndef USEROOM_CTL_VIEW_H
#define USEROOM_CTL_VIEW_H

#include "ctl.h"
#include "policy.h"
#include "scan.h"
#include "sense.h"

struct view {
	bool recorded; /* reading is there */
	bool running;  /* and its writer too */
	struct reading reading;
	struct config config;
	struct sense sense;
	struct scan scan;
	struct rank rank;
	struct sample sample;
	struct decision decision; /* what this look alone says: levels, without a history */
	struct proc_table table;
};

/*
 * Open it: the daemon's settings where one runs, those of its file otherwise, and what the command line says on top.
 * 0, or negative and it was said. view_close() in both cases.
 */
int view_open(const struct ctl *ctl, struct view *view);
void view_close(struct view *view);

/* Look again, and list who would go, best first. */
void view_refresh(struct view *view);

/* The recording again, where there is one: what has happened meanwhile. */
void view_read_again(const struct ctl *ctl, struct view *view);

/* Why a process is where it is in the order: "protected by 'sshd'", "small", "largest"; a static buffer. */
const char *view_reason(const struct view *view, const struct proc *proc);

/* The user's name of a uid, or its number. Writes into buf and returns it. */
const char *view_user(uint32_t uid, char *buf, size_t size);

#endif
