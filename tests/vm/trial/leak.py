# SPDX-License-Identifier: MIT
"""leak.py MIB: a Python program that keeps so many MiB a second, for ever."""
import sys
import time

kept = []
while True:
    kept.append(bytearray(b'x' * (1 << 20)))
    time.sleep(1 / int(sys.argv[1]))
