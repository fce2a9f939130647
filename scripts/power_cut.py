#!/usr/bin/env python3
"""Cuts the power of a mounted ext4 file system: scripts/power_cut.py MOUNT_POINT

From this moment the file system refuses everything, and what had not reached
the disk is lost, the journal in memory included. Only unmounting it and
mounting it again brings it back. Needs root.
"""

import fcntl
import os
import struct
import sys

# _IOR('X', 125, __u32) of the kernel's include/uapi/linux/ext4.h
EXT4_IOC_SHUTDOWN = 2 << 30 | 4 << 16 | ord("X") << 8 | 125
# Don't write the journal out first: what a power cut does.
EXT4_GOING_FLAGS_NOLOGFLUSH = 2


def main() -> None:
    if len(sys.argv) != 2 or not os.path.ismount(sys.argv[1]):
        sys.exit("Usage: scripts/power_cut.py MOUNT_POINT")
    folder = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
    fcntl.ioctl(folder, EXT4_IOC_SHUTDOWN, struct.pack("I", EXT4_GOING_FLAGS_NOLOGFLUSH))


main()
