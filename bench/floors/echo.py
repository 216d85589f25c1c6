"""The floor of every latency where no C compiler is: `echo.c` in Python, with the same words."""

import os
import socket
import sys
import tty


def main(kind: str, path: str, file: str = "") -> None:
    """Give every message back as soon as it is there; with a file, only after 4 KiB of it are on the disk."""
    line = _connected(path) if kind == "unix" else _opened(path)
    disk = os.open(file, os.O_RDWR | os.O_CREAT, 0o600) if file else -1
    while message := os.read(line, 4096):
        if file:
            os.pwrite(disk, bytes(4096), 0)
            os.fdatasync(disk)
        os.write(line, message)


def _connected(path: str) -> int:
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    return client.detach()


def _opened(path: str) -> int:
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line)
    return line


if __name__ == "__main__":
    main(*sys.argv[1:])
