"""A visitor with a card before a simulated reader, and the host that asks it."""

from mdb_line import Line
from mdb_peers import ReaderPeer

from controller.protocols.mdb import (
    Approved,
    CashlessHost,
    Charged,
    Denied,
    NotRefunded,
    Ready,
    Refunded,
    SessionBegan,
    State,
    Unsettled,
)

PRICE_CENTS, CHUMPI_ROJO = 1_250, 7
REQUEST, CANCEL, SUCCESS, FAILURE, COMPLETE = (bytes((0x13, n)) for n in range(5))
RESET, POLL = b"\x10", b"\x12"


class Visit:
    """One reader, one host, and a visitor with a card."""

    def __init__(self, peer: ReaderPeer | None = None, host: CashlessHost | None = None) -> None:
        self.peer, self.host = peer or ReaderPeer(), host or CashlessHost()
        self.line = Line(self.host, self.peer)
        self.host.accept(True)
        self.line.run_until(Ready)
        self.line.run(300)

    def session(self) -> None:
        self.peer.show_card()
        self.line.run_until(SessionBegan)

    def asked(self, vend_id: int = 1, price_cents: int = PRICE_CENTS) -> None:
        if self.host.state is not State.SESSION_IDLE:
            self.session()
        self.host.request(vend_id, price_cents, CHUMPI_ROJO)

    def approved(self, vend_id: int = 1) -> Approved:
        self.asked(vend_id)
        event = self.line.run_until(Approved)
        assert isinstance(event, Approved)
        return event

    def sent(self, *begins: bytes) -> int:
        return sum(sent.startswith(begins) for sent in self.line.sent)

    def ends(self) -> list[type]:
        """How vends ended, in order."""
        kinds = (Charged, Denied, Refunded, NotRefunded, Unsettled)
        return [type(event) for event in self.line.events if isinstance(event, kinds)]
