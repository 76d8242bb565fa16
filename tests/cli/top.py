#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""top.py USEROOM USEROOMCTL: drives `useroomctl top` in a pseudo terminal beside a dry run of useroom: keys, sizes,
character sets, and every way to leave. Prints TAP. Nothing is signalled but what is started here."""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

PATIENCE = 60  # seconds; only a case that fails waits so long
USEROOM, CTL = sys.argv[1:3]
SEQUENCE = re.compile(r'\x1b(\[([?>]?)([0-9;]*)([A-Za-z])|[()][A-Z0-9]|.)', re.S)


class Screen:
    """As much of a VT100 as ncurses asks of one."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[' '] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.region = (0, rows - 1)

    def line(self, y):
        return ''.join(self.cells[y]).rstrip()

    def text(self):
        return '\n'.join(self.line(y) for y in range(self.rows))

    def write(self, char):
        if self.x >= self.columns:  # the wrap that was put off
            self.x = 0
            self.down()
        self.cells[self.y][self.x] = char
        self.x += 1

    def scroll(self, taken, given):
        """A line goes at one end of the region, an empty one comes at the other."""
        del self.cells[taken]
        self.cells.insert(given, [' '] * self.columns)

    def down(self):
        if self.y == self.region[1]:
            self.scroll(*self.region)
        elif self.y + 1 < self.rows:
            self.y += 1

    def up(self):
        if self.y == self.region[0]:
            self.scroll(self.region[1], self.region[0])
        elif self.y > 0:
            self.y -= 1

    def blank(self, y, begin, end):
        self.cells[y][begin:end] = [' '] * (end - begin)

    def erase(self, kind, lines):
        before, after = kind in (1, 2), kind in (0, 2)
        for y in range(self.rows if lines else 0):
            if (y < self.y and before) or (y > self.y and after):
                self.blank(y, 0, self.columns)
        x = min(self.x, self.columns - 1)
        if before:
            self.blank(self.y, 0, x + 1)
        if after:
            self.blank(self.y, x, self.columns)

    def control(self, numbers, letter):
        first = numbers[0] if numbers else 0
        step = max(first, 1)
        if letter in 'Hf':
            self.y = min(step, self.rows) - 1
            self.x = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.columns) - 1
        elif letter == 'A':
            self.y = max(self.y - step, 0)
        elif letter == 'B':
            self.y = min(self.y + step, self.rows - 1)
        elif letter == 'C':
            self.x = min(self.x + step, self.columns - 1)
        elif letter == 'D':
            self.x = max(min(self.x, self.columns - 1) - step, 0)
        elif letter == 'r':
            bottom = numbers[1] if len(numbers) > 1 and numbers[1] else self.rows
            self.region = (step - 1, min(bottom, self.rows) - 1)
            self.x = self.y = 0
        elif letter in 'JK':
            self.erase(first, letter == 'J')

    def feed(self, text):
        """Returns what is not whole yet."""
        at = 0
        while at < len(text):
            char = text[at]
            if char == '\x1b':
                match = SEQUENCE.match(text, at)
                if not match or (match.group(1) == '[' and at + 2 >= len(text)):
                    return text[at:]
                if match.group(4) and not match.group(2):
                    self.control([int(n or 0) for n in match.group(3).split(';')], match.group(4))
                elif match.group(1) in 'DM':
                    {'D': self.down, 'M': self.up}[match.group(1)]()
                at = match.end()
                continue
            if char == '\r':
                self.x = 0
            elif char == '\n':
                self.down()
            elif char == '\b':
                self.x = max(min(self.x, self.columns - 1) - 1, 0)
            elif char >= ' ':
                self.write(char)
            at += 1
        return ''


class Top:
    def __init__(self, record, columns=80, rows=24, options=(), **environment):
        self.raw = self.rest = ''
        self.decoder = codecs.getincrementaldecoder('utf-8')('replace')
        self.screen = Screen(columns, rows)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM='vt100', LC_ALL='C')
            os.environ.pop('NO_COLOR', None)
            os.environ.update(environment)
            time.sleep(0.05)  # the size below comes first; top would also follow it later
            os.execv(CTL, [CTL, 'top', '-record', record, *options])
        self.resize(columns, rows)

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.screen = Screen(columns, rows)

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        if not data:
            return False
        text = self.decoder.decode(data)
        self.raw += text
        self.rest = self.screen.feed(self.rest + text)
        return True

    def wait(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition(self.screen):
            if time.monotonic() > end or not self.read(0.2):
                raise AssertionError(f'{what}; the screen is:\n{self.screen.text()}')

    def shows(self, pattern):
        self.wait(lambda s: re.search(pattern, s.text(), re.M), f'it does not show {pattern}')

    def press(self, keys):
        os.write(self.fd, keys.encode() if isinstance(keys, str) else keys)

    def leaves(self, code=0):
        """Read until the end; its exit code must be this."""
        end = time.monotonic() + PATIENCE
        while self.read(0.2):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            assert time.monotonic() < end, 'it does not end'
        else:
            status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == code, f'status {status:#x}\n{self.raw[-500:]}'


# ---- the cases ----

def top_draws(record):
    top = Top(record)
    top.shows(r'^useroom .*, pid \d+: SIGTERM at 10 %, SIGKILL at 5 %, dry run$')
    top.shows(r'^memory +\[#.*\] .* available \(\d+ %\)$')
    top.shows(r'^  # +PID USER +HOLDS NAME +WHY$')
    top.shows(r'^  1 +\d+ ')
    top.press('/useroom\r')
    top.shows(r'^  - +\d+ .*useroom itself$')
    top.press('\x1b')
    top.shows('/ filter$')
    assert top.screen.line(23).startswith('q quit  h help  s sort: order  / filter'), top.screen.line(23)
    top.press('q')
    top.leaves()


def top_sorts_and_filters(record):
    top = Top(record)
    top.shows('sort: order')
    for key, name in (('m', 'memory'), ('p', 'pid'), ('n', 'name'), ('b', 'order'), ('s', 'memory')):
        top.press(key)
        top.shows(f'sort: {name}')
    top.press('p')
    top.wait(lambda s: re.match(r' +\S+ +1 ', s.line(8) + ' '), 'process 1 is not the first by number')
    top.press('/useroomx')
    top.shows('^filter: useroomx_')
    top.shows('no process matches')
    top.press('\x7f')
    top.shows('^filter: useroom_')
    top.press('\r')
    top.shows('/ filter: useroom$')
    top.shows('useroom itself')
    top.press('\x1b')
    top.shows('/ filter$')
    top.press('q')
    top.leaves()


def top_helps_and_scrolls(record):
    top = Top(record, 60, 12)
    top.shows('sort: order')
    first = top.screen.line(6)
    top.press('h')
    top.shows('^q +quit')
    top.press('h')
    top.shows('PID')
    for keys in ('\x1bOB', '\x1b[6~', '\x1bOA', '\x1b[5~', '\x1b[H'):  # down, page down, up, page up, home
        top.press(keys)
    top.press('/zzzz\x1b')
    top.shows('/ filter$')
    assert first
    top.press('q')
    top.leaves()


def top_helps_on_a_small_terminal(record):
    """R118: 40 columns and 10 rows have room for all of it; where there is less, it scrolls."""
    top = Top(record, 40, 10)
    top.shows('PID')
    top.press('h')
    for pattern in ('^b m p n  sort: order, memory, pid, name$', '^ +Enter keeps it, Escape drops it$', '^q +quit$',
                    '^T and K in a bar: SIGTERM and SIGKILL$', '^-: would not be ended$'):
        top.shows(pattern)
    top.press('h')
    top.shows('PID')
    top.resize(40, 4)
    top.press('h')
    top.shows('^b m p n')
    for _ in range(5):
        top.press('\x1bOB')
    top.shows('^-: would not be ended$')
    for _ in range(5):
        top.press('\x1bOA')
    top.shows('^b m p n')
    top.press('q')
    top.leaves()


def top_resizes(record):
    top = Top(record)
    top.shows('sort: order')
    for columns, rows in ((120, 40), (40, 10), (20, 5), (10, 2), (3, 1), (1, 1), (200, 60)):
        top.resize(columns, rows)
        if rows >= 5:
            keys = 'q quit  h help  s sort: order  / filter'[:columns].rstrip()
            top.wait(lambda s, k=keys: s.line(s.rows - 1) == k, f'{columns}x{rows}')
        else:
            top.wait(lambda s: s.text().strip(), f'{columns}x{rows}')
    top.shows(r'^memory +\[#')
    top.press('q')
    top.leaves()


def top_begins_tiny(record):
    for columns, rows in ((20, 5), (8, 1), (1, 1)):
        top = Top(record, columns, rows)
        top.wait(lambda s: s.text().strip(), f'{columns}x{rows}')
        top.press('q')
        top.leaves()


def top_in_utf8(record):
    top = Top(record, LC_ALL='C.UTF-8')
    top.shows('█|#')  # a libc without this locale shows ASCII
    top.press('q')
    top.leaves()


def top_without_color(record):
    for no_color, colors in (('', True), ('1', False)):
        top = Top(record, TERM='xterm', NO_COLOR=no_color)
        top.shows('sort: order')
        assert bool(re.search(r'\x1b\[[0-9;]*3[1-7]m', top.raw)) == colors, f'NO_COLOR={no_color!r}'
        top.press('q')
        top.leaves()


def top_does_not_flicker(record):
    """Nothing is erased and drawn again while it runs, and little is sent."""
    top = Top(record)
    top.shows('sort: order')
    top.read(1)
    top.raw = ''
    end = time.monotonic() + 3
    while time.monotonic() < end:
        top.read(0.2)
    assert not re.search(r'\x1b\[[02]?J', top.raw), repr(top.raw)
    assert len(top.raw) < 3 * 80 * 24, f'{len(top.raw)} bytes in three seconds'
    top.press('q')
    top.leaves()


def top_any_bytes(record):
    top = Top(record)
    top.shows('sort: order')
    for n in range(1, 256):
        if chr(n) not in 'q\x03\x1a\x1c\x11\x13\x16\x0f':  # what quits, or is the terminal's own
            top.press(bytes([n]))
    top.press('/')
    for n in range(32, 256):
        top.press(bytes([n]))
    top.press('\x1b')
    top.press('\x1b')
    top.shows('/ filter$')
    top.press('q')
    top.leaves()


def top_leaves_by_signal(record):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        top = Top(record)
        top.shows('sort: order')
        os.kill(top.pid, number)
        top.leaves()


def top_leaves_with_the_terminal(record):
    top = Top(record)
    top.shows('sort: order')
    os.close(top.fd)
    end = time.monotonic() + PATIENCE
    while not os.waitpid(top.pid, os.WNOHANG)[0]:
        assert time.monotonic() < end, 'it goes on without a terminal'
        time.sleep(0.05)


def r115_top_takes_settings(record):
    """With these, there is a victim on a machine of any size where nothing is large."""
    top = Top(record, options=('-m', '100', '-mk', '0', '-min-victim', '0'))
    top.shows('SIGTERM at 100 %, SIGKILL at 0 %')
    top.shows('^SIGTERM would go to')
    top.press('q')
    top.leaves()


def refused(pattern, *words, **environment):
    done = subprocess.run([CTL, 'top', *words], stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8',
                          check=False, env={**os.environ, **environment}, timeout=PATIENCE)
    assert done.returncode == 1 and re.fullmatch(pattern, done.stderr), f'{done.returncode}: {done.stderr}'


def top_needs_a_terminal(record):
    refused('useroomctl: top needs a terminal.*\n', '-record', record)
    # ncurses 6.5 leaks a screen there (new_prescr, 1632 bytes), and that is all a sanitizer sees.
    top = Top(record, TERM='no-such-terminal', ASAN_OPTIONS='detect_leaks=0')
    top.leaves(1)
    assert re.search("useroomctl: the terminal is not known here: TERM is 'no-such-terminal'", top.raw), top.raw


def top_without_a_recording(record):
    refused('useroomctl: .*/nowhere: Not a directory\n', '-record', record + '/nowhere')
    with open(record, 'rb') as whole, open(record + '.cut', 'wb') as cut:
        cut.write(whole.read(100))
    refused('useroomctl: .*: the file is cut: not even its header is there\n', '-record', record + '.cut')


def top_follows_the_daemon(record):
    """R48: one that is dead is not running, though nobody has waited for it; one that comes again is seen."""
    directory = os.path.dirname(record)
    daemon, own = start_daemon(directory, 'own')
    top = Top(own)
    top.shows(f'pid {daemon.pid}: SIGTERM at 10 %')
    daemon.terminate()
    top.shows('^useroom is not running; it would')
    daemon.wait()
    daemon, own = start_daemon(directory, 'own', '-m', '22')
    top.shows(f'pid {daemon.pid}: SIGTERM at 22 %')
    daemon.terminate()
    daemon.wait()
    top.press('q')
    top.leaves()


def start_daemon(directory, name='record', *options):
    record = os.path.join(directory, name)
    with open(os.path.join(directory, 'empty.conf'), 'w', encoding='ascii'):
        pass
    # A dry run sends no signal and may run beside any other. pylint: disable=consider-using-with
    daemon = subprocess.Popen([USEROOM, '-config', os.path.join(directory, 'empty.conf'), '-dry-run', '-record', record,
                               '-incidents', 'off', *options], stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while subprocess.run([CTL, 'status', '-record', record], capture_output=True, check=False).returncode != 0:
        if time.monotonic() > end or daemon.poll() is not None:
            break
        time.sleep(0.1)
    return daemon, record


def why_no_terminal():
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError as error:  # a chroot without devpts: R115
        return str(error)
    return None


def main():
    why = why_no_terminal()
    if why:
        print(f'1..1\nok 1 - top # SKIP there is no pseudo terminal: {why}')
        return False
    cases = [(name, case) for name, case in globals().items() if re.match(r'(r\d+_)*top_', name)]
    print(f'1..{len(cases)}')
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        daemon, record = start_daemon(directory)
        for number, (name, case) in enumerate(cases, 1):
            try:
                case(record)
                print(f'ok {number} - {name}', flush=True)
            except AssertionError as error:
                failed += 1
                print(f'not ok {number} - {name}')
                print('\n'.join('# ' + line for line in str(error).splitlines()), flush=True)
        daemon.terminate()
        daemon.wait()
    return failed > 0


sys.exit(main())
