#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""share.py USEROOM USEROOMCTL: what users learn from `useroomctl share` of real kills: of their own
processes all, of others' no name. On a pretended machine, in namespaces of its own, as
tests/cli/chain: what is ended is a hog that this script started. Prints TAP."""
import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from scene import ANNA, BERT, World, pretend, said
from tap import Tap, until as wait_until

USEROOM, CTL = (os.path.abspath(p) for p in sys.argv[1:3])
INSIDE = 'USEROOM_SHARE_INSIDE'
DEADLINE = 60  # s, for each thing that is waited for
OF_ONE_MOST = 8  # ctl/share.c
SOCKET = '/run/useroom-share/socket'


tap = Tap()
until = functools.partial(wait_until, seconds=DEADLINE)


def run(*words, **how):
    return subprocess.run(words, capture_output=True, encoding='utf-8', check=False, **how)


def enter():
    words = ['unshare', '--pid', '--mount', '--fork', '--kill-child', '--mount-proc']
    if os.geteuid() != 0 or run(*words, 'true').returncode != 0:
        print('1..0 # SKIP other users and namespaces of one\'s own need root')
        return 0
    again = [*words, sys.executable, __file__, *sys.argv[1:]]
    return subprocess.run(again, env={**os.environ, INSIDE: '1'}, check=False).returncode


class Listener:
    """A user's, and what it was told."""

    def __init__(self, uid):
        self.socket = socket.socket(socket.AF_UNIX)
        self.text = b''
        os.seteuid(uid)  # whom the kernel names is who connects
        try:
            self.socket.connect(SOCKET)
        finally:
            os.seteuid(0)
        self.socket.setblocking(False)

    def read(self):
        """True while it is connected."""
        try:
            while more := self.socket.recv(65536):
                self.text += more
        except BlockingIOError:
            return True
        except ConnectionResetError:
            pass
        return False

    def events(self, kind=None):
        self.read()
        lines = [json.loads(line) for line in self.text.decode().splitlines()]
        return [e for e in lines if kind in (None, e['event'])]

    def close(self):
        self.socket.close()


class Shared(World):
    def share(self, log='share.log'):
        process = self.start(CTL, 'share', log=log)
        until(lambda: 'shares events at' in said(log))
        return process


def status(uid):
    return run(CTL, 'status', user=uid, group=uid, extra_groups=[]).stdout


def kills(world):
    anna, bert = Listener(ANNA), Listener(BERT)
    hello = until(lambda: anna.events('hello'))
    tap.ok(hello and hello[0]['running'] and hello[0]['listeners'] == 0,
           'who connects is greeted, and told that useroom runs', anna.text)
    tap.ok('\n2 sessions listen (useroom-notify)\n' in status(0),
           'status says that two sessions listen', status(0))
    pid = world.hog_is_ended('secret-one', ANNA)
    kill = until(lambda: anna.events('kill'))
    tap.ok(kill and kill[0]['own'] and kill[0]['name'] == 'secret-one' and kill[0]['pid'] == pid
           and kill[0]['freeable_kib'] > 80 << 10 and kill[0]['signal'] == 'SIGTERM',
           'its owner is told which, and what it held', anna.text)
    tap.ok(kill and not [k for k in kill[0] if re.match('next_|candidates|user$', k)],
           'and not who else was there', anna.text)
    tap.ok(until(lambda: anna.events('recovered')), 'and when memory is back', anna.text)
    kill = until(lambda: bert.events('kill'))
    tap.ok(kill and kill[0]['own'] is False, 'another user is told that one was ended', bert.text)
    until(lambda: bert.events('recovered'))
    names = (b'secret', b'"pid"', str(ANNA).encode(), b'freeable')
    tap.ok(not any(name in bert.text for name in names),
           'and neither its name nor its owner nor what it held', bert.text)
    bert.close()
    tap.ok(until(lambda: '\n1 session listens' in status(0)),
           'who has left is not counted', status(0))
    pid = world.hog_is_ended('secret-two', BERT)
    unseen = f'no session of user {BERT} listens: that process {pid} was ended was not shown'
    tap.ok(until(lambda: unseen in said('share.log')),
           'a kill that its owner does not see is said', said('share.log'))
    until(lambda: len(anna.events('kill')) == 2)
    own = [e['own'] for e in anna.events('kill')]
    tap.ok(own == [True, False] and b'secret-two' not in anna.text,
           'others are told of it without its name', anna.text)
    late = Listener(BERT)
    tap.ok(until(lambda: len(late.events('kill')) == 2)
           and late.events('kill')[1]['name'] == 'secret-two',
           'whoever comes a little late is told of it', late.text)
    root = Listener(0)
    tap.ok(until(lambda: len(root.events('kill')) == 2)
           and [e['name'] for e in root.events('kill')] == ['secret-one', 'secret-two'],
           'root may know both names', root.text)
    tap.ok([e['own'] for e in root.events('kill')] == [False, False],
           'and is told that they were not his', root.text)
    for one in (anna, late, root):
        one.close()


def crowds(world, share):
    many = [Listener(ANNA) for _ in range(OF_ONE_MOST)]
    until(lambda: all(one.events('hello') for one in many))
    more = Listener(ANNA)
    tap.ok(until(lambda: not more.read()), 'one user has so many connections and no more')
    other = Listener(BERT)
    tap.ok(until(lambda: other.events('hello')) and other.read(), 'and keeps nobody else from his')
    many[0].socket.send(b'GET / HTTP/1.1\r\n')
    tap.ok(until(lambda: not many[0].read()), 'who talks has to go')
    tap.ok(all(one.read() for one in many[1:]), 'and nobody else')
    second = run(CTL, 'share')
    tap.ok(second.returncode == 1 and 'another one listens there' in second.stderr,
           'a second one gives way', second.stderr)
    share.kill()
    share.wait()
    tap.ok('useroomctl share does not answer: Connection refused' in status(0),
           'status says that it crashed', status(0))
    share = world.share('again.log')
    again = Listener(ANNA)
    tap.ok(until(lambda: len(again.events('kill')) == 2),
           'what a crash left is replaced, and nothing is lost', again.text, said('again.log'))
    again.close()
    for one in (*many, other):
        one.close()
    nobody = 'no session listens: what is ended is shown to nobody'
    until(lambda: nobody in status(0))
    tap.ok(nobody in status(0), 'status says that nobody listens', status(0))
    world.hog_is_ended('secret-three', ANNA)
    tap.ok(until(lambda: 'nobody listens: that process' in said('again.log')),
           'and a kill that nobody sees is said', share.poll(), said('again.log'))
    with open(f'/proc/{share.pid}/status', encoding='ascii') as f:
        held = int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1))
    tap.ok(held < 32000, f'it holds {held} KiB')
    files = len(os.listdir(f'/proc/{share.pid}/fd'))
    tap.ok(files == 5, f'no descriptor is left open: {files}', os.listdir(f'/proc/{share.pid}/fd'))
    share.send_signal(signal.SIGTERM)
    tap.ok(share.wait(DEADLINE) == 0 and not os.path.exists(SOCKET),
           'it ends when asked to, and takes its socket away')
    tap.ok('listen' not in status(0), 'where nobody shares, status says nothing of it', status(0))


def refused():
    result = run(CTL, 'share', '-socket', '/run/' + 'x' * 108)
    tap.ok(result.returncode == 1 and 'File name too long' in result.stderr,
           'a path that is too long is refused', result)
    with open('file', 'w', encoding='ascii'):
        pass
    result = run(CTL, 'share', '-socket', os.path.abspath('file'))
    tap.ok(result.returncode == 1 and os.path.exists('file'),
           'and a file that is there, which stays', result)


def main():
    if INSIDE not in os.environ:
        sys.exit(enter())
    os.umask(0o022)  # other users read what this makes
    world = Shared(tap, DEADLINE)
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.chmod(work, 0o755)
        try:
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', '/run'], check=True)
            pretend(80)
            subprocess.run(['mount', '--bind', 'meminfo', '/proc/meminfo'], check=True)
            with open('useroom.conf', 'w', encoding='ascii'):
                pass
            share = world.share()
            refused()
            world.start(USEROOM, '-config', 'useroom.conf', '-incidents', 'off', '-m', '40',
                        '-mk', '5', '-min-victim', '4',
                        '-protect', 'python*,useroom*,memcheck*', log='useroom.log')
            until(lambda: 'watching:' in said('useroom.log'))
            until(lambda: run(CTL, 'status').returncode == 0)
            time.sleep(1.1)  # it looks once a second
            kills(world)
            crowds(world, share)
        finally:
            world.end()
            os.chdir('/')
    print(f'1..{tap.n}')
    sys.exit(tap.bad > 0)


main()
