#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""metrics.py OPENMETRICS TEXT PAGE...: what `useroomctl metrics` prints keeps the conventions of OpenMetrics 1.0 and of
Prometheus (names, units, help), both formats have the same samples, and each page names each family."""
import re
import sys

UNITS = {'bytes', 'seconds', 'ratio'}


def read(path):
    """{family: (type, unit, help)}, {sample: family}"""
    families, samples, name = {}, {}, None
    for line in open(path, encoding='utf-8').read().splitlines():
        words = line.split(' ', 3)
        if words[0] != '#':
            samples[line.rsplit(' ', 1)[0]] = name
            float(line.rsplit(' ', 1)[1])
        elif words[1] == 'TYPE':
            name = words[2]
            assert name not in families, f'{name} is there twice'
            families[name] = {'type': words[3], 'unit': '', 'help': ''}
        elif words[1] in ('UNIT', 'HELP'):
            assert words[2] == name, f'{words[1]} of {words[2]} in {name}'
            families[name][words[1].lower()] = words[3]
        else:
            assert line == '# EOF', line
    return families, samples


def check(families, samples):
    suffixes = {'counter': ('_total',), 'info': ('_info',), 'gauge': ('',), 'summary': ('_count', '_sum')}
    for name, family in families.items():
        assert re.fullmatch('useroom_[a-z0-9_]+', name), name
        assert family['help'].endswith('.'), f'{name} has no help that is a sentence'
        assert not name.endswith(('_total', '_info')), f'{name} ends with what its type brings'
        last = name.rsplit('_', 1)[-1]
        assert family['unit'] == (last if last in UNITS else ''), f'{name} has the unit {family["unit"]!r}'
        assert not last.startswith(('kib', 'ms', 'percent')), f'{name} is not in a base unit'
    for sample, name in samples.items():
        bare = sample.split('{')[0]
        assert bare[len(name):] in suffixes[families[name]['type']] and bare.startswith(name), f'{sample} in {name}'


def main():
    text = open(sys.argv[1], encoding='utf-8').read()
    assert text.endswith('# EOF\n'), 'no end'
    families, samples = read(sys.argv[1])
    check(families, samples)
    assert set(samples) == set(read(sys.argv[2])[1]), set(samples) ^ set(read(sys.argv[2])[1])
    for page in sys.argv[3:]:
        lines = open(page, encoding='utf-8').read()
        missing = {s.split('{')[0] for s in samples} - set(re.findall(r'`(useroom_[a-z_]+)', lines))
        missing = {m for m in missing if not m.endswith(('_count', '_sum'))}
        assert not missing, f'{page} does not name {", ".join(sorted(missing))}'
    try:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
    except ImportError:
        return
    assert len(list(parse(text))) == len(families)


main()
