"""A disk for a real file system that logs every block write and flush, in order: FUSE's own protocol, spoken directly.

The kernel mounts one plain file here (`mount -t fuse`); a loop device makes a disk of it; ext4 lives on that. No library is
needed, only `/dev/fuse`, loop devices, root, and the commands `mkfs.ext4`, `mount` and `umount`. The layout of the messages
is Linux's `include/uapi/linux/fuse.h`, version 7.31 of the protocol.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path

HEADER = struct.Struct("<IIQQIIII")
"""length, operation, number, node, user, group, process, padding."""
ANSWER = struct.Struct("<IiQ")
WRITE_IN = READ_IN = struct.Struct("<QQIIQII")
"""handle, offset, size, then what does not matter here."""
RECORD = struct.Struct("<cQI")
"""One entry of the log: `W` with offset and length, then the bytes; or `F`, a flush."""
WRITE_BYTES_MAX = 131_072
_libc = ctypes.CDLL(None, use_errno=True)

LOOKUP, FORGET, GETATTR, SETATTR, OPEN, READ, WRITE, STATFS, RELEASE, FSYNC = 1, 2, 3, 4, 14, 15, 16, 17, 18, 20
FLUSH, INIT, DESTROY, INTERRUPT = 25, 26, 38, 36
SILENT = {FORGET, INTERRUPT, 42}


def call(name: str, *arguments: object) -> None:
    """A function of the C library that Python lacks. Raises OSError."""
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount_disk(file: Path) -> int:
    """Mount a disk over this (empty) file; returns the line to the kernel that `serve` answers."""
    line = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={line},rootmode={stat.S_IFREG:o},user_id=0,group_id=0".encode()
    call("mount", b"minga-disk", bytes(file), b"fuse", 0, options)
    return line


def serve(line: int, size_bytes: int, log: Path) -> None:
    """Answer the kernel until the disk is unmounted; every write and flush is in the log before it is answered."""
    disk = _Disk(size_bytes, log)
    while True:
        try:
            message = os.read(line, WRITE_BYTES_MAX + 8_192)
        except OSError as error:
            if error.errno == errno.ENODEV:  # unmounted
                return
            if error.errno in (errno.EINTR, errno.ENOENT, errno.EAGAIN):
                continue
            raise
        _, operation, number, *_ = HEADER.unpack_from(message)
        if operation in SILENT:
            continue
        body = disk.answer(operation, message[HEADER.size :])
        failed, body = (body, b"") if isinstance(body, int) else (0, body)
        os.write(line, ANSWER.pack(ANSWER.size + len(body), -failed, number) + body)


class _Disk:
    """The bytes, and their log."""

    def __init__(self, size_bytes: int, log: Path) -> None:
        self.content = bytearray(size_bytes)
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self.answers: dict[int, Callable[[bytes], bytes]] = {
            INIT: self._init,
            GETATTR: self._attributes,
            SETATTR: self._attributes,
            OPEN: lambda _: struct.pack("<QII", 1, 0, 0),
            READ: self._read,
            WRITE: self._write,
            STATFS: lambda _: struct.pack("<QQQQQIIII24x", 1, 0, 0, 1, 0, 4096, 255, 4096, 0),
            RELEASE: lambda _: b"",
            FLUSH: lambda _: b"",
            FSYNC: self._flush,
            DESTROY: lambda _: b"",
        }

    def answer(self, operation: int, message: bytes) -> bytes | int:
        """The body of the answer, or the number of an error: what a plain disk has no need of, it does not know."""
        return self.answers[operation](message) if operation in self.answers else errno.ENOSYS

    def _init(self, message: bytes) -> bytes:
        read_ahead = struct.unpack_from("<4I", message)[2]
        big_writes, many_pages = 1 << 5, 1 << 22
        pages = WRITE_BYTES_MAX // 4096
        return struct.pack(
            "<IIIIHHIIHH32x", 7, 31, read_ahead, big_writes | many_pages, 12, 9, WRITE_BYTES_MAX, 1, pages, 0
        )

    def _attributes(self, _: bytes) -> bytes:
        size = len(self.content)
        return struct.pack("<QII", 3_600, 0, 0) + struct.pack(
            "<6Q10I", 1, size, size // 512, 0, 0, 0, 0, 0, 0, stat.S_IFREG | 0o600, 1, 0, 0, 0, 4096, 0
        )

    def _read(self, message: bytes) -> bytes:
        _, offset, size, *_ = READ_IN.unpack_from(message)
        return bytes(self.content[offset : offset + size])

    def _write(self, message: bytes) -> bytes:
        _, offset, size, *_ = WRITE_IN.unpack_from(message)
        data = message[WRITE_IN.size : WRITE_IN.size + size]
        os.write(self.log, RECORD.pack(b"W", offset, size) + data)
        self.content[offset : offset + size] = data
        return struct.pack("<II", size, 0)

    def _flush(self, _: bytes) -> bytes:
        os.write(self.log, RECORD.pack(b"F", 0, 0))
        return b""


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
