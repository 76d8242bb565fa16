/* SPDX-License-Identifier: MIT */
/* Text from outside; what comes out must be one printable line, and must be prefix-stable in a
 * smaller buffer. */
#include "base/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bytes(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7F)
			abort();
}

static void run(const char *text, size_t length, size_t small)
{
	char *full = malloc(4 * length + 1), *cut = malloc(small), *again = malloc(16 * length + 1);

	if (full && cut && again) {
		log_safe(text, full, 4 * length + 1);
		check_bytes(full);
		if (length > 0 && text[0] != '\0' && full[0] == '\0')
			abort();
		log_safe(text, cut, small);
		if (strlen(cut) >= small || strncmp(full, cut, strlen(cut)) != 0)
			abort();
		/* only its own backslashes can still be unsafe: so what came out is valid UTF-8
		 * without controls */
		log_safe(full, again, 16 * length + 1);
		for (const char *a = full, *b = again; *a; a++, b++) {
			if (*a != *b)
				abort();
			if (*a == '\\')
				b += 3;
		}
	}
	free(full);
	free(cut);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	run(text, size, 1 + (size > 0 ? data[0] % 64u : 0));
	free(text);
	return 0;
}
