#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""count-tests.py TESTLOG.JSON STATUS: the single cases of a meson test run that were skipped, with the
reason, that passed when they were played again, or that failed, with what they said (newer mesons keep it to
themselves), and one closing line. Exits with 1 when a case failed, when meson did, or when nothing ran."""
import json
import re
import sys

PLACE = re.compile(r'.* / |.* - \S*:')  # what meson puts before a test's name
SAID_MAX = 40  # lines of one case
TAP = re.compile(r'^(not )?ok\b\s*(\d+)?\s*-?\s*(.*)$')


def cases(test):
    """[result, name, what it said] of each case of one test program; the program itself where it prints no TAP."""
    found = []
    for line in (test.get('stdout') or '').splitlines():
        match = TAP.match(line)
        if not match:
            if found and line.startswith('#'):
                found[-1][2].append(line)
            continue
        name, _, note = match.group(3).partition(' # ')
        if note.upper().startswith('SKIP'):
            found.append(['skipped', f'{name}: {note[4:].strip()}', []])
        elif note.startswith('AGAIN'):
            found.append(['again', f'{name}: {note[5:].strip()}', []])
        else:
            found.append(['failed' if match.group(1) else 'passed', name, []])
    crashed = test['result'] not in ('OK', 'SKIP') and not any(r == 'failed' for r, _, _ in found)
    if not found or crashed:
        kind = {'OK': 'passed', 'SKIP': 'skipped'}.get(test['result'], 'failed')
        why = re.search(r'^SKIP (.*)', test.get('stdout') or '', re.M)
        found.append([kind, f"{test['name']}: {why.group(1)}" if why and kind == 'skipped' else test['name'], []])
    return found


def main():
    sys.stdout.reconfigure(errors='backslashreplace')  # what a test said may be beyond the locale
    path, status = sys.argv[1], int(sys.argv[2])
    count = {'passed': 0, 'failed': 0, 'skipped': 0}
    try:
        with open(path, encoding='utf-8', errors='replace') as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError:
        tests = []
    told = {'skipped': [], 'again': [], 'failed': []}
    for test in tests:
        for result, name, said in cases(test):
            count['passed' if result == 'again' else result] += 1
            if result != 'passed':
                told[result].append(f"{result}: {PLACE.sub('', test['name'])}: {name}")
            if result in ('failed', 'again'):
                told[result] += said[:SAID_MAX]
    # What failed comes last: of a long log often only the end is kept.
    lines = sum(told.values(), [])
    print(*lines, sep='\n', end='\n' if lines else '')
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count['failed'] or count['passed'] == 0 or status != 0 else 0


sys.exit(main())
