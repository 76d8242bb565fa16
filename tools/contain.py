#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""contain.py ROOT UID GID CAPABILITIES PROFILE PROGRAM [ARGUMENT...]: become a program as a container's runtime starts it: in
ROOT, as this user, with these capabilities (KILL,SYS_NICE or -) and none beside, without new privileges, and under a seccomp
profile of containers (the JSON of Debian's golang-github-containers-common; - for none). As root. Used by tools/prove-image."""
import ctypes
import errno
import json
import os
import platform
import sys

NAMES = ('CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW '
         'IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG '
         'MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE').split()
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38


def holds(condition, kept):
    """Is what a rule includes or excludes so: one of the capabilities, this architecture, this kernel?"""
    machine = {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(platform.machine(), platform.machine())
    kernel = tuple(int(n) for n in platform.release().split('-')[0].split('.')[:2])
    return (all('CAP_' + c in [f'CAP_{k}' for k in kept] for c in (name.removeprefix('CAP_') for name in condition.get('caps', []))) and
            machine in condition.get('arches', [machine]) and tuple(int(n) for n in condition.get('minKernel', '0.0').split('.')) <= kernel)


def action_of(name, number, seccomp):
    return seccomp.ALLOW if name == 'SCMP_ACT_ALLOW' else seccomp.ERRNO(number if number is not None else errno.EPERM)


def filter_of(path, kept):
    import seccomp  # python3-seccomp, which only the system's own Python has
    with open(path, encoding='ascii') as f:
        profile = json.load(f)
    default = action_of(profile['defaultAction'], profile.get('defaultErrnoRet'), seccomp)
    made = seccomp.SyscallFilter(default)
    compare = {'SCMP_CMP_' + name: getattr(seccomp, name) for name in ('EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'MASKED_EQ')}
    for rule in profile['syscalls']:
        action = action_of(rule['action'], rule.get('errnoRet'), seccomp)
        if not holds(rule.get('includes') or {}, kept) or (rule.get('excludes') and holds(rule['excludes'], kept)) or action == default:
            continue
        args = [seccomp.Arg(a['index'], compare[a['op']], a['value'], a.get('valueTwo', 0)) for a in rule.get('args') or []]
        for name in rule['names']:
            try:
                made.add_rule(action, name, *args)
            except (RuntimeError, ValueError, OSError):
                pass  # a call that this machine does not have
    return made


def main():
    root, uid, gid, capabilities, profile, *command = sys.argv[1:]
    kept = [] if capabilities == '-' else capabilities.split(',')
    assert all(name in NAMES for name in kept), kept
    made = None if profile == '-' else filter_of(profile, kept)
    libc = ctypes.CDLL(None, use_errno=True)
    os.chroot(root)
    os.chdir('/')
    for number, name in enumerate(NAMES):
        if name not in kept and libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 and ctypes.get_errno() != errno.EINVAL:
            sys.exit(f'contain.py: {name}: {os.strerror(ctypes.get_errno())}')
    os.setgroups([])
    os.setresgid(int(gid), int(gid), int(gid))
    os.setresuid(int(uid), int(uid), int(uid))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if made:
        made.load()
    os.execv(command[0], command)


main()
