"""The control socket's language: what one end writes the other reads, and everything else is answered in words."""

import dataclasses
import json

import pytest
from builders import A1, BAG, INTI, ROSA, WEIGHTS, Till, dispensing
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.afar import TakeCommand
from controller.domain.deciding import CarryOut, Propose, Vote, Withdraw
from controller.domain.events import (
    ItemDropped,
    PayBy,
    ReturnPressed,
    SlotChosen,
    StillHere,
    VendUnknown,
    VisitorAnswers,
)
from controller.domain.facts import Choice, Command, Part, Regime, Seller, SplitTerms, Verdict, Work
from controller.domain.membership import PutMember, RevokePhone
from controller.domain.pairing import PhoneClaims, PhoneConfirmed
from controller.domain.periods import ClosePeriod
from controller.domain.reversals import CloseReversal, Ending
from controller.domain.selling import PutSeller
from controller.domain.stocking import (
    AcceptVouchers,
    ApproveRule,
    AssignSlot,
    CloseSlot,
    CountSlot,
    OpenSlot,
    PutMaker,
    PutProduct,
    Wish,
)
from controller.domain.treasury import CountCash, MoveCash, PayMaker, RefundSale, SettleClaim
from controller.domain.trials import TryPart
from controller.domain.turns import PassTurn, TakeTurn
from controller.domain.view import View, view
from controller.protocols.control import (
    LINE_BYTES_MAX,
    WORDS,
    Answer,
    Ask,
    BackUp,
    Ping,
    RemoteProtocolError,
    Request,
    SyncNow,
    TellStatus,
    Watch,
    read_reply,
    read_request,
    write_answer,
    write_request,
    write_state,
)

EVERY_ASK: tuple[Ask, ...] = (
    Ping(),
    Watch(),
    SlotChosen(A1),
    ReturnPressed(),
    StillHere(),
    PayBy("deuna"),
    VisitorAnswers(9, "what-brought-you", "gift"),
    PutMaker(INTI, "Inti «la bordadora»", "Taller Chimbacalle", "Bordo pájaros:\ncada uno es distinto.", consent=True),
    PutProduct(BAG, ROSA, "Bolso 🧵", 350, "algodón", 45, "bolso.jpg"),
    AssignSlot(A1, BAG, 8),
    CountSlot(A1, 2, 6, "rosa"),
    OpenSlot(A1, "luz"),
    CloseSlot(A1, "diego"),
    TryPart(Part.MOTOR, "diego", "prueba-3", A1),
    TellStatus(),
    BackUp(),
    SyncNow(),
    ApproveRule(WEIGHTS),
    AcceptVouchers("carmen"),
    SettleClaim("4TC-YNH", Verdict.BY_HAND, "carmen"),
    RefundSale(17, "carmen", "la costura se abrió"),
    PayMaker(ROSA, 2_640, "carmen", "luz", "pago-7"),
    CountCash(9_590, "carmen", "luz", "conteo-3"),
    MoveCash(1_000, "safe", "hopper:25", "carmen", "sueltos-1"),
    CloseReversal(7, Ending.WENT_BACK, "carmen", "rosa", "rev-0042"),
    PutMember("carmen", ("coordinator",), "asamblea", "Carmen Chicaiza"),
    RevokePhone("k3m9x2qa", "carmen"),
    PutSeller(ROSA, Seller.MAKER, Regime.GENERAL, 150, "carmen", "1712345678001"),
    PhoneClaims("hq3v5m2c7ak4sd6xwt2ey5rnbu", "rosa", "k3m9x2qa"),
    PhoneConfirmed("k3m9x2qa", True),
    ClosePeriod("2026-11", 4_812, "carmen", "luz", "cierre-2026-11"),
    Propose(SplitTerms((("maker", 85), ("fund:comun", 15))), "luz", "para hilo", "voto-3"),
    Vote(3, "rosa", Choice.YES),
    Withdraw(3, "luz"),
    CarryOut(4, "carmen"),
    TakeTurn(Work.RESTOCK, 12, "rosa"),
    PassTurn(Work.COUNT, 5, "rosa", "luz"),
    TakeCommand(Command.MESSAGE, "lab-1", "aviso-3", 5_000, text="Hoy cosemos aquí, de 3 a 5."),
)


def refused(line: bytes) -> RemoteProtocolError:
    """Why this line is no request."""
    with pytest.raises(RemoteProtocolError) as caught:
        read_request(line)
    return caught.value


def line(**message: object) -> bytes:
    """A message of version 1, as somebody else would write it."""
    return json.dumps({"v": 1, **message}).encode()


def picture(till: Till) -> View:
    """What this till shows."""
    return view("quito-museo-1", 3, 17, 1_795_275_000_000, till.cycle, till.shop, till.now_ms)


# Both ends joined


def test_there_is_an_example_of_every_word() -> None:
    """The examples leave no word of the language out, and every wish can be said in it."""
    assert {type(ask) for ask in EVERY_ASK} == set(WORDS.values())
    assert set(Wish.__subclasses__()) >= {kind for kind in WORDS.values() if issubclass(kind, Wish)}
    assert {kind.__name__ for kind in Wish.__subclasses__()} <= {kind.__name__ for kind in WORDS.values()}


@pytest.mark.parametrize("ask", EVERY_ASK, ids=lambda ask: type(ask).__name__)
def test_what_is_asked_is_what_is_heard(ask: Ask) -> None:
    """Each request is one line, and comes out at the other end as it went in."""
    written = write_request(Request(7, ask))

    assert written.endswith(b"\n")
    assert written.count(b"\n") == 1
    assert read_request(written) == Request(7, ask)


@pytest.mark.parametrize(
    "answer", [Answer(7), Answer(8, "stale-count", "slot A3 holds 1, not 2: algo se vendió"), Answer(None, "x", "y")]
)
def test_what_is_answered_is_what_is_heard(answer: Answer) -> None:
    """Done or refused, with its code and its words."""
    assert read_reply(write_answer(answer)) == answer


@pytest.mark.parametrize("end", [None, ItemDropped(1), VendUnknown(1, "no-drop")])
def test_the_picture_arrives_as_it_was_made(end: ItemDropped | VendUnknown | None) -> None:
    """A machine in the middle of a vend, after it, and with a claim code on its screen."""
    till = dispensing()
    if end:
        till.tell(end)
    shown = picture(till)
    assert read_reply(write_state(shown)) == shown


def test_the_example_in_the_docstring_is_true() -> None:
    """The readable traffic at the head of the file is what the code reads and writes."""
    assert read_request(b'{"v":1,"id":7,"do":"choose","slot":"A3"}') == Request(7, SlotChosen("A3"))  # type: ignore[arg-type]
    assert write_answer(Answer(7)) == b'{"v":1,"id":7,"ok":true}\n'
    assert write_answer(Answer(8, "stale-count", "slot A3 holds 1")) == (
        b'{"v":1,"id":8,"ok":false,"error":{"code":"stale-count","words":"slot A3 holds 1"}}\n'
    )


# What is no request


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (b"", "not-json", "one JSON object"),
        (b"hola", "not-json", "one JSON object"),
        (b"[1]", "not-json", "one JSON object"),
        (b"\xff\xfe", "not-json", "one JSON object"),
        (b'{"id":1,"do":"ping"}', "bad-version", "version 1, not None"),
        (b'{"v":2,"id":1,"do":"ping"}', "bad-version", "version 1, not 2"),
        (b'{"v":true,"id":1,"do":"ping"}', "bad-version", "version 1, not True"),
        (line(do="ping"), "bad-id", "`id`"),
        (line(id="7", do="ping"), "bad-id", "`id`"),
        (line(id=True, do="ping"), "bad-id", "`id`"),
        (line(id=1), "unknown-do", "choose"),
        (line(id=1, do="dispense"), "unknown-do", "choose"),
        (line(id=1, do=["ping"]), "unknown-do", "choose"),
        (line(id=1, do="choose"), "bad-field", "slot"),
        (line(id=1, do="choose", slot=3), "bad-field", "slot"),
        (line(id=1, do="choose", slot="A1", price_cents=5), "bad-field", "price_cents"),
        (line(id=1, do="count-slot", slot="A1", quantity_before=1, quantity_after="6", by="r"), "bad-field", "after"),
        (line(id=1, do="count-slot", slot="A1", quantity_before=1, quantity_after=6.0, by="r"), "bad-field", "after"),
        (line(id=1, do="count-slot", slot="A1", quantity_before=1, quantity_after=True, by="r"), "bad-field", "after"),
        (line(id=1, do="approve-rule", weights=[["maker", "80"]]), "bad-field", "weights"),
        (line(id=1, do="approve-rule", weights=[["maker"]]), "bad-field", "weights"),
        (b'{"v":1,"id":1,"do":"choose","slot":"\\ud800"}', "bad-field", "choose"),
    ],
)
def test_what_is_no_request_says_why(message: bytes, code: str, words: str) -> None:
    """A code for programs, and words that name what is wrong."""
    error = refused(message)
    assert error.code == code
    assert words in str(error)


@pytest.mark.parametrize("message", [line(id=41, do="fly"), line(id=41, do="choose"), line(id=41, do="ping", x=1)])
def test_a_refusal_keeps_the_number_of_its_request(message: bytes) -> None:
    """The asker finds its question again, when it had a number at all."""
    assert refused(message).request_id == 41


def test_a_line_may_be_just_as_long_as_allowed() -> None:
    """16,384 bytes are read, one more is refused with both numbers."""
    short = line(id=1, do="put-maker", maker="rosa", name="")
    fitting = line(id=1, do="put-maker", maker="rosa", name="a" * (LINE_BYTES_MAX - len(short)))
    too_long = line(id=1, do="put-maker", maker="rosa", name="a" * (LINE_BYTES_MAX - len(short) + 1))

    assert isinstance(read_request(fitting).ask, PutMaker)
    assert "at most 16384 bytes, this one has 16385" in str(refused(too_long))


@pytest.mark.parametrize("depth", [10, *range(900, 1_000, 5), 5_000])
@pytest.mark.parametrize("where", ["slot", "v"])
def test_a_line_nested_at_any_depth_is_only_a_bad_line(depth: int, where: str) -> None:
    """Brackets within brackets, just before and just past what the interpreter follows, harm nobody."""
    deep = "[" * depth + "]" * depth
    message = f'{{"v":1,"id":1,"do":"choose","slot":{deep}}}' if where == "slot" else f'{{"v":{deep}}}'
    assert refused(message.encode()).code in ("not-json", "bad-field", "bad-version")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(["A1", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | st.just("\ud800"), inner),
    max_leaves=6,
)
FIELDS = sorted({field.name for kind in WORDS.values() for field in dataclasses.fields(kind)})
MESSAGES = st.fixed_dictionaries(
    {"v": st.just(1), "id": st.integers(), "do": st.sampled_from(sorted(WORDS))},
    optional=dict.fromkeys([*FIELDS, "�"], JUNK),
)


@given(st.binary(max_size=300) | MESSAGES.map(lambda message: json.dumps(message).encode()))
def test_garbage_is_answered_and_never_breaks_the_reader(message: bytes) -> None:
    """Any bytes, and any almost-right message: a request, or a refusal that can be written down as an answer."""
    try:
        request = read_request(message)
    except RemoteProtocolError as error:
        answer = Answer(error.request_id, error.code, str(error))
        assert read_reply(write_answer(answer)) == answer
    else:
        assert read_request(write_request(request)) == request


# What is no reply


@pytest.mark.parametrize(
    "message",
    [b"hola", line(state={"phase": "idle"}), line(state=None), line(id=1, ok=False, error="no"), line(id=1, ok=False)],
    ids=["words", "half a picture", "no picture", "an error in one word", "not done, and no reason"],
)
def test_what_is_no_reply_is_never_taken_for_one(message: bytes) -> None:
    """A broken reply is the other end's error or a refusal; it never reads as done."""
    try:
        reply = read_reply(message)
    except RemoteProtocolError:
        return
    assert isinstance(reply, Answer)
    assert not reply.ok


@given(
    st.binary(max_size=200) | JUNK.map(lambda junk: line(id=1, state=junk)) | JUNK.map(lambda junk: line(error=junk))
)
def test_a_client_survives_any_reply(message: bytes) -> None:
    """Whatever comes, the client gets a reply or a RemoteProtocolError."""
    try:
        reply = read_reply(message)
    except RemoteProtocolError:
        return
    assert isinstance(reply, Answer | View)
