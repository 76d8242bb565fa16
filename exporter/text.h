/* SPDX-License-Identifier: MIT */
/* The numbers as they are handed out: made of the recording, at most once a second. */
#ifndef USEROOM_EXPORTER_TEXT_H
#define USEROOM_EXPORTER_TEXT_H

#include "families.h"

#include <stddef.h>

/*
 * Asked more often, it has the same answer: what asking costs must not depend on who asks. Returns
 * true and the numbers, or false and in their place a sentence about the recording, which is logged
 * as well when it changes. Both stay until the next call.
 */
bool text_of(const char *record, enum families_format format, const char **ret, size_t *ret_size);

#endif
