# SPDX-License-Identifier: MIT
"""Pictures by gnuplot: its data, and running it."""
import subprocess


def block(name, rows):
    """Data that a script refers to as $name."""
    return f'${name} << EOD\n' + ''.join(' '.join(f'{v:.5g}' for v in row) + '\n' for row in rows) + 'EOD\n'


def draw(script):
    """Runs the lines of a script."""
    subprocess.run(['gnuplot'], input='\n'.join(script), text=True, check=True)
