"""A small co-op with phones: real books, the pages for phones over them, and a machine that truly decides, in one process.

    def test_she_fills_her_slot(bench: Bench) -> None:
        rosa = bench.phone("rosa")
        assert rosa.post("/llenar", data={"slot": "A1"}, headers=HERS).status_code == 303
        assert bench.shop.slots["A1"].quantity == 8

Rosa, Luz and Inti sew (`builders.SHELF` is their shelf), Carmen coordinates, Diego is the technician, Ines is of the lab. The
machine is the controller's own judgement (`controller.wishes`, `controller.domain.pairing`) over its own journal: a wish is
granted and written, or refused, as in the real process; only its devices are missing.
"""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection

import uvicorn
from builders import BAG, BELT, INTI, LUZ, ROSA, SCARF, Till, books, coins, stamp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from still import StillGateway

from admin_web.phone.app import create_app
from admin_web.phone.door import KEY, OPENING
from admin_web.phone.phonebook import Phonebook
from admin_web.phone.place import Place
from controller.config import Config, load
from controller.domain import facts as f
from controller.domain import pairing
from controller.domain.catalog import SlotId
from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen, Trouble
from controller.domain.shop import Shop
from controller.domain.stocking import PutMaker, PutProduct, Refusal, Wish
from controller.domain.view import View, view
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal
from controller.protocols.control import Answer, Ask, BackUp, SyncNow, TellStatus
from controller.wishes import weighed

ADDRESS = "http://minga.local:8081"
HERS = {"origin": ADDRESS}
"""What a browser sends along with a form of these pages; a phone of this bench sends it by itself."""
PIN = "739164"
WIRED = frozenset(SlotId(f"{row}{column}") for row in "AB" for column in "1234")
CONFIG = f'[machine]\nname = "museo-quito"\n[web]\nport = 0\n[phones]\naddress = "{ADDRESS}"\nport = 0\n'
ROLES = (
    f.RolesSet("carmen", ("coordinator",), "asamblea"),
    f.RolesSet("diego", ("technician",), "asamblea"),
    f.RolesSet("ines", ("lab",), "asamblea"),
)
WORDS = (
    PutMaker(ROSA, "Rosa Quishpe", "Taller La Floresta", consent=True),
    PutMaker(LUZ, "Luz Toapanta", "Taller La Puntada", consent=True),
    PutMaker(INTI, "Inti Chimbo", "Taller Páramo"),
    PutProduct(BAG, ROSA, "Bolso de retazos", 350),
    PutProduct(BELT, LUZ, "Chumpi rojo", 500),
    PutProduct(SCARF, INTI, "Pañuelo de pájaro", 225),
)


class Machine(StillGateway):
    """The controller without a process: `asked` is all it heard; with `answer` set it says that and does nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "minga.sock", folder / "minga.db", lambda: self.now_s)
        self.now_s = 50.0
        self.asked: list[Ask] = []
        self.answer: Answer | None = None
        self.troubles: frozenset[Trouble] = frozenset()
        self.cycle = Cycle()
        self.status: dict[str, object] = {}
        """What its devices say of themselves."""

    async def ask(self, ask: Ask) -> Answer:
        """The controller's own judgement, on the disk before it is answered."""
        if isinstance(ask, TellStatus):  # a question, which changes nothing
            return self.answer or Answer(1, told=self.status)
        self.asked.append(ask)
        if isinstance(ask, BackUp | SyncNow):
            return self.answer or Answer(1)
        return self.answer or self.decide(ask)

    def decide(self, ask: Ask) -> Answer:
        with self._journal() as journal:
            shop = replace(journal.shop, troubles=self.troubles)
            if isinstance(ask, Wish):
                answer = self._grant(ask, journal, shop)
            elif isinstance(ask, pairing.Word):
                heard = pairing.hear(self.cycle, ask, self._now_ms, shop)
                self.cycle = heard.cycle
                journal.append(stamp(self._now_ms), journal.cycle, heard.facts)
                answer = Answer(1)
            else:
                answer = Answer(1, "busy")
        self.look()
        return answer

    def _grant(self, wish: Wish, journal: Journal, shop: Shop) -> Answer:
        granted = weighed(wish, journal, shop, WIRED)
        if isinstance(granted, Refusal):
            return Answer(1, granted.code, granted.words)
        cycle = granted.cycle or journal.cycle
        journal.append(stamp(self._now_ms), cycle, granted.facts, keeps=granted.keeps)  # type: ignore[arg-type]
        return Answer(1)

    def press_service(self) -> str:
        """Somebody opens the door and presses the service button: the code that the screen shows."""
        self.troubles |= {Trouble.DOOR_OPEN}
        self.decide(pairing.ServicePressed())
        assert self.cycle.pairing is not None
        return self.cycle.pairing.code

    def look(self) -> View:
        """Take a new picture of the books and of this moment."""
        with self._journal() as journal:
            shop = replace(journal.shop, troubles=self.troubles)
            cycle = replace(journal.cycle, pairing=self.cycle.pairing)
            wall_ms = stamp(self._now_ms).wall_ms
        told = view("museo-quito", 1, int(self.now_s), wall_ms, cycle, shop, self._now_ms)
        self.see(told)
        return told

    @property
    def _now_ms(self) -> int:
        return int(self.now_s * 1_000)

    @contextmanager
    def _journal(self) -> Iterator[Journal]:
        """Opened for one decision: the pages' thread and the test's must not share a connection."""
        with closing(Journal(self._database)) as journal:
            yield journal


@dataclass(slots=True)
class Bench:
    """The co-op's folder, its machine, and its pages. `phone` gives a paired phone, `visitor` one that nobody knows."""

    folder: Path
    gateway: Machine
    app: FastAPI

    @property
    def config(self) -> Config:
        return self.here.config

    @property
    def here(self) -> Place:
        found: Place = self.app.state.place
        return found

    @property
    def phonebook(self) -> Phonebook:
        return self.here.phonebook

    @property
    def shop(self) -> Shop:
        """What the books say now."""
        with self.journal() as journal:
            return journal.shop

    def visitor(self) -> TestClient:
        """A browser in the museum's Wi-Fi. It follows no redirect, so that a test sees each."""
        headers = {"accept-language": "es-EC", **HERS}
        return TestClient(
            self.app, base_url=ADDRESS, headers=headers, follow_redirects=False, raise_server_exceptions=False
        )

    def phone(self, member: str, opened: bool = False) -> TestClient:
        """Her phone (another one at each call), bound in the books and by its key; `opened`: her PIN was given just now."""
        client = self.visitor()
        for name, value in self.keys(member, opened).items():
            client.cookies.set(name, value, "minga.local")
        return client

    def keys(self, member: str, opened: bool = False) -> dict[str, str]:
        """The cookies of another new phone of hers, as a real browser would keep them."""
        name = f"{member}{len(self.shop.assembly.phones):08d}".replace("-", "")
        self.write(f.PhonePaired(1, member, name))
        cookies = {KEY: self.phonebook.bind(name, self.phonebook.hashed(name, PIN))}
        if opened:
            token = self.phonebook.open(name, PIN)
            assert isinstance(token, str)
            cookies[OPENING] = token
        return cookies

    def write(self, *facts: f.Fact, keeps: Iterable[PutMaker | PutProduct] = ()) -> None:
        """These facts into the books, as the controller would; the machine's picture follows."""
        with self.journal() as journal:
            journal.append(stamp(), journal.cycle, facts, keeps=keeps)
        self.gateway.look()

    def sell(self, slot: SlotId) -> None:
        """One visitor pays the exact price in cents and takes a piece from this slot."""
        with self.journal() as journal:
            till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
            mark = journal.marks.get("coins", 0) + 1
            till.tell_all(coins(till.shop.slots[slot].price_cents, mark=mark), SlotChosen(slot))
            till.tell(ItemDropped(till.cycle.last_vend_id))
        self.gateway.look()

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The books, open to be written; for one moment, since pages read them."""
        with closing(Journal(self.folder / "minga.db")) as journal:
            yield journal

    @contextmanager
    def books(self) -> Iterator[Connection]:
        """The books, read-only."""
        with closing(open_readonly(self.folder / "minga.db")) as db:
            yield db


@contextmanager
def opened(folder: Path, settings: str = "", address: str = ADDRESS) -> Iterator[Bench]:
    """A new co-op in this folder; `settings` are more lines of its configuration."""
    (folder / "minga.toml").write_text(CONFIG.replace(ADDRESS, address) + settings)
    (folder / "media").mkdir(exist_ok=True)
    with closing(books(folder)) as journal:
        journal.append(stamp(), journal.cycle, ROLES, keeps=WORDS)
    gateway = Machine(folder)
    gateway.look()
    bench = Bench(folder, gateway, create_app(gateway, load(folder / "minga.toml")))
    yield bench
    bench.phonebook.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of these pages on loopback, for as long as they are served there."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
