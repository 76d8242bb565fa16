/* SPDX-License-Identifier: MIT */
#include "accept.h"

#include "base/util.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* One of the things that are accepted, without blanks around it: "text/plain;version=0.0.4;q=0.5".
 */
struct piece {
	const char *at;
	size_t length;
};

static struct piece trim(const char *at, size_t length)
{
	while (length > 0 && strchr(" \t", *at) != NULL) {
		at++;
		length--;
	}
	while (length > 0 && strchr(" \t", at[length - 1]) != NULL)
		length--;
	return (struct piece){at, length};
}

/* What stands before the next separator; *rest then is behind it, or NULL at the end. */
static struct piece next_piece(const char **rest, const char *end, char separator)
{
	const char *at = *rest, *to = memchr(at, separator, (size_t)(end - at));

	*rest = to != NULL ? to + 1 : NULL;
	return trim(at, (size_t)((to != NULL ? to : end) - at));
}

static bool is(struct piece piece, const char *text)
{
	return piece.length == strlen(text) && strncasecmp(piece.at, text, piece.length) == 0;
}

/* "0.75" in thousandths, which is all that the standard lets one say; 1 for what is none. */
static unsigned weight(struct piece value)
{
	unsigned milli = 0, digit = 1000;

	for (size_t i = 0; i < value.length; i++) {
		if (i == 1 && value.at[i] == '.')
			continue;
		if (value.at[i] < '0' || value.at[i] > '9')
			return 1000;
		milli += (unsigned)(value.at[i] - '0') * digit;
		digit /= 10;
	}
	return value.length > 0 ? (unsigned)min_u64(milli, 1000) : 1000;
}

/* Of one range: what it weighs, and whether its version is the one that is meant. */
struct wish {
	struct piece type;
	unsigned weight;
	bool ours;
};

static struct wish read_wish(struct piece range, const char *version)
{
	const char *rest = range.at, *end = range.at + range.length;
	struct wish wish = {.type = next_piece(&rest, end, ';'), .weight = 1000, .ours = true};

	while (rest != NULL) {
		struct piece parameter = next_piece(&rest, end, ';');
		const char *value = parameter.at;
		struct piece name = next_piece(&value, parameter.at + parameter.length, '=');
		struct piece text;

		if (value == NULL)
			continue;
		text = trim(value, (size_t)(parameter.at + parameter.length - value));
		if (is(name, "q"))
			wish.weight = weight(text);
		else if (is(name, "version"))
			wish.ours = is(text, version);
	}
	return wish;
}

enum families_format accept_format(const char *accept)
{
	const char *rest = accept, *end = accept != NULL ? accept + strlen(accept) : NULL;
	unsigned open = 0, text = 0;

	while (rest != NULL) {
		struct piece range = next_piece(&rest, end, ',');
		struct wish modern = read_wish(range, "1.0.0"), old = read_wish(range, "0.0.4");

		if (modern.ours && is(modern.type, "application/openmetrics-text"))
			open = (unsigned)max_u64(open, modern.weight);
		if (old.ours && is(old.type, "text/plain"))
			text = (unsigned)max_u64(text, old.weight);
	}
	return open > 0 && open >= text ? FAMILIES_OPENMETRICS : FAMILIES_TEXT;
}
