"""Vouchers: from a code's text to what the brain hears, beside the bare check of the same signature.

Both sides run in one process and take turns. What Minga adds is Base45, the record, the day, and a look at the list of
revoked ones; good vouchers and forged ones cost the same.
"""

import tempfile
import time
from pathlib import Path
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench.effort import Effort
from bench.table import CheckFailed, Rounds, Row, at_most
from controller.devices.vouchers import VoucherDesk, shown
from controller.domain.events import Event, VoucherRefused
from controller.protocols import base45
from controller.protocols.voucher import PREFIX, RECORD, Voucher, id_of, write

MACHINE, ZONE = "quito-museo-1", "America/Guayaquil"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
REVOKED = 1_000


def measure(effort: Effort) -> list[Row]:
    last_day = int(time.time() // 86_400) + 30
    vouchers = [Voucher(1, id_of(468_720, n.to_bytes(4, "big")), 500, last_day) for n in range(effort.sales)]
    told: list[Event] = []
    with tempfile.TemporaryDirectory() as folder:
        desk = _desk(Path(folder), told)
        return [_row("good", desk, told, vouchers, KEY, effort), _row("forged", desk, told, vouchers, STRANGER, effort)]


def _desk(folder: Path, told: list[Event]) -> VoucherDesk:
    """A desk with one key and a list of a thousand revoked vouchers, none of them among those shown."""
    key, revoked = folder / "vales.pub", folder / "anulados.txt"
    key.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    revoked.write_text("".join(f"{id_of(468_000, n.to_bytes(4, 'big'))}\n" for n in range(REVOKED)))
    return VoucherDesk(MACHINE, {"1": key}, revoked, told.append, lambda: time.time_ns() // 1_000_000, ZONE)


def _row(
    name: str, desk: VoucherDesk, told: list[Event], vouchers: list[Voucher], key: Ed25519PrivateKey, effort: Effort
) -> Row:
    codes = [write(voucher, MACHINE, key) for voucher in vouchers]
    wanted = [shown(voucher) if key is KEY else VoucherRefused("forged") for voucher in vouchers]
    signed = [base45.decode(write(voucher, MACHINE, KEY).removeprefix(PREFIX)) for voucher in vouchers]
    rounds = Rounds()
    for _ in range(effort.rounds + 1):
        told.clear()
        rounds.add([_timed(desk, codes)], [_bare(signed)])
        if told != wanted:
            raise CheckFailed(f"{len(told)} of {len(wanted)} {name} vouchers were told otherwise")
    checked = f"{len(codes)} {name} vouchers a round, each told for what it is; {REVOKED} others revoked"
    return at_most("", f"a {name} voucher: text → event", rounds, "Ed25519 alone", None, checked)


def _timed(desk: VoucherDesk, codes: list[str]) -> float:
    """Seconds a voucher."""
    began_s = perf_counter()
    for code in codes:
        desk.take(code)
    return (perf_counter() - began_s) / len(codes)


def _bare(signed: list[bytes]) -> float:
    """Seconds a signature."""
    key = KEY.public_key()
    began_s = perf_counter()
    for data in signed:
        key.verify(data[RECORD.size :], data[: RECORD.size])
    return (perf_counter() - began_s) / len(signed)
