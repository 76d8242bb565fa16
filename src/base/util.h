/* SPDX-License-Identifier: MIT */
/* What every file may use: units of time, shares, and the smaller of two. */
#ifndef USEROOM_UTIL_H
#define USEROOM_UTIL_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_US UINT64_C(1000)

/* Shares are in parts per million, so that 7.5 % is exact. */
#define PPM             1000000u
#define PPM_PER_PERCENT 10000u

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * For what is large, in the way of each look, and written before it is read: the hardened build
 * zeroes automatic variables (gcc 12, clang 8; both know this word then).
 */
#ifndef __has_attribute
#define __has_attribute(x) 0
#endif
#if __has_attribute(uninitialized)
#define NOT_ZEROED __attribute__((uninitialized))
#else
#define NOT_ZEROED
#endif

/* Never part of an idle look: kept apart, so that this does not pay for its frame. */
#define SELDOM __attribute__((noinline, cold))

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Of sizes, which have 32 bits where a pointer has. */
static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline double min_double(double a, double b)
{
	return a < b ? a : b;
}

static inline double max_double(double a, double b)
{
	return a > b ? a : b;
}

/* Nothing of nothing is no part of it. */
static inline double ratio(double part, double of)
{
	return of > 0 ? part / of : 0;
}

/* a - b, or 0 where that would be below it. */
static inline uint64_t minus_u64(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t clamp_u64(uint64_t value, uint64_t low, uint64_t high)
{
	return min_u64(max_u64(value, low), high);
}

/* Bytes as one number: FNV-1a, 64 bits. More than one piece: begin with what the last one gave. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *p = (const unsigned char *)bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* Rounded down, so that exactly 10 % is "at 10 %". 2^64 / 10^6 KiB are 17 PiB: no overflow. */
static inline uint32_t share_ppm(uint64_t part, uint64_t total)
{
	return total == 0 ? 0 : (uint32_t)(min_u64(part, total) * PPM / total);
}

#endif
