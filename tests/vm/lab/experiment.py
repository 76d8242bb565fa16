# SPDX-License-Identifier: MIT
"""One experiment: a scenario, a killer and a machine, put together, run and judged."""
import json
import os
import shlex
import time

import machine
from judge import judge
from killers import KILLERS
from scenarios import SCENARIOS as LABORATORY
from trial import TRIAL

SCENARIOS = {**LABORATORY, **TRIAL}

OPTIONS = ('kernel', 'cgroup', 'psi', 'swap', 'swap_mib', 'cpus', 'memory', 'iops')
BOOT_SECONDS = 120  # a software-emulated machine starts in 3 s, with systemd in 7, and some prepare for 30; with room

STOOD_MS, TRIES = 250, 3  # a host that stood still for longer: the run is repeated, so often in all; but not where nobody may
# die, and nobody did, although it was so


def add_options(parser):
    parser.add_argument('--kernel', choices=[*machine.KERNELS])
    parser.add_argument('--cgroup', choices=['v1', 'v2', 'none'])
    parser.add_argument('--psi', type=int, choices=[0, 1])
    parser.add_argument('--swap', choices=['none', 'disk', 'zram'])
    parser.add_argument('--swap-mib', type=int)
    for name in ('cpus', 'memory', 'iops'):
        parser.add_argument('--' + name, type=int)
    parser.add_argument('--seconds', type=int)
    parser.add_argument('--useroom', default=os.path.join(machine.TOP, 'build-static', 'useroom'))
    parser.add_argument('--options', default='')


def words(argv):
    """The command line, so that argparse takes the text of --options for one although it begins with a dash."""
    found = list(argv)
    if '--options' in found[:-1]:
        at = found.index('--options')
        found[at:at + 2] = ['--options=' + found[at + 1]]
    return found


def longest(scenario_name, given):
    """Seconds that a run is given before its machine is ended."""
    return BOOT_SECONDS + given.get('seconds', SCENARIOS[scenario_name].seconds) * 2


def chosen(args):
    """What the command line says about the machine; the rest is the scenario's."""
    found = {name: getattr(args, name) for name in OPTIONS if getattr(args, name) is not None}
    if args.seconds:
        found['seconds'] = args.seconds
    return {**found, 'useroom': os.path.abspath(args.useroom), 'options': args.options}


def complete(scenario, killer, given):
    own = ('kernel', 'cgroup', 'swap', 'swap_mib', 'memory', 'iops', 'endless_iops', 'mib_per_second', 'seconds', 'modules', 'remote', 'trial', 'nodes')
    options = {'psi': 1, 'cpus': 2, 'options': '', **{k: getattr(scenario, k) for k in own}, **given}
    if killer.cgroup:
        options['cgroup'] = killer.cgroup
    if killer.psi:
        options['psi'] = 1
    return options


def job(scenario, killer, options):
    """The particulars of a run as shell: what /lab/guest reads."""
    facts = {'init': 'systemd' if killer.systemd else 'plain', 'cgroup': options['cgroup'], 'swap': options['swap'],
             'swap_mib': options['swap_mib'], 'seconds': options['seconds'], 'nodes': options['nodes'], 'after': scenario.after,
             'await': scenario.victims[0] if scenario.victims else '-', 'deaths': max(scenario.deaths[0], 1) if scenario.victims else 0}
    text = ''.join(f'{name}={shlex.quote(str(value))}\n' for name, value in facts.items())
    start = killer.start.replace('OPTIONS', options['options'])
    for name, body in (('assemble', scenario.assemble), ('prepare', scenario.prepare or ':'), ('go', scenario.go), ('start_killer', start)):
        text += f'{name}() {{\n{body}\n}}\n'
    return text


def images(scenario_name, killer_name, given):
    """What a run needs, made where it is not there; machine.Unavailable where it cannot be made."""
    options = complete(SCENARIOS[scenario_name], KILLERS[killer_name], given)
    machine.images(options['kernel'], options['trial'])
    if options['remote'] and machine.virtiofsd() is None:
        raise machine.Unavailable('no virtiofsd is here')


def judged(scenario, found, said, options):
    if 'record.json' not in found:
        return {**{k: options[k] for k in ('scenario', 'killer', *OPTIONS)}, 'faults': ['the machine left no record'],
                'console': said[-400:]}
    return judge(scenario, found, options)


def run(scenario_name, killer_name, given, keep=None):
    scenario, killer = SCENARIOS[scenario_name], KILLERS[killer_name]
    options = {**complete(scenario, killer, given), 'scenario': scenario_name, 'killer': killer_name}
    lab = os.path.join(machine.VM, 'lab')
    probes = machine.probes()
    files = {name: probes[name] for name in ('hog', 'reader', 'heartbeat', 'recorder', 'beat')}
    files.update(guest=os.path.join(lab, 'guest'), compile=os.path.join(lab, 'compile'), job=job(scenario, killer, options),
                 init='/lib/systemd/systemd\n' if killer.systemd else '/lab/guest\n')
    if options['trial']:
        files.update({name: os.path.join(machine.TRIAL, name) for name in os.listdir(machine.TRIAL)})
    if killer_name == 'useroom':
        if not os.access(given['useroom'], os.X_OK):
            raise SystemExit(f'{given["useroom"]}: not there; `make static` builds it')
        files['useroom'] = given['useroom']
    began = time.time()
    for _ in range(TRIES):
        found, said, stood = machine.boot(options, files, longest(scenario_name, given))
        result = judged(scenario, found, said, options)
        if stood <= STOOD_MS or (scenario.healthy and not result['faults']):
            break
        machine.log(f'{scenario_name} {killer_name}: this host did nothing for the machine for {stood} ms')
    if keep:
        for name, data in {**found, 'console': said.encode()}.items():
            os.makedirs(os.path.dirname(os.path.join(keep, name)), exist_ok=True)
            with open(os.path.join(keep, name), 'wb') as f:
                f.write(data)
    result['host_stood_ms'] = stood
    result['took_s'] = round(time.time() - began, 1)
    return json.loads(json.dumps(result))


def judged_again(old, folder):
    """The judgement of a run whose recordings are kept; nothing where it left none."""
    found = {}
    for name in ('record.json', 'heartbeat.json', 'start', 'work'):
        if os.path.exists(os.path.join(folder, name)):
            with open(os.path.join(folder, name), 'rb') as f:
                found[name] = f.read()
    return judge(SCENARIOS[old['scenario']], found, old) if 'record.json' in found else {}
