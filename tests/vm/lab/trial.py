# SPDX-License-Identifier: MIT
"""The trial: real programs from Debian's packages, and what a killer makes of them. Rows like those of scenarios.py, on a root
disk of their own (machine.make_trial). What a service has done in the run is appended to /run/result/work each second."""
from scenarios import bad, healthy

WORK = '/run/result/work'
MEMORY = 1024  # MiB; LMDB's and SQLite's files are 1.6 times that, and five to ten times what is left for their pages


def trial(make, title, go, work='', **more):
    more.setdefault('memory', MEMORY)
    return make(title, go, trial=True, work=work, **more)


def holder(percent, rest=5):
    """A program that takes memory until so many percent are available, and stands still from then on. What starts after it,
    the recorder and the killer, take one percent of a gigabyte."""
    return f'spawn holder /lab/hog -n holder -r 100 -a {percent + 1}; sleep {rest}; '


def lmdb(threads, how, percent, rest=5):
    return trial(healthy, f'LMDB, {threads} readers, {how}, {percent} % available' + (', for over a minute' if rest > 60 else ''),
                 f'spawn lmdb /srv/get {threads} {how} {WORK}', 'gets', prepare=holder(percent, rest))


def computes(group):
    return f'; spawn count /lab/count cpu {group}'


LMDB = f'spawn lmdb /srv/get 4 zipf {WORK}; sleep 10'
POSTGRES = 'pg_ctlcluster 15 main start; sleep 4; '
PGBENCH = "spawn pgbench sh -c 'runuser -u postgres -- pgbench -n -P 1 -T 600 -c 8 OPTIONS postgres 2>&1 | /lab/count pgbench'"
MARIADB = ('mkdir -p /run/mysqld; chown mysql /run/mysqld; spawn mariadb mariadbd --user=mysql; '
           'until mariadb-admin ping --silent; do sleep 1; done; ')
QUERIES = 'for n in 1 2 3 4; do spawn client$n /lab/queries $n; done; spawn count /lab/count mariadb'
LOOPBACK = 'python3 /lab/loopback.py; '
REDIS = (LOOPBACK + 'spawn redis redis-server --save "" --enable-debug-command yes --dir /srv --logfile /dev/null; '
         'until redis-cli ping >/dev/null 2>&1; do sleep 0.2; done; ')
FILL_REDIS = 'redis-cli debug populate {} key 1000 >/dev/null; '
REDIS_WORK = 'spawn clients redis-benchmark -q -l -c 8 -t get,set -r 100000 -d 1000 -k 1; spawn count /lab/count redis; '
JAVA = 'spawn java java -Xms{0}m -Xmx{0}m -XX:+UseSerialGC -cp /srv/java Trial '


def jvm_beside(mib, left):
    return trial(healthy, f'a JVM of 600 MiB starts beside a program of {mib} MiB that is partly in swap, and fits: {left} of swap is left',
                 JAVA.format(600) + f'serve 450 {WORK}', 'answers', prepare=f'spawn holder /lab/hog -n holder -u {mib}; sleep 10',
                 swap='disk', swap_mib=768, seconds=60)


again = lambda command: f"sh -c 'while :; do {command}; done'"

TRIAL = {
    # Nobody may die.
    'lmdb-2': lmdb(2, 'uniform', 16),
    'lmdb-4-zipf': lmdb(4, 'zipf', 18),
    'lmdb-8': lmdb(8, 'uniform', 12),
    'lmdb-16-zipf': lmdb(16, 'zipf', 25),
    'lmdb-steady': lmdb(8, 'uniform', 16, rest=65),
    'sqlite': trial(healthy, 'SQLite by mmap, 4 readers, uniform, 18 % available', f'spawn sqlite python3 /lab/sqlite_rows.py 4 {WORK}',
                    'rows', prepare=holder(18)),
    'numpy': trial(healthy, 'random rows of a mapped matrix of 60 % of memory, 45 % available', f'spawn numpy python3 /lab/numpy_rows.py {WORK}',
                   'rows', prepare=holder(45)),
    'postgres-read': trial(healthy, 'PostgreSQL, 8 clients that read 900 MB, 20 % available once its buffers of 128 MB are full', PGBENCH.replace('OPTIONS', '-S'), 'transactions',
                           prepare=POSTGRES + holder(35)),
    'postgres-write': trial(healthy, 'the same, reading and writing', PGBENCH.replace('OPTIONS', '-N'), 'transactions',
                            prepare=POSTGRES + holder(35)),
    'mariadb': trial(healthy, 'MariaDB, 4 clients, 20 % available once its buffers of 128 MB are full', QUERIES, 'questions', prepare=MARIADB + holder(33)),
    'redis-save': trial(healthy, 'Redis with 45 % of memory, which saves again and again while clients write, and all is 70 % used',
                        'spawn save ' + again('redis-cli bgsave; sleep 4'), 'commands',
                        prepare=REDIS + FILL_REDIS.format(380000) + holder(30) + REDIS_WORK, seconds=60),
    'jvm-start': trial(healthy, 'a JVM of 600 MiB starts beside a program and roomy swap', JAVA.format(600) + f'serve 450 {WORK}', 'answers',
                       prepare='spawn holder /lab/hog -n holder -u 350; sleep 5', swap='disk', swap_mib=768, seconds=60),
    'jvm-start-swap': jvm_beside(650, '40 %'),
    'jvm-start-tight': jvm_beside(750, 'a quarter'),
    'start-lmdb': trial(healthy, 'a Python program of 600 MiB starts beside LMDB with 4 readers, and fits: 18 % are left',
                        'spawn python python3 /lab/leak.py 25 600', 'gets', prepare=LMDB, seconds=60),
    'git-gc': trial(healthy, 'git gc, 25 % available', 'spawn git ' + again('git -C /srv/git gc -q --prune=now --aggressive') + computes('git'),
                    '% of a CPU', prepare=holder(25), seconds=60),
    'tar': trial(healthy, 'tar of /usr, 15 % available', 'spawn tar ' + again('tar -cf - /usr /srv/lmdb | cat >/dev/null') + computes('tar'),
                 '% of a CPU', prepare=holder(15)),
    'rsync': trial(healthy, 'rsync copies /usr, 15 % available',
                   'spawn rsync ' + again('rsync -a --delete /usr/ /srv/copy/; rm -r /srv/copy') + computes('rsync'),
                   '% of a CPU', prepare=holder(15)),
    'borg': trial(healthy, 'borg backs /usr up, 20 % available', 'spawn borg env BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes borg create /srv/borg::a /usr' + computes('borg'),
                  '% of a CPU', prepare=holder(22), seconds=60),
    'xz': trial(healthy, 'xz on all CPUs, which stops at 82 % used', 'spawn xz ' + again('xz -T2 -6 -c /srv/numbers >/dev/null') + computes('xz'),
                '% of a CPU', prepare=holder(48)),
    'dpkg': trial(healthy, 'dpkg unpacks a package beside a program that has stood still for a minute, 17 % available',
                  'spawn dpkg ' + again('dpkg -x /srv/deb/gcc*.deb /srv/unpacked; rm -r /srv/unpacked') + computes('dpkg'),
                  '% of a CPU', prepare=holder(17, 65)),
    'updatedb': trial(bad, 'updatedb takes 8 % of memory again and again beside a program that has stood still for a minute, 18 % available: '
                      'never the program', 'spawn updatedb ' + again('updatedb') + computes('updatedb'), '% of a CPU', prepare=holder(18, 65),
                      victims=('updatedb',), deaths=(0, 1000), must_act=False, seconds=40, after=40),
    'updatedb-grown': trial(bad, 'the same beside a program that took its memory a quarter of a minute before: never the program',
                            'spawn updatedb ' + again('updatedb') + computes('updatedb'), '% of a CPU', prepare=holder(18),
                            victims=('updatedb',), deaths=(0, 1000), must_act=False, seconds=40, after=40),
    'vps': trial(healthy, 'a VPS of 512 MiB: MariaDB, nginx, six workers of php-fpm, and a visitor', f'spawn visitor python3 /lab/pages.py {WORK}',
                 'pages', prepare=LOOPBACK + MARIADB + 'mkdir -p /run/php; spawn php php-fpm8.2 -F; spawn nginx nginx -g "daemon off;"; sleep 5', memory=512),
    # Somebody has to go, and it is known who.
    'python-leak': trial(bad, 'a Python program leaks', 'spawn python python3 /lab/leak.py 40', victims=('python3',)),
    'python-leak-lmdb': trial(bad, 'a Python program leaks beside LMDB with 4 readers', 'spawn python python3 /lab/leak.py 25', 'gets',
                              victims=('python3',), prepare=LMDB),
    'java-leak': trial(bad, 'a JVM leaks', 'spawn java java -Xmx4g -XX:+UseSerialGC -cp /srv/java Trial leak 40', victims=('java',)),
    'java-leak-lmdb': trial(bad, 'a JVM leaks beside LMDB with 4 readers',
                            'spawn java java -Xmx4g -XX:+UseSerialGC -cp /srv/java Trial leak 25', 'gets', victims=('java',), prepare=LMDB, seconds=90),
    'redis-full': trial(bad, 'Redis without a limit', 'spawn fill redis-cli debug populate 4000000 key 1000', victims=('redis-server',), prepare=REDIS),
    'template-bomb': trial(bad, 'g++ on templates without an end, beside a program that has stood still for a minute', 'spawn g++ g++ -ftemplate-depth=100 -c -o /dev/null /lab/bomb.cc',
                           victims=('cc1plus',), prepare=holder(22, 65), seconds=110),
    'fork-bomb': trial(bad, 'a fork bomb of shells', "spawn bomb sh -c 'b() { b | b & }; b; sleep 600'", victims=('sh',), deaths=(1, 100000),
                       memory=512, seconds=60, after=20),
}
