#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What lab/judge.py says of runs that are known by heart. No machine is started."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lab'))
import judge  # noqa: E402
from scenarios import Scenario  # noqa: E402

TOTAL_KIB, TICK_MS, START_MS = 100000, 20, 10000
OPTIONS = {'scenario': 's', 'killer': 'k', 'kernel': '6.1', 'cgroup': 'v2', 'psi': 1, 'swap': 'none', 'swap_mib': 0, 'cpus': 2,
           'memory': 512, 'iops': 1800}
HOG = Scenario('a hog', '', victims=('hog',), deaths=(1, 1))
HEALTHY = Scenario('nobody may die', '')


def death(at_ms, name='hog', signal=15):
    return {'t_ms': at_ms, 'pid': 7, 'signal': signal, 'code': 0, 'name': name}


def run(scenario=HOG, percent=lambda ms: 50, deaths=(), beats=(), kernel_kills=0, work='', log='', **options):
    """Judges thirty seconds, of which ten are before the start."""
    record = {'mem_total_kib': TOTAL_KIB, 'tick_ms': TICK_MS, 'first_ms': 0, 'deaths': list(deaths),
              'killer': {'cpu_ns': 5e6, 'rss_kib': 1300, 'major_faults': 2},
              'available_kib': [TOTAL_KIB * percent(ms) // 100 for ms in range(0, 30000, TICK_MS)],
              'fields': ['oom_kill', 'memory_full', 'workingset_refault_file'], 'samples': [[3, 0, 0], [3 + kernel_kills, 9000, 70]]}
    found = {'record.json': json.dumps(record), 'start': str(START_MS / 1000), 'heartbeat.json': json.dumps(list(beats)), 'work': work.encode(), 'killer.log': log.encode()}
    return judge.judge(scenario, found, {**OPTIONS, **options})


def heartbeat(quiet_us, at_us):
    """A beat every 20 ms: of quiet_us before the start, then of what at_us(ms) says."""
    return [(ms, quiet_us if ms < START_MS else at_us(ms)) for ms in range(0, 29990, 20)]


class Judge(unittest.TestCase):
    def test_crossing_to_death_and_back(self):
        found = run(percent=lambda ms: 5 if 12000 <= ms < 13000 else 80, deaths=[death(12900)])
        self.assertEqual((found['crossed_ms'], found['died_ms'], found['crossing_to_death_ms']), (2000, 2900, 900))
        self.assertEqual((found['crossing_to_memory_back_ms'], found['right'], found['signals']), (1000, 1, ['SIGTERM']))
        self.assertEqual(found['faults'], [])

    def test_who_died(self):
        self.assertEqual(run()['faults'], ['right victims: 0 of 1'])
        self.assertEqual(run(deaths=[death(12000), death(13000, signal=9)])['faults'], ['more victims than needed: 2 of 1'])
        self.assertIn('before it began', run(deaths=[death(9000)])['faults'][0])
        self.assertEqual(run(HEALTHY, deaths=[death(12000, 'app')])['faults'], ['wrong victim: app SIGTERM'])
        self.assertEqual(run(HEALTHY, deaths=[death(12000, judge.REHEARSAL, 9)])['faults'], [])
        self.assertEqual(run(HEALTHY, deaths=[death(9000, 'useroom', 9), death(9000, '', 9)])['faults'], [])
        self.assertEqual(run(HEALTHY, deaths=[death(12000, 'useroom', 9)])['faults'], ['wrong victim: useroom SIGKILL'])
        self.assertEqual(run(HEALTHY, kernel_kills=2)['faults'], ['kernel kills: 2'])
        self.assertEqual(run(HEALTHY)['faults'], [])

    def test_late_from_a_period(self):
        found = run(beats=heartbeat(4000, lambda ms: 120000 if ms == 15000 else 19000))
        self.assertEqual((found['late_from_ms'], found['late_ms'], found['late_worst_ms']), (20, 100, 100))

    def test_late_from_what_is_usual_here(self):
        beats = [(ms, 50000 if ms < START_MS and ms % 500 == 0 else us)  # each that starts a program, say
                 for ms, us in heartbeat(4000, lambda ms: 60000 if ms == 15000 else 4000)]
        found = run(beats=beats)
        self.assertEqual((found['late_from_ms'], found['late_ms']), (50, 10))

    def test_a_beat_that_was_never_done(self):
        beats = [b for b in heartbeat(4000, lambda ms: 4000) if b[0] <= 25000]
        found = run(beats=beats)  # due at 25020, late from 20 ms on, and the end is at 30000
        self.assertEqual((found['late_ms'], found['late_worst_ms']), (4960, 4960))

    def test_what_the_killer_was_told(self):
        self.assertEqual(run(options='-stall off')['options'], '-stall off')
        self.assertNotIn('options', run(options=''))

    def test_what_was_told_of_a_group(self):
        thrashes, rests = (Scenario('a group', '', told=told) for told in (True, False))
        line, options = 'box thrashes at its own limit of 256 MiB; nobody is ended for it\n', {'options': '-containers warn'}
        self.assertEqual(run(thrashes, log=line, **options)['faults'], [])
        self.assertEqual(run(thrashes, **options)['faults'], ['a group at its own limit was told 0 times'])
        self.assertEqual(run(rests, log=2 * line, **options)['faults'], ['a group at its own limit was told 2 times'])
        self.assertEqual(run(rests, **options)['told'], 0)
        self.assertNotIn('told', run(thrashes))

    def test_who_was_ended_in_a_group(self):
        thrashes, options = Scenario('a group', '', victims=('leak', 'app'), deaths=(1, 1), told=True, must_act=False), {'options': '-containers act'}
        self.assertEqual(run(thrashes, deaths=[death(12000, 'leak')], **options)['faults'], [])
        self.assertEqual(run(thrashes, deaths=[death(12000, 'app')], **options)['faults'], ["ended in the group: ['app']"])
        self.assertEqual(run(thrashes, **options)['faults'], ['ended in the group: []'])
        rests = Scenario('a group', '', told=False)
        self.assertEqual(run(rests, **options)['faults'], [])

    def test_what_a_service_did(self):
        service = Scenario('a service', '', trial=True, work='gets')
        each_second = lambda until: ''.join(f'{s} {min(s, until) * 100}\n' for s in range(5, 30))
        found = run(service, work=each_second(30))
        self.assertEqual((found['work'], found['work_per_s'], found['work_still_ms'], found['faults']), (1900, 100.0, 1000, []))
        self.assertEqual(run(service, work=each_second(15))['faults'], ['its service did nothing for the last 15 s'])
        self.assertEqual(run(service)['faults'], ['its service did nothing for the last 20 s'])

    def test_programs_that_end_themselves(self):
        java = {**death(12000, 'java', 0), 'code': 143}
        leak = Scenario('a leak', '', victims=('java',), deaths=(1, 1), trial=True)
        self.assertEqual((run(leak, deaths=[java])['faults'], run(leak, deaths=[java])['signals']), ([], ['SIGTERM']))
        self.assertEqual(run(Scenario('', '', trial=True), deaths=[java])['faults'], ['wrong victim: java SIGTERM'])
        saver = death(12000, 'redis-server', 0)  # the child that saved
        self.assertEqual(run(Scenario('', '', trial=True), deaths=[saver])['faults'], [])


if __name__ == '__main__':
    unittest.main()
