# SPDX-License-Identifier: MIT
"""What a run of the laboratory with useroom left (tests/vm/run --keep, tests/vm/matrix): its heartbeat, and useroom's own recording."""
import json
import os
import subprocess

from judge import late_from


def late_by_second(folder):
    """Share of each second of the machine's clock in which a beat was late; a late beat counts until it is done. And the seconds
    in which a beat was due."""
    with open(os.path.join(folder, 'heartbeat.json'), encoding='utf-8') as f:
        beats = json.load(f)
    with open(os.path.join(folder, 'start'), encoding='ascii') as f:
        least_us = late_from(beats, float(f.read()) * 1000)
    late = {}
    for at_ms, delay_us in beats:
        begin, end = at_ms / 1000 + least_us / 1e6, at_ms / 1000 + delay_us / 1e6
        while begin < end:
            second = int(begin)
            part = min(end, second + 1) - begin
            late[second] = late.get(second, 0) + part
            begin += part
    return late, {int(at / 1000) for at, _ in beats}


def looks(useroomctl, folder):
    """What useroom recorded of each of its looks, as `useroomctl show -json` says it."""
    out = subprocess.run([useroomctl, 'show', '-json', os.path.join(folder, 'record')], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)['looks']
