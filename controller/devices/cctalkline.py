"""The serial side of any ccTalk conversation: opening its port in words, and carrying frames out and bytes in."""

import errno
import time
from collections.abc import Callable

import serial

from controller.devices.worker import DeviceTrouble
from controller.protocols.cctalk.conversation import Conversation

BAUD = 9_600
READ_TIMEOUT_S = 0.02
"""How coarse the protocol's own time-outs get, the shortest of which is 50 ms; bytes are handed on as they come."""
WRITE_TIMEOUT_S = 0.5
WHY = {errno.ENOENT: "is not there", errno.EACCES: "may not be opened", errno.EAGAIN: "is in use by another"}


def open_port(path: str, advice: str = "") -> serial.Serial:
    """The port at `path`, ours alone. Raises DeviceTrouble, in words that end with `advice`, when it cannot be opened."""
    try:
        return serial.Serial(path, BAUD, timeout=READ_TIMEOUT_S, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
    except serial.SerialException as error:
        why = WHY.get(error.errno, f"cannot be opened: {error}")
        raise DeviceTrouble(f"port {path} {why}{advice}") from error


def carry(port: serial.Serial, talk: Conversation, nap: Callable[[float], None]) -> bytes:
    """Write what the host has to say, and wait for what comes, or until the host has something to do.

    A frame is one write after the unread input is thrown away: devices give up on a gap of 10 ms in a frame, and what
    is unread belongs to no answer to come. Raises what the port raises.
    """
    frame = talk.to_send(mono_ms())
    if frame:
        port.reset_input_buffer()
        port.write(frame)
    if talk.listening:
        return bytes(port.read(max(1, port.in_waiting)))
    if not talk.ended:
        nap((talk.wake_ms - mono_ms()) / 1_000)
    return b""


def mono_ms() -> int:
    """The steady clock of all conversations."""
    return time.monotonic_ns() // 1_000_000
