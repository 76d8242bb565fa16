# SPDX-License-Identifier: MIT
"""Virtual machines for the laboratory: kernels, disks and probes in a cache, and one run of one machine.

Kernels and the root file system come from Debian's own packages. A run changes no image (qemu's snapshots), has no network,
and never outlives its time."""
import contextlib
import ctypes
import fcntl
import gzip
import hashlib
import io
import lzma
import os
import re
import shlex
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

VM = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(VM))
CACHE = os.environ.get('USEROOM_VM_CACHE') or os.path.join(
    os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'useroom-vm')

# Which package, and the last of which of Debian's suites. A generic kernel is larger and has zswap.
CLOUD, GENERIC = 'linux-image-cloud-amd64', 'linux-image-amd64'
KERNELS = {'5.10': (CLOUD, ['bullseye']), '6.1': (CLOUD, ['bookworm']), '6.12': (CLOUD, ['trixie']),
           'newest': (CLOUD, ['trixie', 'trixie-backports']),
           '6.1-generic': (GENERIC, ['bookworm']), '6.12-generic': (GENERIC, ['trixie'])}
PACKAGES = ['systemd', 'systemd-sysv', 'systemd-oomd', 'dbus', 'procps', 'util-linux', 'kmod', 'earlyoom', 'nohang', 'oomd',
            'gcc', 'libc6-dev']
# What real programs the trial has, beside those
TRIAL_PACKAGES = ['liblmdb-dev', 'python3-lmdb', 'python3-numpy', 'sqlite3', 'postgresql', 'mariadb-server', 'redis-server',
                  'openjdk-17-jdk-headless', 'git', 'rsync', 'borgbackup', 'xz-utils', 'plocate', 'g++', 'nginx-light', 'php-fpm',
                  'php-mysql']
TRIAL = os.path.join(VM, 'trial')
MODULES = ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'ext4', 'zram', 'zsmalloc', 'lzo', 'lzo-rle', 'lz4', 'zstd', 'autofs4']
PROBES = ['hog', 'reader', 'heartbeat', 'beat', 'recorder', 'init']
DATA_FILES = {'hot': [64], 'set': [48] * 8, 'stream': [100] * 12}  # MiB


PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_libc = ctypes.CDLL(None)


class Unavailable(SystemExit):
    """An image that this machine cannot make: it has no network, or not the tools."""


def log(text):
    print(f'# {text}', flush=True)


def cached(name, make):
    """The path of something that is made once; make() gets the path to make it at."""
    path = os.path.join(CACHE, name)
    if not os.path.exists(path):
        os.makedirs(CACHE, exist_ok=True)
        part = path + '.part'
        if os.path.isdir(part):
            shutil.rmtree(part)
        log(f'making {name}, once')
        try:
            make(part)
        except subprocess.CalledProcessError as e:
            raise Unavailable(f'{name} cannot be made: {e.cmd[0]} ended with {e.returncode}') from e
        except (OSError, RuntimeError) as e:
            raise Unavailable(f'{name} cannot be made: {e}') from e
        os.rename(part, path)
    return path


def sources(*suites):
    """apt lines for suites that mmdebstrap does not know by itself, from where this machine's apt has Debian; or nothing."""
    if len(suites) == 1:
        return []
    uri = subprocess.run(['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Identifier: Packages', 'Origin: Debian'],
                         stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    uri = [u for u in uri if 'security' not in u]
    if not uri:
        raise RuntimeError('no Debian mirror is known to apt here')
    return [f'deb {uri[0]} {suite} main' for suite in suites]


def unpack_kernel(package, suites, out):
    """The kernel that the last of the suites has under this name: unpacked, not installed. apt checks the signatures."""
    subprocess.run(['mmdebstrap', '--quiet', '--variant=extract', f'--include={package}/{suites[-1]}', suites[0], out,
                    *sources(*suites)], check=True)
    if not os.path.exists(os.path.join(out, 'lib')):  # as base-files makes it, which is not unpacked here
        os.symlink('usr/lib', os.path.join(out, 'lib'))
    subprocess.run(['depmod', '-b', out, *os.listdir(os.path.join(out, 'lib/modules'))], check=True)


def kernel(version):
    """The folder of a kernel, its image and its release."""
    out = cached(f'kernel-{version}', lambda path: unpack_kernel(*KERNELS[version], path))
    release = os.listdir(os.path.join(out, 'lib/modules'))[0]
    for place in (f'boot/vmlinuz-{release}', f'usr/lib/modules/{release}/vmlinuz'):
        if os.path.exists(os.path.join(out, place)):
            return out, os.path.join(out, place), release
    raise RuntimeError(f'kernel {version}: no image')


def modules_in_order(root, release, more):
    base = os.path.join(root, 'lib/modules', release)
    with open(os.path.join(base, 'modules.dep'), encoding='ascii') as f:
        needs = dict(line.rstrip('\n').split(':', 1) for line in f)
    by_name = {re.sub(r'\.ko(\.\w+)?$', '', os.path.basename(p)).replace('-', '_'): p for p in needs}
    order = []
    for name in [*MODULES, *more]:
        path = by_name.get(name.replace('-', '_'))
        for part in ([*reversed(needs[path].split()), path] if path else []):
            if part not in order:
                order.append(part)
    return [os.path.join(base, p) for p in order]


def read_module(path):
    opener = {'.xz': lzma.open, '.gz': gzip.open}.get(os.path.splitext(path)[1], open)
    with opener(path, 'rb') as f:
        return f.read()


def cpio(files):
    """A "newc" archive (Documentation/driver-api/early-userspace/buffer-format.rst) of {path: (mode, bytes)}."""
    out = io.BytesIO()
    for inode, (path, (mode, data)) in enumerate([*files.items(), ('TRAILER!!!', (0, b''))], 1):
        name = path.encode() + b'\0'
        fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        out.write(b'070701' + b''.join(b'%08x' % n for n in fields) + name)
        out.write(b'\0' * (-out.tell() % 4))
        out.write(data)
        out.write(b'\0' * (-out.tell() % 4))
    return out.getvalue()


def probes():
    """The probes' binaries, one for each state of a source, as several work trees may use the cache: {name: path}."""
    os.makedirs(os.path.join(CACHE, 'probes'), exist_ok=True)
    found = {}
    for name in PROBES:
        source = os.path.join(VM, 'probes', name + '.c')
        with open(source, 'rb') as f:
            out = os.path.join(CACHE, 'probes', f'{name}-{hashlib.sha256(f.read()).hexdigest()[:12]}')
        if not os.path.exists(out):
            subprocess.run([os.environ.get('CC', 'cc'), '-O2', '-static', '-pthread', '-std=gnu11', '-D_GNU_SOURCE', '-s', '-o',
                            out + '.part', source], check=True)
            os.replace(out + '.part', out)
        found[name] = out
    return found


def make_disk(root, out, size):
    """A root disk of a tree, with the guest's own unit and without what it does not need."""
    for place in ('var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'):
        shutil.rmtree(os.path.join(root, place), ignore_errors=True)
    for unit in ('systemd-timesyncd.service', 'earlyoom.service', 'nohang.service', 'nohang-desktop.service', 'oomd.service',
                 'systemd-oomd.service', 'apt-daily.timer', 'apt-daily-upgrade.timer', 'fstrim.timer', 'e2scrub_all.timer'):
        for wants in ('multi-user.target.wants', 'timers.target.wants', 'sysinit.target.wants'):
            link = os.path.join(root, 'etc/systemd/system', wants, unit)
            if os.path.islink(link):
                os.unlink(link)
    with open(os.path.join(root, 'etc/hostname'), 'w', encoding='ascii') as f:
        f.write('laboratory\n')
    os.makedirs(os.path.join(root, 'data'), exist_ok=True)
    units = os.path.join(root, 'etc/systemd/system')
    with open(os.path.join(units, 'lab.service'), 'w', encoding='ascii') as f:
        f.write('[Unit]\nAfter=multi-user.target\n[Service]\nType=idle\nExecStart=/lab/guest\n'
                'OOMScoreAdjust=-900\n')
    os.symlink('../lab.service', os.path.join(units, 'multi-user.target.wants/lab.service'))
    subprocess.run(['mkfs.ext4', '-q', '-F', '-d', root, out, size], check=True)


def make_root(out, packages=PACKAGES, size='3G', hooks=()):
    tree = tempfile.mkdtemp(dir=CACHE)
    try:
        root = os.path.join(tree, 'root')
        subprocess.run(['mmdebstrap', '--quiet', '--variant=minbase', '--include=' + ','.join(packages),
                        *('--customize-hook=' + hook for hook in hooks), 'bookworm', root], check=True)
        make_disk(root, out, size)
    finally:
        shutil.rmtree(tree)


def make_trial(out):
    """The root disk of the trial: real programs, and what they work on."""
    fill = [f'mkdir -p "$1/lab" && cp {shlex.quote(TRIAL)}/* "$1/lab/"', 'chroot "$1" /lab/fill']
    make_root(out, [*PACKAGES, *TRIAL_PACKAGES], '16G', fill)


def trial_root():
    """The trial's root disk, one for each state of what is built into it."""
    digest = hashlib.sha256(' '.join([*PACKAGES, *TRIAL_PACKAGES]).encode())
    for name in ('fill', 'get.c', 'Trial.java', 'index.php'):
        with open(os.path.join(TRIAL, name), 'rb') as f:
            digest.update(f.read())
    return cached(f'trial-{digest.hexdigest()[:12]}.ext4', make_trial)


def make_data(out):
    """The data disk: files of bytes that do not compress, for working sets and streams."""
    tree = tempfile.mkdtemp(dir=CACHE)
    try:
        for name, sizes in DATA_FILES.items():
            os.mkdir(os.path.join(tree, name))
            for i, mib in enumerate(sizes):
                with open(os.path.join(tree, name, str(i)), 'wb') as f:
                    for _ in range(mib):
                        f.write(os.urandom(1024 * 1024))
        subprocess.run(['mkfs.ext4', '-q', '-F', '-d', tree, out, '4G'], check=True)
    finally:
        shutil.rmtree(tree)


def images(version, trial=False):
    return kernel(version), trial_root() if trial else cached('root.ext4', make_root), cached('data.ext4', make_data)


def accelerator():
    """KVM where a trial within a deadline shows that a kernel speaks: a /dev/kvm that is there and hangs is known."""
    kvm = ['-accel', 'kvm', '-cpu', 'host']
    if os.access('/dev/kvm', os.W_OK):
        try:
            trial = subprocess.run(['qemu-system-x86_64', *kvm, '-m', '256', '-display', 'none', '-nodefaults', '-no-reboot',
                                    '-serial', 'stdio', '-kernel', kernel('6.1')[1], '-append', 'console=ttyS0 panic=-1'],
                                   timeout=10, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   check=False)
            if b'Linux version' in trial.stdout:
                return kvm
        except subprocess.TimeoutExpired:
            pass
    # The string instructions are slow under emulation: without them the kernel clears pages with plain moves.
    return ['-accel', 'tcg,thread=multi', '-cpu', 'max,erms=off,fsrm=off']


_accelerator = []


@contextlib.contextmanager
def processors(count):
    """As many of this host's processors as the machine has, or all: machines that share them are late for reasons of their own."""
    with contextlib.ExitStack() as held:
        with open(os.path.join(CACHE, 'lock'), 'w', encoding='ascii') as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            free = [held.enter_context(open(os.path.join(CACHE, f'lock.{n}'), 'w', encoding='ascii')) for n in range(os.cpu_count())]
            taken = []
            while len(taken) < min(count, os.cpu_count()):
                for lock in [lock for lock in free if lock not in taken]:
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        taken.append(lock)
                    if len(taken) == count:
                        break
                else:
                    time.sleep(0.2)
        yield


def first_of_qemu():
    """It ends when this program does. What else this host does should not delay a machine; not everybody may. Where the kernel
    groups processes by session (sched(7), autogroup), niceness counts within the session only, and the session has its own."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -15)
        with open('/proc/self/autogroup', 'w', encoding='ascii') as f:
            f.write('-15')
    except OSError:
        pass


@contextlib.contextmanager
def watched(stood):
    """Appends to a list for how many ms this host kept a program of a machine's priority waiting."""
    watcher = subprocess.Popen([os.path.join(VM, 'lab', 'stalls')], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               start_new_session=True, preexec_fn=first_of_qemu)
    try:
        yield
    finally:
        stood.append(int(watcher.communicate()[0]))


def initrd(options, files):
    """The first root file system: modules, /lab, and the init that goes on to the disk."""
    base, _, release = kernel(options['kernel'])
    tree = {'dev': (0o040755, b''), 'root': (0o040755, b''), 'lab': (0o040755, b''), 'modules': (0o040755, b'')}
    names = []
    for path in modules_in_order(base, release, options['modules']):
        name = re.sub(r'\.(xz|gz)$', '', os.path.basename(path))
        tree['modules/' + name] = (0o100644, read_module(path))
        names.append('/modules/' + name)
    tree['modules/list'] = (0o100644, '\n'.join(names).encode() + b'\n')
    for name, content in files.items():
        if os.path.isabs(content) and os.path.exists(content):
            with open(content, 'rb') as f:
                tree['lab/' + name] = (0o100755, f.read())
        else:
            tree['lab/' + name] = (0o100755, content.encode())
    with open(probes()['init'], 'rb') as f:
        tree['init'] = (0o100755, f.read())
    return cpio(tree)


def drives(options, root, data, swap, result):
    """The disks: as slow as a cloud's, but the one for the result."""
    limited = lambda iops: f'throttling.iops-total={iops},throttling.bps-total={options["mib_per_second"] * 1024 * 1024}'
    slow = limited(options['iops'])
    found = []
    for path, limits in ((root, slow), (data, slow), (swap, slow), (result, '')):
        # cache=unsafe: no flush reaches the host's disk; the throttle is what the guest sees.
        found += ['-drive', f'file={path},format=raw,if=virtio,cache=unsafe,snapshot={"off" if path == result else "on"}'
                  + (',' + limits if limits else '')]
    # /dev/vde: a disk without an end, of zeros, for backups that read for as long as a run lasts and nothing twice.
    return found + ['-drive', f'if=virtio,file.driver=null-co,file.size={64 << 30},file.read-zeroes=on,format=raw,'
            + limited(options['endless_iops'] or options['iops'])]


def command_line(options):
    """The kernel's. With no udev nothing says that a terminal is there: a getty, and what comes after it, would wait for 90 s."""
    unneeded = ('systemd-logind', 'e2scrub_reap', 'systemd-update-utmp', 'systemd-random-seed', 'getty@tty1')
    return ' '.join(['console=ttyS0 quiet loglevel=3 panic=-1 systemd.show_status=false',
                     'systemd.getty_auto=no', *(f'systemd.mask={unit}.service' for unit in unneeded), f'psi={options["psi"]}',
                     *(['cgroup_no_v1=all', 'systemd.unified_cgroup_hierarchy=1'] if options['cgroup'] == 'v2' else [])])


def make_remote(out):
    """What the virtiofs file system "remote" has: files for a working set, and one without an end."""
    os.makedirs(os.path.join(out, 'set'))
    for i in range(8):
        with open(os.path.join(out, 'set', str(i)), 'wb') as f:
            f.write(os.urandom(16 * 1024 * 1024))
    with open(os.path.join(out, 'endless'), 'wb') as f:
        f.truncate(64 << 30)


def virtiofsd():
    """The daemon that serves a directory of the host to a machine; None: it is not here."""
    return shutil.which('virtiofsd', path=os.environ['PATH'] + ':/usr/lib/qemu:/usr/libexec:/usr/lib')


@contextlib.contextmanager
def shared(options, here):
    """Options of qemu for the virtiofs file system "remote", where the run has one, and the daemon that serves it meanwhile."""
    if not options['remote']:
        yield []
        return
    socket = os.path.join(here, 'remote')
    server = subprocess.Popen([virtiofsd(), f'--socket-path={socket}', '-o', f'source={cached("remote", make_remote)}'],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True, preexec_fn=first_of_qemu)
    try:
        while not os.path.exists(socket) and server.poll() is None:
            time.sleep(0.05)
        yield ['-object', f'memory-backend-memfd,id=ram,size={options["memory"]}M,share=on', '-numa', 'node,memdev=ram',
               '-chardev', f'socket,id=remote,path={socket}', '-device', 'vhost-user-fs-pci,chardev=remote,tag=remote']
    finally:
        server.kill()
        server.wait()


def boot(options, files, seconds):
    """One machine from its boot to its end. files: {name: path or text} for /lab. Returns the members of the tar archive that the
    guest leaves on its result disk {name: bytes}, what the console said, and for how many ms the host did nothing for it."""
    stood = []
    if not _accelerator:
        _accelerator.extend(accelerator())
    (_, image, _), root, data = images(options['kernel'], options['trial'])
    with tempfile.TemporaryDirectory(dir=CACHE) as here:
        first, result, swap, console = (os.path.join(here, name) for name in ('initrd', 'result', 'swap', 'console'))
        with open(first, 'wb') as f:
            f.write(initrd(options, files))
        for path, mib in ((result, 64), (swap, max(1, options['swap_mib']))):
            with open(path, 'wb') as f:
                f.truncate(mib * 1024 * 1024)
        with open(console, 'wb') as out, processors(options['cpus']), watched(stood), shared(options, here) as remote:
            try:
                subprocess.run(['qemu-system-x86_64', *_accelerator, '-smp', str(options['cpus']), '-m', str(options['memory']),
                                '-display', 'none', '-nodefaults', '-no-reboot', '-serial', 'stdio',
                                *drives(options, root, data, swap, result), *remote, *numa(options), '-kernel', image, '-initrd', first,
                                '-append', command_line(options)],
                               stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=seconds, check=False,
                               env=dict(os.environ, TMPDIR=here), start_new_session=True, preexec_fn=first_of_qemu)
            except subprocess.TimeoutExpired:
                out.write(b'\nthe machine did not end in time\n')
        with open(console, encoding='utf-8', errors='replace') as f:
            said = f.read()
        return members(result), said, stood[0]


def numa(options):
    """Options of qemu for a machine of several NUMA nodes: each has its part of the memory, and a processor where there is one."""
    found = []
    for n in range(options['nodes']):
        cpus = f',cpus={n}' if n < options['cpus'] else ''
        found += ['-object', f'memory-backend-ram,id=m{n},size={options["memory"] // options["nodes"]}M',
                  '-numa', f'node,nodeid={n},memdev=m{n}{cpus}']
    return found


def members(archive):
    """The files of a tar archive {name: bytes}; none where there is no archive."""
    found = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                if member.isfile():
                    found[os.path.normpath(member.name)] = tar.extractfile(member).read()
    except tarfile.TarError:
        pass
    return found
