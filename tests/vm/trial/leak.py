# SPDX-License-Identifier: MIT
"""leak.py MIB [MOST]: a Python program that keeps so many MiB a second; for ever, or until it has as many as it needs."""
import sys
import time

most = float(sys.argv[2]) if len(sys.argv) > 2 else float('inf')
kept = []
while True:
    if len(kept) < most:
        kept.append(bytearray(b'x' * (1 << 20)))
    time.sleep(1 / int(sys.argv[1]))
