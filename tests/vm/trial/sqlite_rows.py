# SPDX-License-Identifier: MIT
"""sqlite_rows.py THREADS FILE: reads a SQLite database of 1.6 GB by mmap, at random and for ever, and appends to FILE each second
"uptime rows"."""
import random
import sqlite3
import sys
import threading
import time

rows = [0] * int(sys.argv[1])


def serve(n):
    db = sqlite3.connect('file:/srv/sqlite?mode=ro&immutable=1', uri=True)
    db.execute('PRAGMA mmap_size=4294967296')
    while True:
        db.execute('SELECT value FROM t WHERE id = ?', (random.randrange(1200000),)).fetchone()
        rows[n] += 1


for thread in range(len(rows)):
    threading.Thread(target=serve, args=(thread,), daemon=True).start()
with open(sys.argv[2], 'a', encoding='ascii', buffering=1) as out:
    while True:
        out.write(f'{time.clock_gettime(time.CLOCK_BOOTTIME):.2f} {sum(rows)}\n')
        time.sleep(1)
