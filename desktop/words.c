/* SPDX-License-Identifier: MIT */
#include "words.h"

#include "base/units.h"
#include "base/util.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum language words_language(const char *const *locales)
{
	for (; *locales != NULL; locales++) {
		if (strncmp(*locales, "zh", 2) == 0)
			return CHINESE;
		if (strncmp(*locales, "en", 2) == 0 || strcmp(*locales, "C") == 0)
			return ENGLISH;
	}
	return ENGLISH;
}

/* ---- pieces ---- */

struct text {
	char *buf;
	size_t size, length;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(t->buf + t->length, t->size - t->length, format, arguments);
	va_end(arguments);
	if (n > 0)
		t->length = (size_t)min_u64(t->length + (size_t)n, t->size - 1);
}

static const char *clock_text(uint64_t realtime_ns, char *buf, size_t size)
{
	time_t seconds = (time_t)(realtime_ns / NS_PER_S);
	struct tm local;

	buf[0] = '\0';
	if (localtime_r(&seconds, &local) != NULL)
		(void)strftime(buf, size, "%H:%M:%S", &local);
	return buf;
}

/* ---- kills ---- */

static void add_cause(struct text *t, const struct heard *h, bool zh)
{
	char available[24], total[24], percent[24], lost[24], when[16];

	(void)clock_text(h->realtime_ns, when, sizeof(when));
	(void)units_size(h->available_kib, available, sizeof(available));
	(void)units_size(h->total_kib, total, sizeof(total));
	(void)units_percent((uint32_t)h->available_ppm, percent, sizeof(percent));
	(void)units_percent((uint32_t)h->lost_ppm, lost, sizeof(lost));
	add(t,
	    zh ? "%s 时，可用内存为 %s，共 %s（%s%%）。"
	       : "At %s, %s of %s were available (%s %%).",
	    when, available, total, percent);
	if (h->by_stall)
		add(t,
		    zh ? "程序因内存抖动损失了 %s%% 的时间。"
		       : " Thrashing took %s %% of the programs' time.",
		    lost);
}

static void add_one(struct text *t, const struct heard *h, bool zh)
{
	char held[24], grown[24], within[32];

	add(t, zh ? "它占用 %s" : "It held %s", units_size(h->held_kib, held, sizeof(held)));
	(void)units_size(h->grown_kib, grown, sizeof(grown));
	(void)units_time(h->grown_ns, within, sizeof(within));
	if (h->grown_kib > 0 && zh)
		add(t, "，在 %s 内增长了 %s", within, grown);
	else if (h->grown_kib > 0)
		add(t, ", and had grown by %s in %s", grown, within);
	if (h->at_once)
		add(t, "%s",
		    zh ? "；已被立即结束（SIGKILL）。\n" : "; it was ended at once (SIGKILL).\n");
	else
		add(t, "%s",
		    zh ? "；已要求它退出（SIGTERM）。\n" : "; it was asked to leave (SIGTERM).\n");
}

static void add_rows(struct text *t, const struct story *s, bool zh)
{
	char held[24];

	for (unsigned i = 0; i < s->row_count; i++)
		add(t, zh ? "%s：%s（%s）\n" : "%s: %s (%s)\n", s->rows[i].name,
		    units_size(s->rows[i].held_kib, held, sizeof(held)),
		    s->rows[i].at_once ? "SIGKILL" : "SIGTERM");
	if (s->own > s->row_count)
		add(t, zh ? "另有您的 %u 个进程\n" : "and %u more of yours\n",
		    s->own - s->row_count);
	if (s->own > 0 && s->others > 0)
		add(t, zh ? "以及其他用户的 %u 个进程\n" : "and %u of other users\n", s->others);
}

static void kill_title(const struct story *s, bool zh, struct text *t)
{
	unsigned all = s->own + s->others;

	if (all == 1 && s->own == 1)
		add(t, zh ? "内存不足，已结束 %s" : "%s was ended: memory was running out",
		    s->rows[0].name);
	else if (all == 1)
		add(t, "%s",
		    zh ? "内存不足，已结束其他用户的一个进程"
		       : "A process of another user was ended: memory was running out");
	else if (s->own == 0)
		add(t,
		    zh ? "内存不足，已结束其他用户的 %u 个进程"
		       : "%u processes of other users were ended: memory was running out",
		    all);
	else
		add(t,
		    zh ? "内存不足，已结束 %u 个进程"
		       : "%u processes were ended: memory was running out",
		    all);
}

void words_kill(const struct story *s, enum language language, char *title, size_t title_size,
		char *body, size_t body_size)
{
	struct text head = {title, title_size, 0}, text = {body, body_size, 0};
	bool zh = language == CHINESE;

	title[0] = body[0] = '\0';
	kill_title(s, zh, &head);
	if (s->own == 1 && s->others == 0)
		add_one(&text, &s->rows[0], zh);
	else
		add_rows(&text, s, zh);
	add_cause(&text, &s->last, zh);
	add(&text, "%s",
	    zh ? "\n详情：sudo useroomctl show" : "\nWhat happened: sudo useroomctl show");
}

/* ---- warnings ---- */

static const struct {
	const char *word; /* of doc/events.md: reason, holder */
	const char *en, *zh;
} reasons[] = {
	{"small", "No single program holds enough to help.",
	 "没有哪个程序占用的内存多到结束它会有帮助。"},
	{"protected", "What holds it is protected.", "占用内存的程序受保护。"},
	{"not_permitted", "What holds it belongs to other users, and useroom is not root.",
	 "占用内存的程序属于其他用户，而 useroom 不是以 root 运行。"},
	{"shmem", "It is held by files in memory: delete what lies in /tmp or /dev/shm.",
	 "内存被 tmpfs 或共享内存占用：请删除 /tmp 或 /dev/shm 中的文件。"},
	{"hugetlb", "It is reserved as huge pages.", "内存被预留为大页。"},
	{"slab", "The kernel itself holds it.", "内存由内核自身占用。"},
	{"kernel", "The kernel itself holds it.", "内存由内核自身占用。"},
	{"balloon", "The host has taken it from this virtual machine.", "内存已被宿主机收回。"},
	{"swapoff", "Swap is being turned off.", "正在关闭交换空间。"},
};

static void add_reason(struct text *t, const char *word, bool zh)
{
	for (unsigned i = 0; i < ARRAY_SIZE(reasons); i++)
		if (strcmp(reasons[i].word, word) == 0)
			add(t, "\n%s", zh ? reasons[i].zh : reasons[i].en);
}

static const char *warning_title(enum heard_kind kind, bool zh)
{
	if (kind == HEARD_WARN)
		return zh ? "可用内存快要不足" : "Memory is getting short";
	if (kind == HEARD_KERNEL_KILL)
		return zh ? "内存耗尽，内核结束了进程"
			  : "Memory ran out, and the kernel ended something";
	return zh ? "内存不足，且没有可结束的进程"
		  : "Memory is running out, and nothing can be ended";
}

void words_warning(const struct heard *h, enum language language, char *title, size_t title_size,
		   char *body, size_t body_size)
{
	struct text head = {title, title_size, 0}, text = {body, body_size, 0};
	bool zh = language == CHINESE;

	title[0] = body[0] = '\0';
	add(&head, "%s", warning_title(h->kind, zh));
	add_cause(&text, h, zh);
	if (h->kind == HEARD_KERNEL_KILL) {
		add(&text, "%s", zh ? "\n详情：sudo journalctl -k" : "\nWhich: sudo journalctl -k");
		return;
	}
	add_reason(&text, h->reason, zh);
	add(&text, "%s",
	    zh ? "\n请保存您的工作，并关闭不需要的程序。"
	       : "\nSave your work, and close what you do not need.");
}
