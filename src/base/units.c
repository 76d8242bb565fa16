/* SPDX-License-Identifier: MIT */
#include "base/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* To the nearest: the last digit of a size decides nothing, unlike that of a percentage. */
const char *units_size(uint64_t kib, char *buf, size_t size)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	uint64_t one = 1, tenths;
	unsigned unit = 0;

	for (; kib / one >= 1024 && unit < 3; unit++)
		one *= 1024;
	tenths = (kib * 10 + one / 2) / one;
	if (tenths % 10 != 0 && tenths < (unit > 1 ? 1000 : 100))
		(void)snprintf(buf, size, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
			       units[unit]);
	else
		(void)snprintf(buf, size, "%" PRIu64 " %s", (kib + one / 2) / one, units[unit]);
	return buf;
}

const char *units_percent(uint32_t ppm, char *buf, size_t size)
{
	uint32_t hundredths = ppm / 100;

	if (hundredths % 100 == 0)
		(void)snprintf(buf, size, "%" PRIu32, hundredths / 100);
	else if (hundredths % 10 == 0)
		(void)snprintf(buf, size, "%" PRIu32 ".%" PRIu32, hundredths / 100,
			       hundredths / 10 % 10);
	else
		(void)snprintf(buf, size, "%" PRIu32 ".%02" PRIu32, hundredths / 100,
			       hundredths % 100);
	return buf;
}

const char *units_level(uint32_t ppm, uint64_t kib, char *buf, size_t size)
{
	char percent[24];

	if (kib > 0)
		return units_size(kib, buf, size);
	(void)snprintf(buf, size, "%s %%", units_percent(ppm, percent, sizeof(percent)));
	return buf;
}

const char *units_time(uint64_t ns, char *buf, size_t size)
{
	uint64_t us = ns / 1000;

	if (us < 10000)
		(void)snprintf(buf, size, "%" PRIu64 ".%" PRIu64 " ms", us / 1000, us / 100 % 10);
	else if (us < 1000000)
		(void)snprintf(buf, size, "%" PRIu64 " ms", us / 1000);
	else if (us < 100000000 && us / 100000 % 10 != 0)
		(void)snprintf(buf, size, "%" PRIu64 ".%" PRIu64 " s", us / 1000000,
			       us / 100000 % 10);
	else
		(void)snprintf(buf, size, "%" PRIu64 " s", us / 1000000);
	return buf;
}

const char *units_decimal(const char *text, uint64_t one, uint64_t most, uint64_t *ret)
{
	uint64_t value = 0, unit = one;
	bool point = false, digit = false;

	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		digit = true;
		if (point)
			value += (unit /= 10) * (uint64_t)(*text - '0');
		else if ((value = value * 10 + one * (uint64_t)(*text - '0')) > most)
			return NULL;
	}
	*ret = value;
	return digit ? text : NULL;
}
