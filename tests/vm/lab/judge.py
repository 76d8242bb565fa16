# SPDX-License-Identifier: MIT
"""From what a machine recorded to what it means: one flat object a run."""
import json

PERIOD_US = 20000  # of the heartbeat
QUIET_MS = 5000  # before it begins: all is prepared then, and what the scenario prepared is at work
FATAL = {9: 'SIGKILL', 15: 'SIGTERM'}

REHEARSAL = 'exe'  # the child that useroom starts from /proc/self/exe and ends, to have killed once before it matters
NOT_YET = ('useroom', '')  # where it is ended before it has become that: seen on a busy host
ENDS = {'java': 143, 'redis-server': 0}  # programs that end by themselves at SIGTERM, and with which exit status
STILL_MS = 10000  # a service that did nothing for so long at the end of a run where nobody may die: it is gone, or might as well be
LOW_PERCENT = 10  # of memory available: where useroom and earlyoom begin to think of acting, by default


def memory_back(series, crossed, total):
    """The first moment after the crossing from which memory was not low for a tenth of a second; None: it never was."""
    since = None
    for at, kib in series:
        if at < crossed or kib * 100 <= total * LOW_PERCENT:
            since = None
        elif since is None:
            since = at
        elif at - since >= 100:
            return since
    return None


def late_from(beats, start_ms):
    """The delay (us) from which a beat is late: a period, or what one beat in fifty takes in this machine before it begins. That
    is 25 ms on one host of emulated machines and 55 on another (those that start a program are the slow ones): with a period alone
    the second is late by 0.15 s in each second although nothing is wrong with it."""
    quiet = sorted(delay for at, delay in beats if start_ms - QUIET_MS <= at < start_ms)
    return max(PERIOD_US, quiet[len(quiet) * 49 // 50]) if quiet else PERIOD_US


def heart(beats, start_ms, end_ms):
    """Lateness of the beats that were due in the run: in all, and the worst."""
    least = late_from(beats, start_ms)
    late = [max(0, delay - least) for at, delay in beats if start_ms <= at <= end_ms]
    return {
        'beats': len(late), 'late_from_ms': round(least / 1000, 1),
        'late_ms': round(sum(late) / 1000), 'late_worst_ms': round(max(late, default=0) / 1000),
    }


def unfinished(beats, end_ms, late_from_ms):
    """How late a beat is that was due and never done: the heartbeat stood still to the end."""
    if not beats:
        return 0
    done_ms = beats[-1][0] + beats[-1][1] / 1000
    return max(0, round(end_ms - max(done_ms, beats[-1][0] + PERIOD_US / 1000) - late_from_ms))


def worked(text, start_ms, end_ms):
    """What the run's service did: how much in all and a second, and the longest time in which it did nothing."""
    rows = [(float(at) * 1000, int(done)) for at, done in (line.split() for line in text.splitlines() if len(line.split()) == 2)]
    rows = [(at, done) for at, done in rows if start_ms <= at <= end_ms]
    if not rows:
        return {'work': 0, 'work_per_s': 0, 'work_still_ms': round(end_ms - start_ms), 'work_end_ms': round(end_ms - start_ms)}
    moved = [start_ms] + [at for (at, done), (_, before) in zip(rows[1:], rows) if done > before] + [end_ms]
    work = rows[-1][1] - rows[0][1]
    return {'work': work, 'work_per_s': round(work * 1000 / max(rows[-1][0] - rows[0][0], 1000), 1),
            'work_still_ms': round(max(b - a for a, b in zip(moved, moved[1:]))), 'work_end_ms': round(end_ms - moved[-2])}


def is_death(scenario, death, start_ms):
    """A signal ended it; or, of the trial's victims, it ended itself as it does when SIGTERM comes."""
    name = death['name']
    if death['name'] == REHEARSAL or (death['t_ms'] < start_ms and death['name'] in NOT_YET):
        return False
    by_itself = scenario.trial and death['signal'] == 0 and death['t_ms'] >= start_ms and ENDS.get(name) == death['code'] and (
        name.startswith(tuple(scenario.victims)) or death['code'])
    return death['signal'] in FATAL or bool(by_itself)


def judge(scenario, found, options):
    record = json.loads(found['record.json'])
    start_ms = float(found['start']) * 1000
    total = record['mem_total_kib']
    fields = record['fields']
    column = {name: [row[i] for row in record['samples']] for i, name in enumerate(fields)}
    available, tick, first = record['available_kib'], record['tick_ms'], record['first_ms']
    end_ms = first + len(available) * tick

    series = [(first + i * tick, kib) for i, kib in enumerate(available)]
    crossed = next((at for at, kib in series if at >= start_ms and kib * 100 <= total * LOW_PERCENT), None)

    deaths = [d for d in record['deaths'] if is_death(scenario, d, start_ms)]
    heart_died = [d for d in record['deaths'] if d['name'].startswith('heartbeat') and d['signal'] == 0]
    right = [d for d in deaths if scenario.victims and d['name'].startswith(tuple(scenario.victims))]
    wrong = [d for d in deaths if d not in right] + heart_died
    kernel = column['oom_kill'][-1] - column['oom_kill'][0]
    result = {
        **{k: options[k] for k in ('scenario', 'killer', 'kernel', 'cgroup', 'psi', 'swap', 'swap_mib', 'cpus', 'memory', 'iops')},
        'seconds': options.get('seconds', scenario.seconds),
        **({'options': options['options']} if options.get('options') else {}),
        'right': len(right), 'wrong': [f'{d["name"]} {FATAL.get(d["signal"], "SIGTERM" if d["code"] else "ended")}' for d in wrong], 'kernel_kills': kernel,
        **({'right_names': [d['name'] for d in right]} if '-containers act' in options.get('options', '') else {}),
        'signals': sorted({FATAL.get(d['signal'], 'SIGTERM') for d in right}),
        'mem_total_kib': total,
        'lowest_percent': round(min(kib for at, kib in series if at >= start_ms) * 100 / total, 2),
        'crossed_ms': round(crossed - start_ms) if crossed is not None else None,
        'ran_ms': round(end_ms - start_ms),
        'killer_cpu_ms': round(record['killer']['cpu_ns'] / 1e6, 1), 'killer_rss_kib': record['killer']['rss_kib'],
        'killer_major_faults': record['killer']['major_faults'],
        'psi_memory_full_ms': round((column['memory_full'][-1] - column['memory_full'][0]) / 1000),
        'refaults': column['workingset_refault_file'][-1] - column['workingset_refault_file'][0],
    }
    if right:
        died = right[0]['t_ms']
        result['died_ms'] = round(died - start_ms)
        if crossed is not None and crossed <= died:
            result['crossing_to_death_ms'] = died - crossed
            back = memory_back(series, crossed, total)
            result['crossing_to_memory_back_ms'] = back - crossed if back is not None else None
    if 'heartbeat.json' in found and found['heartbeat.json'].strip():
        beats = json.loads(found['heartbeat.json'])
        result.update(heart(beats, start_ms, end_ms))
        rest = unfinished([b for b in beats if b[0] <= end_ms], end_ms, result['late_from_ms'])
        result['late_ms'] += rest
        result['late_worst_ms'] = max(result['late_worst_ms'], rest)
    else:
        result.update(beats=None, late_ms=None, late_worst_ms=None)
    if '-containers' in options.get('options', ''):
        result['told'] = found.get('killer.log', b'').count(b'; nobody is ended for it')
    if scenario.work:
        result.update(worked(found.get('work', b'').decode(), start_ms, end_ms))
    result['faults'] = faults(scenario, result)
    return result


def acted(scenario, result):
    """With -containers act some are ended in place of being told of, and nobody where nothing is to be told."""
    if not scenario.told:
        return [f'a group at its own limit was told {result["told"]} times'] if result['told'] else []
    return [] if sorted(result['right_names']) == list(scenario.ended) else [f'ended in the group: {result["right_names"]}']


def faults(scenario, result):
    """What this run shows against the killer: nothing, for a good one."""
    found = [f'wrong victim: {name}' for name in result['wrong']]
    if result['kernel_kills']:
        found.append(f'kernel kills: {result["kernel_kills"]}')
    least, most = scenario.deaths
    if scenario.must_act and result['right'] < least:
        found.append(f'right victims: {result["right"]} of {least}')
    if result.get('died_ms', 0) < 0:
        found.append('it was over before it began: the machine is too slow for this scenario')
    if scenario.healthy and result.get('work_end_ms', 0) > STILL_MS:
        found.append(f'its service did nothing for the last {result["work_end_ms"] / 1000:.0f} s')
    if scenario.told is not None and '-containers act' in result.get('options', ''):
        found += acted(scenario, result)
    elif scenario.told is not None and 'told' in result and (result['told'] > 0) != scenario.told:
        found.append(f'a group at its own limit was told {result["told"]} times')
    if result['right'] > most:
        found.append(f'more victims than needed: {result["right"]} of {most}')
    return found
