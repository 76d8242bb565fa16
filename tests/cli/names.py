#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""names.py USEROOMCTL RECORDING...: with -without-names no name of a recording is in anything that
useroomctl makes of it, whatever the command. Each text of each recording's events, and its machine,
is made a word that occurs nowhere else; then all output is searched for them. Prints TAP."""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

from tap import Tap

CTL, RECORDINGS = os.path.abspath(sys.argv[1]), sys.argv[2:]
# doc/recorder-format.md: where the header says where events are, and what names the machine
EVENTS, BOOT_ID, HOST = 24 + 16 * 2, (104, 144), (144, 208)
TEXT = re.compile(rb'[A-Za-z0-9/][\w./:@+-]{2,}(?=\0)')
COMMANDS = (('show',), ('show', '-json'), ('show', '-html', '-'), ('replay', '-m', '40'),
            ('replay', '-m', '40', '-json'))
OF_RECORD = (('events',), ('events', '-json'), ('metrics',))
OF_DIRECTORY = (('incidents',), ('incidents', '-json'))


tap = Tap(most=1000)  # what was said may be a whole page


def marked(data, words):
    """The recording with words of ours in place of its own, and those words."""
    data = bytearray(data)
    begin = struct.unpack_from('=I', data, EVENTS)[0]
    spans = [(at + m.start(), at + m.end()) for at, to in (BOOT_ID, HOST, (begin, len(data)))
             for m in TEXT.finditer(bytes(data[at:to]))]
    for a, b in spans:
        own = bytes(data[a:b])
        if own not in words:
            word = f'Q{len(words):X}Z'.encode() + b'QXZ' * 30
            words[own] = word[:b - a]
        data[a:b] = words[own]
    return bytes(data)


def run(*words):
    return subprocess.run([CTL, *words], capture_output=True, check=False)


def leaks(output, words):
    return sorted(w for w in words.values() if w in output)


def outputs(path, directory, *more):
    for command in COMMANDS:
        yield ' '.join(command), run(command[0], path, *command[1:], *more)
    for command in OF_RECORD:
        yield ' '.join(command), run(*command, '-record', path, *more)
    for command in OF_DIRECTORY:
        yield ' '.join(command), run(*command, '-incidents', directory, *more)
    yield 'replay DIRECTORY -json', run('replay', directory, '-m', '40', '-json', *more)


def one_recording(path, work):
    name = os.path.basename(path)
    words = {}
    with open(path, 'rb') as f:
        data = marked(f.read(), words)
    directory = os.path.join(work, f'{name}.d')
    os.mkdir(directory)
    copy = os.path.join(directory, '20260101-000000-000001.useroom')
    with open(copy, 'wb') as f:
        f.write(data)
    with_names = {command: result for command, result in outputs(copy, directory)}
    tap.ok(all(r.returncode in (0, 1) for r in with_names.values()) and leaks(with_names['show -json'].stdout, words),
           f'{name}: {len(words)} words, and without the option they are shown', with_names['show -json'])
    for command, result in outputs(copy, directory, '-without-names'):
        found = leaks(result.stdout, words)
        tap.ok(not found and result.returncode == with_names[command].returncode and len(result.stdout) > 10,
               f'{name}: {command}', found, result.stderr)
    handed = os.path.join(work, f'{name}.handed')
    result = run('show', copy, '-without-names', '-copy', handed)
    with open(handed, 'rb') as f:
        found = leaks(f.read(), words)
    tap.ok(result.returncode == 0 and not found, f'{name}: show -copy', found, result.stderr)
    same_but_for_names(name, copy, handed)


def numbers(value):
    """All that is no text, in its order."""
    if isinstance(value, dict):
        return [(k, numbers(v)) for k, v in value.items() if k != 'uid']
    if isinstance(value, list):
        return [numbers(v) for v in value]
    return '' if isinstance(value, str) else value


def same_but_for_names(name, copy, handed):
    before, after = (json.loads(run('show', path, '-json').stdout) for path in (copy, handed))
    tap.ok(numbers(before) == numbers(after) and before['looks'], f'{name}: what was handed on has the same numbers')
    before, after = (run('replay', path, '-m', '40', '-json') for path in (copy, handed))
    tap.ok(numbers(json.loads(before.stdout)) == numbers(json.loads(after.stdout)) and
           before.returncode == after.returncode, f'{name}: and replays as it did')


def keys(path, work):
    key, short = os.path.join(work, 'key'), os.path.join(work, 'short')
    with open(key, 'wb') as f:
        f.write(os.urandom(32))
    with open(short, 'wb') as f:
        f.write(b'short')
    first, again = (run('show', path, '-without-names', '-names-key', key).stdout for _ in range(2))
    tap.ok(first == again and b'proc-' in first, 'one key: the same pseudonyms each time')
    first, again = (run('show', path, '-without-names').stdout for _ in range(2))
    tap.ok(first != again, 'none: others each time')
    for words, code, sentence in ((('-without-names', '-names-key', short), 1, b'a key has 16 bytes or more'),
                                  (('-without-names', '-names-key', '/nowhere'), 1, b'No such file'),
                                  (('-names-key', key), 2, b'with -without-names only'),
                                  (('-copy', key), 1, b'File exists'), (('-copy', key, '-json'), 2, b'one of them')):
        result = run('show', path, *words)
        tap.ok(result.returncode == code and sentence in result.stderr and result.stderr.count(b'\n') == 1,
               f'{" ".join(os.path.basename(w) for w in words)}: {sentence.decode()}', result)
    for command in ('top', 'why', 'status', 'domains'):
        result = run(command, '-without-names')
        tap.ok(result.returncode == 2 and b'does not take -without-names' in result.stderr,
               f'{command} is of the machine now: refused', result)


def main():
    with tempfile.TemporaryDirectory() as work:
        for path in RECORDINGS:
            one_recording(path, work)
        keys(RECORDINGS[0], work)
    print(f'1..{tap.n}')
    sys.exit(bool(tap.bad))


main()
