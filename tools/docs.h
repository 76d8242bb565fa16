/* SPDX-License-Identifier: MIT */
/* How text is written in the languages that documents are in: for both files of gen-docs. */
#ifndef USEROOM_DOCS_H
#define USEROOM_DOCS_H

#include "settings/options.h"

#include <stdbool.h>

void roff(const char *text);
void sentence(const char *text); /* roff, with a capital letter first */
void zsh_text(const char *text);
void markdown(const char *text);

/* Has it a value in the file, unlike -help? */
bool is_key(const struct option_row *row);

/* What useroomctl's tables give: ctl-man-commands, ctl-man-options, ctl-bash and so on. false: no
 * such text. */
bool gen_ctl(const char *what);

#endif
