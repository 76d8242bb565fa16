# SPDX-License-Identifier: MIT
"""A machine of 1 GiB that is pretended, and hogs of users that are really ended on it. Imported by share.py and desktop.py, in
namespaces of their own."""
import os
import shutil
import signal
import subprocess
import sys

from tap import until

ANNA, BERT = 61001, 61002
GIB = 1024 * 1024  # KiB
HOG = 'x = bytearray(80 << 20); print("full", flush=True); import time; time.sleep(1000)'


def pretend(percent, path='meminfo'):
    total, available = GIB, GIB * percent // 100
    lines = {'MemTotal': total, 'MemFree': available // 2, 'MemAvailable': available, 'Cached': available // 2,
             'SwapTotal': 0, 'SwapFree': 0, 'AnonPages': total - available, 'Shmem': 0, 'SReclaimable': 0, 'SUnreclaim': 0,
             'PageTables': 0}
    with open(path, 'r+b' if os.path.exists(path) else 'wb') as f:
        f.write(''.join(f'{k + ":":<15} {v:>9} kB\n' for k, v in lines.items()).encode())


def said(path, errors='strict'):
    with open(path, 'rb') as f:
        return f.read().decode(errors=errors)


class World:
    """Who was started. The daemon's log is useroom.log."""

    def __init__(self, tap, seconds):
        self.tap, self.seconds, self.started = tap, seconds, []

    def start(self, *command, log, **how):
        with open(log, 'wb') as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **how)
        self.started.append(process)
        return process

    def hog_is_ended(self, name, uid):
        """Of this user, by SIGTERM. Returns its pid."""
        shutil.copy(sys.executable, name)
        hog = self.start(f'./{name}', '-I', '-S', '-c', HOG, log='hog.log', user=uid, group=uid, extra_groups=[])
        until(lambda: 'full' in said('hog.log'), self.seconds)
        pretend(30)
        ended = until(lambda: hog.poll() is not None, self.seconds)
        pretend(80)
        self.tap.ok(ended and hog.returncode == -signal.SIGTERM, f'{name} is ended', said('useroom.log'))
        return hog.pid

    def end(self):
        for process in reversed(self.started):
            process.kill()
            process.wait()
