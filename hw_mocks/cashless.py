"""Visitors without coins: with a phone before the QR code on the screen, with a voucher before the scanner.

Beside faults of the machine these can go wrong:

    gives-up        she sees the code and leaves; nobody ever pays it, and the wallet calls it PENDING for ever
    pays-late       she pays when the code has gone from the screen
    late-approval   she pays in time, and the wallet's provider hears of it when nobody waits any more
    no-twin         the piece jams in every spiral it hangs in
    photographed    the voucher is spent, and then a photograph of it is shown
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from admin_web.words import words
from controller.domain.catalog import SlotId
from controller.domain.events import PayBy
from controller.domain.money import dollars
from controller.domain.view import View
from controller.errors import MingaError
from hw_mocks.office import SAME_CODE_MS, VOUCHER_CENTS, WALLET, Office
from hw_mocks.visit import SETTLE_S, Visit

GIVES_UP, PAYS_LATE, LATE_APPROVAL, NO_TWIN = "gives-up", "pays-late", "late-approval", "no-twin"
PHOTOGRAPHED = "photographed"
LATE_MS = 2_500
"""So long after it was paid the provider hears of it."""
READING_S = 0.1
"""Between two readings of a code that is held before the scanner."""


class PhoneVisit(Visit):
    """Somebody who pays with the simulated phone."""

    __slots__ = ()

    def play(self) -> None:
        self.picture = self.client.watch()
        if self.visitor.mishap == NO_TWIN:
            self._jam()
        offer, slot, price = self._is_shown(), self.visitor.slot, dollars(self.price_cents)
        match self.visitor.mishap:
            case "gives-up":
                self._leaves_the_code()
                self.tell(f"a visitor gives up before the QR code of {slot}: {price} stay unpaid, PENDING for ever")
            case "pays-late":
                self.museum.hand.do("scan", offer=offer)
                self._leaves_the_code()
                self.museum.hand.do("confirm")
                self.tell(f"a phone pays {price} when the code of {slot} is gone: no motor turns, it goes back")
            case "late-approval":
                self.museum.hand.do("wallet_trouble", name=WALLET, late_ms=LATE_MS)
                self.museum.hand.do("pay", offer=offer)
                self.museum.hand.do("wallet_repair", name=WALLET)
                self._leaves_the_code()
                self.tell(f"the wallet hears too late of {price} for {slot}: no motor turns, it goes back")
            case _:
                self.museum.hand.do("pay", offer=offer)
                self._await_end()

    def _is_shown(self) -> str:
        """One touch on the piece's QR corner; the link that the screen then draws."""
        self._wait(lambda picture: WALLET in picture.wallets, "the wallet is not offered")
        answer = self.client.ask(PayBy(WALLET, SlotId(self.visitor.slot)))
        assert answer.ok, answer.words
        self._wait(lambda picture: picture.payment and picture.payment.offer, "no code on the screen")
        assert self.picture.payment
        assert self.picture.payment.offer
        return self.picture.payment.offer.link

    def _leaves_the_code(self) -> None:
        """She touches *return*, and the machine waits no more; a code that was seen can still be paid."""
        self.museum.hand.press("return")
        self._wait(lambda picture: not picture.payment, "the machine goes on waiting")

    def _jam(self) -> None:
        """In every slot with the same product, so that no twin can give it."""
        product = next(slot.product for slot in self.picture.slots if slot.slot == self.visitor.slot)
        twins = [slot.slot for slot in self.picture.slots if slot.product == product]
        for slot in twins:
            self.museum.hand.inject("jam", slot)
        jams = "jams" if len(twins) == 1 else "jam"
        self.tell(f"{' and '.join(twins)} {jams} on a piece paid by phone: {dollars(self.price_cents)} go back to it")


@dataclass(slots=True)
class VoucherVisit(Visit):
    """Somebody with a voucher of the office's."""

    office: Office

    def play(self) -> None:
        self.picture = self.client.watch()
        code = self.office.voucher().code
        self._holds(code, lambda picture: picture.credit_cents >= VOUCHER_CENTS)
        self._choose()
        self._await_end()
        if self.visitor.mishap == PHOTOGRAPHED:
            time.sleep(2 * SAME_CODE_MS / 1_000)  # sooner, and the scanner takes it for the same showing
            self._holds(code, lambda picture: picture.notice and picture.notice.news == "voucher-spent")
            title = words().about("news", "voucher-spent", "title")
            self.tell(f"a photograph of a spent voucher is shown: «{title}»")

    def _holds(self, code: str, until: Callable[[View], object]) -> None:
        """Before the scanner until the screen says something: it may have missed the first reading, just switched on."""
        deadline = time.monotonic() + SETTLE_S
        while not until(self.picture):
            if time.monotonic() > deadline:
                raise MingaError(f"the scanner does not see the voucher: {self.visitor} sees {self.picture}")
            self.museum.hand.do("show_code", code=code)
            time.sleep(READING_S)
            self.picture = self.client.watch()
