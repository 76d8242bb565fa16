# SPDX-License-Identifier: MIT
"""Brings the loopback interface up, as the machine has no ip(8). The kernel gives it its address (netdevice(7))."""
import fcntl
import socket
import struct

SIOCSIFFLAGS, IFF_UP = 0x8914, 1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', IFF_UP))
