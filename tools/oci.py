#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""oci.py OPTIONS TO: files as an OCI image of one layer (image-spec 1.0), in one archive that engines read, and its bill of
materials beside it (SPDX 2.3). Called by tools/image. The same input gives the same bytes: names are in order, owners 0, times the
commit's, and nothing is compressed, for compressors differ."""
import argparse
import datetime
import hashlib
import io
import json
import os
import platform
import re
import tarfile

ARCHITECTURES = {'x86_64': 'amd64', 'aarch64': 'arm64', 'riscv64': 'riscv64', 'ppc64le': 'ppc64le', 's390x': 's390x'}
EXPORTER = 65532  # the user of the exporter, and the group that may read the recording
PASSWD = f'root:x:0:0:root:/:/nonexistent\nuseroom-exporter:x:{EXPORTER}:{EXPORTER}:Numbers of useroom:/:/nonexistent\n'
GROUP = f'root:x:0:\nuseroom-exporter:x:{EXPORTER}:\n'


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ('version', 'microhttpd', 'compiler'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--time', type=int, required=True)
    parser.add_argument('--file', action='append', required=True, metavar='IN_IMAGE=FILE')
    parser.add_argument('to')
    return parser.parse_args()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':')).encode()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def when(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def add(tar, name, data, seconds, mode):
    info = tarfile.TarInfo(name)
    info.mtime, info.mode = seconds, mode
    if data is None:
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
    else:
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))


def archive(files, seconds):
    """{name: bytes} as a tar, with the directories that they need."""
    names = set(files)
    for name in files:
        while '/' in name:
            name = name.rsplit('/', 1)[0]
            names.add(name)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(names):
            data = files.get(name)
            program = data is not None and data.startswith(b'\x7fELF')
            add(tar, name, data, seconds, 0o755 if data is None or program else 0o644)
    return out.getvalue()


def package(name, version, licence, **more):
    return {'SPDXID': 'SPDXRef-' + name, 'name': name, 'versionInfo': version, 'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False,
            'licenseConcluded': licence, 'licenseDeclared': licence, 'copyrightText': 'NOASSERTION', **more}


def musl_version():
    found = re.search(r'Version: (\S+)', os.popen('dpkg-query -s musl-dev 2>/dev/null').read())
    return found.group(1) if found else 'NOASSERTION'


def materials(args, files):
    """What is in it, and what that was made of."""
    with open(args.microhttpd, 'rb') as f:
        source = digest(f.read())
    upstream = re.search(r'libmicrohttpd_([\d.]+)\.orig', args.microhttpd).group(1)
    packages = [package('useroom', args.version, 'MIT'),
                package('libmicrohttpd', upstream, 'LGPL-2.1-or-later', checksums=[{'algorithm': 'SHA256', 'checksumValue': source}]),
                package('musl', musl_version(), 'MIT')]
    listed = [{'SPDXID': f'SPDXRef-File-{n}', 'fileName': './' + name, 'checksums': [{'algorithm': 'SHA1', 'checksumValue': hashlib.sha1(data).hexdigest()},
                                                                                     {'algorithm': 'SHA256', 'checksumValue': digest(data)}],
               'licenseConcluded': 'NOASSERTION', 'copyrightText': 'NOASSERTION'} for n, (name, data) in enumerate(sorted(files.items()))]
    numbers = {f['fileName']: f['SPDXID'] for f in listed}
    relations = [('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-useroom')]
    relations += [('SPDXRef-useroom', 'CONTAINS', f['SPDXID']) for f in listed]
    relations += [(numbers['./' + p], 'STATIC_LINK', 'SPDXRef-' + library) for p, library in
                  (('useroom', 'musl'), ('useroom-exporter', 'musl'), ('useroom-exporter', 'libmicrohttpd'))]
    return {'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT', 'name': 'useroom-' + args.version,
            'documentNamespace': f'urn:sha256:{digest(canonical(listed))}', 'comment': 'Made with ' + args.compiler,
            'creationInfo': {'created': when(args.time), 'creators': ['Tool: useroom tools/oci.py']}, 'packages': packages, 'files': listed,
            'relationships': [dict(zip(('spdxElementId', 'relationshipType', 'relatedSpdxElement'), r)) for r in relations]}


def image(args, layer):
    """{path in the archive: bytes} of the whole image."""
    blobs = {}

    def blob(kind, data):
        blobs['blobs/sha256/' + digest(data)] = data
        return {'mediaType': f'application/vnd.oci.image.{kind}', 'digest': 'sha256:' + digest(data), 'size': len(data)}

    labels = {'org.opencontainers.image.title': 'useroom', 'org.opencontainers.image.version': args.version,
              'org.opencontainers.image.licenses': 'MIT AND LGPL-2.1-or-later',
              'org.opencontainers.image.description': 'Ends one process before memory runs out'}
    config = blob('config.v1+json', canonical({
        'architecture': ARCHITECTURES.get(platform.machine(), platform.machine()), 'os': 'linux', 'created': when(args.time),
        'config': {'Entrypoint': ['/useroom'], 'WorkingDir': '/', 'Labels': labels},
        'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + digest(layer)]},
        'history': [{'created': when(args.time), 'created_by': 'tools/image'}]}))
    manifest = blob('manifest.v1+json', canonical({
        'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'config': config, 'layers': [blob('layer.v1.tar', layer)],
        'annotations': labels}))
    manifest['annotations'] = {'org.opencontainers.image.ref.name': args.version}
    manifest['platform'] = {'architecture': ARCHITECTURES.get(platform.machine(), platform.machine()), 'os': 'linux'}
    return {**blobs, 'oci-layout': canonical({'imageLayoutVersion': '1.0.0'}),
            'index.json': canonical({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json', 'manifests': [manifest]})}, manifest['digest']


def main():
    args = arguments()
    files = {'etc/passwd': PASSWD.encode(), 'etc/group': GROUP.encode()}
    for pair in args.file:
        name, path = pair.split('=', 1)
        with open(path, 'rb') as f:
            files[name.lstrip('/')] = f.read()
    bill = json.dumps(materials(args, files), indent=1, sort_keys=True).encode() + b'\n'
    files['usr/share/doc/useroom/sbom.spdx.json'] = bill
    # Where the daemon keeps its things, and Kubernetes mounts them.
    content, name = image(args, archive({**files, 'run/useroom': None, 'var/lib/useroom': None}, args.time))
    for path, data in ((args.to, archive(content, args.time)), (re.sub(r'\.oci\.tar$', '', args.to) + '.spdx.json', bill)):
        with open(path + '.part', 'wb') as f:
            f.write(data)
        os.rename(path + '.part', path)
    print(f'{name}  {os.path.getsize(args.to)} bytes  {args.to}')


main()
