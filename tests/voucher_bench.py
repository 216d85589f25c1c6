"""A co-op's keys and a kiosk that reads its vouchers: real key files, a real list, real books, the screen's own words."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from builders import Till
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from admin_web.books import NO_NAMES
from admin_web.kiosk.messages import Message, message
from admin_web.words import words
from controller.devices.vouchers import VoucherDesk
from controller.domain.cycle import Cycle
from controller.domain.events import Event
from controller.domain.vend import step
from controller.domain.view import view
from controller.domain.vouchers import BEGINNING_MS
from controller.ledger.journal import Journal
from controller.protocols.voucher import Voucher, id_of, write

QUITO, OTAVALO = "quito-museo-1", "otavalo-plaza-1"
NOON_MS = 1_795_280_400_000
"""Saturday 21 November 2026, noon in Quito."""
TODAY = 20_778
ISSUED_MIN = (NOON_MS - BEGINNING_MS) // 60_000 - 1_440
COOP, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (7, 9))


def ticket(number: int = 1, cents: int = 500, last_day: int = TODAY, issued_min: int = ISSUED_MIN) -> Voucher:
    """A museum ticket, issued yesterday and good until today."""
    return Voucher(1, id_of(issued_min, number.to_bytes(4, "big")), cents, last_day)


def code(voucher: Voucher, machine: str = QUITO, key: Ed25519PrivateKey = COOP) -> str:
    """The text on its paper."""
    return write(voucher, machine, key)


@dataclass
class Files:
    """What the co-op brings to the machine: a public key and a revocation list."""

    folder: Path
    key: Path = field(init=False)
    revoked: Path = field(init=False)

    def __post_init__(self) -> None:
        self.key, self.revoked = self.folder / "vales-1.pub", self.folder / "anulados.txt"
        self.key.write_bytes(COOP.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        self.revoked.write_text("# nobody yet\n")

    def desk(self, put: Callable[[Event], None], clock: Callable[[], int | None] = lambda: NOON_MS) -> VoucherDesk:
        """The desk of the machine in Quito."""
        return VoucherDesk(QUITO, {"1": self.key}, self.revoked, put, clock, "America/Guayaquil")  # type: ignore[arg-type]


class Kiosk:
    """A till with open books whose scanner reads codes, and what its screen then says."""

    def __init__(self, files: Files, database: Path) -> None:
        self.database = database
        self.journal = Journal(database)
        self.till = Till(shop=self.journal.shop, journal=self.journal, cycle=self.journal.cycle)
        self.desk = files.desk(self.till.tell)  # type: ignore[arg-type]

    @property
    def cycle(self) -> Cycle:
        return self.till.cycle

    def shows(self, text: str) -> Message:
        """Somebody holds this code before the scanner."""
        self.desk.take(text)
        now_ms = self.till.now_ms
        picture = view(QUITO, 1, 1, NOON_MS, self.cycle, self.till.shop, now_ms)
        return message(replace(picture, troubles=()), NO_NAMES, words(), 0)

    def dies_before_the_commit(self, event: Event) -> None:
        """The decision was made, and the power went before it was on disk."""
        step(self.cycle, event, self.till.now_ms, self.till.shop)
        self.journal.close()

    def dies(self) -> None:
        self.journal.close()
