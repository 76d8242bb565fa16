#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""made_up.py USEROOMCTL RECORD OUT: what tests/vm/matrix would have left in OUT of two runs, made of a recording that is there
(tests/replay/vm-*.record): for those who read such folders. No machine is started."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lab'))
from judge import judge  # noqa: E402
from scenarios import SCENARIOS  # noqa: E402

SCENARIO, TICK_MS = 'leak', 20
OPTIONS = {'scenario': SCENARIO, 'kernel': '6.1', 'cgroup': 'v2', 'psi': 1, 'swap': 'none', 'swap_mib': 0, 'cpus': 2, 'memory': 512,
           'iops': 1800}


def recorded(looks):
    """As the laboratory's own recorder writes it: what was available in each tick, and one death two seconds before the end."""
    first, last = (int(looks[i]['monotonic_ns'] / 1e6) for i in (0, -1))
    available, at = [], 0
    for ms in range(first, last, TICK_MS):
        while looks[at + 1]['monotonic_ns'] / 1e6 <= ms:
            at += 1
        available.append(looks[at]['mem_available_kib'])
    return {'mem_total_kib': looks[0]['mem_total_kib'], 'tick_ms': TICK_MS, 'first_ms': first, 'available_kib': available,
            'deaths': [{'t_ms': last - 2000, 'pid': 7, 'signal': 15, 'code': 0, 'name': 'hog'}],
            'killer': {'cpu_ns': 5e6, 'rss_kib': 1300, 'major_faults': 2},
            'fields': ['oom_kill', 'memory_full', 'workingset_refault_file'],
            'samples': [[0, i * 1000, i] for i in range(len(available) // 5)]}


def main():
    useroomctl, record, out = sys.argv[1:]
    text = subprocess.run([useroomctl, 'show', '-json', record], stdout=subprocess.PIPE, check=True).stdout
    kept = recorded(json.loads(text)['looks'])
    start_ms = kept['first_ms'] + 5000
    end_ms = kept['first_ms'] + TICK_MS * len(kept['available_kib'])
    # One in a hundred is late.
    beats = [(ms, 300000 if (ms - kept['first_ms']) % 2000 == 0 else 4000) for ms in range(kept['first_ms'], end_ms, 20)]
    files = {'record.json': json.dumps(kept), 'heartbeat.json': json.dumps(beats), 'start': str(start_ms / 1000)}
    for killer in ('none', 'useroom'):
        run = f'{SCENARIO}.{killer}'
        os.makedirs(os.path.join(out, run))
        for name, content in files.items():
            with open(os.path.join(out, run, name), 'w', encoding='utf-8') as f:
                f.write(content)
        shutil.copy(record, os.path.join(out, run, 'record'))
        result = {'run': run, **judge(SCENARIOS[SCENARIO], files, {**OPTIONS, 'killer': killer}), 'host_stood_ms': 0}
        with open(os.path.join(out, 'results.jsonl'), 'a', encoding='utf-8') as f:
            f.write(json.dumps(result) + '\n')


main()
