/* SPDX-License-Identifier: MIT */
#include "decide/backoff.h"

#include <string.h>

uint64_t backoff_key(const char *path, const char *container)
{
	const char *pod = strstr(container, " pod ");
	const char *text = pod != NULL ? pod : path;

	return hash_bytes(HASH_BEGIN, text, strlen(text)) | 1;
}

static unsigned find(const struct backoff *b, uint64_t key)
{
	unsigned i = 0;

	while (i < BACKOFF_MOST && b->groups[i].key != key)
		i++;
	return i;
}

/* Its row, or a free one, or that of the group that was hit first. */
static unsigned take(struct backoff *b, uint64_t key)
{
	unsigned row = find(b, key);

	if (row < BACKOFF_MOST)
		return row;
	row = 0;
	for (unsigned i = 1; i < BACKOFF_MOST; i++) {
		if (b->groups[i].ended_ns[0] < b->groups[row].ended_ns[0])
			row = i;
	}
	memset(&b->groups[row], 0, sizeof(b->groups[row]));
	b->groups[row].key = key;
	return row;
}

void backoff_note(struct backoff *b, uint64_t key, uint64_t now_ns)
{
	uint64_t *ended_ns = b->groups[take(b, key)].ended_ns;

	memmove(ended_ns + 1, ended_ns, (BACKOFF_VICTIMS - 1) * sizeof(*ended_ns));
	ended_ns[0] = now_ns;
}

bool backoff_holds(const struct backoff *b, uint64_t key, uint64_t now_ns)
{
	unsigned row = find(b, key);
	uint64_t first_ns = row < BACKOFF_MOST ? b->groups[row].ended_ns[BACKOFF_VICTIMS - 1] : 0;

	return first_ns != 0 && now_ns - first_ns < BACKOFF_NS;
}
