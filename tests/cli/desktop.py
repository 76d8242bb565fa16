#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""desktop.py [-picture FILE] USEROOM USEROOMCTL NOTIFY: from a root daemon's real kill to the
notification on a user's screen: Xvfb, a session bus and dunst as that user, useroomctl share as
root. On a pretended machine, in namespaces of its own, as tests/cli/share.py. What is on the screen
is asked of dunst itself (what it was sent), and looked at as pixels. -picture FILE keeps the screen
as a PNG. Prints TAP."""
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import scene
from scene import ANNA, BERT, World, pretend
from tap import Tap, until as wait_until

PICTURE = os.path.abspath(sys.argv[2]) if sys.argv[1] == '-picture' else None
USEROOM, CTL, NOTIFY = (os.path.abspath(p) for p in sys.argv[-3:])
INSIDE = 'USEROOM_DESKTOP_INSIDE'
PROGRAMS = ('Xvfb', 'dunst', 'dbus-daemon', 'dbus-monitor', 'unshare')
DEADLINE = 30  # s, for each thing that is waited for
DUNSTRC = '''
[global]
width = (0, 560)
origin = top-right
offset = 24x24
font = Sans 11
padding = 14
horizontal_padding = 16
frame_width = 2
format = "<b>%s</b>\\n%b"
markup = full
notification_limit = 5
[urgency_normal]
background = "#22303c"
foreground = "#f0f0f0"
timeout = 0
[urgency_critical]
background = "#5a1f1f"
foreground = "#ffffff"
timeout = 0
'''


tap = Tap()
until = functools.partial(wait_until, seconds=DEADLINE)


def run(*words, **how):
    return subprocess.run(words, capture_output=True, encoding='utf-8', check=False, **how)


def enter():
    missing = [p for p in PROGRAMS if shutil.which(p) is None]
    if missing:
        print(f'1..0 # SKIP there is no {", ".join(missing)}')
        return 0
    words = ['unshare', '--pid', '--mount', '--net', '--fork', '--kill-child', '--mount-proc']
    if os.geteuid() != 0 or run(*words, 'true').returncode != 0:
        print('1..0 # SKIP other users and namespaces of one\'s own need root')
        return 0
    again = [*words, sys.executable, __file__, *sys.argv[1:]]
    os.execvpe(words[0], again, {**os.environ, INSIDE: '1'})


def said(path):
    return scene.said(path, errors='replace')  # a log may end within a letter


class Session(World):
    def __init__(self, work):
        super().__init__(tap, DEADLINE)
        self.work = work
        self.home = os.path.join(work, 'anna')
        self.bus = f'unix:path={self.home}/bus'
        self.session = {'PATH': os.environ['PATH'], 'HOME': self.home,
                        'XDG_RUNTIME_DIR': self.home, 'DISPLAY': '',
                        'DBUS_SESSION_BUS_ADDRESS': self.bus, 'LC_ALL': 'C.UTF-8'}

    def as_anna(self, **more):
        return {'user': ANNA, 'group': ANNA, 'extra_groups': [], 'cwd': self.home,
                'env': {**self.session, **more}}

    def notify(self, log, *words, **more):
        process = self.start(NOTIFY, *words, log=log, **self.as_anna(**more))
        until(lambda: 'listens at' in said(log) or process.poll() is not None)
        return process

    def asked(self, *words, **more):
        return run(NOTIFY, *words, **self.as_anna(**more))

    @staticmethod
    def shows(colour):
        """Is much of the screen so? Xvfb keeps four bytes a pixel in a file, blue first."""
        with open('screen/Xvfb_screen0', 'rb') as f:
            return f.read().count(colour.to_bytes(3, 'little')) > 1000


CRITICAL = 0x5a1f1f  # as dunst's file has it


def begin(world):
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', '/run'], check=True)
    pretend(80)
    subprocess.run(['mount', '--bind', 'meminfo', '/proc/meminfo'], check=True)
    for name, owner in (('anna', ANNA), ('screen', 0)):
        os.mkdir(name, 0o755)
        os.chown(name, owner, owner)
    for name, text in (('useroom.conf', ''), ('anna/dunstrc', DUNSTRC)):
        with open(name, 'w', encoding='ascii') as f:
            f.write(text)
    with open('/etc/passwd', encoding='utf-8') as f, open('passwd', 'w', encoding='utf-8') as to:
        to.write(f.read())  # a bus serves those who have a name
        for name, uid in (('anna', ANNA), ('bert', BERT)):
            to.write(f'{name}:x:{uid}:{uid}::/:/bin/sh\n')
    subprocess.run(['mount', '--bind', 'passwd', '/etc/passwd'], check=True)
    world.start('Xvfb', '-displayfd', '1', '-screen', '0', '1100x420x24', '-nolisten', 'tcp',
                '-fbdir', 'screen', '-ac', log='xvfb.log')
    number = until(lambda: re.search(r'^(\d+)$', said('xvfb.log'), re.M))
    if not number:
        sys.exit('there is no screen: ' + said('xvfb.log'))
    world.session['DISPLAY'] = ':' + number.group(1)
    world.start('dbus-daemon', '--session', '--nofork', f'--address={world.bus}', log='bus.log',
                **world.as_anna(DISPLAY=''))  # it starts no dunst
    if not until(lambda: os.path.exists('anna/bus')):
        sys.exit('there is no bus: ' + said('bus.log'))


def asked(world):
    version = run(USEROOM, '-version').stdout.split()[1]
    tap.ok(world.asked('-version').stdout == f'useroom-notify {version}\n',
           'it has the version of the daemon')
    for word in ('-nowhere', 'word', '-socket', '-socket='):
        tap.ok(world.asked(word).returncode == 2, f'{word} is refused')
    lost = world.asked(DBUS_SESSION_BUS_ADDRESS='unix:path=/nowhere')
    tap.ok(lost.returncode == 1 and 'no session bus: ' in lost.stderr,
           'without a session it says so', lost.stderr)
    check = world.asked('-check')
    tap.ok(check.returncode == 1 and 'nobody shows notifications' in check.stdout
           and 'No such file' in check.stdout, '-check says what is missing', check)


def nobody_is_there(world):
    """Neither who shares nor, later, who shows. Returns who notifies."""
    notify = world.notify('early.log')
    until(lambda: 'is tried again' in said('early.log'), seconds=5)
    tap.ok('is heard; it is tried again' in said('early.log'),
           'it says that nobody shares', said('early.log'))
    tap.ok('nobody shows notifications in this session: ' in said('early.log'),
           'and that nobody shows them', said('early.log'))
    world.start(CTL, 'share', log='share.log')
    world.start(USEROOM, '-config', 'useroom.conf', '-incidents', 'off', '-m', '40', '-mk', '5',
                '-min-victim', '4', '-warn', '60', '-protect', 'python*,useroom*,Xvfb,dunst,dbus*',
                log='useroom.log')
    until(lambda: 'watching:' in said('useroom.log'))
    tap.ok(until(lambda: 'listens at' in said('early.log')),
           'and hears, once somebody does', said('early.log'))
    time.sleep(1.1)  # share looks once a second
    world.hog_is_ended('render', ANNA)
    tap.ok(until(lambda: 'render was ended' in said('early.log')),
           'what nobody shows is written to its log', said('early.log'))
    return notify


def all_is_there(world):
    world.start('dunst', '-conf', 'dunstrc', log='dunst.log', **world.as_anna())
    world.start('dbus-monitor', '--address', world.bus,
                "interface='org.freedesktop.Notifications'", log='sent.log', **world.as_anna())
    tap.ok(until(lambda: world.asked('-check').returncode == 0), '-check says that all is there',
           world.asked('-check'), said('dunst.log'), said('bus.log'), said('xvfb.log'))
    tap.ok('\n1 session listens (useroom-notify)\n' in run(CTL, 'status').stdout,
           'and so does useroomctl status')
    second = world.asked()
    tap.ok(second.returncode == 0 and 'another one shows them in this session' in second.stderr,
           'one a session is enough', second.stderr)


def kills(world):
    time.sleep(11)  # what follows within ten seconds belongs to the same notification
    world.hog_is_ended('analysis', ANNA)
    tap.ok(until(lambda: 'analysis was ended: memory was running out' in said('sent.log')),
           'its owner\'s notification daemon gets it', said('sent.log'), said('early.log'))
    held = r'It held \d+ MiB; it was asked to leave'
    tap.ok(until(lambda: re.search(held, said('sent.log')))
           and 'of 1 GiB were available' in said('sent.log')
           and 'sudo useroomctl show' in said('sent.log'),
           'what it held, why, and the way to the incident', said('sent.log'))
    tap.ok(until(lambda: world.shows(CRITICAL)), 'and it is on the screen')
    time.sleep(11)
    world.hog_is_ended('secret-two', BERT)
    tap.ok(until(lambda: 'A process of another user was ended' in said('sent.log')),
           'of another\'s it says that there was one', said('sent.log'))
    tap.ok('secret-two' not in said('sent.log') and 'secret-two' not in said('early.log')
           and str(BERT) not in said('sent.log'), 'and not its name', said('sent.log'))


def warns():
    time.sleep(11)
    short = 'Memory is getting short'
    warned = said('sent.log').count(short)
    pretend(50)
    tap.ok(until(lambda: said('sent.log').count(short) > warned),
           'it warns', said('sent.log'), said('useroom.log'))
    pretend(80)


def ends(notify):
    notify.send_signal(signal.SIGTERM)
    tap.ok(notify.wait(DEADLINE) == 0, 'it ends when asked to')


def again_in_chinese(world):
    """Returns who notifies."""
    before = said('sent.log').count('member=Notify')
    notify = world.notify('chinese.log', LANGUAGE='zh_CN', LC_ALL='', LANG='C.UTF-8')
    time.sleep(2)
    tap.ok(said('sent.log').count('member=Notify') == before,
           'who starts again does not show again what was shown', said('sent.log'))
    world.hog_is_ended('notes & <plans>', ANNA)
    tap.ok(until(lambda: '内存不足，已结束 notes & <plans>' in said('sent.log')),
           'in Chinese, where that is the user\'s language', said('sent.log'))
    time.sleep(1)
    tap.ok(world.shows(CRITICAL), 'and it is on the screen')
    if PICTURE:
        keep_picture()
    test = world.asked('-test')
    tap.ok(test.returncode == 0 and until(lambda: 'This is a test' in said('sent.log')),
           '-test shows an example', test)
    with open(f'/proc/{notify.pid}/status', encoding='ascii') as f:
        tap.ok(True, f'it holds {re.search("VmRSS:.*", f.read()).group(0)}')
    return notify


def a_stranger(world):
    """Who listens in the place of useroomctl share sends what is no UTF-8: D-Bus takes none."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind('/run/stranger')
        os.chmod('/run/stranger', 0o666)
        server.listen()
        server.settimeout(DEADLINE)
        world.notify('stranger.log', '-socket', '/run/stranger', LANGUAGE='en')
        client, _ = server.accept()
        with client:
            client.sendall(b'{"event":"kill","sequence":1000000,"own":true,"name":"half \xff"}\n')
            tap.ok(until(lambda: 'half \ufffd was ended' in said('sent.log')),
                   'a name that is no UTF-8 is shown all the same',
                   said('sent.log'), said('stranger.log'))


def keep_picture():
    subprocess.run(['convert', 'xwd:screen/Xvfb_screen0', '-strip', PICTURE], check=True)


def main():
    if INSIDE not in os.environ:
        sys.exit(enter())
    os.umask(0o022)  # other users read what this makes
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.chmod(work, 0o755)
        world = Session(work)
        try:
            begin(world)
            asked(world)
            notify = nobody_is_there(world)
            all_is_there(world)
            kills(world)
            warns()
            ends(notify)
            notify = again_in_chinese(world)
            ends(notify)
            a_stranger(world)
        finally:
            world.end()
            os.chdir('/')
    print(f'1..{tap.n}')
    sys.exit(tap.bad > 0)


main()
