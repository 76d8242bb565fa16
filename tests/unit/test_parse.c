/* SPDX-License-Identifier: MIT */
#include "look/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define B(field)     MEMINFO_BIT(MEMINFO_##field)
#define IDLE         (B(MEM_TOTAL) | B(MEM_FREE) | B(MEM_AVAILABLE) | B(SWAP_TOTAL) | B(SWAP_FREE))

/* Exactly as long as the text and without a NUL, so that a sanitizer or valgrind sees a read past
 * the end. */
static char *bare(const char *text, size_t length)
{
	char *copy = malloc(length ? length : 1);

	assert_non_null(copy);
	memcpy(copy, text, length);
	return copy;
}

static struct meminfo meminfo(const char *text, size_t length, uint32_t want)
{
	char *copy = bare(text, length);
	struct meminfo m;

	memset(&m, 0xA5, sizeof(m));
	parse_meminfo(copy, length, want, &m);
	free(copy);
	return m;
}

/* 6.1 on a machine without swap. */
static const char modern[] = "MemTotal:       24684084 kB\n"
			     "MemFree:        24255660 kB\n"
			     "MemAvailable:   24328780 kB\n"
			     "Buffers:            2604 kB\n"
			     "Cached:           260788 kB\n"
			     "SwapCached:           11 kB\n"
			     "Active:           119548 kB\n"
			     "Inactive:         145092 kB\n"
			     "Active(anon):       1552 kB\n"
			     "Inactive(anon):     8568 kB\n"
			     "Active(file):     117996 kB\n"
			     "Inactive(file):   136524 kB\n"
			     "Unevictable:       16732 kB\n"
			     "Mlocked:           15716 kB\n"
			     "SwapTotal:          1024 kB\n"
			     "SwapFree:            512 kB\n"
			     "Zswap:                 0 kB\n"
			     "Zswapped:              0 kB\n"
			     "Dirty:               108 kB\n"
			     "Writeback:             0 kB\n"
			     "AnonPages:         17936 kB\n"
			     "Mapped:            36008 kB\n"
			     "Shmem:              1608 kB\n"
			     "KReclaimable:      27104 kB\n"
			     "Slab:              51476 kB\n"
			     "SReclaimable:      27105 kB\n"
			     "SUnreclaim:        24372 kB\n"
			     "KernelStack:        1632 kB\n"
			     "PageTables:         1484 kB\n"
			     "SecPageTables:         7 kB\n"
			     "NFS_Unstable:          0 kB\n"
			     "Bounce:                0 kB\n"
			     "WritebackTmp:          0 kB\n"
			     "CommitLimit:    12342040 kB\n"
			     "Committed_AS:      93352 kB\n"
			     "VmallocTotal:   34359738367 kB\n"
			     "VmallocUsed:        9404 kB\n"
			     "VmallocChunk:          0 kB\n"
			     "Percpu:              976 kB\n"
			     "HardwareCorrupted:     0 kB\n"
			     "AnonHugePages:      2048 kB\n"
			     "ShmemHugePages:        0 kB\n"
			     "CmaTotal:          65536 kB\n"
			     "CmaFree:           12345 kB\n"
			     "Balloon:            4096 kB\n"
			     "HugePages_Total:       3\n"
			     "HugePages_Free:        1\n"
			     "HugePages_Rsvd:        0\n"
			     "HugePages_Surp:        1\n"
			     "Hugepagesize:       2048 kB\n"
			     "Hugetlb:            6144 kB\n"
			     "DirectMap4k:       65408 kB\n";

static void meminfo_reads_every_field(void **state)
{
	static const uint64_t expected[MEMINFO_FIELD_COUNT] = {
		24684084, 24255660, 24328780, 2604,  260788, 1024,  512, 17936,
		36008,    1608,     27105,    24372, 1632,   1484,  7,   9404,
		976,      3,        2048,     6144,  1,      12345, 4096};
	struct meminfo m = meminfo(modern, sizeof(modern) - 1, MEMINFO_ALL);

	(void)state;
	assert_int_equal(m.have, MEMINFO_ALL);
	for (unsigned i = 0; i < MEMINFO_FIELD_COUNT; i++)
		assert_int_equal(m.kib[i], expected[i]);
}

static void meminfo_reads_only_what_is_wanted(void **state)
{
	struct meminfo m = meminfo(modern, sizeof(modern) - 1, IDLE);

	(void)state;
	assert_int_equal(m.have, IDLE);
	assert_int_equal(m.kib[MEMINFO_SWAP_FREE], 512);
	assert_int_equal(m.kib[MEMINFO_CACHED], 0);
	assert_int_equal(meminfo(modern, sizeof(modern) - 1, 0).have, 0);
}

static int counter_of(const char *text, uint64_t *ret)
{
	char *copy = bare(text, strlen(text));
	int r = parse_counter(copy, strlen(text), "name", ret);

	free(copy);
	return r;
}

/* Of each length, behind each number of blanks, with much and with little behind it, and with each
 * byte behind it that a number may not have.
 */
static void numbers_of_every_length(void **state)
{
	static const char digits[] = "90817263544536271809", behind[] = "/:x\377";
	char text[128];

	(void)state;
	for (int i = 0; i < 19 * 20; i++) {
		const char *number = digits + 20 - (1 + i / 20);
		uint64_t value = 0;

		for (int more = 0; more < 10; more++) {
			(void)snprintf(text, sizeof(text), "name %*s%s\n%.*s", i % 20, "", number,
				       more, "12345\n789\n");
			assert_int_equal(counter_of(text, &value), 0);
			assert_int_equal(value, strtoull(number, NULL, 10));
		}
		for (const char *c = behind; *c; c++) {
			(void)snprintf(text, sizeof(text), "name %*s%s%c\n", i % 20, "", number,
				       *c);
			assert_int_equal(counter_of(text, &value), -ENODATA);
		}
	}
}

static void assert_again(const char *text, size_t length, uint32_t want,
			 const struct meminfo_places *learnt)
{
	struct meminfo_places places = *learnt;
	struct meminfo first = meminfo(text, length, want), again;
	char *copy = bare(text, length);

	for (int i = 0; i < 2; i++) {
		parse_meminfo_again(copy, length, want, &places, &again);
		assert_memory_equal(&again, &first, sizeof(first));
	}
	free(copy);
}

/* Wherever the lines are, and wherever the text is cut: the same as without places to remember. */
static void meminfo_again_is_meminfo(void **state)
{
	const uint32_t want = IDLE | MEMINFO_BIT(MEMINFO_HUGETLB) | MEMINFO_BIT(MEMINFO_CMA_FREE);
	struct meminfo_places places = {0};
	struct meminfo m;
	char other[sizeof(modern) + 64];

	(void)state;
	assert_again(modern, sizeof(modern) - 1, want, &places);
	parse_meminfo_again(modern, sizeof(modern) - 1, want, &places, &m);
	assert_memory_equal(modern + places.behind[MEMINFO_SWAP_TOTAL] - 1, "SwapTotal:", 10);
	for (size_t cut = 0; cut < sizeof(modern); cut++)
		assert_again(modern, cut, want, &places);
	/* More lines are wanted than before; and lines that are not there. */
	assert_again(modern, sizeof(modern) - 1, MEMINFO_ALL, &places);
	assert_again("MemTotal: 1 kB\nMemFree: 1 kB\n", 29, want, &places);
	/* A number of one more digit, and all that follows is elsewhere. */
	(void)snprintf(other, sizeof(other), "MemTotal:       124684084 kB\n%s",
		       strchr(modern, '\n') + 1);
	assert_again(other, strlen(other), want, &places);
	/* All lines but one stay where they are. */
	for (const char *name = "MFASFHC"; *name; name++) {
		memcpy(other, modern, sizeof(modern));
		for (char *line = other; line; line = strchr(line + 1, '\n'))
			line[line > other] = line[line > other] == *name ? 'x' : line[line > other];
		assert_again(other, strlen(other), want, &places);
	}
	/* The name is there, but not at the beginning of a line. */
	memcpy(other, modern, sizeof(modern));
	other[places.behind[MEMINFO_SWAP_FREE] - 2] = ' ';
	assert_again(other, strlen(other), want, &places);
	/* No number behind the name, and none that fits. */
	memcpy(other, modern, sizeof(modern));
	other[places.behind[MEMINFO_SWAP_FREE] + 12] = 'x';
	assert_again(other, strlen(other), want, &places);
}

/* The lines may stand in any order: read them backwards. */
static void meminfo_any_order(void **state)
{
	char reversed[sizeof(modern)];
	const char *end = modern + sizeof(modern) - 1;
	size_t used = 0;
	struct meminfo a, b;

	(void)state;
	while (end > modern) {
		const char *begin = end - 1;

		while (begin > modern && begin[-1] != '\n')
			begin--;
		memcpy(reversed + used, begin, (size_t)(end - begin));
		used += (size_t)(end - begin);
		end = begin;
	}
	a = meminfo(modern, sizeof(modern) - 1, MEMINFO_ALL);
	b = meminfo(reversed, used, MEMINFO_ALL);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void r02_meminfo_without_available(void **state)
{
	static const char text[] = "MemTotal:        1017780 kB\n"
				   "MemFree:          605432 kB\n"
				   "Buffers:            2076 kB\n"
				   "Cached:           192188 kB\n"
				   "SwapTotal:             0 kB\n"
				   "SwapFree:              0 kB\n"
				   "Shmem:              6660 kB\n"
				   "SReclaimable:      26520 kB\n";
	struct meminfo m = meminfo(text, sizeof(text) - 1, MEMINFO_ALL);

	(void)state;
	assert_false(m.have & B(MEM_AVAILABLE));
	assert_int_equal(m.have, B(MEM_TOTAL) | B(MEM_FREE) | B(BUFFERS) | B(CACHED) |
					 B(SWAP_TOTAL) | B(SWAP_FREE) | B(SHMEM) | B(SRECLAIMABLE));
	assert_int_equal(m.kib[MEMINFO_MEM_AVAILABLE], 0);
	assert_int_equal(m.kib[MEMINFO_SRECLAIMABLE], 26520);
}

static void r04_swap_comes_and_goes(void **state)
{
	static const char with[] = "MemTotal: 10 kB\nSwapTotal:  4194300 kB\nSwapFree:  1 kB\n";
	static const char none[] = "MemTotal: 10 kB\nSwapTotal:        0 kB\nSwapFree:  0 kB\n";
	static const char no_lines[] = "MemTotal: 10 kB\n"; /* CONFIG_SWAP=n */
	struct meminfo m = meminfo(with, sizeof(with) - 1, IDLE);

	(void)state;
	assert_int_equal(m.kib[MEMINFO_SWAP_TOTAL], 4194300);
	assert_int_equal(m.kib[MEMINFO_SWAP_FREE], 1);
	parse_meminfo(none, sizeof(none) - 1, IDLE, &m); /* nothing of the look before may stay */
	assert_true(m.have & B(SWAP_TOTAL));
	assert_int_equal(m.kib[MEMINFO_SWAP_TOTAL], 0);
	parse_meminfo(no_lines, sizeof(no_lines) - 1, IDLE, &m);
	assert_int_equal(m.have, B(MEM_TOTAL));
	parse_meminfo(with, sizeof(with) - 1, IDLE, &m);
	assert_int_equal(m.kib[MEMINFO_SWAP_FREE], 1);
}

/* Cut anywhere, a field is either right or not there. */
static void r10_meminfo_short_read(void **state)
{
	struct meminfo whole = meminfo(modern, sizeof(modern) - 1, MEMINFO_ALL);

	(void)state;
	for (size_t length = 0; length < sizeof(modern) - 1; length++) {
		struct meminfo m = meminfo(modern, length, MEMINFO_ALL);

		for (unsigned i = 0; i < MEMINFO_FIELD_COUNT; i++)
			assert_int_equal(m.kib[i], m.have & MEMINFO_BIT(i) ? whole.kib[i] : 0);
	}
	assert_int_equal(meminfo(modern, 0, MEMINFO_ALL).have, 0);
	assert_int_equal(meminfo(modern, 27, MEMINFO_ALL).have,
			 0); /* all but the newline of the first line */
	assert_int_equal(meminfo(modern, 28, MEMINFO_ALL).have, B(MEM_TOTAL));
}

static void meminfo_hostile_lines(void **state)
{
	static const struct {
		const char *text;
		uint32_t have;
		uint64_t total;
	} rows[] = {
		{"", 0, 0},
		{"\n\n\n", 0, 0},
		{":\n", 0, 0},
		{"MemTotal\n", 0, 0},
		{"MemTotal:\n", 0, 0},
		{"MemTotal: \n", 0, 0},
		{"MemTotal: kB\n", 0, 0},
		{"MemTotal: -5 kB\n", 0, 0},
		{"MemTotal: +5 kB\n", 0, 0},
		{"MemTotal: 5x kB\n", 0, 0},
		{"MemTotal: 0x5 kB\n", 0, 0},
		{"memtotal: 5 kB\n", 0, 0},
		{" MemTotal: 5 kB\n", 0, 0},
		{"XMemTotal: 5 kB\n", 0, 0},
		{"MemTotals: 5 kB\n", 0, 0},
		{"MemTotal:5\n", B(MEM_TOTAL), 5},
		{"MemTotal:\t5\tkB\n", B(MEM_TOTAL), 5},
		{"MemTotal:                                              5 kB\n", B(MEM_TOTAL), 5},
		{"MemTotal: 0000000000000000000000000000005 kB\n", B(MEM_TOTAL), 5},
		{"MemTotal: x kB\nMemTotal: 6 kB\n", B(MEM_TOTAL), 6},
		{"MemTotal: 5 kB\nMemTotal: 6 kB\n", B(MEM_TOTAL), 5},
		{"MemTotal: 18014398509481983 kB\n", B(MEM_TOTAL),
		 18014398509481983u},                          /* the most that fits as bytes */
		{"MemTotal: 18014398509481984 kB\n", 0, 0},    /* one more */
		{"MemTotal: 18446744073709551616 kB\n", 0, 0}, /* 2^64 */
		{"MemTotal: 99999999999999999999999999999999999999999999 kB\n", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct meminfo m = meminfo(rows[i].text, strlen(rows[i].text), MEMINFO_ALL);

		assert_int_equal(m.have, rows[i].have);
		assert_int_equal(m.kib[MEMINFO_MEM_TOTAL], rows[i].total);
	}
}

static void meminfo_embedded_nul(void **state)
{
	static const char text[] = "MemTotal: 5\0 kB\nMemFree: 7 kB\n";
	struct meminfo m = meminfo(text, sizeof(text) - 1, MEMINFO_ALL);

	(void)state;
	assert_int_equal(m.have, B(MEM_FREE));
	assert_int_equal(m.kib[MEMINFO_MEM_FREE], 7);
}

static void counters(void **state)
{
	static const struct {
		const char *text, *name;
		int r;
		uint64_t value;
	} rows[] = {
		{"nr_free_pages 6063915\noom_kill 12\nfoo 1\n", "oom_kill", 0, 12},
		{"oom_kill_x 3\noom_kill 12\n", "oom_kill", 0, 12},
		{"x_oom_kill 3\n", "oom_kill", -ENODATA, 0},
		{"oom_kill 12", "oom_kill", -ENODATA, 0}, /* cut: it may have been 123 */
		{"oom_kill\n", "oom_kill", -ENODATA, 0},
		{"oom_kill \n", "oom_kill", -ENODATA, 0},
		{"oom_kill x\noom_kill 4\n", "oom_kill", 0, 4},
		{"oom_kill 18446744073709551615\n", "oom_kill", 0, UINT64_MAX},
		{"oom_kill 18446744073709551616\n", "oom_kill", -ENODATA, 0},
		{"", "oom_kill", -ENODATA, 0},
		/* arcstats: name type value */
		{"name                            type data\nhits                            4    "
		 "99\n"
		 "size                            4    4194304\n",
		 "size", 0, 4194304},
		{"c_min                           4    1024   \n", "c_min", 0, 1024},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = bare(rows[i].text, strlen(rows[i].text));
		uint64_t value = 77;

		assert_int_equal(parse_counter(copy, strlen(rows[i].text), rows[i].name, &value),
				 rows[i].r);
		assert_int_equal(value, rows[i].r == 0 ? rows[i].value : 77);
		free(copy);
	}
}

static void counter_sums(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t sum;
	} rows[] = {
		{"pgalloc_dma 1\npgalloc_dma32 20\npgalloc_normal 300\npgalloc_movable 0\npgfree "
		 "5\n",
		 0, 321},
		{"pgalloc_normal 300\npgalloc_movable 4", 0, 300},
		{"pgalloc_normal 18446744073709551615\npgalloc_movable 2\n", 0,
		 1}, /* counters wrap */
		{"pgalloc_\n", -ENODATA, 0},
		{"pgalloc_normal\n", -ENODATA, 0},
		{"pgalloc_normal x\n", -ENODATA, 0},
		{"pgfree 5\n", -ENODATA, 0},
		{"", -ENODATA, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t sum = 77;

		assert_int_equal(
			parse_counter_sum(rows[i].text, strlen(rows[i].text), "pgalloc_", &sum),
			rows[i].r);
		assert_int_equal(sum, rows[i].r == 0 ? rows[i].sum : 77);
	}
}

#define STAT_TAIL                                                                                  \
	" S 1 4711 4710 0 -1 4194560 97 0 3 0 11 6 0 0 20 0 17 0 8413 4358144 512 "                \
	"18446744073709551615 1 1\n"

/*
 * R28 and R75 are the same text, seen by someone who calls a process so to end or fool the killer.
 */
static void check_stat_name(const char *comm, size_t length, const char *expected)
{
	char text[512];
	struct proc_stat stat;
	char *copy;
	size_t n = 0;

	memcpy(text, "4711 (", 6);
	memcpy(text + 6, comm, length);
	n = 6 + length;
	memcpy(text + n, ")" STAT_TAIL, sizeof(")" STAT_TAIL) - 1);
	n += sizeof(")" STAT_TAIL) - 1;
	copy = bare(text, n);
	assert_int_equal(parse_stat(copy, n, &stat), 0);
	free(copy);
	assert_string_equal(stat.comm, expected);
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.ppid, 1);
	assert_int_equal(stat.session, 4710);
	assert_int_equal(stat.flags, 4194560);
	assert_int_equal(stat.threads, 17);
	assert_int_equal(stat.start_ticks, 8413);
}

static void r28_stat_hostile_names(void **state)
{
	static const struct {
		const char *comm, *expected;
	} rows[] = {
		{"bash", "bash"},
		{"", ""},
		{" ", " "},
		{")", ")"},
		{"(", "("},
		{"))) R 2 3", "))) R 2 3"},
		{") Z 99 (", ") Z 99 ("},
		{"a b c", "a b c"},
		{"\xff\xfe\x80", "\xff\xfe\x80"},
		{"\t\r\x1b[2J", "\t\r\x1b[2J"},
		{"(sd-pam)", "(sd-pam)"},
		{"kworker/u16:3-events_unbound",
		 "kworker/u16:3-e"}, /* longer than 15 only for workers */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_stat_name(rows[i].comm, strlen(rows[i].comm), rows[i].expected);
}

static void r75_stat_newline_in_name(void **state)
{
	(void)state;
	check_stat_name("\n", 1, "\n");
	check_stat_name("a\nb", 3, "a\nb");
	check_stat_name("x) S 1 1\n2 (y", 14, "x) S 1 1\n2 (y");
}

/* R33: nothing between the brackets, nothing at all, and every way to be cut. */
static void r33_stat_cut_anywhere(void **state)
{
	static const char text[] = "1 ()" STAT_TAIL;
	size_t needed = (size_t)(strstr(text, "8413 ") - text) + 5;

	(void)state;
	for (size_t length = 0; length < sizeof(text); length++) {
		char *copy = bare(text, length);
		struct proc_stat stat = {.ppid = -7};
		int r = parse_stat(copy, length, &stat);

		assert_int_equal(r, length < needed ? -EBADMSG : 0);
		assert_int_equal(stat.ppid, length < needed ? -7 : 1);
		free(copy);
	}
}

static void stat_rejects(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		"1",
		"()",
		")(",
		"1 )x(" STAT_TAIL,
		"1 (x",
		"1 x)" STAT_TAIL,
		"1 (x)",
		"1 (x) ",
		"1 (x) S",
		"1 (x) SS 1 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 5 6\n",
		"1 (x) S -1 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 5 6\n",
		"1 (x) S 2147483648 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 5 6\n",
		"1 (x) S 1 1 1 0 -1 4294967296 0 0 0 0 0 0 0 0 20 0 1 0 5 6\n",
		"1 (x) S 1 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 18446744073709551616 6\n",
		"1 (x) S 1 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proc_stat stat;

		assert_int_equal(parse_stat(rows[i], strlen(rows[i]), &stat), -EBADMSG);
	}
}

static void stat_kernel_thread(void **state)
{
	static const char text[] =
		"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 2 0 0 20 0 1 0 1 0 0 0\n";
	struct proc_stat stat;

	(void)state;
	assert_int_equal(parse_stat(text, sizeof(text) - 1, &stat), 0);
	assert_true(stat.flags & PROC_FLAG_KTHREAD);
	assert_int_equal(stat.ppid, 0);
}

/* One that is marked to be removed goes with its last user. */
static void r93_sysv_segments(void **state)
{
#define HEADING                                                                                    \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid      atime      dtime      ctime                   rss                  swap\n"
#define SEGMENT(perms, rss)                                                                        \
	"         0          3  " perms                                                            \
	"              65011712     2     2      0     0     0     0"                              \
	"     0 1764172800 1764172800 1764172800              " rss "                     0\n"
	static const struct {
		const char *text;
		uint64_t kib;
	} rows[] = {
		{HEADING, 0},
		{HEADING SEGMENT(" 600", "65011712"), 63488},
		{HEADING SEGMENT("1600", "65011712"), 0},
		{HEADING SEGMENT(" 600", "4096") SEGMENT("1666", "8192") SEGMENT(" 666", "12288"),
		 16},
		{HEADING "  0 3 600 65011712 2 2 0 0 0 0 0 1 1 1 4096", 0}, /* cut */
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = bare(rows[i].text, strlen(rows[i].text));

		assert_int_equal(parse_sysv_shm(copy, strlen(rows[i].text)), rows[i].kib);
		free(copy);
	}
}

static void r96_children(void **state)
{
	static const struct {
		const char *text;
		unsigned count;
		int32_t last;
	} rows[] = {
		{"", 0, 0},
		{"7 ", 1, 7},
		{"7 12 4194304 ", 3, 4194304},
		{"7 12", 1, 7},
		{"7 x 12 ", 1, 7},
		{"-7 ", 0, 0},
		{"4294967297 5 ", 0, 0},
		{"1 2 3 4 5 6 ", 4, 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int32_t numbers[4] = {0};
		char *copy = bare(rows[i].text, strlen(rows[i].text));

		assert_int_equal(parse_numbers(copy, strlen(rows[i].text), numbers, 4),
				 rows[i].count);
		if (rows[i].count > 0)
			assert_int_equal(numbers[rows[i].count - 1], rows[i].last);
		free(copy);
	}
}

/* Fields 26 and 28; each of them changes it, and one that is not shown makes it unknown. */
static void r94_stat_layout(void **state)
{
#define LAYOUT(code, stack)                                                                        \
	"5 (x) S 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 8413 4358144 512 "                          \
	"18446744073709551615 " code " 94605017144745 " stack " 0 0 0\n"
	static const struct {
		const char *text;
		bool known;
	} rows[] = {
		{LAYOUT("94605017124864", "140725101171712"), true},
		{LAYOUT("94605017128960", "140725101171712"), true},
		{LAYOUT("94605017124864", "140725101171728"), true},
		{LAYOUT("1", "0"), false}, /* not permitted */
		{LAYOUT("0", "0"), false}, /* a zombie */
		{"5 (x) S 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 8413 4358144 512\n", false},
	};
	struct proc_stat a, b;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse_stat(rows[i].text, strlen(rows[i].text), &a), 0);
		assert_int_equal(a.start_ticks, 8413);
		assert_int_equal(a.layout != 0, rows[i].known);
		for (size_t j = 0; rows[i].known && j < COUNT(rows); j++) {
			assert_int_equal(parse_stat(rows[j].text, strlen(rows[j].text), &b), 0);
			assert_int_equal(a.layout == b.layout, i == j);
		}
	}
}

static void statm(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t resident, shared;
	} rows[] = {
		{"1064 412 389 1 0 113 0\n", 0, 412, 389},
		{"0 0 0 0 0 0 0\n", 0, 0, 0}, /* kernel thread, zombie */
		{"1 2 3\n", 0, 2, 3},
		{"1 2 3", -EBADMSG, 0, 0},
		{"1 2\n", -EBADMSG, 0, 0},
		{"", -EBADMSG, 0, 0},
		{"1 -2 3 4\n", -EBADMSG, 0, 0},
		{"1 2x 3 4\n", -EBADMSG, 0, 0},
		{"1 18446744073709551615 3 4\n", 0, UINT64_MAX, 3},
		{"1 18446744073709551616 3 4\n", -EBADMSG, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t resident = 77, shared = 78;
		char *copy = bare(rows[i].text, strlen(rows[i].text));

		assert_int_equal(parse_statm(copy, strlen(rows[i].text), &resident, &shared),
				 rows[i].r);
		assert_int_equal(resident, rows[i].r == 0 ? rows[i].resident : 77);
		assert_int_equal(shared, rows[i].r == 0 ? rows[i].shared : 78);
		free(copy);
	}
}

static int parse_status(const char *text, size_t length, struct proc_status *ret)
{
	struct status_text status = {.have = 0};

	(void)parse_status_part(text, length, &status);
	return parse_status_end(&status, ret);
}

static const char status_modern[] =
	"Name:\tjava\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t812\nPid:\t812\nPPid:\t1\n"
	"Uid:\t1000\t1001\t1002\t1003\nGid:\t1000\t1000\t1000\t1000\nFDSize:\t64\n"
	"VmPeak:\t    9000 kB\nVmSize:\t    8000 kB\nVmLck:\t       0 kB\nVmHWM:\t    5600 kB\n"
	"VmRSS:\t    5500 kB\nRssAnon:\t    4000 kB\nRssFile:\t    1400 kB\n"
	"RssShmem:\t     100 kB\nVmData:\t    5000 kB\nVmPTE:\t      88 kB\n"
	"VmSwap:\t     300 kB\nHugetlbPages:\t       0 kB\nThreads:\t20\n";

static void status_of_a_process(void **state)
{
	struct proc_status s;

	(void)state;
	assert_int_equal(parse_status(status_modern, sizeof(status_modern) - 1, &s), 0);
	assert_int_equal(s.uid, 1000);
	assert_true(s.has_memory);
	assert_true(s.has_split);
	assert_int_equal(s.peak_kib, 5600);
	assert_int_equal(s.rss_kib, 5500);
	assert_int_equal(s.anon_kib, 4000);
	assert_int_equal(s.file_kib, 1400);
	assert_int_equal(s.shmem_kib, 100);
	assert_int_equal(s.swap_kib, 300);
	assert_int_equal(s.page_tables_kib, 88);
}

/* What the kernel does with a SIGTERM: sig_ignored() in kernel/signal.c. SIGTERM is bit 14. */
static void r103_who_ignores_sigterm(void **state)
{
	static const struct {
		const char *ns_pid, *masks;
		bool ignores;
	} rows[] = {
		{"4711", "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0\n",
		 false},
		{"4711", "SigBlk:\t0000000000000000\nSigIgn:\t0000000000004000\nSigCgt:\t0\n",
		 true},
		{"4711", "SigBlk:\t0\nSigIgn:\t0000000000002000\nSigCgt:\t0\n", false},
		{"4711", "SigBlk:\t0\nSigIgn:\t0000000180004a02\nSigCgt:\t0\n", true},
		/* blocked: it may wait for it with sigwait(3) or signalfd(2) */
		{"4711", "SigBlk:\t0000000000004000\nSigIgn:\t0000000000004000\nSigCgt:\t0\n",
		 false},
		/* the first of a container, without a handler, with one, and waiting */
		{"4711\t1", "SigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0000000180000002\n", true},
		{"4711\t1", "SigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0000000000004000\n", false},
		{"4711\t1", "SigBlk:\tfffffffe7bba7a25\nSigIgn:\t0\nSigCgt:\t0\n", false},
		{"4711\t12\t1", "SigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0\n", true},
		/* another one of it, and the first of the machine */
		{"4711\t2", "SigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0\n", false},
		{"4711\t11", "SigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0\n", false},
		{"1", "SigBlk:\t0\nSigIgn:\t0\nSigCgt:\t0\n", false},
		/* not known, or no mask */
		{"4711\t1", "SigBlk:\t0\nSigIgn:\t0\n", false},
		{"4711\t1", "", false},
		{"4711", "SigBlk:\t0\nSigIgn:\t4000\nSigCgt:\tx\n", false},
		{"4711", "SigBlk:\t0\nSigIgn:\t00000000000004000\nSigCgt:\t0\n", false},
		{"4711", "SigBlk:\t0\nSigIgn:\t\nSigCgt:\t0\n", false},
	};
	struct proc_status s;
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy;

		(void)snprintf(text, sizeof(text),
			       "Name:\tx\nUid:\t0\t0\t0\t0\nNSpid:\t%s\nVmRSS:\t10 kB\n%s",
			       rows[i].ns_pid, rows[i].masks);
		copy = bare(text, strlen(text));
		assert_int_equal(parse_status(copy, strlen(text), &s), 0);
		if (s.ignores_term != rows[i].ignores)
			fail_msg("row %zu", i);
		free(copy);
	}
}

/* Whoever may choose its own groups could hide what it holds behind them. */
static void status_with_all_the_groups_there_can_be(void **state)
{
	static char text[65536 * 11 + 256];
	struct status_text status = {.have = 0};
	size_t length = 0, at = 0, taken = 1;
	struct proc_status s;

	(void)state;
	length += (size_t)sprintf(text, "Uid:\t7\t7\t7\t7\nGroups:\t");
	for (unsigned i = 0; i < 65536; i++)
		length += (size_t)sprintf(text + length, "%u ", 4000000000u + i);
	length += (size_t)sprintf(text + length, "\nVmRSS:\t10 kB\nVmSwap:\t20 kB\n");
	for (; at < length && taken > 0; at += taken)
		taken = parse_status_part(text + at, length - at < 4096 ? length - at : 4096,
					  &status);
	assert_int_equal(parse_status_end(&status, &s), 0);
	assert_int_equal(s.uid, 7);
	assert_int_equal(s.rss_kib, 10);
	assert_int_equal(s.swap_kib, 20);
}

static void status_of_old_kernels(void **state)
{
	/* 4.4: no split, and page tables in two lines */
	static const char old[] = "Name:\tx\nUid:\t0\t0\t0\t0\nVmRSS:\t10 kB\nVmPTE:\t4 "
				  "kB\nVmPMD:\t8 kB\nVmSwap:\t1 kB\n";
	static const char kernel_thread[] = "Name:\tkthreadd\nUid:\t0\t0\t0\t0\nThreads:\t1\n";
	struct proc_status s;

	(void)state;
	assert_int_equal(parse_status(old, sizeof(old) - 1, &s), 0);
	assert_true(s.has_memory);
	assert_false(s.has_split);
	assert_int_equal(s.page_tables_kib, 12);
	assert_int_equal(s.swap_kib, 1);
	assert_int_equal(parse_status(kernel_thread, sizeof(kernel_thread) - 1, &s), 0);
	assert_false(s.has_memory);
	assert_int_equal(s.rss_kib, 0);
}

static void status_hostile(void **state)
{
	/* the kernel writes a newline in a name as \n, so a name can never begin a line */
	static const char faked[] = "Name:\tx\\nUid:\\t0\nUid:\t1000\t0\t0\t0\nVmRSS:\t7 kB\n";
	static const char *const rows[] = {
		"",
		"Name:\tx\n",
		"Uid:\n",
		"Uid:\tx\n",
		"Uid:\t1000",
		"Uid:\t-1\t0\t0\t0\n",
		"Uid:\t4294967296\t0\t0\t0\n",
		"uid:\t0\n",
	};
	struct proc_status s = {.uid = 7};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = bare(rows[i], strlen(rows[i]));

		assert_int_equal(parse_status(copy, strlen(rows[i]), &s), -EBADMSG);
		free(copy);
	}
	assert_int_equal(s.uid, 7);
	assert_int_equal(parse_status(faked, sizeof(faked) - 1, &s), 0);
	assert_int_equal(s.uid, 1000);
	assert_int_equal(s.rss_kib, 7);
}

static void integers(void **state)
{
	static const struct {
		const char *text;
		int r;
		int32_t value;
	} rows[] = {
		{"0\n", 0, 0},
		{"666\n", 0, 666},
		{"666", 0, 666},
		{"-1000\n", 0, -1000},
		{"2147483647\n", 0, INT32_MAX},
		{"-2147483648\n", 0, INT32_MIN},
		{"2147483648\n", -ERANGE, 0},
		{"-2147483649\n", -ERANGE, 0},
		{"99999999999999999999999\n", -ERANGE, 0},
		{"", -EBADMSG, 0},
		{"\n", -EBADMSG, 0},
		{"-", -EBADMSG, 0},
		{"-\n", -EBADMSG, 0},
		{"+1", -EBADMSG, 0},
		{" 1", -EBADMSG, 0},
		{"1 ", -EBADMSG, 0},
		{"1\n\n", -EBADMSG, 0},
		{"12a", -EBADMSG, 0},
		{"self", -EBADMSG, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = bare(rows[i].text, strlen(rows[i].text));
		int32_t value = 77;

		assert_int_equal(parse_int(copy, strlen(rows[i].text), &value), rows[i].r);
		assert_int_equal(value, rows[i].r == 0 ? rows[i].value : 77);
		free(copy);
	}
}

static void last_pid(void **state)
{
	static const struct {
		const char *text;
		int r;
		int32_t value;
	} rows[] = {
		{"0.20 0.18 0.12 1/80 11206\n", 0, 11206},
		{"0.20 0.18 0.12 1/80 4194304\n", 0, 4194304},
		{"0.20 0.18 0.12 1/80 11206", -EBADMSG, 0}, /* cut */
		{"0.20 0.18 0.12 1/80 \n", -EBADMSG, 0},
		{"0.20 0.18 0.12 1/80\n", -EBADMSG, 0},
		{"0.20 0.18 0.12 1/80 -1\n", -EBADMSG, 0},
		{"0.20 0.18 0.12 1/80 2147483648\n", -EBADMSG, 0},
		{"0.20 0.18 0.12 1/80 5 6\n", -EBADMSG, 0},
		{"", -EBADMSG, 0},
		{"    ", -EBADMSG, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = bare(rows[i].text, strlen(rows[i].text));
		int32_t value = 77;

		assert_int_equal(parse_last_pid(copy, strlen(rows[i].text), &value), rows[i].r);
		assert_int_equal(value, rows[i].r == 0 ? rows[i].value : 77);
		free(copy);
	}
}

static void running(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint32_t value;
	} rows[] = {
		{"0.20 0.18 0.12 1/80 11206\n", 0, 1},
		{"9.20 8.18 7.12 417/8000 11206\n", 0, 417},
		{"0.20 0.18 0.12 1", -EBADMSG, 0},
		{"0.20 0.18 0.12 x/80 1\n", -EBADMSG, 0},
		{"0.20 0.18 0.12 4294967296/80 1\n", -EBADMSG, 0},
		{"", -EBADMSG, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *copy = bare(rows[i].text, strlen(rows[i].text));
		uint32_t value = 77;

		assert_int_equal(parse_running(copy, strlen(rows[i].text), &value), rows[i].r);
		assert_int_equal(value, rows[i].r == 0 ? rows[i].value : 77);
		free(copy);
	}
}

static void pressure(void **state)
{
	static const char text[] = "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234\n"
				   "full avg10=0.00 avg60=0.00 avg300=0.00 total=567\n";
	uint64_t us = 77;

	(void)state;
	assert_int_equal(parse_pressure(text, sizeof(text) - 1, "full", &us), 0);
	assert_int_equal(us, 567);
	assert_int_equal(parse_pressure(text, sizeof(text) - 1, "some", &us), 0);
	assert_int_equal(us, 1234);
	us = 77;
	assert_int_equal(parse_pressure(text, sizeof(text) - 2, "full", &us), -ENODATA); /* cut */
	assert_int_equal(parse_pressure("full total=\n", 12, "full", &us), -ENODATA);
	assert_int_equal(parse_pressure("", 0, "full", &us), -ENODATA);
	assert_int_equal(us, 77);
}

/* Whole disks, each once: what is stacked on others, partitions and a path of a multipath disk
 * would count twice. */
static void disks_count_once(void **state)
{
	static const char text[] =
		"   8       0 sda 100 5 2000 300 7 7 7 7 0 7 7\n"
		"   8       1 sda1 90 5 1900 290 7 7 7 7 0 7 7\n"
		"   8      16 sdaa 10 0 80 3 0 0 0 0 0 0 0\n" /* not a partition of sda */
		"  65     160 sdaa12 10 0 80 3 0 0 0 0 0 0 0\n"
		" 259       0 nvme0n1 1000 0 8000 40 0 0 0 0 0 0 0\n"
		" 259       1 nvme0n1p1 999 0 7000 39 0 0 0 0 0 0 0\n"
		" 259       2 nvme0n10 1 0 8 1 0 0 0 0 0 0 0\n" /* another disk */
		" 259       3 nvme0c1n1 1000 0 8000 40 0 0 0 0 0 0 0\n"
		" 253       0 dm-0 50 0 400 10 0 0 0 0 0 0 0\n"
		"   9       0 md127 50 0 400 10 0 0 0 0 0 0 0\n"
		"   7       0 loop0 50 0 400 10 0 0 0 0 0 0 0\n"
		"   1       0 ram0 50 0 400 10 0 0 0 0 0 0 0\n"
		" 252       0 bcache0 50 0 400 10 0 0 0 0 0 0 0\n"
		" 251       0 zram0 2000 0 16000 20 0 0 0 0 0 0 0\n"
		" 179       0 mmcblk0 4 0 32 8 0 0 0 0 0 0 0\n"
		" 179       1 mmcblk0p2 4 0 32 8 0 0 0 0 0 0 0\n";
	struct disk_reads whole = {0}, pieces = {0};
	size_t at = 0, end = 0;

	(void)state;
	assert_int_equal(parse_diskstats(text, sizeof(text) - 1, &whole), sizeof(text) - 1);
	assert_int_equal(whole.disks, 6);
	assert_int_equal(whole.all.reads, 100 + 10 + 1000 + 1 + 2000 + 4);
	assert_int_equal(whole.all.sectors, 2000 + 80 + 8000 + 8 + 16000 + 32);
	assert_int_equal(whole.all.ms, 300 + 3 + 40 + 1 + 20 + 8);
	assert_int_equal(whole.each[2].reads, 1000);
	assert_int_equal(whole.each[2].ms, 40);
	assert_int_equal(whole.each[5].reads, 4);
	/* Piece by piece, wherever it is cut. */
	while (at < sizeof(text) - 1) {
		end = end + 70 < sizeof(text) - 1 ? end + 70 : sizeof(text) - 1;
		at += parse_diskstats(text + at, end - at, &pieces);
	}
	assert_memory_equal(&pieces, &whole, sizeof(whole));
}

/*
 * R81: before 6.3 the head of a multipath NVMe counts nothing, and its paths do; since then both
 * count the same. Each head is asked for itself, in either order, and cut anywhere.
 */
static void r81_paths_count_where_the_head_does_not(void **state)
{
	static const char text[] =
		" 259 0 nvme3c33n1 682 0 6000 90 0 0 0 0 0 0 0\n"
		" 259 1 nvme3n1 0 0 0 0 0 0 0 0 0 0 0\n"
		" 259 2 nvme3n1p1 0 0 0 0 0 0 0 0 0 0 0\n"
		" 259 3 nvme3c34n1 18 0 200 10 0 0 0 0 0 0 0\n"
		" 259 4 nvme0n1 0 0 0 0 0 0 0 0 0 0 0\n" /* the head first */
		" 259 5 nvme0c0n1 5 0 40 2 0 0 0 0 0 0 0\n"
		" 259 6 nvme0c0n2 50 0 400 20 0 0 0 0 0 0 0\n" /* another namespace, 6.3 */
		" 259 7 nvme0n2 50 0 400 21 0 0 0 0 0 0 0\n"
		" 259 8 nvme0c1n2 50 0 400 20 0 0 0 0 0 0 0\n"
		" 259 9 nvme7n1 9 0 72 4 0 0 0 0 0 0 0\n"      /* no multipath */
		" 259 10 nvme8c1n1 3 0 24 1 0 0 0 0 0 0 0\n"   /* a path whose head is not shown */
		" 259 11 nvme1c1n1x 4 0 32 1 0 0 0 0 0 0 0\n"; /* no name of NVMe: a disk */
	struct disk_reads whole = {0}, pieces = {0};

	(void)state;
	assert_int_equal(parse_diskstats(text, sizeof(text) - 1, &whole), sizeof(text) - 1);
	assert_int_equal(whole.disks, 6);
	assert_int_equal(whole.each[0].reads, 700);
	assert_int_equal(whole.each[0].ms, 100);
	assert_int_equal(whole.each[1].reads, 5);
	assert_int_equal(whole.each[2].reads, 50);
	assert_int_equal(whole.each[2].ms, 21);
	assert_int_equal(whole.all.reads, 700 + 5 + 50 + 9 + 3 + 4);
	for (size_t cut = 1; cut < sizeof(text); cut++) {
		size_t at;

		memset(&pieces, 0, sizeof(pieces));
		at = parse_diskstats(text, cut, &pieces);
		(void)parse_diskstats(text + at, sizeof(text) - 1 - at, &pieces);
		assert_memory_equal(&pieces, &whole, sizeof(whole));
	}
}

/* More namespaces than are told apart: heads are disks as any other, and no path counts twice. */
static void r81_many_namespaces(void **state)
{
	struct disk_reads reads = {0};

	(void)state;
	for (unsigned i = 0; i < 3 * DISKS_MULTIPATH; i++) {
		char line[160];
		int n = snprintf(line, sizeof(line),
				 " 259 0 nvme%un1 2 0 16 4 0 0 0 0 0 0 0\n"
				 " 259 1 nvme%uc0n1 2 0 16 4 0 0 0 0 0 0 0\n",
				 i, i);

		(void)parse_diskstats(line, (size_t)n, &reads);
	}
	assert_int_equal(reads.disks, 3 * DISKS_MULTIPATH);
	assert_int_equal(reads.all.reads, 6 * DISKS_MULTIPATH);
}

/* R87: a file that comes in pieces, cut anywhere, is summed up as one. */
static void r87_counters_in_pieces(void **state)
{
	static const char text[] = "Node 0, zone   Normal\n  pagesets\n    cpu: 0\n"
				   "              count:    12\n              high:     45\n"
				   "    cpu: 1\n              count:    30\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		uint64_t sum = 0;
		size_t at = parse_counter_part(text, cut, "              count:", &sum);

		assert_true(at <= cut);
		assert_int_equal(at + parse_counter_part(text + at, sizeof(text) - 1 - at,
							 "              count:", &sum),
				 sizeof(text) - 1);
		assert_int_equal(sum, 42);
	}
}

static void many_counters_in_one_pass(void **state)
{
	static const char *const names[] = {"oom_kill", "balloon_inflate", "missing", "oom"};
	static const char text[] = "oom_kill_x 1\noom_kill 7\noom_kill 8\nballoon_inflate 4 9\n";
	uint64_t v[4] = {1, 1, 1, 1};

	(void)state;
	assert_int_equal(parse_counters(text, sizeof(text) - 1, names, 4, v), 3);
	assert_int_equal(v[0], 7);
	assert_int_equal(v[1], 9);
	assert_int_equal(v[2], 1);
	assert_int_equal(parse_counters(text, 0, names, 4, v), 0);
}

static void more_disks_than_are_told_apart(void **state)
{
	struct disk_reads reads = {0};

	(void)state;
	for (unsigned i = 0; i < DISKS_EACH + 9; i++) {
		char line[64];
		int length = snprintf(line, sizeof(line), "8 0 vd%c%c 1 0 8 2 0 0 0 0 0 0 0\n",
				      'a' + i / 26, 'a' + i % 26);

		(void)parse_diskstats(line, (size_t)length, &reads);
	}
	assert_int_equal(reads.disks, DISKS_EACH + 9);
	assert_int_equal(reads.all.reads, DISKS_EACH + 9);
	assert_int_equal(reads.each[0].ms, 2);
	assert_int_equal(reads.each[DISKS_EACH - 1].ms, 2 * 10);
}

static void disks_hostile(void **state)
{
	static const char *const texts[] = {"",
					    "\n",
					    "8 0\n",
					    "8 0 sda\n",
					    "8 0 sda 1 2 3\n",
					    "8 0 sda x 2 3 4 5\n",
					    "8 0 sda 1 2 3 4"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		char *copy = bare(texts[i], strlen(texts[i]));
		struct disk_reads reads = {0};

		assert_true(parse_diskstats(copy, strlen(texts[i]), &reads) <= strlen(texts[i]));
		assert_int_equal(reads.disks, 0);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meminfo_reads_every_field),
		cmocka_unit_test(meminfo_reads_only_what_is_wanted),
		cmocka_unit_test(numbers_of_every_length),
		cmocka_unit_test(meminfo_again_is_meminfo),
		cmocka_unit_test(meminfo_any_order),
		cmocka_unit_test(r02_meminfo_without_available),
		cmocka_unit_test(r04_swap_comes_and_goes),
		cmocka_unit_test(r10_meminfo_short_read),
		cmocka_unit_test(meminfo_hostile_lines),
		cmocka_unit_test(meminfo_embedded_nul),
		cmocka_unit_test(counters),
		cmocka_unit_test(counter_sums),
		cmocka_unit_test(r28_stat_hostile_names),
		cmocka_unit_test(r75_stat_newline_in_name),
		cmocka_unit_test(r33_stat_cut_anywhere),
		cmocka_unit_test(stat_rejects),
		cmocka_unit_test(stat_kernel_thread),
		cmocka_unit_test(r93_sysv_segments),
		cmocka_unit_test(r94_stat_layout),
		cmocka_unit_test(r96_children),
		cmocka_unit_test(statm),
		cmocka_unit_test(status_of_a_process),
		cmocka_unit_test(r103_who_ignores_sigterm),
		cmocka_unit_test(status_with_all_the_groups_there_can_be),
		cmocka_unit_test(status_of_old_kernels),
		cmocka_unit_test(status_hostile),
		cmocka_unit_test(integers),
		cmocka_unit_test(last_pid),
		cmocka_unit_test(running),
		cmocka_unit_test(pressure),
		cmocka_unit_test(disks_count_once),
		cmocka_unit_test(r81_paths_count_where_the_head_does_not),
		cmocka_unit_test(r81_many_namespaces),
		cmocka_unit_test(r87_counters_in_pieces),
		cmocka_unit_test(many_counters_in_one_pass),
		cmocka_unit_test(more_disks_than_are_told_apart),
		cmocka_unit_test(disks_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
