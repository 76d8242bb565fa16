#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""events.py USEROOM USEROOMCTL SOURCE: doc/events.md is the contract of the JSON log and of useroomctl
-json. Every field of every event that is there must stand in it, and what it promises must be there: of
a dry run's log, of what useroomctl shows of the same run, and of the recordings in tests/replay. Prints
TAP."""
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

USEROOM, CTL, SOURCE = sys.argv[1:4]
PATIENCE = 30  # seconds; only a case that fails waits so long
PAGE = open(f'{SOURCE}/doc/events.md', encoding='utf-8').read()
SETTINGS = ['dry_run', 'mem_term_percent', 'mem_kill_percent', 'swap_term_percent', 'swap_kill_percent', 'interval_ns',
            'stall_millitasks']
MACHINE = ['mem_total_kib', 'mem_available_kib', 'mem_available_percent', 'swap_total_kib', 'swap_free_kib',
           'swap_free_percent']
count = failed = 0


def check(name, wrong):
    global count, failed
    count += 1
    failed += bool(wrong)
    print(f"{'not ok' if wrong else 'ok'} {count} - r118 {name}")
    for line in wrong:
        print(f'# {line}')


def unknown(events):
    """Fields that the page does not name."""
    return sorted({f"{event['event']}: {field}" for event in events for field in event if f'`{field}`' not in PAGE})


def missing(event, fields):
    return [f"{event['event']}: {field} is missing" for field in fields if field not in event]


def ctl(*words):
    return json.loads(subprocess.run([CTL, *words, '-json'], capture_output=True, check=False).stdout)


def wait(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f'Bail out! {what}')
        time.sleep(0.05)


def lines(path):
    with open(path, encoding='utf-8') as file:
        return [json.loads(line) for line in file if line.endswith('\n')]


def compare(log, shown, kind):
    """The last event of this kind, as it was logged and as useroomctl shows it."""
    logged = [event for event in log if event['event'] == kind][-1]
    kept = [event for event in shown if event['event'] == kind][-1]
    wrong = missing(kept, MACHINE + (SETTINGS if kind in ('start', 'reload') else []))
    wrong += [f'{field}: {kept.get(field)}, and the log says {value}' for field, value in logged.items()
              if kept.get(field) != value]
    wrong += [f'{field} is only here' for field in kept if field not in logged]
    check(f'{kind}: useroomctl shows what was logged', wrong)


def run(directory):
    config, record, log = (f'{directory}/{name}' for name in ('conf', 'record', 'log'))
    with open(config, 'w', encoding='utf-8') as file:
        file.write('dry-run = true\nm = 3\nmk = 2\nstall = 2\n')
    with open(log, 'w', encoding='utf-8') as file:
        daemon = subprocess.Popen([USEROOM, '-config', config, '-log', 'json', '-record', record, '-incidents', 'off'],
                                  stderr=file)
    try:
        wait(lambda: any(event['event'] == 'start' for event in lines(log)), 'the daemon does not start')
        compare(lines(log), ctl('events', '-record', record), 'start')
        compare(lines(log), ctl('status', '-record', record)['events'], 'start')
        with open(config, 'w', encoding='utf-8') as file:
            file.write('dry-run = true\nm = 2G\nmk = 1\nstall = off\ni = 0.5\n')
        daemon.send_signal(signal.SIGHUP)
        wait(lambda: any(event['event'] == 'reload' for event in lines(log)), 'the daemon does not read again')
        compare(lines(log), ctl('events', '-record', record), 'reload')
        start = ctl('events', '-record', record)[0]
        check('start: what is not known any more is left out',
              [field for field in start if field in SETTINGS and field != 'dry_run'])
    finally:
        daemon.terminate()
        daemon.wait()
    compare(lines(log), ctl('events', '-record', record), 'stop')
    check('the log has only what the page names', unknown(lines(log)))
    check('useroomctl has only what the page names', unknown(ctl('events', '-record', record)))


def recordings():
    for path in sorted(glob.glob(f'{SOURCE}/tests/replay/*.record')):
        events = ctl('show', path)['events']
        wrong = unknown(events)
        wrong += [f"{event['event']}: {field} is {event[field]!r}" for event in events
                  for field in ('start_ticks', 'call') if field in event]
        wrong += [f"{event['event']}: no candidates" for event in events if event.get('candidates') == []]
        check(f'{os.path.basename(path)}: only what the page names, and nothing that is not known', wrong)


with tempfile.TemporaryDirectory() as place:
    run(place)
recordings()
print(f'1..{count}')
sys.exit(1 if failed else 0)
