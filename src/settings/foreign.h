/* SPDX-License-Identifier: MIT */
/*
 * Words of other programs of this kind, for whoever comes from one: earlyoom 1.7 and 1.8, nohang
 * 0.2 and systemd-oomd 257, by their manuals. doc/migration.md has them as a table. Pure.
 */
#ifndef USEROOM_FOREIGN_H
#define USEROOM_FOREIGN_H

/*
 * What to write here instead of an option or key that is not ours, as one sentence: "it is
 * earlyoom's; here it is -hook PATH". NULL: nobody's that we know.
 */
const char *foreign_word(const char *name, char *buf, unsigned size);

/* The same for a line of a file that is no `key = value`: a section, or a line of nohang's. */
const char *foreign_line(const char *line);

#endif
