/* SPDX-License-Identifier: MIT */
#include "settings/level.h"

#include "base/units.h"
#include "base/util.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char units[] = "KMGT";
#define SIZE_MOST_KIB (UINT64_C(1) << 40)

uint32_t level_of_amount(uint64_t kib, uint64_t total_kib)
{
	if (total_kib == 0)
		return 0;
	return kib >= total_kib ? PPM : (uint32_t)((kib * PPM + total_kib - 1) / total_kib);
}

const char *level_text(const struct config *config, enum level which, char *buf, size_t size)
{
	return units_level(level_written_ppm(config, which), config->level_kib[which], buf, size);
}

static const struct {
	enum level term, kill;
} pairs[] = {{LEVEL_MEM_TERM, LEVEL_MEM_KILL}, {LEVEL_SWAP_TERM, LEVEL_SWAP_KILL}};

/* Rounded up, for 0 would be no amount. */
static uint64_t half(uint64_t kib)
{
	return kib / 2 + kib % 2;
}

void level_follow(struct config *config)
{
	for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (!config->level_said[pairs[i].kill])
			config->level_kib[pairs[i].kill] = half(config->level_kib[pairs[i].term]);
	}
}

void level_guess_said(struct config *config, const struct config *defaults)
{
	for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
		enum level kill = pairs[i].kill;
		uint64_t kib = config->level_kib[kill];
		bool follows = kib > 0 && kib == half(config->level_kib[pairs[i].term]);
		bool usual = kib == 0 &&
			     level_written_ppm(config, kill) == level_written_ppm(defaults, kill);

		config->level_said[kill] = !follows && !usual;
	}
}

int level_parse_size(const char *text, uint64_t *ret_kib)
{
	uint64_t thousandths, kib;
	/* In thousandths, which is exact to the KiB from M on. */
	const char *s = units_decimal(text, 1000, SIZE_MOST_KIB * 1000, &thousandths), *unit;

	unit = s != NULL && *s != '\0' ? strchr(units, *s >= 'a' ? *s - 'a' + 'A' : *s) : NULL;
	if (unit == NULL || (s[1] != '\0' && strcmp(s + 1, "iB") != 0))
		return -EINVAL;
	if (__builtin_mul_overflow(thousandths, UINT64_C(1) << (10 * (unit - units)), &kib) ||
	    kib / 1000 > SIZE_MOST_KIB)
		return -EINVAL;
	*ret_kib = kib / 1000;
	return 0;
}

const char *level_print_size(uint64_t kib, char *buf, size_t size)
{
	unsigned unit = 0;

	for (; unit < 3 && kib > 0 && kib % 1024 == 0; unit++)
		kib /= 1024;
	(void)snprintf(buf, size, "%" PRIu64 "%c", kib, units[unit]);
	return buf;
}
