"""Every scene the kiosk can stand in, by name: what the screenshots show and every browser test walks through."""

from dataclasses import replace

from fake_controller import IDLE, SHELF, paused, slot_view, with_news

from controller.domain.catalog import Account, Share
from controller.domain.view import NoticeView, PaymentView, View
from controller.domain.wallet import Offer

CHOSEN = replace(IDLE, phase="credit", credit_cents=125, chosen="A1", missing_cents=225, left_ms=80_000)
LEAVING = replace(CHOSEN, left_ms=12_900)
FALLING = (
    Share(Account("maker:inti"), 401),
    Share(Account("fund:comun"), 74),
    Share(Account("fund:maquina"), 25),
)
VENDING = replace(
    IDLE,
    phase="dispensing",
    vending="A3",
    credit_cents=465,
    coins_welcome=False,
    coins_cents=(),
    vending_shares=FALLING,
    left_ms=9_000,
)
RETURNING = replace(IDLE, phase="refunding", returning_cents=240, coins_welcome=False, coins_cents=(), left_ms=9_000)
SOLD = with_news("sold", "A3", 500)
THANKS = NoticeView("sold", "A3", 500, None, 19_000, vend_id=17, shares=FALLING)
AFTER = replace(SOLD, notice=THANKS)
NO_CHANGE = replace(IDLE, gives_change=False)
FEW_COINS = replace(NO_CHANGE, phase="credit", credit_cents=325, chosen="A1", missing_cents=25, left_ms=70_000)
FEW_COINS = replace(FEW_COINS, coins_cents=(1, 5, 10, 25))
LITTLE_CHANGE = replace(FEW_COINS, gives_change=True, coins_cents=(1, 5, 10, 25, 50))
EARLIER = NoticeView("claim", None, 125, "W2P-9RD", 90_000)
SOLD_OUT = slot_view("A4", "monedero-llama", "rosa", 125, quantity=0)
JAMMED = slot_view("B2", "muneca-warmi", "sami", 600, reason="jammed")

WALLETS = ("deuna", "tarjeta")
LINK = "https://pagar.example/simulado/K7XM4PQ2T9WB8RZA"
PAYING = replace(
    IDLE,
    phase="authorizing",
    chosen="A1",
    missing_cents=350,
    coins_welcome=False,
    coins_cents=(),
    wallets=WALLETS,
    payment=PaymentView("deuna", 350, Offer(link=LINK, code="482913"), 120_000),
    left_ms=87_000,
)
ASKED = replace(PAYING, payment=PaymentView("deuna", 350, None, 120_000), left_ms=119_000)
BY_CARD = replace(PAYING, payment=PaymentView("tarjeta", 350, Offer(), 120_000))
MIXED = replace(
    PAYING,
    credit_cents=125,
    missing_cents=225,
    payment=PaymentView("deuna", 225, Offer(link=LINK), 120_000),
    left_ms=12_000,
)

BOARD = (
    "Este sábado, de 10 a 13, las compañeras bordan aquí mismo, en el patio del museo: venga a verlas y pregunte cosas."
)
"""As long as the lab may make it."""

SCENES: dict[str, View] = {
    "idle": IDLE,
    "board": replace(IDLE, board=BOARD),
    "wanting": replace(IDLE, chosen="A1", missing_cents=350, left_ms=80_000),
    "chosen": CHOSEN,
    "wallets": replace(IDLE, wallets=WALLETS),
    "chosen-with-wallets": replace(CHOSEN, wallets=WALLETS),
    "paying-asked": ASKED,
    "paying-code": PAYING,
    "paying-mixed": MIXED,
    "paying-card": BY_CARD,
    "unpaid": replace(with_news("unpaid"), wallets=WALLETS),
    "expired": replace(with_news("expired"), wallets=WALLETS),
    "reversing": replace(with_news("reversing", credit=125), wallets=WALLETS),
    "coin-back": with_news("coin-back", None, 0),
    "more-time": replace(CHOSEN, left_ms=22_900),
    "leaving": LEAVING,
    "leaving-with-a-code": replace(with_news("doubt", "A1", 350, "K7X-M4P", credit=1_465), left_ms=9_900),
    "vending": VENDING,
    "returning": RETURNING,
    "sold": with_news("sold", "A3", 500, credit=75),
    "after": AFTER,
    "after-with-credit": replace(AFTER, credit_cents=75, phase="credit", left_ms=80_000),
    "answered": replace(AFTER, notice=replace(THANKS, answered=True)),
    "no-wallets": replace(IDLE, lacks=("no-wallet",)),
    "chosen-right": replace(CHOSEN, chosen="B4", missing_cents=525),
    "doubt": with_news("doubt", "A1", 350, "K7X-M4P", credit=465),
    "payout-doubt": with_news("doubt", None, 125, "K7X-M4P"),
    "two-codes": replace(with_news("claim", None, 80, "K7X-M4P"), codes=(EARLIER,)),
    "no-change": NO_CHANGE,
    "few-coins": FEW_COINS,
    "little-change": LITTLE_CHANGE,
    "enough": replace(IDLE, phase="credit", credit_cents=2_000, coins_welcome=False, coins_cents=(), left_ms=80_000),
    "closed": paused("closed"),
    "books": paused("books", credit_cents=150),
    "paused": paused("no-coins", credit_cents=150),
    "sold-out": replace(IDLE, slots=(*SHELF[:3], SOLD_OUT, SHELF[4], JAMMED, *SHELF[6:])),
}

FULLEST = (
    "idle",
    "chosen-with-wallets",
    "few-coins",
    "vending",
    "leaving-with-a-code",
    "doubt",
    "two-codes",
    "paying-code",
)
"""Scenes that need the most room."""
