/* SPDX-License-Identifier: MIT */
/* HTTP: what is answered to whom, until it is told to stop. */
#ifndef USEROOM_EXPORTER_SERVE_H
#define USEROOM_EXPORTER_SERVE_H

/*
 * Answer at these listening sockets, from one thread, until stop_fd can be read. record: of which
 * recording. Returns 0, or a negative errno when it could not begin or not go on.
 */
int serve(const int *fds, int count, int stop_fd, const char *record);

#endif
