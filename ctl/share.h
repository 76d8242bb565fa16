/* SPDX-License-Identifier: MIT */
/* Who listens at the socket of `useroomctl share`: asked by status. */
#ifndef USEROOM_CTL_SHARE_H
#define USEROOM_CTL_SHARE_H

#define SHARE_SOCKET "/run/useroom-share/socket"

/*
 * How many programs of this user's listen there, for root those of everybody; or a negative errno:
 * nobody shares, or it does not answer within a second.
 */
int share_listeners(const char *path);

#endif
