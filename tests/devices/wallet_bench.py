"""A wallet's desk on a real socket: a tiny provider over HTTP that says what a test wants, and a clock that runs fast."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from inbox import Inbox

from controller.config import Wallet
from controller.devices.walletdesk import WalletDesk
from controller.domain.catalog import SlotId
from controller.domain.events import Event, Reading
from controller.domain.wallet import Payment, Stage

FASTER, FASTEST = 50, 1_500
"""A second of the test is so many of the desk's; for what takes a quarter of an hour it is more."""
PAYER, CEDULA, KEY, SECRET = "Luz Inventada De Prueba", "1712345678", "key-K3VJ5Q2M", "secret-ZP7AXWBT"
REFERENCE = "K3VJ5Q2MZP7AXWBT"


def bag(stage: Stage = Stage.ASKED, cents: int = 350) -> Payment:
    """The bag of 3.50 from A1, paid for by a wallet."""
    return Payment(1, "deuna", REFERENCE, cents, SlotId("A1"), stage)


@dataclass
class Call:
    """One call that came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    drip_s: float = 0.0
    cut: bool = False


class Heard(Inbox):
    """What the desk tells, in its order."""

    def take(self, message: Event | Reading) -> None:
        assert isinstance(message, Event)
        self.told.append(message)

    def wait(self, kind: type[Event]) -> Event:
        self.until(lambda: bool(self.all(kind)))
        return self.all(kind)[-1]


class Peer:
    """A provider at `url`. `answers` gives for a call's last word what is said; `calls` is everything that was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: dict[str, Callable[[Call], Answer]] = {}
        peer = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers.get("content-length", 0)))
                call = Call(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(text))
                peer.calls.append(call)
                answer = peer.answers.get(self.path.rsplit("/", 1)[-1], lambda call: Answer(404))(call)
                if answer.cut:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in {"content-length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                pieces = [bytes((one,)) for one in answer.body] if answer.drip_s else [answer.body]
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(answer.drip_s)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def says(self, what: str, status: int = 200, /, **fields: Any) -> None:
        """From now on this is the answer to such calls."""
        self.answers[what] = lambda call: Answer(status, json.dumps(fields).encode())

    def does(self, what: str, answer: Answer) -> None:
        self.answers[what] = lambda call: answer

    def made(self, what: str) -> list[Call]:
        return [call for call in self.calls if call.path.endswith(what)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Bench:
    """A provider that opens a charge as Deuna does, and the desks that speak with it."""

    def __init__(self, folder: Path) -> None:
        self.faster = FASTER
        self.peer, self.heard, self.desks = Peer(), Heard(), list[WalletDesk]()
        self.folder, self.reference = folder, REFERENCE
        self.trusted_ms: int | None = None
        self.asked_ms: int | None = None
        for name, text in (("key", KEY), ("secret", SECRET)):
            (folder / name).write_text(text + "\n")
            (folder / name).chmod(0o600)
        self.peer.says(
            "request", transactionId="t-0", status="1", deeplink="https://pagar.deuna.invalid/1", numericCode="483920"
        )
        self.waits()

    def wallet(self, **more: Any) -> Wallet:
        files = {"check_s": 600, "key_file": str(self.folder / "key"), "secret_file": str(self.folder / "secret")}
        return Wallet(**{"point_of_sale": "4200000", "url": self.peer.url, **files, **more})

    def desk(self, **more: Any) -> WalletDesk:
        """A controller's desk; the one before is stopped as a kill would leave it."""
        desk = WalletDesk(
            self.wallet(**more),
            self.heard.put,
            lambda: self.trusted_ms,
            lambda number: self.asked_ms,
            machine="quito-museo-1",
            mono_ms=lambda: self.faster * time.monotonic_ns() // 1_000_000,
        )
        self.desks.append(desk)
        desk.start()
        return desk

    def waits(self) -> None:
        """Nobody has paid."""
        self.peer.says("info", status="PENDING", amount=0, date="", internalTransactionReference="")

    def pays(self, status: str = "APPROVED", amount: float = 3.5) -> None:
        """Somebody has; her name and cédula come along, as they do."""
        self.peer.says(
            "info",
            status=status,
            amount=amount,
            internalTransactionReference=self.reference,
            transactionId="t-0",
            ordererName=PAYER,
            ordererIdentification=CEDULA,
        )

    def close(self) -> None:
        for desk in self.desks:
            desk.stop()
        self.peer.close()
