/* SPDX-License-Identifier: MIT */
#include "settings/foreign.h"

#include "base/util.h"
#include "settings/match.h"

#include <stddef.h>
#include <stdio.h>

#define EARLYOOM "earlyoom"
#define NOHANG   "nohang"
#define OOMD     "systemd-oomd"

static const struct {
	const char *name; /* a glob */
	const char *whose;
	const char *here;
} words[] = {
	{"M", EARLYOOM, "here it is -m and -mk with an amount, -m 1G -mk 512M"},
	{"S", EARLYOOM, "here it is -s and -sk with an amount, -s 1G -sk 512M"},
	{"n", EARLYOOM, "here useroom-notify shows it, a package of its own; or -hook PATH"},
	{"N", EARLYOOM, "here it is -hook PATH, a program that is run after each event"},
	{"P", EARLYOOM, "here it is -pre-kill PATH"},
	{"g", EARLYOOM, "here one process goes, and never its group"},
	{"d", EARLYOOM, "here it is -debug"},
	{"v", EARLYOOM, "here it is -version"},
	{"k", EARLYOOM, "here there is nothing to write instead"},
	{"p", EARLYOOM, "here priority and protection are raised without it"},
	{"r", EARLYOOM, "here -debug logs each look, and useroomctl top shows them"},
	{"syslog", EARLYOOM, "here the log is standard error, which systemd takes"},
	{"ignore", EARLYOOM, "here it is -protect, a list of names and not an expression"},
	{"ignore-root-user", EARLYOOM, "here it is -ignore-user root"},
	{"EARLYOOM_ARGS", EARLYOOM, "here each option is a key of its own: avoid = init,Xorg"},
	{"c", NOHANG, "here it is -config PATH"},
	{"monitor", NOHANG, "here nothing has to be said for that"},
	{"check", NOHANG, "here it is -check-config"},
	{"tasks", NOHANG, "here it is the command useroomctl why"},
	{"memload", NOHANG, "here there is nothing like it"},
	{"soft_threshold_min_mem", NOHANG, "here it is -m"},
	{"hard_threshold_min_mem", NOHANG, "here it is -mk"},
	{"soft_threshold_min_swap", NOHANG, "here it is -s"},
	{"hard_threshold_min_swap", NOHANG, "here it is -sk"},
	{"warning_threshold_min_*", NOHANG, "here it is -warn"},
	{"low_memory_warnings_enabled", NOHANG, "here it is -warn"},
	{"*_threshold_max_psi", NOHANG, "here it is -stall, in tasks"},
	{"psi_*", NOHANG, "here it is -stall, in tasks"},
	{"*zram*", NOHANG, "here zram is swap: -s and -sk"},
	{"max_soft_exit_time", NOHANG, "here it is -grace"},
	{"max_sleep", NOHANG, "here it is -i"},
	{"min_badness", NOHANG, "here it is -min-victim, a share of memory"},
	{"ignore_positive_oom_score_adj", NOHANG, "here it is -sort-by-rss"},
	{"post_kill_exe", NOHANG, "here it is -hook PATH"},
	{"warning_exe", NOHANG, "here it is -hook PATH, with the event \"warn\""},
	{"post_action_gui_notifications", NOHANG,
	 "here useroom-notify shows it, a package of its own; or -hook PATH"},
	{"print_*", NOHANG, "here it is -debug"},
	{"SwapUsedLimit", OOMD, "here it is -s, of free swap: 10 for 90%"},
	{"DefaultMemoryPressureLimit", OOMD, "here it is -stall, in tasks"},
	{"DefaultMemoryPressureDurationSec", OOMD, "here it is -stall-hold"},
	{"ManagedOOMPreference", OOMD, "here it is -avoid unit:NAME, or -protect unit:NAME"},
	{"ManagedOOM*", OOMD, "here every process can go, and -protect says which cannot"},
};

const char *foreign_word(const char *name, char *buf, unsigned size)
{
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		if (!match_glob(words[i].name, name, false))
			continue;
		(void)snprintf(buf, size, "it is %s's; %s", words[i].whose, words[i].here);
		return buf;
	}
	return NULL;
}

const char *foreign_line(const char *line)
{
	if (line[0] == '[')
		return "a section, as systemd's files have them; here there are none";
	if (line[0] == '@')
		return "a line of nohang's; here prefer, avoid and protect are lists of names";
	return NULL;
}
