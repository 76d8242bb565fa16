/* SPDX-License-Identifier: MIT */
#include "base/scratch.h"

char scratch[SCRATCH_MAX];
