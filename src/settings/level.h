/* SPDX-License-Identifier: MIT */
/*
 * The levels -m, -mk, -s, -sk and -warn: a share of the total, or an amount. Pure. Whoever decides
 * takes them as shares, for an amount is one too as soon as the total is known.
 */
#ifndef USEROOM_LEVEL_H
#define USEROOM_LEVEL_H

#include "settings/config.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Parts per million of so much in all. An amount is rounded up, so that "2G" is never missed: by a
 * millionth of the total at most. 1000000 where it is more than there is; 0 of nothing.
 */
static inline uint32_t level_ppm(const struct config *config, enum level which, uint64_t total_kib);

/* "10 %" or "2 GiB", as people read it. Writes into buf (at least 32 bytes) and returns it. */
const char *level_text(const struct config *config, enum level which, char *buf, size_t size);

/*
 * An amount as a word of an option: digits, at most one point, and K, M, G or T, which may be
 * followed by "iB": "512M", "1.5GiB". In KiB. 0, or -EINVAL: it is none, or more than 1024 TiB.
 */
int level_parse_size(const char *text, uint64_t *ret_kib);

/* And back: in the largest unit in which it is whole, "1536M". Writes into buf (at least 24 bytes)
 * and returns it. */
const char *level_print_size(uint64_t kib, char *buf, size_t size);

/*
 * A SIGKILL level that nobody wrote follows a SIGTERM level that was written as an amount: half of
 * it. The default share would lie above `-m 2G` on a machine of more than 40 GiB, where SIGTERM was
 * then never sent. A share that is written later takes the amount back.
 */
void level_follow(struct config *config);

/* Which levels were written is not recorded: those that are not what nobody's writing gives. */
void level_guess_said(struct config *config, const struct config *defaults);

/* ---- within: every look asks for all of them, and nearly always they are shares ---- */

uint32_t level_of_amount(uint64_t kib, uint64_t total_kib);

static inline uint32_t level_written_ppm(const struct config *config, enum level which)
{
	switch (which) {
	case LEVEL_MEM_TERM:
		return config->mem_term_ppm;
	case LEVEL_MEM_KILL:
		return config->mem_kill_ppm;
	case LEVEL_SWAP_TERM:
		return config->swap_term_ppm;
	case LEVEL_SWAP_KILL:
		return config->swap_kill_ppm;
	case LEVEL_WARN:
		return config->warn_ppm;
	case LEVEL_COUNT:
		break;
	}
	return 0;
}

static inline uint32_t level_ppm(const struct config *config, enum level which, uint64_t total_kib)
{
	uint64_t kib = config->level_kib[which];

	return kib == 0 ? level_written_ppm(config, which) : level_of_amount(kib, total_kib);
}

#endif
