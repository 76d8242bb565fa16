# SPDX-License-Identifier: MIT
"""numpy_rows.py FILE: sums random rows of a mapped matrix of 640 MB, and appends to FILE each second "uptime rows"."""
import sys
import time

import numpy

matrix = numpy.memmap('/srv/numbers', dtype='float64', mode='r').reshape(-1, 1024)
random = numpy.random.default_rng()
rows, told = 0, 0.0
with open(sys.argv[1], 'a', encoding='ascii', buffering=1) as out:
    while True:
        matrix[random.integers(len(matrix))].sum()
        rows += 1
        if time.monotonic() - told > 1:
            told = time.monotonic()
            out.write(f'{time.clock_gettime(time.CLOCK_BOOTTIME):.2f} {rows}\n')
