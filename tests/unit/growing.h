/* SPDX-License-Identifier: MIT */
/* A machine of 1000 MiB, a table, and what is known of who grew: for the tests of their order. */
#ifndef TEST_GROWING_H
#define TEST_GROWING_H

#include "choose/growth.h"

#include <string.h>

#define MIB(n) (UINT64_C(1024) * (n))

static struct config config;
static struct rank rank;
static struct growth growth;
static struct proc_table table;

static int set_up(void **state)
{
	(void)state;
	config = (struct config){.min_victim_ppm = 10000};
	rank = (struct rank){.config = &config,
			     .mem_total_kib = MIB(1000),
			     .total_kib = MIB(1000),
			     .page_kib = 4,
			     .self = 1,
			     .may_kill_all = true};
	memset(&table, 0, sizeof(table));
	memset(&growth, 0, sizeof(growth));
	return 0;
}

#endif
