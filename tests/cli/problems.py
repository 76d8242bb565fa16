#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""problems.py USEROOMCTL SOURCE: each line that useroom writes about something that went wrong is
found by the one rule of kubernetes/node-problem-detector.json that is meant for it, and no other
line by any. Prints TAP."""
import glob
import json
import re
import subprocess
import sys

from tap import Tap

# An event as JSON has it, and the rule for it.
REASONS = {'stuck': 'UseroomVictimStuck', 'nobody': 'UseroomEndsNobody', 'futile': 'UseroomEndsNobody',
           'squeezed': 'ContainerAtItsLimit', 'kernel_kill': 'KernelWasFirst'}
# What no recording of the tests has; src/tell/report.c has the words between the numbers.
OTHERS = {
    '4711 (tar) has not gone away 10 s after its first signal: it is stuck in the kernel (state D); its memory is not waited for':
    ('UseroomVictimStuck', ' has not gone away '),
    "the kernel's own killer ended 1 process": ('KernelWasFirst', "the kernel's own killer ended "),
    'would kill 99 (bomb) and 3 more that are alike and began lately, and 9 (bomb) that starts them with SIGTERM: available 38 MiB (39.8 %) <= 40 %, no swap':
    ('UseroomWouldEndProcess', ' more that %s'),
    '/a is held up at its memory.high of 200 MiB: throttled 720 times a second, and 0 % of it is page cache or free; '
    'nobody is ended for it': ('ContainerAtItsLimit', ' is held up at its memory.high of '),
    '/a fills up to its own limit of 256 MiB: 4 % of it is page cache or free; it grew by 96 MiB; nobody is ended for it':
    ('ContainerAtItsLimit', ' fills up to its own limit of '),
}


def found(rules, line):
    """As node-problem-detector does it: up to the end of its buffer, of which this is the last line."""
    return {r['reason'] for r in rules if re.search(r['pattern'] + r'\Z', 'useroom: a line before it\n' + line)}


def recorded(useroomctl, path):
    """Pairs of an event and its line, of what a recording has."""
    said = [subprocess.run([useroomctl, 'events', '-record', path, *more], capture_output=True, text=True, check=True).stdout
            for more in ([], ['-json'])]
    lines = [line.split('  ', 1)[1] for line in said[0].splitlines()]
    return list(zip(json.loads(said[1]), lines))


def meant(event):
    if event['event'] == 'kill':
        return 'UseroomWouldEndProcess' if event['dry_run'] else 'UseroomEndedProcess'
    return REASONS.get(event['event'])


def main():
    useroomctl, source = sys.argv[1:]
    tap = Tap()
    with open(f'{source}/kubernetes/node-problem-detector.json', encoding='utf-8') as f:
        config = json.load(f)
    rules = config['rules']
    tap.ok(config['plugin'] == 'journald' and config['pluginConfig'] == {'source': 'useroom'}, 'it reads what the service writes')
    tap.ok(all(r['type'] == 'temporary' and re.fullmatch('[A-Za-z]+', r['reason']) for r in rules), 'each rule makes an event')
    # RE2 has neither of these
    tap.ok(not any(re.search(r'\(\?[=!<]|\\[1-9]', r['pattern']) for r in rules), 'no pattern looks around or back')

    events = [pair for path in sorted(glob.glob(f'{source}/tests/replay/*.record')) for pair in recorded(useroomctl, path)]
    wrong = [f'{found(rules, line)}: {line}' for event, line in events if found(rules, line) != {meant(event)} - {None}]
    kinds = {event['event'] for event, _ in events}
    tap.ok(events and not wrong, f'{len(events)} recorded lines: each by its rule', *wrong)
    tap.ok({'kill', 'nobody', 'futile', 'freed', 'recovered', 'start'} <= kinds, 'and there are all these kinds', kinds)

    with open(f'{source}/doc/containers.md', encoding='utf-8') as f:
        page = [line.rstrip() for line in f]
    lines = [line for line in page if line.endswith('nobody is ended for it')]
    tap.ok(lines and all(found(rules, line) == {'ContainerAtItsLimit'} for line in lines), 'the lines of doc/containers.md', lines)
    lines = [line for line in page if line.startswith('killed ')]
    tap.ok(lines and all(found(rules, line) == {'UseroomEndedProcess'} for line in lines), 'and who is ended there', lines)

    with open(f'{source}/src/tell/report.c', encoding='utf-8') as f:
        report = f.read()
    for line, (reason, words) in OTHERS.items():
        tap.ok(found(rules, line) == {reason} and words in report, f'{reason}: {words.strip()}', found(rules, line))
    print(f'1..{tap.n}')
    return tap.bad > 0


if __name__ == '__main__':
    sys.exit(main())
