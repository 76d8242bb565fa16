/* SPDX-License-Identifier: MIT */
/* Amounts, shares and times as people read them. Pure. */
#ifndef USEROOM_UNITS_H
#define USEROOM_UNITS_H

#include <stddef.h>
#include <stdint.h>

/* "412 MiB", "2.9 GiB": KiB for people. Writes into buf (at least 24 bytes) and returns it. */
const char *units_size(uint64_t kib, char *buf, size_t size);

/* "9.8": parts per million as percent, at most two decimals, rounded down. Writes into buf and
 * returns it. */
const char *units_percent(uint32_t ppm, char *buf, size_t size);

/* A level as it was written: "2 GiB" where kib is not 0, else "9.8 %". Writes into buf (at least 32
 * bytes) and returns it. */
const char *units_level(uint32_t ppm, uint64_t kib, char *buf, size_t size);

/* "1.2 s", "38 ms", "0.4 ms". */
const char *units_time(uint64_t ns, char *buf, size_t size);

/*
 * Read a plain decimal number, whatever the locale: digits, and at most one point with digits on at
 * least one side; no sign, no exponent, no "nan" (R08). In parts of which `one` (a power of ten)
 * make one: places that are finer are cut off. Returns where it ends; NULL: it is none, or its
 * whole part is more than `most` of these parts, of which there may be 1e18.
 */
const char *units_decimal(const char *text, uint64_t one, uint64_t most, uint64_t *ret);

#endif
