/* SPDX-License-Identifier: MIT */
/* The first byte chooses the file below /proc/PID: '0' stat, '1' statm, '2' status, '3' a number,
 * '4' loadavg. */
#include "look/parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stat(const char *text, size_t length)
{
	struct proc_stat stat;

	memset(&stat, 0xA5, sizeof(stat));
	if (parse_stat(text, length, &stat) < 0)
		return;
	if (!memchr(stat.comm, '\0', sizeof(stat.comm)) || stat.ppid < 0)
		abort();
}

static void check_status(const char *text, size_t length)
{
	struct status_text status = {.have = 0};
	struct proc_status s;

	if (parse_status_part(text, length, &status) > length)
		abort();
	if (parse_status_end(&status, &s) < 0)
		return;
	if (!s.has_memory && s.rss_kib != 0)
		abort();
	if (s.rss_kib + s.anon_kib + s.file_kib + s.shmem_kib + s.swap_kib + s.page_tables_kib <
	    s.page_tables_kib)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	uint64_t a, b;
	int32_t i = 0;

	if (size == 0)
		return 0;
	switch (data[0] % 5) { /* '0' is 48: 48 % 5 is 3, so the digits below are not in order */
	case '0' % 5:
		check_stat(text, size - 1);
		break;
	case '1' % 5:
		(void)parse_statm(text, size - 1, &a, &b);
		break;
	case '2' % 5:
		check_status(text, size - 1);
		break;
	case '3' % 5:
		(void)parse_int(text, size - 1, &i);
		break;
	default:
		if (parse_last_pid(text, size - 1, &i) == 0 && i < 0)
			abort();
	}
	return 0;
}
