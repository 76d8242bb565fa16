/* SPDX-License-Identifier: MIT */
/* How it reads, in two languages. Pure. */
#ifndef USEROOM_DESKTOP_WORDS_H
#define USEROOM_DESKTOP_WORDS_H

#include "story.h"

#include <stddef.h>

enum language { ENGLISH, CHINESE };

/* The first of a list of locales ("zh_CN.UTF-8", "en"), NULL at its end, that this program has. */
enum language words_language(const char *const *locales);

/* Title and text of the notification of kills, and of the warning; cut at size. Plain text. */
void words_kill(const struct story *story, enum language language, char *title, size_t title_size,
		char *body, size_t body_size);
void words_warning(const struct heard *heard, enum language language, char *title,
		   size_t title_size, char *body, size_t body_size);

#endif
