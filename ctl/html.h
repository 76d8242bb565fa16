/* SPDX-License-Identifier: MIT */
/* An incident as one page that needs nothing else: no script, no font, no other file. */
#ifndef USEROOM_CTL_HTML_H
#define USEROOM_CTL_HTML_H

#include "show.h"

#include <stdio.h>

/* The looks and events of this part, drawn and listed. */
void html_write(FILE *file, const struct reading *reading, const struct part *part);

/* Text from outside, for an element or a quoted attribute: control characters as in the log, then
 * what HTML means. */
void html_escape(FILE *file, const char *text);

#endif
