"""Who is owed what, and where the money lies: the sums of the books themselves, drawn, and both sides with the same total.

And the whole journal as a file, for whoever wants to check it at home with another program.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import IO

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from admin_web.money import Pile, piles
from admin_web.phone.bookscover import cover
from admin_web.phone.booksteller import Teller, teller
from admin_web.phone.door import MEMBERS, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after
from admin_web.phone.ledger import books
from admin_web.phone.office import CASH_CENTS, coin_of
from admin_web.phone.place import place
from controller.domain.accounts import COINBOX, OVER_SHORT, OWNERS, kind
from controller.domain.money import COINS_CENTS
from controller.ledger.chainlines import open_codes
from controller.ledger.export import Pieces, beancount, hledger
from controller.ledger.openbooks import balances_at

router = room(*MEMBERS)
SIDES = (("people", ("maker",)), ("funds", ("fund", "float", "fee", "tax")))
"""Whose the money is; whoever is in none of them waits for somebody's decision."""
FORMS: dict[str, Pieces] = {"beancount": beancount, "hledger": hledger}
CHUNK_BYTES = 65_536
COVERED = "······"
"""In place of the code of a claim that is open: whoever has the code has the money."""
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Held:
    """An account in words with its sum; `code` is its name in the books. `less` when `money` is below nothing."""

    who: str
    piles: tuple[Pile, ...]
    money: str
    code: str
    less: bool


@router.get("/libros/saldos")
def sums(request: Request) -> Response:
    """Both sides of the books: whose it is, and where it lies."""
    words = reading(request)
    with books(request) as db:
        shut, t = cover(request, db, words), teller(request, db)
        found = {account: cents for account, cents in balances_at(db, shut.upto).items() if cents}
    owed = {account: cents for account, cents in found.items() if kind(account) in OWNERS}
    lies = {account: cents for account, cents in found.items() if account not in owed}
    told = {name for _, names in SIDES for name in names}
    sides = [(side, _held(owed, names, t)) for side, names in SIDES]
    sides.append(("waiting", _held(owed, tuple(name for name in OWNERS if name not in told), t)))
    return drawn(
        request,
        "books_sums.html",
        cover=shut,
        sides=[(side, held) for side, held in sides if held],
        places=_held(lies, tuple({kind(account) for account in lies}), t),
        owed_sum=words.money(sum(owed.values())),
        lies_sum=words.money(sum(lies.values())),
    )


def _held(found: dict[str, int], families: tuple[str, ...], t: Teller) -> list[Held]:
    return [
        Held(_called(account, cents, t), _drawn(account, cents), t.money(abs(cents)), account, cents < 0)
        for account, cents in sorted(found.items())
        if kind(account) in families
    ]


def _drawn(account: str, cents: int) -> tuple[Pile, ...]:
    """A few notes and coins of this amount; of a place with coins alone, its own. Less than nothing is not drawn."""
    if cents <= 0:
        return ()
    if coin := coin_of(account):
        return (Pile(coin, cents // coin),)
    return piles(cents, coins_cents=COINS_CENTS if account == COINBOX else CASH_CENTS)


def _called(account: str, cents: int, t: Teller) -> str:
    if account != OVER_SHORT:
        return t.account(account)
    return t.words.say("sums.missing" if cents > 0 else "sums.surplus")


@router.get("/libros/bajar/{form}")
def whole(request: Request, form: str) -> Response:
    """The journal as a file of this form: made at once beside the books, then sent as fast as the phone takes it."""
    if form not in FORMS:
        raise HTTPException(404)
    if not _one_at_a_time.acquire(blocking=False):
        return after("/libros/saldos", "file-busy")
    try:
        with books(request) as db:
            if not cover(request, db, reading(request)).open:
                return after("/libros/saldos", "file-waits")
            name = place(request).config.machine.name
            file = _written(FORMS[form](db, f"Minga, {name}"), open_codes(db))
    finally:
        _one_at_a_time.release()
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(_chunks(file), media_type="text/plain; charset=utf-8", headers=headers)


def _written(pieces: Iterator[str], codes: tuple[str, ...]) -> IO[bytes]:
    """The file without the codes of open claims, at its beginning again."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    for piece in pieces:
        for code in codes:
            piece = piece.replace(code, COVERED)
        file.write(piece.encode())
    file.seek(0)
    return file


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
