"""The scripted stories: what people do at the machine and how its mechanics answer, drawn from one seed.

Seed 0 tells every visit once, seed 1 only the first of them, seed 2 only the second and so on; later seeds tell a few in an
order of their own. A story says nothing about crashes: the rigs bring those.
"""

import random
from dataclasses import dataclass

from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.events import Event, ReturnPressed, SlotChosen, Trouble, TroubleBegan, TroubleEnded
from controller.domain.facts import Verdict
from controller.domain.shop import Policy
from controller.domain.stocking import ApproveRule, AssignSlot, CountSlot, OpenSlot, PutMaker, PutProduct, Wish
from controller.domain.treasury import MoveCash

POLICY = Policy(credit_idle_ms=60_000, dispense_ms=12_000, notice_ms=20_000)
SLOTS = ("A1", "A2", "B1", "B2", "C1")
A1, A2, B1, B2, C1 = (SlotId(slot) for slot in SLOTS)
FILL = 9
HOPPERS_CENTS = (25, 5)
HOPPER_COINS = 40
_HOLDS = {A1: "bolso", A2: "bolso", B1: "panuelo", B2: "chumpi", C1: "dije"}
_PRICES_CENTS = {"bolso": 150, "panuelo": 110, "chumpi": 200, "dije": 25}
PRICES_CENTS = {slot: _PRICES_CENTS[product] for slot, product in _HOLDS.items()}
_MAKERS = {"bolso": "rosa", "panuelo": "inti", "chumpi": "luz", "dije": "rosa"}


@dataclass(frozen=True, slots=True)
class Coin:
    """Somebody puts in a coin. One in flight falls in even if the acceptor was just told to stop."""

    cents: int
    in_flight: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Nobody does anything for this long."""

    ms: int


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The visitor brings the piece that fell last back to the desk."""


@dataclass(frozen=True, slots=True)
class Settle:
    """The visitor brings the claim code that was shown last to the desk."""

    verdict: Verdict = Verdict.REFUNDED


@dataclass(frozen=True, slots=True)
class Count:
    """Two people empty this place into the safe and count it."""

    place: str = "coinbox"


@dataclass(frozen=True, slots=True)
class Pay:
    """The maker gets what she asks for, from the safe."""

    maker: str
    cents: int


@dataclass(frozen=True, slots=True)
class Carry:
    """Somebody brings cash from one place to another, or a fund gives it."""

    cents: int
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Somebody is not sure whether her last wish went through, and asks for the very same once more."""


@dataclass(frozen=True, slots=True)
class Mechanics:
    """How the next turns of motors and the next payouts go; what is not said goes well."""

    turns: tuple[str, ...] = ()
    """`falls`; `jams`: the piece stays; `unseen`: it falls past the beam; `silent`: it falls and the report is lost."""
    pays: tuple[str, ...] = ()
    """`all`; `half`: the hopper jams in between; `one more`; `silent`: the report is lost; `deaf`: no hopper answers;
    `unsure`: it pays half and can never say how much; `exchanged`: it pays, and another one stands there when asked."""


Desk = TakeBack | Settle | Count | Pay | Carry | AskAgain
Act = Coin | Wait | Desk | Mechanics | Event | Wish


def _visit(*acts: Act, turns: tuple[str, ...] = (), pays: tuple[str, ...] = ()) -> tuple[Act, ...]:
    return (Mechanics(turns, pays), *acts)


def _coins(*cents: int) -> tuple[Coin, ...]:
    return tuple(Coin(each) for each in cents)


_SHUT_AND_OPEN = (TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN))
_TECHNICIAN = (*_SHUT_AND_OPEN, *(OpenSlot(SlotId(slot), "nina") for slot in SLOTS))

_REFILL = (Count("hopper:25"), Carry(250, "fund:comun", "hopper:25"))

VISITS: dict[str, tuple[Act, ...]] = {
    "a sale": _visit(*_coins(100, 50), SlotChosen(A1)),
    "a jam, and its twin sells": _visit(*_coins(50, 100), SlotChosen(A1), turns=("jams", "falls")),
    "money back": _visit(*_coins(100, 25), ReturnPressed()),
    "a doubt, settled at the desk": _visit(*_coins(100, 10), SlotChosen(B1), Settle(), turns=("unseen",)),
    "a lost report": _visit(*_coins(100, 100), SlotChosen(B2), Wait(13_000), turns=("silent",)),
    "the hopper jams": _visit(*_coins(50, 100), ReturnPressed(), Settle(), pays=("half",)),
    "credit left behind": _visit(*_coins(5, 10), Wait(61_000)),
    "a coin while the motor turns": _visit(
        *_coins(100, 100), SlotChosen(B2), Coin(25, in_flight=True), Wait(13_000), ReturnPressed(), turns=("silent",)
    ),
    "a lost payout": _visit(*_coins(50), ReturnPressed(), Wait(13_000), pays=("silent",)),
    "deaf hoppers": _visit(*_coins(25), ReturnPressed(), Wait(13_000), pays=("deaf",)),
    "a coin too many": _visit(*_coins(50, 10), ReturnPressed(), pays=("one more",)),
    "the choice comes first": _visit(SlotChosen(A2), *_coins(100, 50)),
    "both twins jam": _visit(*_TECHNICIAN, *_coins(100, 50), SlotChosen(A2), ReturnPressed(), turns=("jams", "jams")),
    "a piece comes back": _visit(*_coins(100, 100), SlotChosen(B2), TakeBack()),
    "the door": _visit(_SHUT_AND_OPEN[0], Coin(25, in_flight=True), _SHUT_AND_OPEN[1], ReturnPressed()),
    "another rule": _visit(ApproveRule((("maker", 2), ("fund:comun", 1))), *_coins(100, 100), SlotChosen(B2)),
    "a technician": _visit(*_TECHNICIAN),
    "a payout in doubt, refunded": _visit(*_coins(25, 25), ReturnPressed(), Settle(), pays=("unsure",)),
    "a payout in doubt had left": _visit(
        *_coins(25, 5), ReturnPressed(), Settle(Verdict.DELIVERED), pays=("exchanged",)
    ),
    "a doubtful hopper is counted": _visit(
        *_coins(50),
        ReturnPressed(),
        *_REFILL,
        Settle(Verdict.DELIVERED),
        *_coins(25),
        ReturnPressed(),
        pays=("unsure",),
    ),
    "a short hopper is counted": _visit(
        *_coins(50), ReturnPressed(), *_REFILL, Settle(), *_coins(50), ReturnPressed(), pays=("half",)
    ),
    "the box is counted": _visit(*_coins(100, 25, 25), SlotChosen(A1), Count(), AskAgain(), *_coins(25)),
    "a piece stays, and is given by hand": _visit(
        *_coins(100, 10), SlotChosen(B1), Settle(Verdict.BY_HAND), turns=("unseen",)
    ),
    "a maker is paid": _visit(*_coins(100, 100), SlotChosen(B2), Count(), Pay("luz", 160), AskAgain(), Pay("luz", 160)),
    "a float for the hopper": _visit(
        Carry(500, "float:museo", "hopper:25"), AskAgain(), Carry(100, "hopper:25", "safe"), Carry(60, "safe", "bank")
    ),
}

STOCK: tuple[Wish, ...] = (
    *(
        MoveCash(cents * HOPPER_COINS, "fund:comun", f"hopper:{cents}", "carmen", f"float-{cents}")
        for cents in HOPPERS_CENTS
    ),
    ApproveRule((("maker", 80), ("fund:comun", 15), ("fund:maquina", 5))),
    *(PutMaker(MakerId(maker), maker.title()) for maker in sorted(set(_MAKERS.values()))),
    *(PutProduct(ProductId(p), MakerId(_MAKERS[p]), p.title(), _PRICES_CENTS[p]) for p in _PRICES_CENTS),
    *(AssignSlot(slot, ProductId(product), FILL) for slot, product in _HOLDS.items()),
    *(CountSlot(slot, 0, FILL, "rosa") for slot in _HOLDS),
)
"""What makes an empty machine one that sells; asked twice it changes nothing."""

LAST: tuple[Act, ...] = _visit(
    Wait(61_000), Wait(61_000), *_SHUT_AND_OPEN, OpenSlot(C1, "nina"), Coin(25), SlotChosen(C1)
)
"""Peace at last: what was under way comes to its end, and then the machine must sell a piece from C1."""


def story(seed: int) -> list[Act]:
    """What happens in this seed's story, up to the last visit."""
    told = list(VISITS.values())
    if 0 < seed <= len(told):
        told = [told[seed - 1]]
    elif seed:
        rng = random.Random(seed)
        told = rng.sample(told, k=rng.choice((2, 2, 3)))
    return [act for visit in told for act in visit]
