/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <ctype.h>
#include <string.h>

#define DEEPEST 16

struct reader {
	const char *at, *end;
	unsigned depth;
};

static bool value(struct reader *r);

static bool next_is(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static void blanks(struct reader *r)
{
	while (r->at < r->end && strchr(" \t\r\n", *r->at) != NULL)
		r->at++;
}

static bool escape(struct reader *r)
{
	if (r->at == r->end)
		return false;
	if (*r->at++ != 'u')
		return strchr("\"\\/bfnrt", r->at[-1]) != NULL;
	for (int i = 0; i < 4; i++) {
		if (r->at == r->end || !isxdigit((unsigned char)*r->at++))
			return false;
	}
	return true;
}

/* RFC 3629; overlong forms and surrogates are for the unit tests of whoever writes the text. */
static bool rest_of_character(struct reader *r, unsigned char first)
{
	int more = first < 0x80                    ? 0
		   : first >= 0xc2 && first < 0xe0 ? 1
		   : first >= 0xe0 && first < 0xf0 ? 2
		   : first >= 0xf0 && first < 0xf5 ? 3
						   : -1;

	for (; more > 0; more--) {
		if (r->at == r->end || ((unsigned char)*r->at++ & 0xc0) != 0x80)
			return false;
	}
	return more == 0;
}

static bool string(struct reader *r)
{
	if (!next_is(r, '"'))
		return false;
	while (r->at < r->end) {
		unsigned char c = (unsigned char)*r->at++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' ? !escape(r) : !rest_of_character(r, c)))
			return false;
	}
	return false;
}

static bool digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && isdigit((unsigned char)*r->at))
		r->at++;
	return r->at > start;
}

static bool number(struct reader *r)
{
	(void)next_is(r, '-');
	if (!next_is(r, '0') && !digits(r))
		return false;
	if (next_is(r, '.') && !digits(r))
		return false;
	if (!next_is(r, 'e') && !next_is(r, 'E'))
		return true;
	if (!next_is(r, '+'))
		(void)next_is(r, '-');
	return digits(r);
}

static bool literal(struct reader *r, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool pair(struct reader *r)
{
	blanks(r);
	if (!string(r))
		return false;
	blanks(r);
	return next_is(r, ':') && value(r);
}

/* What stands between brackets: items with commas between them. */
static bool list(struct reader *r, char close, bool (*item)(struct reader *r))
{
	blanks(r);
	if (next_is(r, close))
		return true;
	do {
		if (!item(r))
			return false;
		blanks(r);
	} while (next_is(r, ','));
	return next_is(r, close);
}

static bool value(struct reader *r)
{
	bool fine;

	if (r->depth == DEEPEST)
		return false;
	r->depth++;
	blanks(r);
	if (next_is(r, '{'))
		fine = list(r, '}', pair);
	else if (next_is(r, '['))
		fine = list(r, ']', value);
	else
		fine = string(r) || literal(r, "true") || literal(r, "false") ||
		       literal(r, "null") || number(r);
	r->depth--;
	return fine;
}

bool json_is_object(const char *text, size_t length)
{
	struct reader r = {.at = text, .end = text + length};

	blanks(&r);
	if (r.at == r.end || *r.at != '{' || !value(&r))
		return false;
	blanks(&r);
	return r.at == r.end;
}
