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
