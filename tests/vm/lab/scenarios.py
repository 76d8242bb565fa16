# SPDX-License-Identifier: MIT
"""What happens in the machine, and who may die of it.

A scenario is shell for the guest: `prepare` before the killer starts, `go` when the clock starts. Both start processes by
`spawn GROUP COMMAND...`, each in a control group of its own where there is one."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    title: str
    go: str
    prepare: str = ''
    victims: tuple = ()  # names, by their beginning, of those whose end helps
    deaths: tuple = (0, 0)  # how many of them should die: at least, at most
    seconds: int = 60  # the clock stops then,
    after: float = 8  # or so long after the last death that is needed
    memory: int = 512  # MiB
    swap: str = 'none'
    swap_mib: int = 0
    kernel: str = '6.1'
    cgroup: str = 'v2'
    iops: int = 1800  # of each disk: a cloud's ordinary one
    endless_iops: int = 0  # of the one that backups read, where it is another: a drive that was plugged in
    mib_per_second: int = 100
    assemble: str = 'data=/dev/vdb'  # shell that says where the data disk's file system is
    modules: tuple = ()  # of the kernel, more than every machine has
    remote: bool = False  # a directory of the host is there as the virtiofs file system "remote"
    v2_only: bool = False  # it is about something that cgroup v1 has not
    trial: bool = False  # on the trial's root disk, with real programs
    nodes: int = 0  # NUMA nodes, each with an equal part of the memory; 0: it is not asked for
    work: str = ''  # what its service counts in /run/result/work
    told: bool = None  # useroom -containers warn says that a group thrashes: it must, or must not
    ended: tuple = ('leak',)  # whom -containers act must end then
    must_act: bool = True  # False: nobody acts on it by thresholds, and the note says so

    @property
    def healthy(self):
        return not self.victims


def bad(title, go, victims=('hog',), deaths=(1, 1), **more):
    return Scenario(title, go, victims=tuple(victims), deaths=deaths, **more)


def healthy(title, go, **more):
    more.setdefault('seconds', 40)
    return Scenario(title, go, **more)


SET = '/data/set/*'
STREAM = '/data/stream/*'
COLD = 'spawn cold /lab/hog -n cold -u 110 -o'
START = 'spawn app /lab/hog -n app -r 100 -u 400'  # four seconds
COMPILE = "spawn compile sh -c 'while sh /lab/compile; do :; done'"
ENDLESS = '/dev/vde'  # what a backup reads: nothing comes twice, for as long as a run lasts; its buffer heads take 3 % of memory

# A service at work: it reads its files through a mapping, without an end. 80 MiB are a sixth of the machine.
SERVER = 'spawn server /lab/reader -n server -m -p -l -t 2 -s 80 /data/stream/0'

# A shell that starts shells: each has some 180 KiB, waits for what never comes, and does not end by itself.
SWARM = '''mkfifo /run/never
spawn bomb sh -c 'while :; do sh -c "read line </run/never; :" & done\''''

# The data disk with a layer on top. The kernel has both in /proc/diskstats, the layer's reads and the disk's.
MAPPED = '''
dmsetup create data --noudevsync --table "0 $(blockdev --getsz /dev/vdb) linear /dev/vdb 0"
data=/dev/dm-0'''
# Documentation/admin-guide/md.rst: an array without metadata, its second disk missing
MIRRORED = '''
echo md0 >/sys/module/md_mod/parameters/new_array
cd /sys/block/md0/md
echo none >metadata_version
echo raid1 >level
echo 2 >raid_disks
echo $(($(blockdev --getsz /dev/vdb) / 2)) >component_size
cat /sys/block/vdb/dev >new_dev
echo 0 >dev-vdb/slot
echo active >array_state
cd /
data=/dev/md0'''

# A group with a limit of 256 MiB, a program in it that holds so much, and what reads 64 MiB of files without an end.
HOT = '/lab/reader -n reader -m -p -l -t 8 -s 16 /data/set/[0-3]'
BOX = 'spawn_limited box 256 /lab/hog -n app -r 100 -u {app}; spawn box {reader}; sleep 4'

# On the second of two NUMA nodes: the heartbeat with its hot file, a service with so much of its own, and a program that stands still.
NODE = 'on_node 1 heart app leak reader; spawn app /lab/hog -n app -r 100 -u {app}; spawn reader {reader}; sleep 4'

REMOTE = 'mkdir /remote; mount -t virtiofs remote /remote; '

SCENARIOS = {
    'bomb': bad('a fast bomb', 'spawn hog /lab/hog', seconds=40),
    'leak': bad("a slow leak while a service's file working set is in use", 'spawn hog /lab/hog -r 12', prepare=SERVER),
    'leak-stops': bad('the same leak, which stops at 2.5 % available', 'spawn hog /lab/hog -r 12 -a 2.5', prepare=SERVER),
    'leak-mapped': bad('the same leak, the disk below device mapper', 'spawn hog /lab/hog -r 12', prepare=SERVER,
                       assemble=MAPPED, modules=('dm-mod',)),
    'leak-mirrored': bad('the same leak, the disk below md', 'spawn hog /lab/hog -r 12', prepare=SERVER,
                         assemble=MIRRORED, modules=('raid1',)),
    'leak-plugged': bad('the same leak while a backup reads from a slow drive', f'spawn backup /lab/reader -n backup {ENDLESS}; spawn hog /lab/hog -r 12',
                        prepare=SERVER, endless_iops=60),
    'bomb-swap': bad('a fast bomb, with swap', 'spawn hog /lab/hog', swap='disk', swap_mib=512),
    'leak-swap': bad('a slow leak, with swap', 'spawn hog /lab/hog -r 25', prepare=SERVER, swap='disk', swap_mib=512, seconds=90),
    'leak-mglru': bad('the slow leak under the multi-generational LRU of 6.1, which counts few refaults', 'spawn hog /lab/hog -r 12',
                      prepare='echo y >/sys/kernel/mm/lru_gen/enabled; ' + SERVER),
    'leak-zswap': bad('a slow leak, with swap behind zswap', 'spawn hog /lab/hog -r 25',
                      prepare='echo y >/sys/module/zswap/parameters/enabled; ' + SERVER,
                      swap='disk', swap_mib=512, seconds=90, kernel='6.1-generic'),
    'leak-zram': bad('a slow leak, with zram', 'spawn hog /lab/hog -r 25', prepare=SERVER, swap='zram', swap_mib=234, seconds=90),
    'alike-zram': bad('26 alike programs that are used in turn, a third of them too many, with zram',
                      'for i in $(seq 26); do spawn app$i /lab/hog -n app -u 40 -t 1; done', victims=('app',), deaths=(1, 26),
                      memory=1024, swap='zram', swap_mib=512, seconds=60, after=20),
    'files': bad('a working set of files that no longer fits, though available memory looks fine',
                 f'spawn reader /lab/reader -n reader -m -p -l -t 4 {SET}',
                 prepare='spawn app /lab/hog -n app -u 200', victims=('reader', 'app'), must_act=False, seconds=40),
    'files-tight': bad('hot mapped files that do not fit in what is left, and nothing grows',
                       f'spawn reader /lab/reader -n reader -m -p -l -t 4 -s 16 {SET}',
                       prepare='spawn app /lab/hog -n app -r 100 -a 14; sleep 4', victims=('app', 'reader'), deaths=(0, 1), must_act=False, seconds=40),
    'files-remote': bad('hot mapped files of a file system without a disk do not fit, and nothing grows',
                        'spawn reader /lab/reader -n reader -m -p -l -t 4 -s 16 /remote/set/*',
                        prepare=REMOTE + 'spawn app /lab/hog -n app -r 100 -a 14; sleep 4', victims=('app', 'reader'), must_act=False,
                        seconds=40, remote=True, modules=('virtiofs',)),
    'threads': bad('hot mapped files that do not fit, and two hundred threads want them', f'spawn reader /lab/reader -n reader -m -p -l -t 200 -s 16 {SET}',
                   prepare='spawn app /lab/hog -n app -r 100 -a 18; sleep 4', victims=('app', 'reader'), deaths=(0, 1), must_act=False,
                   seconds=40),
    'anonymous': bad('more hot anonymous memory than there is, with roomy swap', 'spawn hog /lab/hog -u 480 -r 60 -t 4',
                     swap='disk', swap_mib=1024, seconds=60),
    'starting-small': bad('a large program starts, and cold pages go to a swap for it that would last for five seconds; it would fit',
                          START, prepare=COLD + '; sleep 3',
                          victims=('app',), deaths=(0, 1), must_act=False, swap='disk', swap_mib=512, seconds=30),
    'children': bad('forty children that leak', 'spawn hog /lab/hog -c 40 -r 40', deaths=(1, 41), seconds=60, after=20),
    'stubborn': bad('a leak that ignores SIGTERM', 'spawn hog /lab/hog -i -r 40'),
    'restarted': bad('a leak that is started again whenever it dies',
                     "spawn hog sh -c 'while :; do /lab/hog -r 100; sleep 1; done'", deaths=(2, 40), seconds=40, after=40),
    'tmpfs': healthy('a tmpfs fills: no process has the memory', 'spawn writer /lab/hog -n writer -r 60 -k file:/filled/file -a 7',
                     prepare='mkdir /filled; mount -t tmpfs -o size=90% none /filled', seconds=30),
    'shm': bad('shared memory', 'spawn hog /lab/hog -k shm -r 60'),
    'leaderless': bad('a thread group whose leader has exited', 'spawn hog /lab/hog -k thread -r 60'),
    'names': bad('a hostile name', "spawn hog /lab/hog -n 'a) R 1 (\n0 b' -r 60", victims=('a) R',)),
    # Who grows goes first, and that is enough; a killer that ends by size has to do with the one that cannot leave.
    'frozen': bad('the one that holds the memory is frozen', 'freeze hog; spawn leak /lab/hog -n leak -r 20 -u 160',
                  prepare='spawn hog /lab/hog -u 220; sleep 4', victims=('leak', 'hog'), seconds=30, after=8),
    'blocked': bad('the one that holds the memory sleeps in the kernel (D state)',
                   'fsfreeze -f /data; sleep 1; spawn leak /lab/hog -n leak -r 20 -u 160',
                   prepare='spawn hog /lab/hog -u 220 -b /data/written; sleep 4', victims=('leak', 'hog'), seconds=30, after=8),
    'crowd': bad('5,000 processes beside the hog', 'spawn hog /lab/hog -r 100',
                 prepare='spawn sleeper /lab/hog -n sleeper -c 5000 -u 0; sleep 25', memory=2048, seconds=60),
    'swarm': bad('small shells that one shell starts without an end, beside a program that stands still', SWARM,
                 prepare='spawn app /lab/hog -n app -u 100; sleep 4', victims=('sh',), deaths=(64, 8000), seconds=60, after=20),
    'container-v1': bad('a cgroup v1 container that thrashes at its own limit', f'spawn_limited box 100 /lab/reader -n reader -m -p -l -t 2 {SET}',
                        victims=('reader',), must_act=False, cgroup='v1', seconds=25),
    'container-v2': bad('a cgroup v2 container that thrashes at its own limit', f'spawn_limited box 100 /lab/reader -n reader -m -p -l -t 2 {SET}',
                        victims=('reader',), must_act=False, seconds=25),
    'container-tight': healthy('a container thrashes at its own limit, beside a full page cache, 20 % available',
                               f'spawn_limited box 30 /lab/reader -n reader -m -p -l -t 8 -s 16 {SET}',
                               prepare='spawn app /lab/hog -n app -r 100 -a 21; sleep 4; cat /data/stream/[0-1] >/dev/null', seconds=30,
                               iops=600),
    'group-leak': bad('a leak beside hot mapped files in a group with a limit of its own, on a machine with memory to spare',
                      'spawn box /lab/hog -n leak -r 3', prepare=BOX.format(app=150, reader=HOT), victims=('leak', 'app'), must_act=False,
                      told=True, memory=1024, seconds=40),
    'group-whole': bad('the same leak, where all of the group are to go together (memory.oom.group)',
                       'spawn box /lab/hog -n leak -r 3', prepare=BOX.format(app=150, reader=HOT) + '; echo 1 >"$(group box)/memory.oom.group"',
                       victims=('leak', 'app', 'reader'), deaths=(3, 3), must_act=False, told=True, ended=('app', 'leak', 'reader'),
                       v2_only=True, memory=1024, seconds=40),
    'group-files': bad('hot mapped files that do not fit into the limit of their group, and nothing grows',
                       f'spawn box {HOT.replace("[0-3]", "[0-5]")}', prepare=BOX.format(app=190, reader='true'), victims=('reader', 'app'),
                       must_act=False, memory=1024, seconds=60),
    'group-high': bad('a leak that is held up at memory.high of its group, without swap',
                      'spawn box /lab/hog -n leak -r 12', prepare='echo $((200 * 1048576)) >"$(group box)/memory.high"; ' +
                      BOX.format(app=150, reader='true'), victims=('leak', 'app'), must_act=False, told=True, v2_only=True, memory=1024, seconds=40),
    'group-backup': healthy('a backup at the limit of its group', f'spawn box /lab/reader -n backup {ENDLESS}',
                            prepare=BOX.format(app=105, reader=HOT), told=False, memory=1024, seconds=60),
    'group-backup-mmap': healthy('the same by mmap', f'spawn box /lab/reader -n backup -m {ENDLESS}',
                                 prepare=BOX.format(app=105, reader=HOT), told=False, memory=1024, seconds=60),
    'numa-leak': bad('a leak and a service on one of two NUMA nodes (cpuset), the other one with memory to spare',
                     'spawn leak /lab/hog -n leak -r 6', prepare=NODE.format(app=150, reader=HOT), victims=('leak',), must_act=False,
                     v2_only=True, nodes=2, memory=1024, seconds=70),
    'numa-policy': bad('the same, where the leak is bound by its own memory policy',
                       'spawn hog /lab/hog -n leak -N 1 -r 6', prepare=NODE.format(app=150, reader=HOT), victims=('leak',), must_act=False,
                       v2_only=True, nodes=2, memory=1024, seconds=70),
    'numa-files': healthy('hot mapped files that do not fit into what is left of a NUMA node, and nothing grows',
                          f'spawn reader {HOT.replace("[0-3]", "[0-5]")}', prepare=NODE.format(app=300, reader='true'),
                          v2_only=True, nodes=2, memory=1024, seconds=60),
    'cache': healthy('a large page cache, a server that uses it', f'spawn reader /lab/reader -n reader -l -r 60 {STREAM}',
                     prepare='spawn app /lab/hog -n app -u 150'),
    'backup': healthy('a backup reads far more files than memory, 15 % available', f'spawn backup /lab/reader -n backup {ENDLESS}',
                      prepare='spawn app /lab/hog -n app -r 100 -a 18; sleep 5'),
    'backup-mmap': healthy('the same by mmap', f'spawn backup /lab/reader -n backup -m {ENDLESS}',
                           prepare='spawn app /lab/hog -n app -r 100 -a 18; sleep 5'),
    'backup-tight': healthy('a backup, 11 % available', f'spawn backup /lab/reader -n backup {ENDLESS}',
                            prepare='spawn app /lab/hog -n app -r 100 -a 15; sleep 5'),
    'backup-mmap-tight': healthy('the same by mmap', f'spawn backup /lab/reader -n backup -m {ENDLESS}',
                                 prepare='spawn app /lab/hog -n app -r 100 -a 15; sleep 5'),
    'backup-plugged': healthy('a backup from a slow drive, and a service that reads a little from a fast one, 11 % available',
                              f'spawn backup /lab/reader -n backup {ENDLESS}',
                              prepare=f'spawn server /lab/reader -n server -m -p -l -r 4 -s 16 {SET}; '
                                      'spawn app /lab/hog -n app -r 100 -a 15; sleep 5', endless_iops=60),
    'copy-plugged': healthy('files are copied to a slow drive, 11 % available',
                            f'spawn copy /lab/reader -n copy -l -o {ENDLESS} {STREAM}',
                            prepare='spawn app /lab/hog -n app -r 100 -a 15; sleep 5', endless_iops=60),
    'backup-remote': healthy('a backup from a file system without a disk, by mmap, and a service that reads from it, 11 % available',
                             'spawn backup /lab/reader -n backup -m /remote/endless',
                             prepare=REMOTE + 'spawn server /lab/reader -n server -m -p -l -s 16 /remote/set/0; '
                                              'spawn app /lab/hog -n app -r 100 -a 15; sleep 5', remote=True, modules=('virtiofs',)),
    'database': healthy('a database reads pages of far more than the cache, 20 % available',
                        f'spawn database /lab/reader -n database -d -t 4 {STREAM}',
                        prepare='spawn app /lab/hog -n app -r 100 -a 20; sleep 5'),
    'returning': healthy('an application that was swapped out comes back', 'touch /run/back',
                         prepare='spawn app /lab/hog -n app -u 220 -o -w /run/back -t 4; sleep 12; '
                                 'spawn other /lab/hog -n other -r 100 -u 280; sleep 5', swap='disk', swap_mib=1024),
    'cold-swap': healthy('swap full of cold pages, memory to spare', 'spawn app /lab/hog -n app -u 60 -t 1',
                         prepare=COLD, swap='disk', swap_mib=96),
    'cold-out': healthy('cold memory is being swapped out', 'spawn cold /lab/hog -n cold -u 600 -r 20', swap='disk', swap_mib=1024),
    'swapoff': bad('swap is switched off, and what is in it does not fit into memory',
                   'spawn swapoff swapoff -a', prepare=COLD.replace('-u 110', '-c 20 -u 10') + '; sleep 3; spawn app /lab/hog -n app -r 100 -u 250; sleep 5',
                   victims=('swapoff',), deaths=(1, 1), swap='disk', swap_mib=512, seconds=40),
    'huge-pages': healthy('three quarters of memory are reserved huge pages, and of the rest a third is available',
                          ':', prepare='echo 360 >/proc/sys/vm/nr_hugepages; spawn app /lab/hog -n app -r 100 -a 8; sleep 4', memory=1024,
                          seconds=20),
    'huge-pages-leak': bad('the same, and a leak in the rest', 'spawn hog /lab/hog -r 12',
                           prepare='echo 360 >/proc/sys/vm/nr_hugepages; sleep 1', memory=1024, seconds=40),
    'compile': healthy('a compile job', COMPILE, memory=768, seconds=90),
    'compile-tight': healthy('a compile job beside a program, down to 13 % available', COMPILE,
                             prepare='spawn app /lab/hog -n app -u 115; sleep 4', memory=768, seconds=90),
    'steady': healthy('85 % used and steady', ':', prepare='spawn app /lab/hog -n app -r 100 -a 15; sleep 5'),
    'starting': healthy('a large program starts beside a full page cache, takes 60 % of memory within nine seconds, and stops',
                        'spawn app /lab/hog -n app -r 30 -u 280', prepare='cat /data/stream/[0-5] >/dev/null'),
    'starting-swap': healthy('a large program starts, takes 85 % of memory within four seconds, and cold pages go to a large swap for it',
                             START, prepare=COLD + '; sleep 3',
                             swap='disk', swap_mib=2048),
    'suspended': healthy('a machine with 20 % available sleeps for ten seconds', 'sleep 3; rtcwake -m mem -s 10 >/run/result/rtcwake 2>&1',
                         prepare=SERVER.replace('-s 80', '-s 20') + '; spawn app /lab/hog -n app -r 100 -a 24; sleep 5'),
    'slow-disk': healthy('a slow disk', f'spawn backup /lab/reader -n backup {ENDLESS}', prepare='spawn app /lab/hog -n app -r 100 -a 20; sleep 5',
                         iops=100, mib_per_second=8),
}
