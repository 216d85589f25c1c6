"""Who a device says it is: category, maker, product, build, serial number and levels, in the standard's order."""

from .conversation import Script, optional, twice_alike
from .errors import RemoteProtocolError
from .events import Identity
from .exchange import Question, Silence
from .names import Header

PATIENT = 6
"""So many silences in a row are an answer where a wrong one would give the device another name."""


def identify(address: int, category: str, called: str) -> Script[Identity]:
    """Ask a device for all of it. Raises RemoteProtocolError when it is of another category, which standards name exactly.

    `called` is what people call the category: `a coin acceptor`. Maker and serial number name a device for good, so they
    are read until two answers agree; what it does not tell is empty, or None.
    """
    told = yield from _text(Header.REQUEST_EQUIPMENT_CATEGORY_ID)
    if told != category:
        raise RemoteProtocolError(f"the device at address {address} is a {told!r}, not {called}")
    maker = yield from _surely(Header.REQUEST_MANUFACTURER_ID)
    product = yield from _text(Header.REQUEST_PRODUCT_CODE)
    build = yield from _text(Header.REQUEST_BUILD_CODE)
    digits = yield from _surely(Header.REQUEST_SERIAL_NUMBER)
    serial = int.from_bytes(digits, "little") if digits else None
    software = yield from _text(Header.REQUEST_SOFTWARE_REVISION)
    comms = yield from optional(Question(Header.REQUEST_COMMS_REVISION))
    return Identity(category, ascii_of(maker), serial, product, build, software, ".".join(map(str, comms or b"")))


def ascii_of(data: bytes, strip: bool = True) -> str:
    """A string as ccTalk sends it; spaces that fill it up are cut off unless they mean something."""
    text = data.decode("ascii", "replace")
    return text.strip(" \0") if strip else text


def _text(header: Header) -> Script[str]:
    return ascii_of((yield from optional(Question(header))) or b"")


def _surely(header: Header) -> Script[bytes]:
    """The answer that came twice in a row, empty when there is none."""
    try:
        return (yield from twice_alike(Question(header, tries=PATIENT)))
    except Silence:
        return b""
