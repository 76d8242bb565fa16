# SPDX-License-Identifier: MIT
"""Pictures by gnuplot: its data, and running it."""
import shutil
import subprocess
import sys


def block(name, rows):
    """Data that a script refers to as $name."""
    return f'${name} << EOD\n' + ''.join(' '.join(f'{v:.5g}' for v in row) + '\n' for row in rows) + 'EOD\n'


def draw(script):
    """Runs the lines of a script. Exits with a sentence where gnuplot is not there."""
    if not shutil.which('gnuplot'):
        sys.exit('the pictures need gnuplot (Debian: gnuplot-nox)')
    subprocess.run(['gnuplot'], input='\n'.join(script), text=True, check=True)
