# SPDX-License-Identifier: MIT
"""The killers, each as its own package starts it: shell for the guest that sets killer_pid. With Debian's default settings, or
where there is none, with those that the project's own documentation gives."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Killer:
    title: str
    start: str
    systemd: bool = False  # needs systemd as the first process
    cgroup: str = ''  # needs this one
    psi: bool = False


KILLERS = {
    'none': Killer('the kernel alone', ':'),
    # its defaults, but a ring that holds a whole run of some 2,800 looks, for `useroomctl replay`; 768 KiB more resident
    'useroom': Killer('useroom', '/lab/useroom -record-size 1024 OPTIONS >/run/result/killer.log 2>&1 & killer_pid=$!'),
    # /etc/default/earlyoom and earlyoom.service of Debian 12: no priority, no adjustment
    'earlyoom': Killer('earlyoom 1.7', 'earlyoom -r 3600 >/run/result/killer.log 2>&1 & killer_pid=$!'),
    'nohang': Killer('nohang 0.2', 'nohang --monitor --config /etc/nohang/nohang.conf >/run/result/killer.log 2>&1 & killer_pid=$!'),
    # Debian enables it for nothing. systemd.resource-control(5) and systemd-oomd.service(8): swap on the root slice,
    # memory pressure on the slice whose units may be killed; the limits stay at their defaults.
    'systemd-oomd': Killer('systemd-oomd 252', '''
mkdir -p /run/systemd/system/-.slice.d /run/systemd/system/system.slice.d
printf '[Slice]\\nManagedOOMSwap=kill\\n' >/run/systemd/system/-.slice.d/oomd.conf
printf '[Slice]\\nManagedOOMMemoryPressure=kill\\n' >/run/systemd/system/system.slice.d/oomd.conf
systemctl daemon-reload
systemctl start systemd-oomd.service
killer_pid=$(systemctl show -P MainPID systemd-oomd.service)''', systemd=True, cgroup='v2', psi=True),
    # oomd.service and /etc/default/oomd of Debian 12, as the latter says it must be with cgroup v2. It watches control groups, and has no need
    # of systemd: each process of a run is in a group below system.slice, as it would be there, and so is oomd.
    'oomd': Killer('oomd 0.5', '''
echo $((64 * 1048576)) >"$(group oomd)/memory.low"
spawn oomd sh -c 'exec oomd --interval 1 --config /etc/oomd/oomd.json >/run/result/killer.log 2>&1'
killer_pid=${spawned##* }''', cgroup='v2', psi=True),
}
