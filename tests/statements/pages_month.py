"""A month of the simulated co-op through its pages: what people do with the machine they do on their phones.

Visitors are the simulated machine's, through the real brain; everything else is a form that a phone sends to the real pages,
whose wish the same brain grants. The clock is the museum's and moves only when the story does. On the 6th Luz proposes that
whoever sews gets less and the machine more, by the 8th enough have said yes on their phones, and a week later it is so. The
cash box is counted blind on the 10th, where a quarter is missing, and on the 30th again; each time the period is closed and
everybody gets her envelope. A sale is taken back before payday and two after it; by command, since no page does that.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from coop import DAY_MS, DAYS, HOUR_MS, MAKERS, MISSING_CENTS, SALES_A_DAY, SLOTS, Coop
from fastapi.testclient import TestClient
from httpx import Response

from admin_web.gateway import Gateway
from admin_web.phone.app import create_app
from admin_web.phone.door import KEY, OPENING
from admin_web.phone.pace import Pace
from admin_web.phone.phonebook import Phonebook
from admin_web.phone.place import Place
from controller.config import load
from controller.domain import facts as f
from controller.domain.chain import Stamp
from controller.domain.deciding import Looked
from controller.domain.membership import PutMember
from controller.domain.money import COINS_CENTS
from controller.domain.stocking import Refusal, Wish
from controller.inbox import Asked
from controller.protocols.control import Answer, Ask

ADDRESS = "http://minga.local:8081"
CONFIG = f'[machine]\nname = "quito-museo-1"\n[web]\nport = 0\n[phones]\naddress = "{ADDRESS}"\nport = 0\n'
PIN = "739164"
MINUTE_MS = 60_000
YES = ("luz", "rosa", "inti", "nusta", "tamia", "sisa", "nina", "killa")
"""Eight of twelve, as the statutes ask of a new split."""


class InProcess(Gateway):
    """The machine without a socket between: a page's wish goes to the brain as it would through the inbox."""

    def __init__(self, coop: Coop) -> None:
        super().__init__(coop.path.with_name("minga.sock"), coop.path, lambda: coop.clock.now_ms / 1_000)
        self._coop = coop

    async def run(self) -> None:
        """Nothing comes from outside."""

    async def ask(self, ask: Ask) -> Answer:
        """Granted and on the disk, or refused with its word."""
        assert isinstance(ask, Wish)
        answers: list[Refusal | None] = []
        self._coop.brain.handle(Asked(ask, answers.append))
        self.look()
        (refusal,) = answers
        return Answer(1, refusal.code, refusal.words) if refusal else Answer(1)

    def look(self) -> None:
        """Take a new picture of the machine."""
        self.picture, self._seen_s = self._coop.brain.picture()(), self._clock_s()


@dataclass
class Month:
    """The co-op, its pages, and a paired phone of every maker's."""

    coop: Coop
    gateway: InProcess
    phones: dict[str, TestClient]
    envelopes: dict[str, dict[str, int]]
    """By period and maker, what was handed over, in cents."""

    def sends(self, who: str, path: str, **fields: str) -> str:
        """She sends a form; where her phone goes on to. A minute passes, and the machine's picture is fresh."""
        self.coop.clock.now_ms += MINUTE_MS
        self.gateway.look()
        answer = self.phones[who].post(path, data=fields)
        assert answer.status_code == 303, f"{path}: {answer.status_code}"
        return str(answer.headers["location"])

    def sees(self, who: str, path: str) -> str:
        """What her phone shows."""
        self.gateway.look()
        answer: Response = self.phones[who].get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def done(self, who: str, path: str, **fields: str) -> None:
        """A form that the machine grants."""
        going = self.sends(who, path, **fields)
        assert re.search(r"told=(done|voted|proposed)$", going), f"{path}: {going}"

    # What they do

    def fills(self) -> None:
        """Every maker fills her own spiral."""
        for maker, slot in SLOTS.items():
            there = self.coop.brain.shop.slots[slot].quantity
            self.sends(maker, "/surtir", slot=slot, before=str(there), after="50", why="put")
            assert self.coop.brain.shop.slots[slot].quantity == 50

    def proposes(self) -> None:
        """Luz moves three coins of ten dollars."""
        page = self.sees("luz", "/asamblea/proponer/reparto?c=770,160,70")
        assert 'value="770,160,70"' in page
        wish = _hidden(page, "wish")
        self.done("luz", "/asamblea/proponer/reparto", cents="770,160,70", wish=wish, why="El motor se gasta")
        fund = _hidden(self.sees("rosa", "/asamblea/proponer/fondo"), "wish")
        self.done(
            "rosa", "/asamblea/proponer/fondo", fund="fund:comun", cents="20", to="by-hand", wish=fund, why="Hilo"
        )

    def votes(self) -> None:
        for number in (1, 2):
            for who in YES:
                if not self.coop.brain.shop.governance.proposals[number].outcome:
                    self.done(who, f"/asamblea/{number}/voto", choice="yes", back="list")

    def counts(self, missing_cents: int) -> None:
        """Carmen and Luz empty the box. The first time Luz miscounts, and they count again."""
        there_cents = self.coop.journal.balances["coinbox"] - missing_cents
        page = self.sends("carmen", "/caja/contar", place="coinbox")
        self.sends("luz", f"{page}/unirse")
        self.sends("carmen", page, round="1", **_coins(there_cents))
        assert self.sends("luz", page, round="1", **_coins(there_cents - 5)).endswith("count-unequal")
        self.sends("luz", page, round="2", **_coins(there_cents))
        self.done("carmen", page, round="2", **_coins(there_cents))

    def closes(self, label: str) -> None:
        """As the preview has it, up to its newest fact."""
        to_seq = _hidden(self.sees("carmen", "/cierre"), "to_seq")
        self.done("carmen", "/cierre", label=label, witness="luz", to_seq=to_seq, despite="")

    def pays(self, label: str) -> None:
        """Every envelope on the list, with the sum that stands on it; Carmen's own is watched like any other."""
        self.envelopes[label] = {}
        for maker in sorted(set(re.findall(r'href="/pagos/([\w-]+)"', self.sees("carmen", "/pagos")))):
            cents = _hidden(self.sees("carmen", f"/pagos/{maker}"), "cents")
            sent = {"period": label, "cents": cents, "witness": "luz", "place": "safe"}
            self.done("carmen", f"/pagos/{maker}", **sent)
            self.done("carmen", f"/pagos/{maker}", **sent)  # a finger that comes down twice
            self.envelopes[label][maker] = int(cents)

    def whole(self) -> None:
        """Thirty days of twenty visitors, and what people do in the evening."""
        evenings: dict[int, Callable[[], None]] = {
            2: self._seller,
            4: self._refund,
            5: self.proposes,
            7: self.votes,
            9: lambda: self._payday("2026-W46"),
            11: self._refunds_after_pay,
            14: self.fills,
            29: lambda: self._payday("2026-11"),
        }
        for day in range(DAYS):
            self.coop.clock.now_ms = day * DAY_MS + 8 * HOUR_MS
            self.coop.tell(Looked(self.coop.clock.wall_ms()))
            self._visitors(day)
            self.coop.clock.now_ms = day * DAY_MS + 17 * HOUR_MS
            evenings.get(day, _rest)()

    def _visitors(self, day: int) -> None:
        for n in range(SALES_A_DAY):
            self.coop.clock.now_ms = day * DAY_MS + 9 * HOUR_MS + n * HOUR_MS // 3
            self.coop.sells(list(MAKERS)[(day * SALES_A_DAY + n) * 7 % len(MAKERS)])

    def _seller(self) -> None:
        """Rosa sells by herself, in the general regime, from the third evening on."""
        self.done("carmen", "/gente/rosa/vende", seller="maker", regime="general", rate="15", tax_id="1712345678001")

    def _refund(self) -> None:
        self.coop.takes_back(self.coop.sold[30])

    def _refunds_after_pay(self) -> None:
        for number in (41, 101):
            self.coop.takes_back(self.coop.sold[number])

    def _payday(self, label: str) -> None:
        self.counts(MISSING_CENTS if label == "2026-W46" else 0)
        if label == "2026-W46":
            self.done("carmen", "/asamblea/2/pagar", place="safe")
        self.closes(label)
        self.pays(label)


def _rest() -> None:
    """An evening like others."""


def opened(folder: Path) -> Month:
    """The co-op on the first of November, with a phone for every maker; Carmen coordinates."""
    (folder / "minga.toml").write_text(CONFIG)
    coop = Coop(folder / "minga.db")
    coop.ask(PutMember("carmen", ("coordinator", "maker"), "asamblea"))
    gateway = InProcess(coop)
    app = create_app(gateway, load(folder / "minga.toml"))
    here: Place = app.state.place
    app.state.place = replace(here, pace=Pace(lambda: coop.clock.now_ms / 1_000))
    phones = {}
    for maker in MAKERS:
        phones[maker] = client = TestClient(app, base_url=ADDRESS, headers={"origin": ADDRESS}, follow_redirects=False)
        for name, value in _keys(coop, here.phonebook, maker).items():
            client.cookies.set(name, value, "minga.local")
    return Month(coop, gateway, phones, {})


def _keys(coop: Coop, phonebook: Phonebook, maker: str) -> dict[str, str]:
    """The cookies of her phone, which the machine knows as hers; its PIN was given just now."""
    name = f"{maker}00000000".replace("-", "")
    stamp = Stamp(1, coop.clock.mono_ms(), coop.clock.wall_ms(), trusted=True)
    coop.journal.append(stamp, coop.journal.cycle, (f.PhonePaired(1, maker, name),))
    key, opening = phonebook.bind(name, phonebook.hashed(name, PIN)), phonebook.open(name, PIN)
    assert isinstance(opening, str)
    return {KEY: key, OPENING: opening}


def _hidden(page: str, field: str) -> str:
    """What the page's form carries along."""
    found = re.search(rf'name="{field}" value="([^"]*)"', page)
    assert found, field
    return found[1]


def _coins(cents: int) -> dict[str, str]:
    """The coins of a sum, as somebody types them who has sorted them."""
    found = {}
    for face in sorted(COINS_CENTS, reverse=True):
        found[f"n{face}"], cents = str(cents // face), cents % face
    return found
