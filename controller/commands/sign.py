"""`minga sign`: a printed sign with a QR code by which anybody may give the group money, with the group's own account in it.

A gift, never a price: nothing ties such a payment to a vend, so the machine does not see it. Which account template and which
identifier an Ecuadorian wallet takes is not verified: the Central Bank's standard was not found. So the values come from the
group's own provider, or its whole code does (`--payload`).
"""

import re
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from controller.commands.signpage import page
from controller.domain.money import cents_from
from controller.errors import MingaError
from controller.protocols import emvqr

ACCOUNT = re.compile(r"([0-9]{2})(?:\.([0-9]{2}))?=(.+)")
CHARITY = "8398"
"""Charitable and social service organisations in ISO 18245."""
LANGUAGE = "es"
FOR_ONE_PAYMENT = "12"
WORDS = "Done a la minga de costureras"


def sign(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The HTML page to write, for a browser to print.")],
    name: Annotated[str, typer.Option("--name", help="Whose account it is, as the payer's wallet will say.")] = "",
    city: Annotated[str, typer.Option("--city", help="Where she is.")] = "Quito",
    account: Annotated[
        list[str] | None,
        typer.Option("--account", metavar="ID=VALUE", help="Where the money goes: 26.00=..., once for each value."),
    ] = None,
    category: Annotated[str, typer.Option("--category", help="What she does, by ISO 18245.")] = CHARITY,
    amount: Annotated[str, typer.Option("--amount", help="Dollars to give; without it each types her own.")] = "",
    words: Annotated[str, typer.Option("--words", help="What stands over the code.")] = WORDS,
    payload: Annotated[
        str, typer.Option("--payload", help="The text of a static code that the provider gave, instead of these.")
    ] = "",
) -> None:
    """Write a sign to print on A5: a static EMV QR code for gifts to the group's own account. Works without a network.

    It is no way to pay for a piece: the machine does not see the money. A gift is in the books once somebody writes it
    down, such as with `minga money move 12.50 fund:donaciones bank --by carmen`.

    Not verified: which account template and identifier (--account) an Ecuadorian wallet takes. Ask your provider, or give
    its own code's text with --payload; and pay a small gift yourself before the sign hangs.

    Example: minga sign donar.html --name "Costureras La Tola" --account 26.00=ec.example.qr --account 26.01=0000001234
    """
    amount_cents = _cents(amount)
    if payload and (account or name or amount):
        raise MingaError("--payload says whose account it is and how much: leave out --account, --name and --amount")
    try:
        text = payload or emvqr.sign(_payee(name, city, account or [], category), amount_cents)
    except emvqr.LocalProtocolError as error:
        raise MingaError(f"no wallet could read this: {error}") from None
    code = _static(text)
    whose, where = (code.value("64", place) or code.value(plain) for place, plain in (("01", "59"), ("02", "60")))
    if not whose:
        raise MingaError("the code does not say whose account it is, and nobody should give to a stranger")
    _write(out, page(text, words, whose, where or "", code.amount_cents))
    typer.echo(f"{out}: a sign on A5 for gifts to {whose}; give a dollar with your own wallet before it hangs")
    if code.flags:
        typer.echo(f"odd about the code: {', '.join(code.flags)}; `minga decode emvqr` explains it")


def _static(text: str) -> emvqr.Code:
    """The code as any reader takes it. Raises MingaError for one that nobody should print."""
    try:
        code = emvqr.read(text)
    except emvqr.RemoteProtocolError as error:
        raise MingaError(f"this is no EMV QR code: {error}") from None
    if not code.crc_ok:
        raise MingaError("the code's CRC does not fit: it was not copied whole")
    if code.value("01") == FOR_ONE_PAYMENT:
        raise MingaError("this code was made for one payment (01 is 12): ask the provider for a static one")
    return code


def _payee(name: str, city: str, account: list[str], category: str) -> emvqr.Payee:
    """Names with accents stand in 64 as they are, and without accents where every wallet looks."""
    name, city = (unicodedata.normalize("NFC", text.strip()) for text in (name, city))
    accented = {} if (name + city).isascii() else {"00": LANGUAGE, "01": name, "02": city}
    return emvqr.Payee(
        accounts=_accounts(account), category=category, name=_plain(name), city=_plain(city), local=accented
    )


def _accounts(account: list[str]) -> dict[str, emvqr.Value]:
    """`26.00=ec.example.qr` goes into template 26, `02=4000123` is an account by itself."""
    accounts: dict[str, emvqr.Value] = {}
    templates: dict[str, dict[str, emvqr.Value]] = {}
    for text in account:
        match = ACCOUNT.fullmatch(text)
        if match is None:
            raise MingaError(f"{text!r}: an account is ID=VALUE, such as 26.00=ec.example.qr")
        place, inner, value = match.groups()
        row = templates.setdefault(place, {}) if inner else accounts
        if (inner or place) in row or place in (accounts if inner else templates):
            raise MingaError(f"{text!r}: {place} is given twice")
        row[inner or place] = value
    return accounts | templates


def _plain(text: str) -> str:
    """The letters without their accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _cents(amount: str) -> int | None:
    try:
        return cents_from(amount) if amount else None
    except ValueError as error:
        raise MingaError(str(error)) from None


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MingaError(f"{out}: cannot be written: {error.strerror}") from None
