"""A command from the lab, signed: who may say it is proven before anything in it is believed.

    {"key":"lab-1","text":"{\\"machine\\":\\"museo-1\\",\\"id\\":\\"aviso-3\\",\\"command\\":\\"message\\",…}","signature":"3a…"}

The signature is Ed25519 (RFC 8032) over `minga command 1`, a line feed and the text as it stands, so nobody has to agree
how JSON is written. The key's secret half is never on the broker or a machine: whoever holds it signs by hand. A command
names its machine and is good up to a number of facts; that it is carried out once is the books' business.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import TypeAdapter, ValidationError

from controller.protocols.sync.topics import WORD

PURPOSE = b"minga command 1\n"
"""What the same key may sign for something else is no command."""
BYTES_MAX = 4_096


class CommandError(ValueError):
    """It is not to be obeyed; says why. `command_id` is empty while nothing of it can be believed."""

    def __init__(self, words: str, command_id: str = "") -> None:
        super().__init__(words)
        self.command_id = command_id


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: `command` is one of `controller.domain.facts.Command`, checked where it is carried out."""

    machine: str
    id: str
    command: str
    valid_to_seq: int
    slot: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """An order as it travels: which key, the text that was signed, and the signature as hex."""

    key: str
    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a command: `done`, or refused with a code and words. `state` counts as told when it is done."""

    id: str
    done: bool
    code: str = ""
    words: str = ""


_SIGNED, _ORDER = TypeAdapter(Signed), TypeAdapter(Order)


def signed(order: Order, key: str, secret: Ed25519PrivateKey) -> bytes:
    """The message of an order, by the key that machines know under this name."""
    text = json.dumps(asdict(order), separators=(",", ":"), ensure_ascii=False)
    signature = secret.sign(PURPOSE + text.encode()).hex()
    return json.dumps({"key": key, "text": text, "signature": signature}, ensure_ascii=False).encode()


def proven(payload: bytes, machine: str, keys: Mapping[str, bytes]) -> tuple[str, Order]:
    """The name of the key and what it orders. `keys` are the public halves, 32 bytes each. Raises CommandError."""
    if len(payload) > BYTES_MAX:
        raise CommandError(f"it is longer than {BYTES_MAX} bytes")
    try:
        said = _SIGNED.validate_json(payload)
        public = Ed25519PublicKey.from_public_bytes(keys[said.key])
        public.verify(bytes.fromhex(said.signature), PURPOSE + said.text.encode())
        order = _ORDER.validate_json(said.text)
    except KeyError:
        raise CommandError("no key of this name is known here") from None
    except InvalidSignature:
        raise CommandError("the signature is not this key's") from None
    except (ValidationError, ValueError) as error:
        raise CommandError(f"it is no command: {str(error).splitlines()[0]}") from None
    if not WORD.fullmatch(order.id):
        raise CommandError("its id is none: up to 64 letters, digits and dashes")
    if order.machine != machine:
        raise CommandError(f"it is meant for {order.machine!r}", order.id)
    return said.key, order
