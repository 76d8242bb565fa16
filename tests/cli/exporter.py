#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""exporter.py USEROOM USEROOMCTL EXPORTER: the numbers by HTTP, and what is made of clients that are slow,
many, or send rubbish. The daemon is a dry run: it signals nobody. All on this machine's own loopback.
Prints TAP."""
import contextlib
import functools
import grp
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from tap import Tap, until as wait_until

USEROOM, CTL, EXPORTER = (os.path.abspath(p) for p in sys.argv[1:4])
DEADLINE = 60  # s, for each thing that is waited for
OPEN, TEXT = 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'text/plain; version=0.0.4; charset=utf-8'
PROMETHEUS = ('application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,'
              'text/plain;version=0.0.4;q=0.5,*/*;q=0.1')
PROMETHEUS_3 = ('application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,'
                'application/openmetrics-text;version=0.0.1;q=0.5,'
                'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2')
CLIENTS_ROOM = 128  # exporter/clients.h
OWN_FILES = 16      # standard streams, sockets, epoll, a recording that is being read


tap = Tap()
until = functools.partial(wait_until, seconds=DEADLINE)


class Exporter:
    """One that runs, its port, and what it said."""

    def __init__(self, record, *words, sockets=(), program=EXPORTER, **how):
        self.log = tempfile.TemporaryFile()
        if sockets:
            how.update(preexec_fn=lambda: self.hand_over(sockets), close_fds=False)
        else:
            words = ('-listen', '127.0.0.1:0', *words)
        self.process = subprocess.Popen([program, '-record', record, *words], stderr=self.log, **how)
        said = until(lambda: re.search(r'listens at .*:(\d+)\n', self.said()) or self.process.poll() is not None)
        self.port = int(said.group(1)) if hasattr(said, 'group') else 0

    @staticmethod
    def hand_over(sockets):
        copies = [os.dup(s.fileno()) for s in sockets]
        high = [os.dup2(c, 100 + i) for i, c in enumerate(copies)]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)
        os.closerange(3 + len(sockets), 200)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)))

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def files(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def resident(self):  # KiB
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as f:
            return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1))

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port), timeout=10)

    def ask(self, path='/metrics', method='GET', **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.body = answer.read().decode()
            return answer

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)


def names(text):
    """Of all samples, with their labels."""
    return sorted(line.rsplit(' ', 1)[0] for line in text.splitlines() if not line.startswith('#'))


# ---- the command line ----

def command_line():
    def run(*words):
        return subprocess.run([EXPORTER, *words], capture_output=True, encoding='utf-8', timeout=DEADLINE, check=False)

    version = subprocess.run([USEROOM, '-version'], capture_output=True, encoding='utf-8', check=True).stdout.split()[1]
    tap.ok(run('-version').stdout == f'useroom-exporter {version}\n', 'it has the version of the daemon')
    for words in (['-help'], ['--help'], ['-h']):
        tap.ok(run(*words).returncode == 0 and '-listen ADDRESS:PORT' in run(*words).stdout,
               f'{words[0]} shows the options')
    for words, sentence in ((['-wrong'], 'unknown option'), (['-listen'], 'needs a value'),
                            (['-listen', '-version'], 'what follows is an option'),
                            (['-version=1'], 'takes no value'), (['word'], 'one word too many'),
                            (['--listen=here'], 'not an address and a port'),
                            (['-listen', 'localhost:80'], 'not an address and a port'),
                            (['-listen', '127.0.0.1:65536'], 'not an address'),
                            (['-listen', '[::1:80'], 'not an address'),
                            (['-\x1b[31m'], r'useroom-exporter: -\x1b[31m: unknown option; all options: useroom-exporter -help')):
        result = run(*words)
        tap.ok(result.returncode == 2 and sentence in result.stderr and result.stderr.count('\n') == 1,
               f'{" ".join(words)!r}: {sentence}', result)
    with socket.create_server(('127.0.0.1', 0)) as taken:
        result = run('-listen', f'127.0.0.1:{taken.getsockname()[1]}')
        tap.ok(result.returncode == 1 and 'in use' in result.stderr, 'a port that is taken', result)
    with open('/dev/full', 'wb') as full:
        tap.ok(subprocess.run([EXPORTER, '-help'], stdout=full, check=False).returncode == 1,
               'r118 help onto a full disk is missed')


# ---- what is answered ----

def formats(exporter):
    for accept, wanted in (
            (PROMETHEUS, OPEN), (PROMETHEUS_3, OPEN), ('*/*', TEXT), ('text/html, */*;q=0.8', TEXT),
            ('application/openmetrics-text', OPEN),
            ('application/openmetrics-text; version=0.0.1', TEXT), ('text/plain;version=0.0.4', TEXT), ('', TEXT),
            ('application/openmetrics-text;version=1.0.0;q=0.1, text/plain;q=0.2', TEXT),
            ('application/openmetrics-text;q=0', TEXT)):
        answer = exporter.ask(Accept=accept)
        tap.ok(answer.status == 200 and answer.headers['Content-Type'] == wanted and
               answer.headers['Vary'] == 'Accept' and answer.body.endswith('# EOF\n') == (wanted == OPEN),
               f'Accept: {accept}: {wanted.split(";", maxsplit=1)[0]}', answer.headers)


def same_numbers(exporter, record, directory):
    prom = os.path.join(directory, 'x.prom')

    def are_same():  # between the two the daemon may look, and know more
        text = exporter.ask(Accept='text/plain').body
        subprocess.run([CTL, 'metrics', '-record', record, '-textfile', prom], check=True)
        with open(prom, encoding='utf-8') as f:
            return len(names(text)) > 50 and names(text) == names(f.read()) and text

    text = until(are_same) or ''
    tap.ok(text, 'the samples are those of useroomctl metrics')
    printed = subprocess.run([CTL, 'metrics', '-record', record], capture_output=True, encoding='utf-8',
                             check=True).stdout
    tap.ok(names(exporter.ask(Accept=PROMETHEUS).body) == names(printed), 'so are those of OpenMetrics')
    tap.ok('useroom_up 1' in text, 'it says that the daemon runs')
    if shutil.which('promtool'):
        check = subprocess.run(['promtool', 'check', 'metrics'], input=text, encoding='utf-8', capture_output=True,
                               check=False)
        tap.ok(check.returncode == 0, 'promtool has nothing to say', check.stderr)
    else:
        tap.skip('promtool has nothing to say', 'there is no promtool')


def http_answers(exporter):
    head, get = exporter.ask(method='HEAD'), exporter.ask()
    tap.ok(head.status == 200 and head.body == '' and int(head.headers['Content-Length']) > 1000 and
           head.headers['Content-Type'] == get.headers['Content-Type'], 'HEAD has the head alone', head.headers)
    for path, status, part in (('/', 200, '<a href="/metrics">'), ('/-/healthy', 200, 'healthy'),
                               ('/metrics?x=1', 200, 'useroom_up'), ('/metrics/', 404, '/metrics'),
                               ('/..%2fetc/passwd', 404, '/metrics'), ('/' + 'a' * 4000, 404, '/metrics')):
        answer = exporter.ask(path)
        tap.ok(answer.status == status and part in answer.body, f'{path[:20]}: {status}', answer.status, answer.body)
    for method in ('POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'WRONG'):
        answer = exporter.ask(method=method)
        tap.ok(answer.status == 405 and answer.headers['Allow'] == 'GET, HEAD', f'{method}: 405', answer.status)
    with exporter.connect() as s:
        s.sendall(b'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
        s.shutdown(socket.SHUT_WR)
        whole = b''.join(iter(lambda: s.recv(65536), b''))
        tap.ok(whole.startswith(b'HTTP/1.1 200 OK') and b'\nuseroom_up 1\n' in whole,
               'who has closed his half gets the answer, and its end')
    if shutil.which('curl'):
        got = subprocess.run(['curl', '-sSf', f'http://127.0.0.1:{exporter.port}/metrics'], capture_output=True,
                             encoding='utf-8', check=False)
        tap.ok(got.returncode == 0 and '\nuseroom_up 1\n' in got.stdout, 'curl has the numbers', got)
    else:
        tap.skip('curl has the numbers', 'there is no curl')


# ---- what it reads ----

def recordings(record, directory):
    exporter = Exporter(os.path.join(directory, 'nowhere'))
    answer = exporter.ask()
    tap.ok(answer.status == 200 and 'useroom_up 0' in answer.body, 'nobody has ever run: that is an answer')
    exporter.end()

    path = os.path.join(directory, 'changing')
    with open(path, 'wb') as f:
        f.write(b'no recording' * 1000)
    exporter = Exporter(path)
    answers = [exporter.ask() for _ in range(3)]
    tap.ok(all(a.status == 503 and 'is not a recording' in a.body and 'useroom_' not in a.body for a in answers),
           'what is no recording: a failed scrape, and no numbers', answers[0].body)
    tap.ok(exporter.said().count('is not a recording') == 1, 'and it is said once', exporter.said())
    shutil.copy(record, path + '.part')
    os.rename(path + '.part', path)
    tap.ok(until(lambda: exporter.ask().status == 200), 'a recording that is there later is read')
    tap.ok('can be read again' in exporter.said(), 'and that is said')
    tap.ok(exporter.end() == 0, 'SIGTERM ends it in order')


def by_group(record):
    """As its unit has it: a user of its own, in the group of the recording."""
    name = 'a user of its own reads it through a group, and only so'
    if os.geteuid() != 0:
        tap.skip(name, 'not root: there is no other user to be')
        return
    nobody, group = 65534, next(g.gr_gid for g in grp.getgrall() if g.gr_gid not in (0, 65534))
    os.chmod(record, 0o640)
    os.chown(record, 0, group)
    program = os.path.join(os.path.dirname(record), 'useroom-exporter')  # where a clone is its owner's alone
    shutil.copy(EXPORTER, program)
    os.chmod(program, 0o755)
    statuses = []
    for groups in ([group], []):
        exporter = Exporter(record, program=program, user=nobody, group=nobody, extra_groups=groups)
        answer = exporter.ask()
        statuses.append((answer.status, 'useroom_up 1' in answer.body))
        exporter.end()
    os.chown(record, 0, 0)
    tap.ok(statuses == [(200, True), (503, False)], name, statuses)


# ---- sockets that are handed over ----

def activation(record):
    sockets = [socket.create_server(('127.0.0.1', 0))]
    with contextlib.suppress(OSError):
        sockets.append(socket.create_server(('::1', 0), family=socket.AF_INET6))
    exporter = Exporter(record, sockets=sockets)
    good = []
    for s in sockets:
        connection = http.client.HTTPConnection(*s.getsockname()[:2], timeout=30)
        connection.request('GET', '/metrics')
        good.append(connection.getresponse().status)
        connection.close()
    tap.ok(good == [200] * len(sockets) and exporter.said().count('listens at') == len(sockets),
           f'{len(sockets)} sockets that were handed over (LISTEN_FDS)', good, exporter.said())
    exporter.end()
    for s in sockets:
        s.close()
    with socket.socket() as deaf:
        exporter = Exporter(record, sockets=[deaf])
        tap.ok(exporter.process.wait(DEADLINE) == 2 and 'not a stream socket that listens' in exporter.said(),
               'one that does not listen is refused', exporter.said())
    exporter = Exporter(record, env={**os.environ, 'LISTEN_PID': '1', 'LISTEN_FDS': '1'})
    tap.ok(exporter.ask().status == 200, 'what is meant for another process is not taken')
    exporter.end()
    if not shutil.which('systemd-socket-activate'):
        tap.skip('systemd-socket-activate starts it', 'there is none')
        return
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    starter = subprocess.Popen(['systemd-socket-activate', '-l', f'127.0.0.1:{port}', EXPORTER, '-record', record],
                               stderr=subprocess.DEVNULL)
    tap.ok(until(lambda: fetch(port)), 'systemd-socket-activate starts it')
    starter.terminate()
    starter.wait(DEADLINE)


def fetch(port):
    with contextlib.suppress(OSError):
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
        with contextlib.closing(connection):
            connection.request('GET', '/metrics')
            return connection.getresponse().status == 200
    return False


# ---- clients as they should not be ----

def is_closed(s):
    try:
        return s.recv(4096) == b''
    except BlockingIOError:
        return False
    except OSError:
        return True


def slow_clients(exporter):
    """A byte now and then: each is within the library's own time, and the whole would take an hour."""
    request = b'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ' + b'a' * 4000
    clients = [exporter.connect() for _ in range(40)]
    for s in clients:
        s.setblocking(False)
    failed, sent, began, at = 0, 0, time.monotonic(), {}
    while len(at) < len(clients) and time.monotonic() < began + DEADLINE:
        for s in clients:
            if s in at:
                continue
            with contextlib.suppress(OSError):
                s.send(request[sent:sent + 1])
            if is_closed(s):
                at[s] = time.monotonic() - began
        failed += exporter.ask().status != 200
        sent += 1
        time.sleep(0.5)
    for s in clients:
        s.close()
    tap.ok(len(at) == len(clients), '40 that send a byte now and then are let go '
           f'({min(at.values(), default=0):.1f} to '
           f'{max(at.values(), default=0):.1f} s)')
    tap.ok(failed == 0, f'and each of {sent} scrapes meanwhile had its numbers')


def who_does_not_read(exporter):
    """Thousands of requests, and nothing taken of the answers."""
    with exporter.connect() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(1)
        with contextlib.suppress(OSError):
            s.sendall(b'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n' * 20000)
        tap.ok(exporter.ask().status == 200, 'who asks 20,000 times and reads nothing holds up nobody')


def many_clients(exporter):
    clients, failed, most, slowest = [], 0, 0, 0.0
    for i in range(1000):
        with contextlib.suppress(OSError):
            clients.append(exporter.connect())
        if i % 50 == 49:
            began = time.monotonic()
            failed += not until(lambda: fetch(exporter.port), seconds=10)
            slowest = max(slowest, time.monotonic() - began)
            most = max(most, exporter.files())
    tap.ok(failed == 0, '1,000 connections that send nothing: 20 of 20 scrapes among them '
           f'(the slowest: {slowest * 1000:.0f} ms)', failed)
    tap.ok(most <= CLIENTS_ROOM + OWN_FILES, f'at the most {most} descriptors')
    for s in clients:
        s.close()
    tap.ok(until(lambda: exporter.files() <= OWN_FILES), 'all of them are let go of', exporter.files())


def mutate(chance):
    request = bytearray(chance.choice((
        b'GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/plain;q=0.5\r\n\r\n', b'HEAD / HTTP/1.0\r\n\r\n',
        b'POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
        b'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n',
        b'GET http://x/metrics HTTP/1.1\r\nHost: x\r\n'
        b'Accept: application/openmetrics-text;version=1.0.0;q=;;;=,,\r\n\r\n')))
    for _ in range(chance.randrange(8)):
        at = chance.randrange(len(request) + 1)
        what = chance.randrange(4)
        if what == 0 and at < len(request):
            request[at] = chance.randrange(256)
        elif what == 1:
            request[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(20)))
        elif what == 2:
            del request[at:at + chance.randrange(20)]
        else:
            pieces = (b'\r\n', b'\0', b';q=', b'a' * 9000, b'%00', b': ', b' ')
            request[at:at] = chance.choice(pieces) * chance.randrange(3)
    return bytes(request)


def rubbish(exporter, count=3000):
    chance = random.Random(21)
    for _ in range(count):
        with contextlib.suppress(OSError), exporter.connect() as s:
            s.sendall(mutate(chance))
            if chance.randrange(3) == 0:
                s.settimeout(0.2)
                s.shutdown(socket.SHUT_WR)
                s.recv(65536)
    tap.ok(exporter.process.poll() is None and exporter.ask().status == 200,
           f'after {count:,} requests that are rubbish it still answers')
    tap.ok(until(lambda: exporter.files() <= OWN_FILES), 'and holds on to none of them', exporter.files())


def clients_as_they_come(record):
    exporter = Exporter(record)
    exporter.ask()
    before = exporter.resident()
    slow_clients(exporter)
    who_does_not_read(exporter)
    many_clients(exporter)
    rubbish(exporter)
    after = exporter.resident()
    with open(f'/proc/{exporter.process.pid}/maps', encoding='ascii') as f:
        sanitized = 'libasan' in f.read() or b'__asan_init' in open(EXPORTER, 'rb').read()
    name = f'it holds {after:,} KiB after all that, {before:,} before'
    if sanitized:
        tap.skip(name, 'a sanitizer keeps what was freed')
    else:
        tap.ok(after < before + 4096, name)
    tap.ok(exporter.said().count('\n') == 1, 'it said nothing of it: strangers do not write the log', exporter.said())
    tap.ok(exporter.end() == 0, 'it ends in order')


def main():
    command_line()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        record, settings = os.path.join(directory, 'record'), os.path.join(directory, 'useroom.conf')
        with open(settings, 'w', encoding='ascii'):
            pass
        with open(os.path.join(directory, 'log'), 'wb') as log:
            daemon = subprocess.Popen([USEROOM, '-config', settings, '-dry-run', '-record', record,
                                       '-incidents', 'off', '-m', '1', '-mk', '0'],
                                      stdout=log, stderr=log)
        try:
            until(lambda: os.path.exists(record) and b'useroom_up 1' in subprocess.run(
                [CTL, 'metrics', '-record', record], capture_output=True, check=False).stdout)
            exporter = Exporter(record)
            formats(exporter)
            same_numbers(exporter, record, directory)
            http_answers(exporter)
            exporter.end()
            recordings(record, directory)
            by_group(record)
            activation(record)
            clients_as_they_come(record)
        finally:
            daemon.kill()
            daemon.wait()
    print(f'1..{tap.n}')
    sys.exit(bool(tap.bad))


main()
