/* SPDX-License-Identifier: MIT */
#include "words.h"

#include "base/util.h"
#include "ctl.h"
#include "settings/options.h"
#include "share.h"

#include <string.h>

const struct ctl_command_row ctl_commands[COMMAND_COUNT] = {
	[COMMAND_STATUS] =
		{"status", "", "json record socket", false,
		 "is it running, memory and swap now, the last events, what it cannot do",
		 "是否在运行、当前内存与交换空间、最近事件、做不到什么",
		 "It exits with 0 only where useroom is running. With -containers a line says what "
		 "is "
		 "done in a control group at a memory limit of its own."},
	[COMMAND_TOP] = {"top", "", "record config", true,
			 "live: memory, swap, pressure, and who would go next",
			 "实时：内存、交换空间、压力，以及下一个会被结束的进程",
			 "h shows its keys. It has colors unless NO_COLOR is set, and UTF-8 where "
			 "the locale has it."},
	[COMMAND_WHY] =
		{"why", "[PID]", "json n record config", true,
		 "who would be ended now, in order; or why this one would or would not",
		 "现在会依次结束谁；或者某个进程为何会或不会被结束",
		 "It looks with the daemon's settings and rights, and ranks with its code. "
		 "A place of - is never. Of one process in a control group with a memory limit "
		 "of its own it says which group, how much of the limit is free or page cache, "
		 "and what useroom does there; with -json that is limited_by: path, limit_kib, "
		 "used_kib and room_ppm."},
	[COMMAND_DOMAINS] =
		{"domains", "", "json n record config", false,
		 "containers and services with a memory limit of their own, and NUMA nodes",
		 "有自己内存限制的容器与服务，以及 NUMA 节点",
		 "Those with the least room first: what of the limit is free or page cache, how "
		 "many "
		 "tasks wait for refaults, over two seconds, and what useroom has said of them "
		 "(-containers). On a machine with several NUMA nodes the same follows of each "
		 "(-nodes)."},
	[COMMAND_EVENTS] = {"events", "", "json n record without-names names-key", false,
			    "what happened since the last boot", "本次启动以来发生的事件",
			    "One line an event, as it was logged; -n takes the last ones."},
	[COMMAND_INCIDENTS] = {"incidents", "", "json incidents without-names names-key", false,
			       "the kept recordings of kills", "已保存的结束事件记录", NULL},
	[COMMAND_SHOW] = {"show", "[INCIDENT]", "json html copy incidents without-names names-key",
			  false, "one of them (the newest), second by second",
			  "逐秒显示其中一份记录（默认最新）",
			  "INCIDENT is a name as incidents lists it, or a path; a path of any "
			  "recording will do."},
	[COMMAND_REPLAY] =
		{"replay", "[RECORDING]", "json incidents config without-names names-key", true,
		 "what other settings would have done in a recording, or in a directory of "
		 "them",
		 "在一份记录或一个目录的全部记录上重放：其他设置会怎样做",
		 "RECORDING is named as with show. First it decides every look again "
		 "with the recorded settings, which "
		 "must "
		 "give what was recorded; then with those of -config FILE, or the "
		 "recorded ones, and with the options "
		 "of "
		 "useroom that are given. It says where these would first have done "
		 "something else. What comes after "
		 "that "
		 "nobody knows: it would have been another machine. When it acts is "
		 "replayed, not whom it chooses: an option that says something else (-protect, "
		 "-containers, -hook, -i) is refused on the command line, and without effect in "
		 "FILE. Where RECORDING is a directory, all "
		 "recordings in it and below are replayed, on all processors, and one "
		 "table says in how many there would have been another signal, on which "
		 "machines, and by how much sooner or later."},
	[COMMAND_METRICS] =
		{"metrics", "", "record textfile without-names names-key", false,
		 "counters and gauges for Prometheus", "供 Prometheus 使用的计数器与仪表值",
		 "OpenMetrics text on standard output. With -textfile FILE the older "
		 "text format, for the textfile collector of node_exporter: the file is "
		 "replaced as a whole. Where useroom does not run, useroom_up is 0. "
		 "Counters go on when it is restarted, and begin at 0 with the boot."},
	[COMMAND_SHARE] =
		{"share", "", "record socket", false,
		 "tell each user's session what was ended of his, until it is stopped",
		 "持续向每个用户的会话通报其自己的进程被结束的情况",
		 "For useroom-notify, which shows it on the desktop; run by "
		 "useroom-share.service. Whoever connects to the socket gets the events as "
		 "JSON, one a line: of processes of his own all that is known, of others' only "
		 "that one was ended. It logs when nobody listens."},
	[COMMAND_CAPTURE] = {"capture", "FILE", "for config", true,
			     "record this machine without the daemon, for replay",
			     "不运行守护进程，仅记录本机，供 replay 使用",
			     "The daemon's own loop in a dry run, with the options of useroom; no "
			     "signal is sent and no hook runs. "
			     "Ctrl-C ends it. FILE must not be there yet. Without -record-size it "
			     "holds two looks for each of -for "
			     "SECONDS, or one for each of a day: a machine with much memory is "
			     "looked at once a second, one near "
			     "the "
			     "level up to a hundred times. When it is full the oldest go."},
	[COMMAND_HELP] = {"help", "[COMMAND]", "", false,
			  "the commands and options, or all about one command",
			  "显示全部命令与选项，或某个命令的全部说明",
			  "With a command it is what the manual says of it, and its options; -help "
			  "behind the command says the same."},
};

const struct ctl_option_row ctl_options[] = {
	{"json", CTL_SWITCH, offsetof(struct ctl, json), "",
	 "print JSON (all but capture, help, metrics, share and top)",
	 "以 JSON 输出（capture、help、metrics、share、top 除外）", NULL},
	{"html", CTL_FILE, offsetof(struct ctl, html), "FILE",
	 "show: write one self-contained page; - is standard output",
	 "show：写出一个独立的网页；- 表示标准输出", NULL},
	{"textfile", CTL_FILE, offsetof(struct ctl, textfile), "FILE",
	 "metrics: into this file, for node_exporter", "metrics：写入此文件，供 node_exporter 读取",
	 NULL},
	{"n", CTL_WHOLE, offsetof(struct ctl, count), "NUMBER", "domains, events, why: so many",
	 "domains、events、why：显示的数目", NULL},
	{"for", CTL_DECIMAL, offsetof(struct ctl, seconds), "SECONDS",
	 "capture: end after this time", "capture：经过此时间后结束", NULL},
	{"record", CTL_FILE, offsetof(struct ctl, record), "PATH",
	 "status, top, why, domains, events, metrics, share: the daemon's recording "
	 "(" RECORD_DEFAULT ")",
	 "status、top、why、domains、events、metrics、share：守护进程的记录文件（" RECORD_DEFAULT
	 "）",
	 NULL},
	{"incidents", CTL_FILE, offsetof(struct ctl, incidents), "PATH",
	 "incidents, show, replay: where they are (" INCIDENTS_DEFAULT ")",
	 "incidents、show、replay：事件记录所在目录（" INCIDENTS_DEFAULT "）", NULL},
	{"socket", CTL_FILE, offsetof(struct ctl, socket), "PATH",
	 "status, share: where sessions listen (" SHARE_SOCKET ")",
	 "status、share：会话连接的套接字（" SHARE_SOCKET "）", NULL},
	{"without-names", CTL_SWITCH, offsetof(struct ctl, without_names), "",
	 "events, incidents, show, replay, metrics: pseudonyms for all names",
	 "events、incidents、show、replay、metrics：所有名称都换成代号",
	 "For what is handed on: processes, paths, users, units, containers, control groups and "
	 "the machine. One name has one pseudonym throughout; times, amounts, process numbers "
	 "and the kernel's version stay."},
	{"names-key", CTL_FILE, offsetof(struct ctl, names_key), "FILE",
	 "with -without-names: the same pseudonyms each time",
	 "与 -without-names 一起使用：每次得到相同的代号",
	 "Any file of 16 bytes or more that nobody else has. Without it the next run has others."},
	{"copy", CTL_FILE, offsetof(struct ctl, copy), "FILE",
	 "show: write the recording itself into this new file",
	 "show：把这份记录本身写入这个新文件", "Mostly with -without-names."},
	{"config", CTL_FILE, offsetof(struct ctl, config), "FILE",
	 "why, top, domains, replay, capture: the settings of this file",
	 "why、top、domains、replay、capture：使用此文件的设置",
	 "Without it: the settings of the useroom that runs, or of its usual file where none "
	 "runs."},
	{"version", CTL_SWITCH, offsetof(struct ctl, version), "", "print the version", "打印版本",
	 NULL},
	{"help", CTL_SWITCH, offsetof(struct ctl, help), "", "print this help", "打印帮助", NULL},
};
const unsigned ctl_option_count = ARRAY_SIZE(ctl_options);

int ctl_find_command(const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(ctl_commands[i].name, name) == 0)
			return i;
	}
	return -1;
}

int ctl_find_option(const char *name)
{
	if (strcmp(name, "h") == 0)
		name = "help"; /* as with useroom */
	for (unsigned i = 0; i < ctl_option_count; i++) {
		if (strcmp(ctl_options[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static bool has_word(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *word = list; *word; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");

		if (n == length && strncmp(word, name, n) == 0)
			return true;
		word += n;
	}
	return false;
}

bool ctl_takes(int command, const char *option)
{
	return has_word(ctl_commands[command].options, option);
}

/*
 * Every option of the daemon, by what replay makes of it. NULL: decide/ has it from the settings,
 * and a signal depends on it. A new option belongs in one of the rows.
 */
static const struct {
	const char *options, *why;
} replayed[] = {
	{"m mk s sk ignore-swap trigger stall stall-hold stall-below", NULL},
	{"i", "the looks are those that were recorded"},
	{"warn", "signals are decided again, warnings are not"},
	{"containers containers-room", "what was seen of control groups is not recorded"},
	{"nodes", "what was seen of NUMA nodes is not recorded"},
	{"grace", "how long a victim takes is not decided again"},
	{"sort-by-rss min-victim protect protect-critical ignore-user prefer avoid",
	 "when it acts is decided again, not whom it chooses"},
	{"hook hook-time pre-kill pre-kill-time", "no hook is run"},
	{"record record-size incidents incidents-kept", "nothing is recorded"},
	{"dry-run", "no signal is sent anyway"},
	{"debug log", "nothing is logged"},
	{"config check-config version help", "it is no setting"},
};

const char *ctl_not_replayed(const char *option)
{
	for (unsigned i = 0; i < ARRAY_SIZE(replayed); i++) {
		if (has_word(replayed[i].options, option))
			return replayed[i].why;
	}
	return "it is new"; /* test_rerun.c says so first */
}

/* Of names this short more than two wrong letters are another word. */
#define LETTERS_WRONG_MOST 2

const char *ctl_nearest_command(const char *name)
{
	unsigned best = LETTERS_WRONG_MOST + 1;
	const char *nearest = NULL;

	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		unsigned distance = options_distance(name, ctl_commands[i].name);

		if (distance >= best)
			continue;
		best = distance;
		nearest = ctl_commands[i].name;
	}
	return nearest;
}

const char *ctl_nearest_option(const char *name)
{
	for (unsigned i = 0; i < ctl_option_count; i++) {
		if (strlen(name) > 2 &&
		    options_distance(name, ctl_options[i].name) <= LETTERS_WRONG_MOST)
			return ctl_options[i].name;
	}
	return options_nearest(name, true);
}
