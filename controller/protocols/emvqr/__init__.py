"""EMV QR codes that a merchant shows: text in, what it says out; and fields in, a payload out. No picture, no port.

    frame    objects of ID, length and value, and the CRC over them
    amount   amounts, to the cent
    tables   which objects there are and what may stand in them
    rules    every rule that objects can break
    read     the lenient reader, which flags them
    write    the strict writer, which refuses them

Follows EMVCo's QR Code Specification for Payment Systems, Merchant-Presented Mode (EMV QRCPS-MPM), 1.0 of July 2017.
Imports nothing but the standard library.
"""

from .amount import DOLLARS, cents
from .errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from .frame import Object
from .read import Code, read
from .write import Payee, Value, charge, payload, sign

__all__ = [
    "DOLLARS",
    "Code",
    "LocalProtocolError",
    "Object",
    "Payee",
    "ProtocolError",
    "RemoteProtocolError",
    "Value",
    "cents",
    "charge",
    "payload",
    "read",
    "sign",
]
