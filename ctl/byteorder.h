/* SPDX-License-Identifier: MIT */
/*
 * A recording of a machine of the other byte order (s390x among the others): the numbers of what is
 * in a recording are turned around in place. Text stays. Pure.
 */
#ifndef USEROOM_CTL_BYTEORDER_H
#define USEROOM_CTL_BYTEORDER_H

#include "tell/recording.h"

void byteorder_header(struct recording_header *header);
void byteorder_look(struct recording_look *look);
void byteorder_span(struct recording_span *span);
void byteorder_event(struct recording_event *event);

#endif
