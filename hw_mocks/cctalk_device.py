"""What every simulated ccTalk device does: hears frames, stays silent where the standard says so, and says who it is.

Written from the device's side of the standard (ccTalk 4.7 parts 1 to 3), without a line of the host's code beyond the
frame: there is no answer to anything that is damaged, addressed to another or unknown.
"""

from collections.abc import Callable

from controller.protocols.cctalk import Decoder, Frame, Header

HOST = 1

Answer = Callable[[bytes], bytes | None]
"""From a request's data to the reply's data; None is silence."""


class Refusal(Exception):
    """The device says no: its reply is a NAK."""


def plain(answer: Callable[[], bytes]) -> Answer:
    """The answer to a request that carries no data; with data, it is no such request."""
    return lambda data: None if data else answer()


class CcTalkDevice:
    """A processor on a ccTalk line. A subclass adds to `_answers`, by header, what its kind of device can do."""

    category = product = build = ""
    manufacturer = "Minga Simulators"

    def __init__(self, address: int, serial: int, frames: type[Frame]) -> None:
        self.address, self.serial, self._frames = address, serial, frames
        self._decoder = Decoder(frames)
        self._ready_ms = self._now_ms = 0.0
        self._answers: dict[int, Answer] = {
            Header.SIMPLE_POLL: plain(lambda: b""),
            Header.REQUEST_MANUFACTURER_ID: plain(lambda: self.manufacturer.encode("ascii")),
            Header.REQUEST_EQUIPMENT_CATEGORY_ID: plain(lambda: self.category.encode("ascii")),
            Header.REQUEST_PRODUCT_CODE: plain(lambda: self.product.encode("ascii")),
            Header.REQUEST_BUILD_CODE: plain(lambda: self.build.encode("ascii")),
            Header.REQUEST_SERIAL_NUMBER: plain(lambda: self.serial.to_bytes(3, "little")),
            Header.REQUEST_SOFTWARE_REVISION: plain(lambda: b"SIM-1.0"),
            Header.REQUEST_COMMS_REVISION: plain(lambda: bytes((1, 4, 7))),
        }

    def hear(self, data: bytes, now_ms: float) -> bytes:
        """What the device sends after it heard `data`; nothing when that is no request for it, or it is not up yet."""
        self._now_ms = now_ms
        if now_ms < self._ready_ms:
            return b""
        return b"".join(self._reply(self._frames(raw)) for raw in self._decoder.feed(data, int(now_ms)))

    def _reply(self, request: Frame) -> bytes:
        for_us = request.destination == self.address and request.source in (HOST, None)
        answer = self._answers.get(request.header)
        if not (answer and for_us):
            return b""
        try:
            data = answer(request.data)
        except Refusal:
            return self._frames.build(HOST, Header.NAK, source=self.address)
        return b"" if data is None else self._frames.build(HOST, Header.REPLY, data, source=self.address)
