# SPDX-License-Identifier: MIT
"""For the tests in Python: results as TAP, and waiting for something. Imported."""
import time


class Tap:
    def __init__(self, most=None):
        """most: so many letters of each thing that was said."""
        self.n, self.bad, self.most = 0, 0, most

    def ok(self, good, name, *said):
        self.n += 1
        self.bad += not good
        print(f'{"" if good else "not "}ok {self.n} - {name}', flush=True)
        for line in said if not good else ():
            print('# ' + str(line)[:self.most].replace('\n', '\n# '))

    def skip(self, name, why):
        self.n += 1
        print(f'ok {self.n} - {name} # SKIP {why}', flush=True)


def until(condition, seconds):
    """What it returns once that is true, or None after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    return None
