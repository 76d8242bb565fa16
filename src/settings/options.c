/* SPDX-License-Identifier: MIT */
#include "settings/options.h"

#include "base/arguments.h"
#include "base/log.h"
#include "base/units.h"
#include "base/users.h"
#include "base/util.h"
#include "settings/level.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char *const triggers[] = {"and", "or", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const answers[] = {"off", "warn", "act", NULL};

#define FIELD(member) offsetof(struct config, member)

/* What only documents say: the daemon keeps it out of its memory, tools/gen-docs has it. */
#ifdef USEROOM_DOCS
#define DOC(zh, manual) zh, manual
#else
#define DOC(zh, manual) NULL, NULL
#endif

/*
 * In the order in which -help and the manual show them.
 *
 * Ranges of seconds: -i from 0.01, which is the fastest that policy.c looks anyway (R71: 0 would
 * spin), to an hour: more is a mistake in typing. -grace may be 0: SIGKILL with the next look. A
 * -hook may take ten minutes, but a -pre-kill not more than 5 s, because memory goes on running out
 * meanwhile.
 */
const struct option_row option_rows[] = {
	{"m", OPTION_LEVEL, true, FIELD(mem_term_ppm), "10", 0, 100, NULL, "PERCENT|SIZE",
	 "send SIGTERM at or below this much available memory, percent of the total or 2G",
	 DOC("可用内存等于或低于此值（占总量的百分比，或 2G 这样的大小）时发送 SIGTERM",
	     "Available memory is MemAvailable of /proc/meminfo, plus what the cache of ZFS can "
	     "give back at once. The total is what processes can use: reserved huge pages and a "
	     "balloon of the host are not part of it. A percent sign may stand behind a "
	     "percentage. A "
	     "size is a number with K, M, G or T, which may be followed by iB. 0 switches the "
	     "level off in practice.")},
	{"mk", OPTION_LEVEL, true, FIELD(mem_kill_ppm), "5", 0, 100, NULL, "PERCENT|SIZE",
	 "send SIGKILL at or below this much available memory, percent or 1G",
	 DOC("可用内存等于或低于此值（百分比或大小）时发送 SIGKILL",
	     "A victim that had SIGTERM and is still there gets SIGKILL at this level at once. "
	     "Where -m is written as a size and this is not written, it is half of that.")},
	{"s", OPTION_LEVEL, true, FIELD(swap_term_ppm), "10", 0, 100, NULL, "PERCENT|SIZE",
	 "the same as -m for free swap",
	 DOC("与 -m 相同，针对空闲交换空间",
	     "How memory and swap go together says -trigger. Without swap, memory alone decides.")},
	{"sk", OPTION_LEVEL, true, FIELD(swap_kill_ppm), "5", 0, 100, NULL, "PERCENT|SIZE",
	 "the same as -mk for free swap", DOC("与 -mk 相同，针对空闲交换空间", NULL)},
	{"i", OPTION_SECONDS, true, FIELD(interval_ns), "1", 0.01, 3600, NULL, "SECONDS",
	 "look at least this often, in seconds",
	 DOC("检查间隔的上限（秒）",
	     "The closer memory is to its level, and the faster it goes away, the sooner the "
	     "next look: down to 10 ms.")},
	{"ignore-swap", OPTION_BOOL, false, FIELD(ignore_swap), "false", 0, 0, NULL, NULL,
	 "leave swap out of the decision", DOC("判断时不考虑交换空间", NULL)},
	{"trigger", OPTION_CHOICE, true, FIELD(trigger), "and", 0, 0, triggers, "and|or",
	 "act when memory and swap are both low, or when either is",
	 DOC("内存与交换空间都不足时动作（and），或任一不足即动作（or）",
	     "With \"or\", swap that is full of pages nobody needs ends processes while most of "
	     "the memory is free; "
	     "the Go "
	     "program of this name decided so.")},
	{"warn", OPTION_LEVEL, true, FIELD(warn_ppm), "0", 0, 100, NULL, "PERCENT|SIZE",
	 "warn at or below this much available memory and free swap, percent or 4G; 0: never",
	 DOC("可用内存与空闲交换空间等于或低于此值（百分比或大小）时发出警告；0 表示不警告",
	     "A line in the log and a run of -hook with the event \"warn\", once until memory was "
	     "back above it by a "
	     "tenth.")},
	{"stall", OPTION_TASKS, true, FIELD(stall_milli), "2", 0.1, 10000, NULL, "TASKS|off",
	 "send SIGTERM while thrashing stalls so many tasks; off: never",
	 DOC("当内存抖动使这么多任务停顿时发送 SIGTERM；off 表示关闭",
	     "The mean number of tasks that wait for pages which were in memory a short while ago: "
	     "thrashing. It is "
	     "counted only while available memory is at or below -stall-below, whatever swap there "
	     "is. Fractions are "
	     "fine. See NEAR-OOM.")},
	{"stall-hold", OPTION_SECONDS, true, FIELD(stall_hold_ns), "7", 0, 3600, NULL, "SECONDS",
	 "where it is a quarter of -stall: after so many seconds of it; tenfold while swap is "
	 "roomy",
	 DOC("停顿的任务只有 -stall 的四分之一时，须持续这么多秒；交换空间充裕时为十倍",
	     "Swap is roomy while more than 15 % of it are free: a program that starts, or comes "
	     "back from swap, makes others wait, and nothing is wrong. Where the same comes back "
	     "from swap again and again it is not ten times as long.")},
	{"stall-below", OPTION_PERCENT, true, FIELD(stall_below_ppm), "25", 0, 100, NULL, "PERCENT",
	 "and only at or below this much available memory, in percent",
	 DOC("且仅当可用内存等于或低于此百分比时", NULL)},
	{"containers", OPTION_CHOICE, true, FIELD(containers), "off", 0, 0, answers, "off|warn|act",
	 "say which containers and services thrash at a memory limit of their own, or act in them",
	 DOC("报告哪些容器和服务在自身的内存限制处发生抖动，或在其中采取行动",
	     "warn ends nobody. act ends one process in such a group, the one that grew; where "
	     "none was seen to grow it ends nobody and says so, and nobody outside the group is "
	     "ever ended for it. It is the control group that has the limit, on cgroup v1 or v2; "
	     "the kernel wakes useroom when one comes there, and one that stays below costs "
	     "nothing. The same is said again after ten minutes. doc/containers.md says what is "
	     "looked at.")},
	{"containers-room", OPTION_PERCENT, true, FIELD(containers_room_ppm), "0", 0, 25, NULL,
	 "PERCENT", "and the same where less room than this is left in one, in percent; 0: never",
	 DOC("余量低于此百分比时也同样处理；0 表示从不",
	     "Before the kernel ends somebody there, and with SIGTERM first; also where nothing "
	     "thrashes. Room is what is free of the limit, or page cache. Nobody is ended unless "
	     "it grows, by a twentieth of the limit within a minute, and not while all in it began "
	     "within the last minute. Each group with a limit is then "
	     "read every two seconds, with much room every four: one that fills within that time "
	     "is the kernel's.")},
	{"nodes", OPTION_CHOICE, true, FIELD(nodes), "warn", 0, 0, answers, "off|warn|act",
	 "say which NUMA nodes thrash while the machine has memory to spare, or act there",
	 DOC("报告哪些 NUMA 节点在机器仍有余量时发生抖动，或在那里采取行动",
	     "warn ends nobody. act ends one process that grew and whose memory is there: one that "
	     "may use that node only (a cpuset), or the only one that grew by as much as the node "
	     "lost. Where that is not clear it ends nobody and says so. The same is said again "
	     "after ten minutes. On a machine with one node it does nothing.")},
	{"grace", OPTION_SECONDS, true, FIELD(grace_ns), "5", 0, 3600, NULL, "SECONDS",
	 "send SIGKILL so many seconds after a SIGTERM that did not help",
	 DOC("SIGTERM 无效后经过这么多秒发送 SIGKILL",
	     "Only while memory is still low; below -mk it is not waited for. One that "
	     "ignores SIGTERM gets SIGKILL at once: the first process of a container does, "
	     "unless it has a handler.")},
	{"sort-by-rss", OPTION_BOOL, false, FIELD(sort_by_rss), "false", 0, 0, NULL, NULL,
	 "choose by resident memory instead of oom_score",
	 DOC("按常驻内存而不是 oom_score 选择进程",
	     "File pages do not count, and neither does oom_score_adj, but for -1000.")},
	{"min-victim", OPTION_PERCENT, true, FIELD(min_victim_ppm), "1", 0, 100, NULL, "PERCENT",
	 "who would free less than this percentage of all memory goes after bigger ones",
	 DOC("能释放的内存少于总量此百分比的进程排在较大进程之后",
	     "0 is the kernel's own order: a tiny process with a high oom_score_adj then goes "
	     "before a hog.")},
	{"protect", OPTION_LIST, true, FIELD(protect), "", 0, 0, NULL, "LIST",
	 "never end these (comma-separated names, paths, user:, unit:, cgroup:)",
	 DOC("永不结束这些进程（逗号分隔的名称、路径、user:、unit:、cgroup:）", "See MATCHING.")},
	{"protect-critical", OPTION_BOOL, false, FIELD(protect_critical), "true", 0, 0, NULL, NULL,
	 "never end system-critical processes (list in the manual)",
	 DOC("永不结束系统关键进程（列表见手册）", "See SYSTEM-CRITICAL PROCESSES.")},
	{"ignore-user", OPTION_USERS, true, FIELD(ignore_user), "", 0, 0, NULL, "LIST",
	 "never end processes of these users (names or numbers)",
	 DOC("永不结束这些用户的进程（用户名或编号）", NULL)},
	{"prefer", OPTION_LIST, true, FIELD(prefer), "", 0, 0, NULL, "LIST",
	 "end these first, unless their oom_score_adj is negative",
	 DOC("优先结束这些进程（oom_score_adj 为负者除外）",
	     "However small they are. Every process must then be read in full, which takes longer "
	     "where there are "
	     "thousands.")},
	{"avoid", OPTION_LIST, true, FIELD(avoid), "", 0, 0, NULL, "LIST",
	 "end these only when nobody else is left",
	 DOC("仅在没有其他进程可选时才结束这些进程", NULL)},
	{"hook", OPTION_PATH, true, FIELD(hook), "", 0, 0, NULL, "PATH",
	 "run this program after each event",
	 DOC("每个事件之后运行此程序",
	     "See HOOKS. Without a shell, one at a time, the event in its environment and as "
	     "JSON on its standard input.")},
	{"hook-time", OPTION_SECONDS, true, FIELD(hook_time_ns), "30", 0.1, 600, NULL, "SECONDS",
	 "end a -hook that takes longer than this, in seconds",
	 DOC("钩子程序运行超过这么多秒即被结束", NULL)},
	{"pre-kill", OPTION_PATH, true, FIELD(pre_kill), "", 0, 0, NULL, "PATH",
	 "run this program before SIGTERM is sent",
	 DOC("发送 SIGTERM 之前运行此程序",
	     "The signal waits for it, but no longer than -pre-kill-time, and not at all at the "
	     "SIGKILL level.")},
	{"pre-kill-time", OPTION_SECONDS, true, FIELD(pre_kill_time_ns), "0.2", 0.01, 5, NULL,
	 "SECONDS", "send the signal after so many seconds, -pre-kill or not",
	 DOC("最多等待 -pre-kill 这么多秒，随后发送信号", NULL)},
	{"record", OPTION_PATH, true, FIELD(record), RECORD_DEFAULT, 0, 0, NULL, "PATH|off",
	 "keep the last looks and events in this file",
	 DOC("在此文件中保存最近的检查与事件",
	     "A ring of a fixed size in memory, for useroomctl(1). In a directory of "
	     "tmpfs nothing is written to a disk. One that is not there is made, and, unless it "
	     "is the default, that is said at the start and by -check-config.")},
	{"record-size", OPTION_KIB, true, FIELD(record_kib), "256", 32, 65536, NULL, "KIB",
	 "how large it is, in KiB",
	 DOC("该文件的大小（KiB）", "256 hold some 370 looks, two hours and forty minutes in "
				    "steps of ten seconds, and 56 events. Taken at the "
				    "start only.")},
	{"incidents", OPTION_PATH, true, FIELD(incidents), "/var/lib/useroom/incidents", 0, 0, NULL,
	 "PATH|off", "keep the recording of each kill in this directory",
	 DOC("把每次结束前后的记录保存到此目录",
	     "A copy of the ring, written when memory has recovered. Where memory was low and "
	     "nobody "
	     "had to be ended one is kept too, every ten minutes at most, under a name with -near. "
	     "Taken at the start only.")},
	{"incidents-kept", OPTION_COUNT, true, FIELD(incidents_kept), "20", 1, 10000, NULL,
	 "NUMBER", "and so many of them; the oldest go",
	 DOC("最多保留的份数，最旧的先删除",
	     "Where the directory is in memory (tmpfs), as many as fit into 16 MiB. A quarter of "
	     "them may be without a victim, and go first.")},
	{"dry-run", OPTION_BOOL, false, FIELD(dry_run), "false", 0, 0, NULL, NULL,
	 "do everything but send signals",
	 DOC("执行一切操作但不发送信号", "It may run beside the real one.")},
	{"debug", OPTION_BOOL, false, FIELD(debug), "false", 0, 0, NULL, NULL,
	 "log each look, the candidates, and why others are none",
	 DOC("详细日志：每次检查、候选进程及排除原因", NULL)},
	{"log", OPTION_CHOICE, true, FIELD(log_format), "text", 0, 0, log_formats, "text|json",
	 "log events as sentences, or as one JSON object a line",
	 DOC("以语句或每行一个 JSON 对象的形式记录事件", NULL)},
	{"config", OPTION_ACTION, true, 0, CONFIG_DEFAULT_FILE, 0, 0, NULL, "PATH",
	 "read this file, and PATH.d/*.conf, first",
	 DOC("先读取此配置文件以及 PATH.d/*.conf", NULL)},
	{"check-config", OPTION_ACTION, false, 0, "false", 0, 0, NULL, NULL,
	 "print every value and where it comes from, or the mistakes",
	 DOC("打印所有取值及其来源，或者错误", NULL)},
	{"version", OPTION_ACTION, false, 0, "false", 0, 0, NULL, NULL, "print the version",
	 DOC("打印版本", NULL)},
	{"help", OPTION_ACTION, false, 0, "false", 0, 0, NULL, NULL, "print this help",
	 DOC("打印帮助", NULL)},
};
const unsigned option_count = ARRAY_SIZE(option_rows);

const struct option_row *options_find(const char *name)
{
	for (unsigned i = 0; i < option_count; i++) {
		if (strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	}
	return NULL;
}

bool options_is_word(const char *word)
{
	char name[32];

	return arguments_name(word, name, sizeof(name)) &&
	       (strcmp(name, "h") == 0 || options_find(name) != NULL);
}

bool options_takes_text(const struct option_row *row)
{
	return row->kind == OPTION_LIST || row->kind == OPTION_USERS || row->kind == OPTION_PATH ||
	       (row->kind == OPTION_ACTION && row->takes_value);
}

/* ---- the nearest name ---- */

#define NAME_MAX_LENGTH 32

/* Levenshtein, one row at a time. */
unsigned options_distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_LENGTH + 1], length = (unsigned)strlen(b);

	if (strlen(a) > NAME_MAX_LENGTH || length > NAME_MAX_LENGTH)
		return NAME_MAX_LENGTH;
	for (unsigned j = 0; j <= length; j++)
		row[j] = j;
	for (unsigned i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= length; j++) {
			unsigned above = row[j], change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = above;
			row[j] = (unsigned)min_u64(change, min_u64(above, row[j - 1]) + 1);
		}
	}
	return row[length];
}

/* The only name that begins so: "sort" for sort-by-rss. NULL for two of them ("ignore"), or too few
 * letters. */
static const char *beginning_with(const char *name, bool keys_only)
{
	const char *found = NULL;

	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (strncmp(row->name, name, strlen(name)) != 0 ||
		    (keys_only && row->kind == OPTION_ACTION))
			continue;
		if (found)
			return NULL;
		found = row->name;
	}
	return strlen(name) > 2 ? found : NULL;
}

const char *options_nearest(const char *name, bool keys_only)
{
	unsigned best = NAME_MAX_LENGTH;
	const char *nearest = NULL;

	for (unsigned i = 0; i < option_count; i++) {
		unsigned d = options_distance(name, option_rows[i].name);

		if (d >= best || (keys_only && option_rows[i].kind == OPTION_ACTION))
			continue;
		best = d;
		nearest = option_rows[i].name;
	}
	/* More than a third of the letters wrong is another word; one letter for another says
	 * nothing about -m. */
	if (strlen(name) > 1 && (best <= 1 || (size_t)best * 3 <= strlen(name)))
		return nearest;
	return beginning_with(name, keys_only);
}

/* ---- values ---- */

/* A decimal number (units.h) and nothing behind it, in millionths; false when it is none or larger
 * than a billion. */
static bool parse_millionths(const char *text, uint64_t *ret)
{
	const char *end = units_decimal(text, 1000000, UINT64_C(1000000000000000), ret);

	return end != NULL && *end == '\0';
}

/* The same where a percent sign may stand behind it, as the log and other programs write it: "10
 * %".
 */
static bool parse_percent(const char *text, uint64_t *ret)
{
	char number[32];
	size_t length = strlen(text);

	if (length == 0 || text[length - 1] != '%')
		return parse_millionths(text, ret);
	length--;
	if (length > 0 && text[length - 1] == ' ')
		length--;
	if (length >= sizeof(number))
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	return parse_millionths(number, ret);
}

static uint64_t in_millionths(double value)
{
	return (uint64_t)(value * 1000000 + 0.5);
}

static bool in_range(const struct option_row *row, uint64_t millionths)
{
	return millionths >= in_millionths(row->min) && millionths <= in_millionths(row->max);
}

static int bad(char *error, size_t size, const char *text, const char *what)
{
	char safe[128];

	(void)snprintf(error, size, "'%s' is not %s", log_safe(text, safe, sizeof(safe)), what);
	return -EINVAL;
}

static int set_number(const struct option_row *row, const char *text, uint64_t *ret, char *error,
		      size_t size)
{
	char what[96];
	uint64_t value;

	bool percent = row->kind == OPTION_PERCENT;

	if ((percent ? parse_percent(text, &value) : parse_millionths(text, &value)) &&
	    in_range(row, value)) {
		*ret = value;
		return 0;
	}
	(void)snprintf(what, sizeof(what), "a %s from %g to %g",
		       percent ? "percentage" : "number of seconds", row->min, row->max);
	return bad(error, size, text, what);
}

/* Rows of OPTION_LEVEL are in the order of enum level, as their shares are. */
static size_t level_of(const struct option_row *row)
{
	return (row->offset - FIELD(mem_term_ppm)) / sizeof(uint32_t);
}
_Static_assert(FIELD(warn_ppm) - FIELD(mem_term_ppm) == LEVEL_WARN * sizeof(uint32_t),
	       "the shares stand as enum level has them");

/* earlyoom's -m 10,5 has both levels; here the second one is an option of its own. */
static void add_pair(const struct option_row *row, const char *text, char *error, size_t size)
{
	const char *comma = strchr(text, ',');
	size_t length = strlen(error);
	char first[32];
	uint64_t value;

	if (comma == NULL || (size_t)(comma - text) >= sizeof(first) || strlen(row->name) != 1)
		return;
	memcpy(first, text, (size_t)(comma - text));
	first[comma - text] = '\0';
	if (parse_percent(first, &value) && parse_percent(comma + 1, &value))
		(void)snprintf(error + length, size - length,
			       "; two levels are two options: -%s %s -%sk %s", row->name, first,
			       row->name, comma + 1);
}

static int set_level(struct config *config, const struct option_row *row, const char *text,
		     char *error, size_t size)
{
	uint32_t *ppm = (uint32_t *)(void *)((char *)config + row->offset);
	uint64_t value = 0, kib = 0;
	int r;

	if (level_parse_size(text, &kib) < 0) {
		if (!parse_percent(text, &value) || value > in_millionths(row->max)) {
			r = bad(error, size, text,
				"a percentage from 0 to 100 or a size such as 2G");
			add_pair(row, text, error, size);
			return r;
		}
	}
	*ppm = (uint32_t)(value / (1000000 / PPM_PER_PERCENT));
	config->level_kib[level_of(row)] = kib;
	config->level_said[level_of(row)] = true;
	level_follow(config);
	return 0;
}

/* The spellings of Go's strconv.ParseBool, which the flag package uses, and those that people write
 * into files. */
int options_parse_bool(const char *text, bool *ret, char *error, size_t size)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", "yes", "on"};
	static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False", "no", "off"};

	for (unsigned i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*ret = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return bad(error, size, text, "true or false");
}

static int set_choice(const struct option_row *row, const char *text, int *ret, char *error,
		      size_t size)
{
	char what[64];

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(text, row->choices[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	(void)snprintf(what, sizeof(what), "one of %s", row->placeholder);
	return bad(error, size, text, what);
}

/* -ignore-user takes plain names: each entry becomes user:NAME. */
static int add_user_prefixes(const char *text, char *buf, size_t size)
{
	size_t length = 0;

	while (*text) {
		size_t entry = strcspn(text, ","), blanks = strspn(text, " \t");
		bool prefixed = strncmp(text + blanks, "user:", 5) == 0;
		int n = 0;

		if (entry > blanks)
			n = snprintf(buf + length, size - length, "%s%s%.*s", length ? "," : "",
				     prefixed ? "" : "user:", (int)(entry - blanks), text + blanks);
		if (n < 0 || (length += (size_t)n) >= size)
			return -E2BIG;
		text += entry + (text[entry] == ',');
	}
	buf[length] = '\0';
	return 0;
}

static int list_error(int r, const char *entry, char *error, size_t size)
{
	char safe[128];

	(void)log_safe(entry, safe, sizeof(safe));
	if (r == -E2BIG)
		(void)snprintf(error, size, "the list is longer than %d entries or %d bytes",
			       MATCH_ENTRIES_MAX, MATCH_TEXT_MAX - 1);
	else if (r == -ENOENT)
		(void)snprintf(error, size, "there is no user '%s'",
			       strncmp(safe, "user:", 5) == 0 ? safe + 5 : safe);
	else
		(void)snprintf(error, size,
			       "'%s' is not a name, a path, user:NAME, unit:NAME or cgroup:GLOB",
			       safe);
	return -EINVAL;
}

/*
 * Where a link points to in the end (/usr/bin/java, /usr/bin/python3): /proc/PID/exe never shows
 * the link. Through a descriptor, for realpath(3) may allocate. Returns false where it is no link,
 * or cannot be followed from here.
 */
static bool follow_link(const char *path, char *ret, size_t size)
{
	char self[32];
	ssize_t length;
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return false;
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	length = readlink(self, ret, size);
	(void)close(fd);
	if (length <= 0 || (size_t)length >= size || ret[0] != '/')
		return false;
	ret[length] = '\0';
	return strcmp(path, ret) != 0;
}

static int set_list(const struct option_row *row, const char *text, struct match_list *ret,
		    char *error, size_t size)
{
	static char prefixed[2 * MATCH_TEXT_MAX];
	char entry[64] = "";
	int r = 0;

	if (row->kind == OPTION_USERS) {
		prefixed[0] = '\0';
		r = add_user_prefixes(text, prefixed, sizeof(prefixed));
		text = prefixed;
	}
	if (r == 0)
		r = match_parse_links(text, users_uid, follow_link, ret, entry, sizeof(entry));
	return r < 0 ? list_error(r, entry, error, size) : 0;
}

static int set_whole(const struct option_row *row, const char *text, uint32_t *ret, char *error,
		     size_t size)
{
	char what[96];
	uint64_t value;

	if (parse_millionths(text, &value) && value % 1000000 == 0 && in_range(row, value)) {
		*ret = (uint32_t)(value / 1000000);
		return 0;
	}
	(void)snprintf(what, sizeof(what), "a %s from %.0f to %.0f",
		       row->kind == OPTION_KIB ? "number of KiB" : "number", row->min, row->max);
	return bad(error, size, text, what);
}

static int set_tasks(const struct option_row *row, const char *text, uint32_t *ret, char *error,
		     size_t size)
{
	char what[96];
	uint64_t value = 0;

	if (strcmp(text, "off") != 0 &&
	    (!parse_millionths(text, &value) || !in_range(row, value))) {
		(void)snprintf(what, sizeof(what), "a number of tasks from %g to %g, or off",
			       row->min, row->max);
		return bad(error, size, text, what);
	}
	*ret = (uint32_t)(value / 1000);
	return 0;
}

static int set_path(const char *text, char *ret, char *error, size_t size)
{
	if (strcmp(text, "off") == 0)
		text = "";
	if (text[0] != '\0' && text[0] != '/')
		return bad(error, size, text, "an absolute path");
	if (strlen(text) >= 256)
		return bad(error, size, text, "a path of at most 255 bytes");
	(void)strcpy(ret, text);
	return 0;
}

int options_set(struct config *config, const struct option_row *row, const char *text, char *error,
		size_t size)
{
	void *field = (char *)config + row->offset;
	uint64_t millionths = 0;
	int choice = 0, r;

	switch (row->kind) {
	case OPTION_LEVEL:
		return set_level(config, row, text, error, size);
	case OPTION_PERCENT:
		r = set_number(row, text, &millionths, error, size);
		if (r == 0)
			*(uint32_t *)field = (uint32_t)(millionths / (1000000 / PPM_PER_PERCENT));
		return r;
	case OPTION_SECONDS:
		r = set_number(row, text, &millionths, error, size);
		if (r == 0)
			*(uint64_t *)field = millionths * (NS_PER_S / 1000000);
		return r;
	case OPTION_BOOL:
		return options_parse_bool(text, field, error, size);
	case OPTION_LIST:
	case OPTION_USERS:
		return set_list(row, text, field, error, size);
	case OPTION_PATH:
		return set_path(text, field, error, size);
	case OPTION_KIB:
	case OPTION_COUNT:
		return set_whole(row, text, field, error, size);
	case OPTION_TASKS:
		return set_tasks(row, text, field, error, size);
	case OPTION_CHOICE:
		r = set_choice(row, text, &choice, error, size);
		if (r == 0)
			*(unsigned *)field = (unsigned)
				choice; /* an enum without negative values is an unsigned int */
		return r;
	case OPTION_ACTION:
		break;
	}
	return -EINVAL;
}
_Static_assert(sizeof(enum trigger) == sizeof(unsigned), "options_set writes enums as unsigned");

void options_defaults(struct config *config)
{
	char error[128];
	int r;

	for (unsigned i = 0; i < option_count; i++) {
		if (option_rows[i].kind == OPTION_ACTION)
			continue;
		r = options_set(config, &option_rows[i], option_rows[i].fallback, error,
				sizeof(error));
		assert(r == 0); /* not the call itself: -DNDEBUG would take the defaults away */
		(void)r;
	}
	memset(config->level_said, 0, sizeof(config->level_said));
}

/* ---- printing ---- */

/* A number of millionths without needless zeroes. */
static const char *print_millionths(uint64_t value, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%" PRIu64 ".%06" PRIu64, value / 1000000, value % 1000000);

	while (n > 0 && buf[n - 1] == '0')
		buf[--n] = '\0';
	if (n > 0 && buf[n - 1] == '.')
		buf[--n] = '\0';
	return buf;
}

const char *options_get(const struct config *config, const struct option_row *row, char *buf,
			size_t size)
{
	const void *field = (const char *)config + row->offset;
	uint64_t kib;

	switch (row->kind) {
	case OPTION_LEVEL:
		kib = config->level_kib[level_of(row)];
		if (kib > 0)
			return level_print_size(kib, buf, size);
		/* fall through */
	case OPTION_PERCENT:
		return print_millionths(
			UINT64_C(1000000) / PPM_PER_PERCENT * *(const uint32_t *)field, buf, size);
	case OPTION_SECONDS:
		return print_millionths(*(const uint64_t *)field / (NS_PER_S / 1000000), buf, size);
	case OPTION_BOOL:
		return *(const bool *)field ? "true" : "false";
	case OPTION_LIST:
	case OPTION_USERS:
		return ((const struct match_list *)field)->source;
	case OPTION_PATH:
		return field;
	case OPTION_KIB:
	case OPTION_COUNT:
		return print_millionths(UINT64_C(1000000) * *(const uint32_t *)field, buf, size);
	case OPTION_TASKS:
		if (*(const uint32_t *)field == 0)
			return "off";
		return print_millionths(UINT64_C(1000) * *(const uint32_t *)field, buf, size);
	case OPTION_CHOICE:
		return row->choices[*(const unsigned *)field];
	case OPTION_ACTION:
		break;
	}
	return "";
}

void options_print_help(FILE *file)
{
	(void)fputs("Usage: useroom [OPTION]...\n"
		    "Watch memory and swap, and end the one process that should go before the "
		    "machine freezes.\n\n",
		    file);
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		char left[48];

		(void)snprintf(left, sizeof(left), "-%s%s%s", row->name,
			       row->placeholder ? " " : "",
			       row->placeholder ? row->placeholder : "");
		(void)fprintf(file, "  %-24s %s", left, row->help);
		if (row->fallback[0] && row->kind != OPTION_ACTION &&
		    strcmp(row->fallback, "false") != 0)
			(void)fprintf(file, " (default %s)", row->fallback);
		(void)fputc('\n', file);
	}
	(void)fputs(
		"\nOne dash or two, `-m 10` or `-m=10`; a switch is turned off by `-debug=false`.\n"
		"Every option but the last four is also a key in " CONFIG_DEFAULT_FILE ": m = 10\n"
		"Manual: useroom(8), useroom.conf(5)\n",
		file);
}
