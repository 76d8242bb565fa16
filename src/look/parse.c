/* SPDX-License-Identifier: MIT */
#include "look/parse.h"

#include "base/util.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* No amount in KiB is taken that would not fit as bytes: then sums of a file's fields cannot
 * overflow either. */
#define KIB_MAX (UINT64_MAX / 1024)

struct span {
	const char *at;
	const char *end;
};

#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes of text, the first of them in the lowest byte of the word. */
static inline __attribute__((always_inline)) uint64_t eight_at(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word)); /* one load; memcmp would be a call where libc is small */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * The digits that these eight bytes begin with, as a number; returns how many there are. All at
 * once: digit by digit the numbers of an idle look cost twice as much.
 */
static inline __attribute__((always_inline)) unsigned take_eight(const char *p, uint64_t *ret)
{
	uint64_t word = eight_at(p) ^ EIGHT('0'); /* digits are 0 to 9 now */
	/* From 10 on a byte has its highest bit in one of the two. A carry is of no matter: it only
	 * reaches what stands behind the first byte that is no digit.
	 */
	uint64_t others = ((word + EIGHT(0x80 - 10)) | word) & EIGHT(0x80);
	unsigned digits = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;

	if (digits == 0)
		return 0;
	word <<= 64 - 8 * digits;       /* zeros in front */
	word = word * 10 + (word >> 8); /* each second byte: two digits */
	word = (word & UINT64_C(0x00ff00ff00ff00ff)) * ((100 << 16) + 1) >> 16; /* four */
	*ret = (word & UINT64_C(0x0000ffff0000ffff)) * ((UINT64_C(10000) << 32) + 1) >> 32;
	return digits;
}

/* Digits to a number. false when there is none or it is above UINT64_MAX. The first 19 digits
 * cannot overflow. */
static inline __attribute__((always_inline)) bool take_number(struct span *s, uint64_t *ret)
{
	const char *p = s->at;
	const char *safe = s->end - p > 19 ? p + 19 : s->end;
	uint64_t value = 0;
	unsigned digit;

	if (s->end - p >= 8)
		p += take_eight(p, &value);
	for (; p < safe && (digit = (unsigned char)*p - (unsigned)'0') <= 9; p++)
		value = value * 10 + digit;
	for (; p < s->end && (digit = (unsigned char)*p - (unsigned)'0') <= 9; p++)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	if (p == s->at)
		return false;
	s->at = p;
	*ret = value;
	return true;
}

/* meminfo's and status' columns are mostly blanks. */
static inline __attribute__((always_inline)) void skip_blanks(struct span *s)
{
	const char *p = s->at;

	for (uint64_t others; s->end - p >= 8; p += 8) {
		others = eight_at(p) ^ EIGHT(' ');
		if (others != 0) {
			p += __builtin_ctzll(others) / 8;
			break;
		}
	}
	while (p < s->end && (*p == ' ' || *p == '\t'))
		p++;
	s->at = p;
}

/* A number is only believed when something ends it: the text may have been cut within it. */
static bool number_ends(const struct span *s)
{
	return s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n');
}

static bool take_field(struct span *s, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	skip_blanks(s);
	if (!take_number(s, &value) || !number_ends(s) || value > max)
		return false;
	*ret = value;
	return true;
}

static bool skip_field(struct span *s)
{
	const char *begin;

	skip_blanks(s);
	begin = s->at;
	while (s->at < s->end && *s->at != ' ' && *s->at != '\t' && *s->at != '\n')
		s->at++;
	return s->at > begin && s->at < s->end;
}

/* Take one line with its newline off the text. A last line without a newline was cut, and is not a
 * line. */
static bool take_line(struct span *text, struct span *ret)
{
	const char *newline = text->at < text->end
				      ? memchr(text->at, '\n', (size_t)(text->end - text->at))
				      : NULL;

	if (!newline)
		return false;
	ret->at = text->at;
	ret->end = newline + 1;
	text->at = newline + 1;
	return true;
}

/* A line's name with its colon, for files made of "Name:   value" lines. */
struct key {
	const char *name;
	uint8_t length;
};
/* clang-format off */ // its releases differ about braces
#define KEY(name) {name, sizeof(name) - 1}
/* clang-format on */

/* Which keys begin with a letter: most lines are then passed over after one look. Index:
 * LETTER(first byte). */
#define LETTER(c) (31u & (unsigned char)(c))

/* The key among candidates that a line begins with, or -1. The colon is looked at first: it settles
 * nearly all. */
static int find_key(const struct key *keys, uint32_t candidates, const struct span *line)
{
	size_t length = (size_t)(line->end - line->at);

	for (; candidates; candidates &= candidates - 1) {
		int i = __builtin_ctz(candidates);
		size_t n = keys[i].length;

		if (n < length && line->at[n - 1] == ':' && memcmp(line->at, keys[i].name, n) == 0)
			return i;
	}
	return -1;
}

/* Fill values[] of the wanted keys; the first line that parses counts. Returns the bits found. */
static uint32_t read_keys(struct span text, const struct key *keys, const uint32_t *by_letter,
			  uint32_t want, uint64_t *values)
{
	uint32_t missing = want;
	struct span line;

	while (missing && take_line(&text, &line)) {
		uint32_t candidates = by_letter[LETTER(*line.at)] & missing;
		int i = candidates ? find_key(keys, candidates, &line) : -1;

		if (i < 0)
			continue;
		line.at += keys[i].length;
		if (take_field(&line, KIB_MAX, &values[i]))
			missing &= ~(1u << i);
	}
	return want & ~missing;
}

static const struct key meminfo_keys[MEMINFO_FIELD_COUNT] = {
	[MEMINFO_MEM_TOTAL] = KEY("MemTotal:"),
	[MEMINFO_MEM_FREE] = KEY("MemFree:"),
	[MEMINFO_MEM_AVAILABLE] = KEY("MemAvailable:"),
	[MEMINFO_BUFFERS] = KEY("Buffers:"),
	[MEMINFO_CACHED] = KEY("Cached:"),
	[MEMINFO_SWAP_TOTAL] = KEY("SwapTotal:"),
	[MEMINFO_SWAP_FREE] = KEY("SwapFree:"),
	[MEMINFO_ANON_PAGES] = KEY("AnonPages:"),
	[MEMINFO_MAPPED] = KEY("Mapped:"),
	[MEMINFO_SHMEM] = KEY("Shmem:"),
	[MEMINFO_SRECLAIMABLE] = KEY("SReclaimable:"),
	[MEMINFO_SUNRECLAIM] = KEY("SUnreclaim:"),
	[MEMINFO_KERNEL_STACK] = KEY("KernelStack:"),
	[MEMINFO_PAGE_TABLES] = KEY("PageTables:"),
	[MEMINFO_SEC_PAGE_TABLES] = KEY("SecPageTables:"),
	[MEMINFO_VMALLOC_USED] = KEY("VmallocUsed:"),
	[MEMINFO_PERCPU] = KEY("Percpu:"),
	[MEMINFO_HUGEPAGES_TOTAL] = KEY("HugePages_Total:"),
	[MEMINFO_HUGEPAGESIZE] = KEY("Hugepagesize:"),
	[MEMINFO_HUGETLB] = KEY("Hugetlb:"),
	[MEMINFO_HUGEPAGES_SURP] = KEY("HugePages_Surp:"),
	[MEMINFO_CMA_FREE] = KEY("CmaFree:"),
	[MEMINFO_BALLOON] = KEY("Balloon:"),
};

static const uint32_t meminfo_letters[32] = {
	[LETTER('A')] = MEMINFO_BIT(MEMINFO_ANON_PAGES),
	[LETTER('B')] = MEMINFO_BIT(MEMINFO_BUFFERS) | MEMINFO_BIT(MEMINFO_BALLOON),
	[LETTER('C')] = MEMINFO_BIT(MEMINFO_CACHED) | MEMINFO_BIT(MEMINFO_CMA_FREE),
	[LETTER('H')] = MEMINFO_BIT(MEMINFO_HUGEPAGES_TOTAL) | MEMINFO_BIT(MEMINFO_HUGEPAGESIZE) |
			MEMINFO_BIT(MEMINFO_HUGETLB) | MEMINFO_BIT(MEMINFO_HUGEPAGES_SURP),
	[LETTER('K')] = MEMINFO_BIT(MEMINFO_KERNEL_STACK),
	[LETTER('M')] = MEMINFO_BIT(MEMINFO_MEM_TOTAL) | MEMINFO_BIT(MEMINFO_MEM_FREE) |
			MEMINFO_BIT(MEMINFO_MEM_AVAILABLE) | MEMINFO_BIT(MEMINFO_MAPPED),
	[LETTER('P')] = MEMINFO_BIT(MEMINFO_PAGE_TABLES) | MEMINFO_BIT(MEMINFO_PERCPU),
	[LETTER('S')] = MEMINFO_BIT(MEMINFO_SWAP_TOTAL) | MEMINFO_BIT(MEMINFO_SWAP_FREE) |
			MEMINFO_BIT(MEMINFO_SHMEM) | MEMINFO_BIT(MEMINFO_SRECLAIMABLE) |
			MEMINFO_BIT(MEMINFO_SUNRECLAIM) | MEMINFO_BIT(MEMINFO_SEC_PAGE_TABLES),
	[LETTER('V')] = MEMINFO_BIT(MEMINFO_VMALLOC_USED),
};

void parse_meminfo(const char *text, size_t length, uint32_t want, struct meminfo *ret)
{
	struct span all = {text, text + length};

	memset(ret, 0, sizeof(*ret));
	ret->have = read_keys(all, meminfo_keys, meminfo_letters, want & MEMINFO_ALL, ret->kib);
}

/* Where the lines of these keys begin; the first of each counts. */
static void find_places(struct span all, uint32_t want, struct meminfo_places *ret)
{
	struct span rest = all, line;

	memset(ret, 0, sizeof(*ret));
	while (want && take_line(&rest, &line)) {
		int i = find_key(meminfo_keys, meminfo_letters[LETTER(*line.at)] & want, &line);
		size_t behind = (size_t)(line.at - all.at) + 1;

		if (i < 0 || behind > UINT16_MAX)
			continue;
		ret->behind[i] = (uint16_t)behind;
		want &= ~MEMINFO_BIT(i);
	}
}

/* Does the line of this key begin at its place? Then *ret_line is what follows its name. */
static bool is_in_place(struct span all, const struct key *key, uint16_t behind,
			struct span *ret_line)
{
	const char *at = all.at + behind - 1;

	if (behind == 0 || (size_t)(all.end - all.at) < behind - 1u + key->length ||
	    (behind > 1 && at[-1] != '\n') || memcmp(at, key->name, key->length) != 0)
		return false;
	*ret_line = (struct span){at + key->length, all.end};
	return true;
}

/* false where a line is not in its place, or anything else than a number. */
static bool read_places(struct span all, uint32_t want, const struct meminfo_places *places,
			struct meminfo *ret)
{
	struct span line;

	if (all.at == all.end || all.end[-1] != '\n') /* cut: is it within a number? */
		return false;
	for (uint32_t left = want; left; left &= left - 1) {
		int i = __builtin_ctz(left);

		if (!is_in_place(all, &meminfo_keys[i], places->behind[i], &line) ||
		    !take_field(&line, KIB_MAX, &ret->kib[i]))
			return false;
	}
	ret->have = want;
	return true;
}

void parse_meminfo_again(const char *text, size_t length, uint32_t want,
			 struct meminfo_places *places, struct meminfo *ret)
{
	struct span all = {text, text + length};

	want &= MEMINFO_ALL;
	memset(ret, 0, sizeof(*ret));
	if (read_places(all, want, places, ret))
		return;
	parse_meminfo(text, length, want, ret);
	find_places(all, want, places);
}

/* The last word of a line as a number. */
static bool last_number(struct span line, uint64_t *ret)
{
	struct span word;
	const char *end = line.end - 1; /* the newline */

	while (end > line.at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	word.at = end;
	word.end = line.end;
	while (word.at > line.at && word.at[-1] != ' ' && word.at[-1] != '\t')
		word.at--;
	return take_field(&word, UINT64_MAX, ret);
}

static bool starts_with(const struct span *line, const char *prefix, size_t n)
{
	return (size_t)(line->end - line->at) > n && memcmp(line->at, prefix, n) == 0;
}

int parse_counter(const char *text, size_t length, const char *name, uint64_t *ret)
{
	struct span all = {text, text + length}, line;
	size_t n = strlen(name);

	while (take_line(&all, &line)) {
		if (!starts_with(&line, name, n) || (line.at[n] != ' ' && line.at[n] != '\t'))
			continue;
		line.at += n;
		if (last_number(line, ret))
			return 0;
	}
	return -ENODATA;
}

uint32_t parse_counters(const char *text, size_t length, const char *const *names, unsigned count,
			uint64_t *ret)
{
	struct span all = {text, text + length}, line;
	uint32_t missing = count >= 32 ? UINT32_MAX : (1u << count) - 1, found = 0;

	while (missing && take_line(&all, &line)) {
		for (uint32_t left = missing; left; left &= left - 1) {
			int i = __builtin_ctz(left);
			size_t n = strlen(names[i]);

			if (*line.at != *names[i] || !starts_with(&line, names[i], n) ||
			    (line.at[n] != ' ' && line.at[n] != '\t'))
				continue;
			line.at += n;
			if (last_number(line, &ret[i]))
				found |= 1u << i;
			missing &= ~(1u << i);
			break;
		}
	}
	return found;
}

/* Adds up whole lines. True when there was one with the prefix; *ret_at: behind the last line. */
static bool add_counters(struct span all, const char *prefix, uint64_t *sum, const char **ret_at)
{
	size_t n = strlen(prefix);
	uint64_t value = 0;
	bool found = false;
	struct span line;

	while (take_line(&all, &line)) {
		if (!starts_with(&line, prefix, n))
			continue;
		if (!skip_field(&line) || !last_number(line, &value))
			continue;
		*sum += value; /* counters wrap, so may their sum: only differences mean something
				*/
		found = true;
	}
	*ret_at = all.at;
	return found;
}

int parse_counter_sum(const char *text, size_t length, const char *prefix, uint64_t *ret)
{
	uint64_t sum = 0;
	const char *at;

	if (!add_counters((struct span){text, text + length}, prefix, &sum, &at))
		return -ENODATA;
	*ret = sum;
	return 0;
}

size_t parse_counter_part(const char *text, size_t length, const char *prefix, uint64_t *sum)
{
	const char *at;

	(void)add_counters((struct span){text, text + length}, prefix, sum, &at);
	return (size_t)(at - text);
}

static bool skip_fields(struct span *s, unsigned count)
{
	while (count-- > 0)
		if (!skip_field(s))
			return false;
	return true;
}

/* "/dev/sda2 partition 2097148 1024 -2": a name is escaped, and has no blanks. */
void parse_swaps(const char *text, size_t length, struct swaps *ret)
{
	struct span all = {text, text + length}, line;

	ret->count = 0;
	while (ret->count < SWAPS_MOST && take_line(&all, &line)) {
		uint64_t size = 0, used = 0;

		if (!skip_fields(&line, 2) || !take_field(&line, KIB_MAX, &size) ||
		    !take_field(&line, KIB_MAX, &used))
			continue; /* the heading */
		ret->each[ret->count].size_kib = size;
		ret->each[ret->count++].used_kib = min_u64(used, size);
	}
}

/* A pid may be printed as a negative number nowhere, but a parent that is outside our pid namespace
 * is 0. */
static bool take_u32(struct span *s, uint32_t max, uint32_t *ret)
{
	uint64_t value = 0;

	if (!take_field(s, max, &value))
		return false;
	*ret = (uint32_t)value;
	return true;
}

static void copy_name(const char *from, size_t length, char *to, size_t size)
{
	if (length > size - 1) /* kworkers' names are longer than TASK_COMM_LEN here */
		length = size - 1;
	memcpy(to, from, length);
	to[length] = '\0';
}

/* Fields 26 (where the code begins) and 28 (where the stack begins): one number of both. */
static uint64_t layout_of(struct span s)
{
	uint64_t code, stack;

	if (!skip_fields(&s, 3) || !take_field(&s, UINT64_MAX, &code) || !skip_fields(&s, 1) ||
	    !take_field(&s, UINT64_MAX, &stack) || stack == 0)
		return 0;
	return code ^ (stack << 17 | stack >> 47);
}

/* What follows the name's ')': " S ppid pgrp session tty tpgid flags ...". */
static bool stat_fields(struct span s, struct proc_stat *stat)
{
	uint32_t ppid = 0, session = 0;

	skip_blanks(&s);
	if (s.end - s.at < 2 || s.at[1] != ' ')
		return false;
	stat->state = *s.at++;
	if (!take_u32(&s, INT32_MAX, &ppid) || !skip_fields(&s, 1) ||
	    !take_u32(&s, INT32_MAX, &session)) /* field 6 */
		return false;
	stat->ppid = (int32_t)ppid;
	stat->session = (int32_t)session;
	if (!skip_fields(&s, 2) || !take_u32(&s, UINT32_MAX, &stat->flags) ||       /* field 9 */
	    !skip_fields(&s, 10) || !take_u32(&s, UINT32_MAX, &stat->threads) ||    /* field 20 */
	    !skip_fields(&s, 1) || !take_field(&s, UINT64_MAX, &stat->start_ticks)) /* field 22 */
		return false;
	stat->layout = layout_of(s);
	return true;
}

int parse_stat(const char *text, size_t length, struct proc_stat *ret)
{
	const char *open = length ? memchr(text, '(', length) : NULL;
	const char *close = length ? memrchr(text, ')', length) : NULL;
	struct proc_stat stat = {0};

	if (!open || !close || close < open)
		return -EBADMSG;
	copy_name(open + 1, (size_t)(close - open - 1), stat.comm, sizeof(stat.comm));
	if (!stat_fields((struct span){close + 1, text + length}, &stat))
		return -EBADMSG;
	*ret = stat;
	return 0;
}

int parse_statm(const char *text, size_t length, uint64_t *ret_resident, uint64_t *ret_shared)
{
	struct span s = {text, text + length};
	uint64_t size = 0, resident = 0, shared = 0;

	if (!take_field(&s, UINT64_MAX, &size) || !take_field(&s, UINT64_MAX, &resident) ||
	    !take_field(&s, UINT64_MAX, &shared))
		return -EBADMSG;
	*ret_resident = resident;
	*ret_shared = shared;
	return 0;
}

#define STATUS_BIT(field) (1u << (field))
#define STATUS_ALL        (STATUS_BIT(STATUS_FIELD_COUNT) - 1)
#define STATUS_SPLIT                                                                               \
	(STATUS_BIT(STATUS_RSS_ANON) | STATUS_BIT(STATUS_RSS_FILE) | STATUS_BIT(STATUS_RSS_SHMEM))
#define STATUS_MASKS                                                                               \
	(STATUS_BIT(STATUS_SIG_BLK) | STATUS_BIT(STATUS_SIG_IGN) | STATUS_BIT(STATUS_SIG_CGT))

static const struct key status_keys[STATUS_FIELD_COUNT] = {
	[STATUS_UID] = KEY("Uid:"),
	[STATUS_NS_PID] = KEY("NSpid:"),
	[STATUS_VM_HWM] = KEY("VmHWM:"),
	[STATUS_VM_RSS] = KEY("VmRSS:"),
	[STATUS_RSS_ANON] = KEY("RssAnon:"),
	[STATUS_RSS_FILE] = KEY("RssFile:"),
	[STATUS_RSS_SHMEM] = KEY("RssShmem:"),
	[STATUS_VM_PTE] = KEY("VmPTE:"),
	[STATUS_VM_PMD] = KEY("VmPMD:"),
	[STATUS_VM_SWAP] = KEY("VmSwap:"),
	[STATUS_SIG_BLK] = KEY("SigBlk:"),
	[STATUS_SIG_IGN] = KEY("SigIgn:"),
	[STATUS_SIG_CGT] = KEY("SigCgt:"),
};

static const uint32_t status_letters[32] = {
	[LETTER('N')] = STATUS_BIT(STATUS_NS_PID),
	[LETTER('R')] = STATUS_SPLIT,
	[LETTER('S')] = STATUS_MASKS,
	[LETTER('U')] = STATUS_BIT(STATUS_UID),
	[LETTER('V')] = STATUS_BIT(STATUS_VM_HWM) | STATUS_BIT(STATUS_VM_RSS) |
			STATUS_BIT(STATUS_VM_PTE) | STATUS_BIT(STATUS_VM_PMD) |
			STATUS_BIT(STATUS_VM_SWAP),
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0000000000004002": the signals are 64 at the most. */
static bool take_mask(struct span *s, uint64_t *ret)
{
	uint64_t mask = 0;
	unsigned digits = 0;

	skip_blanks(s);
	for (; s->at < s->end && hex_digit(*s->at) >= 0; s->at++, digits++)
		mask = mask << 4 | (unsigned)hex_digit(*s->at);
	if (digits == 0 || digits > 16 || !number_ends(s))
		return false;
	*ret = mask;
	return true;
}

/* "4711 1": what it is called in each of its PID namespaces, from ours inwards. */
static bool take_innermost(struct span *s, uint64_t *ret)
{
	uint64_t pid = 0;
	unsigned count = 0;

	while (take_field(s, INT32_MAX, &pid))
		count++;
	*ret = count > 1 ? pid : 0;
	return count > 0;
}

static bool take_status(int field, struct span *line, uint64_t *ret)
{
	if (field == STATUS_NS_PID)
		return take_innermost(line, ret);
	if (STATUS_BIT(field) & STATUS_MASKS)
		return take_mask(line, ret);
	return take_field(line, KIB_MAX, ret);
}

size_t parse_status_part(const char *text, size_t length, struct status_text *status)
{
	struct span rest = {text, text + length}, line;

	while (status->have != STATUS_ALL && take_line(&rest, &line)) {
		uint32_t candidates = status_letters[LETTER(*line.at)] & ~status->have;
		int i = candidates ? find_key(status_keys, candidates, &line) : -1;

		if (i < 0)
			continue;
		line.at += status_keys[i].length;
		if (take_status(i, &line, &status->value[i]))
			status->have |= STATUS_BIT(i);
	}
	if (rest.at == text && status->have != STATUS_ALL)
		return length; /* the middle of a line of groups */
	return (size_t)(rest.at - text);
}

static bool ignores_term(const struct status_text *s)
{
	uint64_t term = UINT64_C(1) << (SIGTERM - 1);
	bool first = s->value[STATUS_NS_PID] == 1;

	if ((s->have & STATUS_MASKS) != STATUS_MASKS || (s->value[STATUS_SIG_BLK] & term))
		return false;
	return (s->value[STATUS_SIG_IGN] & term) || (first && !(s->value[STATUS_SIG_CGT] & term));
}

int parse_status_end(const struct status_text *s, struct proc_status *ret)
{
	const uint64_t *v = s->value;

	if (!(s->have & STATUS_BIT(STATUS_UID)) || v[STATUS_UID] > UINT32_MAX)
		return -EBADMSG;
	*ret = (struct proc_status){
		.uid = (uint32_t)v[STATUS_UID],
		.has_memory = (s->have & STATUS_BIT(STATUS_VM_RSS)) != 0,
		.has_split = (s->have & STATUS_SPLIT) == STATUS_SPLIT,
		.peak_kib = v[STATUS_VM_HWM],
		.rss_kib = v[STATUS_VM_RSS],
		.anon_kib = v[STATUS_RSS_ANON],
		.file_kib = v[STATUS_RSS_FILE],
		.shmem_kib = v[STATUS_RSS_SHMEM],
		.swap_kib = v[STATUS_VM_SWAP],
		.page_tables_kib = v[STATUS_VM_PTE] + v[STATUS_VM_PMD],
		.ns_first = v[STATUS_NS_PID] == 1,
		.ignores_term = ignores_term(s),
	};
	return 0;
}

int parse_number(const char *text, size_t length, uint64_t *ret)
{
	struct span s = {text, text + length};
	uint64_t value;

	if (s.at == s.end || *s.at < '0' || *s.at > '9')
		return -EBADMSG;
	if (!take_number(&s, &value))
		return -ERANGE;
	if (s.at < s.end && *s.at == '\n')
		s.at++;
	if (s.at != s.end)
		return -EBADMSG;
	*ret = value;
	return 0;
}

int parse_int(const char *text, size_t length, int32_t *ret)
{
	size_t minus = length > 0 && text[0] == '-';
	uint64_t value;
	int r = parse_number(text + minus, length - minus, &value);

	if (r < 0)
		return r;
	if (value > (uint64_t)INT32_MAX + minus)
		return -ERANGE;
	*ret = (int32_t)(minus ? -(int64_t)value : (int64_t)value);
	return 0;
}

/* key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap; perms are
 * octal (ipc/shm.c, sysvipc_shm_proc_show). */
static uint64_t segment_bytes(struct span line)
{
	uint64_t perms, rss;

	if (!skip_fields(&line, 2) || !take_field(&line, UINT64_MAX, &perms) ||
	    !skip_fields(&line, 11) || !take_field(&line, UINT64_MAX, &rss))
		return 0;                       /* the heading, for one */
	return perms / 1000 % 10 & 1 ? 0 : rss; /* SHM_DEST is 01000 */
}

uint64_t parse_sysv_shm(const char *text, size_t length)
{
	struct span all = {text, text + length}, line;
	uint64_t bytes = 0;

	while (take_line(&all, &line))
		bytes += segment_bytes(line);
	return bytes / 1024;
}

unsigned parse_numbers(const char *text, size_t length, int32_t *ret, unsigned max)
{
	struct span s = {text, text + length};
	uint32_t number;
	unsigned count = 0;

	while (count < max && take_u32(&s, INT32_MAX, &number))
		ret[count++] = (int32_t)number;
	return count;
}

int parse_last_pid(const char *text, size_t length, int32_t *ret)
{
	struct span s = {text, text + length};
	uint32_t pid = 0;

	/* 0.20 0.18 0.12 1/80 11206 */
	if (!skip_fields(&s, 4) || !take_u32(&s, INT32_MAX, &pid) || *s.at != '\n')
		return -EBADMSG;
	*ret = (int32_t)pid;
	return 0;
}

int parse_running(const char *text, size_t length, uint32_t *ret)
{
	struct span s = {text, text + length};
	uint64_t running = 0;

	/* 0.20 0.18 0.12 1/80 11206 */
	if (!skip_fields(&s, 3))
		return -EBADMSG;
	skip_blanks(&s);
	if (!take_number(&s, &running) || s.at == s.end || *s.at != '/' || running > UINT32_MAX)
		return -EBADMSG;
	*ret = (uint32_t)running;
	return 0;
}

int parse_pressure(const char *text, size_t length, const char *name, uint64_t *ret_us)
{
	struct span all = {text, text + length}, line;
	size_t n = strlen(name);

	/* some avg10=0.00 avg60=0.00 avg300=0.00 total=0 */
	while (take_line(&all, &line)) {
		const char *total;

		if (!starts_with(&line, name, n) || line.at[n] != ' ')
			continue;
		total = memmem(line.at, (size_t)(line.end - line.at), " total=", 7);
		if (total == NULL)
			continue;
		line.at = total + 7;
		if (take_field(&line, UINT64_MAX, ret_us))
			return 0;
	}
	return -ENODATA;
}

/* ---- /proc/diskstats ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(const char *s)
{
	while (is_digit(*s))
		s++;
	return *s == '\0';
}

/* sda1 after sda, nvme0n1p1 after nvme0n1 (disk_name() of block/partitions: a "p" where the disk
 * ends in a digit). */
static bool is_partition(const char *disk, const char *name)
{
	size_t n = strlen(disk);

	if (n == 0 || strncmp(disk, name, n) != 0 || name[n] == '\0')
		return false;
	if (is_digit(disk[n - 1]))
		return name[n] == 'p' && is_digit(name[n + 1]) && all_digits(name + n + 1);
	return all_digits(name + n);
}

static const char *take_u32_of_name(const char *s, uint32_t *ret)
{
	uint64_t value = 0;

	if (!is_digit(*s))
		return NULL;
	for (; is_digit(*s); s++) {
		value = value * 10 + (uint64_t)(*s - '0');
		if (value > UINT32_MAX)
			return NULL;
	}
	*ret = (uint32_t)value;
	return s;
}

/* nvme0n1 is a namespace, nvme0c1n1 a path to it. */
struct nvme_name {
	uint32_t subsystem, path, namespace_id;
	bool is_path;
};

static bool parse_nvme_name(const char *name, struct nvme_name *ret)
{
	const char *s;

	if (strncmp(name, "nvme", 4) != 0 || !(s = take_u32_of_name(name + 4, &ret->subsystem)))
		return false;
	ret->is_path = *s == 'c';
	if (ret->is_path && !(s = take_u32_of_name(s + 1, &ret->path)))
		return false;
	return *s == 'n' && (s = take_u32_of_name(s + 1, &ret->namespace_id)) && *s == '\0';
}

/* On top of others, whose reads count already; ram disks have none that anybody waits for. */
static bool is_stacked(const char *name)
{
	static const char *const prefixes[] = {"dm-", "md", "loop", "ram", "bcache", "drbd"};

	for (unsigned i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return false;
}

static bool take_name(struct span *s, char *to, size_t size)
{
	const char *begin;

	skip_blanks(s);
	begin = s->at;
	if (!skip_field(s))
		return false;
	copy_name(begin, (size_t)(s->at - begin), to, size);
	return true;
}

static void add_time(struct disk_time *to, const struct disk_time *time)
{
	to->reads += time->reads;
	to->sectors += time->sectors;
	to->ms += time->ms;
}

static void take_time(struct disk_time *from, const struct disk_time *time)
{
	from->reads -= time->reads;
	from->sectors -= time->sectors;
	from->ms -= time->ms;
}

static unsigned new_slot(struct disk_reads *d)
{
	unsigned slot = d->disks < DISKS_EACH ? (unsigned)d->disks : DISKS_EACH - 1;

	d->disks++;
	return slot;
}

static void add_at(struct disk_reads *d, unsigned slot, const struct disk_time *time)
{
	add_time(&d->each[slot], time);
	add_time(&d->all, time);
}

/* NULL: there are too many. */
static struct disk_multipath *multipath_of(struct disk_reads *d, const struct nvme_name *name)
{
	struct disk_multipath *m = d->multipath, *end = m + d->multipath_count;

	for (; m < end; m++) {
		if (m->subsystem == name->subsystem && m->namespace_id == name->namespace_id)
			return m;
	}
	if (d->multipath_count == DISKS_MULTIPATH)
		return NULL;
	d->multipath_count++;
	*m = (struct disk_multipath){.subsystem = name->subsystem,
				     .namespace_id = name->namespace_id,
				     .slot = new_slot(d)};
	return m;
}

static void add_path(struct disk_reads *d, struct disk_multipath *m, const struct disk_time *time)
{
	if (m->counts)
		return;
	add_time(&m->paths, time);
	add_at(d, m->slot, time);
}

static void add_head(struct disk_reads *d, struct disk_multipath *m, const struct disk_time *time)
{
	if (time->reads == 0)
		return;
	take_time(&d->each[m->slot], &m->paths);
	take_time(&d->all, &m->paths);
	m->paths = (struct disk_time){0};
	m->counts = true;
	add_at(d, m->slot, time);
}

/* False: it is no namespace of NVMe, or one too many. */
static bool add_nvme(struct disk_reads *d, const char *name, const struct disk_time *time)
{
	struct nvme_name nvme;
	struct disk_multipath *m;

	if (!parse_nvme_name(name, &nvme))
		return false;
	m = multipath_of(d, &nvme);
	if (m == NULL)
		return nvme.is_path;
	if (nvme.is_path)
		add_path(d, m, time);
	else
		add_head(d, m, time);
	return true;
}

/* "8 0 sda reads merged sectors ms ..." */
static void add_disk(struct span line, struct disk_reads *d)
{
	struct disk_time time = {0};
	char name[sizeof(d->disk)] = "";

	if (!skip_fields(&line, 2) || !take_name(&line, name, sizeof(name)) ||
	    !take_field(&line, UINT64_MAX, &time.reads) || !skip_fields(&line, 1) ||
	    !take_field(&line, UINT64_MAX, &time.sectors) ||
	    !take_field(&line, UINT64_MAX, &time.ms))
		return;
	if (is_partition(d->disk, name))
		return;
	memcpy(d->disk, name, sizeof(name));
	if (!is_stacked(name) && !add_nvme(d, name, &time))
		add_at(d, new_slot(d), &time);
}

size_t parse_diskstats(const char *text, size_t length, struct disk_reads *reads)
{
	struct span all = {text, text + length}, line;

	while (take_line(&all, &line))
		add_disk(line, reads);
	return (size_t)(all.at - text);
}

/* A field as it stands, without the blank behind it. Empty at the end of a line. */
static struct span take_word(struct span *s)
{
	struct span word;

	skip_blanks(s);
	word.at = s->at;
	while (s->at < s->end && *s->at != ' ' && *s->at != '\n')
		s->at++;
	word.end = s->at;
	return word;
}

static size_t span_length(const struct span *s)
{
	return (size_t)(s->end - s->at);
}

/* What is left of a path below a mount point, "" or with its first slash; NULL: it is not below. */
static const char *below(const char *path, const struct span *point)
{
	size_t length = span_length(point);

	if (length == 1 && *point->at == '/')
		return path;
	if (length == 0 || strncmp(path, point->at, length) != 0)
		return NULL;
	return path[length] == '/' || path[length] == '\0' ? path + length : NULL;
}

bool path_files_have(const struct path_files *files, const char *text)
{
	for (unsigned i = 0; i < files->count; i++) {
		if (strcmp(files->text[i], text) == 0)
			return true;
	}
	return false;
}

/* One that is too long is not kept: two that were cut could look alike. */
static void add_file(struct path_files *ret, const struct span *device, const struct span *root,
		     const char *rest)
{
	char text[sizeof(ret->text[0])] = "";
	size_t first = span_length(device), second = span_length(root), third = strlen(rest);

	if (second == 1) /* "/": the slash is the rest's */
		second = 0;
	if (first + second + third + 2 > sizeof(text)) {
		ret->incomplete = true;
		return;
	}
	memcpy(text, device->at, first);
	text[first] = ' ';
	memcpy(text + first + 1, root->at, second);
	memcpy(text + first + 1 + second, rest, third + 1);
	if (path_files_have(ret, text))
		return;
	if (ret->count == PATH_FILES_MAX)
		ret->incomplete = true;
	else
		memcpy(ret->text[ret->count++], text, sizeof(text));
}

size_t parse_path_files(const char *text, size_t length, const char *path, struct path_files *ret)
{
	struct span all = {text, text + length}, line;

	while (take_line(&all, &line)) {
		struct span device, root, point;
		const char *rest;

		if (!skip_fields(&line, 2))
			continue;
		device = take_word(&line);
		root = take_word(&line);
		point = take_word(&line);
		rest = below(path, &point);
		if (rest != NULL)
			add_file(ret, &device, &root, rest);
	}
	return (size_t)(all.at - text);
}
