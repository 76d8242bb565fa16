# SPDX-License-Identifier: MIT
"""pages.py FILE: a visitor of the shop without rest; appends to FILE each second "uptime pages"."""
import sys
import time
import urllib.request

pages, told = 0, 0.0
with open(sys.argv[1], 'a', encoding='ascii', buffering=1) as out:
    while True:
        try:
            pages += len(urllib.request.urlopen('http://127.0.0.1/', timeout=10).read()) > 300
        except OSError:
            time.sleep(0.1)
        if time.monotonic() - told > 1:
            told = time.monotonic()
            out.write(f'{time.clock_gettime(time.CLOCK_BOOTTIME):.2f} {pages}\n')
