/* SPDX-License-Identifier: MIT */
#ifndef LIVE_JSON_H
#define LIVE_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Is this text one whole JSON object (RFC 8259), in UTF-8, and nothing else? */
bool json_is_object(const char *text, size_t length);

#endif
